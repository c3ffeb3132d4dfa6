//! Pages that are set here: text in the standard fonts, lines, links.

use lopdf::{Dictionary, Document as Pdf, Object, ObjectId, Stream, StringFormat, dictionary};

/// A4 in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Where text ends.
pub(super) const BOTTOM: f32 = 70.0;
/// Lines of text on a page.
pub(super) const LINES_MAX: usize = 40;

/// What all pages share.
pub(super) struct Setting {
    pub pages_id: ObjectId,
    /// Fonts by the names that pages use.
    pub fonts: ObjectId,
}

/// The names of the fonts on every page that is numbered here; foreign pages have their own beside them.
pub(super) const CHINESE: &str = "ZcSong";
pub(super) const LATIN: &str = "ZcHelv";

/// The fonts: Chinese in the standard Song typeface, which readers of PDF bring; Latin in Helvetica.
pub(super) fn fonts(pdf: &mut Pdf) -> ObjectId {
    let descriptor = pdf.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => "STSong-Light",
        "Flags" => 6,
        "FontBBox" => vec![(-25).into(), (-254).into(), 1000.into(), 880.into()],
        "ItalicAngle" => 0,
        "Ascent" => 880,
        "Descent" => -120,
        "CapHeight" => 880,
        "StemV" => 93,
    });
    let descendant = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "CIDFontType0",
        "BaseFont" => "STSong-Light",
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("GB1"),
            "Supplement" => 4,
        },
        "FontDescriptor" => descriptor,
        "DW" => 1000,
        // The first 95 signs are the Latin ones.
        "W" => vec![1.into(), 95.into(), 500.into()],
    });
    let song = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => "STSong-Light-UniGB-UTF16-H",
        "Encoding" => "UniGB-UTF16-H",
        "DescendantFonts" => vec![descendant.into()],
    });
    let latin = pdf.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type1",
        "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    });
    pdf.add_object(dictionary! { CHINESE => song, LATIN => latin })
}

/// A text of the file's own, such as its title.
pub(super) fn text_string(text: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// A line's number as a measure.
pub(super) fn number(at: usize) -> f32 {
    f32::from(u16::try_from(at).unwrap_or(u16::MAX))
}

/// The width of a sign in ems.
fn width_of(sign: char) -> f32 {
    if sign.is_ascii() { 0.5 } else { 1.0 }
}

/// The width of a text.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(width_of).sum::<f32>() * size
}

/// A text that fits, its end left out where it does not.
pub(super) fn shortened(text: &str, size: f32, most: f32) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut left = most - size;
    for sign in text.chars() {
        left -= width_of(sign) * size;
        if left < 0.0 {
            break;
        }
        out.push(sign);
    }
    out + "…"
}

/// A line in as many as it needs.
pub(super) fn wrapped(text: &str, size: f32, most: f32, out: &mut Vec<String>) {
    let mut line = String::new();
    let mut left = most;
    for sign in text.chars() {
        let width = width_of(sign) * size;
        if width > left {
            out.push(std::mem::take(&mut line));
            left = most;
        }
        line.push(sign);
        left -= width;
    }
    out.push(line);
}

/// A page's content as it is put together.
#[derive(Default)]
pub(super) struct Lines {
    content: String,
}

/// A text as the Chinese font takes it. Signs beyond the first plane are two units, as UTF-16 has them.
pub(super) fn coded(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_control())
        .collect::<String>()
        .encode_utf16()
        .map(|unit| format!("{unit:04X}"))
        .collect()
}

/// The bookmarks of a file: each text leads to one of the pages. `None` without any.
pub(super) fn outline(
    pdf: &mut Pdf,
    marks: &[(String, usize)],
    pages: &[ObjectId],
) -> Option<ObjectId> {
    let ids: Vec<ObjectId> = marks.iter().map(|_| pdf.new_object_id()).collect();
    let (first, last) = (*ids.first()?, *ids.last()?);
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let root = pdf.add_object(dictionary! {
        "Type" => "Outlines", "First" => first, "Last" => last, "Count" => count,
    });
    for (at, (text, page)) in marks.iter().enumerate() {
        let Some(target) = pages.get(*page) else {
            continue;
        };
        let mut mark = dictionary! {
            "Title" => text_string(text),
            "Parent" => root,
            "Dest" => vec![(*target).into(), "Fit".into()],
        };
        if let Some(before) = at.checked_sub(1).and_then(|before| ids.get(before)) {
            mark.set("Prev", *before);
        }
        if let Some(next) = ids.get(at + 1) {
            mark.set("Next", *next);
        }
        if let Some(id) = ids.get(at) {
            pdf.objects.insert(*id, mark.into());
        }
    }
    Some(root)
}

impl Lines {
    pub fn text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        let hex = coded(text);
        self.content.push_str(&format!(
            "BT /{CHINESE} {size} Tf {x:.2} {y:.2} Td <{hex}> Tj ET\n"
        ));
    }

    pub fn centered(&mut self, y: f32, size: f32, text: &str) {
        self.text((PAGE.0 - width(text, size)) / 2.0, y, size, text);
    }

    pub fn right(&mut self, x: f32, y: f32, size: f32, text: &str) {
        self.text(x - width(text, size), y, size, text);
    }

    pub fn line(&mut self, from: f32, y: f32, to: f32) {
        self.content
            .push_str(&format!("0.6 w {from:.2} {y:.2} m {to:.2} {y:.2} l S\n"));
    }

    /// Dots that lead the eye from a name to its page.
    pub fn dots(&mut self, from: f32, y: f32, to: f32) {
        if from < to {
            self.content.push_str(&format!(
                "q 0.6 w 1 J [0 4] 0 d {from:.2} {y:.2} m {to:.2} {y:.2} l S Q\n"
            ));
        }
    }

    pub fn page(self, pdf: &mut Pdf, setting: &Setting, links: Vec<Dictionary>) -> ObjectId {
        let content = pdf.add_object(Stream::new(dictionary! {}, self.content.into_bytes()));
        let links: Vec<Object> = links
            .into_iter()
            .map(|link| pdf.add_object(link).into())
            .collect();
        let mut page = dictionary! {
            "Type" => "Page",
            "Parent" => setting.pages_id,
            "MediaBox" => a4(),
            "Resources" => dictionary! { "Font" => setting.fonts },
            "Contents" => content,
        };
        if !links.is_empty() {
            page.set("Annots", links);
        }
        pdf.add_object(page)
    }
}

pub(super) fn a4() -> Vec<Object> {
    vec![
        0.into(),
        0.into(),
        Object::Real(PAGE.0),
        Object::Real(PAGE.1),
    ]
}

/// A place of a page that leads to another page.
pub(super) fn link(
    (left, bottom, right, top): (f32, f32, f32, f32),
    target: ObjectId,
) -> Dictionary {
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => vec![Object::Real(left), Object::Real(bottom), Object::Real(right), Object::Real(top)],
        "Border" => vec![0.into(), 0.into(), 0.into()],
        "Dest" => vec![target.into(), "Fit".into()],
    }
}
