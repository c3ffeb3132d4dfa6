//! What can be wrong with reminders, assignments and the passing of time (codes O72…).

base::catalogue! {
    /// A day after today.
    fn day_still_to_come(day, today) -> "O720" Error {
        what { zh: "{day} 还没有到，今天是 {today}", en: "{day} is still to come, today is {today}" }
        remedy { zh: "写今天或更早的日期", en: "say today or an earlier day" }
    }
    /// A case that nobody need be reminded of.
    fn nothing_to_remind(case) -> "O721" Error {
        what { zh: "办件 {case} 没有在计的期限，或已办结，无须催办", en: "nothing is due in case {case}, or it is closed: there is nothing to remind of" }
        remedy { zh: "去掉它再催办", en: "leave it out" }
    }
    /// A flow whose cases are no assignments.
    fn no_assignment_flow(flow) -> "O722" Error {
        what { zh: "“{flow}”不是交办流程", en: "`{flow}` is no flow of assignments" }
        remedy { zh: "选督办或批示；方案中交办流程写 about = \"assignment\"", en: "choose follow-up or instruction; in the programme such a flow says about = \"assignment\"" }
    }
    /// An assignment that lacks something.
    fn assignment_without(what_zh, what_en) -> "O723" Error {
        what { zh: "没有写{what_zh}", en: "{what_en} is missing" }
        remedy { zh: "补上{what_zh}再交办", en: "add {what_en}, then assign it" }
    }
    /// A day before today.
    fn assignment_due_in_past(due, today) -> "O724" Error {
        what { zh: "办结期限 {due} 早于今天 {today}", en: "the day due, {due}, is before today, {today}" }
        remedy { zh: "写今天或以后的日期", en: "say today or a later day" }
    }
    /// A unit that is named twice.
    fn unit_twice(unit) -> "O725" Error {
        what { zh: "“{unit}”写了两次", en: "`{unit}` is named twice" }
        remedy { zh: "一个单位或牵头或配合，只选一次", en: "a unit leads or supports, and is chosen once" }
    }
    /// A text that is too long.
    fn assigned_text_too_long(field, most) -> "O726" Error {
        what { zh: "“{field}”超过 {most} 字", en: "`{field}` is longer than {most} signs" }
        remedy { zh: "写短些，细节放进附件", en: "make it shorter and put the details into an attachment" }
    }
}
