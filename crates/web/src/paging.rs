//! Pages of a list that is in memory: which rows a page shows, and where the others are.

use std::ops::Range;

/// Rows of a page.
pub(crate) const ROWS: usize = 50;

/// One page of a long list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paging {
    /// Its number, from 1.
    pub number: usize,
    pub pages: usize,
    /// Rows of the whole list.
    pub count: usize,
    /// Where the page before is.
    pub before: Option<String>,
    /// Where the next page is.
    pub after: Option<String>,
}

impl Paging {
    /// The page that was asked for, or the nearest there is; `address` makes a page's.
    pub fn of(count: usize, asked: &str, address: impl Fn(usize) -> String) -> Paging {
        let pages = count.div_ceil(ROWS).max(1);
        let number = asked.parse::<usize>().unwrap_or(1).clamp(1, pages);
        Paging {
            number,
            pages,
            count,
            before: (number > 1).then(|| address(number - 1)),
            after: (number < pages).then(|| address(number + 1)),
        }
    }

    /// The rows that it shows.
    pub fn rows(&self) -> Range<usize> {
        let first = (self.number - 1) * ROWS;
        first..(first + ROWS).min(self.count)
    }

    /// The first of them as people count.
    pub fn first(&self) -> usize {
        self.rows().start + 1
    }

    /// The last of them.
    pub fn last(&self) -> usize {
        self.rows().end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_fifty_rows_and_leads_to_its_neighbours() {
        let address = |number: usize| format!("?p={number}");
        // Asked for, of so many rows: page, of pages, rows, before and after.
        type Row = (
            &'static str,
            usize,
            usize,
            usize,
            Range<usize>,
            &'static str,
            &'static str,
        );
        let table: [Row; 7] = [
            ("", 0, 1, 1, 0..0, "", ""),
            ("", 50, 1, 1, 0..50, "", ""),
            ("", 51, 1, 2, 0..50, "", "?p=2"),
            ("2", 51, 2, 2, 50..51, "?p=1", ""),
            ("2", 120, 2, 3, 50..100, "?p=1", "?p=3"),
            // What is not there is the nearest.
            ("99", 120, 3, 3, 100..120, "?p=2", ""),
            ("-1; drop", 120, 1, 3, 0..50, "", "?p=2"),
        ];
        for (asked, count, number, pages, rows, before, after) in table {
            let found = Paging::of(count, asked, address);
            assert_eq!(
                (found.number, found.pages, found.rows()),
                (number, pages, rows)
            );
            assert_eq!(found.before.as_deref().unwrap_or(""), before);
            assert_eq!(found.after.as_deref().unwrap_or(""), after);
        }
    }
}
