//! The same city with its ledger in PostgreSQL: every command works as in a folder, and several
//! processes write at the same time.

use std::thread;

use crate::city::{City, text};
use crate::files::firm;

#[test]
fn a_city_works_as_it_does_in_a_folder() {
    let Some(city) = City::on_postgres("town") else {
        return;
    };
    assert!(!city.ledger_file().exists());
    let subject = format!("subject={}", firm(1));
    let submit = |number: &str, result: &str| {
        let (number, result) = (format!("number={number}"), format!("result={result}"));
        city.run([
            "submit",
            "sample",
            &number,
            "day=2018-03-05",
            "unit=market",
            "place=east",
            &subject,
            &result,
        ])
    };
    let record = submit("a1", "fail").number();
    submit("a1", "pass").refused("O231");
    city.by("王某", "programme_office", None)
        .run(["withdraw", &record.to_string(), "--reason", "误录"])
        .ok();
    submit("a2", "pass").ok();
    assert_eq!(
        (city.figure("samples"), city.figure("failed")),
        ("1".into(), "0".into())
    );
    let row = city.run(["verify", "--format", "json"]).ok().row();
    assert_eq!(text(&row, "result"), "verified");
    assert_eq!(city.facts(record)["key"], "a1");
    let history = city
        .run(["record", &record.to_string(), "--format", "json"])
        .ok()
        .json();
    assert_eq!(history.len(), 2);
}

#[test]
fn many_processes_submit_at_once_and_nothing_is_lost() {
    let Some(city) = City::on_postgres("town") else {
        return;
    };
    const PROCESSES: u32 = 4;
    const EACH: u32 = 5;
    thread::scope(|scope| {
        for process in 0..PROCESSES {
            let city = &city;
            scope.spawn(move || {
                for number in 0..EACH {
                    // Each other submission is about the same firm, which only one can make known.
                    let firm = firm(if number % 2 == 0 {
                        1
                    } else {
                        process * EACH + number + 2
                    });
                    let name = format!("number=p{process}-{number}");
                    let actor = format!("person {process}");
                    let subject = format!("subject={firm}");
                    city.by(&actor, "programme_office", None)
                        .run([
                            "submit",
                            "sample",
                            &name,
                            "day=2018-03-05",
                            "unit=market",
                            "place=east",
                            &subject,
                            "result=pass",
                        ])
                        .ok();
                }
            });
        }
    });
    assert_eq!(city.figure("samples"), (PROCESSES * EACH).to_string());
}

#[test]
fn where_a_ledger_is_kept_is_told_when_it_cannot_be_reached() {
    let package = crate::city::test_package("town");
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let init = |url: &str| {
        crate::city::run(&[
            "init",
            "--programme",
            package.to_str().unwrap(),
            "--data",
            data.to_str().unwrap(),
            "--store",
            url,
        ])
    };
    init("mysql://db/zc").refused("L114");
    let secret = init("postgresql://li:secret@127.0.0.1:1/zc?connect_timeout=2");
    assert!(!secret.err.contains("secret"), "{secret}");
    secret.refused("L115").telling("li@127.0.0.1:1/zc");
}
