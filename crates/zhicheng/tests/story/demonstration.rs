//! Generated demonstrations of Chibi, made once for each seed and copied for stories that write.
//!
//! A folder is kept in the target folder's temporary place and made again when the binary or a package
//! has changed; a lock lets test processes that run beside each other share it.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::city::{BINARY, City, package, run};

/// The data folder of Chibi with the records of a seed. It is shared: only read it.
pub fn shared(seed: u32) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chibi-{seed}"));
    fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("lock")).unwrap();
    lock.lock().unwrap();
    let (data, mark, stand) = (place.join("data"), place.join("made-from"), stand());
    if fs::read_to_string(&mark).is_ok_and(|made| made == stand) {
        return data;
    }
    if data.exists() {
        fs::remove_dir_all(&data).unwrap();
    }
    generate(&data, seed);
    fs::write(mark, stand).unwrap();
    data
}

/// Makes a demonstration of Chibi with the records of a seed.
pub fn generate(data: &Path, seed: u32) {
    let (data, programme) = (data.to_str().unwrap(), package("chibi-2018"));
    run(&[
        "init",
        "--data",
        data,
        "--programme",
        programme.to_str().unwrap(),
        "--demonstration",
    ])
    .ok();
    run(&["generate", "--data", data, "--seed", &seed.to_string()]).ok();
}

/// A city of its own with the records of a seed.
pub fn city(seed: u32) -> City {
    City::copy_of(&shared(seed))
}

/// What the folder is made from: the binary and the packages.
fn stand() -> String {
    let mut hasher = DefaultHasher::new();
    let binary = fs::metadata(&*BINARY).unwrap();
    (
        binary.len(),
        binary
            .modified()
            .unwrap()
            .duration_since(UNIX_EPOCH)
            .unwrap(),
    )
        .hash(&mut hasher);
    for name in ["standard", "chibi-2018"] {
        hash_folder(&package(name), &mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

fn hash_folder(folder: &Path, hasher: &mut DefaultHasher) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else {
            (
                path.file_name().unwrap().to_str().unwrap(),
                fs::read(&path).unwrap(),
            )
                .hash(hasher);
        }
    }
}
