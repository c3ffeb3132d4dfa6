//! The made-up town and what its ledger says.

use std::sync::Arc;

use ledger::Nature;
use office::Office;
use office::actor::NewActor;
use office::entry::{Kind, RecordFacts, SubjectFacts};
use office::generate::Generated;
use programme::Sources;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

pub const TOWN: &str = include_str!("town.toml");

pub struct Town {
    pub dir: TempDir,
    pub office: Office,
}

pub fn quiet(_: u64, _: u64, _: &str) {}

impl Town {
    pub fn of(text: &str, nature: Nature) -> Town {
        let sources = Sources::from_files("town", [("programme.toml".to_owned(), text.to_owned())]);
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
            role: "liaison".to_owned(),
            unit: None,
        };
        let path = dir.path().join("data");
        let office = Office::init(&path, &sources, Arc::clone(&programme), nature, &actor).unwrap();
        Town { dir, office }
    }

    /// The town, filled by a seed.
    pub fn filled(text: &str, seed: u64) -> (Town, Generated) {
        let mut town = Town::of(text, Nature::Demonstration);
        let generated = town
            .office
            .generate(seed, &mut quiet)
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        (town, generated)
    }

    pub fn head(&self) -> u64 {
        self.office.ledger().head().unwrap().size.0
    }

    /// Kind and facts of every entry after the programme: those before tell one folder from another.
    pub fn entries(&self) -> Vec<(Kind, Vec<u8>)> {
        let entries = self.office.ledger().entries(..).unwrap();
        let told = entries.map(|entry| {
            let entry = entry.unwrap();
            (Kind::from_number(entry.kind).unwrap(), entry.facts)
        });
        told.skip_while(|(kind, _)| *kind != Kind::Programme)
            .skip(1)
            .collect()
    }

    /// The facts of all entries of a kind.
    pub fn facts<T: DeserializeOwned>(&self, kind: Kind) -> Vec<T> {
        let entries = self.entries().into_iter();
        let wanted = entries.filter(|(found, _)| *found == kind);
        wanted
            .map(|(_, facts)| serde_json::from_slice(&facts).unwrap())
            .collect()
    }

    /// The records of a type.
    pub fn records(&self, record_type: &str) -> Vec<RecordFacts> {
        let records: Vec<RecordFacts> = self.facts(Kind::Record);
        let wanted = records
            .into_iter()
            .filter(|record| record.record_type == record_type);
        wanted.collect()
    }

    pub fn subjects(&self) -> Vec<SubjectFacts> {
        self.facts(Kind::Subject)
    }
}

/// A field of a record as text; empty when it has none.
pub fn text<'a>(record: &'a RecordFacts, field: &str) -> &'a str {
    record
        .fields
        .get(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}
