//! P61x: sampling of lots, plans by quota, inspectors compared.

base::catalogue! {
    /// A field that cannot say what is asked of it.
    fn field_of_other_type(column, field, wanted_zh, wanted_en) -> "P610" Error {
        what { zh: "{column} 写了“{field}”，它不是{wanted_zh}", en: "{column} names `{field}`, which is no {wanted_en}" }
        remedy { zh: "换一个{wanted_zh}字段", en: "name a field that is a {wanted_en}" }
    }
    /// An AQL above 10 for items.
    fn limit_counts_nonconformities(aql) -> "P611" Error {
        what { zh: "接收质量限 {aql} 大于 10，不能按不合格品计", en: "the AQL {aql} is above 10 and cannot be percent nonconforming" }
        remedy { zh: "写 counts = \"nonconformities\"，或换一个不大于 10 的接收质量限", en: "write counts = \"nonconformities\", or take one up to 10" }
    }
    /// A personal field.
    fn personal_in_inspection(column, field) -> "P612" Error {
        what { zh: "{column} 写了个人信息字段“{field}”", en: "{column} names the personal field `{field}`" }
        remedy { zh: "换一个不是个人信息的字段，如执法证号、机构代码", en: "name one that is not personal, such as the number of a card or of a body" }
    }
    /// Nothing to compare.
    fn nothing_to_compare(record_type) -> "P613" Error {
        what { zh: "“{record_type}”的检查人员没有写比较什么", en: "it does not say in what the inspectors of `{record_type}` are compared" }
        remedy { zh: "写 result 和 fails，或写 score", en: "write result with fails, or score" }
    }
    /// A threshold with more places than the score.
    fn finer_than_score(column, value, places) -> "P614" Error {
        what { zh: "{column} 是 {value}，比分数的 {places} 位小数还细", en: "{column} is {value}, finer than the score's {places} decimal places" }
        remedy { zh: "写不多于 {places} 位小数的数", en: "write a number with at most {places} decimal places" }
    }
    /// Decisions of which none has a meaning.
    fn decisions_without_code() -> "P615" Error {
        what { zh: "写了 decisions，却没有写哪个代码是什么决定", en: "decisions is written without saying which code decides what" }
        remedy { zh: "写 allow_reduced、end_reduced、resume 中的一个或几个", en: "write one or more of allow_reduced, end_reduced and resume" }
    }
}
