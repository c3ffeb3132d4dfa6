//! Giving rows back: a workbook of the rows that were refused, with the reasons beside them.
//!
//! Whoever sent the file gets the same columns in the same order, the bad cells coloured and with the
//! reason as a note, and one last column that says all reasons and the row in the file as sent. It
//! can be corrected and sent again as it is: [`is_reason_heading`] tells which column to pass over.

use base::{Lang, Problem, Text};

use crate::cell::{Cell, RejectedRow};
use crate::header::column_label;
use crate::workbook_out::{CellOut, ColumnKind, ColumnOut, SheetOut, WorkbookOut};

/// The heading of the column with the reasons, in Chinese and English.
pub const REASON_HEADING: (&str, &str) = ("退回原因", "Reason for return");

/// Whether a heading is that of the reasons, in either language; an importer passes over it.
///
/// ```
/// assert!(sheet::is_reason_heading("退回原因"));
/// assert!(!sheet::is_reason_heading("原因"));
/// ```
pub fn is_reason_heading(heading: &str) -> bool {
    heading == REASON_HEADING.0 || heading == REASON_HEADING.1
}

/// The workbook of refused rows.
///
/// Rows with more cells than the header get columns without heading for them, before the reasons. A
/// reason column that is already in the header is replaced by the new one.
///
/// ```
/// use base::Lang;
/// use sheet::{ReadOptions, read_table, rejected_workbook};
/// let table = read_table("a,b\n1\n".as_bytes(), &ReadOptions::default()).unwrap();
/// let bytes = rejected_workbook(&table.header, &table.rejected, Lang::En).unwrap();
/// let back = read_table(&bytes, &ReadOptions::default()).unwrap();
/// assert_eq!(back.header, ["a", "b", "Reason for return"]);
/// ```
pub fn rejected_workbook(
    header: &[String],
    rows: &[RejectedRow],
    lang: Lang,
) -> Result<Vec<u8>, Problem> {
    let widest = rows
        .iter()
        .map(|row| row.row.cells.len())
        .max()
        .unwrap_or(0);
    let kept: Vec<usize> = (0..widest.max(header.len()))
        .filter(|at| {
            !header
                .get(*at)
                .is_some_and(|heading| is_reason_heading(heading))
        })
        .collect();
    let reason_heading = Text::new(REASON_HEADING.0, REASON_HEADING.1);
    let mut columns: Vec<ColumnOut> = kept
        .iter()
        .map(|at| ColumnOut {
            heading: header.get(*at).cloned().unwrap_or_default(),
            ..ColumnOut::default()
        })
        .collect();
    columns.push(ColumnOut::of_kind(
        reason_heading.get(lang),
        ColumnKind::Comment,
    ));
    let sheet_name = Text::new("退回的行", "Returned rows");
    let mut sheet = SheetOut::new(sheet_name.get(lang), columns);
    sheet.rows = rows
        .iter()
        .map(|row| row_out(header, row, &kept, lang))
        .collect();
    WorkbookOut::new([sheet]).to_bytes()
}

fn row_out(header: &[String], rejected: &RejectedRow, kept: &[usize], lang: Lang) -> Vec<CellOut> {
    let mut cells: Vec<CellOut> = kept
        .iter()
        .map(|at| {
            let faults: Vec<String> = rejected
                .reasons
                .iter()
                .filter(|reason| reason.column == Some(*at))
                .map(|reason| sentence(&reason.problem, lang))
                .collect();
            CellOut {
                cell: rejected.row.cell(*at).cloned().unwrap_or_default(),
                fault: (!faults.is_empty()).then(|| faults.join("\n")),
            }
        })
        .collect();
    let number = rejected.row.number;
    let mut reasons = vec![match lang {
        Lang::Zh => format!("原文件第 {number} 行"),
        Lang::En => format!("Row {number} of the file as sent"),
    }];
    for reason in &rejected.reasons {
        let text = sentence(&reason.problem, lang);
        reasons.push(match (reason.column, lang) {
            (None, _) => text,
            (Some(at), Lang::Zh) => format!("{}：{text}", column_label(header, at)),
            (Some(at), Lang::En) => format!("{}: {text}", column_label(header, at)),
        });
    }
    // A cell holds 32,767 characters; very many reasons are cut where a reader has long stopped.
    let text: String = reasons.join("\n").chars().take(8000).collect();
    cells.push(Cell::text(text).into());
    cells
}

/// What is wrong and what would be right.
fn sentence(problem: &Problem, lang: Lang) -> String {
    let (what, remedy) = (problem.what(lang), problem.remedy(lang));
    match (remedy.is_empty(), lang) {
        (true, _) => what.to_owned(),
        (false, Lang::Zh) => format!("{what}。{remedy}。"),
        (false, Lang::En) => format!("{what}; {remedy}."),
    }
}
