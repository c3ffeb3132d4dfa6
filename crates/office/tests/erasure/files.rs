//! Fields of type `file`: they name what is stored, and count as a need of it.

use ledger::{EvidenceHash, EvidenceStore};
use office::erase::Erasing;
use office::import::ImportOptions;
use office::record::Receipt;

use crate::town::{Town, field, quiet};

fn hash(text: &str) -> String {
    EvidenceHash::of(text.as_bytes()).to_string()
}

#[test]
fn a_file_must_be_stored_with_the_record_or_before() {
    let mut town = Town::new();
    let paper = hash("the plan");
    let values = [("day", "2018-03-05"), ("paper", paper.as_str())];
    assert_eq!(
        town.submit("plan", &values, &[], false).unwrap_err().code,
        "O226"
    );
    let file = format!("日期,文件\n2018-03-06,{paper}\n");
    let report = town.import("plan", &file, false);
    assert_eq!(report.rejected_rows, 1);
    assert_eq!(report.problems[0].code, "O226");
    assert_eq!(
        report.problems[0].place.as_ref().unwrap().column.as_deref(),
        Some("文件")
    );
    // A dry run takes what would be stored with it.
    let piece = office::entry::Evidence {
        sha256: paper.clone(),
        name: "plan.pdf".to_owned(),
        size: 8,
    };
    let options = ImportOptions {
        dry_run: true,
        evidence: vec![piece],
        ..ImportOptions::default()
    };
    assert_eq!(
        town.try_import("plan", &file, &options)
            .unwrap()
            .rejected_rows,
        0
    );
    town.office.store_evidence("plan.pdf", b"the plan").unwrap();
    assert!(town.submit("plan", &values, &[], false).is_ok());
    assert_eq!(town.import("plan", &file, false).added, 1);
    let town = town.reopened();
    // `verify` looks for it.
    let dir = town.dir();
    let store = EvidenceStore::at(&dir);
    store.remove(EvidenceHash::of(b"the plan")).unwrap();
    drop(town.office);
    assert_eq!(office::verify(&dir, &mut quiet).unwrap_err().code, "L401");
}

#[test]
fn a_file_that_a_fact_names_stays_until_it_is_asked_for_by_its_hash() {
    let mut town = Town::new();
    let stored = EvidenceHash::of(b"the scan");
    town.office.store_evidence("s", b"the scan").unwrap();
    let name = stored.to_string();
    let fact = [("day", "2018-03-05"), ("paper", name.as_str())];
    let personal = [("day", "2018-03-06"), ("scan", name.as_str())];
    town.submit("plan", &fact, &[], false).unwrap();
    let Receipt::Added(other) = town.submit("plan", &personal, &[], false).unwrap() else {
        panic!()
    };
    assert_eq!(
        town.erase(&field(other, "scan")).files,
        0,
        "the first needs it"
    );
    let store = EvidenceStore::at(&town.dir());
    assert!(store.contains(stored));
    let mut town = town.reopened();
    assert_eq!(town.erase(&Erasing::Evidence(name.clone())).files, 1);
    assert!(!store.contains(stored));
    // The hash stays in the facts, and what is missing is known to be erased.
    let mut town = town.reopened();
    // Erased alone, a personal file goes with its field.
    town.office.store_evidence("t", b"another scan").unwrap();
    let name = hash("another scan");
    let personal = [("day", "2018-03-07"), ("scan", name.as_str())];
    let Receipt::Added(other) = town.submit("plan", &personal, &[], false).unwrap() else {
        panic!()
    };
    assert_eq!(town.erase(&field(other, "scan")).files, 1);
    town.reopened();
}

#[test]
fn only_a_type_that_says_so_takes_days_that_have_not_come() {
    let mut town = Town::new();
    // The town's today is 2019-01-10.
    let tomorrow = [("day", "2019-01-11"), ("topic", "x")];
    assert_eq!(
        town.submit("hint", &tomorrow, &[], false).unwrap_err().code,
        "O350"
    );
    let today = [("day", "2019-01-10"), ("topic", "x")];
    assert!(town.submit("hint", &today, &[], false).is_ok());
    assert!(
        town.submit("plan", &[("day", "2091-01-01")], &[], false)
            .is_ok()
    );
    town.reopened();
}
