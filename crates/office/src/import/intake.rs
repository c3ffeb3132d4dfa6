//! From checked drafts to commands: what is new, what is there already, what changes something.
//!
//! Single submissions, imports and the generator all pass here. [`Look`] is what is known now,
//! [`Intake`] what the same batch brought before; neither holds the office, so that a long batch can
//! be appended group by group between two looks.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use base::{Day, Position, Problem};
use ledger::{Precondition, Space, StateView};
use programme::model::{Programme, RecordType};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::authority::Reach;
use crate::entry::{Evidence, Kind, Private, RecordFacts, SubjectFacts};
use crate::fold::{get, read, row};
use crate::folder::{Command, Office};
use crate::import::persons::{Persons, names_persons};
use crate::import::problems as import_problems;
use crate::new_record::NewRecord;
use crate::problems;
use crate::problems::revising;
use crate::record::{Draft, KEY_SEPARATOR};
use crate::spaces::{
    self, ErasedRow, ImportRow, ImportStatus, KnownRow, LaterRow, SubjectRow, Version,
};

/// The day from which something holds that is told without a day: before all records.
pub(crate) const BEGINNING: &str = "1900-01-01";
/// Longest text of a key, in bytes: the state's keys hold 1,024, the type's name among them.
pub const KEY_BYTES_MAX: usize = 900;

/// What a file or a command wants with a draft whose key is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnOther {
    /// Refuse other content under a known key.
    Refuse,
    /// Take it as a revision.
    Revise,
}

/// What one draft comes to.
pub(crate) enum Taken {
    /// An entry to append.
    Entry {
        /// What is said in the open.
        record: NewRecord,
        /// What is not.
        private: Box<Private>,
        /// Whether it is a new record or a revision.
        outcome: Outcome,
    },
    /// Nothing to do.
    Unchanged(u64),
    /// Its key is taken, by a record or by an earlier draft of the batch.
    Refused(Problem),
}

/// Which kind of record command was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A new record.
    Added,
    /// A revision of this record.
    Revised(u64),
}

impl Outcome {
    /// The command for an entry of this outcome.
    pub(crate) fn command(self, record: &NewRecord, private: &Private) -> Result<Command, Problem> {
        let kind = if self == Outcome::Added {
            Kind::Record
        } else {
            Kind::Revise
        };
        Command::written(kind, record.facts(), private)
    }
}

/// A subject that the batch speaks of and nobody knew.
struct NewSubject {
    subject_type: Arc<str>,
    id: Arc<str>,
    /// Of a person: the true identity, which `id` stands for.
    identity: Option<Arc<str>>,
    name: Option<Arc<str>>,
    /// The earliest day on which the batch speaks of it.
    from: Option<Day>,
}

/// A subject that the batch spoke of before.
struct SeenSubject {
    /// Its name, or the name that the batch gave it first.
    name: Option<Arc<str>>,
    /// Its place among the new ones.
    new_at: Option<usize>,
}

/// How a record stands.
enum Standing {
    /// This version counts.
    Counts(Version),
    /// It was withdrawn; this version counted last.
    Withdrawn(Version),
    /// It never became visible.
    Unseen,
}

/// The office as it stands, for as long as nothing is appended.
pub(crate) struct Look<'a> {
    office: &'a Office,
    state: StateView<'a>,
    /// Whether anything was ever erased, once that was asked: where nothing was, nothing need be asked
    /// record by record.
    has_erased: OnceCell<bool>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(office: &'a Office) -> Result<Look<'a>, Problem> {
        Ok(Look {
            office,
            has_erased: OnceCell::new(),
            state: office.state()?,
        })
    }

    fn has_erased(&self) -> Result<bool, Problem> {
        if let Some(known) = self.has_erased.get() {
            return Ok(*known);
        }
        let first = self.state.scan(spaces::ERASED, &[]).next().transpose()?;
        Ok(*self.has_erased.get_or_init(|| first.is_some()))
    }

    pub(crate) fn state(&self) -> &StateView<'a> {
        &self.state
    }

    /// A subject as it is known now; `None` when nobody knows it, or only an import that is not closed.
    pub(crate) fn subject(
        &self,
        subject_type: &str,
        id: &str,
    ) -> Result<Option<SubjectRow>, Problem> {
        let key = spaces::key(&[subject_type, id]);
        match get::<SubjectRow>(&self.state, spaces::SUBJECT, &key)? {
            None => Ok(None),
            Some(row) => row.visible(|import| self.is_closed(import)),
        }
    }

    fn is_closed(&self, import: u64) -> Result<bool, Problem> {
        let key = spaces::number_key(import);
        let row: Option<ImportRow> = get(&self.state, spaces::IMPORT, &key)?;
        Ok(row.is_some_and(|row| row.status == ImportStatus::Closed))
    }

    /// Whether a space holds anything of a type: of an empty one nothing need be asked row by row.
    pub(crate) fn has_any(&self, space: Space, type_name: &str) -> Result<bool, Problem> {
        Ok(self
            .state
            .scan(space, &spaces::key(&[type_name, ""]))
            .next()
            .transpose()?
            .is_some())
    }

    /// Every version of a record that a key or a content leads to, oldest first.
    pub(crate) fn versions(&self, known: KnownRow) -> Result<Vec<Version>, Problem> {
        let key = spaces::number_key(known.record);
        let later: Option<LaterRow> = get(&self.state, spaces::RECORD, &key)?;
        let first = Version::first(known.record, known.import);
        let later = later.unwrap_or_default().versions;
        Ok(std::iter::once(first).chain(later).collect())
    }

    /// The later versions of a record, as something to rely on.
    pub(crate) fn later_versions(&self, record: u64) -> Result<Precondition, Problem> {
        let (space, key) = (spaces::RECORD, spaces::number_key(record));
        let version = self.state.get(space, &key)?.map(|(version, _)| version);
        Ok(Precondition {
            space,
            key,
            version,
        })
    }

    /// Whether a record of these versions counts now: it was not withdrawn, and became visible once.
    pub(crate) fn counts(&self, versions: &[Version]) -> Result<bool, Problem> {
        Ok(matches!(self.standing(versions)?, Standing::Counts(_)))
    }

    /// Refuses a record whose unit, as the record says it now, is not within reach.
    pub(crate) fn is_within(&self, reach: &Reach, record: u64) -> Result<(), Problem> {
        if reach.is_all() {
            return Ok(());
        }
        let (Standing::Counts(version) | Standing::Withdrawn(version)) =
            self.standing(&self.office.versions(record)?)?
        else {
            return Ok(());
        };
        let facts: RecordFacts = read(&self.office.ledger().entry(Position(version.at))?)?;
        let text = |field: &str| facts.fields.get(field).and_then(Json::as_str);
        match (text("unit"), text("day").map(Day::parse)) {
            (Some(unit), Some(Ok(day))) => reach.check(unit, day),
            _ => reach.check_all(),
        }
    }

    /// How a record of these versions stands.
    fn standing(&self, versions: &[Version]) -> Result<Standing, Problem> {
        let mut withdrawn = false;
        for version in versions.iter().rev() {
            let visible = match version.import {
                None => true,
                Some(import) => self.is_closed(import)?,
            };
            match (visible, version.withdrawn, withdrawn) {
                (true, true, _) => withdrawn = true,
                (true, false, false) => return Ok(Standing::Counts(*version)),
                (true, false, true) => return Ok(Standing::Withdrawn(*version)),
                (false, ..) => {}
            }
        }
        Ok(Standing::Unseen)
    }

    /// Whether one of a record's versions comes with an import that goes on beside this one, so that nobody
    /// can tell yet what the record will be.
    pub(crate) fn is_arriving(
        &self,
        versions: &[Version],
        own_import: Option<u64>,
    ) -> Result<bool, Problem> {
        if !self.office.is_one_of_many() {
            return Ok(false);
        }
        for version in versions {
            let Some(import) = version.import.filter(|import| own_import != Some(*import)) else {
                continue;
            };
            let row: Option<ImportRow> =
                get(&self.state, spaces::IMPORT, &spaces::number_key(import))?;
            if row.is_some_and(|row| row.status == ImportStatus::Open) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was erased of a record, in any of its versions: name or hash → erasing entry.
    fn erased_of(&self, versions: &[Version]) -> Result<BTreeMap<String, u64>, Problem> {
        let mut erased = BTreeMap::new();
        if !self.has_erased()? {
            return Ok(erased);
        }
        for version in versions {
            let key = spaces::number_key(version.at);
            if let Some(row) = get::<ErasedRow>(&self.state, spaces::ERASED, &key)? {
                erased.extend(row.fields);
                erased.extend(row.evidence);
            }
        }
        Ok(erased)
    }

    fn same_content(
        &self,
        version: Version,
        record: &NewRecord,
        own: &Private,
    ) -> Result<bool, Problem> {
        let entry = self.office.ledger().entry(Position(version.at))?;
        let stored: RecordFacts = read(&entry)?;
        let (stored_private, _) = self.office.private_part(&entry)?;
        let has = |piece: &Evidence| {
            stored_private
                .evidence
                .iter()
                .any(|known| known.sha256 == piece.sha256)
        };
        let fields: BTreeMap<String, Json> = serde_json::from_slice(&record.fields)
            .map_err(|error| problems::unreadable_state(spaces::RECORD.0, error))?;
        Ok(stored.fields == fields
            && crate::field_visit::without_marks(&stored_private.fields).eq(&own.fields)
            && own.evidence.iter().all(has))
    }
}

/// The first sixteen bytes of a SHA-256: a million of them fit into memory, the texts might not.
type Fingerprint = [u8; 16];

/// The hash of what is a hash: its first bytes.
#[derive(Default)]
struct OfHashes(u64);

impl Hasher for OfHashes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// Of the length before an array: it is the same for all.
    fn write_usize(&mut self, _: usize) {}
}

/// Turns drafts into commands one after the other, remembering what the same batch brought before.
pub(crate) struct Intake {
    programme: Arc<Programme>,
    on_other: OnOther,
    import: Option<u64>,
    reason: Option<String>,
    /// Key → row of the file that brought it (0: none).
    keys: HashMap<Fingerprint, u32, BuildHasherDefault<OfHashes>>,
    /// Content → how many of it the batch brought.
    contents: HashMap<Fingerprint, u32, BuildHasherDefault<OfHashes>>,
    pub(crate) persons: Persons,
    subjects: HashMap<(Arc<str>, Arc<str>), SeenSubject>,
    new_subjects: Vec<NewSubject>,
    /// Whether the state held any key, content or subject of a type when this batch began.
    held: Vec<(Space, Arc<str>, bool)>,
    /// One draft and no more: its own keys are asked for, and nothing about whole types.
    is_of_one: bool,
    /// Whether it is told what the drafts rely on.
    relies: bool,
    /// What the last draft relies on: who has its key or content, and the record that it revises. Of two at
    /// once under one key only one can win.
    relied: Vec<Precondition>,
    warnings: Vec<Problem>,
}

impl Intake {
    /// An import's number, when its rows were taken before it had one.
    pub(crate) fn number(&mut self, import: u64) {
        self.import = Some(import);
    }

    pub(crate) fn new(
        programme: Arc<Programme>,
        on_other: OnOther,
        import: Option<u64>,
        reason: Option<String>,
    ) -> Intake {
        Intake {
            programme,
            on_other,
            import,
            reason,
            keys: HashMap::default(),
            contents: HashMap::default(),
            persons: Persons::default(),
            subjects: HashMap::new(),
            new_subjects: Vec::new(),
            held: Vec::new(),
            is_of_one: false,
            relies: false,
            relied: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// One for a single draft, which tells what that relies on.
    pub(crate) fn of_one(
        programme: Arc<Programme>,
        on_other: OnOther,
        reason: Option<String>,
    ) -> Intake {
        Intake {
            is_of_one: true,
            relies: true,
            ..Intake::new(programme, on_other, None, reason)
        }
    }

    /// One that also tells what drafts rely on, see [`Intake::take_relied`].
    pub(crate) fn relying(self, relies: bool) -> Intake {
        Intake { relies, ..self }
    }

    /// What the last draft relies on.
    pub(crate) fn take_relied(&mut self) -> Vec<Precondition> {
        std::mem::take(&mut self.relied)
    }

    /// What was noticed about the last draft and does not refuse it.
    pub(crate) fn take_warnings(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.warnings)
    }

    /// What the draft comes to.
    ///
    /// # Errors
    /// The state cannot be read.
    pub(crate) fn take(&mut self, look: &Look, draft: &Draft) -> Result<Taken, Problem> {
        self.take_written(look, draft, None)
    }

    /// The same for a draft of which was written already what is stored of it, when it names no persons.
    pub(crate) fn take_written(
        &mut self,
        look: &Look,
        draft: &Draft,
        parts: Option<(NewRecord, Private)>,
    ) -> Result<Taken, Problem> {
        self.relied.clear();
        let programme = self.programme.clone();
        let record_type = programme
            .record_types
            .get(&draft.record_type)
            .ok_or_else(|| problems::unknown_type(&draft.record_type, ""))?;
        // Persons are named by opaque identities from here on.
        let mut hidden;
        let mut named = Vec::new();
        let draft = if names_persons(&programme, record_type) {
            hidden = draft.clone();
            named = self
                .persons
                .hide(look, &programme, record_type, &mut hidden)?;
            &hidden
        } else {
            draft
        };
        let (mut record, mut private) = parts.unwrap_or_else(|| draft.parts(record_type));
        record.import = self.import;
        let mut outcome = Outcome::Added;
        if let Some(key) = record.key.clone() {
            if key.len() > KEY_BYTES_MAX {
                return Ok(Taken::Refused(import_problems::key_too_long(
                    key.len(),
                    KEY_BYTES_MAX,
                )));
            }
            let fingerprint = fingerprint(&[draft.record_type.as_str().as_bytes(), key.as_bytes()]);
            if let Some(row) = self.keys.insert(fingerprint, draft.row.unwrap_or(0)) {
                self.keys.insert(fingerprint, row);
                return Ok(Taken::Refused(match row {
                    0 => problems::key_twice(shown_key(&key)),
                    row => import_problems::key_twice_in_file(shown_key(&key), row),
                }));
            }
            if let Some(known) = self.known(look, spaces::RECORD_KEY, record_type, &[&key])? {
                let (number, versions) = (known.record, look.versions(known)?);
                if look.is_arriving(&versions, self.import)? {
                    let arriving = import_problems::being_imported(shown_key(&key));
                    return Ok(Taken::Refused(arriving));
                }
                let erased = look.erased_of(&versions)?;
                if let Some(refused) = self.leave_out(&erased, number, draft, &mut private) {
                    return Ok(Taken::Refused(refused));
                }
                match look.standing(&versions)? {
                    Standing::Counts(version)
                        if look.same_content(version, &record, &private)? =>
                    {
                        return Ok(Taken::Unchanged(number));
                    }
                    Standing::Counts(_) if self.on_other == OnOther::Refuse => {
                        return Ok(Taken::Refused(problems::key_taken(shown_key(&key), number)));
                    }
                    Standing::Counts(_) => {
                        if self.relies {
                            self.relied.push(look.later_versions(number)?);
                        }
                        record.record = Some(number);
                        record.reason.clone_from(&self.reason);
                        outcome = Outcome::Revised(number);
                    }
                    Standing::Withdrawn(version)
                        if self.on_other == OnOther::Refuse
                            && look.same_content(version, &record, &private)? =>
                    {
                        return Ok(self.left_withdrawn(number));
                    }
                    Standing::Withdrawn(_) | Standing::Unseen => {}
                }
            }
        } else {
            let hash = content_hash(&record);
            let ordinal = self
                .contents
                .entry(fingerprint(&[
                    draft.record_type.as_str().as_bytes(),
                    hash.as_bytes(),
                ]))
                .or_insert(0);
            let nth = *ordinal;
            *ordinal += 1;
            let rest = [hash.as_str(), &nth.to_string()];
            if let Some(known) = self.known(look, spaces::RECORD_CONTENT, record_type, &rest)? {
                let (number, versions) = (known.record, look.versions(known)?);
                if look.is_arriving(&versions, self.import)? {
                    let arriving = import_problems::being_imported(&draft.record_type);
                    return Ok(Taken::Refused(arriving));
                }
                let erased = look.erased_of(&versions)?;
                if let Some(refused) = self.leave_out(&erased, number, draft, &mut private) {
                    return Ok(Taken::Refused(refused));
                }
                match look.standing(&versions)? {
                    Standing::Counts(_) => return Ok(Taken::Unchanged(number)),
                    Standing::Withdrawn(_) if self.on_other == OnOther::Refuse => {
                        return Ok(self.left_withdrawn(number));
                    }
                    Standing::Withdrawn(_) | Standing::Unseen => {}
                }
            }
            record.content = Some((hash, nth));
        }
        if let (Some(subject_type), Some(id)) = (&record_type.subject, draft.subject()) {
            let given = draft.subject_name.as_deref();
            self.note_subject(look, subject_type.as_str(), id, given, draft.day())?;
        }
        // A person whom another field names must be known too, or the identity would be nowhere.
        for (subject_type, id) in named {
            self.note_subject(look, &subject_type, &id, None, draft.day())?;
        }
        Ok(Taken::Entry {
            record,
            private: Box::new(private),
            outcome,
        })
    }

    /// A draft as the next version of a record that is named by its number and not found by its key.
    pub(crate) fn take_revision(
        &mut self,
        look: &Look,
        draft: &Draft,
        number: u64,
        versions: &[Version],
    ) -> Result<Taken, Problem> {
        self.relied.clear();
        let programme = self.programme.clone();
        let record_type = programme
            .record_types
            .get(&draft.record_type)
            .ok_or_else(|| problems::unknown_type(&draft.record_type, ""))?;
        if look.is_arriving(versions, None)? {
            let arriving = import_problems::being_imported(&draft.record_type);
            return Ok(Taken::Refused(arriving));
        }
        let Standing::Counts(last) = look.standing(versions)? else {
            return Ok(Taken::Refused(problems::withdrawn_already(number)));
        };
        let mut draft = draft.clone();
        let mut named = Vec::new();
        if names_persons(&programme, record_type) {
            named = self
                .persons
                .hide(look, &programme, record_type, &mut draft)?;
        }
        let (mut record, mut private) = draft.parts(record_type);
        let erased = look.erased_of(versions)?;
        if let Some(refused) = self.leave_out(&erased, number, &draft, &mut private) {
            return Ok(Taken::Refused(refused));
        }
        let last = look.office.ledger().entry(Position(last.at))?;
        let (before, before_private) = (
            read::<RecordFacts>(&last)?,
            look.office.private_part(&last)?.0,
        );
        let fields: BTreeMap<String, Json> = serde_json::from_slice(&record.fields)
            .map_err(|error| problems::unreadable_state(spaces::RECORD.0, error))?;
        let is_same = before.fields == fields
            && before_private.evidence == private.evidence
            && crate::field_visit::without_marks(&before_private.fields).eq(&private.fields);
        if is_same {
            return Ok(Taken::Unchanged(number));
        }
        if let Some(key) = record.key.clone() {
            let known = self.known(look, spaces::RECORD_KEY, record_type, &[&key])?;
            if known.is_none_or(|known| known.record != number) {
                return Ok(Taken::Refused(revising::key_changed(
                    shown_key(&key),
                    number,
                )));
            }
        } else {
            let hash = content_hash(&record);
            let mut nth = 0;
            // Other records of the same content keep their places.
            while let Some(known) = self.known(
                look,
                spaces::RECORD_CONTENT,
                record_type,
                &[&hash, &nth.to_string()],
            )? {
                if known.record == number {
                    break;
                }
                nth += 1;
            }
            record.content = Some((hash, nth));
        }
        record.record = Some(number);
        record.reason.clone_from(&self.reason);
        if let (Some(subject_type), Some(id)) = (&record_type.subject, draft.subject()) {
            let given = draft.subject_name.as_deref();
            self.note_subject(look, subject_type.as_str(), id, given, draft.day())?;
        }
        for (subject_type, id) in named {
            self.note_subject(look, &subject_type, &id, None, draft.day())?;
        }
        Ok(Taken::Entry {
            record,
            private: Box::new(private),
            outcome: Outcome::Revised(number),
        })
    }

    /// The keys under which the batch makes persons known, as something to rely on.
    pub(crate) fn persons_relied(&self, look: &Look) -> Result<Vec<Precondition>, Problem> {
        self.new_persons()
            .map(|key| {
                let version = look.state().get(spaces::PERSON, &key)?;
                Ok(Precondition {
                    space: spaces::PERSON,
                    version: version.map(|(version, _)| version),
                    key,
                })
            })
            .collect()
    }

    /// The same file again must not bring back what someone withdrew; `--revise` does.
    fn left_withdrawn(&mut self, number: u64) -> Taken {
        self.warnings.push(problems::left_withdrawn(number));
        Taken::Unchanged(number)
    }

    /// What was erased of a record is not taken again, whatever it says now: a file's rows go on without
    /// it, with a warning; one record by hand is refused.
    fn leave_out(
        &mut self,
        erased: &BTreeMap<String, u64>,
        record: u64,
        draft: &Draft,
        private: &mut Private,
    ) -> Option<Problem> {
        let mut left: Vec<(String, u64)> = Vec::new();
        for (name, by) in erased {
            if private.fields.remove(name).is_some() {
                left.push((name.clone(), *by));
            }
            let before = private.evidence.len();
            private.evidence.retain(|piece| piece.sha256 != *name);
            if private.evidence.len() < before {
                left.push((name.clone(), *by));
            }
        }
        let (first, by) = left.first()?;
        if draft.row.is_none() {
            return Some(problems::field_was_erased(first, record, by));
        }
        let names: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
        self.warnings
            .push(problems::left_erased(names.join(", "), record, by));
        None
    }

    /// The commands that make the batch's new subjects known: at once, or with the import that brings them.
    pub(crate) fn subject_commands(&mut self) -> Result<Vec<Command>, Problem> {
        let kind = if self.import.is_some() {
            Kind::ImportedSubject
        } else {
            Kind::Subject
        };
        let import = self.import;
        let command = |subject: NewSubject| {
            let mut facts = SubjectFacts {
                subject_type: subject.subject_type.to_string(),
                id: subject.id.to_string(),
                from: subject
                    .from
                    .map_or_else(|| BEGINNING.to_owned(), |day| day.to_string()),
                attributes: BTreeMap::new(),
                import,
            };
            let mut private = Private::default();
            if let Some(name) = &subject.name {
                let of_person = subject.identity.is_some();
                let fields = if of_person {
                    &mut private.fields
                } else {
                    &mut facts.attributes
                };
                fields.insert("name".to_owned(), name.as_ref().into());
            }
            private.identity = subject.identity.map(|identity| identity.to_string());
            Command::new(kind, &facts, &private)
        };
        std::mem::take(&mut self.new_subjects)
            .into_iter()
            .map(command)
            .collect()
    }

    /// The keys under which the batch makes persons known: of two that do so at once only one can win.
    pub(crate) fn new_persons(&self) -> impl Iterator<Item = Vec<u8>> {
        self.new_subjects.iter().filter_map(|subject| {
            let identity = subject.identity.as_ref()?;
            Some(spaces::key(&[&subject.subject_type, identity]))
        })
    }

    /// The record that the state has under a key; nothing is asked of a type that had none.
    fn known(
        &mut self,
        look: &Look,
        space: Space,
        record_type: &RecordType,
        rest: &[&str],
    ) -> Result<Option<KnownRow>, Problem> {
        let type_name = record_type.id.as_str();
        let holds = self.holds(look, space, type_name)?;
        if !holds && !self.relies {
            return Ok(None);
        }
        let parts: Vec<&str> = std::iter::once(type_name)
            .chain(rest.iter().copied())
            .collect();
        let key = spaces::key(&parts);
        let found = if holds {
            look.state().get(space, &key)?
        } else {
            None
        };
        if self.relies {
            self.relied.push(Precondition {
                space,
                key,
                version: found.as_ref().map(|(version, _)| *version),
            });
        }
        found.map(|(_, value)| row(space, &value)).transpose()
    }

    /// Whether the state held anything of a type when the batch began; what the batch itself brought is
    /// remembered here.
    fn holds(&mut self, look: &Look, space: Space, type_name: &str) -> Result<bool, Problem> {
        if self.is_of_one {
            return Ok(true);
        }
        // Of a few types in a few spaces: looked through sooner than hashed.
        let known = self
            .held
            .iter()
            .find(|(of, name, _)| *of == space && **name == *type_name);
        if let Some((.., held)) = known {
            return Ok(*held);
        }
        let held = look.has_any(space, type_name)?;
        self.held.push((space, type_name.into(), held));
        Ok(held)
    }

    /// A subject that is not known yet will be made known with the records that speak of it.
    fn note_subject(
        &mut self,
        look: &Look,
        subject_type: &str,
        id: &str,
        given: Option<&str>,
        day: Option<Day>,
    ) -> Result<(), Problem> {
        let key: (Arc<str>, Arc<str>) = (subject_type.into(), id.into());
        if let Some(seen) = self.subjects.get(&key) {
            self.warnings
                .extend(named_otherwise(id, given, seen.name.as_deref()));
            if let Some(new) = seen.new_at.and_then(|at| self.new_subjects.get_mut(at)) {
                new.from = new.from.min(day);
            }
            return Ok(());
        }
        let is_known = self.holds(look, spaces::SUBJECT, subject_type)?
            && look.subject(subject_type, id)?.is_some();
        let name: Option<Arc<str>> = if is_known {
            // A subject without a name is shown by its identity.
            let name = look
                .office
                .mirror()
                .subject_name(subject_type, id)
                .filter(|name| *name != id);
            self.warnings.extend(named_otherwise(id, given, name));
            name.map(Arc::from)
        } else {
            given.map(Arc::from)
        };
        let new_at = (!is_known).then_some(self.new_subjects.len());
        if !is_known {
            let (subject_type, id) = key.clone();
            self.new_subjects.push(NewSubject {
                identity: self.persons.identity(&subject_type, &id),
                subject_type,
                id,
                name: name.clone(),
                from: day,
            });
        }
        self.subjects.insert(key, SeenSubject { name, new_at });
        Ok(())
    }
}

fn named_otherwise(id: &str, given: Option<&str>, known: Option<&str>) -> Option<Problem> {
    let (given, known) = (given?, known?);
    (folded_name(given) != folded_name(known))
        .then(|| import_problems::subject_named_otherwise(id, given, known))
}

/// A name as names are compared: brackets and letters of either width, Latin letters of either case.
pub(crate) fn folded_name(name: &str) -> String {
    sheet::clean::half_width_all(sheet::clean::trim(name)).to_lowercase()
}

/// The hash of a record's facts without their circumstances: how records without a key are counted.
fn content_hash(record: &NewRecord) -> String {
    hex::encode(fingerprint(&[&record.fields]))
}

fn fingerprint(parts: &[&[u8]]) -> Fingerprint {
    let mut hasher = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update([0]);
        }
        hasher.update(part);
    }
    let mut first = [0; 16];
    for (to, from) in first.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    first
}

fn shown_key(key: &str) -> String {
    key.replace(KEY_SEPARATOR, " / ")
}
