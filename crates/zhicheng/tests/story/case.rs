//! The course of an assessment item: who may do what, when, with what; and the deadline of the appeal.

use crate::city::{City, test_package, text};
use crate::town::{case_of, open_cases, review};

fn opened() -> (City, u64) {
    let city = City::new("town");
    open_cases(&city);
    let case = case_of(&city, "leadership", "east");
    (city, case)
}

#[test]
fn a_case_is_opened_once_for_each_item_and_carrier() {
    let (city, _) = opened();
    let cases = city.run(["case", "list", "--format", "json"]).json();
    let seen: Vec<[String; 3]> = cases
        .iter()
        .map(|case| ["item", "unit", "state"].map(|key| text(case, key)))
        .collect();
    let expected = ["food", "visiting", "leadership"]
        .map(|item| ["east", "west"].map(|unit| [item, unit, "to_file"]))
        .concat();
    assert_eq!(seen, expected);
    open_cases(&city);
    assert_eq!(
        city.run(["case", "list", "--format", "json"]).json().len(),
        6,
        "open cases stay as they are"
    );
    city.run(["case", "show", "99"]).refused("O250");
}

#[test]
fn the_whole_course_in_five_roles_with_who_when_and_why() {
    let (city, case) = opened();
    review(&city, case, "east", "half");
    let office = city.by("王某", "programme_office", None);
    let leader = city.by("赵某", "unit_leader", Some("east"));
    city.by("钱某", "verifier", None)
        .acts(
            case,
            "verify",
            "2018-09-20",
            &["--set", "verify_level=none"],
        )
        .ok();
    assert_eq!(
        points(&city),
        "0",
        "the verified level wins over the reviewed one"
    );
    office.acts(case, "draft", "2018-09-27", &[]).ok();
    leader
        .acts(
            case,
            "appeal",
            "2018-10-08",
            &["--reason", "会议纪要已补交"],
        )
        .ok();
    office
        .acts(
            case,
            "answer",
            "2018-10-11",
            &["--reason", "补交属实", "--set", "answer_level=full"],
        )
        .ok();
    assert_eq!(points(&city), "10", "the answer to the appeal wins");
    office.acts(case, "compose", "2018-10-15", &[]).ok();
    office
        .acts(case, "seal", "2018-10-16", &["--set", "minutes_no=纪要7号"])
        .ok();

    let steps = city
        .run(["case", "show", &case.to_string(), "--format", "json"])
        .json();
    let seen: Vec<[String; 5]> = steps
        .iter()
        .map(|step| ["day", "action", "role", "actor", "reason"].map(|key| text(step, key)))
        .collect();
    let expected = [
        ["2018-01-15", "file", "liaison", "张某", ""],
        ["2018-09-03", "score_self", "liaison", "张某", ""],
        ["2018-09-10", "review", "reviewer", "李某", ""],
        ["2018-09-20", "verify", "verifier", "钱某", ""],
        ["2018-09-27", "draft", "programme_office", "王某", ""],
        [
            "2018-10-08",
            "appeal",
            "unit_leader",
            "赵某",
            "会议纪要已补交",
        ],
        [
            "2018-10-11",
            "answer",
            "programme_office",
            "王某",
            "补交属实",
        ],
        ["2018-10-15", "compose", "programme_office", "王某", ""],
        ["2018-10-16", "seal", "programme_office", "王某", ""],
    ];
    assert_eq!(seen, expected);
    assert!(
        text(&steps[7 + 1], "fields").contains("minutes_no=纪要7号"),
        "{steps:?}"
    );
    assert_eq!(
        text(&steps[1], "evidence").len(),
        64,
        "the evidence is named by its hash"
    );
    let sealed = city
        .run(["case", "list", "--state", "sealed", "--format", "json"])
        .json();
    assert_eq!(sealed.len(), 1);
    office
        .acts(case, "compose", "2018-10-17", &[])
        .refused("F203");
}

fn points(city: &City) -> String {
    let rows = city
        .run(["score", "assessment", "--unit", "east", "--format", "json"])
        .json();
    rows.iter()
        .find(|row| text(row, "item") == "leadership")
        .map(|row| text(row, "points"))
        .unwrap()
}

#[test]
fn what_is_not_allowed_is_refused_and_leaves_no_trace() {
    let (city, case) = opened();
    let plan = city.file("方案.pdf", "the plan");
    let liaison = city.by("张某", "liaison", Some("east"));
    let reviewer = city.by("李某", "reviewer", Some("market"));
    let score = |set: &str, day: &str| {
        liaison.acts(
            case,
            "score_self",
            day,
            &["--set", set, "--evidence", &plan],
        )
    };

    city.by("孙某", "liaison", Some("west"))
        .acts(case, "file", "2018-01-15", &[])
        .refused("F206");
    reviewer
        .acts(case, "file", "2018-01-15", &[])
        .refused("F205");
    liaison
        .acts(
            case,
            "score_self",
            "2018-01-15",
            &["--set", "self_points=9"],
        )
        .refused("F204")
        .telling("File");
    liaison.acts(case, "fle", "2018-01-15", &[]).refused("F202");
    liaison.acts(case, "file", "2018-01-15", &[]).ok();

    liaison
        .acts(
            case,
            "score_self",
            "2018-09-03",
            &["--set", "self_points=9"],
        )
        .refused("F217");
    score("self_points=11", "2018-09-03")
        .refused("F214")
        .telling("10");
    score("self_points=nine", "2018-09-03").refused("F212");
    score("self_point=9", "2018-09-03")
        .refused("O252")
        .telling("self_points");
    liaison
        .acts(case, "score_self", "2018-09-03", &["--evidence", &plan])
        .refused("F211");
    score("self_points=9", "2018-01-14").refused("F208");
    score("self_points=9", "2018-09-03").ok();

    city.by("周某", "reviewer", Some("west"))
        .acts(
            case,
            "review",
            "2018-09-10",
            &["--set", "review_level=full"],
        )
        .refused("F207");
    reviewer
        .acts(
            case,
            "review",
            "2018-09-10",
            &["--set", "review_level=splendid"],
        )
        .refused("F212")
        .telling("half");
    reviewer
        .acts(case, "return", "2018-09-10", &[])
        .refused("F220");
    reviewer
        .acts(case, "return", "2018-09-10", &["--reason", "缺检查记录"])
        .ok();
    let steps = city
        .run(["case", "show", &case.to_string(), "--format", "json"])
        .json();
    let seen: Vec<String> = steps.iter().map(|step| text(step, "action")).collect();
    assert_eq!(seen, ["file", "score_self", "return"]);
}

#[test]
fn an_appeal_has_five_working_days_over_the_national_holiday() {
    // The draft is of Thursday 27 September 2018. The 28th is the first working day; the 29th and the
    // 30th are a weekend that is worked; 1 to 7 October are off; the 8th is the fourth, the 9th the fifth.
    for (day, is_in_time) in [("2018-10-09", true), ("2018-10-10", false)] {
        let (city, case) = opened();
        review(&city, case, "east", "half");
        city.by("王某", "programme_office", None)
            .acts(case, "draft", "2018-09-27", &[])
            .ok();
        let shown = city.run(["case", "show", &case.to_string()]).ok();
        assert!(
            shown.out.contains("2018-10-09"),
            "the deadline is shown: {shown}"
        );
        let appeal = city.by("赵某", "unit_leader", Some("east")).acts(
            case,
            "appeal",
            day,
            &["--reason", "有异议"],
        );
        if is_in_time {
            appeal.ok();
        } else {
            appeal.refused("F224").telling("2018-10-09");
        }
    }
}

/// A later version of the town's programme: its number and something more in its scheme.
fn later(city: &City, version: &str, change: impl Fn(String) -> String) -> String {
    let folder = city.path(version);
    std::fs::create_dir(&folder).unwrap();
    for name in ["programme.toml", "records.toml", "scheme.toml"] {
        let text = std::fs::read_to_string(test_package("town").join(name)).unwrap();
        let text = match name {
            "programme.toml" => {
                text.replace("version = \"1.0.0\"", &format!("version = \"{version}\""))
            }
            "scheme.toml" => change(text),
            _ => text,
        };
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder.to_str().unwrap().to_owned()
}

#[test]
fn a_case_goes_on_by_its_own_rules_when_a_later_programme_asks_more_of_new_ones() {
    let (city, case) = opened();
    let note = "\n[[input]]\nflow = \"course\"\naction = \"file\"\nid = \"filing_note\"\nname = { zh = \"备案说明\", en = \"Note\" }\ntype = \"text\"\nrequired = true\n";
    let package = later(&city, "1.1.0", |text| text + note);
    city.run(["activate", &package]).ok();
    let liaison = city.by("张某", "liaison", Some("east"));
    liaison.acts(case, "file", "2018-01-15", &[]).ok();
    let filed = city
        .run(["case", "list", "--state", "filed", "--format", "json"])
        .json();
    assert_eq!(filed.len(), 1);
    city.run(["verify"]).ok();
}

#[test]
fn a_case_goes_on_when_its_flow_is_gone_from_a_later_programme() {
    let (city, case) = opened();
    let package = later(&city, "2.0.0", |text| {
        text.replace("\"course\"", "\"another_course\"")
    });
    city.run(["activate", &package]).ok();
    city.by("张某", "liaison", Some("east"))
        .acts(case, "file", "2018-01-15", &[])
        .ok();
    city.run(["verify"]).ok();
}

#[test]
fn an_earlier_position_has_the_scorecards_of_its_programme() {
    let (city, _) = opened();
    let at = city.head().to_string();
    let before = city
        .run(["score", "assessment", "--format", "json"])
        .json()
        .len();
    let package = later(&city, "2.0.0", |text| {
        text.replace("\"assessment\"", "\"yearly\"")
    });
    city.run(["activate", &package]).ok();
    city.run(["score", "assessment"]).refused("O260");
    assert_eq!(
        city.run(["score", "assessment", "--at", &at, "--format", "json"])
            .json()
            .len(),
        before
    );
    city.run(["score", "assessment", "--at", "2"])
        .refused("Z211");
}

#[test]
fn a_flow_keeps_the_types_of_its_fields_even_after_a_version_without_it() {
    let (city, _) = opened();
    let retyped = |text: String| {
        let limits =
            "type = \"decimal\"\nscale = 2\nrequired = true\nmin = 0\nmax_field = \"points\"";
        text.replace(limits, "type = \"text\"\nrequired = true")
            .replace("self_scored_by = [\"self_points\"]\n", "")
    };
    let text = later(&city, "1.1.0", retyped);
    city.run(["activate", &text])
        .refused("O111")
        .telling("self_points");
    let without = later(&city, "1.2.0", |text| {
        text.replace("\"course\"", "\"another_course\"")
    });
    city.run(["activate", &without]).ok();
    city.run(["activate", &text]).refused("O111");
    city.run(["verify"]).ok();
}
