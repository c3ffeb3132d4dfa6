//! Every problem that this crate can report, with what is wrong and what would be right.
//!
//! C1xx: faults of a definition, found by [`crate::validate`] before anything is scored. C2xx:
//! what one participant's data cannot be scored with.

use base::{ItemId, Problem};

use crate::rule::RuleFault;

base::catalogue! {
    /// Two things of one kind have the same id.
    fn duplicate_id(what_zh, what_en, id) -> "C101" Error {
        what { zh: "{what_zh}“{id}”出现了两次", en: "{what_en} `{id}` stands twice" }
        remedy { zh: "给其中一个另取标识", en: "give one of them another id" }
    }
    /// A reference to something that the scorecard does not have.
    fn unknown_reference(what_zh, what_en, id, nearest) -> "C102" Error {
        what { zh: "评分卡里没有{what_zh}“{id}”", en: "the scorecard has no {what_en} `{id}`" }
        remedy { zh: "改成“{nearest}”，或先声明它", en: "use `{nearest}`, or declare it first" }
    }
    /// Groups contain each other.
    fn group_cycle(id) -> "C103" Error {
        what { zh: "分组“{id}”包含自己", en: "group `{id}` contains itself" }
        remedy { zh: "去掉其中一个上级分组", en: "remove one of the parents" }
    }
    /// Groups are nested too deep.
    fn group_too_deep(id, levels_max) -> "C104" Error {
        what { zh: "分组“{id}”超过 {levels_max} 级", en: "group `{id}` is nested deeper than {levels_max} levels" }
        remedy { zh: "把它并入上一级", en: "merge it into the group above" }
    }
    /// A group without anything in it.
    fn empty_group(id) -> "C105" Warning {
        what { zh: "分组“{id}”没有评分项", en: "group `{id}` has no item" }
        remedy { zh: "删去该分组，或把评分项归入它", en: "remove the group or put items into it" }
    }
    /// A group's points are not the sum of its children's.
    fn group_points_differ(id, declared, sum) -> "C106" Warning {
        what { zh: "分组“{id}”标 {declared} 分，其下合计 {sum} 分", en: "group `{id}` declares {declared} points, its children add up to {sum}" }
        remedy { zh: "改成 {sum}；若有意封顶，可保留", en: "write {sum}, or keep it if the cap is meant" }
    }
    /// Weights among siblings do not add up.
    fn weights_do_not_add_up(id, sum) -> "C107" Error {
        what { zh: "“{id}”之下的权重合计 {sum}，不是 1 或 100", en: "the weights under `{id}` add up to {sum}, not to 1 or 100" }
        remedy { zh: "改权重，使合计为 1（或 100）", en: "change the weights so that they add up to 1 (or 100)" }
    }
    /// A weight is needed and missing.
    fn weight_missing(id) -> "C108" Error {
        what { zh: "“{id}”参加加权平均，却没有权重", en: "`{id}` takes part in a weighted mean and has no weight" }
        remedy { zh: "写上 weight", en: "write its weight" }
    }
    /// A number that must be above zero.
    fn not_positive(id, key, value) -> "C109" Error {
        what { zh: "“{id}”的 {key} 是 {value}，应大于 0", en: "{key} of `{id}` is {value} and must be above 0" }
        remedy { zh: "写一个大于 0 的数", en: "write a number above 0" }
    }
    /// A number that must not be negative.
    fn negative(id, key, value) -> "C110" Error {
        what { zh: "“{id}”的 {key} 是 {value}，不应为负", en: "{key} of `{id}` is {value} and must not be negative" }
        remedy { zh: "写成正数；扣分项的分值也写正数", en: "write it positive; points of a deduction are written positive too" }
    }
    /// A floor above a cap.
    fn floor_above_cap(id, floor, cap) -> "C111" Error {
        what { zh: "“{id}”的下限 {floor} 高于上限 {cap}", en: "the floor {floor} of `{id}` is above its cap {cap}" }
        remedy { zh: "对调，或改其中一个", en: "swap them or change one" }
    }
    /// A floor or cap of a deduction item on the wrong side of zero.
    fn deduction_limit_positive(id, key, value) -> "C112" Error {
        what { zh: "扣分项“{id}”的 {key} 是 {value}，扣分结果不会大于 0", en: "{key} of the deduction `{id}` is {value}; a deduction is never above 0" }
        remedy { zh: "按实际计入的符号写，如 -10", en: "write it with the sign with which it counts, such as -10" }
    }
    /// A rule compares with a target that no one declares.
    fn target_missing(id, rule) -> "C113" Warning {
        what { zh: "评分项“{id}”的规则 {rule} 要与目标比较，却没有声明目标", en: "rule {rule} of item `{id}` compares with a target, and none is declared" }
        remedy { zh: "写上 target，或为每个承担单位各设目标", en: "write a target, or give each unit that carries it its own" }
    }
    /// A target that the rule does not read.
    fn target_unused(id, rule) -> "C114" Error {
        what { zh: "评分项“{id}”声明了目标，规则 {rule} 不用目标", en: "item `{id}` declares a target that rule {rule} does not use" }
        remedy { zh: "删去 target，或换用与目标比较的规则", en: "remove the target or choose a rule that compares with it" }
    }
    /// A rule without its steps, levels, parts or the like.
    fn rule_list_empty(id, key) -> "C115" Error {
        what { zh: "评分项“{id}”的 {key} 不足", en: "item `{id}` has too few {key}" }
        remedy { zh: "至少写一项；折点至少两个", en: "write at least one; at least two knots" }
    }
    /// Steps or knots that do not ascend.
    fn not_ascending(id, key, value) -> "C116" Error {
        what { zh: "评分项“{id}”的 {key} 在 {value} 处没有递增", en: "the {key} of item `{id}` do not ascend at {value}" }
        remedy { zh: "按数值从小到大排列，不要重复", en: "sort them by value, without repetition" }
    }
    /// A rule can give more than the item's points.
    fn points_beyond_item(id, key, value, points) -> "C117" Error {
        what { zh: "评分项“{id}”的 {key} 给 {value} 分，超过该项的 {points} 分", en: "{key} of item `{id}` gives {value} points, more than the item's {points}" }
        remedy { zh: "改小，或提高该项分值或上限", en: "lower it, or raise the item's points or cap" }
    }
    /// No level of a judged item reaches its points.
    fn full_points_unreachable(id, highest, points) -> "C118" Warning {
        what { zh: "评分项“{id}”最多得 {highest} 分，到不了 {points} 分", en: "item `{id}` can give at most {highest} of its {points} points" }
        remedy { zh: "核对最高一档的分值", en: "check the points of its highest level" }
    }
    /// Some levels have a lower bound and several have none.
    fn levels_mixed(id) -> "C119" Error {
        what { zh: "评分项“{id}”的档次，有的有下限，不止一个没有", en: "some levels of item `{id}` have a lower bound and more than one has none" }
        remedy { zh: "全部不写（按判定），或除最低一档外都写", en: "write none (judged), or all but the lowest" }
    }
    /// The two ends of a line are the same.
    fn line_without_length(id) -> "C120" Error {
        what { zh: "评分项“{id}”的零分线与满分线相同", en: "item `{id}` has its zero mark and its full mark at the same value" }
        remedy { zh: "写两个不同的数", en: "write two different values" }
    }
    /// An escalation that starts before the second event.
    fn escalation_too_early(id, from_nth) -> "C121" Error {
        what { zh: "评分项“{id}”从第 {from_nth} 次起加重，应从第 2 次或以后", en: "item `{id}` escalates from event {from_nth}; it must be the second or later" }
        remedy { zh: "写 2 或更大；若每次相同，只写 each", en: "write 2 or more; if all are the same, write `each` alone" }
    }
    /// A range whose ends are swapped.
    fn range_swapped(id, range, from, to) -> "C122" Error {
        what { zh: "评分项“{id}”的区间“{range}”从 {from} 到 {to}", en: "range `{range}` of item `{id}` goes from {from} to {to}" }
        remedy { zh: "小的写在前面", en: "write the smaller number first" }
    }
    /// A base score is asked for and not declared.
    fn base_points_missing(id) -> "C123" Error {
        what { zh: "评分项“{id}”缺数时给基础分，却没有写基础分", en: "item `{id}` gives its base score when data are missing, and declares none" }
        remedy { zh: "写上 base_points", en: "write base_points" }
    }
    /// The effect of a missing value cannot be used here.
    fn missing_effect_not_allowed(id, key) -> "C124" Error {
        what { zh: "“{id}”的 {key} 不能这样设", en: "{key} of `{id}` cannot have this effect" }
        remedy { zh: "use 只用于初步数；给定部分只能是 zero、exclude 或 pending", en: "`use` is for preliminary figures only; given parts take zero, exclude or pending" }
    }
    /// Items leave the possible points and the total does not rescale.
    fn exclusion_costs_points(id) -> "C125" Warning {
        what { zh: "评分项“{id}”缺数时剔除，但总分按得分相加，剔除等于失分", en: "item `{id}` is excluded when data are missing, but the total adds points up, so exclusion costs points" }
        remedy { zh: "总分改用得分率，或该项改给基础分", en: "rescale the total or the group, or give a base score" }
    }
    /// A rule that makes no sense for the role.
    fn rule_does_not_fit_role(id, rule) -> "C126" Error {
        what { zh: "评分项“{id}”是加分项，规则 {rule} 只会扣分", en: "item `{id}` is a bonus, and rule {rule} only takes points" }
        remedy { zh: "改为扣分项，或换规则", en: "make it a deduction or choose another rule" }
    }
    /// No band for the lowest totals.
    fn bands_leave_gap(lowest) -> "C127" Error {
        what { zh: "最低一档从 {lowest} 起，更低的总分没有等级", en: "the lowest band starts at {lowest}; totals below it have no grade" }
        remedy { zh: "最低一档不写下限", en: "leave out the lower bound of the lowest band" }
    }
    /// Two bands without or with the same lower bound.
    fn bands_overlap(grade, from) -> "C128" Error {
        what { zh: "等级“{grade}”的下限 {from} 与另一档相同", en: "band `{grade}` has the same lower bound {from} as another" }
        remedy { zh: "每档写不同的下限，只有最低一档不写", en: "give each band its own bound; only the lowest goes without" }
    }
    /// Bands that are not listed from best to worst.
    fn bands_not_ordered(grade) -> "C129" Error {
        what { zh: "等级“{grade}”没有按从优到劣排列", en: "band `{grade}` is not in the order from best to worst" }
        remedy { zh: "按从优到劣排列；低分为优时，下限从小到大", en: "list the bands from best to worst; where lower is better, the bounds ascend" }
    }
    /// A band above what the total can reach.
    fn band_out_of_reach(grade, from, highest) -> "C130" Warning {
        what { zh: "等级“{grade}”从 {from} 起，总分最高 {highest}", en: "band `{grade}` starts at {from}, and the total reaches at most {highest}" }
        remedy { zh: "核对分档或总分", en: "check the band or the total" }
    }
    /// A gate on the worst band, from which nobody can fall.
    fn gate_on_worst_band(grade) -> "C131" Error {
        what { zh: "最差等级“{grade}”设了门槛，达不到时无处可降", en: "the worst band `{grade}` has a gate, and there is nowhere to fall" }
        remedy { zh: "删去门槛，或再设一档", en: "remove the gate or add a band below" }
    }
    /// A veto without its legal basis.
    fn veto_without_basis(id) -> "C132" Error {
        what { zh: "一票否决“{id}”没有写依据", en: "veto `{id}` has no legal basis" }
        remedy { zh: "写上 basis（文件与条款）", en: "write its basis (document and article)" }
    }
    /// A quota on the worst grade.
    fn quota_on_worst_grade(grade) -> "C133" Error {
        what { zh: "最差等级“{grade}”设了名额，超出者无处可降", en: "the worst grade `{grade}` has a quota, and those beyond it have nowhere to fall" }
        remedy { zh: "名额只设在较好的等级", en: "put quotas on better grades only" }
    }
    /// A quota stands twice.
    fn quota_twice(grade) -> "C134" Error {
        what { zh: "同一组的等级“{grade}”有两个名额", en: "grade `{grade}` has two quotas for the same group" }
        remedy { zh: "留一个", en: "keep one" }
    }
    /// A share that is not between 0 and 1.
    fn share_out_of_range(id, key, value) -> "C135" Error {
        what { zh: "“{id}”的 {key} 是 {value}，应在 0 与 1 之间", en: "{key} of `{id}` is {value} and must be between 0 and 1" }
        remedy { zh: "30% 写作 0.30", en: "write 30 % as 0.30" }
    }
    /// Nothing to score.
    fn no_items(id) -> "C136" Error {
        what { zh: "评分卡“{id}”没有评分项", en: "scorecard `{id}` has no items" }
        remedy { zh: "写上评分项", en: "write its items" }
    }

    /// The scorecard's groups cannot be read; validation names the fault.
    fn broken_groups(group) -> "C201" Error {
        what { zh: "分组“{group}”找不到、成环或过深，无法评分", en: "group `{group}` is missing, cyclic or too deep, so nothing can be scored" }
        remedy { zh: "先校验评分卡", en: "validate the scorecard first" }
    }
    /// A participant brings something that the scorecard does not have.
    fn unknown_input(participant, what_zh, what_en, id) -> "C202" Error {
        what { zh: "“{participant}”给出了评分卡没有的{what_zh}“{id}”", en: "`{participant}` brings the {what_en} `{id}`, which the scorecard does not have" }
        remedy { zh: "核对标识", en: "check the id" }
    }
    /// The result of a veto is missing.
    fn veto_result_missing(participant, veto) -> "C203" Error {
        what { zh: "“{participant}”缺一票否决“{veto}”的结果", en: "`{participant}` has no result of veto `{veto}`" }
        remedy { zh: "给出结果；未触发也要说明", en: "bring its result, also when it was not hit" }
    }
    /// The result of a gate is missing.
    fn gate_result_missing(participant, gate) -> "C204" Error {
        what { zh: "“{participant}”缺门槛“{gate}”的结果", en: "`{participant}` has no result of gate `{gate}`" }
        remedy { zh: "给出结果", en: "bring its result" }
    }
    /// A measured item was judged.
    fn judged_where_measured(item) -> "C205" Error {
        what { zh: "评分项“{item}”按数据计分，不能评判", en: "item `{item}` is measured and cannot be judged" }
        remedy { zh: "如要改分，用写明理由的人工调整", en: "to change its points, adjust them with a reason" }
    }
    /// Points set by hand outside the item's floor and cap.
    fn adjustment_outside(item, points, from, to) -> "C206" Error {
        what { zh: "评分项“{item}”人工调整为 {points} 分，不在 {from} 至 {to} 分之内", en: "item `{item}` was adjusted to {points} points, outside {from} to {to}" }
        remedy { zh: "改在范围之内", en: "stay inside the limits" }
    }
    /// Points set by hand for an item that is not carried.
    fn adjustment_not_carried(item) -> "C207" Error {
        what { zh: "未承担的评分项“{item}”不能人工调整", en: "item `{item}` is not carried and cannot be adjusted" }
        remedy { zh: "先让该单位承担此项", en: "let the unit carry it first" }
    }
    /// Points set by hand without a reason.
    fn adjustment_without_reason(item) -> "C208" Error {
        what { zh: "评分项“{item}”人工调整没有理由", en: "item `{item}` was adjusted without a reason" }
        remedy { zh: "写明理由", en: "give the reason" }
    }
    /// A target is needed.
    fn no_target(item) -> "C209" Error {
        what { zh: "评分项“{item}”没有目标可比", en: "item `{item}` has no target to compare with" }
        remedy { zh: "写上该项或该单位的目标", en: "write the item's or the unit's target" }
    }
    /// A missed target that is not above zero.
    fn target_leaves_no_proportion(item) -> "C210" Error {
        what { zh: "评分项“{item}”的目标不大于 0，未达到时无法按比例计分", en: "the target of item `{item}` is not above 0, so missing it leaves no proportion" }
        remedy { zh: "写大于 0 的目标，或改用 linear 规则", en: "write a target above 0 or use a linear rule" }
    }
    /// Another number of figures than the rule takes.
    fn value_count(item, wanted, found) -> "C211" Error {
        what { zh: "评分项“{item}”要 {wanted} 个数，给了 {found} 个", en: "item `{item}` takes {wanted} figures and got {found}" }
        remedy { zh: "按规则给数", en: "bring as many figures as the rule takes" }
    }
    /// The judgement lacks what the rule reads.
    fn judgement_incomplete(item) -> "C212" Error {
        what { zh: "评分项“{item}”的评判不完整", en: "the judgement of item `{item}` is incomplete" }
        remedy { zh: "按规则给出档次或分数", en: "give the level or the points that the rule asks for" }
    }
    /// The judged level does not exist.
    fn unknown_level(item, level) -> "C213" Error {
        what { zh: "评分项“{item}”没有档次“{level}”", en: "item `{item}` has no level `{level}`" }
        remedy { zh: "从该项的档次中选", en: "choose one of its levels" }
    }
    /// No level reaches down to the value.
    fn below_lowest_level(item, value) -> "C214" Error {
        what { zh: "评分项“{item}”的 {value} 低于最低一档", en: "{value} of item `{item}` is below its lowest level" }
        remedy { zh: "最低一档不写下限", en: "leave out the bound of the lowest level" }
    }
    /// Points given outside what may be given.
    fn points_outside(item, points, from, to) -> "C215" Error {
        what { zh: "评分项“{item}”给了 {points}，应在 {from} 与 {to} 之间", en: "item `{item}` was given {points}, which is outside {from} to {to}" }
        remedy { zh: "在范围内给分", en: "stay inside the range" }
    }
    /// Points given that no range holds.
    fn outside_ranges(item, points) -> "C216" Error {
        what { zh: "评分项“{item}”的 {points} 分不在任何一个区间", en: "{points} points are in none of the ranges of item `{item}`" }
        remedy { zh: "先选区间，再在区间内给分", en: "choose a range and stay inside it" }
    }
    /// A part without a value, or a value without a part.
    fn part_mismatch(item, part) -> "C217" Error {
        what { zh: "评分项“{item}”的组成部分“{part}”对不上", en: "part `{part}` of item `{item}` is missing or not declared" }
        remedy { zh: "逐个部分给出数值", en: "give a value for each declared part" }
    }
    /// A number of things that is negative or not whole.
    fn not_a_count(item, value) -> "C218" Error {
        what { zh: "评分项“{item}”要一个不小于 0 的整数，得到 {value}", en: "item `{item}` takes a whole number that is not negative and got {value}" }
        remedy { zh: "核对该项的指标", en: "check the item's indicator" }
    }
    /// A parameter of a rule; validation would have found it.
    fn parameter_not_positive(item, parameter) -> "C219" Error {
        what { zh: "评分项“{item}”的参数 {parameter} 应大于 0", en: "parameter {parameter} of item `{item}` must be above 0" }
        remedy { zh: "先校验评分卡", en: "validate the scorecard first" }
    }
    /// A part of the composite outside 0 to 100.
    fn part_value_outside(participant, part, value) -> "C220" Error {
        what { zh: "“{participant}”的部分“{part}”是 {value}，应在 0 与 100 之间", en: "part `{part}` of `{participant}` is {value}, outside 0 to 100" }
        remedy { zh: "按百分制给出", en: "give it on a scale of 100" }
    }
}

/// A rule's fault as a problem that names its item.
pub(crate) fn of_rule(item: &ItemId, fault: RuleFault) -> Problem {
    match fault {
        RuleFault::NoTarget => no_target(item),
        RuleFault::NegativeTarget => target_leaves_no_proportion(item),
        RuleFault::ValueCount { wanted, found } => value_count(item, wanted, found),
        RuleFault::NoJudgement => judgement_incomplete(item),
        RuleFault::UnknownLevel { level } => unknown_level(item, level),
        RuleFault::BelowLowestLevel { value } => below_lowest_level(item, value),
        RuleFault::PointsOutside { points, from, to } => points_outside(item, points, from, to),
        RuleFault::OutsideRanges { points } => outside_ranges(item, points),
        RuleFault::NoPart { part } | RuleFault::UnknownPart { part } => part_mismatch(item, part),
        RuleFault::NotACount { value } => not_a_count(item, value),
        RuleFault::ParameterNotPositive { parameter } => parameter_not_positive(item, parameter),
    }
}
