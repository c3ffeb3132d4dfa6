//! The keys of a log as its entries tell them: the first, each that followed, and whether the one
//! before it agreed.
//!
//! A key is followed by another in an entry ([`Kind::Key`]), with a statement that the old key has
//! signed. The statement's first line keeps it apart from checkpoints and manifests, which the same
//! key signs. Whoever trusts one key of the chain can follow it to the next, as long as each step is
//! endorsed. It needs nothing but entries, so a bundle is followed the same way.

use std::fmt::Write as _;

use base::{Position, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bundle::{Hash, SignedCheckpoint, VerifierKey};

use super::{problems, signed_by};
use crate::entry::{FoundedFacts, KeyFacts, Kind};

/// The first line of a statement about keys.
const HEAD: &str = "zhicheng key v1";

/// A key and since when it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLink {
    /// The entry that made it known; it signs for this and later positions.
    pub at: Position,
    /// It.
    pub key: VerifierKey,
    /// The origin under which it signs.
    pub origin: String,
    /// Whether the key before it has signed for it. A log's first key needs no other.
    pub is_endorsed: bool,
    /// The size and root of the tree over which that was signed.
    pub said_at: Option<(Position, Hash)>,
    /// Why it followed.
    pub reason: Option<String>,
}

/// All keys of a log, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChain {
    founded_as: String,
    links: Vec<KeyLink>,
}

/// What the old key signs when another follows.
pub(crate) struct Statement<'a> {
    pub origin: &'a str,
    pub size: Position,
    pub root: Hash,
    pub old: &'a VerifierKey,
    pub new: &'a VerifierKey,
    pub new_origin: &'a str,
}

impl Statement<'_> {
    /// Its text: `zhicheng key v1`, then origin, size, root, old key, new key and new origin.
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}\n{}\n{}\n", self.origin, self.size);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{}\n{}\n{}\n{}\n",
            STANDARD.encode(self.root),
            self.old,
            self.new,
            self.new_origin
        );
        text
    }
}

impl KeyChain {
    /// The chain of a log that was founded under that origin; it has no key yet.
    pub fn new(origin: &str) -> KeyChain {
        KeyChain {
            founded_as: origin.to_owned(),
            links: Vec::new(),
        }
    }

    /// Takes the next entry; those that say nothing of keys are passed over.
    ///
    /// # Errors
    /// O604 to O606: the entry names another key than the one that signs, what the old key signed
    /// is another statement, or the new key bears another name than the log.
    pub fn take(&mut self, at: Position, kind: u16, facts: &[u8]) -> Result<(), Problem> {
        let unreadable = |error| crate::problems::unreadable_entry(at.0, error);
        let link = match Kind::from_number(kind) {
            Some(Kind::Founded) => {
                let founded: FoundedFacts = serde_json::from_slice(facts).map_err(unreadable)?;
                self.founded_as.clone_from(&founded.origin);
                let Some(key) = &founded.verifier_key else {
                    return Ok(());
                };
                super::first_link(parse_key(at, key)?, &founded.origin)
            }
            Some(Kind::Key) => {
                let facts: KeyFacts = serde_json::from_slice(facts).map_err(unreadable)?;
                self.follow(at, &facts)?
            }
            _ => return Ok(()),
        };
        if link.key.name() != link.origin {
            return Err(problems::key_of_other_log(
                at,
                link.key.name(),
                &link.origin,
            ));
        }
        self.links.push(link);
        Ok(())
    }

    fn follow(&self, at: Position, facts: &KeyFacts) -> Result<KeyLink, Problem> {
        let current = self.current();
        let old = current.map(|link| link.key.to_string());
        let is_next = facts.replaces == old
            && facts.former_origin.as_deref() == facts.origin.as_ref().map(|_| self.origin());
        if !is_next {
            return Err(problems::key_out_of_order(at));
        }
        let new = parse_key(at, &facts.verifier_key)?;
        let origin = facts.origin.as_deref().unwrap_or(self.origin());
        let mut said_at = None;
        if let (Some(note), Some(current)) = (&facts.endorsement, current) {
            let said = signed_by(note, &current.key)
                .and_then(|note| said_in(note.text(), current, &new, origin));
            let (size, root) = said.ok_or_else(|| problems::endorsement_wrong(at))?;
            if size >= at {
                return Err(problems::endorsement_wrong(at));
            }
            said_at = Some((size, root));
        }
        Ok(KeyLink {
            at,
            key: new,
            origin: origin.to_owned(),
            is_endorsed: said_at.is_some() || current.is_none(),
            said_at,
            reason: facts.reason.clone(),
        })
    }

    /// The keys, oldest first.
    pub fn links(&self) -> &[KeyLink] {
        &self.links
    }

    /// The key that signs now.
    pub fn current(&self) -> Option<&KeyLink> {
        self.links.last()
    }

    /// The key that signs for the first `size` entries.
    pub fn at(&self, size: Position) -> Option<&KeyLink> {
        self.links.iter().rev().find(|link| link.at <= size)
    }

    /// The origin under which the log signs now.
    pub fn origin(&self) -> &str {
        self.current()
            .map_or(self.founded_as.as_str(), |link| link.origin.as_str())
    }

    /// Whether the log signs or signed under that origin.
    pub fn has_origin(&self, origin: &str) -> bool {
        self.founded_as == origin || self.links.iter().any(|link| link.origin == origin)
    }

    /// Whether `later`, a link's number, follows from `earlier` by endorsed steps only.
    pub(crate) fn is_endorsed_way(&self, earlier: usize, later: usize) -> bool {
        earlier <= later
            && self
                .links
                .iter()
                .take(later + 1)
                .skip(earlier + 1)
                .all(|link| link.is_endorsed)
    }

    /// Holds the signature of a checkpoint of this log against the key that signed then.
    ///
    /// # Errors
    /// O603: another key has signed, or none.
    pub(crate) fn has_signed(&self, place: &str, signed: &SignedCheckpoint) -> Result<(), Problem> {
        let checkpoint = signed.checkpoint();
        let keys: Vec<VerifierKey> = self
            .links
            .iter()
            .filter(|link| link.origin == checkpoint.origin)
            .map(|link| link.key.clone())
            .collect();
        signed
            .verify(&keys)
            .map(drop)
            .map_err(|fault| problems::signed_damaged(place, fault.zh(), &fault))
    }
}

/// The size and root in a statement that says exactly that `new` follows `old`.
fn said_in(
    text: &str,
    old: &KeyLink,
    new: &VerifierKey,
    new_origin: &str,
) -> Option<(Position, Hash)> {
    let mut lines = text.lines().skip(2);
    let size = Position(lines.next()?.parse().ok()?);
    let root: Hash = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
    let expected = Statement {
        origin: &old.origin,
        size,
        root,
        old: &old.key,
        new,
        new_origin,
    };
    (expected.text() == text).then_some((size, root))
}

fn parse_key(at: Position, text: &str) -> Result<VerifierKey, Problem> {
    VerifierKey::parse(text).ok_or_else(|| {
        crate::problems::unreadable_entry(
            at.0,
            bundle::problems::not_a_key(text).what(base::Lang::En),
        )
    })
}
