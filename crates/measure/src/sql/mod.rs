//! The same question as one SELECT over the exported tables (`docs/export-schema.md`).
//!
//! What an auditor runs, and what the tests hold the engine against. It gives one row for each cell:
//!
//! | column | meaning |
//! |---|---|
//! | `slice` | unit, subject, value or period; empty text when not divided |
//! | `numerator`, `numerator_scale` | the numerator is the first divided by the second; null: not reported |
//! | `denominator`, `denominator_scale` | likewise; 0: not applicable |
//! | `preliminary` | 1 when a reported value behind it is preliminary |
//!
//! A weighted ratio has no integers to give (it adds fractions of different denominators), so it
//! gives one row for each cell and stratum: `slice, stratum, part, whole, weight, weight_scale`; the
//! figure is Σ weight·part/whole ÷ Σ weight, not reported when a weight is null.

mod expression;
mod source;

use std::collections::HashMap;

use base::{IndicatorId, Problem, Ratio, UnitId};
use programme::expr::{Arithmetic, Extreme, NumberOp, Term, TermNode};
use programme::model::{Indicator, Measure};

use crate::columns::Columns;
use crate::figures::{Asked, Division, Span};
use crate::gather::is_city_wide;
use crate::problems;
use crate::query::{By, Query};
use expression::Writer;
use source::Base;

/// Which engine is to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite 3.39 or later. Its integers have 64 bits: a product beyond them becomes inexact there.
    Sqlite,
    /// PostgreSQL 14 or later.
    Postgres,
    /// DuckDB 1.0 or later.
    DuckDb,
}

impl Columns {
    /// The SELECT that answers a question.
    ///
    /// # Errors
    /// As [`Columns::measure`]; M301 for what is derived from a weighted ratio.
    pub fn sql(&self, query: &Query, dialect: Dialect) -> Result<String, Problem> {
        let asked = self.asked(query)?;
        let By::Part(kind) = &query.by else {
            return select(
                &asked,
                query,
                Span::new(query.period, query.day),
                dialect,
                None,
            );
        };
        let parts = query.period.parts(*kind);
        if parts.is_empty() {
            return Err(problems::no_parts(query.period, kind.as_str()));
        }
        let mut selects = Vec::with_capacity(parts.len());
        for part in parts {
            let inner = select(
                &asked,
                query,
                Span::new(part, query.day),
                dialect,
                Some(part.to_string()),
            )?;
            selects.push(format!(
                "select * from ({inner}) part_{}",
                selects.len() + 1
            ));
        }
        Ok(selects.join("\nunion all\n"))
    }
}

fn select(
    asked: &Asked<'_>,
    query: &Query,
    span: Span,
    dialect: Dialect,
    slice: Option<String>,
) -> Result<String, Problem> {
    let units = if asked.division == Division::Units {
        asked
            .units_of(asked.indicator(&query.indicator)?, span)
            .into_iter()
            .map(|(id, _)| id)
            .collect()
    } else {
        Vec::new()
    };
    let mut statement = Statement {
        asked,
        dialect,
        units,
        raw: Vec::new(),
        full: Vec::new(),
        known: HashMap::new(),
    };
    let shown = slice.map_or_else(|| "f.slice".to_owned(), |name| Writer::text(&name));
    let indicator = asked.indicator(&query.indicator)?;
    if let Measure::WeightedRatio { .. } = indicator.measure {
        // A city's only figure is every unit's, in SQL as in the engine.
        let every_unit = is_city_wide(indicator) && asked.division == Division::Units;
        let cells = every_unit.then(|| statement.unit_slices());
        return source::weighted(asked, indicator, span, dialect, &shown, cells.as_deref());
    }
    let top = statement.figures(&query.indicator, span)?;
    let slices = statement.slices();
    let mut ctes: Vec<String> = statement.raw;
    ctes.push(format!("slices as ({slices})"));
    ctes.extend(statement.full);
    Ok(format!(
        "with {}\nselect {shown} as slice, f.n as numerator, {} as numerator_scale, f.d as denominator, {} as denominator_scale, f.p as preliminary from f{} f order by 1",
        ctes.join(",\n"),
        top.numerator_scale,
        top.denominator_scale,
        top.number,
    ))
}

/// Figures that stand in a common table expression `fN (slice, n, d, p)`.
#[derive(Debug, Clone, Copy)]
struct Found {
    number: usize,
    numerator_scale: i64,
    denominator_scale: i64,
}

struct Statement<'a> {
    asked: &'a Asked<'a>,
    dialect: Dialect,
    /// The cells by unit.
    units: Vec<UnitId>,
    /// `rN`: groups of rows of an indicator.
    raw: Vec<String>,
    /// `fN`: figures for every slice.
    full: Vec<String>,
    known: HashMap<(IndicatorId, Span), Found>,
}

impl Statement<'_> {
    fn figures(&mut self, id: &IndicatorId, span: Span) -> Result<Found, Problem> {
        if let Some(found) = self.known.get(&(id.clone(), span)) {
            return Ok(*found);
        }
        let asked = self.asked;
        let indicator = asked.indicator(id)?;
        let found = match &indicator.measure {
            Measure::WeightedRatio { .. } => return Err(problems::not_in_sql(id)),
            Measure::Ratio {
                numerator,
                denominator,
                per,
            } => {
                let (above, below) = (
                    self.figures(numerator, span)?,
                    self.figures(denominator, span)?,
                );
                let (times, parts) = parts_of(per).ok_or_else(|| problems::not_in_sql(id))?;
                // (n₁·ds₁·per) / (ns₁·d₁) over (n₂·ds₂) / (ns₂·d₂), with the constants of 1 left out.
                let n = product(&[
                    "a.n",
                    "b.d",
                    &self.constant(above.denominator_scale),
                    &self.constant(times),
                ]);
                let d = product(&["b.n", "a.d", &self.constant(below.denominator_scale)]);
                let scale = above
                    .numerator_scale
                    .checked_mul(parts)
                    .ok_or_else(|| problems::not_in_sql(id))?;
                self.derive(
                    &[above, below],
                    &ALL,
                    &n,
                    &d,
                    (scale, below.numerator_scale),
                )
            }
            Measure::Growth(of, against) | Measure::Change(of, against) => {
                let is_growth = matches!(indicator.measure, Measure::Growth(..));
                let now = self.figures(of, span)?;
                match span.earlier(*against) {
                    None => self.derive(&[now], &ALL, "0", "0", (1, 1)),
                    Some(earlier) => {
                        let then = self.figures(of, earlier)?;
                        // Both are of one indicator, so their scales are the same.
                        let difference = "a.n * b.d - b.n * a.d";
                        let (ns, ds) = (now.numerator_scale, now.denominator_scale);
                        if is_growth {
                            self.derive(&[now, then], &ALL, difference, "b.n * a.d", (1, 1))
                        } else {
                            self.derive(&[now, then], &ALL, difference, "a.d * b.d", (ns, ds))
                        }
                    }
                }
            }
            Measure::Expression(arithmetic) => self.expression(id, arithmetic, span)?,
            _ => self.base(indicator, span)?,
        };
        self.known.insert((id.clone(), span), found);
        Ok(found)
    }

    fn constant(&self, number: i64) -> String {
        match (number, self.dialect) {
            (1, _) => String::new(),
            (_, Dialect::Sqlite) => number.to_string(),
            // Beyond 64 bits where the engine has more.
            (_, Dialect::Postgres) => format!("cast({number} as numeric)"),
            (_, Dialect::DuckDb) => format!("cast({number} as hugeint)"),
        }
    }

    fn expression(
        &mut self,
        id: &IndicatorId,
        arithmetic: &Arithmetic,
        span: Span,
    ) -> Result<Found, Problem> {
        let used: Vec<IndicatorId> = arithmetic.indicators().into_iter().cloned().collect();
        let mut parts = Vec::with_capacity(used.len());
        for part in &used {
            parts.push(self.figures(part, span)?);
        }
        let (n, d) = self
            .fraction(&arithmetic.root, &used, &parts)
            .ok_or_else(|| problems::not_in_sql(id))?;
        let needed = arithmetic.needed();
        let is_needed = |place: usize| used.get(place).is_some_and(|id| needed.contains(&id));
        Ok(self.derive(&parts, &is_needed, &n, &d, (1, 1)))
    }

    /// Arithmetic as a fraction: numerator and denominator.
    fn fraction(
        &self,
        term: &Term,
        used: &[IndicatorId],
        parts: &[Found],
    ) -> Option<(String, String)> {
        Some(match &term.node {
            TermNode::Number(number) => {
                let (numerator, denominator) = parts_of(number)?;
                let written = |number: i64| {
                    let constant = self.constant(number);
                    if constant.is_empty() {
                        "1".to_owned()
                    } else {
                        format!("({constant})")
                    }
                };
                (written(numerator), written(denominator))
            }
            TermNode::Indicator(id) => {
                let place = used.iter().position(|known| known == id)?;
                let (alias, part) = (alias(place), parts.get(place)?);
                let n = product(&[
                    &format!("{alias}.n"),
                    &self.constant(part.denominator_scale),
                ]);
                let d = product(&[&format!("{alias}.d"), &self.constant(part.numerator_scale)]);
                (n, d)
            }
            TermNode::Negate(inner) => {
                let (n, d) = self.fraction(inner, used, parts)?;
                (format!("(0 - {n})"), d)
            }
            TermNode::Binary(op, left, right) => {
                let ((a, b), (c, d)) = (
                    self.fraction(left, used, parts)?,
                    self.fraction(right, used, parts)?,
                );
                match op {
                    NumberOp::Add => (format!("({a} * {d} + {c} * {b})"), format!("({b} * {d})")),
                    NumberOp::Subtract => {
                        (format!("({a} * {d} - {c} * {b})"), format!("({b} * {d})"))
                    }
                    NumberOp::Multiply => (format!("({a} * {c})"), format!("({b} * {d})")),
                    NumberOp::Divide => (format!("({a} * {d})"), format!("({b} * {c})")),
                }
            }
            TermNode::Extreme(which, of) => {
                let of: Option<Vec<(String, String)>> = of
                    .iter()
                    .map(|term| self.fraction(term, used, parts))
                    .collect();
                extreme_of(*which, &of?)
            }
        })
    }

    /// Figures made of figures: one `fN` whose numerator is 0 where the denominator is.
    fn derive(
        &mut self,
        parts: &[Found],
        is_needed: &dyn Fn(usize) -> bool,
        n: &str,
        d: &str,
        (numerator_scale, denominator_scale): (i64, i64),
    ) -> Found {
        let number = self.full.len() + 1;
        let joins: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(place, part)| format!("f{} {}", part.number, alias(place)))
            .collect();
        let first = alias(0);
        let equal: Vec<String> = (1..parts.len())
            .map(|place| format!("{}.slice is not distinct from {first}.slice", alias(place)))
            .collect();
        let condition = if equal.is_empty() {
            String::new()
        } else {
            format!(" where {}", equal.join(" and "))
        };
        let (from, slice, preliminary) = if parts.is_empty() {
            ("slices s".to_owned(), "s.slice".to_owned(), "0".to_owned())
        } else {
            let flags: Vec<String> = (0..parts.len())
                .map(|place| format!("{}.p", alias(place)))
                .collect();
            let any = format!("case when {} > 0 then 1 else 0 end", flags.join(" + "));
            (joins.join(", "), format!("{first}.slice"), any)
        };
        let missing: Vec<String> = (0..parts.len())
            .map(|place| format!("{}.n is null", alias(place)))
            .collect();
        let n = if missing.is_empty() {
            n.to_owned()
        } else {
            format!("case when {} then null else {n} end", missing.join(" or "))
        };
        // A part that is not applicable (0 over 0) makes the whole so, where it is needed.
        let applicable: Vec<String> = (0..parts.len())
            .filter(|place| is_needed(*place))
            .map(|place| format!("{}.d <> 0", alias(place)))
            .collect();
        let d = if applicable.is_empty() {
            d.to_owned()
        } else {
            format!("case when {} then {d} else 0 end", applicable.join(" and "))
        };
        self.full.push(format!(
            "f{number} as (select x.slice, case when x.n is null then null when coalesce(x.d, 0) = 0 then 0 else x.n end as n, case when x.n is null then 1 else x.d end as d, x.p from (select {slice} as slice, {n} as n, {d} as d, {preliminary} as p from {from}{condition}) x)"
        ));
        Found {
            number,
            numerator_scale,
            denominator_scale,
        }
    }

    fn base(&mut self, indicator: &Indicator, span: Span) -> Result<Found, Problem> {
        let base = Base::new(self.asked, indicator, span, self.dialect)?;
        let raw = self.raw.len() + 1;
        self.raw.push(format!("r{raw} as ({})", base.select));
        let number = self.full.len() + 1;
        let on = if is_city_wide(indicator) && self.asked.division == Division::Units {
            "1 = 1"
        } else {
            "r.slice is not distinct from s.slice"
        };
        let (other_n, other_d) = base.other;
        // What is not reported has no n either way.
        self.full.push(format!(
            "f{number} as (select s.slice, coalesce(r.n, {other_n}) as n, coalesce(r.d, {other_d}) as d, coalesce(r.p, 0) as p from slices s left join r{raw} r on {on})"
        ));
        Ok(Found {
            number,
            numerator_scale: base.numerator_scale,
            denominator_scale: base.denominator_scale,
        })
    }

    /// The cells: as listed, or as found in the rows.
    fn slices(&self) -> String {
        let from_rows = |condition: &str| {
            let all: Vec<String> = (1..=self.raw.len())
                .map(|raw| format!("select slice from r{raw}{condition}"))
                .collect();
            if all.is_empty() {
                "select '' as slice where 1 = 0".to_owned()
            } else {
                all.join(" union ")
            }
        };
        match &self.asked.division {
            Division::None => "select '' as slice".to_owned(),
            Division::Units => self.unit_slices(),
            Division::Subjects => from_rows(" where slice is not null"),
            Division::Field(_) => from_rows(""),
        }
    }
}

impl Statement<'_> {
    /// The cells by unit, written out.
    fn unit_slices(&self) -> String {
        let listed: Vec<String> = self
            .units
            .iter()
            .map(|unit| format!("select {} as slice", Writer::text(unit.as_str())))
            .collect();
        if listed.is_empty() {
            "select '' as slice where 1 = 0".to_owned()
        } else {
            listed.join(" union all ")
        }
    }
}

fn alias(place: usize) -> String {
    match place {
        0 => "a".to_owned(),
        1 => "b".to_owned(),
        _ => format!("c{place}"),
    }
}

/// Factors multiplied; empty ones are 1.
fn product(factors: &[&str]) -> String {
    let kept: Vec<&str> = factors
        .iter()
        .copied()
        .filter(|factor| !factor.is_empty())
        .collect();
    format!("({})", kept.join(" * "))
}

/// Numerator and denominator, if 64 bits hold them.
fn parts_of(ratio: &Ratio) -> Option<(i64, i64)> {
    let (numerator, denominator) = ratio.to_i128_parts()?;
    Some((
        i64::try_from(numerator).ok()?,
        i64::try_from(denominator).ok()?,
    ))
}

/// All parts are needed.
const ALL: fn(usize) -> bool = |_| true;

/// The least or greatest of several fractions that are applicable: the one that no other beats; 0 over 0
/// where none is.
fn extreme_of(which: Extreme, of: &[(String, String)]) -> (String, String) {
    let (within, beyond) = match which {
        Extreme::Least => ("<=", ">="),
        Extreme::Greatest => (">=", "<="),
    };
    let unbeaten = |place: usize, (n, d): &(String, String)| {
        let others = of.iter().enumerate().filter(|(other, _)| *other != place);
        let mut tests = vec![format!("{d} <> 0")];
        tests.extend(others.map(|(_, (n2, d2))| {
            let crossed = format!("case when ({d} > 0) = ({d2} > 0) then {n} * {d2} {within} {n2} * {d} else {n} * {d2} {beyond} {n2} * {d} end");
            format!("({d2} = 0 or {crossed})")
        }));
        tests.join(" and ")
    };
    let choose = |part: fn(&(String, String)) -> &String| {
        let whens: Vec<String> = of
            .iter()
            .enumerate()
            .map(|(place, found)| format!("when {} then {}", unbeaten(place, found), part(found)))
            .collect();
        format!("(case {} else 0 end)", whens.join(" "))
    };
    (choose(|found| &found.0), choose(|found| &found.1))
}
