//! A bundle that someone tampered with: damaged, put together anew, forged with and without the log's key.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bundle::leaf::{Part, commitment};
use bundle::log::LogWriter;
use bundle::payload::Payload;
use bundle::{Files, SignerKey};
use office::bundling::folder::Folder;
use sheet::{ParquetCell, ParquetIn, ParquetKind, ParquetOut};

use crate::city::{copy_folder, run};
use crate::stranger::{Stranger, listed, one, replace, rewrite_manifest, sign_again};

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
    for name in [
        "sealed/99999.json",
        "payload/000001.jsonl",
        "sql/00000.sqlite.sql",
        "tile/0/001.p/300",
        "letter.txt",
    ] {
        expect("O716", name, &|folder| {
            fs::write(folder.join(name), b"{}").unwrap();
        });
    }
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
    bundle::Checkpoint::new(stranger.key.name(), 7, [7; 32])
        .sign(&stranger.secret())
        .unwrap()
        .to_string()
}

/// Tells one sample otherwise in all that shows it: the entry's facts, both tables, and every figure that a
/// bundle lists over it; the manifest is made to fit.
fn forge(folder: &Path) -> u64 {
    let payload = folder.join("payload/000000.jsonl");
    let lines = fs::read_to_string(&payload).unwrap();
    let line = lines
        .lines()
        .find(|line| line.contains(r#"\"number\":\"东乡-40\""#));
    let line = line.unwrap();
    let position = line.split([':', ',']).nth(1).unwrap().parse().unwrap();
    let other = line.replace(r#"\"result\":\"fail\""#, r#"\"result\":\"pass\""#);
    assert_ne!(line, other);
    replace(&payload, line, &other);

    let csv = folder.join("tables/record_sample.csv");
    let rows = fs::read_to_string(&csv).unwrap();
    let row = rows
        .lines()
        .find(|row| row.contains("\"东乡-40\""))
        .unwrap();
    replace(&csv, row, &row.replace("\"fail\"", "\"pass\""));

    let parquet = folder.join("tables/record_sample.parquet");
    let read = ParquetIn::open(fs::File::open(&parquet).unwrap()).unwrap();
    let columns = read.columns().unwrap();
    let columns: Vec<(&str, ParquetKind)> = columns
        .iter()
        .map(|(name, kind)| (name.as_str(), *kind))
        .collect();
    let mut out = ParquetOut::start(Vec::new(), &columns).unwrap();
    read.rows(&mut |_, row| {
        let mut row = row.to_vec();
        if row.contains(&ParquetCell::Text("东乡-40")) {
            for cell in &mut row {
                if *cell == ParquetCell::Text("fail") {
                    *cell = ParquetCell::Text("pass");
                }
            }
        }
        out.write(&row)
    })
    .unwrap();
    fs::write(&parquet, out.finish().unwrap()).unwrap();

    // One more has passed, wherever passed and all are counted together and it is among them.
    let mut list = String::new();
    for mut figure in listed(folder) {
        let address = figure["address"].as_str().unwrap();
        let is_over_it = !address.contains("&unit=") || address.contains("&unit=east");
        if address.starts_with("pass_rate?") && is_over_it && !figure["numerator"].is_null() {
            let passed: u64 = figure["numerator"].as_str().unwrap().parse().unwrap();
            figure["numerator"] = (passed + 1).to_string().into();
        }
        list += &format!("{figure}\n");
    }
    fs::write(folder.join("figures.jsonl"), list).unwrap();
    rewrite_manifest(folder);
    position
}

#[test]
fn one_record_told_otherwise_throughout_a_bundle_is_still_found() {
    let stranger = Stranger::new();
    let copy = |name: &str| {
        let folder = stranger.city.path(name);
        copy_folder(&stranger.folder(), &folder);
        folder
    };
    // Without the key: the manifest is not the one that was signed.
    let folder = copy("without");
    let position = forge(&folder);
    let problem = stranger.verify(&folder).unwrap_err();
    assert_eq!(problem.code, "V215", "{problem}");

    // Whoever had a manifest signed, but no other log: the leaf commits to what was accepted.
    let problem = stranger.signed_again(|folder| {
        forge(folder);
    });
    assert_eq!(problem.code, "V212", "{problem}");
    let told = problem.what(base::Lang::En);
    assert!(told.contains(&format!("entry {position} ")), "{told}");

    // With leaf and tree made to fit as well, the checkpoint is not over that tree.
    let problem = stranger.signed_again(|folder| {
        forge(folder);
        forge_tree(folder, &[position]);
    });
    assert_eq!(problem.code, "V205", "{problem}");

    // With a key of one's own: first it is not the one that the log names, then not the one that is known.
    let size = stranger.city.head();
    let sign_all = |folder: &Path, root, key: &SignerKey| {
        let signed = bundle::Checkpoint::new(stranger.key.name(), size, root).sign(key);
        fs::write(folder.join("checkpoint"), signed.unwrap().to_string()).unwrap();
        fs::write(folder.join("log.vkey"), format!("{}\n", key.verifier())).unwrap();
        sign_again(folder, key);
    };
    let folder = copy("own");
    let own = SignerKey::from_seed(stranger.key.name(), [9; 32]).unwrap();
    forge(&folder);
    let root = forge_tree(&folder, &[position]);
    sign_all(&folder, root, &own);
    let problem = stranger.verify(&folder).unwrap_err();
    assert_eq!(problem.code, "O714", "{problem}");
    let (known, other) = (stranger.key.to_string(), own.verifier().to_string());
    replace(&folder.join("payload/000000.jsonl"), &known, &other);
    let root = forge_tree(&folder, &[1, position]);
    sign_all(&folder, root, &own);
    let problem = stranger.verify(&folder).unwrap_err();
    assert_eq!(problem.code, "O607", "{problem}");

    // With the log's own key, stolen or willing, all can be made to fit: a checkpoint that someone kept tells.
    let folder = copy("stolen");
    forge(&folder);
    let root = forge_tree(&folder, &[position]);
    sign_all(&folder, root, &stranger.secret());
    let kept = stranger.folder().join("checkpoint");
    let (kept, folder) = (kept.to_str().unwrap(), folder.to_str().unwrap());
    run(&["verify", folder, "--key", &known, "--against", kept]).refused("V221");
}

/// Makes the leaves of some entries commit to their facts as they are now, and the tiles fit the leaves; gives
/// the root.
fn forge_tree(folder: &Path, positions: &[u64]) -> [u8; 32] {
    let mut leaves = Vec::new();
    for name in Folder::at(folder).list().unwrap() {
        if name.starts_with("tile/entries/") {
            let bytes = fs::read(folder.join(&name)).unwrap();
            leaves.extend(bytes.chunks(117).map(|entry| entry[2..].to_vec()));
        }
    }
    let payloads = fs::read_to_string(folder.join("payload/000000.jsonl")).unwrap();
    let mut log = LogWriter::new();
    for (line, leaf) in payloads.lines().zip(&mut leaves) {
        let payload = Payload::parse(line.as_bytes()).unwrap();
        if positions.contains(&payload.position) {
            let salt = <[u8; 32]>::try_from(hex_bytes(&payload.facts_salt)).unwrap();
            let facts = commitment(Part::Facts, &salt, payload.facts.as_bytes());
            leaf[51..83].copy_from_slice(&facts);
        }
        for (path, bytes) in log.push(leaf).unwrap() {
            fs::write(folder.join(path), bytes).unwrap();
        }
    }
    for (path, bytes) in log.partial() {
        fs::write(folder.join(path), bytes).unwrap();
    }
    log.root()
}

fn hex_bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).unwrap() as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}

#[test]
fn files_that_change_places_are_found_and_named() {
    let stranger = Stranger::new();
    let folder = stranger.folder();
    let files = Folder::at(&folder).list().unwrap();
    let swap = |one: &str, other: &str| {
        let (one, other) = (folder.join(one), folder.join(other));
        let first = fs::read(&one).unwrap();
        fs::copy(&other, &one).unwrap();
        fs::write(&other, first).unwrap();
    };
    for pair in files.windows(2) {
        let [one, other] = pair else { continue };
        if fs::read(folder.join(one)).unwrap() == fs::read(folder.join(other)).unwrap() {
            continue;
        }
        swap(one, other);
        let problem = stranger.verify(&folder).unwrap_err();
        let told = problem.what(base::Lang::En);
        assert!(
            told.contains(one) || told.contains(other),
            "{one} {other}: {told}"
        );
        swap(one, other);
    }
    stranger.verify(&folder).unwrap();
}
