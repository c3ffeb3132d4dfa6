//! The canonical text of a file: one way to write each content, so that diffs show only meaning.
//!
//! Rows keep their order; columns follow the order of [`crate::tables`]; one blank line between
//! rows; comments stay with what they belong to ([`crate::comments`]). Formatting twice changes
//! nothing more. Faulty text is refused: nothing unknown is ever written away.

use std::collections::BTreeMap;

use base::{Problem, SourceText};

use crate::comments::{RowComments, comments_of};
use crate::flat::exact;
use crate::load::Layer;
use crate::parse::parse_file;
use crate::rows::Content;
use crate::tables::Table;

/// A list longer than this many characters is written with one element on each line.
const LINE_CHARACTERS_MAX: usize = 100;

/// A row as it is written.
#[derive(Debug, Clone)]
pub(crate) struct TextRow {
    /// Its table.
    pub table: &'static Table,
    /// Its cells.
    pub cells: BTreeMap<&'static str, Content>,
    /// Its comments.
    pub comments: RowComments,
}

/// The canonical text of a file.
///
/// ```
/// let file = base::SourceText::new("a.toml", "[[role]]\nname = {zh='局长',en=\"head\"}\nid='head' # why\n");
/// let text = programme::format_file(&file).unwrap();
/// assert_eq!(text, "[[role]]\n# why\nid = \"head\"\nname = { zh = \"局长\", en = \"head\" }\n");
/// ```
///
/// # Errors
/// The file's faults, when it has any.
pub fn format_file(file: &SourceText) -> Result<String, Vec<Problem>> {
    let (rows, tail) = text_rows(file)?;
    Ok(write_rows(&rows, &tail))
}

/// A package with each file in its canonical text.
///
/// # Errors
/// The faults of all files, when there are any.
pub fn format_layer(layer: &Layer) -> Result<Layer, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for file in &layer.files {
        match format_file(file) {
            Ok(text) => files.push((layer.path_of(file).to_owned(), text)),
            Err(mut faults) => problems.append(&mut faults),
        }
    }
    if problems.is_empty() {
        Ok(Layer::new(&layer.name, files))
    } else {
        Err(problems)
    }
}

/// The rows of a sound file with their comments, and the comments at its end.
pub(crate) fn text_rows(file: &SourceText) -> Result<(Vec<TextRow>, Vec<String>), Vec<Problem>> {
    let parsed = parse_file(file, 0);
    if !parsed.problems.is_empty() {
        return Err(parsed.problems);
    }
    let comments = comments_of(&file.text, &parsed.rows);
    let rows = parsed
        .rows
        .into_iter()
        .zip(comments.rows)
        .map(|(parsed, comments)| TextRow {
            table: parsed.row.table,
            cells: parsed
                .row
                .cells
                .into_iter()
                .map(|(column, cell)| (column, cell.content))
                .collect(),
            comments,
        });
    Ok((rows.collect(), comments.tail))
}

/// Writes rows and the comments at the end.
pub(crate) fn write_rows(rows: &[TextRow], tail: &[String]) -> String {
    let mut text = String::new();
    for row in rows {
        if !text.is_empty() {
            text.push('\n');
        }
        lines(&mut text, &row.comments.header);
        let (open, close) = if row.table.single {
            ("[", "]")
        } else {
            ("[[", "]]")
        };
        text.push_str(&format!("{open}{}{close}\n", row.table.name));
        for column in row.table.columns {
            if let Some(content) = row.cells.get(column.name) {
                lines(
                    &mut text,
                    row.comments
                        .keys
                        .get(column.name)
                        .map_or(&[], Vec::as_slice),
                );
                text.push_str(&format!(
                    "{} = {}\n",
                    column.name,
                    entry(column.name, content)
                ));
            }
        }
    }
    if !tail.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        lines(&mut text, tail);
    }
    text
}

fn lines(text: &mut String, lines: &[String]) {
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}

/// The value behind `key = `, over several lines when it is long.
fn entry(key: &str, content: &Content) -> String {
    let line = value(content);
    let is_long = key.chars().count() + 3 + line.chars().count() > LINE_CHARACTERS_MAX;
    let elements: Vec<String> = match content {
        Content::Text(text) if text.contains('\n') => return multi_line(text),
        Content::List(cells) if is_long => cells.iter().map(|cell| value(&cell.content)).collect(),
        Content::Pairs(pairs) if is_long => pairs.iter().map(pair).collect(),
        _ => return line,
    };
    let lines: String = elements
        .iter()
        .map(|element| format!("    {element},\n"))
        .collect();
    format!("[\n{lines}]")
}

/// A value on one line.
fn value(content: &Content) -> String {
    match content {
        Content::Text(text) => quoted(text),
        Content::Bilingual(text) if text.zh == text.en => quoted(&text.zh),
        Content::Bilingual(text) => {
            let languages = [("zh", &text.zh), ("en", &text.en)];
            let written = languages
                .iter()
                .filter(|(_, words)| !words.is_empty())
                .map(|(language, words)| format!("{language} = {}", quoted(words)));
            format!("{{ {} }}", written.collect::<Vec<_>>().join(", "))
        }
        Content::Int(number) => number.to_string(),
        // TOML has no percent sign, and no whole numbers beyond 64 bits.
        Content::Decimal(_, written) if written.ends_with('%') => quoted(written),
        Content::Decimal(_, written) => number(written),
        Content::Bool(value) => value.to_string(),
        Content::Day(day) => day.to_string(),
        Content::List(cells) => format!(
            "[{}]",
            cells
                .iter()
                .map(|cell| value(&cell.content))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Content::Pairs(pairs) => format!(
            "[{}]",
            pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn number(written: &str) -> String {
    if !written.contains('.') && written.parse::<i64>().is_err() {
        quoted(written)
    } else {
        written.to_owned()
    }
}

fn pair((first, second): &(base::Ratio, base::Ratio)) -> String {
    format!("[{}, {}]", number(&exact(first)), number(&exact(second)))
}

/// A TOML string on one line: in double quotes, or in single ones where that saves escapes.
fn quoted(text: &str) -> String {
    let needs_escape = text.contains(['"', '\\']);
    if needs_escape && !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    format!("\"{}\"", escaped(text).replace('\n', "\\n"))
}

fn multi_line(text: &str) -> String {
    format!("\"\"\"\n{}\"\"\"", escaped(text))
}

/// Escapes what a double-quoted string cannot hold, but for line breaks; a cell has no other controls.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
