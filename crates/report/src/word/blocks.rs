//! What repeats and what is conditional: rows of a table, or paragraphs that follow each other.
//!
//! A mark that begins something belongs to its row where it stands in a table, else to its paragraph. Where
//! its end stands further on at the same level, all between belongs to it; without an end its own row or
//! paragraph does. A paragraph or row that has nothing but such marks is left out itself.

use std::collections::HashSet;
use std::ops::Range;

use base::Text;

use crate::marks::{Mark, Sign};
use crate::problems;
use crate::template::Faults;
use crate::xml::Tree;

/// A paragraph with marks.
pub(super) struct Found {
    /// Its element.
    pub node: usize,
    /// How it is called to people.
    pub place: Text,
    /// Its marks.
    pub marks: Vec<Mark>,
    /// Whether it has nothing but marks that begin or end something.
    pub is_bare: bool,
}

/// Something that repeats or is conditional.
pub(super) struct Block {
    /// The mark that begins it.
    pub mark: Mark,
    /// Where that stands.
    pub place: Text,
    /// All of it, with the rows or paragraphs that only hold its marks.
    pub all: Range<usize>,
    /// What is repeated.
    pub inner: Range<usize>,
    /// What in it repeats or is conditional again.
    pub within: Vec<Block>,
    /// Whether it is made of a table's rows.
    pub is_of_rows: bool,
    /// Whether nothing at all may not be left: a cell has a paragraph at least.
    pub must_leave_paragraph: bool,
}

/// A row or paragraph among those beside it.
struct Sibling {
    node: usize,
    at: Range<usize>,
    is_row: bool,
    is_bare: bool,
    /// The marks in it that begin or end something: where the paragraph is in `found`, and the mark's number.
    marks: Vec<(usize, usize)>,
}

/// The name of the list around a place.
pub(super) fn list_at(blocks: &[Block], place: usize) -> Option<String> {
    let block = blocks
        .iter()
        .find(|block| block.inner.contains(&place) || block.all.contains(&place))?;
    list_at(&block.within, place)
        .or_else(|| (block.mark.sign == Sign::Each).then(|| block.mark.name.clone()))
}

/// Most beginnings within each other.
const DEPTH_MAX: usize = 8;

struct Finder<'p, 't> {
    tree: &'p Tree<'t>,
    prefix: &'p str,
    /// In the text's order.
    found: &'p [Found],
    used: HashSet<(usize, usize)>,
    depth: usize,
}

/// The blocks of a part, outermost first in each.
pub(super) fn of(
    tree: &Tree<'_>,
    prefix: &str,
    found: &[Found],
    faults: &mut Faults,
) -> Vec<Block> {
    let mut finder = Finder {
        tree,
        prefix,
        found,
        used: HashSet::new(),
        depth: 0,
    };
    let blocks = finder.in_element(0, None, faults);
    for (paragraph, of) in found.iter().enumerate() {
        for (number, mark) in of.marks.iter().enumerate() {
            if mark.sign != Sign::Put
                && !mark.is_inline
                && !finder.used.contains(&(paragraph, number))
            {
                faults.add(problems::end_without_begin(
                    &of.place.zh,
                    &of.place.en,
                    &mark.written,
                ));
            }
        }
    }
    blocks
}

impl Finder<'_, '_> {
    /// The blocks in an element, around or beneath its rows and paragraphs.
    fn in_element(&mut self, of: usize, list: Option<&str>, faults: &mut Faults) -> Vec<Block> {
        let after = self.tree.nodes.get(of).map_or(of, |node| node.after);
        if self.found_in(of, after).is_empty() {
            return Vec::new();
        }
        let siblings: Vec<Sibling> = self
            .tree
            .children(of)
            .into_iter()
            .map(|child| self.sibling(child))
            .collect();
        self.among(&siblings, of, list, faults)
    }

    fn sibling(&self, node: usize) -> Sibling {
        let name = self
            .tree
            .name(node)
            .strip_prefix(self.prefix)
            .unwrap_or_default();
        let (is_row, is_paragraph) = (name == "tr", name == "p");
        let place = self.tree.nodes.get(node);
        let after = place.map_or(node, |place| place.after);
        let is_own = |of: &Found| {
            if is_paragraph {
                of.node == node
            } else {
                is_row
            }
        };
        let paragraphs: Vec<(usize, &Found)> = self
            .found_in(node, after)
            .filter_map(|at| Some((at, self.found.get(at)?)))
            .filter(|(_, of)| is_own(of))
            .collect();
        let marks = paragraphs.iter().flat_map(|(at, of)| {
            let signs = of
                .marks
                .iter()
                .enumerate()
                .filter(|(_, mark)| mark.sign != Sign::Put && !mark.is_inline);
            signs.map(|(number, _)| (*at, number))
        });
        let is_bare = !paragraphs.is_empty()
            && paragraphs.iter().all(|(_, of)| of.is_bare)
            && (is_paragraph || self.is_bare_row(node, after));
        Sibling {
            node,
            at: place.map_or(0..0, |place| place.all.clone()),
            is_row,
            is_bare,
            marks: marks.collect(),
        }
    }

    /// The paragraphs with marks among some elements.
    fn found_in(&self, from: usize, to: usize) -> Range<usize> {
        let before = |node: usize| self.found.partition_point(|of| of.node < node);
        before(from)..before(to)
    }

    /// Whether all texts of a row stand in paragraphs that only hold marks.
    fn is_bare_row(&self, row: usize, after: usize) -> bool {
        let text = format!("{}t", self.prefix);
        (row..after)
            .filter(|node| self.tree.name(*node) == text)
            .all(|node| {
                let mut around = self.tree.nodes.get(node).and_then(|node| node.parent);
                while let Some(parent) = around {
                    if self.tree.name(parent) == format!("{}p", self.prefix) {
                        let holds_marks = self.found.iter().any(|of| of.node == parent);
                        let inner = self
                            .tree
                            .nodes
                            .get(node)
                            .map_or(0..0, |node| node.inner.clone());
                        return holds_marks || self.tree.slice(inner).trim().is_empty();
                    }
                    around = self.tree.nodes.get(parent).and_then(|node| node.parent);
                }
                true
            })
    }

    fn among(
        &mut self,
        siblings: &[Sibling],
        parent: usize,
        list: Option<&str>,
        faults: &mut Faults,
    ) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut at = 0;
        while let Some(sibling) = siblings.get(at) {
            let begin = sibling.marks.iter().copied().find(|key| {
                let begins = self.mark(*key).is_some_and(|mark| mark.sign != Sign::End);
                begins && !self.used.contains(key)
            });
            let Some((key, mark)) = begin.and_then(|key| Some((key, self.mark(key)?.clone())))
            else {
                blocks.extend(self.in_element(sibling.node, list, faults));
                at += 1;
                continue;
            };
            self.used.insert(key);
            let place = self
                .found
                .get(key.0)
                .map_or_else(Text::default, |of| of.place.clone());
            if (mark.sign == Sign::Each && list.is_some()) || self.depth == DEPTH_MAX {
                faults.add(problems::nested_list(&place.zh, &place.en, &mark.written));
            }
            let last = self.end_of(&mark, siblings, at).unwrap_or(at);
            let group = siblings.get(at..=last).unwrap_or_default();
            let own = (mark.sign == Sign::Each).then(|| mark.name.clone());
            // A row or paragraph that only holds the marks is no part of what is repeated.
            let is_left_out = |sibling: &Sibling| last > at && sibling.is_bare;
            let inner: Vec<&Sibling> = group
                .iter()
                .enumerate()
                .filter(|(number, sibling)| {
                    !((*number == 0 || *number == group.len() - 1) && is_left_out(sibling))
                })
                .map(|(_, sibling)| sibling)
                .collect();
            let span = |of: &[&Sibling]| match (of.first(), of.last()) {
                (Some(first), Some(last)) => first.at.start..last.at.end,
                _ => 0..0,
            };
            let all: Vec<&Sibling> = group.iter().collect();
            let mut within = Vec::new();
            if self.depth < DEPTH_MAX {
                self.depth += 1;
                within = self.among(group, parent, own.as_deref().or(list), faults);
                self.depth -= 1;
            }
            let inner = span(&inner);
            blocks.push(Block {
                mark,
                place,
                all: span(&all),
                within: within
                    .into_iter()
                    .filter(|block| inner.start <= block.all.start && block.all.end <= inner.end)
                    .collect(),
                inner,
                is_of_rows: sibling.is_row,
                must_leave_paragraph: !sibling.is_row && self.tree.local(parent) != "body",
            });
            at = last + 1;
        }
        blocks
    }

    fn mark(&self, (paragraph, number): (usize, usize)) -> Option<&Mark> {
        self.found.get(paragraph)?.marks.get(number)
    }

    /// The sibling in which what a mark begins ends; notes the end as used.
    fn end_of(&mut self, begin: &Mark, siblings: &[Sibling], from: usize) -> Option<usize> {
        for (at, sibling) in siblings.iter().enumerate().skip(from) {
            let end = sibling.marks.iter().copied().find(|key| {
                !self.used.contains(key)
                    && self
                        .mark(*key)
                        .is_some_and(|mark| mark.sign == Sign::End && mark.name == begin.name)
            });
            if let Some(key) = end {
                self.used.insert(key);
                return Some(at);
            }
        }
        None
    }
}
