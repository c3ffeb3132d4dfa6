//! Fresh random bytes from the operating system, fetched in blocks because a group of entries
//! needs many salts and a system call for each would cost more than hashing them.

use crate::leaf::SALT_BYTES;
use crate::problems;
use base::Problem;

const BLOCK_BYTES: usize = 4096;

/// A source of salts. No salt is given twice.
pub struct Salts {
    unused: Vec<u8>,
}

impl Salts {
    /// A new source.
    pub fn new() -> Salts {
        Salts { unused: Vec::new() }
    }

    /// The next salt.
    pub(crate) fn next(&mut self) -> Result<[u8; SALT_BYTES], Problem> {
        if self.unused.is_empty() {
            self.unused = vec![0; BLOCK_BYTES];
            fill(&mut self.unused)?;
        }
        let mut salt = [0; SALT_BYTES];
        // BLOCK_BYTES is a multiple of SALT_BYTES, so what is left is always enough.
        let rest = self.unused.len() - SALT_BYTES;
        salt.copy_from_slice(&self.unused[rest..]);
        self.unused[rest..].fill(0);
        self.unused.truncate(rest);
        Ok(salt)
    }
}

impl Default for Salts {
    fn default() -> Salts {
        Salts::new()
    }
}

/// Fills `bytes` with randomness from the operating system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(bytes).map_err(problems::no_randomness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_salt_comes_twice() {
        let mut salts = Salts::new();
        let drawn: BTreeSet<_> = (0..1000).map(|_| salts.next().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        assert!(!drawn.contains(&[0; SALT_BYTES]));
    }
}
