//! Fuzzing: every parser of what others wrote, under input that nobody meant well.
//!
//! A [`Target`] is a plain function over bytes that panics when something that must hold does not: what is
//! read and written again is the same, a problem points into its text, a limit holds, a proof that was
//! touched proves nothing. [`drive`] feeds them with random changes of the committed corpus, on any stable
//! toolchain; `cargo fuzz` can feed the same functions. Read
//! [`TARGETS`] first, then the README beside this crate.

pub mod drive;
pub mod mutate;
pub mod sections;
mod targets;

pub use targets::TARGETS;

/// A parser under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its folder in `corpus/`.
    pub name: &'static str,
    /// What is asked of it, in one line.
    pub asks: &'static str,
    /// Panics when what must hold of the input does not.
    pub run: fn(&[u8]),
    /// Pieces of the language, to put in where a random byte would seldom make sense.
    pub words: &'static [&'static str],
}

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
