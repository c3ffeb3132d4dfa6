//! What leaves the house: nothing personal is in a bundle, in whatever form, and what was erased is provably gone.

use std::fs::File;
use std::path::Path;

use bundle::{Files, SignedCheckpoint};
use office::bundling::folder::Folder;
use office::bundling::verify::{VerifiedBundle, verify_bundle};
use office::erase::Erasing;
use office::signing::Trust;
use office::signing::trust::Against;
use sheet::{ParquetCell, ParquetIn};

use crate::town::{Town, files_with, quiet, record};

/// Everything personal that the town is told: true identities, names, telephones, what callers said.
const PERSONAL: [&str; 12] = [
    "K100",
    "K200",
    "令狐冲",
    "任盈盈",
    "冲哥",
    "岳不群",
    "138-0000",
    "139-0000",
    "东方不败",
    "退货",
    "a photograph",
    "扫描件.pdf",
];

/// A town that was told all of it, in every way in which it can be told.
fn told() -> (Town, u64) {
    let mut town = Town::new();
    let inspectors =
        "证号,姓名,级别,手机\nK100,令狐冲,高级,138-0000-1234\nK200,任盈盈,初级,139-0000-5678\n";
    town.import("inspector", inspectors, false);
    town.office
        .confirm_alias("subject:inspector", "冲哥", "K100", None)
        .unwrap();
    let visits = "日期,证号,主题,第二人,备注\n2018-03-05,K100,茶厂,K200,与岳不群同行\n2018-03-06,冲哥,米厂,,\n";
    let report = town.import("visit", visits, false);
    assert_eq!((report.added, report.rejected_rows), (2, 0));
    let complaint = town.complain("t1", "东方不败", &["a photograph"]);
    (town, complaint)
}

/// Every text in a Parquet file, on a line of its own.
fn texts_of(path: &Path) -> String {
    let mut texts = String::new();
    let read = ParquetIn::open(File::open(path).unwrap()).unwrap();
    read.rows(&mut |_, row| {
        for cell in row {
            if let ParquetCell::Text(text) = cell {
                texts += text;
                texts += "\n";
            }
        }
        Ok(())
    })
    .unwrap();
    texts
}

fn holds_nothing_personal(bundle: &Path) {
    for word in PERSONAL {
        assert_eq!(files_with(bundle, word), Vec::<String>::new(), "{word}");
    }
    let mut tables = 0;
    for name in Folder::at(bundle).list().unwrap() {
        if name.ends_with(".parquet") {
            tables += 1;
            let texts = texts_of(&bundle.join(&name));
            for word in PERSONAL {
                assert!(!texts.contains(word), "{word} in {name}");
            }
        }
    }
    assert!(tables > 5, "{tables}");
    // The search can find: what is not personal is there, in both forms.
    assert!(texts_of(&bundle.join("tables/record_visit.parquet")).contains("茶厂"));
    assert!(!files_with(&bundle.join("payload"), "茶厂").is_empty());
    assert!(!files_with(&bundle.join("tables"), "高级").is_empty());
}

fn verified(bundle: &Path, kept: Option<&Path>) -> VerifiedBundle {
    let against = kept.map(|path| {
        let bytes = std::fs::read(path.join("checkpoint")).unwrap();
        SignedCheckpoint::parse(&bytes).unwrap()
    });
    let trust = Trust {
        against,
        ..Trust::default()
    };
    verify_bundle(bundle, &trust, &mut quiet).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn nothing_personal_is_in_a_bundle_and_what_is_erased_changes_none_of_it() {
    let (mut town, complaint) = told();
    for word in PERSONAL {
        let is_there = !files_with(&town.dir(), word).is_empty();
        assert!(is_there, "{word} was told");
    }
    let before = town.place.path().join("before");
    let asked = ["visits", "complaints"].map(|indicator| {
        let at = town.office.position();
        let programme = town.office.mirror().programme_at();
        format!("{indicator}?period=2018&day=2018-12-31&programme={programme}&at={at}")
    });
    town.office
        .write_bundle(&before, &asked, &mut quiet)
        .unwrap();
    holds_nothing_personal(&before);
    assert_eq!(verified(&before, None).figures, 2);

    town.erase(&record(complaint));
    town.erase(&Erasing::Subject {
        subject_type: "inspector".to_owned(),
        id: "K100".to_owned(),
    });
    let after = town.place.path().join("after");
    town.office
        .write_bundle(&after, &asked, &mut quiet)
        .unwrap();
    holds_nothing_personal(&after);
    let size = verified(&before, None).position;
    let found = verified(&after, Some(&before));
    assert_eq!(found.against, Some(Against::Grown(size)));

    // The same payloads, the same figures, and entries that tell of the erasing; the leaves still commit to
    // private parts that are nowhere any more.
    let read = |folder: &Path, name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let payloads = |folder: &Path| read(folder, "payload/000000.jsonl");
    let more = payloads(&after);
    let more = more.strip_prefix(&payloads(&before)).unwrap();
    assert_eq!(more.lines().count(), 2, "{more}");
    assert!(
        more.contains("本人申请") && more.contains("信访〔2018〕17号"),
        "{more}"
    );
    assert_eq!(
        read(&before, "figures.jsonl"),
        read(&after, "figures.jsonl")
    );
    let leaves = std::fs::read(after.join(format!("tile/entries/000.p/{}", found.position.0)));
    let leaves = leaves.unwrap();
    // Two bytes of length, 83 to the commitment to the private part.
    let at = (complaint as usize - 1) * 117 + 2 + 83;
    assert_ne!(leaves[at..at + 32], [0; 32]);
}
