//! Reading a whole backup again: every object, every entry against its leaf, the tree against the root.

use base::Problem;
use ledger::merkle::Frontier;

use super::place::Place;
use crate::folder::Progress;
use crate::problems;

/// What was found to be whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Entries.
    pub size: u64,
    /// Root of the tree over them, in hex.
    pub root: String,
    /// Pieces of evidence.
    pub evidence: u64,
}

/// Reads a backup and holds it against itself; what its entries do to the state is only known when it is
/// brought back.
///
/// # Errors
/// The first object that is missing or damaged, named with what it holds.
pub fn check_backup(
    place: &Place<'_>,
    id: &str,
    progress: Progress<'_>,
) -> Result<Checked, Problem> {
    let manifest = place.manifest(id)?;
    let mut tree = Frontier::new();
    for segment in &manifest.segments {
        for entry in place.segment(segment)? {
            tree.push(entry.check()?.leaf_hash());
        }
        progress(segment.last, manifest.size, "entries");
    }
    let root = hex::encode(tree.root());
    if root != manifest.root {
        return Err(problems::manifest_damaged(format!("backups/{id}"), "root"));
    }
    place.erasures(&manifest)?;
    let evidence = place.evidence(&manifest)?;
    for (done, hash) in evidence.keys().enumerate() {
        place.check_evidence(hash)?;
        progress(done as u64 + 1, evidence.len() as u64, "evidence");
    }
    Ok(Checked {
        size: manifest.size,
        root,
        evidence: evidence.len() as u64,
    })
}
