//! What was just done, what follows, and who has it now: said after every single step.

use casework::{Action, Scope, StateKind};
use office::case::Case;

use crate::answer::Refused;
use crate::look::Look;
use crate::words::Words;

/// How long a step is "just done", in microseconds.
const RECENT_MICROS: i64 = 10 * 60 * 1_000_000;
/// Most next steps that are named.
const NEXT_MAX: usize = 3;

/// A step that who looks has just taken.
pub(crate) struct Done {
    pub title: String,
    pub unit: String,
    pub action: String,
    pub state: String,
    pub is_closed: bool,
    /// What can follow, and with whom it is.
    pub next: Vec<(String, String)>,
    /// Until when it waits for a limit to run out first.
    pub waits: String,
}

/// The last step of a case, where who looks took it within the last minutes.
pub(crate) fn just_done(look: &Look<'_>, case: &Case) -> Result<Option<Done>, Refused> {
    let who = look.visitor()?;
    let Some(step) = case.state.steps.last() else {
        return Ok(None);
    };
    let age = look.site.now().as_micros() - step.moment.as_micros();
    if step.by != who.actor || age > RECENT_MICROS {
        return Ok(None);
    }
    let words = Words { lang: look.lang() };
    let mut waits = String::new();
    for action in goes_on(case) {
        let hold = office::sealing::first_hold(&look.programme, case, &action.id, look.today);
        if let Some(hold) = hold {
            waits = format!(
                "{} {}",
                look.text(&hold.deadline.name),
                words.day_and_weekday(hold.run.due_on)
            );
        }
    }
    Ok(Some(Done {
        title: crate::pages::work::title_of(look, case),
        unit: look.unit_name(case.about.unit.as_deref().unwrap_or_default()),
        action: case.flow.action(&step.action).map_or_else(
            || step.action.to_string(),
            |action| look.text(&action.name).to_owned(),
        ),
        state: super::state_name(look, case, &case.state.state),
        is_closed: case.state.is_closed(),
        next: follows(look, case),
        waits,
    }))
}

/// What can follow on where a case stands, and with whom it is.
pub(crate) fn follows(look: &Look<'_>, case: &Case) -> Vec<(String, String)> {
    goes_on(case)
        .take(NEXT_MAX)
        .map(|action| (look.text(&action.name).to_owned(), whom(look, case, action)))
        .collect()
}

/// Whom a case waits for that a rule opened in a unit that has nobody of the kind; `None` where it has.
pub(crate) fn unattended(look: &Look<'_>, case: &Case) -> Result<Option<String>, Refused> {
    if !look.site.worklist(look.office)?.is_unattended(case) {
        return Ok(None);
    }
    let words = Words { lang: look.lang() };
    let mut who: Vec<String> = Vec::new();
    for action in goes_on(case).filter(|action| !action.roles.is_empty()) {
        let whom = whom(look, case, action);
        if !who.contains(&whom) {
            who.push(whom);
        }
    }
    Ok(Some(who.join(words.say("；", "; "))))
}

/// The actions by which a case goes on from where it stands: not what ends it early, and not what opens a lock.
fn goes_on(case: &Case) -> impl Iterator<Item = &Action> {
    let flow = &case.flow;
    flow.actions_from(&case.state.state).filter(move |action| {
        let to = flow.state(&action.to);
        let ends = to.is_some_and(|to| to.kind == StateKind::Closed);
        let lifts = flow
            .deadlines
            .iter()
            .any(|deadline| deadline.lifted_by.contains(&action.id));
        let calls_off = ends && action.reason_required;
        !case.state.is_closed() && !calls_off && !lifts
    })
}

/// Who takes an action on a case: the unit and the roles.
fn whom(look: &Look<'_>, case: &Case, action: &Action) -> String {
    let words = Words { lang: look.lang() };
    let unit = match action.scope {
        Scope::Own => case.about.unit.clone(),
        Scope::Lead => office::course::item_of(&look.programme, &case.about)
            .and_then(|of| of.ties.lead.as_ref())
            .map(ToString::to_string),
        Scope::Support => case.about.support.first().cloned(),
        Scope::Filer | Scope::All => None,
    };
    if action.scope == Scope::Filer {
        return words.say("开办人本人", "whoever opened it").to_owned();
    }
    // What no role takes happens by itself, when a notice ends.
    if action.roles.is_empty() {
        let by_itself = words.say("系统，公示届满时", "by itself, when the notice ends");
        return by_itself.to_owned();
    }
    let roles: Vec<String> = action
        .roles
        .iter()
        .map(|role| look.text(&look.role_name(role.as_str())).to_owned())
        .collect();
    let roles = roles.join(words.say("、", ", "));
    match unit {
        Some(unit) => format!("{}{}{roles}", look.unit_name(&unit), words.say("·", " · ")),
        None => roles,
    }
}
