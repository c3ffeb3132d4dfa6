//! Writes the templates that the programme brings into `templates/`: one for each kind of paper, so that
//! papers can be made before an office has uploaded its own. Typography as GB/T 9704-2012 has it: margins
//! 37, 35, 28 and 26 mm, 22 lines a page, body 仿宋 3号, title 小标宋 2号, page numbers outside. Typefaces are
//! named, not embedded: offices have theirs, and others are told what to take instead.
//!
//! `cargo run -p report --example default_templates` from the repository's root.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for (name, bytes) in all() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("letter.docx", letter()),
        ("supervision.docx", supervision()),
        ("circular.docx", circular()),
        ("confirmation.docx", confirmation()),
        ("order.docx", order()),
        ("record.docx", record()),
        ("rectification.xlsx", rectification()),
        ("summary.xlsx", summary()),
    ]
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

fn packed(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, text) in parts {
        zip.start_file(*name, options).expect("a part begins");
        zip.write_all(text.as_bytes()).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

// ---- Word ----

#[derive(Clone, Copy)]
struct Look {
    font: &'static str,
    /// Half points.
    size: u32,
    color: &'static str,
    is_bold: bool,
}

const BODY: Look = Look {
    font: "仿宋_GB2312",
    size: 32,
    color: "",
    is_bold: false,
};
const TITLE: Look = Look {
    font: "方正小标宋简体",
    size: 44,
    color: "",
    is_bold: false,
};
const MARK: Look = Look {
    font: "方正小标宋简体",
    // A long name of a body stands on one line, so that what is short stays on one page with its signature.
    size: 50,
    color: "C00000",
    is_bold: false,
};
const LONG_MARK: Look = Look {
    font: "方正小标宋简体",
    size: 52,
    color: "C00000",
    is_bold: false,
};
const FIRST: Look = Look {
    font: "黑体",
    size: 32,
    color: "",
    is_bold: false,
};
const CELL: Look = Look {
    font: "仿宋_GB2312",
    size: 24,
    color: "",
    is_bold: false,
};
const CELL_HEAD: Look = Look {
    font: "黑体",
    size: 24,
    color: "",
    is_bold: false,
};
const SMALL: Look = Look {
    font: "仿宋_GB2312",
    size: 28,
    color: "",
    is_bold: false,
};

fn run(look: Look, text: &str) -> String {
    let color = if look.color.is_empty() {
        String::new()
    } else {
        format!("<w:color w:val=\"{}\"/>", look.color)
    };
    let bold = if look.is_bold { "<w:b/>" } else { "" };
    format!(
        "<w:r><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"{font}\"/>{bold}{color}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>",
        font = look.font,
        size = look.size,
    )
}

/// A paragraph: `layout` is what stands in its properties beside the line's height.
fn paragraph(look: Look, line: u32, layout: &str, text: &str) -> String {
    let spacing = if line > 0 {
        format!("<w:spacing w:line=\"{line}\" w:lineRule=\"exact\"/>")
    } else {
        // In tables lines stand closer than the page's 22.
        "<w:snapToGrid w:val=\"0\"/>".to_owned()
    };
    let (borders, layout) = match layout.strip_prefix("<w:pBdr>") {
        Some(_) => {
            let end = layout.find("</w:pBdr>").map_or(0, |end| end + 9);
            layout.split_at(end)
        }
        None => ("", layout),
    };
    format!(
        "<w:p><w:pPr>{borders}{spacing}{layout}</w:pPr>{}</w:p>",
        run(look, text)
    )
}

const CENTERED: &str = "<w:jc w:val=\"center\"/>";
const INDENTED: &str =
    "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/><w:jc w:val=\"both\"/>";
const SIGNED: &str = "<w:ind w:rightChars=\"400\" w:right=\"1280\"/><w:jc w:val=\"right\"/>";
const LEFT: &str = "<w:jc w:val=\"left\"/>";

fn text(text: &str) -> String {
    paragraph(BODY, 579, INDENTED, text)
}

fn heading(text: &str) -> String {
    paragraph(FIRST, 579, INDENTED, text)
}

fn blank() -> String {
    paragraph(BODY, 579, LEFT, "")
}

fn title(text: &str) -> String {
    paragraph(TITLE, 720, CENTERED, text)
}

/// The issuer in red, the number with who signs, and the red line. An issuer with a long name is written smaller, so
/// that it stands on one line.
fn red_head() -> String {
    let line = |text: &str| {
        paragraph(
            BODY,
            579,
            "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"18\" w:space=\"4\" w:color=\"C00000\"/></w:pBdr><w:jc w:val=\"center\"/>",
            text,
        )
    };
    [
        paragraph(MARK, 1100, CENTERED, "{{!长发文机关}}{{发文机关}}"),
        paragraph(LONG_MARK, 1100, CENTERED, "{{?长发文机关}}{{长发文机关}}"),
        blank(),
        line("{{!签发人}}{{发文字号}}"),
        line("{{?签发人}}{{发文字号}}　　　　　　　　签发人：{{签发人}}"),
        blank(),
    ]
    .concat()
}

/// Signature and day; the day with Arabic numerals, four signs from the right.
fn signature() -> String {
    [
        blank(),
        blank(),
        paragraph(BODY, 579, SIGNED, "{{发文机关}}"),
        paragraph(BODY, 579, SIGNED, "{{成文日期}}"),
    ]
    .concat()
}

/// The foot of the last page: to whom it is copied, who printed it and when.
fn imprint(copied_to: &str) -> String {
    let line = |edge: &str, text: &str| {
        format!(
            "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"8844\" w:type=\"dxa\"/><w:tcBorders>{edge}</w:tcBorders></w:tcPr>{}</w:tc></w:tr>",
            paragraph(
                SMALL,
                520,
                "<w:ind w:leftChars=\"100\" w:left=\"280\" w:rightChars=\"100\" w:right=\"280\"/><w:jc w:val=\"both\"/>",
                text
            )
        )
    };
    let edge = |side: &str, size: u32| {
        format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
    };
    format!(
        "{}<w:tbl><w:tblPr><w:tblW w:w=\"8844\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"8844\"/></w:tblGrid>{}{}</w:tbl>",
        blank(),
        line(&(edge("top", 8) + &edge("bottom", 6)), copied_to),
        line(
            &(edge("top", 6) + &edge("bottom", 8)),
            "{{发文机关}}　　　　　　{{成文日期}}印发"
        ),
    )
}

/// A table: widths in twips with headings and what stands in each column of a line.
fn table(columns: &[(u32, &str, &str, &str)]) -> String {
    let width: u32 = columns.iter().map(|column| column.0).sum();
    let edges: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|side| {
            format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>")
        })
        .collect();
    let grid: String = columns
        .iter()
        .map(|column| format!("<w:gridCol w:w=\"{}\"/>", column.0))
        .collect();
    let cell = |width: u32, look: Look, layout: &str, text: &str| {
        format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>{}</w:tc>",
            paragraph(look, 0, layout, text)
        )
    };
    let head: String = columns
        .iter()
        .map(|column| cell(column.0, CELL_HEAD, CENTERED, column.1))
        .collect();
    let line: String = columns
        .iter()
        .map(|column| {
            let layout = match column.3 {
                "left" => LEFT,
                "right" => "<w:jc w:val=\"right\"/>",
                _ => CENTERED,
            };
            cell(column.0, CELL, layout, column.2)
        })
        .collect();
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"85\" w:type=\"dxa\"/><w:right w:w=\"85\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:trHeight w:val=\"560\" w:hRule=\"atLeast\"/><w:tblHeader/></w:trPr>{head}</w:tr><w:tr><w:trPr><w:cantSplit/><w:trHeight w:val=\"480\" w:hRule=\"atLeast\"/></w:trPr>{line}</w:tr></w:tbl>"
    )
}

/// Two sides that sign beside each other.
fn signatures(left: &[&str], right: &[&str]) -> String {
    let cell = |lines: &[&str]| {
        let lines: String = lines
            .iter()
            .map(|line| paragraph(BODY, 640, LEFT, line))
            .collect();
        format!("<w:tc><w:tcPr><w:tcW w:w=\"4422\" w:type=\"dxa\"/></w:tcPr>{lines}</w:tc>")
    };
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"8844\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"4422\"/><w:gridCol w:w=\"4422\"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr>{}{}</w:tr></w:tbl>",
        cell(left),
        cell(right)
    )
}

fn document(body: &str) -> Vec<u8> {
    // The typefaces of official papers are licensed and not on every machine.
    let fonts: String = [
        (
            "方正小标宋简体",
            "方正小标宋_GBK;华文中宋;宋体;Noto Serif CJK SC",
        ),
        ("仿宋_GB2312", "仿宋;FangSong;华文仿宋;Noto Serif CJK SC"),
        ("楷体_GB2312", "楷体;KaiTi;华文楷体"),
        ("黑体", "SimHei;Noto Sans CJK SC"),
        ("宋体", "SimSun;Noto Serif CJK SC"),
    ]
    .iter()
    .map(|(name, other)| {
        format!(
            "<w:font w:name=\"{name}\"><w:altName w:val=\"{}\"/></w:font>",
            other.split(';').next().unwrap_or_default()
        )
    })
    .collect();
    let foot = |side: &str| {
        let number = |kind: &str| {
            format!(
                "<w:r><w:rPr><w:rFonts w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\"/><w:sz w:val=\"28\"/></w:rPr>{kind}</w:r>"
            )
        };
        format!(
            "{HEAD}<w:ftr xmlns:w=\"{WORD}\"><w:p><w:pPr><w:ind w:leftChars=\"100\" w:left=\"320\" w:rightChars=\"100\" w:right=\"320\"/><w:jc w:val=\"{side}\"/></w:pPr>{}{}{}{}{}</w:p></w:ftr>",
            number("<w:t xml:space=\"preserve\">— </w:t>"),
            number("<w:fldChar w:fldCharType=\"begin\"/>"),
            number("<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>"),
            number("<w:fldChar w:fldCharType=\"end\"/>"),
            number("<w:t xml:space=\"preserve\"> —</w:t>"),
        )
    };
    let wml = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    packed(&[
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{wml}.document.main+xml\"/><Override PartName=\"/word/styles.xml\" ContentType=\"{wml}.styles+xml\"/><Override PartName=\"/word/settings.xml\" ContentType=\"{wml}.settings+xml\"/><Override PartName=\"/word/fontTable.xml\" ContentType=\"{wml}.fontTable+xml\"/><Override PartName=\"/word/footer1.xml\" ContentType=\"{wml}.footer+xml\"/><Override PartName=\"/word/footer2.xml\" ContentType=\"{wml}.footer+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{LINKS}/officeDocument\" Target=\"word/document.xml\"/></Relationships>"
            ),
        ),
        (
            "word/document.xml",
            format!(
                "{HEAD}<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{LINKS}\"><w:body>{body}<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"even\" r:id=\"rId5\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"851\" w:footer=\"1400\" w:gutter=\"0\"/><w:docGrid w:type=\"lines\" w:linePitch=\"579\"/></w:sectPr></w:body></w:document>"
            ),
        ),
        (
            "word/styles.xml",
            format!(
                "{HEAD}<w:styles xmlns:w=\"{WORD}\"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"仿宋_GB2312\" w:cs=\"Times New Roman\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"a\"><w:name w:val=\"Normal\"/></w:style></w:styles>"
            ),
        ),
        (
            "word/settings.xml",
            format!(
                "{HEAD}<w:settings xmlns:w=\"{WORD}\"><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/></w:settings>"
            ),
        ),
        (
            "word/fontTable.xml",
            format!("{HEAD}<w:fonts xmlns:w=\"{WORD}\">{fonts}</w:fonts>"),
        ),
        ("word/footer1.xml", foot("right")),
        ("word/footer2.xml", foot("left")),
        (
            "word/_rels/document.xml.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{LINKS}/styles\" Target=\"styles.xml\"/><Relationship Id=\"rId2\" Type=\"{LINKS}/settings\" Target=\"settings.xml\"/><Relationship Id=\"rId3\" Type=\"{LINKS}/fontTable\" Target=\"fontTable.xml\"/><Relationship Id=\"rId4\" Type=\"{LINKS}/footer\" Target=\"footer1.xml\"/><Relationship Id=\"rId5\" Type=\"{LINKS}/footer\" Target=\"footer2.xml\"/></Relationships>"
            ),
        ),
    ])
}

fn letter() -> Vec<u8> {
    document(
        &[
            title("{{城市}}{{年度}}质量工作"),
            title("目 标 责 任 书"),
            paragraph(BODY, 579, CENTERED, "{{发文字号}}"),
            blank(),
            paragraph(BODY, 579, LEFT, "责任单位：{{单位名称}}"),
            blank(),
            text("{{?方案依据}}根据《{{方案依据}}》，{{/方案依据}}为落实质量工作责任，{{发文机关}}与{{单位名称}}签订本责任书。"),
            heading("一、责任目标"),
            text("{{单位名称}}承担{{年度}}考核项目{{项目数}}项，合计{{总分值}}分，逐项如下。"),
            table(&[
                (700, "序号", "{{#项目}}{{序号}}", "center"),
                (1500, "类别", "{{类别}}", "left"),
                (2000, "考核项目", "{{项目名称}}", "left"),
                (2744, "要求", "{{要求}}", "left"),
                (900, "分值", "{{分值}}", "center"),
                (1000, "期限", "{{期限}}", "center"),
            ]),
            heading("二、责任要求"),
            text("（一）责任单位主要负责人是第一责任人，按期完成各项目标，如实报送数据和佐证材料。"),
            text("（二）{{发文机关}}按照方案组织考核，考核结果予以通报并按方案运用。"),
            text("{{?备注}}（三）{{备注}}"),
            heading("三、其他"),
            text("本责任书一式两份，双方各执一份，自签订之日起生效。"),
            blank(),
            signatures(
                &["{{发文机关}}（盖章）", "", "负责人：{{签发人}}", "", "　　年　　月　　日"],
                &["{{单位名称}}（盖章）", "", "主要负责人：", "", "　　年　　月　　日"],
            ),
        ]
        .concat(),
    )
}

fn supervision() -> Vec<u8> {
    document(
        &[
            red_head(),
            title("督 办 通 知 单"),
            paragraph(BODY, 579, LEFT, "{{单位名称}}："),
            text("你单位承办的“{{事项}}”（编号{{事项编号}}）于{{立项日期}}立项，目前状态为“{{状态}}”。"),
            text("{{?办理期限}}该事项办理期限为{{办理期限}}{{逾期说明}}。"),
            text("请于{{要求完成日期}}前办结，并书面报告办理结果；不能按期办结的，说明原因和措施。"),
            text("{{?备注}}{{备注}}"),
            heading("{{?内容}}一、事项内容"),
            paragraph(BODY, 579, INDENTED, "{{#内容}}{{名称}}：{{内容}}"),
            heading("{{?经过}}二、办理经过"),
            table(&[
                (1900, "日期", "{{#经过}}{{日期}}", "center"),
                (2200, "步骤", "{{步骤}}", "center"),
                (2200, "单位", "{{单位}}", "center"),
                (2544, "说明", "{{说明}}", "left"),
            ]),
            paragraph(BODY, 579, INDENTED, "{{/经过}}"),
            signature(),
        ]
        .concat(),
    )
}

/// Notice, decision, order or instruction of a flow's step: to whom, what, by when, on which basis.
fn order() -> Vec<u8> {
    document(
        &[
            red_head(),
            title("{{标题}}"),
            blank(),
            paragraph(BODY, 579, LEFT, "{{对象}}："),
            text("{{#正文}}{{文字}}"),
            text("{{?备注}}{{备注}}"),
            signature(),
            paragraph(BODY, 640, LEFT, "{{#签名}}{{签名栏}}"),
            paragraph(
                SMALL,
                520,
                LEFT,
                "事项编号{{事项编号}}，一式两份，一份送达当事人，一份存档。",
            ),
        ]
        .concat(),
    )
}

/// Form of what was found and done on the spot: a line for each field, then who signs.
fn record() -> Vec<u8> {
    document(
        &[
            title("{{标题}}"),
            paragraph(BODY, 579, CENTERED, "{{发文字号}}"),
            blank(),
            paragraph(BODY, 579, LEFT, "被检查对象：{{对象}}{{?对象编号}}（{{对象编号}}）{{/对象编号}}"),
            paragraph(BODY, 579, LEFT, "检查单位：{{发文机关}}　　检查日期：{{办理日期}}"),
            text("{{#正文}}{{文字}}"),
            table(&[
                (2800, "项目", "{{#内容}}{{名称}}", "center"),
                (6044, "记录", "{{内容}}", "left"),
            ]),
            text("{{?理由}}说明：{{理由}}"),
            text("{{?备注}}{{备注}}"),
            blank(),
            paragraph(BODY, 760, LEFT, "{{#签名}}{{签名栏}}"),
            blank(),
            paragraph(SMALL, 520, LEFT, "事项编号{{事项编号}}，存证位置{{存证位置}}。当事人对以上记录核对无误后签名；拒绝签名的，由检查人员注明。"),
        ]
        .concat(),
    )
}

fn circular() -> Vec<u8> {
    document(
        &[
            red_head(),
            title("{{标题}}"),
            blank(),
            paragraph(BODY, 579, LEFT, "各有关单位："),
            text("{{?方案依据}}根据《{{方案依据}}》，对{{单位数}}个单位{{年度}}质量工作进行了考核，结果已经审定（{{批准文号}}）。现将有关情况通报如下。"),
            text("{{!方案依据}}对{{单位数}}个单位{{年度}}质量工作进行了考核，结果已经审定（{{批准文号}}）。现将有关情况通报如下。"),
            heading("一、考核等级"),
            text("{{#等级}}{{等级名称}}（{{等级}}）{{个数}}个：{{单位}}。"),
            heading("{{?否决}}二、一票否决"),
            text("{{#否决}}{{否决事项}}：{{单位}}。"),
            heading("{{?结果运用}}{{结果运用序号}}、结果运用"),
            text("{{#结果运用}}{{内容}}：{{单位}}。"),
            text("{{?备注}}{{备注}}"),
            blank(),
            text("附件：{{年度}}质量工作考核结果"),
            signature(),
            "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>".to_owned(),
            paragraph(FIRST, 579, LEFT, "附件"),
            title("{{年度}}质量工作考核结果"),
            blank(),
            table(&[
                (1900, "分组", "{{#排名}}{{分组}}", "center"),
                (1000, "名次", "{{名次}}", "center"),
                (3344, "单位", "{{单位}}", "left"),
                (1400, "总分", "{{总分}}", "right"),
                (1200, "等级", "{{等级}}", "center"),
            ]),
            // The imprint stands below everything, the annex too (GB/T 9704-2012, 7.4).
            imprint("{{?抄送}}抄送：{{抄送}}。{{/抄送}}"),
        ]
        .concat(),
    )
}

fn confirmation() -> Vec<u8> {
    document(
        &[
            title("{{年度}}质量工作考核得分确认单"),
            paragraph(BODY, 579, CENTERED, "{{发文字号}}"),
            blank(),
            paragraph(BODY, 579, LEFT, "{{单位名称}}："),
            text("你单位{{年度}}质量工作考核得分为{{总分}}分{{名次说明}}{{等级说明}}，逐项得分如下（截至{{成文日期}}，存证位置{{存证位置}}）。请核对并确认；有异议的，在规定期限内提出书面申诉。"),
            table(&[
                (700, "序号", "{{#项目}}{{序号}}", "center"),
                (2300, "考核项目", "{{项目名称}}", "left"),
                (800, "分值", "{{分值}}", "center"),
                (900, "得分", "{{得分}}", "center"),
                (1400, "数据", "{{数据}}", "center"),
                (2744, "得分说明", "{{得分说明}}", "left"),
            ]),
            text("{{?备注}}{{备注}}"),
            blank(),
            signatures(
                &["{{发文机关}}（盖章）", "{{?签发人}}签发人：{{签发人}}", "{{成文日期}}"],
                &["单位确认意见：", "", "负责人签字（盖章）：", "　　年　　月　　日"],
            ),
        ]
        .concat(),
    )
}

// ---- Excel ----

/// A cell's text and style; `=` begins a formula.
type Cell<'c> = (&'c str, u32);

/// Styles: 1 title, 2 heading, 3 centred, 4 left, 5 number, 6 note, 7 total, 8 points.
fn styles() -> String {
    let font = |name: &str, size: u32| {
        format!("<font><sz val=\"{size}\"/><name val=\"{name}\"/><charset val=\"134\"/></font>")
    };
    let format = |font: u32, border: u32, number: u32, layout: &str| {
        format!(
            "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"0\" borderId=\"{border}\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyBorder=\"1\" applyAlignment=\"1\"><alignment vertical=\"center\" wrapText=\"1\" {layout}/></xf>"
        )
    };
    let side = |side: &str| format!("<{side} style=\"thin\"><color auto=\"1\"/></{side}>");
    let border: String = ["left", "right", "top", "bottom"]
        .iter()
        .map(|name| side(name))
        .collect();
    format!(
        "{HEAD}<styleSheet xmlns=\"{SHEET}\"><fonts count=\"4\">{}{}{}{}</fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border><border>{border}<diagonal/></border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellXfs count=\"9\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>{}{}{}{}{}{}{}{}</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
        font("仿宋_GB2312", 11),
        font("方正小标宋简体", 20),
        font("黑体", 11),
        font("仿宋_GB2312", 11),
        format(1, 0, 0, "horizontal=\"center\""),
        format(2, 1, 0, "horizontal=\"center\""),
        format(3, 1, 0, "horizontal=\"center\""),
        format(3, 1, 0, "horizontal=\"left\""),
        format(3, 1, 0, "horizontal=\"right\""),
        format(3, 0, 0, "horizontal=\"left\""),
        format(2, 1, 2, "horizontal=\"right\""),
        format(3, 1, 2, "horizontal=\"right\""),
    )
}

struct Page<'p> {
    name: &'p str,
    widths: &'p [u32],
    /// Rows with their heights.
    rows: &'p [(u32, &'p [Cell<'p>])],
    merged: &'p [&'p str],
    /// Rows repeated on each printed page.
    head_row: u32,
}

fn workbook(pages: &[Page<'_>]) -> Vec<u8> {
    let sml = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut parts: Vec<(String, String)> = Vec::new();
    let (mut types, mut sheets, mut links, mut names) =
        (String::new(), String::new(), String::new(), String::new());
    for (number, page) in pages.iter().enumerate() {
        let part = format!("xl/worksheets/sheet{}.xml", number + 1);
        types += &format!("<Override PartName=\"/{part}\" ContentType=\"{sml}.worksheet+xml\"/>");
        sheets += &format!(
            "<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>",
            page.name,
            number + 1,
            number + 1
        );
        links += &format!(
            "<Relationship Id=\"rId{}\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/sheet{}.xml\"/>",
            number + 1,
            number + 1
        );
        names += &format!(
            "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{number}\">'{}'!${row}:${row}</definedName>",
            page.name,
            row = page.head_row
        );
        let widths: String = page
            .widths
            .iter()
            .enumerate()
            .map(|(at, width)| {
                format!(
                    "<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>",
                    n = at + 1
                )
            })
            .collect();
        let rows: String = page.rows.iter().enumerate().map(|(at, (height, cells))| {
            let row = at + 1;
            let cells: String = cells.iter().enumerate().map(|(column, (text, style))| {
                let name = char::from(b'A' + u8::try_from(column).unwrap_or(0));
                match text.strip_prefix('=') {
                    Some(formula) => format!("<c r=\"{name}{row}\" s=\"{style}\"><f>{formula}</f></c>"),
                    None if text.is_empty() => format!("<c r=\"{name}{row}\" s=\"{style}\"/>"),
                    None => format!("<c r=\"{name}{row}\" s=\"{style}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                }
            }).collect();
            let height = if *height == 0 { String::new() } else { format!(" ht=\"{height}\" customHeight=\"1\"") };
            format!("<row r=\"{row}\"{height}>{cells}</row>")
        }).collect();
        let merged: String = page
            .merged
            .iter()
            .map(|area| format!("<mergeCell ref=\"{area}\"/>"))
            .collect();
        parts.push((part, format!(
            "{HEAD}<worksheet xmlns=\"{SHEET}\" xmlns:r=\"{LINKS}\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"{split}\" topLeftCell=\"A{top}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"18\"/><cols>{widths}</cols><sheetData>{rows}</sheetData><mergeCells count=\"{}\">{merged}</mergeCells><printOptions horizontalCentered=\"1\"/><pageMargins left=\"0.6\" right=\"0.6\" top=\"0.8\" bottom=\"0.8\" header=\"0.4\" footer=\"0.4\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToWidth=\"1\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;C— &amp;P —</oddFooter></headerFooter></worksheet>",
            page.merged.len(), split = page.head_row, top = page.head_row + 1)));
    }
    let count = pages.len();
    let mut all = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{sml}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{sml}.styles+xml\"/>{types}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{LINKS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "{HEAD}<workbook xmlns=\"{SHEET}\" xmlns:r=\"{LINKS}\"><sheets>{sheets}</sheets><definedNames>{names}</definedNames><calcPr calcId=\"0\"/></workbook>"
            ),
        ),
        ("xl/styles.xml".to_owned(), styles()),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">{links}<Relationship Id=\"rId{}\" Type=\"{LINKS}/styles\" Target=\"styles.xml\"/></Relationships>",
                count + 1
            ),
        ),
    ];
    all.extend(parts);
    let all: Vec<(&str, String)> = all
        .iter()
        .map(|(name, text)| (name.as_str(), text.clone()))
        .collect();
    packed(&all)
}

fn rectification() -> Vec<u8> {
    workbook(&[Page {
        name: "整改台账",
        widths: &[6, 22, 26, 8, 8, 8, 40, 14, 12, 14, 30],
        rows: &[
            (40, &[("{{年度}}质量工作考核整改台账", 1)]),
            (
                22,
                &[(
                    "填报单位：{{发文机关}}　　日期：{{成文日期}}　　{{发文字号}}　　整改{{整改总数}}件，已销号{{销号数}}件；一件整改的全部项目同时销号{{?签发人}}　　签发人：{{签发人}}{{/签发人}}",
                    6,
                )],
            ),
            (
                30,
                &[
                    ("序号", 2),
                    ("整改事项", 2),
                    ("失分项目", 2),
                    ("分值", 2),
                    ("得分", 2),
                    ("失分", 2),
                    ("失分原因", 2),
                    ("整改期限", 2),
                    ("状态", 2),
                    ("销号日期", 2),
                    ("整改情况", 2),
                ],
            ),
            (
                0,
                &[
                    ("{{#失分}}{{序号}}", 3),
                    ("{{整改事项}}", 4),
                    ("{{项目}}", 4),
                    ("{{分值}}", 8),
                    ("{{得分}}", 8),
                    ("{{失分}}", 8),
                    ("{{失分原因}}", 4),
                    ("{{整改期限}}", 3),
                    ("{{状态}}", 3),
                    ("{{销号日期}}", 3),
                    ("{{整改情况}}", 4),
                ],
            ),
            (
                26,
                &[
                    ("合计", 2),
                    ("=COUNTA(C4:C4)&amp;\"个项目\"", 2),
                    ("", 2),
                    ("=SUM(D4:D4)", 7),
                    ("=SUM(E4:E4)", 7),
                    ("=SUM(F4:F4)", 7),
                    ("", 2),
                    ("", 2),
                    ("已销号项目", 2),
                    ("=COUNTA(J4:J4)", 2),
                    ("", 2),
                ],
            ),
        ],
        merged: &["A1:K1", "A2:K2"],
        head_row: 3,
    }])
}

fn summary() -> Vec<u8> {
    workbook(&[
        Page {
            name: "考核结果汇总",
            widths: &[8, 18, 30, 14, 10, 12, 36],
            rows: &[
                (40, &[("{{年度}}质量工作考核结果汇总表", 1)]),
                (
                    22,
                    &[(
                        "填报单位：{{发文机关}}　　日期：{{成文日期}}{{?签发人}}　　签发人：{{签发人}}{{/签发人}}",
                        6,
                    )],
                ),
                (
                    30,
                    &[
                        ("序号", 2),
                        ("分组", 2),
                        ("单位", 2),
                        ("总分", 2),
                        ("名次", 2),
                        ("等级", 2),
                        ("一票否决", 2),
                    ],
                ),
                (
                    22,
                    &[
                        ("{{#单位}}{{序号}}", 3),
                        ("{{分组}}", 3),
                        ("{{单位}}", 4),
                        ("{{总分}}", 8),
                        ("{{名次}}", 3),
                        ("{{等级}}", 3),
                        ("{{否决}}", 4),
                    ],
                ),
                (
                    26,
                    &[
                        ("平均", 2),
                        ("", 2),
                        ("", 2),
                        ("=IF(COUNT(D4:D4)=0,\"\",ROUND(AVERAGE(D4:D4),2))", 7),
                        ("", 2),
                        ("", 2),
                        ("", 2),
                    ],
                ),
            ],
            merged: &["A1:G1", "A2:G2"],
            head_row: 3,
        },
        Page {
            name: "主要指标",
            widths: &[8, 40, 16, 16, 16, 44],
            rows: &[
                (40, &[("{{年度}}主要质量指标", 1)]),
                (
                    22,
                    &[(
                        "填报单位：{{发文机关}}　　日期：{{成文日期}}{{?签发人}}　　签发人：{{签发人}}{{/签发人}}",
                        6,
                    )],
                ),
                (
                    30,
                    &[
                        ("序号", 2),
                        ("指标", 2),
                        ("数值", 2),
                        ("分子", 2),
                        ("分母", 2),
                        ("定义", 2),
                    ],
                ),
                (
                    0,
                    &[
                        ("{{#指标}}{{序号}}", 3),
                        ("{{指标}}", 4),
                        ("{{数值}}", 5),
                        ("{{分子}}", 5),
                        ("{{分母}}", 5),
                        ("{{定义}}", 4),
                    ],
                ),
            ],
            merged: &["A1:F1", "A2:F2"],
            head_row: 3,
        },
    ])
}
