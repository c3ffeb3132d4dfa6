//! The scale of a chart: from a round number to a round number, with three to six lines between.

/// A scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// A scale on which all these values find a place. Without values, or with one, a place is made.
    pub fn over(values: impl Iterator<Item = f64>) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        // What hardly differs is not made to look as if it did.
        let least = (high.abs().max(low.abs()) * 0.02).max(1e-9);
        if high - low < least {
            low -= least / 2.0;
            high += least / 2.0;
        }
        let step = round_step((high - low) / 4.0);
        let starts_at_zero = low >= 0.0 && low <= (high - low);
        let low = if starts_at_zero {
            0.0
        } else {
            (low / step).floor() * step
        };
        Scale {
            low,
            high: (high / step).ceil() * step,
            step,
        }
    }

    /// Where a value stands, from 0 (the lowest) to 1.
    pub fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The round numbers along the scale.
    pub fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high + self.step / 1000.0 && ticks.len() < 12 {
            // Without the dust of adding up.
            ticks.push((value / self.step).round() * self.step);
            value += self.step;
        }
        ticks
    }
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .find(|nice| nice * power >= step * 0.999_999)
        .unwrap_or(10.0);
    nice * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        let table: &[(&[f64], &[f64])] = &[
            (&[0.92, 0.975, 0.981], &[0.92, 0.94, 0.96, 0.98, 1.0]),
            (&[3.0, 12.0, 40.0], &[0.0, 10.0, 20.0, 30.0, 40.0]),
            (&[], &[0.0, 0.25, 0.5, 0.75, 1.0]),
            (&[-4.0, 4.0], &[-4.0, -2.0, 0.0, 2.0, 4.0]),
        ];
        for (values, ticks) in table {
            let found = Scale::over(values.iter().copied()).ticks();
            assert_eq!(found.len(), ticks.len(), "{values:?}: {found:?}");
            for (one, two) in found.iter().zip(*ticks) {
                assert!((one - two).abs() < 1e-9, "{values:?}: {found:?}");
            }
        }
    }

    #[test]
    fn one_value_has_room_around_it() {
        let scale = Scale::over([1.0].into_iter());
        let share = scale.share(1.0);
        assert!(share > 0.2 && share < 0.8, "{share}");
    }
}
