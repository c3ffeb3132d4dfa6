//! What is personal in the town: it is erased, is then in no file, and comes back with no backup.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ledger::{EvidenceHash, Storage};
use office::backup::{Origin, RestoreRequest, restore, take_backup};
use office::erase::{EraseReason, Erasing};
use office::{Access, Office};

use crate::steps::Sample;
use crate::town::{Town, quiet, refused};

/// The texts of private parts and evidence that stand in the town.
#[derive(Default)]
pub struct Private {
    /// By record.
    standing: BTreeMap<u64, BTreeSet<String>>,
    /// Every text that ever stood.
    all: BTreeSet<String>,
    /// Backups: what names each, how far it reaches.
    backups: Vec<(String, u64)>,
}

impl Private {
    pub fn stands(&mut self, record: u64, text: String) {
        self.all.insert(text.clone());
        self.standing.entry(record).or_default().insert(text);
    }

    /// The texts that stood and that no record has any more.
    fn gone(&self) -> Vec<&String> {
        let stands = |text: &String| self.standing.values().any(|texts| texts.contains(text));
        self.all.iter().filter(|text| !stands(text)).collect()
    }
}

/// Who took a sample: another person on each day.
pub fn inspector_of(sample: &Sample) -> String {
    format!("inspector-{}-{}.", sample.number, sample.day)
}

/// The content of the scan of a sample.
pub fn scan_of(number: u8) -> String {
    format!("a scan of sample {number}.")
}

fn files_holding(dir: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_holding(&path, text, found);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let is_held = bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes());
            found.extend(is_held.then(|| path.display().to_string()));
        }
    }
}

impl Town {
    /// Whether it was erased.
    fn erases(&mut self, what: &Erasing) -> bool {
        let why = EraseReason {
            reason: "asked for".to_owned(),
            asked_by: None,
        };
        match self.office.erase(what, &why, &mut quiet) {
            Ok(receipt) => {
                assert!(receipt.is_scrubbed, "nobody else reads");
                true
            }
            Err(problem) => {
                refused(&problem);
                false
            }
        }
    }

    pub fn erase_record(&mut self, which: u8) {
        let Some(record) = self.record(which) else {
            return;
        };
        let what = Erasing::Record {
            record,
            fields: Vec::new(),
            evidence: Vec::new(),
        };
        if self.erases(&what) {
            self.private.standing.remove(&record);
        } else {
            let standing = self.private.standing.get(&record);
            assert!(
                standing.is_none_or(BTreeSet::is_empty),
                "{record}: {standing:?}"
            );
        }
    }

    pub fn erase_scan(&mut self, number: u8) {
        let scan = scan_of(number);
        let what = Erasing::Evidence(EvidenceHash::of(scan.as_bytes()).to_string());
        if self.erases(&what) {
            for texts in self.private.standing.values_mut() {
                texts.remove(&scan);
            }
        } else {
            let mut standing = self.private.standing.values();
            assert!(
                !standing.any(|texts| texts.contains(&scan)),
                "{scan} stands"
            );
        }
    }

    pub fn erase_import(&mut self, which: u8) {
        let imports = &self.imports;
        if let Some(import) = imports.get(usize::from(which) % imports.len().max(1)) {
            self.erases(&Erasing::Import(*import));
        }
    }

    /// No file of the folder has a text that was erased.
    pub fn holds_nothing_that_was_erased(&self) {
        self.nothing_erased_in(&self.dir.path().join("data"));
    }

    fn nothing_erased_in(&self, dir: &Path) {
        for text in self.private.gone() {
            let mut found = Vec::new();
            files_holding(dir, text, &mut found);
            assert_eq!(found, Vec::<String>::new(), "`{text}` was erased");
        }
    }

    fn depot(&self) -> Box<dyn depot::Depot> {
        depot::open(self.dir.path().join("backups").to_str().unwrap()).unwrap()
    }

    pub fn back_up(&mut self) {
        let dir = self.dir.path().join("data");
        let report = take_backup(&dir, &*self.depot(), false, &mut quiet).unwrap();
        self.private.backups.push((report.id, report.size.0));
    }

    /// The first of the backups, brought back after the last was taken, and how far it reaches. What was erased
    /// meanwhile is not in it.
    pub fn restored(&mut self) -> Option<(u64, Office)> {
        self.back_up();
        let (id, size) = self.private.backups.first()?.clone();
        let dir = self.dir.path().join("restored");
        let request = RestoreRequest {
            backup: Some(id),
            dir: dir.clone(),
            storage: Storage::Sqlite,
            origin: Origin::Renewed,
            known: None,
            erasures: None,
            keys: None,
            actor: None,
        };
        let restored = restore(&request, &*self.depot(), &mut quiet).unwrap();
        assert_eq!(restored.erasures_to, self.office.position().0);
        self.nothing_erased_in(&dir);
        let office = Office::open(&dir, Access::Read, &mut quiet).unwrap();
        office.agrees_with_replay().unwrap();
        Some((size, office))
    }
}
