//! Stories of the built binary: what an office does with it, and what it then sees.
//!
//! Read `city.rs` first: a `City` is a data folder, and its methods are what people do. After every
//! story the folder is verified (`invariants.rs`). Most stories play in `packages/town`, which is small enough to work
//! every figure out by hand; those of `chibi.rs` and
//! `city_claims.rs` play in real programmes with generated records.

mod account;
mod audit;
mod authority;
mod backup;
mod beside;
mod bundles;
mod case;
mod check;
mod chibi;
mod chibi_claims;
mod city;
mod city_claims;
mod demonstration;
mod erase;
mod examples;
mod figures;
mod files;
mod forged;
mod import;
mod import_bad;
mod import_forms;
mod integrity;
mod interrupted;
mod invariants;
mod ledger;
mod openings;
mod postgres;
mod published;
mod score;
mod signing;
mod snapshots;
mod sql;
mod stranger;
mod torture;
mod town;
mod usage;
mod verify_page;
mod workbooks;
