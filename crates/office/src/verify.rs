//! Verifying a data folder: hashes, tree, state replay, evidence, programme and columns.

use std::collections::BTreeMap;
use std::path::Path;

use base::{Position, Problem};
use ledger::{Entry, EvidenceHash, EvidenceStore, Ledger, Nature, StateView};
use programme::model::FieldType;

use crate::entry::{Kind, Private, RecordFacts};
use crate::fold::{fold, get, private, read};
use crate::folder::{Progress, is_as_founded};
use crate::invariants::{self, Origins};
use crate::mirror::{Mirror, Told};
use crate::problems;
use crate::signing::chain::KeyChain;
use crate::signing::files::KeyFiles;
use crate::signing::trust::Against;
use crate::signing::{self, Trust};
use crate::snapshots;
use crate::spaces::{self, ErasedRow};

/// What was verified.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Entries.
    pub position: Position,
    /// Root of the tree, in hex.
    pub root: String,
    /// State rows that equal those of a replay.
    pub keys: u64,
    /// Evidence files that are there and whole.
    pub evidence: u64,
    /// How many of them no entry names: handed in with a command that was refused or cut short.
    pub unnamed: u64,
    /// Imports that have begun and not ended: one that runs, or that a crash cut short; the next writer
    /// gives it up.
    pub open_imports: u64,
    /// Entries whose private part was erased, wholly or in part.
    pub erased: u64,
    /// Real or a demonstration.
    pub nature: Nature,
    /// The origin under which the log signs.
    pub origin: String,
    /// The verifier key that signs; `None` when the log has none.
    pub key: Option<String>,
    /// How a checkpoint that was kept stands to the log.
    pub against: Option<Against>,
    /// What is no damage and should be known: the key that signs is not here.
    pub warnings: Vec<Problem>,
}

/// Verifies a data folder as [`verify_trusting`] does, with nothing known from elsewhere.
///
/// # Errors
/// The first thing that is wrong, named.
pub fn verify(dir: &Path, progress: Progress<'_>) -> Result<Verified, Problem> {
    verify_trusting(dir, &Trust::default(), progress)
}

/// Verifies a data folder: re-hashes every entry and the tree, replays the state and compares, takes every
/// entry into fresh columns and holds the state against them, re-hashes every piece of evidence, follows the
/// log's keys, and holds it against the last checkpoint that it signed, the folder of keys and what `trust` brings
/// along.
///
/// # Errors
/// The first thing that is wrong, named.
pub fn verify_trusting(
    dir: &Path,
    trust: &Trust,
    progress: Progress<'_>,
) -> Result<Verified, Problem> {
    let ledger = Ledger::open_read_only(dir)?;
    if crate::folder::state_is_of_another_version(&ledger)? {
        return Err(problems::state_of_another_version());
    }
    // Those of now, before a writer beside this adds entries and snapshots of them.
    let mut snapshots = snapshots::all(dir)?;
    // Everything is read as of one moment: a writer may go on beside it.
    let state = ledger.state()?;
    let report = ledger.verify(&mut |done, total| progress(done, total, "verify"), fold)?;
    let mut mirror = Mirror::new();
    let mut named = BTreeMap::new();
    let mut chain = KeyChain::new(ledger.origin());
    let mut origins = Origins::default();
    for entry in ledger.entries(Position(1)..=report.size)? {
        let entry = entry?;
        if entry.position == Position(1) {
            is_as_founded(&ledger, &entry)?;
        }
        for (position, part) in parts_in(&state, &entry)? {
            for piece in part.evidence {
                named.entry(piece.sha256).or_insert(position);
            }
        }
        chain.take(entry.position, entry.kind, &entry.facts)?;
        mirror.take(&Told::from(&entry))?;
        origins.take(&entry)?;
        for (file, position) in files_in(&mirror, &state, &entry)? {
            named.entry(file).or_insert(position);
        }
        invariants::entry_stands(&entry, &state, &mirror)?;
        // Newest first: the last is the next that is reached.
        while let Some((_, path)) = snapshots.pop_if(|(at, _)| *at == mirror.position()) {
            check_snapshot(&path, &ledger, &mirror)?;
        }
    }
    for (_, path) in snapshots {
        // Beyond the log, so it is of another one.
        if path.exists() {
            snapshots::read(&path, &ledger)?;
        }
    }
    let open_imports = invariants::state_agrees(&state, &mirror, &origins)?;
    let store = EvidenceStore::at(dir);
    for found in state.scan(spaces::FILE_ERASED, &[]) {
        let found = found?;
        let hash = String::from_utf8_lossy(&found.key).into_owned();
        if EvidenceHash::parse(&hash).is_some_and(|hash| store.contains(hash)) {
            return Err(problems::erased_file_is_there(hash, found.version));
        }
        // Of a file that a fact names, the hash stays to be seen.
        named.remove(&hash);
    }
    let mut root_at = |size| ledger.root_at(size);
    signing::trust::check_endorsements(&chain, &mut root_at)?;
    let signed = signing::last_signed(&ledger, &KeyFiles::at(dir), &chain)?;
    let warnings = signing::check_files(&ledger, &KeyFiles::at(dir), &chain)?;
    trust.check_witnesses(signed.as_ref())?;
    trust.check_key(&chain, report.size)?;
    let against = trust.check_against(&chain, report.size, &mut root_at)?;
    drop(state);
    for (hash, position) in &named {
        let parsed =
            EvidenceHash::parse(hash).ok_or_else(|| problems::unreadable_entry(*position, hash))?;
        if !store.contains(parsed) {
            // Says which is missing.
            store.get(parsed)?;
        }
    }
    let evidence = store.verify(&mut |done| progress(done, named.len() as u64, "evidence"))?;
    Ok(Verified {
        position: report.size,
        root: hex::encode(report.root),
        keys: report.keys,
        evidence,
        unnamed: evidence.saturating_sub(named.len() as u64),
        open_imports,
        erased: report.erased,
        nature: ledger.nature(),
        origin: chain.origin().to_owned(),
        key: chain.current().map(|link| link.key.to_string()),
        against,
        warnings: warnings.into_iter().collect(),
    })
}

/// Holds a snapshot against the mirror of the same entries.
fn check_snapshot(path: &Path, ledger: &Ledger, mirror: &Mirror) -> Result<(), Problem> {
    let snapshot = match snapshots::read(path, ledger) {
        // A writer beside this has made a newer one and deleted it.
        Err(_) if !path.exists() => return Ok(()),
        found => found?,
    };
    match mirror.difference(&snapshot)? {
        None => Ok(()),
        Some(what) => Err(problems::snapshot_differs(
            path.display(),
            mirror.position(),
            what,
        )),
    }
}

/// The files that a record's fields of type `file` name, personal ones too.
fn files_in(
    mirror: &Mirror,
    state: &StateView,
    entry: &Entry,
) -> Result<Vec<(String, u64)>, Problem> {
    let is_record = [Kind::Record.number(), Kind::Revise.number()].contains(&entry.kind);
    let (true, Some(programme)) = (is_record, mirror.programme_as_of(entry.programme)) else {
        return Ok(Vec::new());
    };
    let facts: RecordFacts = read(entry)?;
    let Some(record_type) = programme.record_types.get(facts.record_type.as_str()) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    let fields = record_type.fields.values();
    for field in fields.filter(|field| field.field_type == FieldType::File) {
        let said = facts.fields.get(field.id.as_str()).cloned();
        let value = match said {
            Some(value) => Some(value),
            None => parts_in(state, entry)?
                .pop()
                .and_then(|(_, mut part)| part.fields.remove(field.id.as_str())),
        };
        if let Some(hash) = value.as_ref().and_then(serde_json::Value::as_str) {
            files.push((hash.to_owned(), entry.position.0));
        }
    }
    Ok(files)
}

/// The private parts that stand in an entry as they are now, by the entries whose they are: its own, or
/// what remains of earlier ones unless a later entry has carried it on.
fn parts_in(state: &StateView, entry: &Entry) -> Result<Vec<(u64, Private)>, Problem> {
    let own = private(entry)?;
    if entry.kind != Kind::Erase.number() {
        return Ok(vec![(entry.position.0, own)]);
    }
    let mut parts = Vec::new();
    for (position, part) in own.remains {
        let row: Option<ErasedRow> = get(state, spaces::ERASED, &spaces::number_key(position))?;
        if row.and_then(|row| row.remains_in) == Some(entry.position.0) {
            parts.push((position, part));
        }
    }
    Ok(parts)
}
