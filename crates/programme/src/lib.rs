//! The language in which a city describes its programme: text to a checked, typed programme.
//!
//! A package is a folder of TOML files (or one workbook) of flat tables. [`Sources`] holds its text
//! and that of the packages it extends; [`rows`] reads it row by row with every fault; what the rows
//! mean is built from there. It knows no record and no storage. Read [`tables`] first: it is the
//! language; then [`model`], which says what a programme is.

mod against;
mod broken;
mod build;
mod cell;
mod check;
mod comments;
mod convert;
pub mod difference;
pub mod expr;
mod extend;
mod flat;
mod fmt;
mod folder;
mod hash;
mod load;
pub mod model;
mod nearest;
pub mod new_year;
mod parse;
pub mod plan;
pub mod problems;
pub mod problems_expr;
pub mod problems_text;
mod reference;
mod rows;
pub mod schema;
pub mod sentence;
pub mod shown;
pub mod tables;
#[cfg(test)]
mod text_properties;
mod workbook;

pub use against::check_against;
pub use check::{Checked, check, read_stored};
pub use extend::rows;
pub use fmt::{format_file, format_layer};
pub use hash::content_hash;
pub use load::{
    FILE_BYTES_MAX, FILES_MAX, FOLDERS_MAX, HEADER_FILE, LAYERS_MAX, Layer, PACKAGE_BYTES_MAX,
    Part, ROWS_MAX, Sources,
};
pub use nearest::{SUGGESTIONS_MAX, nearest, suggest};
pub use reference::reference;
pub use rows::{Cell, Content, Row};
pub use workbook::{from_workbook, to_workbook};
