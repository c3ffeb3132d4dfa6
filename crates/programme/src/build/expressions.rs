//! Expressions of cells: where their names are looked up, and where their faults are told.

use std::sync::Arc;

use base::{UnitId, VocabularyId};
use indexmap::IndexMap;

use super::Faults;
use super::references::unknown;
use crate::expr::{Context, Expr, Purpose, parse_filter, parse_number};
use crate::model::{Unit, Vocabulary};
use crate::rows::Row;
use crate::schema::{Schema, TableSchema};

/// What expressions can name.
pub(super) struct Names<'a> {
    pub(super) schema: &'a Schema,
    pub(super) vocabularies: &'a IndexMap<VocabularyId, Vocabulary>,
    pub(super) units: &'a IndexMap<UnitId, Unit>,
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
        told(
            parse_filter(text, &row.span_of(column), table, &self.context(purpose)),
            faults,
        )
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
        told(
            parse_number(
                text,
                &row.span_of(column),
                table,
                &self.context(Purpose::Indicator),
            ),
            faults,
        )
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
