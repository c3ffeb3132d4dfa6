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

#[test]
fn killed_at_several_moments_it_leaves_nothing_half_in() {
    // How long it takes when it is left alone.
    let undisturbed = City::new("town");
    let file = big_file(&undisturbed);
    let started = Instant::now();
    undisturbed.run(["import", "sample", &file]).ok();
    let whole = started.elapsed();

    let mut killed_half_way = 0;
    // Moments over the whole run; odd parts, so that they do not fall on group edges.
    for part in [0.17, 0.52, 0.66, 0.81] {
        let city = City::new("town");
        let before = city.file(
            "前.csv",
            SAMPLE_HEADER.to_owned() + &sample("before", "2018-01-01", "东乡", 1, "合格"),
        );
        city.run(["import", "sample", &before]).ok();
        let head = city.head();
        let file = big_file(&city);
        let mut import = city.start(["import", "sample", &file]);
        std::thread::sleep(whole.mul_f64(part));
        import.kill().unwrap();
        let is_killed = !import.wait().unwrap().success();

        let after = city.run(["verify", "--format", "json"]).ok().row()["position"]
            .as_u64()
            .unwrap();
        let expected = if is_killed {
            "1".to_owned()
        } else {
            (ROWS + 1).to_string()
        };
        assert_eq!(
            city.figure("samples"),
            expected,
            "all or nothing, killed at {part}"
        );
        if is_killed && after > head {
            killed_half_way += 1;
        }

        let again = city
            .run(["import", "sample", &file, "--format", "json"])
            .ok()
            .row();
        let added = if is_killed { ROWS } else { 0 };
        assert_eq!(
            (text(&again, "added"), text(&again, "unchanged")),
            (added.to_string(), (ROWS - added).to_string())
        );
        assert_eq!(city.figure("samples"), (ROWS + 1).to_string());
    }
    assert!(
        killed_half_way > 0,
        "at least once rows had been written already"
    );
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
