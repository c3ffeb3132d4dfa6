//! One TOML file to rows: every fault in one run.
//!
//! A file that is sound TOML is read at once. In one that is not, each row is read on its own and a
//! broken entry is left out of its row, so that one missing quote hides nothing else. A row with
//! faults is still handed on with the cells that could be read: later checks then do not complain
//! about what is only misspelt. Reading several files into a package is [`crate::load`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use base::{Problem, SourceText, Span};
use toml_edit::{Document, Item, Value};

use crate::cell::{self, CELL_UNITS_MAX, wanted};
use crate::problems_text as problem;
use crate::rows::{Cell, Content, Row};
use crate::tables::{self, Column, Kind, Table};

/// A file's rows in their order, with what is needed to write the file again.
pub(crate) struct Parsed {
    /// The rows.
    pub rows: Vec<ParsedRow>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A row and where its entries stand.
pub(crate) struct ParsedRow {
    /// The row.
    pub row: Row,
    /// The bytes of its header `[[table]]`.
    pub header: Range<usize>,
    /// Column, bytes from the key's start to the value's end.
    pub entries: Vec<(&'static str, Range<usize>)>,
}

/// Broken entries that are left out of one block before the rest of it is given up.
const BROKEN_ENTRIES_MAX: usize = 20;

/// Reads one file.
pub(crate) fn parse_file(source: &SourceText, layer: usize) -> Parsed {
    let mut reader = Reader { source, layer, parsed: Parsed { rows: Vec::new(), problems: Vec::new() } };
    match Document::parse(&*source.text) {
        Ok(document) => reader.document(&document, 0, &[]),
        Err(_) => {
            for block in blocks(&source.text) {
                reader.block(block);
            }
        }
    }
    reader.parsed
}

struct Reader<'a> {
    source: &'a SourceText,
    layer: usize,
    parsed: Parsed,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        Span::of_range(&self.source.name, range)
    }

    fn report(&mut self, problem: Problem, range: Range<usize>) {
        let span = self.span(range);
        self.parsed.problems.push(problem.at(span));
    }

    /// Reads one block of a broken file, leaving out broken entries.
    fn block(&mut self, block: Range<usize>) {
        let mut text = self.source.text.get(block.clone()).unwrap_or_default().to_owned();
        let mut broken: Vec<String> = Vec::new();
        for _ in 0..=BROKEN_ENTRIES_MAX {
            let error = match Document::parse(text.as_str()) {
                Ok(document) => {
                    self.document(&document, block.start, &broken);
                    return;
                }
                Err(error) => error,
            };
            let at = error.span().unwrap_or(0..0);
            let entry = entry_around(&text, at.start);
            let left_out = text.get(entry.clone()).unwrap_or_default().to_owned();
            let key = left_out.split('=').next().unwrap_or_default().trim().trim_matches('"').to_owned();
            let within = at.start.max(entry.start)..at.end.min(text.len()).max(at.start.max(entry.start));
            self.broken_entry(&error, &left_out, &key, block.start + within.start..block.start + within.end, block.start + entry.start);
            broken.push(key);
            let blank: String = left_out.chars().flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8())).collect();
            // Without its header a block says nothing; without a broken entry, all the rest.
            if left_out.trim().is_empty() || left_out.trim_start().starts_with('[') {
                return;
            }
            text.replace_range(entry, &blank);
        }
    }

    fn broken_entry(&mut self, error: &toml_edit::TomlError, entry: &str, key: &str, at: Range<usize>, entry_start: usize) {
        if error.message().contains("duplicate key") {
            return self.report(problem::key_twice(key), at);
        }
        // TOML itself refuses a day that the calendar lacks; say so in those words.
        let value = entry.split_once('=').map_or("", |(_, value)| value.trim());
        let day = value.split([' ', '#', '\n', ',']).next().unwrap_or_default();
        if let (true, Err(fault)) = (looks_like_a_day(day), cell::scalar(&ANY_DAY, &Kind::Day, day)) {
            let start = entry_start + entry.find(day).unwrap_or(0);
            return self.report(fault, start..start + day.len());
        }
        let (zh, en) = toml_words(error.message());
        self.report(problem::toml(zh, en), at);
    }

    /// Reads the tables of a sound text that starts at byte `base` of the file.
    fn document(&mut self, document: &Document<&str>, base: usize, broken: &[String]) {
        let mut tables: Vec<(&toml_edit::Key, &toml_edit::Table, bool)> = Vec::new();
        let root = document.as_table();
        for (name, item) in root.iter() {
            let Some(key) = root.key(name) else { continue };
            match item {
                Item::ArrayOfTables(array) => tables.extend(array.iter().map(|table| (key, table, true))),
                Item::Table(table) if !table.is_dotted() => tables.push((key, table, false)),
                _ => {
                    let range = key.span().unwrap_or(0..0);
                    self.report(problem::key_outside(name), base + range.start..base + range.end);
                }
            }
        }
        tables.sort_by_key(|(_, table, _)| table.span().map_or(0, |range| range.start));
        for (key, table, double) in tables {
            self.table(document.raw(), key.get(), table, double, base, broken);
        }
    }

    fn table(&mut self, raw: &str, name: &str, content: &toml_edit::Table, double: bool, base: usize, broken: &[String]) {
        let header = header_range(raw, content.span().unwrap_or(0..0));
        let header = base + header.start..base + header.end;
        let Some(table) = tables::table(name) else {
            let names = tables::TABLES.iter().map(|table| table.name);
            return self.report(problem::unknown_table(name, crate::suggest(name, names)), header);
        };
        if table.single && double {
            self.report(problem::double_brackets(name), header.clone());
        }
        if !table.single && !double {
            self.report(problem::single_brackets(name), header.clone());
        }
        let mut row = ParsedRow {
            row: Row { table, span: self.span(header.clone()), cells: BTreeMap::new(), layer: self.layer },
            header,
            entries: Vec::new(),
        };
        for (key_text, item) in content.iter() {
            self.entry(raw, content, table, key_text, item, base, &mut row);
        }
        self.missing(table, content, broken, &row);
        row.entries.sort_by_key(|(_, range)| range.start);
        self.parsed.rows.push(row);
    }

    #[allow(clippy::too_many_arguments)] // one call, and each argument is a different thing
    fn entry(&mut self, raw: &str, content: &toml_edit::Table, table: &'static Table, name: &str, item: &Item, base: usize, row: &mut ParsedRow) {
        let key = content.key(name).and_then(toml_edit::Key::span).unwrap_or(0..0);
        let key = base + key.start..base + key.end;
        let Some(column) = table.column(name) else {
            let names = table.columns.iter().map(|column| column.name);
            return self.report(problem::unknown_key(name, table.name, crate::suggest(name, names)), key);
        };
        let Item::Value(value) = item else {
            return self.report(problem::nested_table(name), key);
        };
        if let Value::InlineTable(inline) = value
            && inline.is_dotted()
        {
            return self.report(problem::nested_table(name), key);
        }
        let at = range_of(value, base);
        row.entries.push((column.name, key.start..at.end));
        let mut faults = Vec::new();
        let cell = Convert { raw, base, file: &self.source.name, column, faults: &mut faults }.cell(&column.kind, value);
        if let Some(cell) = cell {
            match crate::flat::units(&cell.content) > CELL_UNITS_MAX {
                true => faults.push(problem::too_long(column.name, CELL_UNITS_MAX).at(cell.span)),
                false => {
                    row.row.cells.insert(column.name, cell);
                }
            }
        }
        self.parsed.problems.append(&mut faults);
    }

    fn missing(&mut self, table: &'static Table, content: &toml_edit::Table, broken: &[String], row: &ParsedRow) {
        for column in table.columns.iter().filter(|column| column.required) {
            let is_written = content.contains_key(column.name) || broken.iter().any(|key| key == column.name);
            // A misspelt key was reported with this column as the nearest; once is enough.
            let is_misspelt = content.iter().any(|(key, _)| {
                table.column(key).is_none() && crate::nearest(key, table.columns.iter().map(|c| c.name)) == Some(column.name)
            });
            if !is_written && !is_misspelt {
                self.report(problem::missing(column.name, table.name, column.doc.0, column.doc.1), row.header.clone());
            }
        }
    }
}

/// Reads TOML values as cells of a column.
struct Convert<'a> {
    raw: &'a str,
    base: usize,
    file: &'a Arc<str>,
    column: &'a Column,
    faults: &'a mut Vec<Problem>,
}

impl Convert<'_> {
    fn span(&self, value: &Value) -> Span {
        Span::of_range(self.file, range_of(value, self.base))
    }

    fn source_text(&self, value: &Value) -> &str {
        value.span().and_then(|range| self.raw.get(range)).unwrap_or_default()
    }

    /// The cell, or nothing once the fault is noted.
    fn cell(&mut self, kind: &Kind, value: &Value) -> Option<Cell> {
        let span = self.span(value);
        let content = match (kind, value) {
            (Kind::List(inner), Value::Array(array)) => {
                Some(Content::List(array.iter().filter_map(|element| self.cell(inner, element)).collect()))
            }
            (Kind::Pairs, Value::Array(array)) => {
                Some(Content::Pairs(array.iter().filter_map(|element| self.pair(element)).collect()))
            }
            (Kind::Bilingual, Value::InlineTable(languages)) => self.bilingual(value, languages),
            // Numbers, days and truth values are read from their source text.
            (Kind::Int, Value::Integer(_)) | (Kind::Decimal, Value::Integer(_) | Value::Float(_)) | (Kind::Period, Value::Integer(_)) => {
                let text = self.source_text(value).to_owned();
                self.scalar(kind, &text, &span)
            }
            (Kind::Bool, Value::Boolean(_)) | (Kind::Day, Value::Datetime(_)) => {
                let text = self.source_text(value).to_owned();
                self.scalar(kind, &text, &span)
            }
            (Kind::List(_) | Kind::Pairs | Kind::Int | Kind::Bool, _) => self.wrong(kind, value),
            (_, Value::String(text)) => {
                let text = text.value().replace("\r\n", "\n");
                self.scalar(kind, &text, &span)
            }
            _ => self.wrong(kind, value),
        };
        content.map(|content| Cell { content, span })
    }

    fn scalar(&mut self, kind: &Kind, text: &str, span: &Span) -> Option<Content> {
        match cell::scalar(self.column, kind, text) {
            Ok(content) => Some(content),
            Err(fault) => {
                self.faults.push(fault.at(span.clone()));
                None
            }
        }
    }

    fn wrong<T>(&mut self, kind: &Kind, value: &Value) -> Option<T> {
        let (found_zh, found_en) = found(value);
        let (zh, en) = wanted(kind);
        let span = self.span(value);
        self.faults.push(problem::wrong_type(self.column.name, found_zh, found_en, zh, en).at(span));
        None
    }

    fn pair(&mut self, value: &Value) -> Option<(base::Ratio, base::Ratio)> {
        let elements: Vec<&Value> = value.as_array().map(|array| array.iter().collect()).unwrap_or_default();
        let [first, second] = elements.as_slice() else { return self.wrong(&Kind::Pairs, value) };
        match (self.cell(&Kind::Decimal, first)?.content, self.cell(&Kind::Decimal, second)?.content) {
            (Content::Decimal(first, _), Content::Decimal(second, _)) => Some((first, second)),
            _ => None,
        }
    }

    fn bilingual(&mut self, whole: &Value, languages: &toml_edit::InlineTable) -> Option<Content> {
        let mut text = base::Text::default();
        let mut sound = true;
        for (language, value) in languages.iter() {
            let span = self.span(value);
            let into = match language {
                "zh" => &mut text.zh,
                "en" => &mut text.en,
                _ => {
                    self.faults.push(problem::unknown_language(language, self.column.name).at(span));
                    sound = false;
                    continue;
                }
            };
            let Value::String(written) = value else {
                sound = false;
                self.wrong::<()>(&Kind::Text, value);
                continue;
            };
            match self.scalar(&Kind::Text, &written.value().replace("\r\n", "\n"), &span) {
                Some(Content::Text(read)) => *into = read.to_string(),
                _ => sound = false,
            }
        }
        if sound && text.is_empty() {
            let span = self.span(whole);
            self.faults.push(problem::empty_text(self.column.name).at(span));
        }
        (!text.is_empty()).then_some(Content::Bilingual(text))
    }
}

/// What a TOML value is, in Chinese and English.
fn found(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::String(_) => ("文本", "a text"),
        Value::Integer(_) => ("整数", "a whole number"),
        Value::Float(_) => ("小数", "a decimal number"),
        Value::Boolean(_) => ("真假值", "a truth value"),
        Value::Datetime(_) => ("日期或时间", "a date or time"),
        Value::Array(_) => ("列表", "a list"),
        Value::InlineTable(_) => ("花括号表", "a table in braces"),
    }
}

fn range_of(value: &Value, base: usize) -> Range<usize> {
    let range = value.span().unwrap_or(0..0);
    base + range.start..base + range.end
}

/// The header line `[[name]]` of a table whose content spans `range`.
fn header_range(raw: &str, range: Range<usize>) -> Range<usize> {
    let line = raw.get(range.start..).unwrap_or_default().lines().next().unwrap_or_default();
    let end = line.find(']').map_or(line.len(), |at| if line.get(at + 1..at + 2) == Some("]") { at + 2 } else { at + 1 });
    range.start..range.start + end
}

/// Cuts a text before each line that is a table's header and not inside a multi-line string.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_header_line(line) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).map(|(start, end)| start..end).collect()
}

fn is_header_line(line: &str) -> bool {
    let line = line.trim();
    let Some(name) = line.strip_prefix('[') else { return false };
    let name = name.strip_prefix('[').unwrap_or(name);
    let Some((name, rest)) = name.split_once(']') else { return false };
    let rest = rest.strip_prefix(']').unwrap_or(rest).trim();
    let name = name.trim();
    // `[90]` alone on a line is an element of a list, not a header.
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && (rest.is_empty() || rest.starts_with('#'))
}

/// The bytes of the entry (`key = value`, perhaps over several lines) around a byte of a block.
fn entry_around(text: &str, at: usize) -> Range<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let is_entry = line.split_once('=').is_some_and(|(key, _)| {
            let key = key.trim().trim_matches('"');
            !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        });
        if is_entry || is_header_line(line) {
            starts.push(position);
        } else if starts.is_empty() && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            starts.push(position);
        }
        position += line.len();
    }
    let start = starts.iter().rev().find(|start| **start <= at).or(starts.first()).copied().unwrap_or(0);
    let end = starts.iter().find(|other| **other > start).copied().unwrap_or(text.len());
    start..end
}

static ANY_DAY: Column = Column { name: "", kind: Kind::Day, required: false, doc: ("", "") };

fn looks_like_a_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

/// The parser's words in Chinese beside the English; unknown ones stay English in both.
fn toml_words(message: &str) -> (String, String) {
    const WORDS: &[(&str, &str)] = &[
        ("missing closing quote", "缺少结尾的引号"),
        ("invalid basic string", "文本写得不对，多半缺少引号"),
        ("invalid literal string", "文本写得不对，多半缺少引号"),
        ("unclosed array", "列表缺少结尾的 ]"),
        ("invalid array", "列表写得不对，多半缺少 ] 或逗号"),
        ("extra comma", "多了一个逗号"),
        ("missing comma", "缺少逗号"),
        ("unclosed inline table", "花括号缺少结尾的 }"),
        ("invalid inline table", "花括号里写得不对，多半缺少 } 或逗号"),
        ("missing value", "等号后面没有值"),
        ("string values must be quoted", "文本要加引号"),
        ("key with no value", "只有列名，没有“= 值”"),
        ("missing assignment", "缺少等号"),
        ("unclosed table", "表名缺少结尾的 ]"),
        ("invalid table header", "表名写得不对"),
        ("unexpected content", "行末有多余的内容"),
        ("unexpected key or value", "这里多了内容，多半缺少换行或引号"),
        ("missing escaped value", "反斜杠后面缺少转义字符"),
        ("invalid escape", "反斜杠后面的转义字符不对"),
        ("invalid datetime", "日期或时间写得不对"),
        ("control character", "有控制字符"),
        ("recursion limit", "嵌套过深"),
        ("duplicate key", "重复声明"),
    ];
    let lower = message.to_lowercase();
    let zh = WORDS.iter().find(|(english, _)| lower.contains(english)).map_or_else(|| message.to_owned(), |(_, zh)| (*zh).to_owned());
    (zh, message.to_owned())
}
