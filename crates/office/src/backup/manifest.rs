//! What a backup consists of: a line of JSON and a line with its SHA-256.

use base::Problem;
use ledger::EvidenceHash;
use serde::{Deserialize, Serialize};

use super::FORMAT;
use crate::problems;

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The log's origin as it was founded.
    pub origin: String,
    /// The origin under which it signed then.
    pub signs_as: String,
    /// `real` or `demonstration`.
    pub nature: String,
    /// When the log was created.
    pub created: String,
    /// Entries.
    pub size: u64,
    /// Root of the tree over them, in hex.
    pub root: String,
    /// When the backup was taken (RFC 3339).
    pub taken: String,
    /// The entries, in order.
    pub segments: Vec<Segment>,
    /// The list of the evidence, a line `SHA-256 bytes` for each piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Stored>,
    /// What was erased of the log up to this backup; `None` in one of a version that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasures: Option<Erased>,
    /// The last checkpoint that the log had signed, as a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// What was erased up to a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Erased {
    /// An [`ErasureList`](crate::erasures::ErasureList), to be applied to older backups; `None` when nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Stored>,
}

/// Entries that stand in the same objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Position of the first.
    pub first: u64,
    /// Position of the last.
    pub last: u64,
    /// Whether nothing more comes into it.
    pub full: bool,
    /// Leaves and facts.
    pub facts: Stored,
    /// Private parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<Stored>,
}

/// An object, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stored {
    /// SHA-256 of its bytes as they are stored, in hex.
    pub sha256: String,
    /// Bytes as they are stored.
    pub bytes: u64,
}

impl Stored {
    /// What names these bytes.
    pub(super) fn of(bytes: &[u8]) -> Stored {
        Stored {
            sha256: EvidenceHash::of(bytes).to_string(),
            bytes: bytes.len() as u64,
        }
    }

    /// Its name in the place.
    pub(super) fn name(&self) -> String {
        let folder = self.sha256.get(..2).unwrap_or_default();
        format!("objects/{folder}/{}", self.sha256)
    }
}

impl Manifest {
    /// Every object that it needs, but evidence.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Stored> {
        let segments = self.segments.iter();
        let parts = segments.flat_map(|segment| [Some(&segment.facts), segment.private.as_ref()]);
        parts.flatten().chain(&self.evidence).chain(self.list())
    }

    /// The list of erasures.
    pub(super) fn list(&self) -> Option<&Stored> {
        self.erasures.as_ref()?.list.as_ref()
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        let mut bytes = serde_json::to_vec(self)
            .map_err(|error| problems::manifest_damaged(&self.origin, error))?;
        let hash = EvidenceHash::of(&bytes);
        bytes.extend_from_slice(format!("\n{hash}\n").as_bytes());
        Ok(bytes)
    }

    pub(super) fn from_bytes(name: &str, bytes: &[u8]) -> Result<Manifest, Problem> {
        let damaged = |why: &str| problems::manifest_damaged(name, why);
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("UTF-8"))?;
        let (json, rest) = text.split_once('\n').ok_or_else(|| damaged("SHA-256"))?;
        if rest.strip_suffix('\n') != Some(&EvidenceHash::of(json.as_bytes()).to_string()) {
            return Err(damaged("SHA-256"));
        }
        // The form is asked first: a later one may have other fields.
        let any: serde_json::Value =
            serde_json::from_str(json).map_err(|error| damaged(&error.to_string()))?;
        let format = any["format"].as_str().unwrap_or_default();
        if format != FORMAT {
            return Err(problems::backup_of_later_version(name, format));
        }
        let manifest: Manifest =
            serde_json::from_value(any).map_err(|error| damaged(&error.to_string()))?;
        let mut next = 1;
        for segment in &manifest.segments {
            if segment.first != next || segment.last < segment.first {
                return Err(damaged("segments"));
            }
            next = segment.last + 1;
        }
        if next != manifest.size + 1 {
            return Err(damaged("size"));
        }
        Ok(manifest)
    }
}
