//! Real public tables, read as their publishers made them, when the shared data is there.

use std::fs::File;
use std::path::{Path, PathBuf};

use sheet::{ReadOptions, ReadRow, Rows};

/// A file of the shared data: under `ZHICHENG_SHARED`, else beside the workspace. When it is not there,
/// says so and gives `None`: the test then leaves that part out.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ZHICHENG_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join("samples").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "left out: {} is not there; set ZHICHENG_SHARED to the shared data",
        path.display()
    );
    None
}

#[test]
fn published_tables_have_the_rows_their_publishers_say() {
    let table = [
        (
            "chicago_inspections_2011_2013/food_inspections.csv.gz",
            17_823,
            28,
        ),
        (
            "chicago_inspections_2011_2013/violations_long.csv.gz",
            73_703,
            2,
        ),
        (
            "chicago_311_sanitation_2011_2012/sanitation_311.csv.gz",
            37_046,
            13,
        ),
        ("nyc_elevators_2015/elevators.csv.gz", 76_088, 16),
        ("scorecard_nyc_mmr_fy23/indicators.csv", 1_139, 20),
        ("cn_admin_divisions/streets.csv.gz", 41_352, 5),
        ("cn_admin_divisions/areas.csv", 2_978, 4),
    ];
    for (name, expected, columns) in table {
        let Some(path) = shared(name) else { continue };
        let file = File::open(path).expect("the file was found");
        let rows = Rows::open(file, &ReadOptions::named(name)).expect("a table");
        assert_eq!(rows.header().len(), columns, "{name}");
        let mut kept = 0;
        for row in rows {
            match row.expect("a good file") {
                ReadRow::Kept(_) => kept += 1,
                ReadRow::Rejected(row) => panic!("{name}: {:?}", row.reasons),
            }
        }
        assert_eq!(kept, expected, "{name}");
    }
}
