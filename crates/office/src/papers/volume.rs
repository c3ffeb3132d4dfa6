//! A unit's evidence of the year as one volume: the pages of [`report::volume`], and what is no page.

use base::{Day, Problem};
use ledger::{EvidenceHash, Nature};
use report::volume::{self, Document, Item};

use crate::assessment::is_carried_by;
use crate::folder::Office;
use crate::papers::values::{name_of, scorecard_of};
use crate::problems;

/// A volume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What could not be made pages: name in the volume's catalogue and bytes.
    pub attached: Vec<(String, Vec<u8>)>,
    /// Its name without ending.
    pub name: String,
}

impl Office {
    /// Binds the evidence that a unit has filed in the assessment's cases of the programme's year: cover,
    /// catalogue, then item by item each document with the volume's page numbers.
    ///
    /// # Errors
    /// There is no such unit, the evidence is too much for one volume, or it cannot be read.
    pub fn evidence_volume(&self, unit: &str, today: Day) -> Result<Volume, Problem> {
        let programme = self.programme()?;
        let none = || problems::paper_about_nothing(unit);
        if !programme.units.contains_key(unit) {
            return Err(none());
        }
        let (id, scorecard) = scorecard_of(&programme).ok_or_else(none)?;
        let unit_id = base::UnitId::new(unit);
        let on = programme.year.last();
        let cases = self.cases_of(id, &programme.year)?;
        let mut items = Vec::new();
        let mut bytes = 0;
        for item in &scorecard.card.items {
            let carried = scorecard.items.get(&item.id);
            let case = cases.get(&(item.id.clone(), unit_id.clone()));
            let pieces = match case {
                Some(number) => self.pieces_of(*number)?,
                None if carried
                    .is_some_and(|ties| is_carried_by(&programme, ties, &unit_id, on)) =>
                {
                    Vec::new()
                }
                None => continue,
            };
            let mut documents = Vec::new();
            for piece in pieces {
                bytes += piece.size;
                if bytes > volume::BYTES_MAX {
                    return Err(report::problems::volume_too_large(volume::BYTES_MAX >> 20));
                }
                // One that was erased is left out, as everywhere.
                let Some(hash) = EvidenceHash::parse(&piece.sha256) else {
                    continue;
                };
                if let Ok(bytes) = self.evidence().get(hash) {
                    documents.push(Document {
                        name: piece.name,
                        sha256: piece.sha256,
                        bytes,
                    });
                }
            }
            items.push(Item {
                name: item.name.zh.clone(),
                documents,
            });
        }
        let unit = name_of(&programme, unit, today);
        let period = crate::papers::values::period_in_words(&programme.year.to_string());
        let title = format!("{period}质量工作考核材料册");
        let day = report::chinese::day(&today.to_string()).unwrap_or_default();
        let notes = vec![day, format!("存证位置 {}", self.position())];
        let is_demonstration = self.nature() == Nature::Demonstration;
        let notice = is_demonstration.then(|| crate::papers::values::NOTICE.to_owned());
        let cover = volume::Cover {
            title,
            unit: unit.clone(),
            notes,
            notice,
        };
        let bound = volume::bind(&cover, items)?;
        Ok(Volume {
            pdf: bound.pdf,
            attached: bound.attached,
            name: format!("{unit}{period}材料册"),
        })
    }
}
