//! What has become of the record that a case is about, and what the case says that the record should say.

use office::authority::Granted;
use office::case::Case;
use office::openings::RecordNow;

use crate::answer::Refused;
use crate::look::Look;
use crate::words::Words;

/// The record of a case where it is not as it was, or should be another.
pub(crate) struct RecordPanel {
    /// What happened to it; empty: nothing.
    pub note: String,
    /// Whether whoever has the case should think again.
    pub is_grave: bool,
    pub address: String,
    /// Fields with what they say and what they should say.
    pub corrections: Vec<(String, String, String)>,
    /// The form that corrects it, for whom it is.
    pub revise: Option<String>,
}

/// The panel; `None` where there is nothing to say.
pub(super) fn panel(look: &Look<'_>, case: &Case) -> Result<Option<RecordPanel>, Refused> {
    let Some(record) = case.about.record else {
        return Ok(None);
    };
    let words = Words { lang: look.lang() };
    let now = look.office.record_now(case)?;
    let is_changed = matches!(now, Some(RecordNow::Withdrawn | RecordNow::NoLonger));
    let note = match now {
        None => "",
        Some(RecordNow::Withdrawn) => words.say(
            "所关的记录已被撤回。办件不随之终止：是否继续，由经办人按流程办理并说明理由。",
            "The record that this is about was withdrawn. The case does not end with it: whoever has it goes on, or ends it with a reason.",
        ),
        Some(RecordNow::NoLonger) => words.say(
            "所关的记录已被更正，不再符合开办条件。办件不随之终止：是否继续，由经办人按流程办理并说明理由。",
            "The record that opened this was revised and would not open it now. The case does not end with it: whoever has it goes on, or ends it with a reason.",
        ),
        Some(RecordNow::Revised) => words.say(
            "所关的记录在开办之后更正过。",
            "The record that this is about was revised since it was opened.",
        ),
    };
    let found = look.office.corrections_of(case)?;
    if note.is_empty() && found.is_empty() {
        return Ok(None);
    }
    let of = look.office.record_type(record)?;
    let address = format!("/records/{}/{record}", crate::pages::records::coded(&of));
    let declared = look.programme.record_types.get(of.as_str());
    let corrections = found.iter().map(|one| {
        let field = declared.and_then(|of| of.fields.get(&one.field));
        let shown = |text: &str| match field {
            Some(field) if !text.is_empty() => {
                crate::pages::records::shown::of_text(look, field, text).text
            }
            _ => words.say("（空）", "(nothing)").to_owned(),
        };
        let name = field.map_or(one.field.as_str(), |field| look.text(&field.name));
        (name.to_owned(), shown(&one.says), shown(&one.should))
    });
    let corrections: Vec<(String, String, String)> = corrections.collect();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for one in &found {
        query.append_pair(&format!("f.{}", one.field), &one.should);
    }
    let flow = look.text(&case.flow.name);
    let reason = match look.lang() {
        base::Lang::Zh => format!("按办件 #{}（{flow}）查明的情况更正", case.number),
        base::Lang::En => format!("As case #{} ({flow}) found", case.number),
    };
    query.append_pair("reason", &reason);
    let may = !found.is_empty() && look.may(Granted::Submit);
    Ok(Some(RecordPanel {
        note: note.to_owned(),
        is_grave: is_changed && !case.state.is_closed(),
        revise: may.then(|| format!("{address}/revise?{}", query.finish())),
        address,
        corrections,
    }))
}

/// The form of the record by which a step is taken, with what the case is about filled in, and the record's name.
pub(crate) fn by_record(
    look: &Look<'_>,
    case: &Case,
    action: &base::ActionId,
) -> Option<(String, String)> {
    let of = look.programme.done_by_record(&case.flow.id, action)?;
    let name = look.text(&look.programme.record_types.get(of)?.name);
    let subject = case.about.subject.as_deref().unwrap_or_default();
    let subject = crate::pages::records::coded(subject);
    let address = format!("/records/{of}/new?f.subject={subject}");
    Some((address, name.to_owned()))
}
