//! What responsibility letters and changes in mid-year can refuse (O74x).

base::catalogue! {
    /// A unit without a plan.
    fn no_letter(unit, period) -> "O740" Error {
        what { zh: "“{unit}”在 {period} 没有承担、牵头或配合的项目，没有责任书", en: "`{unit}` has no part in the plan of {period}, so it has no letter" }
        remedy { zh: "从责任书清单中选择单位", en: "choose a unit from the list of letters" }
    }
    /// A text that was changed between reading and signing.
    fn letter_changed() -> "O741" Error {
        what { zh: "打开页面以后任务内容有了变化，没有签字", en: "the plan was changed after the page was opened; nothing was signed" }
        remedy { zh: "重新看一遍现在的内容再签", en: "read it as it stands now, then sign" }
    }
    /// A letter that is signed already.
    fn letter_is_signed(day) -> "O742" Error {
        what { zh: "这份责任书已于 {day} 签字，内容没有变化", en: "this letter was signed on {day} and says the same" }
        remedy { zh: "不必再签；方案调整后如涉及本单位会另行提示", en: "nothing need be done; where a change touches the unit, you will be told" }
    }
    /// A countersignature without the unit's.
    fn letter_unsigned(unit_zh, unit_en) -> "O743" Error {
        what { zh: "{unit_zh}还没有签字，或签字以后内容有了变化", en: "{unit_en} has not signed, or the plan was changed since" }
        remedy { zh: "请单位负责人先签现在的内容", en: "let the unit's leader sign it as it stands now" }
    }
    /// Both signatures by one person.
    fn letter_by_one_person(unit_zh, unit_en) -> "O744" Error {
        what { zh: "{unit_zh}的责任书由您代表单位签字，不能再由您代表领导小组会签", en: "you signed the letter of {unit_en} for the unit and cannot sign for the leading group too" }
        remedy { zh: "由领导小组的另一位负责人会签", en: "let another leader of the leading group sign" }
    }
    /// Nothing to confirm.
    fn nothing_to_confirm(unit) -> "O745" Error {
        what { zh: "没有要“{unit}”确认的调整", en: "there is no change that `{unit}` is to confirm" }
        remedy { zh: "已确认的不必再办", en: "what is confirmed need not be confirmed again" }
    }
    /// A scan of a letter that nobody signed.
    fn scan_without_letter() -> "O746" Error {
        what { zh: "责任书还没有在系统里签字，不能附扫描件", en: "the letter was not signed here yet, so no scan can be added" }
        remedy { zh: "单位负责人先签字，再附盖章的扫描件", en: "let the unit's leader sign first, then add the scan" }
    }
    /// A package that cannot be put into an archive.
    fn package_not_written(why) -> "O748" Error {
        what { zh: "新方案包不能写成压缩包：{why}", en: "the new package cannot be written as an archive: {why}" }
        remedy { zh: "重试；仍不行请告诉管理员", en: "try again, and if it stays tell the administrator" }
    }
    /// An entry that speaks of a letter that is not there.
    fn missing_letter(position, letter) -> "O747" Error {
        what { zh: "第 {position} 条存证所说的第 {letter} 条责任书不存在", en: "entry {position} speaks of letter {letter}, which does not exist" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
}
