//! A record's history: every version with who, when and why; and the rows behind a figure.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Moment, Position, Problem};
use measure::{Behind, Query, RowId, RowView, Value};

use crate::entry::{Evidence, Kind, RecordFacts, RecordHead, WithdrawFacts};
use crate::erasures::ErasedPart;
use crate::fold::{get, read, read_borrowed};
use crate::folder::Office;
use crate::problems;
use crate::spaces::{self, CaseRow, ImportRow, ImportStatus, LaterRow, Version};

/// One version of a record.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// Type of the record.
    pub record_type: String,
    /// Position of its entry.
    pub position: Position,
    /// When it was recorded.
    pub time: Moment,
    /// Who did it.
    pub actor: String,
    /// Submitted, revised or withdrawn.
    pub kind: Kind,
    /// Why.
    pub reason: Option<String>,
    /// The case of which a step wrote it.
    pub case: Option<u64>,
    /// Its fields as text, personal ones left out.
    pub fields: Vec<(String, String)>,
    /// Its evidence.
    pub evidence: Vec<Evidence>,
    /// What was erased of it.
    pub erased: Vec<ErasedPart>,
}

/// A row behind a figure.
#[derive(Debug, Clone)]
pub struct BehindRow {
    /// Its table.
    pub table: String,
    /// The number of the record or case; `None` for units, targets and items.
    pub number: Option<u64>,
    /// Whether it counts in the numerator; otherwise only in the denominator.
    pub in_part: bool,
    /// Its fields as text.
    pub values: Vec<(String, String)>,
}

impl Office {
    /// Every version of a record that ever counted, oldest first. What an import brought that was given up,
    /// or is still under way, never counted.
    ///
    /// # Errors
    /// There is no such record.
    pub fn history(&self, record: u64) -> Result<Vec<HistoryEntry>, Problem> {
        let state = self.state()?;
        let record_type = self.record_type(record)?;
        let mut versions = Vec::new();
        for version in self.versions(record)? {
            if let Some(import) = version.import
                && get::<ImportRow>(&state, spaces::IMPORT, &spaces::number_key(import))?
                    .map(|row| row.status)
                    != Some(ImportStatus::Closed)
            {
                continue;
            }
            let entry = self.ledger().entry(Position(version.at))?;
            let kind = Kind::from_number(entry.kind)
                .ok_or_else(|| problems::unknown_kind(version.at, entry.kind))?;
            let (fields, reason, case) = if version.withdrawn {
                let reason = read::<WithdrawFacts>(&entry)?.reason;
                (Vec::new(), Some(reason), None)
            } else {
                let facts: RecordFacts = read(&entry)?;
                (
                    facts
                        .fields
                        .into_iter()
                        .map(|(field, json)| (field, plain(&json)))
                        .collect(),
                    facts.reason,
                    facts.case,
                )
            };
            let (part, erased) = self.private_part(&entry)?;
            versions.push(HistoryEntry {
                record_type: record_type.clone(),
                position: entry.position,
                time: entry.time,
                actor: self.actor_name(entry.actor)?,
                kind,
                reason,
                case,
                fields,
                evidence: part.evidence,
                erased: self.erased_of(&erased)?,
            });
        }
        if versions.is_empty() {
            return Err(problems::no_such_record(record));
        }
        Ok(versions)
    }

    /// The type of a record.
    ///
    /// # Errors
    /// There is no such record.
    pub fn record_type(&self, record: u64) -> Result<String, Problem> {
        Ok(self.brought(record)?.0)
    }

    /// Every version of a record, oldest first; those of imports that are not closed among them.
    ///
    /// # Errors
    /// There is no such record.
    pub(crate) fn versions(&self, record: u64) -> Result<Vec<Version>, Problem> {
        let (_, first) = self.brought(record)?;
        let later: Option<LaterRow> =
            get(&self.state()?, spaces::RECORD, &spaces::number_key(record))?;
        let later = later.unwrap_or_default().versions;
        Ok(std::iter::once(first).chain(later).collect())
    }

    /// The type of a record and its first version, from the entry that brought it.
    ///
    /// # Errors
    /// There is no such record.
    fn brought(&self, record: u64) -> Result<(String, Version), Problem> {
        let head = self.ledger().head()?.size;
        if record == 0 || record > head.0 {
            return Err(problems::no_such_record(record));
        }
        let entry = self.ledger().entry(Position(record))?;
        if entry.kind != Kind::Record.number() {
            return Err(problems::no_such_record(record));
        }
        let facts: RecordHead = read_borrowed(&entry)?;
        let first = Version::first(record, facts.import);
        Ok((facts.record_type.into_owned(), first))
    }

    /// The names under which a case's evidence was handed in, by SHA-256 in hex; empty where one was erased.
    ///
    /// # Errors
    /// There is no such case, or the ledger cannot be read.
    pub fn case_evidence(&self, case: u64) -> Result<HashMap<String, String>, Problem> {
        let row: CaseRow = get(&self.state()?, spaces::CASE, &spaces::number_key(case))?
            .ok_or_else(|| problems::no_such_case(case))?;
        let mut names = HashMap::new();
        for step in row.steps.iter().filter(|step| !step.evidence.is_empty()) {
            let entry = self.ledger().entry(Position(step.at))?;
            for piece in self.private_part(&entry)?.0.evidence {
                names.insert(piece.sha256, piece.name);
            }
        }
        Ok(names)
    }

    /// The evidence of a case that was erased.
    ///
    /// # Errors
    /// There is no such case, or the ledger cannot be read.
    pub fn case_erasures(&self, case: u64) -> Result<Vec<ErasedPart>, Problem> {
        let row: CaseRow = get(&self.state()?, spaces::CASE, &spaces::number_key(case))?
            .ok_or_else(|| problems::no_such_case(case))?;
        let mut erased = Vec::new();
        for step in row.steps.iter().filter(|step| !step.evidence.is_empty()) {
            let entry = self.ledger().entry(Position(step.at))?;
            erased.extend(self.erased_of(&self.private_part(&entry)?.1)?);
        }
        Ok(erased)
    }

    /// The name of an actor; its number where the name was erased.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn actor_name(&self, actor: u64) -> Result<String, Problem> {
        self.actor_name_in(actor, base::Lang::Zh)
    }
}

fn plain(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("|"),
        other => other.to_string(),
    }
}

/// A table's rows, each with its fields as text.
type RowTexts = HashMap<RowId, Vec<(String, String)>>;

/// The identity of a subject's or unit's row.
fn row_id(row: &RowView) -> RowId {
    match row.value("id") {
        Value::Text(id) => RowId::Name(id),
        _ => RowId::Number(row.id()),
    }
}

/// A row's fields as text, without its number or identity.
fn texts_of(row: &RowView) -> Vec<(String, String)> {
    let texts = row.texts().into_iter().filter(|(name, _)| **name != *"id");
    texts.map(|(name, text)| (name.to_string(), text)).collect()
}

impl Office {
    /// The rows behind a figure, with their fields as text.
    ///
    /// # Errors
    /// The figure cannot be measured.
    pub fn behind(&self, query: &Query) -> Result<Vec<BehindRow>, Problem> {
        let columns = self.mirror().columns();
        let behind = columns.records_behind(query)?;
        let mut rows: HashMap<Arc<str>, RowTexts> = HashMap::new();
        for found in &behind {
            rows.entry(found.table.clone()).or_insert_with(|| {
                // Records and cases are told apart by number, subjects and units by identity as of the day.
                let is_named = matches!(found.row, RowId::Name(_));
                let mut texts = RowTexts::new();
                if is_named {
                    for row in columns.rows_on(&found.table, query.day, query.at) {
                        texts.insert(row_id(&row), texts_of(&row));
                    }
                } else {
                    for row in columns.rows_at(&found.table, query.at) {
                        texts.insert(RowId::Number(row.id()), texts_of(&row));
                    }
                }
                texts
            });
        }
        let row_of = |found: Behind| {
            let values = rows
                .get(&found.table)
                .and_then(|rows| rows.get(&found.row))
                .cloned();
            let mut values = values.unwrap_or_default();
            let number = match &found.row {
                RowId::Number(number) => Some(*number),
                RowId::Name(name) => {
                    values.insert(0, ("id".to_owned(), name.to_string()));
                    None
                }
            };
            BehindRow {
                table: found.table.to_string(),
                number,
                in_part: found.in_numerator,
                values,
            }
        };
        Ok(behind.into_iter().map(row_of).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use base::FieldId;
    use ledger::Nature;
    use programme::Sources;
    use sheet::Cell;

    use crate::actor::NewActor;
    use crate::entry::{ImportOpenFacts, Kind, Private};
    use crate::folder::{Access, Command, Office};
    use crate::import::intake::{Intake, Look, Taken};
    use crate::record::{Draft, OnOther, Receipt, draft};

    fn town(dir: &std::path::Path) -> Office {
        let text = include_str!("../tests/import/town.toml").to_owned();
        let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
        let programme = programme::check(&sources).programme.unwrap();
        let actor = NewActor {
            name: "王某".to_owned(),
            role: "programme_office".to_owned(),
            unit: None,
        };
        Office::init(
            dir,
            &sources,
            Arc::clone(&programme),
            Nature::Demonstration,
            &actor,
        )
        .unwrap()
    }

    fn finding(office: &Office, what: &str) -> Draft {
        let programme = office.programme().unwrap();
        let values = BTreeMap::from([
            ("day", "2018-03-05"),
            ("report", "r"),
            ("line", "1"),
            ("what", what),
        ]);
        let cell = |id: &FieldId| values.get(id.as_str()).map(|text| Cell::text(*text));
        draft(
            &programme,
            &office.spellings().unwrap(),
            &programme.record_types["finding"],
            cell,
            Vec::new(),
        )
        .unwrap()
    }

    /// Appends a draft under an import that is never closed, and opens the folder again.
    fn interrupted(mut office: Office, drafted: &Draft, dir: &std::path::Path) -> Office {
        let opening = ImportOpenFacts {
            record_type: "finding".to_owned(),
            sha256: String::new(),
            rows: 1,
            mode: "all".to_owned(),
            mapping: None,
            edits: None,
        };
        let opening = Command::new(Kind::ImportOpen, &opening, &Private::default()).unwrap();
        let import = office.append(vec![opening], &[]).unwrap()[0].position.0;
        let mut intake = Intake::new(
            office.programme().unwrap(),
            OnOther::Revise,
            Some(import),
            Some("更正".to_owned()),
        );
        let taken = intake.take(&Look::new(&office).unwrap(), drafted).unwrap();
        let Taken::Entry {
            record,
            private,
            outcome,
        } = taken
        else {
            panic!("nothing to take")
        };
        office
            .append(vec![outcome.command(&record, &private).unwrap()], &[])
            .unwrap();
        drop(office);
        Office::open(dir, Access::Write, &mut |_, _, _| {}).unwrap()
    }

    #[test]
    fn a_revision_that_was_given_up_is_no_part_of_the_history() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("data");
        let mut office = town(&dir);
        let Receipt::Added(record) = office
            .submit(&finding(&office, "无台账"), OnOther::Refuse, None)
            .unwrap()
        else {
            panic!()
        };
        let changed = finding(&office, "台账不全");
        let office = interrupted(office, &changed, &dir);
        let history = office.history(record).unwrap();
        assert_eq!(history.len(), 1);
        assert!(
            history[0]
                .fields
                .contains(&("what".to_owned(), "无台账".to_owned()))
        );
    }

    #[test]
    fn a_withdrawn_record_stays_known_when_an_import_of_it_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("data");
        let mut office = town(&dir);
        let Receipt::Added(record) = office
            .submit(&finding(&office, "无台账"), OnOther::Refuse, None)
            .unwrap()
        else {
            panic!()
        };
        office.withdraw(record, "误录").unwrap();
        let same = finding(&office, "无台账");
        assert_eq!(
            office.submit(&same, OnOther::Refuse, None).unwrap(),
            Receipt::Unchanged(record)
        );
        let mut office = interrupted(office, &same, &dir);
        assert_eq!(
            office.submit(&same, OnOther::Refuse, None).unwrap(),
            Receipt::Unchanged(record)
        );
        drop(office);
        crate::verify(&dir, &mut |_, _, _| {}).unwrap();
    }
}
