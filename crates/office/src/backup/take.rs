//! Taking a backup beside whoever works: what the place lacks is put there, read back and compared; the
//! description comes last.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use base::{Position, Problem};
use depot::Depot;
use ledger::{CopiedEntry, EvidenceStore, Ledger, StateView};

use super::chunk::{facts_of, had_private, pack, private_of};
use super::manifest::{Erased, Manifest, Segment, Stored};
use super::place::{Listed, Place, evidence_name, log_of};
use super::{FORMAT, SEGMENT_BYTES, SEGMENT_ENTRIES};
use crate::erasures::list_of;
use crate::folder::{Progress, nature_name, now, state_is_of_another_version};
use crate::problems;
use crate::signing::keys_of;

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// What names it.
    pub id: String,
    /// Entries in it.
    pub size: Position,
    /// Root of the tree over them, in hex.
    pub root: String,
    /// Pieces of evidence in it.
    pub evidence: u64,
    /// Objects that were put, read back and compared.
    pub put: u64,
    /// Their bytes.
    pub put_bytes: u64,
    /// Objects that were there already.
    pub kept: u64,
    /// Older backups of this log that still hold what was erased since.
    pub unclean: u64,
    /// Objects and older backups that were purged.
    pub purged: u64,
}

/// Backs up the data folder `dir`; whoever writes goes on beside it. With `purge`, older backups of the log
/// and all that no backup of the place needs are removed afterwards; nobody else may put a backup there at
/// that moment.
///
/// # Errors
/// The folder or the place cannot be read or written; the folder is older than its last backup, or has
/// another history. No description was written then: the last backup is the one before.
pub fn take_backup(
    dir: &Path,
    depot: &dyn Depot,
    purge: bool,
    progress: Progress<'_>,
) -> Result<BackupReport, Problem> {
    let ledger = Ledger::open_read_only(dir)?;
    // All entries are read as of one moment, so that an erasure is in all of it or in nothing.
    let still = ledger.state()?;
    let place = Place::of(depot);
    let chain = keys_of(&ledger)?;
    let log = log_of(chain.origin());
    let before = place.last_of(&log)?.map(|(_, manifest)| manifest);
    let mut taking = Taking {
        ledger: &ledger,
        there: depot.list("objects/")?.into_iter().collect(),
        depot,
        report: BackupReport {
            id: String::new(),
            size: Position::EMPTY,
            root: String::new(),
            evidence: 0,
            put: 0,
            put_bytes: 0,
            kept: 0,
            unclean: 0,
            purged: 0,
        },
    };
    let mut segments = taking.kept_segments(before.as_ref())?;
    let next = segments.last().map_or(1, |last| last.last + 1);
    let copied = ledger.copied(Position(next))?;
    let head = copied.head();
    if let Some(before) = &before {
        follows(&ledger, before, head.size)?;
    }
    let checkpoint = ledger.last_signed()?;
    let mut pending = Vec::new();
    let mut bytes = 0;
    for entry in copied {
        let entry = entry?;
        bytes += entry.facts.bytes.len();
        bytes += entry.private.as_ref().map_or(0, |part| part.bytes.len());
        let position = entry.position.0;
        pending.push(entry);
        if pending.len() as u64 >= SEGMENT_ENTRIES || bytes >= SEGMENT_BYTES {
            segments.push(taking.put_segment(&pending, true)?);
            progress(position, head.size.0, "entries");
            pending.clear();
            bytes = 0;
        }
    }
    if !pending.is_empty() {
        segments.push(taking.put_segment(&pending, false)?);
    }
    let root = hex::encode(head.root);
    let erasures = taking.put_erasures(&still)?;
    drop(still);
    let evidence = taking.put_evidence(dir, progress)?;
    let taken = now();
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        origin: ledger.origin().to_owned(),
        signs_as: chain.origin().to_owned(),
        nature: nature_name(ledger.nature()).to_owned(),
        created: ledger.created().to_owned(),
        size: head.size.0,
        root,
        taken: taken.to_string(),
        segments,
        evidence,
        erasures,
        checkpoint,
    };
    let mut report = taking.report;
    let id = format!("{log}/{:020}-{}", head.size.0, taken.as_micros());
    put_and_compare(depot, &format!("backups/{id}"), &manifest.to_bytes()?)?;
    report.size = head.size;
    report.root = manifest.root.clone();
    report.id = id;
    let older = older_backups(&place, &report.id, &log)?;
    if purge {
        report.purged = sweep(&place, &older)?;
    } else {
        report.unclean = unclean(&ledger, &place, &older)?;
    }
    Ok(report)
}

/// Whether the folder goes on from its last backup.
fn follows(ledger: &Ledger, before: &Manifest, size: Position) -> Result<(), Problem> {
    if size.0 < before.size {
        return Err(problems::older_than_backup(size, before.size));
    }
    if hex::encode(ledger.root_at(Position(before.size))?) != before.root {
        return Err(problems::other_history(before.size));
    }
    Ok(())
}

struct Taking<'a> {
    ledger: &'a Ledger,
    depot: &'a dyn Depot,
    /// Names and sizes of the objects that are there.
    there: HashMap<String, u64>,
    report: BackupReport,
}

impl Taking<'_> {
    /// The full segments of the last backup, with the private parts left out that were erased since; a segment
    /// of which an object has gone is made again.
    fn kept_segments(&mut self, before: Option<&Manifest>) -> Result<Vec<Segment>, Problem> {
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        if before.size > self.ledger.head()?.size.0 {
            return Err(problems::older_than_backup(
                self.ledger.head()?.size,
                before.size,
            ));
        }
        let erased = self.ledger.erasures()?;
        let since: BTreeSet<u64> = erased
            .iter()
            .filter(|(_, by)| by.0 > before.size)
            .map(|(position, _)| position.0)
            .collect();
        let mut kept = Vec::new();
        for segment in before.segments.iter().filter(|segment| segment.full) {
            let is_there = |object: &Stored| self.there.get(&object.name()) == Some(&object.bytes);
            let is_whole =
                is_there(&segment.facts) && segment.private.as_ref().is_none_or(is_there);
            let is_clean = since.range(segment.first..=segment.last).next().is_none();
            if is_whole && is_clean {
                self.report.kept += 1 + u64::from(segment.private.is_some());
                kept.push(segment.clone());
                continue;
            }
            let count = usize::try_from(segment.last - segment.first + 1).unwrap_or(usize::MAX);
            let entries: Vec<CopiedEntry> = self
                .ledger
                .copied(Position(segment.first))?
                .take(count)
                .collect::<Result<_, _>>()?;
            kept.push(self.put_segment(&entries, true)?);
        }
        Ok(kept)
    }

    fn put_segment(&mut self, entries: &[CopiedEntry], full: bool) -> Result<Segment, Problem> {
        let position = |entry: Option<&CopiedEntry>| entry.map_or(0, |entry| entry.position.0);
        let facts = self.put(&pack(&facts_of(entries)))?;
        let private = private_of(entries).map(|bytes| self.put(&pack(&bytes)));
        Ok(Segment {
            first: position(entries.first()),
            last: position(entries.last()),
            full,
            facts,
            private: private.transpose()?,
        })
    }

    /// Puts the list of what was erased, which is applied to older backups when they are brought back. `None` where a
    /// state of another version cannot be asked; the next writer rebuilds it.
    fn put_erasures(&mut self, state: &StateView<'_>) -> Result<Option<Erased>, Problem> {
        if state_is_of_another_version(self.ledger)? {
            return Ok(None);
        }
        let mut list = list_of(self.ledger, state)?;
        let Some(last) = list.erasures.last() else {
            return Ok(Some(Erased::default()));
        };
        // The same as long as nothing more is erased, so that it is put once.
        list.size = last.position;
        let list = self.put(&pack(&list.to_bytes()?))?;
        Ok(Some(Erased { list: Some(list) }))
    }

    /// Puts an object, unless it is there with that size.
    fn put(&mut self, bytes: &[u8]) -> Result<Stored, Problem> {
        let stored = Stored::of(bytes);
        let name = stored.name();
        if self.there.get(&name) == Some(&stored.bytes) {
            self.report.kept += 1;
            return Ok(stored);
        }
        put_and_compare(self.depot, &name, bytes)?;
        self.there.insert(name, stored.bytes);
        self.report.put += 1;
        self.report.put_bytes += stored.bytes;
        Ok(stored)
    }

    /// Puts the evidence that the place lacks, and its list. The files of every entry that was read are listed,
    /// because a file is stored before its entry; those of entries that came since may be.
    fn put_evidence(
        &mut self,
        dir: &Path,
        progress: Progress<'_>,
    ) -> Result<Option<Stored>, Problem> {
        let store = EvidenceStore::at(dir);
        let place = Place::of(self.depot);
        let there: HashMap<String, u64> = self.depot.list("evidence/")?.into_iter().collect();
        let files = store.list()?;
        let total = files.len() as u64;
        let mut listed = BTreeMap::new();
        for (done, (hash, bytes)) in files.into_iter().enumerate() {
            let text = hash.to_string();
            let name = evidence_name(&text);
            if there.get(&name) == Some(&bytes) {
                self.report.kept += 1;
            } else {
                // A damaged file must not take the place of what it was.
                match store.copy_to(hash, &mut std::io::sink()) {
                    Ok(_) => {}
                    // Erased in the meantime.
                    Err(_) if !store.contains(hash) => continue,
                    Err(problem) => return Err(problem),
                }
                self.depot.put_file(&name, &store.path(hash))?;
                place.check_evidence(&text)?;
                self.report.put += 1;
                self.report.put_bytes += bytes;
            }
            listed.insert(text, bytes);
            progress(done as u64 + 1, total, "evidence");
        }
        self.report.evidence = listed.len() as u64;
        if listed.is_empty() {
            return Ok(None);
        }
        let lines: String = listed
            .iter()
            .map(|(hash, bytes)| format!("{hash} {bytes}\n"))
            .collect();
        self.put(&pack(lines.as_bytes())).map(Some)
    }
}

/// Puts an object and reads it back.
fn put_and_compare(depot: &dyn Depot, name: &str, bytes: &[u8]) -> Result<(), Problem> {
    depot.put(name, bytes)?;
    let what = ("刚写入", "just written");
    let found = depot.read(name, bytes.len() as u64);
    match found? {
        Some(found) if found == bytes => Ok(()),
        Some(_) => Err(problems::object_damaged(name, what.0, what.1)),
        None => Err(problems::object_missing(name, what.0, what.1)),
    }
}

fn older_backups(place: &Place<'_>, id: &str, log: &str) -> Result<Vec<Listed>, Problem> {
    let mut found = place.backups()?;
    found.retain(|listed| listed.log == log && listed.id != id);
    Ok(found)
}

/// How many older backups hold private parts that were erased since.
fn unclean(ledger: &Ledger, place: &Place<'_>, older: &[Listed]) -> Result<u64, Problem> {
    let erasures = ledger.erasures()?;
    // A backup that reaches beyond the last erasure was taken without what it erased.
    let last = erasures.iter().map(|(_, by)| by.0).max().unwrap_or(0);
    let mut count = 0;
    // What a private object holds does not change, so each is read once.
    let mut known: HashMap<String, bool> = HashMap::new();
    for listed in older.iter().filter(|listed| listed.size < last) {
        let manifest = place.manifest(&listed.id)?;
        let mut is_unclean = false;
        for segment in &manifest.segments {
            let range = segment.first..=segment.last;
            let erased: HashSet<u64> = erasures
                .iter()
                .map(|(position, _)| position.0)
                .filter(|position| range.contains(position))
                .collect();
            let Some(private) = segment.private.as_ref().filter(|_| !erased.is_empty()) else {
                continue;
            };
            let holds = match known.get(&private.sha256) {
                Some(holds) => *holds,
                None => {
                    let entries = place.segment(segment)?;
                    let holds = entries.iter().any(|entry| {
                        entry.private.is_some()
                            && had_private(entry)
                            && erased.contains(&entry.position.0)
                    });
                    known.insert(private.sha256.clone(), holds);
                    holds
                }
            };
            is_unclean |= holds;
        }
        count += u64::from(is_unclean);
    }
    Ok(count)
}

/// Removes backups, and then every object and piece of evidence that no backup of the place needs.
fn sweep(place: &Place<'_>, older: &[Listed]) -> Result<u64, Problem> {
    let depot = place.depot;
    for listed in older {
        depot.remove(&format!("backups/{}", listed.id))?;
    }
    let mut needed = HashSet::new();
    for listed in place.backups()? {
        let manifest = place.manifest(&listed.id)?;
        needed.extend(manifest.objects().map(Stored::name));
        let evidence = place.evidence(&manifest)?;
        needed.extend(evidence.keys().map(|hash| evidence_name(hash)));
    }
    let mut purged = older.len() as u64;
    for prefix in ["objects/", "evidence/"] {
        for (name, _) in depot.list(prefix)? {
            if !needed.contains(&name) {
                depot.remove(&name)?;
                purged += 1;
            }
        }
    }
    Ok(purged)
}
