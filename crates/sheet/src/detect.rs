//! What kind of file it is, found by its first bytes and never by its name.
//!
//! Offices rename files, and old systems export web pages as ".xls": each such file gets a problem that
//! says what it really is. Texts go on to `decode.rs`, workbooks to `workbook.rs`.

use std::io::Read;

use base::Problem;

use crate::problems;
use crate::source::{Source, problem_of};

/// The two kinds that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Workbook,
}

/// Bytes looked at. The directory of an old or locked workbook usually stands within the first
/// kilobytes, but it may stand anywhere, so that test is repeated there over the whole file.
const HEAD_BYTES: u64 = 4096;

const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Formats that are no tables or cannot be read, by their first bytes.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!\x1A\x07", "RAR"),
    (b"7z\xBC\xAF\x27\x1C", "7z"),
    (b"BZh", "bzip2"),
    (b"\xFD7zXZ\x00", "xz"),
    (b"\x28\xB5\x2F\xFD", "Zstandard"),
    (b"\x89PNG", "PNG"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"GIF8", "GIF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
];

/// How a web page or another mark-up file begins, in lower case.
const MARK_UP: &[&str] = &[
    "<!doctype",
    "<html",
    "<head",
    "<meta",
    "<table",
    "<body",
    "<?xml",
    "<div",
    "<style",
    "<script",
];

/// Says what the source is, or which unreadable format.
pub(crate) fn detect(source: &mut Source<'_>) -> Result<Kind, Problem> {
    let mut head = Vec::new();
    source
        .read()?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(problem_of)?;
    if head.is_empty() {
        return Err(problems::empty_file());
    }
    if source.is_gzip() && head.starts_with(&[0x1F, 0x8B]) {
        return Err(problems::nested_gzip());
    }
    if head.starts_with(COMPOUND_FILE) {
        return Err(compound_file_problem(source)?);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Workbook);
    }
    if head.starts_with(b"PK\x05\x06") {
        return Err(problems::not_a_workbook());
    }
    // The oldest workbooks are bare BIFF streams: a beginning-of-file record 09 0x 0n 00.
    if matches!(
        head.as_slice(),
        [
            0x09,
            0x00 | 0x02 | 0x04 | 0x08,
            0x04 | 0x06 | 0x08 | 0x10,
            0x00,
            ..
        ]
    ) {
        return Err(problems::old_workbook());
    }
    if let Some((_, kind)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(problems::other_format(kind));
    }
    if is_mark_up(&head) {
        return Err(problems::web_page());
    }
    Ok(Kind::Text)
}

/// An old workbook and a locked new one are both compound files; the locked one has a stream named
/// `EncryptedPackage` (MS-OFFCRYPTO 2.3.4.4), its name in UTF-16.
fn compound_file_problem(source: &mut Source<'_>) -> Result<Problem, Problem> {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut reader = source.read()?;
    let mut window: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut buffer).map_err(problem_of)?;
        if read == 0 {
            return Ok(problems::old_workbook());
        }
        window.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if window.windows(name.len()).any(|part| part == name) {
            return Ok(problems::locked_workbook());
        }
        // Keep the tail, in which the name may have begun.
        let surplus = window.len().saturating_sub(name.len());
        window.drain(..surplus);
    }
}

fn is_mark_up(head: &[u8]) -> bool {
    let text: String = if head.starts_with(&[0xFF, 0xFE]) {
        head.chunks_exact(2)
            .map(|pair| char::from(pair.first().copied().unwrap_or(0)))
            .skip(1)
            .collect()
    } else {
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        head.iter().map(|byte| char::from(*byte)).collect()
    };
    let mut text = text.trim_start().to_ascii_lowercase();
    // A comment may stand before the first element.
    while let Some(rest) = text.strip_prefix("<!--") {
        match rest.split_once("-->") {
            Some((_, after)) => text = after.trim_start().to_owned(),
            None => return true,
        }
    }
    MARK_UP.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use std::io::Cursor;

    fn code_of(bytes: &[u8]) -> Result<Kind, &'static str> {
        Source::open(Box::new(Cursor::new(bytes.to_vec())), &Limits::default())
            .and_then(|mut source| detect(&mut source))
            .map_err(|problem| problem.code)
    }

    #[test]
    fn kinds_by_content() {
        let locked: Vec<u8> = COMPOUND_FILE
            .iter()
            .copied()
            .chain([0; 5000])
            .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let old: Vec<u8> = COMPOUND_FILE.iter().copied().chain([0; 5000]).collect();
        let table: &[(&[u8], Result<Kind, &str>)] = &[
            (b"a,b\n1,2\n", Ok(Kind::Text)),
            (b"<5,>10\n", Ok(Kind::Text)),
            ("名称,数量\n".as_bytes(), Ok(Kind::Text)),
            (b"x", Ok(Kind::Text)),
            (b"PK\x03\x04rest", Ok(Kind::Workbook)),
            (b"", Err("S101")),
            (&old, Err("S102")),
            (&locked, Err("S103")),
            (b"\x09\x08\x08\x00\x00\x05", Err("S102")),
            (b"  <!DOCTYPE html><html>", Err("S104")),
            (b"\xEF\xBB\xBF<html>", Err("S104")),
            (b"<!-- x --><table>", Err("S104")),
            (b"<?xml version='1.0'?><Workbook>", Err("S104")),
            (b"%PDF-1.7", Err("S105")),
            (b"PK\x05\x06", Err("S106")),
        ];
        for (bytes, kind) in table {
            assert_eq!(code_of(bytes), *kind, "{bytes:?}");
        }
    }
}
