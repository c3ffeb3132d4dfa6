//! What was typed and would be lost: a refused form comes back with its fields filled in, but where that form is
//! no longer on the page (somebody else was faster, a step is locked), what was written is shown to be copied.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use base::Lang;

use crate::posted::Posted;

/// Fields that nobody typed.
const NOT_TYPED: &[&str] = &[
    "csrf", "once", "back", "action", "case", "then", "next", "seen",
];
/// Words in the names of fields whose text is never shown again.
const SECRET: &[&str] = &["password", "secret", "code", "token"];
/// Longest text that is shown, in bytes.
const TEXT_MAX: usize = 100_000;
/// Longest page that is looked through, in bytes.
const PAGE_BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Template)]
#[template(path = "ui/kept.html")]
struct Kept<'a> {
    is_zh: bool,
    texts: Vec<&'a str>,
}

/// The answer to a form; where it was refused, with all that was typed.
pub(crate) async fn keep(response: Response, lang: Lang, posted: &Posted) -> Response {
    if response.status() != StatusCode::UNPROCESSABLE_ENTITY {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let page = match to_bytes(body, PAGE_BYTES_MAX).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    };
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(keep_typed(page, lang, posted)))
}

/// Adds to a page with problems what was typed and is in none of its fields.
fn keep_typed(html: String, lang: Lang, posted: &Posted) -> String {
    let mut texts: Vec<&str> = posted
        .with_prefix("")
        .filter(|(name, text)| {
            !NOT_TYPED.contains(name)
                && !SECRET.iter().any(|word| name.contains(word))
                && !text.trim().is_empty()
                && text.len() <= TEXT_MAX
        })
        .filter(|(name, text)| !is_hidden(&html, name, text.trim()))
        .map(|(_, text)| text.trim())
        .filter(|text| !is_in_a_field(&html, text))
        .collect();
    texts.dedup();
    let problems = html.find("id=\"problems\"").unwrap_or(html.len());
    let end = html.get(problems..).and_then(|rest| rest.find("</ul>"));
    let (Some(end), false) = (end, texts.is_empty()) else {
        return html;
    };
    let is_zh = lang == Lang::Zh;
    let Ok(kept) = (Kept { is_zh, texts }).render() else {
        return html;
    };
    let (before, after) = html.split_at(problems + end + "</ul>".len());
    [before, &kept, after].concat()
}

/// Whether a text stands in a field of the page.
fn is_in_a_field(html: &str, text: &str) -> bool {
    let escaped = escaped(text);
    let value = format!("value=\"{escaped}\"");
    let is_field = |at: usize| {
        let tag = html.get(..at).and_then(|before| before.rsplit('<').next());
        tag.is_some_and(|tag| !tag.contains("type=\"hidden\"") && !tag.starts_with("button"))
    };
    html.match_indices(&value).any(|(at, _)| is_field(at))
        || html.contains(&format!("{escaped}</textarea>"))
}

/// Whether a field of this name and text is a hidden one of the page: it was sent along and not typed.
fn is_hidden(html: &str, name: &str, text: &str) -> bool {
    let named = format!("name=\"{}\" value=\"{}\"", escaped(name), escaped(text));
    let is_field = |at: usize| {
        let tag = html.get(..at).and_then(|before| before.rsplit('<').next());
        tag.is_some_and(|tag| tag.contains("type=\"hidden\""))
    };
    html.match_indices(&named).any(|(at, _)| is_field(at))
}

/// As the templates write a text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '"' | '&' | '\'' | '<' | '>' => out.push_str(&format!("&#{};", u32::from(sign))),
            _ => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_no_field_is_shown_and_never_a_secret() {
        let posted = Posted::of(&[
            ("csrf", "abcdef"),
            ("reason", "洪水 <b>"),
            ("note", "又一次"),
            ("password", "geheim"),
        ]);
        let page = "<div id=\"problems\"><ul><li>no</li></ul></div><textarea>又一次</textarea>";
        let kept = keep_typed(page.to_owned(), Lang::En, &posted);
        assert!(kept.contains("洪水 &#60;b&#62;</textarea>"), "{kept}");
        assert_eq!(kept.matches("又一次").count(), 1);
        assert!(
            !kept.contains("geheim") && !kept.contains("abcdef"),
            "{kept}"
        );
        // What the page sends along hidden was typed by nobody.
        let sent = "<div id=\"problems\"><ul></ul></div><input type=\"hidden\" name=\"note\" value=\"又一次\">";
        let kept = keep_typed(sent.to_owned(), Lang::En, &posted);
        assert!(!kept.contains("又一次</textarea>"), "{kept}");
        // A hidden field of another name shows nothing.
        let page = "<div id=\"problems\"><ul></ul></div><input type=\"hidden\" name=\"x\" value=\"又一次\">";
        let kept = keep_typed(page.to_owned(), Lang::En, &posted);
        assert!(kept.contains("又一次</textarea>"), "{kept}");
        // A page without problems stays as it is.
        let other = "<p>又一次</p>".to_owned();
        assert_eq!(keep_typed(other.clone(), Lang::Zh, &posted), other);
    }
}
