//! What can be asked for: a record, fields of it, a subject, evidence, an actor, a file's name.

use ledger::{EvidenceHash, EvidenceStore};
use office::erase::Erasing;
use office::{Access, Office};

use crate::town::{Town, field, files_with, quiet, record};

fn subject(id: &str) -> Erasing {
    Erasing::Subject {
        subject_type: "firm".to_owned(),
        id: id.to_owned(),
    }
}

#[test]
fn a_record_loses_all_that_is_personal_and_every_figure_stays() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &["a scan of the receipt"]);
    town.complain("2", "李四光", &["another scan"]);
    let before = (town.figure("complaints"), town.figure("amount"));
    assert_eq!(before, ("2".to_owned(), "200".to_owned()));
    assert!(
        !files_with(&town.dir(), "张三丰").is_empty(),
        "the search can find"
    );

    let receipt = town.erase(&record(number));
    assert_eq!(
        (receipt.entries, receipt.files, receipt.is_scrubbed),
        (1, 1, true)
    );
    for gone in ["张三丰", "a scan of the receipt"] {
        assert_eq!(
            files_with(&town.dir(), gone),
            Vec::<String>::new(),
            "{gone}"
        );
    }
    assert!(!files_with(&town.dir(), "李四光").is_empty());
    assert_eq!((town.figure("complaints"), town.figure("amount")), before);

    let history = town.office.history(number).unwrap();
    let erased = &history[0].erased;
    let told: Vec<_> = erased.iter().map(|part| part.what.as_str()).collect();
    let scan = EvidenceHash::of(b"a scan of the receipt").to_string();
    assert_eq!(told, ["caller", "caller_phone", "wish", scan.as_str()]);
    for part in erased {
        assert_eq!(part.position, receipt.position);
        assert_eq!(part.day.unwrap().to_string(), "2019-01-10");
        assert_eq!(
            (part.actor.as_str(), part.reason.as_str()),
            ("王某", "本人申请")
        );
        assert_eq!(part.asked_by.as_deref(), Some("信访〔2018〕17号"));
        assert_eq!(part.is_evidence, part.what == scan);
    }
    assert!(history[0].evidence.is_empty());
    assert!(
        history[0]
            .fields
            .contains(&("amount".to_owned(), "100".to_owned()))
    );
    let town = town.reopened();
    assert_eq!((town.figure("complaints"), town.figure("amount")), before);
    assert_eq!(office::verify(&town.dir(), &mut quiet).unwrap().erased, 1);
}

#[test]
fn one_field_goes_and_the_others_stay() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &["a scan"]);
    town.erase(&field(number, "caller_phone"));
    assert_eq!(
        files_with(&town.dir(), "138-0000-1234"),
        Vec::<String>::new()
    );
    assert!(!files_with(&town.dir(), "张三丰").is_empty());
    let entry = town.office.ledger().entry(base::Position(number)).unwrap();
    assert!(entry.private.is_none(), "the part itself is gone");
    let (part, _) = town.office.private_part(&entry).unwrap();
    assert_eq!(part.names(), ["caller", "wish"]);
    assert_eq!(part.evidence.len(), 1);
    assert_eq!(
        town.try_erase(&field(number, "caller_phone"), "x")
            .unwrap_err()
            .code,
        "O291",
        "there is nothing more of it"
    );
    let refused = town.try_erase(&field(number, "amount"), "x").unwrap_err();
    assert_eq!(refused.code, "O291", "a fact cannot be erased");
    assert!(refused.remedy.en.contains("caller, wish"));
    town.reopened();
}

#[test]
fn every_version_of_a_record_loses_the_field() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &[]);
    let values = [
        ("day", "2018-03-05"),
        ("number", "1"),
        ("subject", "F1"),
        ("amount", "150"),
        ("caller", "张三封"),
    ];
    town.submit("complaint", &values, &[], true).unwrap();
    let receipt = town.erase(&field(number, "caller"));
    assert_eq!(receipt.entries, 2);
    for name in ["张三丰", "张三封"] {
        assert_eq!(files_with(&town.dir(), name), Vec::<String>::new());
    }
    assert_eq!(town.figure("amount"), "150");
    town.reopened();
}

#[test]
fn a_reason_is_needed_and_does_not_repeat_what_is_erased() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &[]);
    let head = town.head();
    assert_eq!(
        town.try_erase(&record(number), " ").unwrap_err().code,
        "O232"
    );
    let told = town
        .try_erase(&record(number), "张三丰本人申请")
        .unwrap_err();
    assert_eq!(told.code, "O292");
    assert!(!told.what.zh.contains("张三丰"));
    assert_eq!(town.head(), head);
    assert_eq!(town.try_erase(&record(999), "x").unwrap_err().code, "O233");
    let bare = [("day", "2018-03-05"), ("topic", "漏油")];
    let office::record::Receipt::Added(bare) = town.submit("hint", &bare, &[], false).unwrap()
    else {
        panic!()
    };
    assert_eq!(town.try_erase(&record(bare), "x").unwrap_err().code, "O290");
}

#[test]
fn a_subject_loses_its_personal_attributes_and_those_in_records_about_it() {
    let mut town = Town::new();
    let firms =
        "编号,名称,行业,联系人,电话\nF1,茶厂,茶,赵敏,0715-111\nF2,米厂,米,周芷若,0715-222\n";
    town.import("firm", firms, false);
    let number = town.complain("1", "张三丰", &["a scan of F1"]);
    let before = town.state();
    let receipt = town.erase(&subject("F1"));
    assert_eq!(
        (receipt.entries, receipt.files),
        (2, 0),
        "evidence about a firm stays"
    );
    for gone in ["赵敏", "0715-111", "张三丰"] {
        assert_eq!(
            files_with(&town.dir(), gone),
            Vec::<String>::new(),
            "{gone}"
        );
    }
    for stays in ["周芷若", "茶厂", "a scan of F1"] {
        assert!(!files_with(&town.dir(), stays).is_empty(), "{stays}");
    }
    assert_ne!(town.state(), before);
    assert_eq!(town.office.history(number).unwrap()[0].erased.len(), 3);
    assert_eq!(
        town.try_erase(&subject("F1"), "x").unwrap_err().code,
        "O290"
    );
    town.reopened();
}

#[test]
fn evidence_goes_when_nothing_else_needs_it_or_when_it_is_asked_for() {
    let mut town = Town::new();
    let shared = "a scan that two records need";
    let hash = EvidenceHash::of(shared.as_bytes());
    let one = town.complain("1", "甲", &[shared]);
    let two = town.complain("2", "乙", &[shared]);
    let three = town.complain("3", "丙", &[shared]);
    let receipt = town.erase(&record(one));
    assert_eq!(receipt.files, 0, "the others need it");
    let store = EvidenceStore::at(&town.dir());
    assert!(store.contains(hash));
    let mut town = town.reopened();
    let receipt = town.erase(&Erasing::Evidence(hash.to_string()));
    assert_eq!((receipt.entries, receipt.files), (2, 1));
    assert!(!store.contains(hash));
    for number in [one, two, three] {
        let erased = &town.office.history(number).unwrap()[0].erased;
        assert!(erased.iter().any(|part| part.what == hash.to_string()));
    }
    assert_eq!(
        town.office
            .store_evidence("again.pdf", shared.as_bytes())
            .unwrap_err()
            .code,
        "O293",
        "what was erased is not taken again"
    );
    let unknown = Erasing::Evidence(EvidenceHash::of(b"unknown").to_string());
    assert_eq!(town.try_erase(&unknown, "x").unwrap_err().code, "O290");
    // Other bytes of the record are untouched.
    let entry = town.office.ledger().entry(base::Position(two)).unwrap();
    assert_eq!(
        town.office.private_part(&entry).unwrap().0.names(),
        ["caller", "caller_phone", "wish"]
    );
    let town = town.reopened();
    // A file that is put back is found.
    store.put(shared.as_bytes()).unwrap();
    drop(town.office);
    let dir = town.place.path().join("data");
    assert_eq!(office::verify(&dir, &mut quiet).unwrap_err().code, "O294");
}

#[test]
fn an_actor_and_a_file_lose_their_names() {
    let mut town = Town::new();
    let colleague = office::actor::NewActor {
        name: "欧阳锋".to_owned(),
        role: "programme_office".to_owned(),
        unit: None,
    };
    let actor = town.office.register_actor(&colleague).unwrap();
    let report = town.import("hint", "日期,主题\n2018-03-05,漏油\n", false);
    let import = report.position.unwrap() - 2;
    town.erase(&Erasing::Actor(actor));
    town.erase(&Erasing::Import(import));
    for gone in ["欧阳锋", "名单.csv"] {
        assert_eq!(
            files_with(&town.dir(), gone),
            Vec::<String>::new(),
            "{gone}"
        );
    }
    assert_eq!(town.office.actor_name(actor).unwrap(), format!("#{actor}"));
    let erasures = town.office.erasures().unwrap();
    let told: Vec<_> = erasures
        .iter()
        .map(|erasure| erasure.facts.entries[0].fields.join(","))
        .collect();
    assert_eq!(told, ["name", "file_name"]);
    town.reopened();
}

#[test]
fn what_readers_held_up_is_scrubbed_at_the_next_opening() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &[]);
    let dir = town.dir();
    let reader = Office::open(&dir, Access::Read, &mut quiet).unwrap();
    let still = reader.state().unwrap();
    let receipt = town.erase(&record(number));
    assert!(!receipt.is_scrubbed);
    drop(still);
    drop(reader);
    let town = town.reopened();
    assert_eq!(files_with(&town.dir(), "张三丰"), Vec::<String>::new());
}
