//! Files as offices send them: rows of samples in many forms, and made-up firms.

use std::io::{Read, Write};

/// The headings of a table of samples.
pub const SAMPLE_HEADER: &str = "样品编号,抽样日期,责任单位,所在乡镇,信用代码,企业名称,检验结论\n";

/// A row of that table.
pub fn sample(number: &str, day: &str, place: &str, firm_number: u32, result: &str) -> String {
    format!(
        "{number},{day},市场监督管理局,{place},{},第{firm_number}茶厂,{result}\n",
        firm(firm_number)
    )
}

/// A table of samples: `passed` that passed and then `failed` that failed, all at one place on days of
/// March 2018, numbered `PLACE-1` onwards.
pub fn samples(place: &str, passed: u32, failed: u32) -> String {
    let row = |n: u32| {
        let result = if n <= passed { "合格" } else { "不合格" };
        sample(
            &format!("{place}-{n}"),
            &format!("2018-03-{:02}", n % 28 + 1),
            place,
            n % 7 + 1,
            result,
        )
    };
    SAMPLE_HEADER.to_owned() + &(1..=passed + failed).map(row).collect::<String>()
}

/// A made-up firm's unified social credit code. The check character is that of GB 32100-2015: weights
/// 3^i mod 31, and 31 minus the sum mod 31.
pub fn firm(number: u32) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let organisation = format!("MA{number:06}");
    let body = format!(
        "91421281{organisation}{}",
        organisation_check(&organisation)
    );
    let mut sum = 0;
    let mut weight = 1;
    for letter in body.chars() {
        sum += ALPHABET.find(letter).unwrap() * weight;
        weight = weight * 3 % 31;
    }
    let check = ALPHABET.chars().nth((31 - sum % 31) % 31).unwrap();
    format!("{body}{check}")
}

/// The check character of an organisation code by GB 11714: weights 3 7 9 10 5 8 4 2, 11 minus the sum
/// mod 11, with X for ten.
fn organisation_check(code: &str) -> char {
    let value = |letter: char| letter.to_digit(36).unwrap();
    let sum: u32 = code
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(letter, weight)| value(letter) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap(),
    }
}

/// Packs bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Text in the encoding of older Chinese systems.
pub fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// One part of a workbook, as text.
pub fn part_of(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The same workbook with one part changed.
pub fn with_part(workbook: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let (found, mut bytes) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        if found == name {
            bytes = change(std::str::from_utf8(&bytes).unwrap()).into_bytes();
        }
        out.start_file(found, zip::write::SimpleFileOptions::default())
            .unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}
