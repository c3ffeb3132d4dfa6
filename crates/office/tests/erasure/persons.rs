//! Persons as subjects: an opaque number in facts, the true identity apart, and gone when it is asked for.

use office::erase::Erasing;
use office::import::ImportOptions;
use office::record::Receipt;

use crate::town::{Town, files_with, quiet};

const INSPECTORS: &str =
    "证号,姓名,级别,手机\nK100,令狐冲,高级,138-0000-1234\nK200,任盈盈,初级,139-0000-5678\n";
const VISITS: &str = "日期,证号,主题,第二人,备注\n2018-03-05,K100,茶厂,K200,与岳不群同行\n\
    2018-03-06,K100,米厂,,\n2018-03-07,K300,油厂,,左冷禅所报\n";

fn inspector(id: &str) -> Erasing {
    Erasing::Subject {
        subject_type: "inspector".to_owned(),
        id: id.to_owned(),
    }
}

fn figures(town: &Town) -> [String; 3] {
    ["visits", "inspectors", "senior_visits"].map(|id| town.figure(id))
}

fn with_visits() -> Town {
    let mut town = Town::new();
    town.import("inspector", INSPECTORS, false);
    let report = town.import("visit", VISITS, false);
    assert_eq!(
        (report.added, report.rejected_rows),
        (3, 0),
        "{:#?}",
        report.problems
    );
    assert_eq!(figures(&town), ["3", "2", "2"].map(str::to_owned));
    town
}

/// The facts of all entries, as text.
fn facts(town: &Town) -> String {
    let entries = town.office.ledger().entries(..).unwrap();
    let facts = entries.map(|entry| String::from_utf8(entry.unwrap().facts).unwrap());
    facts.filter(|text| !text.contains("[programme]")).collect()
}

#[test]
fn facts_name_persons_by_an_opaque_number_and_figures_follow_them() {
    let mut town = with_visits();
    let facts = facts(&town);
    for hidden in ["K100", "K200", "K300", "令狐冲", "任盈盈", "138-0000"] {
        assert!(!facts.contains(hidden), "{hidden}: {facts}");
    }
    assert!(facts.contains("高级"), "what is not personal is a fact");
    let opaque = |town: &Town, id: &str| town.office.person("inspector", id).unwrap();
    let one = opaque(&town, "K100").unwrap();
    assert_eq!((one.len(), one.starts_with('p')), (21, true));
    assert_eq!(
        town.office.mirror().subject_name("inspector", &one),
        Some(one.as_str())
    );
    assert!(opaque(&town, "K300").is_some(), "a visit made them known");
    assert_eq!(opaque(&town, "K400"), None);
    // The same file again is the same persons and the same records.
    let again = town.import("visit", VISITS, false);
    assert_eq!((again.added, again.unchanged), (0, 3));
    let again = town.import("inspector", INSPECTORS, false);
    assert_eq!((again.added, again.revised, again.unchanged), (0, 0, 2));
    // One by hand: by the true identity, by the opaque one, by name in a file.
    for (day, text) in [("2018-04-01", "K100"), ("2018-04-02", one.as_str())] {
        let values = [("day", day), ("subject", text)];
        assert!(matches!(
            town.submit("visit", &values, &[], false).unwrap(),
            Receipt::Added(_)
        ));
    }
    let by_name = town.import("visit", "日期,姓名,主题\n2018-04-03,令狐冲,名\n", false);
    assert_eq!(
        (by_name.added, by_name.rejected_rows),
        (1, 0),
        "{:#?}",
        by_name.problems
    );
    assert_eq!(figures(&town), ["6", "2", "5"].map(str::to_owned));
    let columns = town.office.mirror().columns();
    let day = base::Day::from_ymd(2018, 12, 31).unwrap();
    for row in columns.rows_on("subject:inspector", day, town.office.position()) {
        let texts = row.texts();
        assert!(
            texts
                .iter()
                .all(|(_, text)| !text.contains("令狐冲") && !text.contains("K100")),
            "{texts:?}"
        );
    }
    town.reopened();
}

#[test]
fn a_person_is_erased_with_every_trace_and_every_figure_stays() {
    let mut town = with_visits();
    town.office
        .confirm_alias("subject:inspector", "冲哥", "K100", None)
        .unwrap();
    assert_eq!(town.office.aliases().unwrap()[0].text, "•••");
    let confirmed = town.import("visit", "日期,证号,主题\n2018-05-01,冲哥,别名\n", false);
    assert_eq!((confirmed.added, confirmed.rejected_rows), (1, 0));
    let scan = town.office.store_evidence("x", b"a photograph").unwrap();
    let values = [
        ("day", "2018-05-02"),
        ("subject", "K100"),
        ("topic", "照片"),
    ];
    town.submit("visit", &values, &["a photograph"], false)
        .unwrap();
    let before = figures(&town);
    assert_eq!(before, ["5", "2", "4"].map(str::to_owned));

    let receipt = town.erase(&inspector("K100"));
    assert_eq!(receipt.files, 1, "evidence about a person goes too");
    for gone in [
        "K100",
        "令狐冲",
        "138-0000-1234",
        "冲哥",
        "岳不群",
        "a photograph",
    ] {
        assert_eq!(
            files_with(&town.dir(), gone),
            Vec::<String>::new(),
            "{gone}"
        );
    }
    for stays in ["K200", "任盈盈", "K300", "左冷禅"] {
        assert!(!files_with(&town.dir(), stays).is_empty(), "{stays}");
    }
    assert_eq!(figures(&town), before);
    assert_eq!(town.office.person("inspector", "K100").unwrap(), None);
    assert!(town.office.aliases().unwrap().is_empty());
    let _ = scan;
    let mut town = town.reopened();
    assert_eq!(figures(&town), before);
    assert_eq!(
        town.try_erase(&inspector("K100"), "x").unwrap_err().code,
        "O290"
    );

    // The very files that brought the person are refused; without the person they are not.
    for (type_name, file) in [("inspector", INSPECTORS), ("visit", VISITS)] {
        let refused = town
            .try_import(type_name, file, &ImportOptions::default())
            .unwrap_err();
        assert_eq!(refused[0].code, "O298", "{type_name}");
    }
    let without: String = INSPECTORS
        .lines()
        .filter(|line| !line.contains("K100"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(town.import("inspector", &without, false).unchanged, 1);
    // Who comes anew is someone new.
    let values = [("day", "2018-06-01"), ("subject", "K100")];
    town.submit("visit", &values, &[], false).unwrap();
    assert_eq!(town.figure("inspectors"), "3");
    let mut town = town.reopened();
    town.erase(&inspector("K100"));
    assert_eq!(files_with(&town.dir(), "K100"), Vec::<String>::new());
    town.reopened();
}

#[test]
fn a_rebuild_comes_to_the_same_state_after_persons_were_erased() {
    let mut town = with_visits();
    town.office
        .confirm_alias("subject:inspector", "冲哥", "K100", None)
        .unwrap();
    town.office
        .confirm_alias("subject:inspector", "盈盈", "K200", None)
        .unwrap();
    let refused = town
        .office
        .confirm_alias("subject:inspector", "冲哥", "K200", Some("x"))
        .unwrap_err();
    assert_eq!(
        refused.code, "O244",
        "a spelling of a person never changes hands"
    );
    town.erase(&inspector("K200"));
    let live = town.state();
    let dir = town.dir();
    drop(town.office);
    let mut ledger = ledger::Ledger::open(&dir).unwrap();
    ledger
        .rebuild_state(&mut |_, _| {}, office::fold::fold)
        .unwrap();
    drop(ledger);
    let office = office::Office::open(&dir, office::Access::Write, &mut quiet).unwrap();
    let town = Town {
        place: town.place,
        office,
    };
    assert_eq!(town.state(), live);
    town.reopened();
}

#[test]
fn a_backup_with_the_person_is_cleaned_by_the_list() {
    let town = with_visits();
    let backup = town.place.path().join("backup");
    let Town { place, office } = town;
    drop(office);
    crate::town::copy_folder(&place.path().join("data"), &backup);
    let office = office::Office::open(
        &place.path().join("data"),
        office::Access::Write,
        &mut quiet,
    )
    .unwrap();
    let mut town = Town { place, office };
    town.erase(&inspector("K100"));
    let list = town.office.erasure_list().unwrap();
    let text = String::from_utf8(list.to_bytes().unwrap()).unwrap();
    assert!(!text.contains("K100") && !text.contains("令狐冲"));
    let mut restored = office::Office::open(&backup, office::Access::Write, &mut quiet).unwrap();
    restored.apply_erasures(&list, &mut quiet).unwrap();
    for gone in ["K100", "令狐冲", "138-0000-1234", "岳不群"] {
        assert_eq!(files_with(&backup, gone), Vec::<String>::new(), "{gone}");
    }
    let refused = restored.import(
        "visit",
        "v.csv",
        VISITS.as_bytes(),
        &ImportOptions::default(),
        &mut quiet,
    );
    assert_eq!(refused.unwrap_err()[0].code, "O298");
    drop(restored);
    office::verify(&backup, &mut quiet).unwrap();
}
