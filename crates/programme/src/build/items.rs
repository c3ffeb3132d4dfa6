//! Items: one line of a scorecard as it is scored, and what ties it to indicators and units.

use std::sync::Arc;

use base::{GroupId, IndicatorId, ItemId, Ratio, UnitId};
use indexmap::IndexMap;
use scoring::{Item, Missing, Role, ValueFormat, WhenMissing};

use super::references::unknown_in;
use super::scorecards::Card;
use super::{Faults, month_day, rules, targets};
use crate::model::{Format, Indicator, ItemTies, Scored, Unit};
use crate::problems;
use crate::rows::Row;

/// Columns that say who does something, which only units do.
const OF_UNITS: &[&str] = &[
    "carried_by",
    "lead",
    "support",
    "due",
    "target_sum",
    "prorate",
];

/// The items of a card and their ties, in declared order.
pub(super) fn build(
    card: &Card<'_>,
    faults: &mut Faults,
) -> (Vec<Item>, IndexMap<ItemId, ItemTies>) {
    check_owners(card, faults);
    let mut items = Vec::new();
    let mut ties = IndexMap::new();
    for row in card.rows.under("item", card.id) {
        let Some(id) = row.text("id") else { continue };
        let own = |table| -> Vec<Arc<Row>> {
            card.rows
                .under(table, card.id)
                .iter()
                .filter(|row| row.text("item") == Some(id))
                .cloned()
                .collect()
        };
        let rule = rules::build(row, &own("level"), &own("part"), faults);
        super::sense::check_item(row, &own("level"), &own("target"), card.rows, faults);
        let group = row.text("group").cloned();
        if let Some(group) = &group
            && card.rows.find_under("group", card.id, group).is_none()
        {
            let known = card.rows.ids_under("group", card.id);
            unknown_in(
                faults,
                ("scorecard", card.id),
                ("group", group),
                known,
                row.span_of("group"),
            );
        }
        let tie = tie(card, row, &own("target"), rule.as_ref(), faults);
        let (Some(rule), Some(points), Some(group)) = (rule, row.decimal("points"), group) else {
            continue;
        };
        let mut item = Item::new(
            ItemId::new(id),
            GroupId::new(&group),
            row.name("name"),
            points.clone(),
            rule.rule,
        );
        item.role = role(row);
        item.target = targets::common_target(card, row, &tie).filter(|_| rule.compares);
        item.floor = row.decimal("floor").cloned();
        item.cap = row.decimal("cap").cloned();
        item.when_missing = when_missing(row);
        item.base_points = row.decimal("base_points").cloned();
        item.weight = row.decimal("weight").cloned();
        item.format = value_format(&tie.indicators, card.indicators);
        ties.insert(item.id.clone(), tie);
        items.push(item);
    }
    (items, ties)
}

/// Levels, parts and targets belong to an item that exists.
fn check_owners(card: &Card<'_>, faults: &mut Faults) {
    for table in ["level", "part", "target"] {
        for row in card.rows.under(table, card.id) {
            let Some(item) = row.text("item") else {
                continue;
            };
            if card.rows.find_under("item", card.id, item).is_none() {
                let known = card.rows.ids_under("item", card.id);
                unknown_in(
                    faults,
                    ("scorecard", card.id),
                    ("item", item),
                    known,
                    row.span_of("item"),
                );
            }
        }
    }
}

fn tie(
    card: &Card<'_>,
    row: &Arc<Row>,
    target_rows: &[Arc<Row>],
    rule: Option<&rules::Built>,
    faults: &mut Faults,
) -> ItemTies {
    let count = |column: &str, faults: &mut Faults| super::fields::count(row, column, 0, faults);
    let evidence_at_least = count("evidence_at_least", faults).unwrap_or(0);
    let evidence_at_most = count("evidence_at_most", faults);
    if evidence_at_most.is_some_and(|most| most < evidence_at_least) {
        faults.cell(
            row,
            "evidence_at_most",
            problems::min_above_max(evidence_at_least, evidence_at_most.unwrap_or(0)),
        );
    }
    let mut tie = ItemTies {
        indicators: row
            .texts("indicators")
            .iter()
            .map(IndicatorId::new)
            .collect(),
        judged: rule.is_some_and(|rule| rule.is_judged),
        lead: row.text("lead").map(UnitId::new),
        support: row.texts("support").iter().map(UnitId::new).collect(),
        carriers: Vec::new(),
        targets: Vec::new(),
        prorate: row.has("prorate"),
        due: month_day(row, "due"),
        evidence: row.name("evidence"),
        evidence_at_least,
        evidence_at_most,
        evidence_valid_months: super::fields::count(row, "evidence_valid_months", 1, faults),
        criterion: row.name("criterion"),
        serves: row.texts("serves"),
        succeeds: succeeds(row, faults),
        row: row.clone(),
    };
    let compares = rule.is_some_and(|rule| rule.compares);
    match card.of {
        Scored::Units => {
            tie.carriers = targets::carriers(card, row, faults);
            tie.targets = targets::targets(card, row, target_rows, faults);
            check_valid(card, row, faults);
            targets::check(card, row, &tie, compares, faults);
        }
        Scored::Subjects(_) => {
            for column in OF_UNITS.iter().filter(|column| row.has(column)) {
                faults.cell(row, column, problems::only_for_units(column));
            }
            for target in target_rows {
                faults.at(target.span.clone(), problems::only_for_units("target"));
            }
            if compares && !row.has("target") {
                faults.cell(
                    row,
                    "rule",
                    problems::rule_needs(row.text("rule").map_or("", |rule| &**rule), "target"),
                );
            }
        }
    }
    tie
}

/// The items of the year before that an item goes on from, each once.
fn succeeds(row: &Row, faults: &mut Faults) -> Vec<ItemId> {
    let mut found: Vec<ItemId> = Vec::new();
    for (text, span) in row.texts_placed("succeeds") {
        let id = ItemId::new(&text);
        if found.contains(&id) {
            faults.at(span, problems::listed_twice(&text));
        } else {
            found.push(id);
        }
    }
    found
}

/// Lead and supporting units exist in the programme's period.
fn check_valid(card: &Card<'_>, row: &Row, faults: &mut Faults) {
    if let Some(lead) = row.text("lead") {
        check_unit(card, lead, row.span_of("lead"), faults);
    }
    for (unit, span) in row.texts_placed("support") {
        if row.text("lead") == Some(&unit) {
            faults.at(span.clone(), problems::listed_twice(&unit));
        }
        check_unit(card, &unit, span, faults);
    }
}

/// Reports a unit that does not exist in the programme's period (one that is unknown is told elsewhere).
pub(super) fn check_unit<'c>(
    card: &Card<'c>,
    id: &str,
    span: base::Span,
    faults: &mut Faults,
) -> Option<&'c Unit> {
    let unit = card.units.get(id)?;
    if super::units::is_outside_period(unit, card.head) {
        let year = card
            .head
            .year
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let life = format!(
            "{}..{}",
            life_end(unit, "valid_from"),
            life_end(unit, "valid_to")
        );
        faults.at(span, problems::unit_outside_period(id, year, life));
    }
    Some(unit)
}

fn life_end(unit: &Unit, column: &str) -> String {
    unit.row
        .day(column)
        .map(|day| day.to_string())
        .unwrap_or_default()
}

fn role(row: &Row) -> Role {
    match row.text("role").map(|role| &**role) {
        Some("bonus") => Role::Bonus,
        Some("deduction") => Role::Deduction,
        _ => Role::Normal,
    }
}

/// The declared effects of missing values; what is not declared follows the usual ones.
fn when_missing(row: &Row) -> WhenMissing {
    let usual = WhenMissing::default();
    let effect = |column: &str, usual: Missing| match row.text(column).map(|word| &**word) {
        Some("zero") => Missing::Zero,
        Some("base") => Missing::Base,
        Some("full") => Missing::Full,
        Some("exclude") => Missing::Exclude,
        Some("pending") => Missing::Pending,
        Some("use") => Missing::Use,
        _ => usual,
    };
    WhenMissing {
        not_applicable: effect("not_applicable", usual.not_applicable),
        not_reported: effect("not_reported", usual.not_reported),
        preliminary: effect("preliminary", usual.preliminary),
        not_judged: effect("not_judged", usual.not_judged),
    }
}

/// Values and targets are written in a reason as the first indicator is shown.
fn value_format(
    used: &[IndicatorId],
    indicators: &IndexMap<IndicatorId, Indicator>,
) -> ValueFormat {
    let first = used.first().and_then(|id| indicators.get(id));
    match first.map(|indicator| indicator.format) {
        Some(Format::Percent(places)) => ValueFormat::Percent(places),
        Some(Format::Decimal(places)) => ValueFormat::Number(places),
        Some(Format::Money) => ValueFormat::Number(2),
        _ => ValueFormat::default(),
    }
}

/// The sum of ratios.
pub(super) fn sum<'r>(ratios: impl IntoIterator<Item = &'r Ratio>) -> Ratio {
    ratios
        .into_iter()
        .fold(Ratio::from_int(0), |sum, ratio| &sum + ratio)
}
