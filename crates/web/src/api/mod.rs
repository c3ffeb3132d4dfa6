//! The API: the same commands and reads as the pages, as JSON under `/api/v1`.
//!
//! A program brings a token (`Authorization: Bearer …`, made on the account page), acts as the actor to
//! whom it belongs, and may read or write as its scopes say; what it may do beyond that is the programme's
//! to say, as for everybody. Faults are problem details (RFC 9457). The description of it all
//! (`/api/v1/openapi.json`, OpenAPI 3.1) is made from the code here. Read `door.rs` first.

mod assigned;
mod cases;
mod door;
mod figures;
mod imports;
mod items;
mod ledger;
mod letters;
mod lists;
mod papers;
mod plan;
mod programme;
mod readings;
mod records;
mod results;
mod subjects;
mod webhooks;

use axum::Json;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::site::Site;

/// The head of the description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zhicheng",
        description = "Records, figures, results and cases of a city's quality programme, each with the position of the ledger and the day for which it is true.",
        version = "1"
    ),
    modifiers(&Tokens),
    security(("token" = [])),
    components(schemas(door::Problem))
)]
struct Description;

/// How a program proves who it is.
struct Tokens;

impl utoipa::Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

fn described() -> OpenApiRouter<Site> {
    OpenApiRouter::with_openapi(Description::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .routes(routes!(programme::programme))
            .routes(routes!(programme::units))
            .routes(routes!(programme::indicators))
            .routes(routes!(programme::record_types))
            .routes(routes!(figures::figures))
            .routes(routes!(figures::records))
            .routes(routes!(results::results))
            .routes(routes!(results::card))
            .routes(routes!(lists::records, records::submit))
            .routes(routes!(lists::stream))
            .routes(routes!(records::history))
            .routes(routes!(records::revise))
            .routes(routes!(records::withdraw))
            .routes(routes!(imports::import))
            .routes(routes!(records::evidence))
            .routes(routes!(plan::plan))
            .routes(routes!(plan::versions))
            .routes(routes!(plan::changes))
            .routes(routes!(plan::confirm))
            .routes(routes!(letters::letters))
            .routes(routes!(letters::letter))
            .routes(routes!(letters::sign))
            .routes(routes!(letters::scan))
            .routes(routes!(letters::countersign))
            .routes(routes!(items::items))
            .routes(routes!(subjects::types))
            .routes(routes!(subjects::subjects))
            .routes(routes!(subjects::stream))
            .routes(routes!(assigned::assignments, assigned::assign))
            .routes(routes!(assigned::due, assigned::remind))
            .routes(routes!(papers::papers, papers::issue))
            .routes(routes!(papers::paper))
            .routes(routes!(papers::file))
            .routes(routes!(papers::void))
            .routes(routes!(cases::cases))
            .routes(routes!(cases::case))
            .routes(routes!(cases::act))
            .routes(routes!(readings::send))
            .routes(routes!(ledger::head))
            .routes(routes!(ledger::entry))
            .routes(routes!(ledger::proof))
            .routes(routes!(webhooks::all, webhooks::make))
            .routes(routes!(webhooks::start))
            .routes(routes!(webhooks::remove)),
    )
}

pub(crate) fn routes() -> Router<Site> {
    let (router, openapi) = described().split_for_parts();
    router
        .route(
            "/api/v1/openapi.json",
            get(move || {
                let openapi = openapi.clone();
                async move { Json(openapi) }
            }),
        )
        .route(
            "/api/{*path}",
            get(unknown).post(unknown).delete(unknown).put(unknown),
        )
}

async fn unknown() -> Response {
    door::Refused::not_found(crate::problems::no_such_page()).into_response()
}
