//! By when each subject is to be visited, inspected or renewed next: computed, never stored.
//!
//! The day follows from the last time (a record, or a date of the subject), the interval of the subject's class (the grade
//! of a scorecard as of the day for which is asked, or a field) and the work calendar. So it moves by itself when a record
//! comes or a grade changes. Where a rule opens cases, time opens one when the day comes near and ends it when it was done:
//! that is the list of work, and what indicators count. Read [`Office::visits_of`] first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base::{Day, FieldId, Problem};
use casework::StateKind;
use measure::RowView;
use measure::Value;
use measure::list::{Listing, Order, Test};
use programme::model::{Programme, VisitAfter, VisitBy, VisitRule};
use programme::schema::Schema;

use crate::advance::CLOCK_ROLE;
use crate::beyond::opened;
use crate::entry::{CaseActFacts, CaseOpenFacts, Kind, Private};
use crate::folder::{Command, Office};
use crate::import::intake::BEGINNING;
use crate::readings::attribute_on;

/// Most subjects and records of one type that are looked at.
const ROWS_MAX: usize = 2_000_000;
/// The field of a case that holds the day.
const DUE_ON: &str = "due_on";

/// By when a subject is due next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextVisit {
    /// The rule.
    pub rule: Arc<str>,
    /// The subject.
    pub subject: Arc<str>,
    /// From when it counts: the last record's day, or the subject's date.
    pub last: Option<Day>,
    /// The last record; `None` where there is none, or the subject's date counts.
    pub record: Option<u64>,
    /// The grade or value from which the interval follows.
    pub value: Option<Arc<str>>,
    /// The day by which it is due.
    pub due: Day,
    /// Whether that day could not be moved to a working day: the holidays of its year are not published.
    pub is_unpublished: bool,
}

impl NextVisit {
    /// Whether the day is over.
    #[must_use]
    pub fn is_overdue(&self, today: Day) -> bool {
        self.due < today
    }
}

/// The day by which something is due that was last on a day; `None` beyond the calendar.
fn due_after(
    programme: &Programme,
    rule: &VisitRule,
    value: Option<&str>,
    last: Day,
) -> Option<(Day, bool)> {
    let interval = rule.interval(value)?;
    let due = last
        .plus_months(interval.months)?
        .plus_days(interval.days)?;
    if !rule.rolls {
        return Some((due, false));
    }
    match programme.calendar.add_calendar_days_rolled(due, 0) {
        Ok(day) => Some((day, false)),
        Err(_) => Some((due, true)),
    }
}

/// The day from which attributes hold where a list does not say.
fn the_beginning() -> Day {
    Day::parse(BEGINNING).unwrap_or(Day::MIN)
}

fn day_of(row: &RowView<'_>, column: &str) -> Option<Day> {
    match row.value(column) {
        Value::Day(day) => Some(day),
        _ => None,
    }
}

fn text_of(row: &RowView<'_>, column: &str) -> Option<Arc<str>> {
    match row.value(column) {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn among(only: Option<&(FieldId, Vec<Arc<str>>)>) -> Option<Test> {
    only.map(|(field, values)| Test::OneOf(field.as_str().into(), values.clone()))
}

impl Office {
    /// By when every subject of a rule is due, the earliest first.
    ///
    /// # Errors
    /// The scorecard that the rule names cannot be applied.
    pub fn visits_of(&self, rule: &VisitRule, day: Day) -> Result<Vec<NextVisit>, Problem> {
        self.visits(rule, day, None)
    }

    /// By when a subject is due, by each rule about its type.
    ///
    /// # Errors
    /// As [`Office::visits_of`].
    pub fn next_visits(
        &self,
        subject_type: &str,
        subject: &str,
        day: Day,
    ) -> Result<Vec<NextVisit>, Problem> {
        let programme = self.programme()?;
        let mut found = Vec::new();
        for rule in programme.visit_rules.values() {
            if rule.subject_type.as_str() == subject_type {
                found.extend(self.visits(rule, day, Some(subject))?);
            }
        }
        Ok(found)
    }

    fn visits(
        &self,
        rule: &VisitRule,
        day: Day,
        one: Option<&str>,
    ) -> Result<Vec<NextVisit>, Problem> {
        let programme = self.programme()?;
        let columns = self.mirror().columns();
        let at = self.position();
        let is_one = |column: &str| one.map(|id| Test::OneOf(column.into(), vec![id.into()]));
        let subjects = Listing {
            tests: among(rule.only.as_ref())
                .into_iter()
                .chain(is_one("id"))
                // A register that was corrected keeps what it said before: only what holds on the day counts.
                .chain([Test::HeldOn(day)])
                .collect(),
            ..Listing::new(Schema::subjects_name(&rule.subject_type), at, ROWS_MAX)
        };
        let lasts = self.last_records(rule, day, one);
        let grades = self.grades(rule, day, one)?;
        let mut found = Vec::new();
        for row in columns.list(&subjects).rows {
            let Some(subject) = text_of(&row, "id") else {
                continue;
            };
            let value = match &rule.by {
                VisitBy::All => None,
                VisitBy::Field(field) => text_of(&row, field.as_str()),
                VisitBy::Scorecard(_) => grades.get(&subject).cloned(),
            };
            let (last, record) = match &rule.after {
                VisitAfter::Field(field) => (day_of(&row, field.as_str()), None),
                VisitAfter::Record(..) => match lasts.get(&subject) {
                    Some((last, record)) => (Some(*last), Some(*record)),
                    None => (None, None),
                },
            };
            // What was never visited counts from the day on which it was made known.
            let from = match &rule.after {
                VisitAfter::Field(_) => last,
                VisitAfter::Record(..) => last.or_else(|| day_of(&row, "registered_on")),
            };
            // A list that was imported says of nothing since when it is there: what was never visited is due now.
            let is_unknown = last.is_none() && from.is_some_and(|from| from <= the_beginning());
            let due = if is_unknown {
                rule.interval(value.as_deref()).map(|_| (day, false))
            } else {
                from.and_then(|from| due_after(&programme, rule, value.as_deref(), from))
            };
            if let Some((due, is_unpublished)) = due {
                found.push(NextVisit {
                    rule: rule.id.clone(),
                    subject,
                    last,
                    record,
                    value,
                    due,
                    is_unpublished,
                });
            }
        }
        found.sort_by(|one, other| (one.due, &one.subject).cmp(&(other.due, &other.subject)));
        Ok(found)
    }

    /// The last record of each subject up to a day.
    fn last_records(
        &self,
        rule: &VisitRule,
        day: Day,
        one: Option<&str>,
    ) -> HashMap<Arc<str>, (Day, u64)> {
        let mut lasts: HashMap<Arc<str>, (Day, u64)> = HashMap::new();
        let VisitAfter::Record(record_type, only) = &rule.after else {
            return lasts;
        };
        let is_one = one.map(|id| Test::OneOf("subject".into(), vec![id.into()]));
        let until = Test::Within("day".into(), i64::MIN, i64::from(day.number()));
        let tests = among(only.as_ref()).into_iter().chain(is_one);
        let listing = Listing {
            tests: tests.chain([until]).collect(),
            order: one.map(|_| Order {
                column: "day".into(),
                is_descending: true,
            }),
            ..Listing::new(
                record_type.as_str(),
                self.position(),
                if one.is_some() { 1 } else { ROWS_MAX },
            )
        };
        for row in self.mirror().columns().list(&listing).rows {
            let (Some(subject), Some(on)) = (text_of(&row, "subject"), day_of(&row, "day")) else {
                continue;
            };
            let last = lasts.entry(subject).or_insert((on, row.id()));
            if (on, row.id()) > *last {
                *last = (on, row.id());
            }
        }
        lasts
    }

    /// The grade of each subject as of a day.
    fn grades(
        &self,
        rule: &VisitRule,
        day: Day,
        one: Option<&str>,
    ) -> Result<HashMap<Arc<str>, Arc<str>>, Problem> {
        let VisitBy::Scorecard(scorecard) = &rule.by else {
            return Ok(HashMap::new());
        };
        let at = self.position();
        if let Some(subject) = one {
            // One that is not known on the day has no grade.
            let card = self.rate_one(scorecard, subject, day, at).ok();
            let grade = card.and_then(|card| card.grade);
            return Ok(grade
                .into_iter()
                .map(|grade| (subject.into(), grade.as_str().into()))
                .collect());
        }
        let rating = self.rate(scorecard, day, at)?;
        let graded = (0..rating.len()).filter_map(|row| {
            let grade = rating.grade(row)?;
            Some((rating.subject(row).into(), grade.into()))
        });
        Ok(graded.collect())
    }

    /// What time does about rules of rhythm: cases that are opened because a day comes near, and cases that end because
    /// it was done.
    pub(crate) fn visit_commands(&self, day: Day) -> Result<Vec<Command>, Problem> {
        let programme = self.programme()?;
        let mut commands = Vec::new();
        for rule in programme.visit_rules.values() {
            let Some((flow_id, closes)) = &rule.opens else {
                continue;
            };
            let Some(flow) = programme.flows.get(flow_id) else {
                continue;
            };
            let listing = Listing {
                tests: vec![Test::Empty("closed_on".into())],
                ..Listing::new(Schema::cases_name(flow_id), self.position(), ROWS_MAX)
            };
            let page = self.mirror().columns().list(&listing);
            let mut open: BTreeMap<Arc<str>, (u64, Option<Day>, Option<Day>)> = BTreeMap::new();
            for row in &page.rows {
                if let Some(subject) = text_of(row, "subject") {
                    let days = (day_of(row, DUE_ON), day_of(row, "opened_on"));
                    open.insert(subject, (row.id(), days.0, days.1));
                }
            }
            for visit in self.visits_of(rule, day)? {
                let near = visit.due.plus_days(-rule.ahead_days).unwrap_or(visit.due);
                match open.get(&visit.subject) {
                    None if near <= day => {
                        let row = self.subject(rule.subject_type.as_str(), &visit.subject)?;
                        let row = row.unwrap_or_default();
                        let mut units = rule.unit_from.iter();
                        let unit = units.find_map(|field| attribute_on(&row, field.as_str(), day));
                        let mut facts = CaseOpenFacts {
                            subject: Some(visit.subject.to_string()),
                            ..opened(flow, day, unit)
                        };
                        facts
                            .fields
                            .insert(DUE_ON.to_owned(), visit.due.to_string().into());
                        let private = Private::default();
                        commands.push(Command::new(Kind::CaseFiled, &facts, &private)?);
                    }
                    // It was done, or the day has moved away: what is due lies beyond what the case was opened for.
                    Some((case, Some(due), opened_on))
                        if visit.due > *due && (near > day || visit.last >= *opened_on) =>
                    {
                        let Some(closes) = closes else {
                            continue;
                        };
                        commands.extend(self.visit_done(*case, closes, day)?);
                    }
                    _ => {}
                }
            }
        }
        Ok(commands)
    }

    /// The step by which a case ends because what it asked for was done.
    fn visit_done(
        &self,
        number: u64,
        closes: &base::ActionId,
        day: Day,
    ) -> Result<Option<Command>, Problem> {
        let case = self.case(number)?;
        let Some(action) = case.flow.action(closes) else {
            return Ok(None);
        };
        let Some(to) = case
            .flow
            .state(&action.to)
            .filter(|to| to.kind == StateKind::Closed && action.from.contains(&case.state.state))
        else {
            return Ok(None);
        };
        let facts = CaseActFacts {
            case: number,
            action: action.id.to_string(),
            from: case.state.state.to_string(),
            to: to.id.to_string(),
            day: day.to_string(),
            role: CLOCK_ROLE.to_owned(),
            unit: None,
            fields: BTreeMap::new(),
            reason: None,
            closing_reason: None,
            outcome: to.outcome.as_ref().map(ToString::to_string),
            closes: true,
        };
        Command::new(Kind::CaseAct, &facts, &Private::default()).map(Some)
    }
}
