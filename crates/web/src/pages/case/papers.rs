//! The papers of a case on its page: those that its steps ask for, made with one button, and those that were made.

use axum::extract::{Path, State};
use axum::response::Response;
use base::Problem;
use ledger::Nature;
use office::case::Case;
use office::papers::{PaperKind, PaperRequest};

use crate::answer::{Refused, go_to};
use crate::asked::Asked;
use crate::look::Look;
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// Most signs of who signs.
const SIGNER_MAX: usize = 100;

/// A paper that a step asks for.
pub(super) struct Wanted {
    pub kind: String,
    pub name: String,
    pub day: String,
    pub is_mine: bool,
}

/// A paper that was made.
pub(super) struct Made {
    pub at: u64,
    pub name: String,
    pub number: String,
    pub day: String,
    pub is_void: bool,
}

/// The papers of a case.
pub(super) struct Panel {
    pub wanted: Vec<Wanted>,
    pub made: Vec<Made>,
    pub is_demonstration: bool,
}

/// The papers of a case; `None` where its flow has none.
pub(super) fn panel(look: &Look<'_>, case: &Case) -> Result<Option<Panel>, Refused> {
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let found = look
        .office
        .papers_of_case(case, &who.role, who.unit.as_deref())?;
    if found.wanted.is_empty() && found.made.is_empty() {
        return Ok(None);
    }
    let wanted = found.wanted.into_iter().map(|paper| Wanted {
        kind: paper.kind.as_str().to_owned(),
        name: look.text(&paper.kind.name()).to_owned(),
        day: words.day(paper.day),
        is_mine: paper.is_mine,
    });
    let made = found.made.into_iter().map(|paper| {
        let kind = PaperKind::parse(&look.programme, &paper.facts.kind);
        let day = base::Day::parse(&paper.facts.day);
        Made {
            at: paper.at.0,
            name: kind.map_or_else(
                || paper.facts.kind.clone(),
                |kind| look.text(&kind.name()).to_owned(),
            ),
            number: paper.facts.text.clone(),
            day: day.map(|day| words.day(day)).unwrap_or_default(),
            is_void: paper.voided.is_some(),
        }
    });
    Ok(Some(Panel {
        wanted: wanted.collect(),
        made: made.collect(),
        is_demonstration: look.office.nature() == Nature::Demonstration,
    }))
}

pub(super) async fn make(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem: Problem| vec![problem];
            let programme = office.programme().map_err(one)?;
            let kind = posted.get("kind");
            let kind = PaperKind::parse(&programme, kind)
                .filter(|kind| matches!(kind, PaperKind::OfCase(_)))
                .ok_or_else(|| one(crate::problems::no_such_thing("文书", "paper", kind)))?;
            let signer: String = posted
                .get("signer")
                .trim()
                .chars()
                .take(SIGNER_MAX)
                .collect();
            let request = PaperRequest {
                kind,
                about: number.to_string(),
                typed: [("signer".to_owned(), signer)].into(),
                first_number: None,
                as_demonstration: !posted.get("as_demonstration").is_empty(),
            };
            office.issue_paper(&request).map_err(one)
        },
        move |_, _, _, _| go_to(&format!("/cases/{number}#papers")),
        move |look, posted, problems| super::show(look, number, Some(posted), problems),
    )
    .await
}
