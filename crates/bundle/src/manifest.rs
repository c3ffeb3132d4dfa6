//! The manifest of a bundle: the hash of every file, and the log's signature over them all.
//!
//! `manifest.sha256` is what `sha256sum --check` reads. `manifest.note` is a signed note that binds
//! its hash to the checkpoint. Its first line keeps it apart from checkpoints: none can be taken
//! for the other, although one key signs both.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::Checkpoint;
use crate::merkle::Hash;

/// The list of hashes.
pub const MANIFEST: &str = "manifest.sha256";

/// What is signed over it.
pub const MANIFEST_NOTE: &str = "manifest.note";

/// The longest manifest that is read: 1 GiB, ten million files.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 30;

/// The first line of the note.
const HEAD: &str = "zhicheng bundle v1";

/// Every file with its hash, in the order of their names' bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    files: std::collections::BTreeMap<String, Hash>,
}

impl Manifest {
    /// Nothing yet.
    pub fn new() -> Manifest {
        Manifest::default()
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, hash: Hash) {
        self.files.insert(path.to_owned(), hash);
    }

    /// The hash of a file; `None` when it is not named.
    pub fn hash_of(&self, path: &str) -> Option<&Hash> {
        self.files.get(path)
    }

    /// The names and hashes, in order.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &Hash)> {
        self.files.iter().map(|(path, hash)| (path.as_str(), hash))
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// The number of the first line, from 1, that is none: not a hash, two spaces and a name, or
    /// not after the one before it.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, usize> {
        let mut manifest = Manifest::new();
        let text = std::str::from_utf8(bytes).map_err(|_| 1_usize)?;
        let mut last: Option<&str> = None;
        for (number, line) in (1_usize..).zip(text.split_inclusive('\n')) {
            let entry = line.strip_suffix('\n').and_then(|line| {
                let (encoded, path) = line.split_once("  ")?;
                let mut hash = [0; 32];
                hex::decode_to_slice(encoded, &mut hash).ok()?;
                let is_canonical = hex::encode(hash) == encoded && is_file_name(path);
                (is_canonical && last.is_none_or(|last| last < path)).then_some((path, hash))
            });
            let (path, hash) = entry.ok_or(number)?;
            last = Some(path);
            manifest.add(path, hash);
        }
        Ok(manifest)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, hash) in &self.files {
            writeln!(f, "{}  {path}", hex::encode(hash))?;
        }
        Ok(())
    }
}

/// Whether a text names a file below a folder: parts between `/`, none empty, `.` or `..`, without
/// signs that a line or a system's path gives a meaning.
pub fn is_file_name(path: &str) -> bool {
    !path.is_empty()
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.contains(|sign: char| sign.is_control() || sign == '\\')
}

/// What the log signs over a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The origin of the log.
    pub origin: String,
    /// The size of the checkpoint.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// SHA-256 of `manifest.sha256`.
    pub manifest: Hash,
}

impl Statement {
    /// The statement about a manifest with this hash beside that checkpoint.
    pub fn of(checkpoint: &Checkpoint, manifest: Hash) -> Statement {
        Statement {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: checkpoint.root,
            manifest,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{HEAD}\n{}\n{}\n{}\nsha256:{}",
            self.origin,
            self.size,
            STANDARD.encode(self.root),
            hex::encode(self.manifest)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_is_written() {
        let mut manifest = Manifest::new();
        manifest.add("tile/0/000", [1; 32]);
        manifest.add("checkpoint", [2; 32]);
        manifest.add("programme/3/城.toml", [3; 32]);
        let text = manifest.to_string();
        assert!(text.starts_with(&format!("{}  checkpoint\n", "02".repeat(32))));
        assert_eq!(Manifest::parse(text.as_bytes()), Ok(manifest));
    }

    #[test]
    fn lines_that_are_none_are_named() {
        let hash = "02".repeat(32);
        let table = [
            (format!("{hash} checkpoint\n"), 1),
            (format!("{hash}  checkpoint"), 1),
            (format!("{}  checkpoint\n", &hash[1..]), 1),
            (format!("{}  checkpoint\n", hash.replace('0', "A")), 1),
            (format!("{hash}  b\n{hash}  a\n"), 2),
            (format!("{hash}  a\n{hash}  a\n"), 2),
            (format!("{hash}  ../a\n"), 1),
            (format!("{hash}  /a\n"), 1),
            (format!("{hash}  a//b\n"), 1),
            (format!("{hash}  a\\b\n"), 1),
            (format!("{hash}  a\n\n"), 2),
        ];
        for (text, line) in table {
            assert_eq!(Manifest::parse(text.as_bytes()), Err(line), "{text:?}");
        }
        assert_eq!(Manifest::parse(b""), Ok(Manifest::new()));
    }

    #[test]
    fn a_statement_is_no_checkpoint() {
        let checkpoint = Checkpoint::new("example.org/log", 5, [7; 32]);
        let statement = Statement::of(&checkpoint, [9; 32]).to_string();
        assert_eq!(Checkpoint::parse(&statement), None);
        assert!(statement.starts_with("zhicheng bundle v1\nexample.org/log\n5\n"));
    }
}
