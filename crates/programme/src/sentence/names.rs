//! The names of tables, columns and codes, as sentences use them.

use std::sync::Arc;

use base::{Text, UnitId};

use crate::model::Programme;
use crate::schema::{ColumnPath, ColumnSchema, ColumnType, Source, TableSchema};

pub(super) fn pair(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// A name within an English sentence: a word that is not an abbreviation begins small.
pub(super) fn lower_first(text: &str) -> String {
    let mut signs = text.chars();
    match (signs.next(), signs.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(signs).collect()
        }
        _ => text.to_owned(),
    }
}

/// Columns that the language itself gives to units, targets, items, subjects and cases.
const OWN: &[(&str, &str, &str)] = &[
    ("id", "编号", "number"),
    ("kind", "类型", "kind"),
    ("group", "排名组", "ranking group"),
    ("division", "区划代码", "division code"),
    ("tags", "标签", "tags"),
    ("valid_from", "设立日", "first day"),
    ("valid_to", "撤销日", "last day"),
    ("scorecard", "记分卡", "scorecard"),
    ("item", "考核项目", "item"),
    ("unit", "责任单位", "responsible unit"),
    ("place", "所在地", "place"),
    ("subject", "对象", "subject"),
    ("day", "日期", "day"),
    ("value", "目标值", "target"),
    ("top_group", "类别", "category"),
    ("points", "分值", "points"),
    ("rule", "评分规则", "rule"),
    ("role", "项目性质", "role"),
    ("lead", "牵头单位", "lead unit"),
    ("name", "名称", "name"),
    ("registered_on", "登记日", "day of registration"),
    ("opened_on", "立项日", "opening day"),
    ("closed_on", "办结日", "closing day"),
    ("period", "期间", "period"),
    ("state", "状态", "state"),
    ("outcome", "结果", "outcome"),
];

/// A table of the programme with the names around it.
pub(super) struct Table<'a> {
    pub programme: &'a Programme,
    name: &'a str,
    schema: Option<&'a TableSchema>,
}

impl<'a> Table<'a> {
    pub fn of(programme: &'a Programme, name: &'a str) -> Table<'a> {
        Table {
            programme,
            name,
            schema: programme.schema.table(name),
        }
    }

    /// What its rows are called.
    pub fn rows(&self) -> Text {
        let Some(schema) = self.schema else {
            return Text::same(self.name);
        };
        match &schema.source {
            Source::Records(id) => {
                let name = self
                    .programme
                    .record_types
                    .get(id)
                    .map_or_else(|| Text::same(id.as_str()), |found| found.name.clone());
                pair(
                    format!("“{}”记录", name.zh),
                    format!("“{}” records", name.en),
                )
            }
            Source::Subjects(id) => {
                let name = self
                    .programme
                    .subject_types
                    .get(id)
                    .map_or_else(|| Text::same(id.as_str()), |found| found.name.clone());
                pair(
                    format!("在册“{}”", name.zh),
                    format!("“{}” entries of the register", name.en),
                )
            }
            Source::Cases(id) => {
                let name = self
                    .programme
                    .flows
                    .get(id)
                    .map_or_else(|| Text::same(id.as_str()), |found| found.name.clone());
                pair(format!("“{}”事项", name.zh), format!("“{}” cases", name.en))
            }
            Source::Units => pair("单位", "units"),
            Source::Targets => pair("分解到单位的目标", "targets of units"),
            Source::Items => pair("考核项目", "items"),
        }
    }

    /// The column of a path.
    pub fn column(&self, path: &ColumnPath) -> Text {
        match path {
            ColumnPath::Own(name) => self
                .schema
                .map_or_else(|| Text::same(&**name), |schema| self.own(schema, name)),
            ColumnPath::Joined { column, attribute } => {
                let joined = self
                    .schema
                    .and_then(|schema| schema.columns.get(column))
                    .and_then(|column| self.programme.schema.joined(column));
                let attribute = joined.map_or_else(
                    || Text::same(&**attribute),
                    |table| self.own(table, attribute),
                );
                // A subject by what it is: its column is called after the identity that is written in it.
                let own = match joined.map(|table| &table.source) {
                    Some(Source::Subjects(of)) => self
                        .programme
                        .subject_types
                        .get(of)
                        .map_or_else(|| Text::same(of.as_str()), |found| found.name.clone()),
                    _ => self.column(&ColumnPath::Own(column.clone())),
                };
                pair(
                    format!("{}的{}", own.zh, attribute.zh),
                    format!("{} of the {}", attribute.en, lower_first(&own.en)),
                )
            }
        }
    }

    /// The column of a path written as text.
    pub fn column_of_text(&self, text: &str) -> Text {
        self.column(&ColumnPath::of_text(text))
    }

    fn own(&self, table: &TableSchema, name: &str) -> Text {
        let declared = match &table.source {
            Source::Records(id) => self
                .programme
                .record_types
                .get(id)
                .and_then(|found| found.fields.get(name))
                .map(|field| field.name.clone()),
            Source::Subjects(id) => self.programme.subject_types.get(id).and_then(|found| {
                if name == "id" {
                    Some(found.identity_name.clone())
                } else {
                    found.fields.get(name).map(|field| field.name.clone())
                }
            }),
            Source::Cases(id) => self.programme.flows.get(id).and_then(|flow| {
                let field = flow.fields.iter().find(|field| field.id.as_str() == name);
                field.map(|field| field.name.clone()).or_else(|| {
                    let (deadline, is_due) = name
                        .strip_suffix("_due")
                        .map(|id| (id, true))
                        .or_else(|| name.strip_suffix("_done").map(|id| (id, false)))?;
                    let found = flow
                        .deadlines
                        .iter()
                        .find(|found| found.id.as_str() == deadline)?;
                    Some(if is_due {
                        pair(
                            format!("{}的到期日", found.name.zh),
                            format!("due day of {}", lower_first(&found.name.en)),
                        )
                    } else {
                        pair(
                            format!("{}的完成日", found.name.zh),
                            format!("day on which {} was done", lower_first(&found.name.en)),
                        )
                    })
                })
            }),
            Source::Units | Source::Targets | Source::Items => None,
        };
        declared
            .filter(|name| !name.is_empty())
            .or_else(|| {
                let (_, zh, en) = OWN.iter().find(|(own, ..)| *own == name)?;
                Some(pair(*zh, *en))
            })
            .unwrap_or_else(|| Text::same(name))
    }

    /// A text that is compared with a column, by its name where it is a code.
    pub fn value(&self, path: Option<&ColumnPath>, text: &Arc<str>) -> Text {
        let column = path.and_then(|path| self.programme.schema.resolve(self.schema?, path));
        let name = column
            .and_then(|column| self.name_of(path, column, text))
            .unwrap_or_else(|| Text::same(&**text));
        pair(format!("“{}”", name.zh), format!("“{}”", name.en))
    }

    /// A value by its name, without quotation marks; the parts of a set (`a|b`) each by its own.
    pub fn plain_value(&self, path: &ColumnPath, text: &str) -> Text {
        let column = self
            .schema
            .and_then(|schema| self.programme.schema.resolve(schema, path));
        let Some(column) = column else {
            return Text::same(text);
        };
        let name = |text: &str| {
            self.name_of(Some(path), column, text)
                .unwrap_or_else(|| Text::same(text))
        };
        if !matches!(column.column_type, ColumnType::Codes(_)) {
            return name(text);
        }
        let names: Vec<Text> = text.split('|').map(name).collect();
        let zh: Vec<&str> = names.iter().map(|name| name.zh.as_str()).collect();
        let en: Vec<&str> = names.iter().map(|name| name.en.as_str()).collect();
        pair(zh.join("、"), en.join(", "))
    }

    fn name_of(
        &self,
        path: Option<&ColumnPath>,
        column: &ColumnSchema,
        text: &str,
    ) -> Option<Text> {
        let programme = self.programme;
        match &column.column_type {
            ColumnType::Code(vocabulary) | ColumnType::Codes(vocabulary) => {
                let code = programme.vocabularies.get(vocabulary)?.codes.get(text)?;
                Some(code.name.clone())
            }
            ColumnType::Unit => Some(programme.units.get(&UnitId::new(text))?.name.clone()),
            ColumnType::Choice(_) if &*column.name == "scorecard" => {
                let found = programme
                    .scorecards
                    .iter()
                    .find(|(id, _)| id.as_str() == text)?;
                Some(found.1.name.clone())
            }
            ColumnType::Choice(_) => {
                let Some(ColumnPath::Own(name)) = path else {
                    return None;
                };
                let Source::Cases(id) = &self.schema?.source else {
                    return None;
                };
                let flow = programme.flows.get(id)?;
                match &**name {
                    "state" => {
                        let state = flow.states.iter().find(|state| state.id.as_str() == text)?;
                        Some(state.name.clone())
                    }
                    "outcome" => {
                        let state = flow.states.iter().find(|state| {
                            state
                                .outcome
                                .as_ref()
                                .is_some_and(|code| code.as_str() == text)
                        })?;
                        Some(state.name.clone())
                    }
                    _ => {
                        let field = flow
                            .fields
                            .iter()
                            .find(|field| field.id.as_str() == &**name)?;
                        let casework::FieldKind::Choice(choices) = &field.kind else {
                            return None;
                        };
                        let choice = choices.iter().find(|choice| choice.id.as_str() == text)?;
                        Some(choice.name.clone())
                    }
                }
            }
            _ => None,
        }
    }
}
