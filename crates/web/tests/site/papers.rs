//! Papers: templates are checked and tried before they are in force, papers numbered without gaps, kept, and
//! made again byte for byte; every template that the programme brings is filled and opened by LibreOffice.

use std::path::Path;
use std::process::Command;

use axum::http::StatusCode;
use base::Position;
use office::papers::{About, PaperKind, PaperRequest};

use crate::city::{Browser, City};

fn city() -> City {
    let city = City::demonstration();
    city.person("office", "programme_office", Some("quality_office"));
    city.person("liaison", "liaison", Some("puqi"));
    city.person("other", "liaison", Some("food_drug"));
    city
}

/// A template of one paragraph, from the programme's own letter: its typography with another text.
fn template(text: &str) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(PaperKind::Letter.built_in())).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name == "word/document.xml" {
            let all = String::from_utf8(bytes).unwrap();
            let (head, rest) = all.split_once("<w:body>").unwrap();
            let section = &rest[rest.find("<w:sectPr>").unwrap()..];
            bytes = format!("{head}<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>{section}")
                .into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        to.write_all(&bytes).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn issue(office: &mut Browser<'_>, more: &[(&str, &str)]) -> crate::city::Reply {
    let page = "/papers/new?kind=letter&about=puqi";
    let mut fields = vec![
        ("kind", "letter"),
        ("about", "puqi"),
        ("as_demonstration", "1"),
    ];
    fields.extend(more);
    office.submit(page, "/papers/new", &fields)
}

#[test]
fn a_template_is_tried_before_it_is_in_force_and_its_papers_are_numbered_without_gaps() {
    let city = city();
    let mut office = city.signed_in("office");
    let page = "/papers/templates/letter";
    office.get("/papers").is(StatusCode::OK, "No paper yet");
    office.get(page).is(StatusCode::OK, "unit.name");

    // A wrong mark is told with what was meant; nothing can be put in force.
    let reply = office.upload(
        page,
        page,
        &[],
        ("file", "旧.docx", &template("致{{单位名}}：")),
    );
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let tried = office.get(&reply.location);
    tried.is(StatusCode::OK, "单位名称");
    assert!(
        tried.body.contains("R302") && !tried.body.contains("Put it in force"),
        "{}",
        tried.body
    );
    let refused = office.upload(page, page, &[], ("file", "a.docx", b"no archive"));
    refused.is(StatusCode::UNPROCESSABLE_ENTITY, "R101");

    // A right one is filled with the data as they are, and put in force with its pattern.
    let good = template("{{发文字号}} {{单位名称}} {{成文日期|汉字}}");
    let reply = office.upload(page, page, &[], ("file", "新.docx", &good));
    let at = reply.location.clone();
    office.get(&at).is(StatusCode::OK, "二〇一九年一月三十一日");
    office
        .submit(&at, &at, &[("pattern", "赤质办〔{年}〕号")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O762");
    office
        .submit(&at, &at, &[("pattern", "赤质办〔{年}〕{号}号")])
        .leads_to(page);
    office.get(page).is(StatusCode::OK, "赤质办〔{年}〕{号}号");

    // Three papers: the first number is typed, the others follow.
    let not_said = office.submit(
        "/papers/new?kind=letter&about=puqi",
        "/papers/new",
        &[("kind", "letter"), ("about", "puqi")],
    );
    not_said.is(StatusCode::UNPROCESSABLE_ENTITY, "O768");
    let first = issue(&mut office, &[("first_number", "7"), ("note", "共<三>件")]);
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let shown = office.get(&first.location);
    shown.is(StatusCode::OK, "号");
    assert!(
        shown.body.contains("〕7号") && shown.body.contains("the same, byte for byte"),
        "{}",
        shown.body
    );
    assert!(shown.body.contains("共&#60;三&#62;件"), "{}", shown.body);
    issue(&mut office, &[("first_number", "3")]).is(StatusCode::UNPROCESSABLE_ENTITY, "O767");
    let second = issue(&mut office, &[]);
    office.get(&second.location).is(StatusCode::OK, "〕8号");

    // One is void: its number stays taken.
    let void = format!("{}/void", second.location);
    office
        .submit(&second.location, &void, &[("reason", " ")])
        .is(StatusCode::UNPROCESSABLE_ENTITY, "O2");
    office
        .submit(&second.location, &void, &[("reason", "写错了单位")])
        .leads_to(&second.location);
    let third = issue(&mut office, &[]);
    office.get(&third.location).is(StatusCode::OK, "〕9号");
    office.get("/papers").is(StatusCode::OK, "〕9号");

    // A later template changes no paper that went out: kept, and made again byte for byte.
    city.site
        .office()
        .command(1, None, |office| {
            office.set_template(
                PaperKind::Letter,
                "再.docx",
                &template("另{{单位名称}}"),
                "",
            )?;
            let at = Position(first.location.rsplit('/').next().unwrap().parse().unwrap());
            let paper = office.paper(at).map_err(|problem| vec![problem])?;
            assert_eq!(
                office.remake_paper(&paper).unwrap(),
                office.paper_file(&paper).unwrap()
            );
            assert_eq!(paper.facts.number, Some(7));
            Ok::<_, Vec<base::Problem>>(())
        })
        .unwrap();
    let unnumbered = issue(&mut office, &[]);
    office.get(&unnumbered.location).is(StatusCode::OK, "none");

    // A unit sees its own papers, others do not; nobody but the office issues.
    city.signed_in("liaison")
        .get("/papers")
        .is(StatusCode::OK, "〕7号");
    city.signed_in("liaison")
        .get(&first.location)
        .is(StatusCode::OK, "〕7号");
    let mut other = city.signed_in("other");
    assert!(!other.get("/papers").body.contains("〕7号"));
    assert_eq!(other.get(&first.location).status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.get(&format!("{}/file", first.location)).status,
        StatusCode::NOT_FOUND
    );
    assert_ne!(other.get("/papers/new").status, StatusCode::OK);
}

#[test]
fn every_template_that_the_programme_brings_is_filled_and_opened_by_an_office_program() {
    let city = city();
    let dir = tempfile::tempdir().unwrap();
    let mut made: Vec<(PaperKind, std::path::PathBuf)> = Vec::new();
    for kind in PaperKind::ALL {
        let known = city
            .site
            .office()
            .read(|office| office.check_template(kind, "x", kind.built_in()))
            .unwrap()
            .unwrap();
        assert!(
            known.is_usable() && known.problems.is_empty(),
            "{kind:?}: {:?}",
            known.problems
        );
        let about = match kind.about() {
            About::Unit => "puqi",
            About::Year => "",
            // These need a course and a sealed result; the browser's walk has them.
            About::Case | About::Seal => continue,
        };
        let request = PaperRequest {
            kind,
            about: about.to_owned(),
            typed: [("signer".to_owned(), "签发人".to_owned())].into(),
            first_number: None,
            as_demonstration: true,
        };
        let draft = city
            .site
            .office()
            .read(|office| office.draft_paper(&request, None))
            .unwrap()
            .unwrap();
        let file = dir
            .path()
            .join(format!("{}.{}", kind.as_str(), draft.ending));
        std::fs::write(&file, &draft.bytes).unwrap();
        made.push((kind, file));
    }
    for (kind, file) in made {
        let Some(text) = opened_by_libreoffice(&file) else {
            return;
        };
        let text: String = text.split_whitespace().collect();
        assert!(text.contains("演示数据，不是正式文件"), "{kind:?}: {text}");
        assert!(
            !text.contains("{{") && !text.contains("}}"),
            "{kind:?}: {text}"
        );
        let told: &[&str] = match kind {
            PaperKind::Letter => &["目标责任书", "蒲圻", "责任目标", "签发人"],
            PaperKind::Confirmation => &["得分确认单", "蒲圻", "考核项目", "签发人"],
            PaperKind::Rectification => &["整改台账", "失分项目", "0个项目", "签发人"],
            PaperKind::Summary => &["考核结果汇总表", "主要质量指标"],
            PaperKind::Circular | PaperKind::Supervision | PaperKind::OfCase(_) => &[],
        };
        for word in told {
            assert!(text.contains(word), "{kind:?}: {word} is not in {text}");
        }
    }
}

/// The text of a file as LibreOffice shows it, through a PDF; `None` where the programs are missing.
fn opened_by_libreoffice(file: &Path) -> Option<String> {
    let dir = file.parent().unwrap();
    let profile = format!(
        "-env:UserInstallation=file://{}",
        dir.join("profile").display()
    );
    let out = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "pdf", "--outdir"])
        .arg(dir)
        .arg(file)
        .output();
    let pdf = file.with_extension("pdf");
    if !pdf.exists() {
        skipped(&format!(
            "LibreOffice (soffice) is missing or failed, so no paper was opened by it: {out:?}"
        ));
        return None;
    }
    match Command::new("pdftotext")
        .arg("-layout")
        .arg(&pdf)
        .arg("-")
        .output()
    {
        Ok(text) => Some(String::from_utf8(text.stdout).unwrap()),
        Err(_) => {
            skipped(
                "pdftotext (poppler-utils) is missing, so what LibreOffice showed was not compared",
            );
            None
        }
    }
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

#[test]
fn a_units_evidence_leaves_as_one_volume() {
    let city = city();
    let mut liaison = city.signed_in("liaison");
    liaison
        .get("/units/puqi/volume")
        .is(StatusCode::OK, "has filed no evidence yet");
    let pdf = liaison.get("/units/puqi/volume.pdf");
    assert!(pdf.body.starts_with("%PDF-"), "{}", pdf.body);
    let zip = liaison.get("/units/puqi/volume.zip");
    assert!(zip.body.starts_with("PK"), "{}", zip.status);
    // Another unit's evidence is not for everyone.
    let mut other = city.signed_in("other");
    for page in ["volume", "volume.pdf", "volume.zip"] {
        let reply = other.get(&format!("/units/puqi/{page}"));
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{page}");
    }
    assert_eq!(
        liaison.get("/units/nowhere/volume").status,
        StatusCode::NOT_FOUND
    );
}
