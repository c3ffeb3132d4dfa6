//! Answers: a page, a redirect, or a refusal told as a page.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Lang, Problem};

use crate::asked::Asked;
use crate::frame::Frame;
use crate::problems;
use crate::site::Site;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was asked is refused; what to tell.
    Told(StatusCode, Vec<Problem>),
    /// Nobody is signed in.
    SignIn,
    /// The password must be changed first.
    ChangePassword,
}

impl Refused {
    /// Something that the address names is not there.
    pub fn missing(problem: Problem) -> Refused {
        Refused::Told(StatusCode::NOT_FOUND, vec![problem])
    }

    /// There is no such thing of that kind.
    pub fn no_such(kind: (&'static str, &'static str), id: impl std::fmt::Display) -> Refused {
        Refused::missing(problems::no_such_thing(kind.0, kind.1, id))
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::from(vec![problem])
    }
}

impl From<Vec<Problem>> for Refused {
    fn from(problems: Vec<Problem>) -> Refused {
        Refused::Told(status_of(&problems), problems)
    }
}

/// Codes by which `office` refuses what somebody may not do.
const NOT_ALLOWED: &[&str] = &[
    "O281", "O282", "O601", "O602", "O603", "O604", "O607", "W305", "W310", "W313", "W320", "W820",
    "W930", "O950",
];

/// The status that says to a program what the page says in words.
pub(crate) fn status_of(problems: &[Problem]) -> StatusCode {
    match problems.first().map(|problem| problem.code) {
        Some(code) if NOT_ALLOWED.contains(&code) => StatusCode::FORBIDDEN,
        Some("W102") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("W203") => StatusCode::FORBIDDEN,
        Some("W302") => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A page that was made.
pub(crate) struct Page {
    status: StatusCode,
    body: String,
}

impl Page {
    /// Renders a template.
    pub fn of(template: &impl Template) -> Result<Page, Refused> {
        match template.render() {
            Ok(body) => Ok(Page {
                status: StatusCode::OK,
                body,
            }),
            Err(_) => Err(Refused::from(problems::broke_off())),
        }
    }

    /// The same page with another status: a form that came back.
    pub fn with_status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    /// The answer, with the tag of what it was made from.
    pub fn answer(self, tag: Option<&str>) -> Response {
        let mut response = (
            self.status,
            [(CONTENT_TYPE, "text/html; charset=utf-8")],
            self.body,
        )
            .into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            headers.insert(ETAG, tag);
        }
        response
    }
}

/// Goes on at another address with GET.
pub(crate) fn go_to(address: &str) -> Response {
    // Only addresses of this site: never what a form brought from elsewhere.
    let here = if address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
    {
        address
    } else {
        "/"
    };
    // An address has letters, digits and signs of ASCII; whatever else was typed into it is coded.
    let mut coded = String::with_capacity(here.len());
    for byte in here.bytes() {
        if byte.is_ascii_graphic() {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    match HeaderValue::from_str(&coded) {
        Ok(value) => (StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response(),
        Err(_) => (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response(),
    }
}

/// Adds a cookie that scripts cannot read.
pub(crate) fn set_cookie(
    response: &mut Response,
    site: &Site,
    name: &str,
    value: &str,
    age_s: i64,
) {
    let secure = if site.shared.options.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

#[derive(Template)]
#[template(path = "ui/refused.html")]
struct RefusedPage {
    frame: Frame,
    problems: Vec<Problem>,
}

/// A refusal as a page.
pub(crate) fn refuse(frame: Frame, status: StatusCode, problems: Vec<Problem>) -> Response {
    match Page::of(&RefusedPage { frame, problems }) {
        Ok(page) => page.with_status(status).answer(None),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What an address answers that no page has.
pub(crate) async fn no_such_page(State(site): State<Site>, asked: Asked) -> Response {
    site.page_open(asked, |_| Err(Refused::missing(problems::no_such_page())))
        .await
}

/// A plain answer where not even a frame can be made.
pub(crate) fn bare(lang: Lang, problem: &Problem) -> Response {
    (status_of(std::slice::from_ref(problem)), problem.line(lang)).into_response()
}
