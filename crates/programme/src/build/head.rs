//! The head of the programme: its period, its time zone, its documents and roles.
//!
//! A header says everything itself: those of the packages that it extends are not asked.

use std::sync::Arc;

use base::{AssessmentStart, Day, Period, RoleId, Text, TimeZoneName};
use indexmap::IndexMap;

use super::{Faults, Rows, month_day};
use crate::model::{Document, Grant, Scope};
use crate::problems;
use crate::rows::Row;
use crate::tables::UNIT_COMMANDS;

/// What the header says; a part is missing where that was a fault.
#[derive(Default)]
pub(crate) struct Head {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) name: Text,
    pub(crate) version: Option<Arc<str>>,
    pub(crate) city: Text,
    pub(crate) time_zone: Option<Arc<str>>,
    pub(crate) year: Option<Period>,
    pub(crate) assessment_start: AssessmentStart,
    pub(crate) demonstration_today: Option<Day>,
}

impl Head {
    /// First and last day of the programme's period.
    pub(crate) fn days(&self) -> Option<(Day, Day)> {
        let year = self.year.as_ref()?;
        Some((year.first()?, year.last()))
    }

    /// The period that a cell says, or the programme's.
    pub(crate) fn period(&self, row: &Row, column: &str) -> Option<Period> {
        match row.text(column) {
            Some(text) => Period::parse(text, self.assessment_start).ok(),
            None => self.year,
        }
    }
}

pub(super) fn build(rows: &Rows, faults: &mut Faults) -> Head {
    let mut head = Head::default();
    let Some(row) = rows.of("programme").first() else {
        return head;
    };
    head.id = row.text("id").cloned();
    head.name = row.name("name");
    head.version = row.text("version").cloned();
    head.city = row.name("city");
    head.demonstration_today = row.day("demonstration_today");
    head.assessment_start = month_day(row, "assessment_year_starts")
        .and_then(|(month, day)| AssessmentStart::new(month, day))
        .unwrap_or_default();
    match row
        .text("time_zone")
        .map(|name| (name, TimeZoneName::parse(name)))
    {
        None => faults.cell(row, "time_zone", problems::no_time_zone()),
        Some((name, Ok(_))) => head.time_zone = Some(name.clone()),
        Some((_, Err(error))) => faults.cell(row, "time_zone", error.into()),
    }
    match row
        .text("year")
        .map(|text| (text, Period::parse(text, head.assessment_start)))
    {
        None => faults.cell(row, "year", problems::no_year()),
        Some((text, Ok(period))) if period.first().is_none() => {
            faults.cell(row, "year", problems::open_year(text));
        }
        Some((_, Ok(period))) => head.year = Some(period),
        Some((_, Err(error))) => faults.cell(row, "year", error.into()),
    }
    head
}

pub(super) fn documents(rows: &Rows) -> IndexMap<Arc<str>, Document> {
    let mut documents = IndexMap::new();
    for row in rows.of("document") {
        let Some(id) = row.text("id") else { continue };
        documents.insert(
            id.clone(),
            Document {
                id: id.clone(),
                name: row.name("name"),
                kind: row
                    .text("kind")
                    .cloned()
                    .unwrap_or_else(|| Arc::from("other")),
                number: row.text("number").cloned(),
                issued_on: row.day("issued_on"),
            },
        );
    }
    documents
}

pub(super) fn roles(rows: &Rows) -> IndexMap<RoleId, Text> {
    rows.of("role")
        .iter()
        .filter_map(|row| Some((RoleId::new(row.text("id")?), row.name("name"))))
        .collect()
}

/// The roles of which nobody may hold two.
pub(super) fn roles_apart(rows: &Rows) -> Vec<RoleId> {
    rows.of("role")
        .iter()
        .filter(|row| row.bool("apart") == Some(true))
        .filter_map(|row| row.text("id").map(RoleId::new))
        .collect()
}

pub(super) fn grants(rows: &Rows, faults: &mut Faults) -> Vec<Grant> {
    let mut grants = Vec::new();
    for row in rows.of("grant") {
        let Some(role) = row.text("role").map(RoleId::new) else {
            continue;
        };
        let scope = row
            .text("scope")
            .and_then(|scope| Scope::parse(scope))
            .unwrap_or(Scope::All);
        for command in row.texts("commands") {
            if scope != Scope::All && !UNIT_COMMANDS.contains(&&*command) {
                faults.cell(
                    row,
                    "scope",
                    problems::scope_without_unit(&command, scope.as_str()),
                );
            }
            grants.push(Grant {
                role: role.clone(),
                command,
                scope,
            });
        }
    }
    grants
}
