//! What a form brought: fields and files, under limits, with its proof that it came from here.

use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use base::Problem;
use subtle::ConstantTimeEq;

use crate::asked::Asked;
use crate::{answer, problems};

/// Most bytes of a form without files.
const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most bytes of one file.
pub(crate) const FILE_BYTES_MAX: usize = 50 * 1024 * 1024;
/// Most bytes of a form with files.
pub(crate) const BODY_BYTES_MAX: usize = 120 * 1024 * 1024;
/// Most files of a form.
const FILES_MAX: usize = 50;
/// Most fields of a form.
const FIELDS_MAX: usize = 5_000;

/// A file that was uploaded.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// The field it came in.
    pub field: String,
    /// Its name, without any folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What a form brought, in the form's order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posted {
    fields: Vec<(String, String)>,
    pub files: Vec<Upload>,
}

impl Posted {
    /// A form with these fields.
    #[cfg(test)]
    pub fn of(fields: &[(&str, &str)]) -> Posted {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        Posted {
            fields: fields.iter().map(owned).collect(),
            files: Vec::new(),
        }
    }

    /// The text of a field; empty where it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(found, _)| found == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// All texts of a field: of boxes that were ticked.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// All fields whose name begins so, with the rest of the name.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields
            .iter()
            .filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// Whether it came from a page of the session that sends it.
    pub fn is_of(&self, asked: &Asked) -> bool {
        asked.token.is_some()
            && bool::from(self.get("csrf").as_bytes().ct_eq(asked.csrf().as_bytes()))
    }

    /// The id under which the form's command is given, so that sending it twice does it once.
    pub fn once(&self) -> Option<[u8; 16]> {
        hex::decode(self.get("once")).ok()?.try_into().ok()
    }
}

/// Endings of files that are taken as evidence.
const EVIDENCE_KINDS: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "pdf", "ofd", "doc", "docx",
    "wps", "xls", "xlsx", "et", "csv", "ppt", "pptx", "dps", "txt", "md", "rtf", "odt", "ods",
    "zip", "7z", "rar", "mp4", "mov", "mp3", "m4a", "wav", "eml",
];

/// Whether a file can be evidence.
///
/// # Errors
/// It is empty, or of a kind that is not taken.
pub(crate) fn check_evidence(file: &Upload) -> Result<(), Problem> {
    let ending = file
        .name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    if file.bytes.is_empty() {
        Err(problems::file_is_empty(&file.name))
    } else if EVIDENCE_KINDS.contains(&ending.as_str()) {
        Ok(())
    } else {
        Err(problems::file_kind(&file.name))
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Posted, Response> {
        let lang = lang_of(&request);
        read(request, state)
            .await
            .map_err(|problem| answer::bare(lang, &problem))
    }
}

fn lang_of(request: &Request) -> base::Lang {
    crate::asked::cookie(request.headers(), crate::asked::LANG_COOKIE)
        .and_then(|text| base::Lang::parse(&text))
        .unwrap_or_default()
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Posted, Problem> {
    let is_multipart = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/form-data"));
    if is_multipart {
        let form = Multipart::from_request(request, state)
            .await
            .map_err(problems::bad_form)?;
        read_multipart(form).await
    } else {
        let body = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX)
            .await
            .map_err(problems::bad_form)?;
        let mut posted = Posted::default();
        for (name, value) in url::form_urlencoded::parse(&body) {
            add(&mut posted, name.into_owned(), &value)?;
        }
        Ok(posted)
    }
}

fn add(posted: &mut Posted, name: String, value: &str) -> Result<(), Problem> {
    if posted.fields.len() == FIELDS_MAX {
        return Err(problems::too_many("字段", "fields", FIELDS_MAX));
    }
    // Browsers send line ends as CR LF; what is kept has LF.
    posted.fields.push((name, value.replace("\r\n", "\n")));
    Ok(())
}

async fn read_multipart(mut form: Multipart) -> Result<Posted, Problem> {
    let mut posted = Posted::default();
    while let Some(mut field) = form.next_field().await.map_err(problems::bad_form)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(bare_name);
        let limit = if file.is_some() {
            FILE_BYTES_MAX
        } else {
            FORM_BYTES_MAX
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(problems::bad_form)? {
            if bytes.len() + chunk.len() > limit {
                let shown = file.unwrap_or(name);
                return Err(problems::file_too_large(shown, limit / 1024 / 1024));
            }
            bytes.extend_from_slice(&chunk);
        }
        match file {
            // A file field where nothing was chosen.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                if posted.files.len() == FILES_MAX {
                    return Err(problems::too_many("文件", "files", FILES_MAX));
                }
                posted.files.push(Upload {
                    field: name,
                    name: file,
                    bytes,
                });
            }
            None => add(&mut posted, name, &String::from_utf8_lossy(&bytes))?,
        }
    }
    Ok(posted)
}

/// A file's name without folders, control signs and the signs that turn text around.
pub(crate) fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars()
        .filter(|sign| {
            !sign.is_control() && !matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .take(200)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_has_no_folder_and_nothing_that_turns_text_around() {
        assert_eq!(bare_name(r"C:\文件\a.pdf"), "a.pdf");
        assert_eq!(bare_name("../../etc/passwd"), "passwd");
        assert_eq!(bare_name("照片\u{202e}gpj.exe"), "照片gpj.exe");
        assert_eq!(bare_name("a\0b\n.txt"), "ab.txt");
    }
}
