//! What was published and sealed, and what it is now: each change worked out by hand.

use crate::city::{City, Row, Run, copy_folder, test_package, text};
use crate::files::{SAMPLE_HEADER, firm, sample};
use crate::town;

/// The first row that fits.
fn row<'a>(rows: &'a [Row], what: &str, of: &str, unit: &str) -> &'a Row {
    let found = rows.iter().find(|row| {
        text(row, "what") == what
            && [text(row, "indicator"), text(row, "item")].contains(&of.to_owned())
            && text(row, "unit") == unit
    });
    found.unwrap_or_else(|| panic!("no {what} {of} {unit} in {rows:#?}"))
}

fn restated(city: &City) -> Vec<Row> {
    city.run(["restated", "--format", "json"]).ok().json()
}

/// `first`, `present` and the entries of a row.
fn told(row: &Row) -> [String; 3] {
    ["first", "present", "entries"].map(|key| text(row, key))
}

/// (position, before, after) of the entries that changed a published value.
fn entries(city: &City, of: &str, unit: &str) -> Vec<(u64, String, String)> {
    let rows = city
        .run(["restated", "--entries", "--format", "json"])
        .ok()
        .json();
    let of_this = rows.iter().filter(|row| {
        [text(row, "indicator"), text(row, "item"), text(row, "what")].contains(&of.to_owned())
            && text(row, "unit") == unit
    });
    of_this
        .map(|row| {
            let position = row["position"].as_u64().unwrap();
            (position, text(row, "before"), text(row, "after"))
        })
        .collect()
}

fn publish(city: &City, name: &str, rest: &[&str]) -> u64 {
    let mut all = vec!["publish", "--demonstration", "--name", name];
    all.extend(rest);
    city.run_all(&all).number()
}

/// Submits a sample of the market bureau at the first firm.
fn submit(city: &City, rest: &[&str]) -> Run {
    let subject = format!("subject={}", firm(1));
    let mut all = vec!["submit", "sample", "unit=market", &subject];
    all.extend(rest);
    city.run_all(&all)
}

/// The record of a sample.
fn record_of(city: &City, number: &str) -> String {
    let rows = city
        .run(["measure", "samples", "--records", "--format", "json"])
        .json();
    let found = rows.iter().find(|row| text(row, "number") == number);
    text(found.unwrap(), "record")
}

#[test]
fn what_was_published_stands_beside_what_it_is_with_the_entries_between() {
    let city = City::new("town");
    town::records(&city);
    let published = publish(&city, "2018 年报", &["pass_rate", "samples", "--by-unit"]);
    let first = restated(&city);
    assert!(first.iter().all(|row| row["changed"] == false), "{first:?}");
    // The city, and five units of the year: two indicators each.
    assert_eq!(first.len(), 12);

    // A late record: 59 of 61. A failed sample turns out to have passed: 60 of 61. One is withdrawn: 59 of 60.
    let late = submit(
        &city,
        &[
            "number=东乡-41",
            "day=2018-06-01",
            "place=east",
            "result=pass",
        ],
    )
    .number();
    submit(
        &city,
        &[
            "number=东乡-40",
            "day=2018-03-13",
            "place=east",
            "result=pass",
            "--revise",
            "--reason",
            "复检合格",
        ],
    )
    .ok();
    let gone = record_of(&city, "西乡-1");
    city.run(["withdraw", &gone, "--reason", "重复报送"]).ok();
    // Each is one entry, behind the one before.
    let (revised, withdrawn) = (late + 1, late + 2);
    assert_eq!(city.facts(revised)["reason"], "复检合格");
    assert_eq!(city.facts(withdrawn)["reason"], "重复报送");
    // An entry that changes nothing of it: a sample without a result counts neither above nor below.
    submit(
        &city,
        &[
            "number=东乡-42",
            "day=2018-06-02",
            "place=east",
            "result=pending",
        ],
    )
    .ok();
    // And one of another year.
    submit(
        &city,
        &[
            "number=东乡-43",
            "day=2017-06-02",
            "place=east",
            "result=pass",
        ],
    )
    .ok();

    let rows = restated(&city);
    let rate = row(&rows, "figure", "pass_rate", "");
    assert_eq!(
        told(rate),
        [
            "0.966666666667".to_owned(),
            "0.983333333333".to_owned(),
            format!("{late}; {revised}; {withdrawn}")
        ]
    );
    let parts = [
        "first_numerator",
        "first_denominator",
        "present_numerator",
        "present_denominator",
    ];
    assert_eq!(parts.map(|key| text(rate, key)), ["58", "60", "59", "60"]);
    assert_eq!(text(rate, "difference"), "0.016666666667");
    assert_eq!(text(rate, "position"), published.to_string());
    assert_eq!(
        entries(&city, "pass_rate", ""),
        [
            (late, "0.966666666667".into(), "0.967213114754".into()),
            (revised, "0.967213114754".into(), "0.983606557377".into()),
            (withdrawn, "0.983606557377".into(), "0.983333333333".into()),
        ]
    );
    // By place: East has the late record and the revision, 41 of 41; West lost one, 18 of 19.
    assert_eq!(
        told(row(&rows, "figure", "pass_rate", "east")),
        [
            "0.975".to_owned(),
            "1".to_owned(),
            format!("{late}; {revised}")
        ]
    );
    assert_eq!(
        told(row(&rows, "figure", "pass_rate", "west")),
        [
            "0.95".to_owned(),
            "0.947368421053".to_owned(),
            withdrawn.to_string()
        ]
    );
    // The count has the pending one as well, and the revision leaves it alone: 60, 61, 60, 61.
    let count = row(&rows, "figure", "samples", "");
    assert_eq!(text(count, "present"), "61");
    let reasons = city
        .run(["restated", "--entries", "--indicator", "pass_rate"])
        .ok();
    for word in ["复检合格", "重复报送", "+sample", "~sample", "-sample"] {
        assert!(reasons.out.contains(word), "{word}: {reasons}");
    }
    // The table leaves out what is unchanged and says how much that is.
    let table = city.run(["restated"]).ok();
    assert!(
        table.out.contains("Of 12 published or sealed values"),
        "{table}"
    );
}

#[test]
fn a_whole_import_a_new_tree_and_a_dated_attribute_are_told_as_one_entry_each() {
    let city = City::new("town");
    town::records(&city);
    let position = city.head();
    let tea = "samples?period=2018&field=subject.industry:tea&day=2018-12-31&programme=3";
    let tea = format!("{tea}&at={position}");
    publish(&city, "快报", &["pass_rate", "--by-unit", &tea]);
    // Three more of East in one file, one of them failed: 60 of 63, by one entry, the closing of the import.
    let file = city.file(
        "补报.csv",
        SAMPLE_HEADER.to_owned()
            + &sample("东乡-51", "2018-11-01", "东乡", 1, "合格")
            + &sample("东乡-52", "2018-11-02", "东乡", 1, "合格")
            + &sample("东乡-53", "2018-11-03", "东乡", 1, "不合格"),
    );
    city.run(["import", "sample", &file]).ok();
    let import = city.head();
    // The first firm becomes known to be of the tea trade, from the beginning: its samples are every seventh,
    // five of East's forty and two of West's twenty, and the three that came late.
    let firms = city.file(
        "企业.csv",
        format!("信用代码,企业名称,行业\n{},第1茶厂,茶叶\n", firm(1)),
    );
    city.run(["import", "firm", &firms]).ok();
    let rows = restated(&city);
    let of_tea = row(&rows, "figure", "samples", "");
    assert_eq!(
        [text(of_tea, "first"), text(of_tea, "present")],
        ["0", "10"]
    );
    let traded = entries(&city, "samples", "");
    assert_eq!(traded.len(), 1, "{traded:?}");
    // What an import brings counts from its closing entry on; the firm stands right behind its opening.
    let opened = city.facts(traded[0].0)["import"].as_u64().unwrap();
    assert_eq!(city.facts(opened + 1)["attributes"]["industry"], "tea");
    // West is put below the market bureau from the year's first day: the bureau's own figure gets 19 of 20.
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("town");
    copy_folder(&test_package("town"), &package);
    std::fs::write(
        package.join("tree.toml"),
        "[[unit_change]]\nunit = \"west\"\non = 2018-01-01\nparent = \"market\"\n",
    )
    .unwrap();
    let head = package.join("programme.toml");
    let text_of = std::fs::read_to_string(&head).unwrap();
    std::fs::write(&head, text_of.replace("\"1.0.0\"", "\"1.1.0\"")).unwrap();
    city.run(["activate", package.to_str().unwrap()]).ok();
    let activated = city.head();

    let rows = restated(&city);
    assert_eq!(
        told(row(&rows, "figure", "pass_rate", "")),
        [
            "0.966666666667".to_owned(),
            "0.952380952381".to_owned(),
            import.to_string()
        ]
    );
    let market = row(&rows, "figure", "pass_rate", "market");
    assert_eq!(
        told(market),
        [String::new(), "0.95".to_owned(), activated.to_string()]
    );
    assert_eq!(text(market, "first_state"), "not_applicable");
    let listed = city.run(["restated", "--entries", "--unit", "east"]).ok();
    assert!(listed.out.contains("import"), "{listed}");
}

#[test]
fn sealed_points_totals_and_grades_are_restated_too() {
    let city = City::new("town");
    town::year(&city);
    let minutes = city.file("纪要.pdf", "minutes");
    city.run([
        "seal",
        "assessment",
        "--minutes",
        &minutes,
        "--approval",
        "质〔2018〕1号",
        "--demonstration",
    ])
    .ok();
    let first = restated(&city);
    assert!(first.iter().all(|row| row["changed"] == false), "{first:?}");

    // West: one more failed sample, 19 of 21, which is (19/21 − 9/10) ÷ 0.075 × 10 = 40/63 points of ten;
    // in all 40/63 + 10 + 5 of 30, 52.12 %, a D.
    let late = submit(
        &city,
        &[
            "number=西乡-99",
            "day=2018-06-01",
            "place=west",
            "result=fail",
        ],
    )
    .number();
    // The committee then sets leadership at 10: 40/63 + 20 of 30, 68.78 %, a C again.
    let set = city
        .run_all(&[
            "override",
            "assessment",
            "leadership",
            "west",
            "10",
            "--reason",
            "复核",
        ])
        .number();
    let rows = restated(&city);
    let food = row(&rows, "points", "food", "west");
    assert_eq!(
        told(food),
        [
            "6.666666666667".to_owned(),
            "0.634920634921".to_owned(),
            late.to_string()
        ]
    );
    assert_eq!(text(food, "difference"), "-6.031746031746");
    assert_eq!(
        told(row(&rows, "points", "leadership", "west")),
        ["5".to_owned(), "10".to_owned(), set.to_string()]
    );
    assert_eq!(
        told(row(&rows, "total", "", "west")),
        [
            "72.22".to_owned(),
            "68.78".to_owned(),
            format!("{late}; {set}")
        ]
    );
    // The grade went and came back: the same now, by two entries.
    let grade = row(&rows, "grade", "", "west");
    assert_eq!(
        told(grade),
        ["C".to_owned(), "C".to_owned(), format!("{late}; {set}")]
    );
    assert_eq!(grade["changed"], false);
    assert_eq!(
        entries(&city, "grade", "west"),
        [
            (late, "C".into(), "D".into()),
            (set, "D".into(), "C".into())
        ]
    );
    // The figure on the card, and nothing of the other township.
    assert_eq!(
        told(row(&rows, "figure", "pass_rate", "west")),
        [
            "0.95".to_owned(),
            "0.904761904762".to_owned(),
            late.to_string()
        ]
    );
    assert!(
        rows.iter()
            .filter(|row| text(row, "unit") == "east")
            .all(|row| row["changed"] == false)
    );
}

#[test]
fn only_what_is_declared_public_is_published_and_again_only_with_a_reason() {
    let city = City::new("town");
    town::records(&city);
    city.run(["publish", "--name", "年报", "samples"])
        .refused("O310");
    let demonstration = ["publish", "--demonstration", "--name", "年报"];
    let with = |rest: &[&str]| {
        let mut all = demonstration.to_vec();
        all.extend(rest);
        city.run_all(&all)
    };
    with(&[]).refused("O302");
    with(&["findings"]).refused("O304").telling("public = true");
    with(&["samples", "samples"]).refused("O306");
    with(&["samples", "--day", "2030-01-01"]).refused("O308");
    let subject = format!(
        "samples?period=2018&subject={}&day=2018-12-31&programme=3&at=10",
        firm(1)
    );
    with(&[&subject]).refused("O305");
    with(&["samples?period=2018&day=2018-12-31&programme=3&at=99999"]).refused("O307");
    city.run_all(&["publish", "--demonstration", "--name", " ", "samples"])
        .refused("O301");
    with(&["samples"]).ok();
    with(&["samples"]).refused("O309");
    with(&["samples", "--reason", "补报"]).ok();
    let rows = city.run(["published", "--format", "json"]).ok().json();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["demonstration"] == true));
    assert_eq!(text(&rows[1], "reason"), "补报");
    assert_eq!(text(&rows[1], "value"), "60");
    // One value, published twice.
    let rows = restated(&city);
    assert_eq!(rows.len(), 1);
    assert_eq!(text(&rows[0], "times"), "2");
    city.run(["restated", "--publication", "月报"])
        .refused("O311");
    let table = city.run(["published"]).ok();
    assert!(table.out.contains("DEMONSTRATION"), "{table}");
}
