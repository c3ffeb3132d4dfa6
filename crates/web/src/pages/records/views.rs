//! Saved views of a list: its query under a name, for whoever saved it.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::answer::go_to;
use crate::asked::Asked;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

/// Views of one list that one person keeps.
const VIEWS_MAX: usize = 20;
/// Signs of a name.
const NAME_MAX: usize = 40;
/// Bytes of a query.
const QUERY_MAX: usize = 4000;

/// How the names of a list's views begin on the desk.
pub(crate) fn prefix(record_type: &str) -> String {
    format!("view:{record_type}:")
}

pub(crate) async fn save(
    State(site): State<Site>,
    asked: Asked,
    Path(id): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who| {
        super::type_of(look, &id)?;
        let desk = look.site.desk();
        let name: String = posted
            .get("name")
            .chars()
            .filter(|sign| !sign.is_control())
            .take(NAME_MAX)
            .collect();
        let name = name.trim();
        let query = posted.get("query");
        let key = format!("{}{name}", prefix(&id));
        if !posted.get("forget").is_empty() {
            desk.set_preference(who.actor, &key, None)?;
        } else if name.is_empty() || query.len() > QUERY_MAX {
            return Err(problems::view_without_name(NAME_MAX).into());
        } else if desk.preferences(who.actor, &prefix(&id))?.len() >= VIEWS_MAX {
            return Err(problems::too_many("常用视图", "saved views", VIEWS_MAX).into());
        } else {
            desk.set_preference(who.actor, &key, Some(query))?;
        }
        Ok(go_to(&format!("/records/{id}?{query}")))
    })
    .await
}
