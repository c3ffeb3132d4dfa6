//! What the ledger's entries say: the kinds, and the facts of each as JSON.
//!
//! One of the decisions that are dear to reverse. The stored bytes are what was hashed and are never
//! written again, so a field may be added here (with a default) but none renamed, retyped or reused.
//! A version that does not know an added field reads over it; so what changes an entry's effect is a new
//! kind, which an older version refuses, and not a new field.
//! Facts are public by the programme's rules; personal fields and evidence stand in the entry's
//! private part, [`Private`]. What entries do to the state is [`crate::fold`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The kind of an entry, as the number in its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Kind {
    /// Another key signs from here on, or the log goes on under another origin.
    Key = 8,
    /// The first entry: what the folder is, for good.
    Founded = 9,
    /// A programme version takes force.
    Programme = 1,
    /// A person or a programme that acts is made known.
    Actor = 2,
    /// A subject is made known, or attributes of it change from a day on.
    Subject = 3,
    /// A spelling is confirmed to mean a unit, code or subject.
    Alias = 4,
    /// A record.
    Record = 10,
    /// A record's new version.
    Revise = 11,
    /// A record is withdrawn.
    Withdraw = 12,
    /// An import begins; its rows stay invisible until it is closed.
    ImportOpen = 20,
    /// An import is complete; its rows become visible.
    ImportClose = 21,
    /// An import was given up; its rows never become visible.
    ImportAbandon = 22,
    /// A case is opened.
    CaseOpen = 30,
    /// A step of a case.
    CaseAct = 31,
    /// The points of an item are set by hand, with a reason.
    Override = 40,
    /// An assessment's result is sealed.
    Seal = 41,
    /// Figures are published.
    Publish = 42,
    /// An auditor's sample of published figures is announced or drawn.
    AuditDraw = 50,
    /// What an auditor found of a drawn figure or record.
    AuditFinding = 51,
}

/// All kinds, in the order of their numbers.
pub const KINDS: &[Kind] = &[
    Kind::Founded,
    Kind::Key,
    Kind::Programme,
    Kind::Actor,
    Kind::Subject,
    Kind::Alias,
    Kind::Record,
    Kind::Revise,
    Kind::Withdraw,
    Kind::ImportOpen,
    Kind::ImportClose,
    Kind::ImportAbandon,
    Kind::CaseOpen,
    Kind::CaseAct,
    Kind::Override,
    Kind::Seal,
    Kind::Publish,
    Kind::AuditDraw,
    Kind::AuditFinding,
];

impl Kind {
    /// The number in the leaf.
    pub fn number(self) -> u16 {
        self as u16
    }
    /// The kind of that number.
    pub fn from_number(number: u16) -> Option<Kind> {
        KINDS.iter().copied().find(|kind| kind.number() == number)
    }
}

/// Facts of [`Kind::Founded`]: real or a demonstration stands in the log itself, so that no one can make
/// the one into the other (law 13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundedFacts {
    /// The log's origin.
    pub origin: String,
    /// `real` or `demonstration`.
    pub nature: String,
    /// The verifier key of the log's first key (C2SP signed-note). A folder that was founded before
    /// there were keys gets its first by an entry of [`Kind::Key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier_key: Option<String>,
}

/// Facts of [`Kind::Key`]: the key that signs from this entry on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// Its verifier key.
    pub verifier_key: String,
    /// The verifier key that it follows; `None` when the log had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The note by which the old key says so, see [`crate::signing::chain`]; `None` when the old key
    /// was lost or there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<String>,
    /// The origin under which the log signs from here on, when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The origin before, when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_origin: Option<String>,
    /// With another origin: the last checkpoint that is known of the former one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Facts of [`Kind::Programme`]: the whole package, resolved, as its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgrammeFacts {
    /// Identifier of the package.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its content hash.
    pub sha256: String,
    /// Every file as (package, path, text): the package itself first, then what it extends.
    pub files: Vec<(String, String, String)>,
}

/// Facts of [`Kind::Actor`]. The name is personal and stands in [`Private::name`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActorFacts {
    /// The opaque number that entries carry.
    pub actor: u64,
    /// Role.
    pub role: String,
    /// Unit, for roles that act for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Facts of [`Kind::Subject`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectFacts {
    /// Subject type.
    #[serde(rename = "type")]
    pub subject_type: String,
    /// Identity.
    pub id: String,
    /// First day on which the attributes hold (ISO).
    pub from: String,
    /// Attributes that are set; `name` among them.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// Facts of [`Kind::Alias`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasFacts {
    /// What the spelling stands for: `unit`, `code:VOCABULARY` or `subject:TYPE`.
    pub of: String,
    /// The spelling.
    pub text: String,
    /// Identifier that it means.
    pub id: String,
    /// Why it means something else than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Facts of [`Kind::Record`] and [`Kind::Revise`]: every field that is not personal, as canonical text
/// (days ISO, decimals with their declared places, numbers as JSON integers, choices as codes).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecordFacts {
    /// Record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The record that is revised; a record's number is the position of its first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// All non-personal fields, the reserved ones (`day`, `unit`, `place`, `subject`) among them.
    pub fields: BTreeMap<String, serde_json::Value>,
    /// The key's text, for types that declare a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// For types without a key: hash of the content, and the ordinal among equal contents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<(String, u32)>,
    /// The import (position of its opening) that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<u64>,
    /// The row in the imported file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Why it is revised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the state needs of [`RecordFacts`]: all but the fields, which are passed over unread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RecordHead<'a> {
    /// As in [`RecordFacts`].
    #[serde(rename = "type", borrow)]
    pub record_type: Cow<'a, str>,
    /// As in [`RecordFacts`].
    #[serde(default)]
    pub record: Option<u64>,
    /// As in [`RecordFacts`].
    #[serde(default, borrow)]
    pub key: Option<Borrowed<'a>>,
    /// As in [`RecordFacts`].
    #[serde(default, borrow)]
    pub content: Option<(Borrowed<'a>, u32)>,
    /// As in [`RecordFacts`].
    #[serde(default)]
    pub import: Option<u64>,
}

/// A text that is not copied out of the entry's bytes unless it has escapes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Borrowed<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Facts of [`Kind::Withdraw`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawFacts {
    /// The record.
    pub record: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Why.
    pub reason: String,
}

/// Facts of [`Kind::ImportOpen`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportOpenFacts {
    /// Record or subject type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows in the file.
    pub rows: u64,
    /// `all` (all or nothing) or `valid_only`.
    pub mode: String,
}

/// Facts of [`Kind::ImportClose`] and [`Kind::ImportAbandon`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportEndFacts {
    /// Position of the import's opening.
    pub import: u64,
    /// Records added.
    #[serde(default)]
    pub added: u64,
    /// Records revised.
    #[serde(default)]
    pub revised: u64,
    /// Rows that were there already.
    #[serde(default)]
    pub unchanged: u64,
    /// Rows rejected.
    #[serde(default)]
    pub rejected: u64,
}

/// Facts of [`Kind::CaseOpen`]. A case's number is the position of this entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseOpenFacts {
    /// Flow.
    pub flow: String,
    /// Initial state.
    pub state: String,
    /// Civil day of the opening (ISO).
    pub day: String,
    /// Unit whose case it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Scorecard, of an assessment item's course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scorecard: Option<String>,
    /// Item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Record that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// Year from which fixed days count.
    pub year: i32,
    /// Fields that it has from the start, as canonical text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// Facts of [`Kind::CaseAct`]. The resulting state is written, so that a replay needs no rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseActFacts {
    /// Case.
    pub case: u64,
    /// Action.
    pub action: String,
    /// State before.
    pub from: String,
    /// State after.
    pub to: String,
    /// Civil day (ISO).
    pub day: String,
    /// Role in which it was done.
    pub role: String,
    /// Unit of the actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Fields that were set, as canonical text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Reason from the action's list, when it closes the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_reason: Option<String>,
    /// When the step closes the case: its outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Whether the step closes the case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closes: bool,
}

/// Facts of [`Kind::Override`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OverrideFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Item.
    pub item: String,
    /// Unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// Points; `None` lifts an earlier override.
    pub points: Option<String>,
    /// Why.
    pub reason: String,
}

/// Facts of [`Kind::Seal`]: the whole result as it was, and what it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Period.
    pub period: String,
    /// Civil day for which it holds (ISO).
    pub day: String,
    /// Position that it includes.
    pub at: u64,
    /// Root of the tree of that size, in hex.
    pub root: String,
    /// The signed checkpoint of that size; `None` in a log without a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// SHA-256 of the minutes.
    pub minutes: String,
    /// Approval number.
    pub approval: String,
    /// True for a demonstration's: it is no official result.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    /// An earlier sealing of the same result that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u64>,
    /// Why it was sealed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Every unit's card.
    pub results: serde_json::Value,
}

/// Facts of [`Kind::Publish`]: the figures as they were, and where each stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishFacts {
    /// Name of the publication, such as a yearly report.
    pub name: String,
    /// Civil day on which it was published (ISO).
    pub day: String,
    /// Position of the last entry before it.
    pub at: u64,
    /// Root of the tree of that size, in hex.
    pub root: String,
    /// True for a demonstration's: it is no official publication.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
    /// The earlier publication of that name, which this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u64>,
    /// Why it was published again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The figures.
    pub figures: Vec<PublishedFigure>,
}

/// A figure as it was published or sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFigure {
    /// Its address.
    pub address: String,
    /// Its state.
    pub state: String,
    /// Numerator, exact; only where the state has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<String>,
    /// Denominator, exact; only where the state has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
}

/// Facts of [`Kind::AuditDraw`]. With a seed it is a draw; without one it announces the frame from which a
/// later draw is made, so that nobody can choose figures or seed with the other in view. How the numbers
/// follow from the seed is told by crate `draw`; what is drawn can be worked out again by anyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditDrawFacts {
    /// How it is drawn: [`crate::audit::METHOD`].
    pub method: String,
    /// The announcement whose frame is drawn from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<u64>,
    /// SHA-256 of the seed, in hex, told before the seed itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<String>,
    /// The seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// Figures to draw.
    pub figures_wanted: u32,
    /// Records to draw behind each figure.
    pub records_wanted: u32,
    /// `unit` or `indicator`: the strata that share the draw in proportion to their size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strata: Option<String>,
    /// Whether figures are drawn in proportion to the number of records behind them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_records: bool,
    /// Every figure that can be drawn, in the order in which they are numbered; of a draw from an announced
    /// frame it is empty, because the announcement has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frame: Vec<FrameFigure>,
    /// SHA-256 of the frame's lines, in hex.
    pub frame_sha256: String,
    /// The figures drawn, in the order in which they were drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<DrawnFigure>,
}

/// A figure of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameFigure {
    /// Its address.
    pub address: String,
    /// The publication or sealing that holds it.
    pub published: u64,
    /// The records and cases behind it, where figures are drawn in proportion to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
}

/// A drawn figure, with the records drawn behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFigure {
    /// Its number in the frame, from 1.
    pub number: u32,
    /// SHA-256 of the lines that name the records behind it, in hex.
    pub records_sha256: String,
    /// The records drawn, in the order in which they were drawn.
    pub records: Vec<DrawnRecord>,
}

/// A drawn record or case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnRecord {
    /// Its table: a record type, or `case:FLOW`.
    pub table: String,
    /// Its number.
    pub record: u64,
}

/// Facts of [`Kind::AuditFinding`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditFindingFacts {
    /// The draw.
    pub draw: u64,
    /// The line of its list: `3` for the third figure drawn, `3.2` for the second record behind it.
    pub line: String,
    /// `agrees`, `differs` or `not_found`.
    pub verdict: String,
    /// What was found instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_found: Option<String>,
    /// Remark. No personal data belongs here: facts are not erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// An earlier finding of the same line that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u64>,
}

/// The private part of an entry: personal fields and evidence; erasable without touching the facts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Private {
    /// Name of an actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Personal fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

impl Private {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Private::default()
    }
}

/// A piece of evidence: a file stored under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// SHA-256 of its bytes, in hex; its name in the folder `evidence/`.
    pub sha256: String,
    /// The file name under which it was handed in.
    pub name: String,
    /// Bytes.
    pub size: u64,
}
