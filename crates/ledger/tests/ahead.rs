//! Appending ahead of the disk: each fold sees what it would see without the haste, what was settled is there,
//! and of what was not nobody was told.

mod common;

use base::{Position, Problem};
use common::{COUNT, COUNTS, Place, REFUSED, REMOVE, at, entry, fold};
use ledger::{AppendError, Change, Entry, Ledger, Precondition, Space, StateRow, StateView};
use proptest::prelude::*;

/// How many rows [`COUNTS`] has, as a scan inside the fold finds it.
const ROWS: Space = Space(3);

/// The toy fold; also scans, so that what is on its way must be seen from end to end.
fn scanning(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let mut changes = fold(state, entry)?;
    let rows = state.scan(COUNTS, &[]).collect::<Result<Vec<_>, _>>()?;
    changes.push(Change::Put {
        space: ROWS,
        key: entry.position.0.to_be_bytes().to_vec(),
        value: rows.len().to_be_bytes().to_vec(),
    });
    Ok(changes)
}

fn all(ledger: &Ledger) -> Vec<(u16, StateRow)> {
    let state = ledger.state().unwrap();
    let rows = |space: Space| {
        let rows: Vec<_> = state.scan(space, &[]).map(Result::unwrap).collect();
        rows.into_iter().map(move |row| (space.0, row))
    };
    [COUNTS, common::LAST, ROWS]
        .into_iter()
        .flat_map(rows)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_state_is_the_same_as_without_haste(
        groups in prop::collection::vec(
            prop::collection::vec((prop::bool::weighted(0.7), "[ab]{1,2}"), 1..6),
            1..12,
        ),
    ) {
        let (hasty, plain) = (Place::sqlite(), Place::sqlite());
        let (mut hasty_ledger, mut plain_ledger) = (hasty.create(), plain.create());
        prop_assert!(hasty_ledger.go_ahead().unwrap());
        let mut command = 0;
        for group in groups {
            let make = |command: u128| -> Vec<_> {
                let each = group.iter().enumerate();
                each.map(|(index, (counts, key))| {
                    let kind = if *counts { COUNT } else { REMOVE };
                    entry(kind, command + index as u128, key)
                })
                .collect()
            };
            let one = hasty_ledger.append(at(5), &[], make(command), scanning).unwrap();
            let other = plain_ledger.append(at(5), &[], make(command), scanning).unwrap();
            prop_assert_eq!(
                one.iter().map(|head| head.position).collect::<Vec<_>>(),
                other.iter().map(|head| head.position).collect::<Vec<_>>()
            );
            command += group.len() as u128;
        }
        hasty_ledger.settle().unwrap();
        prop_assert_eq!(all(&hasty_ledger), all(&plain_ledger));
        // Also in the order of before: at once, durable.
        hasty_ledger.append(at(6), &[], vec![entry(COUNT, command, "z")], scanning).unwrap();
        drop(hasty_ledger);
        let report = Ledger::open_read_only(hasty.dir()).unwrap().verify(&mut |_, _| (), scanning);
        prop_assert_eq!(u128::from(report.unwrap().size.0), command + 1);
    }
}

#[test]
fn commands_and_preconditions_are_held_against_what_is_on_its_way() {
    let place = Place::sqlite();
    let mut ledger = place.create();
    ledger.go_ahead().unwrap();
    ledger
        .append(at(1), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    let again = ledger.append(at(1), &[], vec![entry(COUNT, 1, "a")], fold);
    assert_eq!(
        again.unwrap_err(),
        AppendError::Duplicate {
            command_id: 1_u128.to_be_bytes(),
            position: Position(1),
        }
    );
    let absent = Precondition {
        space: COUNTS,
        key: b"a".to_vec(),
        version: None,
    };
    let conflict = ledger.append(
        at(1),
        std::slice::from_ref(&absent),
        vec![entry(COUNT, 2, "a")],
        fold,
    );
    assert_eq!(
        conflict.unwrap_err(),
        AppendError::Conflict {
            precondition: absent,
            found: Some(Position(1)),
        }
    );
    // What is refused disturbs nothing that goes on.
    let refused = ledger.append(at(1), &[], vec![entry(REFUSED, 3, "a")], fold);
    assert_eq!(Problem::from(refused.unwrap_err()).code, "T001");
    ledger
        .append(at(1), &[], vec![entry(COUNT, 4, "a")], fold)
        .unwrap();
    ledger.settle().unwrap();
    assert_eq!(ledger.head().unwrap().size, Position(2));
    let state = ledger.state().unwrap();
    assert_eq!(
        state.get(COUNTS, b"a").unwrap(),
        Some((Position(2), vec![2]))
    );
}

#[test]
fn what_cannot_be_written_is_told_and_the_ledger_goes_on_from_what_is_there() {
    let place = Place::sqlite();
    let mut ledger = place.create();
    ledger
        .append(at(1), &[], vec![entry(COUNT, 1, "a")], fold)
        .unwrap();
    ledger.go_ahead().unwrap();
    // Another programme holds the file for writing, longer than anybody waits.
    let other = rusqlite::Connection::open(place.dir().join("ledger.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let appended = (2..4).try_for_each(|command| {
        let entries = vec![entry(COUNT, command, "b")];
        ledger.append(at(2), &[], entries, fold).map(drop)
    });
    let settled = ledger.settle();
    let told = appended.map_err(Problem::from).and(settled).unwrap_err();
    assert_eq!(told.code, "L111");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.head().unwrap().size, Position(1));
    let heads = ledger
        .append(at(3), &[], vec![entry(COUNT, 9, "c")], fold)
        .unwrap();
    assert_eq!(heads[0].position, Position(2));
    drop(ledger);
    let reader = Ledger::open_read_only(place.dir()).unwrap();
    assert_eq!(
        reader.verify(&mut |_, _| (), fold).unwrap().size,
        Position(2)
    );
}

#[test]
fn who_was_not_settled_leaves_a_whole_beginning() {
    let place = Place::sqlite();
    let mut ledger = place.create();
    ledger.go_ahead().unwrap();
    for command in 1..=20 {
        ledger
            .append(at(1), &[], vec![entry(COUNT, command, "a")], fold)
            .unwrap();
    }
    drop(ledger);
    let reader = Ledger::open_read_only(place.dir()).unwrap();
    let size = reader.verify(&mut |_, _| (), fold).unwrap().size;
    // One of them may have been on its way.
    assert!((19..=20).contains(&size.0), "{size}");
}

#[test]
fn a_storage_that_others_write_to_does_not_go_ahead() {
    if let Some(place) = Place::postgres() {
        let mut ledger = place.create();
        assert!(!ledger.go_ahead().unwrap());
        ledger
            .append(at(1), &[], vec![entry(COUNT, 1, "a")], fold)
            .unwrap();
        ledger.settle().unwrap();
        assert_eq!(ledger.head().unwrap().size, Position(1));
    }
}
