//! References: every cell that names a row of another table names one that exists.
//!
//! One pass over all rows, led by the kinds of the columns ([`Kind::Ref`]), so that a new column of
//! that kind is checked without a line here. The other files of the build may therefore pass over a
//! name that they do not find. Names inside one scorecard or flow are checked where those are built.

use std::sync::Arc;

use base::{Lang, Problem, Span, Text};

use super::{Faults, Rows};
use crate::nearest::{Named, suggest, suggest_named};
use crate::problems;
use crate::rows::{Content, Row};
use crate::tables::Kind;

/// What a reference is called in messages: table, Chinese, English.
const NOUNS: &[(&str, &str, &str)] = &[
    ("action", "动作", "action"),
    ("code", "代码", "code"),
    ("column", "列", "column"),
    ("consequence", "结果运用", "consequence"),
    ("deadline", "期限", "deadline"),
    ("document", "文件", "document"),
    ("field", "字段", "field"),
    ("flow", "流程", "flow"),
    ("generate", "分布", "distribution"),
    ("grade", "等级", "grade"),
    ("group", "分组", "group"),
    ("indicator", "指标", "indicator"),
    ("item", "项目", "item"),
    ("list", "词语表", "word list"),
    ("record_type", "记录类型", "record type"),
    ("role", "角色", "role"),
    ("scorecard", "记分卡", "scorecard"),
    ("scored", "评分对象", "thing to score"),
    ("source", "取值来源", "source"),
    ("state", "状态", "state"),
    ("subject_type", "对象类型", "subject type"),
    ("table", "数据表", "table"),
    ("type", "记录类型或对象类型", "record or subject type"),
    ("unit", "单位", "unit"),
    ("veto", "否决项", "veto"),
    ("vocabulary", "词表", "vocabulary"),
];

/// The Chinese and the English word for what a table's rows are.
pub(crate) fn noun(table: &str) -> (&'static str, &'static str) {
    NOUNS
        .iter()
        .find(|(name, ..)| *name == table)
        .map_or(("条目", "entry"), |(_, zh, en)| (*zh, *en))
}

/// Reports a name that does not exist anywhere.
pub(crate) fn unknown<'a>(
    faults: &mut Faults,
    table: &str,
    id: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) {
    let (zh, en) = noun(table);
    let known: Vec<&str> = known.into_iter().collect();
    let is_none = known.is_empty();
    let problem = problems::unknown_reference(zh, en, id, suggest(id, known));
    faults.at(span, if is_none { declare(problem) } else { problem });
}

/// A remedy where there is nothing to choose from.
fn declare(problem: Problem) -> Problem {
    with_remedy(
        problem,
        "一个也没有，先声明它",
        "there is none yet: declare it first",
    )
}

fn with_remedy(mut problem: Problem, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    problem.remedy = Box::new(Text {
        zh: zh.into(),
        en: en.into(),
    });
    problem
}

/// Reports a name that none of these rows has: with the identifier that was meant and its name.
pub(crate) fn unknown_row<'a>(
    faults: &mut Faults,
    owner: Option<(&str, &str)>,
    (table, id): (&str, &str),
    known: impl IntoIterator<Item = &'a Arc<Row>>,
    span: Span,
) {
    let known: Vec<&Arc<Row>> = known.into_iter().collect();
    let things: Vec<Named<'_>> = known
        .iter()
        .filter_map(|row| {
            Some(Named {
                id: row.text("id")?,
                name: row.name("name"),
                aliases: row.texts("aliases"),
            })
        })
        .collect();
    let (zh, en) = noun(table);
    let problem = match owner {
        Some((owner_table, owner)) => {
            let (owner_zh, owner_en) = noun(owner_table);
            problems::unknown_inside(owner_zh, owner_en, owner, zh, en, id, "")
        }
        None => problems::unknown_reference(zh, en, id, ""),
    };
    let found = |lang| suggest_named(id, &things, lang);
    let problem = match (found(Lang::Zh), found(Lang::En)) {
        (Some((zh, true)), Some((en, _))) => with_remedy(
            problem,
            format!("写标识 {zh}；或先声明它"),
            format!("write the id {en}; or declare it"),
        ),
        (Some((zh, false)), Some((en, _))) => with_remedy(
            problem,
            format!("可用：{zh}；或先声明它"),
            format!("use: {en}; or declare it"),
        ),
        _ => declare(problem),
    };
    faults.at(span, problem);
}

/// Reports a name that its scorecard, flow, vocabulary or type does not have.
pub(crate) fn unknown_in<'a>(
    faults: &mut Faults,
    (owner_table, owner): (&str, &str),
    (table, id): (&str, &str),
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) {
    let (owner_zh, owner_en) = noun(owner_table);
    let (zh, en) = noun(table);
    let known: Vec<&str> = known.into_iter().collect();
    let is_none = known.is_empty();
    let problem =
        problems::unknown_inside(owner_zh, owner_en, owner, zh, en, id, suggest(id, known));
    faults.at(span, if is_none { declare(problem) } else { problem });
}

/// Checks every reference of every row.
pub(super) fn check(rows: &Rows, faults: &mut Faults) {
    for row in rows.all() {
        for column in row.table.columns {
            match column.kind {
                Kind::Ref(target) => {
                    if let Some(text) = row.text(column.name) {
                        check_one(rows, row, target, text, row.span_of(column.name), faults);
                    }
                }
                Kind::List(Kind::Ref(target)) => check_list(rows, row, column.name, target, faults),
                _ => {}
            }
        }
    }
}

fn check_list(rows: &Rows, row: &Row, column: &str, target: &'static str, faults: &mut Faults) {
    let mut seen: Vec<&Arc<str>> = Vec::new();
    for cell in row.list(column) {
        let Content::Text(text) = &cell.content else {
            continue;
        };
        if seen.contains(&text) {
            faults.at(cell.span.clone(), problems::listed_twice(text));
        }
        seen.push(text);
        check_one(rows, row, target, text, cell.span.clone(), faults);
    }
}

fn check_one(
    rows: &Rows,
    row: &Row,
    target: &'static str,
    id: &Arc<str>,
    span: Span,
    faults: &mut Faults,
) {
    if let Some(vocabulary) = target.strip_prefix("code:") {
        if rows.find_under("code", vocabulary, id).is_none() {
            unknown_row(
                faults,
                Some(("vocabulary", vocabulary)),
                ("code", id),
                rows.under("code", vocabulary),
                span,
            );
        }
    } else if rows.find(target, id).is_none() {
        let known = rows.of(target).iter();
        let others =
            known.filter(|known| !known.text("id").is_some_and(|id| is_self(row, target, id)));
        unknown_row(faults, None, (target, id), others, span);
    }
}

/// A row is never the nearest name for its own reference.
fn is_self(row: &Row, target: &str, id: &str) -> bool {
    row.table.name == target && row.text("id").is_some_and(|own| &**own == id)
}
