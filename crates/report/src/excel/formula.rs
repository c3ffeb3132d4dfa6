//! References in formulas, moved with their rows.
//!
//! A formula is read as far as references go: texts and names are passed over. `SUM(C4:C4)` over a row that
//! repeats three times becomes `SUM(C4:C6)`.

use super::moves::{Moves, Repeated};

/// From where a formula looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'m> {
    /// From outside of what repeats.
    Outside,
    /// From a copy of rows that repeat: the rows beside it are its own copy's.
    Copy(&'m Repeated, u32),
}

/// A reference to a cell: its column's letters and row, and what is fixed by `$`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell<'f> {
    column: &'f str,
    row: u32,
    row_is_fixed: bool,
    column_is_fixed: bool,
}

/// A formula, or a list of areas, as it reads when rows have moved. `own` is the number of the sheet in which it
/// stands; a reference to another sheet moves with the rows of that one.
pub(super) fn moved(
    formula: &str,
    own: Option<usize>,
    sheets: &[(String, Moves)],
    target: Target<'_>,
) -> String {
    rewritten(formula, |sheet, cell, is_end| {
        let number = match sheet {
            Some(name) => sheets.iter().position(|(known, _)| known == name)?,
            None => own?,
        };
        let moves = &sheets.get(number)?.1;
        let is_own = own == Some(number);
        let row = match target {
            Target::Copy(rows, copy) if is_own && moves.around(cell.row) == Some(rows) => {
                moves.in_copy(cell.row, rows, copy)
            }
            _ if is_end => moves.last(cell.row),
            _ => moves.first(cell.row),
        };
        Some((cell.column.to_owned(), row))
    })
}

/// A formula as it reads some rows and columns further on: what a shared formula means in another cell.
pub(super) fn shifted(formula: &str, rows: i64, columns: i64) -> String {
    rewritten(formula, |_, cell, _| {
        let row = if cell.row_is_fixed { 0 } else { rows };
        let row = u32::try_from((i64::from(cell.row) + row).max(1)).ok()?;
        let column = if cell.column_is_fixed {
            cell.column.to_owned()
        } else {
            letters((number_of(cell.column) + columns).max(1))
        };
        Some((column, row))
    })
}

fn rewritten(
    formula: &str,
    mut place: impl FnMut(Option<&str>, &Cell<'_>, bool) -> Option<(String, u32)>,
) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    let mut at = 0;
    let mut sheet: Option<String> = None;
    let mut is_end = false;
    while let Some(sign) = formula.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = formula.get(at..).unwrap_or_default();
        match sign {
            '"' => {
                let taken = quoted(rest, '"');
                out.push_str(rest.get(..taken).unwrap_or_default());
                at += taken;
                sheet = None;
            }
            '\'' => {
                let taken = quoted(rest, '\'');
                let name = rest.get(1..taken.saturating_sub(1)).unwrap_or_default();
                if rest
                    .get(taken..)
                    .is_some_and(|after| after.starts_with('!'))
                {
                    sheet = Some(name.replace("''", "'"));
                }
                out.push_str(rest.get(..taken).unwrap_or_default());
                at += taken;
            }
            '!' => {
                out.push('!');
                at += 1;
            }
            ':' => {
                out.push(':');
                at += 1;
                is_end = true;
                continue;
            }
            sign if is_word(sign) => {
                let taken = rest.find(|sign| !is_word(sign)).unwrap_or(rest.len());
                let word = rest.get(..taken).unwrap_or_default();
                let after = rest.get(taken..).unwrap_or_default();
                if after.starts_with('!') {
                    sheet = Some(word.to_owned());
                    out.push_str(word);
                } else if let (Some(cell), false) = (cell_of(word), after.starts_with('(')) {
                    match place(sheet.as_deref(), &cell, is_end) {
                        Some((column, row)) => {
                            let fixed = |is_fixed: bool| if is_fixed { "$" } else { "" };
                            out.push_str(&format!(
                                "{}{column}{}{row}",
                                fixed(cell.column_is_fixed),
                                fixed(cell.row_is_fixed)
                            ));
                        }
                        None => out.push_str(word),
                    }
                    // The end of a range is on the sheet of its beginning.
                    if !after.starts_with(':') {
                        sheet = None;
                    }
                } else {
                    out.push_str(word);
                    sheet = None;
                }
                at += taken;
                is_end = false;
                continue;
            }
            sign => {
                out.push(sign);
                at += sign.len_utf8();
                sheet = None;
            }
        }
        is_end = false;
    }
    out
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '.' | '$')
}

/// How many bytes a quoted piece takes; doubled quotes stand for one.
fn quoted(text: &str, quote: char) -> usize {
    let bytes = text.as_bytes();
    let wanted = quote as u8;
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        if *byte == wanted {
            if bytes.get(at + 1) == Some(&wanted) {
                at += 2;
                continue;
            }
            return at + 1;
        }
        at += 1;
    }
    bytes.len()
}

fn cell_of(word: &str) -> Option<Cell<'_>> {
    let (column_is_fixed, rest) = match word.strip_prefix('$') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let end = rest.find(|sign: char| !sign.is_ascii_alphabetic())?;
    let column = rest
        .get(..end)
        .filter(|column| (1..=3).contains(&column.len()))?;
    let rest = rest.get(end..)?;
    let (row_is_fixed, digits) = match rest.strip_prefix('$') {
        Some(digits) => (true, digits),
        None => (false, rest),
    };
    let is_row =
        !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let row: u32 = if is_row {
        digits.parse().ok()?
    } else {
        return None;
    };
    ((1..=1_048_576).contains(&row)).then_some(Cell {
        column,
        row,
        row_is_fixed,
        column_is_fixed,
    })
}

/// The number of a column from 1.
pub(super) fn number_of(column: &str) -> i64 {
    column.bytes().fold(0, |number, byte| {
        number * 26 + i64::from(byte.to_ascii_uppercase()) - i64::from(b'A') + 1
    })
}

pub(super) fn letters(mut number: i64) -> String {
    let mut out = Vec::new();
    while number > 0 {
        let digit = u8::try_from((number - 1) % 26).unwrap_or_default();
        out.push(b'A' + digit);
        number = (number - 1) / 26;
    }
    out.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// A cell's column letters and row.
pub(super) fn split(reference: &str) -> Option<(&str, u32)> {
    let cell = cell_of(reference)?;
    Some((cell.column, cell.row))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets() -> Vec<(String, Moves)> {
        let list = Repeated {
            from: 4,
            to: 4,
            bare_before: 0,
            bare_after: 0,
            times: 3,
        };
        vec![
            (
                "台账".to_owned(),
                Moves {
                    repeated: vec![list],
                },
            ),
            ("说 明".to_owned(), Moves::default()),
        ]
    }

    #[test]
    fn references_move_with_their_rows() {
        let sheets = sheets();
        let table = [
            ("SUM(C4:C4)", "SUM(C4:C6)"),
            ("SUM(C$4:C$4)/C5", "SUM(C$4:C$6)/C7"),
            ("C2+C5", "C2+C7"),
            (
                "IF(A5=\"C5\",LOG10(B5),$B$9)",
                "IF(A7=\"C5\",LOG10(B7),$B$11)",
            ),
            ("台账!A5+'说 明'!A5", "台账!A7+'说 明'!A5"),
            ("SUM('台账'!A4:B4)", "SUM('台账'!A4:B6)"),
            ("A1:F9 H5", "A1:F11 H7"),
        ];
        for (written, expected) in table {
            assert_eq!(moved(written, Some(0), &sheets, Target::Outside), expected);
        }
        // From the other sheet, own references stay.
        assert_eq!(
            moved("C5+台账!C5", Some(1), &sheets, Target::Outside),
            "C5+台账!C7"
        );
    }

    #[test]
    fn a_formula_in_a_line_looks_at_its_own_line() {
        let sheets = sheets();
        let list = sheets[0].1.repeated[0].clone();
        let target = Target::Copy(&list, 2);
        assert_eq!(
            moved("B4*C4+$A$1+D5", Some(0), &sheets, target),
            "B6*C6+$A$1+D7"
        );
    }

    #[test]
    fn a_shared_formula_is_told_for_its_cell() {
        assert_eq!(
            shifted("A1+$B$1+C$2+SUM(Z1:AA2)", 2, 1),
            "B3+$B$1+D$2+SUM(AA3:AB4)"
        );
    }
}
