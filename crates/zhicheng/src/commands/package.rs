//! `check`, `fmt`, `workbook` and `new`: packages as text, before any data.

use std::path::Path;

use programme::Sources;

use crate::arguments::{Check, Fmt, New, Workbook};
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
        make_folder(&arguments.to)?;
        for file in &layer.files {
            let path = arguments.to.join(layer.path_of(file));
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| {
                    problems::cannot_write(parent.display(), crate::failure::why(&error))
                })?;
            }
            write(&path, file.text.as_bytes())?;
        }
        return Ok(());
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
