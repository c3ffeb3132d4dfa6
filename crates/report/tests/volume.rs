//! The evidence volume: pages in order and numbered, the catalogue true, what is no page attached; nothing
//! that a foreign file could do by itself comes along.

use std::path::Path;
use std::process::Command;

use lopdf::{Document as Pdf, Object, Stream, dictionary};
use report::volume::{Bound, Cover, Document, Item, bind};

fn cover() -> Cover {
    Cover {
        title: "2018年质量工作考核材料册".to_owned(),
        unit: "蒲圻办事处".to_owned(),
        notes: vec!["2018年12月31日".to_owned(), "存证位置 1234".to_owned()],
        notice: Some("演示数据，不是正式文件".to_owned()),
    }
}

fn document(name: &str, bytes: Vec<u8>) -> Document {
    Document {
        name: name.to_owned(),
        sha256: name.to_owned(),
        bytes,
    }
}

/// A PDF of so many pages, one turned on its side, with a script that runs when it is opened.
fn foreign(pages: usize) -> Vec<u8> {
    let mut pdf = Pdf::with_version("1.4");
    let root = pdf.new_object_id();
    let font = pdf.add_object(
        dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" },
    );
    let kids: Vec<Object> = (0..pages)
        .map(|number| {
            let text = format!("BT /F1 20 Tf 100 500 Td (foreign {number}) Tj ET");
            let content = pdf.add_object(Stream::new(dictionary! {}, text.into_bytes()));
            let link = pdf.add_object(dictionary! {
                "Type" => "Annot", "Subtype" => "Link",
                "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
                "A" => dictionary! { "S" => "Launch", "F" => Object::string_literal("evil.exe") },
            });
            let mut page = dictionary! { "Type" => "Page", "Parent" => root, "Contents" => content, "Annots" => vec![link.into()] };
            if number == 1 {
                page.set("Rotate", 90);
            }
            pdf.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(pages).unwrap();
    pdf.objects.insert(
        root,
        dictionary! {
            "Type" => "Pages", "Kids" => kids, "Count" => count,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        }
        .into(),
    );
    let script = pdf.add_object(
        dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") },
    );
    let catalog = pdf
        .add_object(dictionary! { "Type" => "Catalog", "Pages" => root, "OpenAction" => script });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    bytes
}

/// A PNG of two by two signs with transparency: red, green, blue, clear.
fn png() -> Vec<u8> {
    use std::io::Read;
    let rows = [
        0, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 255, 255, 9, 9, 9, 0,
    ];
    let mut packed = Vec::new();
    flate2::read::ZlibEncoder::new(rows.as_slice(), flate2::Compression::default())
        .read_to_end(&mut packed)
        .unwrap();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        out.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        out.extend(name);
        out.extend(body);
        out.extend([0; 4]);
    };
    chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 2, 8, 6, 0, 0, 0]);
    chunk(b"IDAT", &packed);
    chunk(b"IEND", &[]);
    out
}

fn bound() -> Bound {
    let items = vec![
        Item {
            name: "食品安全抽检".to_owned(),
            documents: vec![
                document("抽检报告.pdf", foreign(3)),
                document("现场照片.png", png()),
                document("台账.xlsx", b"PK\x03\x04".to_vec()),
            ],
        },
        Item {
            name: "明厨亮灶".to_owned(),
            documents: Vec::new(),
        },
        Item {
            name: "宣传培训".to_owned(),
            documents: vec![
                document("抽检报告.pdf", foreign(3)),
                document("说明.txt", "第一行：生僻字\n第二行".as_bytes().to_vec()),
                document("坏.pdf", b"%PDF-1.4 nothing".to_vec()),
            ],
        },
    ];
    bind(&cover(), items).unwrap()
}

#[test]
fn a_volume_has_every_page_and_says_where_it_stands() {
    let volume = bound();
    assert_eq!(volume.pdf, bound().pdf, "the same bytes each time");
    // Three foreign pages, a photograph, a text; the report that serves two items is bound once.
    assert_eq!(volume.pages, 5);
    let attached: Vec<&str> = volume
        .attached
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(attached, ["附件1 台账.xlsx", "附件2 坏.pdf"]);
    let pdf = Pdf::load_mem(&volume.pdf).unwrap();
    assert_eq!(pdf.get_pages().len(), 7, "cover, catalogue and five pages");
    let all = String::from_utf8_lossy(&volume.pdf).into_owned();
    for piece in [
        "JavaScript",
        "app.alert",
        "evil.exe",
        "Launch",
        "OpenAction",
    ] {
        assert!(!all.contains(piece), "{piece}");
    }
    for (_, id) in pdf.get_pages().into_iter().skip(2) {
        let page = pdf.get_dictionary(id).unwrap();
        assert!(
            page.has(b"MediaBox") && page.has(b"Resources"),
            "what stood above the page came along"
        );
    }
}

#[test]
fn readers_of_pdf_see_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("volume.pdf");
    std::fs::write(&file, bound().pdf).unwrap();
    let Some(text) = text_of(&file) else {
        skipped("pdftotext (poppler-utils) is missing, so no volume was read by another program");
        return;
    };
    for line in [
        "2018年质量工作考核材料册",
        "蒲圻办事处",
        "演示数据，不是正式文件",
        "1. 食品安全抽检",
        "抽检报告.pdf 1–3",
        "现场照片.png 4",
        "台账.xlsx 附件1",
        "2. 明厨亮灶",
        "（没有提交材料）",
        "说明.txt 5",
        "坏.pdf 附件2",
        "foreign 2",
        "第一行：生僻字",
        "-5-",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
}

/// The text of a PDF as poppler reads it, spaces between words one each.
fn text_of(file: &Path) -> Option<String> {
    let out = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-layout"])
        .arg(file)
        .arg("-")
        .output()
        .ok()?;
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let text = String::from_utf8(out.stdout).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn skipped(why: &str) {
    use std::io::Write;
    eprintln!("{why}");
    if let Some(file) = std::env::var_os("ZHICHENG_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(file);
        writeln!(file.unwrap(), "{why}").unwrap();
    }
}
