//! Scorecards: the pure definition that `scoring` computes, and what ties it to the city.
//!
//! What a definition can get wrong as arithmetic is found by [`scoring::validate`]; here its faults
//! get their lines, and what only the text shows is checked: names, sums declared beside, the
//! approval and the flow. Items are built in `items.rs`, grades and what follows from them in `cards.rs`.

use std::sync::Arc;

use base::{FlowId, GroupId, IndicatorId, Rounding, ScorecardId, SubjectTypeId, UnitId};
use indexmap::IndexMap;
use scoring::{
    Combine, Direction, FaultAt, FaultTable, Group, Part, PartSource, Role, TotalRounding,
    TotalRule,
};

use super::head::Head;
use super::references::{unknown, unknown_in};
use super::{Faults, Rows, by_subject, cards, items, shown};
use crate::model::{Indicator, Scorecard, Scored, SubjectType, Unit};
use crate::problems;
use crate::rows::Row;
use crate::schema::Schema;

/// The most decimal places of a total.
const PLACES_MAX: i64 = 9;

/// What the parts of one scorecard are built from.
pub(super) struct Card<'a> {
    pub(super) rows: &'a Rows,
    pub(super) head: &'a Head,
    pub(super) units: &'a IndexMap<UnitId, Unit>,
    pub(super) indicators: &'a IndexMap<IndicatorId, Indicator>,
    pub(super) id: &'a Arc<str>,
    pub(super) row: &'a Arc<Row>,
    pub(super) of: Scored,
}

/// What scorecards refer to.
pub(super) struct Known<'a> {
    pub(super) units: &'a IndexMap<UnitId, Unit>,
    pub(super) indicators: &'a IndexMap<IndicatorId, Indicator>,
    pub(super) subject_types: &'a IndexMap<SubjectTypeId, SubjectType>,
    pub(super) flows: &'a IndexMap<FlowId, casework::Flow>,
    pub(super) schema: &'a Schema,
}

pub(super) fn build(
    rows: &Rows,
    head: &Head,
    known: &Known<'_>,
    faults: &mut Faults,
) -> IndexMap<ScorecardId, Scorecard> {
    let mut scorecards = IndexMap::new();
    for row in rows.of("scorecard") {
        let (Some(id), Some(of)) = (row.text("id"), scored(row, known, faults)) else {
            continue;
        };
        let card = Card {
            rows,
            head,
            units: known.units,
            indicators: known.indicators,
            id,
            row,
            of,
        };
        let scorecard = scorecard(&card, known, faults);
        scorecards.insert(scorecard.card.id.clone(), scorecard);
    }
    scorecards
}

fn scored(row: &Row, known: &Known<'_>, faults: &mut Faults) -> Option<Scored> {
    let of = row.text("of")?;
    if &**of == "unit" {
        return Some(Scored::Units);
    }
    match of.strip_prefix("subject:") {
        Some(subject_type) if known.subject_types.contains_key(subject_type) => {
            Some(Scored::Subjects(SubjectTypeId::new(subject_type)))
        }
        Some(subject_type) => {
            let types = known.subject_types.keys().map(|id| id.as_str());
            unknown(
                faults,
                "subject_type",
                subject_type,
                types,
                row.span_of("of"),
            );
            None
        }
        None => {
            let names: Vec<String> = known
                .subject_types
                .keys()
                .map(|id| format!("subject:{id}"))
                .collect();
            unknown(
                faults,
                "scored",
                of,
                std::iter::once("unit").chain(names.iter().map(String::as_str)),
                row.span_of("of"),
            );
            None
        }
    }
}

fn scorecard(card: &Card<'_>, known: &Known<'_>, faults: &mut Faults) -> Scorecard {
    let row = card.row;
    let (items, ties) = items::build(card, faults);
    let grades = cards::build(card, faults);
    let number = |column: &str| row.decimal(column).cloned();
    let mut definition = scoring::Scorecard::new(ScorecardId::new(card.id));
    definition.groups = groups(card, faults);
    definition.items = items;
    definition.parts = parts(card, faults);
    definition.total = total(row, faults);
    definition.start = number("start");
    definition.bonus_cap = number("bonus_cap");
    definition.deduction_cap = number("deduction_cap");
    definition.total_floor = number("total_floor");
    definition.total_cap = number("total_cap");
    definition.rounding = rounding(row, faults);
    definition.direction = match row.text("direction").map(|direction| &**direction) {
        Some("lower") => Direction::LowerBetter,
        _ => Direction::HigherBetter,
    };
    definition.bands = grades.bands;
    definition.vetoes = grades.vetoes;
    definition.consequences = grades.consequences.values().cloned().collect();
    definition.ranking = cards::ranking(card, faults);
    let is_group = |id: &GroupId| definition.groups.iter().any(|group| group.id == *id);
    let is_complete = definition.items.len() == card.rows.under("item", card.id).len()
        && definition.items.iter().all(|item| is_group(&item.group))
        && definition
            .groups
            .iter()
            .all(|group| group.parent.as_ref().is_none_or(is_group));
    check_definition(card, &definition, is_complete, faults);
    if is_complete {
        check_weights_total(row, &definition, faults);
    }
    if card.of == Scored::Units && !row.has("approval") {
        faults.at(row.span.clone(), problems::no_approval(card.id));
    }
    if let (Scored::Subjects(_), true) = (&card.of, row.has("letter_due")) {
        faults.cell(row, "letter_due", problems::only_for_units("letter_due"));
    }
    check_flow(card, &definition, known, faults);
    by_subject::check(card, known.schema, faults);
    Scorecard {
        card: definition,
        name: row.name("name"),
        of: card.of.clone(),
        items: ties,
        vetoes: grades.veto_ties,
        gates: grades.gate_ties,
        flow: row.text("flow").map(FlowId::new),
        consequences: grades.consequences,
        opens: card
            .rows
            .under("consequence", card.id)
            .iter()
            .filter_map(|row| Some((row.text("id")?.clone(), FlowId::new(row.text("opens")?))))
            .collect(),
        judged_by: row.texts("judged_by"),
        self_scored_by: row.texts("self_scored_by"),
        ranked: row.bool("ranked").unwrap_or(card.of == Scored::Units),
        approval: row.text("approval").cloned(),
        letter: row.name("letter"),
        letter_due: super::month_day(row, "letter_due"),
        row: row.clone(),
    }
}

/// The flow is one of items, and carries what assessors judge: the fields that the card names, and
/// for a composite that nobody measures each part under its own name.
fn check_flow(
    card: &Card<'_>,
    definition: &scoring::Scorecard,
    known: &Known<'_>,
    faults: &mut Faults,
) {
    let row = card.row;
    let Some(id) = row.text("flow") else {
        for column in ["judged_by", "self_scored_by"]
            .iter()
            .filter(|column| row.has(column))
        {
            faults.cell(row, column, problems::column_needs(column, "flow"));
        }
        check_judged_without_flow(card, definition, faults);
        return;
    };
    let Some(flow) = known.flows.get(&**id) else {
        return;
    };
    if card.of != Scored::Units || flow.subject != "item" {
        faults.cell(row, "flow", problems::flow_not_about_items(&flow.id));
    }
    if let Some(action) = flow
        .actions
        .iter()
        .find(|action| action.scope == casework::Scope::Lead)
    {
        let items = card.rows.under("item", card.id).iter();
        for item in items.filter(|item| !item.has("lead")) {
            let name = item.text("id").map_or("", |id| &**id);
            faults.cell(item, "id", problems::nobody_leads(name, &action.id, id));
        }
    }
    let fields = || flow.fields.iter().map(|field| field.id.as_str());
    for column in ["judged_by", "self_scored_by"] {
        for (name, span) in row.texts_placed(column) {
            match flow.fields.iter().find(|field| field.id.as_str() == &*name) {
                None => unknown_in(faults, ("flow", id), ("field", &name), fields(), span),
                Some(field)
                    if matches!(
                        field.kind,
                        casework::FieldKind::Day | casework::FieldKind::Bool
                    ) =>
                {
                    faults.at(span, problems::not_a_judgement(&name));
                }
                Some(_) => {}
            }
        }
    }
    for item in &definition.items {
        let Some(item_row) = card
            .rows
            .find_under("item", card.id, item.id.as_str())
            .filter(|row| !row.has("indicators"))
        else {
            continue;
        };
        if let scoring::Rule::CompositeOfParts { parts, .. } = &item.rule {
            for part in parts
                .iter()
                .filter(|part| !fields().any(|field| field == part.part))
            {
                faults.cell(item_row, "rule", problems::part_not_in_flow(&part.part, id));
            }
        } else if !row.has("judged_by") {
            faults.cell(row, "flow", problems::nobody_judges(&item.id));
            return;
        }
    }
}

/// Without a flow nobody can judge; such an item stays open for good.
fn check_judged_without_flow(
    card: &Card<'_>,
    definition: &scoring::Scorecard,
    faults: &mut Faults,
) {
    for item in &definition.items {
        let row = card.rows.find_under("item", card.id, item.id.as_str());
        if let Some(row) = row.filter(|row| !row.has("indicators")) {
            faults.cell(row, "rule", problems::judged_without_flow(&item.id));
        }
    }
}

fn groups(card: &Card<'_>, faults: &mut Faults) -> Vec<Group> {
    let mut groups = Vec::new();
    for row in card.rows.under("group", card.id) {
        let Some(id) = row.text("id") else { continue };
        let parent = row.text("parent");
        if let Some(parent) =
            parent.filter(|parent| card.rows.find_under("group", card.id, parent).is_none())
        {
            let known = card
                .rows
                .ids_under("group", card.id)
                .filter(|known| *known != &**id);
            unknown_in(
                faults,
                ("scorecard", card.id),
                ("group", parent),
                known,
                row.span_of("parent"),
            );
        }
        groups.push(Group {
            id: GroupId::new(id),
            name: row.name("name"),
            parent: parent.map(GroupId::new),
            points: row.decimal("points").cloned(),
            weight: row.decimal("weight").cloned(),
            combine: match row.text("combine").map(|combine| &**combine) {
                Some("rescaled") => Combine::Rescaled,
                Some("weighted_mean") => Combine::WeightedMean,
                _ => Combine::Sum,
            },
        });
    }
    groups
}

/// The parts of the card itself; those with an item belong to that item's rule.
fn parts(card: &Card<'_>, faults: &mut Faults) -> Vec<Part> {
    let mut parts = Vec::new();
    for row in card
        .rows
        .under("part", card.id)
        .iter()
        .filter(|row| !row.has("item"))
    {
        let (Some(id), Some(weight)) = (row.text("id"), row.decimal("weight")) else {
            continue;
        };
        let source = match row.text("from").map(|from| &**from) {
            None | Some("given") => PartSource::Given,
            Some("items") => PartSource::Items,
            Some(from) => {
                let group = from.strip_prefix("group:").unwrap_or(from);
                let is_group = from.starts_with("group:")
                    && card.rows.find_under("group", card.id, group).is_some();
                if !is_group {
                    let names: Vec<String> = card
                        .rows
                        .ids_under("group", card.id)
                        .map(|id| format!("group:{id}"))
                        .collect();
                    let known = ["given", "items"]
                        .into_iter()
                        .chain(names.iter().map(String::as_str));
                    unknown_in(
                        faults,
                        ("scorecard", card.id),
                        ("source", from),
                        known,
                        row.span_of("from"),
                    );
                }
                PartSource::Group(GroupId::new(group))
            }
        };
        if source != PartSource::Given && row.has("missing") {
            faults.cell(
                row,
                "missing",
                problems::column_needs("missing", "from = \"given\""),
            );
        }
        parts.push(Part {
            id: id.to_string(),
            name: row.name("name"),
            weight: weight.clone(),
            source,
            when_missing: match row.text("missing").map(|missing| &**missing) {
                Some("zero") => scoring::Missing::Zero,
                Some("exclude") => scoring::Missing::Exclude,
                _ => scoring::Missing::Pending,
            },
        });
    }
    parts
}

fn total(row: &Row, faults: &mut Faults) -> TotalRule {
    let word = row.text("total").map_or("points", |total| &**total);
    if word != "rescaled" && row.has("full_marks") {
        faults.cell(
            row,
            "full_marks",
            problems::column_needs("full_marks", "total = \"rescaled\""),
        );
    }
    match word {
        "percent_of_carried" => TotalRule::PercentOfCarried,
        "weighted_mean" => TotalRule::WeightedMean,
        "rescaled" => match row.decimal("full_marks") {
            Some(full) => TotalRule::RescaledTo(full.clone()),
            None => {
                faults.cell(
                    row,
                    "total",
                    problems::column_needs("total = \"rescaled\"", "full_marks"),
                );
                TotalRule::PercentOfCarried
            }
        },
        _ => TotalRule::Points,
    }
}

fn rounding(row: &Row, faults: &mut Faults) -> TotalRounding {
    let mut rounding = TotalRounding::default();
    if let Some(places) = row.int("places") {
        match u8::try_from(places)
            .ok()
            .filter(|places| i64::from(*places) <= PLACES_MAX)
        {
            Some(places) => rounding.places = places,
            None => faults.cell(
                row,
                "places",
                problems::number_out_of_range("places", places, 0, PLACES_MAX),
            ),
        }
    }
    if let Some(mode) = rounding_of(row, "rounding") {
        rounding.mode = mode;
    }
    rounding
}

/// The way of rounding that a cell names.
pub(super) fn rounding_of(row: &Row, column: &str) -> Option<Rounding> {
    row.text(column).and_then(|word| Rounding::parse(word))
}

/// The sum that the scheme declares: of the parts' weights, of the top groups' weights where those
/// are averaged, otherwise of the points of the normal items.
fn check_weights_total(row: &Row, card: &scoring::Scorecard, faults: &mut Faults) {
    let Some(declared) = row.decimal("weights_total") else {
        return;
    };
    let (what_zh, what_en, total) = if !card.parts.is_empty() {
        (
            "各部分的权重",
            "the weights of the parts",
            items::sum(card.parts.iter().map(|part| &part.weight)),
        )
    } else if card.total == TotalRule::WeightedMean {
        let tops = card.groups.iter().filter(|group| group.parent.is_none());
        (
            "各分组的权重",
            "the weights of the groups",
            items::sum(tops.filter_map(|group| group.weight.as_ref())),
        )
    } else {
        let normal = card.items.iter().filter(|item| item.role == Role::Normal);
        (
            "各项目的分值",
            "the points of the items",
            items::sum(normal.map(|item| &item.points)),
        )
    };
    if total != *declared {
        faults.cell(
            row,
            "weights_total",
            problems::weights_do_not_add_up(what_zh, what_en, shown(&total), shown(declared)),
        );
    }
}

/// Problems of [`scoring::validate`] that are told from the rows already, with more to say: unknown
/// names, and a rule without its target, which units may have each for themselves.
const TOLD_HERE: &[&str] = &["C102", "C113"];
/// Problems about what belongs to a group or card, which a faulty item or group would cause by its absence.
const OF_THE_WHOLE: &[&str] = &["C105", "C106", "C107", "C118", "C130", "C136"];

fn check_definition(
    card: &Card<'_>,
    definition: &scoring::Scorecard,
    is_complete: bool,
    faults: &mut Faults,
) {
    for fault in scoring::validate(definition) {
        let code = fault.problem.code;
        if TOLD_HERE.contains(&code) || (!is_complete && OF_THE_WHOLE.contains(&code)) {
            continue;
        }
        let (owner, column) = place(card, definition, &fault.at);
        // What a card of plain points does by default is not said against it, only what it declares.
        if code == "C125" && !owner.has(column) {
            continue;
        }
        faults.placed(fault.problem, owner.span_of(column));
    }
}

/// The row that a part of the definition was built from, and the column of the key that is wrong.
fn place<'c>(
    card: &Card<'c>,
    definition: &scoring::Scorecard,
    at: &FaultAt,
) -> (&'c Row, &'static str) {
    let find = |table: &'static str, id: Option<&str>| -> Option<&'c Row> {
        card.rows.find_under(table, card.id, id?).map(|row| &**row)
    };
    let index = at.index;
    let owner = match at.table {
        FaultTable::Card => None,
        FaultTable::Groups => find(
            "group",
            definition.groups.get(index).map(|group| group.id.as_str()),
        ),
        FaultTable::Items => return place_in_item(card, definition, at),
        FaultTable::Parts => find(
            "part",
            definition.parts.get(index).map(|part| part.id.as_str()),
        ),
        FaultTable::Bands => return cards::place_in_band(card, definition, at),
        FaultTable::Vetoes => find(
            "veto",
            definition.vetoes.get(index).map(|veto| veto.id.as_str()),
        ),
        FaultTable::Quotas => definition.ranking.quotas.get(index).and_then(|quota| {
            let is_it = |row: &&Arc<Row>| {
                row.text("group").map(|group| &**group) == quota.group.as_deref()
                    && row
                        .text("grade")
                        .is_some_and(|grade| **grade == *quota.grade)
            };
            card.rows
                .under("quota", card.id)
                .iter()
                .find(is_it)
                .map(|row| &**row)
        }),
        FaultTable::Consequences => {
            let said = card
                .rows
                .under("consequence", card.id)
                .iter()
                .filter(|row| row.has("grade") != row.has("veto"));
            said.map(|row| &**row).nth(index)
        }
    };
    let column = if at.key == "at_most" && owner.is_some_and(|row| row.has("share")) {
        "share"
    } else {
        column_of(at.key)
    };
    (owner.unwrap_or(card.row), column)
}

fn place_in_item<'c>(
    card: &Card<'c>,
    definition: &scoring::Scorecard,
    at: &FaultAt,
) -> (&'c Row, &'static str) {
    let item = definition.items.get(at.index).map(|item| item.id.as_str());
    let row = item
        .and_then(|id| card.rows.find_under("item", card.id, id))
        .unwrap_or(card.row);
    let under = |table: &'static str| {
        let own = card
            .rows
            .under(table, card.id)
            .iter()
            .filter(|row| row.text("item").map(|of| &**of) == item);
        at.entry.and_then(|entry| own.map(|row| &**row).nth(entry))
    };
    let below = match at.key {
        "rule.levels" => under("level").map(|row| (row, "points")),
        "rule.ranges" => under("level").map(|row| (row, "from")),
        "rule.parts" => under("part").map(|row| (row, "weight")),
        _ => None,
    };
    below.unwrap_or((row, column_of(at.key)))
}

/// The column of a row that says what a key of a `scoring` declaration says.
fn column_of(key: &'static str) -> &'static str {
    match key
        .strip_prefix("rule.")
        .or_else(|| key.strip_prefix("when_missing."))
        .unwrap_or(key)
    {
        "each" => "deduct",
        "unit" => "per",
        "then_each" => "then_deduct",
        "by_rank" => "ranks",
        "knots" => "steps",
        "rates" => "indicators",
        "levels" | "ranges" | "parts" => "rule",
        "source" => "from",
        "when_missing" => "missing",
        "on" => "grade",
        "items" => "id",
        "ranking.tie_at_edge" => "tie_items",
        other => other,
    }
}
