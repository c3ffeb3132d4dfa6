//! The bytes of a file: how much of them is read, and gzip around them.
//!
//! A file is read twice (once to find its encoding, once for its rows), so the source can be rewound.
//! Every reader here counts what passes and stops at the declared limit; the problem travels inside
//! the `io::Error`. Next: `detect.rs`, which says what kind of file it is.

use std::io::{self, Read, Seek, SeekFrom};

use base::Problem;
use flate2::read::MultiGzDecoder;

use crate::limits::Limits;
use crate::problems;

/// What a table can be read from: a file, or bytes in memory.
pub(crate) trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// A source of bytes with its declared limits.
pub(crate) struct Source<'a> {
    inner: Box<dyn ReadSeek + 'a>,
    bytes: u64,
    is_gzip: bool,
    limits: Limits,
}

impl<'a> Source<'a> {
    /// Looks at the size and the first bytes.
    pub(crate) fn open(
        mut inner: Box<dyn ReadSeek + 'a>,
        limits: &Limits,
    ) -> Result<Self, Problem> {
        let bytes = inner.seek(SeekFrom::End(0)).map_err(problem_of)?;
        if bytes == 0 {
            return Err(problems::empty_file());
        }
        if bytes > limits.input_bytes_max {
            return Err(problems::too_many_bytes(limits.input_bytes_max));
        }
        inner.seek(SeekFrom::Start(0)).map_err(problem_of)?;
        let mut magic = [0; 2];
        let is_gzip = match inner.read_exact(&mut magic) {
            Ok(()) => magic == [0x1F, 0x8B],
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(problem_of(error)),
        };
        Ok(Self {
            inner,
            bytes,
            is_gzip,
            limits: limits.clone(),
        })
    }

    pub(crate) fn is_gzip(&self) -> bool {
        self.is_gzip
    }

    /// The unpacked bytes from the start.
    pub(crate) fn read(&mut self) -> Result<impl Read + use<'_, 'a>, Problem> {
        self.inner.seek(SeekFrom::Start(0)).map_err(problem_of)?;
        Ok(Unpacked::over(
            &mut self.inner,
            self.bytes,
            self.is_gzip,
            &self.limits,
        ))
    }

    /// The same, taking the source with it.
    pub(crate) fn into_read(mut self) -> Result<Box<dyn Read + Send + 'a>, Problem> {
        self.inner.seek(SeekFrom::Start(0)).map_err(problem_of)?;
        Ok(Box::new(Unpacked::over(
            self.inner,
            self.bytes,
            self.is_gzip,
            &self.limits,
        )))
    }

    /// All unpacked bytes.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        self.into_read()?
            .read_to_end(&mut bytes)
            .map_err(problem_of)?;
        Ok(bytes)
    }
}

/// Plain or unpacked bytes, counted.
struct Unpacked<R> {
    bytes: Packing<R>,
    allowed: u64,
    limit: Problem,
}

enum Packing<R> {
    Plain(R),
    Gzip(Box<MultiGzDecoder<R>>),
}

impl<R: Read> Unpacked<R> {
    fn over(inner: R, packed_bytes: u64, is_gzip: bool, limits: &Limits) -> Self {
        if !is_gzip {
            return Self {
                bytes: Packing::Plain(inner),
                allowed: limits.input_bytes_max,
                limit: problems::too_many_bytes(limits.input_bytes_max),
            };
        }
        let (allowed, ratio_binds) = limits.unpacked_allowance(packed_bytes);
        Self {
            bytes: Packing::Gzip(Box::new(MultiGzDecoder::new(inner))),
            allowed,
            limit: if ratio_binds {
                problems::unpacks_suspiciously(limits.unpack_ratio_max)
            } else {
                problems::unpacks_too_large(limits.unpacked_bytes_max)
            },
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            Packing::Plain(inner) => inner.read(buffer)?,
            Packing::Gzip(inner) => inner.read(buffer).map_err(gzip_fault)?,
        };
        match u64::try_from(read)
            .ok()
            .and_then(|read| self.allowed.checked_sub(read))
        {
            Some(left) => self.allowed = left,
            None => return Err(io::Error::other(self.limit.clone())),
        }
        Ok(read)
    }
}

/// What the unpacker says when the packed bytes are wrong; other faults are the source's own.
fn gzip_fault(error: io::Error) -> io::Error {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        UnexpectedEof | InvalidData | InvalidInput => {
            io::Error::other(problems::damaged_gzip(error))
        }
        _ => error,
    }
}

/// The problem that travelled inside an I/O error, or the error itself as a problem.
pub(crate) fn problem_of(error: io::Error) -> Problem {
    match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => problems::read_failed(error),
    }
}
