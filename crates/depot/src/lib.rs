//! Objects by name, in a folder or in an S3-compatible store: where backups are put.
//!
//! An object is there whole or not at all: what was interrupted left nothing under its name. It must
//! not know what an object means, and names are the caller's. Read [`Depot`], then [`open`].

use std::io::Read;
use std::path::Path;

use base::Problem;

mod folder;
pub mod problems;
#[cfg(feature = "s3")]
mod s3;

pub use folder::Folder;
#[cfg(feature = "s3")]
pub use s3::{Access, S3};

/// The longest name of an object, in bytes.
pub const NAME_BYTES_MAX: usize = 512;

/// What begins the place of an S3-compatible store.
pub const S3_SCHEME: &str = "s3://";

/// A place that holds objects by name. Names are parts of letters, digits, `.`, `-` and `_`, joined by
/// `/`; no part begins with a dot.
pub trait Depot {
    /// Puts an object, in the place of what has that name. When it returns, the object is durable.
    ///
    /// # Errors
    /// The place refuses; then the object is as it was.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Problem>;

    /// Puts a file as an object; it is not read into memory.
    ///
    /// # Errors
    /// The file cannot be read or the place refuses; then the object is as it was.
    fn put_file(&self, name: &str, file: &Path) -> Result<(), Problem>;

    /// Opens an object; `None` when there is none.
    ///
    /// # Errors
    /// The place cannot be read.
    fn get(&self, name: &str) -> Result<Option<Box<dyn Read + '_>>, Problem>;

    /// The names that begin with `prefix`, in order, each with its size in bytes.
    ///
    /// # Errors
    /// The place cannot be read.
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, Problem>;

    /// Removes an object; one that is not there stays away.
    ///
    /// # Errors
    /// The place refuses.
    fn remove(&self, name: &str) -> Result<(), Problem>;

    /// The place as it was named, for messages.
    fn place(&self) -> &str;
}

impl dyn Depot + '_ {
    /// A whole object of at most `limit` bytes; `None` when there is none.
    ///
    /// # Errors
    /// The place cannot be read, or the object is larger.
    pub fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let Some(object) = self.get(name)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        object
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| problems::cannot_read(self.place(), name, error))?;
        if bytes.len() as u64 > limit {
            return Err(problems::too_large(self.place(), name, limit));
        }
        Ok(Some(bytes))
    }
}

/// Opens the place of that name: `s3://BUCKET/PREFIX`, or a folder. An S3-compatible store is reached as
/// the usual environment variables say, see [`Access::from_environment`]. A folder is made when something
/// is first put into it.
///
/// # Errors
/// The place is written wrongly, or the environment gives no access.
pub fn open(place: &str) -> Result<Box<dyn Depot>, Problem> {
    match place.strip_prefix(S3_SCHEME) {
        None => Ok(Box::new(Folder::at(Path::new(place)))),
        #[cfg(feature = "s3")]
        Some(_) => Ok(Box::new(S3::open(place, &Access::from_environment()?)?)),
        #[cfg(not(feature = "s3"))]
        Some(_) => Err(problems::built_without_s3(place)),
    }
}

/// Refuses a name that is none.
pub(crate) fn check_name(name: &str) -> Result<(), Problem> {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    if name.len() <= NAME_BYTES_MAX && name.split('/').all(is_part) {
        Ok(())
    } else {
        Err(problems::bad_name(name))
    }
}
