//! What can be wrong with publishing, restating and auditing (codes O3…).

base::catalogue! {
    /// A publication without a name.
    fn publication_unnamed() -> "O301" Error {
        what { zh: "公布没有名称", en: "the publication has no name" }
        remedy { zh: "以 --name 写明，如“2018 年质量状况白皮书”", en: "give it one with --name, such as \"Quality report 2018\"" }
    }
    /// Nothing to publish.
    fn nothing_to_publish() -> "O302" Error {
        what { zh: "没有要公布的数字", en: "there are no figures to publish" }
        remedy { zh: "写指标、地址，或 --scorecard；zhicheng types 列出指标", en: "name indicators or addresses, or give --scorecard; `zhicheng types` lists indicators" }
    }
    /// More figures than one publication may hold.
    fn too_many_figures(count, limit) -> "O303" Error {
        what { zh: "一次公布 {count} 个数字，超过上限 {limit}", en: "{count} figures are more than one publication may hold, {limit}" }
        remedy { zh: "分几次公布", en: "publish them in several publications" }
    }
    /// An indicator that is not declared public.
    fn not_public(indicator) -> "O304" Error {
        what { zh: "方案没有声明指标“{indicator}”可以公布", en: "the programme does not declare the indicator `{indicator}` public" }
        remedy { zh: "若应公布，在方案该指标上写 public = true，再 zhicheng activate", en: "if it is to be, write `public = true` on the indicator and put that version in force with `zhicheng activate`" }
    }
    /// A figure about one subject.
    fn figure_of_subject(address) -> "O305" Error {
        what { zh: "{address} 是单个对象的数字，不公布", en: "{address} is about one subject, and is not published" }
        remedy { zh: "公布全市或单位的数字", en: "publish the figure of the city or of a unit" }
    }
    /// The same address twice.
    fn figure_twice(address) -> "O306" Error {
        what { zh: "{address} 写了两次", en: "{address} is given twice" }
        remedy { zh: "只写一次", en: "give it once" }
    }
    /// An address that stands after the head, or names another programme than was in force there.
    fn address_elsewhere(address, head, programme) -> "O307" Error {
        what { zh: "地址 {address} 不在本日志上：最新位置 {head}，该处的方案在位置 {programme}", en: "the address {address} is not one of this log: its head is {head}, and the programme there is that of position {programme}" }
        remedy { zh: "核对 at 与 programme；或只写指标标识", en: "check `at` and `programme`, or name the indicator alone" }
    }
    /// A day that has not come.
    fn publish_in_future(day, today) -> "O308" Error {
        what { zh: "不能公布截至 {day} 的数字，今天是 {today}", en: "a figure as of {day} cannot be published; today is {today}" }
        remedy { zh: "公布截至今天或之前的数字", en: "publish it as of today or an earlier day" }
    }
    /// A second publication of that name without a reason.
    fn published_before(name, position) -> "O309" Error {
        what { zh: "“{name}”已在位置 {position} 公布", en: "`{name}` was published at position {position}" }
        remedy { zh: "若为更正，以 --reason 说明理由；原公布保留在旁", en: "if this restates it, give --reason; the earlier publication stays beside it" }
    }
    /// A demonstration published as if it were real.
    fn demonstration_not_published() -> "O310" Error {
        what { zh: "演示数据不能正式公布", en: "a demonstration cannot be published officially" }
        remedy { zh: "加 --demonstration，公布时即标明是演示", en: "add --demonstration, and the publication says that it is one" }
    }
    /// A publication or sealing that is not there.
    fn no_such_publication(name) -> "O311" Error {
        what { zh: "没有名为“{name}”的公布", en: "there is no publication called `{name}`" }
        remedy { zh: "zhicheng published 列出全部", en: "`zhicheng published` lists all" }
    }
    /// An auditor gives a command that changes what is audited.
    fn auditor_only_audits(role, command_zh, command) -> "O320" Error {
        what { zh: "角色“{role}”是审计角色，不能{command_zh}", en: "the role `{role}` audits and may not give the command `{command}`" }
        remedy { zh: "请由其他角色办理；若确需如此，在方案的 grant 中明确授权", en: "another role may; if it is meant, grant it to that role in the programme (`[[grant]]`)" }
    }
    /// More entries changed a figure than are listed.
    fn too_many_changes(figure, limit) -> "O312" Warning {
        what { zh: "{figure} 自公布以来的变化多于 {limit} 条，只列最早的", en: "more than {limit} entries changed {figure} since it was published; the first are listed" }
        remedy { zh: "以 --at 分段查看", en: "look at it in steps with --at" }
    }
}
