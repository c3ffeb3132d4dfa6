//! Start on many records: opening the folder until every figure can be asked, beside reading the bytes of the
//! snapshot that it starts from.

use std::path::{Path, PathBuf};

use office::{Access, Office};

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Growth, Measured, Row, Unit};
use crate::folder;
use crate::timing::{Side, alternate, timed};

/// Measures the start.
///
/// # Errors
/// `zhicheng` is not there, or the disk refuses.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let records = bench.size(10_000_000, 100_000);
    let (ours, peer, bytes) = start(bench, records)?;
    let mut found = Findings::default();
    if bench.growth {
        let mut lines = [Vec::new(), Vec::new()];
        for size in bench.growth_sizes() {
            let (ours, peer, _) = start(bench, size)?;
            for (line, measured) in lines.iter_mut().zip([ours, peer]) {
                line.push((size as f64, measured.best()));
            }
        }
        let [ours, peer] = lines;
        found.growth.push(Growth {
            name: "start".to_owned(),
            title: "Start".to_owned(),
            unit: Unit::Seconds,
            lines: vec![
                ("opening the folder".to_owned(), ours),
                ("reading the snapshot's bytes".to_owned(), peer),
            ],
        });
    }
    found.rows.push(Row {
        work: format!("Start on {records} records"),
        ours,
        peers: vec![("reading the snapshot's bytes".to_owned(), peer)],
        goal: Goal::Within(3.0, 1.5),
        notes: vec![format!(
            "a snapshot of {:.0} MB, in the machine's file cache for both sides",
            bytes as f64 / 1e6
        )],
    });
    Ok(found)
}

fn start(bench: &Bench, records: usize) -> Result<(Measured, Measured, usize), Failure> {
    let dir = folder::filled(bench, records)?;
    let snapshot = snapshot(&dir)?;
    let mut bytes = 0;
    let mut sides: Vec<Side<'_>> = vec![
        (
            "opening".to_owned(),
            Box::new(|| {
                let (seconds, office) =
                    timed(|| Office::open(&dir, Access::Read, &mut |_, _, _| {}));
                let office = office?;
                let found = office.mirror().columns().rows(folder::RECORD_TYPE);
                if found == records {
                    Ok(seconds)
                } else {
                    Err(Failure::new(format!(
                        "{found} records instead of {records}"
                    )))
                }
            }),
        ),
        (
            "reading".to_owned(),
            Box::new(|| {
                let (seconds, read) = timed(|| std::fs::read(&snapshot));
                bytes = read
                    .map_err(|error| Failure::file(&snapshot, &error))?
                    .len();
                Ok(seconds)
            }),
        ),
    ];
    let mut taken = alternate(bench.rounds, &mut sides)?.into_iter();
    drop(sides);
    let mut next = || Measured::seconds(taken.next().unwrap_or_default());
    Ok((next(), next(), bytes))
}

/// The newest snapshot of a folder.
fn snapshot(dir: &Path) -> Result<PathBuf, Failure> {
    let dir = dir.join("snapshots");
    let entries = std::fs::read_dir(&dir).map_err(|error| Failure::file(&dir, &error))?;
    let position = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .max_by_key(position)
        .ok_or_else(|| Failure::new(format!("{}: no snapshot", dir.display())))
}
