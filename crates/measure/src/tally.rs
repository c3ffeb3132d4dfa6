//! What is kept of rows by group, in dense columns: one place for each group (and interval), so that
//! a row costs an addition. Tallies of parts of a table are merged; [`Tally::cell`] gives one place
//! as an [`Accumulator`], in which groups are rolled up.

use std::collections::HashMap;

use crate::accumulate::Accumulator;
use crate::cells::NULL;
use crate::sums::Sums;

/// What is kept for each place.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    /// Rows.
    pub seen: Vec<u32>,
    pub kept: Kept,
}

/// Beside the number of rows.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Rows,
    /// Sum of the values, and rows that have one.
    Sum {
        total: Sums,
        filled: Vec<u32>,
    },
    /// [`NULL`] without one.
    Extreme {
        value: Vec<i64>,
        greatest: bool,
    },
    Distinct(Pairs),
    /// Rows of the part.
    Share(Vec<u32>),
    /// Sums over the whole and over the part.
    ShareOf {
        whole: Vec<i128>,
        part: Vec<i128>,
    },
    Latest(Vec<Best>),
    /// Rows of part and whole by place and stratum; strata are counted from `least`, the last is empty.
    Strata {
        least: i64,
        len: usize,
        counts: Vec<(u32, u32)>,
    },
}

/// The latest report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Best {
    pub key: (i64, u64),
    pub value: i64,
    pub preliminary: bool,
}

/// Values that occur at places, each once after [`Pairs::settle`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Pairs {
    pairs: Vec<(u32, i64)>,
    settled: usize,
}

impl Pairs {
    #[inline]
    pub fn push(&mut self, place: u32, value: i64) {
        self.pairs.push((place, value));
        if self.pairs.len() > (2 * self.settled).max(1 << 16) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.settled = self.pairs.len();
    }

    fn of(&self, place: u32) -> &[(u32, i64)] {
        let start = self.pairs.partition_point(|(known, _)| *known < place);
        let end = self.pairs.partition_point(|(known, _)| *known <= place);
        self.pairs.get(start..end).unwrap_or(&[])
    }
}

impl Tally {
    /// Nothing seen at so many places.
    pub fn new(places: usize, kept: &Kept) -> Tally {
        let kept = match *kept {
            Kept::Rows => Kept::Rows,
            Kept::Sum { .. } => Kept::Sum {
                total: Sums::new(places),
                filled: vec![0; places],
            },
            Kept::Extreme { greatest, .. } => Kept::Extreme {
                value: vec![NULL; places],
                greatest,
            },
            Kept::Distinct(_) => Kept::Distinct(Pairs::default()),
            Kept::Share(_) => Kept::Share(vec![0; places]),
            Kept::ShareOf { .. } => Kept::ShareOf {
                whole: vec![0; places],
                part: vec![0; places],
            },
            Kept::Latest(_) => Kept::Latest(vec![Best::NONE; places]),
            Kept::Strata { least, len, .. } => Kept::Strata {
                least,
                len,
                counts: vec![(0, 0); places * len],
            },
        };
        Tally {
            seen: vec![0; places],
            kept,
        }
    }

    /// Forgets all; keeps the places.
    pub fn clear(&mut self) {
        self.seen.fill(0);
        match &mut self.kept {
            Kept::Rows => {}
            Kept::Sum { total, filled } => {
                total.clear();
                filled.fill(0);
            }
            Kept::Extreme { value, .. } => value.fill(NULL),
            Kept::Distinct(pairs) => *pairs = Pairs::default(),
            Kept::Share(part) => part.fill(0),
            Kept::ShareOf { whole, part } => {
                whole.fill(0);
                part.fill(0);
            }
            Kept::Latest(best) => best.fill(Best::NONE),
            Kept::Strata { counts, .. } => counts.fill((0, 0)),
        }
    }

    /// Must be called before [`Tally::cell`].
    pub fn settle(&mut self) {
        if let Kept::Distinct(pairs) = &mut self.kept {
            pairs.settle();
        }
    }

    /// Takes up what others saw at the same places.
    pub fn merge(&mut self, other: &Tally) {
        fn add<T: Copy + std::ops::AddAssign>(to: &mut [T], from: &[T]) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
        }
        add(&mut self.seen, &other.seen);
        match (&mut self.kept, &other.kept) {
            (
                Kept::Sum { total, filled },
                Kept::Sum {
                    total: more,
                    filled: more_filled,
                },
            ) => {
                total.add(more);
                add(filled, more_filled);
            }
            (Kept::Extreme { value, greatest }, Kept::Extreme { value: more, .. }) => {
                for (value, found) in value.iter_mut().zip(more) {
                    extreme(value, *found, *greatest);
                }
            }
            (Kept::Distinct(pairs), Kept::Distinct(more)) => {
                pairs.pairs.extend_from_slice(&more.pairs);
                pairs.settle();
            }
            (Kept::Share(part), Kept::Share(more)) => add(part, more),
            (
                Kept::ShareOf { whole, part },
                Kept::ShareOf {
                    whole: more_whole,
                    part: more_part,
                },
            ) => {
                add(whole, more_whole);
                add(part, more_part);
            }
            (Kept::Latest(best), Kept::Latest(more)) => {
                for (best, more) in best.iter_mut().zip(more) {
                    best.take(more);
                }
            }
            (Kept::Strata { counts, .. }, Kept::Strata { counts: more, .. }) => {
                for (count, more) in counts.iter_mut().zip(more) {
                    count.0 += more.0;
                    count.1 += more.1;
                }
            }
            // Tallies of one task are of one kind.
            _ => {}
        }
    }

    /// Takes away rows that were seen. `false`: what is left cannot be told without seeing all again.
    pub fn subtract(&mut self, other: &Tally) -> bool {
        fn less<T: Copy + std::ops::SubAssign>(from: &mut [T], what: &[T]) {
            from.iter_mut()
                .zip(what)
                .for_each(|(from, what)| *from -= *what);
        }
        if other.seen.iter().all(|seen| *seen == 0) {
            return true;
        }
        match (&mut self.kept, &other.kept) {
            (Kept::Rows, Kept::Rows) => {}
            (
                Kept::Sum { total, filled },
                Kept::Sum {
                    total: gone,
                    filled: gone_filled,
                },
            ) => {
                total.subtract(gone);
                less(filled, gone_filled);
            }
            (Kept::Share(part), Kept::Share(gone)) => less(part, gone),
            (
                Kept::ShareOf { whole, part },
                Kept::ShareOf {
                    whole: gone_whole,
                    part: gone_part,
                },
            ) => {
                less(whole, gone_whole);
                less(part, gone_part);
            }
            (Kept::Strata { counts, .. }, Kept::Strata { counts: gone, .. }) => {
                for (count, gone) in counts.iter_mut().zip(gone) {
                    count.0 -= gone.0;
                    count.1 -= gone.1;
                }
            }
            _ => return false,
        }
        less(&mut self.seen, &other.seen);
        true
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let kept = match &self.kept {
            Kept::Rows => 0,
            Kept::Sum { total, .. } => return self.seen.len() * 8 + total.bytes(),
            Kept::Extreme { .. } => 8,
            Kept::Share(_) => 4,
            Kept::ShareOf { .. } => 32,
            Kept::Latest(_) => 32,
            Kept::Distinct(pairs) => return self.seen.len() * 4 + pairs.pairs.capacity() * 16,
            Kept::Strata { len, .. } => 8 * len,
        };
        self.seen.len() * (4 + kept)
    }

    /// What is kept at a place.
    pub fn cell(&self, place: usize) -> Accumulator {
        fn get<T: Copy + Default>(column: &[T], place: usize) -> T {
            column.get(place).copied().unwrap_or_default()
        }
        let seen = u64::from(get(&self.seen, place));
        match &self.kept {
            Kept::Rows => Accumulator::Count(seen),
            Kept::Sum { total, filled } => Accumulator::Sum {
                total: total.get(place),
                rows: u64::from(get(filled, place)),
            },
            Kept::Extreme { value, greatest } => Accumulator::Extreme {
                value: value.get(place).copied().unwrap_or(NULL),
                greatest: *greatest,
            },
            Kept::Distinct(pairs) => Accumulator::Distinct(
                pairs
                    .of(place as u32)
                    .iter()
                    .map(|(_, value)| *value)
                    .collect(),
            ),
            Kept::Share(part) => Accumulator::Share {
                part: i128::from(get(part, place)),
                whole: i128::from(seen),
            },
            Kept::ShareOf { whole, part } => Accumulator::Share {
                part: get(part, place),
                whole: get(whole, place),
            },
            Kept::Latest(best) => {
                let best = best.get(place).copied().unwrap_or(Best::NONE);
                Accumulator::Latest {
                    key: best.key,
                    value: best.value,
                    preliminary: best.preliminary,
                }
            }
            Kept::Strata { least, len, counts } => {
                let mut strata = HashMap::new();
                let counts = counts.get(place * len..(place + 1) * len).unwrap_or(&[]);
                for (stratum, (part, whole)) in counts.iter().enumerate() {
                    if *whole > 0 {
                        let number = if stratum + 1 == *len {
                            NULL
                        } else {
                            least + stratum as i64
                        };
                        strata.insert(number, (u64::from(*part), u64::from(*whole)));
                    }
                }
                Accumulator::Strata(strata)
            }
        }
    }
}

/// Takes the better of two values; [`NULL`] is none.
#[inline]
pub(crate) fn extreme(value: &mut i64, found: i64, greatest: bool) {
    let better = if greatest {
        found > *value // NULL is the least of all
    } else {
        found != NULL && (*value == NULL || found < *value)
    };
    if better {
        *value = found;
    }
}

impl Best {
    /// None yet.
    pub const NONE: Best = Best {
        key: (NULL, 0),
        value: NULL,
        preliminary: false,
    };

    /// The later of two.
    #[inline]
    pub fn take(&mut self, other: &Best) {
        if other.value != NULL && (self.value == NULL || other.key > self.key) {
            *self = *other;
        }
    }
}
