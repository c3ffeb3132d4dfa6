//! What the mirror holds beside the columns, as the bytes of a snapshot and back.
//!
//! Programmes are named by their positions only and read again from their entries. The rest is JSON, as it
//! is little, but for closed cases and subjects' names, which may be millions.

use std::io::{Read, Seek};

use base::{Position, Problem};
use ledger::Ledger;
use measure::Columns;
use serde::{Deserialize, Serialize};

use super::cases::Cases;
use super::{CaseNow, Mirror};
use crate::activate::programme_of;
use crate::entry::{
    AuditDrawFacts, AuditFindingFacts, OverrideFacts, ProgrammeFacts, PublishFacts, SealFacts,
    SubjectFacts,
};
use crate::problems;
use crate::subject_names::SubjectNames;

/// Facts with their positions.
type At<T> = Vec<(u64, T)>;

/// All of it that is JSON.
#[derive(Serialize, Deserialize)]
struct Beside<Case, Overriding, Seal, Publish, Draw, Finding, Imported> {
    programmes: Vec<u64>,
    cases: At<Case>,
    overrides: At<Overriding>,
    seals: At<Seal>,
    publications: At<Publish>,
    draws: At<Draw>,
    findings: At<Finding>,
    imported: At<Imported>,
}

/// As it is read back.
type BesideRead = Beside<
    CaseNow,
    OverrideFacts,
    SealFacts,
    PublishFacts,
    AuditDrawFacts,
    AuditFindingFacts,
    Vec<SubjectFacts>,
>;

/// The first piece of bytes, of which its length stands before it, and what follows.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// Every one of a list, by reference and with its position as a number.
fn told<T>(list: &[(Position, T)]) -> At<&T> {
    list.iter().map(|(at, facts)| (at.0, facts)).collect()
}

/// The same back.
fn taken<T>(list: At<T>) -> Vec<(Position, T)> {
    let taken = list.into_iter().map(|(at, facts)| (Position(at), facts));
    taken.collect()
}

impl Mirror {
    /// Everything but the columns, as bytes: always the same for the same entries.
    ///
    /// # Errors
    /// More names of subjects than fit into a snapshot.
    pub(crate) fn beside_columns(&self) -> Result<Vec<u8>, Problem> {
        let cases: At<&CaseNow> = self.cases.open().collect();
        let imported = self.imported.iter();
        let mut imported: At<&Vec<SubjectFacts>> = imported.map(|(at, told)| (*at, told)).collect();
        imported.sort_unstable_by_key(|(at, _)| *at);
        let beside = Beside {
            programmes: self.programmes.keys().map(|at| at.0).collect(),
            cases,
            overrides: told(&self.overrides),
            seals: told(&self.seals),
            publications: told(&self.publications),
            draws: told(&self.draws),
            findings: told(&self.findings),
            imported,
        };
        let json = serde_json::to_vec(&beside)
            .map_err(|error| problems::snapshot_unfit(error.to_string()))?;
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        let mut closed = Vec::new();
        self.cases.write_closed(&mut closed);
        bytes.extend((closed.len() as u64).to_le_bytes());
        bytes.extend(closed);
        self.names
            .write(&mut bytes)
            .ok_or_else(|| problems::snapshot_unfit("4 GiB"))?;
        Ok(bytes)
    }

    /// The mirror of a snapshot, its checksums found to be right already.
    ///
    /// # Errors
    /// The parts are not what this version writes, or a programme's entry cannot be read.
    pub(crate) fn from_snapshot<R: Read + Seek + Send>(
        position: Position,
        beside: &[u8],
        columns: impl Fn() -> std::io::Result<R> + Sync,
        ledger: &Ledger,
    ) -> Result<Mirror, Problem> {
        let piece = |bytes| split(bytes).ok_or_else(|| problems::snapshot_unfit("mirror"));
        let (json, rest) = piece(beside)?;
        let (closed, names) = piece(rest)?;
        let beside: BesideRead = serde_json::from_slice(json)
            .map_err(|error| problems::snapshot_unfit(error.to_string()))?;
        let names = SubjectNames::read(names).ok_or_else(|| problems::snapshot_unfit("names"))?;
        let mut mirror = Mirror {
            position,
            cases: Cases::read(beside.cases, closed)
                .ok_or_else(|| problems::snapshot_unfit("cases"))?,
            overrides: taken(beside.overrides),
            seals: taken(beside.seals),
            publications: taken(beside.publications),
            draws: taken(beside.draws),
            findings: taken(beside.findings),
            imported: beside.imported.into_iter().collect(),
            names,
            ..Mirror::default()
        };
        let programmes = &mut mirror.programmes;
        let columns = Columns::read_snapshot(columns, |at| {
            let facts: ProgrammeFacts = crate::fold::read(&ledger.entry(at)?)?;
            let programme = programme_of(&facts)?;
            programmes.insert(at, programme.clone());
            Ok(programme)
        })?;
        if !programmes.keys().map(|at| at.0).eq(beside.programmes) {
            return Err(problems::snapshot_unfit("programmes"));
        }
        mirror.columns = columns;
        for (number, record) in mirror.cases.records() {
            mirror.about.entry(record).or_default().push(number);
        }
        mirror.expect_again()?;
        Ok(mirror)
    }

    /// Where two mirrors of the same entries differ; `None` when they do not.
    pub(crate) fn difference(&self, other: &Mirror) -> Result<Option<String>, Problem> {
        if self.position != other.position || self.beside_columns()? != other.beside_columns()? {
            return Ok(Some("mirror".to_owned()));
        }
        let (ours, theirs) = (self.columns.export(), other.columns.export());
        if ours.len() != theirs.len() {
            return Ok(Some("columns".to_owned()));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let is_same = ours.name == theirs.name
                && ours.columns == theirs.columns
                && ours.rows().eq(theirs.rows());
            if !is_same {
                return Ok(Some(ours.name.clone()));
            }
        }
        Ok(None)
    }
}
