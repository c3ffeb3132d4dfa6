//! The office's board of completeness: how far every item is, what is late, where those who gave points do
//! not agree, what can be done for many at once, and what a sealed result has opened.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Ratio, StateId};
use casework::StateKind;
use serde::Deserialize;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::batch::is_for_many;
use crate::pages::course::{CaseLine, actions, course, line};
use crate::site::Site;
use crate::sorting::{Sort, Sorting, by_name};
use crate::words::Words;

/// Most lines of a list; what is cut is said.
const LINES_MAX: usize = 300;
/// Points that are further apart than so many percent of the item's points disagree, unless asked otherwise.
const GAP_PERCENT: i64 = 20;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/assessment", get(page))
}

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
struct Chosen {
    /// `item` or `unit`.
    #[serde(default)]
    by: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    state: String,
    /// `late`, `gap`, `pending` (without points) or `unfinished`.
    #[serde(default)]
    only: String,
    #[serde(default)]
    gap: String,
    /// Column of the board; empty: the programme's order. A state by its identifier.
    #[serde(default)]
    sort: String,
    #[serde(default)]
    dir: String,
}

impl Chosen {
    /// The address of the same board in another order.
    fn sorted(&self, sort: &str, dir: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("by", self.by.as_str()),
            ("item", &self.item),
            ("unit", &self.unit),
            ("state", &self.state),
            ("only", &self.only),
            ("gap", &self.gap),
            ("sort", sort),
            ("dir", dir),
        ] {
            if !value.is_empty() {
                coded.append_pair(name, value);
            }
        }
        format!("/assessment?{}", coded.finish())
    }
}

struct Head {
    sort: Sort,
    id: String,
    count: usize,
}

/// The heads that stand before those of the states.
struct Heads {
    name: Sort,
    all: Sort,
    late: Sort,
    gaps: Sort,
}

struct BoardRow {
    id: String,
    name: String,
    cells: Vec<usize>,
    late: usize,
    gaps: usize,
    all: usize,
}

struct Many {
    action: String,
    name: String,
    count: usize,
}

struct Gap {
    line: CaseLine,
    values: String,
    /// How far the points that people gave are apart.
    apart: String,
    /// The same as a share of the item's points.
    share: Ratio,
}

struct Opened {
    number: u64,
    title: String,
    state: String,
    is_closed: bool,
}

#[derive(Template)]
#[template(path = "pages/assessment/assessment.html")]
struct Board {
    frame: Frame,
    by: &'static str,
    sort: String,
    dir: String,
    first: Heads,
    heads: Vec<Head>,
    rows: Vec<BoardRow>,
    total: usize,
    late: usize,
    gaps: usize,
    gap_percent: i64,
    many: Vec<Many>,
    pending: usize,
    is_filtered: bool,
    lines: Vec<Gap>,
    more: usize,
    query: String,
    opened: Vec<Opened>,
    may_remind: bool,
    may_verify: bool,
    sealed: Option<u64>,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

/// The points of a case that people gave, in the order in which they were given: who, how many.
fn values_of(
    look: &Look<'_>,
    case: &office::case::Case,
    of: office::course::ItemOf<'_>,
) -> Vec<(String, Ratio)> {
    of.scorecard
        .self_scored_by
        .iter()
        .chain(of.scorecard.judged_by.iter().rev())
        .filter_map(|id| {
            let field = case.flow.field(&base::FieldId::new(id))?;
            match case.state.fields.get(&field.id)? {
                casework::Value::Number(points) => {
                    Some((look.text(&field.name).to_owned(), points.clone()))
                }
                _ => None,
            }
        })
        .collect()
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let who = look.visitor()?;
    if ["liaison", "unit_leader", "reviewer", "inspector"].contains(&who.role.as_str()) {
        let role = look.role_name(&who.role);
        return Err(crate::problems::not_for_role(&role.zh, &role.en).into());
    }
    let course = course(look)?;
    let words = Words { lang: look.lang() };
    let flow = course
        .scorecard
        .flow
        .as_ref()
        .and_then(|id| look.programme.flows.get(id))
        .ok_or_else(|| Refused::no_such(("流程", "flow"), course.id))?;
    let gap_percent = chosen.gap.parse().unwrap_or(GAP_PERCENT).clamp(1, 100);
    let part = Ratio::new(gap_percent.into(), 100).unwrap_or(Ratio::ZERO);
    let by = if chosen.by == "unit" { "unit" } else { "item" };
    let states: Vec<&StateId> = flow.states.iter().map(|state| &state.id).collect();
    let mut rows: BTreeMap<String, BoardRow> = BTreeMap::new();
    let mut many: Vec<Many> = Vec::new();
    let mut lines = Vec::new();
    let (mut late, mut gaps, mut more) = (0, 0, 0);
    let is_filtered = !chosen.item.is_empty()
        || !chosen.unit.is_empty()
        || !chosen.state.is_empty()
        || !chosen.only.is_empty();
    let numbers = look.office.cases_of(course.id, &course.assessment.period)?;
    {
        let list = look.site.worklist(look.office)?;
        let open: BTreeMap<u64, &office::case::Case> = list
            .open()
            .filter(|case| course.has(case))
            .map(|case| (case.number, case))
            .collect();
        for ((item, unit), number) in &numbers {
            let key = if by == "unit" {
                unit.to_string()
            } else {
                item.to_string()
            };
            let row = rows.entry(key.clone()).or_insert_with(|| BoardRow {
                name: if by == "unit" {
                    look.unit_name(&key)
                } else {
                    course
                        .item(&key)
                        .map(|of| look.text(&of.item.name).to_owned())
                        .unwrap_or_default()
                },
                id: key,
                cells: vec![0; states.len()],
                late: 0,
                gaps: 0,
                all: 0,
            });
            row.all += 1;
            let closed = || {
                flow.states
                    .iter()
                    .position(|state| state.kind == StateKind::Closed)
            };
            let at = match open.get(number) {
                Some(case) => states.iter().position(|state| **state == case.state.state),
                None => closed(),
            };
            if let Some(cell) = at.and_then(|at| row.cells.get_mut(at)) {
                *cell += 1;
            }
            let Some(case) = open.get(number) else {
                continue;
            };
            let task = office::work::task(&look.programme, case, Vec::new(), look.today);
            let is_late = !list.is_sealed(case) && crate::pages::work::lamp(&task) == "late";
            let values = course
                .item(item.as_str())
                .map(|of| values_of(look, case, of))
                .unwrap_or_default();
            let most = values.iter().map(|(_, points)| points).max();
            let least = values.iter().map(|(_, points)| points).min();
            let full = course.item(item.as_str()).map(|of| of.item.points.clone());
            let is_gap = match (most, least, full) {
                (Some(most), Some(least), Some(full)) => (most - least) > (&full * &part),
                _ => false,
            };
            row.late += usize::from(is_late);
            row.gaps += usize::from(is_gap);
            late += usize::from(is_late);
            gaps += usize::from(is_gap);
            for action in actions(look, case).into_iter().filter(|action| {
                is_for_many(&case.flow, action) && !office::sealing::closes(case, action)
            }) {
                match many
                    .iter_mut()
                    .find(|found| *found.action == *action.id.as_str())
                {
                    Some(found) => found.count += 1,
                    None => many.push(Many {
                        action: action.id.to_string(),
                        name: look.text(&action.name).to_owned(),
                        count: 1,
                    }),
                }
            }
            let wanted = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
            let is_wanted = is_filtered
                && wanted(&chosen.item, item.as_str())
                && wanted(&chosen.unit, unit.as_str())
                && wanted(&chosen.state, case.state.state.as_str())
                && match chosen.only.as_str() {
                    "late" => is_late,
                    "gap" => is_gap,
                    "pending" => course
                        .result(item, unit.as_str())
                        .is_some_and(|result| result.pending),
                    "unfinished" => is_unfinished(case),
                    _ => true,
                };
            if is_wanted && lines.len() == LINES_MAX {
                more += 1;
            } else if is_wanted && let Some(line) = line(look, &course, case) {
                let shown = values
                    .iter()
                    .map(|(name, points)| format!("{name} {}", words.points(points)))
                    .collect::<Vec<_>>()
                    .join(" · ");
                let apart = match (most, least) {
                    (Some(most), Some(least)) => most - least,
                    _ => Ratio::ZERO,
                };
                lines.push(Gap {
                    share: apart.checked_div(&line.max_points).unwrap_or(Ratio::ZERO),
                    apart: if apart.is_zero() {
                        String::new()
                    } else {
                        words.points(&apart)
                    },
                    line,
                    values: shown,
                });
            }
        }
    }
    // Where they are furthest apart comes first.
    if chosen.only == "gap" {
        lines.sort_by(|one, other| other.share.cmp(&one.share));
    }
    let opened = look
        .office
        .consequence_cases(course.id, &course.assessment.period)?
        .into_iter()
        .map(|case| Opened {
            number: case.number,
            title: crate::pages::work::title_of(look, &case),
            state: case.flow.state(&case.state.state).map_or_else(
                || case.state.state.to_string(),
                |state| look.text(&state.name).to_owned(),
            ),
            is_closed: case.state.is_closed(),
        })
        .collect();
    // In the programme's order, not the alphabet's.
    let order: Vec<String> = if by == "unit" {
        look.programme
            .units
            .keys()
            .map(ToString::to_string)
            .collect()
    } else {
        course
            .scorecard
            .items
            .keys()
            .map(ToString::to_string)
            .collect()
    };
    let mut rows: Vec<BoardRow> = order.iter().filter_map(|id| rows.remove(id)).collect();
    let counts: Vec<&str> = ["all", "late", "gaps"]
        .into_iter()
        .chain(states.iter().map(|state| state.as_str()))
        .collect();
    let sorting = Sorting {
        sort: &chosen.sort,
        // Names are read from the first, counts from the greatest.
        dir: match (chosen.dir.as_str(), counts.contains(&chosen.sort.as_str())) {
            ("", true) => "desc",
            (dir, _) => dir,
        },
        greatest_first: &[],
    };
    match chosen.sort.as_str() {
        "name" => sorting.by_key(&mut rows, |row| by_name(&row.name)),
        "all" => sorting.by_key(&mut rows, |row| Some(row.all)),
        "late" => sorting.by_key(&mut rows, |row| Some(row.late)),
        "gaps" => sorting.by_key(&mut rows, |row| Some(row.gaps)),
        state => {
            if let Some(at) = states.iter().position(|found| found.as_str() == state) {
                sorting.by_key(&mut rows, |row| row.cells.get(at).copied());
            }
        }
    }
    let head = |id: &str, name: &str| sorting.head(id, name, |sort, dir| chosen.sorted(sort, dir));
    let heads = flow
        .states
        .iter()
        .enumerate()
        .map(|(at, state)| Head {
            sort: head(state.id.as_str(), look.text(&state.name)),
            id: state.id.to_string(),
            count: rows.iter().filter_map(|row| row.cells.get(at)).sum(),
        })
        .collect();
    Page::of(&Board {
        frame: look.frame(words.say("考核进度", "Progress of the assessment")),
        by,
        sort: chosen.sort.clone(),
        dir: chosen.dir.clone(),
        first: Heads {
            name: head(
                "name",
                if by == "unit" {
                    words.say("单位", "Unit")
                } else {
                    words.say("项目", "Item")
                },
            ),
            all: head("all", words.say("共", "All")),
            late: head("late", words.say("逾期", "Late")),
            gaps: head("gaps", words.say("不一致", "Disagree")),
        },
        heads,
        rows,
        total: numbers.len(),
        late,
        gaps,
        gap_percent,
        many,
        pending: course
            .assessment
            .cards
            .iter()
            .filter(|card| card.state == scoring::CardState::Pending)
            .count(),
        is_filtered,
        lines,
        more,
        query: describe(look, &course, flow, chosen, words),
        opened,
        may_verify: crate::pages::admin::may_verify(look),
        may_remind: look.may(office::authority::Granted::Remind),
        sealed: look
            .office
            .mirror()
            .seals(course.id, &course.assessment.period)
            .last()
            .map(|(position, _)| position.0),
    })
}

/// Whether a case still has steps before the one that closes it.
fn is_unfinished(case: &office::case::Case) -> bool {
    !case
        .flow
        .actions_from(&case.state.state)
        .any(|action| !action.reason_required && office::sealing::closes(case, action))
}

/// What the list below was asked for, in words.
fn describe(
    look: &Look<'_>,
    course: &crate::pages::course::Course<'_>,
    flow: &casework::Flow,
    chosen: &Chosen,
    words: Words,
) -> String {
    let mut parts = Vec::new();
    if let Some(of) = course.item(&chosen.item) {
        parts.push(look.text(&of.item.name).to_owned());
    }
    if !chosen.unit.is_empty() {
        parts.push(look.unit_name(&chosen.unit));
    }
    if let Some(state) = flow.state(&StateId::new(&chosen.state)) {
        parts.push(look.text(&state.name).to_owned());
    }
    match chosen.only.as_str() {
        "late" => parts.push(words.say("逾期", "late").to_owned()),
        "gap" => parts.push(words.say("评分不一致", "points that disagree").to_owned()),
        "pending" => parts.push(words.say("还没有得分", "without points").to_owned()),
        "unfinished" => parts.push(
            words
                .say("还没有走完流程", "course not finished")
                .to_owned(),
        ),
        _ => {}
    }
    parts.join(" · ")
}
