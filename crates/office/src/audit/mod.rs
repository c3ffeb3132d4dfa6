//! An auditor's sample: published figures drawn so that a stranger can draw them again, the records behind
//! them listed for checking by hand, and what was found.
//!
//! *Frame.* Every published or sealed figure that has a value, each once as it was last published, in the
//! order of the bytes of its address. A figure's line is `ADDRESS TAB POSITION LF`, with the position of
//! its publication and, where figures are drawn by records, ` RECORDS` before the end of the line. The
//! frame's hash is SHA-256 over all lines.
//!
//! *Draw.* Crate `draw`: RFC 3797's method with SHA-256. The key of the figures is `SEED/FRAME/`, with the
//! frame's hash in hexadecimal; of a stratum `SEED/FRAME/STRATUM/`, strata in the order of their names
//! sharing the figures by largest remainders; of the records behind the figure numbered N in the frame
//! `SEED/FRAME/N/`. Those are listed by table and number, a line `TABLE SPACE NUMBER LF` each.
//!
//! *Fairness.* Who sees the frame could try seeds until the sample pleases. So a draw can be announced:
//! the announcement fixes the frame and how many are drawn, and may hold SHA-256 of a seed that is still
//! secret, or the seed is a public number that is not known yet. One draw follows an announcement. A draw
//! without one is visible as such, and each draw is an entry for good.
//!
//! Read [`Office::draw_sample`](crate::Office::draw_sample) first, then `finding.rs` and `report.rs`.

mod finding;
mod lines;
mod report;
mod sample;
mod sheet;

pub use finding::{FindingRequest, Verdict};
pub use lines::{AuditLine, Found, LineRecord};
pub use report::{AffectedFigure, AuditReport, Tally};
pub use sample::{SampleRequest, Strata};

/// How samples are drawn, as a draw's entry names it: a later method has another name.
pub const METHOD: &str = "rfc3797-sha256/1";

/// The most figures of one draw.
pub const FIGURES_MAX: u32 = 10_000;

/// The most records drawn behind one figure.
pub const RECORDS_MAX: u32 = 1_000;
