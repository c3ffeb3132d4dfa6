//! The only door to writing: commands, imports, assessments, and the reads that pages need.
//!
//! A command is checked against the programme, appended to the ledger and applied to the state in
//! one transaction; the columns follow at once. `office` knows no HTTP and no HTML, and no city:
//! what a city says is in its programme. Read [`Office`] first, then [`mod@entry`] (what is stored,
//! for good) and [`mod@fold`] (what it does to the state).

pub mod about;
pub mod activate;
pub mod actor;
pub mod advance;
pub mod alias;
pub mod assessment;
pub mod assign;
pub mod audit;
pub mod authority;
pub mod backup;
pub mod behind;
pub mod beyond;
pub mod bundling;
pub mod carried_over;
pub mod case;
pub mod course;
mod earlier;
pub mod entry;
pub mod erase;
pub mod erasures;
mod exact;
pub mod field_visit;
pub mod fold;
pub mod folder;
pub mod generate;
pub mod history;
pub mod import;
pub mod inspection;
mod invariants;
pub mod letters;
pub mod lost;
pub mod mirror;
mod new_record;
pub mod openings;
pub mod papers;
pub mod people;
pub mod problems;
pub mod proposal;
pub mod publication;
pub mod rating;
pub mod readings;
pub mod reconcile;
pub mod record;
pub mod relied;
pub mod remind;
pub mod restated;
mod revise;
mod rows;
pub mod seal;
pub mod sealing;
pub mod shared;
pub mod signing;
pub mod snapshots;
pub mod spaces;
mod standing;
mod subject_names;
pub mod supplied;
pub mod tasks;
pub mod values;
mod verify;
pub mod visits;
pub mod work;
mod written;

pub use folder::{Access, Office, Progress, nature_name, rebuild_state};
pub use shared::SharedOffice;
pub use verify::{Verified, verify, verify_trusting};
