//! Figures and points as people read them, in either language; the same on every door.

use base::{Figure, FigureState, IndicatorId, Lang, Period, Ratio, Rounding};

use crate::model::{Format, Programme};

/// Points: exact where at most four places show them, else rounded there.
///
/// ```
/// use base::Ratio;
/// let third = Ratio::from_int(1).checked_div(&Ratio::from_int(3)).unwrap();
/// assert_eq!(programme::shown::points(&third), "0.3333");
/// ```
#[must_use]
pub fn points(points: &Ratio) -> String {
    exact_within(points, 4)
}

/// An exact number as scripts get it: exact where its decimals end within 12 places, else rounded there.
#[must_use]
pub fn decimal(ratio: &Ratio) -> String {
    exact_within(ratio, 12)
}

fn exact_within(ratio: &Ratio, places_max: u8) -> String {
    let is_short = |text: &String| {
        text.split_once('.')
            .is_none_or(|(_, places)| places.len() <= usize::from(places_max))
    };
    ratio
        .exact_decimal()
        .filter(is_short)
        .unwrap_or_else(|| ratio.to_decimal(places_max, Rounding::HalfUp))
}

/// A figure's value in its format, or the word for its state.
#[must_use]
pub fn figure(figure: &Figure, format: Format, lang: Lang) -> String {
    let Some(value) = figure.value() else {
        return state_word(figure.state(), lang).to_owned();
    };
    let text = match format {
        Format::Integer | Format::Rank => value.to_decimal(0, Rounding::HalfUp),
        Format::Decimal(places) => value.to_decimal(places, Rounding::HalfUp),
        Format::Percent(places) => format!(
            "{}%",
            (&value * &Ratio::from_int(100)).to_decimal(places, Rounding::HalfUp)
        ),
        Format::Money => value.to_decimal(2, Rounding::HalfUp),
    };
    match (figure.state(), lang) {
        (FigureState::Preliminary, Lang::Zh) => format!("{text}（初步）"),
        (FigureState::Preliminary, Lang::En) => format!("{text} (preliminary)"),
        _ => text,
    }
}

/// The figure of an indicator: its value in the indicator's format; where it is not reported, by when and
/// from whom it is expected.
#[must_use]
pub fn figure_of(
    programme: &Programme,
    indicator: &IndicatorId,
    found: &Figure,
    period: Period,
    lang: Lang,
) -> String {
    let Some(declared) = programme.indicators.get(indicator) else {
        return figure(found, Format::Decimal(4), lang);
    };
    let text = figure(found, declared.format, lang);
    let expected = declared
        .expected_days
        .and_then(|days| period.last().plus_days(days.into()));
    match (found.state(), expected, lang) {
        (FigureState::NotReported, Some(day), Lang::Zh) => {
            format!("{text}（{}应于 {day} 前到）", declared.source.zh)
        }
        (FigureState::NotReported, Some(day), Lang::En) => format!(
            "{text} (expected by {day} from {})",
            declared.source.get(Lang::En)
        ),
        _ => text,
    }
}

/// The word for a state that is no value; empty for one that is.
#[must_use]
pub fn state_word(state: FigureState, lang: Lang) -> &'static str {
    let (zh, en) = match state {
        FigureState::Value => ("", ""),
        FigureState::NotApplicable => ("不适用", "not applicable"),
        FigureState::NotReported => ("未报", "not reported"),
        FigureState::Preliminary => ("初步", "preliminary"),
        FigureState::NotCarried => ("不承担", "not carried"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
