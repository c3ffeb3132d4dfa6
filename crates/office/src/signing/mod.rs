//! What the log says to outsiders: signed checkpoints, and the keys that sign them.
//!
//! The private key lies in the folder `keys/` of the data folder, outside the ledger; the public one
//! stands in the log, and so does every change of it ([`chain`]). A log never signs two histories:
//! before it signs, it holds its tree against the last checkpoint that it signed, which is kept in
//! two places ([`files`] and the ledger). Read [`Office::checkpoint`] first.

pub mod chain;
pub mod files;
pub mod problems;
pub mod rotate;
pub mod trust;

use base::{Position, Problem};
use bundle::{
    Checkpoint, ConsistencyProof, InclusionProof, KeyUse, Note, SignedCheckpoint, VerifierKey,
};
use ledger::{Head, Ledger};

use crate::folder::Office;
use crate::spaces;
use chain::{KeyChain, KeyLink};
use files::KeyFiles;

pub use trust::Trust;

impl Office {
    /// The keys of this log, from its first to the one that signs now.
    ///
    /// # Errors
    /// The ledger cannot be read, or what it says of keys does not hold together.
    pub fn keys(&self) -> Result<KeyChain, Problem> {
        keys_of(self.ledger())
    }

    /// The files of this folder's keys.
    pub fn key_files(&self) -> KeyFiles {
        KeyFiles::at(self.dir())
    }

    /// The signed checkpoint of the log as this office sees it: the entries up to its position,
    /// which are durable. The same position gives the same note, with every cosignature that was
    /// added to it.
    ///
    /// # Errors
    /// The log has no key, its private key is not there, or the log is not what it signed before.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, Problem> {
        self.checkpoint_at(self.position())
    }

    /// The same for the first `size` entries, which the current key must already have signed for.
    ///
    /// # Errors
    /// As [`Office::checkpoint`]; or the log is shorter.
    pub fn checkpoint_at(&self, size: Position) -> Result<SignedCheckpoint, Problem> {
        let chain = self.keys()?;
        let link = chain.at(size).ok_or_else(problems::no_key)?;
        let files = self.key_files();
        let lock = files.lock()?;
        let last = last_signed(self.ledger(), &files, &chain)?;
        if let Some(last) = &last
            && last.checkpoint().size == size.0
            && last.checkpoint().origin == link.origin
            && last.verify(std::slice::from_ref(&link.key)).is_ok()
        {
            return Ok(last.clone());
        }
        let key = files.private(&link.key)?.ok_or_else(|| {
            problems::private_key_missing(files.private_path(&link.key).display())
        })?;
        let root = self.ledger().root_at(size)?;
        let signed = Checkpoint::new(&link.origin, size.0, root)
            .sign(&key)
            .map_err(|fault| problems::cannot_sign(fault.zh(), &fault))?;
        // An older state may be shown again, but what the log is held to is the newest.
        let is_newest = last.is_none_or(|last| {
            last.checkpoint().size <= size.0 || last.checkpoint().origin != link.origin
        });
        if is_newest {
            files.keep_signed(&signed)?;
            self.ledger().keep_signed(&signed.to_string())?;
        }
        drop(lock);
        Ok(signed)
    }

    /// Takes a witness's cosignature of the last signed checkpoint into the folder.
    ///
    /// # Errors
    /// It is a cosignature of another checkpoint, or not one of this witness.
    pub fn add_cosignature(
        &self,
        cosigned: &SignedCheckpoint,
        witness: &VerifierKey,
    ) -> Result<SignedCheckpoint, Problem> {
        if witness.purpose() != KeyUse::Cosignature {
            return Err(problems::not_a_witness(witness));
        }
        let files = self.key_files();
        let _lock = files.lock()?;
        let chain = self.keys()?;
        let mut signed =
            last_signed(self.ledger(), &files, &chain)?.ok_or_else(problems::never_signed)?;
        cosigned
            .verify(std::slice::from_ref(witness))
            .map_err(|fault| problems::cosignature_wrong(witness.name(), fault.zh(), &fault))?;
        if !signed.join(cosigned) {
            return Err(problems::cosigned_other(
                cosigned.checkpoint().size,
                signed.checkpoint().size,
            ));
        }
        // The witness first, so that each cosignature that is kept can be held against its key.
        files.add_witness(witness)?;
        files.keep_signed(&signed)?;
        self.ledger().keep_signed(&signed.to_string())?;
        Ok(signed)
    }

    /// The proof that an entry stands in the tree of a checkpoint; of the present one when none is
    /// given.
    ///
    /// # Errors
    /// The checkpoint is not one of this log, or does not include the entry.
    pub fn prove_inclusion(
        &self,
        entry: Position,
        checkpoint: Option<SignedCheckpoint>,
    ) -> Result<InclusionProof, Problem> {
        let checkpoint = match checkpoint {
            Some(checkpoint) => checkpoint,
            None => self.checkpoint()?,
        };
        self.is_of_this_log(&checkpoint)?;
        let size = Position(checkpoint.checkpoint().size);
        Ok(InclusionProof {
            hashes: self.ledger().inclusion_proof(entry, size)?,
            index: entry.0.saturating_sub(1),
            checkpoint,
        })
    }

    /// The proof that the first `old` entries are the beginning of a checkpoint's; of the present
    /// one when none is given.
    ///
    /// # Errors
    /// The checkpoint is not one of this log, or is smaller.
    pub fn prove_consistency(
        &self,
        old: Position,
        checkpoint: Option<SignedCheckpoint>,
    ) -> Result<ConsistencyProof, Problem> {
        let checkpoint = match checkpoint {
            Some(checkpoint) => checkpoint,
            None => self.checkpoint()?,
        };
        self.is_of_this_log(&checkpoint)?;
        let size = Position(checkpoint.checkpoint().size);
        Ok(ConsistencyProof {
            hashes: self.ledger().consistency_proof(old, size)?,
            old: old.0,
            checkpoint,
        })
    }

    /// Whether a checkpoint names a state of this log.
    ///
    /// # Errors
    /// It names another log, more than this log has, or another history.
    pub fn is_of_this_log(&self, signed: &SignedCheckpoint) -> Result<(), Problem> {
        let head = self.ledger().head()?;
        is_state_of(self.ledger(), &head, &self.keys()?, signed.checkpoint())
    }
}

/// The keys of a log, as its state lists the entries that speak of them.
///
/// # Errors
/// As [`Office::keys`].
pub(crate) fn keys_of(ledger: &Ledger) -> Result<KeyChain, Problem> {
    let mut chain = KeyChain::new(ledger.origin());
    let state = ledger.state()?;
    let mut positions = Vec::new();
    for row in state.scan(spaces::KEY, &[]) {
        let key = row?.key;
        positions.extend(<[u8; 8]>::try_from(key).map(u64::from_be_bytes));
    }
    drop(state);
    for position in positions {
        let entry = ledger.entry(Position(position))?;
        chain.take(entry.position, entry.kind, &entry.facts)?;
    }
    Ok(chain)
}

/// Whether a checkpoint names a state of the log.
///
/// # Errors
/// As [`Office::is_of_this_log`].
pub(crate) fn is_state_of(
    ledger: &Ledger,
    head: &Head,
    chain: &KeyChain,
    known: &Checkpoint,
) -> Result<(), Problem> {
    if !chain.has_origin(&known.origin) {
        return Err(bundle::problems::other_log(&known.origin, chain.origin()));
    }
    if known.size > head.size.0 {
        return Err(bundle::problems::log_shorter(head.size, known.size));
    }
    if ledger.root_at(Position(known.size))? != known.root {
        return Err(bundle::problems::log_forked(known.size));
    }
    Ok(())
}

/// The newest checkpoint that this log has signed, as its two keepers have it, held against the
/// tree; `None` when there is none of the present origin.
pub(crate) fn last_signed(
    ledger: &Ledger,
    files: &KeyFiles,
    chain: &KeyChain,
) -> Result<Option<SignedCheckpoint>, Problem> {
    let head = ledger.head()?;
    let in_ledger = ledger
        .last_signed()?
        .map(|text| ("ledger: signed", SignedCheckpoint::parse(text.as_bytes())));
    let in_files = files.signed()?.map(|parsed| ("keys/signed", parsed));
    let mut newest: Option<SignedCheckpoint> = None;
    for (place, parsed) in in_files.into_iter().chain(in_ledger) {
        let signed = parsed.map_err(|fault| problems::signed_damaged(place, fault.zh(), &fault))?;
        let checkpoint = signed.checkpoint();
        chain.has_signed(place, &signed)?;
        if checkpoint.origin != chain.origin() {
            // Signed before the origin was renewed: that is what it was renewed for.
            continue;
        }
        if checkpoint.size > head.size.0 {
            return Err(problems::signed_more(checkpoint.size, head.size));
        }
        if ledger.root_at(Position(checkpoint.size))? != checkpoint.root {
            return Err(problems::signed_other(checkpoint.size));
        }
        // Of two notes of one state, that in the folder comes first: it has the cosignatures.
        if newest
            .as_ref()
            .is_none_or(|found| found.checkpoint().size < checkpoint.size)
        {
            newest = Some(signed);
        }
    }
    Ok(newest)
}

/// Holds the folder of keys against the log: every file in it is what was written, as far as that can be known.
/// What is no damage and should be known is given back: the key that signs is not here.
///
/// # Errors
/// The first file that is damaged, named.
pub(crate) fn check_files(
    ledger: &Ledger,
    files: &KeyFiles,
    chain: &KeyChain,
) -> Result<Option<Problem>, Problem> {
    let witnesses = files.witnesses()?;
    let in_files = files.signed()?.and_then(Result::ok);
    let in_ledger = ledger.last_signed()?;
    let in_ledger = in_ledger.and_then(|text| SignedCheckpoint::parse(text.as_bytes()).ok());
    let keys: Vec<VerifierKey> = chain.links().iter().map(|link| link.key.clone()).collect();
    let known = [witnesses, keys].concat();
    if let Some(signed) = &in_files {
        every_signature_is_known("keys/signed", signed, None, &known)?;
    }
    // Where the folder of keys was lost, the ledger's copy may bear a witness's word that nobody knows here.
    if let (Some(kept), Some(signed)) = (&in_ledger, &in_files)
        && kept.note().text() == signed.note().text()
    {
        every_signature_is_known("ledger: signed", kept, Some(signed), &known)?;
    }
    let Some(link) = chain.current() else {
        return Ok(None);
    };
    match files.private(&link.key) {
        Ok(Some(_)) => Ok(None),
        Ok(None) => Ok(Some(problems::cannot_sign_here(
            files.private_path(&link.key).display(),
        ))),
        // Only its owner can read it; whoever else verifies learns so.
        Err(problem) if problem.code == "O614" => Ok(Some(problem)),
        Err(problem) => Err(problem),
    }
}

/// Every signature of a note is one of a key that is known, or stands in the other copy of it too.
fn every_signature_is_known(
    place: &str,
    signed: &SignedCheckpoint,
    other: Option<&SignedCheckpoint>,
    known: &[VerifierKey],
) -> Result<(), Problem> {
    let text = signed.note().text();
    for line in signed.note().signatures() {
        let is_its = |key: &&VerifierKey| key.name() == line.name && key.id() == line.key_id;
        let is_good = |key: &VerifierKey| key.verify(text, &line.signature).is_some();
        let is_in_other = other.is_some_and(|other| other.note().signatures().contains(line));
        if !is_in_other && !known.iter().find(is_its).is_some_and(is_good) {
            return Err(problems::cosignatures_damaged(place, &line.name));
        }
    }
    Ok(())
}

/// The link that a fresh folder begins with.
pub(crate) fn first_link(key: VerifierKey, origin: &str) -> KeyLink {
    KeyLink {
        at: Position(1),
        key,
        origin: origin.to_owned(),
        is_endorsed: true,
        said_at: None,
        reason: None,
    }
}

/// The text of a note that was given by an outsider, as a checkpoint.
///
/// # Errors
/// V106: it is none.
pub fn read_checkpoint(name: &str, bytes: &[u8]) -> Result<SignedCheckpoint, Problem> {
    SignedCheckpoint::parse(bytes)
        .map_err(|fault| bundle::problems::not_a_checkpoint(name, fault.zh(), &fault))
}

/// Reads a note that must bear a signature of this key.
pub(crate) fn signed_by(note: &str, key: &VerifierKey) -> Option<Note> {
    let note = Note::parse(note.as_bytes()).ok()?;
    note.verify(std::slice::from_ref(key)).ok()?;
    Some(note)
}
