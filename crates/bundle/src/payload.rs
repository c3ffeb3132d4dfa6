//! The payloads of a bundle: what the leaves commit to, as far as it is disclosed.
//!
//! One JSON object in a line for each entry, 65,536 lines in a file. The stored bytes of a part
//! stand as one JSON text, never as JSON within JSON, so that no reader can write them anew before
//! hashing them. What is not disclosed, or was erased, is not there: the leaf still commits to it.

use base::{Moment, Problem};
use serde::{Deserialize, Serialize};

use crate::leaf::{Leaf, NO_COMMITMENT, Part, SALT_BYTES, commitment};
use crate::problems;

/// The entries of a payload file.
pub const PAYLOADS_OF_FILE: u64 = 65_536;

/// The longest line of a payload file, in bytes: 128 MiB.
pub const PAYLOAD_BYTES_MAX: u64 = 128 << 20;

/// What is disclosed of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// The entry's position, from 1.
    pub position: u64,
    /// The stored bytes of the facts, which are UTF-8.
    pub facts: String,
    /// The salt of their commitment, in hex.
    pub facts_salt: String,
    /// The stored bytes of the private part, where it is disclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<String>,
    /// The salt of its commitment, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_salt: Option<String>,
}

/// An entry whose leaf and disclosed parts agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedEntry {
    /// What stands in the tree.
    pub leaf: Leaf,
    /// The facts.
    pub facts: Vec<u8>,
    /// The private part, where it is disclosed.
    pub private: Option<Vec<u8>>,
}

/// Where the payload of an entry lies: the file of the entry with that number, from 0.
///
/// ```
/// use bundle::payload::payload_path;
/// assert_eq!(payload_path(65_535), "payload/000000.jsonl");
/// assert_eq!(payload_path(65_536), "payload/000001.jsonl");
/// ```
pub fn payload_path(index: u64) -> String {
    format!("payload/{:06}.jsonl", index / PAYLOADS_OF_FILE)
}

impl Payload {
    /// The payload in a line without its line break.
    pub fn parse(line: &[u8]) -> Option<Payload> {
        serde_json::from_slice(line).ok()
    }

    /// The line, with its line break.
    pub fn to_line(&self) -> String {
        // A struct of texts and a number can always be written.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// Holds the payload against the leaf that stands in the tree as the entry number `index`
    /// (from 0), after one of the time `last`.
    ///
    /// # Errors
    /// The leaf is none, is another entry's or goes back in time; or a part is not what was
    /// committed to.
    pub fn open(
        self,
        index: u64,
        leaf: &[u8],
        last: Option<Moment>,
    ) -> Result<OpenedEntry, Problem> {
        let position = index + 1;
        let leaf = Leaf::from_bytes(leaf).ok_or_else(|| problems::leaf_malformed(position))?;
        if leaf.position.0 != position {
            return Err(problems::leaf_malformed(position));
        }
        if last.is_some_and(|last| leaf.time < last) {
            return Err(problems::time_went_back(position));
        }
        if self.position != position {
            return Err(problems::payload_missing(position));
        }
        if !is_committed(&leaf.facts, Part::Facts, &self.facts_salt, &self.facts) {
            return Err(problems::facts_differ(position));
        }
        match (&self.private, &self.private_salt) {
            (None, None) => {}
            (Some(private), Some(salt))
                if leaf.private != NO_COMMITMENT
                    && is_committed(&leaf.private, Part::Private, salt, private) => {}
            _ => return Err(problems::private_differs(position)),
        }
        Ok(OpenedEntry {
            leaf,
            facts: self.facts.into_bytes(),
            private: self.private.map(String::into_bytes),
        })
    }
}

fn is_committed(committed: &[u8; 32], part: Part, salt: &str, text: &str) -> bool {
    let mut bytes = [0; SALT_BYTES];
    // One way to write a salt only: in lower-case hex.
    hex::decode_to_slice(salt, &mut bytes).is_ok()
        && hex::encode(bytes) == salt
        && commitment(part, &bytes, text.as_bytes()) == *committed
}
