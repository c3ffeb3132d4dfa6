//! Which row of a template stands where in the filled sheet.

/// A row or rows that repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repeated {
    /// First row in the template.
    pub from: u32,
    /// Last row in the template.
    pub to: u32,
    /// Rows before it that only hold its mark: they are left out.
    pub bare_before: u32,
    /// The same behind it.
    pub bare_after: u32,
    /// How often it stands there; at least once.
    pub times: u32,
}

impl Repeated {
    fn height(&self) -> u32 {
        self.to - self.from + 1
    }
}

/// The repeated rows of a sheet, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub repeated: Vec<Repeated>,
}

impl Moves {
    /// Whether any row stands elsewhere than in the template.
    pub fn is_any(&self) -> bool {
        self.repeated
            .iter()
            .any(|rows| rows.times != 1 || rows.bare_before + rows.bare_after > 0)
    }

    /// Where a row stands first.
    pub fn first(&self, row: u32) -> u32 {
        self.place(row, false)
    }

    /// Where a row stands last.
    pub fn last(&self, row: u32) -> u32 {
        self.place(row, true)
    }

    /// Where a row stands in a copy of the rows that repeat around it.
    pub fn in_copy(&self, row: u32, of: &Repeated, copy: u32) -> u32 {
        if (of.from..=of.to).contains(&row) {
            self.first(row) + copy * of.height()
        } else {
            self.first(row)
        }
    }

    fn place(&self, row: u32, is_last: bool) -> u32 {
        let mut at = i64::from(row);
        for rows in &self.repeated {
            let height = i64::from(rows.height());
            if row >= rows.from {
                at -= i64::from(rows.bare_before);
            } else if row + rows.bare_before >= rows.from {
                // A row that is left out: what stood there stands where the list begins.
                at -= i64::from(row + rows.bare_before - rows.from);
            }
            if row > rows.to {
                let bare = i64::from(rows.bare_after.min(row - rows.to));
                at += height * (i64::from(rows.times) - 1) - bare;
            } else if row >= rows.from && is_last {
                at += height * (i64::from(rows.times) - 1);
            }
        }
        u32::try_from(at.max(1)).unwrap_or(u32::MAX)
    }

    /// The repeated rows around a row.
    pub fn around(&self, row: u32) -> Option<&Repeated> {
        self.repeated
            .iter()
            .find(|rows| (rows.from..=rows.to).contains(&row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beneath_a_list_move_by_its_lines() {
        let moves = Moves {
            repeated: vec![Repeated {
                from: 4,
                to: 4,
                bare_before: 0,
                bare_after: 0,
                times: 3,
            }],
        };
        let table = [(1, 1, 1), (3, 3, 3), (4, 4, 6), (5, 7, 7), (9, 11, 11)];
        for (row, first, last) in table {
            assert_eq!((moves.first(row), moves.last(row)), (first, last), "{row}");
        }
        assert_eq!(moves.in_copy(4, &moves.repeated[0], 2), 6);
        assert_eq!(moves.in_copy(2, &moves.repeated[0], 2), 2);
    }

    #[test]
    fn rows_that_only_hold_marks_are_gone() {
        // Row 3 begins, rows 4 and 5 repeat twice, row 6 ends, row 7 is a total.
        let moves = Moves {
            repeated: vec![Repeated {
                from: 4,
                to: 5,
                bare_before: 1,
                bare_after: 1,
                times: 2,
            }],
        };
        let table = [(2, 2, 2), (4, 3, 5), (5, 4, 6), (7, 7, 7)];
        for (row, first, last) in table {
            assert_eq!((moves.first(row), moves.last(row)), (first, last), "{row}");
        }
    }
}
