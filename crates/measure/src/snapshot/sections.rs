//! Reading the sections of a snapshot: found first, then read on several threads, the longest first.
//!
//! What is long (cells, texts, numbers) is read straight into the memory where it stays, a stretch at a
//! time, and each stretch goes into the checksum while the processor's cache still has it. What is in a
//! section follows from its name; a name that was changed is found by the checksum.

use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicUsize, Ordering};

use base::Problem;
use xxhash_rust::xxh3::Xxh3;
use zerocopy::{FromBytes, Immutable, IntoBytes};

use super::{COLUMN, END, ENDS, HEAD, INDEX, NAME_BYTES_MAX, SEGMENT, STAGED, TEXTS};
use crate::cells::{Cells, Packed};
use crate::problems;

/// Bytes that are read and hashed at a time.
const STRETCH: usize = 1 << 18;
/// A thread more for every so many bytes.
const BYTES_PER_THREAD: u64 = 4 << 20;
/// Cells within cells stand only so deep.
const DEPTH: usize = 2;

/// A section that was read.
pub(super) struct Section {
    pub name: String,
    /// The checksum that it has in the file, which is right when there is content.
    pub sum: u64,
    pub content: Result<Content, Problem>,
}

/// What was in a section.
pub(super) enum Content {
    /// Anything short.
    Bytes(Vec<u8>),
    /// Texts of a dictionary and its secret.
    Text {
        seed: u64,
        text: String,
    },
    /// Never falling.
    Numbers(Vec<u64>),
    Words(Vec<u32>),
    Cells(Cells),
    Rows(Box<Rows>),
}

/// Rows, apart from their columns.
pub(super) struct Rows {
    pub rows: usize,
    pub width: usize,
    pub added: Cells,
    pub ids: Cells,
    pub from: Cells,
    pub to: Cells,
    pub hidden_rows: Vec<u32>,
    pub hidden_at: Vec<u64>,
}

/// Where a section stands.
struct Found {
    name: String,
    at: u64,
    length: u64,
    sum: u64,
}

/// All sections in their order, up to the last or the first that cannot be one.
///
/// # Errors
/// Reading fails. What is wrong with a section is told in its place.
pub(super) fn read<R: Read + Seek + Send>(
    open: impl Fn() -> std::io::Result<R> + Sync,
) -> Result<Vec<Section>, Problem> {
    let not_read = |error| problems::snapshot_not_read(HEAD, error);
    let mut input = open().map_err(not_read)?;
    let (found, end) = find(&mut input)?;
    let mut longest_first: Vec<(usize, &Found)> = found.iter().enumerate().collect();
    longest_first.sort_by_key(|(_, section)| std::cmp::Reverse(section.length));
    let next = AtomicUsize::new(0);
    let take = |mut input: R| {
        let mut done = Vec::new();
        while let Some((place, section)) = longest_first.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*place, load(&mut input, section)));
        }
        done
    };
    let bytes: u64 = found.iter().map(|section| section.length).sum();
    let most = std::thread::available_parallelism().map_or(1, |most| most.get() as u64);
    let threads = (bytes / BYTES_PER_THREAD).clamp(1, most);
    let mut inputs = Vec::new();
    for _ in 1..threads {
        inputs.push(open().map_err(not_read)?);
    }
    let mut contents: Vec<(usize, Result<Content, Problem>)> = std::thread::scope(|scope| {
        let take = &take;
        let others: Vec<_> = inputs
            .into_iter()
            .map(|input| scope.spawn(move || take(input)))
            .collect();
        let mut done = take(input);
        for other in others {
            match other.join() {
                Ok(other) => done.extend(other),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    contents.sort_unstable_by_key(|(place, _)| *place);
    let read = found.into_iter().zip(contents);
    let mut sections: Vec<Section> = read
        .map(|(found, (_, content))| Section {
            name: found.name,
            sum: found.sum,
            content,
        })
        .collect();
    if let Some(problem) = end {
        sections.push(Section {
            name: String::new(),
            sum: 0,
            content: Err(problem),
        });
    }
    Ok(sections)
}

/// Goes from section to section up to the last, and says what is wrong behind those that were found.
fn find<R: Read + Seek>(input: &mut R) -> Result<(Vec<Found>, Option<Problem>), Problem> {
    let mut found: Vec<Found> = Vec::new();
    let not_read = |error| problems::snapshot_not_read(HEAD, error);
    let mut at = input.stream_position().map_err(not_read)?;
    let end = input.seek(SeekFrom::End(0)).map_err(not_read)?;
    loop {
        let name = found.last().map(|last| last.name.as_str());
        if name == Some(END) {
            let is_end = at == end;
            return Ok((found, (!is_end).then(|| problems::damaged_snapshot(END))));
        }
        let wrong = match name {
            Some(name) => problems::damaged_snapshot(name),
            None => problems::no_snapshot(),
        };
        let section = input
            .seek(SeekFrom::Start(at))
            .and_then(|_| header(input, at));
        let section = match section {
            Ok(section) => section,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(problems::snapshot_not_read(name.unwrap_or(HEAD), error)),
        };
        let Some(section) = section else {
            return Ok((found, Some(wrong)));
        };
        // Nothing is allocated for what is not there.
        match section.at.checked_add(section.length) {
            Some(behind) if behind <= end => at = behind,
            _ => return Ok((found, Some(problems::damaged_snapshot(section.name)))),
        }
        found.push(section);
    }
}

/// The header at hand; `None` when it can be none.
fn header(input: &mut impl Read, at: u64) -> std::io::Result<Option<Found>> {
    let mut length = [0; 2];
    input.read_exact(&mut length)?;
    let length = usize::from(u16::from_le_bytes(length));
    if length > NAME_BYTES_MAX {
        return Ok(None);
    }
    let mut name = vec![0; length];
    input.read_exact(&mut name)?;
    let (mut bytes, mut sum) = ([0; 8], [0; 8]);
    input.read_exact(&mut bytes)?;
    input.read_exact(&mut sum)?;
    Ok(String::from_utf8(name).ok().map(|name| Found {
        name,
        at: at + 2 + length as u64 + 16,
        length: u64::from_le_bytes(bytes),
        sum: u64::from_le_bytes(sum),
    }))
}

/// Reads a section and checks it.
fn load<R: Read + Seek>(input: &mut R, section: &Found) -> Result<Content, Problem> {
    let name = section.name.as_str();
    let sought = input.seek(SeekFrom::Start(section.at));
    sought.map_err(|error| problems::snapshot_not_read(name, error))?;
    let mut hash = Xxh3::new();
    hash.update(name.as_bytes());
    let mut stream = Stream {
        input,
        name,
        left: usize::try_from(section.length).map_err(|_| problems::damaged_snapshot(name))?,
        hash,
    };
    let content = stream.content()?;
    if stream.left != 0 || stream.hash.digest() != section.sum {
        return Err(stream.damaged());
    }
    Ok(content)
}

/// A number that can be read as bytes, little-endian.
trait Word: Copy + Default + FromBytes + Immutable + IntoBytes {
    fn of_little_endian(self) -> Self;
}

macro_rules! word {
    ($($word:ty)*) => {$(
        impl Word for $word {
            fn of_little_endian(self) -> Self {
                <$word>::from_le(self)
            }
        }
    )*};
}
word!(u8 u16 u32 u64 i64);

/// The bytes of one section on their way in.
struct Stream<'s, R> {
    input: &'s mut R,
    name: &'s str,
    /// Bytes of the section that were not read yet.
    left: usize,
    hash: Xxh3,
}

impl<R: Read> Stream<'_, R> {
    fn damaged(&self) -> Problem {
        problems::damaged_snapshot(self.name)
    }

    fn content(&mut self) -> Result<Content, Problem> {
        let name = self.name;
        Ok(if name.ends_with(ENDS) {
            Content::Numbers(self.ascending()?)
        } else if name.ends_with(INDEX) {
            Content::Words(self.words()?)
        } else if name.contains(COLUMN) {
            Content::Cells(self.cells(DEPTH)?)
        } else if name.contains(SEGMENT) || name.starts_with(STAGED) {
            Content::Rows(Box::new(self.rows()?))
        } else if name.starts_with(TEXTS) {
            let seed = self.number()?;
            let length = self.count()?;
            let text = String::from_utf8(self.values(length)?).map_err(|_| self.damaged())?;
            Content::Text { seed, text }
        } else {
            Content::Bytes(self.values(self.left)?)
        })
    }

    /// So many numbers; `see` gets each stretch of them.
    fn values_seen<T: Word>(
        &mut self,
        count: usize,
        mut see: impl FnMut(&[T]),
    ) -> Result<Vec<T>, Problem> {
        let length = count.checked_mul(size_of::<T>());
        let length = length.filter(|length| *length <= self.left);
        self.left -= length.ok_or_else(|| self.damaged())?;
        let mut values = vec![T::default(); count];
        for stretch in values.chunks_mut(STRETCH / size_of::<T>()) {
            let read = self.input.read_exact(stretch.as_mut_bytes());
            read.map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => self.damaged(),
                _ => problems::snapshot_not_read(self.name, error),
            })?;
            self.hash.update(stretch.as_bytes());
            for value in stretch.iter_mut() {
                *value = value.of_little_endian();
            }
            see(stretch);
        }
        Ok(values)
    }

    fn values<T: Word>(&mut self, count: usize) -> Result<Vec<T>, Problem> {
        self.values_seen(count, |_| ())
    }

    fn number(&mut self) -> Result<u64, Problem> {
        let mut bytes = [0; 8];
        self.left = self
            .left
            .checked_sub(bytes.len())
            .ok_or_else(|| self.damaged())?;
        let read = self.input.read_exact(&mut bytes);
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.damaged(),
            _ => problems::snapshot_not_read(self.name, error),
        })?;
        self.hash.update(&bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn signed(&mut self) -> Result<i64, Problem> {
        self.number().map(u64::cast_signed)
    }

    fn count(&mut self) -> Result<usize, Problem> {
        let number = self.number()?;
        usize::try_from(number).map_err(|_| self.damaged())
    }

    fn numbers(&mut self) -> Result<Vec<u64>, Problem> {
        let count = self.count()?;
        self.values(count)
    }

    fn words(&mut self) -> Result<Vec<u32>, Problem> {
        let count = self.count()?;
        self.values(count)
    }

    /// Numbers of which none is less than the one before.
    fn ascending(&mut self) -> Result<Vec<u64>, Problem> {
        let count = self.count()?;
        let (mut last, mut is_ascending) = (0, true);
        let numbers = self.values_seen(count, |stretch: &[u64]| {
            is_ascending &= stretch.first().is_none_or(|first| last <= *first);
            is_ascending &= stretch.is_sorted();
            last = stretch.last().copied().unwrap_or(last);
        })?;
        match is_ascending {
            true => Ok(numbers),
            false => Err(self.damaged()),
        }
    }

    fn packed<T: Word>(&mut self) -> Result<Packed<T>, Problem> {
        let (base, least, greatest) = (self.signed()?, self.signed()?, self.signed()?);
        let count = self.count()?;
        Ok(Packed {
            base,
            codes: self.values(count)?,
            least,
            greatest,
        })
    }

    /// Cells, with cells within them at most `depth` deep.
    fn cells(&mut self, depth: usize) -> Result<Cells, Problem> {
        Ok(match self.number()? {
            0 => Cells::Same {
                cell: self.signed()?,
                rows: self.count()?,
            },
            1 => Cells::Byte(self.packed()?),
            2 => Cells::Short(self.packed()?),
            4 => Cells::Word(self.packed()?),
            8 => {
                let count = self.count()?;
                Cells::Wide(self.values(count)?)
            }
            16 if depth > 0 => Cells::Runs {
                rows: self.count()?,
                starts: self.words()?,
                cells: Box::new(self.cells(depth - 1)?),
            },
            32 if depth > 0 => Cells::Sparse {
                rows: self.count()?,
                usual: self.signed()?,
                at: self.words()?,
                cells: Box::new(self.cells(depth - 1)?),
            },
            _ => return Err(self.damaged()),
        })
    }

    fn rows(&mut self) -> Result<Rows, Problem> {
        Ok(Rows {
            rows: self.count()?,
            width: self.count()?,
            added: self.cells(DEPTH)?,
            ids: self.cells(DEPTH)?,
            from: self.cells(DEPTH)?,
            to: self.cells(DEPTH)?,
            hidden_rows: self.words()?,
            hidden_at: self.numbers()?,
        })
    }
}
