//! Checkpoints as in C2SP tlog-checkpoint: the note by which a log says how far it reaches.
//!
//! Three lines: the origin (which log), the size, the root in base64. Whoever keeps one can hold
//! the log to it for ever: a later tree either has this one as its beginning or is another history.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::{SignerKey, VerifierKey};
use crate::merkle::{Hash, SIZE_MAX};
use crate::note::{Note, NoteFault, Signed};

/// What a log says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: unique, for good.
    pub origin: String,
    /// The number of entries, which is the position of the last one.
    pub size: u64,
    /// The root of the Merkle tree over their leaves.
    pub root: Hash,
    /// Further lines, which this software neither writes nor understands.
    pub extensions: Vec<String>,
}

/// A checkpoint with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why something is no signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckpointFault {
    /// As a note.
    Note(NoteFault),
    /// Its text is no checkpoint's.
    Text,
}

impl CheckpointFault {
    /// In Chinese.
    pub fn zh(&self) -> String {
        match self {
            CheckpointFault::Note(fault) => fault.zh(),
            CheckpointFault::Text => "正文不是“来源、条数、树根”三行".to_owned(),
        }
    }
}

impl fmt::Display for CheckpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckpointFault::Note(fault) => fault.fmt(f),
            CheckpointFault::Text => {
                f.write_str("its text is not the three lines origin, size and root")
            }
        }
    }
}

impl std::error::Error for CheckpointFault {}

impl From<NoteFault> for CheckpointFault {
    fn from(fault: NoteFault) -> CheckpointFault {
        CheckpointFault::Note(fault)
    }
}

impl Checkpoint {
    /// A checkpoint without further lines.
    pub fn new(origin: &str, size: u64, root: Hash) -> Checkpoint {
        Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// Reads the text of a checkpoint.
    ///
    /// ```
    /// use bundle::checkpoint::Checkpoint;
    /// let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    /// let checkpoint = Checkpoint::parse(text).unwrap();
    /// assert_eq!(checkpoint.size, 20_852_163);
    /// assert_eq!(checkpoint.to_string(), text);
    /// ```
    pub fn parse(text: &str) -> Option<Checkpoint> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next()?;
        let size = lines.next()?;
        let is_decimal = size.bytes().all(|byte| byte.is_ascii_digit())
            && (size == "0" || !size.starts_with('0'));
        let size = size.parse().ok().filter(|size| *size <= SIZE_MAX)?;
        let root = STANDARD.decode(lines.next()?).ok()?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        let is_whole = is_decimal
            && !origin.is_empty()
            && extensions.iter().all(|extension| !extension.is_empty());
        is_whole.then_some(Checkpoint {
            origin: origin.to_owned(),
            size,
            root: root.try_into().ok()?,
            extensions,
        })
    }

    /// Signs it.
    ///
    /// # Errors
    /// The origin has signs that no note can hold.
    pub fn sign(self, key: &SignerKey) -> Result<SignedCheckpoint, CheckpointFault> {
        let note = Note::sign(&self.to_string(), key)?;
        SignedCheckpoint::of(note)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )?;
        for line in &self.extensions {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint; no signature is believed yet.
    ///
    /// # Errors
    /// It is no note, or its text is no checkpoint's.
    pub fn parse(bytes: &[u8]) -> Result<SignedCheckpoint, CheckpointFault> {
        SignedCheckpoint::of(Note::parse(bytes)?)
    }

    fn of(note: Note) -> Result<SignedCheckpoint, CheckpointFault> {
        let checkpoint = Checkpoint::parse(note.text()).ok_or(CheckpointFault::Text)?;
        Ok(SignedCheckpoint { checkpoint, note })
    }

    /// What it says. Whether someone signed that is for [`SignedCheckpoint::verify`] to tell.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with every signature.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The signatures of these keys, see [`Note::verify`].
    ///
    /// # Errors
    /// A known key did not make the signature in its name, or none has signed.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteFault> {
        self.note.verify(keys)
    }

    /// Takes over the signatures of the same checkpoint; `false` when it is another one.
    pub fn join(&mut self, other: &SignedCheckpoint) -> bool {
        self.note.join(&other.note)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_no_checkpoint() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        let good = format!("o\n1\n{root}\n");
        assert!(Checkpoint::parse(&good).is_some());
        let extended = format!("{good}more\n");
        assert_eq!(Checkpoint::parse(&extended).unwrap().to_string(), extended);
        let table = [
            String::new(),
            "o\n1\n".to_owned(),
            format!("o\n1\n{root}"),
            format!("\n1\n{root}\n"),
            format!("o\n01\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n\n{root}\n"),
            format!("o\n9223372036854775808\n{root}\n"),
            format!("o\n1\n{root}\n\n"),
            format!("o\n1\n{}\n", &root[..40]),
            format!("o\n1\n{}\n", root.trim_end_matches('=')),
        ];
        for text in table {
            assert_eq!(Checkpoint::parse(&text), None, "{text:?}");
        }
    }
}
