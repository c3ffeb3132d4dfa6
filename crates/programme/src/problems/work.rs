//! P4xx: flows, published figures and made-up data.

base::catalogue! {
    /// A deadline without length.
    fn deadline_without_length(id) -> "P401" Error {
        what { zh: "期限“{id}”没有写多长", en: "deadline `{id}` has no length" }
        remedy { zh: "写 working_days、calendar_days、months 或 on 之一", en: "write one of working_days, calendar_days, months and on" }
    }
    /// A roll that has no effect.
    fn working_days_do_not_roll() -> "P402" Error {
        what { zh: "按工作日计的期限总在工作日届满，rolls 没有作用", en: "a deadline in working days always ends on one; rolls has no effect" }
        remedy { zh: "删去 rolls", en: "delete rolls" }
    }
    /// A name that can be a state or something else.
    fn ambiguous_name(name) -> "P403" Error {
        what { zh: "“{name}”既是状态又是动作或字段", en: "`{name}` is both a state and an action or field" }
        remedy { zh: "给其中一个换标识", en: "give one of them another id" }
    }
    /// Two inputs of one field that disagree.
    fn input_differs(field, action) -> "P404" Error {
        what { zh: "字段“{field}”与动作“{action}”中的同名字段类型或界限不同", en: "field `{field}` has another type or limits than in action `{action}`" }
        remedy { zh: "写成相同的，或换一个名称", en: "write the same, or give it another name" }
    }
    /// A flow about subjects without their type.
    fn flow_needs_subject_type(flow) -> "P405" Error {
        what { zh: "流程“{flow}”关于对象，却没有写对象类型", en: "flow `{flow}` is about subjects and does not say of which type" }
        remedy { zh: "写上 subject_type", en: "write subject_type" }
    }
    /// A subject type of a flow about none.
    fn flow_without_subject(flow, about) -> "P406" Error {
        what { zh: "流程“{flow}”的 about 是 {about}，没有对象", en: "flow `{flow}` is about {about} and has no subject" }
        remedy { zh: "删去 subject_type，或写 about = \"subject\"", en: "delete subject_type, or write about = \"subject\"" }
    }

    /// A reminder that never comes.
    fn reminder_of_nothing(deadline) -> "P407" Error {
        what { zh: "期限“{deadline}”的催办没有写哪天提醒，也没有写何时转督办", en: "the reminder of deadline `{deadline}` says neither when it reminds nor when the case is followed up" }
        remedy { zh: "写 before、after，或 escalate_after 和 escalate_to", en: "write before, after, or escalate_after with escalate_to" }
    }
    /// A pattern of numbers without year and number.
    fn not_a_number_pattern(pattern) -> "P409" Error {
        what { zh: "编号式样“{pattern}”不对", en: "the pattern of numbers `{pattern}` is not right" }
        remedy { zh: "写上{{年}}和{{号}}各一次，如 ×质办〔{{年}}〕{{号}}号", en: "write {{year}} and {{number}} once each, as in QO {{year}}-{{number}}" }
    }
    /// An escalation to a flow of no assignment.
    fn escalates_to_no_assignment(flow) -> "P408" Error {
        what { zh: "流程“{flow}”不是交办事项，不能由逾期转入", en: "flow `{flow}` is of no assignment, so that nothing can be escalated to it" }
        remedy { zh: "写 about = \"assignment\" 的流程", en: "name a flow with about = \"assignment\"" }
    }

    /// A published figure that nothing produces.
    fn published_by_nothing(id) -> "P420" Error {
        what { zh: "公布的数字“{id}”没有写由何产生", en: "the published figure `{id}` does not say what produces it" }
        remedy { zh: "写 indicator；规则类写 trial、scorecard 和 veto 或 consequence", en: "write indicator; for a rule trial, scorecard and veto or consequence" }
    }
    /// A value that the indicator cannot have.
    fn published_out_of_sense(indicator, value, unit) -> "P421" Error {
        what { zh: "指标“{indicator}”不可能是 {value} {unit}", en: "indicator `{indicator}` cannot be {value} {unit}" }
        remedy { zh: "百分数写 unit_of_measure = \"percent\"，个数写整数；或换指标", en: "for a percentage write unit_of_measure = \"percent\", for a count a whole number; or name another indicator" }
    }

    /// A record inserted for a rule that needs none.
    fn trial_without_veto() -> "P422" Error {
        what { zh: "由等级引起的结果不用插入记录来试验", en: "what follows from a grade is not tried with a record" }
        remedy { zh: "删去 trial_record 和 trial_values", en: "delete trial_record and trial_values" }
    }
    /// A trial value of another form.
    fn bad_trial_value(text) -> "P423" Error {
        what { zh: "“{text}”不是“字段=值”", en: "`{text}` is not field=value" }
        remedy { zh: "写成 \"level=major\" 的样子", en: "write it like \"level=major\"" }
    }
    /// A trial record without a required field.
    fn trial_lacks_field(record_type, field) -> "P424" Error {
        what { zh: "试验用的“{record_type}”记录缺必填字段“{field}”", en: "the trial record of `{record_type}` lacks the required field `{field}`" }
        remedy { zh: "在 trial_values 中加上 \"{field}=…\"", en: "add \"{field}=…\" to trial_values" }
    }

    /// A distribution without number.
    fn generate_without_count() -> "P430" Error {
        what { zh: "没有写产生多少", en: "it does not say how many" }
        remedy { zh: "写 count 或 per_unit；办件也可写 scorecard", en: "write count or per_unit; of cases scorecard will do" }
    }
    /// Records about subjects that nothing makes.
    fn generate_needs_subjects(record_type) -> "P431" Error {
        what { zh: "“{record_type}”的记录都有对象，却没有写对象从哪里来", en: "every record of `{record_type}` has a subject, and nothing says where they come from" }
        remedy { zh: "写 subjects = 产生对象的 generate 标识", en: "write subjects = the id of the generate row that makes them" }
    }
    /// Subjects of another type.
    fn generate_other_subjects(id, made, wanted) -> "P432" Error {
        what { zh: "“{id}”产生的是 {made}，这里要 {wanted}", en: "`{id}` makes {made}, and {wanted} is needed" }
        remedy { zh: "换一个产生 {wanted} 的 generate", en: "name a generate row that makes {wanted}" }
    }
    /// A made-up field without values.
    fn generate_field_empty(field) -> "P433" Error {
        what { zh: "没有写“{field}”取什么值", en: "it does not say which values `{field}` takes" }
        remedy { zh: "写 value、values、choices、text 或 from 与 to", en: "write value, values, choices, text, or from and to" }
    }
    /// A required field that nothing makes.
    fn generate_lacks_field(record_type, field) -> "P434" Error {
        what { zh: "“{record_type}”的必填字段“{field}”没有人产生", en: "nothing makes the required field `{field}` of `{record_type}`" }
        remedy { zh: "加上它的 [[generate_field]]；unit 和 place 写在 units 和 places", en: "add its [[generate_field]]; for unit and place write units and places" }
    }
    /// A text pattern with an open brace.
    fn pattern_not_closed(text) -> "P435" Error {
        what { zh: "“{text}”里的花括号没有合上", en: "a brace in `{text}` is not closed" }
        remedy { zh: "写成 {{n}} 或 {{词语表}}", en: "write {{n}} or {{list}}" }
    }
    /// Steps of something that has no flow.
    fn steps_without_flow() -> "P436" Error {
        what { zh: "只有办件才走步骤", en: "only cases take steps" }
        remedy { zh: "删去这一行，或写 of = \"case:流程\"", en: "delete the row, or write of = \"case:FLOW\"" }
    }
    /// A value that the field cannot hold.
    fn generate_value(field, value) -> "P437" Error {
        what { zh: "“{field}”不能取“{value}”", en: "`{field}` cannot be `{value}`" }
        remedy { zh: "写一个符合字段类型的值", en: "write a value of the field's type" }
    }
}
