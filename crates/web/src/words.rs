//! Days, numbers and states as each language writes them.

use base::{Day, Figure, Lang, Moment, Period, Ratio, TimeZoneName};
use programme::model::{Format, Programme};

/// Words and numbers in one language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub lang: Lang,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [(&str, &str); 7] = [
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
];

impl Words {
    /// One of two texts.
    pub fn say<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A day: 2021年9月30日, 30 Sep 2021.
    pub fn day(self, day: Day) -> String {
        let (year, month, number) = (day.year(), day.month(), day.day_of_month());
        match self.lang {
            Lang::Zh => format!("{year}年{month}月{number}日"),
            Lang::En => format!(
                "{number} {} {year}",
                MONTHS
                    .get(usize::try_from(month).unwrap_or(1).saturating_sub(1))
                    .copied()
                    .unwrap_or_default()
            ),
        }
    }

    /// A day without its year, where the year is clear: 9月30日, 30 Sep.
    pub fn short_day(self, day: Day) -> String {
        let (month, number) = (day.month(), day.day_of_month());
        let name = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        match self.lang {
            Lang::Zh => format!("{month}月{number}日"),
            Lang::En => format!("{number} {}", MONTHS.get(name).copied().unwrap_or_default()),
        }
    }

    /// A day with its weekday, for deadlines.
    pub fn day_and_weekday(self, day: Day) -> String {
        let (zh, en) = WEEKDAYS
            .get(
                usize::try_from(day.weekday())
                    .unwrap_or(1)
                    .saturating_sub(1),
            )
            .copied()
            .unwrap_or_default();
        match self.lang {
            Lang::Zh => format!("{}（{zh}）", self.day(day)),
            Lang::En => format!("{en} {}", self.day(day)),
        }
    }

    /// A moment in the programme's time zone, to the minute.
    pub fn moment(self, programme: &Programme, moment: Moment) -> String {
        let Ok(zone) = TimeZoneName::parse(&programme.time_zone) else {
            return moment.to_string();
        };
        let day = moment.day_in(&zone);
        let Some(start) = Moment::start_of(day, &zone) else {
            return moment.to_string();
        };
        let minutes = moment.as_micros().saturating_sub(start.as_micros()) / 60_000_000;
        format!("{} {:02}:{:02}", self.day(day), minutes / 60, minutes % 60)
    }

    /// A period: a year by its number, others as they are written.
    pub fn period(self, period: &Period) -> String {
        let text = period.to_string();
        match self.lang {
            Lang::Zh if text.len() == 4 => format!("{text}年"),
            _ => text,
        }
    }

    /// Points: at most four places.
    pub fn points(self, points: &Ratio) -> String {
        programme::shown::points(points)
    }

    /// A figure's value.
    pub fn figure(self, figure: &Figure, format: Format) -> String {
        programme::shown::figure(figure, format, self.lang)
    }

    /// A whole number with its thousands apart.
    pub fn count(self, number: usize) -> String {
        let digits = number.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// An exact number: its decimals where they end within four places, its thousands apart by a
    /// narrow space (1 916).
    pub fn exact(self, number: &Ratio) -> String {
        let text = programme::shown::points(number);
        let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
        let (sign, digits) = whole
            .strip_prefix('-')
            .map_or(("", whole), |digits| ("−", digits));
        let mut out = String::from(sign);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push('\u{202f}');
            }
            out.push(digit);
        }
        if !places.is_empty() {
            out.push('.');
            out.push_str(places);
        }
        out
    }
}
