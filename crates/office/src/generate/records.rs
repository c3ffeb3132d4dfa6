//! Made-up records: when, about whom, by which unit, where; then every field; then the same check as any record.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Problem};
use programme::Row;
use programme::model::{FieldType, Programme, RecordType, Unit};
use sheet::Cell;

use super::days::{Among, Days};
use super::dice::{Dice, Weights};
use super::fields::{FieldMaker, Made};
use super::subjects::{Member, Pool};
use super::{Papers, Refusals, problems};
use crate::record::{Draft, Drafter};
use crate::values::Spellings;

/// How often another subject is drawn when one was not yet known on the day.
const DRAWS_MAX: usize = 32;

/// Pools of subjects by the distribution that made them.
pub(super) type Pools = BTreeMap<Arc<str>, Pool>;

/// What all records of a distribution need.
pub(super) struct Maker<'a> {
    pub programme: &'a Programme,
    pub spellings: &'a Spellings,
    pub row: &'a Row,
    pub id: &'a str,
    pub seed: u64,
}

impl<'a> Maker<'a> {
    /// Makes the records of a distribution as checked drafts.
    ///
    /// # Errors
    /// Every kind of fault once.
    pub(super) fn drafts(
        &self,
        pools: &Pools,
        papers: &mut Papers<'_>,
    ) -> Result<Vec<Draft>, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let of = self.row.text("of").map_or("", |of| of);
        let (Some(record_type), Some(table)) = (
            self.programme.record_types.get(of),
            self.programme.schema.table(of),
        ) else {
            return Err(vec![
                problems::unknown_made(self.id, of).at(self.row.span_of("of")),
            ]);
        };
        let makers = FieldMaker::all(self.programme, self.id, table)?;
        let (own_day, others): (Vec<&FieldMaker<'_>>, Vec<&FieldMaker<'_>>) =
            makers.iter().partition(|maker| &*maker.name == "day");
        let days = Days::of(self.row, self.id, self.programme).map_err(one)?;
        let units = Among::of(
            self.row,
            "units",
            Some("unit_weights"),
            self.programme,
            &days,
        );
        let mut rows = self.dated(&days, units.as_ref()).map_err(one)?;
        for maker in own_day {
            maker.fill(table, &mut rows, self.seed).map_err(one)?;
            for made in &mut rows {
                made.day = made
                    .cells
                    .get("day")
                    .and_then(|text| Day::parse(text).ok())
                    .or(made.day);
            }
        }
        let about = self.about(record_type, &mut rows, pools).map_err(one)?;
        self.place(&days, units.as_ref(), &about, &mut rows)
            .map_err(one)?;
        for maker in others {
            maker.fill(table, &mut rows, self.seed).map_err(one)?;
        }
        self.file_papers(record_type, &mut rows, papers)
            .map_err(one)?;
        self.check(record_type, &makers, &rows, papers)
    }

    /// How many records there will be, without making them.
    pub(super) fn count(&self) -> u64 {
        let declared = |column: &str| {
            self.row
                .int(column)
                .and_then(|count| u64::try_from(count).ok())
        };
        match (declared("count"), declared("per_unit")) {
            (Some(count), _) => count,
            (None, Some(each)) => each.saturating_mul(self.programme.units.len() as u64),
            (None, None) => 0,
        }
    }

    /// Empty records with their days; those of a distribution per unit with their units too.
    fn dated(&self, days: &Days, units: Option<&Among<'_>>) -> Result<Vec<Made>, Problem> {
        let mut dice = Dice::new(self.seed, &[self.id, "days"]);
        let mut rows = Vec::new();
        let number = |column: &str| {
            self.row
                .int(column)
                .and_then(|count| usize::try_from(count).ok())
        };
        let Some(each) = number("per_unit") else {
            for day in days.draw_sorted(number("count").unwrap_or(0), &mut dice) {
                rows.push(dated_row(rows.len(), day));
            }
            return Ok(rows);
        };
        let (first, last) = days.bounds();
        let named: Vec<&Unit> = match units {
            Some(among) => among.units(),
            None => self
                .programme
                .units
                .values()
                .filter(|unit| unit.valid_from <= last && unit.valid_to >= first)
                .collect(),
        };
        for unit in named {
            let drawn = days.draw_sorted_for(unit, each, &mut dice);
            if drawn.len() < each {
                return Err(
                    problems::no_unit(self.id, "units", first).at(self.row.span_of("units"))
                );
            }
            for (nth, day) in drawn.into_iter().enumerate() {
                let mut made = dated_row(rows.len(), day);
                made.of_unit = Some(nth);
                made.cells.insert("unit".into(), unit.id.to_string());
                rows.push(made);
            }
        }
        Ok(rows)
    }

    /// Chooses the subjects.
    fn about<'p>(
        &self,
        record_type: &RecordType,
        rows: &mut [Made],
        pools: &'p Pools,
    ) -> Result<Vec<Option<&'p Member>>, Problem> {
        let pool = self
            .row
            .text("subjects")
            .and_then(|source| pools.get(source));
        let Some(pool) = pool.filter(|pool| {
            !pool.members.is_empty() && record_type.subject.as_ref() == Some(&pool.subject_type)
        }) else {
            return Ok(vec![None; rows.len()]);
        };
        let mut dice = Dice::new(self.seed, &[self.id, "subjects"]);
        let mut order: Vec<&Member> = pool.members.iter().collect();
        dice.shuffle(&mut order);
        let shape = self.row.text("subject_shape").map_or("even", |shape| shape);
        if shape == "each_once" && rows.len() > order.len() {
            return Err(problems::too_few_subjects(self.id, rows.len(), order.len())
                .at(self.row.span_of("subject_shape")));
        }
        let weights = if shape == "long_tail" {
            Weights::long_tail(order.len())
        } else {
            Weights::even(order.len())
        };
        let mut chosen = Vec::with_capacity(rows.len());
        for (index, made) in rows.iter_mut().enumerate() {
            let member = if shape == "each_once" {
                order.get(index).copied()
            } else {
                let mut draw = || order.get(weights.draw(&mut dice)).copied();
                let known = |member: &&Member| {
                    member
                        .from
                        .is_none_or(|from| made.day.is_none_or(|day| from <= day))
                };
                let first = draw();
                first
                    .filter(known)
                    .or_else(|| {
                        std::iter::repeat_with(draw)
                            .take(DRAWS_MAX)
                            .flatten()
                            .find(known)
                    })
                    .or(first)
            };
            if let Some(member) = member {
                made.cells.insert("subject".into(), member.id.to_string());
            }
            chosen.push(member);
        }
        Ok(chosen)
    }

    /// Chooses units and places. Where the subject itself names a unit among the places, that is the place.
    fn place(
        &self,
        days: &Days,
        units: Option<&Among<'_>>,
        about: &[Option<&Member>],
        rows: &mut [Made],
    ) -> Result<(), Problem> {
        let places = Among::of(self.row, "places", None, self.programme, days);
        let mut unit_dice = Dice::new(self.seed, &[self.id, "units"]);
        let mut place_dice = Dice::new(self.seed, &[self.id, "places"]);
        for (index, made) in rows.iter_mut().enumerate() {
            let Some(day) = made.day else { continue };
            made.cells.insert("day".into(), day.to_string());
            if let Some(among) = units.filter(|_| made.of_unit.is_none()) {
                let unit = among
                    .draw(day, self.id, &mut unit_dice)
                    .map_err(|problem| problem.at(self.row.span_of("units")))?;
                made.cells.insert("unit".into(), unit.id.to_string());
            }
            if let Some(among) = &places {
                let own = about
                    .get(index)
                    .copied()
                    .flatten()
                    .into_iter()
                    .flat_map(|member| &member.units);
                let place = match own.filter_map(|unit| among.find(unit, day)).next() {
                    Some(unit) => unit,
                    None => among
                        .draw(day, self.id, &mut place_dice)
                        .map_err(|problem| problem.at(self.row.span_of("places")))?,
                };
                made.cells.insert("place".into(), place.id.to_string());
            }
        }
        Ok(())
    }

    /// A field of type file holds the hash of a paper that says what was declared for it.
    fn file_papers(
        &self,
        record_type: &RecordType,
        rows: &mut [Made],
        papers: &mut Papers<'_>,
    ) -> Result<(), Problem> {
        for field in record_type
            .fields
            .values()
            .filter(|field| field.field_type == FieldType::File)
        {
            for made in rows.iter_mut() {
                let Some(text) = made.cells.get_mut(field.id.as_str()) else {
                    continue;
                };
                if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    *text = papers.store(&field.name.zh, text)?.sha256;
                }
            }
        }
        Ok(())
    }

    fn check(
        &self,
        record_type: &RecordType,
        makers: &[FieldMaker<'_>],
        rows: &[Made],
        papers: &mut Papers<'_>,
    ) -> Result<Vec<Draft>, Vec<Problem>> {
        let mut evidence = Vec::new();
        for piece in 1..=record_type.evidence_at_least {
            let about = format!(
                "{}，{}（{piece}）",
                record_type.name.zh, record_type.evidence.zh
            );
            evidence.push(
                papers
                    .store(&format!("{}-{piece}", record_type.name.zh), &about)
                    .map_err(|problem| vec![problem])?,
            );
        }
        let mut drafter = Drafter::new(self.programme, self.spellings, record_type);
        let mut refusals = Refusals::new(self.id);
        let mut drafts = Vec::with_capacity(rows.len());
        for made in rows {
            let cell =
                |_: usize, field: &programme::model::Field| match made.cells.get(field.id.as_str())
                {
                    Some(text) => Cow::Owned(Cell::text(text.as_str())),
                    None => Cow::Owned(Cell::default()),
                };
            match drafter.draft(cell, evidence.clone()) {
                Ok(draft) => drafts.push(draft),
                Err(faults) => {
                    for fault in faults {
                        let field = fault.field.as_ref().map_or("—", |field| field.as_str());
                        refusals.note(made.ordinal, field, &fault.problem, makers, self.row);
                    }
                }
            }
        }
        refusals.into_result()?;
        Ok(drafts)
    }
}

fn dated_row(index: usize, day: Day) -> Made {
    let mut made = Made {
        ordinal: index + 1,
        day: Some(day),
        ..Made::default()
    };
    made.cells.insert("day".into(), day.to_string());
    made
}
