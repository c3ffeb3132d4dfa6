//! What a bundle is to its reader: named files, wherever they lie.

use std::io::{BufRead, Read};

use base::Problem;

use crate::problems;

/// Named files. Names have `/` between their parts and none of them is `.` or `..`.
pub trait Files {
    /// Opens a file; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open(&self, path: &str) -> Result<Option<Box<dyn BufRead + '_>>, Problem>;

    /// Every file's name.
    ///
    /// # Errors
    /// They cannot be listed.
    fn list(&self) -> Result<Vec<String>, Problem>;
}

impl dyn Files + '_ {
    /// A whole file; `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read, or has more than `limit` bytes.
    pub fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some(file) = self.open(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| problems::cannot_read(path, error))?;
        if bytes.len() as u64 > limit {
            return Err(problems::file_too_large(path, limit));
        }
        Ok(Some(bytes))
    }

    /// A whole file that must be there.
    ///
    /// # Errors
    /// It is not, cannot be read, or has more than `limit` bytes.
    pub fn require(&self, path: &str, limit: u64) -> Result<Vec<u8>, Problem> {
        self.read(path, limit)?
            .ok_or_else(|| problems::file_missing(path))
    }
}
