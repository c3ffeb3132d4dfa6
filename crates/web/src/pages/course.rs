//! What the pages of an assessment's course share: its cases as lines with their points, and what who looks
//! can do with them.

use std::sync::Arc;

use base::{Day, ItemId, Ratio, RoleId, ScorecardId, UnitId};
use casework::{Action, open_actions};
use office::assessment::Assessment;
use office::case::{Case, relation};
use office::course::{ItemOf, item_of, number_in, points_field, proposed_points};
use office::tasks::figure_query;
use office::work::task;
use programme::model::{Programme, Scorecard};

use crate::answer::Refused;
use crate::look::Look;
use crate::pages::board::seen::Seen;
use crate::pages::board::{assessed, scorecard_of};
use crate::pages::work::lamp;
use crate::words::Words;

/// The assessment of the year with its scorecard.
pub(crate) struct Course<'l> {
    pub programme: &'l Programme,
    pub id: &'l ScorecardId,
    pub scorecard: &'l Scorecard,
    pub assessment: Arc<Assessment>,
}

/// The course that the pages show.
pub(crate) fn course<'l>(look: &'l Look<'_>) -> Result<Course<'l>, Refused> {
    let (id, scorecard) = scorecard_of(&look.programme, None)
        .ok_or_else(|| Refused::no_such(("记分卡", "scorecard"), "unit"))?;
    Ok(Course {
        programme: &look.programme,
        id,
        scorecard,
        assessment: assessed(look, id)?,
    })
}

/// The course as a page is asked to show it: of an earlier position or day.
pub(crate) fn course_of<'l>(seen: &'l Seen<'_>) -> Result<Course<'l>, Refused> {
    Ok(Course {
        programme: &seen.programme,
        id: &seen.id,
        scorecard: seen.scorecard()?,
        assessment: seen.assessment.clone(),
    })
}

impl Course<'_> {
    /// An item by its identifier.
    pub fn item(&self, id: &str) -> Option<ItemOf<'_>> {
        let id = ItemId::new(id);
        Some(ItemOf {
            scorecard_id: self.id,
            scorecard: self.scorecard,
            item: self
                .scorecard
                .card
                .items
                .iter()
                .find(|item| item.id == id)?,
            ties: self.scorecard.items.get(&id)?,
        })
    }

    /// The result of an item for a unit.
    pub fn result(&self, item: &ItemId, unit: &str) -> Option<&scoring::ItemResult> {
        self.assessment
            .cards
            .iter()
            .find(|card| card.participant == unit)?
            .item(item)
    }

    /// Whether a case belongs to it.
    pub fn has(&self, case: &Case) -> bool {
        case.about.scorecard.as_deref() == Some(self.id.as_str())
            && case.about.item.is_some()
            && case.about.period.as_deref() == Some(&*self.assessment.period.to_string())
    }
}

/// A case of the course as a line.
pub(crate) struct CaseLine {
    pub number: u64,
    pub item: String,
    pub item_name: String,
    pub category: String,
    pub unit_name: String,
    pub state_name: String,
    pub figure: String,
    pub figure_address: Option<String>,
    pub target: String,
    pub max: String,
    pub proposed: String,
    pub own: String,
    pub given: String,
    /// What counts now.
    pub points: String,
    pub due: String,
    pub due_on: Option<Day>,
    pub lamp: &'static str,
    pub came_back: bool,
    /// A missed deadline locks it.
    pub is_locked: bool,
    pub proposed_points: Option<Ratio>,
    pub own_points: Option<Ratio>,
    pub given_points: Option<Ratio>,
    pub max_points: Ratio,
    pub role: scoring::Role,
    /// The figure itself.
    pub figure_value: Option<Ratio>,
    /// The figure over its target; the figure where there is none.
    pub attainment: Option<Ratio>,
}

/// Makes a line of a case; `None` where its item is no longer declared.
pub(crate) fn line(look: &Look<'_>, course: &Course<'_>, case: &Case) -> Option<CaseLine> {
    let (programme, period, day) = (
        course.programme,
        course.assessment.period,
        course.assessment.day,
    );
    let of = item_of(programme, &case.about)?;
    let words = Words { lang: look.lang() };
    let unit = case.about.unit.clone().unwrap_or_default();
    let result = course.result(&of.item.id, &unit);
    let indicator = of.ties.indicators.first();
    let figure = result.and_then(|result| result.figures.first());
    let proposed = result.and_then(|result| proposed_points(of, result));
    let own = number_in(case, &of.scorecard.self_scored_by);
    let given = number_in(case, &of.scorecard.judged_by);
    let found = task(programme, case, Vec::new(), day);
    let shown = |points: &Option<Ratio>| {
        points
            .as_ref()
            .map(|points| words.points(points))
            .unwrap_or_default()
    };
    Some(CaseLine {
        number: case.number,
        item: of.item.id.to_string(),
        item_name: look.text(&of.item.name).to_owned(),
        category: crate::pages::case::item::category(look, of),
        unit_name: look.unit_name(&unit),
        state_name: case.flow.state(&case.state.state).map_or_else(
            || case.state.state.to_string(),
            |state| look.text(&state.name).to_owned(),
        ),
        figure: match (indicator, figure) {
            (Some(indicator), Some(figure)) => {
                programme::shown::figure_of(programme, indicator, figure, period, look.lang())
            }
            _ => String::new(),
        },
        figure_address: indicator.map(|id| {
            let unit = UnitId::new(&unit);
            let query = figure_query(programme, &course.assessment, id, Some(&unit), day);
            let at = course.assessment.at;
            crate::pages::figure::link(&crate::pages::figure::address_at(look, &query, at))
        }),
        target: result
            .and_then(|result| result.target.as_ref())
            .map(|target| crate::pages::case::item::target_shown(look, of, target))
            .unwrap_or_default(),
        max: words.points(&of.item.points),
        proposed: shown(&proposed),
        own: shown(&own),
        given: shown(&given),
        points: result
            .and_then(|result| result.points.as_ref())
            .map(|points| words.points(points))
            .unwrap_or_default(),
        due: found
            .due
            .as_ref()
            .map(|due| words.day_and_weekday(due.due_on))
            .unwrap_or_default(),
        due_on: found.due.as_ref().map(|due| due.due_on),
        lamp: lamp(&found),
        came_back: crate::pages::case::item::came_back(case),
        is_locked: found.is_locked,
        proposed_points: proposed,
        own_points: own,
        given_points: given,
        max_points: of.item.points.clone(),
        role: of.item.role,
        figure_value: figure.and_then(base::Figure::value),
        attainment: figure.and_then(base::Figure::value).and_then(|value| {
            let target = result.and_then(|result| result.target.as_ref());
            match target.filter(|_| of.item.rule.compares_with_target()) {
                Some(target) => value.checked_div(target),
                None => Some(value),
            }
        }),
    })
}

/// The actions that who looks can take on a case now.
pub(crate) fn actions<'c>(look: &Look<'_>, case: &'c Case) -> Vec<&'c Action> {
    let Some(who) = look.who() else {
        return Vec::new();
    };
    let relation = relation(&look.programme, &case.about, who.unit.as_deref());
    let roles = [RoleId::new(&who.role)];
    let calendar = &look.programme.calendar;
    open_actions(
        &case.flow,
        &case.state,
        &roles,
        relation,
        look.today,
        calendar,
    )
    .iter()
    .filter_map(|id| case.flow.action(id))
    .collect()
}

/// The action by which who looks judges a case, with the field of its points.
pub(crate) fn judging<'c>(
    look: &Look<'_>,
    case: &'c Case,
    scorecard: &Scorecard,
) -> Option<(&'c Action, String)> {
    actions(look, case).into_iter().find_map(|action| {
        let field = points_field(case, action, &scorecard.judged_by)?;
        Some((action, field.to_string()))
    })
}

/// The first written text that an action takes beside levels: where a judge says why.
pub(crate) fn note_field(case: &Case, action: &Action) -> Option<String> {
    office::course::fields_of(action)
        .find(|id| {
            case.flow
                .field(id)
                .is_some_and(|field| matches!(field.kind, casework::FieldKind::Text))
        })
        .map(ToString::to_string)
}

/// The cases of one unit as they stood at the course's position, in the scorecard's order.
pub(crate) fn cases_of_unit(
    look: &Look<'_>,
    course: &Course<'_>,
    unit: &str,
) -> Result<Vec<Case>, Refused> {
    let (period, unit) = (&course.assessment.period, UnitId::new(unit));
    let items = course.scorecard.items.keys();
    let numbers = look
        .office
        .cases_of_unit(course.id, period, &unit, items.clone())?;
    let mut cases = Vec::new();
    for item in items {
        if let Some(number) = numbers.get(item) {
            cases.extend(look.office.case_as_of(
                *number,
                course.assessment.at,
                course.assessment.day,
            )?);
        }
    }
    Ok(cases)
}

/// The name of a ranking group.
pub(crate) fn group_name(look: &Look<'_>, id: &str) -> String {
    look.programme
        .vocabularies
        .get(programme::schema::RANKING_GROUP)
        .and_then(|vocabulary| vocabulary.codes.get(id))
        .map_or_else(
            || {
                Words { lang: look.lang() }
                    .say("不分组", "No group")
                    .to_owned()
            },
            |code| look.text(&code.name).to_owned(),
        )
}
