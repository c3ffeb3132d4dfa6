//! The evidence volume (材料册): cover, catalogue with pages from and to, and every document after it, as one PDF.
//!
//! PDF files are taken page by page, photographs and scans (JPEG, PNG) are placed on A4, text is set; what is
//! none of these is listed as an attachment. Every page gets the volume's number. What a foreign PDF could do
//! by itself (scripts, actions) is taken out.
//!
//! Chinese is set in the standard font `STSong-Light`, which is named and not embedded: every reader of PDF in
//! an office has it or takes its own Song typeface for it, nothing licensed is handed on, the same volume has
//! the same bytes on every machine, and no typeface of megabytes has to be built in.

mod merge;
mod page;
mod picture;

use base::Problem;
use lopdf::{Dictionary, Document as Pdf, Object, ObjectId, dictionary};

use crate::problems;
use merge::Taken;
use page::{BOTTOM, LINES_MAX, Lines, PAGE, Setting, shortened};

/// Most bytes of evidence in one volume.
pub const BYTES_MAX: u64 = 300 << 20;
/// Most pages of a volume.
const PAGES_MAX: usize = 5_000;
/// Most bytes of a text that is set as pages.
const TEXT_BYTES_MAX: usize = 200 << 10;

/// What stands on the cover.
#[derive(Debug, Clone)]
pub struct Cover {
    /// Title.
    pub title: String,
    /// Whose volume it is.
    pub unit: String,
    /// Lines at the foot, such as the day.
    pub notes: Vec<String>,
    /// What every page of the volume's own says at its head, such as that data are made up.
    pub notice: Option<String>,
}

/// An item with its documents, in the catalogue's order.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its documents.
    pub documents: Vec<Document>,
}

/// A document.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file's name.
    pub name: String,
    /// SHA-256 in hex: a document that serves several items is bound once.
    pub sha256: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A volume that was bound.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// What is no page: its name in the catalogue and its bytes.
    pub attached: Vec<(String, Vec<u8>)>,
    /// Numbered pages.
    pub pages: usize,
}

/// Where a document stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Pages(usize, usize),
    Attached(usize),
}

/// A line of the catalogue.
struct Entry {
    item: bool,
    text: String,
    place: Option<Place>,
    /// Of an item: nothing was submitted for it.
    is_empty: bool,
}

/// Binds a volume. The same documents give the same bytes.
///
/// # Errors
/// It has more pages than a volume may have, or cannot be written.
pub fn bind(cover: &Cover, items: Vec<Item>) -> Result<Bound, Problem> {
    let mut pdf = Pdf::with_version("1.5");
    let pages_id = pdf.new_object_id();
    let fonts = page::fonts(&mut pdf);
    let setting = Setting { pages_id, fonts };
    let mut bodies: Vec<ObjectId> = Vec::new();
    let mut attached: Vec<(String, Vec<u8>)> = Vec::new();
    let mut entries: Vec<Entry> = Vec::new();
    let mut known: Vec<(String, Place)> = Vec::new();
    // What stands at the foot of each page, and where each item begins.
    let mut labels: Vec<String> = Vec::new();
    let mut marks: Vec<(String, usize)> = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        let label = format!("{}. {}", number + 1, item.name);
        let begins = bodies.len();
        entries.push(Entry {
            item: true,
            text: label.clone(),
            place: None,
            is_empty: item.documents.is_empty(),
        });
        for document in item.documents {
            let bound = known.iter().find(|(sha256, _)| *sha256 == document.sha256);
            let place = match bound.map(|(_, place)| *place) {
                Some(place) => place,
                None => {
                    let place = add(&mut pdf, &setting, &document, &mut bodies, &mut attached);
                    known.push((document.sha256, place));
                    place
                }
            };
            if bodies.len() > PAGES_MAX {
                return Err(problems::volume_too_large(BYTES_MAX >> 20));
            }
            entries.push(Entry {
                item: false,
                text: document.name,
                place: Some(place),
                is_empty: false,
            });
        }
        labels.resize(bodies.len(), label.clone());
        if bodies.len() > begins {
            marks.push((label, begins));
        }
    }
    for (number, (id, label)) in bodies.iter().zip(&labels).enumerate() {
        merge::stamp(&mut pdf, *id, &setting, number + 1, label);
    }
    let outline = page::outline(&mut pdf, &marks, &bodies);
    let mut front = vec![cover_page(&mut pdf, &setting, cover)];
    front.extend(catalogue(&mut pdf, &setting, cover, &entries, &bodies));
    let pages = bodies.len();
    let kids: Vec<Object> = front
        .into_iter()
        .chain(bodies)
        .map(Object::Reference)
        .collect();
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    pdf.objects.insert(
        pages_id,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into(),
    );
    let mut catalog = dictionary! {
        "Type" => "Catalog",
        "Pages" => pages_id,
        "Lang" => Object::string_literal("zh-CN"),
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    };
    if let Some(outline) = outline {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }
    let catalog = pdf.add_object(catalog);
    let title = format!("{} {}", cover.unit, cover.title);
    let info = pdf.add_object(dictionary! { "Title" => page::text_string(&title) });
    pdf.trailer.set("Root", catalog);
    pdf.trailer.set("Info", info);
    pdf.prune_objects();
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes)
        .map_err(problems::volume_not_written)?;
    Ok(Bound {
        pdf: bytes,
        attached,
        pages,
    })
}

/// Adds a document's pages, or lists it as an attachment.
fn add(
    pdf: &mut Pdf,
    setting: &Setting,
    document: &Document,
    bodies: &mut Vec<ObjectId>,
    attached: &mut Vec<(String, Vec<u8>)>,
) -> Place {
    let first = bodies.len() + 1;
    let bytes = document.bytes.as_slice();
    let taken = if bytes.starts_with(b"%PDF-") {
        merge::take(pdf, setting, bytes, PAGES_MAX - bodies.len().min(PAGES_MAX))
    } else if let Some(picture) = picture::read(bytes) {
        Taken::Pages(vec![picture::page(pdf, setting, picture)])
    } else if let Some(text) = text_of(bytes) {
        Taken::Pages(text_pages(pdf, setting, &document.name, text))
    } else {
        Taken::None
    };
    match taken {
        Taken::Pages(pages) if !pages.is_empty() => {
            bodies.extend(pages);
            Place::Pages(first, bodies.len())
        }
        _ => {
            let number = attached.len() + 1;
            attached.push((
                format!("附件{number} {}", document.name),
                document.bytes.clone(),
            ));
            Place::Attached(number)
        }
    }
}

/// Plain text that can be set.
fn text_of(bytes: &[u8]) -> Option<&str> {
    if bytes.len() > TEXT_BYTES_MAX {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = !text
        .chars()
        .any(|sign| sign.is_control() && !"\r\n\t\u{feff}".contains(sign));
    is_plain.then_some(text.trim_start_matches('\u{feff}'))
}

fn text_pages(pdf: &mut Pdf, setting: &Setting, name: &str, text: &str) -> Vec<ObjectId> {
    let mut lines = Vec::new();
    for line in text.lines() {
        page::wrapped(&line.replace('\t', "    "), 11.0, 453.0, &mut lines);
    }
    let mut pages = Vec::new();
    for chunk in lines.chunks(LINES_MAX) {
        let mut out = Lines::default();
        out.text(70.0, PAGE.1 - 50.0, 9.0, &shortened(name, 9.0, 450.0));
        for (at, line) in chunk.iter().enumerate() {
            out.text(70.0, PAGE.1 - 80.0 - 17.0 * page::number(at), 11.0, line);
        }
        pages.push(out.page(pdf, setting, Vec::new()));
    }
    pages
}

fn cover_page(pdf: &mut Pdf, setting: &Setting, cover: &Cover) -> ObjectId {
    let mut out = Lines::default();
    put_notice(&mut out, cover);
    let mut title = Vec::new();
    page::wrapped(&cover.title, 28.0, 430.0, &mut title);
    for (at, line) in title.iter().enumerate() {
        out.centered(PAGE.1 - 270.0 - 42.0 * page::number(at), 28.0, line);
    }
    out.line(150.0, PAGE.1 - 330.0, PAGE.0 - 150.0);
    out.centered(PAGE.1 - 375.0, 18.0, &shortened(&cover.unit, 18.0, 430.0));
    for (at, line) in cover.notes.iter().rev().enumerate() {
        out.centered(130.0 + 24.0 * page::number(at), 13.0, line);
    }
    out.page(pdf, setting, Vec::new())
}

fn put_notice(out: &mut Lines, cover: &Cover) {
    if let Some(notice) = &cover.notice {
        out.centered(PAGE.1 - 40.0, 10.0, notice);
    }
}

/// The catalogue: item, document, page from and to; each document leads to its first page.
fn catalogue(
    pdf: &mut Pdf,
    setting: &Setting,
    cover: &Cover,
    entries: &[Entry],
    bodies: &[ObjectId],
) -> Vec<ObjectId> {
    const LEFT: f32 = 70.0;
    const STEP: f32 = 20.0;
    let right = PAGE.0 - 70.0;
    let top = PAGE.1 - 130.0;
    let mut pages = Vec::new();
    let mut at = 0;
    while at < entries.len() || pages.is_empty() {
        let mut out = Lines::default();
        let mut links: Vec<Dictionary> = Vec::new();
        put_notice(&mut out, cover);
        out.centered(
            PAGE.1 - 85.0,
            20.0,
            if pages.is_empty() {
                "目　　录"
            } else {
                "目　　录（续）"
            },
        );
        out.text(LEFT, top + 14.0, 10.0, "材料");
        out.right(right, top + 14.0, 10.0, "页码");
        out.line(LEFT, top + 6.0, right);
        let mut y = top - 12.0;
        while let Some(entry) = entries.get(at).filter(|_| y > BOTTOM) {
            if entry.item {
                // An item does not stand alone at the foot of a page.
                if y - STEP <= BOTTOM && y < top - 12.0 && !entry.is_empty {
                    break;
                }
                const NOTHING: &str = "（没有提交材料）";
                let most = right - LEFT - if entry.is_empty { 110.0 } else { 0.0 };
                out.text(LEFT, y, 12.0, &shortened(&entry.text, 12.0, most));
                if entry.is_empty {
                    out.right(right, y, 11.0, NOTHING);
                }
            } else {
                let place = match entry.place {
                    Some(Place::Pages(from, to)) if from == to => from.to_string(),
                    Some(Place::Pages(from, to)) => format!("{from}–{to}"),
                    Some(Place::Attached(number)) => format!("附件{number}"),
                    None => String::new(),
                };
                let name = shortened(&entry.text, 11.0, right - LEFT - 90.0);
                out.text(LEFT + 18.0, y, 11.0, &name);
                out.right(right, y, 11.0, &place);
                let from = LEFT + 18.0 + page::width(&name, 11.0) + 6.0;
                out.dots(from, y + 3.0, right - page::width(&place, 11.0) - 6.0);
                if let Some(Place::Pages(from, _)) = entry.place
                    && let Some(target) = bodies.get(from - 1)
                {
                    links.push(page::link((LEFT, y - 4.0, right, y + 13.0), *target));
                }
            }
            y -= STEP;
            at += 1;
        }
        pages.push(out.page(pdf, setting, links));
    }
    pages
}
