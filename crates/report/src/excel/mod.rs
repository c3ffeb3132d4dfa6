//! Excel: cells filled in and rows repeated, the rest of the workbook as it was.
//!
//! A cell that has nothing but a number's mark becomes a number, so that the workbook's own formulas go on
//! calculating. Where a list repeats a row, everything beneath moves down: cells, merged areas, formulas in
//! every sheet, printing areas and anchors of pictures (`moves.rs`, `formula.rs`). Results that formulas had
//! are left out, so that every program calculates them when the file is opened.

mod book;
mod formula;
mod moves;
mod rows;

use std::collections::BTreeMap;

use base::{Problem, Text};

use crate::data::Data;
use crate::package::Package;
use crate::problems;
use crate::template::{Asked, Faults, Scope};
use crate::xml::{Tree, escaped};
use book::{Book, Sheet};
use moves::Moves;

/// The marks of a template, each with the list around it.
pub(crate) fn asked(package: &Package<'_>, faults: &mut Faults) -> Result<Vec<Asked>, Problem> {
    let book = Book::read(package)?;
    let texts = book::SharedTexts::read(package, &book)?;
    let mut all = Vec::new();
    for sheet in &book.sheets {
        let tree = Tree::read(&sheet.part, package.part(&sheet.part).unwrap_or_default())?;
        let plan = rows::Plan::of(&tree, sheet, &texts, faults)?;
        all.extend(plan.asked());
    }
    Ok(all)
}

/// The filled workbook.
pub(crate) fn fill(package: Package<'_>, data: &Data) -> Result<Vec<u8>, Problem> {
    let book = Book::read(&package)?;
    let texts = book::SharedTexts::read(&package, &book)?;
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut all_moves: Vec<(String, Moves)> = Vec::new();
    let mut has_marks = false;
    for sheet in &book.sheets {
        let tree = Tree::read(&sheet.part, package.part(&sheet.part).unwrap_or_default())?;
        let mut faults = Faults::default();
        let plan = rows::Plan::of(&tree, sheet, &texts, &mut faults)?;
        faults.first()?;
        let moves = plan.moves(Scope::of(data))?;
        all_moves.push((sheet.name.clone(), moves));
        has_marks |= plan.has_marks();
    }
    // Where anything is filled, results of formulas are stale in every sheet.
    let is_filled = has_marks || data.notice.is_some();
    for (number, sheet) in book.sheets.iter().enumerate().filter(|_| is_filled) {
        let tree = Tree::read(&sheet.part, package.part(&sheet.part).unwrap_or_default())?;
        let plan = rows::Plan::of(&tree, sheet, &texts, &mut Faults::default())?;
        let notice = data.notice.as_deref();
        let text = plan.write(Scope::of(data), number, &all_moves, notice)?;
        changed.insert(sheet.part.clone(), text);
        if let Some((_, moves)) = all_moves.get(number)
            && moves.is_any()
        {
            for (_, kind, target) in package.relationships(&sheet.part)? {
                if kind == "drawing" && package.part(&target).is_some() {
                    changed.insert(target.clone(), moved_drawing(&package, &target, moves)?);
                }
            }
        }
    }
    let mut left_out = Vec::new();
    if !changed.is_empty() {
        let text = package.part(&package.main).unwrap_or_default();
        changed.insert(
            package.main.clone(),
            book.rewritten(&package.main, text, &all_moves)?,
        );
        // What was calculated in which order does not hold any more; programs make it anew.
        drop_calculation(&package, &mut changed, &mut left_out)?;
    }
    package.with(&changed, &left_out)
}

/// Pictures move with the rows above them.
fn moved_drawing(package: &Package<'_>, part: &str, moves: &Moves) -> Result<String, Problem> {
    let tree = Tree::read(part, package.part(part).unwrap_or_default())?;
    let mut out = String::with_capacity(tree.text.len());
    let mut from = 0;
    for node in tree.nodes_named("row") {
        let Some(inner) = tree.nodes.get(node).map(|node| node.inner.clone()) else {
            continue;
        };
        if let Ok(row) = tree.slice(inner.clone()).trim().parse::<u32>() {
            out.push_str(tree.slice(from..inner.start));
            out.push_str(&(moves.first(row.saturating_add(1)) - 1).to_string());
            from = inner.end;
        }
    }
    out.push_str(tree.slice(from..tree.text.len()));
    Ok(out)
}

/// Leaves out the chain of calculation and whatever names it.
fn drop_calculation(
    package: &Package<'_>,
    changed: &mut BTreeMap<String, String>,
    left_out: &mut Vec<String>,
) -> Result<(), Problem> {
    let relationships = package.relationships(&package.main)?;
    let Some((id, _, target)) = relationships
        .into_iter()
        .find(|(_, kind, _)| kind == "calcChain")
    else {
        return Ok(());
    };
    let (folder, file) = package.main.rsplit_once('/').unwrap_or(("", &package.main));
    let rels = format!("{folder}/_rels/{file}.rels");
    let rels = rels.trim_start_matches('/').to_owned();
    let places: [(&str, &str, &str, &str); 2] = [
        (&rels, "Relationship", "Id", &id),
        (
            "[Content_Types].xml",
            "Override",
            "PartName",
            &format!("/{target}"),
        ),
    ];
    for (part, element, attribute, value) in places {
        let text = package.part(part).unwrap_or_default();
        let tree = Tree::read(part, text)?;
        let node = tree
            .nodes_named(element)
            .find(|node| tree.attribute(*node, attribute).as_deref() == Some(value));
        if let Some(at) = node
            .and_then(|node| tree.nodes.get(node))
            .map(|node| node.all.clone())
        {
            let mut text = text.to_owned();
            text.replace_range(at, "");
            changed.insert(part.to_owned(), text);
        }
    }
    left_out.push(target);
    Ok(())
}

/// The rows of every sheet, cells separated by tabs.
pub(crate) fn text(package: &Package<'_>) -> Result<Vec<String>, Problem> {
    let book = Book::read(package)?;
    let texts = book::SharedTexts::read(package, &book)?;
    let mut lines = Vec::new();
    for sheet in &book.sheets {
        let tree = Tree::read(&sheet.part, package.part(&sheet.part).unwrap_or_default())?;
        lines.extend(rows::text_of(&tree, &texts));
    }
    Ok(lines)
}

/// Where something stands in a workbook, to people.
fn place(sheet: &Sheet, cell: &str) -> Text {
    Text::new(
        format!("工作表“{}”单元格 {cell}", sheet.name),
        format!("sheet `{}`, cell {cell}", sheet.name),
    )
}

/// A value as an element's text; where `doubles` is set, of a head or foot, whose `&` begins a code.
fn put_value(out: &mut String, value: &str, doubles: bool) {
    if doubles {
        escaped(&value.replace('&', "&&"), out);
    } else {
        escaped(&value.replace("\r\n", "\n"), out);
    }
}

fn too_much() -> Problem {
    problems::too_much(crate::package::LIMITS.filled_bytes_max >> 20)
}
