//! What came with a visit, on the page of its record or case: who both inspectors were, who signed, and what the phone's
//! clock said beside the server's time.

use base::Moment;
use office::field_visit::TakenVisit;

use crate::answer::Refused;
use crate::look::Look;
use crate::pages::work::title_of;
use crate::words::Words;

/// Seconds from which it is said that a visit waited on the phone.
const WAITED_S: i64 = 5 * 60;

/// A visit as it is shown.
pub(crate) struct Panel {
    pub key: String,
    pub position: u64,
    /// When it was accepted, by the server's clock.
    pub accepted: String,
    /// When it was filled in and sent, by the phone's.
    pub filled: String,
    pub sent: String,
    /// How long it waited on the phone.
    pub waited: String,
    /// How far the phone's clock was off, where that is more than a slow way explains.
    pub clock_off: String,
    pub first: String,
    pub second: String,
    /// `none`, `waits`, `agrees`, `objects`.
    pub second_state: &'static str,
    pub second_day: String,
    pub note: String,
    pub signature: Option<String>,
    pub signer: String,
    /// `refused`, `absent` or nothing.
    pub unsigned: String,
    /// Who looks is the second inspector, and has not spoken yet.
    pub is_mine: bool,
}

/// The visits of a record or case.
pub(crate) fn panels(look: &Look<'_>, number: u64) -> Result<Vec<Panel>, Refused> {
    let visits = look.office.field_visits_of(number)?;
    visits.iter().map(|visit| panel(look, visit)).collect()
}

/// One visit.
pub(crate) fn panel(look: &Look<'_>, visit: &TakenVisit) -> Result<Panel, Refused> {
    let words = Words { lang: look.lang() };
    let row = &visit.row;
    let shown = |moment: Moment| words.moment(&look.programme, moment);
    let phone = |text: &Option<String>| {
        let moment = text.as_deref().and_then(|text| Moment::parse(text).ok());
        moment.map(shown).unwrap_or_default()
    };
    let name = |number: u64| look.office.actor_name_in(number, look.lang());
    let who = look.who();
    let is_second = |number: u64| who.is_some_and(|who| who.actor == number || who.own == number);
    Ok(Panel {
        key: visit.key.clone(),
        position: row.at,
        accepted: shown(Moment::from_micros(row.time).unwrap_or(Moment::MIN)),
        filled: phone(&row.filled),
        sent: phone(&row.sent),
        waited: match visit.waited_s() {
            Some(seconds) if seconds >= WAITED_S => length(words, seconds),
            _ => String::new(),
        },
        clock_off: match visit.clock_ahead_s() {
            Some(seconds) if visit.is_clock_off() => off(words, seconds),
            _ => String::new(),
        },
        first: name(row.by)?,
        second: row.second.map(name).transpose()?.unwrap_or_default(),
        second_state: match (&row.second, &row.confirmed) {
            (None, _) => "none",
            (Some(_), None) => "waits",
            (Some(_), Some(said)) if said.agrees => "agrees",
            (Some(_), Some(_)) => "objects",
        },
        second_day: row
            .confirmed
            .as_ref()
            .and_then(|said| base::Day::parse(&said.day).ok())
            .map(|day| words.day(day))
            .unwrap_or_default(),
        note: row
            .confirmed
            .as_ref()
            .and_then(|said| said.note.clone())
            .unwrap_or_default(),
        signature: row.signature.clone(),
        signer: match look.may(office::authority::Granted::Submit) {
            true => look.office.signer_of(visit)?.unwrap_or_default(),
            false => String::new(),
        },
        unsigned: row.unsigned.clone().unwrap_or_default(),
        is_mine: row.confirmed.is_none() && row.second.is_some_and(is_second),
    })
}

/// What a visit became: its name, and its address.
pub(super) fn what_of(look: &Look<'_>, visit: &TakenVisit) -> Result<(String, String), Refused> {
    if let Some(number) = visit.row.case {
        let case = look.office.case(number)?;
        let what = format!("{} #{number}", title_of(look, &case));
        return Ok((what, format!("/cases/{number}")));
    }
    let number = visit.row.of;
    let id = look.office.record_type(number)?;
    let name = look
        .programme
        .record_types
        .get(id.as_str())
        .map_or(id.clone(), |found| look.text(&found.name).to_owned());
    Ok((
        format!("{name} #{number}"),
        format!("/records/{id}/{number}"),
    ))
}

fn off(words: Words, seconds: i64) -> String {
    let by = length(words, seconds.abs());
    match (words.lang, seconds > 0) {
        (base::Lang::Zh, true) => format!("手机时钟快了{by}"),
        (base::Lang::Zh, false) => format!("手机时钟慢了{by}"),
        (base::Lang::En, true) => format!("the phone's clock was {by} fast"),
        (base::Lang::En, false) => format!("the phone's clock was {by} slow"),
    }
}

/// A length in days, hours and minutes.
fn length(words: Words, seconds: i64) -> String {
    let minutes = seconds / 60;
    let parts = [
        (minutes / 1440, "天", "d"),
        (minutes / 60 % 24, "小时", "h"),
        (minutes % 60, "分", "min"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, zh, en)| match words.lang {
            base::Lang::Zh => format!("{count}{zh}"),
            base::Lang::En => format!("{count} {en}"),
        })
        .collect();
    said.join(words.say("", " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_said_to_be_fast_or_slow_by_how_much() {
        let zh = Words {
            lang: base::Lang::Zh,
        };
        let en = Words {
            lang: base::Lang::En,
        };
        assert_eq!(off(zh, 7_380), "手机时钟快了2小时3分");
        assert_eq!(off(en, -90_000), "the phone's clock was 1 d 1 h slow");
        assert_eq!(length(en, 86_400), "1 d");
    }
}
