//! Properties of the text forms over random packages and random damage: what is written reads back
//! as the same, formatting twice changes nothing, a workbook loses nothing, nothing panics.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Lang, SourceText, Span, Text};
use proptest::prelude::*;

use crate::cell::decimal;
use crate::comments::RowComments;
use crate::fmt::{TextRow, format_file, text_rows, write_rows};
use crate::rows::{Cell, Content};
use crate::tables::{Kind, TABLES, Table};
use crate::{Layer, Sources, from_workbook, rows, to_workbook};

fn text() -> impl Strategy<Value = String> {
    // Quotes, escapes, separators, edges, wide and astral characters, line breaks; never blank.
    "[a-z质量;；\\\\\"'#\\[\\]{}=, \n😀_x0-9./-]{0,12}[a-z质]".prop_map(|text| text)
}

fn content(kind: &'static Kind) -> BoxedStrategy<Content> {
    let as_text = |strategy: BoxedStrategy<String>| {
        strategy
            .prop_map(|text| Content::Text(Arc::from(text)))
            .boxed()
    };
    let decimals = "-?[0-9]{1,12}(\\.[0-9]{1,6})?%?"
        .prop_map(|text| decimal(&text).unwrap())
        .boxed();
    match kind {
        Kind::Id | Kind::Ref(_) => as_text("[a-z][a-z0-9_-]{0,8}".boxed()),
        Kind::Text | Kind::Expression => as_text(text().boxed()),
        Kind::Bilingual => {
            let both = (text(), text()).prop_map(|(zh, en)| Text { zh, en });
            let one = text().prop_map(|zh| Text {
                zh,
                en: String::new(),
            });
            let other = text().prop_map(|en| Text {
                zh: String::new(),
                en,
            });
            let same = text().prop_map(Text::same);
            prop_oneof![both, one, other, same]
                .prop_map(Content::Bilingual)
                .boxed()
        }
        Kind::Int => any::<i64>().prop_map(Content::Int).boxed(),
        Kind::Decimal => decimals
            .prop_map(|(ratio, written)| Content::Decimal(ratio, Arc::from(written)))
            .boxed(),
        Kind::Bool => any::<bool>().prop_map(Content::Bool).boxed(),
        Kind::Day => (0..60_000)
            .prop_map(|number| Content::Day(Day::from_number(number).unwrap()))
            .boxed(),
        Kind::MonthDay => as_text("0[1-9]-[01][1-9]".boxed()),
        Kind::Period => as_text("20[0-9]{2}(H1|Q3|-06|A)?".boxed()),
        Kind::OneOf(words) => as_text(prop::sample::select(*words).prop_map(str::to_owned).boxed()),
        Kind::List(inner) => {
            let cell = content(inner).prop_map(|content| Cell {
                content,
                span: Span::new("", 0, 0),
            });
            prop::collection::vec(cell, 0..5)
                .prop_map(Content::List)
                .boxed()
        }
        Kind::Pairs => {
            let pair = (decimals.clone(), decimals).prop_map(|(a, b)| (a.0, b.0));
            prop::collection::vec(pair, 0..5)
                .prop_map(Content::Pairs)
                .boxed()
        }
    }
}

fn comment_lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("#[ a-z质\"'#\\[\\]=]{0,8}[a-z]", 0..3)
}

fn row_of(table: &'static Table) -> impl Strategy<Value = TextRow> {
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let filled = (content(&column.kind), comment_lines());
            let filled = match column.required {
                true => filled.prop_map(Some).boxed(),
                false => prop::option::weighted(0.4, filled).boxed(),
            };
            (Just(column.name), filled)
        })
        .collect();
    (columns, comment_lines()).prop_map(move |(columns, header)| {
        let mut row = TextRow {
            table,
            cells: BTreeMap::new(),
            comments: RowComments {
                header,
                keys: BTreeMap::new(),
            },
        };
        for (name, (content, comments)) in columns
            .into_iter()
            .filter_map(|(name, found)| Some((name, found?)))
        {
            row.cells.insert(name, content);
            if !comments.is_empty() {
                row.comments.keys.insert(name, comments);
            }
        }
        row
    })
}

fn any_rows() -> impl Strategy<Value = Vec<TextRow>> {
    let table = prop::sample::select(TABLES)
        .prop_flat_map(|table| row_of(crate::tables::table(table.name).unwrap()));
    prop::collection::vec(table, 0..6).prop_map(|mut rows| {
        // One header at most, as TOML itself demands.
        let mut has_header = false;
        rows.retain(|row| !row.table.single || !std::mem::replace(&mut has_header, true));
        rows
    })
}

/// Contents without their places.
fn plain(content: &Content) -> String {
    match content {
        Content::List(cells) => format!(
            "{:?}",
            cells
                .iter()
                .map(|cell| plain(&cell.content))
                .collect::<Vec<_>>()
        ),
        other => format!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_reads_back_the_same(written in any_rows(), tail in comment_lines()) {
        let text = write_rows(&written, &tail);
        let file = SourceText::new("p/a.toml", text.clone());
        let (read, read_tail) = text_rows(&file).map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
        prop_assert_eq!(read.len(), written.len());
        for (read, written) in read.iter().zip(&written) {
            prop_assert_eq!(read.table.name, written.table.name);
            let contents = |row: &TextRow| row.cells.iter().map(|(column, content)| (*column, plain(content))).collect::<Vec<_>>();
            prop_assert_eq!(contents(read), contents(written));
            prop_assert_eq!(&read.comments, &written.comments);
        }
        prop_assert_eq!(read_tail, tail);
        prop_assert_eq!(format_file(&file).unwrap(), text);
    }

    #[test]
    fn damage_never_panics(rows_written in any_rows(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, "[\\[\\]{}=\"'#,\n a-z0-9.]{0,3}"), 1..6)) {
        let mut text = write_rows(&rows_written, &[]);
        for (at, length, inserted) in cuts {
            let mut start = at.index(text.len() + 1);
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            text.replace_range(start..end, &inserted);
        }
        let sources = Sources::from_files("p", [("programme.toml".to_owned(), text.clone())]);
        let (_, problems) = rows(&sources);
        for problem in &problems {
            if let Some(span) = &problem.span {
                prop_assert!(span.start <= span.end && span.end as usize <= text.len(), "{problem:?}");
            }
        }
        let _ = base::render(&problems, &sources.texts(), Lang::Zh, false);
        if let Ok(once) = format_file(&sources.layers[0].files[0]) {
            prop_assert_eq!(format_file(&SourceText::new("p/a.toml", once.clone())).unwrap(), once);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_workbook_loses_nothing(a in any_rows(), b in any_rows(), tail in comment_lines()) {
        let files = [("programme.toml".to_owned(), write_rows(&a, &tail)), ("b/c.toml".to_owned(), write_rows(&b, &[]))];
        let layer = Layer::new("p", files);
        let bytes = to_workbook(&layer).unwrap();
        let read = from_workbook("p", &bytes).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        prop_assert_eq!(read.files, layer.files);
    }
}
