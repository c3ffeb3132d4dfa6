//! What two writers must not both write: the keys of the state that a command was decided on.
//!
//! Where several write at once, each entry goes in only when the keys that its fold writes are as
//! they were when it was decided; else the command is looked at again. Read `keys_of` beside
//! [`crate::fold`].

use base::Problem;
use ledger::{Precondition, Space, StateView};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::entry::{
    ActorEndFacts, ActorFacts, ActorMovedFacts, AliasFacts, AuditFindingFacts, CaseActFacts,
    CaseDue, CaseOpenFacts, CasePaperFacts, CasePassedFacts, CaseReportedFacts, DeputyEndedFacts,
    DeputyFacts, EraseFacts, ErasedEntry, FieldVisitConfirmedFacts, FieldVisitFacts,
    HandoverConfirmedFacts, ImportEndFacts, Kind, OverrideFacts, PaperFacts, PaperTemplateFacts,
    PaperVoidedFacts, RemindFacts, WithdrawFacts,
};
use crate::folder::Command;
use crate::problems;
use crate::spaces;

/// The keys that were there before an entry of the command and that its fold writes.
fn keys_of(command: &Command) -> Result<Vec<(Space, Vec<u8>)>, Problem> {
    let key = match command.kind {
        // Keys of a folder are turned by whoever has the lock of its key files.
        Kind::Founded | Kind::Key | Kind::Programme | Kind::ImportOpen | Kind::Handover => {
            return Ok(Vec::new());
        }
        Kind::ActorClosed | Kind::ActorReopened => {
            let facts: ActorEndFacts = read(command)?;
            (spaces::ACTOR, spaces::number_key(facts.actor))
        }
        Kind::ActorMoved => {
            let facts: ActorMovedFacts = read(command)?;
            (spaces::ACTOR, spaces::number_key(facts.from))
        }
        Kind::Deputy => {
            let facts: DeputyFacts = read(command)?;
            let keys = [facts.actor, facts.of, facts.by].map(spaces::number_key);
            return Ok(keys.into_iter().map(|key| (spaces::ACTOR, key)).collect());
        }
        Kind::DeputyEnded => {
            let facts: DeputyEndedFacts = read(command)?;
            (spaces::ACTOR, spaces::number_key(facts.actor))
        }
        Kind::LetterSigned
        | Kind::LetterCountersigned
        | Kind::LetterScan
        | Kind::ChangeConfirmed => {
            let facts: LetterKey = read(command)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.unit]);
            (spaces::LETTER, key)
        }
        Kind::PaperTemplate => {
            let facts: PaperTemplateFacts = read(command)?;
            (spaces::PAPER_TEMPLATE, spaces::key(&[&facts.kind]))
        }
        Kind::Paper => {
            let facts: PaperFacts = read(command)?;
            let key = spaces::key(&[&facts.pattern, &facts.year.to_string()]);
            (spaces::PAPER_SERIES, key)
        }
        Kind::CasePaper => {
            let facts: CasePaperFacts = read(command)?;
            let series = spaces::key(&[&facts.paper.pattern, &facts.paper.year.to_string()]);
            return Ok(vec![
                (spaces::PAPER_SERIES, series),
                (spaces::CASE_PAPERS, spaces::number_key(facts.case)),
            ]);
        }
        Kind::PaperVoided => {
            let facts: PaperVoidedFacts = read(command)?;
            (spaces::PAPER, spaces::number_key(facts.paper))
        }
        Kind::HandoverConfirmed => {
            let facts: HandoverConfirmedFacts = read(command)?;
            (spaces::HANDOVER, spaces::number_key(facts.handover))
        }
        Kind::Actor => {
            let facts: ActorFacts = read(command)?;
            (spaces::ACTOR, spaces::number_key(facts.actor))
        }
        Kind::Subject | Kind::ImportedSubject => {
            let facts: SubjectKey = read(command)?;
            let key = spaces::key(&[&facts.subject_type, &facts.id]);
            (spaces::SUBJECT, key)
        }
        Kind::Alias => {
            let facts: AliasFacts = read(command)?;
            if let ("", Some(subject_type)) = (&*facts.text, facts.of.strip_prefix("subject:")) {
                let key = spaces::key(&[subject_type, &facts.id]);
                return Ok(vec![(spaces::SUBJECT, key)]);
            }
            (spaces::ALIAS, spaces::key(&[&facts.of, &facts.text]))
        }
        Kind::Record | Kind::Revise => return keys_of_record(&read(command)?),
        Kind::Withdraw => {
            let facts: WithdrawFacts = read(command)?;
            (spaces::RECORD, spaces::number_key(facts.record))
        }
        Kind::Erase => {
            let facts: EraseFacts = read(command)?;
            let key = |erased: ErasedEntry| (spaces::ERASED, spaces::number_key(erased.entry));
            return Ok(facts.entries.into_iter().map(key).collect());
        }
        Kind::ImportClose | Kind::ImportAbandon => {
            let facts: ImportEndFacts = read(command)?;
            (spaces::IMPORT, spaces::number_key(facts.import))
        }
        Kind::Remind => {
            let facts: RemindFacts = read(command)?;
            let key = |due: CaseDue| (spaces::REMINDED, spaces::number_key(due.case));
            return Ok(facts.cases.into_iter().map(key).collect());
        }
        Kind::Assign => {
            let facts: CaseOpenFacts = read(command)?;
            let key = |due: CaseDue| (spaces::FOLLOWED, spaces::number_key(due.case));
            return Ok(facts.because.into_iter().map(key).collect());
        }
        Kind::CaseReported => {
            let facts: CaseReportedFacts = read(command)?;
            let key = |due: CaseDue| (spaces::REPORTED, spaces::number_key(due.case));
            return Ok(facts.cases.into_iter().map(key).collect());
        }
        // The key that a phone made: two at once that bring the same visit cannot both write it.
        Kind::FieldVisit => {
            let facts: FieldVisitFacts = read(command)?;
            (spaces::VISIT, spaces::key(&[&facts.visit]))
        }
        Kind::FieldVisitConfirmed => {
            let facts: FieldVisitConfirmedFacts = read(command)?;
            (spaces::VISIT, spaces::key(&[&facts.visit]))
        }
        Kind::CaseFiled => {
            let facts: CaseOpenFacts = read(command)?;
            let key = |parent| (spaces::CASE, spaces::number_key(parent));
            return Ok(facts.parent.into_iter().map(key).collect());
        }
        // Two that come to the same record at once cannot both open its case.
        Kind::CaseOfRecord => {
            let facts: CaseOpenFacts = read(command)?;
            let key = |record| (spaces::OF_RECORD, spaces::number_key(record));
            return Ok(facts.record.into_iter().map(key).collect());
        }
        Kind::CasePassed => {
            let facts: CasePassedFacts = read(command)?;
            let cases = [Some(facts.act.case), facts.into].into_iter().flatten();
            return Ok(cases
                .map(|case| (spaces::CASE, spaces::number_key(case)))
                .collect());
        }
        Kind::CaseOpen => {
            let facts: CaseOpenFacts = read(command)?;
            let (Some(scorecard), Some(period), Some(item), Some(unit)) =
                (&facts.scorecard, &facts.period, &facts.item, &facts.unit)
            else {
                return Ok(Vec::new());
            };
            let key = spaces::key(&[scorecard, period, item, unit]);
            (spaces::CASE_INDEX, key)
        }
        Kind::CaseAct => {
            let facts: CaseActFacts = read(command)?;
            (spaces::CASE, spaces::number_key(facts.case))
        }
        Kind::Override => {
            let facts: OverrideFacts = read(command)?;
            let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.item, &facts.unit]);
            (spaces::OVERRIDE, key)
        }
        Kind::Seal => {
            let facts: SealKey = read(command)?;
            (
                spaces::SEAL,
                spaces::key(&[&facts.scorecard, &facts.period]),
            )
        }
        Kind::Publish => {
            let facts: PublishKey = read(command)?;
            (spaces::PUBLICATION, spaces::key(&[&facts.name]))
        }
        Kind::AuditDraw => {
            let facts: AuditDrawKey = read(command)?;
            match facts.announced {
                Some(announced) => (spaces::AUDIT_DRAW, spaces::number_key(announced)),
                None => return Ok(Vec::new()),
            }
        }
        Kind::AuditFinding => {
            let facts: AuditFindingFacts = read(command)?;
            let key = spaces::key(&[&facts.draw.to_string(), &facts.line]);
            (spaces::AUDIT_FINDING, key)
        }
    };
    Ok(vec![key])
}

fn keys_of_record(facts: &RecordKey) -> Result<Vec<(Space, Vec<u8>)>, Problem> {
    let mut keys = Vec::with_capacity(2);
    if let Some(record) = facts.record {
        keys.push((spaces::RECORD, spaces::number_key(record)));
    }
    if let Some(key) = &facts.key {
        keys.push((spaces::RECORD_KEY, spaces::key(&[&facts.record_type, key])));
    } else if let Some((hash, ordinal)) = &facts.content {
        let key = spaces::key(&[&facts.record_type, hash, &ordinal.to_string()]);
        keys.push((spaces::RECORD_CONTENT, key));
    }
    Ok(keys)
}

/// What of [`crate::entry::RecordFacts`] makes its keys; the fields of a million rows are passed over.
#[derive(Deserialize)]
struct RecordKey {
    #[serde(rename = "type")]
    record_type: String,
    #[serde(default)]
    record: Option<u64>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    content: Option<(String, u32)>,
}

/// The same of [`crate::entry::SubjectFacts`].
#[derive(Deserialize)]
struct SubjectKey {
    #[serde(rename = "type")]
    subject_type: String,
    id: String,
}

/// The same of [`crate::entry::SealFacts`].
#[derive(Deserialize)]
struct SealKey {
    scorecard: String,
    period: String,
}

/// The same of all facts about responsibility letters.
#[derive(Deserialize)]
struct LetterKey {
    scorecard: String,
    period: String,
    unit: String,
}

/// The same of [`crate::entry::PublishFacts`].
#[derive(Deserialize)]
struct PublishKey {
    name: String,
}

/// The same of [`crate::entry::AuditDrawFacts`].
#[derive(Deserialize)]
struct AuditDrawKey {
    #[serde(default)]
    announced: Option<u64>,
}

fn read<T: DeserializeOwned>(command: &Command) -> Result<T, Problem> {
    serde_json::from_slice(&command.facts).map_err(|error| problems::unreadable_entry(0, error))
}

/// The preconditions under which commands that were decided by `state` are still right: the keys
/// are as it has them, and so is the programme in force.
pub(crate) fn relied_on(
    state: &StateView<'_>,
    commands: &[Command],
) -> Result<Vec<Precondition>, Problem> {
    let mut keys = vec![(spaces::PROGRAMME, spaces::key(&["current"]))];
    for command in commands {
        keys.extend(keys_of(command)?);
    }
    keys.sort();
    keys.dedup();
    let asked: Vec<(Space, &[u8])> = keys
        .iter()
        .map(|(space, key)| (*space, key.as_slice()))
        .collect();
    let versions = state.versions(&asked)?;
    let preconditions = keys.into_iter().zip(versions);
    Ok(preconditions
        .map(|((space, key), version)| Precondition {
            space,
            key,
            version,
        })
        .collect())
}

/// A refusal that may come from a conflict with another writer.
pub trait Refusal: Sized {
    /// Whether what was read has changed since, so that the command may pass when it is looked at again.
    fn is_conflict(&self) -> bool;

    /// The refusal that a problem is.
    fn of(problem: Problem) -> Self;
}

/// The ledger's code for a precondition that failed.
const CONFLICT: &str = "L205";

impl Refusal for Problem {
    fn is_conflict(&self) -> bool {
        self.code == CONFLICT
    }

    fn of(problem: Problem) -> Problem {
        problem
    }
}

impl Refusal for Vec<Problem> {
    fn is_conflict(&self) -> bool {
        self.iter().any(Refusal::is_conflict)
    }

    fn of(problem: Problem) -> Vec<Problem> {
        vec![problem]
    }
}
