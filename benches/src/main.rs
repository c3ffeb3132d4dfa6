//! The one bench command: what Zhicheng is asked to be fast at, beside its peers, in the same run.
//!
//! `cargo run --release -p benches -- rating` (or `all`, or several names; `--list` names them). Each
//! work is a module of its own, registered in [`WORKS`]; it gets a [`Bench`] (sizes, rounds, peers) and
//! gives back [`Findings`] (rows of the table, lines of the growth plots). Read `findings.rs` next, then
//! `rating.rs` as the example to follow.

mod append;
mod bench;
mod export;
mod findings;
mod folder;
mod import;
mod measure;
mod one_record;
mod peers;
mod plots;
mod rating;
mod site;
mod start;
mod table;
mod timing;

use std::process::ExitCode;

use bench::{Arguments, Bench};
use clap::Parser;
use findings::{Failure, Findings};

/// The allocator of the program that is shipped.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One thing that is measured.
struct Work {
    /// What it is called on the command line.
    name: &'static str,
    /// What it measures, in a line.
    about: &'static str,
    /// Measures it.
    run: fn(&Bench) -> Result<Findings, Failure>,
}

/// Every work, in the order of the table. To add one: a module beside `rating.rs` and a line here.
const WORKS: &[Work] = &[
    Work {
        name: "rating",
        about: "credit rating of 1,000,000 enterprises from 10,000,056 records",
        run: rating::run,
    },
    Work {
        name: "measure",
        about: "all figures of the Chibi package over 10,000,000 records by unit and month; memory",
        run: measure::run,
    },
    Work {
        name: "import",
        about: "import of 1,000,000 CSV rows, beside SQLite's .import and PostgreSQL's COPY",
        run: import::run,
    },
    Work {
        name: "append",
        about: "single appends by 64 writers, durable, beside the backend's own bulk insert of the same rows",
        run: append::run,
    },
    Work {
        name: "one-record",
        about: "one new record until its enterprise's grade and its unit's totals are out, beside the durable append alone",
        run: one_record::run,
    },
    Work {
        name: "site",
        about: "pages under 50 signed-in people on a million records, beside a plain page and Django's",
        run: site::run,
    },
    Work {
        name: "cases",
        about: "pages of casework under 50 signed-in people on a million cases, beside a plain page; start and memory",
        run: site::cases::run,
    },
    Work {
        name: "start",
        about: "start on 10 million records, beside reading the snapshot's bytes",
        run: start::run,
    },
    Work {
        name: "export",
        about: "memory while 1,000,000 records are exported as CSV and as a workbook",
        run: export::run,
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        for work in WORKS {
            println!("{:10} {}", work.name, work.about);
        }
        return ExitCode::SUCCESS;
    }
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the works that were asked for and prints the table. What cannot run here is told in it.
fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let asked = chosen(&arguments.works)?;
    let bench = Bench::new(arguments)?;
    let mut all = Findings::default();
    for work in asked {
        eprintln!("== {}: {}", work.name, work.about);
        match (work.run)(&bench) {
            Ok(found) => all.extend(found),
            Err(failure) => {
                eprintln!("{}: {failure}", work.name);
                all.left_out
                    .push((work.name.to_owned(), failure.to_string()));
            }
        }
        // Written after each work, so that an interrupted run leaves what it has.
        table::write(&bench, &all)?;
    }
    plots::write(&bench, &all)?;
    println!("{}", table::markdown(&bench, &all));
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Work>, Failure> {
    if names.is_empty() || names.iter().any(|name| name == "all") {
        return Ok(WORKS.iter().collect());
    }
    let find = |name: &String| {
        WORKS.iter().find(|work| work.name == name).ok_or_else(|| {
            let known: Vec<&str> = WORKS.iter().map(|work| work.name).collect();
            Failure::new(format!(
                "there is no work `{name}`; known: all, {}",
                known.join(", ")
            ))
        })
    };
    names.iter().map(find).collect()
}
