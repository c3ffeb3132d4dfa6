//! `backup`, `backups`, `restore`: the folder put away, and brought back.

use base::Lang;
use office::actor::NewActor;
use office::backup::{Origin, Place, RestoreRequest, check_backup, take_backup};
use office::erasures::ErasureList;

use crate::arguments::{Backup, Backups, Common, Restore};
use crate::commands::folder::nature_word;
use crate::failure::{Outcome, read};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print, tell};
use crate::progress::Progress;

/// `zhicheng backup --data DIR --to PLACE`
pub fn backup(arguments: &Backup) -> Outcome {
    let depot = depot::open(&arguments.to)?;
    let mut progress = Progress::start();
    let report = take_backup(
        &arguments.data.data,
        &*depot,
        arguments.purge,
        &mut |done, total, what| progress.tell(done, total, what),
    )?;
    drop(progress);
    desk::Desk::open(&arguments.data.data)?.note_backup(&desk::preferences::BackupNote {
        place: arguments.to.to_string(),
        position: report.size.0,
        taken: office::folder::now(),
    })?;
    let columns = [
        Column::text("backup", "备份", "backup"),
        Column::number("position", "位置", "position"),
        Column::text("root", "根", "root").for_scripts(),
        Column::number("evidence", "佐证", "evidence"),
        Column::number("put", "新写入", "put"),
        Column::number("put_bytes", "字节", "bytes"),
        Column::number("kept", "已有", "kept"),
        Column::number("purged", "清除", "purged"),
        Column::number(
            "unclean",
            "含已擦除内容的旧备份",
            "older ones with erased parts",
        ),
    ];
    let row = vec![
        Cell::same(report.id.clone()),
        Cell::same(report.size.0),
        Cell::same(report.root.clone()),
        Cell::same(report.evidence),
        Cell::same(report.put),
        Cell::same(report.put_bytes),
        Cell::same(report.kept),
        Cell::same(report.purged),
        Cell::same(report.unclean),
    ];
    print(arguments.output.format, &columns, &[row])?;
    if arguments.output.format == Format::Table {
        outln!(
            "{}",
            say(
                "写入的内容都已读回核对。备份不加密，也不含签名密钥：请像数据文件夹一样保管，密钥（keys/）另存。",
                "What was written was read back and compared. A backup is not encrypted and has no signing keys: guard it like the data folder, and keep the keys (keys/) elsewhere."
            )
        );
        if report.unclean > 0 {
            outln!(
                "{}",
                match lang() {
                    Lang::Zh => format!(
                        "{} 个较旧的备份仍含此后擦除的内容；它们没有新备份所缺的东西，可用 --purge 清除。",
                        report.unclean
                    ),
                    Lang::En => format!(
                        "Older backups that still hold what was erased since: {}. They have nothing that this one lacks; --purge removes them.",
                        report.unclean
                    ),
                }
            );
        }
    }
    Ok(())
}

/// `zhicheng backups PLACE`
pub fn backups(arguments: &Backups) -> Outcome {
    let depot = depot::open(&arguments.place)?;
    let place = Place::of(&*depot);
    let mut listed = place.backups()?;
    if let Some(id) = &arguments.backup {
        listed = vec![place.find(Some(id))?];
    }
    if listed.is_empty() {
        return Err(office::problems::no_backup(&arguments.place).into());
    }
    let columns = [
        Column::text("backup", "备份", "backup"),
        Column::text("origin", "来源", "origin"),
        Column::text("nature", "性质", "nature"),
        Column::number("position", "位置", "position"),
        Column::text("taken", "时间", "taken"),
        Column::text("root", "根", "root").for_scripts(),
        Column::text("result", "核验", "verified"),
    ];
    let mut rows = Vec::new();
    for found in listed {
        let manifest = place.manifest(&found.id)?;
        if arguments.check {
            let mut progress = Progress::start();
            check_backup(&place, &found.id, &mut |done, total, what| {
                progress.tell(done, total, what);
            })?;
        }
        rows.push(vec![
            Cell::same(found.id),
            Cell::same(manifest.origin),
            Cell::same(manifest.nature),
            Cell::same(manifest.size),
            Cell::same(manifest.taken),
            Cell::same(manifest.root),
            if arguments.check {
                Cell::shown("whole", say("完好", "whole"))
            } else {
                Cell::none(say("未核验（--check）", "not asked (--check)"))
            },
        ]);
    }
    print(arguments.output.format, &columns, &rows)
}

/// `zhicheng restore --data DIR --from PLACE`
pub fn restore(arguments: &Restore, common: &Common) -> Outcome {
    let depot = depot::open(&arguments.from)?;
    let mut progress = Progress::start();
    let restored = office::backup::restore(
        &RestoreRequest {
            backup: arguments.backup.clone(),
            dir: arguments.data.data.clone(),
            storage: match &arguments.store {
                Some(url) => ledger::Storage::Postgres(url.clone()),
                None => ledger::Storage::Sqlite,
            },
            origin: if arguments.keep_origin {
                Origin::Kept
            } else {
                Origin::Renewed
            },
            known: arguments
                .against
                .as_deref()
                .map(super::signing::checkpoint_in)
                .transpose()?,
            erasures: match &arguments.erasures {
                Some(path) => Some(ErasureList::from_bytes(&read(path)?)?),
                None => None,
            },
            keys: arguments.keys.clone(),
            actor: common.actor.as_ref().map(|name| NewActor {
                name: name.clone(),
                role: common
                    .role
                    .clone()
                    .unwrap_or_else(|| "programme_office".to_owned()),
                unit: common.actor_unit.clone(),
            }),
        },
        &*depot,
        &mut |done, total, what| progress.tell(done, total, what),
    )?;
    drop(progress);
    if restored.erasures_to < restored.known_to {
        let (from, to) = (restored.erasures_to, restored.known_to);
        tell(&[office::problems::erasures_unknown(from, to)], &[]);
    }
    let columns = [
        Column::text("backup", "备份", "backup"),
        Column::number("position", "位置", "position"),
        Column::text("root", "根", "root").for_scripts(),
        Column::number("evidence", "佐证", "evidence"),
        Column::number("erased", "再次删除", "erased again"),
        Column::number("erasures_to", "删除所知至", "erasures known to"),
        Column::text("nature", "性质", "nature"),
        Column::text("signs_as", "来源", "signs as"),
        Column::text("key", "新的验证公钥", "new verifier key"),
    ];
    let row = vec![
        Cell::same(restored.id),
        Cell::same(restored.size),
        Cell::same(restored.root),
        Cell::same(restored.evidence),
        Cell::same(restored.erased),
        Cell::same(restored.erasures_to),
        Cell::shown(
            office::nature_name(restored.nature),
            nature_word(restored.nature),
        ),
        Cell::same(restored.signs_as),
        Cell::from(restored.key),
    ];
    print(arguments.output.format, &columns, &[row])?;
    if arguments.output.format == Format::Table && !arguments.keep_origin {
        outln!(
            "{}",
            say(
                "恢复的日志以新来源签名，并有一条存证注明原来源：请把新的验证公钥告知持有旧公钥的人。",
                "The restored log signs under a new origin, and an entry names the old one: tell those who hold the old key the new one."
            )
        );
    }
    Ok(())
}
