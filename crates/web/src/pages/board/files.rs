//! The board as files: a table of text, and a workbook with a second sheet of every item.

use axum::extract::{Query, State};
use axum::response::Response;
use scoring::{CardState, ItemState};
use sheet::{Cell, CellOut, ColumnOut, SheetOut, WorkbookOut};

use super::seen::Seen;
use super::{Chosen, table};
use crate::answer::Refused;
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::site::Site;

fn name(seen: &Seen<'_>) -> String {
    format!(
        "{} {}",
        seen.words.say("记分榜", "scoreboard"),
        seen.assessment.period
    )
}

/// Headings, and each row with the number of its leading texts.
fn lines(seen: &Seen<'_>, chosen: &Chosen) -> Result<Vec<Vec<String>>, Refused> {
    let words = seen.words;
    let heads = table::heads(seen, &chosen.category)?;
    let mut first: Vec<String> = [
        words.say("排名组", "Group"),
        words.say("单位", "Unit"),
        words.say("等级", "Grade"),
        words.say("否决", "Veto"),
        words.say("状态", "State"),
        words.say("总分", "Total"),
        words.say("名次", "Rank"),
    ]
    .map(str::to_owned)
    .to_vec();
    for (_, head) in &heads {
        first.push(head.name.clone());
        first.push(format!(
            "{}{}",
            head.name,
            words.say("（满分）", " (possible)")
        ));
    }
    let mut lines = vec![first];
    for block in table::blocks(seen, chosen, &heads) {
        for row in block.rows {
            let mut line = vec![
                block.name.clone(),
                row.name,
                row.grade,
                row.veto.unwrap_or_default(),
                match row.state {
                    CardState::Final => words.say("已评完", "complete"),
                    CardState::Preliminary => words.say("含初步数", "with preliminary figures"),
                    CardState::Pending => words.say("还有未评项目", "with open items"),
                }
                .to_owned(),
                row.total
                    .as_ref()
                    .map(programme::shown::decimal)
                    .unwrap_or_default(),
                row.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            ];
            for cell in row.cells {
                let (net, possible) = cell.map_or_else(
                    || (String::new(), String::new()),
                    |cell| {
                        (
                            programme::shown::decimal(&cell.net),
                            programme::shown::decimal(&cell.possible),
                        )
                    },
                );
                line.extend([net, possible]);
            }
            lines.push(line);
        }
    }
    Ok(lines)
}

/// Columns of [`lines`] that are text.
const TEXTS: usize = 5;

pub(super) async fn csv(
    State(site): State<Site>,
    asked: Asked,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let seen = Seen::of(look, &chosen.wanted())?;
        download::csv(&name(&seen), &lines(&seen, &chosen)?)
    })
    .await
}

pub(super) async fn xlsx(
    State(site): State<Site>,
    asked: Asked,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let seen = Seen::of(look, &chosen.wanted())?;
        let words = seen.words;
        let lines = lines(&seen, &chosen)?;
        let (first, rows) = lines
            .split_first()
            .map_or((&[][..], &[][..]), |(first, rows)| (&first[..], rows));
        let columns = first.iter().enumerate().map(|(at, heading)| {
            if at < TEXTS {
                ColumnOut::text(heading.clone())
            } else {
                ColumnOut::number(heading.clone())
            }
        });
        let mut board = SheetOut::new(words.say("记分榜", "Scoreboard"), columns);
        board.frozen_columns = 2;
        board.rows = rows
            .iter()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .map(|(at, text)| cell(text, at >= TEXTS))
                    .collect()
            })
            .collect();
        let workbook = WorkbookOut::new([board, items(&seen)]);
        Ok(download::file(
            &name(&seen),
            Kind::Xlsx,
            workbook.to_bytes()?,
        ))
    })
    .await
}

fn cell(text: &str, is_number: bool) -> CellOut {
    let cell = match (text, is_number) {
        ("", _) => Cell::Empty,
        (text, true) => Cell::Number(text.into()),
        (text, false) => Cell::text(text),
    };
    CellOut::from(cell)
}

/// Every item of every unit, with its reason.
fn items(seen: &Seen<'_>) -> SheetOut {
    let words = seen.words;
    let mut sheet = SheetOut::new(
        words.say("项目得分", "Items"),
        [
            ColumnOut::text(words.say("单位", "Unit")),
            ColumnOut::text(words.say("项目", "Item")),
            ColumnOut::number(words.say("得分", "Points")),
            ColumnOut::number(words.say("满分", "Possible")),
            ColumnOut::text(words.say("缘由", "Why")),
        ],
    );
    for card in &seen.assessment.cards {
        for item in &card.items {
            if item.state == ItemState::NotCarried {
                continue;
            }
            let points = item.points.as_ref().map(programme::shown::decimal);
            sheet.rows.push(vec![
                cell(&seen.look.unit_name(&card.participant), false),
                cell(&seen.item_name(&item.item), false),
                cell(&points.unwrap_or_default(), true),
                cell(&programme::shown::decimal(&item.max_points), true),
                cell(seen.look.text(&item.reason), false),
            ]);
        }
    }
    sheet
}
