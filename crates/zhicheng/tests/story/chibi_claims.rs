//! The 42 figures that Chibi published, produced from records.

use std::collections::BTreeMap;

use crate::city::{City, Row, keys, text};
use crate::demonstration::{city, shared};

/// Claim, value, relation, period and statement, as the city published them. What the report does not
/// date is of the package's year.
#[rustfmt::skip]
const CLAIMS: [(&str, &str, &str, &str, &str); 42] = [
    ("CB01", "30", "exact", "2018", "Units of the quality committee"),
    ("CB02", "20", "more_than", "2016..2018", "Normative documents issued"),
    ("CB03", "30000000", "more_than", "2016..2017", "Quality funds spent in two years"),
    ("CB04", "17", "exact", "2018", "Categories of annual targets"),
    ("CB05", "59", "exact", "2018", "Annual targets"),
    ("CB06", "27", "exact", "2018", "Bureaus that carry targets"),
    ("CB07", "18", "exact", "2018", "Townships and sub-district offices that carry targets"),
    ("CB08", "1", "exact", "2018", "A department with a major quality-safety accident is vetoed"),
    ("CB09", "1", "exact", "2018", "Principal leader and leader in charge of a failed unit barred from promotion that year"),
    ("CB10", "1", "exact", "2018", "Class A units are commended"),
    ("CB11", "3000", "more_than", "2018", "Quality commitments signed"),
    ("CB12", "397", "exact", "2018", "Social organisations that take part"),
    ("CB13", "3", "exact", "2017", "Rank of the city's composite credit index among 362 county cities"),
    ("CB14", "1", "exact", "2017", "Rank of that index in the province"),
    ("CB15", "5", "exact", "2018", "Local industrial standards that enterprises helped to draft"),
    ("CB16", "6", "exact", "2018", "Local agricultural standards that enterprises helped to draft"),
    ("CB17", "120", "exact", "2018", "Enterprise standards"),
    ("CB18", "3", "exact", "2018", "International and foreign advanced standards adopted"),
    ("CB19", "16", "exact", "2018", "Service standards"),
    ("CB20", "98", "exact", "2018", "Standard coverage"),
    ("CB21", "1", "exact", "2018", "Time-honoured brands of China"),
    ("CB22", "2", "exact", "2018", "Well-known trademarks of China"),
    ("CB23", "14", "exact", "2018", "Provincial famous products"),
    ("CB24", "25", "exact", "2018", "Provincial famous trademarks"),
    ("CB25", "11", "exact", "2018", "Prefecture famous products"),
    ("CB26", "40", "exact", "2018", "Prefecture known trademarks"),
    ("CB27", "86", "exact", "2018", "Good-air rate"),
    ("CB28", "8", "exact", "2018", "Rank of environmental quality in the province"),
    ("CB29", "17406000000", "exact", "2018H1", "Gross regional product of the first half year"),
    ("CB30", "8.8", "exact", "2018H1", "Growth of gross regional product"),
    ("CB31", "1103000000", "exact", "2018H1", "General public budget revenue"),
    ("CB32", "9.1", "exact", "2018H1", "Growth of that revenue"),
    ("CB33", "10279", "exact", "2018H1", "Disposable income per resident"),
    ("CB34", "8.17", "exact", "2018H1", "Growth of that income"),
    ("CB35", "8", "exact", "2017", "County economy rank in class two of the province"),
    ("CB36", "1", "exact", "2018", "Title of Hubei Quality-Province Demonstration City"),
    ("CB37", "3", "exact", "2017", "County economy rank among 18 counties and cities along the Yangtze in the province"),
    ("CB38", "2", "exact", "2017", "Places gained in class two over the year before"),
    ("CB39", "4", "exact", "2018", "Other national and provincial area titles"),
    ("CB40", "1", "exact", "2018", "State-level heritage crafts"),
    ("CB41", "1", "exact", "2018", "Golden Camel tea awards"),
    ("CB42", "1", "exact", "2018", "National model cases of rural logistics"),
];

/// Claims about rules, tried by inserting and withdrawing a record.
const RULES: [&str; 3] = ["CB08", "CB09", "CB10"];
/// Claims that units, targets and items make, not records.
const OF_THE_PROGRAMME: [&str; 5] = ["CB01", "CB04", "CB05", "CB06", "CB07"];

/// Claims in percent: they are held at the digits that are printed, after rounding half up.
const IN_PERCENT: [&str; 5] = ["CB20", "CB27", "CB30", "CB32", "CB34"];

/// Whether a claim's relation holds, by the meaning that the claims give to it. All claims of this city are
/// whole or have few digits, so that floating point numbers tell them apart.
fn holds(claim: &str, relation: &str, row: &Row) -> bool {
    let (claimed, measured) = (number(row, "claimed"), number(row, "measured"));
    match relation {
        "exact" if IN_PERCENT.contains(&claim) => {
            let places = text(row, "claimed")
                .split_once('.')
                .map_or(0, |(_, digits)| digits.len());
            let scale = 10_f64.powi(i32::try_from(places).unwrap());
            ((measured * scale + 0.5).floor() - claimed * scale).abs() < 1e-6
        }
        "exact" => (measured - claimed).abs() < 1e-9,
        "more_than" => measured > claimed && measured < 1.1 * claimed,
        other => panic!("no claim of Chibi has the relation {other}"),
    }
}

fn reconciled(city: &City) -> (i32, BTreeMap<String, Row>) {
    let run = city.run(["reconcile", "--format", "json"]);
    (
        run.code,
        run.json()
            .into_iter()
            .map(|row| (text(&row, "claim"), row))
            .collect(),
    )
}

fn number(row: &Row, key: &str) -> f64 {
    text(row, key).parse().unwrap_or(f64::NAN)
}

#[test]
fn every_published_figure_is_met_for_three_seeds() {
    for seed in [1, 2, 3] {
        let city = City::copy_of(&shared(seed));
        let (code, rows) = reconciled(&city);
        assert_eq!((code, rows.len()), (0, 42), "seed {seed}");
        for (claim, value, relation, _, statement) in CLAIMS {
            let row = &rows[claim];
            assert_eq!(
                keys(row),
                [
                    "claim",
                    "statement",
                    "claimed",
                    "relation",
                    "measured",
                    "met",
                    "address"
                ]
                .into()
            );
            assert_eq!(
                (
                    text(row, "claimed").as_str(),
                    text(row, "relation").as_str()
                ),
                (value, relation),
                "{claim}"
            );
            assert_eq!(text(row, "statement"), statement, "{claim}");
            assert!(
                row["met"] == true && holds(claim, relation, row),
                "seed {seed}: {row:?}"
            );
        }
    }
}

/// Indicator, period and day of a figure's address.
fn parts_of(address: &str) -> (String, String, String) {
    let (indicator, rest) = address.split_once('?').unwrap();
    let value = |key: &str| {
        rest.split('&')
            .find_map(|part| part.strip_prefix(key))
            .unwrap()
            .to_owned()
    };
    (indicator.to_owned(), value("period="), value("day="))
}

fn records(city: &City, address: &str) -> Vec<Row> {
    let (indicator, period, day) = parts_of(address);
    city.run_all(&[
        "measure",
        &indicator,
        "--period",
        &period,
        "--day",
        &day,
        "--records",
        "--format",
        "json",
    ])
    .ok()
    .json()
}

#[test]
fn every_figure_leads_to_what_makes_it_and_losing_one_record_moves_it() {
    let city = city(1);
    let (_, before) = reconciled(&city);
    let mut withdrawn = Vec::new();
    for (claim, _, _, period, _) in CLAIMS.iter().filter(|(claim, ..)| !RULES.contains(claim)) {
        let address = text(&before[*claim], "address");
        assert_eq!(
            parts_of(&address).1,
            *period,
            "{claim} is measured at its period"
        );
        let behind = records(&city, &address);
        assert!(!behind.is_empty(), "{claim}: nothing is behind {address}");
        let in_part: Vec<&Row> = behind
            .iter()
            .filter(|row| text(row, "part") == "numerator")
            .collect();
        let tables: Vec<String> = in_part.iter().map(|row| text(row, "table")).collect();
        if OF_THE_PROGRAMME.contains(claim) {
            assert!(
                tables
                    .iter()
                    .all(|table| ["unit", "target", "item"].contains(&table.as_str())),
                "{claim}: {tables:?}"
            );
            continue;
        }
        let number = text(in_part[0], "record");
        assert!(!number.is_empty(), "{claim}: {:?}", in_part[0]);
        // A record that serves two claims is withdrawn once.
        if !withdrawn.contains(&number) {
            city.run(["withdraw", &number, "--reason", "核查不属实"])
                .ok();
            withdrawn.push(number);
        }
    }
    let (code, after) = reconciled(&city);
    assert_eq!(code, 1, "a figure that is not met is told by the exit code");
    for (claim, _, relation, _, _) in CLAIMS {
        let measured = |rows: &BTreeMap<String, Row>| text(&rows[claim], "measured");
        if RULES.contains(&claim) || OF_THE_PROGRAMME.contains(&claim) {
            assert_eq!(
                measured(&after),
                measured(&before),
                "{claim} is of the programme"
            );
            continue;
        }
        assert_ne!(measured(&after), measured(&before), "{claim} has moved");
        let met = after[claim]["met"] == true;
        assert_eq!(met, holds(claim, relation, &after[claim]), "{claim}");
        // 97.997 % of products still print as 98 %, and 3,119 commitments are still more than 3,000.
        let may_be_met = relation == "more_than" || IN_PERCENT.contains(&claim);
        assert!(!met || may_be_met, "{claim} is not met any more");
    }
}

#[test]
fn one_record_less_and_the_figure_is_not_met() {
    let city = city(2);
    let (_, before) = reconciled(&city);
    let behind = records(&city, &text(&before["CB12"], "address"));
    city.run([
        "withdraw",
        &text(&behind[0], "record"),
        "--reason",
        "已注销",
    ])
    .ok();
    let (code, after) = reconciled(&city);
    let unmet: Vec<&str> = after
        .iter()
        .filter(|(_, row)| row["met"] == false)
        .map(|(claim, _)| claim.as_str())
        .collect();
    assert_eq!((code, unmet), (1, vec!["CB12"]));
    assert_eq!(text(&after["CB12"], "measured"), "396");
}

#[test]
fn a_figure_from_outside_leads_to_one_report_with_source_status_and_evidence() {
    let city = City::copy_of(&shared(1));
    let (_, rows) = reconciled(&city);
    for claim in [
        "CB13", "CB14", "CB28", "CB29", "CB31", "CB33", "CB35", "CB37",
    ] {
        let behind = records(&city, &text(&rows[claim], "address"));
        assert_eq!(behind.len(), 1, "{claim}: one reported value");
        let report = &behind[0];
        for key in ["source", "status", "unit"] {
            assert!(
                !text(report, key).is_empty(),
                "{claim} names its {key}: {report:?}"
            );
        }
        let history = city
            .run(["record", &text(report, "record"), "--format", "json"])
            .row();
        assert!(
            !text(&history, "evidence").is_empty(),
            "{claim} has evidence: {history:?}"
        );
    }
}
