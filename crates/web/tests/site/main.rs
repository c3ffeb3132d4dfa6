//! The whole site in one process, without a socket: requests go in, answers come out.
//!
//! `city.rs` has a folder of a real programme and browsers that keep cookies; `town.rs` a small package of
//! the test's own with one person signed in. Each other file is about one part of the site.

mod admin;
mod api;
mod assigned;
mod city;
mod course;
mod crowd;
mod elsewhere;
mod field;
mod figures;
mod flows;
mod forged;
mod forms;
mod hooks;
mod hostile;
mod imports;
mod inspection;
mod openings;
mod papers;
mod plan;
mod programs;
mod provider;
mod readings;
mod records;
mod sealing;
mod sign_in;
mod town;
mod visits;
