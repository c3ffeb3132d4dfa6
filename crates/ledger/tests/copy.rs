//! A log brought back from its copied entries is the same log.

use base::{Moment, Position, Problem};
use ledger::{Change, CopiedEntry, Entry, Ledger, Nature, NewEntry, Space, StateView, Storage};

const SPACE: Space = Space(1);

/// Kind 2 erases the private part of the entry that its facts name; anything else is counted.
fn fold(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    if entry.kind == 2 {
        let position = Position(u64::from(entry.facts[0]));
        return Ok(vec![Change::ErasePrivate { position }]);
    }
    let before = state.get(SPACE, b"n")?.map_or(0, |(_, value)| value[0]);
    let value = vec![before.wrapping_add(1)];
    Ok(vec![Change::Put {
        space: SPACE,
        key: b"n".to_vec(),
        value,
    }])
}

fn log(dir: &std::path::Path, count: u16) -> Ledger {
    let mut ledger = Ledger::create(dir, "o", Nature::Real).unwrap();
    for group in 0..count.div_ceil(7) {
        let entry = |n: u16| NewEntry {
            kind: 1,
            // One id for the seven of an append.
            command_id: [group.to_le_bytes(); 8].concat().try_into().unwrap(),
            actor: 1,
            programme: Position::EMPTY,
            facts: n.to_le_bytes().to_vec().into(),
            private: n
                .is_multiple_of(2)
                .then(|| format!("secret {n}").into_bytes()),
        };
        let entries = (group * 7..(group * 7 + 7).min(count)).map(entry).collect();
        let now = Moment::from_micros(i64::from(group)).unwrap();
        ledger.append(now, &[], entries, fold).unwrap();
    }
    ledger
}

fn erase(ledger: &mut Ledger, position: u8) {
    let entry = NewEntry {
        kind: 2,
        command_id: [position; 16],
        actor: 1,
        programme: Position::EMPTY,
        facts: vec![position].into(),
        private: None,
    };
    let now = Moment::from_micros(1_000_000).unwrap();
    ledger.append(now, &[], vec![entry], fold).unwrap();
}

fn copy_of(ledger: &Ledger) -> Vec<CopiedEntry> {
    let copied = ledger.copied(Position(1)).unwrap();
    assert_eq!(copied.head(), ledger.head().unwrap());
    copied.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_log_is_brought_back_with_its_tree_salts_commands_and_state() {
    let dir = tempfile::tempdir().unwrap();
    let mut from = log(&dir.path().join("from"), 600);
    erase(&mut from, 3);
    let copied = copy_of(&from);
    assert_eq!(copied[2].private, None);
    assert_eq!(copied[2].erased_by, Some(Position(601)));
    assert_eq!(from.erasures().unwrap(), [(Position(3), Position(601))]);

    let mut to = Ledger::create_as(
        &dir.path().join("to"),
        &Storage::Sqlite,
        "o",
        Nature::Real,
        from.created(),
    )
    .unwrap();
    // In pieces that cut the groups of the appends.
    for piece in copied.chunks(100) {
        to.bring_back(piece, fold).unwrap();
    }
    assert_eq!(to.head().unwrap(), from.head().unwrap());
    assert_eq!(to.created(), from.created());
    assert_eq!(copy_of(&to), copied);
    let whole = to.verify(&mut |_, _| (), fold).unwrap();
    assert_eq!(whole, from.verify(&mut |_, _| (), fold).unwrap());
    // It goes on as the log would have.
    erase(&mut to, 5);
    to.verify(&mut |_, _| (), fold).unwrap();
}

#[test]
fn entries_that_do_not_follow_or_do_not_match_are_refused_and_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let from = log(&dir.path().join("from"), 20);
    let copied = copy_of(&from);
    let mut to = Ledger::create(&dir.path().join("to"), "o", Nature::Real).unwrap();
    let refused =
        |to: &mut Ledger, entries: &[CopiedEntry]| to.bring_back(entries, fold).unwrap_err().code;
    assert_eq!(refused(&mut to, &copied[1..3]), "L303");
    let mut changed = copied.clone();
    changed[4].facts.bytes[0] ^= 1;
    assert_eq!(refused(&mut to, &changed), "L307");
    let mut changed = copied.clone();
    changed[5].facts.salt[9] ^= 1;
    assert_eq!(refused(&mut to, &changed), "L307");
    let mut missing = copied.clone();
    missing[4].private = None;
    assert_eq!(refused(&mut to, &missing), "L310");
    assert_eq!(to.head().unwrap().size, Position(0));
    to.bring_back(&copied, fold).unwrap();
    assert_eq!(to.head().unwrap(), from.head().unwrap());
}
