//! Made-up cases: opened, and walked through the declared steps as people would.
//!
//! A case is held in memory while it walks; every step passes the same judgement as a real one
//! (`casework::check`) and becomes an entry only when all cases of all distributions have walked.

use std::collections::{BTreeMap, BTreeSet};

use base::{ActionId, Day, FieldId, FlowId, ItemId, Problem, Ratio, ScorecardId, UnitId};
use casework::{Action, Flow};
use ledger::StateView;
use programme::Row;
use programme::model::{CONTENT_FIELD, DUE_FIELD, Programme, Scorecard, TITLE_FIELD};
use programme::schema::{Schema, TableSchema};

use super::days::{Among, Days, deal_share};
use super::dice::{Dice, ONE};
use super::fields::{FieldMaker, Made, Seen};
use super::judging::in_ones;
use super::walk::Walker;
use super::{Measured, Papers, Refusals, problems};
use crate::assign::is_assignment;
use crate::case::to_json;
use crate::entry::{CaseOpenFacts, Kind, Private};
use crate::fold::get;
use crate::folder::{Command, Office, Progress};
use crate::record::KEY_SEPARATOR;
use crate::spaces::{self, KnownRow};
use crate::written::Writing;

/// Working days between two steps when none are declared.
const DAYS_FROM: i64 = 1;
const DAYS_TO: i64 = 5;
/// Share of the points that is given when none is declared.
const QUALITY_FROM_PERCENT: i64 = 85;

/// A distribution of cases.
pub(super) struct CaseMaker<'a> {
    pub(super) programme: &'a Programme,
    pub(super) row: &'a Row,
    pub(super) id: &'a str,
    pub(super) seed: u64,
    pub(super) flow: &'a Flow,
    pub(super) scorecard: Option<&'a Scorecard>,
    pub(super) scorecard_id: Option<ScorecardId>,
    pub(super) table: &'a TableSchema,
    pub(super) fields: Vec<FieldMaker<'a>>,
    pub(super) steps: Vec<StepMaker<'a>>,
    pub(super) days: Days,
}

/// A row of `generate_step`, understood.
pub(super) struct StepMaker<'a> {
    pub(super) action: &'a Action,
    pub(super) row: &'a Row,
    pub(super) share: Option<Ratio>,
    pub(super) days: (i64, i64),
    pub(super) role: String,
    pub(super) quality: (i64, i64),
    pub(super) has_quality: bool,
}

impl<'a> CaseMaker<'a> {
    /// Understands a distribution of cases.
    ///
    /// # Errors
    /// What the programme in force does not have.
    pub(super) fn of(
        programme: &'a Programme,
        row: &'a Row,
        id: &'a str,
        seed: u64,
    ) -> Result<CaseMaker<'a>, Vec<Problem>> {
        let of = row.text("of").map_or("", |of| of);
        let flow_id = FlowId::new(of.trim_start_matches("case:"));
        let table_name = Schema::cases_name(&flow_id);
        let (Some(flow), Some(table)) = (
            programme.flows.get(&flow_id),
            programme.schema.table(&table_name),
        ) else {
            return Err(vec![problems::unknown_made(id, of).at(row.span_of("of"))]);
        };
        let scorecard_id = row.text("scorecard").map(ScorecardId::new);
        let scorecard = scorecard_id
            .as_ref()
            .and_then(|id| programme.scorecards.get(id));
        if let (Some(scorecard), Some(named)) = (scorecard, &scorecard_id)
            && let Some(other) = scorecard.flow.as_ref().filter(|other| **other != flow_id)
        {
            return Err(vec![
                problems::other_flow(id, named, other).at(row.span_of("of")),
            ]);
        }
        for item in row.texts("items") {
            let is_known =
                scorecard.is_some_and(|card| card.items.contains_key(&ItemId::new(&*item)));
            if !is_known {
                return Err(vec![
                    problems::unknown_made(id, &item).at(row.span_of("items")),
                ]);
            }
        }
        let steps = programme
            .generate
            .steps
            .iter()
            .filter(|step| step.text("generate").is_some_and(|of| **of == *id));
        Ok(CaseMaker {
            programme,
            row,
            id,
            seed,
            flow,
            scorecard,
            scorecard_id,
            table,
            fields: FieldMaker::all(programme, id, table)?,
            steps: steps.filter_map(|row| StepMaker::of(row, flow)).collect(),
            days: Days::of(row, id, programme).map_err(|problem| vec![problem])?,
        })
    }

    /// Opens the cases and gives their numbers. Of an assessment all are opened, and those of the declared
    /// units and items are given (without `units` or `items`: all) that no distribution before has `taken`.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub(super) fn open(
        &self,
        office: &mut Office,
        taken: &mut BTreeSet<u64>,
        progress: Progress<'_>,
    ) -> Result<Vec<u64>, Problem> {
        let among = Among::of(
            self.row,
            "units",
            Some("unit_weights"),
            self.programme,
            &self.days,
        );
        if let Some(scorecard) = &self.scorecard_id {
            let period = &self.programme.year;
            office.open_assessment(scorecard, period, Some(self.days.bounds().0), progress)?;
            let units: Option<BTreeSet<&UnitId>> =
                among.map(|among| among.units().into_iter().map(|unit| &unit.id).collect());
            let cases = office.cases_of(scorecard, period)?.into_iter();
            let items = self.row.texts("items");
            let is_wanted = |item: &ItemId, unit: &UnitId| {
                units.as_ref().is_none_or(|units| units.contains(unit))
                    && (items.is_empty() || items.iter().any(|named| **named == *item.as_str()))
            };
            return Ok(cases
                .filter(|((item, unit), number)| is_wanted(item, unit) && taken.insert(*number))
                .map(|(_, number)| number)
                .collect());
        }
        let mut dice = Dice::new(self.seed, &[self.id, "cases"]);
        let number = |column: &str| {
            self.row
                .int(column)
                .and_then(|count| usize::try_from(count).ok())
        };
        let mut openings = Vec::new();
        match (number("per_unit"), &among) {
            (Some(each), Some(among)) => {
                for unit in among.units() {
                    openings.extend(
                        self.days
                            .draw_sorted_for(unit, each, &mut dice)
                            .into_iter()
                            .map(|day| (day, Some(unit.id.to_string()))),
                    );
                }
            }
            _ => {
                for day in self
                    .days
                    .draw_sorted(number("count").unwrap_or(0), &mut dice)
                {
                    let unit = among
                        .as_ref()
                        .map(|among| among.draw(day, self.id, &mut dice))
                        .transpose()?;
                    openings.push((day, unit.map(|unit| unit.id.to_string())));
                }
            }
        }
        openings.sort_by_key(|(day, _)| *day);
        let is_assigned = is_assignment(self.flow);
        let state = office.state()?;
        let open = |(index, (day, unit)): (usize, (Day, Option<String>))| {
            let fields = self.opening_fields(index, day, unit.as_deref());
            let record = self.record_of(&state, &fields)?;
            let subject = match record {
                Some(record) => office.subject_of_record(self.programme, record)?,
                None => None,
            };
            let facts = CaseOpenFacts {
                flow: self.flow.id.to_string(),
                state: self.flow.initial.to_string(),
                day: day.to_string(),
                unit,
                scorecard: None,
                item: None,
                period: None,
                record,
                year: day.year(),
                fields,
                support: if is_assigned {
                    let support = self.row.texts("places");
                    support.iter().map(ToString::to_string).collect()
                } else {
                    Vec::new()
                },
                because: Vec::new(),
                subject: subject.map(|(_, id)| id),
                parent: None,
            };
            let kind = if is_assigned {
                Kind::Assign
            } else {
                Kind::CaseOpen
            };
            Command::new(kind, &facts, &Private::default())
        };
        let commands = openings
            .into_iter()
            .enumerate()
            .map(open)
            .collect::<Result<Vec<_>, Problem>>()?;
        drop(state);
        let heads = office.append_in_groups(commands, "cases", progress)?;
        Ok(heads.into_iter().map(|head| head.position.0).collect())
    }

    /// Whether records open cases of its flow.
    pub(super) fn is_of_records(&self) -> bool {
        let mut openings = self.programme.openings.iter();
        openings.any(|own| own.flow == self.flow.id)
    }

    /// The record that a case is about: the one of a type that opens such cases whose key its fields say.
    fn record_of(
        &self,
        state: &StateView<'_>,
        fields: &BTreeMap<String, serde_json::Value>,
    ) -> Result<Option<u64>, Problem> {
        let mut openings = self.programme.openings.iter();
        let Some(opening) = openings.find(|own| own.flow == self.flow.id) else {
            return Ok(None);
        };
        let of = self.programme.record_types.get(&opening.of);
        let key = of.map_or(&[][..], |of| &of.key);
        let said = |id: &FieldId| {
            let (input, _) = opening.fields.iter().find(|(_, field)| field == id)?;
            fields.get(input.as_str())?.as_str()
        };
        let said: Option<Vec<&str>> = key.iter().map(said).collect();
        let Some(said) = said.filter(|said| !said.is_empty()) else {
            return Ok(None);
        };
        let key = spaces::key(&[opening.of.as_str(), &said.join(&KEY_SEPARATOR.to_string())]);
        let known: Option<KnownRow> = get(state, spaces::RECORD_KEY, &key)?;
        Ok(known.map(|known| known.record))
    }

    /// What a case knows from the start: of an assignment the fixed values of its fields, of others what is declared of
    /// what people fill in when they open it.
    fn opening_fields(
        &self,
        index: usize,
        day: Day,
        unit: Option<&str>,
    ) -> BTreeMap<String, serde_json::Value> {
        if !is_assignment(self.flow) {
            let mut made = Made {
                ordinal: index + 1,
                day: Some(day),
                ..Made::default()
            };
            made.cells.insert("opened_on".into(), day.to_string());
            if let Some(unit) = unit {
                made.cells.insert("unit".into(), unit.to_owned());
            }
            let mut dice = Dice::new(self.seed, &[self.id, "opening", &index.to_string()]);
            let mut fields = BTreeMap::new();
            let filing = &self.flow.filing;
            for id in filing.requires.iter().chain(&filing.sets) {
                let maker = self.fields.iter().find(|maker| *maker.name == *id.as_str());
                let (Some(maker), Some(field)) = (maker, self.flow.field(id)) else {
                    continue;
                };
                let seen = Seen {
                    table: self.table,
                    made: &made,
                };
                let text = maker.one(&seen, day, &mut dice);
                if let Some(text) = text
                    && let Ok(value) = field.read(&text)
                {
                    made.cells.insert(id.as_str().into(), text);
                    fields.insert(id.to_string(), to_json(&value));
                }
            }
            return fields;
        }
        let rows = &self.programme.generate.fields;
        let own = rows
            .iter()
            .filter(|row| row.text("generate").is_some_and(|of| **of == *self.id));
        own.filter_map(|row| {
            let field = row.text("field")?;
            let is_opening = [TITLE_FIELD, CONTENT_FIELD, DUE_FIELD].contains(&&**field);
            let value = row.text("value").filter(|_| is_opening)?;
            Some((field.to_string(), serde_json::Value::from(&**value)))
        })
        .collect()
    }

    /// Walks the cases that nobody has acted on; gives the steps with their days, each case's in order.
    ///
    /// # Errors
    /// Every kind of step that is refused, once.
    pub(super) fn walk(
        &self,
        office: &Office,
        numbers: &[u64],
        measured: &Measured,
        papers: &mut Papers<'_>,
        writing: &mut Writing,
    ) -> Result<Vec<(Day, Command)>, Vec<Problem>> {
        let dealt: Vec<Vec<bool>> = self
            .steps
            .iter()
            .map(|step| step.deal(numbers.len(), self.seed, self.id))
            .collect();
        let mut refusals = Refusals::new(self.id);
        let mut taken = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            let case = office.case(*number).map_err(|problem| vec![problem])?;
            if !case.state.steps.is_empty() {
                continue;
            }
            let is_dealt: Vec<bool> = dealt
                .iter()
                .map(|step| step.get(index).copied().unwrap_or(false))
                .collect();
            let points = measured.get(&(
                case.about.scorecard.clone().unwrap_or_default(),
                case.about.item.clone().unwrap_or_default(),
                case.about.unit.clone().unwrap_or_default(),
            ));
            let mut walker = Walker::new(self, office, case, index, points.cloned());
            if let Err((step, faults)) = walker.walk(&is_dealt, papers, writing, &mut taken) {
                for problem in faults {
                    refusals.note(index + 1, step.action.id.as_str(), &problem, &[], step.row);
                }
            }
        }
        refusals.into_result()?;
        Ok(taken)
    }
}

impl<'a> StepMaker<'a> {
    fn of(row: &'a Row, flow: &'a Flow) -> Option<StepMaker<'a>> {
        let action = flow.action(&ActionId::new(row.text("action")?))?;
        let from = row.int("days_from");
        let low = from.unwrap_or(DAYS_FROM).max(0);
        let high = row
            .int("days_to")
            .unwrap_or_else(|| from.unwrap_or(DAYS_TO))
            .max(low);
        let quality = |column: &str| row.decimal(column).map(in_ones);
        let (least, most) = (quality("quality_from"), quality("quality_to"));
        let most_given = most.unwrap_or(ONE);
        Some(StepMaker {
            action,
            row,
            share: row.decimal("share").cloned(),
            days: (low, high),
            role: row
                .text("role")
                .map(ToString::to_string)
                .or_else(|| action.roles.first().map(ToString::to_string))
                .unwrap_or_default(),
            quality: (
                least.unwrap_or_else(|| (ONE * QUALITY_FROM_PERCENT / 100).min(most_given)),
                most_given,
            ),
            has_quality: least.is_some() || most.is_some(),
        })
    }

    /// Which of so many cases take the step: a declared share exactly.
    fn deal(&self, count: usize, seed: u64, id: &str) -> Vec<bool> {
        match &self.share {
            Some(share) => deal_share(
                share,
                count,
                &mut Dice::new(seed, &[id, "step", self.action.id.as_str()]),
            ),
            None => vec![true; count],
        }
    }

    /// A step that only some take: after it, a case may have to go an earlier way again.
    pub(super) fn is_detour(&self) -> bool {
        self.share
            .as_ref()
            .is_some_and(|share| *share < Ratio::from_int(1))
    }

    pub(super) fn takes(&self, field: &str) -> bool {
        let required = self.action.requires.iter().map(|wanted| &wanted.field);
        required
            .chain(&self.action.sets)
            .any(|known| known.as_str() == field)
    }
}
