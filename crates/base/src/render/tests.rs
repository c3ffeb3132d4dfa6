//! What a reader sees, letter by letter.

use super::*;
use crate::{Place, Text};
use proptest::prelude::*;

const UNITS: &str = "[[unit]]\r\nid = \"amr\"\r\n名称 = \"市监局\" # 主管\r\n[a]\nb = 1\nc = 2\nd = 3\nlast = \"市\t监\"";

fn problem() -> Problem {
    Problem::new(
        "P101",
        Severity::Error,
        Text::new("表“unit”没有“名称”这一列", "table `unit` has no key `名称`"),
        Text::new("改成“name”", "use `name`"),
    )
}

/// The problem at a stretch of [`UNITS`], from the first time that the text stands there.
fn at(text: &str) -> Problem {
    let start = u32::try_from(UNITS.find(text).unwrap()).unwrap();
    problem().at(Span::new(
        "units.toml",
        start,
        start + u32::try_from(text.len()).unwrap(),
    ))
}

fn shown(problem: Problem, lang: Lang) -> String {
    render(
        &[problem],
        &[SourceText::new("units.toml", UNITS)],
        lang,
        false,
    )
}

#[test]
fn a_wide_character_is_underlined_by_two_columns() {
    assert_eq!(
        shown(at("市监局"), Lang::Zh),
        "\
错误[P101]: 表“unit”没有“名称”这一列
 --> units.toml:3:7
  |
3 | 名称 = \"市监局\" # 主管
  |         ^^^^^^
  |
  = 改法：改成“name”
"
    );
}

#[test]
fn the_same_in_english() {
    assert_eq!(
        shown(at("名称"), Lang::En),
        "\
error[P101]: table `unit` has no key `名称`
 --> units.toml:3:1
  |
3 | 名称 = \"市监局\" # 主管
  | ^^^^
  |
  = help: use `name`
"
    );
}

#[test]
fn a_tab_moves_the_underline_along() {
    assert_eq!(
        shown(at("监\""), Lang::En),
        "\
error[P101]: table `unit` has no key `名称`
 --> units.toml:8:11
  |
8 | last = \"市    监\"
  |               ^^^
  |
  = help: use `name`
"
    );
}

#[test]
fn a_long_span_shows_its_first_six_lines() {
    assert_eq!(
        shown(at(UNITS), Lang::En),
        "\
error[P101]: table `unit` has no key `名称`
 --> units.toml:1:1
  |
1 | / [[unit]]
2 | | id = \"amr\"
3 | | 名称 = \"市监局\" # 主管
4 | | [a]
5 | | b = 1
6 | | c = 2
  | |_____^
  |
  = help: use `name`
"
    );
}

#[test]
fn a_cell_is_named_by_file_sheet_row_and_column() {
    let place = Place {
        file: "抽检.xlsx".into(),
        sheet: Some("三月".into()),
        row: Some(7),
        column: Some("结果".into()),
        value: Some("也许\n\u{1b}[31m".into()),
    };
    assert_eq!(
        shown(problem().in_place(place.clone()), Lang::En),
        "\
error[P101]: table `unit` has no key `名称`
--> 抽检.xlsx, 三月, row 7, column \"结果\"
 = value: 也许␤␛[31m
 = help: use `name`
"
    );
    let warning = Problem {
        severity: Severity::Warning,
        ..problem()
    };
    assert_eq!(
        shown(
            warning.in_place(Place {
                value: None,
                ..place
            }),
            Lang::Zh
        ),
        "\
警告[P101]: 表“unit”没有“名称”这一列
--> 抽检.xlsx，三月，第 7 行，“结果”列
 = 改法：改成“name”
"
    );
}

#[test]
fn a_file_that_was_not_handed_over_is_named() {
    let shown = shown(problem().at(Span::new("other.toml", 1, 2)), Lang::En);
    assert_eq!(
        shown,
        "error[P101]: table `unit` has no key `名称`\n--> other.toml\n = help: use `name`\n"
    );
}

#[test]
fn several_problems_stand_apart_in_the_order_given() {
    let sources = [SourceText::new("units.toml", UNITS)];
    let shown = render(&[at("id"), at("b = 1")], &sources, Lang::En, false);
    let places: Vec<&str> = shown.lines().filter(|line| line.contains("-->")).collect();
    assert_eq!(places, [" --> units.toml:2:1", " --> units.toml:5:1"]);
    assert_eq!(shown.matches("\n\nerror[P101]").count(), 1);
    assert_eq!(render(&[], &sources, Lang::En, false), "");
}

#[test]
fn colour_adds_escapes_and_changes_no_text() {
    let sources = [SourceText::new("units.toml", UNITS)];
    let plain = render(&[at("id")], &sources, Lang::En, false);
    let coloured = render(&[at("id")], &sources, Lang::En, true);
    assert!(coloured.contains("\u{1b}[") && !plain.contains('\u{1b}'));
    let mut stripped = String::new();
    for (number, part) in coloured.split("\u{1b}[").enumerate() {
        let text = if number == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        };
        stripped.push_str(text);
    }
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeeze(&stripped), squeeze(&plain));
}

#[test]
fn a_line_of_a_hundred_thousand_characters_is_cut_around_the_fault() {
    let text = format!("{}错{}", "a".repeat(50_000), "b".repeat(50_000));
    let sources = [SourceText::new("long.toml", text)];
    let fault = problem().at(Span::new("long.toml", 50_000, 50_003));
    let shown = render(&[fault], &sources, Lang::En, false);
    assert!(shown.contains("错"), "{shown}");
    assert!(shown.contains("long.toml:1:50001"), "{shown}");
    assert!(
        shown
            .lines()
            .all(|line| line.chars().count() <= 2 * WIDTH_COLUMNS),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_and_no_span_is_too_odd(text in "[a市\u{301}👨\t\r\n \u{200d}]{0,40}", start in 0u32..200, end in 0u32..200) {
        let sources = [SourceText::new("f", text)];
        let shown = render(&[problem().at(Span::new("f", start, end))], &sources, Lang::En, false);
        prop_assert!(shown.contains("--> f:"));
    }
}
