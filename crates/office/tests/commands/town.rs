//! The town in which it is done, and its samples counted by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use base::{Day, Problem, Ratio};
use ledger::Nature;
use measure::{By, Query};
use office::actor::NewActor;
use office::case::ActRequest;
use office::entry::Evidence;
use office::import::ImportOptions;
use office::record::{OnOther, Receipt, draft};
use office::{Access, Office};
use programme::Sources;
use programme::model::Programme;
use sheet::Cell;
use tempfile::TempDir;

use crate::erased::{Private, inspector_of, scan_of};
use crate::steps::{Change, Sample, Step};

/// Firms with sound credit codes (GB 32100), and none.
const FIRMS: [&str; 4] = [
    "91421281MA0000015B",
    "91421281MA00000236",
    "91421281MA00000311",
    "",
];
const PLACES: [&str; 2] = ["east", "west"];
const RESULTS: [&str; 4] = ["pass", "fail", "pending", "void"];
const ACTIONS: [&str; 6] = ["file", "score_self", "review", "return", "verify", "draft"];

pub fn quiet(_: u64, _: u64, _: &str) {}

/// A sample as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    result: usize,
    cost: i64,
}

/// A data folder and what should be in it.
pub struct Town {
    pub dir: TempDir,
    pub office: Office,
    changes: BTreeSet<Change>,
    /// The samples that count, by key.
    counted: BTreeMap<u8, Counted>,
    /// Keys by record number, of every sample that was ever made.
    numbers: BTreeMap<u64, u8>,
    visits: i64,
    visit_numbers: BTreeSet<u64>,
    /// Positions of the imports' openings.
    pub imports: Vec<u64>,
    pub private: Private,
}

/// The text of the package with the changes made so far.
fn package(changes: &BTreeSet<Change>) -> (Sources, Option<Arc<Programme>>) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../zhicheng/tests/story/packages/town");
    let files = ["programme.toml", "records.toml", "scheme.toml"].map(|name| {
        let mut text = std::fs::read_to_string(folder.join(name)).unwrap();
        if name == "programme.toml" {
            let version = format!("version = \"1.{}.0\"", changes.len());
            text = text.replace("version = \"1.0.0\"", &version);
        }
        for change in changes {
            text = changed(name, text, *change);
        }
        (name.to_owned(), text)
    });
    let sources = Sources::from_files("town", files);
    let programme = programme::check(&sources).programme;
    (sources, programme)
}

fn changed(file: &str, text: String, change: Change) -> String {
    let parent = |on: &str, parent: &str| {
        format!("{text}\n[[unit_change]]\nunit = \"east\"\non = {on}\nparent = \"{parent}\"\n")
    };
    match (file, change) {
        ("programme.toml", Change::Reparent) => parent("2018-04-01", "market"),
        ("programme.toml", Change::ParentAgain) => parent("2018-09-01", "government"),
        ("programme.toml", Change::EndUnit) => text.replace(
            "id = \"west\"\n",
            "id = \"west\"\nvalid_to = 2018-10-31\nsuccessors = [\"east\"]\n",
        ),
        ("records.toml", Change::RetireCode) => text.replace(
            "id = \"pending\"\n",
            "id = \"pending\"\nvalid_to = 2018-06-30\n",
        ),
        ("records.toml", Change::AddCode) => {
            text + "\n[[code]]\nvocabulary = \"result\"\nid = \"void\"\nname = { zh = \"无效\", en = \"Void\" }\n"
        }
        ("records.toml", Change::AddField) => {
            text + "\n[[field]]\nof = \"sample\"\nid = \"remark\"\nname = { zh = \"备注\", en = \"Remark\" }\ntype = \"text\"\n"
        }
        ("records.toml", Change::Redefine) => text.replacen(
            "where = \"result = 'fail'\"",
            "where = \"result <> 'pass'\"",
            1,
        ),
        ("records.toml", Change::AddIndicator) => {
            text + "\n[[indicator]]\nid = \"firms\"\nname = { zh = \"企业数\", en = \"Firms\" }\nmeasure = \"distinct\"\nof = \"sample\"\nfield = \"subject\"\n"
        }
        _ => text,
    }
}

/// A refusal that an office may give; anything that speaks of damage ends the test.
#[track_caller]
pub fn refused(problem: &Problem) {
    let is_damage = problem.code.starts_with('L') && !problem.code.starts_with("L2")
        || ["O101", "O102", "O103", "O104", "O105", "O108", "O120"].contains(&problem.code)
        || problem.code.starts_with('M');
    assert!(!is_damage, "{problem}");
}

fn day(number: u16) -> Day {
    let first = Day::parse("2018-01-01").unwrap();
    first.plus_days(i64::from(number)).unwrap()
}

impl Town {
    pub fn new() -> Town {
        let (sources, programme) = package(&BTreeSet::new());
        let dir = tempfile::tempdir().unwrap();
        let actor = NewActor {
            name: "王某".to_owned(),
            role: "programme_office".to_owned(),
            unit: None,
        };
        let path = dir.path().join("data");
        let nature = Nature::Demonstration;
        let office = Office::init(&path, &sources, programme.unwrap(), nature, &actor).unwrap();
        Town {
            dir,
            office,
            changes: BTreeSet::new(),
            counted: BTreeMap::new(),
            numbers: BTreeMap::new(),
            visits: 0,
            visit_numbers: BTreeSet::new(),
            imports: Vec::new(),
            private: Private::default(),
        }
    }

    /// Does one thing, or is refused.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Submit(sample) => self.submit(sample, OnOther::Refuse),
            Step::Revise(sample) => self.submit(sample, OnOther::Revise),
            Step::Withdraw(which) => self.withdraw(*which),
            Step::Visit { day, place, topic } => self.visit(*day, *place, *topic),
            Step::Import {
                samples,
                revise,
                is_faulty,
            } => self.import(samples, *revise, *is_faulty),
            Step::Programme(change) => self.change(*change),
            Step::OpenCases => {
                let period = self.office.programme().unwrap().year;
                let opened = self.office.open_assessment(
                    &base::ScorecardId::new("assessment"),
                    &period,
                    Some(day(1)),
                    &mut quiet,
                );
                if let Err(problem) = opened {
                    refused(&problem);
                }
            }
            Step::Act(case, action) => self.act(*case, *action),
            Step::EraseRecord(which) => self.erase_record(*which),
            Step::EraseScan(which) => self.erase_scan(*which),
            Step::EraseImport(which) => self.erase_import(*which),
            Step::Backup => self.back_up(),
            Step::Snapshot => self.office.save_snapshot().unwrap(),
            Step::Reopen => self.reopen(),
        }
    }

    /// Closes the folder and opens it again.
    pub fn reopen(&mut self) {
        let path = self.dir.path().join("data");
        // One writer at a time: another folder stands in while this one is closed.
        let elsewhere = Town::new();
        drop(std::mem::replace(&mut self.office, elsewhere.office));
        self.office = Office::open(&path, Access::Write, &mut quiet).unwrap();
    }

    fn draft_of(
        &self,
        record_type: &str,
        cells: &[(&str, String)],
        evidence: Vec<Evidence>,
    ) -> Result<office::record::Draft, Vec<Problem>> {
        let programme = self.office.programme().unwrap();
        let cell = |id: &base::FieldId| {
            let found = cells.iter().find(|(name, _)| *name == id.as_str());
            found.map(|(_, text)| Cell::text(text.clone()))
        };
        let made = draft(
            &programme,
            &self.office.spellings().unwrap(),
            &programme.record_types[record_type],
            cell,
            evidence,
        );
        made.map_err(|faults| faults.into_iter().map(|fault| fault.problem).collect())
    }

    fn submit(&mut self, sample: &Sample, on_other: OnOther) {
        let cost = sample.cost.map(money).unwrap_or_default();
        let cells = [
            ("number", format!("n{}", sample.number)),
            ("day", day(sample.day).to_string()),
            ("unit", "market".to_owned()),
            ("place", PLACES[usize::from(sample.place)].to_owned()),
            ("subject", FIRMS[usize::from(sample.firm)].to_owned()),
            ("result", RESULTS[usize::from(sample.result)].to_owned()),
            ("cost", cost),
            ("inspector", inspector_of(sample)),
        ];
        let scan = scan_of(sample.number);
        let evidence = match self.office.store_evidence("scan.pdf", scan.as_bytes()) {
            Ok(evidence) => vec![evidence],
            // It was erased.
            Err(problem) => {
                refused(&problem);
                Vec::new()
            }
        };
        let is_cited = !evidence.is_empty();
        let draft = match self.draft_of("sample", &cells, evidence) {
            Ok(draft) => draft,
            Err(problems) => return problems.iter().for_each(refused),
        };
        let reason = (on_other == OnOther::Revise).then(|| "again".to_owned());
        match self.office.submit(&draft, on_other, reason) {
            Err(problem) => refused(&problem),
            Ok(Receipt::Unchanged(_)) => {}
            Ok(Receipt::Added(number) | Receipt::Revised(number)) => {
                self.counts(sample);
                self.numbers.insert(number, sample.number);
                self.private.stands(number, inspector_of(sample));
                if is_cited {
                    self.private.stands(number, scan);
                }
            }
        }
    }

    fn counts(&mut self, sample: &Sample) {
        let counted = Counted {
            result: usize::from(sample.result),
            cost: sample.cost.map_or(0, i64::from),
        };
        self.counted.insert(sample.number, counted);
    }

    /// One of the records that were ever made.
    pub fn record(&self, which: u8) -> Option<u64> {
        let visits = self.visit_numbers.iter().copied();
        let all: Vec<u64> = self.numbers.keys().copied().chain(visits).collect();
        all.get(usize::from(which) % all.len().max(1)).copied()
    }

    fn withdraw(&mut self, which: u8) {
        let Some(number) = self.record(which) else {
            return;
        };
        match self.office.withdraw(number, "mistaken") {
            Err(problem) => refused(&problem),
            Ok(_) if self.visit_numbers.contains(&number) => self.visits -= 1,
            Ok(_) => drop(self.counted.remove(&self.numbers[&number])),
        }
    }

    fn visit(&mut self, on: u16, place: u8, topic: u8) {
        let cells = [
            ("day", day(on).to_string()),
            ("unit", PLACES[usize::from(place)].to_owned()),
            ("topic", format!("topic {topic}")),
        ];
        match self.draft_of("visit", &cells, Vec::new()) {
            Err(problems) => problems.iter().for_each(refused),
            Ok(draft) => match self.office.submit(&draft, OnOther::Refuse, None) {
                Err(problem) => refused(&problem),
                Ok(Receipt::Added(number)) => {
                    self.visits += 1;
                    self.visit_numbers.insert(number);
                }
                Ok(_) => {}
            },
        }
    }

    fn import(&mut self, samples: &[Sample], revise: bool, is_faulty: bool) {
        let mut table = "样品编号,抽样日期,责任单位,所在乡镇,信用代码,检验结论,费用\n".to_owned();
        for sample in samples {
            table.push_str(&format!(
                "n{},{},market,{},{},{},{}\n",
                sample.number,
                day(sample.day),
                PLACES[usize::from(sample.place)],
                FIRMS[usize::from(sample.firm)],
                RESULTS[usize::from(sample.result)],
                sample.cost.map(money).unwrap_or_default(),
            ));
        }
        if is_faulty {
            table.push_str("n9,2018-02-30,market,east,,pass,\n");
        }
        let options = ImportOptions {
            revise,
            reason: revise.then(|| "again".to_owned()),
            ..ImportOptions::default()
        };
        let before = self.office.position();
        let taken = self
            .office
            .import("sample", "t.csv", table.as_bytes(), &options, &mut quiet);
        match taken {
            Err(problems) => problems.iter().for_each(refused),
            Ok(report) if report.position.is_none() => {}
            Ok(_) => {
                self.imports.push(before.0 + 1);
                self.note_imported(before.0);
            }
        }
    }

    /// Which rows were new and which revised stands in the entries; what they say, the table said.
    fn note_imported(&mut self, before: u64) {
        let entries = self
            .office
            .ledger()
            .entries(base::Position(before + 1)..)
            .unwrap();
        for entry in entries {
            let entry = entry.unwrap();
            let facts: serde_json::Value = serde_json::from_slice(&entry.facts).unwrap();
            let field = |name: &str| facts["fields"][name].as_str().unwrap_or_default();
            if facts["type"] != "sample" || facts["fields"].is_null() {
                continue;
            }
            let number: u8 = field("number")[1..].parse().unwrap();
            let result = RESULTS
                .iter()
                .position(|code| *code == field("result"))
                .unwrap();
            let cost = field("cost").replace('.', "").parse().unwrap_or(0);
            self.counted.insert(number, Counted { result, cost });
            let record = facts["record"].as_u64().unwrap_or(entry.position.0);
            self.numbers.insert(record, number);
        }
    }

    fn change(&mut self, change: Change) {
        let mut changes = self.changes.clone();
        if !changes.insert(change) {
            return;
        }
        let (sources, programme) = package(&changes);
        // Some changes do not go together: what `check` refuses never takes force.
        let Some(programme) = programme else { return };
        match self.office.activate(&sources, programme) {
            Err(problem) => refused(&problem),
            Ok(_) => self.changes = changes,
        }
    }

    fn act(&mut self, which: u8, action: u8) {
        let cases = self.office.case_numbers();
        let Some(case) = cases.get(usize::from(which) % cases.len().max(1)) else {
            return;
        };
        let case = &self.office.case(*case).unwrap();
        let action = ACTIONS[usize::from(action) % ACTIONS.len()];
        let (role, unit, fields): (&str, Option<String>, &[(&str, &str)]) = match action {
            "file" => ("liaison", case.about.unit.clone(), &[]),
            "score_self" => (
                "liaison",
                case.about.unit.clone(),
                &[("self_points", "7.5")],
            ),
            "review" => (
                "reviewer",
                Some("market".to_owned()),
                &[("review_level", "half")],
            ),
            "return" => ("reviewer", Some("market".to_owned()), &[]),
            "verify" => ("verifier", None, &[("verify_level", "full")]),
            _ => ("programme_office", None, &[]),
        };
        let evidence = match action {
            "score_self" => vec![self.office.store_evidence("plan.pdf", b"the plan").unwrap()],
            _ => Vec::new(),
        };
        let request = ActRequest {
            action: action.to_owned(),
            fields: fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            evidence,
            reason: Some(format!(
                "as it should be, after {}",
                self.office.position().0
            )),
            closing_reason: None,
            day: Some(day(300)),
            standing: Some((role.to_owned(), unit)),
            ..ActRequest::default()
        };
        if let Err(problems) = self.office.act(case.number, &request) {
            problems.iter().for_each(refused);
        }
    }

    /// Samples, failed ones, cost and visits are what a count by hand gives.
    pub fn is_as_counted(&self) {
        let programme = self.office.programme().unwrap();
        let is_failed = |counted: &&Counted| match self.changes.contains(&Change::Redefine) {
            true => counted.result != 0,
            false => counted.result == 1,
        };
        let failed = self.counted.values().filter(is_failed).count() as i64;
        let cost: i64 = self.counted.values().map(|counted| counted.cost).sum();
        let expected = [
            ("samples", Ratio::from_int(self.counted.len() as i64)),
            ("failed", Ratio::from_int(failed)),
            ("cost", Ratio::from_scaled(cost, 2)),
            ("visits", Ratio::from_int(self.visits)),
        ];
        for (indicator, value) in expected {
            let year = programme.year;
            let at = self.office.position();
            let query =
                Query::new(base::IndicatorId::new(indicator), year, year.last(), at).by(By::None);
            let cells = self.office.mirror().columns().measure(&query).unwrap();
            assert_eq!(
                cells[0].figure.value(),
                Some(value),
                "{indicator} at {}",
                at.0
            );
        }
    }
}

fn money(hundredths: u16) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
