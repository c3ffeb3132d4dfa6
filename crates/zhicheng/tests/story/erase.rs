//! Someone asks for personal data to be erased, and what the office then sees.

use std::path::Path;

use crate::city::{City, copy_folder, run, run_in, text};
use crate::files::firm;
use crate::town;

/// The files under a folder that hold a text.
fn files_with(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            found.extend(holds.then(|| path.display().to_string()));
        }
    }
    found
}

/// A city with a sample that someone took, and a photograph.
fn sampled() -> (City, u64) {
    let city = City::new("town");
    let photo = city.file("photo.jpg", "a photograph of Zhang San");
    let subject = format!("subject={}", firm(1));
    let number = city
        .run([
            "submit",
            "sample",
            "number=a1",
            "day=2018-03-05",
            "unit=market",
            "place=east",
            &subject,
            "result=fail",
            "inspector=Zhang San",
            "--evidence",
            &photo,
        ])
        .number();
    (city, number)
}

#[test]
fn a_record_is_erased_and_tells_by_whom_when_and_why() {
    let (city, number) = sampled();
    let number = number.to_string();
    let failed = |city: &City| {
        text(
            &city.run(["measure", "failed", "--format", "json"]).row(),
            "value",
        )
    };
    let before = failed(&city);
    assert!(
        !files_with(&city.data(), "Zhang San").is_empty(),
        "the search can find"
    );
    city.run([
        "erase", "--record", &number, "--field", "result", "--reason", "x",
    ])
    .refused("O291")
    .telling("inspector");
    city.run(["erase", "--record", &number, "--reason", "Zhang San asked"])
        .refused("O292");
    let done = city
        .by("李某", "programme_office", None)
        .run([
            "erase",
            "--record",
            &number,
            "--reason",
            "asked by the person",
            "--asked-by",
            "letter 17",
        ])
        .ok();
    assert!(done.out.contains("files 1"), "{done}");
    assert_eq!(files_with(&city.data(), "Zhang San"), Vec::<String>::new());
    assert_eq!(failed(&city), before);

    let position = done.number();
    let shown = city.run(["record", &number]).ok();
    for part in [
        "inspector erased on",
        "李某",
        "asked by the person",
        "letter 17",
    ] {
        assert!(shown.out.contains(part), "{part}: {shown}");
    }
    let chinese = run_in(
        "zh",
        &["record", &number, "--data", city.data().to_str().unwrap()],
    );
    assert!(
        chinese.out.contains("由李某删除：asked by the person"),
        "{chinese}"
    );
    let row = city.run(["record", &number, "--format", "json"]).row();
    assert!(
        text(&row, "erased").contains(&format!("inspector@{position}")),
        "{row:?}"
    );

    let listed = city.run(["erasures", "--format", "json"]).row();
    assert_eq!(text(&listed, "position"), position.to_string());
    assert_eq!(text(&listed, "of"), format!("record {number}"));
    assert_eq!(text(&listed, "fields"), "inspector");
    assert_eq!(text(&listed, "asked_by"), "letter 17");
    let verified = city.run(["verify", "--format", "json"]).row();
    assert_eq!(text(&verified, "erased"), "1");
}

#[test]
fn a_case_keeps_the_hash_of_evidence_that_was_erased() {
    let city = City::new("town");
    town::open_cases(&city);
    let case = town::case_of(&city, "leadership", "east");
    town::review(&city, case, "east", "full");
    let shown = |city: &City| {
        city.run(["case", "show", &case.to_string(), "--format", "json"])
            .json()
    };
    let hash = shown(&city)
        .iter()
        .map(|step| text(step, "evidence"))
        .find(|evidence| !evidence.is_empty())
        .unwrap();
    city.run(["erase", "--evidence", &hash, "--reason", "a face in it"])
        .ok();
    assert_eq!(
        files_with(&city.data().join("evidence"), "the plan"),
        Vec::<String>::new()
    );
    let steps = shown(&city);
    let step = steps
        .iter()
        .find(|step| !text(step, "evidence").is_empty())
        .unwrap();
    assert_eq!(
        text(step, "evidence"),
        hash,
        "what was cited stays to be seen"
    );
    assert!(
        text(step, "erased").starts_with(&format!("{hash}@")),
        "{step:?}"
    );
    // The case goes on as it was judged.
    assert_eq!(text(steps.last().unwrap(), "action"), "review");
}

#[test]
fn a_backup_is_cleaned_by_the_list_before_it_is_used() {
    let (city, number) = sampled();
    let backup = city.path("backup");
    copy_folder(&city.data(), &backup);
    let backup = backup.to_str().unwrap().to_owned();
    city.run(["erase", "--record", &number.to_string(), "--reason", "x"])
        .ok();
    let list = city.path("erasures.json");
    let list = list.to_str().unwrap();
    city.run(["erasures", "--save", list]).ok();
    city.run(["erasures", "--save", list]).refused("Z217");
    assert!(!std::fs::read_to_string(list).unwrap().contains("Zhang San"));
    run(&["erasures", "--data", &backup, "--apply", list]).ok();
    assert_eq!(
        files_with(Path::new(&backup), "Zhang San"),
        Vec::<String>::new()
    );
    run(&["verify", &backup]).ok();
    let again = run(&["erasures", "--data", &backup, "--apply", list]).ok();
    assert!(again.out.contains("nothing is left"), "{again}");
}

#[test]
fn a_state_that_was_changed_is_rebuilt_from_the_entries() {
    let (city, number) = sampled();
    let file = rusqlite::Connection::open(city.ledger_file()).unwrap();
    file.execute("DELETE FROM state WHERE space > 2", [])
        .unwrap();
    drop(file);
    // What it says which fold wrote it is gone too: readers are told what to do.
    city.run(["record", &number.to_string()])
        .refused("O113")
        .telling("zhicheng rebuild");
    city.run(["rebuild"]).ok();
    city.run(["record", &number.to_string()]).ok();
    city.run(["verify"]).ok();
}

#[test]
fn one_thing_is_erased_at_a_time() {
    let city = City::new("town");
    for arguments in [
        &["erase", "--reason", "x"][..],
        &["erase", "--record", "1", "--actor", "1", "--reason", "x"],
        &["erase", "--field", "inspector", "--reason", "x"],
        &["erase", "--record", "1"],
    ] {
        let run = city.run_all(arguments);
        assert_eq!(run.code, 2, "{run}");
    }
}
