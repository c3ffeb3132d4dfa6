//! The law of the two forms: text → workbook → saved again by LibreOffice → text is byte-equal
//! after `fmt`, comments included; and what an office can do wrong in a workbook.

use base::{Lang, Problem};
use programme::{Layer, Sources, format_layer, from_workbook, rows, to_workbook};
use sheet::{Cell, CellOut, ColumnOut, SheetOut, WorkbookOut};

/// A package with every kind of cell, and every text that a workbook might spoil.
const HARD: &str = r##"# 保留的文件头

# 第一行的注释
# ---- 分隔 ----

[[vocabulary]]
id = "unit_kind"
name = { zh = "单位类别", en = "Kind of unit" } # 行末注释
# 出处见附件
source = "=HYPERLINK(\"http://x\")"

[[code]]
vocabulary = "unit_kind"
id = "bureau"
name = "局"
aliases = ["a; b", "c\\d", " e ", "；f", "[]", "g\nh", "'i'", "j\"k", "1.0", "2018-01-01", "TRUE", "+1", "@x", "-", "_x000D_", "_x005F_"]
valid_from = 2018-01-01
# 括号里的注释也留下

[[field]]
of = "inspection"
id = "amount"
name = { zh = "金额", en = "Amount" }
type = "decimal"
scale = 2
required = true
personal = false
empty = []
min = 0.10
max = "97.50%"
note = { zh = "第一行\n第二行\n", en = "  spaces kept  " }

[[item]]
scorecard = "s"
id = "i"
group = "g"
name = { en = "English only" }
points = 4
rule = "steps"
steps = [[90, 0], [97.5, 4], ["98%", 5.00]]
basis = """
多行文本，\\ 与 "引号"、'单引号'
"""
due = "07-01"

[[target]]
scorecard = "s"
item = "i"
value = 123456789012345678901234567890.5
period = 2018

[[indicator]]
id = "very_long"
name = "𠀀 emoji 😀 & <tag> ]]>"
measure = "expression"
expression = "a / nullif(b, 0) -- 'x'"

# 文件末尾

# 最后一行
"##;

const HEADER: &str = "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1.0\"\nyear = \"2018\"\n";

fn package() -> Layer {
    let files = [
        ("programme.toml".to_owned(), HEADER.to_owned()),
        ("sub/hard.toml".to_owned(), HARD.to_owned()),
        ("empty.toml".to_owned(), String::new()),
        ("only-comment.toml".to_owned(), "# 只有注释\n".to_owned()),
    ];
    format_layer(&Layer::new("p", files))
        .unwrap_or_else(|problems| panic!("{}", english(&problems)))
}

fn english(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| problem.line(Lang::En))
        .collect::<Vec<_>>()
        .join("\n")
}

fn read(bytes: &[u8]) -> Layer {
    from_workbook("p", bytes).unwrap_or_else(|problems| panic!("{}", english(&problems)))
}

#[test]
fn a_package_comes_back_from_its_workbook_byte_for_byte() {
    let package = package();
    let bytes = to_workbook(&package).unwrap();
    assert_eq!(read(&bytes).files, package.files);
    assert_eq!(
        to_workbook(&package).unwrap(),
        bytes,
        "the same package gives the same bytes"
    );
}

#[test]
fn a_package_comes_back_after_libreoffice_saved_it() {
    let package = package();
    let folder = std::env::temp_dir().join(format!("zhicheng-workbook-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let original = folder.join("p.xlsx");
    std::fs::write(&original, to_workbook(&package).unwrap()).unwrap();
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let saved = std::process::Command::new("soffice")
        .args([
            profile.as_str(),
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
        ])
        .arg(folder.join("out"))
        .arg(&original)
        .output();
    let bytes = match saved {
        Ok(output) if output.status.success() => std::fs::read(folder.join("out/p.xlsx")).unwrap(),
        other => {
            eprintln!(
                "LibreOffice (soffice) is missing or failed, so the workbook is saved again by our own reader and writer: {other:?}"
            );
            saved_again(&std::fs::read(&original).unwrap())
        }
    };
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(read(&bytes).files, package.files);
}

/// Reads each sheet and writes it again, without knowing what it means.
fn saved_again(bytes: &[u8]) -> Vec<u8> {
    edited(bytes, |_| {})
}

/// Saves a workbook again after an edit of its sheets.
fn edited(bytes: &[u8], edit: impl Fn(&mut Vec<sheet::Table>)) -> Vec<u8> {
    let mut tables = sheet::read_workbook(bytes, &sheet::ReadOptions::default()).unwrap();
    edit(&mut tables);
    let sheets = tables.into_iter().map(|table| {
        let mut out = SheetOut::new(
            table.sheet_name.unwrap(),
            table.header.iter().map(ColumnOut::text),
        );
        out.rows = table
            .rows
            .into_iter()
            .map(|row| row.cells.into_iter().map(CellOut::from).collect())
            .collect();
        out
    });
    WorkbookOut::new(sheets).to_bytes().unwrap()
}

fn set(tables: &mut [sheet::Table], sheet: &str, row: usize, heading: &str, cell: Cell) {
    let table = tables
        .iter_mut()
        .find(|table| table.sheet_name.as_deref() == Some(sheet))
        .unwrap();
    let column = table
        .header
        .iter()
        .position(|other| other == heading)
        .unwrap();
    table.rows[row].cells[column] = cell;
}

fn simple() -> Vec<u8> {
    let roles = "[[role]]\nid = \"a\"\nname = \"A\"\n\n[[calendar]]\nyear = 2018\nsource = \"s\"\n\n[[role]]\nid = \"b\"\nname = \"B\"\n";
    let files = [
        ("programme.toml".to_owned(), HEADER.to_owned()),
        ("roles.toml".to_owned(), roles.to_owned()),
    ];
    to_workbook(&Layer::new("p", files)).unwrap()
}

#[test]
fn rows_added_by_an_office_follow_their_predecessor() {
    let bytes = edited(&simple(), |tables| {
        let table = tables
            .iter_mut()
            .find(|table| table.sheet_name.as_deref() == Some("role"))
            .unwrap();
        let added = |id: &str, name: &str| {
            let mut row = table.rows[0].clone();
            let texts = [
                ("id", id),
                ("name.zh", name),
                ("name.en", name),
                ("#comment", "new"),
                ("#file", ""),
                ("#order", ""),
            ];
            for (heading, text) in texts {
                let column = table
                    .header
                    .iter()
                    .position(|other| other == heading)
                    .unwrap();
                row.cells[column] = Cell::text(text);
            }
            row
        };
        let (first, second) = (added("first", "F"), added("second", "S"));
        table.rows.insert(1, second);
        table.rows.insert(0, first);
    });
    let text = &read(&bytes).files[1].text;
    let expected = "# new\n[[role]]\nid = \"first\"\nname = \"F\"\n\n[[role]]\nid = \"a\"\nname = \"A\"\n\n# new\n[[role]]\nid = \"second\"\nname = \"S\"\n\n[[calendar]]\nyear = 2018\nsource = \"s\"\n\n[[role]]\nid = \"b\"\nname = \"B\"\n";
    assert_eq!(&**text, expected);
}

#[test]
fn cells_that_an_office_typed_as_numbers_and_days_are_read() {
    let bytes = edited(&simple(), |tables| {
        set(tables, "calendar", 0, "year", Cell::Number("2019".into()));
        set(tables, "role", 0, "#order", Cell::Number("9".into()));
    });
    let text = read(&bytes).files[1].text.to_string();
    assert!(text.contains("year = 2019"), "{text}");
    assert!(text.find("id = \"b\"") < text.find("id = \"a\""), "{text}");
}

#[test]
fn full_width_digits_and_real_dates_are_read() {
    let bytes = edited(&simple(), |tables| {
        set(tables, "calendar", 0, "year", Cell::text("２０１９"));
        let day = base::Day::parse("2026-07-01").unwrap();
        set(
            tables,
            "programme",
            0,
            "assessment_year_starts",
            Cell::Date(day),
        );
    });
    let layer = read(&bytes);
    let text: String = layer
        .files
        .iter()
        .map(|file| file.text.to_string())
        .collect();
    assert!(text.contains("year = 2019"), "{text}");
    assert!(
        text.contains("assessment_year_starts = \"07-01\""),
        "{text}"
    );
}

#[test]
fn every_fault_of_a_workbook_names_its_cell() {
    let bytes = edited(&simple(), |tables| {
        set(tables, "role", 0, "id", Cell::text("Not An Id"));
        set(tables, "role", 1, "id", Cell::Empty);
        set(tables, "calendar", 0, "year", Cell::text("twenty"));
        set(
            tables,
            "calendar",
            0,
            "#file",
            Cell::text("../../etc/passwd"),
        );
        set(tables, "programme", 0, "#order", Cell::text("first"));
        let role = tables
            .iter_mut()
            .find(|table| table.sheet_name.as_deref() == Some("role"))
            .unwrap();
        role.header[1] = "name.cn".into();
    });
    let problems = from_workbook("p", &bytes).unwrap_err();
    let places: Vec<_> = problems
        .iter()
        .map(|problem| {
            let place = problem.place.as_ref().unwrap();
            assert_eq!(place.file, "p.xlsx");
            (
                problem.code,
                place.sheet.clone().unwrap_or_default(),
                place.row.unwrap_or(0),
                place.column.clone().unwrap_or_default(),
            )
        })
        .collect();
    // Without its rows nothing is known of what they mean; that is said last.
    assert_eq!(places.last().unwrap().0, "P109");
    for (code, sheet, row, column) in [
        ("P158", "programme", 2, "#order"),
        ("P121", "role", 1, "name.cn"),
        ("P131", "role", 2, "id"),
        ("P122", "role", 3, "id"),
        ("P157", "role", 2, "B"),
        ("P130", "calendar", 2, "year"),
        ("P159", "calendar", 2, "#file"),
    ] {
        assert!(
            places.contains(&(code, sheet.to_owned(), row, column.to_owned())),
            "{code} {sheet} {row} {column}: {places:?}"
        );
    }
}

#[test]
fn what_is_no_package_is_refused() {
    for bytes in [&b""[..], b"PK\x03\x04 half", b"a,b\n1,2\n"] {
        assert!(from_workbook("p", bytes).is_err());
    }
    let mut half = simple();
    half.truncate(half.len() / 2);
    assert!(from_workbook("p", &half).is_err());
    let bytes = edited(&simple(), |tables| {
        tables[1].sheet_name = Some("rolle".into())
    });
    assert_eq!(from_workbook("p", &bytes).unwrap_err()[0].code, "P120");
}

#[test]
fn later_faults_of_a_workbook_name_its_cells_too() {
    let folder = std::env::temp_dir().join(format!("zhicheng-locate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let bytes = edited(&simple(), |tables| {
        set(tables, "role", 1, "id", Cell::text("a"))
    });
    std::fs::write(folder.join("p.xlsx"), bytes).unwrap();
    let sources = Sources::read_folder(folder.join("p.xlsx")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let problems = rows(&sources).1;
    assert_eq!(problems.len(), 1);
    let place = problems[0].place.as_ref().unwrap();
    assert_eq!(
        (
            problems[0].code,
            place.sheet.as_deref(),
            place.row,
            place.column.as_deref()
        ),
        ("P140", Some("role"), Some(3), Some("id"))
    );
}

#[test]
fn every_package_of_this_repository_comes_back_from_its_workbook() {
    let programmes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    for folder in [programmes.clone(), programmes.join("examples")] {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if !entry.path().join("programme.toml").is_file() {
                continue;
            }
            let sources = Sources::read_folder(entry.path())
                .unwrap_or_else(|problems| panic!("{}", english(&problems)));
            // What a package's text says wrongly is told by the checks of the packages.
            let Ok(package) = format_layer(&sources.layers[0]) else {
                continue;
            };
            let bytes =
                to_workbook(&package).unwrap_or_else(|problems| panic!("{}", english(&problems)));
            let back = from_workbook(&package.name, &bytes)
                .unwrap_or_else(|problems| panic!("{}", english(&problems)));
            assert_eq!(back.files, package.files, "{}", package.name);
        }
    }
}
