//! What a good package means once it is built, and that no package, however broken, stops the check.

use std::path::Path;
use std::sync::Arc;

use base::{CodeId, Day, Lang, Ratio, UnitId, render};
use casework::{Bound, End, Length, Start};
use programme::model::{
    Attribution, Carrier, FieldType, Format, Measure, Over, Production, Programme, Scored,
};
use programme::{Sources, check};
use proptest::prelude::*;

fn good() -> Arc<Programme> {
    let sources =
        Sources::read_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good")).unwrap();
    check(&sources).programme.unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn units_have_a_history() {
    let programme = good();
    let south = &programme.units["south"];
    assert_eq!(
        south.parent_on(day("2018-06-30")).map(UnitId::as_str),
        Some("city")
    );
    assert_eq!(
        south.parent_on(day("2018-07-01")).map(UnitId::as_str),
        Some("amr")
    );
    assert_eq!(
        south.group_on(day("2018-07-01")).map(CodeId::as_str),
        Some("bureaus")
    );
    let old = &programme.units["old_town"];
    assert!(old.is_valid_on(day("2015-12-31")) && !old.is_valid_on(day("2016-01-01")));
    assert_eq!(old.successors, [UnitId::new("south")]);
}

#[test]
fn records_have_the_fields_of_every_record_first() {
    let programme = good();
    let ids = |of: &str| {
        programme.record_types[of]
            .fields
            .keys()
            .map(|id| id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids("sample"),
        [
            "day",
            "unit",
            "place",
            "subject",
            "number",
            "result",
            "cost",
            "tested_on"
        ]
    );
    assert_eq!(ids("accident"), ["day", "unit", "place", "level"]);
    let sample = &programme.record_types["sample"];
    assert_eq!(sample.fields["day"].name.en, "Sampled on");
    assert!(
        sample.fields["day"].required
            && sample.fields["subject"].required
            && !sample.fields["place"].required
    );
    assert!(programme.record_types["accident"].fields["unit"].required);
    assert_eq!(sample.fields["cost"].field_type, FieldType::Money);
    assert_eq!(sample.constraints.len(), 1);
    assert!(programme.subject_types["enterprise"].fields["manager"].personal);
}

#[test]
fn indicators_stand_after_those_that_they_are_derived_from() {
    let programme = good();
    let place = |id: &str| programme.indicators.get_index_of(id).unwrap();
    assert!(place("pass_rate") < place("pass_per_cost"));
    assert!(place("cost_sum") < place("pass_per_cost"));
    assert!(place("pass_per_cost") < place("growth_of_rate"));
    assert_eq!(programme.indicators.len(), 12);
    assert_eq!(programme.indicators["pass_rate"].format, Format::Percent(1));
    assert_eq!(
        programme.indicators["pass_rate"].attribution,
        Attribution::Place
    );
    assert_eq!(
        programme.indicators["cost_sum"].over,
        Over::TrailingDays(730)
    );
    // Subjects are not dated and belong to no unit.
    assert_eq!(programme.indicators["enterprises"].over, Over::AsOf);
    assert_eq!(
        programme.indicators["enterprises"].attribution,
        Attribution::City
    );
    let Measure::Count(cases) = &programme.indicators["sealed_items"].measure else {
        panic!("not a count")
    };
    assert_eq!(
        (&*cases.table, cases.date.as_deref()),
        ("case:course", Some("closed_on"))
    );
    let Measure::Latest { is_rank, .. } = &programme.indicators["gdp_rank"].measure else {
        panic!("not reported")
    };
    assert!(is_rank);
}

#[test]
fn scorecards_keep_what_ties_them_to_the_city() {
    let programme = good();
    let card = &programme.scorecards["assessment"];
    assert!(card.of == Scored::Units && card.ranked);
    let sampling = &card.items["sampling"];
    assert_eq!(sampling.carriers, [Carrier::Kind(CodeId::new("township"))]);
    assert_eq!(sampling.due, Some((11, 30)));
    let own: Vec<(Option<&str>, String)> = sampling
        .targets
        .iter()
        .map(|target| {
            (
                target.unit.as_ref().map(|unit| unit.as_str()),
                target.value.exact_decimal().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        own,
        [
            (Some("north"), "60".into()),
            (Some("south"), "40".into()),
            (None, "100".into())
        ]
    );
    let item = |id: &str| {
        card.card
            .items
            .iter()
            .find(|item| item.id.as_str() == id)
            .unwrap()
    };
    // The city's target is the sum of the units', so it is nobody's own.
    assert_eq!(item("sampling").target, None);
    assert_eq!(item("passing").base_points, Some(Ratio::from_int(15)));
    assert!(card.items["plan"].judged && !card.items["passing"].judged);
    assert_eq!(
        card.card.vetoes[0].basis.en,
        "Product Quality Law (art. 13)"
    );
    assert_eq!(
        card.consequences.keys().map(|id| &**id).collect::<Vec<_>>(),
        ["praise", "barred"]
    );
    assert!(!programme.scorecards["credit"].ranked);
    assert_eq!(card.card.bands[0].from, Some(Ratio::from_int(90)));
}

#[test]
fn flows_count_in_working_days_and_know_the_items_points() {
    let programme = good();
    let flow = &programme.flows["course"];
    let fields: Vec<&str> = flow.fields.iter().map(|field| field.id.as_str()).collect();
    assert_eq!(
        fields,
        ["points", "due", "self_points", "given_points", "level"]
    );
    assert_eq!(flow.fields[2].max, Some(Bound::Field("points".into())));
    let answer = &flow.deadlines[0];
    assert_eq!(answer.starts, Start::OnEnter("filed".into()));
    assert_eq!(answer.ends, End::OnAction(vec!["review".into()]));
    assert_eq!(answer.length, Length::WorkingDays(5));
    assert_eq!(flow.deadlines[1].starts, Start::OnField("due".into()));
    let reasons: Vec<&str> = flow.actions[1]
        .closes_with
        .iter()
        .flatten()
        .map(|reason| reason.id.as_str())
        .collect();
    assert_eq!(reasons, ["pass", "fail", "other"]);
    assert!(
        !programme
            .calendar
            .is_working_day(day("2018-10-01"))
            .unwrap()
    );
    assert!(
        programme
            .calendar
            .is_working_day(day("2018-09-29"))
            .unwrap()
    );
}

#[test]
fn published_percentages_keep_their_printed_digits() {
    let programme = good();
    let rate = &programme.published[0];
    assert_eq!(
        (&*rate.written, &*rate.unit_of_measure),
        ("97.5", "percent")
    );
    assert_eq!(rate.value, Ratio::parse_decimal("97.5").unwrap());
    assert!(matches!(
        programme.published[1].production,
        Production::Veto(..)
    ));
    assert!(matches!(
        programme.published[2].production,
        Production::Consequence(_, _, None)
    ));
}

/// What the standard package holds for every city is sound.
#[test]
fn the_standard_package_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/standard");
    let sources = Sources::read_folder(folder).unwrap();
    let checked = check(&sources);
    assert!(
        checked.programme.is_some(),
        "{}",
        render(&checked.problems, &sources.texts(), Lang::En, false)
    );
}

const FILES: &[(&str, &str)] = &[
    ("programme.toml", include_str!("good/programme.toml")),
    ("units.toml", include_str!("good/units.toml")),
    ("records.toml", include_str!("good/records.toml")),
    ("indicators.toml", include_str!("good/indicators.toml")),
    ("flow.toml", include_str!("good/flow.toml")),
    ("scorecards.toml", include_str!("good/scorecards.toml")),
    ("made_up.toml", include_str!("good/made_up.toml")),
];

/// One random change: file, line, kind of change, and another line to take a value from.
type Mutation = (usize, usize, u8, usize, usize);

fn mutated(mutations: &[Mutation]) -> Sources {
    let mut files: Vec<Vec<String>> = FILES
        .iter()
        .map(|(_, text)| text.lines().map(str::to_owned).collect())
        .collect();
    for &(file, line, kind, other_file, other_line) in mutations {
        let other = {
            let lines = &files[other_file % files.len()];
            lines
                .get(other_line % lines.len().max(1))
                .cloned()
                .unwrap_or_default()
        };
        let count = FILES.len();
        let lines = &mut files[file % count];
        if lines.is_empty() {
            continue;
        }
        let at = line % lines.len();
        let value = |line: &str| line.split_once(" = ").map(|(_, value)| value.to_owned());
        let key = lines[at].split_once(" = ").map(|(key, _)| key.to_owned());
        match (kind % 6, key) {
            (0, _) => drop(lines.remove(at)),
            (1, _) => lines.insert(at, other),
            (2, Some(key)) => lines[at] = format!("{key} = {}", value(&other).unwrap_or_default()),
            (3, _) => lines.truncate(at),
            (4, Some(key)) => lines[at] = format!("{key} = -1"),
            _ => {
                let kept: String = lines[at].chars().take(other_line % 12).collect();
                lines[at] = kept;
            }
        }
    }
    let texts = FILES
        .iter()
        .zip(files)
        .map(|((name, _), lines)| ((*name).to_owned(), lines.join("\n")));
    Sources::from_files("small", texts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_of_a_good_package_stops_the_check(
        mutations in proptest::collection::vec((0..7usize, 0..400usize, 0..6u8, 0..7usize, 0..400usize), 1..6),
    ) {
        let sources = mutated(&mutations);
        let checked = check(&sources);
        prop_assert_eq!(checked.programme.is_none(), checked.has_errors());
        let texts = sources.texts();
        for problem in &checked.problems {
            if let Some(span) = &problem.span {
                prop_assert!(texts.iter().any(|file| file.slice(span).is_some()), "{problem:?} points nowhere");
            }
        }
        let shown = render(&checked.problems, &texts, Lang::Zh, true);
        prop_assert_eq!(shown.is_empty(), checked.problems.is_empty());
    }
}

#[test]
fn who_is_vetoed_has_no_rank_unless_the_card_says_so() {
    let programme = good();
    assert!(
        programme.scorecards["assessment"]
            .card
            .ranking
            .exclude_vetoed
    );
}
