//! Workbooks: the bytes of a file, or (so that changes get beyond the checksums of the archive) its parts as
//! sections of text, which are packed here.

use std::io::{Cursor, Write};

use sheet::{ReadOptions, SheetChoice, read_table, read_workbook, sheet_names};
use zip::write::SimpleFileOptions;

use super::problems_are_sound;
use super::tables::{limits, table_is_sound};
use crate::{Target, sections};

pub const TARGET: Target = Target {
    name: "workbook",
    asks: "sheets are tables within the limits; a package read from one is written to the same; never a panic",
    run,
    words: &[
        "<c r=\"A1\" t=\"s\"><v>0</v></c>",
        "<c r=\"B2\"><v>43164</v></c>",
        "<row r=\"9\">",
        "</row>",
        "<v>",
        "</v>",
        " t=\"inlineStr\"",
        "<is><t>",
        "</t></is>",
        " s=\"1\"",
        "XFD1048576",
        "A1:ZZ9",
        "<mergeCell ref=\"A1:C2\"/>",
        "&#x0;",
        "&amp;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "state=\"hidden\"",
        "date1904=\"1\"",
        "1E+400",
        "-0",
        "NaN",
        " t=\"b\"",
        " t=\"e\"",
        " t=\"d\"",
        "numFmtId=\"14\"",
        "r:id=\"rId9\"",
        "@@ xl/worksheets/sheet1.xml\n",
        "_x000D_",
        " xml:space=\"preserve\"",
        "<f>1/0</f>",
        "count=\"999999999\"",
    ],
};

fn run(input: &[u8]) {
    let bytes = if input.starts_with(b"PK") {
        input.to_vec()
    } else {
        packed(&String::from_utf8_lossy(input))
    };
    let options = ReadOptions {
        limits: limits(),
        ..ReadOptions::named("f.xlsx")
    };
    let names = sheet_names(&bytes, &options);
    match read_workbook(&bytes, &options) {
        Ok(tables) => {
            assert!(names.is_ok_and(|names| tables.len() <= names.len()));
            for table in &tables {
                table_is_sound(table, &options.limits, true);
            }
        }
        Err(problem) => problems_are_sound(&[problem], &[]),
    }
    let varied = ReadOptions {
        header_rows: 2,
        skip_rows: 1,
        spread_merged: true,
        keep_blank_rows: true,
        sheet: SheetChoice::Index(0),
        ..options
    };
    match read_table(&bytes, &varied) {
        Ok(table) => table_is_sound(&table, &varied.limits, true),
        Err(problem) => problems_are_sound(&[problem], &[]),
    }
    match programme::from_workbook("f", &bytes) {
        Err(problems) => problems_are_sound(&problems, &[]),
        Ok(layer) => {
            let Ok(written) = programme::to_workbook(&layer) else {
                return;
            };
            match programme::from_workbook("f", &written) {
                Ok(again) => assert_eq!(layer.files, again.files),
                Err(problems) => panic!("what was written can be read: {problems:?}"),
            }
        }
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
