//! The grid as a workbook: out with what is known, back in with points and reasons; faults by cell. What
//! comes back fills the grid and is looked at there before it is handed in.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base::{Place, Problem, Ratio};
use sheet::{Cell, ColumnOut, ReadOptions, SheetOut, WorkbookOut};

use super::{part_heads, rows, show};
use crate::answer::{Refused, go_to};
use crate::asked::Asked;
use crate::pages::course::course;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

const NUMBER: &str = "编号";
const UNIT: &str = "单位";
const POINTS: &str = "评分";
const REASON: &str = "理由";

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn out(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
) -> Response {
    site.file(asked, move |look| {
        // Whoever may not see the grid gets no workbook of it.
        show(look, &item, super::Came::default(), None, &[])?;
        let course = course(look)?;
        let of = course
            .item(&item)
            .ok_or_else(|| Refused::no_such(("项目", "item"), &item))?;
        let parts = part_heads(look, &course, of);
        let mut columns = vec![
            ColumnOut::text(NUMBER),
            ColumnOut::text(UNIT),
            ColumnOut::text("状态"),
            ColumnOut::text("数字"),
            ColumnOut::text("目标"),
            ColumnOut::number("分值"),
            ColumnOut::number("应得"),
            ColumnOut::number("自评"),
            ColumnOut::text("完成情况"),
            ColumnOut::number("佐证件数"),
        ];
        columns.extend(parts.iter().map(|part| ColumnOut::number(&part.name)));
        columns.extend([ColumnOut::number(POINTS), ColumnOut::text(REASON)]);
        let name: String = of
            .item
            .name
            .zh
            .chars()
            .filter(|sign| !r"[]:*?/\\".contains(*sign))
            .take(28)
            .collect();
        let mut sheet = SheetOut::new(name, columns);
        sheet.frozen_columns = 2;
        let number = |text: &str| {
            if Ratio::parse_decimal(text).is_some() {
                Cell::Number(text.into())
            } else {
                Cell::text(text)
            }
        };
        for row in rows(look, &course, &item, &|_| String::new())? {
            let points = if row.points_field.is_some() {
                &row.points
            } else {
                &row.line.given
            };
            let mut cells = vec![
                Cell::text(row.line.number.to_string()),
                Cell::text(row.line.unit_name),
                Cell::text(row.line.state_name),
                Cell::text(row.line.figure),
                Cell::text(row.line.target),
                number(&row.line.max),
                number(&row.line.proposed),
                number(&row.line.own),
                Cell::text(row.self_note),
                number(&row.pieces.len().to_string()),
            ];
            cells.extend(row.parts.iter().map(|part| number(&part.value)));
            cells.extend([number(points), Cell::text("")]);
            sheet.rows.push(cells.into_iter().map(Into::into).collect());
        }
        let mut book = WorkbookOut::new([sheet]);
        book.title = look.text(&of.item.name).to_owned();
        let bytes = book.to_bytes()?;
        let disposition = format!("attachment; filename=\"review-{item}.xlsx\"");
        Ok((
            [
                (CONTENT_TYPE, XLSX.to_owned()),
                (CONTENT_DISPOSITION, disposition),
            ],
            bytes,
        )
            .into_response())
    })
    .await
}

pub(super) async fn take(
    State(site): State<Site>,
    asked: Asked,
    Path(item): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, who| {
        let address = format!("/review/{item}");
        let file = posted
            .files
            .iter()
            .find(|file| file.field == "workbook")
            .ok_or_else(|| Refused::from(problems::no_file_chosen()))?;
        let course = course(look)?;
        let of = course
            .item(&item)
            .ok_or_else(|| Refused::no_such(("项目", "item"), &item))?;
        let rows = rows(look, &course, &item, &|_| String::new())?;
        // What the workbook's columns of parts are called depends on the language it was made in.
        let parts: Vec<(Vec<String>, String)> = part_heads(look, &course, of)
            .into_iter()
            .filter(|part| {
                let is_open = |cell: &super::PartCell| cell.is_open && cell.field == part.field;
                rows.iter().any(|row| row.parts.iter().any(is_open))
            })
            .map(|part| {
                let flow = course.scorecard.flow.as_ref();
                let field = flow
                    .and_then(|id| look.programme.flows.get(id))
                    .and_then(|flow| flow.field(&base::FieldId::new(&part.field)));
                let names = field.map_or_else(Vec::new, |field| {
                    vec![field.name.zh.clone(), field.name.en.clone()]
                });
                (names, part.field)
            })
            .collect();
        let was = as_it_stands(&rows);
        let known: BTreeMap<String, bool> = rows
            .into_iter()
            .map(|row| (row.line.number.to_string(), row.points_field.is_some()))
            .collect();
        let (typed, faults) = read(&file.name, &file.bytes, &known, &parts)?;
        if !faults.is_empty() {
            return Err(faults.into());
        }
        // What is as it went out is no draft of anybody's.
        let changed = changed(&was, &typed);
        if changed == 0 {
            return Ok(go_to(&format!("{address}?taken=0")));
        }
        look.site
            .desk()
            .save_draft(who.actor, &address, &typed, look.site.now())?;
        Ok(go_to(&format!("{address}?taken={changed}")))
    })
    .await
}

type Typed = BTreeMap<String, String>;

/// The grid's fields as a workbook takes them out.
fn as_it_stands(rows: &[super::Row]) -> Typed {
    let mut typed = Typed::new();
    for row in rows.iter().filter(|row| row.points_field.is_some()) {
        let number = row.line.number;
        typed.insert(format!("p.{number}"), row.points.clone());
        for part in &row.parts {
            typed.insert(format!("q.{number}.{}", part.field), part.value.clone());
        }
    }
    typed
}

/// How many rows say something else than before; numbers are compared as numbers.
fn changed(was: &Typed, typed: &Typed) -> usize {
    let same = |one: &str, other: &str| {
        one == other
            || Ratio::parse_decimal(one)
                .zip(Ratio::parse_decimal(other))
                .is_some_and(|(one, other)| one == other)
    };
    let mut rows: Vec<&str> = typed
        .iter()
        .filter(|(field, text)| !same(text, was.get(*field).map_or("", String::as_str)))
        .filter_map(|(field, _)| field.split('.').nth(1))
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows.len()
}

/// What a workbook says, as the grid's fields; what is wrong by its cell.
fn read(
    name: &str,
    bytes: &[u8],
    known: &BTreeMap<String, bool>,
    parts: &[(Vec<String>, String)],
) -> Result<(Typed, Vec<Problem>), Problem> {
    let table = sheet::read_table(bytes, &ReadOptions::named(name))?;
    let column = |heading: &str| {
        table
            .column(heading)?
            .ok_or_else(|| problems::no_such_column(heading).in_place(Place::in_file(name)))
    };
    let (number, points, reason) = (column(NUMBER)?, column(POINTS)?, column(REASON)?);
    let mut part_columns = Vec::new();
    for (names, field) in parts {
        for name in names {
            if let Some(column) = table.column(name)? {
                part_columns.push((column, name, field));
                break;
            }
        }
    }
    let mut typed = Typed::new();
    let mut faults = Vec::new();
    for row in &table.rows {
        let text = |column: usize| {
            row.cell(column)
                .map(|cell| cell.as_text().trim().to_owned())
                .unwrap_or_default()
        };
        let case = text(number);
        if case.is_empty() {
            continue;
        }
        let at = |heading: &str, value: String| Place {
            row: Some(row.number),
            column: Some(heading.to_owned()),
            value: Some(value),
            ..Place::in_file(name)
        };
        match known.get(&case) {
            None => {
                faults.push(
                    problems::row_of_no_case(row.number, &case).in_place(at(NUMBER, case.clone())),
                );
                continue;
            }
            // What is not to be judged now is left as it stands.
            Some(false) => continue,
            Some(true) => {}
        }
        let given = text(points);
        if !given.is_empty() && Ratio::parse_decimal(&given).is_none() {
            faults.push(
                problems::cell_is_no_number(row.number, POINTS, &given)
                    .in_place(at(POINTS, given.clone())),
            );
            continue;
        }
        for (column, name, field) in &part_columns {
            let value = text(*column);
            if !value.is_empty() && Ratio::parse_decimal(&value).is_none() {
                faults.push(
                    problems::cell_is_no_number(row.number, name.as_str(), &value)
                        .in_place(at(name, value.clone())),
                );
            } else {
                typed.insert(format!("q.{case}.{field}"), value);
            }
        }
        typed.insert(format!("p.{case}"), given);
        typed.insert(format!("r.{case}"), text(reason));
    }
    Ok((typed, faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(rows: &[[&str; 3]]) -> Vec<u8> {
        let columns = [NUMBER, POINTS, REASON].map(ColumnOut::text);
        let mut sheet = SheetOut::new("评审", columns);
        for row in rows {
            sheet
                .rows
                .push(row.map(|text| Cell::text(text).into()).into());
        }
        WorkbookOut::new([sheet]).to_bytes().unwrap()
    }

    #[test]
    fn a_workbook_that_says_nothing_new_changes_no_row() {
        let of = |fields: &[(&str, &str)]| -> Typed {
            let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
            fields.iter().map(owned).collect()
        };
        let was = of(&[("p.7", "2.50"), ("p.8", ""), ("q.8.site", "70")]);
        let same = of(&[
            ("p.7", "2.5"),
            ("r.7", ""),
            ("p.8", ""),
            ("q.8.site", "70.0"),
        ]);
        assert_eq!(changed(&was, &same), 0);
        let other = of(&[
            ("p.7", "2.4"),
            ("r.7", "缺纪要"),
            ("p.8", ""),
            ("q.8.site", "71"),
        ]);
        assert_eq!(changed(&was, &other), 2);
    }

    #[test]
    fn a_workbook_fills_the_grid_and_each_fault_names_its_cell() {
        let known = BTreeMap::from([
            ("7".to_owned(), true),
            ("8".to_owned(), true),
            ("9".to_owned(), false),
        ]);
        let bytes = book(&[["7", "2.5", "缺纪要"], ["9", "1", ""], ["8", "", ""]]);
        let (typed, faults) = read("a.xlsx", &bytes, &known, &[]).unwrap();
        assert!(faults.is_empty());
        assert_eq!(typed.get("p.7").map(String::as_str), Some("2.5"));
        assert_eq!(typed.get("r.7").map(String::as_str), Some("缺纪要"));
        assert!(
            !typed.contains_key("p.9"),
            "what is not to be judged now is left alone"
        );

        let bytes = book(&[["7", "二分半", ""], ["70", "1", ""]]);
        let (_, faults) = read("a.xlsx", &bytes, &known, &[]).unwrap();
        let places: Vec<_> = faults
            .iter()
            .map(|fault| {
                let place = fault.place.as_ref().unwrap();
                (
                    place.row,
                    place.column.clone().unwrap(),
                    place.value.clone().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            places,
            [
                (Some(2), POINTS.to_owned(), "二分半".to_owned()),
                (Some(3), NUMBER.to_owned(), "70".to_owned())
            ]
        );
    }
}
