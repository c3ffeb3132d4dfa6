//! Imports as an office lives them: good files of every kind, bad ones, interrupted ones.

mod advice;
mod bad_input;
mod columns;
mod formats;
mod many_subjects;
mod stories;
mod subjects;
mod town;
