//! Snapshots of a small town: as good as the log, found when damaged, and never of another log.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::Position;
use ledger::Nature;
use programme::Sources;

use super::{all, discard_all, newest, pays, read, write};
use crate::actor::NewActor;
use crate::import::ImportOptions;
use crate::mirror::{Mirror, Told};
use crate::{Access, Office};

fn quiet(_: u64, _: u64, _: &str) {}

/// A folder with records, revisions, a withdrawal and named firms.
fn town(dir: &Path) -> Office {
    let text = include_str!("../../tests/import/town.toml").to_owned();
    let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
    let programme = programme::check(&sources).programme.unwrap();
    let actor = NewActor {
        name: "王某".to_owned(),
        role: "programme_office".to_owned(),
        unit: None,
    };
    let nature = Nature::Demonstration;
    let mut office = Office::init(dir, &sources, Arc::clone(&programme), nature, &actor).unwrap();
    import(&mut office, 1..40, "合格", false);
    import(&mut office, 30..50, "不合格", true);
    office.withdraw(office.position().0 - 1, "误录").unwrap();
    office
}

fn import(office: &mut Office, numbers: std::ops::Range<u32>, result: &str, revise: bool) {
    let mut text = "日期,责任单位,subject,subject_name,样品编号,检验结论\n".to_owned();
    for number in numbers {
        // The example of GB 32100-2015.
        let firm = "91350100M000100Y43,某厂";
        text.push_str(&format!("2018-03-05,market,{firm},N{number},{result}\n"));
    }
    let options = ImportOptions {
        revise,
        reason: revise.then(|| "复检".to_owned()),
        ..ImportOptions::default()
    };
    let report = office
        .import("sample", "a.csv", text.as_bytes(), &options, &mut quiet)
        .unwrap();
    assert_eq!(report.rejected_rows, 0, "{:?}", report.problems);
}

fn open(dir: &Path, access: Access) -> Office {
    Office::open(dir, access, &mut quiet).unwrap()
}

fn replayed(office: &Office) -> Mirror {
    let mut mirror = Mirror::new();
    for entry in office.ledger().entries(Position(1)..).unwrap() {
        mirror.take(&Told::from(&entry.unwrap())).unwrap();
    }
    mirror
}

fn only(dir: &Path) -> PathBuf {
    let found = all(dir).unwrap();
    assert_eq!(found.len(), 1);
    found[0].1.clone()
}

#[test]
fn a_start_from_a_snapshot_is_as_a_start_from_the_log() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let mut office = town(&dir);
    office.save_snapshot().unwrap();
    let saved = office.position();
    // What comes after it is read from the log.
    import(&mut office, 60..70, "合格", false);
    drop(office);
    for access in [Access::Read, Access::Write] {
        let office = open(&dir, access);
        assert_eq!(office.started_from(), saved);
        assert!(office.warnings().is_empty());
        assert!(office.position() > saved);
        let difference = office.mirror().difference(&replayed(&office)).unwrap();
        assert_eq!(difference, None);
    }
    crate::verify(&dir, &mut quiet).unwrap();
    // Going on from it is going on.
    let mut office = open(&dir, Access::Write);
    import(&mut office, 65..80, "不合格", true);
    assert_eq!(
        office.mirror().difference(&replayed(&office)).unwrap(),
        None
    );
    office.save_snapshot().unwrap();
    office.withdraw(office.position().0 - 2, "误录").unwrap();
    office.save_snapshot().unwrap();
    // Two are kept.
    assert_eq!(all(&dir).unwrap().len(), 2);
    drop(office);
    crate::verify(&dir, &mut quiet).unwrap();
    discard_all(&dir).unwrap();
    assert!(!dir.join("snapshots").exists());
    assert_eq!(open(&dir, Access::Read).started_from(), Position(0));
}

#[test]
fn a_flipped_bit_anywhere_is_found_and_the_log_is_read_instead() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let mut office = town(&dir);
    office.save_snapshot().unwrap();
    let ledger = office.ledger();
    let path = only(&dir);
    let sound = fs::read(&path).unwrap();
    assert!(read(&path, ledger).is_ok());
    // Every byte of the head, and bytes all over the rest.
    let step = (sound.len() / 400).max(1);
    let places = (0..super::HEAD_BYTES).chain((super::HEAD_BYTES..sound.len()).step_by(step));
    for place in places {
        let mut damaged = sound.clone();
        damaged[place] ^= 1 << (place % 8);
        fs::write(&path, &damaged).unwrap();
        let problem = read(&path, ledger).map(|_| place).unwrap_err();
        assert!(
            ["O131", "O133"].contains(&problem.code),
            "{place}: {}",
            problem.code
        );
    }
    // Cut short anywhere, or with something behind its end.
    for length in [0, 10, super::HEAD_BYTES, sound.len() / 2, sound.len() - 1] {
        fs::write(&path, &sound[..length]).unwrap();
        assert!(read(&path, ledger).is_err(), "{length} bytes");
    }
    fs::write(&path, [&sound[..], &[0]].concat()).unwrap();
    assert!(read(&path, ledger).is_err());
    drop(office);

    // `verify` names it; a start tells it, reads the log, and a writer sets it aside.
    let named = crate::verify(&dir, &mut quiet).unwrap_err();
    assert_eq!(named.code, "O133");
    let reader = open(&dir, Access::Read);
    assert_eq!(
        (reader.started_from(), reader.warnings().len()),
        (Position(0), 1)
    );
    assert!(!reader.warnings()[0].is_error());
    let writer = open(&dir, Access::Write);
    assert_eq!(
        (writer.started_from(), writer.warnings().len()),
        (Position(0), 1)
    );
    assert_eq!(
        writer.mirror().difference(&replayed(&writer)).unwrap(),
        None
    );
    assert!(all(&dir).unwrap().is_empty());
    drop(writer);
    assert!(open(&dir, Access::Read).warnings().is_empty());
    crate::verify(&dir, &mut quiet).unwrap();
}

#[test]
fn a_snapshot_of_another_log_is_not_taken() {
    let place = tempfile::tempdir().unwrap();
    let (one, other) = (place.path().join("one"), place.path().join("other"));
    let mut office = town(&one);
    town(&other).save_snapshot().unwrap();
    office.save_snapshot().unwrap();
    fs::copy(only(&other), only(&one)).unwrap();
    let problem = read(&only(&one), office.ledger()).map(drop).unwrap_err();
    assert_eq!(problem.code, "O132");
    // One of this log, but beyond its end: as after an older backup was restored.
    let path = one.join("snapshots/1000000.snapshot");
    fs::rename(only(&one), &path).unwrap();
    let (found, warnings) = newest(&one, office.ledger(), false).unwrap();
    assert!(found.is_none());
    assert_eq!(warnings[0].code, "O132");
    drop(office);
    assert_eq!(crate::verify(&one, &mut quiet).unwrap_err().code, "O132");
}

#[test]
fn a_snapshot_that_says_something_else_than_the_log_is_named() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let office = town(&dir);
    // Sound in itself, bound to this log, and with a row less than there are.
    let mut other = Mirror::new();
    for entry in office.ledger().entries(Position(1)..).unwrap() {
        let entry = entry.unwrap();
        let told = Told::from(&entry);
        let is_withdrawal = told.kind == crate::entry::Kind::Withdraw.number();
        match is_withdrawal {
            true => other.pass_over(told.position),
            false => other.take(&told).unwrap(),
        }
    }
    let root = office.ledger().root_at(office.position()).unwrap();
    write(&dir, &other, root).unwrap();
    drop(office);
    let problem = crate::verify(&dir, &mut quiet).unwrap_err();
    assert_eq!(problem.code, "O134");
    assert!(problem.what(base::Lang::En).contains("record_sample"));
}

#[test]
fn a_snapshot_pays_when_much_is_new() {
    // (last, now, pays): ten thousand entries, or a 32nd of them all where that is more.
    for (last, now, expected) in [
        (0, 9_999, false),
        (0, 10_000, true),
        (100_000, 109_999, false),
        (100_000, 110_000, true),
        (1_000_000, 1_032_257, false),
        (1_000_000, 1_032_259, true),
        (5, 3, false),
    ] {
        assert_eq!(
            pays(Position(last), Position(now)),
            expected,
            "{last} {now}"
        );
    }
}
