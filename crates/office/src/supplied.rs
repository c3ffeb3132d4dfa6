//! What others have supplied already for an item: the evidence that came with the records behind its figures,
//! whoever reported them, so that none of it is asked for again.

use measure::{Query, RowId};
use programme::model::Attribution;

use crate::case::Case;
use crate::course::ItemOf;
use crate::entry::Evidence;
use crate::folder::Office;
use base::{Problem, UnitId};

/// Most records that are looked through.
const RECORDS_MAX: usize = 200;

/// A piece of evidence of a record that counts for an item.
#[derive(Debug, Clone)]
pub struct Supplied {
    /// The piece.
    pub piece: Evidence,
    /// The record's type and number.
    pub record_type: String,
    /// See there.
    pub record: u64,
    /// The unit that reported it, where whoever did acts for one.
    pub unit: Option<String>,
}

impl Office {
    /// The evidence that came with the records behind the figures of a case's item and unit, each piece once.
    ///
    /// # Errors
    /// A figure cannot be measured, or the ledger cannot be read.
    pub fn supplied(&self, case: &Case, of: ItemOf<'_>) -> Result<Vec<Supplied>, Problem> {
        let programme = self.programme()?;
        let mut found: Vec<Supplied> = Vec::new();
        if case.about.period.as_deref() != Some(&*programme.year.to_string()) {
            return Ok(found);
        }
        let mut looked = 0;
        for indicator in &of.ties.indicators {
            let is_city = programme
                .indicators
                .get(indicator)
                .is_some_and(|declared| declared.attribution == Attribution::City);
            let mut query = Query::new(
                indicator.clone(),
                programme.year,
                self.today()?,
                self.position(),
            );
            query.unit = case
                .about
                .unit
                .as_ref()
                .filter(|_| !is_city)
                .map(UnitId::new);
            for row in self.mirror().columns().records_behind(&query)? {
                let RowId::Number(record) = row.row else {
                    continue;
                };
                if looked == RECORDS_MAX
                    || programme
                        .flows
                        .values()
                        .any(|flow| *programme::schema::Schema::cases_name(&flow.id) == *row.table)
                {
                    continue;
                }
                looked += 1;
                let entry = self.ledger().entry(row.added)?;
                for piece in self.private_part(&entry)?.0.evidence {
                    if !found.iter().any(|known| known.piece.sha256 == piece.sha256) {
                        found.push(Supplied {
                            piece,
                            record_type: row.table.to_string(),
                            record,
                            unit: self.actor_of(entry.actor)?.and_then(|actor| actor.unit),
                        });
                    }
                }
            }
        }
        Ok(found)
    }
}
