//! Workbooks and delimited text, in and out.
//!
//! Takes bytes and gives tables, takes tables and gives bytes: .xlsx, CSV in the encodings that
//! offices use, gzip around either. It knows limits, dates and numbers as people type them; it must
//! not know any record, programme, path or clock. Read first: [`read_table`], then [`Rows`] for
//! files that do not fit in memory, [`clean`] and [`dates`] for the text of cells, [`WorkbookOut`] and
//! [`DelimitedOut`] and [`ParquetOut`] for writing, [`WorkbookStream`] for long tables, [`rejected_workbook`] for
//! giving rows back.

mod archive;
mod cell;
pub mod clean;
mod continuation;
pub mod dates;
mod decode;
mod delimited;
mod delimited_out;
mod detect;
mod header;
mod limits;
mod number;
mod options;
mod parquet_file;
pub mod problems;
mod rejected;
mod rows;
mod serial;
mod source;
mod table;
mod workbook;
mod workbook_out;
mod workbook_stream;

pub use cell::{Cell, DateTime, Reason, RejectedRow, Row};
pub use continuation::Continuation;
pub use delimited_out::{DelimitedOptions, DelimitedOut};
pub use header::column_letters;
pub use limits::Limits;
pub use options::{Delimiter, Format, Notes, ReadOptions, SheetChoice, TextEncoding};
pub use parquet_file::{OnParquetRow, ParquetCell, ParquetIn, ParquetKind, ParquetOut};
pub use rejected::{REASON_HEADING, is_reason_heading, rejected_workbook};
pub use rows::{ReadRow, Rows};
pub use table::{Table, find_column, read_table, read_workbook, sheet_names};
pub use workbook::SheetName;
pub use workbook_out::{CellOut, ColumnKind, ColumnOut, SheetOut, WorkbookOut};
pub use workbook_stream::WorkbookStream;
