//! Made-up data for demonstrations, from the distributions that the programme declares.
//!
//! Nothing of it gets round a check: subjects' attributes are read as an import's would be, records are
//! drafts, steps of cases are judged by their flow. The same seed gives the same facts; counts, declared
//! shares and sums are the same for every seed. A real folder refuses it (law 13). Read [`Office::generate`],
//! then `fields.rs` (values), `records.rs` and `cases.rs`; chance itself is in `dice.rs`.

mod cases;
mod days;
mod dice;
mod fields;
mod judging;
mod letters;
/// What making data up can refuse.
pub mod problems;
mod records;
mod subjects;
mod sums;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{Position, Problem, Ratio};
use ledger::Nature;
use programme::Row;
use programme::model::Programme;
use sha2::{Digest, Sha256};

use self::cases::CaseMaker;
use self::fields::FieldMaker;
use self::records::{Maker, Pools};
use crate::assessment::Ask;
use crate::course::{ItemOf, proposed_points};
use crate::entry::{Evidence, ImportEndFacts, ImportOpenFacts, Kind, Private, SubjectFacts};
use crate::fold::{read, row as state_row};
use crate::folder::{Command, Office, Progress};
use crate::import::intake::{Intake, Look, OnOther, Outcome, Taken};
use crate::new_record::NewRecord;
use crate::spaces::{self, ImportRow, ImportStatus};
use crate::values::Spellings;
use crate::written::Writing;

/// The most subjects and records that are made at once.
pub const MADE_MAX: u64 = 2_000_000;
/// The most refusals that are told of one distribution.
const REFUSALS_MAX: usize = 20;
/// On which days before the demonstration's today time did its work.
const DAYS_BEFORE_TODAY: [i64; 4] = [21, 14, 7, 0];
/// How the type of the entry begins that opens a batch of made-up data.
const BATCH_PREFIX: &str = "generate:";

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// For each distribution in declared order: its identifier, what it makes, how many.
    pub by_distribution: Vec<(String, String, u64)>,
}

/// Points that figures and rules give, by scorecard, item and unit.
type Measured = BTreeMap<(String, String, String), Ratio>;

/// Which cases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Those of flows whose cases records open.
    Records,
    /// All others.
    Others,
}

/// Everything but the cases, checked and ready to be appended.
#[derive(Default)]
struct Planned {
    subjects: Vec<Command>,
    records: Vec<(NewRecord, Private, Outcome)>,
    unchanged: u64,
    counts: BTreeMap<Arc<str>, u64>,
}

impl Office {
    /// Fills a demonstration folder with made-up data: subjects and records, which become visible together,
    /// and cases with their steps.
    ///
    /// # Errors
    /// The folder is real or was filled before; the package declares nothing, or something that the checks of
    /// real data refuse (every kind of refusal once for each distribution); the ledger cannot be written.
    /// Subjects, records and steps are appended only when everything passed; cases are opened before their
    /// steps are judged, and stay open when one of those is refused. Cases that records open come after the records that
    /// they are about: what is refused of them is told when the records are there.
    pub fn generate(
        &mut self,
        seed: u64,
        progress: Progress<'_>,
    ) -> Result<Generated, Vec<Problem>> {
        self.as_only_import(|office| office.generate_now(seed, progress))
    }

    fn generate_now(
        &mut self,
        seed: u64,
        progress: Progress<'_>,
    ) -> Result<Generated, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        self.refuse_to_generate().map_err(one)?;
        let programme = self.programme().map_err(one)?;
        if programme.generate.distributions.is_empty() {
            return Err(vec![problems::no_distributions()]);
        }
        let mut planned = self.plan(&programme, seed, progress)?;
        let mut counts = std::mem::take(&mut planned.counts);
        let numbers = self.open_made(&programme, seed, Of::Others, &mut counts, progress)?;
        // Judged first without figures, so that nothing is appended when a step is refused.
        let mut steps = self.walk_cases(&programme, seed, &numbers, &Measured::new())?;
        self.append_planned(&programme, seed, &mut planned, progress)
            .map_err(one)?;
        let measured = self.measured_points(&programme).map_err(one)?;
        if !measured.is_empty() {
            steps = self.walk_cases(&programme, seed, &numbers, &measured)?;
        }
        let numbers = self.open_made(&programme, seed, Of::Records, &mut counts, progress)?;
        steps.extend(self.walk_cases(&programme, seed, &numbers, &measured)?);
        self.append_in_groups(steps, "steps", progress)
            .map_err(one)?;
        self.generate_letters(&programme, seed).map_err(one)?;
        self.let_time_pass(&programme).map_err(one)?;
        let by_distribution = distributions(&programme).map(|(row, id)| {
            let count = counts.get(&**id).copied().unwrap_or(0);
            (
                id.to_string(),
                row.text("of").map(ToString::to_string).unwrap_or_default(),
                count,
            )
        });
        Ok(Generated {
            by_distribution: by_distribution.collect(),
        })
    }

    /// What time would have done on the way to the demonstration's today: a look each week.
    fn let_time_pass(&mut self, programme: &Programme) -> Result<(), Problem> {
        let Some(today) = programme.demonstration_today else {
            return Ok(());
        };
        for days in DAYS_BEFORE_TODAY {
            if let Some(day) = today.plus_days(-days) {
                self.advance(day)?;
            }
        }
        Ok(())
    }

    fn refuse_to_generate(&self) -> Result<(), Problem> {
        if self.nature() != Nature::Demonstration {
            return Err(problems::real_folder());
        }
        for found in self.state()?.scan(spaces::IMPORT, &[]) {
            let found = found?;
            let position = found
                .key
                .as_slice()
                .try_into()
                .map_or(0, u64::from_be_bytes);
            if state_row::<ImportRow>(spaces::IMPORT, &found.value)?.status != ImportStatus::Closed
            {
                continue;
            }
            let opened: ImportOpenFacts = read(&self.ledger().entry(Position(position))?)?;
            if opened.record_type.starts_with(BATCH_PREFIX) {
                return Err(problems::generated_already(position));
            }
        }
        Ok(())
    }

    /// Makes subjects and records and checks them against each other and against what is there.
    fn plan(
        &self,
        programme: &Arc<Programme>,
        seed: u64,
        progress: Progress<'_>,
    ) -> Result<Planned, Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let spellings = self.spellings().map_err(one)?;
        let makers = || {
            distributions(programme).map(|(row, id)| Maker {
                programme,
                spellings: &spellings,
                row,
                id,
                seed,
            })
        };
        let total = makers()
            .map(|maker| maker.count())
            .fold(0, u64::saturating_add);
        if total > MADE_MAX {
            return Err(vec![problems::too_many(total, MADE_MAX)]);
        }
        let mut planned = Planned::default();
        let mut faults = Vec::new();
        let pools = self.make_subjects(programme, &spellings, seed, &mut planned, &mut faults);
        let made: BTreeSet<(String, String)> = pools
            .values()
            .flat_map(|pool| {
                pool.members
                    .iter()
                    .map(|member| (pool.subject_type.to_string(), member.id.to_string()))
            })
            .collect();
        let mut papers = Papers::new(self);
        let mut intake = Intake::new(programme.clone(), OnOther::Refuse, None, None);
        for pool in pools.values() {
            let is_of_persons = programme
                .subject_types
                .get(&pool.subject_type)
                .is_some_and(|found| found.personal);
            for member in pool.members.iter().filter(|_| is_of_persons) {
                intake.persons.make(pool.subject_type.as_str(), &member.id);
            }
        }
        let look = Look::new(self).map_err(one)?;
        for maker in makers().filter(|maker| makes_records(maker.row)) {
            // Without its subjects a distribution would be refused for what is no fault of its own.
            if maker
                .row
                .text("subjects")
                .is_some_and(|source| !pools.contains_key(source))
            {
                continue;
            }
            let drafts = match maker.drafts(&pools, &mut papers) {
                Ok(drafts) => drafts,
                Err(problems) => {
                    faults.extend(problems);
                    continue;
                }
            };
            let mut refusals = Refusals::new(maker.id);
            for (index, draft) in drafts.iter().enumerate() {
                match intake.take(&look, draft) {
                    Ok(Taken::Entry {
                        record,
                        private,
                        outcome,
                    }) => planned.records.push((record, *private, outcome)),
                    Ok(Taken::Unchanged(_)) => planned.unchanged += 1,
                    Ok(Taken::Refused(problem)) | Err(problem) => {
                        refusals.note(index + 1, "—", &problem, &[], maker.row)
                    }
                }
            }
            planned.counts.insert(maker.id.into(), drafts.len() as u64);
            faults.extend(refusals.into_result().err().unwrap_or_default());
            progress(planned.records.len() as u64, total, "records made");
        }
        // Subjects that a record names and no distribution makes are made known as with any record.
        for command in intake.subject_commands().map_err(one)? {
            let is_made = serde_json::from_slice::<SubjectFacts>(&command.facts)
                .is_ok_and(|facts| made.contains(&(facts.subject_type, facts.id)));
            if !is_made {
                planned.subjects.push(command);
            }
        }
        if faults.is_empty() {
            Ok(planned)
        } else {
            Err(faults)
        }
    }

    fn make_subjects(
        &self,
        programme: &Programme,
        spellings: &Spellings,
        seed: u64,
        planned: &mut Planned,
        faults: &mut Vec<Problem>,
    ) -> Pools {
        let mut pools = Pools::new();
        for (row, id) in distributions(programme).filter(|(row, _)| makes(row, "subject:")) {
            match subjects::make(programme, spellings, row, id, seed) {
                Ok((pool, commands)) => {
                    planned.counts.insert(id.clone(), pool.members.len() as u64);
                    planned.subjects.extend(commands);
                    pools.insert(id.clone(), pool);
                }
                Err(problems) => faults.extend(problems),
            }
        }
        pools
    }

    /// The points that figures and rules give in the year, by item and unit: people score by them.
    fn measured_points(&self, programme: &Programme) -> Result<Measured, Problem> {
        let mut measured = Measured::new();
        let named: BTreeSet<&Arc<str>> = distributions(programme)
            .filter(|(row, _)| makes(row, "case:"))
            .filter_map(|(row, _)| row.text("scorecard"))
            .collect();
        for (id, scorecard) in &programme.scorecards {
            if !named.iter().any(|named| ***named == *id.as_str()) {
                continue;
            }
            let assessment = self.assess(&Ask {
                scorecard: id.clone(),
                period: programme.year,
                day: self.today()?,
                at: self.position(),
            })?;
            for card in &assessment.cards {
                for result in &card.items {
                    let item = scorecard
                        .card
                        .items
                        .iter()
                        .find(|item| item.id == result.item);
                    let (Some(item), Some(ties)) = (item, scorecard.items.get(&result.item)) else {
                        continue;
                    };
                    let of = ItemOf {
                        scorecard_id: id,
                        scorecard,
                        item,
                        ties,
                    };
                    if let Some(points) = proposed_points(of, result) {
                        let key = (
                            id.to_string(),
                            item.id.to_string(),
                            card.participant.clone(),
                        );
                        measured.insert(key, points);
                    }
                }
            }
        }
        Ok(measured)
    }

    /// Opens the cases of such flows and gives their numbers, by distribution.
    fn open_made(
        &mut self,
        programme: &Programme,
        seed: u64,
        of: Of,
        counts: &mut BTreeMap<Arc<str>, u64>,
        progress: Progress<'_>,
    ) -> Result<BTreeMap<Arc<str>, Vec<u64>>, Vec<Problem>> {
        let mut makers = Vec::new();
        let mut faults = Vec::new();
        for (row, id) in distributions(programme).filter(|(row, _)| makes(row, "case:")) {
            match CaseMaker::of(programme, row, id, seed) {
                Ok(maker) if maker.is_of_records() != (of == Of::Records) => {}
                Ok(maker) => makers.push((id.clone(), maker)),
                Err(problems) => faults.extend(problems),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut numbers = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (id, maker) in &makers {
            let opened = maker
                .open(self, &mut taken, progress)
                .map_err(|problem| vec![problem])?;
            counts.insert(id.clone(), opened.len() as u64);
            numbers.insert(id.clone(), opened);
        }
        Ok(numbers)
    }

    /// Walks the cases in memory; gives the steps of all by day.
    fn walk_cases(
        &self,
        programme: &Programme,
        seed: u64,
        numbers: &BTreeMap<Arc<str>, Vec<u64>>,
        measured: &Measured,
    ) -> Result<Vec<Command>, Vec<Problem>> {
        let mut makers = Vec::new();
        let mut faults = Vec::new();
        for (row, id) in distributions(programme).filter(|(row, _)| makes(row, "case:")) {
            match CaseMaker::of(programme, row, id, seed) {
                Ok(maker) => makers.push((id.clone(), maker)),
                Err(problems) => faults.extend(problems),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut steps = Vec::new();
        let mut writing = Writing::default();
        for (id, maker) in &makers {
            let numbers = numbers.get(id).map_or(&[][..], Vec::as_slice);
            let mut papers = Papers::new(self);
            match maker.walk(self, numbers, measured, &mut papers, &mut writing) {
                Ok(taken) => steps.extend(taken),
                Err(problems) => faults.extend(problems),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // A stable sort: the steps of a case, whose days never go back, stay in their order, each before what it writes.
        steps.sort_by_key(|(day, _)| *day);
        let (subjects, _) = writing.finish().map_err(|problem| vec![problem])?;
        let steps = steps.into_iter().map(|(_, command)| command);
        Ok(subjects.into_iter().chain(steps).collect())
    }

    /// Appends subjects and records as one batch, visible by its closing entry.
    fn append_planned(
        &mut self,
        programme: &Programme,
        seed: u64,
        planned: &mut Planned,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        let facts = ImportOpenFacts {
            record_type: format!("{BATCH_PREFIX}{}", programme.id),
            sha256: hex::encode(Sha256::digest(format!(
                "{} {} {seed}",
                programme.id, programme.version
            ))),
            rows: (planned.records.len() as u64).saturating_add(planned.unchanged),
            mode: "all".to_owned(),
            mapping: None,
            edits: None,
        };
        let heads = self.append(
            vec![Command::new(Kind::ImportOpen, &facts, &Private::default())?],
            &[],
        )?;
        let import = heads.last().map_or(0, |head| head.position.0);
        self.append_in_groups(std::mem::take(&mut planned.subjects), "subjects", progress)?;
        let records = std::mem::take(&mut planned.records);
        let added = records.len() as u64;
        let commands = records.into_iter().map(|(mut record, private, outcome)| {
            record.import = Some(import);
            outcome.command(&record, &private)
        });
        self.append_in_groups(commands.collect::<Result<_, _>>()?, "records", progress)?;
        let facts = ImportEndFacts {
            import,
            added,
            revised: 0,
            unchanged: planned.unchanged,
            rejected: 0,
        };
        self.append(
            vec![Command::new(
                Kind::ImportClose,
                &facts,
                &Private::default(),
            )?],
            &[],
        )?;
        Ok(())
    }
}

fn distributions(programme: &Programme) -> impl Iterator<Item = (&Row, &Arc<str>)> {
    programme
        .generate
        .distributions
        .iter()
        .filter_map(|row| Some((&**row, row.text("id")?)))
}

fn makes(row: &Row, prefix: &str) -> bool {
    row.text("of").is_some_and(|of| of.starts_with(prefix))
}

fn makes_records(row: &Row) -> bool {
    !makes(row, "subject:") && !makes(row, "case:")
}

/// Papers that stand for evidence; each says that it is made up. The same paper is stored once.
struct Papers<'a> {
    office: &'a Office,
    stored: BTreeMap<String, Evidence>,
}

impl<'a> Papers<'a> {
    fn new(office: &'a Office) -> Papers<'a> {
        Papers {
            office,
            stored: BTreeMap::new(),
        }
    }

    fn store(&mut self, title: &str, about: &str) -> Result<Evidence, Problem> {
        let text = format!("演示材料\n本文件由系统生成，仅供演示，不是真实材料。\n{about}\n");
        if let Some(known) = self.stored.get(&text) {
            return Ok(known.clone());
        }
        let evidence = self
            .office
            .store_evidence(&format!("演示材料-{title}.txt"), text.as_bytes())?;
        self.stored.insert(text, evidence.clone());
        Ok(evidence)
    }
}

/// What the checks refuse of one distribution: every kind of fault of a field once.
struct Refusals<'a> {
    distribution: &'a str,
    seen: BTreeSet<(String, &'static str)>,
    problems: Vec<Problem>,
}

impl<'a> Refusals<'a> {
    fn new(distribution: &'a str) -> Refusals<'a> {
        Refusals {
            distribution,
            seen: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// Notes a refusal at the field's row, or else at the given one.
    fn note(
        &mut self,
        ordinal: usize,
        field: &str,
        problem: &Problem,
        makers: &[FieldMaker<'_>],
        row: &Row,
    ) {
        if self.problems.len() >= REFUSALS_MAX
            || !self.seen.insert((field.to_owned(), problem.code))
        {
            return;
        }
        let why = |lang| format!("{}；{}", problem.what(lang), problem.remedy(lang));
        let refused = problems::refused(
            self.distribution,
            ordinal,
            field,
            why(base::Lang::Zh),
            why(base::Lang::En),
        );
        let span = makers
            .iter()
            .find(|maker| &*maker.name == field)
            .map_or(&row.span, |maker| &maker.row.span);
        self.problems.push(refused.at(span.clone()));
    }

    fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self.problems)
        }
    }
}
