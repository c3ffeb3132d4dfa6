//! Cases in memory: the open ones as they are, the closed ones packed. A city soon has a hundred closed cases for each
//! open one, and hardly ever looks into one: packed, a case takes a tenth of the memory and a start need not read it.
//! What lists ask of closed cases stands beside each, so that a million of them are not read for a page of fifty.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use base::Problem;

use super::{CaseNow, Mirror};
use crate::problems;
use crate::spaces::unit_after;

/// Which cases are wanted; what is `None` does not matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct CasesWanted<'a> {
    /// Flow.
    pub flow: Option<&'a str>,
    /// Unit that has the case.
    pub unit: Option<&'a str>,
    /// State.
    pub state: Option<&'a str>,
    /// Closed after this civil day (ISO).
    pub closed_after: Option<&'a str>,
}

impl CasesWanted<'_> {
    fn takes(&self, case: &Packed) -> bool {
        let is = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        is(self.flow, &case.flow)
            && is(self.state, &case.state)
            && self
                .unit
                .is_none_or(|unit| case.unit.as_deref() == Some(unit))
            && self.closed_after.is_none_or(|day| *case.closed_on > *day)
    }
}

/// Every case, by its number.
#[derive(Default)]
pub(super) struct Cases {
    open: BTreeMap<u64, CaseNow>,
    closed: BTreeMap<u64, Packed>,
    /// Texts that many closed cases share.
    shared: HashSet<Arc<str>>,
}

/// A closed case: what lists ask of it, and all of it as JSON.
#[derive(PartialEq)]
struct Packed {
    flow: Arc<str>,
    state: Arc<str>,
    unit: Option<Arc<str>>,
    closed_on: Arc<str>,
    record: Option<u64>,
    json: Box<[u8]>,
}

impl Packed {
    fn case(&self) -> Option<CaseNow> {
        serde_json::from_slice(&self.json).ok()
    }
}

impl Cases {
    /// A case, open or closed.
    pub(super) fn get(&self, number: u64) -> Option<Cow<'_, CaseNow>> {
        match self.open.get(&number) {
            Some(case) => Some(Cow::Borrowed(case)),
            None => self.closed.get(&number)?.case().map(Cow::Owned),
        }
    }

    /// The flow of a case.
    pub(super) fn flow_of(&self, number: u64) -> Option<&str> {
        match self.open.get(&number) {
            Some(case) => Some(&case.opened.flow),
            None => self.closed.get(&number).map(|case| &*case.flow),
        }
    }

    /// Takes a case out, to put it back as it is after a step.
    pub(super) fn remove(&mut self, number: u64) -> Option<CaseNow> {
        let open = self.open.remove(&number);
        open.or_else(|| self.closed.remove(&number)?.case())
    }

    /// Puts a case in.
    ///
    /// # Errors
    /// It cannot be written as JSON, which no case is known to do.
    pub(super) fn insert(&mut self, number: u64, case: CaseNow) -> Result<(), Problem> {
        let Some((closed_on, _)) = &case.closed else {
            self.open.insert(number, case);
            return Ok(());
        };
        let json = serde_json::to_vec(&case)
            .map_err(|error| problems::snapshot_unfit(error.to_string()))?;
        let unit = unit_after(case.opened.unit.as_deref(), &case.steps);
        let packed = Packed {
            flow: self.share(&case.opened.flow),
            state: self.share(&case.state),
            unit: unit.map(|unit| self.share(&unit)),
            closed_on: self.share(closed_on),
            record: case.opened.record,
            json: json.into(),
        };
        self.closed.insert(number, packed);
        Ok(())
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.shared.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.shared.insert(text.clone());
        text
    }

    /// The open ones, by number.
    pub(super) fn open(&self) -> impl DoubleEndedIterator<Item = (u64, &CaseNow)> {
        self.open.iter().map(|(number, case)| (*number, case))
    }

    /// All of some flows, open or closed, by number.
    pub(super) fn of_flows(&self, wanted: impl Fn(&str) -> bool) -> Vec<(u64, Cow<'_, CaseNow>)> {
        let open = self
            .open()
            .filter(|(_, case)| wanted(&case.opened.flow))
            .map(|(number, case)| (number, Cow::Borrowed(case)));
        let closed = self
            .closed
            .iter()
            .filter(|(_, case)| wanted(&case.flow))
            .filter_map(|(number, case)| Some((*number, Cow::Owned(case.case()?))));
        let mut found: Vec<_> = open.chain(closed).collect();
        found.sort_unstable_by_key(|(number, _)| *number);
        found
    }

    /// The records that cases are about, with the cases' numbers, in the order of the numbers.
    pub(super) fn records(&self) -> Vec<(u64, u64)> {
        let open = self
            .open()
            .filter_map(|(number, case)| Some((number, case.opened.record?)));
        let closed = self.closed.iter();
        let closed = closed.filter_map(|(number, case)| Some((*number, case.record?)));
        let mut found: Vec<(u64, u64)> = open.chain(closed).collect();
        found.sort_unstable();
        found
    }

    /// Whether the same cases stand as in others.
    pub(super) fn same_as(&self, other: &Cases) -> bool {
        let open = |cases: &Cases| -> Vec<(u64, String, usize)> {
            let all = cases.open();
            all.map(|(number, case)| (number, case.state.clone(), case.steps.len()))
                .collect()
        };
        open(self) == open(other) && self.closed == other.closed
    }

    /// The closed ones as bytes, the same for the same cases: the texts that they share, then each with its number.
    pub(super) fn write_closed(&self, bytes: &mut Vec<u8>) {
        let mut texts = Texts::default();
        let mut lines = Vec::new();
        for (number, case) in &self.closed {
            lines.extend(number.to_le_bytes());
            let unit = case.unit.as_ref();
            for place in [
                texts.place_of(&case.flow),
                texts.place_of(&case.state),
                unit.map_or(NO_TEXT, |unit| texts.place_of(unit)),
                texts.place_of(&case.closed_on),
            ] {
                lines.extend(place.to_le_bytes());
            }
            lines.extend(case.record.unwrap_or(0).to_le_bytes());
            lines.extend((case.json.len() as u64).to_le_bytes());
            lines.extend(&*case.json);
        }
        bytes.extend((texts.list.len() as u64).to_le_bytes());
        for text in texts.list {
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend((self.closed.len() as u64).to_le_bytes());
        bytes.extend(lines);
    }

    /// The same back, with the open ones; `None` where the bytes are others.
    pub(super) fn read(open: Vec<(u64, CaseNow)>, bytes: &[u8]) -> Option<Cases> {
        let mut rest = Rest(bytes);
        let mut texts: Vec<Arc<str>> = Vec::new();
        for _ in 0..rest.number()? {
            let text = std::str::from_utf8(rest.piece()?).ok()?;
            texts.push(text.into());
        }
        let mut closed = Vec::new();
        for _ in 0..rest.number()? {
            let number = rest.number()?;
            let mut text = || {
                let place = rest.place()?;
                Some(match place {
                    NO_TEXT => None,
                    place => Some(texts.get(usize::try_from(place).ok()?)?.clone()),
                })
            };
            let (flow, state, unit, closed_on) = (text()??, text()??, text()?, text()??);
            let record = Some(rest.number()?).filter(|record| *record > 0);
            let json = rest.piece()?.into();
            let case = Packed {
                flow,
                state,
                unit,
                closed_on,
                record,
                json,
            };
            closed.push((number, case));
        }
        rest.0.is_empty().then(|| Cases {
            open: open.into_iter().collect(),
            closed: closed.into_iter().collect(),
            shared: texts.into_iter().collect(),
        })
    }
}

/// In the place of a text that a closed case does not have.
const NO_TEXT: u32 = u32::MAX;

/// Texts, each with its place in the list.
#[derive(Default)]
struct Texts<'c> {
    places: HashMap<&'c str, u32>,
    list: Vec<&'c str>,
}

impl<'c> Texts<'c> {
    fn place_of(&mut self, text: &'c str) -> u32 {
        let next = self.list.len() as u32;
        *self.places.entry(text).or_insert_with(|| {
            self.list.push(text);
            next
        })
    }
}

/// Bytes that are still to be read.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn place(&mut self) -> Option<u32> {
        let (place, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*place))
    }

    fn piece(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (piece, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(piece)
    }
}

impl Mirror {
    /// The numbers of the open cases, oldest first: what time alone has closed is among them before it is written.
    pub fn open_cases(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.cases.open().map(|(number, _)| number)
    }

    /// The numbers of the open cases of some flows, oldest first.
    pub fn open_cases_of(&self, wanted: impl Fn(&str) -> bool) -> Vec<u64> {
        let open = self.cases.open();
        open.filter(|(_, case)| wanted(&case.opened.flow))
            .map(|(number, _)| number)
            .collect()
    }

    /// The numbers of the closed cases that are wanted, newest first. What time alone has closed is not among them
    /// before it is written.
    pub fn closed_cases<'m>(
        &'m self,
        wanted: &'m CasesWanted<'m>,
    ) -> impl DoubleEndedIterator<Item = u64> + 'm {
        let closed = self.cases.closed.iter().rev();
        closed
            .filter(|(_, case)| wanted.takes(case))
            .map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::CaseOpenFacts;
    use base::Position;

    fn case(flow: &str, closed: Option<&str>) -> CaseNow {
        let opened: CaseOpenFacts = serde_json::from_value(serde_json::json!({
            "flow": flow, "state": "found", "day": "2021-03-01", "unit": "market", "record": 7, "year": 2021,
        }))
        .unwrap();
        let mut case = CaseNow::opened(opened, Position(1));
        case.closed = closed.map(|day| (day.to_owned(), None));
        case
    }

    #[test]
    fn closed_cases_are_packed_listed_and_come_back_as_they_were() {
        let mut cases = Cases::default();
        cases
            .insert(10, case("hazard", Some("2021-04-01")))
            .unwrap();
        cases.insert(11, case("hazard", None)).unwrap();
        cases
            .insert(12, case("accident", Some("2021-05-01")))
            .unwrap();
        assert_eq!(cases.flow_of(12), Some("accident"));
        assert_eq!(cases.records(), [(10, 7), (11, 7), (12, 7)]);
        let listed = |cases: &Cases, wanted: CasesWanted<'_>| -> Vec<u64> {
            let closed = cases.closed.iter().rev();
            closed
                .filter(|(_, case)| wanted.takes(case))
                .map(|(number, _)| *number)
                .collect()
        };
        assert_eq!(listed(&cases, CasesWanted::default()), [12, 10]);
        let after = CasesWanted {
            closed_after: Some("2021-04-01"),
            unit: Some("market"),
            ..CasesWanted::default()
        };
        assert_eq!(listed(&cases, after), [12]);
        let elsewhere = CasesWanted {
            unit: Some("health"),
            ..CasesWanted::default()
        };
        assert_eq!(listed(&cases, elsewhere), [0_u64; 0]);

        let mut bytes = Vec::new();
        cases.write_closed(&mut bytes);
        let open = vec![(11, case("hazard", None))];
        let back = Cases::read(open.clone(), &bytes).unwrap();
        assert!(back.same_as(&cases));
        assert_eq!(back.get(10).unwrap().opened.day, "2021-03-01");
        for cut in 0..bytes.len() {
            assert!(Cases::read(open.clone(), &bytes[..cut]).is_none(), "{cut}");
        }

        // A closed case that is taken up again is an open one.
        let mut again = cases.remove(10).unwrap();
        again.closed = None;
        cases.insert(10, again).unwrap();
        assert_eq!(
            cases.open().map(|(number, _)| number).collect::<Vec<_>>(),
            [10, 11]
        );
        assert!(!back.same_as(&cases));
    }
}
