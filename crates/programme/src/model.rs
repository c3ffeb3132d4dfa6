//! The programme as it is meant: typed declarations, resolved references, compiled expressions.
//!
//! A [`Programme`] exists only when `check` found no error, so whoever holds one needs no second
//! check. Each declaration keeps its [`Row`], so that a later message can point at its line.
//! Built by `build`; the scorecards and flows inside are those of `scoring` and `casework`.

use std::sync::Arc;

use base::{
    AssessmentStart, CodeId, Day, DeadlineId, FieldId, FlowId, IndicatorId, ItemId, PartKind,
    Period, Ratio, RecordTypeId, RoleId, ScorecardId, SubjectTypeId, Text, UnitId, VocabularyId,
    WorkCalendar,
};
use indexmap::IndexMap;

use crate::expr::Expr;
use crate::rows::Row;
use crate::schema::Schema;

/// A checked programme.
#[derive(Debug, Clone)]
pub struct Programme {
    /// Identifier of the package.
    pub id: Arc<str>,
    /// Name.
    pub name: Text,
    /// Version as written.
    pub version: Arc<str>,
    /// City.
    pub city: Text,
    /// IANA name of the time zone in which days are counted.
    pub time_zone: Arc<str>,
    /// The period that is meant when none is given.
    pub year: Period,
    /// First day of an assessment year.
    pub assessment_start: AssessmentStart,
    /// The fixed today of a demonstration folder.
    pub demonstration_today: Option<Day>,
    /// Units in declared order.
    pub units: IndexMap<UnitId, Unit>,
    /// Vocabularies.
    pub vocabularies: IndexMap<VocabularyId, Vocabulary>,
    /// Subject types.
    pub subject_types: IndexMap<SubjectTypeId, SubjectType>,
    /// Record types.
    pub record_types: IndexMap<RecordTypeId, RecordType>,
    /// Indicators, each after those that it is derived from.
    pub indicators: IndexMap<IndicatorId, Indicator>,
    /// Scorecards.
    pub scorecards: IndexMap<ScorecardId, Scorecard>,
    /// Flows.
    pub flows: IndexMap<FlowId, Arc<casework::Flow>>,
    /// When the system reminds of deadlines.
    pub reminders: Vec<Reminder>,
    /// Who issues papers and how their numbers read, by kind.
    pub papers: IndexMap<Arc<str>, PaperDefault>,
    /// How lots are inspected by sampling, by record type.
    pub lot_sampling: IndexMap<RecordTypeId, LotSampling>,
    /// Plans by quota.
    pub quotas: IndexMap<Arc<str>, Quota>,
    /// How inspectors are compared, by record type.
    pub inspectors: IndexMap<RecordTypeId, Inspectors>,
    /// By when subjects are to be visited, inspected or renewed.
    pub visit_rules: IndexMap<Arc<str>, VisitRule>,
    /// Records that open cases.
    pub openings: Vec<Opening>,
    /// What records should say after steps of their cases.
    pub corrections: Vec<Correction>,
    /// Records that steps of cases write.
    pub written: Vec<Written>,
    /// Sensors whose readings come by the API.
    pub sensors: IndexMap<Arc<str>, Sensor>,
    /// Roles.
    pub roles: IndexMap<RoleId, Text>,
    /// Roles of which nobody may hold two.
    pub roles_apart: Vec<RoleId>,
    /// Which roles may give which commands; a command that no row names is open to all.
    pub grants: Vec<Grant>,
    /// Documents.
    pub documents: IndexMap<Arc<str>, Document>,
    /// The work calendar of the published years.
    pub calendar: WorkCalendar,
    /// Figures that the city published.
    pub published: Vec<Published>,
    /// Rows of the generator tables, for the generator to read.
    pub generate: Generate,
    /// The tables that expressions and indicators can name, with their columns.
    pub schema: Schema,
}

/// A responsible unit and its history.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Identifier.
    pub id: UnitId,
    /// Name at the beginning.
    pub name: Text,
    /// Aliases.
    pub aliases: Vec<Arc<str>>,
    /// Kind.
    pub kind: CodeId,
    /// Parent at the beginning.
    pub parent: Option<UnitId>,
    /// Ranking group at the beginning.
    pub group: Option<CodeId>,
    /// Division code.
    pub division: Option<Arc<str>>,
    /// Tags.
    pub tags: Vec<Arc<str>>,
    /// First day of its existence; `Day::MIN` when not said.
    pub valid_from: Day,
    /// Last day of its existence; `Day::MAX` when not said.
    pub valid_to: Day,
    /// Units that took over.
    pub successors: Vec<UnitId>,
    /// Dated changes, earliest first.
    pub changes: Vec<UnitChange>,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// A dated change of a unit.
#[derive(Debug, Clone)]
pub struct UnitChange {
    /// First day on which it holds.
    pub on: Day,
    /// New name.
    pub name: Option<Text>,
    /// New parent.
    pub parent: Option<UnitId>,
    /// New ranking group.
    pub group: Option<CodeId>,
}

impl Unit {
    /// Whether the unit exists on that day.
    pub fn is_valid_on(&self, day: Day) -> bool {
        self.valid_from <= day && day <= self.valid_to
    }
    /// Its parent on that day.
    pub fn parent_on(&self, day: Day) -> Option<&UnitId> {
        self.changes
            .iter()
            .rev()
            .filter(|change| change.on <= day)
            .find_map(|change| change.parent.as_ref())
            .or(self.parent.as_ref())
    }
    /// Its ranking group on that day.
    pub fn group_on(&self, day: Day) -> Option<&CodeId> {
        self.changes
            .iter()
            .rev()
            .filter(|change| change.on <= day)
            .find_map(|change| change.group.as_ref())
            .or(self.group.as_ref())
    }
    /// Its name on that day.
    pub fn name_on(&self, day: Day) -> &Text {
        self.changes
            .iter()
            .rev()
            .filter(|change| change.on <= day)
            .find_map(|change| change.name.as_ref())
            .unwrap_or(&self.name)
    }
}

/// A vocabulary.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// Identifier.
    pub id: VocabularyId,
    /// Name.
    pub name: Text,
    /// Codes in declared order.
    pub codes: IndexMap<CodeId, Code>,
}

/// A code.
#[derive(Debug, Clone)]
pub struct Code {
    /// Identifier.
    pub id: CodeId,
    /// Name.
    pub name: Text,
    /// Spellings that an import takes for it.
    pub aliases: Vec<Arc<str>>,
    /// Code above it.
    pub parent: Option<CodeId>,
    /// First valid day.
    pub valid_from: Day,
    /// Last valid day.
    pub valid_to: Day,
}

/// How a subject is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Unified social credit code with its check character (GB 32100-2015).
    Uscc,
    /// Any text.
    Text,
}

/// A subject type.
#[derive(Debug, Clone)]
pub struct SubjectType {
    /// Identifier.
    pub id: SubjectTypeId,
    /// Name.
    pub name: Text,
    /// Identity rule.
    pub identity: Identity,
    /// Its subjects are persons: facts have an opaque identity.
    pub personal: bool,
    /// Name of the identity column.
    pub identity_name: Text,
    /// Header aliases of the identity column.
    pub identity_aliases: Vec<Arc<str>>,
    /// Header aliases of the name column.
    pub name_aliases: Vec<Arc<str>>,
    /// Dated attributes.
    pub fields: IndexMap<FieldId, Field>,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// The type of a field's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Free text.
    Text,
    /// Whole number.
    Number,
    /// Decimal with that many places.
    Decimal(u8),
    /// Money in fen (two places).
    Money,
    /// Civil day.
    Date,
    /// One code.
    Choice(VocabularyId),
    /// Several codes.
    Choices(VocabularyId),
    /// Reference to a subject.
    Subject(SubjectTypeId),
    /// Reference to a unit.
    Unit,
    /// A file (evidence, by hash).
    File,
    /// A place: text, or `longitude,latitude`.
    Place,
    /// A period, in canonical text.
    Period,
}

/// A field of a record or subject type.
#[derive(Debug, Clone)]
pub struct Field {
    /// Identifier.
    pub id: FieldId,
    /// Name, also the header in templates.
    pub name: Text,
    /// Type. Of the reserved fields: day is Date, unit and place are Unit, subject is Subject.
    pub field_type: FieldType,
    /// Required.
    pub required: bool,
    /// Personal.
    pub personal: bool,
    /// Header aliases.
    pub aliases: Vec<Arc<str>>,
    /// Spellings that mean empty (None: the default list of crate `sheet`).
    pub empty: Option<Vec<Arc<str>>>,
    /// Date patterns.
    pub date_patterns: Vec<Arc<str>>,
    /// Least value.
    pub min: Option<Ratio>,
    /// Greatest value.
    pub max: Option<Ratio>,
    /// Most characters.
    pub max_length: Option<u32>,
    /// Value when empty.
    pub default: Option<Arc<str>>,
    /// How to fill it in.
    pub note: Text,
    /// Where it is declared (None: a reserved field that the package does not mention).
    pub row: Option<Arc<Row>>,
}

/// A record type. The reserved fields stand first in `fields`: `day`, `unit`, `place`, and `subject` where it has one.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// Identifier.
    pub id: RecordTypeId,
    /// Name.
    pub name: Text,
    /// Type of the subject that it is about.
    pub subject: Option<SubjectTypeId>,
    /// Fields of its key; empty: none.
    pub key: Vec<FieldId>,
    /// Least number of pieces of evidence.
    pub evidence_at_least: u32,
    /// Which evidence is wanted.
    pub evidence: Text,
    /// Several lines of one batch follow each other.
    pub continuation: bool,
    /// Its records may be dated after today.
    pub future: bool,
    /// All fields, reserved ones first.
    pub fields: IndexMap<FieldId, Field>,
    /// Constraints.
    pub constraints: Vec<Constraint>,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// A condition that a record must meet (true or unknown passes).
#[derive(Debug, Clone)]
pub struct Constraint {
    /// Identifier.
    pub id: Arc<str>,
    /// The condition.
    pub rule: Expr,
    /// What to tell when it is false.
    pub message: Text,
}

/// Whose figure a row counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    /// The responsible unit.
    Responsible,
    /// The place.
    Place,
    /// The city only; by unit it is the same figure for each carrier.
    City,
}

/// Which unit tree a row is rolled up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeTime {
    /// That of the record's day.
    RecordDay,
    /// That of the period's end, records of abolished units going to their successors.
    PeriodEnd,
}

/// Which rows of a table fall into a period, by their date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// From the period's first day to its last (or the day measured, if earlier).
    Period,
    /// Everything up to then.
    ToDate,
    /// The window of that many days that ends then: `end − n < date ≤ end`.
    TrailingDays(u32),
    /// The window of that many months that ends then.
    TrailingMonths(u32),
    /// What is so on that day: rows are not dated; subjects and units valid on the day.
    AsOf,
}

/// The rows that an indicator reads.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Name of the table in [`Schema`].
    pub table: Arc<str>,
    /// Rows that count.
    pub filter: Option<Expr>,
    /// Column that dates a row; `None`: not by date.
    pub date: Option<Arc<str>>,
}

/// What an indicator measures.
#[derive(Debug, Clone)]
pub enum Measure {
    /// Number of rows.
    Count(Selection),
    /// Sum of a number.
    Sum(Selection, Expr),
    /// Sum over count of the rows with a value; not applicable when there is none.
    Mean(Selection, Expr),
    /// Least value.
    Min(Selection, Expr),
    /// Greatest value.
    Max(Selection, Expr),
    /// Number of distinct values of a column.
    Distinct(Selection, Arc<str>),
    /// Rows of `part` among those of `whole` (by count, or by the sum of `value`); `part` includes `whole`'s condition.
    Share {
        /// The whole (`among`).
        whole: Selection,
        /// The further condition of the part (`where`).
        part: Expr,
        /// What is summed; rows are counted when missing.
        value: Option<Expr>,
    },
    /// One indicator over another, times `per`.
    Ratio {
        /// Above.
        numerator: IndicatorId,
        /// Below.
        denominator: IndicatorId,
        /// Per how many (1 when not said).
        per: Ratio,
    },
    /// Σ wᵢ·pᵢ ÷ Σ wᵢ over the strata that have a share pᵢ.
    WeightedRatio {
        /// The whole of each stratum.
        whole: Selection,
        /// The further condition of the part.
        part: Expr,
        /// Column of the strata.
        strata: Arc<str>,
        /// Rows of the weights.
        weights: Selection,
        /// The weight.
        weight: Expr,
        /// Column of the strata in the weights' table.
        weight_strata: Arc<str>,
    },
    /// The latest reported value (a rank when `is_rank`).
    Latest {
        /// Rows of the reports.
        rows: Selection,
        /// The value.
        value: Expr,
        /// Column that must equal the measured period.
        period_field: Option<Arc<str>>,
        /// Column with the status flash, preliminary or final.
        status_field: Option<Arc<str>>,
        /// Whether it is a rank given from outside.
        is_rank: bool,
    },
    /// Arithmetic over other indicators.
    Expression(crate::expr::Arithmetic),
    /// (now − then) ÷ then.
    Growth(IndicatorId, Against),
    /// now − then.
    Change(IndicatorId, Against),
}

/// The period compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The period just before.
    Previous,
    /// The same period of the year before.
    YearEarlier,
}

/// How a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Whole number.
    Integer,
    /// Decimal with that many places.
    Decimal(u8),
    /// Percent with that many places.
    Percent(u8),
    /// Money with two places.
    Money,
    /// A rank.
    Rank,
}

/// The better direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Higher.
    Higher,
    /// Lower.
    Lower,
    /// Neither.
    Neither,
}

/// An indicator.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identifier.
    pub id: IndicatorId,
    /// Name.
    pub name: Text,
    /// What it measures.
    pub measure: Measure,
    /// Which time.
    pub over: Over,
    /// Whose figure.
    pub attribution: Attribution,
    /// Which tree.
    pub tree: TreeTime,
    /// How it is shown.
    pub format: Format,
    /// Direction.
    pub better: Better,
    /// Unit of measure.
    pub unit_of_measure: Text,
    /// Definition in a sentence.
    pub definition: Text,
    /// Source.
    pub source: Text,
    /// Days after the period's end by which it is expected.
    pub expected_days: Option<u32>,
    /// Whether its figures may be published; [`Programme::is_public`] asks for it.
    pub public: bool,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// Who is scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scored {
    /// Units, over a period.
    Units,
    /// Subjects of a type, as of a day.
    Subjects(SubjectTypeId),
}

/// A scorecard: the pure definition, and what ties it to indicators, units and flows.
#[derive(Debug, Clone)]
pub struct Scorecard {
    /// The pure definition that crate `scoring` computes.
    pub card: scoring::Scorecard,
    /// Name.
    pub name: Text,
    /// Who is scored.
    pub of: Scored,
    /// The ties of each item, in declared order.
    pub items: IndexMap<ItemId, ItemTies>,
    /// Vetoes with their indicators.
    pub vetoes: Vec<VetoTies>,
    /// Gates with their indicators.
    pub gates: Vec<GateTies>,
    /// Course of each item for each unit.
    pub flow: Option<FlowId>,
    /// The card's consequences by their declared identifier.
    pub consequences: IndexMap<Arc<str>, scoring::Consequence>,
    /// The flow of which a consequence opens a case for the unit, by the consequence's identifier.
    pub opens: IndexMap<Arc<str>, FlowId>,
    /// Inputs of the flow that carry the judged points or level; the first that is filled wins.
    pub judged_by: Vec<Arc<str>>,
    /// Inputs of the flow that carry the self-score.
    pub self_scored_by: Vec<Arc<str>>,
    /// Whether participants are ranked.
    pub ranked: bool,
    /// The approval under which it is held.
    pub approval: Option<Arc<str>>,
    /// What the responsibility letters say before their table.
    pub letter: Text,
    /// Month and day by which they are signed; `None`: none is asked for.
    pub letter_due: Option<(u8, u8)>,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// What ties an item to indicators and units.
#[derive(Debug, Clone)]
pub struct ItemTies {
    /// Indicators, in the order in which the rule takes them.
    pub indicators: Vec<IndicatorId>,
    /// Whether an assessor judges it.
    pub judged: bool,
    /// Lead unit that reviews.
    pub lead: Option<UnitId>,
    /// Supporting units.
    pub support: Vec<UnitId>,
    /// Who carries it, as declared.
    pub carriers: Vec<Carrier>,
    /// City target and the units' own, by period.
    pub targets: Vec<Target>,
    /// Whether targets are pro-rated by months.
    pub prorate: bool,
    /// Due month and day.
    pub due: Option<(u8, u8)>,
    /// Evidence wanted.
    pub evidence: Text,
    /// Least pieces.
    pub evidence_at_least: u32,
    /// Most pieces.
    pub evidence_at_most: Option<u32>,
    /// For how many months a piece stays valid after it was filed.
    pub evidence_valid_months: Option<u32>,
    /// The criterion in words.
    pub criterion: Text,
    /// Items of superior schemes that it serves.
    pub serves: Vec<Arc<str>>,
    /// Items of the year before that it goes on from, where they are said; see [`ItemTies::goes_on_from`].
    pub succeeds: Vec<ItemId>,
    /// Where it is declared.
    pub row: Arc<Row>,
}

/// Who carries an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// One unit.
    Unit(UnitId),
    /// Every unit of a kind that exists in the period.
    Kind(CodeId),
    /// Every unit of a ranking group that exists in the period.
    Group(CodeId),
    /// Every unit.
    All,
}

/// A target value.
#[derive(Debug, Clone)]
pub struct Target {
    /// Unit; `None`: the city's.
    pub unit: Option<UnitId>,
    /// Period.
    pub period: Period,
    /// Value.
    pub value: Ratio,
    /// The day from which it is in force; `None`: the period's first.
    pub from: Option<Day>,
}

impl ItemTies {
    /// Whether a unit carries the item on that day.
    pub fn is_carried_by(&self, unit: &Unit, on: Day) -> bool {
        unit.is_valid_on(on)
            && self.carriers.iter().any(|carrier| match carrier {
                Carrier::Unit(id) => *id == unit.id,
                Carrier::Kind(kind) => unit.kind == *kind,
                Carrier::Group(group) => unit.group_on(on) == Some(group),
                Carrier::All => true,
            })
    }

    /// The items of the year before that an item goes on from: those that are said, else the one of its name.
    pub fn goes_on_from(&self, id: &ItemId) -> Vec<ItemId> {
        if self.succeeds.is_empty() {
            vec![id.clone()]
        } else {
            self.succeeds.clone()
        }
    }

    /// The target of a unit for a period: its own, else the city's.
    pub fn target_for(&self, unit: &Unit, period: &Period) -> Option<Ratio> {
        let exists = |day| unit.is_valid_on(day);
        self.in_force(Some(&unit.id), period, exists)
            .or_else(|| self.in_force(None, period, exists))
    }

    /// The city's target for a period.
    pub fn city_target(&self, period: &Period) -> Option<Ratio> {
        self.in_force(None, period, |_| true)
    }

    /// What the targets of a unit, or of the city, come to over a period. Pro-rated, each month counts the target
    /// that is in force on its first day, and none where that day does not count; else the last one holds.
    pub(crate) fn in_force(
        &self,
        unit: Option<&UnitId>,
        period: &Period,
        counts: impl Fn(Day) -> bool,
    ) -> Option<Ratio> {
        let mut all: Vec<&Target> = self
            .targets
            .iter()
            .filter(|target| target.unit.as_ref() == unit && target.period == *period)
            .collect();
        all.sort_by_key(|target| target.from);
        let last = all.last()?;
        let months = period.parts(PartKind::Month);
        let count = i128::try_from(months.len()).unwrap_or_default();
        if !self.prorate || count == 0 {
            return Some(last.value.clone());
        }
        let sum = months
            .iter()
            .filter_map(|month| month.first().filter(|first| counts(*first)))
            .filter_map(|first| {
                all.iter()
                    .rfind(|target| target.from.is_none_or(|from| from <= first))
            })
            .fold(Ratio::ZERO, |sum, target| &sum + &target.value);
        sum.checked_div(&Ratio::from_int(count))
    }
}

/// A veto's indicator.
#[derive(Debug, Clone)]
pub struct VetoTies {
    /// Identifier.
    pub id: Arc<str>,
    /// Counting indicator.
    pub indicator: IndicatorId,
    /// Vetoed when above.
    pub above: Ratio,
}

/// A gate's indicator.
#[derive(Debug, Clone)]
pub struct GateTies {
    /// Grade.
    pub grade: Arc<str>,
    /// Identifier.
    pub id: Arc<str>,
    /// Indicator.
    pub indicator: IndicatorId,
    /// At least.
    pub at_least: Option<Ratio>,
    /// At most.
    pub at_most: Option<Ratio>,
}

/// When the system reminds of a deadline, and what follows when it stays missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Flow.
    pub flow: FlowId,
    /// Deadline of that flow.
    pub deadline: DeadlineId,
    /// Working days from the last day on which it reminds, earliest first: before it negative, 0 the day itself.
    pub days: Vec<i64>,
    /// What follows when it stays missed.
    pub escalates: Option<Escalation>,
    /// To whom it is reported when it stays missed, the earliest first.
    pub reports: Vec<Report>,
}

/// That a missed deadline is reported to roles such as the leading group's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// From so many working days after the last day on.
    pub after: i64,
    /// To which roles.
    pub roles: Vec<RoleId>,
}

/// Who issues papers of a kind and how their numbers read, where the office has said nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperDefault {
    /// The body in whose name they go out.
    pub issuer: Option<Text>,
    /// The pattern of their numbers, with a place for the year and one for the number.
    pub number: Option<Arc<str>>,
    /// Of a paper of a flow's step: what it is.
    pub of_case: Option<CasePaper>,
}

/// A paper that is made from a case at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePaper {
    /// Its kind.
    pub kind: Arc<str>,
    /// What people call it.
    pub name: Text,
    /// Flow.
    pub flow: FlowId,
    /// The step.
    pub action: base::ActionId,
    /// Whether the built-in template is a form; else a letter under the issuer's head.
    pub is_record: bool,
    /// The text: a line for each paragraph, with fields of the case in braces.
    pub text: Text,
    /// Lines for signatures.
    pub signed_by: Vec<Arc<str>>,
}

/// Which records of a type open a case of a flow, and what they fill in of it.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Type of the records.
    pub of: RecordTypeId,
    /// Flow of the case.
    pub flow: FlowId,
    /// Which of them.
    pub when: Expr,
    /// What the opening takes, each with the field of the record that fills it.
    pub fields: Vec<(FieldId, FieldId)>,
    /// The date from which days are counted; where it is empty, the record's day.
    pub date: FieldId,
    /// Most days since that date.
    pub within_days: i64,
    /// Fields of the record's subject that hold the responsible unit; otherwise it is the record's.
    pub unit_from: Vec<FieldId>,
    /// Basis.
    pub basis: Text,
}

impl Opening {
    /// Whether the two open the same cases of the same records: a package can change all else of one.
    #[must_use]
    pub fn is_same(&self, other: &Opening) -> bool {
        self.of == other.of && self.flow == other.flow
    }
}

/// What a field of a record should say once a step of a case about it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Flow of the case.
    pub flow: FlowId,
    /// The step.
    pub action: base::ActionId,
    /// Type of the record.
    pub of: RecordTypeId,
    /// Its field.
    pub field: FieldId,
    /// What it should say.
    pub to: Corrected,
}

/// What a corrected or written field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Corrected {
    /// Always this.
    Value(Arc<str>),
    /// What the case says in a field.
    Input(FieldId),
}

/// The record that a step of a case writes. The unit is the case's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Flow of the case.
    pub flow: FlowId,
    /// The step.
    pub action: base::ActionId,
    /// Type of the record.
    pub of: RecordTypeId,
    /// Fields of the record, each with what it says.
    pub fields: Vec<(FieldId, Corrected)>,
    /// The date of the case that is the record's day; otherwise the day of the step.
    pub day: Option<FieldId>,
    /// Only when this holds after the step.
    pub when: casework::When,
    /// Whether the step is taken without a record where there is no subject; otherwise it is refused.
    pub without_subject: bool,
    /// The field of the case with the name of a subject that nobody knows yet.
    pub subject_name: Option<FieldId>,
    /// Basis.
    pub basis: Text,
}

/// By when each subject of a type is to be visited, inspected or renewed next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRule {
    /// Identifier.
    pub id: Arc<str>,
    /// Name.
    pub name: Text,
    /// Type of the subjects.
    pub subject_type: SubjectTypeId,
    /// Only subjects whose field has one of these values.
    pub only: Option<(FieldId, Vec<Arc<str>>)>,
    /// From when it counts.
    pub after: VisitAfter,
    /// What the interval follows from.
    pub by: VisitBy,
    /// Intervals by grade or value; `None` stands for all others.
    pub intervals: Vec<(Option<Arc<str>>, VisitInterval)>,
    /// Whether it rolls forward from a rest day.
    pub rolls: bool,
    /// Days ahead on which it is shown and its case is opened.
    pub ahead_days: i64,
    /// Flow of the case that is opened, and the action by which the system closes it.
    pub opens: Option<(FlowId, Option<base::ActionId>)>,
    /// Fields of the subject that hold the responsible unit.
    pub unit_from: Vec<FieldId>,
}

/// From when a rule of rhythm counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitAfter {
    /// The last record of a type whose field, where one is named, has one of these values.
    Record(RecordTypeId, Option<(FieldId, Vec<Arc<str>>)>),
    /// A date of the subject.
    Field(FieldId),
}

/// What the interval of a rule of rhythm follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitBy {
    /// The grade of a scorecard.
    Scorecard(ScorecardId),
    /// A field of the subject.
    Field(FieldId),
    /// Nothing: it is the same for all.
    All,
}

/// An interval of a rule of rhythm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitInterval {
    /// Months.
    pub months: i32,
    /// Days after them.
    pub days: i64,
    /// Basis.
    pub basis: Text,
}

impl VisitRule {
    /// The interval of a grade or value.
    #[must_use]
    pub fn interval(&self, value: Option<&str>) -> Option<&VisitInterval> {
        let own = self
            .intervals
            .iter()
            .find(|(of, _)| of.is_some() && of.as_deref() == value);
        let others = || self.intervals.iter().find(|(of, _)| of.is_none());
        own.or_else(others).map(|(_, interval)| interval)
    }
}

/// What is measured on subjects of a type, by which rules readings are taken, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensor {
    /// Identifier.
    pub id: Arc<str>,
    /// The quantity.
    pub name: Text,
    /// Type of the subjects on which it is mounted.
    pub subject_type: SubjectTypeId,
    /// Unit of measure.
    pub unit_of_measure: Text,
    /// Decimal places.
    pub scale: u8,
    /// Seconds between readings when all is well.
    pub every_s: i64,
    /// Least plausible value.
    pub min: Option<Ratio>,
    /// Greatest plausible value.
    pub max: Option<Ratio>,
    /// Minutes by which a reading may come late.
    pub late_minutes: i64,
    /// Seconds by which its clock may be fast.
    pub ahead_s: i64,
    /// Most readings of one sensor in a minute.
    pub per_minute: i64,
    /// Intervals without a reading that make a gap.
    pub gap_after: i64,
    /// Days for which raw readings are kept.
    pub kept_days: i64,
    /// The limit, and what follows when it is crossed.
    pub limit: Option<SensorLimit>,
    /// The record type of its summaries.
    pub summary: Option<RecordTypeId>,
    /// Whether a summary is of an hour; else of a day.
    pub is_hourly: bool,
    /// Fields of the subject that hold the responsible unit.
    pub unit_from: Vec<FieldId>,
}

/// The limit of a sensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensorLimit {
    /// The value.
    pub value: Ratio,
    /// Whether what is below is beyond it; else what is above.
    pub is_least: bool,
    /// Minutes beyond it without a break that count.
    pub minutes: i64,
    /// Flow of the case that is opened then.
    pub opens: Option<FlowId>,
}

impl SensorLimit {
    /// Whether a value is beyond it.
    #[must_use]
    pub fn is_crossed_by(&self, value: &Ratio) -> bool {
        if self.is_least {
            *value < self.value
        } else {
            *value > self.value
        }
    }
}

/// How the lots of a record type are inspected by sampling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotSampling {
    /// The record type; each record is a lot.
    pub record_type: RecordTypeId,
    /// Level and acceptance quality limit.
    pub scheme: sampling::Scheme,
    /// Whether nonconformities per 100 items are counted, and not nonconforming items.
    pub is_per_hundred: bool,
    /// Field with the items in the lot.
    pub lot_size: FieldId,
    /// Field with what was found.
    pub nonconforming: FieldId,
    /// Field with the items inspected.
    pub sample: Option<FieldId>,
    /// Field that tells makers apart.
    pub maker: FieldId,
    /// Field that tells products apart.
    pub product: Option<FieldId>,
    /// Field that says whether the lot was presented before, and the codes that say so.
    pub again: Option<(FieldId, Vec<Arc<str>>)>,
    /// Where the authority's decisions stand.
    pub decisions: Option<SeverityDecisions>,
    /// The document on which it rests.
    pub basis: Option<Arc<str>>,
}

/// Records of what the responsible authority decides about severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityDecisions {
    /// Their type.
    pub record_type: RecordTypeId,
    /// The field with the decision.
    pub field: FieldId,
    /// What each code decides.
    pub codes: Vec<(Arc<str>, sampling::Decision)>,
}

/// A plan by quota: what is planned and what is done, by category and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Identifier.
    pub id: Arc<str>,
    /// Name.
    pub name: Text,
    /// Record type of the plan.
    pub plan: RecordTypeId,
    /// Its field with the number planned.
    pub planned: FieldId,
    /// Its field with the last day.
    pub due: Option<FieldId>,
    /// Record type of what is done.
    pub samples: RecordTypeId,
    /// Field of both with the category, and its vocabulary.
    pub category: (FieldId, VocabularyId),
    /// Field of both with the place.
    pub place: FieldId,
    /// Field with the result.
    pub result: Option<FieldId>,
    /// Codes that are no result yet.
    pub pending: Vec<Arc<str>>,
}

/// How the inspectors of a record type are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspectors {
    /// The record type.
    pub record_type: RecordTypeId,
    /// Field with the inspector.
    pub inspector: FieldId,
    /// What failed and what passed.
    pub result: Option<JudgedBy>,
    /// Fields that make inspections comparable.
    pub compare: Vec<FieldId>,
    /// Field with the score, and its decimal places.
    pub score: Option<(FieldId, u8)>,
    /// Threshold and width of a window, in units of the score's places.
    pub threshold: Option<(i64, i64)>,
    /// A note.
    pub basis: Text,
}

/// By which field it is told what failed and what passed; other codes are neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedBy {
    /// Field with the result.
    pub field: FieldId,
    /// Codes that fail.
    pub fails: Vec<Arc<str>>,
    /// Codes that pass.
    pub passes: Vec<Arc<str>>,
}

/// An assignment that is made when a deadline stays missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// From so many working days after the last day on.
    pub after: i64,
    /// Flow of the assignment.
    pub to: FlowId,
    /// Within how many working days it asks for a reply.
    pub reply_within: u32,
}

/// That a role may give a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Role.
    pub role: RoleId,
    /// One of [`crate::tables::COMMANDS`].
    pub command: Arc<str>,
    /// Whose things it is about.
    pub scope: Scope,
}

/// How far a grant reaches; the wider is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The things of one's own unit.
    Own,
    /// Those of the units below it too.
    Below,
    /// Those of everyone.
    All,
}

impl Scope {
    /// The scope of that name in a package.
    pub fn parse(text: &str) -> Option<Scope> {
        [Scope::Own, Scope::Below, Scope::All]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }

    /// Its name in a package.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Own => "own",
            Scope::Below => "below",
            Scope::All => "all",
        }
    }

    /// Its name for readers.
    pub fn name(self) -> Text {
        let (zh, en) = match self {
            Scope::Own => ("本单位", "own unit"),
            Scope::Below => ("本单位及下级单位", "own unit and those below"),
            Scope::All => ("全部", "all"),
        };
        Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

impl Programme {
    /// Whether a unit is another one, or stands below it in the tree of that day.
    pub fn is_at_or_below(&self, unit: &str, above: &str, day: Day) -> bool {
        let mut at = Some(unit);
        // A tree has no rings, and none is deeper than it has units.
        for _ in 0..=self.units.len() {
            match at {
                Some(found) if found == above => return true,
                Some(found) => {
                    at = self
                        .units
                        .get(found)
                        .and_then(|found| found.parent_on(day))
                        .map(UnitId::as_str);
                }
                None => return false,
            }
        }
        false
    }
}

/// A document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Identifier.
    pub id: Arc<str>,
    /// Title.
    pub name: Text,
    /// Kind.
    pub kind: Arc<str>,
    /// Number.
    pub number: Option<Arc<str>>,
    /// Day of issue.
    pub issued_on: Option<Day>,
}

/// How a produced value is held against a published one (`cities/README.md`: exact, rounded_1, …).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal; a percentage at the printed digits after half-up rounding.
    Exact,
    /// Equal at one decimal.
    Rounded1,
    /// N < produced < 1.1 N (a share at most 100 %).
    MoreThan,
    /// ≥ N.
    AtLeast,
    /// 0.9 N ≤ produced < N.
    Nearly,
    /// Within 5 %.
    About,
}

/// What produces a published figure.
#[derive(Debug, Clone)]
pub enum Production {
    /// An indicator, city-wide, at the period.
    Indicator(IndicatorId),
    /// A rule, tried on a copy of the figures: an event inserted for each unit forces the grade; withdrawn, it is restored.
    Veto(ScorecardId, Arc<str>, Trial),
    /// A rule, tried on a copy: the consequence is listed exactly when its grade or veto holds.
    /// With a trial by inserting its record (where a veto brings the consequence or forces its grade), without
    /// one by looking at the cards that have the grade.
    Consequence(ScorecardId, Arc<str>, Option<Trial>),
}

/// The record that a trial of a rule inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Its type.
    pub record_type: RecordTypeId,
    /// Its fields as text, checked as an import's cells would be.
    pub values: Vec<(FieldId, Arc<str>)>,
}

/// A published figure.
#[derive(Debug, Clone)]
pub struct Published {
    /// Claim.
    pub id: Arc<str>,
    /// Statement.
    pub statement: Text,
    /// Value as published.
    pub value: Ratio,
    /// The value as it was written (its printed digits count).
    pub written: Arc<str>,
    /// Unit of measure; `percent` compares 100 × the figure.
    pub unit_of_measure: Arc<str>,
    /// Relation.
    pub relation: Relation,
    /// Period.
    pub period: Period,
    /// What produces it.
    pub production: Production,
    /// Where it is declared.
    pub row: Arc<Row>,
}

impl Programme {
    /// The record by which a step is taken: a rule of rhythm counts from it, and closes its case by this step when it is
    /// there. Nobody ticks such a step off.
    pub fn done_by_record(&self, flow: &FlowId, action: &base::ActionId) -> Option<&RecordTypeId> {
        self.visit_rules
            .values()
            .find_map(|rule| match (&rule.opens, &rule.after) {
                (Some((of, Some(closes))), VisitAfter::Record(record_type, _))
                    if of == flow && closes == action =>
                {
                    Some(record_type)
                }
                _ => None,
            })
    }

    /// Whether the figures of an indicator may be published: it says so itself, or a figure that it
    /// produces is among those that the city published.
    pub fn is_public(&self, indicator: &IndicatorId) -> bool {
        let claimed = |published: &Published| matches!(&published.production, Production::Indicator(found) if found == indicator);
        self.indicators
            .get(indicator)
            .is_some_and(|found| found.public)
            || self.published.iter().any(claimed)
    }
}

/// Field that every flow about an item has from the start: the item's full points.
pub const POINTS_FIELD: &str = "points";
/// Field that every flow about an item has from the start: the item's due day. Of a flow about an assignment:
/// the day on which it is due.
pub const DUE_FIELD: &str = "due";
/// What a flow says that it is about when its cases are what units are charged with.
pub const ASSIGNMENT: &str = "assignment";
/// Field that every flow about an assignment has from the start: what it is called.
pub const TITLE_FIELD: &str = "title";
/// Field that every flow about an assignment has from the start: what is asked for.
pub const CONTENT_FIELD: &str = "content";

/// Field of a flow about an item whose actions deduct: what they took off so far.
pub const DEDUCTED_FIELD: &str = "deducted";

/// The generator's rows, in declared order.
#[derive(Debug, Clone, Default)]
pub struct Generate {
    /// Rows of `generate`.
    pub distributions: Vec<Arc<Row>>,
    /// Rows of `generate_field`.
    pub fields: Vec<Arc<Row>>,
    /// Rows of `generate_step`.
    pub steps: Vec<Arc<Row>>,
    /// Rows of `generate_list`.
    pub lists: Vec<Arc<Row>>,
    /// The people as whom a demonstration can be entered.
    pub people: Vec<Person>,
}

/// A made-up person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name to sign in with.
    pub login: Arc<str>,
    /// Name.
    pub name: Arc<str>,
    /// Role.
    pub role: RoleId,
    /// Unit.
    pub unit: Option<UnitId>,
}

impl Measure {
    /// The tables that it reads itself.
    pub fn tables(&self) -> Vec<&Arc<str>> {
        match self {
            Measure::Count(rows)
            | Measure::Sum(rows, _)
            | Measure::Mean(rows, _)
            | Measure::Min(rows, _)
            | Measure::Max(rows, _)
            | Measure::Distinct(rows, _)
            | Measure::Share { whole: rows, .. }
            | Measure::Latest { rows, .. } => vec![&rows.table],
            Measure::WeightedRatio { whole, weights, .. } => vec![&whole.table, &weights.table],
            Measure::Ratio { .. }
            | Measure::Expression(_)
            | Measure::Growth(..)
            | Measure::Change(..) => Vec::new(),
        }
    }

    /// The indicators that it is derived from.
    pub fn indicators(&self) -> Vec<&IndicatorId> {
        match self {
            Measure::Ratio {
                numerator,
                denominator,
                ..
            } => vec![numerator, denominator],
            Measure::Expression(arithmetic) => arithmetic.indicators(),
            Measure::Growth(of, _) | Measure::Change(of, _) => vec![of],
            _ => Vec::new(),
        }
    }
}
