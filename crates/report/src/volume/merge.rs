//! Pages of foreign PDF files, taken into the volume without what they could do by themselves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Dictionary, Document as Pdf, LoadOptions, Object, ObjectId, Stream, dictionary};

use super::page::{LATIN, Setting, a4};

/// What became of a document.
pub(super) enum Taken {
    /// Its pages.
    Pages(Vec<ObjectId>),
    /// It cannot be bound: locked, damaged, or nothing that has pages.
    None,
}

/// What a page has from the nodes above it.
const INHERITED: &[&[u8]] = &[b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What acts by itself, or leads away.
const ACTIONS: &[&[u8]] = &[
    b"A",
    b"AA",
    b"JS",
    b"OpenAction",
    b"PA",
    b"Parent",
    b"Popup",
    b"StructParent",
];
/// Of a page: what acts, and what only holds together within its own file.
const OF_PAGES: &[&[u8]] = &[
    b"AA",
    b"B",
    b"StructParents",
    b"Tabs",
    b"PieceInfo",
    b"Metadata",
    b"Thumb",
];
/// Most bytes that a stream may unpack to while a file is read.
const UNPACKED_MAX: usize = 64 << 20;
/// Deepest tree of pages.
const DEPTH_MAX: usize = 50;

/// Takes the pages of a PDF, at most so many.
pub(super) fn take(pdf: &mut Pdf, setting: &Setting, bytes: &[u8], most: usize) -> Taken {
    // The reader is a library's, and files come from anywhere: what it cannot bear becomes an attachment.
    let read = catch_unwind(AssertUnwindSafe(|| read(bytes, pdf.max_id + 1, most)));
    let Ok(Some((mut other, pages))) = read else {
        return Taken::None;
    };
    for (id, page) in &pages {
        let mut page = page.clone();
        page.set("Parent", setting.pages_id);
        other.objects.insert(*id, page.into());
    }
    pdf.max_id = other.max_id.max(pdf.max_id);
    pdf.objects.append(&mut other.objects);
    Taken::Pages(pages.into_iter().map(|(id, _)| id).collect())
}

/// The file with its objects numbered from `first`, and its pages, each with all that it inherits.
fn read(bytes: &[u8], first: u32, most: usize) -> Option<(Pdf, Vec<(ObjectId, Dictionary)>)> {
    let options = LoadOptions {
        max_decompressed_size: Some(UNPACKED_MAX),
        ..LoadOptions::default()
    };
    let mut other = Pdf::load_mem_with_options(bytes, options).ok()?;
    if other.is_encrypted() || other.was_encrypted() {
        return None;
    }
    other.renumber_objects_with(first);
    let ids: Vec<ObjectId> = other.page_iter().take(most + 1).collect();
    if ids.is_empty() || ids.len() > most {
        return None;
    }
    let mut pages = Vec::with_capacity(ids.len());
    for id in ids {
        let mut page = other.get_dictionary(id).ok()?.clone();
        for key in INHERITED {
            if page.get(key).is_err()
                && let Some(found) = inherited(&other, &page, key)
            {
                page.set(key.to_vec(), found);
            }
        }
        for key in OF_PAGES {
            page.remove(key);
        }
        if page.get(b"MediaBox").is_err() {
            page.set("MediaBox", a4());
        }
        pages.push((id, page));
    }
    for object in other.objects.values_mut() {
        disarm(object, 0);
    }
    for (_, page) in &mut pages {
        if let Ok(annotations) = page.get_mut(b"Annots") {
            disarm(annotations, 0);
        }
    }
    Some((other, pages))
}

fn inherited(pdf: &Pdf, page: &Dictionary, key: &[u8]) -> Option<Object> {
    let mut node = page.get(b"Parent").and_then(Object::as_reference).ok()?;
    for _ in 0..DEPTH_MAX {
        let found = pdf.get_dictionary(node).ok()?;
        if let Ok(value) = found.get(key) {
            return Some(value.clone());
        }
        node = found.get(b"Parent").and_then(Object::as_reference).ok()?;
    }
    None
}

/// Takes out of annotations, fields and actions whatever would do something.
fn disarm(object: &mut Object, depth: usize) {
    if depth > DEPTH_MAX {
        *object = Object::Null;
        return;
    }
    match object {
        Object::Array(list) => list.iter_mut().for_each(|one| disarm(one, depth + 1)),
        Object::Dictionary(found) => {
            let is = |found: &Dictionary, key: &[u8], names: &[&[u8]]| {
                found
                    .get(key)
                    .and_then(Object::as_name)
                    .is_ok_and(|name| names.contains(&name))
            };
            if is(found, b"Type", &[b"Annot"]) || found.has(b"Rect") && found.has(b"Subtype") {
                for key in ACTIONS {
                    found.remove(key);
                }
            }
            if is(found, b"Type", &[b"Action"])
                || is(
                    found,
                    b"S",
                    &[
                        b"JavaScript",
                        b"Launch",
                        b"URI",
                        b"SubmitForm",
                        b"ImportData",
                        b"GoToR",
                        b"GoToE",
                        b"Rendition",
                        b"Movie",
                        b"Sound",
                    ],
                )
            {
                *found = Dictionary::new();
            }
            found.remove(b"AA");
            found.remove(b"EmbeddedFiles");
            found.iter_mut().for_each(|(_, one)| disarm(one, depth + 1));
        }
        Object::Stream(stream) => stream
            .dict
            .iter_mut()
            .for_each(|(_, one)| disarm(one, depth + 1)),
        _ => {}
    }
}

/// Writes the volume's number at the foot of a page, whatever its size and turn.
pub(super) fn stamp(pdf: &mut Pdf, id: ObjectId, setting: &Setting, number: usize, label: &str) {
    let Ok(page) = pdf.get_dictionary(id).cloned() else {
        return;
    };
    let numbers = |key: &[u8]| -> Option<Vec<f32>> {
        let (_, found) = pdf.dereference(page.get(key).ok()?).ok()?;
        let numbers: Option<Vec<f32>> = found
            .as_array()
            .ok()?
            .iter()
            .map(|one| pdf.dereference(one).ok()?.1.as_float().ok())
            .collect();
        numbers
            .filter(|numbers| numbers.len() == 4 && numbers.iter().all(|number| number.is_finite()))
    };
    let seen = numbers(b"CropBox")
        .or_else(|| numbers(b"MediaBox"))
        .unwrap_or_else(|| vec![0.0, 0.0, 595.0, 842.0]);
    let (left, right) = (seen[0].min(seen[2]), seen[0].max(seen[2]));
    let (bottom, top) = (seen[1].min(seen[3]), seen[1].max(seen[3]));
    let turn = page
        .get(b"Rotate")
        .ok()
        .and_then(|turn| pdf.dereference(turn).ok()?.1.as_i64().ok())
        .unwrap_or(0)
        .rem_euclid(360);
    let (middle, height) = ((left + right) / 2.0, (bottom + top) / 2.0);
    const EDGE: f32 = 16.0;
    let text = format!("- {number} -");
    // Half of the text's width, as Helvetica has it, so that it stands in the middle.
    let half = text
        .chars()
        .map(|sign| match sign {
            '-' => 3.33,
            ' ' => 2.78,
            _ => 5.56,
        })
        .sum::<f32>()
        / 2.0;
    let matrix = match turn {
        90 => format!("0 1 -1 0 {:.2} {:.2}", right - EDGE, height - half),
        180 => format!("-1 0 0 -1 {:.2} {:.2}", middle + half, top - EDGE),
        270 => format!("0 -1 1 0 {:.2} {:.2}", left + EDGE, height + half),
        _ => format!("1 0 0 1 {:.2} {:.2}", middle - half, bottom + EDGE),
    };
    // At the left of the same line stands for which item it was submitted, as long as there is room.
    const FROM: f32 = 40.0;
    let (across, from) = match turn {
        90 => (
            top - bottom,
            format!("0 1 -1 0 {:.2} {:.2}", right - EDGE, bottom + FROM),
        ),
        180 => (
            right - left,
            format!("-1 0 0 -1 {:.2} {:.2}", right - FROM, top - EDGE),
        ),
        270 => (
            top - bottom,
            format!("0 -1 1 0 {:.2} {:.2}", left + EDGE, top - FROM),
        ),
        _ => (
            right - left,
            format!("1 0 0 1 {:.2} {:.2}", left + FROM, bottom + EDGE),
        ),
    };
    let label = super::page::shortened(label, 8.0, (across / 2.0 - FROM - half - 12.0).max(0.0));
    let label = super::page::coded(&label);
    let chinese = super::page::CHINESE;
    // What is there already keeps its own state, whatever it leaves open.
    let begin = pdf.add_object(Stream::new(dictionary! {}, b"q\n".to_vec()));
    let end = format!(
        "\nQ\nq 0 g BT /{LATIN} 10 Tf {matrix} Tm ({text}) Tj ET BT /{chinese} 8 Tf {from} Tm <{label}> Tj ET Q\n"
    );
    let end = pdf.add_object(Stream::new(dictionary! {}, end.into_bytes()));
    let mut contents: Vec<Object> = vec![begin.into()];
    contents.extend(pdf.get_page_contents(id).into_iter().map(Object::Reference));
    contents.push(end.into());
    let deref = |object: &Object| {
        pdf.dereference(object)
            .ok()
            .and_then(|(_, found)| found.as_dict().ok().cloned())
    };
    let mut resources = page
        .get(b"Resources")
        .ok()
        .and_then(deref)
        .unwrap_or_default();
    let mut fonts = resources
        .get(b"Font")
        .ok()
        .and_then(deref)
        .unwrap_or_default();
    if let Ok(own) = pdf.get_dictionary(setting.fonts)
        && let Ok(font) = own.get(LATIN.as_bytes())
    {
        fonts.set(LATIN, font.clone());
    }
    for name in [super::page::CHINESE] {
        if let Ok(own) = pdf.get_dictionary(setting.fonts)
            && let Ok(font) = own.get(name.as_bytes())
        {
            fonts.set(name, font.clone());
        }
    }
    resources.set("Font", fonts);
    if let Ok(page) = pdf.get_dictionary_mut(id) {
        page.set("Resources", resources);
        page.set("Contents", contents);
    }
}
