//! Expressions: conditions and numbers over rows, arithmetic over indicators.
//!
//! The first line of an input names the table and what the rest is: `food_sample filter`, `constraint`,
//! `number` or `arithmetic`.

use std::sync::{Arc, OnceLock};

use base::{Day, IndicatorId, SourceText, Span};
use programme::Sources;
use programme::expr::eval::{BeyondRange, Facts, Outcome, evaluate, holds};
use programme::expr::{
    Context, Expr, Parameter, Purpose, parse_arithmetic, parse_filter, parse_number,
};
use programme::model::Programme;
use programme::schema::{ColumnPath, ColumnType, TableSchema, Value};

use super::problems_are_sound;
use crate::Target;
use crate::mutate::Dice;

pub const TARGET: Target = Target {
    name: "filter",
    asks: "what is printed reads as the same tree and means the same; spans lie in the text; logic holds",
    run,
    words: &[
        " and ",
        " or ",
        "not ",
        " = ",
        " <> ",
        " <= ",
        " in (",
        ")",
        "(",
        " between ",
        " is null",
        " is not null",
        " has ",
        "date '2018-01-01'",
        "'pass'",
        "true",
        "false",
        " + ",
        " - ",
        " * ",
        " / ",
        "-",
        "year(",
        "month(",
        "coalesce(",
        "period_start",
        "period_end",
        "as_of",
        "\"odd\"",
        "unit.kind",
        "subject.industry",
        "day",
        "result",
        "0.000000000001",
        "999999999999",
        "''",
        "、",
        "“",
        "not not ",
    ],
};

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (head, text) = text.split_once('\n').unwrap_or(("", &text));
    let (table, kind) = head.split_once(' ').unwrap_or((head, "filter"));
    let programme = chibi();
    let tables = &programme.schema.tables;
    // An unknown table is one of those there are, so that no input is lost.
    let table = tables
        .get(table)
        .unwrap_or_else(|| &tables[table.len() % tables.len()]);
    let source = SourceText::new("f.toml", format!("x = \"{text}\""));
    let start = 5;
    let end = start + u32::try_from(text.len()).unwrap_or(u32::MAX);
    let span = Span::new("f.toml", start, end);
    if kind.starts_with("arith") {
        return arithmetic(programme, text, &span, &source);
    }
    let purpose = if kind.starts_with("con") {
        Purpose::Constraint
    } else {
        Purpose::Indicator
    };
    let context = Context {
        schema: &programme.schema,
        vocabularies: &programme.vocabularies,
        units: &programme.units,
        purpose,
    };
    let is_number = kind.starts_with("num");
    let parse = |text: &str, span: &Span| match is_number {
        true => parse_number(text, span, table, &context),
        false => parse_filter(text, span, table, &context),
    };
    let expr = match parse(text, &span) {
        Err(problems) => {
            assert!(!problems.is_empty());
            return problems_are_sound(&problems, &[source]);
        }
        Ok(expr) => expr,
    };
    let printed = expr.to_string();
    let fresh = |text: &str| Span::new("f.toml", 0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let again = match parse(&printed, &fresh(&printed)) {
        Ok(again) => again,
        // What is printed may be longer than what was written, and too long.
        Err(problems) if problems.iter().any(|problem| is_limit(problem.code)) => return,
        Err(problems) => panic!("{printed}: {problems:?}"),
    };
    assert_eq!(printed, again.to_string());
    let wrapped = |text: String| parse(&text, &fresh(&text)).ok();
    let (opposite, both) = match is_number {
        true => (None, None),
        false => (
            wrapped(format!("not ({text})")),
            wrapped(format!("({text}) and not ({text})")),
        ),
    };
    let mut dice = Dice::new(text.len() as u64);
    for _ in 0..4 {
        let row = RandomRow::of(programme, table, dice.roll());
        let value = evaluate(&expr, &row);
        assert_eq!(value, evaluate(&again, &row), "{text} | {printed}");
        if is_number {
            assert!(matches!(
                value,
                Ok(Outcome::Number(_) | Outcome::Null) | Err(BeyondRange)
            ));
        } else {
            logic_holds(&expr, opposite.as_ref(), both.as_ref(), &row);
        }
    }
}

/// Too long, too deep.
fn is_limit(code: &str) -> bool {
    code == programme::problems_expr::too_long(0, 0).code
        || code == programme::problems_expr::too_deep(0).code
}

/// `not` turns true and false and leaves unknown; nothing is true and false.
fn logic_holds(expr: &Expr, opposite: Option<&Expr>, both: Option<&Expr>, row: &RandomRow<'_>) {
    let Ok(value) = holds(expr, row) else {
        return;
    };
    if let Some(opposite) = opposite {
        assert_eq!(holds(opposite, row), Ok(value.map(|value| !value)));
    }
    if let Some(both) = both {
        assert_ne!(holds(both, row), Ok(Some(true)));
    }
}

fn arithmetic(programme: &Programme, text: &str, span: &Span, source: &SourceText) {
    let known: Vec<IndicatorId> = programme.indicators.keys().cloned().collect();
    match parse_arithmetic(text, span, &known) {
        Err(problems) => {
            assert!(!problems.is_empty());
            problems_are_sound(&problems, std::slice::from_ref(source));
        }
        Ok(arithmetic) => {
            let printed = arithmetic.to_string();
            let end = u32::try_from(printed.len()).unwrap_or(u32::MAX);
            match parse_arithmetic(&printed, &Span::new("f.toml", 0, end), &known) {
                Ok(again) => assert_eq!(printed, again.to_string()),
                Err(problems) => assert!(
                    problems.iter().any(|problem| is_limit(problem.code)),
                    "{printed}: {problems:?}"
                ),
            }
        }
    }
}

/// A programme with many tables.
fn chibi() -> &'static Programme {
    static CHIBI: OnceLock<Arc<Programme>> = OnceLock::new();
    CHIBI.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../programmes/chibi-2018");
        let checked = Sources::read_folder(folder).map(|sources| programme::check(&sources));
        match checked.map(|checked| checked.programme) {
            Ok(Some(programme)) => programme,
            other => panic!("programmes/chibi-2018: {other:?}"),
        }
    })
}

/// A row with a value of its type in each column, some empty, some at the edge.
struct RandomRow<'a> {
    programme: &'a Programme,
    table: &'a TableSchema,
    seed: u64,
}

impl<'a> RandomRow<'a> {
    fn of(programme: &'a Programme, table: &'a TableSchema, seed: u64) -> RandomRow<'a> {
        RandomRow {
            programme,
            table,
            seed,
        }
    }
}

impl Facts for RandomRow<'_> {
    fn value(&self, path: &ColumnPath) -> Value {
        let ColumnPath::Own(name) = path else {
            return Value::Null;
        };
        let Some(column) = self.table.columns.get(name) else {
            return Value::Null;
        };
        let name: u64 = name
            .bytes()
            .fold(0, |sum, byte| sum.rotate_left(5) ^ u64::from(byte));
        let mut dice = Dice::new(self.seed ^ name);
        if dice.below(4) == 0 {
            return Value::Null;
        }
        let code = |vocabulary: &base::VocabularyId, dice: &mut Dice| -> Arc<str> {
            let codes = self.programme.vocabularies.get(vocabulary);
            let place = dice.below(codes.map_or(1, |found| found.codes.len()));
            codes
                .and_then(|found| found.codes.get_index(place))
                .map_or_else(|| Arc::from("x"), |(id, _)| Arc::from(id.as_str()))
        };
        let edge = [0, 1, -1, i64::MAX, -i64::MAX, 1_000_000_007];
        match &column.column_type {
            ColumnType::Int | ColumnType::Decimal(_) => Value::Int(edge[dice.below(edge.len())]),
            ColumnType::Day => Day::from_number([0, 17_532, -719_162, 2_932_896][dice.below(4)])
                .map_or(Value::Null, Value::Day),
            ColumnType::Bool => Value::Bool(dice.below(2) == 0),
            ColumnType::Code(vocabulary) => Value::Text(code(vocabulary, &mut dice)),
            ColumnType::Codes(vocabulary) => Value::Texts(vec![code(vocabulary, &mut dice)]),
            ColumnType::Texts => Value::Texts(vec![Arc::from("x")]),
            _ => Value::Text(Arc::from("x")),
        }
    }

    fn parameter(&self, _: Parameter) -> Option<Day> {
        Day::from_ymd(2018, 6, 30)
    }
}
