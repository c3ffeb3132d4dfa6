//! A bundle in the hands of a stranger: verified, held against what was kept, followed over changes of keys.

use std::fs;

use bundle::log::check_log;
use bundle::{Files, SignedCheckpoint, SignerKey};
use office::bundling::folder::Folder;

use crate::city::{City, Run, copy_folder, run, text};
use crate::files::samples;
use crate::stranger::Stranger;

#[test]
fn a_stranger_with_the_key_verifies_the_bundle() {
    let stranger = Stranger::new();
    let folder = stranger.folder();
    let folder = folder.to_str().unwrap();
    let key = stranger.key.to_string();
    let row = run(&["verify", folder, "--key", &key, "--format", "json"])
        .ok()
        .row();
    let documented = "position, root, figures, sealed, tables, files, printed_checked, nature, origin, key, key_known, against, result";
    let keys: Vec<&str> = row.keys().map(String::as_str).collect();
    assert_eq!(keys, documented.split(", ").collect::<Vec<_>>());
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/command-line.md");
    assert!(fs::read_to_string(page).unwrap().contains(documented));
    assert_eq!(row["position"], stranger.city.head());
    assert_eq!(text(&row, "nature"), "demonstration");
    assert_eq!(row["sealed"], 1);
    assert_eq!(row["key_known"], true);
    assert_eq!(row["printed_checked"], true);
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
    let private = ["纪要.pdf", "方案.pdf", "张某", "李某", "the minutes"];
    let holds = |bytes: &[u8], word: &str| {
        let mut windows = bytes.windows(word.len());
        windows.any(|window| window == word.as_bytes())
    };
    let ledger = fs::read(stranger.city.ledger_file()).unwrap();
    for word in ["纪要.pdf", "张某"] {
        assert!(holds(&ledger, word), "{word} was told");
    }
    for path in Folder::at(&stranger.folder()).list().unwrap() {
        let bytes = fs::read(stranger.folder().join(&path)).unwrap();
        for word in private {
            assert!(!holds(&bytes, word), "{word} stands in {path}");
        }
    }
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
