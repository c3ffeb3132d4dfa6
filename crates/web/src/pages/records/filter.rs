//! What an address asks of a list: conditions by field, an order, columns, a page.

use std::sync::Arc;

use base::{Day, Lang, Position, Problem, Ratio, Rounding};
use measure::list::{Listing, Order, Test};
use office::Office;
use programme::model::{Field, FieldType, Programme, RecordType};

use crate::look::Look;
use crate::problems;

/// Rows of a page.
pub(crate) const PAGE_ROWS: usize = 50;
/// Columns that are shown when nobody chose any.
const COLUMNS_SHOWN: usize = 8;
/// Subjects that a piece of a name may mean.
const SUBJECTS_MAX: usize = 2_000;

/// Through what a query is read: for pages and for programs alike.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub office: &'a Office,
    pub programme: &'a Programme,
    pub lang: Lang,
}

impl<'a> Sight<'a> {
    /// That of who looks.
    pub fn of(look: &'a Look<'_>) -> Sight<'a> {
        Sight {
            office: look.office,
            programme: &look.programme,
            lang: look.lang(),
        }
    }
}

/// What is asked.
pub(crate) struct Wanted {
    /// Every name and value of the query, without the page.
    pub pairs: Vec<(String, String)>,
    pub tests: Vec<Test>,
    pub order: Option<Order>,
    pub columns: Vec<base::FieldId>,
    pub from: Option<u64>,
    pub is_before: bool,
    /// Whether a condition stands on a field that the form keeps folded.
    pub has_more: bool,
    pub faults: Vec<Problem>,
}

impl Wanted {
    /// Reads a query.
    pub fn read(look: Sight<'_>, record_type: &RecordType, query: &str) -> Wanted {
        let mut wanted = Wanted {
            pairs: Vec::new(),
            tests: Vec::new(),
            order: None,
            columns: Vec::new(),
            from: None,
            is_before: false,
            has_more: false,
            faults: Vec::new(),
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.is_empty() || value.len() > 1000 {
                continue;
            }
            match &*name {
                "after" => wanted.from = value.parse().ok(),
                "before" => {
                    wanted.from = value.parse().ok();
                    wanted.is_before = true;
                }
                _ => wanted.pairs.push((name.into_owned(), value.to_owned())),
            }
        }
        for field in record_type.fields.values().filter(|field| !field.personal) {
            wanted.field(look, field);
        }
        let text = wanted.get("q").to_owned();
        if !text.is_empty() {
            let columns = record_type
                .fields
                .values()
                .filter(|field| {
                    !field.personal
                        && matches!(
                            field.field_type,
                            FieldType::Text | FieldType::Place | FieldType::Period
                        )
                })
                .map(|field| Arc::from(field.id.as_str()))
                .collect();
            wanted.tests.push(Test::Contains(columns, text));
        }
        wanted.order = wanted.sorted(record_type);
        let chosen: Vec<String> = wanted.all("col").map(str::to_owned).collect();
        wanted.columns = record_type
            .fields
            .values()
            .enumerate()
            .filter(|(at, field)| match chosen.is_empty() {
                true => *at < COLUMNS_SHOWN,
                false => chosen.iter().any(|id| id == field.id.as_str()),
            })
            .map(|(_, field)| field.id.clone())
            .collect();
        wanted
    }

    /// The first value of a name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .find(|(found, _)| found == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The query without some names, with others in their place.
    pub fn query(&self, without: &[&str], with: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.pairs {
            if !without.contains(&name.as_str()) {
                query.append_pair(name, value);
            }
        }
        for (name, value) in with {
            query.append_pair(name, value);
        }
        query.finish()
    }

    /// The listing for a page, as of a position.
    pub fn listing(&self, at: Position, record_type: &RecordType) -> Listing {
        let sums = self
            .columns
            .iter()
            .filter(|id| {
                record_type.fields.get(*id).is_some_and(|field| {
                    super::shown::is_number(&field.field_type) && !field.personal
                })
            })
            .map(|id| Arc::from(id.as_str()))
            .collect();
        Listing {
            tests: self.tests.clone(),
            order: self.order.clone(),
            from: self.from,
            is_before: self.is_before,
            sums,
            ..Listing::new(record_type.id.as_str(), at, PAGE_ROWS)
        }
    }

    fn sorted(&self, record_type: &RecordType) -> Option<Order> {
        let text = self.get("sort");
        let (column, is_descending) = match text.strip_prefix('-') {
            Some(column) => (column, true),
            None => (text, false),
        };
        let field = record_type.fields.get(column);
        let is_known = column == "id" || field.is_some_and(|field| !field.personal);
        is_known.then(|| Order {
            column: column.into(),
            is_descending,
        })
    }

    fn field(&mut self, look: Sight<'_>, field: &Field) {
        let id = field.id.as_str();
        let column: Arc<str> = id.into();
        let name = format!("f.{id}");
        let asked: Vec<String> = self.all(&name).map(str::to_owned).collect();
        let before = self.tests.len();
        if asked.iter().any(|value| value == "-") {
            self.tests.push(Test::Empty(column));
        } else {
            match &field.field_type {
                FieldType::Choice(_) | FieldType::Choices(_) if !asked.is_empty() => {
                    let codes = asked.iter().map(|code| code.as_str().into()).collect();
                    self.tests.push(Test::OneOf(column, codes));
                }
                FieldType::Unit if !asked.is_empty() => {
                    let is_alone = self.get("only") == id;
                    let units = asked
                        .iter()
                        .flat_map(|unit| match is_alone {
                            true => vec![Arc::from(unit.as_str())],
                            false => with_all_below(look.programme, unit),
                        })
                        .collect();
                    self.tests.push(Test::OneOf(column, units));
                }
                FieldType::Subject(subject_type) => {
                    if let Some(text) = asked.first() {
                        let found = look.office.subjects_like(
                            subject_type.as_str(),
                            text,
                            SUBJECTS_MAX + 1,
                        );
                        if found.len() > SUBJECTS_MAX {
                            self.faults
                                .push(problems::too_many_subjects(text, SUBJECTS_MAX));
                        }
                        let mut known: Vec<Arc<str>> =
                            found.iter().map(|(id, _)| Arc::from(*id)).collect();
                        known.push(text.as_str().into());
                        self.tests.push(Test::OneOf(column, known));
                    }
                }
                FieldType::Text | FieldType::Place | FieldType::Period => {
                    if let Some(text) = asked.first() {
                        self.tests.push(Test::Contains(vec![column], text.clone()));
                    }
                }
                FieldType::Date | FieldType::Number | FieldType::Decimal(_) | FieldType::Money => {
                    self.bounds(look, field, column);
                }
                _ => {}
            }
        }
        if self.tests.len() > before && !is_first(field) {
            self.has_more = true;
        }
    }

    fn bounds(&mut self, look: Sight<'_>, field: &Field, column: Arc<str>) {
        let (least, greatest) = (
            self.get(&format!("f.{}.min", field.id)).to_owned(),
            self.get(&format!("f.{}.max", field.id)).to_owned(),
        );
        if least.is_empty() && greatest.is_empty() {
            return;
        }
        let mut read = |text: &str, otherwise: i64| {
            if text.is_empty() {
                return otherwise;
            }
            let found = number_of(&field.field_type, text);
            if found.is_none() {
                self.faults
                    .push(problems::not_a_bound(field.name.get(look.lang), text));
            }
            found.unwrap_or(otherwise)
        };
        // The least number of all is the sign of an empty cell.
        let bounds = (read(&least, i64::MIN + 1), read(&greatest, i64::MAX));
        self.tests.push(Test::Within(column, bounds.0, bounds.1));
    }
}

/// Whether a field's condition stands in the open: the reserved ones.
pub(crate) fn is_first(field: &Field) -> bool {
    matches!(field.id.as_str(), "day" | "unit" | "place" | "subject")
}

/// A bound as the columns have it.
fn number_of(field_type: &FieldType, text: &str) -> Option<i64> {
    let scale = match field_type {
        FieldType::Date => return Day::parse(text).ok().map(|day| i64::from(day.number())),
        FieldType::Money => 2,
        FieldType::Decimal(scale) => *scale,
        _ => 0,
    };
    let clean: String = text
        .chars()
        .filter(|sign| !matches!(sign, ',' | '，' | ' '))
        .collect();
    let ratio = Ratio::parse_decimal(&clean)?;
    let units = &ratio * &Ratio::from_int(10_i64.checked_pow(u32::from(scale))?);
    units.to_decimal(0, Rounding::HalfUp).parse().ok()
}

/// A unit and all that are or were below it.
pub(crate) fn with_all_below(programme: &Programme, unit: &str) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = vec![unit.into()];
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        for child in programme.units.values() {
            let is_below = child
                .parent
                .iter()
                .chain(
                    child
                        .changes
                        .iter()
                        .filter_map(|change| change.parent.as_ref()),
                )
                .any(|above| above.as_str() == &*parent);
            if is_below && !found.iter().any(|known| **known == *child.id.as_str()) {
                found.push(child.id.as_str().into());
            }
        }
        at += 1;
    }
    found
}
