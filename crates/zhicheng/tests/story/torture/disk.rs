//! The program run on a disk that is watched (`disk.c`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::city::{BINARY, Run, left_out};

/// The shim as a library; `None` where there is no C compiler or another system than Linux.
fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = SHIM.get_or_init(|| {
        if !cfg!(target_os = "linux") {
            left_out("lost flushes and full disks: the shim is for Linux");
            return None;
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story/torture/disk.c");
        let name = format!("disk-{}.so", std::process::id());
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let built = Command::new("cc")
            .args(["-O1", "-Wall", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .args(["-ldl", "-lpthread"])
            .output();
        match built {
            Ok(output) if output.status.success() => Some(library),
            Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => {
                left_out("lost flushes and full disks: there is no C compiler `cc`");
                None
            }
        }
    });
    built.as_deref()
}

/// A place whose disk is watched.
pub struct WatchedDisk {
    place: TempDir,
    library: &'static Path,
}

impl WatchedDisk {
    /// `None` where the shim cannot be built.
    pub fn new() -> Option<WatchedDisk> {
        let library = shim()?;
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("disk")).unwrap();
        Some(WatchedDisk { place, library })
    }

    /// The folder that is watched.
    pub fn folder(&self) -> PathBuf {
        // The shim compares names, so there may be no symbolic link in them.
        self.place.path().join("disk").canonicalize().unwrap()
    }

    /// The data folder on it.
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    /// Where the shim writes down what is done.
    pub fn log(&self) -> PathBuf {
        self.place.path().join("log")
    }

    /// A file beside the disk.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.place.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command on the data folder and writes down what it does to the disk.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(
            arguments,
            &[("ZHICHENG_DISK_LOG", self.log().to_str().unwrap())],
        )
    }

    /// Runs a command with so many bytes left on the disk.
    pub fn run_with_room(&self, arguments: &[&str], bytes: u64) -> Run {
        self.run_with(arguments, &[("ZHICHENG_DISK_ROOM", &bytes.to_string())])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut all: Vec<&str> = arguments.to_vec();
        let data = self.data();
        if all[0] != "verify" {
            all.push("--data");
        }
        all.push(data.to_str().unwrap());
        let output = Command::new(&*BINARY)
            .args(["--lang", "en"])
            .args(&all)
            .env("LD_PRELOAD", self.library)
            .env("ZHICHENG_DISK_FOLDER", self.folder())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run {
            command: format!("zhicheng {}", all.join(" ")),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
