//! What can be wrong with authority and with the people who act (codes O60… and O61…).

base::catalogue! {
    /// A thing of a unit that the grant does not reach.
    fn beyond_scope(role, command_zh, command, unit_zh, unit_en, scope_zh, scope_en, own_zh, own_en) -> "O601" Error {
        what { zh: "角色“{role}”只能{command_zh}{scope_zh}（{own_zh}）的内容，这是 {unit_zh} 的", en: "the role `{role}` may give the command `{command}` for its {scope_en} only ({own_en}); this is of {unit_en}" }
        remedy { zh: "改为本单位的内容，或请该单位、质强办办理", en: "give your own unit's, or let that unit or the programme office do it" }
    }
    /// A thing of no unit, and a grant for units.
    fn only_within_scope(role, command_zh, command, scope_zh, scope_en) -> "O602" Error {
        what { zh: "角色“{role}”只能{command_zh}{scope_zh}的内容，这些内容不属于任何单位", en: "the role `{role}` may give the command `{command}` for its {scope_en} only, and this is of no unit" }
        remedy { zh: "请有全部范围授权的角色（如质强办）办理", en: "let a role do it that is granted it for all, such as the programme office" }
    }
    /// Who acts no more.
    fn actor_is_closed(actor, day) -> "O603" Error {
        what { zh: "{actor} 号人员自 {day} 起停用，不能再办理", en: "actor {actor} acts no more since {day}" }
        remedy { zh: "换用现任人员；确要恢复，请安全管理员在“管理 · 人员”重新启用", en: "act as who holds the office now; to bring this one back, the security administrator opens it again under Administration, People" }
    }
    /// A deputy outside its days.
    fn deputy_not_today(actor, from, to, today) -> "O604" Error {
        what { zh: "{actor} 号代理的期限是 {from} 至 {to}，今天 {today} 不在其中", en: "the deputy {actor} stands in from {from} to {to}, and today is {today}" }
        remedy { zh: "以本人身份办理；需要延长的，另行登记代理", en: "act as yourself; where it is to go on, name the deputy anew" }
    }
    /// Two roles that must be two people.
    fn roles_are_apart(name, held_zh, held_en, role_zh, role_en) -> "O605" Error {
        what { zh: "{name} 已是“{held_zh}”，不能兼任“{role_zh}”：三员分立，一人不得兼任其中两个", en: "{name} is `{held_en}` already and cannot be `{role_en}` too: these are different people" }
        remedy { zh: "请另一人担任，或先停用原角色；若是同名的另一人，在姓名后加注区分", en: "let somebody else hold it, or close the other role first; if this is another person of the same name, add something to the name" }
    }
    /// An actor that is not there.
    fn no_such_actor(actor) -> "O606" Error {
        what { zh: "没有 {actor} 号人员", en: "there is no actor {actor}" }
        remedy { zh: "从“管理 · 人员”的名单中选择", en: "choose from the list under Administration, People" }
    }
    /// Closing oneself.
    fn not_oneself() -> "O607" Error {
        what { zh: "不能停用或改动自己", en: "nobody closes or changes himself" }
        remedy { zh: "请另一位可以管理人员的人办理", en: "let somebody else who manages people do it" }
    }
    /// Nothing would change.
    fn is_so_already(actor) -> "O608" Error {
        what { zh: "{actor} 号人员已经是这样", en: "actor {actor} is so already" }
        remedy { zh: "刷新页面核对", en: "look at the page again" }
    }
    /// A deputy that cannot be.
    fn not_a_deputy(actor) -> "O609" Error {
        what { zh: "{actor} 号不能这样代理：代理人和被代理人须是两位在任人员，且都不是代理身份", en: "actor {actor} cannot stand in like that: both must be people in office, two of them, and neither a deputy's number" }
        remedy { zh: "从在任人员中另选", en: "choose from those in office" }
    }
    /// Days that cannot be.
    fn deputy_days(from, to) -> "O610" Error {
        what { zh: "代理期限 {from} 至 {to} 不对：须是真实日期、先后有序、不早于今天结束，最长一年", en: "a deputy cannot stand in from {from} to {to}: real days, in order, not over yet, a year at most" }
        remedy { zh: "改正日期", en: "put the days right" }
    }
    /// A receiver whom the tasks would not reach.
    fn cannot_take_over(from, to) -> "O611" Error {
        what { zh: "{to} 号不能接 {from} 号的工作：两人须在任过同一单位的同一角色，且不是同一人", en: "actor {to} cannot take over from {from}: it must be two actors of the same role and unit" }
        remedy { zh: "先给接手人登记同样的角色和单位，再办移交", en: "register who takes over with the same role and unit first" }
    }
    /// A handover that is not there, or not for who confirms.
    fn not_your_handover(handover) -> "O612" Error {
        what { zh: "第 {handover} 条移交不在等您确认", en: "handover {handover} does not wait for your confirmation" }
        remedy { zh: "由接手人本人确认；已确认的不必再办", en: "who takes over confirms it, once" }
    }
    /// A name that is missing.
    fn name_missing() -> "O613" Error {
        what { zh: "没有填姓名", en: "the name is missing" }
        remedy { zh: "填写真实姓名；姓名存在可擦除的部分", en: "give the name; it is kept where it can be erased" }
    }
    /// An entry that speaks of an actor who is not there.
    fn missing_actor(position, actor) -> "O614" Error {
        what { zh: "第 {position} 条存证所说的 {actor} 号人员不存在", en: "entry {position} speaks of actor {actor}, who is not known" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
    /// An entry that speaks of a handover that is not there.
    fn missing_handover(position, handover) -> "O615" Error {
        what { zh: "第 {position} 条存证所说的第 {handover} 条移交不存在", en: "entry {position} speaks of handover {handover}, which does not exist" }
        remedy { zh: "运行 zhicheng verify 查明损坏之处", en: "run `zhicheng verify` to find what is damaged" }
    }
}
