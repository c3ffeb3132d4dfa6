//! What can go wrong when rows come in (M1xx), when a figure is asked for (M2xx, M3xx in SQL) and when
//! a snapshot is read (M4xx).

base::catalogue! {
    /// Rows of a table that the programme does not declare.
    fn unknown_table(table) -> "M101" Error {
        what { zh: "方案没有数据表“{table}”", en: "the programme has no table `{table}`" }
        remedy { zh: "先登记声明它的方案", en: "register the programme that declares it first" }
    }
    /// The wrong number of values.
    fn wrong_width(table, wanted, found) -> "M102" Error {
        what { zh: "数据表“{table}”的一行应有 {wanted} 个值，给了 {found} 个", en: "a row of `{table}` has {wanted} values, {found} are given" }
        remedy { zh: "按数据表的列序逐列给值，空值也要给", en: "give one value for each column in the table's order, empty ones too" }
    }
    /// A value of another type than the column.
    fn wrong_value(table, column) -> "M103" Error {
        what { zh: "给数据表“{table}”的“{column}”的值类型不对", en: "a value for `{column}` of `{table}` is of another type" }
        remedy { zh: "按列的类型给值", en: "give a value of the column's type" }
    }
    /// An id that is there already, or is not there.
    fn row_twice(table, id) -> "M104" Error {
        what { zh: "数据表“{table}”已有第 {id} 行", en: "`{table}` has a row {id} already" }
        remedy { zh: "修订时先隐去旧行", en: "hide the old row first when it is revised" }
    }
    /// A row to hide that is not there.
    fn no_such_row(table, id) -> "M105" Error {
        what { zh: "数据表“{table}”没有第 {id} 行", en: "`{table}` has no row {id}" }
        remedy { zh: "核对行号", en: "check the number" }
    }
    /// A change that is older than what is there.
    fn out_of_order(at, head) -> "M106" Error {
        what { zh: "位置 {at} 的变化在位置 {head} 之后才到", en: "a change at position {at} comes after position {head}" }
        remedy { zh: "按存证日志的顺序给出变化", en: "give the changes in the order of the ledger" }
    }
    /// Nothing of that name in a subject table.
    fn unknown_attribute(table, attribute) -> "M107" Error {
        what { zh: "“{table}”没有属性“{attribute}”", en: "`{table}` has no attribute `{attribute}`" }
        remedy { zh: "用方案声明的属性", en: "use an attribute that the programme declares" }
    }
    /// More than can be kept.
    fn table_full(table) -> "M108" Error {
        what { zh: "数据表“{table}”装满了", en: "`{table}` is full" }
        remedy { zh: "一张表最多约 21 亿行和同样多的不同文本", en: "a table has at most about two thousand million rows, and as many different texts" }
    }
    /// No programme at that position.
    fn no_programme(at) -> "M201" Error {
        what { zh: "位置 {at} 时还没有方案", en: "there is no programme at position {at} yet" }
        remedy { zh: "用更晚的位置", en: "use a later position" }
    }
    /// An indicator that the programme does not have.
    fn unknown_indicator(indicator, nearest) -> "M202" Error {
        what { zh: "没有指标“{indicator}”", en: "there is no indicator `{indicator}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// A unit that the programme does not have.
    fn unknown_unit(unit, nearest) -> "M203" Error {
        what { zh: "没有单位“{unit}”", en: "there is no unit `{unit}`" }
        remedy { zh: "可用：{nearest}", en: "use {nearest}" }
    }
    /// Rows without a unit asked by unit.
    fn not_by_unit(indicator, table) -> "M204" Error {
        what { zh: "指标“{indicator}”不能按单位：数据表“{table}”没有归属单位的列", en: "`{indicator}` cannot be given by unit: rows of `{table}` belong to none" }
        remedy { zh: "不按单位，或把指标的 attribute_to 改为 city", en: "ask for it without a unit, or declare `attribute_to = \"city\"`" }
    }
    /// Rows without a subject asked by subject.
    fn not_by_subject(indicator, table) -> "M205" Error {
        what { zh: "指标“{indicator}”不能按对象：数据表“{table}”的行没有对象", en: "`{indicator}` cannot be given by subject: rows of `{table}` have none" }
        remedy { zh: "不按对象", en: "ask for it without subjects" }
    }
    /// Two types of subjects in one figure.
    fn two_subject_types(indicator) -> "M206" Error {
        what { zh: "指标“{indicator}”涉及两种对象，不能按对象", en: "`{indicator}` is about two types of subjects and cannot be given by subject" }
        remedy { zh: "分别按对象测量它的组成指标", en: "measure the indicators that it is made of" }
    }
    /// A field that rows do not have.
    fn not_by_field(indicator, field, table) -> "M207" Error {
        what { zh: "指标“{indicator}”不能按“{field}”：数据表“{table}”没有这个代码列", en: "`{indicator}` cannot be given by `{field}`: `{table}` has no such column of codes or texts" }
        remedy { zh: "用该表的代码列、文本列，或 subject.属性、unit.kind", en: "use a column of codes or texts of that table, or subject.attribute, unit.kind" }
    }
    /// A calculation left 64 bits.
    fn beyond_range(indicator) -> "M208" Error {
        what { zh: "计算指标“{indicator}”时某一行超出 64 位整数", en: "measuring `{indicator}` left the range of 64-bit integers in a row" }
        remedy { zh: "减少相乘的小数位，或核对异常大的数值", en: "multiply fewer decimals, or check for absurdly large values" }
    }
    /// Something that a checked programme does not have.
    fn broken_programme(indicator, what) -> "M209" Error {
        what { zh: "指标“{indicator}”用到的“{what}”不存在", en: "`{indicator}` uses `{what}`, which does not exist" }
        remedy { zh: "用 zhicheng check 检查方案", en: "check the programme with `zhicheng check`" }
    }
    /// A period without a start cannot be cut.
    fn no_parts(period, kind) -> "M210" Error {
        what { zh: "期间“{period}”不能按{kind}划分", en: "the period `{period}` cannot be cut by {kind}" }
        remedy { zh: "给出有起止的期间，如 2018 或 2016..2018", en: "give a period with both ends, such as 2018 or 2016..2018" }
    }
    /// A text that is no address.
    fn not_an_address(text) -> "M211" Error {
        what { zh: "“{text}”不是数字的地址", en: "`{text}` is not the address of a figure" }
        remedy {
            zh: "写成 food_pass_rate?period=2018&unit=puqi&day=2018-12-31&programme=12&at=5123 的样子",
            en: "write it like food_pass_rate?period=2018&unit=puqi&day=2018-12-31&programme=12&at=5123"
        }
    }
    /// A figure that columns of 64-bit integers cannot carry.
    fn beyond_columns(indicator) -> "M212" Error {
        what { zh: "指标“{indicator}”有一个对象的数字超出 64 位整数，不能成列给出", en: "the figure of some subject for `{indicator}` leaves 64-bit integers and cannot stand in a column" }
        remedy { zh: "逐个对象测量，那样没有这个限度", en: "measure it by subject, one figure at a time; that has no such limit" }
    }
    /// A figure that integers in SQL cannot carry.
    fn not_in_sql(indicator) -> "M301" Error {
        what { zh: "指标“{indicator}”由加权比率算出，不能写成一条 SQL", en: "`{indicator}` is derived from a weighted ratio and cannot be one SQL statement" }
        remedy { zh: "对加权比率本身取 SQL，再按文档的公式计算", en: "take the SQL of the weighted ratio itself and go on by the documented formula" }
    }
    /// A file that is no snapshot of columns.
    fn no_snapshot() -> "M401" Error {
        what { zh: "不是本版本的列快照", en: "this is no snapshot of columns, or one of another version" }
        remedy { zh: "删去快照，从存证日志重建", en: "remove the snapshot; the columns are made again from the ledger" }
    }
    /// A snapshot with flipped bits or a missing end.
    fn damaged_snapshot(part) -> "M402" Error {
        what { zh: "列快照的“{part}”已损坏", en: "the snapshot of the columns is damaged in `{part}`" }
        remedy { zh: "删去快照，从存证日志重建", en: "remove the snapshot; the columns are made again from the ledger" }
    }
    /// A snapshot of other programmes.
    fn other_programmes(table) -> "M403" Error {
        what { zh: "列快照的“{table}”与方案不符", en: "`{table}` of the snapshot does not fit the programmes" }
        remedy { zh: "删去快照，从存证日志重建", en: "remove the snapshot; the columns are made again from the ledger" }
    }
    /// Reading failed.
    fn snapshot_not_read(part, error) -> "M404" Error {
        what { zh: "读不出列快照的“{part}”：{error}", en: "`{part}` of the snapshot cannot be read: {error}" }
        remedy { zh: "检查磁盘和文件权限", en: "check the disk and the file's permissions" }
    }
}
