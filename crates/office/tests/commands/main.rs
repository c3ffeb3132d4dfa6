//! Random sequences of commands: whatever people do, each figure is the same live, after a replay, at every
//! earlier position, and by SQL over the export; and it is what a count by hand gives. What was erased is in no
//! file, and comes back with no backup.
//!
//! Read `steps.rs` for what is done, `town.rs` for where, `figures.rs` for what is compared.

#[path = "../../../measure/tests/common/answers.rs"]
mod answers;
mod erased;
mod figures;
mod steps;
mod town;

use proptest::prelude::*;

use crate::figures::Seen;
use crate::steps::{Step, steps};
use crate::town::Town;

// What `answers.rs` asks of its surroundings.
use crate::figures::{City, day, period};

/// So many sequences unless `PROPTEST_CASES` says otherwise.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_is_done_every_figure_is_the_same_on_every_way(steps in steps()) {
        let mut town = Town::new();
        let mut seen = vec![Seen::of(&town)];
        let mut taken = 0;
        for step in &steps {
            let before = town.office.position();
            town.take(step);
            if town.office.position() > before {
                taken += 1;
                seen.push(Seen::of(&town));
            }
            town.is_as_counted();
            town.holds_nothing_that_was_erased();
        }
        prop_assume!(taken > 0);
        figures::same_on_every_way(&mut town, &seen);
    }
}

/// A sequence that has everything in it, so that no change of the strategy can leave something out unseen.
#[test]
fn one_of_each() {
    let mut town = Town::new();
    let mut seen = vec![Seen::of(&town)];
    for step in Step::one_of_each() {
        let before = town.office.position();
        town.take(&step);
        town.is_as_counted();
        town.holds_nothing_that_was_erased();
        assert!(
            town.office.position() > before
                || matches!(step, Step::Snapshot | Step::Reopen | Step::Backup),
            "{step:?} is taken"
        );
        seen.push(Seen::of(&town));
    }
    figures::same_on_every_way(&mut town, &seen);
}
