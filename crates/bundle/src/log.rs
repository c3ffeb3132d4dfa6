//! A static log as files: writing it leaf by leaf, and checking all of it against a checkpoint.
//!
//! [`check_log`] believes nothing but the root that it is given: every entry is hashed, every tile
//! is made anew and compared, and what comes out must be that root. Any log in the form of C2SP
//! tlog-tiles can be read so; what its entries are is the caller's affair.

use base::Problem;

use crate::files::Files;
use crate::merkle::{self, Hash};
use crate::problems;
use crate::tiles::{
    ENTRY_BYTES_MAX, FullTile, GrowingTiles, TILE_WIDTH, entries_path, read_entries, read_tile,
    tile_path, width, write_entry,
};
use crate::tree::TileSource;

/// The longest bundle of entries: 256 of the longest with their lengths.
const ENTRIES_BYTES_MAX: u64 = TILE_WIDTH as u64 * (ENTRY_BYTES_MAX as u64 + 2);

/// The length of a full tile.
const TILE_BYTES_MAX: u64 = TILE_WIDTH as u64 * 32;

/// The files of a log as it grows: give entries, take files.
#[derive(Debug, Default)]
pub struct LogWriter {
    tiles: GrowingTiles,
    entries: Vec<u8>,
}

/// A file of the log: its name and its bytes.
pub type NamedFile = (String, Vec<u8>);

impl LogWriter {
    /// The empty log.
    pub fn new() -> LogWriter {
        LogWriter::default()
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.tiles.size()
    }

    /// The root of the tree over them.
    pub fn root(&self) -> Hash {
        self.tiles.root()
    }

    /// Adds an entry and gives the files that are full with it.
    ///
    /// # Errors
    /// V108 when the entry is longer than a bundle can say.
    pub fn push(&mut self, entry: &[u8]) -> Result<Vec<NamedFile>, Problem> {
        if !write_entry(&mut self.entries, entry) {
            return Err(problems::entry_too_long(self.size() + 1, ENTRY_BYTES_MAX));
        }
        let full = self.tiles.push(merkle::leaf_hash(entry));
        let mut files = Vec::new();
        for tile in full {
            if tile.level == 0 {
                let path = entries_path(tile.number, TILE_WIDTH);
                files.push((path, std::mem::take(&mut self.entries)));
            }
            files.push((
                tile_path(tile.level, tile.number, TILE_WIDTH),
                tile.hashes.concat(),
            ));
        }
        Ok(files)
    }

    /// The partial files of the log as it stands.
    pub fn partial(&self) -> Vec<NamedFile> {
        let mut files = Vec::new();
        for (level, number, hashes) in self.tiles.partial() {
            // A partial tile has fewer than 256 hashes.
            let width = hashes.len() as u16;
            if level == 0 {
                files.push((entries_path(number, width), self.entries.clone()));
            }
            files.push((tile_path(level, number, width), hashes.concat()));
        }
        files
    }
}

/// The tiles that lie in files.
pub struct TilesOf<'a>(pub &'a dyn Files);

impl TileSource for TilesOf<'_> {
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Problem> {
        let (path, bytes, found) = find(self.0, width, TILE_BYTES_MAX, |width| {
            tile_path(level, number, width)
        })?;
        let mut hashes = read_tile(&bytes, found).ok_or_else(|| problems::tile_malformed(&path))?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

/// A file of that width, or the full one in its place: its name, its bytes and its width.
fn find(
    files: &dyn Files,
    width: u16,
    limit: u64,
    path: impl Fn(u16) -> String,
) -> Result<(String, Vec<u8>, u16), Problem> {
    let wanted = path(width);
    if let Some(bytes) = files.read(&wanted, limit)? {
        return Ok((wanted, bytes, width));
    }
    // A log may delete a partial file once the full one is there.
    let full = path(TILE_WIDTH);
    match files.read(&full, limit)? {
        Some(bytes) => Ok((full, bytes, TILE_WIDTH)),
        None => Err(problems::file_missing(wanted)),
    }
}

/// Is told an entry's number (from 0) and its bytes.
pub type OnEntry<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), Problem>;

/// Checks the whole log of `size` entries against its `root`: entries against tiles, tiles against
/// each other and the root. `on_entry` is told each entry's number (from 0) and bytes, in order,
/// after it was found in its tile; nothing is proved before this function has returned.
///
/// # Errors
/// The first thing that is wrong, named; or what `on_entry` gives.
pub fn check_log(
    files: &dyn Files,
    size: u64,
    root: &Hash,
    on_entry: OnEntry<'_>,
) -> Result<(), Problem> {
    let tiles = TilesOf(files);
    let mut growing = GrowingTiles::new();
    for number in 0..size.div_ceil(u64::from(TILE_WIDTH)) {
        let width = width(size, 0, number);
        let (path, bytes, found) = find(files, width, ENTRIES_BYTES_MAX, |width| {
            entries_path(number, width)
        })?;
        let entries =
            read_entries(&bytes, found).ok_or_else(|| problems::entries_malformed(&path))?;
        let stored = tiles.tile(0, number, width)?;
        for (entry, stored) in entries.iter().take(usize::from(width)).zip(&stored) {
            let leaf = merkle::leaf_hash(entry);
            if leaf != *stored {
                return Err(problems::entry_not_in_tile(growing.size() + 1, &path));
            }
            on_entry(growing.size(), entry)?;
            for full in growing.push(leaf) {
                check_tile(&tiles, &full)?;
            }
        }
    }
    for (level, number, hashes) in growing.partial() {
        let width = hashes.len() as u16;
        if level > 0 && tiles.tile(level, number, width)? != hashes {
            return Err(problems::tile_differs(tile_path(level, number, width)));
        }
    }
    if growing.root() != *root {
        return Err(problems::root_differs(size));
    }
    Ok(())
}

fn check_tile(tiles: &TilesOf<'_>, full: &FullTile) -> Result<(), Problem> {
    // Level 0 was compared hash by hash.
    if full.level > 0 && tiles.tile(full.level, full.number, TILE_WIDTH)? != full.hashes {
        let path = tile_path(full.level, full.number, TILE_WIDTH);
        return Err(problems::tile_differs(path));
    }
    Ok(())
}
