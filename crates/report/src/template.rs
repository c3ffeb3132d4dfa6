//! Templates of either format: what their marks ask for, and filling them.

use std::ops::Range;

use base::{Problem, Text};

use crate::data::{Data, Known, ListOf, Value, is_named};
use crate::marks::{Mark, Sign, find, normal};
use crate::package::{Format, Package};
use crate::xml::{Tree, signs};
use crate::{excel, problems, word};

/// Most problems that are told of one template.
const PROBLEMS_MAX: usize = 50;
/// Names that are told where one is unknown.
const NAMES_MAX: usize = 60;
/// The column that every list has: its lines counted from 1.
const ORDINAL: (&str, &str) = ("序号", "no");

/// A mark that a template has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkFound {
    /// As it was typed.
    pub written: String,
    /// Where.
    pub place: Text,
}

/// A template that was looked at.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it is.
    pub format: Format,
    /// Its marks, in order.
    pub marks: Vec<MarkFound>,
    /// What is wrong, or to be looked at.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether it can be used.
    pub fn is_usable(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }
}

/// Looks at a template: may it be taken, and does it ask only for what there is?
///
/// # Errors
/// It cannot be read, or brings what it must not; wrong marks are told in the result.
pub fn check(name: &str, template: &[u8], known: &Known) -> Result<Checked, Problem> {
    let package = Package::open(name, template)?;
    let mut faults = Faults::default();
    let asked = match package.format {
        Format::Word => word::asked(&package, &mut faults)?,
        Format::Excel => excel::asked(&package, &mut faults)?,
    };
    for one in &asked {
        if let Some(fault) = fault_of(one, known) {
            faults.add(fault);
        }
    }
    let marks = asked.into_iter().map(|one| MarkFound {
        written: one.mark.written,
        place: one.place,
    });
    let marks: Vec<MarkFound> = marks.collect();
    if marks.is_empty() && faults.found.is_empty() {
        faults.add(problems::no_marks());
    }
    Ok(Checked {
        format: package.format,
        marks,
        problems: faults.found,
    })
}

/// Fills a template. The same template and data give the same bytes.
///
/// # Errors
/// What [`check`] tells, or a value that cannot be written as a mark asks.
pub fn fill(name: &str, template: &[u8], data: &Data) -> Result<Vec<u8>, Problem> {
    let package = Package::open(name, template)?;
    match package.format {
        Format::Word => word::fill(package, data),
        Format::Excel => excel::fill(package, data),
    }
}

/// What a file is by its content.
///
/// # Errors
/// It is neither Word nor Excel, or brings what a template must not.
pub fn format_of(name: &str, template: &[u8]) -> Result<Format, Problem> {
    Package::open(name, template).map(|package| package.format)
}

/// The text of a filled file, line by line, for a preview: cells of a row are separated by tabs.
///
/// # Errors
/// It cannot be read.
pub fn text_of(name: &str, file: &[u8]) -> Result<Vec<String>, Problem> {
    let package = Package::open(name, file)?;
    match package.format {
        Format::Word => word::text(&package),
        Format::Excel => excel::text(&package),
    }
}

/// Problems, up to as many as anyone reads.
#[derive(Default)]
pub(crate) struct Faults {
    found: Vec<Problem>,
}

impl Faults {
    pub fn add(&mut self, problem: Problem) {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push(problem);
        }
    }

    /// The first, as an error.
    pub fn first(self) -> Result<(), Problem> {
        self.found
            .into_iter()
            .find(Problem::is_error)
            .map_or(Ok(()), Err)
    }
}

/// A mark with where it stands and the list around it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub mark: Mark,
    pub place: Text,
    pub list: Option<String>,
}

/// What is wrong with a mark for what there is.
fn fault_of(asked: &Asked, known: &Known) -> Option<Problem> {
    let (zh, en) = (&asked.place.zh, &asked.place.en);
    let mark = &asked.mark;
    let is = |name: &Text| is_named(&name.zh, &name.en, &mark.name);
    if mark.form.is_err() {
        return Some(problems::unknown_form(zh, en, &mark.written));
    }
    let own = asked.list.as_ref().and_then(|list| {
        let mut lists = known.lists.iter();
        lists.find(|(found, _)| is_named(&found.name.zh, &found.name.en, list))
    });
    let is_list = known.lists.iter().any(|(list, _)| is(&list.name));
    let is_field = known.fields.iter().any(|field| is(&field.name));
    let in_own = own.is_some_and(|(_, fields)| {
        fields.iter().any(|field| is(&field.name)) || is_named(ORDINAL.0, ORDINAL.1, &mark.name)
    });
    match mark.sign {
        Sign::Each if is_list => return None,
        Sign::Each => {
            let lists = known.lists.iter().map(|(list, _)| list.name.zh.as_str());
            let lists = lists.collect::<Vec<_>>().join("、");
            return Some(problems::not_a_list(zh, en, &mark.written, lists));
        }
        Sign::End => return None,
        Sign::If | Sign::IfNot if is_list || is_field || in_own => return None,
        Sign::Put if is_field || in_own => return None,
        _ => {}
    }
    let elsewhere = known
        .lists
        .iter()
        .find(|(_, fields)| fields.iter().any(|field| is(&field.name)));
    if let Some((list, _)) = elsewhere {
        return Some(problems::outside_of_list(
            zh,
            en,
            &mark.written,
            &list.name.zh,
        ));
    }
    let offered = || {
        let own = own.iter().flat_map(|(_, fields)| fields);
        own.chain(&known.fields)
            .chain(known.lists.iter().map(|(list, _)| list))
    };
    let nearest = offered()
        .flat_map(|field| [&field.name.zh, &field.name.en])
        .map(|name| {
            (
                strsim::normalized_damerau_levenshtein(&normal(name), &mark.name),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let (nearest_zh, nearest_en) = nearest.map_or_else(Default::default, |(_, name)| {
        (
            format!("，是不是“{name}”"),
            format!("; did you mean `{name}`?"),
        )
    });
    let mut all: Vec<&str> = offered()
        .map(|field| field.name.zh.as_str())
        .take(NAMES_MAX + 1)
        .collect();
    if all.len() > NAMES_MAX {
        all.truncate(NAMES_MAX);
        all.push("…");
    }
    Some(problems::unknown_mark(
        zh,
        en,
        &mark.written,
        nearest_zh,
        nearest_en,
        all.join("、"),
    ))
}

/// What marks find their values in.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'d> {
    pub data: &'d Data,
    /// The line of a list: the list, the line's number from 0; `None` of a list without lines, whose one row
    /// stays empty.
    pub line: Option<(&'d ListOf, Option<usize>)>,
}

impl<'d> Scope<'d> {
    /// Everything, outside of lists.
    pub fn of(data: &'d Data) -> Scope<'d> {
        Scope { data, line: None }
    }

    /// The value that a mark asks for.
    pub fn value(&self, mark: &Mark, place: &Text) -> Result<Value, Problem> {
        if let Some((list, line)) = self.line {
            if let Some(column) = list.column(&mark.name) {
                let value = line.and_then(|line| list.rows.get(line)?.get(column));
                return Ok(value.cloned().unwrap_or_else(Value::empty));
            }
            if is_named(ORDINAL.0, ORDINAL.1, &mark.name) {
                return Ok(
                    line.map_or_else(Value::empty, |line| Value::Number((line + 1).to_string()))
                );
            }
        }
        if let Some(value) = self.data.field(&mark.name) {
            return Ok(value.clone());
        }
        let all: Vec<&str> = self
            .data
            .fields
            .iter()
            .map(|line| line.zh.as_str())
            .take(NAMES_MAX)
            .collect();
        Err(problems::unknown_mark(
            &place.zh,
            &place.en,
            &mark.written,
            "",
            "",
            all.join("、"),
        ))
    }

    /// What a mark's value is written as.
    pub fn written(&self, mark: &Mark, place: &Text) -> Result<String, Problem> {
        let Ok(form) = mark.form else {
            return Err(problems::unknown_form(&place.zh, &place.en, &mark.written));
        };
        let value = self.value(mark, place)?;
        value.written(form).ok_or_else(|| {
            let (Value::Text(text) | Value::Number(text) | Value::Day(text)) = &value;
            problems::not_an_amount(&place.zh, &place.en, &mark.written, text)
        })
    }

    /// Whether what stands under conditions stands.
    pub fn holds(&self, when: &[Mark], place: &Text) -> Result<bool, Problem> {
        for mark in when {
            if self.has(mark, place)? != (mark.sign == Sign::If) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether there is something under a name.
    pub fn has(&self, mark: &Mark, place: &Text) -> Result<bool, Problem> {
        match self.data.list(&mark.name) {
            Some(list) => Ok(!list.rows.is_empty()),
            None => self.value(mark, place).map(|value| !value.is_empty()),
        }
    }
}

/// What stands in the place of a piece of a part's text.
#[derive(Debug, Clone)]
pub(crate) enum Put {
    /// Nothing: the rest of a mark.
    Nothing,
    /// Something of ours.
    Text(&'static str),
    /// A value.
    Value(Mark),
    /// What stands there: it is conditional.
    Same,
}

/// A change of a part's text.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub at: Range<usize>,
    pub put: Put,
    /// The conditions of the paragraph around it.
    pub when: Vec<Mark>,
}

/// A paragraph, cell or line of a head: its marks, and what they change in the part's text. `texts` are its
/// elements of text in order; `None` is a break, over which no mark goes.
pub(crate) struct Marked {
    pub marks: Vec<Mark>,
    pub edits: Vec<Edit>,
    /// Whether nothing but marks that begin or end something stands there.
    pub is_bare: bool,
}

pub(crate) fn marked(
    tree: &Tree<'_>,
    texts: &[Option<usize>],
    keeps_space: bool,
    place: &Text,
) -> Result<Marked, Problem> {
    let mut all: Vec<(char, Range<usize>, usize)> = Vec::new();
    for text in texts {
        match text.and_then(|node| Some((node, tree.nodes.get(node)?))) {
            None => all.push(('\n', 0..0, usize::MAX)),
            Some((node, found)) => {
                let found = signs(tree.text, found.inner.clone());
                all.extend(found.into_iter().map(|(sign, at)| (sign, at, node)));
            }
        }
    }
    let plain: Vec<char> = all.iter().map(|(sign, ..)| *sign).collect();
    let marks = find(&plain)
        .map_err(|unclosed| problems::unclosed_mark(&place.zh, &place.en, unclosed.0))?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut touched: Option<usize> = None;
    let mut when: Vec<Mark> = Vec::new();
    let mut next = marks.iter().peekable();
    for (number, (_, at, node)) in all.iter().enumerate() {
        while next.peek().is_some_and(|mark| mark.at.end <= number) {
            next.next();
        }
        let mark = next.peek().filter(|mark| mark.at.contains(&number));
        if *node == usize::MAX || (mark.is_none() && when.is_empty()) {
            continue;
        }
        if touched != Some(*node) {
            touched = Some(*node);
            // A value may begin or end with a space, and so may what is left of the text.
            if keeps_space && tree.attribute_at(*node, "xml:space").is_none() {
                let end = tree.nodes.get(*node).map_or(0, |node| node.name.end);
                let put = Put::Text(" xml:space=\"preserve\"");
                edits.push(Edit {
                    at: end..end,
                    put,
                    when: Vec::new(),
                });
            }
        }
        let Some(mark) = mark else {
            edits.push(Edit {
                at: at.clone(),
                put: Put::Same,
                when: when.clone(),
            });
            continue;
        };
        let is_begin = number == mark.at.start;
        if is_begin && mark.is_inline && mark.sign == Sign::End {
            when.retain(|condition| condition.name != mark.name);
        }
        let put = if is_begin && mark.sign == Sign::Put {
            Put::Value((*mark).clone())
        } else {
            Put::Nothing
        };
        edits.push(Edit {
            at: at.clone(),
            put,
            when: when.clone(),
        });
        if is_begin && mark.is_inline && mark.sign != Sign::End {
            when.push((*mark).clone());
        }
    }
    let outside = |at: usize| !marks.iter().any(|mark| mark.at.contains(&at));
    let is_bare = !marks.is_empty()
        && marks
            .iter()
            .all(|mark| mark.sign != Sign::Put && !mark.is_inline)
        && plain
            .iter()
            .enumerate()
            .all(|(at, sign)| sign.is_whitespace() || !outside(at));
    Ok(Marked {
        marks,
        edits,
        is_bare,
    })
}
