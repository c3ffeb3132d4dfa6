//! The keys of signed notes: Ed25519, written as C2SP signed-note and Go's `note` package do.
//!
//! A verifier key is one line that an outsider keeps: name, number, algorithm and public key. The
//! algorithm says whether the key signs notes as a log (0x01) or cosigns checkpoints as a witness
//! (0x04, C2SP tlog-cosignature), so that one key can never be taken for the other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::merkle::sha256;

/// What a private key is written with, so that nobody takes it for a public one.
const PRIVATE_MARK: &str = "PRIVATE+KEY+";

/// What a key is for: the algorithm byte of its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Signs the text of a note (Ed25519).
    Note,
    /// Cosigns a checkpoint as a witness, with a time (Ed25519, cosignature/v1).
    Cosignature,
}

impl KeyUse {
    fn byte(self) -> u8 {
        match self {
            KeyUse::Note => 0x01,
            KeyUse::Cosignature => 0x04,
        }
    }
}

/// A public key with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    purpose: KeyUse,
    key: VerifyingKey,
}

/// A private key of a log with its name. It is shown by nothing but [`SignerKey::to_secret_text`].
pub struct SignerKey {
    name: String,
    key: SigningKey,
}

/// Whether a text can be the name of a key: not empty, without spaces and plus signs.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|sign: char| sign.is_whitespace() || sign == '+')
}

/// The number of a key: SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key), its first four bytes.
fn key_id(name: &str, purpose: KeyUse, key: &[u8; 32]) -> u32 {
    let hash = sha256(&[name.as_bytes(), b"\n", &[purpose.byte()], key]);
    let [a, b, c, d, ..] = hash;
    u32::from_be_bytes([a, b, c, d])
}

impl VerifierKey {
    fn new(name: &str, purpose: KeyUse, key: VerifyingKey) -> VerifierKey {
        VerifierKey {
            name: name.to_owned(),
            id: key_id(name, purpose, key.as_bytes()),
            purpose,
            key,
        }
    }

    /// Reads `name+number+key`, the number in eight hexadecimal digits, the key in base64.
    ///
    /// ```
    /// use bundle::keys::VerifierKey;
    /// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    /// let key = VerifierKey::parse(text).unwrap();
    /// assert_eq!(key.id(), 0xc74f20a3);
    /// assert_eq!(key.to_string(), text);
    /// assert!(VerifierKey::parse(&text.replace("c74f", "c75f")).is_none());
    /// ```
    pub fn parse(text: &str) -> Option<VerifierKey> {
        let (name, rest) = text.split_once('+')?;
        let (number, encoded) = rest.split_once('+')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (algorithm, key) = bytes.split_first()?;
        let purpose = [KeyUse::Note, KeyUse::Cosignature]
            .into_iter()
            .find(|purpose| purpose.byte() == *algorithm)?;
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let found = VerifierKey::new(name, purpose, key);
        (is_key_name(name) && number == format!("{:08x}", found.id)).then_some(found)
    }

    /// Its name; a log's is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its number: a short name, no proof of anything.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it is for.
    pub fn purpose(&self) -> KeyUse {
        self.purpose
    }

    /// Whether `signature` is one of `text` by this key: `None` when it is not. A cosignature's is
    /// its time, eight bytes of seconds since 1970, before 64 bytes over
    /// `"cosignature/v1\ntime SECONDS\n"` and the text.
    pub fn verify(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        match self.purpose {
            KeyUse::Note => self.has_signed(text.as_bytes(), signature).then_some(None),
            KeyUse::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                let message = cosigned(time, text);
                let is_time = i64::try_from(time).is_ok();
                (is_time && self.has_signed(message.as_bytes(), signature)).then_some(Some(time))
            }
        }
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// What a witness signs, see C2SP tlog-cosignature.
fn cosigned(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.purpose.byte()];
        bytes.extend(self.key.as_bytes());
        write!(
            f,
            "{}+{:08x}+{}",
            self.name,
            self.id,
            STANDARD.encode(bytes)
        )
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl SignerKey {
    /// The key that follows from 32 random bytes; `None` when the name can name no key.
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Option<SignerKey> {
        is_key_name(name).then(|| SignerKey {
            name: name.to_owned(),
            key: SigningKey::from_bytes(&seed),
        })
    }

    /// Reads `PRIVATE+KEY+name+number+key` as Go's `note` package writes it.
    pub fn parse(text: &str) -> Option<SignerKey> {
        let (name, rest) = text.strip_prefix(PRIVATE_MARK)?.split_once('+')?;
        let (number, encoded) = rest.split_once('+')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (algorithm, seed) = bytes.split_first()?;
        let key = SignerKey::from_seed(name, seed.try_into().ok()?)?;
        let is_whole =
            *algorithm == KeyUse::Note.byte() && number == format!("{:08x}", key.verifier().id());
        is_whole.then_some(key)
    }

    /// The key as text. Whoever reads it can sign in the log's name.
    pub fn to_secret_text(&self) -> String {
        let mut bytes = vec![KeyUse::Note.byte()];
        bytes.extend(self.key.to_bytes());
        let id = self.verifier().id();
        format!(
            "{PRIVATE_MARK}{}+{id:08x}+{}",
            self.name,
            STANDARD.encode(bytes)
        )
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::new(&self.name, KeyUse::Note, self.key.verifying_key())
    }

    /// The public half of a witness with this private key.
    pub fn cosigner(&self) -> VerifierKey {
        VerifierKey::new(&self.name, KeyUse::Cosignature, self.key.verifying_key())
    }

    /// The 64 bytes of an Ed25519 signature (RFC 8032).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// What a witness adds to a checkpoint's text at a time (seconds since 1970): the bytes of its
    /// signature line.
    pub fn cosign(&self, text: &str, time: u64) -> Vec<u8> {
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(self.sign(cosigned(time, text).as_bytes()));
        bytes
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey(of {})", self.verifier())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_the_go_package() {
        // golang.org/x/mod/sumdb/note, the keys of its examples.
        let secret =
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key = SignerKey::parse(secret).unwrap();
        assert_eq!(key.to_secret_text(), secret);
        assert_eq!(key.verifier().to_string(), public);
        assert!(
            !format!("{key:?}").contains("AYEKFAL"),
            "no secret is shown"
        );
    }

    #[test]
    fn names_numbers_and_algorithms_are_checked() {
        let good = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let table = [
            good.replace("Peter", "Piter"),
            good.replace("PeterNeumann", ""),
            good.replace("PeterNeumann", "Peter Neumann"),
            good.replace("ARpc", "AhpC"),
            good.replace("10TW", "10T"),
            "PeterNeumann+c74f20a3".to_owned(),
            String::new(),
        ];
        for text in table {
            assert_eq!(VerifierKey::parse(&text), None, "{text}");
        }
        assert!(SignerKey::from_seed("a b", [0; 32]).is_none());
    }

    #[test]
    fn a_witness_signs_the_time_with_the_text() {
        let witness = SignerKey::from_seed("witness.example/w1", [9; 32]).unwrap();
        let text = "example.org/log\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        let signature = witness.cosign(text, 1_679_315_147);
        let key = witness.cosigner();
        assert_eq!(key.verify(text, &signature), Some(Some(1_679_315_147)));
        assert_eq!(key.verify("other\n", &signature), None);
        let mut later = signature.clone();
        later[7] ^= 1;
        assert_eq!(key.verify(text, &later), None, "the time is signed");
        // The same key as a log's neither has that number nor takes the signature.
        assert_ne!(key.id(), witness.verifier().id());
        assert_eq!(witness.verifier().verify(text, &signature), None);
        assert_eq!(key.verify(text, &witness.sign(text.as_bytes())), None);
        assert_eq!(VerifierKey::parse(&key.to_string()), Some(key));
    }
}
