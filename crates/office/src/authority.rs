//! Who may give which command, as the programme grants it; the same for every door (law 1).
//!
//! The actions of flows name their roles themselves and are judged by `casework`. Made-up data needs no
//! grant: it can only be made in a demonstration folder.

use base::{Lang, Problem};
use programme::model::Programme;

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
}

impl Granted {
    /// Its name in a package, and in Chinese.
    fn names(self) -> (&'static str, &'static str) {
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
        }
    }
}

/// The command by which a role is known as an auditor's.
const AUDITOR_MAY: &str = "audit_finding";

impl Office {
    /// Whether the programme lets a role give a command.
    pub fn may(&self, role: &str, command: Granted) -> bool {
        self.programme().is_ok_and(|programme| {
            standing_of(&programme, role, command.names().0) == Standing::Granted
        })
    }

    /// Refuses a command that the programme grants to other roles than that of who acts now.
    ///
    /// # Errors
    /// It does; the roles that may are named.
    pub fn authorise(&self, command: Granted) -> Result<(), Problem> {
        let programme = self.programme()?;
        let (name, zh) = command.names();
        let role = self.actor()?.map(|actor| actor.role).unwrap_or_default();
        match standing_of(&programme, &role, name) {
            Standing::Granted => return Ok(()),
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
}

/// How a role stands to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Granted,
    NotGranted,
    OnlyAudits,
}

/// Who may note what was found audits: what is open to all others is closed to that role (an auditor
/// writes findings and nothing else).
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
        if audits() {
            Standing::OnlyAudits
        } else {
            Standing::Granted
        }
    } else if granted.any(|grant| grant.role.as_str() == role) {
        Standing::Granted
    } else {
        Standing::NotGranted
    }
}
