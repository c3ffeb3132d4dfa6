//! Administration: people and accounts, roles, units, the calendar, the ledger. What each page shows is read by
//! everyone who administers or audits; what each lets do is asked of `office`.

mod calendar;
mod channels;
mod ledger;
pub(crate) use ledger::may_verify;
pub(crate) mod people;
mod roles;
mod single;
mod units;
mod webhooks;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use office::authority::Granted;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::elsewhere::setting::Setting;
use crate::frame::Frame;
use crate::look::Look;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin", get(page))
        .merge(people::routes())
        .merge(roles::routes())
        .merge(units::routes())
        .merge(calendar::routes())
        .merge(channels::routes())
        .merge(ledger::routes())
        .merge(single::routes())
        .merge(webhooks::routes())
}

/// The commands of those who administer or audit.
const COMMANDS: &[Granted] = &[
    Granted::Activate,
    Granted::People,
    Granted::Key,
    Granted::AuditFinding,
];

/// Whether who looks administers or audits.
pub(crate) fn may_look(look: &Look<'_>) -> bool {
    COMMANDS.iter().any(|command| look.may(*command))
}

/// Refuses who neither administers nor audits.
fn only_administration(look: &Look<'_>) -> Result<(), Refused> {
    let who = look.visitor()?;
    if may_look(look) {
        return Ok(());
    }
    let name = look.role_name(&who.role);
    Err(problems::not_for_role(&name.zh, &name.en).into())
}

/// A part of the administration.
struct Part {
    address: &'static str,
    name: (&'static str, &'static str),
    about: (&'static str, &'static str),
    state: String,
}

#[derive(Template)]
#[template(path = "pages/admin/admin.html")]
struct Admin {
    frame: Frame,
    parts: Vec<Part>,
    has_no_manager: bool,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(Asked { has: None, ..asked }, show).await
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let actors = look.office.actors()?;
    let in_office = actors
        .values()
        .filter(|row| row.closed.is_none() && row.stands_in.is_none());
    let accounts = look.site.desk().accounts()?;
    let open = accounts.iter().filter(|account| !account.is_closed).count();
    let people = in_office.clone().count();
    let has_no_manager = !in_office
        .clone()
        .any(|row| look.office.may(&row.role, Granted::People));
    let units = look.programme.units.values();
    let now = units
        .clone()
        .filter(|unit| unit.is_valid_on(look.today))
        .count();
    let missing = calendar::missing_years(look);
    let parts = vec![
        Part {
            address: "/admin/people",
            name: ("人员与账号", "People and accounts"),
            about: (
                "登记、停用、换岗、代理、移交；开通账号、重设密码",
                "register, close, move, deputies, handovers; open accounts, set passwords",
            ),
            state: words
                .say("在任 {p} 人，账号 {a} 个", "{p} in office, {a} accounts")
                .replace("{p}", &people.to_string())
                .replace("{a}", &open.to_string()),
        },
        Part {
            address: "/admin/roles",
            name: ("角色与授权", "Roles and grants"),
            about: (
                "谁可以做什么、对谁的事；由方案声明",
                "who may do what, and for whose things; declared by the programme",
            ),
            state: words
                .say("{n} 个角色", "{n} roles")
                .replace("{n}", &look.programme.roles.len().to_string()),
        },
        Part {
            address: "/admin/units",
            name: ("责任单位", "Units"),
            about: (
                "隶属、合并、更名的历史；可看某一天的情形",
                "the tree with its history: merged, renamed, moved; as of any day",
            ),
            state: words
                .say("现有 {n} 个", "{n} now")
                .replace("{n}", &now.to_string()),
        },
        Part {
            address: "/admin/calendar",
            name: ("工作日历", "Work calendar"),
            about: (
                "放假与调休；期限按它计算",
                "days off and make-up days, by which deadlines run",
            ),
            state: if missing.is_empty() {
                words.say("所需年份齐全", "no year is missing").to_owned()
            } else {
                let years: Vec<String> = missing.iter().map(ToString::to_string).collect();
                format!("{} {}", words.say("缺", "missing"), years.join("、"))
            },
        },
        Part {
            address: "/admin/channels",
            name: ("消息渠道", "Channels"),
            about: (
                "企业微信、钉钉、短信、邮件；催办和交办由此送达",
                "WeCom, DingTalk, SMS, mail: how people hear of reminders and assignments",
            ),
            state: words
                .say("启用 {n} 个", "{n} in use")
                .replace("{n}", &channels::in_use(look)?.to_string()),
        },
        Part {
            address: "/admin/ledger",
            name: ("存证日志", "The ledger"),
            about: (
                "大小、根、密钥、检查点；核验全部存证",
                "size, root, key, checkpoint; verify every entry",
            ),
            state: format!("#{}", look.at),
        },
        Part {
            address: "/admin/sign-in",
            name: ("统一身份认证", "Single sign-on"),
            about: (
                "从登录页的按钮直接登录（OpenID Connect）",
                "a button of the sign-in page lets people in (OpenID Connect)",
            ),
            state: if Setting::read(look.site.desk())?.is_on {
                words.say("已启用", "on").to_owned()
            } else {
                words.say("未启用", "off").to_owned()
            },
        },
        Part {
            address: "/admin/webhooks",
            name: ("变动通知", "Webhooks"),
            about: (
                "一有变动就告诉别的系统（CloudEvents）",
                "other systems are told of changes (CloudEvents)",
            ),
            state: words
                .say("{n} 个接收方", "{n} receivers")
                .replace("{n}", &look.site.desk().webhooks()?.len().to_string()),
        },
    ];
    Page::of(&Admin {
        frame: look.frame(words.say("管理", "Administration")),
        parts,
        has_no_manager,
    })
}
