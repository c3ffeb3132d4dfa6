//! Casework on a million cases: lists, the work list, the scoreboard and a case under 50 signed-in people while
//! a program acts on two cases a second; how long the start takes and how much memory it needs.
//!
//! The folder is the Hanyang demonstration, and beside it every reminder of an overdue periodic inspection of
//! special equipment that a large city would send in a decade: most closed, some fifty thousand still open.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::people::Visit;
use super::{PEOPLE, copy, exported, made, one, pages, people, plain_page, serve, writer};
use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::folder;
use crate::timing::timed;

/// Cases that are made beside the demonstration's own.
const CASES: usize = 985_000;
const CASES_QUICK: usize = 2_000;
/// The flow of these cases, its first state, and the one in which most are closed.
const FLOW: &str = "equipment_inspection_due";
const FIRST: &str = "due";
const DONE: &str = "done";
/// The unit that has them.
const UNIT: &str = "market";
/// Who looks: the office, the inspectors and their chief, a leader, somebody of another unit.
const LOGINS: [&str; 5] = ["inspector", "office", "chief", "leader", "liaison"];
/// Memory of the server, in bytes: what a small server has.
const MEMORY_REACH: f64 = 8e9;
const MEMORY_AIM: f64 = 4e9;

/// Measures casework.
///
/// # Errors
/// `zhicheng` was not built, or a page does not answer.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let cases = bench.size(CASES, CASES_QUICK);
    let dir = filled(bench, cases)?;
    let table = exported(bench, &dir)?;
    let seconds = if bench.quick { 5 } else { 30 };
    let (start, served) = timed(|| serve(&dir));
    let (server, base) = served?;
    let visits = visits(&base)?;
    let due = writer::cases_in(&dir, &base, LOGINS[0], FIRST)?;
    if due.is_empty() {
        return Err(Failure::new(format!("no case is {FIRST}")));
    }
    eprintln!("   {PEOPLE} people for {seconds} s on {base}, and one program that acts on cases");
    let mut due = due.into_iter();
    let urge = json!({ "fields": { "user": "汉阳演示物业有限公司", "answer_by": "2099-12-31" } });
    let next = Box::new(move |_| {
        let path = format!("/api/v1/cases/{}/actions/urge", due.next()?);
        Some((path, urge.clone()))
    });
    let writer = writer::Writer::begin(&dir, &base, LOGINS[0], next)?;
    let time = Duration::from_secs(seconds);
    let ours = people::go(&base, &LOGINS, PEOPLE, &visits, time)?;
    let written = writer.end()?;
    let status = PathBuf::from(format!("/proc/{}/status", server.0.id()));
    let memory = folder::resident_peak(&status);
    drop(server);

    let plain = plain_page(&table, &format!("case_{FLOW}"), seconds / 2)?;
    let peers = [("plain page".to_owned(), one(plain))];
    let mut found = Findings::default();
    let what = format!("{cases} cases and the demonstration's");
    pages(&mut found, &visits, &ours, &peers, &what, written);
    found.rows.push(Row {
        work: format!("Start of the site on {what}, until its address is told"),
        ours: one(start),
        peers: Vec::new(),
        goal: Goal::Under(30.0, 10.0),
        notes: Vec::new(),
    });
    if let Some(bytes) = memory {
        found.rows.push(Row {
            work: format!("Memory of the site on {what}"),
            ours: Measured {
                unit: Unit::Bytes,
                runs: vec![bytes],
            },
            peers: Vec::new(),
            goal: Goal::Under(MEMORY_REACH, MEMORY_AIM),
            notes: vec!["peak of resident memory, start and people included".to_owned()],
        });
    }
    Ok(found)
}

/// What people look at.
fn visits(base: &str) -> Result<Vec<Visit>, Failure> {
    let visit = |name: &'static str, path: String| Visit { name, path };
    let open = format!("/cases?flow={FLOW}");
    let closed = format!("/cases?flow={FLOW}&unit={UNIT}&state={DONE}");
    let session = people::sign_in(base, LOGINS[0])?;
    let first = |list: &str| {
        let body = people::text(base, &session, list)?;
        let mut addresses = body.split("href=\"").skip(1);
        addresses
            .find_map(|rest| {
                let address = rest.split('"').next()?;
                let number = address.strip_prefix("/cases/")?;
                number.parse::<u64>().ok().map(|_| address.to_owned())
            })
            .ok_or_else(|| Failure::new(format!("{list} leads to no case")))
    };
    Ok(vec![
        visit("my work", "/work".to_owned()),
        visit("scoreboard", "/board".to_owned()),
        visit("a unit's card", format!("/units/{UNIT}")),
        visit("open cases", open.clone()),
        visit("late cases", format!("{open}&late=1")),
        visit("closed cases", closed.clone()),
        visit("an open case", first(&open)?),
        visit("a closed case", first(&closed)?),
    ])
}

/// The demonstration with so many cases more, made once.
fn filled(bench: &Bench, cases: usize) -> Result<PathBuf, Failure> {
    let dir = bench.out.join(format!("cases-{cases}"));
    if dir.is_dir() {
        return Ok(dir);
    }
    let packages = bench.out.join(format!("cases-packages-{cases}"));
    copy(&bench.repository.join("programmes"), &packages)?;
    let programme = packages.join("hanyang-2021");
    let file = programme.join("generate/cases_bench.toml");
    fs::write(&file, generated(cases)).map_err(|error| Failure::file(&file, &error))?;
    made(&dir, &programme)?;
    Ok(dir)
}

/// What makes the cases: 98 of 100 are urged, 97 of 100 of these are closed.
fn generated(cases: usize) -> String {
    format!(
        r#"[[generate]]
id = "bench_due"
of = "case:{FLOW}"
count = {cases}
from = 2021-01-04
to = 2021-12-31
units = ["{UNIT}"]

[[generate_field]]
generate = "bench_due"
field = "due_on"
from = 10
to = 40

[[generate_field]]
generate = "bench_due"
field = "user"
values = ["汉阳演示物业有限公司", "汉阳演示商场", "汉阳演示医院"]

[[generate_field]]
generate = "bench_due"
field = "answer_by"
from = 3
to = 9

[[generate_step]]
generate = "bench_due"
action = "urge"
share = 0.98
role = "inspector"

[[generate_step]]
generate = "bench_due"
action = "inspected"
share = 0.97
role = "inspector"
"#
    )
}
