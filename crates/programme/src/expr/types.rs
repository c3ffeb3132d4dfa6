//! The types of columns in expressions, and what types are called in messages.

use base::Lang;

use super::ir::{Domain, Type};
use crate::schema::ColumnType;

/// What an expression gets from a column.
pub(super) fn type_of(column_type: &ColumnType) -> Type {
    match column_type {
        // A scale beyond 18 places is refused where the field is declared; here it is merely too large.
        ColumnType::Int | ColumnType::Decimal(_) => Type::Number {
            denominator: column_type.denominator().unwrap_or(i64::MAX),
        },
        ColumnType::Day => Type::Day,
        ColumnType::Bool => Type::Bool,
        ColumnType::Code(vocabulary) => Type::Text(Domain::Code(vocabulary.clone())),
        ColumnType::Codes(vocabulary) => Type::Set(Domain::Code(vocabulary.clone())),
        ColumnType::Choice(_) | ColumnType::Text | ColumnType::Period => Type::Text(Domain::Text),
        ColumnType::Texts => Type::Set(Domain::Text),
        ColumnType::Subject(subject_type) => Type::Text(Domain::Subject(subject_type.clone())),
        ColumnType::Unit => Type::Text(Domain::Unit),
    }
}

/// What a type is called in a message.
pub(super) fn type_name(value_type: &Type, lang: Lang) -> String {
    let domain_name = |domain: &Domain| match (domain, lang) {
        (Domain::Text, Lang::Zh) => "文本".to_owned(),
        (Domain::Text, Lang::En) => "a text".to_owned(),
        (Domain::Code(vocabulary), Lang::Zh) => format!("词表“{vocabulary}”的代码"),
        (Domain::Code(vocabulary), Lang::En) => format!("a code of `{vocabulary}`"),
        (Domain::Subject(subject_type), Lang::Zh) => format!("对象“{subject_type}”"),
        (Domain::Subject(subject_type), Lang::En) => format!("a subject of `{subject_type}`"),
        (Domain::Unit, Lang::Zh) => "单位".to_owned(),
        (Domain::Unit, Lang::En) => "a unit".to_owned(),
    };
    match (value_type, lang) {
        (Type::Bool, Lang::Zh) => "条件".to_owned(),
        (Type::Bool, Lang::En) => "a condition".to_owned(),
        (Type::Number { denominator: 1 }, Lang::Zh) => "整数".to_owned(),
        (Type::Number { denominator: 1 }, Lang::En) => "a whole number".to_owned(),
        (Type::Number { .. }, Lang::Zh) => "小数".to_owned(),
        (Type::Number { .. }, Lang::En) => "a decimal".to_owned(),
        (Type::Day, Lang::Zh) => "日期".to_owned(),
        (Type::Day, Lang::En) => "a day".to_owned(),
        (Type::Text(domain), _) => domain_name(domain),
        (Type::Set(_), Lang::Zh) => "一组代码".to_owned(),
        (Type::Set(_), Lang::En) => "a set".to_owned(),
    }
}
