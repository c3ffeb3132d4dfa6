//! News: a page that is open hears when something was accepted, and fetches itself anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use office::Office;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use crate::asked::Asked;
use crate::site::Site;

/// How often the ledger is asked whether others appended (another process, a command line).
const EVERY: Duration = Duration::from_secs(1);

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/live", get(live))
}

async fn live(State(site): State<Site>, asked: Asked) -> Response {
    let is_signed_in = site
        .blocking(move |site| {
            let token = asked.token.unwrap_or_default();
            matches!(site.desk().session(&token, site.now()), Ok(Some(_)))
        })
        .await;
    if !matches!(is_signed_in, Ok(true)) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let news = WatchStream::new(site.shared.news.subscribe())
        .take_while(|news| !news.is_closing)
        .map(|news| {
            Ok::<_, Infallible>(
                Event::default()
                    .event("position")
                    .data(news.position.0.to_string()),
            )
        });
    Sse::new(news)
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(25)))
        .into_response()
}

/// Looks for what others appended, as long as the site is there.
pub(crate) fn watch(site: &Site) {
    let site = site.clone();
    tokio::spawn(async move {
        loop {
            let read = site
                .blocking(|site| site.office().read(Office::position))
                .await;
            if let Ok(Ok(position)) = read {
                site.tell(position);
            }
            tokio::time::sleep(EVERY).await;
            if site.shared.news.borrow().is_closing {
                return;
            }
        }
    });
}
