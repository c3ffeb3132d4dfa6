//! What a receiver is told of an entry: a CloudEvent (1.0) of identifiers, kinds and positions. Nothing personal
//! and no content is in it; whoever wants that asks the API with a token.

use base::Lang;
use ledger::{Entry, Nature};
use office::Office;
use office::entry::Kind;
use serde_json::{Map, Value, json};

/// A kind of change that can be told.
pub(crate) struct Told {
    /// CloudEvents' `type`.
    pub id: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Told {
    /// In words.
    pub fn name(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

const fn told(id: &'static str, zh: &'static str, en: &'static str) -> Told {
    Told { id, zh, en }
}

/// Every kind of change that can be told.
pub(crate) const KINDS: &[Told] = &[
    told(
        "zhicheng.record.accepted",
        "新记录",
        "a record was accepted",
    ),
    told(
        "zhicheng.record.revised",
        "记录更正",
        "a record was revised",
    ),
    told(
        "zhicheng.record.withdrawn",
        "记录撤回",
        "a record was withdrawn",
    ),
    told(
        "zhicheng.import.taken",
        "文件导入完成",
        "a file was imported",
    ),
    told("zhicheng.case.opened", "办件开办", "a case was opened"),
    told("zhicheng.case.moved", "办件进展", "a case moved on"),
    told("zhicheng.reminder.given", "催办", "units were reminded"),
    told(
        "zhicheng.letter.signed",
        "责任书签字",
        "a responsibility letter was signed by its unit",
    ),
    told(
        "zhicheng.letter.countersigned",
        "责任书会签",
        "a responsibility letter was countersigned",
    ),
    told(
        "zhicheng.change.confirmed",
        "年中调整确认",
        "a unit confirmed a change in mid-year",
    ),
    told("zhicheng.paper.issued", "公文印发", "a paper was issued"),
    told(
        "zhicheng.paper.voided",
        "公文作废",
        "a paper was declared void",
    ),
    told(
        "zhicheng.assessment.sealed",
        "考核结果封存",
        "an assessment was sealed",
    ),
    told(
        "zhicheng.figures.published",
        "数字公布",
        "figures were published",
    ),
    told(
        "zhicheng.programme.activated",
        "方案启用",
        "a programme version took force",
    ),
];

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The entry's position.
    pub position: u64,
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// The event as it is sent.
    pub body: Value,
}

/// The event of an entry; `None` where it is no change that is told.
pub(crate) fn of_entry(office: &Office, entry: &Entry) -> Option<Event> {
    let facts: Value = serde_json::from_slice(&entry.facts).ok()?;
    let position = entry.position.0;
    let is_imported = facts.get("import").is_some_and(|import| !import.is_null());
    // Fields of the facts that are passed on under their own names, and what the event is about.
    let (kind, passed, subject): (_, &[&str], String) = match Kind::from_number(entry.kind)? {
        // Rows of an import count only with its closing entry, which tells of them all.
        Kind::Record | Kind::Revise if is_imported => return None,
        Kind::Record => (
            "zhicheng.record.accepted",
            &["type"],
            format!("records/{position}"),
        ),
        Kind::Revise => (
            "zhicheng.record.revised",
            &["type", "record"],
            format!("records/{}", facts.get("record")?),
        ),
        Kind::Withdraw => (
            "zhicheng.record.withdrawn",
            &["type", "record"],
            format!("records/{}", facts.get("record")?),
        ),
        Kind::ImportClose => (
            "zhicheng.import.taken",
            &["import", "added", "revised"],
            format!("imports/{}", facts.get("import")?),
        ),
        Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord => (
            "zhicheng.case.opened",
            &[
                "flow",
                "state",
                "unit",
                "support",
                "scorecard",
                "item",
                "period",
            ],
            format!("cases/{position}"),
        ),
        Kind::CaseAct | Kind::CasePassed => (
            "zhicheng.case.moved",
            &["case", "action", "from", "to"],
            format!("cases/{}", facts.get("case")?),
        ),
        // Of a reminder the cases and their deadlines, without what was said.
        Kind::Remind => (
            "zhicheng.reminder.given",
            &["day", "cases"],
            format!("reminders/{position}"),
        ),
        Kind::LetterSigned => (
            "zhicheng.letter.signed",
            &["scorecard", "period", "unit", "programme", "day"],
            format!("letters/{position}"),
        ),
        Kind::LetterCountersigned => (
            "zhicheng.letter.countersigned",
            &["scorecard", "period", "unit", "letter", "day"],
            format!("letters/{}", facts.get("letter")?),
        ),
        Kind::ChangeConfirmed => (
            "zhicheng.change.confirmed",
            &["scorecard", "period", "unit", "programme", "day"],
            format!("programmes/{}", facts.get("programme")?),
        ),
        Kind::Paper | Kind::CasePaper => (
            "zhicheng.paper.issued",
            &["kind", "about", "text", "day"],
            format!("papers/{position}"),
        ),
        Kind::PaperVoided => (
            "zhicheng.paper.voided",
            &["paper", "day"],
            format!("papers/{}", facts.get("paper")?),
        ),
        Kind::Seal => (
            "zhicheng.assessment.sealed",
            &["scorecard", "period", "day", "at"],
            format!("results/{position}"),
        ),
        Kind::Publish => (
            "zhicheng.figures.published",
            &["day", "at"],
            format!("publications/{position}"),
        ),
        Kind::Programme => (
            "zhicheng.programme.activated",
            &["id", "version"],
            format!("programmes/{position}"),
        ),
        _ => return None,
    };
    let mut data = Map::new();
    data.insert("position".to_owned(), json!(position));
    match kind {
        "zhicheng.record.accepted" => drop(data.insert("record".to_owned(), json!(position))),
        "zhicheng.case.opened" => drop(data.insert("case".to_owned(), json!(position))),
        "zhicheng.letter.signed" => drop(data.insert("letter".to_owned(), json!(position))),
        "zhicheng.paper.issued" => drop(data.insert("paper".to_owned(), json!(position))),
        _ => {}
    }
    for name in passed {
        if let Some(value) = facts.get(*name) {
            data.insert((*name).to_owned(), value.clone());
        }
    }
    data.insert(
        "is_demonstration".to_owned(),
        json!(office.nature() == Nature::Demonstration),
    );
    let origin: String =
        url::form_urlencoded::byte_serialize(office.ledger().origin().as_bytes()).collect();
    Some(Event {
        position,
        kind,
        body: json!({
            "specversion": "1.0",
            // With the source it is this event for good, however often it is sent.
            "id": position.to_string(),
            "source": format!("urn:zhicheng:{origin}"),
            "type": kind,
            "subject": subject,
            "time": entry.time.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        }),
    })
}
