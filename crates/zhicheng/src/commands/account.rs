//! `account`: who can sign in. What only the desk keeps is done beside a running site; a person whom the ledger does
//! not know is registered by whoever may write to it.

use std::io::Read;

use base::Problem;
use desk::{Desk, NewAccount, password};
use office::actor::NewActor;
use office::{Access, Office};

use crate::arguments::{
    AccountCommand, AccountList, AccountOf, AccountOpen, AccountPassword, Common, Data,
};
use crate::beside;
use crate::commands::{common, names};
use crate::failure::{Failure, Outcome, why};
use crate::lang::say;
use crate::output::{Cell, Column, print};
use crate::problems;

/// Most bytes that are read as a password.
const PASSWORD_BYTES_MAX: u64 = 4096;
/// The ledger's code for a folder that another process writes.
const SECOND_WRITER: &str = "L105";

/// `zhicheng account …`
pub fn account(command: &AccountCommand, common: &Common) -> Outcome {
    match command {
        AccountCommand::Open(asked) => open(asked, common),
        AccountCommand::List(asked) => list(asked),
        AccountCommand::Password(asked) => set_password(asked),
        AccountCommand::Close(asked) => close(asked, true),
        AccountCommand::Reopen(asked) => close(asked, false),
    }
}

/// The password of standard input, or one that is made; and whether it is to be printed.
fn password_of(reads: bool) -> Result<(String, bool), Failure> {
    if !reads {
        return Ok((password::generate()?, true));
    }
    let mut text = beside::input().unwrap_or_default();
    if !beside::is_here() {
        std::io::stdin()
            .take(PASSWORD_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|error| problems::cannot_read("-", why(&error)))?;
    }
    Ok((text.trim_end_matches(['\r', '\n']).to_owned(), false))
}

fn open(asked: &AccountOpen, common: &Common) -> Outcome {
    let desk = desk_of(&asked.data)?;
    desk.check_new_login(&asked.login)?;
    let (text, is_made) = password_of(asked.password_stdin)?;
    password::check(&asked.login, &text)?;
    let actor = actor_of(asked, common)?;
    desk.open_account(
        &NewAccount {
            login: &asked.login,
            actor,
            password: Some(&text),
            must_change: true,
            is_demonstration: false,
        },
        office::folder::now(),
    )?;
    outln!(
        "{} {}（#{actor}）",
        say("已开通账号", "opened the account"),
        asked.login
    );
    tell(&text, is_made);
    Ok(())
}

fn tell(text: &str, is_made: bool) {
    if is_made {
        outln!(
            "{} {text}",
            say(
                "临时密码（只显示这一次）：",
                "password for the first sign-in (shown this once):"
            )
        );
    }
    outln!(
        "{}",
        say(
            "首次登录须修改密码。",
            "It must be changed at the next sign-in."
        )
    );
}

/// The number of the person, who is registered where nobody did.
fn actor_of(asked: &AccountOpen, common: &Common) -> Result<u64, Failure> {
    let role = common.role.as_deref().ok_or_else(problems::role_missing)?;
    let reader = common::open(&asked.data)?;
    let programme = reader.programme()?;
    let new = NewActor {
        name: asked.name.trim().to_owned(),
        role: names::role(&programme, role),
        unit: asked
            .unit
            .as_ref()
            .map(|unit| names::unit(&programme, unit)),
    };
    if new.name.is_empty() {
        return Err(office::problems::name_missing().into());
    }
    office::actor::check(&programme, &new)?;
    if let Some(known) = reader.known_actor(&new)? {
        return Ok(known);
    }
    drop(reader);
    let opened = match beside::office() {
        Some(office) => office,
        None => Office::open(&asked.data.data, Access::Write, &mut |_, _, _| ()),
    };
    let mut office = opened.map_err(|problem: Problem| match problem.code {
        SECOND_WRITER => problems::register_on_the_site(&new.name),
        _ => problem,
    })?;
    Ok(office.register_actor(&new)?)
}

fn desk_of(data: &Data) -> Result<Desk, Failure> {
    let dir = beside::data(&data.data);
    // A folder that holds no ledger gets no desk either.
    drop(Office::open(&dir, Access::Read, &mut |_, _, _| ())?);
    Ok(Desk::open(&dir)?)
}

fn list(asked: &AccountList) -> Outcome {
    let office = common::open(&asked.data)?;
    let programme = office.programme()?;
    let columns = [
        Column::text("login", "登录名", "sign-in name"),
        Column::number("actor", "编号", "no."),
        Column::text("name", "姓名", "name"),
        Column::text("role", "角色", "role"),
        Column::text("unit", "单位", "unit"),
        Column::text("state", "状态", "state"),
        Column::text("password", "密码", "password"),
        Column::text("codes", "动态码", "codes"),
        Column::text("opened", "开通", "opened"),
    ];
    let mut rows = Vec::new();
    for account in Desk::open(&asked.data.data)?.accounts()? {
        let actor = office.actor_of(account.actor)?.unwrap_or_default();
        let state = match (account.is_closed, actor.closed.is_some()) {
            (true, _) => Cell::shown("closed", say("已关闭", "closed")),
            (false, true) => Cell::shown("actor_closed", say("人员已停用", "person closed")),
            (false, false) => Cell::shown("open", say("启用", "open")),
        };
        let password = match (account.has_password, account.must_change) {
            (false, _) => Cell::shown("none", say("没有", "none")),
            (true, true) => Cell::shown("to_change", say("待修改", "to be changed")),
            (true, false) => Cell::shown("set", say("已设", "set")),
        };
        let codes = match account.one_time_secret {
            Some(_) => Cell::shown("on", say("启用", "on")),
            None => Cell::shown("off", say("未启用", "off")),
        };
        let role = programme.roles.get(actor.role.as_str());
        let role = role.map_or_else(|| actor.role.clone(), |role| common::text(role).to_owned());
        let unit = actor.unit.as_deref();
        rows.push(vec![
            Cell::same(account.login),
            Cell::same(account.actor),
            Cell::same(actor.name),
            Cell::shown(actor.role.as_str(), role),
            match unit {
                Some(unit) => Cell::shown(unit, common::unit_name(&programme, unit)),
                None => Cell::none(""),
            },
            state,
            password,
            codes,
            Cell::same(common::local_time(&programme, account.created)),
        ]);
    }
    print(asked.output.format, &columns, &rows)?;
    Ok(())
}

fn set_password(asked: &AccountPassword) -> Outcome {
    let desk = desk_of(&asked.data)?;
    let (text, is_made) = password_of(asked.password_stdin)?;
    desk.set_password(&asked.login, &text, true)?;
    desk.forget_failures(&format!("login {}", asked.login.to_lowercase()))?;
    if asked.without_codes {
        desk.set_one_time_secret(&asked.login, None)?;
    }
    tell(&text, is_made);
    Ok(())
}

fn close(asked: &AccountOf, closes: bool) -> Outcome {
    desk_of(&asked.data)?.close_account(&asked.login, closes)?;
    outln!(
        "{} {}",
        if closes {
            say("已关闭账号", "closed the account")
        } else {
            say("已启用账号", "opened again the account")
        },
        asked.login
    );
    Ok(())
}
