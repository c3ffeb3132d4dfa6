//! The zip around a template: its parts under limits, and what it must not bring.
//!
//! Templates come from many hands. Macros, controls, embedded programs, links to anything outside, document
//! type declarations and names that lead out of the archive are refused, because the filled paper goes on to
//! many readers. Parts that are not filled are copied as they are packed, byte for byte.

use std::collections::{BTreeMap, HashSet};
use std::io::{Cursor, Read, Write};

use base::Problem;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::problems;
use crate::xml::Tree;

/// What a template, and what is made from it, may be at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes_max: usize,
    /// Bytes of all parts unpacked.
    pub unpacked_bytes_max: usize,
    /// Bytes of one part of XML.
    pub xml_bytes_max: usize,
    /// Parts.
    pub parts_max: usize,
    /// Bytes of a filled part.
    pub filled_bytes_max: usize,
}

/// The limits of the house.
pub(crate) const LIMITS: Limits = Limits {
    bytes_max: 10 << 20,
    unpacked_bytes_max: 80 << 20,
    xml_bytes_max: 16 << 20,
    parts_max: 1_000,
    filled_bytes_max: 64 << 20,
};

/// What a template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Word, .docx.
    Word,
    /// Excel, .xlsx.
    Excel,
}

impl Format {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Word => "docx",
            Format::Excel => "xlsx",
        }
    }

    fn main_type(self) -> &'static str {
        match self {
            Format::Word => {
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            }
            Format::Excel => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            }
        }
    }
}

/// Pieces of part names and content types of what can run.
const PROGRAMS: &[&str] = &[
    "vbaproject",
    "vbadata",
    "activex",
    "oleobject",
    "macroenabled",
    "/macrosheets/",
    "customui",
    "ctrlprops",
    ".exe",
    ".dll",
];

/// A template that was read.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    /// Its parts of XML, unpacked.
    xml: BTreeMap<String, String>,
    /// What it is.
    pub format: Format,
    /// The part that holds the document or the list of sheets.
    pub main: String,
}

impl<'a> Package<'a> {
    /// Reads a template.
    pub fn open(name: &str, bytes: &'a [u8]) -> Result<Package<'a>, Problem> {
        if bytes.len() > LIMITS.bytes_max {
            return Err(problems::too_large(LIMITS.bytes_max >> 20));
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(problems::not_a_template(name));
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > LIMITS.parts_max {
            return Err(problems::too_many_parts(LIMITS.parts_max));
        }
        let (mut names, mut seen) = (Vec::new(), HashSet::new());
        let mut xml = BTreeMap::new();
        let mut left = LIMITS.unpacked_bytes_max;
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).map_err(damaged)?;
            let found = part.name().map_err(damaged)?.into_owned();
            check_name(&found, &mut seen)?;
            let is_xml = [".xml", ".rels", ".vml"]
                .iter()
                .any(|end| found.to_lowercase().ends_with(end));
            let most = if is_xml {
                left.min(LIMITS.xml_bytes_max)
            } else {
                left
            };
            let mut unpacked = Vec::new();
            let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
            if is_xml {
                part.by_ref()
                    .take(limit)
                    .read_to_end(&mut unpacked)
                    .map_err(damaged)?;
            } else {
                // Measured, because sizes that stand in an archive can lie; not kept.
                let copied = std::io::copy(&mut part.by_ref().take(limit), &mut std::io::sink());
                let copied = copied.map_err(damaged)?;
                if copied >= limit {
                    return Err(problems::unpacks_too_large(&found));
                }
                left -= usize::try_from(copied).unwrap_or(left);
            }
            if unpacked.len() > most {
                return Err(problems::unpacks_too_large(&found));
            }
            left -= unpacked.len();
            if is_xml {
                let text =
                    String::from_utf8(unpacked).map_err(|_| problems::bad_xml(&found, "UTF-8"))?;
                if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
                    return Err(problems::has_doctype(&found));
                }
                xml.insert(found.clone(), text);
            }
            names.push(found);
        }
        let (format, main) = main_part(name, &xml)?;
        let package = Package {
            archive,
            names,
            xml,
            format,
            main,
        };
        package.check_links()?;
        Ok(package)
    }

    /// A part of XML.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.xml.get(name).map(String::as_str)
    }

    /// Where the relationships of a part lead: the identifier, the type's last word, the target's part.
    pub fn relationships(&self, of: &str) -> Result<Vec<(String, String, String)>, Problem> {
        let (folder, file) = of.rsplit_once('/').unwrap_or(("", of));
        let rels = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        let Some(text) = self.part(&rels) else {
            return Ok(Vec::new());
        };
        let tree = Tree::read(&rels, text)?;
        let found = tree.nodes_named("Relationship").filter_map(|node| {
            let kind = tree.attribute(node, "Type")?;
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            let target = resolve(folder, &tree.attribute(node, "Target")?);
            Some((tree.attribute(node, "Id")?, kind, target))
        });
        Ok(found.collect())
    }

    /// The same file with other text in some parts, and some parts left out.
    pub fn with(
        mut self,
        changed: &BTreeMap<String, String>,
        left_out: &[String],
    ) -> Result<Vec<u8>, Problem> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (index, name) in self.names.iter().enumerate() {
            if left_out.contains(name) {
                continue;
            }
            let part = self.archive.by_index_raw(index).map_err(damaged)?;
            match changed.get(name) {
                None => out.raw_copy_file(part).map_err(damaged)?,
                Some(text) => {
                    let mut options = SimpleFileOptions::default()
                        .compression_method(CompressionMethod::Deflated);
                    // The template's own time: a paper made again has the same bytes.
                    options = options.last_modified_time(part.last_modified().unwrap_or_default());
                    drop(part);
                    out.start_file(name.as_str(), options).map_err(damaged)?;
                    out.write_all(text.as_bytes()).map_err(damaged)?;
                }
            }
        }
        Ok(out.finish().map_err(damaged)?.into_inner())
    }

    fn check_links(&self) -> Result<(), Problem> {
        for (name, text) in &self.xml {
            if !name.to_lowercase().ends_with(".rels") {
                continue;
            }
            let tree = Tree::read(name, text)?;
            for node in tree.nodes_named("Relationship") {
                let target = tree.attribute(node, "Target").unwrap_or_default();
                let mode = tree.attribute(node, "TargetMode").unwrap_or_default();
                let kind = tree
                    .attribute(node, "Type")
                    .unwrap_or_default()
                    .to_lowercase();
                if PROGRAMS.iter().any(|piece| kind.contains(piece)) {
                    return Err(problems::has_program(name));
                }
                if mode.eq_ignore_ascii_case("external")
                    || target.contains("://")
                    || target.starts_with("\\\\")
                {
                    let shown: String = target.chars().take(80).collect();
                    return Err(problems::has_external(name, shown));
                }
            }
        }
        Ok(())
    }
}

/// The format, and the part that the package itself leads to.
fn main_part(name: &str, xml: &BTreeMap<String, String>) -> Result<(Format, String), Problem> {
    const TYPES: &str = "[Content_Types].xml";
    let none = || problems::not_a_template(name);
    let types = xml.get(TYPES).ok_or_else(none)?;
    let lower = types.to_lowercase();
    if PROGRAMS.iter().any(|piece| lower.contains(piece)) {
        return Err(problems::has_program(TYPES));
    }
    let tree = Tree::read(TYPES, types)?;
    for node in tree.nodes_named("Override") {
        let (kind, part) = (
            tree.attribute(node, "ContentType"),
            tree.attribute(node, "PartName"),
        );
        for format in [Format::Word, Format::Excel] {
            if kind.as_deref() == Some(format.main_type())
                && let Some(part) = &part
            {
                let part = part.trim_start_matches('/').to_owned();
                return if xml.contains_key(&part) {
                    Ok((format, part))
                } else {
                    Err(none())
                };
            }
        }
    }
    Err(none())
}

/// A part's name leads nowhere but into the archive, once.
fn check_name(name: &str, seen: &mut HashSet<String>) -> Result<(), Problem> {
    let lower = name.to_lowercase();
    let is_plain = !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('/')
        && !name.contains(['\\', ':'])
        && !name.chars().any(char::is_control)
        && !name.split('/').any(|piece| piece == ".." || piece == ".");
    if !is_plain || !seen.insert(lower.clone()) {
        let shown: String = name
            .chars()
            .filter(|sign| !sign.is_control())
            .take(80)
            .collect();
        return Err(problems::hostile_name(shown));
    }
    if PROGRAMS.iter().any(|piece| lower.contains(piece)) {
        return Err(problems::has_program(name));
    }
    Ok(())
}

/// The part that a relationship's target means.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut pieces: Vec<&str> = folder
        .split('/')
        .filter(|piece| !piece.is_empty())
        .collect();
    for piece in target.split('/') {
        match piece {
            ".." => drop(pieces.pop()),
            "." | "" => {}
            piece => pieces.push(piece),
        }
    }
    pieces.join("/")
}

fn damaged(error: impl Into<ZipError>) -> Problem {
    problems::damaged(error.into())
}
