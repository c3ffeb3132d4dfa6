//! A small town for the tests of imports, with what they ask of it.

use std::sync::Arc;

use base::{Day, IndicatorId, Period, Problem};
use ledger::Nature;
use office::actor::NewActor;
use office::import::{ImportOptions, ImportReport};
use office::{Access, Office};
use programme::Sources;
use tempfile::TempDir;

pub struct Town {
    pub dir: TempDir,
    pub office: Office,
}

pub fn quiet(_: u64, _: u64, _: &str) {}

impl Town {
    pub fn new() -> Town {
        let sources = Sources::from_files(
            "town",
            [(
                "programme.toml".to_owned(),
                include_str!("town.toml").to_owned(),
            )],
        );
        let checked = programme::check(&sources);
        let programme = checked.programme.unwrap_or_else(|| {
            panic!(
                "{}",
                base::render(&checked.problems, &sources.texts(), base::Lang::En, false)
            )
        });
        let dir = tempfile::tempdir().unwrap();
        let actor = NewActor {
            name: "王某".to_owned(),
            role: "programme_office".to_owned(),
            unit: None,
        };
        let office = Office::init(
            &dir.path().join("data"),
            &sources,
            Arc::clone(&programme),
            Nature::Demonstration,
            &actor,
        )
        .unwrap();
        Town { dir, office }
    }

    /// Closes the folder, verifies it from outside, and opens it again.
    pub fn reopened(self) -> Town {
        let Town { dir, office } = self;
        drop(office);
        let path = dir.path().join("data");
        office::verify(&path, &mut quiet).unwrap();
        let office = Office::open(&path, Access::Write, &mut quiet).unwrap();
        Town { dir, office }
    }

    pub fn head(&self) -> u64 {
        self.office.ledger().head().unwrap().size.0
    }

    pub fn import(&mut self, type_name: &str, file: impl AsRef<[u8]>) -> ImportReport {
        self.import_with(type_name, file, &ImportOptions::default())
    }

    pub fn import_with(
        &mut self,
        type_name: &str,
        file: impl AsRef<[u8]>,
        options: &ImportOptions,
    ) -> ImportReport {
        self.try_import(type_name, file, options)
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    pub fn try_import(
        &mut self,
        type_name: &str,
        file: impl AsRef<[u8]>,
        options: &ImportOptions,
    ) -> Result<ImportReport, Vec<Problem>> {
        self.office
            .import(type_name, "f.csv", file.as_ref(), options, &mut quiet)
    }

    /// The codes with which a file as a whole is refused.
    pub fn refused(
        &mut self,
        type_name: &str,
        file: impl AsRef<[u8]>,
        options: &ImportOptions,
    ) -> Vec<&'static str> {
        let before = self.head();
        let problems = self
            .try_import(type_name, file, options)
            .expect_err("refused");
        assert_eq!(self.head(), before, "a refused file leaves no trace");
        problems.iter().map(|problem| problem.code).collect()
    }

    /// An indicator for 2018 as of the end of the year.
    pub fn figure(&self, indicator: &str) -> String {
        let day = Day::from_ymd(2018, 12, 31).unwrap();
        let query = measure::Query::new(
            IndicatorId::new(indicator),
            Period::Year(2018),
            day,
            self.office.position(),
        );
        let cells = self.office.mirror().columns().measure(&query).unwrap();
        cells[0]
            .figure
            .value()
            .map(|value| value.to_decimal(2, base::Rounding::HalfUp))
            .unwrap_or_default()
    }
}

/// A made-up unified social credit code with right check characters.
pub fn uscc(number: u32) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91421281MA{number:06}0");
    let found = ALPHABET
        .chars()
        .map(|last| format!("{body}{last}"))
        .find(|code| base::uscc_check(code).is_ok());
    found.expect("one of the characters is right")
}

/// What a report comes to: added, revised, unchanged, rejected.
pub fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (
        report.added,
        report.revised,
        report.unchanged,
        report.rejected_rows,
    )
}

/// Code, row and column of each problem.
pub fn told(report: &ImportReport) -> Vec<(&'static str, u32, String)> {
    let of = |problem: &Problem| {
        let place = problem.place.as_deref().cloned().unwrap_or_default();
        (
            problem.code,
            place.row.unwrap_or(0),
            place.column.unwrap_or_default(),
        )
    };
    report.problems.iter().map(of).collect()
}
