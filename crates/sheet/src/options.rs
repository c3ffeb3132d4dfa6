//! What a caller says about a file before it is read, and what the reader found out about it.

use crate::limits::Limits;

/// How to read a table. The default reads the first visible worksheet, or a delimited text of any
/// known encoding and delimiter, with one header row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// The file's name as shown in problems. It has no effect on reading.
    pub file_name: String,
    /// Which worksheet of a workbook. Not used for delimited text.
    pub sheet: SheetChoice,
    /// Rows above the header that are not read: a title, a note.
    pub skip_rows: u32,
    /// Rows of the header. Several are joined with `/`, merged cells counting for each column they
    /// cover. With 0 there is no header, and rows have any number of cells.
    pub header_rows: u32,
    /// The delimiter of a text; `None` finds comma, semicolon or tab from the header line.
    pub delimiter: Option<Delimiter>,
    /// The encoding of a text; `None` detects it.
    pub encoding: Option<TextEncoding>,
    /// Whether the same text was read through in `encoding` before, so that it need not be gone through
    /// first to check it. (Bytes that have no meaning in it are refused where they stand, as ever.)
    pub encoding_was_checked: bool,
    /// Whether a row may end early; the missing cells are then empty. By default such a row is
    /// rejected, because a row that was cut off looks the same.
    pub allow_short_rows: bool,
    /// Whether merged body cells of a workbook give their value to every cell they cover. By
    /// default only the first has it, as in the file; see also [`crate::Continuation`].
    pub spread_merged: bool,
    /// Whether rows without any visible cell are kept. By default they are passed over and counted.
    pub keep_blank_rows: bool,
    /// Declared limits.
    pub limits: Limits,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            file_name: String::new(),
            sheet: SheetChoice::default(),
            skip_rows: 0,
            header_rows: 1,
            delimiter: None,
            encoding: None,
            encoding_was_checked: false,
            allow_short_rows: false,
            spread_merged: false,
            keep_blank_rows: false,
            limits: Limits::default(),
        }
    }
}

impl ReadOptions {
    /// The default options for a file of this name.
    pub fn named(file_name: impl Into<String>) -> Self {
        Self {
            file_name: file_name.into(),
            ..Self::default()
        }
    }
}

/// Which worksheet of a workbook to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SheetChoice {
    /// The first that is visible.
    #[default]
    First,
    /// The one of this name, visible or not.
    Named(String),
    /// By place among all worksheets, 0-based, hidden ones counted.
    Index(usize),
}

/// What separates the cells of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// Tab.
    Tab,
}

impl Delimiter {
    pub(crate) const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// The ASCII character.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// How the characters of a text are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// GB 18030, of which GBK and GB 2312 are parts: what Chinese spreadsheets save as "CSV".
    Gb18030,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl TextEncoding {
    /// The name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    pub(crate) fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
        }
    }
}

/// What the file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Delimited {
        /// Found or declared.
        encoding: TextEncoding,
        /// Found or declared.
        delimiter: Delimiter,
    },
    /// A workbook (.xlsx).
    Workbook,
}

/// What the reader found out on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes {
    /// The format, for a text with its encoding and delimiter.
    pub format: Format,
    /// Whether the file came packed with gzip.
    pub was_gzip: bool,
    /// Rows without any visible cell that were passed over.
    pub blank_rows: u32,
}
