//! Verifying a bundle with nothing but the bundle and what the verifier brings along.
//!
//! In this order: signatures, hashes of all files, the tree, each payload against its leaf, the keys as the
//! log tells them, programmes and results against their entries, then tables, sealed results and figures
//! recomputed from the payloads. Nothing that is in the bundle is believed because it is in the bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read as _};
use std::path::Path;

use base::{Day, Moment, Period, Position, Problem, ScorecardId};
use bundle::log::{TilesOf, check_log};
use bundle::manifest::{MANIFEST, MANIFEST_BYTES_MAX, MANIFEST_NOTE, Manifest, Statement};
use bundle::merkle::{sha256, verify_consistency};
use bundle::note::Note;
use bundle::payload::{PAYLOAD_BYTES_MAX, PAYLOADS_OF_FILE, Payload, payload_path};
use bundle::tiles::{entries_path, tile_path, tiles_of};
use bundle::{Checkpoint, Files, Hash, SignedCheckpoint, Tree, VerifierKey};
use measure::ExportTable;

use super::figures::{self, FigureList, ListedFigure, SQL_FILES};
use super::folder::{Folder, hash_of};
use super::tables::{self, LOADING, loading};
use super::{
    ABOUT, About, BUNDLE_FORM, CHECKPOINT, FIGURES, KEY, README, SMALL_BYTES_MAX, problems,
    programme_path, published_path, readme, sealed_path, software, table_path,
};
use crate::assessment::{Ask, assess};
use crate::entry::{FoundedFacts, Kind, ProgrammeFacts};
use crate::folder::Progress;
use crate::mirror::{Mirror, Told};
use crate::restated::values_of;
use crate::seal::results;
use crate::signing::chain::KeyChain;
use crate::signing::trust::{Against, Trust, check_endorsements};

/// What was found to be in order.
#[derive(Debug, Clone)]
pub struct VerifiedBundle {
    /// Entries.
    pub position: Position,
    /// Root of the tree, in hex.
    pub root: String,
    /// `real` or `demonstration`.
    pub nature: String,
    /// The origin of the log.
    pub origin: String,
    /// The verifier key that signed.
    pub key: String,
    /// Whether the verifier brought a key along; without one nothing is proved about who signed.
    pub is_key_known: bool,
    /// Figures that were recomputed.
    pub figures: usize,
    /// Sealed results that were recomputed.
    pub sealed: usize,
    /// Tables that were recomputed, in both forms.
    pub tables: usize,
    /// Files that were hashed.
    pub files: usize,
    /// What wrote it, by its own words.
    pub written_by: String,
    /// Whether the SELECTs and the page for people were printed anew and compared. Another version prints them
    /// otherwise, so what it wrote is not.
    pub is_printed_checked: bool,
    /// How a checkpoint that was kept stands to the log.
    pub against: Option<Against>,
}

/// Whether a folder is a bundle, whole or not.
pub fn is_bundle(dir: &Path) -> bool {
    [MANIFEST_NOTE, MANIFEST, ABOUT, FIGURES]
        .iter()
        .any(|file| dir.join(file).exists())
}

/// Verifies a bundle.
///
/// # Errors
/// The first thing that is wrong, named: a file, an entry, a row or a figure.
pub fn verify_bundle(
    dir: &Path,
    trust: &Trust,
    progress: Progress<'_>,
) -> Result<VerifiedBundle, Problem> {
    let folder = Folder::at(dir);
    let files: &dyn Files = &folder;
    let key = read_key(files)?;
    let signed = read_signed(files, &key)?;
    trust.check_witnesses(Some(&signed))?;
    let checkpoint = signed.checkpoint();
    let count = check_files(files, checkpoint, &key, progress)?;

    let (mut mirror, mut chain) = (Mirror::new(), KeyChain::new(&checkpoint.origin));
    let mut contents = BTreeMap::new();
    let nature = replay(files, checkpoint, progress, &mut |entry| {
        chain.take(entry.position, entry.kind, entry.facts)?;
        mirror.take(&entry)?;
        note_contents(&entry, &mut contents)
    })?;

    let size = Position(checkpoint.size);
    let tiles = TilesOf(files);
    let mut tree = Tree::new(&tiles, checkpoint.size);
    let mut root_at = |size: Position| tree.root_at(size.0);
    check_endorsements(&chain, &mut root_at)?;
    let signs = chain.at(size);
    if signs.is_none_or(|link| link.key != key || link.origin != checkpoint.origin) {
        return Err(problems::not_the_signing_key());
    }
    trust.check_key(&chain, size)?;
    let against = trust.check_against(&chain, size, &mut |known| {
        consistent_root(&tiles, checkpoint, trust, known)
    })?;

    let about = check_about(files, checkpoint, &nature, &mirror)?;
    check_contents(files, &contents)?;
    let tables = mirror.columns().export();
    tables::check(&folder, &tables, progress)?;
    let sealed = check_sealed(&mirror)?;
    let list = check_figures(files, &mirror, &about)?;
    let is_printed_checked = about.software == software();
    if is_printed_checked {
        check_printed(files, &mirror, &about, &tables, &list)?;
    }
    check_no_other(files, checkpoint.size, &contents, &tables, &list)?;
    Ok(VerifiedBundle {
        position: size,
        root: hex::encode(checkpoint.root),
        nature,
        origin: checkpoint.origin.clone(),
        key: key.to_string(),
        is_key_known: trust.key.is_some(),
        figures: list.figures.len(),
        sealed,
        tables: tables.len(),
        files: count,
        written_by: about.software,
        is_printed_checked,
        against,
    })
}

fn read_key(files: &dyn Files) -> Result<VerifierKey, Problem> {
    let bytes = files.require(KEY, SMALL_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    text.strip_suffix('\n')
        .and_then(VerifierKey::parse)
        .ok_or_else(|| bundle::problems::not_a_key(KEY))
}

fn read_signed(files: &dyn Files, key: &VerifierKey) -> Result<SignedCheckpoint, Problem> {
    let bytes = files.require(CHECKPOINT, SMALL_BYTES_MAX)?;
    let signed = crate::signing::read_checkpoint(CHECKPOINT, &bytes)?;
    signed
        .verify(std::slice::from_ref(key))
        .map_err(|fault| bundle::problems::not_a_checkpoint(CHECKPOINT, fault.zh(), &fault))?;
    Ok(signed)
}

/// Signature over the manifest, the manifest's own hash, then every file's.
fn check_files(
    files: &dyn Files,
    checkpoint: &Checkpoint,
    key: &VerifierKey,
    progress: Progress<'_>,
) -> Result<usize, Problem> {
    let bytes = files.require(MANIFEST_NOTE, SMALL_BYTES_MAX)?;
    let not_signed = |fault: bundle::note::NoteFault| {
        bundle::problems::not_a_note(MANIFEST_NOTE, fault.zh(), &fault)
    };
    let note = Note::parse(&bytes).map_err(not_signed)?;
    note.verify(std::slice::from_ref(key)).map_err(not_signed)?;
    let manifest = files.require(MANIFEST, MANIFEST_BYTES_MAX)?;
    if note.text() != Statement::of(checkpoint, sha256(&[&manifest])).to_string() {
        return Err(bundle::problems::manifest_of_other());
    }
    let manifest = Manifest::parse(&manifest).map_err(bundle::problems::manifest_malformed)?;
    let total = manifest.files().len() as u64;
    for (done, (path, hash)) in (0..).zip(manifest.files()) {
        if done % 256 == 0 {
            progress(done, total, "files");
        }
        let file = files
            .open(path)?
            .ok_or_else(|| bundle::problems::file_missing(path))?;
        let found = hash_of(file).map_err(|error| bundle::problems::cannot_read(path, error))?;
        if found != *hash {
            return Err(bundle::problems::file_changed(path));
        }
    }
    for path in files.list()? {
        let is_manifest = path == MANIFEST || path == MANIFEST_NOTE;
        if !is_manifest && manifest.hash_of(&path).is_none() {
            return Err(bundle::problems::file_unexpected(path));
        }
    }
    Ok(manifest.files().len())
}

/// Tells every entry, its leaf held against the tree and its facts against the leaf; gives the nature that the
/// first one founds.
fn replay(
    files: &dyn Files,
    checkpoint: &Checkpoint,
    progress: Progress<'_>,
    on_entry: &mut dyn FnMut(Told<'_>) -> Result<(), Problem>,
) -> Result<String, Problem> {
    let mut payloads = Payloads { files, file: None };
    let mut last: Option<Moment> = None;
    let mut nature = None;
    // The whole tree first: nothing is read into memory that the checkpoint does not bear out.
    check_log(files, checkpoint.size, &checkpoint.root, &mut |index, _| {
        if index.is_multiple_of(8192) {
            progress(index, checkpoint.size, "tree");
        }
        Ok(())
    })?;
    check_log(
        files,
        checkpoint.size,
        &checkpoint.root,
        &mut |index, leaf| {
            if index.is_multiple_of(8192) {
                progress(index, checkpoint.size, "entries");
            }
            let opened = payloads.next(index)?.open(index, leaf, last)?;
            last = Some(opened.leaf.time);
            let told = Told {
                position: opened.leaf.position,
                programme: opened.leaf.programme,
                kind: opened.leaf.kind,
                facts: &opened.facts,
            };
            if index == 0 {
                let founded: FoundedFacts = serde_json::from_slice(&opened.facts)
                    .map_err(|error| crate::problems::unreadable_entry(1, error))?;
                nature = Some(founded.nature);
            }
            on_entry(told)
        },
    )?;
    payloads.finish(checkpoint.size)?;
    nature.ok_or_else(|| bundle::problems::payload_missing(1))
}

/// The payloads, line by line over all files.
struct Payloads<'a> {
    files: &'a dyn Files,
    file: Option<(String, Box<dyn BufRead + 'a>)>,
}

impl Payloads<'_> {
    fn next(&mut self, index: u64) -> Result<Payload, Problem> {
        if index.is_multiple_of(PAYLOADS_OF_FILE) {
            self.finish(index)?;
            let path = payload_path(index);
            let file = self
                .files
                .open(&path)?
                .ok_or_else(|| bundle::problems::file_missing(&path))?;
            self.file = Some((path, file));
        }
        let Some((path, file)) = &mut self.file else {
            return Err(bundle::problems::payload_missing(index + 1));
        };
        let line = read_line(path, file)?;
        let line = line.ok_or_else(|| bundle::problems::payload_missing(index + 1))?;
        Payload::parse(&line)
            .ok_or_else(|| bundle::problems::payload_malformed(path, index % PAYLOADS_OF_FILE + 1))
    }

    /// No line is left in the file that was read last.
    fn finish(&mut self, size: u64) -> Result<(), Problem> {
        if let Some((path, mut file)) = self.file.take()
            && read_line(&path, &mut file)?.is_some()
        {
            let line = (size - 1) % PAYLOADS_OF_FILE + 2;
            return Err(bundle::problems::payload_malformed(path, line));
        }
        Ok(())
    }
}

/// The next line without its end; `None` at the end of the file.
fn read_line(path: &str, file: &mut Box<dyn BufRead + '_>) -> Result<Option<Vec<u8>>, Problem> {
    let mut line = Vec::new();
    file.take(PAYLOAD_BYTES_MAX)
        .read_until(b'\n', &mut line)
        .map_err(|error| bundle::problems::cannot_read(path, error))?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(bundle::problems::file_changed(path)),
    }
}

/// The root of an earlier size, proved from the tiles to be the beginning of the checkpoint's tree.
fn consistent_root(
    tiles: &TilesOf<'_>,
    checkpoint: &Checkpoint,
    trust: &Trust,
    known: Position,
) -> Result<Hash, Problem> {
    let mut tree = Tree::new(tiles, checkpoint.size);
    let root = tree.root_at(known.0)?;
    if let (Some(kept), true) = (&trust.against, known.0 > 0) {
        let proof = tree.consistency_proof(known.0, checkpoint.size)?;
        verify_consistency(
            known.0,
            checkpoint.size,
            &proof,
            &kept.checkpoint().root,
            &checkpoint.root,
        )
        .map_err(|_| bundle::problems::log_forked(known))?;
    }
    Ok(root)
}

fn check_about(
    files: &dyn Files,
    checkpoint: &Checkpoint,
    nature: &str,
    mirror: &Mirror,
) -> Result<About, Problem> {
    let bytes = files.require(ABOUT, SMALL_BYTES_MAX)?;
    let about: About =
        serde_json::from_slice(&bytes).map_err(|_| problems::about_differs(ABOUT))?;
    if about.bundle != BUNDLE_FORM {
        return Err(problems::other_form(about.bundle, BUNDLE_FORM));
    }
    let programme = mirror
        .programme()
        .ok_or_else(crate::problems::no_programme)?;
    let fields = [
        ("nature", about.nature == nature),
        ("origin", about.origin == checkpoint.origin),
        ("size", about.size == checkpoint.size),
        ("day", Day::parse(&about.day).is_ok()),
        ("programme", about.programme == *programme.id),
        (
            "programme_version",
            about.programme_version == *programme.version,
        ),
    ];
    match fields.iter().find(|(_, fits)| !fits) {
        Some((key, _)) => Err(problems::about_differs(key)),
        None => Ok(about),
    }
}

/// What entries hold that stands in files of its own: their names and hashes.
fn note_contents(entry: &Told<'_>, contents: &mut BTreeMap<String, Hash>) -> Result<(), Problem> {
    let at = entry.position;
    match Kind::from_number(entry.kind) {
        Some(Kind::Programme) => {
            let facts: ProgrammeFacts = serde_json::from_slice(entry.facts)
                .map_err(|error| crate::problems::unreadable_entry(at.0, error))?;
            for (package, path, text) in &facts.files {
                contents.insert(
                    programme_path(at, package, path),
                    sha256(&[text.as_bytes()]),
                );
            }
        }
        Some(Kind::Seal) => drop(contents.insert(sealed_path(at), sha256(&[entry.facts]))),
        Some(Kind::Publish) => drop(contents.insert(published_path(at), sha256(&[entry.facts]))),
        _ => {}
    }
    Ok(())
}

/// Those files are there with that content.
fn check_contents(files: &dyn Files, contents: &BTreeMap<String, Hash>) -> Result<(), Problem> {
    for (path, hash) in contents {
        let bytes = files.require(path, SMALL_BYTES_MAX)?;
        if sha256(&[&bytes]) != *hash {
            return Err(problems::file_differs(path));
        }
    }
    Ok(())
}

/// No file is there but those that such a bundle has, each of which was checked.
fn check_no_other(
    files: &dyn Files,
    size: u64,
    contents: &BTreeMap<String, Hash>,
    tables: &[ExportTable<'_>],
    list: &FigureList,
) -> Result<(), Problem> {
    let single = [
        ABOUT,
        CHECKPOINT,
        FIGURES,
        KEY,
        MANIFEST,
        MANIFEST_NOTE,
        README,
    ];
    let mut known: BTreeSet<String> = single.map(str::to_owned).into();
    known.extend(contents.keys().cloned());
    for (level, number, width) in tiles_of(size) {
        known.insert(tile_path(level, number, width));
        if level == 0 {
            known.insert(entries_path(number, width));
        }
    }
    let payloads = (0..size.div_ceil(PAYLOADS_OF_FILE)).map(|file| file * PAYLOADS_OF_FILE);
    known.extend(payloads.map(payload_path));
    known.extend(LOADING.map(|(_, path)| path.to_owned()));
    for table in tables {
        known.extend(["csv", "parquet"].map(|ending| table_path(&table.name, ending)));
    }
    for (name, _) in &list.questions {
        known.extend(SQL_FILES.map(|(ending, _)| format!("{name}.{ending}")));
    }
    match files.list()?.into_iter().find(|path| !known.contains(path)) {
        Some(path) => Err(problems::file_of_no_kind(path)),
        None => Ok(()),
    }
}

/// Scores every sealed assessment again, at its position and day; gives how many there are.
fn check_sealed(mirror: &Mirror) -> Result<usize, Problem> {
    for (position, facts) in mirror.all_seals() {
        let differs = || problems::sealed_differs(position.0);
        let programme = mirror
            .programme_as_of(Position(facts.at))
            .ok_or_else(crate::problems::no_programme)?;
        let id = ScorecardId::new(&facts.scorecard);
        let scorecard = programme.scorecards.get(&id).ok_or_else(differs)?;
        let ask = Ask {
            scorecard: id,
            period: Period::parse(&facts.period, programme.assessment_start)
                .map_err(|_| differs())?,
            day: Day::parse(&facts.day).map_err(|_| differs())?,
            at: Position(facts.at),
        };
        let again = assess(mirror, mirror.columns(), &ask)?;
        if values_of(&results(&again, scorecard)) != values_of(&facts.results) {
            return Err(differs());
        }
    }
    Ok(mirror.all_seals().len())
}

/// Recomputes every figure that is listed, and looks for those that should be.
fn check_figures(files: &dyn Files, mirror: &Mirror, about: &About) -> Result<FigureList, Problem> {
    let file = files
        .open(FIGURES)?
        .ok_or_else(|| bundle::problems::file_missing(FIGURES))?;
    let mut listed: BTreeMap<String, ListedFigure> = BTreeMap::new();
    for (number, line) in (1_u64..).zip(file.lines()) {
        let malformed = || problems::figures_malformed(number);
        let line = line.map_err(|error| bundle::problems::cannot_read(FIGURES, error))?;
        let figure: ListedFigure = serde_json::from_str(&line).map_err(|_| malformed())?;
        if listed.insert(figure.address.clone(), figure).is_some() {
            return Err(malformed());
        }
    }
    let asked: Vec<String> = listed
        .values()
        .filter(|figure| figure.because.iter().any(|reason| reason == "asked"))
        .map(|figure| figure.address.clone())
        .collect();
    let day = Day::parse(&about.day).map_err(|_| problems::about_differs("day"))?;
    let list = figures::list(mirror, day, &asked)?;
    for expected in &list.figures {
        let found = listed
            .remove(&expected.address)
            .ok_or_else(|| problems::figure_missing(&expected.address))?;
        if found != *expected {
            return Err(problems::figure_differs(&expected.address));
        }
    }
    // What is listed for no reason that holds.
    match listed.keys().next() {
        None => Ok(list),
        Some(address) => Err(problems::no_such_figure(address)),
    }
}

/// What this version prints the same way: the SELECTs, the statements that load the tables, the page for people.
fn check_printed(
    files: &dyn Files,
    mirror: &Mirror,
    about: &About,
    tables: &[ExportTable<'_>],
    list: &FigureList,
) -> Result<(), Problem> {
    let same = |path: String, expected: &str| -> Result<(), Problem> {
        if files.require(&path, SMALL_BYTES_MAX)? == expected.as_bytes() {
            Ok(())
        } else {
            Err(problems::file_differs(path))
        }
    };
    for (name, question) in &list.questions {
        for (ending, dialect) in SQL_FILES {
            let expected = figures::sql_text(mirror, question, dialect)?;
            same(format!("{name}.{ending}"), &expected)?;
        }
    }
    for (dialect, path) in LOADING {
        same(path.to_owned(), &loading(tables, dialect))?;
    }
    same(README.to_owned(), &readme::text(about))
}
