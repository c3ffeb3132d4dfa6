//! Erasing: personal fields and evidence go, every hash and every figure stays.
//!
//! A request becomes a plan (which entries, which of their names and evidence), the plan one entry
//! ([`EraseFacts`]) whose fold takes the private parts out of the log and what they had put out of the
//! state. Then the files are cleaned: evidence that nothing else needs, and whatever copies the storage
//! holds. What was erased stays visible by name, with who, when and why: see `erasures.rs`.

use std::collections::{BTreeMap, BTreeSet};

use base::{Position, Problem};
use ledger::{Entry, EvidenceHash, Precondition};
use serde_json::Value as Json;

use crate::authority::Granted;
use crate::entry::{
    ActorFacts, AliasFacts, CaseActFacts, EraseFacts, ErasedEntry, ErasedOf, Kind, Private,
    RecordFacts, SubjectFacts,
};
use crate::fold::{get, private, read};
use crate::folder::{Command, Office, Progress};
use crate::problems;
use crate::spaces::{self, CaseRow, ErasedRow};

/// What is to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasing {
    /// Of every version of a record: these personal fields and this evidence (by SHA-256 in hex); all of
    /// both where none is named.
    Record {
        /// Its number.
        record: u64,
        /// Fields.
        fields: Vec<String>,
        /// Evidence.
        evidence: Vec<String>,
    },
    /// Everything personal about a subject: its personal attributes and, in every record about it, the
    /// personal fields; of a person also the identity, the name, the spellings and the evidence of
    /// those records and of their cases.
    Subject {
        /// Subject type.
        subject_type: String,
        /// Identity; of a person the true or the opaque one.
        id: String,
    },
    /// A piece of evidence, wherever it is cited (by SHA-256 in hex).
    Evidence(String),
    /// The name of an actor, by number.
    Actor(u64),
    /// The file name of an import, by the position of its opening.
    Import(u64),
}

/// Why something is erased. Both texts stay visible for good, so no personal data belongs in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseReason {
    /// Why.
    pub reason: String,
    /// Who asked for it, in words that name nobody: the number of a letter.
    pub asked_by: Option<String>,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseReceipt {
    /// Position of the erasing entry.
    pub position: Position,
    /// Entries of which something is gone.
    pub entries: u64,
    /// Evidence files that were removed.
    pub files: u64,
    /// Whether nothing of it is left in the files; otherwise others are reading them still.
    pub is_scrubbed: bool,
}

/// What is to go from one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) of: ErasedOf,
    pub(crate) fields: BTreeSet<String>,
    pub(crate) evidence: BTreeSet<String>,
}

/// What is to go, by entry, and what follows from it.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) targets: BTreeMap<u64, Target>,
    /// Evidence files that go whoever needs them.
    pub(crate) files: BTreeSet<String>,
    /// Imports that brought a person who goes.
    pub(crate) imports: BTreeSet<u64>,
    /// The erasing entry that is applied again.
    pub(crate) repeats: Option<u64>,
}

impl Plan {
    /// Adds what is to go from an entry; nothing of what is not there.
    fn add(&mut self, entry: u64, of: ErasedOf, fields: Vec<String>, evidence: Vec<String>) {
        if fields.is_empty() && evidence.is_empty() {
            return;
        }
        let target = self.targets.entry(entry).or_insert_with(|| Target {
            of,
            fields: BTreeSet::new(),
            evidence: BTreeSet::new(),
        });
        target.fields.extend(fields);
        target.evidence.extend(evidence);
    }
}

fn hashes(private: &Private) -> Vec<String> {
    let pieces = private.evidence.iter();
    pieces.map(|piece| piece.sha256.clone()).collect()
}

impl Office {
    /// Erases personal fields and evidence, for good.
    ///
    /// # Errors
    /// The actor may not, no reason is given or it repeats what is erased, there is nothing to erase, or
    /// the ledger cannot be written.
    pub fn erase(
        &mut self,
        what: &Erasing,
        why: &EraseReason,
        progress: Progress<'_>,
    ) -> Result<EraseReceipt, Problem> {
        self.authorise(Granted::Erase)?;
        if why.reason.trim().is_empty() {
            return Err(problems::reason_missing());
        }
        let plan = match what {
            Erasing::Record {
                record,
                fields,
                evidence,
            } => self.plan_of_record(*record, fields, evidence)?,
            Erasing::Subject { subject_type, id } => {
                self.plan_of_subject(subject_type, id, progress)?
            }
            Erasing::Evidence(sha256) => self.plan_of_evidence(sha256, progress)?,
            Erasing::Actor(actor) => self.plan_of_actor(*actor, progress)?,
            Erasing::Import(import) => self.plan_of_import(*import)?,
        };
        let position = self.carry_out(plan, why, progress)?;
        self.clean_up(position)
    }

    /// The private part of an entry as it is now, and what was erased of it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn private_part(&self, entry: &Entry) -> Result<(Private, ErasedRow), Problem> {
        let Some(_) = entry.erased_by else {
            return Ok((private(entry)?, ErasedRow::default()));
        };
        let key = spaces::number_key(entry.position.0);
        let row: ErasedRow = get(&self.state()?, spaces::ERASED, &key)?.unwrap_or_default();
        let kept = match row.remains_in {
            None => Private::default(),
            Some(by) => private(&self.ledger().entry(Position(by))?)?
                .remains
                .remove(&entry.position.0)
                .unwrap_or_default(),
        };
        Ok((kept, row))
    }

    fn plan_of_record(
        &self,
        record: u64,
        fields: &[String],
        evidence: &[String],
    ) -> Result<Plan, Problem> {
        let versions = self.versions(record)?;
        let is_all = fields.is_empty() && evidence.is_empty();
        let mut plan = Plan::default();
        let mut known = BTreeSet::new();
        for version in &versions {
            let entry = self.ledger().entry(Position(version.at))?;
            let (part, _) = self.private_part(&entry)?;
            known.extend(part.fields.keys().cloned());
            let names = part.names().into_iter();
            let names = names.filter(|name| is_all || fields.contains(name));
            let pieces = hashes(&part).into_iter();
            let pieces = pieces.filter(|hash| is_all || evidence.contains(hash));
            let (names, pieces) = (names.collect(), pieces.collect());
            plan.add(version.at, ErasedOf::Record(record), names, pieces);
        }
        if let Some(field) = fields.iter().find(|field| !known.contains(*field)) {
            let known: Vec<String> = known.into_iter().collect();
            return Err(problems::no_such_personal_field(
                field,
                record,
                known.join(", "),
            ));
        }
        Ok(plan)
    }

    fn plan_of_import(&self, import: u64) -> Result<Plan, Problem> {
        let mut plan = Plan::default();
        let entry = self.ledger().entry(Position(import))?;
        if entry.kind == Kind::ImportOpen.number() {
            let names = self.private_part(&entry)?.0.names();
            plan.add(import, ErasedOf::Import(import), names, Vec::new());
        }
        Ok(plan)
    }

    fn plan_of_actor(&self, actor: u64, progress: Progress<'_>) -> Result<Plan, Problem> {
        let mut plan = Plan::default();
        self.each_entry(progress, &mut |office, kind, entry| {
            if kind == Kind::Actor && read::<ActorFacts>(entry)?.actor == actor {
                let names = office.private_part(entry)?.0.names();
                plan.add(entry.position.0, ErasedOf::Actor(actor), names, Vec::new());
            }
            Ok(())
        })?;
        Ok(plan)
    }

    fn plan_of_evidence(&self, sha256: &str, progress: Progress<'_>) -> Result<Plan, Problem> {
        let mut plan = Plan::default();
        self.each_part(progress, &mut |entry, of, part| {
            if part.cites(sha256) {
                let in_fields = part.fields.iter().filter(|(_, value)| *value == sha256);
                let fields = in_fields.map(|(name, _)| name.clone()).collect();
                let pieces = hashes(part).into_iter().filter(|hash| hash == sha256);
                plan.add(entry, of, fields, pieces.collect());
            }
            Ok(())
        })?;
        let is_stored =
            EvidenceHash::parse(sha256).is_some_and(|hash| self.evidence().contains(hash));
        // A file that only facts cite, or nothing at all, can go too.
        if is_stored {
            plan.files.insert(sha256.to_owned());
        }
        Ok(plan)
    }

    fn plan_of_subject(
        &self,
        subject_type: &str,
        id: &str,
        progress: Progress<'_>,
    ) -> Result<Plan, Problem> {
        let is_person = self.is_of_persons(subject_type)?;
        let known = self.person(subject_type, id)?;
        let id = known.as_deref().unwrap_or(id);
        let mut plan = Plan::default();
        let mut records = BTreeSet::new();
        self.each_entry(progress, &mut |office, kind, entry| {
            let at = entry.position.0;
            let (of, import, with_evidence) = match kind {
                Kind::Subject | Kind::ImportedSubject => {
                    let facts: SubjectFacts = read(entry)?;
                    if facts.subject_type != subject_type || facts.id != id {
                        return Ok(());
                    }
                    let of = ErasedOf::Subject(facts.subject_type, facts.id, facts.from);
                    (of, facts.import, true)
                }
                Kind::Alias => {
                    let facts: AliasFacts = read(entry)?;
                    if facts.of != format!("subject:{subject_type}") || facts.id != id {
                        return Ok(());
                    }
                    let of = ErasedOf::Alias(subject_type.to_owned(), facts.id);
                    (of, None, true)
                }
                Kind::Record | Kind::Revise => {
                    let facts: RecordFacts = read(entry)?;
                    if !office.is_about(entry, &facts, subject_type, id) {
                        return Ok(());
                    }
                    let number = facts.record.unwrap_or(at);
                    records.insert(number);
                    (ErasedOf::Record(number), facts.import, is_person)
                }
                Kind::CaseAct | Kind::CasePassed if is_person => {
                    let facts: CaseActFacts = read(entry)?;
                    let key = spaces::number_key(facts.case);
                    let case: Option<CaseRow> = get(&office.state()?, spaces::CASE, &key)?;
                    let about = case.and_then(|case| case.opened.record);
                    if about.is_none_or(|record| !records.contains(&record)) {
                        return Ok(());
                    }
                    (ErasedOf::Case(facts.case), None, true)
                }
                _ => return Ok(()),
            };
            if is_person {
                plan.imports.extend(import);
            }
            let part = office.private_part(entry)?.0;
            let pieces = if with_evidence {
                hashes(&part)
            } else {
                Vec::new()
            };
            plan.add(at, of, part.names(), pieces);
            Ok(())
        })?;
        Ok(plan)
    }

    /// Whether a record names a subject in any of its fields.
    fn is_about(&self, entry: &Entry, facts: &RecordFacts, subject_type: &str, id: &str) -> bool {
        let programme = self.mirror().programme_as_of(entry.programme);
        let found = programme.as_ref().and_then(|programme| {
            let fields = &programme
                .record_types
                .get(facts.record_type.as_str())?
                .fields;
            fields.values().find(|field| {
                let is_of_type = matches!(
                    &field.field_type,
                    programme::model::FieldType::Subject(of) if of.as_str() == subject_type
                );
                is_of_type
                    && facts
                        .fields
                        .get(field.id.as_str())
                        .is_some_and(|value| value == id)
            })
        });
        found.is_some()
    }

    /// Goes through all entries.
    fn each_entry(
        &self,
        progress: Progress<'_>,
        work: &mut dyn FnMut(&Office, Kind, &Entry) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let head = self.ledger().head()?.size;
        for entry in self.ledger().entries(Position(1)..=head)? {
            let entry = entry?;
            if entry.position.0.is_multiple_of(8192) {
                progress(entry.position.0, head.0, "entries");
            }
            let kind = Kind::from_number(entry.kind)
                .ok_or_else(|| problems::unknown_kind(entry.position.0, entry.kind))?;
            work(self, kind, &entry)?;
        }
        Ok(())
    }

    /// Goes through all private parts as they are now.
    fn each_part(
        &self,
        progress: Progress<'_>,
        work: &mut dyn FnMut(u64, ErasedOf, &Private) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.each_entry(progress, &mut |office, kind, entry| {
            if kind == Kind::Erase {
                let facts: EraseFacts = read(entry)?;
                let mut remains = private(entry)?.remains;
                for erased in facts.entries {
                    // What was carried on later stands in the later entry.
                    if office.remains_in(erased.entry)? == Some(entry.position.0)
                        && let Some(part) = remains.remove(&erased.entry)
                    {
                        work(erased.entry, erased.of, &part)?;
                    }
                }
            } else if entry.private.is_some() {
                work(entry.position.0, about(kind, entry)?, &private(entry)?)?;
            }
            Ok(())
        })
    }

    fn remains_in(&self, entry: u64) -> Result<Option<u64>, Problem> {
        let row: Option<ErasedRow> =
            get(&self.state()?, spaces::ERASED, &spaces::number_key(entry))?;
        Ok(row.and_then(|row| row.remains_in))
    }

    /// Writes the erasing entry of a plan.
    pub(crate) fn carry_out(
        &mut self,
        plan: Plan,
        why: &EraseReason,
        progress: Progress<'_>,
    ) -> Result<Position, Problem> {
        if plan.targets.is_empty() && plan.files.is_empty() {
            return Err(problems::nothing_to_erase());
        }
        let asked_by = why.asked_by.as_deref().map(str::trim);
        let mut facts = EraseFacts {
            day: self.today()?.to_string(),
            reason: why.reason.trim().to_owned(),
            asked_by: asked_by.filter(|text| !text.is_empty()).map(str::to_owned),
            imports: plan.imports.iter().copied().collect(),
            repeats: plan.repeats,
            ..EraseFacts::default()
        };
        let mut remains: BTreeMap<u64, Private> = BTreeMap::new();
        let mut parts = BTreeSet::new();
        let mut preconditions = Vec::new();
        let mut gone_files = plan.files.clone();
        for (position, target) in &plan.targets {
            let entry = self.ledger().entry(Position(*position))?;
            let (mut part, row) = self.private_part(&entry)?;
            match row.remains_in {
                None => drop(parts.insert(*position)),
                Some(by) => drop(parts.insert(by)),
            }
            reason_tells_nothing(&facts, &part, target)?;
            for name in &target.fields {
                gone_files.extend(
                    part.fields
                        .get(name)
                        .and_then(Json::as_str)
                        .and_then(EvidenceHash::parse)
                        .map(|hash| hash.to_string()),
                );
                part.remove(name);
            }
            part.evidence
                .retain(|piece| !target.evidence.contains(&piece.sha256));
            gone_files.extend(target.evidence.iter().cloned());
            facts.entries.push(ErasedEntry {
                entry: *position,
                of: target.of.clone(),
                fields: target.fields.iter().cloned().collect(),
                evidence: target.evidence.iter().cloned().collect(),
                remains: !part.is_empty(),
            });
            if !part.is_empty() {
                remains.insert(*position, part);
            }
            preconditions.push(Precondition {
                space: spaces::ERASED,
                key: spaces::number_key(*position),
                version: self
                    .state()?
                    .get(spaces::ERASED, &spaces::number_key(*position))?
                    .map(|(version, _)| version),
            });
        }
        self.carry_along(&plan, &parts, &mut facts, &mut remains)?;
        facts.entries.sort_by_key(|erased| erased.entry);
        facts.parts = parts.into_iter().collect();
        facts.files = self.unneeded(gone_files, &plan, progress)?;
        let private = Private {
            remains,
            ..Private::default()
        };
        let heads = self.append(
            vec![Command::new(Kind::Erase, &facts, &private)?],
            &preconditions,
        )?;
        Ok(heads.last().map_or(Position::EMPTY, |head| head.position))
    }

    /// Of the earlier erasing entries whose private part goes: what else stood there is carried along.
    fn carry_along(
        &self,
        plan: &Plan,
        parts: &BTreeSet<u64>,
        facts: &mut EraseFacts,
        remains: &mut BTreeMap<u64, Private>,
    ) -> Result<(), Problem> {
        for part in parts {
            let entry = self.ledger().entry(Position(*part))?;
            if entry.kind != Kind::Erase.number() {
                continue;
            }
            let earlier: EraseFacts = read(&entry)?;
            let mut kept = private(&entry)?.remains;
            for erased in earlier.entries {
                if plan.targets.contains_key(&erased.entry)
                    || self.remains_in(erased.entry)? != Some(*part)
                {
                    continue;
                }
                if let Some(kept) = kept.remove(&erased.entry) {
                    remains.insert(erased.entry, kept);
                    facts.entries.push(ErasedEntry {
                        fields: Vec::new(),
                        evidence: Vec::new(),
                        remains: true,
                        ..erased
                    });
                }
            }
        }
        Ok(())
    }

    /// The files among these that nothing needs once the plan is carried out.
    fn unneeded(
        &self,
        mut files: BTreeSet<String>,
        plan: &Plan,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, Problem> {
        let asked: BTreeSet<&String> = plan.files.iter().collect();
        if files.iter().any(|file| !asked.contains(file)) {
            self.each_part(progress, &mut |entry, _, part| {
                let mut part = part.clone();
                if let Some(target) = plan.targets.get(&entry) {
                    target.fields.iter().for_each(|name| part.remove(name));
                    part.evidence
                        .retain(|piece| !target.evidence.contains(&piece.sha256));
                }
                files.retain(|file| asked.contains(file) || !part.cites(file));
                Ok(())
            })?;
            // Facts stay: a file that a fact names goes only when it is asked for by its hash.
            self.each_entry(&mut |_, _, _| {}, &mut |_, kind, entry| {
                let cites = |file: &String| {
                    kind != Kind::Erase && String::from_utf8_lossy(&entry.facts).contains(&**file)
                };
                files.retain(|file| asked.contains(file) || !cites(file));
                Ok(())
            })?;
        }
        Ok(files.into_iter().collect())
    }

    /// Removes what the files still hold of what was erased.
    pub(crate) fn clean_up(&mut self, position: Position) -> Result<EraseReceipt, Problem> {
        let facts: EraseFacts = read(&self.ledger().entry(position)?)?;
        let mut files = 0;
        for file in &facts.files {
            if let Some(hash) = EvidenceHash::parse(file)
                && self.evidence().remove(hash)?
            {
                files += 1;
            }
        }
        let is_gone =
            |erased: &&ErasedEntry| !erased.fields.is_empty() || !erased.evidence.is_empty();
        Ok(EraseReceipt {
            position,
            entries: facts.entries.iter().filter(is_gone).count() as u64,
            files,
            is_scrubbed: self.scrub()?,
        })
    }

    /// Does at the opening of a folder what an erasure could not end: it was interrupted, or others were
    /// reading.
    pub(crate) fn finish_erasures(&mut self) -> Result<(), Problem> {
        if !self.ledger().needs_scrub()? {
            return Ok(());
        }
        for found in self.state()?.scan(spaces::FILE_ERASED, &[]) {
            let file = String::from_utf8_lossy(&found?.key).into_owned();
            if let Some(hash) = EvidenceHash::parse(&file) {
                self.evidence().remove(hash)?;
            }
        }
        self.scrub().map(drop)
    }
}

/// What an entry with a private part is about.
fn about(kind: Kind, entry: &Entry) -> Result<ErasedOf, Problem> {
    let at = entry.position.0;
    Ok(match kind {
        Kind::Record | Kind::Revise => {
            ErasedOf::Record(read::<RecordFacts>(entry)?.record.unwrap_or(at))
        }
        Kind::Subject | Kind::ImportedSubject => {
            let facts: SubjectFacts = read(entry)?;
            ErasedOf::Subject(facts.subject_type, facts.id, facts.from)
        }
        Kind::Alias => {
            let facts: AliasFacts = read(entry)?;
            let of = facts.of.strip_prefix("subject:").unwrap_or(&facts.of);
            ErasedOf::Alias(of.to_owned(), facts.id)
        }
        Kind::Actor => ErasedOf::Actor(read::<ActorFacts>(entry)?.actor),
        Kind::CaseAct | Kind::CasePassed => ErasedOf::Case(read::<CaseActFacts>(entry)?.case),
        Kind::ImportOpen => ErasedOf::Import(at),
        Kind::Seal => ErasedOf::Seal(at),
        Kind::LetterScan => ErasedOf::LetterScan(at),
        Kind::PaperTemplate | Kind::Paper | Kind::CasePaper => ErasedOf::Paper(at),
        _ => {
            return Err(problems::unreadable_entry(
                at,
                "a private part that its kind does not have",
            ));
        }
    })
}

/// The fewest characters of an erased text that a reason may not repeat: one is in any text.
const TELLING_CHARS: usize = 2;

/// The reason stays: it must not say again what is erased.
fn reason_tells_nothing(
    facts: &EraseFacts,
    part: &Private,
    target: &Target,
) -> Result<(), Problem> {
    let own = [
        ("name", part.name.as_deref()),
        ("id", part.identity.as_deref()),
        ("alias", part.alias.as_deref()),
        ("file_name", part.file_name.as_deref()),
    ];
    let fields = part.fields.iter();
    let texts = own
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .chain(fields.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))));
    for (name, text) in texts {
        let is_told = |said: &str| said.contains(text);
        if target.fields.contains(name)
            && text.chars().count() >= TELLING_CHARS
            && (is_told(&facts.reason) || facts.asked_by.as_deref().is_some_and(is_told))
        {
            return Err(problems::reason_tells(name));
        }
    }
    Ok(())
}
