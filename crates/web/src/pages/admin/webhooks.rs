//! Webhooks: which other systems are told of changes, how far each is, and what came of it last.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use base::Problem;
use desk::webhooks::{Standing, Webhook};
use office::authority::Granted;

use super::only_administration;
use crate::answer::{self, Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::hooks::event::KINDS;
use crate::hooks::{self, NewHook};
use crate::look::{Look, Visitor};
use crate::outgoing::Reach;
use crate::posted::Posted;
use crate::problems;
use crate::site::{Site, Told};
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/webhooks", get(page).post(make))
        .route("/admin/webhooks/act", post(act))
        .route("/admin/webhooks/reach", post(set_reach))
}

/// A subscription.
struct Line {
    id: u64,
    name: String,
    address: String,
    kinds: Vec<&'static str>,
    standing: Standing,
    failures: u32,
    next_try: String,
    waits: bool,
    behind: u64,
    delivered: u64,
    last: String,
    last_at: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/admin/webhooks.html")]
struct Webhooks {
    frame: Frame,
    lines: Vec<Line>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    name: String,
    address: String,
    is_anywhere: bool,
    may_set: bool,
    told: Option<Told>,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(Asked { has: None, ..asked }, |look| {
        show(look, &Posted::default(), &[])
    })
    .await
}

fn may_set(look: &Look<'_>) -> bool {
    look.may(Granted::Key)
}

fn line(look: &Look<'_>, hook: Webhook) -> Line {
    let words = Words { lang: look.lang() };
    let moment = |moment| words.moment(&look.programme, moment);
    let told = KINDS
        .iter()
        .filter(|known| hook.kinds.iter().any(|kind| kind == known.id));
    Line {
        kinds: told.map(|known| known.name(look.lang())).collect(),
        next_try: moment(hook.next_try),
        waits: hook.next_try > look.site.now(),
        behind: look.at.0.saturating_sub(hook.cursor),
        last_at: hook.last_at.map(moment),
        id: hook.id,
        name: hook.name,
        address: hook.address,
        standing: hook.standing,
        failures: hook.failures,
        delivered: hook.delivered,
        last: hook.last,
    }
}

fn show(look: &Look<'_>, posted: &Posted, problems: &[Problem]) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let all = look.site.desk().webhooks()?;
    Page::of(&Webhooks {
        frame: look.frame(words.say("变动通知", "Webhooks")),
        lines: all.into_iter().map(|hook| line(look, hook)).collect(),
        kinds: KINDS
            .iter()
            .map(|known| {
                let is_chosen = posted.all("kind").any(|kind| kind == known.id);
                (known.id, known.name(look.lang()), is_chosen)
            })
            .collect(),
        name: posted.get("name").to_owned(),
        address: posted.get("address").to_owned(),
        is_anywhere: hooks::reach(look.site)? == Reach::Anywhere,
        may_set: may_set(look),
        told: look.site.told_once(look.asked),
        problems: problems.to_vec(),
    })
}

/// What whoever runs the system does, and back to the page.
async fn on_desk(
    site: Site,
    asked: Asked,
    posted: Posted,
    work: impl FnOnce(&Look<'_>, &Posted) -> Result<&'static str, Problem> + Send + 'static,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who: &Visitor| {
        if !may_set(look) {
            let name = look.role_name(&who.role);
            return Err(problems::not_for_role(&name.zh, &name.en).into());
        }
        match work(look, posted) {
            Ok(next) => Ok(go_to(next)),
            Err(problem) => {
                let told = [problem];
                let status = answer::status_of(&told);
                let page = show(look, posted, &told)?;
                Ok(page.with_status(status).answer(None))
            }
        }
    })
    .await
}

async fn make(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    on_desk(site, asked, posted, |look, posted| {
        let new = NewHook {
            name: posted.get("name").to_owned(),
            address: posted.get("address").to_owned(),
            kinds: posted.all("kind").map(str::to_owned).collect(),
            after: None,
            once: posted.once(),
        };
        let (_, secret) = hooks::make(look.site, &new, look.at.0)?;
        look.site.tell_once(look.asked, new.name.trim(), secret);
        Ok("/admin/webhooks#told")
    })
    .await
}

async fn act(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    on_desk(site, asked, posted, |look, posted| {
        let desk = look.site.desk();
        let id: u64 = posted.get("webhook").parse().unwrap_or_default();
        match posted.get("do") {
            "start" => desk.turn_webhook(id, true)?,
            "stop" => desk.turn_webhook(id, false)?,
            "remove" => drop(desk.drop_webhook(id)?),
            _ => {}
        }
        Ok("/admin/webhooks")
    })
    .await
}

async fn set_reach(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    on_desk(site, asked, posted, |look, posted| {
        hooks::set_reach(look.site, !posted.get("anywhere").is_empty())?;
        Ok("/admin/webhooks#reach")
    })
    .await
}
