//! Acting on a case: every rule that an act must satisfy, and the step that it then becomes.
//!
//! [`check`] judges and gives the step; [`act`] also takes it up. Nothing here changes a case in
//! place, asks for the time or knows who someone is: roles and relations are passed in. Next:
//! `case.rs` for what a step changes, `due.rs` for the deadlines that lock an action.

use std::collections::{BTreeMap, BTreeSet};

use base::{
    ActionId, CodeId, Day, FieldId, Lang, Moment, Problem, Ratio, RoleId, Rounding, UnitId,
    WorkCalendar,
};

use crate::case::{CaseState, STEPS_PER_CASE_MAX, Step};
use crate::field::{Bound, Field, FieldKind, Value};
use crate::flow::{Action, Amount, Flow, Scope, StateKind};
use crate::{beyond, extension, lock, notice, problems};

/// The most pieces of evidence that one act can cite.
pub const EVIDENCE_PER_ACT_MAX: usize = 1_000;
/// The most characters that a text field or a reason can have.
pub const TEXT_CHARACTERS_MAX: usize = 20_000;

/// What someone wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The action.
    pub action: ActionId,
    /// The actor's number.
    pub by: u64,
    /// The roles that the actor holds.
    pub roles: Vec<RoleId>,
    /// The actor's unit, kept in the step.
    pub unit: Option<UnitId>,
    /// How that unit stands to the case.
    pub relation: Relation,
    /// The civil day on which it is done.
    pub day: Day,
    /// When it is recorded.
    pub moment: Moment,
    /// The fields given with it.
    pub fields: BTreeMap<FieldId, Value>,
    /// The hashes of the evidence cited with it; citing one twice counts once.
    pub evidence: Vec<String>,
    /// The written reason.
    pub reason: Option<String>,
    /// The reason from the action's list, when it closes the case.
    pub closing_reason: Option<CodeId>,
    /// The unit to which the case passes, or for which a case below is opened.
    pub unit_to: Option<UnitId>,
    /// The number of the case into which this one is merged.
    pub into: Option<u64>,
}

/// How the actor's unit stands to the case. A unit can be both, and neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Relation {
    /// It is the case's unit.
    pub own: bool,
    /// It leads the item that the case is about.
    pub lead: bool,
    /// It supports the case's unit.
    pub support: bool,
    /// The actor opened the case.
    pub filer: bool,
}

impl Relation {
    fn allows(self, scope: Scope) -> bool {
        match scope {
            Scope::Own => self.own,
            Scope::Lead => self.lead,
            Scope::Support => self.support,
            Scope::Filer => self.filer,
            Scope::All => true,
        }
    }
}

/// Takes an action: gives the case as it is afterwards.
///
/// ```
/// use base::Day;
/// use casework::{act, example, open};
/// let (flow, calendar) = (example::flow(), example::calendar());
/// let day = Day::parse("2018-09-28")?;
/// let case = open(&flow, example::opening(day)).map_err(|mut faults| faults.remove(0))?;
/// let appealed = act(&flow, &case, example::act("appeal", day), &calendar)?;
/// assert_eq!(appealed.state, "appealed");
/// // Appealed once, it is answered, not appealed again.
/// let refused = act(&flow, &appealed, example::act("appeal", day), &calendar).unwrap_err();
/// assert_eq!(refused.code, "F204");
/// assert_eq!(refused.remedy(base::Lang::En), "possible now: answer (answer)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first fault that [`check`] finds. The given case is never changed.
pub fn act(
    flow: &Flow,
    case: &CaseState,
    act: Act,
    calendar: &WorkCalendar,
) -> Result<CaseState, Problem> {
    let step = check(flow, case, act, calendar).map_err(|mut faults| faults.swap_remove(0))?;
    let mut after = case.clone();
    after.record(flow, step)?;
    Ok(after)
}

/// Judges an act and gives the step that it becomes.
///
/// ```
/// use base::Day;
/// use casework::{Act, check, example, open};
/// let (flow, calendar) = (example::flow(), example::calendar());
/// let day = Day::parse("2018-09-28")?;
/// let case = open(&flow, example::opening(day)).map_err(|mut faults| faults.remove(0))?;
/// let speechless = Act { reason: None, ..example::act("appeal", day) };
/// let faults = check(&flow, &case, speechless, &calendar).unwrap_err();
/// assert_eq!(faults[0].what(base::Lang::En), "“appeal” needs a written reason");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the action is not possible at all (unknown, wrong state, closed case, role, scope, lapsed
/// right, a calendar year that is missing for judging that), that one fault. Otherwise all faults
/// of what was given with it, so that a form can show them together. There is always at least one.
pub fn check(
    flow: &Flow,
    case: &CaseState,
    act: Act,
    calendar: &WorkCalendar,
) -> Result<Step, Vec<Problem>> {
    let (action, role) = permitted(flow, case, &act, calendar).map_err(|fault| vec![fault])?;
    let mut evidence = Vec::new();
    let mut cited = BTreeSet::new();
    for hash in &act.evidence {
        if cited.insert(hash.as_str()) {
            evidence.push(hash.clone());
        }
    }
    let mut faults = field_problems(flow, case, action, &act.fields, act.day);
    faults.extend(evidence_problems(action, &evidence));
    faults.extend(reason_problems(flow, action, &act));
    faults.extend(hold_problem(flow, case, action, &act, calendar).map_err(|fault| vec![fault])?);
    faults.extend(beyond::given_problems(action, &act));
    faults.extend(extension::given_problems(flow, action, &act.fields));
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut fields = act.fields;
    if let Some((field, value)) = added(flow, case, action) {
        fields.insert(field, value);
    }
    Ok(Step {
        action: act.action,
        by: act.by,
        role,
        unit: act.unit,
        day: act.day,
        moment: act.moment,
        from: case.state.clone(),
        to: action.to.clone(),
        fields,
        evidence,
        reason: act.reason.filter(|reason| !reason.trim().is_empty()),
        closing_reason: act.closing_reason,
        unit_to: act.unit_to,
        into: act.into,
    })
}

/// The actions that someone with these roles and this relation may take now, in the flow's order.
///
/// Lapsed rights are not looked at, because that takes a day and a calendar:
/// [`open_actions`](crate::open_actions) does.
///
/// ```
/// use base::Day;
/// use casework::{Relation, example, open, possible_actions};
/// let flow = example::flow();
/// let day = Day::parse("2018-09-28")?;
/// let case = open(&flow, example::opening(day)).map_err(|mut faults| faults.remove(0))?;
/// let own = Relation { own: true, ..Relation::default() };
/// assert_eq!(possible_actions(&flow, &case, &["liaison".into()], own), ["accept", "appeal"]);
/// assert!(possible_actions(&flow, &case, &["reviewer".into()], own).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn possible_actions(
    flow: &Flow,
    case: &CaseState,
    roles: &[RoleId],
    relation: Relation,
) -> Vec<ActionId> {
    flow.actions_from(&case.state)
        .filter(|action| action.reopens || !case.is_closed())
        .filter(|action| relation.allows(action.scope))
        .filter(|action| roles.iter().any(|role| action.roles.contains(role)))
        .map(|action| action.id.clone())
        .collect()
}

/// Whether this actor may take this action on this case on this day; with the role that allows it.
fn permitted<'flow>(
    flow: &'flow Flow,
    case: &CaseState,
    act: &Act,
    calendar: &WorkCalendar,
) -> Result<(&'flow Action, RoleId), Problem> {
    if case.flow != flow.id {
        return Err(problems::other_flow(&case.flow, &flow.id));
    }
    let Some(action) = flow.action(&act.action) else {
        return Err(problems::in_both(|lang| {
            problems::unknown_action(&act.action, possible_names(flow, case, lang))
        }));
    };
    if let Some(closed) = case.closed.as_ref().filter(|_| !action.reopens) {
        return Err(problems::in_both(|lang| {
            problems::case_closed(action.name.get(lang), closed.on)
        }));
    }
    if !action.from.contains(&case.state) {
        return Err(problems::in_both(|lang| {
            let state = flow.state(&case.state);
            let state = state.map_or(case.state.as_str(), |state| state.name.get(lang));
            let possible = possible_names(flow, case, lang);
            problems::wrong_state(action.name.get(lang), state, possible)
        }));
    }
    let Some(role) = act.roles.iter().find(|role| action.roles.contains(role)) else {
        return Err(problems::in_both(|lang| {
            let held = problems::list(&act.roles, lang);
            let allowed = problems::list(&action.roles, lang);
            problems::role_not_allowed(action.name.get(lang), held, allowed)
        }));
    };
    if !act.relation.allows(action.scope) {
        return Err(problems::in_both(|lang| match action.scope {
            Scope::Own => problems::not_own_unit(action.name.get(lang)),
            Scope::Support => problems::not_support_unit(action.name.get(lang)),
            Scope::Filer => problems::not_filer(action.name.get(lang)),
            Scope::Lead | Scope::All => problems::not_lead_unit(action.name.get(lang)),
        }));
    }
    if act.day < case.last_day() {
        return Err(problems::day_before_last_step(act.day, case.last_day()));
    }
    if act.moment < case.last_moment() {
        return Err(problems::moment_before_last_step(
            act.moment,
            case.last_moment(),
        ));
    }
    if case.steps.len() >= STEPS_PER_CASE_MAX {
        return Err(problems::too_many_steps(STEPS_PER_CASE_MAX));
    }
    lock::check(flow, case, action, act.day, calendar)?;
    beyond::check(flow, case, action)?;
    extension::check(flow, case, action, act.day, calendar)?;
    notice::check(flow, case, action, act.day, calendar)?;
    Ok((action, role.clone()))
}

fn possible_names(flow: &Flow, case: &CaseState, lang: Lang) -> String {
    let possible = flow
        .actions_from(&case.state)
        .filter(|action| action.reopens || !case.is_closed())
        .map(|action| format!("{} ({})", action.name.get(lang), action.id));
    problems::list(possible, lang)
}

/// What a field holds after an action has added to it.
fn added(flow: &Flow, case: &CaseState, action: &Action) -> Option<(FieldId, Value)> {
    let adds = action.adds.as_ref()?;
    let number = |id: &FieldId| match case.fields.get(id) {
        Some(Value::Number(number)) => number.clone(),
        _ => Ratio::ZERO,
    };
    let amount = match &adds.amount {
        Amount::Number(number) => number.clone(),
        Amount::ShareOf(field, share) => &number(field) * share,
    };
    let FieldKind::Decimal { scale } = flow.field(&adds.field)?.kind else {
        return None;
    };
    let sum = &number(&adds.field) + &amount.round(scale, Rounding::HalfUp);
    Some((adds.field.clone(), Value::Number(sum)))
}

fn field_problems(
    flow: &Flow,
    case: &CaseState,
    action: &Action,
    given: &BTreeMap<FieldId, Value>,
    day: Day,
) -> Vec<Problem> {
    let mut faults = Vec::new();
    let taken = || {
        action
            .requires
            .iter()
            .map(|wanted| &wanted.field)
            .chain(&action.sets)
    };
    for field in given.keys() {
        if !taken().any(|takes| takes == field) {
            faults.push(problems::in_both(|lang| {
                let takes = problems::list(taken(), lang);
                problems::field_not_taken(action.name.get(lang), field, takes)
            }));
        }
    }
    let mut after = case.fields.clone();
    after.extend(given.iter().map(|(id, value)| (id.clone(), value.clone())));
    for wanted in &action.requires {
        if !given.contains_key(&wanted.field) && wanted.when.holds(&after) {
            faults.push(problems::in_both(|lang| {
                let name = flow.field(&wanted.field);
                let name = name.map_or(wanted.field.as_str(), |field| field.name.get(lang));
                problems::field_missing(action.name.get(lang), name)
            }));
        }
    }
    let days = Days {
        opened: case.opened_on(),
        step: day,
    };
    faults.extend(given_fields_problems(flow, given, &after, days));
    faults
}

/// The days that limits of days may name.
#[derive(Clone, Copy)]
pub(crate) struct Days {
    /// On which the case was opened.
    pub opened: Day,
    /// Of the step, or of the opening.
    pub step: Day,
}

/// The faults of values given for declared fields; `after` is what all fields will then hold.
pub(crate) fn given_fields_problems(
    flow: &Flow,
    given: &BTreeMap<FieldId, Value>,
    after: &BTreeMap<FieldId, Value>,
    days: Days,
) -> Vec<Problem> {
    let declared = given
        .iter()
        .filter_map(|(id, value)| Some((flow.field(id)?, value)));
    declared
        .filter_map(|(field, value)| value_problem(flow, field, value, after, days))
        .collect()
}

fn value_problem(
    flow: &Flow,
    field: &Field,
    value: &Value,
    after: &BTreeMap<FieldId, Value>,
    days: Days,
) -> Option<Problem> {
    if !field.kind.admits(value) {
        return Some(problems::in_both(|lang| {
            let value = problems::shortened(&value.to_string());
            problems::wrong_kind(field.name.get(lang), value, field.kind.wanted(lang))
        }));
    }
    let limit = |bound: &Option<Bound>| match bound {
        None => None,
        Some(Bound::Number(number)) => Some(Value::Number(number.clone())),
        Some(Bound::Day(day)) => Some(Value::Day(*day)),
        Some(Bound::Field(other)) => after.get(other).cloned(),
        Some(Bound::Opened) => Some(Value::Day(days.opened)),
        Some(Bound::Step) => Some(Value::Day(days.step)),
    };
    let (min, max) = (limit(&field.min), limit(&field.max));
    if let (FieldKind::Text, Value::Text(text)) = (&field.kind, value) {
        let count = text.chars().count();
        if count > TEXT_CHARACTERS_MAX {
            return Some(problems::in_both(|lang| {
                problems::text_too_long(field.name.get(lang), count, TEXT_CHARACTERS_MAX)
            }));
        }
        // At most TEXT_CHARACTERS_MAX, so it fits.
        let length = Value::Integer(count as i64);
        if let Some(min) = min.filter(|min| length.is_below(min)) {
            return Some(problems::in_both(|lang| {
                problems::text_too_short(field.name.get(lang), count, &min)
            }));
        }
        return max.filter(|max| max.is_below(&length)).map(|max| {
            problems::in_both(|lang| problems::text_too_long(field.name.get(lang), count, &max))
        });
    }
    let is_day = field.kind == FieldKind::Day;
    if let Some(min) = min.filter(|min| value.is_below(min)) {
        return Some(problems::in_both(|lang| {
            let name = field.name.get(lang);
            if is_day {
                let bound = day_words(flow, field.min.as_ref(), lang);
                return problems::day_too_early(name, value, bound, &min);
            }
            problems::below_min(name, value, &min)
        }));
    }
    max.filter(|max| max.is_below(value)).map(|max| {
        problems::in_both(|lang| {
            let name = field.name.get(lang);
            if is_day {
                let bound = day_words(flow, field.max.as_ref(), lang);
                return problems::day_too_late(name, value, bound, &max);
            }
            problems::above_max(name, value, &max)
        })
    })
}

/// What a limit of a day is, to stand before the day itself; empty for a day that the flow writes.
fn day_words(flow: &Flow, bound: Option<&Bound>, lang: Lang) -> String {
    match (bound, lang) {
        (Some(Bound::Opened), Lang::Zh) => "开办之日 ".to_owned(),
        (Some(Bound::Opened), Lang::En) => "the day on which the case was opened, ".to_owned(),
        (Some(Bound::Step), Lang::Zh) => "办理之日 ".to_owned(),
        (Some(Bound::Step), Lang::En) => "the day of this step, ".to_owned(),
        (Some(Bound::Field(other)), lang) => {
            let name = flow
                .field(other)
                .map_or(other.as_str(), |field| field.name.get(lang));
            match lang {
                Lang::Zh => format!("“{name}”"),
                Lang::En => format!("“{name}”, "),
            }
        }
        (Some(Bound::Number(_) | Bound::Day(_)) | None, _) => String::new(),
    }
}

fn evidence_problems(action: &Action, evidence: &[String]) -> Vec<Problem> {
    let mut faults = Vec::new();
    let name = |lang| action.name.get(lang);
    if evidence.iter().any(|hash| hash.trim().is_empty()) {
        faults.push(problems::in_both(|lang| {
            problems::evidence_blank(name(lang))
        }));
    }
    if evidence.len() > EVIDENCE_PER_ACT_MAX {
        faults.push(problems::in_both(|lang| {
            problems::evidence_too_much(name(lang), evidence.len(), EVIDENCE_PER_ACT_MAX)
        }));
    }
    let wanted = action.requires_evidence_at_least;
    if u32::try_from(evidence.len()).is_ok_and(|given| given < wanted) {
        faults.push(problems::in_both(|lang| {
            problems::evidence_missing(name(lang), evidence.len(), wanted)
        }));
    }
    faults
}

/// An action that cuts a running limit short says why.
fn hold_problem(
    flow: &Flow,
    case: &CaseState,
    action: &Action,
    act: &Act,
    calendar: &WorkCalendar,
) -> Result<Option<Problem>, Problem> {
    let is_written = act
        .reason
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    if is_written || action.reason_required {
        return Ok(None);
    }
    let found = lock::holds(flow, case, &action.id, act.day, calendar)?;
    Ok(found.first().map(|hold| {
        problems::in_both(|lang| {
            let name = hold.deadline.name.get(lang);
            problems::still_runs(action.name.get(lang), name, hold.run.due_on)
        })
    }))
}

fn reason_problems(flow: &Flow, action: &Action, act: &Act) -> Vec<Problem> {
    let mut faults = Vec::new();
    let name = |lang| action.name.get(lang);
    let written = act.reason.as_deref().map_or("", str::trim);
    if action.reason_required && written.is_empty() {
        faults.push(problems::in_both(|lang| {
            problems::reason_missing(name(lang))
        }));
    }
    let count = written.chars().count();
    if count > TEXT_CHARACTERS_MAX {
        faults.push(problems::in_both(|lang| {
            let label = match lang {
                Lang::Zh => "理由",
                Lang::En => "reason",
            };
            problems::text_too_long(label, count, TEXT_CHARACTERS_MAX)
        }));
    }
    let closes = flow
        .state(&action.to)
        .is_some_and(|state| state.kind == StateKind::Closed);
    match (
        action.closes_with.as_ref().filter(|_| closes),
        &act.closing_reason,
    ) {
        (None, None) => {}
        (None, Some(_)) => {
            faults.push(problems::in_both(|lang| {
                problems::closing_reason_not_taken(name(lang))
            }));
        }
        (Some(list), chosen) => {
            let names = |lang| {
                let entries = list
                    .iter()
                    .map(|r| format!("{} ({})", r.name.get(lang), r.id));
                problems::list(entries, lang)
            };
            match chosen {
                None => faults.push(problems::in_both(|lang| {
                    problems::closing_reason_missing(name(lang), names(lang))
                })),
                Some(id) if !list.iter().any(|reason| reason.id == *id) => {
                    faults.push(problems::in_both(|lang| {
                        problems::closing_reason_unknown(name(lang), id, names(lang))
                    }));
                }
                Some(_) => {}
            }
        }
    }
    faults
}
