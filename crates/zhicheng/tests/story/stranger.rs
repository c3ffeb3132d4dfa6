//! A stranger who was given a bundle: how it came to be, and what can be done to it.

use std::fs;
use std::path::{Path, PathBuf};

use bundle::manifest::{MANIFEST, MANIFEST_NOTE, Manifest, Statement};
use bundle::merkle::sha256;
use bundle::{Files, Note, SignedCheckpoint, SignerKey, VerifierKey};
use office::bundling::folder::Folder;
use office::bundling::verify::{VerifiedBundle, verify_bundle};
use office::signing::Trust;

use crate::city::{City, copy_folder, text};
use crate::files::samples;
use crate::town;

/// A city with a year behind it, a sealed result and a publication, and its bundle.
pub struct Stranger {
    pub city: City,
    pub key: VerifierKey,
}

impl Stranger {
    pub fn new() -> Stranger {
        let city = City::new("town");
        town::year(&city);
        let file = city.file("更多.csv", samples("西乡", 300, 3).replace("西乡-", "多-"));
        city.run(["import", "sample", &file]).ok();
        city.run(["publish", "samples", "--name", "年报", "--demonstration"])
            .ok();
        let minutes = city.file("纪要.pdf", "the minutes");
        city.run([
            "seal",
            "assessment",
            "--minutes",
            &minutes,
            "--approval",
            "1号",
            "--demonstration",
        ])
        .ok();
        let rows = city.run(["key", "show", "--format", "json"]).json();
        let key = VerifierKey::parse(&text(&rows[0], "key")).unwrap();
        let stranger = Stranger { city, key };
        let folder = stranger.folder();
        stranger
            .city
            .run(["export", "--bundle", folder.to_str().unwrap()])
            .ok();
        stranger
    }

    pub fn folder(&self) -> PathBuf {
        self.city.path("bundle")
    }

    pub fn verify(&self, folder: &Path) -> Result<VerifiedBundle, base::Problem> {
        let trust = Trust {
            key: Some(self.key.clone()),
            ..Trust::default()
        };
        verify_bundle(folder, &trust, &mut |_, _, _| {})
    }

    /// A copy that is changed, and then signed again by whoever holds the log's key.
    pub fn signed_again(&self, change: impl FnOnce(&Path)) -> base::Problem {
        let folder = self.city.path("changed");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        copy_folder(&self.folder(), &folder);
        change(&folder);
        sign_again(&folder, &self.secret());
        self.verify(&folder).unwrap_err()
    }

    /// The log's private key.
    pub fn secret(&self) -> SignerKey {
        let name = format!("keys/{:08x}.skey", self.key.id());
        let secret = fs::read_to_string(self.city.data().join(name)).unwrap();
        SignerKey::parse(secret.trim_end()).unwrap()
    }
}

/// Writes the manifest anew over what lies there.
pub fn rewrite_manifest(folder: &Path) -> Vec<u8> {
    let mut manifest = Manifest::new();
    for path in Folder::at(folder).list().unwrap() {
        if path != MANIFEST && path != MANIFEST_NOTE {
            manifest.add(&path, sha256(&[&fs::read(folder.join(&path)).unwrap()]));
        }
    }
    let bytes = manifest.to_string().into_bytes();
    fs::write(folder.join(MANIFEST), &bytes).unwrap();
    bytes
}

/// The same, and signs it.
pub fn sign_again(folder: &Path, key: &SignerKey) {
    let bytes = rewrite_manifest(folder);
    let checkpoint = SignedCheckpoint::parse(&fs::read(folder.join("checkpoint")).unwrap());
    let statement = Statement::of(checkpoint.unwrap().checkpoint(), sha256(&[&bytes]));
    let note = Note::sign(&statement.to_string(), key).unwrap();
    fs::write(folder.join(MANIFEST_NOTE), note.to_string()).unwrap();
}

pub fn replace(path: &Path, found: &str, other: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(found), "{found} in {}", path.display());
    fs::write(path, text.replacen(found, other, 1)).unwrap();
}

/// The only file of a folder whose name begins and ends so.
pub fn one(folder: &Path, begin: &str, end: &str) -> PathBuf {
    let names = Folder::at(folder).list().unwrap();
    let name = names
        .iter()
        .find(|name| name.starts_with(begin) && name.ends_with(end));
    folder.join(name.unwrap_or_else(|| panic!("{begin}…{end} in {names:?}")))
}

/// The figures that a bundle lists.
pub fn listed(folder: &Path) -> Vec<serde_json::Value> {
    let list = fs::read_to_string(folder.join("figures.jsonl")).unwrap();
    list.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
