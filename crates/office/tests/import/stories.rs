//! All or nothing, the valid rows, the same file twice, revisions, and an import that was killed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base::Lang;
use office::import::ImportOptions;
use sheet::{Cell, ReadOptions, SheetOut, WorkbookOut, read_table};

use crate::town::{Town, counts, told, uscc};

const HEADER: &str = "样品编号,抽样日期,责任单位,信用代码,企业名称,检验结论\n";

fn row(number: &str, result: &str) -> String {
    format!(
        "{number},2018-03-05,市场监督管理局,{},甲茶厂,{result}\n",
        uscc(1)
    )
}

#[test]
fn one_bad_row_keeps_all_out_and_the_valid_ones_can_be_taken() {
    let mut town = Town::new();
    let file = format!(
        "{HEADER}{}{}{}",
        row("a1", "合格"),
        row("a2", "尚可"),
        row("a3", "不合格")
    );
    let before = town.head();
    let report = town.import("sample", &file);
    assert_eq!((counts(&report), report.position), ((2, 0, 0, 1), None));
    assert_eq!(told(&report), [("O213", 3, "检验结论".to_owned())]);
    assert_eq!(town.head(), before);

    let report = town.import_with(
        "sample",
        &file,
        &ImportOptions {
            valid_only: true,
            ..ImportOptions::default()
        },
    );
    assert_eq!(
        (counts(&report), report.position),
        ((2, 0, 0, 1), Some(town.head()))
    );
    assert_eq!(
        (town.figure("samples"), town.figure("failed")),
        ("2.00".to_owned(), "1.00".to_owned())
    );

    // The rejected row comes back with its reason, is corrected in place and imported as it is.
    let mut table = read_table(
        &report.rejects_workbook(Lang::Zh).unwrap(),
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(table.rows.len(), 1);
    table.rows[0].cells[5] = Cell::text("合格");
    let mut sheet = SheetOut::new(
        "改",
        table
            .header
            .iter()
            .map(|heading| sheet::ColumnOut::text(heading.as_str())),
    );
    sheet.rows = table
        .rows
        .into_iter()
        .map(|row| row.cells.into_iter().map(Into::into).collect())
        .collect();
    let report = town.import("sample", WorkbookOut::new([sheet]).to_bytes().unwrap());
    assert_eq!(
        (counts(&report), report.ignored),
        ((1, 0, 0, 0), vec!["退回原因".to_owned()])
    );
    assert_eq!(town.reopened().figure("samples"), "3.00");
}

#[test]
fn a_trial_run_writes_nothing_and_says_what_would_come() {
    let mut town = Town::new();
    let before = town.head();
    let trial = ImportOptions {
        dry_run: true,
        ..ImportOptions::default()
    };
    let report = town.import_with("sample", HEADER.to_owned() + &row("a1", "合格"), &trial);
    assert_eq!(
        (counts(&report), report.dry_run, report.position),
        ((1, 0, 0, 0), true, None)
    );
    assert_eq!(town.head(), before);
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let mut town = Town::new();
    let file = format!("{HEADER}{}{}", row("a1", "合格"), row("a2", "合格"));
    assert_eq!(counts(&town.import("sample", &file)), (2, 0, 0, 0));
    let before = town.head();
    let again = town.import("sample", &file);
    assert_eq!((counts(&again), again.position), ((0, 0, 2, 0), None));
    assert_eq!(town.head(), before);

    // Without a key a record counts by its content and by how often it is there.
    let visit = "日期,主题\n2018-05-01,茶\n2018-05-01,茶\n";
    assert_eq!(counts(&town.import("visit", visit)), (2, 0, 0, 0));
    assert_eq!(counts(&town.import("visit", visit)), (0, 0, 2, 0));
    assert_eq!(
        counts(&town.import("visit", format!("{visit}2018-05-01,茶\n"))),
        (1, 0, 2, 0)
    );
    assert_eq!(town.reopened().figure("visits"), "3.00");
}

#[test]
fn other_content_under_a_known_key_is_a_revision_and_must_be_meant() {
    let mut town = Town::new();
    town.import("sample", HEADER.to_owned() + &row("a1", "合格"));
    let changed = HEADER.to_owned() + &row("a1", "不合格") + &row("a2", "合格");
    let report = town.import("sample", &changed);
    assert_eq!(
        (counts(&report), told(&report)),
        ((1, 0, 0, 1), vec![("O231", 2, String::new())])
    );
    assert_eq!(town.figure("failed"), "0.00");

    let revise = ImportOptions {
        revise: true,
        reason: Some("复检".to_owned()),
        ..ImportOptions::default()
    };
    assert_eq!(
        counts(&town.import_with("sample", &changed, &revise)),
        (1, 1, 0, 0)
    );
    assert_eq!(
        (town.figure("samples"), town.figure("failed")),
        ("2.00".to_owned(), "1.00".to_owned())
    );
    assert_eq!(
        counts(&town.import_with("sample", &changed, &revise)),
        (0, 0, 2, 0)
    );
    assert_eq!(town.reopened().figure("failed"), "1.00");
}

#[test]
fn a_personal_field_is_part_of_the_content() {
    let mut town = Town::new();
    let file = |inspector: &str| {
        format!(
            "编号,日期,单位,被抽样企业,结论,抽样人\ns1,2018-01-02,market,{},pass,{inspector}\n",
            uscc(1)
        )
    };
    let mapping = "[columns]\n\"编号\" = \"number\"\n\"单位\" = \"unit\"\n\"结论\" = \"result\"\n";
    let mapping = office::import::Mapping::parse(mapping, "m.toml").unwrap();
    let options = ImportOptions {
        mapping: Some(mapping),
        revise: true,
        reason: Some("复检".to_owned()),
        ..ImportOptions::default()
    };
    assert_eq!(
        counts(&town.import_with("sample", file("张某"), &options)),
        (1, 0, 0, 0)
    );
    assert_eq!(
        counts(&town.import_with("sample", file("张某"), &options)),
        (0, 0, 1, 0)
    );
    assert_eq!(
        counts(&town.import_with("sample", file("李某"), &options)),
        (0, 1, 0, 0)
    );
}

/// Imports and dies once rows were written: what a killed process leaves.
fn import_and_die(town: &mut Town, file: &str, options: &ImportOptions) {
    let before = town.head();
    let killed = catch_unwind(AssertUnwindSafe(|| {
        let mut die_while_writing =
            |done: u64, total: u64, _: &str| assert!(total == 0 || done < 1_000, "killed");
        town.office.import(
            "sample",
            "f.csv",
            file.as_bytes(),
            options,
            &mut die_while_writing,
        )
    }));
    assert!(killed.is_err());
    assert!(
        town.head() > before + 1_000,
        "it was killed while rows were being written"
    );
}

#[test]
fn an_import_whose_groups_cannot_be_written_leaves_memory_as_the_disk_is() {
    const ROWS: u64 = 20_000;
    let rows: String = (0..ROWS).map(|n| row(&format!("k{n}"), "合格")).collect();
    let file = HEADER.to_owned() + &rows;
    let mut town = Town::new();
    town.import("sample", HEADER.to_owned() + &row("before", "合格"));
    let ledger = town.office.dir().join("ledger.sqlite");
    let mut other = None;
    let mut hold_the_file = |done: u64, total: u64, _: &str| {
        if total > 0 && done > 0 && other.is_none() {
            // Another program writes to the file, longer than anybody waits.
            let file = rusqlite::Connection::open(&ledger).unwrap();
            file.busy_timeout(std::time::Duration::from_secs(60))
                .unwrap();
            file.execute_batch("BEGIN IMMEDIATE").unwrap();
            other = Some(file);
        }
    };
    let options = ImportOptions::default();
    let refused = town.office.import(
        "sample",
        "f.csv",
        file.as_bytes(),
        &options,
        &mut hold_the_file,
    );
    assert_eq!(refused.unwrap_err()[0].code, "L111");
    drop(other);
    assert_eq!(town.figure("samples"), "1.00");
    assert_eq!(
        town.office.position(),
        town.office.ledger().head().unwrap().size
    );
    town.office.agrees_with_replay().unwrap();
    // The same office goes on.
    let added = town.import("sample", file);
    assert_eq!(counts(&added), (ROWS, 0, 0, 0));
    assert_eq!(town.figure("samples"), format!("{}.00", ROWS + 1));
    town.office.agrees_with_replay().unwrap();
    town.reopened();
}

#[test]
fn an_import_that_is_killed_half_way_leaves_nothing_and_can_be_repeated() {
    const ROWS: u64 = 6_000;
    let rows: String = (0..ROWS).map(|n| row(&format!("k{n}"), "合格")).collect();
    let file = HEADER.to_owned() + &rows;
    let mut town = Town::new();
    town.import("sample", HEADER.to_owned() + &row("before", "合格"));
    import_and_die(&mut town, &file, &ImportOptions::default());
    assert_eq!(
        town.figure("samples"),
        "1.00",
        "rows of an open import are invisible"
    );

    let mut town = town.reopened();
    assert_eq!(town.figure("samples"), "1.00");
    let open = town.office.abandon_open_imports().unwrap();
    assert_eq!(open, 0, "it was given up when the folder was opened");
    assert_eq!(counts(&town.import("sample", &file)), (ROWS, 0, 0, 0));
    assert_eq!(town.figure("samples"), "6001.00");
    assert_eq!(counts(&town.import("sample", &file)), (0, 0, ROWS, 0));

    // Revisions that were killed leave the records as they were.
    let revised = file.replace("合格", "不合格");
    let revise = ImportOptions {
        revise: true,
        reason: Some("复检".to_owned()),
        ..ImportOptions::default()
    };
    import_and_die(&mut town, &revised, &revise);
    let mut town = town.reopened();
    assert_eq!(
        (town.figure("samples"), town.figure("failed")),
        ("6001.00".to_owned(), "0.00".to_owned())
    );
    assert_eq!(counts(&town.import("sample", &file)), (0, 0, ROWS, 0));
    assert_eq!(
        counts(&town.import_with("sample", &revised, &revise)),
        (0, ROWS, 0, 0)
    );
    assert_eq!(town.figure("failed"), "6000.00");
    assert_eq!(town.reopened().figure("failed"), "6000.00");
}

#[test]
fn evidence_that_a_type_demands_comes_with_the_file() {
    let mut town = Town::new();
    let report = town.import("paper", "日期\n2018-05-01\n");
    assert_eq!(told(&report), [("O223", 2, String::new())]);
    let scan = town.office.store_evidence("scan.pdf", b"a scan").unwrap();
    let with = ImportOptions {
        evidence: vec![scan],
        ..ImportOptions::default()
    };
    assert_eq!(
        counts(&town.import_with("paper", "日期\n2018-05-01\n", &with)),
        (1, 0, 0, 0)
    );
    town.reopened();
}
