//! Figures beside SQL over the exported data, in engines that are not ours: SQLite, PostgreSQL, DuckDB.
//!
//! Every indicator of Chibi is asked of the program and of the engine, undivided, by unit, by month and by
//! a field of its table. A dozen queries in `hand/` were written from the definitions alone, so that the
//! SQL that the program prints is checked too.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base::{Day, Figure, FigureState, PartKind, Period, Position, Ratio};
use measure::{By, Dialect, Query};
use office::{Access, Office};
use programme::model::{Measure, Programme};
use programme::schema::ColumnType;

use crate::city::{City, left_out, run, text};
use crate::demonstration::shared;

/// A cell of an engine's result; `None` is null.
type Cell = Option<String>;

/// A question, what the program answers, and its SQL.
struct Question {
    what: String,
    answers: Vec<(Cell, Figure)>,
    sql: String,
    is_weighted: bool,
    /// A figure that is worked out from others has its value in common, not the way to it.
    is_derived: bool,
}

fn office() -> Office {
    Office::open(&shared(1), Access::Read, &mut |_, _, _| {}).unwrap()
}

/// A field of a vocabulary in a table that the indicator reads.
fn field_of(programme: &Programme, measure: &Measure) -> Option<By> {
    let table = measure.tables().into_iter().next()?;
    let table = programme.schema.table(table)?;
    let column = table
        .columns
        .values()
        .find(|column| matches!(column.column_type, ColumnType::Code(_)) && !column.personal)?;
    Some(By::Field(column.name.clone()))
}

/// Everything that is asked of Chibi, with the answers of the program.
fn questions(office: &Office, dialect: Dialect) -> Vec<Question> {
    let programme = office.programme().unwrap();
    let mut all = Vec::new();
    for indicator in programme.indicators.values() {
        let divisions = [
            Some(By::None),
            Some(By::Unit),
            Some(By::Part(PartKind::Month)),
            field_of(&programme, &indicator.measure),
        ];
        for by in divisions.into_iter().flatten() {
            let query = Query::new(
                indicator.id.clone(),
                Period::Year(2018),
                Day::from_ymd(2018, 12, 31).unwrap(),
                office.position(),
            );
            all.extend(question(office, &programme, query.by(by), dialect));
        }
    }
    assert!(
        all.len() > 2 * programme.indicators.len(),
        "{} questions",
        all.len()
    );
    all
}

/// A question with its answers; `None` where both refuse it for the same reason.
fn question(
    office: &Office,
    programme: &Programme,
    query: Query,
    dialect: Dialect,
) -> Option<Question> {
    let columns = office.mirror().columns();
    let indicator = &programme.indicators[&query.indicator];
    let what = format!("{} {:?} at {}", query.indicator, query.by, query.at.0);
    match (columns.measure(&query), columns.sql(&query, dialect)) {
        (Ok(cells), Ok(sql)) => {
            let slice = |cell: &measure::Cell| match &query.by {
                By::None => Some(String::new()),
                By::Unit => cell.slice.unit.as_ref().map(ToString::to_string),
                By::Field(_) => cell
                    .slice
                    .field
                    .clone()
                    .and_then(|(_, value)| value)
                    .map(|value| value.to_string()),
                _ => Some(cell.period.to_string()),
            };
            let answers = cells
                .iter()
                .map(|cell| (slice(cell), cell.figure.clone()))
                .collect();
            Some(Question {
                what,
                answers,
                sql,
                is_weighted: matches!(indicator.measure, Measure::WeightedRatio { .. }),
                is_derived: !indicator.measure.indicators().is_empty(),
            })
        }
        // What cannot be divided so is refused by both, for the same reason.
        (Err(ours), Err(sql)) => {
            assert_eq!(ours.code, sql.code, "{what}");
            None
        }
        (ours, sql) => panic!("{what}: {ours:?}\n{sql:?}"),
    }
}

/// So many questions are asked of a folder with up to [`FEW_ROWS`] rows; fewer of a larger one.
const QUESTIONS_OF_FEW_ROWS: usize = 200;
const FEW_ROWS: i64 = 2_000;

/// Figures of a folder, undivided and by unit, now and at a position half way, are the same by SQL over its
/// export. Part of what is looked at after every story: all of them in a small town, some in a large city,
/// whose stories compare all of them elsewhere in this file.
pub fn figures_agree(office: &Office, export: &Path) {
    let connection = rusqlite::Connection::open(export).unwrap();
    let head = office.position();
    let mut queries = Vec::new();
    for at in [head, Position(head.0.div_ceil(2))] {
        // Before the first programme there is nothing to ask.
        let Some(programme) = office.mirror().programme_as_of(at) else {
            continue;
        };
        for by in [By::None, By::Unit] {
            for indicator in programme.indicators.keys() {
                let day = programme.year.last();
                let query = Query::new(indicator.clone(), programme.year, day, at).by(by.clone());
                queries.push((programme.clone(), query));
            }
        }
    }
    let rows = rows_of(&connection);
    let asked = match rows {
        0..=FEW_ROWS => QUESTIONS_OF_FEW_ROWS,
        _ => {
            // By unit, a large city costs an engine without our columns too long for every story.
            queries.retain(|(_, query)| query.by == By::None);
            4
        }
    };
    // Spread over all of them; which ones, the number of entries decides.
    let step = queries.len().div_ceil(asked).max(1);
    let first = usize::try_from(head.0).unwrap_or(0) % step;
    for (programme, query) in queries.into_iter().skip(first).step_by(step) {
        if let Some(asked) = question(office, &programme, query, Dialect::Sqlite) {
            compare(&asked, &ask_sqlite(&connection, &asked.sql));
        }
    }
}

/// How many rows of records an export has.
fn rows_of(connection: &rusqlite::Connection) -> i64 {
    let tables = "select name from sqlite_schema where type = 'table' and name like 'record_%'";
    let tables = ask_sqlite(connection, tables);
    let count = |table: &Cell| {
        let sql = format!("select count(*) from \"{}\"", table.as_deref().unwrap());
        connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    tables.iter().map(|row| count(&row[0])).sum()
}

fn integer(cell: &Cell) -> i128 {
    cell.as_ref()
        .and_then(|cell| cell.parse().ok())
        .unwrap_or_else(|| panic!("{cell:?} is no integer"))
}

fn ratio(above: &Cell, below: &Cell) -> Ratio {
    Ratio::new(integer(above), integer(below)).unwrap()
}

/// The figure in a row: slice, numerator, its scale, denominator, its scale, preliminary.
fn figure_of(row: &[Cell]) -> (Figure, Option<(Ratio, Ratio)>) {
    let [
        _,
        numerator,
        numerator_scale,
        denominator,
        denominator_scale,
        preliminary,
    ] = row
    else {
        panic!("{row:?}")
    };
    if numerator.is_none() {
        return (Figure::not_reported(), None);
    }
    let (above, below) = (
        ratio(numerator, numerator_scale),
        ratio(denominator, denominator_scale),
    );
    let is_preliminary = preliminary.as_deref() == Some("1");
    let figure = if is_preliminary {
        Figure::preliminary(above.clone(), below.clone())
    } else {
        Figure::value_of(above.clone(), below.clone())
    };
    (figure, Some((above, below)))
}

/// Holds an engine's rows against the program's answers.
fn compare(question: &Question, rows: &[Vec<Cell>]) {
    let what = format!("{}\n{}", question.what, question.sql);
    if question.is_weighted {
        return compare_weighted(question, rows, &what);
    }
    assert_eq!(rows.len(), question.answers.len(), "{what}");
    for (slice, ours) in &question.answers {
        let row = rows
            .iter()
            .find(|row| row[0] == *slice)
            .unwrap_or_else(|| panic!("no {slice:?}: {what}"));
        let (theirs, parts) = figure_of(row);
        assert_eq!(
            (theirs.state(), theirs.value()),
            (ours.state(), ours.value()),
            "{slice:?} {what}"
        );
        if let (Some((above, below)), FigureState::Value, false) =
            (parts, ours.state(), question.is_derived)
        {
            assert_eq!(
                (&above, &below),
                (ours.numerator(), ours.denominator()),
                "{slice:?} {what}"
            );
        }
    }
}

/// Σ weight × part ÷ whole, divided by Σ weight, over the strata: slice, stratum, part, whole, weight, its scale.
fn compare_weighted(question: &Question, rows: &[Vec<Cell>], what: &str) {
    for (slice, ours) in question
        .answers
        .iter()
        .filter(|(_, figure)| figure.state() == FigureState::Value)
    {
        let (mut above, mut below) = (Ratio::ZERO, Ratio::ZERO);
        for row in rows.iter().filter(|row| row[0] == *slice) {
            let weight = ratio(&row[4], &row[5]);
            above += &weight * &ratio(&row[2], &row[3]);
            below += weight;
        }
        assert_eq!(above.checked_div(&below), ours.value(), "{slice:?} {what}");
    }
}

/// Rows as the engines print them: `#N` before those of question N, cells between tabs, `\N` for null.
fn compare_printed(questions: &[Question], printed: &str) {
    let mut results: Vec<Vec<Vec<Cell>>> = Vec::new();
    for line in printed.lines() {
        if line.starts_with('#') {
            results.push(Vec::new());
            continue;
        }
        let row = line
            .split('\t')
            .map(|cell| (cell != "\\N").then(|| cell.to_owned()))
            .collect();
        results.last_mut().unwrap().push(row);
    }
    assert_eq!(
        results.len(),
        questions.len(),
        "{}",
        printed.lines().last().unwrap_or_default()
    );
    for (question, rows) in questions.iter().zip(&results) {
        compare(question, rows);
    }
}

fn exported_csv(place: &Path) -> PathBuf {
    let folder = place.join("export");
    run(&[
        "export",
        "--data",
        shared(1).to_str().unwrap(),
        "--csv",
        folder.to_str().unwrap(),
    ])
    .ok();
    folder
}

#[test]
fn the_workbook_has_the_rows_of_the_csv_for_people() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("export.xlsx");
    let told = run(&[
        "export",
        "--data",
        shared(1).to_str().unwrap(),
        "--workbook",
        file.to_str().unwrap(),
    ])
    .ok();
    let bytes = std::fs::read(&file).unwrap();
    let sheets = sheet::read_workbook(&bytes, &sheet::ReadOptions::default()).unwrap();
    let folder = exported_csv(place.path());
    let mut compared = 0;
    for found in &sheets {
        let name = found.sheet_name.clone().unwrap();
        assert!(
            told.out
                .contains(&format!("{name}  {}\n", found.rows.len())),
            "{name}"
        );
        // Names that were cut have no file of their own name.
        let Ok(csv) = std::fs::read(folder.join(format!("{name}.csv"))) else {
            continue;
        };
        let csv = sheet::read_table(&csv, &sheet::ReadOptions::default()).unwrap();
        assert_eq!(csv.header, found.header, "{name}");
        assert_eq!(csv.rows.len(), found.rows.len(), "{name}");
        let days = ["day", "opened_on", "closed_on"].map(|day| found.column(day).unwrap());
        for (row, expected) in found.rows.iter().zip(&csv.rows) {
            for (at, (cell, expected)) in row.cells.iter().zip(&expected.cells).enumerate() {
                let heading = found.header[at].as_str();
                match (cell, expected.as_text().as_ref()) {
                    (sheet::Cell::Empty, "" | "9223372036854775807") => {}
                    (sheet::Cell::Date(day), number) => {
                        assert_eq!(day.number().to_string(), number, "{name} {heading}");
                    }
                    // No spreadsheet has days before March 1900: they are told as text.
                    (sheet::Cell::Text(text), number) if text == "1900-01-01" => {
                        assert_eq!(number, "-25567", "{name} {heading}");
                    }
                    (sheet::Cell::Text(text), expected) => assert_eq!(text, expected),
                    // The same digits, with the point where the column has one.
                    (sheet::Cell::Number(number), expected) => {
                        assert!(!days.contains(&Some(at)), "{name} {heading}: {number}");
                        let digits = number.replace('.', "");
                        let bare = |digits: &str| digits.trim_matches('0').to_owned();
                        assert_eq!(bare(&digits), bare(expected), "{name} {heading}");
                    }
                    _ => {}
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 10_000, "{compared} cells");
}

fn exported_sqlite(place: &Path) -> rusqlite::Connection {
    let file = place.join("export.sqlite");
    run(&[
        "export",
        "--data",
        shared(1).to_str().unwrap(),
        "--sqlite",
        file.to_str().unwrap(),
    ])
    .ok();
    rusqlite::Connection::open(file).unwrap()
}

fn ask_sqlite(connection: &rusqlite::Connection, sql: &str) -> Vec<Vec<Cell>> {
    let mut statement = connection
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let width = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let cell = |index| match row.get::<_, rusqlite::types::Value>(index).unwrap() {
            rusqlite::types::Value::Null => None,
            rusqlite::types::Value::Integer(number) => Some(number.to_string()),
            rusqlite::types::Value::Text(text) => Some(text),
            other => panic!("{other:?} is neither integer nor text\n{sql}"),
        };
        rows.push((0..width).map(cell).collect());
    }
    rows
}

#[test]
fn every_indicator_is_the_same_in_sqlite() {
    let place = tempfile::tempdir().unwrap();
    let connection = exported_sqlite(place.path());
    for question in questions(&office(), Dialect::Sqlite) {
        compare(&question, &ask_sqlite(&connection, &question.sql));
    }
}

#[test]
fn every_indicator_is_the_same_in_postgres() {
    let Ok(url) = std::env::var("ZHICHENG_TEST_POSTGRES") else {
        left_out(
            "figures in PostgreSQL: ZHICHENG_TEST_POSTGRES is not set; ./test starts a server and sets it",
        );
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let folder = exported_csv(place.path());
    let questions = questions(&office(), Dialect::Postgres);
    let schema = format!("story_{}", std::process::id());
    let mut script = format!(
        "\\set ON_ERROR_STOP on\nset client_min_messages = warning;\ncreate schema {schema};\nset search_path = {schema};\n\\i tables.postgres.sql\n"
    );
    for (number, question) in questions.iter().enumerate() {
        writeln!(
            script,
            "\\echo #{number}\ncopy ({}) to stdout;",
            question.sql
        )
        .unwrap();
    }
    writeln!(script, "drop schema {schema} cascade;").unwrap();
    std::fs::write(folder.join("script.sql"), script).unwrap();
    let output = Command::new("psql")
        .args([&url, "-q", "-X", "-f", "script.sql"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    compare_printed(&questions, &String::from_utf8(output.stdout).unwrap());
}

const DUCKDB: &str = r##"
import duckdb, pathlib
db = duckdb.connect()
db.execute(pathlib.Path("tables.duckdb.sql").read_text(encoding="utf-8"))
for number, sql in enumerate(pathlib.Path("questions.sql").read_text(encoding="utf-8").split(";;")[:-1]):
    print(f"#{number}")
    for row in db.execute(sql).fetchall():
        print("\t".join("\\N" if cell is None else str(cell) for cell in row))
"##;

#[test]
fn every_indicator_is_the_same_in_duckdb() {
    let python = std::env::var("ZHICHENG_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !Command::new(&python)
        .args(["-c", "import duckdb"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        left_out(&format!(
            "figures in DuckDB: {python} cannot import duckdb; ./test installs it"
        ));
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let folder = exported_csv(place.path());
    let questions = questions(&office(), Dialect::DuckDb);
    let all: String = questions
        .iter()
        .map(|question| format!("{};;", question.sql))
        .collect();
    std::fs::write(folder.join("questions.sql"), all).unwrap();
    let output = Command::new(&python)
        .args(["-c", DUCKDB])
        .current_dir(&folder)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    compare_printed(&questions, &String::from_utf8(output.stdout).unwrap());
}

#[test]
fn the_sql_that_the_program_prints_gives_the_figure_that_it_prints() {
    let city = City::copy_of(&shared(1));
    let place = tempfile::tempdir().unwrap();
    let connection = exported_sqlite(place.path());
    for (indicator, period) in [
        ("food_pass_rate", "2018"),
        ("commitments", "2018"),
        ("funds_spent", "2016..2017"),
        ("gdp", "2018H1"),
    ] {
        let figure = city
            .run(["measure", indicator, "--period", period, "--format", "json"])
            .row();
        let sql = city
            .run(["measure", indicator, "--period", period, "--sql=sqlite"])
            .ok()
            .out;
        let rows = ask_sqlite(&connection, sql.trim().trim_end_matches(';'));
        let (_, parts) = figure_of(&rows[0]);
        let (above, below) = parts.unwrap();
        let printed = |key: &str| Ratio::parse_decimal(&text(&figure, key)).unwrap();
        assert_eq!(
            (above, below),
            (printed("numerator"), printed("denominator")),
            "{indicator}"
        );
    }
    city.run(["measure", "gdp", "--sql=oracle"]).refused("Z214");
}

#[test]
fn a_dozen_queries_written_by_hand_give_the_same_figures() {
    let city = City::copy_of(&shared(1));
    let place = tempfile::tempdir().unwrap();
    let connection = exported_sqlite(place.path());
    let mut asked = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story/hand");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sql = std::fs::read_to_string(&path).unwrap();
        // The first line is the question: `-- measure food_pass_rate --period 2018`
        let asking = sql.lines().next().unwrap().strip_prefix("-- ").unwrap();
        let mut arguments: Vec<&str> = asking.split(' ').collect();
        arguments.extend(["--format", "json"]);
        let figure = city.run_all(&arguments).ok().row();
        let rows = ask_sqlite(&connection, &sql);
        let [above, below] = rows[0].as_slice() else {
            panic!("{name}: {rows:?}")
        };
        let printed = |key: &str| Ratio::parse_decimal(&text(&figure, key)).unwrap();
        let value = ratio(above, below);
        assert_eq!(
            value,
            printed("numerator")
                .checked_div(&printed("denominator"))
                .unwrap(),
            "{name}"
        );
        asked += 1;
    }
    assert!(asked >= 12, "{asked}");
}

#[test]
fn the_export_says_that_it_is_a_demonstration() {
    let place = tempfile::tempdir().unwrap();
    let connection = exported_sqlite(place.path());
    let nature: String = connection
        .query_row(
            "select value from about where \"key\" = 'nature'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(nature, "demonstration");
    let about = std::fs::read_to_string(exported_csv(place.path()).join("about.csv")).unwrap();
    assert!(about.contains("demonstration"), "{about}");
    run(&["export", "--data", shared(1).to_str().unwrap()]).refused("Z210");
}
