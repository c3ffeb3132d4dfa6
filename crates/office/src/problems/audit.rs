//! What can be wrong with an auditor's sample and its findings (codes O33… and O34…).

base::catalogue! {
    /// A commitment that is no hash.
    fn not_a_commitment(text) -> "O330" Error {
        what { zh: "“{text}”不是 SHA-256", en: "`{text}` is not a SHA-256" }
        remedy { zh: "写种子的 SHA-256，64 位小写十六进制（printf %s 种子 | sha256sum）", en: "give SHA-256 of the seed in 64 lower-case hexadecimal digits (`printf %s SEED | sha256sum`)" }
    }
    /// An announcement that is not there.
    fn no_such_announcement(position) -> "O331" Error {
        what { zh: "位置 {position} 没有抽样预告", en: "no draw was announced at position {position}" }
        remedy { zh: "核对 zhicheng audit announce 给出的位置", en: "check the position that `zhicheng audit announce` gave" }
    }
    /// An announcement from which was drawn.
    fn drawn_already(announcement, drawn) -> "O332" Error {
        what { zh: "位置 {announcement} 的预告已在位置 {drawn} 抽过", en: "the draw announced at position {announcement} was made at position {drawn}" }
        remedy { zh: "一次预告只抽一次；另抽须另行预告", en: "one draw follows an announcement; announce another for another draw" }
    }
    /// A seed that is not the one committed to.
    fn seed_not_committed(commitment) -> "O333" Error {
        what { zh: "种子的 SHA-256 不是预告的 {commitment}", en: "SHA-256 of the seed is not {commitment}, which was announced" }
        remedy { zh: "用预告时的种子", en: "use the seed of the announcement" }
    }
    /// A sample that is too small or too large.
    fn sample_size(count, min, max) -> "O334" Error {
        what { zh: "不能抽 {count} 个", en: "{count} cannot be drawn" }
        remedy { zh: "写 {min} 到 {max} 之间的数", en: "give a number from {min} to {max}" }
    }
    /// An empty frame.
    fn nothing_to_draw() -> "O335" Error {
        what { zh: "没有可抽的已公布数字", en: "there are no published figures to draw from" }
        remedy { zh: "先公布或封存；或放宽 --publication、--scorecard 等条件", en: "publish or seal figures first, or widen --publication, --scorecard and the like" }
    }
    /// An empty seed.
    fn seed_missing() -> "O336" Error {
        what { zh: "没有种子", en: "there is no seed" }
        remedy { zh: "以 --seed 写明，如公开的摇号结果", en: "give one with --seed, such as a public lottery's numbers" }
    }
    /// A draw that is not there.
    fn no_such_draw(draw) -> "O337" Error {
        what { zh: "位置 {draw} 没有抽样", en: "no sample was drawn at position {draw}" }
        remedy { zh: "zhicheng audit report 列出全部抽样", en: "`zhicheng audit report` lists all draws" }
    }
    /// A line that is not there.
    fn no_such_line(line, draw) -> "O338" Error {
        what { zh: "位置 {draw} 的抽样没有“{line}”行", en: "the draw at position {draw} has no line `{line}`" }
        remedy { zh: "zhicheng audit list 列出各行", en: "`zhicheng audit list` lists its lines" }
    }
    /// A line that stands twice.
    fn line_twice(line) -> "O339" Error {
        what { zh: "“{line}”行出现两次", en: "line `{line}` stands twice" }
        remedy { zh: "每行只写一个结论", en: "give one verdict for each line" }
    }
    /// A verdict that is none.
    fn not_a_verdict(text, line) -> "O340" Error {
        what { zh: "“{line}”行的“{text}”不是结论", en: "`{text}` on line `{line}` is no verdict" }
        remedy { zh: "写：一致、不一致、查无", en: "write agrees, differs or not_found" }
    }
    /// A difference that is not told.
    fn difference_untold(line) -> "O341" Error {
        what { zh: "“{line}”行不一致，却没有写查得什么", en: "line `{line}` differs, but it is not said what was found" }
        remedy { zh: "写查得的值，或备注", en: "give the value found, or a remark" }
    }
    /// A second finding without a remark.
    fn finding_again(line, position) -> "O342" Error {
        what { zh: "“{line}”行已在位置 {position} 有结论", en: "line `{line}` has a finding at position {position}" }
        remedy { zh: "若要改，写备注说明理由；原结论保留在旁", en: "to change it, give a remark that says why; the earlier one stays beside it" }
    }
    /// A file that is no list of a draw.
    fn not_a_list(name, zh, en) -> "O343" Error {
        what { zh: "{name} 没有“{zh}”列", en: "{name} has no column `{en}`" }
        remedy { zh: "用 zhicheng audit list --workbook 给出的工作簿填写", en: "fill in the workbook that `zhicheng audit list --workbook` gives" }
    }
}
