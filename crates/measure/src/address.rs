//! The address of a figure: everything that decides its value, in one line of text.
//!
//! `food_pass_rate?period=2018&unit=puqi&day=2018-12-31&programme=12&at=5123`: measured twice at the
//! same address, a figure is the same to the last digit. Keys stand in this order: `period`, `unit`,
//! `subject`, `field` (`name:value`, or `name` alone where it is empty), `day`, `programme`, `at`.

use std::fmt;
use std::sync::Arc;

use base::{AssessmentStart, Day, IndicatorId, Period, Position, Problem, UnitId};

use crate::problems;
use crate::query::{By, Query, Slice};

/// The address of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// Which indicator.
    pub indicator: IndicatorId,
    /// Which rows.
    pub slice: Slice,
    /// Which period.
    pub period: Period,
    /// For which day.
    pub day: Day,
    /// The position of the programme by which it is measured.
    pub programme: Position,
    /// The last ledger entry that counts.
    pub at: Position,
}

impl Address {
    /// Reads an address; assessment years start as `start` says.
    ///
    /// ```
    /// use base::AssessmentStart;
    /// use measure::Address;
    /// let text = "food_pass_rate?period=2018&unit=puqi&day=2018-12-31&programme=12&at=5123";
    /// let address = Address::parse(text, AssessmentStart::default())?;
    /// assert_eq!(address.at.0, 5123);
    /// assert_eq!(address.to_string(), text);
    /// # Ok::<(), base::Problem>(())
    /// ```
    ///
    /// # Errors
    /// M211 when the text is no address.
    pub fn parse(text: &str, start: AssessmentStart) -> Result<Address, Problem> {
        read(text, start).ok_or_else(|| problems::not_an_address(text))
    }

    /// The question whose one answer stands at this address.
    pub fn query(&self) -> Query {
        Query {
            indicator: self.indicator.clone(),
            by: By::None,
            unit: self.slice.unit.clone(),
            subject: self.slice.subject.clone(),
            field: self.slice.field.clone(),
            period: self.period,
            day: self.day,
            at: self.at,
        }
    }
}

fn read(text: &str, start: AssessmentStart) -> Option<Address> {
    let (indicator, rest) = text.split_once('?')?;
    let mut slice = Slice::default();
    let (mut period, mut day, mut programme, mut at) = (None, None, None, None);
    for pair in rest.split('&') {
        let (key, value) = pair.split_once('=')?;
        match key {
            "period" if period.is_none() => {
                period = Some(Period::parse(&decoded(value)?, start).ok()?)
            }
            "unit" if slice.unit.is_none() => slice.unit = Some(UnitId::new(decoded(value)?)),
            "subject" if slice.subject.is_none() => slice.subject = Some(decoded(value)?.into()),
            "field" if slice.field.is_none() => {
                let (name, value) = match value.split_once(':') {
                    Some((name, value)) => (name, Some(Arc::from(decoded(value)?))),
                    None => (value, None),
                };
                slice.field = Some((decoded(name)?.into(), value));
            }
            "day" if day.is_none() => day = Some(Day::parse(value).ok()?),
            "programme" if programme.is_none() => programme = Some(Position(value.parse().ok()?)),
            "at" if at.is_none() => at = Some(Position(value.parse().ok()?)),
            _ => return None,
        }
    }
    base::is_valid_id(indicator).then_some(())?;
    Some(Address {
        indicator: IndicatorId::new(indicator),
        slice,
        period: period?,
        day: day?,
        programme: programme?,
        at: at?,
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?period={}", self.indicator, self.period)?;
        if let Some(unit) = &self.slice.unit {
            write!(f, "&unit={}", encoded(unit.as_str()))?;
        }
        if let Some(subject) = &self.slice.subject {
            write!(f, "&subject={}", encoded(subject))?;
        }
        if let Some((name, value)) = &self.slice.field {
            write!(f, "&field={}", encoded(name))?;
            if let Some(value) = value {
                write!(f, ":{}", encoded(value))?;
            }
        }
        write!(
            f,
            "&day={}&programme={}&at={}",
            self.day, self.programme.0, self.at.0
        )
    }
}

/// Percent-encoding (RFC 3986) of all but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip() {
        let start = AssessmentStart::default();
        for text in [
            "a?period=2018&day=2018-12-31&programme=1&at=2",
            "a?period=2018H1&unit=puqi&day=2018-12-31&programme=1&at=2",
            "a?period=..2012&subject=%E7%94%B2%20%26%3D&day=2018-12-31&programme=1&at=2",
            "a?period=2016..2018&field=result:pass&day=2018-12-31&programme=1&at=2",
            "a?period=2018&field=subject.industry:a%3Ab&day=2018-12-31&programme=1&at=2",
            "a?period=2018&field=result&day=2018-12-31&programme=1&at=2",
        ] {
            let address = Address::parse(text, start).unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let start = AssessmentStart::default();
        for text in [
            "",
            "a",
            "a?period=2018",
            "A?period=2018&day=2018-12-31&programme=1&at=2",
            "a?period=2018&period=2018&day=2018-12-31&programme=1&at=2",
            "a?period=2018&colour=red&day=2018-12-31&programme=1&at=2",
            "a?period=2018&subject=%E&day=2018-12-31&programme=1&at=2",
            "a?period=2018&day=2018-02-30&programme=1&at=2",
        ] {
            assert_eq!(
                Address::parse(text, start).unwrap_err().code,
                "M211",
                "{text}"
            );
        }
    }
}
