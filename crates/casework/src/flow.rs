//! What a programme declares: states, the actions between them, the fields that they fill.
//!
//! A flow is plain data, built by the programme language and never changed while it runs; whether
//! it makes sense is asked once, by [`validate`](crate::validate). Next: `field.rs`, `deadline.rs`.

use base::{ActionId, CodeId, DeadlineId, FieldId, FlowId, Ratio, RoleId, StateId, Text};

use crate::beyond::Beyond;
use crate::deadline::Deadline;
use crate::extension::Extension;
use crate::field::{Field, Requirement};
use crate::notice::Notice;

/// A declared course of work: a state machine with fields and deadlines.
///
/// Field values are kept per case and a field means the same in every action, so fields are
/// declared once here and actions only name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Unique within the programme.
    pub id: FlowId,
    /// What people read.
    pub name: Text,
    /// What a case of this flow is about, for example `item`, `enterprise` or `complaint`; this
    /// crate only carries it.
    pub subject: String,
    /// The state in which a case opens.
    pub initial: StateId,
    /// All states, in the order in which they are shown.
    pub states: Vec<State>,
    /// All fields that a case can carry.
    pub fields: Vec<Field>,
    /// All actions, in the order in which they are offered.
    pub actions: Vec<Action>,
    /// All time limits.
    pub deadlines: Vec<Deadline>,
    /// Which of them can be extended, and how.
    pub extensions: Vec<Extension>,
    /// Notices for objections that end by themselves.
    pub notices: Vec<Notice>,
    /// How a case is opened by hand.
    pub filing: Filing,
}

/// How a case is opened by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    /// The roles that may; none: nobody.
    pub roles: Vec<RoleId>,
    /// Fields that must be given.
    pub requires: Vec<FieldId>,
    /// Fields that may be given.
    pub sets: Vec<FieldId>,
}

/// A place in the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Unique within the flow.
    pub id: StateId,
    /// What people read.
    pub name: Text,
    /// Whether a case in it is worked on, waits for someone outside, or is over.
    pub kind: StateKind,
    /// What it means that a case ended here, for example `agreed` or `terminated`; only for
    /// closed states. Rates are counted by it.
    pub outcome: Option<CodeId>,
    /// Whether the clock of every deadline that ran before is stopped here: the case waits for somebody else.
    pub is_clock_stopped: bool,
}

/// How a state counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateKind {
    /// Someone inside has to act.
    Open,
    /// The case waits for someone outside (a party, a laboratory, a higher body).
    Waiting,
    /// The case is over; nothing is accepted but an action that reopens it.
    Closed,
}

/// A step that a person may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Unique within the flow.
    pub id: ActionId,
    /// What people read on the button.
    pub name: Text,
    /// The states in which it is possible.
    pub from: Vec<StateId>,
    /// The state that it leads to. When that is the state in which the case already is, the case
    /// neither leaves nor enters it: deadlines run on.
    pub to: StateId,
    /// The roles that may take it; any one is enough. An action without any is taken by time alone, at the
    /// end of a [`Notice`].
    pub roles: Vec<RoleId>,
    /// For which cases a role counts.
    pub scope: Scope,
    /// Fields that must be given with it.
    pub requires: Vec<Requirement>,
    /// Fields that may be given with it (beside those that `requires` names).
    pub sets: Vec<FieldId>,
    /// How many different pieces of evidence the act itself must cite. Evidence that was filed
    /// once may be cited again.
    pub requires_evidence_at_least: u32,
    /// Whether a written reason must be given.
    pub reason_required: bool,
    /// The reasons with which it may close the case, when it leads to a closed state and the
    /// closing needs a reason from a list.
    pub closes_with: Option<Vec<Reason>>,
    /// Whether it may lead out of a closed state.
    pub reopens: bool,
    /// What it adds by itself to a field of the case, whoever takes it.
    pub adds: Option<Adds>,
    /// What it does beyond this case: another unit, another case, a case below.
    pub beyond: Beyond,
}

/// An amount that an action adds to a field each time that it is taken, so that it stands in the step and
/// nobody types it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adds {
    /// The field, a decimal.
    pub field: FieldId,
    /// How much.
    pub amount: Amount,
}

/// How much an action adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A number.
    Number(Ratio),
    /// A share of what another field of the case holds.
    ShareOf(FieldId, Ratio),
}

/// For which cases an actor may take an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Only when the actor's unit is the case's unit.
    Own,
    /// Only when the actor's unit leads the item (reviews it).
    Lead,
    /// Only when the actor's unit supports the one whose case it is.
    Support,
    /// Only by whoever opened the case, for example to withdraw it.
    Filer,
    /// For every case.
    All,
}

/// A reason from a closed list with which a case can be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Unique within the action.
    pub id: CodeId,
    /// What people read.
    pub name: Text,
}

impl Flow {
    /// The state with this id, if the flow declares it.
    pub fn state(&self, id: &StateId) -> Option<&State> {
        self.states.iter().find(|state| state.id == *id)
    }

    /// The action with this id, if the flow declares it.
    pub fn action(&self, id: &ActionId) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == *id)
    }

    /// The field with this id, if the flow declares it.
    pub fn field(&self, id: &FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == *id)
    }

    /// The deadline with this id, if the flow declares it.
    pub fn deadline(&self, id: &DeadlineId) -> Option<&Deadline> {
        self.deadlines.iter().find(|deadline| deadline.id == *id)
    }

    /// The notice with this id, if the flow declares it.
    pub fn notice(&self, id: &DeadlineId) -> Option<&Notice> {
        self.notices.iter().find(|notice| notice.id == *id)
    }

    /// The actions that lead out of a state or stay in it, whoever may take them.
    pub fn actions_from(&self, state: &StateId) -> impl Iterator<Item = &Action> {
        self.actions
            .iter()
            .filter(move |action| action.from.contains(state))
    }
}
