//! Webhooks: receivers are told of the ledger's changes, in order, at least once.
//!
//! A subscription is a position (`desk::webhooks`): whatever comes after it is read from the ledger, sent, and
//! the position moved when the receiver said yes. So a restart, a receiver that is down for a day or a crash in
//! between lose nothing; what was sent and not noted is sent again under the same id. `event.rs` says what is
//! sent; this file sends it.

pub(crate) mod event;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::{Position, Problem};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use desk::webhooks::{Standing, Webhook};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::Url;

use self::event::{Event, KINDS};
use crate::outgoing::{Reach, TIMEOUT, agent, may_reach};
use crate::problems;
use crate::site::Site;

/// Entries that are read together.
const ENTRIES_AT_ONCE: u64 = 500;
/// How often it is looked whether somebody is due.
const EVERY: Duration = Duration::from_secs(1);
/// Bytes of a subscription's secret.
const SECRET_BYTES: usize = 32;
/// The setting that permits receivers in this machine's own networks.
const REACH: &str = "webhooks_private";

/// Subscriptions that are being told now.
#[derive(Default)]
pub(crate) struct Busy(Mutex<HashSet<u64>>);

/// A new subscription as it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewHook {
    pub name: String,
    pub address: String,
    pub kinds: Vec<String>,
    /// After which position; `None`: after the present one.
    pub after: Option<u64>,
    /// The id of the command.
    pub once: Option<[u8; 16]>,
}

/// Where receivers may be.
pub(crate) fn reach(site: &Site) -> Result<Reach, Problem> {
    Ok(match site.desk().setting(REACH)?.as_deref() {
        Some("1") => Reach::Anywhere,
        _ => Reach::Public,
    })
}

/// Permits receivers in this machine's own networks, or no more.
pub(crate) fn set_reach(site: &Site, is_anywhere: bool) -> Result<(), Problem> {
    site.desk().set_setting(REACH, is_anywhere.then_some("1"))
}

/// Checks an address; gives it as it is kept.
fn checked(address: &str, reach: Reach) -> Result<String, Problem> {
    let refused = || problems::bad_hook(address);
    let url = Url::parse(address).map_err(|_| refused())?;
    let is_scheme = match reach {
        Reach::Public => url.scheme() == "https",
        Reach::Anywhere => matches!(url.scheme(), "https" | "http"),
    };
    let has_no_password = url.username().is_empty() && url.password().is_none();
    if is_scheme && url.has_host() && has_no_password && may_reach(&url, reach) {
        Ok(url.to_string())
    } else {
        Err(refused())
    }
}

/// Makes a subscription; gives its number and its secret, which is shown once. `head` is the present position.
pub(crate) fn make(site: &Site, new: &NewHook, head: u64) -> Result<(u64, String), Problem> {
    let name = new.name.trim();
    let is_kind = |kind: &String| KINDS.iter().any(|known| known.id == kind);
    let is_name = !name.is_empty() && name.chars().count() <= 80;
    if !is_name || !new.kinds.iter().all(is_kind) {
        return Err(problems::hook_incomplete());
    }
    let address = checked(new.address.trim(), reach(site)?)?;
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| problems::broke_off())?;
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(bytes));
    let cursor = new.after.unwrap_or(head).min(head);
    let (desk, now) = (site.desk(), site.now());
    let id = desk.make_webhook(
        &desk::webhooks::NewWebhook {
            name,
            address: &address,
            kinds: &new.kinds,
            secret: &secret,
            cursor,
            once: new.once,
        },
        now,
    )?;
    Ok((id, secret))
}

/// The header by which a receiver knows that it was us (Standard Webhooks).
fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let key = BASE64_STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .unwrap_or_default();
    // A key of any length is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Sends an event; gives the status that said yes, or why there was none.
fn send(site: &Site, hook: &Webhook, event: &Event, reach: Reach) -> Result<String, String> {
    if checked(&hook.address, reach).is_err() {
        return Err("address not permitted".to_owned());
    }
    let body = event.body.to_string();
    let timestamp = site.now().as_micros() / 1_000_000;
    let id = format!("{}-{}", hook.id, event.position);
    let sent = agent(reach, TIMEOUT)
        .post(&hook.address)
        .header(
            "content-type",
            "application/cloudevents+json; charset=utf-8",
        )
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp.to_string())
        .header(
            "webhook-signature",
            signature(&hook.secret, &id, timestamp, &body),
        )
        .send(&body);
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(answer.status().as_u16().to_string()),
        Ok(answer) => Err(format!("HTTP {}", answer.status().as_u16())),
        Err(error) => Err(error.to_string().chars().take(200).collect()),
    }
}

/// The next events of a subscription, and up to which position they reach.
fn next(site: &Site, hook: &Webhook) -> Result<(Vec<Event>, u64), Problem> {
    site.office().read(|office| {
        let head = office.position().0;
        let last = head.min(hook.cursor.saturating_add(ENTRIES_AT_ONCE));
        let mut events = Vec::new();
        if hook.cursor < last {
            for entry in office
                .ledger()
                .entries(Position(hook.cursor + 1)..=Position(last))?
            {
                let found = event::of_entry(office, &entry?);
                let is_wanted = |event: &Event| {
                    hook.kinds.is_empty() || hook.kinds.iter().any(|kind| kind == event.kind)
                };
                events.extend(found.filter(is_wanted));
            }
        }
        Ok((events, last.max(hook.cursor)))
    })?
}

/// Tells one receiver everything that it was not told yet, until it says no.
fn tell(site: &Site, id: u64) -> Result<(), Problem> {
    let desk = site.desk();
    loop {
        let Some(hook) = desk.webhook(id)? else {
            return Ok(());
        };
        let is_due = hook.standing == Standing::On && hook.next_try <= site.now();
        if !is_due || site.shared.news.borrow().is_closing {
            return Ok(());
        }
        let (events, last) = next(site, &hook)?;
        if last == hook.cursor {
            return Ok(());
        }
        let reach = reach(site)?;
        for event in &events {
            // Somebody may have stopped it meanwhile.
            let is_on = desk
                .webhook(id)?
                .is_some_and(|now| now.standing == Standing::On);
            if !is_on || site.shared.news.borrow().is_closing {
                return Ok(());
            }
            match send(site, &hook, event, reach) {
                Ok(answer) => desk.told_webhook(id, event.position, Some(&answer), site.now())?,
                Err(why) => return desk.missed_webhook(id, &why, site.now()),
            }
        }
        desk.told_webhook(id, last, None, site.now())?;
    }
}

/// Subscriptions that are due, each taken for whoever asked.
fn take_due(site: &Site) -> Result<Vec<u64>, Problem> {
    let head = site.office().read(|office| office.position().0)?;
    let now = site.now();
    let due =
        site.desk().webhooks()?.into_iter().filter(|hook| {
            hook.standing == Standing::On && hook.next_try <= now && hook.cursor < head
        });
    let mut busy = busy(site);
    Ok(due
        .map(|hook| hook.id)
        .filter(|id| busy.insert(*id))
        .collect())
}

fn busy(site: &Site) -> std::sync::MutexGuard<'_, HashSet<u64>> {
    let busy = &site.shared.hooks.0;
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tell_and_leave(site: &Site, id: u64) {
    // Where the desk or the ledger refuses, the page shows what came last, and it is tried again.
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tell(site, id)));
    busy(site).remove(&id);
}

/// Tells every receiver that is due, one after the other.
///
/// # Errors
/// The ledger or the desk cannot be read.
pub fn tell_receivers(site: &Site) -> Result<(), Problem> {
    for id in take_due(site)? {
        tell_and_leave(site, id);
    }
    Ok(())
}

/// Tells receivers as long as the site is there, each on a thread of its own: a slow one keeps no other waiting.
pub(crate) fn watch(site: &Site) {
    let site = site.clone();
    let run = move || {
        while !site.shared.news.borrow().is_closing {
            for id in take_due(&site).unwrap_or_default() {
                let teller = site.clone();
                let begun = std::thread::Builder::new()
                    .name(format!("webhook {id}"))
                    .spawn(move || tell_and_leave(&teller, id));
                if begun.is_err() {
                    busy(&site).remove(&id);
                }
            }
            std::thread::sleep(EVERY);
        }
    };
    // Without it the site still answers; what is not told now is told at the next start.
    let _ = std::thread::Builder::new()
        .name("webhooks".to_owned())
        .spawn(run);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        // The example of the specification (standardwebhooks.com, its libraries' own test).
        let made = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_receiver_is_outside_unless_it_is_permitted() {
        for (address, reach, is_good) in [
            ("https://1.1.1.1/hook", Reach::Public, true),
            ("http://1.1.1.1/hook", Reach::Public, false),
            ("https://127.0.0.1/hook", Reach::Public, false),
            ("http://127.0.0.1:9/hook", Reach::Anywhere, true),
            ("https://a:b@1.1.1.1/", Reach::Public, false),
            ("file:///etc/passwd", Reach::Anywhere, false),
            ("no address", Reach::Anywhere, false),
        ] {
            assert_eq!(checked(address, reach).is_ok(), is_good, "{address}");
        }
    }
}
