//! Packages that extend another: the rows of a whole chain, with everything that its text says
//! wrongly.
//!
//! Reading the texts is [`crate::load`]; what the rows mean is built from here.

use std::collections::HashMap;
use std::sync::Arc;

use base::{Problem, Span};
use indexmap::IndexMap;

use crate::hash::content_hash;
use crate::load::{HEADER_FILE, LAYERS_MAX, Layer, ROWS_MAX, Sources};
use crate::parse::parse_file;
use crate::problems_text as problem;
use crate::rows::Row;
use crate::tables::{self, Table};

/// The rows of a package with what it inherits, and everything that its text says wrongly.
///
/// A row with the key of an inherited one takes its place, whole; new rows follow; `[[remove]]`
/// takes inherited rows away. Of the headers only the package's own is among the rows. Rows with
/// faults are there too, with the cells that could be read.
pub fn rows(sources: &Sources) -> (Vec<Arc<Row>>, Vec<Problem>) {
    let mut problems = Vec::new();
    let layers: Vec<Vec<Arc<Row>>> = sources
        .layers
        .iter()
        .enumerate()
        .map(|(number, layer)| layer_rows(number, layer, sources, &mut problems))
        .collect();
    if layers.iter().map(Vec::len).sum::<usize>() > ROWS_MAX {
        problems.push(problem::too_many_rows(ROWS_MAX));
        return (Vec::new(), problems);
    }
    check_extends(sources, &layers, &mut problems);
    let mut merged: IndexMap<(&'static str, String), Arc<Row>> = IndexMap::new();
    for rows in layers.into_iter().rev() {
        merged = overlay(merged, rows, &mut problems);
    }
    (merged.into_values().collect(), sources.locate(problems))
}

/// The rows of one package, its header checked and its keys found distinct.
fn layer_rows(
    number: usize,
    layer: &Layer,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<Arc<Row>> {
    let mut rows = Vec::new();
    let mut first: HashMap<(&'static str, String), Span> = HashMap::new();
    let mut has_header = false;
    for file in &layer.files {
        let mut parsed = parse_file(file, number);
        problems.append(&mut parsed.problems);
        for parsed_row in parsed.rows {
            let row = parsed_row.row;
            if row.table.single {
                if layer.path_of(file) != HEADER_FILE {
                    problems.push(problem::header_elsewhere(&file.name).at(row.span.clone()));
                    continue;
                }
                has_header = true;
            }
            // A key column that could not be read makes no identity.
            if row
                .table
                .key
                .iter()
                .any(|column| row.cell(column).is_none() && is_required(row.table, column))
            {
                rows.push(Arc::new(row));
                continue;
            }
            let identity = (row.table.name, row.key());
            match first.get(&identity) {
                Some(other) if row.table.single || !row.table.key.is_empty() => {
                    let at = key_span(&row);
                    problems.push(
                        problem::row_twice(row.table.name, row.key(), position(sources, other))
                            .at(at),
                    );
                }
                _ => {
                    first.insert(identity, row.span.clone());
                    rows.push(Arc::new(row));
                }
            }
        }
    }
    if !has_header {
        let at = layer
            .files
            .iter()
            .find(|file| layer.path_of(file) == HEADER_FILE)
            .map(|file| Span::new(file.name.clone(), 0, 0));
        let fault = problem::no_header(&layer.name);
        problems.push(match at {
            Some(span) => fault.at(span),
            None => fault,
        });
    }
    rows
}

fn is_required(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.required)
}

/// The place of a row's last key column, which tells it from its siblings.
fn key_span(row: &Row) -> Span {
    row.table
        .key
        .last()
        .map_or_else(|| row.span.clone(), |column| row.span_of(column))
}

fn position(sources: &Sources, span: &Span) -> String {
    let file = sources
        .layers
        .iter()
        .flat_map(|layer| &layer.files)
        .find(|file| file.name == span.file);
    file.map_or_else(
        || span.file.to_string(),
        |file| format!("{}:{}", file.name, file.line_column(span.start).0),
    )
}

/// Checks that each package extends the next layer, pinned to its version and content.
fn check_extends(sources: &Sources, layers: &[Vec<Arc<Row>>], problems: &mut Vec<Problem>) {
    if sources.layers.len() > LAYERS_MAX {
        problems.push(problem::extends_too_deep(LAYERS_MAX));
    }
    for (number, rows) in layers.iter().enumerate() {
        let Some(header) = rows.iter().find(|row| row.table.single) else {
            continue;
        };
        let Some(extends) = header.text("extends") else {
            for pin in ["extends_version", "extends_sha256"] {
                if let Some(cell) = header.cell(pin) {
                    problems.push(problem::pin_without_extends(pin).at(cell.span.clone()));
                }
            }
            continue;
        };
        let chain: Vec<&str> = sources
            .layers
            .iter()
            .take(number + 1)
            .map(|layer| &*layer.name)
            .collect();
        if chain.contains(&&**extends) {
            let names = chain
                .iter()
                .copied()
                .chain([&**extends])
                .collect::<Vec<_>>()
                .join(" → ");
            problems.push(problem::extends_cycle(names).at(header.span_of("extends")));
            continue;
        }
        match (sources.layers.get(number + 1), layers.get(number + 1)) {
            (Some(layer), Some(rows)) if layer.name == *extends => {
                check_pins(header, layer, rows, problems)
            }
            _ if number >= LAYERS_MAX => {}
            _ => {
                let siblings = sources
                    .siblings
                    .iter()
                    .map(String::as_str)
                    .filter(|name| !chain.contains(name));
                let fault = problem::extended_not_found(extends, crate::suggest(extends, siblings));
                problems.push(fault.at(header.span_of("extends")));
            }
        }
    }
}

fn check_pins(header: &Row, extended: &Layer, rows: &[Arc<Row>], problems: &mut Vec<Problem>) {
    let hash = content_hash(extended);
    let version = rows
        .iter()
        .find(|row| row.table.single)
        .and_then(|row| row.text("version").cloned())
        .unwrap_or_default();
    let (Some(pinned_version), Some(pinned_hash)) = (
        header.text("extends_version"),
        header.text("extends_sha256"),
    ) else {
        let fault = problem::extends_unpinned(&extended.name, &version, &hash);
        return problems.push(fault.at(header.span_of("extends")));
    };
    if **pinned_version != *version {
        let fault = problem::extends_version(&extended.name, pinned_version, &version);
        problems.push(fault.at(header.span_of("extends_version")));
    }
    if **pinned_hash != *hash {
        problems.push(
            problem::extends_hash(&extended.name, &hash).at(header.span_of("extends_sha256")),
        );
    }
}

type Merged = IndexMap<(&'static str, String), Arc<Row>>;

/// Lays a package's rows over those that it inherits.
fn overlay(mut inherited: Merged, rows: Vec<Arc<Row>>, problems: &mut Vec<Problem>) -> Merged {
    inherited.retain(|_, row| !row.table.single);
    let (removals, rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.table.name == "remove");
    for removal in removals {
        remove(&mut inherited, &removal, problems);
    }
    for (number, row) in rows.into_iter().enumerate() {
        let is_keyed = !row.table.key.is_empty()
            && row
                .table
                .key
                .iter()
                .all(|column| row.cell(column).is_some() || !is_required(row.table, column));
        // Rows without identity replace nothing: their place in the text tells them apart.
        let key = if is_keyed {
            row.key()
        } else {
            format!("\0{}\0{number}", row.layer)
        };
        inherited.insert((row.table.name, key), row);
    }
    inherited
}

fn remove(inherited: &mut Merged, removal: &Row, problems: &mut Vec<Problem>) {
    let (Some(table_name), Some(key)) = (removal.text("table"), removal.text("id")) else {
        return;
    };
    let Some(table) = tables::table(table_name) else {
        let names = tables::TABLES.iter().map(|table| table.name);
        let fault = problem::unknown_table(table_name, crate::suggest(table_name, names));
        return problems.push(fault.at(removal.span_of("table")));
    };
    if table.single || table.name == "remove" || table.key.is_empty() {
        return problems.push(problem::remove_table(table.name).at(removal.span_of("table")));
    }
    if inherited
        .shift_remove(&(table.name, key.to_string()))
        .is_none()
    {
        let keys = inherited
            .keys()
            .filter(|(name, _)| *name == table.name)
            .map(|(_, key)| key.as_str());
        let fault = problem::remove_unknown(table.name, key, crate::suggest(key, keys));
        problems.push(fault.at(removal.span_of("id")));
    }
}
