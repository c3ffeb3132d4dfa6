//! Everything that can be wrong with a file that is read or written, with what would be right.
//!
//! S1xx: the file as a whole; S2xx: limits; S3xx: the text; S4xx: sheets and headings; S5xx: rows;
//! S6xx: the text of one cell; S7xx: writing. Places (file, sheet, row, column) are added by the
//! readers.

base::catalogue! {
    /// The file has no bytes.
    fn empty_file() -> "S101" Error {
        what { zh: "文件是空的", en: "the file is empty" }
        remedy { zh: "重新导出后再上传", en: "export it again and upload that" }
    }
    /// A workbook in the format of before 2007.
    fn old_workbook() -> "S102" Error {
        what { zh: "这是旧版 Excel（.xls）文件", en: "this is a workbook of the old kind (.xls)" }
        remedy { zh: "打开后另存为 .xlsx 或 CSV", en: "open it and save it as .xlsx or CSV" }
    }
    /// A workbook with a password.
    fn locked_workbook() -> "S103" Error {
        what { zh: "工作簿设有打开密码", en: "the workbook is protected by a password" }
        remedy { zh: "去掉密码后再上传", en: "take the password off and upload it again" }
    }
    /// A web page or other mark-up under the name of a table.
    fn web_page() -> "S104" Error {
        what { zh: "这是网页（HTML/XML），不是表格", en: "this is a web page (HTML or XML), not a table" }
        remedy { zh: "用表格软件打开，另存为 .xlsx 或 CSV；如果是下载的，看看是不是登录页", en: "open it in a spreadsheet program and save it as .xlsx or CSV; if it was downloaded, check that it is not a login page" }
    }
    /// Some other known format.
    fn other_format(kind) -> "S105" Error {
        what { zh: "这是 {kind} 文件，不是能读的表格", en: "this is a {kind} file, not a table that can be read" }
        remedy { zh: "另存为 .xlsx 或 CSV", en: "save it as .xlsx or CSV" }
    }
    /// A zip archive without a workbook in it.
    fn not_a_workbook() -> "S106" Error {
        what { zh: "压缩包里没有工作簿", en: "the zip archive has no workbook in it" }
        remedy { zh: "解压后上传其中的 .xlsx 或 CSV", en: "unpack it and upload the .xlsx or CSV inside" }
    }
    /// A zip that ends too early.
    fn cut_workbook() -> "S107" Error {
        what { zh: "工作簿不完整，文件在中间断了", en: "the workbook is not complete: the file ends in the middle" }
        remedy { zh: "重新保存或重新传输这个文件", en: "save or transfer the file again" }
    }
    /// A workbook whose inside cannot be read.
    fn damaged_workbook(detail) -> "S108" Error {
        what { zh: "工作簿已损坏（{detail}）", en: "the workbook is damaged ({detail})" }
        remedy { zh: "用表格软件打开，另存为新的 .xlsx", en: "open it in a spreadsheet program and save it as a new .xlsx" }
    }
    /// gzip that ends too early or fails its checksum.
    fn damaged_gzip(detail) -> "S109" Error {
        what { zh: "gzip 压缩文件不完整或已损坏（{detail}）", en: "the gzip file is cut off or damaged ({detail})" }
        remedy { zh: "重新压缩或重新传输", en: "pack or transfer it again" }
    }
    /// gzip within gzip.
    fn nested_gzip() -> "S110" Error {
        what { zh: "文件被 gzip 压缩了不止一次", en: "the file is packed with gzip more than once" }
        remedy { zh: "只压缩一次，或直接上传原文件", en: "pack it once only, or upload the plain file" }
    }
    /// The source could not be read.
    fn read_failed(detail) -> "S111" Error {
        what { zh: "读取文件失败：{detail}", en: "reading the file failed: {detail}" }
        remedy { zh: "再试一次；仍然失败就换一份文件", en: "try again; if it fails again, use another copy of the file" }
    }

    /// Too many bytes came.
    fn too_many_bytes(limit) -> "S201" Error {
        what { zh: "文件超过 {limit} 字节的上限", en: "the file is larger than the limit of {limit} bytes" }
        remedy { zh: "拆成几个文件，或提高上限 input_bytes_max", en: "split it, or raise the limit input_bytes_max" }
    }
    /// Too many bytes after unpacking.
    fn unpacks_too_large(limit) -> "S202" Error {
        what { zh: "解压后超过 {limit} 字节的上限", en: "unpacked, the file is larger than the limit of {limit} bytes" }
        remedy { zh: "拆成几个文件，或提高上限 unpacked_bytes_max", en: "split it, or raise the limit unpacked_bytes_max" }
    }
    /// Unpacks to far more than its size.
    fn unpacks_suspiciously(ratio) -> "S203" Error {
        what { zh: "解压后超过原大小的 {ratio} 倍，疑似压缩炸弹", en: "the file unpacks to more than {ratio} times its size, as a zip bomb does" }
        remedy { zh: "上传未压缩的文件，或提高上限 unpack_ratio_max", en: "upload it unpacked, or raise the limit unpack_ratio_max" }
    }
    /// Too many parts in a workbook file.
    fn too_many_parts(limit) -> "S204" Error {
        what { zh: "工作簿的组成文件超过 {limit} 个的上限", en: "the workbook has more parts than the limit of {limit}" }
        remedy { zh: "删去图片和附件，或提高上限 parts_max", en: "remove pictures and attachments, or raise the limit parts_max" }
    }
    /// Too many sheets.
    fn too_many_sheets(limit) -> "S205" Error {
        what { zh: "工作表超过 {limit} 张的上限", en: "the workbook has more sheets than the limit of {limit}" }
        remedy { zh: "拆成几个工作簿，或提高上限 sheets_max", en: "split the workbook, or raise the limit sheets_max" }
    }
    /// Too many shared texts.
    fn too_many_shared_texts(limit) -> "S206" Error {
        what { zh: "工作簿的共享文字超过 {limit} 条的上限", en: "the workbook has more shared texts than the limit of {limit}" }
        remedy { zh: "拆成几个工作簿，或提高上限 shared_texts_max", en: "split the workbook, or raise the limit shared_texts_max" }
    }
    /// Too many rows.
    fn too_many_rows(limit) -> "S207" Error {
        what { zh: "行数超过 {limit} 行的上限", en: "the table has more rows than the limit of {limit}" }
        remedy { zh: "拆成几个文件，或提高上限 rows_max", en: "split it, or raise the limit rows_max" }
    }
    /// Too many columns.
    fn too_many_columns(limit) -> "S208" Error {
        what { zh: "列数超过 {limit} 列的上限", en: "the table has more columns than the limit of {limit}" }
        remedy { zh: "检查分隔符是否正确，或提高上限 columns_max", en: "check the delimiter, or raise the limit columns_max" }
    }
    /// A cell that is too long.
    fn cell_too_long(limit) -> "S209" Error {
        what { zh: "单元格超过 {limit} 个字符的上限", en: "a cell is longer than the limit of {limit} characters" }
        remedy { zh: "缩短内容；如果是漏了引号，补上引号；或提高上限 cell_chars_max", en: "shorten it; if a closing quote is missing, add it; or raise the limit cell_chars_max" }
    }
    /// A row that is too long.
    fn row_too_long(limit) -> "S210" Error {
        what { zh: "一行超过 {limit} 字节的上限", en: "a row is longer than the limit of {limit} bytes" }
        remedy { zh: "检查换行和引号，或提高上限 row_bytes_max", en: "check line ends and quotes, or raise the limit row_bytes_max" }
    }
    /// Too many cells for memory.
    fn too_many_cells(limit) -> "S211" Error {
        what { zh: "单元格总数超过 {limit} 个的上限", en: "the table has more cells than the limit of {limit}" }
        remedy { zh: "拆成几个文件，或提高上限 cells_max", en: "split it, or raise the limit cells_max" }
    }
    /// Styles or relations of absurd size.
    fn structure_too_large(part, limit) -> "S212" Error {
        what { zh: "工作簿内部的“{part}”超过 {limit} 字节的上限", en: "the workbook's part `{part}` is larger than the limit of {limit} bytes" }
        remedy { zh: "把数据复制到新的工作簿再保存，或提高上限 structure_bytes_max", en: "copy the data into a new workbook, or raise the limit structure_bytes_max" }
    }

    /// Bytes that are wrong in the encoding that the file has.
    fn bad_bytes(line, encoding) -> "S301" Error {
        what { zh: "第 {line} 行有不符合 {encoding} 编码的字节", en: "line {line} has bytes that are no {encoding}" }
        remedy { zh: "重新导出；或用文本编辑器打开，改正这一行，另存为 UTF-8", en: "export the file again; or open it in a text editor, correct this line and save it as UTF-8" }
    }
    /// Bytes that are wrong in every encoding tried.
    fn unknown_encoding(line) -> "S302" Error {
        what { zh: "第 {line} 行的字节既不是 UTF-8 也不是 GB18030", en: "the bytes of line {line} are neither UTF-8 nor GB18030" }
        remedy { zh: "确认这是文本表格，另存为 UTF-8 的 CSV", en: "make sure that it is a text table and save it as CSV in UTF-8" }
    }
    /// A NUL byte.
    fn nul_byte(line) -> "S303" Error {
        what { zh: "第 {line} 行有空字节（NUL），不是正常的文本", en: "line {line} has a NUL byte, which no text has" }
        remedy { zh: "如果是 UTF-16，请连同 BOM 保存，或另存为 UTF-8；否则重新导出", en: "if it is UTF-16, save it with its byte order mark or as UTF-8; otherwise export it again" }
    }
    /// A quote that never closes.
    fn unclosed_quote(line) -> "S304" Error {
        what { zh: "第 {line} 行打开的引号一直没有关闭，文件可能在中间断了", en: "the quote opened on line {line} is never closed; the file may be cut off" }
        remedy { zh: "在该单元格末尾补上引号（单元格里的引号要写成两个），或重新导出", en: "close the quote (a quote within a cell is written twice), or export the file again" }
    }

    /// No sheet of that name.
    fn no_such_sheet(name, present) -> "S401" Error {
        what { zh: "没有名为“{name}”的工作表", en: "there is no sheet `{name}`" }
        remedy { zh: "改用已有的工作表：{present}", en: "use one of the sheets there are: {present}" }
    }
    /// No sheet at that place.
    fn no_sheet_at(index, present) -> "S402" Error {
        what { zh: "没有第 {index} 张工作表", en: "there is no sheet number {index}" }
        remedy { zh: "改用已有的工作表：{present}", en: "use one of the sheets there are: {present}" }
    }
    /// Only charts, or only hidden sheets.
    fn no_visible_sheet() -> "S403" Error {
        what { zh: "工作簿里没有可见的工作表", en: "the workbook has no visible worksheet" }
        remedy { zh: "取消隐藏要读的工作表，或指明它的名称", en: "unhide the sheet to be read, or name it" }
    }
    /// A chart instead of cells.
    fn not_a_worksheet(name) -> "S404" Error {
        what { zh: "“{name}”是图表页，没有单元格", en: "`{name}` is a chart sheet and has no cells" }
        remedy { zh: "选有数据的工作表", en: "choose a sheet with cells" }
    }
    /// There is no header.
    fn no_header() -> "S405" Error {
        what { zh: "没有表头行", en: "there is no header row" }
        remedy { zh: "第一行写各列的名称，或指明表头从第几行开始", en: "write the columns' names in the first row, or say how many rows to skip" }
    }
    /// The same heading twice.
    fn double_heading(heading) -> "S406" Error {
        what { zh: "表头里“{heading}”出现了不止一次", en: "the heading `{heading}` stands more than once" }
        remedy { zh: "给每一列不同的名称", en: "give each column a name of its own" }
    }

    /// More cells than headings.
    fn extra_cells(found, expected) -> "S501" Error {
        what { zh: "这一行有 {found} 个单元格，表头只有 {expected} 列", en: "the row has {found} cells, the header has {expected}" }
        remedy { zh: "删去多出的内容；单元格里有分隔符时要加引号", en: "remove what is too much; quote a cell that contains the delimiter" }
    }
    /// Fewer cells than headings.
    fn missing_cells(found, expected) -> "S502" Error {
        what { zh: "这一行只有 {found} 个单元格，表头有 {expected} 列", en: "the row has only {found} cells, the header has {expected}" }
        remedy { zh: "补齐单元格（没有内容也要留分隔符）", en: "complete the row (an empty cell still has its delimiter)" }
    }
    /// Something behind a closing quote.
    fn text_after_quote(line) -> "S503" Error {
        what { zh: "第 {line} 行的引号关闭后还有别的字符", en: "on line {line}, text follows a closing quote" }
        remedy { zh: "单元格里的引号要写成两个（\"\"）", en: "write a quote within a cell twice (\"\")" }
    }
    /// A cell whose formula failed.
    fn error_cell(error) -> "S504" Error {
        what { zh: "单元格是公式错误 {error}", en: "the cell is the formula error {error}" }
        remedy { zh: "改正公式，或填入数值", en: "correct the formula, or enter the value" }
    }
    /// A number with more digits than a workbook keeps.
    fn digits_lost(digits) -> "S505" Error {
        what { zh: "{digits} 超过 15 位，表格软件按数字保存时已丢失末尾几位", en: "{digits} has more than 15 digits; the spreadsheet has already lost the last ones" }
        remedy { zh: "先把这一列设为“文本”格式，再重新输入", en: "format the column as text first, then enter it again" }
    }
    /// A number that is no number (infinite or not a number).
    fn not_finite() -> "S506" Error {
        what { zh: "单元格的数值无效", en: "the cell's number is not finite" }
        remedy { zh: "重新输入数值", en: "enter the value again" }
    }
    /// A date cell with a day that no calendar has.
    fn impossible_date_cell(serial) -> "S507" Error {
        what { zh: "日期单元格的序号 {serial} 不对应任何日期", en: "the date cell's serial number {serial} is no day" }
        remedy { zh: "重新输入日期", en: "enter the date again" }
    }
    /// A continuation row with nothing above it.
    fn continues_nothing() -> "S508" Error {
        what { zh: "这一行的关键列为空，上面又没有可以接续的行", en: "the key columns of this row are empty, and there is no row above to continue" }
        remedy { zh: "填写关键列", en: "fill in the key columns" }
    }

    /// A cell that must be a number and is none.
    fn not_a_number(text) -> "S601" Error {
        what { zh: "“{text}”不是数值", en: "`{text}` is not a number" }
        remedy { zh: "只写数字、小数点和百分号，单位写进表头", en: "write digits, decimal point and percent sign only; units belong in the heading" }
    }
    /// Thousands separators in the wrong place.
    fn bad_thousands(text) -> "S602" Error {
        what { zh: "“{text}”的千分位逗号位置不对", en: "the thousands separators of `{text}` are misplaced" }
        remedy { zh: "去掉逗号", en: "leave the commas out" }
    }
    /// Exponent form.
    fn exponent_number(text) -> "S603" Error {
        what { zh: "“{text}”是科学计数法，末尾的数字已经丢失", en: "`{text}` is in exponent form and has lost its last digits" }
        remedy { zh: "把列加宽或设为“文本”格式，再重新导出", en: "widen the column or format it as text, then export again" }
    }
    /// A cell that must be a date and is none.
    fn not_a_date(text) -> "S611" Error {
        what { zh: "“{text}”不是日期", en: "`{text}` is not a date" }
        remedy { zh: "写成 2021-02-03 的样子", en: "write it like 2021-02-03" }
    }
    /// A date that the calendar does not have.
    fn no_such_date(text) -> "S612" Error {
        what { zh: "日历上没有“{text}”这一天", en: "the calendar has no day `{text}`" }
        remedy { zh: "核对年、月、日", en: "check year, month and day" }
    }
    /// A month, or a year, in place of a day.
    fn incomplete_date(text) -> "S613" Error {
        what { zh: "“{text}”没有写到日", en: "`{text}` does not name the day" }
        remedy { zh: "写全年、月、日，例如 2021-02-03", en: "write year, month and day, like 2021-02-03" }
    }
    /// A date with its year last.
    fn ambiguous_date(text) -> "S614" Error {
        what { zh: "“{text}”可能是两个不同的日子", en: "`{text}` may be two different days" }
        remedy { zh: "写成 2021-02-03 的样子，或声明这一列的日期格式", en: "write it like 2021-02-03, or declare the column's date pattern" }
    }
    /// A year of two digits.
    fn short_year(text) -> "S615" Error {
        what { zh: "“{text}”的年份只有两位", en: "the year of `{text}` has only two digits" }
        remedy { zh: "写四位年份", en: "write the year with four digits" }
    }
    /// A time where a day was asked for.
    fn unexpected_time(text) -> "S616" Error {
        what { zh: "“{text}”带有时刻，这里只要日期", en: "`{text}` has a time of day, and only the day is asked for" }
        remedy { zh: "去掉时刻", en: "leave the time out" }
    }
    /// A time that no clock shows.
    fn no_such_time(text) -> "S617" Error {
        what { zh: "“{text}”里的时刻不存在", en: "no clock shows the time of `{text}`" }
        remedy { zh: "小时写 0 到 23，分和秒写 0 到 59", en: "hours go from 0 to 23, minutes and seconds from 0 to 59" }
    }
    /// A time zone in a civil time.
    fn unexpected_zone(text) -> "S618" Error {
        what { zh: "“{text}”带有时区，这里要本地时间", en: "`{text}` names a time zone, and local time is asked for" }
        remedy { zh: "换算成本地时间，去掉时区", en: "convert it to local time and leave the zone out" }
    }
    /// A date that lost its format.
    fn serial_date(text, day) -> "S619" Error {
        what { zh: "“{text}”像是丢了日期格式的日期（{day}）", en: "`{text}` looks like a date that lost its format ({day})" }
        remedy { zh: "把单元格设为日期格式，或写成 {day}", en: "format the cell as a date, or write {day}" }
    }

    /// A name that no worksheet may have.
    fn bad_sheet_name(name) -> "S701" Error {
        what { zh: "“{name}”不能作工作表名", en: "`{name}` cannot be the name of a sheet" }
        remedy { zh: "用 1 到 31 个字符，不含 [ ] : * ? / \\，首尾不用单引号，不与别的表重名", en: "use 1 to 31 characters, none of [ ] : * ? / \\, no apostrophe at either end, and no other sheet's name" }
    }
    /// More rows or columns than a worksheet holds.
    fn sheet_too_large(name, rows, columns) -> "S702" Error {
        what { zh: "工作表“{name}”有 {rows} 行 {columns} 列，超过工作表的容量（1048576 行、16384 列）", en: "the sheet `{name}` has {rows} rows and {columns} columns, more than a worksheet holds (1048576 by 16384)" }
        remedy { zh: "分成几张表，或导出 CSV", en: "split it, or write CSV" }
    }
    /// A text that no cell holds.
    fn text_too_long(row, column) -> "S703" Error {
        what { zh: "第 {row} 行第 {column} 列的文字超过单元格的容量（32767 个字符）", en: "the text in row {row}, column {column} is longer than a cell holds (32767 characters)" }
        remedy { zh: "缩短文字，或导出 CSV", en: "shorten it, or write CSV" }
    }
    /// A row that does not fit the columns.
    fn row_width(row, found, expected) -> "S704" Error {
        what { zh: "要写的第 {row} 行有 {found} 个单元格，应为 {expected} 个", en: "row {row} to be written has {found} cells instead of {expected}" }
        remedy { zh: "每行的单元格数要与列数相同", en: "give each row one cell per column" }
    }
    /// The writer failed.
    fn write_failed(detail) -> "S705" Error {
        what { zh: "写文件失败：{detail}", en: "writing the file failed: {detail}" }
        remedy { zh: "检查磁盘空间后再试", en: "check the disk space and try again" }
    }
    /// A workbook without sheets.
    fn nothing_to_write() -> "S706" Error {
        what { zh: "工作簿里没有工作表", en: "the workbook has no sheet" }
        remedy { zh: "至少加一张工作表", en: "add at least one sheet" }
    }
    /// A Parquet file that cannot be written or read.
    fn parquet_failed(why) -> "S901" Error {
        what { zh: "Parquet 文件不能写出或读取：{why}", en: "the Parquet file cannot be written or read: {why}" }
        remedy { zh: "核对磁盘空间；若为读取，文件已损坏，索取完整的副本", en: "check the free space; when reading, the file is damaged: ask for a whole copy" }
    }
}

use crate::clean::NumberFault;
use crate::dates::DateFault;

impl NumberFault {
    /// The problem to show for a cell with this text.
    ///
    /// ```
    /// use sheet::clean::NumberFault;
    /// assert_eq!(NumberFault::BadThousands.problem("12,34").code, "S602");
    /// ```
    pub fn problem(self, text: &str) -> base::Problem {
        match self {
            Self::Blank | Self::NotANumber => not_a_number(text),
            Self::BadThousands => bad_thousands(text),
            Self::Exponent => exponent_number(text),
        }
    }
}

impl DateFault {
    /// The problem to show for a cell with this text.
    pub fn problem(self, text: &str) -> base::Problem {
        match self {
            Self::Blank | Self::NotADate => not_a_date(text),
            Self::NoSuchDay => no_such_date(text),
            Self::MonthOnly | Self::YearOnly => incomplete_date(text),
            Self::Ambiguous => ambiguous_date(text),
            Self::ShortYear => short_year(text),
            Self::HasTime => unexpected_time(text),
            Self::NoSuchTime => no_such_time(text),
            Self::HasZone => unexpected_zone(text),
            Self::SerialNumber(day) => serial_date(text, day),
        }
    }
}
