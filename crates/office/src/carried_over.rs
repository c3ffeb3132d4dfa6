//! Evidence of the year before that is still valid: offered again on the item that goes on from it.

use base::{Day, Position, Problem, ScorecardId};

use crate::case::Case;
use crate::course::item_of;
use crate::entry::Evidence;
use crate::folder::Office;

/// A piece that was filed for the year before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillValid {
    /// The piece.
    pub piece: Evidence,
    /// The case in which it was filed.
    pub case: u64,
    /// The day on which it was filed.
    pub filed_on: Day,
    /// The last day on which it is valid.
    pub valid_to: Day,
}

impl Office {
    /// The pieces that a case's unit filed the year before for the items that the case's item goes on from, and that
    /// are still valid today by what the item declares.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn still_valid(&self, case: &Case) -> Result<Vec<StillValid>, Problem> {
        let programme = self.programme()?;
        let (Some(of), Some(unit)) = (item_of(&programme, &case.about), &case.about.unit) else {
            return Ok(Vec::new());
        };
        let is_of_year = case.about.period.as_deref() == Some(&*programme.year.to_string());
        let (Some(months), Some(before), true) = (
            of.ties.evidence_valid_months,
            programme.year.year_earlier(),
            is_of_year,
        ) else {
            return Ok(Vec::new());
        };
        let today = self.today()?;
        let months = i32::try_from(months).unwrap_or(i32::MAX);
        let scorecard: &ScorecardId = of.scorecard_id;
        let wanted = of.ties.goes_on_from(&of.item.id);
        let mut found: Vec<StillValid> = Vec::new();
        for ((item, of_unit), number) in self.cases_of(scorecard, &before)? {
            if of_unit.as_str() != unit || !wanted.contains(&item) {
                continue;
            }
            for step in &self.case(number)?.state.steps {
                if step.evidence.is_empty() || step.unit.as_ref() != Some(&of_unit) {
                    continue;
                }
                let Some(valid_to) = step.day.plus_months(months) else {
                    continue;
                };
                if valid_to < today {
                    continue;
                }
                for piece in self.pieces_of_step(number, &step.evidence)? {
                    if !found.iter().any(|known| known.piece.sha256 == piece.sha256) {
                        found.push(StillValid {
                            piece,
                            case: number,
                            filed_on: step.day,
                            valid_to,
                        });
                    }
                }
            }
        }
        Ok(found)
    }

    /// The pieces of a case with these hashes; what was erased is left out.
    fn pieces_of_step(&self, case: u64, hashes: &[String]) -> Result<Vec<Evidence>, Problem> {
        let mut pieces = self.pieces_of(case)?;
        pieces.retain(|piece| hashes.contains(&piece.sha256));
        Ok(pieces)
    }

    /// The last position at which the programme of a year was in force, where it is not any more.
    pub fn last_of_year(&self, year: base::Period) -> Option<Position> {
        let versions: Vec<_> = self.mirror().versions().collect();
        let at = versions.iter().rposition(|(_, found)| found.year == year)?;
        match versions.get(at + 1) {
            Some((next, _)) => Some(Position(next.0.saturating_sub(1))),
            None => Some(self.position()),
        }
    }
}
