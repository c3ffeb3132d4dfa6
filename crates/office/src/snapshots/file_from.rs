//! An open file read from a place of one's own: several threads read one file at once, and it stays the same
//! file though another process may have put a newer one under its name.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

/// A file from some byte on.
#[derive(Debug)]
pub(super) struct FileFrom<'f> {
    file: &'f File,
    at: u64,
}

impl FileFrom<'_> {
    pub(super) fn new(file: &File, at: u64) -> FileFrom<'_> {
        FileFrom { file, at }
    }
}

impl Read for FileFrom<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, bytes, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for FileFrom<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
