//! Answers that a browser keeps as a file: delimited text, workbooks, drawings.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sheet::{DelimitedOptions, DelimitedOut};

use crate::answer::Refused;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Csv,
    Xlsx,
    Svg,
    Docx,
    Pdf,
    Zip,
}

impl Kind {
    fn ending(self) -> &'static str {
        match self {
            Kind::Csv => "csv",
            Kind::Xlsx => "xlsx",
            Kind::Svg => "svg",
            Kind::Docx => "docx",
            Kind::Pdf => "pdf",
            Kind::Zip => "zip",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Kind::Csv => "text/csv; charset=utf-8",
            Kind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Kind::Svg => "image/svg+xml",
            Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Kind::Pdf => "application/pdf",
            Kind::Zip => "application/zip",
        }
    }
}

/// A file of that name, without its ending.
pub(crate) fn file(name: &str, kind: Kind, bytes: impl Into<axum::body::Body>) -> Response {
    let name: String = name
        .chars()
        .map(|sign| {
            if sign.is_control() || "/\\:*?\"<>|".contains(sign) {
                '-'
            } else {
                sign
            }
        })
        .collect();
    let ending = kind.ending();
    // RFC 6266: the name in UTF-8, and one that every browser reads.
    let coded: String = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    let disposition =
        format!("attachment; filename=\"zhicheng.{ending}\"; filename*=UTF-8''{coded}.{ending}");
    let mut response = bytes.into().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Rows of text as a file that spreadsheet programs open; the first is the heading.
pub(crate) fn csv(name: &str, rows: &[Vec<String>]) -> Result<Response, Refused> {
    let head = rows.first().cloned().unwrap_or_default();
    let mut out = DelimitedOut::start(Vec::new(), &head, DelimitedOptions::for_spreadsheets())?;
    for row in rows.iter().skip(1) {
        out.write_texts(row)?;
    }
    Ok(file(name, Kind::Csv, out.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_that_is_only_a_name() {
        let response = file("合格率/2018\"\r\n", Kind::Csv, "x");
        let found = response.headers()[CONTENT_DISPOSITION].to_str().unwrap();
        assert_eq!(
            found,
            "attachment; filename=\"zhicheng.csv\"; filename*=UTF-8''%E5%90%88%E6%A0%BC%E7%8E%87-2018---.csv"
        );
    }
}
