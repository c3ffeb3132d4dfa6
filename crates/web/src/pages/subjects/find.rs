//! Subjects by a piece of their name, for inputs that suggest (`assets/suggest.js`).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::site::Site;

/// Suggestions.
const FOUND_MAX: usize = 12;

#[derive(Template)]
#[template(
    source = "{% for one in found %}<option value=\"{{ one.0 }}\">{{ one.1 }}</option>{% endfor %}",
    ext = "html"
)]
struct Options {
    found: Vec<(String, String)>,
}

pub(crate) async fn page(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
) -> Response {
    let text = url::form_urlencoded::parse(asked.uri.query().unwrap_or("").as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, text)| text.into_owned())
        .unwrap_or_default();
    site.page(asked, move |look| {
        if !look.programme.subject_types.contains_key(id.as_str()) {
            return Err(Refused::no_such(("对象类型", "subject type"), &id));
        }
        let mut found = look.office.subjects_like(&id, &text, FOUND_MAX * 20);
        // Names that begin so come first, short ones before long ones.
        found.sort_by_key(|(id, name)| (!name.starts_with(&text), name.len(), *id));
        found.truncate(FOUND_MAX);
        Page::of(&Options {
            found: found
                .into_iter()
                .map(|(id, name)| (id.to_owned(), name.to_owned()))
                .collect(),
        })
    })
    .await
}
