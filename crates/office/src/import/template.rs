//! An empty workbook for a type: its columns, drop-down lists for what can only be chosen, and notes
//! on what to fill in. What is filled in can be imported as it is.

use base::{Lang, Problem};
use programme::model::{Field, FieldType, Programme, RecordType, SubjectType};
use sheet::{ColumnKind, ColumnOut, SheetOut, WorkbookOut};

use super::slots::{record_slots, subject_slots};
use super::unknown_type;
use crate::folder::Office;

/// Characters that a worksheet's name holds, and those that it must not have.
const SHEET_NAME_MAX: usize = 31;
const NOT_IN_SHEET_NAMES: [char; 8] = ['[', ']', ':', '*', '?', '/', '\\', '\''];

impl Office {
    /// An empty workbook for records of a type, or for subjects of one.
    ///
    /// # Errors
    /// There is no such type.
    pub fn template(&self, type_name: &str, lang: Lang) -> Result<Vec<u8>, Problem> {
        let programme = self.programme()?;
        let (name, columns) = if let Some(record_type) = programme.record_types.get(type_name) {
            (
                &record_type.name,
                record_columns(&programme, record_type, lang),
            )
        } else if let Some(subject_type) = programme.subject_types.get(type_name) {
            (
                &subject_type.name,
                subject_columns(&programme, subject_type, lang),
            )
        } else {
            return Err(unknown_type(&programme, type_name));
        };
        let title: String = name
            .get(lang)
            .chars()
            .filter(|c| !NOT_IN_SHEET_NAMES.contains(c))
            .take(SHEET_NAME_MAX)
            .collect();
        let title = if title.trim().is_empty() {
            type_name.to_owned()
        } else {
            title
        };
        let sheet = SheetOut::new(title.as_str(), columns);
        WorkbookOut {
            sheets: vec![sheet],
            all_text: false,
            title,
        }
        .to_bytes()
    }
}

fn record_columns(programme: &Programme, record_type: &RecordType, lang: Lang) -> Vec<ColumnOut> {
    let mut columns: Vec<ColumnOut> = record_type
        .fields
        .values()
        .map(|field| column(programme, field, lang))
        .collect();
    // The slot behind the fields is the subject's name, where there is one.
    for slot in record_slots(programme, record_type)
        .into_iter()
        .skip(record_type.fields.len())
    {
        // In Chinese the first alias, as 企业名称; in English the type's name, as `Firm name`.
        let own = slot.name.get(lang);
        let heading = match lang {
            Lang::Zh => slot.spellings.get(1).cloned(),
            Lang::En => slot
                .spellings
                .iter()
                .find(|spelling| *spelling == own)
                .cloned(),
        };
        let heading = heading.unwrap_or(slot.id);
        columns.push(ColumnOut::text(heading).with_note(match lang {
            Lang::Zh => "对象的名称；不知标识时，可只填已登记的名称",
            Lang::En => {
                "Name of the subject; a registered name will do when the identity is not known"
            }
        }));
    }
    columns
}

fn subject_columns(
    programme: &Programme,
    subject_type: &SubjectType,
    lang: Lang,
) -> Vec<ColumnOut> {
    let mut columns = Vec::new();
    for (index, slot) in subject_slots(subject_type).into_iter().enumerate() {
        columns.push(match (index, subject_type.fields.get(slot.id.as_str())) {
            (0, _) => ColumnOut::text(slot.name.get(lang)).with_note(must(lang)),
            (1, _) => ColumnOut::text(slot.name.get(lang)),
            (2, _) => ColumnOut::date(slot.name.get(lang)).with_note(match lang {
                Lang::Zh => "所填属性自此日起有效；空着则新属性自始有效，变更自今日起有效",
                Lang::En => "First day on which these attributes hold; empty: from the beginning, and changes from today",
            }),
            (_, Some(field)) => column(programme, field, lang),
            (_, None) => ColumnOut::text(slot.name.get(lang)),
        });
    }
    columns
}

fn must(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "必填",
        Lang::En => "required",
    }
}

fn column(programme: &Programme, field: &Field, lang: Lang) -> ColumnOut {
    let kind = match field.field_type {
        FieldType::Number => ColumnKind::Number { decimals: Some(0) },
        FieldType::Decimal(scale) => ColumnKind::Number {
            decimals: Some(scale),
        },
        FieldType::Money => ColumnKind::Number { decimals: Some(2) },
        FieldType::Date => ColumnKind::Date,
        _ => ColumnKind::Text,
    };
    let choices: Vec<String> = match &field.field_type {
        FieldType::Choice(vocabulary) => {
            let codes = programme
                .vocabularies
                .get(vocabulary)
                .into_iter()
                .flat_map(|found| found.codes.values());
            codes.map(|code| code.name.get(lang).to_owned()).collect()
        }
        FieldType::Unit => programme
            .units
            .values()
            .map(|unit| unit.name.get(lang).to_owned())
            .collect(),
        _ => Vec::new(),
    };
    let mut notes = Vec::new();
    if field.required && field.default.is_none() {
        notes.push(must(lang).to_owned());
    }
    if !field.note.is_empty() {
        notes.push(field.note.get(lang).to_owned());
    }
    notes.extend(hint(programme, &field.field_type, lang));
    if let Some(default) = &field.default {
        let default = value_name(programme, &field.field_type, default, lang);
        notes.push(match lang {
            Lang::Zh => format!("空着即为“{default}”"),
            Lang::En => format!("empty means `{default}`"),
        });
    }
    let column = ColumnOut::of_kind(field.name.get(lang), kind).with_choices(choices);
    if notes.is_empty() {
        column
    } else {
        column.with_note(notes.join("\n"))
    }
}

/// A value as its readers call it: the name of a code or unit, else the value itself.
fn value_name<'a>(programme: &'a Programme, of: &FieldType, value: &'a str, lang: Lang) -> &'a str {
    let code = |vocabulary| {
        let found = programme.vocabularies.get(vocabulary)?;
        found.codes.get(value).map(|code| code.name.get(lang))
    };
    let name = match of {
        FieldType::Choice(vocabulary) => code(vocabulary),
        FieldType::Unit => programme.units.get(value).map(|unit| unit.name.get(lang)),
        _ => None,
    };
    name.unwrap_or(value)
}

/// How a value of the type is written, where the spreadsheet does not show it.
fn hint(programme: &Programme, field_type: &FieldType, lang: Lang) -> Option<String> {
    let (zh, en) = match field_type {
        FieldType::Choices(vocabulary) => {
            let codes = programme
                .vocabularies
                .get(vocabulary)
                .into_iter()
                .flat_map(|found| found.codes.values());
            let names = codes
                .map(|code| code.name.get(lang))
                .collect::<Vec<_>>()
                .join(match lang {
                    Lang::Zh => "、",
                    Lang::En => "; ",
                });
            (
                format!("可填多项，以“；”分隔：{names}"),
                format!("one or several, separated by `;`: {names}"),
            )
        }
        FieldType::Date => ("如 2018-03-05".to_owned(), "such as 2018-03-05".to_owned()),
        FieldType::File => (
            "文件的 SHA-256".to_owned(),
            "SHA-256 of the file".to_owned(),
        ),
        FieldType::Place => (
            "地点，或“经度,纬度”".to_owned(),
            "a place, or `longitude,latitude`".to_owned(),
        ),
        FieldType::Period => (
            "如 2018、2018H1、2018Q3、2018-06".to_owned(),
            "such as 2018, 2018H1, 2018Q3, 2018-06".to_owned(),
        ),
        _ => return None,
    };
    Some(match lang {
        Lang::Zh => zh,
        Lang::En => en,
    })
}

#[cfg(test)]
mod tests {
    use programme::Sources;

    use super::*;

    #[test]
    fn a_default_is_called_by_its_name() {
        let text = include_str!("../../tests/import/town.toml").to_owned();
        let sources = Sources::from_files("town", [("programme.toml".to_owned(), text)]);
        let programme = programme::check(&sources).programme.unwrap();
        let code = FieldType::Choice(base::VocabularyId::new("result"));
        for (of, value, zh, en) in [
            (&code, "pass", "合格", "Pass"),
            (&code, "other", "other", "other"),
            (
                &FieldType::Unit,
                "market",
                "市场监督管理局",
                "Market bureau",
            ),
            (&FieldType::Text, "pass", "pass", "pass"),
        ] {
            assert_eq!(value_name(&programme, of, value, Lang::Zh), zh);
            assert_eq!(value_name(&programme, of, value, Lang::En), en);
        }
    }
}
