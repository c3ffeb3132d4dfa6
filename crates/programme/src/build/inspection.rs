//! Sampling of lots, plans by quota, inspectors compared: which fields of which record types say what.

use std::sync::Arc;

use base::{FieldId, Ratio, RecordTypeId, VocabularyId};
use indexmap::IndexMap;
use sampling::{Aql, Decision, Level, Scheme};

use super::references::unknown_in;
use super::{Faults, Rows, shown};
use crate::model::{
    Field, FieldType, Inspectors, JudgedBy, LotSampling, Quota, RecordType, SeverityDecisions,
    Vocabulary,
};
use crate::problems;
use crate::rows::{Content, Row};

type Types = IndexMap<RecordTypeId, RecordType>;
type Vocabularies = IndexMap<VocabularyId, Vocabulary>;

/// What a field must be to say something: the test, and its name in both languages.
type Wanted = (fn(&FieldType) -> bool, &'static str, &'static str);

const WHOLE: Wanted = (
    |found| matches!(found, FieldType::Number),
    "整数（number）",
    "whole number (number)",
);
const NUMBER: Wanted = (
    |found| matches!(found, FieldType::Number | FieldType::Decimal(_)),
    "数（number、decimal）",
    "number (number, decimal)",
);
const DATE: Wanted = (
    |found| matches!(found, FieldType::Date),
    "日期（date）",
    "day (date)",
);
const CHOICE: Wanted = (
    |found| matches!(found, FieldType::Choice(_)),
    "代码（choice）",
    "code (choice)",
);
const UNIT: Wanted = (
    |found| matches!(found, FieldType::Unit),
    "单位（unit）",
    "unit (unit)",
);
const NAMING: Wanted = (
    |found| {
        matches!(
            found,
            FieldType::Text | FieldType::Choice(_) | FieldType::Unit | FieldType::Subject(_)
        )
    },
    "文本、代码、单位或对象",
    "text, code, unit or subject",
);
const STRATUM: Wanted = (
    |found| matches!(found, FieldType::Choice(_) | FieldType::Unit),
    "代码或单位（choice、unit）",
    "code or unit (choice, unit)",
);

/// The reading of one row: its fields are those of record types.
struct Reading<'a> {
    row: &'a Row,
    vocabularies: &'a Vocabularies,
    faults: &'a mut Faults,
}

impl Reading<'_> {
    /// The field of that name, if the type has it and it is what is wanted.
    fn named<'t>(
        &mut self,
        of: &'t RecordType,
        column: &str,
        name: &str,
        wanted: Wanted,
    ) -> Option<&'t Field> {
        let span = self.row.span_of(column);
        let Some(field) = of.fields.get(name) else {
            let known = of.fields.keys().map(|known| known.as_str());
            let owner = ("record_type", of.id.as_str());
            unknown_in(self.faults, owner, ("field", name), known, span);
            return None;
        };
        let (is_right, zh, en) = wanted;
        if field.personal {
            self.faults
                .at(span, problems::personal_in_inspection(column, name));
            return None;
        }
        if !is_right(&field.field_type) {
            self.faults
                .at(span, problems::field_of_other_type(column, name, zh, en));
            return None;
        }
        Some(field)
    }

    /// The field that a column names.
    fn field<'t>(&mut self, of: &'t RecordType, column: &str, wanted: Wanted) -> Option<&'t Field> {
        let name = self.row.text(column)?.clone();
        self.named(of, column, &name, wanted)
    }

    /// The codes that a column lists, each of the field's vocabulary.
    fn codes(&mut self, field: &Field, column: &str) -> Vec<Arc<str>> {
        let listed: Vec<_> = match self.row.cell(column).map(|cell| &cell.content) {
            Some(Content::Text(text)) => vec![(text.clone(), self.row.span_of(column))],
            _ => self.row.texts_placed(column).collect(),
        };
        let FieldType::Choice(id) = &field.field_type else {
            return Vec::new();
        };
        let Some(vocabulary) = self.vocabularies.get(id) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (code, span) in listed {
            if vocabulary.codes.contains_key(&*code) {
                found.push(code);
            } else {
                let known = vocabulary.codes.keys().map(|known| known.as_str());
                let owner = ("vocabulary", id.as_str());
                unknown_in(self.faults, owner, ("code", &code), known, span);
            }
        }
        found
    }

    /// One column without another that it needs.
    fn needs(&mut self, column: &str, other: &str) {
        if self.row.has(column) && !self.row.has(other) {
            self.faults
                .cell(self.row, column, problems::column_needs(column, other));
        }
    }
}

fn type_named<'t>(types: &'t Types, row: &Row, column: &str) -> Option<&'t RecordType> {
    types.get(row.text(column).map(|id| &**id)?)
}

pub(super) fn lot_sampling(
    rows: &Rows,
    types: &Types,
    vocabularies: &Vocabularies,
    faults: &mut Faults,
) -> IndexMap<RecordTypeId, LotSampling> {
    let mut all = IndexMap::new();
    for row in rows.of("lot_sampling") {
        let Some(of) = type_named(types, row, "record_type") else {
            continue;
        };
        let mut reading = Reading {
            row,
            vocabularies,
            faults,
        };
        let Some(aql) = row.text("aql").and_then(|text| Aql::parse(text)) else {
            continue;
        };
        let is_per_hundred = row
            .text("counts")
            .is_some_and(|counts| &**counts == "nonconformities");
        if !is_per_hundred && !aql.may_be_percent() {
            let problem = problems::limit_counts_nonconformities(aql.as_str());
            reading.faults.cell(row, "aql", problem);
        }
        reading.needs("again", "again_when");
        reading.needs("again_when", "again");
        reading.needs("decisions", "decision");
        reading.needs("decision", "decisions");
        let maker_name = row.text("maker").cloned().unwrap_or("subject".into());
        let lot_size = reading.field(of, "lot_size", WHOLE);
        let nonconforming = reading.field(of, "nonconforming", WHOLE);
        let sample = reading.field(of, "sample", WHOLE);
        let maker = reading.named(of, "maker", &maker_name, NAMING);
        let product = reading.field(of, "product", NAMING);
        let again = reading.field(of, "again", CHOICE).map(|field| {
            let codes = reading.codes(field, "again_when");
            (field.id.clone(), codes)
        });
        let named = [maker, product];
        let decisions = decisions(&mut reading, types, &named);
        let (Some(lot_size), Some(nonconforming), Some(maker)) = (lot_size, nonconforming, maker)
        else {
            continue;
        };
        let level = row.text("level").and_then(|text| Level::parse(text));
        all.insert(
            of.id.clone(),
            LotSampling {
                record_type: of.id.clone(),
                scheme: Scheme {
                    level: level.unwrap_or(Level::USUAL),
                    aql,
                },
                is_per_hundred,
                lot_size: lot_size.id.clone(),
                nonconforming: nonconforming.id.clone(),
                sample: sample.map(|field| field.id.clone()),
                maker: maker.id.clone(),
                product: product.map(|field| field.id.clone()),
                again,
                decisions,
                basis: row.text("basis").cloned(),
            },
        );
    }
    all
}

fn decisions(
    reading: &mut Reading<'_>,
    types: &Types,
    named: &[Option<&Field>],
) -> Option<SeverityDecisions> {
    let of = type_named(types, reading.row, "decisions")?;
    for field in named.iter().flatten() {
        reading.named(of, "decisions", field.id.as_str(), NAMING);
    }
    let field = reading.field(of, "decision", CHOICE)?;
    let meanings = [
        ("allow_reduced", Decision::AllowReduced),
        ("end_reduced", Decision::EndReduced),
        ("resume", Decision::Resume),
    ];
    let mut codes = Vec::new();
    for (column, decision) in meanings {
        let found = reading.codes(field, column);
        codes.extend(found.into_iter().map(|code| (code, decision)));
    }
    let is_any_written = meanings.iter().any(|(column, _)| reading.row.has(column));
    if !is_any_written {
        let row = reading.row;
        let problem = problems::decisions_without_code();
        reading.faults.cell(row, "decisions", problem);
    }
    Some(SeverityDecisions {
        record_type: of.id.clone(),
        field: field.id.clone(),
        codes,
    })
}

pub(super) fn quotas(
    rows: &Rows,
    types: &Types,
    vocabularies: &Vocabularies,
    faults: &mut Faults,
) -> IndexMap<Arc<str>, Quota> {
    let mut all = IndexMap::new();
    for row in rows.of("quota_plan") {
        let (Some(id), Some(plan), Some(samples)) = (
            row.text("id"),
            type_named(types, row, "plan"),
            type_named(types, row, "samples"),
        ) else {
            continue;
        };
        let mut reading = Reading {
            row,
            vocabularies,
            faults,
        };
        reading.needs("pending", "result");
        let place_name = row.text("place").cloned().unwrap_or("place".into());
        let planned = reading.field(plan, "planned", WHOLE);
        let due = reading.field(plan, "due", DATE);
        let category = reading.field(plan, "category", CHOICE);
        let place = reading.named(plan, "place", &place_name, UNIT);
        reading.named(samples, "place", &place_name, UNIT);
        let of_samples = reading.field(samples, "category", CHOICE);
        let result = reading.field(samples, "result", CHOICE);
        let pending = result.map_or_else(Vec::new, |field| reading.codes(field, "pending"));
        let (Some(planned), Some(category), Some(place), Some(of_samples)) =
            (planned, category, place, of_samples)
        else {
            continue;
        };
        let FieldType::Choice(vocabulary) = &category.field_type else {
            continue;
        };
        if of_samples.field_type != category.field_type {
            let problem = problems::field_of_other_type(
                "category",
                &of_samples.id,
                "计划所用词表的代码",
                "code of the plan's vocabulary",
            );
            faults.cell(row, "category", problem);
        }
        all.insert(
            id.clone(),
            Quota {
                id: id.clone(),
                name: row.name("name"),
                plan: plan.id.clone(),
                planned: planned.id.clone(),
                due: due.map(|field| field.id.clone()),
                samples: samples.id.clone(),
                category: (category.id.clone(), vocabulary.clone()),
                place: place.id.clone(),
                result: result.map(|field| field.id.clone()),
                pending,
            },
        );
    }
    all
}

pub(super) fn inspectors(
    rows: &Rows,
    types: &Types,
    vocabularies: &Vocabularies,
    faults: &mut Faults,
) -> IndexMap<RecordTypeId, Inspectors> {
    let mut all = IndexMap::new();
    for row in rows.of("inspectors") {
        let Some(of) = type_named(types, row, "record_type") else {
            continue;
        };
        let mut reading = Reading {
            row,
            vocabularies,
            faults,
        };
        for (column, other) in [
            ("result", "fails"),
            ("fails", "result"),
            ("passes", "result"),
            ("threshold", "score"),
            ("threshold", "window"),
            ("window", "threshold"),
        ] {
            reading.needs(column, other);
        }
        let inspector = reading.field(of, "inspector", NAMING);
        let result = reading.field(of, "result", CHOICE).map(|field| {
            let fails = reading.codes(field, "fails");
            let passes = if row.has("passes") {
                reading.codes(field, "passes")
            } else {
                others(vocabularies, field, &fails)
            };
            JudgedBy {
                field: field.id.clone(),
                fails,
                passes,
            }
        });
        let compare: Vec<FieldId> = row
            .texts("compare")
            .iter()
            .filter_map(|name| reading.named(of, "compare", name, STRATUM))
            .map(|field| field.id.clone())
            .collect();
        let score = reading.field(of, "score", NUMBER);
        let score = score.map(|field| match field.field_type {
            FieldType::Decimal(places) => (field.id.clone(), places),
            _ => (field.id.clone(), 0),
        });
        if !row.has("result") && !row.has("score") {
            let problem = problems::nothing_to_compare(&of.id);
            reading.faults.cell(row, "record_type", problem);
        }
        let places = score.as_ref().map_or(0, |(_, places)| *places);
        let threshold = units(&mut reading, "threshold", places);
        let window = units(&mut reading, "window", places);
        if window.is_some_and(|window| window <= 0) {
            let problem = problems::must_be_positive("window");
            reading.faults.cell(row, "window", problem);
        }
        let Some(inspector) = inspector else { continue };
        all.insert(
            of.id.clone(),
            Inspectors {
                record_type: of.id.clone(),
                inspector: inspector.id.clone(),
                result,
                compare,
                score,
                threshold: threshold.zip(window),
                basis: row.name("basis"),
            },
        );
    }
    all
}

/// The codes of a field's vocabulary that are not among these.
fn others(vocabularies: &Vocabularies, field: &Field, but: &[Arc<str>]) -> Vec<Arc<str>> {
    let FieldType::Choice(id) = &field.field_type else {
        return Vec::new();
    };
    let codes = vocabularies.get(id).map(|found| found.codes.keys());
    codes
        .into_iter()
        .flatten()
        .map(|code| Arc::from(code.as_str()))
        .filter(|code| !but.contains(code))
        .collect()
}

/// A decimal in units of so many places.
fn units(reading: &mut Reading<'_>, column: &str, places: u8) -> Option<i64> {
    let value = reading.row.decimal(column)?;
    let units = value * &Ratio::from_int(10_i64.checked_pow(u32::from(places))?);
    let whole = units
        .to_integer()
        .filter(|_| units.is_integer())
        .and_then(|whole| i64::try_from(whole).ok());
    if whole.is_none() {
        let problem = problems::finer_than_score(column, shown(value), places);
        reading.faults.cell(reading.row, column, problem);
    }
    whole
}
