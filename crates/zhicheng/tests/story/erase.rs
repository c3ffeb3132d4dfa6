//! Someone asks for personal data to be erased, and what the office then sees.

use crate::city::{City, Store, run_in, text};
use crate::files::firm;
use crate::{on_both, town};

/// A city with a sample that someone took, and a photograph.
fn sampled(store: Store) -> (City, u64) {
    let city = store.city("town").unwrap();
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

on_both! {
    fn a_record_is_erased_and_tells_by_whom_when_and_why(store) {
        let (city, number) = sampled(store);
        let number = number.to_string();
        let failed = |city: &City| {
            text(
                &city.run(["measure", "failed", "--format", "json"]).row(),
                "value",
            )
        };
        let before = failed(&city);
        assert!(
            !city.holding("Zhang San").is_empty(),
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
        assert_eq!(city.holding("Zhang San"), Vec::<String>::new());
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
}

on_both! {
    fn a_case_keeps_the_hash_of_evidence_that_was_erased(store) {
        let city = store.city("town").unwrap();
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
        assert_eq!(city.holding("the plan"), Vec::<String>::new());
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
}

#[test]
fn a_copy_is_cleaned_by_the_list_before_it_is_used() {
    let (city, number) = sampled(Store::Sqlite);
    let copy = City::copy_of(&city.data());
    city.run(["erase", "--record", &number.to_string(), "--reason", "x"])
        .ok();
    let list = city.path("erasures.json");
    let list = list.to_str().unwrap();
    city.run(["erasures", "--save", list]).ok();
    city.run(["erasures", "--save", list]).refused("Z217");
    assert!(!std::fs::read_to_string(list).unwrap().contains("Zhang San"));
    assert!(!copy.holding("Zhang San").is_empty());
    copy.run(["erasures", "--apply", list]).ok();
    assert_eq!(copy.holding("Zhang San"), Vec::<String>::new());
    copy.run(["verify"]).ok();
    let again = copy.run(["erasures", "--apply", list]).ok();
    assert!(again.out.contains("nothing is left"), "{again}");
}

/// Backs the city up and gives the backup's id.
fn backup(city: &City, place: &str) -> String {
    let row = city.run(["backup", "--to", place, "--format", "json"]).ok();
    text(&row.row(), "backup")
}

on_both! {
    fn an_older_backup_is_brought_back_without_what_was_erased_since(store) {
        let (city, number) = sampled(store);
        let subject = format!("subject={}", firm(2));
        let other = [
            "submit", "sample", "number=a2", "day=2018-03-06", "unit=market", "place=east", "result=fail",
            "inspector=Li Si", &subject,
        ];
        let other = city.run(other).number().to_string();
        let place = city.path("backups");
        let place = place.to_str().unwrap();
        let first = backup(&city, place);
        let failed = city.figure("failed");
        city.by("李某", "programme_office", None)
            .run(["erase", "--record", &number.to_string(), "--reason", "asked", "--asked-by", "letter 17"])
            .ok();
        let second = backup(&city, place);
        assert_ne!(first, second);
        let older = ["--from", place, "--backup", &first, "--format", "json"];
        let (back, restored) = city.brought_back(&older);
        let restored = restored.ok();
        assert!(restored.err.is_empty(), "all is known: {restored}");
        let row = restored.row();
        assert_eq!(text(&row, "erased"), "1");
        assert_eq!(text(&row, "erasures_to"), city.head().to_string());
        for erased in ["Zhang San", "a photograph"] {
            assert_eq!(back.holding(erased), Vec::<String>::new(), "{erased}");
        }
        assert_eq!(back.figure("failed"), failed);
        let shown = back.run(["record", &number.to_string()]).ok();
        for part in ["inspector erased on", "asked", "letter 17"] {
            assert!(shown.out.contains(part), "{part}: {shown}");
        }
        // The restored log goes its own way, and is backed up to the same place. What one of the two erases of
        // what they share is erased in the backups of both.
        back.run(["erase", "--record", &other, "--reason", "asked too"]).ok();
        backup(&back, place);
        let third = backup(&city, place);
        assert!(!city.holding("Li Si").is_empty());
        let (both, restored) = city.brought_back(&["--from", place, "--backup", &third, "--format", "json"]);
        assert_eq!(text(&restored.ok().row(), "erased"), "1");
        assert_eq!(both.holding("Li Si"), Vec::<String>::new());
        assert_eq!(both.figure("failed"), failed);
    }

    fn what_is_not_known_to_be_erased_is_told(store) {
        let (city, number) = sampled(store);
        let place = city.path("backups");
        let place = place.to_str().unwrap();
        backup(&city, place);
        let size = city.head();
        // What came right after the backup, where the restored log will have entries of its own, is erased too.
        let subject = format!("subject={}", firm(2));
        let later = [
            "submit", "sample", "number=a3", "day=2018-03-07", "unit=market", "place=east", "result=pass",
            "inspector=Wang Wu", &subject,
        ];
        let later = city.run(later).number().to_string();
        city.run(["erase", "--record", &later, "--reason", "asked"]).ok();
        city.run(["erase", "--record", &number.to_string(), "--reason", "asked"]).ok();
        // The place knows nothing of it, and a checkpoint tells that the log went on.
        let note = city.file("checkpoint.txt", city.run(["checkpoint"]).ok().out);
        let older = ["--from", place, "--format", "json"];
        let (back, restored) = city.brought_back(&[&older[..], &["--against", &note]].concat());
        let restored = restored.ok().telling("[O516]").telling(&format!("position {size} only"));
        assert_eq!(text(&restored.row(), "erasures_to"), size.to_string());
        assert!(!back.holding("Zhang San").is_empty());
        // A list that was kept elsewhere does.
        let list = city.path("erasures.json");
        let list = list.to_str().unwrap();
        city.run(["erasures", "--save", list]).ok();
        let with_list = [&older[..], &["--erasures", list]].concat();
        let (clean, restored) = city.brought_back(&with_list);
        let restored = restored.ok();
        assert!(!restored.err.contains("O516"), "{restored}");
        assert_eq!(text(&restored.row(), "erased"), "1");
        assert_eq!(clean.holding("Zhang San"), Vec::<String>::new());
        // It says that the log went on, which therefore cannot go on under its name.
        let kept = [&with_list[..], &["--keep-origin"]].concat();
        city.brought_back(&kept).1.refused("O512");
        let foreign = store.city("town").unwrap();
        let other = foreign.path("erasures.json");
        let other = other.to_str().unwrap();
        foreign.run(["erasures", "--save", other]).ok();
        let foreign = [&older[..], &["--erasures", other]].concat();
        city.brought_back(&foreign).1.refused("O517");
    }
}

on_both! {
    fn a_state_that_was_changed_is_rebuilt_from_the_entries(store) {
        let (city, number) = sampled(store);
        let delete = "DELETE FROM state WHERE space > 2";
        if city.psql(delete).is_none() {
            let file = rusqlite::Connection::open(city.ledger_file()).unwrap();
            file.execute(delete, []).unwrap();
        }
        // What it says which fold wrote it is gone too: readers are told what to do.
        city.run(["record", &number.to_string()])
            .refused("O113")
            .telling("zhicheng rebuild");
        city.run(["rebuild"]).ok();
        city.run(["record", &number.to_string()]).ok();
        city.run(["verify"]).ok();
    }
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
