//! P54x: targets over a part of the year, and a new year that starts from the old one.

base::catalogue! {
    /// A target that begins outside its period.
    fn target_from_outside(from, period) -> "P541" Error {
        what { zh: "目标自 {from} 起执行，不在期间 {period} 之内", en: "a target in force from {from} is outside its period {period}" }
        remedy { zh: "改为期间内的日期，或另写 period", en: "give a day of the period, or write another period" }
    }
    /// A target that is pro-rated by months and begins within one.
    fn prorated_within_month(from) -> "P542" Error {
        what { zh: "按月折算的目标须自月初起执行，{from} 不是 1 日", en: "a target that is pro-rated by months begins with a month; {from} is not its first day" }
        remedy { zh: "写当月或次月 1 日", en: "write the first day of that month or of the next" }
    }
    /// A rule without a target, pro-rated.
    fn prorated_without_target(rule) -> "P543" Error {
        what { zh: "评分规则 {rule} 不与目标值比较，无从折算", en: "the rule {rule} compares with no target, so there is nothing to pro-rate" }
        remedy { zh: "删去 prorate，或换用 proportional、binary、per_point_short", en: "delete prorate, or use proportional, binary or per_point_short" }
    }
    /// An item of the year before that is not there.
    fn succeeds_nothing(item, of) -> "P544" Warning {
        what { zh: "项目“{item}”写明接续“{of}”，上一年度没有这个项目", en: "item `{item}` goes on from `{of}`, which the year before did not have" }
        remedy { zh: "核对 succeeds 中的标识；写错时两年无法对照", en: "check the identifiers in succeeds: without them the two years cannot be held side by side" }
    }
    /// An item that is to be changed and is not there.
    fn no_item_to_change(item, suggestion) -> "P545" Error {
        what { zh: "记分卡中没有项目“{item}”", en: "the scorecard has no item `{item}`" }
        remedy { zh: "核对标识{suggestion}", en: "check the identifier{suggestion}" }
    }
    /// An inherited item that cannot be divided here.
    fn item_is_inherited(item) -> "P546" Error {
        what { zh: "项目“{item}”来自所扩展的方案包，不能在此拆分、合并或改分值", en: "item `{item}` comes from the extended package and can be neither split, merged nor given other points here" }
        remedy { zh: "保留或取消它；或先在自己的方案包里写一份", en: "keep or drop it, or write it in your own package first" }
    }
    /// A new item whose name is missing, or whose points are no number.
    fn split_line(item, line) -> "P547" Error {
        what { zh: "项目“{item}”的拆分写法不对：{line}", en: "the division of item `{item}` is not understood: {line}" }
        remedy { zh: "至少两行，每行写“名称 = 分值”，如“抽检批次 = 2”", en: "at least two lines, each written `name = points`, such as `batches = 2`" }
    }
    /// Merged into what goes away itself.
    fn merged_into_gone(item, into) -> "P548" Error {
        what { zh: "项目“{item}”要并入“{into}”，而“{into}”本身不保留", en: "item `{item}` is to be merged into `{into}`, which is not kept itself" }
        remedy { zh: "并入一个保留的项目", en: "merge it into an item that is kept" }
    }
    /// A year that is none, or not a later one.
    fn not_a_later_year(text, year) -> "P549" Error {
        what { zh: "“{text}”不是 {year} 之后的年度", en: "`{text}` is no year after {year}" }
        remedy { zh: "写四位年份，如 2019", en: "write a year of four digits, such as 2019" }
    }
}
