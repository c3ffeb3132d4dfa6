//! The whole site in one process, without a socket: requests go in, answers come out.
//!
//! `city.rs` has the folder and the browser; each other file is about one part of the site.

mod admin;
mod city;
mod forged;
mod sign_in;
