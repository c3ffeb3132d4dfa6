//! The state tables: which spaces there are, their keys, and what each row holds.
//!
//! All of it can be thrown away and replayed from the entries by [`crate::fold`]. Rows are JSON,
//! read only here and there by key; what is scanned and counted lives in the columns.

use std::borrow::Cow;
use std::fmt::Write as _;

use base::Problem;
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
/// Number of a record of which there is more than the entry that brought it → [`LaterRow`]. Most records never
/// get a second version; of them the log itself says all.
pub const RECORD: Space = Space(5);
/// Type and key → [`KnownRow`].
pub const RECORD_KEY: Space = Space(6);
/// Type, content hash and ordinal → [`KnownRow`].
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
pub const KEY: Space = Space(16);

/// Name of a publication → positions of its publishings.
pub const PUBLICATION: Space = Space(20);
/// Announcement or draw → its position.
pub const AUDIT_DRAW: Space = Space(21);
/// Draw and line → positions of its findings.
pub const AUDIT_FINDING: Space = Space(22);
/// Position of an entry of which something was erased → [`ErasedRow`].
pub const ERASED: Space = Space(13);
/// SHA-256 of an evidence file that was removed, in hex → position of the entry that erased it.
pub const FILE_ERASED: Space = Space(14);
/// Subject type and true identity of a person → opaque identity.
pub const PERSON: Space = Space(15);

/// Import that brought a person who was erased → position of the entry that did it.
pub const IMPORT_ERASED: Space = Space(18);
/// `version` → the version of the fold that wrote the state, see [`crate::fold::FOLD_VERSION`].
pub const FOLD: Space = Space(17);

/// Position of a handover → [`HandoverRow`].
pub const HANDOVER: Space = Space(60);

/// Case number → list of [`ReminderRow`], oldest first.
pub const REMINDED: Space = Space(70);
/// Case number → [`FollowedRow`] of each deadline's run because of which an assignment was made.
pub const FOLLOWED: Space = Space(71);
/// Case number → [`ReportedRow`] of each time that it was reported to the leading group.
pub const REPORTED: Space = Space(97);
/// Key of a visit → [`VisitRow`].
pub const VISIT: Space = Space(98);
/// Number of a record or case and position of the visit's entry → key of the visit.
pub const VISIT_OF: Space = Space(99);
/// Number of the second inspector and position of the visit's entry → key of a visit that waits to be confirmed.
pub const VISIT_SECOND: Space = Space(198);
/// Scorecard, period, unit → [`LetterRow`].
pub const LETTER: Space = Space(77);
/// Kind of paper → positions of the entries that put a template in force.
pub const PAPER_TEMPLATE: Space = Space(83);
/// Position of a paper → [`PaperRow`].
pub const PAPER: Space = Space(84);
/// Pattern and year → the last number that was given.
pub const PAPER_SERIES: Space = Space(85);

/// Case number → positions of the papers about its steps, oldest first.
pub const CASE_PAPERS: Space = Space(102);

/// Record → numbers of the cases that rules opened because of it, by flow.
pub const OF_RECORD: Space = Space(110);

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

/// A key of two numbers, in the order of the first and then of the second.
pub fn numbers_key(first: u64, second: u64) -> Vec<u8> {
    [first.to_be_bytes(), second.to_be_bytes()].concat()
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActorRow {
    /// Name (personal).
    pub name: String,
    /// Role.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
    /// Since when it acts no more (ISO).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// As whom the person goes on, with another role or unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<u64>,
    /// Whom it stands in for, of a deputy's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in: Option<StandsIn>,
}

/// For whom a deputy acts, who that is, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandsIn {
    /// For whom.
    pub of: u64,
    /// Who really acts.
    pub by: u64,
    /// First day (ISO).
    pub from: String,
    /// Last day (ISO).
    pub to: String,
}

/// A handover: its list stands in its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRow {
    /// Whose work it was.
    pub from: u64,
    /// Who takes it over.
    pub to: u64,
    /// Who signed for the one side.
    pub signed_by: u64,
    /// On which day (ISO).
    pub day: String,
    /// The confirmation: its position and day (ISO).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<(u64, String)>,
}

/// A reminder of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderRow {
    /// Position of its entry.
    pub at: u64,
    /// Day (ISO).
    pub day: String,
    /// Number of the actor.
    pub by: u64,
    /// Deadline.
    pub deadline: String,
    /// Its last day (ISO).
    pub due: String,
    /// Of a declared one: on which working day from the last day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<i64>,
}

/// That a case that stayed late was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedRow {
    /// Position of its entry.
    pub at: u64,
    /// Day (ISO).
    pub day: String,
    /// Deadline.
    pub deadline: String,
    /// Its last day (ISO).
    pub due: String,
    /// On which working day after the last one it was declared.
    pub declared: i64,
    /// To which roles.
    pub roles: Vec<String>,
}

/// That an assignment was made because a case stayed late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedRow {
    /// Number of the assignment's case.
    pub assignment: u64,
    /// Deadline.
    pub deadline: String,
    /// Its last day (ISO).
    pub due: String,
}

/// A unit's responsibility letter, and what it confirmed of changes since.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LetterRow {
    /// Its signings, oldest first: again where the plan had changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<SignedRow>,
    /// Confirmed changes, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<SignatureRow>,
}

/// Who signed what, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRow {
    /// Position of the entry.
    pub at: u64,
    /// Actor.
    pub by: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Position of the programme.
    pub programme: u64,
    /// SHA-256 of the text, in hex.
    pub sha256: String,
}

/// A signing of a letter, with what followed on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRow {
    /// The unit's signature.
    pub unit: SignatureRow,
    /// The leading group's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<SignatureRow>,
    /// Positions of the entries that brought scans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<u64>,
}

/// A subject: its dated attributes, in the order in which they were told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SubjectRow {
    /// Day (ISO) on which it was made known.
    pub since: String,
    /// (attribute, from day, value, position).
    pub attributes: Vec<(String, String, serde_json::Value, u64)>,
    /// Of a person: the true identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// Of a person: (position, spelling) of confirmed spellings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<(u64, String)>,
    /// What imports brought: position of the entry → its import and first day (ISO). It counts when the
    /// import is closed, see [`SubjectRow::visible`].
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub imported: std::collections::BTreeMap<u64, (u64, String)>,
    /// Attributes that were erased, each with the entry that erased it last.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub erased: std::collections::BTreeMap<String, u64>,
}

impl SubjectRow {
    /// The row without what imports brought that are not closed; `None` when nothing else made the subject
    /// known.
    ///
    /// # Errors
    /// Those of `is_closed`.
    pub fn visible(
        mut self,
        mut is_closed: impl FnMut(u64) -> Result<bool, Problem>,
    ) -> Result<Option<SubjectRow>, Problem> {
        for (at, (import, from)) in std::mem::take(&mut self.imported) {
            if !is_closed(import)? {
                self.attributes.retain(|(_, _, _, told)| *told != at);
            } else if self.since.is_empty() || from < self.since {
                self.since = from;
            }
        }
        Ok((!self.since.is_empty()).then_some(self))
    }
}

/// What was erased of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErasedRow {
    /// The erasing entry in whose private part the rest stands; `None` when nothing remains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remains_in: Option<u64>,
    /// (name, erasing entry), in the order of erasure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, u64)>,
    /// (SHA-256 in hex, erasing entry), in the order of erasure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<(String, u64)>,
}

/// One version of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Position of its entry.
    pub at: u64,
    /// The import that brought it, as long as its visibility hangs on that import's end.
    pub import: Option<u64>,
    /// Whether this version withdraws the record.
    pub withdrawn: bool,
}

impl Version {
    /// The version that brought a record.
    pub fn first(record: u64, import: Option<u64>) -> Version {
        Version {
            at: record,
            import,
            withdrawn: false,
        }
    }

    /// A word: the position, `i` and the import, `w` where it withdraws the record.
    fn write(&self, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}", self.at);
        if let Some(import) = self.import {
            let _ = write!(text, "i{import}");
        }
        if self.withdrawn {
            text.push('w');
        }
    }

    fn read(word: &str) -> Option<Version> {
        let (rest, withdrawn) = match word.strip_suffix('w') {
            Some(rest) => (rest, true),
            None => (word, false),
        };
        let (at, import) = match rest.split_once('i') {
            Some((at, import)) => (at, Some(import.parse().ok()?)),
            None => (rest, None),
        };
        Some(Version {
            at: at.parse().ok()?,
            import,
            withdrawn,
        })
    }
}

/// The record that a key or a content leads to. There are as many rows as records, so it is written as one
/// word: its number, then `i` and the import that brought it: `1205i1200`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Cow<'_, str>")]
pub struct KnownRow {
    /// Number of the record.
    pub record: u64,
    /// The import that brought it.
    pub import: Option<u64>,
}

impl From<KnownRow> for String {
    fn from(row: KnownRow) -> String {
        let mut text = String::new();
        Version::first(row.record, row.import).write(&mut text);
        text
    }
}

impl TryFrom<Cow<'_, str>> for KnownRow {
    type Error = String;

    fn try_from(text: Cow<'_, str>) -> Result<KnownRow, String> {
        let first = Version::read(&text).filter(|version| !version.withdrawn);
        let first = first.ok_or_else(|| text.into_owned())?;
        Ok(KnownRow {
            record: first.at,
            import: first.import,
        })
    }
}

/// The versions of a record after its first, oldest first: a word for each, with its position, `i` and its
/// import, `w` where it withdraws the record: `1205i1200 4711w`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "Cow<'_, str>")]
pub struct LaterRow {
    /// Versions.
    pub versions: Vec<Version>,
}

impl From<LaterRow> for String {
    fn from(row: LaterRow) -> String {
        let mut text = String::new();
        for version in row.versions {
            if !text.is_empty() {
                text.push(' ');
            }
            version.write(&mut text);
        }
        text
    }
}

impl TryFrom<Cow<'_, str>> for LaterRow {
    type Error = String;

    fn try_from(text: Cow<'_, str>) -> Result<LaterRow, String> {
        let version = |word: &str| Version::read(word).ok_or_else(|| word.to_owned());
        let versions = text.split(' ').map(version).collect::<Result<_, _>>()?;
        Ok(LaterRow { versions })
    }
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
    /// SHA-256 of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
}

/// A paper as the state keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaperRow {
    /// Its kind.
    pub kind: String,
    /// The day on which it was declared void (ISO), and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<(String, String)>,
}

/// A visit in the field as the state keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRow {
    /// Position of its entry.
    pub at: u64,
    /// Position of the record's or the step's entry.
    pub of: u64,
    /// The case, of a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u64>,
    /// Who sent it.
    pub by: u64,
    /// When it was accepted, by the server's clock, microseconds UTC.
    pub time: i64,
    /// When it was filled in, by the phone's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled: Option<String>,
    /// When it was sent, by the phone's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// The second inspector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<u64>,
    /// SHA-256 of the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Why nobody signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
    /// What the second inspector said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<ConfirmedRow>,
}

/// What the second inspector of a visit said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmedRow {
    /// Position of the entry.
    pub at: u64,
    /// Who said it.
    pub by: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Whether it was so.
    pub agrees: bool,
    /// What was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
    /// The unit whose case it is from this step on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_to: Option<String>,
    /// The case into which the step merged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<u64>,
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
    /// Numbers of the cases below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<u64>,
    /// Numbers of the cases that were merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<u64>,
}

/// The unit whose case it is after steps: that of the last one that passed it on, or the one that it was opened for.
pub fn unit_after(opened: Option<&str>, steps: &[StepRow]) -> Option<String> {
    let passed = steps.iter().rev().find_map(|step| step.unit_to.as_deref());
    passed.or(opened).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_records_rows_are_short_texts() {
        let version = |at, import, withdrawn| Version {
            at,
            import,
            withdrawn,
        };
        let row = LaterRow {
            versions: vec![
                version(1205, Some(1200), false),
                version(4711, None, true),
                version(u64::MAX, Some(0), true),
            ],
        };
        let text = serde_json::to_string(&row).unwrap();
        assert_eq!(text, "\"1205i1200 4711w 18446744073709551615i0w\"");
        assert_eq!(serde_json::from_str::<LaterRow>(&text).unwrap(), row);
        for (import, text) in [(None, "\"1205\""), (Some(1200), "\"1205i1200\"")] {
            let row = KnownRow {
                record: 1205,
                import,
            };
            assert_eq!(serde_json::to_string(&row).unwrap(), text);
            assert_eq!(serde_json::from_str::<KnownRow>(text).unwrap(), row);
        }
        for damaged in [
            "\"\"", "\"x\"", "\"1i\"", "\"1ww\"", "\"1  2\"", "\"1 \"", "7",
        ] {
            assert!(
                serde_json::from_str::<LaterRow>(damaged).is_err(),
                "{damaged}"
            );
        }
        for damaged in ["\"1w\"", "\"1 2\"", "\"-1\"", "1205"] {
            assert!(
                serde_json::from_str::<KnownRow>(damaged).is_err(),
                "{damaged}"
            );
        }
    }
}
