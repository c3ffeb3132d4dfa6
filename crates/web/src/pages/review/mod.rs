//! The grid of the lead unit: one item across all its units, filled down the column; the same as a workbook
//! out and back in.

mod workbook;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Problem, Ratio};
use office::Office;
use office::case::{ActRequest, Case};
use office::course::{ItemOf, fields_of, judged_parts, points_of_parts};

use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::course::{CaseLine, Course, actions, course, judging, line, note_field};
use crate::posted::Posted;
use crate::site::Site;
use crate::words::Words;

/// A self-score is marked when it is off what the rule gives by more than this part of the points.
const OFF_BY_PART: i64 = 10;
/// Fewest figures among which one can stand out.
const FIGURES_MIN: usize = 5;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/review", get(list))
        .route("/review/{item}", get(page).post(act))
        .route("/review/{item}/workbook", get(workbook::out))
        .route("/review/{item}/take", post(workbook::take))
}

/// A piece of evidence of a row.
pub(super) struct PieceLink {
    sha256: String,
    name: String,
}

/// A part of a composite item: the head of its column.
pub(super) struct PartHead {
    pub field: String,
    pub name: String,
    pub weight: String,
    pub most: String,
}

/// A part of a row: what it is, and whether it can be given here.
pub(super) struct PartCell {
    pub field: String,
    pub value: String,
    pub is_open: bool,
}

/// A level that can be given, with its points.
pub(super) struct LevelChoice {
    value: String,
    name: String,
}

/// What was said when points were given.
pub(super) struct Said {
    pub step: String,
    pub by: String,
    pub points: String,
    pub text: String,
}

/// A row of the grid.
pub(super) struct Row {
    pub line: CaseLine,
    /// Can be judged now by who looks: the fields of its points and its reason.
    pub points_field: Option<String>,
    pub can_return: bool,
    pub parts: Vec<PartCell>,
    pub pieces: Vec<PieceLink>,
    pub self_note: String,
    pub marks: Vec<String>,
    pub points: String,
    pub reason: String,
    /// What was said with the points that were given: the step, who, the points, the text.
    pub said: Vec<Said>,
    /// Below this a reason is needed.
    pub least: String,
    pub faults: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "pages/review/review.html")]
struct Review {
    frame: Frame,
    item: String,
    criterion: String,
    category: String,
    max: String,
    levels: Vec<LevelChoice>,
    parts: Vec<PartHead>,
    rows: Vec<Row>,
    open: usize,
    draft: String,
    is_saved: bool,
    is_judged: bool,
    /// Rows that a workbook filled in; 0: it said nothing new.
    taken: Option<usize>,
    /// How many were just given.
    done: Option<usize>,
    problems: Vec<Problem>,
}

/// What the page was just come to from.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub(super) struct Came {
    taken: Option<usize>,
    done: Option<usize>,
}

struct ItemLine {
    id: String,
    name: String,
    category: String,
    waiting: usize,
    all: usize,
    late: usize,
}

#[derive(Template)]
#[template(path = "pages/review/list.html")]
struct List {
    frame: Frame,
    items: Vec<ItemLine>,
}

async fn list(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, |look| {
        let who = look.visitor()?;
        let course = course(look)?;
        let numbers = look.office.cases_of(course.id, &course.assessment.period)?;
        let list = look.site.worklist(look.office)?;
        let mut items = Vec::new();
        for (id, ties) in &course.scorecard.items {
            let is_led = ties.lead.as_ref().map(base::UnitId::as_str) == who.unit.as_deref();
            let Some(of) = course.item(id.as_str()).filter(|_| is_led) else {
                continue;
            };
            let waiting: Vec<&Case> = list
                .open()
                .filter(|case| course.has(case) && case.about.item.as_deref() == Some(id.as_str()))
                .filter(|case| judging(look, case, course.scorecard).is_some())
                .collect();
            items.push(ItemLine {
                id: id.to_string(),
                name: look.text(&of.item.name).to_owned(),
                category: crate::pages::case::item::category(look, of),
                late: waiting
                    .iter()
                    .filter(|case| {
                        let task =
                            office::work::task(&look.programme, case, Vec::new(), look.today);
                        crate::pages::work::lamp(&task) == "late"
                    })
                    .count(),
                waiting: waiting.len(),
                all: numbers.keys().filter(|(item, _)| item == id).count(),
            });
        }
        drop(list);
        Page::of(&List {
            frame: look.frame(Words { lang: look.lang() }.say("牵头评审", "Review")),
            items,
        })
    })
    .await
}

async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    Query(came): Query<Came>,
) -> Response {
    site.page(asked, move |look| show(look, &item, came, None, &[]))
        .await
}

/// The parts that an item is judged by, as its flow carries them.
pub(super) fn part_heads(look: &Look<'_>, course: &Course<'_>, of: ItemOf<'_>) -> Vec<PartHead> {
    let words = Words { lang: look.lang() };
    let flow = course.scorecard.flow.as_ref();
    let flow = flow.and_then(|id| look.programme.flows.get(id));
    flow.map(|flow| judged_parts(flow, of))
        .unwrap_or_default()
        .into_iter()
        .map(|part| PartHead {
            field: part.field.id.to_string(),
            name: look.text(&part.field.name).to_owned(),
            weight: words.points(&part.weight),
            most: words.points(&part.most),
        })
        .collect()
}

/// A case's parts: what was given, what was typed, and which of them can be given here.
fn part_cells(
    case: &Case,
    of: ItemOf<'_>,
    judging: Option<&casework::Action>,
    typed: &dyn Fn(&str) -> String,
) -> Vec<PartCell> {
    judged_parts(&case.flow, of)
        .into_iter()
        .map(|part| {
            let field = &part.field.id;
            let is_open =
                judging.is_some_and(|action| fields_of(action).any(|taken| taken == field));
            let given = case.state.fields.get(field).map(ToString::to_string);
            let value = match typed(&format!("q.{}.{field}", case.number)) {
                text if is_open && !text.is_empty() => text,
                _ => given.unwrap_or_default(),
            };
            PartCell {
                field: field.to_string(),
                value,
                is_open,
            }
        })
        .collect()
}

/// The rows of an item, in the programme's order of units; those that can be given now first.
pub(super) fn rows(
    look: &Look<'_>,
    course: &Course<'_>,
    item: &str,
    typed: &dyn Fn(&str) -> String,
) -> Result<Vec<Row>, Refused> {
    let numbers = look.office.cases_of(course.id, &course.assessment.period)?;
    let words = Words { lang: look.lang() };
    let mut rows = Vec::new();
    for unit in look.programme.units.keys() {
        let Some(number) = numbers.get(&(base::ItemId::new(item), unit.clone())) else {
            continue;
        };
        let case = look.office.case(*number)?;
        let Some(line) = line(look, course, &case) else {
            continue;
        };
        let judging = judging(look, &case, course.scorecard);
        let pieces = look
            .office
            .pieces_of(*number)?
            .into_iter()
            .map(|piece| PieceLink {
                sha256: piece.sha256,
                name: piece.name,
            })
            .collect();
        // Less than this needs a reason: the self-score, full points where there is none.
        let least = line.own_points.as_ref().unwrap_or(&line.max_points).clone();
        let points = match typed(&format!("p.{number}")) {
            text if text.is_empty() => match (&judging, &line.proposed_points) {
                (Some(_), Some(proposed)) => words.points(proposed),
                _ => String::new(),
            },
            text => text,
        };
        let of = office::course::item_of(&look.programme, &case.about);
        let parts = of.map_or_else(Vec::new, |of| {
            part_cells(
                &case,
                of,
                judging.as_ref().map(|(action, _)| *action),
                typed,
            )
        });
        rows.push(Row {
            parts,
            points_field: judging.map(|(_, field)| field),
            can_return: actions(look, &case).iter().any(|action| is_return(action)),
            pieces,
            self_note: self_note(&case),
            marks: Vec::new(),
            points,
            reason: typed(&format!("r.{number}")),
            said: said(look, course, &case)?,
            least: words.points(&least),
            faults: Vec::new(),
            line,
        });
    }
    mark(words, &mut rows);
    // What can be given now stands first.
    rows.sort_by_key(|row| row.points_field.is_none());
    Ok(rows)
}

/// Sent back with a reason, and nothing else.
pub(super) fn is_return(action: &casework::Action) -> bool {
    action.reason_required && action.requires.is_empty() && action.requires_evidence_at_least == 0
}

/// What the unit wrote when it scored itself.
fn self_note(case: &Case) -> String {
    case.state
        .steps
        .iter()
        .rev()
        .find(|step| {
            step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref()
                && !step.evidence.is_empty()
        })
        .or_else(|| case.state.steps.last())
        .map(|step| {
            step.fields
                .values()
                .filter_map(|value| match value {
                    casework::Value::Text(text) => Some(text.clone()),
                    _ => None,
                })
                .chain(step.reason.clone())
                .collect::<Vec<_>>()
                .join("；")
        })
        .unwrap_or_default()
}

/// What was said by whoever gave points or sent the item back, oldest first.
fn said(look: &Look<'_>, course: &Course<'_>, case: &Case) -> Result<Vec<Said>, Problem> {
    let words = Words { lang: look.lang() };
    let judged_by = &course.scorecard.judged_by;
    let own = case.about.unit.as_deref();
    let mut found = Vec::new();
    for step in &case.state.steps {
        if step.unit.as_ref().map(base::UnitId::as_str) == own {
            continue;
        }
        let points = judged_by.iter().find_map(|field| {
            match step.fields.get(&base::FieldId::new(field))? {
                casework::Value::Number(points) => Some(words.points(points)),
                _ => None,
            }
        });
        let is_level = |id: &base::FieldId| judged_by.iter().any(|field| **field == *id.as_str());
        let texts = step.fields.iter().filter_map(|(id, value)| match value {
            casework::Value::Text(text) if !is_level(id) => Some(text.clone()),
            _ => None,
        });
        let text = texts
            .chain(step.reason.clone())
            .collect::<Vec<_>>()
            .join(words.say("；", "; "));
        if text.is_empty() || (points.is_none() && step.reason.is_none()) {
            continue;
        }
        found.push(Said {
            step: case.flow.action(&step.action).map_or_else(
                || step.action.to_string(),
                |action| look.text(&action.name).to_owned(),
            ),
            by: look.office.actor_name(step.by)?,
            points: points.unwrap_or_default(),
            text,
        });
    }
    Ok(found)
}

/// Marks what stands out, and says how: a self-score away from the rule, and an attainment far from the others'
/// (beyond one and a half times the middle half's width). Attainment is the figure over the unit's own target, so
/// that a small unit with a small target is not held against a large one; without a target it is the figure.
fn mark(words: Words, rows: &mut [Row]) {
    let mut figures: Vec<Ratio> = rows
        .iter()
        .filter_map(|row| row.line.attainment.clone())
        .collect();
    figures.sort();
    let quarter = |part: usize| figures.get(figures.len() * part / 4).cloned();
    let fences = match (quarter(1), quarter(3)) {
        (Some(low), Some(high)) if figures.len() >= FIGURES_MIN && low < high => {
            let width = &(&high - &low) * &Ratio::new(3, 2).unwrap_or(Ratio::ZERO);
            Some((&low - &width, &high + &width))
        }
        _ => None,
    };
    for row in rows {
        if let (Some(own), Some(proposed)) = (&row.line.own_points, &row.line.proposed_points) {
            let off = own - proposed;
            let allowed = row
                .line
                .max_points
                .checked_div(&Ratio::from_int(OFF_BY_PART))
                .unwrap_or(Ratio::ZERO);
            if off.abs() > allowed {
                let by = words.points(&off.abs());
                row.marks.push(if off > Ratio::ZERO {
                    format!(
                        "{}{by}",
                        words.say("自评高出应得 ", "self-score above the rule by ")
                    )
                } else {
                    format!(
                        "{}{by}",
                        words.say("自评低于应得 ", "self-score below the rule by ")
                    )
                });
            }
        }
        if let (Some((low, high)), Some(value)) = (&fences, &row.line.attainment) {
            if value < low {
                row.marks.push(
                    words
                        .say("完成率明显低于各单位", "attainment far below the others")
                        .to_owned(),
                );
            } else if value > high {
                row.marks.push(
                    words
                        .say("完成率明显高于各单位", "attainment far above the others")
                        .to_owned(),
                );
            }
        }
    }
}

pub(super) fn show(
    look: &Look<'_>,
    item: &str,
    came: Came,
    posted: Option<&Posted>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let course = course(look)?;
    let of = course
        .item(item)
        .ok_or_else(|| Refused::no_such(("项目", "item"), item))?;
    // Points of others are seen by those who lead the item and by those who act for the whole city.
    let leads = of.ties.lead.as_ref().map(base::UnitId::as_str) == who.unit.as_deref();
    if !leads && ["liaison", "unit_leader", "reviewer"].contains(&who.role.as_str()) {
        let role = look.role_name(&who.role);
        return Err(crate::problems::not_for_role(&role.zh, &role.en).into());
    }
    let draft = format!("/review/{item}");
    let saved = look.site.desk().draft(who.actor, &draft)?;
    let typed = |name: &str| match posted {
        Some(posted) => posted.get(name).to_owned(),
        None => saved
            .as_ref()
            .and_then(|draft| draft.typed.get(name).cloned())
            .unwrap_or_default(),
    };
    let mut rows = rows(look, &course, item, &typed)?;
    if let Some(posted) = posted.filter(|_| !problems.is_empty()) {
        for (number, request) in requests(look.office, posted)? {
            let faults = look.office.check_act(number, &request)?;
            if let Some(row) = rows.iter_mut().find(|row| row.line.number == number) {
                row.faults = faults;
            }
        }
    }
    let levels = match &of.item.rule {
        scoring::Rule::Tiered { levels } => levels
            .iter()
            .map(|level| LevelChoice {
                value: programme::shown::points(&level.points),
                name: look.text(&level.describes).to_owned(),
            })
            .collect(),
        _ => Vec::new(),
    };
    Page::of(&Review {
        frame: look.frame(look.text(&of.item.name)),
        item: item.to_owned(),
        criterion: look.text(&of.ties.criterion).to_owned(),
        category: crate::pages::case::item::category(look, of),
        max: programme::shown::points(&of.item.points),
        levels,
        parts: part_heads(look, &course, of),
        open: rows.iter().filter(|row| row.points_field.is_some()).count(),
        is_judged: of.ties.judged,
        rows,
        is_saved: saved.is_some() && posted.is_none(),
        draft,
        taken: came.taken,
        done: came.done,
        problems: problems.to_vec(),
    })
}

/// What the grid asks for: one row's judgement, all that are filled, or one row's return.
pub(super) fn requests(
    office: &Office,
    posted: &Posted,
) -> Result<Vec<(u64, ActRequest)>, Problem> {
    let programme = office.programme()?;
    let back: Option<u64> = posted.get("return").parse().ok();
    let only: Option<u64> = posted.get("only").parse().ok();
    let mut requests = Vec::new();
    for (number, points) in posted.with_prefix("p.") {
        let (Ok(number), points) = (number.parse::<u64>(), points.trim()) else {
            continue;
        };
        let prefix = format!("q.{number}.");
        let parts: Vec<(&str, &str)> = posted
            .with_prefix(&prefix)
            .map(|(field, text)| (field, text.trim()))
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let wanted = match back.or(only) {
            Some(wanted) => wanted == number,
            None => !points.is_empty() || !parts.is_empty(),
        };
        if !wanted {
            continue;
        }
        let case = office.case(number)?;
        let Some(of) = office::course::item_of(&programme, &case.about) else {
            continue;
        };
        let reason = posted.get(&format!("r.{number}")).trim().to_owned();
        let mut request = ActRequest::default();
        if back.is_some() {
            request.action = case
                .flow
                .actions_from(&case.state.state)
                .find(|action| is_return(action))
                .map(|action| action.id.to_string())
                .unwrap_or_default();
            request.reason = Some(reason).filter(|reason| !reason.is_empty());
        } else {
            let Some((action, field)) =
                case.flow
                    .actions_from(&case.state.state)
                    .find_map(|action| {
                        let field =
                            office::course::points_field(&case, action, &of.scorecard.judged_by)?;
                        Some((action, field.to_string()))
                    })
            else {
                continue;
            };
            request.action = action.id.to_string();
            for (part, text) in &parts {
                request
                    .fields
                    .insert((*part).to_owned(), (*text).to_owned());
            }
            // Without points of their own the parts say what they come to.
            let points = match points {
                "" => parts_come_to(&case, of, &parts).unwrap_or_default(),
                points => points.to_owned(),
            };
            request.fields.insert(field, points);
            if !reason.is_empty() {
                match note_field(&case, action) {
                    Some(note) => drop(request.fields.insert(note, reason)),
                    None => request.reason = Some(reason),
                }
            }
        }
        requests.push((number, request));
    }
    Ok(requests)
}

/// The points that the parts come to which are typed or were given before.
fn parts_come_to(case: &Case, of: ItemOf<'_>, typed: &[(&str, &str)]) -> Option<String> {
    let parts = judged_parts(&case.flow, of);
    let known = parts.iter().filter_map(|part| {
        let typed = typed
            .iter()
            .find(|(field, _)| *field == part.field.id.as_str());
        let value = match typed {
            Some((_, text)) => Ratio::parse_decimal(text)?,
            None => office::course::number_in(case, &[part.field.id.as_str().into()])?,
        };
        Some((part, value))
    });
    let points = points_of_parts(of, known)?;
    Some(programme::shown::points(&points))
}

async fn act(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    posted: Posted,
) -> Response {
    let address = format!("/review/{item}");
    site.command(
        asked,
        posted,
        |office, posted, _| {
            let requests = requests(office, posted).map_err(|problem| vec![problem])?;
            office.act_many(&requests)
        },
        move |site, who, posted, done| {
            // What was not handed in yet stays a draft.
            let is_part = !posted.get("only").is_empty() || !posted.get("return").is_empty();
            if !is_part {
                let _ = site.desk().drop_draft(who.actor, &address);
            }
            go_to(&format!("{address}?done={done}"))
        },
        move |look, posted, problems| show(look, &item, Came::default(), Some(posted), problems),
    )
    .await
}
