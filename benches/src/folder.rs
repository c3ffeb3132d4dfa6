//! Data folders to measure on: a small programme, and as many inspections as are asked for, made up by
//! arithmetic so that every run has the same. They go in as a user's would: as CSV, through `import`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::findings::Failure;

/// The package that the folders have.
pub const PACKAGE: &str = include_str!("folder/programme.toml");

/// The record type of the inspections.
pub const RECORD_TYPE: &str = "inspection";

/// Rows of one CSV file.
pub const ROWS: usize = 1_000_000;

/// Writes a CSV of inspections, those from number `first` on; gives its path.
///
/// # Errors
/// The disk refuses.
pub fn csv(bench: &Bench, first: usize, rows: usize) -> Result<PathBuf, Failure> {
    let path = bench.out.join(format!("inspections-{first}-{rows}.csv"));
    if path.exists() {
        return Ok(path);
    }
    let failed = |error: std::io::Error| Failure::file(&path, &error);
    let unfinished = path.with_extension("unfinished");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&unfinished).map_err(failed)?);
    writeln!(file, "检查日期,责任单位,编号,结果").map_err(failed)?;
    let mut line = String::new();
    for number in first..first + rows {
        // Spread by a multiplicative hash, so that neighbours differ.
        let mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let (month, day) = (mixed % 12 + 1, mixed / 12 % 28 + 1);
        let unit = if (mixed / 336).is_multiple_of(2) {
            "west"
        } else {
            "东镇"
        };
        let result = if (mixed / 672).is_multiple_of(10) {
            "不合格"
        } else {
            "合格"
        };
        line.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(
            line,
            "2025-{month:02}-{day:02},{unit},N{number:08},{result}"
        );
        file.write_all(line.as_bytes()).map_err(failed)?;
    }
    file.flush().map_err(failed)?;
    std::fs::rename(&unfinished, &path).map_err(failed)?;
    Ok(path)
}

/// The `zhicheng` that was built with this program, as it is shipped.
///
/// # Errors
/// It was not built; the failure says how.
pub fn zhicheng() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(|error| Failure::new(error.to_string()))?;
    let path = own.with_file_name("zhicheng");
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::new(format!(
        "{} is not there: run `cargo build --release -p zhicheng` first",
        path.display()
    )))
}

/// What a command took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// From its start to its end.
    pub seconds: f64,
    /// The most memory that it ever had resident, in bytes; seen every few milliseconds.
    pub resident_max: f64,
}

/// Runs a command of `zhicheng` to its end.
///
/// # Errors
/// It cannot be started or fails.
pub fn run(arguments: &[&str]) -> Result<Taken, Failure> {
    let mut command = Command::new(zhicheng()?);
    command.args(arguments).stdin(Stdio::null());
    watched(&mut command)
}

/// Runs a command to its end and watches its memory.
///
/// # Errors
/// It cannot be started or fails.
pub fn watched(command: &mut Command) -> Result<Taken, Failure> {
    let told = format!("{command:?}");
    let failed = |error: std::io::Error| Failure::new(format!("{told}: {error}"));
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().map_err(failed)?;
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut resident_max = 0.0_f64;
    loop {
        if let Some(bytes) = resident_peak(&status_file) {
            resident_max = resident_max.max(bytes);
        }
        if let Some(status) = child.try_wait().map_err(failed)? {
            let seconds = start.elapsed().as_secs_f64();
            return if status.success() {
                Ok(Taken {
                    seconds,
                    resident_max,
                })
            } else {
                Err(Failure::new(format!("{told}: {status}")))
            };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The peak of a process's resident memory so far in bytes, as Linux tells it in `/proc/PID/status`.
pub fn resident_peak(status: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// A path as an argument.
pub fn shown(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

/// Makes an empty folder with the package; what was there is removed.
///
/// # Errors
/// The disk refuses, or `zhicheng` does.
pub fn empty(bench: &Bench, name: &str) -> Result<PathBuf, Failure> {
    let (dir, package) = (bench.out.join(name), package(bench)?);
    empty_of(&dir, &package)?;
    Ok(dir)
}

/// The same with its ledger in a schema of a PostgreSQL database.
///
/// # Errors
/// The disk refuses, or `zhicheng` does.
pub fn empty_on(bench: &Bench, name: &str, store: &str) -> Result<PathBuf, Failure> {
    let (dir, package) = (bench.out.join(name), package(bench)?);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(|error| Failure::file(&dir, &error))?;
    }
    let (data, programme) = (shown(&dir), shown(&package));
    run(&[
        "init",
        "--data",
        data,
        "--programme",
        programme,
        "--store",
        store,
    ])?;
    Ok(dir)
}

/// The package as a folder.
fn package(bench: &Bench) -> Result<PathBuf, Failure> {
    let package = bench.out.join("folder-package");
    let failed = |error: std::io::Error| Failure::file(&package, &error);
    std::fs::create_dir_all(&package).map_err(failed)?;
    std::fs::write(package.join("programme.toml"), PACKAGE).map_err(failed)?;
    Ok(package)
}

/// Makes an empty folder with some package; what was there is removed.
///
/// # Errors
/// The disk refuses, or `zhicheng` does.
pub fn empty_of(dir: &Path, package: &Path) -> Result<(), Failure> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
    }
    run(&["init", "--data", shown(dir), "--programme", shown(package)])?;
    Ok(())
}

/// A folder with so many inspections; one of an earlier run is taken as it is.
///
/// # Errors
/// As of [`empty`].
pub fn filled(bench: &Bench, records: usize) -> Result<PathBuf, Failure> {
    let name = format!("folder-{records}");
    let dir = bench.out.join(&name);
    let finished = bench.out.join(format!("{name}.finished"));
    if finished.exists() && dir.exists() {
        return Ok(dir);
    }
    eprintln!("   making {} with {records} records", dir.display());
    empty(bench, &name)?;
    let mut first = 0;
    while first < records {
        let rows = ROWS.min(records - first);
        let file = csv(bench, first, rows)?;
        run(&["import", "--data", shown(&dir), RECORD_TYPE, shown(&file)])?;
        first += rows;
    }
    std::fs::write(&finished, "").map_err(|error| Failure::file(&finished, &error))?;
    Ok(dir)
}
