//! The rows of an indicator as SQL: one grouped SELECT `(slice, n, d, p)`.

use base::{Day, Problem};
use programme::expr::Expr;
use programme::model::{Indicator, Measure, Over, Selection, TreeTime};
use programme::schema::{ColumnPath, Source, TableSchema};

use super::Dialect;
use super::expression::Writer;
use crate::compile::Frame;
use crate::export::{export_name, quoted};
use crate::figures::{Asked, Division, Span};
use crate::gather::is_city_wide;
use crate::problems;
use crate::records::read_by;
use crate::scan::dating;

/// An indicator's rows, grouped.
pub(super) struct Base {
    /// `(slice, n, d, p)`, a row for each slice that has rows.
    pub select: String,
    /// `n` and `d` of any other slice.
    pub other: (&'static str, &'static str),
    pub numerator_scale: i64,
    pub denominator_scale: i64,
}

/// The one slice of what is not divided.
const UNDIVIDED: &str = "''";

/// The parts of a SELECT over one table.
struct Rows<'a> {
    writer: Writer<'a>,
    from: String,
    conditions: Vec<String>,
    slice: String,
    /// The column that dates a row.
    date: Option<String>,
}

impl<'a> Rows<'a> {
    /// The rows of a selection; with the division and restrictions of the question, or for every cell
    /// alike (weights).
    fn new(
        asked: &'a Asked<'a>,
        indicator: &Indicator,
        selection: &Selection,
        frame: &'a Frame,
        dialect: Dialect,
        divided: bool,
    ) -> Result<Rows<'a>, Problem> {
        let schema = &asked.in_force.programme.schema;
        let table = schema
            .table(&selection.table)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &selection.table))?;
        let writer = Writer {
            dialect,
            schema,
            table,
            frame,
        };
        let mut conditions = vec![writer.visible("t")];
        let for_period = matches!(
            &indicator.measure,
            Measure::Latest {
                period_field: Some(_),
                ..
            }
        );
        let (date, first, last) = dating(selection, indicator.over, table, frame);
        let (first, last) = if for_period && indicator.over == Over::Period {
            (i64::from(Day::MIN.number()), i64::from(frame.day.number()))
        } else {
            (first, last)
        };
        let date = date.map(|name| format!("t.{}", quoted(name)));
        if let Some(date) = &date {
            conditions.push(format!(
                "{date} >= {} and {date} <= {}",
                writer.integer(first),
                writer.integer(last)
            ));
        }
        let until = writer.integer(i64::from(frame.until.number()));
        if table.is_versioned() {
            conditions.push(format!(
                "t.\"version_from\" <= {until} and t.\"version_to\" >= {until}"
            ));
        }
        if table.source == Source::Units {
            conditions.push(format!(
                "(t.\"valid_from\" is null or t.\"valid_from\" <= {until})"
            ));
            conditions.push(format!(
                "(t.\"valid_to\" is null or t.\"valid_to\" >= {until})"
            ));
        }
        if let Some(filter) = &selection.filter {
            conditions.push(writer.expression(filter));
        }
        let from = format!("{} t", quoted(&export_name(table)));
        let mut rows = Rows {
            writer,
            from,
            conditions,
            slice: UNDIVIDED.to_owned(),
            date,
        };
        if divided {
            rows.divide(asked, indicator)?;
        }
        Ok(rows)
    }

    fn divide(&mut self, asked: &Asked<'_>, indicator: &Indicator) -> Result<(), Problem> {
        let table = self.writer.table;
        if let Some(unit) = asked.unit.filter(|_| !is_city_wide(indicator)) {
            let name = asked
                .columns
                .dictionaries()
                .units()
                .text(i64::from(unit))
                .map_or("", |name| name);
            let name = Writer::text(name);
            let (closure, condition) = self.closure(asked, indicator, "k")?;
            self.conditions.push(format!(
                "exists (select 1 from {closure} k where {condition} and k.\"ancestor\" = {name})"
            ));
        }
        if let Some(subject) = &asked.subject {
            let column = subject_column(indicator, table)?;
            self.conditions
                .push(format!("{column} = {}", Writer::text(subject)));
        }
        if let Some((path, value)) = &asked.field {
            let column = self.field(indicator, path)?;
            self.conditions.push(match value {
                Some(value) => format!("{column} = {}", Writer::text(value)),
                None => format!("{column} is null"),
            });
        }
        match &asked.division {
            Division::None => {}
            Division::Units if is_city_wide(indicator) => {}
            Division::Units => {
                let (closure, condition) = self.closure(asked, indicator, "c")?;
                self.from = format!("{} join {closure} c on {condition}", self.from);
                self.slice = "c.\"ancestor\"".to_owned();
            }
            Division::Subjects => self.slice = subject_column(indicator, table)?,
            Division::Field(path) => self.slice = self.field(indicator, path)?,
        }
        Ok(())
    }

    /// The closure table by which rows count for units, and its condition.
    fn closure(
        &self,
        asked: &Asked<'_>,
        indicator: &Indicator,
        alias: &str,
    ) -> Result<(String, String), Problem> {
        let table = self.writer.table;
        let column = table
            .unit_column(indicator.attribution)
            .ok_or_else(|| problems::not_by_unit(&indicator.id, &table.name))?;
        let (closure, day) = match indicator.tree {
            TreeTime::RecordDay => ("unit_closure", self.writer.row_day()),
            TreeTime::PeriodEnd => (
                "unit_closure_heirs",
                self.writer
                    .integer(i64::from(self.writer.frame.until.number())),
            ),
        };
        let programme = self
            .writer
            .integer(i64::try_from(asked.in_force.at.0).unwrap_or(i64::MAX));
        let condition = format!(
            "{alias}.\"programme\" = {programme} and {alias}.\"descendant\" = t.{column} and {alias}.\"valid_from\" <= {day} and {alias}.\"valid_to\" >= {day}",
            column = quoted(&column.name),
        );
        Ok((quoted(closure), condition))
    }

    fn field(&self, indicator: &Indicator, path: &ColumnPath) -> Result<String, Problem> {
        let found = self
            .writer
            .schema
            .resolve(self.writer.table, path)
            .filter(|column| !column.personal);
        found
            .map(|_| self.writer.column(path))
            .ok_or_else(|| problems::not_by_field(&indicator.id, path, &self.writer.table.name))
    }

    /// `select slice, <aggregates> … group by slice`.
    fn grouped(&self, aggregates: &str) -> String {
        let (slice, from, conditions) = (&self.slice, &self.from, self.conditions.join(" and "));
        if slice == UNDIVIDED {
            return format!("select {slice} as slice, {aggregates} from {from} where {conditions}");
        }
        // The slice may itself be a SELECT, by which not every engine groups. No field is named so.
        format!(
            "select t.\"_slice\" as slice, {aggregates} from (select t.*, {slice} as \"_slice\" from {from} where {conditions}) t group by t.\"_slice\""
        )
    }
}

fn subject_column(indicator: &Indicator, table: &TableSchema) -> Result<String, Problem> {
    let column = table
        .subject_column()
        .ok_or_else(|| problems::not_by_subject(&indicator.id, &table.name))?;
    Ok(format!("t.{}", quoted(&column.name)))
}

impl Base {
    pub fn new(
        asked: &Asked<'_>,
        indicator: &Indicator,
        span: Span,
        dialect: Dialect,
    ) -> Result<Base, Problem> {
        let frame = asked.frame(span);
        let selection = read_by(&indicator.measure)
            .ok_or_else(|| problems::broken_programme(&indicator.id, &indicator.id))?;
        let rows = Rows::new(asked, indicator, selection, &frame, dialect, true)?;
        let write = |expr: &Expr| rows.writer.expression(expr);
        let (aggregates, other, scales) = match &indicator.measure {
            Measure::Count(_) => (
                "count(*) as n, 1 as d, 0 as p".to_owned(),
                ("0", "1"),
                (1, 1),
            ),
            Measure::Sum(_, value) => {
                let sum = format!("coalesce(sum({}), 0) as n, 1 as d, 0 as p", write(value));
                (sum, ("0", "1"), (value.denominator(), 1))
            }
            Measure::Mean(_, value) => {
                let value_sql = write(value);
                let mean =
                    format!("coalesce(sum({value_sql}), 0) as n, count({value_sql}) as d, 0 as p");
                (mean, ("0", "0"), (value.denominator(), 1))
            }
            Measure::Min(_, value) | Measure::Max(_, value) => {
                let of = if matches!(indicator.measure, Measure::Min(..)) {
                    "min"
                } else {
                    "max"
                };
                let value_sql = write(value);
                let extreme = format!(
                    "coalesce({of}({value_sql}), 0) as n, case when count({value_sql}) = 0 then 0 else 1 end as d, 0 as p"
                );
                (extreme, ("0", "0"), (value.denominator(), 1))
            }
            Measure::Distinct(_, column) => {
                let column = rows.writer.column(&ColumnPath::of_text(column));
                (
                    format!("count(distinct {column}) as n, 1 as d, 0 as p"),
                    ("0", "1"),
                    (1, 1),
                )
            }
            Measure::Share { part, value, .. } => {
                let part = write(part);
                match value {
                    None => {
                        let share = format!(
                            "count(case when {part} then 1 end) as n, count(*) as d, 0 as p"
                        );
                        (share, ("0", "0"), (1, 1))
                    }
                    Some(value) => {
                        let value_sql = write(value);
                        let share = format!(
                            "coalesce(sum(case when {part} then {value_sql} end), 0) as n, coalesce(sum({value_sql}), 0) as d, 0 as p"
                        );
                        (
                            share,
                            ("0", "0"),
                            (value.denominator(), value.denominator()),
                        )
                    }
                }
            }
            Measure::Latest {
                value,
                period_field,
                status_field,
                ..
            } => {
                let select = latest(
                    &rows,
                    value,
                    period_field.as_deref(),
                    status_field.as_deref(),
                    span,
                );
                let scale = value.denominator();
                return Ok(Base {
                    select,
                    other: ("null", "1"),
                    numerator_scale: scale,
                    denominator_scale: 1,
                });
            }
            _ => return Err(problems::broken_programme(&indicator.id, &indicator.id)),
        };
        Ok(Base {
            select: rows.grouped(&aggregates),
            other,
            numerator_scale: scales.0,
            denominator_scale: scales.1,
        })
    }
}

/// The latest report of each slice: those with a value for the period first, then by date and number.
fn latest(
    rows: &Rows<'_>,
    value: &Expr,
    period: Option<&str>,
    status: Option<&str>,
    span: Span,
) -> String {
    let value_sql = rows.writer.expression(value);
    let mut counts = format!("{value_sql} is not null");
    if let Some(column) = period {
        counts = format!(
            "{counts} and t.{} = {}",
            quoted(column),
            Writer::text(&span.period.to_string())
        );
    }
    let preliminary = status.map_or_else(
        || "0".to_owned(),
        |column| {
            format!(
                "case when t.{} in ('flash', 'preliminary') then 1 else 0 end",
                quoted(column)
            )
        },
    );
    let number = if rows.writer.table.row_day().is_some() {
        "t.\"id\""
    } else {
        "0"
    };
    let date = rows.date.as_deref().unwrap_or("0");
    let (slice, from, conditions) = (&rows.slice, &rows.from, rows.conditions.join(" and "));
    format!(
        "select y.slice, case when y.ok = 1 then y.value end as n, 1 as d, case when y.ok = 1 then y.p else 0 end as p from (select x.slice, x.ok, x.value, x.p, row_number() over (partition by x.slice order by x.ok desc, x.date desc, x.number desc) as place from (select {slice} as slice, case when {counts} then 1 else 0 end as ok, {value_sql} as value, {preliminary} as p, {date} as date, {number} as number from {from} where {conditions}) x) y where y.place = 1"
    )
}

/// A weighted ratio: a row for each cell and stratum. `cells` are those that all have the same figure.
pub(super) fn weighted(
    asked: &Asked<'_>,
    indicator: &Indicator,
    span: Span,
    dialect: Dialect,
    shown: &str,
    cells: Option<&str>,
) -> Result<String, Problem> {
    let Measure::WeightedRatio {
        whole,
        part,
        strata,
        weights,
        weight,
        weight_strata,
    } = &indicator.measure
    else {
        return Err(problems::broken_programme(&indicator.id, &indicator.id));
    };
    let frame = asked.frame(span);
    let rows = Rows::new(asked, indicator, whole, &frame, dialect, true)?;
    let weighting = Rows::new(asked, indicator, weights, &frame, dialect, false)?;
    let (slice, from, conditions) = (&rows.slice, &rows.from, rows.conditions.join(" and "));
    let stratum = rows.writer.column(&ColumnPath::of_text(strata));
    let part = rows.writer.expression(part);
    let weight_stratum = weighting.writer.column(&ColumnPath::of_text(weight_strata));
    let weight_sql = weighting.writer.expression(weight);
    let scale = weight.denominator();
    let shares = format!(
        "select t.\"_slice\" as slice, t.\"_stratum\" as stratum, count(case when {part} then 1 end) as part, count(*) as whole from (select t.*, {slice} as \"_slice\", {stratum} as \"_stratum\" from {from} where {conditions}) t group by t.\"_slice\", t.\"_stratum\""
    );
    let weights = format!(
        "select t.\"_stratum\" as stratum, sum({weight_sql}) as weight from (select t.*, {weight_stratum} as \"_stratum\" from {} where {}) t group by t.\"_stratum\"",
        weighting.from,
        weighting.conditions.join(" and "),
    );
    let (slices, shown, cells) = match cells {
        Some(cells) => (
            format!(",\nslices as ({cells})"),
            "s.slice",
            "slices s cross join ",
        ),
        None => (String::new(), shown, ""),
    };
    Ok(format!(
        "with shares as ({shares}),\nweights as ({weights}){slices}\nselect {shown} as slice, f.stratum, f.part, f.whole, w.weight, {scale} as weight_scale from {cells}shares f left join weights w on w.stratum is not distinct from f.stratum order by 1, 2"
    ))
}
