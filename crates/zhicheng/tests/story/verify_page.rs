//! `docs/verify.md` followed to the letter, by someone who has only the bundle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bundle::{SignerKey, VerifierKey};

use crate::city::{BINARY, City, Run, copy_folder, left_out, run, test_package, text};
use crate::demonstration::shared;
use crate::files::firm;
use crate::stranger::{listed, one, replace};
use crate::town;

/// A block of code of a page: its language, the name of its file, and its text.
type Block = (String, Option<String>, String);

/// A page of the documents.
fn page(name: &str) -> PathBuf {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    documents.join(name)
}

/// The blocks of `docs/verify.md` (or its Chinese twin) that a reader is to run.
fn blocks(name: &str) -> Vec<Block> {
    let page = fs::read_to_string(page(name)).unwrap();
    let blocks = page.split("\n```").skip(1).step_by(2);
    blocks
        .filter_map(|block| {
            let (head, body) = block.split_once('\n')?;
            let (language, name) = match head.split_once(' ') {
                Some((language, name)) => (language, Some(name.to_owned())),
                None => (head, None),
            };
            let block = (language.to_owned(), name, format!("{body}\n"));
            (!language.is_empty()).then_some(block)
        })
        .collect()
}

/// A folder in which nothing lies but a bundle, a key, a kept checkpoint and `docs/verify.md`.
struct EmptyRoom {
    place: tempfile::TempDir,
    path: std::ffi::OsString,
}

impl EmptyRoom {
    /// `None` where there is no Python to run them with.
    fn new(bundle: &Path, key: &str, kept: &[u8]) -> Option<EmptyRoom> {
        let python = PathBuf::from(std::env::var_os("ZHICHENG_TEST_PYTHON")?);
        let place = tempfile::tempdir().unwrap();
        let folder = place.path();
        copy_folder(bundle, &folder.join("bundle"));
        fs::write(folder.join("log-key.txt"), format!("{key}\n")).unwrap();
        fs::write(folder.join("checkpoint-i-kept.txt"), kept).unwrap();
        fs::copy(page("verify.md"), folder.join("verify.md")).unwrap();
        let tools = [
            python.parent().unwrap(),
            Path::new(&*BINARY).parent().unwrap(),
        ];
        let others = std::env::var_os("PATH").unwrap_or_default();
        let others = std::env::split_paths(&others);
        let path = tools.map(Path::to_owned).into_iter().chain(others);
        let room = EmptyRoom {
            path: std::env::join_paths(path).unwrap(),
            place,
        };
        // The page's first command takes its programs out of it.
        let first = blocks("verify.md")
            .into_iter()
            .find(|(language, ..)| language == "sh");
        room.types(&first.unwrap().2).ok();
        for (_, name, text) in blocks("verify.md") {
            if let Some(name) = name {
                let found = fs::read_to_string(room.place.path().join(name));
                assert_eq!(found.unwrap(), text);
            }
        }
        Some(room)
    }

    fn bundle(&self) -> PathBuf {
        self.place.path().join("bundle")
    }

    /// Runs what a reader would type.
    fn types(&self, command: &str) -> Run {
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", command])
            .current_dir(self.place.path())
            .env("PATH", &self.path)
            .env("GOCACHE", self.place.path().join("go-cache"))
            .env("PYTHONIOENCODING", "utf-8")
            .output()
            .unwrap();
        Run {
            command: command.to_owned(),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What a command says when it fails, and where `file` was changed for it.
    fn finds(&self, file: &str, change: impl FnOnce(&Path), command: &str, told: &str) {
        let path = self.bundle().join(file);
        let whole = fs::read(&path).unwrap();
        change(&path);
        let found = self.types(command);
        assert!(
            found.code != 0 && format!("{}{}", found.out, found.err).contains(told),
            "{told}: {found}"
        );
        fs::write(&path, whole).unwrap();
    }
}

#[test]
fn the_page_is_followed_to_the_letter_by_someone_who_has_only_the_bundle() {
    let pages = blocks("verify.md");
    assert_eq!(
        pages,
        blocks("verify.zh-CN.md"),
        "both pages give the same programs and commands"
    );
    let city = City::copy_of(&shared(1));
    let kept = city.run(["checkpoint"]).ok().out;
    let minutes = city.file("纪要.pdf", "the minutes");
    // The demonstration stands in mid-course; what is still open is set by hand, so that it can be sealed.
    for row in city
        .run(["score", "assessment", "--format", "json"])
        .ok()
        .json()
    {
        let said = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        if row["item"].is_string() && said("state") == "not_judged" {
            city.run([
                "override",
                "assessment",
                &said("item"),
                &said("unit"),
                "0",
                "--reason",
                "试封存",
            ])
            .ok();
        }
    }
    city.run([
        "seal",
        "assessment",
        "--minutes",
        &minutes,
        "--approval",
        "1号",
        "--demonstration",
    ])
    .ok();
    city.run([
        "publish",
        "normative_documents",
        "organisations_taking_part",
        "--by-unit",
        "--name",
        "年报",
        "--demonstration",
    ])
    .ok();
    let folder = city.path("bundle");
    city.run(["export", "--bundle", folder.to_str().unwrap()])
        .ok();
    let key = text(
        &city.run(["key", "show", "--format", "json"]).json()[0],
        "key",
    );
    let Some(room) = EmptyRoom::new(&folder, &key, kept.as_bytes()) else {
        return left_out("verify.md: Python (ZHICHENG_TEST_PYTHON is not set)");
    };
    let has_go = room
        .types("go version && test -d /usr/share/gocode/src/golang.org/x/mod/sumdb")
        .code
        == 0;
    if !has_go {
        left_out("verify.md: Go (golang-go and golang-golang-x-mod-dev are not installed)");
    }
    let commands: Vec<&Block> = pages
        .iter()
        .filter(|(language, ..)| language == "sh")
        .collect();
    assert!(commands.len() >= 7, "{commands:?}");
    let mut said = String::new();
    for (.., command) in commands {
        if has_go || !command.contains("go run") {
            said += &room.types(command).ok().out;
        }
    }
    let expected = [
        ("are those that were signed", if has_go { 2 } else { 1 }),
        ("figures are what the records give in duckdb", 1),
        ("figures are what the records give in sqlite", 1),
        ("rows of records are what the log says", 1),
    ];
    for (what, times) in expected {
        assert_eq!(said.matches(what).count(), times, "{what}: {said}");
    }
    // It wrote nothing into the bundle.
    room.types("zhicheng verify bundle --key log-key.txt").ok();

    // Each of the programs finds what was changed.
    let all = |path: &Path, found: &str, other: &str| replace(path, found, other);
    room.finds(
        "figures.jsonl",
        |path| all(path, "\"value\":\"", "\"value\":\"1"),
        "python3 verify_figures.py bundle duckdb",
        "the records give",
    );
    let log = "python3 verify_log.py bundle \"$(cat log-key.txt)\"";
    room.finds(
        "payload/000000.jsonl",
        |path| all(path, "demonstration", "demonstratiom"),
        log,
        "facts of entry 1 differ",
    );
    room.finds(
        "manifest.sha256",
        |path| all(path, "a", "b"),
        log,
        "the manifest is of another bundle",
    );
    room.finds(
        "checkpoint",
        |path| all(path, "demonstration", "demonstratiom"),
        log,
        "InvalidSignature",
    );
    // A checkpoint of another history, signed with the same key.
    let known = VerifierKey::parse(&key).unwrap();
    let secret = city.data().join(format!("keys/{:08x}.skey", known.id()));
    let secret = fs::read_to_string(secret).unwrap();
    let secret = SignerKey::parse(secret.trim_end()).unwrap();
    let other = bundle::Checkpoint::new(known.name(), 7, [7; 32]).sign(&secret);
    room.finds(
        "../checkpoint-i-kept.txt",
        |path| fs::write(path, other.unwrap().to_string()).unwrap(),
        &format!("{log} checkpoint-i-kept.txt"),
        "another history",
    );
    let sealed = one(&room.bundle(), "sealed/", ".json");
    let sealed = sealed.strip_prefix(room.bundle()).unwrap().to_owned();
    room.finds(
        sealed.to_str().unwrap(),
        |path| all(path, "1号", "2号"),
        log,
        "sealed/",
    );
    room.finds(
        "tables/record_food_sample.csv",
        |path| all(path, "\"pass\"", "\"fail\""),
        "python3 check_records.py bundle",
        "record_food_sample.csv: the log has",
    );
    if has_go {
        let flip = |path: &Path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[60] ^= 1;
            fs::write(path, bytes).unwrap();
        };
        let go = "GO111MODULE=off GOPATH=/usr/share/gocode go run verify_log.go bundle \"$(cat log-key.txt)\"";
        room.finds("tile/entries/000", flip, go, "the root is another one");
    }
}

#[test]
fn a_published_figure_that_changed_is_shown_as_published_and_as_it_is() {
    let city = City::new("town");
    town::records(&city);
    let publish = [
        "publish",
        "pass_rate",
        "samples",
        "cost",
        "--by-unit",
        "--name",
        "年报",
        "--demonstration",
    ];
    let published = city.run(publish).ok().number();
    let kept = city.run(["checkpoint"]).ok().out;
    // A failed sample of East turns out to have passed: 59 of 60 in town, where 58 of 60 were published.
    let subject = format!("subject={}", firm(40 % 7 + 1));
    city.run([
        "submit",
        "sample",
        "number=东乡-40",
        "day=2018-03-13",
        "unit=market",
        "place=east",
        &subject,
        "result=pass",
        "--revise",
        "--reason",
        "复检合格",
    ])
    .ok();
    // And the programme drops an indicator.
    let package = city.path("town");
    copy_folder(&test_package("town"), &package);
    let head = fs::read_to_string(package.join("programme.toml")).unwrap();
    let head = head.replace("\"1.0.0\"", "\"1.1.0\"");
    fs::write(package.join("programme.toml"), head).unwrap();
    let records = fs::read_to_string(package.join("records.toml")).unwrap();
    let (before, cost) = records.split_once("[[indicator]]\nid = \"cost\"").unwrap();
    let (_, after) = cost.split_once("[[indicator]]").unwrap();
    let without = format!("{before}[[indicator]]{after}");
    fs::write(package.join("records.toml"), without).unwrap();
    city.run(["activate", package.to_str().unwrap()]).ok();
    let folder = city.path("bundle");
    city.run(["export", "--bundle", folder.to_str().unwrap()])
        .ok();
    run(&["verify", folder.to_str().unwrap()]).ok();

    let figures = listed(&folder);
    let because = format!("published {published}");
    let of = |indicator: &str, unit: &str| {
        let begin = format!("{indicator}?period=2018{unit}&day=");
        let found = figures.iter().find(|figure| {
            figure["address"].as_str().unwrap().starts_with(&begin)
                && figure["because"][0] == because.as_str()
        });
        found.unwrap_or_else(|| panic!("{begin} in {figures:#?}"))
    };
    for (unit, was, is) in [
        ("", ["58", "60"], ["59", "60"]),
        ("&unit=east", ["39", "40"], ["40", "40"]),
    ] {
        let first = of("pass_rate", unit);
        assert_eq!([&first["numerator"], &first["denominator"]], was);
        let address = first["restated"].as_str().unwrap();
        let present = figures.iter().find(|figure| figure["address"] == address);
        let present = present.unwrap();
        assert_eq!([&present["numerator"], &present["denominator"]], is);
        let restates = format!("restates {}", first["address"].as_str().unwrap());
        let reasons = present["because"].as_array().unwrap();
        assert!(reasons.contains(&restates.into()), "{reasons:?}");
        assert_ne!(first["sql"], present["sql"]);
    }
    // West is what it was, and no sample came or went.
    assert_eq!(
        of("pass_rate", "&unit=west")["restated"],
        serde_json::Value::Null
    );
    assert_eq!(of("samples", "")["restated"], serde_json::Value::Null);

    assert_eq!(of("cost", "")["restated"], "gone");

    // What is said to be the same, or restated otherwise, is found.
    let list = fs::read_to_string(folder.join("figures.jsonl")).unwrap();
    let key = text(
        &city.run(["key", "show", "--format", "json"]).json()[0],
        "key",
    );
    let Some(room) = EmptyRoom::new(&folder, &key, kept.as_bytes()) else {
        return left_out("restated figures in SQL: Python (ZHICHENG_TEST_PYTHON is not set)");
    };
    for engine in ["duckdb", "sqlite"] {
        let said = room.types(&format!("python3 verify_figures.py bundle {engine}"));
        let all = format!("{} figures are what the records give", list.lines().count());
        assert!(said.ok().out.contains(&all), "{all}");
    }
    // A published value beside another one in the list: the publication's own file tells.
    room.finds(
        "figures.jsonl",
        |path| {
            let first = of("pass_rate", "")["address"].as_str().unwrap();
            let begin = format!("{{\"address\":\"{first}\"");
            let line = list.lines().find(|line| line.starts_with(&begin)).unwrap();
            let other = line.replace("\"58\"", "\"59\"");
            replace(path, line, &other);
        },
        "python3 verify_figures.py bundle duckdb",
        &because,
    );
}
