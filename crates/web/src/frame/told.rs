//! What was just done, said at the head of the page that is shown after it: what, what comes next and by whom.
//!
//! The answer to a form leads on to an address that names the step and the ledger's position after it. The words
//! stand here, so that an address can never bring its own; and they are shown only to whoever took the step, and
//! only for some minutes.

use std::collections::BTreeMap;

use axum::response::Response;
use base::Position;
use office::Office;
use office::authority::Granted;

use crate::answer::go_to;
use crate::look::Look;
use crate::pages::case::next::{Done, just_done};
use crate::site::Site;
use crate::words::Words;

/// How long a step is "just done", in microseconds.
const RECENT_MICROS: i64 = 10 * 60 * 1_000_000;
/// The fields of an address that tell.
const KIND: &str = "told";
const AT: &str = "told_at";
const COUNT: &str = "told_count";
const CASE: &str = "told_case";

/// A step of which the next page tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A step of one case or of many at once.
    Cases,
    /// A unit's signature under its letter.
    LetterSigned,
    /// The leading group's signatures.
    LettersCountersigned,
    /// The scan of a signed letter.
    ScanAttached,
    /// A unit has confirmed what was changed in the plan.
    ChangeConfirmed,
    /// The result was sealed.
    Sealed,
    /// Rectification was opened.
    Rectified,
}

const STEPS: [(Step, &str); 7] = [
    (Step::Cases, "cases"),
    (Step::LetterSigned, "letter"),
    (Step::LettersCountersigned, "letters"),
    (Step::ScanAttached, "scan"),
    (Step::ChangeConfirmed, "change"),
    (Step::Sealed, "sealed"),
    (Step::Rectified, "rectified"),
];

/// What was done, in words.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub what: String,
    pub next: String,
    /// Where it goes on: address and name.
    pub way: Option<(String, String)>,
}

/// Goes on at an address, whose page tells of the step: how many it was, and one case of them.
pub(crate) fn go_and_tell(
    site: &Site,
    address: &str,
    step: Step,
    count: u64,
    case: Option<u64>,
) -> Response {
    let Ok(at) = site.office().read(Office::position) else {
        return go_to(address);
    };
    let kind = STEPS.iter().find(|(found, _)| *found == step);
    let (path, fragment) = match address.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (address, String::new()),
    };
    // What an earlier step told is told no more.
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| ![KIND, AT, COUNT, CASE].contains(&name.as_ref()));
    let mut coded = url::form_urlencoded::Serializer::new(String::new());
    coded.extend_pairs(kept);
    coded.append_pair(KIND, kind.map_or("", |(_, name)| name));
    coded.append_pair(AT, &at.0.to_string());
    coded.append_pair(COUNT, &count.to_string());
    if let Some(case) = case {
        coded.append_pair(CASE, &case.to_string());
    }
    go_to(&format!("{path}?{}{fragment}", coded.finish()))
}

/// What the address that is looked at tells. Nothing where it cannot be read: the page itself says how things stand.
pub(super) fn of(look: &Look<'_>) -> Option<Told> {
    let query = look.asked.uri.query().filter(|text| text.contains(KIND))?;
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let number = |name: &str| fields.get(name).and_then(|text| text.parse::<u64>().ok());
    let step = STEPS
        .iter()
        .find(|(_, name)| fields.get(KIND).is_some_and(|kind| kind == name))?
        .0;
    let entry = look.office.ledger().entry(Position(number(AT)?)).ok()?;
    let age = look.site.now().as_micros() - entry.time.as_micros();
    if look.who()?.actor != entry.actor || age > RECENT_MICROS {
        return None;
    }
    let case = match number(CASE) {
        Some(number) => Some(look.office.case(number).ok()?),
        None => None,
    };
    let words = Words { lang: look.lang() };
    let count = number(COUNT).unwrap_or(1);
    let way = |address: &str, name: &str| Some((address.to_owned(), name.to_owned()));
    let by = |command: Granted| roles(look, words, command);
    let (what, next, way) = match step {
        Step::Cases => {
            let done = just_done(look, &case?).ok()??;
            (cases(words, &done, count), next(words, &done), None)
        }
        Step::LetterSigned => (
            words
                .say(
                    "责任书已以本单位名义签字，签字记入存证日志。",
                    "The letter is signed for the unit; the signature is in the ledger.",
                )
                .to_owned(),
            to_come(words, ("会签", "the countersignature"), &by(Granted::CountersignLetter)),
            None,
        ),
        Step::LettersCountersigned => (
            counted(words, count, ("份责任书已会签，双方签订完毕。", "letters are countersigned: both sides have signed."), "letter is countersigned: both sides have signed."),
            words
                .say(
                    "各单位按责任书办理，到期填报。",
                    "Next: the units carry out what they signed, and report by the days that it names.",
                )
                .to_owned(),
            way("/plan", words.say("任务分解表", "The plan")),
        ),
        Step::ScanAttached => (
            words.say("扫描件已上传。", "The scan is uploaded.").to_owned(),
            String::new(),
            None,
        ),
        Step::ChangeConfirmed => (
            words
                .say("已确认对方案调整的知悉。", "The change of the plan is confirmed.")
                .to_owned(),
            String::new(),
            way("/plan/letters", words.say("目标责任书", "Responsibility letters")),
        ),
        Step::Sealed => (
            words
                .say(
                    "结果已审定封存，永久保留在存证日志中；已综合评价的项目同时办结。",
                    "The result is sealed and stays in the ledger for good; the composed items were closed with it.",
                )
                .to_owned(),
            to_come(
                words,
                ("出具通报文件，再下达整改通知", "the circular is issued, then the rectification notices go out"),
                &by(Granted::Publish),
            ),
            None,
        ),
        Step::Rectified => (
            counted(words, count, ("份整改通知已下达。", "rectification notices are sent."), "rectification notice is sent."),
            case.map(|case| crate::pages::case::next::follows(look, &case))
                .filter(|follows| !follows.is_empty())
                .map(|follows| listed(words, &follows))
                .unwrap_or_default(),
            way("#opened", words.say("整改台账", "Rectification")),
        ),
    };
    Some(Told { what, next, way })
}

fn counted(words: Words, count: u64, many: (&'static str, &'static str), one: &str) -> String {
    match (words.lang, count) {
        (base::Lang::Zh, _) => format!("{count}{}", many.0),
        (base::Lang::En, 1) => format!("1 {one}"),
        (base::Lang::En, _) => format!("{count} {}", many.1),
    }
}

/// The roles that a step is granted to, in words.
fn roles(look: &Look<'_>, words: Words, command: Granted) -> String {
    look.programme
        .roles
        .keys()
        .filter(|role| look.office.may(role.as_str(), command))
        .map(|role| look.text(&look.role_name(role.as_str())).to_owned())
        .collect::<Vec<_>>()
        .join(words.say("、", ", "))
}

fn to_come(words: Words, step: (&str, &str), by: &str) -> String {
    match (words.lang, by.is_empty()) {
        (base::Lang::Zh, true) => format!("下一步：{}。", step.0),
        (base::Lang::Zh, false) => format!("下一步：{}（{by}）。", step.0),
        (base::Lang::En, true) => format!("Next: {}.", step.1),
        (base::Lang::En, false) => format!("Next: {} ({by}).", step.1),
    }
}

fn cases(words: Words, done: &Done, count: u64) -> String {
    match (words.lang, count) {
        (base::Lang::Zh, 1) => format!("{}已办理：{} → {}", done.action, done.title, done.state),
        (base::Lang::En, 1) => format!("{} is done: {} → {}", done.action, done.title, done.state),
        (base::Lang::Zh, _) => format!("{}已办理 {count} 项 → {}", done.action, done.state),
        (base::Lang::En, _) => {
            format!("{} is done for {count} items → {}", done.action, done.state)
        }
    }
}

/// What follows on a step of cases.
fn next(words: Words, done: &Done) -> String {
    if done.is_closed {
        let closed = words.say("已经办结，不再等任何人。", "Closed: they wait for nobody.");
        return closed.to_owned();
    }
    let mut said = String::new();
    if !done.waits.is_empty() {
        let first = words.say("先等期限届满：", "First a limit runs out: ");
        said = format!("{first}{}{}", done.waits, words.say("。", ". "));
    }
    said + &listed(words, &done.next)
}

/// Steps with whom they are.
fn listed(words: Words, steps: &[(String, String)]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let steps: Vec<String> = steps
        .iter()
        .map(|(step, by)| match words.lang {
            base::Lang::Zh => format!("{step}（{by}）"),
            base::Lang::En => format!("{step} ({by})"),
        })
        .collect();
    let joined = steps.join(words.say("，或", ", or "));
    format!("{}{joined}", words.say("下一步：", "Next: "))
}
