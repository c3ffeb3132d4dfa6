//! Every role over every command and every action in every state.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base::{Day, Moment, RoleId};
use casework::{Opening, Relation, possible_actions};
use office::authority::GRANTED;
use toml_edit::{DocumentMut, Item, Table};

use crate::Chibi;

/// The rows of a table in a file of the standard package.
fn rows(file: &str, table: &str) -> Vec<Table> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/standard");
    let text = std::fs::read_to_string(path.join(file)).unwrap();
    let document: DocumentMut = text.parse().unwrap();
    match document.get(table) {
        Some(Item::ArrayOfTables(found)) => found.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

fn text(row: &Table, column: &str) -> Option<String> {
    Some(row.get(column)?.as_str().unwrap().to_owned())
}

fn texts(row: &Table, column: &str) -> Vec<String> {
    let list = row.get(column).unwrap().as_array().unwrap();
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

fn roles() -> Vec<String> {
    let roles = rows("roles.toml", "role");
    roles.iter().map(|row| text(row, "id").unwrap()).collect()
}

/// For each unit, whether it is one's own, one below, another: the quality office stands below the committee in
/// Chibi's tree, Puqi does not.
const OWN: &str = "committee";
const UNITS: [(&str, &[&str]); 3] = [
    ("committee", &["own", "below", "all"]),
    ("quality_office", &["below", "all"]),
    ("puqi", &["all"]),
];

#[test]
fn every_role_may_give_exactly_what_is_declared_for_the_units_that_are() {
    // (role, command) → scope, as the text says; nothing is declared twice.
    let mut declared = BTreeMap::new();
    for row in rows("roles.toml", "grant") {
        let role = text(&row, "role").unwrap();
        let scope = text(&row, "scope").unwrap_or_else(|| "all".to_owned());
        for command in texts(&row, "commands") {
            let twice = declared.insert((role.clone(), command), scope.clone());
            assert_eq!(twice, None);
        }
    }
    let named: BTreeSet<&String> = declared.keys().map(|(_, command)| command).collect();
    let mut chibi = Chibi::begin();
    let day = Day::parse("2018-12-31").unwrap();
    let (mut allowed, mut refused) = (0, 0);
    for role in roles() {
        let audits = declared.contains_key(&(role.clone(), "audit_finding".to_owned()));
        chibi.act_as(&role, Some(OWN));
        for command in GRANTED {
            let name = command.names().0.to_owned();
            let scope = match declared.get(&(role.clone(), name.clone())) {
                Some(scope) => Some(scope.as_str()),
                // What nobody is granted is open to all, but not to who audits.
                None if !named.contains(&name) && !audits => Some("all"),
                None => None,
            };
            let reach = chibi.office.authorise(*command);
            for (unit, within) in UNITS {
                let expected = scope.is_some_and(|scope| within.contains(&scope));
                let found = reach.as_ref().is_ok_and(|reach| reach.includes(unit, day));
                assert_eq!(found, expected, "{role} {name} {unit} ({scope:?})");
                if found { allowed += 1 } else { refused += 1 }
            }
        }
    }
    // The table is neither empty nor full: 12 roles, 20 commands, 3 units.
    assert_eq!(allowed + refused, 12 * 20 * 3);
    assert!(allowed > 60 && refused > 250, "{allowed} {refused}");
}

#[test]
fn every_command_of_the_language_can_be_asked_for() {
    let ours: Vec<&str> = GRANTED.iter().map(|command| command.names().0).collect();
    assert_eq!(ours, programme::tables::COMMANDS);
}

#[test]
fn every_role_may_take_exactly_the_actions_that_are_declared_in_each_state() {
    let chibi = Chibi::begin();
    let programme = chibi.office.programme().unwrap();
    let actions = rows("flow.toml", "action");
    let states = rows("flow.toml", "state");
    let mut possible = 0;
    for flow in programme.flows.values() {
        let mut case = casework::open(
            flow,
            Opening {
                day: Day::parse("2018-01-02").unwrap(),
                moment: Moment::MIN,
                by: 1,
                rules: base::Position(3),
                reference_year: 2018,
                fields: BTreeMap::new(),
            },
        )
        .unwrap();
        let of_flow = |row: &&Table| text(row, "flow").as_deref() == Some(flow.id.as_str());
        for state in states.iter().filter(of_flow) {
            let state = text(state, "id").unwrap();
            case.state = base::StateId::new(&state);
            for role in roles() {
                for (own, lead, support) in
                    (0..8).map(|bits| (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0))
                {
                    let expected: Vec<String> = actions
                        .iter()
                        .filter(of_flow)
                        .filter(|row| texts(row, "from").contains(&state))
                        .filter(|row| texts(row, "roles").contains(&role))
                        .filter(|row| match text(row, "scope").as_deref() {
                            None | Some("own") => own,
                            Some("lead") => lead,
                            Some("support") => support,
                            Some("filer") => false,
                            _ => true,
                        })
                        .map(|row| text(row, "id").unwrap())
                        .collect();
                    let relation = Relation {
                        own,
                        lead,
                        support,
                        filer: false,
                    };
                    let found = possible_actions(flow, &case, &[RoleId::new(&role)], relation);
                    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                    assert_eq!(found, expected, "{} {state} {role} {relation:?}", flow.id);
                    possible += found.len();
                }
            }
        }
    }
    assert!(possible > 50, "{possible}");
}
