//! P67x: records that open cases, and what cases correct in them.

base::catalogue! {
    /// A flow whose cases are about something else than the record or its subject.
    fn opening_flow_of_others(flow, record_type) -> "P670" Error {
        what { zh: "流程“{flow}”的办件既不是关于记录，也不是关于“{record_type}”所记的对象", en: "cases of flow `{flow}` are about neither a record nor the subject of `{record_type}`" }
        remedy { zh: "换一个 about = \"record\" 的流程，或 subject_type 与该记录类型的 subject 相同的流程", en: "name a flow with about = \"record\", or one whose subject_type is the subject of that record type" }
    }
    /// An input that nobody is asked for when a case of the flow is opened.
    fn opening_input_unknown(input, flow, known) -> "P671" Error {
        what { zh: "流程“{flow}”开办时不收“{input}”", en: "opening a case of flow `{flow}` takes no `{input}`" }
        remedy { zh: "加上 action = \"open\" 的输入“{input}”；现有：{known}", en: "add an input `{input}` with action = \"open\"; there are: {known}" }
    }
    /// What every opening needs and no field of the record fills.
    fn opening_lacks(flow, inputs) -> "P672" Error {
        what { zh: "流程“{flow}”开办时必填的 {inputs} 没有由记录填写", en: "opening a case of flow `{flow}` requires {inputs}, which the record does not fill in" }
        remedy { zh: "在 fields 中写由哪个字段填写，或让它不再必填", en: "say in `fields` which field fills it, or let it not be required" }
    }
    /// A field whose values an input cannot hold.
    fn opening_misfit(field, input) -> "P673" Error {
        what { zh: "字段“{field}”的值不能填入“{input}”：类型不同，或代码不在可选值之中", en: "values of `{field}` do not fit into `{input}`: it is of another type, or has codes that are no choices of it" }
        remedy { zh: "使两者的类型和可选值一致；文本可接收文本和数字", en: "give both the same type and choices; a text takes texts and numbers" }
    }
    /// What would bring personal data into facts.
    fn personal_in_opening(field) -> "P674" Error {
        what { zh: "“{field}”是个人信息，不能决定开办，也不能填入办件", en: "`{field}` is personal: no case can follow from it or hold it" }
        remedy { zh: "换一个字段；个人信息可以删除，办件的内容不能", en: "use another field: personal data can be erased, what a case says cannot" }
    }
    /// A correction that says nothing, or two things.
    fn correction_of_nothing() -> "P676" Error {
        what { zh: "没有写应为什么值，或写了两处", en: "it does not say what the field should be, or says it twice" }
        remedy { zh: "写 value 或 input 之一", en: "write one of value and input" }
    }
    /// Units of a subject where the record has none.
    fn opening_without_unit(record_type, field) -> "P675" Error {
        what { zh: "“{record_type}”的记录没有对象，不能从“{field}”取单位", en: "records of `{record_type}` have no subject from which `{field}` could be taken" }
        remedy { zh: "删去 unit_from；办件归记录的单位", en: "delete unit_from: the case is the record's unit's" }
    }
}
