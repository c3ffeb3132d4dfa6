//! Lost flushes: a year of commands on a watched disk, then the power is cut at many moments and what was not
//! flushed is lost, kept or torn. Whatever was acknowledged is there; the rest is a whole prefix of it.

use std::path::Path;

use base::Position;
use ledger::{Ledger, merkle};
use office::{Access, Office};
use tempfile::TempDir;

use super::crash::{Disk, Done, Unflushed, read_log, write_out};
use super::disk::WatchedDisk;
use super::{Dice, short_or_long};
use crate::city::{copy_folder, run, test_package};
use crate::files::{firm, samples};

/// Commands on a watched disk, and what was written down.
pub struct Recorded {
    pub disk: WatchedDisk,
    pub done: Vec<Done>,
    /// From which thing done on something was acknowledged, and how many entries there were then.
    acknowledged: Vec<(usize, u64)>,
    /// How many samples count after each command.
    counts: Vec<usize>,
    /// The hashes of the leaves at the end.
    leaves: Vec<merkle::Hash>,
}

fn quiet(_: u64, _: u64, _: &str) {}

/// How many samples count.
fn samples_of(data: &Path) -> usize {
    let office = Office::open(data, Access::Read, &mut quiet).unwrap();
    office.mirror().columns().rows("sample")
}

/// A year of commands; `None` where the disk cannot be watched.
pub fn recorded(rows: u32) -> Option<Recorded> {
    let disk = WatchedDisk::new()?;
    let package = test_package("town");
    let scan = disk.file("scan.pdf", "a scan ".repeat(3_000));
    let plan = disk.file("plan.pdf", b"the plan");
    let many = disk.file("samples.csv", samples("东乡", rows, rows / 10));
    let subject = format!("subject={}", firm(1));
    let sample = |number: &str, result: &str| -> Vec<String> {
        let fixed = [
            "submit",
            "sample",
            "day=2018-03-05",
            "unit=market",
            "place=east",
        ];
        let mut all: Vec<String> = fixed.map(str::to_owned).to_vec();
        all.extend([
            format!("number={number}"),
            subject.clone(),
            format!("result={result}"),
        ]);
        all
    };
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut revised = sample("a1", "fail");
    revised.extend(words("--revise --reason again"));
    let mut paper = words("submit paper number=1 day=2018-05-01 --evidence");
    paper.push(scan);
    let mut commands = vec![
        words(&format!(
            "init --demonstration --programme {}",
            package.display()
        )),
        sample("a1", "pass"),
        sample("a2", "fail"),
        paper,
        words(&format!("import sample {many}")),
        revised,
        words("withdraw 5 --reason mistaken --role programme_office --as office"),
        words("case open assessment --day 2018-01-02"),
    ];
    let mut recorded = Recorded {
        disk,
        done: Vec::new(),
        acknowledged: Vec::new(),
        counts: vec![0],
        leaves: Vec::new(),
    };
    for command in &commands {
        recorded.step(command);
    }
    let case = recorded.a_case_of_east();
    commands = vec![
        words(&format!(
            "case act {case} file --day 2018-01-15 --as z --role liaison --for-unit east"
        )),
        words(&format!(
            "case act {case} score_self --day 2018-09-03 --set self_points=10 --reason 另有说明 --as z --role liaison --for-unit east --evidence {plan}"
        )),
    ];
    for command in &commands {
        recorded.step(command);
    }
    let place = recorded.copy();
    let ledger = Ledger::open_read_only(&place.path().join("data")).unwrap();
    let leaves = ledger
        .entries(..)
        .unwrap()
        .map(|entry| entry.unwrap().leaf_hash());
    recorded.leaves = leaves.collect();
    Some(recorded)
}

impl Recorded {
    fn step(&mut self, command: &[String]) {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let before = self.done.len();
        self.disk.run(&arguments).ok();
        self.done = read_log(&self.disk.log());
        let printed = self.done[before..]
            .iter()
            .position(|done| matches!(done, Done::Out));
        let printed = before + printed.expect("a command says what it did");
        let place = self.copy();
        let data = place.path().join("data");
        let office = Office::open(&data, Access::Read, &mut quiet).unwrap();
        self.acknowledged.push((printed, office.position().0));
        self.counts.push(office.mirror().columns().rows("sample"));
    }

    /// The data folder as it is now, in another place: a reader leaves files of its own beside what it reads,
    /// which the watched disk must not have.
    fn copy(&self) -> TempDir {
        let place = TempDir::new().unwrap();
        copy_folder(&self.disk.data(), &place.path().join("data"));
        place
    }

    fn a_case_of_east(&self) -> u64 {
        let place = self.copy();
        let data = place.path().join("data");
        let cases = [
            "case",
            "list",
            "--unit",
            "east",
            "--format",
            "json",
            "--data",
            data.to_str().unwrap(),
        ];
        run(&cases).json()[0]["case"].as_u64().unwrap()
    }

    /// How many entries were acknowledged before the thing of that number was done.
    fn acknowledged_before(&self, moment: usize) -> u64 {
        let earlier = self
            .acknowledged
            .iter()
            .filter(|(printed, _)| *printed < moment);
        earlier.map(|(_, size)| *size).max().unwrap_or(0)
    }

    /// Moments at which flushing makes a difference, and others, in order.
    fn moments(&self, count: usize, dice: &mut Dice) -> Vec<usize> {
        let flushes = self.done.iter().enumerate().filter(|(_, done)| {
            matches!(
                done,
                Done::Sync(_) | Done::SyncFolder(_) | Done::Out | Done::Rename { .. }
            )
        });
        let mut all: Vec<usize> = flushes.flat_map(|(at, _)| [at, at + 1]).collect();
        all.extend((0..all.len() / 2).map(|_| dice.below(self.done.len())));
        let mut moments: Vec<usize> = (0..count).map(|_| all[dice.below(all.len())]).collect();
        if count >= all.len() {
            moments = all;
        }
        moments.push(self.done.len());
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Looks at a folder after a power cut at a moment.
    fn check(&self, data: &Path, moment: usize) -> Result<(), String> {
        let acknowledged = self.acknowledged_before(moment);
        let is_founded = Ledger::open_read_only(data)
            .is_ok_and(|ledger| ledger.head().is_ok_and(|head| head.size > Position::EMPTY));
        if acknowledged == 0 && !is_founded {
            // The folder was never said to be made: it can be made again.
            return made_again(data);
        }
        self.prefix(data, acknowledged)
    }

    /// A folder that holds at least so many entries, all of them as they were.
    pub fn prefix(&self, data: &Path, acknowledged: u64) -> Result<(), String> {
        let verified = office::verify(data, &mut quiet)
            .map_err(|problem| format!("verify: {}", problem.line(base::Lang::En)))?;
        let size = verified.position.0;
        if size < acknowledged {
            return Err(format!(
                "{acknowledged} entries were acknowledged, {size} are left"
            ));
        }
        let whole = usize::try_from(size).unwrap();
        if whole > self.leaves.len() {
            return Err(format!("{size} entries, more than there were"));
        }
        let root = merkle::root_of(&self.leaves[..whole]);
        if verified.root != hex(&root) {
            return Err(format!("the first {size} entries are others"));
        }
        let count = samples_of(data);
        if !self.counts.contains(&count) {
            return Err(format!("{count} samples count: part of a command"));
        }
        // The next writer gives up what was begun, and goes on.
        let office = Office::open(data, Access::Write, &mut quiet)
            .map_err(|problem| format!("open: {}", problem.line(base::Lang::En)))?;
        let after = office.position();
        drop(office);
        let again = office::verify(data, &mut quiet)
            .map_err(|problem| format!("verify again: {}", problem.line(base::Lang::En)))?;
        if again.open_imports != 0 || again.position != after || after < Position(size) {
            return Err(format!("after the next writer: {again:?}"));
        }
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn made_again(data: &Path) -> Result<(), String> {
    let package = test_package("town");
    let init = run(&[
        "init",
        "--demonstration",
        "--programme",
        package.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ]);
    if init.code == 0 {
        Ok(())
    } else {
        Err(format!("{init}"))
    }
}

/// What is wrong after power cuts at some moments; nothing, if all is well.
fn faults(
    recorded: &Recorded,
    moments: &[usize],
    cuts: &[Unflushed],
    flushes: fn(&Done) -> bool,
) -> Vec<String> {
    let mut dice = Dice::of("cuts");
    let mut disk = Disk::default();
    let mut faults = Vec::new();
    let mut at = 0;
    for moment in moments {
        while at < *moment {
            let done = &recorded.done[at];
            disk.take(done, flushes(done));
            at += 1;
        }
        for unflushed in cuts {
            let state = disk.after_a_cut(*unflushed, &mut dice);
            let place = TempDir::new().unwrap();
            write_out(&state, &recorded.disk.folder(), place.path());
            if let Err(fault) = recorded.check(&place.path().join("data"), *moment) {
                let before = &recorded.done[moment.saturating_sub(1)];
                let before = format!("{before:?}").chars().take(120).collect::<String>();
                faults.push(format!(
                    "cut before {moment} ({unflushed:?}), after {before}: {fault}"
                ));
            }
        }
    }
    faults
}

#[test]
fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let Some(recorded) = recorded(short_or_long(150, 6_000)) else {
        return;
    };
    let moments = recorded.moments(short_or_long(40, 400), &mut Dice::of("moments"));
    let cuts = [
        Unflushed::Lost,
        Unflushed::AsItFalls,
        Unflushed::AsItFalls,
        Unflushed::Kept,
    ];
    let cuts = &cuts[..short_or_long(2, 4)];
    let found = faults(&recorded, &moments, cuts, |_| true);
    assert!(
        found.is_empty(),
        "{} of {} states: {:#?}",
        found.len(),
        moments.len() * cuts.len(),
        &found[..found.len().min(5)]
    );
    println!(
        "{} crash states of {} things done",
        moments.len() * cuts.len(),
        recorded.done.len()
    );
}

/// The control: on a disk whose flushes do nothing the same check finds what is lost, and so it does when
/// only the evidence is not flushed.
#[test]
fn a_disk_that_lies_about_flushing_is_caught() {
    let Some(recorded) = recorded(50) else {
        return;
    };
    let end = [recorded.done.len()];
    // Only names last, or there would be nothing at all to look at.
    let names_only = |done: &Done| matches!(done, Done::SyncFolder(_));
    assert_eq!(
        faults(&recorded, &end, &[Unflushed::Lost], |_| true),
        Vec::<String>::new()
    );
    let lied_to = faults(&recorded, &end, &[Unflushed::Lost], names_only);
    assert_eq!(lied_to.len(), 1, "{lied_to:?}");

    let but_folders = |done: &Done| !matches!(done, Done::SyncFolder(path) if path.to_string_lossy().contains("evidence"));
    let without_evidence = faults(&recorded, &end, &[Unflushed::Lost], but_folders);
    assert!(
        without_evidence.len() == 1 && without_evidence[0].contains("L401"),
        "evidence that was not flushed is missed by name: {without_evidence:?}"
    );
}
