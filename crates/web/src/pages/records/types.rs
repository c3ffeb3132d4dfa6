//! All record and subject types: how many records there are, the newest, who may enter.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use measure::list::Listing;
use office::authority::Granted;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

struct TypeLine {
    id: String,
    name: String,
    count: String,
    is_empty: bool,
    newest: String,
    newest_number: u64,
    subject: String,
    evidence: String,
}

struct SubjectLine {
    id: String,
    name: String,
    count: String,
    identity: String,
    is_personal: bool,
}

#[derive(Template)]
#[template(path = "pages/records/types.html")]
struct TypesPage {
    frame: Frame,
    types: Vec<TypeLine>,
    empty: usize,
    subjects: Vec<SubjectLine>,
    total: String,
    may_enter: bool,
    may_import: bool,
    who_enters: String,
    who_imports: String,
}

pub(crate) async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, show).await
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let columns = look.office.mirror().columns();
    let mut total = 0;
    let mut types = Vec::new();
    for found in look.programme.record_types.values() {
        let page = columns.list(&Listing::new(found.id.as_str(), look.at, 1));
        total += page.count;
        let newest = page.rows.first();
        types.push(TypeLine {
            id: found.id.to_string(),
            name: look.text(&found.name).to_owned(),
            count: words.count(page.count as usize),
            is_empty: page.count == 0,
            newest: newest
                .and_then(|row| match row.value("day") {
                    measure::Value::Day(day) => Some(words.day(day)),
                    _ => None,
                })
                .unwrap_or_default(),
            newest_number: newest.map_or(0, |row| row.id()),
            subject: found
                .subject
                .as_ref()
                .and_then(|id| look.programme.subject_types.get(id))
                .map(|found| look.text(&found.name).to_owned())
                .unwrap_or_default(),
            evidence: look.text(&found.evidence).to_owned(),
        });
    }
    let subjects = look
        .programme
        .subject_types
        .values()
        .map(|found| SubjectLine {
            id: found.id.to_string(),
            name: look.text(&found.name).to_owned(),
            count: words.count(look.office.mirror().subject_count(found.id.as_str())),
            identity: look.text(&found.identity_name).to_owned(),
            is_personal: found.personal,
        })
        .collect();
    Page::of(&TypesPage {
        frame: look.frame(words.say("记录", "Records")),
        empty: types.iter().filter(|line| line.is_empty).count(),
        types,
        subjects,
        total: words.count(total as usize),
        may_enter: look.may(Granted::Submit),
        may_import: look.may(Granted::Import),
        who_enters: who_may(look, "submit"),
        who_imports: who_may(look, "import"),
    })
}

/// The roles that the programme grants a command, as one text.
pub(crate) fn who_may(look: &Look<'_>, command: &str) -> String {
    let words = Words { lang: look.lang() };
    let mut roles: Vec<String> = look
        .programme
        .grants
        .iter()
        .filter(|grant| *grant.command == *command)
        .map(|grant| look.text(&look.role_name(grant.role.as_str())).to_owned())
        .collect();
    roles.dedup();
    if roles.is_empty() {
        return words.say("所有角色", "every role").to_owned();
    }
    roles.join(words.say("、", ", "))
}
