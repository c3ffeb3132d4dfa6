//! Erasures of erasures: what remains is carried from entry to entry, and replay comes to the same state.

use office::erase::Erasing;

use crate::town::{Town, field, files_with, record};

#[test]
fn field_by_field_until_nothing_is_left() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &["a scan"]);
    let other = town.complain("2", "李四光", &[]);
    for name in ["wish", "caller", "caller_phone"] {
        town.erase(&field(number, name));
        town = town.reopened();
    }
    town.erase(&field(other, "wish"));
    assert_eq!(files_with(&town.dir(), "张三丰"), Vec::<String>::new());
    let entry = town.office.ledger().entry(base::Position(number)).unwrap();
    let (part, row) = town.office.private_part(&entry).unwrap();
    assert_eq!((part.names().len(), part.evidence.len()), (0, 1));
    assert_eq!(row.fields.len(), 3);
    let receipt = town.erase(&record(number));
    assert_eq!(receipt.files, 1);
    let (part, row) = town.office.private_part(&entry).unwrap();
    assert!(part.is_empty() && row.remains_in.is_none());
    // The other's remainder stood beside nothing of this one.
    let entry = town.office.ledger().entry(base::Position(other)).unwrap();
    let (part, _) = town.office.private_part(&entry).unwrap();
    assert_eq!(part.names(), ["caller", "caller_phone"]);
    town.reopened();
}

#[test]
fn what_stood_beside_it_in_an_erasing_entry_is_carried_along() {
    let mut town = Town::new();
    town.import(
        "firm",
        "编号,名称,联系人,电话\nF1,茶厂,赵敏,0715-111\n",
        false,
    );
    let one = town.complain("1", "张三丰", &["scan one"]);
    let two = town.complain("2", "李四光", &["scan two"]);
    // One entry erases a piece of evidence of both, and so holds what remains of both.
    let shared = town.office.store_evidence("x", b"shared").unwrap();
    let values = |number| {
        [
            ("day", "2018-03-05"),
            ("number", number),
            ("subject", "F1"),
            ("amount", "100"),
            ("caller", "梅超风"),
        ]
    };
    for number in ["3", "4"] {
        town.submit("complaint", &values(number), &["shared"], false)
            .unwrap();
    }
    let head = town.head();
    let receipt = town.erase(&Erasing::Evidence(shared.sha256.clone()));
    assert_eq!((receipt.entries, receipt.files), (2, 1));
    let mut town = town.reopened();
    // Now one of the two goes; the other is carried along into the new entry.
    town.erase(&field(head, "caller"));
    let entry = town
        .office
        .ledger()
        .entry(base::Position(head - 1))
        .unwrap();
    let (part, row) = town.office.private_part(&entry).unwrap();
    assert_eq!(part.names(), ["caller"]);
    assert_eq!(row.remains_in, Some(town.head()));
    assert!(!files_with(&town.dir(), "梅超风").is_empty());
    let mut town = town.reopened();
    town.erase(&field(head - 1, "caller"));
    assert_eq!(files_with(&town.dir(), "梅超风"), Vec::<String>::new());
    let mut town = town.reopened();
    // A subject's row is rewritten piece by piece too.
    town.erase(&Erasing::Subject {
        subject_type: "firm".to_owned(),
        id: "F1".to_owned(),
    });
    for gone in ["赵敏", "0715-111", "张三丰", "李四光"] {
        assert_eq!(
            files_with(&town.dir(), gone),
            Vec::<String>::new(),
            "{gone}"
        );
    }
    assert!(
        [one, two]
            .iter()
            .all(|number| town.office.history(*number).is_ok())
    );
    town.reopened();
}

#[test]
fn the_state_is_the_same_after_a_rebuild() {
    let mut town = Town::new();
    town.import(
        "firm",
        "编号,名称,联系人,电话\nF1,茶厂,赵敏,0715-111\nF2,米厂,周芷若,0715-222\n",
        false,
    );
    let number = town.complain("1", "张三丰", &["a scan"]);
    town.erase(&field(number, "wish"));
    town.erase(&Erasing::Subject {
        subject_type: "firm".to_owned(),
        id: "F2".to_owned(),
    });
    let live = town.state();
    let dir = town.dir();
    drop(town.office);
    let mut ledger = ledger::Ledger::open(&dir).unwrap();
    ledger
        .rebuild_state(&mut |_, _| {}, office::fold::fold)
        .unwrap();
    drop(ledger);
    let office = office::Office::open(&dir, office::Access::Write, &mut |_, _, _| {}).unwrap();
    let town = Town {
        place: town.place,
        office,
    };
    assert_eq!(town.state(), live);
    town.reopened();
}
