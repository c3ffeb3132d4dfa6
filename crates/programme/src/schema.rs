//! The tables that expressions and indicators can name, and what their columns hold.
//!
//! One schema serves everyone: the type checker of [`crate::expr`], the columns that crate
//! `measure` keeps, and the SQL export. It is derived from the programme and from nothing else,
//! so that a table's shape never depends on its rows. Read [`Schema::build`] for the full list.

use std::sync::Arc;

use base::{Day, FlowId, RecordTypeId, ScorecardId, SubjectTypeId, VocabularyId};
use indexmap::IndexMap;

use crate::model::{Attribution, FieldType, RecordType, SubjectType};

/// The vocabulary of unit kinds.
pub const UNIT_KIND: &str = "unit_kind";
/// The vocabulary of ranking groups.
pub const RANKING_GROUP: &str = "ranking_group";
/// Decimal places of `target.value`.
pub const TARGET_SCALE: u8 = 6;
/// Decimal places of `item.points`.
pub const POINTS_SCALE: u8 = 4;

/// All tables of a programme.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// By the name that `of = "…"` uses: a record type, `subject:TYPE`, `case:FLOW`, `unit`, `target`, `item`.
    pub tables: IndexMap<Arc<str>, TableSchema>,
}

/// What the rows of a table are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Records of a type.
    Records(RecordTypeId),
    /// Subjects of a type, with their attributes as of the day measured.
    Subjects(SubjectTypeId),
    /// Cases of a flow.
    Cases(FlowId),
    /// Units, as of the day measured.
    Units,
    /// Targets: one row for each carried item and unit.
    Targets,
    /// Items of all scorecards.
    Items,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSchema {
    /// Its name.
    pub name: Arc<str>,
    /// What its rows are.
    pub source: Source,
    /// Its columns; the first is always `id` but for `target`, whose rows have no identifier.
    pub columns: IndexMap<Arc<str>, ColumnSchema>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSchema {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds.
    pub column_type: ColumnType,
    /// Personal: no indicator may use it.
    pub personal: bool,
}

/// What a column holds. Every column can be empty (null).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnType {
    /// A whole number.
    Int,
    /// A decimal: an integer of units of 10^−scale. Money has scale 2.
    Decimal(u8),
    /// A civil day.
    Day,
    /// Yes or no.
    Bool,
    /// One code of a vocabulary.
    Code(VocabularyId),
    /// A set of codes of a vocabulary.
    Codes(VocabularyId),
    /// One text of a list that the programme itself declares (a flow's states, the scorecards).
    Choice(Arc<[Arc<str>]>),
    /// Free text.
    Text,
    /// A set of free texts (a unit's tags).
    Texts,
    /// The identity of a subject.
    Subject(SubjectTypeId),
    /// The id of a unit.
    Unit,
    /// A period in canonical text.
    Period,
}

impl ColumnType {
    /// The constant denominator of a number column (`10^scale`, 1 for whole numbers).
    pub fn denominator(&self) -> Option<i64> {
        match self {
            ColumnType::Int => Some(1),
            ColumnType::Decimal(scale) => 10_i64.checked_pow(u32::from(*scale)),
            _ => None,
        }
    }
}

/// The content of one cell; which variant is right follows from the column's [`ColumnType`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Empty.
    #[default]
    Null,
    /// Of `Int`: the number. Of `Decimal(scale)`: units of 10^−scale.
    Int(i64),
    /// Of `Day`.
    Day(Day),
    /// Of `Bool`.
    Bool(bool),
    /// Of `Code`, `Choice`, `Text`, `Subject`, `Unit` and `Period`.
    Text(Arc<str>),
    /// Of `Codes` and `Texts`. An empty set is the same as `Null`.
    Texts(Vec<Arc<str>>),
}

/// A column as an expression names it: of the row itself, or of what a column of the row refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnPath {
    /// `result`
    Own(Arc<str>),
    /// `unit.kind`, `subject.industry`: the value of `attribute` of the unit or subject that `column`
    /// refers to, as it was on the row's day ([`TableSchema::row_day`]).
    Joined {
        /// The column of the row.
        column: Arc<str>,
        /// The column of the unit table or of the subject's table.
        attribute: Arc<str>,
    },
}

impl std::fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ColumnPath::Own(column) => f.write_str(column),
            ColumnPath::Joined { column, attribute } => write!(f, "{column}.{attribute}"),
        }
    }
}

impl ColumnPath {
    /// Reads `result` or `subject.industry`, without asking whether it exists.
    pub fn of_text(text: &str) -> ColumnPath {
        match text.split_once('.') {
            Some((column, attribute)) => ColumnPath::Joined {
                column: column.into(),
                attribute: attribute.into(),
            },
            None => ColumnPath::Own(text.into()),
        }
    }
}

/// The parts of a programme from which the schema follows.
#[derive(Debug, Clone, Copy)]
pub struct SchemaParts<'a> {
    /// Record types; their constraints are not needed yet.
    pub record_types: &'a IndexMap<RecordTypeId, RecordType>,
    /// Subject types.
    pub subject_types: &'a IndexMap<SubjectTypeId, SubjectType>,
    /// Flows.
    pub flows: &'a IndexMap<FlowId, casework::Flow>,
    /// The ids of all scorecards.
    pub scorecards: &'a [ScorecardId],
}

impl Schema {
    /// The tables of a programme:
    ///
    /// | table | columns |
    /// |---|---|
    /// | a record type | `id` (the record's number), then its fields in declared order: `day`, `unit`, `place`, `subject` if it has one, and its own |
    /// | `subject:T` | `id` (identity), `name` (personal, as far as expressions go), `registered_on`, then the attributes |
    /// | `case:F` | `id` (the case's number), `opened_on`, `unit`, `place`, `subject`, `scorecard`, `item`, `period`, `state`, `closed_on`, `outcome`, `closing_reason`, `parent` and `merged_into` (numbers of cases), then the flow's fields, then for each deadline and notice `D` `D_due` and `D_done` |
    /// | `unit` | `id`, `kind`, `group`, `division`, `tags`, `valid_from`, `valid_to` |
    /// | `target` | `scorecard`, `item`, `unit`, `value` |
    /// | `item` | `id`, `scorecard`, `group`, `top_group`, `points`, `rule`, `role`, `lead` |
    ///
    /// The `subject` of a case is a subject where the flow's `subject` names a subject type, and text
    /// elsewhere. A flow's field or deadline that is named like a column before it keeps its first meaning
    /// ([`crate::check`] refuses such a flow).
    pub fn build(parts: &SchemaParts<'_>) -> Schema {
        let mut schema = Schema::default();
        for record_type in parts.record_types.values() {
            schema.add(records_table(record_type));
        }
        for subject_type in parts.subject_types.values() {
            schema.add(subjects_table(subject_type));
        }
        let scorecards: Arc<[Arc<str>]> = parts
            .scorecards
            .iter()
            .map(|id| Arc::from(id.as_str()))
            .collect();
        for flow in parts.flows.values() {
            schema.add(cases_table(flow, parts, &scorecards));
        }
        schema.add(units_table());
        schema.add(targets_table(&scorecards));
        schema.add(items_table(&scorecards));
        schema
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.get(name)
    }

    /// The name of the table with the subjects of a type.
    pub fn subjects_name(subject_type: &SubjectTypeId) -> Arc<str> {
        format!("subject:{subject_type}").into()
    }

    /// The name of the table with the cases of a flow.
    pub fn cases_name(flow: &FlowId) -> Arc<str> {
        format!("case:{flow}").into()
    }

    /// The column at the end of a path that starts in `table`; `None` when there is no such way.
    /// From a unit column one reaches the columns of table `unit`, from a subject column those of
    /// `subject:T`.
    pub fn resolve<'a>(
        &'a self,
        table: &'a TableSchema,
        path: &ColumnPath,
    ) -> Option<&'a ColumnSchema> {
        match path {
            ColumnPath::Own(column) => table.columns.get(column),
            ColumnPath::Joined { column, attribute } => self
                .joined(table.columns.get(column)?)?
                .columns
                .get(attribute),
        }
    }

    /// The table that a unit or subject column refers to.
    pub fn joined(&self, column: &ColumnSchema) -> Option<&TableSchema> {
        match &column.column_type {
            ColumnType::Unit => self.table("unit"),
            ColumnType::Subject(subject_type) => self.table(&Schema::subjects_name(subject_type)),
            _ => None,
        }
    }

    fn add(&mut self, table: TableSchema) {
        self.tables.insert(table.name.clone(), table);
    }
}

impl TableSchema {
    /// The column that says on which day a row happened: units and attributes that it refers to
    /// are taken as of then. `None`: as of the day measured.
    pub fn row_day(&self) -> Option<&'static str> {
        match self.source {
            Source::Records(_) => Some("day"),
            Source::Cases(_) => Some("opened_on"),
            Source::Subjects(_) | Source::Units | Source::Targets | Source::Items => None,
        }
    }

    /// The column with the unit for whose figure a row counts; `None` when rows belong to no unit
    /// (or for [`Attribution::City`]).
    pub fn unit_column(&self, attribution: Attribution) -> Option<&ColumnSchema> {
        let name = match (&self.source, attribution) {
            (_, Attribution::City) => return None,
            (Source::Units, _) => "id",
            (Source::Items, Attribution::Responsible) => "lead",
            (_, Attribution::Responsible) => "unit",
            (_, Attribution::Place) => "place",
        };
        self.columns
            .get(name)
            .filter(|column| column.column_type == ColumnType::Unit)
    }

    /// The column with the subject that a row is about.
    pub fn subject_column(&self) -> Option<&ColumnSchema> {
        let name = if matches!(self.source, Source::Subjects(_)) {
            "id"
        } else {
            "subject"
        };
        self.columns
            .get(name)
            .filter(|column| matches!(column.column_type, ColumnType::Subject(_)))
    }

    /// Whether rows are versions: of a subject or unit, each valid for some days.
    pub fn is_versioned(&self) -> bool {
        matches!(self.source, Source::Subjects(_) | Source::Units)
    }

    fn new(name: Arc<str>, source: Source) -> TableSchema {
        TableSchema {
            name,
            source,
            columns: IndexMap::new(),
        }
    }

    /// Adds a column unless one of that name is there already.
    fn with(
        mut self,
        name: impl Into<Arc<str>>,
        column_type: ColumnType,
        personal: bool,
    ) -> TableSchema {
        let name = name.into();
        self.columns.entry(name.clone()).or_insert(ColumnSchema {
            name,
            column_type,
            personal,
        });
        self
    }
}

fn column_type(field_type: &FieldType) -> ColumnType {
    match field_type {
        FieldType::Text | FieldType::File | FieldType::Place => ColumnType::Text,
        FieldType::Number => ColumnType::Int,
        FieldType::Decimal(scale) => ColumnType::Decimal(*scale),
        FieldType::Money => ColumnType::Decimal(2),
        FieldType::Date => ColumnType::Day,
        FieldType::Choice(vocabulary) => ColumnType::Code(vocabulary.clone()),
        FieldType::Choices(vocabulary) => ColumnType::Codes(vocabulary.clone()),
        FieldType::Subject(subject_type) => ColumnType::Subject(subject_type.clone()),
        FieldType::Unit => ColumnType::Unit,
        FieldType::Period => ColumnType::Period,
    }
}

fn records_table(record_type: &RecordType) -> TableSchema {
    let mut table = TableSchema::new(
        record_type.id.as_str().into(),
        Source::Records(record_type.id.clone()),
    )
    .with("id", ColumnType::Int, false)
    .with("day", ColumnType::Day, false)
    .with("unit", ColumnType::Unit, false)
    .with("place", ColumnType::Unit, false);
    if let Some(subject_type) = &record_type.subject {
        table = table.with("subject", ColumnType::Subject(subject_type.clone()), false);
    }
    for field in record_type.fields.values() {
        table = table.with(
            field.id.as_str(),
            column_type(&field.field_type),
            field.personal,
        );
    }
    table
}

fn subjects_table(subject_type: &SubjectType) -> TableSchema {
    // A subject may be a person, so the name counts as personal in every type.
    let mut table = TableSchema::new(
        Schema::subjects_name(&subject_type.id),
        Source::Subjects(subject_type.id.clone()),
    )
    .with("id", ColumnType::Subject(subject_type.id.clone()), false)
    .with("name", ColumnType::Text, true)
    .with("registered_on", ColumnType::Day, false);
    for field in subject_type.fields.values() {
        table = table.with(
            field.id.as_str(),
            column_type(&field.field_type),
            field.personal,
        );
    }
    table
}

fn cases_table(
    flow: &casework::Flow,
    parts: &SchemaParts<'_>,
    scorecards: &Arc<[Arc<str>]>,
) -> TableSchema {
    let subject = match parts.subject_types.get(flow.subject.as_str()) {
        Some(subject_type) => ColumnType::Subject(subject_type.id.clone()),
        None => ColumnType::Text,
    };
    let states = flow
        .states
        .iter()
        .map(|state| Arc::from(state.id.as_str()))
        .collect();
    let mut outcomes: Vec<Arc<str>> = Vec::new();
    for outcome in flow
        .states
        .iter()
        .filter_map(|state| state.outcome.as_ref())
    {
        if !outcomes.iter().any(|known| **known == *outcome.as_str()) {
            outcomes.push(outcome.as_str().into());
        }
    }
    let mut reasons: Vec<Arc<str>> = Vec::new();
    for reason in flow
        .actions
        .iter()
        .flat_map(|action| action.closes_with.iter().flatten())
    {
        if !reasons.iter().any(|known| **known == *reason.id.as_str()) {
            reasons.push(reason.id.as_str().into());
        }
    }
    let mut table = TableSchema::new(Schema::cases_name(&flow.id), Source::Cases(flow.id.clone()))
        .with("id", ColumnType::Int, false)
        .with("opened_on", ColumnType::Day, false)
        .with("unit", ColumnType::Unit, false)
        .with("place", ColumnType::Unit, false)
        .with("subject", subject, false)
        .with("scorecard", ColumnType::Choice(scorecards.clone()), false)
        .with("item", ColumnType::Text, false)
        .with("period", ColumnType::Period, false)
        .with("state", ColumnType::Choice(states), false)
        .with("closed_on", ColumnType::Day, false)
        .with("outcome", ColumnType::Choice(outcomes.into()), false)
        .with("closing_reason", ColumnType::Choice(reasons.into()), false)
        .with("parent", ColumnType::Int, false)
        .with("merged_into", ColumnType::Int, false);
    for field in &flow.fields {
        let column_type = match &field.kind {
            casework::FieldKind::Text => ColumnType::Text,
            casework::FieldKind::Decimal { scale } => ColumnType::Decimal(*scale),
            casework::FieldKind::Integer => ColumnType::Int,
            casework::FieldKind::Day => ColumnType::Day,
            casework::FieldKind::Choice(choices) => ColumnType::Choice(
                choices
                    .iter()
                    .map(|choice| Arc::from(choice.id.as_str()))
                    .collect(),
            ),
            casework::FieldKind::Bool => ColumnType::Bool,
        };
        table = table.with(field.id.as_str(), column_type, false);
    }
    let deadlines = flow.deadlines.iter().map(|deadline| &deadline.id);
    for id in deadlines.chain(flow.notices.iter().map(|notice| &notice.id)) {
        table = table
            .with(format!("{id}_due"), ColumnType::Day, false)
            .with(format!("{id}_done"), ColumnType::Day, false);
    }
    table
}

fn units_table() -> TableSchema {
    TableSchema::new("unit".into(), Source::Units)
        .with("id", ColumnType::Unit, false)
        .with(
            "kind",
            ColumnType::Code(VocabularyId::new(UNIT_KIND)),
            false,
        )
        .with(
            "group",
            ColumnType::Code(VocabularyId::new(RANKING_GROUP)),
            false,
        )
        .with("division", ColumnType::Text, false)
        .with("tags", ColumnType::Texts, false)
        .with("valid_from", ColumnType::Day, false)
        .with("valid_to", ColumnType::Day, false)
}

fn targets_table(scorecards: &Arc<[Arc<str>]>) -> TableSchema {
    TableSchema::new("target".into(), Source::Targets)
        .with("scorecard", ColumnType::Choice(scorecards.clone()), false)
        .with("item", ColumnType::Text, false)
        .with("unit", ColumnType::Unit, false)
        .with("value", ColumnType::Decimal(TARGET_SCALE), false)
}

fn items_table(scorecards: &Arc<[Arc<str>]>) -> TableSchema {
    let words =
        |words: &[&str]| ColumnType::Choice(words.iter().map(|word| Arc::from(*word)).collect());
    TableSchema::new("item".into(), Source::Items)
        .with("id", ColumnType::Text, false)
        .with("scorecard", ColumnType::Choice(scorecards.clone()), false)
        .with("group", ColumnType::Text, false)
        .with("top_group", ColumnType::Text, false)
        .with("points", ColumnType::Decimal(POINTS_SCALE), false)
        .with("rule", words(crate::tables::RULES), false)
        .with("role", words(&["normal", "bonus", "deduction"]), false)
        .with("lead", ColumnType::Unit, false)
}
