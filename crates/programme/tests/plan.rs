//! The plan over the year: targets pro-rated by months, what a change touches, and a new year from the old one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use base::{Day, ItemId, Lang, Problem, Ratio, ScorecardId};
use programme::model::Programme;
use programme::new_year::{Fate, NewYear, new_year};
use programme::plan::{Aspect, changes, content, lines, successions, units_touched};
use programme::{Part, Sources, check};

fn folder(path: &str) -> Sources {
    Sources::read_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A package with texts replaced that each occur once in it.
fn edited(sources: &Sources, edits: &[(&str, &str)]) -> Sources {
    let mut parts = sources.parts();
    for (find, replace) in edits {
        let places: usize = parts
            .iter()
            .map(|part| part.text.matches(find).count())
            .sum();
        assert_eq!(places, 1, "{find:?}");
        for part in &mut parts {
            part.text = part.text.replace(find, replace);
        }
    }
    Sources::from_parts(parts)
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

fn passing(sources: &Sources) -> Arc<Programme> {
    let checked = check(sources);
    let faults: Vec<String> = checked
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| problem.line(Lang::En))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    checked.programme.unwrap()
}

fn whole(number: i128) -> Ratio {
    Ratio::from_int(number)
}

const CARD: &str = "assessment";

fn card() -> ScorecardId {
    ScorecardId::new(CARD)
}

/// The good package with more asked of the north and the city from July on.
const FROM_JULY: &str = "[[target]]\nscorecard = \"assessment\"\nitem = \"sampling\"\nunit = \"north\"\nvalue = 120\nfrom = 2018-07-01\n\n[[target]]\nscorecard = \"assessment\"\nitem = \"sampling\"\nvalue = 160\nfrom = 2018-07-01\n\n[[target]]\nscorecard = \"assessment\"\nitem = \"sampling\"\nunit = \"north\"\nvalue = 60";
const NORTH: &str =
    "[[target]]\nscorecard = \"assessment\"\nitem = \"sampling\"\nunit = \"north\"\nvalue = 60";

#[test]
fn a_target_that_grows_in_july_is_pro_rated_by_months() {
    let edits = [
        (NORTH, FROM_JULY),
        (
            "target_sum = true",
            "prorate = \"months\"\ntarget_sum = true",
        ),
    ];
    let programme = passing(&edited(&folder("tests/good"), &edits));
    let ties = &programme.scorecards[CARD].items["sampling"];
    let mut north = programme.units["north"].clone();
    // Six months of 60 and six of 120: (6 × 60 + 6 × 120) ÷ 12 = 90.
    assert_eq!(ties.target_for(&north, &programme.year), Some(whole(90)));
    // The other keeps its 40, and the city has (6 × 100 + 6 × 160) ÷ 12 = 130 = 90 + 40: the sum is right.
    assert_eq!(
        ties.target_for(&programme.units["south"], &programme.year),
        Some(whole(40))
    );
    assert_eq!(ties.city_target(&programme.year), Some(whole(130)));
    // Founded on 10 July it has August to December: 5 × 120 ÷ 12 = 50.
    north.valid_from = Day::parse("2018-07-10").unwrap();
    assert_eq!(ties.target_for(&north, &programme.year), Some(whole(50)));
    // Founded on 1 July it has July too: 6 × 120 ÷ 12 = 60.
    north.valid_from = Day::parse("2018-07-01").unwrap();
    assert_eq!(ties.target_for(&north, &programme.year), Some(whole(60)));
    // Abolished on 31 March it had three months of 60: 3 × 60 ÷ 12 = 15.
    north.valid_from = Day::MIN;
    north.valid_to = Day::parse("2018-03-31").unwrap();
    assert_eq!(ties.target_for(&north, &programme.year), Some(whole(15)));
}

#[test]
fn a_target_that_is_not_pro_rated_holds_as_it_was_last() {
    let programme = passing(&edited(&folder("tests/good"), &[(NORTH, FROM_JULY)]));
    let ties = &programme.scorecards[CARD].items["sampling"];
    let north = &programme.units["north"];
    assert_eq!(ties.target_for(north, &programme.year), Some(whole(120)));
    assert_eq!(ties.city_target(&programme.year), Some(whole(160)));
}

#[test]
fn what_cannot_be_pro_rated_is_told() {
    let found = |edits: &[(&str, &str)]| {
        let checked = check(&edited(&folder("tests/good"), edits));
        codes(&checked.problems)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let prorate = (
        "target_sum = true",
        "prorate = \"months\"\ntarget_sum = true",
    );
    let july = |day: &str| FROM_JULY.replacen("2018-07-01", day, 1);
    let has = |edits: &[(&str, &str)], code: &str| found(edits).iter().any(|one| one == code);
    assert!(has(&[(NORTH, &july("2018-07-15")), prorate], "P542"));
    assert!(has(&[(NORTH, &july("2019-01-01")), prorate], "P541"));
    assert!(!has(&[(NORTH, FROM_JULY), prorate], "P542"));
    let linear = (
        "zero_at = \"90%\"",
        "prorate = \"months\"\nzero_at = \"90%\"",
    );
    assert_eq!(found(&[linear]), ["P543"]);
}

#[test]
fn only_units_whose_plan_differs_are_touched() {
    let old = passing(&folder("tests/good"));
    // Ten more for the north, so ten more for the city; the south and the bureaus are not touched.
    let edits = [
        (NORTH, &*NORTH.replace("60", "70")),
        ("target = 100\n", "target = 110\n"),
    ];
    let new = passing(&edited(&folder("tests/good"), &edits));
    let touched = units_touched(&new, &old, &card(), &new.year);
    let names: Vec<(&str, Vec<Aspect>)> = touched
        .iter()
        .map(|(unit, changes)| {
            let all = changes.iter().flat_map(|change| change.aspects.clone());
            (unit.as_str(), all.collect())
        })
        .collect();
    // Who leads or supports the item sees the city's target.
    assert_eq!(
        names,
        [
            ("city", vec![Aspect::Target]),
            ("amr", vec![Aspect::Target]),
            ("north", vec![Aspect::Target]),
        ]
    );
    let north = changes(&new, &old, &card(), &new.year, "north");
    let before = north[0].before.as_ref().unwrap();
    let after = north[0].after.as_ref().unwrap();
    assert_eq!(
        (&before.target, &after.target),
        (&Some(whole(60)), &Some(whole(70)))
    );
    // The text that is signed is another one for the north, and the same for the south.
    let text = |programme: &Programme, unit| content(programme, &card(), &programme.year, unit);
    assert_ne!(text(&new, "north"), text(&old, "north"));
    assert_eq!(text(&new, "south"), text(&old, "south"));
    assert!(text(&new, "north").contains("\nsampling\tcarries\t抽检批次\t10\t70\t2018-11-30\t"));
    // How a figure is measured touches who carries the item, and is no part of the signed text.
    let edits = [(
        "of = \"sample\"\n\n[[indicator]]\nid = \"firms\"",
        "of = \"sample\"\nwhere = \"result = 'pass'\"\n\n[[indicator]]\nid = \"firms\"",
    )];
    let measured = passing(&edited(&folder("tests/good"), &edits));
    let found = changes(&measured, &old, &card(), &old.year, "south");
    assert_eq!(found[0].aspects, [Aspect::Figure]);
    assert_eq!(text(&measured, "south"), text(&old, "south"));
}

fn next(fates: &[(&str, Fate)], points: &[(&str, &str)]) -> NewYear {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    NewYear {
        scorecard: CARD.to_owned(),
        year: "2019".to_owned(),
        version: "2.0.0".to_owned(),
        fates: fates
            .iter()
            .map(|(item, fate)| ((*item).to_owned(), fate.clone()))
            .collect(),
        points: points.iter().map(owned).collect(),
        targets: BTreeMap::new(),
    }
}

#[test]
fn a_citys_new_year_keeps_splits_merges_and_drops() {
    let sources = folder("../../programmes/chibi-2018");
    let old = passing(&sources);
    // One point goes, and one is added elsewhere: an item of two points becomes two of three together; one of one
    // point goes into one of three.
    let fates = [
        ("goals_in_plan", Fate::Drop),
        ("policy_fields", Fate::Merge("food_pass".to_owned())),
        (
            "fund_execution",
            Fate::split("fund_execution", "经费到位 = 1\n经费执行 ＝ 2\n").unwrap(),
        ),
    ];
    let made = new_year(&sources, &old, &next(&fates, &[])).unwrap();
    let checked = check(&made);
    let errors: Vec<&Problem> = checked
        .problems
        .iter()
        .filter(|one| one.is_error())
        .collect();
    // The points add up as before: less one, plus one.
    assert!(
        errors.is_empty(),
        "{:?}",
        errors.first().map(|one| one.line(Lang::En))
    );
    let new = checked.programme.unwrap();
    assert_eq!(
        (new.year.to_string().as_str(), &*new.version),
        ("2019", "2.0.0")
    );
    assert_eq!(new.name.zh, "赤壁市2019年度质量强市方案");
    let (before, after) = (&old.scorecards[CARD], &new.scorecards[CARD]);
    // 59 less the dropped and the merged one, the split one twice.
    assert_eq!((before.items.len(), after.items.len()), (59, 58));
    let (all, dropped) = successions(after, before);
    let from = |item: &str| {
        let found = all
            .iter()
            .find(|found| found.item.as_str() == item)
            .unwrap();
        let names: Vec<&str> = found.from.iter().map(ItemId::as_str).collect();
        names
    };
    assert_eq!(dropped, [ItemId::new("goals_in_plan")]);
    assert_eq!(from("food_pass"), ["food_pass", "policy_fields"]);
    assert_eq!(from("fund_execution_1"), ["fund_execution"]);
    assert_eq!(from("fund_execution_2"), ["fund_execution"]);
    assert_eq!(from("food_batches"), ["food_batches"]);
    let merged = after
        .card
        .items
        .iter()
        .find(|item| item.id.as_str() == "food_pass");
    assert_eq!(merged.unwrap().points, whole(4));
    // Targets without a period went with the year; what the city published of the old one did not.
    let puqi = lines(&new, &card(), &new.year, "puqi");
    let batches = puqi
        .iter()
        .find(|line| line.item.as_str() == "food_batches");
    assert_eq!(batches.unwrap().target, Some(whole(190)));
    let pairs = old.published.iter().zip(&new.published);
    assert!(pairs.into_iter().all(|(old, new)| old.period == new.period));
}

#[test]
fn what_a_new_year_cannot_be_is_told() {
    let sources = folder("tests/good");
    let old = passing(&sources);
    let refused = |ask: &NewYear| {
        let problems = new_year(&sources, &old, ask).unwrap_err();
        codes(&problems)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let plain = next(&[], &[]);
    assert_eq!(
        refused(&NewYear {
            year: "2018".to_owned(),
            ..plain.clone()
        }),
        ["P549"]
    );
    assert_eq!(
        refused(&NewYear {
            year: "2019H1".to_owned(),
            ..plain.clone()
        }),
        ["P549"]
    );
    assert_eq!(refused(&next(&[("sampli", Fate::Drop)], &[])), ["P545"]);
    let into = |item: &str| Fate::Merge(item.to_owned());
    assert_eq!(refused(&next(&[("safety", into("safety"))], &[])), ["P548"]);
    let both = [("safety", into("plan")), ("plan", Fate::Drop)];
    assert_eq!(refused(&next(&both, &[])), ["P548"]);
    for line in [
        "",
        "one = 1",
        "one\ntwo",
        "one = 1\ntwo = x",
        "one = 1\n= 2",
    ] {
        assert_eq!(
            Fate::split("safety", line).unwrap_err().code,
            "P547",
            "{line:?}"
        );
    }
}

#[test]
fn an_extended_packages_item_can_only_be_kept_or_dropped() {
    let chibi = folder("../../programmes/chibi-2018");
    let old = passing(&chibi);
    // A package that says nothing itself extends the whole city.
    let header = "[programme]\nid = \"chibi-2018\"\nname = \"Town\"\nversion = \"1\"\ntime_zone = \"Asia/Shanghai\"\nyear = \"2018\"\n";
    let own = Part {
        package: "town".to_owned(),
        path: "programme.toml".to_owned(),
        text: header.to_owned(),
    };
    let sources = Sources::from_parts(std::iter::once(own).chain(chibi.parts()));
    let split = Fate::split("food_pass", "a = 1\nb = 2").unwrap();
    let refused = new_year(&sources, &old, &next(&[("food_pass", split)], &[])).unwrap_err();
    assert_eq!(codes(&refused), ["P546"]);
    let dropped = new_year(&sources, &old, &next(&[("food_pass", Fate::Drop)], &[])).unwrap();
    assert!(
        dropped.parts()[0]
            .text
            .contains("id = \"assessment/food_pass\"")
    );
}
