//! My account and the provider of sign-ins: linked by who is signed in here, and taken apart again.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use base::Problem;

use crate::answer::{Refused, go_to};
use crate::asked::Asked;
use crate::elsewhere::setting::Setting;
use crate::look::Look;
use crate::pages::sign_in::elsewhere::LINK;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/me/elsewhere/drop", post(unlink))
}

/// The provider as an account has to do with it.
pub(super) struct Provider {
    pub label: String,
    pub issuer: String,
    /// The subject, and since when.
    pub link: Option<(String, String)>,
    /// The way there that links.
    pub way: String,
}

/// The provider, where people may sign in there.
pub(super) fn provider(look: &Look<'_>, login: &str) -> Result<Option<Provider>, Problem> {
    let desk = look.site.desk();
    let setting = Setting::read(desk)?;
    if !setting.is_on {
        return Ok(None);
    }
    let words = Words { lang: look.lang() };
    let link = desk
        .links_of(login)?
        .into_iter()
        .find(|link| link.issuer == setting.issuer);
    Ok(Some(Provider {
        label: setting.label(look.lang()),
        link: link.map(|link| (link.subject, words.moment(&look.programme, link.linked))),
        way: format!("/sign-in/elsewhere?link={}", look.asked.proof(LINK)),
        issuer: setting.issuer,
    }))
}

async fn unlink(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, _, who| {
        let desk = look.site.desk();
        let setting = Setting::read(desk)?;
        // Whoever has no password would not come in any more.
        let account = desk.account(&who.login)?;
        if !account.is_some_and(|account| account.has_password) {
            return Err(Refused::from(problems::has_no_password()));
        }
        desk.unlink(&who.login, &setting.issuer)?;
        Ok(go_to("/me#elsewhere"))
    })
    .await
}
