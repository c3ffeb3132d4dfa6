//! Many writers: threads that share one flush, processes that share one ledger, and readers that
//! follow them and must never miss a commit.

mod common;

use base::{Moment, Position, Problem};
use common::{COUNT, COUNTS, Place, REFUSED, REMOVE, at, entry, fold, verify};
use ledger::{AppendError, Appender, Ledger, NewEntry, Precondition, StateView, Submission};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

fn submission(entries: Vec<NewEntry>) -> Submission {
    Submission {
        now: at(0),
        preconditions: Vec::new(),
        entries,
        fold: Box::new(fold),
    }
}

on_both! {
fn threads_share_a_flush_and_each_gets_its_own_answer(place) {
    const THREADS: u64 = 16;
    const EACH: u64 = 25;
    let groups = Arc::new(AtomicU64::new(0));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let appender = {
        let (groups, seen) = (groups.clone(), seen.clone());
        Appender::new(place.create(), move |committed| {
            groups.fetch_add(1, Ordering::Relaxed);
            // What is told is durable: the ledger has it.
            let last = committed.entries().last().unwrap().position;
            assert!(committed.ledger().head().unwrap().size >= last);
            seen.lock().unwrap().extend(committed.entries().map(|entry| entry.position.0));
        })
    };
    let start = Barrier::new(THREADS as usize);
    let positions = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (appender, start, positions) = (appender.clone(), &start, &positions);
            scope.spawn(move || {
                start.wait();
                for number in 0..EACH {
                    let command = u128::from(thread * EACH + number + 1);
                    let mut entries = vec![entry(COUNT, command, &format!("thread {thread}"))];
                    // Every fifth is refused after its first entry was folded, every seventh panics.
                    let is_refused = number % 5 == 4;
                    let panics = !is_refused && number % 7 == 6;
                    if is_refused {
                        entries.push(entry(REFUSED, command, ""));
                    }
                    let mut submission = submission(entries);
                    if panics {
                        submission.fold = Box::new(|_, _| panic!("a fold that fails"));
                        let appended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            appender.append(submission)
                        }));
                        assert!(appended.is_err());
                        continue;
                    }
                    match appender.append(submission) {
                        Ok(receipts) => positions.lock().unwrap().push(receipts[0].position.0),
                        Err(error) => {
                            assert!(is_refused, "{error}");
                            assert_eq!(Problem::from(error).code, "T001");
                        }
                    }
                }
            });
        }
    });
    drop(appender);
    // Of 25 numbers five are refused (4, 9, 14, 19, 24), and 6, 13 and 20 panic.
    let accepted = THREADS * (EACH - 5 - 3);
    let mut positions = positions.into_inner().unwrap();
    positions.sort_unstable();
    assert_eq!(positions, (1..=accepted).collect::<Vec<_>>());
    assert_eq!(*seen.lock().unwrap(), positions, "told once, in order");
    assert!(groups.load(Ordering::Relaxed) < accepted, "no flush served two");
    let ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(verify(&ledger).unwrap().size, Position(accepted));
    for thread in 0..THREADS {
        let key = format!("thread {thread}");
        let (_, count) = ledger.get(COUNTS, key.as_bytes()).unwrap().unwrap();
        assert_eq!(count, vec![17]);
    }
}

fn of_two_that_rely_on_the_same_only_one_wins(place) {
    let appender = Appender::new(place.create(), |_| ());
    appender.append(submission(vec![entry(COUNT, 1, "a")])).unwrap();
    let won = AtomicU64::new(0);
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (appender, won, start) = (appender.clone(), &won, &start);
            scope.spawn(move || {
                start.wait();
                let relying = Submission {
                    preconditions: vec![Precondition {
                        space: COUNTS,
                        key: b"a".to_vec(),
                        version: Some(Position(1)),
                    }],
                    ..submission(vec![entry(COUNT, 10 + number, "a")])
                };
                match appender.append(relying) {
                    Ok(_) => drop(won.fetch_add(1, Ordering::Relaxed)),
                    Err(AppendError::Conflict { found, .. }) => assert_eq!(found, Some(Position(2))),
                    Err(error) => panic!("{error}"),
                }
            });
        }
    });
    assert_eq!(won.load(Ordering::Relaxed), 1);
    let again = appender.append(submission(vec![entry(COUNT, 1, "a")])).unwrap_err();
    assert!(matches!(again, AppendError::Duplicate { position: Position(1), .. }));
}
}

/// Requests of one group see each other: duplicates, preconditions, and what was taken back.
#[test]
fn requests_of_one_group_are_judged_one_after_the_other() {
    let place = Place::sqlite();
    let appender = Appender::new(place.create(), |_| ());
    // While the first holds the thread the others gather into one group.
    let (entered, gathered) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let holding = {
        let (entered, gathered) = (entered.clone(), gathered.clone());
        let appender = appender.clone();
        thread::spawn(move || {
            appender
                .append(Submission {
                    fold: Box::new(move |state, entry| {
                        entered.wait();
                        gathered.wait();
                        fold(state, entry)
                    }),
                    ..submission(vec![entry(COUNT, 1, "a")])
                })
                .unwrap()
        })
    };
    entered.wait();
    let absent = |key: &str| Precondition {
        space: COUNTS,
        key: key.as_bytes().to_vec(),
        version: None,
    };
    let requests: Vec<(Submission, &str)> = vec![
        (
            submission(vec![entry(COUNT, 2, "b"), entry(REMOVE, 2, "a")]),
            "2 3",
        ),
        (submission(vec![entry(COUNT, 2, "c")]), "duplicate of 2"),
        (
            submission(vec![
                entry(COUNT, 3, "b"),
                entry(COUNT, 3, "d"),
                entry(REFUSED, 3, ""),
            ]),
            "T001",
        ),
        // What the refused one claimed and changed is free again.
        (
            Submission {
                preconditions: vec![absent("d"), absent("a")],
                ..submission(vec![entry(COUNT, 3, "d")])
            },
            "4",
        ),
        (
            Submission {
                preconditions: vec![absent("d")],
                ..submission(vec![entry(COUNT, 4, "d")])
            },
            "conflict with 4",
        ),
        (submission(vec![entry(COUNT, 5, "b")]), "5"),
    ];
    let waiting: Vec<_> = requests
        .into_iter()
        .map(|(request, expected)| {
            let appender = appender.clone();
            let waiting = thread::spawn(move || match appender.append(request) {
                Ok(receipts) => receipts
                    .iter()
                    .map(|receipt| receipt.position.to_string())
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(AppendError::Duplicate { position, .. }) => format!("duplicate of {position}"),
                Err(AppendError::Conflict { found, .. }) => {
                    format!("conflict with {}", found.unwrap())
                }
                Err(AppendError::Problem(problem)) => problem.code.to_string(),
            });
            // In this order into the queue.
            thread::sleep(Duration::from_millis(30));
            (waiting, expected)
        })
        .collect();
    gathered.wait();
    holding.join().unwrap();
    for (waiting, expected) in waiting {
        assert_eq!(waiting.join().unwrap(), expected);
    }
    drop(appender);
    let ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(verify(&ledger).unwrap().size, Position(5));
    assert_eq!(
        ledger.get(COUNTS, b"b").unwrap(),
        Some((Position(5), vec![2]))
    );
    assert_eq!(ledger.get(COUNTS, b"a").unwrap(), None);
}

#[test]
fn a_full_queue_refuses_by_name() {
    let place = Place::sqlite();
    let appender = Appender::new(place.create(), |_| ());
    let (entered, gathered) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let holding = {
        let (entered, gathered) = (entered.clone(), gathered.clone());
        let appender = appender.clone();
        thread::spawn(move || {
            appender
                .append(Submission {
                    fold: Box::new(move |_, _| {
                        entered.wait();
                        gathered.wait();
                        Ok(Vec::new())
                    }),
                    ..submission(vec![entry(COUNT, 1, "a")])
                })
                .unwrap()
        })
    };
    entered.wait();
    // Two requests of 300 MB are more than the queue holds: 512 MB.
    let heavy = |command: u128| {
        let part = |number: u128| NewEntry {
            facts: vec![0; 60 << 20].into(),
            ..entry(COUNT, command * 10 + number, "")
        };
        Submission {
            fold: Box::new(|_, _| Ok(Vec::new())),
            ..submission((0..5).map(part).collect())
        }
    };
    let (answer, answers) = std::sync::mpsc::channel();
    for number in 1..=2 {
        let (appender, answer) = (appender.clone(), answer.clone());
        thread::spawn(move || answer.send(appender.append(heavy(number))).unwrap());
    }
    // Whichever comes second; the first waits.
    let refused = answers.recv().unwrap().unwrap_err();
    assert_eq!(Problem::from(refused).code, "L209");
    gathered.wait();
    assert_eq!(holding.join().unwrap().len(), 1);
    assert_eq!(answers.recv().unwrap().unwrap().len(), 5);
}

/// Writers in several connections, each waiting a random moment between what it does and its
/// commit; readers that follow by position all the while.
#[test]
fn no_reader_ever_misses_a_late_commit() {
    const WRITERS: u64 = 6;
    const EACH: u64 = 40;
    let Some(place) = Place::postgres() else {
        return;
    };
    drop(place.create());
    let is_over = AtomicBool::new(false);
    let folded = |number: u64| {
        move |state: &StateView<'_>, entry: &ledger::Entry| {
            // Inside the transaction, with the positions taken and nothing committed.
            let pause = (entry.position.0 * 7 + number * 13) % 5;
            thread::sleep(Duration::from_millis(pause));
            fold(state, entry)
        }
    };
    let followed: Vec<Vec<u64>> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let dir = place.dir();
                scope.spawn(move || {
                    let mut ledger = Ledger::open(dir).unwrap();
                    for number in 0..EACH {
                        let command = u128::from(writer * EACH + number + 1);
                        let size = 1 + (writer + number) % 3;
                        let group = (0..size).map(|_| entry(COUNT, command, &format!("w{writer}")));
                        let now = Moment::from_micros(command.cast_signed() as i64).unwrap();
                        ledger
                            .append(now, &[], group.collect(), folded(writer))
                            .unwrap();
                    }
                })
            })
            .collect();
        let readers: Vec<_> = (0..3)
            .map(|reader| {
                let (dir, is_over) = (place.dir(), &is_over);
                scope.spawn(move || {
                    let ledger = Ledger::open_read_only(dir).unwrap();
                    let mut followed = Vec::new();
                    loop {
                        let was_over = is_over.load(Ordering::SeqCst);
                        let last = followed.last().copied().unwrap_or(0);
                        // By position alone, as a follower does, in three ways.
                        let head = ledger.head().unwrap().size;
                        let found: Vec<u64> = match reader {
                            0 => ledger.entries(Position(last + 1)..).unwrap(),
                            1 => ledger.entries(Position(last + 1)..=head).unwrap(),
                            _ => ledger
                                .entries(Position(last + 1)..Position(last + 3))
                                .unwrap(),
                        }
                        .map(|entry| entry.unwrap().position.0)
                        .collect();
                        if reader == 1 {
                            assert_eq!(found.len() as u64, head.0 - last, "all up to the head");
                        }
                        followed.extend(found);
                        if was_over && followed.len() as u64 >= ledger.head().unwrap().size.0 {
                            return followed;
                        }
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .collect()
    });
    let ledger = Ledger::open(place.dir()).unwrap();
    let report = verify(&ledger).unwrap();
    // Sizes go round 1, 2, 3: over 40 in a row 13 rounds of 6 and one more of 1, 2 or 3.
    let expected: u64 = (0..WRITERS).map(|writer| 13 * 6 + 1 + writer % 3).sum();
    assert_eq!(report.size, Position(expected));
    let all: Vec<u64> = (1..=expected).collect();
    for followed in followed {
        assert_eq!(
            followed, all,
            "never a gap, never a position that came late"
        );
    }
}

/// Processes take turns on one ledger: each catches up with what the others appended, and a
/// command that was decided on an older head is tested again.
#[test]
fn writers_in_several_connections_count_together() {
    let Some(place) = Place::postgres() else {
        return;
    };
    drop(place.create());
    let conflicts = AtomicU64::new(0);
    thread::scope(|scope| {
        for writer in 0..4u128 {
            let (dir, conflicts) = (place.dir(), &conflicts);
            scope.spawn(move || {
                let mut ledger = Ledger::open(dir).unwrap();
                let mut command = writer << 64;
                let mut counted = 0;
                while counted < 20 {
                    let version = ledger
                        .get(COUNTS, b"a")
                        .unwrap()
                        .map(|(version, _)| version);
                    thread::sleep(Duration::from_millis(1));
                    let relied_on = Precondition {
                        space: COUNTS,
                        key: b"a".to_vec(),
                        version,
                    };
                    command += 1;
                    match ledger.append(at(0), &[relied_on], vec![entry(COUNT, command, "a")], fold)
                    {
                        Ok(_) => counted += 1,
                        Err(AppendError::Conflict { .. }) => {
                            conflicts.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert!(conflicts.load(Ordering::Relaxed) > 0, "they did meet");
    let ledger = Ledger::open(place.dir()).unwrap();
    assert_eq!(ledger.get(COUNTS, b"a").unwrap().unwrap().1, vec![80]);
    let leaves: BTreeSet<_> = ledger
        .entries(..)
        .unwrap()
        .map(|entry| entry.unwrap().leaf)
        .collect();
    assert_eq!(leaves.len(), 80);
    assert_eq!(verify(&ledger).unwrap().size, Position(80));
}

#[test]
fn a_piece_of_work_has_one_worker_at_a_time() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let first = place.create();
    let second = Ledger::open(place.dir()).unwrap();
    assert!(first.take_turn(1).unwrap());
    assert!(!second.take_turn(1).unwrap());
    assert!(second.take_turn(2).unwrap(), "other work is free");
    first.leave_turn(1).unwrap();
    assert!(second.take_turn(1).unwrap());
    assert!(!first.take_turn(1).unwrap());
    drop(second);
    // The connection's end frees it; the server needs a moment to notice.
    let freed = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(20));
        first.take_turn(1).unwrap()
    });
    assert!(freed);
}
