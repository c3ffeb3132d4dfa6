//! `account`, as it is typed.

use clap::{Args, Subcommand};

use super::{Data, Output};
use crate::lang::say;

/// `account …`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    #[command(about = say("开通账号；没有登记的人员先登记（--role 为其角色）", "Open an account, and register the person first where nobody did (--role is the person's)"))]
    Open(AccountOpen),
    #[command(about = say("列出账号", "List the accounts"))]
    List(AccountList),
    #[command(about = say("重设密码；首次登录须修改", "Set a password, to be changed at the next sign-in"))]
    Password(AccountPassword),
    #[command(about = say("关闭账号：不能再登录", "Close an account: it cannot sign in any more"))]
    Close(AccountOf),
    #[command(about = say("重新启用账号", "Open a closed account again"))]
    Reopen(AccountOf),
}

#[derive(Debug, Args)]
pub struct AccountOpen {
    #[arg(value_name = "LOGIN", help = say("登录名", "name to sign in with"))]
    pub login: String,
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "NAME", help = say("姓名", "name of the person"))]
    pub name: String,
    #[arg(long, value_name = "UNIT", help = say("单位", "unit of the person"))]
    pub unit: Option<String>,
    #[arg(long, help = say("从标准输入读密码（缺省生成一个，只打印一次）", "read the password from standard input (default: one is made and printed once)"))]
    pub password_stdin: bool,
}

#[derive(Debug, Args)]
pub struct AccountList {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct AccountPassword {
    #[arg(value_name = "LOGIN", help = say("登录名", "name to sign in with"))]
    pub login: String,
    #[command(flatten)]
    pub data: Data,
    #[arg(long, help = say("从标准输入读密码（缺省生成一个，只打印一次）", "read the password from standard input (default: one is made and printed once)"))]
    pub password_stdin: bool,
    #[arg(long, help = say("同时关闭动态码（手机丢失时）", "turn one-time codes off too (a lost telephone)"))]
    pub without_codes: bool,
}

#[derive(Debug, Args)]
pub struct AccountOf {
    #[arg(value_name = "LOGIN", help = say("登录名", "name to sign in with"))]
    pub login: String,
    #[command(flatten)]
    pub data: Data,
}
