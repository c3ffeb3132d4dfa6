//! A year of work in the town of `packages/town`, with every number worked out by hand.
//!
//! East: 39 of 40 samples passed (97.5 %), four visits, leadership judged `full`: 10 + 10 + 10 of 30.
//! West: 19 of 20 passed (95 %), four visits, leadership judged `half`: two thirds of 10, 10 and 5 of 30.

use crate::city::{City, text};
use crate::files::samples;

/// Records of the year: the samples and the visits of both townships.
pub fn records(city: &City) {
    for (place, passed) in [("东乡", 39), ("西乡", 19)] {
        let file = city.file("抽检.csv", samples(place, passed, 1));
        city.run(["import", "sample", &file]).ok();
    }
    let visits: String = ["东乡", "西乡"]
        .map(|unit| format!("2018-05-01,{unit},茶\n").repeat(4))
        .concat();
    let file = city.file("走访.csv", format!("日期,走访单位,主题\n{visits}"));
    city.run(["import", "visit", &file]).ok();
}

/// Opens the cases of the assessment.
pub fn open_cases(city: &City) {
    city.run(["case", "open", "assessment", "--day", "2018-01-02"])
        .ok();
}

/// The case of an item and a unit.
pub fn case_of(city: &City, item: &str, unit: &str) -> u64 {
    let cases = city
        .run(["case", "list", "--unit", unit, "--format", "json"])
        .json();
    let found = cases
        .iter()
        .find(|case| text(case, "item") == item)
        .unwrap();
    found["case"].as_u64().unwrap()
}

/// Leads a case to the lead unit's review.
pub fn review(city: &City, case: u64, unit: &str, level: &str) {
    let plan = city.file("方案.pdf", "the plan");
    let liaison = city.by("张某", "liaison", Some(unit));
    liaison.acts(case, "file", "2018-01-15", &[]).ok();
    liaison
        .acts(
            case,
            "score_self",
            "2018-09-03",
            &["--set", "self_points=10", "--evidence", &plan],
        )
        .ok();
    let level = format!("review_level={level}");
    city.by("李某", "reviewer", Some("market"))
        .acts(case, "review", "2018-09-10", &["--set", &level])
        .ok();
}

/// The whole year, with both townships judged.
pub fn year(city: &City) {
    records(city);
    open_cases(city);
    for (unit, level) in [("east", "full"), ("west", "half")] {
        review(city, case_of(city, "leadership", unit), unit, level);
    }
}
