//! Verifying a data folder: hashes, tree, state replay, evidence, programme and columns.

use std::collections::BTreeSet;
use std::path::Path;

use base::{Position, Problem};
use ledger::{EvidenceHash, EvidenceStore, Ledger, Nature};

use crate::fold::{fold, private};
use crate::folder::{Progress, is_as_founded};
use crate::mirror::{Mirror, Told};
use crate::problems;

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
    /// Real or a demonstration.
    pub nature: Nature,
}

/// Verifies a data folder: re-hashes every entry and the tree, replays the state and compares, takes every
/// entry into fresh columns, and re-hashes every piece of evidence that an entry names.
///
/// # Errors
/// The first thing that is wrong, named.
pub fn verify(dir: &Path, progress: Progress<'_>) -> Result<Verified, Problem> {
    let ledger = Ledger::open_read_only(dir)?;
    let report = ledger.verify(&mut |done, total| progress(done, total, "verify"), fold)?;
    let mut mirror = Mirror::new();
    let mut named = BTreeSet::new();
    for entry in ledger.entries(Position(1)..=report.size)? {
        let entry = entry?;
        if entry.position == Position(1) {
            is_as_founded(&ledger, &entry)?;
        }
        for piece in private(&entry)?.evidence {
            named.insert((piece.sha256, entry.position.0));
        }
        mirror.take(&Told::from(&entry))?;
    }
    let store = EvidenceStore::at(dir);
    let mut evidence = 0;
    let mut last = String::new();
    for (hash, position) in named {
        if hash == last {
            continue;
        }
        let parsed = EvidenceHash::parse(&hash)
            .ok_or_else(|| problems::unreadable_entry(position, &hash))?;
        store.get(parsed)?;
        evidence += 1;
        last = hash;
    }
    Ok(Verified {
        position: report.size,
        root: hex::encode(report.root),
        keys: report.keys,
        evidence,
        nature: ledger.nature(),
    })
}
