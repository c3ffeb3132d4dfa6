//! What is refused: real folders, a second time, and distributions that the checks of real data refuse.

use ledger::Nature;

use crate::town::{TOWN, Town, quiet};

fn refused(town: &mut Town) -> Vec<&'static str> {
    let before = town.head();
    let problems = town
        .office
        .generate(1, &mut quiet)
        .expect_err("to be refused");
    assert_eq!(town.head(), before, "nothing was appended");
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_real_folder_stays_real() {
    assert_eq!(refused(&mut Town::of(TOWN, Nature::Real)), ["O401"]);
}

#[test]
fn a_folder_is_filled_once() {
    let (mut town, _) = Town::filled(TOWN, 1);
    assert_eq!(refused(&mut town), ["O402"]);
}

#[test]
fn a_package_without_distributions_makes_nothing() {
    let (text, _) = TOWN.split_once("[[generate_list]]").unwrap();
    assert_eq!(
        refused(&mut Town::of(text, Nature::Demonstration)),
        ["O403"]
    );
}

#[test]
fn what_the_checks_refuse_is_told_once_and_nothing_is_kept() {
    // What stands in the town, what stands there instead, what is told.
    let table: &[(&str, &str, &[&str])] = &[
        ("sum = 31200000.01", "sum = 61200000", &["O410"]),
        ("sum = 31200000.01", "sum = 31200000.001", &["O411"]),
        (
            "count = 20\nrhythm = \"once\"",
            "count = 21\nrhythm = \"once\"",
            &["O409"],
        ),
        ("text = \"F-{n}\"", "text = \"F\"", &["O405"]),
        ("from = 3\nto = 10", "from = -3\nto = -1", &["O405"]),
        (
            "choices = [\"east\", \"west\"]\nweights = [3, 1]",
            "value = \"east\"\nempty = 0.5",
            &["O405"],
        ),
        (
            "field = \"phone\"\ntext = \"0715-{n}\"",
            "field = \"id\"\ntext = \"{name}\"",
            &["O413"],
        ),
        (
            "field = \"remark\"\nvalue = \"（演示）\"",
            "field = \"remark\"\nfrom = 1",
            &["O412"],
        ),
        (
            "from = 2018-01-01\nto = 2018-12-31\nrhythm = \"working_days\"",
            "from = 2017-01-01\nto = 2018-12-31\nrhythm = \"working_days\"",
            &["O407"],
        ),
        (
            "from = 2018-01-01\nto = 2018-12-31\nrhythm = \"working_days\"",
            "from = 2018-09-29\nto = 2018-10-01\nrhythm = \"working_days\"",
            &["O406"],
        ),
        (
            "units = [\"market\"]",
            "units = [\"kind:clinic\"]",
            &["O408"],
        ),
        ("count = 200", "count = 2000000", &["O404"]),
        // Two faults in two distributions are told together.
        (
            "sum = 31200000.01",
            "sum = 61200000\n\n[[generate]]\nid = \"again\"\nof = \"certificate\"\ncount = 30\nsubjects = \"firms\"\nsubject_shape = \"each_once\"",
            &["O410", "O409"],
        ),
    ];
    for (found, instead, codes) in table {
        assert!(TOWN.contains(found), "{found}");
        let text = TOWN.replacen(found, instead, 1);
        let mut town = Town::of(&text, Nature::Demonstration);
        let mut told = refused(&mut town);
        let mut codes = codes.to_vec();
        told.sort_unstable();
        codes.sort_unstable();
        assert_eq!(told, codes, "{instead}");
    }
}

#[test]
fn a_step_that_the_flow_refuses_is_told() {
    let late = TOWN.replace(
        "[[document]]",
        "[[deadline]]\nflow = \"course\"\nid = \"closing\"\nname = \"Closing\"\nstarts = \"scored\"\nends = \"scored\"\nworking_days = 1\nwhen_missed = \"lock\"\nlocks = [\"review\"]\nbasis = \"x\"\n\n[[document]]",
    );
    let mut town = Town::of(&late, Nature::Demonstration);
    let problems = town
        .office
        .generate(1, &mut quiet)
        .expect_err("to be refused");
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        ["O405"]
    );
    assert!(problems[0].span.is_some(), "it points at the step's row");
    let records = town.records("inspection");
    assert!(records.is_empty(), "no record is made known");
}
