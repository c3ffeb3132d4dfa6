//! `backup`, `backups`, `restore`: arguments.

use std::path::PathBuf;

use clap::Args;

use super::{Data, Output};
use crate::lang::say;

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "PLACE", help = say("备份到哪里：文件夹，或 s3://桶/前缀", "where to: a folder, or s3://BUCKET/PREFIX"))]
    pub to: String,
    #[arg(long, help = say("之后清除本日志较旧的备份和不再需要的内容（已擦除的随之清除）", "afterwards remove older backups of this log and what no backup needs (so what was erased is gone there too)"))]
    pub purge: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Backups {
    #[arg(value_name = "PLACE", help = say("存放处：文件夹，或 s3://桶/前缀", "the place: a folder, or s3://BUCKET/PREFIX"))]
    pub place: String,
    #[arg(long, value_name = "ID", help = say("只看某个备份", "one backup only"))]
    pub backup: Option<String>,
    #[arg(long, help = say("全部读回并核验", "read everything again and verify it"))]
    pub check: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "PLACE", help = say("从哪里：文件夹，或 s3://桶/前缀", "where from: a folder, or s3://BUCKET/PREFIX"))]
    pub from: String,
    #[arg(long, value_name = "ID", help = say("哪个备份（缺省最新）", "which backup (default: the last)"))]
    pub backup: Option<String>,
    #[arg(long, value_name = "URL", help = say("存证日志放在 PostgreSQL：postgresql://用户@主机/数据库?schema=名称", "keep the ledger in PostgreSQL: postgresql://USER@HOST/DATABASE?schema=NAME"))]
    pub store: Option<String>,
    #[arg(long, help = say("沿用原来源：备份之后原日志没有再签过名", "keep the origin: the log signed nothing after this backup"))]
    pub keep_origin: bool,
    #[arg(long, value_name = "FILE", help = say("另外保存的检查点，用以判断原日志到过哪里", "a checkpoint that was kept, which says how far the log had come"))]
    pub against: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = say("另外保存的删除清单（erasures --save），比备份更新时用", "a list of erasures that was kept (erasures --save), where it is newer than the backups"))]
    pub erasures: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = say("另存的密钥文件夹（keys/），放回恢复的文件夹", "the folder of keys (keys/) kept elsewhere, to be put back"))]
    pub keys: Option<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}
