//! What outsiders hand us and we hand to them: signed notes, checkpoints, proofs as text, manifests, keys.

use bundle::checkpoint::{Checkpoint, SignedCheckpoint};
use bundle::keys::{SignerKey, VerifierKey};
use bundle::manifest::Manifest;
use bundle::note::{Note, NoteFault};
use bundle::proof::{ConsistencyProof, InclusionProof};

use crate::Target;

pub const TARGET: Target = Target {
    name: "note",
    asks: "what is read is written as the same bytes; only what our key signed verifies",
    run,
    words: &[
        "\n\n",
        "\u{2014} ",
        "\u{2014} example.com/foo ",
        "c2sp.org/tlog-proof@v1\n",
        "index 0\n",
        "extra ",
        "\n0\n",
        "18446744073709551615",
        "9223372036854775808",
        "00",
        "=",
        "==",
        "+",
        "AAAA",
        "  ",
        "/",
        "../",
        "\0",
        "\t",
        "PRIVATE+KEY+",
        "20852163",
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    ],
};

fn run(input: &[u8]) {
    if let Ok(note) = Note::parse(input) {
        assert_eq!(
            note.to_string().as_bytes(),
            input,
            "a note is written as it was read"
        );
        only_what_was_signed(&note);
    }
    if let Ok(checkpoint) = SignedCheckpoint::parse(input) {
        assert_eq!(checkpoint.to_string().as_bytes(), input);
        let text = checkpoint.checkpoint().to_string();
        assert_eq!(text, checkpoint.note().text());
        assert_eq!(
            Checkpoint::parse(&text).as_ref(),
            Some(checkpoint.checkpoint())
        );
    }
    if let Ok(manifest) = Manifest::parse(input) {
        assert_eq!(manifest.to_string().as_bytes(), input);
    }
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Some(proof) = InclusionProof::parse(text) {
        let again = InclusionProof::parse(&proof.to_string());
        assert_eq!(again.as_ref(), Some(&proof), "{text}");
        let _ = proof.verify(b"entry");
    }
    if let Some(proof) = ConsistencyProof::parse(text) {
        let again = ConsistencyProof::parse(&proof.to_string());
        assert_eq!(again.as_ref(), Some(&proof), "{text}");
        let _ = proof.verify(&[7; 32]);
    }
    for line in text.lines().take(8) {
        if let Some(key) = VerifierKey::parse(line) {
            assert_eq!(key.to_string(), line);
        }
        if let Some(key) = SignerKey::parse(line) {
            assert_eq!(key.to_secret_text(), line);
        }
    }
}

/// A note that came from outside does not verify by a key that never signed; its text, signed by the key,
/// does, and not any more when a byte is changed.
fn only_what_was_signed(note: &Note) {
    let Some(key) = SignerKey::from_seed("fuzz.example/key", [7; 32]) else {
        panic!("a seed makes a key");
    };
    let ours = [key.verifier()];
    match note.verify(&ours) {
        Err(NoteFault::NotSigned | NoteFault::WrongSignature(_)) => {}
        // The corpus may hold a note that this very key signed.
        Ok(signed) => assert!(
            Note::sign(note.text(), &key).is_ok_and(|own| own.text() == note.text()),
            "{signed:?}"
        ),
        Err(other) => panic!("{other:?}"),
    }
    let Ok(own) = Note::sign(note.text(), &key) else {
        return;
    };
    assert_eq!(own.verify(&ours).map(|signed| signed.len()), Ok(1));
    let written = own.to_string();
    let touched = format!("x{written}");
    if let Ok(touched) = Note::parse(touched.as_bytes()) {
        assert!(touched.verify(&ours).is_err(), "{written}");
    }
}
