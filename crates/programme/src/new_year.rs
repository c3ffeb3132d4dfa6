//! A new year's package from the old one: every item is kept, split, merged or dropped.
//!
//! The city's own text is edited in place, so that comments and what nobody asked to change stay as they are; items
//! of an extended package can only be kept or dropped. What comes out is text like any other: it is checked,
//! compared and tried before it is put in force.

use std::collections::BTreeMap;

use base::{Period, Problem, Ratio};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::load::{HEADER_FILE, Layer, Sources};
use crate::model::Programme;
use crate::problems;

/// What becomes of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fate {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Drop,
    /// It becomes several: names and points.
    Split(Vec<(String, String)>),
    /// It goes into another item, which goes on from both.
    Merge(String),
}

impl Fate {
    /// A division as people write it: lines `name = points`, two at least.
    ///
    /// # Errors
    /// A line is not so, or there are fewer than two.
    pub fn split(item: &str, text: &str) -> Result<Fate, Problem> {
        let mut parts = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let part = line
                .rsplit_once(['=', '＝'])
                .map(|(name, points)| (name.trim(), points.trim()))
                .filter(|(name, points)| {
                    !name.is_empty()
                        && Ratio::parse_decimal(points).is_some_and(|points| points >= Ratio::ZERO)
                });
            let (name, points) = part.ok_or_else(|| problems::split_line(item, line))?;
            parts.push((name.to_owned(), points.to_owned()));
        }
        if parts.len() < 2 {
            return Err(problems::split_line(item, text));
        }
        Ok(Fate::Split(parts))
    }
}

/// What the new year is to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewYear {
    /// The scorecard whose items are gone through.
    pub scorecard: String,
    /// The year.
    pub year: String,
    /// The package's version.
    pub version: String,
    /// What becomes of the items, by identifier; the others are kept.
    pub fates: BTreeMap<String, Fate>,
    /// Other points of items that are kept or merged into.
    pub points: BTreeMap<String, String>,
    /// Other targets (the item's own, of all units) of items that are kept.
    pub targets: BTreeMap<String, String>,
}

/// The version that follows: the first number grows by one.
///
/// ```
/// assert_eq!(programme::new_year::next_version("1.4.2"), "2.0.0");
/// assert_eq!(programme::new_year::next_version("draft"), "draft-2");
/// ```
#[must_use]
pub fn next_version(version: &str) -> String {
    let first = version.split('.').next().unwrap_or_default();
    match first.parse::<u64>() {
        Ok(number) => format!("{}.0.0", number.saturating_add(1)),
        Err(_) => format!("{version}-2"),
    }
}

/// The package of the new year, from that of the old one.
///
/// # Errors
/// Everything that was asked for and cannot be.
pub fn new_year(
    sources: &Sources,
    old: &Programme,
    ask: &NewYear,
) -> Result<Sources, Vec<Problem>> {
    check(old, ask)?;
    let Some(own) = sources.layers.first() else {
        return Ok(sources.clone());
    };
    let mut documents: Vec<(String, DocumentMut)> = Vec::new();
    for file in &own.files {
        // What is in force parses.
        let Ok(document) = file.text.parse::<DocumentMut>() else {
            continue;
        };
        documents.push((own.path_of(file).to_owned(), document));
    }
    let is_of_card = |row: &&Table| text(row, "scorecard").as_deref() == Some(&*ask.scorecard);
    let own_items = documents
        .iter()
        .flat_map(|(_, document)| rows(document, "item"))
        .filter(is_of_card)
        .filter_map(|row| text(row, "id"))
        .collect();
    let mut work = Work {
        ask,
        old,
        own_items,
        problems: Vec::new(),
    };
    for (path, document) in &mut documents {
        if path == HEADER_FILE {
            work.header(document);
        }
        work.items(document);
        for table in ["level", "part", "target"] {
            work.under_items(document, table);
        }
        work.names(document);
        work.claims(document);
    }
    if !work.problems.is_empty() {
        return Err(work.problems);
    }
    let files = documents
        .into_iter()
        .map(|(path, document)| (path, document.to_string()));
    let layer = Layer::new(&own.name, files);
    let layer = crate::format_layer(&layer).unwrap_or(layer);
    let others = sources.layers.iter().skip(1).cloned();
    Ok(Sources::of_layers(
        std::iter::once(layer).chain(others).collect(),
    ))
}

/// Whether everything that is named is there, and the year a later one.
fn check(old: &Programme, ask: &NewYear) -> Result<(), Vec<Problem>> {
    let mut faults = Vec::new();
    let later = Period::parse(&ask.year, old.assessment_start)
        .ok()
        .filter(|year| *year > old.year && year.length_days() == old_length(old, year));
    if later.is_none() {
        faults.push(problems::not_a_later_year(&ask.year, old.year));
    }
    let Some(card) = old.scorecards.get(ask.scorecard.as_str()) else {
        faults.push(problems::no_item_to_change(&ask.scorecard, ""));
        return Err(faults);
    };
    let is_there = |id: &str| card.items.contains_key(id);
    let named = ask
        .fates
        .keys()
        .chain(ask.points.keys())
        .chain(ask.targets.keys());
    let mut missing: Vec<&String> = named.filter(|id| !is_there(id)).collect();
    missing.extend(ask.fates.values().filter_map(|fate| match fate {
        Fate::Merge(into) if !is_there(into) => Some(into),
        _ => None,
    }));
    for id in missing {
        let known = card.items.keys().map(|id| id.as_str());
        faults.push(problems::no_item_to_change(id, crate::suggest(id, known)));
    }
    for (id, fate) in &ask.fates {
        if let Fate::Merge(into) = fate
            && (into == id || !matches!(fate_of(ask, into), Fate::Keep))
        {
            faults.push(problems::merged_into_gone(id, into));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// A year takes the place of a year; leap years are as long as they are.
fn old_length(old: &Programme, year: &Period) -> Option<i32> {
    old.year.length_days().and_then(|days| {
        let found = year.length_days()?;
        ((found - days).abs() <= 1).then_some(found)
    })
}

fn fate_of<'a>(ask: &'a NewYear, item: &str) -> &'a Fate {
    ask.fates.get(item).unwrap_or(&Fate::Keep)
}

/// The identifiers of the items that an item is split into.
fn split_ids(item: &str, count: usize) -> impl Iterator<Item = String> + '_ {
    (1..=count).map(move |number| format!("{item}_{number}"))
}

struct Work<'a> {
    ask: &'a NewYear,
    old: &'a Programme,
    /// Items that the city's own text declares.
    own_items: Vec<String>,
    problems: Vec<Problem>,
}

impl Work<'_> {
    fn is_of_card(&self, row: &Table) -> bool {
        text(row, "scorecard").as_deref() == Some(self.ask.scorecard.as_str())
    }

    fn header(&mut self, document: &mut DocumentMut) {
        let Some(header) = document.get_mut("programme").and_then(Item::as_table_mut) else {
            return;
        };
        let (from, to) = (self.old.year.to_string(), self.ask.year.clone());
        set(header, "year", value(&to));
        set(header, "version", value(&self.ask.version));
        rename(header.get_mut("name"), &from, &to);
        // Items of an extended package can only go by name.
        let mut gone = Vec::new();
        for (id, fate) in &self.ask.fates {
            let is_own = self.own_items.contains(id);
            match fate {
                Fate::Drop if !is_own => gone.push(format!("{}/{id}", self.ask.scorecard)),
                Fate::Split(_) | Fate::Merge(_) if !is_own => {
                    self.problems.push(problems::item_is_inherited(id));
                }
                Fate::Merge(into) if !self.own_items.contains(into) => {
                    self.problems.push(problems::item_is_inherited(into));
                }
                _ => {}
            }
        }
        for id in self.ask.points.keys().chain(self.ask.targets.keys()) {
            if !self.own_items.contains(id) {
                self.problems.push(problems::item_is_inherited(id));
            }
        }
        if gone.is_empty() {
            return;
        }
        let removals = document
            .entry("remove")
            .or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        if let Some(removals) = removals.as_array_of_tables_mut() {
            for id in gone {
                let mut row = Table::new();
                row.insert("table", value("item"));
                row.insert("id", value(id));
                removals.push(row);
            }
        }
    }

    /// Items: what is dropped or merged goes, what is split becomes several.
    fn items(&self, document: &mut DocumentMut) {
        self.each_row(document, "item", |work, row| {
            let Some(id) = text(&row, "id").filter(|_| work.is_of_card(&row)) else {
                return vec![row];
            };
            match fate_of(work.ask, &id) {
                Fate::Drop | Fate::Merge(_) => Vec::new(),
                Fate::Split(parts) => split_ids(&id, parts.len())
                    .zip(parts)
                    .map(|(new, (name, points))| {
                        let mut row = row.clone();
                        set(&mut row, "id", value(new));
                        set(&mut row, "name", value(name));
                        set(&mut row, "points", decimal(points));
                        set(&mut row, "succeeds", list([id.clone()]));
                        row
                    })
                    .collect(),
                Fate::Keep => {
                    let mut row = row;
                    // What it went on from is told by the version before.
                    row.remove("succeeds");
                    let merged: Vec<&String> = work
                        .ask
                        .fates
                        .iter()
                        .filter(|(_, fate)| matches!(fate, Fate::Merge(into) if *into == id))
                        .map(|(from, _)| from)
                        .collect();
                    if !merged.is_empty() {
                        work.take_in(&mut row, &id, &merged);
                    }
                    if let Some(points) = work.ask.points.get(&id) {
                        set(&mut row, "points", decimal(points));
                    }
                    if let Some(target) = work.ask.targets.get(&id) {
                        set(&mut row, "target", decimal(target));
                    }
                    vec![row]
                }
            }
        });
    }

    /// An item takes others in: it goes on from all, is carried by all who carried them, and has all points.
    fn take_in(&self, row: &mut Table, id: &str, merged: &[&String]) {
        let all = std::iter::once(id.to_owned()).chain(merged.iter().map(|from| (*from).clone()));
        set(row, "succeeds", list(all));
        let Some(card) = self.old.scorecards.get(self.ask.scorecard.as_str()) else {
            return;
        };
        let of = |id: &str| card.card.items.iter().find(|item| item.id.as_str() == id);
        let sum = merged
            .iter()
            .filter_map(|from| of(from.as_str()))
            .chain(of(id))
            .fold(Ratio::ZERO, |sum, item| &sum + &item.points);
        if let Some(points) = sum.exact_decimal() {
            set(row, "points", decimal(&points));
        }
        let carried = |id: &str| {
            let ties = card.items.get(id);
            ties.map(|ties| ties.row.texts("carried_by"))
                .unwrap_or_default()
        };
        let mut carriers: Vec<String> = Vec::new();
        for from in std::iter::once(id).chain(merged.iter().map(|from| from.as_str())) {
            for carrier in carried(from) {
                if !carriers.iter().any(|known| **known == *carrier) {
                    carriers.push(carrier.to_string());
                }
            }
        }
        set(row, "carried_by", list(carriers));
    }

    /// Levels, parts and targets go with their item; levels keep their share of its points.
    fn under_items(&self, document: &mut DocumentMut, table: &'static str) {
        self.each_row(document, table, |work, row| {
            let Some(id) = text(&row, "item").filter(|_| work.is_of_card(&row)) else {
                return vec![row];
            };
            match fate_of(work.ask, &id) {
                Fate::Drop | Fate::Merge(_) => Vec::new(),
                Fate::Split(parts) => split_ids(&id, parts.len())
                    .zip(parts)
                    .map(|(new, (_, points))| {
                        let mut row = row.clone();
                        set(&mut row, "item", value(new));
                        work.scale(&mut row, &id, points);
                        row
                    })
                    .collect(),
                Fate::Keep => {
                    let mut row = row;
                    if let Some(points) = work.ask.points.get(&id) {
                        work.scale(&mut row, &id, points);
                    }
                    vec![row]
                }
            }
        });
    }

    /// The points of a level in proportion to its item's new ones.
    fn scale(&self, level: &mut Table, item: &str, points: &str) {
        let card = self.old.scorecards.get(self.ask.scorecard.as_str());
        let before = card.and_then(|card| {
            let mut items = card.card.items.iter();
            items.find(|found| found.id.as_str() == item)
        });
        let (Some(before), Some(points)) = (before, Ratio::parse_decimal(points)) else {
            return;
        };
        for column in ["points", "from", "to"] {
            let was = level.get(column).map(|cell| cell.to_string());
            let was = was.and_then(|text| Ratio::parse_decimal(text.trim().trim_matches('"')));
            let scaled = was.and_then(|was| (&was * &points).checked_div(&before.points));
            if let Some(scaled) = scaled {
                set(level, column, decimal(&crate::shown::points(&scaled)));
            }
        }
    }

    /// The year in the names of scorecards and in what the letters say.
    fn names(&self, document: &mut DocumentMut) {
        let (from, to) = (self.old.year.to_string(), self.ask.year.clone());
        self.each_row(document, "scorecard", |_, mut row| {
            rename(row.get_mut("name"), &from, &to);
            rename(row.get_mut("letter"), &from, &to);
            vec![row]
        });
    }

    /// Published figures without a period were those of the old year, and stay so.
    fn claims(&self, document: &mut DocumentMut) {
        let year = self.old.year.to_string();
        self.each_row(document, "published", |_, mut row| {
            if !row.contains_key("period") {
                set(&mut row, "period", value(&year));
            }
            vec![row]
        });
    }

    /// Puts what each row of a table becomes in its place.
    fn each_row(
        &self,
        document: &mut DocumentMut,
        table: &str,
        become_: impl Fn(&Self, Table) -> Vec<Table>,
    ) {
        let Some(rows) = document
            .get_mut(table)
            .and_then(Item::as_array_of_tables_mut)
        else {
            return;
        };
        let before: Vec<Table> = rows.iter().cloned().collect();
        rows.clear();
        for row in before {
            for new in become_(self, row) {
                rows.push(new);
            }
        }
        if rows.is_empty() {
            document.remove(table);
        }
    }
}

fn rows<'d>(document: &'d DocumentMut, table: &str) -> impl Iterator<Item = &'d Table> {
    document
        .get(table)
        .and_then(Item::as_array_of_tables)
        .into_iter()
        .flat_map(ArrayOfTables::iter)
}

fn text(row: &Table, column: &str) -> Option<String> {
    row.get(column)?.as_str().map(str::to_owned)
}

/// A cell in the place and with the comments of the one before it.
fn set(row: &mut Table, column: &str, mut cell: Item) {
    let before = row.get(column).and_then(Item::as_value);
    if let (Some(before), Some(now)) = (before, cell.as_value_mut()) {
        *now.decor_mut() = before.decor().clone();
    }
    row.insert(column, cell);
}

fn list(texts: impl IntoIterator<Item = String>) -> Item {
    value(texts.into_iter().collect::<Array>())
}

/// A decimal as packages write it: a number where it is one, else its text.
fn decimal(text: &str) -> Item {
    match text.trim().parse::<Value>() {
        Ok(number) if number.is_integer() || number.is_float() => value(number),
        _ => value(text.trim()),
    }
}

/// The old year's number in a name, in one or both languages, becomes the new one's.
fn rename(cell: Option<&mut Item>, from: &str, to: &str) {
    let Some(cell) = cell.and_then(Item::as_value_mut) else {
        return;
    };
    let renamed = |found: &Value| {
        let text = found.as_str().filter(|text| text.contains(from))?;
        let mut new = Value::from(text.replace(from, to));
        *new.decor_mut() = found.decor().clone();
        Some(new)
    };
    if let Some(new) = renamed(cell) {
        *cell = new;
    } else if let Some(both) = cell.as_inline_table_mut() {
        for (_, text) in both.iter_mut() {
            if let Some(new) = renamed(text) {
                *text = new;
            }
        }
    }
}
