//! What must hold of every table that was read, and of each of its cells.

use sheet::clean::{DecimalText, EmptyMarks, half_width_all, parse_decimal_text, trim};
use sheet::dates::{DatePatterns, YearLast, parse_date, parse_date_time};
use sheet::{Cell, Limits, Table};

/// Small limits: what is beyond them comes up with small inputs.
pub fn limits() -> Limits {
    Limits {
        input_bytes_max: 128 << 10,
        unpacked_bytes_max: 4 << 20,
        sheets_max: 8,
        parts_max: 64,
        structure_bytes_max: 256 << 10,
        shared_texts_max: 2_000,
        rows_max: 1_000,
        columns_max: 64,
        cell_chars_max: 400,
        row_bytes_max: 8 << 10,
        cells_max: 20_000,
        ..Limits::default()
    }
}

/// Rows are as wide as the header and within the limits; each row stands behind the one before it.
pub fn table_is_sound(table: &Table, limits: &Limits, has_header: bool) {
    assert!(table.header.len() <= limits.columns_max);
    let rows = table.rows.len() + table.rejected.len();
    assert!(rows <= limits.rows_max as usize, "{rows} rows");
    for row in &table.rows {
        assert!(
            !has_header || row.cells.len() == table.header.len(),
            "{row:?}"
        );
        for cell in &row.cells {
            cell_is_sound(cell, limits);
        }
    }
    for rejected in &table.rejected {
        assert!(!rejected.reasons.is_empty());
        for reason in &rejected.reasons {
            assert!(!reason.problem.what.zh.is_empty());
        }
    }
    let numbers: Vec<u32> = table.rows.iter().map(|row| row.number).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

fn cell_is_sound(cell: &Cell, limits: &Limits) {
    let text = cell.as_text();
    assert!(text.chars().count() <= limits.cell_chars_max);
    let trimmed = trim(&text);
    assert_eq!(trim(trimmed), trimmed);
    let narrow = half_width_all(&text);
    assert_eq!(half_width_all(&narrow), narrow);
    let marks = EmptyMarks::default();
    if let Ok(Some(decimal)) = cell.decimal(&marks) {
        decimal_is_sound(&decimal);
    }
    for year_last in [
        None,
        Some(YearLast::DayMonthYear),
        Some(YearLast::MonthDayYear),
    ] {
        let patterns = DatePatterns { year_last };
        if let Ok(moment) = parse_date_time(&text, &patterns) {
            assert_eq!(parse_date_time(&moment.to_string(), &patterns), Ok(moment));
        }
        if let Ok(day) = parse_date(&text, &patterns) {
            assert_eq!(parse_date(&day.to_string(), &patterns), Ok(day));
        }
    }
}

fn decimal_is_sound(decimal: &DecimalText) {
    let Some(ratio) = decimal.to_ratio() else {
        return;
    };
    if let Some(text) = ratio.exact_decimal() {
        let again = parse_decimal_text(&text)
            .ok()
            .and_then(|again| again.to_ratio());
        assert_eq!(again, Some(ratio), "{decimal:?} is {text}");
    }
}
