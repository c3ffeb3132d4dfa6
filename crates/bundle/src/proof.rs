//! Proofs as text that other tools read: an entry's inclusion as C2SP tlog-proof, and a log's
//! consistency in the form in which C2SP tlog-witness asks a witness to cosign.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::SignedCheckpoint;
use crate::merkle::{self, Hash, ProofFault};

/// The first line of an inclusion proof.
const INCLUSION_HEAD: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes of a proof: one for each level of the largest tree.
const HASHES_MAX: usize = 64;

/// That an entry stands in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The entry's number, from 0: its position less one.
    pub index: u64,
    /// The siblings on the way to the root, the nearest first.
    pub hashes: Vec<Hash>,
    /// The checkpoint that it leads to.
    pub checkpoint: SignedCheckpoint,
}

/// That a log has an earlier state of itself as its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The size of the earlier tree.
    pub old: u64,
    /// The hashes of RFC 6962 section 2.1.2.
    pub hashes: Vec<Hash>,
    /// The later checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl InclusionProof {
    /// Reads a proof; nothing of it is believed yet. Opaque `extra` data is passed over.
    pub fn parse(text: &str) -> Option<InclusionProof> {
        let rest = text.strip_prefix(INCLUSION_HEAD)?.strip_prefix('\n')?;
        let rest = match rest.strip_prefix("extra ") {
            Some(extra) => extra.split_once('\n')?.1,
            None => rest,
        };
        let (index, hashes, checkpoint) = parse_parts(rest, "index ")?;
        Some(InclusionProof {
            index,
            hashes,
            checkpoint,
        })
    }

    /// Checks that the entry with these bytes stands where the proof says, in the tree of its
    /// checkpoint. Who signed the checkpoint is another question.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, entry: &[u8]) -> Result<(), ProofFault> {
        let checkpoint = self.checkpoint.checkpoint();
        merkle::verify_inclusion(
            &merkle::leaf_hash(entry),
            self.index,
            checkpoint.size,
            &self.hashes,
            &checkpoint.root,
        )
    }
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{INCLUSION_HEAD}\nindex {}", self.index)?;
        write_parts(f, &self.hashes, &self.checkpoint)
    }
}

impl ConsistencyProof {
    /// Reads a proof; nothing of it is believed yet.
    pub fn parse(text: &str) -> Option<ConsistencyProof> {
        let (old, hashes, checkpoint) = parse_parts(text, "old ")?;
        Some(ConsistencyProof {
            old,
            hashes,
            checkpoint,
        })
    }

    /// Checks that the tree of the earlier size with this root is the beginning of the later one.
    ///
    /// # Errors
    /// It is not.
    pub fn verify(&self, old_root: &Hash) -> Result<(), ProofFault> {
        let checkpoint = self.checkpoint.checkpoint();
        merkle::verify_consistency(
            self.old,
            checkpoint.size,
            &self.hashes,
            old_root,
            &checkpoint.root,
        )
    }
}

impl fmt::Display for ConsistencyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write_parts(f, &self.hashes, &self.checkpoint)
    }
}

fn write_parts(
    f: &mut fmt::Formatter<'_>,
    hashes: &[Hash],
    checkpoint: &SignedCheckpoint,
) -> fmt::Result {
    for hash in hashes {
        writeln!(f, "{}", STANDARD.encode(hash))?;
    }
    write!(f, "\n{checkpoint}")
}

fn parse_parts(text: &str, head: &str) -> Option<(u64, Vec<Hash>, SignedCheckpoint)> {
    let (proof, checkpoint) = text.split_once("\n\n")?;
    let mut lines = proof.split('\n');
    let number = lines.next()?.strip_prefix(head)?;
    let is_decimal = number.bytes().all(|byte| byte.is_ascii_digit())
        && (number == "0" || !number.starts_with('0'));
    let mut hashes = Vec::new();
    for line in lines {
        if hashes.len() == HASHES_MAX {
            return None;
        }
        hashes.push(STANDARD.decode(line).ok()?.try_into().ok()?);
    }
    let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes()).ok()?;
    let number = number.parse().ok().filter(|_| is_decimal)?;
    Some((number, hashes, checkpoint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::keys::SignerKey;
    use crate::merkle::{consistency_proof, inclusion_proof, leaf_hash, root_of};

    fn signed(entries: &[&[u8]]) -> (Vec<Hash>, SignedCheckpoint) {
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let key = SignerKey::from_seed("example.org/log", [1; 32]).unwrap();
        let size = leaves.len() as u64;
        let checkpoint = Checkpoint::new("example.org/log", size, root_of(&leaves));
        (leaves, checkpoint.sign(&key).unwrap())
    }

    #[test]
    fn an_inclusion_proof_is_written_and_read() {
        let (leaves, checkpoint) = signed(&[b"a", b"b", b"c", b"d", b"e"]);
        let proof = InclusionProof {
            index: 3,
            hashes: inclusion_proof(&leaves, 3).unwrap(),
            checkpoint,
        };
        let text = proof.to_string();
        assert!(
            text.starts_with("c2sp.org/tlog-proof@v1\nindex 3\n"),
            "{text}"
        );
        let read = InclusionProof::parse(&text).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(b"d"), Ok(()));
        assert_eq!(read.verify(b"e"), Err(ProofFault::WrongRoot));
        let extra = text.replacen("index", "extra YQ==\nindex", 1);
        assert_eq!(InclusionProof::parse(&extra), Some(proof));
        for (found, other) in [("index 3", "index 03"), ("@v1", "@v2"), ("index", "old")] {
            assert_eq!(InclusionProof::parse(&text.replacen(found, other, 1)), None);
        }
    }

    #[test]
    fn a_log_of_one_entry_is_its_own_proof() {
        let (_, checkpoint) = signed(&[b"a"]);
        let proof = InclusionProof {
            index: 0,
            hashes: Vec::new(),
            checkpoint,
        };
        let read = InclusionProof::parse(&proof.to_string()).unwrap();
        assert_eq!(read.verify(b"a"), Ok(()));
    }

    #[test]
    fn a_consistency_proof_is_written_and_read() {
        let (leaves, checkpoint) = signed(&[b"a", b"b", b"c", b"d", b"e"]);
        let proof = ConsistencyProof {
            old: 3,
            hashes: consistency_proof(&leaves, 3).unwrap(),
            checkpoint,
        };
        let read = ConsistencyProof::parse(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(&root_of(&leaves[..3])), Ok(()));
        assert_eq!(
            read.verify(&root_of(&leaves[..2])),
            Err(ProofFault::WrongRoot)
        );
    }
}
