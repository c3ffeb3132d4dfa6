//! Which cases are closed, for lists: a million of them are not read for a page of fifty.

use super::{CaseNow, Mirror};
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
}

impl CasesWanted<'_> {
    fn takes(&self, case: &CaseNow) -> bool {
        let is = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        let has_it =
            |unit| unit_after(case.opened.unit.as_deref(), &case.steps).as_deref() == Some(unit);
        is(self.flow, &case.opened.flow)
            && is(self.state, &case.state)
            && self.unit.is_none_or(has_it)
    }
}

impl Mirror {
    /// The numbers of the closed cases that are wanted, newest first. What time alone has closed is not among them
    /// before it is written.
    pub fn closed_cases(&self, wanted: &CasesWanted<'_>) -> Vec<u64> {
        let closed = self
            .cases
            .iter()
            .filter(|(_, case)| case.closed.is_some() && wanted.takes(case));
        let mut numbers: Vec<u64> = closed.map(|(number, _)| *number).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }
}
