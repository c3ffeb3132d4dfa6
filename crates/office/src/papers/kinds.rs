//! The kinds of papers: what each is about, and the fields and lists that it offers to its template.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::Text;
use programme::model::{CasePaper, Programme};
use report::{Data, Field, Known};

use super::{LINE_MAX, NOTE_MAX, PaperRequest};

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperKind {
    /// A paper of a flow's step.
    OfCase(&'static CasePaper),
    /// Responsibility letter of a unit.
    Letter,
    /// Supervision note about a case.
    Supervision,
    /// Circular of a sealed result.
    Circular,
    /// Ledger of rectification.
    Rectification,
    /// Summary tables, such as a superior body asks for.
    Summary,
    /// Confirmation of scores, sent to a unit.
    Confirmation,
}

/// What a kind of paper is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A unit, by its identifier.
    Unit,
    /// A case, by its number.
    Case,
    /// A sealed result, by its position.
    Seal,
    /// The programme's year.
    Year,
}

/// One word of the language of templates: Chinese name, English name, what it is.
type Word = (&'static str, &'static str, &'static str, &'static str);

/// What every paper offers.
const COMMON: &[Word] = &[
    (
        "发文机关",
        "issuer",
        "发文机关署名",
        "the body that issues it",
    ),
    (
        "长发文机关",
        "issuer.long",
        "发文机关超过十二个字时同“发文机关”，否则为空：红头用小一号的字",
        "the issuer where it has more than twelve signs, else empty: for a smaller red head",
    ),
    (
        "发文字号",
        "number",
        "按编号式样给出的文号",
        "the number by the declared pattern",
    ),
    ("成文日期", "date", "成文日期", "the day of issue"),
    (
        "年度",
        "year",
        "考核年度，如 2018年",
        "the year of the assessment",
    ),
    ("城市", "city", "城市名称", "the city"),
    ("方案名称", "scheme", "考核方案（记分卡）名称", "the scheme"),
    (
        "方案依据",
        "basis",
        "考核方案的批准文件名称",
        "the document that approves the scheme",
    ),
    ("签发人", "signer", "填写：签发人", "typed: who signs"),
    (
        "抄送",
        "copied_to",
        "填写：抄送机关",
        "typed: to whom it is copied",
    ),
    (
        "备注",
        "note",
        "填写：备注，可为空",
        "typed: a note, may be empty",
    ),
    (
        "存证位置",
        "position",
        "数据截至的存证位置",
        "the position of the ledger as of which it is true",
    ),
];

/// What is typed when a paper is made: English names of fields of [`COMMON`].
const TYPED: &[&str] = &["issuer", "signer", "copied_to", "note"];

const UNIT: Word = ("单位名称", "unit.name", "单位名称", "the unit's name");

const LETTER: &[Word] = &[
    UNIT,
    (
        "项目数",
        "items.count",
        "承担的项目数",
        "how many items it carries",
    ),
    ("总分值", "items.points", "分值合计", "points of all items"),
    (
        "单位签字日期",
        "unit.signed",
        "单位负责人在网上签字的日期，未签为空",
        "the day on which the unit's leader signed on the site, or empty",
    ),
    (
        "会签日期",
        "group.signed",
        "领导小组会签的日期，未签为空",
        "the day on which the leading group countersigned, or empty",
    ),
    (
        "正文校验值",
        "text.sha256",
        "网上签订的责任书正文的 SHA-256",
        "SHA-256 of the text that is signed on the site",
    ),
];
const LETTER_ITEMS: &[Word] = &[
    ("类别", "category", "类别名称", "the category"),
    ("项目名称", "item", "项目名称", "the item"),
    ("要求", "criterion", "评分要求", "the criterion"),
    (
        "目标值",
        "target",
        "目标值，可为空",
        "the target, may be empty",
    ),
    ("分值", "points", "分值", "points"),
    (
        "期限",
        "due",
        "完成期限，可为空",
        "the due day, may be empty",
    ),
    ("牵头单位", "lead", "牵头评审单位", "the lead unit"),
    (
        "材料要求",
        "evidence",
        "佐证材料要求",
        "the evidence wanted",
    ),
];

const SUPERVISION: &[Word] = &[
    UNIT,
    ("事项", "matter", "事项名称", "what the case is about"),
    ("事项编号", "case", "事项编号", "the case's number"),
    ("立项日期", "opened", "立项日期", "the day of opening"),
    ("状态", "state", "目前状态", "where it stands"),
    (
        "办理期限",
        "due",
        "办理期限，可为空",
        "the due day, may be empty",
    ),
    (
        "逾期工作日",
        "days_late",
        "逾期的工作日数，未逾期为空",
        "working days late, empty if it is not",
    ),
    (
        "逾期说明",
        "lateness",
        "如“，已逾期5个工作日”，未逾期为空",
        "how late it is in words, empty if it is not",
    ),
    (
        "要求完成日期",
        "demanded",
        "填写：要求办结的日期；不填为三个工作日后",
        "typed: the day demanded; three working days on if empty",
    ),
];
const SUPERVISION_FIELDS: &[Word] = &[
    ("名称", "name", "栏目名称", "the field"),
    ("内容", "value", "栏目内容", "what it holds"),
];
const SUPERVISION_STEPS: &[Word] = &[
    ("日期", "day", "日期", "the day"),
    ("步骤", "step", "办理步骤", "what was done"),
    ("单位", "unit", "办理单位", "by which unit"),
    (
        "说明",
        "note",
        "理由或说明，可为空",
        "the reason, may be empty",
    ),
];

const CASE_PAPER: &[Word] = &[
    UNIT,
    ("标题", "title", "文书名称", "the paper's name"),
    (
        "对象",
        "subject",
        "办件所关的对象，没有的为责任单位",
        "the subject of the case, else the unit whose case it is",
    ),
    (
        "对象编号",
        "subject.id",
        "对象的编号，可为空",
        "the subject's identifier, may be empty",
    ),
    ("事项", "matter", "事项名称", "what the case is about"),
    ("事项编号", "case", "事项编号", "the case's number"),
    ("办理步骤", "step", "办理步骤", "the step"),
    ("办理日期", "step.day", "办理日期", "the day of the step"),
    (
        "办理期限",
        "due",
        "此后的期限，可为空",
        "the deadline that runs then, may be empty",
    ),
    (
        "理由",
        "reason",
        "办理时写的理由，可为空",
        "the reason given, may be empty",
    ),
];
const PARAGRAPHS: &[Word] = &[("文字", "text", "一段文字", "the paragraph")];
const SIGNATURES: &[Word] = &[("签名栏", "line", "签名栏", "the line")];

const CIRCULAR: &[Word] = &[
    ("标题", "title", "通报标题", "the title"),
    (
        "批准文号",
        "approval",
        "审定的批准文号",
        "the number of the approval",
    ),
    (
        "单位数",
        "units.count",
        "被考核单位数",
        "how many units were assessed",
    ),
    ("审定日期", "sealed", "审定的日期", "the day of the result"),
    (
        "结果运用序号",
        "consequences.ordinal",
        "“结果运用”一节的序号：有否决时为三，否则为二",
        "the number of the section on consequences",
    ),
    (
        "更正说明",
        "correction",
        "更正此前结果时的理由，否则为空",
        "why an earlier result is corrected, else empty",
    ),
];
const GRADES: &[Word] = &[
    ("等级", "grade", "等级", "the grade"),
    ("等级名称", "grade.name", "等级名称", "the grade's name"),
    ("个数", "count", "单位个数", "how many units"),
    ("单位", "units", "单位名称，以顿号连接", "the units"),
];
const VETOES: &[Word] = &[
    ("否决事项", "veto", "否决事项", "the veto"),
    ("单位", "units", "单位名称，以顿号连接", "the units"),
];
const CONSEQUENCES: &[Word] = &[
    ("内容", "text", "结果运用的内容", "the consequence"),
    ("单位", "units", "单位名称，以顿号连接", "the units"),
];
const RANKS: &[Word] = &[
    ("分组", "group", "排名分组", "the group"),
    ("名次", "rank", "组内名次", "the rank"),
    ("单位", "unit", "单位名称", "the unit"),
    ("总分", "total", "总分", "the total"),
    ("等级", "grade", "等级", "the grade"),
    (
        "否决",
        "veto",
        "一票否决的事项，可为空",
        "its vetoes, may be empty",
    ),
];

const RECTIFICATION: &[Word] = &[
    ("整改总数", "count", "整改事项数", "how many cases"),
    (
        "销号数",
        "closed.count",
        "已销号的事项数",
        "how many are struck off",
    ),
];
const RECTIFICATIONS: &[Word] = &[
    ("单位", "unit", "责任单位", "the unit"),
    ("等级", "grade", "考核等级", "its grade"),
    (
        "失分项目",
        "lost",
        "失分项目及失分，以分号连接",
        "the items that lost points",
    ),
    (
        "整改要求",
        "demand",
        "结果运用规定的要求",
        "what the result demands",
    ),
    ("下达日期", "opened", "下达日期", "the day of opening"),
    (
        "整改期限",
        "due",
        "整改期限，可为空",
        "the due day, may be empty",
    ),
    ("状态", "state", "目前状态", "where it stands"),
    (
        "办结日期",
        "closed",
        "销号日期，未销号为空",
        "the day of striking off, or empty",
    ),
    (
        "整改情况",
        "report",
        "最近一次填报的内容",
        "what was reported last",
    ),
    ("事项编号", "case", "事项编号", "the case's number"),
];
const LOST_ITEMS: &[Word] = &[
    ("单位", "unit", "责任单位", "the unit"),
    (
        "整改事项",
        "title",
        "整改事项名称",
        "what the case is called",
    ),
    ("项目", "item", "失分项目", "the item that lost points"),
    (
        "分值",
        "possible",
        "可得的分",
        "the points that were possible",
    ),
    ("得分", "given", "得到的分", "the points that were given"),
    ("失分", "lost", "失去的分", "the points that were lost"),
    (
        "失分原因",
        "reason",
        "得分的由来",
        "how the points came about",
    ),
    ("下达日期", "opened", "下达日期", "the day of opening"),
    (
        "整改期限",
        "due",
        "整改期限，可为空",
        "the due day, may be empty",
    ),
    ("状态", "state", "目前状态", "where it stands"),
    (
        "销号日期",
        "closed",
        "销号日期，未销号为空；一件整改的全部项目同时销号",
        "the day of striking off, or empty; the items of one case are struck off together",
    ),
    (
        "整改情况",
        "report",
        "最近一次填报的内容",
        "what was reported last",
    ),
    ("事项编号", "case", "事项编号", "the case's number"),
];

const SUMMARY: &[Word] = &[("单位数", "units.count", "单位数", "how many units")];
const FIGURES: &[Word] = &[
    ("指标", "figure", "指标名称", "the indicator"),
    ("代码", "id", "指标代码", "its identifier"),
    (
        "数值",
        "value",
        "数值，按指标的写法",
        "the value as it is written",
    ),
    (
        "分子",
        "numerator",
        "分子，无值为空",
        "the numerator, empty without a value",
    ),
    (
        "分母",
        "denominator",
        "分母，无值为空",
        "the denominator, empty without a value",
    ),
    (
        "计量单位",
        "unit_of_measure",
        "计量单位",
        "the unit of measure",
    ),
    ("定义", "definition", "定义", "the definition"),
];

const CONFIRMATION: &[Word] = &[
    UNIT,
    ("总分", "total", "总分", "the total"),
    ("名次", "rank", "组内名次，可为空", "the rank, may be empty"),
    (
        "组内单位数",
        "rank.of",
        "组内单位数，可为空",
        "how many are ranked",
    ),
    ("等级", "grade", "等级，可为空", "the grade, may be empty"),
    (
        "名次说明",
        "rank.words",
        "如“，组内第3名”，无名次为空",
        "the rank in words",
    ),
    (
        "等级说明",
        "grade.words",
        "如“，等级A（优秀）”，无等级为空",
        "the grade in words",
    ),
];
const CONFIRMATION_ITEMS: &[Word] = &[
    ("类别", "category", "类别名称", "the category"),
    ("项目名称", "item", "项目名称", "the item"),
    ("分值", "max", "分值", "the points that are possible"),
    (
        "得分",
        "points",
        "得分，未评为空",
        "the points, empty if open",
    ),
    ("数据", "figure", "数据", "the figure"),
    (
        "得分说明",
        "reason",
        "得分的由来",
        "how the points came about",
    ),
];

/// A list: its names, what it is, and its columns.
type WordList = (Word, &'static [Word]);

impl PaperKind {
    /// The kinds of the assessment.
    pub const ALL: [PaperKind; 6] = [
        PaperKind::Letter,
        PaperKind::Supervision,
        PaperKind::Circular,
        PaperKind::Rectification,
        PaperKind::Summary,
        PaperKind::Confirmation,
    ];

    /// All kinds that a programme has: those of the assessment, then those of its flows.
    pub fn all(programme: &Programme) -> Vec<PaperKind> {
        let of_cases = programme.papers.values();
        let of_cases = of_cases.filter_map(|declared| declared.of_case.as_ref());
        PaperKind::ALL
            .into_iter()
            .chain(of_cases.map(|paper| PaperKind::OfCase(kept(paper))))
            .collect()
    }

    /// Its name in entries and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            PaperKind::Letter => "letter",
            PaperKind::Supervision => "supervision",
            PaperKind::Circular => "circular",
            PaperKind::Rectification => "rectification",
            PaperKind::Summary => "summary",
            PaperKind::Confirmation => "confirmation",
            PaperKind::OfCase(paper) => &paper.kind,
        }
    }

    /// The kind of that name.
    pub fn parse(programme: &Programme, text: &str) -> Option<PaperKind> {
        let own = PaperKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text);
        own.or_else(|| {
            let declared = programme.papers.get(text)?.of_case.as_ref()?;
            Some(PaperKind::OfCase(kept(declared)))
        })
    }

    /// What people call it.
    pub fn name(self) -> Text {
        let (zh, en) = match self {
            PaperKind::OfCase(paper) => return paper.name.clone(),
            PaperKind::Letter => ("责任书", "Responsibility letter"),
            PaperKind::Supervision => ("督办单", "Supervision note"),
            PaperKind::Circular => ("通报", "Circular"),
            PaperKind::Rectification => ("整改台账", "Rectification ledger"),
            PaperKind::Summary => ("上报汇总表", "Summary tables"),
            PaperKind::Confirmation => ("得分确认单", "Confirmation of scores"),
        };
        Text::new(zh, en)
    }

    /// What it is about.
    pub fn about(self) -> About {
        match self {
            PaperKind::Letter | PaperKind::Confirmation => About::Unit,
            PaperKind::Supervision | PaperKind::OfCase(_) => About::Case,
            PaperKind::Circular => About::Seal,
            PaperKind::Rectification | PaperKind::Summary => About::Year,
        }
    }

    /// The template that the programme brings.
    pub fn built_in(self) -> &'static [u8] {
        match self {
            PaperKind::Letter => report::templates::LETTER,
            PaperKind::Supervision => report::templates::SUPERVISION,
            PaperKind::Circular => report::templates::CIRCULAR,
            PaperKind::Rectification => report::templates::RECTIFICATION,
            PaperKind::Summary => report::templates::SUMMARY,
            PaperKind::Confirmation => report::templates::CONFIRMATION,
            PaperKind::OfCase(paper) if paper.is_record => report::templates::RECORD,
            PaperKind::OfCase(_) => report::templates::ORDER,
        }
    }

    /// The ending of that one's name.
    pub fn built_in_ending(self) -> &'static str {
        match self {
            PaperKind::Rectification | PaperKind::Summary => "xlsx",
            _ => "docx",
        }
    }

    fn words(self) -> (&'static [Word], Vec<WordList>) {
        match self {
            PaperKind::Letter => (
                LETTER,
                vec![(
                    (
                        "项目",
                        "items",
                        "承担的每个项目",
                        "each item that it carries",
                    ),
                    LETTER_ITEMS,
                )],
            ),
            PaperKind::Supervision => (
                SUPERVISION,
                vec![
                    (
                        ("内容", "fields", "事项的每个栏目", "each field of the case"),
                        SUPERVISION_FIELDS,
                    ),
                    (
                        ("经过", "steps", "每个办理步骤", "each step"),
                        SUPERVISION_STEPS,
                    ),
                ],
            ),
            PaperKind::OfCase(_) => (
                CASE_PAPER,
                vec![
                    (
                        (
                            "正文",
                            "paragraphs",
                            "正文的每一段",
                            "each paragraph of the text",
                        ),
                        PARAGRAPHS,
                    ),
                    (
                        ("内容", "fields", "办件的每个栏目", "each field of the case"),
                        SUPERVISION_FIELDS,
                    ),
                    (
                        (
                            "经过",
                            "steps",
                            "到这一步为止的每个步骤",
                            "each step up to this one",
                        ),
                        SUPERVISION_STEPS,
                    ),
                    (
                        (
                            "签名",
                            "signatures",
                            "每个签名栏",
                            "each line for a signature",
                        ),
                        SIGNATURES,
                    ),
                ],
            ),
            PaperKind::Circular => (
                CIRCULAR,
                vec![
                    (("等级", "grades", "每个等级", "each grade"), GRADES),
                    (
                        ("否决", "vetoes", "每个否决事项", "each veto that was hit"),
                        VETOES,
                    ),
                    (
                        (
                            "结果运用",
                            "consequences",
                            "每项结果运用",
                            "each consequence",
                        ),
                        CONSEQUENCES,
                    ),
                    (
                        (
                            "排名",
                            "ranks",
                            "每个单位，按分组和名次",
                            "each unit by group and rank",
                        ),
                        RANKS,
                    ),
                ],
            ),
            PaperKind::Rectification => (
                RECTIFICATION,
                vec![
                    (
                        (
                            "整改",
                            "rectifications",
                            "每个整改事项",
                            "each case of rectification",
                        ),
                        RECTIFICATIONS,
                    ),
                    (
                        (
                            "失分",
                            "lost_items",
                            "每个整改事项的每个失分项目，失分多的在前",
                            "each item that lost points of each case, the most first",
                        ),
                        LOST_ITEMS,
                    ),
                ],
            ),
            PaperKind::Summary => (
                SUMMARY,
                vec![
                    (
                        (
                            "单位",
                            "units",
                            "每个单位，按分组和名次",
                            "each unit by group and rank",
                        ),
                        RANKS,
                    ),
                    (
                        (
                            "指标",
                            "figures",
                            "每个全市指标",
                            "each indicator of the city",
                        ),
                        FIGURES,
                    ),
                ],
            ),
            PaperKind::Confirmation => (
                CONFIRMATION,
                vec![(
                    ("项目", "items", "每个项目", "each item"),
                    CONFIRMATION_ITEMS,
                )],
            ),
        }
    }

    /// The fields and lists that it offers to its template. Summary tables also offer each figure of the city by
    /// name: `指标.食品抽检合格率`, `figure.food_pass_rate`.
    pub fn known(self, programme: &Programme) -> Known {
        let field = |word: &Word| Field {
            name: Text::new(word.0, word.1),
            about: Text::new(word.2, word.3),
        };
        let (own, lists) = self.words();
        let mut fields: Vec<Field> = own.iter().chain(COMMON).map(field).collect();
        if self == PaperKind::Summary {
            fields.extend(programme.indicators.values().map(|indicator| Field {
                name: Text::new(
                    format!("指标.{}", indicator.name.zh),
                    format!("figure.{}", indicator.id),
                ),
                about: indicator.definition.clone(),
            }));
        }
        if let PaperKind::OfCase(paper) = self
            && let Some(flow) = programme.flows.get(&paper.flow)
        {
            fields.extend(flow.fields.iter().map(|declared| Field {
                name: Text::new(
                    format!("栏目.{}", declared.name.zh),
                    format!("field.{}", declared.id),
                ),
                about: declared.name.clone(),
            }));
        }
        let lists = lists
            .iter()
            .map(|(list, columns)| (field(list), columns.iter().map(field).collect()));
        Known {
            fields,
            lists: lists.collect(),
        }
    }

    /// What is typed when it is made, as fields; a supervision note also asks for the day demanded.
    pub fn typed(self) -> Vec<Field> {
        let own = SUPERVISION
            .iter()
            .filter(|word| self == PaperKind::Supervision && word.1 == "demanded");
        let common = COMMON.iter().filter(|word| TYPED.contains(&word.1));
        let words = own.chain(common);
        words
            .map(|word| Field {
                name: Text::new(word.0, word.1),
                about: Text::new(word.2, word.3),
            })
            .collect()
    }

    /// The name under which its file is handed out.
    pub(super) fn file_name(self, number: &str, data: &Data, ending: &str) -> String {
        let unit = match data.field("unit.name") {
            Some(report::Value::Text(unit)) => format!(" {unit}"),
            _ => String::new(),
        };
        let number = if number.is_empty() {
            String::new()
        } else {
            format!("{number} ")
        };
        format!("{number}{}{unit}.{ending}", self.name().zh)
    }
}

/// A declaration that lives as long as the process, so that a kind stays a small value that is copied. There are a few
/// dozen in a package, each is kept once, and a version that says the same adds none.
fn kept(paper: &CasePaper) -> &'static CasePaper {
    static KEPT: Mutex<Vec<&'static CasePaper>> = Mutex::new(Vec::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = all.iter().find(|found| **found == paper) {
        return found;
    }
    let new: &'static CasePaper = Box::leak(Box::new(paper.clone()));
    all.push(new);
    new
}

/// What was typed, as it is kept: only what the kind asks for, under limits.
pub(super) fn typed_of(request: &PaperRequest) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    for field in request.kind.typed() {
        let most = if field.name.en == "note" {
            NOTE_MAX
        } else {
            LINE_MAX
        };
        let text = request
            .typed
            .get(&field.name.en)
            .map(|text| text.trim())
            .unwrap_or_default();
        if !text.is_empty() {
            typed.insert(field.name.en, text.chars().take(most).collect());
        }
    }
    typed
}
