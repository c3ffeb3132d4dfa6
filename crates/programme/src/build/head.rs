//! The head of the programme: its period, its time zone, its documents and roles.
//!
//! What the city's own header does not say is taken from the packages that it extends, nearest
//! first; identifier, name and version are always its own.

use std::sync::Arc;

use base::{AssessmentStart, Day, Period, RoleId, Text, TimeZoneName};
use indexmap::IndexMap;

use super::{Faults, Rows, month_day};
use crate::model::Document;
use crate::problems;
use crate::rows::Row;

/// What the header says; a part is missing where that was a fault.
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
    let mut headers: Vec<&Arc<Row>> = rows.of("programme").iter().collect();
    headers.sort_by_key(|row| row.layer);
    let own = headers.first().copied();
    let saying = |column: &str| headers.iter().copied().find(|row| row.has(column));

    let assessment_start = saying("assessment_year_starts")
        .and_then(|row| month_day(row, "assessment_year_starts"))
        .and_then(|(month, day)| AssessmentStart::new(month, day))
        .unwrap_or_default();
    let mut head = Head {
        id: own.and_then(|row| row.text("id").cloned()),
        name: own.map(|row| row.name("name")).unwrap_or_default(),
        version: own.and_then(|row| row.text("version").cloned()),
        city: saying("city")
            .map(|row| row.name("city"))
            .unwrap_or_default(),
        time_zone: None,
        year: None,
        assessment_start,
        demonstration_today: own.and_then(|row| row.day("demonstration_today")),
    };
    let Some(own) = own else { return head };
    match saying("time_zone").and_then(|row| Some((row, row.text("time_zone")?))) {
        None => faults.at(own.span.clone(), problems::no_time_zone()),
        Some((row, name)) => match TimeZoneName::parse(name) {
            Ok(_) => head.time_zone = Some(name.clone()),
            Err(error) => faults.cell(row, "time_zone", error.into()),
        },
    }
    match saying("year").and_then(|row| Some((row, row.text("year")?))) {
        None => faults.at(own.span.clone(), problems::no_year()),
        Some((row, text)) => match Period::parse(text, assessment_start) {
            Ok(period) if period.first().is_none() => {
                faults.cell(row, "year", problems::open_year(text))
            }
            Ok(period) => head.year = Some(period),
            Err(error) => faults.cell(row, "year", error.into()),
        },
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
