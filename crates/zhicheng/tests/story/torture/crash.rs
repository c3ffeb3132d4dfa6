//! A model of a disk that loses power: what was written down by the shim, replayed up to a moment, with what
//! was not flushed by then lost, kept, or torn.
//!
//! What a power cut may do, as POSIX leaves it open: a write lasts for sure only when its file was flushed
//! after it, and until then may be there in whole, in part (sectors of 512 bytes) or not, whatever was
//! written before or after it; a name (created, renamed, removed) lasts for sure only when its folder was
//! flushed, and names come in their order, as journals of file systems keep them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::Dice;

const SECTOR_BYTES: usize = 512;

/// One thing that the program did.
#[derive(Debug)]
pub enum Done {
    /// A file was made.
    Create { inode: u64, path: PathBuf },
    /// A folder was made.
    Mkdir(PathBuf),
    /// Bytes were written.
    Write {
        inode: u64,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// A file got another length.
    Truncate { inode: u64, length: usize },
    /// A file was flushed.
    Sync(u64),
    /// A folder was flushed.
    SyncFolder(PathBuf),
    /// A file was renamed.
    Rename {
        inode: u64,
        from: PathBuf,
        to: PathBuf,
    },
    /// A name was removed.
    Unlink(PathBuf),
    /// Something was printed.
    Out,
}

/// Reads what the shim wrote down.
pub fn read_log(path: &Path) -> Vec<Done> {
    let bytes = std::fs::read(path).unwrap();
    let mut rest = bytes.as_slice();
    let mut all = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let parts: Vec<&str> = head.splitn(5, ' ').collect();
        let [what, inode, offset, length, name] = parts[..] else {
            panic!("{head}")
        };
        let (inode, length): (u64, usize) = (inode.parse().unwrap(), length.parse().unwrap());
        let offset: usize = offset.parse().unwrap();
        let content = rest[end + 1..end + 1 + length].to_vec();
        assert_eq!(rest[end + 1 + length], b'\n', "{head}");
        rest = &rest[end + length + 2..];
        let path = PathBuf::from(name);
        all.push(match what {
            "create" => Done::Create { inode, path },
            "mkdir" => Done::Mkdir(path),
            "write" => Done::Write {
                inode,
                offset,
                bytes: content,
            },
            "truncate" => Done::Truncate {
                inode,
                length: offset,
            },
            "sync" => Done::Sync(inode),
            "syncdir" => Done::SyncFolder(path),
            "rename" => Done::Rename {
                inode,
                from: path,
                to: PathBuf::from(String::from_utf8(content).unwrap()),
            },
            "unlink" => Done::Unlink(path),
            "out" => Done::Out,
            other => panic!("{other}"),
        });
    }
    all
}

/// What happens to what was not flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unflushed {
    /// All of it is lost: the disk had written nothing yet.
    Lost,
    /// All of it is there: the process was killed and the machine went on.
    Kept,
    /// Each write is there, or not, or torn, as the dice fall.
    AsItFalls,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Change::Truncate(length) => content.resize(*length, 0),
            Change::Write(offset, bytes) => {
                let end = offset + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*offset..end].copy_from_slice(bytes);
            }
        }
    }

    /// Some sectors of a write; a change of length has no parts.
    fn apply_torn(&self, content: &mut Vec<u8>, dice: &mut Dice) {
        let Change::Write(offset, bytes) = self else {
            return self.apply(content);
        };
        for (number, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
            if dice.below(2) == 0 {
                Change::Write(offset + number * SECTOR_BYTES, sector.to_vec()).apply(content);
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
struct File {
    flushed: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Copy, Debug)]
enum Node {
    Folder,
    /// The place of a file in the list of files.
    File(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Add(PathBuf, Node),
    Move(PathBuf, PathBuf, Node),
    Remove(PathBuf),
}

impl Naming {
    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Naming::Add(path, _) | Naming::Remove(path) => path.parent() == Some(folder),
            Naming::Move(_, to, _) => to.parent() == Some(folder),
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Naming::Add(path, node) => drop(names.insert(path.clone(), *node)),
            Naming::Move(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
            Naming::Remove(path) => drop(names.remove(path)),
        }
    }
}

/// The disk at a moment.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    inodes: HashMap<u64, usize>,
    names: BTreeMap<PathBuf, Node>,
    namings: Vec<Naming>,
}

impl Disk {
    /// Does the next thing. `flushes` says whether a flush of a path does what it says: a control that must
    /// be caught.
    pub fn take(&mut self, done: &Done, flushes: bool) {
        match done {
            Done::Create { inode, path } => {
                self.files.push(File::default());
                let place = self.files.len() - 1;
                self.inodes.insert(*inode, place);
                self.namings
                    .push(Naming::Add(path.clone(), Node::File(place)));
            }
            Done::Mkdir(path) => self.namings.push(Naming::Add(path.clone(), Node::Folder)),
            Done::Write {
                inode,
                offset,
                bytes,
            } => {
                let change = Change::Write(*offset, bytes.clone());
                self.file(*inode).pending.push(change);
            }
            Done::Truncate { inode, length } => {
                self.file(*inode).pending.push(Change::Truncate(*length));
            }
            Done::Sync(inode) if flushes => {
                let file = self.file(*inode);
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.flushed);
                }
            }
            Done::SyncFolder(folder) if flushes => {
                let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.namings)
                    .into_iter()
                    .partition(|naming| naming.is_in(folder));
                self.namings = later;
                for naming in now {
                    if let Naming::Move(from, ..) = &naming {
                        // A file that was moved for good does not come back under its first name.
                        self.namings
                            .retain(|other| !matches!(other, Naming::Add(path, _) if path == from));
                    }
                    naming.apply(&mut self.names);
                }
            }
            Done::Rename { inode, from, to } => {
                let node = Node::File(self.inodes[inode]);
                self.namings
                    .push(Naming::Move(from.clone(), to.clone(), node));
            }
            Done::Unlink(path) => self.namings.push(Naming::Remove(path.clone())),
            Done::Sync(_) | Done::SyncFolder(_) | Done::Out => {}
        }
    }

    fn file(&mut self, inode: u64) -> &mut File {
        let place = self.inodes[&inode];
        &mut self.files[place]
    }

    /// What is there after the power was cut now: files with their content, folders with none.
    pub fn after_a_cut(
        &self,
        unflushed: Unflushed,
        dice: &mut Dice,
    ) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut names = self.names.clone();
        let kept = match unflushed {
            Unflushed::Lost => 0,
            Unflushed::Kept => self.namings.len(),
            Unflushed::AsItFalls => dice.below(self.namings.len() + 1),
        };
        for naming in &self.namings[..kept] {
            naming.apply(&mut names);
        }
        let mut content = |file: &File| {
            let mut bytes = file.flushed.clone();
            for change in &file.pending {
                match (unflushed, dice.below(3)) {
                    (Unflushed::Lost, _) | (Unflushed::AsItFalls, 0) => {}
                    (Unflushed::Kept, _) | (Unflushed::AsItFalls, 1) => change.apply(&mut bytes),
                    (Unflushed::AsItFalls, _) => change.apply_torn(&mut bytes, dice),
                }
            }
            bytes
        };
        let node = |node: Node| match node {
            Node::Folder => None,
            Node::File(place) => Some(place),
        };
        names
            .into_iter()
            .map(|(path, found)| (path, node(found).map(|place| content(&self.files[place]))))
            .collect()
    }
}

/// Writes a state of the disk `from` into the folder `to`; what lies in a folder that is lost is lost too.
pub fn write_out(state: &BTreeMap<PathBuf, Option<Vec<u8>>>, from: &Path, to: &Path) {
    for (path, content) in state {
        let path = to.join(path.strip_prefix(from).unwrap());
        if !path.parent().unwrap().is_dir() {
            continue;
        }
        match content {
            None => std::fs::create_dir(&path).unwrap(),
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
        }
    }
}

#[test]
fn the_model_loses_what_was_not_flushed_and_nothing_else() {
    let path = |name: &str| PathBuf::from("/d").join(name);
    let write = |offset, text: &str| Done::Write {
        inode: 1,
        offset,
        bytes: text.as_bytes().to_vec(),
    };
    let mut disk = Disk::default();
    disk.take(
        &Done::Create {
            inode: 1,
            path: path("a"),
        },
        true,
    );
    disk.take(&write(0, "one"), true);
    disk.take(&Done::Sync(1), true);
    let dice = &mut Dice::of("model");
    assert!(
        disk.after_a_cut(Unflushed::Lost, dice).is_empty(),
        "the name was not flushed"
    );
    disk.take(&Done::SyncFolder(PathBuf::from("/d")), true);
    disk.take(&write(3, " two"), true);
    disk.take(&Done::Unlink(path("a")), true);
    let lost = disk.after_a_cut(Unflushed::Lost, dice);
    assert_eq!(lost[&path("a")].as_deref(), Some(b"one".as_slice()));
    assert!(disk.after_a_cut(Unflushed::Kept, dice).is_empty());
    disk.namings.clear();
    let kept = disk.after_a_cut(Unflushed::Kept, dice);
    assert_eq!(kept[&path("a")].as_deref(), Some(b"one two".as_slice()));
}
