//! An inspector's results beside those of colleagues on comparable subjects.
//!
//! Comparable means: in the same stratum (the same kind of visit, the same class of subject). Were it chance alone
//! who inspects what within a stratum, then, given what all found there, what one inspector found would follow
//! known laws: the number of failures is a sum of hypergeometric numbers (the exact form of Mantel and Haenszel
//! 1959), a sum of scores one of samples without replacement. How far the inspector is from what is expected is
//! told as a chance. Limits of a funnel plot (Spiegelhalter 2005) are those for a share of the same expectation.

use crate::chance;

/// The chance outside of the inner (95 %) and the outer (99.8 %) limits.
pub const INNER: f64 = 0.05;
/// See [`INNER`].
pub const OUTER: f64 = 0.002;
/// Up to so many results the exact distribution is made; above, the normal one, from which it then hardly differs.
const EXACT_MAX: u64 = 3_000;

/// What one inspector and all together found in one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stratum {
    /// Results of the inspector.
    pub own: u64,
    /// Failures among them.
    pub own_failed: u64,
    /// Results of everybody, the inspector included.
    pub all: u64,
    /// Failures among those.
    pub all_failed: u64,
}

/// How the inspector stands beside the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside {
    /// Results that can be compared: of strata where others have some too.
    pub compared: u64,
    /// Failures among them.
    pub failed: u64,
    /// Failures expected were it chance alone.
    pub expected: f64,
    /// The chance of a number at least as far from that, on either side; 1 where nothing can be compared.
    pub chance: f64,
    /// The shares between which 95 % of such inspectors would lie, and 99.8 %.
    pub inner: (f64, f64),
    /// See `inner`.
    pub outer: (f64, f64),
}

impl Beside {
    /// How the share of failures stands: outside the 99.8 % limits, only outside the 95 % ones, or within.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.chance {
            _ if self.compared == 0 => Standing::NotCompared,
            chance if chance < OUTER => Standing::FarOutside,
            chance if chance < INNER => Standing::Outside,
            _ => Standing::Within,
        }
    }
}

/// How somebody stands beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody else has comparable results.
    NotCompared,
    /// As chance would have it.
    Within,
    /// Outside of where 95 of 100 would be.
    Outside,
    /// Outside of where 998 of 1000 would be.
    FarOutside,
}

/// Least and greatest share that chance leaves with so much probability outside.
type Limits = dyn Fn(f64) -> (f64, f64);

/// The failures of an inspector beside those of colleagues.
#[must_use]
pub fn beside(strata: &[Stratum]) -> Beside {
    let shared: Vec<&Stratum> = strata
        .iter()
        .filter(|found| found.own > 0 && found.all > found.own)
        .collect();
    let compared: u64 = shared.iter().map(|found| found.own).sum();
    let failed: u64 = shared.iter().map(|found| found.own_failed).sum();
    let (mut expected, mut variance) = (0.0, 0.0);
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    for found in &shared {
        let (own, all, fails) = (found.own as f64, found.all as f64, found.all_failed as f64);
        let share = fails / all;
        expected += own * share;
        variance += own * share * (1.0 - share) * (all - own) / (all - 1.0);
    }
    if compared == 0 {
        return Beside {
            compared,
            failed,
            expected,
            chance: 1.0,
            inner: (0.0, 1.0),
            outer: (0.0, 1.0),
        };
    }
    let law = (compared <= EXACT_MAX).then(|| exact(&shared));
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let (total, count) = (compared as f64, failed as f64);
    let (chance, limit): (f64, Box<Limits>) = match law {
        Some(law) => {
            let at = usize::try_from(failed).unwrap_or(usize::MAX);
            let below: f64 = law.iter().take(at.saturating_add(1)).sum();
            let above: f64 = law.iter().skip(at).sum();
            let chance = (2.0 * below.min(above)).min(1.0);
            (
                chance,
                Box::new(move |outside| limits(&law, outside, total)),
            )
        }
        None => {
            let deviation = variance.sqrt();
            let z = if deviation > 0.0 {
                ((count - expected).abs() - 0.5).max(0.0) / deviation
            } else {
                0.0
            };
            let limit = move |outside: f64| {
                let z = if outside < 0.01 { 3.090_232 } else { 1.959_964 };
                let at = |side: f64| ((expected + side * z * deviation) / total).clamp(0.0, 1.0);
                (at(-1.0), at(1.0))
            };
            (chance::normal_beyond(z), Box::new(limit))
        }
    };
    Beside {
        compared,
        failed,
        expected,
        chance,
        inner: limit(INNER),
        outer: limit(OUTER),
    }
}

/// The chances of 0, 1, … failures: the strata's hypergeometric laws, folded into one.
fn exact(strata: &[&Stratum]) -> Vec<f64> {
    let mut law = vec![1.0];
    for found in strata {
        let most = found.own.min(found.all_failed);
        let one: Vec<f64> = (0..=most)
            .map(|k| chance::hypergeometric(k, found.own, found.all_failed, found.all))
            .collect();
        let mut both = vec![0.0; law.len() + one.len() - 1];
        for (at, chance) in law.iter().enumerate() {
            for (more, other) in one.iter().enumerate() {
                if let Some(cell) = both.get_mut(at + more) {
                    *cell += chance * other;
                }
            }
        }
        law = both;
    }
    law
}

/// The shares between which all but `outside` of a law lies: what is told as outside is further than these.
fn limits(law: &[f64], outside: f64, total: f64) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let share = |at: usize| at as f64 / total;
    let mut sum = 0.0;
    let low = law.iter().position(|chance| {
        sum += chance;
        sum >= outside / 2.0
    });
    sum = 0.0;
    let high = law.iter().rposition(|chance| {
        sum += chance;
        sum >= outside / 2.0
    });
    (
        share(low.unwrap_or(0)),
        share(high.unwrap_or(law.len().saturating_sub(1))),
    )
}

/// Scores of one inspector and of all in one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scores {
    /// Scores of the inspector.
    pub own: u64,
    /// Their sum.
    pub own_sum: f64,
    /// Scores of everybody, the inspector included.
    pub all: u64,
    /// Their sum.
    pub all_sum: f64,
    /// The sum of their squares.
    pub all_squares: f64,
}

/// The mean score of an inspector beside that of colleagues.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanBeside {
    /// Scores that can be compared.
    pub compared: u64,
    /// Their mean.
    pub mean: f64,
    /// The mean expected were it chance alone who scores what.
    pub expected: f64,
    /// The chance of a mean at least as far from it.
    pub chance: f64,
}

/// The mean score of an inspector beside those of colleagues; `None` where nothing can be compared.
#[must_use]
pub fn mean_beside(strata: &[Scores]) -> Option<MeanBeside> {
    let (mut count, mut sum, mut expected, mut variance) = (0_u64, 0.0, 0.0, 0.0);
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    for found in strata {
        if found.own == 0 || found.all <= found.own {
            continue;
        }
        let (own, all) = (found.own as f64, found.all as f64);
        let mean = found.all_sum / all;
        let spread = (found.all_squares / all - mean * mean).max(0.0);
        count += found.own;
        sum += found.own_sum;
        expected += own * mean;
        variance += own * spread * (all - own) / (all - 1.0);
    }
    if count == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let n = count as f64;
    let deviation = f64::sqrt(variance);
    let chance = if deviation > 1e-9 {
        chance::normal_beyond((sum - expected) / deviation)
    } else {
        1.0
    };
    Some(MeanBeside {
        compared: count,
        mean: sum / n,
        expected: expected / n,
        chance,
    })
}
