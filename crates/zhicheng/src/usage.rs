//! Help and usage errors in the reader's language; the argument library speaks English only.

use std::process::ExitCode;

use base::Lang;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches};

use crate::arguments::Arguments;
use crate::lang::lang;

/// Reads the command line.
///
/// # Errors
/// The exit code, after help was printed (0) or a usage error told (2).
pub fn read() -> Result<Arguments, ExitCode> {
    let read = command()
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    read.map_err(|error| {
        let is_help = !error.use_stderr();
        if is_help || lang() == Lang::En {
            // Where the output is closed there is no one to tell.
            let _ = error.print();
        } else {
            eprintln!("{}", in_chinese(&error));
        }
        if is_help {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(2)
        }
    })
}

/// The command with its headings in the reader's language.
fn command() -> Command {
    let command = Arguments::command();
    if lang() == Lang::En {
        command
    } else {
        with_chinese_headings(command)
    }
}

fn with_chinese_headings(command: Command) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|found| found.get_name().to_owned())
        .collect();
    let mut command = command
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .arg(
            clap::Arg::new("help")
                .long("help")
                .short('h')
                .action(clap::ArgAction::Help)
                .help("显示帮助"),
        )
        .arg(
            clap::Arg::new("version")
                .long("version")
                .short('V')
                .action(clap::ArgAction::Version)
                .help("显示版本"),
        )
        .mut_args(|argument| {
            let heading = if argument.is_positional() {
                "参数"
            } else {
                "选项"
            };
            argument.help_heading(heading)
        });
    for name in names {
        command = command.mut_subcommand(name, with_chinese_headings);
    }
    command
}

/// A usage error in Chinese: what is wrong, what was meant, where to read on.
fn in_chinese(error: &clap::Error) -> String {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("没有命令“{}”", text(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("不认识“{argument}”"),
        ErrorKind::MissingRequiredArgument => format!("缺少：{argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "没有写命令".to_owned()
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("“{argument}”缺少值"),
        ErrorKind::InvalidValue => format!(
            "“{argument}”的值“{value}”不对，可用：{}",
            text(ContextKind::ValidValue)
        ),
        ErrorKind::ValueValidation => format!("“{argument}”的值“{value}”读不懂"),
        ErrorKind::ArgumentConflict => {
            format!("“{argument}”不能与“{}”同用", text(ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues => format!("“{argument}”的值太多：{value}"),
        ErrorKind::NoEquals => format!("“{argument}”的值须以 = 相连"),
        _ => error.to_string(),
    };
    let suggested = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .map(text)
    .find(|text| !text.is_empty());
    let meant = suggested
        .map(|found| format!("；是否“{found}”？"))
        .unwrap_or_default();
    format!("错误：{what}{meant}\n改法：zhicheng --help 列出命令，zhicheng 命令 --help 列出参数")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_consistent_in_both_languages() {
        Arguments::command().debug_assert();
        with_chinese_headings(Arguments::command()).debug_assert();
    }
}
