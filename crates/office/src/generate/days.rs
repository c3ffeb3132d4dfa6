//! On which days made-up things fall, and which units and places they fall on.

use base::{Day, Problem, Ratio, UnitId};
use programme::Row;
use programme::model::{Programme, Unit};

use super::dice::{Dice, Weights, apportion};
use super::problems;

/// Longest stretch of days of a distribution: a hundred years.
const DAYS_MAX: i32 = 36_600;
/// How often a draw is repeated before what remains is gone through.
const DRAWS_MAX: usize = 64;
/// Weight of a day that counts fully.
const FULL: i64 = 20;
/// Weight of a weekend's day where few work.
const FEW: i64 = 2;

/// The days that a distribution may fall on, with their weights.
pub(super) struct Days {
    days: Vec<Day>,
    weights: Weights,
}

impl Days {
    /// From the columns `from`, `to`, `rhythm` and `months`; without days, those of the programme's year.
    pub(super) fn of(row: &Row, id: &str, programme: &Programme) -> Result<Days, Problem> {
        let last = row.day("to").unwrap_or_else(|| programme.year.last());
        let first = row
            .day("from")
            .or_else(|| programme.year.first())
            .unwrap_or(last);
        let rhythm = row.text("rhythm").map_or("even", |text| text);
        if rhythm == "once" {
            return Ok(Days {
                days: vec![first],
                weights: Weights::even(1),
            });
        }
        if last.days_since(first) > DAYS_MAX {
            return Err(problems::no_day(id, first, last).at(row.span_of("to")));
        }
        let months = row.decimals("months");
        let mut days = Vec::new();
        let mut weights = Vec::new();
        let mut day = Some(first).filter(|first| *first <= last);
        while let Some(found) = day {
            let is_weekend = found.weekday() > 5;
            let weight = match rhythm {
                "weekdays" => Ratio::from_int(if is_weekend { FEW } else { FULL }),
                "working_days" => {
                    let works = programme.calendar.is_working_day(found);
                    let works = works.map_err(|_| {
                        problems::unpublished(id, found.year()).at(row.span_of("rhythm"))
                    })?;
                    Ratio::from_int(if works { FULL } else { 0 })
                }
                "season" => {
                    // Months count from 1.
                    let month = months
                        .get(found.month() as usize - 1)
                        .cloned()
                        .unwrap_or_else(|| Ratio::from_int(0));
                    &month * &Ratio::from_int(if is_weekend { FEW } else { FULL })
                }
                _ => Ratio::from_int(FULL),
            };
            days.push(found);
            weights.push(weight);
            day = found.plus_days(1).filter(|next| *next <= last);
        }
        let weights = Weights::of_ratios(&weights);
        if weights.is_empty() {
            return Err(problems::no_day(id, first, last).at(row.span.clone()));
        }
        Ok(Days { days, weights })
    }

    /// A day.
    pub(super) fn draw(&self, dice: &mut Dice) -> Day {
        self.days
            .get(self.weights.draw(dice))
            .copied()
            .unwrap_or(Day::MIN)
    }

    /// A day on which the unit exists, when there is one.
    fn draw_for(&self, unit: &Unit, dice: &mut Dice) -> Option<Day> {
        let drawn = (0..DRAWS_MAX)
            .map(|_| self.draw(dice))
            .find(|day| unit.is_valid_on(*day));
        drawn.or_else(|| self.days.iter().copied().find(|day| unit.is_valid_on(*day)))
    }

    /// So many days, earliest first.
    pub(super) fn draw_sorted(&self, count: usize, dice: &mut Dice) -> Vec<Day> {
        let mut drawn: Vec<Day> = (0..count).map(|_| self.draw(dice)).collect();
        drawn.sort_unstable();
        drawn
    }

    /// So many days on which the unit exists, earliest first; none when it never does.
    pub(super) fn draw_sorted_for(&self, unit: &Unit, count: usize, dice: &mut Dice) -> Vec<Day> {
        let mut drawn: Vec<Day> = (0..count)
            .filter_map(|_| self.draw_for(unit, dice))
            .collect();
        drawn.sort_unstable();
        drawn
    }

    /// First and last.
    pub(super) fn bounds(&self) -> (Day, Day) {
        let first = self.days.first().copied().unwrap_or(Day::MIN);
        (first, self.days.last().copied().unwrap_or(first))
    }
}

/// The units that a list of ids, `kind:` and `group:` names, with weights.
pub(super) struct Among<'a> {
    column: &'static str,
    units: Vec<&'a Unit>,
    weights: Weights,
}

impl<'a> Among<'a> {
    /// From a column; a selector's weight is shared by its units. `None` when the column is not written.
    pub(super) fn of(
        row: &Row,
        column: &'static str,
        weights: Option<&'static str>,
        programme: &'a Programme,
        days: &Days,
    ) -> Option<Among<'a>> {
        let selectors = row.texts(column);
        if selectors.is_empty() {
            return None;
        }
        let declared = weights
            .map(|weights| row.decimals(weights))
            .unwrap_or_default();
        let (first, last) = days.bounds();
        let mut units = Vec::new();
        let mut shares = Vec::new();
        for (index, selector) in selectors.iter().enumerate() {
            let exists = |unit: &&Unit| unit.valid_from <= last && unit.valid_to >= first;
            let named: Vec<&Unit> = match selector.split_once(':') {
                Some(("kind", kind)) => programme
                    .units
                    .values()
                    .filter(exists)
                    .filter(|unit| unit.kind == kind)
                    .collect(),
                Some(("group", group)) => programme
                    .units
                    .values()
                    .filter(exists)
                    .filter(|unit| unit.group_on(last).is_some_and(|found| found == group))
                    .collect(),
                _ => programme
                    .units
                    .get(&UnitId::new(selector))
                    .into_iter()
                    .collect(),
            };
            let each = match declared.get(index) {
                Some(weight) => weight
                    .checked_div(&Ratio::from_int(named.len() as u64))
                    .unwrap_or_else(|| Ratio::from_int(0)),
                None => Ratio::from_int(1),
            };
            shares.extend(named.iter().map(|_| each.clone()));
            units.extend(named);
        }
        Some(Among {
            column,
            units,
            weights: Weights::of_ratios(&shares),
        })
    }

    /// The units, each once.
    pub(super) fn units(&self) -> Vec<&'a Unit> {
        let mut units: Vec<&'a Unit> = Vec::new();
        for unit in &self.units {
            if !units.iter().any(|known| known.id == unit.id) {
                units.push(unit);
            }
        }
        units
    }

    /// The unit of that id, if it is among them and exists on the day.
    pub(super) fn find(&self, id: &str, day: Day) -> Option<&'a Unit> {
        self.units
            .iter()
            .copied()
            .find(|unit| unit.id.as_str() == id && unit.is_valid_on(day))
    }

    /// A unit that exists on the day.
    pub(super) fn draw(
        &self,
        day: Day,
        distribution: &str,
        dice: &mut Dice,
    ) -> Result<&'a Unit, Problem> {
        let drawn = || {
            self.units
                .get(self.weights.draw(dice))
                .copied()
                .filter(|unit| unit.is_valid_on(day))
        };
        let found = std::iter::repeat_with(drawn)
            .take(DRAWS_MAX)
            .flatten()
            .next();
        let found = found.or_else(|| {
            self.units
                .iter()
                .copied()
                .find(|unit| unit.is_valid_on(day))
        });
        found.ok_or_else(|| problems::no_unit(distribution, self.column, day))
    }
}

/// Deals a yes to a share of so many, exact to one, in random order.
pub(super) fn deal_share(share: &Ratio, count: usize, dice: &mut Dice) -> Vec<bool> {
    let rest = &Ratio::from_int(1) - share;
    let yes = apportion(&[share.clone(), rest], count)
        .first()
        .copied()
        .unwrap_or(0);
    let mut dealt: Vec<bool> = (0..count).map(|index| index < yes).collect();
    dice.shuffle(&mut dealt);
    dealt
}
