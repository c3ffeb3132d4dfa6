//! A part of XML as its elements' places in the text, so that what is not touched stays byte for byte.
//!
//! Only what is needed to fill templates: elements, their attributes and where they begin and end. Entities
//! other than XML's own five and numbers are refused, so nothing can be expanded.

use std::borrow::Cow;
use std::ops::Range;

use base::Problem;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use crate::problems;

/// Deepest nesting.
const DEPTH_MAX: usize = 200;
/// Most elements of a part.
const NODES_MAX: usize = 1_500_000;

/// An element.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its name as it is written, prefix and all.
    pub name: Range<usize>,
    /// From `<` to behind the last `>`.
    pub all: Range<usize>,
    /// Between its tags; empty of an empty element.
    pub inner: Range<usize>,
    /// The element around it.
    pub parent: Option<usize>,
    /// The first element behind all that is in it.
    pub after: usize,
}

/// The elements of a part, in the text's order.
pub(crate) struct Tree<'t> {
    /// The text.
    pub text: &'t str,
    /// The elements.
    pub nodes: Vec<Node>,
}

impl<'t> Tree<'t> {
    /// Reads a part.
    pub fn read(part: &str, text: &'t str) -> Result<Tree<'t>, Problem> {
        let bad = |detail: String| problems::bad_xml(part, detail);
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let place = |reader: &Reader<&[u8]>| {
            usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
        };
        loop {
            let start = place(&reader);
            let event = reader
                .read_event()
                .map_err(|error| bad(error.to_string()))?;
            let end = place(&reader);
            match event {
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    if nodes.len() == NODES_MAX || open.len() == DEPTH_MAX {
                        return Err(bad("…".to_owned()));
                    }
                    let name = start + 1..start + 1 + tag.name().as_ref().len();
                    nodes.push(Node {
                        name,
                        all: start..end,
                        inner: end..end,
                        parent: open.last().copied(),
                        after: nodes.len() + 1,
                    });
                    if matches!(event, Event::Start(_)) {
                        open.push(nodes.len() - 1);
                    }
                }
                Event::End(_) => {
                    let all = nodes.len();
                    let closed = open.pop().and_then(|at| nodes.get_mut(at));
                    if let Some(node) = closed {
                        node.inner.end = start;
                        node.all.end = end;
                        node.after = all;
                    }
                }
                Event::DocType(_) => return Err(problems::has_doctype(part)),
                Event::Eof => break,
                _ => {}
            }
        }
        if nodes.is_empty() || !open.is_empty() {
            return Err(bad("…".to_owned()));
        }
        Ok(Tree { text, nodes })
    }

    /// A piece of the text.
    pub fn slice(&self, at: Range<usize>) -> &'t str {
        self.text.get(at).unwrap_or_default()
    }

    /// The name of an element.
    pub fn name(&self, node: usize) -> &'t str {
        self.nodes
            .get(node)
            .map_or("", |node| self.slice(node.name.clone()))
    }

    /// The name of an element without its prefix.
    pub fn local(&self, node: usize) -> &'t str {
        let name = self.name(node);
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    /// All elements of that name, whatever their prefix.
    pub fn nodes_named(&self, local: &str) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |node| self.local(*node) == local)
    }

    /// The elements directly in an element.
    pub fn children(&self, of: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = of + 1;
        let end = self.nodes.get(of).map_or(0, |node| node.after);
        while at < end {
            found.push(at);
            at = self.nodes.get(at).map_or(end, |node| node.after);
        }
        found
    }

    /// The first element of that name directly in an element.
    pub fn child(&self, of: usize, local: &str) -> Option<usize> {
        self.children(of)
            .into_iter()
            .find(|child| self.local(*child) == local)
    }

    /// The start tag of an element, as it is written.
    pub fn tag(&self, node: usize) -> &'t str {
        self.nodes.get(node).map_or("", |node| {
            let is_empty = node.inner.start == node.all.end;
            let end = if is_empty {
                node.all.end
            } else {
                node.inner.start
            };
            self.slice(node.all.start..end)
        })
    }

    /// An attribute's text.
    pub fn attribute(&self, node: usize, name: &str) -> Option<String> {
        let at = self.attribute_at(node, name)?;
        Some(unescaped(self.slice(at)).into_owned())
    }

    /// Where an attribute's text stands.
    pub fn attribute_at(&self, node: usize, name: &str) -> Option<Range<usize>> {
        let tag = self.tag(node);
        let start = self.nodes.get(node)?.all.start;
        let bytes = tag.as_bytes();
        let mut at = 1 + self.name(node).len();
        while at < bytes.len() {
            let key_start = at
                + bytes
                    .get(at..)?
                    .iter()
                    .position(|byte| !byte.is_ascii_whitespace())?;
            let equals = key_start
                + bytes
                    .get(key_start..)?
                    .iter()
                    .position(|byte| *byte == b'=')?;
            let key = tag.get(key_start..equals)?.trim();
            let quote_at = equals
                + 1
                + bytes
                    .get(equals + 1..)?
                    .iter()
                    .position(|byte| matches!(byte, b'"' | b'\''))?;
            let quote = *bytes.get(quote_at)?;
            let end = quote_at
                + 1
                + bytes
                    .get(quote_at + 1..)?
                    .iter()
                    .position(|byte| *byte == quote)?;
            if key == name {
                return Some(start + quote_at + 1..start + end);
            }
            at = end + 1;
        }
        None
    }

    /// The prefix, with its colon, under which the root speaks of one of these namespaces.
    pub fn prefix_of(&self, namespaces: &[&str]) -> Option<String> {
        let tag = self.tag(0);
        namespaces.iter().find_map(|namespace| {
            let at = [format!("=\"{namespace}\""), format!("='{namespace}'")]
                .iter()
                .find_map(|wanted| tag.find(wanted.as_str()))?;
            let key = tag
                .get(..at)?
                .trim_end()
                .rsplit(char::is_whitespace)
                .next()?;
            match key.strip_prefix("xmlns") {
                Some("") => Some(String::new()),
                Some(prefix) => Some(format!("{}:", prefix.strip_prefix(':')?)),
                None => None,
            }
        })
    }
}

/// The signs of a piece of text, each with its place in the text as it is written.
pub(crate) fn signs(text: &str, at: Range<usize>) -> Vec<(char, Range<usize>)> {
    let piece = text.get(at.clone()).unwrap_or_default();
    let mut found = Vec::with_capacity(piece.len());
    let mut rest = piece;
    let mut place = at.start;
    while let Some(sign) = rest.chars().next() {
        let (sign, taken) = match sign {
            '&' => entity(rest).unwrap_or((sign, 1)),
            '<' => {
                // A comment or a section: no text that is looked into.
                let end = rest.find('>').map_or(rest.len(), |end| end + 1);
                rest = rest.get(end..).unwrap_or_default();
                place += end;
                continue;
            }
            sign => (sign, sign.len_utf8()),
        };
        found.push((sign, place..place + taken));
        rest = rest.get(taken..).unwrap_or_default();
        place += taken;
    }
    found
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text
        .as_bytes()
        .iter()
        .take(12)
        .position(|byte| *byte == b';')?;
    let name = text.get(1..end)?;
    let sign = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((sign, end + 1))
}

/// Text as it is meant.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    if text.contains('&') {
        Cow::Owned(
            signs(text, 0..text.len())
                .into_iter()
                .map(|(sign, _)| sign)
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// Text as it is written in XML; signs that XML cannot have are left out.
pub(crate) fn escaped(text: &str, out: &mut String) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(sign),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            sign => out.push(sign),
        }
    }
}
