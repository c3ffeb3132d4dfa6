//! Who may do what: every role of the standard package over every command and every action of its flows, held
//! against what the package's own text declares; and what people do when they come, go and stand in.
//!
//! The table of what is expected is read from the TOML here, and by none of the code under test.

mod declared;
mod people;
mod scopes;

use std::path::Path;

use base::Problem;
use ledger::Nature;
use office::Office;
use office::actor::NewActor;
use office::import::ImportOptions;
use office::record::{OnOther, Receipt, draft};
use programme::Sources;
use sheet::Cell;
use tempfile::TempDir;

/// Tells nothing of how far it is.
pub fn quiet(_: u64, _: u64, _: &str) {}

/// A demonstration of Chibi, which extends the standard package.
pub struct Chibi {
    /// Where it lies.
    pub dir: TempDir,
    /// The office.
    pub office: Office,
}

impl Chibi {
    /// One in which nothing happened yet.
    pub fn begin() -> Chibi {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/chibi-2018");
        let sources = Sources::read_folder(package).unwrap();
        let programme = programme::check(&sources).programme.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let founder = NewActor {
            name: "首任".to_owned(),
            role: "system_administrator".to_owned(),
            unit: Some("quality_office".to_owned()),
        };
        let office = Office::init(
            &dir.path().join("data"),
            &sources,
            programme,
            Nature::Demonstration,
            &founder,
        )
        .unwrap();
        Chibi { dir, office }
    }

    /// Somebody of a role and unit, who acts from now on.
    pub fn act_as(&mut self, role: &str, unit: Option<&str>) -> u64 {
        let name = format!("{role} {}", unit.unwrap_or("—"));
        self.office
            .register_actor(&person(&name, role, unit))
            .unwrap()
    }

    /// Submits a progress report of a unit.
    pub fn report(
        &mut self,
        unit: &str,
        period: &str,
        on_other: OnOther,
    ) -> Result<Receipt, Problem> {
        let programme = self.office.programme().unwrap();
        let spellings = self.office.spellings().unwrap();
        let record_type = programme.record_types.get("progress_report").unwrap();
        let cell = |id: &base::FieldId| {
            let text = match id.as_str() {
                "day" => "2018-12-20",
                "unit" => unit,
                "report_period" => period,
                "due_on" => "2018-12-31",
                _ => return None,
            };
            Some(Cell::text(text))
        };
        let draft = draft(&programme, &spellings, record_type, cell, Vec::new()).unwrap();
        let reason = (on_other == OnOther::Revise).then(|| "更正".to_owned());
        self.office.submit(&draft, on_other, reason)
    }

    /// Imports progress reports, one row for each unit.
    pub fn import(&mut self, units: &[&str]) -> Result<office::import::ImportReport, Vec<Problem>> {
        let rows: String = units
            .iter()
            .map(|unit| format!("2018-12-21,{unit},2018-11,2018-12-31\n"))
            .collect();
        let text = format!("报送日期,报送单位,报告期,应报日期\n{rows}");
        self.office.import(
            "progress_report",
            "reports.csv",
            text.as_bytes(),
            &ImportOptions::default(),
            &mut quiet,
        )
    }
}

/// Somebody to be registered.
pub fn person(name: &str, role: &str, unit: Option<&str>) -> NewActor {
    NewActor {
        name: name.to_owned(),
        role: role.to_owned(),
        unit: unit.map(str::to_owned),
    }
}

/// The codes of what was refused.
pub fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|problem| problem.code).collect()
}
