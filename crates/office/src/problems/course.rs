//! What the course of an assessment can refuse (O66x).

base::catalogue! {
    /// A self-score that is not what the rule gives, without a reason.
    fn self_score_differs(item_zh, item_en, given, proposed) -> "O660" Error {
        what { zh: "“{item_zh}”按数字和规则应为 {proposed} 分，自评 {given} 分，没有说明理由", en: "figures and rule give {proposed} for `{item_en}`, the self-score is {given}, and no reason is written" }
        remedy { zh: "在“完成情况”或“说明”里写明为何不同，或改为 {proposed}", en: "write why it differs under “What was done” or “Reason”, or make it {proposed}" }
    }
    /// Points taken off without a reason.
    fn deduction_without_reason(item_zh, item_en, given, than) -> "O661" Error {
        what { zh: "“{item_zh}”评 {given} 分，低于 {than} 分，没有写扣分理由", en: "`{item_en}` is given {given}, less than {than}, and no reason is written" }
        remedy { zh: "写明扣分理由", en: "write the reason for the deduction" }
    }
    /// More evidence than the item takes.
    fn too_many_pieces(item_zh, item_en, pieces, most) -> "O662" Error {
        what { zh: "“{item_zh}”最多收 {most} 件佐证，现有 {pieces} 件", en: "`{item_en}` takes at most {most} pieces of evidence, and this makes {pieces}" }
        remedy { zh: "只留最能说明问题的", en: "keep those that say most" }
    }
    /// Less evidence than the item needs.
    fn too_few_pieces(item_zh, item_en, pieces, least) -> "O663" Error {
        what { zh: "“{item_zh}”至少要 {least} 件佐证，现有 {pieces} 件", en: "`{item_en}` needs at least {least} pieces of evidence, and there are {pieces}" }
        remedy { zh: "上传材料，或勾选本单位已报过的材料", en: "upload a file, or tick one that the unit has filed already" }
    }
    /// Nothing was chosen.
    fn nothing_chosen() -> "O664" Error {
        what { zh: "没有选中任何事项", en: "nothing was chosen" }
        remedy { zh: "勾选要办理的事项后再提交", en: "tick what is to be done, then submit" }
    }
    /// More than one step can take.
    fn too_many_at_once(count, most) -> "O665" Error {
        what { zh: "一次选了 {count} 项，最多 {most} 项", en: "{count} were chosen, at most {most} go at once" }
        remedy { zh: "分几次办理", en: "do it in several steps" }
    }
    /// Cases that have not finished their course would be closed, and no reason is written.
    fn unfinished_without_reason(count) -> "O820" Error {
        what { zh: "还有 {count} 个项目没有走完流程，没有写明为何不等", en: "{count} items have not finished their course, and it is not written why that is not waited for" }
        remedy { zh: "办完再审定，或写明按现状审定的理由：理由写入每个项目的办理经过，有关单位看得到", en: "finish them first, or write why it is sealed as it stands: the reason stands in the course of each of them, where its unit reads it" }
    }
    /// A reason that was there before is not written for this.
    fn reason_not_new(item_zh, item_en) -> "O821" Error {
        what { zh: "“{item_zh}”的理由与原先填的一字不差，没有说明这次的差异", en: "the reason for `{item_en}` is word for word what stood there before, so it says nothing about this difference" }
        remedy { zh: "针对这次的分差重新写一句", en: "write a sentence about this difference" }
    }
    /// No sealed result.
    fn not_sealed_yet(scorecard, period) -> "O666" Error {
        what { zh: "{scorecard} {period} 的结果还没有审定封存", en: "the result of {scorecard} for {period} has not been sealed" }
        remedy { zh: "先在议定页审定封存", en: "seal it first, on the page of the meeting" }
    }
}
