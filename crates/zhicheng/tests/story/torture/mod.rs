//! What a machine does to a data folder: a process is killed, a power cut takes what was not flushed, a file
//! is cut, a bit turns, the disk is full. After each the folder holds every command that was acknowledged,
//! agrees with a replay, and says what was damaged.
//!
//! On every run of the tests each torture is short. `./test --torture` (or `ZHICHENG_TORTURE=1`) makes them
//! long: 100,000 rows killed at 50 moments, every crash state of a recorded disk, thousands of turned bits. With
//! `ZHICHENG_TEST_BINARY` they torture another build of the program, a release build of the same source for one.

mod bits;
mod crash;
mod disk;
mod flush;
mod kill;
mod postmaster;
mod room;
mod wal;

use ledger::merkle;

/// Whether the long tortures were asked for.
pub fn is_long() -> bool {
    std::env::var_os("ZHICHENG_TORTURE").is_some_and(|value| value != "0" && !value.is_empty())
}

/// So many in a short run, so many in a long one.
pub fn short_or_long<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// Random numbers (SplitMix64) that are the same on every machine for a seed: `ZHICHENG_TORTURE_SEED`.
pub struct Dice(u64);

impl Dice {
    /// From the seed of the run and a name, so that tortures do not move each other's dice.
    pub fn of(name: &str) -> Dice {
        let seed = std::env::var("ZHICHENG_TORTURE_SEED").ok();
        let seed: u64 = seed.and_then(|seed| seed.parse().ok()).unwrap_or(2026);
        let name = merkle::sha256(&[name.as_bytes()]);
        Dice(seed ^ u64::from_le_bytes(*name.first_chunk().unwrap()))
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }
}
