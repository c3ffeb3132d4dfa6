//! Results as a table for people, as JSON for scripts (one array of flat objects), or as CSV.

use std::io::{self, BufWriter, Write};

use base::{Lang, Problem, SourceText};
use comfy_table::{
    Cell as TableCell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle,
};
use serde_json::{Map, Value as Json};

use crate::failure::Failure;
use crate::lang::lang;

/// Prints a line; where the reader has closed the output, there is no one left to tell.
macro_rules! outln {
    ($($argument:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!($crate::beside::out(), $($argument)*);
    }};
}

/// Prints a line to the error output.
macro_rules! errln {
    ($($argument:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!($crate::beside::err(), $($argument)*);
    }};
}

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One array of flat objects.
    Json,
    /// With a header; UTF-8.
    Csv,
}

/// A column of a result.
pub struct Column {
    /// Key in JSON and header in CSV.
    pub key: String,
    /// Header in a table.
    pub title: String,
    /// Right-aligned in a table.
    pub is_number: bool,
    /// Not in a table, where it would say the same in every row.
    pub is_for_scripts: bool,
}

impl Column {
    /// A column of text.
    pub fn text(key: &str, zh: &str, en: &str) -> Column {
        let title = if lang() == Lang::Zh { zh } else { en };
        Column {
            key: key.to_owned(),
            title: title.to_owned(),
            is_number: false,
            is_for_scripts: false,
        }
    }

    /// A column of numbers.
    pub fn number(key: &str, zh: &str, en: &str) -> Column {
        Column {
            is_number: true,
            ..Column::text(key, zh, en)
        }
    }

    /// The same, but left out of tables.
    pub fn for_scripts(self) -> Column {
        Column {
            is_for_scripts: true,
            ..self
        }
    }
}

/// A cell: what scripts get, and what people read.
#[derive(Debug, Clone)]
pub struct Cell {
    /// For JSON and CSV.
    pub value: Json,
    /// For a table.
    pub shown: String,
}

impl Cell {
    /// The same for both.
    pub fn same(value: impl Into<Json>) -> Cell {
        let value = value.into();
        let shown = plain(&value);
        Cell { value, shown }
    }

    /// Nothing for scripts, a mark for people.
    pub fn none(shown: &str) -> Cell {
        Cell {
            value: Json::Null,
            shown: shown.to_owned(),
        }
    }

    /// One text for scripts, another for people.
    pub fn shown(value: impl Into<Json>, shown: impl Into<String>) -> Cell {
        Cell {
            value: value.into(),
            shown: shown.into(),
        }
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Cell {
        text.map_or_else(|| Cell::none(""), Cell::same)
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Prints rows in the asked form.
///
/// # Errors
/// The output cannot be written.
pub fn print(format: Format, columns: &[Column], rows: &[Vec<Cell>]) -> Result<(), Failure> {
    match format {
        Format::Table => Ok(writeln!(crate::beside::out(), "{}", table(columns, rows))?),
        _ => stream(format, columns, rows.iter().map(|row| Ok(row.clone()))),
    }
}

/// Prints rows one by one as they are made; only a table keeps them all, for the widths of its columns.
///
/// # Errors
/// The output cannot be written, or a row cannot be made.
pub fn stream(
    format: Format,
    columns: &[Column],
    rows: impl Iterator<Item = Result<Vec<Cell>, Failure>>,
) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, crate::beside::out());
    match format {
        Format::Table => {
            let rows = rows.collect::<Result<Vec<_>, Failure>>()?;
            writeln!(out, "{}", table(columns, &rows))?;
        }
        Format::Json => {
            writeln!(out, "[")?;
            let mut rows = rows.peekable();
            while let Some(row) = rows.next() {
                let object: Map<String, Json> = columns
                    .iter()
                    .zip(row?)
                    .map(|(column, cell)| (column.key.clone(), cell.value))
                    .collect();
                let comma = if rows.peek().is_some() { "," } else { "" };
                writeln!(out, "  {}{comma}", Json::Object(object))?;
            }
            writeln!(out, "]")?;
        }
        Format::Csv => {
            let header: Vec<&str> = columns.iter().map(|column| column.key.as_str()).collect();
            let options = sheet::DelimitedOptions::default();
            let mut writer = sheet::DelimitedOut::start(&mut out, &header, options)?;
            for row in rows {
                let cells: Vec<String> = row?.iter().map(|cell| plain(&cell.value)).collect();
                writer.write_texts(&cells)?;
            }
            writer.finish()?;
        }
    }
    Ok(out.flush()?)
}

const RULE: LineStyle = LineStyle::none().fill('─').junction('─');
/// Hairlines above, below and under the header; nothing between rows, so that a table can be read and copied.
const STYLE: TableStyle = TableStyle::new()
    .top_border(RULE)
    .header_separator(RULE)
    .bottom_border(RULE);

fn table(columns: &[Column], rows: &[Vec<Cell>]) -> Table {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Disabled);
    let shown = || columns.iter().filter(|column| !column.is_for_scripts);
    table.set_header(shown().map(|column| TableCell::new(&column.title)));
    for row in rows {
        let cells = columns
            .iter()
            .zip(row)
            .filter(|(column, _)| !column.is_for_scripts);
        table.add_row(cells.map(|(column, cell)| {
            let alignment = if column.is_number {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            };
            TableCell::new(&cell.shown).set_alignment(alignment)
        }));
    }
    table
}

/// Prints problems to the error output, with the lines of text that they point at.
pub fn tell(problems: &[Problem], sources: &[SourceText]) {
    let colour = !crate::beside::is_here() && io::IsTerminal::is_terminal(&io::stderr());
    let text = base::render(problems, sources, lang(), colour);
    // The error output may be closed; there is no one left to tell then.
    let _ = crate::beside::err().write_all(text.as_bytes());
}
