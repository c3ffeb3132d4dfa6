//! Making a bundle: log, payloads, programmes, tables, results and figures, each file hashed and the whole
//! bound to the signed checkpoint.
//!
//! It is written beside and moved when whole, so that an interrupted export never looks like a bundle. The
//! log and the payloads are streamed from the ledger; only the columns are in memory, as they are anyway.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base::{Position, Problem};
use bundle::SignedCheckpoint;
use bundle::log::LogWriter;
use bundle::manifest::{MANIFEST, MANIFEST_NOTE, Statement};
use bundle::merkle::sha256;
use bundle::note::Note;
use bundle::payload::{PAYLOADS_OF_FILE, Payload, payload_path};

use super::figures::{self, SQL_FILES};
use super::folder::{FolderOut, HashedFile};
use super::tables;
use super::verify::is_bundle;
use super::{
    ABOUT, About, BUNDLE_FORM, CHECKPOINT, FIGURES, KEY, README, problems, programme_path,
    published_path, readme, sealed_path, software,
};
use crate::entry::{Kind, ProgrammeFacts};
use crate::folder::{Office, Progress, nature_name};
use crate::signing;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// The checkpoint that binds it.
    pub checkpoint: SignedCheckpoint,
    /// How many files.
    pub files: usize,
    /// How many figures.
    pub figures: usize,
}

impl Office {
    /// Writes a bundle of the log as this office sees it into `dir`, which is made or replaced. Its figures are
    /// those that are sealed, published or public, and those at the addresses `asked`.
    ///
    /// # Errors
    /// The log cannot be signed for, a figure cannot be measured, or the disk refuses. Then `dir` is as it was.
    pub fn write_bundle(
        &self,
        dir: &Path,
        asked: &[String],
        progress: Progress<'_>,
    ) -> Result<Written, Problem> {
        let is_empty = fs::read_dir(dir).map_or(true, |mut found| found.next().is_none());
        if !is_empty && !is_bundle(dir) {
            return Err(problems::folder_of_other(dir.display()));
        }
        let beside = beside(dir);
        clear(&beside)?;
        let written = self.fill_bundle(&beside, asked, progress)?;
        clear(dir)?;
        fs::rename(&beside, dir).map_err(|error| problems::not_written(dir.display(), error))?;
        Ok(written)
    }

    fn fill_bundle(
        &self,
        dir: &Path,
        asked: &[String],
        progress: Progress<'_>,
    ) -> Result<Written, Problem> {
        let checkpoint = self.checkpoint()?;
        let said = checkpoint.checkpoint();
        let chain = self.keys()?;
        let link = chain
            .at(Position(said.size))
            .ok_or_else(signing::problems::no_key)?;
        let day = self.today()?;
        // What can be refused is asked before anything long is written.
        let list = figures::list(self.mirror(), day, asked)?;
        let mut out = FolderOut::start(dir)?;
        out.put(CHECKPOINT, checkpoint.to_string().as_bytes())?;
        out.put(KEY, format!("{}\n", link.key).as_bytes())?;
        let programme = self.programme()?;
        let about = About {
            bundle: BUNDLE_FORM,
            software: software(),
            nature: nature_name(self.nature()).to_owned(),
            origin: said.origin.clone(),
            size: said.size,
            day: day.to_string(),
            programme: programme.id.to_string(),
            programme_version: programme.version.to_string(),
        };
        out.put(ABOUT, &pretty(&about)?)?;
        out.put(README, readme::text(&about).as_bytes())?;
        self.write_log(&mut out, Position(said.size), progress)?;
        tables::write(&mut out, &self.mirror().columns().export(), progress)?;
        self.write_figures(&mut out, &list)?;

        let manifest = out.manifest().to_string();
        let statement = Statement::of(said, sha256(&[manifest.as_bytes()]));
        let key = self.key_files().private(&link.key)?;
        let key = key.ok_or_else(|| {
            let path = self.key_files().private_path(&link.key);
            signing::problems::private_key_missing(path.display())
        })?;
        let note = Note::sign(&statement.to_string(), &key)
            .map_err(|fault| signing::problems::cannot_sign(fault.zh(), &fault))?;
        let files = out.manifest().files().len() + 2;
        out.put_beside(MANIFEST, manifest.as_bytes())?;
        out.put_beside(MANIFEST_NOTE, note.to_string().as_bytes())?;
        Ok(Written {
            checkpoint,
            files,
            figures: list.figures.len(),
        })
    }

    /// Tiles, entries, payloads, and what some entries hold as files of their own.
    fn write_log(
        &self,
        out: &mut FolderOut,
        size: Position,
        progress: Progress<'_>,
    ) -> Result<(), Problem> {
        let mut log = LogWriter::new();
        let mut payloads: Option<(String, HashedFile)> = None;
        for disclosed in self.ledger().disclosed(size)? {
            let disclosed = disclosed?;
            let (entry, index) = (disclosed.entry, log.size());
            for (path, bytes) in log.push(&entry.leaf)? {
                out.put(&path, &bytes)?;
            }
            let at = entry.position;
            if index.is_multiple_of(PAYLOADS_OF_FILE) {
                if let Some((path, file)) = payloads.take() {
                    out.end(&path, file)?;
                }
                let path = payload_path(index);
                payloads = Some((path.clone(), out.begin(&path)?));
            }
            match Kind::from_number(entry.kind) {
                Some(Kind::Programme) => write_programme(out, at, &entry.facts)?,
                Some(Kind::Seal) => out.put(&sealed_path(at), &entry.facts)?,
                Some(Kind::Publish) => out.put(&published_path(at), &entry.facts)?,
                _ => {}
            }
            let facts = String::from_utf8(entry.facts)
                .map_err(|error| crate::problems::unreadable_entry(at.0, error))?;
            let payload = Payload {
                position: at.0,
                facts,
                facts_salt: hex::encode(disclosed.facts_salt),
                private: None,
                private_salt: None,
            };
            if let Some((path, file)) = &mut payloads {
                file.write_all(payload.to_line().as_bytes())
                    .map_err(|error| problems::not_written(path, error))?;
            }
            if at.0.is_multiple_of(8192) {
                progress(at.0, size.0, "entries");
            }
        }
        if let Some((path, file)) = payloads {
            out.end(&path, file)?;
        }
        for (path, bytes) in log.partial() {
            out.put(&path, &bytes)?;
        }
        Ok(())
    }

    fn write_figures(
        &self,
        out: &mut FolderOut,
        list: &figures::FigureList,
    ) -> Result<(), Problem> {
        let mut lines = Vec::new();
        for figure in &list.figures {
            serde_json::to_writer(&mut lines, figure)
                .map_err(|error| problems::not_written(FIGURES, error))?;
            lines.push(b'\n');
        }
        out.put(FIGURES, &lines)?;
        for (name, question) in &list.questions {
            for (ending, dialect) in SQL_FILES {
                let text = figures::sql_text(self.mirror(), question, dialect)?;
                out.put(&format!("{name}.{ending}"), text.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// Every file of a programme version, as its entry holds it.
fn write_programme(out: &mut FolderOut, at: Position, facts: &[u8]) -> Result<(), Problem> {
    let facts: ProgrammeFacts = serde_json::from_slice(facts)
        .map_err(|error| crate::problems::unreadable_entry(at.0, error))?;
    for (package, path, text) in &facts.files {
        out.put(&programme_path(at, package, path), text.as_bytes())?;
    }
    Ok(())
}

fn pretty(about: &About) -> Result<Vec<u8>, Problem> {
    let mut bytes =
        serde_json::to_vec_pretty(about).map_err(|error| problems::not_written(ABOUT, error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Where a folder is written before it is whole.
fn beside(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    dir.with_file_name(name)
}

fn clear(dir: &Path) -> Result<(), Problem> {
    if !dir.exists() {
        return Ok(());
    }
    fs::remove_dir_all(dir).map_err(|error| problems::not_written(dir.display(), error))
}
