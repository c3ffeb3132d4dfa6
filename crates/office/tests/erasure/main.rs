//! Erasing, as an office asks for it: what is gone is in no file, what it was is told for good, and
//! every hash, proof and figure stays.

mod again;
mod bundles;
mod chains;
mod files;
mod persons;
mod rebuilt;
mod requests;
mod stored;
mod town;
