//! `cargo run -p fuzz -- [TARGET…] [--seconds N] [--seed N]`: changes the corpus at random and says what it
//! found. `cargo run -p fuzz -- FILE` (a path) tries one input again, with the name of its target first.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use fuzz::drive::{Until, drive, keep, try_one};
use fuzz::{TARGETS, Target, target};

const USAGE: &str = "\
usage: fuzz [TARGET…] [--seconds N] [--seed N]   each target for N seconds (10)
       fuzz TARGET FILE                          one input again
       fuzz --list";

/// What was asked.
struct Asked {
    targets: Vec<&'static Target>,
    files: Vec<String>,
    seconds: u64,
    seed: u64,
}

fn asked() -> Result<Asked, String> {
    let mut asked = Asked {
        targets: Vec::new(),
        files: Vec::new(),
        seconds: 10,
        seed: 1,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("{argument} wants a number"))
        };
        match argument.as_str() {
            "--seconds" => asked.seconds = number()?,
            "--seed" => asked.seed = number()?,
            name => match target(name) {
                Some(found) => asked.targets.push(found),
                None if Path::new(name).is_file() => asked.files.push(name.to_owned()),
                None => return Err(format!("no target and no file: {name}\n{USAGE}")),
            },
        }
    }
    if asked.targets.is_empty() {
        asked.targets.extend(TARGETS);
    }
    Ok(asked)
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--list") {
        for target in TARGETS {
            println!("{:10} {}", target.name, target.asks);
        }
        return ExitCode::SUCCESS;
    }
    let asked = match asked() {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let mut is_sound = true;
    for target in &asked.targets {
        is_sound &= match asked.files.as_slice() {
            [] => fuzz(target, &asked),
            files => files.iter().all(|file| again(target, file)),
        };
    }
    if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn fuzz(target: &'static Target, asked: &Asked) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/fuzz");
    let _ = std::fs::create_dir_all(&folder);
    let current = folder.join(format!("current-{}", target.name));
    let until = Until::Elapsed(Duration::from_secs(asked.seconds));
    match drive(target, until, asked.seed, Some(&current)) {
        Ok(tried) => {
            let _ = std::fs::remove_file(current);
            println!(
                "{:10} {} inputs, the slowest {} ms, most memory {} MiB",
                target.name,
                tried.inputs,
                tried.slowest.as_millis(),
                memory_peak_mib().map_or_else(|| "?".to_owned(), |mib| mib.to_string())
            );
            // What reads hostile input must not be led to take the machine's memory.
            memory_peak_mib().is_none_or(|mib| mib < MEMORY_MIB_MAX)
        }
        Err(finding) => {
            let kept = keep(target, &finding);
            let kept =
                kept.map_or_else(|error| error.to_string(), |path| path.display().to_string());
            println!(
                "{}: {}\n{} bytes, kept as {kept}",
                target.name,
                finding.what,
                finding.input.len()
            );
            false
        }
    }
}

/// The most memory that a run may take, with inputs of 64 KiB: what one of them unpacks to is limited.
const MEMORY_MIB_MAX: u64 = 1024;

/// The most memory that this process ever had, where the system tells (Linux).
fn memory_peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib / 1024)
}

fn again(target: &Target, file: &str) -> bool {
    match std::fs::read(file) {
        Err(error) => {
            eprintln!("{file}: {error}");
            false
        }
        Ok(input) => match try_one(target, &input) {
            Ok(taken) => {
                println!("{}: {file} is fine ({taken:?})", target.name);
                true
            }
            Err(what) => {
                println!("{}: {file}: {what}", target.name);
                false
            }
        },
    }
}
