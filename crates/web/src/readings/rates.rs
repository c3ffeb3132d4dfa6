//! How many readings a sensor may send: a bucket for each, which fills as fast as its rule allows.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// Buckets that are kept; those that are full again are dropped first.
const BUCKETS_MAX: usize = 50_000;

/// What sums of parts of a second may be off by.
const HAIR: f64 = 1e-6;

/// The buckets.
#[derive(Debug, Default)]
pub(super) struct Rates {
    buckets: HashMap<i64, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    per_minute: f64,
    seen: Instant,
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.seen).as_secs_f64();
        self.left = (self.left + passed * self.per_minute / 60.0).min(self.per_minute);
        self.seen = now;
    }
}

impl Rates {
    /// Takes as many as are wanted of each sensor (how many, and how many a minute has), or none at all: then the rate
    /// that was too slow, and after how many seconds there will be enough.
    pub fn take(&mut self, wanted: &BTreeMap<i64, (i64, i64)>, now: Instant) -> Option<(i64, u64)> {
        if self.buckets.len() > BUCKETS_MAX {
            self.buckets.retain(|_, bucket| {
                bucket.fill(now);
                bucket.left < bucket.per_minute
            });
        }
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let number = |count: i64| count as f64;
        let mut over: Option<(i64, u64)> = None;
        for (id, (count, per_minute)) in wanted {
            let bucket = self.buckets.entry(*id).or_insert(Bucket {
                left: number(*per_minute),
                per_minute: number(*per_minute),
                seen: now,
            });
            bucket.per_minute = number(*per_minute);
            bucket.fill(now);
            let short = number(*count) - bucket.left;
            if short > HAIR {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 1 and 60"
                )]
                let seconds = (short * 60.0 / bucket.per_minute - HAIR)
                    .ceil()
                    .clamp(1.0, 60.0) as u64;
                if over.is_none_or(|(_, most)| seconds > most) {
                    over = Some((*per_minute, seconds));
                }
            }
        }
        if over.is_none() {
            for (id, (count, _)) in wanted {
                if let Some(bucket) = self.buckets.get_mut(id) {
                    bucket.left -= number(*count);
                }
            }
        }
        over
    }
}
