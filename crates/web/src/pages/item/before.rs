//! The figures of the year before, beside those of the year that is shown.

use std::collections::HashMap;

use base::{Figure, IndicatorId, Lang, Period, Ratio, UnitId};
use measure::{By, Query};
use programme::model::{Attribution, Format};

use crate::answer::Refused;
use crate::chart::Lines;
use crate::pages::board::seen::Seen;
use crate::pages::figure;

/// Last year's figures of an indicator by this year's definition, where records of that year are there.
pub(super) struct Before {
    /// The year.
    pub year: String,
    query: Query,
    format: Format,
    is_city: bool,
    by_unit: HashMap<UnitId, Ratio>,
    city: Option<Ratio>,
}

/// Last year's figure with its page, and how far this year's is from it.
pub(super) struct BeforeCell {
    pub text: String,
    pub address: String,
    pub change: String,
}

impl Before {
    /// `None` where that year has no records that count: nothing is shown as 0 that nobody recorded.
    pub fn of(seen: &Seen<'_>, indicator: &IndicatorId) -> Result<Option<Before>, Refused> {
        let Some(period) = seen.assessment.period.year_earlier() else {
            return Ok(None);
        };
        let Some(declared) = seen.programme.indicators.get(indicator) else {
            return Ok(None);
        };
        let columns = seen.look.office.mirror().columns();
        let query = query(seen, indicator, period);
        let city = columns.measure(&query)?;
        let city = city.first().and_then(|cell| cell.figure.value());
        if city.as_ref().is_none_or(Ratio::is_zero) {
            return Ok(None);
        }
        let is_city = declared.attribution == Attribution::City;
        let by_unit = if is_city {
            Vec::new()
        } else {
            // Rows that belong to no unit cannot be divided; the city's figure stands all the same.
            columns
                .measure(&query.clone().by(By::Unit))
                .unwrap_or_default()
        };
        Ok(Some(Before {
            year: seen.words.period(&period),
            format: declared.format,
            is_city,
            by_unit: by_unit
                .into_iter()
                .filter_map(|cell| Some((cell.slice.unit?, cell.figure.value()?)))
                .collect(),
            city,
            query,
        }))
    }

    /// Of one unit; nothing where the unit has nothing of that year.
    pub fn of_unit(&self, seen: &Seen<'_>, unit: &str, now: Option<&Ratio>) -> Option<BeforeCell> {
        let id = UnitId::new(unit);
        let value = self.by_unit.get(&id)?;
        Some(self.cell(seen, self.query.clone().for_unit(id), value, now))
    }

    /// Whether units have figures of their own.
    pub fn has_units(&self) -> bool {
        !self.is_city && !self.by_unit.is_empty()
    }

    /// Of the whole city.
    pub fn of_city(&self, seen: &Seen<'_>, now: Option<&Ratio>) -> Option<BeforeCell> {
        let value = self.city.as_ref()?;
        Some(self.cell(seen, self.query.clone(), value, now))
    }

    fn cell(
        &self,
        seen: &Seen<'_>,
        query: Query,
        value: &Ratio,
        now: Option<&Ratio>,
    ) -> BeforeCell {
        let text = |value: &Ratio| {
            seen.words
                .figure(&Figure::whole(value.clone()), self.format)
        };
        BeforeCell {
            text: text(value),
            address: figure::link(&figure::address_at(seen.look, &query, seen.assessment.at)),
            change: now
                .map(|now| change(seen.words.lang, now - value, text))
                .unwrap_or_default(),
        }
    }
}

/// How far two values are apart; of shares in percentage points.
fn change(lang: Lang, change: Ratio, text: impl Fn(&Ratio) -> String) -> String {
    let shown = text(&change.abs());
    let shown = match (shown.strip_suffix('%'), lang) {
        (Some(points), Lang::Zh) => format!("{points}个百分点"),
        (Some(points), Lang::En) => format!("{points} pp"),
        (None, _) => shown,
    };
    if change.is_positive() {
        format!("+{shown}")
    } else if change.is_negative() {
        format!("−{shown}")
    } else {
        match lang {
            Lang::Zh => "持平".to_owned(),
            Lang::En => "the same".to_owned(),
        }
    }
}

fn query(seen: &Seen<'_>, indicator: &IndicatorId, period: Period) -> Query {
    let assessment = &seen.assessment;
    Query::new(indicator.clone(), period, assessment.day, assessment.at)
}

/// The course of an indicator over the months, last year's beside it.
pub(super) fn trend(seen: &Seen<'_>, indicator: &IndicatorId) -> Result<Option<Lines>, Refused> {
    let query = query(seen, indicator, seen.assessment.period);
    let address = figure::address_at(seen.look, &query, seen.assessment.at);
    figure::trend_of(seen.look, &address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_apart_by_percentage_points() {
        let percent = |value: &Ratio| format!("{}%", programme::shown::points(value));
        let number = |value: &Ratio| programme::shown::points(value);
        assert_eq!(change(Lang::Zh, Ratio::from_int(2), percent), "+2个百分点");
        assert_eq!(change(Lang::En, Ratio::from_int(-2), percent), "−2 pp");
        assert_eq!(change(Lang::En, Ratio::from_int(-30), number), "−30");
        assert_eq!(change(Lang::Zh, Ratio::ZERO, number), "持平");
    }
}
