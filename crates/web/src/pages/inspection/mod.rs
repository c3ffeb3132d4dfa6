//! Inspection work seen as a whole: sampling plans and how strictly lots are inspected, plans by quota, inspectors
//! beside their colleagues.

mod finder;
mod inspectors;
mod kept;
pub(crate) mod lots;
mod quotas;

use axum::Router;
use sampling::{Severity, Why};

pub(crate) use self::kept::Kept;
use crate::site::Site;
use crate::words::Words;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .merge(finder::routes())
        .merge(lots::routes())
        .merge(quotas::routes())
        .merge(inspectors::routes())
}

/// Who may see inspectors compared: the office, who leads and who audits.
pub(crate) const SEES_INSPECTORS: &[&str] = &["programme_office", "leading_group", "auditor"];

/// How strictly is inspected, in words.
pub(crate) fn severity(words: Words, severity: Severity) -> &'static str {
    match severity {
        Severity::Normal => words.say("正常检验", "normal"),
        Severity::Tightened => words.say("加严检验", "tightened"),
        Severity::Reduced => words.say("放宽检验", "reduced"),
    }
}

/// Why it changed, in words; empty where nothing did.
fn why(words: Words, why: Why) -> &'static str {
    match why {
        Why::Goes => "",
        Why::TwoOfFive => words.say(
            "连续不多于5批中有2批不接收，转加严检验",
            "two of five or fewer consecutive lots were not accepted: tightened from now on",
        ),
        Why::FiveAccepted => words.say(
            "加严检验下连续5批接收，恢复正常检验",
            "five lots in a row were accepted: back to normal",
        ),
        Why::ScoreReached => words.say(
            "转移得分达到30，生产稳定，负责部门同意，转放宽检验",
            "the score reached 30, production is steady, the authority agrees: reduced from now on",
        ),
        Why::WaitsForConsent => words.say(
            "转移得分已达30；记录生产稳定和负责部门同意后可转放宽检验",
            "the score has reached 30; reduced inspection waits for steady production and the authority’s consent",
        ),
        Why::NotAcceptedOnReduced => words.say(
            "放宽检验下有1批不接收，恢复正常检验",
            "a lot was not accepted on reduced inspection: back to normal",
        ),
        Why::EndedByDecision => words.say(
            "按决定恢复正常检验",
            "back to normal by decision",
        ),
        Why::FiveNotAccepted => words.say(
            "加严检验下累计5批不接收，暂停检验",
            "five lots were not accepted on tightened inspection: it is discontinued",
        ),
        Why::Resumed => words.say(
            "供方已改进，恢复加严检验",
            "the maker has put things right: resumed, tightened",
        ),
        Why::PresentedAgain => words.say(
            "再次提交的批，不影响转移",
            "presented again: changes no severity",
        ),
    }
}

/// A share in percent, with so many places.
fn percent(share: f64, places: usize) -> String {
    format!("{:.places$}%", share * 100.0)
}

/// A quality in percent or per 100 items, with as many places as it needs to be told from nothing.
fn quality(value: f64, is_per_hundred: bool) -> String {
    let hundredfold = value * 100.0;
    let places = match hundredfold {
        found if found >= 10.0 => 1,
        found if found >= 1.0 => 2,
        _ => 3,
    };
    match is_per_hundred {
        true => format!("{hundredfold:.places$}"),
        false => format!("{hundredfold:.places$}%"),
    }
}

/// A chance as it is read: never as nothing.
fn chance(words: Words, chance: f64) -> String {
    if chance < 0.000_1 {
        return words.say("不到万分之一", "less than 0.0001").to_owned();
    }
    format!("{chance:.4}")
}
