//! Comments of a file and what each belongs to: a row's header, one of its keys, or the file's end.
//!
//! A comment on a line of its own belongs to the header or key that follows; one behind or within a
//! value to that value's key. Used by [`crate::fmt`] and [`crate::workbook`].

use std::collections::BTreeMap;
use std::ops::Range;

use crate::parse::ParsedRow;

/// The comments of a file; lines begin with `#`, and an empty line stands for a blank one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comments {
    /// For each row: the lines above its header, and those of each key.
    pub rows: Vec<RowComments>,
    /// The lines after the last row.
    pub tail: Vec<String>,
}

/// The comments of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RowComments {
    /// Lines above the header.
    pub header: Vec<String>,
    /// Lines above a key.
    pub keys: BTreeMap<&'static str, Vec<String>>,
}

/// Finds the comments of a sound TOML text with those rows.
pub(crate) fn comments_of(text: &str, rows: &[ParsedRow]) -> Comments {
    let mut owners: Vec<(Range<usize>, usize, Option<&'static str>)> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        owners.push((row.header.clone(), number, None));
        owners.extend(
            row.entries
                .iter()
                .map(|(column, range)| (range.clone(), number, Some(*column))),
        );
    }
    let mut comments = Comments {
        rows: vec![RowComments::default(); rows.len()],
        tail: Vec::new(),
    };
    let mut last: Option<(usize, usize)> = None; // the comment before: its owner's place, its end
    for range in comment_ranges(text) {
        let after = owners.partition_point(|(owner, _, _)| owner.start <= range.start);
        let before = after.checked_sub(1).and_then(|at| owners.get(at));
        let is_behind = before.is_some_and(|(owner, _, _)| {
            range.start < owner.end
                || !text
                    .get(owner.end..range.start)
                    .unwrap_or_default()
                    .contains('\n')
        });
        let place = if is_behind { after - 1 } else { after };
        let blank_before = last.is_some_and(|(place_before, end)| {
            place_before == place && has_blank_line(text, end..range.start)
        });
        last = (!is_behind).then_some((place, range.end));
        let line = clean(text.get(range.clone()).unwrap_or_default());
        match owners.get(place) {
            Some((owner, number, column)) => {
                let Some(of_row) = comments.rows.get_mut(*number) else {
                    continue;
                };
                match column {
                    Some(column) => of_row.keys.entry(column).or_default().push(line),
                    None => {
                        of_row.header.extend(blank_before.then(String::new));
                        of_row.header.push(line);
                        let is_last = next_is_header(text, range.end, owner.start);
                        of_row.header.extend(
                            (is_last && has_blank_line(text, range.end..owner.start))
                                .then(String::new),
                        );
                    }
                }
            }
            None => {
                comments.tail.extend(blank_before.then(String::new));
                comments.tail.push(line);
            }
        }
    }
    comments
}

/// Whether nothing but white space stands between a comment and the header that it is above.
fn next_is_header(text: &str, comment_end: usize, header: usize) -> bool {
    text.get(comment_end..header)
        .is_some_and(|between| between.trim().is_empty())
}

fn has_blank_line(text: &str, between: Range<usize>) -> bool {
    text.get(between)
        .unwrap_or_default()
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        > 1
}

/// A comment line as it is written again: no trailing space, no control characters.
pub(crate) fn clean(line: &str) -> String {
    let line: String = line
        .chars()
        .map(|c| {
            if c.is_control() || c == '\u{feff}' {
                ' '
            } else {
                c
            }
        })
        .collect();
    line.trim_end().to_owned()
}

/// The bytes of all comments, without their line breaks.
fn comment_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(found) = rest.find(['#', '"', '\''])
    {
        let start = at + found;
        let rest = rest.get(found..).unwrap_or_default();
        at = if rest.starts_with('#') {
            let end = start + rest.find('\n').unwrap_or(rest.len());
            ranges.push(start..end);
            end
        } else {
            start + string_length(rest)
        };
    }
    ranges
}

/// The bytes of the TOML string that a text begins with.
fn string_length(text: &str) -> usize {
    let quote = if text.starts_with('"') { b'"' } else { b'\'' };
    let bytes = text.as_bytes();
    let is_multi = bytes.len() >= 3 && bytes.iter().take(3).all(|byte| *byte == quote);
    let width = if is_multi { 3 } else { 1 };
    let mut at = width;
    while at < bytes.len() {
        if quote == b'"' && bytes.get(at) == Some(&b'\\') {
            at += 2;
            continue;
        }
        if bytes
            .get(at..at + width)
            .is_some_and(|end| end.iter().all(|byte| *byte == quote))
        {
            at += width;
            // A multi-line string may end with one or two quotes of its own.
            while is_multi && bytes.get(at) == Some(&quote) {
                at += 1;
            }
            return at;
        }
        at += 1;
    }
    // Not reached in sound TOML; never cut inside a character.
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SourceText;

    #[test]
    fn each_comment_finds_its_owner() {
        let text = "# file\n\n# row\n[[role]] # header\n# above id\nid = \"a#b\" # behind id\nname = { zh = 'x#', en = \"y\" }\n\n# next\n[[role]]\nid = \"b\"\n# about the end\n\n# end\n";
        let parsed = crate::parse::parse_file(&SourceText::new("f", text), 0);
        let comments = comments_of(text, &parsed.rows);
        assert_eq!(comments.rows[0].header, ["# file", "", "# row", "# header"]);
        assert_eq!(comments.rows[0].keys["id"], ["# above id", "# behind id"]);
        assert_eq!(comments.rows[1].header, ["# next"]);
        assert_eq!(comments.tail, ["# about the end", "", "# end"]);
    }

    #[test]
    fn strings_hide_what_looks_like_a_comment() {
        for (text, expected) in [
            ("a = \"# no\" # yes", 1),
            ("a = '# no \\' # yes", 1),
            ("a = \"\"\"\n# no \\\"\"\" \n\"\"\"\" # yes", 1),
            ("a = '''\n# no'''", 0),
            ("a = \"\\\"# no\"", 0),
        ] {
            assert_eq!(comment_ranges(text).len(), expected, "{text}");
        }
    }
}
