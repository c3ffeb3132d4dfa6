//! A mapping file: how the columns of a foreign table become the fields of a type.
//!
//! Written once for each kind of file that arrives, in TOML; read with every fault and its line.
//! What it means for a table at hand is worked out in `columns.rs`.

use std::collections::BTreeMap;
use std::ops::Range;

use base::{Problem, SourceText, Span};
use sha2::{Digest, Sha256};
use sheet::{Delimiter, TextEncoding};
use toml_edit::{Document, Item, TableLike, Value};

use super::problems;

/// A piece of a mapping with the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The text.
    pub text: String,
    /// Where it stands in the mapping file.
    pub span: Span,
}

/// Several columns that make one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combined {
    /// The field.
    pub field: Placed,
    /// The headings.
    pub headings: Vec<Placed>,
    /// What stands between their texts; blank cells are left out.
    pub separator: String,
}

/// Columns of which each gives a record of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// The field that takes the cell.
    pub field: Placed,
    /// Each heading, with the constants of its records (field, text).
    pub columns: Vec<(Placed, Vec<(Placed, String)>)>,
}

/// A mapping as its file says it; fields and headings are looked up when a file is imported.
///
/// ```toml
/// sheet = "明细"                       # which worksheet
/// header_rows = 2                      # rows of the header; skip_rows stand above it
/// delimiter = ","                      # of a text: "," ";" or "tab"
/// encoding = "gb18030"                 # of a text: "utf-8", "gb18030", "utf-16le", "utf-16be"
/// allow_short_rows = true              # a row may end early
/// continuation = true                  # rows with empty key cells continue the row above
/// fill_down = ["报告编号", "日期"]      # the columns that such a row takes from above
/// ignore = ["备注"]                    # columns that are not imported
/// ignore_unknown = true                # nor is any other that nobody knows
///
/// [columns]                            # heading = field, or several fields
/// "样品编号" = "sample_no"
/// "检查日期" = ["day", "inspected_on"]
///
/// [combine]                            # field = several columns put together
/// address = ["路", "号"]
/// spot = { columns = ["经度", "纬度"], separator = "," }
///
/// [constants]                          # field = the same for every row
/// unit = "amr"
///
/// [values.result]                      # of a field: what a cell says = what is meant ("" for nothing)
/// "合格" = "pass"
///
/// [wide]                               # one record from each of these columns
/// field = "value"
/// [wide.columns]
/// "2018" = { period = "2018", day = "2018-12-31" }
/// ```
///
/// ```
/// use office::import::Mapping;
/// let mapping = Mapping::parse("ignore = [\"备注\"]\n[columns]\n\"编号\" = \"number\"\n", "m.toml").unwrap();
/// assert_eq!((mapping.ignore.len(), mapping.columns.len()), (1, 1));
/// let problems = Mapping::parse("ignored = []\n", "m.toml").unwrap_err();
/// assert_eq!(problems[0].code, "O341");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Worksheet.
    pub sheet: Option<String>,
    /// Rows of the header.
    pub header_rows: Option<u32>,
    /// Rows above the header.
    pub skip_rows: Option<u32>,
    /// Delimiter of a text.
    pub delimiter: Option<Delimiter>,
    /// Encoding of a text.
    pub encoding: Option<TextEncoding>,
    /// Whether a row may end early.
    pub allow_short_rows: bool,
    /// Whether rows with empty key cells continue the row above; `None`: as the type says.
    pub continuation: Option<bool>,
    /// The columns that a continuing row takes from above; empty: those that are empty in all of them.
    pub fill_down: Vec<Placed>,
    /// Columns that are not imported.
    pub ignore: Vec<Placed>,
    /// Whether columns that nobody knows are not imported either.
    pub ignore_unknown: bool,
    /// Heading and field.
    pub columns: Vec<(Placed, Placed)>,
    /// Fields that are put together.
    pub combine: Vec<Combined>,
    /// Field and text.
    pub constants: Vec<(Placed, String)>,
    /// Field, and what a cell's text means.
    pub values: Vec<(Placed, BTreeMap<String, String>)>,
    /// Columns of which each gives a record.
    pub wide: Option<Wide>,
    /// The file, for showing problems.
    pub source: Option<SourceText>,
}

const KEYS: &[&str] = &[
    "sheet",
    "header_rows",
    "skip_rows",
    "delimiter",
    "encoding",
    "allow_short_rows",
    "continuation",
    "fill_down",
    "ignore",
    "ignore_unknown",
    "columns",
    "combine",
    "constants",
    "values",
    "wide",
];

/// What a value should have been, in Chinese and English.
type Wanted = (&'static str, &'static str);
const A_TEXT: Wanted = ("文本", "a text");
const A_COUNT: Wanted = ("0 到 100 的整数", "a whole number from 0 to 100");
const A_FLAG: Wanted = ("true 或 false", "`true` or `false`");
const TEXTS: Wanted = (
    "文本的列表，如 [\"备注\"]",
    "a list of texts, such as [\"Remarks\"]",
);
const A_TABLE: Wanted = ("一组“名 = 值”", "a table of `name = value`");
const A_DELIMITER: Wanted = ("\",\"、\";\" 或 \"tab\"", "\",\", \";\" or \"tab\"");
const AN_ENCODING: Wanted = (
    "utf-8、gb18030、utf-16le 或 utf-16be",
    "utf-8, gb18030, utf-16le or utf-16be",
);
const A_CONSTANT: Wanted = ("文本、数或日期", "a text, a number or a date");

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place. (To show them, make a
    /// [`SourceText`] of the same name and text.)
    pub fn parse(text: &str, file_name: &str) -> Result<Mapping, Vec<Problem>> {
        // Blanks in place of a byte order mark keep all places where the reader of the file sees them.
        let text = text.replacen('\u{feff}', "   ", 1);
        let source = SourceText::new(file_name, text.as_str());
        let document = Document::parse(text.as_str()).map_err(|error| {
            let span = Span::of_range(&source.name, error.span().unwrap_or(0..0));
            vec![problems::broken_mapping(error.message()).at(span)]
        })?;
        let mut reader = Reader {
            source: &source,
            problems: Vec::new(),
        };
        let mut mapping = reader.mapping(document.as_table());
        if !reader.problems.is_empty() {
            return Err(reader.problems);
        }
        mapping.source = Some(source);
        Ok(mapping)
    }

    /// SHA-256 of the text that it was read from, in hex: what an import says of it.
    pub(crate) fn sha256(&self) -> Option<String> {
        let source = self.source.as_ref()?;
        Some(hex::encode(Sha256::digest(source.text.as_bytes())))
    }
}

struct Reader<'a> {
    source: &'a SourceText,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn mapping(&mut self, table: &dyn TableLike) -> Mapping {
        let mut mapping = Mapping::default();
        for (key, item) in self.entries(table) {
            let name = key.text.as_str();
            match name {
                "sheet" => mapping.sheet = self.text(name, item),
                "header_rows" => mapping.header_rows = self.count(name, item),
                "skip_rows" => mapping.skip_rows = self.count(name, item),
                "delimiter" => {
                    mapping.delimiter = self.one_of(name, item, &DELIMITERS, A_DELIMITER)
                }
                "encoding" => mapping.encoding = self.one_of(name, item, &ENCODINGS, AN_ENCODING),
                "allow_short_rows" => mapping.allow_short_rows = self.flag(name, item),
                "continuation" => mapping.continuation = Some(self.flag(name, item)),
                "fill_down" => mapping.fill_down = self.texts(name, item),
                "ignore" => mapping.ignore = self.texts(name, item),
                "ignore_unknown" => mapping.ignore_unknown = self.flag(name, item),
                "columns" => {
                    for (heading, item) in self.table(name, item) {
                        for field in self.one_or_more(&heading.text, item) {
                            mapping.columns.push((heading.clone(), field));
                        }
                    }
                }
                "combine" => {
                    for (field, item) in self.table(name, item) {
                        mapping.combine.extend(self.combined(field, item));
                    }
                }
                "constants" => mapping.constants = self.constants(name, item),
                "values" => {
                    for (field, item) in self.table(name, item) {
                        let mut meanings = BTreeMap::new();
                        for (text, _, meaning) in self.constants_placed(&field.text, item) {
                            meanings.insert(sheet::clean::trim(&text.text).to_owned(), meaning);
                        }
                        mapping.values.push((field, meanings));
                    }
                }
                "wide" => mapping.wide = self.wide(name, item),
                _ => self.report(
                    problems::unknown_mapping_key(
                        name,
                        programme::suggest(name, KEYS.iter().copied()),
                    ),
                    &key.span,
                ),
            }
        }
        mapping
    }

    fn combined(&mut self, field: Placed, item: &Item) -> Option<Combined> {
        let Some(table) = item.as_table_like() else {
            let headings = self.texts(&field.text, item);
            return Some(Combined {
                field,
                headings,
                separator: " ".to_owned(),
            });
        };
        let (mut headings, mut separator) = (Vec::new(), " ".to_owned());
        for (key, item) in self.entries(table) {
            match key.text.as_str() {
                "columns" => headings = self.texts("columns", item),
                "separator" => separator = self.text("separator", item).unwrap_or_default(),
                other => {
                    let nearest = programme::suggest(other, ["columns", "separator"]);
                    self.report(problems::unknown_mapping_key(other, nearest), &key.span);
                }
            }
        }
        Some(Combined {
            field,
            headings,
            separator,
        })
    }

    fn wide(&mut self, name: &str, item: &Item) -> Option<Wide> {
        let (mut field, mut columns) = (None, Vec::new());
        for (key, item) in self.table(name, item) {
            match key.text.as_str() {
                "field" => {
                    field = self
                        .placed(item)
                        .or_else(|| self.wrong("field", item, A_TEXT))
                }
                "columns" => {
                    for (heading, item) in self.table("columns", item) {
                        let constants = self.constants(&heading.text, item);
                        columns.push((heading, constants));
                    }
                }
                other => self.report(
                    problems::unknown_mapping_key(
                        other,
                        programme::suggest(other, ["field", "columns"]),
                    ),
                    &key.span,
                ),
            }
        }
        match field {
            Some(field) => Some(Wide { field, columns }),
            None => self.wrong("wide", item, ("field 与 columns", "`field` and `columns`")),
        }
    }

    fn constants(&mut self, name: &str, item: &Item) -> Vec<(Placed, String)> {
        self.constants_placed(name, item)
            .into_iter()
            .map(|(key, _, text)| (key, text))
            .collect()
    }

    fn constants_placed(&mut self, name: &str, item: &Item) -> Vec<(Placed, Span, String)> {
        let mut constants = Vec::new();
        for (key, item) in self.table(name, item) {
            let span = self.span(item.span());
            let text = match item.as_value() {
                Some(Value::String(text)) => Some(text.value().clone()),
                // As it is written: a decimal keeps its places.
                Some(Value::Integer(_) | Value::Float(_) | Value::Datetime(_)) => item
                    .span()
                    .and_then(|range| self.source.text.get(range))
                    .map(|text| text.trim().to_owned()),
                _ => None,
            };
            match text {
                Some(text) => constants.push((key, span, text)),
                None => drop(self.wrong::<()>(&key.text, item, A_CONSTANT)),
            }
        }
        constants
    }

    /// The entries of a table in the order of the text.
    fn entries<'t>(&self, table: &'t dyn TableLike) -> Vec<(Placed, &'t Item)> {
        table
            .iter()
            .map(|(name, item)| {
                let range = table
                    .key(name)
                    .and_then(toml_edit::Key::span)
                    .or_else(|| item.span());
                (
                    Placed {
                        text: name.to_owned(),
                        span: self.span(range),
                    },
                    item,
                )
            })
            .collect()
    }

    fn table<'t>(&mut self, name: &str, item: &'t Item) -> Vec<(Placed, &'t Item)> {
        match item.as_table_like() {
            Some(table) => self.entries(table),
            None => self.wrong(name, item, A_TABLE).unwrap_or_default(),
        }
    }

    fn placed(&self, item: &Item) -> Option<Placed> {
        let text = item.as_str()?;
        Some(Placed {
            text: text.to_owned(),
            span: self.span(item.span()),
        })
    }

    fn text(&mut self, name: &str, item: &Item) -> Option<String> {
        match item.as_str() {
            Some(text) => Some(text.to_owned()),
            None => self.wrong(name, item, A_TEXT),
        }
    }

    fn count(&mut self, name: &str, item: &Item) -> Option<u32> {
        match item
            .as_integer()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number <= 100)
        {
            Some(count) => Some(count),
            None => self.wrong(name, item, A_COUNT),
        }
    }

    fn flag(&mut self, name: &str, item: &Item) -> bool {
        match item.as_bool() {
            Some(flag) => flag,
            None => self.wrong(name, item, A_FLAG).unwrap_or_default(),
        }
    }

    fn one_of<T: Copy>(
        &mut self,
        name: &str,
        item: &Item,
        known: &[(&str, T)],
        wanted: Wanted,
    ) -> Option<T> {
        let text = item.as_str().map(str::to_lowercase);
        match known
            .iter()
            .find(|(spelling, _)| Some(*spelling) == text.as_deref())
        {
            Some((_, value)) => Some(*value),
            None => self.wrong(name, item, wanted),
        }
    }

    fn one_or_more(&mut self, name: &str, item: &Item) -> Vec<Placed> {
        match self.placed(item) {
            Some(one) => vec![one],
            None => self.texts(name, item),
        }
    }

    fn texts(&mut self, name: &str, item: &Item) -> Vec<Placed> {
        let texts: Option<Vec<Placed>> = item.as_array().and_then(|array| {
            let placed = |value: &Value| {
                Some(Placed {
                    text: value.as_str()?.to_owned(),
                    span: self.span(value.span()),
                })
            };
            array.iter().map(placed).collect()
        });
        match texts {
            Some(texts) => texts,
            None => self.wrong(name, item, TEXTS).unwrap_or_default(),
        }
    }

    fn wrong<T>(&mut self, name: &str, item: &Item, wanted: Wanted) -> Option<T> {
        let span = self.span(item.span());
        self.report(
            problems::wrong_mapping_value(name, wanted.0, wanted.1),
            &span,
        );
        None
    }

    fn report(&mut self, problem: Problem, span: &Span) {
        self.problems.push(problem.at(span.clone()));
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        Span::of_range(&self.source.name, range.unwrap_or(0..0))
    }
}

const DELIMITERS: [(&str, Delimiter); 4] = [
    (",", Delimiter::Comma),
    (";", Delimiter::Semicolon),
    ("tab", Delimiter::Tab),
    ("\t", Delimiter::Tab),
];
const ENCODINGS: [(&str, TextEncoding); 7] = [
    ("utf-8", TextEncoding::Utf8),
    ("utf8", TextEncoding::Utf8),
    ("gb18030", TextEncoding::Gb18030),
    ("gbk", TextEncoding::Gb18030),
    ("gb2312", TextEncoding::Gb18030),
    ("utf-16le", TextEncoding::Utf16Le),
    ("utf-16be", TextEncoding::Utf16Be),
];
