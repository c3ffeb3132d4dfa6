//! Scores that crowd just above a threshold.
//!
//! Where nothing pulls at a threshold, a score that lies within a narrow window around it is as likely to lie just
//! below as just above. How many lie above is then a binomial number with the chance one half (the simple form of
//! McCrary's density test, 2008; Cattaneo, Idrobo and Titiunik 2020, section 4.1). A density that rises steeply
//! through the threshold shows the same: the counts further out, which are told beside, let one see that.

use crate::chance;

/// Scores around a threshold, counted in windows of one width: `below` from the nearest downwards, `above` from the
/// nearest upwards. The threshold itself counts as above, since whoever reaches it has reached it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Counts in the windows below.
    pub below: Vec<u64>,
    /// Counts in the windows above.
    pub above: Vec<u64>,
}

impl Around {
    /// No counts yet, in so many windows on each side.
    #[must_use]
    pub fn new(windows: usize) -> Around {
        Around {
            below: vec![0; windows],
            above: vec![0; windows],
        }
    }

    /// Counts a score by its exact distance from the threshold in windows: `score - threshold` over the width, as a
    /// fraction whose lower part is above 0. What lies further out is not counted.
    pub fn count(&mut self, distance: i128, width: i128) {
        if width <= 0 {
            return;
        }
        let at = distance.div_euclid(width);
        let (side, at) = if at >= 0 {
            (&mut self.above, at)
        } else {
            // The window [-1, 0) is the nearest below.
            (&mut self.below, -at - 1)
        };
        if let Some(count) = usize::try_from(at).ok().and_then(|at| side.get_mut(at)) {
            *count += 1;
        }
    }

    /// The nearest windows: just below, just above.
    #[must_use]
    pub fn nearest(&self) -> (u64, u64) {
        let first = |side: &[u64]| side.first().copied().unwrap_or(0);
        (first(&self.below), first(&self.above))
    }

    /// The chance of at least so many just above, were both sides equally likely; 1 without scores.
    #[must_use]
    pub fn chance(&self) -> f64 {
        let (below, above) = self.nearest();
        chance_of(below, above)
    }
}

/// The chance of at least `above` out of both, each side equally likely.
#[must_use]
pub fn chance_of(below: u64, above: u64) -> f64 {
    if below + above == 0 {
        return 1.0;
    }
    chance::binomial_at_least(above, below + above, 0.5)
}
