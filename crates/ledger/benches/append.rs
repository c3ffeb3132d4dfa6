//! How fast entries are accepted: appends groups, prints the rate, then verifies what was written.
//!
//! `cargo bench -p ledger -- [ENTRIES] [GROUP]`, by default 1,000,000 in groups of 10,000.

use base::{Moment, Position, Problem};
use ledger::{Change, Entry, Ledger, Nature, NewEntry, Space, StateView};
use std::time::Instant;

const RECORDS: Space = Space(1);

/// One record for each entry, as a real fold writes it, under a key in arrival order.
fn fold(_: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, Problem> {
    Ok(vec![Change::Put {
        space: RECORDS,
        key: entry.position.0.to_be_bytes().to_vec(),
        value: entry.facts.clone(),
    }])
}

/// Numbers without an order, from a counter (the finaliser of SplitMix64).
fn scramble(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Who gives the entries their command ids.
#[derive(Clone, Copy)]
enum Commands {
    PerGroup,
    EachInOrder,
    EachAtRandom,
}

impl Commands {
    fn id(self, number: u64, first_of_group: u64) -> [u8; 16] {
        let (high, low) = match self {
            Commands::PerGroup => (scramble(first_of_group), first_of_group),
            Commands::EachInOrder => (number, scramble(number)),
            Commands::EachAtRandom => (scramble(number), number),
        };
        (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
    }

    fn name(self) -> &'static str {
        match self {
            Commands::PerGroup => "one command id per group",
            Commands::EachInOrder => "an ordered command id each",
            Commands::EachAtRandom => "a random command id each",
        }
    }
}

fn run(entries: u64, group: u64, commands: Commands) -> Result<(), Problem> {
    let dir = std::env::temp_dir().join(format!("ledger-bench-{}", std::process::id()));
    let mut ledger = Ledger::create(&dir, "bench", Nature::Demonstration)?;
    let now = Moment::from_micros(0).unwrap_or(Moment::MIN);
    // Only the appends are timed, not the making of their entries.
    let mut seconds = 0.0;
    for first in (0..entries).step_by(usize::try_from(group).unwrap_or(usize::MAX)) {
        let new = (first..entries.min(first + group)).map(|number| NewEntry {
            kind: 1,
            command_id: commands.id(number, first),
            actor: 1,
            programme: Position(1),
            facts: format!("{number:0>100}").into_bytes().into(),
            private: None,
        });
        let new = new.collect();
        let started = Instant::now();
        ledger.append(now, &[], new, fold)?;
        seconds += started.elapsed().as_secs_f64();
    }
    let rate = entries as f64 / seconds;
    let commands = commands.name();
    println!("{entries} entries in groups of {group}, {commands}: {rate:.0} entries/s");
    let started = Instant::now();
    ledger.verify(&mut |_, _| (), fold)?;
    let rate = entries as f64 / started.elapsed().as_secs_f64();
    println!("  verify: {rate:.0} entries/s");
    drop(ledger);
    // A folder that stays behind in the temporary directory harms nothing.
    let _ = std::fs::remove_dir_all(&dir);
    Ok(())
}

fn main() -> Result<(), Problem> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let entries = numbers.next().unwrap_or(1_000_000);
    let group = numbers.next().unwrap_or(10_000).max(1);
    run(entries, group, Commands::PerGroup)?;
    run(entries, group, Commands::EachInOrder)?;
    run(entries, group, Commands::EachAtRandom)
}
