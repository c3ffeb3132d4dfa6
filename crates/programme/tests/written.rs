//! Records that steps of cases write: the example is sound, and each thing that its text gets wrong is told with its code.

use programme::model::Corrected;
use programme::{Sources, check};

const SAMPLES: &str = include_str!("../../office/tests/flows/samples.toml");
const WRITTEN: &str = include_str!("../../office/tests/flows/written.toml");

fn sources(text: &str) -> Sources {
    Sources::from_files("samples", [("programme.toml".to_owned(), text.to_owned())])
}

fn example() -> String {
    format!("{SAMPLES}\n{WRITTEN}")
}

#[test]
fn the_example_is_sound() {
    let checked = check(&sources(&example()));
    assert_eq!(checked.problems, []);
    let programme = checked.programme.unwrap();
    let [written] = &programme.written[..] else {
        panic!("one")
    };
    let fields: Vec<(&str, &Corrected)> = written
        .fields
        .iter()
        .map(|(field, from)| (field.as_str(), from))
        .collect();
    assert_eq!(
        fields,
        [
            ("number", &Corrected::Input("decision_no".into())),
            ("amount", &Corrected::Input("amount".into())),
            ("kind", &Corrected::Value("pass".into())),
        ]
    );
    assert!(!written.without_subject);
}

/// What is found, what replaces it, and the code that follows.
const CASES: &[(&str, &str, &str)] = &[
    (
        "action = \"decide\"\nof",
        "action = \"decided\"\nof",
        "P202",
    ),
    ("\"number=decision_no\"", "\"no=decision_no\"", "P202"),
    ("\"number=decision_no\"", "\"number=decision\"", "P202"),
    ("\"number=decision_no\"", "\"number=amount\"", "P673"),
    ("\"number=decision_no\", ", "", "P682"),
    ("\"amount\"]", "\"amount\", \"amount\"]", "P203"),
    (
        "\"amount\"]",
        "\"amount\", \"heard_by=decision_no\"]",
        "P684",
    ),
    ("\"amount\"]", "\"amount\", \"day=decided_on\"]", "P688"),
    ("\"kind=pass\"", "\"kind=passed\"", "P683"),
    ("day = \"decided_on\"", "day = \"decision_no\"", "P642"),
    ("when = \"is_fined\"", "when = \"is_fined = 'yes'\"", "P686"),
    ("when = \"is_fined\"", "when = \"fined\"", "P202"),
    ("of = \"fine\"\nfields", "of = \"sample\"\nfields", "P682"),
];

#[test]
fn each_fault_is_told() {
    for (find, replace, code) in CASES {
        let text = example();
        assert_eq!(text.matches(find).count(), 1, "{find}");
        let problems = check(&sources(&text.replace(find, replace))).problems;
        let found = problems.iter().find(|problem| problem.code == *code);
        let Some(found) = found else {
            panic!("{replace}: {code} is not among {problems:?}");
        };
        assert!(found.span.is_some(), "{code}");
    }
}
