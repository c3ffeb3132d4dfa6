//! `fold`: what an entry does to the state. Pure, without a clock, and the same for every replay.
//!
//! Nothing is decided here: commands were checked before their entry was written, so a fold only
//! notes what the entry says. A later version of the programme or of this software must give the
//! same state for the same entries. Where the form of a row changes, [`FOLD_VERSION`] does: a folder whose
//! rows were written in another form has its state thrown away and replayed when a writer opens it.
//! Entries are described in [`crate::entry`].

mod assignments;
mod cases;
mod erasure;
mod letters;
mod papers;
mod people;
mod visits;

use std::collections::BTreeMap;

use base::Problem;
use ledger::{Change, Entry, Space, StateView};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::entry::{
    ActorFacts, AliasFacts, AuditDrawFacts, AuditFindingFacts, CaseOpenFacts, FoundedFacts,
    ImportEndFacts, ImportOpenFacts, KeyFacts, Kind, OverrideFacts, Private, PublishFacts,
    RecordHead, SealFacts, SubjectFacts, WithdrawFacts,
};
use crate::problems;
use crate::spaces::{
    self, ActorRow, CaseRow, ImportRow, ImportStatus, KeyRow, KnownRow, LaterRow, ProgrammeRow,
    SubjectRow, Version,
};

/// The version of this fold's rows. It changes with the form of any row, or with what a fold writes for
/// the same entry; the state says which version wrote it ([`spaces::FOLD`]).
pub const FOLD_VERSION: u32 = 3;

/// The version of the fold that wrote a state; `None` before there was one to be written, or where there is
/// no entry yet.
///
/// # Errors
/// The state cannot be read.
pub fn version_of(state: &StateView) -> Result<Option<u32>, Problem> {
    get(state, spaces::FOLD, &spaces::key(&["version"]))
}

/// The changes that `entry` makes to the state seen through `state`.
///
/// # Errors
/// An entry that this version cannot read, or that speaks of what is not there: the log is damaged,
/// or was written by a later version.
pub fn fold(state: &StateView, entry: &Entry) -> Result<Vec<Change>, Problem> {
    let at = entry.position.0;
    let kind =
        Kind::from_number(entry.kind).ok_or_else(|| problems::unknown_kind(at, entry.kind))?;
    let mut changes = Vec::with_capacity(2);
    match kind {
        Kind::Founded => {
            let facts: FoundedFacts = read(entry)?;
            let key = spaces::key(&["version"]);
            changes.push(put(spaces::FOLD, key, &FOLD_VERSION)?);
            if let Some(key) = facts.verifier_key {
                let row = KeyRow {
                    key,
                    origin: facts.origin,
                };
                changes.push(put(spaces::KEY, spaces::number_key(at), &row)?);
            }
        }
        Kind::Key => {
            let facts: KeyFacts = read(entry)?;
            let row = KeyRow {
                key: facts.verifier_key,
                origin: facts.origin.unwrap_or_default(),
            };
            changes.push(put(spaces::KEY, spaces::number_key(at), &row)?);
        }
        Kind::Programme => {
            changes.push(put(
                spaces::PROGRAMME,
                spaces::key(&["current"]),
                &ProgrammeRow { position: at },
            )?);
        }
        Kind::Actor => {
            let facts: ActorFacts = read(entry)?;
            let name = private(entry)?.name.unwrap_or_default();
            let row = ActorRow {
                name,
                role: facts.role,
                unit: facts.unit,
                ..ActorRow::default()
            };
            changes.push(put(spaces::ACTOR, spaces::number_key(facts.actor), &row)?);
        }
        Kind::ActorClosed
        | Kind::ActorReopened
        | Kind::ActorMoved
        | Kind::Deputy
        | Kind::DeputyEnded
        | Kind::Handover
        | Kind::HandoverConfirmed => changes = people::fold(state, entry, kind)?,
        Kind::LetterSigned
        | Kind::LetterCountersigned
        | Kind::LetterScan
        | Kind::ChangeConfirmed => changes = letters::fold(state, entry, kind)?,
        Kind::PaperTemplate | Kind::Paper | Kind::CasePaper | Kind::PaperVoided => {
            changes = papers::fold(state, entry, kind)?;
        }
        Kind::Subject | Kind::ImportedSubject => {
            let facts: SubjectFacts = read(entry)?;
            let key = spaces::key(&[&facts.subject_type, &facts.id]);
            let mut row: SubjectRow = get(state, spaces::SUBJECT, &key)?.unwrap_or_default();
            match facts.import.filter(|_| kind == Kind::ImportedSubject) {
                Some(import) => drop(row.imported.insert(at, (import, facts.from.clone()))),
                None if row.since.is_empty() || facts.from < row.since => {
                    row.since.clone_from(&facts.from);
                }
                None => {}
            }
            let part = private(entry)?;
            if let Some(identity) = part.identity {
                let person = spaces::key(&[&facts.subject_type, &identity]);
                changes.push(put(spaces::PERSON, person, &facts.id)?);
                row.identity = Some(identity);
            }
            // Personal attributes stand in the private part; erasing it erases them here too.
            for (attribute, value) in facts.attributes.into_iter().chain(part.fields) {
                row.attributes
                    .push((attribute, facts.from.clone(), value, at));
            }
            changes.push(put(spaces::SUBJECT, key, &row)?);
        }
        Kind::Alias => {
            let facts: AliasFacts = read(entry)?;
            let subject_type = facts.of.strip_prefix("subject:").unwrap_or_default();
            if !facts.text.is_empty() {
                let key = spaces::key(&[&facts.of, &facts.text]);
                changes.push(put(spaces::ALIAS, key, &facts.id)?);
            } else if let Some(text) = private(entry)?.alias {
                // A spelling of a person is personal; the person's row knows it, so that it can be erased.
                let key = spaces::key(&[subject_type, &facts.id]);
                let mut row: SubjectRow = get(state, spaces::SUBJECT, &key)?.unwrap_or_default();
                row.aliases.push((at, text.clone()));
                changes.push(put(spaces::SUBJECT, key, &row)?);
                let key = spaces::key(&[&facts.of, &text]);
                changes.push(put(spaces::ALIAS, key, &facts.id)?);
            }
        }
        Kind::Record | Kind::Revise => {
            let facts: RecordHead = read_borrowed(entry)?;
            let number = facts.record.unwrap_or(at);
            if let Some(record) = facts.record {
                let version = Version {
                    at,
                    import: facts.import,
                    withdrawn: false,
                };
                changes.push(with_version(state, record, version)?);
            }
            let known_by = match (&facts.key, &facts.content) {
                (Some(key), _) => Some((
                    spaces::RECORD_KEY,
                    spaces::key(&[&facts.record_type, &key.0]),
                )),
                (None, Some((hash, ordinal))) => Some((
                    spaces::RECORD_CONTENT,
                    spaces::key(&[&facts.record_type, &hash.0, &ordinal.to_string()]),
                )),
                (None, None) => None,
            };
            if let Some((space, key)) = known_by {
                changes.extend(known_by_now(state, &facts, number, space, key)?);
            }
        }
        Kind::Withdraw => {
            let facts: WithdrawFacts = read(entry)?;
            let version = Version {
                at,
                import: None,
                withdrawn: true,
            };
            changes.push(with_version(state, facts.record, version)?);
        }
        Kind::Erase => changes = erasure::fold(state, entry)?,
        Kind::ImportOpen => {
            let facts: ImportOpenFacts = read(entry)?;
            changes.push(put(
                spaces::IMPORT,
                spaces::number_key(at),
                &ImportRow {
                    status: ImportStatus::Open,
                    displaced: Vec::new(),
                    sha256: facts.sha256,
                },
            )?);
        }
        Kind::ImportClose | Kind::ImportAbandon => {
            let facts: ImportEndFacts = read(entry)?;
            let key = spaces::number_key(facts.import);
            let status = if kind == Kind::ImportClose {
                ImportStatus::Closed
            } else {
                ImportStatus::Abandoned
            };
            let mut row: ImportRow = get(state, spaces::IMPORT, &key)?
                .ok_or_else(|| problems::missing_import(at, facts.import))?;
            let displaced = std::mem::take(&mut row.displaced);
            if status == ImportStatus::Abandoned {
                for (space, key, record) in displaced {
                    // It was visible, so nothing hangs on the import that brought it any more.
                    let import = None;
                    let row = KnownRow { record, import };
                    changes.push(put(Space(space), key.into_bytes(), &row)?);
                }
            }
            row.status = status;
            changes.push(put(spaces::IMPORT, key, &row)?);
        }
        Kind::CaseOpen | Kind::Assign | Kind::CaseFiled | Kind::CaseOfRecord => {
            let facts: CaseOpenFacts = read(entry)?;
            if let (Kind::CaseOfRecord, Some(record)) = (kind, facts.record) {
                let key = spaces::number_key(record);
                let mut row: BTreeMap<String, u64> =
                    get(state, spaces::OF_RECORD, &key)?.unwrap_or_default();
                row.insert(facts.flow.clone(), at);
                changes.push(put(spaces::OF_RECORD, key, &row)?);
            }
            if let Some(parent) = facts.parent {
                changes.push(cases::opened_below(state, at, parent)?);
            }
            changes.extend(assignments::followed(state, at, &facts)?);
            if let (Some(scorecard), Some(period), Some(item), Some(unit)) =
                (&facts.scorecard, &facts.period, &facts.item, &facts.unit)
            {
                changes.push(put(
                    spaces::CASE_INDEX,
                    spaces::key(&[scorecard, period, item, unit]),
                    &at,
                )?);
            }
            let row = CaseRow {
                programme: entry.programme.0,
                by: entry.actor,
                time: entry.time.as_micros(),
                state: facts.state.clone(),
                fields: facts.fields.clone(),
                steps: Vec::new(),
                closed: None,
                below: Vec::new(),
                merged: Vec::new(),
                opened: facts,
            };
            changes.push(put(spaces::CASE, spaces::number_key(at), &row)?);
        }
        Kind::CasePassed => changes = cases::passed(state, entry)?,
        Kind::CaseReported => changes = cases::reported(state, entry)?,
        Kind::FieldVisit => changes = visits::visited(entry)?,
        Kind::FieldVisitConfirmed => changes = visits::confirmed(state, entry)?,
        Kind::Remind => changes = assignments::reminded(state, entry)?,
        Kind::CaseAct => changes = cases::acted(state, entry, read(entry)?, None, None)?.into(),
        Kind::Override => {
            let facts: OverrideFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.item, &facts.unit]);
            changes.push(put(spaces::OVERRIDE, key, &facts)?);
        }
        Kind::Seal => {
            let facts: SealFacts = read(entry)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period]);
            let mut positions: Vec<u64> = get(state, spaces::SEAL, &key)?.unwrap_or_default();
            positions.push(at);
            changes.push(put(spaces::SEAL, key, &positions)?);
        }
        Kind::Publish => {
            let facts: PublishFacts = read(entry)?;
            let key = spaces::key(&[&facts.name]);
            let mut positions: Vec<u64> =
                get(state, spaces::PUBLICATION, &key)?.unwrap_or_default();
            positions.push(at);
            changes.push(put(spaces::PUBLICATION, key, &positions)?);
        }
        Kind::AuditDraw => {
            // An announcement is drawn from once; the key's version says whether that was done.
            let facts: AuditDrawFacts = read(entry)?;
            let key = spaces::number_key(facts.announced.unwrap_or(at));
            changes.push(put(spaces::AUDIT_DRAW, key, &at)?);
        }
        Kind::AuditFinding => {
            let facts: AuditFindingFacts = read(entry)?;
            let key = spaces::key(&[&facts.draw.to_string(), &facts.line]);
            let mut positions: Vec<u64> =
                get(state, spaces::AUDIT_FINDING, &key)?.unwrap_or_default();
            positions.push(at);
            changes.push(put(spaces::AUDIT_FINDING, key, &positions)?);
        }
    }
    Ok(changes)
}

/// What a record or a revision changes under its key or content: from now on it leads there. An open import
/// notes which record it led to before, when that was visible once: one that never was is not missed, and
/// keys of an import that is made again are many.
fn known_by_now(
    state: &StateView,
    facts: &RecordHead,
    record: u64,
    space: Space,
    key: Vec<u8>,
) -> Result<Vec<Change>, Problem> {
    let earlier: Option<KnownRow> = get(state, space, &key)?;
    if earlier.is_some_and(|earlier| earlier.record == record) {
        return Ok(Vec::new());
    }
    let mut changes = Vec::with_capacity(2);
    if let (Some(import), Some(earlier)) = (facts.import, earlier) {
        changes.extend(displaced(state, import, space, &key, earlier)?);
    }
    let import = facts.import;
    changes.push(put(space, key, &KnownRow { record, import })?);
    Ok(changes)
}

fn displaced(
    state: &StateView,
    import: u64,
    space: Space,
    key: &[u8],
    earlier: KnownRow,
) -> Result<Option<Change>, Problem> {
    let was_visible = match earlier.import {
        None => true,
        Some(import) => {
            let row: Option<ImportRow> = get(state, spaces::IMPORT, &spaces::number_key(import))?;
            row.is_some_and(|row| row.status == ImportStatus::Closed)
        }
    };
    let open: Option<ImportRow> = get(state, spaces::IMPORT, &spaces::number_key(import))?;
    match (was_visible, open) {
        (true, Some(mut open)) => {
            // Keys are made of texts.
            let text = String::from_utf8_lossy(key).into_owned();
            open.displaced.push((space.0, text, earlier.record));
            put(spaces::IMPORT, spaces::number_key(import), &open).map(Some)
        }
        _ => Ok(None),
    }
}

/// A further version of a record that an earlier entry brought.
fn with_version(state: &StateView, record: u64, version: Version) -> Result<Change, Problem> {
    if record >= version.at {
        return Err(problems::missing_record(version.at, record));
    }
    let key = spaces::number_key(record);
    let mut row: LaterRow = get(state, spaces::RECORD, &key)?.unwrap_or_default();
    row.versions.push(version);
    put(spaces::RECORD, key, &row)
}

/// Reads the facts of an entry.
pub(crate) fn read<T: DeserializeOwned>(entry: &Entry) -> Result<T, Problem> {
    serde_json::from_slice(&entry.facts)
        .map_err(|error| problems::unreadable_entry(entry.position.0, error))
}

/// Reads the facts of an entry without copying its texts.
pub(crate) fn read_borrowed<'e, T: Deserialize<'e>>(entry: &'e Entry) -> Result<T, Problem> {
    serde_json::from_slice(&entry.facts)
        .map_err(|error| problems::unreadable_entry(entry.position.0, error))
}

/// Reads the private part of an entry; empty when it has none.
pub(crate) fn private(entry: &Entry) -> Result<Private, Problem> {
    match &entry.private {
        None => Ok(Private::default()),
        Some(bytes) => serde_json::from_slice(bytes)
            .map_err(|error| problems::unreadable_entry(entry.position.0, error)),
    }
}

/// Reads a state row.
pub(crate) fn get<T: DeserializeOwned>(
    state: &StateView,
    space: Space,
    key: &[u8],
) -> Result<Option<T>, Problem> {
    match state.get(space, key)? {
        None => Ok(None),
        Some((_, value)) => row(space, &value).map(Some),
    }
}

/// Reads a state row's bytes.
pub(crate) fn row<T: DeserializeOwned>(space: Space, value: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(value).map_err(|error| problems::unreadable_state(space.0, error))
}

fn put<T: Serialize>(space: Space, key: Vec<u8>, value: &T) -> Result<Change, Problem> {
    let value =
        serde_json::to_vec(value).map_err(|error| problems::unreadable_state(space.0, error))?;
    Ok(Change::Put { space, key, value })
}
