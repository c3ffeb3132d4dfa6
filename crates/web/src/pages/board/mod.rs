//! The scoreboard: units by ranking group × categories, with total, rank, grade and veto.
//!
//! A heat map is a table with cells: each cell says its points, the shade repeats the share in words'
//! place for the eye, and every number leads on. What is shown of which assessment says `seen.rs`, the
//! rows are made in `table.rs`, files in `files.rs`.

mod files;
pub(crate) mod seen;
pub(crate) mod table;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::{Day, GroupId, Lang, Period, Position, ScorecardId};
use office::assessment::{Ask, Assessment};
use programme::model::{Programme, Scorecard, Scored};
use scoring::CardState;
use serde::{Deserialize, Serialize};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::made::Made;
use crate::site::Site;
use crate::sorting::Sort;
use seen::{Seen, Wanted};
use table::{Block, Head};

/// Under this name whoever looks keeps the filters.
const PREFERENCE: &str = "board";
/// Boards whose rows are kept.
const BOARDS_KEPT_MAX: usize = 8;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/board", get(page))
        .route("/board.csv", get(files::csv))
        .route("/board.xlsx", get(files::xlsx))
}

/// What the board is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    /// Ranking group.
    group: String,
    /// Category: only its column.
    category: String,
    /// Grade; `-` for none yet.
    grade: String,
    /// complete, open or vetoed.
    state: String,
    /// Column: unit, total, rank, grade, beside, or a category.
    sort: String,
    /// `asc` or `desc`; empty: as the column is usually read.
    dir: String,
    /// What stands beside the total: `year` or `sealed`.
    beside: String,
    /// `tiles` instead of the table.
    view: String,
    #[serde(skip_serializing)]
    period: String,
    #[serde(skip_serializing)]
    day: String,
    #[serde(skip_serializing)]
    at: String,
    /// Forgets the filters that are kept.
    #[serde(skip_serializing)]
    clear: String,
}

/// What stands beside the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nothing,
    YearBefore,
    Sealed,
}

impl Chosen {
    fn beside(&self) -> Beside {
        match self.beside.as_str() {
            "year" => Beside::YearBefore,
            "sealed" => Beside::Sealed,
            _ => Beside::Nothing,
        }
    }

    fn is_ascending(&self) -> bool {
        match self.dir.as_str() {
            "asc" => true,
            "desc" => false,
            _ => matches!(self.sort.as_str(), "" | "rank" | "unit" | "grade"),
        }
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            period: &self.period,
            day: &self.day,
            at: &self.at,
        }
    }

    /// The query of the same board as of now.
    fn as_of_now(&self) -> String {
        let now = Chosen {
            day: String::new(),
            at: String::new(),
            ..self.clone()
        };
        now.with("", "")
    }

    /// The query of the same board with one thing changed.
    fn with(&self, name: &str, value: &str) -> String {
        let mut coded = url::form_urlencoded::Serializer::new(String::new());
        let all = [
            ("group", &self.group),
            ("category", &self.category),
            ("grade", &self.grade),
            ("state", &self.state),
            ("sort", &self.sort),
            ("dir", &self.dir),
            ("beside", &self.beside),
            ("view", &self.view),
            ("period", &self.period),
            ("day", &self.day),
            ("at", &self.at),
        ];
        for (key, kept) in all {
            let is_order = name == "sort" && key == "dir";
            let kept = if key == name { value } else { kept.as_str() };
            if !kept.is_empty() && !is_order {
                coded.append_pair(key, kept);
            }
        }
        if name == "sort" && self.sort == value {
            coded.append_pair("dir", if self.is_ascending() { "desc" } else { "asc" });
        }
        format!("?{}", coded.finish())
    }
}

/// A choice of a filter.
pub(crate) struct Choice {
    pub value: String,
    pub name: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/board/board.html")]
struct Board {
    frame: Frame,
    scheme: String,
    suffix: String,
    unit: Sort,
    total: Sort,
    rank: Sort,
    grade: Sort,
    beside: Option<Sort>,
    heads: Vec<Sort>,
    blocks: Arc<Vec<Block>>,
    groups: Vec<Choice>,
    categories: Vec<Choice>,
    grades: Vec<Choice>,
    states: Vec<Choice>,
    besides: Vec<Choice>,
    periods: Vec<Choice>,
    units: usize,
    all: usize,
    is_filtered: bool,
    is_tiles: bool,
    sort: String,
    dir: String,
    day: String,
    at: String,
    files: String,
    other_view: String,
    sealed: Option<u64>,
    /// What stands beside is the sealed result: each difference leads to its items.
    is_beside_sealed: bool,
    /// Nothing is there to stand beside.
    has_no_beside: bool,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    let is_bare = asked.uri.query().unwrap_or_default().is_empty();
    site.page(asked, move |look| {
        let chosen = kept(look, chosen, is_bare)?;
        show(look, &chosen)
    })
    .await
}

/// The filters: those asked for, which are kept; else those kept before.
fn kept(look: &Look<'_>, chosen: Chosen, is_bare: bool) -> Result<Chosen, Refused> {
    let actor = look.visitor()?.actor;
    let desk = look.site.desk();
    let before = desk.preference(actor, PREFERENCE)?;
    if is_bare {
        let found = before.and_then(|text| serde_json::from_str(&text).ok());
        return Ok(found.unwrap_or_default());
    }
    let text = serde_json::to_string(&chosen).unwrap_or_default();
    if before.as_deref() != Some(&text) {
        desk.set_preference(actor, PREFERENCE, Some(&text))?;
    }
    Ok(chosen)
}

/// The scorecard over units whose board is shown: the one asked for, else the first declared.
pub(crate) fn scorecard_of<'p>(
    programme: &'p Programme,
    asked: Option<&str>,
) -> Option<(&'p ScorecardId, &'p Scorecard)> {
    programme
        .scorecards
        .iter()
        .filter(|(_, found)| found.of == Scored::Units)
        .find(|(id, _)| asked.is_none_or(|asked| id.as_str() == asked))
}

/// The assessment of the programme's year as of today.
pub(crate) fn assessed(look: &Look<'_>, id: &ScorecardId) -> Result<Arc<Assessment>, Refused> {
    let ask = Ask {
        scorecard: id.clone(),
        period: look.programme.year,
        day: look.today,
        at: look.at,
    };
    Ok(look.site.assessment(look.office, &ask)?)
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let seen = Seen::of(look, &chosen.wanted())?;
    let heads = table::heads(&seen, &chosen.category)?;
    let blocks = kept_blocks(&seen, chosen, &heads)?;
    let words = seen.words;
    let sealed = seen.sealed().map(|(position, _)| position.0);
    let beside_name = match chosen.beside() {
        Beside::Nothing => None,
        Beside::YearBefore => seen
            .assessment
            .period
            .year_earlier()
            .map(|period| words.period(&period)),
        Beside::Sealed => Some(words.say("封存", "Sealed").to_owned()),
    };
    let sort = |id: &str, name: &str| {
        let is_here = chosen.sort == id || (id == "rank" && chosen.sort.is_empty());
        Sort {
            address: format!("/board{}", chosen.with("sort", id)),
            name: name.to_owned(),
            order: is_here.then(|| {
                if chosen.is_ascending() {
                    "ascending"
                } else {
                    "descending"
                }
            }),
            id: id.to_owned(),
        }
    };
    let scheme = look.text(&seen.scorecard()?.name).to_owned();
    Page::of(&Board {
        frame: seen.frame(
            words.say("记分榜", "Scoreboard"),
            format!("/board{}", chosen.as_of_now()),
        ),
        scheme,
        suffix: seen.suffix(),
        unit: sort("unit", words.say("单位", "Unit")),
        total: sort("total", words.say("总分", "Total")),
        rank: sort("rank", words.say("名次", "Rank")),
        grade: sort("grade", words.say("等级", "Grade")),
        beside: beside_name.map(|name| sort("beside", &name)),
        heads: heads
            .iter()
            .map(|(_, Head { id, name })| sort(id, name))
            .collect(),
        units: blocks.iter().map(|block| block.rows.len()).sum(),
        all: seen.assessment.cards.len(),
        blocks,
        groups: groups(&seen, chosen),
        categories: table::heads(&seen, "")?
            .into_iter()
            .map(|(_, head)| Choice {
                is_chosen: head.id == chosen.category,
                value: head.id,
                name: head.name,
            })
            .collect(),
        grades: grades(&seen, chosen),
        states: choices(
            &chosen.state,
            &[
                ("complete", words.say("已评完", "complete")),
                ("open", words.say("还有未评项目", "with open items")),
                ("vetoed", words.say("一票否决", "vetoed")),
            ],
        ),
        besides: choices(
            &chosen.beside,
            &[
                ("year", words.say("上年", "the year before")),
                ("sealed", words.say("封存的结果", "as sealed")),
            ],
        ),
        periods: seen.periods(),
        is_filtered: !(chosen.group.is_empty()
            && chosen.category.is_empty()
            && chosen.grade.is_empty()
            && chosen.state.is_empty()),
        is_tiles: chosen.view == "tiles",
        sort: chosen.sort.clone(),
        dir: chosen.dir.clone(),
        day: chosen.day.clone(),
        at: chosen.at.clone(),
        files: chosen.with("", ""),
        other_view: chosen.with(
            "view",
            if chosen.view == "tiles" {
                "table"
            } else {
                "tiles"
            },
        ),
        has_no_beside: chosen.beside() != Beside::Nothing
            && table::beside(&seen, chosen).is_empty(),
        sealed,
        is_beside_sealed: chosen.beside() == Beside::Sealed,
    })
}

/// What the rows of a board are a function of: scorecard, period, day and position of the assessment, the newest
/// programme, the reader's language, the day on which units have their names, and what is asked for.
type BoardKey = (
    ScorecardId,
    Period,
    Day,
    Position,
    Position,
    Lang,
    Day,
    Chosen,
);

/// The rows of the last few boards that were asked for: the same for all who look.
pub(crate) struct Boards(Made<BoardKey, Vec<Block>>);

impl Default for Boards {
    fn default() -> Boards {
        Boards(Made::new(BOARDS_KEPT_MAX))
    }
}

fn kept_blocks(
    seen: &Seen<'_>,
    chosen: &Chosen,
    heads: &[(GroupId, Head)],
) -> Result<Arc<Vec<Block>>, Refused> {
    let (look, found) = (seen.look, &seen.assessment);
    let key = (
        found.scorecard.clone(),
        found.period,
        found.day,
        found.at,
        look.office.mirror().programme_at(),
        look.lang(),
        look.today,
        chosen.clone(),
    );
    let boards = &look.site.shared.boards.0;
    Ok(boards.get(key, || Ok(table::blocks(seen, chosen, heads)))?)
}

fn choices(chosen: &str, all: &[(&str, &str)]) -> Vec<Choice> {
    all.iter()
        .map(|(value, name)| Choice {
            value: (*value).to_owned(),
            name: (*name).to_owned(),
            is_chosen: chosen == *value,
        })
        .collect()
}

fn groups(seen: &Seen<'_>, chosen: &Chosen) -> Vec<Choice> {
    let mut groups: Vec<Choice> = Vec::new();
    for card in &seen.assessment.cards {
        let id = card.ranking_group.clone().unwrap_or_default();
        if !id.is_empty() && !groups.iter().any(|found| found.value == id) {
            groups.push(Choice {
                name: seen.group_name(&id),
                is_chosen: chosen.group == id,
                value: id,
            });
        }
    }
    groups
}

fn grades(seen: &Seen<'_>, chosen: &Chosen) -> Vec<Choice> {
    let mut grades: Vec<Choice> = Vec::new();
    for card in &seen.assessment.cards {
        let grade = card.grade.clone().unwrap_or_else(|| "-".to_owned());
        if !grades.iter().any(|found| found.value == grade) {
            let name = card.grade.as_deref().map_or_else(
                || seen.words.say("未定", "open").to_owned(),
                |grade| format!("{grade} {}", seen.grade_name(grade)),
            );
            grades.push(Choice {
                name,
                is_chosen: chosen.grade == grade,
                value: grade,
            });
        }
    }
    grades.sort_by(|a, b| a.value.cmp(&b.value));
    grades
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_sorts_and_turns_the_order_and_filters_stay() {
        let chosen = Chosen {
            group: "parks".to_owned(),
            sort: "total".to_owned(),
            ..Chosen::default()
        };
        // Points are read from the most; a second click turns that.
        assert!(!chosen.is_ascending());
        assert_eq!(
            chosen.with("sort", "total"),
            "?group=parks&sort=total&dir=asc"
        );
        assert_eq!(chosen.with("sort", "unit"), "?group=parks&sort=unit");
        assert_eq!(
            chosen.with("view", "tiles"),
            "?group=parks&sort=total&view=tiles"
        );
    }
}
