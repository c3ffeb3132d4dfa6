//! `template`, `import`, `submit`, `withdraw`, `record`, `alias`: facts on their way in, and one on its way out.

use std::path::{Path, PathBuf};

use base::{FieldId, Lang, Place, Problem};
use office::Office;
use office::alias::Confirmation;
use office::entry::Evidence;
use office::import::{ImportOptions, Mapping};
use office::record::{Fault, OnOther, Receipt, draft};
use office::values::Meaning;
use programme::model::{FieldType, RecordType};
use sheet::Cell as SheetCell;

use crate::arguments::{Alias, Common, Import, Record, Submit, Template, Withdraw};
use crate::commands::{common, erase, figures, names};
use crate::failure::{Failure, Outcome, read, refuse_existing, write};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print, tell};
use crate::problems;
use crate::progress::Progress;

/// `zhicheng template --data DIR TYPE`
pub fn template(arguments: &Template) -> Outcome {
    let office = common::open(&arguments.data)?;
    let type_name = names::type_of(&*office.programme()?, &arguments.type_name)?;
    let bytes = office.template(&type_name, lang())?;
    let path = arguments
        .output
        .clone()
        .unwrap_or_else(|| format!("{type_name}.xlsx").into());
    refuse_existing(&path, arguments.force)?;
    write(&path, &bytes)?;
    outln!("{}", path.display());
    Ok(())
}

/// `zhicheng import --data DIR TYPE FILE …`
pub fn import(arguments: &Import, common: &Common) -> Outcome {
    if let Some(path) = &arguments.rejects {
        refuse_existing(path, arguments.force)?;
    }
    let bytes = read(&arguments.file)?;
    let file_name = file_name(&arguments.file);
    let mapping = match &arguments.mapping {
        None => None,
        Some(path) => {
            let text = String::from_utf8_lossy(&read(path)?).into_owned();
            let shown = path.display().to_string();
            let source = base::SourceText::new(shown.as_str(), text.as_str());
            Some(
                Mapping::parse(&text, &shown)
                    .map_err(|found| Failure::Problems(found, vec![source]))?,
            )
        }
    };
    // A dry run writes nothing: no actor, no evidence; and it works beside a writer.
    let (mut office, evidence) = if arguments.dry_run {
        (common::open(&arguments.data)?, hashed(&arguments.evidence)?)
    } else {
        let office = common::open_to_write(&arguments.data, common)?;
        let evidence = store(&office, &arguments.evidence)?;
        (office, evidence)
    };
    let options = ImportOptions {
        mapping,
        dry_run: arguments.dry_run,
        valid_only: arguments.valid_only,
        revise: arguments.revise,
        reason: arguments.reason.clone(),
        sheet: arguments.sheet.clone(),
        ignore_unknown: arguments.ignore_unknown,
        evidence,
        edits: None,
    };
    let type_name = names::type_of(&*office.programme()?, &arguments.type_name)?;
    let mut progress = Progress::start();
    let report = office.import(
        &type_name,
        &file_name,
        &bytes,
        &options,
        &mut |done, total, what| progress.tell(done, total, what),
    )?;
    drop(progress);
    let shown = report
        .problems
        .iter()
        .take(PROBLEMS_SHOWN_MAX)
        .cloned()
        .collect::<Vec<_>>();
    tell(&shown, &[]);
    if report.problems.len() > shown.len() {
        errln!(
            "{} {}",
            report.problems.len() - shown.len(),
            say(
                "处问题未列出；加 --rejects FILE 可得全部",
                "more problems; --rejects FILE gives them all"
            )
        );
    }
    if let (Some(path), false) = (&arguments.rejects, (report.rejected_rows == 0)) {
        write(path, &report.rejects_workbook(lang())?)?;
    }
    let columns = [
        Column::text("type", "类型", "type"),
        Column::number("rows", "行", "rows"),
        Column::number("added", "新增", "added"),
        Column::number("revised", "更正", "revised"),
        Column::number("unchanged", "已有", "unchanged"),
        Column::number("rejected", "拒绝", "rejected"),
        Column::text("taken", "结果", "result"),
        Column::number("position", "位置", "position"),
    ];
    let taken = match (report.position, report.dry_run) {
        (Some(_), _) => Cell::shown("taken", say("已导入", "taken")),
        (None, true) => Cell::shown("checked", say("只检查，未导入", "only checked")),
        (None, false) if report.rejected_rows == 0 => {
            Cell::shown("unchanged", say("已有，无须导入", "all there already"))
        }
        (None, false) => Cell::shown(
            "refused",
            say("未导入：有行被拒绝", "refused: rows were rejected"),
        ),
    };
    let row = vec![
        Cell::same(type_name),
        Cell::same(report.rows),
        Cell::same(report.added),
        Cell::same(report.revised),
        Cell::same(report.unchanged),
        Cell::same(report.rejected_rows),
        taken,
        report.position.map_or_else(|| Cell::none(""), Cell::same),
    ];
    print(arguments.output.format, &columns, &[row])?;
    if report.held_back > 0 {
        let told = match lang() {
            Lang::Zh => format!(
                "另有 {} 条有效记录因有行被拒绝而未导入，也不在退回的工作簿中：改正原文件后整个再导入，或加 --valid-only 先导入有效的行。",
                report.held_back
            ),
            Lang::En => format!(
                "Not taken, because rows were rejected: {} valid records. They are not in the workbook of rejected rows either: correct the file and import all of it, or take the valid rows with --valid-only.",
                report.held_back
            ),
        };
        errln!("{told}");
    }
    if report.rejected_rows == 0 {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

/// So many problems of an import are shown; the workbook of rejected rows has them all.
const PROBLEMS_SHOWN_MAX: usize = 20;

/// Stores files as evidence.
pub fn store(office: &Office, paths: &[PathBuf]) -> Result<Vec<Evidence>, Failure> {
    paths
        .iter()
        .map(|path| Ok(office.store_evidence(&file_name(path), &read(path)?)?))
        .collect()
}

/// What files would be as evidence.
fn hashed(paths: &[PathBuf]) -> Result<Vec<Evidence>, Failure> {
    let piece = |path: &PathBuf| {
        let bytes = read(path)?;
        Ok(Evidence {
            sha256: ledger::EvidenceHash::of(&bytes).to_string(),
            name: file_name(path),
            size: bytes.len() as u64,
        })
    };
    paths.iter().map(piece).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// `zhicheng submit --data DIR TYPE FIELD=VALUE …`
pub fn submit(arguments: &Submit, common: &Common) -> Outcome {
    let mut settings = common::settings(&arguments.fields)?;
    let mut office = common::open_to_write(&arguments.data, common)?;
    // Before anything about the content is told.
    office.authorise(office::authority::Granted::Submit)?;
    let programme = office.programme()?;
    let known = programme
        .record_types
        .keys()
        .map(base::RecordTypeId::as_str);
    let type_name = names::meant(
        &arguments.type_name,
        programme
            .record_types
            .values()
            .map(|found| (found.id.as_str(), &found.name)),
    );
    let Some(record_type) = programme.record_types.get(type_name.as_str()) else {
        let nearest = programme::suggest(&arguments.type_name, known);
        return Err(office::problems::unknown_type(&arguments.type_name, nearest).into());
    };
    for (field, _) in &mut settings {
        *field = names::field(record_type, field);
    }
    for (field, _) in &settings {
        if field != "subject_name" && !record_type.fields.contains_key(field.as_str()) {
            let nearest = programme::suggest(field, record_type.fields.keys().map(FieldId::as_str));
            return Err(problems::unknown_field(field, &arguments.type_name, nearest).into());
        }
    }
    let evidence = store(&office, &arguments.evidence)?;
    for (field, value) in &mut settings {
        let is_file = record_type
            .fields
            .get(field.as_str())
            .is_some_and(|found| found.field_type == FieldType::File);
        if let (true, Some(path)) = (is_file, value.strip_prefix('@')) {
            let path = PathBuf::from(path);
            let stored = office.store_evidence(&file_name(&path), &read(&path)?)?;
            *value = stored.sha256;
        }
    }
    let value = |id: &str| {
        settings
            .iter()
            .find(|(field, _)| field == id)
            .map(|(_, value)| value.clone())
    };
    let cell = |id: &FieldId| value(id.as_str()).map(SheetCell::text);
    let mut made = draft(
        &programme,
        &office.spellings()?,
        record_type,
        cell,
        evidence,
    )
    .map_err(|faults| {
        faults
            .into_iter()
            .map(|fault| in_field(fault, record_type, &value))
            .collect::<Vec<_>>()
    })?;
    made.subject_name = value("subject_name");
    let on_other = if arguments.revise {
        OnOther::Revise
    } else {
        OnOther::Refuse
    };
    match office.submit(&made, on_other, arguments.reason.clone())? {
        Receipt::Added(number) => outln!("{} {number}", say("新记录", "new record")),
        Receipt::Revised(number) => outln!("{} {number}", say("已更正记录", "revised record")),
        Receipt::Unchanged(number) => outln!(
            "{} {number}",
            say("内容相同，已有记录", "unchanged; there is record")
        ),
    }
    Ok(())
}

/// The problem with the field that it is in, by name and identifier, and what was written.
fn in_field(
    fault: Fault,
    record_type: &RecordType,
    value: &impl Fn(&str) -> Option<String>,
) -> Problem {
    let Some((id, field)) = fault
        .field
        .as_ref()
        .and_then(|id| record_type.fields.get_key_value(id))
    else {
        return fault.problem;
    };
    let name = common::text(&field.name);
    let place = Place {
        column: Some(if name == id.as_str() {
            name.to_owned()
        } else {
            format!("{name} ({id})")
        }),
        value: value(id.as_str()),
        ..Place::in_file(common::text(&record_type.name))
    };
    fault.problem.in_place(place)
}

/// `zhicheng withdraw --data DIR RECORD --reason TEXT`
pub fn withdraw(arguments: &Withdraw, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let position = office.withdraw(arguments.record, &arguments.reason)?;
    outln!(
        "{} {}{} {position}",
        say("已撤回记录", "withdrew record"),
        arguments.record,
        say("，位置", ", position")
    );
    Ok(())
}

/// `zhicheng record --data DIR RECORD`: every version of a record, oldest first.
pub fn record(arguments: &Record) -> Outcome {
    let office = common::open(&arguments.data)?;
    let history = office.history(arguments.record)?;
    let programme = office.programme()?;
    if let (Format::Table, Some(first)) = (arguments.output.format, history.first()) {
        let name = programme
            .record_types
            .get(first.record_type.as_str())
            .map(|found| names::labelled(found.id.as_str(), &found.name));
        outln!(
            "{} {}  {}",
            say("记录", "record"),
            arguments.record,
            name.unwrap_or_else(|| first.record_type.clone())
        );
    }
    let columns = [
        Column::number("record", "记录", "record"),
        Column::number("position", "位置", "position"),
        Column::text("time", "时间", "time"),
        Column::text("actor", "谁", "who"),
        Column::text("what", "做了什么", "what"),
        Column::text("reason", "理由", "reason"),
        Column::text("fields", "内容", "content"),
        Column::text("evidence", "佐证", "evidence"),
        erase::erased_column(history.iter().any(|version| !version.erased.is_empty())),
    ];
    let mut rows = Vec::new();
    for version in history {
        let fields: Vec<String> = version
            .fields
            .iter()
            .map(|(field, value)| format!("{field}={value}"))
            .collect();
        let evidence: Vec<String> = version
            .evidence
            .iter()
            .map(|piece| format!("{} ({})", piece.name, piece.sha256))
            .collect();
        let files: Vec<&str> = version
            .evidence
            .iter()
            .map(|piece| {
                if piece.name.is_empty() {
                    piece.sha256.as_str()
                } else {
                    piece.name.as_str()
                }
            })
            .collect();
        let table = std::slice::from_ref(&version.record_type);
        let shown: Vec<String> = version
            .fields
            .iter()
            .map(|(field, value)| {
                let of_subject =
                    figures::subject_name(&office, &programme, &version.record_type, field, value);
                let named = of_subject
                    .map(|name| format!("{value} {name}"))
                    .unwrap_or_else(|| figures::named_value(&programme, table, field, value));
                format!(
                    "{}={named}",
                    figures::column_title(&programme, table, field)
                )
            })
            .collect();
        let what = match version.kind {
            office::entry::Kind::Withdraw => ("withdrawn", say("撤回", "withdrawn")),
            office::entry::Kind::Revise => ("revised", say("更正", "revised")),
            _ => ("submitted", say("提交", "submitted")),
        };
        rows.push(vec![
            Cell::same(arguments.record),
            Cell::same(version.position.0),
            Cell::shown(
                version.time.to_string(),
                common::local_time(&programme, version.time),
            ),
            Cell::same(version.actor),
            Cell::shown(what.0, what.1),
            Cell::from(version.reason),
            Cell::shown(fields.join("; "), shown.join("\n")),
            Cell::shown(evidence.join("; "), files.join("\n")),
            erase::erased_cell(&version.erased),
        ]);
    }
    print(arguments.output.format, &columns, &rows)?;
    Ok(())
}

/// `zhicheng alias --data DIR OF TEXT ID`, or `--list`
pub fn alias(arguments: &Alias, common: &Common) -> Outcome {
    let (Some(of), Some(text), Some(id), false) = (
        &arguments.of,
        &arguments.text,
        &arguments.id,
        arguments.list,
    ) else {
        return aliases(arguments);
    };
    let mut office = common::open_to_write(&arguments.data, common)?;
    let word = match office.confirm_alias(of, text, id, arguments.reason.as_deref())? {
        Confirmation::New => say("已确认", "confirmed").to_owned(),
        Confirmation::Known => say("原已如此", "known already").to_owned(),
        Confirmation::Changed(before) => format!(
            "{} {before}{}",
            say("已改（原为", "changed (was"),
            say("）", ")")
        ),
    };
    let spellings = office.spellings()?;
    let meant = match (of.split_once(':'), spellings.unit(id)) {
        (None, Meaning::One(unit)) => {
            let name = common::unit_name(&*office.programme()?, unit);
            if name == unit {
                name
            } else {
                format!("{name}{}{unit}{}", say("（", " ("), say("）", ")"))
            }
        }
        _ => id.clone(),
    };
    outln!("{word} {text} → {meant}");
    Ok(())
}

/// The confirmed spellings, with the names of what they mean.
fn aliases(arguments: &Alias) -> Outcome {
    let office = common::open(&arguments.data)?;
    let programme = office.programme()?;
    let columns = [
        Column::text("of", "何物", "of"),
        Column::text("text", "写法", "spelling"),
        Column::text("id", "标识", "id"),
        Column::text("name", "名称", "name"),
    ];
    let name = |of: &str, id: &str| match of.split_once(':') {
        None => Some(common::unit_name(&programme, id)),
        Some(("code", vocabulary)) => {
            let code = programme
                .vocabularies
                .get(vocabulary)
                .and_then(|found| found.codes.get(id));
            code.map(|code| common::text(&code.name).to_owned())
        }
        Some((_, subject_type)) => office
            .mirror()
            .subject_name(subject_type, id)
            .map(str::to_owned),
    };
    let asked = office
        .aliases()?
        .into_iter()
        .filter(|alias| arguments.of.as_ref().is_none_or(|of| *of == alias.of));
    let rows: Vec<Vec<Cell>> = asked
        .map(|alias| {
            let name = Cell::from(name(&alias.of, &alias.id));
            vec![
                Cell::same(alias.of),
                Cell::same(alias.text),
                Cell::same(alias.id),
                name,
            ]
        })
        .collect();
    print(arguments.output.format, &columns, &rows)
}
