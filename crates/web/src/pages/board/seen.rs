//! Which assessment a page shows: scorecard, period, day and position, each as asked for or as of now.

use std::sync::Arc;

use base::{Day, Lang, Period, Position, Ratio, ScorecardId};
use measure::Query;
use office::assessment::{Ask, Assessment};
use programme::model::{Programme, Scorecard, Scored};
use scoring::Card;

use super::Choice;
use crate::answer::Refused;
use crate::frame::{Earlier, Frame};
use crate::look::Look;
use crate::problems;
use crate::words::Words;

/// What an address may ask for; empty is now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'t> {
    pub period: &'t str,
    pub day: &'t str,
    pub at: &'t str,
}

/// A position and a day with the programme that was in force there.
pub(crate) struct Then {
    pub at: Position,
    pub day: Day,
    pub programme: Arc<Programme>,
}

impl Then {
    /// As asked for, else now.
    pub fn of(look: &Look<'_>, wanted: &Wanted<'_>) -> Result<Then, Refused> {
        let at = if wanted.at.is_empty() {
            look.at
        } else {
            let number = wanted.at.trim().trim_start_matches('#').parse::<u64>();
            let at = number.map_err(|_| problems::not_a_position(wanted.at))?;
            Position(at)
        };
        let programme = look.office.mirror().programme_as_of(at);
        let programme = programme
            .filter(|_| at <= look.at)
            .ok_or_else(|| Refused::missing(problems::not_yet(at.0, look.at.0)))?;
        let day = if wanted.day.is_empty() {
            look.today
        } else {
            Day::parse(wanted.day).map_err(|_| problems::not_a_day(wanted.day))?
        };
        Ok(Then { at, day, programme })
    }

    /// The frame of a page of then, which says so and leads `back`, unless that is now.
    pub fn frame(&self, look: &Look<'_>, title: impl Into<String>, back: String) -> Frame {
        let is_now = self.at == look.at && self.day == look.today;
        Frame {
            earlier: (!is_now).then(|| Earlier {
                truth: truth(Words { lang: look.lang() }, self.day, self.at),
                back,
                in_drawer: false,
            }),
            ..look.frame(title)
        }
    }
}

/// As of when something is true, in words.
pub(crate) fn truth(words: Words, day: Day, at: Position) -> String {
    let day = words.day(day);
    match words.lang {
        Lang::Zh => format!("截至{day}，#{}", at.0),
        Lang::En => format!("as of {day}, #{}", at.0),
    }
}

/// An assessment with the programme by which it was made.
pub(crate) struct Seen<'a> {
    pub look: &'a Look<'a>,
    pub programme: Arc<Programme>,
    pub id: ScorecardId,
    pub assessment: Arc<Assessment>,
    pub words: Words,
}

impl<'a> Seen<'a> {
    /// The first scorecard over units.
    pub fn of(look: &'a Look<'a>, wanted: &Wanted<'_>) -> Result<Seen<'a>, Refused> {
        let words = Words { lang: look.lang() };
        let Then { at, day, programme } = Then::of(look, wanted)?;
        let period = if wanted.period.is_empty() {
            programme.year
        } else {
            Period::parse(wanted.period, programme.assessment_start)
                .map_err(|_| problems::not_a_period(wanted.period))?
        };
        let none = || Refused::no_such(("记分卡", "scorecard"), "unit");
        let (id, _) = super::scorecard_of(&programme, None).ok_or_else(none)?;
        let id = id.clone();
        let ask = Ask {
            scorecard: id.clone(),
            period,
            day,
            at,
        };
        Ok(Seen {
            assessment: look.site.assessment(look.office, &ask)?,
            look,
            programme,
            id,
            words,
        })
    }

    /// The scorecard.
    pub fn scorecard(&self) -> Result<&Scorecard, Refused> {
        self.programme
            .scorecards
            .get(&self.id)
            .filter(|found| found.of == Scored::Units)
            .ok_or_else(|| Refused::no_such(("记分卡", "scorecard"), &self.id))
    }

    /// Each unit's total of the year before: as it was sealed, else as it is scored now. Nothing where that
    /// year had no targets or no records.
    pub fn year_before(&self) -> Vec<(String, String)> {
        let Some(period) = self.assessment.period.year_earlier() else {
            return Vec::new();
        };
        if let Some((_, sealed)) = self.sealed_of(&period) {
            return sealed;
        }
        let last = self.look.office.last_of_year(period);
        // A year for which no targets are declared cannot be scored.
        let targets = || {
            let scorecard = self.programme.scorecards.get(&self.id).into_iter();
            scorecard
                .flat_map(|scorecard| scorecard.items.values())
                .flat_map(|item| &item.targets)
        };
        let has_others = || targets().next().is_some();
        if last.is_none() && has_others() && !targets().any(|target| target.period == period) {
            return Vec::new();
        }
        // By that year's own programme where there was one: as it stood when the next year's took force.
        let ask = Ask {
            scorecard: self.id.clone(),
            period,
            day: self.assessment.day,
            at: last.map_or(self.assessment.at, |last| last.min(self.assessment.at)),
        };
        let found = self.look.site.totals(self.look.office, &ask);
        found.map(|totals| totals.to_vec()).unwrap_or_default()
    }

    /// Whether it is what is true now.
    pub fn is_now(&self) -> bool {
        self.assessment.at == self.look.at && self.assessment.day == self.look.today
    }

    /// The frame of a page that shows it; where that is not of now it says so and leads `back`.
    pub fn frame(&self, title: impl Into<String>, back: String) -> Frame {
        let then = Then {
            at: self.assessment.at,
            day: self.assessment.day,
            programme: self.programme.clone(),
        };
        then.frame(self.look, title, back)
    }

    /// An address that has a query already, with what it must add to show the same.
    pub fn with_suffix(&self, address: &str) -> String {
        match self.suffix().strip_prefix('?') {
            Some(more) => format!("{address}&{more}"),
            None => address.to_owned(),
        }
    }

    /// What an address must add to show the same as of now.
    pub fn suffix_of_now(&self) -> String {
        if self.assessment.period == self.programme.year {
            String::new()
        } else {
            format!("?period={}", self.assessment.period)
        }
    }

    /// As of when it is true, in words.
    pub fn truth(&self) -> String {
        truth(self.words, self.assessment.day, self.assessment.at)
    }

    /// What an address must add to show the same; empty for now.
    pub fn suffix(&self) -> String {
        let mut parts = Vec::new();
        if self.assessment.period != self.programme.year {
            parts.push(format!("period={}", self.assessment.period));
        }
        if self.assessment.day != self.look.today {
            parts.push(format!("day={}", self.assessment.day));
        }
        if self.assessment.at != self.look.at {
            parts.push(format!("at={}", self.assessment.at.0));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        }
    }

    /// The page of the figure that an item takes for a unit.
    pub fn figure(&self, indicator: &base::IndicatorId, unit: Option<&str>) -> String {
        let is_city = self
            .programme
            .indicators
            .get(indicator)
            .is_some_and(|found| found.attribution == programme::model::Attribution::City);
        let mut query = Query::new(
            indicator.clone(),
            self.assessment.period,
            self.assessment.day,
            self.assessment.at,
        );
        if let Some(unit) = unit.filter(|_| !is_city) {
            query = query.for_unit(base::UnitId::new(unit));
        }
        crate::pages::figure::link(&crate::pages::figure::address_at(
            self.look,
            &query,
            self.assessment.at,
        ))
    }

    /// The periods that can be scored, newest first: of those with published figures or sealed results only the ones
    /// for which targets are declared too, where the scheme has any.
    pub fn periods(&self) -> Vec<Choice> {
        let mut found = Vec::new();
        let scorecard = self.programme.scorecards.get(&self.id);
        let mut declared = Vec::new();
        for item in scorecard.iter().flat_map(|card| card.items.values()) {
            declared.extend(item.targets.iter().map(|target| target.period));
        }
        found.extend(self.programme.published.iter().map(|claim| claim.period));
        let mirror = self.look.office.mirror();
        let start = self.programme.assessment_start;
        found.extend(
            mirror
                .all_seals()
                .iter()
                .filter_map(|(_, facts)| Period::parse(&facts.period, start).ok()),
        );
        found.retain(|period| declared.is_empty() || declared.contains(period));
        found.extend([self.look.programme.year, self.assessment.period]);
        found.extend(declared);
        found.retain(|period| {
            matches!(period, Period::Year(_) | Period::AssessmentYear { .. })
                && period.first().is_some_and(|day| day <= self.look.today)
        });
        found.sort();
        found.dedup();
        found.reverse();
        found
            .into_iter()
            .map(|period| Choice {
                value: period.to_string(),
                name: self.words.period(&period),
                is_chosen: period == self.assessment.period,
            })
            .collect()
    }

    /// The newest sealing of this result: its position and each unit's total, by unit.
    pub fn sealed(&self) -> Option<(Position, Vec<(String, String)>)> {
        self.sealed_of(&self.assessment.period)
    }

    fn sealed_of(&self, period: &Period) -> Option<(Position, Vec<(String, String)>)> {
        let mirror = self.look.office.mirror();
        let seals = mirror.seals(&self.id, period);
        let (position, facts) = seals
            .into_iter()
            .rfind(|(position, _)| *position <= self.assessment.at)?;
        let text =
            |json: &serde_json::Value, key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let totals = facts.results.as_array()?.iter();
        Some((
            *position,
            totals
                .map(|card| (text(card, "unit"), text(card, "total")))
                .collect(),
        ))
    }

    /// An item's name.
    pub fn item_name(&self, id: &base::ItemId) -> String {
        self.programme
            .scorecards
            .get(&self.id)
            .and_then(|card| card.card.items.iter().find(|item| &item.id == id))
            .map(|item| self.look.text(&item.name).to_owned())
            .unwrap_or_default()
    }

    /// The name of a ranking group.
    pub fn group_name(&self, id: &str) -> String {
        self.programme
            .vocabularies
            .get(programme::schema::RANKING_GROUP)
            .and_then(|vocabulary| vocabulary.codes.get(id))
            .map_or_else(
                || self.words.say("不分组", "No group").to_owned(),
                |code| self.look.text(&code.name).to_owned(),
            )
    }

    /// A grade's name.
    pub fn grade_name(&self, grade: &str) -> String {
        self.programme
            .scorecards
            .get(&self.id)
            .and_then(|card| card.card.bands.iter().find(|band| band.grade == grade))
            .map(|band| self.look.text(&band.name).to_owned())
            .unwrap_or_default()
    }
}

/// What an item lost: of a normal item the points to its most, of a deduction what it took.
pub(crate) fn lost(item: &scoring::ItemResult) -> Ratio {
    let points = item.points.clone().unwrap_or(Ratio::ZERO);
    match item.role {
        scoring::Role::Normal => &item.max_points - &points,
        scoring::Role::Deduction => -&points,
        scoring::Role::Bonus => Ratio::ZERO,
    }
}

/// The item of a card that lost most, of one category or of all.
pub(crate) fn costliest<'c>(
    card: &'c Card,
    category: Option<&base::GroupId>,
) -> Option<(&'c scoring::ItemResult, Ratio)> {
    card.items
        .iter()
        .filter(|item| {
            category.is_none_or(|group| &item.top_group == group)
                && !item.excluded
                && item.points.is_some()
        })
        .map(|item| (item, lost(item)))
        .filter(|(_, lost)| *lost > Ratio::ZERO)
        .max_by(|a, b| a.1.cmp(&b.1))
}
