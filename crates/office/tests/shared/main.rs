//! One office for many threads, and one ledger for many offices: nobody's record is lost, of two that
//! want the same only one wins, and state and columns are always of one position.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base::{Day, FieldId, IndicatorId, Period, Position, Problem};
use ledger::{Nature, Storage};
use office::actor::NewActor;
use office::import::ImportOptions;
use office::record::{OnOther, Receipt};
use office::{Access, Office, SharedOffice};
use programme::Sources;
use sheet::Cell;
use tempfile::TempDir;

/// A firm's number with right check digits.
const FIRM: &str = "91421281MA0000015B";

fn quiet(_: u64, _: u64, _: &str) {}

/// A small town's data folder on one of the storages.
struct Town {
    dir: TempDir,
    storage: Storage,
}

impl Town {
    fn on(storage: Storage) -> Town {
        let text = include_str!("../import/town.toml").to_owned();
        let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
        let programme = programme::check(&sources).programme.unwrap();
        let town = Town {
            dir: tempfile::tempdir().unwrap(),
            storage,
        };
        let nature = Nature::Demonstration;
        Office::init_on(
            &town.path(),
            &town.storage,
            &sources,
            programme,
            nature,
            &actor("王某"),
        )
        .unwrap();
        town
    }

    fn on_postgres() -> Option<Town> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("ZHICHENG_TEST_POSTGRES") else {
            left_out("office: many writers on PostgreSQL (ZHICHENG_TEST_POSTGRES is not set)");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let moment = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_micros();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!(
            "{server}{mark}schema=o{}_{number}_{moment}",
            std::process::id()
        );
        Some(Town::on(Storage::Postgres(url)))
    }

    /// The town on each storage that there is.
    fn all() -> Vec<Town> {
        [Some(Town::on(Storage::Sqlite)), Town::on_postgres()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn open(&self, access: Access) -> Office {
        Office::open(&self.path(), access, &mut quiet).unwrap()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // What must always be true of a folder is looked at after every story.
        if !std::thread::panicking() {
            office::verify(&self.path(), &mut quiet).unwrap();
        }
        if let Storage::Postgres(url) = &self.storage {
            let (server, schema) = url.rsplit_once("schema=").unwrap();
            let drop = format!("DROP SCHEMA {schema} CASCADE");
            let server = server.trim_end_matches(['&', '?']);
            let done = std::process::Command::new("psql")
                .args([
                    "-q",
                    "-d",
                    server,
                    "-c",
                    "SET client_min_messages = warning",
                    "-c",
                    &drop,
                ])
                .output();
            assert!(done.is_ok_and(|done| done.status.success()) || std::thread::panicking());
        }
    }
}

/// Says that something is left out on this machine, and why. `./test` gathers these lines.
fn left_out(what: &str) {
    use std::io::Write;
    println!("SKIPPED: {what}");
    if let Some(path) = std::env::var_os("ZHICHENG_SKIPPED") {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(path);
        writeln!(file.unwrap(), "SKIPPED: {what}").unwrap();
    }
}

fn actor(name: &str) -> NewActor {
    NewActor {
        name: name.to_owned(),
        role: "programme_office".to_owned(),
        unit: None,
    }
}

/// Submits a sample of that number with that finding.
fn submit(office: &mut Office, number: &str, result: &str) -> Result<Receipt, Problem> {
    let programme = office.programme()?;
    let spellings = office.spellings()?;
    let cell = |field: &FieldId| {
        let text = match field.as_str() {
            "number" => number,
            "day" => "2018-03-05",
            "unit" => "market",
            "subject" => FIRM,
            "result" => result,
            _ => return None,
        };
        Some(Cell::Text(text.to_owned()))
    };
    let record_type = &programme.record_types["sample"];
    let draft = office::record::draft(&programme, &spellings, record_type, cell, Vec::new())
        .map_err(|faults| faults[0].problem.clone())?;
    office.submit(&draft, OnOther::Refuse, None)
}

/// How many samples there are, by the columns.
fn samples(office: &Office) -> u64 {
    let day = Day::from_ymd(2018, 12, 31).unwrap();
    let asked = measure::Query::new(
        IndicatorId::new("samples"),
        Period::Year(2018),
        day,
        office.position(),
    );
    let cells = office.mirror().columns().measure(&asked).unwrap();
    let value = cells[0].figure.value().unwrap();
    value.to_decimal(0, base::Rounding::HalfUp).parse().unwrap()
}

#[test]
fn what_a_thread_was_told_is_accepted_the_next_reader_sees() {
    const THREADS: u64 = 6;
    const EACH: u64 = 12;
    for town in Town::all() {
        let shared = SharedOffice::open(&town.path(), &mut quiet).unwrap();
        let accepted = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (shared, accepted) = (shared.clone(), &accepted);
                scope.spawn(move || {
                    for number in 0..EACH {
                        let number = format!("{thread}-{number}");
                        let done =
                            shared.command(1, None, |office| submit(office, &number, "pass"));
                        assert!(matches!(done.unwrap(), Receipt::Added(_)));
                        let before = accepted.fetch_add(1, Ordering::SeqCst) + 1;
                        let (seen, columns, state) = shared
                            .read(|office| {
                                let state = office.state().unwrap().position();
                                (samples(office), office.position(), state)
                            })
                            .unwrap();
                        assert!(seen >= before, "{seen} seen, {before} accepted");
                        assert_eq!(columns, state, "state and columns are of one position");
                    }
                });
            }
        });
        assert_eq!(shared.read(samples).unwrap(), THREADS * EACH);
        drop(shared);
        assert_eq!(samples(&town.open(Access::Read)), THREADS * EACH);
    }
}

#[test]
fn of_many_that_submit_under_one_key_one_wins_and_the_others_are_told_why() {
    for town in Town::all() {
        let shared = SharedOffice::open(&town.path(), &mut quiet).unwrap();
        let start = Barrier::new(8);
        let outcomes: Vec<Result<Receipt, Problem>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|thread| {
                    let (shared, start) = (shared.clone(), &start);
                    scope.spawn(move || {
                        // Half of them say the one thing, half the other.
                        let result = ["pass", "fail"][thread % 2];
                        start.wait();
                        shared.command(1, None, |office| submit(office, "a1", result))
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let added = outcomes
            .iter()
            .filter(|done| matches!(done, Ok(Receipt::Added(_))))
            .count();
        let same = outcomes
            .iter()
            .filter(|done| matches!(done, Ok(Receipt::Unchanged(_))))
            .count();
        let refused = outcomes.iter().filter_map(|done| done.as_ref().err());
        assert!(
            refused.clone().all(|problem| problem.code == "O231"),
            "{outcomes:?}"
        );
        assert_eq!((added, same, refused.count()), (1, 3, 4));
        assert_eq!(shared.read(samples).unwrap(), 1);
    }
}

#[test]
fn a_command_given_twice_under_its_id_is_accepted_once() {
    let town = Town::on(Storage::Sqlite);
    let shared = SharedOffice::open(&town.path(), &mut quiet).unwrap();
    let id = Some([7; 16]);
    let first = shared
        .command(1, id, |office| submit(office, "a1", "pass"))
        .unwrap();
    // The answer was not heard, and meanwhile the form says something else.
    let again = shared
        .command(1, id, |office| submit(office, "a2", "pass"))
        .unwrap_err();
    assert_eq!(again.code, "L206");
    // The command's first entry made the firm known, its second is the record.
    let Receipt::Added(number) = first else {
        panic!("{first:?}")
    };
    let first = format!("as entry {}", number - 1);
    assert!(again.what(base::Lang::En).ends_with(&first), "{again}");
    assert_eq!(shared.read(samples).unwrap(), 1);
}

/// Offices of several processes on one ledger, here of one process with several connections.
#[test]
fn offices_on_one_ledger_decide_by_what_the_others_did() {
    let Some(town) = Town::on_postgres() else {
        return;
    };
    let (mut one, mut other) = (town.open(Access::Write), town.open(Access::Write));
    submit(&mut one, "a1", "pass").unwrap();
    // The other has not looked since: it decides again and is refused for the right reason.
    assert_eq!(samples(&other), 0);
    assert_eq!(submit(&mut other, "a1", "fail").unwrap_err().code, "O231");
    assert_eq!(samples(&other), 1);
    submit(&mut other, "a2", "fail").unwrap();
    let added = submit(&mut one, "a3", "pass").unwrap();
    assert_eq!(
        samples(&one),
        3,
        "its own and what the other appended before"
    );
    assert_eq!(one.position(), one.state().unwrap().position());

    // Two that register at the same time are two.
    let li = other.register_actor(&actor("李某")).unwrap();
    let zhang = one.register_actor(&actor("张某")).unwrap();
    assert_ne!(li, zhang);

    let Receipt::Added(record) = added else {
        panic!("{added:?}")
    };
    other.withdraw(record, "误录").unwrap();
    assert_eq!(one.withdraw(record, "误录").unwrap_err().code, "O234");
    assert_eq!(samples(&one), 2);

    // A reader stays where it is while others append.
    let reader = town.open(Access::Read);
    submit(&mut one, "a4", "pass").unwrap();
    assert_eq!((samples(&reader), samples(&one)), (2, 3));
    assert_eq!(reader.position(), reader.state().unwrap().position());
    assert!(reader.position() < one.position());
}

fn file(numbers: std::ops::Range<u32>) -> Vec<u8> {
    let mut text = String::from("number,day,unit,subject,result\n");
    for number in numbers {
        text.push_str(&format!("n{number},2018-04-05,market,{FIRM},pass\n"));
    }
    text.into_bytes()
}

/// While an import is under way in one office another submits.
#[test]
fn an_import_and_what_others_submit_meanwhile() {
    let Some(town) = Town::on_postgres() else {
        return;
    };
    let mut importing = town.open(Access::Write);
    let mut other = town.open(Access::Write);
    let rows = file(0..6000);
    let (mut checked, mut written) = (0, 0);
    let mut meanwhile = |done: u64, total: u64, _: &str| {
        if total == 0 && done == 2000 {
            checked += 1;
            if checked == 1 {
                // After row n0 was checked and before it is appended: the import is made again.
                submit(&mut other, "n0", "fail").unwrap();
            }
        }
        if total > 0 && done < total {
            written += 1;
            // Rows are there and invisible; other keys are free.
            assert_eq!(submit(&mut other, "n7", "fail").unwrap_err().code, "O359");
            submit(&mut other, "b1", "pass").unwrap();
            assert_eq!(samples(&other), 2);
            // It is at work, so nobody gives it up.
            assert_eq!(other.abandon_open_imports().unwrap(), 0);
        }
    };
    let options = ImportOptions {
        valid_only: true,
        ..ImportOptions::default()
    };
    let report = importing
        .import("sample", "f.csv", &rows, &options, &mut meanwhile)
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    // The first time its first group was refused, because of n0; the second time that wrote 4,000 rows.
    assert_eq!((checked, written), (2, 1));
    // All but n0, which the other was faster with.
    assert_eq!((report.added, report.rejected_rows), (5999, 1));
    assert_eq!(samples(&importing), 5999 + 2);
    other.refresh().unwrap();
    assert_eq!(samples(&other), 5999 + 2);
    assert_eq!(submit(&mut other, "n7", "fail").unwrap_err().code, "O231");
}

/// The check of a million rows takes long; nobody waits for its end.
#[test]
fn while_a_file_is_checked_to_be_taken_others_submit_and_read() {
    for town in Town::all() {
        let shared = SharedOffice::open(&town.path(), &mut quiet).unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let rows = file(0..3000);
        let mut meanwhile = |done: u64, total: u64, _: &str| {
            if (done, total) != (2000, 0) {
                return;
            }
            let (other, tell) = (shared.clone(), tell.clone());
            std::thread::spawn(move || {
                let submitted = other.command(1, None, |office| submit(office, "m1", "pass"));
                tell.send((submitted.is_ok(), other.read(samples).unwrap()))
            });
            let found = told.recv_timeout(Duration::from_secs(30));
            assert_eq!(found, Ok((true, 1)));
        };
        let options = ImportOptions::default();
        let report = shared
            .command(1, None, |office| {
                office.import("sample", "f.csv", &rows, &options, &mut meanwhile)
            })
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(report.added, 3000);
        assert_eq!(shared.read(samples).unwrap(), 3001);
    }
}

#[test]
fn threads_of_one_house_import_and_submit() {
    for town in Town::all() {
        let shared = SharedOffice::open(&town.path(), &mut quiet).unwrap();
        let rows = Arc::new(file(0..3000));
        std::thread::scope(|scope| {
            let importing = {
                let (shared, rows) = (shared.clone(), rows.clone());
                scope.spawn(move || {
                    let options = ImportOptions::default();
                    shared.command(1, None, |office| {
                        office.import("sample", "f.csv", &rows, &options, &mut quiet)
                    })
                })
            };
            for number in 0..20 {
                let number = format!("b{number}");
                shared
                    .command(1, None, |office| submit(office, &number, "pass"))
                    .unwrap();
            }
            assert_eq!(importing.join().unwrap().unwrap().added, 3000);
        });
        assert_eq!(shared.read(samples).unwrap(), 3020);
        let head = shared.read(|office| office.position()).unwrap();
        assert!(head > Position(3020));
    }
}
