//! A card as people read it: every item with its figure, points and reason, then the sum of the points and
//! how the total comes of it, so that whoever reads can add up again.

use base::{ItemId, Lang, Period, Ratio};
use programme::model::{Programme, Scorecard};
use scoring::{Card, Combine, GroupResult, ItemResult, PartResult, Role, TotalRule};

use crate::commands::common;
use crate::commands::results::{carried, figure_text};
use crate::failure::Outcome;
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print};

/// The name of an item; its id where the scorecard no longer has it.
pub fn item_name(scorecard: &Scorecard, id: &ItemId) -> String {
    scorecard
        .card
        .items
        .iter()
        .find(|found| &found.id == id)
        .map_or_else(
            || id.to_string(),
            |found| common::text(&found.name).to_owned(),
        )
}

/// Prints a card under the name of whom it is about.
pub fn print_card(
    programme: &Programme,
    scorecard: &Scorecard,
    name: &str,
    card: &Card,
    period: Period,
) -> Outcome {
    let open = || say("未定", "open").to_owned();
    outln!(
        "{name}  {} {}  {} {}{}",
        say("总分", "total"),
        card.total_text.clone().unwrap_or_else(open),
        say("等级", "grade"),
        card.grade.clone().unwrap_or_else(open),
        card.rank
            .map(|rank| format!("  {} {rank}", say("名次", "rank")))
            .unwrap_or_default(),
    );
    let columns = [
        Column::text("group", "类别", "category"),
        Column::text("item", "项目", "item"),
        Column::text("figure", "数值", "figure"),
        Column::number("points", "得分", "points"),
        Column::number("max_points", "分值", "of"),
        Column::text("reason", "理由", "reason"),
    ];
    let mut rows = Vec::new();
    let items: Vec<&ItemResult> = carried(card).collect();
    for (index, item) in items.iter().enumerate() {
        let group = scorecard
            .card
            .groups
            .iter()
            .find(|found| found.id == item.top_group)
            .map_or("", |found| common::text(&found.name));
        let is_first = index
            .checked_sub(1)
            .and_then(|before| items.get(before))
            .is_none_or(|before| before.top_group != item.top_group);
        rows.push(vec![
            Cell::same(if is_first { group } else { "" }),
            Cell::same(item_name(scorecard, &item.item)),
            Cell::same(figure_text(programme, scorecard, item, period).unwrap_or_default()),
            Cell::same(
                item.points
                    .as_ref()
                    .map_or_else(|| "—".to_owned(), common::points),
            ),
            Cell::same(possible(item)),
            Cell::same(common::text(&item.reason)),
        ]);
        let is_last = items
            .get(index + 1)
            .is_none_or(|next| next.top_group != item.top_group);
        if is_last
            && let Some(result) = card
                .group(&item.top_group)
                .filter(|result| is_recombined(scorecard, result))
        {
            rows.push(sum_row(
                say("　小计", "  subtotal"),
                result.points.clone(),
                &result.possible,
                why_recombined(result),
            ));
        }
    }
    let (points, possible) = sums(scorecard, card);
    if scorecard.card.parts.is_empty() && !possible.is_zero() {
        rows.push(sum_row(say("合计", "sum"), points, &possible, ""));
    }
    print(Format::Table, &columns, &rows)?;
    print_formula(scorecard, card);
    for veto in &card.vetoes {
        outln!("{}", veto_line(say("一票否决", "veto"), veto));
    }
    for consequence in &card.consequences {
        outln!("▸ {}", common::text(&consequence.text));
    }
    Ok(())
}

/// One line about a veto that was hit: its name, what happened and on what it rests.
pub fn veto_line(what: &str, veto: &scoring::VetoResult) -> String {
    let (name, reason, basis) = (
        common::text(&veto.name),
        common::text(&veto.reason),
        common::text(&veto.basis),
    );
    match lang() {
        Lang::Zh => format!("■ {what}：{name}（{reason}）依据：{basis}"),
        Lang::En => format!("■ {what}: {name} ({reason}); basis: {basis}"),
    }
}

/// What the item can give: in brackets where it does not count in the sum; nothing for what can only take.
fn possible(item: &ItemResult) -> String {
    match item.role {
        Role::Deduction => say("扣分", "deducts").to_owned(),
        Role::Bonus => format!("+{}", common::points(&item.max_points)),
        Role::Normal if item.points.is_none() => format!("({})", common::points(&item.max_points)),
        Role::Normal => common::points(&item.max_points),
    }
}

fn sum_row(title: &str, points: Ratio, possible: &Ratio, reason: &str) -> Vec<Cell> {
    vec![
        Cell::same(title),
        Cell::none(""),
        Cell::none(""),
        Cell::same(common::points(&points)),
        Cell::same(common::points(possible)),
        Cell::same(reason),
    ]
}

/// Points of the normal items as the top groups give them, and what was possible.
fn sums(scorecard: &Scorecard, card: &Card) -> (Ratio, Ratio) {
    let tops = top_groups(scorecard, card);
    (
        tops.iter().map(|group| group.points.clone()).sum(),
        tops.iter().map(|group| group.possible.clone()).sum(),
    )
}

fn top_groups<'a>(scorecard: &Scorecard, card: &'a Card) -> Vec<&'a GroupResult> {
    let tops = scorecard
        .card
        .groups
        .iter()
        .filter(|group| group.parent.is_none());
    tops.filter_map(|group| card.group(&group.id))
        .filter(|result| !result.possible.is_zero())
        .collect()
}

/// Whether the group's points, or those of a group within it, are not simply those of its items added up.
fn is_recombined(scorecard: &Scorecard, result: &GroupResult) -> bool {
    let within = |id: &base::GroupId| {
        let mut above = Some(id.clone());
        while let Some(id) = above {
            if id == result.group {
                return true;
            }
            above = scorecard
                .card
                .groups
                .iter()
                .find(|group| group.id == id)
                .and_then(|group| group.parent.clone());
        }
        false
    };
    !result.possible.is_zero()
        && (result.capped
            || scorecard
                .card
                .groups
                .iter()
                .any(|group| group.combine != Combine::Sum && within(&group.id)))
}

fn why_recombined(result: &GroupResult) -> &'static str {
    if result.capped {
        say("封顶", "capped")
    } else {
        say("按权重或比例折算", "weighted or rescaled")
    }
}

/// `总分：25.08 ÷ 37 × 100 + 加分 2 − 扣分 5 = 64.7838，取 2 位小数：64.78`
fn print_formula(scorecard: &Scorecard, card: &Card) {
    let Some(exact) = &card.total_exact else {
        return;
    };
    let (points, possible) = sums(scorecard, card);
    let (points, possible) = (common::points(&points), common::points(&possible));
    let mut terms = Vec::new();
    if let Some(start) = &scorecard.card.start {
        terms.push(format!(
            "{} {}",
            say("起始分", "start"),
            common::points(start)
        ));
    }
    let has_normal = !top_groups(scorecard, card).is_empty();
    match (&scorecard.card.total, card.parts.is_empty()) {
        (_, false) => terms.push(weighted(
            card.parts
                .iter()
                .filter_map(|part| part_term(scorecard, part)),
        )),
        _ if !has_normal => {}
        (TotalRule::Points, _) => terms.push(points),
        (TotalRule::PercentOfCarried, _) => terms.push(format!("{points} ÷ {possible} × 100")),
        (TotalRule::RescaledTo(full), _) => {
            terms.push(format!("{points} ÷ {possible} × {}", common::points(full)))
        }
        (TotalRule::WeightedMean, _) => {
            let rates = top_groups(scorecard, card)
                .into_iter()
                .filter_map(|result| {
                    let group = scorecard
                        .card
                        .groups
                        .iter()
                        .find(|group| group.id == result.group)?;
                    let rate = &result.rate()? * &Ratio::from_int(100);
                    Some((
                        common::text(&group.name).to_owned(),
                        group.weight.clone().unwrap_or(Ratio::ONE),
                        rate,
                    ))
                });
            terms.push(weighted(rates));
        }
    }
    let mut text = terms.join(" + ");
    if !card.bonus.is_zero() {
        text.push_str(&format!(
            " + {} {}",
            say("加分", "bonus"),
            common::points(&card.bonus)
        ));
    }
    if !card.deduction.is_zero() {
        text.push_str(&format!(
            " − {} {}",
            say("扣分", "deductions"),
            common::points(&card.deduction.abs())
        ));
    }
    let text = text.trim_start_matches(" + ").trim_start();
    let shown = common::points(exact);
    let total = card.total_text.clone().unwrap_or_default();
    let limited = [&scorecard.card.total_cap, &scorecard.card.total_floor]
        .into_iter()
        .flatten()
        .any(|limit| limit == exact);
    let limit = if limited {
        say("（到总分上下限为止）", " (within the limits of the total)")
    } else {
        ""
    };
    let sign = if exact.exact_decimal().as_deref() == Some(shown.as_str()) {
        "="
    } else {
        "≈"
    };
    let rounded = if Ratio::parse_decimal(&shown) == Ratio::parse_decimal(&total) {
        String::new()
    } else {
        match lang() {
            Lang::Zh => format!("，取 {} 位小数：{total}", scorecard.card.rounding.places),
            Lang::En => format!(", to {} places: {total}", scorecard.card.rounding.places),
        }
    };
    outln!(
        "{}{} {sign} {shown}{limit}{rounded}",
        say("总分：", "total: "),
        if text.is_empty() { "0" } else { text }
    );
    if card.items.iter().any(|item| {
        item.role == Role::Normal
            && item.points.is_none()
            && item.state != scoring::ItemState::NotCarried
    }) {
        outln!(
            "{}",
            say(
                "分值带括号的项目不计入合计。",
                "Items with their points in brackets do not count in the sum."
            )
        );
    }
}

fn part_term(scorecard: &Scorecard, part: &PartResult) -> Option<(String, Ratio, Ratio)> {
    let declared = scorecard
        .card
        .parts
        .iter()
        .find(|found| found.id == part.part)?;
    Some((
        common::text(&declared.name).to_owned(),
        part.weight.clone(),
        part.value.clone()?,
    ))
}

/// `(群众满意度 92.5 × 30 + 考核 88 × 70) ÷ 100`
fn weighted(terms: impl Iterator<Item = (String, Ratio, Ratio)>) -> String {
    let terms: Vec<(String, Ratio, Ratio)> = terms.collect();
    let sum: Ratio = terms.iter().map(|(_, weight, _)| weight.clone()).sum();
    let texts: Vec<String> = terms
        .iter()
        .map(|(name, weight, value)| {
            format!(
                "{name} {} × {}",
                common::points(value),
                common::points(weight)
            )
        })
        .collect();
    format!("({}) ÷ {}", texts.join(" + "), common::points(&sum))
}
