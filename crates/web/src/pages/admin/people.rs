//! People and accounts: everyone who acts or acted, and a page for each.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::Problem;
use desk::{Account, Lockout, NewAccount};
use office::actor::NewActor;
use office::authority::Granted;
use office::spaces::ActorRow;
use serde::Deserialize;

use super::only_administration;
use crate::answer::{self, Page, Refused, go_to};
use crate::asked::Asked;
use crate::elsewhere::setting::Setting;
use crate::frame::Frame;
use crate::look::{Look, in_office};
use crate::pages::me::{
    Colleague, DeputyLine, HandoverLine, colleagues, deputies_of, handovers_of,
};
use crate::posted::Posted;
use crate::site::{Site, Told};
use crate::sorting::{Sort, Sorting, by_name};
use crate::words::Words;

/// Most lines of the list.
const LINES_MAX: usize = 500;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/people", get(list).post(register))
        .route("/admin/people/{number}", get(person))
        .route("/admin/people/{number}/account", post(open_account))
        .route("/admin/people/{number}/password", post(reset_password))
        .route("/admin/people/{number}/codes-off", post(codes_off))
        .route("/admin/people/{number}/unlock", post(unlock))
        .route("/admin/people/{number}/elsewhere", post(link_elsewhere))
        .route("/admin/people/{number}/move", post(move_on))
        .route("/admin/people/{number}/close", post(close))
        .route("/admin/people/{number}/reopen", post(reopen))
}

#[derive(Debug, Default, Deserialize)]
struct Filter {
    #[serde(default)]
    q: String,
    #[serde(default)]
    all: String,
    /// Column; empty: by number.
    #[serde(default)]
    sort: String,
    #[serde(default)]
    dir: String,
}

impl Filter {
    fn sorting(&self) -> Sorting<'_> {
        Sorting {
            sort: &self.sort,
            dir: &self.dir,
            greatest_first: &["number"],
        }
    }

    /// The address of the same list in another order.
    fn sorted(&self, sort: &str, dir: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("q", self.q.as_str()),
            ("all", &self.all),
            ("sort", sort),
            ("dir", dir),
        ] {
            if !value.is_empty() {
                coded.append_pair(name, value);
            }
        }
        format!("/admin/people?{}", coded.finish())
    }
}

/// The heads by which the list is sorted.
struct Heads {
    name: Sort,
    role: Sort,
    unit: Sort,
    account: Sort,
    state: Sort,
    number: Sort,
}

/// Somebody.
struct Line {
    number: u64,
    name: String,
    role: String,
    unit: String,
    logins: Vec<String>,
    is_closed: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/people.html")]
struct People {
    frame: Frame,
    heads: Heads,
    sort: String,
    dir: String,
    lines: Vec<Line>,
    more: usize,
    q: String,
    shows_all: bool,
    manages: bool,
    roles: Vec<(String, String)>,
    units: Vec<(String, String)>,
    typed: NewActor,
    login: String,
    problems: Vec<Problem>,
}

async fn list(State(site): State<Site>, asked: Asked, Query(filter): Query<Filter>) -> Response {
    site.page(Asked { has: None, ..asked }, move |look| {
        show_list(look, &filter, &Posted::default(), &[])
    })
    .await
}

/// The accounts of somebody, those of before another role among them.
fn accounts_of(
    look: &Look<'_>,
    accounts: &[Account],
    number: u64,
) -> Result<Vec<Account>, Problem> {
    let mut own = Vec::new();
    for account in accounts {
        if in_office(look.office, account.actor)?.0 == number {
            own.push(account.clone());
        }
    }
    Ok(own)
}

fn show_list(
    look: &Look<'_>,
    filter: &Filter,
    posted: &Posted,
    problems: &[Problem],
) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let mut logins = std::collections::BTreeMap::<u64, Vec<String>>::new();
    for account in look.site.desk().accounts()? {
        let number = in_office(look.office, account.actor)?.0;
        let login = match account.is_closed {
            true => account.login + words.say("（已关闭）", " (closed)"),
            false => account.login,
        };
        logins.entry(number).or_default().push(login);
    }
    let shows_all = filter.all == "1";
    let wanted = filter.q.trim().to_lowercase();
    let mut lines = Vec::new();
    for (number, row) in look.office.actors()? {
        if row.stands_in.is_some() || (row.closed.is_some() && !shows_all) {
            continue;
        }
        let line = Line {
            number,
            role: look.text(&look.role_name(&row.role)).to_owned(),
            unit: row
                .unit
                .as_deref()
                .map(|unit| look.unit_name(unit))
                .unwrap_or_default(),
            logins: logins.remove(&number).unwrap_or_default(),
            is_closed: row.closed.is_some(),
            name: row.name,
        };
        let text = format!(
            "{} {} {} {}",
            line.name,
            line.role,
            line.unit,
            line.logins.join(" ")
        );
        if !text.to_lowercase().contains(&wanted) {
            continue;
        }
        lines.push(line);
    }
    let sorting = filter.sorting();
    match filter.sort.as_str() {
        "name" => sorting.by_key(&mut lines, |line| by_name(&line.name)),
        "role" => sorting.by_key(&mut lines, |line| by_name(&line.role)),
        "unit" => sorting.by_key(&mut lines, |line| by_name(&line.unit)),
        "account" => sorting.by_key(&mut lines, |line| line.logins.first().cloned()),
        "state" => sorting.by_key(&mut lines, |line| Some(line.is_closed)),
        "number" => sorting.by_key(&mut lines, |line| Some(line.number)),
        _ => {}
    }
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    let head = |id: &str, zh: &'static str, en: &'static str| {
        sorting.head(id, words.say(zh, en), |sort, dir| filter.sorted(sort, dir))
    };
    let role = &look.visitor()?.role;
    Page::of(&People {
        frame: look.frame(words.say("人员与账号", "People and accounts")),
        heads: Heads {
            name: head("name", "姓名", "Name"),
            role: head("role", "角色", "Role"),
            unit: head("unit", "单位", "Unit"),
            account: head("account", "账号", "Account"),
            state: head("state", "状态", "State"),
            number: head("number", "编号", "No."),
        },
        sort: filter.sort.clone(),
        dir: filter.dir.clone(),
        lines,
        more,
        q: filter.q.clone(),
        shows_all,
        // Before there is anybody who manages people, who runs the system registers the first.
        manages: look.may(Granted::People) || look.office.may_register_first(role)?,
        roles: roles(look),
        units: units(look),
        typed: new_of(posted),
        login: posted.get("login").to_owned(),
        problems: problems.to_vec(),
    })
}

fn roles(look: &Look<'_>) -> Vec<(String, String)> {
    let named =
        |(id, name): (&base::RoleId, &base::Text)| (id.to_string(), look.text(name).to_owned());
    look.programme.roles.iter().map(named).collect()
}

fn units(look: &Look<'_>) -> Vec<(String, String)> {
    let now = look.programme.units.values();
    now.filter(|unit| unit.is_valid_on(look.today))
        .map(|unit| (unit.id.to_string(), look.unit_name(unit.id.as_str())))
        .collect()
}

fn new_of(posted: &Posted) -> NewActor {
    NewActor {
        name: posted.get("name").trim().to_owned(),
        role: posted.get("role").to_owned(),
        unit: some(posted.get("unit")),
    }
}

fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Opens an account with a password that is shown once; `Err` where the desk refuses.
fn open_for(site: &Site, asked: &Asked, actor: u64, login: &str) -> Result<(), Problem> {
    let password = desk::password::generate()?;
    site.desk().open_account(
        &NewAccount {
            login,
            actor,
            password: Some(&password),
            must_change: true,
            is_demonstration: false,
        },
        site.now(),
    )?;
    site.tell_once(asked, login, password);
    Ok(())
}

async fn register(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    let (over, here) = (site.clone(), asked.clone());
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let one = |problem| vec![problem];
            if let Some(login) = some(posted.get("login")) {
                over.desk().check_new_login(&login).map_err(one)?;
            }
            office.engage(&new_of(posted)).map_err(one)
        },
        move |site, _, posted, number| {
            let opened = match some(posted.get("login")) {
                Some(login) => open_for(site, &here, number, &login),
                None => Ok(()),
            };
            match opened {
                Ok(()) => go_to(&format!("/admin/people/{number}")),
                Err(problem) => answer::bare(here.lang, &problem),
            }
        },
        |look, posted, problems| show_list(look, &Filter::default(), posted, problems),
    )
    .await
}

/// An account as its administrator sees it.
struct AccountLine {
    login: String,
    created: String,
    has_password: bool,
    has_codes: bool,
    must_change: bool,
    is_closed: bool,
    /// Seconds for which it is locked after wrong tries.
    locked_s: Option<i64>,
    /// The provider's subject that it is linked to.
    subject: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/admin/person.html")]
struct Person {
    frame: Frame,
    number: u64,
    role_id: String,
    unit_id: String,
    role: String,
    unit: String,
    closed: Option<String>,
    moved_to: Option<u64>,
    earlier: Vec<u64>,
    accounts: Vec<AccountLine>,
    /// The provider of sign-ins, where there is one.
    issuer: Option<String>,
    told: Option<Told>,
    manages: bool,
    is_oneself: bool,
    roles: Vec<(String, String)>,
    units: Vec<(String, String)>,
    deputies: Vec<DeputyLine>,
    handovers: Vec<HandoverLine>,
    colleagues: Vec<Colleague>,
    peers: Vec<Colleague>,
    problems: Vec<Problem>,
}

async fn person(State(site): State<Site>, asked: Asked, Path(number): Path<u64>) -> Response {
    site.page(Asked { has: None, ..asked }, move |look| {
        show_person(look, number, &[])
    })
    .await
}

pub(crate) fn show_person(
    look: &Look<'_>,
    number: u64,
    problems: &[Problem],
) -> Result<Page, Refused> {
    only_administration(look)?;
    let who = look.visitor()?;
    let words = Words { lang: look.lang() };
    let actors = look.office.actors()?;
    let row = actors
        .get(&number)
        .filter(|row| row.stands_in.is_none())
        .ok_or_else(|| Refused::no_such(("人员", "person"), number))?;
    let desk = look.site.desk();
    let setting = Setting::read(desk)?;
    let mut accounts = Vec::new();
    for account in accounts_of(look, &desk.accounts()?, number)? {
        let mut locked_s = None;
        for who in lockouts(&account.login) {
            if let Lockout::Wait(seconds) = desk.lockout(&who, look.site.now())? {
                locked_s = locked_s.max(Some(seconds));
            }
        }
        let links = desk.links_of(&account.login)?;
        let mut links = links.into_iter();
        accounts.push(AccountLine {
            created: words.moment(&look.programme, account.created),
            has_password: account.has_password,
            has_codes: account.one_time_secret.is_some(),
            must_change: account.must_change,
            is_closed: account.is_closed,
            locked_s,
            subject: links
                .find(|link| link.issuer == setting.issuer)
                .map(|link| link.subject),
            login: account.login,
        });
    }
    let is_peer = |other: u64, found: &ActorRow| {
        other != number && (&found.role, &found.unit) == (&row.role, &row.unit)
    };
    Page::of(&Person {
        frame: look.frame(look.office.actor_name_in(number, look.lang())?),
        number,
        role_id: row.role.clone(),
        unit_id: row.unit.clone().unwrap_or_default(),
        role: look.text(&look.role_name(&row.role)).to_owned(),
        unit: row
            .unit
            .as_deref()
            .map(|unit| look.unit_name(unit))
            .unwrap_or_default(),
        closed: row
            .closed
            .as_deref()
            .map(|day| base::Day::parse(day).map_or_else(|_| day.to_owned(), |day| words.day(day))),
        moved_to: row.moved_to,
        earlier: actors
            .iter()
            .filter(|(_, other)| other.moved_to == Some(number))
            .map(|(number, _)| *number)
            .collect(),
        accounts,
        issuer: setting.is_on.then_some(setting.issuer),
        told: look.site.told_once(look.asked),
        manages: look.may(Granted::People),
        is_oneself: who.own == number,
        roles: roles(look),
        units: units(look),
        deputies: deputies_of(look, &actors, number),
        handovers: handovers_of(look, number)?,
        colleagues: colleagues(look, &actors, |other, _| other != number),
        peers: colleagues(look, &actors, is_peer),
        problems: problems.to_vec(),
    })
}

/// What the desk does for who manages people, and back to the person's page.
async fn on_desk(
    site: Site,
    asked: Asked,
    posted: Posted,
    number: u64,
    work: impl FnOnce(&Look<'_>, &Posted) -> Result<(), Problem> + Send + 'static,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who| {
        if !look.may(Granted::People) {
            let name = look.role_name(&who.role);
            return Err(crate::problems::not_for_role(&name.zh, &name.en).into());
        }
        match work(look, posted) {
            Ok(()) => Ok(go_to(&format!("/admin/people/{number}"))),
            Err(problem) => {
                let told = [problem];
                let status = answer::status_of(&told);
                let page = show_person(look, number, &told)?;
                Ok(page.with_status(status).answer(None))
            }
        }
    })
    .await
}

async fn open_account(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    on_desk(
        site,
        asked,
        posted,
        number,
        move |look, posted| match look.office.actor_of(number)? {
            Some(row) if row.stands_in.is_none() => {
                row.check_may_act(number, look.today)?;
                open_for(look.site, look.asked, number, posted.get("login").trim())
            }
            _ => Err(office::problems::no_such_actor(number)),
        },
    )
    .await
}

/// The account that a form names, if it is the person's.
fn named(look: &Look<'_>, posted: &Posted, number: u64) -> Result<Account, Problem> {
    let accounts = accounts_of(look, &look.site.desk().accounts()?, number)?;
    let login = posted.get("login");
    accounts
        .into_iter()
        .find(|account| account.login == login)
        .ok_or_else(|| desk::problems::no_account(login))
}

async fn reset_password(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    on_desk(site, asked, posted, number, move |look, posted| {
        let account = named(look, posted, number)?;
        let password = desk::password::generate()?;
        look.site
            .desk()
            .set_password(&account.login, &password, true)?;
        look.site
            .desk()
            .forget_failures(&format!("login {}", account.login.to_lowercase()))?;
        look.site.tell_once(look.asked, &account.login, password);
        Ok(())
    })
    .await
}

/// Under which names wrong tries of an account are counted.
fn lockouts(login: &str) -> [String; 3] {
    let login = login.to_lowercase();
    ["login", "code", "password"].map(|what| format!("{what} {login}"))
}

async fn unlock(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    on_desk(site, asked, posted, number, move |look, posted| {
        let account = named(look, posted, number)?;
        for who in lockouts(&account.login) {
            look.site.desk().forget_failures(&who)?;
        }
        Ok(())
    })
    .await
}

/// Links an account to a subject of the provider, or takes the link away where no subject is given.
async fn link_elsewhere(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    on_desk(site, asked, posted, number, move |look, posted| {
        let account = named(look, posted, number)?;
        let desk = look.site.desk();
        let setting = Setting::in_use(desk)?;
        match some(posted.get("subject")) {
            Some(subject) => desk.link(&account.login, &setting.issuer, &subject, look.site.now()),
            None => {
                desk.unlink(&account.login, &setting.issuer)?;
                desk.end_sessions(&account.login)
            }
        }
    })
    .await
}

async fn codes_off(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    on_desk(site, asked, posted, number, move |look, posted| {
        let account = named(look, posted, number)?;
        look.site.desk().set_one_time_secret(&account.login, None)?;
        look.site.desk().end_sessions(&account.login)
    })
    .await
}

async fn move_on(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let unit = some(posted.get("unit"));
            office
                .move_actor(
                    number,
                    posted.get("role"),
                    unit.as_deref(),
                    posted.get("reason"),
                )
                .map_err(|problem| vec![problem])
        },
        move |site, _, _, to| {
            // The account goes along, and so does what was typed; whoever was signed in signs in anew.
            let moved = site.desk().accounts().and_then(|accounts| {
                for account in accounts.iter().filter(|account| account.actor == number) {
                    site.desk().set_actor(&account.login, to)?;
                }
                site.desk().hand_over_drafts(number, to)
            });
            match moved {
                Ok(_) => go_to(&format!("/admin/people/{to}")),
                Err(problem) => answer::bare(base::Lang::Zh, &problem),
            }
        },
        move |look, _, problems| show_person(look, number, problems),
    )
    .await
}

async fn close(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    end_or_begin(site, asked, posted, number, true).await
}

async fn reopen(
    State(site): State<Site>,
    asked: Asked,
    Path(number): Path<u64>,
    posted: Posted,
) -> Response {
    end_or_begin(site, asked, posted, number, false).await
}

async fn end_or_begin(
    site: Site,
    asked: Asked,
    posted: Posted,
    number: u64,
    closes: bool,
) -> Response {
    site.command(
        asked,
        posted,
        move |office, posted, _| {
            let reason = posted.get("reason");
            let done = if closes {
                office.close_actor(number, reason)
            } else {
                office.reopen_actor(number, reason)
            };
            done.map_err(|problem| vec![problem])
        },
        move |site, _, _, ()| {
            let done = site.desk().accounts().and_then(|accounts| {
                accounts
                    .iter()
                    .filter(|account| account.actor == number)
                    .try_for_each(|account| site.desk().close_account(&account.login, closes))
            });
            match done {
                Ok(()) => go_to(&format!("/admin/people/{number}")),
                Err(problem) => answer::bare(base::Lang::Zh, &problem),
            }
        },
        move |look, _, problems| show_person(look, number, problems),
    )
    .await
}
