//! Made-up records of every record type of the Chibi package, always the same for a size.
//!
//! Codes are those of the package's vocabularies, evenly drawn; days lie in five years; what names a
//! paper (numbers of samples, certificates, decisions) is different in every record.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base::{Day, Position};
use measure::{Change, Columns, Value};
use programme::model::Programme;
use programme::schema::{ColumnType, Source};

use crate::findings::Failure;

/// Records of each type in a thousand; the rest are food samples.
const PER_MILLE: [(&str, u64); 27] = [
    ("product_check", 140),
    ("inspection", 180),
    ("complaint", 140),
    ("commitment", 40),
    ("certification", 40),
    ("penalty", 30),
    ("service_volume", 20),
    ("metrology_check", 20),
    ("participation", 20),
    ("project_acceptance", 20),
    ("satisfaction_score", 20),
    ("standard_work", 20),
    ("brand_recognition", 10),
    ("product_standard", 10),
    ("activity", 10),
    ("training", 10),
    ("progress_report", 10),
    ("award", 5),
    ("title", 5),
    ("normative_document", 5),
    ("quality_fund", 5),
    ("criticism", 2),
    ("accident", 2),
    ("incident", 2),
    ("supervision_notice", 2),
    ("ranking_result", 1),
    ("industry_output", 1),
];
const FIRST_DAY: &str = "2014-01-01";
const DAYS: u64 = 1826;
/// Empty.
pub const NONE: i32 = i32::MIN;

/// A column of a made-up table.
pub struct Column {
    pub name: Arc<str>,
    kind: Kind,
    pub cells: Vec<i32>,
}

/// What the numbers of a column stand for.
enum Kind {
    Number,
    Day,
    /// Places in the list.
    Texts(Vec<Value>),
    /// A text of its own in every row: `N00000001`.
    Own,
    /// Not given.
    Empty,
}

/// A made-up table.
pub struct Table {
    pub name: Arc<str>,
    pub columns: Vec<Column>,
    pub rows: usize,
}

/// All of them.
pub struct Workload {
    pub tables: Vec<Table>,
    /// By record in the order of arrival: its table.
    order: Vec<u8>,
}

/// A small generator (xorshift), the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

impl Workload {
    /// So many records.
    pub fn new(programme: &Programme, records: usize) -> Workload {
        let mut tables: Vec<Table> = Vec::new();
        let mut shares = Vec::new();
        let given: u64 = PER_MILLE.iter().map(|(_, share)| share).sum();
        let all = PER_MILLE.iter().copied();
        for (name, share) in all.chain([("food_sample", 1000 - given)]) {
            if let Some(schema) = programme.schema.table(name) {
                let columns = schema.columns.values().skip(1);
                tables.push(Table {
                    name: schema.name.clone(),
                    columns: columns.map(|column| column_of(programme, column)).collect(),
                    rows: 0,
                });
                shares.push(share);
            }
        }
        let total: u64 = shares.iter().sum();
        let mut dice = Dice(0x2545_f491_4f6c_dd1d);
        let first = Day::parse(FIRST_DAY).unwrap_or(Day::MIN).number();
        let mut order = Vec::with_capacity(records);
        for _ in 0..records {
            let mut drawn = dice.below(total);
            let mut number = 0;
            while let Some(share) = shares.get(number).filter(|share| drawn >= **share) {
                drawn -= share;
                number += 1;
            }
            order.push(number as u8);
            let Some(table) = tables.get_mut(number) else {
                continue;
            };
            let day = first + dice.below(DAYS) as i32;
            for column in &mut table.columns {
                let is_empty = dice.below(8) == 0;
                let cell = match (&column.kind, &*column.name) {
                    (Kind::Day, "day") => day,
                    (Kind::Texts(texts), "unit" | "place" | "result" | "kind" | "category") => {
                        dice.below(texts.len() as u64) as i32
                    }
                    (Kind::Empty, _) => NONE,
                    (Kind::Own, _) => table.rows as i32,
                    _ if is_empty => NONE,
                    (Kind::Day, _) => day + dice.below(90) as i32,
                    (Kind::Number, _) => dice.below(10_000) as i32,
                    (Kind::Texts(texts), _) => dice.below(texts.len() as u64) as i32,
                };
                column.cells.push(cell);
            }
            table.rows += 1;
        }
        Workload { tables, order }
    }

    /// The columns after all records were accepted, by the same changes that a folder's mirror makes.
    ///
    /// # Errors
    /// The columns refuse a change.
    pub fn columns(&self, programme: &Arc<Programme>) -> Result<Columns, Failure> {
        let mut columns = Columns::new();
        columns.apply(Change::Programme {
            at: Position(1),
            programme: programme.clone(),
        })?;
        let mut next = vec![0_usize; self.tables.len()];
        for (at, table) in (2_u64..).zip(&self.order) {
            let number = usize::from(*table);
            let (Some(table), Some(row)) = (self.tables.get(number), next.get_mut(number)) else {
                continue;
            };
            let values = table.columns.iter().map(|column| column.value(*row));
            columns.apply(Change::Record {
                table: table.name.clone(),
                id: at,
                at: Position(at),
                values: values.collect(),
            })?;
            *row += 1;
        }
        Ok(columns)
    }

    /// Writes every column as little-endian 32-bit integers, and `tables.json`, which says what they are.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: std::io::Error| Failure::file(&path, &error)
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        let mut tables = serde_json::Map::new();
        for table in &self.tables {
            let mut columns = serde_json::Map::new();
            for column in &table.columns {
                let path = folder.join(format!("{}.{}.bin", table.name, column.name));
                let mut bytes = Vec::with_capacity(column.cells.len() * 4);
                for cell in &column.cells {
                    bytes.extend_from_slice(&cell.to_le_bytes());
                }
                let mut file = std::fs::File::create(&path).map_err(failed(&path))?;
                file.write_all(&bytes).map_err(failed(&path))?;
                let kind = match &column.kind {
                    Kind::Empty => continue,
                    Kind::Number => serde_json::json!("number"),
                    Kind::Day => serde_json::json!("day"),
                    Kind::Own => serde_json::json!("own"),
                    Kind::Texts(texts) => {
                        let texts: Vec<String> = texts.iter().map(text_of).collect();
                        serde_json::json!(texts)
                    }
                };
                columns.insert(column.name.to_string(), kind);
            }
            tables.insert(table.name.to_string(), columns.into());
        }
        let path = folder.join("tables.json");
        std::fs::write(&path, serde_json::Value::Object(tables).to_string()).map_err(failed(&path))
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        _ => String::new(),
    }
}

impl Column {
    fn value(&self, row: usize) -> Value {
        let cell = self.cells.get(row).copied().unwrap_or(NONE);
        match &self.kind {
            _ if cell == NONE => Value::Null,
            Kind::Number => Value::Int(i64::from(cell)),
            Kind::Day => Day::from_number(cell).map_or(Value::Null, Value::Day),
            Kind::Texts(texts) => texts.get(cell as usize).cloned().unwrap_or_default(),
            Kind::Own => Value::Text(format!("N{cell:08}").into()),
            Kind::Empty => Value::Null,
        }
    }
}

fn column_of(programme: &Programme, column: &programme::schema::ColumnSchema) -> Column {
    let texts = |texts: Vec<String>| {
        Kind::Texts(
            texts
                .into_iter()
                .map(|text| Value::Text(text.into()))
                .collect(),
        )
    };
    let kind = match &column.column_type {
        _ if column.personal => Kind::Empty,
        ColumnType::Int | ColumnType::Decimal(_) => Kind::Number,
        ColumnType::Day => Kind::Day,
        ColumnType::Code(vocabulary) => texts(
            programme
                .vocabularies
                .get(vocabulary)
                .map(|found| found.codes.keys().map(ToString::to_string).collect())
                .unwrap_or_default(),
        ),
        ColumnType::Unit => texts(
            programme
                .units
                .keys()
                .skip(1)
                .map(ToString::to_string)
                .collect(),
        ),
        ColumnType::Subject(subject_type) => texts(
            (0..100_000)
                .map(|number| format!("{subject_type} {number:06}"))
                .collect(),
        ),
        ColumnType::Period => texts((1..=12).map(|month| format!("2018-{month:02}")).collect()),
        ColumnType::Text if column.name.contains("number") || column.name.ends_with("_no") => {
            Kind::Own
        }
        ColumnType::Text => texts(
            (0..2000)
                .map(|number| format!("text {number:04}"))
                .collect(),
        ),
        _ => Kind::Empty,
    };
    Column {
        name: column.name.clone(),
        kind,
        cells: Vec::new(),
    }
}

/// Which indicators the race is about: those that read records, and what is derived from them; not the
/// figures of enterprises' credit, which no one asks by unit.
pub fn indicators(programme: &Programme) -> Vec<base::IndicatorId> {
    let mut of_records: HashMap<&base::IndicatorId, bool> = HashMap::new();
    for (id, indicator) in &programme.indicators {
        let tables = indicator.measure.tables();
        let reads_records = tables.iter().all(|table| {
            let found = programme.schema.table(table);
            found.is_some_and(|table| matches!(table.source, Source::Records(_)))
        });
        let parts = indicator.measure.indicators();
        let fits = reads_records
            && !id.as_str().starts_with("credit_failed")
            && !id.as_str().starts_with("credit_")
            && parts.iter().all(|part| of_records.get(part) == Some(&true))
            && !tables.iter().any(|table| &***table == "reported_statistic");
        of_records.insert(id, fits);
    }
    let all = programme.indicators.keys();
    all.filter(|id| of_records.get(id) == Some(&true))
        .cloned()
        .collect()
}
