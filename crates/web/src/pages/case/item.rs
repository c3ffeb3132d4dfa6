//! What an assessment item's case shows beyond its flow: the measured figure with its records, the target,
//! the rule in words, the points that the rule proposes, what is filed already and what is still missing.

use base::{Problem, Ratio};
use casework::Action;
use office::case::Case;
use office::course::{ItemOf, fields_of, item_of, number_in, points_field, proposed_points};
use programme::model::DEDUCTED_FIELD;

use crate::answer::Refused;
use crate::look::Look;
use crate::pages::board::assessed;
use crate::pages::unit::figure_address;
use crate::words::Words;

/// Most pieces that are offered again.
const OFFERED_MAX: usize = 60;

/// A measured figure.
pub(crate) struct FigureLine {
    pub name: String,
    pub shown: String,
    pub address: String,
}

/// A piece that the unit has filed for another item.
pub(crate) struct Offered {
    pub sha256: String,
    pub name: String,
    pub filed_for: String,
    pub is_ticked: bool,
    /// Of last year's: until when it is valid.
    pub valid_to: Option<String>,
}

/// Something that the item needs, and whether it is there.
pub(crate) struct Check {
    pub is_done: bool,
    pub text: String,
}

/// Why the item came back.
pub(crate) struct Returned {
    pub state: String,
    pub by: String,
    pub day: String,
    pub reason: String,
}

/// The item's part of the page.
pub(crate) struct ItemPanel {
    pub id: String,
    pub category: String,
    pub criterion: String,
    pub basis: String,
    pub lead: String,
    pub figures: Vec<FigureLine>,
    pub target: String,
    pub max: String,
    pub proposed: Option<String>,
    pub reason: String,
    pub given: Vec<(String, String)>,
    pub serves: Vec<String>,
    pub evidence: String,
    pub at_least: u32,
    pub at_most: Option<u32>,
    pub pieces: usize,
    /// What came with the records behind the figures: name, hash, the record's page, who reported it.
    pub supplied: Vec<(String, String, String, String)>,
    pub offered: Vec<Offered>,
    pub checks: Vec<Check>,
    pub returned: Option<Returned>,
    /// What the unit objects, while nobody has answered.
    pub objected: Option<Returned>,
}

/// The item's part of a case's page; `None` for cases that are about no item.
pub(crate) fn panel(
    look: &Look<'_>,
    case: &Case,
    ticked: &[String],
    is_own: bool,
) -> Result<Option<ItemPanel>, Refused> {
    let Some(of) = item_of(&look.programme, &case.about) else {
        return Ok(None);
    };
    let words = Words { lang: look.lang() };
    let unit = case.about.unit.as_deref().unwrap_or_default();
    let is_of_year = case.about.period.as_deref() == Some(&*look.programme.year.to_string());
    let assessment = if is_of_year {
        Some(assessed(look, of.scorecard_id)?)
    } else {
        None
    };
    let result = assessment
        .as_ref()
        .and_then(|found| found.cards.iter().find(|card| card.participant == unit))
        .and_then(|card| card.item(&of.item.id));
    let proposed = result.and_then(|result| proposed_points(of, result));
    let figures = match result {
        Some(result) => of
            .ties
            .indicators
            .iter()
            .zip(&result.figures)
            .map(|(id, figure)| FigureLine {
                name: look
                    .programme
                    .indicators
                    .get(id)
                    .map_or_else(|| id.to_string(), |found| look.text(&found.name).to_owned()),
                shown: programme::shown::figure_of(
                    &look.programme,
                    id,
                    figure,
                    look.programme.year,
                    look.lang(),
                ),
                address: figure_address(look, id.as_str(), Some(unit), &look.programme.year),
            })
            .collect(),
        None => Vec::new(),
    };
    let pieces = own_pieces(case);
    let supplied: Vec<(String, String, String, String)> = look
        .office
        .supplied(case, of)?
        .into_iter()
        .map(|found| {
            let record = format!("/records/{}/{}", found.record_type, found.record);
            let by = found.unit.map(|unit| look.unit_name(&unit));
            (
                found.piece.name,
                found.piece.sha256,
                record,
                by.unwrap_or_default(),
            )
        })
        .collect();
    let offered = if is_own {
        offered(look, case, of, unit, ticked)?
    } else {
        Vec::new()
    };
    let own = number_in(case, &of.scorecard.self_scored_by);
    let judged = number_in(case, &of.scorecard.judged_by);
    let mut given = Vec::new();
    if let Some(points) = &own {
        given.push((
            words.say("自评", "Self-score").to_owned(),
            words.points(points),
        ));
    }
    if let Some(points) = &judged {
        given.push((words.say("评定", "Given").to_owned(), words.points(points)));
    }
    let deducted = result.and_then(|result| result.deducted.clone());
    let taken = case.state.fields.get(&base::FieldId::new(DEDUCTED_FIELD));
    let taken = match taken {
        Some(casework::Value::Number(points)) => deducted.or_else(|| Some(points.clone())),
        _ => None,
    };
    if let Some(points) = taken {
        given.push((
            words
                .say("逾期重开扣分", "taken off for being late")
                .to_owned(),
            format!("−{}", words.points(&points)),
        ));
    }
    if let Some(points) = result.and_then(|result| result.points.as_ref()) {
        given.push((words.say("计入", "Counts").to_owned(), words.points(points)));
    }
    Ok(Some(ItemPanel {
        id: of.item.id.to_string(),
        category: category(look, of),
        criterion: look.text(&of.ties.criterion).to_owned(),
        basis: of
            .ties
            .row
            .bilingual("basis")
            .map(|text| look.text(text).to_owned())
            .unwrap_or_default(),
        lead: of
            .ties
            .lead
            .as_ref()
            .map(|lead| look.unit_name(lead.as_str()))
            .unwrap_or_default(),
        target: result
            .and_then(|result| result.target.as_ref())
            .map(|target| target_shown(look, of, target))
            .unwrap_or_default(),
        max: words.points(&of.item.points),
        proposed: proposed.as_ref().map(|points| words.points(points)),
        reason: result
            .map(|result| look.text(&result.reason).to_owned())
            .unwrap_or_default(),
        given,
        serves: of.ties.serves.iter().map(ToString::to_string).collect(),
        evidence: look.text(&of.ties.evidence).to_owned(),
        at_least: of.ties.evidence_at_least,
        at_most: of.ties.evidence_at_most,
        checks: checks(
            words,
            case,
            of,
            !figures.is_empty(),
            own.is_some(),
            pieces + supplied.len(),
        ),
        supplied,
        figures,
        pieces,
        offered,
        returned: returned(look, case, words)?,
        objected: objected(look, case, words)?,
    }))
}

/// A target as its figure is written: a rate's in percent.
pub(crate) fn target_shown(look: &Look<'_>, of: ItemOf<'_>, target: &Ratio) -> String {
    let Some(indicator) = of.ties.indicators.first() else {
        return programme::shown::points(target);
    };
    let text = programme::shown::figure_of(
        &look.programme,
        indicator,
        &base::Figure::whole(target.clone()),
        look.programme.year,
        look.lang(),
    );
    match look.programme.indicators.get(indicator) {
        Some(indicator) => with_unit(look, indicator, text),
        None => text,
    }
}

/// A target with its unit of measure; a share has its sign already.
pub(crate) fn with_unit(
    look: &Look<'_>,
    indicator: &programme::model::Indicator,
    text: String,
) -> String {
    let unit = look.text(&indicator.unit_of_measure);
    match (indicator.format, look.lang()) {
        (programme::model::Format::Percent(_), _) => text,
        _ if unit.is_empty() => text,
        (_, base::Lang::Zh) => format!("{text}{unit}"),
        (_, base::Lang::En) => format!("{text} {unit}"),
    }
}

/// The category that an item stands in.
pub(crate) fn category(look: &Look<'_>, of: ItemOf<'_>) -> String {
    let groups = &of.scorecard.card.groups;
    let mut group = groups.iter().find(|group| group.id == of.item.group);
    while let Some(parent) = group.and_then(|group| group.parent.as_ref()) {
        group = groups.iter().find(|group| &group.id == parent);
    }
    group
        .map(|group| look.text(&group.name).to_owned())
        .unwrap_or_default()
}

/// Pieces that the unit itself has filed in the case.
pub(crate) fn own_pieces(case: &Case) -> usize {
    let mut pieces: Vec<&String> = case
        .state
        .steps
        .iter()
        .filter(|step| step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref())
        .flat_map(|step| &step.evidence)
        .collect();
    pieces.sort();
    pieces.dedup();
    pieces.len()
}

fn offered(
    look: &Look<'_>,
    case: &Case,
    of: ItemOf<'_>,
    unit: &str,
    ticked: &[String],
) -> Result<Vec<Offered>, Problem> {
    let mut offered = Vec::new();
    let words = Words { lang: look.lang() };
    for found in look.office.still_valid(case)? {
        offered.push(Offered {
            is_ticked: ticked.contains(&found.piece.sha256),
            sha256: found.piece.sha256,
            name: found.piece.name,
            filed_for: format!(
                "{} · {}",
                crate::pages::work::title_of(look, &look.office.case(found.case)?),
                words.day(found.filed_on)
            ),
            valid_to: Some(words.day(found.valid_to)),
        });
    }
    for filed in look
        .office
        .filed_by(of.scorecard_id, &look.programme.year, unit)?
    {
        if filed.cases.contains(&case.number) {
            continue;
        }
        if offered.len() == OFFERED_MAX {
            break;
        }
        let first = filed.cases.first().copied().unwrap_or_default();
        let filed_for = crate::pages::work::title_of(look, &look.office.case(first)?);
        offered.push(Offered {
            is_ticked: ticked.contains(&filed.piece.sha256),
            sha256: filed.piece.sha256,
            name: filed.piece.name,
            filed_for,
            valid_to: None,
        });
    }
    Ok(offered)
}

fn checks(
    words: Words,
    case: &Case,
    of: ItemOf<'_>,
    is_measured: bool,
    is_scored: bool,
    pieces: usize,
) -> Vec<Check> {
    let filed = case
        .state
        .steps
        .iter()
        .any(|step| step.from == case.flow.initial);
    let mut checks = vec![Check {
        is_done: filed,
        text: words.say("目标已备案", "target filed").to_owned(),
    }];
    if is_measured {
        checks.push(Check {
            is_done: true,
            text: words
                .say(
                    "数字已由系统取得，不必填报",
                    "the figure is measured: nothing to report",
                )
                .to_owned(),
        });
    }
    let least = of.ties.evidence_at_least as usize;
    if least > 0 {
        checks.push(Check {
            is_done: pieces >= least,
            text: match words.lang {
                base::Lang::Zh => format!("佐证材料至少{least}件（现有{pieces}件）"),
                base::Lang::En if least == 1 => {
                    format!("at least 1 piece of evidence ({pieces} there)")
                }
                base::Lang::En => format!("at least {least} pieces of evidence ({pieces} there)"),
            },
        });
    }
    checks.push(Check {
        is_done: is_scored,
        text: words.say("已自评打分", "self-scored").to_owned(),
    });
    checks
}

/// Why the case stands where it is sent back to: its last step, when that went back and gave a reason.
fn returned(look: &Look<'_>, case: &Case, words: Words) -> Result<Option<Returned>, Problem> {
    let Some(step) = case.state.steps.last() else {
        return Ok(None);
    };
    let by_own = step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref();
    let is_back = !by_own && (came_back(case) || is_reopened(case));
    let Some(reason) = step.reason.as_ref().filter(|_| is_back) else {
        return Ok(None);
    };
    let who = look.office.actor_name(step.by)?;
    let unit = step
        .unit
        .as_ref()
        .map(|unit| look.unit_name(unit.as_str()))
        .unwrap_or_default();
    let state = case.flow.state(&case.state.state);
    Ok(Some(Returned {
        state: state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
        by: format!("{unit} {who}").trim().to_owned(),
        day: words.day(step.day),
        reason: reason.clone(),
    }))
}

/// What the unit objects and waits to be answered.
fn objected(look: &Look<'_>, case: &Case, words: Words) -> Result<Option<Returned>, Problem> {
    let last = case.state.steps.last();
    let Some(step) = last.filter(|_| office::sealing::is_unanswered(&look.programme, case)) else {
        return Ok(None);
    };
    let state = case.flow.state(&case.state.state);
    let unit = step.unit.as_ref().map(|unit| look.unit_name(unit.as_str()));
    let who = look.office.actor_name(step.by)?;
    Ok(Some(Returned {
        state: state.map_or_else(String::new, |state| look.text(&state.name).to_owned()),
        by: format!("{} {who}", unit.unwrap_or_default())
            .trim()
            .to_owned(),
        day: words.day(step.day),
        reason: step.reason.clone().unwrap_or_default(),
    }))
}

/// Whether a case came back: what it waits for was done before and is to be done again.
pub(crate) fn came_back(case: &Case) -> bool {
    let Some(last) = case.state.steps.last() else {
        return false;
    };
    let is_own = |step: &casework::Step| {
        step.unit.as_ref().map(base::UnitId::as_str) == case.about.unit.as_deref()
    };
    !is_own(last)
        && last.from != last.to
        && case.flow.actions_from(&case.state.state).any(|action| {
            case.state
                .steps
                .iter()
                .any(|step| is_own(step) && step.action == action.id)
        })
}

/// Whether a case was opened again after a deadline had locked it, and has not gone on since.
pub(crate) fn is_reopened(case: &Case) -> bool {
    let Some(last) = case.state.steps.last() else {
        return false;
    };
    let deadlines = &case.flow.deadlines;
    deadlines
        .iter()
        .any(|deadline| deadline.lifted_by.contains(&last.action))
}

/// Whether an action is the unit's self-score.
pub(crate) fn is_self_score(of: ItemOf<'_>, action: &Action) -> bool {
    fields_of(action).any(|id| {
        of.scorecard
            .self_scored_by
            .iter()
            .any(|field| **field == *id.as_str())
    })
}

/// The field in which an action self-scores.
pub(crate) fn self_field(case: &Case, of: ItemOf<'_>, action: &Action) -> Option<String> {
    points_field(case, action, &of.scorecard.self_scored_by).map(ToString::to_string)
}
