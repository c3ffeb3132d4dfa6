//! Finding by name: Chinese signs, simplified or traditional, pinyin and its initials, mixed as one types.
//!
//! [`Names`] holds the names of all subjects as one row of numbers and passes over it: a million names are
//! a few milliseconds, and there is nothing to keep in step but what came since. What a typed text means
//! for a name is in `script.rs`.

mod script;
#[cfg(test)]
mod tests;

use base::{Position, Problem};
use office::Office;
use office::entry::{Kind, SubjectFacts};

use script::SCRIPT;

/// Longest text that is looked for.
const TYPED_MAX: usize = 40;
/// Tries to understand a text as one name.
const STEPS_MAX: u32 = 400;
/// Hits that are ranked; beyond, it is said that there are more.
const HITS_MAX: usize = 2000;
/// So many names are passed over by one thread.
const NAMES_ALONE_MAX: usize = 50_000;
/// More are shared by at most so many.
const THREADS_MAX: usize = 4;
/// Entries that are read for what came since; after more, all names are taken anew.
const ENTRIES_READ_MAX: u64 = 50_000;

/// A sign can be meant by the first letter.
const STARTS: u8 = 1;
/// A sign can be meant by the second letter.
const FOLLOWS: u8 = 2;
/// The second letter can go on in a reading of a sign.
const GOES_ON: u8 = 4;

/// What was typed.
pub(crate) struct Typed {
    signs: Vec<u16>,
}

/// How well a name is met; the least is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fit {
    /// 0 all of it, 1 from its beginning, 2 within.
    place: u8,
    length: usize,
}

impl Typed {
    /// What is looked for; `None` where nothing is left of it.
    pub fn of(text: &str) -> Option<Typed> {
        let mut signs = SCRIPT.normal(text);
        signs.truncate(TYPED_MAX);
        (!signs.is_empty()).then_some(Typed { signs })
    }

    /// How well a name is met.
    pub fn fits(&self, name: &str) -> Option<Fit> {
        self.fits_signs(&SCRIPT.normal(name))
    }

    fn fits_signs(&self, signs: &[u16]) -> Option<Fit> {
        let first = *self.signs.first()?;
        let second = self.signs.get(1).copied();
        for (at, sign) in signs.iter().enumerate() {
            if !self.can_start(*sign, signs.get(at + 1), first, second) {
                continue;
            }
            if let Some(fit) = self.fit_at(signs, at) {
                return Some(fit);
            }
        }
        None
    }

    /// A quick look before the tries: the first sign must fit, and what follows its first letter.
    fn can_start(&self, sign: u16, next: Option<&u16>, first: u16, second: Option<u16>) -> bool {
        if !SCRIPT.begins(sign, first) {
            return false;
        }
        let Some(second) = second else { return true };
        next.is_some_and(|next| SCRIPT.begins(*next, second)) || SCRIPT.goes_on(sign, second)
    }

    fn fit_at(&self, signs: &[u16], at: usize) -> Option<Fit> {
        let mut steps = STEPS_MAX;
        if !SCRIPT.means(signs.get(at..)?, &self.signs, &mut steps) {
            return None;
        }
        Some(self.fit(at, signs.len()))
    }

    /// How well a name of so many signs is met from one of them on.
    fn fit(&self, at: usize, length: usize) -> Fit {
        Fit {
            place: match at {
                0 if length == self.signs.len() => 0,
                0 => 1,
                _ => 2,
            },
            length,
        }
    }

    /// For every sign whether it can be meant by the first letter, whether by the second, and whether the
    /// second can go on in a reading of it: one look where a million names are passed over.
    fn classes(&self) -> Vec<u8> {
        let Some(first) = self.signs.first().copied() else {
            return Vec::new();
        };
        let second = self.signs.get(1).copied();
        (0..=u16::MAX)
            .map(|sign| {
                let mut class = 0;
                if SCRIPT.begins(sign, first) {
                    class |= STARTS;
                }
                if second.is_some_and(|second| SCRIPT.begins(sign, second)) {
                    class |= FOLLOWS;
                }
                if second.is_none_or(|second| SCRIPT.goes_on(sign, second)) {
                    class |= GOES_ON;
                }
                class
            })
            .collect()
    }
}

/// A subject that is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub subject_type: String,
    pub id: String,
    pub name: String,
}

/// The names of all subjects that are no persons, as of a position.
#[derive(Default)]
pub(crate) struct Names {
    position: Position,
    /// Signs of all names, each followed by 0.
    signs: Vec<u16>,
    /// Where each name starts.
    starts: Vec<u32>,
    /// Of each name its type and where its identity starts in `ids`.
    subjects: Vec<(u16, u32)>,
    ids: String,
    types: Vec<String>,
}

impl Names {
    /// Brings the names up to the office's position.
    pub fn bring_up(&mut self, office: &Office) -> Result<(), Problem> {
        let now = office.position();
        if self.position >= now && !self.types.is_empty() {
            return Ok(());
        }
        if self.types.is_empty() || now.0.saturating_sub(self.position.0) > ENTRIES_READ_MAX {
            self.take_all(office)?;
        } else {
            let first = Position(self.position.0 + 1);
            let mut closed = false;
            for entry in office.ledger().entries(first..=now)? {
                let entry = entry?;
                closed |= entry.kind == Kind::ImportClose.number();
                if entry.kind == Kind::Subject.number() {
                    let facts: SubjectFacts = match serde_json::from_slice(&entry.facts) {
                        Ok(facts) => facts,
                        Err(_) => continue,
                    };
                    let mirror = office.mirror();
                    if let Some(name) = mirror.subject_name(&facts.subject_type, &facts.id)
                        && let Some(of) = self.types.iter().position(|of| *of == facts.subject_type)
                    {
                        self.add(of, &facts.id, name);
                    }
                }
            }
            // What an import brought becomes known all at once.
            if closed {
                self.take_all(office)?;
            }
        }
        self.position = now;
        Ok(())
    }

    fn take_all(&mut self, office: &Office) -> Result<(), Problem> {
        *self = Names::default();
        let programme = office.programme()?;
        for of in programme.subject_types.values().filter(|of| !of.personal) {
            self.types.push(of.id.to_string());
        }
        for at in 0..self.types.len() {
            let of = self.types.get(at).cloned().unwrap_or_default();
            for (id, name) in office.mirror().subjects(&of) {
                self.add(at, id, name);
            }
        }
        Ok(())
    }

    /// Adds a name. An earlier one of the same subject stays and is passed over when it is met.
    fn add(&mut self, of: usize, id: &str, name: &str) {
        let (Ok(of), Ok(start), Ok(id_start)) = (
            u16::try_from(of),
            u32::try_from(self.signs.len()),
            u32::try_from(self.ids.len()),
        ) else {
            return;
        };
        self.starts.push(start);
        self.subjects.push((of, id_start));
        self.signs.extend(SCRIPT.normal(name));
        self.signs.push(0);
        self.ids.push_str(id);
        self.ids.push('\n');
    }

    fn subject(&self, number: usize) -> Option<(&str, &str)> {
        let (of, start) = *self.subjects.get(number)?;
        let rest = self.ids.get(start as usize..)?;
        Some((self.types.get(usize::from(of))?, rest.split('\n').next()?))
    }

    /// The best hits, and whether there are more than are ranked.
    pub fn find(&self, typed: &Typed) -> (Vec<(Fit, usize)>, bool) {
        let classes = typed.classes();
        let threads = if self.starts.len() < NAMES_ALONE_MAX {
            1
        } else {
            std::thread::available_parallelism().map_or(1, |cores| cores.get().min(THREADS_MAX))
        };
        let each = self.starts.len().div_ceil(threads).max(1);
        let found: Vec<(Vec<(Fit, usize)>, bool)> = std::thread::scope(|scope| {
            let parts: Vec<_> = (0..self.starts.len())
                .step_by(each)
                .map(|first| {
                    let classes = &classes;
                    scope.spawn(move || self.find_among(typed, classes, first, first + each))
                })
                .collect();
            parts
                .into_iter()
                .filter_map(|part| part.join().ok())
                .collect()
        });
        let has_more = found.iter().any(|(_, has_more)| *has_more);
        let mut hits: Vec<(Fit, usize)> = found.into_iter().flat_map(|(hits, _)| hits).collect();
        hits.sort();
        (hits, has_more)
    }

    /// The hits among the names from one to before another.
    fn find_among(
        &self,
        typed: &Typed,
        classes: &[u8],
        first: usize,
        last: usize,
    ) -> (Vec<(Fit, usize)>, bool) {
        let mut hits: Vec<(Fit, usize)> = Vec::new();
        let mut has_more = false;
        let place = |name: usize| {
            self.starts
                .get(name)
                .map_or(self.signs.len(), |start| *start as usize)
        };
        let (from, to) = (place(first), place(last));
        let class = |sign: &u16| classes.get(usize::from(*sign)).copied().unwrap_or(0);
        // Where the last hit's name ends: the rest of it is passed over.
        let mut beyond = 0_usize;
        let signs = self.signs.get(from..to).unwrap_or_default();
        for (at, two) in signs.windows(2).enumerate() {
            let at = at + from;
            let [sign, next] = two else { continue };
            let found = class(sign);
            let can_start = found & STARTS != 0
                && (found & GOES_ON != 0 || class(next) & FOLLOWS != 0)
                && at >= beyond;
            // No sign of a text is 0, so that what is meant never reaches into the next name.
            let mut steps = STEPS_MAX;
            if !can_start
                || !SCRIPT.means(
                    self.signs.get(at..).unwrap_or_default(),
                    &typed.signs,
                    &mut steps,
                )
            {
                continue;
            }
            let number = self
                .starts
                .partition_point(|start| *start as usize <= at)
                .saturating_sub(1);
            let (start, end) = (place(number), place(number + 1).saturating_sub(1));
            if hits.len() == HITS_MAX {
                has_more = true;
                break;
            }
            hits.push((typed.fit(at - start, end - start), number));
            beyond = end;
        }
        (hits, has_more)
    }

    /// Hits as subjects by their present names, best first.
    pub fn subjects(&self, office: &Office, typed: &Typed, most: usize) -> (Vec<Hit>, usize, bool) {
        let (hits, has_more) = self.find(typed);
        let mut found: Vec<Hit> = Vec::new();
        let count = hits.len();
        for (_, number) in hits {
            if found.len() == most {
                break;
            }
            let Some((of, id)) = self.subject(number) else {
                continue;
            };
            let Some(name) = office.mirror().subject_name(of, id) else {
                continue;
            };
            let hit = Hit {
                subject_type: of.to_owned(),
                id: id.to_owned(),
                name: name.to_owned(),
            };
            // A name that is no longer so, or one that stands twice.
            if typed.fits(name).is_some() && !found.contains(&hit) {
                found.push(hit);
            }
        }
        (found, count, has_more)
    }

    /// The subjects whose identity contains a text.
    pub fn by_identity(&self, office: &Office, text: &str, most: usize) -> Vec<Hit> {
        let text = text.trim().to_uppercase();
        let mut found: Vec<Hit> = Vec::new();
        if text.len() < 4 || text.contains('\n') {
            return found;
        }
        for (at, _) in self.ids.match_indices(&text) {
            if found.len() == most {
                break;
            }
            let number = self
                .subjects
                .partition_point(|(_, start)| *start as usize <= at)
                - 1;
            if let Some((of, id)) = self.subject(number)
                && let Some(name) = office.mirror().subject_name(of, id)
            {
                let hit = Hit {
                    subject_type: of.to_owned(),
                    id: id.to_owned(),
                    name: name.to_owned(),
                };
                if !found.contains(&hit) {
                    found.push(hit);
                }
            }
        }
        found
    }
}
