//! Announcing and drawing.

use std::collections::BTreeMap;

use base::{Position, Problem};
use ledger::{EvidenceHash, Precondition};
use measure::{Address, RowId};

use super::{FIGURES_MAX, METHOD, RECORDS_MAX};
use crate::authority::Granted;
use crate::entry::{AuditDrawFacts, DrawnFigure, DrawnRecord, FrameFigure, Kind, Private};
use crate::folder::{Command, Office};
use crate::problems;
use crate::restated::{Held, RestateAsk};
use crate::spaces;

/// By what the frame is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strata {
    /// By unit; the city's own figures are one stratum.
    Unit,
    /// By indicator.
    Indicator,
}

impl Strata {
    /// Its name in entries.
    pub fn as_str(self) -> &'static str {
        match self {
            Strata::Unit => "unit",
            Strata::Indicator => "indicator",
        }
    }
}

/// What is to be announced or drawn.
#[derive(Debug, Clone, Default)]
pub struct SampleRequest {
    /// Which published figures can be drawn.
    pub among: RestateAsk,
    /// Figures to draw.
    pub figures: u32,
    /// Records to draw behind each.
    pub records: u32,
    /// Strata.
    pub strata: Option<Strata>,
    /// Whether figures are drawn in proportion to the records behind them.
    pub by_records: bool,
    /// SHA-256 of a seed that is told later, in hex; of an announcement only.
    pub commitment: Option<String>,
}

impl Office {
    /// Announces a draw: fixes the frame and how many are drawn, before the seed is known. Gives the position.
    ///
    /// # Errors
    /// Who acts may not; there is nothing to draw from; a number is beyond its limit.
    pub fn announce_sample(&mut self, request: &SampleRequest) -> Result<u64, Problem> {
        self.authorise(Granted::AuditDraw)?;
        if let Some(commitment) = &request.commitment
            && EvidenceHash::parse(commitment).is_none()
        {
            return Err(problems::not_a_commitment(commitment));
        }
        let facts = self.frame_of(request)?;
        self.append_draw(&facts, &[])
    }

    /// Draws a sample from the figures published now, and gives its position.
    ///
    /// # Errors
    /// As [`Office::announce_sample`]; or the seed is empty.
    pub fn draw_sample(&mut self, request: &SampleRequest, seed: &str) -> Result<u64, Problem> {
        self.authorise(Granted::AuditDraw)?;
        let mut facts = self.frame_of(request)?;
        facts.commitment = None;
        let frame = facts.frame.clone();
        self.draw_from(&mut facts, &frame, seed, self.position())?;
        self.append_draw(&facts, &[])
    }

    /// Draws the sample that was announced, and gives its position.
    ///
    /// # Errors
    /// Who acts may not; there is no such announcement, or it was drawn from; the seed is not the one to which it
    /// is committed.
    pub fn draw_announced(&mut self, announcement: u64, seed: &str) -> Result<u64, Problem> {
        self.authorise(Granted::AuditDraw)?;
        let mut draws = self.mirror().draws().iter();
        let announced = draws.find(|(at, facts)| at.0 == announcement && facts.seed.is_none());
        let Some((at, announced)) = announced.cloned() else {
            return Err(problems::no_such_announcement(announcement));
        };
        let mut draws = self.mirror().draws().iter();
        if let Some((drawn, _)) = draws.find(|(_, facts)| facts.announced == Some(announcement)) {
            return Err(problems::drawn_already(announcement, drawn));
        }
        if let Some(commitment) = &announced.commitment
            && EvidenceHash::of(seed.trim().as_bytes()).to_string() != *commitment
        {
            return Err(problems::seed_not_committed(commitment));
        }
        let mut facts = AuditDrawFacts {
            announced: Some(announcement),
            frame: Vec::new(),
            ..announced.clone()
        };
        self.draw_from(&mut facts, &announced.frame, seed, at)?;
        let precondition = Precondition {
            space: spaces::AUDIT_DRAW,
            key: spaces::number_key(announcement),
            version: Some(at),
        };
        self.append_draw(&facts, &[precondition])
    }

    fn append_draw(
        &mut self,
        facts: &AuditDrawFacts,
        preconditions: &[Precondition],
    ) -> Result<u64, Problem> {
        let command = Command::new(Kind::AuditDraw, facts, &Private::default())?;
        let heads = self.append(vec![command], preconditions)?;
        Ok(heads.last().map_or(0, |head| head.position.0))
    }

    /// The facts of an announcement: the figures that can be drawn, and what is wanted.
    fn frame_of(&self, request: &SampleRequest) -> Result<AuditDrawFacts, Problem> {
        if !(1..=FIGURES_MAX).contains(&request.figures) {
            return Err(problems::sample_size(request.figures, 1, FIGURES_MAX));
        }
        if request.records > RECORDS_MAX {
            return Err(problems::sample_size(request.records, 0, RECORDS_MAX));
        }
        let mut frame = Vec::new();
        for (of, vintages) in self.published_figures(&request.among)? {
            let Some(last) = vintages.last() else {
                continue;
            };
            if !matches!(&last.held, Held::Figure(figure) if figure.value().is_some()) {
                continue;
            }
            let programme = self.mirror().columns().programme_at(last.at);
            let address = Address {
                indicator: of.indicator.clone().ok_or_else(problems::no_programme)?,
                slice: of.slice.clone(),
                period: of.period,
                day: of.day,
                programme: programme.map_or(Position::EMPTY, |(_, at)| at),
                at: last.at,
            };
            let records = if request.by_records {
                Some(self.records_of(&address)?.len() as u64)
            } else {
                None
            };
            frame.push(FrameFigure {
                address: address.to_string(),
                published: last.position.0,
                records,
            });
        }
        if frame.is_empty() {
            return Err(problems::nothing_to_draw());
        }
        frame.sort_by(|one, two| one.address.cmp(&two.address));
        Ok(AuditDrawFacts {
            method: METHOD.to_owned(),
            announced: None,
            commitment: request.commitment.clone(),
            seed: None,
            figures_wanted: request.figures,
            records_wanted: request.records,
            strata: request.strata.map(|strata| strata.as_str().to_owned()),
            by_records: request.by_records,
            frame_sha256: frame_hash(&frame),
            frame,
            drawn: Vec::new(),
        })
    }

    /// Draws from a frame. `at` is the position at which the frame was made; its addresses are read by the
    /// programme of then.
    fn draw_from(
        &self,
        facts: &mut AuditDrawFacts,
        frame: &[FrameFigure],
        seed: &str,
        at: Position,
    ) -> Result<(), Problem> {
        let seed = seed.trim();
        if seed.is_empty() {
            return Err(problems::seed_missing());
        }
        let addresses: Vec<Address> = frame
            .iter()
            .map(|figure| self.address_of(at, &figure.address))
            .collect::<Result<_, _>>()?;
        let base = format!("{seed}/{}/", facts.frame_sha256);
        let numbers = numbers_drawn(facts, frame, &addresses, &base);
        facts.drawn = Vec::with_capacity(numbers.len());
        for number in numbers {
            // Numbers are those of the frame, from 1.
            let Some(address) = addresses.get(number - 1) else {
                continue;
            };
            let records = self.records_of(address)?;
            let key = format!("{base}{number}/");
            let wanted = usize::try_from(facts.records_wanted).unwrap_or(usize::MAX);
            let chosen = draw::select(key.as_bytes(), records.len(), wanted);
            let lines: String = records
                .iter()
                .map(|record| format!("{} {}\n", record.table, record.record))
                .collect();
            facts.drawn.push(DrawnFigure {
                number: u32::try_from(number).unwrap_or(u32::MAX),
                records_sha256: EvidenceHash::of(lines.as_bytes()).to_string(),
                records: chosen
                    .into_iter()
                    .filter_map(|chosen| records.get(chosen - 1).cloned())
                    .collect(),
            });
        }
        facts.seed = Some(seed.to_owned());
        Ok(())
    }

    /// The records and cases behind a figure, by table and number.
    pub(super) fn records_of(&self, address: &Address) -> Result<Vec<DrawnRecord>, Problem> {
        let behind = self.mirror().columns().records_behind(&address.query())?;
        let mut records: Vec<DrawnRecord> = behind
            .into_iter()
            .filter_map(|row| match row.row {
                RowId::Number(record) => Some(DrawnRecord {
                    table: row.table.to_string(),
                    record,
                }),
                // Units, subjects and targets are no records: nothing of them is checked by hand.
                RowId::Name(_) => None,
            })
            .collect();
        records.sort_by(|one, two| (&one.table, one.record).cmp(&(&two.table, two.record)));
        records.dedup();
        Ok(records)
    }
}

/// SHA-256 of a frame's lines, in hex.
pub(super) fn frame_hash(frame: &[FrameFigure]) -> String {
    let line = |figure: &FrameFigure| match figure.records {
        None => format!("{}\t{}\n", figure.address, figure.published),
        Some(records) => format!("{}\t{} {records}\n", figure.address, figure.published),
    };
    let lines: String = frame.iter().map(line).collect();
    EvidenceHash::of(lines.as_bytes()).to_string()
}

/// The numbers of the figures drawn: stratum by stratum in the order of their names, each in the order of its
/// draw.
fn numbers_drawn(
    facts: &AuditDrawFacts,
    frame: &[FrameFigure],
    addresses: &[Address],
    base: &str,
) -> Vec<usize> {
    let wanted = usize::try_from(facts.figures_wanted).unwrap_or(usize::MAX);
    let weight = |number: &usize| {
        let figure = frame.get(number - 1);
        figure.and_then(|figure| figure.records).unwrap_or(1)
    };
    let drawn = |key: &str, numbers: &[usize], wanted: usize| -> Vec<usize> {
        let weights: Vec<u64> = numbers.iter().map(weight).collect();
        let chosen = draw::select_weighted(key.as_bytes(), &weights, wanted);
        chosen
            .into_iter()
            .filter_map(|chosen| numbers.get(chosen - 1).copied())
            .collect()
    };
    let all: Vec<usize> = (1..=frame.len()).collect();
    let Some(strata) = facts.strata.as_deref() else {
        return drawn(base, &all, wanted);
    };
    let mut by_stratum: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, address) in all.iter().zip(addresses) {
        let name = match (strata, &address.slice.unit) {
            ("indicator", _) => address.indicator.to_string(),
            (_, Some(unit)) => unit.to_string(),
            (_, None) => String::new(),
        };
        by_stratum.entry(name).or_default().push(*number);
    }
    let sizes: Vec<usize> = by_stratum.values().map(Vec::len).collect();
    let shares = draw::allocate(&sizes, wanted);
    by_stratum
        .iter()
        .zip(shares)
        .flat_map(|((name, numbers), share)| drawn(&format!("{base}{name}/"), numbers, share))
        .collect()
}
