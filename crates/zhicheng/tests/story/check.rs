//! `check`: every fault of a package in one run, each with file, line, the text underlined, and what
//! would be right.

use std::path::Path;

use crate::city::{City, Run, copy_folder, package, run, run_in, test_package};

/// A fault that must be told: file and line, the text that is underlined, and what the message or the
/// remedy says.
type Fault = (&'static str, u32, &'static str, &'static str);

/// The faults of `packages/faulty`, in the order of its lines.
#[rustfmt::skip]
const FAULTS: [Fault; 23] = [
    ("programme.toml", 7, "yaer", "use: year"),
    ("programme.toml", 42, "\"townshp\"", "write the id township (Township)"),
    ("programme.toml", 45, "2018", "the holidays of 2018 are not published"),
    ("scheme.toml", 17, "'pas'", "use pass"),
    ("scheme.toml", 24, "day > 'pass'", "a day cannot be compared with a text"),
    ("scheme.toml", 31, "0", "this divides by zero"),
    ("scheme.toml", 37, "\"hen * 2\"", "derived from each other: egg → hen → egg"),
    ("scheme.toml", 45, "[[scorecard]]", "names no approval"),
    ("scheme.toml", 56, "12", "add up to 10"),
    ("scheme.toml", 65, "\"passd\"", "write the id passed (Passed)"),
    ("scheme.toml", 66, "30", "sum to 29, the city's is 30"),
    ("scheme.toml", 68, "\"old\"", "does not exist in 2018"),
    ("scheme.toml", 84, "80", "totals below it have no grade"),
    ("scheme.toml", 90, "90", "not in the order from best to worst"),
    ("scheme.toml", 93, "[[veto]]", "has no legal basis"),
    ("scheme.toml", 103, "\"open\"", "has no closed state"),
    ("scheme.toml", 113, "\"stuck\"", "no action leaves it"),
    ("scheme.toml", 122, "\"nobody\"", "there is no role `nobody`"),
    ("scheme.toml", 137, "1", "add up to 0.9 and should be 1"),
    ("scheme.toml", 138, "\"none\"", "there is no document `none`"),
    ("scheme.toml", 179, "\"al\"", "use: all"),
    ("scheme.toml", 182, "\"judgd\"", "use: judged"),
    ("scheme.toml", 183, "\"eastt\"", "write the id east (East)"),
];

/// The told problems: place and the lines that belong to it.
fn told(run: &Run) -> Vec<String> {
    run.err.split("\n\n").map(str::to_owned).collect()
}

#[test]
fn every_fault_is_told_in_one_run_at_its_line() {
    let run = run(&["check", test_package("faulty").to_str().unwrap()]);
    assert_eq!(run.code, 1);
    let told = told(&run);
    for (file, line, underlined, what) in FAULTS {
        let found = told
            .iter()
            .find(|text| text.contains(&format!("faulty/{file}:{line}:")) && text.contains(what));
        let text = found.unwrap_or_else(|| panic!("{file}:{line} {what} is not told: {run}"));
        let marks = "^".repeat(underlined.chars().count());
        assert!(
            text.contains(underlined)
                && text.contains(&marks)
                && !text.contains(&format!("{marks}^")),
            "`{underlined}` is underlined: {text}"
        );
        assert!(
            text.contains("= help: "),
            "what would be right is said: {text}"
        );
    }
}

#[test]
fn a_package_with_faults_makes_no_data_folder_and_is_not_put_in_force() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let faulty = test_package("faulty");
    let refused = run(&[
        "init",
        "--data",
        data.to_str().unwrap(),
        "--programme",
        faulty.to_str().unwrap(),
    ]);
    assert!(refused.code == 1 && !data.exists(), "{refused}");
    let city = City::new("town");
    let head = city.head();
    assert_eq!(city.run(["activate", faulty.to_str().unwrap()]).code, 1);
    assert_eq!(city.head(), head);
}

#[test]
fn the_packages_of_the_repository_pass_without_a_warning() {
    for name in [
        "standard",
        "chibi-2018",
        "hanyang-2021",
        "huli-2023",
        "hongkou-2012",
        "changsha-2022",
    ] {
        let path = package(name);
        for lang in ["zh", "en"] {
            let run = run_in(lang, &["check", path.to_str().unwrap()]).ok();
            assert_eq!(run.err, "", "{run}");
        }
        run(&[
            "check",
            path.to_str().unwrap(),
            "--against",
            path.to_str().unwrap(),
        ])
        .ok();
    }
}

/// A copy of the town with one text changed, checked.
fn town_with(file: &str, from: &str, to: &str) -> Run {
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("town");
    copy_folder(&test_package("town"), &copy);
    change(&copy, file, from, to);
    run(&["check", copy.to_str().unwrap()])
}

fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn broken_text_wrong_types_and_impossible_days_are_told_at_their_line() {
    let head = "programme.toml";
    let table = [
        (
            head,
            "version = \"1.0.0\"",
            "version = \"1.0.0",
            "programme.toml:5:",
        ),
        (
            head,
            "version = \"1.0.0\"",
            "version = 1",
            "programme.toml:5:",
        ),
        (
            head,
            "demonstration_today = 2019-01-10",
            "demonstration_today = 2019-02-31",
            "programme.toml:8:",
        ),
        (
            head,
            "year = \"2018\"\n",
            "year = \"2018H3\"\n",
            "programme.toml:7:",
        ),
        (
            head,
            "id = \"town\"",
            "id = \"Town Hall\"",
            "programme.toml:3:",
        ),
        (
            "scheme.toml",
            "zero_at = \"90%\"",
            "zero_at = \"ninety\"",
            "scheme.toml:37:",
        ),
        ("scheme.toml", "deduct = 15\n", "", "scheme.toml:"),
        (
            "records.toml",
            "window = \"12 months\"",
            "window = \"a year\"",
            "records.toml:",
        ),
    ];
    for (file, from, to, place) in table {
        let run = town_with(file, from, to);
        assert_eq!(run.code, 1, "{to}: {run}");
        assert!(
            run.err.contains(&format!("town/{place}")) && run.err.contains("= help: "),
            "{to}: {run}"
        );
    }
}

#[test]
fn an_indicator_over_a_personal_field_is_refused() {
    let run = town_with(
        "records.toml",
        "where = \"level = 'major'\"",
        "where = \"level = 'major'\"\n\n[[indicator]]\nid = \"by_inspector\"\nname = \"x\"\nmeasure = \"count\"\nof = \"sample\"\nwhere = \"inspector = '张某'\"",
    );
    assert_eq!(run.code, 1, "{run}");
    run.telling("inspector").telling("personal");
}

#[test]
fn a_fault_is_told_in_chinese_too() {
    let run = run_in("zh", &["check", test_package("faulty").to_str().unwrap()]);
    assert!(
        run.err.contains("yaer") && run.err.contains("year") && run.err.contains("处错误"),
        "{run}"
    );
}
