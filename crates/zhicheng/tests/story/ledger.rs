//! The ledger behind a city: one record at a time, its history, one writer at a time, readers beside.

use std::fs::File;

use crate::city::{City, run, test_package, text};
use crate::files::firm;

fn with_one_sample() -> (City, u64) {
    let city = City::new("town");
    let record = submit(&city, &["result=fail"]).number();
    (city, record)
}

fn submit(city: &City, more: &[&str]) -> crate::city::Run {
    let subject = format!("subject={}", firm(1));
    let mut all = vec![
        "submit",
        "sample",
        "number=a1",
        "day=2018-03-05",
        "unit=market",
        "place=east",
        subject.as_str(),
    ];
    all.extend(more);
    city.run_all(&all)
}

#[test]
fn a_record_is_submitted_revised_and_withdrawn_and_nothing_is_overwritten() {
    let (city, record) = with_one_sample();
    let same = submit(&city, &["result=fail"]);
    assert_eq!(same.number(), record, "the same again is the same record");
    submit(&city, &["result=pass"])
        .refused("O231")
        .telling("--revise");
    submit(&city, &["result=pass", "--revise", "--reason", "复检合格"]).ok();
    assert_eq!(
        (city.figure("samples"), city.figure("failed")),
        ("1".to_owned(), "0".to_owned())
    );
    let withdraw = |reason: &str| {
        city.by("王某", "programme_office", None).run([
            "withdraw",
            &record.to_string(),
            "--reason",
            reason,
        ])
    };
    withdraw("").refused("O232");
    withdraw("误录").ok();
    withdraw("误录").refused("O234");
    assert_eq!(city.figure("samples"), "0");

    let history = city
        .run(["record", &record.to_string(), "--format", "json"])
        .json();
    let seen: Vec<[String; 2]> = history
        .iter()
        .map(|version| ["actor", "reason"].map(|key| text(version, key)))
        .collect();
    assert_eq!(
        seen,
        [
            ["programme office", ""],
            ["programme office", "复检合格"],
            ["王某", "误录"]
        ]
    );
    let positions: Vec<u64> = history
        .iter()
        .map(|version| version["position"].as_u64().unwrap())
        .collect();
    assert!(
        positions.is_sorted() && positions[0] == record,
        "{positions:?}"
    );
    city.run(["withdraw", "1", "--reason", "x"]).refused("O233");
}

#[test]
fn a_second_writer_is_refused_while_one_holds_the_folder_and_readers_are_not() {
    let (city, _) = with_one_sample();
    let held = File::options()
        .write(true)
        .open(city.data().join("ledger.lock"))
        .unwrap();
    held.lock().unwrap();
    submit(&city, &["result=pass", "--revise", "--reason", "x"]).refused("L105");
    assert_eq!(
        city.figure("samples"),
        "1",
        "reading works beside the writer"
    );
    city.run(["verify"]).ok();
    held.unlock().unwrap();
    submit(&city, &["result=pass", "--revise", "--reason", "x"]).ok();
}

#[test]
fn a_folder_is_made_once_and_says_what_it_is() {
    let city = City::new("town");
    let again = run(&[
        "init",
        "--programme",
        test_package("town").to_str().unwrap(),
        "--data",
        city.data().to_str().unwrap(),
    ]);
    again.refused("L102");
    assert_eq!(
        text(&city.run(["verify", "--format", "json"]).row(), "nature"),
        "demonstration"
    );
    assert_eq!(
        text(
            &City::real("town").run(["verify", "--format", "json"]).row(),
            "nature"
        ),
        "real"
    );
    let board = city.run(["score", "assessment"]).ok();
    assert!(board.out.contains("DEMONSTRATION DATA"), "{board}");
}

#[test]
fn a_new_version_of_the_programme_is_an_entry_and_earlier_positions_keep_the_old_one() {
    let (city, _) = with_one_sample();
    let before = city.head().to_string();
    let package = city.path("town");
    crate::city::copy_folder(&test_package("town"), &package);
    let records = std::fs::read_to_string(package.join("records.toml")).unwrap();
    let changed = records.replace(
        "where = \"result = 'fail'\"\n\n[[indicator]]\nid = \"pass_rate\"",
        "where = \"result <> 'pass'\"\n\n[[indicator]]\nid = \"pass_rate\"",
    );
    assert_ne!(records, changed);
    std::fs::write(package.join("records.toml"), changed).unwrap();
    let head = std::fs::read_to_string(package.join("programme.toml")).unwrap();
    std::fs::write(
        package.join("programme.toml"),
        head.replace("version = \"1.0.0\"", "version = \"1.1.0\""),
    )
    .unwrap();
    city.run(["activate", package.to_str().unwrap()]).ok();
    let subject = format!("subject={}", firm(1));
    city.run([
        "submit",
        "sample",
        "number=a2",
        "day=2018-03-05",
        "unit=market",
        &subject,
        "result=pending",
    ])
    .ok();
    assert_eq!(
        city.figure("failed"),
        "2",
        "by the new definition the pending one counts"
    );
    let earlier = city
        .run(["measure", "failed", "--at", &before, "--format", "json"])
        .row();
    assert_eq!(text(&earlier, "value"), "1");

    // A version that would make old records unreadable is refused.
    let retyped = std::fs::read_to_string(package.join("records.toml"))
        .unwrap()
        .replace("type = \"money\"", "type = \"text\"");
    let retyped = retyped.replace(
        "measure = \"sum\"\nof = \"sample\"\nvalue = \"cost\"\nformat = \"money\"",
        "measure = \"count\"\nof = \"sample\"",
    );
    std::fs::write(package.join("records.toml"), retyped).unwrap();
    let refused = city.run(["activate", package.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{refused}");
    refused.telling("cost").telling("records.toml");
    let against = run(&[
        "check",
        package.to_str().unwrap(),
        "--against",
        test_package("town").to_str().unwrap(),
    ]);
    assert_eq!(against.code, 1, "{against}");
    against.telling("cost");
}

#[test]
fn a_number_that_the_columns_cannot_hold_is_refused_and_the_folder_stays_readable() {
    let city = City::new("town");
    let submit = |line: &str| {
        city.run([
            "submit",
            "finding",
            "day=2018-03-05",
            "unit=east",
            "report=1",
            "what=x",
            &format!("line={line}"),
        ])
    };
    submit("-9223372036854775808").refused("O225");
    submit("-9223372036854775807").ok();
    assert_eq!(city.figure("findings"), "1");
    city.run(["verify"]).ok();
}

#[test]
fn who_acts_has_a_role_and_a_unit_of_the_programme() {
    let city = City::new("town");
    let before = city.head();
    city.by("张某", "dog_catcher", None)
        .run(["withdraw", "1", "--reason", "x"])
        .refused("O280")
        .telling("liaison");
    city.by("张某", "liaison", Some("nowhere"))
        .run(["withdraw", "1", "--reason", "x"])
        .refused("O215");
    assert_eq!(city.head(), before, "nobody was registered");
}

#[test]
fn a_dry_run_writes_nothing_even_for_someone_new() {
    let city = City::new("town");
    let before = city.head();
    let scan = city.file("scan.pdf", b"a scan");
    let file = city.file("文件.csv", "文号,日期\n1,2018-03-05\n");
    city.by("李某", "liaison", Some("east"))
        .run(["import", "paper", &file, "--dry-run", "--evidence", &scan])
        .ok();
    assert_eq!(city.head(), before);
    assert!(
        !city.data().join("evidence").exists(),
        "no evidence was stored"
    );
}

#[test]
fn two_logs_of_one_programme_have_different_names() {
    let origin = |city: &City| {
        let ledger = rusqlite::Connection::open(city.ledger_file()).unwrap();
        ledger
            .query_row("SELECT value FROM meta WHERE key = 'origin'", [], |row| {
                row.get::<_, String>(0)
            })
            .unwrap()
    };
    let (one, other) = (origin(&City::new("town")), origin(&City::new("town")));
    assert!(
        one.starts_with("zhicheng/town/demonstration/") && one != other,
        "{one} {other}"
    );
}
