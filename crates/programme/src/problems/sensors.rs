//! P63x: sensors, and what becomes of their readings. P64x: rules of rhythm and papers of steps.

base::catalogue! {
    /// A sensor whose summaries and cases belong to nobody.
    fn sensor_without_unit(sensor) -> "P630" Error {
        what { zh: "传感器“{sensor}”的汇总和办件没有责任单位", en: "the summaries and cases of sensor `{sensor}` have no responsible unit" }
        remedy { zh: "在 unit_from 写对象的单位字段", en: "name a field of the subject that holds a unit in unit_from" }
    }
    /// A flow whose cases are about something else.
    fn sensor_flow_of_others(flow, subject_type) -> "P631" Error {
        what { zh: "流程“{flow}”的办件不是关于“{subject_type}”的", en: "cases of flow `{flow}` are not about `{subject_type}`" }
        remedy { zh: "写 about = \"subject\" 且 subject_type = \"{subject_type}\" 的流程", en: "name a flow with about = \"subject\" and subject_type = \"{subject_type}\"" }
    }
    /// A record type of summaries that is about something else.
    fn summary_of_others(record_type, subject_type) -> "P632" Error {
        what { zh: "记录类型“{record_type}”所记的不是“{subject_type}”", en: "records of `{record_type}` are not about `{subject_type}`" }
        remedy { zh: "换一个 subject = \"{subject_type}\" 的记录类型", en: "name a record type with subject = \"{subject_type}\"" }
    }
    /// A record type of summaries without a field that they need.
    fn summary_lacks(record_type, field, types) -> "P633" Error {
        what { zh: "汇总记录“{record_type}”缺少字段“{field}”，或类型不对", en: "summaries in `{record_type}` need a field `{field}`, of the right type" }
        remedy { zh: "加上字段“{field}”，类型为 {types}", en: "add a field `{field}` of type {types}" }
    }
    /// A key by which a period could have two summaries, or two sensors one.
    fn summary_key(record_type, key) -> "P634" Error {
        what { zh: "汇总记录“{record_type}”的唯一键不能区分传感器和时段", en: "the key of `{record_type}` does not tell sensors and periods apart" }
        remedy { zh: "唯一键写 {key}", en: "its key is {key}" }
    }
    /// A field that holds no unit.
    fn not_a_unit_field(field) -> "P635" Error {
        what { zh: "字段“{field}”不是单位", en: "field `{field}` holds no unit" }
        remedy { zh: "写类型为 unit 的字段", en: "name a field of type unit" }
    }
    /// A rule of rhythm without an interval.
    fn visit_without_interval(rule) -> "P640" Error {
        what { zh: "频次规则“{rule}”没有间隔", en: "the rule of rhythm `{rule}` has no interval" }
        remedy { zh: "加上它的 [[visit_interval]]；到期日就是对象的日期时写 days = 0", en: "add its [[visit_interval]]; where the subject's date is the day itself write days = 0" }
    }
    /// A rule of rhythm that counts from nothing, or from two things.
    fn visit_from_nothing() -> "P641" Error {
        what { zh: "没有写自何时起算，或写了两处", en: "it does not say from when it counts, or says it twice" }
        remedy { zh: "写 after_record 或 after_field 之一", en: "write one of after_record and after_field" }
    }
    /// A field that holds no date.
    fn not_a_date_field(field) -> "P642" Error {
        what { zh: "字段“{field}”不是日期", en: "field `{field}` holds no date" }
        remedy { zh: "写类型为 date 的字段", en: "name a field of type date" }
    }
    /// A flow that cannot hold the day.
    fn visit_flow_without_day(flow, field) -> "P643" Error {
        what { zh: "流程“{flow}”开办时没有日期字段“{field}”", en: "flow `{flow}` has no date `{field}` among what opening sets" }
        remedy { zh: "加上 action = \"open\"、type = \"date\" 的输入“{field}”", en: "add an input `{field}` with action = \"open\" and type = \"date\"" }
    }
    /// An action that does not end a case by itself.
    fn visit_closes_nothing(action, flow) -> "P644" Error {
        what { zh: "动作“{action}”不能由系统办结流程“{flow}”的办件", en: "action `{action}` cannot end a case of flow `{flow}` by itself" }
        remedy { zh: "写到达办结状态、没有必填内容的动作", en: "name an action that leads to a closed state and requires nothing" }
    }
    /// A paper of the assessment with something of a flow's paper.
    fn paper_of_assessment(kind, column) -> "P646" Error {
        what { zh: "“{kind}”是考核的公文，不写 {column}", en: "`{kind}` is a paper of the assessment and takes no {column}" }
        remedy { zh: "删去 {column}，或换一个种类标识", en: "delete {column}, or choose another kind" }
    }
    /// A paper of a flow without what it needs.
    fn paper_lacks(kind, column, kinds) -> "P647" Error {
        what { zh: "流程文书“{kind}”没有写 {column}", en: "the paper `{kind}` of a flow lacks {column}" }
        remedy { zh: "加上 {column}；考核的公文种类是 {kinds}", en: "add {column}; the kinds of the assessment are {kinds}" }
    }
    /// Something in braces that no case has.
    fn paper_text_unknown(mark, known) -> "P648" Error {
        what { zh: "正文里的 {mark} 办件里没有", en: "no case has {mark}, which stands in the text" }
        remedy { zh: "可用：{known}", en: "use: {known}" }
    }
}
