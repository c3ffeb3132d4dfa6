//! A folder as a depot: one file for each object, written under another name and moved to its own.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use base::Problem;

use crate::{Depot, check_name, problems};

/// Where unfinished files are; no object's name begins with a dot.
const UNFINISHED: &str = ".unfinished";

/// A folder that holds objects.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    place: String,
}

impl Folder {
    /// The depot in a folder, which is made when something is first put.
    pub fn at(root: &Path) -> Folder {
        Folder {
            root: root.to_owned(),
            place: root.display().to_string(),
        }
    }

    fn write(&self, name: &str, content: &mut dyn Read) -> Result<(), Problem> {
        check_name(name)?;
        self.try_write(name, content)
            .map_err(|error| problems::cannot_write(&self.place, name, error))
    }

    fn try_write(&self, name: &str, content: &mut dyn Read) -> io::Result<()> {
        let unfinished = self.root.join(UNFINISHED);
        make_folder(&unfinished)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let temporary = unfinished.join(hex::encode(random));
        let written = (|| {
            let mut file = File::create_new(&temporary)?;
            io::copy(content, &mut file)?;
            file.flush()?;
            file.sync_all()?;
            let path = self.root.join(name);
            // A name has at least one part, so a parent.
            let folder = path.parent().unwrap_or(&self.root);
            make_folder(folder)?;
            fs::rename(&temporary, &path)?;
            sync_folder(folder)
        })();
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn collect(&self, folder: &Path, found: &mut Vec<(String, u64)>) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.collect(&entry.path(), found)?;
            } else if let Ok(path) = entry.path().strip_prefix(&self.root) {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                found.push((parts.join("/"), entry.metadata()?.len()));
            }
        }
        Ok(())
    }
}

impl Depot for Folder {
    fn put(&self, name: &str, mut bytes: &[u8]) -> Result<(), Problem> {
        self.write(name, &mut bytes)
    }

    fn put_file(&self, name: &str, file: &Path) -> Result<(), Problem> {
        let mut content =
            File::open(file).map_err(|error| problems::cannot_read(file.display(), name, error))?;
        self.write(name, &mut content)
    }

    fn get(&self, name: &str) -> Result<Option<Box<dyn Read + '_>>, Problem> {
        check_name(name)?;
        match File::open(self.root.join(name)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(problems::cannot_read(&self.place, name, error)),
        }
    }

    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, Problem> {
        // Only the folder in which the prefix ends is read.
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut found = Vec::new();
        self.collect(&self.root.join(folder), &mut found)
            .map_err(|error| problems::cannot_list(&self.place, error))?;
        found.retain(|(name, _)| name.starts_with(prefix));
        found.sort();
        Ok(found)
    }

    fn remove(&self, name: &str) -> Result<(), Problem> {
        check_name(name)?;
        let path = self.root.join(name);
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => Err(error),
            Ok(()) => path.parent().map_or(Ok(()), sync_folder),
        };
        removed.map_err(|error| problems::cannot_write(&self.place, name, error))
    }

    fn place(&self) -> &str {
        &self.place
    }
}

/// Makes a folder with its parents and flushes their names to the disk.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        // Another process was quicker.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    folder.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_put_listed_read_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let depot = Folder::at(&dir.path().join("a/b"));
        assert_eq!(depot.list("").unwrap(), []);
        assert!(depot.get("x/y").unwrap().is_none());
        depot.put("x/y.1", b"one").unwrap();
        depot.put("x/y.2", b"two!").unwrap();
        depot.put("z", b"").unwrap();
        depot.put("x/y.1", b"one again").unwrap();
        let listed = |prefix| {
            let found = depot.list(prefix).unwrap();
            found
                .into_iter()
                .map(|(name, size)| format!("{name} {size}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(listed(""), ["x/y.1 9", "x/y.2 4", "z 0"]);
        assert_eq!(listed("x/y.2"), ["x/y.2 4"]);
        let depot: &dyn Depot = &depot;
        assert_eq!(depot.read("x/y.1", 9).unwrap().unwrap(), b"one again");
        assert_eq!(depot.read("x/y.1", 8).unwrap_err().code, "D104");
        depot.remove("x/y.1").unwrap();
        depot.remove("x/y.1").unwrap();
        assert!(depot.get("x/y.1").unwrap().is_none());
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let depot = Folder::at(dir.path());
        for name in ["", "/x", "../x", "x/../y", "x//y", ".x", "x y", "质"] {
            assert_eq!(depot.put(name, b"").unwrap_err().code, "D105", "{name}");
        }
    }
}
