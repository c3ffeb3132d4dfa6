//! The frame around every page: where I am, the way on, the language, me.

pub(crate) mod told;

use base::{Lang, Problem};

use crate::look::Look;
use crate::site::BUILD;
use crate::words::Words;

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub address: &'static str,
    pub name: &'static str,
    /// Signs of the icon in `assets/icons.svg`.
    pub icon: &'static str,
    pub is_here: bool,
    /// What waits there.
    pub count: Option<usize>,
}

/// That a page shows how things stood, and where it shows how they stand.
#[derive(Debug, Clone)]
pub(crate) struct Earlier {
    /// As of when it is true, in words.
    pub truth: String,
    /// The same page as of now.
    pub back: String,
    /// Whether the way back stays in the drawer.
    pub in_drawer: bool,
}

/// What every template has as `frame`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub lang: Lang,
    pub title: String,
    pub programme: String,
    pub period: String,
    pub position: u64,
    pub today: String,
    pub is_demonstration: bool,
    pub entries: Vec<Entry>,
    pub name: String,
    pub role: String,
    pub unit: String,
    pub is_signed_in: bool,
    /// The page that follows signing out, not one that asks to sign in again.
    pub is_signed_out: bool,
    /// To whom belongs what a phone keeps, see `pages::field`.
    pub account: String,
    /// As whom one can act besides: number and name. Oneself where one acts for another.
    pub stand_ins: Vec<(u64, String)>,
    /// Whether one acts for another now.
    pub is_deputy: bool,
    pub csrf: String,
    /// Of this page, for the way back and the choice of a language.
    pub here: String,
    pub build: &'static str,
    /// A new id for the commands that the page's forms give.
    pub once: String,
    /// Where the page is not of now: as of when it is.
    pub earlier: Option<Earlier>,
    /// What was just done, on the page after it.
    pub told: Option<told::Told>,
}

/// Who sees which entry; five at most for one role.
struct Place {
    address: &'static str,
    name: (&'static str, &'static str),
    icon: &'static str,
    /// Roles that do not see it.
    hidden_from: &'static [&'static str],
    /// Only these see it; empty: all.
    only: &'static [&'static str],
}

const ADMINISTRATORS: &[&str] = &["system_administrator", "security_administrator"];

/// Every entry, in order. A page belongs to the entry whose address its own begins with.
const PLACES: &[Place] = &[
    Place {
        address: "/work",
        name: ("我的工作", "My work"),
        icon: "work",
        hidden_from: &["auditor"],
        only: &[],
    },
    Place {
        address: "/leaders",
        name: ("一览", "Overview"),
        icon: "overview",
        hidden_from: &[],
        only: &["leading_group"],
    },
    Place {
        address: "/board",
        name: ("记分榜", "Scoreboard"),
        icon: "board",
        hidden_from: ADMINISTRATORS,
        only: &[],
    },
    Place {
        address: "/plan",
        name: ("任务分解", "The plan"),
        icon: "plan",
        hidden_from: ADMINISTRATORS,
        only: &[],
    },
    Place {
        address: "/field",
        name: ("现场检查", "In the field"),
        icon: "field",
        hidden_from: &[],
        only: &["inspector"],
    },
    Place {
        address: "/records",
        name: ("记录", "Records"),
        icon: "records",
        hidden_from: ADMINISTRATORS,
        only: &[],
    },
    Place {
        address: "/audit",
        name: ("审计", "Audit"),
        icon: "audit",
        hidden_from: &[],
        only: &["auditor"],
    },
    Place {
        address: "/admin",
        name: ("管理", "Administration"),
        icon: "admin",
        hidden_from: &[],
        only: &[
            "programme_office",
            "system_administrator",
            "security_administrator",
            "auditor",
        ],
    },
];

impl Frame {
    pub fn new(look: &Look<'_>, title: String) -> Frame {
        let lang = look.lang();
        let pick = |pair: (&'static str, &'static str)| match lang {
            Lang::Zh => pair.0,
            Lang::En => pair.1,
        };
        let path = look.asked.uri.path();
        let waiting = crate::pages::work::waiting_for(look);
        let who = look.who();
        let role = who.map_or("", |who| who.role.as_str());
        let entries = PLACES
            .iter()
            .filter(|place| {
                who.is_some()
                    && !place.hidden_from.contains(&role)
                    && (place.only.is_empty() || place.only.contains(&role))
            })
            .map(|place| Entry {
                address: place.address,
                name: pick(place.name),
                icon: place.icon,
                is_here: path == place.address
                    || path
                        .strip_prefix(place.address)
                        .is_some_and(|rest| rest.starts_with('/')),
                count: (place.address == "/work" && waiting > 0).then_some(waiting),
            })
            .collect();
        let words = Words { lang };
        Frame {
            lang,
            title,
            programme: look.text(&look.programme.name).to_owned(),
            period: words.period(&look.programme.year),
            position: look.at.0,
            today: words.day(look.today),
            is_demonstration: look.is_demonstration(),
            entries,
            name: who.map(|who| who.name.clone()).unwrap_or_default(),
            role: look.text(&look.role_name(role)).to_owned(),
            unit: who
                .and_then(|who| who.unit.as_deref())
                .map(|unit| look.unit_name(unit))
                .unwrap_or_default(),
            is_signed_in: who.is_some(),
            is_signed_out: who.is_none()
                && crate::pages::sign_in::is_after_sign_out(&look.asked.uri),
            account: who.map(crate::pages::field::account_of).unwrap_or_default(),
            stand_ins: stand_ins(look),
            is_deputy: who.is_some_and(|who| who.own != who.actor),
            csrf: look.asked.csrf(),
            here: look.asked.address_here(),
            build: BUILD,
            once: new_once(),
            earlier: None,
            told: told::of(look),
        }
    }

    /// One of two texts, by the reader's language.
    pub fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// What is wrong.
    pub fn what<'p>(&self, problem: &'p Problem) -> &'p str {
        problem.what(self.lang)
    }

    /// What would be right.
    pub fn remedy(&self, problem: &Problem) -> String {
        crate::remedies::here(problem, self.lang)
    }

    /// What the browser is told of the language.
    pub fn tag(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The address of an asset of this build.
    pub fn asset(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.build)
    }
}

/// As whom somebody can act besides. Where that cannot be read, nobody: the page's own reads tell why.
fn stand_ins(look: &Look<'_>) -> Vec<(u64, String)> {
    let Some(who) = look.who() else {
        return Vec::new();
    };
    let name = |number: u64| look.office.actor_name_in(number, look.lang());
    if who.own != who.actor {
        return name(who.own)
            .map(|name| (who.own, name))
            .into_iter()
            .collect();
    }
    let deputies = look.site.deputies(look.office).unwrap_or_default();
    deputies
        .iter()
        .filter(|(_, days)| days.by == who.own && days.is_on(look.today))
        .filter_map(|(number, _)| Some((*number, name(*number).ok()?)))
        .collect()
}

/// A new id of a command. Where there is no randomness the server makes one when the form comes.
fn new_once() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => hex::encode(bytes),
        Err(_) => String::new(),
    }
}
