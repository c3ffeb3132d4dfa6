//! Fields of made-up things, one column at a time: so that shares and sums can be kept exactly.
//!
//! A [`FieldMaker`] is a row of `generate_field` understood; [`FieldMaker::fill`] makes its column for all
//! rows of a distribution. Cases, whose fields come step by step, take one value with [`FieldMaker::one`].

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Problem, Ratio, Rounding, Scaled};
use programme::Row;
use programme::expr::eval::{Facts, holds};
use programme::expr::{Context, Expr, Parameter, Purpose, parse_filter};
use programme::model::Programme;
use programme::schema::{ColumnPath, ColumnType, TableSchema, Value};

use super::days::deal_share;
use super::dice::{Dice, Shape, Weights};
use super::problems;
use super::sums::{meet_sum, share_out};

/// One made-up thing while it is made: its cells as text.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    /// Its number in its distribution, from 1.
    pub ordinal: usize,
    /// Its number among those of its unit (of a distribution per unit), from 0.
    pub of_unit: Option<usize>,
    /// The day that dates are counted from.
    pub day: Option<Day>,
    /// What it has so far.
    pub cells: BTreeMap<Arc<str>, String>,
}

/// Sees a thing's cells as the columns of its table.
pub(super) struct Seen<'a> {
    pub table: &'a TableSchema,
    pub made: &'a Made,
}

impl Facts for Seen<'_> {
    fn value(&self, path: &ColumnPath) -> Value {
        let ColumnPath::Own(name) = path else {
            return Value::Null;
        };
        let (Some(text), Some(column)) = (self.made.cells.get(name), self.table.columns.get(name))
        else {
            return Value::Null;
        };
        match &column.column_type {
            ColumnType::Int => text.parse().map_or(Value::Null, Value::Int),
            ColumnType::Decimal(scale) => {
                Scaled::parse(text, *scale).map_or(Value::Null, |scaled| Value::Int(scaled.units))
            }
            ColumnType::Day => Day::parse(text).map_or(Value::Null, Value::Day),
            ColumnType::Bool => Value::Bool(text == "true"),
            ColumnType::Codes(_) | ColumnType::Texts => {
                Value::Texts(text.split(';').map(|code| code.trim().into()).collect())
            }
            _ => Value::Text(text.as_str().into()),
        }
    }

    fn parameter(&self, _: Parameter) -> Option<Day> {
        None
    }
}

/// How a value is made.
enum Way {
    InTurn(Vec<Arc<str>>),
    Choices(Vec<Arc<str>>, Vec<Ratio>),
    Pattern(Vec<Piece>),
    Number {
        scale: u8,
        low: i64,
        high: Option<i64>,
        shape: Shape,
        sum: Option<i64>,
    },
    Days {
        low: i64,
        high: i64,
        shape: Shape,
    },
}

/// A piece of a text pattern.
enum Piece {
    Text(String),
    Ordinal,
    Word(Vec<Arc<str>>),
}

/// A row of `generate_field`, understood.
pub(super) struct FieldMaker<'a> {
    /// The field.
    pub name: Arc<str>,
    /// Where it is declared.
    pub row: &'a Row,
    distribution: &'a str,
    way: Way,
    empty: Option<Ratio>,
    when: Option<Expr>,
}

impl<'a> FieldMaker<'a> {
    /// The makers of a distribution, in declared order.
    pub(super) fn all(
        programme: &'a Programme,
        distribution: &'a str,
        table: &TableSchema,
    ) -> Result<Vec<FieldMaker<'a>>, Vec<Problem>> {
        let mut makers = Vec::new();
        let mut faults = Vec::new();
        for row in &programme.generate.fields {
            if row.text("generate").is_none_or(|of| **of != *distribution) {
                continue;
            }
            match FieldMaker::of(programme, distribution, table, row) {
                Ok(maker) => makers.push(maker),
                Err(problems) => faults.extend(problems),
            }
        }
        if faults.is_empty() {
            Ok(makers)
        } else {
            Err(faults)
        }
    }

    fn of(
        programme: &Programme,
        distribution: &'a str,
        table: &TableSchema,
        row: &'a Row,
    ) -> Result<FieldMaker<'a>, Vec<Problem>> {
        let name = row.text("field").cloned().unwrap_or_else(|| Arc::from(""));
        let when = match row.text("when") {
            None => None,
            Some(text) => {
                let context = Context {
                    schema: &programme.schema,
                    vocabularies: &programme.vocabularies,
                    units: &programme.units,
                    purpose: Purpose::Constraint,
                };
                Some(parse_filter(text, &row.span_of("when"), table, &context)?)
            }
        };
        let column = table.columns.get(&name).map(|column| &column.column_type);
        let way =
            way(programme, distribution, row, &name, column).map_err(|problem| vec![problem])?;
        Ok(FieldMaker {
            name,
            row,
            distribution,
            way,
            empty: row.decimal("empty").cloned(),
            when,
        })
    }

    /// Whether the row lets the thing have this field.
    pub(super) fn applies(&self, seen: &Seen<'_>) -> bool {
        self.when
            .as_ref()
            .is_none_or(|when| holds(when, seen) == Ok(Some(true)))
    }

    /// Makes the field for all rows.
    ///
    /// # Errors
    /// A sum that cannot be met.
    pub(super) fn fill(
        &self,
        table: &TableSchema,
        rows: &mut [Made],
        seed: u64,
    ) -> Result<(), Problem> {
        let mut dice = Dice::new(seed, &[self.distribution, "field", &self.name]);
        let applying: Vec<usize> = rows
            .iter()
            .enumerate()
            .filter(|(_, made)| self.applies(&Seen { table, made }))
            .map(|(index, _)| index)
            .collect();
        let is_empty = match &self.empty {
            Some(share) => deal_share(share, applying.len(), &mut dice),
            None => vec![false; applying.len()],
        };
        let filled: Vec<usize> = applying
            .into_iter()
            .zip(is_empty)
            .filter(|(_, is_empty)| !is_empty)
            .map(|(index, _)| index)
            .collect();
        let mut numbers = self.numbers(filled.len(), &mut dice)?.into_iter();
        let mut dealt = match &self.way {
            Way::Choices(_, weights) => dice.deal(weights, filled.len()),
            _ => Vec::new(),
        }
        .into_iter();
        for (nth, index) in filled.into_iter().enumerate() {
            let Some(made) = rows.get_mut(index) else {
                continue;
            };
            let text = match &self.way {
                Way::InTurn(values) => in_turn(values, made.of_unit.unwrap_or(nth)),
                Way::Choices(choices, _) => dealt
                    .next()
                    .and_then(|card| choices.get(card))
                    .map(ToString::to_string),
                Way::Pattern(pieces) => Some(fill_pattern(pieces, made.ordinal, &mut dice)),
                Way::Number { scale, .. } => numbers
                    .next()
                    .map(|units| Scaled::new(units, *scale).to_string()),
                Way::Days { low, high, shape } => {
                    days_after(made.day, *low, *high, *shape, &mut dice)
                }
            };
            if let Some(text) = text {
                made.cells.insert(self.name.clone(), text);
            }
        }
        Ok(())
    }

    /// Makes the field once, for a case that is in that state.
    pub(super) fn one(&self, seen: &Seen<'_>, day: Day, dice: &mut Dice) -> Option<String> {
        if !self.applies(seen) {
            return None;
        }
        if let Some(share) = &self.empty
            && deal_share_of_one(share, dice)
        {
            return None;
        }
        match &self.way {
            Way::InTurn(values) => in_turn(values, seen.made.ordinal.saturating_sub(1)),
            Way::Choices(choices, weights) => choices
                .get(Weights::of_ratios(weights).draw(dice))
                .map(ToString::to_string),
            Way::Pattern(pieces) => Some(fill_pattern(pieces, seen.made.ordinal, dice)),
            Way::Number {
                scale,
                low,
                high,
                shape,
                ..
            } => Some(
                Scaled::new(dice.between(*low, high.unwrap_or(*low), *shape), *scale).to_string(),
            ),
            Way::Days { low, high, shape } => days_after(Some(day), *low, *high, *shape, dice),
        }
    }

    /// The value anew, for a text that must be unlike those before.
    pub(super) fn again(&self, ordinal: usize, dice: &mut Dice) -> Option<String> {
        match &self.way {
            Way::Pattern(pieces) => Some(fill_pattern(pieces, ordinal, dice)),
            _ => None,
        }
    }

    /// The numbers of a column, in units of its scale.
    fn numbers(&self, count: usize, dice: &mut Dice) -> Result<Vec<i64>, Problem> {
        let Way::Number {
            scale,
            low,
            high,
            shape,
            sum,
        } = &self.way
        else {
            return Ok(Vec::new());
        };
        let Some(sum) = sum else {
            return Ok((0..count)
                .map(|_| dice.between(*low, high.unwrap_or(*low), *shape))
                .collect());
        };
        let met = match high {
            Some(high) => {
                let drawn: Vec<i64> = (0..count)
                    .map(|_| dice.between(*low, *high, *shape))
                    .collect();
                meet_sum(&drawn, *low, *high, *sum)
            }
            None => {
                let weights: Vec<i64> = (0..count)
                    .map(|_| dice.between(100, 1_000, *shape))
                    .collect();
                share_out(&weights, *low, *sum)
            }
        };
        met.ok_or_else(|| {
            let shown = |units: i128| {
                i64::try_from(units).map_or_else(
                    |_| "…".to_owned(),
                    |units| Scaled::new(units, *scale).to_string(),
                )
            };
            let all = |each: i64| {
                shown(i128::from(each) * i128::try_from(count).unwrap_or(i128::MAX / 2))
            };
            let most = high.map_or_else(|| "…".to_owned(), all);
            problems::sum_out_of_reach(
                self.distribution,
                &self.name,
                shown(i128::from(*sum)),
                count,
                all(*low),
                most,
            )
            .at(self.row.span_of("sum"))
        })
    }
}

fn way(
    programme: &Programme,
    distribution: &str,
    row: &Row,
    name: &str,
    column: Option<&ColumnType>,
) -> Result<Way, Problem> {
    if let Some(value) = row.text("value") {
        return Ok(Way::InTurn(vec![value.clone()]));
    }
    if row.cell("values").is_some() {
        return Ok(Way::InTurn(row.texts("values")));
    }
    if row.cell("choices").is_some() {
        let choices = row.texts("choices");
        let weights = match row.cell("weights") {
            Some(_) => row.decimals("weights"),
            None => choices.iter().map(|_| Ratio::from_int(1)).collect(),
        };
        return Ok(Way::Choices(choices, weights));
    }
    if let Some(text) = row.text("text") {
        return Ok(Way::Pattern(pattern(programme, text)));
    }
    let shape = row
        .text("shape")
        .map(|shape| Shape::named(shape))
        .unwrap_or_default();
    let scale = match column {
        Some(ColumnType::Int) => 0,
        Some(ColumnType::Decimal(scale)) => *scale,
        Some(ColumnType::Day) => {
            let offset = |column: &str| {
                row.decimal(column)
                    .and_then(|days| i64::try_from(days.floor().to_integer()?).ok())
            };
            let low = offset("from").unwrap_or(0);
            return Ok(Way::Days {
                low,
                high: offset("to").unwrap_or(low),
                shape,
            });
        }
        _ => return Err(problems::not_a_number_field(distribution, name).at(row.span.clone())),
    };
    let bound = |column: &str| {
        row.decimal(column)
            .map(|number| number.round(scale, Rounding::HalfUp))
    };
    let (low, high) = (bound("from"), bound("to"));
    let in_units = |number: &Ratio, column: &str| {
        let found = units_of(number, scale);
        found.ok_or_else(|| {
            let number = crate::values::shown(number);
            problems::number_of_other_scale(distribution, name, number, scale)
                .at(row.span_of(column))
        })
    };
    let low_units = low.as_ref().map(|low| in_units(low, "from")).transpose()?;
    let sum = row
        .decimal("sum")
        .map(|sum| in_units(sum, "sum"))
        .transpose()?;
    let high = match (&high, low_units, sum) {
        (Some(high), ..) => Some(in_units(high, "to")?),
        // A sum without an upper bound is shared out; a number without one is always the lower.
        (None, _, Some(_)) => None,
        (None, low, None) => low,
    };
    Ok(Way::Number {
        scale,
        low: low_units.unwrap_or(0),
        high,
        shape,
        sum,
    })
}

/// The number in units of the scale, when it is a whole number of them.
fn units_of(number: &Ratio, scale: u8) -> Option<i64> {
    let unit = Ratio::from_int(10_i128.checked_pow(u32::from(scale))?);
    (number * &unit)
        .to_integer()
        .and_then(|units| i64::try_from(units).ok())
}

fn pattern(programme: &Programme, text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(match name {
            "n" => Piece::Ordinal,
            name => {
                let list = programme
                    .generate
                    .lists
                    .iter()
                    .find(|row| row.text("id").is_some_and(|id| **id == *name));
                Piece::Word(list.map(|row| row.texts("values")).unwrap_or_default())
            }
        });
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

fn fill_pattern(pieces: &[Piece], ordinal: usize, dice: &mut Dice) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Ordinal => text.push_str(&ordinal.to_string()),
            Piece::Word(words) => text.push_str(dice.one_of(words).map_or("", |word| word)),
        }
    }
    text
}

fn in_turn(values: &[Arc<str>], nth: usize) -> Option<String> {
    values
        .get(nth.checked_rem(values.len())?)
        .map(ToString::to_string)
}

fn days_after(
    day: Option<Day>,
    low: i64,
    high: i64,
    shape: Shape,
    dice: &mut Dice,
) -> Option<String> {
    Some(day?.plus_days(dice.between(low, high, shape))?.to_string())
}

fn deal_share_of_one(share: &Ratio, dice: &mut Dice) -> bool {
    let rest = &Ratio::from_int(1) - share;
    Weights::of_ratios(&[share.clone(), rest]).draw(dice) == 0
}
