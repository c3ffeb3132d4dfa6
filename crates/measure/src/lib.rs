//! Measure: typed columns of everything that was accepted, and the figures that follow from them.
//!
//! Changes go in ([`Columns::apply`]), figures come out ([`Columns::measure`]), each with its
//! numerator, denominator and state, and the records behind it ([`Columns::records_behind`]); the
//! same indicator can be printed as SQL over the exported tables ([`sql`]). It knows programmes and
//! rows, but neither where they are stored nor who asks nor what a point is.
//!
//! Read first: [`Columns`] (what is kept), `table.rs` and `segment.rs` (how), then `gather.rs` (what
//! indicators ask of a table, and how tallies become figures), `pass.rs` (rows to tallies, a block at
//! a time) and `figures.rs` (figures from figures). Ratings start at [`Columns::figures_by_subject`].

mod accumulate;
pub mod address;
mod by_subject;
mod cells;
mod columns;
mod compile;
mod dictionary;
mod evaluate;
pub mod export;
mod figures;
mod gather;
pub mod list;
mod measure;
mod memory;
mod pass;
mod plans;
mod problems;
mod query;
mod read;
mod recent;
mod records;
mod scan;
mod segment;
mod snapshot;
pub mod sql;
mod sums;
mod table;
mod tally;
mod timed;
mod tree;
mod versions;
mod wide;

pub use address::Address;
pub use by_subject::{Denominators, FigureColumn, States, SubjectFigures};
pub use columns::{Change, Columns};
pub use export::{ExportCell, ExportColumn, ExportKind, ExportTable, Meaning, NOT_HIDDEN};
pub use measure::BySubject;
pub use memory::{Memory, TableMemory};
pub use problems::CATALOGUE;
pub use programme::schema::Value;
pub use query::{By, Cell, Query, Slice};
pub use read::{ColumnAt, RowView};
pub use records::{Behind, RowId};
pub use sql::Dialect;
