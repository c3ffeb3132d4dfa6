//! An auditor at work: a sample of published figures that anyone can draw again, checked by hand.

use crate::city::{City, Row, copy_folder, test_package, text};
use crate::town;

/// SHA-256 in hex and the draw, by other means than the program's: Python's hashlib.
fn python(script: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Draws again what the entry says, from the frame in the entry: the sentences of `office::audit`.
const DRAW_AGAIN: &str = r#"
import sys, json, hashlib
facts, frame = json.loads(sys.argv[1]), json.loads(sys.argv[2])
lines = "".join(f"{f['address']}\t{f['published']}\n" for f in frame)
digest = hashlib.sha256(lines.encode()).hexdigest()
key = f"{facts['seed']}/{digest}/".encode()
left, out = list(range(1, len(frame) + 1)), []
for i in range(min(facts['figures_wanted'], len(frame))):
    b = i.to_bytes(2, "big")
    out.append(left.pop(int.from_bytes(hashlib.sha256(b + key + b).digest(), "big") % len(left)))
print(digest, *out)
"#;

fn published() -> City {
    let city = City::new("town");
    town::records(&city);
    city.run_all(&[
        "publish",
        "--demonstration",
        "--name",
        "年报",
        "pass_rate",
        "samples",
        "visits",
        "--by-unit",
    ])
    .ok();
    city
}

fn list(city: &City) -> Vec<Row> {
    city.run(["audit", "list", "--format", "json"]).ok().json()
}

#[test]
fn a_stranger_draws_the_same_sample_from_the_entry() {
    let city = published();
    let draw = city
        .run([
            "audit",
            "draw",
            "--seed",
            "9319 2 5 12",
            "--figures",
            "4",
            "--records",
            "3",
        ])
        .number();
    let facts = city.facts(draw);
    let drawn: Vec<String> = facts["drawn"]
        .as_array()
        .unwrap()
        .iter()
        .map(|drawn| drawn["number"].to_string())
        .collect();
    let again = python(
        DRAW_AGAIN,
        &[&facts.to_string(), &facts["frame"].to_string()],
    );
    let expected = format!(
        "{} {}",
        facts["frame_sha256"].as_str().unwrap(),
        drawn.join(" ")
    );
    assert_eq!(again, expected);
    // Figures without a value cannot be drawn: the city, the government above all, East and West have a pass rate.
    let frame = facts["frame"].as_array().unwrap();
    let rates = frame
        .iter()
        .filter(|figure| figure["address"].as_str().unwrap().starts_with("pass_rate"));
    assert_eq!(rates.count(), 4);
    let lines = list(&city);
    assert_eq!(
        lines.iter().filter(|row| row["record"].is_null()).count(),
        4
    );
    for row in &lines {
        assert_eq!(text(row, "finding"), "");
        if !row["record"].is_null() {
            assert!(!text(row, "fields").is_empty(), "{row:?}");
            assert_eq!(text(row, "record"), text(row, "entry"));
        }
    }
    // The same seed on the same frame gives the same; another seed another.
    let same = city
        .run([
            "audit",
            "draw",
            "--seed",
            "9319 2 5 12",
            "--figures",
            "4",
            "--records",
            "3",
        ])
        .number();
    assert_eq!(city.facts(same)["drawn"], facts["drawn"]);
    let other = city
        .run([
            "audit",
            "draw",
            "--seed",
            "other",
            "--figures",
            "4",
            "--records",
            "3",
        ])
        .number();
    assert_ne!(city.facts(other)["drawn"], facts["drawn"]);
}

#[test]
fn an_announced_draw_is_made_once_with_the_seed_it_is_committed_to() {
    let city = published();
    let commitment = python(
        "import hashlib, sys; print(hashlib.sha256(sys.argv[1].encode()).hexdigest())",
        &["the secret"],
    );
    city.run(["audit", "announce", "--commitment", "abc"])
        .refused("O330");
    let announced = city
        .run([
            "audit",
            "announce",
            "--figures",
            "5",
            "--records",
            "2",
            "--strata",
            "indicator",
            "--commitment",
            &commitment,
        ])
        .number();
    // What is published after the announcement is not in the frame.
    city.run_all(&["publish", "--demonstration", "--name", "后来", "cost"])
        .ok();
    let position = announced.to_string();
    let with = |seed: &str| city.run(["audit", "draw", "--announced", &position, "--seed", seed]);
    with("another").refused("O333");
    let draw = with("the secret").number();
    with("the secret").refused("O332");
    let (facts, frame) = (city.facts(draw), city.facts(announced)["frame"].clone());
    assert_eq!(facts["announced"], announced);
    let frame = frame.as_array().unwrap();
    assert!(
        frame
            .iter()
            .all(|figure| !figure["address"].as_str().unwrap().starts_with("cost"))
    );
    // Four pass rates, six counts of samples (the city's and five units'), six of visits. 5 of 16 are 1.25, 1.875
    // and 1.875: one each, and one more for the two larger remainders.
    let drawn = facts["drawn"].as_array().unwrap();
    let of = |indicator: &str| {
        drawn
            .iter()
            .filter(|drawn| {
                let number = drawn["number"].as_u64().unwrap() as usize;
                frame[number - 1]["address"]
                    .as_str()
                    .unwrap()
                    .starts_with(indicator)
            })
            .count()
    };
    assert_eq!(
        [of("pass_rate"), of("samples"), of("visits")],
        [1, 2, 2],
        "{drawn:?}"
    );
    city.run(["audit", "draw", "--announced", "1", "--seed", "x"])
        .refused("O331");
}

#[test]
fn figures_are_drawn_by_the_records_behind_them() {
    let city = published();
    let draw = city
        .run([
            "audit",
            "draw",
            "--seed",
            "1",
            "--figures",
            "100",
            "--records",
            "0",
            "--by-records",
        ])
        .number();
    let facts = city.facts(draw);
    let frame = facts["frame"].as_array().unwrap();
    let without = frame.iter().filter(|figure| figure["records"] == 0).count();
    assert!(without > 0, "some units have no records");
    // What has no records behind it has no chance.
    assert_eq!(
        facts["drawn"].as_array().unwrap().len(),
        frame.len() - without
    );
}

#[test]
fn the_workbook_is_filled_by_hand_and_read_back() {
    let city = published();
    city.run([
        "audit",
        "draw",
        "--seed",
        "7",
        "--figures",
        "2",
        "--records",
        "3",
        "--indicator",
        "samples",
    ])
    .ok();
    let lines = list(&city);
    let names: Vec<String> = lines.iter().map(|row| text(row, "line")).collect();
    assert_eq!(names[..2], ["1", "1.1"], "{names:?}");
    let path = city.path("核对.xlsx");
    let path = path.to_str().unwrap();
    city.run(["audit", "list", "--workbook", path]).ok();
    city.run(["audit", "list", "--workbook", path])
        .refused("Z217");
    let workbook = std::fs::read(path).unwrap();
    assert!(workbook.starts_with(b"PK"));
    // Empty, it holds no findings.
    let empty = city.run(["audit", "read", path]).ok();
    assert!(empty.out.contains("kept: 0"), "{empty}");
    // As CSV the auditor fills three lines: agrees, differs, not found.
    let csv = city.path("核对.csv");
    let csv = csv.to_str().unwrap();
    city.run(["audit", "list", "--csv", csv]).ok();
    let blank = std::fs::read_to_string(csv).unwrap();
    let fill = |verdicts: &[(&str, &str)]| {
        let filled: String = blank
            .lines()
            .map(|line| {
                let name = line
                    .split(',')
                    .next()
                    .unwrap()
                    .trim_start_matches('\u{feff}');
                let found = verdicts.iter().find(|(of, _)| *of == name);
                match found {
                    // The last three columns are empty: verdict, value found, remark.
                    Some((_, end)) => {
                        format!(
                            "{}{end}\r\n",
                            line.strip_suffix(",,,").unwrap().to_owned() + ","
                        )
                    }
                    None => format!("{line}\r\n"),
                }
            })
            .collect();
        city.file("填好.csv", filled)
    };
    let bad = fill(&[("1", "一致,,"), ("1.1", "differs,,")]);
    city.run(["audit", "read", &bad]).refused("O341");
    let bad = fill(&[("1", "perhaps,,")]);
    city.run(["audit", "read", &bad]).refused("O340");
    assert!(
        list(&city).iter().all(|row| row["finding"].is_null()),
        "nothing is half read"
    );
    let good = fill(&[
        ("1", "agrees,,"),
        ("1.1", "不一致,9 批,原始单据"),
        ("1.2", "查无,,"),
    ]);
    let kept = city
        .by("审计员", "programme_office", None)
        .run(["audit", "read", &good])
        .ok();
    assert!(kept.out.contains("kept: 3"), "{kept}");
    // Read again, nothing is new; another verdict needs a remark.
    let again = city.run(["audit", "read", &good]).ok();
    assert!(again.out.contains("kept: 0"), "{again}");
    city.run(["audit", "finding", "1.2", "agrees"])
        .refused("O342");
    city.run(["audit", "finding", "1.2", "agrees", "--note", "补到单据"])
        .ok();
    city.run(["audit", "finding", "9.9", "agrees"])
        .refused("O338");

    let report = city
        .run(["audit", "report", "--format", "json"])
        .ok()
        .json();
    let numbers = |row: &Row| {
        [
            "drawn",
            "checked",
            "agrees",
            "differs",
            "not_found",
            "open",
            "agreement",
        ]
        .map(|key| text(row, key))
    };
    let records = (lines.len() - 2).to_string();
    let open = (lines.len() - 4).to_string();
    assert_eq!(numbers(&report[0]), ["2", "1", "1", "0", "0", "1", "1"]);
    assert_eq!(
        numbers(&report[1]),
        [&records, "2", "1", "1", "0", &open, "0.5"]
    );
    assert!(text(&report[0], "affected").starts_with("samples?"));
    let table = city.run(["audit", "report"]).ok();
    assert!(
        table.out.contains("1.1") && table.out.contains("50.0%"),
        "{table}"
    );
}

#[test]
fn an_auditor_writes_findings_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("town");
    copy_folder(&test_package("town"), &package);
    std::fs::write(
        package.join("grants.toml"),
        "[[role]]\nid = \"auditor\"\nname = { zh = \"审计\", en = \"Auditor\" }\n\n\
         [[grant]]\nrole = \"auditor\"\ncommands = [\"audit_draw\", \"audit_finding\"]\n",
    )
    .unwrap();
    let city = City::founded(&package, true);
    town::records(&city);
    let auditor = city.by("审计员", "auditor", None);
    // Open to everyone else, closed to the auditor.
    auditor
        .run(["withdraw", "20", "--reason", "x"])
        .refused("O320");
    auditor
        .run(["publish", "--demonstration", "--name", "年报", "samples"])
        .refused("O320");
    city.run(["publish", "--demonstration", "--name", "年报", "samples"])
        .ok();
    // And what is the auditor's is closed to others.
    city.run(["audit", "draw", "--seed", "1"]).refused("O281");
    auditor.run(["audit", "draw", "--seed", "1"]).ok();
    auditor.run(["audit", "finding", "1", "agrees"]).ok();
    city.run(["audit", "finding", "1.1", "agrees"])
        .refused("O281");
}
