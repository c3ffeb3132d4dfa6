//! `measure` and `export`: figures, the records behind them, and the SQL that recomputes them.

use base::{FigureState, IndicatorId, Lang, PartKind};
use measure::{By, Dialect, Query};
use office::Office;
use programme::model::Programme;

use crate::arguments::{Export, Measure};
use crate::commands::{common, names};
use crate::failure::Outcome;
use crate::lang::lang;
use crate::output::{Cell, Column, print};
use crate::problems;
use crate::progress::Progress;

/// `zhicheng measure --data DIR INDICATOR …`
pub fn measure(arguments: &Measure) -> Outcome {
    let office = common::open(&arguments.data)?;
    let (day, at) = common::when(&office, &arguments.when)?;
    let programme = common::programme_at(&office, at)?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let id = names::indicator(&programme, &arguments.indicator)?;
    let split = by(&programme, id.as_str(), arguments.by.as_deref())?;
    let mut query = Query::new(id, period, day, at).by(split);
    if let Some(unit) = &arguments.unit {
        query = query.for_unit(common::unit(&office, unit)?);
    }
    if let Some(subject) = &arguments.subject {
        let types = || programme.subject_types.keys().map(|found| found.as_str());
        let named = types().map(|found| common::subject_of(&office, found, subject));
        let id = named
            .into_iter()
            .find(|id| id != subject)
            .unwrap_or_else(|| subject.clone());
        if !types().any(|found| office.mirror().subject_name(found, &id).is_some()) {
            return Err(problems::unknown_subject(subject).into());
        }
        query = query.for_subject(id.as_str());
    }
    if let Some(dialect) = &arguments.sql {
        let dialect = dialect_of(dialect)?;
        outln!("{}", office.mirror().columns().sql(&query, dialect)?);
        return Ok(());
    }
    if arguments.records {
        return records(&office, &programme, &query, arguments);
    }
    let cells = office.mirror().columns().measure(&query)?;
    let mut columns = vec![
        Column::text("indicator", "指标", "indicator").for_scripts(),
        Column::text("unit", "单位", "unit"),
    ];
    let by_subject = query.by == By::Subject || query.subject.is_some();
    let by_field = matches!(query.by, By::Field(_));
    if by_subject {
        columns.push(Column::text("subject", "对象", "subject"));
    }
    if by_field {
        columns.push(Column::text("field", "字段", "field").for_scripts());
        let title = arguments.by.as_deref().map_or_else(String::new, |field| {
            column_title(&programme, &tables_of(&programme, &query.indicator), field)
        });
        columns.push(Column {
            title,
            ..Column::text("value_of_field", "取值", "value of field")
        });
    }
    columns.extend([
        Column::text("period", "期间", "period"),
        Column::number("numerator", "分子", "numerator"),
        Column::number("denominator", "分母", "denominator"),
        Column::number("value", "值", "value"),
        Column::text("state", "状态", "state"),
        Column::number("position", "位置", "position").for_scripts(),
        Column::text("day", "截至", "day").for_scripts(),
    ]);
    let is_table = arguments.output.format == crate::output::Format::Table;
    let mut left_out = 0_u64;
    let mut rows = Vec::new();
    for cell in cells {
        if is_table
            && query.by == By::Unit
            && matches!(
                cell.figure.state(),
                FigureState::NotApplicable | FigureState::NotCarried
            )
        {
            left_out += 1;
            continue;
        }
        let unit = cell.slice.unit.as_ref().map(ToString::to_string);
        let mut row = vec![
            Cell::same(query.indicator.to_string()),
            unit.map_or_else(
                || Cell::none(""),
                |unit| Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            ),
        ];
        if by_subject {
            row.push(cell.slice.subject.as_ref().map(ToString::to_string).into());
        }
        if by_field {
            let (field, value) = cell
                .slice
                .field
                .clone()
                .unwrap_or_else(|| ("".into(), None));
            row.push(Cell::same(field.to_string()));
            row.push(value.map_or_else(
                || Cell::none("—"),
                |value| {
                    Cell::shown(
                        value.to_string(),
                        code_name(&programme, &query, &field, &value),
                    )
                },
            ));
        }
        row.push(Cell::same(cell.period.to_string()));
        row.extend(common::figure_cells(
            &programme,
            &query.indicator,
            &cell.figure,
            cell.period,
        ));
        row.push(Cell::same(at.0));
        row.push(Cell::same(day.to_string()));
        rows.push(row);
    }
    for (index, column) in columns
        .iter_mut()
        .enumerate()
        .filter(|(_, column)| matches!(column.key.as_str(), "unit" | "state"))
    {
        // Where no row says anything in it, people need no such column.
        column.is_for_scripts |= rows
            .iter()
            .all(|row| row.get(index).is_none_or(|cell| cell.shown.is_empty()));
    }
    if is_table {
        outln!("{}", heading(&programme, &query));
    }
    print(arguments.output.format, &columns, &rows)?;
    if left_out > 0 {
        outln!(
            "{}",
            match lang() {
                Lang::Zh =>
                    format!("另有 {left_out} 个单位不适用，未列出（--format json 列出全部）。"),
                Lang::En => format!(
                    "{left_out} more {} not applicable and left out (--format json lists all).",
                    if left_out == 1 {
                        "unit is"
                    } else {
                        "units are"
                    }
                ),
            }
        );
    }
    common::mark(&office, arguments.output.format);
    Ok(())
}

/// What is measured, in which unit of measure, and as of when.
fn heading(programme: &Programme, query: &Query) -> String {
    let id = &query.indicator;
    let Some(found) = programme.indicators.get(id) else {
        return id.to_string();
    };
    let (name, unit) = (
        common::text(&found.name),
        common::text(&found.unit_of_measure),
    );
    match lang() {
        Lang::Zh => {
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!("，计量单位：{unit}")
            };
            format!(
                "{name}（{id}）{unit}；期间 {}，截至 {}，位置 {}",
                query.period, query.day, query.at.0
            )
        }
        Lang::En => {
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!(", in {unit}")
            };
            format!(
                "{name} ({id}){unit}; period {}, as of {}, position {}",
                query.period, query.day, query.at.0
            )
        }
    }
}

/// The name of a field of the first of the tables that has one by that path; else the path.
pub fn column_title(programme: &Programme, tables: &[String], path: &str) -> String {
    let field = |table: &String| -> Option<String> {
        let own = path.split('.').next_back()?;
        let of_record = programme
            .record_types
            .get(table.as_str())
            .and_then(|found| found.fields.get(path))
            .map(|field| &field.name);
        let of_subject = || {
            let id = table.strip_prefix("subject:")?;
            programme
                .subject_types
                .get(id)?
                .fields
                .get(own)
                .map(|field| &field.name)
        };
        let of_flow = || {
            let flow = programme.flows.get(table.strip_prefix("case:")?)?;
            flow.field(&base::FieldId::new(path))
                .map(|field| &field.name)
        };
        of_record
            .or_else(of_subject)
            .or_else(of_flow)
            .map(|name| common::text(name).to_owned())
    };
    tables
        .iter()
        .find_map(field)
        .unwrap_or_else(|| path.to_owned())
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
fn by(
    programme: &Programme,
    indicator: &str,
    asked: Option<&str>,
) -> Result<By, crate::failure::Failure> {
    let Some(asked) = asked else {
        return Ok(By::None);
    };
    Ok(match asked {
        "unit" => By::Unit,
        "subject" => By::Subject,
        "year" => By::Part(PartKind::Year),
        "half" => By::Part(PartKind::Half),
        "quarter" => By::Part(PartKind::Quarter),
        "month" => By::Part(PartKind::Month),
        field => {
            let tables = tables_of(programme, &IndicatorId::new(indicator));
            let own = tables
                .iter()
                .filter_map(|table| programme.record_types.get(table.as_str()));
            let field = own
                .into_iter()
                .map(|found| names::field(found, field))
                .find(|id| id != field)
                .unwrap_or_else(|| field.to_owned());
            let field = field.as_str();
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
            tables.extend(
                indicator
                    .measure
                    .tables()
                    .into_iter()
                    .map(|table| table.to_string()),
            );
            open.extend(indicator.measure.indicators().into_iter().cloned());
        }
    }
    tables
}

/// The name of a code or unit, where the field is one.
fn code_name(programme: &Programme, query: &Query, field: &str, value: &str) -> String {
    named_value(
        programme,
        &tables_of(programme, &query.indicator),
        field,
        value,
    )
}

/// As [`code_name`], by the first of the tables that has such a column.
pub fn named_value(programme: &Programme, tables: &[String], field: &str, value: &str) -> String {
    let path = programme::schema::ColumnPath::of_text(field);
    for table in tables {
        let column = programme
            .schema
            .table(table)
            .and_then(|table| programme.schema.resolve(table, &path));
        match column.map(|column| &column.column_type) {
            Some(programme::schema::ColumnType::Code(vocabulary)) => {
                let code = programme
                    .vocabularies
                    .get(vocabulary)
                    .and_then(|found| found.codes.get(value));
                return code.map_or_else(
                    || value.to_owned(),
                    |code| common::text(&code.name).to_owned(),
                );
            }
            Some(programme::schema::ColumnType::Unit) => {
                return common::unit_name(programme, value);
            }
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
    let mut tables: Vec<String> = Vec::new();
    for row in &behind {
        if !tables.contains(&row.table) {
            tables.push(row.table.clone());
        }
    }
    columns.extend(names.iter().map(|name| Column {
        title: column_title(programme, &tables, name),
        ..Column::text(name, name, name)
    }));
    let table_name = |table: &str| {
        programme.record_types.get(table).map_or_else(
            || table.to_owned(),
            |found| common::text(&found.name).to_owned(),
        )
    };
    let rows: Vec<Vec<Cell>> = behind
        .iter()
        .map(|row| {
            let part = if row.in_part {
                "numerator"
            } else {
                "denominator"
            };
            let mut cells = vec![
                Cell::shown(row.table.clone(), table_name(&row.table)),
                row.number.map_or_else(|| Cell::none(""), Cell::same),
                Cell::shown(
                    part,
                    if row.in_part {
                        crate::lang::say("分子", "numerator")
                    } else {
                        crate::lang::say("分母", "denominator")
                    },
                ),
            ];
            for name in &names {
                let value = row
                    .values
                    .iter()
                    .find(|(found, _)| found == name)
                    .map(|(_, value)| value.clone());
                cells.push(value.map_or_else(
                    || Cell::none(""),
                    |value| {
                        let shown = subject_name(office, programme, &row.table, name, &value);
                        let shown = shown.unwrap_or_else(|| {
                            named_value(programme, std::slice::from_ref(&row.table), name, &value)
                        });
                        Cell::shown(value, shown)
                    },
                ));
            }
            cells
        })
        .collect();
    if arguments.output.format == crate::output::Format::Table {
        outln!("{}", heading(programme, query));
    }
    print(arguments.output.format, &columns, &rows)?;
    common::mark(office, arguments.output.format);
    Ok(())
}

/// The name of the subject that a record's field refers to.
pub fn subject_name(
    office: &Office,
    programme: &Programme,
    table: &str,
    field: &str,
    value: &str,
) -> Option<String> {
    let found = programme.record_types.get(table)?.fields.get(field)?;
    let programme::model::FieldType::Subject(subject_type) = &found.field_type else {
        return None;
    };
    office
        .mirror()
        .subject_name(subject_type.as_str(), value)
        .filter(|name| *name != value)
        .map(str::to_owned)
}

/// `zhicheng export --data DIR [--sqlite FILE] [--csv DIR] [--workbook FILE] [--bundle DIR [--figure ADDRESS]]
/// [--tiles DIR]`
pub fn export(arguments: &Export) -> Outcome {
    let is_signed = arguments.bundle.is_some() || arguments.tiles.is_some();
    let is_plain =
        arguments.sqlite.is_some() || arguments.csv.is_some() || arguments.workbook.is_some();
    if !is_plain && !is_signed {
        return Err(problems::export_where().into());
    }
    let office = if is_signed {
        super::signing::open_to_sign(&arguments.data)?
    } else {
        common::open(&arguments.data)?
    };
    let mut progress = Progress::start();
    if let Some(path) = &arguments.sqlite {
        crate::failure::refuse_existing(path, arguments.force)?;
        if path.exists() {
            std::fs::remove_file(path).map_err(|error| {
                problems::cannot_write(path.display(), crate::failure::why(&error))
            })?;
        }
        crate::export::sqlite(&office, path, &mut progress)?;
        outln!("{}", path.display());
    }
    if let Some(dir) = &arguments.csv {
        if !arguments.force
            && dir
                .read_dir()
                .is_ok_and(|mut entries| entries.next().is_some())
        {
            return Err(problems::file_exists(dir.display()).into());
        }
        crate::export::csv(&office, dir, &mut progress)?;
        outln!("{}", dir.display());
    }
    if let Some(path) = &arguments.workbook {
        crate::failure::refuse_existing(path, arguments.force)?;
        crate::export::workbook(&office, path, &mut progress)?;
        outln!("{}", path.display());
    }
    if let Some(dir) = &arguments.bundle {
        if !arguments.force
            && dir
                .read_dir()
                .is_ok_and(|mut entries| entries.next().is_some())
        {
            return Err(problems::file_exists(dir.display()).into());
        }
        let asked = &arguments.figure;
        office.write_bundle(dir, asked, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?;
        outln!("{}", dir.display());
    }
    if let Some(dir) = &arguments.tiles {
        office.write_static_log(dir, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?;
        outln!("{}", dir.display());
    }
    Ok(())
}
