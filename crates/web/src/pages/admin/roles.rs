//! Roles and grants, as the programme declares them: role × command × scope, role × action of each flow.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use base::{RoleId, Text};
use office::authority::GRANTED;
use programme::model::Scope;

use super::only_administration;
use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/admin/roles", get(page))
}

/// What a role may of a command or action: sign and words; nothing where it may not.
type Cell = Option<(&'static str, String)>;

struct Column {
    id: String,
    name: String,
    is_apart: bool,
}

struct Row {
    name: String,
    /// Of an action, the states from which it leads and the one to which.
    note: String,
    is_open_to_all: bool,
    cells: Vec<Cell>,
}

struct FlowTable {
    id: String,
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "pages/admin/roles.html")]
struct Roles {
    frame: Frame,
    columns: Vec<Column>,
    commands: Vec<Row>,
    flows: Vec<FlowTable>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(asked, show).await
}

fn scope_cell(look: &Look<'_>, scope: Scope) -> (&'static str, String) {
    let sign = match scope {
        Scope::Own => "◔",
        Scope::Below => "◑",
        Scope::All => "●",
    };
    (sign, look.text(&scope.name()).to_owned())
}

fn show(look: &Look<'_>) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let programme = &look.programme;
    let roles: Vec<&RoleId> = programme.roles.keys().collect();
    let named = |command: &str| {
        programme
            .grants
            .iter()
            .any(|grant| *grant.command == *command)
    };
    let commands = GRANTED
        .iter()
        .map(|command| {
            let (name, zh) = command.names();
            Row {
                name: words.say(zh, &name.replace('_', " ")).to_owned(),
                note: name.to_owned(),
                is_open_to_all: !named(name),
                cells: roles
                    .iter()
                    .map(|role| {
                        let scope = look.office.scope_of(role.as_str(), *command);
                        scope.map(|scope| scope_cell(look, scope))
                    })
                    .collect(),
            }
        })
        .collect();
    let flows = programme.flows.values().map(|flow| {
        let state = |id: &base::StateId| -> String {
            flow.state(id)
                .map_or_else(|| id.to_string(), |state| look.text(&state.name).to_owned())
        };
        let rows = flow.actions.iter().map(|action| {
            let from: Vec<String> = action.from.iter().map(&state).collect();
            let words = match action.scope {
                casework::Scope::Own => (
                    "◔",
                    Text {
                        zh: "本单位".into(),
                        en: "own unit".into(),
                    },
                ),
                casework::Scope::Lead => (
                    "◑",
                    Text {
                        zh: "牵头项目".into(),
                        en: "items led".into(),
                    },
                ),
                casework::Scope::Support => (
                    "◕",
                    Text {
                        zh: "配合事项".into(),
                        en: "cases supported".into(),
                    },
                ),
                casework::Scope::Filer => (
                    "◇",
                    Text {
                        zh: "本人开办的".into(),
                        en: "cases that the person opened".into(),
                    },
                ),
                casework::Scope::All => ("●", Scope::All.name()),
            };
            Row {
                name: look.text(&action.name).to_owned(),
                note: format!("{} → {}", from.join("、"), state(&action.to)),
                is_open_to_all: false,
                cells: roles
                    .iter()
                    .map(|role| {
                        let may = action.roles.contains(role);
                        may.then(|| (words.0, look.text(&words.1).to_owned()))
                    })
                    .collect(),
            }
        });
        FlowTable {
            id: flow.id.to_string(),
            name: look.text(&flow.name).to_owned(),
            rows: rows.collect(),
        }
    });
    Page::of(&Roles {
        frame: look.frame(words.say("角色与授权", "Roles and grants")),
        columns: roles
            .iter()
            .map(|id| Column {
                id: id.to_string(),
                name: look.text(&look.role_name(id.as_str())).to_owned(),
                is_apart: programme.roles_apart.contains(id),
            })
            .collect(),
        commands,
        flows: flows.collect(),
    })
}
