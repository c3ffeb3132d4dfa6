//! The provider of sign-ins: who it is, how it knows us, and whether it answers.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Problem;
use office::authority::Granted;
use serde::Deserialize;

use super::only_administration;
use crate::answer::{self, Page, Refused, go_to};
use crate::asked::Asked;
use crate::elsewhere::{self, setting::Setting};
use crate::frame::Frame;
use crate::look::{Look, look_again};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/admin/sign-in", get(page).post(save))
}

#[derive(Debug, Default, Deserialize)]
struct Wish {
    /// Whether the provider is to be asked now.
    #[serde(default)]
    r#try: String,
}

/// What came of asking the provider.
struct Tried {
    /// How it signs.
    signs: String,
}

#[derive(Template)]
#[template(path = "pages/admin/single.html")]
struct Single {
    frame: Frame,
    setting: Setting,
    has_secret: bool,
    back_address: String,
    out_address: String,
    may_set: bool,
    tried: Option<Tried>,
    problems: Vec<Problem>,
}

/// Whoever runs the system sets it up.
fn may_set(look: &Look<'_>) -> bool {
    look.may(Granted::Key)
}

async fn page(State(site): State<Site>, asked: Asked, Query(wish): Query<Wish>) -> Response {
    let asked = Asked { has: None, ..asked };
    let here = asked.clone();
    let wants = wish.r#try == "1";
    // Before the page is made: while it is, the office is held still.
    let tried = site
        .blocking(move |site| {
            let may = wants && look_again(site, &here, may_set).unwrap_or(false);
            let setting = Setting::read(site.desk()).unwrap_or_default();
            (may && !setting.issuer.is_empty()).then(|| elsewhere::try_it(site, &setting))
        })
        .await
        .unwrap_or_default();
    site.page(asked, move |look| {
        let setting = Setting::read(look.site.desk())?;
        match tried {
            None => show(look, setting, None, &[]),
            Some(Ok(signs)) => show(look, setting, Some(Tried { signs }), &[]),
            Some(Err(problem)) => show(look, setting, None, &[problem]),
        }
    })
    .await
}

fn show(
    look: &Look<'_>,
    setting: Setting,
    tried: Option<Tried>,
    problems: &[Problem],
) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let has_secret = !setting.client_secret.is_empty();
    Page::of(&Single {
        frame: look.frame(words.say("统一身份认证", "Single sign-on")),
        back_address: setting.back_address(),
        out_address: setting.out_address(),
        has_secret,
        setting: Setting {
            // It is shown to nobody again.
            client_secret: String::new(),
            ..setting
        },
        may_set: may_set(look),
        tried,
        problems: problems.to_vec(),
    })
}

fn setting_of(posted: &Posted, before: &Setting) -> Setting {
    let text = |name: &str| posted.get(name).trim().to_owned();
    let secret = text("client_secret");
    let issuer = text("issuer");
    // A secret goes with the provider that gave it: never to another one.
    let kept = if posted.get("forget_secret").is_empty() && issuer == before.issuer {
        before.client_secret.clone()
    } else {
        String::new()
    };
    Setting {
        is_on: !posted.get("is_on").is_empty(),
        client_id: text("client_id"),
        client_secret: if secret.is_empty() { kept } else { secret },
        label_zh: text("label_zh"),
        label_en: text("label_en"),
        claim: text("claim"),
        site: text("site"),
        issuer,
    }
}

async fn save(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        if !may_set(look) {
            let name = look.role_name(&who.role);
            return Err(problems::not_for_role(&name.zh, &name.en).into());
        }
        let desk = look.site.desk();
        let setting = setting_of(posted, &Setting::read(desk)?);
        // What is off may be half filled in.
        if setting.is_on
            && let Err(problem) = setting.check()
        {
            let status = answer::status_of(std::slice::from_ref(&problem));
            let page = show(look, setting, None, &[problem])?;
            return Ok(page.with_status(status).answer(None));
        }
        setting.save(desk)?;
        Ok(go_to("/admin/sign-in?try=1"))
    })
    .await
}
