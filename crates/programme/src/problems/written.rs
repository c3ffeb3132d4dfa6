//! P68x: records that steps of cases write.

base::catalogue! {
    /// A step that nobody takes by hand, so that nobody could be told what is missing.
    fn written_by_nobody(action) -> "P680" Error {
        what { zh: "动作“{action}”由系统或者记录办理，不能由它写记录", en: "action `{action}` is taken by time or by a record: it cannot write one" }
        remedy { zh: "换一个由人办理的动作；记录缺什么，要有人能补", en: "name an action that people take: somebody must be able to add what is missing" }
    }
    /// A flow whose cases close with the sealing, many at once.
    fn written_in_assessment(flow, scorecard) -> "P681" Error {
        what { zh: "流程“{flow}”是记分卡“{scorecard}”的考核流程，不能写记录", en: "flow `{flow}` is the course of scorecard `{scorecard}`: it cannot write records" }
        remedy { zh: "换一个流程；考核的结果由封存记载", en: "use another flow; what an assessment comes to is what is sealed" }
    }
    /// What the record type requires and nothing says.
    fn written_lacks(record_type, fields) -> "P682" Error {
        what { zh: "“{record_type}”的必填字段 {fields} 没有写明取自何处", en: "`{record_type}` requires {fields}, and nothing says where that comes from" }
        remedy { zh: "在 fields 中写取自办件的哪个字段，或在 values 中写固定的值；必填的个人信息不能由办件写", en: "say in `fields` which field of the case it is, or in `values` what it always is; what is personal and required cannot be written by a case" }
    }
    /// A fixed value that the field cannot hold.
    fn written_value(field, value) -> "P683" Error {
        what { zh: "字段“{field}”不能是“{value}”", en: "`{field}` cannot be `{value}`" }
        remedy { zh: "写 字段=值，值按字段的类型：代码、数字、日期（年-月-日）或文本；单位、对象、材料不能写成固定的值", en: "write field=value with a value of its type: a code, a number, a day (year-month-day) or a text; no unit, subject or file can be fixed" }
    }
    /// What would bring personal data into facts.
    fn personal_in_written(field) -> "P684" Error {
        what { zh: "“{field}”是个人信息，不能由办件写入", en: "`{field}` is personal: no case can write it" }
        remedy { zh: "删去它；个人信息在记录的页面上另行补填", en: "leave it out: personal data are added on the record's page" }
    }
    /// Records about persons.
    fn written_about_persons(record_type) -> "P685" Error {
        what { zh: "“{record_type}”的对象是自然人，不能由办件写", en: "records of `{record_type}` are about persons: no case can write them" }
        remedy { zh: "换一个记录类型", en: "name another record type" }
    }
    /// A condition that no case meets.
    fn written_never(field) -> "P686" Error {
        what { zh: "“{field}”没有这样的值，条件不会成立", en: "`{field}` never has such a value: the condition never holds" }
        remedy { zh: "写该字段可能有的值", en: "write a value that the field can have" }
    }
    /// A record type that wants more evidence than the step.
    fn written_evidence(record_type, least, action) -> "P687" Error {
        what { zh: "“{record_type}”至少要 {least} 件佐证材料，动作“{action}”没有要求这么多", en: "`{record_type}` wants at least {least} pieces of evidence, more than action `{action}` asks for" }
        remedy { zh: "在该动作写 evidence_at_least = {least}；该步的材料即为记录的材料", en: "give that action evidence_at_least = {least}: its papers are the record's" }
    }
    /// The day of the record among its fields.
    fn written_day() -> "P688" Error {
        what { zh: "记录的日期写在 day 一栏，不写在 fields 或 values 中；单位总是办件的单位", en: "the record's day has a column of its own, `day`; its unit is always the case's" }
        remedy { zh: "删去它，用 day = \"办件的日期字段\"", en: "delete it and write day = \"date of the case\"" }
    }
}
