//! Appending as a story: what is accepted, what is refused, and that a refusal leaves no trace.

mod common;

use base::{Lang, Moment, Position, Problem};
use common::{COUNT, COUNTS, LAST, REFUSED, REMOVE, at, entry, fold, private_entry, verify};
use ledger::{
    AppendError, Change, GROUP_ENTRIES_MAX, KEY_BYTES_MAX, Ledger, Nature, Precondition, Space,
    merkle,
};
use std::ops::Bound;

on_both! {
fn an_entry_comes_back_as_it_was_given(place) {
    let mut ledger = place.create();
    assert_eq!(ledger.head().unwrap().size, Position(0));
    assert_eq!(ledger.head().unwrap().root, merkle::empty_root());
    assert_eq!(ledger.head().unwrap().last_time, None);

    let new = private_entry(1, "a", "Zhang San");
    let receipts = ledger.append(at(5), &[], vec![new], fold).unwrap();
    let stored = ledger.entry(Position(1)).unwrap();
    assert_eq!(
        (stored.position, stored.time, stored.kind),
        (Position(1), at(5), COUNT)
    );
    assert_eq!((stored.actor, stored.command_id), (42, 1u128.to_be_bytes()));
    assert_eq!(
        (stored.facts.as_slice(), stored.private.as_deref()),
        (&b"a"[..], Some(&b"Zhang San"[..]))
    );
    assert_eq!(receipts[0].leaf_hash, stored.leaf_hash());
    assert_eq!(ledger.head().unwrap().root, stored.leaf_hash());
    assert_eq!(
        ledger.get(COUNTS, b"a").unwrap(),
        Some((Position(1), vec![1]))
    );
}
}

on_both! {
fn equal_content_gets_unequal_commitments(place) {
    let mut ledger = place.create();
    let twins = vec![private_entry(1, "a", "p"), private_entry(1, "a", "p")];
    ledger.append(at(0), &[], twins, fold).unwrap();
    let leaves: Vec<_> = ledger
        .entries(..)
        .unwrap()
        .map(|entry| ledger::Leaf::from_bytes(&entry.unwrap().leaf).unwrap())
        .collect();
    assert_ne!(leaves[0].facts, leaves[1].facts);
    assert_ne!(leaves[0].private, leaves[1].private);
}
}

on_both! {
fn each_entry_is_folded_over_those_before_it(place) {
    let mut ledger = place.create();
    let group = vec![
        entry(COUNT, 1, "a"),
        entry(COUNT, 1, "a"),
        entry(COUNT, 1, "b"),
        entry(REMOVE, 1, "b"),
        entry(COUNT, 1, "a"),
    ];
    let mut seen = Vec::new();
    ledger
        .append(at(0), &[], group, |state, entry| {
            seen.push((state.position().0, entry.position.0));
            fold(state, entry)
        })
        .unwrap();
    assert_eq!(seen, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]);
    assert_eq!(
        ledger.get(COUNTS, b"a").unwrap(),
        Some((Position(5), vec![3]))
    );
    assert_eq!(ledger.get(COUNTS, b"b").unwrap(), None);
    assert_eq!(
        ledger.get(LAST, b"").unwrap(),
        Some((Position(5), vec![0, 0, 0, 0, 0, 0, 0, 5]))
    );
}
}

on_both! {
fn time_never_goes_back(place) {
    let mut ledger = place.create();
    let times = [(10, 10), (7, 10), (10, 10), (-5, 10), (11, 11)];
    for (number, (clock, expected)) in (1..).zip(times) {
        let receipt = ledger.append(at(clock), &[], vec![entry(COUNT, number, "a")], fold);
        assert_eq!(receipt.unwrap()[0].time, at(expected));
    }
    assert_eq!(ledger.head().unwrap().last_time, Some(at(11)));
}
}

on_both! {
fn a_precondition_that_fails_names_the_key_and_both_versions(place) {
    let mut ledger = place.create();
    ledger
        .append(at(0), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    let precondition = |key: &[u8], version: Option<u64>| Precondition {
        space: COUNTS,
        key: key.to_vec(),
        version: version.map(Position),
    };
    // Key, expected version, version found or None when the precondition holds.
    let table = [
        (precondition(b"a", None), Some(Some(Position(1)))),
        (precondition(b"a", Some(9)), Some(Some(Position(1)))),
        (precondition(b"b", Some(1)), Some(None)),
        (precondition(b"b", None), None),
        (precondition(b"a", Some(1)), None),
    ];
    for (number, (precondition, conflict)) in (2u128..).zip(table) {
        let new = vec![entry(COUNT, number, "c")];
        let appended = ledger.append(at(0), std::slice::from_ref(&precondition), new, fold);
        match conflict {
            Some(found) => {
                assert_eq!(
                    appended,
                    Err(AppendError::Conflict {
                        precondition,
                        found
                    })
                );
            }
            None => assert!(appended.is_ok()),
        }
    }
    let conflict = ledger.append(
        at(0),
        &[precondition(b"a", None)],
        vec![entry(COUNT, 99, "c")],
        fold,
    );
    let problem = Problem::from(conflict.unwrap_err());
    assert_eq!(problem.code, "L205");
    assert_eq!(
        problem.what(Lang::En),
        "key “a” of space 1 has changed: the command expected the version of entry 0, it is that of entry 1 (0: absent)"
    );
}
}

on_both! {
fn a_repeated_command_learns_where_it_was_accepted(place) {
    let mut ledger = place.create();
    ledger
        .append(at(0), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    let pair = vec![entry(COUNT, 7, "a"), entry(COUNT, 7, "b")];
    ledger.append(at(0), &[], pair, fold).unwrap();
    // Even when what it once relied on has changed, and in company of a new command.
    let outdated = Precondition {
        space: COUNTS,
        key: b"b".to_vec(),
        version: None,
    };
    let again = vec![entry(COUNT, 8, "c"), entry(COUNT, 7, "b")];
    let refused = ledger.append(at(0), &[outdated], again, fold).unwrap_err();
    let duplicate = AppendError::Duplicate {
        command_id: 7u128.to_be_bytes(),
        position: Position(2),
    };
    assert_eq!(refused, duplicate);
    assert_eq!(Problem::from(refused).code, "L206");
    assert_eq!(ledger.head().unwrap().size, Position(3));
    assert_eq!(
        ledger.position_of_command(&7u128.to_be_bytes()).unwrap(),
        Some(Position(2))
    );
    // The command in whose company it came was not accepted, so it may come again.
    assert_eq!(
        ledger.position_of_command(&8u128.to_be_bytes()).unwrap(),
        None
    );
    ledger
        .append(at(0), &[], vec![entry(COUNT, 8, "c")], fold)
        .unwrap();
}
}

on_both! {
fn a_refused_group_leaves_no_trace(place) {
    let mut ledger = place.create();
    ledger
        .append(at(0), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    let before = (ledger.head().unwrap(), verify(&ledger).unwrap());
    let group = vec![
        entry(COUNT, 2, "a"),
        entry(COUNT, 3, "b"),
        entry(REFUSED, 4, "c"),
    ];
    let refused = ledger.append(at(9), &[], group.clone(), fold).unwrap_err();
    assert_eq!(refused, AppendError::Problem(common::refused_by_fold(4)));
    assert_eq!((ledger.head().unwrap(), verify(&ledger).unwrap()), before);
    assert_eq!(
        ledger.get(COUNTS, b"a").unwrap(),
        Some((Position(1), vec![1]))
    );

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = ledger.append(at(9), &[], group, |_, _| panic!("a fold that fails"));
    }));
    assert!(panicked.is_err());
    assert_eq!((ledger.head().unwrap(), verify(&ledger).unwrap()), before);
    // And the next group goes on where the last accepted one ended.
    let receipts = ledger
        .append(at(0), &[], vec![entry(COUNT, 2, "a")], fold)
        .unwrap();
    assert_eq!(receipts[0].position, Position(2));
    assert_eq!(verify(&ledger).unwrap().size, Position(2));
}
}

on_both! {
fn a_group_beyond_a_limit_is_refused_by_name(place) {
    let mut ledger = place.create();
    let many = vec![entry(COUNT, 1, ""); GROUP_ENTRIES_MAX + 1];
    let large = |bytes: usize| {
        vec![ledger::NewEntry {
            facts: vec![0; bytes].into(),
            ..entry(COUNT, 1, "")
        }]
    };
    let heavy = (0..9).flat_map(|_| large(ledger::PART_BYTES_MAX)).collect();
    let long_key = vec![entry(COUNT, 1, &"k".repeat(KEY_BYTES_MAX + 1))];
    let table = [
        (many, "L201"),
        (large(ledger::PART_BYTES_MAX + 1), "L202"),
        (heavy, "L207"),
        (long_key, "L203"),
    ];
    for (group, code) in table {
        let refused = ledger.append(at(0), &[], group, fold).unwrap_err();
        assert_eq!(Problem::from(refused).code, code);
    }
    let large_value = |_: &ledger::StateView<'_>, _: &ledger::Entry| {
        let value = vec![0; ledger::VALUE_BYTES_MAX + 1];
        Ok(vec![Change::Put {
            space: LAST,
            key: vec![0xff],
            value,
        }])
    };
    let refused = ledger
        .append(at(0), &[], vec![entry(COUNT, 1, "")], large_value)
        .unwrap_err();
    assert_eq!(Problem::from(refused).code, "L204");
    assert_eq!(ledger.head().unwrap().size, Position(0));
    assert_eq!(ledger.append(at(0), &[], vec![], fold), Ok(vec![]));
}
}

#[test]
fn an_origin_stands_on_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let long = "o".repeat(256);
    for origin in ["", "a\nb", "\u{7}", " a", "a ", &long] {
        let refused = Ledger::create(dir.path(), origin, Nature::Real)
            .err()
            .unwrap();
        assert_eq!(refused.code, "L113");
    }
    let ledger = Ledger::create(dir.path(), "质城/赤壁", Nature::Real).unwrap();
    assert_eq!(
        (ledger.origin(), ledger.nature()),
        ("质城/赤壁", Nature::Real)
    );
    assert!(Moment::parse(ledger.created()).is_ok());
}

on_both! {
fn a_scan_inside_a_fold_sees_what_is_pending(place) {
    let mut ledger = place.create();
    let stored = ["a", "c", "e", "g"].map(|key| entry(COUNT, 1, key));
    ledger.append(at(0), &[], stored.to_vec(), fold).unwrap();
    // New before, between and after; one changed; one removed; one new and removed.
    let group = [
        entry(COUNT, 2, "0"),
        entry(COUNT, 2, "d"),
        entry(COUNT, 2, "z"),
        entry(COUNT, 2, "c"),
        entry(REMOVE, 2, "e"),
        entry(COUNT, 2, "f"),
        entry(REMOVE, 2, "f"),
        entry(COUNT, 2, "last"),
    ];
    let mut seen = (String::new(), String::new(), 0);
    ledger
        .append(at(0), &[], group.to_vec(), |state, entry| {
            if entry.facts == b"last" {
                let shown =
                    |row: ledger::StateRow| format!("{}{} ", row.key[0] as char, row.version);
                let all = state.scan(COUNTS, b"").map(|row| shown(row.unwrap()));
                seen.0 = all.collect();
                let (from, to) = (Bound::Excluded(&b"a"[..]), Bound::Included(&b"d"[..]));
                let some = state
                    .scan_range(COUNTS, from, to)
                    .map(|row| shown(row.unwrap()));
                seen.1 = some.collect();
                let (from, to) = (Bound::Included(&b"d"[..]), Bound::Excluded(&b"a"[..]));
                seen.2 = state.scan_range(COUNTS, from, to).count();
            }
            fold(state, entry)
        })
        .unwrap();
    assert_eq!(seen, ("05 a1 c8 d6 g4 z7 ".into(), "c8 d6 ".into(), 0));
}
}

on_both! {
fn scans_and_entries_go_on_across_pages(place) {
    let mut ledger = place.create();
    let group = (0..2000).map(|number| entry(COUNT, 1, &format!("{number:04}")));
    ledger.append(at(0), &[], group.collect(), fold).unwrap();
    let keys = |space: Space, prefix: &[u8]| -> Vec<String> {
        let rows = ledger.scan(space, prefix).unwrap();
        rows.map(|row| String::from_utf8(row.unwrap().key).unwrap())
            .collect()
    };
    let expected: Vec<String> = (0..2000).map(|number| format!("{number:04}")).collect();
    assert_eq!(keys(COUNTS, b""), expected);
    assert_eq!(keys(COUNTS, b"1"), expected[1000..]);
    assert_eq!(keys(COUNTS, b"199"), expected[1990..]);
    assert_eq!(keys(COUNTS, b"x"), [""; 0]);
    assert_eq!(keys(LAST, b""), [""]);
    let from = (Bound::Excluded(&b"0500"[..]), Bound::Unbounded);
    assert_eq!(
        ledger.scan_range(COUNTS, from.0, from.1).unwrap().count(),
        1499
    );

    // First and last position, number of entries.
    let count = |range: std::ops::RangeInclusive<u64>| {
        let range = Position(*range.start())..=Position(*range.end());
        ledger.entries(range).unwrap().map(Result::unwrap).count()
    };
    let table = [
        (1..=2000, 2000),
        (0..=9999, 2000),
        (1999..=2000, 2),
        (3000..=4000, 0),
        (2001..=2001, 0),
    ];
    for (range, expected) in table {
        assert_eq!(count(range), expected);
    }
    let half_open: Vec<_> = ledger.entries(Position(3)..Position(5)).unwrap().collect();
    assert_eq!(half_open[1].as_ref().unwrap().facts, b"0003");
    assert_eq!(half_open.len(), 2);
    for nowhere in [0, 2001, u64::MAX] {
        assert_eq!(ledger.entry(Position(nowhere)).unwrap_err().code, "L112");
    }
}
}
