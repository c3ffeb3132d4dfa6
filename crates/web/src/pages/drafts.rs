//! Drafts: what a form has, saved while it is typed (`assets/drafts.js`).

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::asked::Asked;
use crate::posted::Posted;
use crate::site::Site;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/drafts", post(save))
}

async fn save(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        // The script puts `f.` before each name of the form's own.
        let typed = posted
            .with_prefix("f.")
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect();
        look.site
            .desk()
            .save_draft(who.actor, posted.get("form"), &typed, look.site.now())?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}
