//! Small files as office programs save them.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// A paragraph of several runs.
pub fn paragraph(runs: &[&str]) -> String {
    let runs: String = runs
        .iter()
        .map(|text| {
            format!(
                "<w:r><w:t>{}</w:t></w:r>",
                text.replace('&', "&amp;").replace('<', "&lt;")
            )
        })
        .collect();
    format!("<w:p>{runs}</w:p>")
}

fn packed(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

pub fn docx_with(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    made(WORD_TYPE, body, "{{单位名称}}", more)
}

/// With that text at the head of its pages.
pub fn docx_of(body: &str, head: &str) -> Vec<u8> {
    made(WORD_TYPE, body, head, &[])
}

pub fn docx_of_type(main: &str, body: &str) -> Vec<u8> {
    made(main, body, "{{单位名称}}", &[])
}

fn made(main: &str, body: &str, head: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut parts = vec![
        ("[Content_Types].xml", format!("<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{main}\"/></Types>").into_bytes()),
        ("_rels/.rels", format!("<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"a\" Type=\"{LINKS}/officeDocument\" Target=\"word/document.xml\"/></Relationships>").into_bytes()),
        ("word/document.xml", format!("<w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>").into_bytes()),
        ("word/_rels/document.xml.rels", format!("<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"h\" Type=\"{LINKS}/header\" Target=\"header1.xml\"/></Relationships>").into_bytes()),
        ("word/header1.xml", format!("<w:hdr xmlns:w=\"{WORD}\">{}</w:hdr>", paragraph(&[head])).into_bytes()),
        ("word/styles.xml", format!("<w:styles xmlns:w=\"{WORD}\"/>").into_bytes()),
        ("word/media/seal.png", vec![0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]),
    ];
    parts.extend(more.iter().map(|(name, bytes)| (*name, bytes.to_vec())));
    packed(&parts)
}

/// A workbook with one sheet; a cell's text that begins with `=` is a formula.
pub fn book(rows: &[(u32, &[(&str, &str)])]) -> Vec<u8> {
    let sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut shared = String::new();
    let mut count = 0;
    let rows: String = rows
        .iter()
        .map(|(row, cells)| {
            let cells: String = cells
                .iter()
                .map(|(column, text)| match text.strip_prefix('=') {
                    Some(formula) => format!("<c r=\"{column}{row}\"><f>{formula}</f><v>0</v></c>"),
                    None => {
                        shared += &format!("<si><t>{text}</t></si>");
                        count += 1;
                        format!("<c r=\"{column}{row}\" t=\"s\"><v>{}</v></c>", count - 1)
                    }
                })
                .collect();
            format!("<row r=\"{row}\">{cells}</row>")
        })
        .collect();
    packed(&[
        ("[Content_Types].xml", format!("<Types xmlns=\"{PACKAGE}/content-types\"><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>").into_bytes()),
        ("xl/workbook.xml", format!("<workbook xmlns=\"{sheet}\" xmlns:r=\"{LINKS}\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"s\"/></sheets><definedNames><definedName name=\"_xlnm.Print_Area\" localSheetId=\"0\">表!$A$1:$D$4</definedName></definedNames><calcPr calcId=\"1\"/></workbook>").into_bytes()),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"s\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"t\" Type=\"{LINKS}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>").into_bytes()),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{sheet}\">{shared}</sst>").into_bytes()),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{sheet}\"><dimension ref=\"A1:D4\"/><sheetData>{rows}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A4:B4\"/></mergeCells><conditionalFormatting sqref=\"C3\"><cfRule type=\"expression\"><formula>C3&gt;1</formula></cfRule></conditionalFormatting><headerFooter><oddHeader>&amp;C{{{{单位名称}}}}</oddHeader></headerFooter></worksheet>").into_bytes()),
    ])
}

pub fn bytes_of(file: &[u8], part: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut bytes = Vec::new();
    archive
        .by_name(part)
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

pub fn unpacked(file: &[u8], part: &str) -> String {
    String::from_utf8(bytes_of(file, part)).unwrap()
}
