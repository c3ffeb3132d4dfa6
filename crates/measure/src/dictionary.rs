//! Texts as small numbers: equal texts of one domain have equal numbers, so that rows compare and
//! group by integers.
//!
//! The texts stand one after the other in one string, found by an open-addressing index of numbers:
//! about 25 bytes beside a text's own, and all of it is saved and read as it stands.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use base::SubjectTypeId;
use programme::expr::Domain;
use programme::schema::ColumnType;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A free place of the index.
const FREE: u32 = u32::MAX;

/// Texts of one domain.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    pub(crate) text: String,
    /// Where each text ends.
    pub(crate) ends: Vec<u64>,
    /// Numbers by hash; a power of two, at most three quarters full.
    pub(crate) index: Vec<u32>,
    /// A secret of this dictionary, so that nobody can choose texts that all meet in one place.
    pub(crate) seed: u64,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        Dictionary {
            text: String::new(),
            ends: Vec::new(),
            index: Vec::new(),
            seed: RandomState::new().hash_one(0_u8),
        }
    }
}

impl Dictionary {
    /// The number of a text, given to it now if it is new; `None` when 31 bits are used up.
    pub fn number_of(&mut self, text: &str) -> Option<i32> {
        if let Some(number) = self.find(text) {
            return Some(number);
        }
        let number = i32::try_from(self.ends.len()).ok()?;
        if (self.ends.len() + 1) * 4 > self.index.len() * 3 {
            self.grow();
        }
        self.text.push_str(text);
        self.ends.push(self.text.len() as u64);
        self.put(text_hash(text, self.seed), number.unsigned_abs());
        Some(number)
    }

    fn grow(&mut self) {
        self.index = vec![FREE; (self.index.len() * 2).max(16)];
        for number in 0..self.ends.len() {
            let hash = self.at(number).map_or(0, |text| text_hash(text, self.seed));
            self.put(hash, number as u32);
        }
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mask = self.index.len() - 1;
        let mut place = hash as usize & mask;
        while let Some(slot) = self.index.get_mut(place) {
            if *slot == FREE {
                *slot = number;
                return;
            }
            place = (place + 1) & mask;
        }
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &str) -> Option<i32> {
        let mask = self.index.len().checked_sub(1)?;
        let mut place = text_hash(text, self.seed) as usize & mask;
        loop {
            match *self.index.get(place)? {
                FREE => return None,
                number if self.at(number as usize) == Some(text) => {
                    return i32::try_from(number).ok();
                }
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// The text of a number.
    pub fn text(&self, number: i64) -> Option<&str> {
        self.at(usize::try_from(number).ok()?)
    }

    #[inline]
    fn at(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start as usize..end as usize)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether a dictionary that was read, with ends that never fall, can be one: the index is a power of
    /// two with a free place.
    pub fn is_sound(&self) -> bool {
        let places = self.index.len();
        let fits = self.ends.len() * 4 <= places * 3;
        self.ends.last().copied().unwrap_or(0) == self.text.len() as u64
            && ((places == 0 && self.ends.is_empty()) || (places.is_power_of_two() && fits))
            && (places == 0 || self.index.contains(&FREE))
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 8 + self.index.capacity() * 4
    }
}

fn text_hash(text: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), seed)
}

/// All dictionaries, and the sets that occur.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionaries {
    pub(crate) texts: Arc<Dictionary>,
    pub(crate) units: Arc<Dictionary>,
    pub(crate) subjects: HashMap<SubjectTypeId, Arc<Dictionary>>,
    pub(crate) sets: Vec<Vec<i32>>,
    pub(crate) set_numbers: HashMap<Vec<i32>, i32>,
}

impl Dictionaries {
    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let sets: usize = self.sets.iter().map(|set| set.capacity() * 8 + 64).sum();
        let subjects: usize = self.subjects.values().map(|known| known.bytes()).sum();
        self.texts.bytes() + self.units.bytes() + subjects + sets
    }

    /// The dictionary of a column; `None` for columns without texts. Sets hold plain texts.
    pub fn of_column(&self, column_type: &ColumnType) -> Option<&Dictionary> {
        match column_type {
            ColumnType::Int | ColumnType::Decimal(_) | ColumnType::Day | ColumnType::Bool => None,
            ColumnType::Unit => Some(&self.units),
            ColumnType::Subject(subject_type) => self.subjects(subject_type),
            ColumnType::Code(_)
            | ColumnType::Codes(_)
            | ColumnType::Choice(_)
            | ColumnType::Text
            | ColumnType::Texts
            | ColumnType::Period => Some(&self.texts),
        }
    }

    /// The number of a text of a column, given to it now if it is new. A copy for a trial shares the
    /// dictionaries until it meets a new text.
    pub fn number_in(&mut self, column_type: &ColumnType, text: &str) -> Option<i32> {
        let dictionary = match column_type {
            ColumnType::Unit => &mut self.units,
            ColumnType::Subject(subject_type) => match self.subjects.get_mut(subject_type) {
                Some(found) => found,
                None => self.subjects.entry(subject_type.clone()).or_default(),
            },
            _ => &mut self.texts,
        };
        match dictionary.find(text) {
            Some(number) => Some(number),
            None => Arc::make_mut(dictionary).number_of(text),
        }
    }

    /// The dictionary of an expression's texts.
    pub fn of_domain(&self, domain: &Domain) -> Option<&Dictionary> {
        match domain {
            Domain::Text | Domain::Code(_) => Some(&self.texts),
            Domain::Unit => Some(&self.units),
            Domain::Subject(subject_type) => self.subjects(subject_type),
        }
    }

    pub fn texts(&self) -> &Dictionary {
        &self.texts
    }

    /// How many texts there are, of all kinds together, and how many sets.
    pub fn sizes(&self) -> (usize, usize) {
        let subjects: usize = self.subjects.values().map(|known| known.len()).sum();
        (
            self.texts.len() + self.units.len() + subjects,
            self.sets.len(),
        )
    }

    pub fn units(&self) -> &Dictionary {
        &self.units
    }

    pub fn subjects(&self, subject_type: &SubjectTypeId) -> Option<&Dictionary> {
        self.subjects.get(subject_type).map(Arc::as_ref)
    }

    /// The number of a set; its members are put in order first.
    pub fn set_number(&mut self, texts: &[Arc<str>]) -> Option<i32> {
        let mut members = texts
            .iter()
            .map(|text| self.number_in(&ColumnType::Text, text))
            .collect::<Option<Vec<i32>>>()?;
        members.sort_unstable();
        members.dedup();
        if let Some(number) = self.set_numbers.get(&members) {
            return Some(*number);
        }
        let number = i32::try_from(self.sets.len()).ok()?;
        self.sets.push(members.clone());
        self.set_numbers.insert(members, number);
        Some(number)
    }

    /// For each set whether it has the text.
    pub fn sets_with(&self, text: &str) -> Vec<bool> {
        let wanted = self.texts.find(text);
        self.sets
            .iter()
            .map(|set| wanted.is_some_and(|wanted| set.binary_search(&wanted).is_ok()))
            .collect()
    }

    /// The texts of a set, in alphabetical order.
    pub fn set_texts(&self, number: i64) -> Vec<Arc<str>> {
        let set = usize::try_from(number)
            .ok()
            .and_then(|number| self.sets.get(number));
        let mut texts: Vec<Arc<str>> = set
            .into_iter()
            .flatten()
            .filter_map(|member| self.texts.text(i64::from(*member)).map(Arc::from))
            .collect();
        texts.sort();
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.find("x"), None);
        for round in 0..2 {
            for number in 0..5000 {
                let text = format!("text {number}");
                assert_eq!(dictionary.number_of(&text), Some(number), "round {round}");
                assert_eq!(dictionary.text(i64::from(number)), Some(text.as_str()));
            }
        }
        assert_eq!(dictionary.number_of(""), Some(5000));
        assert_eq!(
            (dictionary.find(""), dictionary.text(5000)),
            (Some(5000), Some(""))
        );
        assert_eq!(
            (
                dictionary.find("text"),
                dictionary.text(5001),
                dictionary.text(-1)
            ),
            (None, None, None)
        );
        assert_eq!(dictionary.len(), 5001);
    }
}
