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
    /// As [`Kind::Subject`], brought by an import: visible with the import's closing entry.
    ImportedSubject = 5,
    /// A record.
    Record = 10,
    /// A record's new version.
    Revise = 11,
    /// A record is withdrawn.
    Withdraw = 12,
    /// Personal fields or evidence of earlier entries are erased.
    Erase = 13,
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
    /// An actor acts no more.
    ActorClosed = 60,
    /// An actor acts again.
    ActorReopened = 61,
    /// Whoever was one actor goes on as another: with another role or unit.
    ActorMoved = 62,
    /// One actor stands in for another for some days, under a number of its own.
    Deputy = 63,
    /// A deputy's days end earlier.
    DeputyEnded = 64,
    /// What one actor had in hand is handed to another.
    Handover = 65,
    /// The other confirms that it was taken over.
    HandoverConfirmed = 66,
    /// Units are reminded of what is due or late.
    Remind = 70,
    /// Units are charged with something: a case that has supporting units and may have been opened because others
    /// stayed late. A kind of its own, because a version that does not know the units would let the wrong ones act.
    Assign = 71,
    /// A unit's leader signs its responsibility letter.
    LetterSigned = 77,
    /// The leading group's leader signs it too.
    LetterCountersigned = 78,
    /// The letter as it was signed on paper is added.
    LetterScan = 79,
    /// A unit confirms what a change in mid-year asks of it.
    ChangeConfirmed = 80,
    /// A template is in force for a kind of paper.
    PaperTemplate = 83,
    /// A paper is issued.
    Paper = 84,
    /// A paper is declared void; its number stays taken.
    PaperVoided = 85,
    /// A paper is issued about a step of a case. A kind of its own, so that a case knows its papers.
    CasePaper = 102,
    /// A person opens a case, or a step of another case opens it below that one.
    CaseFiled = 95,
    /// A step by which a case passes on: to another unit, or into another case. A kind of its own, because a version
    /// that does not know it would let the wrong unit act.
    CasePassed = 96,
    /// Cases that stay late are reported to the leading group.
    CaseReported = 97,
    /// A visit in the field: what the phone said beside the record or the step that the visit became.
    FieldVisit = 98,
    /// The second inspector of a visit says that it was so, or that it was not.
    FieldVisitConfirmed = 99,
    /// A record opens a case, by a rule of the programme. A kind of its own, so that the state knows of which record and
    /// flow there is one: two who come to the same record at once cannot both open it.
    CaseOfRecord = 110,
}

/// All kinds, in the order of their numbers.
pub const KINDS: &[Kind] = &[
    Kind::Founded,
    Kind::Key,
    Kind::Programme,
    Kind::Actor,
    Kind::Subject,
    Kind::Alias,
    Kind::ImportedSubject,
    Kind::Record,
    Kind::Revise,
    Kind::Withdraw,
    Kind::Erase,
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
    Kind::ActorClosed,
    Kind::ActorReopened,
    Kind::ActorMoved,
    Kind::Deputy,
    Kind::DeputyEnded,
    Kind::Handover,
    Kind::HandoverConfirmed,
    Kind::Remind,
    Kind::Assign,
    Kind::LetterSigned,
    Kind::LetterCountersigned,
    Kind::LetterScan,
    Kind::ChangeConfirmed,
    Kind::PaperTemplate,
    Kind::Paper,
    Kind::PaperVoided,
    Kind::CasePaper,
    Kind::CaseFiled,
    Kind::CasePassed,
    Kind::CaseReported,
    Kind::FieldVisit,
    Kind::FieldVisitConfirmed,
    Kind::CaseOfRecord,
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

/// Facts of [`Kind::ActorClosed`] and [`Kind::ActorReopened`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActorEndFacts {
    /// The actor.
    pub actor: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Why. Stays visible for good: no personal data belongs in it.
    pub reason: String,
}

/// Facts of [`Kind::ActorMoved`]. The other actor is made known in the same append, so that whatever was done
/// before keeps the role and the unit in which it was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActorMovedFacts {
    /// Who acts no more.
    pub from: u64,
    /// As whom the person goes on.
    pub to: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Why.
    pub reason: String,
}

/// Facts of [`Kind::Deputy`]. The number is a new one with the role and unit of whom it stands in for: each
/// entry that is made under it says both who really acted and for whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeputyFacts {
    /// The number under which the deputy acts for the other.
    pub actor: u64,
    /// For whom.
    pub of: u64,
    /// Who really acts.
    pub by: u64,
    /// First day (ISO).
    pub from: String,
    /// Last day (ISO).
    pub to: String,
    /// Why.
    pub reason: String,
}

/// Facts of [`Kind::DeputyEnded`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeputyEndedFacts {
    /// The number under which the deputy acted.
    pub actor: u64,
    /// The last day (ISO).
    pub to: String,
}

/// Facts of [`Kind::Handover`]: the list that is signed. A handover's number is the position of this entry,
/// whose actor is who signed for the one side.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HandoverFacts {
    /// Whose work it was.
    pub from: u64,
    /// Who is to take it over.
    pub to: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Cases that waited for the one side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<HandedCase>,
    /// Forms that were begun and not handed in, by their addresses; what was typed is no fact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<String>,
    /// What else is to be known. Stays visible for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A case that passes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedCase {
    /// Its number.
    pub case: u64,
    /// Its state.
    pub state: String,
    /// The day on which it is due (ISO), where a deadline runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Positions of the steps in which who hands over gave an explanation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<u64>,
}

/// Facts of [`Kind::HandoverConfirmed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandoverConfirmedFacts {
    /// The handover.
    pub handover: u64,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::PaperTemplate`]. The file and its name stand in [`Private::evidence`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperTemplateFacts {
    /// The kind of paper.
    pub kind: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// `docx` or `xlsx`.
    pub format: String,
    /// How its papers are numbered; empty: they are not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::Paper`]. The paper, the values that it was filled with and its template stand in
/// [`Private::evidence`], in that order; template and values give the same paper again, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFacts {
    /// The kind of paper.
    pub kind: String,
    /// The unit, case or sealing that it is about; empty: the programme's year.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The pattern of its number: with the year it names the series.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pattern: String,
    /// The year of the series.
    pub year: i32,
    /// The number within the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The number as it is written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Civil day (ISO).
    pub day: String,
    /// Position as of which its values hold.
    pub at: u64,
    /// What was typed for it. Stays visible for good: no personal data belongs in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// SHA-256 of the template.
    pub template: String,
    /// SHA-256 of the values.
    pub values: String,
    /// SHA-256 of the paper.
    pub sha256: String,
    /// Bytes of the paper.
    pub size: u64,
    /// `docx` or `xlsx`.
    pub format: String,
    /// True for a demonstration's: it is no official paper.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
}

/// Facts of [`Kind::CasePaper`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePaperFacts {
    /// The paper.
    #[serde(flatten)]
    pub paper: PaperFacts,
    /// The case.
    pub case: u64,
    /// Which of its steps, from 1.
    pub step: u64,
}

/// Facts of [`Kind::PaperVoided`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperVoidedFacts {
    /// Position of the paper's entry.
    pub paper: u64,
    /// Civil day (ISO).
    pub day: String,
    /// Why. Stays visible for good.
    pub reason: String,
}

/// Facts of [`Kind::LetterSigned`]. A letter's number is the position of this entry, whose actor is who signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterSignedFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Period.
    pub period: String,
    /// Unit.
    pub unit: String,
    /// Position of the programme from which it was made.
    pub programme: u64,
    /// SHA-256 of `content`, in hex.
    pub sha256: String,
    /// The text that was signed, see `programme::plan::content`.
    pub content: String,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::LetterCountersigned`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterCountersignedFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Period.
    pub period: String,
    /// Unit.
    pub unit: String,
    /// The letter.
    pub letter: u64,
    /// SHA-256 of the text that the unit signed, in hex.
    pub sha256: String,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::LetterScan`]; the file stands in [`Private::evidence`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetterScanFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Period.
    pub period: String,
    /// Unit.
    pub unit: String,
    /// The letter.
    pub letter: u64,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::ChangeConfirmed`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeConfirmedFacts {
    /// Scorecard.
    pub scorecard: String,
    /// Period.
    pub period: String,
    /// Unit.
    pub unit: String,
    /// Position of the programme that brought the change.
    pub programme: u64,
    /// SHA-256 of the unit's plan by that programme, in hex.
    pub sha256: String,
    /// Civil day (ISO).
    pub day: String,
}

/// Facts of [`Kind::Subject`] and [`Kind::ImportedSubject`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubjectFacts {
    /// Subject type.
    #[serde(rename = "type")]
    pub subject_type: String,
    /// Identity; of a person an opaque one, the true one stands in [`Private::identity`].
    pub id: String,
    /// First day on which the attributes hold (ISO).
    pub from: String,
    /// Attributes that are set; `name` among them.
    pub attributes: BTreeMap<String, serde_json::Value>,
    /// Of an imported one: the import (position of its opening) that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<u64>,
}

/// Facts of [`Kind::Alias`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasFacts {
    /// What the spelling stands for: `unit`, `code:VOCABULARY` or `subject:TYPE`.
    pub of: String,
    /// The spelling; empty of a person, whose spelling stands in [`Private::alias`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
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
    /// The case of which a step wrote it; the step is the entry before, or before others that it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u64>,
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
    /// As in [`RecordFacts`].
    #[serde(default)]
    pub case: Option<u64>,
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

/// Facts of [`Kind::Erase`]: what is gone by name, who asked for it and why. The private parts of `parts`
/// are deleted; of one that is only partly erased, the rest stands in this entry's own private part
/// ([`Private::remains`]), so that whatever is erased next takes this entry's place in turn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct EraseFacts {
    /// Civil day (ISO).
    pub day: String,
    /// Why. Stays visible for good: no personal data belongs in it.
    pub reason: String,
    /// Who asked for it, in words that name nobody, such as the number of a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// The entries whose private part is another than before.
    pub entries: Vec<ErasedEntry>,
    /// The entries whose stored private part is deleted: those of `entries`, or the erasing entries in
    /// which what remained of them stood.
    pub parts: Vec<u64>,
    /// Evidence files that are removed, by SHA-256 in hex: nothing else needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Imports that brought a person who is erased: their files are not taken again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<u64>,
    /// The erasing entry of the log from which this erasure was applied again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u64>,
}

/// An entry of which something is erased, or what remains of it is carried on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErasedEntry {
    /// Its position.
    pub entry: u64,
    /// What it is about.
    pub of: ErasedOf,
    /// Names of what is gone: personal fields; `name` of an actor, `id` of a person's identity, `alias`,
    /// `file_name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Evidence that is gone, by SHA-256 in hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Whether something of it remains, in this entry's private part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remains: bool,
}

/// What an entry with a private part is about: where the state keeps what it said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasedOf {
    /// A record, by its number.
    Record(u64),
    /// A subject: its type, its identity and the first day of what was said (ISO).
    Subject(String, String, String),
    /// A spelling of a person: subject type and identity.
    Alias(String, String),
    /// An actor, by number.
    Actor(u64),
    /// A case, by number.
    Case(u64),
    /// An import, by the position of its opening.
    Import(u64),
    /// A sealed result, by its position.
    Seal(u64),
    /// A responsibility letter's scan, by its position.
    LetterScan(u64),
    /// A paper or a template of papers, by its position.
    Paper(u64),
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
    /// SHA-256 of the mapping's text, where columns were mapped. The file's name is private:
    /// [`Private::file_name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// SHA-256 of the corrections that were made to its rows before it was taken, see
    /// [`crate::import::Edits`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<String>,
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

/// Facts of [`Kind::Remind`]: one entry for all that is reminded of at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemindFacts {
    /// Civil day (ISO).
    pub day: String,
    /// Cases, each with the deadline that is due or missed.
    pub cases: Vec<CaseDue>,
    /// What is said with it. Stays visible for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A case and the run of a deadline in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseDue {
    /// Case.
    pub case: u64,
    /// Deadline.
    pub deadline: String,
    /// Its last day (ISO).
    pub due: String,
    /// Of a reminder that the programme declares: on which working day from the last day on it is sent, negative
    /// before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<i64>,
}

/// Facts of [`Kind::CaseReported`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseReportedFacts {
    /// Civil day (ISO).
    pub day: String,
    /// Cases, each with the deadline that was missed; `declared` says on which working day after it.
    pub cases: Vec<CaseDue>,
    /// To which roles.
    pub roles: Vec<String>,
}

/// Facts of [`Kind::CaseOpen`], [`Kind::Assign`], [`Kind::CaseFiled`] and [`Kind::CaseOfRecord`]. A case's number is the
/// position of this entry.
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
    /// Of an assignment: the units that support the one whose case it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub support: Vec<String>,
    /// Of an assignment: the cases because of which it was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<CaseDue>,
    /// Of [`Kind::CaseFiled`] and [`Kind::CaseOfRecord`]: the subject that it is about; of a case about a record, the
    /// record's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Of [`Kind::CaseFiled`]: the case below which it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
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

/// Facts of [`Kind::CasePassed`]: a step, and where the case is from here on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CasePassedFacts {
    /// The step.
    #[serde(flatten)]
    pub act: CaseActFacts,
    /// The unit whose case it is from here on; a case that is sent back has the one that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_to: Option<String>,
    /// The case into which it is merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<u64>,
}

/// Facts of [`Kind::FieldVisit`]. It is appended together with the record or the step that the visit became, whose
/// private part has the photographs, the signature and the name of whoever signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldVisitFacts {
    /// The visit's own key, a UUID made where it was filled in: sent again it is known by it.
    pub visit: String,
    /// How many entries before this one the record or the step stands.
    pub back: u64,
    /// The case, of a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u64>,
    /// Civil day on which it was accepted (ISO).
    pub day: String,
    /// When it was filled in by the phone's clock (ISO, UTC), as the phone reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled: Option<String>,
    /// When it was sent by the phone's clock. The entry's own time is the server's; what lies between is how far the
    /// phone's clock was off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// The second inspector; the first is who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<u64>,
    /// SHA-256 of the signature's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Why nobody signed: `refused` or `absent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
}

/// Facts of [`Kind::FieldVisitConfirmed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldVisitConfirmedFacts {
    /// The visit's key.
    pub visit: String,
    /// Civil day (ISO).
    pub day: String,
    /// Whether the second inspector says that it was so.
    pub agrees: bool,
    /// What she adds. Stays visible for good: no personal data belongs in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
    /// The true identity of a person, whose facts have an opaque one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// A spelling of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Name of an imported file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Personal fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// Evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Of an erasing entry: what remains of earlier entries' private parts, by their positions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remains: BTreeMap<u64, Private>,
}

impl Private {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Private::default()
    }

    /// The names under which its parts can be erased, without evidence: see [`ErasedEntry::fields`].
    pub fn names(&self) -> Vec<String> {
        let own = [
            ("name", &self.name),
            ("id", &self.identity),
            ("alias", &self.alias),
            ("file_name", &self.file_name),
        ];
        let own = own
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| name.to_owned());
        own.chain(self.fields.keys().cloned()).collect()
    }

    /// Takes out what goes by that name.
    pub fn remove(&mut self, name: &str) {
        self.fields.remove(name);
        match name {
            "name" => self.name = None,
            "id" => self.identity = None,
            "alias" => self.alias = None,
            "file_name" => self.file_name = None,
            _ => {}
        }
    }

    /// Whether it needs the file of that hash: as evidence, or in a field that holds one.
    pub fn cites(&self, sha256: &str) -> bool {
        self.evidence.iter().any(|piece| piece.sha256 == sha256)
            || self.fields.values().any(|value| value == sha256)
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
