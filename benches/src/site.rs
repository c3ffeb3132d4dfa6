//! The site under 50 signed-in people in a realistic mix, on a folder with about a million records, beside
//! a plain page of the same framework (one query, one table, no session) and Django's page of the same table.
//!
//! A request's time is what its reader waits on the same machine, from the first byte sent to the last
//! received. Everyone pauses between pages as people do; beside them a program submits two records a second, so that no
//! page stays the same.

pub mod cases;
mod people;
mod plain;
mod writer;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::bench::Bench;
use crate::findings::{Failure, Findings, Goal, Measured, Row, Unit};
use crate::folder::{self, shown};
use crate::peers;

use people::{Asked, Visit};

/// How many times the demonstration's supervision is made, for about a million records.
const TIMES: usize = 136;
const TIMES_QUICK: usize = 4;
/// Signed-in people.
const PEOPLE: usize = 50;
/// The demonstration's people who look.
const LOGINS: [&str; 5] = ["office", "liaison", "leader", "reviewer", "committee"];
/// The record type whose list is shown.
const LISTED: &str = "food_sample";
/// Its key.
const LISTED_KEY: &str = "sample_no";
/// Server time that no page may pass at the 95th percentile, in seconds.
const LIMIT_S: f64 = 0.025;
/// Bytes of a first view, compressed.
const FIRST_VIEW_BYTES: f64 = 100e3;

/// A process that ends with the work.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures the site.
///
/// # Errors
/// `zhicheng` was not built, the peers cannot be had, or a page does not answer.
pub fn run(bench: &Bench) -> Result<Findings, Failure> {
    let dir = filled(bench)?;
    let (server, base) = serve(&dir)?;
    let records = records_of(bench, &dir)?;
    let seconds = if bench.quick { 5 } else { 30 };
    let visits = visits(&base)?;
    eprintln!("   {PEOPLE} people for {seconds} s on {base}, and one program that writes");
    let key = (LISTED, LISTED_KEY);
    let next = writer::records_like(&dir, &base, LOGINS[0], key, &visits)?;
    let writer = writer::Writer::begin(&dir, &base, LOGINS[0], next)?;
    let ours = people::go(
        &base,
        &LOGINS,
        PEOPLE,
        &visits,
        Duration::from_secs(seconds),
    )?;
    let written = writer.end()?;
    drop(server);

    let table = exported(bench, &dir)?;
    let best_plain = plain_page(&table, &format!("record_{LISTED}"), seconds / 2)?;
    let django = django(bench, &table, Duration::from_secs(seconds / 2));

    let mut peers = vec![("plain page".to_owned(), one(best_plain))];
    let mut found = Findings::default();
    match django {
        Ok(django) => peers.push(("Django".to_owned(), one(percentile(&django, "plain", 95)))),
        Err(failure) => found
            .left_out
            .push(("the Django page".to_owned(), failure.to_string())),
    }
    let what = format!("{records} records");
    pages(&mut found, &visits, &ours, &peers, &what, written);
    Ok(found)
}

/// A row for each page that was looked at, `what` telling the folder's size; a page over its size is told.
fn pages(
    found: &mut Findings,
    visits: &[Visit],
    ours: &[Asked],
    peers: &[(String, Measured)],
    what: &str,
    written: usize,
) {
    for visit in visits {
        let taken = percentile(ours, visit.name, 95);
        found.rows.push(Row {
            work: format!(
                "Page: {}, {PEOPLE} people, {what}, 95th percentile",
                visit.name
            ),
            ours: one(taken),
            peers: peers.to_vec(),
            goal: Goal::Within(3.0, 1.5),
            notes: vec![format!(
                "median {}; {} requests beside {written} submissions; {:.0} kB compressed; {} under {}",
                Unit::Seconds.shown(percentile(ours, visit.name, 50)),
                ours.iter().filter(|asked| asked.name == visit.name).count(),
                size(ours, visit.name) / 1e3,
                if taken <= LIMIT_S { "is" } else { "is NOT" },
                Unit::Seconds.shown(LIMIT_S),
            )],
        });
        let bytes = size(ours, visit.name);
        if bytes > FIRST_VIEW_BYTES {
            found.left_out.push((
                format!("{} is a first view under 100 kB", visit.name),
                format!("it is {:.0} kB", bytes / 1e3),
            ));
        }
    }
}

/// The 95th percentile of the plain page of a table under the same people, in seconds.
fn plain_page(file: &Path, table: &str, seconds: u64) -> Result<f64, Failure> {
    let (base, plain) = plain::serve(file, table)?;
    let page = [Visit {
        name: "plain",
        path: "/".to_owned(),
    }];
    let asked = people::go(&base, &[], PEOPLE, &page, Duration::from_secs(seconds))?;
    plain.end();
    Ok(percentile(&asked, "plain", 95))
}

fn one(seconds: f64) -> Measured {
    Measured::seconds(vec![seconds])
}

fn percentile(asked: &[Asked], name: &str, percent: usize) -> f64 {
    let mut times: Vec<f64> = asked
        .iter()
        .filter(|asked| asked.name == name)
        .map(|asked| asked.seconds)
        .collect();
    times.sort_by(f64::total_cmp);
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or(f64::NAN)
}

/// The largest answer of a page, in bytes as they were sent.
fn size(asked: &[Asked], name: &str) -> f64 {
    asked
        .iter()
        .filter(|asked| asked.name == name)
        .map(|asked| asked.bytes as f64)
        .fold(0.0, f64::max)
}

/// What people look at. Numbers of records and cases are taken from the pages themselves.
fn visits(base: &str) -> Result<Vec<Visit>, Failure> {
    let visit = |name: &'static str, path: &str| Visit {
        name,
        path: path.to_owned(),
    };
    let list = format!("/records/{LISTED}");
    let session = people::sign_in(base, "office")?;
    let body = people::text(base, &session, &list)?;
    let record = body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|address| {
            address
                .strip_prefix(&format!("{list}/"))
                .is_some_and(|number| number.parse::<u64>().is_ok())
        })
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("{list} leads to no record")))?;
    Ok(vec![
        visit("my work", "/work"),
        visit("scoreboard", "/board"),
        visit("a unit's card", "/units/puqi"),
        visit("a list of records", &list),
        visit("a record", &record),
    ])
}

/// A demonstration with about a million records, made once.
fn filled(bench: &Bench) -> Result<PathBuf, Failure> {
    let times = bench.size(TIMES, TIMES_QUICK);
    let dir = bench.out.join(format!("site-{times}"));
    if dir.is_dir() {
        return Ok(dir);
    }
    let packages = bench.out.join(format!("site-packages-{times}"));
    copy(&bench.repository.join("programmes"), &packages)?;
    let file = packages.join("chibi-2018/generate/supervision.toml");
    let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, &error))?;
    let more: String = text
        .lines()
        .map(|line| {
            match line
                .strip_prefix("count = ")
                .and_then(|count| count.parse::<usize>().ok())
            {
                Some(count) => format!("count = {}\n", count * times),
                None => format!("{line}\n"),
            }
        })
        .collect();
    fs::write(&file, more).map_err(|error| Failure::file(&file, &error))?;
    made(&dir, &packages.join("chibi-2018"))?;
    Ok(dir)
}

/// Makes a demonstration of a programme; what an interrupted run left is thrown away.
fn made(dir: &Path, programme: &Path) -> Result<(), Failure> {
    let unfinished = dir.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(|error| Failure::file(&unfinished, &error))?;
    }
    eprintln!("   making {}", dir.display());
    folder::run(&[
        "init",
        "--data",
        shown(&unfinished),
        "--programme",
        shown(programme),
        "--demonstration",
    ])?;
    folder::run(&["generate", "--data", shown(&unfinished)])?;
    fs::rename(&unfinished, dir).map_err(|error| Failure::file(dir, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(|error| Failure::file(to, &error))?;
    let entries = fs::read_dir(from).map_err(|error| Failure::file(from, &error))?;
    for entry in entries.flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(|error| Failure::file(&path, &error))?;
        }
    }
    Ok(())
}

/// Runs the site of a folder; gives its address.
fn serve(dir: &Path) -> Result<(Running, String), Failure> {
    let mut command = Command::new(folder::zhicheng()?);
    command
        .args([
            "--lang",
            "en",
            "demo",
            "--listen",
            "127.0.0.1:0",
            "--data",
            shown(dir),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let failed = |error: std::io::Error| Failure::new(format!("the site: {error}"));
    let mut child = command.spawn().map_err(failed)?;
    let output = child.stdout.take();
    let running = Running(child);
    let mut lines =
        BufReader::new(output.ok_or_else(|| Failure::new("the site: no pipe"))?).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some(at) = line.find("http://") {
            let base = line
                .get(at..)
                .unwrap_or_default()
                .trim_end_matches('/')
                .to_owned();
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((running, base));
        }
    }
    Err(Failure::new("the site ended before it was up"))
}

/// How many records the folder has, as `verify` would count them: the entries.
fn records_of(bench: &Bench, dir: &Path) -> Result<usize, Failure> {
    let table = exported(bench, dir)?;
    let database = rusqlite::Connection::open(&table)
        .map_err(|error| Failure::new(format!("{}: {error}", table.display())))?;
    database
        .query_row(
            &format!("select count(*) from \"record_{LISTED}\""),
            [],
            |row| row.get::<_, i64>(0),
        )
        .map(|rows| usize::try_from(rows).unwrap_or(0))
        .map_err(|error| Failure::new(format!("{}: {error}", table.display())))
}

/// The same records as a SQLite file, with an index on what the list is ordered by: what the peers read.
fn exported(bench: &Bench, dir: &Path) -> Result<PathBuf, Failure> {
    let file = dir.with_extension("sqlite");
    if file.is_file() {
        return Ok(file);
    }
    let unfinished = bench.out.join("site-export.sqlite");
    folder::run(&[
        "export",
        "--data",
        shown(dir),
        "--sqlite",
        shown(&unfinished),
        "--force",
    ])?;
    fs::rename(&unfinished, &file).map_err(|error| Failure::file(&file, &error))?;
    Ok(file)
}

/// Django's page of the same table, served by gunicorn with two workers.
fn django(bench: &Bench, table: &Path, time: Duration) -> Result<Vec<Asked>, Failure> {
    let python = peers::python(bench)?;
    let has = || {
        Command::new(&python)
            .args(["-c", "import django, gunicorn"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !has() {
        peers::run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "django",
            "gunicorn",
        ]))?;
    }
    let port = plain::free_port()?;
    let child = Command::new(&python)
        .args([
            "-m",
            "gunicorn",
            "--workers",
            "2",
            "--log-level",
            "critical",
            "--bind",
        ])
        .arg(format!("127.0.0.1:{port}"))
        .arg("django_page:application")
        .env("TABLE", table)
        .env("LISTED", LISTED)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/site"))
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| Failure::new(format!("gunicorn: {error}")))?;
    let _running = Running(child);
    let base = format!("http://127.0.0.1:{port}");
    people::wait_for(&base)?;
    let page = [Visit {
        name: "plain",
        path: "/".to_owned(),
    }];
    people::go(&base, &[], PEOPLE, &page, time)
}
