//! Expressions as SQL with the same meaning: integers over constant denominators, days as numbers,
//! three-valued logic as SQL itself has it.

use programme::expr::eval::divisor_factor;
use programme::expr::ir::common_denominator;
use programme::expr::{CompareOp, Expr, Node, NumberOp, Parameter};
use programme::schema::{ColumnPath, ColumnType, Schema, TableSchema};

use super::Dialect;
use crate::compile::Frame;
use crate::export::{export_name, quoted, set_member};

/// Writes expressions over the rows of one table, whose alias is `t`.
pub(super) struct Writer<'a> {
    pub dialect: Dialect,
    pub schema: &'a Schema,
    pub table: &'a TableSchema,
    pub frame: &'a Frame,
}

impl Writer<'_> {
    /// An integer written out, of 64 bits in every engine.
    pub fn integer(&self, number: i64) -> String {
        match self.dialect {
            Dialect::Sqlite if number < 0 => format!("({number})"),
            Dialect::Sqlite => number.to_string(),
            Dialect::Postgres | Dialect::DuckDb => format!("cast({number} as bigint)"),
        }
    }

    /// A text written out.
    pub fn text(text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// The day as of which a row's unit and subject are taken.
    pub fn row_day(&self) -> String {
        match self.table.row_day() {
            Some(column) => format!("t.{}", quoted(column)),
            None => self.integer(i64::from(self.frame.until.number())),
        }
    }

    /// Whether a row, by its alias, was there at the position asked.
    pub fn visible(&self, alias: &str) -> String {
        let at = self.integer(i64::try_from(self.frame.at).unwrap_or(i64::MAX));
        format!("{alias}.\"added\" <= {at} and {alias}.\"hidden\" > {at}")
    }

    /// A column of the row, or of the version of what it refers to.
    pub fn column(&self, path: &ColumnPath) -> String {
        match path {
            ColumnPath::Own(name) => format!("t.{}", quoted(name)),
            ColumnPath::Joined { column, attribute } => {
                let joined = self
                    .table
                    .columns
                    .get(column)
                    .and_then(|column| self.schema.joined(column));
                let name = joined.map_or_else(String::new, export_name);
                let day = self.row_day();
                format!(
                    "(select v.{attribute} from {name} v where v.\"id\" = t.{column} and v.\"version_from\" <= {day} and v.\"version_to\" >= {day} and {visible})",
                    attribute = quoted(attribute),
                    name = quoted(&name),
                    column = quoted(column),
                    visible = self.visible("v"),
                )
            }
        }
    }

    fn is_yes_no(&self, path: &ColumnPath) -> bool {
        self.schema
            .resolve(self.table, path)
            .is_some_and(|column| column.column_type == ColumnType::Bool)
    }

    /// An expression, always in parentheses where it is more than one word.
    pub fn expression(&self, expr: &Expr) -> String {
        match &expr.node {
            Node::Number(numerator) => self.integer(*numerator),
            Node::Text(text) => Self::text(text),
            Node::Day(day) => self.integer(i64::from(day.number())),
            Node::Bool(value) => value.to_string(),
            Node::Column(path) if self.is_yes_no(path) => format!("({} = 1)", self.column(path)),
            Node::Column(path) => self.column(path),
            Node::Parameter(parameter) => self.integer(i64::from(
                match parameter {
                    Parameter::PeriodStart => self.frame.first,
                    Parameter::PeriodEnd => self.frame.last,
                    Parameter::AsOf => self.frame.until,
                }
                .number(),
            )),
            Node::Not(a) => format!("(not {})", self.expression(a)),
            Node::And(a, b) => format!("({} and {})", self.expression(a), self.expression(b)),
            Node::Or(a, b) => format!("({} or {})", self.expression(a), self.expression(b)),
            Node::Compare(op, a, b) => self.compare(*op, a, b),
            Node::In {
                negated,
                operand,
                list,
            } => {
                let common = list.iter().fold(operand.denominator(), |common, item| {
                    common_denominator(common, item.denominator()).unwrap_or(common)
                });
                let items: Vec<String> =
                    list.iter().map(|item| self.scaled(item, common)).collect();
                let not = if *negated { "not " } else { "" };
                format!(
                    "({} {not}in ({}))",
                    self.scaled(operand, common),
                    items.join(", ")
                )
            }
            Node::Between {
                negated,
                operand,
                low,
                high,
            } => {
                let not = if *negated { "not " } else { "" };
                let least = self.compare(CompareOp::AtLeast, operand, low);
                let most = self.compare(CompareOp::AtMost, operand, high);
                format!("({not}({least} and {most}))")
            }
            Node::IsNull { negated, operand } => {
                format!(
                    "({} is {}null)",
                    self.expression(operand),
                    if *negated { "not " } else { "" }
                )
            }
            Node::Has(set, text) => {
                let member = Self::text(&format!(";{};", set_member(text)));
                let find = if self.dialect == Dialect::Sqlite {
                    "instr"
                } else {
                    "strpos"
                };
                format!(
                    "(coalesce({find}({}, {member}), 0) > 0)",
                    self.expression(set)
                )
            }
            Node::Arithmetic(op @ (NumberOp::Add | NumberOp::Subtract), a, b) => {
                let denominator = expr.denominator();
                format!(
                    "({} {} {})",
                    self.scaled(a, denominator),
                    op.as_str(),
                    self.scaled(b, denominator)
                )
            }
            Node::Arithmetic(NumberOp::Multiply, a, b) => {
                format!("({} * {})", self.expression(a), self.expression(b))
            }
            Node::Arithmetic(NumberOp::Divide, a, b) => {
                format!(
                    "({} * {})",
                    self.expression(a),
                    self.integer(divisor_factor(b).unwrap_or(1))
                )
            }
            Node::Negate(a) => format!("({} - {})", self.integer(0), self.expression(a)),
            Node::Year(a) => self.part_of_day("year", "%Y", a),
            Node::Month(a) => self.part_of_day("month", "%m", a),
            Node::Coalesce(list) => {
                let items: Vec<String> = list
                    .iter()
                    .map(|item| self.scaled(item, expr.denominator()))
                    .collect();
                format!("coalesce({})", items.join(", "))
            }
        }
    }

    /// An expression brought to another denominator.
    fn scaled(&self, expr: &Expr, denominator: i64) -> String {
        let factor = denominator.checked_div(expr.denominator()).unwrap_or(1);
        // Days and texts have the denominator 1 and stay as they are.
        if factor == 1 {
            self.expression(expr)
        } else {
            format!("({} * {})", self.expression(expr), self.integer(factor))
        }
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr) -> String {
        let common = common_denominator(a.denominator(), b.denominator()).unwrap_or(1);
        format!(
            "({} {} {})",
            self.scaled(a, common),
            op.as_str(),
            self.scaled(b, common)
        )
    }

    fn part_of_day(&self, part: &str, pattern: &str, day: &Expr) -> String {
        let day = self.expression(day);
        match self.dialect {
            Dialect::Sqlite => {
                format!("cast(strftime('{pattern}', {day} * 86400, 'unixepoch') as integer)")
            }
            Dialect::Postgres | Dialect::DuckDb => {
                format!(
                    "cast(extract({part} from date '1970-01-01' + cast({day} as integer)) as bigint)"
                )
            }
        }
    }
}
