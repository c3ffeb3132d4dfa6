//! The workload's records as its own gen.py makes them, and the columns that they become.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use base::{Day, Position, SubjectTypeId};
use measure::{Change, Columns, Value};
use programme::model::Programme;
use programme::{Sources, check};

use crate::bench::Bench;
use crate::findings::Failure;
use crate::peers;

/// Kinds of records, in the order of their numbers.
pub const KINDS: [&str; 8] = [
    "inspection",
    "complaint",
    "penalty",
    "award",
    "commitment",
    "rectification",
    "certification",
    "test",
];
const RESULTS: [&str; 3] = ["pass", "fail", "na"];
/// Offices, numbered from 0.
const UNITS: u16 = 45;

/// The records of the workload in the order in which they arrive, which is no order.
#[derive(Debug)]
pub struct Records {
    pub folder: PathBuf,
    pub enterprises: usize,
    enterprise: Vec<u32>,
    kind: Vec<u8>,
    day: Vec<i32>,
    result: Vec<u8>,
    severity: Vec<u8>,
    /// Hundredths.
    amount: Vec<i64>,
    unit: Vec<u16>,
}

impl Records {
    /// Makes or reads the records of so many enterprises.
    ///
    /// # Errors
    /// The workload or a Python with its packages is not to be had, or a file cannot be read.
    pub fn of(bench: &Bench, enterprises: usize) -> Result<Records, Failure> {
        let folder = bench.out.join(format!("rating-{enterprises}"));
        if !folder.join("unit.bin").is_file() {
            let gen_py = bench.workload()?.join("gen.py");
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rating/prepare.py");
            let mut command = Command::new(peers::python(bench)?);
            command
                .arg(script)
                .arg(gen_py)
                .arg(enterprises.to_string())
                .arg(&folder);
            peers::run(&mut command)?;
        }
        let bytes = |name: &str| {
            let path = folder.join(format!("{name}.bin"));
            std::fs::read(&path).map_err(|error| Failure::file(&path, &error))
        };
        fn numbers<const N: usize, T>(bytes: &[u8], of: fn([u8; N]) -> T) -> Vec<T> {
            let (whole, _) = bytes.as_chunks::<N>();
            whole.iter().map(|number| of(*number)).collect()
        }
        Ok(Records {
            enterprises,
            enterprise: numbers(&bytes("enterprise")?, u32::from_le_bytes),
            kind: bytes("kind")?,
            day: numbers(&bytes("day")?, i32::from_le_bytes),
            result: bytes("result")?,
            severity: bytes("severity")?,
            amount: numbers(&bytes("amount")?, i64::from_le_bytes),
            unit: numbers(&bytes("unit")?, u16::from_le_bytes),
            folder,
        })
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.enterprise.len()
    }

    /// Each enterprise's office: that of its records.
    pub fn unit_of_enterprise(&self) -> Vec<u16> {
        let mut units = vec![0; self.enterprises];
        for (enterprise, unit) in self.enterprise.iter().zip(&self.unit) {
            if let Some(slot) = units.get_mut(*enterprise as usize) {
                *slot = *unit;
            }
        }
        units
    }

    /// The columns after every enterprise was made known and every record accepted, in the order of
    /// arrival and by the same changes that a folder's mirror makes.
    ///
    /// # Errors
    /// The columns refuse a change.
    pub fn to_columns(&self, programme: &Arc<Programme>) -> Result<Columns, Failure> {
        let mut columns = Columns::new();
        let mut at = 1;
        columns.apply(Change::Programme {
            at: Position(at),
            programme: programme.clone(),
        })?;
        let subject_type = SubjectTypeId::new("enterprise");
        let names: Vec<Arc<str>> = (0..self.enterprises)
            .map(|n| n.to_string().into())
            .collect();
        for name in &names {
            at += 1;
            columns.apply(Change::Subject {
                subject_type: subject_type.clone(),
                id: name.clone(),
                from: Day::MIN,
                attributes: vec![("name".into(), Value::Text(name.clone()))],
                at: Position(at),
            })?;
        }
        let layout = Layout::new(programme)?;
        for row in 0..self.len() {
            at += 1;
            let (table, values) = layout.record(self, row, &names)?;
            columns.apply(Change::Record {
                table,
                id: at,
                at: Position(at),
                values,
            })?;
        }
        Ok(columns)
    }

    /// A record like the one in a row, as a change at a position.
    ///
    /// # Errors
    /// There is no such row or table.
    pub fn change(
        &self,
        programme: &Programme,
        row: usize,
        at: u64,
    ) -> Result<(Arc<str>, Change), Failure> {
        let names: Vec<Arc<str>> = match self.enterprise.get(row) {
            Some(enterprise) => vec![enterprise.to_string().into()],
            None => return Err(Failure::new(format!("there is no record {row}"))),
        };
        let own = Records {
            folder: PathBuf::new(),
            enterprises: 1,
            enterprise: vec![0],
            kind: self.kind.get(row).copied().into_iter().collect(),
            day: self.day.get(row).copied().into_iter().collect(),
            result: self.result.get(row).copied().into_iter().collect(),
            severity: self.severity.get(row).copied().into_iter().collect(),
            amount: self.amount.get(row).copied().into_iter().collect(),
            unit: self.unit.get(row).copied().into_iter().collect(),
        };
        let (table, values) = Layout::new(programme)?.record(&own, 0, &names)?;
        let change = Change::Record {
            table,
            id: at,
            at: Position(at),
            values,
        };
        Ok((names.into_iter().next().unwrap_or_default(), change))
    }
}

/// Where each value of a record goes: one table with a column for the kind, or a table for each kind.
struct Layout {
    /// By kind: the table and its columns after the first, which is the record's number.
    tables: Vec<(Arc<str>, Vec<Arc<str>>)>,
    kinds: Vec<Value>,
    results: Vec<Value>,
    units: Vec<Value>,
}

impl Layout {
    fn new(programme: &Programme) -> Result<Layout, Failure> {
        let texts = |names: &[&str]| {
            names
                .iter()
                .map(|name| Value::Text((*name).into()))
                .collect()
        };
        let table = |kind: &&str| {
            let schema = &programme.schema;
            let found = schema.table(kind).or_else(|| schema.table("credit_record"));
            let found = found
                .ok_or_else(|| Failure::new(format!("the package has no table for `{kind}`")))?;
            let columns = found
                .columns
                .values()
                .skip(1)
                .map(|column| column.name.clone());
            Ok((found.name.clone(), columns.collect()))
        };
        Ok(Layout {
            tables: KINDS.iter().map(table).collect::<Result<_, Failure>>()?,
            kinds: texts(&KINDS),
            results: texts(&RESULTS),
            units: (0..UNITS)
                .map(|unit| Value::Text(format!("office_{unit:02}").into()))
                .collect(),
        })
    }

    fn record(
        &self,
        records: &Records,
        row: usize,
        names: &[Arc<str>],
    ) -> Result<(Arc<str>, Vec<Value>), Failure> {
        let broken = || Failure::new(format!("record {row} of the workload is none"));
        let text = |values: &[Value], number: usize| values.get(number).cloned().ok_or_else(broken);
        let kind = usize::from(*records.kind.get(row).ok_or_else(broken)?);
        let (table, columns) = self.tables.get(kind).ok_or_else(broken)?;
        let value = |column: &Arc<str>| {
            Ok(match column.as_ref() {
                "subject" => {
                    let enterprise = *records.enterprise.get(row).ok_or_else(broken)? as usize;
                    Value::Text(names.get(enterprise).ok_or_else(broken)?.clone())
                }
                "day" => {
                    let number = *records.day.get(row).ok_or_else(broken)?;
                    Value::Day(Day::from_number(number).ok_or_else(broken)?)
                }
                "unit" => text(
                    &self.units,
                    usize::from(*records.unit.get(row).ok_or_else(broken)?),
                )?,
                "kind" => text(&self.kinds, kind)?,
                "result" => text(
                    &self.results,
                    usize::from(*records.result.get(row).ok_or_else(broken)?),
                )?,
                "severity" => Value::Int(i64::from(*records.severity.get(row).ok_or_else(broken)?)),
                "amount" => Value::Int(*records.amount.get(row).ok_or_else(broken)?),
                _ => Value::Null,
            })
        };
        let values = columns.iter().map(value).collect::<Result<_, Failure>>()?;
        Ok((table.clone(), values))
    }
}

/// A package of `programmes/examples`, checked.
///
/// # Errors
/// It has faults, which are told.
pub fn package(bench: &Bench, name: &str) -> Result<Arc<Programme>, Failure> {
    let folder = bench.repository.join("programmes/examples").join(name);
    let told = |problems: &[base::Problem]| {
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| problem.line(base::Lang::En))
            .collect();
        Failure::new(format!("{name}: {}", lines.join("; ")))
    };
    let sources = Sources::read_folder(&folder).map_err(|problems| told(&problems))?;
    let checked = check(&sources);
    checked.programme.ok_or_else(|| told(&checked.problems))
}
