//! Changing the key or the origin of a log: an entry that the old key has signed for.
//!
//! The old private key is removed once the entry is durable: from then on it can only do harm. When
//! it was lost or stolen there is no signature of it to have, and the entry says so by lacking one.

use base::{Position, Problem};
use bundle::{Note, SignedCheckpoint};

use super::chain::{KeyLink, Statement};
use super::{last_signed, problems};
use crate::authority::Granted;
use crate::entry::{KeyFacts, Kind, Private};
use crate::folder::{Command, Office, new_origin};

/// What happened to the old key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldKey {
    /// It is there and signs for its successor.
    Signs,
    /// It is lost, or no longer trusted: its successor comes without its word.
    Lost,
}

impl Office {
    /// Puts a new key in force; a log that was founded without one gets its first.
    ///
    /// # Errors
    /// Who acts may not; no reason is given; the old key is not there and was not said to be lost;
    /// the log is not what it signed before.
    pub fn rotate_key(&mut self, old: OldKey, reason: &str) -> Result<KeyLink, Problem> {
        self.authorise(Granted::Key)?;
        self.follow_key(None, old, None, reason)
    }

    /// Puts a new origin in force, with a key of its own: for a log that was restored from an older
    /// copy and lacks what was signed since. The entry names the old origin and the last checkpoint
    /// that is known of it, so that anyone can see which history ends where.
    ///
    /// # Errors
    /// As [`Office::rotate_key`]; but that the log is shorter than what it signed is what this is for.
    pub fn renew_origin(
        &mut self,
        old: OldKey,
        last_known: Option<&SignedCheckpoint>,
        reason: &str,
    ) -> Result<KeyLink, Problem> {
        self.authorise(Granted::Key)?;
        self.renew_restored(old, last_known, reason)
    }

    /// As [`Office::renew_origin`], for a folder that was just brought back: whoever could do that has
    /// the whole log in hand, and it must not sign under its old origin whatever role may change keys.
    pub(crate) fn renew_restored(
        &mut self,
        old: OldKey,
        last_known: Option<&SignedCheckpoint>,
        reason: &str,
    ) -> Result<KeyLink, Problem> {
        let origin = new_origin(&*self.programme()?, self.nature())?;
        self.follow_key(Some(origin), old, last_known, reason)
    }

    fn follow_key(
        &mut self,
        origin: Option<String>,
        old: OldKey,
        last_known: Option<&SignedCheckpoint>,
        reason: &str,
    ) -> Result<KeyLink, Problem> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(crate::problems::reason_missing());
        }
        let chain = self.keys()?;
        let files = self.key_files();
        let lock = files.lock()?;
        let known = match &origin {
            None => last_signed(self.ledger(), &files, &chain)?,
            // The newest that is known, whether or not this log still reaches it.
            Some(_) => last_known
                .cloned()
                .or_else(|| files.signed().ok().flatten().and_then(Result::ok)),
        };
        let current = chain.current().cloned();
        let signs_as = origin.clone().unwrap_or_else(|| chain.origin().to_owned());
        let private = match (&current, old) {
            (Some(link), OldKey::Signs) => Some(files.private(&link.key)?.ok_or_else(|| {
                problems::private_key_missing(files.private_path(&link.key).display())
            })?),
            _ => None,
        };
        let new = files.create(&signs_as)?;
        let endorsement = match (&private, &current) {
            (Some(private), Some(link)) => {
                let head = self.ledger().head()?;
                let statement = Statement {
                    origin: &link.origin,
                    size: head.size,
                    root: head.root,
                    old: &link.key,
                    new: &new.verifier(),
                    new_origin: &signs_as,
                };
                let note = Note::sign(&statement.text(), private)
                    .map_err(|fault| problems::cannot_sign(fault.zh(), &fault))?;
                Some(note.to_string())
            }
            _ => None,
        };
        let facts = KeyFacts {
            verifier_key: new.verifier().to_string(),
            replaces: current.as_ref().map(|link| link.key.to_string()),
            endorsement,
            former_origin: origin.as_ref().map(|_| chain.origin().to_owned()),
            last_known: known
                .filter(|_| origin.is_some())
                .map(|signed| signed.to_string()),
            origin,
            reason: Some(reason.to_owned()),
        };
        let command = Command::new(Kind::Key, &facts, &Private::default())?;
        let heads = match self.append(vec![command], &[]) {
            Ok(heads) => heads,
            Err(problem) => {
                // A key that no entry names must not lie about.
                files.remove(&new.verifier())?;
                return Err(problem);
            }
        };
        if let Some(link) = &current {
            files.remove(&link.key)?;
        }
        drop(lock);
        let at = heads.last().map_or(Position(0), |head| head.position);
        self.keys()?.at(at).cloned().ok_or_else(problems::no_key)
    }
}
