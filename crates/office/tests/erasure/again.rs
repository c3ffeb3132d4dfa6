//! What was erased does not come back: not with the same file, not with a backup.

use office::erase::Erasing;
use office::erasures::ErasureList;
use office::import::ImportReport;
use office::{Access, Office};

use crate::town::{Town, copy_folder, field, files_with, quiet, record};

const COMPLAINTS: &str = "日期,投诉编号,编号,金额,投诉人,投诉人电话\n\
    2018-03-05,1,F1,100,张三丰,138-0000-1234\n\
    2018-03-06,2,F1,200,李四光,139-0000-5678\n";

const HINTS: &str = "日期,主题,举报人\n2018-03-05,漏油,洪七公\n2018-03-06,冒烟,黄药师\n";

fn counts(report: &ImportReport) -> (u64, u64, u64, Vec<&'static str>) {
    (
        report.added,
        report.revised,
        report.unchanged,
        report.problems.iter().map(|problem| problem.code).collect(),
    )
}

#[test]
fn the_same_file_again_neither_changes_nor_brings_back_an_erased_field() {
    let mut town = Town::new();
    let file = COMPLAINTS;
    assert_eq!(
        counts(&town.import("complaint", file, false)),
        (2, 0, 0, vec![])
    );
    let first = town.office.ledger().head().unwrap().size.0;
    let number = (1..=first)
        .find(|number| town.office.history(*number).is_ok())
        .unwrap();
    town.erase(&field(number, "caller_phone"));
    let head = town.head();
    assert_eq!(
        counts(&town.import("complaint", file, false)),
        (0, 0, 2, vec!["O296"]),
        "all there already; what was erased is told and left out"
    );
    assert_eq!(
        counts(&town.import("complaint", file, true)),
        (0, 0, 2, vec!["O296"])
    );
    assert_eq!(town.head(), head, "nothing was written");
    // Another amount is a revision, still without what was erased.
    let other = file.replace("100,", "101,");
    assert_eq!(
        counts(&town.import("complaint", &other, true)),
        (0, 1, 1, vec!["O296"])
    );
    assert_eq!(
        files_with(&town.dir(), "138-0000-1234"),
        Vec::<String>::new()
    );
    // By hand it is refused.
    let values = [
        ("day", "2018-03-05"),
        ("number", "1"),
        ("subject", "F1"),
        ("amount", "102"),
        ("caller_phone", "138-0000-1234"),
    ];
    assert_eq!(
        town.submit("complaint", &values, &[], true)
            .unwrap_err()
            .code,
        "O295"
    );
    town.reopened();
}

#[test]
fn records_without_a_key_are_known_by_their_facts() {
    let mut town = Town::new();
    assert_eq!(
        counts(&town.import("hint", HINTS, false)),
        (2, 0, 0, vec![])
    );
    let number = (1..=town.head())
        .find(|number| town.office.history(*number).is_ok())
        .unwrap();
    town.erase(&record(number));
    assert_eq!(
        counts(&town.import("hint", HINTS, false)),
        (0, 0, 2, vec!["O296"])
    );
    assert_eq!(files_with(&town.dir(), "洪七公"), Vec::<String>::new());
    town.reopened();
}

#[test]
fn a_subjects_erased_attribute_is_not_taken_again() {
    let mut town = Town::new();
    let firms = "编号,名称,联系人,电话\nF1,茶厂,赵敏,0715-111\nF2,米厂,周芷若,0715-222\n";
    assert_eq!(
        counts(&town.import("firm", firms, false)),
        (2, 0, 0, vec![])
    );
    town.erase(&Erasing::Subject {
        subject_type: "firm".to_owned(),
        id: "F1".to_owned(),
    });
    let head = town.head();
    assert_eq!(
        counts(&town.import("firm", firms, false)),
        (0, 0, 2, vec!["O297"])
    );
    assert_eq!(town.head(), head);
    // What else changed is taken.
    let renamed = firms.replace("茶厂", "大茶厂");
    assert_eq!(
        counts(&town.import("firm", &renamed, false)),
        (0, 1, 1, vec!["O297"])
    );
    assert_eq!(files_with(&town.dir(), "赵敏"), Vec::<String>::new());
    town.reopened();
}

#[test]
fn a_restored_backup_is_cleaned_by_the_list() {
    let mut town = Town::new();
    town.import("firm", "编号,名称,联系人\nF1,茶厂,赵敏\n", false);
    let one = town.complain("1", "张三丰", &["scan one"]);
    let two = town.complain("2", "李四光", &["scan two"]);
    let backup = town.place.path().join("backup");
    let other = town.place.path().join("other");
    let Town { place, office } = town;
    drop(office);
    copy_folder(&place.path().join("data"), &backup);
    copy_folder(&place.path().join("data"), &other);
    let office = Office::open(&place.path().join("data"), Access::Write, &mut quiet).unwrap();
    let mut town = Town { place, office };
    // After the backup: a field, then the rest, a subject, and a record that the backup never had.
    town.erase(&field(one, "caller_phone"));
    town.erase(&record(one));
    town.erase(&Erasing::Subject {
        subject_type: "firm".to_owned(),
        id: "F1".to_owned(),
    });
    let later = town.complain("3", "段誉", &["scan three"]);
    town.erase(&record(later));
    let list = town.office.erasure_list().unwrap();
    let list = ErasureList::from_bytes(&list.to_bytes().unwrap()).unwrap();
    assert_eq!(list.erasures.len(), 4);

    let mut restored = Office::open(&backup, Access::Write, &mut quiet).unwrap();
    assert!(!files_with(&backup, "张三丰").is_empty());
    let receipts = restored.apply_erasures(&list, &mut quiet).unwrap();
    assert_eq!(
        receipts.len(),
        3,
        "the last is of a record that the backup does not have"
    );
    assert!(receipts.iter().all(|receipt| receipt.is_scrubbed));
    for gone in ["张三丰", "138-0000-1234", "赵敏", "李四光", "scan one"] {
        assert_eq!(files_with(&backup, gone), Vec::<String>::new(), "{gone}");
    }
    assert!(!files_with(&backup, "scan two").is_empty());
    let erasures = restored.erasures().unwrap();
    assert_eq!(
        erasures
            .iter()
            .map(|erasure| erasure.facts.repeats)
            .collect::<Vec<_>>(),
        list.erasures[..3]
            .iter()
            .map(|listed| Some(listed.position))
            .collect::<Vec<_>>()
    );
    assert_eq!(erasures[0].facts.reason, "本人申请");
    assert!(
        restored.history(two).unwrap()[0]
            .erased
            .iter()
            .any(|part| part.what == "caller")
    );
    assert!(
        restored
            .apply_erasures(&list, &mut quiet)
            .unwrap()
            .is_empty(),
        "once is enough"
    );
    drop(restored);
    office::verify(&backup, &mut quiet).unwrap();

    // A folder that went on by itself is another log.
    let mut diverged = Office::open(&other, Access::Write, &mut quiet).unwrap();
    for name in ["欧阳锋", "郭靖", "黄蓉", "杨过", "小龙女"] {
        let actor = office::actor::NewActor {
            name: name.to_owned(),
            role: "programme_office".to_owned(),
            unit: None,
        };
        diverged.register_actor(&actor).unwrap();
    }
    let refused = diverged.apply_erasures(&list, &mut quiet).unwrap_err();
    assert_eq!(refused.code, "O300");
    assert_eq!(ErasureList::from_bytes(b"{}").unwrap_err().code, "O299");
    town.reopened();
}
