//! Building: from rows that say something to a programme that means it.
//!
//! Each part of the programme has its own file here, and each reports every fault it sees at the
//! line that causes it, then goes on with what is left, so that one run finds all of them. The
//! order is that of need: names, units and records first, then the [`Schema`], then everything that
//! has expressions over it. Read [`build`] next, then `references.rs`.

mod by_subject;
mod calendar;
mod cards;
mod expressions;
mod fields;
mod flows;
mod generate;
mod head;
mod indicators;
mod inspection;
mod items;
mod measures;
mod openings;
mod papers;
mod published;
mod records;
mod references;
mod reminders;
mod rules;
mod scorecards;
mod sense;
mod sensors;
mod spellings;
mod targets;
mod units;
mod visits;
mod vocabularies;
mod written;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{Problem, ScorecardId, Span};

use crate::model::Programme;
use crate::rows::{Content, Row};
use crate::schema::{Schema, SchemaParts};

/// Builds the programme that the rows describe; `None` when a fault makes that impossible. The
/// faults are added to `problems`, each at its line.
pub(crate) fn build(rows: &[Arc<Row>], problems: &mut Vec<Problem>) -> Option<Programme> {
    let rows = Rows::new(rows);
    let mut faults = Faults {
        problems: Vec::new(),
    };
    let programme = build_parts(&rows, &mut faults);
    problems.append(&mut faults.problems);
    programme
}

fn build_parts(rows: &Rows, faults: &mut Faults) -> Option<Programme> {
    references::check(rows, faults);
    let head = head::build(rows, faults);
    let documents = head::documents(rows);
    let roles = head::roles(rows);
    let roles_apart = head::roles_apart(rows);
    let grants = head::grants(rows, faults);
    let vocabularies = vocabularies::build(rows, faults);
    let units = units::build(rows, &head, faults);
    let subject_types = records::subject_types(rows, &vocabularies, faults);
    let mut record_types = records::record_types(rows, &subject_types, &vocabularies, faults);
    let flows = flows::build(rows, &vocabularies, faults);
    let reminders = reminders::build(rows, &flows, faults);
    let lot_sampling = inspection::lot_sampling(rows, &record_types, &vocabularies, faults);
    let quotas = inspection::quotas(rows, &record_types, &vocabularies, faults);
    let inspectors = inspection::inspectors(rows, &record_types, &vocabularies, faults);
    let papers = papers::build(rows, &flows, faults);
    let sensors = sensors::build(rows, &subject_types, &record_types, &flows, faults);
    let calendar = calendar::build(rows, &head, &flows, faults);

    let scorecard_ids: Vec<ScorecardId> = rows.ids("scorecard").map(ScorecardId::new).collect();
    let schema = Schema::build(&SchemaParts {
        record_types: &record_types,
        subject_types: &subject_types,
        flows: &flows,
        scorecards: &scorecard_ids,
    });
    let names = expressions::Names {
        schema: &schema,
        vocabularies: &vocabularies,
        units: &units,
        rows,
    };
    records::constraints(rows, &mut record_types, &names, faults);
    let openings = openings::build(rows, &subject_types, &record_types, &flows, &names, faults);
    let corrections = openings::corrections(rows, &record_types, &flows, &names, faults);
    let indicators = indicators::build(rows, &names, faults);
    sense::check_lines(&indicators, &record_types, faults);
    let known = scorecards::Known {
        units: &units,
        indicators: &indicators,
        subject_types: &subject_types,
        flows: &flows,
        schema: &schema,
    };
    let scorecards = scorecards::build(rows, &head, &known, faults);
    let known = published::Known {
        indicators: &indicators,
        record_types: &record_types,
    };
    let visit_rules = visits::build(
        rows,
        &visits::Known {
            subject_types: &subject_types,
            record_types: &record_types,
            flows: &flows,
            scorecards: &scorecards,
        },
        faults,
    );
    let written = written::build(
        rows,
        &written::Known {
            subject_types: &subject_types,
            record_types: &record_types,
            flows: &flows,
            scorecards: &scorecards,
            visit_rules: &visit_rules,
            names: &names,
        },
        faults,
    );
    let published = published::build(rows, &head, &known, faults);
    let known = generate::Known {
        record_types: &record_types,
        flows: &flows,
        names: &names,
        head: &head,
    };
    let generate = generate::build(rows, &known, faults);

    Some(Programme {
        id: head.id?,
        name: head.name,
        version: head.version?,
        city: head.city,
        time_zone: head.time_zone?,
        year: head.year?,
        assessment_start: head.assessment_start,
        demonstration_today: head.demonstration_today,
        units,
        vocabularies,
        subject_types,
        record_types,
        indicators,
        scorecards,
        flows: flows
            .into_iter()
            .map(|(id, flow)| (id, Arc::new(flow)))
            .collect(),
        reminders,
        papers,
        lot_sampling,
        quotas,
        inspectors,
        openings,
        corrections,
        written,
        sensors,
        visit_rules,
        roles,
        roles_apart,
        grants,
        documents,
        calendar,
        published,
        generate,
        schema,
    })
}

/// The faults found so far.
pub(crate) struct Faults {
    problems: Vec<Problem>,
}

impl Faults {
    /// A fault at a place in the text.
    pub(crate) fn at(&mut self, span: Span, problem: Problem) {
        self.problems.push(problem.at(span));
    }

    /// A fault of a cell, or of its row when the cell is not written.
    pub(crate) fn cell(&mut self, row: &Row, column: &str, problem: Problem) {
        self.at(row.span_of(column), problem);
    }

    /// A fault that a floor-0 crate found: it keeps its texts and gets its place.
    pub(crate) fn placed(&mut self, problem: Problem, span: Span) {
        let problem = if problem.span.is_none() {
            problem.at(span)
        } else {
            problem
        };
        self.problems.push(problem);
    }

    /// Faults that already know their places.
    pub(crate) fn extend(&mut self, problems: Vec<Problem>) {
        self.problems.extend(problems);
    }
}

/// The rows of a package, by table and by the things they belong to.
pub(crate) struct Rows {
    all: Vec<Arc<Row>>,
    by_table: HashMap<&'static str, Vec<Arc<Row>>>,
    by_id: HashMap<(&'static str, Arc<str>), Arc<Row>>,
    by_owner: HashMap<(&'static str, Arc<str>), Vec<Arc<Row>>>,
}

impl Rows {
    fn new(rows: &[Arc<Row>]) -> Rows {
        let mut by_table: HashMap<&'static str, Vec<Arc<Row>>> = HashMap::new();
        let mut by_id = HashMap::new();
        let mut by_owner: HashMap<_, Vec<Arc<Row>>> = HashMap::new();
        for row in rows {
            by_table
                .entry(row.table.name)
                .or_default()
                .push(row.clone());
            match row.table.key {
                ["id"] => {
                    if let Some(id) = row.text("id") {
                        by_id
                            .entry((row.table.name, id.clone()))
                            .or_insert_with(|| row.clone());
                    }
                }
                [owner, _, ..] => {
                    if let Some(owner) = row.text(owner) {
                        by_owner
                            .entry((row.table.name, owner.clone()))
                            .or_default()
                            .push(row.clone());
                    }
                }
                _ => {}
            }
        }
        Rows {
            all: rows.to_vec(),
            by_table,
            by_id,
            by_owner,
        }
    }

    /// Every row, in order.
    pub(crate) fn all(&self) -> &[Arc<Row>] {
        &self.all
    }

    /// The rows of a table, in order.
    pub(crate) fn of(&self, table: &str) -> &[Arc<Row>] {
        self.by_table.get(table).map_or(&[], Vec::as_slice)
    }

    /// The row of a table whose rows have an `id` of their own.
    pub(crate) fn find(&self, table: &'static str, id: &str) -> Option<&Arc<Row>> {
        self.by_id.get(&(table, Arc::from(id)))
    }

    /// The ids of such a table, in order.
    pub(crate) fn ids<'a>(&'a self, table: &str) -> impl Iterator<Item = &'a str> {
        self.of(table)
            .iter()
            .filter_map(|row| row.text("id"))
            .map(|id| &**id)
    }

    /// The rows of a table that belong to something: the value of the first column of its key.
    pub(crate) fn under(&self, table: &'static str, owner: &str) -> &[Arc<Row>] {
        self.by_owner
            .get(&(table, Arc::from(owner)))
            .map_or(&[], Vec::as_slice)
    }

    /// The ids of those rows, in order.
    pub(crate) fn ids_under<'a>(
        &'a self,
        table: &'static str,
        owner: &str,
    ) -> impl Iterator<Item = &'a str> {
        self.under(table, owner)
            .iter()
            .filter_map(|row| row.text("id"))
            .map(|id| &**id)
    }

    /// The row with that id among those that belong to something.
    pub(crate) fn find_under(
        &self,
        table: &'static str,
        owner: &str,
        id: &str,
    ) -> Option<&Arc<Row>> {
        self.under(table, owner)
            .iter()
            .find(|row| row.text("id").is_some_and(|own| &**own == id))
    }
}

impl Row {
    /// The bilingual text of a cell, empty when it is not written.
    pub(crate) fn name(&self, column: &str) -> base::Text {
        self.bilingual(column).cloned().unwrap_or_default()
    }

    /// The texts of a list with the place of each.
    pub(crate) fn texts_placed(&self, column: &str) -> impl Iterator<Item = (Arc<str>, Span)> {
        self.list(column)
            .iter()
            .filter_map(|cell| match &cell.content {
                Content::Text(text) => Some((text.clone(), cell.span.clone())),
                _ => None,
            })
    }

    /// Whether a cell is written.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.cell(column).is_some()
    }
}

/// Finds a cycle in "x needs y": each cycle once, as the chain of names that closes with its first.
pub(crate) fn cycles(needs: &BTreeMap<Arc<str>, Vec<Arc<str>>>) -> Vec<Vec<Arc<str>>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Open,
        Done,
    }
    let mut marks: HashMap<&Arc<str>, Mark> = HashMap::new();
    let mut found = Vec::new();
    for start in needs.keys() {
        if marks.contains_key(start) {
            continue;
        }
        // A path of (name, next need to visit), kept by hand: a long chain must not exhaust the stack.
        let mut path: Vec<(&Arc<str>, usize)> = vec![(start, 0)];
        marks.insert(start, Mark::Open);
        while let Some((name, at)) = path.last_mut() {
            let next = needs.get(*name).and_then(|list| list.get(*at));
            *at += 1;
            let Some(next) = next else {
                marks.insert(name, Mark::Done);
                path.pop();
                continue;
            };
            match marks.get(next) {
                None if needs.contains_key(next) => {
                    marks.insert(next, Mark::Open);
                    path.push((next, 0));
                }
                Some(Mark::Open) => {
                    let from = path.iter().position(|(name, _)| *name == next).unwrap_or(0);
                    let mut chain: Vec<Arc<str>> = path
                        .iter()
                        .skip(from)
                        .map(|(name, _)| (*name).clone())
                        .collect();
                    chain.push(next.clone());
                    found.push(chain);
                }
                _ => {}
            }
        }
    }
    found
}

/// A chain of names as a message shows it.
pub(crate) fn shown_chain(chain: &[Arc<str>]) -> String {
    chain
        .iter()
        .map(|name| &**name)
        .collect::<Vec<_>>()
        .join(" → ")
}

/// A ratio as a message shows it: the exact decimal where there is one, otherwise the fraction.
pub(crate) fn shown(ratio: &base::Ratio) -> String {
    ratio
        .exact_decimal()
        .unwrap_or_else(|| format!("{}/{}", ratio.numerator(), ratio.denominator()))
}

/// Month and day of a cell of kind `MonthDay`.
pub(crate) fn month_day(row: &Row, column: &str) -> Option<(u8, u8)> {
    let (month, day) = row.text(column)?.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // 2000 was a leap year: it has every day that any year has.
    base::Day::from_ymd(2000, u32::from(month), u32::from(day)).map(|_| (month, day))
}

/// Checks that a first day is not after a last day.
pub(crate) fn check_days_in_order(
    row: &Row,
    first: &'static str,
    last: &'static str,
    faults: &mut Faults,
) {
    if let (Some(from), Some(to)) = (row.day(first), row.day(last))
        && from > to
    {
        faults.cell(
            row,
            last,
            crate::problems::days_backwards(first, from, last, to),
        );
    }
}
