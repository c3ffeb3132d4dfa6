//! `new-year` as it is typed.

use std::path::PathBuf;

use clap::Args;

use crate::lang::say;

/// `zhicheng new-year`
#[derive(Debug, Args)]
pub struct NewYear {
    #[arg(value_name = "PACKAGE", help = say("本年度的方案包", "this year's package"))]
    pub package: PathBuf,
    #[arg(value_name = "DIR", help = say("新年度方案包的文件夹", "folder of the new year's package"))]
    pub to: PathBuf,
    #[arg(long, value_name = "YEAR", help = say("新年度，如 2019", "the new year, such as 2019"))]
    pub year: String,
    #[arg(long, value_name = "VERSION", help = say("新方案包的版本（缺省为主版本号加一）", "the new package's version (default: the first number grows by one)"))]
    pub version_of: Option<String>,
    #[arg(long, value_name = "ID", help = say("记分卡（缺省为第一张评单位的）", "scorecard (default: the first over units)"))]
    pub scorecard: Option<String>,
    #[arg(long, value_name = "ITEM", help = say("取消的项目（可多次）", "an item that is dropped (repeatable)"))]
    pub drop: Vec<String>,
    #[arg(long, value_name = "ITEM=INTO", help = say("并入另一项目的项目（可多次）", "an item that is merged into another (repeatable)"))]
    pub merge: Vec<String>,
    #[arg(long, value_name = "ITEM:NAME=POINTS;NAME=POINTS", help = say("拆分的项目（可多次）", "an item that is split (repeatable)"))]
    pub split: Vec<String>,
    #[arg(long, value_name = "ITEM=POINTS", help = say("改分值的项目（可多次）", "an item that gets other points (repeatable)"))]
    pub points: Vec<String>,
    #[arg(long, value_name = "ITEM=TARGET", help = say("改目标值的项目（可多次）", "an item that gets another target (repeatable)"))]
    pub target: Vec<String>,
}
