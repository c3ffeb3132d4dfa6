//! Which entries changed something: the positions at which a value that can be asked for at any position
//! is not what it was one position before.
//!
//! Asking at every position would be exact and slow. Between two positions with the same value nothing is
//! looked for, between two with different values the change is searched by halving; and where it is known
//! beforehand which entries may have done it (`candidates`), those are asked first, so that one change that
//! another took back is found as well.

use base::{Position, Problem};

/// A change: the position, the value before and the value from there on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step<T> {
    pub at: Position,
    pub before: T,
    pub after: T,
}

/// The steps by which a value changed after `from` and up to `to`, oldest first; at most `limit` and one more,
/// which says that there are more.
///
/// Between candidates a change and its exact reversal may stay unseen; that they cancel out is then true of
/// the value.
pub(crate) fn steps<T: Clone + PartialEq>(
    from: Position,
    to: Position,
    candidates: impl IntoIterator<Item = Position>,
    limit: usize,
    mut value: impl FnMut(Position) -> Result<T, Problem>,
) -> Result<Vec<Step<T>>, Problem> {
    if from >= to {
        return Ok(Vec::new());
    }
    // Both sides of each candidate are asked.
    let mut asked: Vec<u64> = candidates
        .into_iter()
        .flat_map(|at| [at.0.saturating_sub(1), at.0])
        .filter(|at| (from.0..=to.0).contains(at))
        .chain([from.0, to.0])
        .collect();
    asked.sort_unstable();
    asked.dedup();
    let mut search = Search {
        value: &mut value,
        limit,
        found: Vec::new(),
    };
    let mut before = (from.0, (search.value)(from)?);
    for at in asked.into_iter().skip(1) {
        let after = (at, (search.value)(Position(at))?);
        search.between(&before, &after)?;
        if search.found.len() > limit {
            break;
        }
        before = after;
    }
    Ok(search.found)
}

struct Search<'a, T> {
    value: &'a mut dyn FnMut(Position) -> Result<T, Problem>,
    limit: usize,
    found: Vec<Step<T>>,
}

impl<T: Clone + PartialEq> Search<'_, T> {
    /// Depth is at most 64: each level halves the distance.
    fn between(&mut self, low: &(u64, T), high: &(u64, T)) -> Result<(), Problem> {
        if low.1 == high.1 || self.found.len() > self.limit {
            return Ok(());
        }
        if high.0 - low.0 == 1 {
            self.found.push(Step {
                at: Position(high.0),
                before: low.1.clone(),
                after: high.1.clone(),
            });
            return Ok(());
        }
        let middle = low.0 + (high.0 - low.0) / 2;
        let middle = (middle, (self.value)(Position(middle))?);
        self.between(low, &middle)?;
        self.between(&middle, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 until 4, 3 from 5, 2 from 9, 3 again from 10, 7 from 1000.
    fn value(at: Position) -> Result<u64, Problem> {
        Ok(match at.0 {
            0..5 => 0,
            5..9 => 3,
            9 => 2,
            10..1000 => 3,
            _ => 7,
        })
    }

    fn at(candidates: &[u64], limit: usize) -> Vec<u64> {
        let candidates = candidates.iter().copied().map(Position);
        let found = steps(Position(1), Position(5000), candidates, limit, value).unwrap();
        assert!(found.iter().all(|step| step.before != step.after));
        found.iter().map(|step| step.at.0).collect()
    }

    #[test]
    fn changes_are_found_by_halving_and_reversals_by_candidates() {
        assert_eq!(at(&[], 10), [5, 1000]);
        assert_eq!(at(&[9], 10), [5, 9, 10, 1000]);
        assert_eq!(at(&[1, 9, 10, 77, 1000, 9999], 10), [5, 9, 10, 1000]);
    }

    #[test]
    fn one_more_than_the_limit_says_that_there_are_more() {
        assert_eq!(at(&[9], 2), [5, 9, 10]);
    }

    #[test]
    fn nothing_is_asked_where_there_is_nothing() {
        let never = |_| -> Result<u64, Problem> { panic!("not asked") };
        assert!(
            steps(Position(7), Position(7), [], 10, never)
                .unwrap()
                .is_empty()
        );
    }
}
