//! A whole table in memory, and the functions to call first.
//!
//! [`read_table`] for one table, [`read_workbook`] for every visible sheet of a workbook,
//! [`sheet_names`] to let someone choose. For large files use [`crate::Rows`].

use std::io::Cursor;

use base::Problem;

use crate::cell::{RejectedRow, Row};
use crate::detect::{Kind, detect};
use crate::limits::Limits;
use crate::options::{Notes, ReadOptions};
use crate::problems;
use crate::rows::{ReadRow, Rows, in_file};
use crate::source::Source;
use crate::workbook::{SheetName, Wanted, read_sheets};

/// A table: its header, the rows that fit it, and the rows that do not.
#[derive(Debug, Clone)]
pub struct Table {
    /// The worksheet's name; `None` for delimited text.
    pub sheet_name: Option<String>,
    /// One heading per column.
    pub header: Vec<String>,
    /// The rows that can be worked with, each as wide as the header.
    pub rows: Vec<Row>,
    /// The rows that are kept apart, with reasons.
    pub rejected: Vec<RejectedRow>,
    /// What the reader found out about the file.
    pub notes: Notes,
}

impl Table {
    /// The column (0-based) with this heading; `None` when there is none. A heading that stands twice
    /// is a problem only when it is asked for.
    ///
    /// ```
    /// use sheet::{ReadOptions, read_table};
    /// let table = read_table("a,b,a\n1,2,3\n".as_bytes(), &ReadOptions::default()).unwrap();
    /// assert_eq!(table.column("b").unwrap(), Some(1));
    /// assert_eq!(table.column("c").unwrap(), None);
    /// assert_eq!(table.column("a").unwrap_err().code, "S406");
    /// ```
    pub fn column(&self, heading: &str) -> Result<Option<usize>, Problem> {
        find_column(&self.header, heading)
    }
}

/// The column (0-based) of a heading; a problem when it stands twice.
///
/// ```
/// let header = ["名称".to_owned(), "数量".to_owned()];
/// assert_eq!(sheet::find_column(&header, "数量").unwrap(), Some(1));
/// ```
pub fn find_column(header: &[String], heading: &str) -> Result<Option<usize>, Problem> {
    let mut columns = (0..header.len()).filter(|at| header.get(*at).is_some_and(|h| h == heading));
    let first = columns.next();
    if columns.next().is_some() {
        return Err(problems::double_heading(heading));
    }
    Ok(first)
}

/// Reads one table from the bytes of a file: delimited text or workbook, plain or packed with gzip,
/// told apart by content.
///
/// ```
/// use sheet::{ReadOptions, read_table};
/// let bytes = "\u{FEFF}名称;结果\r\n甲厂;合格\r\n".as_bytes();
/// let table = read_table(bytes, &ReadOptions::named("抽检.csv")).unwrap();
/// assert_eq!(table.header, ["名称", "结果"]);
/// assert_eq!(table.rows[0].cells[1].as_text(), "合格");
/// ```
pub fn read_table(bytes: &[u8], options: &ReadOptions) -> Result<Table, Problem> {
    collect(Rows::from_bytes(bytes, options)?, options)
}

/// Reads every visible worksheet of a workbook as a table; all have their header at the same place.
/// Worksheets without any cell are passed over. The choice of a sheet in the options is not used.
///
/// ```
/// use sheet::{ColumnOut, ReadOptions, SheetOut, WorkbookOut, read_workbook};
/// let sheets = ["单位", "指标"].map(|name| SheetOut::new(name, [ColumnOut::text("id")]));
/// let bytes = WorkbookOut::new(sheets).to_bytes().unwrap();
/// let tables = read_workbook(&bytes, &ReadOptions::default()).unwrap();
/// let names: Vec<_> = tables.iter().filter_map(|table| table.sheet_name.as_deref()).collect();
/// assert_eq!(names, ["单位", "指标"]);
/// ```
pub fn read_workbook(bytes: &[u8], options: &ReadOptions) -> Result<Vec<Table>, Problem> {
    let located = |problem| in_file(problem, &options.file_name, None, None);
    let (unpacked, was_gzip) = workbook_bytes(bytes, &options.limits).map_err(located)?;
    let sheets = read_sheets(unpacked, options, Wanted::AllVisible).map_err(located)?;
    sheets
        .into_iter()
        .filter(|sheet| !sheet.rows.is_empty())
        .map(|sheet| {
            let rows = Rows::of_sheet(sheet, options, was_gzip).map_err(located)?;
            collect(rows, options)
        })
        .collect()
}

/// The worksheets of a workbook in order.
///
/// ```
/// use sheet::{ReadOptions, SheetOut, WorkbookOut, sheet_names};
/// let bytes = WorkbookOut::new([SheetOut::new("单位", [])]).to_bytes().unwrap();
/// let names = sheet_names(&bytes, &ReadOptions::default()).unwrap();
/// assert_eq!(names[0].name, "单位");
/// assert!(names[0].is_visible);
/// ```
pub fn sheet_names(bytes: &[u8], options: &ReadOptions) -> Result<Vec<SheetName>, Problem> {
    workbook_bytes(bytes, &options.limits)
        .and_then(|(unpacked, _)| crate::workbook::sheet_names(unpacked, &options.limits))
        .map_err(|problem| in_file(problem, &options.file_name, None, None))
}

fn workbook_bytes(bytes: &[u8], limits: &Limits) -> Result<(Vec<u8>, bool), Problem> {
    let mut source = Source::open(Box::new(Cursor::new(bytes)), limits)?;
    let was_gzip = source.is_gzip();
    match detect(&mut source)? {
        Kind::Workbook => Ok((source.into_bytes()?, was_gzip)),
        Kind::Text => Err(problems::other_format("text")),
    }
}

fn collect(mut rows: Rows<'_>, options: &ReadOptions) -> Result<Table, Problem> {
    let mut kept = Vec::new();
    let mut rejected = Vec::new();
    let mut cells_left = options.limits.cells_max;
    for row in &mut rows {
        let row = row?;
        let width = match &row {
            ReadRow::Kept(row) => row.cells.len(),
            ReadRow::Rejected(rejected) => rejected.row.cells.len(),
        };
        cells_left = u64::try_from(width)
            .ok()
            .and_then(|width| cells_left.checked_sub(width))
            .ok_or_else(|| {
                let problem = problems::too_many_cells(options.limits.cells_max);
                in_file(problem, &options.file_name, None, None)
            })?;
        match row {
            ReadRow::Kept(row) => kept.push(row),
            ReadRow::Rejected(row) => rejected.push(row),
        }
    }
    let (header, sheet_name, notes) = rows.into_parts();
    Ok(Table {
        sheet_name,
        header,
        rows: kept,
        rejected,
        notes,
    })
}
