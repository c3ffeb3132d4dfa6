//! One new record: from its submission until its enterprise's new grade and item points and its unit's new
//! totals are out, beside the durable append of the very same entry alone.
//!
//! The folder has the package `programmes/examples/credit-rating` and records of a tenth as many enterprises,
//! made up by arithmetic and imported as CSV. A turn submits one record through [`Office::submit`], scores its
//! enterprise and asks for every indicator of its office and month; then the entry that it became goes into a
//! copy of the ledger by [`Ledger::append`], with the same precondition and fold. At the end grade and totals
//! are held against those that are measured anew from all rows.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{
    Day, FieldId, Figure, IndicatorId, Period, Position, RecordTypeId, ScorecardId, UnitId,
};
use ledger::{Ledger, NewEntry, Precondition};
use measure::{Columns, Query};
use office::entry::RecordFacts;
use office::rating::Rater;
use office::record::{Draft, OnOther, Receipt};
use office::{Access, Office, fold, spaces, values};
use programme::model::Programme;
use serde_json::{Value as Json, json};

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Growth, Measured, Row, Unit};
use crate::folder;
use crate::timing::timed;

const RECORD_TYPE: &str = "credit_record";
const SCORECARD: &str = "credit";
/// Records that are submitted, each followed by its peer.
const TURNS: usize = 200;
/// Records before them that are not counted.
const WARM_UP: usize = 20;

/// Measures one new record.
///
/// # Errors
/// `zhicheng` is not there, the disk refuses, or a figure is not what measuring anew gives.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let records = bench.size(10_000_000, 100_000);
    let taken = one_by_one(bench, records)?;
    let mut found = Findings::default();
    if bench.growth {
        found.growth.push(growth(bench)?);
    }
    found.rows.push(taken.row(records));
    Ok(found)
}

/// What the turns took, in seconds.
#[derive(Debug, Default)]
struct Taken {
    submit: Vec<f64>,
    grade: Vec<f64>,
    totals: Vec<f64>,
    alone: Vec<f64>,
    /// A month's totals asked for the first time.
    first: f64,
}

impl Taken {
    fn all(&self) -> Vec<f64> {
        let parts = self.submit.iter().zip(&self.grade).zip(&self.totals);
        parts.map(|((a, b), c)| a + b + c).collect()
    }

    fn row(&self, records: usize) -> Row {
        let all = self.all();
        let shown = |runs: &[f64], part| Unit::Seconds.shown(quantile(runs, part));
        let (median, p99) = (quantile(&all, 0.5), quantile(&all, 0.99));
        let (alone, alone_p99) = (quantile(&self.alone, 0.5), quantile(&self.alone, 0.99));
        Row {
            work: format!(
                "One new record among {records}: its enterprise's new grade, its unit's new totals"
            ),
            ours: Measured::seconds(vec![median]),
            peers: vec![(
                "the durable append alone".to_owned(),
                Measured::seconds(vec![alone]),
            )],
            goal: Goal::Within(2.0, 1.1),
            notes: vec![
                format!(
                    "medians of {TURNS} in turn; 99th of a hundred: {} and {} ({:.2} ×)",
                    Unit::Seconds.shown(p99),
                    Unit::Seconds.shown(alone_p99),
                    p99 / alone_p99
                ),
                format!(
                    "submitting {}, grade and item points {}, totals of every indicator for its unit and month {} (medians)",
                    shown(&self.submit, 0.5),
                    shown(&self.grade, 0.5),
                    shown(&self.totals, 0.5)
                ),
                format!(
                    "the peer has the same entry, precondition, fold and rows of state, in a copy of the ledger; the month's totals had been asked for before (the first asking goes through all rows: {})",
                    Unit::Seconds.shown(self.first)
                ),
                "grade and totals equal those that are measured anew from all rows".to_owned(),
            ],
        }
    }
}

/// The least of the numbers that so large a part of all does not exceed.
fn quantile(runs: &[f64], part: f64) -> f64 {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * part) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

fn growth(bench: &Bench) -> Result<Growth, Failure> {
    let mut lines = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for size in bench.growth_sizes() {
        let taken = one_by_one(bench, size)?;
        let costs = [&taken.all(), &taken.alone, &taken.grade, &taken.totals]
            .map(|runs| quantile(runs, 0.5));
        for (line, cost) in lines.iter_mut().zip(costs) {
            line.push((size as f64, cost));
        }
    }
    let names = [
        "submitted, graded, totals out",
        "the durable append alone",
        "grade and item points",
        "the unit's totals",
    ];
    Ok(Growth {
        name: "one-record".to_owned(),
        title: "One new record among so many".to_owned(),
        unit: Unit::Seconds,
        lines: names.map(str::to_owned).into_iter().zip(lines).collect(),
    })
}

fn one_by_one(bench: &Bench, records: usize) -> Result<Taken, Failure> {
    let (dir, copy) = filled(bench, records)?;
    let mut office = Office::open(&dir, Access::Write, &mut |_, _, _| {})?;
    let mut alone = Ledger::open(&copy)?;
    let desk = Desk::new(&office)?;
    let mut taken = Taken::default();
    // As a page that is open: every month of the year was asked for.
    for month in 1..=12 {
        let (seconds, asked) =
            timed(|| desk.totals(office.mirror().columns(), desk.unit(0), month));
        asked?;
        taken.first = if month == 1 {
            seconds
        } else {
            taken.first.min(seconds)
        };
    }
    let enterprises = records as u64 / 10;
    for turn in 0..WARM_UP + TURNS {
        // Numbers that no record had before, in this run or an earlier one.
        let made = Made::recent(office.position().0, records as u64, enterprises);
        let draft = desk.draft(&made)?;
        let (submit, receipt) = timed(|| office.submit(&draft, OnOther::Refuse, None));
        let Receipt::Added(number) = receipt? else {
            return Err(Failure::new("the record was there already"));
        };
        let columns = office.mirror().columns();
        let (grade, scores) = timed(|| {
            desk.rater
                .score_one(columns, &made.subject, desk.today, columns.head())
        });
        let scores = scores?.ok_or_else(|| Failure::new("the scorecard is scored card by card"))?;
        let unit = UnitId::new(&made.unit);
        let (totals, cells) = timed(|| desk.totals(columns, unit.clone(), made.month));
        let cells = cells?;
        if turn % 50 == 0 {
            desk.check(columns, &made, scores.grade(0), &cells)?;
        }
        let entry = office.ledger().entry(Position(number))?;
        let seconds = appended(&mut alone, entry)?;
        if turn >= WARM_UP {
            taken.submit.push(submit);
            taken.grade.push(grade);
            taken.totals.push(totals);
            taken.alone.push(seconds);
        }
    }
    eprintln!(
        "   {records} records: submit {:.1} µs, grade {:.1} µs, totals {:.1} µs, alone {:.1} µs",
        quantile(&taken.submit, 0.5) * 1e6,
        quantile(&taken.grade, 0.5) * 1e6,
        quantile(&taken.totals, 0.5) * 1e6,
        quantile(&taken.alone, 0.5) * 1e6
    );
    Ok(taken)
}

/// Appends an entry that an office made to another ledger; gives the seconds.
fn appended(ledger: &mut Ledger, entry: ledger::Entry) -> Result<f64, Failure> {
    let facts: RecordFacts =
        serde_json::from_slice(&entry.facts).map_err(|error| Failure::new(error.to_string()))?;
    let (hash, nth) = facts
        .content
        .ok_or_else(|| Failure::new("the record has no content hash"))?;
    let preconditions = [Precondition {
        space: spaces::RECORD_CONTENT,
        key: spaces::key(&[&facts.record_type, &hash, &nth.to_string()]),
        version: None,
    }];
    let time = entry.time;
    let entries = vec![NewEntry {
        kind: entry.kind,
        command_id: entry.command_id,
        actor: entry.actor,
        programme: entry.programme,
        facts: entry.facts.into(),
        private: entry.private,
    }];
    let (seconds, appended) = timed(|| ledger.append(time, &preconditions, entries, fold::fold));
    appended.map_err(base::Problem::from)?;
    Ok(seconds)
}

/// What is asked after each record.
struct Desk {
    programme: Arc<Programme>,
    rater: Arc<Rater>,
    indicators: Vec<IndicatorId>,
    today: Day,
}

impl Desk {
    fn new(office: &Office) -> Result<Desk, Failure> {
        let programme = office.programme()?;
        let rater = office.rater(&ScorecardId::new(SCORECARD), office.position())?;
        Ok(Desk {
            indicators: programme.indicators.keys().cloned().collect(),
            programme,
            rater,
            today: office.today()?,
        })
    }

    fn unit(&self, number: u64) -> UnitId {
        UnitId::new(unit_name(number))
    }

    /// Every indicator of a unit and month, all at once.
    fn totals(&self, columns: &Columns, unit: UnitId, month: u8) -> Result<Vec<Figure>, Failure> {
        let period = Period::Month(YEAR, month);
        let of = |id: &IndicatorId| {
            Query::new(id.clone(), period, self.today, columns.head()).for_unit(unit.clone())
        };
        let queries: Vec<Query> = self.indicators.iter().map(of).collect();
        let cells = columns.measure_many(&queries)?.into_iter().flatten();
        Ok(cells.map(|cell| cell.figure).collect())
    }

    fn draft(&self, made: &Made) -> Result<Draft, Failure> {
        let id = RecordTypeId::new(RECORD_TYPE);
        let record_type = self.programme.record_types.get(&id);
        let record_type =
            record_type.ok_or_else(|| Failure::new("the package has no credit records"))?;
        let mut read = Vec::new();
        for (name, json) in made.fields() {
            let name = FieldId::new(name);
            let field = record_type.fields.get(&name);
            let value = field.and_then(|field| values::Value::from_json(&json, &field.field_type));
            let value = value.ok_or_else(|| Failure::new(format!("{json} is no `{name}`")))?;
            read.push((name, value));
        }
        Ok(Draft {
            record_type: id,
            values: read.into_iter().collect(),
            subject_name: None,
            evidence: Vec::new(),
            row: None,
        })
    }

    /// Holds what was given against what all rows give: a copy of the columns keeps no earlier result.
    fn check(
        &self,
        columns: &Columns,
        made: &Made,
        grade: Option<&str>,
        cells: &[Figure],
    ) -> Result<(), Failure> {
        let fresh = columns.clone();
        let again = self.totals(&fresh, UnitId::new(&made.unit), made.month)?;
        if again != cells {
            return Err(Failure::new(format!(
                "totals {cells:?} are {again:?} when measured anew"
            )));
        }
        let rating = self.rater.rate(&fresh, self.today, fresh.head(), 2)?;
        let row = (0..rating.len()).find(|row| rating.subject(*row) == made.subject);
        let all = row.and_then(|row| rating.grade(row));
        if all != grade {
            return Err(Failure::new(format!(
                "grade {grade:?} is {all:?} in the rating of all"
            )));
        }
        Ok(())
    }
}

/// The year of new records.
const YEAR: i32 = 2025;

/// A record made up by arithmetic.
struct Made {
    month: u8,
    day: String,
    unit: String,
    subject: String,
    kind: &'static str,
    result: &'static str,
    severity: u64,
    /// Its number is its amount too, so that no two records are alike.
    cents: u64,
}

const KINDS: [&str; 8] = [
    "inspection",
    "complaint",
    "penalty",
    "award",
    "commitment",
    "rectification",
    "certification",
    "test",
];

fn unit_name(number: u64) -> String {
    format!("office_{:02}", number % 45)
}

/// Numbers without an order, from a counter (the finaliser of SplitMix64).
fn scramble(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

impl Made {
    /// One of the year's days.
    fn recent(position: u64, records: u64, enterprises: u64) -> Made {
        Made::new(records + position, enterprises, YEAR)
    }

    fn new(number: u64, enterprises: u64, year: i32) -> Made {
        let mixed = scramble(number);
        let enterprise = mixed % enterprises.max(1);
        let mixed = scramble(mixed);
        let month = (mixed % 12 + 1) as u8;
        let kind = KINDS
            .get((mixed / 1000 % 8) as usize)
            .copied()
            .unwrap_or("test");
        let result = match mixed / 10_000 % 10 {
            0 => "fail",
            1 | 2 => "na",
            _ => "pass",
        };
        Made {
            month,
            day: format!("{year}-{month:02}-{:02}", mixed / 12 % 28 + 1),
            // Each enterprise has one office.
            unit: unit_name(enterprise),
            subject: format!("E{enterprise:07}"),
            kind,
            result,
            severity: if result == "fail" {
                mixed / 100_000 % 6
            } else {
                0
            },
            cents: number,
        }
    }

    fn amount(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    fn fields(&self) -> [(&'static str, Json); 7] {
        [
            ("day", json!(self.day)),
            ("unit", json!(self.unit)),
            ("subject", json!(self.subject)),
            ("kind", json!(self.kind)),
            ("result", json!(self.result)),
            ("severity", json!(self.severity)),
            ("amount", json!(self.amount())),
        ]
    }

    fn line(&self, line: &mut String) {
        line.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(
            line,
            "{},{},{},{},{},{},{}",
            self.day,
            self.unit,
            self.subject,
            self.kind,
            self.result,
            self.severity,
            self.amount()
        );
    }
}

/// A folder with so many records, and a folder with a copy of its ledger; those of an earlier run are taken as
/// they are.
fn filled(bench: &Bench, records: usize) -> Result<(PathBuf, PathBuf), Failure> {
    let name = format!("credit-{records}");
    let (dir, copy) = (
        bench.out.join(&name),
        bench.out.join(format!("{name}-alone")),
    );
    let finished = bench.out.join(format!("{name}.finished"));
    if finished.exists() && dir.exists() && copy.exists() {
        return Ok((dir, copy));
    }
    eprintln!("   making {} with {records} records", dir.display());
    folder::empty_of(
        &dir,
        &bench.repository.join("programmes/examples/credit-rating"),
    )?;
    for first in (0..records).step_by(folder::ROWS) {
        let file = bench.out.join("credit.csv");
        write_csv(&file, first, folder::ROWS.min(records - first), records)?;
        folder::run(&[
            "import",
            "--data",
            folder::shown(&dir),
            RECORD_TYPE,
            folder::shown(&file),
        ])?;
        std::fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
    }
    let failed = |error: std::io::Error| Failure::file(&copy, &error);
    if copy.exists() {
        std::fs::remove_dir_all(&copy).map_err(failed)?;
    }
    std::fs::create_dir_all(&copy).map_err(failed)?;
    std::fs::copy(dir.join("ledger.sqlite"), copy.join("ledger.sqlite")).map_err(failed)?;
    std::fs::write(&finished, "").map_err(|error| Failure::file(&finished, &error))?;
    Ok((dir, copy))
}

fn write_csv(path: &Path, first: usize, rows: usize, records: usize) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(failed)?);
    writeln!(
        file,
        "occurred_on,监管单位,enterprise_id,record_type,结果,严重程度,金额（元）"
    )
    .map_err(failed)?;
    let mut line = String::new();
    for number in first..first + rows {
        // Two years of records.
        let year = YEAR - i32::from(number % 2 == 0);
        Made::new(number as u64, records as u64 / 10, year).line(&mut line);
        file.write_all(line.as_bytes()).map_err(failed)?;
    }
    file.flush().map_err(failed)
}
