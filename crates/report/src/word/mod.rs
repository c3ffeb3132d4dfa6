//! Word: body, heads and feet, notes and text boxes filled in.
//!
//! A mark may be split over several runs, as Word does when somebody corrects a letter; it takes the look of
//! the run in which it begins. In a table a list repeats rows; elsewhere paragraphs. Read [`fill`], then
//! `blocks.rs` (what repeats, what is conditional).

mod blocks;

use std::collections::BTreeMap;

use base::{Problem, Text};

use crate::data::Data;
use crate::marks::Sign;
use crate::package::{LIMITS, Package};
use crate::problems;
use crate::template::{Asked, Edit, Faults, Put, Scope, marked};
use crate::xml::{Tree, escaped, signs};
use blocks::{Block, Found};

const NAMESPACES: &[&str] = &[
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

/// Kinds of relationships whose parts hold text that is filled.
const FILLED: &[(&str, &str, &str)] = &[
    ("header", "页眉", "header"),
    ("footer", "页脚", "footer"),
    ("footnotes", "脚注", "footnotes"),
    ("endnotes", "尾注", "endnotes"),
];

/// The parts that are filled, with what they are called.
fn parts(package: &Package<'_>) -> Result<Vec<(String, Text)>, Problem> {
    let mut parts = vec![(package.main.clone(), Text::new("正文", "body"))];
    for (_, kind, target) in package.relationships(&package.main)? {
        if let Some((_, zh, en)) = FILLED.iter().find(|(found, ..)| *found == kind)
            && package.part(&target).is_some()
            && !parts.iter().any(|(known, _)| *known == target)
        {
            parts.push((target, Text::new(*zh, *en)));
        }
    }
    Ok(parts)
}

/// A part that was looked through.
struct Part<'t> {
    tree: Tree<'t>,
    prefix: String,
    edits: Vec<Edit>,
    blocks: Vec<Block>,
    /// The paragraphs with marks.
    found: Vec<Found>,
}

fn read<'t>(
    name: &str,
    text: &'t str,
    called: &Text,
    faults: &mut Faults,
) -> Result<Part<'t>, Problem> {
    let tree = Tree::read(name, text)?;
    let prefix = tree
        .prefix_of(NAMESPACES)
        .ok_or_else(|| problems::bad_xml(name, "wordprocessingml"))?;
    let (mut edits, mut found) = (Vec::new(), Vec::new());
    let mut number = 0;
    for node in 0..tree.nodes.len() {
        if tree.name(node) != format!("{prefix}p") {
            continue;
        }
        number += 1;
        let place = Text::new(
            format!("{}第 {number} 段", called.zh),
            format!("{}, paragraph {number}", called.en),
        );
        let texts = texts_of(&tree, &prefix, node);
        match marked(&tree, &texts, true, &place) {
            Err(problem) => faults.add(problem),
            Ok(of) if of.marks.is_empty() => {}
            Ok(of) => {
                edits.extend(of.edits);
                found.push(Found {
                    node,
                    place,
                    marks: of.marks,
                    is_bare: of.is_bare,
                });
            }
        }
    }
    edits.sort_by_key(|edit| edit.at.start);
    let blocks = blocks::of(&tree, &prefix, &found, faults);
    Ok(Part {
        tree,
        prefix,
        edits,
        blocks,
        found,
    })
}

/// The elements of text of a paragraph, without those of a text box in it.
fn texts_of(tree: &Tree<'_>, prefix: &str, paragraph: usize) -> Vec<Option<usize>> {
    let (text, own) = (format!("{prefix}t"), format!("{prefix}p"));
    let breaks = [
        format!("{prefix}br"),
        format!("{prefix}tab"),
        format!("{prefix}cr"),
    ];
    let mut texts = Vec::new();
    let mut at = paragraph + 1;
    let end = tree.nodes.get(paragraph).map_or(0, |node| node.after);
    while at < end {
        let name = tree.name(at);
        if name == own || name.ends_with("txbxContent") || name == format!("{prefix}pPr") {
            at = tree.nodes.get(at).map_or(end, |node| node.after);
            continue;
        }
        if name == text {
            texts.push(Some(at));
        } else if breaks.iter().any(|wanted| wanted == name) {
            texts.push(None);
        }
        at += 1;
    }
    texts
}

/// The marks of a template, each with the list around it.
pub(crate) fn asked(package: &Package<'_>, faults: &mut Faults) -> Result<Vec<Asked>, Problem> {
    let mut all = Vec::new();
    for (name, called) in parts(package)? {
        let part = read(
            &name,
            package.part(&name).unwrap_or_default(),
            &called,
            faults,
        )?;
        for found in &part.found {
            let start = part
                .tree
                .nodes
                .get(found.node)
                .map_or(0, |node| node.all.start);
            let list = blocks::list_at(&part.blocks, start);
            all.extend(found.marks.iter().map(|mark| Asked {
                mark: mark.clone(),
                place: found.place.clone(),
                list: list.clone(),
            }));
        }
    }
    Ok(all)
}

/// The filled document.
pub(crate) fn fill(package: Package<'_>, data: &Data) -> Result<Vec<u8>, Problem> {
    let mut changed = BTreeMap::new();
    for (name, called) in parts(&package)? {
        let text = package.part(&name).unwrap_or_default();
        let is_main = name == package.main;
        let mut faults = Faults::default();
        let part = read(&name, text, &called, &mut faults)?;
        faults.first()?;
        let notice = data.notice.as_deref().filter(|_| is_main);
        if part.found.is_empty() && notice.is_none() {
            continue;
        }
        let mut out = Writer {
            part: &part,
            out: String::with_capacity(text.len() * 2),
            places: places(&part),
        };
        out.write(0..text.len(), &part.blocks, Scope::of(data))?;
        let mut out = out.out;
        if let Some(notice) = notice {
            put_notice(&mut out, &part.prefix, notice);
        }
        changed.insert(name, out);
    }
    package.with(&changed, &[])
}

/// Where each mark stands, by the place of its text.
fn places(part: &Part<'_>) -> BTreeMap<usize, Text> {
    let start = |found: &Found| {
        part.tree
            .nodes
            .get(found.node)
            .map_or(0, |node| node.all.start)
    };
    part.found
        .iter()
        .map(|found| (start(found), found.place.clone()))
        .collect()
}

/// A paragraph before all others: what every paper of this folder says.
fn put_notice(out: &mut String, prefix: &str, notice: &str) {
    let Some(at) = out
        .find(&format!("<{prefix}body"))
        .and_then(|at| Some(at + out.get(at..)?.find('>')? + 1))
    else {
        return;
    };
    let mut text = String::new();
    escaped(notice, &mut text);
    let paragraph = format!(
        "<{prefix}p><{prefix}pPr><{prefix}jc {prefix}val=\"center\"/></{prefix}pPr><{prefix}r><{prefix}rPr><{prefix}b/><{prefix}color {prefix}val=\"C00000\"/><{prefix}sz {prefix}val=\"24\"/></{prefix}rPr><{prefix}t>{text}</{prefix}t></{prefix}r></{prefix}p>"
    );
    out.insert_str(at, &paragraph);
}

struct Writer<'p, 't> {
    part: &'p Part<'t>,
    out: String,
    places: BTreeMap<usize, Text>,
}

impl Writer<'_, '_> {
    /// Writes a piece of the part with its blocks, which stand in it.
    fn write(
        &mut self,
        at: std::ops::Range<usize>,
        blocks: &[Block],
        scope: Scope<'_>,
    ) -> Result<(), Problem> {
        let mut from = at.start;
        for block in blocks {
            self.write_plain(from..block.all.start, scope)?;
            self.write_block(block, scope)?;
            from = block.all.end;
        }
        self.write_plain(from..at.end, scope)
    }

    fn write_block(&mut self, block: &Block, scope: Scope<'_>) -> Result<(), Problem> {
        let before = self.out.len();
        match block.mark.sign {
            Sign::Each => {
                let Some(list) = scope.data.list(&block.mark.name) else {
                    let (zh, en) = (&block.place.zh, &block.place.en);
                    let lists: Vec<&str> = scope
                        .data
                        .lists
                        .iter()
                        .map(|list| list.zh.as_str())
                        .collect();
                    return Err(problems::not_a_list(
                        zh,
                        en,
                        &block.mark.written,
                        lists.join("、"),
                    ));
                };
                // A table keeps one empty row, as forms do.
                let is_empty = list.rows.is_empty() && block.is_of_rows;
                let lines = if is_empty {
                    vec![None]
                } else {
                    (0..list.rows.len()).map(Some).collect()
                };
                for line in lines {
                    let start = self.out.len();
                    let scope = Scope {
                        line: Some((list, line)),
                        ..scope
                    };
                    self.write(block.inner.clone(), &block.within, scope)?;
                    if line.unwrap_or(0) > 0 {
                        let copy = self.out.split_off(start);
                        self.out.push_str(&without_identities(&copy));
                    }
                }
            }
            Sign::If | Sign::IfNot => {
                let has = scope.has(&block.mark, &block.place)?;
                if has == (block.mark.sign == Sign::If) {
                    self.write(block.inner.clone(), &block.within, scope)?;
                }
            }
            Sign::Put | Sign::End => {}
        }
        if self.out.len() == before && block.must_leave_paragraph {
            self.out.push_str(&format!("<{}p/>", self.part.prefix));
        }
        Ok(())
    }

    fn write_plain(&mut self, at: std::ops::Range<usize>, scope: Scope<'_>) -> Result<(), Problem> {
        let mut from = at.start;
        let first = self
            .part
            .edits
            .partition_point(|edit| edit.at.start < at.start);
        for edit in self
            .part
            .edits
            .iter()
            .skip(first)
            .take_while(|edit| edit.at.end <= at.end)
        {
            self.out.push_str(self.part.tree.slice(from..edit.at.start));
            let place = self.places.range(..=edit.at.start).next_back();
            let place = place.map_or_else(Text::default, |(_, place)| place.clone());
            let holds = scope.holds(&edit.when, &place)?;
            match &edit.put {
                _ if !holds => {}
                Put::Nothing => {}
                Put::Same => self.out.push_str(self.part.tree.slice(edit.at.clone())),
                Put::Text(text) => self.out.push_str(text),
                Put::Value(mark) => {
                    let value = scope.written(mark, &place)?;
                    put_text(&mut self.out, &self.part.prefix, &value);
                }
            }
            from = edit.at.end;
            if self.out.len() > LIMITS.filled_bytes_max {
                return Err(problems::too_much(LIMITS.filled_bytes_max >> 20));
            }
        }
        self.out.push_str(self.part.tree.slice(from..at.end));
        Ok(())
    }
}

/// A value as text of a run; its line ends are breaks.
fn put_text(out: &mut String, prefix: &str, value: &str) {
    for (number, line) in value.replace("\r\n", "\n").split('\n').enumerate() {
        if number > 0 {
            out.push_str(&format!(
                "</{prefix}t><{prefix}br/><{prefix}t xml:space=\"preserve\">"
            ));
        }
        escaped(line, out);
    }
}

/// A copy of a row or paragraph without what may stand in a document only once.
fn without_identities(copy: &str) -> String {
    const ATTRIBUTES: &[&str] = &["paraId=\"", "textId=\""];
    const ELEMENTS: &[&str] = &["bookmarkStart", "bookmarkEnd"];
    let mut out = String::with_capacity(copy.len());
    let mut rest = copy;
    while let Some(start) = rest.find('<') {
        let end = rest
            .get(start..)
            .and_then(|tag| tag.find('>'))
            .map_or(rest.len(), |end| start + end + 1);
        out.push_str(rest.get(..start).unwrap_or_default());
        let mut tag = rest.get(start..end).unwrap_or_default().to_owned();
        let local = tag.trim_start_matches(['<', '/']);
        let local = local.split([' ', '/', '>']).next().unwrap_or_default();
        let local = local.rsplit(':').next().unwrap_or_default();
        if ELEMENTS.contains(&local) {
            tag.clear();
        }
        for attribute in ATTRIBUTES {
            if let Some(at) = tag.find(attribute)
                && let Some(start) = tag.get(..at).and_then(|head| head.rfind(' '))
                && let Some(end) = tag
                    .get(at + attribute.len()..)
                    .and_then(|value| value.find('"'))
            {
                tag.replace_range(start..=at + attribute.len() + end, "");
            }
        }
        out.push_str(&tag);
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The paragraphs of the body, a table's row in one line.
pub(crate) fn text(package: &Package<'_>) -> Result<Vec<String>, Problem> {
    let tree = Tree::read(
        &package.main,
        package.part(&package.main).unwrap_or_default(),
    )?;
    let prefix = tree.prefix_of(NAMESPACES).unwrap_or_default();
    let of = |paragraph: usize| -> String {
        let texts = texts_of(&tree, &prefix, paragraph);
        let mut out = String::new();
        for text in texts {
            match text.and_then(|node| tree.nodes.get(node)) {
                Some(node) => out.extend(
                    signs(tree.text, node.inner.clone())
                        .into_iter()
                        .map(|(sign, _)| sign),
                ),
                None => out.push(' '),
            }
        }
        out
    };
    let mut lines: Vec<String> = Vec::new();
    let mut at = 0;
    while at < tree.nodes.len() {
        let name = tree.name(at);
        if name == format!("{prefix}tr") {
            let mut cells: Vec<String> = Vec::new();
            for cell in tree
                .children(at)
                .into_iter()
                .filter(|child| tree.local(*child) == "tc")
            {
                let end = tree.nodes.get(cell).map_or(cell, |node| node.after);
                let paragraphs =
                    (cell..end).filter(|node| tree.name(*node) == format!("{prefix}p"));
                cells.push(paragraphs.map(of).collect::<Vec<_>>().join(" "));
            }
            lines.push(cells.join("\t"));
            at = tree.nodes.get(at).map_or(at + 1, |node| node.after);
            continue;
        }
        if name == format!("{prefix}p") {
            lines.push(of(at));
        }
        at += 1;
    }
    Ok(lines)
}
