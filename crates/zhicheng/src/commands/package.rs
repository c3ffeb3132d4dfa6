//! `check`, `fmt`, `workbook`, `new` and `new-year`: packages as text, before any data.

use std::collections::BTreeMap;
use std::path::Path;

use programme::model::Scored;
use programme::new_year::Fate;
use programme::{Layer, Sources};

use crate::arguments::{Check, Fmt, New, NewYear, Workbook};
use crate::failure::{Failure, Outcome, read, refuse_existing, write};
use crate::lang::say;
use crate::output::tell;
use crate::problems;

/// `zhicheng check PACKAGE [--against OLD]`
pub fn check(arguments: &Check) -> Outcome {
    let sources = Sources::read_folder(&arguments.package)?;
    let checked = programme::check(&sources);
    let mut found = checked.problems;
    let mut texts = sources.texts();
    if let (Some(old), Some(new)) = (&arguments.against, &checked.programme) {
        let old_sources = Sources::read_folder(old)?;
        let old_checked = programme::check(&old_sources);
        texts.extend(old_sources.texts());
        match old_checked.programme {
            Some(old) => found.extend(programme::check_against(new, &old)),
            None => found.extend(old_checked.problems),
        }
    }
    tell(&found, &texts);
    let errors = found.iter().filter(|problem| problem.is_error()).count();
    let warnings = found.len() - errors;
    if errors > 0 {
        eprintln!(
            "{}",
            match crate::lang::lang() {
                base::Lang::Zh => format!("{errors} 处错误，{warnings} 处警告。"),
                base::Lang::En => format!(
                    "{}, {}.",
                    counted(errors, "error"),
                    counted(warnings, "warning")
                ),
            }
        );
        return Err(Failure::Told);
    }
    if let Some(programme) = checked.programme {
        let items: usize = programme
            .scorecards
            .values()
            .map(|scorecard| scorecard.items.len())
            .sum();
        outln!(
            "{}",
            match crate::lang::lang() {
                base::Lang::Zh => format!(
                    "{} {} 通过检查：{} 个单位，{} 种记录，{} 个指标，{} 张记分卡 {items} 个项目，{} 处警告。",
                    programme.name.zh,
                    programme.version,
                    programme.units.len(),
                    programme.record_types.len(),
                    programme.indicators.len(),
                    programme.scorecards.len(),
                    warnings
                ),
                base::Lang::En => format!(
                    "{} {} passes: {}, {}, {}, {} with {}, {}.",
                    programme.name.get(base::Lang::En),
                    programme.version,
                    counted(programme.units.len(), "unit"),
                    counted(programme.record_types.len(), "record type"),
                    counted(programme.indicators.len(), "indicator"),
                    counted(programme.scorecards.len(), "scorecard"),
                    counted(items, "item"),
                    counted(warnings, "warning")
                ),
            }
        );
    }
    Ok(())
}

/// `1 unit`, `2 units`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `zhicheng fmt PACKAGE [--check]`
pub fn fmt(arguments: &Fmt) -> Outcome {
    let sources = Sources::read_folder(&arguments.package)?;
    let Some(layer) = sources.layers.first() else {
        return Ok(());
    };
    let formatted = programme::format_layer(layer)
        .map_err(|found| Failure::Problems(found, sources.texts()))?;
    let mut differing = Vec::new();
    for (old, new) in layer.files.iter().zip(&formatted.files) {
        if old.text != new.text {
            differing.push((layer.path_of(old).to_owned(), new.text.clone()));
        }
    }
    for (path, text) in &differing {
        outln!("{path}");
        if !arguments.check {
            write(&arguments.package.join(path), text.as_bytes())?;
        }
    }
    if arguments.check && !differing.is_empty() {
        Err(Failure::Told)
    } else {
        Ok(())
    }
}

/// `zhicheng workbook FROM TO`
pub fn workbook(arguments: &Workbook) -> Outcome {
    if is_workbook(&arguments.from) {
        let name = arguments
            .to
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let layer = programme::from_workbook(&name, &read(&arguments.from)?)?;
        return write_folder(&arguments.to, &layer);
    }
    let sources = Sources::read_folder(&arguments.from)?;
    let Some(layer) = sources.layers.first() else {
        return Ok(());
    };
    let bytes =
        programme::to_workbook(layer).map_err(|found| Failure::Problems(found, sources.texts()))?;
    refuse_existing(&arguments.to, arguments.force)?;
    write(&arguments.to, &bytes)
}

/// `zhicheng new-year PACKAGE DIR --year YEAR`
pub fn new_year(arguments: &NewYear) -> Outcome {
    let sources = Sources::read_folder(&arguments.package)?;
    let checked = programme::check(&sources);
    let Some(old) = checked.programme else {
        return Err(Failure::Problems(checked.problems, sources.texts()));
    };
    let first = old
        .scorecards
        .iter()
        .find(|(_, card)| card.of == Scored::Units);
    let mut ask = programme::new_year::NewYear {
        scorecard: match &arguments.scorecard {
            Some(id) => id.clone(),
            None => first.map(|(id, _)| id.to_string()).unwrap_or_default(),
        },
        year: arguments.year.clone(),
        version: match &arguments.version_of {
            Some(version) => version.clone(),
            None => programme::new_year::next_version(&old.version),
        },
        points: pairs(&arguments.points),
        targets: pairs(&arguments.target),
        ..programme::new_year::NewYear::default()
    };
    for item in &arguments.drop {
        ask.fates.insert(item.clone(), Fate::Drop);
    }
    for (item, into) in pairs(&arguments.merge) {
        ask.fates.insert(item, Fate::Merge(into));
    }
    for text in &arguments.split {
        let (item, parts) = text.split_once(':').unwrap_or((text, ""));
        let fate = Fate::split(item, &parts.replace([';', '；'], "\n"))?;
        ask.fates.insert(item.to_owned(), fate);
    }
    let made = programme::new_year::new_year(&sources, &old, &ask)?;
    let Some(layer) = made.layers.first() else {
        return Ok(());
    };
    write_folder(&arguments.to, layer)?;
    outln!(
        "{} {}",
        say(
            "已生成新年度方案包。接下来：逐项核对，然后运行 zhicheng check",
            "The new year's package is made. Next: go through it, then run zhicheng check"
        ),
        arguments.to.display()
    );
    Ok(())
}

/// Texts `NAME=VALUE`; one without a value has an empty one, which is told where it is used.
fn pairs(texts: &[String]) -> BTreeMap<String, String> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    texts.iter().map(pair).collect()
}

/// Writes a package into a new folder.
fn write_folder(to: &Path, layer: &Layer) -> Outcome {
    make_folder(to)?;
    for file in &layer.files {
        let path = to.join(layer.path_of(file));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                problems::cannot_write(parent.display(), crate::failure::why(&error))
            })?;
        }
        write(&path, file.text.as_bytes())?;
    }
    Ok(())
}

fn is_workbook(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

fn make_folder(path: &Path) -> Outcome {
    let is_empty = |path: &Path| {
        path.read_dir()
            .is_ok_and(|mut entries| entries.next().is_none())
    };
    if path.exists() && !is_empty(path) {
        return Err(problems::folder_taken(path.display()).into());
    }
    std::fs::create_dir_all(path)
        .map_err(|error| problems::cannot_write(path.display(), crate::failure::why(&error)).into())
}

/// `zhicheng new DIR`: a small package that passes `check`, to start from.
pub fn new(arguments: &New) -> Outcome {
    make_folder(&arguments.package)?;
    let folder = arguments
        .package
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let is_id = base::is_valid_id(&folder);
    let id = if is_id {
        folder.clone()
    } else {
        "my-city".to_owned()
    };
    write(
        &arguments.package.join("programme.toml"),
        include_str!("new/programme.toml")
            .replace("my-city", &id)
            .as_bytes(),
    )?;
    write(
        &arguments.package.join("scheme.toml"),
        include_bytes!("new/scheme.toml"),
    )?;
    outln!(
        "{} {}",
        say(
            "已建方案包。接下来：改写其中的文件，然后运行 zhicheng check",
            "The package is made. Next: edit its files, then run zhicheng check"
        ),
        arguments.package.display()
    );
    if !is_id {
        outln!(
            "{}",
            match crate::lang::lang() {
                base::Lang::Zh => format!(
                    "文件夹名“{folder}”不能作标识（只用小写英文字母、数字、_ 和 -），方案包的 id 写成了 {id}；请在 programme.toml 中改成合适的。"
                ),
                base::Lang::En => format!(
                    "The folder's name `{folder}` cannot be an id (lower-case letters, digits, _ and -), so the package's id is {id}; write a fitting one in programme.toml."
                ),
            }
        );
    }
    Ok(())
}
