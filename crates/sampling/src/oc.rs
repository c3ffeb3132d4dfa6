//! What a single plan lets through: the operating characteristic, the qualities at which it accepts 95, 50 and 10 %
//! of the lots, and the average outgoing quality limit.

use crate::chance;

/// How many nonconforming items a sample has, given the quality of what it is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Items from a running production (type B curve).
    Binomial,
    /// Items from one lot of that size (type A curve); quality goes in steps of one item.
    Hypergeometric(u64),
    /// Nonconformities, of which an item can have several; quality is nonconformities per item.
    Poisson,
}

/// A plan and its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Characteristic {
    /// Items drawn.
    pub sample: u64,
    /// Ac.
    pub accept: u32,
    /// The model.
    pub model: Model,
}

/// Steps of a bisection: more than a double has digits.
const HALVINGS: u32 = 80;
/// Qualities that are looked at on the way to the worst average outgoing one.
const LOOKED_AT: u32 = 2_000;

impl Characteristic {
    /// The chance that a lot of that quality (nonconforming share, or nonconformities per item) is accepted.
    #[must_use]
    pub fn acceptance(self, quality: f64) -> f64 {
        let accept = u64::from(self.accept);
        #[expect(clippy::cast_precision_loss, reason = "counts of items")]
        match self.model {
            Model::Binomial => chance::binomial_at_most(accept, self.sample, quality),
            Model::Poisson => chance::poisson_at_most(accept, quality * self.sample as f64),
            Model::Hypergeometric(lot) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share of the lot"
                )]
                let marked = (quality.clamp(0.0, 1.0) * lot as f64).round() as u64;
                self.of_lot(lot, marked)
            }
        }
    }

    fn of_lot(self, lot: u64, marked: u64) -> f64 {
        (0..=u64::from(self.accept))
            .map(|k| chance::hypergeometric(k, self.sample, marked, lot))
            .sum::<f64>()
            .min(1.0)
    }

    /// The worst quality that is still accepted with at least that chance; of a lot the last whole item.
    #[must_use]
    pub fn accepted_with(self, chance: f64) -> f64 {
        match self.model {
            Model::Hypergeometric(lot) => {
                // The chance falls with each item, so that the last one can be sought by halves.
                let (mut low, mut high) = (0, lot);
                while low < high {
                    let middle = low + (high - low).div_ceil(2);
                    if self.of_lot(lot, middle) >= chance {
                        low = middle;
                    } else {
                        high = middle - 1;
                    }
                }
                #[expect(clippy::cast_precision_loss, reason = "counts of items")]
                let share = low as f64 / lot as f64;
                share
            }
            Model::Binomial | Model::Poisson => self.sought(chance),
        }
    }

    /// The best quality that is accepted with at most that chance; of a lot the first whole item.
    #[must_use]
    pub fn refused_from(self, chance: f64) -> f64 {
        match self.model {
            Model::Hypergeometric(lot) => {
                let (mut low, mut high) = (0, lot);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.of_lot(lot, middle) <= chance {
                        high = middle;
                    } else {
                        low = middle + 1;
                    }
                }
                #[expect(clippy::cast_precision_loss, reason = "counts of items")]
                let share = low as f64 / lot as f64;
                share
            }
            Model::Binomial | Model::Poisson => self.sought(chance),
        }
    }

    fn sought(self, chance: f64) -> f64 {
        let mut high = 1.0;
        if self.model == Model::Poisson {
            while self.acceptance(high) > chance && high < 1e6 {
                high *= 2.0;
            }
        }
        let mut low = 0.0;
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            if self.acceptance(middle) >= chance {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low + high) / 2.0
    }

    /// The average outgoing quality limit: where every lot that is not accepted is gone through and put right,
    /// what goes out is on average never worse than this. With the lot's size the items of the sample, which
    /// are put right too, are taken off.
    #[must_use]
    pub fn outgoing_limit(self, lot: Option<u64>) -> f64 {
        let of_process = match self.model {
            Model::Hypergeometric(_) => Characteristic {
                model: Model::Binomial,
                ..self
            },
            _ => self,
        };
        let end = of_process.sought(1e-6);
        let outgoing = |quality: f64| quality * of_process.acceptance(quality);
        let step = end / f64::from(LOOKED_AT);
        let best = (0..=LOOKED_AT)
            .map(|at| f64::from(at) * step)
            .max_by(|one, other| outgoing(*one).total_cmp(&outgoing(*other)))
            .unwrap_or_default();
        // Between its neighbours the curve has one top: thirds close in on it.
        let (mut low, mut high) = ((best - step).max(0.0), best + step);
        for _ in 0..HALVINGS {
            let third = (high - low) / 3.0;
            if outgoing(low + third) < outgoing(high - third) {
                low += third;
            } else {
                high -= third;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of items")]
        let rest = lot.map_or(1.0, |lot| {
            1.0 - self.sample.min(lot) as f64 / lot.max(1) as f64
        });
        outgoing((low + high) / 2.0) * rest
    }

    /// Points of the curve, at even qualities from 0 to where hardly anything is accepted.
    #[must_use]
    pub fn curve(self, points: u32) -> Vec<(f64, f64)> {
        let end = match self.model {
            Model::Hypergeometric(_) => self.refused_from(0.01).min(1.0),
            _ => self.sought(0.01),
        };
        let end = round_up(end);
        (0..=points)
            .map(|at| {
                let quality = end * f64::from(at) / f64::from(points.max(1));
                (quality, self.acceptance(quality))
            })
            .collect()
    }
}

/// The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|step| *step >= value * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}
