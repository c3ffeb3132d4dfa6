//! What a message says: how much waits, until when, and where to look.

use base::{Day, Lang};
use serde::{Deserialize, Serialize};

use crate::words::Words;

/// A message, before it is put into words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    #[serde(with = "lang_code")]
    pub lang: Lang,
    pub reminded: usize,
    pub assigned: usize,
    #[serde(with = "day_text")]
    pub due: Option<Day>,
    /// The site's address; empty where nobody said.
    pub link: String,
    pub is_demonstration: bool,
    pub is_trial: bool,
}

/// A message that only shows that a channel works.
pub(crate) fn trial(lang: Lang, link: String, is_demonstration: bool) -> Message {
    Message {
        lang,
        reminded: 0,
        assigned: 0,
        due: None,
        link,
        is_demonstration,
        is_trial: true,
    }
}

impl Message {
    /// Its title, such as a mail's subject.
    pub fn title(&self) -> String {
        let words = Words { lang: self.lang };
        let title = if self.is_trial {
            words.say("质城：试发", "Zhicheng: a trial")
        } else {
            words.say("质城：待办提醒", "Zhicheng: work that waits")
        };
        match self.is_demonstration {
            true => format!("{}{title}", words.say("【演示】", "[demonstration] ")),
            false => title.to_owned(),
        }
    }

    /// What it says, without its title.
    pub fn text(&self) -> String {
        let words = Words { lang: self.lang };
        if self.is_trial {
            return words
                .say(
                    "这是一条试发的消息，收到即说明渠道可用。",
                    "This is a trial: that it arrived says that the channel works.",
                )
                .to_owned();
        }
        let due = self.due.map(|day| words.day_and_weekday(day));
        let mut text = match self.lang {
            Lang::Zh => {
                let mut parts = Vec::new();
                if self.assigned > 0 {
                    parts.push(format!("新交办 {} 项", self.assigned));
                }
                if self.reminded > 0 {
                    parts.push(format!("催办 {} 项", self.reminded));
                }
                let due = due.map(|due| format!("，最早期限 {due}"));
                format!("{}{}。", parts.join("，"), due.unwrap_or_default())
            }
            Lang::En => {
                let mut parts = Vec::new();
                if self.assigned > 0 {
                    parts.push(format!("{} newly assigned", self.assigned));
                }
                if self.reminded > 0 {
                    parts.push(format!("{} to be reminded of", self.reminded));
                }
                let due = due.map(|due| format!("; the earliest was or is due on {due}"));
                format!("{}{}.", parts.join(", "), due.unwrap_or_default())
            }
        };
        if !self.link.is_empty() {
            let link = format!("{}/work", self.link.trim_end_matches('/'));
            text.push_str(words.say("请登录办理：", " Sign in: "));
            text.push_str(&link);
        }
        text
    }

    /// Title and text in one.
    pub fn one_text(&self) -> String {
        format!("{} {}", self.title(), self.text())
    }
}

mod lang_code {
    use base::Lang;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(lang: &Lang, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        })
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Lang, D::Error> {
        let text = String::deserialize(from)?;
        Ok(Lang::parse(&text).unwrap_or_default())
    }
}

mod day_text {
    use base::Day;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        Ok(text.and_then(|text| Day::parse(&text).ok()))
    }
}
