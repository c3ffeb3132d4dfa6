//! Templates of papers: the bytes of a file, or its parts as sections of text, which are packed here.

use std::io::{Cursor, Write};

use base::Text;
use report::{Column, Data, Field, Known, Line, ListOf, Value};
use zip::write::SimpleFileOptions;

use super::problems_are_sound;
use crate::{Target, sections};

pub const TARGET: Target = Target {
    name: "template",
    asks: "a template is refused or filled, the same each time, into a file that is read again; never a panic",
    run,
    words: &[
        "{{单位名称}}",
        "{{",
        "}}",
        "｛｛",
        "{{#项目}}",
        "{{/项目}}",
        "{{?备注}}",
        "{{!备注}}",
        "{{/备注}}",
        "{{日期|汉字}}",
        "{{名称}}",
        "<w:p>",
        "</w:p>",
        "<w:r><w:t>",
        "</w:t></w:r>",
        "<w:tr>",
        "</w:tr>",
        "<w:tc>",
        "</w:tc>",
        "<w:txbxContent>",
        "</w:txbxContent>",
        "<w:br/>",
        " w14:paraId=\"1\"",
        "<row r=\"3\">",
        "</row>",
        "<c r=\"A1\" t=\"inlineStr\"><is><t>",
        "</t></is></c>",
        "<f t=\"shared\" si=\"0\">SUM(A1:B$2)</f>",
        "<f t=\"shared\" si=\"0\"/>",
        "'表'!$A$1:$D$4",
        "<mergeCell ref=\"A3:B4\"/>",
        "TargetMode=\"External\"",
        "<!DOCTYPE a>",
        "@@ word/document.xml\n",
        "@@ xl/worksheets/sheet1.xml\n",
    ],
};

fn run(input: &[u8]) {
    let bytes = if input.starts_with(b"PK") {
        input.to_vec()
    } else {
        packed(&String::from_utf8_lossy(input))
    };
    match report::check("f", &bytes, &known()) {
        Ok(checked) => problems_are_sound(&checked.problems, &[]),
        Err(problem) => problems_are_sound(&[problem], &[]),
    }
    match report::fill("f", &bytes, &data()) {
        Err(problem) => problems_are_sound(&[problem], &[]),
        Ok(filled) => {
            let again = report::fill("f", &bytes, &data());
            assert!(
                again.is_ok_and(|again| again == filled),
                "the same each time"
            );
            assert!(
                report::text_of("f", &filled).is_ok(),
                "what was filled can be read"
            );
        }
    }
}

fn known() -> Known {
    let field = |zh: &str, en: &str| Field {
        name: Text::new(zh, en),
        about: Text::default(),
    };
    Known {
        fields: vec![
            field("单位名称", "unit.name"),
            field("日期", "day"),
            field("备注", "note"),
        ],
        lists: vec![(field("项目", "items"), vec![field("名称", "name")])],
    }
}

fn data() -> Data {
    let line = |zh: &str, en: &str, value: Value| Line {
        zh: zh.to_owned(),
        en: en.to_owned(),
        value,
    };
    Data {
        fields: vec![
            line("单位名称", "unit.name", Value::Text("甲<&>\n乙".to_owned())),
            line("日期", "day", Value::Day("2021-09-30".to_owned())),
            line("备注", "note", Value::empty()),
        ],
        lists: vec![ListOf {
            zh: "项目".to_owned(),
            en: "items".to_owned(),
            columns: vec![Column {
                zh: "名称".to_owned(),
                en: "name".to_owned(),
            }],
            rows: vec![
                vec![Value::Number("1.5".to_owned())],
                vec![Value::Text("二".to_owned())],
            ],
        }],
        notice: Some("演示".to_owned()),
    }
}

/// An archive of the sections.
fn packed(text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in sections::split(text) {
        // A name that stands twice or is none is no archive that a program would write.
        if archive
            .start_file(name, SimpleFileOptions::default())
            .is_ok()
        {
            let _ = archive.write_all(content.as_bytes());
        }
    }
    archive
        .finish()
        .map_or_else(|_| Vec::new(), Cursor::into_inner)
}
