//! Passwords: what is accepted, and Argon2id (RFC 9106, the second recommended choice of its section
//! 4 with less memory: 19 MiB, two passes, one lane, the OWASP minimum), because an office's server
//! is small and 50 people sign in at nine o'clock.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base::Problem;

use crate::problems;

/// Fewest characters of a password (NIST SP 800-63B: at least 8).
pub const LENGTH_MIN: usize = 8;
/// Most characters: a limit on what is hashed.
pub const LENGTH_MAX: usize = 128;
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// The commonest passwords of eight characters and more in published lists of leaked ones.
const COMMON: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11111111",
    "00000000",
    "88888888",
    "66666666",
    "password",
    "password1",
    "qwertyuiop",
    "1qaz2wsx",
    "q1w2e3r4",
    "abc12345",
    "a1234567",
    "a12345678",
    "aa123456",
    "asd123456",
    "zxcvbnm123",
    "iloveyou",
    "5201314520",
    "1314520520",
    "woaini1314",
    "admin123",
    "administrator",
    "qwer1234",
    "1q2w3e4r",
    "123123123",
    "147258369",
    "112233445566",
    "p@ssw0rd",
    "passw0rd",
    "zhicheng",
    "12341234",
];

/// The signs of a password that is made here: none that are taken for others.
const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// A random password of 79 bits, in groups that can be read aloud. It is to be changed at once.
///
/// # Errors
/// There is no randomness.
pub fn generate() -> Result<String, Problem> {
    let mut text = String::with_capacity(19);
    while text.len() < 19 {
        if text.len() % 5 == 4 {
            text.push('-');
        }
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte).map_err(problems::no_randomness)?;
        // Bytes beyond the last whole round would favour the first signs.
        let [byte] = byte;
        let index = usize::from(byte);
        if index < SIGNS.len() * (256 / SIGNS.len())
            && let Some(sign) = SIGNS.get(index % SIGNS.len())
        {
            text.push(char::from(*sign));
        }
    }
    Ok(text)
}

fn hasher() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(problems::cannot_hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a password may be taken for that login.
///
/// # Errors
/// It is too short, too long, among the commonest, or the login itself.
pub fn check(login: &str, password: &str) -> Result<(), Problem> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    if length < LENGTH_MIN {
        Err(problems::password_too_short(LENGTH_MIN))
    } else if length > LENGTH_MAX {
        Err(problems::password_too_long(LENGTH_MAX))
    } else if lower == login.to_lowercase() || COMMON.contains(&lower.as_str()) {
        Err(problems::password_is_common())
    } else {
        Ok(())
    }
}

/// The password's hash as text (PHC), with a salt of its own.
///
/// # Errors
/// No memory or no randomness.
pub fn hash(password: &str) -> Result<String, Problem> {
    let hashed = hasher()?
        .hash_password(password.as_bytes())
        .map_err(problems::cannot_hash)?;
    Ok(hashed.to_string())
}

/// Whether the password is the one of that hash. Takes as long for `None`, an account without a
/// password or no account, so that the time tells nothing.
pub fn is_right(password: &str, hashed: Option<&str>) -> bool {
    let Ok(hasher) = hasher() else { return false };
    let cut: String = password.chars().take(LENGTH_MAX + 1).collect();
    match hashed.and_then(|text| PasswordHash::new(text).ok()) {
        Some(known) => hasher.verify_password(cut.as_bytes(), &known).is_ok(),
        None => {
            let _ = hasher.hash_password(cut.as_bytes());
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_made_here_is_long_and_never_the_same() {
        let (one, other) = (generate().expect("made"), generate().expect("made"));
        assert_ne!(one, other);
        for text in [one, other] {
            assert_eq!(text.len(), 19, "{text}");
            assert_eq!(
                text.split('-').map(str::len).collect::<Vec<_>>(),
                [4, 4, 4, 4]
            );
            check("zhou", &text).expect("it is taken");
        }
    }
}
