//! `audit`: arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Data, Output};
use crate::lang::say;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    #[command(about = say("预告抽样：在种子公开之前定下抽样框", "Announce a draw: fix the frame before the seed is known"))]
    Announce(AuditAnnounce),
    #[command(about = say("抽取已公布的数字及其背后的记录", "Draw published figures, and records behind them"))]
    Draw(AuditDraw),
    #[command(about = say("列出一次抽样的各行，供人工核对", "List the lines of a draw, to be checked by hand"))]
    List(AuditList),
    #[command(about = say("记录一行的结论", "Keep what was found of a line"))]
    Finding(AuditFinding),
    #[command(about = say("读回填好的工作簿", "Read a filled workbook back"))]
    Read(AuditRead),
    #[command(about = say("汇总各次抽样的结论", "Sum up what was found"))]
    Report(AuditReport),
}

/// What can be drawn, and how much.
#[derive(Debug, Args)]
pub struct Sample {
    #[arg(long, value_name = "N", default_value_t = 10, hide_default_value = true, help = say("抽几个数字（缺省 10）", "figures to draw (default 10)"))]
    pub figures: u32,
    #[arg(long, value_name = "N", default_value_t = 5, hide_default_value = true, help = say("每个数字抽几条记录（缺省 5）", "records to draw behind each (default 5)"))]
    pub records: u32,
    #[arg(long, value_name = "unit|indicator", value_parser = ["unit", "indicator"], hide_possible_values = true, help = say("按单位或指标分层，按层大小分配", "strata that share the draw by their size"))]
    pub strata: Option<String>,
    #[arg(long, help = say("按背后记录数的比例抽取数字", "draw figures in proportion to the records behind them"))]
    pub by_records: bool,
    #[arg(long, value_name = "TEXT", help = say("只从某次公布中抽", "from one publication only"))]
    pub publication: Option<String>,
    #[arg(long, value_name = "SCORECARD", help = say("只从某记分卡封存的结果中抽", "from sealed results of one scorecard only"))]
    pub scorecard: Option<String>,
    #[arg(long, value_name = "INDICATOR", help = say("只抽某指标", "one indicator only"))]
    pub indicator: Option<String>,
    #[arg(long, value_name = "UNIT", help = say("只抽某单位", "one unit only"))]
    pub unit: Option<String>,
    #[arg(long, value_name = "DAY", help = say("只抽该日及以后公布或封存的", "published, or sealed as of, that day or later"))]
    pub since: Option<String>,
}

#[derive(Debug, Args)]
pub struct AuditAnnounce {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub sample: Sample,
    #[arg(long, value_name = "SHA-256", help = say("尚未公开的种子的 SHA-256", "SHA-256 of a seed that is still secret"))]
    pub commitment: Option<String>,
}

#[derive(Debug, Args)]
pub struct AuditDraw {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "TEXT", help = say("种子，如公开的摇号结果", "the seed, such as a public lottery's numbers"))]
    pub seed: String,
    #[arg(long, value_name = "N", conflicts_with_all = ["figures", "records", "strata", "by_records", "publication", "scorecard", "indicator", "unit", "since"], help = say("按位置 N 的预告抽取", "draw what was announced at position N"))]
    pub announced: Option<u64>,
    #[command(flatten)]
    pub sample: Sample,
}

#[derive(Debug, Args)]
pub struct AuditList {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "N", help = say("抽样的位置（缺省最近一次）", "position of the draw (default: the last)"))]
    pub draw: Option<u64>,
    #[arg(long, value_name = "FILE", help = say("写成供填写的工作簿", "write a workbook to be filled in"))]
    pub workbook: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = say("写成 CSV", "write it as CSV"))]
    pub csv: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct AuditFinding {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "LINE", help = say("行：3 是第三个数字，3.2 是其第二条记录", "line: 3 is the third figure, 3.2 the second record behind it"))]
    pub line: String,
    #[arg(value_name = "agrees|differs|not_found", help = say("结论：一致、不一致、查无", "verdict"))]
    pub verdict: String,
    #[arg(long, value_name = "N", help = say("抽样的位置（缺省最近一次）", "position of the draw (default: the last)"))]
    pub draw: Option<u64>,
    #[arg(long, value_name = "TEXT", help = say("查得的值", "the value found"))]
    pub value_found: Option<String>,
    #[arg(long, value_name = "TEXT", help = say("备注（不写个人信息）", "remark (no personal data)"))]
    pub note: Option<String>,
}

#[derive(Debug, Args)]
pub struct AuditRead {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "FILE", help = say("填好的工作簿或 CSV", "the filled workbook or CSV"))]
    pub file: PathBuf,
    #[arg(long, value_name = "N", help = say("抽样的位置（缺省最近一次）", "position of the draw (default: the last)"))]
    pub draw: Option<u64>,
}

#[derive(Debug, Args)]
pub struct AuditReport {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "N", help = say("只看某次抽样", "one draw only"))]
    pub draw: Option<u64>,
    #[command(flatten)]
    pub output: Output,
}
