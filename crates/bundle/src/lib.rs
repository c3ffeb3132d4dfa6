//! The formats that outsiders read and verify: leaves and proofs, signed notes and checkpoints,
//! the tiles of a static log, and the bundle that a stranger can check without us.
//!
//! Everything here is arithmetic on bytes. It must not know the server, the storage or what an
//! entry means: facts are bytes that were committed to. Files are reached through [`Files`], so
//! that a folder, an archive or a web server can hold them. What a bundle's records and figures
//! mean is checked one floor up, in `office`.
//!
//! Read [`leaf`] (what stands in the tree), then [`checkpoint`] (what a log says of itself), then
//! [`log::check_log`] (how the two are held against each other).

pub mod checkpoint;
mod files;
pub mod keys;
pub mod leaf;
pub mod log;
pub mod manifest;
pub mod merkle;
pub mod note;
pub mod payload;
pub mod problems;
pub mod proof;
pub mod tiles;
pub mod tree;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use files::Files;
pub use keys::{KeyUse, SignerKey, VerifierKey};
pub use leaf::Leaf;
pub use merkle::Hash;
pub use note::{Note, Signed};
pub use proof::{ConsistencyProof, InclusionProof};
pub use tree::{TileSource, Tree};
