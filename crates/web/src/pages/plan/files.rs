//! The table as a workbook: the plan as it is shown, and a sheet with each unit's targets and figures.

use axum::extract::{Query, State};
use axum::response::Response;
use base::Ratio;
use scoring::ItemState;
use sheet::{Cell, CellOut, ColumnOut, SheetOut, WorkbookOut};

use super::Chosen;
use super::rows::{Rows, item_id};
use crate::answer::Refused;
use crate::asked::Asked;
use crate::download::{self, Kind};
use crate::pages::board::seen::Seen;
use crate::site::Site;

pub(super) async fn xlsx(
    State(site): State<Site>,
    asked: Asked,
    Query(chosen): Query<Chosen>,
) -> Response {
    site.file(asked, move |look| {
        let seen = super::seen(look, &chosen)?;
        let rows = Rows::of(&seen, &chosen)?;
        let words = seen.words;
        let name = format!(
            "{} {}",
            words.say("任务分解表", "plan"),
            seen.assessment.period
        );
        let workbook = WorkbookOut::new([table(&seen, &rows), by_unit(&seen, &rows)?]);
        Ok(download::file(&name, Kind::Xlsx, workbook.to_bytes()?))
    })
    .await
}

fn text(text: &str) -> CellOut {
    CellOut::from(if text.is_empty() {
        Cell::Empty
    } else {
        Cell::text(text)
    })
}

fn number(value: Option<&Ratio>) -> CellOut {
    CellOut::from(match value {
        Some(value) => Cell::Number(programme::shown::decimal(value).as_str().into()),
        None => Cell::Empty,
    })
}

fn table(seen: &Seen<'_>, rows: &Rows) -> SheetOut {
    let words = seen.words;
    let mut columns = vec![
        ColumnOut::number(words.say("序号", "No.")),
        ColumnOut::text(words.say("类别", "Category")),
        ColumnOut::text(words.say("任务", "Item")),
        ColumnOut::text(words.say("评分标准", "Criterion")),
        ColumnOut::number(words.say("分值", "Points")),
        ColumnOut::number(words.say("目标值", "Target")),
        ColumnOut::text(words.say("牵头单位", "Lead")),
        ColumnOut::text(words.say("配合单位", "Support")),
        ColumnOut::text(words.say("承担单位", "Carried by")),
        ColumnOut::text(words.say("完成时限", "Due")),
        ColumnOut::number(words.say("现在的数字", "Figure now")),
        ColumnOut::number(words.say("已达标单位", "Units that reached it")),
        ColumnOut::number(words.say("承担单位数", "Units that carry it")),
        ColumnOut::text(words.say("状态", "State")),
    ];
    columns.extend(
        rows.months
            .iter()
            .map(|month| ColumnOut::text(month.clone())),
    );
    let mut sheet = SheetOut::new(words.say("任务分解表", "The plan"), columns);
    sheet.frozen_columns = 3;
    for block in &rows.blocks {
        for row in &block.rows {
            let whole = |count: usize| Ratio::from_int(i128::try_from(count).unwrap_or(i128::MAX));
            let mut cells = vec![
                number(Some(&whole(row.number))),
                text(&block.name),
                text(&row.name),
                text(&row.criterion),
                number(Some(&row.points)),
                number(row.target_value.as_ref()),
                text(&row.lead),
                text(&row.support),
                text(&row.carriers),
                text(&row.due.map(|due| due.to_string()).unwrap_or_default()),
                number(row.figure_value.as_ref()),
                number(Some(&whole(row.reached))),
                number(Some(&whole(row.of))),
                text(&row.state_name),
            ];
            cells.extend(row.months.iter().map(|month| text(&month.text)));
            sheet.rows.push(cells);
        }
    }
    sheet
}

/// Every item that is shown, with each unit that carries it.
fn by_unit(seen: &Seen<'_>, rows: &Rows) -> Result<SheetOut, Refused> {
    let words = seen.words;
    let scorecard = seen.scorecard()?;
    let period = seen.assessment.period;
    let mut sheet = SheetOut::new(
        words.say("分单位", "By unit"),
        [
            ColumnOut::text(words.say("任务", "Item")),
            ColumnOut::text(words.say("单位", "Unit")),
            ColumnOut::number(words.say("目标值", "Target")),
            ColumnOut::number(words.say("数字", "Figure")),
            ColumnOut::number(words.say("得分", "Points")),
            ColumnOut::number(words.say("满分", "Possible")),
        ],
    );
    for row in rows.blocks.iter().flat_map(|block| &block.rows) {
        let id = item_id(row);
        let Some(ties) = scorecard.items.get(&id) else {
            continue;
        };
        for card in &seen.assessment.cards {
            let Some(result) = card
                .item(&id)
                .filter(|result| result.state != ItemState::NotCarried)
            else {
                continue;
            };
            let unit = seen.programme.units.get(card.participant.as_str());
            let target = unit
                .and_then(|unit| ties.target_for(unit, &period))
                .filter(|_| row.target_value.is_some() || result.target.is_some());
            let figure = result.figures.first().and_then(base::Figure::value);
            sheet.rows.push(vec![
                text(&row.name),
                text(&seen.look.unit_name(&card.participant)),
                number(target.as_ref()),
                number(figure.as_ref()),
                number(result.points.as_ref()),
                number(Some(&result.max_points)),
            ]);
        }
    }
    Ok(sheet)
}
