//! Whole cards: totals, grades, ranks, published schemes, the rating workload, and properties.

mod grades;
mod properties;
mod ranks;
mod rating;
mod schemes;
mod totals;
