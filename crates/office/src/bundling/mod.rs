//! The bundle: a folder that a stranger can check without us, and how it is checked.
//!
//! What stands in it, and what binds what, is told in `docs/verify.md`. The log (tiles, checkpoint, notes,
//! payloads, manifest) is the business of crate `bundle`; here is what needs the domain: programmes, tables,
//! sealed results and figures. [`write`](mod@write) makes one, [`verify`] recomputes all of it from the
//! payloads; both ask [`figures`] what is published.

pub mod figures;
pub mod folder;
pub mod problems;
mod readme;
pub mod statics;
mod tables;
pub mod verify;
pub mod write;

use base::Position;
use serde::{Deserialize, Serialize};

/// What the bundle is of.
pub const ABOUT: &str = "about.json";
/// The log's verifier key.
pub const KEY: &str = "log.vkey";
/// The signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The figures, one JSON object in a line.
pub const FIGURES: &str = "figures.jsonl";
/// For people.
pub const README: &str = "README.md";

/// The longest of the small files that are read whole, in bytes.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// What a bundle is of, in `about.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The form of the bundle: 1.
    pub bundle: u32,
    /// What wrote it.
    pub software: String,
    /// `real` or `demonstration` (law 13).
    pub nature: String,
    /// The origin of the log.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The civil day for which present figures are true (ISO).
    pub day: String,
    /// The programme in force.
    pub programme: String,
    /// Its version.
    pub programme_version: String,
}

/// The only form so far.
pub const BUNDLE_FORM: u32 = 1;

/// What wrote it, as it stands in [`About::software`].
pub(crate) fn software() -> String {
    format!("zhicheng {}", env!("CARGO_PKG_VERSION"))
}

/// Where a file of a programme version lies.
pub(crate) fn programme_path(at: Position, package: &str, path: &str) -> String {
    format!("programme/{}/{package}/{path}", at.0)
}

/// Where the facts of a sealing lie, as they stand in the log.
pub(crate) fn sealed_path(at: Position) -> String {
    format!("sealed/{}.json", at.0)
}

/// Where the facts of a publication lie, as they stand in the log.
pub(crate) fn published_path(at: Position) -> String {
    format!("published/{}.json", at.0)
}

/// Where a table lies.
pub(crate) fn table_path(name: &str, extension: &str) -> String {
    format!("tables/{name}.{extension}")
}
