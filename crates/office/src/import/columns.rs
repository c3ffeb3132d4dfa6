//! Which column of a file is which field: by identifier, name, alias or mapping, and by nothing else.
//!
//! A [`Slot`] is what can be filled (`slots.rs`), a [`Plan`] where each slot's cell comes from. Unknown
//! columns, two columns for one field and missing required ones are refused before any row is read.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use base::{Place, Problem};
use sheet::clean::{clean_heading, half_width_all, trim};
use sheet::{Cell, Row, column_letters, is_reason_heading};

use super::mapping::{Mapping, Placed};
use super::problems;
use super::slots::Slot;

/// Where a slot's cell comes from.
#[derive(Debug, Clone)]
enum Source {
    Nothing,
    Column(usize),
    Combined {
        columns: Vec<usize>,
        separator: String,
    },
    Constant(Cell),
    /// The cell of the wide column that is being read.
    Wide,
}

/// A column that gives a record of its own.
#[derive(Debug, Clone)]
struct WideColumn {
    column: usize,
    constants: Vec<(usize, Cell)>,
}

/// One record of a row: the row itself, or one of its wide columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line(Option<usize>);

/// Where each slot's cell comes from, in one file.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    sources: Vec<Source>,
    values: Vec<Option<HashMap<String, String>>>,
    wide: Vec<WideColumn>,
    /// Columns without heading, which must stay empty.
    unheaded: Vec<usize>,
    /// Headings that are not imported.
    pub ignored: Vec<String>,
}

impl Plan {
    /// The row as one record.
    pub(crate) const WHOLE_ROW: Line = Line(None);

    /// Works out the plan for a header.
    ///
    /// # Errors
    /// Everything that is wrong with the header and the mapping; `place` is the file.
    pub(crate) fn make(
        type_name: &str,
        slots: &[Slot],
        header: &[String],
        mapping: &Mapping,
        ignore_unknown: bool,
        place: &Place,
    ) -> Result<Plan, Vec<Problem>> {
        let mut maker = Maker::new(type_name, slots, header, place);
        maker.columns(mapping);
        maker.combine(mapping);
        maker.wide(mapping);
        maker.constants(mapping);
        maker.parts();
        maker.unknown(ignore_unknown || mapping.ignore_unknown);
        maker.values(mapping);
        maker.required();
        if maker.problems.is_empty() {
            Ok(maker.plan)
        } else {
            Err(maker.problems)
        }
    }

    /// Of each column the slot that it seems to fill, whatever is wrong with the others.
    pub(crate) fn guess(
        type_name: &str,
        slots: &[Slot],
        header: &[String],
        mapping: &Mapping,
        place: &Place,
    ) -> Vec<Option<usize>> {
        let mut maker = Maker::new(type_name, slots, header, place);
        maker.columns(mapping);
        maker.parts();
        let mut found = vec![None; header.len()];
        for (slot, source) in maker.plan.sources.iter().enumerate() {
            if let Source::Column(column) = source
                && let Some(found) = found.get_mut(*column)
            {
                *found = found.or(Some(slot));
            }
        }
        found
    }

    /// The records that a row may give: itself, or one for each wide column.
    pub(crate) fn lines(&self) -> Vec<Line> {
        match self.wide.len() {
            0 => vec![Plan::WHOLE_ROW],
            columns => (0..columns).map(|column| Line(Some(column))).collect(),
        }
    }

    /// The slot that the wide columns fill.
    pub(crate) fn wide_slot(&self) -> Option<usize> {
        self.sources
            .iter()
            .position(|source| matches!(source, Source::Wide))
    }

    /// The cell of a slot.
    pub(crate) fn cell<'c>(&'c self, slot: usize, row: &'c Row, line: Line) -> Cow<'c, Cell> {
        let cell = self.raw_cell(slot, row, line);
        match self.values.get(slot) {
            Some(Some(meanings)) => {
                let text = cell.as_text();
                let text = trim(&text);
                match meanings.get(text).or_else(|| meanings.get(&fold(text))) {
                    Some(meaning) => Cow::Owned(Cell::text(meaning.clone())),
                    None => cell,
                }
            }
            _ => cell,
        }
    }

    fn raw_cell<'c>(&'c self, slot: usize, row: &'c Row, line: Line) -> Cow<'c, Cell> {
        const EMPTY: Cell = Cell::Empty;
        let wide = line.0.and_then(|index| self.wide.get(index));
        if let Some((_, cell)) =
            wide.and_then(|wide| wide.constants.iter().find(|(at, _)| *at == slot))
        {
            return Cow::Borrowed(cell);
        }
        match self.sources.get(slot) {
            None | Some(Source::Nothing) => Cow::Owned(EMPTY),
            Some(Source::Column(column)) => {
                row.cell(*column).map_or(Cow::Owned(EMPTY), Cow::Borrowed)
            }
            Some(Source::Constant(cell)) => Cow::Borrowed(cell),
            Some(Source::Wide) => wide
                .and_then(|wide| row.cell(wide.column))
                .map_or(Cow::Owned(EMPTY), Cow::Borrowed),
            Some(Source::Combined { columns, separator }) => {
                let texts = columns
                    .iter()
                    .filter_map(|column| row.cell(*column))
                    .map(|cell| trim(&cell.as_text()).to_owned());
                let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
                Cow::Owned(Cell::text(texts.join(separator)))
            }
        }
    }

    /// The column of a slot, for pointing at it.
    pub(crate) fn column(&self, slot: usize, line: Line) -> Option<usize> {
        match self.sources.get(slot)? {
            Source::Column(column) => Some(*column),
            Source::Combined { columns, .. } => columns.first().copied(),
            Source::Wide => line
                .0
                .and_then(|index| self.wide.get(index))
                .map(|wide| wide.column),
            Source::Nothing | Source::Constant(_) => None,
        }
    }

    /// Whether anything can fill the slot.
    pub(crate) fn has(&self, slot: usize) -> bool {
        self.sources
            .get(slot)
            .is_some_and(|source| !matches!(source, Source::Nothing))
    }

    /// A column without heading in which the row has something.
    pub(crate) fn stray(&self, row: &Row) -> Option<usize> {
        self.unheaded
            .iter()
            .copied()
            .find(|column| row.cell(*column).is_some_and(|cell| !cell.is_blank()))
    }
}

/// How many of the cells are headings of the slots: how a header is told from a title above it.
pub(crate) fn headings_known<'h>(
    slots: &[Slot],
    cells: impl Iterator<Item = Cow<'h, str>>,
) -> usize {
    let known: HashSet<String> = slots
        .iter()
        .flat_map(|slot| slot.spellings.iter().map(|spelling| fold(spelling)))
        .filter(|spelling| !spelling.is_empty())
        .collect();
    cells
        .filter(|cell| {
            cell.split(['/', '／'])
                .any(|part| known.contains(&fold(part)))
        })
        .count()
}

/// A heading as headings are compared.
pub(crate) fn fold(heading: &str) -> String {
    half_width_all(&clean_heading(heading)).to_lowercase()
}

struct Maker<'a> {
    type_name: &'a str,
    slots: &'a [Slot],
    header: &'a [String],
    place: &'a Place,
    /// Folded heading → columns.
    by_heading: BTreeMap<String, Vec<usize>>,
    /// Folded spelling → slot.
    by_spelling: HashMap<String, usize>,
    /// Columns that nothing has taken up yet.
    left: Vec<usize>,
    plan: Plan,
    problems: Vec<Problem>,
}

impl<'a> Maker<'a> {
    fn new(
        type_name: &'a str,
        slots: &'a [Slot],
        header: &'a [String],
        place: &'a Place,
    ) -> Maker<'a> {
        let mut by_heading: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut unheaded = Vec::new();
        for (column, heading) in header.iter().enumerate() {
            match fold(heading) {
                empty if empty.is_empty() => unheaded.push(column),
                heading => by_heading.entry(heading).or_default().push(column),
            }
        }
        let mut by_spelling = HashMap::new();
        for (index, slot) in slots.iter().enumerate() {
            for spelling in slot
                .spellings
                .iter()
                .map(|spelling| fold(spelling))
                .filter(|spelling| !spelling.is_empty())
            {
                by_spelling.entry(spelling).or_insert(index);
            }
        }
        let nothing = vec![Source::Nothing; slots.len()];
        let plan = Plan {
            sources: nothing,
            values: vec![None; slots.len()],
            wide: Vec::new(),
            unheaded,
            ignored: Vec::new(),
        };
        Maker {
            type_name,
            slots,
            header,
            place,
            by_heading,
            by_spelling,
            left: Vec::new(),
            plan,
            problems: Vec::new(),
        }
    }

    fn heading(&self, column: usize) -> &'a str {
        self.header.get(column).map_or("", String::as_str)
    }

    fn headings(&self) -> String {
        programme::suggest(
            "",
            self.header
                .iter()
                .map(String::as_str)
                .filter(|heading| !heading.is_empty()),
        )
    }

    fn columns(&mut self, mapping: &Mapping) {
        let mut mapped: HashMap<String, Vec<&Placed>> = HashMap::new();
        for (heading, field) in &mapping.columns {
            if self.column_of(heading).is_some() {
                mapped.entry(fold(&heading.text)).or_default().push(field);
            }
        }
        let wide = mapping
            .wide
            .iter()
            .flat_map(|wide| wide.columns.iter().map(|(heading, _)| heading));
        let elsewhere: Vec<String> = mapping
            .combine
            .iter()
            .flat_map(|made| &made.headings)
            .chain(wide)
            .map(|heading| fold(&heading.text))
            .collect();
        let ignored: Vec<String> = mapping
            .ignore
            .iter()
            .map(|heading| fold(&heading.text))
            .collect();
        for (column, heading) in self.header.iter().enumerate() {
            let folded = fold(heading);
            if folded.is_empty() {
                continue;
            }
            if let Some(fields) = mapped.get(&folded) {
                for field in fields {
                    if let Some(slot) = self.slot_of(field) {
                        self.claim(slot, column);
                    }
                }
            } else if elsewhere.contains(&folded) {
                // Taken up by `combine` or `wide`.
            } else if ignored.contains(&folded) || is_reason_heading(heading) {
                self.plan.ignored.push(heading.clone());
            } else if let Some(slot) = self.by_spelling.get(&folded) {
                self.claim(*slot, column);
            } else {
                self.left.push(column);
            }
        }
    }

    /// Headings of several rows, joined: `被抽样单位/企业名称` is known by its last part; by an upper part
    /// only where no other column stands under that part. Only fields that nothing else fills are
    /// taken, and a part that would fill one twice fills none.
    fn parts(&mut self) {
        let in_parts: Vec<Vec<String>> = self
            .header
            .iter()
            .map(|heading| {
                let parts = heading.split(['/', '／']).map(fold);
                parts.filter(|part| !part.is_empty()).collect()
            })
            .collect();
        let stands_once = |part: &String| {
            let all = in_parts.iter().filter(|parts| parts.contains(part));
            all.count() == 1
        };
        for only_last in [true, false] {
            let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for column in &self.left {
                let parts = in_parts.get(*column).map_or(&[][..], Vec::as_slice);
                if parts.len() < 2 {
                    continue;
                }
                let slots = parts.iter().rev().enumerate().filter_map(|(at, part)| {
                    let is_meant = if only_last {
                        at == 0
                    } else {
                        stands_once(part)
                    };
                    let slot = self.by_spelling.get(part).filter(|_| is_meant)?;
                    (!self.plan.has(*slot)).then_some(*slot)
                });
                let mut slots: Vec<usize> = slots.collect();
                slots.dedup();
                if let [slot] = slots.as_slice() {
                    wanted.entry(*slot).or_default().push(*column);
                }
            }
            for (slot, columns) in wanted {
                if let [column] = columns.as_slice() {
                    self.left.retain(|left| left != column);
                    self.claim(slot, *column);
                }
            }
        }
    }

    /// What is left over is not imported, or an error.
    fn unknown(&mut self, ignore_unknown: bool) {
        for column in std::mem::take(&mut self.left) {
            let heading = self.heading(column);
            if ignore_unknown {
                self.plan.ignored.push(heading.to_owned());
                continue;
            }
            let known = self
                .slots
                .iter()
                .flat_map(|slot| slot.spellings.iter().map(String::as_str))
                .filter(|known| !known.is_empty());
            let near = programme::nearest(heading, known).map(str::to_owned);
            let near = near.unwrap_or_else(|| {
                let free = self
                    .slots
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !self.plan.has(*at))
                    .map(|(_, slot)| slot.name.get(base::Lang::Zh));
                programme::suggest("", free)
            });
            let problem = problems::unknown_column(heading, self.type_name, near);
            self.report_at(problem, heading);
        }
    }

    fn claim(&mut self, slot: usize, column: usize) {
        let Some(source) = self.plan.sources.get_mut(slot) else {
            return;
        };
        let Source::Column(first) = *source else {
            *source = Source::Column(column);
            return;
        };
        let (first, second) = (self.heading(first), self.heading(column));
        let problem = if fold(first) == fold(second) {
            problems::heading_twice(second)
        } else {
            problems::column_twice(
                first,
                second,
                self.slots.get(slot).map_or("", |slot| &slot.id),
            )
        };
        self.report_at(problem, second);
    }

    fn combine(&mut self, mapping: &Mapping) {
        for made in &mapping.combine {
            let columns: Vec<usize> = made
                .headings
                .iter()
                .filter_map(|heading| self.column_of(heading))
                .collect();
            if let Some(slot) = self.slot_of(&made.field) {
                self.set(
                    slot,
                    &made.field,
                    Source::Combined {
                        columns,
                        separator: made.separator.clone(),
                    },
                );
            }
        }
    }

    fn wide(&mut self, mapping: &Mapping) {
        let Some(wide) = &mapping.wide else { return };
        let slot = self.slot_of(&wide.field);
        for (heading, constants) in &wide.columns {
            let column = self.column_of(heading);
            let mut set = Vec::new();
            for (field, text) in constants {
                if let Some(slot) = self.slot_of(field) {
                    set.push((slot, Cell::text(text.clone())));
                }
            }
            self.plan.wide.extend(column.map(|column| WideColumn {
                column,
                constants: set,
            }));
        }
        if let Some(slot) = slot {
            self.set(slot, &wide.field, Source::Wide);
        }
    }

    fn constants(&mut self, mapping: &Mapping) {
        for (field, text) in &mapping.constants {
            if let Some(slot) = self.slot_of(field) {
                self.set(slot, field, Source::Constant(Cell::text(text.clone())));
            }
        }
    }

    /// Fills a slot from the mapping, unless a column does already.
    fn set(&mut self, slot: usize, field: &Placed, source: Source) {
        let problem = match self.plan.sources.get(slot) {
            Some(Source::Nothing) => None,
            Some(Source::Column(column)) => Some(problems::constant_and_column(
                &field.text,
                self.heading(*column),
            )),
            _ => Some(problems::constant_and_column(&field.text, &field.text)),
        };
        match problem {
            Some(problem) => self.problems.push(problem.at(field.span.clone())),
            None => {
                if let Some(free) = self.plan.sources.get_mut(slot) {
                    *free = source;
                }
            }
        }
    }

    fn values(&mut self, mapping: &Mapping) {
        for (field, meanings) in &mapping.values {
            let Some(slot) = self.slot_of(field) else {
                continue;
            };
            let exact = meanings
                .iter()
                .map(|(text, meaning)| (text.clone(), meaning.clone()));
            let mut known: HashMap<String, String> = meanings
                .iter()
                .map(|(text, meaning)| (fold(text), meaning.clone()))
                .collect();
            known.extend(exact);
            if let Some(values) = self.plan.values.get_mut(slot) {
                *values = Some(known);
            }
        }
    }

    fn required(&mut self) {
        let in_wide = |slot: usize| {
            let wide = &self.plan.wide;
            !wide.is_empty()
                && wide
                    .iter()
                    .all(|wide| wide.constants.iter().any(|(at, _)| *at == slot))
        };
        let is_filled = |slot: usize| self.plan.has(slot) || in_wide(slot);
        let mut missing = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            if slot.is_required && !is_filled(index) && !slot.or.is_some_and(is_filled) {
                missing.push(problems::missing_column(
                    &slot.name.zh,
                    &slot.name.en,
                    &slot.id,
                    self.headings(),
                ));
            }
        }
        self.problems.extend(
            missing
                .into_iter()
                .map(|problem| problem.in_place(self.place.clone())),
        );
    }

    /// The column of a heading that the mapping names; a problem when the file has none, or two.
    fn column_of(&mut self, heading: &Placed) -> Option<usize> {
        match self.by_heading.get(&fold(&heading.text)).map(Vec::as_slice) {
            Some([column]) => Some(*column),
            Some([_, second, ..]) => {
                let second = self.heading(*second);
                self.report_at(problems::heading_twice(second), second);
                None
            }
            _ => {
                let headings = self
                    .header
                    .iter()
                    .map(String::as_str)
                    .filter(|known| !known.is_empty());
                let problem = problems::mapped_heading_missing(
                    &heading.text,
                    programme::suggest(&heading.text, headings),
                );
                self.problems.push(problem.at(heading.span.clone()));
                None
            }
        }
    }

    /// The slot that the mapping names.
    fn slot_of(&mut self, field: &Placed) -> Option<usize> {
        let found = self
            .slots
            .iter()
            .position(|slot| slot.id == field.text)
            .or_else(|| self.by_spelling.get(&fold(&field.text)).copied());
        if found.is_none() {
            let known = self.slots.iter().map(|slot| slot.id.as_str());
            let problem = problems::unknown_mapped_field(
                &field.text,
                self.type_name,
                programme::suggest(&field.text, known),
            );
            self.problems.push(problem.at(field.span.clone()));
        }
        found
    }

    fn report_at(&mut self, problem: Problem, heading: &str) {
        let place = Place {
            column: Some(heading.to_owned()),
            ..self.place.clone()
        };
        self.problems.push(problem.in_place(place));
    }
}

/// The heading of a column, or its letters.
pub(crate) fn label(header: &[String], column: usize) -> String {
    match header.get(column) {
        Some(heading) if !heading.is_empty() => heading.clone(),
        _ => column_letters(column),
    }
}
