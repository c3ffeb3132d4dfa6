//! Entries as an office writes them, changed in every way that a fault could: whatever is let through is taken.

use std::path::Path;
use std::sync::Arc;

use base::{Day, Position, ScorecardId};
use ledger::{Entry, Nature};
use programme::Sources;
use serde_json::{Value as Json, json};

use crate::actor::NewActor;
use crate::entry::{Kind, Private};
use crate::folder::Command;
use crate::import::ImportOptions;
use crate::mirror::{Mirror, Told};
use crate::{Access, Office};

fn quiet(_: u64, _: u64, _: &str) {}

/// A folder with entries of most kinds: records, revisions, a withdrawal, an import with firms, cases with steps.
fn town(dir: &Path) -> Office {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../zhicheng/tests/story/packages/town"
    );
    let sources = Sources::read_folder(folder).unwrap();
    let programme = programme::check(&sources).programme.unwrap();
    let actor = NewActor {
        name: "王某".to_owned(),
        role: "programme_office".to_owned(),
        unit: None,
    };
    let nature = Nature::Demonstration;
    let mut office = Office::init(dir, &sources, Arc::clone(&programme), nature, &actor).unwrap();
    for result in ["合格", "不合格"] {
        let table = format!(
            "样品编号,抽样日期,责任单位,所在乡镇,信用代码,企业名称,检验结论,费用\n\
             k1,2018-03-05,market,east,91350100M000100Y43,某厂,{result},10.50\n"
        );
        let options = ImportOptions {
            revise: true,
            reason: Some("again".to_owned()),
            ..ImportOptions::default()
        };
        office
            .import("sample", "t.csv", table.as_bytes(), &options, &mut quiet)
            .unwrap();
    }
    let mut entries = office
        .ledger()
        .entries(Position(1)..=office.position())
        .unwrap();
    let is_record = |entry: &Entry| entry.kind == Kind::Record.number();
    let record = entries.find_map(|entry| entry.ok().filter(is_record));
    let record = record.unwrap().position.0;
    drop(entries);
    let year = programme.year;
    let day = Day::parse("2018-01-02").ok();
    office
        .open_assessment(&ScorecardId::new("assessment"), &year, day, &mut quiet)
        .unwrap();
    office.withdraw(record, "mistaken").unwrap();
    office
}

/// What may stand where something else should.
fn odd() -> [Json; 9] {
    [
        json!(i64::MIN),
        json!(u64::MAX),
        json!(-1),
        json!("nothing of that name"),
        json!("2018-02-30"),
        Json::Null,
        json!(true),
        json!(["x"]),
        json!({"x": 1}),
    ]
}

/// The facts with one of their values replaced, or gone: each value, each way.
fn changed(facts: &[u8]) -> Vec<Vec<u8>> {
    let whole: Json = serde_json::from_slice(facts).unwrap();
    let mut paths = Vec::new();
    paths_of(&whole, String::new(), &mut paths);
    let mut all = vec![b"{}".to_vec(), b"no JSON".to_vec()];
    for path in paths {
        for value in odd() {
            let mut facts = whole.clone();
            *facts.pointer_mut(&path).unwrap() = value;
            all.push(serde_json::to_vec(&facts).unwrap());
        }
        let (parent, name) = path.rsplit_once('/').unwrap();
        let mut facts = whole.clone();
        if let Some(Json::Object(object)) = facts.pointer_mut(parent) {
            object.remove(name);
            all.push(serde_json::to_vec(&facts).unwrap());
        }
    }
    all
}

fn paths_of(value: &Json, path: String, paths: &mut Vec<String>) {
    if let Json::Object(object) = value {
        for (name, value) in object {
            paths_of(
                value,
                format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")),
                paths,
            );
        }
    }
    // A package's text has its own tests, and takes long.
    if !path.is_empty() && !path.starts_with("/package") {
        paths.push(path);
    }
}

fn replayed(entries: &[Entry]) -> Mirror {
    let mut mirror = Mirror::new();
    for entry in entries {
        mirror.take(&Told::from(entry)).unwrap();
    }
    mirror
}

#[test]
fn what_is_let_through_is_taken() {
    let place = tempfile::tempdir().unwrap();
    let office = town(&place.path().join("data"));
    let entries: Vec<Entry> = office
        .ledger()
        .entries(..)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let (mut let_through, mut refused, mut kinds) = (0, 0, Vec::new());
    let mut seen = std::collections::BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        // Two of a kind are enough.
        let count = seen.entry(entry.kind).or_insert(0);
        *count += 1;
        if *count > 2 || entry.kind == Kind::Programme.number() {
            continue;
        }
        kinds.push(Kind::from_number(entry.kind).unwrap());
        let mut mirror = replayed(&entries[..place]);
        for facts in changed(&entry.facts) {
            let told = Told {
                facts: &facts,
                ..Told::from(entry)
            };
            let could =
                mirror.could_take([(entry.kind, facts.as_slice(), None)].into_iter(), false);
            let shown = String::from_utf8_lossy(&facts).into_owned();
            match could {
                Err(_) => refused += 1,
                Ok(()) => {
                    let taken = mirror.take(&told);
                    assert!(taken.is_ok(), "{shown}: {taken:?}");
                    let_through += 1;
                    mirror = replayed(&entries[..place]);
                }
            }
        }
    }
    for kind in [
        Kind::Record,
        Kind::Revise,
        Kind::Withdraw,
        Kind::CaseOpen,
        Kind::ImportedSubject,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} of {kinds:?}");
    }
    assert!(
        let_through > 100 && refused > 100,
        "{let_through} {refused}"
    );
}

/// By hand: what a record's number cannot be in memory is refused before it is written, and the folder opens.
#[test]
fn what_cannot_be_taken_is_not_written() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let mut office = town(&dir);
    let before = office.position();
    let record = |result: Json| json!({"type": "sample", "key": "z", "fields": {"number": "z", "result": result}});
    for (kind, facts) in [
        (
            Kind::Withdraw,
            json!({"type": "sample", "record": 1_000_000, "reason": "x"}),
        ),
        (Kind::CaseAct, json!({"case": 1_000_000})),
        (Kind::Record, json!({"type": "no such type", "fields": {}})),
        (Kind::Record, json!({"type": "sample"})),
        (Kind::Override, json!({})),
    ] {
        let command = Command::new(kind, &facts, &Private::default()).unwrap();
        let refused = office.append(vec![command], &[]);
        assert!(refused.is_err(), "{kind:?} {facts}");
        assert_eq!(
            office.ledger().head().unwrap().size,
            before,
            "{kind:?}: nothing was written"
        );
    }
    // In one append with what is right, nothing of it is written.
    let right = Command::new(Kind::Record, &record(json!("pass")), &Private::default()).unwrap();
    let wrong = Command::new(Kind::Override, &json!({}), &Private::default()).unwrap();
    assert!(office.append(vec![right, wrong], &[]).is_err());
    assert_eq!(office.ledger().head().unwrap().size, before);
    drop(office);
    let office = Office::open(&dir, Access::Write, &mut quiet).unwrap();
    assert_eq!(office.position(), before);
    assert!(before > Position(10));
}
