//! A town with complaints, and the questions that the tests ask of its folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Day, FieldId, IndicatorId, Period, Problem};
use ledger::{Nature, Space, StateRow};
use office::actor::NewActor;
use office::erase::{EraseReason, EraseReceipt, Erasing};
use office::import::{ImportOptions, ImportReport};
use office::record::{OnOther, Receipt, draft};
use office::{Access, Office};
use programme::Sources;
use sheet::Cell;
use tempfile::TempDir;

pub struct Town {
    pub place: TempDir,
    pub office: Office,
}

pub fn quiet(_: u64, _: u64, _: &str) {}

impl Town {
    pub fn new() -> Town {
        let text = include_str!("town.toml").to_owned();
        let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
        let checked = programme::check(&sources);
        let programme = checked.programme.unwrap_or_else(|| {
            panic!(
                "{}",
                base::render(&checked.problems, &sources.texts(), base::Lang::En, false)
            )
        });
        let place = tempfile::tempdir().unwrap();
        let actor = NewActor {
            name: "王某".to_owned(),
            role: "programme_office".to_owned(),
            unit: None,
        };
        let office = Office::init(
            &place.path().join("data"),
            &sources,
            Arc::clone(&programme),
            Nature::Demonstration,
            &actor,
        )
        .unwrap();
        Town { place, office }
    }

    pub fn dir(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// Closes the folder, verifies it from outside, and opens it again.
    pub fn reopened(self) -> Town {
        let Town { place, office } = self;
        drop(office);
        let dir = place.path().join("data");
        office::verify(&dir, &mut quiet).unwrap_or_else(|problem| panic!("{problem}"));
        let office = Office::open(&dir, Access::Write, &mut quiet).unwrap();
        Town { place, office }
    }

    pub fn head(&self) -> u64 {
        self.office.ledger().head().unwrap().size.0
    }

    pub fn import(&mut self, type_name: &str, file: &str, revise: bool) -> ImportReport {
        let options = ImportOptions {
            revise,
            reason: revise.then(|| "更正".to_owned()),
            ..ImportOptions::default()
        };
        self.try_import(type_name, file, &options)
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    pub fn try_import(
        &mut self,
        type_name: &str,
        file: &str,
        options: &ImportOptions,
    ) -> Result<ImportReport, Vec<Problem>> {
        self.office
            .import(type_name, "名单.csv", file.as_bytes(), options, &mut quiet)
    }

    /// Submits a record, with evidence of those bytes.
    pub fn submit(
        &mut self,
        type_name: &str,
        values: &[(&str, &str)],
        evidence: &[&str],
        revise: bool,
    ) -> Result<Receipt, Problem> {
        let programme = self.office.programme().unwrap();
        let values: BTreeMap<&str, &str> = values.iter().copied().collect();
        let stored = evidence
            .iter()
            .map(|text| self.office.store_evidence("扫描件.pdf", text.as_bytes()))
            .collect::<Result<_, _>>()?;
        let cell = |id: &FieldId| values.get(id.as_str()).map(|text| Cell::text(*text));
        let made = draft(
            &programme,
            &self.office.spellings().unwrap(),
            &programme.record_types[type_name],
            cell,
            stored,
        )
        .unwrap();
        let on_other = if revise {
            OnOther::Revise
        } else {
            OnOther::Refuse
        };
        self.office
            .submit(&made, on_other, revise.then(|| "更正".to_owned()))
    }

    /// A complaint with everything personal that it can have.
    pub fn complain(&mut self, number: &str, caller: &str, evidence: &[&str]) -> u64 {
        let values = [
            ("day", "2018-03-05"),
            ("number", number),
            ("subject", "F1"),
            ("amount", "100"),
            ("caller", caller),
            ("caller_phone", "138-0000-1234"),
            ("wish", "退货"),
        ];
        match self.submit("complaint", &values, evidence, false).unwrap() {
            Receipt::Added(number) => number,
            other => panic!("{other:?}"),
        }
    }

    pub fn erase(&mut self, what: &Erasing) -> EraseReceipt {
        self.try_erase(what, "本人申请")
            .unwrap_or_else(|problem| panic!("{problem}"))
    }

    pub fn try_erase(&mut self, what: &Erasing, reason: &str) -> Result<EraseReceipt, Problem> {
        let why = EraseReason {
            reason: reason.to_owned(),
            asked_by: Some("信访〔2018〕17号".to_owned()),
        };
        self.office.erase(what, &why, &mut quiet)
    }

    /// An indicator for 2018 as of the end of the year.
    pub fn figure(&self, indicator: &str) -> String {
        let query = measure::Query::new(
            IndicatorId::new(indicator),
            Period::Year(2018),
            Day::from_ymd(2018, 12, 31).unwrap(),
            self.office.position(),
        );
        let cells = self.office.mirror().columns().measure(&query).unwrap();
        let value = cells[0].figure.value();
        value.map(|value| value.to_string()).unwrap_or_default()
    }

    /// Every row of the state.
    pub fn state(&self) -> Vec<StateRow> {
        let spaces = (0..64).map(Space);
        let rows = |space| {
            let rows = self.office.ledger().scan(space, &[]).unwrap();
            rows.map(Result::unwrap).collect::<Vec<_>>()
        };
        spaces.flat_map(rows).collect()
    }
}

/// The files under a folder that hold a text, as UTF-8 or as UTF-16.
pub fn files_with(dir: &Path, text: &str) -> Vec<String> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        if holds(text.as_bytes()) || holds(&wide) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Everything personal of a record.
pub fn record(record: u64) -> Erasing {
    Erasing::Record {
        record,
        fields: Vec::new(),
        evidence: Vec::new(),
    }
}

/// One field of a record.
pub fn field(record: u64, field: &str) -> Erasing {
    Erasing::Record {
        record,
        fields: vec![field.to_owned()],
        evidence: Vec::new(),
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
