//! What a case that a sealed result opened is about: the items in which points were lost, each with its case.

use base::UnitId;
use office::case::Case;
use office::lost::lost_items;

use crate::answer::Refused;
use crate::look::Look;
use crate::words::Words;

/// An item in which points were lost.
pub(crate) struct LostLine {
    pub name: String,
    /// The course of the item for this unit, else the item across units.
    pub address: String,
    pub possible: String,
    pub given: String,
    pub lost: String,
    pub reason: String,
}

/// The items of a rectification.
pub(crate) struct LostPanel {
    /// The sealing that opened it.
    pub sealed: u64,
    pub sealed_on: String,
    pub lines: Vec<LostLine>,
    pub lost: String,
    /// The step that closes it covers all of them.
    pub is_closed: bool,
}

/// The items' part of a case's page; `None` for cases that no sealed result opened.
pub(crate) fn panel(look: &Look<'_>, case: &Case) -> Result<Option<LostPanel>, Refused> {
    let Some((position, ask)) = look.office.sealed_for(case) else {
        return Ok(None);
    };
    let words = Words { lang: look.lang() };
    let unit = case.about.unit.as_deref().unwrap_or_default();
    let programme = look.office.mirror().programme_as_of(ask.at);
    let programme = programme.unwrap_or_else(|| look.programme.clone());
    let assessment = look.site.assessment(look.office, &ask)?;
    let cases = look.office.cases_of(&ask.scorecard, &ask.period)?;
    let items = lost_items(&programme, &assessment, unit);
    let all = items
        .iter()
        .fold(base::Ratio::ZERO, |sum, item| &sum + &item.lost);
    let lines = items.into_iter().map(|item| {
        let own = cases.get(&(item.item.clone(), UnitId::new(unit)));
        LostLine {
            address: own.map_or_else(
                || format!("/items/{}", item.item),
                |number| format!("/cases/{number}"),
            ),
            name: look.text(&item.name).to_owned(),
            possible: words.points(&item.possible),
            given: words.points(&item.given),
            lost: words.points(&item.lost),
            reason: look.text(&item.reason).to_owned(),
        }
    });
    Ok(Some(LostPanel {
        sealed: position.0,
        sealed_on: words.day(ask.day),
        lines: lines.collect(),
        lost: words.points(&all),
        is_closed: case.state.is_closed(),
    }))
}
