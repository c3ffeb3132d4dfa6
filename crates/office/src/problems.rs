//! Everything that `office` can refuse, with the remedy, in both languages (codes O…).

pub mod assigned;
pub mod audit;
pub mod backup;
pub mod course;
pub mod flows;
pub mod letters;
pub mod papers;
pub mod people;
pub mod published;
pub mod revising;
pub mod sensors;

pub use assigned::*;
pub use audit::*;
pub use backup::*;
pub use course::*;
pub use flows::*;
pub use letters::*;
pub use papers::*;
pub use people::*;
pub use published::*;
pub use sensors::*;

base::catalogue! {
    /// An entry of a kind that this version does not know.
    fn unknown_kind(position, kind) -> "O101" Error {
        what { zh: "第 {position} 条存证的种类 {kind} 无法识别", en: "entry {position} is of kind {kind}, which this version does not know" }
        remedy { zh: "用写入它的版本或更新的版本打开", en: "open it with the version that wrote it, or a later one" }
    }
    /// An entry whose facts cannot be read.
    fn unreadable_entry(position, why) -> "O102" Error {
        what { zh: "第 {position} 条存证无法读取：{why}", en: "entry {position} cannot be read: {why}" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
    /// A state row that cannot be read.
    fn unreadable_state(space, why) -> "O103" Error {
        what { zh: "状态表 {space} 中有一行无法读取：{why}", en: "a row of state space {space} cannot be read: {why}" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
    /// An entry that speaks of a record that is not there.
    fn missing_record(position, record) -> "O104" Error {
        what { zh: "第 {position} 条存证所说的记录 {record} 不存在", en: "entry {position} speaks of record {record}, which does not exist" }
        remedy { zh: "核对记录编号；zhicheng measure --records 可列出记录", en: "check the record's number; `zhicheng measure --records` lists records" }
    }
    /// Two parts of a folder that must say the same do not.
    fn parts_differ(what, which, at) -> "O120" Error {
        what { zh: "状态、数据列与存证不一致：{what} {which}（位置 {at}）", en: "state, columns and entries do not agree: {what} {which} (position {at})" }
        remedy { zh: "该文件夹已损坏或软件有误：保留原样，从备份恢复，并报告此事", en: "the folder is damaged or the software is wrong: keep it as it is, restore a backup, and report it" }
    }
    /// An entry that speaks of a case that is not there.
    fn missing_case(position, case) -> "O105" Error {
        what { zh: "第 {position} 条存证所说的办件 {case} 不存在", en: "entry {position} speaks of case {case}, which does not exist" }
        remedy { zh: "核对办件编号；zhicheng case list 可列出办件", en: "check the case's number; `zhicheng case list` lists cases" }
    }
    /// A record that an entry would hide and that does not count.
    fn record_not_in_memory(record, record_type) -> "O124" Error {
        what { zh: "内存中的“{record_type}”没有记录 {record}，没有写入任何存证", en: "there is no record {record} of `{record_type}` in memory; nothing was written" }
        remedy { zh: "运行 zhicheng verify：状态与内存应当一致", en: "run `zhicheng verify`: the state and what is in memory should agree" }
    }
    /// An entry that speaks of an import that is not there.
    fn missing_import(position, import) -> "O112" Error {
        what { zh: "第 {position} 条存证所说的导入 {import} 不存在", en: "entry {position} speaks of import {import}, which does not exist" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
    /// A field of type `file` whose file is not there.
    fn file_not_stored(hash) -> "O226" Error {
        what { zh: "没有存入哈希为 {hash} 的文件", en: "no file with the hash {hash} is stored" }
        remedy { zh: "与记录一起交文件：submit 写 字段=@文件，import 加 --evidence 文件", en: "hand the file in with the record: FIELD=@FILE for submit, --evidence FILE for import" }
    }
    /// Nothing is there to be erased.
    fn nothing_to_erase() -> "O290" Error {
        what { zh: "没有可删除的个人信息或佐证材料", en: "there is nothing personal and no evidence to erase" }
        remedy { zh: "核对编号与字段；zhicheng record 列出一条记录的字段、佐证与已删除的内容", en: "check the number and the fields; `zhicheng record` shows a record's fields, evidence and what was erased" }
    }
    /// A field of which there is nothing in the record.
    fn no_such_personal_field(field, record, known) -> "O291" Error {
        what { zh: "记录 {record} 没有个人字段“{field}”的内容", en: "record {record} holds nothing under a personal field `{field}`" }
        remedy { zh: "有内容的个人字段：{known}；非个人字段属于事实，不能删除，可更正或撤回", en: "it has these personal fields: {known}; a field that is not personal is a fact and cannot be erased, only revised or withdrawn" }
    }
    /// A reason that repeats what is erased.
    fn reason_tells(name) -> "O292" Error {
        what { zh: "理由或申请人中含有正要删除的“{name}”", en: "the reason or who asked for it repeats the `{name}` that is to be erased" }
        remedy { zh: "理由会永久保留：不写个人信息，只写来文字号等", en: "the reason stays visible for good: write the number of a letter, not personal data" }
    }
    /// A file that was erased comes again.
    fn file_was_erased(name, position) -> "O293" Error {
        what { zh: "文件“{name}”的内容已由第 {position} 条存证删除，不再接收", en: "the content of the file `{name}` was erased by entry {position} and is not taken again" }
        remedy { zh: "换用已遮盖个人信息的文件；理由见 zhicheng erasures", en: "hand in a file without the personal data; `zhicheng erasures` shows why it was erased" }
    }
    /// A file that was erased is still there.
    fn erased_file_is_there(hash, position) -> "O294" Error {
        what { zh: "佐证材料 {hash} 已由第 {position} 条存证删除，文件却还在", en: "evidence {hash} was erased by entry {position}, but its file is there" }
        remedy { zh: "以任一写入命令打开一次数据文件夹，文件即被删除", en: "open the folder once with any writing command; it removes the file" }
    }
    /// A field that was erased comes again with one record.
    fn field_was_erased(field, record, position) -> "O295" Error {
        what { zh: "记录 {record} 的“{field}”已由第 {position} 条存证删除，不再接收", en: "`{field}` of record {record} was erased by entry {position} and is not taken again" }
        remedy { zh: "不填此字段；若是新的事实，另提交一条记录", en: "leave the field out; what is new belongs into a new record" }
    }
    /// Fields that were erased come again with a file.
    fn left_erased(fields, record, position) -> "O296" Warning {
        what { zh: "记录 {record} 的 {fields} 已由第 {position} 条存证删除，未再导入", en: "{fields} of record {record} was erased by entry {position}; it was not taken again" }
        remedy { zh: "从表中删去这些内容", en: "remove it from the file" }
    }
    /// Attributes that were erased come again with a file.
    fn attribute_left_erased(fields, subject, position) -> "O297" Warning {
        what { zh: "对象 {subject} 的 {fields} 已由第 {position} 条存证删除，未再导入", en: "{fields} of subject {subject} was erased by entry {position}; it was not taken again" }
        remedy { zh: "从表中删去这些内容", en: "remove it from the file" }
    }
    /// A file that brought persons who were erased since.
    fn import_of_erased(import, position) -> "O298" Error {
        what { zh: "此文件曾由第 {import} 条存证导入，其中的人员已由第 {position} 条存证删除", en: "this file was imported before (entry {import}), and a person whom it brought was erased by entry {position}" }
        remedy { zh: "从表中删去该人员的各行再导入；否则该人员会作为新的人员重新出现", en: "remove that person's rows from the file; as it is, the person would come back as a new one" }
    }
    /// A list of erasures that is none.
    fn not_a_list_of_erasures(why) -> "O299" Error {
        what { zh: "不是删除清单：{why}", en: "this is no list of erasures: {why}" }
        remedy { zh: "用 zhicheng erasures --save 保存的清单", en: "take a list that `zhicheng erasures --save` wrote" }
    }
    /// A list of erasures of another log.
    fn erasures_of_another_log(entry, origin) -> "O300" Error {
        what { zh: "第 {entry} 条存证与清单（来源 {origin}）所说的不是同一条", en: "entry {entry} is not the one that the list (of {origin}) speaks of" }
        remedy { zh: "清单须来自此备份所属的存证日志", en: "the list must come from the log of which this folder is a backup" }
    }
    /// What was erased is still in the files because others read them.
    fn scrub_held_up() -> "O301" Warning {
        what { zh: "已删除，但有其他进程正在读取，旧页尚未清除", en: "it is erased, but other processes are reading, and old pages are still in the files" }
        remedy { zh: "待它们结束后，以任一写入命令打开一次数据文件夹即清除", en: "when they have ended, open the folder once with any writing command" }
    }
    /// A state whose rows have the form of an earlier version.
    fn state_of_another_version() -> "O113" Error {
        what { zh: "数据文件夹的状态由较早的版本写成", en: "the folder's state was written by an earlier version" }
        remedy { zh: "运行一次 zhicheng rebuild --data …（任一写入命令也会这样做）：由存证重放，不改动任何存证", en: "run `zhicheng rebuild --data …` once (any writing command does it too): it replays the entries and changes none" }
    }
    /// A state that a later version wrote.
    fn state_of_later_version() -> "O114" Error {
        what { zh: "数据文件夹的状态由较新的版本写成", en: "the folder's state was written by a later version" }
        remedy { zh: "换用那个版本或更新的版本", en: "use that version, or a newer one" }
    }
    /// A required cell states nothing.
    fn required_empty(name_zh, name_en) -> "O201" Error {
        what { zh: "“{name_zh}”必填，却是空的", en: "`{name_en}` is required but empty" }
        remedy { zh: "填写此格", en: "fill it in" }
    }
    /// A zero byte in a text.
    fn zero_byte() -> "O202" Error {
        what { zh: "文本中有零字节", en: "the text contains a zero byte" }
        remedy { zh: "删去不可见字符", en: "remove the invisible character" }
    }
    /// Not a whole number.
    fn not_a_whole_number(text) -> "O203" Error {
        what { zh: "“{text}”不是整数", en: "`{text}` is not a whole number" }
        remedy { zh: "填整数，如 12", en: "write a whole number such as 12" }
    }
    /// Not a decimal of the field's scale.
    fn not_this_decimal(text, scale) -> "O204" Error {
        what { zh: "“{text}”的小数多于 {scale} 位", en: "`{text}` has more than {scale} decimal places" }
        remedy { zh: "核对原数；若原数确有更多位小数，在方案中加大该字段的 scale", en: "check the number; if it really has more places, give the field a larger `scale` in the programme" }
    }
    /// A number that the columns cannot hold.
    fn beyond_column(text) -> "O225" Error {
        what { zh: "“{text}”太大或太小，无法测算", en: "`{text}` is beyond what can be measured" }
        remedy { zh: "核对数字；绝对值须小于 9223372036854775807 个最小单位", en: "check the number; it must stay below 9223372036854775807 of its smallest unit" }
    }
    /// Not a period.
    fn not_a_period(text) -> "O205" Error {
        what { zh: "“{text}”不是期间", en: "`{text}` is not a period" }
        remedy { zh: "写成 2018、2018H1、2018Q3、2018-06 或 2016..2018", en: "write 2018, 2018H1, 2018Q3, 2018-06 or 2016..2018" }
    }
    /// Not a hash.
    fn not_a_hash(text) -> "O206" Error {
        what { zh: "“{text}”不是文件的 SHA-256", en: "`{text}` is not the SHA-256 of a file" }
        remedy { zh: "填文件 SHA-256 的 64 位十六进制值（sha256sum 文件名）", en: "write the 64 hexadecimal digits that `sha256sum FILE` gives" }
    }
    /// Not a number.
    fn not_a_number(text) -> "O207" Error {
        what { zh: "“{text}”不是数", en: "`{text}` is not a number" }
        remedy { zh: "填数，如 1234.50；单位写在表头，不写在格里", en: "write a number such as 1234.50; the unit belongs into the header" }
    }
    /// Not a day.
    fn not_a_day(text) -> "O208" Error {
        what { zh: "“{text}”不是日期", en: "`{text}` is not a date" }
        remedy { zh: "写成 2018-03-05 或 2018年3月5日", en: "write 2018-03-05" }
    }
    /// A day that does not exist.
    fn no_such_day(text) -> "O209" Error {
        what { zh: "“{text}”，没有这一天", en: "`{text}`: there is no such day" }
        remedy { zh: "改成真实日期后再导入", en: "write the real date" }
    }
    /// Only a month.
    fn only_a_month(text) -> "O210" Error {
        what { zh: "“{text}”没有写到日", en: "`{text}` does not say the day" }
        remedy { zh: "写到日，如 2018-03-05", en: "write the day too, such as 2018-03-05" }
    }
    /// A date that can be read two ways.
    fn ambiguous_day(text) -> "O211" Error {
        what { zh: "“{text}”可作两种读法", en: "`{text}` can be read in two ways" }
        remedy { zh: "年份写在前面，或在字段上声明 date_patterns", en: "write the year first, or declare date_patterns on the field" }
    }
    /// A serial number of a spreadsheet.
    fn serial_day(text, day) -> "O212" Error {
        what { zh: "“{text}”是失去日期格式的序号（或为 {day}）", en: "`{text}` is a serial number that lost its date format (perhaps {day})" }
        remedy { zh: "把该列设为日期格式后再存", en: "format the column as dates and save again" }
    }
    /// A code that is not in the vocabulary.
    fn unknown_code(text, vocabulary, nearest, nearest_en) -> "O213" Error {
        what { zh: "“{text}”不在词表“{vocabulary}”中", en: "`{text}` is not in the vocabulary `{vocabulary}`" }
        remedy { zh: "{nearest}；若另有所指，确认一次：zhicheng alias --data … code:{vocabulary} {text} 代码", en: "{nearest_en}; if it means one of them, confirm it once: `zhicheng alias --data … code:{vocabulary} {text} CODE`" }
    }
    /// A spelling that means two codes.
    fn ambiguous_code(text, vocabulary) -> "O214" Error {
        what { zh: "“{text}”在词表“{vocabulary}”中有几种含义", en: "`{text}` means several codes of `{vocabulary}`" }
        remedy { zh: "改写代码本身", en: "write the code itself" }
    }
    /// A unit that is not known.
    fn unknown_unit(text, nearest) -> "O215" Error {
        what { zh: "没有叫“{text}”的单位", en: "there is no unit called `{text}`" }
        remedy { zh: "可写：{nearest}；若是简称，确认一次：zhicheng alias --data … unit {text} 标识", en: "try: {nearest}; if it is a short name, confirm it once: `zhicheng alias --data … unit {text} ID`" }
    }
    /// A spelling that means two units.
    fn ambiguous_unit(text) -> "O216" Error {
        what { zh: "“{text}”可指几个单位", en: "`{text}` may be one of several units" }
        remedy { zh: "写单位全称或标识", en: "write the full name or the identifier" }
    }
    /// Below the least value.
    fn below_least(value, min) -> "O217" Error {
        what { zh: "{value} 小于最小值 {min}", en: "{value} is below the least value {min}" }
        remedy { zh: "核对后改正", en: "check and correct it" }
    }
    /// Above the greatest value.
    fn above_greatest(value, max) -> "O218" Error {
        what { zh: "{value} 大于最大值 {max}", en: "{value} is above the greatest value {max}" }
        remedy { zh: "核对后改正", en: "check and correct it" }
    }
    /// A text that is too long.
    fn text_too_long(length, limit) -> "O219" Error {
        what { zh: "文本有 {length} 个字，最多 {limit} 个", en: "the text has {length} characters, at most {limit} are allowed" }
        remedy { zh: "缩短，或作为佐证材料附上", en: "shorten it, or attach it as evidence" }
    }
    /// A unit that did not exist on the day.
    fn unit_not_valid(unit, day) -> "O220" Error {
        what { zh: "单位“{unit}”在 {day} 不存在", en: "unit `{unit}` did not exist on {day}" }
        remedy { zh: "核对日期，或改为当时的单位", en: "check the day, or name the unit of that time" }
    }
    /// A code that was not valid on the day.
    fn code_not_valid(code, day) -> "O221" Error {
        what { zh: "代码“{code}”在 {day} 无效", en: "code `{code}` was not valid on {day}" }
        remedy { zh: "核对日期，或改用当时有效的代码", en: "check the day, or use a code that was valid then" }
    }
    /// A constraint that is false.
    fn constraint_broken(message_zh, message_en) -> "O222" Error {
        what { zh: "{message_zh}", en: "{message_en}" }
        remedy { zh: "改正有关各格", en: "correct the cells concerned" }
    }
    /// Too little evidence.
    fn too_little_evidence(found, needed, what_zh, what_en) -> "O223" Error {
        what { zh: "佐证材料 {found} 件，至少须 {needed} 件（{what_zh}）", en: "{found} pieces of evidence, at least {needed} are needed ({what_en})" }
        remedy { zh: "以 --evidence 附上文件", en: "attach the files with --evidence" }
    }
    /// A type that does not exist.
    fn unknown_type(text, nearest) -> "O224" Error {
        what { zh: "方案中没有记录类型或对象类型“{text}”", en: "the programme has no record or subject type `{text}`" }
        remedy { zh: "可写：{nearest}；zhicheng types 列出全部", en: "try: {nearest}; `zhicheng types` lists all" }
    }
    /// No randomness.
    fn no_randomness(why) -> "O106" Error {
        what { zh: "系统不给出随机数：{why}", en: "the system gives no random numbers: {why}" }
        remedy { zh: "检查操作系统", en: "check the operating system" }
    }
    /// No programme in force.
    fn no_programme() -> "O107" Error {
        what { zh: "数据文件夹里没有生效的方案", en: "no programme is in force in this data folder" }
        remedy { zh: "重新运行 zhicheng init", en: "run `zhicheng init` again" }
    }
    /// Two rows of one batch with one key.
    fn key_twice(key) -> "O230" Error {
        what { zh: "同一批中有两条记录的键都是“{key}”", en: "two records of one batch have the key `{key}`" }
        remedy { zh: "留下正确的一条", en: "keep the right one" }
    }
    /// A key that another record has.
    fn key_taken(key, record) -> "O231" Error {
        what { zh: "键“{key}”已有记录 {record}，内容不同", en: "record {record} has the key `{key}` with other content" }
        remedy { zh: "若为更正，加 --revise", en: "if it is a correction, add --revise" }
    }
    /// No reason.
    fn reason_missing() -> "O232" Error {
        what { zh: "没有说明理由", en: "no reason is given" }
        remedy { zh: "以 --reason 说明理由", en: "give it with --reason" }
    }
    /// No such record.
    fn no_such_record(record) -> "O233" Error {
        what { zh: "没有记录 {record}", en: "there is no record {record}" }
        remedy { zh: "以 zhicheng measure --records 查记录编号", en: "find its number with `zhicheng measure --records`" }
    }
    /// A record that is withdrawn already.
    fn withdrawn_already(record) -> "O234" Error {
        what { zh: "记录 {record} 已撤回", en: "record {record} is withdrawn already" }
        remedy { zh: "无须再做", en: "nothing needs to be done" }
    }
    /// An alias of something that has none.
    fn alias_of_what(of) -> "O240" Error {
        what { zh: "“{of}”没有别名", en: "`{of}` has no aliases" }
        remedy { zh: "写 unit、code:词表 或 subject:类型", en: "write unit, code:VOCABULARY or subject:TYPE" }
    }
    /// An alias that means nothing.
    fn alias_means_nothing(id, of) -> "O241" Error {
        what { zh: "{of} 中没有“{id}”", en: "there is no `{id}` among {of}" }
        remedy { zh: "写已有的标识或全称", en: "write an identifier or a full name that exists" }
    }
    /// No such case.
    fn no_such_case(case) -> "O250" Error {
        what { zh: "没有办件 {case}", en: "there is no case {case}" }
        remedy { zh: "以 zhicheng case list 列出办件", en: "list cases with `zhicheng case list`" }
    }
    /// No such flow.
    fn unknown_flow(flow) -> "O251" Error {
        what { zh: "方案中没有流程“{flow}”", en: "the programme has no flow `{flow}`" }
        remedy { zh: "核对流程标识", en: "check the flow's identifier" }
    }
    /// A field that the flow does not have.
    fn unknown_case_field(field, nearest) -> "O252" Error {
        what { zh: "这一流程没有字段“{field}”", en: "the flow has no field `{field}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A scorecard without a flow.
    fn scorecard_without_flow(scorecard) -> "O253" Error {
        what { zh: "记分卡“{scorecard}”没有声明考核流程", en: "scorecard `{scorecard}` declares no flow" }
        remedy { zh: "在记分卡上写 flow", en: "declare `flow` on the scorecard" }
    }
    /// No such scorecard.
    fn unknown_scorecard(scorecard, nearest) -> "O260" Error {
        what { zh: "方案中没有记分卡“{scorecard}”", en: "the programme has no scorecard `{scorecard}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A scorecard over subjects.
    fn scorecard_of_subjects(scorecard) -> "O261" Error {
        what { zh: "记分卡“{scorecard}”评的是对象，不是单位", en: "scorecard `{scorecard}` rates subjects, not units" }
        remedy { zh: "用 zhicheng rate", en: "use `zhicheng rate`" }
    }
    /// A scorecard over units.
    fn scorecard_of_units(scorecard) -> "O262" Error {
        what { zh: "记分卡“{scorecard}”评的是单位，不是对象", en: "scorecard `{scorecard}` scores units, not subjects" }
        remedy { zh: "用 zhicheng score", en: "use `zhicheng score`" }
    }
    /// No such subject.
    fn no_such_subject(subject, day) -> "O263" Error {
        what { zh: "{day} 没有对象“{subject}”", en: "there is no subject `{subject}` on {day}" }
        remedy { zh: "核对身份代码与日期", en: "check its identity and the day" }
    }
    /// A demonstration is not sealed.
    fn demonstration_not_sealed() -> "O270" Error {
        what { zh: "演示数据不能正式封存", en: "a demonstration cannot be sealed officially" }
        remedy { zh: "加 --demonstration 作演示封存，结果上会注明", en: "add --demonstration to try it; the result says so" }
    }
    /// No approval.
    fn approval_missing() -> "O271" Error {
        what { zh: "没有批准文号", en: "no approval number is given" }
        remedy { zh: "以 --approval 写明", en: "give it with --approval" }
    }
    /// Cards that are pending.
    fn cards_pending(count) -> "O272" Error {
        what { zh: "还有 {count} 个单位的结果未定", en: "{count} units have items that are still pending" }
        remedy { zh: "先完成评审，或等待未到的数字", en: "finish the reviews, or wait for the figures that have not come" }
    }
    /// A sealing at an earlier position.
    fn seal_at_head(at, head) -> "O273" Error {
        what { zh: "封存须以当前位置 {head} 为准，不是 {at}", en: "a sealing stands on the present position {head}, not on {at}" }
        remedy { zh: "不要加 --at", en: "leave out --at" }
    }
    /// Points outside what the item can give.
    fn points_outside(item, unit, points, from, to) -> "O274" Error {
        what { zh: "“{item}”对“{unit}”不能改定为 {points} 分：须在 {from} 与 {to} 之间", en: "item `{item}` cannot be set to {points} for `{unit}`: its points lie between {from} and {to}" }
        remedy { zh: "填范围之内的分数", en: "give points within the limits" }
    }
    /// An item that the unit does not carry.
    fn item_not_carried(item, unit, period) -> "O275" Error {
        what { zh: "“{unit}”在 {period} 不承担“{item}”", en: "`{unit}` does not carry item `{item}` in {period}" }
        remedy { zh: "核对项目与单位；zhicheng score --unit 列出一个单位承担的项目", en: "check both; `zhicheng score --unit` lists what a unit carries" }
    }
    /// An item that the scorecard does not have.
    fn unknown_item(item, scorecard, nearest) -> "O276" Error {
        what { zh: "记分卡“{scorecard}”没有项目“{item}”", en: "scorecard `{scorecard}` has no item `{item}`" }
        remedy { zh: "可写：{nearest}", en: "try: {nearest}" }
    }
    /// A column that would change its type.
    fn column_retyped(table, column) -> "O111" Error {
        what { zh: "“{table}”的“{column}”改变了类型，已有内容将无法读取", en: "`{column}` of `{table}` changes its type, and what is recorded could not be read any more" }
        remedy { zh: "保留原来的类型；新的写法另设字段", en: "keep its type, and declare a new field for what is new" }
    }
    /// A programme that would make what is there unreadable.
    fn programme_refused(what_zh, what_en) -> "O110" Error {
        what { zh: "新方案与已有记录不合：{what_zh}", en: "the new programme does not fit what is recorded: {what_en}" }
        remedy { zh: "运行 zhicheng check 新方案 --against 旧方案，逐处改正", en: "run `zhicheng check NEW --against OLD` and mend each place" }
    }
    /// An upload that is no package.
    fn no_package(why) -> "O119" Error {
        what { zh: "上传的文件不是方案包：{why}", en: "what was uploaded is no package: {why}" }
        remedy { zh: "上传方案工作簿（.xlsx），或把方案文件夹压缩成 .zip（内含 programme.toml）", en: "upload the package as a workbook (.xlsx), or its folder as a .zip with programme.toml in it" }
    }
    /// A role that the programme does not declare.
    fn unknown_role(role, known) -> "O280" Error {
        what { zh: "方案没有角色“{role}”", en: "the programme has no role `{role}`" }
        remedy { zh: "可用的角色：{known}", en: "its roles are: {known}" }
    }
    /// A folder that says it is something else than its first entry says.
    fn not_as_founded(nature, origin) -> "O108" Error {
        what { zh: "数据文件夹自称的性质或来源与首条存证不同：首条为 {nature}，{origin}", en: "the folder's nature or origin differs from its first entry, which says {nature}, {origin}" }
        remedy { zh: "从备份恢复；首条存证为准", en: "restore it from a backup; the first entry is right" }
    }
    /// The content of a record that was withdrawn comes again.
    fn left_withdrawn(record) -> "O235" Warning {
        what { zh: "内容与已撤回的记录 {record} 相同，未再导入", en: "this is the content of record {record}, which was withdrawn; it was not taken again" }
        remedy { zh: "若确要恢复，加 --revise", en: "add --revise to bring it back" }
    }
    /// A command that the programme grants to other roles.
    fn not_granted(role, command_zh, command, roles_zh, roles_en) -> "O281" Error {
        what { zh: "角色“{role}”不能{command_zh}", en: "the role `{role}` may not give the command `{command}`" }
        remedy { zh: "请由下列角色之一办理：{roles_zh}；以 --as 姓名 --role 角色 说明是谁", en: "one of these roles may: {roles_en}; say who acts with --as NAME --role ROLE" }
    }
    /// A step of a case dated after today.
    fn step_in_future(day, today) -> "O254" Error {
        what { zh: "办理日 {day} 在今天 {today} 之后", en: "the day {day} is after today, {today}" }
        remedy { zh: "写实际办理的日期；不写即为今天", en: "write the day on which it was done; without one it is today" }
    }
    /// A result sealed for a day that has not come.
    fn seal_in_future(day, today) -> "O278" Error {
        what { zh: "不能封存截至 {day} 的结果，今天是 {today}", en: "a result as of {day} cannot be sealed; today is {today}" }
        remedy { zh: "以今天或之前的日期封存", en: "seal it as of today or an earlier day" }
    }
    /// A second sealing without a reason.
    fn sealed_before(position) -> "O277" Error {
        what { zh: "该结果已在位置 {position} 封存", en: "this result was sealed at position {position}" }
        remedy { zh: "若为更正，以 --reason 说明理由；原封存保留在旁", en: "if it is a correction, give --reason; the earlier sealing stays beside it" }
    }
    /// Points for a tiered item that are those of none of its levels.
    fn points_of_no_level(points, item, levels_zh, levels_en) -> "O255" Error {
        what { zh: "{points} 分不是项目“{item}”任何一档的得分", en: "{points} points are those of no level of item `{item}`" }
        remedy { zh: "按档评分：{levels_zh}", en: "judge it by level: {levels_en}" }
    }
    /// Points beside a level that is worth others.
    fn points_of_other_level(points, worth, level_zh, level_en, levels_zh, levels_en) -> "O953" Error {
        what { zh: "{points} 分与所选的“{level_zh}”（{worth} 分）不一致", en: "{points} points are not those of the level chosen, {level_en} ({worth})" }
        remedy { zh: "只填其中一个，或者使两者一致：{levels_zh}", en: "give one of the two, or make them agree: {levels_en}" }
    }
    /// A spelling that is none.
    fn alias_empty() -> "O242" Error {
        what { zh: "写法是空的", en: "the spelling is empty" }
        remedy { zh: "写要确认的简称或别名", en: "write the short name that is to be confirmed" }
    }
    /// A spelling that the programme declares for something else.
    fn alias_declared(text, known) -> "O243" Error {
        what { zh: "方案中“{text}”已是 {known} 的名称或别名", en: "in the programme `{text}` is a name or alias of {known}" }
        remedy { zh: "不能另指；若方案有误，改方案的 aliases 后重新生效", en: "it cannot mean something else; if the programme is wrong, mend its `aliases` and activate it" }
    }
    /// A spelling that was confirmed for something else.
    fn alias_confirmed(text, before, id) -> "O244" Error {
        what { zh: "“{text}”此前已确认为 {before}，现要改为 {id}", en: "`{text}` was confirmed as {before} before, and would now mean {id}" }
        remedy { zh: "若确要改，加 --reason 说明理由；已导入的记录不变", en: "if that is meant, give --reason; records that were imported stay as they are" }
    }
    /// A spelling that is the name of another subject.
    fn alias_is_name(text, known) -> "O245" Error {
        what { zh: "“{text}”是对象 {known} 的名称", en: "`{text}` is the name of the subject {known}" }
        remedy { zh: "不能另指；核对标识，或先更正该对象的名称", en: "it cannot mean another; check the identity, or correct that subject's name first" }
    }
    /// A snapshot whose file cannot be read or written.
    fn snapshot_io(path, why) -> "O130" Error {
        what { zh: "快照 {path} 不能读写：{why}", en: "the snapshot {path} cannot be read or written: {why}" }
        remedy { zh: "检查磁盘空间与权限；快照只为启动更快，可以删除", en: "check disk space and permissions; snapshots only make starts faster and may be deleted" }
    }
    /// A snapshot with a damaged head, or of another version.
    fn snapshot_head(path) -> "O131" Error {
        what { zh: "快照 {path} 已损坏，或由另一版本写成，启动时改为读取存证", en: "the snapshot {path} is damaged or was written by another version; a start reads the entries instead" }
        remedy { zh: "无须处理：下次写入时会生成新快照，旧的可删除；若反复出现，检查磁盘", en: "nothing need be done: the next writer makes a new one, and this one may be deleted; if it comes again, check the disk" }
    }
    /// A snapshot of another log.
    fn snapshot_foreign(path, position) -> "O132" Error {
        what { zh: "快照 {path}（位置 {position}）不属于这份存证日志，启动时改为读取存证", en: "the snapshot {path} (position {position}) is not of this log; a start reads the entries instead" }
        remedy { zh: "若刚从备份恢复，属正常；该快照可删除", en: "after restoring a backup that is as it should be; the snapshot may be deleted" }
    }
    /// A damaged snapshot.
    fn snapshot_damaged(path, part) -> "O133" Error {
        what { zh: "快照 {path} 已损坏（{part}），启动时改为读取存证", en: "the snapshot {path} is damaged ({part}); a start reads the entries instead" }
        remedy { zh: "无须处理：下次写入时会生成新快照，损坏的可删除；若反复出现，检查磁盘", en: "nothing need be done: the next writer makes a new one, and the damaged one may be deleted; if it comes again, check the disk" }
    }
    /// Something that no snapshot can hold, or that none of ours holds.
    fn snapshot_unfit(what) -> "O135" Error {
        what { zh: "快照容纳不下或读不懂：{what}", en: "no snapshot holds this: {what}" }
        remedy { zh: "数据无损，只是启动较慢；请将此提示报告给开发者", en: "the data are sound and only starts are slower; please report this message" }
    }
    /// A snapshot that is not what the entries add up to.
    fn snapshot_differs(path, position, what) -> "O134" Error {
        what { zh: "快照 {path}（位置 {position}）与存证重放的结果不同：{what}", en: "the snapshot {path} (position {position}) is not what the entries add up to: {what}" }
        remedy { zh: "删除该快照；存证本身无损", en: "delete the snapshot; the entries themselves are sound" }
    }
    /// A key of a visit that is no UUID.
    fn no_visit_key(text) -> "O900" Error {
        what { zh: "“{text}”不是现场检查的编号", en: "`{text}` is no key of a visit" }
        remedy { zh: "从现场检查页面重新打开表单提交", en: "open the form again from the field view and send it" }
    }
    /// A visit that somebody else sent.
    fn visit_of_another() -> "O901" Error {
        what { zh: "这个编号的现场检查是别人提交的", en: "the visit of this key was sent by somebody else" }
        remedy { zh: "由原提交人登录后发送；若要另报，重新打开表单", en: "whoever sent it signs in and sends it; to enter another, open the form anew" }
    }
    /// A visit that was taken with another content.
    fn visit_differs(address) -> "O902" Error {
        what { zh: "这次现场检查先前已经收到，内容与现在的不同，没有再写一遍", en: "this visit was taken before with another content, and was not written again" }
        remedy { zh: "已收到的在 {address}；要改动，在那里更正，然后删去手机里的这一份", en: "what was taken stands at {address}: correct it there, then delete this one from the phone" }
    }
    /// A visit whose content is another record.
    fn visit_same_as(record) -> "O903" Error {
        what { zh: "同样内容的记录已经有了：#{record}", en: "a record of the same content is there already: #{record}" }
        remedy { zh: "若是同一次检查，到那条记录补充照片，并删去手机里的这一份；若是另一次，改正日期或编号后再发", en: "if it is the same visit, add the photographs to that record and delete this one from the phone; if it is another, mend day or number and send it again" }
    }
    /// A second inspector who cannot be it.
    fn cannot_be_second() -> "O904" Error {
        what { zh: "所选的人不能作第二名检查人员", en: "this person cannot be the second inspector" }
        remedy { zh: "选另一名同角色、在岗的人员；不能是本人", en: "choose another person of the same role who acts now, not yourself" }
    }
    /// Somebody who is not the second inspector.
    fn not_the_second() -> "O905" Error {
        what { zh: "您不是这次检查的第二名检查人员", en: "you are not the second inspector of this visit" }
        remedy { zh: "由提交时写明的第二名检查人员登录后确认", en: "the one who was named when it was sent signs in and confirms it" }
    }
    /// A visit that was confirmed or contested before.
    fn visit_confirmed_already() -> "O906" Error {
        what { zh: "这次检查已经确认过", en: "the second inspector has spoken on this visit already" }
        remedy { zh: "不用再确认；有出入请在记录上更正", en: "there is no need to; what is wrong is corrected on the record" }
    }
    /// A signature without a name.
    fn signer_missing(most) -> "O908" Error {
        what { zh: "有签名，但没有写签名人的姓名，或姓名超过 {most} 个字", en: "there is a signature without the signer's name, or the name is longer than {most} signs" }
        remedy { zh: "在签名下面写上签名人的姓名", en: "write the signer's name under the signature" }
    }
    /// A visit that is not there.
    fn no_such_visit(key) -> "O909" Error {
        what { zh: "没有编号为 {key} 的现场检查", en: "there is no visit with the key {key}" }
        remedy { zh: "它可能还在手机里等待发送；在那台手机上打开现场检查页面", en: "it may still wait on the phone: open the field view there" }
    }
}
