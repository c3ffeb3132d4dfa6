//! Values by hand calculation and cells of the published tables.

mod plans;
mod statistics;
mod switching;
