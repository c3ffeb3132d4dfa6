//! Tokens to a tree of syntax, by operator precedence. Names and types are checked in
//! [`super::check`] and, for arithmetic over indicators, in [`super::arithmetic`].

use std::ops::Range;
use std::sync::Arc;

use base::{Day, Lang, Problem, Span};

use super::ir::{CompareOp, NumberOp, Parameter};
use super::lexer::{Locator, Token, tokens};
use super::{EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX};
use crate::problems_expr::{self as problems, in_both};

/// A piece of syntax.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub kind: Kind,
    pub span: Span,
    bytes: Range<usize>,
    depth: usize,
}

/// What it is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Number(i64, i64),
    Text(Arc<str>),
    Day(Day),
    Bool(bool),
    Name(Arc<str>),
    Path(Arc<str>, Arc<str>),
    Parameter(Parameter),
    Not(Box<Tree>),
    Negate(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Compare(CompareOp, Box<Tree>, Box<Tree>),
    Arithmetic(NumberOp, Box<Tree>, Box<Tree>),
    In {
        negated: bool,
        operand: Box<Tree>,
        list: Vec<Tree>,
    },
    Between {
        negated: bool,
        operand: Box<Tree>,
        low: Box<Tree>,
        high: Box<Tree>,
    },
    IsNull {
        negated: bool,
        operand: Box<Tree>,
    },
    Has(Box<Tree>, Box<Tree>),
    Call(Arc<str>, Vec<Tree>),
}

/// Words that are not names unless in double quotes.
pub(super) const KEYWORDS: &[&str] = &[
    "or",
    "and",
    "not",
    "in",
    "between",
    "is",
    "null",
    "has",
    "true",
    "false",
    "period_start",
    "period_end",
    "as_of",
];

/// Reads a whole expression; gives the first fault only, for what follows it is guesswork.
pub(super) fn parse(text: &str, span: &Span) -> Result<Tree, Vec<Problem>> {
    if text.len() > EXPRESSION_BYTES_MAX {
        return Err(vec![
            problems::too_long(text.len(), EXPRESSION_BYTES_MAX).at(span.clone()),
        ]);
    }
    if text.trim().is_empty() {
        return Err(vec![problems::empty_expression().at(span.clone())]);
    }
    let locator = Locator::new(text, span);
    let parsed = tokens(text, &locator).and_then(|tokens| {
        let mut parser = Parser {
            text,
            locator,
            tokens,
            at: 0,
            open: 0,
        };
        let tree = parser.expression(LOOSEST)?;
        match parser.token() {
            Token::End => Ok(tree),
            _ => Err(parser.unexpected(" and 或 or", "`and` or `or`")),
        }
    });
    parsed.map_err(|problem| vec![problem])
}

/// What a value can be, in Chinese and English.
const VALUE: (&str, &str) = (
    "列的标识、数、'文本' 或括号",
    "a column, a number, a 'text' or a parenthesis",
);

// Binding strengths, loosest first.
const LOOSEST: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MULTIPLY: u8 = 6;
const NEGATE: u8 = 7;

struct Parser<'a> {
    text: &'a str,
    locator: Locator,
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    open: usize,
}

impl Parser<'_> {
    fn token(&self) -> Token {
        self.tokens
            .get(self.at)
            .map_or(Token::End, |(token, _)| token.clone())
    }

    fn range(&self) -> Range<usize> {
        self.tokens
            .get(self.at)
            .map_or(self.text.len()..self.text.len(), |(_, range)| range.clone())
    }

    /// Moves on; gives the bytes of what was passed.
    fn advance(&mut self) -> Range<usize> {
        let range = self.range();
        self.at += 1;
        range
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(found) if *found == *word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.token(), Token::Symbol(found) if found == symbol);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, zh: &str, en: &str) -> Problem {
        let range = self.range();
        let found = self.text.get(range.clone()).unwrap_or_default();
        let problem = in_both(|lang| {
            let expected = if lang == Lang::Zh { zh } else { en };
            if found.is_empty() {
                problems::unfinished(expected)
            } else {
                problems::unexpected(found, expected)
            }
        });
        // The end has no width: what stands before it is shown.
        let range = if range.is_empty() {
            let before = self.text.trim_end();
            let last = before.char_indices().last().map_or(0, |(at, _)| at);
            last..before.len()
        } else {
            range
        };
        problem.at(self.locator.span(range))
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<usize, Problem> {
        let end = self.range().end;
        if self.take_symbol(symbol) {
            Ok(end)
        } else {
            Err(self.unexpected(&format!("“{symbol}”"), &format!("`{symbol}`")))
        }
    }

    fn tree(&self, kind: Kind, bytes: Range<usize>, inside: usize) -> Result<Tree, Problem> {
        let span = self.locator.span(bytes.clone());
        if inside >= EXPRESSION_DEPTH_MAX {
            return Err(problems::too_deep(EXPRESSION_DEPTH_MAX).at(span));
        }
        Ok(Tree {
            kind,
            span,
            bytes,
            depth: inside + 1,
        })
    }

    fn binary(
        &self,
        left: Tree,
        right: Tree,
        kind: impl FnOnce(Box<Tree>, Box<Tree>) -> Kind,
    ) -> Result<Tree, Problem> {
        let (bytes, depth) = (
            left.bytes.start..right.bytes.end,
            left.depth.max(right.depth),
        );
        self.tree(kind(Box::new(left), Box::new(right)), bytes, depth)
    }

    /// Reads as far as operators bind more strongly than `floor`.
    fn expression(&mut self, floor: u8) -> Result<Tree, Problem> {
        self.open += 1;
        if self.open > EXPRESSION_DEPTH_MAX {
            return Err(
                problems::too_deep(EXPRESSION_DEPTH_MAX).at(self.locator.span(self.range()))
            );
        }
        let mut left = self.prefix()?;
        loop {
            left = match self.token() {
                Token::Word(word) if &*word == "or" && floor < OR => {
                    self.at += 1;
                    let right = self.expression(OR)?;
                    self.binary(left, right, Kind::Or)?
                }
                Token::Word(word) if &*word == "and" && floor < AND => {
                    self.at += 1;
                    let right = self.expression(AND)?;
                    self.binary(left, right, Kind::And)?
                }
                Token::Word(word)
                    if matches!(&*word, "in" | "not" | "between" | "is" | "has")
                        && floor < COMPARE =>
                {
                    self.test(left)?
                }
                Token::Symbol(symbol) if floor < COMPARE && compare_op(symbol).is_some() => {
                    self.at += 1;
                    let op = compare_op(symbol).unwrap_or(CompareOp::Equal); // the guard says that it is one
                    let right = self.expression(COMPARE)?;
                    self.binary(left, right, |left, right| Kind::Compare(op, left, right))?
                }
                Token::Symbol(symbol @ ("+" | "-")) if floor < ADD => {
                    self.at += 1;
                    let op = if symbol == "+" {
                        NumberOp::Add
                    } else {
                        NumberOp::Subtract
                    };
                    let right = self.expression(ADD)?;
                    self.binary(left, right, |left, right| Kind::Arithmetic(op, left, right))?
                }
                Token::Symbol(symbol @ ("*" | "/")) if floor < MULTIPLY => {
                    self.at += 1;
                    let op = if symbol == "*" {
                        NumberOp::Multiply
                    } else {
                        NumberOp::Divide
                    };
                    let right = self.expression(MULTIPLY)?;
                    self.binary(left, right, |left, right| Kind::Arithmetic(op, left, right))?
                }
                _ => break,
            };
            // Comparisons do not chain: a = b = c has no meaning here.
            if matches!(
                left.kind,
                Kind::Compare(..)
                    | Kind::In { .. }
                    | Kind::Between { .. }
                    | Kind::IsNull { .. }
                    | Kind::Has(..)
            ) && matches!(self.token(), Token::Symbol(symbol) if compare_op(symbol).is_some())
            {
                return Err(self.unexpected(" and 或 or", "`and` or `or`"));
            }
        }
        self.open -= 1;
        Ok(left)
    }

    /// `in`, `between`, `is null` and `has`, after their left side.
    fn test(&mut self, operand: Tree) -> Result<Tree, Problem> {
        let start = operand.bytes.start;
        if self.take_word("is") {
            let negated = self.take_word("not");
            if !self.is_word("null") {
                return Err(self.unexpected(" null", "`null`"));
            }
            let end = self.advance().end;
            let depth = operand.depth;
            return self.tree(
                Kind::IsNull {
                    negated,
                    operand: Box::new(operand),
                },
                start..end,
                depth,
            );
        }
        if self.take_word("has") {
            let right = self.expression(COMPARE)?;
            return self.binary(operand, right, Kind::Has);
        }
        let negated = self.take_word("not");
        if self.take_word("between") {
            let low = self.expression(COMPARE)?;
            if !self.take_word("and") {
                return Err(self.unexpected(" and", "`and`"));
            }
            let high = self.expression(COMPARE)?;
            let (end, depth) = (high.bytes.end, operand.depth.max(low.depth).max(high.depth));
            let kind = Kind::Between {
                negated,
                operand: Box::new(operand),
                low: Box::new(low),
                high: Box::new(high),
            };
            return self.tree(kind, start..end, depth);
        }
        if !self.take_word("in") {
            return Err(self.unexpected(" in 或 between", "`in` or `between`"));
        }
        self.expect_symbol("(")?;
        let (list, end) = self.list()?;
        let depth = list
            .iter()
            .map(|item| item.depth)
            .fold(operand.depth, usize::max);
        self.tree(
            Kind::In {
                negated,
                operand: Box::new(operand),
                list,
            },
            start..end,
            depth,
        )
    }

    /// `a, b)` after the opening parenthesis; at least one.
    fn list(&mut self) -> Result<(Vec<Tree>, usize), Problem> {
        let mut list = vec![self.expression(LOOSEST)?];
        while self.take_symbol(",") {
            list.push(self.expression(LOOSEST)?);
        }
        let end = self.expect_symbol(")")?;
        Ok((list, end))
    }

    fn prefix(&mut self) -> Result<Tree, Problem> {
        let token = self.token();
        let start = self.range().start;
        match token {
            Token::Number(numerator, denominator) => {
                let bytes = self.advance();
                self.tree(Kind::Number(numerator, denominator), bytes, 0)
            }
            Token::Text(text) => {
                let bytes = self.advance();
                self.tree(Kind::Text(text), bytes, 0)
            }
            Token::Symbol("-") => {
                self.at += 1;
                let inner = self.expression(NEGATE)?;
                let (end, depth) = (inner.bytes.end, inner.depth);
                self.tree(Kind::Negate(Box::new(inner)), start..end, depth)
            }
            Token::Symbol("(") => {
                self.at += 1;
                let mut inner = self.expression(LOOSEST)?;
                let end = self.expect_symbol(")")?;
                inner.bytes = start..end;
                inner.span = self.locator.span(start..end);
                Ok(inner)
            }
            Token::Quoted(name) => {
                let bytes = self.advance();
                self.name(name, bytes)
            }
            Token::Word(word) => {
                let bytes = self.advance();
                self.word(word, bytes)
            }
            _ => Err(self.unexpected(VALUE.0, VALUE.1)),
        }
    }

    fn word(&mut self, word: Arc<str>, bytes: Range<usize>) -> Result<Tree, Problem> {
        match &*word {
            "not" => {
                let inner = self.expression(NOT)?;
                let (end, depth) = (inner.bytes.end, inner.depth);
                return self.tree(Kind::Not(Box::new(inner)), bytes.start..end, depth);
            }
            "true" => return self.tree(Kind::Bool(true), bytes, 0),
            "false" => return self.tree(Kind::Bool(false), bytes, 0),
            "period_start" => return self.tree(Kind::Parameter(Parameter::PeriodStart), bytes, 0),
            "period_end" => return self.tree(Kind::Parameter(Parameter::PeriodEnd), bytes, 0),
            "as_of" => return self.tree(Kind::Parameter(Parameter::AsOf), bytes, 0),
            _ => {}
        }
        if KEYWORDS.contains(&&*word) {
            self.at -= 1;
            return Err(self.unexpected(VALUE.0, VALUE.1));
        }
        if &*word == "date"
            && let Token::Text(text) = self.token()
        {
            let end = self.advance().end;
            let day = Day::parse(&text)
                .map_err(|_| problems::not_a_date(&text).at(self.locator.span(bytes.start..end)))?;
            return self.tree(Kind::Day(day), bytes.start..end, 0);
        }
        if self.take_symbol("(") {
            let (arguments, end) = self.list()?;
            let depth = arguments
                .iter()
                .map(|argument| argument.depth)
                .fold(0, usize::max);
            return self.tree(Kind::Call(word, arguments), bytes.start..end, depth);
        }
        self.name(word, bytes)
    }

    /// A name, and perhaps a point and another name.
    fn name(&mut self, name: Arc<str>, bytes: Range<usize>) -> Result<Tree, Problem> {
        if !self.take_symbol(".") {
            return self.tree(Kind::Name(name), bytes, 0);
        }
        match self.token() {
            Token::Word(attribute) | Token::Quoted(attribute) => {
                let end = self.advance().end;
                self.tree(Kind::Path(name, attribute), bytes.start..end, 0)
            }
            _ => Err(self.unexpected("列的标识", "a column")),
        }
    }
}

fn compare_op(symbol: &str) -> Option<CompareOp> {
    Some(match symbol {
        "=" => CompareOp::Equal,
        "<>" => CompareOp::NotEqual,
        "<" => CompareOp::Less,
        "<=" => CompareOp::AtMost,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::AtLeast,
        _ => return None,
    })
}
