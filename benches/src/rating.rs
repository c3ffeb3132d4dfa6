//! The rating workload beside DuckDB, Polars and embedded ClickHouse.

use crate::bench::Bench;
use crate::findings::{Failure, Findings};
use crate::peers;

/// Measures the rating.
///
/// # Errors
/// The workload, the peers or the data are not to be had.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let workload = bench.workload()?;
    let python = peers::python(bench)?;
    Err(Failure::new(format!(
        "not measured yet ({}, {})",
        workload.display(),
        python.display()
    )))
}
