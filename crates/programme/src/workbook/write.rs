//! Package to workbook. The other way is [`super::read`].

use base::Problem;
use sheet::{CellOut, ColumnKind, ColumnOut, SheetOut, WorkbookOut};

use super::{FILE, FILES, Head, heads};
use crate::cell::CELL_UNITS_MAX;
use crate::comments::RowComments;
use crate::flat::flatten;
use crate::fmt::{TextRow, text_rows};
use crate::load::Layer;
use crate::problems_text as problem;
use crate::rows::Content;
use crate::tables::{Column, Kind, TABLES, Table};

/// Writes a package (not those that it extends) as an `.xlsx` workbook. The same package always
/// gives the same bytes.
///
/// # Errors
/// The faults of the text, when it has any: only a sound text is written, so that nothing is lost.
pub fn to_workbook(layer: &Layer) -> Result<Vec<u8>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut placed: Vec<(String, usize, TextRow)> = Vec::new();
    let mut files = files_sheet();
    for file in &layer.files {
        let path = layer.path_of(file);
        match text_rows(file) {
            Ok((rows, tail)) => {
                let tail = tail.join("\n");
                check_length(super::COMMENT, &tail, &mut problems);
                files
                    .rows
                    .push(vec![CellOut::from(path), CellOut::from(tail.as_str())]);
                placed.extend(
                    rows.into_iter()
                        .enumerate()
                        .map(|(at, row)| (path.to_owned(), at + 1, row)),
                );
            }
            Err(mut faults) => problems.append(&mut faults),
        }
    }
    let mut sheets: Vec<SheetOut> = Vec::new();
    for table in TABLES {
        let rows: Vec<&(String, usize, TextRow)> = placed
            .iter()
            .filter(|(_, _, row)| row.table.name == table.name)
            .collect();
        if !rows.is_empty() {
            sheets.push(table_sheet(table, &rows, &mut problems));
        }
    }
    sheets.push(files);
    if !problems.is_empty() {
        return Err(problems);
    }
    let book = WorkbookOut {
        sheets,
        all_text: true,
        title: layer.name.to_string(),
    };
    book.to_bytes().map_err(|fault| vec![fault])
}

fn files_sheet() -> SheetOut {
    let note = "文件 / text file";
    SheetOut::new(
        FILES,
        [
            ColumnOut::text(FILE).with_note(note),
            ColumnOut::of_kind(super::COMMENT, ColumnKind::Comment),
        ],
    )
}

fn table_sheet(
    table: &'static Table,
    rows: &[&(String, usize, TextRow)],
    problems: &mut Vec<Problem>,
) -> SheetOut {
    let heads = heads(table);
    let mut sheet = SheetOut::new(table.name, heads.iter().map(|head| column_out(*head)));
    for (file, order, row) in rows {
        let texts: Vec<String> = heads
            .iter()
            .map(|head| cell_text(*head, file, *order, row))
            .collect();
        for (head, text) in heads.iter().zip(&texts) {
            check_length(&head.heading(), text, problems);
        }
        sheet.rows.push(
            texts
                .iter()
                .map(|text| CellOut::from(text.as_str()))
                .collect(),
        );
    }
    sheet
}

/// A row's comments can be longer than a cell; its columns cannot.
fn check_length(heading: &str, text: &str, problems: &mut Vec<Problem>) {
    if text.encode_utf16().count() > CELL_UNITS_MAX {
        problems.push(problem::too_long(heading, CELL_UNITS_MAX));
    }
}

fn cell_text(head: Head, file: &str, order: usize, row: &TextRow) -> String {
    match head {
        Head::Whole(column) => row.cells.get(column.name).map(flatten).unwrap_or_default(),
        Head::Zh(column) => bilingual(row, column, |text| &text.zh),
        Head::En(column) => bilingual(row, column, |text| &text.en),
        Head::Comment => comment_text(&row.comments, row.table),
        Head::File => file.to_owned(),
        Head::Order => order.to_string(),
    }
}

fn bilingual(row: &TextRow, column: &Column, language: impl Fn(&base::Text) -> &String) -> String {
    match row.cells.get(column.name) {
        Some(Content::Bilingual(text)) => language(text).clone(),
        _ => String::new(),
    }
}

/// The lines above the header, then those of each key in the order of the columns.
fn comment_text(comments: &RowComments, table: &Table) -> String {
    let of_keys = table.columns.iter().flat_map(|column| {
        let lines = comments
            .keys
            .get(column.name)
            .map_or(&[][..], Vec::as_slice);
        lines.iter().map(|line| format!("[{}] {line}", column.name))
    });
    comments
        .header
        .iter()
        .cloned()
        .chain(of_keys)
        .collect::<Vec<_>>()
        .join("\n")
}

fn column_out(head: Head) -> ColumnOut {
    let out = match head {
        Head::Comment => ColumnOut::of_kind(head.heading(), ColumnKind::Comment),
        _ => ColumnOut::text(head.heading()),
    };
    let Some(column) = head.column() else {
        return out.with_note(match head {
            Head::Comment => "注释：# 开头的行写在本行之上，[列] 开头的写在该列之上 / comments: lines with # above the row, lines with [column] above that column",
            _ => "在文本文件中的位置；新行不填 / place in the text files; leave empty for a new row",
        });
    };
    let required = if column.required {
        "（必填 / required）"
    } else {
        ""
    };
    let (zh, en) = crate::cell::wanted(&column.kind);
    let form = match column.kind {
        Kind::Text | Kind::Bilingual | Kind::Ref(_) => String::new(),
        Kind::List(_) => "\n用 ; 分隔 / separated by ;".to_owned(),
        Kind::Pairs => "\n90 = 0; 97.5 = 4".to_owned(),
        _ => format!("\n{zh} / {en}")
            .replace("带引号的", "")
            .replace(" in quotes", "")
            .replace('"', ""),
    };
    let out = out.with_note(format!(
        "{} / {}{required}{form}",
        column.doc.0, column.doc.1
    ));
    match column.kind {
        Kind::OneOf(words) => out.with_choices(words.iter().copied()),
        Kind::Bool => out.with_choices(["true", "false"]),
        _ => out,
    }
}
