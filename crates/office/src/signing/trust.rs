//! What a verifier brings along: keys that it knows, checkpoints that it kept.
//!
//! A log can always agree with itself. What proves something to an outsider is a key or a checkpoint
//! that came to it on another way.

use base::{Position, Problem};
use bundle::{Hash, KeyUse, SignedCheckpoint, VerifierKey};

use super::chain::KeyChain;
use super::problems;

/// What is known from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// A key of the log; without one nothing is proved about who signed.
    pub key: Option<VerifierKey>,
    /// Keys of witnesses.
    pub witnesses: Vec<VerifierKey>,
    /// A checkpoint that was kept.
    pub against: Option<SignedCheckpoint>,
}

/// How a kept checkpoint stands to what was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// It is the very state.
    Equal,
    /// The log has grown since, and the kept state is its beginning.
    Grown(Position),
}

/// Gives the root of the tree over an earlier size.
pub(crate) type RootAt<'a> = &'a mut dyn FnMut(Position) -> Result<Hash, Problem>;

/// Whether every step of the chain was endorsed over this history and no other.
///
/// # Errors
/// O620: one was not.
pub(crate) fn check_endorsements(chain: &KeyChain, root_at: RootAt<'_>) -> Result<(), Problem> {
    for link in chain.links() {
        if let Some((size, root)) = link.said_at
            && root_at(size)? != root
        {
            return Err(problems::endorsed_other_tree(link.at));
        }
    }
    Ok(())
}

impl Trust {
    /// Holds a key that is known against the chain: the key that signs for `size` must be that key,
    /// or follow from it by endorsed steps.
    ///
    /// # Errors
    /// O607: it does not.
    pub(crate) fn check_key(&self, chain: &KeyChain, size: Position) -> Result<(), Problem> {
        let Some(pinned) = &self.key else {
            return Ok(());
        };
        let links = chain.links();
        let signs = links.iter().rposition(|link| link.at <= size);
        let known = links.iter().position(|link| link.key == *pinned);
        match (known, signs) {
            (Some(known), Some(signs)) if chain.is_endorsed_way(known, signs) => Ok(()),
            _ => Err(problems::other_key(pinned)),
        }
    }

    /// Whether every witness that is known has cosigned the checkpoint.
    ///
    /// # Errors
    /// O618: one has not. O617: there is no checkpoint to cosign.
    pub(crate) fn check_witnesses(&self, signed: Option<&SignedCheckpoint>) -> Result<(), Problem> {
        for witness in &self.witnesses {
            if witness.purpose() != KeyUse::Cosignature {
                return Err(problems::not_a_witness(witness));
            }
            signed
                .ok_or_else(problems::never_signed)?
                .verify(std::slice::from_ref(witness))
                .map_err(|fault| problems::cosignature_wrong(witness.name(), fault.zh(), &fault))?;
        }
        Ok(())
    }

    /// Holds a kept checkpoint against a log of `size` entries; `root_at` gives the root of an
    /// earlier size.
    ///
    /// # Errors
    /// It is of another log, of more entries, of another history, or signed by none of the log's
    /// keys (then it is worth nothing as evidence).
    pub(crate) fn check_against(
        &self,
        chain: &KeyChain,
        size: Position,
        root_at: RootAt<'_>,
    ) -> Result<Option<Against>, Problem> {
        let Some(kept) = &self.against else {
            return Ok(None);
        };
        let known = kept.checkpoint();
        if !chain.has_origin(&known.origin) {
            return Err(bundle::problems::other_log(&known.origin, chain.origin()));
        }
        chain.has_signed("--against", kept)?;
        if known.size > size.0 {
            return Err(bundle::problems::log_shorter(size, known.size));
        }
        if root_at(Position(known.size))? != known.root {
            return Err(bundle::problems::log_forked(known.size));
        }
        Ok(Some(if known.size == size.0 {
            Against::Equal
        } else {
            Against::Grown(Position(known.size))
        }))
    }
}
