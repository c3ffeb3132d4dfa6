//! An import that is killed: after a restart nothing is half in, and importing again adds each row once.

use std::time::{Duration, Instant};

use crate::city::{City, text};
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

/// The ledger's size, read beside the writer.
fn size(city: &City) -> i64 {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let ledger = rusqlite::Connection::open_with_flags(city.ledger_file(), flags).unwrap();
    ledger
        .query_row("SELECT size FROM head", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn killed_at_several_moments_it_leaves_nothing_half_in() {
    let mut killed_half_way = 0;
    // Killed while the rows are checked, and after so many entries were written.
    for written in [0, 1, 4_000, 9_000, 14_000] {
        let city = City::new("town");
        let before = SAMPLE_HEADER.to_owned() + &sample("before", "2018-01-01", "东乡", 1, "合格");
        let before = city.file("前.csv", before);
        city.run(["import", "sample", &before]).ok();
        let head = size(&city);
        let file = big_file(&city);
        let mut import = city.start(["import", "sample", &file]);
        std::thread::sleep(Duration::from_millis(50));
        while size(&city) < head + written && import.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        import.kill().unwrap();
        import.wait().unwrap();

        city.run(["verify"]).ok();
        let seen = city.figure("samples");
        // On a busy machine it may have come to its end before it was killed: then all is in.
        let is_in = seen == (ROWS + 1).to_string();
        assert!(
            seen == "1" || is_in,
            "all or nothing: {seen} after {written}"
        );
        if !is_in && size(&city) > head {
            killed_half_way += 1;
        }

        let again = city.run(["import", "sample", &file, "--format", "json"]);
        let again = again.ok().row();
        let (added, unchanged) = if is_in { (0, ROWS) } else { (ROWS, 0) };
        let told = (text(&again, "added"), text(&again, "unchanged"));
        assert_eq!(told, (added.to_string(), unchanged.to_string()));
        assert_eq!(city.figure("samples"), (ROWS + 1).to_string());
    }
    assert!(killed_half_way > 0, "rows had been written at least once");
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
