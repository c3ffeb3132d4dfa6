//! Papers: an office's own Word and Excel templates filled in, and evidence bound into one volume.
//!
//! Bytes in, bytes out. A template is an ordinary file with marks such as `{{单位名称}}` in its text; what is
//! not a mark stays byte for byte, part for part. This crate knows no ledger, no programme, no path and no
//! clock, and holds every file that comes from outside against [`Limits`]. Read first: [`fill`], then
//! [`Data`] (what is filled in), [`mod@marks`] (what a mark is) and `word/`, `excel/`; [`mod@volume`] stands
//! for itself.

pub mod chinese;
mod data;
mod excel;
pub mod marks;
mod package;
pub mod problems;
mod template;
pub mod templates;
pub mod volume;
mod word;
mod xml;

pub use data::{Column, Data, Field, Known, Line, ListOf, Value};
pub use package::{Format, Limits};
pub use template::{Checked, MarkFound, check, fill, format_of, text_of};
