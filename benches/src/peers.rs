//! The peers: a Python environment with the engines, and workers that run what they are told.
//!
//! A worker is a Python process that loads its data once and then answers one line of JSON for each
//! line it reads, so that sides can run in turn. Its script stands beside the work (`rating/peer.py`).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value as Json;

use crate::bench::Bench;
use crate::findings::Failure;

/// The peers' packages, from PyPI.
pub const PACKAGES: [&str; 5] = ["numpy", "pyarrow", "duckdb", "polars", "chdb"];

/// A Python that can import the peers; made in the results' folder the first time.
///
/// # Errors
/// There is no Python, or the packages cannot be had.
pub fn python(bench: &Bench) -> Result<PathBuf, Failure> {
    if let Some(python) = &bench.python {
        return Ok(python.clone());
    }
    let folder = bench.out.join("venv");
    let python = folder.join("bin/python3");
    let imports = format!("import {}", PACKAGES.join(", "));
    let has_all = |python: &Path| {
        let mut command = Command::new(python);
        let run = command
            .args(["-c", &imports])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        run.status().is_ok_and(|status| status.success())
    };
    if has_all(&python) {
        return Ok(python);
    }
    eprintln!(
        "   making {} with {}",
        folder.display(),
        PACKAGES.join(", ")
    );
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(PACKAGES))?;
    if has_all(&python) {
        return Ok(python);
    }
    Err(Failure::new(format!(
        "{} cannot import {}; name a Python that can with --python FILE",
        python.display(),
        PACKAGES.join(", ")
    )))
}

/// Runs a command to its end.
///
/// # Errors
/// It cannot be started or fails.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let told = format!("{command:?}");
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("{told}: {status}"))),
        Err(error) => Err(Failure::new(format!("{told}: {error}"))),
    }
}

/// A peer that has its data and waits for a line.
#[derive(Debug)]
pub struct Worker {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a script of this crate with arguments and waits for its first line, which it prints when its
    /// data is loaded.
    ///
    /// # Errors
    /// It cannot start, or ends before.
    pub fn start(
        name: &str,
        python: &Path,
        script: &str,
        arguments: &[&str],
    ) -> Result<(Worker, Json), Failure> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
        let mut child = Command::new(python)
            .arg(&script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::file(&script, &error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new(format!("{name}: no pipes")));
        };
        let output = BufReader::new(output);
        let mut worker = Worker {
            name: name.to_owned(),
            child,
            input,
            output,
        };
        let loaded = worker.answer()?;
        Ok((worker, loaded))
    }

    /// Tells the worker something and waits for its answer.
    ///
    /// # Errors
    /// It ended, or answers with an error.
    pub fn ask(&mut self, line: &str) -> Result<Json, Failure> {
        let sent = writeln!(self.input, "{line}").and_then(|()| self.input.flush());
        sent.map_err(|error| Failure::new(format!("{}: {error}", self.name)))?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Json, Failure> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        read.map_err(|error| Failure::new(format!("{}: {error}", self.name)))?;
        serde_json::from_str(&line)
            .map_err(|_| Failure::new(format!("{} ended or said no JSON: {line:?}", self.name)))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Its own child, and nothing of it is kept: it may well have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
