//! The stable driver: the corpus as it is, then changed at random, each input under a limit of time.
//!
//! It knows nothing of coverage, so it finds what is near the corpus; what was found once comes into the corpus
//! and stays near from then on.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use crate::Target;
use crate::mutate::{Dice, mutate};

/// The longest input that is tried.
pub const INPUT_BYTES_MAX: usize = 64 << 10;

/// The longest time of work that one input may take, in a build without optimisation. What costs the square
/// of its length takes far longer at [`INPUT_BYTES_MAX`].
pub const INPUT_TIME_MAX: Duration = Duration::from_secs(10);

/// An input that something is wrong with.
#[derive(Debug)]
pub struct Finding {
    /// The input, made shorter as long as something stayed wrong.
    pub input: Vec<u8>,
    /// What is wrong.
    pub what: String,
}

/// How much was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Inputs.
    pub inputs: u64,
    /// The longest that one took.
    pub slowest: Duration,
}

/// The committed inputs of a target, by name of file.
///
/// # Errors
/// The corpus cannot be read.
pub fn corpus(target: &Target) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name);
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        inputs.push((name, std::fs::read(entry.path())?));
    }
    inputs.sort();
    Ok(inputs)
}

thread_local! {
    static WHAT: RefCell<String> = const { RefCell::new(String::new()) };
    static IS_TRYING: RefCell<bool> = const { RefCell::new(false) };
}

/// While an input is tried, its panic is kept and not printed; any other is printed as ever.
fn keep_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_TRYING.with_borrow(|is_trying| *is_trying) {
                WHAT.set(info.to_string());
            } else {
                before(info);
            }
        }));
    });
}

/// Tries one input: how long it took, or what is wrong.
///
/// # Errors
/// What the target said when it panicked, or that it took too long.
pub fn try_one(target: &Target, input: &[u8]) -> Result<Duration, String> {
    keep_panics();
    let (started, worked) = (Instant::now(), time_worked());
    IS_TRYING.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    IS_TRYING.set(false);
    let taken = match (worked, time_worked()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => started.elapsed(),
    };
    match done {
        Err(_) => Err(WHAT.take()),
        Ok(()) if taken > INPUT_TIME_MAX => Err(format!(
            "{} bytes took {taken:?}, more than {INPUT_TIME_MAX:?}",
            input.len()
        )),
        Ok(()) => Ok(taken),
    }
}

/// How long this thread has been at work, not waiting for others on a busy machine; where the system tells
/// (Linux).
fn time_worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so much time.
    Elapsed(Duration),
    /// After so many changed inputs.
    Inputs(u64),
}

/// Tries the corpus, then changed inputs. Before each, the input is written to `current` where that is
/// given: what ends the process (an endless recursion) leaves it there.
///
/// # Errors
/// The first finding.
pub fn drive(
    target: &Target,
    until: Until,
    seed: u64,
    current: Option<&Path>,
) -> Result<Tried, Box<Finding>> {
    let found = |input: &[u8], what: String| Box::new(shortened(target, input, what));
    let corpus: Vec<Vec<u8>> = corpus(target)
        .map_err(|error| found(&[], format!("no corpus of {}: {error}", target.name)))?
        .into_iter()
        .map(|(_, input)| input)
        .collect();
    let mut tried = Tried::default();
    let mut attempt = |input: &[u8]| {
        if let Some(path) = current {
            // Only a help when the process dies; a full disk must not stop the run.
            let _ = std::fs::write(path, input);
        }
        let taken = try_one(target, input).map_err(|what| found(input, what))?;
        tried.inputs += 1;
        tried.slowest = tried.slowest.max(taken);
        Ok::<_, Box<Finding>>(())
    };
    for input in &corpus {
        attempt(input)?;
    }
    let started = Instant::now();
    let mut dice = Dice::new(seed);
    let mut made = 0;
    loop {
        let is_over = match until {
            Until::Elapsed(limit) => started.elapsed() >= limit,
            Until::Inputs(limit) => made >= limit,
        };
        if is_over {
            return Ok(tried);
        }
        let pick = |dice: &mut Dice| dice.of(&corpus).map_or(&[][..], Vec::as_slice);
        let (one, other) = (pick(&mut dice), pick(&mut dice));
        let input = mutate(one, other, target.words, INPUT_BYTES_MAX, &mut dice);
        attempt(&input)?;
        made += 1;
    }
}

/// Leaves pieces out as long as something stays wrong, for some seconds at most.
fn shortened(target: &Target, input: &[u8], what: String) -> Finding {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut best = Finding {
        input: input.to_vec(),
        what,
    };
    let mut piece = best.input.len().div_ceil(2);
    while piece > 0 && Instant::now() < deadline {
        let mut at = 0;
        while at < best.input.len() && Instant::now() < deadline {
            let end = (at + piece).min(best.input.len());
            let input = [&best.input[..at], &best.input[end..]].concat();
            match try_one(target, &input) {
                Err(what) => best = Finding { input, what },
                Ok(_) => at = end,
            }
        }
        piece /= 2;
    }
    best
}

/// Writes a finding where it can be tried again, and gives its path.
///
/// # Errors
/// The folder cannot be written.
pub fn keep(target: &Target, finding: &Finding) -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    std::fs::create_dir_all(&folder)?;
    let hash = ledger::EvidenceHash::of(&finding.input).to_string();
    let path = folder.join(format!("{}-{}", target.name, &hash[..12]));
    std::fs::write(&path, &finding.input)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_and_slowness_are_findings_and_findings_are_made_short() {
        fn fails_on_x(input: &[u8]) {
            assert!(!input.contains(&b'x'), "an x");
        }
        let target = Target {
            name: "words",
            asks: "",
            run: fails_on_x,
            words: &["xyz"],
        };
        assert!(try_one(&target, b"abc").is_ok());
        assert!(try_one(&target, b"abxc").unwrap_err().contains("an x"));
        let finding = drive(&target, Until::Inputs(100_000), 1, None).unwrap_err();
        assert_eq!(finding.input, b"x");
    }
}
