//! Where messages reach a person: an address for each personal channel that is in use; empty: not by it.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use base::Problem;

use super::back_or_told;
use crate::asked::Asked;
use crate::delivery::{CHANNELS, Channel};
use crate::look::{Look, Visitor};
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;
use crate::words::Words;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/me/contacts", post(save))
}

/// A channel with the address at which a person hears by it.
pub(super) struct ContactLine {
    pub id: &'static str,
    pub name: &'static str,
    pub address: String,
    /// For the browser: `email` or `tel`.
    pub kind: &'static str,
}

/// The personal channels that are in use.
fn channels(site: &Site) -> Result<Vec<Channel>, Problem> {
    let mut found = Vec::new();
    for channel in CHANNELS.iter().filter(|channel| channel.is_personal()) {
        if site.desk().channel(channel.id())?.is_on {
            found.push(*channel);
        }
    }
    Ok(found)
}

pub(super) fn lines(look: &Look<'_>, actor: u64) -> Result<Vec<ContactLine>, Problem> {
    let words = Words { lang: look.lang() };
    let mut lines = Vec::new();
    for channel in channels(look.site)? {
        let (name, kind) = match channel {
            Channel::Mail => (("邮箱", "Mail address"), "email"),
            _ => (("手机号（短信）", "Telephone number for SMS"), "tel"),
        };
        let address = look.site.desk().contact(actor, channel.id())?;
        lines.push(ContactLine {
            id: channel.id(),
            name: words.say(name.0, name.1),
            address: address.unwrap_or_default(),
            kind,
        });
    }
    Ok(lines)
}

async fn save(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        back_or_told(look, save_all(look.site, who, posted))
    })
    .await
}

fn save_all(site: &Site, who: &Visitor, posted: &Posted) -> Result<(), Problem> {
    let channels = channels(site)?;
    for channel in &channels {
        check(*channel, posted.get(channel.id()).trim())?;
    }
    for channel in channels {
        let address = posted.get(channel.id()).trim();
        let address = (!address.is_empty()).then_some(address);
        site.desk().set_contact(who.own, channel.id(), address)?;
    }
    Ok(())
}

/// Whether an address can be one of the channel; an empty one is none.
pub(crate) fn check(channel: Channel, address: &str) -> Result<(), Problem> {
    let is_sound = match channel {
        Channel::Mail => crate::delivery::is_mail_address(address),
        _ => {
            let digits = address.strip_prefix('+').unwrap_or(address);
            (5..=20).contains(&digits.len()) && digits.bytes().all(|sign| sign.is_ascii_digit())
        }
    };
    if address.is_empty() || is_sound {
        Ok(())
    } else {
        Err(problems::not_an_address(address))
    }
}
