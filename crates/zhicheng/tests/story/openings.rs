//! Records that open cases, by command: what an import brought is opened by `advance`, once, and `case list` finds it.

use std::path::PathBuf;

use crate::city::{City, text};

const SAMPLES: &str = include_str!("../../../office/tests/flows/samples.toml");

fn city() -> City {
    let place = tempfile::tempdir().unwrap();
    let package: PathBuf = place.path().join("samples");
    std::fs::create_dir(&package).unwrap();
    std::fs::write(package.join("programme.toml"), SAMPLES).unwrap();
    City::founded(&package, true)
}

#[test]
fn what_an_import_brought_is_opened_once_and_found_by_its_flow() {
    let city = city();
    let rows = "编号,抽样日期,单位,店铺编号,结论,报告日期\n\
                a1,2018-05-21,市场监管局,S1,不合格,2018-06-01\n\
                a2,2018-05-21,市场监管局,S2,合格,2018-06-01\n\
                a3,2018-05-22,市场监管局,S1,不合格,2018-06-01\n\
                old,2018-03-01,市场监管局,S1,不合格,2018-03-20\n";
    let file = city.file("抽检.csv", rows);
    city.run(["import", "sample", &file]).ok();
    let opened = |count: u64| {
        let done = city.run(["advance"]).ok();
        assert!(
            done.out.contains(&format!("opened by records {count}")),
            "{done}"
        );
    };
    opened(2);
    opened(0);
    let list = |flow: &str| {
        let found = city.run(["case", "list", "--flow", flow, "--format", "json"]);
        found.json()
    };
    let disposals = list("disposal");
    assert_eq!(disposals.len(), 2);
    assert_eq!(list("处置").len(), 2);
    assert_eq!(list("testing").len(), 0);
    for case in &disposals {
        assert_eq!(text(case, "flow"), "disposal");
        assert!(text(case, "about").starts_with("S1 "), "{case:?}");
        assert_eq!(text(case, "unit"), "amr");
    }
    city.run(["case", "list", "--flow", "nowhere"])
        .refused("Z251");
    // What is withdrawn, and what comes back, opens nothing anew.
    let record = text(&disposals[0], "about").replace("S1 ", "");
    city.run(["withdraw", &record, "--reason", "登记有误"]).ok();
    opened(0);
}
