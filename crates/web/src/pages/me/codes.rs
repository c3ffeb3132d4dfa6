//! One-time codes: on with a picture that a telephone reads, off with a code.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use base::Problem;
use desk::one_time;
use qrcodegen::{QrCode, QrCodeEcc};

use super::{back_or_told, say};
use crate::answer::{Page, Refused, go_to};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::look::{Look, Visitor};
use crate::pages::sign_in::check_lockout;
use crate::posted::Posted;
use crate::problems;
use crate::site::Site;

/// Light modules around the picture, as the standard asks.
const QUIET: i32 = 4;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/me/codes", get(page).post(turn_on))
        .route("/me/codes/off", post(turn_off))
}

#[derive(Template)]
#[template(path = "pages/me/codes.html")]
struct Codes {
    frame: Frame,
    secret: String,
    /// The secret in groups of four, to be typed.
    shown: String,
    side: i32,
    path: String,
    problems: Vec<Problem>,
}

async fn page(State(site): State<Site>, asked: Asked) -> Response {
    site.page(Asked { has: None, ..asked }, |look| {
        show(look, one_time::new_secret()?, Vec::new())
    })
    .await
}

fn show(look: &Look<'_>, secret: String, problems: Vec<Problem>) -> Result<Page, Refused> {
    let who = look.visitor()?;
    let issuer = look.text(&look.programme.name);
    let address = one_time::address(&secret, &who.login, issuer);
    let (side, path) = picture(&address);
    let signs: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|four| four.iter().collect()).collect();
    Page::of(&Codes {
        frame: look.frame(say(look.lang(), "启用动态码", "Turn one-time codes on")),
        shown: groups.join(" "),
        secret,
        side,
        path,
        problems,
    })
}

/// A QR code as the path of an SVG picture, and the side of the picture in modules; nothing where the text is too
/// long for one.
fn picture(text: &str) -> (i32, String) {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else {
        return (0, String::new());
    };
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
            }
        }
    }
    (code.size() + 2 * QUIET, path)
}

async fn turn_on(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        let secret = posted.get("secret");
        match on(look.site, who, secret, posted.get("code")) {
            Ok(()) => Ok(go_to("/me#codes")),
            Err(problem) => {
                let status = crate::answer::status_of(std::slice::from_ref(&problem));
                let page = show(look, secret.to_owned(), vec![problem])?;
                Ok(page.with_status(status).answer(None))
            }
        }
    })
    .await
}

fn on(site: &Site, who: &Visitor, secret: &str, code: &str) -> Result<(), Problem> {
    let (desk, now) = (site.desk(), site.now());
    let step = one_time::step_of(secret, code, now).ok_or_else(problems::wrong_code)?;
    desk.set_one_time_secret(&who.login, Some(secret))?;
    // The code that proved it opens no session afterwards.
    desk.use_one_time_step(&who.login, step).map(drop)
}

async fn turn_off(State(site): State<Site>, asked: Asked, posted: Posted) -> Response {
    site.desk_work(asked, posted, |look, posted, who| {
        let done = off(look.site, who, posted.get("code"));
        back_or_told(look, done)
    })
    .await
}

fn off(site: &Site, who: &Visitor, code: &str) -> Result<(), Problem> {
    let (desk, now) = (site.desk(), site.now());
    let by_code = format!("code {}", who.login.to_lowercase());
    check_lockout(site, &[&by_code])?;
    if !desk.take_one_time_code(&who.login, code, now)? {
        desk.note_failure(&by_code, now)?;
        return Err(problems::wrong_code());
    }
    desk.forget_failures(&by_code)?;
    desk.set_one_time_secret(&who.login, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_the_three_finders_and_a_quiet_border() {
        let (side, path) = picture("otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        // A code has 17 + 4 × version modules a side.
        assert_eq!((side - 2 * QUIET - 17) % 4, 0);
        let last = side - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(path.contains(&format!("M{x} {y}h1v1h-1z")), "{x} {y}");
        }
        assert!(!path.contains("M3 ") && !path.contains(" 3h"));
    }
}
