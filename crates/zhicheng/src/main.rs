//! Zhicheng on the command line: reads the arguments, wires the rooms together, gives an exit code.
//!
//! No rule of the domain is here. What a command does is in `commands/`; what its results look like
//! is in `output.rs`; how it can fail is in `failure.rs`.

mod arguments;
#[macro_use]
mod output;
#[cfg_attr(not(unix), allow(dead_code, reason = "there is no such socket"))]
mod beside;
mod commands;
mod export;
mod failure;
mod lang;
mod problems;
mod progress;
mod usage;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::failure::Outcome;

/// Batches are made on one thread and let go on another, which the allocators of C libraries are slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match usage::read() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    match beside::pass(&arguments.command) {
        Some(Ok(code)) => ExitCode::from(code),
        Some(Err(failure)) => failure::exit_code(Err(failure)),
        None => failure::exit_code(carry_out(&arguments)),
    }
}

/// Carries a command out, in this process.
fn carry_out(arguments: &Arguments) -> Outcome {
    let common = &arguments.common;
    match &arguments.command {
        Command::Demo(asked) => commands::demo::demo(asked, common),
        Command::Serve(asked) => commands::site::serve(asked),
        Command::Account(asked) => commands::account::account(asked, common),
        Command::New(asked) => commands::package::new(asked),
        Command::Check(asked) => commands::package::check(asked),
        Command::Fmt(asked) => commands::package::fmt(asked),
        Command::Workbook(asked) => commands::package::workbook(asked),
        Command::NewYear(asked) => commands::package::new_year(asked),
        Command::Init(asked) => commands::folder::init(asked, common),
        Command::Activate(asked) => commands::folder::activate(asked, common),
        Command::Generate(asked) => commands::folder::generate(asked, common),
        Command::Types(asked) => commands::folder::types(asked),
        Command::Template(asked) => commands::records::template(asked),
        Command::Import(asked) => commands::records::import(asked, common),
        Command::Submit(asked) => commands::records::submit(asked, common),
        Command::Withdraw(asked) => commands::records::withdraw(asked, common),
        Command::Record(asked) => commands::records::record(asked),
        Command::Erase(asked) => commands::erase::erase(asked, common),
        Command::Erasures(asked) => commands::erase::erasures(asked, common),
        Command::Alias(asked) => commands::records::alias(asked, common),
        Command::Measure(asked) => commands::figures::measure(asked),
        Command::Score(asked) => commands::results::score(asked),
        Command::Rate(asked) => commands::results::rate(asked),
        Command::Case(asked) => commands::cases::case(asked, common),
        Command::Advance(asked) => commands::cases::advance(asked, common),
        Command::Override(asked) => commands::results::override_points(asked, common),
        Command::Seal(asked) => commands::results::seal(asked, common),
        Command::Publish(asked) => commands::published::publish(asked, common),
        Command::Published(asked) => commands::published::published(asked),
        Command::Restated(asked) => commands::published::restated(asked),
        Command::Audit(asked) => commands::audit::audit(asked, common),
        Command::Reconcile(asked) => commands::results::reconcile(asked),
        Command::Export(asked) => commands::figures::export(asked),
        Command::Backup(asked) => commands::backup::backup(asked),
        Command::Backups(asked) => commands::backup::backups(asked),
        Command::Restore(asked) => commands::backup::restore(asked, common),
        Command::Rebuild(asked) => commands::folder::rebuild(asked),
        Command::Verify(asked) => commands::folder::verify(asked),
        Command::Checkpoint(asked) => commands::signing::checkpoint(asked),
        Command::Prove(asked) => commands::signing::prove(asked),
        Command::Key(asked) => commands::signing::key(asked, common),
    }
}
