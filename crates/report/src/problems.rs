//! Everything that can be wrong with a template or with evidence to be bound (codes R…).
//!
//! R1xx: the file; R2xx: what it must not bring; R3xx: marks; R4xx: what is filled in; R5xx: the volume.

base::catalogue! {
    /// Neither Word nor Excel.
    fn not_a_template(name) -> "R101" Error {
        what { zh: "“{name}”不是 Word（.docx）或 Excel（.xlsx）文件", en: "`{name}` is no Word (.docx) or Excel (.xlsx) file" }
        remedy { zh: "在 WPS 或 Word 中另存为 .docx 或 .xlsx 后再上传", en: "save it as .docx or .xlsx in WPS, Word or Excel and upload that" }
    }
    /// A zip that is cut or damaged.
    fn damaged(detail) -> "R102" Error {
        what { zh: "文件已损坏或不完整（{detail}）", en: "the file is damaged or cut ({detail})" }
        remedy { zh: "在 WPS 或 Word 中打开，另存一份后再上传", en: "open it in WPS or Word, save a copy and upload that" }
    }
    /// More bytes than are taken.
    fn too_large(limit_mb) -> "R103" Error {
        what { zh: "模板超过 {limit_mb} MB", en: "the template is larger than {limit_mb} MB" }
        remedy { zh: "压缩其中的图片后再上传", en: "make its pictures smaller and upload it again" }
    }
    /// Unpacks to more than is taken.
    fn unpacks_too_large(part) -> "R104" Error {
        what { zh: "模板解压后过大（{part}）", en: "the template unpacks to too much ({part})" }
        remedy { zh: "换一个正常保存的文件", en: "use a file that an office program saved" }
    }
    /// Too many parts.
    fn too_many_parts(most) -> "R105" Error {
        what { zh: "模板中的部件超过 {most} 个", en: "the template has more than {most} parts" }
        remedy { zh: "换一个正常保存的文件", en: "use a file that an office program saved" }
    }
    /// XML that cannot be read.
    fn bad_xml(part, detail) -> "R106" Error {
        what { zh: "部件“{part}”不能读取：{detail}", en: "the part `{part}` cannot be read: {detail}" }
        remedy { zh: "在 WPS 或 Word 中打开，另存一份后再上传", en: "open it in WPS or Word, save a copy and upload that" }
    }
    /// Another name than a part may have.
    fn hostile_name(part) -> "R201" Error {
        what { zh: "模板里有名称不正常的部件“{part}”", en: "the template has a part with a name that it must not have: `{part}`" }
        remedy { zh: "换一个由办公软件保存的文件", en: "use a file that an office program saved" }
    }
    /// Macros, controls or embedded programs.
    fn has_program(part) -> "R202" Error {
        what { zh: "模板里有宏、控件或嵌入的程序（{part}），不收", en: "the template has macros, controls or embedded programs ({part}), which are not taken" }
        remedy { zh: "另存为不带宏的 .docx 或 .xlsx", en: "save it as .docx or .xlsx without macros" }
    }
    /// Something that is fetched from elsewhere.
    fn has_external(part, target) -> "R203" Error {
        what { zh: "模板引用了外部内容：{target}（{part}）", en: "the template refers to something outside itself: {target} ({part})" }
        remedy { zh: "取消超链接或链接的图片、模板，改为嵌入后再上传", en: "remove the link, or embed what it leads to, and upload it again" }
    }
    /// A document type declaration.
    fn has_doctype(part) -> "R204" Error {
        what { zh: "部件“{part}”里有 DOCTYPE 声明，不收", en: "the part `{part}` has a document type declaration, which is not taken" }
        remedy { zh: "换一个由办公软件保存的文件", en: "use a file that an office program saved" }
    }
    /// A mark that does not end.
    fn unclosed_mark(place_zh, place_en, text) -> "R301" Error {
        what { zh: "{place_zh}：标记“{text}”没有结束", en: "{place_en}: the mark `{text}` does not end" }
        remedy { zh: "标记写在同一段内，以两个右花括号结束，如 {{{{单位名称}}}}", en: "write a mark within one paragraph and end it by two braces, as in {{{{unit.name}}}}" }
    }
    /// A mark that nothing stands for.
    fn unknown_mark(place_zh, place_en, mark, nearest_zh, nearest_en, all) -> "R302" Error {
        what { zh: "{place_zh}：没有“{mark}”这一项{nearest_zh}", en: "{place_en}: nothing is called `{mark}`{nearest_en}" }
        remedy { zh: "可用的有：{all}", en: "there are: {all}" }
    }
    /// A form of writing that is unknown.
    fn unknown_form(place_zh, place_en, mark) -> "R303" Error {
        what { zh: "{place_zh}：“{mark}”竖线后的写法不能理解", en: "{place_en}: what follows the bar in `{mark}` is not understood" }
        remedy { zh: "竖线后可写：汉字、大写、年、月、日", en: "after the bar: 汉字 (Chinese numerals), 大写 (amount in words), 年, 月, 日" }
    }
    /// A list's or condition's end without its beginning.
    fn end_without_begin(place_zh, place_en, mark) -> "R304" Error {
        what { zh: "{place_zh}：“{mark}”前面没有对应的开始标记", en: "{place_en}: nothing begins what `{mark}` ends" }
        remedy { zh: "开始和结束标记放在同一层：同一张表的行，或同一处的段落", en: "put both at the same level: rows of one table, or paragraphs that follow each other" }
    }
    /// A list within a list.
    fn nested_list(place_zh, place_en, mark) -> "R305" Error {
        what { zh: "{place_zh}：重复部分里又有重复标记“{mark}”", en: "{place_en}: the list `{mark}` stands within a list" }
        remedy { zh: "先用结束标记结束前一个", en: "end the one before first" }
    }
    /// A field of a list outside of it.
    fn outside_of_list(place_zh, place_en, mark, list) -> "R306" Error {
        what { zh: "{place_zh}：“{mark}”是“{list}”每一行的内容，写在了重复部分之外", en: "{place_en}: `{mark}` belongs to each line of `{list}` and stands outside of it" }
        remedy { zh: "在同一行或前面的段落加上 {{{{#{list}}}}}", en: "put {{{{#{list}}}}} into the same row, or into a paragraph before" }
    }
    /// A list used as a field, or a field as a list.
    fn not_a_list(place_zh, place_en, mark, lists) -> "R307" Error {
        what { zh: "{place_zh}：“{mark}”不是可重复的清单", en: "{place_en}: `{mark}` is no list" }
        remedy { zh: "清单有：{lists}", en: "the lists are: {lists}" }
    }
    /// A condition in a workbook.
    fn no_conditions_here(place_zh, place_en, mark) -> "R308" Error {
        what { zh: "{place_zh}：表格里不能用条件标记“{mark}”", en: "{place_en}: a workbook has no conditions such as `{mark}`" }
        remedy { zh: "表格里只用字段和 # 清单；条件用表格自己的公式", en: "use fields and # lists; for conditions use the workbook's own formulas" }
    }
    /// A template without any mark.
    fn no_marks() -> "R309" Warning {
        what { zh: "模板里没有任何标记，每次生成的内容都一样", en: "the template has no mark: every paper made from it would be the same" }
        remedy { zh: "在要填写的地方写上标记，如 {{{{单位名称}}}}", en: "write marks where something is to be filled in, as in {{{{unit.name}}}}" }
    }
    /// A table of a workbook around a list.
    fn table_around_list(sheet) -> "R310" Error {
        what { zh: "工作表“{sheet}”把重复行放在了“超级表”里", en: "sheet `{sheet}` has its list inside a table object" }
        remedy { zh: "在表格软件中把它转换为普通区域", en: "convert the table to a range in the spreadsheet program" }
    }
    /// More lists than a sheet may have.
    fn too_many_lists(sheet, most) -> "R311" Error {
        what { zh: "工作表“{sheet}”的清单超过 {most} 个", en: "sheet `{sheet}` has more than {most} lists" }
        remedy { zh: "分到几张工作表", en: "divide them among sheets" }
    }
    /// More than is filled in.
    fn too_much(most_mb) -> "R401" Error {
        what { zh: "填写后的文件超过 {most_mb} MB", en: "the filled file is larger than {most_mb} MB" }
        remedy { zh: "缩小范围，分几份生成", en: "take less at a time" }
    }
    /// No amount.
    fn not_an_amount(place_zh, place_en, mark, value) -> "R402" Error {
        what { zh: "{place_zh}：“{mark}”的内容“{value}”不能这样写", en: "{place_en}: `{value}` cannot be written as `{mark}` asks" }
        remedy { zh: "汉字、年、月、日用于日期，大写用于金额，汉字也可用于整数", en: "汉字, 年, 月, 日 are for days, 大写 is for amounts; 汉字 also for whole numbers" }
    }
    /// The volume is too large.
    fn volume_too_large(limit_mb) -> "R501" Error {
        what { zh: "材料合计超过 {limit_mb} MB", en: "the evidence is larger than {limit_mb} MB in all" }
        remedy { zh: "按类别分册下载", en: "take it category by category" }
    }
    /// The volume could not be written.
    fn volume_not_written(detail) -> "R502" Error {
        what { zh: "材料册没有生成：{detail}", en: "the volume was not made: {detail}" }
        remedy { zh: "重试；仍不行请联系管理员", en: "try again; if it stays tell the administrator" }
    }
}
