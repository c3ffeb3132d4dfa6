//! Who may give which command for whose things, as the programme grants it; the same for every door (law 1).
//!
//! The actions of flows name their roles themselves and are judged by `casework`. Made-up data needs no
//! grant: it can only be made in a demonstration folder.

use std::sync::Arc;

use base::{Day, Lang, Problem};
use programme::model::{Programme, Scope};

use crate::folder::Office;
use crate::problems;

/// A command that a programme can grant; the names are those of `programme::tables::COMMANDS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// One record.
    Submit,
    /// A file of records or subjects.
    Import,
    /// Withdrawing a record.
    Withdraw,
    /// Confirming what a spelling means.
    Alias,
    /// Opening the cases of an assessment.
    OpenCases,
    /// Setting points by hand.
    Override,
    /// Sealing a result.
    Seal,
    /// Publishing figures.
    Publish,
    /// Announcing or drawing an auditor's sample.
    AuditDraw,
    /// Noting what an auditor found.
    AuditFinding,
    /// Putting a programme version in force.
    Activate,
    /// Changing the key or the origin under which the log signs.
    Key,
    /// Erasing personal fields and evidence.
    Erase,
    /// Reading personal fields.
    ReadPersonal,
    /// Reminding units of what is due or late.
    Remind,
    /// Charging units with something: follow-up supervision, an instruction.
    Assign,
    /// Managing who acts: registering, closing, changing role or unit, deputies, handovers.
    People,
    /// Signing a unit's responsibility letter for the unit.
    SignLetter,
    /// Signing it for the leading group.
    CountersignLetter,
    /// Confirming what a change in mid-year asks of a unit.
    ConfirmChange,
}

/// Every command that can be granted.
pub const GRANTED: &[Granted] = &[
    Granted::Submit,
    Granted::Import,
    Granted::Withdraw,
    Granted::Alias,
    Granted::OpenCases,
    Granted::Override,
    Granted::Seal,
    Granted::Publish,
    Granted::AuditDraw,
    Granted::AuditFinding,
    Granted::Activate,
    Granted::Key,
    Granted::Erase,
    Granted::ReadPersonal,
    Granted::People,
    Granted::Remind,
    Granted::Assign,
    Granted::SignLetter,
    Granted::CountersignLetter,
    Granted::ConfirmChange,
];

impl Granted {
    /// Its name in a package, and in Chinese.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Granted::Submit => ("submit", "提交记录"),
            Granted::Import => ("import", "导入"),
            Granted::Withdraw => ("withdraw", "撤回记录"),
            Granted::Alias => ("alias", "确认别名"),
            Granted::OpenCases => ("open_cases", "开办"),
            Granted::Override => ("override", "改定得分"),
            Granted::Seal => ("seal", "封存"),
            Granted::Publish => ("publish", "公布数字"),
            Granted::AuditDraw => ("audit_draw", "抽取审计样本"),
            Granted::AuditFinding => ("audit_finding", "记录审计结论"),
            Granted::Activate => ("activate", "启用方案"),
            Granted::Key => ("key", "更换签名密钥"),
            Granted::Erase => ("erase", "删除个人信息"),
            Granted::ReadPersonal => ("read_personal", "查看个人信息"),
            Granted::People => ("people", "管理人员"),
            Granted::Remind => ("remind", "催办"),
            Granted::Assign => ("assign", "交办"),
            Granted::SignLetter => ("sign_letter", "签订责任书"),
            Granted::CountersignLetter => ("countersign_letter", "会签责任书"),
            Granted::ConfirmChange => ("confirm_change", "确认年中调整"),
        }
    }
}

/// The command by which a role is known as an auditor's.
const AUDITOR_MAY: &str = "audit_finding";

impl Office {
    /// Whether the programme lets a role give a command, for whosever things.
    pub fn may(&self, role: &str, command: Granted) -> bool {
        self.scope_of(role, command).is_some()
    }

    /// For whose things the programme lets a role give a command; `None`: it may not give it.
    pub fn scope_of(&self, role: &str, command: Granted) -> Option<Scope> {
        let programme = self.programme().ok()?;
        match standing_of(&programme, role, command.names().0) {
            Standing::Granted(scope) => Some(scope),
            Standing::NotGranted | Standing::OnlyAudits => None,
        }
    }

    /// For whose things who acts now may give a command.
    ///
    /// # Errors
    /// Who acts is closed, or the programme grants the command to other roles, which are named.
    pub fn authorise(&self, command: Granted) -> Result<Reach, Problem> {
        let programme = self.programme()?;
        let (name, zh) = command.names();
        let (role, unit) = self.acting_as()?;
        match standing_of(&programme, &role, name) {
            Standing::Granted(scope) => {
                return Ok(Reach {
                    command,
                    scope,
                    unit,
                    role,
                    programme,
                });
            }
            Standing::OnlyAudits => return Err(problems::auditor_only_audits(role, zh, name)),
            Standing::NotGranted => {}
        }
        let granted: Vec<_> = programme
            .grants
            .iter()
            .filter(|grant| *grant.command == *name)
            .collect();
        let named = |lang: Lang| {
            let names = granted
                .iter()
                .map(|grant| match programme.roles.get(&grant.role) {
                    Some(role) => format!("{}（{}）", role.get(lang), grant.role),
                    None => grant.role.to_string(),
                });
            names.collect::<Vec<_>>().join("、")
        };
        Err(problems::not_granted(
            role,
            zh,
            name,
            named(Lang::Zh),
            named(Lang::En),
        ))
    }

    /// Role and unit of who acts now.
    ///
    /// # Errors
    /// Who acts is closed, or stands in for somebody and not today.
    pub(crate) fn acting_as(&self) -> Result<(String, Option<String>), Problem> {
        match self.actor()? {
            None => Ok((String::new(), None)),
            Some(actor) => {
                actor.check_may_act(self.acting(), self.today()?)?;
                Ok((actor.role, actor.unit))
            }
        }
    }
}

/// How a role stands to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Granted(Scope),
    NotGranted,
    OnlyAudits,
}

/// Who may note what was found audits: what is open to all others is closed to that role (an auditor
/// writes findings and nothing else). Of two grants of one command the wider counts.
fn standing_of(programme: &Programme, role: &str, command: &str) -> Standing {
    let mut granted = programme
        .grants
        .iter()
        .filter(|grant| *grant.command == *command)
        .peekable();
    let audits = || {
        programme
            .grants
            .iter()
            .any(|grant| *grant.command == *AUDITOR_MAY && grant.role.as_str() == role)
    };
    if granted.peek().is_none() {
        return if audits() {
            Standing::OnlyAudits
        } else {
            Standing::Granted(Scope::All)
        };
    }
    granted
        .filter(|grant| grant.role.as_str() == role)
        .map(|grant| grant.scope)
        .max()
        .map_or(Standing::NotGranted, Standing::Granted)
}

/// For whose things somebody may give a command.
#[derive(Debug, Clone)]
pub struct Reach {
    command: Granted,
    scope: Scope,
    unit: Option<String>,
    role: String,
    programme: Arc<Programme>,
}

impl Reach {
    /// Whether it is everyone's things.
    pub fn is_all(&self) -> bool {
        self.scope == Scope::All
    }

    /// Whether the things of a unit are within it, by the tree of that day.
    pub fn includes(&self, unit: &str, day: Day) -> bool {
        match (self.scope, self.unit.as_deref()) {
            (Scope::All, _) => true,
            (Scope::Own, Some(own)) => own == unit,
            (Scope::Below, Some(own)) => self.programme.is_at_or_below(unit, own, day),
            (_, None) => false,
        }
    }

    /// Refuses what is not within it.
    ///
    /// # Errors
    /// It does: the unit, and what would be within, are named.
    pub fn check(&self, unit: &str, day: Day) -> Result<(), Problem> {
        if self.includes(unit, day) {
            Ok(())
        } else {
            Err(self.refusal(unit, day))
        }
    }

    /// Refuses what is about no unit at all, unless it reaches everything.
    ///
    /// # Errors
    /// It does.
    pub fn check_all(&self) -> Result<(), Problem> {
        if self.is_all() {
            return Ok(());
        }
        let (command, zh) = self.command.names();
        let scope = self.scope.name();
        Err(problems::only_within_scope(
            &self.role, zh, command, scope.zh, scope.en,
        ))
    }

    fn refusal(&self, unit: &str, day: Day) -> Problem {
        let name = |id: &str, lang: Lang| match self.programme.units.get(id) {
            Some(found) => format!("{}（{id}）", found.name_on(day).get(lang)),
            None => id.to_owned(),
        };
        let own = |lang: Lang| match (&self.unit, lang) {
            (Some(own), _) => name(own, lang),
            (None, Lang::Zh) => "没有登记单位".to_owned(),
            (None, Lang::En) => "no unit".to_owned(),
        };
        let (command, zh) = self.command.names();
        let scope = self.scope.name();
        problems::beyond_scope(
            &self.role,
            zh,
            command,
            name(unit, Lang::Zh),
            name(unit, Lang::En),
            scope.zh,
            scope.en,
            own(Lang::Zh),
            own(Lang::En),
        )
    }
}
