//! The time of a selection: by which column its rows are dated, and between which days they count.

use base::Day;
use programme::model::{Over, Selection};
use programme::schema;

use crate::compile::Frame;

/// The days within which dated rows count: `first <= date <= last`.
pub(crate) fn window(over: Over, frame: &Frame) -> (i64, i64) {
    let until = frame.until;
    let after = |day: Option<Day>| day.and_then(|day| day.plus_days(1)).unwrap_or(Day::MIN);
    let first = match over {
        Over::Period => frame.first,
        Over::ToDate | Over::AsOf => Day::MIN,
        Over::TrailingDays(days) => after(until.plus_days(-i64::from(days))),
        Over::TrailingMonths(months) => after(
            i32::try_from(months)
                .ok()
                .and_then(|months| until.plus_months(-months)),
        ),
    };
    (i64::from(first.number()), i64::from(until.number()))
}

/// The column by which rows are dated for a selection, and the days within which they count.
pub(crate) fn dating<'s>(
    selection: &'s Selection,
    over: Over,
    schema: &schema::TableSchema,
    frame: &Frame,
) -> (Option<&'s str>, i64, i64) {
    let own = schema.row_day();
    let never_before = i64::from(Day::MIN.number());
    match (&selection.date, over) {
        (_, Over::AsOf) => (own, never_before, i64::from(frame.until.number())),
        (None, _) => (own, never_before, i64::from(frame.day.number())),
        (Some(date), over) => {
            let (first, last) = window(over, frame);
            (Some(date.as_ref()), first, last)
        }
    }
}
