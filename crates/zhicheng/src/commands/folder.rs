//! `init`, `activate`, `generate`, `types`, `verify`: the data folder as a whole.

use std::sync::Arc;

use ledger::{Nature, Storage};
use office::Office;
use programme::Sources;
use programme::model::Programme;

use crate::arguments::{Activate, Common, Generate, Init, Rebuild, Types, Verify};
use crate::commands::common;
use crate::failure::{Failure, Outcome};
use crate::lang::say;
use crate::output::{Cell, Column, print, tell};
use crate::progress::Progress;

/// A package that passes `check`, with its text; its warnings are told.
pub fn passing(sources: &Sources) -> Result<Arc<Programme>, Failure> {
    let checked = programme::check(sources);
    let problems = checked.problems;
    match checked.programme {
        Some(programme) => {
            tell(&problems, &sources.texts());
            Ok(programme)
        }
        None => Err(Failure::Problems(problems, sources.texts())),
    }
}

/// `zhicheng init --data DIR --programme PACKAGE [--demonstration] [--store URL]`
pub fn init(arguments: &Init, common: &Common) -> Outcome {
    let sources = Sources::read_folder(&arguments.programme)?;
    let programme = passing(&sources)?;
    let nature = if arguments.demonstration {
        Nature::Demonstration
    } else {
        Nature::Real
    };
    let actor = common::actor(common, &programme);
    if common.role.is_some() || common.actor_unit.is_some() {
        office::actor::check(&programme, &actor)?;
    }
    let storage = match &arguments.store {
        Some(url) => Storage::Postgres(url.clone()),
        None => Storage::Sqlite,
    };
    let office = Office::init_on(
        &arguments.data.data,
        &storage,
        &sources,
        programme.clone(),
        nature,
        &actor,
    )?;
    outln!(
        "{}{}{}{}{}{}",
        say("已建数据文件夹：", "data folder made: "),
        arguments.data.data.display(),
        say("，", ", "),
        nature_word(nature),
        say("，方案 ", ", programme "),
        common::text(&programme.name)
    );
    drop(office);
    Ok(())
}

/// The word for a folder's nature.
pub fn nature_word(nature: Nature) -> &'static str {
    match nature {
        Nature::Real => say("正式数据", "real data"),
        Nature::Demonstration => say("演示数据", "DEMONSTRATION DATA"),
    }
}

/// `zhicheng activate --data DIR PACKAGE`
pub fn activate(arguments: &Activate, common: &Common) -> Outcome {
    let sources = Sources::read_folder(crate::beside::place(&arguments.package))?;
    let programme = passing(&sources)?;
    let mut office = common::open_to_write(&arguments.data, common)?;
    let refused = programme::check_against(&programme, &*office.programme()?);
    tell(&refused, &sources.texts());
    if refused.iter().any(base::Problem::is_error) {
        return Err(Failure::Told);
    }
    let position = office.activate(&sources, programme.clone())?;
    outln!(
        "{} {} {}{} {}",
        say("已启用", "in force:"),
        common::text(&programme.name),
        programme.version,
        say("，位置", ", position"),
        position.0
    );
    Ok(())
}

/// `zhicheng generate --data DIR [--seed N]`
pub fn generate(arguments: &Generate, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let mut progress = Progress::start();
    let generated = office.generate(arguments.seed, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    let columns = [
        Column::text("distribution", "分布", "distribution"),
        Column::text("of", "类型", "of"),
        Column::number("count", "数量", "count"),
    ];
    let rows: Vec<Vec<Cell>> = generated
        .by_distribution
        .iter()
        .map(|(id, of, count)| {
            vec![
                Cell::same(id.clone()),
                Cell::same(of.clone()),
                Cell::same(*count),
            ]
        })
        .collect();
    print(arguments.output.format, &columns, &rows)?;
    Ok(())
}

/// `zhicheng types --data DIR`
pub fn types(arguments: &Types) -> Outcome {
    let office = common::open(&arguments.data)?;
    let programme = office.programme()?;
    let columns = [
        Column::text("kind", "种类", "kind"),
        Column::text("id", "标识", "id"),
        Column::text("name", "名称", "name"),
    ];
    let mut rows = Vec::new();
    let mut add = |kind: (&'static str, &'static str), id: &str, name: &base::Text| {
        rows.push(vec![
            Cell::shown(kind.1, say(kind.0, kind.1)),
            Cell::same(id),
            Cell::same(common::text(name)),
        ]);
    };
    for found in programme.units.values() {
        add(("单位", "unit"), found.id.as_str(), &found.name);
    }
    for found in programme.subject_types.values() {
        add(("对象类型", "subject type"), found.id.as_str(), &found.name);
    }
    for found in programme.record_types.values() {
        add(("记录类型", "record type"), found.id.as_str(), &found.name);
    }
    for found in programme.indicators.values() {
        add(("指标", "indicator"), found.id.as_str(), &found.name);
    }
    for (id, found) in &programme.scorecards {
        add(("记分卡", "scorecard"), id.as_str(), &found.name);
    }
    for (id, found) in &programme.flows {
        add(("流程", "flow"), id.as_str(), &found.name);
    }
    print(arguments.output.format, &columns, &rows)?;
    Ok(())
}

/// `zhicheng rebuild --data DIR`
pub fn rebuild(arguments: &Rebuild) -> Outcome {
    let mut progress = Progress::start();
    let position = office::rebuild_state(&arguments.data.data, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    outln!(
        "{} {}",
        say("状态已重建，截至位置", "state rebuilt up to position"),
        position.0
    );
    Ok(())
}

/// `zhicheng verify DIR`
pub fn verify(arguments: &Verify) -> Outcome {
    let trust = super::signing::trust(&arguments.trust)?;
    if office::bundling::verify::is_bundle(&arguments.data) {
        return super::signing::verify_bundle(arguments, &trust);
    }
    let mut progress = Progress::start();
    let report = office::verify_trusting(&arguments.data, &trust, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    tell(&report.warnings, &[]);
    let columns = [
        Column::number("position", "位置", "position"),
        Column::text("root", "树根", "root"),
        Column::number("keys", "状态行", "state rows"),
        Column::number("evidence", "佐证文件", "evidence files"),
        Column::number("unnamed", "无记录引用", "of which unnamed"),
        Column::number("open_imports", "未完的导入", "open imports"),
        Column::number("erased", "已删除", "erased"),
        Column::text("nature", "性质", "nature"),
        Column::text("origin", "来源", "origin").for_scripts(),
        Column::text("key", "公钥", "key").for_scripts(),
        Column::text("against", "与留存的检查点", "against").for_scripts(),
        Column::text("result", "结论", "result"),
    ];
    let row = vec![
        Cell::same(report.position.0),
        Cell::same(report.root),
        Cell::same(report.keys),
        Cell::same(report.evidence),
        Cell::same(report.unnamed),
        Cell::same(report.open_imports),
        Cell::same(report.erased),
        Cell::shown(
            if report.nature == Nature::Real {
                "real"
            } else {
                "demonstration"
            },
            nature_word(report.nature),
        ),
        Cell::same(report.origin),
        Cell::from(report.key),
        super::signing::against(report.against),
        Cell::shown("verified", say("核验通过", "verified")),
    ];
    print(arguments.output.format, &columns, &[row])?;
    Ok(())
}
