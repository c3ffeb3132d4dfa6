//! Expressions of cells: where their names are looked up, and where their faults are told.

use std::collections::BTreeSet;
use std::sync::Arc;

use base::{Problem, UnitId, VocabularyId};
use indexmap::IndexMap;

use super::references::unknown;
use super::{Faults, Rows};
use crate::expr::{Context, Expr, Purpose, name_in_words, parse_filter, parse_number};
use crate::model::{Unit, Vocabulary};
use crate::problems_expr::name_of_column;
use crate::rows::Row;
use crate::schema::{Schema, TableSchema};

/// What expressions can name.
pub(super) struct Names<'a> {
    pub(super) schema: &'a Schema,
    pub(super) vocabularies: &'a IndexMap<VocabularyId, Vocabulary>,
    pub(super) units: &'a IndexMap<UnitId, Unit>,
    pub(super) rows: &'a Rows,
}

impl<'a> Names<'a> {
    fn context(&self, purpose: Purpose) -> Context<'a> {
        Context {
            schema: self.schema,
            vocabularies: self.vocabularies,
            units: self.units,
            purpose,
        }
    }

    /// The table that a cell names.
    pub(super) fn table(
        &self,
        row: &Row,
        column: &str,
        faults: &mut Faults,
    ) -> Option<&'a TableSchema> {
        let name = row.text(column)?;
        let table = self.schema.table(name);
        if table.is_none() {
            let known = self.schema.tables.keys().map(|name| &**name);
            unknown(faults, "table", name, known, row.span_of(column));
        }
        table
    }

    /// The condition of a cell over the rows of a table; `None` when it is not written or faulty.
    pub(super) fn filter(
        &self,
        row: &Row,
        column: &str,
        table: &TableSchema,
        purpose: Purpose,
        faults: &mut Faults,
    ) -> Option<Expr> {
        let text: &Arc<str> = row.text(column)?;
        let parsed = parse_filter(text, &row.span_of(column), table, &self.context(purpose));
        told(self.with_ids(parsed, text, table), faults)
    }

    /// The number of a cell over the rows of a table; `None` when it is not written or faulty.
    pub(super) fn number(
        &self,
        row: &Row,
        column: &str,
        table: &TableSchema,
        faults: &mut Faults,
    ) -> Option<Expr> {
        let text: &Arc<str> = row.text(column)?;
        let context = self.context(Purpose::Indicator);
        let parsed = parse_number(text, &row.span_of(column), table, &context);
        told(self.with_ids(parsed, text, table), faults)
    }

    /// Of a column that is written by its name, the problem names the identifier.
    fn with_ids<T>(
        &self,
        parsed: Result<T, Vec<Problem>>,
        text: &str,
        table: &TableSchema,
    ) -> Result<T, Vec<Problem>> {
        parsed.map_err(|found| {
            let with_id = |problem: Problem| {
                let Some(word) = name_in_words(text).filter(|_| problem.code == "P533") else {
                    return problem;
                };
                let fields = self.rows.of("field").iter().filter(|row| {
                    let name = row.name("name");
                    [&*name.zh, &*name.en].contains(&word)
                        || row.texts("aliases").iter().any(|alias| **alias == *word)
                });
                let ids: BTreeSet<String> = fields
                    .filter_map(|row| {
                        let (of, id) = (row.text("of")?, row.text("id")?);
                        match of == &table.name {
                            true => Some(id.to_string()),
                            false => table
                                .columns
                                .contains_key("subject")
                                .then(|| format!("subject.{id}"))
                                .filter(|_| self.rows.find("subject_type", of).is_some()),
                        }
                    })
                    .collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                match (ids.is_empty(), problem.span.clone()) {
                    (false, Some(span)) => name_of_column(word, ids.join(", ")).at(span),
                    _ => problem,
                }
            };
            found.into_iter().map(with_id).collect()
        })
    }
}

/// The value, or its faults told.
pub(super) fn told<T>(result: Result<T, Vec<base::Problem>>, faults: &mut Faults) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(problems) => {
            faults.extend(problems);
            None
        }
    }
}
