//! What must always hold between the parts of a data folder, beyond what the ledger checks of itself.
//!
//! The ledger proves that its entries are whole and that the state is what they fold to; the mirror takes
//! the same entries on a way of its own. Here the two are held against each other: what the state says that
//! counts is what the columns measure, every key leads to what it names, everyone who acted is known.
//! `verify` runs it, and so does every story of the tests when it ends.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

use base::{FlowId, Position, Problem};
use ledger::{Entry, StateView};
use measure::{ExportCell, ExportTable};
use programme::schema::{Schema, Value};
use serde::de::DeserializeOwned;

use crate::entry::{Kind, LetterSignedFacts, OverrideFacts, RecordHead};
use crate::fold::{read_borrowed, row};
use crate::folder::Office;
use crate::mirror::{Mirror, Told};
use crate::problems;
use crate::spaces::{
    self, ActorRow, CaseRow, FollowedRow, HandoverRow, ImportRow, ImportStatus, KnownRow, LaterRow,
    LetterRow, ProgrammeRow, ReminderRow, SubjectRow, Version,
};

/// Every record that the log brought, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    types: Vec<Box<str>>,
    records: Vec<Origin>,
}

#[derive(Debug, Clone, Copy)]
struct Origin {
    record: u64,
    /// The place of its type among the types.
    of_type: usize,
    import: Option<u64>,
}

impl Origins {
    /// Notes the record that an entry brings, if it does. Entries come in their order.
    ///
    /// # Errors
    /// Its facts cannot be read.
    pub(crate) fn take(&mut self, entry: &Entry) -> Result<(), Problem> {
        if entry.kind != Kind::Record.number() {
            return Ok(());
        }
        let facts: RecordHead = read_borrowed(entry)?;
        let known = self.types.iter().position(|id| **id == *facts.record_type);
        let of_type = known.unwrap_or_else(|| {
            self.types.push(facts.record_type.as_ref().into());
            self.types.len() - 1
        });
        self.records.push(Origin {
            record: entry.position.0,
            of_type,
            import: facts.import,
        });
        Ok(())
    }

    fn of(&self, record: u64) -> Option<Origin> {
        let place = self.records.binary_search_by_key(&record, |of| of.record);
        place.ok().and_then(|at| self.records.get(at).copied())
    }
}

/// Holds the state against a mirror of the same position and what the log brought. Gives the number of imports that have begun and
/// not ended: beside a running import there is one; after a crash, until the next writer gives it up.
///
/// # Errors
/// The first disagreement, named.
pub(crate) fn state_agrees(
    state: &StateView<'_>,
    mirror: &Mirror,
    origins: &Origins,
) -> Result<u64, Problem> {
    let imports = imports(state)?;
    programme(state, mirror)?;
    records(state, mirror, &imports, origins)?;
    keys_lead_to_records(state, origins)?;
    subjects(state, mirror, &imports)?;
    cases(state, mirror)?;
    overrides(state, mirror)?;
    seals(state, mirror)?;
    people(state)?;
    letters(state)?;
    let open = imports
        .values()
        .filter(|import| import.0 == ImportStatus::Open);
    Ok(open.count() as u64)
}

/// Holds an entry against what was known before it: its programme was in force once, its actor is one of
/// those who were made known by the end of its group.
///
/// # Errors
/// It is not so.
pub(crate) fn entry_stands(
    entry: &Entry,
    state: &StateView<'_>,
    mirror: &Mirror,
) -> Result<(), Problem> {
    let at = entry.position;
    if entry.programme.0 > 0 && !mirror.has_programme_of(entry.programme) {
        return Err(differ("programme", entry.programme, at));
    }
    if entry.kind == Kind::LetterSigned.number() {
        let facts: LetterSignedFacts = crate::fold::read(entry)?;
        if facts.sha256 != crate::letters::sha256_of(&facts.content) {
            return Err(differ("letter", facts.sha256, at));
        }
    }
    // The first entry founds the folder, and the one after it makes the first actor known.
    let actor: Option<ActorRow> = read(state, spaces::ACTOR, &spaces::number_key(entry.actor))?;
    match actor {
        Some(_) => Ok(()),
        None => Err(differ("actor", entry.actor, at)),
    }
}

/// Whoever a row about people names is known: whom a deputy stands in for and who it is, as whom a person goes
/// on, both sides of a handover.
fn people(state: &StateView<'_>) -> Result<(), Problem> {
    let is_known = |what: &str, named: u64| {
        let found: Option<ActorRow> = read(state, spaces::ACTOR, &spaces::number_key(named))?;
        match found {
            Some(_) => Ok(()),
            None => Err(differ(what, named, "—")),
        }
    };
    for found in state.scan(spaces::ACTOR, &[]) {
        let found: ActorRow = row(spaces::ACTOR, &found?.value)?;
        if let Some(stands_in) = &found.stands_in {
            is_known("deputy", stands_in.of)?;
            is_known("deputy", stands_in.by)?;
        }
        if let Some(moved_to) = found.moved_to {
            is_known("moved_to", moved_to)?;
            if found.closed.is_none() {
                return Err(differ("moved_to", moved_to, "open"));
            }
        }
    }
    for found in state.scan(spaces::HANDOVER, &[]) {
        let found: HandoverRow = row(spaces::HANDOVER, &found?.value)?;
        for named in [found.from, found.to, found.signed_by] {
            is_known("handover", named)?;
        }
    }
    Ok(())
}

/// Whoever signed is known; a letter is countersigned after it was signed, over the same text, and by somebody else.
fn letters(state: &StateView<'_>) -> Result<(), Problem> {
    for found in state.scan(spaces::LETTER, &[]) {
        let found: LetterRow = row(spaces::LETTER, &found?.value)?;
        let groups = found
            .signed
            .iter()
            .filter_map(|signed| signed.group.as_ref());
        let units = found.signed.iter().map(|signed| &signed.unit);
        for signature in units.chain(groups).chain(&found.confirmed) {
            let key = spaces::number_key(signature.by);
            if read::<ActorRow>(state, spaces::ACTOR, &key)?.is_none() {
                return Err(differ("letter", signature.by, signature.at));
            }
        }
        for signed in &found.signed {
            if let Some(group) = &signed.group
                && (group.at <= signed.unit.at
                    || group.sha256 != signed.unit.sha256
                    || group.by == signed.unit.by)
            {
                return Err(differ("letter", signed.unit.at, group.at));
            }
        }
        let places: Vec<u64> = found.signed.iter().map(|signed| signed.unit.at).collect();
        if !places.is_sorted() {
            return Err(differ("letter", "order", places.len()));
        }
    }
    Ok(())
}

impl Office {
    /// Holds what this office has in memory against a replay of all entries up to its position: columns
    /// cell by cell, programmes, names, overrides and sealings. Takes as long as opening the folder.
    ///
    /// # Errors
    /// The first difference, or the ledger cannot be read.
    pub fn agrees_with_replay(&self) -> Result<(), Problem> {
        let mut replayed = Mirror::new();
        for entry in self.ledger().entries(Position(1)..=self.position())? {
            replayed.take(&Told::from(&entry?))?;
        }
        same(self.mirror(), &replayed)
    }
}

/// Whether two mirrors hold the same.
fn same(one: &Mirror, other: &Mirror) -> Result<(), Problem> {
    if one.position() != other.position() {
        return Err(differ("position", one.position(), other.position()));
    }
    one.same_beside_columns(other)
        .map_err(|what| differ(what, "—", one.position()))?;
    let (ours, theirs) = (one.columns().export(), other.columns().export());
    if ours.len() != theirs.len() {
        return Err(differ("tables", ours.len(), theirs.len()));
    }
    ours.iter()
        .zip(&theirs)
        .try_for_each(|(ours, theirs)| same_table(ours, theirs))
}

/// Rows may stand in another order after they were sorted in memory; each must be there as often.
fn same_table(ours: &ExportTable<'_>, theirs: &ExportTable<'_>) -> Result<(), Problem> {
    if ours.name != theirs.name || ours.columns != theirs.columns {
        return Err(differ("table", &ours.name, &theirs.name));
    }
    let sorted = |table: &ExportTable<'_>| {
        let mut rows: Vec<String> = table.rows().map(|cells| shown(&cells)).collect();
        rows.sort_unstable();
        rows
    };
    let (ours_sorted, theirs_sorted) = (sorted(ours), sorted(theirs));
    let first = ours_sorted
        .iter()
        .zip(&theirs_sorted)
        .find(|(ours, theirs)| ours != theirs);
    match first {
        Some((here, there)) => Err(differ(&ours.name, here, there)),
        None if ours_sorted.len() != theirs_sorted.len() => {
            Err(differ(&ours.name, ours_sorted.len(), theirs_sorted.len()))
        }
        None => Ok(()),
    }
}

fn shown(cells: &[ExportCell]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| match cell {
            ExportCell::Null => String::new(),
            ExportCell::Integer(number) => number.to_string(),
            ExportCell::Text(text) => format!("{text:?}"),
        })
        .collect();
    cells.join(",")
}

/// How each import stands, and the position that says so.
type Imports = HashMap<u64, (ImportStatus, Position)>;

fn imports(state: &StateView<'_>) -> Result<Imports, Problem> {
    let mut imports = Imports::new();
    for found in rows::<ImportRow>(state, spaces::IMPORT) {
        let (key, version, import) = found?;
        let number = number(&key);
        if import.status != ImportStatus::Open && !import.displaced.is_empty() {
            return Err(differ("import", number, version));
        }
        imports.insert(number, (import.status, version));
    }
    Ok(imports)
}

fn programme(state: &StateView<'_>, mirror: &Mirror) -> Result<(), Problem> {
    let row: Option<ProgrammeRow> = read(state, spaces::PROGRAMME, &spaces::key(&["current"]))?;
    let current = row.map_or(0, |row| row.position);
    if current == mirror.programme_at().0 {
        Ok(())
    } else {
        Err(differ("programme", current, mirror.programme_at()))
    }
}

/// The version of a record that counts, and the position since which it does.
fn counting(versions: &[Version], imports: &Imports) -> Option<(Version, u64)> {
    let since = |version: &Version| match version.import {
        None => Some(version.at),
        Some(import) => match imports.get(&import) {
            Some((ImportStatus::Closed, closed)) => Some(closed.0),
            _ => None,
        },
    };
    let mut seen = versions
        .iter()
        .filter_map(|version| Some((*version, since(version)?)));
    seen.next_back().filter(|(version, _)| !version.withdrawn)
}

/// Every record that counts by the log and the state has its row in the columns since the same position, and
/// the columns have no other; the state has later versions only of records that the log brought.
fn records(
    state: &StateView<'_>,
    mirror: &Mirror,
    imports: &Imports,
    origins: &Origins,
) -> Result<(), Problem> {
    let mut told: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
    for programme in mirror.programmes() {
        for id in programme.record_types.keys() {
            told.entry(id.to_string()).or_default();
        }
    }
    let mut of_types: Vec<Vec<(u64, u64)>> = vec![Vec::new(); origins.types.len()];
    // Both are in the order of the numbers.
    let mut later = rows::<LaterRow>(state, spaces::RECORD).peekable();
    for origin in &origins.records {
        let mut versions = vec![Version::first(origin.record, origin.import)];
        let is_next = |found: &Result<(Vec<u8>, Position, LaterRow), Problem>| match found {
            Ok((key, ..)) => number(key) <= origin.record,
            Err(_) => true,
        };
        if let Some(found) = later.next_if(is_next) {
            let (key, version, row) = found?;
            if number(&key) != origin.record
                || row.versions.last().map(|last| last.at) != Some(version.0)
            {
                return Err(differ("record", number(&key), version));
            }
            versions.extend(row.versions);
        }
        if let Some((_, since)) = counting(&versions, imports)
            && let Some(of_type) = of_types.get_mut(origin.of_type)
        {
            of_type.push((origin.record, since));
        }
    }
    if let Some(found) = later.next() {
        let (key, version, _) = found?;
        return Err(differ("record", number(&key), version));
    }
    for (id, records) in origins.types.iter().zip(of_types) {
        told.insert(id.to_string(), records);
    }
    for (record_type, mut expected) in told {
        let rows = mirror.columns().rows_at(&record_type, mirror.position());
        let mut measured: Vec<(u64, u64)> = rows.map(|row| (row.id(), row.span().0.0)).collect();
        expected.sort_unstable();
        measured.sort_unstable();
        if let Some(number) = first_difference(&expected, &measured) {
            return Err(differ(&record_type, number, mirror.position()));
        }
    }
    Ok(())
}

/// The number of the first row that only one of two sorted lists has.
fn first_difference(one: &[(u64, u64)], other: &[(u64, u64)]) -> Option<u64> {
    let place = one.iter().zip(other).position(|(one, other)| one != other);
    let place = place.unwrap_or(one.len().min(other.len()));
    match (one.get(place), other.get(place)) {
        (None, None) => None,
        (one, other) => one
            .into_iter()
            .chain(other)
            .map(|(number, _)| *number)
            .min(),
    }
}

/// Keys and contents by which records are recognised lead to records of their type.
fn keys_lead_to_records(state: &StateView<'_>, origins: &Origins) -> Result<(), Problem> {
    for space in [spaces::RECORD_KEY, spaces::RECORD_CONTENT] {
        for found in rows::<KnownRow>(state, space) {
            let (key, version, known) = found?;
            let record_type = key.split(|byte| *byte == 0).next().unwrap_or_default();
            let origin = origins.of(known.record);
            let of_type = origin.and_then(|origin| origins.types.get(origin.of_type));
            if of_type.map(|id| id.as_bytes()) != Some(record_type) {
                return Err(differ("record key", known.record, version));
            }
        }
    }
    Ok(())
}

fn subjects(state: &StateView<'_>, mirror: &Mirror, imports: &Imports) -> Result<(), Problem> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for found in state.scan(spaces::SUBJECT, &[]) {
        let found = found?;
        let told: SubjectRow = row(spaces::SUBJECT, &found.value)?;
        let is_closed = |import| {
            let status = imports.get(&import).map(|(status, _)| *status);
            Ok(status == Some(ImportStatus::Closed))
        };
        // What only an import brought that is not closed is known to nobody.
        if told.visible(is_closed)?.is_none() {
            continue;
        }
        let key = String::from_utf8_lossy(&found.key);
        let (subject_type, id) = key.split_once('\0').unwrap_or((&key, ""));
        if mirror.subject_name(subject_type, id).is_none() {
            return Err(differ("subject", id, found.version));
        }
        *known.entry(subject_type.to_owned()).or_default() += 1;
    }
    for (subject_type, count) in known {
        let in_memory = mirror.subjects(&subject_type).count();
        if in_memory != count {
            return Err(differ(&subject_type, count, in_memory));
        }
    }
    Ok(())
}

/// Every case stands in its flow's table with its state, its unit, its closing day and outcome.
fn cases(state: &StateView<'_>, mirror: &Mirror) -> Result<(), Problem> {
    let mut flows: BTreeMap<String, BTreeMap<u64, [Value; 4]>> = BTreeMap::new();
    for programme in mirror.programmes() {
        for flow in programme.flows.keys() {
            flows.entry(flow.to_string()).or_default();
        }
    }
    let text =
        |text: Option<&String>| text.map_or(Value::Null, |text| Value::Text(text.as_str().into()));
    for found in rows::<CaseRow>(state, spaces::CASE) {
        let (key, _, case) = found?;
        let closed = case.closed.as_ref();
        let closed_on = closed.and_then(|(day, _)| base::Day::parse(day).ok());
        let shown = [
            text(Some(&case.state)),
            text(spaces::unit_after(case.opened.unit.as_deref(), &case.steps).as_ref()),
            closed_on.map_or(Value::Null, Value::Day),
            text(closed.and_then(|(_, outcome)| outcome.as_ref())),
        ];
        let of_flow = flows.entry(case.opened.flow).or_default();
        of_flow.insert(number(&key), shown);
    }
    for (flow, mut told) in flows {
        let table = Schema::cases_name(&FlowId::new(&flow));
        for row in mirror.columns().rows_at(&table, mirror.position()) {
            let measured = ["state", "unit", "closed_on", "outcome"].map(|name| row.value(name));
            if told.remove(&row.id()).as_ref() != Some(&measured) {
                return Err(differ(&table, row.id(), mirror.position()));
            }
        }
        if let Some((number, _)) = told.first_key_value() {
            return Err(differ(&table, number, mirror.position()));
        }
    }
    for found in rows::<u64>(state, spaces::CASE_INDEX) {
        let (_, version, case) = found?;
        if state
            .get(spaces::CASE, &spaces::number_key(case))?
            .is_none()
        {
            return Err(differ("case", case, version));
        }
    }
    // What a record opened is about it, and of the flow that the row says.
    for found in rows::<BTreeMap<String, u64>>(state, spaces::OF_RECORD) {
        let (key, version, opened) = found?;
        for (flow, case) in opened {
            let about: Option<CaseRow> = read(state, spaces::CASE, &spaces::number_key(case))?;
            let is_so = about.is_some_and(|about| {
                about.opened.flow == flow && about.opened.record == Some(number(&key))
            });
            if !is_so || !mirror.has_case_about(number(&key), &FlowId::new(&flow)) {
                return Err(differ("case of record", case, version));
            }
        }
    }
    let is_there = |case: u64| -> Result<bool, Problem> {
        let found = state.get(spaces::CASE, &spaces::number_key(case))?;
        Ok(found.is_some())
    };
    for found in rows::<Vec<ReminderRow>>(state, spaces::REMINDED) {
        let (key, version, _) = found?;
        if !is_there(number(&key))? {
            return Err(differ("reminder", number(&key), version));
        }
    }
    for found in rows::<Vec<FollowedRow>>(state, spaces::FOLLOWED) {
        let (key, version, followed) = found?;
        for row in followed {
            if !is_there(number(&key))? || !is_there(row.assignment)? {
                return Err(differ("assignment", row.assignment, version));
            }
        }
    }
    Ok(())
}

fn overrides(state: &StateView<'_>, mirror: &Mirror) -> Result<(), Problem> {
    let mut last = BTreeMap::new();
    for (at, facts) in mirror.told_overrides() {
        let key = spaces::key(&[&facts.scorecard, &facts.period, &facts.item, &facts.unit]);
        last.insert(key, (*at, facts));
    }
    for found in rows::<OverrideFacts>(state, spaces::OVERRIDE) {
        let (key, version, facts) = found?;
        if last.remove(&key) != Some((version, &facts)) {
            return Err(differ("override", &facts.item, version));
        }
    }
    match last.into_values().next() {
        None => Ok(()),
        Some((at, facts)) => Err(differ("override", &facts.item, at)),
    }
}

fn seals(state: &StateView<'_>, mirror: &Mirror) -> Result<(), Problem> {
    let mut told: BTreeMap<Vec<u8>, Vec<u64>> = BTreeMap::new();
    for (at, facts) in mirror.told_seals() {
        let key = spaces::key(&[&facts.scorecard, &facts.period]);
        told.entry(key).or_default().push(at.0);
    }
    for found in rows::<Vec<u64>>(state, spaces::SEAL) {
        let (key, version, positions) = found?;
        if told.remove(&key) != Some(positions) {
            return Err(differ("sealing", version, version));
        }
    }
    match told.into_values().flatten().next() {
        None => Ok(()),
        Some(at) => Err(differ("sealing", at, at)),
    }
}

/// The rows of a space: key, version, value.
fn rows<'s, T: DeserializeOwned>(
    state: &'s StateView<'_>,
    space: ledger::Space,
) -> impl Iterator<Item = Result<(Vec<u8>, Position, T), Problem>> + 's {
    state.scan(space, &[]).map(move |found| {
        let found = found?;
        let value = row(space, &found.value)?;
        Ok((found.key, found.version, value))
    })
}

fn read<T: DeserializeOwned>(
    state: &StateView<'_>,
    space: ledger::Space,
    key: &[u8],
) -> Result<Option<T>, Problem> {
    crate::fold::get(state, space, key)
}

/// The number that a key is; one that is none becomes a number that nothing has.
fn number(key: &[u8]) -> u64 {
    key.try_into().map_or(u64::MAX, u64::from_be_bytes)
}

fn differ(what: impl Display, one: impl Display, at: impl Display) -> Problem {
    problems::parts_differ(what, one, at)
}
