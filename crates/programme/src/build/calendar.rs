//! The work calendar: the holiday notices of the years in which working days are counted.
//!
//! Nobody guesses a holiday. As soon as a programme counts working days (a deadline, the rhythm of
//! made-up data) or declares any calendar, every year of its period must be published; the year
//! after is asked for with a warning only, since its notice comes late in the year before.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::{FlowId, SpecialDay, WorkCalendar};
use casework::{Flow, Length};
use indexmap::IndexMap;

use super::head::Head;
use super::{Faults, Rows};
use crate::problems;
use crate::rows::Row;

/// Unpublished years that one message names.
const YEARS_SHOWN_MAX: usize = 8;

pub(super) fn build(
    rows: &Rows,
    head: &Head,
    flows: &IndexMap<FlowId, Flow>,
    faults: &mut Faults,
) -> WorkCalendar {
    let mut calendar = WorkCalendar::new();
    let declared: BTreeSet<i32> = rows
        .of("calendar")
        .iter()
        .filter_map(|row| year_of(row))
        .collect();
    let mut holidays: Vec<(i32, &Arc<Row>)> = Vec::new();
    for row in rows.of("holiday") {
        let Some(day) = row.day("day") else { continue };
        // The notice of a year also names days around New Year; each stands in its own year's
        // calendar where there is one.
        let year = [day.year(), day.year() + 1, day.year() - 1]
            .into_iter()
            .find(|year| declared.contains(year));
        match year {
            Some(year) => holidays.push((year, row)),
            None => faults.cell(
                row,
                "day",
                problems::holiday_without_calendar(day, day.year()),
            ),
        }
    }
    for row in rows.of("calendar") {
        let Some(year) = year_of(row) else {
            faults.cell(row, "year", problems::calendar_year_out_of_range());
            continue;
        };
        let own = holidays.iter().filter(|(of, _)| *of == year);
        let days: Vec<SpecialDay> = own
            .filter_map(|(_, row)| {
                let name = row
                    .text("name")
                    .map(|name| name.to_string())
                    .unwrap_or_default();
                Some(SpecialDay {
                    day: row.day("day")?,
                    is_off: row.bool("off")?,
                    name,
                })
            })
            .collect();
        let source = row
            .text("source")
            .map(|source| source.to_string())
            .unwrap_or_default();
        if let Err(error) = calendar.add_year(year, source, days) {
            faults.cell(row, "year", error.into());
        }
    }
    check_published(rows, head, flows, &calendar, faults);
    calendar
}

fn year_of(row: &Row) -> Option<i32> {
    row.int("year")
        .and_then(|year| i32::try_from(year).ok())
        .filter(|year| (1..=9999).contains(year))
}

fn check_published(
    rows: &Rows,
    head: &Head,
    flows: &IndexMap<FlowId, Flow>,
    calendar: &WorkCalendar,
    faults: &mut Faults,
) {
    let deadlines = || flows.values().flat_map(|flow| &flow.deadlines);
    let has_deadlines = deadlines().any(counts_working_days);
    let has_rhythm = rows.of("generate").iter().any(|row| {
        row.text("rhythm")
            .is_some_and(|rhythm| &**rhythm == "working_days")
    });
    if !has_deadlines && !has_rhythm && rows.of("calendar").is_empty() {
        return;
    }
    let Some((first, last)) = head.days() else {
        return;
    };
    let mut missing = Vec::new();
    for year in first.year()..=last.year() {
        if calendar.has_year(year) {
            continue;
        }
        match calendar_row(rows, year) {
            Some(row) => faults.cell(row, "year", problems::unpublished_year(year)),
            None => missing.push(year),
        }
    }
    if let Some(row) = rows.of("programme").first() {
        if !missing.is_empty() {
            faults.cell(
                row,
                "year",
                problems::years_without_calendar(shown_years(&missing)),
            );
        }
        let next = last.year() + 1;
        // Only what a scorecard runs on is asked for in time.
        let in_use = |flow: &Flow| {
            let cards = rows.of("scorecard").iter();
            let mut used = cards.filter_map(|row| row.text("flow"));
            used.any(|used| **used == *flow.id.as_str())
        };
        let reaches = flows
            .values()
            .filter(|flow| in_use(flow))
            .flat_map(|flow| &flow.deadlines)
            .any(counts_working_days);
        if reaches && !calendar.has_year(next) {
            // The place to add them is the package's own, whoever declared the year so far.
            let own = calendar_row(rows, next).filter(|row| row.layer == 0);
            let row = own.unwrap_or(row);
            faults.cell(row, "year", problems::next_year_unpublished(next));
        }
    }
}

fn counts_working_days(deadline: &casework::Deadline) -> bool {
    deadline.rolls || matches!(deadline.length, Length::WorkingDays(_))
}

fn calendar_row(rows: &Rows, year: i32) -> Option<&Arc<Row>> {
    rows.of("calendar")
        .iter()
        .find(|row| year_of(row) == Some(year))
}

fn shown_years(years: &[i32]) -> String {
    let mut text = years
        .iter()
        .take(YEARS_SHOWN_MAX)
        .map(i32::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if years.len() > YEARS_SHOWN_MAX {
        text.push_str(", …");
    }
    text
}
