//! Where a figure is used: items with their points, vetoes and gates, other indicators, what the city
//! published; and how it was published here before.

use base::{Lang, Ratio};
use measure::{Address, RowId};
use office::assessment::{Ask, is_carried_by};
use office::restated::{ChangedBy, Effect, Held, RestateAsk, Source};
use programme::model::{Production, Scored};

use super::{At, link};
use crate::answer::Refused;

/// An item that takes the figure.
pub(super) struct Use {
    pub scorecard: String,
    pub name: String,
    pub address: String,
    pub rule: String,
    pub criterion: String,
    pub basis: String,
    pub max: String,
    /// Of the unit of the figure.
    pub points: Option<String>,
    pub reason: String,
    /// The target that holds for the figure.
    pub target: Option<Ratio>,
}

/// Something with a name, to be followed.
pub(super) struct Named {
    pub name: String,
    pub note: String,
    pub address: Option<String>,
    pub is_here: bool,
    /// Of a field: its name in the programme.
    pub id: String,
}

/// A published value beside the present one.
pub(super) struct Vintages {
    pub as_of: String,
    pub lines: Vec<Vintage>,
    pub present: String,
    pub present_address: String,
    pub is_changed: bool,
    pub changes: Vec<Change>,
    /// More entries changed it than are listed.
    pub has_more: bool,
}

/// An entry that changed a published value.
pub(super) struct Change {
    pub position: u64,
    pub kind: String,
    pub who: String,
    pub moment: String,
    pub reason: String,
    pub before: String,
    pub after: String,
    /// Rows that count since, no longer or otherwise: which, its page, how.
    pub rows: Vec<(String, Option<String>, &'static str)>,
    pub rows_more: usize,
}

/// Most entries that are listed for one figure, and most rows for one entry.
const CHANGES_MAX: usize = 50;
const ROWS_MAX: usize = 10;

/// A value as it was published.
pub(super) struct Vintage {
    pub what: String,
    pub day: String,
    pub value: String,
    pub position: u64,
}

pub(super) fn uses(at: &At<'_>) -> Result<Vec<Use>, Refused> {
    let mut found = Vec::new();
    let unit = at.address.slice.unit.as_ref();
    let on = at.address.period.last().min(at.address.day);
    for (id, scorecard) in &at.programme.scorecards {
        for (item_id, ties) in &scorecard.items {
            if !ties.indicators.contains(&at.address.indicator) {
                continue;
            }
            let Some(item) = scorecard.card.items.iter().find(|item| &item.id == item_id) else {
                continue;
            };
            if let Some(unit) = unit
                && !is_carried_by(&at.programme, ties, unit, on)
            {
                continue;
            }
            let mut target = item.target.clone();
            if let Some(own) = ties
                .targets
                .iter()
                .find(|target| target.period == at.address.period && target.unit.as_ref() == unit)
            {
                target = Some(own.value.clone());
            }
            let (mut points, mut reason) = (None, String::new());
            if let Some(unit) = unit.filter(|_| scorecard.of == Scored::Units) {
                let assessment = at.look.site.assessment(
                    at.look.office,
                    &Ask {
                        scorecard: id.clone(),
                        period: at.address.period,
                        day: at.address.day,
                        at: at.address.at,
                    },
                )?;
                let card = assessment
                    .cards
                    .iter()
                    .find(|card| card.participant == unit.as_str());
                if let Some(result) = card.and_then(|card| card.item(item_id)) {
                    points = Some(
                        result
                            .points
                            .as_ref()
                            .map_or_else(|| "—".to_owned(), |points| at.words.points(points)),
                    );
                    at.look.text(&result.reason).clone_into(&mut reason);
                    target = result.target.clone().or(target);
                }
            }
            let basis = ties.row.bilingual("basis").map_or_else(
                || {
                    scorecard
                        .approval
                        .as_ref()
                        .map(|document_id| document(at, document_id))
                        .unwrap_or_default()
                },
                |basis| at.look.text(basis).to_owned(),
            );
            found.push(Use {
                scorecard: at.look.text(&scorecard.name).to_owned(),
                name: at.look.text(&item.name).to_owned(),
                address: format!("/items/{item_id}"),
                rule: at.look.text(&programme::sentence::rule(item)).to_owned(),
                criterion: at.look.text(&ties.criterion).to_owned(),
                basis,
                max: at.words.points(&item.points),
                points,
                reason,
                target: item.rule.compares_with_target().then_some(target).flatten(),
            });
        }
    }
    Ok(found)
}

/// Vetoes, gates and other indicators that take the figure.
pub(super) fn others(at: &At<'_>) -> Vec<Named> {
    let id = &at.address.indicator;
    let named = |name: &base::Text, note: &str, address: Option<String>| Named {
        name: at.look.text(name).to_owned(),
        note: note.to_owned(),
        address,
        is_here: false,
        id: String::new(),
    };
    let mut found = Vec::new();
    for scorecard in at.programme.scorecards.values() {
        for ties in scorecard.vetoes.iter().filter(|ties| &ties.indicator == id) {
            let veto = scorecard
                .card
                .vetoes
                .iter()
                .find(|veto| *veto.id == *ties.id);
            let Some(veto) = veto else { continue };
            let above = at.words.points(&ties.above);
            let note = match at.words.lang {
                Lang::Zh => format!("一票否决：大于{above}时"),
                Lang::En => format!("veto: when above {above}"),
            };
            found.push(named(&veto.name, &note, None));
        }
        for ties in scorecard.gates.iter().filter(|ties| &ties.indicator == id) {
            let gate = scorecard
                .card
                .bands
                .iter()
                .flat_map(|band| &band.gates)
                .find(|gate| *gate.id == *ties.id);
            let Some(gate) = gate else { continue };
            let note = match at.words.lang {
                Lang::Zh => format!("{}级的门槛", ties.grade),
                Lang::En => format!("gate of grade {}", ties.grade),
            };
            found.push(named(&gate.name, &note, None));
        }
    }
    for other in at.programme.indicators.values() {
        if other.measure.indicators().contains(&id) {
            let address = Address {
                indicator: other.id.clone(),
                ..at.address.clone()
            };
            found.push(named(
                &other.name,
                at.say("由它算出的指标", "an indicator made from it"),
                Some(link(&address)),
            ));
        }
    }
    found
}

/// What the city published of this indicator and period.
pub(super) fn claims(at: &At<'_>) -> Vec<String> {
    at.programme
        .published
        .iter()
        .filter(|claim| {
            claim.period == at.address.period
                && at.address.slice == measure::Slice::default()
                && matches!(&claim.production, Production::Indicator(id) if *id == at.address.indicator)
        })
        .map(|claim| at.look.text(&claim.statement).to_owned())
        .collect()
}

/// The same figure as it was published or sealed, beside its present value.
pub(super) fn published(at: &At<'_>) -> Result<Vec<Vintages>, Refused> {
    let indicator = at.indicator()?;
    let found = at.look.office.published_figures(&RestateAsk {
        indicator: Some(at.address.indicator.clone()),
        unit: at.address.slice.unit.clone(),
        ..RestateAsk::default()
    })?;
    let mut shown = Vec::new();
    let held = |held: &Held| match held {
        Held::Figure(figure) => at.shown(figure, indicator),
        Held::Text(text) => text.clone(),
        Held::Gone(problem) => problem.what(at.words.lang).to_owned(),
    };
    for (of, vintages) in found {
        if of.slice != at.address.slice || of.period != at.address.period {
            continue;
        }
        let present = Address {
            day: of.day,
            programme: at.look.office.mirror().programme_at(),
            at: at.look.at,
            ..at.address.clone()
        };
        let figure = at.look.office.figure_at(&present)?;
        let lines: Vec<Vintage> = vintages
            .iter()
            .map(|vintage| Vintage {
                what: match &vintage.source {
                    Source::Publication(name) => name.clone(),
                    Source::Seal(id) => at.programme.scorecards.get(id).map_or_else(
                        || id.to_string(),
                        |card| at.look.text(&card.name).to_owned(),
                    ),
                },
                day: at.words.day(vintage.day),
                value: held(&vintage.held),
                position: vintage.position.0,
            })
            .collect();
        let is_changed = vintages
            .first()
            .is_some_and(|first| first.held != Held::Figure(figure.clone()));
        let as_of = at.words.day(of.day);
        let (mut changes, mut has_more) = (Vec::new(), false);
        // Only of what is another now: finding the entries costs more than the figure.
        if is_changed {
            let restated = at.look.office.restated_figure(of, vintages)?;
            has_more = restated.has_more || restated.changes.len() > CHANGES_MAX;
            for change in restated.changes.iter().take(CHANGES_MAX) {
                changes.push(changed(at, change, &held));
            }
        }
        shown.push(Vintages {
            as_of,
            changes,
            has_more,
            lines,
            present: at.shown(&figure, indicator),
            present_address: link(&present),
            is_changed,
        });
    }
    Ok(shown)
}

fn changed(at: &At<'_>, change: &ChangedBy, held: &dyn Fn(&Held) -> String) -> Change {
    let rows = change.rows.iter().take(ROWS_MAX).map(|row| {
        let table = at.programme.record_types.get(row.table.as_str());
        let name = table.map_or(row.table.as_str(), |table| at.look.text(&table.name));
        let (id, address) = match &row.row {
            RowId::Number(number) => {
                let address = table.map(|_| format!("/records/{}/{number}", row.table));
                (format!("#{number}"), address)
            }
            RowId::Name(name) => (name.to_string(), None),
        };
        let how = match row.effect {
            Effect::Entered => at.say("计入", "counts now"),
            Effect::Left => at.say("不再计入", "counts no longer"),
            Effect::Changed => at.say("改变", "counts otherwise"),
        };
        (format!("{name} {id}"), address, how)
    });
    let rows: Vec<_> = rows.collect();
    Change {
        position: change.position.0,
        kind: crate::pages::ledger::kind_name(at.words, change.kind.number()),
        who: change.actor.clone(),
        moment: at.words.moment(&at.programme, change.time),
        reason: change.reason.clone().unwrap_or_default(),
        before: held(&change.before),
        after: held(&change.after),
        rows_more: change.rows.len() + change.rows_more - rows.len(),
        rows,
    }
}

/// A document with its number and day.
pub(super) fn document(at: &At<'_>, id: &str) -> String {
    let Some(document) = at.programme.documents.get(id) else {
        return id.to_owned();
    };
    let mut text = at.look.text(&document.name).to_owned();
    if let Some(number) = &document.number {
        text = match at.words.lang {
            Lang::Zh => format!("{text}（{number}）"),
            Lang::En => format!("{text} ({number})"),
        };
    }
    text
}
