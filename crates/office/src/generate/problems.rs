//! Everything that making data up can refuse, with the remedy, in both languages (codes O4…).

base::catalogue! {
    /// A folder with real data.
    fn real_folder() -> "O401" Error {
        what { zh: "这是正式数据文件夹，不得放入演示数据", en: "this folder holds real data; made-up data never goes in" }
        remedy { zh: "用 zhicheng init --demonstration 另建演示文件夹", en: "make a demonstration folder with `zhicheng init --demonstration`" }
    }
    /// A folder that was filled before.
    fn generated_already(position) -> "O402" Error {
        what { zh: "此文件夹已生成过演示数据（位置 {position}）", en: "this folder was filled with made-up data before (position {position})" }
        remedy { zh: "用 zhicheng init --demonstration 另建文件夹再生成", en: "make a new folder with `zhicheng init --demonstration` and generate there" }
    }
    /// A package that declares no distribution.
    fn no_distributions() -> "O403" Error {
        what { zh: "方案没有声明任何演示数据的分布", en: "the programme declares no distribution of made-up data" }
        remedy { zh: "在方案包中加入 [[generate]] 行", en: "add [[generate]] rows to the package" }
    }
    /// More than can be made at once.
    fn too_many(count, limit) -> "O404" Error {
        what { zh: "各分布共要 {count} 条，最多 {limit} 条", en: "the distributions ask for {count} rows in all, at most {limit} are made" }
        remedy { zh: "减小 count 或 per_unit", en: "lower `count` or `per_unit`" }
    }
    /// Something that a distribution made is refused.
    fn refused(distribution, ordinal, field, why_zh, why_en) -> "O405" Error {
        what { zh: "分布“{distribution}”的第 {ordinal} 条（{field}）被拒绝：{why_zh}", en: "number {ordinal} of distribution `{distribution}` ({field}) is refused: {why_en}" }
        remedy { zh: "改正该分布的 generate_field 或 generate_step 行", en: "correct its generate_field or generate_step rows" }
    }
    /// A distribution without a day to fall on.
    fn no_day(distribution, from, to) -> "O406" Error {
        what { zh: "分布“{distribution}”在 {from} 至 {to} 之间没有可用的日期", en: "distribution `{distribution}` has no day between {from} and {to} that it may fall on" }
        remedy { zh: "放宽 from、to，或改换 rhythm、months", en: "widen `from` and `to`, or choose another `rhythm` or other `months`" }
    }
    /// A distribution over a year without published holidays.
    fn unpublished(distribution, year) -> "O407" Error {
        what { zh: "分布“{distribution}”按工作日，但 {year} 年放假安排没有公布", en: "distribution `{distribution}` falls on working days, but the holidays of {year} are not published" }
        remedy { zh: "补上该年的 calendar 与 holiday 行，或改用 rhythm = \"weekdays\"", en: "add the year's calendar and holiday rows, or use `rhythm = \"weekdays\"`" }
    }
    /// A distribution without a unit.
    fn no_unit(distribution, column, day) -> "O408" Error {
        what { zh: "分布“{distribution}”的 {column} 在 {day} 没有一个有效的单位", en: "`{column}` of distribution `{distribution}` names no unit that exists on {day}" }
        remedy { zh: "改正单位，或缩小日期范围", en: "name other units, or narrow the days" }
    }
    /// More records than subjects where each subject has one.
    fn too_few_subjects(distribution, count, subjects) -> "O409" Error {
        what { zh: "分布“{distribution}”要 {count} 条、每个对象一条，而对象只有 {subjects} 个", en: "distribution `{distribution}` wants {count} records, one for each subject, but there are {subjects} subjects" }
        remedy { zh: "减小 count，增加对象，或改用 subject_shape = \"even\"", en: "lower `count`, make more subjects, or use `subject_shape = \"even\"`" }
    }
    /// A sum that the numbers cannot add up to.
    fn sum_out_of_reach(distribution, field, sum, count, least, most) -> "O410" Error {
        what { zh: "分布“{distribution}”的 {field}：{count} 条之和只能在 {least} 与 {most} 之间，不能是 {sum}", en: "`{field}` of distribution `{distribution}`: {count} numbers add up to something between {least} and {most}, never to {sum}" }
        remedy { zh: "改正 sum、from、to，或 count", en: "correct `sum`, `from`, `to` or `count`" }
    }
    /// A number that the field cannot hold.
    fn number_of_other_scale(distribution, field, number, scale) -> "O411" Error {
        what { zh: "分布“{distribution}”的 {field}：{number} 不能写成 {scale} 位小数", en: "`{field}` of distribution `{distribution}`: {number} cannot be written with {scale} decimal places" }
        remedy { zh: "改用该字段小数位数以内的数", en: "use a number with the field's decimal places" }
    }
    /// Numbers for a field that holds none.
    fn not_a_number_field(distribution, field) -> "O412" Error {
        what { zh: "分布“{distribution}”的 {field} 既不是数值也不是日期，不能用 from、to、sum", en: "`{field}` of distribution `{distribution}` is neither a number nor a day, so `from`, `to` and `sum` say nothing" }
        remedy { zh: "改用 value、values、choices 或 text", en: "use `value`, `values`, `choices` or `text`" }
    }
    /// Not enough different words for the names.
    fn identities_run_out(distribution, count) -> "O413" Error {
        what { zh: "分布“{distribution}”只造得出 {count} 个不同的标识", en: "distribution `{distribution}` makes only {count} different identities" }
        remedy { zh: "在标识的文字模板中加入 {{n}}", en: "put {{n}} into the pattern of its identity" }
    }
    /// A distribution that names what the programme in force does not have.
    fn unknown_made(distribution, of) -> "O414" Error {
        what { zh: "分布“{distribution}”所说的“{of}”在生效的方案中没有", en: "distribution `{distribution}` makes `{of}`, which the programme in force does not have" }
        remedy { zh: "运行 zhicheng check 查明", en: "run `zhicheng check` on the package" }
    }
    /// Cases of a flow that the scorecard does not use.
    fn other_flow(distribution, scorecard, flow) -> "O415" Error {
        what { zh: "分布“{distribution}”的记分卡“{scorecard}”走的是流程“{flow}”", en: "scorecard `{scorecard}` of distribution `{distribution}` runs by flow `{flow}`" }
        remedy { zh: "改成 of = \"case:{flow}\"", en: "write `of = \"case:{flow}\"`" }
    }
}
