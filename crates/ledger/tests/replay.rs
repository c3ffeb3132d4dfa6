//! Whatever is appended, in whatever groups and however often reopened: the state is that of a
//! plain map, the tree that of the leaves, and verify finds both again.

mod common;

use base::Position;
use common::{COUNT, COUNTS, Place, REFUSED, REMOVE, at, entry, fold, verify};
use ledger::{Change, Entry, Ledger, StateView, merkle};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
    /// Appends entries of a kind about a key.
    Append(Vec<(u16, u8)>),
    /// The same, but the last entry is refused, so none is kept.
    Refused(Vec<(u16, u8)>),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let about = (prop_oneof![3 => Just(COUNT), 1 => Just(REMOVE)], 0u8..6);
    let group = prop::collection::vec(about, 1..40);
    prop_oneof![
        6 => group.clone().prop_map(Step::Append),
        1 => group.prop_map(Step::Refused),
        1 => Just(Step::Reopen),
    ]
}

/// The toy fold once more, on a map: version and count by key.
fn count(model: &mut BTreeMap<Vec<u8>, (u64, u8)>, position: u64, kind: u16, key: u8) {
    let key = vec![b'a' + key];
    match kind {
        COUNT => {
            let count = model.get(&key).map_or(0, |(_, count)| *count);
            model.insert(key, (position, count.wrapping_add(1)));
        }
        _ => drop(model.remove(&key)),
    }
}

// More changes than a replay keeps in memory: later entries then read what it wrote aside.
on_both! {
fn a_long_replay_reads_what_it_has_written_aside(place) {
    let large = |state: &StateView<'_>, entry: &Entry| {
        let key = entry.facts.clone();
        let before = state.get(COUNTS, &key)?.map_or(0, |(_, value)| value[0]);
        let mut value = vec![0; 1 << 20];
        value[0] = before + 1;
        let space = COUNTS;
        Ok(vec![Change::Put { space, key, value }])
    };
    let mut ledger = place.create();
    let group = (0..80u8).map(|number| entry(COUNT, 1, ["a", "b"][usize::from(number % 2)]));
    ledger.append(at(0), &[], group.collect(), large).unwrap();
    let (version, value) = ledger.get(COUNTS, b"b").unwrap().unwrap();
    assert_eq!((version, value[0]), (Position(80), 40));
    assert_eq!(ledger.verify(&mut |_, _| (), large).unwrap().keys, 2);
}
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn state_and_tree_are_what_the_entries_give(steps in prop::collection::vec(step(), 1..20)) {
        follows_a_map(&Place::sqlite(), &steps)?;
        if let Some(place) = Place::postgres() {
            follows_a_map(&place, &steps)?;
        }
    }
}

fn follows_a_map(place: &Place, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut ledger = place.create();
    let mut model = BTreeMap::new();
    let mut size = 0;
    let mut command = 0;
    for step in steps {
        let (group, is_refused) = match step {
            Step::Append(group) => (group, false),
            Step::Refused(group) => (group, true),
            Step::Reopen => {
                drop(ledger);
                ledger = Ledger::open(place.dir()).unwrap();
                continue;
            }
        };
        command += 1;
        let mut new: Vec<_> = group
            .iter()
            .map(|(kind, key)| entry(*kind, command, &char::from(b'a' + key).to_string()))
            .collect();
        if is_refused {
            new.push(entry(REFUSED, command, ""));
            prop_assert!(ledger.append(at(0), &[], new, fold).is_err());
            continue;
        }
        ledger.append(at(0), &[], new, fold).unwrap();
        for (kind, key) in group {
            size += 1;
            count(&mut model, size, *kind, *key);
        }
    }

    let rows: BTreeMap<_, _> = ledger
        .scan(COUNTS, b"")
        .unwrap()
        .map(|row| {
            row.map(|row| (row.key, (row.version.0, row.value[0])))
                .unwrap()
        })
        .collect();
    prop_assert_eq!(rows, model);
    let leaves: Vec<_> = ledger
        .entries(..)
        .unwrap()
        .map(|entry| entry.unwrap().leaf_hash())
        .collect();
    let head = ledger.head().unwrap();
    prop_assert_eq!(head.size, Position(size));
    prop_assert_eq!(head.root, merkle::root_of(&leaves));
    prop_assert_eq!(verify(&ledger).unwrap().size, Position(size));
    Ok(())
}
