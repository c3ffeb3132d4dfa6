//! `checkpoint`, `prove` and `key`: what the log says to outsiders, and with which key.

use std::path::Path;

use base::Position;
use bundle::{SignedCheckpoint, VerifierKey};
use office::signing::chain::KeyLink;
use office::signing::rotate::OldKey;
use office::signing::trust::Against;
use office::signing::{Trust, read_checkpoint};
use office::{Access, Office};

use crate::arguments::{
    Checkpoint, Common, Data, KeyCommand, KeyRenew, KeyRotate, KeyShow, Prove, Trusting, Verify,
};
use crate::commands::common;
use crate::failure::{Failure, Outcome, read, refuse_existing, write};
use crate::lang::say;
use crate::output::{Cell, Column, print};
use crate::progress::Progress;

/// Opens a folder so that what is signed is kept in the ledger too, where no one else is writing; beside
/// a writer the folder of keys alone keeps it.
pub fn open_to_sign(data: &Data) -> Result<Office, Failure> {
    let mut progress = Progress::start();
    let mut open = |access| {
        Office::open(&data.data, access, &mut |done, total, what| {
            progress.tell(done, total, what)
        })
    };
    match open(Access::Write) {
        Err(problem) if problem.code == "L105" => Ok(open(Access::Read)?),
        opened => Ok(opened?),
    }
}

/// `zhicheng checkpoint --data DIR [--output FILE] [--cosigned FILE --witness KEY]`
pub fn checkpoint(arguments: &Checkpoint) -> Outcome {
    let office = open_to_sign(&arguments.data)?;
    let signed = match (&arguments.cosigned, &arguments.witness) {
        (Some(path), Some(witness)) => {
            office.add_cosignature(&checkpoint_in(path)?, &key_of(witness)?)?
        }
        _ => office.checkpoint()?,
    };
    give(
        &signed.to_string(),
        arguments.output.as_deref(),
        arguments.force,
    )
}

/// `zhicheng prove --data DIR --entry N | --from N|CHECKPOINT [--in CHECKPOINT]`
pub fn prove(arguments: &Prove) -> Outcome {
    let office = open_to_sign(&arguments.data)?;
    let within = arguments.within.as_deref().map(checkpoint_in).transpose()?;
    let text = match (&arguments.from, arguments.entry) {
        (Some(from), _) => {
            let old = match from.parse() {
                Ok(size) => size,
                Err(_) => {
                    let kept = checkpoint_in(Path::new(from))?;
                    office.is_of_this_log(&kept)?;
                    kept.checkpoint().size
                }
            };
            office.prove_consistency(Position(old), within)?.to_string()
        }
        (None, entry) => office
            .prove_inclusion(Position(entry.unwrap_or_default()), within)?
            .to_string(),
    };
    give(&text, arguments.output.as_deref(), arguments.force)
}

/// `zhicheng key show|rotate|renew-origin`
pub fn key(command: &KeyCommand, common: &Common) -> Outcome {
    match command {
        KeyCommand::Show(asked) => show(asked),
        KeyCommand::Rotate(asked) => rotate(asked, common),
        KeyCommand::RenewOrigin(asked) => renew_origin(asked, common),
    }
}

fn show(arguments: &KeyShow) -> Outcome {
    let office = common::open(&arguments.data)?;
    let columns = [
        Column::number("position", "位置", "position"),
        Column::text("key", "公钥", "key"),
        Column::text("origin", "来源", "origin").for_scripts(),
        Column::text("endorsed", "旧密钥已签名接替", "endorsed"),
        Column::text("private", "私钥在此", "private key here"),
        Column::text("reason", "理由", "reason"),
    ];
    let files = office.key_files();
    let mut rows = Vec::new();
    for link in office.keys()?.links() {
        let is_here = files.private_path(&link.key).exists();
        rows.push(vec![
            Cell::same(link.at.0),
            Cell::same(link.key.to_string()),
            Cell::same(link.origin.clone()),
            yes_or_no(link.is_endorsed),
            yes_or_no(is_here),
            Cell::from(link.reason.clone()),
        ]);
    }
    print(arguments.output.format, &columns, &rows)
}

fn yes_or_no(answer: bool) -> Cell {
    Cell::shown(
        answer,
        if answer {
            say("是", "yes")
        } else {
            say("否", "no")
        },
    )
}

fn rotate(arguments: &KeyRotate, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let link = office.rotate_key(old_key(arguments.lost), &arguments.reason)?;
    tell(&link);
    Ok(())
}

fn renew_origin(arguments: &KeyRenew, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let known = arguments
        .last_known
        .as_deref()
        .map(checkpoint_in)
        .transpose()?;
    let link = office.renew_origin(old_key(arguments.lost), known.as_ref(), &arguments.reason)?;
    tell(&link);
    Ok(())
}

fn old_key(is_lost: bool) -> OldKey {
    if is_lost { OldKey::Lost } else { OldKey::Signs }
}

fn tell(link: &KeyLink) {
    outln!("{}", link.key);
    if !link.is_endorsed {
        eprintln!(
            "{}",
            say(
                "新密钥没有旧密钥的签名：请另行告知持有旧公钥的人。",
                "The new key comes without the old one's signature: tell those who hold the old key on another way."
            )
        );
    }
}

/// `zhicheng verify BUNDLE [--key KEY] [--against CHECKPOINT] [--witness KEY]`
pub fn verify_bundle(arguments: &Verify, trust: &Trust) -> Outcome {
    let mut progress = Progress::start();
    let found = office::bundling::verify::verify_bundle(
        &arguments.data,
        trust,
        &mut |done, total, what| progress.tell(done, total, what),
    )?;
    drop(progress);
    if !found.is_key_known {
        eprintln!(
            "{}",
            say(
                "没有给出 --key：用的是核验包自带的公钥，只证明内容彼此相符，不证明是谁签的。请从别处得到公钥后再核验。",
                "No --key was given: the bundle's own key was used, which proves that all fits together but nothing about who signed. Get the key on another way and verify again."
            )
        );
    }
    if !found.is_printed_checked {
        eprintln!(
            "{} ({})",
            say(
                "核验包由另一版本写出：sql/、载入语句和 README.md 只受清单约束，没有逐字核对",
                "The bundle was written by another version: sql/, the loading statements and README.md are bound by the manifest only, and were not compared word by word"
            ),
            found.written_by
        );
    }
    let columns = [
        Column::number("position", "位置", "position"),
        Column::text("root", "树根", "root"),
        Column::number("figures", "数字", "figures"),
        Column::number("sealed", "封存结果", "sealed results"),
        Column::number("tables", "表", "tables"),
        Column::number("files", "文件", "files").for_scripts(),
        Column::text("printed_checked", "SQL 已核对", "SQL compared").for_scripts(),
        Column::text("nature", "性质", "nature"),
        Column::text("origin", "来源", "origin").for_scripts(),
        Column::text("key", "公钥", "key").for_scripts(),
        Column::text("key_known", "公钥另有来源", "key known").for_scripts(),
        Column::text("against", "与留存的检查点", "against").for_scripts(),
        Column::text("result", "结论", "result"),
    ];
    let nature = if found.nature == "real" {
        say("正式数据", "real data")
    } else {
        say("演示数据", "DEMONSTRATION DATA")
    };
    let row = vec![
        Cell::same(found.position.0),
        Cell::same(found.root),
        Cell::same(found.figures as u64),
        Cell::same(found.sealed as u64),
        Cell::same(found.tables as u64),
        Cell::same(found.files as u64),
        yes_or_no(found.is_printed_checked),
        Cell::shown(found.nature, nature),
        Cell::same(found.origin),
        Cell::same(found.key),
        yes_or_no(found.is_key_known),
        against(found.against),
        Cell::shown("verified", say("核验通过", "verified")),
    ];
    print(arguments.output.format, &columns, &[row])
}

/// What the reader knows from elsewhere.
pub fn trust(arguments: &Trusting) -> Result<Trust, Failure> {
    Ok(Trust {
        key: arguments.key.as_deref().map(key_of).transpose()?,
        witnesses: arguments
            .witness
            .iter()
            .map(|text| key_of(text))
            .collect::<Result<_, _>>()?,
        against: arguments
            .against
            .as_deref()
            .map(checkpoint_in)
            .transpose()?,
    })
}

/// How a kept checkpoint stands to the log: for scripts, and for people.
pub fn against(found: Option<Against>) -> Cell {
    match found {
        None => Cell::none(""),
        Some(Against::Equal) => Cell::shown("equal", say("相同", "the same")),
        Some(Against::Grown(size)) => Cell::shown(
            "grown",
            format!("{} {}", say("由其增长而来：", "grown from"), size.0),
        ),
    }
}

/// A verifier key as it is written, or in a file.
fn key_of(text: &str) -> Result<VerifierKey, Failure> {
    let in_file = match VerifierKey::parse(text) {
        Some(key) => return Ok(key),
        None if Path::new(text).is_file() => read(Path::new(text))?,
        None => return Err(bundle::problems::not_a_key(text).into()),
    };
    let line = String::from_utf8_lossy(&in_file);
    VerifierKey::parse(line.trim())
        .ok_or_else(|| bundle::problems::not_a_key(line.lines().next().unwrap_or_default()).into())
}

/// The checkpoint in a file.
pub fn checkpoint_in(path: &Path) -> Result<SignedCheckpoint, Failure> {
    Ok(read_checkpoint(&path.display().to_string(), &read(path)?)?)
}

/// Prints a text as it is, or writes it into a file.
fn give(text: &str, output: Option<&Path>, force: bool) -> Outcome {
    use std::io::Write as _;
    match output {
        None => {
            // A closed output has no reader who could miss anything.
            let _ = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
        Some(path) => {
            refuse_existing(path, force)?;
            write(path, text.as_bytes())?;
            outln!("{}", path.display());
            Ok(())
        }
    }
}
