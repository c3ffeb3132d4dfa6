//! A package from its folder or workbook: its files, the packages that it extends, and the rows
//! that result.
//!
//! [`Sources`] is text only, so that exactly what was checked can be kept in the ledger and read
//! back from there; [`rows`] turns it into the resolved rows. What they mean is [`crate::build`].

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use base::{Place, Problem, SourceText, Span};
use indexmap::IndexMap;

use crate::hash::content_hash;
use crate::parse::{ParsedRow, parse_file};
use crate::problems_text as problem;
use crate::rows::Row;
use crate::tables::{self, Table};

/// The most files of one package.
pub const FILES_MAX: usize = 1_000;
/// The most bytes of one file.
pub const FILE_BYTES_MAX: u64 = 8 << 20;
/// The most bytes of one package.
pub const PACKAGE_BYTES_MAX: u64 = 64 << 20;
/// The most rows of a package with those that it extends.
pub const ROWS_MAX: usize = 200_000;
/// The most packages that extend each other.
pub const LAYERS_MAX: usize = 8;
/// How deep folders of a package may be nested.
pub const FOLDERS_MAX: usize = 8;
/// The file with the header.
pub const HEADER_FILE: &str = "programme.toml";

/// One package as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The name of its folder, by which others extend it.
    pub name: Arc<str>,
    /// Its files, sorted by path. A file's name is `package/path`, so that it is unique among layers.
    pub files: Vec<SourceText>,
    /// When it was read from a workbook: the place of each row there, by file and row number.
    pub(crate) places: BTreeMap<(Arc<str>, usize), Place>,
}

impl Layer {
    /// A package of files given by path within it and text, in any order.
    pub fn new(name: &str, files: impl IntoIterator<Item = (String, String)>) -> Layer {
        let mut files: Vec<(String, String)> = files.into_iter().collect();
        files.sort();
        let files = files.into_iter().map(|(path, text)| SourceText::new(format!("{name}/{path}"), text)).collect();
        Layer { name: Arc::from(name), files, places: BTreeMap::new() }
    }

    /// The path within the package of one of its files.
    pub fn path_of<'a>(&self, file: &'a SourceText) -> &'a str {
        file.name.strip_prefix(&*self.name).and_then(|path| path.strip_prefix('/')).unwrap_or(&file.name)
    }
}

/// A file of a package, as it is kept in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The package's name; the first part's package is the city's own, then what it extends.
    pub package: String,
    /// The path within the package, with `/`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A package and those that it extends, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// The package itself first, then what it extends, and so on.
    pub layers: Vec<Layer>,
    /// The names of the packages beside it, to suggest when one is not found.
    siblings: Vec<String>,
}

impl Sources {
    /// Reads a package from its folder, or from its workbook (`.xlsx`), and what it extends from
    /// beside it.
    ///
    /// # Errors
    /// When files cannot be read, are no text or pass a limit. What the text says wrongly is
    /// found by [`rows`].
    pub fn read_folder(path: impl AsRef<Path>) -> Result<Sources, Vec<Problem>> {
        let path = path.as_ref();
        let absolute = std::path::absolute(path).map_err(|error| vec![problem::unreadable(path.display(), error)])?;
        let beside = absolute.parent().map(Path::to_path_buf).unwrap_or_else(|| absolute.clone());
        let mut sources = Sources { layers: vec![read_layer(&absolute, path)?], siblings: packages_in(&beside) };
        while let Some(extends) = sources.layers.last().and_then(extended_name) {
            let is_cycle = sources.layers.iter().any(|layer| *layer.name == *extends);
            if is_cycle || sources.layers.len() > LAYERS_MAX || !is_package_name(&extends) {
                break;
            }
            let folder = beside.join(&*extends);
            let workbook = beside.join(format!("{extends}.xlsx"));
            if folder.is_dir() {
                sources.layers.push(read_layer(&folder, &folder)?);
            } else if workbook.is_file() {
                sources.layers.push(read_layer(&workbook, &workbook)?);
            } else {
                break;
            }
        }
        Ok(sources)
    }

    /// A package that stands alone, from files given by path and text.
    pub fn from_files(name: &str, files: impl IntoIterator<Item = (String, String)>) -> Sources {
        Sources { layers: vec![Layer::new(name, files)], siblings: Vec::new() }
    }

    /// The package and what it extends, as kept by [`Sources::parts`].
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Sources {
        let mut layers: IndexMap<String, Vec<(String, String)>> = IndexMap::new();
        for part in parts {
            layers.entry(part.package).or_default().push((part.path, part.text));
        }
        let layers = layers.into_iter().map(|(name, files)| Layer::new(&name, files)).collect();
        Sources { layers, siblings: Vec::new() }
    }

    /// All files, to be kept; [`Sources::from_parts`] makes the same sources of them.
    pub fn parts(&self) -> Vec<Part> {
        let of_layer = |layer: &Layer| {
            let part = |file: &SourceText| Part {
                package: layer.name.to_string(),
                path: layer.path_of(file).to_owned(),
                text: file.text.to_string(),
            };
            layer.files.iter().map(part).collect::<Vec<_>>()
        };
        self.layers.iter().flat_map(of_layer).collect()
    }

    /// All source texts, for [`base::render`].
    pub fn texts(&self) -> Vec<SourceText> {
        self.layers.iter().flat_map(|layer| layer.files.iter().cloned()).collect()
    }

    /// Tells problems of a package that was read from a workbook their sheet and row, beside the
    /// place in its text form. Others stay as they are.
    pub fn locate(&self, problems: Vec<Problem>) -> Vec<Problem> {
        if self.layers.iter().all(|layer| layer.places.is_empty()) {
            return problems;
        }
        let mut parsed: HashMap<Arc<str>, Vec<ParsedRow>> = HashMap::new();
        for layer in self.layers.iter().filter(|layer| !layer.places.is_empty()) {
            parsed.extend(layer.files.iter().map(|file| (file.name.clone(), parse_file(file, 0).rows)));
        }
        problems.into_iter().map(|problem| self.locate_one(problem, &parsed)).collect()
    }

    fn locate_one(&self, problem: Problem, parsed: &HashMap<Arc<str>, Vec<ParsedRow>>) -> Problem {
        let (None, Some(span)) = (&problem.place, &problem.span) else { return problem };
        let Some(rows) = parsed.get(&span.file) else { return problem };
        let start = usize::try_from(span.start).unwrap_or(usize::MAX);
        let Some(number) = rows.partition_point(|row| row.header.start <= start).checked_sub(1) else { return problem };
        let place = self.layers.iter().find_map(|layer| layer.places.get(&(span.file.clone(), number)));
        let entry = rows.get(number).and_then(|row| row.entries.iter().find(|(_, range)| range.contains(&start)));
        match place {
            Some(place) => {
                let column = entry.map(|(column, _)| (*column).to_owned());
                problem.in_place(Place { column, ..place.clone() })
            }
            None => problem,
        }
    }
}

/// Whether a text can be the name of a package: of a folder, and nothing that leads elsewhere.
pub(crate) fn is_package_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

/// The package that a layer's header extends.
fn extended_name(layer: &Layer) -> Option<Arc<str>> {
    let header = layer.files.iter().find(|file| layer.path_of(file) == HEADER_FILE)?;
    let parsed = parse_file(header, 0);
    parsed.rows.iter().find(|row| row.row.table.single)?.row.text("extends").cloned()
}

fn packages_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().join(HEADER_FILE).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Reads one package from a folder or a workbook; `shown` is the path as the reader knows it.
fn read_layer(path: &Path, shown: &Path) -> Result<Layer, Vec<Problem>> {
    let unreadable = |error: &dyn std::fmt::Display| vec![problem::unreadable(shown.display(), error)];
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    let name = path.file_stem().filter(|_| metadata.is_file()).or(path.file_name()).unwrap_or_default().to_string_lossy().into_owned();
    if metadata.is_file() {
        if metadata.len() > PACKAGE_BYTES_MAX {
            return Err(vec![problem::too_many_bytes(shown.display(), PACKAGE_BYTES_MAX)]);
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
        return crate::workbook::from_workbook(&name, &bytes);
    }
    if !path.join(HEADER_FILE).is_file() {
        return Err(vec![problem::not_a_package(shown.display())]);
    }
    let mut reader = FolderReader { files: Vec::new(), bytes: 0, problems: Vec::new() };
    reader.folder(path, "", 0);
    match reader.problems.is_empty() {
        true => Ok(Layer::new(&name, reader.files)),
        false => Err(reader.problems),
    }
}

/// Collects the `.toml` files below a folder; hidden files and folders are no part of a package.
struct FolderReader {
    files: Vec<(String, String)>,
    bytes: u64,
    problems: Vec<Problem>,
}

impl FolderReader {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) {
        if depth > FOLDERS_MAX {
            return self.problems.push(problem::too_deep(folder.display(), FOLDERS_MAX));
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(problem::unreadable(folder.display(), error)),
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = entry.path();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.folder(&path, &format!("{prefix}{name}/"), depth + 1);
            } else if name.ends_with(".toml") {
                self.file(&path, format!("{prefix}{name}"));
            }
        }
    }

    fn file(&mut self, path: &Path, relative: String) {
        if self.files.len() == FILES_MAX {
            self.problems.push(problem::too_many_files(FILES_MAX));
        }
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.bytes = self.bytes.saturating_add(size);
        if self.files.len() >= FILES_MAX {
            return;
        }
        if size > FILE_BYTES_MAX {
            return self.problems.push(problem::too_many_bytes(path.display(), FILE_BYTES_MAX));
        }
        if self.bytes > PACKAGE_BYTES_MAX {
            return self.problems.push(problem::too_many_bytes(path.display(), PACKAGE_BYTES_MAX));
        }
        match std::fs::read(path) {
            Err(error) => self.problems.push(problem::unreadable(path.display(), error)),
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => self.files.push((relative, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())),
                Err(_) => self.problems.push(problem::not_utf8(path.display())),
            },
        }
    }
}

/// The rows of a package with what it inherits, and everything that its text says wrongly.
///
/// A row with the key of an inherited one takes its place, whole; new rows follow; `[[remove]]`
/// takes inherited rows away. Of the headers only the package's own is among the rows. Rows with
/// faults are there too, with the cells that could be read.
pub fn rows(sources: &Sources) -> (Vec<Arc<Row>>, Vec<Problem>) {
    let mut problems = Vec::new();
    let layers: Vec<Vec<Arc<Row>>> =
        sources.layers.iter().enumerate().map(|(number, layer)| layer_rows(number, layer, sources, &mut problems)).collect();
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
fn layer_rows(number: usize, layer: &Layer, sources: &Sources, problems: &mut Vec<Problem>) -> Vec<Arc<Row>> {
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
            if row.table.key.iter().any(|column| row.cell(column).is_none() && is_required(row.table, column)) {
                rows.push(Arc::new(row));
                continue;
            }
            let identity = (row.table.name, row.key());
            match first.get(&identity) {
                Some(other) if row.table.single || !row.table.key.is_empty() => {
                    let at = key_span(&row);
                    problems.push(problem::row_twice(row.table.name, row.key(), position(sources, other)).at(at));
                }
                _ => {
                    first.insert(identity, row.span.clone());
                    rows.push(Arc::new(row));
                }
            }
        }
    }
    if !has_header {
        let at = layer.files.iter().find(|file| layer.path_of(file) == HEADER_FILE).map(|file| Span::new(file.name.clone(), 0, 0));
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
    row.table.key.last().map_or_else(|| row.span.clone(), |column| row.span_of(column))
}

fn position(sources: &Sources, span: &Span) -> String {
    let file = sources.layers.iter().flat_map(|layer| &layer.files).find(|file| file.name == span.file);
    file.map_or_else(|| span.file.to_string(), |file| format!("{}:{}", file.name, file.line_column(span.start).0))
}

/// Checks that each package extends the next layer, pinned to its version and content.
fn check_extends(sources: &Sources, layers: &[Vec<Arc<Row>>], problems: &mut Vec<Problem>) {
    if sources.layers.len() > LAYERS_MAX {
        problems.push(problem::extends_too_deep(LAYERS_MAX));
    }
    for (number, rows) in layers.iter().enumerate() {
        let Some(header) = rows.iter().find(|row| row.table.single) else { continue };
        let Some(extends) = header.text("extends") else {
            for pin in ["extends_version", "extends_sha256"] {
                if let Some(cell) = header.cell(pin) {
                    problems.push(problem::pin_without_extends(pin).at(cell.span.clone()));
                }
            }
            continue;
        };
        let chain: Vec<&str> = sources.layers.iter().take(number + 1).map(|layer| &*layer.name).collect();
        if chain.contains(&&**extends) {
            let names = chain.iter().copied().chain([&**extends]).collect::<Vec<_>>().join(" → ");
            problems.push(problem::extends_cycle(names).at(header.span_of("extends")));
            continue;
        }
        match (sources.layers.get(number + 1), layers.get(number + 1)) {
            (Some(layer), Some(rows)) if layer.name == *extends => check_pins(header, layer, rows, problems),
            _ if number >= LAYERS_MAX => {}
            _ => {
                let siblings = sources.siblings.iter().map(String::as_str).filter(|name| !chain.contains(name));
                let fault = problem::extended_not_found(extends, crate::suggest(extends, siblings));
                problems.push(fault.at(header.span_of("extends")));
            }
        }
    }
}

fn check_pins(header: &Row, extended: &Layer, rows: &[Arc<Row>], problems: &mut Vec<Problem>) {
    let hash = content_hash(extended);
    let version = rows.iter().find(|row| row.table.single).and_then(|row| row.text("version").cloned()).unwrap_or_default();
    let (Some(pinned_version), Some(pinned_hash)) = (header.text("extends_version"), header.text("extends_sha256")) else {
        let fault = problem::extends_unpinned(&extended.name, &version, &hash);
        return problems.push(fault.at(header.span_of("extends")));
    };
    if **pinned_version != *version {
        let fault = problem::extends_version(&extended.name, pinned_version, &version);
        problems.push(fault.at(header.span_of("extends_version")));
    }
    if **pinned_hash != *hash {
        problems.push(problem::extends_hash(&extended.name, &hash).at(header.span_of("extends_sha256")));
    }
}

type Merged = IndexMap<(&'static str, String), Arc<Row>>;

/// Lays a package's rows over those that it inherits.
fn overlay(mut inherited: Merged, rows: Vec<Arc<Row>>, problems: &mut Vec<Problem>) -> Merged {
    inherited.retain(|_, row| !row.table.single);
    let (removals, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.table.name == "remove");
    for removal in removals {
        remove(&mut inherited, &removal, problems);
    }
    for (number, row) in rows.into_iter().enumerate() {
        let is_keyed = !row.table.key.is_empty() && row.table.key.iter().all(|column| row.cell(column).is_some() || !is_required(row.table, column));
        // Rows without identity replace nothing: their place in the text tells them apart.
        let key = if is_keyed { row.key() } else { format!("\0{}\0{number}", row.layer) };
        inherited.insert((row.table.name, key), row);
    }
    inherited
}

fn remove(inherited: &mut Merged, removal: &Row, problems: &mut Vec<Problem>) {
    let (Some(table_name), Some(key)) = (removal.text("table"), removal.text("id")) else { return };
    let Some(table) = tables::table(table_name) else {
        let names = tables::TABLES.iter().map(|table| table.name);
        let fault = problem::unknown_table(table_name, crate::suggest(table_name, names));
        return problems.push(fault.at(removal.span_of("table")));
    };
    if table.single || table.name == "remove" || table.key.is_empty() {
        return problems.push(problem::remove_table(table.name).at(removal.span_of("table")));
    }
    if inherited.shift_remove(&(table.name, key.to_string())).is_none() {
        let keys = inherited.keys().filter(|(name, _)| *name == table.name).map(|(_, key)| key.as_str());
        let fault = problem::remove_unknown(table.name, key, crate::suggest(key, keys));
        problems.push(fault.at(removal.span_of("id")));
    }
}
