//! Whatever somebody sends: every field of every form that anybody reaches gets wrong, huge and hostile text,
//! every place for a file gets what is no such file. The forms are found by following the links of the site,
//! so that a new page is covered by being there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use base::{Day, ScorecardId};

use crate::city::{Browser, City, Reply};
use crate::forms::{Form, pattern, read};

/// Login, role, unit.
const PEOPLE: &[(&str, &str, Option<&str>)] = &[
    ("office", "programme_office", Some("quality_office")),
    ("liaison", "liaison", Some("puqi")),
    ("leader", "unit_leader", Some("puqi")),
    ("reviewer", "reviewer", Some("quality_office")),
    ("verifier", "verifier", Some("quality_office")),
    ("committee", "leading_group", Some("committee")),
    ("inspector", "inspector", Some("food_drug")),
    ("auditor", "auditor", None),
    ("system", "system_administrator", Some("quality_office")),
    ("security", "security_administrator", Some("quality_office")),
];
/// Where following links begins, beside the entries of the page itself.
const STARTS: &[&str] = &[
    "/work",
    "/board",
    "/records",
    "/programme/new",
    "/admin",
    "/me",
    "/search?q=a",
    "/audit",
];
/// Pages of one pattern that are looked at, pages of one person, and entry forms that are.
const OF_A_PATTERN: usize = 2;
const OF_A_PERSON: usize = 100;

const SCRIPT: &str = "\"'><script>alert(7)</script><img src=x onerror=alert(7)>";

/// What is typed: its name, and the text.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("script", SCRIPT.to_owned()),
        ("sql", "'; DROP TABLE entries; -- \\' OR 1=1 #".to_owned()),
        (
            "format",
            "%s%n%x {} {0} ${7*7} {{7*7}} ../../etc/passwd".to_owned(),
        ),
        ("null", "a\0b\u{1b}[2J\u{7f}".to_owned()),
        (
            "right to left",
            "\u{202e}مرحبا\u{2066} 👩‍👩‍👧‍👦🏴‍☠️ 𠮷\u{200d}\u{feff}é".to_owned(),
        ),
        ("number", "-1e400".to_owned()),
        ("far", "99999999999999999999999999999999".to_owned()),
        ("no day", "2018-02-31".to_owned()),
        ("blank", " \u{3000}\t ".to_owned()),
        ("huge", "龘".repeat(350_000)),
    ]
}

/// The city with its cases open and somebody of each role.
fn city() -> City {
    let city = City::demonstration();
    for (login, role, unit) in PEOPLE {
        city.person_without_password(login, role, *unit);
    }
    city.site
        .office()
        .command(1, None, |office| {
            let year = office.programme()?.year;
            let day = Day::parse("2018-03-05").ok();
            let scorecard = ScorecardId::new("assessment");
            office.open_assessment(&scorecard, &year, day, &mut |_, _, _| ())
        })
        .unwrap();
    city
}

/// Every form that somebody reaches, one of each kind.
fn forms_of(browser: &mut Browser<'_>, known: &mut BTreeSet<String>) -> Vec<Form> {
    let mut open: VecDeque<String> = STARTS.iter().map(|start| (*start).to_owned()).collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut of_pattern: BTreeMap<String, usize> = BTreeMap::new();
    let mut forms = Vec::new();
    let mut pages = 0;
    while let Some(address) = open.pop_front() {
        if pages == OF_A_PERSON {
            break;
        }
        pages += 1;
        let reply = browser.get(&address);
        assert!(reply.status.as_u16() < 500, "{address}: {}", reply.body);
        if reply.status != StatusCode::OK || !reply.body.starts_with("<!") {
            continue;
        }
        let found = read(&address, &reply.body);
        for form in found.forms {
            let mut names: Vec<String> = form
                .fields
                .iter()
                .map(|field| pattern(&field.name.replace('.', "/")))
                .collect();
            names.sort();
            names.dedup();
            if known.insert(format!("{} {}", pattern(&form.action), names.join(" "))) {
                forms.push(form);
            }
        }
        for link in found.links {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if !link.starts_with('/') || link.starts_with("//") || !seen.insert(link.clone()) {
                continue;
            }
            let count = of_pattern.entry(pattern(&link)).or_default();
            *count += 1;
            if *count <= OF_A_PATTERN {
                open.push_back(link);
            }
        }
    }
    forms
}

fn send(browser: &mut Browser<'_>, form: &Form, fields: &[(String, String)]) -> Reply {
    let action = if form.action.is_empty() {
        &form.page
    } else {
        &form.action
    };
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if form.has_files {
        browser.post_parts(action, &fields, &[])
    } else {
        browser.post(action, &fields)
    }
}

/// The fields as they stand, with the buttons left out: as if they were sent untouched.
fn untouched(form: &Form) -> Vec<(String, String)> {
    form.fields
        .iter()
        .filter(|field| field.kind != "button" && field.kind != "file")
        .map(|field| (field.name.clone(), field.value.clone()))
        .collect()
}

/// Gives the form a number that no form had before, as each page does.
fn renewed(fields: &mut [(String, String)]) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    for (_, value) in fields.iter_mut().filter(|(name, _)| name == "once") {
        *value = format!("{:032x}", NEXT.fetch_add(1, Ordering::Relaxed));
    }
}

fn judge(at: &str, text: &str, reply: &Reply, is_kept: bool, faults: &mut Vec<String>) {
    if reply.status.is_server_error() {
        let told: String = reply.body.chars().take(300).collect();
        faults.push(format!("{at}: {} {told}", reply.status));
        return;
    }
    if reply.body.contains("<script>alert(7)") || reply.body.contains("<img src=x") {
        faults.push(format!("{at}: what was typed is part of the page's HTML"));
    }
    let is_page = reply.body.starts_with("<!");
    if is_page && is_kept && reply.status == StatusCode::UNPROCESSABLE_ENTITY {
        let found = read("", &reply.body);
        let text = text.trim();
        if !found.typed.iter().any(|typed| typed.trim() == text) {
            let told: String = reply
                .body
                .split("id=\"problems\"")
                .nth(1)
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect();
            faults.push(format!("{at}: what was typed is gone: {told}"));
        }
    }
}

/// Forms after which the person could not go on, or that only clear a cookie.
fn ends_it(form: &Form) -> bool {
    ["/sign-out", "/language", "/sign-in", "/me/password"].contains(&form.action.as_str())
}

#[test]
fn no_text_breaks_a_form_and_none_becomes_part_of_a_page() {
    let city = city();
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    let (mut forms_seen, mut sent) = (0, 0);
    for (login, _, _) in PEOPLE {
        let mut browser = city.entered(login);
        for form in forms_of(&mut browser, &mut known) {
            if ends_it(&form) {
                continue;
            }
            forms_seen += 1;
            let typed: Vec<&str> = form
                .fields
                .iter()
                .filter(|field| field.is_typed())
                .map(|field| field.name.as_str())
                .collect();
            for (kind, text) in texts() {
                // All at once, hidden ones and choices too; then one field among the others as they stand.
                let mut all = untouched(&form);
                for (name, value) in &mut all {
                    if name != "csrf" && name != "once" {
                        value.clone_from(&text);
                    }
                }
                // A form has a limit of its own; one huge field is enough of it.
                if kind != "huge" {
                    renewed(&mut all);
                    let reply = send(&mut browser, &form, &all);
                    sent += 1;
                    judge(
                        &format!("{login} {} all {kind}", form.action),
                        &text,
                        &reply,
                        false,
                        &mut faults,
                    );
                }
                if !["script", "right to left", "huge", "number"].contains(&kind) {
                    continue;
                }
                let one = typed.iter().take(if kind == "huge" { 1 } else { 6 });
                for name in one {
                    let mut fields = untouched(&form);
                    for (found, value) in &mut fields {
                        if found == name {
                            value.clone_from(&text);
                        }
                    }
                    renewed(&mut fields);
                    let reply = send(&mut browser, &form, &fields);
                    sent += 1;
                    let at = format!("{login} {} {name} {kind}", form.action);
                    judge(
                        &at,
                        &text,
                        &reply,
                        // A one-time code is typed anew.
                        (kind == "script" || kind == "number") && *name != "code",
                        &mut faults,
                    );
                }
            }
            if browser.get("/me").status != StatusCode::OK {
                browser = city.entered(login);
            }
        }
    }
    println!("{forms_seen} forms, {sent} times sent");
    assert!(forms_seen > 30, "{forms_seen} forms were found");
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Sends a form without the proof of its session, with none and with that of another.
fn forge(
    city: &City,
    browser: &mut Browser<'_>,
    form: &Form,
    foreign: &str,
    faults: &mut Vec<String>,
) {
    let before = city.position();
    for wrong in [None, Some(""), Some(foreign)] {
        let mut fields = untouched(form);
        match wrong {
            None => fields.retain(|(name, _)| name != "csrf"),
            Some(wrong) => {
                for (_, value) in fields.iter_mut().filter(|(name, _)| name == "csrf") {
                    wrong.clone_into(value);
                }
            }
        }
        // A file is what some forms are about: without one there is nothing to forge.
        let file = form.fields.iter().find(|field| field.kind == "file");
        let reply = match file {
            Some(file) => {
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                let files = [(file.name.as_str(), "a.csv", b"a,b\n1,2\n".as_slice())];
                browser.post_parts(&form.action, &fields, &files)
            }
            None => send(browser, form, &fields),
        };
        if reply.status != StatusCode::FORBIDDEN {
            faults.push(format!("{} with {wrong:?}: {}", form.action, reply.status));
        }
    }
    if city.position() != before {
        faults.push(format!("{}: something was written", form.action));
    }
}

/// A workbook whose one sheet is a gigabyte of spaces.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("[Content_Types].xml", options).unwrap();
    zip.write_all(br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#).unwrap();
    zip.start_file("xl/workbook.xml", options).unwrap();
    zip.write_all(br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#).unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let blank = vec![b' '; 1 << 20];
    for _ in 0..256 {
        zip.write_all(&blank).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn no_form_is_taken_from_elsewhere_and_no_file_breaks_one() {
    let city = city();
    let mut known = BTreeSet::new();
    let mut faults = Vec::new();
    let bomb = bomb();
    let files: [(&str, &[u8]); 9] = [
        ("a.exe", b"MZ\x90\0\x03"),
        ("empty.pdf", b""),
        ("../../../etc/passwd.pdf", b"%PDF-1.4 nothing"),
        ("\u{202e}fdp.exe\u{1}\u{7f}.jpg", b"\xff\xd8\xff\xe0"),
        (
            "<script>alert(7)</script>.txt",
            b"<script>alert(7)</script>",
        ),
        ("no-archive.zip", b"PK\x03\x04 not really"),
        ("table.csv", b"\xff\xfe\0\x01\"\"\",,,\n\"unclosed"),
        ("bomb.xlsx", &bomb),
        (
            "name-of-many-signs.xlsx",
            b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ),
    ];
    let (mut places, mut count) = (0, 0);
    for (login, _, _) in PEOPLE {
        let mut browser = city.entered(login);
        let foreign = city.entered("office").get("/me").field("csrf");
        for form in forms_of(&mut browser, &mut known) {
            if !["/sign-in", "/language"].contains(&form.action.as_str()) {
                count += 1;
                forge(&city, &mut browser, &form, &foreign, &mut faults);
            }
            let Some(place) = form.fields.iter().find(|field| field.kind == "file") else {
                continue;
            };
            places += 1;
            for (name, bytes) in &files {
                let mut fields = untouched(&form);
                renewed(&mut fields);
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                let reply =
                    browser.post_parts(&form.action, &fields, &[(&place.name, name, bytes)]);
                let at = format!("{login} {} {name:?}", form.action);
                judge(&at, "", &reply, false, &mut faults);
            }
        }
    }
    println!("{count} forms, {places} places for files");
    assert!(count > 30, "{count} forms were found");
    assert!(places > 4, "{places} places for files were found");
    // More than one file may be.
    let mut browser = city.entered("liaison");
    let first = city.case_of("open_kitchens", "puqi");
    let page = format!("/cases/{first}");
    let large = vec![b'a'; (50 << 20) + 1];
    let proof = browser.get(&page);
    let (csrf, once) = (proof.field("csrf"), proof.field("once"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("once", &once),
        ("action", "file_target"),
    ];
    let reply = browser.post_parts(&page, &fields, &[("evidence", "large.txt", &large)]);
    assert!(reply.status.is_client_error(), "{}", reply.status);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
