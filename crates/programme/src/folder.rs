//! One package from the disk: a folder of `.toml` files, or one workbook.
//!
//! Every limit is declared in [`crate::load`] and has an error that names it. Which packages are
//! read is decided by [`Sources::read_folder`](crate::Sources::read_folder).

use std::path::{Path, PathBuf};

use base::Problem;

use crate::load::{FILE_BYTES_MAX, FILES_MAX, FOLDERS_MAX, HEADER_FILE, Layer, PACKAGE_BYTES_MAX};
use crate::problems_text as problem;

/// The names of the packages in a folder.
pub(crate) fn packages_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().join(HEADER_FILE).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Reads one package from a folder or a workbook; `shown` is the path as the reader knows it.
pub(crate) fn read_layer(path: &Path, shown: &Path) -> Result<Layer, Vec<Problem>> {
    let unreadable =
        |error: &dyn std::fmt::Display| vec![problem::unreadable(shown.display(), error)];
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    let name = path
        .file_stem()
        .filter(|_| metadata.is_file())
        .or(path.file_name())
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    if metadata.is_file() {
        if metadata.len() > PACKAGE_BYTES_MAX {
            return Err(vec![problem::too_many_bytes(
                shown.display(),
                PACKAGE_BYTES_MAX,
            )]);
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
        return crate::workbook::from_workbook(&name, &bytes);
    }
    if !path.join(HEADER_FILE).is_file() {
        return Err(vec![problem::not_a_package(shown.display())]);
    }
    let mut reader = FolderReader {
        files: Vec::new(),
        bytes: 0,
        problems: Vec::new(),
    };
    reader.folder(path, "", 0);
    match reader.problems.is_empty() {
        true => Ok(Layer::new(&name, reader.files)),
        false => Err(reader.problems),
    }
}

/// Collects the `.toml` files below a folder; hidden files and folders are no part of a package.
struct FolderReader {
    files: Vec<(String, String)>,
    bytes: u64,
    problems: Vec<Problem>,
}

impl FolderReader {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        if depth > FOLDERS_MAX {
            return self
                .problems
                .push(problem::too_deep(folder.display(), FOLDERS_MAX));
        }
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = match entries {
            Ok(entries) => entries.into_iter().map(|entry| entry.path()).collect(),
            Err(error) => {
                return self
                    .problems
                    .push(problem::unreadable(folder.display(), error));
            }
        };
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.folder(&path, &format!("{prefix}{name}/"), depth + 1);
            } else if name.ends_with(".toml") {
                self.file(&path, format!("{prefix}{name}"));
            }
        }
    }

    fn file(&mut self, path: &Path, relative: String) {
        if self.files.len() == FILES_MAX {
            self.problems.push(problem::too_many_files(FILES_MAX));
        }
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.bytes = self.bytes.saturating_add(size);
        if self.files.len() >= FILES_MAX {
            return;
        }
        if size > FILE_BYTES_MAX {
            return self
                .problems
                .push(problem::too_many_bytes(path.display(), FILE_BYTES_MAX));
        }
        if self.bytes > PACKAGE_BYTES_MAX {
            return self
                .problems
                .push(problem::too_many_bytes(path.display(), PACKAGE_BYTES_MAX));
        }
        match std::fs::read(path) {
            Err(error) => self
                .problems
                .push(problem::unreadable(path.display(), error)),
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => self.files.push((
                    relative,
                    text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned(),
                )),
                Err(_) => self.problems.push(problem::not_utf8(path.display())),
            },
        }
    }
}
