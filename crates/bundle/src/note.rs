//! Signed notes as in C2SP signed-note: a text, and below it who signed it.
//!
//! A note is what a log says to outsiders: short text that people can read and that tools of the
//! Go checksum database, of Tessera and of witnesses understand. Keys are in `keys.rs`. Read
//! [`Note::parse`] first, then [`Note::verify`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::{SignerKey, VerifierKey, is_key_name};

/// The longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// The most signatures that are read; a verifier must accept at least 16.
pub const SIGNATURES_MAX: usize = 100;

/// What a signature line begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// A text with the signatures below it, nothing of it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One line below a note: whose key, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: String,
    /// The first four bytes of the key's hash, see [`VerifierKey::id`].
    pub key_id: u32,
    /// What the key's algorithm gave.
    pub signature: Vec<u8>,
}

/// A signature that was found to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The key that made it.
    pub key: VerifierKey,
    /// When a witness cosigned, in seconds since 1970; the log's own signature has no time.
    pub time: Option<u64>,
}

/// Why a note is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// It is longer than [`NOTE_BYTES_MAX`].
    TooLong,
    /// It is no UTF-8, or has control characters.
    NoText,
    /// No blank line stands between a text and signatures, or the last line has no end.
    NoSignatures,
    /// A signature line that is none: its number among the signatures, from 1.
    Line(usize),
    /// There are more than [`SIGNATURES_MAX`] signatures.
    TooManySignatures,
    /// A key that is known did not make the signature that bears its name.
    WrongSignature(String),
    /// None of the keys that were asked for has signed.
    NotSigned,
}

impl NoteFault {
    /// In Chinese.
    pub fn zh(&self) -> String {
        match self {
            NoteFault::TooLong => format!("超过 {NOTE_BYTES_MAX} 字节"),
            NoteFault::NoText => "不是 UTF-8 文本，或含控制字符".to_owned(),
            NoteFault::NoSignatures => "正文与签名之间没有空行，或末行不完整".to_owned(),
            NoteFault::Line(line) => format!("第 {line} 行签名写法不对"),
            NoteFault::TooManySignatures => format!("签名多于 {SIGNATURES_MAX} 个"),
            NoteFault::WrongSignature(name) => format!("以“{name}”之名的签名与正文不符"),
            NoteFault::NotSigned => "没有所要的密钥的签名".to_owned(),
        }
    }
}

impl fmt::Display for NoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteFault::TooLong => write!(f, "it is longer than {NOTE_BYTES_MAX} bytes"),
            NoteFault::NoText => f.write_str("it is no UTF-8 text, or has control characters"),
            NoteFault::NoSignatures => f.write_str(
                "no blank line stands between text and signatures, or the last line is cut off",
            ),
            NoteFault::Line(line) => write!(f, "signature line {line} is malformed"),
            NoteFault::TooManySignatures => {
                write!(f, "it has more than {SIGNATURES_MAX} signatures")
            }
            NoteFault::WrongSignature(name) => {
                write!(
                    f,
                    "the signature in the name of `{name}` is not of this text"
                )
            }
            NoteFault::NotSigned => f.write_str("it is not signed by the key that was asked for"),
        }
    }
}

impl std::error::Error for NoteFault {}

impl Note {
    /// Signs a text that ends with a line break.
    ///
    /// # Errors
    /// The text could not be read again: it has no final line break or has control characters.
    pub fn sign(text: &str, key: &SignerKey) -> Result<Note, NoteFault> {
        let signature = key.sign(text.as_bytes());
        let note = Note {
            text: text.to_owned(),
            signatures: vec![SignatureLine {
                name: key.name().to_owned(),
                key_id: key.verifier().id(),
                signature: signature.to_vec(),
            }],
        };
        // What no one could read must not be signed.
        let read = Note::parse(note.to_string().as_bytes())?;
        (read == note).then_some(note).ok_or(NoteFault::NoText)
    }

    /// Reads a note; no signature is believed yet.
    ///
    /// ```
    /// use bundle::keys::VerifierKey;
    /// use bundle::note::Note;
    /// // The example of C2SP signed-note.
    /// let note = "This is an example message.\n\n\u{2014} example.com/foo \
    ///     Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    /// let key = VerifierKey::parse(
    ///     "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    /// ).unwrap();
    /// let note = Note::parse(note.as_bytes()).unwrap();
    /// assert_eq!(note.text(), "This is an example message.\n");
    /// assert_eq!(note.verify(&[key]).unwrap().len(), 1);
    /// ```
    ///
    /// # Errors
    /// It is no note.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteFault> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteFault::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteFault::NoText)?;
        if whole.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteFault::NoText);
        }
        // The text may have empty lines of its own: the last one parts it from the signatures.
        let at = whole.rfind("\n\n").ok_or(NoteFault::NoSignatures)?;
        let (text, rest) = whole.split_at(at + 1);
        let lines = rest
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(NoteFault::NoSignatures)?;
        let mut signatures = Vec::new();
        for (number, line) in (1..).zip(lines.split('\n')) {
            if number > SIGNATURES_MAX {
                return Err(NoteFault::TooManySignatures);
            }
            signatures.push(SignatureLine::parse(line).ok_or(NoteFault::Line(number))?);
        }
        Ok(Note {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The text that is signed, with its final line break.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The signatures of `keys`; those of other keys are passed over, as the format demands.
    ///
    /// # Errors
    /// A line bears the name and the number of one of the keys, which did not make it; or none of
    /// the keys has signed.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Signed>, NoteFault> {
        let mut good: Vec<Signed> = Vec::new();
        for line in &self.signatures {
            let known = keys
                .iter()
                .find(|key| key.name() == line.name && key.id() == line.key_id);
            let Some(key) = known else { continue };
            let time = key
                .verify(&self.text, &line.signature)
                .ok_or_else(|| NoteFault::WrongSignature(line.name.clone()))?;
            if !good.iter().any(|signed| signed.key == *key) {
                good.push(Signed {
                    key: key.clone(),
                    time,
                });
            }
        }
        if good.is_empty() {
            return Err(NoteFault::NotSigned);
        }
        Ok(good)
    }

    /// Takes over the signatures of another note with the same text that this one lacks; `false`
    /// when the texts differ.
    pub fn join(&mut self, other: &Note) -> bool {
        if self.text != other.text {
            return false;
        }
        for line in &other.signatures {
            if !self.signatures.contains(line) {
                self.signatures.push(line.clone());
            }
        }
        true
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        f.write_str("\n")?;
        for line in &self.signatures {
            let mut bytes = line.key_id.to_be_bytes().to_vec();
            bytes.extend(&line.signature);
            writeln!(f, "{MARK}{} {}", line.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Option<SignatureLine> {
        let (name, encoded) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        (is_key_name(name) && !signature.is_empty()).then(|| SignatureLine {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(*key_id),
            signature: signature.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SignerKey {
        SignerKey::from_seed("example.org/log", [seed; 32]).unwrap()
    }

    #[test]
    fn a_signed_text_is_read_again_and_any_flipped_bit_is_seen() {
        let key = key(7);
        let note = Note::sign("one\n\ntwo\n", &key).unwrap();
        let bytes = note.to_string().into_bytes();
        assert_eq!(Note::parse(&bytes).unwrap(), note);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let verified =
                    Note::parse(&changed).and_then(|note| note.verify(&[key.verifier()]));
                assert!(verified.is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn texts_that_no_one_could_read_are_not_signed() {
        for text in [
            "",
            "no end",
            "a tab\t\n",
            "\n\u{2014} name AAAAAAA=\n\n\u{2014}\n",
        ] {
            let signed = Note::sign(text, &key(1));
            let again = signed.clone().map(|note| note.text().to_owned());
            assert!(again.is_err() || again.as_deref() == Ok(text), "{text:?}");
        }
        assert!(Note::sign("no end", &key(1)).is_err());
        assert!(Note::sign("a tab\t\n", &key(1)).is_err());
    }

    #[test]
    fn signatures_of_unknown_keys_are_passed_over_but_never_those_of_a_known_one() {
        let (mine, theirs) = (key(1), key(2));
        let mut note = Note::sign("text\n", &mine).unwrap();
        assert!(note.join(&Note::sign("text\n", &theirs).unwrap()));
        assert!(!note.join(&Note::sign("other\n", &theirs).unwrap()));
        assert_eq!(note.verify(&[mine.verifier()]).unwrap().len(), 1);
        assert_eq!(
            note.verify(&[mine.verifier(), theirs.verifier()])
                .unwrap()
                .len(),
            2
        );
        assert_eq!(note.verify(&[key(3).verifier()]), Err(NoteFault::NotSigned));
        // The signature of one key under the name and number of the other.
        let mut forged = note.clone();
        forged.signatures[0].signature = forged.signatures[1].signature.clone();
        let fault = forged.verify(&[mine.verifier(), theirs.verifier()]);
        assert!(matches!(fault, Err(NoteFault::WrongSignature(_))));
    }

    #[test]
    fn what_is_no_note() {
        let table: [(&str, NoteFault); 9] = [
            ("", NoteFault::NoSignatures),
            ("text\n", NoteFault::NoSignatures),
            ("text\n\n", NoteFault::NoSignatures),
            ("text\n\n\u{2014} a AAAAAAA=", NoteFault::NoSignatures),
            ("text\n\n\u{2014} a AAAA\n", NoteFault::Line(1)),
            ("text\n\n\u{2014} a AAAAAAA\n", NoteFault::Line(1)),
            ("text\n\n\u{2014} a+b AAAAAAA=\n", NoteFault::Line(1)),
            ("text\n\n- a AAAAAAA=\n", NoteFault::Line(1)),
            ("te\rxt\n\n\u{2014} a AAAAAAA=\n", NoteFault::NoText),
        ];
        for (text, fault) in table {
            assert_eq!(Note::parse(text.as_bytes()), Err(fault), "{text:?}");
        }
        let many = format!(
            "text\n\n{}",
            "\u{2014} a AAAAAAA=\n".repeat(SIGNATURES_MAX + 1)
        );
        assert_eq!(
            Note::parse(many.as_bytes()),
            Err(NoteFault::TooManySignatures)
        );
        let long = "x".repeat(NOTE_BYTES_MAX + 1);
        assert_eq!(Note::parse(long.as_bytes()), Err(NoteFault::TooLong));
        assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteFault::NoText));
    }
}
