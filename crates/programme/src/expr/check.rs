//! Syntax to the typed tree: names are resolved, types settled, literals held against the codes.
//!
//! All faults are found in one run: a side that fails does not stop its other side from being
//! looked at.

use std::sync::Arc;

use base::{AssessmentStart, Lang, Period, Problem};

use super::ir::{CompareOp, Domain, Expr, Node, NumberOp, Parameter, Type, common_denominator};
use super::parse::{Kind, Tree};
use super::types::{type_name, type_of};
use super::{Context, DENOMINATOR_MAX, Purpose};
use crate::nearest::{Named, suggest, suggest_named};
use crate::problems_expr::{self as problems, in_both};
use crate::schema::{ColumnPath, ColumnSchema, ColumnType, TableSchema};

/// Checks a condition.
pub(super) fn filter(
    tree: &Tree,
    table: &TableSchema,
    context: &Context<'_>,
) -> Result<Expr, Vec<Problem>> {
    whole(tree, table, context, "条件", "a condition", |found| {
        *found == Type::Bool
    })
}

/// Checks a number.
pub(super) fn number(
    tree: &Tree,
    table: &TableSchema,
    context: &Context<'_>,
) -> Result<Expr, Vec<Problem>> {
    whole(tree, table, context, "数", "a number", |found| {
        matches!(found, Type::Number { .. })
    })
}

fn whole(
    tree: &Tree,
    table: &TableSchema,
    context: &Context<'_>,
    zh: &str,
    en: &str,
    fits: impl Fn(&Type) -> bool,
) -> Result<Expr, Vec<Problem>> {
    let mut checker = Checker {
        table,
        context,
        problems: Vec::new(),
    };
    let checked = checker.check(tree);
    if let Some(expr) = &checked
        && !fits(&expr.value_type)
    {
        let found = &expr.value_type;
        checker.add(
            tree,
            in_both(|lang| {
                let wanted = if lang == Lang::Zh { zh } else { en };
                problems::wrong_result(wanted, type_name(found, lang))
            }),
        );
    }
    match checked {
        Some(expr) if checker.problems.is_empty() => Ok(expr),
        _ => Err(checker.problems),
    }
}

struct Checker<'a> {
    table: &'a TableSchema,
    context: &'a Context<'a>,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn add(&mut self, tree: &Tree, problem: Problem) {
        self.problems.push(problem.at(tree.span.clone()));
    }

    /// `None`: a problem was added.
    fn check(&mut self, tree: &Tree) -> Option<Expr> {
        let (node, value_type) = match &tree.kind {
            Kind::Number(numerator, denominator) => (
                Node::Number(*numerator),
                Type::Number {
                    denominator: *denominator,
                },
            ),
            Kind::Text(text) => (Node::Text(text.clone()), Type::Text(Domain::Text)),
            Kind::Day(day) => (Node::Day(*day), Type::Day),
            Kind::Bool(value) => (Node::Bool(*value), Type::Bool),
            Kind::Name(name) => self.column(tree, ColumnPath::Own(name.clone()))?,
            Kind::Path(column, attribute) => self.column(
                tree,
                ColumnPath::Joined {
                    column: column.clone(),
                    attribute: attribute.clone(),
                },
            )?,
            Kind::Parameter(parameter) => self.parameter(tree, *parameter)?,
            Kind::Not(inner) => {
                let inner = self.operand(inner, "not", &Type::Bool)?;
                (Node::Not(Box::new(inner)), Type::Bool)
            }
            Kind::And(left, right) => {
                let (left, right) = (
                    self.operand(left, "and", &Type::Bool),
                    self.operand(right, "and", &Type::Bool),
                );
                (Node::And(Box::new(left?), Box::new(right?)), Type::Bool)
            }
            Kind::Or(left, right) => {
                let (left, right) = (
                    self.operand(left, "or", &Type::Bool),
                    self.operand(right, "or", &Type::Bool),
                );
                (Node::Or(Box::new(left?), Box::new(right?)), Type::Bool)
            }
            Kind::Compare(op, left, right) => self.compare(tree, *op, left, right)?,
            Kind::In {
                negated,
                operand,
                list,
            } => self.in_list(*negated, operand, list)?,
            Kind::Between {
                negated,
                operand,
                low,
                high,
            } => {
                let (found, low_found, high_found) =
                    (self.check(operand), self.check(low), self.check(high));
                let (mut found, mut low_found, mut high_found) = (found?, low_found?, high_found?);
                let low_fits = self.comparable(
                    tree,
                    CompareOp::AtLeast,
                    (&mut found, operand),
                    (&mut low_found, low),
                );
                let high_fits = self.comparable(
                    tree,
                    CompareOp::AtMost,
                    (&mut found, operand),
                    (&mut high_found, high),
                );
                if !(low_fits && high_fits) {
                    return None;
                }
                let (operand, low, high) =
                    (Box::new(found), Box::new(low_found), Box::new(high_found));
                (
                    Node::Between {
                        negated: *negated,
                        operand,
                        low,
                        high,
                    },
                    Type::Bool,
                )
            }
            Kind::IsNull { negated, operand } => {
                let operand = Box::new(self.check(operand)?);
                (
                    Node::IsNull {
                        negated: *negated,
                        operand,
                    },
                    Type::Bool,
                )
            }
            Kind::Has(set, literal) => self.has(set, literal)?,
            Kind::Negate(inner) => {
                let found = self.number_operand(inner, "-")?;
                let value_type = found.value_type.clone();
                (Node::Negate(Box::new(found)), value_type)
            }
            Kind::Arithmetic(op, left, right) => self.arithmetic(tree, *op, left, right)?,
            Kind::Call(name, arguments) => self.call(tree, name, arguments)?,
        };
        Some(Expr {
            node,
            value_type,
            span: tree.span.clone(),
        })
    }

    fn column(&mut self, tree: &Tree, path: ColumnPath) -> Option<(Node, Type)> {
        let schema = self.context.schema;
        let Some(column) = schema.resolve(self.table, &path) else {
            self.unknown_column(tree, &path);
            return None;
        };
        if self.context.purpose == Purpose::Constraint && matches!(path, ColumnPath::Joined { .. })
        {
            self.add(tree, problems::not_in_constraint(&path));
            return None;
        }
        if column.personal && self.context.purpose == Purpose::Indicator {
            self.add(tree, problems::personal_column(&path));
            return None;
        }
        let value_type = type_of(&column.column_type);
        if let Type::Number { denominator } = value_type
            && denominator > DENOMINATOR_MAX
        {
            self.add(tree, problems::too_precise(DENOMINATOR_MAX));
            return None;
        }
        Some((Node::Column(path), value_type))
    }

    fn unknown_column(&mut self, tree: &Tree, path: &ColumnPath) {
        let table = self.table;
        let names = |table: &'a TableSchema| table.columns.keys().map(|name| &**name);
        let problem = match path {
            ColumnPath::Own(name) => {
                problems::unknown_column(name, &table.name, suggest(name, names(table)))
            }
            ColumnPath::Joined { column, attribute } => match table.columns.get(column) {
                None => {
                    problems::unknown_column(column, &table.name, suggest(column, names(table)))
                }
                Some(found) => match self.context.schema.joined(found) {
                    None => problems::leads_nowhere(column, &table.name),
                    Some(joined) => problems::unknown_column(
                        attribute,
                        &joined.name,
                        suggest(attribute, names(joined)),
                    ),
                },
            },
        };
        self.add(tree, problem);
    }

    fn parameter(&mut self, tree: &Tree, parameter: Parameter) -> Option<(Node, Type)> {
        if self.context.purpose == Purpose::Constraint {
            self.add(tree, problems::not_in_constraint(parameter.as_str()));
            return None;
        }
        Some((Node::Parameter(parameter), Type::Day))
    }

    /// An operand that must have exactly this type.
    fn operand(&mut self, tree: &Tree, operator: &str, wanted: &Type) -> Option<Expr> {
        let found = self.check(tree)?;
        if found.value_type == *wanted {
            return Some(found);
        }
        self.wrong_operand(tree, operator, wanted, &found.value_type);
        None
    }

    fn number_operand(&mut self, tree: &Tree, operator: &str) -> Option<Expr> {
        let found = self.check(tree)?;
        if matches!(found.value_type, Type::Number { .. }) {
            return Some(found);
        }
        self.wrong_operand(
            tree,
            operator,
            &Type::Number { denominator: 1 },
            &found.value_type,
        );
        None
    }

    fn wrong_operand(&mut self, tree: &Tree, operator: &str, wanted: &Type, found: &Type) {
        let problem = in_both(|lang| {
            problems::wrong_operand(operator, type_name(wanted, lang), type_name(found, lang))
        });
        self.add(tree, problem);
    }

    fn compare(
        &mut self,
        tree: &Tree,
        op: CompareOp,
        left: &Tree,
        right: &Tree,
    ) -> Option<(Node, Type)> {
        let (found_left, found_right) = (self.check(left), self.check(right));
        let (mut found_left, mut found_right) = (found_left?, found_right?);
        self.comparable(tree, op, (&mut found_left, left), (&mut found_right, right))
            .then(|| {
                (
                    Node::Compare(op, Box::new(found_left), Box::new(found_right)),
                    Type::Bool,
                )
            })
    }

    /// Whether two sides can be compared so; a text literal takes the domain of the other side.
    fn comparable(
        &mut self,
        tree: &Tree,
        op: CompareOp,
        (left, left_tree): (&mut Expr, &Tree),
        (right, right_tree): (&mut Expr, &Tree),
    ) -> bool {
        for (side, side_tree) in [(&*left, left_tree), (&*right, right_tree)] {
            if let (Type::Set(_), Node::Column(path)) = (&side.value_type, &side.node) {
                self.add(side_tree, problems::set_needs_has(path));
                return false;
            }
        }
        let literals = if is_literal(left) && !is_literal(right) {
            self.adapt(left, left_tree, right)
        } else {
            !is_literal(right) || self.adapt(right, right_tree, left)
        };
        if !literals {
            return false;
        }
        let (a, b) = (&left.value_type, &right.value_type);
        let fits = match (a, b) {
            (Type::Number { denominator: a }, Type::Number { denominator: b }) => {
                if common_denominator(*a, *b).is_none_or(|common| common > DENOMINATOR_MAX) {
                    self.add(tree, problems::too_precise(DENOMINATOR_MAX));
                    return false;
                }
                true
            }
            (Type::Set(_), _) => false,
            (a, b) => a == b,
        };
        if !fits {
            let problem =
                in_both(|lang| problems::not_comparable(type_name(a, lang), type_name(b, lang)));
            self.add(tree, problem);
            return false;
        }
        let ordered = matches!(a, Type::Number { .. } | Type::Day)
            || matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        if !ordered {
            let problem = in_both(|lang| problems::no_order(op.as_str(), type_name(a, lang)));
            self.add(tree, problem);
        }
        ordered
    }

    /// Gives a text literal the domain of what it is compared with, and checks that it can be found there.
    fn adapt(&mut self, literal: &mut Expr, tree: &Tree, other: &Expr) -> bool {
        let (Node::Text(text), Type::Text(domain)) = (&literal.node, &other.value_type) else {
            return true; // types are compared next
        };
        let text = text.clone();
        literal.value_type = Type::Text(domain.clone());
        let column = self.column_behind(other);
        self.literal_exists(&text, tree, domain, column)
    }

    fn literal_exists(
        &mut self,
        text: &Arc<str>,
        tree: &Tree,
        domain: &Domain,
        column: Option<&'a ColumnSchema>,
    ) -> bool {
        let problem = match domain {
            Domain::Code(vocabulary) => match self.context.vocabularies.get(vocabulary) {
                Some(declared) if !declared.codes.contains_key(&**text) => {
                    let codes = declared.codes.values().map(|code| Named {
                        id: code.id.as_str(),
                        name: code.name.clone(),
                        aliases: code.aliases.clone(),
                    });
                    let codes: Vec<Named<'_>> = codes.collect();
                    Some(in_both(|lang| {
                        problems::unknown_code(text, vocabulary, meant(text, &codes, lang))
                    }))
                }
                _ => None,
            },
            Domain::Unit if !self.context.units.contains_key(&**text) => {
                let units = self.context.units.values().map(|unit| Named {
                    id: unit.id.as_str(),
                    name: unit.name.clone(),
                    aliases: unit.aliases.clone(),
                });
                let units: Vec<Named<'_>> = units.collect();
                Some(in_both(|lang| {
                    problems::unknown_unit_literal(text, meant(text, &units, lang))
                }))
            }
            Domain::Text => match column.map(|column| (&column.name, &column.column_type)) {
                Some((name, ColumnType::Choice(choices))) if !choices.contains(text) => {
                    Some(problems::unknown_choice(
                        text,
                        name,
                        suggest(text, choices.iter().map(|choice| &**choice)),
                    ))
                }
                Some((_, ColumnType::Period)) => {
                    let written = Period::parse(text, AssessmentStart::default())
                        .map(|period| period.to_string());
                    (written.as_deref() != Ok(&**text))
                        .then(|| problems::not_a_period_literal(text))
                }
                _ => None,
            },
            Domain::Unit | Domain::Subject(_) => None,
        };
        match problem {
            Some(problem) => {
                self.add(tree, problem);
                false
            }
            None => true,
        }
    }

    /// The column from which an expression has its texts.
    fn column_behind(&self, expr: &Expr) -> Option<&'a ColumnSchema> {
        match &expr.node {
            Node::Column(path) => self.context.schema.resolve(self.table, path),
            Node::Coalesce(list) => list.iter().find_map(|item| self.column_behind(item)),
            _ => None,
        }
    }

    fn in_list(&mut self, negated: bool, operand: &Tree, list: &[Tree]) -> Option<(Node, Type)> {
        let found = self.check(operand);
        let mut all = true;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let Some(checked) = self.check(item) else {
                all = false;
                continue;
            };
            if is_written_out(&checked) {
                items.push((checked, item));
            } else {
                self.add(item, problems::list_of_literals());
                all = false;
            }
        }
        let mut found = found?;
        let mut written = Vec::with_capacity(items.len());
        for (mut item, tree) in items {
            all &= self.comparable(
                tree,
                CompareOp::Equal,
                (&mut found, operand),
                (&mut item, tree),
            );
            written.push(item);
        }
        all.then(|| {
            (
                Node::In {
                    negated,
                    operand: Box::new(found),
                    list: written,
                },
                Type::Bool,
            )
        })
    }

    fn has(&mut self, set: &Tree, literal: &Tree) -> Option<(Node, Type)> {
        let found = self.check(set)?;
        let Type::Set(domain) = found.value_type.clone() else {
            self.wrong_operand(set, "has", &Type::Set(Domain::Text), &found.value_type);
            return None;
        };
        let Kind::Text(text) = &literal.kind else {
            self.add(literal, problems::list_of_literals());
            return None;
        };
        self.literal_exists(text, literal, &domain, None)
            .then(|| (Node::Has(Box::new(found), text.clone()), Type::Bool))
    }

    fn arithmetic(
        &mut self,
        tree: &Tree,
        op: NumberOp,
        left: &Tree,
        right: &Tree,
    ) -> Option<(Node, Type)> {
        let (found_left, found_right) = (self.check(left), self.check(right));
        let (a, b) = (found_left?, found_right?);
        let whole = Type::Number { denominator: 1 };
        let value_type = match (&a.value_type, op, &b.value_type) {
            (Type::Day, NumberOp::Subtract, Type::Day) => whole,
            (Type::Day, NumberOp::Add | NumberOp::Subtract, Type::Number { denominator: 1 }) => {
                Type::Day
            }
            (Type::Number { denominator: 1 }, NumberOp::Add, Type::Day) => Type::Day,
            (Type::Day, NumberOp::Add | NumberOp::Subtract, found) => {
                self.wrong_operand(right, op.as_str(), &whole, found);
                return None;
            }
            (Type::Number { denominator: x }, _, Type::Number { denominator: y }) => {
                let denominator = match op {
                    NumberOp::Add | NumberOp::Subtract => common_denominator(*x, *y),
                    NumberOp::Multiply => x.checked_mul(*y),
                    NumberOp::Divide => self.divided(right, *x, &b)?,
                };
                let Some(denominator) =
                    denominator.filter(|denominator| *denominator <= DENOMINATOR_MAX)
                else {
                    self.add(tree, problems::too_precise(DENOMINATOR_MAX));
                    return None;
                };
                Type::Number { denominator }
            }
            (Type::Number { .. }, _, found) => {
                self.wrong_operand(right, op.as_str(), &whole, found);
                return None;
            }
            (found, _, _) => {
                self.wrong_operand(left, op.as_str(), &whole, found);
                return None;
            }
        };
        Some((Node::Arithmetic(op, Box::new(a), Box::new(b)), value_type))
    }

    /// The denominator after a division; the outer `None` when a problem was added.
    fn divided(&mut self, tree: &Tree, denominator: i64, divisor: &Expr) -> Option<Option<i64>> {
        let Some(constant) = divisor.constant() else {
            self.add(tree, problems::division_by_column());
            return None;
        };
        if constant.is_zero() {
            self.add(tree, problems::division_by_zero());
            return None;
        }
        let numerator = constant
            .to_i128_parts()
            .and_then(|(numerator, _)| i64::try_from(numerator).ok());
        Some(
            numerator
                .and_then(i64::checked_abs)
                .and_then(|numerator| numerator.checked_mul(denominator)),
        )
    }

    fn call(&mut self, tree: &Tree, name: &str, arguments: &[Tree]) -> Option<(Node, Type)> {
        match (name, arguments) {
            ("year", [day]) => {
                let day = self.operand(day, name, &Type::Day)?;
                Some((Node::Year(Box::new(day)), Type::Number { denominator: 1 }))
            }
            ("month", [day]) => {
                let day = self.operand(day, name, &Type::Day)?;
                Some((Node::Month(Box::new(day)), Type::Number { denominator: 1 }))
            }
            ("coalesce", [first, rest @ ..]) if !rest.is_empty() => self.coalesce(first, rest),
            ("year" | "month", _) => {
                self.add(tree, problems::wrong_arguments(name, "1", arguments.len()));
                None
            }
            ("coalesce", _) => {
                self.add(tree, problems::wrong_arguments(name, "2+", arguments.len()));
                None
            }
            _ => {
                self.add(tree, problems::unknown_function(name));
                None
            }
        }
    }

    fn coalesce(&mut self, first: &Tree, rest: &[Tree]) -> Option<(Node, Type)> {
        let mut head = self.check(first);
        let mut list = Vec::with_capacity(rest.len());
        for tree in rest {
            let Some(mut item) = self.check(tree) else {
                head = None;
                continue;
            };
            // What can be tested for equality can stand for each other.
            if let Some(kept) = &mut head
                && !self.comparable(tree, CompareOp::Equal, (kept, first), (&mut item, tree))
            {
                head = None;
            }
            list.push(item);
        }
        let head = head?;
        let mut value_type = head.value_type.clone();
        for item in &list {
            if let (Type::Number { denominator: a }, Type::Number { denominator: b }) =
                (&value_type, &item.value_type)
            {
                let Some(denominator) =
                    common_denominator(*a, *b).filter(|common| *common <= DENOMINATOR_MAX)
                else {
                    self.add(first, problems::too_precise(DENOMINATOR_MAX));
                    return None;
                };
                value_type = Type::Number { denominator };
            }
        }
        list.insert(0, head);
        Some((Node::Coalesce(list), value_type))
    }
}

/// The identifiers that a text may have meant, or that there are none.
fn meant(text: &str, things: &[Named<'_>], lang: Lang) -> String {
    suggest_named(text, things, lang).map_or_else(|| suggest(text, []), |(found, _)| found)
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.node, Node::Text(_))
}

fn is_written_out(expr: &Expr) -> bool {
    match &expr.node {
        Node::Number(_) | Node::Text(_) | Node::Day(_) | Node::Bool(_) => true,
        Node::Negate(inner) => matches!(inner.node, Node::Number(_)),
        _ => false,
    }
}
