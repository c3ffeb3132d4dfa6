//! Bad input: each a clear error that names the place and the remedy, and nothing half in.

use crate::city::City;
use crate::files::{SAMPLE_HEADER, firm, gzip, sample, with_part};

/// A file with one fault, and what must be told of it.
struct Bad {
    name: &'static str,
    file: Vec<u8>,
    code: &'static str,
    telling: &'static [&'static str],
}

fn bad(
    name: &'static str,
    file: impl Into<Vec<u8>>,
    code: &'static str,
    telling: &'static [&'static str],
) -> Bad {
    Bad {
        name,
        file: file.into(),
        code,
        telling,
    }
}

fn with_row(row: &str) -> String {
    format!(
        "{SAMPLE_HEADER}{}{row}",
        sample("ok", "2018-01-02", "东乡", 1, "合格")
    )
}

#[test]
fn every_fault_of_a_row_is_named_with_its_row_column_value_and_remedy() {
    let wrong_check = firm(1)[..17].to_owned() + if firm(1).ends_with('0') { "1" } else { "0" };
    let faults = [
        bad(
            "check character",
            with_row(&sample("b", "2018-03-01", "东乡", 2, "合格").replace(&firm(2), &wrong_check)),
            "B116",
            &["row 3", "信用代码"],
        ),
        bad(
            "31 February",
            with_row(&sample("b", "2018-02-31", "东乡", 1, "合格")),
            "O209",
            &["row 3", "抽样日期", "2018-02-31"],
        ),
        bad(
            "no year first",
            with_row(&sample("b", "03/05/2018", "东乡", 1, "合格")),
            "O211",
            &["row 3", "抽样日期"],
        ),
        bad(
            "only a month",
            with_row(&sample("b", "2018-03", "东乡", 1, "合格")),
            "O210",
            &["row 3"],
        ),
        bad(
            "a key twice",
            with_row(&sample("ok", "2018-01-02", "东乡", 1, "合格")),
            "O305",
            &["row 3"],
        ),
        bad(
            "unknown code",
            with_row(&sample("b", "2018-03-01", "东乡", 1, "合 格 品")),
            "O213",
            &["row 3", "检验结论"],
        ),
        bad(
            "unknown unit",
            with_row(&sample("b", "2018-03-01", "南乡", 1, "合格")),
            "O215",
            &["row 3", "所在乡镇", "南乡"],
        ),
        bad(
            "a unit that was gone",
            with_row(
                &sample("b", "2018-07-01", "东乡", 1, "合格")
                    .replace("市场监督管理局", "质量技术监督局"),
            ),
            "O220",
            &["row 3", "2018-07-01"],
        ),
        bad(
            "nothing in a required cell",
            with_row(&sample("b", "2018-03-01", "东乡", 1, "")),
            "O201",
            &["row 3", "检验结论"],
        ),
    ];
    let city = City::new("town");
    let head = city.head();
    for fault in faults {
        let file = city.file("坏.csv", &fault.file);
        let run = city.run(["import", "sample", &file]);
        assert_eq!(run.code, 1, "{}: {run}", fault.name);
        let mut run = run.refused(fault.code).telling("坏.csv");
        for what in fault.telling {
            run = run.telling(what);
        }
    }
    assert_eq!(city.head(), head, "nothing is half in");
    // The same unit before it went is right.
    let file = city.file(
        "好.csv",
        with_row(
            &sample("b", "2018-06-30", "东乡", 1, "合格")
                .replace("市场监督管理局", "质量技术监督局"),
        ),
    );
    city.run(["import", "sample", &file]).ok();
}

#[test]
fn all_faults_of_a_file_are_told_in_one_run() {
    let rows = [
        ("b", "2018-02-31", "合格"),
        ("c", "2018-03-01", "优"),
        ("d", "2018-13-01", "良"),
    ];
    let file: String = rows
        .map(|(number, day, result)| sample(number, day, "东乡", 1, result))
        .concat();
    let city = City::new("town");
    let file = city.file("坏.csv", SAMPLE_HEADER.to_owned() + &file);
    let run = city.run(["import", "sample", &file]);
    assert_eq!(run.code, 1);
    let told = run.err.matches("error[").count();
    assert_eq!(
        told, 4,
        "one of the first row, one of the second, two of the third: {run}"
    );
}

#[test]
fn a_file_that_is_no_table_of_this_type_is_refused_as_a_whole() {
    let long_header: String = (0..1_000_000).map(|n| format!("c{n},")).collect();
    let no_result = "样品编号,抽样日期,责任单位,信用代码\nb,2018-03-01,market,x\n";
    let unknown = SAMPLE_HEADER.replace("检验结论", "检验结果")
        + "b,2018-03-01,市场监督管理局,东乡,x,y,合格\n";
    let twice = SAMPLE_HEADER.replace("企业名称", "检验结论")
        + "b,2018-03-01,市场监督管理局,东乡,x,合格,合格\n";
    let gone = gzip(&vec![b'a'; 64 << 20]);
    let whole = gzip(with_row("").as_bytes());
    let table = [
        bad("a million columns", long_header, "S208", &["4096"]),
        bad(
            "an unknown column",
            unknown,
            "O320",
            &["检验结果", "nearest: 检验结论"],
        ),
        bad("a required column missing", no_result, "O321", &["Finding"]),
        bad("two columns for one field", twice, "O3", &["检验结论"]),
        bad("a bomb", gone, "S", &[]),
        bad("cut in the middle", &whole[..whole.len() / 2], "S", &[]),
        bad(
            "neither encoding",
            [
                SAMPLE_HEADER.as_bytes(),
                &[0xff, 0xfe, 0x81, 0x20, 0xff, b'\n'],
            ]
            .concat(),
            "S",
            &[],
        ),
        bad("nothing", "", "", &[]),
        bad(
            "bytes",
            (0..=255_u8).cycle().take(9_000).collect::<Vec<_>>(),
            "",
            &[],
        ),
    ];
    let city = City::new("town");
    let head = city.head();
    for fault in table {
        let file = city.file("坏.csv", &fault.file);
        let run = city.run(["import", "sample", &file]);
        assert_eq!(run.code, 1, "{}: {run}", fault.name);
        assert!(
            run.err.contains(&format!("error[{}", fault.code)) && run.err.contains("= help: "),
            "{}: {run}",
            fault.name
        );
        let mut run = run;
        for what in fault.telling {
            run = run.telling(what);
        }
    }
    assert_eq!(city.head(), head, "nothing is half in");
}

#[test]
fn half_a_workbook_and_a_workbook_that_unpacks_into_gigabytes_are_refused() {
    let city = City::new("town");
    let path = city.path("抽检.xlsx");
    city.run(["template", "sample", "--output", path.to_str().unwrap()])
        .ok();
    let whole = std::fs::read(&path).unwrap();
    let half = city.file("半.xlsx", &whole[..whole.len() / 2]);
    let run = city.run(["import", "sample", &half]);
    assert!(run.code == 1 && run.err.contains("error[S"), "{run}");
    let bomb = with_part(&whole, "xl/worksheets/sheet1.xml", |page| {
        page.replace(
            "</sheetData>",
            &(format!("<!--{}-->", " ".repeat(64 << 20)) + "</sheetData>"),
        )
    });
    let bomb = city.file("弹.xlsx", bomb);
    let run = city.run(["import", "sample", &bomb]);
    assert!(run.code == 1 && run.err.contains("error[S"), "{run}");
}

#[test]
fn a_file_that_is_not_there_and_a_type_that_is_not_declared() {
    let city = City::new("town");
    let run = city.run(["import", "sample", "没有.csv"]);
    assert_eq!(run.code, 3, "files and disks: {run}");
    run.telling("Z101");
    let file = city.file("a.csv", with_row(""));
    let run = city.run(["import", "sampel", &file]);
    assert_eq!(run.code, 1, "{run}");
    run.telling("sampel").telling("sample");
}
