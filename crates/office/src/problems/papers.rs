//! What can be wrong with papers (codes O76…).

base::catalogue! {
    /// A kind of paper that there is not.
    fn unknown_paper_kind(kind) -> "O761" Error {
        what { zh: "没有“{kind}”这种公文", en: "there is no kind of paper `{kind}`" }
        remedy { zh: "从“公文”页选择", en: "choose one on the page of papers" }
    }
    /// A pattern of numbers without year and number.
    fn not_a_pattern(pattern) -> "O762" Error {
        what { zh: "编号式样“{pattern}”不对", en: "the pattern of numbers `{pattern}` is not right" }
        remedy { zh: "写上{{年}}和{{号}}各一次，如 ×质办〔{{年}}〕{{号}}号；不编号的留空", en: "write {{year}} and {{number}} once each, as in QO {{year}}-{{number}}; leave it empty for papers without a number" }
    }
    /// Something that a paper cannot be about.
    fn paper_about_nothing(about) -> "O763" Error {
        what { zh: "没有可以出具公文的对象“{about}”", en: "there is nothing `{about}` that this paper could be about" }
        remedy { zh: "从列表中选择单位、事项或审定结果", en: "choose the unit, case or sealed result from the list" }
    }
    /// A paper that there is not.
    fn no_such_paper(position) -> "O764" Error {
        what { zh: "没有存证位置 {position} 的公文", en: "there is no paper at position {position}" }
        remedy { zh: "从“公文”页进入", en: "go on from the page of papers" }
    }
    /// A file of a paper that is gone.
    fn paper_file_gone(sha256) -> "O765" Error {
        what { zh: "公文的文件 {sha256} 已被删除或无法读取", en: "the paper's file {sha256} was erased or cannot be read" }
        remedy { zh: "运行 zhicheng verify 查明；被依法删除的不能恢复", en: "run `zhicheng verify`; what was erased cannot be brought back" }
    }
    /// A paper that was declared void before.
    fn paper_is_void(position) -> "O766" Error {
        what { zh: "存证位置 {position} 的公文已经作废", en: "the paper at position {position} is void already" }
        remedy { zh: "需要时重新出具", en: "issue it anew where it is needed" }
    }
    /// A number that is not the next one.
    fn number_has_gap(number, last) -> "O767" Error {
        what { zh: "起始号 {number} 不能用：本年已编到 {last} 号，编号不能断号或重号", en: "the first number {number} cannot be used: {last} was given this year, and numbers have no gaps" }
        remedy { zh: "起始号留空", en: "leave the first number empty" }
    }
    /// A demonstration's paper that is not asked for as one.
    fn demonstration_paper() -> "O768" Error {
        what { zh: "这是演示数据，不能出具正式公文", en: "this is a demonstration: no official paper can be issued" }
        remedy { zh: "勾选“作为演示出具”，公文上会注明演示数据", en: "tick that it is issued as a demonstration's; the paper says so" }
    }
    /// A paper of a step that somebody else takes.
    fn paper_not_yours(zh, en) -> "O950" Error {
        what { zh: "您不能出具“{zh}”", en: "you may not make “{en}”" }
        remedy { zh: "由办理这一步的人出具", en: "whoever takes its step makes it" }
    }
    /// A paper of a step that was not taken.
    fn paper_before_step(zh, en) -> "O951" Error {
        what { zh: "办件还没有走到出具“{zh}”的一步", en: "the case has not taken the step of “{en}” yet" }
        remedy { zh: "先办理那一步", en: "take that step first" }
    }
    /// A paper that was made for that step.
    fn paper_made_already(position) -> "O952" Error {
        what { zh: "这一步的文书已经出具，在存证位置 {position}", en: "the paper of this step was made, at position {position}" }
        remedy { zh: "下载那一份；有误的先作废再重新出具", en: "download that one; where it is wrong declare it void first" }
    }
}
