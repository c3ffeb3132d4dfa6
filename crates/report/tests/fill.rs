//! Templates are filled, refused where they must be, and left alone where nothing is to be filled.

mod made;

use base::{Lang, Text};
use made::{book, docx, paragraph, unpacked};
use report::{Column, Data, Field, Known, Line, ListOf, Value, check, fill, text_of};

fn data() -> Data {
    let line = |zh: &str, en: &str, value: Value| Line {
        zh: zh.to_owned(),
        en: en.to_owned(),
        value,
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let column = |zh: &str, en: &str| Column {
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    Data {
        fields: vec![
            line("单位名称", "unit.name", text("蒲圻办事处 <甲&乙>")),
            line("日期", "day", Value::Day("2021-09-30".to_owned())),
            line("金额", "amount", Value::Number("12000".to_owned())),
            line("备注", "note", Value::empty()),
        ],
        lists: vec![
            ListOf {
                zh: "项目".to_owned(),
                en: "items".to_owned(),
                columns: vec![column("名称", "name"), column("分值", "points")],
                rows: vec![
                    vec![text("食品抽检"), Value::Number("2.5".to_owned())],
                    vec![text("明厨亮灶"), Value::Number("3".to_owned())],
                    vec![text("农残检测"), Value::Number("1.5".to_owned())],
                ],
            },
            ListOf {
                zh: "无".to_owned(),
                en: "none".to_owned(),
                columns: vec![column("名称", "name")],
                rows: Vec::new(),
            },
        ],
        notice: None,
    }
}

fn known() -> Known {
    let field = |zh: &str, en: &str| Field {
        name: Text::new(zh, en),
        about: Text::default(),
    };
    Known {
        fields: vec![
            field("单位名称", "unit.name"),
            field("日期", "day"),
            field("金额", "amount"),
            field("备注", "note"),
        ],
        lists: vec![
            (
                field("项目", "items"),
                vec![field("名称", "name"), field("分值", "points")],
            ),
            (field("无", "none"), vec![field("名称", "name")]),
        ],
    }
}

fn filled(body: &str) -> String {
    let template = docx(body);
    let checked = check("t.docx", &template, &known()).unwrap();
    assert!(checked.is_usable(), "{:?}", checked.problems);
    let made = fill("t.docx", &template, &data()).unwrap();
    assert_eq!(
        made,
        fill("t.docx", &template, &data()).unwrap(),
        "the same bytes each time"
    );
    text_of("t.docx", &made).unwrap().join("|")
}

#[test]
fn fields_stand_in_the_place_of_their_marks() {
    let table = [
        ("致{{单位名称}}：", "致蒲圻办事处 <甲&乙>："),
        ("{{unit.name}}", "蒲圻办事处 <甲&乙>"),
        ("｛｛单位名称｝｝", "蒲圻办事处 <甲&乙>"),
        (
            "{{日期}} {{日期|汉字}} {{日期｜月}}",
            "2021年9月30日 二〇二一年九月三十日 9",
        ),
        ("{{金额}}元（{{金额|大写}}）", "12000元（壹万贰仟元整）"),
        ("甲{{?备注}}有{{/备注}}{{!备注}}无{{/备注}}乙", "甲无乙"),
        ("{{?日期}}于{{日期}}{{/日期}}止", "于2021年9月30日止"),
    ];
    for (written, expected) in table {
        assert_eq!(filled(&paragraph(&[written])), expected, "{written}");
    }
}

#[test]
fn a_mark_may_be_split_over_runs() {
    for pieces in [
        &["致{", "{单位", "名称}", "}启"] as &[&str],
        &["致{{单", "位", "名", "称", "}}", "启"],
        &["致{{单位名称}}启", ""],
    ] {
        assert_eq!(
            filled(&paragraph(pieces)),
            "致蒲圻办事处 <甲&乙>启",
            "{pieces:?}"
        );
    }
    // It looks as the run in which it begins; what stands beside it keeps its own look.
    let body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>甲{{单位</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>名称}}乙</w:t></w:r></w:p>";
    let made = fill("t.docx", &docx(body), &data()).unwrap();
    let document = unpacked(&made, "word/document.xml");
    assert!(
        document.contains(
            "<w:b/></w:rPr><w:t xml:space=\"preserve\">甲蒲圻办事处 &lt;甲&amp;乙&gt;</w:t>"
        ),
        "{document}"
    );
    assert!(
        document.contains("<w:i/></w:rPr><w:t xml:space=\"preserve\">乙</w:t>"),
        "{document}"
    );
}

#[test]
fn rows_and_paragraphs_repeat() {
    let row = |cells: &[&str]| {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<w:tc>{}</w:tc>", paragraph(&[cell])))
            .collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let table = |rows: &[String]| format!("<w:tbl>{}</w:tbl>", rows.concat());
    let one = table(&[
        row(&["名称", "分"]),
        row(&["{{#项目}}{{序号}}{{名称}}", "{{分值}}"]),
        row(&["完", ""]),
    ]);
    assert_eq!(
        filled(&one),
        "名称\t分|1食品抽检\t2.5|2明厨亮灶\t3|3农残检测\t1.5|完\t"
    );
    let three = table(&[
        row(&["{{#项目}}", ""]),
        row(&["{{名称}}", "甲"]),
        row(&["{{单位名称}}", "{{分值}}"]),
        row(&["{{/项目}}", ""]),
    ]);
    assert_eq!(
        filled(&three)
            .matches("食品抽检\t甲|蒲圻办事处 <甲&乙>\t2.5")
            .count(),
        1
    );
    assert_eq!(filled(&three).split('|').count(), 6);
    // A table keeps one empty row; paragraphs go.
    assert_eq!(filled(&table(&[row(&["{{#无}}{{名称}}", "x"])])), "\tx");
    assert_eq!(
        filled(&(paragraph(&["{{#无}}{{名称}}"]) + &paragraph(&["完"]))),
        "完"
    );
    let paragraphs = paragraph(&["{{#项目}}"])
        + &paragraph(&["{{名称}}："])
        + &paragraph(&["{{分值}}"])
        + &paragraph(&["{{/项目}}"]);
    assert_eq!(
        filled(&paragraphs),
        "食品抽检：|2.5|明厨亮灶：|3|农残检测：|1.5"
    );
    assert_eq!(
        filled(&paragraph(&["{{#项目}}{{名称}}；"])),
        "食品抽检；|明厨亮灶；|农残检测；"
    );
    let conditional = paragraph(&["{{?备注}}一"])
        + &paragraph(&["{{!备注}}二"])
        + &paragraph(&["{{?项目}}"])
        + &paragraph(&["三"])
        + &paragraph(&["{{/项目}}"]);
    assert_eq!(filled(&conditional), "二|三");
    // What may stand in a document only once does.
    let marked = "<w:p w14:paraId=\"0A\"><w:bookmarkStart w:id=\"1\" w:name=\"a\"/><w:r><w:t>{{#项目}}{{名称}}</w:t></w:r><w:bookmarkEnd w:id=\"1\"/></w:p>";
    let document = unpacked(
        &fill("t.docx", &docx(marked), &data()).unwrap(),
        "word/document.xml",
    );
    assert_eq!(document.matches("paraId").count(), 1);
    assert_eq!(document.matches("bookmarkStart").count(), 1);
}

#[test]
fn what_is_not_filled_stays_byte_for_byte() {
    let template = docx(&paragraph(&["{{单位名称}}"]));
    let made = fill("t.docx", &template, &data()).unwrap();
    for part in [
        "[Content_Types].xml",
        "_rels/.rels",
        "word/styles.xml",
        "word/media/seal.png",
    ] {
        assert_eq!(
            made::bytes_of(&template, part),
            made::bytes_of(&made, part),
            "{part}"
        );
    }
    let header = unpacked(&made, "word/header1.xml");
    assert!(header.contains("蒲圻办事处"), "{header}");
}

#[test]
fn each_fault_names_the_mark_its_place_and_what_there_is() {
    let table = [
        (
            "{{单位名}}",
            "R302",
            "正文第 1 段：没有“单位名”这一项，是不是“单位名称”",
        ),
        ("{{unit.nam}}", "R302", "unit.name"),
        ("{{名称}}", "R306", "“名称”是“项目”每一行的内容"),
        ("{{单位名称", "R301", "没有结束"),
        ("{{日期|篆书}}", "R303", "日期|篆书"),
        ("{{#单位名称}}", "R307", "不是可重复的清单"),
        ("{{/项目}}", "R304", "没有对应的开始标记"),
    ];
    for (written, code, told) in table {
        let checked = check("t.docx", &docx(&paragraph(&[written])), &known()).unwrap();
        let found = checked
            .problems
            .first()
            .unwrap_or_else(|| panic!("{written} is refused"));
        assert_eq!(found.code, code, "{written}: {}", found.what(Lang::Zh));
        assert!(
            found.what(Lang::Zh).contains(told),
            "{}",
            found.what(Lang::Zh)
        );
        assert!(!checked.is_usable());
    }
    let unknown = check("t.docx", &docx(&paragraph(&["{{没有的}}"])), &known()).unwrap();
    assert!(
        unknown.problems[0]
            .remedy(Lang::Zh)
            .contains("单位名称、日期、金额、备注、项目、无")
    );
    let none = check(
        "t.docx",
        &made::docx_of(&paragraph(&["无"]), "无"),
        &known(),
    )
    .unwrap();
    assert_eq!(none.problems[0].code, "R309");
    assert!(none.is_usable());
}

#[test]
fn hostile_files_are_refused() {
    let body = paragraph(&["{{单位名称}}"]);
    let with = |name: &str, text: &str| made::docx_with(&body, &[(name, text.as_bytes())]);
    let rels = |target: &str, mode: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Type=\"http://x/attachedTemplate\" Target=\"{target}\" {mode}/></Relationships>"
        )
    };
    let bomb = "<a/>".repeat(5_000_000);
    let table = [
        (with("word/vbaProject.bin", "x"), "R202"),
        (with("word/activeX/activeX1.xml", "<a/>"), "R202"),
        (with("word/embeddings/oleObject1.bin", "x"), "R202"),
        (with("../../etc/passwd", "x"), "R201"),
        (with("word/../x.xml", "<a/>"), "R201"),
        (with("C:\\x.xml", "<a/>"), "R201"),
        (with("word/styles.XML", "<a/>"), "R201"),
        (
            with(
                "word/_rels/settings.xml.rels",
                &rels("http://evil.example/a.dotm", "TargetMode=\"External\""),
            ),
            "R203",
        ),
        (
            with(
                "word/_rels/settings.xml.rels",
                &rels("\\\\host\\share", "TargetMode=\"External\""),
            ),
            "R203",
        ),
        (
            with(
                "word/_rels/settings.xml.rels",
                &rels("file:///c:/x.dotm", ""),
            ),
            "R203",
        ),
        (
            with(
                "word/x.xml",
                "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            ),
            "R204",
        ),
        (with("word/x.xml", &bomb), "R104"),
        (docx("<w:p><w:r><w:t>{{单位名称}}</w:r></w:p>"), "R106"),
        (docx(&"<w:sdt>".repeat(1000)), "R106"),
        (
            made::docx_of_type(
                "application/vnd.ms-word.document.macroEnabled.main+xml",
                &body,
            ),
            "R202",
        ),
        (made::docx_of_type("application/msword", &body), "R101"),
        (b"PK\x03\x04 nothing".to_vec(), "R102"),
        (b"\xd0\xcf\x11\xe0".to_vec(), "R101"),
        (Vec::new(), "R101"),
    ];
    for (number, (file, code)) in table.iter().enumerate() {
        let found = check("t.docx", file, &known()).expect_err("it is refused");
        assert_eq!(found.code, *code, "{number}: {}", found.line(Lang::En));
        assert_eq!(
            fill("t.docx", file, &data())
                .expect_err("it is refused")
                .code,
            *code
        );
    }
    let cut = docx(&body);
    assert_eq!(
        check("t.docx", &cut[..cut.len() - 30], &known())
            .expect_err("it is cut")
            .code,
        "R102"
    );
}

#[test]
fn a_workbook_is_filled_and_moves_what_stands_beneath() {
    let template = book(&[
        (1, &[("A", "{{单位名称}}"), ("B", "{{日期|汉字}}")]),
        (
            3,
            &[
                ("A", "{{#项目}}{{序号}}"),
                ("B", "{{名称}}"),
                ("C", "{{分值}}"),
                ("D", "=C3*2"),
            ],
        ),
        (4, &[("A", "合计"), ("C", "=SUM(C3:C3)"), ("D", "=C4+$C$1")]),
    ]);
    let checked = check("t.xlsx", &template, &known()).unwrap();
    assert!(checked.is_usable(), "{:?}", checked.problems);
    let made = fill("t.xlsx", &template, &data()).unwrap();
    assert_eq!(made, fill("t.xlsx", &template, &data()).unwrap());
    let lines = text_of("t.xlsx", &made).unwrap();
    let expected = [
        "蒲圻办事处 <甲&乙>\t二〇二一年九月三十日",
        "1\t食品抽检\t2.5\tC3*2",
        "2\t明厨亮灶\t3\tC4*2",
        "3\t农残检测\t1.5\tC5*2",
        "合计\tSUM(C3:C5)\tC6+$C$1",
    ];
    assert_eq!(lines, expected);
    let sheet = unpacked(&made, "xl/worksheets/sheet1.xml");
    for piece in [
        "<row r=\"6\">",
        "<c r=\"C4\"><v>3</v></c>",
        "ref=\"A1:D6\"",
        "<mergeCells count=\"1\"><mergeCell ref=\"A6:B6\"/></mergeCells>",
        "sqref=\"C3:C5\"",
        "&amp;C蒲圻办事处 &lt;甲&amp;&amp;乙&gt;",
    ] {
        assert!(sheet.contains(piece), "{piece} in {sheet}");
    }
    let list = unpacked(&made, "xl/workbook.xml");
    assert!(list.contains("表!$A$1:$D$6"), "{list}");
    assert!(list.contains("fullCalcOnLoad"), "{list}");
}

#[test]
fn a_demonstration_says_so_on_every_paper() {
    let data = Data {
        notice: Some("演示数据，不是正式文件".to_owned()),
        ..data()
    };
    let made = fill("t.docx", &docx(&paragraph(&["{{单位名称}}"])), &data).unwrap();
    assert_eq!(
        text_of("t.docx", &made).unwrap()[0],
        "演示数据，不是正式文件"
    );
    let made = fill(
        "t.xlsx",
        &book(&[(1, &[("A", "题"), ("B", "{{分}}")])]),
        &data,
    );
    assert_eq!(made.expect_err("it is unknown").code, "R302");
    let made = fill("t.xlsx", &book(&[(1, &[("A", "题")])]), &data).unwrap();
    assert_eq!(
        text_of("t.xlsx", &made).unwrap()[0],
        "题（演示数据，不是正式文件）"
    );
}

#[test]
fn a_value_too_large_for_memory_is_refused() {
    let huge = "长".repeat(1_000_000);
    let mut data = data();
    data.fields[0].value = Value::Text(huge);
    let body = paragraph(&["{{单位名称}}"]).repeat(40);
    assert_eq!(
        fill("t.docx", &docx(&body), &data)
            .expect_err("it is too much")
            .code,
        "R401"
    );
}
