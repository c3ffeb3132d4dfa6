//! A new version of a programme against the old one: each row changes one thing of a small package
//! and says what is then refused, what is only pointed out, and what is free.

use std::sync::Arc;

use base::{Problem, Severity};
use programme::model::Programme;
use programme::{Sources, check, check_against};

const OLD: &str = r#"[programme]
id = "small"
name = "Small"
version = "1"
time_zone = "Asia/Shanghai"
year = "2018"

[[calendar]]
year = 2018
source = "notice"

[[holiday]]
day = 2018-10-01
off = true

[[vocabulary]]
id = "unit_kind"
name = "Kind"

[[code]]
vocabulary = "unit_kind"
id = "bureau"
name = "Bureau"

[[vocabulary]]
id = "ranking_group"
name = "Group"

[[code]]
vocabulary = "ranking_group"
id = "all"
name = "All"

[[vocabulary]]
id = "result"
name = "Result"

[[code]]
vocabulary = "result"
id = "pass"
name = "Pass"

[[code]]
vocabulary = "result"
id = "fail"
name = "Fail"

[[vocabulary]]
id = "other"
name = "Other"

[[code]]
vocabulary = "other"
id = "pass"
name = "Pass"

[[unit]]
id = "city"
name = "City"
kind = "bureau"

[[unit]]
id = "amr"
name = "Market bureau"
kind = "bureau"
parent = "city"

[[unit]]
id = "south"
name = "South"
kind = "bureau"
valid_to = 2030-12-31

[[subject_type]]
id = "firm"
name = "Firm"
identity = "text"

[[record_type]]
id = "sample"
name = "Sample"
subject = "firm"
key = ["number"]

[[field]]
of = "sample"
id = "number"
name = "Number"
type = "text"
required = true

[[field]]
of = "sample"
id = "result"
name = "Result"
type = "choice"
vocabulary = "result"

[[field]]
of = "sample"
id = "amount"
name = "Amount"
type = "decimal"
scale = 2

[[field]]
of = "firm"
id = "manager"
name = "Manager"
type = "text"
personal = true

[[record_type]]
id = "visit"
name = "Visit"

[[indicator]]
id = "samples"
name = "Samples"
measure = "count"
of = "sample"
"#;

fn programme(text: &str) -> (Arc<Programme>, Sources) {
    let sources = Sources::from_files("small", [("programme.toml".to_owned(), text.to_owned())]);
    let checked = check(&sources);
    let told: Vec<String> = checked
        .problems
        .iter()
        .map(|problem| problem.line(base::Lang::En))
        .collect();
    (
        checked.programme.unwrap_or_else(|| panic!("{told:#?}")),
        sources,
    )
}

fn against(new: &str) -> (Vec<Problem>, Sources) {
    let (old, _) = programme(OLD);
    let (new, sources) = programme(new);
    (check_against(&new, &old), sources)
}

/// The text without the row that begins with these lines.
fn without(start: &str) -> String {
    let at = OLD.find(start).unwrap_or_else(|| panic!("no {start}"));
    let end = OLD[at..]
        .find("\n\n")
        .map_or(OLD.len(), |length| at + length + 2);
    format!("{}{}", &OLD[..at], &OLD[end..])
}

fn changed(from: &str, to: &str) -> String {
    assert!(OLD.contains(from), "no {from}");
    OLD.replacen(from, to, 1)
}

#[test]
fn each_change_is_judged() {
    let visit = "[[record_type]]\nid = \"visit\"";
    let table: &[(&str, String, &[&str])] = &[
        ("nothing", OLD.to_owned(), &[]),
        (
            "a new version number",
            changed("version = \"1\"", "version = \"2\""),
            &[],
        ),
        (
            "a new optional field",
            format!(
                "{OLD}\n[[field]]\nof = \"visit\"\nid = \"note\"\nname = \"N\"\ntype = \"text\"\n"
            ),
            &[],
        ),
        (
            "a new code",
            format!("{OLD}\n[[code]]\nvocabulary = \"result\"\nid = \"void\"\nname = \"V\"\n"),
            &[],
        ),
        (
            "a renamed unit",
            changed("Market bureau", "Market regulation bureau"),
            &[],
        ),
        (
            "no longer required",
            changed("type = \"text\"\nrequired = true", "type = \"text\""),
            &[],
        ),
        (
            "another package",
            changed("id = \"small\"", "id = \"large\""),
            &["P160"],
        ),
        (
            "another time zone",
            changed("Asia/Shanghai", "Asia/Urumqi"),
            &["P170"],
        ),
        ("a record type gone", without(visit), &["P161"]),
        (
            "a vocabulary gone",
            without("[[vocabulary]]\nid = \"other\"").replace(
                "[[code]]\nvocabulary = \"other\"\nid = \"pass\"\nname = \"Pass\"\n\n",
                "",
            ),
            &["P161"],
        ),
        (
            "a field gone",
            without("[[field]]\nof = \"sample\"\nid = \"amount\""),
            &["P162"],
        ),
        (
            "a subject's field gone",
            without("[[field]]\nof = \"firm\""),
            &["P162"],
        ),
        (
            "a code gone",
            without("[[code]]\nvocabulary = \"result\"\nid = \"fail\""),
            &["P163"],
        ),
        (
            "a unit gone",
            without("[[unit]]\nid = \"south\""),
            &["P164"],
        ),
        (
            "another scale",
            changed("scale = 2", "scale = 3"),
            &["P165"],
        ),
        (
            "another type",
            changed("type = \"decimal\"\nscale = 2", "type = \"money\""),
            &["P165"],
        ),
        (
            "another vocabulary",
            changed(
                "vocabulary = \"result\"\n\n[[field]]",
                "vocabulary = \"other\"\n\n[[field]]",
            ),
            &["P165"],
        ),
        (
            "no longer personal",
            changed("personal = true", "personal = false"),
            &["P166"],
        ),
        (
            "another subject",
            changed("name = \"Visit\"", "name = \"Visit\"\nsubject = \"firm\""),
            &["P167", "P171"],
        ),
        (
            "another identity",
            changed("identity = \"text\"", "identity = \"uscc\""),
            &["P168"],
        ),
        (
            "another key",
            changed("key = [\"number\"]", "key = [\"number\", \"result\"]"),
            &["P169"],
        ),
        (
            "newly required",
            changed("scale = 2", "scale = 2\nrequired = true"),
            &["P171"],
        ),
        (
            "newly required with a default",
            changed("scale = 2", "scale = 2\nrequired = true\ndefault = \"0\""),
            &[],
        ),
        (
            "a shorter life",
            changed("2030-12-31", "2020-12-31"),
            &["P172"],
        ),
        ("a longer life", changed("2030-12-31", "2040-12-31"), &[]),
        (
            "the past rewritten",
            changed("parent = \"city\"\n", ""),
            &["P173"],
        ),
        (
            "a dated move",
            format!(
                "{OLD}\n[[unit_change]]\nunit = \"south\"\non = 2018-07-01\nparent = \"city\"\n"
            ),
            &[],
        ),
        (
            "an indicator gone",
            without("[[indicator]]\nid = \"samples\""),
            &["P174"],
        ),
    ];
    for (name, text, expected) in table {
        let (problems, sources) = against(text);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, *expected, "{name}");
        let texts = sources.texts();
        for problem in &problems {
            assert_eq!(
                problem.severity == Severity::Warning,
                problem.code > "P170",
                "{name}"
            );
            if let Some(span) = &problem.span {
                assert!(
                    texts
                        .iter()
                        .any(|file| file.slice(span).is_some_and(|text| !text.is_empty())),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_retyped_field_is_underlined_where_it_changed() {
    let (problems, sources) = against(&changed("scale = 2", "scale = 3"));
    let span = problems[0].span.as_ref().unwrap();
    assert_eq!(sources.texts()[0].slice(span), Some("3"));
    assert!(
        problems[0]
            .what(base::Lang::En)
            .contains("from decimal, scale 2 to decimal, scale 3"),
        "{}",
        problems[0]
    );
}
