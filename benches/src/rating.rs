//! The rating workload beside DuckDB, Polars and embedded ClickHouse, with every result out.
//!
//! Our side runs the package `programmes/examples/credit-rating` (and `-by-kind`) through the normal
//! path: its records are changes to the columns, its scorecard is rated as `zhicheng rate` does it.
//! The peers run the workload's own one-pass query over their best order of rows.

mod data;
mod explain;

use std::sync::Arc;

use base::{Day, Position, ScorecardId};
use measure::Columns;
use office::rating::{Rater, Rating};
use programme::model::Programme;
use sha2::{Digest, Sha256};

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Growth, Measured, Row, Unit};
use crate::peers::{self, Worker};
use crate::timing::{Side, alternate, timed};
use data::Records;

/// 2026-01-01.
const AS_OF: i32 = 20_454;
/// All sides use so many.
const THREADS: usize = 2;
const ENGINES: [(&str, &str); 3] = [
    ("DuckDB", "duckdb"),
    ("Polars", "polars"),
    ("ClickHouse", "chdb"),
];
/// What the workload says that every engine must give, by the number of enterprises.
const HASHES: [(usize, &str); 2] = [(1_000_000, "ffa0f39216ed"), (100_000, "8320ed1664d3")];

/// Measures the rating.
///
/// # Errors
/// The workload, the peers or the data are not to be had, or a side gives other grades.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let records = Records::of(bench, bench.size(1_000_000, 100_000))?;
    let expected = HASHES.iter().find(|(size, _)| *size == records.enterprises);
    let expected = expected.map(|(_, hash)| *hash);
    let mut peers = start_peers(bench, &records, "sort")?;
    let mut findings = Findings::default();
    for (package, what) in [
        ("credit-rating", "one record type"),
        ("credit-rating-by-kind", "eight record types"),
    ] {
        eprintln!("   loading {} records as {what}", records.len());
        let own = Own::load(bench, &records, package)?;
        findings
            .rows
            .push(own.beside(bench, &records, &mut peers, what, expected)?);
    }
    drop(peers);
    if bench.growth {
        findings.growth = growth(bench)?;
    }
    Ok(findings)
}

/// Starts each engine with the records in memory.
fn start_peers(
    bench: &Bench,
    records: &Records,
    order: &str,
) -> Result<Vec<(String, Worker)>, Failure> {
    let python = peers::python(bench)?;
    let script = bench.workload()?.join("peers.py");
    let mut started = Vec::new();
    for (name, engine) in ENGINES {
        let arguments = [
            &script.to_string_lossy(),
            engine,
            &records.folder.to_string_lossy(),
            order,
        ];
        let (worker, _) = Worker::start(name, &python, "src/rating/peer.py", &arguments)?;
        started.push((name.to_owned(), worker));
    }
    Ok(started)
}

/// Runs a peer once; its seconds, after its grades were compared.
fn ask(worker: &mut Worker, what: &str, expected: Option<&str>) -> Result<f64, Failure> {
    let answer = worker.ask(what)?;
    let hash = answer["hash"].as_str().unwrap_or_default();
    if expected.is_some_and(|expected| expected != hash) {
        return Err(Failure::new(format!("a peer gives the grades {hash}")));
    }
    answer["seconds"]
        .as_f64()
        .ok_or_else(|| Failure::new("a peer gives no seconds"))
}

/// Our side, loaded.
struct Own {
    programme: Arc<Programme>,
    columns: Columns,
    rater: Arc<Rater>,
    load_s: f64,
}

impl Own {
    fn load(bench: &Bench, records: &Records, package: &str) -> Result<Own, Failure> {
        let programme = data::package(bench, package)?;
        let rater = Arc::new(Rater::new(&programme, &ScorecardId::new("credit"))?);
        if let Some(why) = rater.why_not_batched() {
            return Err(Failure::new(format!(
                "{package} is scored card by card: {why:?}"
            )));
        }
        let (load_s, columns) = timed(|| records.to_columns(&programme));
        Ok(Own {
            programme,
            columns: columns?,
            rater,
            load_s,
        })
    }

    fn day(&self) -> Day {
        Day::from_number(AS_OF).unwrap_or(Day::MAX)
    }

    fn rate(&self) -> Result<Rating<'_>, Failure> {
        Ok(self
            .rater
            .rate(&self.columns, self.day(), self.columns.head(), THREADS)?)
    }

    /// A row of the table: our side and the peers in turn.
    fn beside(
        &self,
        bench: &Bench,
        records: &Records,
        peers: &mut [(String, Worker)],
        what: &str,
        expected: Option<&str>,
    ) -> Result<Row, Failure> {
        let rating = self.rate()?;
        let units = records.unit_of_enterprise();
        let grades = hash(&rating, &units, |row| rating.grade(row).unwrap_or("None"));
        let figures = rating.figures().unwrap_or_default();
        let in_floats = hash(&rating, &units, |row| explain::float_grade(&figures, row));
        if expected.is_some_and(|expected| expected != in_floats) {
            return Err(Failure::new(format!(
                "our figures give the grades {in_floats}"
            )));
        }
        let moved = explain::moved(&rating, &figures)?;
        let singly = rating
            .columns()
            .map_or(0, |(_, scores)| scores.scored_singly());
        let counts: Vec<String> = rating
            .grade_counts()
            .iter()
            .map(|(grade, count)| format!("{} {count}", grade.unwrap_or("-")))
            .collect();
        drop(rating);
        let mut sides: Vec<Side<'_>> = vec![(
            "Zhicheng".to_owned(),
            Box::new(|| {
                let (seconds, rating) = timed(|| self.rate());
                rating.map(|_| seconds)
            }),
        )];
        for (name, worker) in peers.iter_mut() {
            sides.push((name.clone(), Box::new(move || ask(worker, "all", expected))));
        }
        let mut taken = alternate(bench.rounds, &mut sides)?.into_iter();
        drop(sides);
        let ours = taken.next().unwrap_or_default();
        let mut fewer: Vec<Side<'_>> = Vec::new();
        for (name, worker) in peers.iter_mut() {
            fewer.push((
                name.clone(),
                Box::new(move || ask(worker, "grades", expected)),
            ));
        }
        let counted: Vec<String> = alternate(bench.rounds, &mut fewer)?
            .into_iter()
            .zip(&fewer)
            .map(|(runs, (name, _))| {
                let runs = Measured::seconds(runs);
                format!("{name} {}", runs.unit.shown(runs.best()))
            })
            .collect();
        drop(fewer);
        let names = peers.iter().map(|(name, _)| name.clone());
        Ok(Row {
            work: format!("Rating of {} enterprises, {} records, {what}", records.enterprises, records.len()),
            ours: Measured::seconds(ours),
            peers: names.zip(taken.map(Measured::seconds)).collect(),
            goal: Goal::Faster(5.0, 10.0),
            notes: vec![
                "out on every side: each enterprise's figures, item points, score, veto and grade; peers hold their rows grouped by enterprise, ours arrive in no order and are kept grouped as they arrive".to_owned(),
                format!("the peers with nothing out but 180 counts of unit and grade: {}", counted.join(", ")),
                format!("the same figures in floating point give the peers' grades ({in_floats}); exact arithmetic ({grades}: {}) moves {} enterprises{}{}", counts.join(", "), moved.len(), if moved.is_empty() { "" } else { ": " }, moved.join("; ")),
                format!("{singly} enterprises were scored as single cards"),
                format!("loading took {:.1} s; {}", self.load_s, self.one_more(records)?),
            ],
        })
    }

    /// What one more record costs: into the columns, and its enterprise's new grade out.
    fn one_more(&self, records: &Records) -> Result<String, Failure> {
        let mut columns = self.columns.clone();
        let (mut adding, mut grading) = (Vec::new(), Vec::new());
        for turn in 0..200 {
            let at = columns.head().0 + 1;
            let row = turn * (records.len() / 200);
            let (enterprise, change) = records.change(&self.programme, row, at)?;
            let (seconds, added) = timed(|| columns.apply(change));
            added?;
            adding.push(seconds);
            let one = || {
                self.rater
                    .score_one(&columns, &enterprise, self.day(), Position(at))
            };
            let (seconds, graded) = timed(one);
            graded?;
            grading.push(seconds);
        }
        let shown = |mut runs: Vec<f64>| {
            runs.sort_by(f64::total_cmp);
            Unit::Seconds.shown(runs.get(runs.len() / 2).copied().unwrap_or(f64::NAN))
        };
        Ok(format!(
            "one more record takes {} and its enterprise's new grade {} (medians of 200)",
            shown(adding),
            shown(grading)
        ))
    }
}

/// The workload's hash: rows [unit, grade, count], sorted, as Python writes them in JSON.
fn hash<'g>(rating: &Rating<'_>, units: &[u16], grade: impl Fn(usize) -> &'g str) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for row in 0..rating.len() {
        let enterprise: usize = rating.subject(row).parse().unwrap_or(usize::MAX);
        let unit = units.get(enterprise).copied().unwrap_or(u16::MAX);
        *counts.entry((unit, grade(row))).or_insert(0_usize) += 1;
    }
    let rows: Vec<String> = counts
        .iter()
        .map(|((unit, grade), count)| format!("[{unit}, \"{grade}\", {count}]"))
        .collect();
    let digest = Sha256::digest(format!("[{}]", rows.join(", ")).as_bytes());
    digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How the rating grows from 10 thousand to 10 million records.
fn growth(bench: &Bench) -> Result<Vec<Growth>, Failure> {
    let mut ours = Vec::new();
    let mut loading = Vec::new();
    let mut others: Vec<(String, Vec<(f64, f64)>)> = ENGINES
        .iter()
        .map(|(name, _)| ((*name).to_owned(), Vec::new()))
        .collect();
    for size in bench.growth_sizes() {
        let records = Records::of(bench, size / 10)?;
        let count = records.len() as f64;
        let own = Own::load(bench, &records, "credit-rating")?;
        loading.push((count, own.load_s));
        let mut workers = start_peers(bench, &records, "sort")?;
        let mut sides: Vec<Side<'_>> = vec![(
            "Zhicheng".to_owned(),
            Box::new(|| {
                let (seconds, rating) = timed(|| own.rate());
                rating.map(|_| seconds)
            }),
        )];
        for (name, worker) in &mut workers {
            sides.push((name.clone(), Box::new(move || ask(worker, "all", None))));
        }
        let best = alternate(bench.rounds, &mut sides)?
            .into_iter()
            .map(|runs| Measured::seconds(runs).best());
        let mut best = best.map(|seconds| (count, seconds));
        ours.extend(best.next());
        for ((_, points), point) in others.iter_mut().zip(best) {
            points.push(point);
        }
    }
    let mut lines = vec![("Zhicheng".to_owned(), ours)];
    lines.extend(others);
    Ok(vec![
        Growth {
            name: "rating".to_owned(),
            title: "Rating all enterprises, every result out".to_owned(),
            unit: Unit::Seconds,
            lines,
        },
        Growth {
            name: "rating-loading".to_owned(),
            title: "Records into columns, background merging included".to_owned(),
            unit: Unit::Seconds,
            lines: vec![("Zhicheng".to_owned(), loading)],
        },
    ])
}
