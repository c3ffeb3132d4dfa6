//! `erase`, `erasures`: personal data and evidence that go, and what stays to be seen of that.

use base::Lang;
use office::entry::{ErasedEntry, ErasedOf};
use office::erase::{EraseReason, EraseReceipt, Erasing};
use office::erasures::{ErasedPart, Erasure, ErasureList};

use crate::arguments::{Common, Erase, Erasures};
use crate::commands::{common, names};
use crate::failure::{Outcome, read, refuse_existing, write};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, print, tell};
use crate::progress::Progress;

/// `zhicheng erase --data DIR (--record N | --subject TYPE ID | --evidence SHA256 | …) --reason TEXT`
pub fn erase(arguments: &Erase, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    // Before anything about the content is told.
    office.authorise(office::authority::Granted::Erase)?;
    let programme = office.programme()?;
    let why = EraseReason {
        reason: arguments.reason.clone(),
        asked_by: arguments.asked_by.clone(),
    };
    let evidence: Vec<String> = arguments
        .evidence
        .iter()
        .map(|hash| hash.trim().to_ascii_lowercase())
        .collect();
    let mut asked = Vec::new();
    if let Some(record) = arguments.record {
        let record_type = office.record_type(record)?;
        let field = |text: &String| match programme.record_types.get(record_type.as_str()) {
            Some(found) => names::field(found, text),
            None => text.clone(),
        };
        asked.push(Erasing::Record {
            record,
            fields: arguments.fields.iter().map(field).collect(),
            evidence,
        });
    } else if let Some([of, id]) = arguments.subject.as_deref() {
        let subject_type = names::type_of(&programme, of)?;
        let id = common::subject_of(&office, &subject_type, id);
        asked.push(Erasing::Subject { subject_type, id });
    } else if let Some(actor) = arguments.actor_number {
        asked.push(Erasing::Actor(actor));
    } else if let Some(import) = arguments.import {
        asked.push(Erasing::Import(import));
    } else {
        asked.extend(evidence.into_iter().map(Erasing::Evidence));
    }
    let mut progress = Progress::start();
    let mut receipts = Vec::new();
    for what in &asked {
        receipts.push(office.erase(what, &why, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?);
    }
    drop(progress);
    told(&receipts);
    Ok(())
}

/// What was erased, a line for each entry.
fn told(receipts: &[EraseReceipt]) {
    for receipt in receipts {
        outln!(
            "{} {}{} {}{} {}",
            say("已删除：涉及存证", "erased: entries concerned"),
            receipt.entries,
            say("，文件", ", files"),
            receipt.files,
            say("，位置", ", position"),
            receipt.position.0
        );
    }
    if receipts.iter().any(|receipt| !receipt.is_scrubbed) {
        tell(&[office::problems::scrub_held_up()], &[]);
    }
}

/// `zhicheng erasures --data DIR [--save FILE | --apply FILE]`
pub fn erasures(arguments: &Erasures, common: &Common) -> Outcome {
    if let Some(path) = &arguments.apply {
        let list = ErasureList::from_bytes(&read(path)?)?;
        let mut office = common::open_to_write(&arguments.data, common)?;
        let mut progress = Progress::start();
        let receipts = office.apply_erasures(&list, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?;
        drop(progress);
        told(&receipts);
        if receipts.is_empty() {
            outln!("{}", say("无须再删", "nothing is left to erase"));
        }
        return Ok(());
    }
    let office = common::open(&arguments.data)?;
    if let Some(path) = &arguments.save {
        refuse_existing(path, arguments.force)?;
        write(path, &office.erasure_list()?.to_bytes()?)?;
        outln!("{}", path.display());
        return Ok(());
    }
    let programme = office.programme()?;
    let columns = [
        Column::number("position", "位置", "position"),
        Column::text("time", "时间", "time"),
        Column::text("actor", "谁", "who"),
        Column::text("day", "日期", "day"),
        Column::text("asked_by", "应谁申请", "asked by"),
        Column::text("reason", "理由", "reason"),
        Column::number("entry", "存证", "entry"),
        Column::text("of", "关于", "about"),
        Column::text("fields", "字段", "fields"),
        Column::text("evidence", "佐证", "evidence"),
    ];
    let mut rows = Vec::new();
    for erasure in office.erasures()? {
        let head = |erasure: &Erasure| {
            vec![
                Cell::same(erasure.position.0),
                Cell::shown(
                    erasure.time.to_string(),
                    common::local_time(&programme, erasure.time),
                ),
                Cell::same(erasure.actor.clone()),
                Cell::same(erasure.facts.day.clone()),
                Cell::from(erasure.facts.asked_by.clone()),
                Cell::same(erasure.facts.reason.clone()),
            ]
        };
        let gone: Vec<&ErasedEntry> = erasure
            .facts
            .entries
            .iter()
            .filter(|found| !found.fields.is_empty() || !found.evidence.is_empty())
            .collect();
        for found in &gone {
            let mut row = head(&erasure);
            row.push(Cell::same(found.entry));
            row.push(of_cell(&found.of));
            row.push(Cell::same(found.fields.join("; ")));
            row.push(Cell::same(found.evidence.join("; ")));
            rows.push(row);
        }
        if gone.is_empty() {
            let mut row = head(&erasure);
            row.extend([Cell::none(""), Cell::none(""), Cell::same("")]);
            row.push(Cell::same(erasure.facts.files.join("; ")));
            rows.push(row);
        }
    }
    print(arguments.output.format, &columns, &rows)
}

/// What an erased entry was about.
fn of_cell(of: &ErasedOf) -> Cell {
    let (word, shown, what) = match of {
        ErasedOf::Record(number) => ("record", say("记录", "record"), number.to_string()),
        ErasedOf::Subject(of, id, _) => ("subject", say("对象", "subject"), format!("{of} {id}")),
        ErasedOf::Alias(of, id) => ("alias", say("别名", "alias"), format!("{of} {id}")),
        ErasedOf::Actor(number) => ("actor", say("操作者", "actor"), number.to_string()),
        ErasedOf::Case(number) => ("case", say("办件", "case"), number.to_string()),
        ErasedOf::Import(number) => ("import", say("导入", "import"), number.to_string()),
        ErasedOf::Seal(number) => ("seal", say("封存", "sealing"), number.to_string()),
        ErasedOf::LetterScan(number) => (
            "letter_scan",
            say("责任书扫描件", "letter's scan"),
            number.to_string(),
        ),
        ErasedOf::Paper(number) => ("paper", say("公文", "paper"), number.to_string()),
    };
    Cell::shown(format!("{word} {what}"), format!("{shown} {what}"))
}

/// What was erased of an entry, for scripts and for people: one line for each erasure.
pub fn erased_cell(parts: &[ErasedPart]) -> Cell {
    let script: Vec<String> = parts
        .iter()
        .map(|part| format!("{}@{}", part.what, part.position.0))
        .collect();
    let line = |part: &ErasedPart| {
        let (what, actor, reason) = (&part.what, &part.actor, &part.reason);
        let day = part.day.map(|day| day.to_string()).unwrap_or_default();
        match (lang(), &part.asked_by) {
            (Lang::Zh, Some(asked_by)) => {
                format!("{what} 于 {day} 由{actor}删除：{reason}（应 {asked_by}）")
            }
            (Lang::Zh, None) => format!("{what} 于 {day} 由{actor}删除：{reason}"),
            (Lang::En, Some(asked_by)) => {
                format!("{what} erased on {day} by {actor}: {reason} (asked by {asked_by})")
            }
            (Lang::En, None) => format!("{what} erased on {day} by {actor}: {reason}"),
        }
    };
    let lines: Vec<String> = parts.iter().map(line).collect();
    Cell::shown(script.join("; "), lines.join("\n"))
}

/// The column of what was erased; in a table only where something was.
pub fn erased_column(is_shown: bool) -> Column {
    Column {
        is_for_scripts: !is_shown,
        ..Column::text("erased", "已删除", "erased")
    }
}
