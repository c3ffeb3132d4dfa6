//! The data folder and its one door: opening it, appending to it, and knowing what today is.
//!
//! [`Office`] holds the ledger and the [`Mirror`] of it in memory. Every command of the other files
//! ends in one append; every read starts from [`Office::mirror`]. What a command may be is
//! said in its own file: records in `record.rs`, imports in `import/`, assessments in `assessment.rs`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use base::{Day, Moment, Position, Problem, TimeZoneName};
use ledger::{Entry, EvidenceHash, EvidenceStore, Ledger, Nature, StateView, Storage};
use programme::model::Programme;

use crate::actor::NewActor;
use crate::entry::{Evidence, FoundedFacts, Kind, Private};
use crate::fold::{fold, read};
use crate::mirror::{Mirror, Told};
use crate::problems;
use crate::relied::Refusal;
use crate::shared::{House, MirrorGuard};
use crate::snapshots;

mod appending;

pub use appending::Command;
pub(crate) use appending::Untold;

/// What opening a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading only; works beside a writer.
    Read,
    /// Writing; one at a time, or, where the ledger is in PostgreSQL, many.
    Write,
}

/// Tells how far a long work is: what is done, of how many, and of what.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64, &str);

/// An open data folder.
pub struct Office {
    dir: PathBuf,
    /// The writer's, or a reader's.
    ledger: Ledger,
    evidence: EvidenceStore,
    mirror: Held,
    actor: u64,
    /// What it shares with other threads, when it is one of many.
    house: Option<Arc<House>>,
    /// The id of the next command, when its giver chose one.
    command_id: Option<[u8; 16]>,
    /// How many groups were appended.
    appended: u64,
    is_deciding: bool,
    /// The position of the snapshot from which it started; 0 without one.
    started_from: Position,
    /// The position of the newest snapshot; `None` where none is ever written.
    snapshot: Option<Position>,
    /// What opening the folder came upon that refuses nothing.
    warnings: Vec<Problem>,
}

/// The mirror of an office that is alone, or a look at that of many.
enum Held {
    Own(Box<Mirror>),
    /// `None` while a command waits in the queue.
    Shared(Option<MirrorGuard>),
}

/// How often a command is decided when others change what it was decided on.
const DECISIONS_MAX: u32 = 6;

impl Office {
    /// Makes a new data folder with its ledger in a file, see [`Office::init_on`].
    ///
    /// # Errors
    /// Those of [`Office::init_on`].
    pub fn init(
        dir: &Path,
        sources: &programme::Sources,
        programme: Arc<Programme>,
        nature: Nature,
        actor: &NewActor,
    ) -> Result<Office, Problem> {
        Office::init_on(dir, &Storage::Sqlite, sources, programme, nature, actor)
    }

    /// Makes a new data folder. Its first entries say what it is, who made it and by which programme.
    ///
    /// # Errors
    /// The folder exists and is not empty, or it or the database cannot be written.
    pub fn init_on(
        dir: &Path,
        storage: &Storage,
        sources: &programme::Sources,
        programme: Arc<Programme>,
        nature: Nature,
        actor: &NewActor,
    ) -> Result<Office, Problem> {
        let ledger = new_ledger(dir, storage, &new_origin(&programme, nature)?, nature)?;
        let origin = ledger.origin().to_owned();
        let mut office = Office {
            snapshot: Some(Position(0)),
            ..Office::alone(dir, ledger)
        };
        let key = office.key_files().create(&origin)?.verifier();
        let founded = Command::new(
            Kind::Founded,
            &FoundedFacts {
                origin,
                nature: nature_name(nature).to_owned(),
                verifier_key: Some(key.to_string()),
            },
            &Private::default(),
        )?;
        let first = crate::actor::known_by(crate::actor::FIRST, actor)?;
        // In one step, so that no folder is ever left without its programme.
        office.append(
            vec![
                founded,
                first,
                crate::activate::in_force(sources, &programme)?,
            ],
            &[],
        )?;
        Ok(office)
    }

    /// Opens a data folder and brings the mirror up to its head.
    ///
    /// # Errors
    /// No ledger there, another writer at work, or entries that cannot be read.
    pub fn open(dir: &Path, access: Access, progress: Progress<'_>) -> Result<Office, Problem> {
        let ledger = match access {
            Access::Read => Ledger::open_read_only(dir)?,
            Access::Write => Ledger::open(dir)?,
        };
        let mut ledger = ledger;
        if state_is_of_another_version(&ledger)? {
            match access {
                Access::Read => return Err(problems::state_of_another_version()),
                Access::Write => rebuild(&mut ledger, progress)?,
            }
        }
        let (found, warnings) = snapshots::newest(dir, &ledger, access == Access::Write)?;
        let mirror = found.unwrap_or_default();
        let mut office = Office {
            started_from: mirror.position(),
            snapshot: (access == Access::Write).then(|| mirror.position()),
            mirror: Held::Own(Box::new(mirror)),
            warnings,
            ..Office::alone(dir, ledger)
        };
        // What is read stays at one position, state and columns alike, while others append.
        if access == Access::Read || office.ledger.is_shared() {
            office.ledger.hold_still()?;
        }
        office.catch_up(progress)?;
        office.check_founded()?;
        if access == Access::Write {
            // What a crash or a reader kept from being done is done now.
            if !office.ledger.is_shared() {
                office.evidence.remove_unfinished()?;
            }
            office.finish_erasures()?;
            office.abandon_open_imports()?;
        }
        Ok(office)
    }

    fn alone(dir: &Path, ledger: Ledger) -> Office {
        Office {
            dir: dir.to_owned(),
            ledger,
            evidence: EvidenceStore::at(dir),
            mirror: Held::Own(Box::new(Mirror::new())),
            actor: crate::actor::FIRST,
            house: None,
            command_id: None,
            appended: 0,
            is_deciding: false,
            started_from: Position(0),
            snapshot: None,
            warnings: Vec::new(),
        }
    }

    /// One of many that share a house. It has nothing to read before [`Office::refresh`].
    pub(crate) fn of_house(dir: &Path, reader: Ledger, house: Arc<House>) -> Office {
        Office {
            mirror: Held::Shared(None),
            house: Some(house),
            ..Office::alone(dir, reader)
        }
    }

    /// The same at this position, for long reading that needs no columns: others go on beside it.
    pub(crate) fn without_columns(mut self) -> Office {
        self.mirror = Held::Own(Box::new(self.mirror().without_columns()));
        self.house = None;
        self
    }

    /// Lets the columns go for work that needs none, however long it takes: others take in what is appended and read
    /// it meanwhile. Says whether it did; then the office is refreshed before it goes on.
    pub(crate) fn let_columns_go(&mut self) -> bool {
        let Held::Shared(Some(guard)) = &self.mirror else {
            return false;
        };
        self.mirror = Held::Own(Box::new(guard.without_columns()));
        true
    }

    pub(crate) fn into_parts(self) -> (Ledger, Mirror) {
        let ledger = self.ledger;
        ledger.let_go();
        match self.mirror {
            Held::Own(mirror) => (ledger, *mirror),
            Held::Shared(_) => (ledger, Mirror::new()),
        }
    }

    pub(crate) fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// The id of the next command; a new one where none is given.
    /// Takes the id of the command at hand, to give it back later.
    pub(crate) fn take_command_id(&mut self) -> Option<[u8; 16]> {
        self.command_id.take()
    }

    pub(crate) fn set_command_id(&mut self, id: Option<[u8; 16]>) {
        self.command_id = id;
    }

    /// Brings state and columns to the position of now, where others append too.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn refresh(&mut self) -> Result<(), Problem> {
        match &self.house {
            Some(house) => {
                self.mirror = Held::Shared(None);
                let guard = house.clone().mirror_of(&self.ledger)?;
                self.mirror = Held::Shared(Some(guard));
                Ok(())
            }
            None if self.ledger.is_shared() => {
                self.ledger.hold_still()?;
                self.catch_up(&mut |_, _, _| ())
            }
            None => Ok(()),
        }
    }

    /// Decides a command, and again when another writer changed what it was decided on: a few times,
    /// and only as long as nothing of it was appended.
    ///
    /// # Errors
    /// Those of the command; at last the conflict itself.
    pub fn decide_again<T, E: Refusal>(
        &mut self,
        mut work: impl FnMut(&mut Office) -> Result<T, E>,
    ) -> Result<T, E> {
        // One loop is enough where one command gives another.
        if std::mem::replace(&mut self.is_deciding, true) {
            return work(self);
        }
        let appended = self.appended;
        let mut decisions = 1;
        let done = loop {
            let done = work(self);
            let is_conflict = done.as_ref().is_err_and(Refusal::is_conflict);
            if !is_conflict || self.appended != appended || decisions == DECISIONS_MAX {
                break done;
            }
            decisions += 1;
            if let Err(problem) = self.refresh() {
                break Err(E::of(problem));
            }
        };
        self.is_deciding = false;
        done
    }

    /// Whether others may append beside this one.
    pub(crate) fn is_one_of_many(&self) -> bool {
        self.house.is_some() || self.ledger.is_shared()
    }

    /// Tries to take a piece of work that is done by one at a time, see [`Ledger::take_turn`].
    pub(crate) fn take_turn(&self, work: u32) -> Result<bool, Problem> {
        if let Some(house) = &self.house {
            let mut turns = house.turns.lock().unwrap_or_else(PoisonError::into_inner);
            if !turns.insert(work) {
                return Ok(false);
            }
        }
        let is_taken = self.ledger.take_turn(work);
        if !matches!(is_taken, Ok(true)) {
            self.leave_house_turn(work);
        }
        is_taken
    }

    /// Lets others take the work.
    pub(crate) fn leave_turn(&self, work: u32) -> Result<(), Problem> {
        let left = self.ledger.leave_turn(work);
        self.leave_house_turn(work);
        left
    }

    fn leave_house_turn(&self, work: u32) {
        if let Some(house) = &self.house {
            let mut turns = house.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.remove(&work);
        }
    }

    /// What the folder says that it is must be what its first entry says (law 13).
    fn check_founded(&self) -> Result<(), Problem> {
        if self.mirror().position() == Position(0) {
            return Ok(());
        }
        is_as_founded(&self.ledger, &self.ledger.entry(Position(1))?)
    }

    /// Takes every entry that the mirror has not seen.
    fn catch_up(&mut self, progress: Progress<'_>) -> Result<(), Problem> {
        let head = self.ledger.head()?.size;
        self.catch_up_to(head, progress)
    }

    fn catch_up_to(&mut self, last: Position, progress: Progress<'_>) -> Result<(), Problem> {
        let Held::Own(mirror) = &mut self.mirror else {
            return Ok(());
        };
        let from = mirror.position();
        if from >= last {
            return Ok(());
        }
        for entry in self.ledger.entries(Position(from.0 + 1)..=last)? {
            let entry = entry?;
            if entry.position.0.is_multiple_of(8192) {
                progress(entry.position.0, last.0, "entries");
            }
            mirror.take(&Told::from(&entry))?;
        }
        Ok(())
    }

    /// Writes a snapshot of what is in memory, so that the next start need not read the log up to here.
    ///
    /// # Errors
    /// The disk refuses. Nothing is lost then but time.
    pub fn save_snapshot(&mut self) -> Result<(), Problem> {
        let at = self.mirror().position();
        snapshots::write(&self.dir, self.mirror(), self.ledger.root_at(at)?)?;
        self.snapshot = Some(at);
        Ok(())
    }

    /// Writes a snapshot when so much is new that it pays. Every append does.
    fn save_snapshot_if_it_pays(&mut self) -> Result<(), Problem> {
        match self.snapshot {
            Some(last) if snapshots::pays(last, self.mirror().position()) => self.save_snapshot(),
            _ => Ok(()),
        }
    }

    /// The position of the snapshot from which this office started; what came later was read from the log.
    /// 0 when all of it was.
    pub fn started_from(&self) -> Position {
        self.started_from
    }

    /// What opening the folder came upon that refuses nothing: snapshots that could not be used.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Removes what the storage still holds of what was erased; false when readers hold it up.
    pub(crate) fn scrub(&mut self) -> Result<bool, Problem> {
        // One of many in a house only reads here: whoever opens the folder to write next does it.
        if self.house.is_some() {
            return Ok(false);
        }
        snapshots::discard_all(&self.dir)?;
        // Its own reading would hold it up.
        self.ledger.let_go();
        let done = self.ledger.scrub();
        self.refresh()?;
        done
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Real, or a demonstration.
    pub fn nature(&self) -> Nature {
        self.ledger.nature()
    }

    /// The ledger, for reading.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The state, as of now.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn state(&self) -> Result<StateView<'_>, Problem> {
        self.ledger.state()
    }

    /// What is in memory: columns, programme, cases.
    pub fn mirror(&self) -> &Mirror {
        // Of an office that could not be refreshed nothing can be read.
        static NOTHING: LazyLock<Mirror> = LazyLock::new(Mirror::new);
        match &self.mirror {
            Held::Own(mirror) => mirror,
            Held::Shared(Some(guard)) => guard,
            Held::Shared(None) => &NOTHING,
        }
    }

    /// The programme in force.
    ///
    /// # Errors
    /// None is in force: the folder was left half made.
    pub fn programme(&self) -> Result<Arc<Programme>, Problem> {
        self.mirror().programme().ok_or_else(problems::no_programme)
    }

    /// The position that a read includes when none is asked for.
    pub fn position(&self) -> Position {
        self.mirror().position()
    }

    /// Today: the demonstration's fixed day, or the civil day in the city's time zone.
    ///
    /// # Errors
    /// The programme's time zone is not known on this machine.
    pub fn today(&self) -> Result<Day, Problem> {
        let programme = self.programme()?;
        if let (Nature::Demonstration, Some(today)) = (self.nature(), programme.demonstration_today)
        {
            return Ok(today);
        }
        let zone = TimeZoneName::parse(&programme.time_zone).map_err(Problem::from)?;
        Ok(now().day_in(&zone))
    }

    /// Who acts from now on.
    pub fn acting(&self) -> u64 {
        self.actor
    }

    pub(crate) fn set_acting(&mut self, actor: u64) {
        self.actor = actor;
    }

    /// Stores a file as evidence under its hash; the same file twice is stored once.
    ///
    /// # Errors
    /// The file is too large or was erased once, or the disk cannot be written.
    pub fn store_evidence(&self, name: &str, bytes: &[u8]) -> Result<Evidence, Problem> {
        let hash = EvidenceHash::of(bytes);
        let key = crate::spaces::key(&[&hash.to_string()]);
        let erased: Option<u64> =
            crate::fold::get(&self.state()?, crate::spaces::FILE_ERASED, &key)?;
        if let Some(position) = erased {
            return Err(problems::file_was_erased(name, position));
        }
        let hash = self.evidence.put(bytes)?;
        Ok(Evidence {
            sha256: hash.to_string(),
            name: name.to_owned(),
            size: bytes.len() as u64,
        })
    }

    /// The evidence store.
    pub fn evidence(&self) -> &EvidenceStore {
        &self.evidence
    }
}

/// A new ledger. One that has no entry yet is what a founding left that was cut short, by a full disk or a
/// power cut: it is taken up, or the folder could never be founded.
fn new_ledger(
    dir: &Path,
    storage: &Storage,
    origin: &str,
    nature: Nature,
) -> Result<Ledger, Problem> {
    let refused = match Ledger::create_on(dir, storage, origin, nature) {
        Ok(ledger) => return Ok(ledger),
        Err(problem) => problem,
    };
    if refused.code != LEDGER_EXISTS {
        return Err(refused);
    }
    let left = Ledger::open(dir)?;
    if left.head()?.size == Position::EMPTY && left.nature() == nature {
        Ok(left)
    } else {
        Err(refused)
    }
}

/// The code with which a ledger is refused that is there already.
const LEDGER_EXISTS: &str = "L102";

/// Whether the state was written by another version of the fold, so that its rows may have another form.
pub(crate) fn state_is_of_another_version(ledger: &Ledger) -> Result<bool, Problem> {
    if ledger.head()?.size == Position::EMPTY {
        return Ok(false);
    }
    match crate::fold::version_of(&ledger.state()?)? {
        Some(version) if version > crate::fold::FOLD_VERSION => {
            Err(problems::state_of_later_version())
        }
        version => Ok(version != Some(crate::fold::FOLD_VERSION)),
    }
}

fn rebuild(ledger: &mut Ledger, progress: Progress<'_>) -> Result<(), Problem> {
    ledger.rebuild_state(&mut |done, total| progress(done, total, "entries"), fold)
}

/// Throws a folder's state away and replays all entries: the remedy where `verify` found that the state
/// differs from them. The entries themselves are not touched.
///
/// # Errors
/// Another process writes, or an entry does not match its leaf.
pub fn rebuild_state(dir: &Path, progress: Progress<'_>) -> Result<Position, Problem> {
    let mut ledger = Ledger::open(dir)?;
    rebuild(&mut ledger, progress)?;
    Ok(ledger.head()?.size)
}

/// Whether a ledger is what its first entry says.
///
/// # Errors
/// It is not, or the entry founds nothing.
pub(crate) fn is_as_founded(ledger: &Ledger, first: &Entry) -> Result<(), Problem> {
    if first.kind != Kind::Founded.number() {
        return Err(problems::not_as_founded("—", "—"));
    }
    let founded: FoundedFacts = read(first)?;
    if founded.nature == nature_name(ledger.nature()) && founded.origin == ledger.origin() {
        Ok(())
    } else {
        Err(problems::not_as_founded(founded.nature, founded.origin))
    }
}

/// The name under which a log's checkpoints are known. Two logs must never share one, or they would look
/// like two histories of the same log; so it ends in a random number.
pub(crate) fn new_origin(programme: &Programme, nature: Nature) -> Result<String, Problem> {
    let mut random = [0_u8; 8];
    getrandom::fill(&mut random).map_err(problems::no_randomness)?;
    Ok(format!(
        "zhicheng/{}/{}/{}",
        programme.id,
        nature_name(nature),
        hex::encode(random)
    ))
}

/// The word for a folder's nature in entries and exports.
pub fn nature_name(nature: Nature) -> &'static str {
    match nature {
        Nature::Real => "real",
        Nature::Demonstration => "demonstration",
    }
}

/// The present moment. Only this file asks the clock; everything else is told.
pub fn now() -> Moment {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
    Moment::from_micros(micros).unwrap_or(Moment::MIN)
}
