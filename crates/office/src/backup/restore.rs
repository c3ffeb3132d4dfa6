//! Bringing a backup back: into a folder beside the wanted one, verified as a whole, moved at the end.
//!
//! What is restored is a log that may have gone on since, here or elsewhere. So it signs under a new origin
//! that names the old, unless it is said (and nothing known speaks against it) that the old one ended here.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use base::Problem;
use bundle::SignedCheckpoint;
use depot::Depot;
use ledger::{CopiedEntry, EvidenceStore, Ledger, Nature, Storage};

use super::manifest::Manifest;
use super::place::{Listed, Place, evidence_name, log_of};
use crate::actor::NewActor;
use crate::erasures::ErasureList;
use crate::fold::fold;
use crate::folder::{Access, Office, Progress, nature_name};
use crate::problems;
use crate::signing::files::{KEYS_FOLDER, SIGNED_FILE};
use crate::signing::rotate::OldKey;

/// What is to be brought back.
#[derive(Debug, Clone)]
pub struct RestoreRequest {
    /// Which backup; the last one of the place when none is said.
    pub backup: Option<String>,
    /// The folder to be made.
    pub dir: PathBuf,
    /// Where its ledger is kept.
    pub storage: Storage,
    /// What becomes of the origin.
    pub origin: Origin,
    /// A checkpoint of the log that is known from elsewhere.
    pub known: Option<SignedCheckpoint>,
    /// A list of the log's erasures that was kept elsewhere (`erasures --save`), newer perhaps than those of the
    /// place.
    pub erasures: Option<ErasureList>,
    /// The folder of the log's keys, kept elsewhere, to be put back.
    pub keys: Option<PathBuf>,
    /// Who restores; the one who made the folder when nobody is named.
    pub actor: Option<NewActor>,
}

/// What becomes of a restored log's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It goes on under a new one that names the old.
    Renewed,
    /// It goes on under the old one: nothing was signed after this backup.
    Kept,
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Which backup.
    pub id: String,
    /// Entries that were in it.
    pub size: u64,
    /// Root of the tree over them, in hex.
    pub root: String,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Erasures that came after the backup and were carried out again.
    pub erased: u64,
    /// Up to which position of the log it is known what was erased.
    pub erasures_to: u64,
    /// How far the log is known to have come, in this place or by what was given.
    pub known_to: u64,
    /// Whether it is a demonstration.
    pub nature: Nature,
    /// The origin under which it signs now.
    pub signs_as: String,
    /// The verifier key of a new origin.
    pub key: Option<String>,
}

/// Brings a backup back and verifies it like any folder. An interrupted one leaves nothing at `dir`.
///
/// # Errors
/// There is something at `dir`; the first object that is missing or damaged, named with what it holds; what
/// is brought back does not verify.
pub fn restore(
    request: &RestoreRequest,
    depot: &dyn Depot,
    progress: Progress<'_>,
) -> Result<Restored, Problem> {
    let dir = &request.dir;
    if dir.exists() {
        return Err(problems::restore_target_taken(dir.display()));
    }
    let place = Place::of(depot);
    let listed = place.find(request.backup.as_deref())?;
    let manifest = place.manifest(&listed.id)?;
    let known = newest_known(&place, &listed, &manifest, request)?;
    if request.origin == Origin::Kept && known.size > manifest.size {
        return Err(problems::origin_must_be_renewed(manifest.size, known.size));
    }
    let building = Building::beside(dir)?;
    bring_entries(
        &building.path,
        &request.storage,
        &place,
        &manifest,
        progress,
    )?;
    let evidence = bring_evidence(&building.path, &place, &manifest, progress)?;
    let verified = crate::verify(&building.path, progress)?;
    if verified.root != manifest.root {
        return Err(problems::restored_differs("root"));
    }
    if let Some(keys) = &request.keys {
        put_keys_back(keys, &building.path)?;
    }
    let lists = lists_of_erasures(&place, &listed, &manifest, request)?;
    let (mut link, mut erased) = (None, 0);
    if request.origin == Origin::Renewed || !lists.is_empty() {
        let mut office = Office::open(&building.path, Access::Write, progress)?;
        if let Some(actor) = &request.actor {
            office.register_actor(actor)?;
        }
        if request.origin == Origin::Renewed {
            let reason = format!("从备份恢复 / restored from backup {}", listed.id);
            let known = known.checkpoint.as_ref();
            link = Some(office.renew_restored(OldKey::Lost, known, &reason)?);
        }
        erased = lists.carry_out(&mut office, progress)?;
    }
    building.finish(dir)?;
    Ok(Restored {
        id: listed.id,
        size: manifest.size,
        root: manifest.root,
        evidence,
        erased,
        erasures_to: lists.known_to,
        known_to: known.size,
        nature: verified.nature,
        signs_as: link
            .as_ref()
            .map_or(manifest.signs_as, |link| link.origin.clone()),
        key: link.map(|link| link.key.to_string()),
    })
}

/// What was erased after a backup, as far as the place and whoever restores know.
struct Lists<'a> {
    /// Of the place: of the log itself, and of those that were restored from its backups and have gone their own way.
    kept: Vec<ErasureList>,
    /// Of the log itself, by whoever restores.
    given: Option<&'a ErasureList>,
    /// Up to which position of this log.
    known_to: u64,
}

fn lists_of_erasures<'a>(
    place: &Place<'_>,
    listed: &Listed,
    manifest: &Manifest,
    request: &'a RestoreRequest,
) -> Result<Lists<'a>, Problem> {
    let given = request.erasures.as_ref();
    if let Some(list) = given.filter(|list| list.origin != manifest.origin) {
        return Err(problems::list_of_another_log(&list.origin));
    }
    let mut lists = Lists {
        kept: Vec::new(),
        given,
        // What was erased before it is not in a backup.
        known_to: manifest.size.max(given.map_or(0, |list| list.size)),
    };
    for last in place.last_of_each(&manifest.origin)? {
        if last.erasures.is_some() && log_of(&last.signs_as) == listed.log {
            lists.known_to = lists.known_to.max(last.size);
        }
        lists.kept.extend(place.erasures(&last)?);
    }
    Ok(lists)
}

impl Lists<'_> {
    fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.given.is_none()
    }

    /// Erases what the lists say and what is not erased in the restored folder.
    fn carry_out(&self, office: &mut Office, progress: Progress<'_>) -> Result<u64, Problem> {
        let mut receipts = Vec::new();
        for list in &self.kept {
            let shared = list.shared_with(office.ledger())?;
            receipts.extend(office.apply_erasures(&shared, progress)?);
        }
        if let Some(list) = self.given {
            receipts.extend(office.apply_erasures(list, progress)?);
        }
        match receipts.last() {
            Some(last) if !last.is_scrubbed => Err(problems::scrub_held_up()),
            _ => Ok(receipts.len() as u64),
        }
    }
}

/// How far the log is known to have reached.
struct Known {
    size: u64,
    checkpoint: Option<SignedCheckpoint>,
}

/// What the place, and whoever restores, know of the log: the longest backup and the newest checkpoint.
fn newest_known(
    place: &Place<'_>,
    listed: &Listed,
    manifest: &Manifest,
    request: &RestoreRequest,
) -> Result<Known, Problem> {
    let mut known = Known {
        size: manifest.size,
        checkpoint: None,
    };
    let mut take = |signed: SignedCheckpoint| {
        let size = signed.checkpoint().size;
        known.size = known.size.max(size);
        if known
            .checkpoint
            .as_ref()
            .is_none_or(|newest| newest.checkpoint().size <= size)
        {
            known.checkpoint = Some(signed);
        }
    };
    let mut longest = manifest.size;
    for other in place.backups()? {
        // Shorter ones know no more.
        if other.log != listed.log || other.size < manifest.size {
            continue;
        }
        longest = longest.max(other.size);
        let found = place.manifest(&other.id)?;
        let note = found.checkpoint.as_deref().unwrap_or_default();
        if let Ok(signed) = SignedCheckpoint::parse(note.as_bytes()) {
            take(signed);
        }
    }
    // The folder of keys knows what was last signed with them.
    let beside_keys = request.keys.as_ref().map(|keys| keys.join(SIGNED_FILE));
    if let Some(bytes) = beside_keys.and_then(|path| fs::read(path).ok())
        && let Ok(signed) = SignedCheckpoint::parse(&bytes)
    {
        take(signed);
    }
    if let Some(signed) = &request.known {
        let origin = &signed.checkpoint().origin;
        if *origin != manifest.signs_as && *origin != manifest.origin {
            return Err(problems::checkpoint_of_another_log(origin));
        }
        take(signed.clone());
    }
    let list = request.erasures.as_ref().map_or(0, |list| list.size);
    known.size = known.size.max(longest).max(list);
    Ok(known)
}

/// Copies the files of a folder of keys, with their permissions.
fn put_keys_back(keys: &Path, dir: &Path) -> Result<(), Problem> {
    let failed =
        |path: &Path, error: std::io::Error| problems::restore_failed(path.display(), error);
    let target = dir.join(KEYS_FOLDER);
    fs::create_dir_all(&target).map_err(|error| failed(&target, error))?;
    for entry in fs::read_dir(keys).map_err(|error| failed(keys, error))? {
        let path = entry.map_err(|error| failed(keys, error))?.path();
        if let (Some(name), true) = (path.file_name(), path.is_file()) {
            let to = target.join(name);
            fs::copy(&path, &to).map_err(|error| failed(&to, error))?;
        }
    }
    Ok(())
}

fn bring_entries(
    dir: &Path,
    storage: &Storage,
    place: &Place<'_>,
    manifest: &Manifest,
    progress: Progress<'_>,
) -> Result<(), Problem> {
    let nature = if manifest.nature == nature_name(Nature::Real) {
        Nature::Real
    } else {
        Nature::Demonstration
    };
    let mut ledger = Ledger::create_as(dir, storage, &manifest.origin, nature, &manifest.created)?;
    for segment in &manifest.segments {
        let entries: Vec<CopiedEntry> = place.segment(segment)?;
        ledger.bring_back(&entries, fold)?;
        progress(segment.last, manifest.size, "entries");
    }
    let head = ledger.head()?;
    if head.size.0 != manifest.size || hex::encode(head.root) != manifest.root {
        return Err(problems::restored_differs("root"));
    }
    if let Some(note) = &manifest.checkpoint {
        ledger.keep_signed(note)?;
    }
    if ledger.needs_scrub()? {
        ledger.scrub()?;
    }
    Ok(())
}

fn bring_evidence(
    dir: &Path,
    place: &Place<'_>,
    manifest: &Manifest,
    progress: Progress<'_>,
) -> Result<u64, Problem> {
    let store = EvidenceStore::at(dir);
    let wanted = place.evidence(manifest)?;
    let total = wanted.len() as u64;
    for (done, hash) in wanted.keys().enumerate() {
        let found = store.put(place.open_evidence(hash)?)?;
        if found.to_string() != *hash {
            // Nothing is left under a name that no entry knows.
            store.remove(found)?;
            let name = evidence_name(hash);
            return Err(problems::object_damaged(
                name,
                "佐证材料",
                "a piece of evidence",
            ));
        }
        progress(done as u64 + 1, total, "evidence");
    }
    Ok(total)
}

/// A folder that is removed unless it was finished.
struct Building {
    path: PathBuf,
}

impl Building {
    /// An empty folder beside `dir`; what an interrupted restore left there is removed.
    fn beside(dir: &Path) -> Result<Building, Problem> {
        let failed =
            |path: &Path, error: std::io::Error| problems::restore_failed(path.display(), error);
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let path = dir.with_file_name(format!(".{name}.restoring"));
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|error| failed(&path, error))?;
        }
        fs::create_dir_all(&path).map_err(|error| failed(&path, error))?;
        Ok(Building { path })
    }

    fn finish(self, dir: &Path) -> Result<(), Problem> {
        let moved = fs::rename(&self.path, dir);
        let parent = match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        moved
            .and_then(|()| File::open(parent)?.sync_all())
            .map_err(|error| problems::restore_failed(dir.display(), error))
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        // After the move there is nothing under this name; another failure is removed by the next restore.
        let _ = fs::remove_dir_all(&self.path);
    }
}
