//! A package as text and as a workbook, both ways without loss, also through LibreOffice.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::city::{copy_folder, package, run, test_package};

fn packages() -> [(&'static str, PathBuf); 3] {
    [
        ("town", test_package("town")),
        ("standard", package("standard")),
        ("chibi-2018", package("chibi-2018")),
    ]
}

/// A canonical copy of a package, with the packages that it extends beside it.
fn canonical(name: &str, from: &Path) -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    copy_folder(&package("standard"), &place.path().join("standard"));
    let copy = place.path().join(name);
    copy_folder(from, &copy);
    run(&["fmt", copy.to_str().unwrap()]).ok();
    (place, copy)
}

/// Every file of a folder with its text, by path.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn assert_same(back: &Path, original: &Path, what: &str) {
    let (back, original) = (texts(back), texts(original));
    let names = |texts: &[(String, String)]| {
        texts
            .iter()
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&back), names(&original), "{what}");
    for ((name, back), (_, original)) in back.iter().zip(&original) {
        let differing = back.lines().zip(original.lines()).find(|(a, b)| a != b);
        assert!(
            back == original,
            "{what}: {name} differs, first at {differing:?}"
        );
    }
}

#[test]
fn fmt_is_idempotent_and_changes_no_meaning() {
    for (name, from) in packages() {
        let (_place, copy) = canonical(name, &from);
        let path = copy.to_str().unwrap();
        run(&["fmt", path, "--check"]).ok();
        let before = texts(&copy);
        assert_eq!(
            run(&["fmt", path]).ok().out,
            "",
            "{name}: nothing left to do"
        );
        assert_eq!(texts(&copy), before, "{name}");
        run(&["check", path]).ok();
    }
}

#[test]
fn the_packages_of_the_repository_are_in_canonical_form() {
    for (_, path) in packages() {
        run(&["fmt", path.to_str().unwrap(), "--check"]).ok();
    }
}

#[test]
fn text_becomes_a_workbook_and_the_same_text_again() {
    for (name, from) in packages() {
        let (place, copy) = canonical(name, &from);
        let (book, back) = (
            place.path().join("package.xlsx"),
            place.path().join("back").join(name),
        );
        std::fs::create_dir(place.path().join("back")).unwrap();
        run(&["workbook", copy.to_str().unwrap(), book.to_str().unwrap()]).ok();
        run(&["workbook", book.to_str().unwrap(), back.to_str().unwrap()]).ok();
        assert_same(&back, &copy, name);
    }
}

#[test]
fn a_workbook_that_libreoffice_saved_again_gives_the_same_text() {
    for (name, from) in packages() {
        let (place, copy) = canonical(name, &from);
        let book = place.path().join("package.xlsx");
        run(&["workbook", copy.to_str().unwrap(), book.to_str().unwrap()]).ok();
        let out = place.path().join("out");
        let profile = format!(
            "-env:UserInstallation=file://{}",
            place.path().join("profile").display()
        );
        let saved = Command::new("soffice")
            .args([
                &profile,
                "--headless",
                "--convert-to",
                "xlsx:Calc MS Excel 2007 XML",
                "--outdir",
            ])
            .arg(&out)
            .arg(&book)
            .output()
            .expect("LibreOffice is needed: apt-get install libreoffice-calc");
        assert!(
            saved.status.success(),
            "{}",
            String::from_utf8_lossy(&saved.stderr)
        );
        let back = place.path().join("back").join(name);
        std::fs::create_dir(place.path().join("back")).unwrap();
        run(&[
            "workbook",
            out.join("package.xlsx").to_str().unwrap(),
            back.to_str().unwrap(),
        ])
        .ok();
        run(&["fmt", back.to_str().unwrap()]);
        assert_same(&back, &copy, name);
    }
}

#[test]
fn half_a_workbook_is_refused() {
    let (place, copy) = canonical("town", &test_package("town"));
    let book = place.path().join("package.xlsx");
    run(&["workbook", copy.to_str().unwrap(), book.to_str().unwrap()]).ok();
    let whole = std::fs::read(&book).unwrap();
    std::fs::write(&book, &whole[..whole.len() / 2]).unwrap();
    let back = place.path().join("back");
    let refused = run(&["workbook", book.to_str().unwrap(), back.to_str().unwrap()]);
    assert_eq!(refused.code, 1, "{refused}");
}

#[test]
fn a_new_package_passes_its_check_and_can_be_run() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("our-city");
    let path = path.to_str().unwrap();
    run(&["new", path]).ok();
    run(&["check", path]).ok();
    run(&["fmt", path, "--check"]).ok();
    run(&["new", path]).refused("Z207");
    let data = place.path().join("data");
    let data = data.to_str().unwrap();
    run(&["init", "--data", data, "--programme", path]).ok();
    run(&[
        "submit",
        "--data",
        data,
        "inspection",
        "number=1",
        "day=2026-03-01",
        "unit=东镇",
        "result=合格",
    ])
    .ok();
    let card = run(&[
        "score",
        "--data",
        data,
        "assessment",
        "--unit",
        "east",
        "--format",
        "json",
    ])
    .json();
    assert_eq!(card[0]["points"], "10", "all inspections passed");
}
