//! Grades and what follows from them: bands with their gates, vetoes, quotas and consequences.

use std::sync::Arc;

use base::{GroupId, IndicatorId, ItemId, Ratio, Rounding, Text};
use indexmap::IndexMap;
use scoring::{
    Band, Consequence, ConsequenceOn, FaultAt, Gate, GateKind, Quota, QuotaLimit, RankingRule,
    TieAtEdge, TieKey, Veto, VetoEffect,
};

use super::Faults;
use super::fields::count;
use super::references::unknown_in;
use super::scorecards::{Card, rounding_of};
use crate::model::{GateTies, VetoTies};
use crate::problems;
use crate::rows::Row;

/// Bands, vetoes and consequences with the indicators behind them.
pub(super) struct Grades {
    pub(super) bands: Vec<Band>,
    pub(super) gate_ties: Vec<GateTies>,
    pub(super) vetoes: Vec<Veto>,
    pub(super) veto_ties: Vec<VetoTies>,
    pub(super) consequences: IndexMap<Arc<str>, Consequence>,
}

pub(super) fn build(card: &Card<'_>, faults: &mut Faults) -> Grades {
    let (bands, gate_ties) = bands(card, faults);
    let (vetoes, veto_ties) = vetoes(card, faults);
    Grades {
        bands,
        gate_ties,
        vetoes,
        veto_ties,
        consequences: consequences(card, faults),
    }
}

/// The grades that the card declares.
fn grades<'c>(card: &Card<'c>) -> Vec<&'c str> {
    card.rows
        .under("band", card.id)
        .iter()
        .filter_map(|row| row.text("grade"))
        .map(|grade| &**grade)
        .collect()
}

/// Reports a grade that the card does not have.
fn check_grade(card: &Card<'_>, row: &Row, column: &str, faults: &mut Faults) {
    let known = grades(card);
    if let Some(grade) = row.text(column).filter(|grade| !known.contains(&&***grade)) {
        unknown_in(
            faults,
            ("scorecard", card.id),
            ("grade", grade),
            known,
            row.span_of(column),
        );
    }
}

fn bands(card: &Card<'_>, faults: &mut Faults) -> (Vec<Band>, Vec<GateTies>) {
    let mut ties: Vec<GateTies> = Vec::new();
    let mut gates: Vec<(Arc<str>, Gate)> = Vec::new();
    for row in card.rows.under("gate", card.id) {
        check_grade(card, row, "grade", faults);
        let measured = row
            .text("indicator")
            .and_then(|id| card.rows.find("indicator", id));
        for column in ["at_least", "at_most"] {
            super::sense::check_number(row, column, measured, faults);
        }
        let Some((gate, tie)) = gate(row, faults) else {
            continue;
        };
        let Some(grade) = row.text("grade") else {
            continue;
        };
        if let Some(tie) = tie {
            // A gate's result comes under its id alone, so one id cannot stand for two conditions.
            let same = |other: &&GateTies| {
                other.indicator == tie.indicator
                    && other.at_least == tie.at_least
                    && other.at_most == tie.at_most
            };
            if ties
                .iter()
                .find(|other| other.id == tie.id)
                .is_some_and(|other| !same(&other))
            {
                faults.cell(row, "id", problems::gate_differs(&tie.id));
            }
            ties.push(tie);
        }
        gates.push((grade.clone(), gate));
    }
    let mut bands = Vec::new();
    for row in card.rows.under("band", card.id) {
        let Some(grade) = row.text("grade") else {
            continue;
        };
        bands.push(Band {
            grade: grade.to_string(),
            from: row.decimal("from").cloned(),
            name: row.name("name"),
            gates: gates
                .iter()
                .filter(|(of, _)| of == grade)
                .map(|(_, gate)| gate.clone())
                .collect(),
        });
    }
    (bands, ties)
}

/// A gate, and its indicator unless it looks at the card's own groups.
fn gate(row: &Row, faults: &mut Faults) -> Option<(Gate, Option<GateTies>)> {
    let id = row.text("id")?;
    let limits: Vec<&str> = ["at_least", "at_most"]
        .into_iter()
        .filter(|column| row.has(column))
        .collect();
    match (row.text("indicator"), row.decimal("worst_group_at_least")) {
        (Some(indicator), None) => {
            if limits.is_empty() {
                faults.cell(row, "indicator", problems::gate_without_limit(id));
            }
            let gate = Gate {
                id: id.to_string(),
                name: row.name("name"),
                kind: GateKind::Declared,
            };
            let tie = GateTies {
                grade: row.text("grade")?.clone(),
                id: id.clone(),
                indicator: IndicatorId::new(indicator),
                at_least: row.decimal("at_least").cloned(),
                at_most: row.decimal("at_most").cloned(),
            };
            if let (Some(least), Some(most)) = (&tie.at_least, &tie.at_most)
                && least > most
            {
                faults.cell(
                    row,
                    "at_most",
                    problems::min_above_max(super::shown(least), super::shown(most)),
                );
            }
            Some((gate, Some(tie)))
        }
        (None, Some(limit)) => {
            for column in limits {
                faults.cell(row, column, problems::column_needs(column, "indicator"));
            }
            let kind = GateKind::WorstGroup {
                limit: limit.clone(),
            };
            Some((
                Gate {
                    id: id.to_string(),
                    name: row.name("name"),
                    kind,
                },
                None,
            ))
        }
        (Some(_), Some(_)) => {
            faults.cell(
                row,
                "worst_group_at_least",
                problems::said_twice("indicator", "worst_group_at_least"),
            );
            None
        }
        (None, None) => {
            faults.at(row.span.clone(), problems::gate_without_condition(id));
            None
        }
    }
}

fn vetoes(card: &Card<'_>, faults: &mut Faults) -> (Vec<Veto>, Vec<VetoTies>) {
    let (mut vetoes, mut ties) = (Vec::new(), Vec::new());
    for row in card.rows.under("veto", card.id) {
        let (Some(id), Some(forces)) = (row.text("id"), row.text("forces")) else {
            continue;
        };
        check_grade(card, row, "forces", faults);
        let is_direct = row.bool("direct").unwrap_or(false);
        vetoes.push(Veto {
            id: id.to_string(),
            name: row.name("name"),
            basis: basis(card, row),
            forces: forces.to_string(),
            effect: if is_direct {
                VetoEffect::Direct
            } else {
                VetoEffect::NoBetterThan
            },
            kind: if is_direct { "direct_class" } else { "veto" }.to_owned(),
        });
        if let Some(indicator) = row.text("indicator") {
            ties.push(VetoTies {
                id: id.clone(),
                indicator: IndicatorId::new(indicator),
                above: row
                    .decimal("above")
                    .cloned()
                    .unwrap_or_else(|| Ratio::from_int(0)),
            });
        }
    }
    (vetoes, ties)
}

/// The legal basis in words, or else the document that is named as basis.
fn basis(card: &Card<'_>, row: &Row) -> Text {
    let written = row.name("basis");
    if !written.is_empty() {
        return written;
    }
    let Some(document) = row
        .text("document")
        .and_then(|id| card.rows.find("document", id))
    else {
        return written;
    };
    let (name, number) = (document.name("name"), document.text("number"));
    let with_number = |title: String| match number {
        Some(number) if !title.is_empty() => format!("{title} ({number})"),
        _ => title,
    };
    Text::new(with_number(name.zh), with_number(name.en))
}

fn consequences(card: &Card<'_>, faults: &mut Faults) -> IndexMap<Arc<str>, Consequence> {
    let mut consequences = IndexMap::new();
    for row in card.rows.under("consequence", card.id) {
        let Some(id) = row.text("id") else { continue };
        if row.has("grade") && !grades(card).is_empty() {
            check_grade(card, row, "grade", faults);
        }
        if let Some(veto) = row.text("veto")
            && card.rows.find_under("veto", card.id, veto).is_none()
        {
            let known = card.rows.ids_under("veto", card.id);
            unknown_in(
                faults,
                ("scorecard", card.id),
                ("veto", veto),
                known,
                row.span_of("veto"),
            );
        }
        let on = match (row.text("grade"), row.text("veto")) {
            (Some(grade), None) => ConsequenceOn::Grade(grade.to_string()),
            (None, Some(veto)) => ConsequenceOn::Veto(veto.to_string()),
            (Some(_), Some(_)) => {
                faults.cell(row, "veto", problems::said_twice("grade", "veto"));
                continue;
            }
            (None, None) => {
                faults.at(row.span.clone(), problems::consequence_of_nothing(id));
                continue;
            }
        };
        let kind = row
            .text("kind")
            .map(|kind| kind.to_string())
            .unwrap_or_default();
        consequences.insert(
            id.clone(),
            Consequence {
                on,
                text: row.name("text"),
                kind,
            },
        );
    }
    consequences
}

pub(super) fn ranking(card: &Card<'_>, faults: &mut Faults) -> RankingRule {
    let row = card.row;
    let is_by_items = row
        .text("tie_at_edge")
        .is_some_and(|word| &**word == "by_items");
    if is_by_items && row.list("tie_items").is_empty() {
        faults.cell(
            row,
            "tie_at_edge",
            problems::column_needs("tie_at_edge = \"by_items\"", "tie_items"),
        );
    }
    if !is_by_items && row.has("tie_items") {
        faults.cell(
            row,
            "tie_items",
            problems::column_needs("tie_items", "tie_at_edge = \"by_items\""),
        );
    }
    RankingRule {
        exclude_vetoed: !row.bool("rank_vetoed").unwrap_or(false),
        include_pending: row.bool("rank_pending").unwrap_or(false),
        quotas: quotas(card, faults),
        tie_at_edge: match row.text("tie_at_edge").map(|word| &**word) {
            Some("all_in") => TieAtEdge::AllIn,
            Some("by_items") => TieAtEdge::ByKey(tie_keys(card, faults)),
            _ => TieAtEdge::AllOut,
        },
    }
}

fn tie_keys(card: &Card<'_>, faults: &mut Faults) -> Vec<TieKey> {
    let mut keys = Vec::new();
    for (name, span) in card.row.texts_placed("tie_items") {
        if card.rows.find_under("item", card.id, &name).is_some() {
            keys.push(TieKey::Item(ItemId::new(&name)));
        } else if card.rows.find_under("group", card.id, &name).is_some() {
            keys.push(TieKey::Group(GroupId::new(&name)));
        } else {
            let known = card
                .rows
                .ids_under("item", card.id)
                .chain(card.rows.ids_under("group", card.id));
            unknown_in(faults, ("scorecard", card.id), ("item", &name), known, span);
        }
    }
    keys
}

fn quotas(card: &Card<'_>, faults: &mut Faults) -> Vec<Quota> {
    let mut quotas = Vec::new();
    for row in card.rows.under("quota", card.id) {
        check_grade(card, row, "grade", faults);
        if row.has("rounding") && !row.has("share") {
            faults.cell(row, "rounding", problems::column_needs("rounding", "share"));
        }
        let at_most = match (row.has("at_most"), row.decimal("share")) {
            (true, Some(_)) => {
                faults.cell(row, "share", problems::said_twice("at_most", "share"));
                continue;
            }
            (true, None) => count(row, "at_most", 0, faults).map(QuotaLimit::Count),
            (false, Some(share)) => Some(QuotaLimit::ShareOf(
                share.clone(),
                rounding_of(row, "rounding").unwrap_or(Rounding::HalfUp),
            )),
            (false, None) => {
                faults.at(row.span.clone(), problems::quota_without_limit());
                continue;
            }
        };
        let (Some(at_most), Some(grade)) = (at_most, row.text("grade")) else {
            continue;
        };
        quotas.push(Quota {
            group: row.text("group").map(|group| group.to_string()),
            grade: grade.to_string(),
            at_most,
        });
    }
    quotas
}

/// The row of a band, or of one of its gates, and the column that is wrong.
pub(super) fn place_in_band<'c>(
    card: &Card<'c>,
    definition: &scoring::Scorecard,
    at: &FaultAt,
) -> (&'c Row, &'static str) {
    let grade = definition
        .bands
        .get(at.index)
        .map(|band| band.grade.as_str());
    let of_grade = |row: &&Arc<Row>| row.text("grade").map(|of| &**of) == grade;
    if at.key == "gates" {
        let gate = card
            .rows
            .under("gate", card.id)
            .iter()
            .filter(of_grade)
            .nth(at.entry.unwrap_or(0));
        let limit = gate
            .filter(|gate| gate.has("worst_group_at_least"))
            .map(|_| "worst_group_at_least");
        return (
            gate.map_or(&**card.row, |row| &**row),
            limit.unwrap_or("grade"),
        );
    }
    let band = card.rows.under("band", card.id).iter().find(of_grade);
    (
        band.map_or(&**card.row, |row| &**row),
        if at.key == "from" { "from" } else { "grade" },
    )
}
