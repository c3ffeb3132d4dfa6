//! Channels: how people hear of reminders and assignments. Each is configured here, tried with one button, and switched
//! off and on; what was sent, what waits and what failed is told. What is secret is never shown again.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use base::{Lang, Problem};
use office::authority::Granted;
use serde::Deserialize;

use super::only_administration;
use crate::answer::{Page, Refused, go_to, status_of};
use crate::asked::Asked;
use crate::delivery::{
    self, CHANNELS, Channel, Field, MESSAGE_LANG, SITE_ADDRESS, Settings, trial,
};
use crate::frame::Frame;
use crate::look::Look;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

/// Most messages that are listed of a channel.
const MESSAGES_MAX: u32 = 20;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/admin/channels", get(page).post(save_site))
        .route("/admin/channels/{channel}", post(save))
        .route("/admin/channels/{channel}/trial", post(try_it))
        .route("/admin/channels/{channel}/again", post(again))
}

/// How many channels are in use.
pub(super) fn in_use(look: &Look<'_>) -> Result<usize, Problem> {
    let mut count = 0;
    for channel in CHANNELS {
        count += usize::from(look.site.desk().channel(channel.id())?.is_on);
    }
    Ok(count)
}

struct FieldLine {
    id: &'static str,
    label: &'static str,
    note: &'static str,
    value: String,
    is_secret: bool,
    has_secret: bool,
    is_required: bool,
    choices: &'static [&'static str],
    is_long: bool,
}

struct MessageLine {
    made: String,
    recipient: String,
    lamp: &'static str,
    state: String,
}

struct ChannelPart {
    id: &'static str,
    name: &'static str,
    is_personal: bool,
    is_on: bool,
    is_configured: bool,
    fields: Vec<FieldLine>,
    /// When it was tried last, and why it failed; empty: it worked.
    trial: Option<(String, String)>,
    messages: Vec<MessageLine>,
    waiting: usize,
    problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "pages/admin/channels.html")]
struct Channels {
    frame: Frame,
    may: bool,
    site_address: String,
    message_lang: &'static str,
    channels: Vec<ChannelPart>,
    /// What time did last: when, day, reminded, assigned; and what it could not do.
    clock: Option<(String, String, usize, usize)>,
    clock_told: Vec<String>,
    done: &'static str,
    problems: Vec<Problem>,
}

#[derive(Debug, Default, Deserialize)]
struct Asks {
    #[serde(default)]
    done: String,
}

/// What was refused, and of which channel; none: of the site's own settings.
type Fault<'a> = (Option<Channel>, &'a [Problem], &'a Posted);

async fn page(State(site): State<Site>, asked: Asked, Query(asks): Query<Asks>) -> Response {
    // The desk's rows have no place in the page's tag.
    site.page(Asked { has: None, ..asked }, move |look| {
        show(look, &asks.done, None)
    })
    .await
}

fn may_change(look: &Look<'_>) -> bool {
    look.may(Granted::Key)
}

fn show(look: &Look<'_>, done: &str, fault: Option<Fault<'_>>) -> Result<Page, Refused> {
    only_administration(look)?;
    let words = Words { lang: look.lang() };
    let moment = |micros: i64| {
        let moment = base::Moment::from_micros(micros).unwrap_or(base::Moment::MIN);
        words.moment(&look.programme, moment)
    };
    let desk = look.site.desk();
    let mut channels = Vec::new();
    for channel in CHANNELS {
        let own = fault
            .as_ref()
            .filter(|(found, ..)| *found == Some(*channel));
        channels.push(part(look, words, *channel, own)?);
    }
    let tick = delivery::last_tick(look.site)?;
    Page::of(&Channels {
        frame: look.frame(words.say("消息渠道", "Channels")),
        may: may_change(look),
        site_address: desk.setting(SITE_ADDRESS)?.unwrap_or_default(),
        message_lang: match delivery::message_lang(look.site)? {
            Lang::Zh => "zh",
            Lang::En => "en",
        },
        channels,
        clock: tick.as_ref().map(|tick| {
            (
                moment(tick.at),
                tick.day.clone(),
                tick.reminded,
                tick.assigned,
            )
        }),
        clock_told: tick
            .map(|tick| tick.told)
            .unwrap_or_default()
            .into_iter()
            .map(|(zh, en)| match look.lang() {
                Lang::Zh => zh,
                Lang::En => en,
            })
            .collect(),
        done: match done {
            "saved" => words.say("已保存。", "Saved."),
            "trial" => words.say("试发成功。", "The trial was sent."),
            "again" => words.say("正在重发。", "They are sent again."),
            _ => "",
        },
        problems: fault
            .filter(|(found, ..)| found.is_none())
            .map(|(_, problems, _)| problems.to_vec())
            .unwrap_or_default(),
    })
}

fn part(
    look: &Look<'_>,
    words: Words,
    channel: Channel,
    fault: Option<&Fault<'_>>,
) -> Result<ChannelPart, Refused> {
    let desk = look.site.desk();
    let kept = desk.channel(channel.id())?;
    let (is_on, settings) = delivery::settings(look.site, channel)?;
    let say = |pair: (&'static str, &'static str)| words.say(pair.0, pair.1);
    let fields = channel.fields().iter().map(|field| {
        let has = settings.get(field.id).filter(|value| !value.is_empty());
        let value = match fault {
            _ if field.is_secret => String::new(),
            Some((_, _, posted)) => posted.get(field.id).to_owned(),
            None => settings
                .get(field.id)
                .map_or(field.default, String::as_str)
                .to_owned(),
        };
        FieldLine {
            id: field.id,
            label: say(field.label),
            note: say(field.note),
            value,
            is_secret: field.is_secret,
            has_secret: field.is_secret && has.is_some(),
            is_required: field.is_required,
            choices: field.choices,
            is_long: field.id == "body",
        }
    });
    let found = desk.messages(channel.id(), MESSAGES_MAX)?;
    let messages = found.iter().map(|message| {
        let failure = message.failure.as_deref().unwrap_or_default();
        let moment = |moment| words.moment(&look.programme, moment);
        let (lamp, state) = match (message.sent, message.next) {
            (Some(sent), _) => (
                "on_track",
                format!("{} {}", words.say("已发出", "sent"), moment(sent)),
            ),
            (None, Some(_)) if failure.is_empty() => {
                ("none", words.say("等待发送", "waits").to_owned())
            }
            (None, Some(next)) => (
                "soon",
                format!(
                    "{}{} {}",
                    failure,
                    words.say("；下次", "; again at"),
                    moment(next)
                ),
            ),
            (None, None) => (
                "late",
                format!("{}{failure}", words.say("已放弃：", "given up: ")),
            ),
        };
        MessageLine {
            made: moment(message.made),
            recipient: masked(&message.recipient),
            lamp,
            state,
        }
    });
    Ok(ChannelPart {
        id: channel.id(),
        name: say(channel.name()),
        is_personal: channel.is_personal(),
        is_on,
        is_configured: check(channel, &settings).is_empty(),
        fields: fields.collect(),
        trial: kept
            .trial
            .map(|(tried, outcome)| (words.moment(&look.programme, tried), outcome)),
        messages: messages.collect(),
        waiting: found
            .iter()
            .filter(|message| message.sent.is_none())
            .count(),
        problems: fault
            .map(|(_, problems, _)| problems.to_vec())
            .unwrap_or_default(),
    })
}

/// An address of a person, so that it can be told from others and not be used.
fn masked(address: &str) -> String {
    let signs: Vec<char> = address.chars().collect();
    match signs.as_slice() {
        [] => String::new(),
        [first, .., before, last] if signs.len() > 4 => format!("{first}…{before}{last}"),
        _ => "…".to_owned(),
    }
}

/// What is missing or wrong in a channel's settings.
fn check(channel: Channel, settings: &Settings) -> Vec<Problem> {
    let fault = |field: &Field| {
        let value = settings.get(field.id).map_or("", String::as_str);
        let (zh, en) = field.label;
        let is_web = field.id == "address";
        if value.is_empty() {
            field.is_required.then(|| problems::setting_missing(zh, en))
        } else if !field.choices.is_empty() && !field.choices.contains(&value) {
            Some(problems::setting_unknown(zh, en, field.choices.join(", ")))
        } else if is_web && !is_web_address(value) {
            Some(problems::not_an_address(if field.is_secret {
                zh
            } else {
                value
            }))
        } else if field.id == "from" && !delivery::is_mail_address(value) {
            Some(problems::not_an_address(value))
        } else {
            None
        }
    };
    channel.fields().iter().filter_map(fault).collect()
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
}

/// Refuses who does not run the system.
fn only_who_runs_it(look: &Look<'_>) -> Result<(), Refused> {
    let who = look.visitor()?;
    if may_change(look) {
        return Ok(());
    }
    let role = look.role_name(&who.role);
    Err(problems::not_for_role(&role.zh, &role.en).into())
}

/// The page with what is wrong.
fn refused(look: &Look<'_>, fault: Fault<'_>) -> Result<Response, Refused> {
    let status = status_of(fault.1);
    Ok(show(look, "", Some(fault))?
        .with_status(status)
        .answer(None))
}

async fn save_site(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, _| {
        only_who_runs_it(look)?;
        let address = posted.get("site_address").trim();
        if !address.is_empty() && !is_web_address(address) {
            let told = [problems::not_an_address(address)];
            return refused(look, (None, &told, posted));
        }
        let address = (!address.is_empty()).then_some(address);
        let desk = look.site.desk();
        desk.set_setting(SITE_ADDRESS, address)?;
        let lang = Lang::parse(posted.get("message_lang")).unwrap_or_default();
        desk.set_setting(MESSAGE_LANG, (lang == Lang::En).then_some("en"))?;
        Ok(go_to("/admin/channels?done=saved"))
    })
    .await
}

async fn save(
    State(site): State<Site>,
    asked: Asked,
    Path(channel): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, _| {
        only_who_runs_it(look)?;
        let channel = known(&channel)?;
        let (_, kept) = delivery::settings(look.site, channel)?;
        let (mut open, mut secret) = (Settings::new(), Settings::new());
        for field in channel.fields() {
            let said = posted.get(field.id).trim().to_owned();
            if !field.is_secret {
                open.insert(field.id.to_owned(), said);
            } else if !said.is_empty() {
                secret.insert(field.id.to_owned(), said);
            } else if let Some(kept) = kept.get(field.id) {
                // What is not typed again stays.
                secret.insert(field.id.to_owned(), kept.clone());
            }
        }
        let is_on = posted.get("is_on") == "1";
        let mut all = open.clone();
        all.extend(secret.clone());
        let faults = check(channel, &all);
        if is_on && !faults.is_empty() {
            return refused(look, (Some(channel), &faults, posted));
        }
        let json = |settings: &Settings| serde_json::to_string(settings).unwrap_or_default();
        look.site
            .desk()
            .set_channel(channel.id(), is_on, &json(&open), Some(&json(&secret)))?;
        Ok(go_to(&format!(
            "/admin/channels?done=saved#channel-{}",
            channel.id()
        )))
    })
    .await
}

async fn try_it(
    State(site): State<Site>,
    asked: Asked,
    Path(channel): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, posted, _| {
        only_who_runs_it(look)?;
        let channel = known(&channel)?;
        let (_, settings) = delivery::settings(look.site, channel)?;
        let recipient = posted.get("recipient").trim();
        let desk = look.site.desk();
        let mut faults = check(channel, &settings);
        if channel.is_personal() {
            match recipient.is_empty() {
                true => faults.push(problems::not_an_address("")),
                false => faults.extend(crate::pages::me::check_contact(channel, recipient).err()),
            }
        }
        if !faults.is_empty() {
            return refused(look, (Some(channel), &faults, posted));
        }
        let link = desk.setting(SITE_ADDRESS)?.unwrap_or_default();
        let message = trial(
            delivery::message_lang(look.site)?,
            link,
            look.is_demonstration(),
        );
        let now = look.site.now();
        let done = channel.send(&settings, recipient, &message, now);
        desk.note_trial(
            channel.id(),
            done.as_ref().err().map_or("", String::as_str),
            now,
        )?;
        match done {
            Ok(()) => Ok(go_to(&format!(
                "/admin/channels?done=trial#channel-{}",
                channel.id()
            ))),
            Err(why) => {
                let told = [problems::trial_failed(why)];
                refused(look, (None, &told, posted))
            }
        }
    })
    .await
}

async fn again(
    State(site): State<Site>,
    asked: Asked,
    Path(channel): Path<String>,
    posted: Posted,
) -> Response {
    site.desk_work(asked, posted, move |look, _, _| {
        only_who_runs_it(look)?;
        let channel = known(&channel)?;
        look.site.desk().try_again(channel.id(), look.site.now())?;
        Ok(go_to(&format!(
            "/admin/channels?done=again#channel-{}",
            channel.id()
        )))
    })
    .await
}

fn known(id: &str) -> Result<Channel, Refused> {
    Channel::of(id).ok_or_else(|| Refused::no_such(("渠道", "channel"), id))
}
