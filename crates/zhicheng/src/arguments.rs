//! The command line as it is typed. What each command does is in `commands/`, one file each.

mod account;
mod audit;
mod backup;
mod plan;
mod published;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::lang::say;
use crate::output::Format;

pub use account::{AccountCommand, AccountList, AccountOf, AccountOpen, AccountPassword};
pub use audit::{
    AuditAnnounce, AuditCommand, AuditDraw, AuditFinding, AuditList, AuditRead, AuditReport, Sample,
};
pub use backup::{Backup, Backups, Restore};
pub use plan::NewYear;
pub use published::{Publish, Published, Restated};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "zhicheng",
    version,
    about = say("质城：运行一个城市的质量强市方案", "Zhicheng runs a city's quality programme"),
    after_help = say(
        "退出码：0 完成；1 发现问题或被拒绝（问题已说明）；2 命令写错；3 文件或磁盘不能读写。",
        "Exit codes: 0 done; 1 refused, or problems were found (and told); 2 wrong usage; 3 a file or disk cannot be read or written."
    ),
    propagate_version = true
)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    #[arg(long, global = true, value_name = "zh|en", value_parser = ["zh", "en"], hide_possible_values = true, help = say("语言", "language"))]
    pub lang: Option<String>,
    #[arg(long = "as", global = true, value_name = "NAME", help = say("以谁的名义操作", "name of who acts"))]
    pub actor: Option<String>,
    #[arg(long, global = true, value_name = "ROLE", help = say("操作者的角色（缺省 programme_office）", "role of who acts (default programme_office)"))]
    pub role: Option<String>,
    #[arg(long = "for-unit", global = true, value_name = "UNIT", help = say("操作者所属单位", "unit of who acts"))]
    pub actor_unit: Option<String>,
}

/// A data folder.
#[derive(Debug, Clone, Args)]
pub struct Data {
    #[arg(long, value_name = "DIR", help = say("数据文件夹", "data folder"))]
    pub data: PathBuf,
}

/// The form of a result.
#[derive(Debug, Clone, Args)]
pub struct Output {
    #[arg(long, value_enum, default_value = "table", value_name = "table|json|csv", hide_possible_values = true, hide_default_value = true, help = say("输出形式（缺省 table）", "form of the result (default table)"))]
    pub format: Format,
}

/// When and where a result is true.
#[derive(Debug, Clone, Args)]
pub struct When {
    #[arg(long, value_name = "DAY", help = say("截至哪一天（缺省今天）", "as of which day (default today)"))]
    pub day: Option<String>,
    #[arg(long, value_name = "N", help = say("截至存证日志的哪一位置（缺省为最新）", "as of which position of the ledger (default: the latest)"))]
    pub at: Option<u64>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(about = say("用赤壁方案做一份演示数据，打印记分板", "Make a demonstration with the Chibi programme and print its scoreboard"))]
    Demo(Demo),
    #[command(about = say("打开网站：在浏览器里使用", "Run the site: work in the browser"))]
    Serve(Serve),
    #[command(subcommand, about = say("账号：开通、列出、改密码、关闭", "Accounts: open, list, set a password, close"))]
    Account(AccountCommand),
    #[command(about = say("新建一个方案包", "Start a new programme package"))]
    New(New),
    #[command(about = say("检查方案包，指出每一处问题", "Check a package and show every fault"))]
    Check(Check),
    #[command(about = say("规范方案包的写法", "Put a package's text into its canonical form"))]
    Fmt(Fmt),
    #[command(about = say("方案包与工作簿互转", "Turn a package into a workbook, or a workbook into a package"))]
    Workbook(Workbook),
    #[command(about = say("从本年度方案编制新年度方案：项目保留、拆分、并入或取消", "Start next year's package from this year's: items kept, split, merged, dropped"))]
    NewYear(NewYear),
    #[command(about = say("用方案新建数据文件夹", "Make a data folder for a programme"))]
    Init(Init),
    #[command(about = say("启用方案的新版本", "Put a new version of the programme in force"))]
    Activate(Activate),
    #[command(about = say("按方案声明的分布生成演示数据", "Generate made-up data as the package declares it"))]
    Generate(Generate),
    #[command(about = say("列出单位、对象类型、记录类型、指标、记分卡和流程", "List units, subject types, record types, indicators, scorecards and flows"))]
    Types(Types),
    #[command(about = say("给出某类记录的空白工作簿", "Give an empty workbook for a record type"))]
    Template(Template),
    #[command(about = say("导入表格", "Import a spreadsheet"))]
    Import(Import),
    #[command(about = say("提交一条记录", "Submit one record"))]
    Submit(Submit),
    #[command(about = say("撤回一条记录", "Withdraw a record"))]
    Withdraw(Withdraw),
    #[command(about = say("查看一条记录及其历史", "Show a record and its history"))]
    Record(Record),
    #[command(
        about = say("删除个人信息和佐证材料", "Erase personal data and evidence"),
        after_help = say(
            "删除不可恢复；存证日志的每个哈希、每项证明和每个数字都不变。删了什么、何时、何人、为何，永久可见，因此理由中不写个人信息。",
            "What is erased cannot be brought back; every hash, proof and figure stays. What was erased, when, by whom and why stays visible for good, so the reason holds no personal data."
        )
    )]
    Erase(Erase),
    #[command(about = say("列出已删除的内容，或在恢复的备份上再次删除", "List what was erased, or erase it again in a restored backup"))]
    Erasures(Erasures),
    #[command(about = say("确认一个简称或别名", "Confirm what a short name means"))]
    Alias(Alias),
    #[command(about = say("测算指标", "Measure an indicator"))]
    Measure(Measure),
    #[command(about = say("给各单位记分", "Score units"))]
    Score(Score),
    #[command(about = say("给对象评级", "Rate subjects"))]
    Rate(Rate),
    #[command(subcommand, about = say("考核流程：开办、查看、办理", "The course of an assessment: open, list, show, act"))]
    Case(CaseCommand),
    #[command(about = say("办理到期的事：按方案催办，久拖的转督办", "Do what falls due: remind as the programme says, follow up what stays late"))]
    Advance(Advance),
    #[command(name = "override", about = say("说明理由，改定某项得分", "Set an item's points by hand, with a reason"))]
    Override(Override),
    #[command(about = say("封存考核结果", "Seal an assessment's result"))]
    Seal(Seal),
    #[command(about = say("公布数字", "Publish figures"))]
    Publish(Publish),
    #[command(about = say("列出公布过的数字", "List the published figures"))]
    Published(Published),
    #[command(about = say("把公布或封存的数值与现值并列，列出改变它们的存证", "Show published and sealed values beside their present ones, with the entries that changed them"))]
    Restated(Restated),
    #[command(subcommand, about = say("审计抽样：预告、抽取、列出、记录结论、汇总", "An auditor's sample: announce, draw, list, keep findings, sum up"))]
    Audit(AuditCommand),
    #[command(about = say("把城市公布的每个数字与记录核对", "Hold every published figure against the records"))]
    Reconcile(Reconcile),
    #[command(about = say("导出数据供 SQL 复算", "Export the data so that SQL can recompute figures"))]
    Export(Export),
    #[command(about = say("备份数据文件夹（不妨碍正在进行的工作）", "Back the data folder up, beside whoever works"))]
    Backup(Backup),
    #[command(about = say("列出并核验备份", "List backups and verify them"))]
    Backups(Backups),
    #[command(about = say("从备份恢复到新的数据文件夹", "Bring a backup back into a new data folder"))]
    Restore(Restore),
    #[command(about = say("由存证重放，重建状态", "Rebuild the state by replaying all entries"))]
    Rebuild(Rebuild),
    #[command(about = say("核验数据文件夹，或外部核验包", "Verify a data folder, or a bundle for outsiders"))]
    Verify(Verify),
    #[command(about = say("给出签名的检查点：日志到哪里、树根是什么", "Give the signed checkpoint: how far the log reaches, and its root"))]
    Checkpoint(Checkpoint),
    #[command(about = say("证明某条存证在日志中，或日志只增未改", "Prove that an entry is in the log, or that the log has only grown"))]
    Prove(Prove),
    #[command(subcommand, about = say("签名密钥：查看、更换、另立来源", "The signing key: show, rotate, renew the origin"))]
    Key(KeyCommand),
}

#[derive(Debug, Args)]
pub struct Demo {
    #[arg(long, value_name = "DIR", default_value = "zhicheng-demo", hide_default_value = true, help = say("数据文件夹（缺省 zhicheng-demo）", "data folder (default zhicheng-demo)"))]
    pub data: PathBuf,
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true, help = say("随机种子（缺省 1）", "seed (default 1)"))]
    pub seed: u64,
    #[arg(long, value_name = "PACKAGE", help = say("方案包（缺省为内置的赤壁方案）", "package (default: the built-in Chibi programme)"))]
    pub programme: Option<PathBuf>,
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8018", hide_default_value = true, help = say("网站的地址（缺省 127.0.0.1:8018）", "address of the site (default 127.0.0.1:8018)"))]
    pub listen: SocketAddr,
    #[arg(long, help = say("只生成数据、打印记分榜，不打开网站", "make the data and print the scoreboard; run no site"))]
    pub no_site: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8018", hide_default_value = true, help = say("网站的地址（缺省 127.0.0.1:8018，只有本机能访问）", "address of the site (default 127.0.0.1:8018, this machine only)"))]
    pub listen: SocketAddr,
    #[arg(long, help = say("Cookie 只经 HTTPS 传送（网站在终止 TLS 的代理之后）", "cookies over HTTPS only (behind a proxy that ends TLS)"))]
    pub secure_cookies: bool,
}

#[derive(Debug, Args)]
pub struct New {
    #[arg(value_name = "DIR", help = say("新方案包的文件夹", "folder of the new package"))]
    pub package: PathBuf,
}

#[derive(Debug, Args)]
pub struct Check {
    #[arg(value_name = "PACKAGE", help = say("方案包文件夹或工作簿", "package folder or workbook"))]
    pub package: PathBuf,
    #[arg(long, value_name = "OLD", help = say("与旧版本比较：旧记录必须仍能读懂", "compare with an old version: old records must stay readable"))]
    pub against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Fmt {
    #[arg(value_name = "PACKAGE", help = say("方案包文件夹", "package folder"))]
    pub package: PathBuf,
    #[arg(long, help = say("只检查，不改写", "only check, change nothing"))]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Workbook {
    #[arg(value_name = "FROM", help = say("方案包文件夹或 .xlsx", "package folder or .xlsx"))]
    pub from: PathBuf,
    #[arg(value_name = "TO", help = say(".xlsx 或新文件夹", ".xlsx or new folder"))]
    pub to: PathBuf,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "PACKAGE", help = say("方案包", "package"))]
    pub programme: PathBuf,
    #[arg(long, help = say("演示数据：永久标明，不能正式封存或公布", "a demonstration: marked for good, never sealed or published officially"))]
    pub demonstration: bool,
    #[arg(long, value_name = "URL", help = say("存证日志放在 PostgreSQL：postgresql://用户@主机/数据库?schema=名称", "keep the ledger in PostgreSQL: postgresql://USER@HOST/DATABASE?schema=NAME"))]
    pub store: Option<String>,
}

#[derive(Debug, Args)]
pub struct Activate {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "PACKAGE", help = say("方案包", "package"))]
    pub package: PathBuf,
}

#[derive(Debug, Args)]
pub struct Generate {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true, help = say("随机种子（缺省 1）", "seed (default 1)"))]
    pub seed: u64,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Types {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Template {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "TYPE", help = say("记录类型或对象类型", "record type or subject type"))]
    pub type_name: String,
    #[arg(long, value_name = "FILE", help = say("写到哪个文件（缺省 TYPE.xlsx）", "file to write (default TYPE.xlsx)"))]
    pub output: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "TYPE", help = say("记录类型或对象类型", "record type or subject type"))]
    pub type_name: String,
    #[arg(value_name = "FILE", help = say("表格：.csv、.csv.gz 或 .xlsx", "spreadsheet: .csv, .csv.gz or .xlsx"))]
    pub file: PathBuf,
    #[arg(long, value_name = "FILE", help = say("列与取值的对应", "mapping of columns and values"))]
    pub mapping: Option<PathBuf>,
    #[arg(long, help = say("只检查，不导入", "only check, import nothing"))]
    pub dry_run: bool,
    #[arg(long, help = say("只导入有效的行（缺省：全部有效才导入）", "take the valid rows (default: all or nothing)"))]
    pub valid_only: bool,
    #[arg(long, help = say("键相同而内容不同时，作为更正", "take other content under a known key as a revision"))]
    pub revise: bool,
    #[arg(long, value_name = "TEXT", help = say("更正的理由", "reason of the revisions"))]
    pub reason: Option<String>,
    #[arg(long, value_name = "FILE", help = say("被拒绝的行写到哪个工作簿", "workbook for the rejected rows"))]
    pub rejects: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的 --rejects 工作簿", "overwrite the --rejects workbook that is there"))]
    pub force: bool,
    #[arg(long, value_name = "NAME", help = say("工作表", "worksheet"))]
    pub sheet: Option<String>,
    #[arg(long, help = say("忽略方案未声明的列", "ignore columns that the programme does not declare"))]
    pub ignore_unknown: bool,
    #[arg(long, value_name = "FILE", help = say("各行共同的佐证材料（可多次）", "evidence that every row rests on (repeatable)"))]
    pub evidence: Vec<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Submit {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "TYPE", help = say("记录类型", "record type"))]
    pub type_name: String,
    #[arg(value_name = "FIELD=VALUE", help = say("字段", "fields"))]
    pub fields: Vec<String>,
    #[arg(long, value_name = "FILE", help = say("佐证材料（可多次）", "evidence (repeatable)"))]
    pub evidence: Vec<PathBuf>,
    #[arg(long, help = say("键相同时作为更正", "take it as a revision when the key is known"))]
    pub revise: bool,
    #[arg(long, value_name = "TEXT", help = say("更正的理由", "reason of the revision"))]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct Withdraw {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "RECORD", help = say("记录编号", "number of the record"))]
    pub record: u64,
    #[arg(long, value_name = "TEXT", help = say("理由", "reason"))]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Record {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "RECORD", help = say("记录编号", "number of the record"))]
    pub record: u64,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Erase {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "RECORD", conflicts_with_all = ["subject", "actor_number", "import"], help = say("记录编号：删除其全部个人字段和佐证，或只删下面指明的", "number of a record: all its personal fields and evidence, or those named below"))]
    pub record: Option<u64>,
    #[arg(long = "field", value_name = "FIELD", requires = "record", help = say("该记录的个人字段（可多次）", "a personal field of the record (repeatable)"))]
    pub fields: Vec<String>,
    #[arg(long = "evidence", value_name = "SHA256", conflicts_with_all = ["subject", "actor_number", "import"], required_unless_present_any = ["record", "subject", "actor_number", "import"],
        help = say("佐证材料（可多次）；不带 --record 时在各处删除", "evidence (repeatable); without --record wherever it is cited"))]
    pub evidence: Vec<String>,
    #[arg(long, num_args = 2, value_names = ["TYPE", "ID"], conflicts_with_all = ["actor_number", "import"], help = say("对象：删除关于它的全部个人信息", "a subject: everything personal about it"))]
    pub subject: Option<Vec<String>>,
    #[arg(long = "actor", value_name = "N", conflicts_with = "import", help = say("操作者编号：删除其姓名", "number of an actor: the name"))]
    pub actor_number: Option<u64>,
    #[arg(long, value_name = "N", help = say("导入编号：删除其文件名", "number of an import: the name of its file"))]
    pub import: Option<u64>,
    #[arg(long, value_name = "TEXT", help = say("理由（不写个人信息）", "reason (no personal data in it)"))]
    pub reason: String,
    #[arg(long, value_name = "TEXT", help = say("应谁的申请，如来文字号（不写姓名）", "who asked for it, such as the number of a letter (no name)"))]
    pub asked_by: Option<String>,
}

#[derive(Debug, Args)]
pub struct Erasures {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE", help = say("存成清单，供恢复备份后使用", "save them as a list, for a backup that is restored"))]
    pub save: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "save", help = say("按清单在恢复的备份上再次删除", "erase again in a restored backup what a list names"))]
    pub apply: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Alias {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "OF", required_unless_present = "list", help = say("unit、code:词表 或 subject:类型", "unit, code:VOCABULARY or subject:TYPE"))]
    pub of: Option<String>,
    #[arg(value_name = "TEXT", required_unless_present = "list", help = say("写法", "spelling"))]
    pub text: Option<String>,
    #[arg(value_name = "ID", required_unless_present = "list", help = say("标识", "identifier"))]
    pub id: Option<String>,
    #[arg(long, value_name = "TEXT", help = say("改变已确认的写法的理由", "why a confirmed spelling is to mean something else"))]
    pub reason: Option<String>,
    #[arg(long, help = say("列出已确认的写法（可限于 OF）", "list the confirmed spellings (of OF, if given)"))]
    pub list: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Measure {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "INDICATOR", help = say("指标", "indicator"))]
    pub indicator: String,
    #[arg(long, value_name = "unit|subject|year|half|quarter|month|FIELD", help = say("按单位、对象、时间或字段分", "split by unit, subject, time or field"))]
    pub by: Option<String>,
    #[arg(long, value_name = "P", help = say("期间，如 2018、2018H1、2018-06、2016..2018", "period, such as 2018, 2018H1, 2018-06, 2016..2018"))]
    pub period: Option<String>,
    #[arg(long, value_name = "UNIT", help = say("只看某单位", "one unit only"))]
    pub unit: Option<String>,
    #[arg(long, value_name = "ID", help = say("只看某对象", "one subject only"))]
    pub subject: Option<String>,
    #[command(flatten)]
    pub when: When,
    #[arg(long, help = say("列出构成该数的记录", "list the records behind the figure"))]
    pub records: bool,
    #[arg(long, value_name = "sqlite|postgres|duckdb", num_args = 0..=1, default_missing_value = "sqlite", require_equals = true,
        help = say("打印在导出数据上复算它的 SQL", "print the SQL that recomputes it on the exported data"))]
    pub sql: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Score {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "SCORECARD", help = say("记分卡", "scorecard"))]
    pub scorecard: String,
    #[arg(long, value_name = "P", help = say("期间", "period"))]
    pub period: Option<String>,
    #[arg(long, value_name = "UNIT", help = say("只看某单位的记分卡", "one unit's card"))]
    pub unit: Option<String>,
    #[arg(long, help = say("显示封存的结果，而不是现在算得的", "show the result as it was sealed, not as it is measured now"))]
    pub sealed: bool,
    #[command(flatten)]
    pub when: When,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Rate {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "SCORECARD", help = say("记分卡", "scorecard"))]
    pub scorecard: String,
    #[arg(long, value_name = "ID", help = say("只看某对象", "one subject only"))]
    pub subject: Option<String>,
    #[command(flatten)]
    pub when: When,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Advance {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "DAY", help = say("截至哪一天（缺省今天）", "up to which day (default today)"))]
    pub day: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    #[command(about = say("为考核每项、每个承担单位开办", "Open a case for every item and carrier of an assessment"))]
    Open(CaseOpen),
    #[command(about = say("列出办件", "List cases"))]
    List(CaseList),
    #[command(about = say("查看一个办件", "Show a case"))]
    Show(CaseShow),
    #[command(about = say("办理一步", "Take an action"))]
    Act(CaseAct),
}

#[derive(Debug, Args)]
pub struct CaseOpen {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "SCORECARD", help = say("记分卡", "scorecard"))]
    pub scorecard: String,
    #[arg(long, value_name = "P", help = say("期间", "period"))]
    pub period: Option<String>,
    #[arg(long, value_name = "DAY", help = say("开办日（缺省今天）", "day of opening (default today)"))]
    pub day: Option<String>,
}

#[derive(Debug, Args)]
pub struct CaseList {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "UNIT", help = say("只看某单位", "one unit only"))]
    pub unit: Option<String>,
    #[arg(long, value_name = "FLOW", help = say("只看某流程", "one flow only"))]
    pub flow: Option<String>,
    #[arg(long, value_name = "STATE", help = say("只看某状态", "one state only"))]
    pub state: Option<String>,
    #[arg(long, help = say("只看已逾期的", "overdue ones only"))]
    pub late: bool,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct CaseShow {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "CASE", help = say("办件编号", "number of the case"))]
    pub case: u64,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct CaseAct {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "CASE", help = say("办件编号", "number of the case"))]
    pub case: u64,
    #[arg(value_name = "ACTION", help = say("动作", "action"))]
    pub action: String,
    #[arg(long = "set", value_name = "FIELD=VALUE", help = say("字段（可多次）", "field (repeatable)"))]
    pub fields: Vec<String>,
    #[arg(long, value_name = "FILE", help = say("佐证材料（可多次）", "evidence (repeatable)"))]
    pub evidence: Vec<PathBuf>,
    #[arg(long, value_name = "TEXT", help = say("理由", "reason"))]
    pub reason: Option<String>,
    #[arg(long, value_name = "CODE", help = say("办结理由", "closing reason"))]
    pub closing_reason: Option<String>,
    #[arg(long, value_name = "DAY", help = say("办理日（缺省今天）", "day (default today)"))]
    pub day: Option<String>,
}

#[derive(Debug, Args)]
pub struct Override {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "SCORECARD", help = say("记分卡", "scorecard"))]
    pub scorecard: String,
    #[arg(value_name = "ITEM", help = say("项目", "item"))]
    pub item: String,
    #[arg(value_name = "UNIT", help = say("单位", "unit"))]
    pub unit: String,
    #[arg(value_name = "POINTS", help = say("得分；none 取消改定", "points; none lifts an override"))]
    pub points: String,
    #[arg(long, value_name = "P", help = say("期间", "period"))]
    pub period: Option<String>,
    #[arg(long, value_name = "TEXT", help = say("理由", "reason"))]
    pub reason: String,
}

#[derive(Debug, Args)]
pub struct Seal {
    #[command(flatten)]
    pub data: Data,
    #[arg(value_name = "SCORECARD", help = say("记分卡", "scorecard"))]
    pub scorecard: String,
    #[arg(long, value_name = "P", help = say("期间", "period"))]
    pub period: Option<String>,
    #[arg(long, value_name = "DAY", help = say("截至哪一天", "as of which day"))]
    pub day: Option<String>,
    #[arg(long, value_name = "FILE", help = say("会议纪要", "minutes of the meeting"))]
    pub minutes: PathBuf,
    #[arg(long, value_name = "TEXT", help = say("批准文号", "approval number"))]
    pub approval: String,
    #[arg(long, help = say("演示封存，不是正式结果", "seal a demonstration; no official result"))]
    pub demonstration: bool,
    #[arg(long, value_name = "TEXT", help = say("再次封存的理由", "why it is sealed again"))]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub struct Reconcile {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE", help = say("写成一个 SQLite 文件", "write one SQLite file"))]
    pub sqlite: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = say("每表写成一个 CSV，另附建表语句", "write one CSV for each table, with CREATE TABLE statements"))]
    pub csv: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = say("写成一个工作簿，每表一张工作表", "write one workbook with a worksheet for each table"))]
    pub workbook: Option<PathBuf>,
    #[arg(long, value_name = "DIR", help = say("写成核验包：外人不必信任出具者也能核对", "write a bundle, which a stranger can check without trusting anyone"))]
    pub bundle: Option<PathBuf>,
    #[arg(long, value_name = "ADDRESS", requires = "bundle", help = say("核验包中另列的数字（可多次）", "another figure that the bundle is to list (repeatable)"))]
    pub figure: Vec<String>,
    #[arg(long, value_name = "DIR", help = say("把日志写成静态文件（C2SP tlog-tiles），或补上新的", "write the log as static files (C2SP tlog-tiles), or bring them up to date"))]
    pub tiles: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(flatten)]
    pub data: Data,
}

#[derive(Debug, Args)]
pub struct Verify {
    #[arg(value_name = "DIR", help = say("数据文件夹，或核验包", "data folder, or bundle"))]
    pub data: PathBuf,
    #[command(flatten)]
    pub trust: Trusting,
    #[command(flatten)]
    pub output: Output,
}

/// What a verifier knows from elsewhere.
#[derive(Debug, Args)]
pub struct Trusting {
    #[arg(long, value_name = "KEY", help = say("已知的日志公钥，或存有它的文件", "the log's key as you know it, or a file that holds it"))]
    pub key: Option<String>,
    #[arg(long, value_name = "CHECKPOINT", help = say("自己留存的检查点文件：日志必须由它增长而来", "a checkpoint that you kept: the log must have grown from it"))]
    pub against: Option<PathBuf>,
    #[arg(long, value_name = "KEY", help = say("见证方的公钥，其签名必须在检查点上（可多次）", "a witness's key, which must have cosigned the checkpoint (repeatable)"))]
    pub witness: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Checkpoint {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "FILE", help = say("写到哪个文件（缺省打印）", "file to write (default: print it)"))]
    pub output: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
    #[arg(long, value_name = "FILE", requires = "witness", help = say("加入见证方签过的检查点", "take in a checkpoint that a witness has cosigned"))]
    pub cosigned: Option<PathBuf>,
    #[arg(long, value_name = "KEY", requires = "cosigned", help = say("见证方的公钥", "the witness's key"))]
    pub witness: Option<String>,
}

#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = false, args = ["entry", "from"])]
pub struct Prove {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "N", help = say("存证的位置", "position of the entry"))]
    pub entry: Option<u64>,
    #[arg(long, value_name = "N|CHECKPOINT", help = say("较早的条数，或较早的检查点文件", "an earlier size, or a file with an earlier checkpoint"))]
    pub from: Option<String>,
    #[arg(long = "in", value_name = "CHECKPOINT", help = say("在哪个检查点中证明（缺省为现在的）", "in which checkpoint (default: the present one)"))]
    pub within: Option<PathBuf>,
    #[arg(long, value_name = "FILE", help = say("写到哪个文件（缺省打印）", "file to write (default: print it)"))]
    pub output: Option<PathBuf>,
    #[arg(long, help = say("覆盖已有的文件", "overwrite what is there"))]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    #[command(about = say("列出用过的公钥", "List the public keys, oldest first"))]
    Show(KeyShow),
    #[command(about = say("换一把新密钥，由旧密钥签名接替", "Put a new key in force, signed for by the old one"))]
    Rotate(KeyRotate),
    #[command(name = "renew-origin", about = say("旧副本恢复后另立来源，注明原来源", "After an older copy was restored: go on under a new origin that names the old"))]
    RenewOrigin(KeyRenew),
}

#[derive(Debug, Args)]
pub struct KeyShow {
    #[command(flatten)]
    pub data: Data,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub struct KeyRotate {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "TEXT", help = say("理由", "reason"))]
    pub reason: String,
    #[arg(long, help = say("旧私钥已遗失或不可信，没有它的签名", "the old private key is lost or not trusted any more, and does not sign"))]
    pub lost: bool,
}

#[derive(Debug, Args)]
pub struct KeyRenew {
    #[command(flatten)]
    pub data: Data,
    #[arg(long, value_name = "TEXT", help = say("理由", "reason"))]
    pub reason: String,
    #[arg(long, value_name = "CHECKPOINT", help = say("已知的原来源最后一个检查点", "the last checkpoint that is known of the old origin"))]
    pub last_known: Option<PathBuf>,
    #[arg(long, help = say("旧私钥已遗失或不可信，没有它的签名", "the old private key is lost or not trusted any more, and does not sign"))]
    pub lost: bool,
}
