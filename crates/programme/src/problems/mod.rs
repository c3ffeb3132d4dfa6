//! What can be wrong with what a package means: codes P201 to P499 and beyond, each with its remedy.
//!
//! P2xx: names, units, vocabularies, the calendar, records and their fields. P3xx: indicators and
//! scorecards. P4xx: flows, published figures and made-up data. P54x: the plan over the year. P56x: what
//! flows do beyond one case and by themselves. P61x: sampling, quotas, inspectors. P63x: sensors. P67x: records that open
//! cases. P68x: records that cases write. Faults of a flow as a machine and of
//! a scorecard as arithmetic keep the codes of `casework` (F1xx) and `scoring` (C1xx).

pub mod declarations;
pub mod figures;
pub mod flows;
pub mod inspection;
pub mod openings;
pub mod plan;
pub mod sensors;
pub mod work;
pub mod written;

pub(crate) use declarations::*;
pub(crate) use figures::*;
pub(crate) use flows::*;
pub(crate) use inspection::*;
pub(crate) use openings::*;
pub(crate) use plan::*;
pub(crate) use sensors::*;
pub(crate) use work::*;
pub(crate) use written::*;

/// Every problem of this part of the crate, for the documentation.
pub const CATALOGUES: &[&[base::ProblemKind]] = &[
    declarations::CATALOGUE,
    figures::CATALOGUE,
    flows::CATALOGUE,
    inspection::CATALOGUE,
    openings::CATALOGUE,
    plan::CATALOGUE,
    sensors::CATALOGUE,
    work::CATALOGUE,
    written::CATALOGUE,
];
