//! `demo`: a city in one command. Makes (or opens) a demonstration folder, prints its scoreboard and
//! runs its site.

use std::path::{Path, PathBuf};

use base::{Ratio, Rounding};
use ledger::Nature;
use office::assessment::{Ask, Assessment};
use office::{Access, Office};
use programme::{Part, Sources};
use rust_embed::Embed;
use scoring::Card;

use crate::arguments::{Common, Demo};
use crate::commands::card::veto_line;
use crate::commands::common;
use crate::commands::folder::passing;
use crate::commands::results::{carried, print_board, standing};
use crate::commands::site;
use crate::failure::{Failure, Outcome};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print};
use crate::problems;
use crate::progress::Progress;

// The packages that the demonstration needs, so that an installed binary can give it too.

#[derive(Embed)]
#[folder = "../../programmes/chibi-2018"]
struct Chibi;

#[derive(Embed)]
#[folder = "../../programmes/standard"]
struct Standard;

/// The scorecard whose board is shown, by the convention that a city's assessment has this id.
const SCORECARD: &str = "assessment";

/// `zhicheng demo [--data DIR] [--seed N] [--no-site]`
pub fn demo(arguments: &Demo, common: &Common) -> Outcome {
    let mut progress = Progress::start();
    let office = if arguments.data.join("ledger.sqlite").exists() {
        outln!(
            "{} {}",
            say("打开已有的演示数据", "opening the demonstration in"),
            arguments.data.display()
        );
        let office = Office::open(&arguments.data, Access::Read, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?;
        if office.nature() == Nature::Real {
            return Err(problems::folder_is_real(arguments.data.display()).into());
        }
        office
    } else {
        make(arguments, common, &mut progress)?
    };
    drop(progress);
    show(&office, &arguments.data)?;
    if arguments.no_site {
        return Ok(());
    }
    drop(office);
    let site = site::open(&arguments.data, false)?;
    let mut lines = site::let_people_in(&site)?;
    if !lines.is_empty() {
        lines.insert(
            0,
            say(
                "登录页上点一个人就能进入（不用密码）：",
                "Sign in by choosing one of these on its first page (no password):",
            )
            .to_owned(),
        );
    }
    site::run(site, &arguments.data, arguments.listen, &lines)
}

fn make(arguments: &Demo, common: &Common, progress: &mut Progress) -> Result<Office, Failure> {
    let sources = match &arguments.programme {
        Some(path) => Sources::read_folder(path)?,
        None => built_in(),
    };
    let programme = passing(&sources)?;
    outln!(
        "{} {}…",
        say("生成演示数据：", "making a demonstration of"),
        common::text(&programme.name)
    );
    // Made beside and moved when whole, so that an interrupted start leaves no half a city behind.
    let partial = beside(&arguments.data);
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(|error| {
            problems::cannot_write(partial.display(), crate::failure::why(&error))
        })?;
    }
    {
        let mut office = Office::init(
            &partial,
            &sources,
            programme.clone(),
            Nature::Demonstration,
            &common::actor(common, &programme),
        )?;
        office.generate(arguments.seed, &mut |done, total, what| {
            progress.tell(done, total, what)
        })?;
    }
    std::fs::rename(&partial, &arguments.data).map_err(|error| {
        problems::cannot_write(arguments.data.display(), crate::failure::why(&error))
    })?;
    Ok(Office::open(
        &arguments.data,
        Access::Read,
        &mut |done, total, what| progress.tell(done, total, what),
    )?)
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    data.with_file_name(name)
}

/// The chain of the built-in demonstration, outermost first.
fn built_in() -> Sources {
    Sources::from_parts(parts_of::<Chibi>("chibi-2018").chain(parts_of::<Standard>("standard")))
}

fn parts_of<Package: Embed>(name: &str) -> impl Iterator<Item = Part> {
    Package::iter().filter_map(move |path| {
        let file = Package::get(&path)?;
        Some(Part {
            package: name.to_owned(),
            path: path.into_owned(),
            text: String::from_utf8_lossy(&file.data).into_owned(),
        })
    })
}

fn show(office: &Office, data: &Path) -> Outcome {
    let programme = office.programme()?;
    let scorecard = office.scorecard(SCORECARD)?;
    let period = programme.year;
    let day = office.today()?;
    let assessment = office.assess(&Ask {
        scorecard: scorecard.clone(),
        period,
        day,
        at: office.position(),
    })?;
    outln!("\n{}", common::text(&programme.name));
    outln!("{}\n", standing(office, &assessment));
    print_board(&programme, &assessment)?;
    outln!("\n{}  {}", say("等级", "grades"), grades(&assessment));
    if let Some(declared) = programme.scorecards.get(&scorecard) {
        outln!(
            "\n{}",
            say(
                "各类别得分率（全部承担单位合计）",
                "Score by category (all units together)"
            )
        );
        print_categories(declared, &assessment)?;
    }
    print_vetoes(&programme, &assessment);
    print_next(data, &assessment);
    Ok(())
}

fn grades(assessment: &Assessment) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for card in &assessment.cards {
        let grade = card
            .grade
            .clone()
            .unwrap_or_else(|| say("未定", "open").to_owned());
        match counts.iter_mut().find(|(found, _)| *found == grade) {
            Some((_, count)) => *count += 1,
            None => counts.push((grade, 1)),
        }
    }
    counts.sort();
    counts
        .iter()
        .map(|(grade, count)| format!("{grade} {count}"))
        .collect::<Vec<_>>()
        .join("  ")
}

fn print_categories(declared: &programme::model::Scorecard, assessment: &Assessment) -> Outcome {
    let columns = [
        Column::text("group", "类别", "category"),
        Column::number("units", "单位", "units"),
        Column::number("points", "得分", "points"),
        Column::number("possible", "分值", "possible"),
        Column::number("rate", "得分率", "rate"),
    ];
    let mut rows = Vec::new();
    for group in declared
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none())
    {
        let units = assessment
            .cards
            .iter()
            .filter(|card| carried(card).any(|item| item.top_group == group.id))
            .count();
        let results: Vec<_> = assessment
            .cards
            .iter()
            .filter_map(|card| card.group(&group.id))
            .collect();
        let points: Ratio = results.iter().map(|found| found.net_points()).sum();
        let possible: Ratio = results.iter().map(|found| found.possible.clone()).sum();
        let rate = points.checked_div(&possible).map(|rate| {
            format!(
                "{}%",
                (&rate * &Ratio::from_int(100)).to_decimal(1, Rounding::HalfUp)
            )
        });
        rows.push(vec![
            Cell::same(common::text(&group.name)),
            Cell::same(units as u64),
            Cell::same(points.to_decimal(2, Rounding::HalfUp)),
            Cell::same(if possible.is_zero() {
                "—".to_owned()
            } else {
                common::points(&possible)
            }),
            Cell::same(rate.unwrap_or_else(|| "—".to_owned())),
        ]);
    }
    print(Format::Table, &columns, &rows)?;
    Ok(())
}

fn print_vetoes(programme: &programme::model::Programme, assessment: &Assessment) {
    for card in assessment.cards.iter().filter(|card| card.is_vetoed()) {
        for veto in &card.vetoes {
            let what = format!(
                "{} {}",
                common::unit_name(programme, &card.participant),
                say("一票否决", "vetoed")
            );
            outln!("\n{}", veto_line(&what, veto));
        }
        for consequence in &card.consequences {
            outln!("  ▸ {}", common::text(&consequence.text));
        }
    }
}

fn print_next(data: &Path, assessment: &Assessment) {
    let lowest = |card: &&Card| card.total.clone();
    let unit = assessment
        .cards
        .iter()
        .filter(|card| card.total.is_some())
        .min_by_key(lowest)
        .map(|card| card.participant.clone())
        .unwrap_or_default();
    let data = data.display();
    let (title, lines) = match lang() {
        base::Lang::Zh => (
            "接下来可以试",
            [
                (
                    format!("zhicheng score --data {data} assessment --unit {unit}"),
                    "一个单位的记分卡",
                ),
                (
                    format!("zhicheng measure --data {data} food_pass_rate --by unit"),
                    "一个指标按单位分",
                ),
                (
                    format!("zhicheng measure --data {data} food_pass_rate --records"),
                    "这个数背后的记录",
                ),
                (
                    format!("zhicheng rate --data {data} enterprise_credit"),
                    "企业质量信用评级",
                ),
                (
                    format!("zhicheng reconcile --data {data}"),
                    "公布的数字逐一核对",
                ),
                (format!("zhicheng verify {data}"), "核验存证日志"),
            ],
        ),
        base::Lang::En => (
            "What to try next",
            [
                (
                    format!("zhicheng score --data {data} assessment --unit {unit}"),
                    "one unit's card",
                ),
                (
                    format!("zhicheng measure --data {data} food_pass_rate --by unit"),
                    "an indicator by unit",
                ),
                (
                    format!("zhicheng measure --data {data} food_pass_rate --records"),
                    "the records behind it",
                ),
                (
                    format!("zhicheng rate --data {data} enterprise_credit"),
                    "grades of enterprises",
                ),
                (
                    format!("zhicheng reconcile --data {data}"),
                    "every published figure against the records",
                ),
                (format!("zhicheng verify {data}"), "verify the ledger"),
            ],
        ),
    };
    outln!("\n{title}");
    for (command, what) in lines {
        outln!("  {command:<70}  # {what}");
    }
}
