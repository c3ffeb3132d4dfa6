//! What was sealed: said under every scoreboard, held against what is measured now, and shown by
//! `score --sealed` exactly as it was sealed.

use std::collections::BTreeMap;

use base::{GroupId, Lang, Period, Position, Ratio, ScorecardId};
use office::Office;
use office::assessment::Assessment;
use office::entry::SealFacts;
use programme::model::{Programme, Scorecard};
use scoring::Card;
use serde_json::Value as Json;

use crate::commands::common;
use crate::commands::results::{carried, group_name, score_columns};
use crate::failure::Outcome;
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print};
use crate::problems;

/// The last sealing of a result at a position.
pub fn last<'a>(
    office: &'a Office,
    scorecard: &ScorecardId,
    period: &Period,
    at: Position,
) -> Option<&'a (Position, SealFacts)> {
    office
        .mirror()
        .seals(scorecard, period)
        .into_iter()
        .rfind(|(position, _)| *position <= at)
}

/// Under a scoreboard: that the result was sealed, and whose present result is another one.
pub fn tell(office: &Office, programme: &Programme, assessment: &Assessment) {
    let Some((position, facts)) = last(
        office,
        &assessment.scorecard,
        &assessment.period,
        assessment.at,
    ) else {
        return;
    };
    outln!("{}", standing(*position, facts));
    let differing: Vec<String> = assessment
        .cards
        .iter()
        .filter_map(|card| difference(programme, facts, card))
        .collect();
    if differing.is_empty() {
        outln!(
            "{}",
            say(
                "以上与封存的结果一致。",
                "The above is the same as what was sealed."
            )
        );
        return;
    }
    outln!(
        "{}",
        match lang() {
            Lang::Zh => format!(
                "以上是现在算得的结果，其中 {} 个单位与封存的不同（--sealed 显示封存的结果）：",
                differing.len()
            ),
            Lang::En => format!(
                "The above is what is measured now; it differs from what was sealed for {} (--sealed shows what was sealed):",
                units(differing.len())
            ),
        }
    );
    for line in differing {
        outln!("  {line}");
    }
}

fn units(count: usize) -> String {
    if count == 1 {
        "1 unit".to_owned()
    } else {
        format!("{count} units")
    }
}

fn standing(position: Position, facts: &SealFacts) -> String {
    let correction = facts.corrects.map(|earlier| match lang() {
        Lang::Zh => format!("，更正位置 {earlier} 的封存"),
        Lang::En => format!(", correcting the sealing at position {earlier}"),
    });
    let correction = correction.unwrap_or_default();
    match lang() {
        Lang::Zh => {
            let word = if facts.demonstration {
                "已作演示封存"
            } else {
                "已封存"
            };
            format!(
                "{word}（位置 {}，截至 {}，批准文号：{}{correction}）。",
                position.0, facts.day, facts.approval
            )
        }
        Lang::En => {
            let word = if facts.demonstration {
                "Sealed as a demonstration"
            } else {
                "Sealed"
            };
            format!(
                "{word} (position {}, as of {}, approval {}{correction}).",
                position.0, facts.day, facts.approval
            )
        }
    }
}

/// How a unit's present card differs from the sealed one; `None` when it does not.
fn difference(programme: &Programme, facts: &SealFacts, card: &Card) -> Option<String> {
    let name = common::unit_name(programme, &card.participant);
    let Some(sealed) = cards(facts).find(|sealed| text(sealed, "unit") == card.participant) else {
        return Some(format!(
            "{name}{}",
            say("：封存时没有", ": was not among what was sealed")
        ));
    };
    let now = outcome(
        card.total_text.as_deref(),
        card.grade.as_deref(),
        card.rank.map(u64::from),
    );
    let then = outcome(
        sealed["total"].as_str(),
        sealed["grade"].as_str(),
        sealed["rank"].as_u64(),
    );
    let sealed_items: BTreeMap<&str, Option<Ratio>> = items(sealed)
        .map(|item| (text(item, "item"), number(&item["points"])))
        .collect();
    let changed = carried(card)
        .filter(|item| {
            sealed_items
                .get(item.item.as_str())
                .is_none_or(|points| *points != item.points)
        })
        .count();
    if now == then && changed == 0 {
        return None;
    }
    let items = match (changed, lang()) {
        (0, _) => String::new(),
        (_, Lang::Zh) => format!("，{changed} 个项目得分不同"),
        (1, Lang::En) => ", other points for 1 item".to_owned(),
        (_, Lang::En) => format!(", other points for {changed} items"),
    };
    Some(match lang() {
        Lang::Zh => format!("{name}：封存 {then}，现为 {now}{items}"),
        Lang::En => format!("{name}: sealed {then}, now {now}{items}"),
    })
}

fn outcome(total: Option<&str>, grade: Option<&str>, rank: Option<u64>) -> String {
    let rank = rank.map(|rank| match lang() {
        Lang::Zh => format!(" 第 {rank} 名"),
        Lang::En => format!(" rank {rank}"),
    });
    format!(
        "{} {}{}",
        total.unwrap_or(say("未定", "open")),
        grade.unwrap_or_default(),
        rank.unwrap_or_default()
    )
    .replace("  ", " ")
    .trim_end()
    .to_owned()
}

/// `zhicheng score --sealed`: what was sealed, as it was sealed.
pub fn show(
    office: &Office,
    programme: &Programme,
    declared: &Scorecard,
    (scorecard, period, at): (&ScorecardId, &Period, Position),
    unit: Option<&str>,
    format: Format,
) -> Outcome {
    let Some((position, facts)) = last(office, scorecard, period, at) else {
        return Err(problems::not_sealed(scorecard, period).into());
    };
    let mut cards: Vec<&Json> = cards(facts)
        .filter(|card| unit.is_none_or(|unit| text(card, "unit") == unit))
        .collect();
    if let (Some(unit), true) = (unit, cards.is_empty()) {
        return Err(problems::carries_nothing(unit, scorecard).into());
    }
    if format != Format::Table {
        let rows: Vec<Vec<Cell>> = cards
            .iter()
            .flat_map(|card| rows(programme, declared, card))
            .collect();
        return print(format, &score_columns(), &rows);
    }
    if unit.is_some() {
        for card in &cards {
            print_card(programme, declared, card)?;
        }
    } else {
        let key = |card: &Json| {
            (
                card["ranking_group"].as_str().map(str::to_owned),
                card["rank"].as_u64().unwrap_or(u64::MAX),
            )
        };
        cards.sort_by_key(|card| key(card));
        print_board(programme, &cards)?;
    }
    outln!("{}", standing(*position, facts));
    common::mark(office, format);
    Ok(())
}

fn print_board(programme: &Programme, cards: &[&Json]) -> Outcome {
    let columns = [
        Column::text("group", "排名组", "group"),
        Column::number("rank", "名次", "rank"),
        Column::text("unit", "单位", "unit"),
        Column::number("total", "总分", "total"),
        Column::text("grade", "等级", "grade"),
        Column::text("remark", "说明", "remark"),
    ];
    let mut rows = Vec::new();
    let mut last = None;
    for card in cards {
        let group = card["ranking_group"].as_str();
        let shown = if last == Some(group) {
            String::new()
        } else {
            group
                .map(|id| group_name(programme, id))
                .unwrap_or_default()
        };
        last = Some(group);
        rows.push(vec![
            Cell::same(shown),
            card["rank"]
                .as_u64()
                .map_or_else(|| Cell::none("—"), Cell::same),
            Cell::same(common::unit_name(programme, text(card, "unit"))),
            Cell::same(text(card, "total")),
            Cell::same(text(card, "grade")),
            Cell::same(joined(&card["consequences"])),
        ]);
    }
    print(Format::Table, &columns, &rows)
}

fn print_card(programme: &Programme, declared: &Scorecard, card: &Json) -> Outcome {
    let shown = outcome(
        card["total"].as_str(),
        card["grade"].as_str(),
        card["rank"].as_u64(),
    );
    outln!(
        "{}  {shown}",
        common::unit_name(programme, text(card, "unit"))
    );
    let columns = [
        Column::text("item", "项目", "item"),
        Column::text("figure", "数值", "figure"),
        Column::number("points", "得分", "points"),
        Column::number("max_points", "分值", "of"),
        Column::text("reason", "理由", "reason"),
    ];
    let rows: Vec<Vec<Cell>> = items(card)
        .map(|item| {
            vec![
                Cell::same(super::card::item_name(
                    declared,
                    &base::ItemId::new(text(item, "item")),
                )),
                Cell::same(figures(programme, item).unwrap_or_default()),
                Cell::same(
                    number(&item["points"])
                        .map_or_else(|| "—".to_owned(), |points| common::points(&points)),
                ),
                Cell::same(
                    number(&item["max_points"])
                        .map(|points| common::points(&points))
                        .unwrap_or_default(),
                ),
                Cell::same(text(item, "reason")),
            ]
        })
        .collect();
    print(Format::Table, &columns, &rows)?;
    for consequence in card["consequences"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
    {
        outln!("▸ {consequence}");
    }
    Ok(())
}

/// The rows that scripts get, with the keys of `score`.
fn rows(programme: &Programme, declared: &Scorecard, card: &Json) -> Vec<Vec<Cell>> {
    let none = || Cell::none("");
    let unit = Cell::same(text(card, "unit"));
    let mut rows: Vec<Vec<Cell>> = items(card)
        .map(|item| {
            let decimal =
                |key: &str| Cell::from(number(&item[key]).map(|points| common::decimal(&points)));
            let mut row = vec![
                unit.clone(),
                Cell::same(text(item, "item")),
                Cell::from(top_group(declared, text(item, "item"))),
                Cell::from(figures(programme, item)),
                decimal("points"),
                decimal("max_points"),
                Cell::same(text(item, "state")),
                Cell::same(text(item, "reason")),
            ];
            row.resize_with(score_columns().len(), none);
            row
        })
        .collect();
    rows.push(vec![
        unit,
        none(),
        none(),
        none(),
        none(),
        none(),
        Cell::same("final"),
        none(),
        Cell::from(card["total"].as_str().map(str::to_owned)),
        Cell::from(card["grade"].as_str().map(str::to_owned)),
        card["rank"].as_u64().map_or_else(none, Cell::same),
        Cell::from(card["ranking_group"].as_str().map(str::to_owned)),
        Cell::same(joined(&card["vetoes"])),
        Cell::same(joined(&card["consequences"])),
    ]);
    rows
}

/// The category of an item, by the scorecard as it is declared.
fn top_group(declared: &Scorecard, item: &str) -> Option<String> {
    let mut group: GroupId = declared
        .card
        .items
        .iter()
        .find(|found| found.id.as_str() == item)?
        .group
        .clone();
    while let Some(parent) = declared
        .card
        .groups
        .iter()
        .find(|found| found.id == group)
        .and_then(|found| found.parent.clone())
    {
        group = parent;
    }
    Some(group.to_string())
}

/// The figures of a sealed item as people read them.
fn figures(programme: &Programme, item: &Json) -> Option<String> {
    let shown: Vec<String> = item["figures"]
        .as_array()?
        .iter()
        .map(|figure| {
            let value = number(&figure["numerator"]).zip(number(&figure["denominator"]));
            let format = programme
                .indicators
                .get(text(figure, "indicator"))
                .map(|found| found.format);
            match value {
                Some((numerator, denominator)) => {
                    let figure = base::Figure::value_of(numerator, denominator);
                    common::shown(
                        &figure,
                        format.unwrap_or(programme::model::Format::Decimal(4)),
                    )
                }
                None => common::state_word_of(text(figure, "state")).to_owned(),
            }
        })
        .collect();
    (!shown.is_empty()).then(|| shown.join(" × "))
}

/// The carried items of a sealed card.
fn items(card: &Json) -> impl Iterator<Item = &Json> {
    card["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| text(item, "state") != "not_carried")
}

fn cards(facts: &SealFacts) -> impl Iterator<Item = &Json> {
    facts.results.as_array().into_iter().flatten()
}

fn text<'a>(json: &'a Json, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_default()
}

fn joined(json: &Json) -> String {
    json.as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect::<Vec<_>>()
        .join("; ")
}

/// A number of a sealing: a decimal, or a fraction where no decimal is exact.
fn number(json: &Json) -> Option<Ratio> {
    let text = json.as_str()?;
    match text.split_once('/') {
        Some((above, below)) => {
            Ratio::parse_decimal(above)?.checked_div(&Ratio::parse_decimal(below)?)
        }
        None => Ratio::parse_decimal(text),
    }
}
