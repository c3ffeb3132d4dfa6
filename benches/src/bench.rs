//! What a run was asked for, and where it finds what it needs.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::findings::Failure;

/// Measures Zhicheng beside its peers and prints a table with ratios.
#[derive(Debug, Parser)]
#[command(name = "benches")]
pub struct Arguments {
    /// What to measure (default: all); `--list` names the works
    pub works: Vec<String>,
    /// Name the works and stop
    #[arg(long)]
    pub list: bool,
    /// A tenth of the size or less, few rounds: to see that everything runs
    #[arg(long)]
    pub quick: bool,
    /// How often each side runs, in turn; the best counts
    #[arg(long, default_value_t = 7)]
    pub rounds: usize,
    /// Also measure how costs grow from 10 thousand to 10 million records and draw it into docs/growth
    #[arg(long)]
    pub growth: bool,
    /// Folder with gen.py and peers.py of the rating workload (default: ../shared/bench beside the repository)
    #[arg(long, value_name = "DIR")]
    pub workload: Option<PathBuf>,
    /// Folder for data, the peers' Python environment and results (default: target/bench)
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A Python that has the peers already (default: one is made with the packages from PyPI)
    #[arg(long, value_name = "FILE")]
    pub python: Option<PathBuf>,
    /// PostgreSQL server to measure beside, as a URL (default: ZHICHENG_TEST_POSTGRES; without it those rows are left out)
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
}

/// A run: sizes, rounds and places.
#[derive(Debug)]
pub struct Bench {
    /// Whether only a small run was asked for.
    pub quick: bool,
    /// How often each side runs.
    pub rounds: usize,
    /// Whether growth is measured too.
    pub growth: bool,
    /// Folder for data and results.
    pub out: PathBuf,
    /// The repository.
    pub repository: PathBuf,
    /// A PostgreSQL server.
    pub postgres: Option<String>,
    workload: Option<PathBuf>,
    pub(crate) python: Option<PathBuf>,
}

impl Bench {
    /// Settles the places of a run.
    ///
    /// # Errors
    /// The folder for results cannot be made.
    pub fn new(arguments: &Arguments) -> Result<Bench, Failure> {
        if cfg!(debug_assertions) {
            eprintln!("Not a release build: figures of this run mean nothing.");
        }
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let repository = repository.canonicalize().unwrap_or(repository);
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| repository.join("target"), PathBuf::from);
        let out = arguments
            .out
            .clone()
            .unwrap_or_else(|| target.join("bench"));
        std::fs::create_dir_all(&out).map_err(|error| Failure::file(&out, &error))?;
        let postgres = arguments
            .postgres
            .clone()
            .or_else(|| std::env::var("ZHICHENG_TEST_POSTGRES").ok());
        Ok(Bench {
            quick: arguments.quick,
            rounds: if arguments.quick {
                arguments.rounds.min(3)
            } else {
                arguments.rounds
            }
            .max(1),
            growth: arguments.growth,
            out,
            repository,
            postgres: postgres.filter(|url| !url.is_empty()),
            workload: arguments.workload.clone(),
            python: arguments.python.clone(),
        })
    }

    /// The full size, or the small one of a quick run.
    pub fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// The sizes of the growth plots, in records: 10 thousand to 10 million, or to a million.
    pub fn growth_sizes(&self) -> Vec<usize> {
        let all = [10_000, 100_000, 1_000_000, 10_000_000];
        all.into_iter()
            .filter(|size| *size <= self.size(10_000_000, 1_000_000))
            .collect()
    }

    /// The folder with gen.py and peers.py of the rating workload.
    ///
    /// # Errors
    /// It is not there; the failure says how to name another.
    pub fn workload(&self) -> Result<PathBuf, Failure> {
        let beside = self.repository.join("../shared/bench");
        let folder = self.workload.clone().unwrap_or(beside);
        let folder = folder.canonicalize().unwrap_or(folder);
        if folder.join("gen.py").is_file() && folder.join("peers.py").is_file() {
            return Ok(folder);
        }
        Err(Failure::new(format!(
            "the rating workload (gen.py, peers.py) is not in {}; name its folder with --workload DIR",
            folder.display()
        )))
    }
}
