//! Notes, checkpoints and tiles that others published, where they lie beside the repository: the
//! notes of C2SP and of Go's checksum database, and a log that Tessera wrote.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, Cursor, Write};
use std::path::{Path, PathBuf};

use base::Problem;
use bundle::log::{TilesOf, check_log};
use bundle::merkle::{empty_root, verify_consistency, verify_inclusion};
use bundle::tiles::{entries_path, read_entries};
use bundle::{Files, Note, SignedCheckpoint, SignerKey, Tree, VerifierKey};
use serde_json::Value;

/// The folder of vectors, or a line about what is left out.
fn vectors(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    let line = format!("SKIPPED: {name}: not beside the repository");
    println!("{line}");
    if let Some(path) = std::env::var_os("ZHICHENG_SKIPPED") {
        let file = fs::File::options().create(true).append(true).open(path);
        writeln!(file.unwrap(), "{line}").unwrap();
    }
    None
}

#[test]
fn the_published_notes_verify_and_are_signed_again_to_the_byte() {
    let Some(path) = vectors("signed_note.json") else {
        return;
    };
    let cases: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 2);
    for case in cases {
        let text = |key: &str| case[key].as_str();
        let note = Note::parse(text("note").unwrap().as_bytes()).unwrap();
        assert_eq!(note.to_string(), text("note").unwrap());
        let key = VerifierKey::parse(text("vkey").unwrap()).unwrap();
        assert_eq!(key.to_string(), text("vkey").unwrap());
        assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap()[0].key, key);
        if let Some(secret) = text("skey") {
            // Ed25519 has one signature for a key and a text.
            let secret = SignerKey::parse(secret).unwrap();
            assert_eq!(Note::sign(note.text(), &secret).unwrap(), note);
            assert_eq!(secret.verifier(), key);
        }
    }
}

/// A folder whose files can be changed on their way to the reader.
struct Folder {
    path: PathBuf,
    changed: RefCell<Option<(String, usize)>>,
}

impl Files for Folder {
    fn open(&self, path: &str) -> Result<Option<Box<dyn BufRead + '_>>, Problem> {
        let Ok(mut bytes) = fs::read(self.path.join(path)) else {
            return Ok(None);
        };
        if let Some((changed, at)) = &*self.changed.borrow()
            && changed == path
        {
            bytes[*at] ^= 1;
        }
        Ok(Some(Box::new(Cursor::new(bytes))))
    }

    fn list(&self) -> Result<Vec<String>, Problem> {
        Ok(Vec::new())
    }
}

fn tessera() -> Option<(Folder, VerifierKey)> {
    let path = vectors("tessera_testlog")?;
    let key = fs::read_to_string(path.join("log.vkey")).unwrap();
    let key = VerifierKey::parse(key.trim_end()).unwrap();
    let folder = Folder {
        path: path.join("log"),
        changed: RefCell::new(None),
    };
    Some((folder, key))
}

fn checkpoints(folder: &Folder, key: &VerifierKey) -> Vec<SignedCheckpoint> {
    (0..16)
        .map(|size| {
            let bytes = fs::read(folder.path.join(format!("checkpoint.{size}"))).unwrap();
            let signed = SignedCheckpoint::parse(&bytes).unwrap();
            signed.verify(std::slice::from_ref(key)).unwrap();
            assert_eq!(signed.to_string().as_bytes(), bytes);
            assert_eq!(signed.checkpoint().size, size);
            assert_eq!(signed.checkpoint().origin, key.name());
            signed
        })
        .collect()
}

#[test]
fn every_state_of_the_log_of_tessera_is_read_and_proved() {
    let Some((folder, key)) = tessera() else {
        return;
    };
    let checkpoints = checkpoints(&folder, &key);
    assert_eq!(checkpoints[0].checkpoint().root, empty_root());
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for signed in &checkpoints {
        let checkpoint = signed.checkpoint();
        let mut seen = Vec::new();
        check_log(
            &folder,
            checkpoint.size,
            &checkpoint.root,
            &mut |index, entry| {
                assert_eq!(index as usize, seen.len());
                seen.push(entry.to_vec());
                Ok(())
            },
        )
        .unwrap();
        assert!(seen.starts_with(&entries), "the log only grows");
        assert_eq!(seen.len() as u64, checkpoint.size);
        entries = seen;
    }
    assert_eq!(
        entries[..3],
        [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]
    );

    let newest = checkpoints[15].checkpoint();
    let tiles = TilesOf(&folder);
    let mut tree = Tree::new(&tiles, newest.size);
    for signed in &checkpoints[1..] {
        let old = signed.checkpoint();
        assert_eq!(tree.root_at(old.size).unwrap(), old.root);
        let proof = tree.consistency_proof(old.size, newest.size).unwrap();
        verify_consistency(old.size, newest.size, &proof, &old.root, &newest.root).unwrap();
        let index = old.size - 1;
        let leaf = bundle::merkle::leaf_hash(&entries[index as usize]);
        let proof = tree.inclusion_proof(index, newest.size).unwrap();
        verify_inclusion(&leaf, index, newest.size, &proof, &newest.root).unwrap();
    }
}

#[test]
fn any_changed_byte_of_the_log_of_tessera_is_found() {
    let Some((folder, key)) = tessera() else {
        return;
    };
    let newest = checkpoints(&folder, &key).pop().unwrap();
    let newest = newest.checkpoint();
    for path in ["tile/0/000.p/15".to_owned(), entries_path(0, 15)] {
        let length = fs::metadata(folder.path.join(&path)).unwrap().len();
        for at in 0..length as usize {
            *folder.changed.borrow_mut() = Some((path.clone(), at));
            let found = check_log(&folder, newest.size, &newest.root, &mut |_, _| Ok(()));
            let code = found.unwrap_err().code;
            assert!(["V201", "V203"].contains(&code), "{path} {at}: {code}");
        }
    }
    *folder.changed.borrow_mut() = None;
    let other = [7; 32];
    let found = check_log(&folder, newest.size, &other, &mut |_, _| Ok(()));
    assert_eq!(found.unwrap_err().code, "V205");
    let files: &dyn Files = &folder;
    let bytes = files.require(&entries_path(0, 3), 1000).unwrap();
    assert_eq!(read_entries(&bytes, 3).unwrap()[2], b"three");
    assert_eq!(files.require("none", 1000).unwrap_err().code, "V102");
    assert_eq!(files.read("checkpoint", 10).unwrap_err().code, "V103");
}
