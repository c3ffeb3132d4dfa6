//! Names the build by what the pages and assets are, so that a browser keeps them as long as they stay.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

fn main() {
    let mut hasher = DefaultHasher::new();
    take(Path::new("src"), &mut hasher);
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=ZHICHENG_BUILD={:016x}", hasher.finish());
}

fn take(dir: &Path, hasher: &mut DefaultHasher) {
    let Ok(found) = fs::read_dir(dir) else { return };
    let mut paths: Vec<_> = found.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            take(&path, hasher);
        } else {
            path.hash(hasher);
            fs::read(&path).unwrap_or_default().hash(hasher);
        }
    }
}
