//! The columns as a file, changed.
//!
//! An input is a recipe: its first byte says whether the checksums are made right again after the changes, then
//! each five bytes are a change (what, where, by what) of a true snapshot. Whatever is changed under the
//! checksums is found; what has right checksums and is none is refused or read, without a panic and without
//! taking memory for what is not there, and what was read is written as it was.

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use base::{Day, FlowId, Position, SubjectTypeId};
use measure::{Change, Columns, Value};
use programme::Sources;
use programme::model::Programme;
use programme::schema::ColumnType;

use crate::Target;
use crate::mutate::Dice;

pub const TARGET: Target = Target {
    name: "snapshot",
    asks: "a changed snapshot is found; one with right checksums is refused or written as it was read",
    run,
    words: &[
        "\0",
        "\u{1}",
        "\u{7f}",
        "\0\0\0\0\0",
        "\u{1}\u{1}\u{1}\u{1}\u{1}",
    ],
};

fn run(input: &[u8]) {
    let Some((first, recipe)) = input.split_first() else {
        return;
    };
    let true_one = snapshot();
    let mut changed = true_one.clone();
    for step in recipe.chunks_exact(5).take(64) {
        let [what, a, b, c, by] = [step[0], step[1], step[2], step[3], step[4]];
        change(
            &mut changed,
            what,
            u32::from_be_bytes([0, a, b, c]) as usize,
            by,
        );
    }
    if first % 2 == 0 {
        let is_found = read(&changed).is_err();
        assert_eq!(
            is_found,
            changed != *true_one,
            "a change is found by a checksum"
        );
        return;
    }
    let changed = with_right_checksums(&changed);
    let Ok(columns) = read(&changed) else {
        return;
    };
    let written = written(&columns);
    let again = read(&written).map(|columns| self::written(&columns));
    assert_eq!(
        again.ok(),
        Some(written),
        "what was read is written as it was"
    );
}

/// Changes a byte, a number, or the length.
fn change(bytes: &mut Vec<u8>, what: u8, place: usize, by: u8) {
    let at = place % bytes.len().max(1);
    match what % 7 {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= by.max(1);
            }
        }
        1 => bytes.truncate(at),
        2 => bytes.insert(at, by),
        3 if at < bytes.len() => drop(bytes.remove(at)),
        4 => bytes.extend([by; 3]),
        // A number of eight bytes at the edges of what fits.
        5 => {
            let number = [
                0,
                1,
                u64::MAX,
                i64::MAX as u64,
                u64::from(u32::MAX),
                1 << 40,
            ];
            let number = number[usize::from(by) % number.len()];
            if let Some(slot) = bytes.get_mut(at..at + 8) {
                slot.copy_from_slice(&number.to_le_bytes());
            }
        }
        _ => {
            let other = (at + usize::from(by)) % bytes.len().max(1);
            if at < bytes.len() {
                bytes.swap(at, other);
            }
        }
    }
}

/// Where the parts of a section are: name, checksum, bytes.
struct Section {
    name: std::ops::Range<usize>,
    sum: std::ops::Range<usize>,
    bytes: std::ops::Range<usize>,
}

fn section(bytes: &[u8], at: usize) -> Option<Section> {
    let length = usize::from(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let name = at + 2..at + 2 + length;
    let count = u64::from_le_bytes(*bytes.get(name.end..)?.first_chunk()?);
    let sum = name.end + 8..name.end + 16;
    let end = sum.end.checked_add(usize::try_from(count).ok()?)?;
    (end <= bytes.len()).then_some(Section {
        name,
        bytes: sum.end..end,
        sum,
    })
}

/// The file with the checksum of each section as it should be, and that of all in the last.
fn with_right_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut fixed = bytes.to_vec();
    let mut all = xxhash_rust::xxh3::Xxh3::new();
    let mut at = 0;
    while let Some(found) = section(&fixed, at) {
        if fixed[found.name.clone()] == *b"end" && found.bytes.len() == 8 {
            fixed[found.bytes.clone()].copy_from_slice(&all.digest().to_le_bytes());
        }
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(&fixed[found.name.clone()]);
        hash.update(&fixed[found.bytes.clone()]);
        let sum = hash.digest().to_le_bytes();
        fixed[found.sum.clone()].copy_from_slice(&sum);
        all.update(&sum);
        at = found.bytes.end;
    }
    fixed
}

fn read(bytes: &[u8]) -> Result<Columns, &'static str> {
    let found = Columns::read_snapshot(
        || Ok(Cursor::new(bytes)),
        |at| {
            // Only the programme that was in force can be asked for; the log has no other.
            match at {
                Position(1) => Ok(programme()),
                other => Err(bundle::problems::not_a_key(other)),
            }
        },
    );
    found.map_err(|problem| problem.code)
}

fn written(columns: &Columns) -> Vec<u8> {
    let mut bytes = Vec::new();
    match columns.write_snapshot(&mut bytes) {
        Ok(()) => bytes,
        Err(error) => panic!("memory takes all that is written: {error}"),
    }
}

fn programme() -> Arc<Programme> {
    static PROGRAMME: OnceLock<Arc<Programme>> = OnceLock::new();
    let found = PROGRAMME.get_or_init(|| {
        let text = include_str!("../../../crates/measure/tests/common/city.toml");
        let sources =
            Sources::from_files("small", [("programme.toml".to_owned(), text.to_owned())]);
        match programme::check(&sources).programme {
            Some(programme) => programme,
            None => panic!("the package of measure's tests"),
        }
    });
    Arc::clone(found)
}

/// A snapshot with sealed rows, a tail, hidden rows, subjects with histories, cases and an open import.
fn snapshot() -> &'static Vec<u8> {
    static SNAPSHOT: OnceLock<Vec<u8>> = OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let mut columns = Columns::sealed_at(16);
        let mut dice = Dice::new(2026);
        let mut at = 0;
        let mut take = |change: &dyn Fn(Position) -> Change| {
            at += 1;
            if let Err(problem) = columns.apply(change(Position(at))) {
                panic!("{problem}");
            }
        };
        take(&|at| Change::Programme {
            at,
            programme: programme(),
        });
        for n in 0..6_u32 {
            take(&|at| Change::Subject {
                subject_type: SubjectTypeId::new("firm"),
                id: format!("firm {}", n % 4).into(),
                from: day(n),
                attributes: vec![("industry".into(), Value::Text("steel".into()))],
                at,
            });
        }
        for id in 1..=50 {
            let values = values("sample", &mut dice);
            take(&|at| Change::Record {
                table: "sample".into(),
                id,
                at,
                values: values.clone(),
            });
        }
        for id in [3, 20, 49] {
            take(&|at| Change::Hide {
                table: "sample".into(),
                id,
                at,
            });
        }
        for id in 60..63 {
            let values = values("case:complaint", &mut dice);
            take(&|at| Change::Case {
                flow: FlowId::new("complaint"),
                id,
                at,
                values: values.clone(),
            });
        }
        for id in 70..75 {
            let values = values("sample", &mut dice);
            take(&|at| Change::Stage {
                import: 77,
                table: "sample".into(),
                id,
                at,
                values: values.clone(),
            });
        }
        written(&columns)
    })
}

fn day(number: u32) -> Day {
    Day::from_number(17_600 + number as i32).unwrap_or(Day::MIN)
}

/// A value of its type for each column but the first, some of them empty.
fn values(table: &str, dice: &mut Dice) -> Vec<Value> {
    let programme = programme();
    let Some(table) = programme.schema.table(table) else {
        panic!("no table {table}");
    };
    let code = |vocabulary: &base::VocabularyId, dice: &mut Dice| -> Arc<str> {
        let codes = &programme.vocabularies[vocabulary].codes;
        match codes.get_index(dice.below(codes.len())) {
            Some((id, _)) => id.as_str().into(),
            None => "x".into(),
        }
    };
    let mut value = |column: &ColumnType| match column {
        ColumnType::Int | ColumnType::Decimal(_) => Value::Int(dice.below(5_000) as i64 - 100),
        ColumnType::Day => Value::Day(day(dice.below(300) as u32)),
        ColumnType::Bool => Value::Bool(dice.below(2) == 0),
        ColumnType::Code(vocabulary) => Value::Text(code(vocabulary, dice)),
        ColumnType::Codes(vocabulary) => Value::Texts(vec![code(vocabulary, dice)]),
        ColumnType::Texts => Value::Texts(vec!["x".into(), "y".into()]),
        ColumnType::Unit => Value::Text("hill".into()),
        ColumnType::Subject(_) => Value::Text(format!("firm {}", dice.below(4)).into()),
        ColumnType::Period => Value::Text("2018".into()),
        ColumnType::Choice(choices) => choices.first().cloned().map_or(Value::Null, Value::Text),
        ColumnType::Text => Value::Text(format!("text {}", dice.below(9)).into()),
    };
    let columns = table.columns.values().skip(1);
    columns.map(|column| value(&column.column_type)).collect()
}
