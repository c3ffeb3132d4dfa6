//! What is in force stays readable: a check that has become stricter judges what comes, not what was.

use std::sync::Arc;

use ledger::Nature;
use office::actor::NewActor;
use office::record::Receipt;
use office::{Access, Office};
use programme::Sources;

use crate::town::{Town, quiet};

#[test]
fn a_programme_that_todays_check_refuses_still_runs() {
    // As an earlier version may have taken it: a year whose holidays are not written down.
    let text = include_str!("town.toml").replace("[[holiday]]\nday = 2018-10-01\noff = true\n", "");
    let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
    let refused = programme::check(&sources);
    assert!(refused.programme.is_none());
    assert!(
        refused
            .problems
            .iter()
            .any(|problem| problem.code == "P242")
    );
    let stored = programme::read_stored(&sources);
    assert_eq!(
        stored.problems, refused.problems,
        "the judgement is the same, and told"
    );
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let actor = NewActor {
        name: "王某".to_owned(),
        role: "programme_office".to_owned(),
        unit: None,
    };
    let programme = stored.programme.unwrap();
    let office = Office::init(
        &dir,
        &sources,
        Arc::clone(&programme),
        Nature::Demonstration,
        &actor,
    )
    .unwrap();
    drop(office);
    let office = Office::open(&dir, Access::Write, &mut quiet).unwrap();
    let mut town = Town { place, office };
    let values = [("day", "2018-03-05"), ("topic", "x"), ("subject", "K1")];
    assert!(matches!(
        town.submit("visit", &values, &[], false).unwrap(),
        Receipt::Added(_)
    ));
    assert_eq!(town.figure("visits"), "1");
    // A new version is judged by today's check: the door is `check`, and `activate` compares with what is there.
    assert!(programme::check_against(&programme, &town.office.programme().unwrap()).is_empty());
    let town = town.reopened();
    assert_eq!(town.figure("visits"), "1");
}
