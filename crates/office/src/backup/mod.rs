//! Backing up while the office works, and bringing back.
//!
//! A backup does not copy database files. It holds what everything else follows from: the entries with
//! their salts, and the evidence. The state is folded anew when it is brought back, so one form serves
//! every storage. What never changes is stored once, under its hash:
//!
//! ```text
//! objects/ab/abcd…          a segment of entries (leaves, facts) or of their private parts, the list of the evidence,
//!                           the list of what was erased; gzip
//! evidence/ab/abcd…         a piece of evidence
//! backups/LOG/SIZE-TIME     what one backup consists of; written last, so an interrupted one is none
//! ```
//!
//! `LOG` is the beginning of SHA-256 of the origin under which the log signs, so that several logs can share a place. A
//! segment that is full never changes; the next backup adds what came since. Private parts stand in
//! objects of their own: erasing one rewrites that object alone. Entries are only ever added, so an older
//! backup holds nothing that a newer one lacks, but what was erased in between; that is why older ones can
//! be purged without loss. Whoever brings back an older one all the same gets it clean: each backup keeps the
//! list of all erasures up to it, and the newest list of the place is applied to what is restored.
//!
//! Keys are not in a backup: who reads it must not be able to sign. They are kept apart, or the restored
//! log goes on with a new key. A backup is not encrypted and holds personal data: the place must be as
//! well guarded as the folder.
//!
//! Read [`take_backup`] first, then [`restore`].

mod check;
mod chunk;
mod manifest;
mod place;
mod restore;
mod take;

pub use check::{Checked, check_backup};
pub use manifest::{Erased, Manifest, Segment, Stored};
pub use place::{Listed, Place};
pub use restore::{Origin, RestoreRequest, Restored, restore};
pub use take::{BackupReport, take_backup};

/// The form of a backup that this version writes.
pub const FORMAT: &str = "zhicheng-backup/1";

/// A segment is full with so many entries …
pub const SEGMENT_ENTRIES: u64 = 4096;

/// … or when its parts have so many bytes.
pub const SEGMENT_BYTES: usize = 16 << 20;
