//! A package and the packages that it extends, as text: from a folder, a workbook or the ledger.
//!
//! [`Sources`] is text only, so that exactly what was checked can be kept in the ledger and read
//! back from there. [`crate::rows`] turns it into the resolved rows.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use base::{Place, Problem, SourceText};
use indexmap::IndexMap;

use crate::folder::{packages_in, read_layer};
use crate::parse::{ParsedRow, parse_file};
use crate::problems_text as problem;

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
        let files = files
            .into_iter()
            .map(|(path, text)| SourceText::new(format!("{name}/{path}"), text))
            .collect();
        Layer {
            name: Arc::from(name),
            files,
            places: BTreeMap::new(),
        }
    }

    /// The path within the package of one of its files.
    pub fn path_of<'a>(&self, file: &'a SourceText) -> &'a str {
        file.name
            .strip_prefix(&*self.name)
            .and_then(|path| path.strip_prefix('/'))
            .unwrap_or(&file.name)
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
    pub(crate) siblings: Vec<String>,
}

impl Sources {
    /// Reads a package from its folder, or from its workbook (`.xlsx`), and what it extends from
    /// beside it.
    ///
    /// # Errors
    /// When files cannot be read, are no text or pass a limit. What the text says wrongly is
    /// found by [`crate::rows`].
    pub fn read_folder(path: impl AsRef<Path>) -> Result<Sources, Vec<Problem>> {
        let path = path.as_ref();
        let absolute = std::fs::canonicalize(path)
            .map_err(|error| vec![problem::unreadable(path.display(), error)])?;
        let beside = absolute
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_else(|| absolute.clone());
        let mut sources = Sources {
            layers: vec![read_layer(&absolute, path)?],
            siblings: packages_in(&beside),
        };
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
        Sources {
            layers: vec![Layer::new(name, files)],
            siblings: Vec::new(),
        }
    }

    /// The package itself first, then what it extends, in any order.
    pub fn of_layers(layers: Vec<Layer>) -> Sources {
        Sources {
            layers,
            siblings: Vec::new(),
        }
    }

    /// The package and what it extends, as kept by [`Sources::parts`].
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Sources {
        let mut layers: IndexMap<String, Vec<(String, String)>> = IndexMap::new();
        for part in parts {
            layers
                .entry(part.package)
                .or_default()
                .push((part.path, part.text));
        }
        let layers = layers
            .into_iter()
            .map(|(name, files)| Layer::new(&name, files))
            .collect();
        Sources {
            layers,
            siblings: Vec::new(),
        }
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
        self.layers
            .iter()
            .flat_map(|layer| layer.files.iter().cloned())
            .collect()
    }

    /// Tells problems of a package that was read from a workbook their sheet and row, beside the
    /// place in its text form. Others stay as they are.
    pub fn locate(&self, problems: Vec<Problem>) -> Vec<Problem> {
        if self.layers.iter().all(|layer| layer.places.is_empty()) {
            return problems;
        }
        let mut parsed: HashMap<Arc<str>, Vec<ParsedRow>> = HashMap::new();
        for layer in self.layers.iter().filter(|layer| !layer.places.is_empty()) {
            parsed.extend(
                layer
                    .files
                    .iter()
                    .map(|file| (file.name.clone(), parse_file(file, 0).rows)),
            );
        }
        problems
            .into_iter()
            .map(|problem| self.locate_one(problem, &parsed))
            .collect()
    }

    fn locate_one(&self, problem: Problem, parsed: &HashMap<Arc<str>, Vec<ParsedRow>>) -> Problem {
        let (None, Some(span)) = (&problem.place, &problem.span) else {
            return problem;
        };
        let Some(rows) = parsed.get(&span.file) else {
            return problem;
        };
        let start = usize::try_from(span.start).unwrap_or(usize::MAX);
        let Some(number) = rows
            .partition_point(|row| row.header.start <= start)
            .checked_sub(1)
        else {
            return problem;
        };
        let place = self
            .layers
            .iter()
            .find_map(|layer| layer.places.get(&(span.file.clone(), number)));
        let entry = rows
            .get(number)
            .and_then(|row| row.entries.iter().find(|(_, range)| range.contains(&start)));
        match place {
            Some(place) => {
                let column = entry.map(|(column, _)| (*column).to_owned());
                problem.in_place(Place {
                    column,
                    ..place.clone()
                })
            }
            None => problem,
        }
    }
}

/// Whether a text can be the name of a package: of a folder, and nothing that leads elsewhere.
pub(crate) fn is_package_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':', '\0'])
}

/// The package that a layer's header extends.
fn extended_name(layer: &Layer) -> Option<Arc<str>> {
    let header = layer
        .files
        .iter()
        .find(|file| layer.path_of(file) == HEADER_FILE)?;
    let parsed = parse_file(header, 0);
    parsed
        .rows
        .iter()
        .find(|row| row.row.table.single)?
        .row
        .text("extends")
        .cloned()
}
