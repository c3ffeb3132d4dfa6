//! What a package's text can say wrongly: each fault is found with its code, its line and the very
//! characters that are wrong, and a fault hides no other.

use base::{Lang, Problem, SourceText, render};
use programme::{Sources, rows};

const HEADER: &str = "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\n";

fn check(text: &str) -> (Sources, Vec<Problem>) {
    let files = [
        ("programme.toml".to_owned(), HEADER.to_owned()),
        ("a.toml".to_owned(), text.to_owned()),
    ];
    let sources = Sources::from_files("p", files);
    let problems = rows(&sources).1;
    (sources, problems)
}

/// What is wrong, the text, and code, line and underlined text of each problem.
type FaultCase = (
    &'static str,
    &'static str,
    &'static [(&'static str, u32, &'static str)],
);

/// Code, line and underlined text of each problem.
fn found(sources: &Sources, problems: &[Problem]) -> Vec<(String, u32, String)> {
    let texts = sources.texts();
    let of = |problem: &Problem| {
        let span = problem
            .span
            .as_ref()
            .expect("every fault of a text has its place");
        let file: &SourceText = texts
            .iter()
            .find(|file| file.name == span.file)
            .expect("the place is in a file");
        (
            problem.code.to_owned(),
            file.line_column(span.start).0,
            file.slice(span).unwrap_or_default().to_owned(),
        )
    };
    problems.iter().map(of).collect()
}

#[test]
fn each_fault_is_found_at_its_place() {
    let role = "[[role]]\nid = \"r\"\nname = \"R\"\n";
    let table: &[FaultCase] = &[
        ("nothing", "", &[]),
        ("a sound row", role, &[]),
        (
            "unknown table",
            "[[rolle]]\nid = \"r\"\n",
            &[("P120", 1, "[[rolle]]")],
        ),
        (
            "unknown key",
            "[[role]]\nid = \"r\"\nname = \"R\"\nnote = \"x\"\n",
            &[("P121", 4, "note")],
        ),
        (
            "misspelt required key counts once",
            "[[role]]\nid = \"r\"\nnmae = \"R\"\n",
            &[("P121", 3, "nmae")],
        ),
        (
            "missing column",
            "[[role]]\nid = \"r\"\n",
            &[("P122", 1, "[[role]]")],
        ),
        (
            "number for a text",
            "[[role]]\nid = 7\nname = \"R\"\n",
            &[("P130", 2, "7")],
        ),
        (
            "text for a number",
            "[[calendar]]\nyear = \"2018\"\nsource = \"s\"\n",
            &[("P130", 2, "\"2018\"")],
        ),
        (
            "text for a list",
            "[[vocabulary]]\nid = \"v\"\nname = \"V\"\n[[code]]\nvocabulary = \"v\"\nid = \"c\"\nname = \"C\"\naliases = \"x\"\n",
            &[("P130", 8, "\"x\"")],
        ),
        (
            "number in a list of texts",
            "[[code]]\nvocabulary = \"v\"\nid = \"c\"\nname = \"C\"\naliases = [\"x\", 3, true]\n",
            &[("P130", 5, "3"), ("P130", 5, "true")],
        ),
        (
            "truth as text",
            "[[holiday]]\nday = 2018-01-01\noff = \"true\"\n",
            &[("P130", 3, "\"true\"")],
        ),
        (
            "bad identifier",
            "[[role]]\nid = \"The Head\"\nname = \"R\"\n",
            &[("P131", 2, "\"The Head\"")],
        ),
        (
            "unknown word",
            "[[document]]\nid = \"d\"\nname = \"D\"\nkind = \"laws\"\n",
            &[("P132", 4, "\"laws\"")],
        ),
        (
            "31 February, bare",
            "[[holiday]]\nday = 2018-02-31\noff = true\n",
            &[("P133", 2, "2018-02-31")],
        ),
        (
            "30 days hath November",
            "[[deadline]]\nflow = \"f\"\nid = \"d\"\nname = \"D\"\nstarts = \"open\"\nends = \"x\"\non = \"11-31\"\n",
            &[("P134", 7, "\"11-31\"")],
        ),
        (
            "a full-width comma",
            "[[code]]\nvocabulary = \"v\"\nid = \"c\"\nname = \"C\"\naliases = [\"，\"， \"y\"]\n",
            &[("P116", 5, "，")],
        ),
        (
            "full-width quotes",
            "[[role]]\nid = \"r\"\nname = “R”\n",
            &[("P116", 3, "“")],
        ),
        (
            "full-width digits",
            "[[calendar]]\nyear = ２０１８\nsource = \"s\"\n",
            &[("P116", 2, "２")],
        ),
        (
            "a day without zeros",
            "[[holiday]]\nday = 2018/1/1\noff = true\n",
            &[("P133", 2, "2018/1/1")],
        ),
        (
            "31 February, quoted",
            "[[holiday]]\nday = \"2018-02-31\"\noff = true\n",
            &[("P133", 2, "\"2018-02-31\"")],
        ),
        (
            "a day in another form",
            "[[holiday]]\nday = \"2018/2/3\"\noff = true\n",
            &[("P133", 2, "\"2018/2/3\"")],
        ),
        (
            "a moment for a day",
            "[[holiday]]\nday = 2018-02-03T10:00:00\noff = true\n",
            &[("P133", 2, "2018-02-03T10:00:00")],
        ),
        (
            "month and day",
            "[[deadline]]\nflow = \"f\"\nid = \"d\"\nname = \"D\"\nstarts = \"open\"\nends = \"x\"\non = \"02-30\"\n",
            &[("P134", 7, "\"02-30\"")],
        ),
        (
            "period",
            "[[target]]\nscorecard = \"s\"\nitem = \"i\"\nvalue = 1\nperiod = \"2018X\"\n",
            &[("P135", 5, "\"2018X\"")],
        ),
        (
            "decimal",
            "[[target]]\nscorecard = \"s\"\nitem = \"i\"\nvalue = \"a lot\"\n",
            &[("P136", 4, "\"a lot\"")],
        ),
        (
            "infinity",
            "[[target]]\nscorecard = \"s\"\nitem = \"i\"\nvalue = inf\n",
            &[("P136", 4, "inf")],
        ),
        (
            "empty text",
            "[[role]]\nid = \"r\"\nname = \" \"\n",
            &[("P137", 3, "\" \"")],
        ),
        (
            "control character",
            "[[role]]\nid = \"r\"\nname = \"a\\u0007b\"\n",
            &[("P138", 3, "\"a\\u0007b\"")],
        ),
        (
            "unknown language",
            "[[role]]\nid = \"r\"\nname = { zh = \"R\", fr = \"R\" }\n",
            &[("P139", 3, "\"R\"")],
        ),
        (
            "a row twice",
            "[[role]]\nid = \"r\"\nname = \"R\"\n\n[[role]]\nid = \"r\"\nname = \"Q\"\n",
            &[("P140", 6, "\"r\"")],
        ),
        (
            "a pair of one",
            "[[item]]\nscorecard = \"s\"\nid = \"i\"\ngroup = \"g\"\nname = \"I\"\npoints = 1\nrule = \"steps\"\nsteps = [[90, 0], [97.5]]\n",
            &[("P130", 8, "[97.5]")],
        ),
        (
            "single brackets",
            "[role]\nid = \"r\"\nname = \"R\"\n",
            &[("P113", 1, "[role]")],
        ),
        (
            "header elsewhere",
            "[programme]\nid = \"q\"\nname = \"Q\"\nversion = \"1\"\n",
            &[("P142", 1, "[programme]")],
        ),
        (
            "double header",
            "[[programme]]\nid = \"q\"\nname = \"Q\"\nversion = \"1\"\n",
            &[("P114", 1, "[[programme]]"), ("P142", 1, "[[programme]]")],
        ),
        ("key in no table", "id = \"r\"\n", &[("P112", 1, "id")]),
        (
            "a table in a row",
            "[[role]]\nid = \"r\"\n[role.name]\nzh = \"R\"\n",
            &[("P115", 3, "name")],
        ),
        (
            "a dotted key",
            "[[role]]\nid = \"r\"\nname.zh = \"R\"\n",
            &[("P115", 3, "name")],
        ),
    ];
    for (name, text, expected) in table {
        let (sources, problems) = check(text);
        let found = found(&sources, &problems);
        let expected: Vec<_> = expected
            .iter()
            .map(|(code, line, text)| ((*code).to_owned(), *line, (*text).to_owned()))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn broken_toml_hides_no_other_fault() {
    let text = "[[role]]\nid = \"r\nname = \"R\"\n\n[[role]]\nid = \"Q Q\"\nname = \"Q\"\n\n[[role]]\nid = \"s\"\nname = { zh = \"S\" \n\n[[holiday]]\nday = 2018-02-30\noff = maybe\nname = 3\n\n[[role]\nid = \"t\"\nname = \"T\"\n";
    let (sources, problems) = check(text);
    let found: Vec<(String, u32)> = found(&sources, &problems)
        .into_iter()
        .map(|(code, line, _)| (code, line))
        .collect();
    for expected in [
        ("P110", 2),
        ("P131", 6),
        ("P110", 11),
        ("P133", 14),
        ("P110", 15),
        ("P130", 16),
        ("P110", 18),
    ] {
        assert!(
            found.contains(&(expected.0.to_owned(), expected.1)),
            "{expected:?} is not among {found:?}"
        );
    }
    assert_eq!(found.len(), 7, "{found:?}");
}

#[test]
fn a_key_that_stands_twice_is_named() {
    let (sources, problems) = check("[[role]]\nid = \"r\"\nname = \"R\"\nid = \"s\"\n");
    assert_eq!(
        found(&sources, &problems),
        [("P111".to_owned(), 4, "id".to_owned())]
    );
}

#[test]
fn every_problem_reads_in_both_languages() {
    let (sources, problems) = check("[[role]]\nid = \"R\"\nnmae = { zh = \"局长\" }\n[[unit]]\n");
    let chinese = render(&problems, &sources.texts(), Lang::Zh, false);
    assert!(
        chinese.contains("表“role”没有“nmae”这一列") && chinese.contains("可用：name"),
        "{chinese}"
    );
    assert!(chinese.contains("p/a.toml:3:1"), "{chinese}");
    let english = render(&problems, &sources.texts(), Lang::En, false);
    assert!(
        english.contains("table `role` has no key `nmae`") && english.contains("use: name"),
        "{english}"
    );
    assert!(
        english.contains("`R` cannot be an identifier") && english.contains("such as r"),
        "{english}"
    );
}

#[test]
fn a_header_is_needed_and_only_one() {
    let sources = Sources::from_files(
        "p",
        [("programme.toml".to_owned(), "# nothing\n".to_owned())],
    );
    assert_eq!(
        rows(&sources)
            .1
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        ["P141"]
    );
    let twice = format!("{HEADER}\n{HEADER}");
    let sources = Sources::from_files("p", [("programme.toml".to_owned(), twice)]);
    assert!(
        rows(&sources)
            .1
            .iter()
            .any(|problem| problem.code == "P110" || problem.code == "P140")
    );
}

#[test]
fn broken_toml_is_told_in_both_languages() {
    let mut untold = Vec::new();
    for text in [
        "[[role]]\nid = \"r\n",
        "[[role]]\nid = 'r\n",
        "[[role]]\nid = r\n",
        "[[role]]\nid = \n",
        "[[role]]\nid\n",
        "[[role]]\nid = \"r\" \"s\"\n",
        "[[role]]\nid = [\"a\"\n",
        "[[role]]\nid = [\"a\" \"b\"]\n",
        "[[role]]\nid = [\"a\",, \"b\"]\n",
        "[[role]]\nname = { zh = \"a\"\n",
        "[[role]]\nname = { zh \"a\" }\n",
        "[[role]]\nid = \"\\q\"\n",
        "[[role]\nid = \"r\"\n",
        "[[role\nid = \"r\"\n",
        "[[role]]\n标识 = \"r\"\n",
        "[[role]]\nid == \"r\"\n",
        "[[calendar]]\nyear = 02018\n",
        "[[calendar]]\nyear = 2018年\n",
        "[[calendar]]\nyear = 99999999999999999999\n",
        "[[target]]\nperiod = 2018-06\n",
    ] {
        let (sources, problems) = check(text);
        let problem = problems.iter().find(|problem| problem.code == "P110");
        let problem = problem.unwrap_or_else(|| panic!("{text}: {problems:?}"));
        assert!(
            problem.what(Lang::Zh).starts_with("TOML 写法有误："),
            "{problem}"
        );
        let own_words = problem.what(Lang::Zh).trim_start_matches("TOML 写法有误：");
        if own_words.contains('（') {
            untold.push(own_words.to_owned());
        }
        assert!(
            found(&sources, &problems)
                .iter()
                .all(|(_, line, _)| *line <= 3),
            "{text}"
        );
    }
    assert_eq!(
        untold,
        Vec::<String>::new(),
        "messages without words of ours"
    );
}
