//! Laws of chance, colleagues and thresholds, against values by hand.

use proptest::prelude::*;

use crate::chance;
use crate::colleagues::{Scores, Standing, Stratum, beside, mean_beside};
use crate::threshold::{Around, chance_of};

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} {expected}");
}

#[test]
fn laws_by_hand() {
    near(chance::ln_factorial(10), 3_628_800_f64.ln(), 1e-12);
    // 50! = 30414093201713378043612608166064768844377641568960512000000000000
    near(
        chance::ln_factorial(50),
        3.041_409_320_171_338e64_f64.ln(),
        1e-12,
    );
    // C(4,2) ÷ 16.
    near(chance::binomial(2, 4, 0.5), 0.375, 1e-12);
    near(chance::binomial_at_least(9, 10, 0.5), 11.0 / 1_024.0, 1e-12);
    near(chance::binomial_at_most(1, 3, 0.1), 0.972, 1e-12);
    // Two marked of five, two drawn: none with C(3,2) ÷ C(5,2) = 0.3.
    near(chance::hypergeometric(0, 2, 2, 5), 0.3, 1e-12);
    near(chance::hypergeometric(2, 2, 2, 5), 0.1, 1e-12);
    near(chance::poisson_at_most(0, 2.0), (-2.0_f64).exp(), 1e-12);
    // The normal law's usual points.
    near(chance::normal_beyond(0.0), 1.0, 1e-12);
    near(chance::normal_beyond(1.959_963_985), 0.05, 1e-9);
    near(chance::normal_beyond(3.090_232_306), 0.002, 1e-10);
    near(chance::normal_beyond(-4.0), 6.334_248_366_6e-5, 1e-13);
    // Wilson 1927 for 1 of 10 at 95 %: 0.0179 to 0.4042.
    let (low, high) = chance::wilson(1, 10, 1.959_964);
    near(low, 0.017_876, 1e-5);
    near(high, 0.404_150, 1e-5);
}

#[test]
fn an_inspector_who_finds_nothing_where_others_find_much() {
    // Ten of the inspector and ten of another in one stratum; the other found five, the inspector none. Given five of
    // twenty, none among ten has the chance C(15,10) ÷ C(20,10) = 3003 ÷ 184756; both sides: twice that.
    let found = beside(&[Stratum {
        own: 10,
        own_failed: 0,
        all: 20,
        all_failed: 5,
    }]);
    near(found.expected, 2.5, 1e-12);
    near(found.chance, 2.0 * 3_003.0 / 184_756.0, 1e-10);
    assert_eq!(found.standing(), Standing::Outside);
    // The chances of 0 to 5 are 0.0163, 0.1354, 0.3483, 0.3483, 0.1354, 0.0163: 95 % lie from 1 to 4 of 10, since 0
    // alone stays below 2.5 %; 99.8 % from 0 to 5.
    assert_eq!(found.inner, (0.1, 0.4));
    assert_eq!(found.outer, (0.0, 0.5));
}

#[test]
fn strata_keep_apart_what_cannot_be_compared() {
    // The inspector has only hard visits, where everybody fails half; easy ones would make it look strict.
    let hard = Stratum {
        own: 20,
        own_failed: 10,
        all: 40,
        all_failed: 20,
    };
    let easy = Stratum {
        own: 0,
        own_failed: 0,
        all: 400,
        all_failed: 4,
    };
    let found = beside(&[hard, easy]);
    near(found.expected, 10.0, 1e-12);
    assert_eq!((found.compared, found.failed), (20, 10));
    assert_eq!(found.standing(), Standing::Within);
    // Alone in a stratum there is nobody to compare with.
    let alone = Stratum {
        own: 5,
        own_failed: 5,
        all: 5,
        all_failed: 5,
    };
    assert_eq!(beside(&[alone]).standing(), Standing::NotCompared);
    // Two strata add up: 2 of 5 with two marked, twice; none in both has the chance 0.3 · 0.3.
    let small = Stratum {
        own: 2,
        own_failed: 0,
        all: 5,
        all_failed: 2,
    };
    near(beside(&[small, small]).chance, 0.18, 1e-12);
}

#[test]
fn many_results_are_told_by_the_normal_law() {
    let found = beside(&[Stratum {
        own: 4_000,
        own_failed: 480,
        all: 8_000,
        all_failed: 800,
    }]);
    // Expected 400; variance 4000 · 0.1 · 0.9 · 4000 ÷ 7999 = 180.0225; (80 − ½) ÷ 13.417 = 5.925.
    near(found.expected, 400.0, 1e-9);
    near(found.chance, 3.12e-9, 0.02e-9);
    assert_eq!(found.standing(), Standing::FarOutside);
    near(
        found.inner.1,
        (400.0 + 1.959_964 * 13.417_24) / 4_000.0,
        1e-6,
    );
}

#[test]
fn a_mean_beside_others() {
    // Scores 1, 2, 3, 4 of everybody; the inspector gave 3 and 4. The mean of two of the four has the expectation 2.5
    // and, of sums, the variance 2 · 1.25 · 2 ÷ 3 = 5 ÷ 3: z = 2 ÷ 1.2910 = 1.549.
    let found = mean_beside(&[Scores {
        own: 2,
        own_sum: 7.0,
        all: 4,
        all_sum: 10.0,
        all_squares: 30.0,
    }])
    .unwrap();
    near(found.mean, 3.5, 1e-12);
    near(found.expected, 2.5, 1e-12);
    near(
        found.chance,
        chance::normal_beyond(2.0 / (5.0_f64 / 3.0).sqrt()),
        1e-12,
    );
    near(found.chance, 0.121_335, 1e-6);
    assert_eq!(mean_beside(&[Scores::default()]), None);
}

#[test]
fn scores_just_above_a_threshold() {
    let mut around = Around::new(3);
    // Threshold 60, windows of 2: 58 and 59.9 lie just below, 60 and 61 just above, 62 in the next; 53 too far out.
    for tenths in [580_i128, 599, 600, 610, 620, 530] {
        around.count(tenths - 600, 20);
    }
    assert_eq!(around.below, [2, 0, 0]);
    assert_eq!(around.above, [2, 1, 0]);
    assert_eq!(around.nearest(), (2, 2));
    // Nine of ten above: 11 ÷ 1024.
    near(chance_of(1, 9), 11.0 / 1_024.0, 1e-12);
    near(chance_of(0, 0), 1.0, 0.0);
}

proptest! {
    /// Within a stratum, what all inspectors are expected to find adds up to what was found; chances are chances.
    #[test]
    fn expectations_add_up(own in prop::collection::vec((1_u64..40, 0_u64..40), 2..6)) {
        let own: Vec<(u64, u64)> = own.into_iter().map(|(of, failed)| (of, failed.min(of))).collect();
        let all: u64 = own.iter().map(|(of, _)| of).sum();
        let all_failed: u64 = own.iter().map(|(_, failed)| failed).sum();
        let mut expected = 0.0;
        for (of, failed) in &own {
            let found = beside(&[Stratum { own: *of, own_failed: *failed, all, all_failed }]);
            prop_assert!((0.0..=1.0).contains(&found.chance));
            prop_assert!(found.inner.0 <= found.inner.1 && found.outer.0 <= found.inner.0 && found.inner.1 <= found.outer.1);
            expected += found.expected;
        }
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let total = all_failed as f64;
        prop_assert!((expected - total).abs() < 1e-6);
    }
}
