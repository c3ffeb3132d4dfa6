//! The rows of a sheet: which hold marks, which repeat, and how they are written.

use std::collections::HashMap;
use std::ops::Range;

use base::{Problem, Text};

use super::book::{SharedTexts, Sheet, texts_of};
use super::formula::{self, Target, moved};
use super::moves::{Moves, Repeated};
use super::{place, put_value, too_much};
use crate::data::Value;
use crate::marks::{Mark, Sign};
use crate::package::LIMITS;
use crate::problems;
use crate::template::{Asked, Edit, Faults, Marked, Put, Scope, marked};
use crate::xml::{Tree, escaped, signs};

/// Most rows of a sheet.
const ROWS_MAX: u32 = 1_048_576;
/// Most lists of a sheet.
const LISTS_MAX: usize = 50;

/// A row of the template.
struct Row {
    node: usize,
    number: u32,
    cells: Vec<Cell>,
}

struct Cell {
    node: usize,
    column: String,
    /// Its marks, where it has any.
    marked: Option<Marked>,
}

/// Rows that a list repeats.
struct Block {
    mark: Mark,
    place: Text,
    rows: Repeated,
}

/// A sheet that was looked through.
pub(super) struct Plan<'t> {
    tree: &'t Tree<'t>,
    sheet: &'t Sheet,
    texts: &'t SharedTexts<'t>,
    rows: Vec<Row>,
    blocks: Vec<Block>,
    /// Lines at the head and foot of each printed page.
    heads: Vec<(Marked, Text)>,
    /// Formulas that several cells share: the formula, its row and its column.
    shared: HashMap<String, (String, u32, i64)>,
}

/// Where the text of a cell stands: the tree and the element around it.
fn text_at<'t>(
    tree: &'t Tree<'t>,
    texts: &'t SharedTexts<'t>,
    cell: usize,
) -> Option<(&'t Tree<'t>, usize)> {
    match tree.attribute(cell, "t").as_deref() {
        Some("s") => {
            let value = tree
                .child(cell, "v")
                .and_then(|node| tree.nodes.get(node))?;
            let number: usize = tree.slice(value.inner.clone()).trim().parse().ok()?;
            Some((texts.tree.as_ref()?, *texts.items.get(number)?))
        }
        Some("inlineStr") => Some((tree, tree.child(cell, "is")?)),
        _ => None,
    }
}

/// The formula that a cell shares with others, where it is the first of them.
fn shared_master(tree: &Tree<'_>, cell: usize) -> Option<(String, String)> {
    let node = tree.child(cell, "f")?;
    let text = tree.slice(tree.nodes.get(node)?.inner.clone());
    let id = tree.attribute(node, "si").filter(|_| !text.is_empty())?;
    Some((id, crate::xml::unescaped(text).into_owned()))
}

fn plain_text(tree: &Tree<'_>, of: usize) -> String {
    let texts = texts_of(tree, of).into_iter().flatten();
    let nodes = texts.filter_map(|node| tree.nodes.get(node));
    nodes
        .flat_map(|node| signs(tree.text, node.inner.clone()))
        .map(|(sign, _)| sign)
        .collect()
}

impl<'t> Plan<'t> {
    pub fn of(
        tree: &'t Tree<'t>,
        sheet: &'t Sheet,
        texts: &'t SharedTexts<'t>,
        faults: &mut Faults,
    ) -> Result<Plan<'t>, Problem> {
        let (mut rows, mut shared): (Vec<Row>, HashMap<_, _>) = Default::default();
        let data = tree.nodes_named("sheetData").next();
        let mut number = 0;
        for node in data.map(|data| tree.children(data)).unwrap_or_default() {
            if tree.local(node) != "row" {
                continue;
            }
            let told = tree.attribute(node, "r").and_then(|text| text.parse().ok());
            let next: u32 = told.unwrap_or(number + 1);
            if next <= number || next > ROWS_MAX {
                return Err(problems::bad_xml(&sheet.part, format!("row {next}")));
            }
            number = next;
            let mut column = 0;
            let mut cells = Vec::new();
            for cell in tree
                .children(node)
                .into_iter()
                .filter(|cell| tree.local(*cell) == "c")
            {
                let told = tree.attribute(cell, "r");
                let named = told
                    .as_deref()
                    .and_then(formula::split)
                    .map(|(column, _)| column.to_owned());
                let name = named.unwrap_or_else(|| formula::letters(column + 1));
                column = formula::number_of(&name);
                let at = place(sheet, &format!("{name}{number}"));
                let mut found = None;
                if let Some((of, text)) = text_at(tree, texts, cell) {
                    match marked(of, &texts_of(of, text), true, &at) {
                        Err(problem) => faults.add(problem),
                        Ok(marked) if marked.marks.is_empty() => {}
                        Ok(marked) => found = Some(marked),
                    }
                }
                if let Some((id, text)) = shared_master(tree, cell) {
                    shared.insert(id, (text, number, column));
                }
                cells.push(Cell {
                    node: cell,
                    column: name,
                    marked: found,
                });
            }
            rows.push(Row {
                node,
                number,
                cells,
            });
        }
        let mut heads = Vec::new();
        for head in tree
            .nodes_named("headerFooter")
            .flat_map(|node| tree.children(node))
        {
            let at = Text::new(
                format!("工作表“{}”页眉页脚", sheet.name),
                format!("sheet `{}`, head or foot", sheet.name),
            );
            match marked(tree, &[Some(head)], false, &at) {
                Err(problem) => faults.add(problem),
                Ok(marked) if marked.marks.is_empty() => {}
                Ok(marked) => heads.push((marked, at)),
            }
        }
        let mut plan = Plan {
            tree,
            sheet,
            texts,
            rows,
            blocks: Vec::new(),
            heads,
            shared,
        };
        plan.find_blocks(faults);
        if !plan.blocks.is_empty() && tree.nodes_named("tableParts").next().is_some() {
            faults.add(problems::table_around_list(&sheet.name));
        }
        Ok(plan)
    }

    /// The marks of a row that begin or end something: each with its cell's place.
    fn controls(&self, row: &Row) -> Vec<(Mark, Text)> {
        let marks = row.cells.iter().flat_map(|cell| {
            let at = place(self.sheet, &format!("{}{}", cell.column, row.number));
            let marks = cell.marked.iter().flat_map(|marked| marked.marks.iter());
            marks
                .filter(|mark| mark.sign != Sign::Put && !mark.is_inline)
                .map(move |mark| (mark.clone(), at.clone()))
        });
        marks.collect()
    }

    /// Whether a row has nothing but marks that begin or end something.
    fn is_bare(&self, row: &Row) -> bool {
        row.cells.iter().all(|cell| match &cell.marked {
            Some(marked) => marked.is_bare,
            None => self.tree.children(cell.node).is_empty(),
        })
    }

    fn find_blocks(&mut self, faults: &mut Faults) {
        let mut open: Option<(Mark, Text, usize)> = None;
        let mut blocks = Vec::new();
        let mut pending: Vec<(Mark, Text, usize, Option<usize>)> = Vec::new();
        for at in 0..self.rows.len() {
            let Some(row) = self.rows.get(at) else { break };
            for (mark, here) in self.controls(row) {
                match mark.sign {
                    Sign::If | Sign::IfNot => {
                        faults.add(problems::no_conditions_here(
                            &here.zh,
                            &here.en,
                            &mark.written,
                        ));
                    }
                    Sign::Each => {
                        // One without an end repeats its own row.
                        if let Some((earlier, of, row)) = open.take() {
                            if row == at {
                                faults.add(problems::nested_list(
                                    &here.zh,
                                    &here.en,
                                    &mark.written,
                                ));
                            }
                            pending.push((earlier, of, row, None));
                        }
                        open = Some((mark, here, at));
                    }
                    Sign::End => match open.take() {
                        Some((begin, of, row)) if begin.name == mark.name => {
                            pending.push((begin, of, row, Some(at)));
                        }
                        other => {
                            open = other;
                            faults.add(problems::end_without_begin(
                                &here.zh,
                                &here.en,
                                &mark.written,
                            ));
                        }
                    },
                    Sign::Put => {}
                }
            }
        }
        pending.extend(open.map(|(begin, of, row)| (begin, of, row, None)));
        if pending.len() > LISTS_MAX {
            faults.add(problems::too_many_lists(&self.sheet.name, LISTS_MAX));
            pending.clear();
        }
        for (mark, place, first, end) in pending {
            let last = end.unwrap_or(first);
            let (Some(begin), Some(end)) = (self.rows.get(first), self.rows.get(last)) else {
                continue;
            };
            let bare_before = u32::from(last > first && self.is_bare(begin));
            let bare_after = u32::from(last > first && self.is_bare(end));
            let rows = Repeated {
                from: begin.number + bare_before,
                to: (end.number - bare_after).max(begin.number + bare_before),
                bare_before,
                bare_after,
                times: 1,
            };
            blocks.push(Block { mark, place, rows });
        }
        self.blocks = blocks;
    }

    pub fn has_marks(&self) -> bool {
        !self.heads.is_empty()
            || self
                .rows
                .iter()
                .any(|row| row.cells.iter().any(|cell| cell.marked.is_some()))
    }

    /// The marks, each with the list around it.
    pub fn asked(&self) -> Vec<Asked> {
        let mut all = Vec::new();
        for row in &self.rows {
            let list = self
                .block_of(row.number)
                .map(|block| block.mark.name.clone());
            for cell in &row.cells {
                let at = place(self.sheet, &format!("{}{}", cell.column, row.number));
                let marks = cell.marked.iter().flat_map(|marked| &marked.marks);
                all.extend(marks.map(|mark| Asked {
                    mark: mark.clone(),
                    place: at.clone(),
                    list: list.clone(),
                }));
            }
        }
        for (marked, at) in &self.heads {
            all.extend(marked.marks.iter().map(|mark| Asked {
                mark: mark.clone(),
                place: at.clone(),
                list: None,
            }));
        }
        all
    }

    fn block_of(&self, row: u32) -> Option<&Block> {
        self.blocks
            .iter()
            .find(|block| (block.rows.from..=block.rows.to).contains(&row))
    }

    /// How the rows move when it is filled.
    pub fn moves(&self, scope: Scope<'_>) -> Result<Moves, Problem> {
        let mut repeated = Vec::new();
        for block in &self.blocks {
            let Some(list) = scope.data.list(&block.mark.name) else {
                let lists: Vec<&str> = scope
                    .data
                    .lists
                    .iter()
                    .map(|list| list.zh.as_str())
                    .collect();
                let (zh, en) = (&block.place.zh, &block.place.en);
                return Err(problems::not_a_list(
                    zh,
                    en,
                    &block.mark.written,
                    lists.join("、"),
                ));
            };
            // A list without lines keeps one empty row, as forms do.
            let times = u32::try_from(list.rows.len().max(1)).unwrap_or(ROWS_MAX);
            if times.saturating_mul(block.rows.to - block.rows.from + 1) > ROWS_MAX / 4 {
                return Err(too_much());
            }
            repeated.push(Repeated {
                times,
                ..block.rows.clone()
            });
        }
        Ok(Moves { repeated })
    }

    /// The filled sheet.
    pub fn write(
        &self,
        scope: Scope<'_>,
        own: usize,
        sheets: &[(String, Moves)],
        notice: Option<&str>,
    ) -> Result<String, Problem> {
        let Some((_, moves)) = sheets.get(own) else {
            return Ok(self.tree.text.to_owned());
        };
        let mut out = Writer {
            plan: self,
            scope,
            own,
            sheets,
            moves,
            notice,
            out: String::new(),
        };
        out.write()?;
        Ok(out.out)
    }
}

struct Writer<'p, 't, 'd> {
    plan: &'p Plan<'t>,
    scope: Scope<'d>,
    own: usize,
    sheets: &'p [(String, Moves)],
    moves: &'p Moves,
    /// What the first text of the sheet says besides.
    notice: Option<&'p str>,
    out: String,
}

impl Writer<'_, '_, '_> {
    fn moved(&self, text: &str) -> String {
        moved(text, Some(self.own), self.sheets, Target::Outside)
    }

    /// The sheet from its first byte to its last: rows anew, areas moved, all else as it is.
    fn write(&mut self) -> Result<(), Problem> {
        let tree = self.plan.tree;
        let mut from = 0;
        let mut node = 0;
        while let Some(found) = tree.nodes.get(node) {
            let (inner, all) = (found.inner.clone(), found.all.clone());
            let mut next = node + 1;
            match tree.local(node) {
                "sheetData" => {
                    self.out.push_str(tree.slice(from..inner.start));
                    self.write_rows()?;
                    (from, next) = (inner.end, found.after);
                }
                "mergeCells" => {
                    self.out.push_str(tree.slice(from..all.start));
                    self.write_merged(node);
                    (from, next) = (all.end, found.after);
                }
                "dimension" | "autoFilter" | "hyperlink" => {
                    from = self.write_attribute(from, node, "ref", |text, this| this.moved(text));
                }
                "conditionalFormatting" | "dataValidation" => {
                    from = self.write_attribute(from, node, "sqref", |text, this| this.areas(text));
                }
                "formula" | "formula1" | "formula2" => {
                    self.out.push_str(tree.slice(from..inner.start));
                    let text = crate::xml::unescaped(tree.slice(inner.clone())).into_owned();
                    let text = self.moved(&text);
                    escaped(&text, &mut self.out);
                    from = inner.end;
                }
                "brk" if tree.slice(all.clone()).contains("id=") && self.is_row_break(node) => {
                    from = self.write_attribute(from, node, "id", |text, this| {
                        text.parse().map_or_else(
                            |_| text.to_owned(),
                            |row| this.moves.last(row).to_string(),
                        )
                    });
                }
                "headerFooter" => {
                    self.write_heads(from, all.end)?;
                    (from, next) = (all.end, found.after);
                }
                _ => {}
            }
            node = next;
        }
        self.out.push_str(tree.slice(from..tree.text.len()));
        Ok(())
    }

    fn is_row_break(&self, node: usize) -> bool {
        let tree = self.plan.tree;
        let parent = tree.nodes.get(node).and_then(|node| node.parent);
        parent.is_some_and(|parent| tree.local(parent) == "rowBreaks")
    }

    fn write_attribute(
        &mut self,
        from: usize,
        node: usize,
        name: &str,
        change: impl Fn(&str, &Self) -> String,
    ) -> usize {
        let tree = self.plan.tree;
        let Some(at) = tree.attribute_at(node, name) else {
            return from;
        };
        self.out.push_str(tree.slice(from..at.start));
        let text = change(tree.slice(at.clone()), self);
        escaped(&text, &mut self.out);
        at.end
    }

    /// Areas; a single cell of a row that repeats becomes the area of all its copies.
    fn areas(&self, text: &str) -> String {
        let areas = text
            .split_whitespace()
            .map(|area| match formula::split(area) {
                Some((column, row))
                    if self.moves.around(row).is_some_and(|rows| rows.times > 1) =>
                {
                    format!(
                        "{column}{}:{column}{}",
                        self.moves.first(row),
                        self.moves.last(row)
                    )
                }
                _ => self.moved(area),
            });
        areas.collect::<Vec<_>>().join(" ")
    }

    fn write_merged(&mut self, node: usize) {
        let tree = self.plan.tree;
        let name = tree.name(node);
        let mut areas: Vec<String> = Vec::new();
        for merged in tree.children(node) {
            let Some(area) = tree.attribute(merged, "ref") else {
                continue;
            };
            let rows = area
                .split_once(':')
                .and_then(|(start, end)| Some((formula::split(start)?, formula::split(end)?)));
            let Some(((left, top), (right, bottom))) = rows else {
                continue;
            };
            match self
                .moves
                .around(top)
                .filter(|rows| (rows.from..=rows.to).contains(&bottom))
            {
                Some(rows) => areas.extend((0..rows.times).map(|copy| {
                    let row = |row: u32| self.moves.in_copy(row, rows, copy);
                    format!("{left}{}:{right}{}", row(top), row(bottom))
                })),
                None => areas.push(self.moved(&area)),
            }
        }
        if areas.is_empty() {
            return;
        }
        let prefix = name.strip_suffix("mergeCells").unwrap_or_default();
        self.out
            .push_str(&format!("<{name} count=\"{}\">", areas.len()));
        for area in areas {
            self.out
                .push_str(&format!("<{prefix}mergeCell ref=\"{area}\"/>"));
        }
        self.out.push_str(&format!("</{name}>"));
    }

    fn write_heads(&mut self, from: usize, to: usize) -> Result<(), Problem> {
        let tree = self.plan.tree;
        let mut at = from;
        for (marked, place) in &self.plan.heads {
            for edit in &marked.edits {
                self.out.push_str(tree.slice(at..edit.at.start));
                match &edit.put {
                    _ if !self.scope.holds(&edit.when, place)? => {}
                    Put::Value(mark) => {
                        let value = self.scope.written(mark, place)?;
                        put_value(&mut self.out, &value, true);
                    }
                    Put::Same => self.out.push_str(tree.slice(edit.at.clone())),
                    Put::Text(_) | Put::Nothing => {}
                }
                at = edit.at.end;
            }
        }
        self.out.push_str(tree.slice(at..to));
        Ok(())
    }

    fn write_rows(&mut self) -> Result<(), Problem> {
        let plan = self.plan;
        let mut at = 0;
        while let Some(row) = plan.rows.get(at) {
            let number = row.number;
            let block = plan
                .blocks
                .iter()
                .zip(&self.moves.repeated)
                .find(|(block, _)| {
                    let rows = &block.rows;
                    (rows.from - rows.bare_before..=rows.to + rows.bare_after).contains(&number)
                });
            let Some((block, rows)) = block else {
                let to = self.moves.first(number);
                self.write_row(row, to, self.scope, None)?;
                at += 1;
                continue;
            };
            let inside: Vec<&Row> = plan
                .rows
                .iter()
                .filter(|row| (rows.from..=rows.to).contains(&row.number))
                .collect();
            let Some(list) = self.scope.data.list(&block.mark.name) else {
                return Err(too_much());
            };
            for copy in 0..rows.times {
                let line = usize::try_from(copy)
                    .ok()
                    .filter(|line| *line < list.rows.len());
                let scope = Scope {
                    line: Some((list, line)),
                    ..self.scope
                };
                for row in &inside {
                    let to = self.moves.in_copy(row.number, rows, copy);
                    self.write_row(row, to, scope, Some((rows, copy)))?;
                }
            }
            let last = rows.to + rows.bare_after;
            at = plan.rows.partition_point(|row| row.number <= last);
        }
        Ok(())
    }

    fn write_row(
        &mut self,
        row: &Row,
        to: u32,
        scope: Scope<'_>,
        copy: Option<(&Repeated, u32)>,
    ) -> Result<(), Problem> {
        let tree = self.plan.tree;
        let Some(node) = tree.nodes.get(row.node) else {
            return Ok(());
        };
        let tag_end = node.inner.start;
        match tree.attribute_at(row.node, "r") {
            Some(at) => {
                self.out.push_str(tree.slice(node.all.start..at.start));
                self.out.push_str(&to.to_string());
                self.out.push_str(tree.slice(at.end..tag_end));
            }
            None => self.out.push_str(tree.slice(node.all.start..tag_end)),
        }
        for cell in &row.cells {
            self.write_cell(cell, row.number, to, scope, copy)?;
        }
        self.out.push_str(tree.slice(node.inner.end..node.all.end));
        if self.out.len() > LIMITS.filled_bytes_max {
            return Err(too_much());
        }
        Ok(())
    }

    fn write_cell(
        &mut self,
        cell: &Cell,
        row: u32,
        to: u32,
        scope: Scope<'_>,
        copy: Option<(&Repeated, u32)>,
    ) -> Result<(), Problem> {
        let plan = self.plan;
        let tree = plan.tree;
        let name = tree.name(cell.node);
        let prefix = name.strip_suffix('c').unwrap_or_default();
        let style = tree
            .attribute(cell.node, "s")
            .map(|style| format!(" s=\"{style}\""))
            .unwrap_or_default();
        let start = format!("<{name} r=\"{}{to}\"{style}", cell.column);
        let place = place(plan.sheet, &format!("{}{row}", cell.column));
        let text = text_at(tree, plan.texts, cell.node);
        if let (Some(marked), Some((of, node))) = (&cell.marked, text) {
            if let Some(value) = only_value(marked, of, node, scope, &place)?
                && self.notice.is_none()
            {
                match value {
                    Value::Number(number) if is_number(&number) => {
                        self.out
                            .push_str(&format!("{start}><{prefix}v>{number}</{prefix}v></{name}>"));
                        return Ok(());
                    }
                    value if value.is_empty() => {
                        self.out.push_str(&format!("{start}/>"));
                        return Ok(());
                    }
                    _ => {}
                }
            }
            let inner = of.nodes.get(node).map_or(0..0, |node| node.inner.clone());
            let is_same = of
                .name(node)
                .strip_suffix("si")
                .or(of.name(node).strip_suffix("is"))
                == Some(prefix);
            let notice = self.notice.take();
            self.out
                .push_str(&format!("{start} t=\"inlineStr\"><{prefix}is>"));
            if is_same && notice.is_none() {
                self.write_edited(of, inner, &marked.edits, scope, &place)?;
            } else {
                let text = filled_text(of, node, marked, scope, &place)?;
                self.write_plain_text(prefix, &text, notice);
            }
            self.out.push_str(&format!("</{prefix}is></{name}>"));
            return Ok(());
        }
        if let Some(notice) = self.notice
            && let Some((of, node)) = text
            && let text = plain_text(of, node)
            && !text.trim().is_empty()
        {
            self.notice = None;
            self.out
                .push_str(&format!("{start} t=\"inlineStr\"><{prefix}is>"));
            self.write_plain_text(prefix, &text, Some(notice));
            self.out.push_str(&format!("</{prefix}is></{name}>"));
            return Ok(());
        }
        if let Some(node) = tree.child(cell.node, "f") {
            self.out.push_str(&format!("{start}><{prefix}f"));
            self.write_formula(cell, node, row, copy);
            self.out.push_str(&format!("</{prefix}f></{name}>"));
            return Ok(());
        }
        let Some(node) = tree.nodes.get(cell.node) else {
            return Ok(());
        };
        match tree.attribute_at(cell.node, "r") {
            Some(at) => {
                self.out.push_str(tree.slice(node.all.start..at.start));
                self.out.push_str(&format!("{}{to}", cell.column));
                self.out.push_str(tree.slice(at.end..node.all.end));
            }
            None => self.out.push_str(tree.slice(node.all.clone())),
        }
        Ok(())
    }

    /// A formula without the result that it had; one that was shared is written out.
    fn write_formula(
        &mut self,
        cell: &Cell,
        node: usize,
        row: u32,
        copy: Option<(&Repeated, u32)>,
    ) {
        let tree = self.plan.tree;
        let inner = tree.nodes.get(node).map_or(0..0, |node| node.inner.clone());
        let mut text = crate::xml::unescaped(tree.slice(inner)).into_owned();
        let kind = tree.attribute(node, "t");
        if kind.as_deref() == Some("shared") && text.is_empty() {
            text = self.shared_formula(cell, node, row).unwrap_or_default();
        }
        if kind.as_deref() == Some("array") {
            let area = tree.attribute(node, "ref").unwrap_or_default();
            self.out
                .push_str(&format!(" t=\"array\" ref=\"{}\"", self.moved(&area)));
        }
        let target = copy.map_or(Target::Outside, |(rows, copy)| Target::Copy(rows, copy));
        let text = moved(&text, Some(self.own), self.sheets, target);
        self.out.push('>');
        escaped(&text, &mut self.out);
    }

    fn shared_formula(&self, cell: &Cell, node: usize, row: u32) -> Option<String> {
        let tree = self.plan.tree;
        let number = tree.attribute(node, "si")?;
        let (text, of_row, of_column) = self.plan.shared.get(&number)?;
        let rows = i64::from(row) - i64::from(*of_row);
        let columns = formula::number_of(&cell.column) - of_column;
        Some(formula::shifted(text, rows, columns))
    }

    fn write_edited(
        &mut self,
        tree: &Tree<'_>,
        at: Range<usize>,
        edits: &[Edit],
        scope: Scope<'_>,
        place: &Text,
    ) -> Result<(), Problem> {
        let mut from = at.start;
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| edit.at.start);
        for edit in edits {
            self.out.push_str(tree.slice(from..edit.at.start));
            let holds = scope.holds(&edit.when, place)?;
            match &edit.put {
                _ if !holds => {}
                Put::Nothing => {}
                Put::Same => self.out.push_str(tree.slice(edit.at.clone())),
                Put::Text(text) => self.out.push_str(text),
                Put::Value(mark) => {
                    let value = scope.written(mark, place)?;
                    put_value(&mut self.out, &value, false);
                }
            }
            from = edit.at.end;
        }
        self.out.push_str(tree.slice(from..at.end));
        Ok(())
    }

    fn write_plain_text(&mut self, prefix: &str, text: &str, notice: Option<&str>) {
        self.out
            .push_str(&format!("<{prefix}t xml:space=\"preserve\">"));
        put_value(&mut self.out, text, false);
        if let Some(notice) = notice {
            put_value(&mut self.out, &format!("（{notice}）"), false);
        }
        self.out.push_str(&format!("</{prefix}t>"));
    }
}

/// The value of a cell that is nothing but one field.
fn only_value(
    marked: &Marked,
    tree: &Tree<'_>,
    of: usize,
    scope: Scope<'_>,
    place: &Text,
) -> Result<Option<Value>, Problem> {
    let values: Vec<&Mark> = marked
        .marks
        .iter()
        .filter(|mark| mark.sign == Sign::Put)
        .collect();
    let taken: usize = marked.marks.iter().map(|mark| mark.at.len()).sum();
    let signs = plain_text(tree, of)
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .count();
    match values.as_slice() {
        [] if signs <= taken => Ok(Some(Value::empty())),
        [mark] if signs <= taken && mark.form == Ok(None) => scope.value(mark, place).map(Some),
        _ => Ok(None),
    }
}

/// The text of a cell with its fields filled in, without the looks of its pieces.
fn filled_text(
    tree: &Tree<'_>,
    of: usize,
    marked: &Marked,
    scope: Scope<'_>,
    place: &Text,
) -> Result<String, Problem> {
    let signs: Vec<char> = plain_text(tree, of).chars().collect();
    let mut out = String::new();
    let mut from = 0;
    let mut when: Vec<Mark> = Vec::new();
    for mark in &marked.marks {
        let holds = scope.holds(&when, place)?;
        if holds {
            out.extend(signs.get(from..mark.at.start).unwrap_or_default());
        }
        match mark.sign {
            Sign::Put if holds => out.push_str(&scope.written(mark, place)?),
            Sign::If | Sign::IfNot if mark.is_inline => when.push(mark.clone()),
            Sign::End => when.retain(|condition| condition.name != mark.name),
            _ => {}
        }
        from = mark.at.end;
    }
    out.extend(signs.get(from..).unwrap_or_default());
    Ok(out)
}

/// Whether a workbook reads it as a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.len() <= 15
        && digits.starts_with(|sign: char| sign.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
}

/// The rows of a sheet as text.
pub(super) fn text_of(tree: &Tree<'_>, texts: &SharedTexts<'_>) -> Vec<String> {
    let data = tree.nodes_named("sheetData").next();
    let rows = data.map(|data| tree.children(data)).unwrap_or_default();
    let row = |row: usize| {
        let cells = tree
            .children(row)
            .into_iter()
            .map(|cell| match text_at(tree, texts, cell) {
                Some((of, node)) => plain_text(of, node),
                None => {
                    let value = tree.child(cell, "v").or_else(|| tree.child(cell, "f"));
                    let value = value.and_then(|node| tree.nodes.get(node));
                    value.map_or_else(String::new, |node| {
                        tree.slice(node.inner.clone()).to_owned()
                    })
                }
            });
        cells.collect::<Vec<_>>().join("\t")
    };
    rows.into_iter().map(row).collect()
}
