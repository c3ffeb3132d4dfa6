//! The plan's tasks as they stand: each item with its target, its figure, who reached it and how far it is.
//!
//! Everything here is a function of an assessment and of the programme by which it was made, so the page, the
//! workbook and the API say the same.

use base::{Day, Figure, IndicatorId, PartKind, Period, Ratio, Text, UnitId};
use measure::Query;
use programme::model::{Attribution, Better, ItemTies, Programme, Unit};
use programme::plan::{self, Part};
use scoring::{Item, ItemResult, ItemState, Role};

use crate::assessment::Assessment;
use crate::folder::Office;

/// Days before the due day from which an item that is short is said to be due soon.
const SOON_DAYS: i64 = 30;

/// How far an item is, in the order of what needs looking at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskState {
    /// Its day is over and something is missing.
    Short,
    /// Its day comes within a month and something is missing.
    Soon,
    /// Nobody has judged it yet.
    Open,
    /// Its figure has not come.
    NotReported,
    /// It is under way.
    Underway,
    /// All points.
    Reached,
    /// It applies to nobody.
    NotApplicable,
}

impl TaskState {
    /// Every state.
    pub const ALL: [TaskState; 7] = [
        TaskState::Short,
        TaskState::Soon,
        TaskState::Open,
        TaskState::NotReported,
        TaskState::Underway,
        TaskState::Reached,
        TaskState::NotApplicable,
    ];

    /// Its name in addresses and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TaskState::Short => "short",
            TaskState::Soon => "soon",
            TaskState::Open => "open",
            TaskState::NotReported => "not_reported",
            TaskState::Underway => "underway",
            TaskState::Reached => "reached",
            TaskState::NotApplicable => "not_applicable",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> Text {
        match self {
            TaskState::Short => Text::new("到期未达标", "short at its day"),
            TaskState::Soon => Text::new("将到期", "due soon"),
            TaskState::Open => Text::new("待评", "not judged yet"),
            TaskState::NotReported => Text::new("未报", "not reported"),
            TaskState::Underway => Text::new("推进中", "under way"),
            TaskState::Reached => Text::new("已达标", "reached"),
            TaskState::NotApplicable => Text::new("不适用", "not applicable"),
        }
    }
}

/// A figure with the question that it answers.
#[derive(Debug, Clone)]
pub struct TaskFigure {
    /// The question: its indicator, unit, period, day and position.
    pub query: Query,
    /// The answer; `None` where it cannot be measured.
    pub figure: Option<Figure>,
    /// Whether it reaches the task's target.
    pub is_reached: bool,
}

/// An item of the plan.
#[derive(Debug, Clone)]
pub struct PlanTask<'a> {
    /// Its place in the scheme, from 1.
    pub number: usize,
    /// The item.
    pub item: &'a Item,
    /// What it is tied to.
    pub ties: &'a ItemTies,
    /// What the unit that is looked at does for it; none of the whole city.
    pub parts: Vec<Part>,
    /// The unit that is looked at, where it carries the item.
    pub own: Option<&'a Unit>,
    /// The day by which it is to be done.
    pub due: Option<Day>,
    /// The unit's target where it carries the item, else the city's.
    pub target: Option<Ratio>,
    /// The figure as of the assessment's day.
    pub figure: Option<TaskFigure>,
    /// The results of those who carry it: of the one unit, or of all.
    pub results: Vec<&'a ItemResult>,
    /// How many of them have all points.
    pub reached: usize,
    /// How far it is.
    pub state: TaskState,
}

impl Office {
    /// The tasks of an assessment in the scheme's order: of the whole city, or those in which a unit has a part.
    /// `wanted` says which; only those are measured.
    pub fn plan_tasks<'a>(
        &self,
        programme: &'a Programme,
        assessment: &'a Assessment,
        unit: Option<&'a Unit>,
        wanted: impl Fn(&Item, &ItemTies, &[Part]) -> bool,
    ) -> Vec<PlanTask<'a>> {
        let Some(scorecard) = programme.scorecards.get(&assessment.scorecard) else {
            return Vec::new();
        };
        let mut tasks = Vec::new();
        for (place, item) in scorecard.card.items.iter().enumerate() {
            let Some(ties) = scorecard.items.get(&item.id) else {
                continue;
            };
            let parts = unit
                .map(|unit| plan::parts(ties, unit, &assessment.period))
                .unwrap_or_default();
            if (unit.is_some() && parts.is_empty()) || !wanted(item, ties, &parts) {
                continue;
            }
            let own = unit.filter(|_| parts.contains(&Part::Carries));
            let target = match own {
                Some(unit) => ties.target_for(unit, &assessment.period),
                None => ties.city_target(&assessment.period),
            };
            let target = target.filter(|_| item.rule.compares_with_target());
            let due = plan::due(ties, &assessment.period);
            let results: Vec<&ItemResult> = assessment
                .cards
                .iter()
                .filter(|card| own.is_none_or(|unit| card.participant == unit.id.as_str()))
                .filter_map(|card| card.item(&item.id))
                .filter(|result| result.state != ItemState::NotCarried)
                .collect();
            let reached = results.iter().filter(|result| is_full(result)).count();
            let mut task = PlanTask {
                number: place + 1,
                state: state_of(&results, reached, due, assessment.day),
                figure: None,
                item,
                ties,
                parts,
                own,
                due,
                target,
                results,
                reached,
            };
            task.figure = self.figure_of(programme, assessment, &task, assessment.day);
            tasks.push(task);
        }
        tasks
    }

    /// The figure of a task as of a day; `None` of a task without an indicator.
    pub fn figure_of(
        &self,
        programme: &Programme,
        assessment: &Assessment,
        task: &PlanTask<'_>,
        day: Day,
    ) -> Option<TaskFigure> {
        let id = task.ties.indicators.first()?;
        let unit = task.own.map(|unit| &unit.id);
        let query = figure_query(programme, assessment, id, unit, day);
        let cells = self.mirror().columns().measure(&query).ok();
        let figure = cells.and_then(|cells| cells.into_iter().next().map(|cell| cell.figure));
        let value = figure.as_ref().and_then(Figure::value);
        let better = programme.indicators.get(id).map(|found| found.better);
        let is_reached = match (&value, &task.target, better) {
            (Some(value), Some(target), Some(Better::Lower)) => value <= target,
            (Some(value), Some(target), _) => value >= target,
            _ => false,
        };
        Some(TaskFigure {
            query,
            figure,
            is_reached,
        })
    }
}

/// The last days of the months of a period that began by a day; the month that runs ends with that day.
#[must_use]
pub fn month_ends(period: &Period, day: Day) -> Vec<Day> {
    period
        .parts(PartKind::Month)
        .iter()
        .take_while(|month| month.first().is_some_and(|first| first <= day))
        .map(|month| month.last().min(day))
        .collect()
}

/// The question for an indicator's figure in an assessment: of a unit, unless the figure is the city's alone.
#[must_use]
pub fn figure_query(
    programme: &Programme,
    assessment: &Assessment,
    indicator: &IndicatorId,
    unit: Option<&UnitId>,
    day: Day,
) -> Query {
    let is_city = programme
        .indicators
        .get(indicator)
        .is_some_and(|found| found.attribution == Attribution::City);
    let query = Query::new(indicator.clone(), assessment.period, day, assessment.at);
    match unit.filter(|_| !is_city) {
        Some(unit) => query.for_unit(unit.clone()),
        None => query,
    }
}

/// Whether nothing of an item is missing.
fn is_full(result: &ItemResult) -> bool {
    let Some(points) = &result.points else {
        return false;
    };
    match result.role {
        Role::Normal => *points >= result.max_points,
        Role::Deduction => points.is_zero(),
        Role::Bonus => *points > Ratio::ZERO,
    }
}

fn state_of(results: &[&ItemResult], reached: usize, due: Option<Day>, today: Day) -> TaskState {
    let applies: Vec<_> = results
        .iter()
        .filter(|result| result.state != ItemState::NotApplicable)
        .collect();
    // Points on top are earned or not; nobody falls short of them.
    let is_bonus = results.iter().any(|result| result.role == Role::Bonus);
    if applies.is_empty() {
        return TaskState::NotApplicable;
    }
    if reached >= applies.len() {
        return TaskState::Reached;
    }
    let of = |state: ItemState| applies.iter().any(|result| result.state == state);
    if of(ItemState::NotJudged) {
        return TaskState::Open;
    }
    if of(ItemState::NotReported) {
        return TaskState::NotReported;
    }
    match due {
        _ if is_bonus => TaskState::Underway,
        Some(due) if due < today => TaskState::Short,
        Some(due) if i64::from(due.days_since(today)) <= SOON_DAYS => TaskState::Soon,
        _ => TaskState::Underway,
    }
}
