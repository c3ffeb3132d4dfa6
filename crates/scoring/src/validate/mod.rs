//! What is wrong with a definition, all of it in one run, before anything is scored.
//!
//! `programme` maps the place of each fault to its file and line. One module for each table of a
//! scorecard; the faults themselves are the C1xx of [`crate::problems`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::{Problem, Ratio};

use crate::definition::Scorecard;
use crate::problems;

mod grades;
mod groups;
mod items;

/// A fault of a definition and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place.
    pub at: FaultAt,
    /// What is wrong and what would be right.
    pub problem: Problem,
}

/// The place of a fault in a [`Scorecard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultAt {
    /// Which list of the scorecard.
    pub table: FaultTable,
    /// The index in that list; 0 for the card itself.
    pub index: usize,
    /// The field that is wrong, by its name in the definition (`from`, `rule.steps`).
    pub key: &'static str,
    /// The index in that field when it is a list.
    pub entry: Option<usize>,
}

impl FaultAt {
    fn new(table: FaultTable, index: usize, key: &'static str) -> FaultAt {
        FaultAt {
            table,
            index,
            key,
            entry: None,
        }
    }

    fn entry(self, entry: usize) -> FaultAt {
        FaultAt {
            entry: Some(entry),
            ..self
        }
    }
}

impl fmt::Display for FaultAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.table {
            FaultTable::Card => write!(f, "{}", self.key)?,
            table => write!(f, "{}[{}].{}", table.as_str(), self.index, self.key)?,
        }
        match self.entry {
            Some(entry) => write!(f, "[{entry}]"),
            None => Ok(()),
        }
    }
}

/// The lists of a [`Scorecard`], and the card itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultTable {
    /// The card itself.
    Card,
    /// Its groups.
    Groups,
    /// Its items.
    Items,
    /// Its parts.
    Parts,
    /// Its bands.
    Bands,
    /// Its vetoes.
    Vetoes,
    /// Its ranking's quotas.
    Quotas,
    /// Its consequences.
    Consequences,
}

impl FaultTable {
    /// The name of the list in [`Scorecard`].
    ///
    /// ```
    /// assert_eq!(scoring::FaultTable::Bands.as_str(), "bands");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            FaultTable::Card => "card",
            FaultTable::Groups => "groups",
            FaultTable::Items => "items",
            FaultTable::Parts => "parts",
            FaultTable::Bands => "bands",
            FaultTable::Vetoes => "vetoes",
            FaultTable::Quotas => "ranking.quotas",
            FaultTable::Consequences => "consequences",
        }
    }
}

/// Finds every fault of a scorecard, in the order of its lists.
///
/// ```
/// use base::ScorecardId;
/// let faults = scoring::validate(&scoring::Scorecard::new(ScorecardId::new("assessment")));
/// assert_eq!(faults[0].problem.code, "C136"); // no items
/// assert_eq!(faults[0].at.to_string(), "items");
/// ```
pub fn validate(card: &Scorecard) -> Vec<Fault> {
    let mut faults = Faults::default();
    groups::check(card, &mut faults);
    items::check(card, &mut faults);
    groups::check_sums(card, &mut faults);
    grades::check(card, &mut faults);
    faults.0.sort_by_key(|fault| fault.at);
    faults.0
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: FaultAt, problem: Problem) {
        self.0.push(Fault { at, problem });
    }

    /// Each id once.
    fn distinct<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a str>,
        what: (&str, &str),
        at: impl Fn(usize) -> FaultAt,
    ) {
        let mut seen = BTreeSet::new();
        for (i, id) in ids.enumerate() {
            if !seen.insert(id) {
                self.add(at(i), problems::duplicate_id(what.0, what.1, id));
            }
        }
    }

    /// The id is one of those declared; otherwise the nearest is offered.
    fn known<'a>(
        &mut self,
        id: &str,
        declared: impl Iterator<Item = &'a str>,
        what: (&str, &str),
        at: FaultAt,
    ) -> bool {
        let declared: Vec<&str> = declared.collect();
        if declared.contains(&id) {
            return true;
        }
        let nearest = declared.iter().min_by_key(|other| distance(id, other));
        let nearest = nearest.copied().unwrap_or("…");
        self.add(at, problems::unknown_reference(what.0, what.1, id, nearest));
        false
    }

    fn not_negative(&mut self, value: &Ratio, id: &str, at: FaultAt) {
        if value.is_negative() {
            self.add(
                at,
                problems::negative(id, at.key, crate::words::points(value)),
            );
        }
    }

    fn positive(&mut self, value: &Ratio, id: &str, at: FaultAt) {
        if !value.is_positive() {
            self.add(
                at,
                problems::not_positive(id, at.key, crate::words::points(value)),
            );
        }
    }

    fn share(&mut self, value: &Ratio, id: &str, at: FaultAt) {
        if value.is_negative() || value > &Ratio::ONE {
            self.add(
                at,
                problems::share_out_of_range(id, at.key, crate::words::points(value)),
            );
        }
    }
}

/// Edit distance by characters, for the nearest id.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut last = i + 1;
        let mut next = vec![last];
        for (right, &above) in b.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(&left != right);
            last = replaced.min(last + 1).min(above + 1);
            diagonal = above;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Weights of siblings must add up to 1 or 100.
fn weights_add_up(sum: &Ratio) -> bool {
    sum == &Ratio::ONE || sum == &Ratio::from_int(100)
}

/// Indices by key, in order of first appearance in the list.
fn indices_by<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, Vec<usize>> {
    let mut found: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (i, key) in keys.enumerate() {
        found.entry(key).or_default().push(i);
    }
    found
}

#[cfg(test)]
mod tests;
