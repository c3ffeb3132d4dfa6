//! What is due: by when each subject is to be visited, inspected or renewed next, by the programme's rules of rhythm.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use base::Lang;
use office::visits::NextVisit;
use programme::model::{VisitAfter, VisitBy, VisitInterval, VisitRule};

use crate::answer::{Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::Look;
use crate::paging::Paging;
use crate::site::Site;
use crate::words::Words;

pub(crate) fn routes() -> Router<Site> {
    Router::new().route("/visits", get(page))
}

/// By when a subject is due, in words.
pub(crate) struct Line {
    pub rule: String,
    pub subject: String,
    pub address: String,
    pub due: String,
    pub left: String,
    pub lamp: &'static str,
    pub shape: &'static str,
    pub last: String,
    pub last_address: Option<String>,
    pub interval: String,
    pub basis: String,
    pub is_unpublished: bool,
}

struct Choice {
    address: String,
    name: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/visits/visits.html")]
struct Visits {
    frame: Frame,
    rules: Vec<Choice>,
    lines: Vec<Line>,
    paging: Paging,
    all: usize,
    overdue: usize,
    soon: usize,
    has_rules: bool,
    /// Some line has a last time.
    has_last: bool,
    only_overdue: bool,
    switch: String,
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Chosen {
    #[serde(default)]
    rule: String,
    #[serde(default)]
    state: String,
    /// Page.
    #[serde(default)]
    p: String,
}

async fn page(State(site): State<Site>, asked: Asked, Query(chosen): Query<Chosen>) -> Response {
    site.page(asked, move |look| show(look, &chosen)).await
}

fn show(look: &Look<'_>, chosen: &Chosen) -> Result<Page, Refused> {
    let words = Words { lang: look.lang() };
    let only_overdue = chosen.state == "overdue";
    let rules = &look.programme.visit_rules;
    let rule = rules
        .get(chosen.rule.as_str())
        .or_else(|| rules.values().next());
    let address = |id: &str, state: &str| match state {
        "" => format!("/visits?rule={id}"),
        state => format!("/visits?rule={id}&state={state}"),
    };
    let (mut lines, mut all, mut overdue, mut soon) = (Vec::new(), 0, 0, 0);
    let mut paging = Paging::of(0, "", |_| String::new());
    if let Some(rule) = rule {
        let found = look.site.visits(look.office, rule, look.today)?;
        all = found.len();
        for visit in found.iter() {
            let near = visit.due.plus_days(-rule.ahead_days).unwrap_or(visit.due);
            let is_overdue = visit.is_overdue(look.today);
            overdue += usize::from(is_overdue);
            soon += usize::from(!is_overdue && near <= look.today);
        }
        let wanted = if only_overdue { overdue } else { all };
        paging = Paging::of(wanted, &chosen.p, |page| {
            format!("{}&p={page}", address(&rule.id, &chosen.state))
        });
        // By day, so that what is overdue stands first.
        let shown = found.get(paging.rows()).unwrap_or_default();
        lines = shown.iter().map(|visit| line(look, rule, visit)).collect();
    }
    let own = rule.map_or("", |rule| &*rule.id);
    Page::of(&Visits {
        frame: look.frame(words.say("到期清单", "What is due")),
        rules: rules
            .values()
            .map(|found| Choice {
                address: address(&found.id, &chosen.state),
                name: look.text(&found.name).to_owned(),
                is_chosen: *found.id == *own,
            })
            .collect(),
        has_rules: rule.is_some(),
        has_last: lines.iter().any(|line| !line.last.is_empty()),
        lines,
        paging,
        all,
        overdue,
        soon,
        only_overdue,
        switch: address(own, if only_overdue { "" } else { "overdue" }),
    })
}

/// By when a subject is due, by each rule about its type.
pub(crate) fn of_subject(
    look: &Look<'_>,
    subject_type: &str,
    id: &str,
) -> Result<Vec<Line>, Refused> {
    let found = look.office.next_visits(subject_type, id, look.today)?;
    let lines = found.iter().filter_map(|visit| {
        let rule = look.programme.visit_rules.get(&*visit.rule)?;
        Some(line(look, rule, visit))
    });
    Ok(lines.collect())
}

fn line(look: &Look<'_>, rule: &VisitRule, visit: &NextVisit) -> Line {
    let words = Words { lang: look.lang() };
    let of = rule.subject_type.as_str();
    let name = look.office.mirror().subject_name(of, &visit.subject);
    let near = visit.due.plus_days(-rule.ahead_days).unwrap_or(visit.due);
    let (lamp, shape) = if visit.is_overdue(look.today) {
        ("late", "■")
    } else if near <= look.today {
        ("soon", "▲")
    } else {
        ("on_track", "●")
    };
    let days = visit.due.days_since(look.today);
    let left = match (days, words.lang) {
        (0, _) => words.say("今天到期", "due today").to_owned(),
        (days, Lang::Zh) if days > 0 => format!("还有{days}天"),
        (1, Lang::En) => "in 1 day".to_owned(),
        (days, Lang::En) if days > 0 => format!("in {days} days"),
        (days, Lang::Zh) => format!("逾期{}天", -days),
        (-1, Lang::En) => "1 day overdue".to_owned(),
        (days, Lang::En) => format!("{} days overdue", -days),
    };
    let interval = rule.interval(visit.value.as_deref());
    let is_validity = matches!(rule.after, VisitAfter::Field(_))
        && interval.is_some_and(|interval| interval.months == 0 && interval.days == 0);
    Line {
        rule: look.text(&rule.name).to_owned(),
        subject: name.unwrap_or(&visit.subject).to_owned(),
        address: format!(
            "/subjects/{of}/{}",
            crate::pages::records::coded(&visit.subject)
        ),
        due: words.day_and_weekday(visit.due),
        left,
        lamp,
        shape,
        // A date of validity, on which it is due itself, is no visit that was made.
        last: match visit.last {
            Some(_) if is_validity => String::new(),
            Some(last) => words.day(last),
            None => words.say("还没有", "never").to_owned(),
        },
        last_address: match (&rule.after, visit.record) {
            (VisitAfter::Record(record_type, _), Some(record)) => {
                Some(format!("/records/{record_type}/{record}"))
            }
            _ => None,
        },
        interval: match interval {
            Some(interval) => {
                let class = class_of(look, rule, visit);
                let every = every(words, rule, interval);
                if class.is_empty() {
                    every
                } else {
                    format!("{class}{}{every}", words.say("，", ", "))
                }
            }
            None => String::new(),
        },
        basis: interval
            .map(|interval| look.text(&interval.basis).to_owned())
            .unwrap_or_default(),
        is_unpublished: visit.is_unpublished,
    }
}

/// The grade or class from which the interval follows, as people call it.
fn class_of(look: &Look<'_>, rule: &VisitRule, visit: &NextVisit) -> String {
    let Some(value) = visit.value.as_deref() else {
        return String::new();
    };
    match &rule.by {
        VisitBy::Scorecard(id) => {
            let scorecard = look.programme.scorecards.get(id);
            let bands = scorecard.map(|scorecard| &scorecard.card.bands);
            let band = bands.and_then(|bands| bands.iter().find(|band| band.grade == value));
            band.map_or_else(|| value.to_owned(), |band| look.text(&band.name).to_owned())
        }
        VisitBy::Field(field) => {
            let of = look.programme.subject_types.get(&rule.subject_type);
            let field = of.and_then(|of| of.fields.get(field));
            field.map_or_else(
                || value.to_owned(),
                |field| crate::pages::records::shown::of_text(look, field, value).text,
            )
        }
        VisitBy::All => String::new(),
    }
}

fn every(words: Words, rule: &VisitRule, interval: &VisitInterval) -> String {
    let mut parts = Vec::new();
    if interval.months > 0 {
        parts.push(match (words.lang, interval.months) {
            (Lang::Zh, months) if months % 12 == 0 => format!("{}年", months / 12),
            (Lang::Zh, months) => format!("{months}个月"),
            (Lang::En, 1) => "1 month".to_owned(),
            (Lang::En, 12) => "1 year".to_owned(),
            (Lang::En, months) if months % 12 == 0 => format!("{} years", months / 12),
            (Lang::En, months) => format!("{months} months"),
        });
    }
    if interval.days > 0 {
        parts.push(match words.lang {
            Lang::Zh => format!("{}天", interval.days),
            Lang::En => format!("{} days", interval.days),
        });
    }
    match (&rule.after, parts.is_empty()) {
        (_, true) => words.say("到期日即该日", "due on that day").to_owned(),
        (VisitAfter::Record(..), false) => {
            words.say("每", "every ").to_owned() + &parts.join(words.say("又", " and "))
        }
        (VisitAfter::Field(_), false) => {
            words.say("其后", "after ").to_owned() + &parts.join(words.say("又", " and "))
        }
    }
}

impl Site {
    /// By when every subject of a rule is due; the last few that were asked for are kept.
    pub(crate) fn visits(
        &self,
        office: &office::Office,
        rule: &VisitRule,
        day: base::Day,
    ) -> Result<Arc<Vec<NextVisit>>, base::Problem> {
        let key = (rule.id.clone(), office.position(), day);
        self.shared.visits.get(key, || office.visits_of(rule, day))
    }
}
