//! One file for each family of commands; each function is one command.

pub mod cases;
pub mod common;
pub mod demo;
pub mod figures;
pub mod folder;
pub mod package;
pub mod records;
pub mod results;
