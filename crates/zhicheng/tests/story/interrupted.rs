//! Readers and other writers beside an import that runs. What a kill leaves is in `torture/kill.rs`.

use std::time::{Duration, Instant};

use crate::city::City;
use crate::files::{SAMPLE_HEADER, sample};

const ROWS: u32 = 20_000;

fn big_file(city: &City) -> String {
    let row = |n| {
        sample(
            &format!("k{n}"),
            &format!("2018-{:02}-{:02}", n % 12 + 1, n % 28 + 1),
            "东乡",
            n % 50 + 1,
            "合格",
        )
    };
    city.file(
        "两万批.csv",
        SAMPLE_HEADER.to_owned() + &(0..ROWS).map(row).collect::<String>(),
    )
}

#[test]
fn a_reader_beside_a_running_import_sees_all_of_it_or_nothing() {
    let city = City::new("town");
    let file = big_file(&city);
    let mut import = city.start(["import", "sample", &file]);
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut was_refused = false;
    loop {
        let is_done = import.try_wait().unwrap().is_some();
        let seen = city.figure("samples");
        assert!(
            seen == "0" || seen == ROWS.to_string(),
            "a reader saw {seen} rows"
        );
        if is_done {
            break;
        }
        let second = city.run(["alias", "unit", "市监局", "market"]);
        was_refused |= second.code == 1 && second.err.contains("[L105]");
        assert!(Instant::now() < deadline, "the import does not end");
    }
    assert!(import.wait().unwrap().success());
    assert!(
        was_refused,
        "a second writer was refused while the import ran"
    );
    assert_eq!(city.figure("samples"), ROWS.to_string());
}
