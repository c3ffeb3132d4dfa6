//! Everything that an import can refuse, with the remedy, in both languages (codes O3…).

base::catalogue! {
    /// A control character in a text.
    fn control_character(character) -> "O301" Error {
        what { zh: "文本中有控制字符 {character}", en: "the text contains the control character {character}" }
        remedy { zh: "删去不可见字符", en: "remove the invisible character" }
    }
    /// An identity that is too long.
    fn identity_too_long(bytes, limit) -> "O302" Error {
        what { zh: "对象标识有 {bytes} 字节，最多 {limit} 字节", en: "the identity has {bytes} bytes, at most {limit} are allowed" }
        remedy { zh: "填写编号，不要填写说明", en: "write the identifier only, not a description" }
    }
    /// A key that is too long.
    fn key_too_long(bytes, limit) -> "O303" Error {
        what { zh: "记录的键有 {bytes} 字节，最多 {limit} 字节", en: "the record's key has {bytes} bytes, at most {limit} are allowed" }
        remedy { zh: "键的各字段填编号，不要填写长文本", en: "write identifiers into the fields of the key, not long texts" }
    }
    /// A constraint that cannot be computed.
    fn beyond_range(constraint) -> "O304" Error {
        what { zh: "条件“{constraint}”的计算超出 64 位整数", en: "the condition `{constraint}` leaves the range of 64-bit numbers" }
        remedy { zh: "核对有关各格的数量级", en: "check the magnitude of the cells concerned" }
    }
    /// Two rows of a file with one key.
    fn key_twice_in_file(key, row) -> "O305" Error {
        what { zh: "键“{key}”在第 {row} 行已有", en: "row {row} has the key `{key}` already" }
        remedy { zh: "留下正确的一行", en: "keep the right one of the two rows" }
    }
    /// A subject with another name than before.
    fn subject_named_otherwise(id, given, known) -> "O306" Warning {
        what { zh: "对象 {id} 此处名为“{given}”，已知名为“{known}”", en: "subject {id} is called `{given}` here, it is known as `{known}`" }
        remedy { zh: "若已更名，导入对象类型的名录；若写错，改正此格", en: "if it was renamed, import it as a subject; if not, correct the cell" }
    }
    /// A subject given by a name that nobody knows.
    fn unknown_subject_name(name, subject_type, nearest) -> "O307" Error {
        what { zh: "没有写明“{name}”的标识，也没有已知对象叫此名", en: "`{name}` comes without its identity, and no known subject has that name" }
        remedy {
            zh: "填写标识；或以 zhicheng alias subject:{subject_type} “{name}” 标识 确认一次（最接近的已知名称：{nearest}）",
            en: "write its identity; or confirm the name once with `zhicheng alias subject:{subject_type} NAME IDENTITY` (nearest known name: {nearest})"
        }
    }
    /// A name that several subjects have.
    fn ambiguous_subject_name(name, ids) -> "O308" Error {
        what { zh: "叫“{name}”的对象有几个：{ids}", en: "several subjects are called `{name}`: {ids}" }
        remedy { zh: "填写标识", en: "write the identity" }
    }
    /// A subject import's row without identity.
    fn subject_without_identity(name_zh, name_en) -> "O309" Error {
        what { zh: "没有填写“{name_zh}”", en: "`{name_en}` is empty" }
        remedy { zh: "填写对象的标识", en: "write the identity of the subject" }
    }
    /// A subject told twice with different content.
    fn subject_twice_in_file(id, row) -> "O310" Error {
        what { zh: "对象 {id} 同一起始日期的内容与第 {row} 行不同", en: "row {row} says something else about subject {id} from the same day" }
        remedy { zh: "留下正确的一行，或填写不同的起始日期", en: "keep the right row, or give different first days" }
    }
    /// A column that nobody knows.
    fn unknown_column(heading, type_name, nearest) -> "O320" Error {
        what { zh: "“{type_name}”没有名为“{heading}”的列", en: "`{type_name}` has no column `{heading}`" }
        remedy {
            zh: "最接近的是：{nearest}；改表头，或在映射文件中写明它是哪个字段，或列入 ignore",
            en: "nearest: {nearest}; change the header, or say in the mapping file which field it is, or list it under `ignore`"
        }
    }
    /// A required column that is missing.
    fn missing_column(name_zh, name_en, id, headings) -> "O321" Error {
        what { zh: "缺少必填的列“{name_zh}”（{id}）", en: "the required column `{name_en}` ({id}) is missing" }
        remedy { zh: "加上此列；表中的列有：{headings}", en: "add it, or give a constant in the mapping file; columns found: {headings}" }
    }
    /// Two columns for one field.
    fn column_twice(first, second, id) -> "O322" Error {
        what { zh: "“{first}”与“{second}”两列都是字段 {id}", en: "the columns `{first}` and `{second}` are both the field {id}" }
        remedy { zh: "在映射文件的 ignore 中写明不用哪一列", en: "list the one that does not count under `ignore` in the mapping file" }
    }
    /// A heading that stands twice.
    fn heading_twice(heading) -> "O323" Error {
        what { zh: "表头“{heading}”出现两次", en: "the heading `{heading}` stands twice" }
        remedy { zh: "改名其中一列；若为两行表头，在映射文件写 header_rows = 2", en: "rename one; if the header has two rows, write `header_rows = 2` in the mapping file" }
    }
    /// A value under no heading.
    fn value_without_heading(letter) -> "O324" Error {
        what { zh: "{letter} 列没有表头，却有内容", en: "column {letter} has no heading but a value" }
        remedy { zh: "写上表头，或清空该格", en: "give the column a heading, or clear the cell" }
    }
    /// A continuation row with nothing above it.
    fn continues_nothing() -> "O325" Error {
        what { zh: "此行的键为空，上面却没有可接续的行", en: "the row's key cells are empty, and there is no row above that it could continue" }
        remedy { zh: "填写键；若上一行被退回，先改正上一行", en: "fill in the key; if the row above was rejected, correct that one first" }
    }
    /// More rejected rows than are given back.
    fn too_many_rejected(kept) -> "O326" Warning {
        what { zh: "退回的行超过 {kept} 行，只列出前 {kept} 行", en: "more than {kept} rows are rejected; only the first {kept} are given back" }
        remedy { zh: "先改正所列各行的共同错误", en: "correct first what these rows have in common" }
    }
    /// Another writer gave the import up.
    fn given_up_meanwhile(import) -> "O328" Error {
        what { zh: "导入 {import} 途中，别的写入者放弃了它（连接中断过）或擦除了信息", en: "while import {import} went on, another writer gave it up (the connection was lost) or erased something" }
        remedy { zh: "重新导入", en: "import again" }
    }
    /// The mapping file is no sound TOML.
    fn broken_mapping(why) -> "O340" Error {
        what { zh: "映射文件不是正确的 TOML：{why}", en: "the mapping file is not sound TOML: {why}" }
        remedy { zh: "改正标出之处；例：[columns] 下写 \"样品编号\" = \"sample_no\"", en: "correct the marked place; for instance, under [columns] write \"Sample\" = \"sample_no\"" }
    }
    /// A key that a mapping does not have.
    fn unknown_mapping_key(key, nearest) -> "O341" Error {
        what { zh: "映射文件没有“{key}”这一项", en: "a mapping file has no key `{key}`" }
        remedy { zh: "改成 {nearest}", en: "use {nearest}" }
    }
    /// A value of the wrong kind in a mapping.
    fn wrong_mapping_value(key, wanted_zh, wanted_en) -> "O342" Error {
        what { zh: "“{key}”的值不对", en: "the value of `{key}` is of the wrong kind" }
        remedy { zh: "应为{wanted_zh}", en: "it must be {wanted_en}" }
    }
    /// A field that the type does not have.
    fn unknown_mapped_field(field, type_name, nearest) -> "O343" Error {
        what { zh: "“{type_name}”没有字段“{field}”", en: "`{type_name}` has no field `{field}`" }
        remedy { zh: "改成：{nearest}", en: "use: {nearest}" }
    }
    /// A heading of the mapping that the file does not have.
    fn mapped_heading_missing(heading, headings) -> "O344" Error {
        what { zh: "映射文件说到“{heading}”，表中没有这一列", en: "the mapping file speaks of `{heading}`, which is no column of the file" }
        remedy { zh: "改成：{headings}", en: "use: {headings}" }
    }
    /// A field with a column and a constant.
    fn constant_and_column(field, heading) -> "O345" Error {
        what { zh: "字段“{field}”既有常量，又有“{heading}”列", en: "the field `{field}` has a constant and the column `{heading}`" }
        remedy { zh: "删去常量，或在 ignore 中列出该列", en: "remove the constant, or list the column under `ignore`" }
    }
    /// A record dated after today.
    fn day_after_today(day, today) -> "O350" Error {
        what { zh: "日期 {day} 在今天 {today} 之后", en: "the day {day} is after today, {today}" }
        remedy { zh: "改成实际发生的日期；若此类记录可以记将来的事，在方案中写 future = true", en: "write the day on which it happened; if records of this type may lie ahead, declare `future = true` in the programme" }
    }
    /// A row of sums.
    fn total_row() -> "O352" Error {
        what { zh: "此行像是合计行", en: "this looks like a row of sums" }
        remedy { zh: "删去此行；合计由系统测算", en: "delete the row; sums are computed" }
    }
    /// Digits that a spreadsheet dropped.
    fn digits_lost(text) -> "O353" Error {
        what { zh: "“{text}”是变成科学记数的号码，末几位已丢失", en: "`{text}` is a number in scientific notation, its last digits are lost" }
        remedy { zh: "从原件取完整号码，把该列设为文本格式后再填", en: "take the whole number from the source and format the column as text before writing it" }
    }
    /// The header stands further down.
    fn header_below(row, skip) -> "O355" Error {
        what { zh: "首行没有一列认得；第 {row} 行像是表头", en: "no column of the first row is known; row {row} looks like the header" }
        remedy { zh: "删去上面的标题行，或在映射文件（--mapping）写 skip_rows = {skip}", en: "delete the title above it, or write `skip_rows = {skip}` in the mapping file (--mapping)" }
    }
    /// Another worksheet has the header.
    fn header_on_other_sheet(sheet, other) -> "O356" Error {
        what { zh: "工作表“{sheet}”没有一列认得；“{other}”的表头相符", en: "no column of the worksheet `{sheet}` is known; the header of `{other}` fits" }
        remedy { zh: "加 --sheet {other}", en: "add `--sheet {other}`" }
    }
    /// Other worksheets there are.
    fn other_sheets(sheet, others) -> "O357" Warning {
        what { zh: "所读的是工作表“{sheet}”，另有：{others}", en: "the worksheet `{sheet}` was read; there are also: {others}" }
        remedy { zh: "若数据在另一张表，加 --sheet 表名", en: "if the data is on another one, add `--sheet NAME`" }
    }
    /// Another import is under way.
    fn import_under_way() -> "O358" Error {
        what { zh: "另一次导入正在进行", en: "another import is under way" }
        remedy { zh: "等它结束后再导入", en: "import again when it has ended" }
    }
    /// What the check came to cannot be kept.
    fn spill_failed(why) -> "O360" Error {
        what { zh: "导入的中间文件写不下或读不回：{why}。这次导入的行一条也不计入", en: "the import's intermediate file cannot be written or read back: {why}. No row of this import counts" }
        remedy { zh: "检查数据文件夹所在磁盘的空间与权限，再导入一次", en: "check the room and the permissions of the data folder's disk, then import again" }
    }
    /// The record is part of an import that has not ended.
    fn being_imported(what) -> "O359" Error {
        what { zh: "“{what}”正在随另一次导入写入", en: "`{what}` is coming with an import that is under way" }
        remedy { zh: "等该次导入结束后再试", en: "try again when that import has ended" }
    }
}
