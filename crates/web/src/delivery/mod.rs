//! Delivery: people hear of reminders and assignments where they are, and time passes.
//!
//! What is to be sent follows from the ledger: a follower reads the entries since it read last and queues messages on the
//! desk, each once; a sender takes the queue and tries again until the other side takes it. A message says how much
//! waits, until when and where to look, never an enterprise, a person or a figure.

mod mail;
mod robots;
mod sms;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base::{Day, Moment, Position, Problem, RoleId};
use casework::open_actions;
use office::Office;
use office::advance::CLOCK_ROLE;
use office::entry::{CaseOpenFacts, Kind, RemindFacts};
use serde::{Deserialize, Serialize};

use crate::look::in_office;
use crate::site::Site;

pub(crate) use words::{Message, trial};

/// How often the clock and the queue are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Most messages of one round.
const ROUND: u32 = 50;
/// Most entries that one round of the follower reads.
const ENTRIES_MAX: u64 = 5_000;
/// Under which name the desk keeps up to which position was read.
const READ_UP_TO: &str = "delivery.read";
/// Under which name the desk keeps what time did last.
const CLOCK: &str = "clock";

/// The address at which people reach the site, for links in messages.
pub(crate) const SITE_ADDRESS: &str = "site_address";
/// The language of messages.
pub(crate) const MESSAGE_LANG: &str = "message_lang";

/// A way by which people hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// A WeCom group robot.
    WeCom,
    /// A DingTalk group robot.
    DingTalk,
    /// An SMS gateway.
    Sms,
    /// Mail.
    Mail,
}

pub(crate) const CHANNELS: &[Channel] = &[
    Channel::WeCom,
    Channel::DingTalk,
    Channel::Sms,
    Channel::Mail,
];

/// A field of a channel's settings.
pub(crate) struct Field {
    pub id: &'static str,
    pub label: (&'static str, &'static str),
    pub note: (&'static str, &'static str),
    /// It is written and never shown again.
    pub is_secret: bool,
    pub is_required: bool,
    /// Only these; empty: anything.
    pub choices: &'static [&'static str],
    pub default: &'static str,
}

/// A channel's settings, what is secret among them.
pub(crate) type Settings = BTreeMap<String, String>;

impl Channel {
    /// Its name on the desk and in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Channel::WeCom => "wecom",
            Channel::DingTalk => "dingtalk",
            Channel::Sms => "sms",
            Channel::Mail => "mail",
        }
    }

    /// The channel of that name.
    pub fn of(id: &str) -> Option<Channel> {
        CHANNELS.iter().copied().find(|channel| channel.id() == id)
    }

    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Channel::WeCom => ("企业微信群机器人", "WeCom group robot"),
            Channel::DingTalk => ("钉钉群机器人", "DingTalk group robot"),
            Channel::Sms => ("短信网关", "SMS gateway"),
            Channel::Mail => ("邮件", "Mail"),
        }
    }

    /// Whether it reaches persons, each at an address; else a group.
    pub fn is_personal(self) -> bool {
        matches!(self, Channel::Sms | Channel::Mail)
    }

    /// What is to be filled in.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Channel::WeCom => robots::WECOM_FIELDS,
            Channel::DingTalk => robots::DINGTALK_FIELDS,
            Channel::Sms => sms::FIELDS,
            Channel::Mail => mail::FIELDS,
        }
    }

    /// Sends a message and waits for the answer.
    ///
    /// # Errors
    /// The other side is not there or does not take it: why, without anything secret.
    pub fn send(
        self,
        settings: &Settings,
        recipient: &str,
        message: &Message,
        now: Moment,
    ) -> Result<(), String> {
        let text = |id: &str| settings.get(id).map_or("", String::as_str);
        match self {
            Channel::WeCom => robots::wecom(text("address"), &message.one_text()),
            Channel::DingTalk => {
                robots::dingtalk(text("address"), text("key"), &message.one_text(), now)
            }
            Channel::Sms => sms::send(settings, recipient, &message.one_text()),
            Channel::Mail => mail::send(settings, recipient, message),
        }
    }
}

/// The settings of a channel as they are kept, and whether it is on.
pub(crate) fn settings(site: &Site, channel: Channel) -> Result<(bool, Settings), Problem> {
    let kept = site.desk().channel(channel.id())?;
    let mut settings: Settings = serde_json::from_str(&kept.settings).unwrap_or_default();
    let secret: Settings = kept
        .secret
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    settings.extend(secret);
    Ok((kept.is_on, settings))
}

/// What time did last, for the page that tells.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tick {
    /// Day up to which it advanced (ISO).
    pub day: String,
    /// When, in microseconds.
    pub at: i64,
    pub reminded: usize,
    pub assigned: usize,
    /// What went wrong or could not be counted, in both languages.
    pub told: Vec<(String, String)>,
}

/// What time did last; `None` where it never passed here.
pub(crate) fn last_tick(site: &Site) -> Result<Option<Tick>, Problem> {
    let kept = site.desk().delivery_note(CLOCK)?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Lets time pass and sends what is to be sent, as long as the site is there.
pub(crate) fn watch(site: &Site) {
    let site = site.clone();
    tokio::spawn(async move {
        let mut advanced: Option<Day> = None;
        let mut visited = base::Position(0);
        loop {
            let (was, seen) = (advanced, visited);
            let done = site.blocking(move |site| {
                let advanced = tick(site, was);
                let visited = follow_visits(site, seen);
                // What fails here is tried again in the next round; what was tried of a message is kept with it.
                let _ = crate::readings::tick(site);
                let _ = queue_new(site);
                let _ = send_due(site, site.now());
                (advanced, visited)
            });
            if let Ok(done) = done.await {
                (advanced, visited) = done;
            }
            tokio::time::sleep(EVERY).await;
            if site.shared.news.borrow().is_closing {
                return;
            }
        }
    });
}

/// Opens the cases that records ask for, and opens and ends what is due by the rules of rhythm, where anything was entered
/// since a position. Gives the position that was looked at.
fn follow_visits(site: &Site, seen: base::Position) -> base::Position {
    let Ok(now) = site.office().read(Office::position) else {
        return seen;
    };
    let Ok(Ok(today)) = site.office().read(Office::today) else {
        return seen;
    };
    if now <= seen {
        return seen;
    }
    let office = site.office();
    // Each is an append of its own: what one cannot do keeps nothing from the other.
    let follow = |work: fn(&mut Office, Day) -> Result<usize, Problem>| {
        office.command(office::actor::FIRST, None, |office| work(office, today))
    };
    let opened = follow(Office::open_from_records);
    let visits = follow(Office::advance_visits);
    let done = match (opened, visits) {
        (Ok(opened), Ok(visits)) => Ok(opened + visits),
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    match (done, site.office().read(Office::position)) {
        (Ok(written), Ok(position)) => {
            if written > 0 {
                site.tell(position);
            }
            position
        }
        // Tried again in the next round.
        _ => seen,
    }
}

/// Lets time do its work once for each civil day and at every start. Gives the day that is done.
fn tick(site: &Site, was: Option<Day>) -> Option<Day> {
    let today = site.office().read(Office::today).ok()?.ok()?;
    if was == Some(today) {
        return was;
    }
    let done = site
        .office()
        .command(office::actor::FIRST, None, |office| office.advance(today));
    let mut tick = Tick {
        day: today.to_string(),
        at: site.now().as_micros(),
        ..Tick::default()
    };
    let told = |problem: &Problem| (problem.what.zh.clone(), problem.what.en.clone());
    let is_done = match done {
        Ok(done) => {
            tick.reminded = done.reminded;
            tick.assigned = done.assigned;
            tick.told = done.unknown.iter().map(told).collect();
            if let Ok(position) = site.office().read(Office::position) {
                site.tell(position);
            }
            true
        }
        Err(problem) => {
            tick.told.push(told(&problem));
            false
        }
    };
    if let Ok(text) = serde_json::to_string(&tick) {
        let _ = site.desk().set_delivery_note(CLOCK, &text);
    }
    is_done.then_some(today).or(was)
}

/// What waits for somebody of what the entries told.
#[derive(Default)]
struct Heard {
    reminded: BTreeSet<u64>,
    assigned: BTreeSet<u64>,
    /// The earliest day that is due.
    due: Option<Day>,
}

/// Queues what the entries since the last time tell people.
///
/// # Errors
/// The ledger or the desk cannot be read.
pub(crate) fn queue_new(site: &Site) -> Result<(), Problem> {
    let desk = site.desk();
    let head = site.office().read(Office::position)?;
    let kept = desk.delivery_note(READ_UP_TO)?;
    let Some(from) = kept.and_then(|text| text.parse::<u64>().ok()) else {
        // What was before the site could send is not sent any more.
        return desk.set_delivery_note(READ_UP_TO, &head.0.to_string());
    };
    if from >= head.0 {
        return Ok(());
    }
    let to = head.0.min(from + ENTRIES_MAX);
    let on: Vec<Channel> = CHANNELS
        .iter()
        .copied()
        .filter(|channel| desk.channel(channel.id()).is_ok_and(|kept| kept.is_on))
        .collect();
    if !on.is_empty() {
        site.office()
            .read(|office| queue_of(site, office, from, to, &on))??;
    }
    desk.set_delivery_note(READ_UP_TO, &to.to_string())
}

fn queue_of(
    site: &Site,
    office: &Office,
    from: u64,
    to: u64,
    on: &[Channel],
) -> Result<(), Problem> {
    let mut all = Heard::default();
    let actors = office.actors()?;
    let mut clock = actors.iter().filter(|(_, row)| row.role == CLOCK_ROLE);
    let clock = clock.next().map(|(number, _)| *number);
    for entry in office.ledger().entries(Position(from + 1)..=Position(to))? {
        let entry = entry?;
        match Kind::from_number(entry.kind) {
            Some(Kind::Remind) => {
                let Ok(facts) = serde_json::from_slice::<RemindFacts>(&entry.facts) else {
                    continue;
                };
                for due in facts.cases {
                    all.reminded.insert(due.case);
                    all.hear(Day::parse(&due.due).ok());
                }
            }
            // What a rule opened nobody has seen; whoever files a case knows of it.
            Some(Kind::CaseFiled | Kind::CaseOfRecord) if clock == Some(entry.actor) => {
                all.assigned.insert(entry.position.0);
            }
            Some(Kind::Assign) => {
                let Ok(facts) = serde_json::from_slice::<CaseOpenFacts>(&entry.facts) else {
                    continue;
                };
                all.assigned.insert(entry.position.0);
                let due = facts.fields.get("due").and_then(|due| due.as_str());
                all.hear(due.and_then(|due| Day::parse(due).ok()));
            }
            _ => {}
        }
    }
    if all.reminded.is_empty() && all.assigned.is_empty() {
        return Ok(());
    }
    let now = site.now();
    let lang = message_lang(site)?;
    let link = site.desk().setting(SITE_ADDRESS)?.unwrap_or_default();
    let is_demonstration = office.nature() == ledger::Nature::Demonstration;
    let message = |heard: &Heard| Message {
        lang,
        reminded: heard.reminded.len(),
        assigned: heard.assigned.len(),
        due: heard.due,
        link: link.clone(),
        is_demonstration,
        is_trial: false,
    };
    let queue = |channel: Channel, recipient: &str, heard: &Heard| -> Result<(), Problem> {
        // Where this round began does not change until it is noted as read.
        let once = format!("{}:{recipient}:{from}", channel.id());
        let body = serde_json::to_string(&message(heard)).unwrap_or_default();
        site.desk()
            .queue(&once, channel.id(), recipient, &body, now)
            .map(drop)
    };
    for channel in on.iter().filter(|channel| !channel.is_personal()) {
        queue(*channel, "", &all)?;
    }
    let personal: Vec<Channel> = on
        .iter()
        .copied()
        .filter(|channel| channel.is_personal())
        .collect();
    if personal.is_empty() {
        return Ok(());
    }
    let cases: Vec<office::case::Case> = all
        .reminded
        .union(&all.assigned)
        .filter_map(|number| office.case(*number).ok())
        .collect();
    let (programme, today) = (office.programme()?, office.today()?);
    for account in site.desk().accounts()? {
        let (actor, row) = in_office(office, account.actor)?;
        let Some(row) = row.filter(|row| !account.is_closed && row.closed.is_none()) else {
            continue;
        };
        let mut heard = Heard::default();
        let roles = [RoleId::new(&row.role)];
        for case in &cases {
            let relation = office::case::relation(&programme, &case.about, row.unit.as_deref());
            let calendar = &programme.calendar;
            let open = open_actions(&case.flow, &case.state, &roles, relation, today, calendar);
            let is_offices = office::work::watches(&programme, &row.role)
                && site.worklist(office)?.is_unattended(case);
            if open.is_empty() && !is_offices {
                continue;
            }
            if all.assigned.contains(&case.number) {
                heard.assigned.insert(case.number);
            } else {
                heard.reminded.insert(case.number);
            }
            let found = office::work::task(&programme, case, Vec::new(), today);
            heard.hear(found.due.map(|due| due.due_on));
        }
        if heard.reminded.is_empty() && heard.assigned.is_empty() {
            continue;
        }
        for channel in &personal {
            if let Some(address) = site.desk().contact(actor, channel.id())? {
                queue(*channel, &address, &heard)?;
            }
        }
    }
    Ok(())
}

impl Heard {
    fn hear(&mut self, due: Option<Day>) {
        self.due = match (self.due, due) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// The language of messages.
pub(crate) fn message_lang(site: &Site) -> Result<base::Lang, Problem> {
    let kept = site.desk().setting(MESSAGE_LANG)?;
    Ok(kept
        .and_then(|text| base::Lang::parse(&text))
        .unwrap_or_default())
}

/// Sends what is due, a message after the other. A channel that fails is left alone for the rest of the round.
///
/// # Errors
/// The desk cannot be read.
pub(crate) fn send_due(site: &Site, now: Moment) -> Result<(), Problem> {
    let mut down: Vec<Channel> = Vec::new();
    for found in site.desk().due_messages(now, ROUND)? {
        let Some(channel) = Channel::of(&found.channel) else {
            site.desk()
                .message_failed(found.id, "no such channel", now)?;
            continue;
        };
        let (is_on, settings) = settings(site, channel)?;
        // What waits for a channel that is off waits on.
        if !is_on || down.contains(&channel) {
            continue;
        }
        let sent = match serde_json::from_str::<Message>(&found.body) {
            Ok(message) => channel.send(&settings, &found.recipient, &message, now),
            Err(_) => Err("the message cannot be read".to_owned()),
        };
        match sent {
            Ok(()) => site.desk().message_sent(found.id, now)?,
            Err(why) => {
                site.desk().message_failed(found.id, &why, now)?;
                down.push(channel);
            }
        }
    }
    Ok(())
}

/// Whether a text is a mail address.
pub(crate) fn is_mail_address(text: &str) -> bool {
    text.len() <= 200 && text.parse::<lettre::Address>().is_ok()
}

/// Posts a body and reads the answer, both short.
///
/// # Errors
/// Nobody is there, or the answer is no success; nothing of the address is told, since it may be secret.
fn post(address: &str, kind: &str, headers: &[(&str, &str)], body: &str) -> Result<String, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.post(address).header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body).map_err(|error| match error {
        ureq::Error::BadUri(_) => "the address cannot be used".to_owned(),
        other => other.to_string(),
    })?;
    let status = answer.status();
    let text = answer
        .body_mut()
        .with_config()
        .limit(64 * 1024)
        .read_to_string()
        .unwrap_or_default();
    if status.is_success() {
        Ok(text)
    } else {
        Err(format!("HTTP {}", status.as_u16()))
    }
}

#[cfg(test)]
mod tests;
