//! The zip around a workbook, measured before it is parsed.
//!
//! Each part is unpacked once into nothing and counted, because sizes written in an archive can lie.
//! The number of shared texts is counted too: the parser beneath reserves memory for as many as the
//! file claims. Next: `workbook.rs`.

use std::io::{self, Cursor, Read};

use base::Problem;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::limits::Limits;
use crate::problems;

/// Refuses an archive that is cut, locked, foreign, or larger inside than declared limits allow.
pub(crate) fn check_archive(bytes: &[u8], limits: &Limits) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
        // The directory stands at the end of a zip; the file began as one, so the end is missing.
        ZipError::InvalidArchive(_) | ZipError::Io(_) => problems::cut_workbook(),
        other => problems::damaged_workbook(other),
    })?;
    if archive.len() > limits.parts_max {
        return Err(problems::too_many_parts(limits.parts_max));
    }
    refuse_foreign(&archive)?;
    let packed = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let (mut allowed, ratio_binds) = limits.unpacked_allowance(packed);
    let mut buffer = vec![0; 1 << 16];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(part_problem)?;
        let name = part
            .name()
            .map_err(part_problem)?
            .replace('\\', "/")
            .to_ascii_lowercase();
        let mut structure_left = is_structure(&name).then_some(limits.structure_bytes_max);
        let mut shared = name
            .ends_with("sharedstrings.xml")
            .then(|| SharedTexts::new(limits.shared_texts_max));
        loop {
            let read = part.read(&mut buffer).map_err(read_problem)?;
            let chunk = buffer.get(..read).unwrap_or_default();
            if let Some(shared) = &mut shared {
                shared.scan(chunk, read == 0)?;
            }
            if read == 0 {
                break;
            }
            let read = u64::try_from(read).unwrap_or(u64::MAX);
            allowed = allowed.checked_sub(read).ok_or_else(|| {
                if ratio_binds {
                    problems::unpacks_suspiciously(limits.unpack_ratio_max)
                } else {
                    problems::unpacks_too_large(limits.unpacked_bytes_max)
                }
            })?;
            if let Some(left) = &mut structure_left {
                *left = left.checked_sub(read).ok_or_else(|| {
                    problems::structure_too_large(&name, limits.structure_bytes_max)
                })?;
            }
        }
    }
    Ok(())
}

/// Other documents are zips too.
fn refuse_foreign(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), Problem> {
    let has = |wanted: &str| {
        archive
            .file_names()
            .flatten()
            .any(|name| name.replace('\\', "/").eq_ignore_ascii_case(wanted))
    };
    if has("xl/workbook.bin") {
        return Err(problems::other_format("xlsb"));
    }
    if has("content.xml") && has("mimetype") {
        return Err(problems::other_format("OpenDocument"));
    }
    if has("word/document.xml") {
        return Err(problems::other_format("Word"));
    }
    if has("ppt/presentation.xml") {
        return Err(problems::other_format("PowerPoint"));
    }
    if !has("_rels/.rels") {
        return Err(problems::not_a_workbook());
    }
    Ok(())
}

fn part_problem(error: ZipError) -> Problem {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => problems::locked_workbook(),
        ZipError::Io(error) => read_problem(error),
        other => problems::damaged_workbook(other),
    }
}

fn read_problem(error: io::Error) -> Problem {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        problems::cut_workbook()
    } else {
        problems::damaged_workbook(error)
    }
}

/// Parts that are parsed as a whole and are small in every honest file.
fn is_structure(name: &str) -> bool {
    const LARGE: [&str; 10] = [
        "worksheets/",
        "sharedstrings",
        "media/",
        "pivotcache",
        "calcchain",
        "externallinks",
        "embeddings/",
        "drawings/",
        "comments",
        "vbaproject",
    ];
    !LARGE.iter().any(|part| name.contains(part)) || name.ends_with(".rels")
}

/// Counts the texts of a shared-strings part, and reads how many it claims to have.
struct SharedTexts {
    limit: usize,
    count: usize,
    /// The end of what was scanned, in which a mark may have begun.
    tail: Vec<u8>,
}

impl SharedTexts {
    /// Room for `uniqueCount = "` and 20 digits.
    const LOOK_AHEAD: usize = 64;
    const CLAIM: &'static [u8] = b"uniqueCount";

    fn new(limit: usize) -> Self {
        Self {
            limit,
            count: 0,
            tail: Vec::new(),
        }
    }

    fn scan(&mut self, chunk: &[u8], is_end: bool) -> Result<(), Problem> {
        let mut text = std::mem::take(&mut self.tail);
        text.extend_from_slice(chunk);
        let end = if is_end {
            text.len()
        } else {
            text.len().saturating_sub(Self::LOOK_AHEAD)
        };
        for at in 0..end {
            let rest = text.get(at..).unwrap_or_default();
            match rest {
                [
                    b'<' | b':',
                    b's',
                    b'i',
                    b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n',
                    ..,
                ] => {
                    self.count += 1;
                }
                [b'u', ..] if rest.starts_with(Self::CLAIM) => {
                    let claim = rest.get(Self::CLAIM.len()..).unwrap_or_default();
                    if claimed_number(claim).is_some_and(|claim| claim > self.limit) {
                        return Err(problems::too_many_shared_texts(self.limit));
                    }
                }
                _ => {}
            }
        }
        if self.count > self.limit {
            return Err(problems::too_many_shared_texts(self.limit));
        }
        text.drain(..end);
        self.tail = text;
        Ok(())
    }
}

/// The number behind ` = "`; more digits than fit are a very large number.
fn claimed_number(text: &[u8]) -> Option<usize> {
    let digits: Vec<u8> = text
        .iter()
        .copied()
        .skip_while(|byte| matches!(byte, b' ' | b'=' | b'"' | b'\'' | b'\t' | b'\r' | b'\n'))
        .take_while(u8::is_ascii_digit)
        .take(SharedTexts::LOOK_AHEAD)
        .collect();
    if digits.is_empty() {
        return None;
    }
    let digits = std::str::from_utf8(&digits).ok()?;
    Some(digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &[u8], chunk: usize, limit: usize) -> Result<usize, &'static str> {
        let mut shared = SharedTexts::new(limit);
        for part in text.chunks(chunk) {
            shared.scan(part, false).map_err(|problem| problem.code)?;
        }
        shared.scan(&[], true).map_err(|problem| problem.code)?;
        Ok(shared.count)
    }

    #[test]
    fn shared_texts_are_counted_in_pieces_of_any_size() {
        let text = b"<sst count=\"3\" uniqueCount=\"3\"><si><t>a</t></si><si/><si ><t/></si></sst>";
        for chunk in [1, 2, 7, 64, 65, 1000] {
            assert_eq!(scan(text, chunk, 3), Ok(3), "{chunk}");
            assert_eq!(scan(text, chunk, 2), Err("S206"), "{chunk}");
        }
    }

    #[test]
    fn a_claim_is_enough_to_refuse() {
        let text = b"<sst uniqueCount=\"99999999999999999999999\"></sst>";
        assert_eq!(scan(text, 10, 1000), Err("S206"));
    }
}
