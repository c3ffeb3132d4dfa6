//! A bundle in the hands of a stranger: verified, tampered with in every kind of place, held against what was
//! kept, and checked by the commands that `docs/verify.md` gives, without this programme.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bundle::log::check_log;
use bundle::manifest::{MANIFEST, MANIFEST_NOTE, Manifest, Statement};
use bundle::merkle::sha256;
use bundle::{Files, Note, SignedCheckpoint, SignerKey, VerifierKey};
use office::bundling::folder::Folder;
use office::bundling::verify::{VerifiedBundle, verify_bundle};
use office::signing::Trust;

use crate::city::{City, Run, copy_folder, left_out, run, text};
use crate::demonstration::shared;
use crate::files::samples;
use crate::town;

/// A city with a year behind it, a sealed result and a publication, and its bundle.
struct Stranger {
    city: City,
    key: VerifierKey,
}

impl Stranger {
    fn new() -> Stranger {
        let city = City::new("town");
        town::year(&city);
        let file = city.file("更多.csv", samples("西乡", 300, 3).replace("西乡-", "多-"));
        city.run(["import", "sample", &file]).ok();
        city.run(["publish", "samples", "--name", "年报", "--demonstration"])
            .ok();
        let minutes = city.file("纪要.pdf", "the minutes");
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
        let rows = city.run(["key", "show", "--format", "json"]).json();
        let key = VerifierKey::parse(&text(&rows[0], "key")).unwrap();
        let stranger = Stranger { city, key };
        let folder = stranger.folder();
        stranger
            .city
            .run(["export", "--bundle", folder.to_str().unwrap()])
            .ok();
        stranger
    }

    fn folder(&self) -> PathBuf {
        self.city.path("bundle")
    }

    fn verify(&self, folder: &Path) -> Result<VerifiedBundle, base::Problem> {
        let trust = Trust {
            key: Some(self.key.clone()),
            ..Trust::default()
        };
        verify_bundle(folder, &trust, &mut |_, _, _| {})
    }

    /// A copy that is changed, and then signed again by whoever holds the log's key.
    fn signed_again(&self, change: impl FnOnce(&Path)) -> base::Problem {
        let folder = self.city.path("changed");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        copy_folder(&self.folder(), &folder);
        change(&folder);
        let secret = self
            .city
            .data()
            .join(format!("keys/{:08x}.skey", self.key.id()));
        let secret = fs::read_to_string(secret).unwrap();
        sign_again(&folder, &SignerKey::parse(secret.trim_end()).unwrap());
        self.verify(&folder).unwrap_err()
    }
}

/// Writes the manifest anew over what lies there, and signs it.
fn sign_again(folder: &Path, key: &SignerKey) {
    let mut manifest = Manifest::new();
    for path in Folder::at(folder).list().unwrap() {
        if path != MANIFEST && path != MANIFEST_NOTE {
            manifest.add(&path, sha256(&[&fs::read(folder.join(&path)).unwrap()]));
        }
    }
    let bytes = manifest.to_string().into_bytes();
    let checkpoint = SignedCheckpoint::parse(&fs::read(folder.join("checkpoint")).unwrap());
    let statement = Statement::of(checkpoint.unwrap().checkpoint(), sha256(&[&bytes]));
    fs::write(folder.join(MANIFEST), bytes).unwrap();
    let note = Note::sign(&statement.to_string(), key).unwrap();
    fs::write(folder.join(MANIFEST_NOTE), note.to_string()).unwrap();
}

fn replace(path: &Path, found: &str, other: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(found), "{found} in {}", path.display());
    fs::write(path, text.replacen(found, other, 1)).unwrap();
}

/// The only file of a folder whose name begins and ends so.
fn one(folder: &Path, begin: &str, end: &str) -> PathBuf {
    let names = Folder::at(folder).list().unwrap();
    let name = names
        .iter()
        .find(|name| name.starts_with(begin) && name.ends_with(end));
    folder.join(name.unwrap_or_else(|| panic!("{begin}…{end} in {names:?}")))
}

#[test]
fn a_stranger_with_the_key_verifies_the_bundle() {
    let stranger = Stranger::new();
    let folder = stranger.folder();
    let folder = folder.to_str().unwrap();
    let key = stranger.key.to_string();
    let row = run(&["verify", folder, "--key", &key, "--format", "json"])
        .ok()
        .row();
    let documented = "position, root, figures, sealed, tables, files, nature, origin, key, key_known, against, result";
    let keys: Vec<&str> = row.keys().map(String::as_str).collect();
    assert_eq!(keys, documented.split(", ").collect::<Vec<_>>());
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/command-line.md");
    assert!(fs::read_to_string(page).unwrap().contains(documented));
    assert_eq!(row["position"], stranger.city.head());
    assert_eq!(text(&row, "nature"), "demonstration");
    assert_eq!(row["sealed"], 1);
    assert_eq!(row["key_known"], true);
    assert!(row["figures"].as_u64().unwrap() > 5, "{row:?}");

    // Without a key of one's own that is said in plain words; with another one it is refused.
    run(&["verify", folder])
        .ok()
        .telling("nothing about who signed");
    let other = SignerKey::from_seed(stranger.key.name(), [3; 32]).unwrap();
    run(&["verify", folder, "--key", &other.verifier().to_string()]).refused("O607");
    let file = stranger.city.file("key", format!("{key}\n"));
    run(&["verify", folder, "--key", &file]).ok();
    run(&["verify", folder, "--key", "no+key"]).refused("V104");

    // Every sealed and published figure is listed at its address, with the SQL that gives it.
    let list = fs::read_to_string(stranger.folder().join("figures.jsonl")).unwrap();
    assert!(
        list.contains("\"published ") && list.contains("\"sealed "),
        "{list}"
    );
    for line in list.lines() {
        let figure: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(sql) = figure["sql"].as_str() {
            assert!(stranger.folder().join(format!("{sql}.duckdb.sql")).exists());
        }
    }
}

#[test]
fn nothing_private_is_in_a_bundle() {
    let stranger = Stranger::new();
    // Who acts and which evidence was handed in stand in private parts.
    let private = ["纪要.pdf", "programme office", "质强办"];
    for path in Folder::at(&stranger.folder()).list().unwrap() {
        if path.starts_with("programme/") || path == "README.md" {
            continue;
        }
        let bytes = fs::read(stranger.folder().join(&path)).unwrap();
        for word in private {
            let is_there = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!is_there, "{word} stands in {path}");
        }
    }
}

#[test]
fn a_changed_byte_of_any_file_is_found_and_the_file_named() {
    let stranger = Stranger::new();
    let folder = stranger.folder();
    stranger.verify(&folder).unwrap();
    let files = Folder::at(&folder).list().unwrap();
    assert!(files.len() > 40, "{files:?}");
    // A sequence without pattern, the same each time.
    let mut state = 0x9e37_79b9_u64;
    let mut dice = |sides: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % sides
    };
    for path in &files {
        let whole = fs::read(folder.join(path)).unwrap();
        let places: BTreeSet<usize> = if whole.is_empty() {
            BTreeSet::new()
        } else {
            let drawn = (0..4).map(|_| dice(whole.len()));
            drawn.chain([0, whole.len() - 1]).collect()
        };
        for at in places {
            let mut changed = whole.clone();
            changed[at] ^= 1 << dice(8);
            fs::write(folder.join(path), changed).unwrap();
            let problem = stranger.verify(&folder).unwrap_err();
            let told = problem.what(base::Lang::En);
            assert!(told.contains(path.as_str()), "{path} {at}: {told}");
        }
        for (what, bytes) in [
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("longer", [&whole[..], b"\n"].concat()),
        ] {
            fs::write(folder.join(path), bytes).unwrap();
            let problem = stranger.verify(&folder).unwrap_err();
            let told = problem.what(base::Lang::En);
            assert!(told.contains(path.as_str()), "{path} {what}: {told}");
        }
        fs::remove_file(folder.join(path)).unwrap();
        let problem = stranger.verify(&folder).unwrap_err();
        assert!(
            problem.what(base::Lang::En).contains(path.as_str()),
            "{path} missing: {problem}"
        );
        fs::write(folder.join(path), whole).unwrap();
    }
    fs::write(folder.join("more"), b"").unwrap();
    assert_eq!(stranger.verify(&folder).unwrap_err().code, "V217");
}

#[test]
fn whoever_holds_the_key_cannot_make_false_figures_pass() {
    let stranger = Stranger::new();
    let expect = |code: &str, what: &str, change: &dyn Fn(&Path)| {
        let problem = stranger.signed_again(change);
        assert_eq!(problem.code, code, "{problem}");
        assert!(
            problem.what(base::Lang::En).contains(what),
            "{what}: {problem}"
        );
    };
    let payload = |folder: &Path| folder.join("payload/000000.jsonl");
    expect("V212", "entry 1 ", &|folder| {
        replace(&payload(folder), "demonstration", "demonstratiom");
    });
    expect("V212", "entry 2 ", &|folder| {
        let text = fs::read_to_string(payload(folder)).unwrap();
        let second = text.lines().nth(1).unwrap();
        let salt = second.split("facts_salt\":\"").nth(1).unwrap();
        replace(&payload(folder), &salt[..64], &"0".repeat(64));
    });
    expect("V209", "entry 3 ", &|folder| {
        let text = fs::read_to_string(payload(folder)).unwrap();
        let rest: Vec<&str> = text
            .lines()
            .enumerate()
            .filter(|(at, _)| *at != 2)
            .map(|(_, line)| line)
            .collect();
        fs::write(payload(folder), rest.join("\n") + "\n").unwrap();
    });
    expect("V208", "payload/000000.jsonl", &|folder| {
        let text = fs::read_to_string(payload(folder)).unwrap();
        let first = text.lines().next().unwrap().to_owned();
        fs::write(payload(folder), format!("{text}{first}\n")).unwrap();
    });
    expect("V203", "entry 1 ", &|folder| {
        let path = folder.join("tile/entries/000");
        let mut bytes = fs::read(&path).unwrap();
        bytes[60] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    expect("V203", "entry 4 ", &|folder| {
        let path = folder.join("tile/0/000");
        let mut bytes = fs::read(&path).unwrap();
        bytes[3 * 32] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    expect("V204", "tile/1/000.p/", &|folder| {
        let path = one(folder, "tile/1/000.p/", "");
        let mut bytes = fs::read(&path).unwrap();
        bytes[0] ^= 1;
        fs::write(path, bytes).unwrap();
    });
    expect("O709", "programme/", &|folder| {
        let path = one(folder, "programme/", ".toml");
        fs::write(&path, fs::read_to_string(&path).unwrap() + "\n").unwrap();
    });
    expect("O709", "sealed/", &|folder| {
        replace(&one(folder, "sealed/", ".json"), "1号", "2号");
    });
    expect("O709", "sealed/99999.json", &|folder| {
        fs::write(folder.join("sealed/99999.json"), b"{}").unwrap();
    });
    expect("O709", "published/", &|folder| {
        replace(&one(folder, "published/", ".json"), "年报", "月报");
    });
    expect("O710", " of tables/record_sample.csv", &|folder| {
        replace(&folder.join("tables/record_sample.csv"), "pass", "fail");
    });
    expect("O710", "tables/record_sample.parquet", &|folder| {
        // Another city's table, well formed.
        fs::copy(
            one(folder, "tables/unit", ".parquet"),
            folder.join("tables/record_sample.parquet"),
        )
        .unwrap();
    });
    expect("O712", "nature", &|folder| {
        replace(
            &folder.join("about.json"),
            "demonstration\",\n",
            "real\",\n",
        );
    });
    expect("O709", "README.md", &|folder| {
        replace(&folder.join("README.md"), "MADE-UP", "REAL");
    });
    expect("O709", "sql/00001.sqlite.sql", &|folder| {
        replace(
            &folder.join("sql/00001.sqlite.sql"),
            "select",
            "select 1 as",
        );
    });
    let list = fs::read_to_string(stranger.folder().join("figures.jsonl")).unwrap();
    let line = list
        .lines()
        .find(|line| line.contains("\"published "))
        .unwrap();
    let figure: serde_json::Value = serde_json::from_str(line).unwrap();
    let address = figure["address"].as_str().unwrap();
    expect("O706", address, &|folder| {
        let other = line.replacen("\"numerator\":\"", "\"numerator\":\"9", 1);
        replace(&folder.join("figures.jsonl"), line, &other);
    });
    expect("O707", address, &|folder| {
        replace(&folder.join("figures.jsonl"), &format!("{line}\n"), "");
    });
    expect("O708", "line 1 ", &|folder| {
        replace(&folder.join("figures.jsonl"), "{", "[");
    });
    // An older checkpoint of the same log beside the newer files.
    expect("V205", "7 entries", &|folder| {
        let path = folder.join("checkpoint");
        fs::write(&path, older_checkpoint(&stranger)).unwrap();
    });
}

/// A checkpoint that the same key signs over half of the log.
fn older_checkpoint(stranger: &Stranger) -> String {
    let secret = stranger
        .city
        .data()
        .join(format!("keys/{:08x}.skey", stranger.key.id()));
    let secret = SignerKey::parse(fs::read_to_string(secret).unwrap().trim_end()).unwrap();
    bundle::Checkpoint::new(stranger.key.name(), 7, [7; 32])
        .sign(&secret)
        .unwrap()
        .to_string()
}

#[test]
fn a_kept_checkpoint_is_held_against_a_bundle() {
    let stranger = Stranger::new();
    let city = &stranger.city;
    let folder = stranger.folder();
    let folder = folder.to_str().unwrap();
    let kept = city.file(
        "kept",
        fs::read(stranger.folder().join("checkpoint")).unwrap(),
    );
    let against =
        |folder: &str| -> Run { run(&["verify", folder, "--against", &kept, "--format", "json"]) };
    assert_eq!(text(&against(folder).ok().row(), "against"), "equal");

    // An older copy goes on otherwise, with the same key.
    let older = city.path("older");
    copy_folder(&city.data(), &older);
    let file = city.file("三.csv", samples("东乡", 3, 0).replace("东乡-", "新-"));
    city.run(["import", "sample", &file]).ok();
    let later = city.path("later");
    let later = later.to_str().unwrap();
    city.run(["export", "--bundle", later]).ok();
    assert_eq!(text(&against(later).ok().row(), "against"), "grown");

    let newest = city.file("newest", city.run(["checkpoint"]).ok().out);
    run(&["verify", folder, "--against", &newest]).refused("V220");
    let copy = City::copy_of(&older);
    let file = copy.file("四.csv", samples("东乡", 4, 0).replace("东乡-", "别-"));
    copy.run(["import", "sample", &file]).ok();
    let forked = copy.path("forked");
    let forked = forked.to_str().unwrap();
    copy.run(["export", "--bundle", forked]).ok();
    run(&["verify", forked, "--key", &stranger.key.to_string()]).ok();
    assert_eq!(text(&against(forked).ok().row(), "against"), "grown");
    run(&["verify", forked, "--against", &newest]).refused("V221");
    let other = City::new("town");
    let others = other.file("others", other.run(["checkpoint"]).ok().out);
    run(&["verify", folder, "--against", &others]).refused("V222");
}

#[test]
fn a_bundle_after_a_change_of_keys_is_followed_from_the_old_one() {
    let stranger = Stranger::new();
    let city = &stranger.city;
    let old = stranger.key.to_string();
    city.run(["key", "rotate", "--reason", "每年更换"]).ok();
    let folder = city.path("second");
    let folder = folder.to_str().unwrap();
    city.run(["export", "--bundle", folder]).ok();
    run(&["verify", folder, "--key", &old]).ok();
    city.run(["key", "rotate", "--reason", "遗失", "--lost"])
        .ok();
    city.run(["export", "--bundle", folder]).refused("Z217");
    city.run(["export", "--bundle", folder, "--force"]).ok();
    run(&["verify", folder, "--key", &old]).refused("O607");
    run(&["verify", folder]).ok();
    // A new origin with a key of its own is followed like any other.
    city.run(["key", "renew-origin", "--reason", "备份恢复"])
        .ok();
    city.run(["export", "--bundle", folder, "--force"]).ok();
    run(&["verify", folder]).ok();
}

#[test]
fn what_is_asked_for_is_listed_and_what_is_no_figure_is_refused() {
    let stranger = Stranger::new();
    let city = &stranger.city;
    let list = fs::read_to_string(stranger.folder().join("figures.jsonl")).unwrap();
    let figure: serde_json::Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    let address = figure["address"].as_str().unwrap();
    let at = address.rsplit('=').next().unwrap();
    let folder = city.path("asked");
    let folder = folder.to_str().unwrap();
    let asked = format!("samples?period=2018&unit=east&day=2018-06-30&programme=3&at={at}");
    city.run(["export", "--bundle", folder, "--figure", &asked])
        .ok();
    let list = fs::read_to_string(city.path("asked").join("figures.jsonl")).unwrap();
    assert!(list.contains(&asked), "{list}");
    run(&["verify", folder, "--key", &stranger.key.to_string()]).ok();
    for (figure, code) in [
        ("samples", "M211"),
        (asked.replace(at, "99999").as_str(), "O704"),
    ] {
        city.run(["export", "--bundle", folder, "--force", "--figure", figure])
            .refused(code);
    }
    // What was there before is still there, whole.
    run(&["verify", folder]).ok();
    // A folder of something else is never replaced.
    let other = city.path("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), b"dear").unwrap();
    city.run(["export", "--bundle", other.to_str().unwrap(), "--force"])
        .refused("O715");
    assert!(other.join("letter.txt").exists());
}

#[test]
fn the_static_log_grows_in_place_and_replaced_partial_tiles_are_removed() {
    let city = City::new("town");
    let folder = city.path("log");
    let given = folder.to_str().unwrap().to_owned();
    let publish = || city.run(["export", "--tiles", &given]);
    let names = || -> Vec<String> { Folder::at(&folder).list().unwrap() };
    publish().ok();
    let small = names();
    assert!(
        small
            .iter()
            .any(|name| name.starts_with("tile/entries/000.p/"))
    );
    let file = city.file("抽检.csv", samples("东乡", 250, 10));
    city.run(["import", "sample", &file]).ok();
    publish().ok();
    let grown = names();
    assert!(
        grown.contains(&"tile/0/000".to_owned()) && grown.contains(&"tile/entries/000".to_owned())
    );
    assert!(
        !grown
            .iter()
            .any(|name| name.contains("/000.p/") && !name.starts_with("tile/1/")),
        "{grown:?}"
    );
    let signed = fs::read(folder.join("checkpoint")).unwrap();
    let signed = SignedCheckpoint::parse(&signed).unwrap();
    let checkpoint = signed.checkpoint();
    let mut seen = 0;
    check_log(
        &Folder::at(&folder),
        checkpoint.size,
        &checkpoint.root,
        &mut |_, leaf| {
            assert_eq!(leaf.len(), 115);
            seen += 1;
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(seen, city.head());
    publish().ok();
    assert_eq!(names(), grown, "nothing new, nothing changed");

    let other = City::new("town");
    other.run(["export", "--tiles", &given]).refused("V222");
    let letters = city.path("letters");
    fs::create_dir(&letters).unwrap();
    fs::write(letters.join("letter.txt"), b"dear").unwrap();
    city.run(["export", "--tiles", letters.to_str().unwrap()])
        .refused("O715");
    let tile = folder.join("tile/entries/000");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[60] ^= 1;
    fs::write(&tile, bytes).unwrap();
    publish().refused("O715").telling("tile/entries/000");
}

/// The programs that `docs/verify.md` (or its Chinese twin) gives, by name.
fn programs(page: &str) -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(page);
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("\n```").skip(1).step_by(2);
    blocks
        .filter_map(|block| {
            let (head, body) = block.split_once('\n')?;
            let (_, name) = head.split_once(' ')?;
            Some((name.to_owned(), format!("{body}\n")))
        })
        .collect()
}

#[test]
fn the_documents_own_commands_check_the_demonstration_without_this_programme() {
    let Some(python) = std::env::var_os("ZHICHENG_TEST_PYTHON") else {
        return left_out("verify.md: Python (ZHICHENG_TEST_PYTHON is not set)");
    };
    let pages = programs("verify.md");
    assert_eq!(
        pages,
        programs("verify.zh-CN.md"),
        "both pages give the same programs"
    );
    let city = City::copy_of(&shared(1));
    for (name, text) in &pages {
        city.file(name, text);
    }
    let minutes = city.file("纪要.pdf", "the minutes");
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
    let folder = city.path("bundle");
    let given = folder.to_str().unwrap();
    city.run([
        "publish",
        "food_pass_rate",
        "--by-unit",
        "--name",
        "年报",
        "--demonstration",
    ])
    .ok();
    city.run(["export", "--bundle", given]).ok();
    let rows = city.run(["key", "show", "--format", "json"]).json();
    let key = text(&rows[0], "key");
    run(&["verify", given, "--key", &key]).ok();
    let python = |arguments: &[&str]| -> Run {
        let output = Command::new(&python)
            .args(arguments)
            .current_dir(city.path(""))
            .env("PYTHONIOENCODING", "utf-8")
            .output()
            .unwrap();
        Run {
            command: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    };
    let said = |run: Run, what: &str| assert!(run.out.contains(what), "{what}: {run}");
    said(
        python(&["verify_log.py", "bundle", &key]).ok(),
        "are those that were signed",
    );
    for engine in ["duckdb", "sqlite"] {
        said(
            python(&["verify_figures.py", "bundle", engine]).ok(),
            "figures are what the records give",
        );
    }
    said(
        python(&["count_records.py", "bundle"]).ok(),
        "rows of records stand in the log",
    );

    // They find what was changed.
    let list = folder.join("figures.jsonl");
    let whole = fs::read_to_string(&list).unwrap();
    let changed = whole.replacen("\"value\":\"", "\"value\":\"1", 1);
    fs::write(&list, changed).unwrap();
    assert_ne!(python(&["verify_figures.py", "bundle", "duckdb"]).code, 0);
    fs::write(&list, whole).unwrap();
    let payload = folder.join("payload/000000.jsonl");
    replace(&payload, "demonstration", "demonstratiom");
    let found = python(&["verify_log.py", "bundle", &key]);
    assert!(
        found.code != 0 && found.err.contains("facts of entry 1 differ"),
        "{found}"
    );
}
