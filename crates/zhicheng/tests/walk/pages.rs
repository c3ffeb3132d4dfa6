//! Every page, in both languages, on a desktop and on a phone: it answers, it fits, nothing is broken,
//! axe-core finds nothing, and its HTML is valid.

use serde_json::Value;

use crate::site::{Person, Site, walk};
use crate::{axe, site};

/// A page and somebody who may see it; of a page that another leads to its mark in [`PLACES`].
pub const PAGES: &[(&str, &str)] = &[
    ("-", "/sign-in"),
    ("office", "/work"),
    ("liaison", "/work"),
    ("office", "/board"),
    ("office", "/units/puqi"),
    ("office", "{case}"),
    ("office", "/board?group=townships"),
    ("office", "/items/food_pass"),
    ("office", "/figures"),
    ("office", "{figure}"),
    ("office", "/map"),
    ("committee", "/leaders"),
    ("committee", "/leaders?wall=1"),
    ("office", "/plan"),
    ("office", "/plan?unit=puqi&months=1"),
    ("office", "/plan/letters"),
    ("office", "/plan/letters/food_drug"),
    ("office", "/plan/changes"),
    ("office", "/plan/new-year"),
    ("leader", "/plan/letters/puqi"),
    ("liaison", "/plan/changes/puqi"),
    ("committee", "/plan/letters?state=signed"),
    ("office", "/programme"),
    ("office", "/programme/new"),
    ("liaison", "/units/puqi/items"),
    ("liaison", "{case}"),
    ("reviewer", "/review"),
    ("reviewer", "/review/open_kitchens"),
    ("verifier", "/verify"),
    ("verifier", "{visit}"),
    ("inspector", "/field"),
    ("inspector", "/field/record/site_visit"),
    ("office", "/assessment"),
    ("office", "/assessment?only=late"),
    ("office", "/remind?with=soon"),
    ("office", "/sensors"),
    ("office", "/visits"),
    ("office", "/assignments"),
    ("office", "/assignments/new?flow=instruction"),
    ("liaison", "/assignments"),
    ("system", "/admin/channels"),
    ("office", "/batch?action=draft"),
    ("office", "/papers"),
    ("office", "/papers/new?kind=confirmation&about=puqi"),
    ("office", "/papers/new?kind=summary"),
    ("office", "/papers/templates"),
    ("office", "/papers/templates/circular"),
    ("liaison", "/units/puqi/volume"),
    ("committee", "/meeting"),
    ("office", "/records"),
    ("office", "/records/food_sample?f.result=fail&sort=-day"),
    ("office", "/records/food_sample/new"),
    ("office", "/records/food_sample/import"),
    ("office", "/subjects/enterprise"),
    ("liaison", "/me"),
    ("liaison", "/me/codes"),
    ("security", "/admin"),
    ("security", "/admin/people"),
    ("security", "/admin/people/1"),
    ("system", "/admin/roles"),
    ("system", "/admin/units"),
    ("system", "/admin/calendar?year=2018"),
    ("system", "/admin/ledger"),
    ("system", "/admin/sign-in"),
    ("security", "/admin/sign-in"),
    ("system", "/admin/webhooks"),
    ("-", "/sign-in/out"),
    ("office", "/no-such-page"),
];

/// What stands in a path for a page that another page leads to: the mark, that page, and its link.
const PLACES: &[(&str, &str, &str)] = &[
    ("{case}", "/work", "main a[href^='/cases/']"),
    ("{visit}", "/verify", "main a[href^='/verify/']"),
    ("{figure}", "/units/puqi", "main a.why"),
];

/// The path with its mark filled in.
async fn places(person: &Person, path: &str) -> String {
    let Some((_, page, link)) = PLACES.iter().find(|(mark, _, _)| *mark == path) else {
        return path.to_owned();
    };
    person.goes(page).await;
    let first = person.find(link).await.attr("href").await.unwrap();
    first.unwrap_or_else(|| panic!("{page} leads to {path}"))
}

const LANGS: [(&str, &str); 2] = [("zh", "zh-CN"), ("en", "en")];

fn every_page(width: u32) {
    walk(async move || {
        let has_axe = axe::is_there();
        let site = Site::demonstration();
        let mut faults: Vec<String> = Vec::new();
        for (lang, tag) in LANGS {
            let mut logins: Vec<&str> = PAGES.iter().map(|(login, _)| *login).collect();
            logins.sort_unstable();
            logins.dedup();
            for login in logins {
                let person = if login == "-" {
                    site.visitor(lang, width).await
                } else {
                    site.enters(login, lang, width).await
                };
                for (_, path) in PAGES.iter().filter(|(found, _)| *found == login) {
                    let path = places(&person, path).await;
                    let at = format!("{login} {lang} {width} {path}");
                    person.goes(&path).await;
                    faults.extend(
                        look(&person, tag)
                            .await
                            .into_iter()
                            .map(|fault| format!("{at}: {fault}")),
                    );
                    if has_axe && let Some(found) = axe::violations(&person).await {
                        faults.extend(found.into_iter().map(|fault| format!("{at}: {fault}")));
                    }
                    for line in person.complaints().await {
                        // A page that is not there is meant to be told as such.
                        if !line.contains("no-such-page") {
                            faults.push(format!("{at}: {line}"));
                        }
                    }
                }
                person.leaves().await;
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

/// What can be seen to be wrong without reading the page.
async fn look(person: &Person, tag: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let facts = person
        .asks(
            "const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
             const over = wide > 0 ? [...document.querySelectorAll('body *')].filter((e) => {
                 const box = e.getBoundingClientRect();
                 return box.right > document.documentElement.clientWidth + 1 && !e.closest('.scroll') && !e.closest('.unseen');
             }).slice(0, 3).map((e) => e.tagName + '.' + e.className) : [];
             return { lang: document.documentElement.lang, h1: document.querySelectorAll('h1').length,
                      title: document.title, wide, over };",
            vec![],
        )
        .await;
    if facts["lang"] != tag {
        faults.push(format!("its language is {}", facts["lang"]));
    }
    if facts["h1"] != 1 {
        faults.push(format!("it has {} first headings", facts["h1"]));
    }
    if facts["wide"].as_i64() != Some(0) {
        faults.push(format!(
            "it is {} px too wide: {}",
            facts["wide"], facts["over"]
        ));
    }
    if facts["title"].as_str().is_none_or(str::is_empty) {
        faults.push("it has no title".to_owned());
    }
    faults.extend(invalid_html(person).await);
    faults
}

/// What a strict parser finds wrong with the HTML as it was sent.
async fn invalid_html(person: &Person) -> Vec<String> {
    let sent = person
        .browser()
        .execute_async(
            "const done = arguments[arguments.length - 1];
             fetch(location.href, { cache: 'no-store' }).then((a) => a.text()).then(done).catch((e) => done(String(e)));",
            vec![],
        )
        .await
        .unwrap()
        .json()
        .clone();
    let Value::String(html) = sent else {
        return vec!["its HTML cannot be read again".to_owned()];
    };
    site::html_faults(&html)
}

#[test]
fn every_page_on_a_desktop() {
    every_page(1440);
}

#[test]
fn every_page_on_a_phone() {
    every_page(360);
}
