//! Export of a million records as CSV and as a workbook: memory stays flat while rows are written.

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::folder::{self, shown};

/// Measures the export.
///
/// # Errors
/// `zhicheng` is not there, or the disk refuses.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let records = bench.size(folder::ROWS, 50_000);
    let dir = folder::filled(bench, records)?;
    let mut rows = Vec::new();
    for (what, option, out) in [
        ("CSV", "--csv", "export-csv"),
        ("a workbook", "--workbook", "export.xlsx"),
    ] {
        let out = bench.out.join(out);
        let (mut resident, mut seconds) = (Vec::new(), Vec::new());
        for _ in 0..bench.rounds.min(2) {
            let taken = folder::run(&[
                "export",
                "--data",
                shown(&dir),
                option,
                shown(&out),
                "--force",
            ])?;
            eprintln!("   {what}: {:.1} s", taken.seconds);
            resident.push(taken.resident_max);
            seconds.push(taken.seconds);
        }
        let seconds = Measured::seconds(seconds).best();
        rows.push(Row {
            work: format!("Export of {records} records as {what}: memory of the process"),
            ours: Measured {
                unit: Unit::Bytes,
                runs: resident,
            },
            peers: Vec::new(),
            goal: Goal::Under(200e6, 64e6),
            notes: vec![format!(
                "peak of resident memory, the records in memory included; {seconds:.1} s"
            )],
        });
    }
    Ok(Findings {
        rows,
        ..Findings::default()
    })
}
