//! What a page has: its links and its forms with their fields, found by parsing it as a browser does.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A field of a form.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// The `type` of an input, or `textarea`, `select`, `button`.
    pub kind: String,
    pub value: String,
}

impl Field {
    /// Whether somebody types into it.
    pub fn is_typed(&self) -> bool {
        let untyped = [
            "hidden", "file", "checkbox", "radio", "select", "button", "password",
        ];
        !untyped.contains(&self.kind.as_str())
    }
}

/// A form that posts.
#[derive(Debug, Clone)]
pub struct Form {
    /// The page that it stands on.
    pub page: String,
    pub action: String,
    pub has_files: bool,
    pub fields: Vec<Field>,
}

/// A page's links and forms, and the text of its fields.
#[derive(Default)]
pub struct Found {
    pub links: Vec<String>,
    pub forms: Vec<Form>,
    /// What stands in its fields, wherever.
    pub typed: Vec<String>,
    /// Scripts that are not the site's own.
    pub strange_scripts: usize,
    pub ids: Vec<String>,
    pub h1: usize,
}

pub fn read(page: &str, html: &str) -> Found {
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
        .one(html.to_owned());
    let mut found = Found::default();
    let mut by_id = Vec::new();
    let mut elsewhere = Vec::new();
    walk(
        &dom.document,
        page,
        None,
        &mut found,
        &mut by_id,
        &mut elsewhere,
    );
    for (form, field) in elsewhere {
        let at = by_id.iter().find(|(id, _)| *id == form).map(|(_, at)| *at);
        if let Some(form) = at.and_then(|at| found.forms.get_mut(at)) {
            form.fields.push(field);
        }
    }
    found.forms.retain(|form| !form.action.is_empty());
    found
}

fn text_of(node: &Handle, into: &mut String) {
    if let NodeData::Text { contents } = &node.data {
        into.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        text_of(child, into);
    }
}

fn walk(
    node: &Handle,
    page: &str,
    form: Option<usize>,
    found: &mut Found,
    by_id: &mut Vec<(String, usize)>,
    elsewhere: &mut Vec<(String, Field)>,
) {
    let mut form = form;
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attrs = attrs.borrow();
        let get = |wanted: &str| {
            attrs
                .iter()
                .find(|attr| &*attr.name.local == wanted)
                .map(|attr| attr.value.to_string())
        };
        found.ids.extend(get("id"));
        let tag = &*name.local;
        match tag {
            "h1" => found.h1 += 1,
            "a" => found.links.extend(get("href")),
            "script" if get("src").is_none_or(|src| !src.starts_with('/')) => {
                found.strange_scripts += 1;
            }
            "form" => {
                let posts = get("method").is_some_and(|way| way.eq_ignore_ascii_case("post"));
                if let Some(id) = get("id") {
                    by_id.push((id, found.forms.len()));
                }
                form = Some(found.forms.len());
                let action = get("action").unwrap_or_else(|| page.to_owned());
                found.forms.push(Form {
                    page: page.to_owned(),
                    action: if posts { action } else { String::new() },
                    has_files: get("enctype").is_some_and(|kind| kind.contains("multipart")),
                    fields: Vec::new(),
                });
            }
            "input" | "textarea" | "select" | "button" => {
                let mut value = get("value").unwrap_or_default();
                if tag == "textarea" {
                    text_of(node, &mut value);
                } else if tag == "select" {
                    value = chosen(node).unwrap_or_default();
                }
                let kind = match tag {
                    "input" => get("type").unwrap_or_else(|| "text".to_owned()),
                    other => other.to_owned(),
                };
                // What was not taken and is shown to be copied.
                if tag == "textarea" && get("name").is_none() {
                    found.typed.push(value.clone());
                }
                if let Some(name) = get("name") {
                    let field = Field { name, kind, value };
                    if field.is_typed() {
                        found.typed.push(field.value.clone());
                    }
                    match (get("form"), form) {
                        (Some(id), _) => elsewhere.push((id, field)),
                        (None, Some(at)) => {
                            if let Some(form) = found.forms.get_mut(at) {
                                form.fields.push(field);
                            }
                        }
                        (None, None) => {}
                    }
                }
            }
            _ => {}
        }
    }
    for child in node.children.borrow().iter() {
        walk(child, page, form, found, by_id, elsewhere);
    }
}

/// The value that a list of choices has: the chosen one, else the last that is not empty.
fn chosen(node: &Handle) -> Option<String> {
    let mut last = None;
    let mut open = vec![node.clone()];
    while let Some(node) = open.pop() {
        if let NodeData::Element { name, attrs, .. } = &node.data
            && &*name.local == "option"
        {
            let attrs = attrs.borrow();
            let get = |wanted: &str| attrs.iter().find(|attr| &*attr.name.local == wanted);
            let value = get("value").map(|attr| attr.value.to_string());
            if get("selected").is_some() {
                return value;
            }
            last = value.filter(|value| !value.is_empty()).or(last);
        }
        open.extend(node.children.borrow().iter().cloned());
    }
    last
}

/// An address without what is one's own about it: numbers, hashes and the values of its query.
pub fn pattern(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path.split('/').map(|part| {
        let is_number = !part.is_empty() && part.chars().all(|sign| sign.is_ascii_digit());
        let is_hash = part.len() > 30 && part.chars().all(|sign| sign.is_ascii_hexdigit());
        if is_number || is_hash { "N" } else { part }
    });
    let parts: Vec<&str> = path.collect();
    // The units, items and record types of one page are alike.
    let path: Vec<&str> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| match parts.get(at.wrapping_sub(1)) {
            Some(&("units" | "items" | "review" | "records" | "subjects")) => "ID",
            _ => part,
        })
        .collect();
    let keys: Vec<&str> = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default())
        .collect();
    format!("{}?{}", path.join("/"), keys.join("&"))
}
