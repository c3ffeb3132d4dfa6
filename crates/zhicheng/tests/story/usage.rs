//! How the commands explain themselves, in both languages, and with which exit codes they end.

use crate::city::{City, keys, run, run_in};
use crate::town;

/// The commands that the help lists.
fn commands(help: &str, title: &str) -> Vec<String> {
    let rest = help
        .split(title)
        .nth(1)
        .unwrap_or_else(|| panic!("no `{title}` in {help}"));
    let names = rest
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty());
    names
        .filter_map(|line| {
            line.strip_prefix("  ")
                .and_then(|line| line.split(' ').next())
        })
        .filter(|name| !name.is_empty() && *name != "help")
        .map(str::to_owned)
        .collect()
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

#[test]
fn every_command_explains_itself_in_both_languages() {
    let help = run(&["--help"]).ok();
    let all = commands(&help.out, "Commands:");
    let promised = [
        "demo",
        "new",
        "check",
        "fmt",
        "workbook",
        "init",
        "generate",
        "template",
        "import",
        "submit",
        "withdraw",
        "measure",
        "score",
        "rate",
        "case",
        "override",
        "erase",
        "erasures",
        "seal",
        "publish",
        "published",
        "restated",
        "reconcile",
        "export",
        "verify",
        "checkpoint",
        "prove",
        "key",
    ];
    for name in promised {
        assert!(
            all.iter().any(|found| found == name),
            "{name} is listed: {help}"
        );
    }
    for name in &all {
        let english = run_in("en", &[name, "--help"]).ok();
        assert!(
            !english.out.chars().any(is_chinese),
            "English only: {english}"
        );
        let chinese = run_in("zh", &[name, "--help"]).ok();
        assert!(
            chinese
                .out
                .chars()
                .filter(|letter| is_chinese(*letter))
                .count()
                > 10,
            "{chinese}"
        );
    }
    for family in ["case", "key"] {
        for name in commands(&run(&[family, "--help"]).ok().out, "Commands:") {
            run_in("en", &[family, &name, "--help"]).ok();
            run_in("zh", &[family, &name, "--help"]).ok();
        }
    }
}

#[test]
fn the_help_names_the_exit_codes_and_they_hold() {
    let help = run(&["--help"]).ok();
    for code in ["0 done", "1 refused", "2 wrong usage", "3 a file or disk"] {
        assert!(help.out.contains(code), "{code}: {help}");
    }
    let city = City::new("town");
    let data = city.data();
    let data = data.to_str().unwrap();
    let table: [(&[&str], i32); 9] = [
        (&["verify", data], 0),
        (
            &["measure", "--data", data, "samples", "--format", "json"],
            0,
        ),
        (&["measure", "--data", data, "sampels"], 1),
        (&["verify", "/no/such/folder"], 1),
        (&["measure"], 2),
        (&["measur"], 2),
        (
            &["measure", "--data", data, "samples", "--format", "yaml"],
            2,
        ),
        (
            &["import", "--data", data, "sample", "/no/such/file.csv"],
            3,
        ),
        (
            &[
                "template",
                "--data",
                data,
                "sample",
                "--output",
                "/no/such/folder/x.xlsx",
            ],
            3,
        ),
    ];
    for (arguments, code) in table {
        let run = run(arguments);
        assert_eq!(run.code, code, "{run}");
    }
}

#[test]
fn problems_are_told_in_the_readers_language() {
    let city = City::new("town");
    let data = city.data();
    let arguments = ["measure", "--data", data.to_str().unwrap(), "sampels"];
    let (chinese, english) = (run_in("zh", &arguments).err, run_in("en", &arguments).err);
    assert!(
        chinese.contains("方案中没有指标“sampels”") && chinese.contains("samples"),
        "{chinese}"
    );
    assert!(
        english.contains("the programme has no indicator `sampels`") && english.contains("samples"),
        "{english}"
    );
    assert!(!english.chars().any(is_chinese), "{english}");
}

#[test]
fn types_list_what_can_be_imported_measured_and_scored() {
    let city = City::new("town");
    let rows = city.run(["types", "--format", "json"]).json();
    let has = |kind: &str, id: &str| {
        rows.iter()
            .any(|row| row["kind"] == kind && row["id"] == id)
    };
    assert!(
        has("record type", "sample")
            && has("subject type", "firm")
            && has("indicator", "pass_rate")
    );
    assert!(has("scorecard", "assessment") && has("flow", "course"));
}

/// The keys that `docs/command-line.md` promises for a command.
fn documented(command: &str) -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/command-line.md");
    let page = std::fs::read_to_string(page).unwrap();
    let line = page
        .lines()
        .find(|line| line.starts_with(&format!("| `{command}` |")))
        .unwrap_or_else(|| panic!("{command} is not documented"));
    let keys = line.split('`').nth(3).unwrap();
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_result_comes_as_table_json_and_csv_with_the_documented_keys() {
    let city = City::new("town");
    town::year(&city);
    let case = town::case_of(&city, "leadership", "east").to_string();
    let record = city
        .run(["measure", "failed", "--records", "--format", "json"])
        .json()[0]["record"]
        .to_string();
    city.run(["publish", "samples", "--name", "report", "--demonstration"])
        .ok();
    city.run([
        "account", "open", "chen", "--name", "陈立", "--role", "liaison",
    ])
    .ok();
    let table: [(&str, &[&str]); 13] = [
        ("account list", &["account", "list"]),
        ("key show", &["key", "show"]),
        ("published", &["published"]),
        ("restated", &["restated"]),
        ("restated --entries", &["restated", "--entries"]),
        ("measure", &["measure", "samples"]),
        ("rate", &["rate", "credit", "--day", "2018-12-31"]),
        ("reconcile", &["reconcile"]),
        ("record", &["record", &record]),
        ("case list", &["case", "list"]),
        ("case show", &["case", "show", &case]),
        ("types", &["types"]),
        ("verify", &["verify"]),
    ];
    for (command, arguments) in table {
        let with = |format: &str| {
            let mut all = arguments.to_vec();
            all.extend(["--format", format]);
            city.run_all(&all).ok()
        };
        let expected = documented(command);
        let json = with("json").json();
        for row in &json {
            assert_eq!(
                keys(row),
                expected.iter().map(String::as_str).collect(),
                "{command}"
            );
        }
        let csv = with("csv");
        let mut lines = csv.out.trim_start_matches('\u{feff}').lines();
        assert_eq!(lines.next(), Some(expected.join(",").as_str()), "{command}");
        assert!(json.is_empty() || lines.next().is_some(), "{csv}");
        assert!(!with("table").out.is_empty(), "{command}");
    }
}
