//! One file for each family of commands; each function is one command.

pub mod account;
pub mod audit;
pub mod backup;
pub mod card;
pub mod cases;
pub mod common;
pub mod demo;
pub mod erase;
pub mod figures;
pub mod folder;
pub mod names;
pub mod package;
pub mod published;
pub mod records;
pub mod results;
pub mod sealed;
pub mod signing;
pub mod site;
