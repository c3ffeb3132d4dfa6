//! What lies on the desk and is no fact: how people sign in, their sessions, what they had typed and
//! not yet handed in, what is to be sent.
//!
//! Nothing that affects a figure is here, and nothing here can be proved or has a history: that is
//! what the ledger is for. The desk is one SQLite file in the data folder; throwing it away signs
//! everybody out and loses passwords and drafts, and no figure. It knows no HTTP and asks no clock:
//! the moment is passed in. Every table stands in [`mod@schema`]; read that first, then [`Desk`].

pub mod accounts;
pub mod drafts;
pub mod elsewhere;
pub mod first;
pub mod lockout;
pub mod one_time;
pub mod outbox;
pub mod password;
pub mod preferences;
pub mod problems;
pub mod readings;
pub mod schema;
pub mod sessions;
pub mod settings;
pub mod tokens;
pub mod uploads;
pub mod waiting;
pub mod webhooks;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base::Problem;
use rusqlite::Connection;

pub use accounts::{Account, NewAccount};
pub use drafts::Draft;
pub use lockout::Lockout;
pub use problems::CATALOGUE;
pub use sessions::Session;
pub use waiting::Waiting;

/// The file's name in a data folder.
pub const FILE: &str = "desk.sqlite";

/// The desk of a data folder. Several processes of one machine may have it open.
pub struct Desk {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Desk {
    /// Opens the desk of a data folder, and makes it when there is none.
    ///
    /// # Errors
    /// The file cannot be read or written, or a later version wrote it.
    pub fn open(dir: &Path) -> Result<Desk, Problem> {
        let path = dir.join(FILE);
        let connection = Connection::open(&path)
            .and_then(|connection| {
                connection.busy_timeout(std::time::Duration::from_secs(10))?;
                connection.pragma_update(None, "journal_mode", "wal")?;
                connection.pragma_update(None, "synchronous", "normal")?;
                connection.pragma_update(None, "foreign_keys", true)?;
                Ok(connection)
            })
            .map_err(|error| problems::cannot_use(path.display(), error))?;
        let desk = Desk {
            path,
            connection: Mutex::new(connection),
        };
        schema::bring_up(&desk)?;
        Ok(desk)
    }

    /// The connection; one thread at a time, each for a statement or two.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is told when the file refuses.
    pub(crate) fn refused(&self, error: rusqlite::Error) -> Problem {
        problems::cannot_use(self.path.display(), error)
    }
}
