//! Subjects that come with an import: more of them than fit into one append, visible all at once.

use office::import::ImportOptions;
use office::{Access, Office};

use crate::town::{Town, quiet, uscc};

/// More than one append takes (`ledger::GROUP_ENTRIES_MAX`), twice over in groups.
const MANY: u32 = 150_000;

#[test]
fn more_subjects_than_one_append_takes_come_with_their_records() {
    let mut town = Town::new();
    let mut file = "样品编号,日期,责任单位,被抽样企业,检验结论\n".to_owned();
    for number in 0..MANY {
        let firm = uscc(number);
        file.push_str(&format!("{number},2018-03-05,market,{firm},pass\n"));
    }
    let report = town.import("sample", &file);
    assert_eq!((report.added, report.rejected_rows), (u64::from(MANY), 0));
    let seen = |office: &Office| office.mirror().subjects("firm").count();
    assert_eq!(seen(&town.office), MANY as usize);
    // Opening, records, subjects, closing.
    assert_eq!(report.position.unwrap() - 4, 2 * u64::from(MANY) + 1);
    assert_eq!(town.import("sample", &file).unchanged, u64::from(MANY));
}

#[test]
fn subjects_of_an_import_that_is_given_up_are_known_to_nobody() {
    let mut town = Town::new();
    let firms = |count: u32| {
        let rows = (0..count).map(|number| format!("{},厂{number}\n", uscc(number)));
        format!("信用代码,企业名称\n{}", rows.collect::<String>())
    };
    // The file is longer than a group, and the folder is copied while the import is under way.
    let dir = town.dir.path().join("data");
    let copy = town.dir.path().join("copy");
    let options = ImportOptions::default();
    let file = firms(5_500);
    let mut is_copied = false;
    town.office
        .import(
            "firm",
            "f.csv",
            file.as_bytes(),
            &options,
            &mut |done, total, _| {
                if total > 0 && done < total && !is_copied {
                    std::fs::create_dir_all(&copy).unwrap();
                    for entry in std::fs::read_dir(&dir).unwrap() {
                        let entry = entry.unwrap();
                        if entry.path().is_file() {
                            std::fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
                        }
                    }
                    is_copied = true;
                }
            },
        )
        .unwrap();
    assert!(is_copied);
    let seen = |office: &Office| office.mirror().subjects("firm").count();
    assert_eq!(seen(&town.office), 5_500);
    let reader = Office::open(&copy, Access::Read, &mut quiet).unwrap();
    assert_eq!(
        seen(&reader),
        0,
        "nothing is visible before the closing entry"
    );
    drop(reader);
    let office = Office::open(&copy, Access::Write, &mut quiet).unwrap();
    assert_eq!(seen(&office), 0, "it is given up");
    let mut interrupted = Town {
        dir: tempfile::tempdir().unwrap(),
        office,
    };
    let report = interrupted.import("firm", firms(3));
    assert_eq!((report.added, report.revised, report.unchanged), (3, 0, 0));
    assert_eq!(seen(&interrupted.office), 3);
    let again = interrupted.import("firm", firms(3));
    assert_eq!((again.added, again.unchanged), (0, 3));
    drop(interrupted);
    office::verify(&copy, &mut quiet).unwrap();
}
