//! The place where backups are: its names, and reading what they name with every byte checked.

use std::collections::BTreeMap;
use std::io::Read;

use base::Problem;
use depot::Depot;
use ledger::EvidenceHash;

use super::chunk::{CHUNK_BYTES_MAX, unpack};
use super::manifest::{Manifest, Segment, Stored};
use crate::erasures::ErasureList;
use crate::problems;

/// The largest description of a backup: some 300 bytes for each of 4096 entries, for 1,000 million of them.
const MANIFEST_BYTES_MAX: u64 = 128 << 20;

/// A place that holds backups.
pub struct Place<'a> {
    pub(super) depot: &'a dyn Depot,
}

/// A backup of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What names it for `restore --backup`: `SIZE-TIME` behind the log.
    pub id: String,
    /// The log: the beginning of SHA-256 of its origin.
    pub log: String,
    /// Entries.
    pub size: u64,
}

/// What names a log in a place, by the origin under which it signs.
pub(super) fn log_of(origin: &str) -> String {
    let mut hash = EvidenceHash::of(origin.as_bytes()).to_string();
    hash.truncate(16);
    hash
}

/// Where a piece of evidence is.
pub(super) fn evidence_name(hash: &str) -> String {
    format!("evidence/{}/{hash}", hash.get(..2).unwrap_or_default())
}

impl Place<'_> {
    /// The place that a depot is.
    pub fn of(depot: &dyn Depot) -> Place<'_> {
        Place { depot }
    }

    /// Every complete backup, by log, the shortest and oldest first.
    ///
    /// # Errors
    /// The place cannot be read.
    pub fn backups(&self) -> Result<Vec<Listed>, Problem> {
        let mut found = Vec::new();
        for (name, _) in self.depot.list("backups/")? {
            let mut parts = name.split('/').skip(1);
            let (Some(log), Some(id), None) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            let size = id.split_once('-').and_then(|(size, _)| size.parse().ok());
            if let Some(size) = size {
                found.push(Listed {
                    id: format!("{log}/{id}"),
                    log: log.to_owned(),
                    size,
                });
            }
        }
        Ok(found)
    }

    /// The last backup of a log; `None` when there is none.
    pub(super) fn last_of(&self, log: &str) -> Result<Option<(Listed, Manifest)>, Problem> {
        let last = self.backups()?.into_iter().rfind(|found| found.log == log);
        last.map(|listed| {
            let manifest = self.manifest(&listed.id)?;
            Ok((listed, manifest))
        })
        .transpose()
    }

    /// The backup of that id, or the last one where the place has those of one log only.
    ///
    /// # Errors
    /// There is none, or it is not clear which is meant.
    pub fn find(&self, id: Option<&str>) -> Result<Listed, Problem> {
        let place = self.depot.place();
        let all = self.backups()?;
        match id {
            Some(id) => all
                .into_iter()
                .find(|found| found.id == id || found.id.ends_with(&format!("/{id}")))
                .ok_or_else(|| problems::no_such_backup(id, place)),
            None => {
                let last = all.last().cloned();
                let last = last.ok_or_else(|| problems::no_backup(place))?;
                if all.iter().any(|found| found.log != last.log) {
                    return Err(problems::several_logs(place));
                }
                Ok(last)
            }
        }
    }

    /// What a backup consists of.
    ///
    /// # Errors
    /// It is not there, or damaged.
    pub fn manifest(&self, id: &str) -> Result<Manifest, Problem> {
        let name = format!("backups/{id}");
        let bytes = self
            .depot
            .read(&name, MANIFEST_BYTES_MAX)?
            .ok_or_else(|| problems::no_such_backup(id, self.depot.place()))?;
        Manifest::from_bytes(&name, &bytes)
    }

    /// The bytes of an object as they are stored, held against its hash.
    pub(super) fn stored(&self, object: &Stored, what: (&str, &str)) -> Result<Vec<u8>, Problem> {
        let name = object.name();
        let limit = CHUNK_BYTES_MAX.max(object.bytes);
        let bytes = self
            .depot
            .read(&name, limit)?
            .ok_or_else(|| problems::object_missing(&name, what.0, what.1))?;
        if EvidenceHash::of(&bytes).to_string() != object.sha256 {
            return Err(problems::object_damaged(&name, what.0, what.1));
        }
        Ok(bytes)
    }

    /// The entries of a segment. Whether they match their leaves is not looked at.
    pub(super) fn segment(&self, segment: &Segment) -> Result<Vec<ledger::CopiedEntry>, Problem> {
        let what_zh = format!("第 {} 至 {} 条存证", segment.first, segment.last);
        let what_en = format!("entries {} to {}", segment.first, segment.last);
        let what = (what_zh.as_str(), what_en.as_str());
        let damaged = |object: &Stored| problems::object_damaged(object.name(), &what_zh, &what_en);
        let unpacked =
            |object: &Stored| unpack(&self.stored(object, what)?).ok_or_else(|| damaged(object));
        let facts = unpacked(&segment.facts)?;
        let private = segment.private.as_ref().map(unpacked).transpose()?;
        let entries = super::chunk::entries_of(&facts, private.as_deref());
        let entries = entries.ok_or_else(|| damaged(&segment.facts))?;
        let ends = (
            entries.first().map(|entry| entry.position.0),
            entries.last().map(|entry| entry.position.0),
        );
        if ends != (Some(segment.first), Some(segment.last)) {
            return Err(damaged(&segment.facts));
        }
        Ok(entries)
    }

    /// The evidence of a backup: hash in hex and bytes, in order.
    pub(super) fn evidence(&self, manifest: &Manifest) -> Result<BTreeMap<String, u64>, Problem> {
        let Some(object) = &manifest.evidence else {
            return Ok(BTreeMap::new());
        };
        let what = ("佐证清单", "the list of evidence");
        let damaged = || problems::object_damaged(object.name(), what.0, what.1);
        let bytes = unpack(&self.stored(object, what)?).ok_or_else(damaged)?;
        let text = String::from_utf8(bytes).map_err(|_| damaged())?;
        let line = |line: &str| {
            let (hash, bytes) = line.split_once(' ')?;
            EvidenceHash::parse(hash)?;
            Some((hash.to_owned(), bytes.parse().ok()?))
        };
        text.lines()
            .map(|text| line(text).ok_or_else(damaged))
            .collect()
    }

    /// What a backup knows to be erased; `None` when nothing was, or it is of a version that kept no list.
    pub(super) fn erasures(&self, manifest: &Manifest) -> Result<Option<ErasureList>, Problem> {
        let Some(object) = manifest.list() else {
            return Ok(None);
        };
        let what = ("删除清单", "the list of erasures");
        let damaged = || problems::object_damaged(object.name(), what.0, what.1);
        let bytes = unpack(&self.stored(object, what)?).ok_or_else(damaged)?;
        ErasureList::from_bytes(&bytes).map(Some)
    }

    /// The last backup of each log that began as `origin`: the log itself, whatever it signs as now, and those that
    /// were restored from its backups.
    pub(super) fn last_of_each(&self, origin: &str) -> Result<Vec<Manifest>, Problem> {
        let mut last: BTreeMap<String, Listed> = BTreeMap::new();
        for listed in self.backups()? {
            last.insert(listed.log.clone(), listed);
        }
        let mut found = Vec::new();
        for listed in last.into_values() {
            let manifest = self.manifest(&listed.id)?;
            if manifest.origin == origin {
                found.push(manifest);
            }
        }
        Ok(found)
    }

    /// Opens a piece of evidence.
    pub(super) fn open_evidence(&self, hash: &str) -> Result<Box<dyn Read + '_>, Problem> {
        let name = evidence_name(hash);
        self.depot
            .get(&name)?
            .ok_or_else(|| problems::object_missing(&name, "佐证材料", "a piece of evidence"))
    }

    /// Reads a piece of evidence and holds it against its hash.
    pub(super) fn check_evidence(&self, hash: &str) -> Result<(), Problem> {
        let name = evidence_name(hash);
        let mut content = self.open_evidence(hash)?;
        let mut sum = Sum::default();
        let copied = std::io::copy(&mut content, &mut sum);
        copied.map_err(|error| depot::problems::cannot_read(self.depot.place(), &name, error))?;
        if hex::encode(sum.finish()) == hash {
            Ok(())
        } else {
            Err(problems::object_damaged(
                name,
                "佐证材料",
                "a piece of evidence",
            ))
        }
    }
}

/// SHA-256 of what is written to it.
#[derive(Default)]
struct Sum(sha2::Sha256);

impl Sum {
    fn finish(self) -> [u8; 32] {
        use sha2::Digest as _;
        self.0.finalize().into()
    }
}

impl std::io::Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        use sha2::Digest as _;
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
