//! Commands beside a running site (law 8): who has the ledger open for writing is one process, so a command that
//! writes passes itself to the site through a socket in the data folder, and the site carries out the very same
//! function, with what it prints caught and sent back.
//!
//! A command finds out where it is by [`here`]: on a thread of the site it has an office, an output, a language
//! and a folder of its own; elsewhere it has the process's. `client.rs` passes on, `server.rs` carries out.

#[cfg(unix)]
mod client;
#[cfg(unix)]
mod server;

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base::Lang;
use office::{Office, SharedOffice};
use serde::{Deserialize, Serialize};

use crate::arguments::{AccountCommand, CaseCommand, Command};
use crate::failure::Failure;

/// The folder of the socket in a data folder; only its owner may enter it.
const FOLDER: &str = "running";
/// The socket in it.
const SOCKET: &str = "socket";

/// Which build speaks: both ends are to be the same.
const BUILD: &str = env!("CARGO_PKG_VERSION");

/// A command that is passed on.
#[derive(Debug, Serialize, Deserialize)]
struct Passed {
    build: String,
    /// As they were written, without the program's name.
    arguments: Vec<String>,
    lang: String,
    /// Where its relative paths begin.
    folder: PathBuf,
    /// What stood on its standard input, where it reads that.
    input: Option<String>,
}

/// What came of it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Done {
    code: u8,
    out: String,
    err: String,
}

/// Where a command is carried out on a thread of the site.
struct Here {
    office: SharedOffice,
    lang: Lang,
    folder: PathBuf,
    data: PathBuf,
    input: Option<String>,
    out: Vec<u8>,
    err: Vec<u8>,
}

thread_local! {
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

/// What a command's place gives, where it is carried out by the site.
fn here<T>(take: impl FnOnce(&mut Here) -> T) -> Option<T> {
    HERE.with_borrow_mut(|here| here.as_mut().map(take))
}

/// Whether the site carries the command out.
pub fn is_here() -> bool {
    here(|_| ()).is_some()
}

/// The language of who gave the command.
pub fn lang() -> Option<Lang> {
    here(|here| here.lang)
}

/// A path as it was meant by who gave the command.
pub fn place(path: &Path) -> PathBuf {
    here(|here| here.folder.join(path)).unwrap_or_else(|| path.to_owned())
}

/// The data folder of the site in the place of the one that was named, which is the same by another path.
pub fn data(path: &Path) -> PathBuf {
    here(|here| here.data.clone()).unwrap_or_else(|| path.to_owned())
}

/// What stood on the command's standard input.
pub fn input() -> Option<String> {
    here(|here| here.input.take().unwrap_or_default())
}

/// The site's office.
///
/// # Errors
/// The ledger cannot be read.
pub fn office() -> Option<Result<Office, base::Problem>> {
    here(|here| here.office.clone()).map(|office| office.office())
}

/// Where a command prints.
pub struct Out {
    is_error: bool,
}

/// Standard output, or what is sent back in its place.
pub fn out() -> Out {
    Out { is_error: false }
}

/// Standard error, or what is sent back in its place.
pub fn err() -> Out {
    Out { is_error: true }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let caught = here(|here| {
            let into = if self.is_error {
                &mut here.err
            } else {
                &mut here.out
            };
            into.extend_from_slice(bytes);
        });
        match (caught, self.is_error) {
            (Some(()), _) => Ok(bytes.len()),
            (None, false) => io::stdout().write(bytes),
            (None, true) => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match (is_here(), self.is_error) {
            (true, _) => Ok(()),
            (false, false) => io::stdout().flush(),
            (false, true) => io::stderr().flush(),
        }
    }
}

/// The data folder of a command that a running site can carry out, and whether it reads its standard input.
/// Commands that need the ledger for themselves (erasing, keys, rebuilding) are not among them.
fn passable(command: &Command) -> Option<(&Path, bool)> {
    Some(match command {
        Command::Import(asked) if !asked.dry_run => (&asked.data.data, false),
        Command::Submit(asked) => (&asked.data.data, false),
        Command::Withdraw(asked) => (&asked.data.data, false),
        Command::Alias(asked) if !asked.list => (&asked.data.data, false),
        Command::Override(asked) => (&asked.data.data, false),
        Command::Seal(asked) => (&asked.data.data, false),
        Command::Publish(asked) => (&asked.data.data, false),
        Command::Activate(asked) => (&asked.data.data, false),
        Command::Case(CaseCommand::Open(asked)) => (&asked.data.data, false),
        Command::Case(CaseCommand::Act(asked)) => (&asked.data.data, false),
        Command::Account(AccountCommand::Open(asked)) => (&asked.data.data, asked.password_stdin),
        _ => return None,
    })
}

/// Passes a command to the site that runs over its folder; gives the exit code. `None`: no site runs there, or
/// the command needs none.
///
/// # Errors
/// The site cannot be spoken to, or ended before it answered.
pub fn pass(command: &Command) -> Option<Result<u8, Failure>> {
    let (data, reads_input) = passable(command)?;
    #[cfg(unix)]
    {
        client::pass(data, reads_input)
    }
    #[cfg(not(unix))]
    {
        let _ = (data, reads_input);
        None
    }
}

/// Carries out what is passed, as long as what it gives is kept. Where no socket can be made the site runs without
/// one, and commands that write are refused beside it as they are on systems that have none.
#[cfg(unix)]
pub use server::listen;
