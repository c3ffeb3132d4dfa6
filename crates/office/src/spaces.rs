//! The state tables: which spaces there are, their keys, and what each row holds.
//!
//! All of it can be thrown away and replayed from the entries by [`crate::fold`]. Rows are JSON,
//! read only here and there by key; what is scanned and counted lives in the columns.

use ledger::Space;
use serde::{Deserialize, Serialize};

/// `current` → [`ProgrammeRow`].
pub const PROGRAMME: Space = Space(1);
/// Actor number → [`ActorRow`].
pub const ACTOR: Space = Space(2);
/// Type and identity → [`SubjectRow`].
pub const SUBJECT: Space = Space(3);
/// What and spelling → identifier.
pub const ALIAS: Space = Space(4);
/// Record number → [`RecordRow`].
pub const RECORD: Space = Space(5);
/// Type and key → record number.
pub const RECORD_KEY: Space = Space(6);
/// Type, content hash and ordinal → record number.
pub const RECORD_CONTENT: Space = Space(7);
/// Import number → [`ImportRow`].
pub const IMPORT: Space = Space(8);
/// Case number → [`CaseRow`].
pub const CASE: Space = Space(9);
/// Scorecard, period, item, unit → case number.
pub const CASE_INDEX: Space = Space(10);
/// Scorecard, period, item, unit → [`crate::entry::OverrideFacts`].
pub const OVERRIDE: Space = Space(11);
/// Scorecard, period → positions of its sealings.
pub const SEAL: Space = Space(12);
/// Position of an entry that made a key of the log known → [`KeyRow`].
pub const KEY: Space = Space(20);

/// Name of a publication → positions of its publishings.
pub const PUBLICATION: Space = Space(20);
/// Announcement or draw → its position.
pub const AUDIT_DRAW: Space = Space(21);
/// Draw and line → positions of its findings.
pub const AUDIT_FINDING: Space = Space(22);

/// A key made of parts, separated so that no two lists of parts collide.
pub fn key(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            bytes.push(0);
        }
        // A zero byte inside a part would make two keys look alike; texts are checked to have none at the door.
        bytes.extend(part.bytes().filter(|byte| *byte != 0));
    }
    bytes
}

/// A key that is a number, in byte order.
pub fn number_key(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// The programme in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeRow {
    /// Position of its entry.
    pub position: u64,
}

/// A key that signs for the log from its position on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// The verifier key.
    pub key: String,
    /// The origin that it brings; empty when that stays as it was.
    pub origin: String,
}

/// An actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorRow {
    /// Name (personal).
    pub name: String,
    /// Role.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
}

/// A subject: its dated attributes, in the order in which they were told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SubjectRow {
    /// Day (ISO) on which it was made known.
    pub since: String,
    /// (attribute, from day, value, position).
    pub attributes: Vec<(String, String, serde_json::Value, u64)>,
}

/// One version of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Position of its entry.
    pub at: u64,
    /// The import that brought it, as long as its visibility hangs on that import's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<u64>,
    /// Whether this version withdraws the record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// A record: its versions, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRow {
    /// Type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Versions.
    pub versions: Vec<Version>,
}

/// How an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Rows are being taken; nothing is visible.
    Open,
    /// Complete and visible.
    Closed,
    /// Given up; never visible.
    Abandoned,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// How it stands.
    pub status: ImportStatus,
    /// While it is open: (space, key, record) of what its rows took over from records that were visible
    /// once. Giving the import up gives each back, so that a withdrawn record stays known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<(u16, String, u64)>,
}

/// A step of a case as the state keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// Position of its entry.
    pub at: u64,
    /// Action.
    pub action: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// Day (ISO).
    pub day: String,
    /// Number of the actor.
    pub by: u64,
    /// Role in which it was done.
    pub role: String,
    /// Unit of the actor.
    pub unit: Option<String>,
    /// When it was recorded, microseconds UTC.
    pub time: i64,
    /// Fields that it set.
    pub fields: std::collections::BTreeMap<String, serde_json::Value>,
    /// Hashes of the evidence that it cited.
    pub evidence: Vec<String>,
    /// Reason.
    pub reason: Option<String>,
    /// Reason from the action's list.
    pub closing_reason: Option<String>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// What opened it.
    pub opened: crate::entry::CaseOpenFacts,
    /// Programme version under which it was accepted (position).
    pub programme: u64,
    /// Actor who opened it.
    pub by: u64,
    /// When it was opened, microseconds UTC.
    pub time: i64,
    /// State now.
    pub state: String,
    /// Fields so far.
    pub fields: std::collections::BTreeMap<String, serde_json::Value>,
    /// Steps, oldest first.
    pub steps: Vec<StepRow>,
    /// Day on which it was closed (ISO) and with which outcome.
    pub closed: Option<(String, Option<String>)>,
}
