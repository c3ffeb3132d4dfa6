//! From bytes to characters: which encoding a text has, and the text piece by piece.
//!
//! A byte order mark decides; then valid UTF-8 wins; else the text is GB 18030. A UTF-8 text with a
//! few damaged bytes often passes as GB 18030 and would turn into nonsense in silence, so it is
//! recognised by its many whole characters and refused with the line. Next: `delimited.rs`.

use std::io::Read;

use base::Problem;
use encoding_rs::{Decoder, DecoderResult};

use crate::options::TextEncoding;
use crate::problems;
use crate::source::{Source, problem_of};

const CHUNK_BYTES: usize = 1 << 16;

/// Finds the encoding, reading the whole text once; `declared` is only checked, and that only if it
/// was not before.
pub(crate) fn find_encoding(
    source: &mut Source<'_>,
    declared: Option<TextEncoding>,
    was_checked: bool,
) -> Result<TextEncoding, Problem> {
    if let Some(encoding) = declared {
        if was_checked {
            return Ok(encoding);
        }
        return match try_encoding(source, encoding)?.first_fault_line {
            None => Ok(encoding),
            Some(line) => Err(problems::bad_bytes(line, encoding.name())),
        };
    }
    if let Some(marked) = byte_order_mark(source)? {
        return find_encoding(source, Some(marked), false);
    }
    let utf8 = try_encoding(source, TextEncoding::Utf8)?;
    let Some(utf8_line) = utf8.first_fault_line else {
        return Ok(TextEncoding::Utf8);
    };
    if utf8.looks_meant() {
        return Err(problems::bad_bytes(utf8_line, TextEncoding::Utf8.name()));
    }
    let gb18030 = try_encoding(source, TextEncoding::Gb18030)?;
    match gb18030.first_fault_line {
        None => Ok(TextEncoding::Gb18030),
        Some(line) if gb18030.looks_meant() => {
            Err(problems::bad_bytes(line, TextEncoding::Gb18030.name()))
        }
        Some(line) => Err(problems::unknown_encoding(line)),
    }
}

fn byte_order_mark(source: &mut Source<'_>) -> Result<Option<TextEncoding>, Problem> {
    let mut head = Vec::new();
    source
        .read()?
        .take(3)
        .read_to_end(&mut head)
        .map_err(problem_of)?;
    Ok(match head.as_slice() {
        [0xEF, 0xBB, 0xBF] => Some(TextEncoding::Utf8),
        [0xFF, 0xFE, ..] => Some(TextEncoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(TextEncoding::Utf16Be),
        _ => None,
    })
}

/// What came of reading a text in one encoding.
#[derive(Debug, Default)]
struct Trial {
    /// Characters beyond U+07FF: three or more bytes in UTF-8, which chance does not produce.
    wide_chars: u64,
    faults: u64,
    first_fault_line: Option<u64>,
}

impl Trial {
    /// Whether the faults are damage to a text that otherwise has this encoding. In a text of the
    /// other encoding nearly every wide character is a fault.
    fn looks_meant(&self) -> bool {
        self.wide_chars > 0 && self.wide_chars >= self.faults.saturating_mul(4)
    }
}

fn try_encoding(source: &mut Source<'_>, encoding: TextEncoding) -> Result<Trial, Problem> {
    let mut reader = source.read()?;
    let mut decoder = encoding.codec().new_decoder_with_bom_removal();
    let mut trial = Trial::default();
    let mut lines_before = LineCount::default();
    let mut bytes = vec![0; CHUNK_BYTES];
    let mut text = String::with_capacity(CHUNK_BYTES * 2);
    loop {
        let read = reader.read(&mut bytes).map_err(problem_of)?;
        let mut rest = bytes.get(..read).unwrap_or_default();
        loop {
            text.clear();
            let (result, used) =
                decoder.decode_to_string_without_replacement(rest, &mut text, read == 0);
            trial.wide_chars += wide_chars(&text);
            lines_before.count(&text);
            rest = rest.get(used..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    trial.faults += 1;
                    trial.first_fault_line.get_or_insert(lines_before.line());
                }
            }
        }
        if read == 0 {
            return Ok(trial);
        }
    }
}

fn wide_chars(text: &str) -> u64 {
    let count = text.bytes().filter(|byte| *byte >= 0xE0).count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The physical line, 1-based; CR LF, LF and a lone CR each end one.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct LineCount {
    ends: u64,
    after_cr: bool,
}

impl LineCount {
    pub(crate) fn line(self) -> u64 {
        self.ends.saturating_add(1)
    }

    pub(crate) fn count(&mut self, text: &str) {
        if !self.after_cr && !text.as_bytes().contains(&b'\r') {
            // Without a CR every LF ends a line; counting one byte runs over many at once.
            let ends = text.bytes().filter(|byte| *byte == b'\n').count();
            self.ends = self.ends.saturating_add(ends as u64);
            return;
        }
        for byte in text.bytes() {
            let ends_line = byte == b'\r' || (byte == b'\n' && !self.after_cr);
            self.ends = self.ends.saturating_add(u64::from(ends_line));
            self.after_cr = byte == b'\r';
        }
    }
}

/// A text in pieces, each valid UTF-8 whatever the file's encoding.
pub(crate) struct TextPieces<'a> {
    reader: Box<dyn Read + Send + 'a>,
    decoder: Decoder,
    encoding: TextEncoding,
    bytes: Vec<u8>,
    /// The undecoded part of `bytes`.
    pending: std::ops::Range<usize>,
    is_at_end: bool,
    /// Counted for the message only.
    lines: LineCount,
}

impl<'a> TextPieces<'a> {
    pub(crate) fn new(reader: Box<dyn Read + Send + 'a>, encoding: TextEncoding) -> Self {
        Self {
            reader,
            decoder: encoding.codec().new_decoder_with_bom_removal(),
            encoding,
            bytes: vec![0; CHUNK_BYTES],
            pending: 0..0,
            is_at_end: false,
            lines: LineCount::default(),
        }
    }

    /// Replaces `piece` by the next characters; `false` at the end of the text.
    pub(crate) fn next_piece(&mut self, piece: &mut String) -> Result<bool, Problem> {
        piece.clear();
        piece.reserve(CHUNK_BYTES);
        while piece.is_empty() {
            if self.pending.is_empty() {
                if self.is_at_end {
                    return Ok(false);
                }
                let read = read_full(&mut self.reader, &mut self.bytes).map_err(problem_of)?;
                self.pending = 0..read;
                self.is_at_end = read == 0;
            }
            let bytes = self.bytes.get(self.pending.clone()).unwrap_or_default();
            let (result, used) =
                self.decoder
                    .decode_to_string_without_replacement(bytes, piece, self.is_at_end);
            self.pending.start += used;
            self.lines.count(piece);
            if let DecoderResult::Malformed(..) = result {
                // The text was checked before, so the file changed under our hands.
                return Err(problems::bad_bytes(self.lines.line(), self.encoding.name()));
            }
        }
        Ok(true)
    }
}

/// Fills the buffer as far as the source reaches: a packed file or a pipe gives what it has, and a text
/// must not be read in crumbs for that.
fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use std::io::Cursor;

    fn found(bytes: &[u8]) -> Result<TextEncoding, String> {
        let mut source = Source::open(Box::new(Cursor::new(bytes)), &Limits::default())
            .expect("a source in memory opens");
        find_encoding(&mut source, None, false).map_err(|problem| {
            let what = problem.what(base::Lang::En).to_owned();
            format!("{} {what}", problem.code)
        })
    }

    fn gb18030(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn encodings_by_content() {
        use TextEncoding::*;
        assert_eq!(found(b"a,b\n"), Ok(Utf8));
        assert_eq!(found("名称,数量\n".as_bytes()), Ok(Utf8));
        assert_eq!(found("\u{FEFF}名称\n".as_bytes()), Ok(Utf8));
        assert_eq!(found(&gb18030("名称,数量\n某厂,3\n")), Ok(Gb18030));
        // Outside GBK: four bytes in GB 18030.
        assert_eq!(found(&gb18030("姓名\n㐀𠀀\n")), Ok(Gb18030));
        let utf16: Vec<u8> = "\u{FEFF}名称\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(found(&utf16), Ok(Utf16Le));
    }

    #[test]
    fn damaged_utf8_is_not_read_as_something_else() {
        let mut bytes = "名称,数量\n某某食品厂,三\n某某饭店,四\n"
            .as_bytes()
            .to_vec();
        let third_line = bytes.len() - 8;
        bytes[third_line] = 0xFF;
        let found = found(&bytes);
        assert_eq!(
            found,
            Err("S301 line 3 has bytes that are no UTF-8".to_owned())
        );
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_file() {
        let whole = "名称\n某某食品厂".as_bytes();
        let cut = &whole[..whole.len() - 1];
        assert_eq!(
            found(cut),
            Err("S301 line 2 has bytes that are no UTF-8".to_owned())
        );
    }

    #[test]
    fn bytes_of_no_encoding_name_their_line() {
        assert_eq!(
            found(b"a,b\r\nc,d\r\n\xFF\xFF,\x80\n"),
            Err("S302 the bytes of line 3 are neither UTF-8 nor GB18030".to_owned())
        );
    }

    #[test]
    fn pieces_join_to_the_text_across_chunk_ends() {
        let text = "汉字与 ascii\n".repeat(20_000);
        let bytes = gb18030(&text);
        let mut pieces = TextPieces::new(Box::new(Cursor::new(bytes)), TextEncoding::Gb18030);
        let (mut whole, mut piece) = (String::new(), String::new());
        while pieces.next_piece(&mut piece).expect("the text is valid") {
            whole.push_str(&piece);
        }
        assert!(whole == text);
    }
}
