//! Chibi's real scheme over a generated year: scores, vetoes, grades of enterprises, the demonstration.

use std::collections::{BTreeMap, BTreeSet};

use crate::city::{City, Row, package, run, text};
use crate::demonstration::{city, generate, shared};

fn scores(city: &City) -> Vec<Row> {
    city.run([
        "score",
        "assessment",
        "--period",
        "2018",
        "--format",
        "json",
    ])
    .ok()
    .json()
}

#[test]
fn there_are_17_categories_59_items_27_bureaus_and_18_lower_bodies() {
    let city = City::copy_of(&shared(1));
    let rows = scores(&city);
    let (items, units): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| !row["item"].is_null());
    let distinct = |rows: &[&Row], key: &str| {
        rows.iter()
            .map(|row| text(row, key))
            .collect::<BTreeSet<_>>()
            .len()
    };
    assert_eq!(
        (distinct(&items, "group"), distinct(&items, "item")),
        (17, 59)
    );
    let in_group = |group: &str| {
        units
            .iter()
            .filter(|row| text(row, "ranking_group") == group)
            .count()
    };
    assert_eq!(
        (
            in_group("bureaus"),
            in_group("townships") + in_group("parks"),
            units.len()
        ),
        (27, 18, 45)
    );
    for row in items {
        assert!(
            !text(row, "reason").is_empty(),
            "every item's points have a reason: {row:?}"
        );
    }
    // On the eve of the meeting few cards still wait for judged points; these alone have no grade.
    let (pending, units): (Vec<&Row>, Vec<&Row>) = units
        .into_iter()
        .partition(|row| text(row, "state") == "pending");
    let waiting: BTreeSet<String> = pending.iter().map(|row| text(row, "unit")).collect();
    assert_eq!(
        waiting.iter().map(String::as_str).collect::<Vec<_>>(),
        ["chimagang", "education", "lushuihu", "puqi"]
    );
    assert!(pending.iter().all(|row| row["grade"].is_null()));
    for row in &units {
        assert!(
            ["A", "B", "C", "D"].contains(&text(row, "grade").as_str()),
            "every other unit has a grade: {row:?}"
        );
    }
    // Half-open bands: 90, 80, 60; a quota may keep a unit out of A, never lift one into it.
    for row in units.iter().filter(|row| text(row, "vetoes").is_empty()) {
        let total: f64 = text(row, "total").parse().unwrap();
        let by_score = if total >= 90.0 {
            "A"
        } else if total >= 80.0 {
            "B"
        } else if total >= 60.0 {
            "C"
        } else {
            "D"
        };
        let grade = text(row, "grade");
        assert!(
            grade == by_score || (by_score == "A" && grade == "B"),
            "{row:?}"
        );
    }
    // Ranks within a group follow the totals, with ties as 1, 1, 3.
    for group in ["bureaus", "townships", "parks"] {
        let ranked: Vec<(f64, u64)> = units
            .iter()
            .chain(&pending)
            .filter(|row| text(row, "ranking_group") == group && row["rank"].is_u64())
            .map(|row| {
                (
                    text(row, "total").parse().unwrap(),
                    row["rank"].as_u64().unwrap(),
                )
            })
            .collect();
        for (total, rank) in &ranked {
            let better = ranked.iter().filter(|(other, _)| other > total).count() as u64;
            assert_eq!(*rank, better + 1, "{group}: {total}");
        }
    }
    // The year is a believable one: not all alike, and one unit vetoed.
    let grades: BTreeSet<String> = units.iter().map(|row| text(row, "grade")).collect();
    assert_eq!(grades.len(), 4, "{grades:?}");
    assert_eq!(
        units
            .iter()
            .filter(|row| !text(row, "vetoes").is_empty())
            .count(),
        1
    );
}

#[test]
fn a_units_total_is_the_sum_of_its_items_over_what_it_carries() {
    let city = City::copy_of(&shared(2));
    let rows = scores(&city);
    let items = package_rows("item")
        .into_iter()
        .filter(|row| entry(row, "scorecard") == "assessment");
    let roles: BTreeMap<String, String> = items
        .map(|row| (entry(&row, "id"), entry(&row, "role")))
        .collect();
    for unit in rows.iter().filter(|row| row["item"].is_null()) {
        // An item without points is left out; bonus (at most 5) and deductions come to the percentage.
        let sum = |role: &str, key: &str| -> f64 {
            let of_role = |row: &&Row| {
                row["unit"] == unit["unit"]
                    && row["points"].is_string()
                    && roles[&text(row, "item")] == role
            };
            rows.iter()
                .filter(of_role)
                .map(|row| text(row, key).parse::<f64>().unwrap())
                .sum()
        };
        let percent = sum("", "points") / sum("", "max_points") * 100.0;
        let expected =
            (percent + sum("bonus", "points").min(5.0) + sum("deduction", "points")).min(100.0);
        let total: f64 = text(unit, "total").parse().unwrap();
        assert!(
            (expected - total).abs() < 0.0051,
            "{}: {expected} expected, {total} found",
            text(unit, "unit")
        );
    }
}

/// The package as the tests read it, without the program's help: the rows of a table.
fn package_rows(table: &str) -> Vec<toml_edit::Table> {
    let mut rows = Vec::new();
    let mut open = vec![package("chibi-2018"), package("standard")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let document: toml_edit::DocumentMut =
                    std::fs::read_to_string(&path).unwrap().parse().unwrap();
                rows.extend(
                    document
                        .get(table)
                        .and_then(|found| found.as_array_of_tables())
                        .into_iter()
                        .flat_map(|found| found.iter().cloned()),
                );
            }
        }
    }
    rows
}

fn entry(row: &toml_edit::Table, key: &str) -> String {
    row.get(key)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn texts(list: &toml_edit::Array) -> Vec<String> {
    list.iter()
        .map(|value| value.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_figure_behind_an_item_is_the_one_that_measure_gives() {
    let city = City::copy_of(&shared(1));
    let rows = scores(&city);
    let mut compared = 0;
    for item in package_rows("item")
        .iter()
        .filter(|row| entry(row, "scorecard") == "assessment")
    {
        // An item of several indicators shows them as a product.
        let indicators = item
            .get("indicators")
            .and_then(|list| list.as_array())
            .map(texts)
            .unwrap_or_default();
        let [indicator] = indicators.as_slice() else {
            continue;
        };
        let measured = city
            .run([
                "measure", indicator, "--period", "2018", "--by", "unit", "--format", "json",
            ])
            .ok()
            .json();
        let by_unit: BTreeMap<String, &Row> = measured
            .iter()
            .map(|row| (text(row, "unit"), row))
            .collect();
        for row in rows
            .iter()
            .filter(|row| text(row, "item") == entry(item, "id"))
        {
            let figure = text(row, "figure");
            let measured = by_unit[&text(row, "unit")];
            let shown = figure.trim_end_matches(" (preliminary)");
            if text(measured, "value").is_empty() {
                assert_eq!(
                    figure,
                    text(measured, "state").replace('_', " "),
                    "{indicator} {}",
                    text(row, "unit")
                );
            } else {
                let (digits, scale) = shown
                    .strip_suffix('%')
                    .map_or((shown, 1.0), |digits| (digits, 100.0));
                let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
                let half = 0.5 * 10_f64.powi(-i32::try_from(places).unwrap());
                let value: f64 = text(measured, "value").parse::<f64>().unwrap() * scale;
                let difference = (digits.parse::<f64>().unwrap() - value).abs();
                assert!(
                    difference <= half + 1e-9,
                    "{indicator} of {}: {figure} is shown, {value} measured",
                    text(row, "unit")
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared} figures were compared");
}

#[test]
fn a_major_accident_forces_d_with_both_consequences_and_its_withdrawal_restores_everything() {
    let city = city(1);
    let before = scores(&city);
    let unit = before
        .iter()
        .find(|row| row["item"].is_null() && text(row, "grade") == "A")
        .map(|row| text(row, "unit"))
        .unwrap();
    let card = |rows: &[Row]| {
        rows.iter()
            .find(|row| row["item"].is_null() && text(row, "unit") == unit)
            .unwrap()
            .clone()
    };
    let of_unit = format!("unit={unit}");
    let accident = city.run([
        "submit",
        "accident",
        "day=2018-10-10",
        &of_unit,
        "level=major",
        "kind=food",
        "title=某重大事故",
    ]);
    let accident = accident.number();
    let during = scores(&city);
    assert_eq!(text(&card(&during), "grade"), "D");
    assert_eq!(text(&card(&during), "vetoes"), "major_accident");
    let consequences = text(&card(&during), "consequences");
    assert!(
        consequences.contains("barred from promotion") && consequences.contains("Admonitory talk"),
        "{consequences}"
    );
    assert!(!consequences.contains("Commended"), "{consequences}");
    assert_eq!(
        text(&card(&during), "total"),
        text(&card(&before), "total"),
        "the score is kept and shown"
    );
    let behind = city
        .run([
            "measure",
            "major_accidents",
            "--unit",
            &unit,
            "--records",
            "--format",
            "json",
        ])
        .row();
    assert_eq!(
        text(&behind, "record"),
        accident.to_string(),
        "the veto leads to the record"
    );

    city.run([
        "withdraw",
        &accident.to_string(),
        "--reason",
        "复核为一般事故",
    ])
    .ok();
    let items = |rows: &[Row]| {
        rows.iter()
            .filter(|row| text(row, "unit") == unit)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(items(&scores(&city)), items(&before));
    assert_eq!(scores(&city), before, "every other card is as it was too");
}

#[test]
fn every_enterprise_has_exactly_one_grade() {
    let city = City::copy_of(&shared(3));
    let rated = city
        .run([
            "rate",
            "enterprise_credit",
            "--day",
            "2018-12-31",
            "--format",
            "json",
        ])
        .ok()
        .json();
    let subjects: BTreeSet<String> = rated.iter().map(|row| text(row, "subject")).collect();
    assert_eq!(subjects.len(), rated.len(), "each once");
    assert!(rated.len() >= 500, "{}", rated.len());
    for row in &rated {
        assert!(
            ["A", "B", "C", "D"].contains(&text(row, "grade").as_str()),
            "{row:?}"
        );
        let score: f64 = text(row, "score").parse().unwrap();
        assert!((0.0..=100.0).contains(&score), "{row:?}");
        assert!(
            text(row, "vetoes").is_empty() || text(row, "grade") == "D",
            "a serious violation is a D: {row:?}"
        );
    }
    let one = &rated[rated.len() / 2];
    let alone = city
        .run([
            "rate",
            "enterprise_credit",
            "--day",
            "2018-12-31",
            "--subject",
            &text(one, "subject"),
            "--format",
            "json",
        ])
        .row();
    assert_eq!(&alone, one, "one card is explained by the same rule");
}

#[test]
fn the_same_seed_makes_the_same_city_and_another_seed_another() {
    let again = tempfile::tempdir().unwrap();
    let data = again.path().join("data");
    generate(&data, 1);
    let again = City::copy_of(&data);
    let totals = |city: &City| {
        scores(city)
            .iter()
            .filter(|row| row["item"].is_null())
            .map(|row| text(row, "total"))
            .collect::<Vec<_>>()
    };
    let (first, other) = (City::copy_of(&shared(1)), City::copy_of(&shared(2)));
    assert_eq!(totals(&again), totals(&first));
    assert_ne!(totals(&other), totals(&first));
    again.run(["generate", "--seed", "2"]).refused("O402");
    City::real("town").run(["generate"]).refused("O401");
}

#[test]
fn demo_makes_a_city_prints_its_scoreboard_and_says_what_to_try() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("demo");
    let data = data.to_str().unwrap();
    for _ in 0..2 {
        let demo = run(&["demo", "--no-site", "--data", data]).ok();
        for what in [
            "Quality programme of Chibi",
            "DEMONSTRATION DATA",
            "vetoed",
            "Major quality-safety accident",
            "国办发〔2013〕47号",
        ] {
            assert!(demo.out.contains(what), "{what}: {demo}");
        }
        let proposed: Vec<&str> = demo
            .out
            .lines()
            .filter_map(|line| line.trim().strip_prefix("zhicheng "))
            .collect();
        assert!(proposed.len() >= 6, "{demo}");
        for line in proposed {
            let command = line.split('#').next().unwrap();
            let arguments: Vec<&str> = command.split_whitespace().collect();
            run(&arguments).ok();
        }
    }
}

#[test]
fn the_standard_course_runs_from_the_filed_target_to_the_sealed_result() {
    let city = City::founded(&package("chibi-2018"), true);
    city.run([
        "case",
        "open",
        "assessment",
        "--period",
        "2018",
        "--day",
        "2018-03-01",
    ])
    .ok();
    let cases = city.run(["case", "list", "--format", "json"]).json();
    let leads: BTreeMap<String, String> = package_rows("item")
        .iter()
        .filter(|row| entry(row, "scorecard") == "assessment" && entry(row, "rule") == "judged")
        .map(|row| (entry(row, "id"), entry(row, "lead")))
        .collect();
    let case = cases
        .iter()
        .find(|case| {
            leads
                .get(&text(case, "item"))
                .is_some_and(|lead| !lead.is_empty() && *lead != text(case, "unit"))
        })
        .unwrap();
    let (number, unit, item) = (
        case["case"].as_u64().unwrap(),
        text(case, "unit"),
        text(case, "item"),
    );
    let liaison = city.by("张某", "liaison", Some(&unit));
    let leader = city.by("赵某", "unit_leader", Some(&unit));
    let reviewer = city.by("李某", "reviewer", Some(&leads[&item]));
    let verifier = city.by("钱某", "verifier", None);
    let office = city.by("王某", "programme_office", None);
    let evidence = city.file("佐证.pdf", "what was done");
    liaison.acts(number, "file_target", "2018-03-15", &[]).ok();
    liaison
        .acts(
            number,
            "score_self",
            "2018-12-03",
            &["--set", "self_points=0.5", "--evidence", &evidence],
        )
        .ok();
    reviewer
        .acts(number, "submit", "2018-12-04", &[])
        .refused("F205");
    leader.acts(number, "submit", "2018-12-04", &[]).ok();
    reviewer
        .acts(number, "return", "2018-12-05", &[])
        .refused("F220");
    reviewer
        .acts(number, "return", "2018-12-05", &["--reason", "缺会议纪要"])
        .ok();
    liaison
        .acts(
            number,
            "score_self",
            "2018-12-06",
            &["--set", "self_points=0.5"],
        )
        .ok();
    liaison
        .acts(number, "submit", "2018-12-06", &[])
        .refused("F205");
    leader.acts(number, "submit", "2018-12-06", &[]).ok();
    reviewer
        .acts(
            number,
            "review",
            "2018-12-10",
            &["--set", "review_points=0.25"],
        )
        .refused("O661")
        .telling("0.5");
    reviewer
        .acts(
            number,
            "review",
            "2018-12-10",
            &[
                "--set",
                "review_points=0.25",
                "--set",
                "review_note=缺一次会议纪要",
            ],
        )
        .ok();
    verifier
        .acts(
            number,
            "verify",
            "2018-12-12",
            &[
                "--set",
                "verify_points=0.2",
                "--set",
                "verify_note=现场只有一次记录",
                "--evidence",
                &evidence,
            ],
        )
        .ok();
    // Drafted on Friday 28 December: 31 December is off, 29 December is worked for it, 1 January is off;
    // the five working days are the 29th and 2, 3, 4 and 7 January.
    office.acts(number, "draft", "2018-12-28", &[]).ok();
    leader
        .acts(
            number,
            "appeal",
            "2019-01-08",
            &["--reason", "现场核查有误"],
        )
        .refused("F224")
        .telling("2019-01-07");
    leader
        .acts(
            number,
            "appeal",
            "2019-01-07",
            &["--reason", "现场核查有误"],
        )
        .ok();
    office
        .acts(
            number,
            "answer",
            "2019-01-10",
            &[
                "--reason",
                "复核属实",
                "--set",
                "answer_points=0.5",
                "--evidence",
                &evidence,
            ],
        )
        .ok();
    office.acts(number, "compose", "2019-01-11", &[]).ok();
    // The leading group seals, not the office.
    let seal = [
        "--set",
        "minutes_no=纪要1号",
        "--set",
        "approval_no=质强委〔2019〕1号",
    ];
    office
        .acts(number, "seal", "2019-01-15", &seal)
        .refused("F205");
    city.by("何某", "leading_group", None)
        .acts(
            number,
            "seal",
            "2019-01-15",
            &[
                "--set",
                "minutes_no=纪要1号",
                "--set",
                "approval_no=质强委〔2019〕1号",
            ],
        )
        .ok();
    let rows = city
        .run(["score", "assessment", "--unit", &unit, "--format", "json"])
        .json();
    let row = rows.iter().find(|row| text(row, "item") == item).unwrap();
    assert_eq!(
        text(row, "points"),
        "0.5",
        "the answer to the appeal counts"
    );
}

/// Who answers an appeal by choosing a level has given its points: 1 of 1 here, though the review had given 0.
#[test]
fn an_appeal_answered_by_a_level_gives_the_points_of_the_level() {
    let city = City::founded(&package("chibi-2018"), true);
    city.run([
        "case",
        "open",
        "assessment",
        "--period",
        "2018",
        "--day",
        "2018-03-01",
    ])
    .ok();
    let cases = city.run(["case", "list", "--format", "json"]).json();
    // An item of levels (1, 0.5, 0 points), led by the commission of development and carried by a township.
    let case = cases
        .iter()
        .find(|case| text(case, "item") == "goals_in_plan" && text(case, "unit") == "puqi")
        .unwrap();
    let number = case["case"].as_u64().unwrap();
    let leader = city.by("赵某", "unit_leader", Some("puqi"));
    let office = city.by("王某", "programme_office", None);
    let reviewer = city.by("李某", "reviewer", Some("drc"));
    let evidence = city.file("佐证.pdf", "what was done");
    let liaison = city.by("张某", "liaison", Some("puqi"));
    liaison.acts(number, "file_target", "2018-03-15", &[]).ok();
    let self_score = ["--set", "self_points=1", "--evidence", &evidence];
    liaison
        .acts(number, "score_self", "2018-11-20", &self_score)
        .ok();
    leader.acts(number, "submit", "2018-11-21", &[]).ok();
    let review = |level: &str| {
        let level = format!("review_level={level}");
        let given = ["--set", "review_points=0", "--set", &level];
        let why = ["--set", "review_note=未见计划原文"];
        reviewer.acts(
            number,
            "review",
            "2018-12-10",
            &[&given[..], &why[..]].concat(),
        )
    };
    review("half").refused("O953").telling("0.5");
    review("none").ok();
    office.acts(number, "draft", "2018-12-28", &[]).ok();
    let why = ["--reason", "计划第12页已列入"];
    leader.acts(number, "appeal", "2018-12-29", &why).ok();
    let level = ["--set", "answer_level=full", "--reason", "复核属实"];
    office.acts(number, "answer", "2019-01-02", &level).ok();
    let rows = city
        .run(["score", "assessment", "--unit", "puqi", "--format", "json"])
        .json();
    let row = rows
        .iter()
        .find(|row| text(row, "item") == "goals_in_plan")
        .unwrap();
    assert_eq!(text(row, "points"), "1");
}
