//! P56x: what flows do beyond one case and by themselves.

base::catalogue! {
    /// A notice without length.
    fn notice_without_length(id) -> "P560" Error {
        what { zh: "公示“{id}”没有写多长", en: "notice `{id}` does not say how long it is up" }
        remedy { zh: "写 working_days 或 calendar_days", en: "write working_days or calendar_days" }
    }
    /// A flow whose cases nobody opens by hand.
    fn not_opened_by_hand(flow, about) -> "P561" Error {
        what { zh: "流程“{flow}”的 about 是 {about}，不由人直接开办", en: "flow `{flow}` is about {about}: its cases are not opened by hand" }
        remedy { zh: "删去 opened_by", en: "delete opened_by" }
    }
    /// A case below of a flow that needs more than a case above can give.
    fn no_sub_case_of(flow, about) -> "P562" Error {
        what { zh: "流程“{flow}”的 about 是 {about}，不能作子办件", en: "flow `{flow}` is about {about} and cannot be opened below a case" }
        remedy { zh: "写 about 为 record、subject 或 none 的流程", en: "name a flow that is about a record, a subject or nothing" }
    }
    /// A case below whose opening asks for what nobody gives.
    fn sub_case_needs_inputs(flow, fields) -> "P563" Error {
        what { zh: "流程“{flow}”开办时须填 {fields}，作子办件时没有人填", en: "opening flow `{flow}` asks for {fields}, which nobody gives below a case" }
        remedy { zh: "把这些输入改为 required = false，或移到它的第一个动作", en: "make these inputs required = false, or move them to its first action" }
    }
    /// Flows that open each other.
    fn circular_sub_cases(flow, opens) -> "P564" Error {
        what { zh: "流程“{flow}”开办“{opens}”，后者又开办前者，没有尽头", en: "flow `{flow}` opens `{opens}`, from which it is opened again without end" }
        remedy { zh: "去掉其中一个 opens", en: "remove one of the opens" }
    }
    /// A step of escalation that lacks what it needs.
    fn escalation_lacks(step, column) -> "P565" Error {
        what { zh: "升级步骤 {step} 没有写“{column}”", en: "step {step} of an escalation does not say `{column}`" }
        remedy { zh: "follow_up 写 to，report 写 roles", en: "write `to` for follow_up, `roles` for report" }
    }
    /// A column that a step of escalation has no use for.
    fn escalation_takes_no(step, column) -> "P568" Error {
        what { zh: "升级步骤 {step} 不用“{column}”", en: "step {step} of an escalation has no use for `{column}`" }
        remedy { zh: "删去“{column}”，或改变 step", en: "delete `{column}`, or change step" }
    }
    /// What opens a case asks for the same every time.
    fn opens_with_condition(field) -> "P550" Error {
        what { zh: "开办时的字段“{field}”写了 required_when", en: "input `{field}` of the opening has a required_when" }
        remedy { zh: "开办时写 required = true，或放到后面的动作里", en: "write required = true, or ask for it in a later action" }
    }
    /// A choice that reads like a vocabulary.
    fn choice_named_like_vocabulary(id) -> "P551" Warning {
        what { zh: "可选值“{id}”与一个词表同名，只会成为一个名为“{id}”的选项", en: "choice `{id}` is a vocabulary's name and becomes one choice called `{id}`" }
        remedy { zh: "要取词表的全部代码，写成 vocabulary:{id}", en: "for the vocabulary's codes write vocabulary:{id}" }
    }
    /// A case of an item that passes to another unit.
    fn item_cannot_pass(action) -> "P569" Error {
        what { zh: "动作“{action}”移送或者并案，而考核项目的办件属于承担它的单位", en: "action `{action}` passes on or merges a case of an assessment item, which belongs to the unit that carries the item" }
        remedy { zh: "删去 transfers、merges", en: "delete transfers and merges" }
    }
    /// A case is followed up twice.
    fn followed_up_twice(deadline) -> "P566" Error {
        what { zh: "期限“{deadline}”两处写了转督办", en: "deadline `{deadline}` is followed up in two places" }
        remedy { zh: "只留 reminder 的 escalate_after 或一行 escalation", en: "keep either escalate_after of the reminder or one escalation" }
    }
    /// An escalation of a deadline whose missing is nobody's fault.
    fn escalates_no_fault(deadline) -> "P567" Error {
        what { zh: "期限“{deadline}”逾期不记过错，没有可升级的", en: "missing deadline `{deadline}` is nobody's fault, so there is nothing to escalate" }
        remedy { zh: "为期限写 when_missed = \"mark\"", en: "write when_missed = \"mark\" for the deadline" }
    }
}
