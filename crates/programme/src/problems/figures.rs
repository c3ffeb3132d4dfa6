//! P3xx: indicators and scorecards.

base::catalogue! {
    /// A measure without a column that it needs.
    fn measure_needs(measure, column) -> "P301" Error {
        what { zh: "度量 {measure} 要写 {column}", en: "measure {measure} needs {column}" }
        remedy { zh: "写上 {column}", en: "write {column}" }
    }
    /// A column that means nothing for the measure.
    fn column_not_of_measure(column, measure) -> "P302" Error {
        what { zh: "度量 {measure} 用不到 {column}", en: "{column} means nothing for measure {measure}" }
        remedy { zh: "删去 {column}，或换一种度量", en: "delete {column}, or choose another measure" }
    }
    /// A trailing window that is none.
    fn bad_window(text) -> "P303" Error {
        what { zh: "“{text}”不是滚动窗口", en: "`{text}` is no trailing window" }
        remedy { zh: "写 \"730 days\" 或 \"12 months\"", en: "write \"730 days\" or \"12 months\"" }
    }
    /// Dated rows that are to be taken as of a day.
    fn as_of_with_date() -> "P304" Error {
        what { zh: "over = \"as_of\" 不按日期取行，却写了 date", en: "over = \"as_of\" takes rows by no date, yet date is written" }
        remedy { zh: "删去 date，或改用 to_date（截至当日）", en: "delete date, or use to_date (everything up to then)" }
    }
    /// A time range over rows that nothing dates.
    fn over_without_date(over) -> "P305" Error {
        what { zh: "over = \"{over}\" 要有日期，这张表的行没有日期", en: "over = \"{over}\" needs dated rows, and nothing dates these" }
        remedy { zh: "写 date = 日期字段，或用 over = \"as_of\"", en: "write date = a date field, or use over = \"as_of\"" }
    }
    /// Attribution to a unit that rows do not have.
    fn no_unit_column(attribution, table) -> "P306" Error {
        what { zh: "表“{table}”的行没有可归属的单位（{attribution}）", en: "rows of `{table}` have no unit to attribute them to ({attribution})" }
        remedy { zh: "写 attribute_to = \"city\"，或换一种归属", en: "write attribute_to = \"city\", or attribute them otherwise" }
    }
    /// A display format that does not exist.
    fn bad_format(text) -> "P307" Error {
        what { zh: "没有显示格式“{text}”", en: "there is no format `{text}`" }
        remedy { zh: "可用：integer、decimal.2、percent.1、money、rank", en: "use: integer, decimal.2, percent.1, money, rank" }
    }
    /// A column of another type than wanted.
    fn column_of_other_type(column, wanted_zh, wanted_en) -> "P308" Error {
        what { zh: "“{column}”不是{wanted_zh}", en: "`{column}` is not {wanted_en}" }
        remedy { zh: "换成类型为{wanted_zh}的字段", en: "name a field that holds {wanted_en}" }
    }
    /// An indicator over a personal field.
    fn personal_column(column) -> "P309" Error {
        what { zh: "“{column}”是个人信息，指标不能使用：擦除后数字会变", en: "`{column}` is personal; no indicator may use it, for erasing it would change the figure" }
        remedy { zh: "换一个字段", en: "use another field" }
    }
    /// Strata that cannot be matched.
    fn strata_differ(one, other) -> "P310" Error {
        what { zh: "分层字段“{one}”与“{other}”不是同一种值", en: "the strata `{one}` and `{other}` do not hold the same kind of value" }
        remedy { zh: "两边用同一词表的字段", en: "use fields of the same vocabulary on both sides" }
    }
    /// A status that means nothing.
    fn unknown_status(column, status) -> "P311" Error {
        what { zh: "状态字段“{column}”的词表里有“{status}”", en: "the vocabulary of status field `{column}` has `{status}`" }
        remedy { zh: "状态只能是 flash（快报）、preliminary（初步）、final（最终）", en: "a status is flash, preliminary or final" }
    }
    /// Indicators derived from each other.
    fn indicator_cycle(chain) -> "P312" Error {
        what { zh: "指标互相推算：{chain}", en: "indicators are derived from each other: {chain}" }
        remedy { zh: "让其中一个直接由记录计算", en: "let one of them be measured from records" }
    }

    /// A rule without a parameter.
    fn rule_needs(rule, column) -> "P320" Error {
        what { zh: "规则 {rule} 要写 {column}", en: "rule {rule} needs {column}" }
        remedy { zh: "写上 {column}", en: "write {column}" }
    }
    /// A parameter of another rule.
    fn column_not_of_rule(column, rule) -> "P321" Error {
        what { zh: "规则 {rule} 用不到 {column}", en: "{column} means nothing for rule {rule}" }
        remedy { zh: "删去 {column}，或换一种规则", en: "delete {column}, or choose another rule" }
    }
    /// Levels or parts of an item whose rule has none.
    fn rows_not_of_rule(table, rule) -> "P322" Error {
        what { zh: "规则 {rule} 用不到 [[{table}]]", en: "rule {rule} reads no [[{table}]]" }
        remedy { zh: "删去这一行，或换一种规则", en: "delete the row, or choose another rule" }
    }
    /// Another number of indicators than the rule takes.
    fn indicator_count(rule, wanted, found) -> "P323" Error {
        what { zh: "规则 {rule} 用 {wanted} 个指标，写了 {found} 个", en: "rule {rule} takes {wanted} indicators, and {found} are written" }
        remedy { zh: "写 indicators = [\"…\"]，个数如规则所需", en: "write indicators = [\"…\"] with as many as the rule takes" }
    }
    /// A column for parts of the whole card.
    fn only_for_parts_of_card(column) -> "P324" Error {
        what { zh: "{column} 只用于全卡的组成部分", en: "{column} is for parts of the whole card only" }
        remedy { zh: "删去 {column}，或删去 item", en: "delete {column}, or delete item" }
    }
    /// A column that only makes sense for units.
    fn only_for_units(column) -> "P325" Error {
        what { zh: "记分卡评的是对象，{column} 只用于评单位的记分卡", en: "the card scores subjects; {column} is for cards of units" }
        remedy { zh: "删去它", en: "delete it" }
    }
    /// An item without carriers.
    fn nobody_carries(item) -> "P326" Error {
        what { zh: "项目“{item}”没有写由谁承担", en: "item `{item}` does not say who carries it" }
        remedy { zh: "写 carried_by：单位标识、\"kind:类别\"、\"group:排名组\" 或 \"all\"", en: "write carried_by: unit ids, \"kind:KIND\", \"group:GROUP\" or \"all\"" }
    }
    /// A kind or group without any unit in the period.
    fn nobody_is(carrier) -> "P327" Error {
        what { zh: "方案期间没有一个单位属于“{carrier}”", en: "no unit is `{carrier}` in the programme's period" }
        remedy { zh: "换成有单位的类别或排名组", en: "name a kind or group that has units" }
    }
    /// Weights or points that do not add up.
    fn weights_do_not_add_up(what_zh, what_en, sum, declared) -> "P330" Error {
        what { zh: "{what_zh}合计 {sum}，应为 {declared}", en: "{what_en} add up to {sum} and should be {declared}" }
        remedy { zh: "改权重或分值，或改 weights_total", en: "change them, or change weights_total" }
    }
    /// A target for a unit that does not carry the item.
    fn target_of_other(unit, item) -> "P331" Error {
        what { zh: "“{unit}”不承担项目“{item}”，却有目标", en: "`{unit}` has a target and does not carry item `{item}`" }
        remedy { zh: "删去这一行，或把单位加入 carried_by", en: "delete the row, or add the unit to carried_by" }
    }
    /// Two targets for one unit and period.
    fn target_twice(period) -> "P332" Error {
        what { zh: "同一单位在 {period} 有两个目标", en: "there are two targets of one unit for {period}" }
        remedy { zh: "留一个", en: "keep one" }
    }
    /// The item and its target row differ.
    fn targets_differ(item, row) -> "P333" Error {
        what { zh: "项目写的目标 {item} 与 [[target]] 中全市的 {row} 不同", en: "the item's target {item} differs from the city's {row} in [[target]]" }
        remedy { zh: "留一个", en: "keep one" }
    }
    /// Units' targets that do not sum to the city's.
    fn targets_do_not_sum(item, period, sum, city) -> "P334" Error {
        what { zh: "项目“{item}”各单位 {period} 的目标合计 {sum}，全市目标是 {city}", en: "the units' targets of item `{item}` for {period} sum to {sum}, the city's is {city}" }
        remedy { zh: "改单位目标或全市目标，使两者相等", en: "change the units' or the city's so that they are equal" }
    }
    /// A sum of targets without any.
    fn no_unit_targets(item) -> "P335" Error {
        what { zh: "项目“{item}”要求单位目标之和等于全市目标，却没有单位目标", en: "item `{item}` wants the units' targets to sum to the city's, and no unit has one" }
        remedy { zh: "用 [[target]] 写各单位的目标，或删去 target_sum", en: "write the units' targets as [[target]], or delete target_sum" }
    }
    /// A sum of targets without the city's.
    fn no_city_target(item, period) -> "P336" Error {
        what { zh: "项目“{item}”{period} 没有全市目标可供核对", en: "item `{item}` has no city target for {period} to compare the sum with" }
        remedy { zh: "写项目的 target，或一行没有 unit 的 [[target]]", en: "write the item's target, or a [[target]] without unit" }
    }
    /// Carriers without a target to be measured against.
    fn carriers_without_target(item, count, units) -> "P337" Error {
        what { zh: "项目“{item}”有 {count} 个承担单位没有目标：{units}", en: "{count} carriers of item `{item}` have no target: {units}" }
        remedy { zh: "用 [[target]] 各写一个，或写项目的 target", en: "write one each as [[target]], or the item's target for all" }
    }

    /// One gate id with two meanings.
    fn gate_differs(id) -> "P340" Error {
        what { zh: "门槛“{id}”在两个等级里条件不同", en: "gate `{id}` has different conditions in two grades" }
        remedy { zh: "给其中一个另取标识", en: "give one of them another id" }
    }
    /// A gate with an indicator and no limit.
    fn gate_without_limit(id) -> "P341" Error {
        what { zh: "门槛“{id}”没有界限", en: "gate `{id}` has no limit" }
        remedy { zh: "写 at_least 或 at_most", en: "write at_least or at_most" }
    }
    /// A gate without condition.
    fn gate_without_condition(id) -> "P342" Error {
        what { zh: "门槛“{id}”没有条件", en: "gate `{id}` has no condition" }
        remedy { zh: "写 indicator 和 at_least（或 at_most），或写 worst_group_at_least", en: "write indicator and at_least (or at_most), or worst_group_at_least" }
    }
    /// A quota without limit.
    fn quota_without_limit() -> "P343" Error {
        what { zh: "名额没有写多少", en: "the quota says no number" }
        remedy { zh: "写 at_most 或 share", en: "write at_most or share" }
    }
    /// A consequence of nothing.
    fn consequence_of_nothing(id) -> "P344" Error {
        what { zh: "结果运用“{id}”没有写由何引起", en: "consequence `{id}` does not say what brings it about" }
        remedy { zh: "写 grade 或 veto", en: "write grade or veto" }
    }
    /// An assessment without approval.
    fn no_approval(scorecard) -> "P345" Warning {
        what { zh: "记分卡“{scorecard}”考核单位，却没有写批准依据", en: "scorecard `{scorecard}` assesses units and names no approval" }
        remedy { zh: "写 approval = 批准文件的标识（[[document]] kind = \"approval\"）", en: "write approval = the id of the approving document ([[document]] kind = \"approval\")" }
    }
    /// A flow that is about something else.
    fn flow_not_about_items(flow) -> "P346" Error {
        what { zh: "流程“{flow}”不能作记分卡的考核流程", en: "flow `{flow}` cannot be the course of this scorecard's items" }
        remedy { zh: "评单位的记分卡用 about = \"item\" 的流程", en: "a scorecard of units takes a flow with about = \"item\"" }
    }
    /// A field that cannot hold a judgement.
    fn not_a_judgement(field) -> "P347" Error {
        what { zh: "字段“{field}”放不下评分或分档", en: "field `{field}` cannot hold points or a level" }
        remedy { zh: "用 decimal、number、choice 或 text 的字段", en: "use a field of type decimal, number, choice or text" }
    }
    /// A part that no field of the flow carries.
    fn part_not_in_flow(part, flow) -> "P348" Error {
        what { zh: "流程“{flow}”没有名为“{part}”的字段，这一部分无处评分", en: "flow `{flow}` has no field `{part}`, so nobody can give this part" }
        remedy { zh: "在流程的动作里加上这个 [[input]]，或给项目写 indicators", en: "add that [[input]] to an action of the flow, or give the item its indicators" }
    }
    /// Judged items without a field for the judgement.
    fn nobody_judges(item) -> "P349" Error {
        what { zh: "项目“{item}”由人评定，记分卡却没有写评定记在流程的哪个字段", en: "item `{item}` is judged, and the card does not say which field of the flow holds the judgement" }
        remedy { zh: "写 judged_by = [\"…\"]", en: "write judged_by = [\"…\"]" }
    }
    /// A judged item of a card without flow.
    fn judged_without_flow(item) -> "P350" Warning {
        what { zh: "项目“{item}”由人评定，记分卡却没有流程，评定无处可写", en: "item `{item}` is judged, and the card has no flow in which to do so" }
        remedy { zh: "给记分卡写 flow 和 judged_by，或给项目写 indicators", en: "write the card's flow and judged_by, or the item's indicators" }
    }
    /// A share written as if it were out of a hundred.
    fn percent_written_bare(column, value, indicator, percent) -> "P352" Error {
        what { zh: "“{indicator}”是份额，1 就是 100%；{column} 写 {value} 就是 {percent}%", en: "`{indicator}` is a share, of which 1 is 100 %; {value} in {column} is {percent} %" }
        remedy { zh: "百分之 {value} 写作 \"{value}%\"（带引号和百分号），或写成小数", en: "write {value} percent as \"{value}%\" in quotes, or as a decimal" }
    }
    /// A rule of ranks over a figure that is no rank.
    fn not_a_rank(indicator, measure) -> "P353" Error {
        what { zh: "rank_based 按名次给分，而指标“{indicator}”（{measure}）不是名次：它的数会被当成第几名", en: "rank_based gives points by place, and indicator `{indicator}` ({measure}) is no rank: its figure would be taken for a place" }
        remedy { zh: "用 measure = \"rank\" 的指标（外部公布或评比得出的名次，按记录填报）；按数值给分用 linear、steps 或 piecewise", en: "use an indicator with measure = \"rank\" (a place given from outside, reported as a record); to give points by the value use linear, steps or piecewise" }
    }
    /// An item that nobody leads, in a flow whose step only a lead unit can take.
    fn nobody_leads(item, action, flow) -> "P354" Error {
        what { zh: "流程“{flow}”的动作“{action}”只有牵头单位能做，而项目“{item}”没有写牵头单位", en: "only the lead unit can take action `{action}` of flow `{flow}`, and item `{item}` has no lead" }
        remedy { zh: "给项目写 lead = 单位标识，或把动作的 scope 改为 \"all\"", en: "write the item's lead = a unit's id, or make the action's scope \"all\"" }
    }
    /// Lines of a batch counted as if each were a batch.
    fn lines_not_batches(measure, record_type) -> "P355" Warning {
        what { zh: "“{record_type}”一批多行，度量 {measure} 按行计算：有几行，这一批就计几次", en: "`{record_type}` has several lines for one batch, and measure {measure} goes by line: a batch counts as often as it has lines" }
        remedy { zh: "数批次用 measure = \"distinct\"、field = 批次编号；批次的数另设一种记录。确实按行计的，在 where 中写上行的字段，如 tested_item is not null", en: "to count batches use measure = \"distinct\" with field = the batch's number, and keep figures of a batch in a record type of its own; where lines are meant, name the line's field in where, such as tested_item is not null" }
    }
    /// An indicator that cannot be given for each subject.
    fn not_by_subject(indicator, table, subject_type) -> "P351" Error {
        what { zh: "指标“{indicator}”读“{table}”，它的行没有“{subject_type}”这样的对象，无法按对象评分", en: "indicator `{indicator}` reads `{table}`, whose rows are about no `{subject_type}`, so no subject can be scored by it" }
        remedy { zh: "换用该对象的记录上的指标，或给记录类型写 subject", en: "use an indicator over records about those subjects, or give the record type its subject" }
    }
}
