//! The names by which subjects were last made known: a million of them in little memory, and back from a
//! snapshot without a step for each.
//!
//! Most names stand sorted by identity in one text; those that came since stand beside it and are
//! sorted in when they have become many.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Names that came since are sorted in when they are more than this and than half of the sorted ones.
const NEWS_MIN: usize = 1024;

/// Names by subject type and identity. A subject without a name is called by its identity.
#[derive(Debug, Default, Clone)]
pub(crate) struct SubjectNames {
    types: BTreeMap<Box<str>, OfType>,
}

#[derive(Debug, Default, Clone)]
struct OfType {
    sorted: Sorted,
    news: HashMap<Box<str>, Box<str>>,
}

/// Identities in their order, each followed by its name. An empty name says: called by its identity.
#[derive(Debug, Default, Clone, PartialEq)]
struct Sorted {
    text: String,
    /// Where each identity ends and where its name does.
    ends: Vec<[u32; 2]>,
}

impl Sorted {
    fn get(&self, at: usize) -> Option<(&str, &str)> {
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |[_, end]| *end as usize);
        let [middle, end] = *self.ends.get(at)?;
        let id = self.text.get(start..middle as usize)?;
        Some((id, self.text.get(middle as usize..end as usize)?))
    }

    /// The place of an identity.
    fn place(&self, id: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.ends.len());
        while from < to {
            let at = from.midpoint(to);
            let (known, _) = self.get(at)?;
            match known.cmp(id) {
                std::cmp::Ordering::Equal => return Some(at),
                std::cmp::Ordering::Less => from = at + 1,
                std::cmp::Ordering::Greater => to = at,
            }
        }
        None
    }

    /// The place of the first identity after one; of all without one.
    fn first_after(&self, after: Option<&str>) -> usize {
        let Some(after) = after else { return 0 };
        let (mut from, mut to) = (0, self.ends.len());
        while from < to {
            let at = from.midpoint(to);
            if self.get(at).is_some_and(|(known, _)| known <= after) {
                from = at + 1;
            } else {
                to = at;
            }
        }
        from
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.ends.len()).filter_map(|at| self.get(at))
    }

    /// Adds what comes after all that is there; false when the text is at its limit of 4 GiB.
    fn push(&mut self, id: &str, name: &str) -> bool {
        let middle = u32::try_from(self.text.len() + id.len());
        let end = u32::try_from(self.text.len() + id.len() + name.len());
        let (Ok(middle), Ok(end)) = (middle, end) else {
            return false;
        };
        self.text.push_str(id);
        self.text.push_str(name);
        self.ends.push([middle, end]);
        true
    }
}

impl OfType {
    /// A subject's identity, as it is kept here, and its name.
    fn get(&self, id: &str) -> Option<(&str, &str)> {
        let (known, name) = match self.news.get_key_value(id) {
            Some((known, name)) => (&**known, &**name),
            None => self.sorted.get(self.sorted.place(id)?)?,
        };
        Some((known, called(known, name)))
    }

    /// All names sorted; `None` when they do not fit into one text.
    fn merged(&self) -> Option<Sorted> {
        let mut news: Vec<(&str, &str)> = self
            .news
            .iter()
            .map(|(id, name)| (&**id, &**name))
            .collect();
        news.sort_unstable();
        let mut news = news.into_iter().peekable();
        let mut merged = Sorted::default();
        for (id, name) in self.sorted.iter() {
            while let Some((new, name)) = news.next_if(|(new, _)| *new < id) {
                merged.push(new, name).then_some(())?;
            }
            let name = news
                .next_if(|(new, _)| *new == id)
                .map_or(name, |(_, name)| name);
            merged.push(id, name).then_some(())?;
        }
        for (id, name) in news {
            merged.push(id, name).then_some(())?;
        }
        Some(merged)
    }
}

impl SubjectNames {
    /// Takes what was made known of a subject: its name, or only that there is one.
    pub(crate) fn take(&mut self, subject_type: &str, id: &str, name: Option<&str>) {
        if !self.types.contains_key(subject_type) {
            self.types.insert(subject_type.into(), OfType::default());
        }
        let Some(names) = self.types.get_mut(subject_type) else {
            return;
        };
        let name = match name {
            // Called by its identity.
            Some(name) if name == id => "",
            Some(name) => name,
            None if names.get(id).is_some() => return,
            None => "",
        };
        names.news.insert(id.into(), name.into());
        if names.news.len() > NEWS_MIN.max(names.sorted.ends.len() / 2)
            && let Some(merged) = names.merged()
        {
            names.sorted = merged;
            names.news = HashMap::new();
        }
    }

    /// The name of a subject; `None` when nobody is known under that identity.
    pub(crate) fn get(&self, subject_type: &str, id: &str) -> Option<&str> {
        self.types.get(subject_type)?.get(id).map(|(_, name)| name)
    }

    /// Known subjects of a type: identity and name.
    pub(crate) fn of<'n>(
        &'n self,
        subject_type: &str,
    ) -> impl Iterator<Item = (&'n str, &'n str)> + use<'n> {
        self.types.get(subject_type).into_iter().flat_map(|names| {
            let news = names.news.iter().map(|(id, name)| (&**id, &**name));
            let is_old = |(id, _): &(&str, &str)| !names.news.contains_key(*id);
            let sorted = names.sorted.iter().filter(is_old);
            news.chain(sorted).map(|(id, name)| (id, called(id, name)))
        })
    }

    /// Known subjects of a type in the order of their identities, from after one on.
    pub(crate) fn after<'n>(
        &'n self,
        subject_type: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'n str, &'n str)> + use<'n> {
        let after: Option<Box<str>> = after.map(Into::into);
        self.types
            .get(subject_type)
            .into_iter()
            .flat_map(move |names| {
                let is_after = |id: &str| after.as_deref().is_none_or(|after| id > after);
                let news = names.news.iter().map(|(id, name)| (&**id, &**name));
                // Of a page few are taken: what came since is not sorted, only as far as it is asked for.
                let mut news: BinaryHeap<Reverse<(&str, &str)>> =
                    news.filter(|(id, _)| is_after(id)).map(Reverse).collect();
                let first = names.sorted.first_after(after.as_deref());
                let mut sorted = (first..names.sorted.ends.len())
                    .filter_map(|at| names.sorted.get(at))
                    .peekable();
                std::iter::from_fn(move || {
                    let new = news.peek().map(|Reverse(found)| *found);
                    let (id, name) = match (new, sorted.peek().copied()) {
                        (Some(new), Some(old)) if new.0 <= old.0 => {
                            // The later name counts.
                            sorted.next_if(|old| old.0 == new.0);
                            news.pop();
                            new
                        }
                        (Some(new), None) => {
                            news.pop();
                            new
                        }
                        _ => sorted.next()?,
                    };
                    Some((id, called(id, name)))
                })
            })
    }

    /// How many subjects of a type are known.
    pub(crate) fn count(&self, subject_type: &str) -> usize {
        self.types.get(subject_type).map_or(0, |names| {
            let is_new = |id: &str| names.sorted.place(id).is_none();
            names.sorted.ends.len() + names.news.keys().filter(|id| is_new(id)).count()
        })
    }

    /// Writes all names; [`SubjectNames::read`] reads them back. Little-endian: the number of types; of each
    /// the length of its name, its name, the number of subjects, the length of the text, the ends, the text.
    /// `None` when a type's names are too many for one text: 4 GiB.
    pub(crate) fn write(&self, out: &mut Vec<u8>) -> Option<()> {
        let number = |out: &mut Vec<u8>, number: usize| out.extend((number as u64).to_le_bytes());
        number(out, self.types.len());
        for (name, of_type) in &self.types {
            let merged = of_type.merged()?;
            number(out, name.len());
            out.extend(name.as_bytes());
            number(out, merged.ends.len());
            number(out, merged.text.len());
            for ends in &merged.ends {
                out.extend(ends.iter().flat_map(|end| end.to_le_bytes()));
            }
            out.extend(merged.text.as_bytes());
        }
        Some(())
    }

    /// Reads names; `None` when the bytes are none.
    pub(crate) fn read(mut bytes: &[u8]) -> Option<SubjectNames> {
        let bytes = &mut bytes;
        let mut types = BTreeMap::new();
        for _ in 0..number(bytes)? {
            let length = number(bytes)?;
            let name = text(bytes, length)?;
            let (subjects, length) = (number(bytes)?, number(bytes)?);
            let ends = bytes.split_off(..subjects.checked_mul(8)?)?;
            let (ends, _) = ends.as_chunks::<8>();
            let ends = ends.iter().map(|[a, b, c, d, e, f, g, h]| {
                let first = u32::from_le_bytes([*a, *b, *c, *d]);
                [first, u32::from_le_bytes([*e, *f, *g, *h])]
            });
            let sorted = Sorted {
                ends: ends.collect(),
                text: text(bytes, length)?,
            };
            let names = OfType {
                sorted,
                news: HashMap::new(),
            };
            types.insert(name.into(), names);
        }
        bytes.is_empty().then_some(SubjectNames { types })
    }
}

/// The same names of the same subjects, however they are kept.
impl PartialEq for SubjectNames {
    fn eq(&self, other: &SubjectNames) -> bool {
        let is_same = |subject_type: &str| {
            self.of(subject_type).count() == other.of(subject_type).count()
                && self
                    .of(subject_type)
                    .all(|(id, name)| other.get(subject_type, id) == Some(name))
        };
        self.types.keys().eq(other.types.keys()) && self.types.keys().all(|name| is_same(name))
    }
}

/// What a subject is called, an empty name being its identity.
fn called<'n>(id: &'n str, name: &'n str) -> &'n str {
    if name.is_empty() { id } else { name }
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    usize::try_from(u64::from_le_bytes(*number)).ok()
}

fn text(bytes: &mut &[u8], length: usize) -> Option<String> {
    let text = bytes.split_off(..length)?;
    Some(std::str::from_utf8(text).ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_name_counts_and_who_has_none_is_called_by_the_identity() {
        let mut names = SubjectNames::default();
        names.take("firm", "a", None);
        names.take("firm", "b", Some("乙厂"));
        names.take("firm", "b", None);
        names.take("site", "a", Some("一处"));
        assert_eq!(names.get("firm", "a"), Some("a"));
        assert_eq!(names.get("firm", "b"), Some("乙厂"));
        assert_eq!(names.get("site", "a"), Some("一处"));
        assert_eq!(names.get("site", "b"), None);
        names.take("firm", "b", Some("b"));
        assert_eq!(names.get("firm", "b"), Some("b"));
    }

    proptest! {
        /// Beside a plain map, with so many names that they are sorted in again and again.
        #[test]
        fn like_a_map(told in prop::collection::vec((0_u16..4000, prop::option::of(0_u8..3)), 0..6000)) {
            let mut names = SubjectNames::default();
            let mut map: BTreeMap<String, String> = BTreeMap::new();
            for (id, name) in told {
                let id = format!("{}", id % 3500);
                let name = name.map(|name| format!("{name}"));
                names.take("firm", &id, name.as_deref());
                match name {
                    Some(name) => drop(map.insert(id, name)),
                    None => drop(map.entry(id.clone()).or_insert(id)),
                }
            }
            let mut bytes = Vec::new();
            names.write(&mut bytes).unwrap();
            for names in [&names, &SubjectNames::read(&bytes).unwrap()] {
                let found: BTreeMap<String, String> = names
                    .of("firm")
                    .map(|(id, name)| (id.to_owned(), name.to_owned()))
                    .collect();
                prop_assert_eq!(&found, &map);
                for (id, name) in &map {
                    prop_assert_eq!(names.get("firm", id), Some(name.as_str()));
                }
                prop_assert_eq!(names.of("firm").count(), map.len());
                // In order, from any identity on, be it known or not.
                for after in [None, Some("1"), Some("2000"), Some("29999"), Some("9")] {
                    let found: Vec<(&str, &str)> = names.after("firm", after).collect();
                    let wanted = map.iter().filter(|(id, _)| after.is_none_or(|after| id.as_str() > after));
                    let wanted: Vec<(&str, &str)> = wanted.map(|(id, name)| (&**id, &**name)).collect();
                    prop_assert_eq!(found, wanted);
                }
            }
            for cut in [bytes.len().saturating_sub(1), bytes.len() / 2] {
                prop_assert!(SubjectNames::read(&bytes[..cut]).is_none() || cut == bytes.len());
            }
        }
    }
}
