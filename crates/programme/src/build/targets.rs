//! Who carries an item, and which targets the city and each carrier have.
//!
//! A target belongs to a unit that exists and carries the item in the target's period; where the
//! scheme says so, the units' targets sum to the city's; and a rule that compares with a target
//! finds one for each carrier.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{CodeId, Day, Period, Ratio, Span, UnitId};

use super::items::{check_unit, sum};
use super::references::unknown_row;
use super::scorecards::Card;
use super::{Faults, shown};
use crate::model::{Carrier, ItemTies, Target, Unit};
use crate::problems;
use crate::rows::Row;
use crate::schema::{RANKING_GROUP, UNIT_KIND};

/// Units that one message names.
const UNITS_SHOWN_MAX: usize = 5;

/// The carriers of an item as declared.
pub(super) fn carriers(card: &Card<'_>, row: &Row, faults: &mut Faults) -> Vec<Carrier> {
    if row.list("carried_by").is_empty() {
        let span = row.span_of(if row.has("carried_by") {
            "carried_by"
        } else {
            "id"
        });
        faults.at(
            span,
            problems::nobody_carries(row.text("id").map_or("", |id| &**id)),
        );
    }
    let mut carriers = Vec::new();
    for (text, span) in row.texts_placed("carried_by") {
        let carrier = if &*text == "all" {
            Carrier::All
        } else if let Some(kind) = text.strip_prefix("kind:") {
            check_code(card, UNIT_KIND, kind, &span, faults);
            Carrier::Kind(CodeId::new(kind))
        } else if let Some(group) = text.strip_prefix("group:") {
            check_code(card, RANKING_GROUP, group, &span, faults);
            Carrier::Group(CodeId::new(group))
        } else {
            if card.rows.find("unit", &text).is_none() {
                unknown_row(
                    faults,
                    None,
                    ("unit", &text),
                    card.rows.of("unit"),
                    span.clone(),
                );
            }
            check_unit(card, &text, span.clone(), faults);
            Carrier::Unit(UnitId::new(&text))
        };
        let is_open = matches!(carrier, Carrier::Kind(_) | Carrier::Group(_) | Carrier::All);
        let known = match &carrier {
            Carrier::Kind(kind) => card
                .rows
                .find_under("code", UNIT_KIND, kind.as_str())
                .is_some(),
            Carrier::Group(group) => card
                .rows
                .find_under("code", RANKING_GROUP, group.as_str())
                .is_some(),
            _ => true,
        };
        if let (true, true, Some((first, last))) = (is_open, known, card.head.days())
            && !card
                .units
                .values()
                .any(|unit| is_carrier(&carrier, unit, first, last))
        {
            faults.at(span.clone(), problems::nobody_is(&text));
        }
        if carriers.contains(&carrier) {
            faults.at(span, problems::listed_twice(&text));
        }
        carriers.push(carrier);
    }
    carriers
}

fn check_code(
    card: &Card<'_>,
    vocabulary: &'static str,
    code: &str,
    span: &Span,
    faults: &mut Faults,
) {
    if card.rows.find_under("code", vocabulary, code).is_none() {
        unknown_row(
            faults,
            Some(("vocabulary", vocabulary)),
            ("code", code),
            card.rows.under("code", vocabulary),
            span.clone(),
        );
    }
}

/// Whether a unit carries what the carrier stands for on some day of a period; its group is that of the
/// last of those days on which it exists.
fn is_carrier(carrier: &Carrier, unit: &Unit, first: Day, last: Day) -> bool {
    if unit.valid_to < first || unit.valid_from > last {
        return false;
    }
    match carrier {
        Carrier::Unit(id) => unit.id == *id,
        Carrier::Kind(kind) => unit.kind == *kind,
        Carrier::Group(group) => unit.group_on(last.min(unit.valid_to)) == Some(group),
        Carrier::All => true,
    }
}

/// The targets of an item: the rows of the table and, for the city, the item's own `target`.
pub(super) fn targets(
    card: &Card<'_>,
    item: &Row,
    rows: &[Arc<Row>],
    faults: &mut Faults,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for row in rows {
        let (Some(period), Some(value)) = (card.head.period(row, "period"), row.decimal("value"))
        else {
            continue;
        };
        let unit = row.text("unit").map(UnitId::new);
        if let Some(unit) = unit.as_ref().and_then(|unit| card.units.get(unit)) {
            let ends_before = period.first().is_some_and(|first| unit.valid_to < first);
            if ends_before || unit.valid_from > period.last() {
                faults.cell(
                    row,
                    "unit",
                    problems::unit_outside_period(&unit.id, period, life(unit)),
                );
            }
        }
        let from = row.day("from");
        if targets
            .iter()
            .any(|target| target.unit == unit && target.period == period && target.from == from)
        {
            faults.at(row.span.clone(), problems::target_twice(period));
            continue;
        }
        if let Some(from) = from {
            if !period.contains(from) {
                faults.cell(row, "from", problems::target_from_outside(from, period));
            } else if item.has("prorate") && from.day_of_month() != 1 {
                faults.cell(row, "from", problems::prorated_within_month(from));
            }
        }
        targets.push(Target {
            unit,
            period,
            value: value.clone(),
            from,
        });
    }
    if let (Some(value), Some(period)) = (item.decimal("target"), card.head.year) {
        match targets.iter().find(|target| {
            target.unit.is_none() && target.period == period && target.from.is_none()
        }) {
            Some(target) if target.value != *value => {
                faults.cell(
                    item,
                    "target",
                    problems::targets_differ(shown(value), shown(&target.value)),
                );
            }
            Some(_) => {}
            None => targets.push(Target {
                unit: None,
                period,
                value: value.clone(),
                from: None,
            }),
        }
    }
    targets
}

fn life(unit: &Unit) -> String {
    let end = |column: &str| {
        unit.row
            .day(column)
            .map(|day| day.to_string())
            .unwrap_or_default()
    };
    format!("{}..{}", end("valid_from"), end("valid_to"))
}

/// Targets of units that carry the item, sums, and a target for each carrier where the rule needs one.
pub(super) fn check(
    card: &Card<'_>,
    row: &Row,
    tie: &ItemTies,
    compares: bool,
    faults: &mut Faults,
) {
    let item = row.text("id").map_or("", |id| &**id);
    let mut by_period: BTreeMap<String, (Period, BTreeSet<&UnitId>)> = BTreeMap::new();
    for target in &tie.targets {
        let entry = by_period
            .entry(target.period.to_string())
            .or_insert_with(|| (target.period, BTreeSet::new()));
        match &target.unit {
            None => {}
            Some(id) => {
                entry.1.insert(id);
                let unit = card.units.get(id);
                let first = target.period.first().unwrap_or(Day::MIN);
                let carries = unit.is_none_or(|unit| {
                    tie.carriers
                        .iter()
                        .any(|c| is_carrier(c, unit, first, target.period.last()))
                });
                if !carries {
                    faults.at(
                        target_span(card, item, target),
                        problems::target_of_other(id, item),
                    );
                }
            }
        }
    }
    if row.bool("target_sum") == Some(true) && card.head.year.is_some() {
        let with_units: Vec<_> = by_period
            .values()
            .filter(|(_, own)| !own.is_empty())
            .collect();
        if with_units.is_empty() {
            faults.cell(row, "target_sum", problems::no_unit_targets(item));
        }
        for (period, own) in with_units {
            // As declared: a unit that exists for a part of the period only makes no sum wrong.
            let of = |unit| tie.in_force(unit, period, |_| true);
            let own: Vec<Ratio> = own.iter().filter_map(|unit| of(Some(unit))).collect();
            let total = sum(&own);
            match of(None) {
                None => faults.cell(row, "target_sum", problems::no_city_target(item, period)),
                Some(city) if city != total => {
                    let column = if row.has("target") {
                        "target"
                    } else {
                        "target_sum"
                    };
                    faults.cell(
                        row,
                        column,
                        problems::targets_do_not_sum(item, period, shown(&total), shown(&city)),
                    );
                }
                Some(_) => {}
            }
        }
    }
    if compares {
        check_each_has_target(card, row, tie, faults);
    } else if row.has("prorate") {
        let rule = row.text("rule").map_or("", |rule| &**rule);
        faults.cell(row, "prorate", problems::prorated_without_target(rule));
    }
}

/// The target of whoever has none of its own in the programme's period.
pub(super) fn common_target(card: &Card<'_>, row: &Row, tie: &ItemTies) -> Option<Ratio> {
    let is_sum = row.bool("target_sum") == Some(true);
    let year = card.head.year.as_ref();
    match year.and_then(|year| tie.city_target(year)) {
        Some(target) if !is_sum => Some(target),
        Some(_) => None,
        None => row.decimal("target").filter(|_| !is_sum).cloned(),
    }
}

fn target_span(card: &Card<'_>, item: &str, target: &Target) -> Span {
    let unit = target.unit.as_ref().map(|unit| unit.as_str());
    let is_it = |row: &&Arc<Row>| {
        row.text("item").is_some_and(|of| &**of == item)
            && row.text("unit").map(|unit| &**unit) == unit
            && card.head.period(row, "period").as_ref() == Some(&target.period)
    };
    let found = card.rows.under("target", card.id).iter().find(is_it);
    found.map_or_else(|| card.row.span.clone(), |row| row.span_of("unit"))
}

/// Without a target for all, the rule needs one for each carrier in the programme's period.
fn check_each_has_target(card: &Card<'_>, row: &Row, tie: &ItemTies, faults: &mut Faults) {
    let rule = row.text("rule").map_or("", |rule| &**rule);
    let Some((first, last)) = card.head.days() else {
        return;
    };
    let has = |unit: Option<&UnitId>| {
        tie.targets.iter().any(|target| {
            target.unit.as_ref() == unit && Some(&target.period) == card.head.year.as_ref()
        })
    };
    // The city's target is each carrier's too, unless it is the sum of theirs.
    if has(None) && row.bool("target_sum") != Some(true) {
        return;
    }
    if tie.targets.is_empty() {
        faults.cell(row, "rule", problems::rule_needs(rule, "target"));
        return;
    }
    let carrying = card.units.values().filter(|unit| {
        tie.carriers
            .iter()
            .any(|carrier| is_carrier(carrier, unit, first, last))
    });
    let lacking: Vec<&str> = carrying
        .filter(|unit| !has(Some(&unit.id)))
        .map(|unit| unit.id.as_str())
        .collect();
    if !lacking.is_empty() {
        let mut text = lacking
            .iter()
            .take(UNITS_SHOWN_MAX)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        if lacking.len() > UNITS_SHOWN_MAX {
            text.push_str(", …");
        }
        faults.cell(
            row,
            "rule",
            problems::carriers_without_target(
                row.text("id").map_or("", |id| &**id),
                lacking.len(),
                text,
            ),
        );
    }
}
