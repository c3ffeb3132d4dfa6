//! A change of the programme in mid-year: uploaded, checked, compared, tried on the same records, put in
//! force; and one that `check` refuses.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::site::{Site, walk};

/// The package of Chibi as an archive, with some of its text replaced.
fn archive(place: &Path, changes: &[(&str, &str, &str)]) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/chibi-2018");
    let file = place.join("chibi-2018.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    let mut folders = vec![package.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(&package)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            let mut text = std::fs::read_to_string(&path).unwrap();
            for (of, from, to) in changes.iter().filter(|(of, _, _)| *of == name) {
                assert!(text.contains(from), "{of} says {from}");
                text = text.replacen(from, to, 1);
            }
            zip.start_file(
                format!("chibi-2018/{name}"),
                zip::write::SimpleFileOptions::default(),
            )
            .unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
    }
    zip.finish().unwrap();
    file
}

#[test]
fn a_new_version_is_tried_on_the_same_records_before_it_is_put_in_force() {
    walk(async || {
        let place = tempfile::tempdir().unwrap();
        let site = Site::demonstration();
        let office = site.enters("office", "en", 1440).await;
        let file = archive(
            place.path(),
            &[
                (
                    "programme.toml",
                    "version = \"1.0.0\"",
                    "version = \"1.1.0\"",
                ),
                ("scheme/04-food.toml", "full_at = 0.975", "full_at = 0.99"),
            ],
        );
        office.goes("/programme/new").await;
        office.attaches("#package", &file).await;
        office.presses("form.stack button.main").await;
        let text = office.reads().await;
        assert!(text.contains("No error."), "{text}");
        assert!(text.contains("full_at 0.975 → 0.99"), "{text}");
        assert!(text.contains("version 1.0.0 → 1.1.0"), "{text}");
        assert!(
            text.contains("Differences from the version in force 2\n"),
            "{text}"
        );
        // What the trial says is what comes: the food bureau's total, before and then.
        let line = text
            .lines()
            .find(|line| line.starts_with("Food and drug administration bureau "))
            .expect("the bureau whose rule it is moves")
            .to_owned();
        let totals: Vec<&str> = line
            .split_whitespace()
            .filter(|word| word.parse::<f64>().is_ok())
            .collect();
        let &[before, then] = totals.as_slice() else {
            panic!("{line}");
        };
        assert!(
            then.parse::<f64>().unwrap() < before.parse::<f64>().unwrap(),
            "{line}"
        );
        office.goes("/units/food_drug").await;
        assert!(office.reads().await.contains(before));
        office.browser().back().await.unwrap();
        office
            .presses("form[action$='/activate'] button.main")
            .await;
        assert_eq!(office.path().await, "/programme");
        assert!(office.reads().await.contains("1.1.0"));
        office.goes("/units/food_drug").await;
        assert!(office.reads().await.contains(then));
        office.leaves().await;
    });
}

#[test]
fn a_version_with_an_error_shows_its_place_and_cannot_be_put_in_force() {
    walk(async || {
        let place = tempfile::tempdir().unwrap();
        let site = Site::demonstration();
        let office = site.enters("office", "zh", 1440).await;
        let file = archive(
            place.path(),
            &[("scheme/04-food.toml", "points = 3", "pionts = 3")],
        );
        office.goes("/programme/new").await;
        office.attaches("#package", &file).await;
        office.presses("form.stack button.main").await;
        let text = office.reads().await;
        assert!(text.contains("scheme/04-food.toml:"), "{text}");
        assert!(text.contains("pionts"), "{text}");
        assert!(!office.sees("form[action$='/activate']").await);
        // Something that is no package at all.
        let other = place.path().join("照片.zip");
        std::fs::write(&other, b"no archive").unwrap();
        office.goes("/programme/new").await;
        office.attaches("#package", &other).await;
        office.presses("form.stack button.main").await;
        assert!(office.reads().await.contains("上传的文件不是方案包"));
        // Somebody who may not.
        let liaison = site.enters("liaison", "zh", 1440).await;
        liaison.goes("/programme/new").await;
        assert!(liaison.reads().await.contains("不能看这一页"));
        office.leaves().await;
        liaison.leaves().await;
    });
}
