//! The tables of the programme language: which exist, which columns each has, and what each cell must be.
//!
//! This is the one definition of the language. The parser, `fmt`, the workbook form, the nearest-name
//! hints and the reference in `docs/language.md` are all made from it, so that adding a column is a
//! line here and its meaning in [`crate::model`]. Read [`TABLES`] from top to bottom to learn the language.

/// What a cell must be, and how it is written in text and in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A new identifier (`base::is_valid_id`).
    Id,
    /// The identifier of a row of the named table (checked after all files are read).
    Ref(&'static str),
    /// Free text.
    Text,
    /// `{ zh = "…", en = "…" }`; two workbook columns `name.zh` and `name.en`. A plain text stands for both.
    Bilingual,
    /// A whole number.
    Int,
    /// An exact decimal: `4`, `97.5`, `"97.5"`, or `"97.5%"` (which is 0.975). Read from the source text, never through a float.
    Decimal,
    /// `true` or `false`.
    Bool,
    /// A civil day, `2018-01-31`.
    Day,
    /// A month and a day, `"07-01"`.
    MonthDay,
    /// A period as text, `"2018"`, `"2018H1"`, `"2016..2018"`.
    Period,
    /// One of the listed words.
    OneOf(&'static [&'static str]),
    /// An expression of the filter grammar ([`crate::expr`]).
    Expression,
    /// A list of cells of one kind, `["a", "b"]`; in a workbook `a; b`.
    List(&'static Kind),
    /// A list of pairs of decimals, `[[90, 0], [97.5, 4]]`; in a workbook `90 = 0; 97.5 = 4`.
    Pairs,
}

/// One column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The key as written.
    pub name: &'static str,
    /// What the cell must be.
    pub kind: Kind,
    /// Whether a row without it is refused.
    pub required: bool,
    /// One line for the reference, in Chinese and English.
    pub doc: (&'static str, &'static str),
}

/// One table of the language; one row of it is one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// The name as written in `[[name]]` (and as the sheet's name).
    pub name: &'static str,
    /// The columns whose values together identify a row; a package that extends another overrides by them.
    /// Empty: rows have no identity, and those of an extended package stay.
    pub key: &'static [&'static str],
    /// True for the header table `[programme]`, of which a package has exactly one.
    pub single: bool,
    /// What a row of it is, in Chinese and English.
    pub doc: (&'static str, &'static str),
    /// The columns in the order in which `fmt` writes them.
    pub columns: &'static [Column],
}

impl Table {
    /// The column of that name, if the table has it.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The table of that name, if the language has it.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

use Kind::*;

const fn must(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Column {
    Column {
        name,
        kind,
        required: true,
        doc: (zh, en),
    }
}
const fn may(name: &'static str, kind: Kind, zh: &'static str, en: &'static str) -> Column {
    Column {
        name,
        kind,
        required: false,
        doc: (zh, en),
    }
}
const fn table_of(
    name: &'static str,
    key: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    columns: &'static [Column],
) -> Table {
    Table {
        name,
        key,
        single: false,
        doc: (zh, en),
        columns,
    }
}

/// Field types of records and subjects.
pub const FIELD_TYPES: &[&str] = &[
    "text", "number", "decimal", "money", "date", "choice", "choices", "subject", "unit", "file",
    "place", "period",
];
/// Kinds of indicators; [`crate::model::Measure`] says what each means.
pub const MEASURES: &[&str] = &[
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "distinct",
    "share",
    "ratio",
    "weighted_ratio",
    "latest",
    "rank",
    "expression",
    "growth",
    "change",
];
/// Kinds of scoring rules; crate `scoring` says what each means.
pub const RULES: &[&str] = &[
    "binary",
    "tiered",
    "proportional",
    "linear",
    "steps",
    "piecewise",
    "per_point_short",
    "per_missing",
    "per_event",
    "rank_based",
    "rate_times_points",
    "product_of_rates",
    "range_by_judge",
    "judged",
    "composite",
    "as_given",
];
/// Commands that can be granted; the actions of flows name their roles themselves.
pub const COMMANDS: &[&str] = &[
    "submit",
    "import",
    "withdraw",
    "alias",
    "open_cases",
    "override",
    "seal",
    "publish",
    "audit_draw",
    "audit_finding",
    "activate",
    "key",
    "erase",
    "read_personal",
    "people",
    "remind",
    "assign",
    "sign_letter",
    "countersign_letter",
    "confirm_change",
];
/// The commands that are about things of one unit, so that their grant can be narrower than all.
pub const UNIT_COMMANDS: &[&str] = &[
    "submit",
    "import",
    "withdraw",
    "open_cases",
    "override",
    "sign_letter",
    "confirm_change",
];
/// The key column of a table that came later than the others: a key without it is written as before.
pub const LATER_KEY: (&str, &str) = ("target", "from");
const MISSING: &[&str] = &["zero", "base", "full", "exclude", "pending", "use"];

/// Every table of the language.
// One line is one column, however long: this is read as a table.
#[rustfmt::skip]
pub const TABLES: &[Table] = &[
    Table {
        name: "programme",
        key: &[],
        single: true,
        doc: ("方案包的头部", "The header of the package"),
        columns: &[
            must("id", Id, "方案包标识", "identifier of the package"),
            must("name", Bilingual, "名称", "name"),
            must("version", Text, "版本，如 1.0.0", "version, such as 1.0.0"),
            may("city", Bilingual, "城市", "city"),
            may("division", Text, "行政区划代码", "division code"),
            may("extends", Text, "所扩展的方案包（同级目录名）", "the package that this one extends (name of a sibling folder)"),
            may("extends_version", Text, "所扩展方案包的版本", "its pinned version"),
            may("extends_sha256", Text, "所扩展方案包内容的 SHA-256", "its pinned content hash"),
            may("time_zone", Text, "时区，如 Asia/Shanghai", "time zone, such as Asia/Shanghai"),
            may("year", Period, "默认期间", "the period that is meant when none is given"),
            may("assessment_year_starts", MonthDay, "考核年度起始月日；缺省 01-01", "month and day on which an assessment year starts; default 01-01"),
            may("demonstration_today", Day, "演示数据的“今天”", "the fixed today of a demonstration folder"),
            may("note", Bilingual, "说明", "note"),
        ],
    },
    table_of("remove", &["table", "id"], "明确删去所扩展方案包中的一行", "explicitly removes a row of the extended package", &[
        must("table", Text, "表名", "table"),
        must("id", Text, "行的标识；多列键以 / 连接", "identity of the row; several key columns joined by /"),
        may("reason", Bilingual, "原因", "reason"),
    ]),
    table_of("document", &["id"], "规范性文件、法律依据、批准文件", "normative documents, legal bases, approvals", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "title"),
        may("kind", OneOf(&["law", "rule", "standard", "normative", "approval", "report", "other"]), "种类", "kind"),
        may("number", Text, "文号", "document number"),
        may("issued_by", Bilingual, "发文机关", "issuer"),
        may("issued_on", Day, "发文日期", "date of issue"),
        may("basis", List(&Ref("document")), "上位依据", "documents on which it rests"),
        may("source", Text, "出处", "where it was read"),
    ]),
    table_of("unit", &["id"], "责任单位", "responsible units", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("aliases", List(&Text), "别名、简称", "aliases and short names"),
        must("kind", Ref("code:unit_kind"), "单位类别（词表 unit_kind）", "kind (vocabulary unit_kind)"),
        may("parent", Ref("unit"), "上级单位", "parent"),
        may("group", Ref("code:ranking_group"), "排名组（词表 ranking_group）", "ranking group (vocabulary ranking_group)"),
        may("division", Text, "行政区划代码", "division code"),
        may("tags", List(&Text), "标记，如 quality_committee", "tags, such as quality_committee"),
        may("valid_from", Day, "自该日起有效；缺省 一直有效", "first day of its existence; default always"),
        may("valid_to", Day, "最后有效日；缺省 一直有效", "last day of its existence; default no end"),
        may("successors", List(&Ref("unit")), "承继单位", "units that took over"),
        may("note", Bilingual, "说明", "note"),
    ]),
    table_of("unit_change", &["unit", "on"], "单位自某日起的变化（历史保留）", "a dated change of a unit (history is kept)", &[
        must("unit", Ref("unit"), "单位", "unit"),
        must("on", Day, "变化首日", "first day of the change"),
        may("name", Bilingual, "新名称", "new name"),
        may("parent", Ref("unit"), "新上级", "new parent"),
        may("group", Ref("code:ranking_group"), "新排名组", "new ranking group"),
        may("reason", Bilingual, "原因", "reason"),
    ]),
    table_of("vocabulary", &["id"], "词表", "vocabularies", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("source", Text, "出处", "source"),
    ]),
    table_of("code", &["vocabulary", "id"], "词表中的代码", "codes of a vocabulary", &[
        must("vocabulary", Ref("vocabulary"), "词表", "vocabulary"),
        must("id", Id, "代码", "code"),
        must("name", Bilingual, "名称", "name"),
        may("aliases", List(&Text), "导入时认作此代码的写法", "spellings that an import takes for it"),
        may("parent", Text, "上级代码", "code above it"),
        may("valid_from", Day, "自该日起有效；缺省 一直有效", "first valid day; default always"),
        may("valid_to", Day, "最后有效日；缺省 一直有效", "last valid day; default no end"),
    ]),
    table_of("role", &["id"], "角色", "roles", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("apart", Bool, "三员分立：声明为 true 的角色，一人不得兼任其中两个；缺省 false", "nobody may hold two of the roles that say so; default false"),
    ]),
    table_of("grant", &["role", "scope"], "授权：角色可以做哪些操作（任何行都没有提到的操作，谁都可以做）；read_personal 为查看个人信息，people 为管理人员，remind 为催办，assign 为交办（督办、批示），sign_letter 为单位签订责任书，countersign_letter 为领导小组会签，confirm_change 为确认年中调整", "grants: which commands a role may give (a command that no row names is open to all); read_personal is reading personal fields, people managing who acts, remind reminding units of what is due, assign charging units with follow-up supervision and instructions, sign_letter signing a unit's responsibility letter, countersign_letter the leading group's signature, confirm_change confirming a change in mid-year", &[
        must("role", Ref("role"), "角色", "role"),
        must("commands", List(&OneOf(COMMANDS)), "操作", "commands"),
        may("scope", OneOf(&["own", "below", "all"]), "范围：本单位、本单位及其下级单位（按当日的隶属）、全部；缺省 all。own 和 below 只用于 submit、import、withdraw、open_cases、override、sign_letter、confirm_change", "whose things: own unit's, those of the unit and the units below it in the tree of the day, all; default all. own and below only for submit, import, withdraw, open_cases, override, sign_letter, confirm_change"),
    ]),
    table_of("calendar", &["year"], "某年放假安排（没有 holiday 行的年份视为未公布）", "the holiday notice of a year (a year without holiday rows is unpublished)", &[
        must("year", Int, "年", "year"),
        must("source", Text, "出处", "source"),
    ]),
    table_of("holiday", &["day"], "放假日与调休上班日", "days off and make-up working days", &[
        must("day", Day, "日期", "day"),
        must("off", Bool, "放假为 true，调休上班为 false", "true: day off; false: make-up working day"),
        may("name", Text, "节日", "festival"),
    ]),
    table_of("subject_type", &["id"], "对象类型（企业、设备、工地……）", "subject types (enterprise, equipment, site …)", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("identity", OneOf(&["uscc", "text"]), "身份规则：统一社会信用代码或文本", "identity rule: unified social credit code, or text"),
        may("identity_name", Bilingual, "身份列名称；缺省 统一社会信用代码或编号", "name of the identity column; default the name of that code, or Identifier"),
        may("identity_aliases", List(&Text), "身份列的表头别名", "header aliases of the identity column"),
        may("name_aliases", List(&Text), "名称列的表头别名", "header aliases of the name column"),
        may("personal", Bool, "是否为个人：事实中只有随机编号，真实身份、名称和个人字段另存，可删除；缺省 false", "its subjects are persons: facts have a random number, the true identity, the name and personal attributes stand apart and can be erased; default false"),
        may("note", Bilingual, "说明", "note"),
    ]),
    table_of("record_type", &["id"], "记录类型", "record types", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("subject", Ref("subject_type"), "所记对象的类型", "type of the subject that it is about"),
        may("key", List(&Text), "唯一键的字段；没有唯一键的记录不查重复；continuation 的类型，第一个字段认批次，其余认行", "fields of its key; without one nothing is found to be a repetition; where continuation is true the first names the batch, the others the line"),
        may("evidence_at_least", Int, "至少几件佐证材料；缺省 0", "least number of pieces of evidence; default 0"),
        may("evidence", Bilingual, "需要什么佐证", "which evidence is wanted"),
        may("continuation", Bool, "一批多行（续行）；缺省 false。每行各是一条记录，count、sum、mean、share 按行计；数批次用 distinct", "several lines of one batch follow each other (continuation rows); default false. Each line is a record of its own: count, sum, mean and share go by line; batches are counted with distinct"),
        may("future", Bool, "日期可以在今天之后（计划、预告）；缺省 false：日期在今天之后的记录被拒绝", "its records may be dated after today (plans, announcements); default false: such a record is refused"),
        may("system", Text, "所属系统 S1–S26", "system S1 to S26"),
        may("note", Bilingual, "说明", "note"),
    ]),
    table_of("field", &["of", "id"], "记录类型或对象类型的字段；day、unit、place、subject 为每种记录都有的字段", "fields of a record or subject type; day, unit, place and subject are those that every record has", &[
        must("of", Text, "记录类型或对象类型", "record type or subject type"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称（也是模板的表头）", "name (and header in the template)"),
        may("type", OneOf(FIELD_TYPES), "类型", "type (not needed for day, unit, place, subject)"),
        may("scale", Int, "小数位数（decimal）；缺省 无，必写", "decimal places (decimal); default none: it is needed"),
        may("vocabulary", Ref("vocabulary"), "词表（choice、choices）", "vocabulary (choice, choices)"),
        may("subject_type", Ref("subject_type"), "对象类型（subject）", "subject type (subject)"),
        may("required", Bool, "必填；缺省 false（day 为 true）", "required; default false (of day: true)"),
        may("personal", Bool, "个人信息（单独承诺、可擦除、不得用于指标）；缺省 false", "personal (committed apart, erasable, no indicator may use it); default false"),
        may("aliases", List(&Text), "表头别名", "header aliases"),
        may("empty", List(&Text), "表示空的写法（默认 / - — 无）", "spellings that mean empty (default / - — 无)"),
        may("date_patterns", List(&Text), "日期写法，如 %m/%d/%Y", "date patterns, such as %m/%d/%Y"),
        may("min", Decimal, "最小值", "least value"),
        may("max", Decimal, "最大值", "greatest value"),
        may("max_length", Int, "最多字符数", "most characters"),
        may("default", Text, "缺省值", "value when the cell is empty"),
        may("note", Bilingual, "填写说明", "how to fill it in"),
    ]),
    table_of("constraint", &["of", "id"], "记录必须满足的条件", "conditions that a record must meet", &[
        must("of", Text, "记录类型", "record type"),
        must("id", Id, "标识", "identifier"),
        must("rule", Expression, "条件；为假时拒绝", "condition; a record for which it is false is refused"),
        must("message", Bilingual, "拒绝时的说明", "what to tell"),
    ]),
    table_of("indicator", &["id"], "指标", "indicators", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("measure", OneOf(MEASURES), "度量种类", "kind of measure"),
        may("of", Text, "数据表：记录类型、subject:类型、case:流程、unit、target、item", "table: a record type, subject:TYPE, case:FLOW, unit, target, item"),
        may("where", Expression, "计入的行（份额的分子）", "rows that count (of a share: the part)"),
        may("among", Expression, "份额的全体（分母）；缺省为全部行", "of a share: the whole; default: all rows"),
        may("value", Expression, "求和、平均、最大最小、最新值所取的数值", "the number summed, averaged, compared or taken"),
        may("field", Text, "去重的字段", "field whose distinct values are counted"),
        may("date", Text, "按哪个日期字段归期（缺省 day；none 表示不按日期）", "date field that places a row in time (default day; none: not by date)"),
        may("over", OneOf(&["period", "to_date", "trailing", "as_of"]), "时间范围；缺省 period；不按日期的行为 as_of", "which time; default period, and as_of for rows that no date places"),
        may("window", Text, "滚动窗口，如 730 days、12 months", "trailing window, such as 730 days or 12 months"),
        may("attribute_to", OneOf(&["responsible", "place", "city"]), "归属：责任单位、所在地、全市；缺省 responsible；没有单位的表为 city", "whose figure: responsible unit, place, or the city's only; default responsible, and city for tables without units"),
        may("tree", OneOf(&["record_day", "period_end"]), "用何时的单位树；缺省 record_day", "unit tree of which time; default record_day"),
        may("numerator", Ref("indicator"), "比率的分子指标", "of a ratio: indicator above"),
        may("denominator", Ref("indicator"), "比率的分母指标", "of a ratio: indicator below"),
        may("per", Decimal, "比率的单位，如每万；缺省 1", "of a ratio: per how many; default 1"),
        may("expression", Expression, "由其他指标计算", "arithmetic over other indicators"),
        may("indicator", Ref("indicator"), "增长、变化所比较的指标", "of growth and change: the indicator compared"),
        may("against", OneOf(&["previous", "year_earlier"]), "与上一期或上年同期比", "the period compared with"),
        may("strata", Text, "加权比率的分层字段", "of a weighted ratio: field of the strata"),
        may("weight_of", Text, "权数所在的数据表", "of a weighted ratio: table of the weights"),
        may("weight_value", Expression, "权数", "of a weighted ratio: the weight"),
        may("weight_strata", Text, "权数表中的分层字段", "of a weighted ratio: field of the strata in that table"),
        may("weight_where", Expression, "权数表中计入的行", "of a weighted ratio: rows of that table that count"),
        may("weight_date", Text, "权数表的日期字段（缺省 day；none）", "of a weighted ratio: date field of that table (default day; none)"),
        may("period_field", Text, "最新值：须与所测期间相同的字段", "of latest and rank: field that must equal the period measured"),
        may("status_field", Text, "最新值：状态字段（flash、preliminary、final）", "of latest and rank: field with the status (flash, preliminary, final)"),
        may("expected_days", Int, "期末后几日应到", "days after the period's end by which it is expected"),
        may("source", Bilingual, "来源", "source"),
        may("format", Text, "显示：integer、decimal.N、percent.N、money、rank；缺省 integer（count、distinct、整数）、percent.2（share、growth、weighted_ratio）、rank，其余 decimal.2", "display: integer, decimal.N, percent.N, money, rank; default integer (count, distinct, whole numbers), percent.2 (share, growth, weighted_ratio), rank, otherwise decimal.2"),
        may("better", OneOf(&["higher", "lower", "neither"]), "越高越好或越低越好；缺省 neither", "direction; default neither"),
        may("unit_of_measure", Bilingual, "计量单位", "unit of measure"),
        may("definition", Bilingual, "定义", "definition in a sentence"),
        may("public", Bool, "其数值可以公布；缺省 false（产生 published 行的指标本就公开）", "its figures may be published; default false (an indicator that produces a row of `published` is public anyway)"),
        may("basis", Ref("document"), "依据", "document on which it rests"),
        may("system", Text, "所属系统 S1–S26", "system S1 to S26"),
    ]),
    table_of("scorecard", &["id"], "记分卡", "scorecards", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("of", Text, "评分对象：unit 或 subject:类型", "what is scored: unit, or subject:TYPE"),
        may("total", OneOf(&["points", "percent_of_carried", "rescaled", "weighted_mean"]), "总分算法：分值相加、承担部分的百分比、折算为 full_marks、加权平均；缺省 points", "how the total is made: points added up, percent of what is carried, rescaled to full_marks, weighted mean; default points"),
        may("full_marks", Decimal, "rescaled：折算的满分", "of rescaled: the full marks"),
        may("start", Decimal, "起始分（如信用分从 100 起扣）", "points that everyone starts from (a credit score that starts at 100)"),
        may("weights_total", Decimal, "权重（或分值）之和应为", "what the weights (or points) must add up to"),
        may("places", Int, "总分小数位；缺省 2", "decimal places of the total; default 2"),
        may("rounding", OneOf(&["half_up", "half_even", "down", "up"]), "舍入；缺省 half_up", "rounding; default half_up"),
        may("direction", OneOf(&["higher", "lower"]), "总分越高越好或越低越好；缺省 higher", "whether a higher or a lower total is better; default higher"),
        may("bonus_cap", Decimal, "加分上限", "most bonus points"),
        may("deduction_cap", Decimal, "扣分上限", "most deducted points"),
        may("total_floor", Decimal, "总分下限", "least total"),
        may("total_cap", Decimal, "总分上限", "greatest total"),
        may("ranked", Bool, "是否排名；缺省 评单位为 true，评对象为 false", "whether participants are ranked; default true for units, false for subjects"),
        may("rank_vetoed", Bool, "被否决者是否参加排名；缺省 false：被否决者不参加排名", "whether vetoed participants are ranked; default false: who is vetoed has no rank"),
        may("rank_pending", Bool, "总分未定者是否按已有得分排名；缺省 false", "whether participants whose total is not final are ranked by what they have so far; default false"),
        may("tie_at_edge", OneOf(&["all_in", "all_out", "by_items"]), "名额边缘并列的处理；缺省 all_out", "what happens to a tie at a quota's edge; default all_out"),
        may("tie_items", List(&Text), "并列时依次比较的项目", "items compared to break that tie"),
        may("flow", Ref("flow"), "每项每单位的考核流程", "course of each item for each unit"),
        may("judged_by", List(&Text), "流程中承载评定分数或分档的字段，先填者优先列前", "inputs of the flow that carry the judged points (decimal) or level (text, choice); the first that is filled wins"),
        may("self_scored_by", List(&Text), "流程中承载自评的字段", "inputs of the flow that carry the self-score"),
        may("approval", Ref("document"), "批准依据", "the approval under which it is held"),
        may("basis", Bilingual, "依据", "basis"),
        may("letter", Bilingual, "目标责任书表前的正文", "text of the responsibility letters before their table"),
        may("letter_due", MonthDay, "责任书签订时限；写了才要求各单位签订", "day by which the responsibility letters are signed; without it none is asked for"),
    ]),
    table_of("group", &["scorecard", "id"], "项目分组（最多三级）", "groups of items (up to three levels)", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("parent", Text, "上级分组", "group above"),
        may("points", Decimal, "分值（检查与上限）", "points (checked, and a cap)"),
        may("weight", Decimal, "权重", "weight"),
        may("combine", OneOf(&["sum", "rescaled", "weighted_mean"]), "组内合成：相加、不适用者折算、加权平均；缺省 sum", "how its items make its points: added up, rescaled over what applies, weighted mean; default sum"),
    ]),
    table_of("item", &["scorecard", "id"], "考核项目（目标）", "items (targets)", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("id", Id, "标识", "identifier"),
        must("group", Text, "分组", "group"),
        must("name", Bilingual, "名称", "name"),
        may("criterion", Bilingual, "评分标准原文", "the criterion in words"),
        may("basis", Bilingual, "评分依据", "basis"),
        must("points", Decimal, "分值", "points"),
        may("weight", Decimal, "权重（weighted_mean）", "weight (weighted_mean)"),
        may("role", OneOf(&["normal", "bonus", "deduction"]), "常规、加分、扣分；缺省 normal", "normal, bonus or deduction; default normal"),
        must("rule", OneOf(RULES), "评分规则", "rule"),
        may("indicators", List(&Ref("indicator")), "所用指标（product_of_rates 可多个）", "indicators (several for product_of_rates)"),
        may("better", OneOf(&["higher", "lower"]), "越高越好或越低越好；缺省 higher", "direction; default higher"),
        may("compare", OneOf(&["at_least", "at_most", "above", "below", "equal"]), "binary 的比较；缺省 at_least", "of binary: comparison with the target; default at_least"),
        may("target", Decimal, "目标值（各单位可另设）", "target (a unit may have its own)"),
        may("prorate", OneOf(&["months"]), "目标值按月折算：各月按当月 1 日在执行的目标值计，单位当月 1 日尚未成立或已撤销的月份不计，合计除以期间的月数；缺省不折算，以最后一个目标值为准", "the target is pro-rated by months: each month counts the target that is in force on its first day, no month on whose first day the unit does not exist, and the sum is divided by the period's months; default none: the last target holds for all of it"),
        may("target_sum", Bool, "各单位目标之和应等于全市目标", "the units' targets must sum to the city's"),
        may("zero_at", Decimal, "linear：得零分的值", "of linear: value that earns nothing"),
        may("full_at", Decimal, "linear：得满分的值", "of linear: value that earns all"),
        may("steps", Pairs, "steps、piecewise：[值, 分]", "of steps and piecewise: [value, points]"),
        may("deduct", Decimal, "每次（每缺、每点）扣分或加分", "points per event, missing field or point short"),
        may("per", Decimal, "per_point_short：几个单位为一点（缺省 0.01）", "of per_point_short: what one point is (default 0.01)"),
        may("whole_steps", Bool, "per_point_short：不足一点按一点；缺省 true", "of per_point_short: a part of a point counts as one; default true"),
        may("from_nth", Int, "per_event：自第几次起加重", "of per_event: escalation from the n-th event"),
        may("then_deduct", Decimal, "per_event：加重后每次", "of per_event: points each from there"),
        may("ranks", List(&Decimal), "rank_based：第一、二、三……名得分。指标须是外部给出或评比得出的名次（measure = \"rank\"），它不替你排名", "of rank_based: points of the first, second, third …. The indicator must be a place given from outside (measure = \"rank\"); the rule does not rank anybody itself"),
        may("others", Decimal, "rank_based：其余有结果者；缺省 0", "of rank_based: points of any other result; default 0"),
        may("none", Decimal, "rank_based：无结果者", "of rank_based: points without a result"),
        may("part_scale", OneOf(&["percent", "points"]), "composite：各部分按百分制或按其权重给分；缺省 percent", "of composite: parts are given in percent, or in points up to their weight; default percent"),
        may("floor", Decimal, "下限", "floor"),
        may("cap", Decimal, "上限", "cap"),
        may("base_points", Decimal, "基础分", "base score"),
        may("not_applicable", OneOf(MISSING), "不适用时；缺省 exclude", "effect when not applicable; default exclude"),
        may("not_reported", OneOf(MISSING), "未报时；缺省 pending", "effect when not reported; default pending"),
        may("preliminary", OneOf(MISSING), "初步数时；缺省 use", "effect when preliminary; default use"),
        may("not_judged", OneOf(MISSING), "未评时；缺省 pending", "effect when not judged; default pending"),
        may("evidence", Bilingual, "需提交材料", "evidence wanted"),
        may("evidence_at_least", Int, "至少几件；缺省 0", "least number of pieces; default 0"),
        may("evidence_at_most", Int, "最多几件", "most pieces"),
        may("evidence_valid_months", Int, "材料自报送之日起几个月内有效：下一年度的项目可继续使用", "for how many months a piece stays valid after it was filed: offered again on next year's item"),
        may("lead", Ref("unit"), "考核牵头单位；流程有 scope = \"lead\" 的动作时必写", "lead unit that reviews; needed where the flow has an action with scope = \"lead\""),
        may("support", List(&Ref("unit")), "配合单位", "supporting units"),
        may("carried_by", List(&Text), "承担单位：单位标识、kind:类别、group:排名组、all", "carriers: unit ids, kind:KIND, group:GROUP, all"),
        may("due", MonthDay, "完成时限", "due month and day"),
        may("serves", List(&Text), "同时服务的上级考核项目", "items of superior schemes that it serves too"),
        may("succeeds", List(&Text), "上一年度的哪些项目由它接续（拆分、合并、改标识时写）；缺省为同标识的项目", "items of the year before that it goes on from, where it was split, merged or renamed; default the one of the same identifier"),
    ]),
    table_of("level", &["scorecard", "item", "id"], "分档或裁量区间", "described levels of tiered items, ranges of range_by_judge", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("item", Text, "项目", "item"),
        must("id", Id, "标识", "identifier"),
        must("describes", Bilingual, "何种情形", "what it describes"),
        may("points", Decimal, "得分", "points"),
        may("from", Decimal, "range_by_judge：最低", "of range_by_judge: least"),
        may("to", Decimal, "range_by_judge：最高", "of range_by_judge: most"),
        may("from_value", Decimal, "指标达到此值即属此档", "level that a figure from this value on reaches"),
    ]),
    table_of("part", &["scorecard", "id"], "综合评价的组成部分", "parts of a composite", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        may("item", Text, "项目（composite 规则）", "item (rule composite)"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("weight", Decimal, "权重", "weight"),
        may("from", Text, "全卡的部分取自：items（各项目）、group:分组、given（另行给出，缺省）", "of a part of the card, where its value comes from: items, group:GROUP, or given (the default)"),
        may("missing", OneOf(&["zero", "exclude", "pending"]), "全卡的部分没有值时；缺省 pending", "of a part of the card: effect while it has no value; default pending"),
    ]),
    table_of("target", &["scorecard", "item", "unit", "period", "from"], "目标值（缺 unit 为全市）", "targets (without a unit: the city's)", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("item", Text, "项目", "item"),
        may("unit", Ref("unit"), "单位", "unit"),
        may("period", Period, "期间（缺省为方案年度）", "period (default: the programme's year)"),
        must("value", Decimal, "目标值", "value"),
        may("from", Day, "自哪一天起执行（年中调整）；缺省为期间首日", "the day from which it is in force (a change in mid-year); default the period's first"),
    ]),
    table_of("band", &["scorecard", "grade"], "等级，由优到劣（半开区间下界）", "grade bands from the best to the worst (half-open lower bounds)", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("grade", Text, "等级", "grade"),
        may("from", Decimal, "下界（总分最低的一级不写；总分越低越好时即最优一级不写）", "lower bound (none for the band of the lowest totals, which is the best one where lower is better)"),
        must("name", Bilingual, "名称", "name"),
    ]),
    table_of("gate", &["scorecard", "grade", "id"], "等级门槛", "gates of a grade", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("grade", Text, "等级", "grade"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("indicator", Ref("indicator"), "指标", "indicator"),
        may("at_least", Decimal, "不低于", "at least"),
        may("at_most", Decimal, "不高于", "at most"),
        may("worst_group_at_least", Decimal, "最差分组得分率不低于", "least score rate of the worst group"),
    ]),
    table_of("veto", &["scorecard", "id"], "一票否决与直接定级", "vetoes and direct classes", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("indicator", Ref("indicator"), "计数指标", "indicator that counts the events"),
        may("above", Decimal, "大于此值即否决（缺省 0）", "vetoed when above (default 0)"),
        may("direct", Bool, "直接定级：即使得分更差也定为该等级；缺省 false", "direct class: sets the grade even where the score would give a worse one; default false"),
        must("forces", Text, "强制等级", "grade that it forces"),
        may("basis", Bilingual, "法律依据原文", "legal basis in words"),
        may("document", Ref("document"), "依据文件", "document of the basis"),
    ]),
    table_of("quota", &["scorecard", "group", "grade"], "各排名组的等级名额", "quota of a grade in a ranking group", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("group", Ref("code:ranking_group"), "排名组", "ranking group"),
        must("grade", Text, "等级", "grade"),
        may("at_most", Int, "最多几个", "at most so many"),
        may("share", Decimal, "最多占比", "at most this share"),
        may("rounding", OneOf(&["half_up", "half_even", "down", "up"]), "占比取整；缺省 half_up", "rounding of the share; default half_up"),
    ]),
    table_of("consequence", &["scorecard", "id"], "结果运用", "consequences", &[
        must("scorecard", Ref("scorecard"), "记分卡", "scorecard"),
        must("id", Id, "标识", "identifier"),
        may("grade", Text, "等级", "grade"),
        may("veto", Text, "否决项", "veto"),
        must("kind", OneOf(&["commendation", "bar_on_promotion", "talk", "rectification", "supervision", "award", "other"]), "种类", "kind"),
        must("text", Bilingual, "内容", "text"),
        may("opens", Ref("flow"), "由此为单位开办的流程", "flow of which it opens a case for the unit"),
        may("basis", Bilingual, "依据", "basis"),
    ]),
    table_of("flow", &["id"], "流程", "flows", &[
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("initial", Text, "初始状态", "initial state"),
        may("about", OneOf(&["item", "record", "subject", "assignment", "none"]), "办件关于什么；assignment 为交办事项（督办、批示），开办时写事由 title、内容 content、办结期限 due 和牵头、配合单位；缺省 none", "what a case of it is about; assignment is what units are charged with (follow-up supervision, an instruction), opened with title, content, the day due, lead and support units; default none"),
        may("subject_type", Ref("subject_type"), "办件所关对象的类型", "type of the subjects that its cases are about"),
        may("basis", Bilingual, "依据", "basis"),
    ]),
    table_of("state", &["flow", "id"], "流程状态", "states of a flow", &[
        must("flow", Ref("flow"), "流程", "flow"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        may("kind", OneOf(&["open", "waiting", "closed"]), "种类；缺省 open", "kind; default open"),
        may("outcome", Text, "办结结果", "outcome of a closed state"),
    ]),
    table_of("action", &["flow", "id"], "流程动作", "actions of a flow", &[
        must("flow", Ref("flow"), "流程", "flow"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("from", List(&Text), "起始状态", "states in which it is possible"),
        must("to", Text, "到达状态", "state that follows"),
        must("roles", List(&Ref("role")), "谁可以做", "roles that may do it"),
        may("scope", OneOf(&["own", "lead", "support", "all"]), "范围：本单位、牵头单位、配合单位、全部；缺省 own", "whose cases: own unit's, those led, those that the unit supports, all; default own"),
        may("reason_required", Bool, "须说明理由；缺省 false", "a reason is required; default false"),
        may("evidence_at_least", Int, "至少几件佐证；缺省 0", "least pieces of evidence; default 0"),
        may("closing_reasons", List(&Text), "办结理由清单；vocabulary:词表 取其全部代码", "list of closing reasons; vocabulary:ID stands for its codes"),
        may("deducts", Decimal, "每办理一次从项目得分中扣几分（须有理由）", "points that it takes off the item's each time (needs a reason)"),
        may("deducts_percent", Decimal, "同上，按项目分值的百分比", "the same, in percent of the item's points"),
        may("reopens", Bool, "可从办结状态重新办理；缺省 false", "may lead out of a closed state; default false"),
    ]),
    table_of("input", &["flow", "action", "id"], "动作所填的字段", "fields that an action asks for", &[
        must("flow", Ref("flow"), "流程", "flow"),
        must("action", Text, "动作", "action"),
        must("id", Id, "字段标识（同一流程内同名即同一字段）", "field (the same name in a flow is the same field)"),
        must("name", Bilingual, "名称", "name"),
        must("type", OneOf(&["text", "number", "decimal", "date", "choice", "bool"]), "类型", "type"),
        may("scale", Int, "小数位数", "decimal places"),
        may("choices", List(&Text), "可选值；vocabulary:词表 取其全部代码", "choices; vocabulary:ID stands for its codes"),
        may("required", Bool, "必填；缺省 false", "required; default false"),
        may("min", Decimal, "最小值", "least"),
        may("max", Decimal, "最大值", "most"),
        may("max_field", Text, "最大值取自同一办件的字段；points 为项目分值", "field of the same case that holds the most; points is the item's points"),
    ]),
    table_of("deadline", &["flow", "id"], "期限", "deadlines", &[
        must("flow", Ref("flow"), "流程", "flow"),
        must("id", Id, "标识", "identifier"),
        must("name", Bilingual, "名称", "name"),
        must("starts", Text, "起算：open（开办）、进入的状态、日期字段，或 due（项目时限）", "starts on: open, a state entered, a date field, or due (the item's due day)"),
        must("ends", Text, "止于：离开的状态、enter:进入的状态，或动作", "ends on: state left, enter:STATE entered, or action done"),
        may("working_days", Int, "工作日数", "working days"),
        may("calendar_days", Int, "自然日数", "calendar days"),
        may("months", Int, "月数", "months"),
        may("on", MonthDay, "固定月日", "fixed month and day"),
        may("year_offset", Int, "固定日所在年相对开办年；缺省 0", "year of the fixed day against the opening year; default 0"),
        may("rolls", Bool, "逢休息日顺延；缺省 false", "rolls forward from a rest day; default false"),
        may("when_missed", OneOf(&["mark", "lock"]), "逾期后；缺省 只记录，不标记", "what happens when missed; default nothing but the record of it"),
        may("locks", List(&Text), "逾期锁定的动作", "actions that are locked then"),
        may("lifted_by", List(&Text), "解除锁定的动作；没有锁定时不能做", "actions that open again what is locked; possible only then"),
        may("holds", List(&Text), "会使期限提前结束的动作：期限未满时须写明理由", "actions that would cut it short: while it runs they need a written reason"),
        may("basis", Bilingual, "依据", "basis"),
    ]),
    table_of("reminder", &["flow", "deadline"], "催办：期限前后由系统提醒，久拖的转督办", "reminders that the system sends around a deadline, and what follows when it stays missed", &[
        must("flow", Ref("flow"), "流程", "flow"),
        must("deadline", Text, "期限", "deadline"),
        may("before", List(&Int), "到期前几个工作日提醒；0 为当日", "working days before the last day on which a reminder is sent; 0 is the day itself"),
        may("after", List(&Int), "逾期后几个工作日再提醒", "working days after it"),
        may("escalate_after", Int, "逾期几个工作日转督办", "working days after it from which the case is followed up"),
        may("escalate_to", Ref("flow"), "转为哪个交办流程（about 为 assignment）", "flow of the assignment that is made then (about is assignment)"),
        may("reply_within", Int, "转督办后几个工作日内回复；缺省 5", "working days within which the assignment asks for a reply; default 5"),
    ]),
    table_of("paper", &["kind"], "公文：由谁发文、怎样编号（办公室上传的模板另有编号式样的从其式样）", "papers: who issues them and how their numbers read (a pattern that the office sets with its template goes before)", &[
        must("kind", OneOf(&["letter", "supervision", "circular", "rectification", "summary", "confirmation"]), "公文种类", "kind of paper"),
        may("issuer", Bilingual, "发文机关；缺省为经办人所在单位", "the body that issues it; default the unit of whoever makes it"),
        may("number", Text, "编号式样，{年}和{号}各一次", "pattern of its numbers, with {year} and {number} once each"),
    ]),
    table_of("published", &["id"], "该市公布的数字", "figures that the city published", &[
        must("id", Text, "编号", "claim"),
        must("statement", Bilingual, "表述", "statement"),
        must("value", Decimal, "公布值", "value as published"),
        may("unit_of_measure", Text, "单位", "unit of measure"),
        must("relation", OneOf(&["exact", "rounded_1", "more_than", "at_least", "nearly", "about"]), "比对关系", "how the produced value is held against it"),
        may("period", Period, "期间（缺省为方案年度）", "period (default: the programme's year)"),
        may("system", Text, "所属系统", "system"),
        may("indicator", Ref("indicator"), "产生它的指标", "indicator that produces it"),
        may("trial", OneOf(&["veto", "consequence"]), "规则类：试验方式", "of a rule: how it is tried"),
        may("scorecard", Ref("scorecard"), "规则类：记分卡", "of a rule: scorecard"),
        may("veto", Text, "规则类：否决项", "of a rule: veto"),
        may("consequence", Text, "规则类：结果运用", "of a rule: consequence"),
        may("trial_record", Ref("record_type"), "规则类：试验时插入的记录类型", "of a rule: type of the record that the trial inserts"),
        may("trial_values", List(&Text), "规则类：试验记录的字段，字段=值", "of a rule: its fields, field=value"),
        may("source", Text, "出处", "source"),
    ]),
    table_of("generate_person", &["login"], "演示中可以登录的人", "the people as whom a demonstration can be entered", &[
        must("login", Id, "登录名", "name to sign in with"),
        must("name", Text, "姓名（虚构）", "name (invented)"),
        must("role", Ref("role"), "角色", "role"),
        may("unit", Ref("unit"), "单位", "unit"),
    ]),
    table_of("generate_list", &["id"], "演示数据的词语表", "word lists for made-up data", &[
        must("id", Id, "标识", "identifier"),
        must("values", List(&Text), "词语", "words"),
    ]),
    table_of("generate", &["id"], "演示数据的分布", "distributions of made-up data", &[
        must("id", Id, "标识", "identifier"),
        must("of", Text, "subject:类型、记录类型或 case:流程", "subject:TYPE, a record type, or case:FLOW"),
        may("count", Int, "总数", "how many in all"),
        may("per_unit", Int, "每单位几个", "how many for each unit"),
        may("scorecard", Ref("scorecard"), "case：为记分卡每项每承担单位开办", "of a case: opened for each item and carrier of the scorecard"),
        may("items", List(&Text), "case：只有这些项目；先列出的分布先取", "of a case: only these items; a distribution that stands first takes first"),
        may("from", Day, "最早日期", "first day"),
        may("to", Day, "最晚日期", "last day"),
        may("rhythm", OneOf(&["even", "weekdays", "working_days", "season", "once"]), "时间节律", "rhythm over time"),
        may("months", List(&Decimal), "十二个月的权重（season）", "weights of the twelve months (season)"),
        may("units", List(&Text), "责任单位：标识、kind:、group:", "responsible units: ids, kind:, group:"),
        may("unit_weights", List(&Decimal), "责任单位的权重", "weights of those units"),
        may("places", List(&Text), "所在地：标识、kind:、group:", "places: ids, kind:, group:"),
        may("subjects", Text, "对象：generate 标识", "subjects: id of the generate row that makes them"),
        may("subject_shape", OneOf(&["even", "long_tail", "each_once"]), "对象的分布", "how records fall on subjects"),
        may("note", Bilingual, "说明（我们的假设）", "note (our assumption)"),
    ]),
    table_of("generate_field", &["generate", "field"], "演示数据的字段", "fields of made-up data", &[
        must("generate", Ref("generate"), "所属分布", "distribution"),
        must("field", Text, "字段（对象还有 id、name）", "field (of a subject also id, name)"),
        may("value", Text, "固定值", "fixed value"),
        may("values", List(&Text), "依次取值（循环）", "values taken in turn"),
        may("choices", List(&Text), "随机取值", "values drawn at random"),
        may("weights", List(&Decimal), "随机取值的权重", "weights of those values"),
        may("text", Text, "文字模板，{n} 为序号，{表} 取自 generate_list", "text pattern; {n} is the ordinal, {list} draws from a generate_list"),
        may("from", Decimal, "数值下限（日期为相对 day 的天数）", "least number (of a date: days after day)"),
        may("to", Decimal, "数值上限", "greatest number"),
        may("shape", OneOf(&["uniform", "long_tail", "normal"]), "数值分布", "shape of the numbers"),
        may("sum", Decimal, "各条数值之和", "what the numbers of all records add up to"),
        may("empty", Decimal, "为空的比例", "share left empty"),
        may("when", Expression, "仅当", "only when"),
    ]),
    table_of("generate_step", &["generate", "action"], "演示办件走的步骤", "steps that made-up cases take", &[
        must("generate", Ref("generate"), "所属分布", "distribution"),
        must("action", Text, "动作", "action"),
        may("share", Decimal, "走这一步的比例", "share of the cases that take it"),
        may("days_from", Int, "距上一步最少天数", "least days after the step before"),
        may("days_to", Int, "距上一步最多天数", "most days after the step before"),
        may("role", Ref("role"), "由谁", "by which role"),
        may("reasons", List(&Text), "须说明理由的动作依次取用的理由", "reasons of an action that needs one, taken in turn"),
        may("quality_from", Decimal, "评分占分值的最低比例", "least share of the points that is given"),
        may("quality_to", Decimal, "评分占分值的最高比例", "greatest share of the points that is given"),
    ]),
];
