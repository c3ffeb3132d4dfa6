//! `publish`, `published`, `restated`: arguments.

use clap::Args;

use super::{Data, Output};
use crate::lang::say;

#[derive(Debug, Args)]
pub struct Publish {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "FIGURE", help = say("指标（全市的数）或地址", "indicator (the city's figure) or address"))]
    pub figures: Vec<String>,
    #[arg(long, value_name = "TEXT", help = say("公布的名称，如“2018 年质量状况白皮书”", "name of the publication, such as \"Quality report 2018\""))]
    pub name: String,
    #[arg(long, help = say("所列指标也按单位公布", "publish the indicators by unit as well"))]
    pub by_unit: bool,
    #[arg(long, value_name = "SCORECARD", help = say("记分卡各项目中可以公布的数", "the public figures of a scorecard's items"))]
    pub scorecard: Option<String>,
    #[arg(long, value_name = "P", help = say("期间", "period"))]
    pub period: Option<String>,
    #[arg(long, value_name = "DAY", help = say("截至哪一天（缺省今天）", "as of which day (default today)"))]
    pub day: Option<String>,
    #[arg(long, help = say("演示公布，不是正式公布", "publish a demonstration; no official publication"))]
    pub demonstration: bool,
    #[arg(long, value_name = "TEXT", help = say("再次公布的理由", "why it is published again"))]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct Published {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "TEXT", help = say("只看某次公布", "one publication only"))]
    pub name: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Restated {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "TEXT", help = say("只看某次公布", "one publication only"))]
    pub publication: Option<String>,
    #[arg(long, value_name = "SCORECARD", help = say("只看某记分卡封存的结果", "sealed results of one scorecard only"))]
    pub scorecard: Option<String>,
    #[arg(long, value_name = "INDICATOR", help = say("只看某指标", "one indicator only"))]
    pub indicator: Option<String>,
    #[arg(long, value_name = "UNIT", help = say("只看某单位", "one unit only"))]
    pub unit: Option<String>,
    #[arg(long, value_name = "DAY", help = say("只看该日及以后公布或封存的", "published, or sealed as of, that day or later"))]
    pub since: Option<String>,
    #[arg(long, help = say("列出改变它的每一条存证", "list each entry that changed it"))]
    pub entries: bool,
    #[command(flatten)]
    pub output: Output,
}
