//! The pages: everyone in the programme works in the browser.
//!
//! A page is a folder under [`mod@pages`] with its address, handler, view and template side by side. A
//! handler only translates between HTTP and `office`: it knows no SQL, and not how a point is computed.
//! Read [`Site`] first (what every request shares), then `look.rs` (what a page is made from) and
//! `pages/board/` as the example to follow; how a page looks is in `assets/` and `ui/`.
//!
//! Pages work without JavaScript; the small modules in `assets/` make them better.

mod answer;
mod api;
mod asked;
mod assets;
mod chart;
mod delivery;
mod download;
mod elsewhere;
mod find;
mod frame;
mod guard;
mod hooks;
mod kept;
mod kept_files;
mod live;
mod look;
mod made;
mod outgoing;
pub mod pages;
mod paging;
mod picture;
mod posted;
mod problems;
mod readings;
mod remedies;
mod site;
mod sorting;
mod words;

pub use hooks::tell_receivers;
pub use problems::CATALOGUE;
pub use readings::{Closed, close_periods};
pub use site::{Options, Site};

use axum::Router;
use base::Problem;
use tokio::net::TcpListener;

/// The whole site: every page, behind the guards that all requests pass.
pub fn router(site: Site) -> Router {
    guard::around(
        Router::new()
            .merge(pages::routes())
            .merge(assets::routes())
            .merge(live::routes())
            .merge(api::routes())
            .fallback(answer::no_such_page),
        &site,
    )
    .with_state(site)
}

/// Answers requests until `ended` is.
///
/// # Errors
/// The socket fails.
pub async fn serve(
    site: Site,
    listener: TcpListener,
    ended: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Problem> {
    live::watch(&site);
    delivery::watch(&site);
    hooks::watch(&site);
    site.make_ready();
    let router = router(site.clone()).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let closing = async move {
        ended.await;
        // Streams that wait for news would keep the server from ending.
        site.close();
    };
    axum::serve(listener, router)
        .with_graceful_shutdown(closing)
        .await
        .map_err(problems::cannot_serve)
}
