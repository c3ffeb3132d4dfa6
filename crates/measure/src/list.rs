//! Lists of records: rows that meet some conditions, in an order, a page at a time.
//!
//! A page goes on from a row and not from a number of rows, so that the last page costs what the first
//! does. Conditions are looked at 1024 rows at a time in the packed columns; without any, only the
//! segments that can have a row of the page are read. For figures there is `pass.rs`.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use base::{Day, Position};
use memchr::memmem;
use programme::schema::ColumnType;

use crate::cells::NULL;
use crate::columns::Columns;
use crate::dictionary::{Dictionaries, Dictionary};
use crate::read::RowView;
use crate::segment::{Part, Place, STRETCH};
use crate::table::{RowAt, Table};

/// The rows of a table that are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// The table.
    pub table: Arc<str>,
    /// The last ledger entry that counts.
    pub at: Position,
    /// What every row meets.
    pub tests: Vec<Test>,
    /// The column by which they are ordered; `None`: by number, newest first.
    pub order: Option<Order>,
    /// The number of the row after which (or before which) the page begins.
    pub from: Option<u64>,
    /// Whether the page ends before `from`.
    pub is_before: bool,
    /// Most rows of the page.
    pub limit: usize,
    /// Columns of numbers whose sums over all rows that meet the tests are wanted.
    pub sums: Vec<Arc<str>>,
}

impl Listing {
    /// All rows of a table, newest first.
    pub fn new(table: impl Into<Arc<str>>, at: Position, limit: usize) -> Listing {
        Listing {
            table: table.into(),
            at,
            tests: Vec::new(),
            order: None,
            from: None,
            is_before: false,
            limit,
            sums: Vec::new(),
        }
    }
}

/// An order; empty cells stand last, equal ones newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Column; `id` is the row's number.
    pub column: Arc<str>,
    /// Greatest first.
    pub is_descending: bool,
}

/// A condition on a row. One on a column that the table does not have is met by none.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A number (in units of its column's scale), day (its number) or answer (0, 1) is within bounds.
    Within(Arc<str>, i64, i64),
    /// A text is one of these, or a set has one of them.
    OneOf(Arc<str>, Vec<Arc<str>>),
    /// One of these columns of texts contains a text; Latin letters of either case.
    Contains(Vec<Arc<str>>, String),
    /// Nothing is there.
    Empty(Arc<str>),
    /// Of what has versions, the one that holds on a day; every row of what has none.
    HeldOn(Day),
}

/// A page of rows.
pub struct Page<'a> {
    /// Its rows, in order.
    pub rows: Vec<RowView<'a>>,
    /// How many rows meet the tests, on all pages together.
    pub count: u64,
    /// The sums that were asked for, in units of their column's scale.
    pub sums: Vec<i128>,
    /// Whether rows follow (or, of a page that ends before a row, precede).
    pub has_more: bool,
}

impl Columns {
    /// A page of a table's rows; none for a table that does not exist.
    pub fn list(&self, listing: &Listing) -> Page<'_> {
        let mut page = Page {
            rows: Vec::new(),
            count: 0,
            sums: vec![0; listing.sums.len()],
            has_more: false,
        };
        let Some(table) = self.table(&listing.table) else {
            return page;
        };
        let dictionaries = self.dictionaries();
        let tests: Vec<Compiled> = listing
            .tests
            .iter()
            .flat_map(|test| compile(test, table, dictionaries))
            .collect();
        let sums: Vec<Option<Place>> = listing
            .sums
            .iter()
            .map(|name| Some(table.column(name)?.0))
            .collect();
        let ordering = Ranking::new(listing, table, dictionaries);
        let mut found = Found::new(listing, ordering.from(listing, table));
        let parts: Vec<(usize, &Part)> = table.parts().enumerate().collect();
        for (number, part) in parts.into_iter().rev() {
            if tests.is_empty() && sums.is_empty() {
                page.count += part.count_at(listing.at.0);
                let is_beyond = |least: u64| part.data.greatest_id().is_none_or(|id| id < least);
                if ordering.is_newest_first() && found.least_id().is_some_and(is_beyond) {
                    continue;
                }
                if listing.limit == 0 {
                    continue;
                }
            }
            let looker = Looker {
                part,
                at: listing.at.0,
                tests: &tests,
            };
            looker.each(|start, mask, some| {
                if !tests.is_empty() || !sums.is_empty() {
                    page.count += some;
                }
                for (place, sum) in sums.iter().zip(&mut page.sums) {
                    if let Some(place) = place {
                        *sum += sum_of(part, *place, start, mask);
                    }
                }
                if listing.limit > 0 {
                    ordering.offer(part, number, start, mask, &mut found);
                }
            });
        }
        let (rows, has_more) = found.end();
        page.has_more = has_more;
        page.rows = rows
            .into_iter()
            .map(|row| RowView::new(table, dictionaries, row))
            .collect();
        page
    }

    /// How many rows of a table count at a position.
    pub fn count_at(&self, table: &str, at: Position) -> u64 {
        let table = self.table(table);
        table.map_or(0, |table| {
            table.parts().map(|part| part.count_at(at.0)).sum()
        })
    }
}

/// A test in cells.
enum Compiled {
    Within(Place, i64, i64),
    OneOf(Place, Vec<i64>),
    /// A cell of one of these columns is among these.
    Marked(Vec<(Place, Arc<Marks>)>),
    Empty(Place),
    Never,
}

/// A set of numbers.
#[derive(Default)]
struct Marks(Vec<u64>);

impl Marks {
    fn add(&mut self, number: usize) {
        let word = number / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }

    fn has(&self, cell: i64) -> bool {
        usize::try_from(cell)
            .ok()
            .and_then(|number| Some((self.0.get(number / 64)? >> (number % 64)) & 1 == 1))
            .unwrap_or(false)
    }
}

/// Lists up to so long are compared as they are.
const COMPARED_MAX: usize = 8;

/// What a row meets where it meets a test: all of these.
fn compile(test: &Test, table: &Table, dictionaries: &Dictionaries) -> Vec<Compiled> {
    match test {
        Test::HeldOn(day) if table.schema.is_versioned() => {
            let day = i64::from(day.number());
            vec![
                Compiled::Within(Place::From, NULL + 1, day),
                Compiled::Within(Place::To, day, i64::MAX),
            ]
        }
        Test::HeldOn(_) => Vec::new(),
        _ => vec![compile_one(test, table, dictionaries)],
    }
}

fn compile_one(test: &Test, table: &Table, dictionaries: &Dictionaries) -> Compiled {
    match test {
        // Two bounds, made above.
        Test::HeldOn(_) => Compiled::Never,
        Test::Within(name, least, greatest) => {
            table.column(name).map_or(Compiled::Never, |(place, _)| {
                Compiled::Within(place, *least, *greatest)
            })
        }
        Test::Empty(name) => table
            .column(name)
            .map_or(Compiled::Never, |(place, _)| Compiled::Empty(place)),
        Test::OneOf(name, texts) => {
            let Some((place, column)) = table.column(name) else {
                return Compiled::Never;
            };
            if matches!(column.column_type, ColumnType::Codes(_) | ColumnType::Texts) {
                let mut marks = Marks::default();
                for text in texts {
                    let with = dictionaries.sets_with(text).into_iter().enumerate();
                    with.filter(|(_, has)| *has)
                        .for_each(|(number, _)| marks.add(number));
                }
                return Compiled::Marked(vec![(place, Arc::new(marks))]);
            }
            let Some(dictionary) = dictionaries.of_column(&column.column_type) else {
                return Compiled::Never;
            };
            let numbers = texts.iter().filter_map(|text| dictionary.find(text));
            if texts.len() <= COMPARED_MAX {
                return Compiled::OneOf(place, numbers.map(i64::from).collect());
            }
            let mut marks = Marks::default();
            numbers.for_each(|number| marks.add(number.unsigned_abs() as usize));
            Compiled::Marked(vec![(place, Arc::new(marks))])
        }
        Test::Contains(names, text) => {
            let mut places = Vec::new();
            let mut texts: Option<Arc<Marks>> = None;
            for name in names {
                let Some((place, column)) = table.column(name) else {
                    continue;
                };
                let marks = match &column.column_type {
                    ColumnType::Text | ColumnType::Period => texts
                        .get_or_insert_with(|| Arc::new(containing(dictionaries.texts(), text)))
                        .clone(),
                    ColumnType::Subject(of) => match dictionaries.subjects(of) {
                        Some(dictionary) => Arc::new(containing(dictionary, text)),
                        None => continue,
                    },
                    _ => continue,
                };
                places.push((place, marks));
            }
            Compiled::Marked(places)
        }
    }
}

/// The numbers of the texts that contain a text, found in all of them at once.
fn containing(dictionary: &Dictionary, text: &str) -> Marks {
    let mut spellings = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
    let mut signs = text.chars();
    if let Some(first) = signs.next() {
        spellings.push(
            first
                .to_uppercase()
                .chain(signs.flat_map(char::to_lowercase))
                .collect(),
        );
    }
    spellings.sort();
    spellings.dedup();
    let mut marks = Marks::default();
    for spelling in spellings.iter().filter(|spelling| !spelling.is_empty()) {
        let all = dictionary.text.as_bytes();
        let finder = memmem::Finder::new(spelling);
        let mut from = 0;
        while let Some(found) = all.get(from..).and_then(|rest| finder.find(rest)) {
            let start = from + found;
            // The text in which it begins; it must end there too.
            let number = dictionary
                .ends
                .partition_point(|end| *end as usize <= start);
            let Some(end) = dictionary.ends.get(number).map(|end| *end as usize) else {
                break;
            };
            if start + spelling.len() <= end {
                marks.add(number);
                from = end;
            } else {
                from = start + 1;
            }
        }
    }
    marks
}

impl Part {
    /// How many rows count at a position.
    fn count_at(&self, at: u64) -> u64 {
        if self.data.newest() <= at {
            let before = self.data.hidden_at.iter().filter(|hidden| **hidden <= at);
            let since = self.hidden.values().filter(|hidden| **hidden <= at);
            return (self.data.rows - before.count() - since.count()) as u64;
        }
        let looker = Looker {
            part: self,
            at,
            tests: &[],
        };
        let mut count = 0;
        looker.each(|_, _, some| count += some);
        count
    }
}

/// Goes through a part.
struct Looker<'t> {
    part: &'t Part,
    at: u64,
    tests: &'t [Compiled],
}

impl Looker<'_> {
    /// Gives each stretch in which a row meets all tests: where it begins, 1 for each such row, how many.
    fn each(&self, mut take: impl FnMut(usize, &[u8], u64)) {
        let data = &self.part.data;
        let (mut mask, mut met, mut cells) = ([0_u8; STRETCH], [0_u8; STRETCH], [0_i64; STRETCH]);
        for start in (0..data.rows).step_by(STRETCH) {
            let rows = STRETCH.min(data.rows - start);
            let (Some(mask), Some(met), Some(cells)) = (
                mask.get_mut(..rows),
                met.get_mut(..rows),
                cells.get_mut(..rows),
            ) else {
                return;
            };
            self.part.visible(start, self.at, mask);
            for test in self.tests {
                test.apply(self.part, start, mask, met, cells);
                if !mask.contains(&1) {
                    break;
                }
            }
            let some: u64 = mask.iter().map(|held| u64::from(*held)).sum();
            if some > 0 {
                take(start, mask, some);
            }
        }
    }
}

impl Compiled {
    fn apply(&self, part: &Part, start: usize, mask: &mut [u8], met: &mut [u8], cells: &mut [i64]) {
        let data = &part.data;
        match self {
            Compiled::Never => met.fill(0),
            Compiled::Within(place, least, greatest) => match data.cells(*place) {
                Some(column) => column.within(start, *least, *greatest, met),
                None => {
                    data.read(*place, start, cells);
                    let held = |cell: i64| cell != NULL && *least <= cell && cell <= *greatest;
                    for (met, cell) in met.iter_mut().zip(cells.iter()) {
                        *met = u8::from(held(*cell));
                    }
                }
            },
            Compiled::OneOf(place, list) => match data.cells(*place) {
                Some(column) => column.one_of(start, list, met),
                None => met.fill(0),
            },
            Compiled::Empty(place) => match data.cells(*place) {
                Some(column) => {
                    column.filled(start, met);
                    met.iter_mut().for_each(|met| *met ^= 1);
                }
                None => met.fill(1),
            },
            Compiled::Marked(columns) => {
                met.fill(0);
                for (place, marks) in columns {
                    data.read(*place, start, cells);
                    for (met, cell) in met.iter_mut().zip(cells.iter()) {
                        *met |= u8::from(marks.has(*cell));
                    }
                }
            }
        }
        for (mask, met) in mask.iter_mut().zip(met.iter()) {
            *mask &= *met;
        }
    }
}

fn sum_of(part: &Part, place: Place, start: usize, mask: &[u8]) -> i128 {
    let mut cells = [0_i64; STRETCH];
    let Some(cells) = cells.get_mut(..mask.len()) else {
        return 0;
    };
    part.data.read(place, start, cells);
    let held = cells.iter().zip(mask);
    held.filter(|(cell, held)| **held == 1 && **cell != NULL)
        .map(|(cell, _)| i128::from(*cell))
        .sum()
}

/// By what rows are ordered; the least stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Number(i64),
    Up(&'a str),
    Down(Reverse<&'a str>),
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked<'a> {
    key: Key<'a>,
    id: Reverse<u64>,
}

/// How a listing is ordered.
struct Ranking<'a> {
    by: By<'a>,
    is_descending: bool,
}

enum By<'a> {
    Newest,
    Id,
    Cells(Place),
    Texts(Place, Option<&'a Dictionary>),
}

impl<'a> Ranking<'a> {
    fn new(listing: &Listing, table: &'a Table, dictionaries: &'a Dictionaries) -> Ranking<'a> {
        let (by, is_descending) = match &listing.order {
            None => (By::Newest, false),
            Some(order) => {
                let by = match table.column(&order.column) {
                    None => By::Newest,
                    Some((Place::Id, _)) => By::Id,
                    // Units and codes stand in the order in which they became known: as declared.
                    Some((place, column)) => match column.column_type {
                        ColumnType::Text | ColumnType::Period | ColumnType::Subject(_) => {
                            By::Texts(place, dictionaries.of_column(&column.column_type))
                        }
                        _ => By::Cells(place),
                    },
                };
                (by, order.is_descending)
            }
        };
        Ranking { by, is_descending }
    }

    fn is_newest_first(&self) -> bool {
        matches!(self.by, By::Newest)
    }

    fn key(&self, cell: i64) -> Key<'a> {
        match &self.by {
            By::Newest => Key::Last,
            _ if cell == NULL => Key::Last,
            By::Texts(_, dictionary) => {
                let text = dictionary.and_then(|known| known.text(cell)).unwrap_or("");
                if self.is_descending {
                    Key::Down(Reverse(text))
                } else {
                    Key::Up(text)
                }
            }
            // All bits turned over is the same order backwards.
            _ => Key::Number(if self.is_descending { !cell } else { cell }),
        }
    }

    fn place(&self) -> Option<Place> {
        match self.by {
            By::Newest | By::Id => None,
            By::Cells(place) | By::Texts(place, _) => Some(place),
        }
    }

    fn ranked(&self, cell: i64, id: u64) -> Ranked<'a> {
        Ranked {
            key: self.key(match self.by {
                By::Id => id as i64,
                _ => cell,
            }),
            id: Reverse(id),
        }
    }

    /// Where the page begins or ends: a row that was listed before, even when it is hidden by now.
    fn from(&self, listing: &Listing, table: &Table) -> Option<Ranked<'a>> {
        let id = listing.from?;
        // The version that counted at the position that is listed: a later one may stand elsewhere.
        let at = i64::try_from(listing.at.0).unwrap_or(i64::MAX);
        let row = table
            .rows_with_id(id)
            .filter(|row| table.get(*row, Place::Added) <= at)
            .max_by_key(|row| table.get(*row, Place::Added));
        let cell = match (row, self.place()) {
            (Some(row), Some(place)) => table.get(row, place),
            (None, Some(_)) => return None,
            _ => NULL,
        };
        Some(self.ranked(cell, id))
    }

    /// Offers the rows of a stretch.
    fn offer(&self, part: &Part, number: usize, start: usize, mask: &[u8], found: &mut Found<'a>) {
        let (mut ids, mut cells) = ([0_i64; STRETCH], [NULL; STRETCH]);
        let (Some(ids), Some(cells)) = (ids.get_mut(..mask.len()), cells.get_mut(..mask.len()))
        else {
            return;
        };
        part.data.read(Place::Id, start, ids);
        if let Some(place) = self.place() {
            part.data.read(place, start, cells);
        }
        let rows = mask.iter().zip(ids.iter().zip(cells.iter())).enumerate();
        for (row, (held, (id, cell))) in rows {
            if *held == 1 {
                let at = RowAt {
                    part: number,
                    row: start + row,
                };
                found.take(self.ranked(*cell, *id as u64), at);
            }
        }
    }
}

/// The rows of the page so far, and some that will not stay.
struct Found<'a> {
    rows: Vec<(Ranked<'a>, RowAt)>,
    from: Option<Ranked<'a>>,
    is_before: bool,
    limit: usize,
    /// Nothing beyond it is of the page any more.
    last: Option<Ranked<'a>>,
}

impl<'a> Found<'a> {
    fn new(listing: &Listing, from: Option<Ranked<'a>>) -> Found<'a> {
        Found {
            rows: Vec::new(),
            from,
            is_before: listing.is_before && from.is_some(),
            limit: listing.limit,
            last: None,
        }
    }

    fn compare(&self, one: &Ranked<'a>, other: &Ranked<'a>) -> Ordering {
        if self.is_before {
            other.cmp(one)
        } else {
            one.cmp(other)
        }
    }

    fn take(&mut self, ranked: Ranked<'a>, row: RowAt) {
        let is_after = |limit: &Ranked<'a>| self.compare(&ranked, limit) == Ordering::Greater;
        if self.last.as_ref().is_some_and(is_after)
            || self.from.as_ref().is_some_and(|from| !is_after(from))
        {
            return;
        }
        self.rows.push((ranked, row));
        // One more than the page tells whether there is more.
        if self.rows.len() > (self.limit + 1) * 2 + 256 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.rows.len() <= self.limit + 1 {
            return;
        }
        let is_before = self.is_before;
        let order = |one: &(Ranked<'a>, RowAt), other: &(Ranked<'a>, RowAt)| {
            if is_before {
                other.0.cmp(&one.0)
            } else {
                one.0.cmp(&other.0)
            }
        };
        let (_, last, _) = self.rows.select_nth_unstable_by(self.limit, order);
        self.last = Some(last.0);
        self.rows.truncate(self.limit + 1);
    }

    /// With a full page: the least number that can still come into one that is ordered by number.
    fn least_id(&mut self) -> Option<u64> {
        if self.is_before {
            return None;
        }
        self.cut();
        if self.rows.len() <= self.limit {
            return None;
        }
        self.rows.iter().map(|(ranked, _)| ranked.id.0).min()
    }

    fn end(mut self) -> (Vec<RowAt>, bool) {
        self.rows.sort_by_key(|(ranked, _)| *ranked);
        if self.is_before {
            self.rows.reverse();
        }
        let has_more = self.rows.len() > self.limit;
        self.rows.truncate(self.limit);
        if self.is_before {
            self.rows.reverse();
        }
        (
            self.rows.into_iter().map(|(_, row)| row).collect(),
            has_more,
        )
    }
}
