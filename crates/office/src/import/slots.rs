//! What the columns of a file can fill: the fields of a record type, or the identity, name and
//! attributes of a subject type; and the headings that mean each of them.

use base::{SubjectTypeId, Text};
use programme::model::{Field, Programme, RecordType, SubjectType};

/// The name by which a mapping or a header may call the column of the subject's name.
pub(crate) const SUBJECT_NAME: &str = "subject_name";
/// The columns that every subject type has beside its attributes.
pub(crate) const SUBJECT_COLUMNS: [&str; 3] = ["id", "name", "from"];

/// Something that a column can fill.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// Identifier.
    pub id: String,
    /// Name, for messages and templates.
    pub name: Text,
    /// Headings that mean it, as written.
    pub spellings: Vec<String>,
    /// Whether there must be a column or constant for it.
    pub is_required: bool,
    /// Another slot that does in its place.
    pub or: Option<usize>,
}

fn field_slot(field: &Field) -> Slot {
    let mut spellings = vec![
        field.id.to_string(),
        field.name.zh.clone(),
        field.name.en.clone(),
    ];
    spellings.extend(field.aliases.iter().map(|alias| alias.to_string()));
    Slot {
        id: field.id.to_string(),
        name: field.name.clone(),
        spellings,
        is_required: field.required && field.default.is_none(),
        or: None,
    }
}

fn identity_spellings(subject_type: &SubjectType) -> impl Iterator<Item = String> + '_ {
    let names = [
        subject_type.identity_name.zh.clone(),
        subject_type.identity_name.en.clone(),
        "subject".to_owned(),
    ];
    names.into_iter().chain(
        subject_type
            .identity_aliases
            .iter()
            .map(|alias| alias.to_string()),
    )
}

fn name_spellings(subject_type: &SubjectType) -> impl Iterator<Item = String> + '_ {
    std::iter::once(SUBJECT_NAME.to_owned()).chain(
        subject_type
            .name_aliases
            .iter()
            .map(|alias| alias.to_string()),
    )
}

/// The slots of a record type: its fields in order, then the subject's name where it has a subject.
pub(crate) fn record_slots(programme: &Programme, record_type: &RecordType) -> Vec<Slot> {
    let mut slots: Vec<Slot> = record_type.fields.values().map(field_slot).collect();
    let of = |id: &SubjectTypeId| programme.subject_types.get(id);
    if let Some(subject_type) = record_type.subject.as_ref().and_then(of) {
        let name_at = slots.len();
        if let Some(identity) = slots.iter_mut().find(|slot| slot.id == "subject") {
            identity.spellings.extend(identity_spellings(subject_type));
            identity.or = Some(name_at);
        }
        let name = Text::new(
            format!("{}名称", subject_type.name.zh),
            format!("{} name", subject_type.name.get(base::Lang::En)),
        );
        // What the template writes above the column is known, unless it means a field already.
        let own = [name.zh.clone(), name.en.clone()];
        let is_free = |own: &String| !slots.iter().any(|slot| slot.spellings.contains(own));
        let own: Vec<String> = own.into_iter().filter(is_free).collect();
        slots.push(Slot {
            id: SUBJECT_NAME.to_owned(),
            name,
            spellings: name_spellings(subject_type).chain(own).collect(),
            is_required: false,
            or: None,
        });
    }
    slots
}

/// The slots of a subject type: [`SUBJECT_COLUMNS`], then its attributes in order.
pub(crate) fn subject_slots(subject_type: &SubjectType) -> Vec<Slot> {
    let slot = |id: &str, name: Text, spellings: Vec<String>, is_required| {
        let mut spellings = spellings;
        spellings.extend([id.to_owned(), name.zh.clone(), name.en.clone()]);
        Slot {
            id: id.to_owned(),
            name,
            spellings,
            is_required,
            or: None,
        }
    };
    let identity = identity_spellings(subject_type).collect();
    let mut slots = vec![
        slot("id", subject_type.identity_name.clone(), identity, true),
        slot(
            "name",
            Text::new("名称", "Name"),
            name_spellings(subject_type).collect(),
            false,
        ),
        slot(
            "from",
            Text::new("起始日期", "From"),
            vec!["自".to_owned(), "valid_from".to_owned()],
            false,
        ),
    ];
    slots.extend(subject_type.fields.values().map(field_slot));
    slots
}
