//! P2xx: names, the header, units, vocabularies, the calendar, records and their fields.

base::catalogue! {
    /// A name that no row declares.
    fn unknown_reference(kind_zh, kind_en, id, nearest) -> "P201" Error {
        what { zh: "没有{kind_zh}“{id}”", en: "there is no {kind_en} `{id}`" }
        remedy { zh: "可用：{nearest}；或先声明它", en: "use: {nearest}; or declare it" }
    }
    /// A name that its scorecard, flow, vocabulary or table does not have.
    fn unknown_inside(owner_zh, owner_en, owner, kind_zh, kind_en, id, nearest) -> "P202" Error {
        what { zh: "{owner_zh}“{owner}”里没有{kind_zh}“{id}”", en: "{owner_en} `{owner}` has no {kind_en} `{id}`" }
        remedy { zh: "可用：{nearest}；或先声明它", en: "use: {nearest}; or declare it" }
    }
    /// A name stands twice in one list.
    fn listed_twice(id) -> "P203" Error {
        what { zh: "“{id}”列了两次", en: "`{id}` is listed twice" }
        remedy { zh: "删去其中一个", en: "delete one of them" }
    }
    /// A name that means something else already.
    fn reserved_name(id, reserved) -> "P204" Error {
        what { zh: "“{id}”是保留的名称", en: "`{id}` is a reserved name" }
        remedy { zh: "换一个名称；保留的有 {reserved}", en: "choose another; reserved are {reserved}" }
    }
    /// Two columns say the same thing.
    fn said_twice(first, second) -> "P205" Error {
        what { zh: "{first} 和 {second} 只能写一个", en: "only one of {first} and {second} can be written" }
        remedy { zh: "删去 {first} 或 {second}", en: "delete {first} or {second}" }
    }
    /// A column without the one that gives it meaning.
    fn column_needs(column, other) -> "P206" Error {
        what { zh: "写了 {column}，却没有 {other}", en: "{column} is written without {other}" }
        remedy { zh: "加上 {other}，或删去 {column}", en: "add {other}, or delete {column}" }
    }
    /// A whole number outside what is possible.
    fn number_out_of_range(column, value, least, most) -> "P207" Error {
        what { zh: "{column} 不能是 {value}", en: "{column} cannot be {value}" }
        remedy { zh: "写 {least} 到 {most} 之间的整数", en: "write a whole number from {least} to {most}" }
    }
    /// A least value above the greatest.
    fn min_above_max(min, max) -> "P208" Error {
        what { zh: "下限 {min} 大于上限 {max}", en: "the least value {min} is above the greatest, {max}" }
        remedy { zh: "对调，或改其中一个", en: "swap them, or change one" }
    }
    /// A last day before the first.
    fn days_backwards(first_column, first, last_column, last) -> "P209" Error {
        what { zh: "{last_column} {last} 早于 {first_column} {first}", en: "{last_column} {last} is before {first_column} {first}" }
        remedy { zh: "对调，或改其中一个日期", en: "swap them, or change one of the days" }
    }
    /// Something that must be above zero.
    fn must_be_positive(column) -> "P210" Error {
        what { zh: "{column} 应大于 0", en: "{column} must be above 0" }
        remedy { zh: "写大于 0 的数；一组权重不能为负，也不能全是 0", en: "write a number above 0; weights are not negative and not all 0" }
    }
    /// A share that is not between 0 and 1.
    fn share_out_of_range(column, value) -> "P211" Error {
        what { zh: "{column} 是 {value}，应在 0 与 1 之间", en: "{column} is {value} and must be between 0 and 1" }
        remedy { zh: "30% 写作 0.30 或 \"30%\"", en: "write 30 % as 0.30 or \"30%\"" }
    }
    /// A list of another length than the one it belongs to.
    fn list_length(column, wanted, found) -> "P212" Error {
        what { zh: "{column} 有 {found} 个，应有 {wanted} 个", en: "{column} has {found} entries and must have {wanted}" }
        remedy { zh: "补足或删去", en: "add or delete entries" }
    }

    /// A package that says nothing.
    fn nothing_to_build() -> "P219" Error {
        what { zh: "方案包没有可用的头部", en: "the package has no usable header" }
        remedy { zh: "在 programme.toml 中写 [programme] 及其 id、name、version、time_zone、year", en: "write [programme] in programme.toml with id, name, version, time_zone and year" }
    }
    /// No time zone.
    fn no_time_zone() -> "P220" Error {
        what { zh: "没有写时区，无法知道一天从何时开始", en: "there is no time zone, so nobody knows when a day begins" }
        remedy { zh: "在 [programme] 中写 time_zone，例如 \"Asia/Shanghai\"", en: "write time_zone in [programme], such as \"Asia/Shanghai\"" }
    }
    /// No period.
    fn no_year() -> "P221" Error {
        what { zh: "没有写方案的期间", en: "the programme does not say its period" }
        remedy { zh: "在 [programme] 中写 year，例如 \"2018\"", en: "write year in [programme], such as \"2018\"" }
    }
    /// A programme period without a first day.
    fn open_year(text) -> "P222" Error {
        what { zh: "方案的期间“{text}”没有第一天", en: "the programme's period `{text}` has no first day" }
        remedy { zh: "写有始有终的期间，例如 \"2018\" 或 \"2016..2018\"", en: "write a period with both ends, such as \"2018\" or \"2016..2018\"" }
    }
    /// A vocabulary without codes.
    fn vocabulary_without_codes(id) -> "P223" Warning {
        what { zh: "词表“{id}”没有代码", en: "vocabulary `{id}` has no codes" }
        remedy { zh: "用 [[code]] 写上代码，或删去词表", en: "add its codes as [[code]], or delete it" }
    }
    /// Codes above each other.
    fn code_cycle(chain) -> "P224" Error {
        what { zh: "代码互为上级：{chain}", en: "codes stand above each other: {chain}" }
        remedy { zh: "去掉其中一个 parent", en: "delete one of the parents" }
    }
    /// A spelling that stands for two things.
    fn spelling_twice(spelling, first, second) -> "P225" Error {
        what { zh: "“{spelling}”既指“{first}”又指“{second}”，导入时无法选择", en: "`{spelling}` stands for both `{first}` and `{second}`; an import could not choose" }
        remedy { zh: "改其中一个的名称或别名；如果一个已不存在，写上它的 valid_to", en: "change the name or alias of one; if one of them ended, write its valid_to" }
    }

    /// Units above each other, or taking over from each other.
    fn unit_cycle(chain) -> "P230" Error {
        what { zh: "单位关系成环：{chain}", en: "units lead back to themselves: {chain}" }
        remedy { zh: "去掉其中一个 parent 或 successors", en: "delete one of the parents or successors" }
    }
    /// A parent that does not exist yet.
    fn parent_not_yet(unit, parent, from, parent_from) -> "P231" Error {
        what { zh: "“{unit}”从 {from} 起以“{parent}”为上级，而它自 {parent_from} 才有", en: "`{unit}` is under `{parent}` from {from}, which exists only from {parent_from}" }
        remedy { zh: "改日期，或写那时的上级并用 [[unit_change]] 写以后的变化", en: "change a day, or write the parent of that time and its change as [[unit_change]]" }
    }
    /// A parent that ends before its child.
    fn parent_no_more(unit, parent, parent_to) -> "P232" Error {
        what { zh: "“{parent}”{parent_to} 撤销，“{unit}”此后仍以它为上级", en: "`{parent}` ends on {parent_to}, and `{unit}` stays under it" }
        remedy { zh: "用 [[unit_change]] 写此后的上级，或写上它的 valid_to", en: "write its later parent as [[unit_change]], or its own valid_to" }
    }
    /// A change on a day on which the unit does not exist.
    fn change_outside_life(unit, day) -> "P233" Error {
        what { zh: "“{unit}”在 {day} 的变化不在它存续的日子里", en: "the change of `{unit}` on {day} is not within the days of its existence" }
        remedy { zh: "改变化的日期，或改单位的 valid_from、valid_to", en: "change the day, or the unit's valid_from and valid_to" }
    }
    /// A change that changes nothing.
    fn change_of_nothing(unit, day) -> "P234" Error {
        what { zh: "“{unit}”在 {day} 的变化没有写变了什么", en: "the change of `{unit}` on {day} does not say what changes" }
        remedy { zh: "写 name、parent 或 group，或删去这一行", en: "write name, parent or group, or delete the row" }
    }
    /// Successors of a unit that does not end.
    fn successors_without_end(unit) -> "P235" Error {
        what { zh: "“{unit}”有承继单位，却没有最后有效日", en: "`{unit}` has successors but no last day" }
        remedy { zh: "写上 valid_to", en: "write its valid_to" }
    }
    /// A successor that does not exist when it should take over.
    fn successor_not_valid(successor, day) -> "P236" Error {
        what { zh: "承继单位“{successor}”在 {day} 不存在", en: "the successor `{successor}` does not exist on {day}" }
        remedy { zh: "改它的 valid_from，或换一个承继单位", en: "change its valid_from, or name another successor" }
    }
    /// A unit that is meant in a period in which it does not exist.
    fn unit_outside_period(unit, period, life) -> "P237" Error {
        what { zh: "单位“{unit}”在 {period} 不存在（{life}）", en: "unit `{unit}` does not exist in {period} (it exists {life})" }
        remedy { zh: "换成承继单位，或改它的 valid_from、valid_to", en: "name its successor, or change its valid_from or valid_to" }
    }

    /// A holiday of a year without calendar.
    fn holiday_without_calendar(day, year) -> "P240" Error {
        what { zh: "{day} 所在的年份没有 [[calendar]]", en: "there is no [[calendar]] for the year of {day}" }
        remedy { zh: "加上 [[calendar]] year = {year} 并写明出处", en: "add [[calendar]] year = {year} with its source" }
    }
    /// A calendar of an impossible year.
    fn calendar_year_out_of_range() -> "P241" Error {
        what { zh: "日历的年份不可能", en: "there is no such year" }
        remedy { zh: "写 1 到 9999 之间的年份", en: "write a year from 1 to 9999" }
    }
    /// A declared year whose holidays are not there.
    fn unpublished_year(year) -> "P242" Error {
        what { zh: "{year} 年的放假安排没有公布：没有一行 [[holiday]]", en: "the holidays of {year} are not published: it has no [[holiday]] row" }
        remedy { zh: "按国务院办公厅当年的通知写上放假日和调休上班日", en: "write the days off and the make-up working days of that year's notice" }
    }
    /// Years of the programme without a calendar.
    fn years_without_calendar(years) -> "P243" Error {
        what { zh: "方案要算工作日，却没有 {years} 年的日历", en: "the programme counts working days and has no calendar of {years}" }
        remedy { zh: "加上这些年份的 [[calendar]] 和 [[holiday]]", en: "add [[calendar]] and [[holiday]] rows of those years" }
    }
    /// The year after the programme's is not published yet.
    fn next_year_unpublished(year) -> "P244" Warning {
        what { zh: "期限会延到 {year} 年，而它的放假安排还没有写", en: "deadlines reach into {year}, whose holidays are not written yet" }
        remedy { zh: "{year} 年的通知公布后，在自己的方案包里加 calendars.toml，写 [[calendar]] year = {year} 和各个 [[holiday]]；在此之前到那一年的期限算不出来", en: "when the notice for {year} is out, add a file calendars.toml to your own package with [[calendar]] year = {year} and its [[holiday]] rows; until then deadlines that reach it cannot be counted" }
    }

    /// One name for a record type and a subject type.
    fn record_and_subject_type(id) -> "P250" Error {
        what { zh: "“{id}”既是记录类型又是对象类型，字段不知属于谁", en: "`{id}` is both a record type and a subject type, so its fields belong to neither" }
        remedy { zh: "给其中一个换名称", en: "give one of them another name" }
    }
    /// A field without type.
    fn field_without_type(id, types) -> "P251" Error {
        what { zh: "字段“{id}”没有写类型", en: "field `{id}` has no type" }
        remedy { zh: "写上 type：{types}", en: "write its type: {types}" }
    }
    /// A column that means nothing for the field's type.
    fn column_not_of_type(column, field_type) -> "P252" Error {
        what { zh: "类型为 {field_type} 的字段用不到 {column}", en: "{column} means nothing for a field of type {field_type}" }
        remedy { zh: "删去 {column}，或改类型", en: "delete {column}, or change the type" }
    }
    /// A type without the column that it needs.
    fn type_needs_column(field_type, column) -> "P253" Error {
        what { zh: "类型为 {field_type} 的字段要写 {column}", en: "a field of type {field_type} needs {column}" }
        remedy { zh: "写上 {column}", en: "write {column}" }
    }
    /// Another type for a field that every record has.
    fn reserved_type(id, field_type) -> "P254" Error {
        what { zh: "“{id}”是每种记录都有的字段，类型固定为 {field_type}", en: "`{id}` is a field that every record has; its type is {field_type}" }
        remedy { zh: "删去 type，或给字段换一个名称", en: "delete the type, or name the field otherwise" }
    }
    /// A field that every record has cannot be personal.
    fn reserved_personal(id) -> "P255" Error {
        what { zh: "“{id}”不能是个人信息：指标要用它", en: "`{id}` cannot be personal: indicators use it" }
        remedy { zh: "删去 personal；个人信息另设字段", en: "delete personal; keep personal data in a field of its own" }
    }
    /// A record always has a day.
    fn day_is_required() -> "P256" Error {
        what { zh: "每条记录都有日期，不能不必填", en: "every record has a day; it cannot be optional" }
        remedy { zh: "删去 required = false", en: "delete required = false" }
    }
    /// A subject field of a record type without subject.
    fn record_without_subject(id) -> "P257" Error {
        what { zh: "记录类型“{id}”没有对象，不能有字段 subject", en: "record type `{id}` has no subject and so no field `subject`" }
        remedy { zh: "在记录类型中写 subject = 对象类型", en: "write subject = a subject type in the record type" }
    }
    /// A date pattern that no date has.
    fn bad_date_pattern(pattern) -> "P258" Error {
        what { zh: "“{pattern}”不是日期写法", en: "`{pattern}` is no date pattern" }
        remedy { zh: "用 %Y、%m、%d 各一次，例如 \"%m/%d/%Y\"；时刻可用 %H %M %S %I %p", en: "use %Y, %m and %d once each, such as \"%m/%d/%Y\"; for a time %H %M %S %I %p" }
    }
    /// Patterns that read one text as two days.
    fn date_patterns_disagree() -> "P259" Error {
        what { zh: "一种写法月在前，另一种日在前，02/03/2018 会有两种读法", en: "one pattern has the month first, another the day: 02/03/2018 could be read twice" }
        remedy { zh: "只留一种", en: "keep one of them" }
    }
    /// A default that the field would refuse.
    fn default_outside(value) -> "P260" Error {
        what { zh: "缺省值“{value}”不在字段允许的范围内", en: "the default `{value}` is outside what the field allows" }
        remedy { zh: "改缺省值，或改 min、max、max_length", en: "change the default, or min, max or max_length" }
    }
    /// A personal field in the key.
    fn personal_in_key(id) -> "P261" Error {
        what { zh: "个人信息字段“{id}”不能作唯一键：擦除后无法核对", en: "the personal field `{id}` cannot be in the key: it could not be compared once erased" }
        remedy { zh: "换一个字段，如编号", en: "use another field, such as a number" }
    }
    /// A file in the key.
    fn file_in_key(id) -> "P262" Error {
        what { zh: "文件字段“{id}”不能作唯一键", en: "the file field `{id}` cannot be in the key" }
        remedy { zh: "换一个字段，如编号", en: "use another field, such as a number" }
    }
    /// Continuation lines that the key cannot tell apart.
    fn lines_have_one_key(id) -> "P264" Warning {
        what { zh: "“{id}”一批多行，而它的唯一键只有批次的字段：同批各行的键相同，第二行起会被当作重复", en: "`{id}` has several lines for one batch, and its key only fields of the batch: all lines of a batch have one key, and from the second on they are taken for repetitions" }
        remedy { zh: "key 中再加一个每行不同的字段，如 [\"sample_no\", \"tested_item\"]", en: "add a field to the key that differs from line to line, as in [\"sample_no\", \"tested_item\"]" }
    }
    /// A header that stands for two columns.
    fn header_twice(header, first, second) -> "P263" Error {
        what { zh: "表头“{header}”既指“{first}”又指“{second}”", en: "the header `{header}` stands for both `{first}` and `{second}`" }
        remedy { zh: "改其中一个的名称或别名", en: "change the name or alias of one" }
    }
    /// A scope for a command that is not about one unit's things.
    fn scope_without_unit(command, scope) -> "P265" Error {
        what { zh: "“{command}”不是某个单位的事，范围不能是 {scope}", en: "`{command}` is not about one unit's things, so its scope cannot be {scope}" }
        remedy { zh: "另写一行 scope = \"all\" 授予它；own 和 below 只用于 submit、import、withdraw、open_cases、override、sign_letter、confirm_change", en: "grant it in a row with scope = \"all\"; own and below are for submit, import, withdraw, open_cases, override, sign_letter and confirm_change" }
    }
}
