//! `measure` and `export`: figures, the records behind them, and the SQL that recomputes them.

use base::{IndicatorId, PartKind};
use measure::{By, Dialect, Query};
use office::Office;
use programme::model::Programme;

use crate::arguments::{Export, Measure};
use crate::commands::common;
use crate::failure::Outcome;
use crate::output::{Cell, Column, print};
use crate::problems;
use crate::progress::Progress;

/// `zhicheng measure --data DIR INDICATOR …`
pub fn measure(arguments: &Measure) -> Outcome {
    let office = common::open(&arguments.data)?;
    let (day, at) = common::when(&office, &arguments.when)?;
    let programme = common::programme_at(&office, at)?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let id = IndicatorId::new(&arguments.indicator);
    if !programme.indicators.contains_key(&id) {
        let nearest = programme::suggest(&arguments.indicator, programme.indicators.keys().map(IndicatorId::as_str));
        return Err(problems::unknown_indicator(&arguments.indicator, nearest).into());
    }
    let mut query = Query::new(id, period, day, at).by(by(&programme, &arguments.indicator, arguments.by.as_deref())?);
    if let Some(unit) = &arguments.unit {
        query = query.for_unit(common::unit(&office, unit)?);
    }
    if let Some(subject) = &arguments.subject {
        query = query.for_subject(subject.as_str());
    }
    if let Some(dialect) = &arguments.sql {
        let dialect = dialect_of(dialect)?;
        println!("{}", office.mirror().columns().sql(&query, dialect)?);
        return Ok(());
    }
    if arguments.records {
        return records(&office, &programme, &query, arguments);
    }
    let cells = office.mirror().columns().measure(&query)?;
    let mut columns = vec![Column::text("indicator", "指标", "indicator"), Column::text("unit", "单位", "unit")];
    let by_subject = query.by == By::Subject || query.subject.is_some();
    let by_field = matches!(query.by, By::Field(_));
    if by_subject {
        columns.push(Column::text("subject", "对象", "subject"));
    }
    if by_field {
        columns.push(Column::text("field", "字段", "field"));
        columns.push(Column::text("value_of_field", "取值", "value of field"));
    }
    columns.extend([
        Column::text("period", "期间", "period"),
        Column::number("numerator", "分子", "numerator"),
        Column::number("denominator", "分母", "denominator"),
        Column::number("value", "值", "value"),
        Column::text("state", "状态", "state"),
        Column::number("position", "位置", "position"),
        Column::text("day", "截至", "day"),
    ]);
    let mut rows = Vec::new();
    for cell in cells {
        let unit = cell.slice.unit.as_ref().map(ToString::to_string);
        let mut row = vec![
            Cell::same(query.indicator.to_string()),
            unit.map_or_else(|| Cell::none(""), |unit| Cell::shown(unit.clone(), common::unit_name(&programme, &unit))),
        ];
        if by_subject {
            row.push(cell.slice.subject.as_ref().map(ToString::to_string).into());
        }
        if by_field {
            let (field, value) = cell.slice.field.clone().unwrap_or_else(|| ("".into(), None));
            row.push(Cell::same(field.to_string()));
            row.push(value.map_or_else(|| Cell::none("—"), |value| Cell::shown(value.to_string(), code_name(&programme, &query, &field, &value))));
        }
        row.push(Cell::same(cell.period.to_string()));
        row.extend(common::figure_cells(&programme, &query.indicator, &cell.figure, cell.period));
        row.push(Cell::same(at.0));
        row.push(Cell::same(day.to_string()));
        rows.push(row);
    }
    print(arguments.output.format, &columns, &rows)?;
    common::mark(&office, arguments.output.format);
    Ok(())
}

/// The dialect of that name.
fn dialect_of(name: &str) -> Result<Dialect, crate::failure::Failure> {
    match name {
        "sqlite" => Ok(Dialect::Sqlite),
        "postgres" => Ok(Dialect::Postgres),
        "duckdb" => Ok(Dialect::DuckDb),
        other => Err(problems::unknown_dialect(other).into()),
    }
}

/// How a result is split.
fn by(programme: &Programme, indicator: &str, asked: Option<&str>) -> Result<By, crate::failure::Failure> {
    let Some(asked) = asked else { return Ok(By::None) };
    Ok(match asked {
        "unit" => By::Unit,
        "subject" => By::Subject,
        "year" => By::Part(PartKind::Year),
        "half" => By::Part(PartKind::Half),
        "quarter" => By::Part(PartKind::Quarter),
        "month" => By::Part(PartKind::Month),
        field => {
            let tables = tables_of(programme, &IndicatorId::new(indicator));
            let path = programme::schema::ColumnPath::of_text(field);
            let exists = |table: &str| {
                let table = programme.schema.table(table);
                table.is_some_and(|table| programme.schema.resolve(table, &path).is_some())
            };
            if !tables.iter().any(|table| exists(table)) {
                return Err(problems::unknown_split(field).into());
            }
            By::Field(field.into())
        }
    })
}

/// The tables that an indicator reads, through all that it is derived from.
fn tables_of(programme: &Programme, id: &IndicatorId) -> Vec<String> {
    let mut tables = Vec::new();
    let mut open = vec![id.clone()];
    while let Some(id) = open.pop() {
        if let Some(indicator) = programme.indicators.get(&id) {
            tables.extend(indicator.measure.tables().into_iter().map(|table| table.to_string()));
            open.extend(indicator.measure.indicators().into_iter().cloned());
        }
    }
    tables
}

/// The name of a code, where the field is of a vocabulary.
fn code_name(programme: &Programme, query: &Query, field: &str, value: &str) -> String {
    let path = programme::schema::ColumnPath::of_text(field);
    for table in tables_of(programme, &query.indicator) {
        let column = programme.schema.table(&table).and_then(|table| programme.schema.resolve(table, &path));
        match column.map(|column| &column.column_type) {
            Some(programme::schema::ColumnType::Code(vocabulary)) => {
                let code = programme.vocabularies.get(vocabulary).and_then(|found| found.codes.get(value));
                return code.map_or_else(|| value.to_owned(), |code| common::text(&code.name).to_owned());
            }
            Some(programme::schema::ColumnType::Unit) => return common::unit_name(programme, value),
            _ => {}
        }
    }
    value.to_owned()
}

/// The records behind a figure, with their fields as facts.
fn records(office: &Office, programme: &Programme, query: &Query, arguments: &Measure) -> Outcome {
    let behind = office.behind(query)?;
    let mut names: Vec<String> = Vec::new();
    for row in &behind {
        for (name, _) in &row.values {
            if !names.iter().any(|known| known == name) {
                names.push(name.clone());
            }
        }
    }
    let mut columns = vec![
        Column::text("table", "数据表", "table"),
        Column::number("record", "编号", "record"),
        Column::text("part", "计入", "counts in"),
    ];
    columns.extend(names.iter().map(|name| Column::text(name, name, name)));
    let rows: Vec<Vec<Cell>> = behind
        .iter()
        .map(|row| {
            let part = if row.in_part { "numerator" } else { "denominator" };
            let mut cells = vec![
                Cell::same(row.table.clone()),
                row.number.map_or_else(|| Cell::none(""), Cell::same),
                Cell::shown(part, if row.in_part { crate::lang::say("分子", "numerator") } else { crate::lang::say("分母", "denominator") }),
            ];
            for name in &names {
                let value = row.values.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
                cells.push(value.map_or_else(
                    || Cell::none(""),
                    |value| if name == "unit" || name == "place" { Cell::shown(value.clone(), common::unit_name(programme, &value)) } else { Cell::same(value) },
                ));
            }
            cells
        })
        .collect();
    print(arguments.output.format, &columns, &rows)?;
    common::mark(office, arguments.output.format);
    Ok(())
}

/// `zhicheng export --data DIR [--sqlite FILE] [--csv DIR]`
pub fn export(arguments: &Export) -> Outcome {
    if arguments.sqlite.is_none() && arguments.csv.is_none() {
        return Err(problems::export_where().into());
    }
    let office = common::open(&arguments.data)?;
    let mut progress = Progress::start();
    if let Some(path) = &arguments.sqlite {
        crate::export::sqlite(&office, path, &mut progress)?;
        println!("{}", path.display());
    }
    if let Some(dir) = &arguments.csv {
        crate::export::csv(&office, dir, &mut progress)?;
        println!("{}", dir.display());
    }
    Ok(())
}

