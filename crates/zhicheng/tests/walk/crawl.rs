//! Every link: each person of the demonstration follows what the site shows, page by page, without scripts.
//! No answer is an error, no fragment leads nowhere, each page has one first heading, no id twice, nothing
//! that the content security policy refuses, and no word of the interface in the other language.
//!
//! Words of the interface are known: every pair of texts that stands side by side in the source. A text on a
//! page that is word for word one of them is interface, whatever else is Chinese or English is data.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::site::Site;

const PEOPLE: &[&str] = &[
    "office",
    "liaison",
    "leader",
    "reviewer",
    "verifier",
    "committee",
    "inspector",
    "auditor",
    "system",
    "security",
];
const STARTS: &[&str] = &[
    "/work",
    "/board",
    "/leaders",
    "/map",
    "/figures",
    "/records",
    "/audit",
    "/ledger",
    "/search?q=pu",
    "/programme",
    "/me",
    "/units/puqi",
    "/units/puqi/items",
];
/// Pages of one pattern that one person looks at in one language, and pages in all.
const OF_A_PATTERN: usize = 2;
const OF_A_PERSON: usize = 130;
/// How often a pattern is looked at by all of them together, after which one of it is enough for the next.
const ENOUGH: usize = 6;

struct Answer {
    status: u16,
    kind: String,
    location: String,
    cookies: Vec<String>,
    body: String,
}

/// Asks in HTTP/1.0, so that the answer comes whole and the connection ends with it.
fn ask(site: &Site, method: &str, path: &str, cookies: &str, body: &str) -> Answer {
    let host = site.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nCookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut answer = Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or(0),
        kind: String::new(),
        location: String::new(),
        cookies: Vec::new(),
        body: body.to_owned(),
    };
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-type" => value.clone_into(&mut answer.kind),
            "location" => value.clone_into(&mut answer.location),
            "set-cookie" => answer
                .cookies
                .extend(value.split(';').next().map(str::to_owned)),
            _ => {}
        }
    }
    answer
}

/// What a page has.
#[derive(Default)]
struct Seen {
    links: Vec<String>,
    assets: Vec<String>,
    ids: Vec<String>,
    h1: usize,
    refused: Vec<String>,
    texts: Vec<String>,
}

fn see(node: &Handle, seen: &mut Seen, is_hidden: bool) {
    let mut is_hidden = is_hidden;
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let tag = &*name.local;
            is_hidden |= ["script", "style", "pre", "code"].contains(&tag);
            for attr in attrs.borrow().iter() {
                let (name, value) = (&*attr.name.local, attr.value.to_string());
                match name {
                    "id" => seen.ids.push(value),
                    "href" if tag == "a" => seen.links.push(value),
                    "href" if tag == "link" => seen.assets.push(value),
                    "src" => seen.assets.push(value),
                    "style" => seen.refused.push(format!("{tag} style=\"{value}\"")),
                    "aria-label" | "placeholder" | "title" | "alt" => {
                        seen.texts.push(value.trim().to_owned());
                    }
                    _ if name.starts_with("on") => seen.refused.push(format!("{tag} {name}")),
                    _ => {}
                }
            }
            seen.h1 += usize::from(tag == "h1");
        }
        NodeData::Text { contents } if !is_hidden => {
            let text = contents.borrow().trim().to_owned();
            if !text.is_empty() {
                seen.texts.push(text);
            }
        }
        _ => {}
    }
    for child in node.children.borrow().iter() {
        see(child, seen, is_hidden);
    }
}

/// Every pair of texts that stands side by side in the source of the pages: of one language those that the
/// other does not have.
fn interface() -> [BTreeSet<String>; 2] {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src")];
    let (mut zh, mut en) = (BTreeSet::new(), BTreeSet::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|kind| kind == "rs" || kind == "html")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                for (at, _) in text.match_indices("say(") {
                    let Some((one, rest)) = literal(&text[at + 4..]) else {
                        continue;
                    };
                    let Some((two, _)) = rest.trim_start().strip_prefix(',').and_then(literal)
                    else {
                        continue;
                    };
                    zh.insert(one.trim().to_owned());
                    en.insert(two.trim().to_owned());
                }
            }
        }
    }
    let both: BTreeSet<String> = zh.intersection(&en).cloned().collect();
    let is_word = |text: &String| {
        !both.contains(text) && text.chars().filter(|sign| sign.is_alphabetic()).count() > 1
    };
    zh.retain(is_word);
    // A word in Latin letters on a Chinese page can be a code; two words are English.
    en.retain(|text| is_word(text) && text.contains(' '));
    assert!(zh.len() > 500, "{} texts of the interface", zh.len());
    [zh, en]
}

/// A text in quotes at the start, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let rest = text.trim_start().strip_prefix('"')?;
    let mut found = String::new();
    let mut signs = rest.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((found, rest.get(at + 1..)?)),
            '\\' => found.extend(signs.next().map(|(_, sign)| sign)),
            sign => found.push(sign),
        }
    }
    None
}

fn pattern(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| {
            let is_own = !part.is_empty()
                && (part.chars().all(|sign| sign.is_ascii_digit())
                    || part.len() > 30 && part.chars().all(|sign| sign.is_ascii_hexdigit()));
            if is_own { "N" } else { part }
        })
        .collect();
    // The items, units and record types of one page are alike.
    let parts: Vec<&str> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| match parts.get(at.wrapping_sub(1)) {
            Some(&("units" | "items" | "review")) => "ID",
            _ => part,
        })
        .collect();
    let keys: Vec<&str> = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default())
        .collect();
    format!("{}?{}", parts.join("/"), keys.join("&"))
}

#[test]
fn every_link_leads_somewhere() {
    let site = Site::demonstration();
    let interface = interface();
    let mut faults: BTreeSet<String> = BTreeSet::new();
    let mut looked: HashMap<(usize, String), usize> = HashMap::new();
    let mut assets: BTreeSet<String> = BTreeSet::new();
    let mut pages = 0;
    for (lang, name) in ["zh", "en"].into_iter().enumerate() {
        for person in PEOPLE {
            let entered = ask(
                &site,
                "POST",
                "/sign-in/as",
                &format!("zhicheng_lang={name}"),
                &format!("login={person}"),
            );
            assert_eq!(entered.status, 303, "{person}: {}", entered.body);
            let cookies = format!("zhicheng_lang={name}; {}", entered.cookies.join("; "));
            let mut open: VecDeque<String> = STARTS.iter().map(|s| (*s).to_owned()).collect();
            let mut known: BTreeSet<String> = open.iter().cloned().collect();
            let mut of_pattern: BTreeMap<String, usize> = BTreeMap::new();
            let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            let mut fragments: Vec<(String, String, String)> = Vec::new();
            let mut count = 0;
            while let Some(address) = open.pop_front() {
                if count == OF_A_PERSON {
                    break;
                }
                count += 1;
                *looked.entry((lang, pattern(&address))).or_default() += 1;
                let answer = ask(&site, "GET", &address, &cookies, "");
                let at = format!("{person} {name} {address}");
                if answer.status >= 400 {
                    // Where somebody may not go nothing leads; the starts are tried by everybody.
                    if answer.status != 403 || !STARTS.contains(&address.as_str()) {
                        faults.insert(format!("{at}: {}", answer.status));
                    }
                    continue;
                }
                if answer.status >= 300 {
                    if answer.location.starts_with('/') && known.insert(answer.location.clone()) {
                        open.push_back(answer.location);
                    }
                    continue;
                }
                if !answer.kind.starts_with("text/html") {
                    continue;
                }
                let dom =
                    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
                        .one(answer.body);
                let mut seen = Seen::default();
                see(&dom.document, &mut seen, false);
                pages += 1;
                if seen.h1 != 1 {
                    faults.insert(format!("{at}: {} first headings", seen.h1));
                }
                for refused in &seen.refused {
                    faults.insert(format!("{at}: the policy refuses {refused}"));
                }
                let mut own = BTreeSet::new();
                for id in seen.ids {
                    if !own.insert(id.clone()) {
                        faults.insert(format!("{at}: the id {id} stands twice"));
                    }
                }
                for text in &seen.texts {
                    // A language is called by its own name in both.
                    let names_a_language = ["English", "中文"].contains(&text.as_str());
                    if !names_a_language && interface[1 - lang].contains(text) {
                        faults.insert(format!("{person} {name} {}: “{text}”", pattern(&address)));
                    }
                }
                assets.extend(
                    seen.assets
                        .into_iter()
                        .filter(|asset| asset.starts_with('/')),
                );
                for link in seen.links {
                    let (path, fragment) = link.split_once('#').unwrap_or((&link, ""));
                    let path = match path {
                        "" => address.clone(),
                        path if path.starts_with('?') => {
                            format!("{}{path}", address.split('?').next().unwrap_or_default())
                        }
                        path => path.to_owned(),
                    };
                    if !path.starts_with('/') || path.starts_with("//") {
                        continue;
                    }
                    if !fragment.is_empty() {
                        fragments.push((address.clone(), path.clone(), fragment.to_owned()));
                    }
                    if !known.insert(path.clone()) {
                        continue;
                    }
                    let pattern = pattern(&path);
                    let most = if looked
                        .get(&(lang, pattern.clone()))
                        .is_some_and(|n| *n >= ENOUGH)
                    {
                        1
                    } else {
                        OF_A_PATTERN
                    };
                    let count = of_pattern.entry(pattern).or_default();
                    *count += 1;
                    if *count <= most {
                        open.push_back(path);
                    }
                }
                ids.insert(address, own);
            }
            for (from, to, fragment) in fragments {
                if ids.get(&to).is_some_and(|own| !own.contains(&fragment)) {
                    faults.insert(format!("{person} {name} {from}: {to} has no #{fragment}"));
                }
            }
        }
    }
    for asset in assets {
        let answer = ask(&site, "GET", &asset, "", "");
        // Evidence is for those who are signed in.
        if answer.status >= 400 && !asset.starts_with("/evidence/") {
            faults.insert(format!("{asset}: {}", answer.status));
        }
    }
    println!("{pages} pages");
    assert!(pages > 500, "{pages} pages were reached");
    let told: Vec<&String> = faults.iter().collect();
    assert!(
        faults.is_empty(),
        "{pages} pages, {} faults:\n{}",
        faults.len(),
        told.iter()
            .take(200)
            .map(|s| s.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    );
}
