//! The workbook around the sheets: their names and parts, shared texts, names of areas.

use base::Problem;

use super::formula::{self, Target};
use super::moves::Moves;
use crate::package::Package;
use crate::problems;
use crate::xml::{Tree, escaped, unescaped};

/// A sheet.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub name: String,
    pub part: String,
}

/// The workbook.
pub(super) struct Book {
    pub sheets: Vec<Sheet>,
    shared: Option<String>,
}

impl Book {
    pub fn read(package: &Package<'_>) -> Result<Book, Problem> {
        let relationships = package.relationships(&package.main)?;
        let tree = Tree::read(
            &package.main,
            package.part(&package.main).unwrap_or_default(),
        )?;
        let mut sheets = Vec::new();
        for node in tree.nodes_named("sheet") {
            // The identifier's prefix is whatever the writer chose for relationships.
            let tag = tree.tag(node);
            let id = tag.split_whitespace().find_map(|piece| {
                let (key, value) = piece.split_once('=')?;
                key.ends_with(":id")
                    .then(|| value.trim_matches(|sign| "\"'/>".contains(sign)).to_owned())
            });
            let found = relationships
                .iter()
                .find(|(known, kind, _)| Some(known) == id.as_ref() && kind == "worksheet");
            if let Some((_, _, part)) = found
                && package.part(part).is_some()
            {
                let name = tree.attribute(node, "name").unwrap_or_default();
                sheets.push(Sheet {
                    name,
                    part: part.clone(),
                });
            }
        }
        if sheets.is_empty() {
            return Err(problems::bad_xml(&package.main, "sheets"));
        }
        let shared = relationships
            .into_iter()
            .find(|(_, kind, _)| kind == "sharedStrings");
        Ok(Book {
            sheets,
            shared: shared.map(|(_, _, part)| part),
        })
    }

    /// The list of sheets with the areas that have names moved, to be calculated when it is opened.
    pub fn rewritten(
        &self,
        part: &str,
        text: &str,
        moves: &[(String, Moves)],
    ) -> Result<String, Problem> {
        let tree = Tree::read(part, text)?;
        let mut out = String::with_capacity(text.len() + 64);
        let mut from = 0;
        for node in 0..tree.nodes.len() {
            let Some(found) = tree.nodes.get(node) else {
                continue;
            };
            match tree.local(node) {
                "definedName" => {
                    let written = unescaped(tree.slice(found.inner.clone())).into_owned();
                    out.push_str(tree.slice(from..found.inner.start));
                    escaped(
                        &formula::moved(&written, None, moves, Target::Outside),
                        &mut out,
                    );
                    from = found.inner.end;
                }
                "calcPr" if tree.attribute(node, "fullCalcOnLoad").is_none() => {
                    out.push_str(tree.slice(from..found.name.end));
                    out.push_str(" fullCalcOnLoad=\"1\"");
                    from = found.name.end;
                }
                _ => {}
            }
        }
        out.push_str(tree.slice(from..text.len()));
        Ok(out)
    }
}

/// The texts that cells share.
pub(super) struct SharedTexts<'t> {
    pub tree: Option<Tree<'t>>,
    /// The elements `si`, by number.
    pub items: Vec<usize>,
}

impl<'t> SharedTexts<'t> {
    pub fn read(package: &'t Package<'_>, book: &Book) -> Result<SharedTexts<'t>, Problem> {
        let Some((part, text)) = book
            .shared
            .as_ref()
            .and_then(|part| Some((part, package.part(part)?)))
        else {
            return Ok(SharedTexts {
                tree: None,
                items: Vec::new(),
            });
        };
        let tree = Tree::read(part, text)?;
        let items = tree.nodes_named("si").collect();
        Ok(SharedTexts {
            tree: Some(tree),
            items,
        })
    }
}

/// The elements of text of a shared or inline text, without readings.
pub(super) fn texts_of(tree: &Tree<'_>, of: usize) -> Vec<Option<usize>> {
    let mut texts = Vec::new();
    for child in tree.children(of) {
        match tree.local(child) {
            "t" => texts.push(Some(child)),
            "r" => texts.extend(
                tree.children(child)
                    .into_iter()
                    .filter(|node| tree.local(*node) == "t")
                    .map(Some),
            ),
            _ => {}
        }
    }
    texts
}
