//! The figures of the Chibi package over made-up records, by unit and month, beside DuckDB; and what
//! the same records take in memory.
//!
//! Our side answers [`measure::Columns::measure_many`] for every indicator and month by unit, from
//! columns that keep no earlier result. The peer runs one pass of hand-written SQL for each record
//! type (`measure/peer.py`), two threads, tables in memory with enumerations for codes. Every
//! figure that the SQL names is compared before anything is timed.

mod workload;

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, FigureState, IndicatorId, PartKind, Period, Ratio};
use measure::{By, Columns, Query};
use programme::model::Programme;
use programme::{Sources, check};
use serde_json::Value as Json;

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Growth, Measured, Row, Unit};
use crate::peers::{self, Worker};
use crate::timing::{Side, alternate, timed};
use workload::{Workload, indicators};

/// Measures figures by unit and month, and memory.
///
/// # Errors
/// The peers are not to be had, or a figure differs.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let programme = package(bench)?;
    let records = bench.size(10_000_000, 1_000_000);
    let workload = Workload::new(&programme, records);
    let folder = bench.out.join(format!("chibi-{records}"));
    workload.write(&folder)?;
    let (load_s, columns) = timed(|| workload.columns(&programme));
    let mut columns = columns?;
    columns.settle();
    drop(workload);
    let python = peers::python(bench)?;
    let (mut peer, loaded) = Worker::start(
        "DuckDB",
        &python,
        "src/measure/peer.py",
        &[&folder.to_string_lossy()],
    )?;
    let queries = questions(&programme, &columns)?;
    let compared = compare(&columns, &queries, &peer.ask("cells")?)?;
    let cells: usize = answer(&columns, &queries)?;
    let mut sides: Vec<Side<'_>> = vec![
        (
            "Zhicheng".to_owned(),
            Box::new(|| {
                let (seconds, cells) = timed(|| answer(&columns, &queries));
                cells.map(|_| seconds)
            }),
        ),
        (
            "DuckDB".to_owned(),
            Box::new(|| {
                let answer = peer.ask("run")?;
                let seconds = answer["seconds"].as_f64();
                seconds.ok_or_else(|| Failure::new("DuckDB gives no seconds"))
            }),
        ),
    ];
    let mut taken = alternate(bench.rounds, &mut sides)?.into_iter();
    drop(sides);
    let (ours, theirs) = (
        taken.next().unwrap_or_default(),
        taken.next().unwrap_or_default(),
    );
    let mut findings = Findings::default();
    let asked = indicators(&programme).len();
    findings.rows.push(Row {
        work: format!("{asked} indicators of the Chibi package over {records} records by unit and month"),
        ours: Measured::seconds(ours),
        peers: vec![("DuckDB".to_owned(), Measured::seconds(theirs))],
        goal: Goal::Faster(3.0, 10.0),
        notes: vec![
            format!("{cells} cells with the units above, every one out; {compared} of them compared with the SQL's, all equal"),
            "rows in order of arrival on both sides; ours are grouped by subject as they arrive (loading is not timed)".to_owned(),
            format!("loading by changes, merging included: {load_s:.1} s"),
        ],
    });
    let per_record = |bytes: f64| Measured {
        unit: Unit::BytesPerRecord,
        runs: vec![bytes / records as f64],
    };
    let memory = columns.memory();
    findings.rows.push(Row {
        work: format!("Resident memory of {records} records of the Chibi package"),
        ours: per_record(memory.total() as f64),
        peers: vec![(
            "DuckDB".to_owned(),
            per_record(loaded["bytes"].as_f64().unwrap_or(f64::NAN)),
        )],
        goal: Goal::Within(1.0, 0.5),
        notes: vec![format!(
            "ours with each record's number and positions, which the peer's tables do not have; texts {:.1} B/record",
            memory.dictionaries as f64 / records as f64
        )],
    });
    if bench.growth {
        findings.growth = growth(bench, &programme)?;
    }
    Ok(findings)
}

fn package(bench: &Bench) -> Result<Arc<Programme>, Failure> {
    let folder = bench.repository.join("programmes/chibi-2018");
    let told = |problems: &[base::Problem]| {
        let lines = problems.iter().map(|problem| problem.line(base::Lang::En));
        Failure::new(format!(
            "chibi-2018: {}",
            lines.collect::<Vec<_>>().join("; ")
        ))
    };
    let sources = Sources::read_folder(&folder).map_err(|problems| told(&problems))?;
    let checked = check(&sources);
    checked.programme.ok_or_else(|| told(&checked.problems))
}

/// Every indicator for each month of 2018 by unit, as of the year's end.
fn questions(programme: &Programme, columns: &Columns) -> Result<Vec<Query>, Failure> {
    let year = Period::parse("2018", base::AssessmentStart::default())
        .map_err(|_| Failure::new("2018 is a year"))?;
    let day = Day::parse("2018-12-31").map_err(|_| Failure::new("2018 has a last day"))?;
    let months = year.parts(PartKind::Month);
    let of = |id: &IndicatorId| -> Vec<Query> {
        let by_unit =
            |month: &Period| Query::new(id.clone(), *month, day, columns.head()).by(By::Unit);
        months.iter().map(by_unit).collect()
    };
    Ok(indicators(programme).iter().flat_map(of).collect())
}

/// Answers all from columns that keep no earlier result; gives how many cells there are.
fn answer(columns: &Columns, queries: &[Query]) -> Result<usize, Failure> {
    let fresh = columns.clone();
    let answers = fresh.measure_many(queries)?;
    let cells = answers.iter().map(Vec::len).sum();
    std::hint::black_box(answers);
    Ok(cells)
}

/// Holds the peer's figures against ours; gives how many there were.
fn compare(columns: &Columns, queries: &[Query], answer: &Json) -> Result<usize, Failure> {
    let mut ours = HashMap::new();
    for (query, cells) in queries.iter().zip(columns.measure_many(queries)?) {
        let month = query.period.first().map_or(0, Day::month);
        for cell in cells {
            let unit = cell.slice.unit.map(|unit| unit.to_string());
            ours.insert(
                (query.indicator.to_string(), unit, i64::from(month)),
                cell.figure,
            );
        }
    }
    let found = answer["cells"].as_array();
    let found = found.ok_or_else(|| Failure::new("DuckDB gives no cells"))?;
    // The SQL leaves out what lies below a unit; ours has it, so only units without any are compared.
    let at = columns.head();
    let programme = columns.programme_at(at).map(|(programme, _)| programme);
    let has_below = |unit: &str| {
        let units = programme.map(|programme| programme.units.values());
        units.into_iter().flatten().any(|found| {
            let changed = found
                .changes
                .iter()
                .filter_map(|change| change.parent.as_ref());
            changed
                .chain(&found.parent)
                .any(|parent| parent.as_str() == unit)
        })
    };
    let mut compared = 0;
    for cell in found {
        if cell[1].as_str().is_some_and(has_below) {
            continue;
        }
        compared += 1;
        let name = cell[0].as_str().unwrap_or_default();
        let unit = cell[1].as_str();
        let month = cell[2].as_i64().unwrap_or_default();
        let number = |place: usize| i128::from(cell[place].as_i64().unwrap_or_default());
        let value = Ratio::new(number(3), number(4));
        // A city's figure is every unit's.
        let figure = match unit {
            Some(unit) => ours.get(&(name.to_owned(), Some(unit.to_owned()), month)),
            None => ours
                .iter()
                .find(|((id, _, m), _)| id == name && *m == month)
                .map(|(_, figure)| figure),
        };
        let same = match figure {
            Some(figure) if figure.state() == FigureState::NotApplicable => value.is_none(),
            Some(figure) => figure.value() == value,
            None => false,
        };
        if !same {
            return Err(Failure::new(format!(
                "DuckDB says {cell}, we say {figure:?}"
            )));
        }
    }
    Ok(compared)
}

/// How answering and taking up records grow; merging in the background is inside.
fn growth(bench: &Bench, programme: &Arc<Programme>) -> Result<Vec<Growth>, Failure> {
    let (mut answering, mut loading, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for records in bench.growth_sizes() {
        let workload = Workload::new(programme, records);
        let (seconds, columns) = timed(|| -> Result<Columns, Failure> {
            let mut columns = workload.columns(programme)?;
            columns.settle();
            Ok(columns)
        });
        let columns = columns?;
        drop(workload);
        let queries = questions(programme, &columns)?;
        let mut best = f64::INFINITY;
        for _ in 0..bench.rounds {
            let (seconds, cells) = timed(|| answer(&columns, &queries));
            cells?;
            best = best.min(seconds);
        }
        answering.push((records as f64, best));
        loading.push((records as f64, seconds));
        memory.push((records as f64, columns.memory().total() as f64));
    }
    Ok(lines(answering, loading, memory))
}

fn lines(
    answering: Vec<(f64, f64)>,
    loading: Vec<(f64, f64)>,
    memory: Vec<(f64, f64)>,
) -> Vec<Growth> {
    vec![
        Growth {
            name: "measure".to_owned(),
            title: "Chibi indicators by unit and month; taking up the records, merging included"
                .to_owned(),
            unit: Unit::Seconds,
            lines: vec![
                ("all figures".to_owned(), answering),
                ("all records taken up".to_owned(), loading),
            ],
        },
        Growth {
            name: "memory".to_owned(),
            title: "Memory of the columns".to_owned(),
            unit: Unit::Bytes,
            lines: vec![("Chibi records".to_owned(), memory)],
        },
    ]
}
