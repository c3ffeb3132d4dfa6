//! Every fault and refusal of this crate, in both languages, each with its remedy.
//!
//! F1xx: what a declared flow can get wrong (found by [`validate`](crate::validate) before any
//! case runs). F2xx: why a case could not be opened or an act was refused. F3xx: why a deadline
//! could not be counted.

use base::{Lang, Problem, Text, catalogue};

catalogue! {
    /// Two things of a flow share one id.
    fn duplicate_id(what, id) -> "F101" Error {
        what { zh: "{what}“{id}”重复声明", en: "{what} `{id}` is declared twice" }
        remedy { zh: "改用另一个编号，或删去其中一个", en: "give one of them another id, or remove it" }
    }
    /// A state is named that the flow does not declare.
    fn undeclared_state(id, nearest) -> "F102" Error {
        what { zh: "流程没有声明状态“{id}”", en: "the flow declares no state `{id}`" }
        remedy { zh: "可用的状态：{nearest}", en: "use one of: {nearest}" }
    }
    /// An action is named that the flow does not declare.
    fn undeclared_action(id, nearest) -> "F103" Error {
        what { zh: "流程没有声明操作“{id}”", en: "the flow declares no action `{id}`" }
        remedy { zh: "可用的操作：{nearest}", en: "use one of: {nearest}" }
    }
    /// A field is named that the flow does not declare.
    fn undeclared_field(id, nearest) -> "F104" Error {
        what { zh: "流程没有声明字段“{id}”", en: "the flow declares no field `{id}`" }
        remedy { zh: "可用的字段：{nearest}", en: "use one of: {nearest}" }
    }
    /// No way leads from the initial state to a state.
    fn unreachable_state(id) -> "F105" Error {
        what { zh: "从起始状态到不了状态“{id}”", en: "state `{id}` cannot be reached from the initial state" }
        remedy { zh: "增加一个通向它的操作，或删去它", en: "add an action that leads to it, or remove it" }
    }
    /// A state that is not closed has no action that leaves it.
    fn trap(id) -> "F106" Error {
        what { zh: "状态“{id}”未办结，却没有离开它的操作", en: "state `{id}` is not closed, yet no action leaves it" }
        remedy { zh: "增加一个以它为起点、通向别处的操作，或把它声明为办结", en: "add an action from it to another state, or declare it closed" }
    }
    /// From a state no closed state can be reached.
    fn never_closes(id) -> "F107" Error {
        what { zh: "从状态“{id}”出发永远不能办结", en: "from state `{id}` no closed state can be reached" }
        remedy { zh: "增加一条通向办结状态的路", en: "add a way to a closed state" }
    }
    /// The flow has no closed state.
    fn no_closed_state(flow) -> "F108" Error {
        what { zh: "流程“{flow}”没有办结状态", en: "flow `{flow}` has no closed state" }
        remedy { zh: "至少把一个状态声明为办结（closed）", en: "declare at least one state closed" }
    }
    /// Nobody may take an action.
    fn action_without_role(id) -> "F109" Error {
        what { zh: "操作“{id}”没有角色可以执行", en: "no role may take action `{id}`" }
        remedy { zh: "写出至少一个角色", en: "name at least one role" }
    }
    /// An action is possible nowhere.
    fn action_without_from(id) -> "F110" Error {
        what { zh: "操作“{id}”没有起点状态，永远不能执行", en: "action `{id}` has no state to start from and can never be taken" }
        remedy { zh: "在 from 中写出至少一个状态", en: "name at least one state in `from`" }
    }
    /// An action leads out of a closed state without being marked as reopening.
    fn leaves_closed_state(action, state) -> "F111" Error {
        what { zh: "操作“{action}”从已办结的状态“{state}”出发", en: "action `{action}` starts from the closed state `{state}`" }
        remedy { zh: "若确要重新办理，声明 reopens = true；否则从 from 中删去该状态", en: "if it is to reopen the case, declare `reopens = true`; otherwise remove the state from `from`" }
    }
    /// A state that is not closed has an outcome.
    fn outcome_of_open_state(state) -> "F112" Error {
        what { zh: "状态“{state}”未办结，不会产生结果（outcome）", en: "state `{state}` is not closed, so its outcome would never be used" }
        remedy { zh: "删去 outcome，或把该状态声明为办结", en: "remove `outcome`, or declare the state closed" }
    }
    /// An action has closing reasons but does not close.
    fn closing_reasons_without_closing(action) -> "F113" Error {
        what { zh: "操作“{action}”列了办结理由，却不通向办结状态", en: "action `{action}` lists closing reasons but does not lead to a closed state" }
        remedy { zh: "删去 closes_with，或改变 to", en: "remove `closes_with`, or change `to`" }
    }
    /// A list of choices or closing reasons is empty.
    fn empty_list(what, id) -> "F114" Error {
        what { zh: "{what}“{id}”的可选项为空，什么也不能选", en: "the list of {what} `{id}` is empty, so nothing can be chosen" }
        remedy { zh: "写出至少一项", en: "name at least one entry" }
    }
    /// Nothing can end a deadline.
    fn deadline_never_ends(id) -> "F115" Error {
        what { zh: "期限“{id}”开始之后没有任何操作能使它结束", en: "once deadline `{id}` has started, no action can end it" }
        remedy { zh: "让 ends 指向开始之后能到达的状态或操作", en: "let `ends` name a state or an action that can follow its start" }
    }
    /// A deadline has no length or an absurd one.
    fn bad_length(id, length, max) -> "F116" Error {
        what { zh: "期限“{id}”的长度为 {length}", en: "deadline `{id}` has the length {length}" }
        remedy { zh: "写 1 至 {max}", en: "use 1 to {max}" }
    }
    /// A month and day that no year has.
    fn no_such_month_day(id, month, day) -> "F117" Error {
        what { zh: "期限“{id}”中没有 {month} 月 {day} 日这一天", en: "deadline `{id}`: no year has day {day} of month {month}" }
        remedy { zh: "写出存在的月和日", en: "use a month and a day that exist" }
    }
    /// A bound does not fit the kind of its field.
    fn bound_does_not_fit(field, bound) -> "F118" Error {
        what { zh: "字段“{field}”的 {bound} 与字段类型不符", en: "`{bound}` of field `{field}` does not fit the field's kind" }
        remedy { zh: "数值和文字用数，日期用日期，选项和是否不设界限", en: "use a number for numbers and text, a day for days, none for choices and yes/no" }
    }
    /// The least value exceeds the greatest.
    fn min_above_max(field) -> "F119" Error {
        what { zh: "字段“{field}”的最小值大于最大值", en: "the least value of field `{field}` is above its greatest" }
        remedy { zh: "对调或改正 min 和 max", en: "swap or correct `min` and `max`" }
    }
    /// A condition compares a field with a value that it can never hold.
    fn condition_never_holds(action, field) -> "F120" Error {
        what { zh: "操作“{action}”的条件把字段“{field}”与它不可能有的值比较", en: "a condition of action `{action}` compares field `{field}` with a value that it can never hold" }
        remedy { zh: "写一个符合该字段类型的值", en: "use a value of the field's kind" }
    }
    /// Once its deadlines have passed, a state cannot be left any more.
    fn locked_trap(state) -> "F121" Warning {
        what { zh: "离开状态“{state}”的每个操作都会因逾期而锁定，办件会卡住", en: "every action that leaves state `{state}` is locked once its deadline has passed, so a case can get stuck" }
        remedy { zh: "留一个不锁定的操作", en: "leave one action that no deadline locks" }
    }
    /// A deadline starts where no deadline runs.
    fn starts_in_closed_state(deadline, state) -> "F122" Error {
        what { zh: "期限“{deadline}”始于已办结的状态“{state}”，办结后期限不再计算", en: "deadline `{deadline}` starts in the closed state `{state}`, where no deadline runs" }
        remedy { zh: "让它始于未办结的状态，例如为整改另设一个状态", en: "let it start in a state that is not closed, for example one for the rectification" }
    }
    /// An action that opens a lock again belongs to a deadline that locks nothing, or is locked by it.
    fn lifts_nothing(deadline, action) -> "F124" Error {
        what { zh: "期限“{deadline}”的 lifted_by 写了“{action}”，但它不锁定动作，或者锁定的就是这个动作", en: "deadline `{deadline}` is lifted by `{action}`, but it locks nothing, or locks that very action" }
        remedy { zh: "写 when_missed = \"lock\" 和 locks，lifted_by 另写一个动作", en: "write `when_missed = \"lock\"` with `locks`, and another action in `lifted_by`" }
    }
    /// What an action adds does not fit the field that it adds to.
    fn adds_to_no_number(action, field) -> "F125" Error {
        what { zh: "操作“{action}”要累加到字段“{field}”，它不是小数，或累加的数不是正数", en: "action `{action}` adds to field `{field}`, which is no decimal, or what it adds is not above 0" }
        remedy { zh: "写一个大于0的数", en: "write a number above 0" }
    }
    /// The flow's initial state is closed.
    fn initial_is_closed(state) -> "F123" Error {
        what { zh: "起始状态“{state}”是办结状态", en: "the initial state `{state}` is closed" }
        remedy { zh: "从未办结的状态开始", en: "start in a state that is not closed" }
    }

    /// An extension of a deadline that the flow does not declare.
    fn undeclared_deadline(id, nearest) -> "F126" Error {
        what { zh: "流程没有声明期限“{id}”", en: "the flow declares no deadline `{id}`" }
        remedy { zh: "可用的期限：{nearest}", en: "use one of: {nearest}" }
    }
    /// Who asks for an extension may also grant it.
    fn grants_to_itself(deadline, role) -> "F127" Error {
        what { zh: "期限“{deadline}”的延期由角色“{role}”申请，也由它批准", en: "an extension of deadline `{deadline}` is asked for and granted by the same role `{role}`" }
        remedy { zh: "申请和批准的动作写不同的角色", en: "give the asking and the granting action different roles" }
    }
    /// The field of an extension is no whole number that its granting action requires.
    fn extension_without_days(deadline, field, action) -> "F128" Error {
        what { zh: "期限“{deadline}”延长几日取自字段“{field}”，但动作“{action}”没有必填的整数字段“{field}”", en: "the days of an extension of deadline `{deadline}` are those of field `{field}`, but action `{action}` requires no whole number `{field}`" }
        remedy { zh: "为该动作声明 type = \"number\"、required = true 的输入“{field}”", en: "declare an input `{field}` of that action with `type = \"number\"` and `required = true`" }
    }
    /// The days or times of an extension are absurd.
    fn bad_extension(deadline, max) -> "F129" Error {
        what { zh: "期限“{deadline}”的延期天数或次数不在 1 至 {max} 之间", en: "the days or times of an extension of deadline `{deadline}` are not within 1 to {max}" }
        remedy { zh: "at_most 和 times 都写 1 至 {max}", en: "write 1 to {max} for `at_most` and `times`" }
    }
    /// Asking for or answering an extension ends the deadline that is to be extended.
    fn extension_ends_it(deadline, action) -> "F130" Error {
        what { zh: "动作“{action}”使期限“{deadline}”结束，不能再用来延期", en: "action `{action}` ends deadline `{deadline}`, so it cannot extend it" }
        remedy { zh: "让该动作留在原状态，或改变期限的 ends", en: "let the action stay in its state, or let the deadline end elsewhere" }
    }
    /// A notice is up in a state where it cannot be.
    fn notice_in_closed_state(notice, state) -> "F131" Error {
        what { zh: "公示“{notice}”所在的状态“{state}”已办结", en: "notice `{notice}` is up in the closed state `{state}`" }
        remedy { zh: "写一个未办结的状态", en: "let it be up in a state that is not closed" }
    }
    /// What happens at the end of a notice does not lead out of its state.
    fn notice_end_elsewhere(notice, action, state) -> "F132" Error {
        what { zh: "公示“{notice}”届满后的动作“{action}”不是从状态“{state}”通向别处", en: "action `{action}` at the end of notice `{notice}` does not lead from state `{state}` to another" }
        remedy { zh: "在 then 中写一个从“{state}”出发、到达别的状态的动作", en: "let `then` name an action from `{state}` to another state" }
    }
    /// What happens at the end of a notice needs somebody.
    fn notice_end_needs_somebody(notice, action) -> "F133" Error {
        what { zh: "公示“{notice}”届满后由系统办理的动作“{action}”有角色、必填内容、理由、佐证或去向", en: "action `{action}`, taken by itself at the end of notice `{notice}`, has roles or asks for fields, a reason, evidence, a unit or a case" }
        remedy { zh: "写 roles = []，不设输入、理由和佐证；人工办理的另设动作", en: "write `roles = []` and ask for nothing; declare another action for people" }
    }
    /// Objections can be raised that nobody can settle, or settled that nobody can raise.
    fn objections_unsettled(notice) -> "F134" Error {
        what { zh: "公示“{notice}”的 objections 和 settled_by 只写了一个", en: "notice `{notice}` has only one of `objections` and `settled_by`" }
        remedy { zh: "两个都写，使提出的异议都能处理完毕；不收异议的都不写", en: "write both, so that what is raised can be settled; neither where none are taken" }
    }
    /// Raising or settling an objection does not stay in the state of the notice.
    fn objection_leaves(notice, action, state) -> "F135" Error {
        what { zh: "公示“{notice}”期间的动作“{action}”应当从“{state}”到“{state}”", en: "action `{action}` of notice `{notice}` must lead from `{state}` to `{state}`" }
        remedy { zh: "from 和 to 都写“{state}”；使公示作废的另设动作", en: "write `{state}` for `from` and `to`; what ends the notice is another action" }
    }
    /// The clock is stopped where no clock runs.
    fn stopped_when_closed(state) -> "F136" Error {
        what { zh: "状态“{state}”已办结，期限不再计算，不必停表", en: "state `{state}` is closed; no clock runs there that could stop" }
        remedy { zh: "删去 clock", en: "remove `clock`" }
    }
    /// An action waits for cases below, and none can be opened.
    fn waits_for_nothing(action) -> "F137" Error {
        what { zh: "动作“{action}”要等子办件办结，但流程没有开办子办件的动作", en: "action `{action}` waits for cases below, but no action of the flow opens one" }
        remedy { zh: "为一个动作写 opens，或删去 waits_for_sub_cases", en: "let an action open cases with `opens`, or remove `waits_for_sub_cases`" }
    }
    /// An action merges and does not close.
    fn merges_without_closing(action) -> "F138" Error {
        what { zh: "动作“{action}”把办件并入另一件，却不通向办结状态", en: "action `{action}` merges the case into another but does not close it" }
        remedy { zh: "让 to 指向一个办结状态，如“已并案”", en: "let `to` name a closed state, such as one called merged" }
    }
    /// An action sends back what no action passes on.
    fn sends_back_nothing(action) -> "F139" Error {
        what { zh: "动作“{action}”退回移送，但流程没有移送的动作", en: "action `{action}` sends a case back, but no action of the flow passes one on" }
        remedy { zh: "为移送的动作写 transfers = \"to_unit\"", en: "write `transfers = \"to_unit\"` for the action that passes it on" }
    }

    /// The case belongs to another flow.
    fn other_flow(case_flow, flow) -> "F201" Error {
        what { zh: "办件属于流程“{case_flow}”，不是“{flow}”", en: "the case runs by flow `{case_flow}`, not `{flow}`" }
        remedy { zh: "用受理该办件时的流程", en: "use the flow by which the case was accepted" }
    }
    /// The flow has no such action.
    fn unknown_action(action, possible) -> "F202" Error {
        what { zh: "没有操作“{action}”", en: "there is no action `{action}`" }
        remedy { zh: "现在可以：{possible}", en: "possible now: {possible}" }
    }
    /// The case is closed.
    fn case_closed(action, on) -> "F203" Error {
        what { zh: "办件已于 {on} 办结，不能“{action}”", en: "the case was closed on {on}; “{action}” is not possible" }
        remedy { zh: "如有新情况，另立一案，或用流程声明的重新办理操作", en: "open a new case, or use an action that the flow declares as reopening" }
    }
    /// The action is not possible in this state.
    fn wrong_state(action, state, possible) -> "F204" Error {
        what { zh: "办件处于“{state}”，不能“{action}”", en: "the case is in “{state}”, where “{action}” is not possible" }
        remedy { zh: "现在可以：{possible}", en: "possible now: {possible}" }
    }
    /// None of the actor's roles may take the action.
    fn role_not_allowed(action, held, allowed) -> "F205" Error {
        what { zh: "角色“{held}”不能“{action}”", en: "the role `{held}` may not take “{action}”" }
        remedy { zh: "由以下角色办理：{allowed}", en: "it is for: {allowed}" }
    }
    /// The actor's unit is not the case's unit.
    fn not_own_unit(action) -> "F206" Error {
        what { zh: "“{action}”只能由办件所属单位办理", en: "“{action}” is for the unit whose case it is" }
        remedy { zh: "请该单位的人员办理", en: "ask someone of that unit" }
    }
    /// The actor's unit does not lead the item.
    fn not_lead_unit(action) -> "F207" Error {
        what { zh: "“{action}”只能由牵头单位办理", en: "“{action}” is for the lead unit" }
        remedy { zh: "请牵头单位的人员办理", en: "ask someone of the lead unit" }
    }
    /// An action for those who support.
    fn not_support_unit(action) -> "F229" Error {
        what { zh: "“{action}”只能由配合单位办理", en: "“{action}” is for the units that support" }
        remedy { zh: "请配合单位的人员办理", en: "ask someone of a supporting unit" }
    }
    /// The act lies before what has already happened.
    fn day_before_last_step(day, last) -> "F208" Error {
        what { zh: "日期 {day} 早于办件的上一步 {last}", en: "the day {day} lies before the case's last step on {last}" }
        remedy { zh: "填 {last} 或以后的日期", en: "use {last} or a later day" }
    }
    /// The act was recorded before what has already been recorded.
    fn moment_before_last_step(moment, last) -> "F209" Error {
        what { zh: "记录时刻 {moment} 早于上一步的记录时刻 {last}", en: "the moment {moment} lies before that of the last step, {last}" }
        remedy { zh: "检查本机时钟", en: "check the machine's clock" }
    }
    /// A field is given that the action does not take.
    fn field_not_taken(action, field, takes) -> "F210" Error {
        what { zh: "“{action}”不收字段“{field}”", en: "“{action}” takes no field `{field}`" }
        remedy { zh: "它收：{takes}", en: "it takes: {takes}" }
    }
    /// A demanded field is missing.
    fn field_missing(action, field) -> "F211" Error {
        what { zh: "“{action}”必须填写“{field}”", en: "“{action}” needs “{field}”" }
        remedy { zh: "填写“{field}”", en: "fill in “{field}”" }
    }
    /// A value is of another kind than its field.
    fn wrong_kind(field, value, wanted) -> "F212" Error {
        what { zh: "“{field}”不能是“{value}”", en: "“{field}” cannot be `{value}`" }
        remedy { zh: "填写{wanted}", en: "give {wanted}" }
    }
    /// A value is below the least one.
    fn below_min(field, value, min) -> "F213" Error {
        what { zh: "“{field}”的值 {value} 太小", en: "the value {value} of “{field}” is too small" }
        remedy { zh: "不小于 {min}", en: "it must be at least {min}" }
    }
    /// A value is above the greatest one.
    fn above_max(field, value, max) -> "F214" Error {
        what { zh: "“{field}”的值 {value} 太大", en: "the value {value} of “{field}” is too large" }
        remedy { zh: "不大于 {max}", en: "it must be at most {max}" }
    }
    /// Text is shorter than allowed.
    fn text_too_short(field, length, min) -> "F215" Error {
        what { zh: "“{field}”只有 {length} 个字", en: "“{field}” has only {length} characters" }
        remedy { zh: "至少写 {min} 个字", en: "write at least {min}" }
    }
    /// Text is longer than allowed.
    fn text_too_long(field, length, max) -> "F216" Error {
        what { zh: "“{field}”有 {length} 个字，太长", en: "“{field}” has {length} characters, too many" }
        remedy { zh: "最多写 {max} 个字", en: "write at most {max}" }
    }
    /// Too little evidence is cited.
    fn evidence_missing(action, given, wanted) -> "F217" Error {
        what { zh: "“{action}”只附了 {given} 件佐证材料", en: "“{action}” cites {given} pieces of evidence" }
        remedy { zh: "至少附 {wanted} 件；已提交过的材料可以再次引用", en: "cite at least {wanted}; evidence filed before may be cited again" }
    }
    /// More evidence is cited than one act may cite.
    fn evidence_too_much(action, given, max) -> "F218" Error {
        what { zh: "“{action}”附了 {given} 件佐证材料，太多", en: "“{action}” cites {given} pieces of evidence, too many" }
        remedy { zh: "最多附 {max} 件", en: "cite at most {max}" }
    }
    /// A piece of evidence has no name.
    fn evidence_blank(action) -> "F219" Error {
        what { zh: "“{action}”引用的一件佐证材料没有哈希值", en: "“{action}” cites a piece of evidence without its hash" }
        remedy { zh: "先提交材料，再引用它的哈希值", en: "file the evidence first, then cite its hash" }
    }
    /// A reason must be written.
    fn reason_missing(action) -> "F220" Error {
        what { zh: "“{action}”必须说明理由", en: "“{action}” needs a written reason" }
        remedy { zh: "写明理由", en: "write the reason" }
    }
    /// A reason from the list must be chosen.
    fn closing_reason_missing(action, list) -> "F221" Error {
        what { zh: "“{action}”必须选择办结理由", en: "“{action}” needs a closing reason from the list" }
        remedy { zh: "选一项：{list}", en: "choose one: {list}" }
    }
    /// The closing reason is not in the list.
    fn closing_reason_unknown(action, reason, list) -> "F222" Error {
        what { zh: "“{action}”没有办结理由“{reason}”", en: "“{action}” has no closing reason `{reason}`" }
        remedy { zh: "选一项：{list}", en: "choose one: {list}" }
    }
    /// A closing reason is given to an action that takes none.
    fn closing_reason_not_taken(action) -> "F223" Error {
        what { zh: "“{action}”不收办结理由", en: "“{action}” takes no closing reason" }
        remedy { zh: "不要填写办结理由；说明写在理由里", en: "leave the closing reason out; write what is to be said as the reason" }
    }
    /// The right to act has lapsed.
    fn locked(action, deadline, due_on, basis) -> "F224" Error {
        what { zh: "“{deadline}”已于 {due_on} 届满，不能再“{action}”", en: "“{deadline}” ended on {due_on}; “{action}” is no longer possible" }
        remedy { zh: "依据：{basis}。请用流程声明的其他操作继续", en: "by: {basis}. Continue with another action of the flow" }
    }
    /// An action that opens again what a deadline locked, where nothing is locked.
    fn nothing_locked(action) -> "F228" Error {
        what { zh: "没有因逾期锁定的环节，不需要“{action}”", en: "nothing is locked for being late, so “{action}” is not needed" }
        remedy { zh: "按流程继续办理", en: "go on with the course as it is" }
    }
    /// An action would cut a limit short that still runs, and says no reason.
    fn still_runs(action, deadline, due_on) -> "F244" Error {
        what { zh: "“{deadline}”到 {due_on} 才届满，现在“{action}”会使它提前结束", en: "“{deadline}” runs until {due_on}; “{action}” now would cut it short" }
        remedy { zh: "等它届满；确需提前的，写明理由，理由写入存证，有关单位看得到", en: "wait until then; or write why it cannot wait: the reason stands in the ledger, where the unit sees it" }
    }
    /// The case has more steps than one case may have.
    fn too_many_steps(max) -> "F225" Error {
        what { zh: "一个办件最多 {max} 步", en: "a case can have at most {max} steps" }
        remedy { zh: "办结它，另立一案", en: "close it and open a new one" }
    }
    /// Opening gives a field that the flow does not declare.
    fn field_not_declared(flow, field, takes) -> "F226" Error {
        what { zh: "流程“{flow}”没有字段“{field}”", en: "flow “{flow}” has no field `{field}`" }
        remedy { zh: "可用的字段：{takes}", en: "use one of: {takes}" }
    }
    /// A step to be recorded does not start where the case is.
    fn step_does_not_follow(from, state) -> "F227" Error {
        what { zh: "这一步从状态“{from}”出发，办件却处于“{state}”", en: "the step starts from state `{from}`, but the case is in `{state}`" }
        remedy { zh: "按发生的次序记录各步", en: "record the steps in the order in which they were taken" }
    }

    /// An action for whoever opened the case.
    fn not_filer(action) -> "F230" Error {
        what { zh: "“{action}”只能由开办人本人办理", en: "“{action}” is for whoever opened the case" }
        remedy { zh: "请开办人办理，或用流程声明的其他操作", en: "ask that person, or use another action of the flow" }
    }
    /// Cases below are still open.
    fn sub_cases_open(action, count) -> "F231" Error {
        what { zh: "还有 {count} 个子办件没有办结，不能“{action}”", en: "{count} cases below are not closed; “{action}” has to wait" }
        remedy { zh: "先办结子办件", en: "close them first" }
    }
    /// Nobody passed the case on.
    fn not_passed_on(action) -> "F232" Error {
        what { zh: "办件不是由别的单位移送来的，不能“{action}”", en: "no other unit has passed the case on; “{action}” is not possible" }
        remedy { zh: "按流程继续办理", en: "go on with the course as it is" }
    }
    /// A unit must be named.
    fn unit_missing(action) -> "F233" Error {
        what { zh: "“{action}”要写明移送给哪个单位", en: "“{action}” needs the unit to which the case passes" }
        remedy { zh: "选择接收单位", en: "choose the unit" }
    }
    /// A unit is named for nothing.
    fn unit_not_taken(action) -> "F234" Error {
        what { zh: "“{action}”不涉及别的单位", en: "“{action}” concerns no other unit" }
        remedy { zh: "不要填写单位", en: "leave the unit out" }
    }
    /// The other case must be named.
    fn case_missing(action) -> "F235" Error {
        what { zh: "“{action}”要写明并入哪一个办件", en: "“{action}” needs the case into which this one is merged" }
        remedy { zh: "填写办件编号", en: "give its number" }
    }
    /// Another case is named for nothing.
    fn case_not_taken(action) -> "F236" Error {
        what { zh: "“{action}”不涉及别的办件", en: "“{action}” concerns no other case" }
        remedy { zh: "不要填写办件编号", en: "leave the number out" }
    }
    /// Nothing runs that could be extended.
    fn nothing_to_extend(deadline) -> "F237" Error {
        what { zh: "“{deadline}”没有在期限内运行，不能申请延期", en: "“{deadline}” does not run, or has passed; it cannot be extended" }
        remedy { zh: "延期应当在期限届满前申请", en: "ask before its last day has passed" }
    }
    /// An extension was asked for and not answered.
    fn extension_pending(deadline) -> "F238" Error {
        what { zh: "“{deadline}”的延期申请还没有答复", en: "an extension of “{deadline}” was asked for and is not answered yet" }
        remedy { zh: "等待批准或者不批准", en: "wait until it is granted or refused" }
    }
    /// A deadline was extended as often as it can be.
    fn extensions_used_up(deadline, times) -> "F239" Error {
        what { zh: "“{deadline}”已经延期 {times} 次，不能再延", en: "“{deadline}” was extended {times} times, which is as often as it can be" }
        remedy { zh: "按现有期限办理", en: "keep to the day as it is" }
    }
    /// Nobody asked for an extension.
    fn extension_not_asked(action, deadline) -> "F240" Error {
        what { zh: "没有待答复的“{deadline}”延期申请，不能“{action}”", en: "nobody waits for an answer about “{deadline}”; “{action}” is not possible" }
        remedy { zh: "先由承办人申请延期", en: "an extension is asked for first" }
    }
    /// More days than an extension can have.
    fn extension_too_long(days, most) -> "F241" Error {
        what { zh: "延期 {days} 日超出规定", en: "an extension by {days} days is not allowed" }
        remedy { zh: "写 1 至 {most}", en: "use 1 to {most}" }
    }
    /// The time for objections is over.
    fn notice_over(action, notice, last) -> "F242" Error {
        what { zh: "“{notice}”已于 {last} 届满，不能再“{action}”", en: "“{notice}” ended on {last}; “{action}” is no longer possible" }
        remedy { zh: "公示期满后的意见按流程的其他途径提出", en: "raise it by another way of the flow" }
    }
    /// No objection is open.
    fn no_open_objection(action, notice) -> "F243" Error {
        what { zh: "“{notice}”没有待处理的异议，不能“{action}”", en: "no objection to “{notice}” is open; “{action}” is not possible" }
        remedy { zh: "按流程继续办理", en: "go on with the course as it is" }
    }

    /// A day lies before the earliest one.
    fn day_too_early(field, value, bound, earliest) -> "F245" Error {
        what { zh: "“{field}”填的 {value} 早于{bound}{earliest}", en: "the day {value} of “{field}” lies before {bound}{earliest}" }
        remedy { zh: "填 {earliest} 或以后的日期", en: "give {earliest} or a later day" }
    }
    /// A day lies after the latest one.
    fn day_too_late(field, value, bound, latest) -> "F246" Error {
        what { zh: "“{field}”填的 {value} 晚于{bound}{latest}", en: "the day {value} of “{field}” lies after {bound}{latest}" }
        remedy { zh: "填 {latest} 或以前的日期", en: "give {latest} or an earlier day" }
    }

    /// The work calendar does not have a year that a deadline needs.
    fn unpublished_year(deadline, year) -> "F301" Error {
        what { zh: "期限“{deadline}”要用 {year} 年的工作日历，该年的放假安排尚未收录", en: "deadline “{deadline}” needs the work calendar of {year}, whose holidays are not published here" }
        remedy { zh: "收录国务院办公厅发布的 {year} 年放假安排", en: "add the published holiday arrangement of {year}" }
    }
    /// A deadline's day lies beyond the days that can be counted.
    fn beyond_calendar(deadline) -> "F302" Error {
        what { zh: "期限“{deadline}”的日期超出可计算的范围", en: "a day of deadline “{deadline}” lies beyond the days that can be counted" }
        remedy { zh: "检查办件的日期和年份", en: "check the case's days and its reference year" }
    }
    /// The flow has no such deadline.
    fn unknown_deadline(deadline, known) -> "F303" Error {
        what { zh: "没有期限“{deadline}”", en: "there is no deadline `{deadline}`" }
        remedy { zh: "可用的期限：{known}", en: "use one of: {known}" }
    }
}

/// Makes a problem whose names differ between the languages: `make` is asked once for each, and
/// each text is taken from its own.
pub(crate) fn in_both(make: impl Fn(Lang) -> Problem) -> Problem {
    let (zh, en) = (make(Lang::Zh), make(Lang::En));
    let what = Text {
        zh: zh.what.zh,
        en: en.what.en,
    };
    let remedy = Text {
        zh: zh.remedy.zh,
        en: en.remedy.en,
    };
    Problem::new(zh.code, zh.severity, what, remedy)
}

/// A list as a person reads it, "none" when it is empty.
pub(crate) fn list<T: std::fmt::Display>(items: impl IntoIterator<Item = T>, lang: Lang) -> String {
    let (none, between) = match lang {
        Lang::Zh => ("无", "、"),
        Lang::En => ("none", ", "),
    };
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() {
        none.to_string()
    } else {
        items.join(between)
    }
}

/// A text as it is repeated in a problem: its beginning, when it is long.
pub(crate) fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    match text.char_indices().nth(CHARACTERS_MAX) {
        // `end` is where a character starts.
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
