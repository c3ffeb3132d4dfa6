//! The append-only log, the Merkle tree over it, and the state that it adds up to.
//!
//! Everything that a city ever accepted is an entry. An entry is appended once and never changed;
//! its leaf stands in a tree whose root commits to all entries before it; and the changes that its
//! fold gives are applied to the state tables in the same transaction, so that the state can be
//! thrown away and replayed.
//!
//! This crate must not know what an entry means: kinds, spaces and actors are numbers to it, and
//! facts, keys and values are bytes. It knows no programme, no command and no page.
//!
//! Read [`Ledger::append`] first, then [`Ledger::verify`].
//!
//! ```
//! use base::{Moment, Position};
//! use ledger::{Change, Entry, Ledger, Nature, NewEntry, Space, StateView};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path();
//! const TOTALS: Space = Space(1);
//!
//! // What an entry means is the caller's: here each adds its one byte to a total.
//! fn fold(state: &StateView<'_>, entry: &Entry) -> Result<Vec<Change>, base::Problem> {
//!     let before = state.get(TOTALS, b"total")?.map_or(0, |(_, value)| value[0]);
//!     let value = vec![before + entry.facts[0]];
//!     Ok(vec![Change::Put { space: TOTALS, key: b"total".to_vec(), value }])
//! }
//!
//! let mut ledger = Ledger::create(dir, "zhicheng.example.org/demo", Nature::Demonstration)?;
//! let entry = |byte: u8| NewEntry {
//!     kind: 7,
//!     command_id: [byte; 16],
//!     actor: 1,
//!     programme: Position::EMPTY,
//!     facts: vec![byte].into(),
//!     private: None,
//! };
//! let now = Moment::parse("2018-03-05T01:02:03Z")?;
//! let receipts = ledger.append(now, &[], vec![entry(2), entry(3)], fold)?;
//! assert_eq!(receipts[1].position, Position(2));
//! assert_eq!(ledger.get(TOTALS, b"total")?, Some((Position(2), vec![5])));
//!
//! let report = ledger.verify(&mut |_, _| (), fold)?;
//! assert_eq!(report.root, ledger.head()?.root);
//! # Ok(())
//! # }
//! ```
//!
//! # Decisions that are dear to change
//!
//! *Leaf.* 115 bytes, big-endian, laid out as in [`Leaf`]; the first byte is its version. Leaf hash
//! SHA-256(0x00 ‖ leaf), node hash SHA-256(0x01 ‖ left ‖ right), tree as RFC 6962; the root of the
//! empty tree is SHA-256 of nothing.
//!
//! *Position.* From 1. Position N is the entry with log index N − 1, and also the size of the
//! smallest tree that includes it. 0 is the empty ledger.
//!
//! *Time.* Microseconds UTC, never before the predecessor's: when the clock was set back, an entry
//! takes its predecessor's time.
//!
//! *Commitments.* SHA-256("zhicheng/commitment/v1\0" ‖ part ‖ salt ‖ stored bytes), part 1 for the
//! facts, 2 for the private part, with a random salt of 32 bytes of its own for each, see
//! [`commitment`]. The salt is stored beside its part and is deleted with it; what is left cannot be
//! guessed back. An entry without a private part has 32 zero bytes. What was hashed is what is
//! stored; nothing is ever written anew to be hashed.
//!
//! *Commands.* Each id is kept with the first position that it wrote, so that a repeated command is
//! recognised. Entries of one append may share an id.
//!
//! *Erasure.* A fold may erase the private part of an earlier entry ([`Change::ErasePrivate`]): its
//! bytes and salt are deleted, the table `erased` notes which entry did it, and every hash stays. A
//! part that is absent without such an entry is damage. [`Ledger::scrub`] removes the last copies.
//!
//! *Storage.* The tables `meta`, `entry`, `tile` (full tiles of 256 hashes, as C2SP tlog-tiles),
//! `head`, `command`, `erased` and `state`, in the file `ledger.sqlite` or in a schema of a PostgreSQL
//! database whose URL is in the file `ledger.postgres`, see [`Storage`]. The format is in SQLite's
//! `user_version`, and in `meta`. For a file an advisory lock on `ledger.lock` beside it makes one
//! process the writer; in PostgreSQL a write locks the row of `head`, and any number of processes
//! take turns. Evidence is files in the folder, see [`EvidenceStore`].
//! The row `signed` of `meta` holds the last checkpoint that was signed, see [`Ledger::keep_signed`].

mod ahead;
mod append;
mod appender;
mod copy;
mod entry;
mod erasure;
mod evidence;
mod group;
mod ledger;
mod lock;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_read;
#[cfg(feature = "postgres")]
mod postgres_url;
#[cfg(feature = "postgres")]
mod postgres_write;
pub mod problems;
mod proofs;
mod salts;
mod sqlite;
mod sqlite_checkpoint;
mod sqlite_state;
mod state;
mod storage;
mod store;
mod tree;
mod verify;

pub use bundle::leaf::{
    LEAF_BYTES, LEAF_VERSION, Leaf, NO_COMMITMENT, Part, SALT_BYTES, commitment,
};
pub use bundle::merkle;

use bundle::leaf;

pub use copy::{CopiedEntries, CopiedEntry, CopiedPart};

pub use append::{AppendError, GROUP_BYTES_MAX, GROUP_ENTRIES_MAX, PART_BYTES_MAX};
pub use appender::{Appender, BoxedFold, Committed, QUEUE_REQUESTS_MAX, Submission};
pub use entry::{Entry, EntryHead, NewEntry, NewFacts};
pub use evidence::{EVIDENCE_BYTES_MAX, EvidenceHash, EvidenceStore};
pub use ledger::{Entries, Head, Ledger, Nature};
pub use proofs::{DisclosedEntries, DisclosedEntry};
pub use salts::Salts;
pub use state::{
    Change, KEY_BYTES_MAX, Precondition, Space, StateRow, StateScan, StateView, VALUE_BYTES_MAX,
};
pub use storage::Storage;
pub use verify::VerifyReport;
