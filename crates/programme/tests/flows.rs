//! Flows with all that they can do beyond their own steps: the example is sound, survives a workbook, and each thing
//! that its text gets wrong is told with its code, at its place, in both languages.

use base::{Lang, Problem};
use casework::{End, Length, Value, When};
use programme::{Layer, Sources, check, format_layer, from_workbook, to_workbook};

const MATTER: &str = include_str!("../../office/tests/flows/matter.toml");

fn sources(text: &str) -> Sources {
    Sources::from_files("matter", [("programme.toml".to_owned(), text.to_owned())])
}

#[test]
fn the_example_is_sound() {
    let checked = check(&sources(MATTER));
    assert_eq!(checked.problems, []);
    let programme = checked.programme.unwrap();
    let rule = &programme.reminders[0];
    assert_eq!(
        (rule.days.as_slice(), rule.reports[0].after),
        ([1].as_slice(), 5)
    );
    assert_eq!(rule.escalates.as_ref().map(|found| found.after), Some(3));
    let columns: Vec<&str> = programme
        .schema
        .table("case:matter")
        .unwrap()
        .columns
        .keys()
        .map(|name| &**name)
        .collect();
    for column in [
        "closing_reason",
        "parent",
        "merged_into",
        "public_due",
        "public_done",
    ] {
        assert!(columns.contains(&column), "{column}: {columns:?}");
    }
}

#[test]
fn the_example_is_a_workbook_too() {
    let files = [("programme.toml".to_owned(), MATTER.to_owned())];
    let once = format_layer(&Layer::new("matter", files)).unwrap();
    let again = from_workbook("matter", &to_workbook(&once).unwrap()).unwrap();
    assert_eq!(again.files, once.files);
}

/// What is found, what replaces it, the code that follows and the text that it underlines.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (
        "then = \"publish\"",
        "then = \"publsh\"",
        "F103",
        "\"publsh\"",
    ),
    (
        "then = \"publish\"",
        "then = \"take_down\"",
        "F133",
        "\"take_down\"",
    ),
    ("objections = [\"object\"]\n", "", "F134", "[\"settle\"]"),
    (
        "state = \"shown\"\nworking_days = 5\n",
        "state = \"shown\"\n",
        "P560",
        "",
    ),
    (
        "state = \"shown\"\n",
        "state = \"shwon\"\n",
        "F102",
        "\"shwon\"",
    ),
    (
        "deadline = \"handle_due\"\nasked_by",
        "deadline = \"handle\"\nasked_by",
        "F126",
        "\"handle\"",
    ),
    ("at_most = 10", "at_most = 0", "F129", "0"),
    (
        "days = \"days\"",
        "days = \"content\"",
        "F128",
        "\"content\"",
    ),
    ("opens = \"test\"", "opens = \"tset\"", "P201", "\"tset\""),
    (
        "opens = \"test\"",
        "opens = \"follow\"",
        "P562",
        "\"follow\"",
    ),
    (
        "opens = \"test\"",
        "opens = \"matter\"",
        "P563",
        "\"matter\"",
    ),
    ("roles = [\"group\"]\n", "", "P565", ""),
    (
        "step = \"remind\"",
        "step = \"remind\"\nreply_within = 3",
        "P568",
        "3",
    ),
    ("to = \"follow\"", "to = \"test\"", "P408", "\"test\""),
    (
        "roles = [\"group\"]\n",
        "roles = [\"grop\"]\n",
        "P201",
        "\"grop\"",
    ),
    (
        "ends = \"enter:shown\"\nworking_days = 15\nwhen_missed = \"mark\"",
        "ends = \"enter:shown\"\nworking_days = 15",
        "P567",
        "\"handle_due\"",
    ),
    ("to = \"merged\"\n", "to = \"handling\"\n", "F138", "true"),
    (
        "choices = [\"vocabulary:verdict\"]\n",
        "choices = [\"vocabulary:verdict\"]\nrequired_when = \"content = 1\"\n",
        "P540",
        "content = 1",
    ),
    (
        "choices = [\"vocabulary:verdict\"]\n",
        "choices = [\"vocabulary:verdict\"]\nrequired_when = \"contents is not null\"\n",
        "F104",
        "",
    ),
    (
        "choices = [\"vocabulary:verdict\"]\n",
        "choices = [\"verdict\"]\n",
        "P551",
        "\"verdict\"",
    ),
    (
        "name = { zh = \"投诉内容\", en = \"What it is about\" }\ntype = \"text\"\nrequired = true",
        "name = { zh = \"投诉内容\", en = \"What it is about\" }\ntype = \"text\"\nrequired_when = \"content is not null\"",
        "P550",
        "",
    ),
    (
        "ends = \"filed\"",
        "ends = \"accept or refuze\"",
        "P202",
        "\"accept or refuze\"",
    ),
    (
        "state = \"shown\"\nworking_days = 5\n",
        "state = \"shown\"\nworking_days = 5\nmonths = 3\n",
        "P205",
        "3",
    ),
    (
        "clock = \"stopped\"",
        "clock = \"stoped\"",
        "P132",
        "\"stoped\"",
    ),
];

#[test]
fn each_fault_is_told_at_its_place_in_both_languages() {
    for (find, replace, code, underlined) in CASES {
        assert_eq!(MATTER.matches(find).count(), 1, "{find}");
        let sources = sources(&MATTER.replace(find, replace));
        let problems = check(&sources).problems;
        let texts = sources.texts();
        let place = |problem: &Problem| {
            let span = problem.span.as_ref().expect("a place");
            let text = texts.iter().find_map(|file| file.slice(span));
            text.unwrap_or_default().to_owned()
        };
        let found = problems.iter().find(|problem| problem.code == *code);
        let Some(found) = found else {
            panic!("{replace}: {code} is not among {problems:?}");
        };
        if !underlined.is_empty() {
            assert_eq!(place(found), *underlined, "{code}");
        }
        for lang in [Lang::Zh, Lang::En] {
            assert!(!found.what(lang).is_empty() && !found.remedy(lang).is_empty());
        }
    }
}

#[test]
fn flows_that_open_each_other_are_refused() {
    let back = "from = [\"sent\"]\nto = \"reported\"\nroles = [\"clerk\"]\n";
    assert_eq!(MATTER.matches(back).count(), 1);
    let text = MATTER.replace(back, &format!("{back}opens = \"matter\"\n"));
    let problems = check(&sources(&text)).problems;
    let circles = problems
        .iter()
        .filter(|problem| problem.code == "P564")
        .count();
    assert_eq!(circles, 2, "{problems:?}");
}

#[test]
fn a_deadline_that_several_steps_end_and_an_input_that_is_asked_for_sometimes() {
    let text = MATTER
        .replace("ends = \"filed\"", "ends = \"accept or refuse_time\"")
        .replace(
            "choices = [\"vocabulary:verdict\"]\n",
            "choices = [\"vocabulary:verdict\"]\nrequired_when = \"content <> 'none'\"\n",
        )
        .replace(
            "state = \"shown\"\nworking_days = 5\n",
            "state = \"shown\"\nmonths = 3\n",
        );
    let checked = check(&sources(&text));
    assert_eq!(checked.problems, []);
    let programme = checked.programme.unwrap();
    let flow = &programme.flows[&base::FlowId::new("matter")];
    assert_eq!(
        flow.deadlines[0].ends,
        End::OnAction(vec!["accept".into(), "refuse_time".into()])
    );
    let close = flow.action(&"close".into()).unwrap();
    let when = When::IsNot("content".into(), Value::Text("none".to_owned()));
    assert_eq!(close.requires[0].when, when);
    assert_eq!(flow.notices[0].length, Length::Months(3));
}
