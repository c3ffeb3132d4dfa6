//! The ranking for a wall: large, by itself up to date, and off until the programme office says on.

use askama::Template;

use super::{is_wall_on, may_choose};
use crate::answer::{Page, Refused};
use crate::frame::Frame;
use crate::look::Look;
use crate::pages::board::seen::{Seen, Wanted};

struct Place {
    rank: Option<u32>,
    name: String,
    total: String,
    grade: String,
    is_vetoed: bool,
}

struct Group {
    name: String,
    places: Vec<Place>,
}

#[derive(Template)]
#[template(path = "pages/leaders/wall.html")]
struct Wall {
    frame: Frame,
    truth: String,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "pages/leaders/wall_off.html")]
struct WallOff {
    frame: Frame,
    may_choose: bool,
}

pub(super) fn show(look: &Look<'_>) -> Result<Page, Refused> {
    let seen = Seen::of(look, &Wanted::default())?;
    let title = seen.words.say("质量强市排名", "Ranking");
    if !is_wall_on(look)? {
        return Page::of(&WallOff {
            frame: look.frame(title),
            may_choose: may_choose(look),
        });
    }
    let mut groups: Vec<(String, Group)> = Vec::new();
    for card in &seen.assessment.cards {
        let id = card.ranking_group.clone().unwrap_or_default();
        let place = Place {
            rank: card.rank,
            name: look.unit_name(&card.participant),
            total: card.total_text.clone().unwrap_or_else(|| "—".to_owned()),
            grade: card.grade.clone().unwrap_or_default(),
            is_vetoed: card.is_vetoed(),
        };
        match groups.iter_mut().find(|(found, _)| *found == id) {
            Some((_, group)) => group.places.push(place),
            None => groups.push((
                id.clone(),
                Group {
                    name: seen.group_name(&id),
                    places: vec![place],
                },
            )),
        }
    }
    for (_, group) in &mut groups {
        group
            .places
            .sort_by_key(|place| place.rank.unwrap_or(u32::MAX));
    }
    Page::of(&Wall {
        frame: look.frame(title),
        truth: seen.truth(),
        groups: groups.into_iter().map(|(_, group)| group).collect(),
    })
}
