//! What can be wrong with a package as text, before it means anything: codes P101 to P199.
//!
//! P10x files and folders, P11x TOML, P12x tables and columns, P13x cells, P14x rows and
//! packages that extend another, P15x workbooks, P16x against an older version, P19x limits.

base::catalogue! {
    /// A package's folder cannot be read.
    fn unreadable(path, reason) -> "P101" Error {
        what { zh: "读不了“{path}”：{reason}", en: "cannot read `{path}`: {reason}" }
        remedy { zh: "核对路径和权限", en: "check the path and its permissions" }
    }
    /// A folder holds no package.
    fn not_a_package(path) -> "P102" Error {
        what { zh: "“{path}”不是方案包：没有 programme.toml", en: "`{path}` is no package: it has no programme.toml" }
        remedy { zh: "给出含有 programme.toml 的文件夹，或方案包的 .xlsx 工作簿", en: "name a folder that holds programme.toml, or a package as an .xlsx workbook" }
    }
    /// A file is no UTF-8 text.
    fn not_utf8(path) -> "P103" Error {
        what { zh: "“{path}”不是 UTF-8 文本", en: "`{path}` is not UTF-8 text" }
        remedy { zh: "用 UTF-8 编码另存", en: "save it as UTF-8" }
    }
    /// A broken line.
    fn toml(message_zh, message_en) -> "P110" Error {
        what { zh: "TOML 写法有误：{message_zh}", en: "this is not TOML: {message_en}" }
        remedy { zh: "每行写成“列 = 值”：文本加引号，列表用方括号并以逗号分隔", en: "write `column = value`: texts in quotes, lists in brackets with commas" }
    }
    /// What cannot be checked before the text is right.
    fn further_checks_wait() -> "P109" Warning {
        what { zh: "还有检查待这些改正后进行", en: "further checks wait until these are corrected" }
        remedy { zh: "改正后再运行一次 zhicheng check", en: "correct them, then run zhicheng check again" }
    }
    /// Punctuation as a Chinese keyboard types it.
    fn full_width(found, right) -> "P116" Error {
        what { zh: "这里用了全角“{found}”", en: "this is the full-width `{found}`" }
        remedy { zh: "改成半角 {right}", en: "write the half-width {right}" }
    }
    /// A key stands twice in one row.
    fn key_twice(key) -> "P111" Error {
        what { zh: "同一行里“{key}”写了两次", en: "`{key}` stands twice in one row" }
        remedy { zh: "只留一个", en: "keep one of them" }
    }
    /// A key stands before the first table.
    fn key_outside(key) -> "P112" Error {
        what { zh: "“{key}”不属于任何表", en: "`{key}` stands in no table" }
        remedy { zh: "把它移到所属的 [[表]] 之下", en: "move it below the [[table]] that it belongs to" }
    }
    /// A row's table is written as `[name]`.
    fn single_brackets(table) -> "P113" Error {
        what { zh: "“{table}”的一行要用双方括号", en: "a row of `{table}` needs double brackets" }
        remedy { zh: "写成 [[{table}]]", en: "write [[{table}]]" }
    }
    /// The header is written as `[[programme]]`.
    fn double_brackets(table) -> "P114" Error {
        what { zh: "“{table}”只有一个，用单方括号", en: "there is one `{table}` only, in single brackets" }
        remedy { zh: "写成 [{table}]", en: "write [{table}]" }
    }
    /// A table inside a row.
    fn nested_table(key) -> "P115" Error {
        what { zh: "“{key}”写成了子表；本语言的表都是平的", en: "`{key}` is a table inside a row; all tables here are flat" }
        remedy { zh: "写在一行里，例如 name = {{ zh = \"…\", en = \"…\" }}", en: "write it on one line, such as name = {{ zh = \"…\", en = \"…\" }}" }
    }
    /// A table that the language does not have.
    fn unknown_table(table, nearest) -> "P120" Error {
        what { zh: "没有“{table}”这张表", en: "there is no table `{table}`" }
        remedy { zh: "可用：{nearest}", en: "use: {nearest}" }
    }
    /// A column that the table does not have.
    fn unknown_key(key, table, nearest) -> "P121" Error {
        what { zh: "表“{table}”没有“{key}”这一列", en: "table `{table}` has no key `{key}`" }
        remedy { zh: "可用：{nearest}；或删去", en: "use: {nearest}; or delete it" }
    }
    /// A required column is not written.
    fn missing(column, table, doc_zh, doc_en) -> "P122" Error {
        what { zh: "这一行“{table}”缺少“{column}”", en: "this row of `{table}` lacks `{column}`" }
        remedy { zh: "加上 {column}（{doc_zh}）", en: "add {column} ({doc_en})" }
    }
    /// A value of another type than the column's.
    fn wrong_type(column, found_zh, found_en, wanted_zh, wanted_en) -> "P130" Error {
        what { zh: "“{column}”写成了{found_zh}", en: "`{column}` is {found_en}" }
        remedy { zh: "写成{wanted_zh}", en: "write {wanted_en}" }
    }
    /// An identifier of another form.
    fn bad_id(id, example) -> "P131" Error {
        what { zh: "“{id}”不能作标识", en: "`{id}` cannot be an identifier" }
        remedy { zh: "以小写英文字母开头，只用小写字母、数字、_ 和 -，至多 64 个字符，例如 {example}", en: "begin with a lower-case letter and use lower-case letters, digits, _ and -, at most 64 characters, such as {example}" }
    }
    /// A word that the column does not list.
    fn not_one_of(word, column, nearest) -> "P132" Error {
        what { zh: "“{column}”不能是“{word}”", en: "`{column}` cannot be `{word}`" }
        remedy { zh: "可用：{nearest}", en: "use: {nearest}" }
    }
    /// A day that is none.
    fn bad_day(text, why_zh, why_en) -> "P133" Error {
        what { zh: "“{text}”不是日期：{why_zh}", en: "`{text}` is not a day: {why_en}" }
        remedy { zh: "写成 2018-01-31 的样子，且是日历上有的日子", en: "write a day that the calendar has, like 2018-01-31" }
    }
    /// A month-day that is none.
    fn bad_month_day(text, why_zh, why_en) -> "P134" Error {
        what { zh: "“{text}”不是月日：{why_zh}", en: "`{text}` is not a month and a day: {why_en}" }
        remedy { zh: "写成 \"07-01\" 的样子", en: "write it like \"07-01\"" }
    }
    /// A period that is none.
    fn bad_period(text) -> "P135" Error {
        what { zh: "“{text}”不是期间", en: "`{text}` is not a period" }
        remedy { zh: "写成 \"2018\"、\"2018H1\"、\"2018Q3\"、\"2018-06\"、\"2016..2018\"、\"..2012\"、\"2015A\" 或两个日期之间加 ..", en: "write \"2018\", \"2018H1\", \"2018Q3\", \"2018-06\", \"2016..2018\", \"..2012\", \"2015A\", or two days with .. between" }
    }
    /// A number that is none.
    fn bad_decimal(text) -> "P136" Error {
        what { zh: "“{text}”不是数", en: "`{text}` is not a number" }
        remedy { zh: "写成 97.5，或带百分号的文本 \"97.5%\"", en: "write 97.5, or \"97.5%\" in quotes" }
    }
    /// An empty text.
    fn empty_text(column) -> "P137" Error {
        what { zh: "“{column}”是空的", en: "`{column}` is empty" }
        remedy { zh: "填上内容，或删去这一列", en: "fill it in, or delete it" }
    }
    /// A character that no cell may hold.
    fn control_character(column, code) -> "P138" Error {
        what { zh: "“{column}”里有不可见的控制字符 U+{code}", en: "`{column}` holds the control character U+{code}" }
        remedy { zh: "删去它；可用的只有换行", en: "delete it; the only one allowed is a line break" }
    }
    /// A bilingual text with a key that is no language.
    fn unknown_language(key, column) -> "P139" Error {
        what { zh: "“{column}”没有语言“{key}”", en: "`{column}` has no language `{key}`" }
        remedy { zh: "只有 zh 和 en：{{ zh = \"…\", en = \"…\" }}", en: "there are zh and en only: {{ zh = \"…\", en = \"…\" }}" }
    }
    /// A row's key stands twice in one package.
    fn row_twice(table, key, other) -> "P140" Error {
        what { zh: "“{table}”的“{key}”声明了两次，前一次在 {other}", en: "`{key}` of `{table}` is declared twice, first at {other}" }
        remedy { zh: "改用另一个标识，或删去其中一行", en: "give one of them another identifier, or delete it" }
    }
    /// A package without header.
    fn no_header(package) -> "P141" Error {
        what { zh: "方案包“{package}”的 programme.toml 里没有 [programme]", en: "programme.toml of package `{package}` has no [programme]" }
        remedy { zh: "在 programme.toml 开头写 [programme]，并给出 id、name、version", en: "begin programme.toml with [programme] and its id, name and version" }
    }
    /// A header in another file than `programme.toml`.
    fn header_elsewhere(file) -> "P142" Error {
        what { zh: "[programme] 写在了 {file}", en: "[programme] stands in {file}" }
        remedy { zh: "移到 programme.toml", en: "move it to programme.toml" }
    }
    /// The extended package is not there.
    fn extended_not_found(package, nearest) -> "P143" Error {
        what { zh: "找不到所扩展的方案包“{package}”", en: "the extended package `{package}` is not there" }
        remedy { zh: "把它（文件夹或 .xlsx）放到与本方案包同级的目录；那里现有：{nearest}", en: "put it (a folder or .xlsx) beside this package; there is: {nearest}" }
    }
    /// Packages that extend each other.
    fn extends_cycle(chain) -> "P144" Error {
        what { zh: "方案包互相扩展：{chain}", en: "packages extend each other: {chain}" }
        remedy { zh: "去掉其中一个 extends", en: "take one `extends` away" }
    }
    /// Too long a chain of extended packages.
    fn extends_too_deep(limit) -> "P145" Error {
        what { zh: "扩展的方案包超过 {limit} 层", en: "more than {limit} packages extend each other" }
        remedy { zh: "把中间的方案包合并", en: "merge the packages in between" }
    }
    /// `extends` without its pins.
    fn extends_unpinned(package, version, hash) -> "P146" Error {
        what { zh: "扩展了“{package}”，但没有钉住它的版本和内容", en: "`{package}` is extended without pinning its version and content" }
        remedy { zh: "写 extends_version = \"{version}\" 和 extends_sha256 = \"{hash}\"", en: "write extends_version = \"{version}\" and extends_sha256 = \"{hash}\"" }
    }
    /// The extended package has another version than pinned.
    fn extends_version(package, pinned, found) -> "P147" Error {
        what { zh: "钉住的是“{package}”的 {pinned} 版，这里是 {found} 版", en: "version {pinned} of `{package}` is pinned, but this is {found}" }
        remedy { zh: "取回 {pinned} 版；或看过改动后写 extends_version = \"{found}\"", en: "fetch version {pinned}; or read what changed and write extends_version = \"{found}\"" }
    }
    /// The extended package has another content than pinned.
    fn extends_hash(package, hash) -> "P148" Error {
        what { zh: "“{package}”的内容与钉住的不同", en: "the content of `{package}` is not the one pinned" }
        remedy { zh: "看过改动后写 extends_sha256 = \"{hash}\"", en: "read what changed and write extends_sha256 = \"{hash}\"" }
    }
    /// A pin without `extends`.
    fn pin_without_extends(column) -> "P149" Error {
        what { zh: "写了“{column}”，但没有扩展任何方案包", en: "`{column}` is written, but no package is extended" }
        remedy { zh: "加上 extends，或删去它", en: "add `extends`, or delete it" }
    }
    /// A removal of a row that is not inherited.
    fn remove_unknown(table, key, nearest) -> "P151" Error {
        what { zh: "所扩展的方案包里，“{table}”没有“{key}”可删", en: "the extended package has no `{key}` in `{table}` to remove" }
        remedy { zh: "可删的有：{nearest}；或删去这一行", en: "there is: {nearest}; or delete this row" }
    }
    /// A removal of what cannot be removed.
    fn remove_table(table) -> "P152" Error {
        what { zh: "“{table}”的行不能这样删去", en: "rows of `{table}` cannot be removed" }
        remedy { zh: "删去这一行 [[remove]]", en: "delete this [[remove]]" }
    }
    /// A sheet of a table that is hidden.
    fn hidden_sheet(name) -> "P155" Error {
        what { zh: "工作表“{name}”是隐藏的", en: "sheet `{name}` is hidden" }
        remedy { zh: "取消隐藏，或删去它", en: "show it, or delete it" }
    }
    /// Two columns with one heading.
    fn column_twice(heading) -> "P156" Error {
        what { zh: "表头“{heading}”出现了两次", en: "the heading `{heading}` stands twice" }
        remedy { zh: "只留一列", en: "keep one of the columns" }
    }
    /// A cell below no heading.
    fn cell_without_heading() -> "P157" Error {
        what { zh: "这个单元格所在的列没有可用的表头", en: "this cell's column has no heading that is known" }
        remedy { zh: "写上表头，或把内容移到 #comment 列", en: "give the column a heading, or move the content to the column #comment" }
    }
    /// A place in a file that is no number.
    fn bad_order(text) -> "P158" Error {
        what { zh: "#order 应为整数，这里是“{text}”", en: "#order is a whole number, not `{text}`" }
        remedy { zh: "清空这个单元格：该行就跟在上一行之后", en: "empty this cell: the row then follows the one above" }
    }
    /// A path that cannot be a file of a package.
    fn bad_file(text) -> "P159" Error {
        what { zh: "#file 不能是“{text}”", en: "#file cannot be `{text}`" }
        remedy { zh: "写方案包内的路径，例如 units.toml；新行可不填", en: "write a path within the package, such as units.toml; leave it empty for a new row" }
    }
    /// The other version is of another package.
    fn another_programme(old, new) -> "P160" Error {
        what { zh: "旧方案包是“{old}”，新的是“{new}”", en: "the old package is `{old}`, the new one `{new}`" }
        remedy { zh: "沿用标识“{old}”，或与同一方案包的旧版比较", en: "keep the identifier `{old}`, or compare with an older version of the same package" }
    }
    /// Something that old records name is no longer declared.
    fn taken_away(kind_zh, kind_en, id) -> "P161" Error {
        what { zh: "{kind_zh}“{id}”被删去，已有记录就读不出了", en: "{kind_en} `{id}` is taken away, so that existing records cannot be read" }
        remedy { zh: "恢复它；不再使用的，可去掉用到它的指标和项目", en: "restore it; when it is no longer used, take away the indicators and items that use it" }
    }
    /// A field that old records have is no longer declared.
    fn field_taken_away(field, of) -> "P162" Error {
        what { zh: "“{of}”的字段“{field}”被删去，已有记录就读不出了", en: "field `{field}` of `{of}` is taken away, so that existing records cannot be read" }
        remedy { zh: "恢复它，并写 required = false", en: "restore it with required = false" }
    }
    /// A code that old records have is no longer declared.
    fn code_taken_away(code, vocabulary) -> "P163" Error {
        what { zh: "词表“{vocabulary}”的代码“{code}”被删去，已有记录就读不出了", en: "code `{code}` of vocabulary `{vocabulary}` is taken away, so that existing records cannot be read" }
        remedy { zh: "恢复它，并用 valid_to 写明最后有效日", en: "restore it and retire it with valid_to" }
    }
    /// A unit that old records name is no longer declared.
    fn unit_taken_away(unit) -> "P164" Error {
        what { zh: "单位“{unit}”被删去，已有记录就没有归属了", en: "unit `{unit}` is taken away, so that existing records belong to nobody" }
        remedy { zh: "恢复它，并用 valid_to 和 successors 写明最后有效日和承继单位", en: "restore it and retire it with valid_to and its successors" }
    }
    /// A field has another type than old records have.
    fn field_retyped(field, of, old, new) -> "P165" Error {
        what { zh: "“{of}”的字段“{field}”由 {old} 改为 {new}", en: "field `{field}` of `{of}` changes from {old} to {new}" }
        remedy { zh: "改回 {old}，另加一个新字段", en: "change it back to {old} and add a new field" }
    }
    /// A field becomes personal, or is no longer.
    fn personal_changed(field, of) -> "P166" Error {
        what { zh: "“{of}”的字段“{field}”改变了是否为个人信息；已有记录已按原样承诺", en: "field `{field}` of `{of}` changes whether it is personal, but existing records are committed as before" }
        remedy { zh: "改回来，另加一个新字段", en: "change it back and add a new field" }
    }
    /// A record type is about another type of subjects.
    fn subject_changed(of, old, new) -> "P167" Error {
        what { zh: "记录类型“{of}”所记的对象由 {old} 改为 {new}", en: "record type `{of}` changes its subject from {old} to {new}" }
        remedy { zh: "改回 {old}，另加一个新记录类型", en: "change it back to {old} and add a new record type" }
    }
    /// Subjects are identified in another way.
    fn identity_changed(of) -> "P168" Error {
        what { zh: "对象类型“{of}”改变了身份规则", en: "subject type `{of}` changes its identity rule" }
        remedy { zh: "改回来，另加一个新对象类型", en: "change it back and add a new subject type" }
    }
    /// Records are told apart in another way.
    fn key_changed(of, old, new) -> "P169" Error {
        what { zh: "记录类型“{of}”的唯一键由 {old} 改为 {new}", en: "record type `{of}` changes its key from {old} to {new}" }
        remedy { zh: "改回 {old}，另加一个新记录类型", en: "change it back to {old} and add a new record type" }
    }
    /// The days of the past would be counted in another zone.
    fn time_zone_changed(old, new) -> "P170" Error {
        what { zh: "时区由 {old} 改为 {new}，过去的日期会跟着变", en: "the time zone changes from {old} to {new}, which moves past days" }
        remedy { zh: "写 time_zone = \"{old}\"", en: "write time_zone = \"{old}\"" }
    }
    /// Subjects become persons, or are none any more.
    fn persons_changed(of) -> "P175" Error {
        what { zh: "对象类型“{of}”改变了是否为个人；已有记录已按原样承诺", en: "subject type `{of}` changes whether its subjects are persons, but existing records are committed as before" }
        remedy { zh: "保留原来的 personal；另设一个对象类型", en: "keep `personal` as it was, and declare another subject type" }
    }
    /// New records must have a field that old ones may lack.
    fn newly_required(field, of) -> "P171" Warning {
        what { zh: "“{of}”的字段“{field}”成为必填；已有记录可能没有它", en: "field `{field}` of `{of}` becomes required; existing records may lack it" }
        remedy { zh: "确认只对新记录要求；或给出 default", en: "make sure that it is meant for new records only; or give a default" }
    }
    /// Something is valid for a shorter time than before.
    fn validity_shrunk(kind_zh, kind_en, id, from, to) -> "P172" Warning {
        what { zh: "{kind_zh}“{id}”的有效期缩短为 {from} 至 {to}", en: "{kind_en} `{id}` is now valid from {from} to {to} only, a shorter time than before" }
        remedy { zh: "确认此期间之外没有它的记录", en: "make sure that it has no records outside these days" }
    }
    /// The unit tree of the past changes.
    fn history_rewritten(unit) -> "P173" Warning {
        what { zh: "单位“{unit}”过去的上级或排名组变了，过去的数字会跟着变", en: "the past parent or group of unit `{unit}` changes, and past figures with it" }
        remedy { zh: "改回来，用 unit_change 写明从哪天起变化；若是更正错误，可以保留", en: "change it back and write a unit_change with its day; keep it when it corrects a mistake" }
    }
    /// Something that is computed is no longer declared.
    fn no_longer_computed(kind_zh, kind_en, id) -> "P174" Warning {
        what { zh: "{kind_zh}“{id}”不再有了，只能在旧版方案下查看", en: "{kind_en} `{id}` is gone and can be seen under the old version only" }
        remedy { zh: "确认不再需要它", en: "make sure that it is no longer needed" }
    }
    /// Too many files.
    fn too_many_files(limit) -> "P190" Error {
        what { zh: "方案包的文件超过 {limit} 个", en: "the package has more than {limit} files" }
        remedy { zh: "把文件合并，或移走不属于方案包的文件", en: "merge files, or move those away that do not belong to it" }
    }
    /// Too large a file or package.
    fn too_many_bytes(what, limit) -> "P191" Error {
        what { zh: "“{what}”超过 {limit} 字节", en: "`{what}` has more than {limit} bytes" }
        remedy { zh: "拆成几个文件，或移走不属于方案包的内容", en: "split it, or move away what does not belong to it" }
    }
    /// Too many rows.
    fn too_many_rows(limit) -> "P192" Error {
        what { zh: "方案包的行超过 {limit} 行", en: "the package has more than {limit} rows" }
        remedy { zh: "把数据（而不是规则）移出方案包，用 import 导入", en: "move what is data and no rule out of the package and import it" }
    }
    /// Too long a cell.
    fn too_long(column, limit) -> "P193" Error {
        what { zh: "“{column}”超过 {limit} 个字符，一个工作簿单元格放不下", en: "`{column}` has more than {limit} characters, which a workbook cell cannot hold" }
        remedy { zh: "缩短，或拆成几行", en: "shorten it, or split it into several rows" }
    }
    /// Folders nested too deep.
    fn too_deep(path, limit) -> "P194" Error {
        what { zh: "“{path}”的文件夹套了 {limit} 层以上", en: "folders in `{path}` are nested more than {limit} deep" }
        remedy { zh: "减少层数", en: "nest them less deep" }
    }
}
