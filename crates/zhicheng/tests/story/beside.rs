//! Commands that write beside a running site: they pass themselves to it and answer as they always do.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::account::serve;
use crate::city::{City, Run, text};
use crate::files::{SAMPLE_HEADER, firm, sample, samples};

fn submit(city: &City, number: &str, more: &[&str]) -> Run {
    let (subject, number) = (format!("subject={}", firm(1)), format!("number={number}"));
    let mut all = vec![
        "submit",
        "sample",
        &number,
        "day=2018-03-05",
        "unit=market",
        "place=east",
        &subject,
    ];
    all.extend(more);
    city.run_all(&all)
}

/// What a command said, without what differs from folder to folder.
fn told(run: &Run) -> (i32, String, String) {
    (run.code, run.out.clone(), run.err.clone())
}

#[test]
fn what_is_written_beside_a_site_is_told_and_kept_as_without_one() {
    let (alone, beside) = (City::new("town"), City::new("town"));
    let site = serve(&beside);
    let folder = beside.data().join("running");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700, "the owner's alone");
    assert_eq!(mode(&folder.join("socket")), 0o600);
    let rejects = |city: &City| city.path("退回.xlsx").to_str().unwrap().to_owned();
    let same = |act: &dyn Fn(&City) -> Run| {
        let (one, other) = (act(&alone), act(&beside));
        // Paths of two folders differ; everything else is the same, the exit code too.
        let place = |city: &City, text: &str| {
            let place = city.data().parent().unwrap().to_str().unwrap().to_owned();
            text.replace(&place, "PLACE")
        };
        let (one_told, other_told) = (told(&one), told(&other));
        assert_eq!(one_told.0, other_told.0, "{} {}", one.err, other.err);
        assert_eq!(place(&alone, &one_told.1), place(&beside, &other_told.1));
        assert_eq!(place(&alone, &one_told.2), place(&beside, &other_told.2));
    };
    same(&|city| submit(city, "a1", &["result=pass"]).ok());
    same(&|city| submit(city, "a1", &["result=pass"]).ok());
    same(&|city| submit(city, "a1", &["result=fail"]).refused("O231"));
    same(&|city| submit(city, "a2", &["result=nothing"]).refused("O213"));
    same(&|city| {
        let file = city.file("抽检.csv", samples("东乡", 9, 1));
        city.run(["import", "sample", &file, "--format", "json"])
            .ok()
    });
    same(&|city| {
        let file = city.file(
            "错.csv",
            SAMPLE_HEADER.to_owned() + &sample("x", "2018-02-31", "东乡", 1, "合格"),
        );
        city.run(["import", "sample", &file, "--rejects", &rejects(city)])
    });
    assert!(fs::metadata(rejects(&beside)).unwrap().len() > 1000);
    same(&|city| city.run(["alias", "unit", "市监局", "market"]).ok());
    same(&|city| city.run(["withdraw", "1", "--reason", "x"]));
    same(&|city| {
        let run = city.run(["import", "sample", "/no/such/file"]);
        assert!(run.err.contains("Z101"), "{}", run.err);
        run
    });
    same(&|city| {
        city.run(["case", "open", "assessment", "--day", "2018-01-02"])
            .ok()
    });
    same(&|city| {
        city.run_all(&[
            "submit", "sample", "number=q", "--as", "王", "--role", "nobody",
        ])
    });
    // What needs the folder for itself is still refused.
    beside.run(["rebuild"]).refused("L105");
    assert_eq!(alone.figure("samples"), beside.figure("samples"));
    drop(site);
    // A site that was killed leaves its socket; nobody answers there, and the command does it itself.
    assert!(folder.join("socket").exists());
    submit(&beside, "a9", &["result=pass"]).ok();
    // The next site takes the socket's place.
    let _site = serve(&beside);
    submit(&beside, "a10", &["result=pass"]).ok();
    beside.run(["verify"]).ok();
}

#[test]
fn a_site_that_is_killed_while_it_carries_out_an_import_leaves_all_or_nothing() {
    let city = City::new("town");
    let mut site = serve(&city);
    let row = |n: u32| {
        let day = format!("2018-{:02}-{:02}", n % 12 + 1, n % 28 + 1);
        sample(&format!("k{n}"), &day, "东乡", n % 50 + 1, "合格")
    };
    let rows = 60_000;
    let file = city.file(
        "六万批.csv",
        SAMPLE_HEADER.to_owned() + &(0..rows).map(row).collect::<String>(),
    );
    let mut import = city.start(["import", "sample", &file]);
    // Until the import has begun to write.
    let since = Instant::now();
    let small = city.run(["verify", "--format", "json"]).json();
    let before = small[0]["position"].as_u64().unwrap();
    loop {
        let now = city.run(["verify", "--format", "json"]);
        let position = now.json()[0]["position"].as_u64().unwrap();
        let is_done = import.try_wait().unwrap().is_some();
        if position > before || is_done || since.elapsed() > Duration::from_secs(60) {
            break;
        }
    }
    site.child.kill().unwrap();
    site.child.wait().unwrap();
    let code = import.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}");
    let seen = city.figure("samples");
    assert!(seen == "0" || seen == rows.to_string(), "{seen} rows");
    // Given again it is whole, and nothing is there twice.
    let again = city
        .run(["import", "sample", &file, "--format", "json"])
        .ok();
    assert!(["taken", "unchanged"].contains(&text(&again.json()[0], "taken").as_str()));
    assert_eq!(city.figure("samples"), rows.to_string());
    city.run(["verify"]).ok();
}
