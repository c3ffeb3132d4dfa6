//! The content hash of a package: what `extends_sha256` pins.
//!
//! It is taken over the canonical text, so that a rewrite by `fmt` or a way through a workbook does
//! not change it; any change of content or comment does.

use sha2::{Digest, Sha256};

use crate::load::Layer;

/// SHA-256 in hexadecimal over the package's files, sorted by path: for each the path, a line
/// break, the length in bytes, a line break, and the text as [`crate::format_file`] writes it (a
/// file with faults: as it is).
pub fn content_hash(layer: &Layer) -> String {
    let mut files: Vec<_> = layer
        .files
        .iter()
        .map(|file| (layer.path_of(file), file))
        .collect();
    files.sort_by(|a, b| a.0.cmp(b.0));
    let mut hasher = Sha256::new();
    for (path, file) in files {
        let text = crate::fmt::format_file(file).unwrap_or_else(|_| file.text.to_string());
        hasher.update(format!("{path}\n{}\n", text.len()));
        hasher.update(text);
    }
    hex::encode(hasher.finalize())
}
