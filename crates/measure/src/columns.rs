//! All tables, and the changes that fill them.
//!
//! Changes come in the order of the ledger, each with its position. Nothing is ever overwritten: a
//! revision is a [`Change::Hide`] and a [`Change::Record`] with the same number. Subjects' dated
//! attributes become versions (`versions.rs`); units, targets and items follow from the programme.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Day, FlowId, Position, Problem, SubjectTypeId};
use programme::model::{Carrier, Programme};
use programme::schema::{ColumnType, POINTS_SCALE, Schema, TARGET_SCALE, Value};

use crate::dictionary::Dictionaries;
use crate::figures::Asked;
use crate::gather::Plan;
use crate::pass::Outcome;
use crate::plans::Plans;
use crate::problems;
use crate::recent::Recent;
use crate::segment::{NewRow, Segment};
use crate::table::{TAIL_ROWS, Table};
use crate::timed::Timed;
use crate::tree::UnitTree;
use crate::versions::Histories;

/// Something that was accepted. Values of personal columns are given like any other and not kept.
#[derive(Debug, Clone)]
pub enum Change {
    /// A programme comes into force.
    Programme {
        /// Its ledger position.
        at: Position,
        /// It.
        programme: Arc<Programme>,
    },
    /// A record.
    Record {
        /// The record type.
        table: Arc<str>,
        /// Its number, unique within the table among what is not hidden.
        id: u64,
        /// Its ledger position.
        at: Position,
        /// A value for each column of the table's schema in its order, without the first (`id`).
        values: Vec<Value>,
    },
    /// A record that nobody sees until its import is revealed.
    Stage {
        /// The import.
        import: u64,
        /// The record type.
        table: Arc<str>,
        /// Its number; where such a record counts already, this is its next version.
        id: u64,
        /// Its ledger position.
        at: Position,
        /// As of a record.
        values: Vec<Value>,
    },
    /// All that an import staged counts from here on, and hides the versions before it.
    Reveal {
        /// The import.
        import: u64,
        /// The ledger position.
        at: Position,
    },
    /// What an import staged will never count.
    Discard {
        /// The import.
        import: u64,
        /// The ledger position.
        at: Position,
    },
    /// A record or case no longer counts: withdrawn, or followed by a revision.
    Hide {
        /// The table.
        table: Arc<str>,
        /// The row's number.
        id: u64,
        /// The ledger position.
        at: Position,
    },
    /// Attributes of a subject from a day on; the first makes the subject known. A later entry for
    /// the same day replaces an earlier one.
    Subject {
        /// Its type.
        subject_type: SubjectTypeId,
        /// Its identity.
        id: Arc<str>,
        /// First day on which they hold.
        from: Day,
        /// Columns of `subject:TYPE` with their values: attributes, `name`, `registered_on`.
        attributes: Vec<(Arc<str>, Value)>,
        /// The ledger position.
        at: Position,
    },
    /// A case as it stands now; its earlier row is hidden.
    Case {
        /// Its flow.
        flow: FlowId,
        /// Its number.
        id: u64,
        /// The ledger position.
        at: Position,
        /// A value for each column of `case:FLOW` in its order, without the first (`id`).
        values: Vec<Value>,
    },
    /// What a case will be from a day on if nothing else happens to it; its next change takes it back.
    Expected {
        /// Its flow.
        flow: FlowId,
        /// Its number.
        id: u64,
        /// The ledger position from which it is expected.
        at: Position,
        /// The day from which it is so.
        day: Day,
        /// As of a case.
        values: Vec<Value>,
    },
}

/// A programme and what follows from it.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    pub at: Position,
    pub programme: Arc<Programme>,
    pub tree: UnitTree,
}

/// Rows of an import by their table.
pub(crate) type StagedRows = (Arc<str>, Arc<Segment>);

/// Everything that can be measured.
#[derive(Debug, Clone)]
pub struct Columns {
    tables: HashMap<Arc<str>, Table>,
    dictionaries: Dictionaries,
    programmes: Vec<InForce>,
    histories: HashMap<SubjectTypeId, Histories>,
    /// Rows of imports that are not revealed yet, in order of arrival.
    staged: HashMap<u64, Vec<StagedRows>>,
    head: Position,
    /// Cells of the row at hand.
    cells: Vec<i64>,
    /// The tail of a table is sealed at so many rows.
    tail_rows: usize,
    recent: Recent,
    plans: Plans,
    /// What time alone will make of cases, in the order in which it was told.
    pub(crate) timed: Vec<Timed>,
}

impl Default for Columns {
    fn default() -> Columns {
        Columns::sealed_at(TAIL_ROWS)
    }
}

impl Columns {
    /// Nothing yet.
    pub fn new() -> Columns {
        Columns::default()
    }

    /// Nothing yet; tables seal their tail at so many rows (at least 1). Figures do not depend on it:
    /// tests hold that with few rows.
    pub fn sealed_at(tail_rows: usize) -> Columns {
        Columns {
            tables: HashMap::new(),
            dictionaries: Dictionaries::default(),
            programmes: Vec::new(),
            histories: HashMap::new(),
            staged: HashMap::new(),
            head: Position::default(),
            cells: Vec::new(),
            tail_rows: tail_rows.max(1),
            recent: Recent::default(),
            plans: Plans::default(),
            timed: Vec::new(),
        }
    }

    /// The tables with what writing a row needs.
    pub(crate) fn parts_to_write(
        &mut self,
    ) -> (
        &mut HashMap<Arc<str>, Table>,
        &mut Dictionaries,
        &mut Vec<i64>,
    ) {
        (&mut self.tables, &mut self.dictionaries, &mut self.cells)
    }

    /// Waits until no segments are being merged and none are due: for measuring speed and memory.
    pub fn settle(&mut self) {
        self.tables.values_mut().for_each(Table::settle);
    }

    /// The position of the last change.
    pub fn head(&self) -> Position {
        self.head
    }

    /// The position of the latest change of a table: what is read of its rows at any later one is the same.
    pub fn changed(&self, table: &str) -> Position {
        Position(self.tables.get(table).map_or(0, Table::changed))
    }

    /// The programme in force at a position and the position that brought it.
    pub fn programme_at(&self, at: Position) -> Option<(&Arc<Programme>, Position)> {
        self.in_force(at).map(|found| (&found.programme, found.at))
    }

    /// How many rows a table has at the head.
    pub fn rows(&self, table: &str) -> usize {
        self.tables.get(table).map_or(0, |table| {
            let rows = table.rows_in_order();
            rows.filter(|row| table.is_visible(*row, self.head.0))
                .count()
        })
    }

    pub(crate) fn in_force(&self, at: Position) -> Option<&InForce> {
        self.programmes
            .iter()
            .rev()
            .find(|programme| programme.at <= at)
    }

    pub(crate) fn programmes(&self) -> &[InForce] {
        &self.programmes
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Plans of earlier questions.
    pub(crate) fn plans(&self) -> &Plans {
        &self.plans
    }

    /// Runs a plan over all rows of its table.
    pub(crate) fn outcome(&self, asked: &Asked<'_>, plan: &Plan<'_, '_>) -> Arc<Outcome> {
        self.recent.outcome(asked, plan, self.tail_rows)
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = (&Arc<str>, &Table)> {
        self.tables.iter()
    }

    pub(crate) fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(name)
    }

    pub(crate) fn histories(&self) -> &HashMap<SubjectTypeId, Histories> {
        &self.histories
    }

    pub(crate) fn staged(&self) -> &HashMap<u64, Vec<StagedRows>> {
        &self.staged
    }

    /// Takes in what was saved beside the tables.
    pub(crate) fn restore(
        &mut self,
        head: Position,
        dictionaries: Dictionaries,
        programmes: Vec<InForce>,
        histories: HashMap<SubjectTypeId, Histories>,
        staged: HashMap<u64, Vec<StagedRows>>,
    ) {
        self.head = head;
        self.dictionaries = dictionaries;
        self.programmes = programmes;
        self.histories = histories;
        self.staged = staged;
    }

    /// The tables of a programme; those that are there take over its columns.
    pub(crate) fn adopt(&mut self, programme: &Programme) {
        for schema in programme.schema.tables.values() {
            match self.tables.get_mut(&schema.name) {
                Some(table) => table.adopt(schema),
                None => {
                    let table = Table::new(schema, self.tail_rows);
                    self.tables.insert(schema.name.clone(), table);
                }
            }
        }
    }

    pub(crate) fn histories_bytes(&self) -> usize {
        self.histories.values().map(Histories::bytes).sum()
    }

    pub(crate) fn dictionaries(&self) -> &Dictionaries {
        &self.dictionaries
    }

    /// Whether a row of a table would be taken up, so that nothing need be written down that could not be.
    ///
    /// # Errors
    /// M101 to M103, M108: as [`Columns::apply`] would.
    pub fn check_row(&self, table: &str, values: &[Value]) -> Result<(), Problem> {
        let found = self.tables.get(table);
        let found = found.ok_or_else(|| problems::unknown_table(table))?;
        found.check_row(values)
    }

    /// The same for what becomes known of a subject.
    ///
    /// # Errors
    /// M101, M103, M107, M108: as [`Columns::apply`] would.
    pub fn check_subject(
        &self,
        subject_type: &SubjectTypeId,
        attributes: &[(Arc<str>, Value)],
    ) -> Result<(), Problem> {
        let name = Schema::subjects_name(subject_type);
        let table = self.tables.get(&name);
        let table = table.ok_or_else(|| problems::unknown_table(&name))?;
        crate::versions::check(table, attributes)
    }

    /// Whether a table has a row of that number that counts.
    pub fn has_row(&self, table: &str, id: u64) -> bool {
        let table = self.tables.get(table);
        table.is_some_and(|table| table.live_row(id).is_some())
    }

    /// Takes up a change.
    ///
    /// # Errors
    /// M101 to M108: the change does not fit the programme or what is there. The columns are then
    /// unchanged, but that texts of the refused row may have got numbers.
    pub fn apply(&mut self, change: Change) -> Result<(), Problem> {
        let at = match &change {
            Change::Programme { at, .. }
            | Change::Record { at, .. }
            | Change::Stage { at, .. }
            | Change::Reveal { at, .. }
            | Change::Discard { at, .. }
            | Change::Hide { at, .. }
            | Change::Subject { at, .. }
            | Change::Case { at, .. }
            | Change::Expected { at, .. } => *at,
        };
        if at < self.head {
            return Err(problems::out_of_order(at, self.head));
        }
        match change {
            Change::Programme { at, programme } => self.take_programme(at, &programme)?,
            Change::Record {
                table,
                id,
                at,
                values,
            } => self.add_row(&table, id, at, &values)?,
            Change::Stage {
                import,
                table: name,
                id,
                values,
                ..
            } => self.stage(import, &name, id, &values)?,
            Change::Reveal { import, at } => {
                for (name, rows) in self.staged.remove(&import).unwrap_or_default() {
                    let table = self
                        .tables
                        .get_mut(&name)
                        .ok_or_else(|| problems::unknown_table(&name))?;
                    table.reveal(Arc::unwrap_or_clone(rows), at.0)?;
                }
            }
            Change::Discard { import, .. } => drop(self.staged.remove(&import)),
            Change::Hide { table, id, at } => self.hide_row(&table, id, at)?,
            Change::Subject {
                subject_type,
                id,
                from,
                attributes,
                at,
            } => {
                let name = Schema::subjects_name(&subject_type);
                let table = self
                    .tables
                    .get_mut(&name)
                    .ok_or_else(|| problems::unknown_table(&name))?;
                let histories = self.histories.entry(subject_type).or_default();
                histories.take(table, &mut self.dictionaries, &id, from, &attributes, at)?;
            }
            Change::Expected {
                flow,
                id,
                at,
                day,
                values,
            } => {
                self.check_row(&Schema::cases_name(&flow), &values)?;
                self.timed.push(Timed {
                    flow,
                    id,
                    from: at,
                    until: None,
                    day,
                    values: values.into(),
                });
            }
            Change::Case {
                flow,
                id,
                at,
                values,
            } => {
                self.expect_nothing(&flow, id, at);
                let name = Schema::cases_name(&flow);
                let table = self
                    .tables
                    .get_mut(&name)
                    .ok_or_else(|| problems::unknown_table(&name))?;
                table.encode_row(id, &values, &mut self.dictionaries, &mut self.cells)?;
                match table.live_row(id) {
                    // Several steps of one entry: nobody can have measured in between.
                    Some(row) if table.span(row).0 == at => table.rewrite(row, &self.cells),
                    earlier => {
                        if let Some(row) = earlier {
                            table.hide(row, at.0);
                        }
                        table.add(id, at.0, &self.cells)?;
                    }
                }
            }
        }
        self.head = at;
        Ok(())
    }

    fn add_row(
        &mut self,
        name: &str,
        id: u64,
        at: Position,
        values: &[Value],
    ) -> Result<(), Problem> {
        let table = self
            .tables
            .get_mut(name)
            .ok_or_else(|| problems::unknown_table(name))?;
        if table.live_row(id).is_some() {
            return Err(problems::row_twice(name, id));
        }
        table.encode_row(id, values, &mut self.dictionaries, &mut self.cells)?;
        table.add(id, at.0, &self.cells)
    }

    fn stage(
        &mut self,
        import: u64,
        name: &Arc<str>,
        id: u64,
        values: &[Value],
    ) -> Result<(), Problem> {
        let table = self
            .tables
            .get(name)
            .ok_or_else(|| problems::unknown_table(name))?;
        table.encode_row(id, values, &mut self.dictionaries, &mut self.cells)?;
        let staged = self.staged.entry(import).or_default();
        let place = match staged.iter().position(|(known, _)| known == name) {
            Some(place) => place,
            None => {
                staged.push((name.clone(), Arc::default()));
                staged.len() - 1
            }
        };
        if let Some((_, rows)) = staged.get_mut(place) {
            // They get their position when they are revealed.
            Arc::make_mut(rows).push(&NewRow {
                id,
                added: 0,
                version: None,
                cells: &self.cells,
            });
        }
        Ok(())
    }

    fn hide_row(&mut self, name: &str, id: u64, at: Position) -> Result<(), Problem> {
        let table = self
            .tables
            .get_mut(name)
            .ok_or_else(|| problems::unknown_table(name))?;
        let row = table
            .live_row(id)
            .ok_or_else(|| problems::no_such_row(name, id))?;
        table.hide(row, at.0);
        Ok(())
    }

    fn take_programme(&mut self, at: Position, programme: &Arc<Programme>) -> Result<(), Problem> {
        self.adopt(programme);
        for unit in programme.units.keys() {
            if self
                .dictionaries
                .number_in(&ColumnType::Unit, unit.as_str())
                .is_none()
            {
                return Err(problems::table_full("unit"));
            }
        }
        for (name, rows) in [
            ("unit", unit_rows(programme)),
            ("target", target_rows(programme)),
            ("item", item_rows(programme)),
        ] {
            let table = self
                .tables
                .get_mut(name)
                .ok_or_else(|| problems::unknown_table(name))?;
            table.hide_all(at.0);
            for (number, row) in rows.into_iter().enumerate() {
                table.encode_row(0, &row.values, &mut self.dictionaries, &mut self.cells)?;
                match row.version {
                    // A unit is found by its number in the dictionary, its first cell.
                    Some(version) => {
                        let id = self.cells.first().copied().unwrap_or(0);
                        table.add_version(id.unsigned_abs(), at.0, version, &self.cells)?;
                    }
                    None => table.add_listed(number as u64, at.0, &self.cells)?,
                }
            }
        }
        let tree = UnitTree::new(&programme.units, self.dictionaries.units());
        self.programmes.push(InForce {
            at,
            programme: programme.clone(),
            tree,
        });
        Ok(())
    }
}

/// A row that follows from the programme.
struct Derived {
    values: Vec<Value>,
    version: Option<(i32, i32)>,
}

fn text(text: impl AsRef<str>) -> Value {
    Value::Text(text.as_ref().into())
}

fn optional(found: Option<impl AsRef<str>>) -> Value {
    found.map_or(Value::Null, text)
}

/// One row for each unit and span of days with the same ranking group.
fn unit_rows(programme: &Programme) -> Vec<Derived> {
    let mut rows = Vec::new();
    for unit in programme.units.values() {
        let mut starts = vec![Day::MIN];
        starts.extend(
            unit.changes
                .iter()
                .filter(|change| change.group.is_some())
                .map(|change| change.on),
        );
        starts.dedup();
        for (index, from) in starts.iter().enumerate() {
            let to = starts
                .get(index + 1)
                .and_then(|next| next.plus_days(-1))
                .unwrap_or(Day::MAX);
            let known = |day: Day, limit: Day| {
                if day == limit {
                    Value::Null
                } else {
                    Value::Day(day)
                }
            };
            rows.push(Derived {
                values: vec![
                    text(unit.id.as_str()),
                    text(unit.kind.as_str()),
                    optional(unit.group_on(*from).map(|group| group.as_str())),
                    optional(unit.division.as_ref()),
                    Value::Texts(unit.tags.clone()),
                    known(unit.valid_from, Day::MIN),
                    known(unit.valid_to, Day::MAX),
                ],
                version: Some((from.number(), to.number())),
            });
        }
    }
    rows
}

/// One row for each item and unit that carries it in the programme's year. The value is the
/// unit's own target for that year, or else the item's.
fn target_rows(programme: &Programme) -> Vec<Derived> {
    let year = &programme.year;
    let (first, last) = (year.first().unwrap_or(Day::MIN), year.last());
    let mut rows = Vec::new();
    for scorecard in programme.scorecards.values() {
        for (item_id, ties) in &scorecard.items {
            let own = scorecard
                .card
                .items
                .iter()
                .find(|item| item.id == *item_id)
                .and_then(|item| item.target.as_ref());
            for unit in programme.units.values() {
                let exists = unit.valid_from <= last && first <= unit.valid_to;
                let carries = ties.carriers.iter().any(|carrier| match carrier {
                    Carrier::Unit(id) => *id == unit.id,
                    Carrier::Kind(kind) => exists && *kind == unit.kind,
                    Carrier::Group(group) => exists && unit.group_on(last) == Some(group),
                    Carrier::All => exists,
                });
                if !carries {
                    continue;
                }
                let has_own = ties
                    .targets
                    .iter()
                    .any(|target| target.unit.as_ref() == Some(&unit.id) && target.period == *year);
                // The city's target is that of each unit, pro-rated by its months, unless it is their sum.
                let declared = (has_own || (ties.prorate && own.is_some()))
                    .then(|| ties.target_for(unit, year))
                    .flatten();
                let value = declared.as_ref().or(own);
                rows.push(Derived {
                    values: vec![
                        text(scorecard.card.id.as_str()),
                        text(item_id.as_str()),
                        text(unit.id.as_str()),
                        value.map_or(Value::Null, |value| scaled(value, TARGET_SCALE)),
                    ],
                    version: None,
                });
            }
        }
    }
    rows
}

fn item_rows(programme: &Programme) -> Vec<Derived> {
    let mut rows = Vec::new();
    for scorecard in programme.scorecards.values() {
        for item in &scorecard.card.items {
            let ties = scorecard.items.get(&item.id);
            let mut top = &item.group;
            for _ in 0..scoring_levels(scorecard) {
                match scorecard
                    .card
                    .groups
                    .iter()
                    .find(|group| group.id == *top)
                    .and_then(|group| group.parent.as_ref())
                {
                    Some(parent) => top = parent,
                    None => break,
                }
            }
            let role = ties
                .and_then(|ties| ties.row.text("role").cloned())
                .unwrap_or_else(|| "normal".into());
            rows.push(Derived {
                values: vec![
                    text(item.id.as_str()),
                    text(scorecard.card.id.as_str()),
                    text(item.group.as_str()),
                    text(top.as_str()),
                    scaled(&item.points, POINTS_SCALE),
                    optional(ties.and_then(|ties| ties.row.text("rule"))),
                    Value::Text(role),
                    optional(
                        ties.and_then(|ties| ties.lead.as_ref())
                            .map(|lead| lead.as_str()),
                    ),
                ],
                version: None,
            });
        }
    }
    rows
}

/// No chain of groups is longer than there are groups.
fn scoring_levels(scorecard: &programme::model::Scorecard) -> usize {
    scorecard.card.groups.len()
}

/// A declared number at a fixed scale, rounded half up where it has more places.
fn scaled(value: &base::Ratio, scale: u8) -> Value {
    let factor = base::Ratio::from_int(10_i64.pow(u32::from(scale)));
    let units = (value * &factor)
        .round(0, base::Rounding::HalfUp)
        .to_integer();
    units
        .and_then(|units| i64::try_from(units).ok())
        .map_or(Value::Null, Value::Int)
}
