//! Probabilities: binomial, hypergeometric, Poisson, normal. Exact sums, no approximation but of the logarithm of
//! factorials (to about 1e-14) and of the normal distribution (to about 1e-12).

/// ln(n!).
#[must_use]
pub fn ln_factorial(n: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of items")]
    let x = n as f64;
    if n < 32 {
        return (2..=n)
            .map(|factor| {
                #[expect(clippy::cast_precision_loss, reason = "at most 31")]
                let factor = factor as f64;
                factor.ln()
            })
            .sum();
    }
    // Stirling's series for ln Γ(x + 1).
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0
            - square * (1.0 / 360.0 - square * (1.0 / 1_260.0 - square * (1.0 / 1_680.0))));
    x * x.ln() - x + 0.5 * (std::f64::consts::TAU * x).ln() + series
}

/// ln of the number of ways to choose k of n; `-inf` for k above n.
#[must_use]
pub fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// The chance of exactly k of n, each with chance p.
#[must_use]
pub fn binomial(k: u64, n: u64, p: f64) -> f64 {
    if p <= 0.0 {
        return if k == 0 { 1.0 } else { 0.0 };
    }
    if p >= 1.0 {
        return if k == n { 1.0 } else { 0.0 };
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of items")]
    let (hits, misses) = (k as f64, n.saturating_sub(k) as f64);
    (ln_choose(n, k) + hits * p.ln() + misses * (-p).ln_1p()).exp()
}

/// The chance of at most k of n.
#[must_use]
pub fn binomial_at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    (0..=k).map(|k| binomial(k, n, p)).sum::<f64>().min(1.0)
}

/// The chance of at least k of n.
#[must_use]
pub fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    (k..=n).map(|k| binomial(k, n, p)).sum::<f64>().min(1.0)
}

/// The chance of exactly k marked items in a sample of n out of a lot that has so many marked ones.
#[must_use]
pub fn hypergeometric(k: u64, sample: u64, marked: u64, lot: u64) -> f64 {
    if k > marked || k > sample || sample - k > lot.saturating_sub(marked) {
        return 0.0;
    }
    (ln_choose(marked, k) + ln_choose(lot - marked, sample - k) - ln_choose(lot, sample)).exp()
}

/// The chance of at most k when so many are expected.
#[must_use]
pub fn poisson_at_most(k: u64, expected: f64) -> f64 {
    if expected <= 0.0 {
        return 1.0;
    }
    let terms = (0..=k).map(|k| {
        #[expect(clippy::cast_precision_loss, reason = "acceptance numbers")]
        let count = k as f64;
        (count * expected.ln() - expected - ln_factorial(k)).exp()
    });
    terms.sum::<f64>().min(1.0)
}

/// The chance that a standard normal number is further from 0 than z, on either side.
#[must_use]
pub fn normal_beyond(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    if x < 2.5 {
        // erf by its series, whose terms shrink quickly here.
        let mut term = x;
        let mut sum = x;
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            let part = term / f64::from(2 * n + 1);
            sum += part;
            if part.abs() < 1e-17 {
                break;
            }
        }
        return (1.0 - sum * std::f64::consts::FRAC_2_SQRT_PI).clamp(0.0, 1.0);
    }
    // erfc by its continued fraction.
    let mut fraction = 0.0;
    for n in (1..=80).rev() {
        fraction = f64::from(n) / 2.0 / (x + fraction);
    }
    ((-x * x).exp() / std::f64::consts::PI.sqrt() / (x + fraction)).clamp(0.0, 1.0)
}

/// Wilson's interval for a share (1927): the shares from which what was counted is not further than z.
#[must_use]
pub fn wilson(hits: u64, of: u64, z: f64) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of records")]
    let (hits, n) = (hits as f64, of as f64);
    let (share, square) = (hits / n, z * z);
    let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
    let half = z / (1.0 + square / n) * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}
