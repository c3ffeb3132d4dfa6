//! Sampling of lots, plans by quota, inspectors compared: what is declared, and what is wrong with it.

use std::sync::Arc;

use programme::model::Programme;
use programme::{Sources, check};
use sampling::{Aql, Decision, Level};

const PACKAGE: &str = r#"
[programme]
id = "town"
name = "A town"
version = "1"
time_zone = "Asia/Shanghai"
year = "2018"

[[vocabulary]]
id = "unit_kind"
name = "Kinds"
[[code]]
vocabulary = "unit_kind"
id = "bureau"
name = "Bureau"
[[unit]]
id = "market"
name = "Market bureau"
kind = "bureau"
[[vocabulary]]
id = "verdict"
name = "Verdict"
[[code]]
vocabulary = "verdict"
id = "pass"
name = "Pass"
[[code]]
vocabulary = "verdict"
id = "fail"
name = "Fail"
[[subject_type]]
id = "firm"
name = "Firm"
identity = "text"
[[record_type]]
id = "lot"
name = "Lot"
subject = "firm"
[[field]]
of = "lot"
id = "size"
name = "Size"
type = "number"
[[field]]
of = "lot"
id = "found"
name = "Found"
type = "number"
[[field]]
of = "lot"
id = "verdict"
name = "Verdict"
type = "choice"
vocabulary = "verdict"
[[field]]
of = "lot"
id = "card"
name = "Card"
type = "text"
[[field]]
of = "lot"
id = "who"
name = "Who"
type = "text"
personal = true
[[field]]
of = "lot"
id = "score"
name = "Score"
type = "decimal"
scale = 1
[[lot_sampling]]
record_type = "lot"
lot_size = "size"
nonconforming = "found"
aql = "1.0"
decisions = "lot"
decision = "verdict"
allow_reduced = "pass"
[[quota_plan]]
id = "lots"
name = "Lots"
plan = "lot"
planned = "size"
samples = "lot"
category = "verdict"
[[inspectors]]
record_type = "lot"
inspector = "card"
result = "verdict"
fails = ["fail"]
score = "score"
threshold = 80
window = 1.5
"#;

fn built(text: &str) -> (Option<Arc<Programme>>, Vec<&'static str>) {
    let files = [("programme.toml".to_owned(), text.to_owned())];
    let checked = check(&Sources::from_files("town", files));
    let codes = checked.problems.iter().map(|problem| problem.code);
    let codes = codes.collect();
    (checked.programme, codes)
}

#[test]
fn what_is_declared_is_meant() {
    let (programme, codes) = built(PACKAGE);
    assert!(codes.is_empty(), "{codes:?}");
    let programme = programme.unwrap();
    let lots = programme.lot_sampling.get("lot").unwrap();
    assert_eq!(lots.scheme.level, Level::USUAL);
    assert_eq!(lots.scheme.aql, Aql::parse("1.0").unwrap());
    assert_eq!(lots.maker.as_str(), "subject");
    let decisions = lots.decisions.as_ref().unwrap();
    let codes = [(Arc::<str>::from("pass"), Decision::AllowReduced)];
    assert_eq!(decisions.codes, codes);
    assert_eq!(
        programme.quotas.get("lots").unwrap().place.as_str(),
        "place"
    );
    let inspectors = programme.inspectors.get("lot").unwrap();
    // In tenths: 80.0 and 1.5.
    assert_eq!(inspectors.threshold, Some((800, 15)));
    let judged = inspectors.result.as_ref().unwrap();
    assert_eq!((judged.fails.len(), &*judged.passes[0]), (1, "pass"));
}

#[test]
fn what_is_wrong_is_told_with_its_code() {
    let cases = [
        ("lot_size = \"size\"", "lot_size = \"verdict\"", "P610"),
        ("lot_size = \"size\"", "lot_size = \"sise\"", "P202"),
        ("aql = \"1.0\"", "aql = \"25\"", "P611"),
        ("inspector = \"card\"", "inspector = \"who\"", "P612"),
        ("window = 1.5", "window = 1.55", "P614"),
        ("allow_reduced = \"pass\"\n", "", "P615"),
        ("fails = [\"fail\"]\n", "", "P206"),
        ("fails = [\"fail\"]", "fails = [\"failed\"]", "P202"),
        (
            "result = \"verdict\"\nfails = [\"fail\"]\nscore = \"score\"\nthreshold = 80\nwindow = 1.5\n",
            "",
            "P613",
        ),
        (
            "aql = \"1.0\"\n",
            "aql = \"1.0\"\nmaker = \"size\"\n",
            "P610",
        ),
    ];
    for (find, replace, code) in cases {
        assert_eq!(PACKAGE.matches(find).count(), 1, "{find}");
        let (_, codes) = built(&PACKAGE.replace(find, replace));
        assert!(codes.contains(&code), "{replace:?}: {codes:?}");
    }
}
