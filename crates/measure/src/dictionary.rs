//! Texts as small numbers: equal texts of one domain have equal numbers, so that rows compare and
//! group by integers.

use std::collections::HashMap;
use std::sync::Arc;

use base::SubjectTypeId;
use programme::expr::Domain;
use programme::schema::ColumnType;

/// Texts of one domain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, i32>,
}

impl Dictionary {
    /// The number of a text, given to it now if it is new; `None` when 31 bits are used up.
    pub fn number_of(&mut self, text: &Arc<str>) -> Option<i32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = i32::try_from(self.texts.len()).ok()?;
        self.texts.push(text.clone());
        self.numbers.insert(text.clone(), number);
        Some(number)
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &str) -> Option<i32> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    pub fn text(&self, number: i64) -> Option<&Arc<str>> {
        self.texts.get(usize::try_from(number).ok()?)
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

/// All dictionaries, and the sets that occur.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionaries {
    texts: Dictionary,
    units: Dictionary,
    subjects: HashMap<SubjectTypeId, Dictionary>,
    sets: Vec<Vec<i32>>,
    set_numbers: HashMap<Vec<i32>, i32>,
}

impl Dictionaries {
    /// The dictionary of a column; `None` for columns without texts. Sets hold plain texts.
    pub fn of_column(&self, column_type: &ColumnType) -> Option<&Dictionary> {
        match column_type {
            ColumnType::Int | ColumnType::Decimal(_) | ColumnType::Day | ColumnType::Bool => None,
            ColumnType::Unit => Some(&self.units),
            ColumnType::Subject(subject_type) => self.subjects.get(subject_type),
            ColumnType::Code(_)
            | ColumnType::Codes(_)
            | ColumnType::Choice(_)
            | ColumnType::Text
            | ColumnType::Texts
            | ColumnType::Period => Some(&self.texts),
        }
    }

    /// The dictionary of a column, to add to.
    pub fn of_column_mut(&mut self, column_type: &ColumnType) -> &mut Dictionary {
        match column_type {
            ColumnType::Unit => &mut self.units,
            ColumnType::Subject(subject_type) => {
                self.subjects.entry(subject_type.clone()).or_default()
            }
            _ => &mut self.texts,
        }
    }

    /// The dictionary of an expression's texts.
    pub fn of_domain(&self, domain: &Domain) -> Option<&Dictionary> {
        match domain {
            Domain::Text | Domain::Code(_) => Some(&self.texts),
            Domain::Unit => Some(&self.units),
            Domain::Subject(subject_type) => self.subjects.get(subject_type),
        }
    }

    pub fn texts(&self) -> &Dictionary {
        &self.texts
    }

    pub fn units(&self) -> &Dictionary {
        &self.units
    }

    pub fn units_mut(&mut self) -> &mut Dictionary {
        &mut self.units
    }

    pub fn subjects(&self, subject_type: &SubjectTypeId) -> Option<&Dictionary> {
        self.subjects.get(subject_type)
    }

    /// The number of a set; its members are put in order first.
    pub fn set_number(&mut self, texts: &[Arc<str>]) -> Option<i32> {
        let mut members = texts
            .iter()
            .map(|text| self.texts.number_of(text))
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
            .filter_map(|member| self.texts.text(i64::from(*member)).cloned())
            .collect();
        texts.sort();
        texts
    }
}
