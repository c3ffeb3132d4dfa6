//! The heading of each column, from one or several header rows.
//!
//! Chinese forms often have headers of two or three rows with merged cells: `抽检` over `批次` and
//! `合格`. Each column gets its headings joined from top to bottom: `抽检/批次`. Next: `rows.rs`.

use crate::clean::clean_heading;

/// Whether merged cells have already been spread (workbooks), or have to be guessed from blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merged {
    Spread,
    /// Delimited text saved from a workbook: only the first cell of a merged range has its text. An
    /// upper heading reaches over the blanks to its right as long as the columns have headings
    /// below; a column without anything below was merged downwards and ends the reach.
    GuessedFromBlanks,
}

/// One heading per column; blank columns at the right end are cut off.
pub(crate) fn join_header(rows: &[Vec<String>], merged: Merged) -> Vec<String> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut grid: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            (0..width)
                .map(|column| {
                    row.get(column)
                        .map(|text| clean_heading(text))
                        .unwrap_or_default()
                })
                .collect()
        })
        .collect();
    if merged == Merged::GuessedFromBlanks {
        spread_to_the_right(&mut grid);
    }
    let mut header: Vec<String> = (0..width)
        .map(|column| {
            let mut parts: Vec<&str> = Vec::new();
            for row in &grid {
                let text = row.get(column).map(String::as_str).unwrap_or_default();
                // A cell merged downwards repeats its own text.
                if !text.is_empty() && parts.last() != Some(&text) {
                    parts.push(text);
                }
            }
            parts.join("/")
        })
        .collect();
    while header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    header
}

fn spread_to_the_right(grid: &mut [Vec<String>]) {
    for upper in 0..grid.len().saturating_sub(1) {
        let (above, below) = grid.split_at_mut(upper + 1);
        let (Some(row), Some(row_below)) = (above.last_mut(), below.first()) else {
            continue;
        };
        let mut reach = String::new();
        for (text, text_below) in row.iter_mut().zip(row_below) {
            if !text.is_empty() {
                reach = if text_below.is_empty() {
                    String::new()
                } else {
                    text.clone()
                };
            } else if text_below.is_empty() {
                reach.clear();
            } else {
                text.clone_from(&reach);
            }
        }
    }
}

/// A column as people find it: its heading, or its letter when it has none.
pub(crate) fn column_label(header: &[String], column: usize) -> String {
    match header.get(column) {
        Some(heading) if !heading.is_empty() => heading.clone(),
        _ => column_letters(column),
    }
}

/// The letters of a column (0-based) in a spreadsheet: 0 is `A`, 26 is `AA`.
///
/// ```
/// assert_eq!(sheet::column_letters(0), "A");
/// assert_eq!(sheet::column_letters(25), "Z");
/// assert_eq!(sheet::column_letters(26), "AA");
/// assert_eq!(sheet::column_letters(16_383), "XFD");
/// ```
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        // A remainder below 26 fits the alphabet.
        letters.push(char::from(b'A' + (rest % 26) as u8));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(rows: &[&[&str]], merged: Merged) -> Vec<String> {
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(|text| (*text).to_owned()).collect())
            .collect();
        join_header(&rows, merged)
    }

    #[test]
    fn one_row() {
        assert_eq!(
            header(&[&[" 名称", "数\n量", "", " "]], Merged::GuessedFromBlanks),
            ["名称", "数量"]
        );
    }

    #[test]
    fn merged_cells_of_a_text_are_guessed() {
        // 序号 and 备注 are merged downwards, 抽检 over two columns, 投诉 over two.
        let rows: &[&[&str]] = &[
            &["序号", "抽检", "", "投诉", "", "备注"],
            &["", "批次", "合格", "受理", "办结", ""],
        ];
        assert_eq!(
            header(rows, Merged::GuessedFromBlanks),
            [
                "序号",
                "抽检/批次",
                "抽检/合格",
                "投诉/受理",
                "投诉/办结",
                "备注"
            ]
        );
    }

    #[test]
    fn a_heading_only_below_is_not_covered_by_a_neighbour_merged_downwards() {
        let rows: &[&[&str]] = &[&["序号", "", "抽检"], &["", "名称", "批次"]];
        assert_eq!(
            header(rows, Merged::GuessedFromBlanks),
            ["序号", "名称", "抽检/批次"]
        );
    }

    #[test]
    fn spread_cells_are_joined_once() {
        let rows: &[&[&str]] = &[&["序号", "抽检", "抽检"], &["序号", "批次", "合格"]];
        assert_eq!(
            header(rows, Merged::Spread),
            ["序号", "抽检/批次", "抽检/合格"]
        );
    }
}
