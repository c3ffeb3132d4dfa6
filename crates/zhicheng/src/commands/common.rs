//! What several commands need: opening the folder as someone, reading periods and days, showing figures.

use std::sync::Arc;

use base::{
    Day, Figure, FigureState, IndicatorId, Moment, Period, Position, Ratio, TimeZoneName, UnitId,
};
use office::actor::NewActor;
use office::{Access, Office};
use programme::model::{Format, Programme, Scored};

use crate::arguments::{Common, Data, When};
use crate::beside;
use crate::commands::names;
use crate::failure::Failure;
use crate::lang::{lang, say};
use crate::output::Cell;
use crate::problems;
use crate::progress::Progress;

/// Opens a data folder for reading.
pub fn open(data: &Data) -> Result<Office, Failure> {
    if let Some(office) = beside::office() {
        return Ok(office?);
    }
    let mut progress = Progress::start();
    let office = Office::open(&data.data, Access::Read, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    crate::output::tell(office.warnings(), &[]);
    Ok(office)
}

/// Opens a data folder for writing, as whoever the command line names.
pub fn open_to_write(data: &Data, common: &Common) -> Result<Office, Failure> {
    let mut office = match beside::office() {
        Some(office) => office?,
        None => {
            let mut progress = Progress::start();
            Office::open(&data.data, Access::Write, &mut |done, total, what| {
                progress.tell(done, total, what)
            })?
        }
    };
    crate::output::tell(office.warnings(), &[]);
    if common.actor.is_some() || common.role.is_some() || common.actor_unit.is_some() {
        let mut actor = actor(common, &*office.programme()?);
        if let Some(text) = &actor.unit {
            // A confirmed alias does too; what names no unit is refused with the actor.
            if let office::values::Meaning::One(id) = office.spellings()?.unit(text) {
                actor.unit = Some(id.to_owned());
            }
        }
        office.register_actor(&actor)?;
    }
    Ok(office)
}

/// Who the command line says is acting, with the ids of the role and the unit that it names.
pub fn actor(common: &Common, programme: &Programme) -> NewActor {
    NewActor {
        name: common
            .actor
            .clone()
            .unwrap_or_else(|| say("质强办", "programme office").to_owned()),
        role: common.role.as_ref().map_or_else(
            || "programme_office".to_owned(),
            |role| names::role(programme, role),
        ),
        unit: common
            .actor_unit
            .as_ref()
            .map(|unit| names::unit(programme, unit)),
    }
}

/// The asked period, or the programme's year.
pub fn period(programme: &Programme, asked: Option<&str>) -> Result<Period, Failure> {
    match asked {
        None => Ok(programme.year),
        Some(text) => Period::parse(text, programme.assessment_start)
            .map_err(|_| problems::not_a_period(text).into()),
    }
}

/// The day of that text.
pub fn day(text: &str) -> Result<Day, Failure> {
    Day::parse(text).map_err(|_| problems::not_a_day(text).into())
}

/// The asked day and position; today and the head where none is asked. Today, not the period's end: what
/// was reported after the end about the period counts.
pub fn when(office: &Office, when: &When) -> Result<(Day, Position), Failure> {
    let head = office.position();
    let at = match when.at {
        None => head,
        Some(at) if at <= head.0 => Position(at),
        Some(at) => return Err(problems::no_such_position(at, head.0).into()),
    };
    let day = match &when.day {
        Some(text) => day(text)?,
        None => office.today()?,
    };
    Ok((day, at))
}

/// The programme in force at a position.
pub fn programme_at(office: &Office, at: Position) -> Result<Arc<Programme>, Failure> {
    match office.mirror().programme_as_of(at) {
        Some(programme) => Ok(programme),
        None => Err(problems::before_programme(at.0).into()),
    }
}

/// A unit by any of its names.
pub fn unit(office: &Office, text: &str) -> Result<UnitId, Failure> {
    match office.spellings()?.unit(text) {
        office::values::Meaning::One(id) => Ok(UnitId::new(id)),
        office::values::Meaning::Unknown(_) => {
            let programme = office.programme()?;
            let near = names::suggestion(
                text,
                programme
                    .units
                    .values()
                    .map(|unit| (unit.id.as_str(), &unit.name)),
            );
            Err(problems::unknown_unit(text, near).into())
        }
        office::values::Meaning::Several => Err(office::problems::ambiguous_unit(text).into()),
    }
}

/// The identity of a subject, which may be given by its name; what was given where nobody, or more than one,
/// has that name.
pub fn subject(office: &Office, of: &Scored, text: &str) -> String {
    let Scored::Subjects(subject_type) = of else {
        return text.to_owned();
    };
    subject_of(office, subject_type.as_str(), text)
}

/// As [`subject`], for a subject type.
pub fn subject_of(office: &Office, subject_type: &str, text: &str) -> String {
    let text = text.trim();
    // A person is found by the true identity, and shown by the opaque one.
    if let Ok(Some(opaque)) = office.person(subject_type, text) {
        return opaque;
    }
    if office.mirror().subject_name(subject_type, text).is_some() {
        return text.to_owned();
    }
    let mut named = office
        .mirror()
        .subjects(subject_type)
        .filter(|(_, name)| *name == text);
    match (named.next(), named.next()) {
        (Some((id, _)), None) => id.to_owned(),
        _ => text.to_owned(),
    }
}

/// The name of a unit in the reader's language.
pub fn unit_name(programme: &Programme, id: &str) -> String {
    programme
        .units
        .get(id)
        .map_or_else(|| id.to_owned(), |unit| unit.name.get(lang()).to_owned())
}

/// A moment in the programme's time zone, to the second.
pub fn local_time(programme: &Programme, moment: Moment) -> String {
    let Ok(zone) = TimeZoneName::parse(&programme.time_zone) else {
        return moment.to_string();
    };
    let day = moment.day_in(&zone);
    let Some(start) = Moment::start_of(day, &zone) else {
        return moment.to_string();
    };
    let seconds = moment.as_micros().saturating_sub(start.as_micros()) / 1_000_000;
    format!(
        "{day} {:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Splits `field=value`.
pub fn settings(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() => {
                Ok((field.trim().to_owned(), value.to_owned()))
            }
            _ => Err(problems::not_a_setting(text).into()),
        })
        .collect()
}

/// An exact number as scripts get it, see [`programme::shown::decimal`].
pub fn decimal(ratio: &Ratio) -> String {
    programme::shown::decimal(ratio)
}

/// Points as people read them, see [`programme::shown::points`].
pub fn points(ratio: &Ratio) -> String {
    programme::shown::points(ratio)
}

/// A figure's value as people read it.
pub fn shown(figure: &Figure, format: Format) -> String {
    programme::shown::figure(figure, format, lang())
}

/// The word for a state that is no value.
pub fn state_word(state: FigureState) -> &'static str {
    programme::shown::state_word(state, lang())
}

/// The word for a state by its name in scripts.
pub fn state_word_of(name: &str) -> &'static str {
    use FigureState::{NotApplicable, NotCarried, NotReported, Preliminary};
    [NotApplicable, NotCarried, NotReported, Preliminary]
        .into_iter()
        .find(|state| state.as_str() == name)
        .map_or("", state_word)
}

/// A figure's numerator, denominator, value and state, as cells.
pub fn figure_cells(
    programme: &Programme,
    indicator: &IndicatorId,
    figure: &Figure,
    period: Period,
) -> [Cell; 4] {
    let text = shown_of(programme, indicator, figure, period);
    let state = Cell::shown(figure.state().as_str(), state_word(figure.state()));
    match figure.value() {
        Some(value) => {
            let (numerator, denominator) = exact_fraction(figure, &value);
            let value = Cell::shown(decimal(&value), text);
            [Cell::same(numerator), Cell::same(denominator), value, state]
        }
        None => [Cell::none(""), Cell::none(""), Cell::none(&text), state],
    }
}

/// A figure's numerator and denominator as exact text: as they are where both end as decimals, else the
/// value as a fraction of whole numbers.
fn exact_fraction(figure: &Figure, value: &Ratio) -> (String, String) {
    let parts = (
        figure.numerator().exact_decimal(),
        figure.denominator().exact_decimal(),
    );
    match parts {
        (Some(numerator), Some(denominator)) => (numerator, denominator),
        _ => (
            value.numerator().to_string(),
            value.denominator().to_string(),
        ),
    }
}

/// A figure as people read it, with what is awaited where it has not come.
pub fn shown_of(
    programme: &Programme,
    indicator: &IndicatorId,
    figure: &Figure,
    period: Period,
) -> String {
    programme::shown::figure_of(programme, indicator, figure, period, lang())
}

/// Under a table of a demonstration: that it is one (law 13).
pub fn mark(office: &Office, format: crate::output::Format) {
    if format == crate::output::Format::Table && office.nature() == ledger::Nature::Demonstration {
        outln!(
            "【{}】",
            crate::commands::folder::nature_word(office.nature())
        );
    }
}

/// A text in the reader's language.
pub fn text(text: &base::Text) -> &str {
    text.get(lang())
}
