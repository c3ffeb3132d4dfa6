//! What was erased: shown for good, and applied again to a restored backup.
//!
//! A backup from before an erasure still holds what was erased, so [`restore`](crate::backup::restore) ends
//! with [`Office::apply_erasures`] over the list of the log that went on, which newer backups keep. The list names entries and fields,
//! and no content. Erasing itself is in `erase.rs`.

use std::collections::BTreeSet;

use base::{Day, Moment, Position, Problem};
use ledger::{Entry, Ledger, StateView};
use serde::{Deserialize, Serialize};

use crate::entry::{EraseFacts, ErasedEntry, Kind};
use crate::erase::{EraseReason, EraseReceipt, Plan, Target};
use crate::fold::{read, row};
use crate::folder::{Office, Progress};
use crate::problems;
use crate::spaces::{self, ErasedRow, KeyRow};

/// One erasing entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasure {
    /// Its position.
    pub position: Position,
    /// When it was recorded.
    pub time: Moment,
    /// Who did it.
    pub actor: String,
    /// What it says.
    pub facts: EraseFacts,
}

/// What became of a name or a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedPart {
    /// The name of the field, or the SHA-256 of the evidence.
    pub what: String,
    /// Whether it is evidence.
    pub is_evidence: bool,
    /// The erasing entry.
    pub position: Position,
    /// Civil day.
    pub day: Option<Day>,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub asked_by: Option<String>,
}

/// The positions of the entries that erased something, oldest first.
fn erasing_entries(state: &StateView<'_>) -> Result<BTreeSet<u64>, Problem> {
    let mut positions = BTreeSet::new();
    for found in state.scan(spaces::ERASED, &[]) {
        let found: ErasedRow = row(spaces::ERASED, &found?.value)?;
        let parts = found.fields.iter().chain(&found.evidence);
        positions.extend(parts.map(|(_, by)| *by));
    }
    for found in state.scan(spaces::FILE_ERASED, &[]) {
        positions.insert(row::<u64>(spaces::FILE_ERASED, &found?.value)?);
    }
    Ok(positions)
}

fn erasing_entry(ledger: &Ledger, position: u64) -> Result<Entry, Problem> {
    let entry = ledger.entry(Position(position))?;
    if entry.kind == Kind::Erase.number() {
        Ok(entry)
    } else {
        Err(problems::unreadable_entry(position, "it erases nothing"))
    }
}

/// The list to be applied to backups of a ledger, by its state.
///
/// # Errors
/// The ledger cannot be read.
pub(crate) fn list_of(ledger: &Ledger, state: &StateView<'_>) -> Result<ErasureList, Problem> {
    let listed = |position: u64| {
        let facts: EraseFacts = read(&erasing_entry(ledger, position)?)?;
        let leaf = |erased: &ErasedEntry| {
            let entry = ledger.entry(Position(erased.entry))?;
            Ok(hex::encode(entry.leaf_hash()))
        };
        Ok(ListedErasure {
            position,
            leaves: facts
                .entries
                .iter()
                .map(leaf)
                .collect::<Result<_, Problem>>()?,
            facts,
        })
    };
    let erasures = erasing_entries(state)?.into_iter().map(listed);
    Ok(ErasureList {
        format: LIST_FORMAT,
        origin: ledger.origin().to_owned(),
        size: ledger.head()?.size.0,
        erasures: erasures.collect::<Result<_, Problem>>()?,
    })
}

/// The version of the list's form.
const LIST_FORMAT: u32 = 1;

/// The list of a log's erasures, to be applied to its backups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasureList {
    /// Version of this form.
    pub format: u32,
    /// The log's origin.
    pub origin: String,
    /// How far the log reached when the list was written.
    pub size: u64,
    /// Erasures, oldest first.
    pub erasures: Vec<ListedErasure>,
}

/// An erasure in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListedErasure {
    /// Position of the erasing entry.
    pub position: u64,
    /// The leaf hash of each entry of `facts.entries`, in hex: they are the same in a backup, or it is none.
    pub leaves: Vec<String>,
    /// What the erasing entry says.
    pub facts: EraseFacts,
}

impl ErasureList {
    /// The list as a file.
    ///
    /// # Errors
    /// Never for a list of [`Office::erasure_list`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec_pretty(self).map_err(problems::not_a_list_of_erasures)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// It is none, or of a later form.
    pub fn from_bytes(bytes: &[u8]) -> Result<ErasureList, Problem> {
        let list: ErasureList =
            serde_json::from_slice(bytes).map_err(problems::not_a_list_of_erasures)?;
        if list.format != LIST_FORMAT {
            let why = format!("format {}", list.format);
            return Err(problems::not_a_list_of_erasures(why));
        }
        if list
            .erasures
            .iter()
            .any(|erasure| erasure.leaves.len() != erasure.facts.entries.len())
        {
            return Err(problems::not_a_list_of_erasures("leaves"));
        }
        Ok(list)
    }

    /// What of the list is about entries that a ledger shares with the one of the list: two that were one once,
    /// because one of them was restored from a backup, have each gone their own way since.
    pub(crate) fn shared_with(&self, ledger: &Ledger) -> Result<ErasureList, Problem> {
        let size = ledger.head()?.size.0;
        let mut shared = self.clone();
        for erasure in &mut shared.erasures {
            let (mut entries, mut leaves) = (Vec::new(), Vec::new());
            for (erased, leaf) in erasure.facts.entries.iter().zip(&erasure.leaves) {
                if erased.entry <= size
                    && hex::encode(ledger.entry(Position(erased.entry))?.leaf_hash()) == *leaf
                {
                    entries.push(erased.clone());
                    leaves.push(leaf.clone());
                }
            }
            (erasure.facts.entries, erasure.leaves) = (entries, leaves);
        }
        Ok(shared)
    }
}

impl Office {
    /// Every erasure, oldest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn erasures(&self) -> Result<Vec<Erasure>, Problem> {
        let positions = erasing_entries(&self.state()?)?;
        positions.into_iter().map(|by| self.erasure(by)).collect()
    }

    /// The erasing entry at a position.
    ///
    /// # Errors
    /// There is none.
    pub fn erasure(&self, position: u64) -> Result<Erasure, Problem> {
        let entry = erasing_entry(self.ledger(), position)?;
        Ok(Erasure {
            position: entry.position,
            time: entry.time,
            actor: self.actor_name(entry.actor)?,
            facts: read(&entry)?,
        })
    }

    /// What was erased of an entry, with who, when and why.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn erased_of(&self, erased: &ErasedRow) -> Result<Vec<ErasedPart>, Problem> {
        let fields = erased.fields.iter().map(|part| (part, false));
        let evidence = erased.evidence.iter().map(|part| (part, true));
        let part = |((what, by), is_evidence): (&(String, u64), bool)| {
            let erasure = self.erasure(*by)?;
            Ok(ErasedPart {
                what: what.clone(),
                is_evidence,
                position: erasure.position,
                day: Day::parse(&erasure.facts.day).ok(),
                actor: erasure.actor,
                reason: erasure.facts.reason,
                asked_by: erasure.facts.asked_by,
            })
        };
        fields.chain(evidence).map(part).collect()
    }

    /// The list to be applied to backups of this folder.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn erasure_list(&self) -> Result<ErasureList, Problem> {
        list_of(self.ledger(), &self.state()?)
    }

    /// Erases in a restored backup what was erased in the log that went on; what is erased here already
    /// is passed over. To be called before the folder is used for anything else.
    ///
    /// # Errors
    /// The list is of another log, or the ledger cannot be written.
    pub fn apply_erasures(
        &mut self,
        list: &ErasureList,
        progress: Progress<'_>,
    ) -> Result<Vec<EraseReceipt>, Problem> {
        let head = self.ledger().head()?.size.0;
        let renewed = self.renewed_at()?;
        let strict_to = if renewed.is_some() { 0 } else { head };
        for listed in &list.erasures {
            for (erased, leaf) in listed.facts.entries.iter().zip(&listed.leaves) {
                if erased.entry <= strict_to {
                    let found = self.ledger().entry(Position(erased.entry))?.leaf_hash();
                    if hex::encode(found) != *leaf {
                        let origin = &list.origin;
                        return Err(problems::erasures_of_another_log(erased.entry, origin));
                    }
                }
            }
        }
        let mut shared = list.shared_with(self.ledger())?;
        if let Some(renewed) = renewed {
            for listed in &mut shared.erasures {
                listed.facts.imports.retain(|import| *import < renewed);
            }
        }
        let mut positions = Vec::new();
        for listed in &shared.erasures {
            let plan = self.plan_again(listed, head)?;
            if plan.targets.is_empty() && plan.files.is_empty() {
                continue;
            }
            let why = EraseReason {
                reason: listed.facts.reason.clone(),
                asked_by: listed.facts.asked_by.clone(),
            };
            positions.push(self.carry_out(plan, &why, progress)?);
        }
        positions
            .into_iter()
            .map(|position| self.clean_up(position))
            .collect()
    }

    /// The first entry under which this log goes on as another one, because it was restored: what comes after
    /// it is not what the log that went on has there.
    fn renewed_at(&self) -> Result<Option<u64>, Problem> {
        for found in self.state()?.scan(spaces::KEY, &[]) {
            let found = found?;
            let key: KeyRow = row(spaces::KEY, &found.value)?;
            if found.version > Position(1) && !key.origin.is_empty() {
                return Ok(Some(found.version.0));
            }
        }
        Ok(None)
    }

    /// What of a listed erasure is still to be done here, among the entries up to `head`.
    fn plan_again(&self, listed: &ListedErasure, head: u64) -> Result<Plan, Problem> {
        let mut plan = Plan {
            repeats: Some(listed.position),
            ..Plan::default()
        };
        for erased in listed
            .facts
            .entries
            .iter()
            .filter(|found| found.entry <= head)
        {
            let (part, _) = self.private_part(&self.ledger().entry(Position(erased.entry))?)?;
            let names = part.names();
            let fields: BTreeSet<String> = erased
                .fields
                .iter()
                .filter(|field| names.contains(field))
                .cloned()
                .collect();
            let evidence: BTreeSet<String> = erased
                .evidence
                .iter()
                .filter(|hash| part.evidence.iter().any(|piece| piece.sha256 == **hash))
                .cloned()
                .collect();
            if !fields.is_empty() || !evidence.is_empty() {
                let of = erased.of.clone();
                plan.targets.insert(
                    erased.entry,
                    Target {
                        of,
                        fields,
                        evidence,
                    },
                );
            }
        }
        let files = listed.facts.files.iter();
        plan.files = files
            .filter(|file| {
                ledger::EvidenceHash::parse(file).is_some_and(|hash| self.evidence().contains(hash))
            })
            .cloned()
            .collect();
        plan.imports = listed
            .facts
            .imports
            .iter()
            .copied()
            .filter(|import| *import <= head)
            .collect();
        Ok(plan)
    }
}
