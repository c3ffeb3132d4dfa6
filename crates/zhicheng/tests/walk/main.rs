//! Walks: people in real browsers (Chromium, driven by chromedriver) on the site of the built binary.
//!
//! Read `site.rs` first: a [`site::Site`] is a demonstration that runs, and [`site::Person`] is somebody of
//! it in a browser of their own. `pages.rs` goes through every page; the other files tell a story each.
//! `./test` installs the browser; where there is none, that is noted as left out.

mod api;
mod assessment;
mod axe;
mod crawl;
mod elsewhere;
mod field;
mod handover;
mod import;
mod pages;
mod programme;
mod screenshots;
mod site;
mod work;
