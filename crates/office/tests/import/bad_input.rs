//! What is wrong with a cell, a row or a file is said where it stands; nothing of it gets in.

use std::io::Write;

use office::import::ImportOptions;

use crate::town::{Town, counts, told, uscc};

/// A row of good cells with one of them replaced.
fn with(column: usize, cell: &str) -> String {
    let mut cells =
        ["n1", "2018-03-05", "market", &uscc(1), "pass", "3", "2.50"].map(str::to_owned);
    cells[column] = cell.to_owned();
    format!(
        "number,day,unit,subject,result,batches,cost\n{}\n",
        cells.join(",")
    )
}

#[test]
fn every_bad_cell_is_named() {
    let wrong_check = {
        let right = uscc(1);
        let last = if right.ends_with('0') { "1" } else { "0" };
        format!("{}{last}", &right[..17])
    };
    let long_key = "x".repeat(901);
    let mut town = Town::new();
    for (column, cell, code, heading) in [
        (0, "", "O201", "number"),
        (0, long_key.as_str(), "O303", ""),
        (0, "a\u{1}b", "O301", "number"),
        (1, "2018-02-31", "O209", "day"),
        (1, "2018年2月", "O210", "day"),
        (1, "03/04/2018", "O211", "day"),
        (1, "43164", "O212", "day"),
        (1, "soon", "O208", "day"),
        (1, "", "O201", "day"),
        (2, "市监局", "O215", "unit"),
        (2, "nobody", "O215", "unit"),
        (4, "passed", "O213", "result"),
        (4, "void", "O221", "result"),
        (5, "3.5", "O203", "batches"),
        (5, "-1", "O217", "batches"),
        (5, "three", "O207", "batches"),
        (6, "2.505", "O204", "cost"),
        (3, wrong_check.as_str(), "", "subject"),
        (3, "9142", "", "subject"),
    ] {
        let report = town.import("sample", with(column, cell));
        assert_eq!(counts(&report), (0, 0, 0, 1), "{cell}");
        let (found, row, at) = told(&report).remove(0);
        assert!(
            code.is_empty() && found.starts_with('B') || found == code,
            "{cell}: {found}"
        );
        assert_eq!((row, at.as_str()), (2, heading), "{cell}");
        let place = report.problems[0].place.clone().unwrap();
        assert!(
            heading.is_empty() || place.value.as_deref() == Some(cell),
            "{place:?}"
        );
    }
    assert_eq!(town.figure("samples"), "0.00");
}

#[test]
fn a_unit_that_did_not_exist_on_the_day_and_a_condition_that_is_false() {
    let mut town = Town::new();
    let file = format!(
        "number,day,unit,subject,result,batches,cost\nn1,2018-06-30,quality,{0},pass,1,\nn2,2018-07-01,quality,{0},pass,1,\nn3,2018-03-01,market,{0},pass,10,0.5\n",
        uscc(1)
    );
    let report = town.import("sample", file);
    assert_eq!(
        told(&report),
        [("O220", 3, "unit".to_owned()), ("O222", 4, String::new())]
    );
}

#[test]
fn all_faults_of_a_row_are_told_at_once() {
    let mut town = Town::new();
    let report = town.import(
        "sample",
        "number,day,unit,subject,result\n,2018-02-30,x,y,z\n",
    );
    let codes: Vec<&str> = told(&report).iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes.len(), 5, "{codes:?}");
    assert_eq!(report.rejected[0].reasons.len(), 5);
}

#[test]
fn a_key_that_stands_twice_is_rejected_naming_the_first_row() {
    let mut town = Town::new();
    let row =
        |number: &str, result: &str| format!("{number},2018-03-05,market,{},{result}\n", uscc(1));
    let file = format!(
        "number,day,unit,subject,result\n{}{}{}",
        row("a", "pass"),
        row("b", "pass"),
        row("a", "fail")
    );
    let report = town.import("sample", &file);
    assert_eq!(told(&report), [("O305", 4, String::new())]);
    assert!(report.problems[0].what(base::Lang::En).contains("row 2"));
}

#[test]
fn rows_that_do_not_fit_the_header() {
    let mut town = Town::new();
    let report = town.import(
        "visit",
        "day,topic\n2018-01-01\n2018-01-01,a,b\n2018-01-01,a\n",
    );
    assert_eq!(
        told(&report),
        [("S502", 2, String::new()), ("S501", 3, String::new())]
    );
}

#[test]
fn a_file_that_cannot_be_read_leaves_no_trace() {
    let mut town = Town::new();
    let workbook = town.office.template("visit", base::Lang::Zh).unwrap();
    let half = workbook[..workbook.len() / 2].to_vec();
    let bomb = {
        let mut packer = flate2::write::GzEncoder::new(b"".to_vec(), flate2::Compression::best());
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..100 {
            packer.write_all(&zeros).unwrap();
        }
        packer.finish().unwrap()
    };
    let mut neither = b"day,topic\n2018-01-01,".to_vec();
    neither.extend([0xff, 0xff, b'\n']);
    let files: [(&str, Vec<u8>); 8] = [
        ("empty", Vec::new()),
        ("half a workbook", half),
        ("a bomb", bomb),
        ("a million columns", vec![b','; 1_000_000]),
        (
            "cut in the middle",
            b"day,topic\n2018-01-01,\"abc\n2018-01-02,x\n".to_vec(),
        ),
        ("in no encoding", neither),
        (
            "another format",
            b"<html><table><tr><td>day</td></tr></table></html>".to_vec(),
        ),
        ("zero bytes", b"day,topic\n2018-01-01,\0\n".to_vec()),
    ];
    for (name, bytes) in files {
        let codes = town.refused(
            "visit",
            bytes,
            &ImportOptions {
                valid_only: true,
                ..ImportOptions::default()
            },
        );
        assert!(
            !codes.is_empty() && codes.iter().all(|code| code.starts_with(['S', 'O'])),
            "{name}: {codes:?}"
        );
    }
}

#[test]
fn a_file_that_is_cut_within_its_rows_is_refused_although_rows_were_good() {
    let mut town = Town::new();
    let mut file = String::from("day,topic\n");
    for n in 0..6_000 {
        file.push_str(&format!("2018-01-01,t{n}\n"));
    }
    file.push_str("2018-01-01,\"cut");
    assert_eq!(
        town.refused("visit", &file, &ImportOptions::default())
            .len(),
        1
    );
    assert_eq!(town.figure("visits"), "0.00");
}

#[test]
fn a_spelling_that_is_confirmed_once_is_remembered() {
    let mut town = Town::new();
    let file = with(2, "市监局");
    assert_eq!(
        told(&town.import("sample", &file)),
        [("O215", 2, "unit".to_owned())]
    );
    town.office
        .confirm_alias("unit", "市监局", "market", None)
        .unwrap();
    assert_eq!(counts(&town.import("sample", &file)), (1, 0, 0, 0));
    let mut town = town.reopened();
    assert_eq!(
        counts(&town.import("sample", with(2, "市监局").replace("n1", "n2"))),
        (1, 0, 0, 0)
    );
}
