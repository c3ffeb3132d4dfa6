//! What a flow refuses beyond its own rules: other cases, other units, what happened meanwhile (O86x).

base::catalogue! {
    /// Somebody acted on the case since whoever acts now has seen it.
    fn case_moved_on(by, action_zh, action_en, state_zh, state_en, at) -> "O860" Error {
        what { zh: "您打开之后，{by} 已于 {at} 办理“{action_zh}”，办件现处于“{state_zh}”", en: "since you opened it, {by} has taken “{action_en}” at {at}; the case is now in “{state_en}”" }
        remedy { zh: "看过新的经过后再决定；您填写的内容还在，可以再次提交", en: "look at what was done, then decide; what you typed is kept and can be sent again" }
    }
    /// A case passes to a unit that has it.
    fn passes_to_itself(unit) -> "O861" Error {
        what { zh: "办件已经在“{unit}”", en: "`{unit}` has the case already" }
        remedy { zh: "选择另一个单位", en: "choose another unit" }
    }
    /// A case into which another cannot be merged.
    fn cannot_merge(case, into) -> "O862" Error {
        what { zh: "办件 {case} 不能并入 {into}：两者须是同一流程的不同办件，{into} 尚未办结", en: "case {case} cannot be merged into {into}: that must be another case of the same flow that is not closed" }
        remedy { zh: "写一个同一流程、尚未办结的办件编号", en: "give the number of an open case of the same flow" }
    }
    /// A flow whose cases this role cannot open.
    fn not_opened_by_role(flow, role) -> "O863" Error {
        what { zh: "角色“{role}”不能直接开办流程“{flow}”的办件", en: "the role `{role}` may not open a case of flow `{flow}` by hand" }
        remedy { zh: "方案在该流程的 opened_by 中写明谁可以开办", en: "the programme says in `opened_by` of the flow who may" }
    }
    /// What a case is about was not given, or is not there.
    fn case_about_nothing(flow, wanted, id) -> "O864" Error {
        what { zh: "流程“{flow}”的办件关于{wanted}，没有“{id}”", en: "a case of flow `{flow}` is about one {wanted}, and there is no `{id}`" }
        remedy { zh: "先登记，再以它的编号开办", en: "register it first, then open the case with its identifier" }
    }
    /// A second case of a flow about one record.
    fn record_has_case(record, zh, en, case) -> "O954" Error {
        what { zh: "记录 {record} 已有“{zh}”办件 {case}，不再重复开办", en: "record {record} has its case “{en}” already: {case}" }
        remedy { zh: "到办件 {case} 中办理；办错的先在那里撤回或重新打开", en: "go on in case {case}; what went wrong is called off or reopened there" }
    }
    /// A case about a record that calls for none.
    fn record_asks_none(record, zh, en, when) -> "O955" Error {
        what { zh: "记录 {record} 不需要“{zh}”：方案规定的条件是 {when}", en: "record {record} calls for no “{en}”: the programme opens one when {when}" }
        remedy { zh: "核对记录编号；记录有误的，先更正记录", en: "check the number of the record; where the record is wrong, correct it first" }
    }
    /// An input that says something else than the record that the case is about.
    fn not_as_its_record(zh, en, given, says) -> "O956" Error {
        what { zh: "“{zh}”填的是“{given}”，记录上是“{says}”", en: "“{en}” was given as “{given}”; the record says “{says}”" }
        remedy { zh: "这一项取自记录，可以不填；记录有误的，先更正记录", en: "it is taken from the record, leave it out; where the record is wrong, correct it first" }
    }
    /// A field that opening needs.
    fn opening_field_missing(zh, en) -> "O865" Error {
        what { zh: "开办须填写“{zh}”", en: "opening needs “{en}”" }
        remedy { zh: "填写“{zh}”", en: "fill in “{en}”" }
    }
    /// A field that opening does not take.
    fn opening_field_unknown(field) -> "O866" Error {
        what { zh: "开办时不收字段“{field}”", en: "opening takes no field `{field}`" }
        remedy { zh: "开办所收的字段是 action = \"open\" 的输入", en: "what opening takes are the inputs with action = \"open\"" }
    }
    /// A step that only a record takes.
    fn done_by_record(action_zh, action_en, record_zh, record_en) -> "O972" Error {
        what { zh: "“{action_zh}”不能直接勾选：填报了“{record_zh}”即由系统办理", en: "“{action_en}” is not ticked off: it happens by itself when a record “{record_en}” is entered" }
        remedy { zh: "填报这次的“{record_zh}”", en: "enter the record “{record_en}” of what was done" }
    }
    /// A case that is about several things at once, or about none.
    fn many_cases_below(case, count, max) -> "O867" Error {
        what { zh: "办件 {case} 之下已有 {count} 个子办件，太多", en: "case {case} has {count} cases below it, too many" }
        remedy { zh: "一个办件最多 {max} 个子办件", en: "a case can have at most {max}" }
    }
}
