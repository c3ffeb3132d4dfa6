//! Values of fields: from a cell as someone wrote it, to the one canonical form that is stored.
//!
//! Every door (a file, a form, a command, the generator) brings values through [`read`], so that all
//! refuse the same things with the same words. The canonical JSON form of a value is part of the
//! entry format and never changes: see [`Value::to_json`].

use std::collections::HashMap;

use base::{Day, Lang, Period, Problem, Ratio, Scaled, ScaledError, uscc_check};
use programme::model::{Field, FieldType, Identity, Programme, Vocabulary};
use serde_json::Value as Json;
use sheet::Cell;
use sheet::clean::{EmptyMarks, clean_text, half_width_letters};
use sheet::dates::{DatePatterns, YearLast};

use crate::import::problems as import_problems;
use crate::problems;

/// A checked value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, a code, an identifier of a subject or unit, a file's hash, a place, a period.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A decimal of the field's scale; money has scale 2.
    Scaled(Scaled),
    /// A civil day.
    Day(Day),
    /// Codes, sorted and each once.
    Codes(Vec<String>),
}

impl Value {
    /// The canonical form in an entry: a number as JSON integer, several codes as a list, all else as text.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Text(text) => Json::String(text.clone()),
            Value::Int(number) => Json::from(*number),
            Value::Scaled(scaled) => Json::String(scaled.to_string()),
            Value::Day(day) => Json::String(day.to_string()),
            Value::Codes(codes) => Json::Array(codes.iter().cloned().map(Json::String).collect()),
        }
    }

    /// Reads the canonical form back; `None` when it is not one of that type.
    pub fn from_json(json: &Json, field_type: &FieldType) -> Option<Value> {
        Some(match (field_type, json) {
            (FieldType::Number, Json::Number(number)) => Value::Int(number.as_i64()?),
            (FieldType::Decimal(scale), Json::String(text)) => {
                Value::Scaled(Scaled::parse(text, *scale).ok()?)
            }
            (FieldType::Money, Json::String(text)) => Value::Scaled(Scaled::parse(text, 2).ok()?),
            (FieldType::Date, Json::String(text)) => Value::Day(Day::parse(text).ok()?),
            (FieldType::Choices(_), Json::Array(items)) => Value::Codes(
                items
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect::<Option<_>>()?,
            ),
            (_, Json::String(text)) => Value::Text(text.clone()),
            _ => return None,
        })
    }

    /// The value as the columns and expressions see it.
    pub fn to_column(&self) -> programme::schema::Value {
        use programme::schema::Value as Column;
        match self {
            Value::Text(text) => Column::Text(text.as_str().into()),
            Value::Int(number) => Column::Int(*number),
            Value::Scaled(scaled) => Column::Int(scaled.units),
            Value::Day(day) => Column::Day(*day),
            Value::Codes(codes) => {
                Column::Texts(codes.iter().map(|code| code.as_str().into()).collect())
            }
        }
    }

    /// The value as one text, as it stands in a key.
    pub fn to_text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Int(number) => number.to_string(),
            Value::Scaled(scaled) => scaled.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Codes(codes) => codes.join("|"),
        }
    }
}

/// Spellings and what they mean, made once for many cells: the programme's names and aliases, and
/// those that the office confirmed.
#[derive(Debug, Default)]
pub struct Spellings {
    units: HashMap<String, Option<String>>,
    codes: HashMap<String, HashMap<String, Option<String>>>,
    confirmed: HashMap<(String, String), String>,
}

impl Spellings {
    /// The spellings of a programme, with the confirmed ones (what, spelling) → identifier.
    pub fn new(programme: &Programme, confirmed: HashMap<(String, String), String>) -> Spellings {
        let mut spellings = Spellings {
            confirmed,
            ..Spellings::default()
        };
        for unit in programme.units.values() {
            let id = unit.id.as_str();
            spellings.units.insert(id.to_owned(), Some(id.to_owned()));
            let changed = unit
                .changes
                .iter()
                .filter_map(|change| change.name.as_ref());
            let names = std::iter::once(&unit.name)
                .chain(changed)
                .flat_map(|name| [name.zh.as_str(), name.en.as_str()]);
            for name in names
                .chain(unit.aliases.iter().map(AsRef::as_ref))
                .chain(unit.division.as_deref())
            {
                note(&mut spellings.units, name, id);
            }
        }
        for vocabulary in programme.vocabularies.values() {
            spellings
                .codes
                .insert(vocabulary.id.as_str().to_owned(), codes_of(vocabulary));
        }
        spellings
    }

    /// The unit that a spelling means.
    pub fn unit(&self, text: &str) -> Meaning<'_> {
        self.lookup("unit", &self.units, text)
    }

    /// The code of a vocabulary that a spelling means.
    pub fn code(&self, vocabulary: &str, text: &str) -> Meaning<'_> {
        match self.codes.get(vocabulary) {
            Some(codes) => self.lookup(&format!("code:{vocabulary}"), codes, text),
            None => Meaning::Unknown(None),
        }
    }

    /// The identity of a subject whose spelling was confirmed.
    pub fn subject(&self, subject_type: &str, text: &str) -> Option<&str> {
        if self.confirmed.is_empty() {
            return None;
        }
        self.confirmed
            .get(&(format!("subject:{subject_type}"), text.to_owned()))
            .map(String::as_str)
    }

    /// What the programme declares of a spelling of a `unit` or of a `code:VOCABULARY`, whatever was
    /// confirmed.
    pub fn declared(&self, of: &str, text: &str) -> Declared<'_> {
        let known = match of.split_once(':') {
            None if of == "unit" => Some(&self.units),
            Some(("code", vocabulary)) => self.codes.get(vocabulary),
            _ => None,
        };
        match known.and_then(|known| known.get(text).or_else(|| known.get(&fold_case(text)))) {
            Some(Some(id)) => Declared::As(id),
            Some(None) => Declared::Twice,
            None => Declared::Nowhere,
        }
    }

    fn lookup<'a>(
        &'a self,
        of: &str,
        known: &'a HashMap<String, Option<String>>,
        text: &str,
    ) -> Meaning<'a> {
        let folded = fold_case(text);
        let declared = known.get(text).or_else(|| known.get(&folded));
        if let Some(Some(id)) = declared {
            return Meaning::One(id);
        }
        match self.confirmed.get(&(of.to_owned(), text.to_owned())) {
            Some(id) => Meaning::One(id),
            None => match declared {
                Some(_) => Meaning::Several,
                None => {
                    // In a fixed order, so that the same misspelling gets the same answer.
                    let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
                    names.sort_unstable();
                    let near = programme::nearest(text, names.iter().copied())
                        .or_else(|| abbreviated(text, &names));
                    Meaning::Unknown(near.map(str::to_owned))
                }
            },
        }
    }
}

/// The shortest name that a text may stand for: one with its characters in their order.
fn abbreviated<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    if text.chars().count() < 2 {
        return None;
    }
    let stands_for = |name: &&&str| {
        let mut rest = name.chars();
        text.chars().all(|wanted| rest.any(|found| found == wanted))
    };
    let found = names.iter().filter(stands_for);
    found.min_by_key(|name| name.chars().count()).copied()
}

/// What a programme's own declarations say of a spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared<'a> {
    /// It is this one's.
    As(&'a str),
    /// It is that of two or more.
    Twice,
    /// Nothing is declared under it.
    Nowhere,
}

/// What a spelling means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// Exactly one thing.
    One(&'a str),
    /// More than one.
    Several,
    /// Nothing known; the nearest known spelling.
    Unknown(Option<String>),
}

fn codes_of(vocabulary: &Vocabulary) -> HashMap<String, Option<String>> {
    let mut codes = HashMap::new();
    for code in vocabulary.codes.values() {
        codes.insert(
            code.id.as_str().to_owned(),
            Some(code.id.as_str().to_owned()),
        );
    }
    for code in vocabulary.codes.values() {
        for name in [code.name.zh.as_str(), code.name.en.as_str()]
            .into_iter()
            .chain(code.aliases.iter().map(AsRef::as_ref))
        {
            note(&mut codes, name, code.id.as_str());
        }
    }
    codes
}

/// Notes a spelling; one that means two things means neither.
fn note(known: &mut HashMap<String, Option<String>>, name: &str, id: &str) {
    if name.is_empty() {
        return;
    }
    for spelling in [name.to_owned(), fold_case(name)] {
        known
            .entry(spelling)
            .and_modify(|meaning| {
                if meaning.as_deref() != Some(id) {
                    *meaning = None;
                }
            })
            .or_insert_with(|| Some(id.to_owned()));
    }
}

/// Full-width letters to half width, Latin letters to lower case: how spellings are compared.
fn fold_case(text: &str) -> String {
    half_width_letters(text).to_lowercase()
}

/// Reads a cell as a value of the field; `None` when it states nothing and may.
///
/// # Errors
/// What is wrong with the cell and what would be right; the caller adds the place.
pub fn read(
    field: &Field,
    cell: &Cell,
    programme: &Programme,
    spellings: &Spellings,
) -> Result<Option<Value>, Problem> {
    Reader::new(field).read(cell, programme, spellings)
}

/// How many spellings of one column are remembered with what they mean.
const REMEMBERED_MAX: usize = 10_000;
/// Longest identity of a subject, in bytes: it is part of keys in the state.
pub const IDENTITY_BYTES_MAX: usize = 256;

/// Reads the cells of one field, many of them: what the field says is worked out once, and a spelling
/// that was seen before is not looked up again.
#[derive(Debug)]
pub struct Reader<'a> {
    field: &'a Field,
    marks: EmptyMarks,
    patterns: DatePatterns,
    /// Columns of these types hold the same few texts again and again.
    remembers: bool,
    seen: HashMap<String, Result<Option<Value>, Problem>>,
}

impl<'a> Reader<'a> {
    /// A reader of the field's cells.
    pub fn new(field: &'a Field) -> Reader<'a> {
        let year_last = field
            .date_patterns
            .iter()
            .find_map(|pattern| match pattern.as_ref() {
                "%m/%d/%Y" => Some(YearLast::MonthDayYear),
                "%d/%m/%Y" => Some(YearLast::DayMonthYear),
                _ => None,
            });
        Reader {
            field,
            marks: match &field.empty {
                Some(marks) => EmptyMarks::new(marks.iter().map(|mark| mark.to_string())),
                None => EmptyMarks::default(),
            },
            patterns: DatePatterns { year_last },
            remembers: matches!(
                field.field_type,
                FieldType::Unit
                    | FieldType::Choice(_)
                    | FieldType::Choices(_)
                    | FieldType::Date
                    | FieldType::Period
            ),
            seen: HashMap::new(),
        }
    }

    /// The field.
    pub fn field(&self) -> &'a Field {
        self.field
    }

    /// Whether the cell states nothing for this field.
    pub fn means_empty(&self, cell: &Cell) -> bool {
        self.marks.means_empty(&cell.as_text())
    }

    /// Reads a cell; `None` when it states nothing and may.
    ///
    /// # Errors
    /// What is wrong with the cell and what would be right; the caller adds the place.
    pub fn read(
        &mut self,
        cell: &Cell,
        programme: &Programme,
        spellings: &Spellings,
    ) -> Result<Option<Value>, Problem> {
        let Cell::Text(text) = cell else {
            return self.read_anew(cell, programme, spellings);
        };
        if !self.remembers {
            return self.read_anew(cell, programme, spellings);
        }
        if let Some(known) = self.seen.get(text) {
            return known.clone();
        }
        let value = self.read_anew(cell, programme, spellings);
        if self.seen.len() >= REMEMBERED_MAX {
            self.seen.clear();
        }
        self.seen.insert(text.clone(), value.clone());
        value
    }

    fn read_anew(
        &self,
        cell: &Cell,
        programme: &Programme,
        spellings: &Spellings,
    ) -> Result<Option<Value>, Problem> {
        let value = self.read_as(cell, &self.marks, programme, spellings)?;
        let value = match (value, &self.field.default) {
            (None, Some(default)) => self.read_as(
                &Cell::text(default.to_string()),
                &EmptyMarks::none(),
                programme,
                spellings,
            )?,
            (value, _) => value,
        };
        match &value {
            None if self.field.required => Err(problems::required_empty(
                &self.field.name.zh,
                &self.field.name.en,
            )),
            None => Ok(None),
            Some(found) => {
                check_bounds(self.field, found)?;
                Ok(value)
            }
        }
    }

    fn read_as(
        &self,
        cell: &Cell,
        marks: &EmptyMarks,
        programme: &Programme,
        spellings: &Spellings,
    ) -> Result<Option<Value>, Problem> {
        let shown = cell.as_text();
        let Some(text) = clean_text(&shown, marks) else {
            return Ok(None);
        };
        if text.contains('\0') {
            return Err(problems::zero_byte());
        }
        if let Some(control) = text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err(import_problems::control_character(control.escape_unicode()));
        }
        Ok(Some(match &self.field.field_type {
            FieldType::Text | FieldType::Place => {
                digits_kept(text)?;
                Value::Text(text.to_owned())
            }
            FieldType::File => Value::Text(read_hash(text)?),
            FieldType::Number => {
                let digits = read_decimal(cell, marks, text)?;
                // `12.0` is the whole number 12: workbooks write whole numbers that way.
                let scaled =
                    Scaled::parse(&digits, 0).map_err(|_| problems::not_a_whole_number(text))?;
                Value::Int(scaled.units)
            }
            FieldType::Decimal(scale) => read_scaled(cell, marks, text, *scale)?,
            FieldType::Money => read_scaled(cell, marks, text, 2)?,
            FieldType::Date => Value::Day(self.read_day(cell, marks, text)?),
            FieldType::Choice(vocabulary) => {
                Value::Text(read_code(programme, vocabulary.as_str(), text, spellings)?)
            }
            FieldType::Choices(vocabulary) => {
                let mut codes = Vec::new();
                for part in text.split([';', '；', '、', '|', ',', '，']) {
                    if let Some(part) = clean_text(part, marks) {
                        codes.push(read_code(programme, vocabulary.as_str(), part, spellings)?);
                    }
                }
                codes.sort();
                codes.dedup();
                Value::Codes(codes)
            }
            FieldType::Unit => Value::Text(match spellings.unit(text) {
                Meaning::One(id) => id.to_owned(),
                Meaning::Several => return Err(problems::ambiguous_unit(text)),
                Meaning::Unknown(nearest) => {
                    let shown = unit_shown(programme, spellings, nearest.as_deref());
                    return Err(problems::unknown_unit(text, shown));
                }
            }),
            FieldType::Subject(subject_type) => {
                let identity = spellings
                    .subject(subject_type.as_str(), text)
                    .unwrap_or(text);
                digits_kept(identity)?;
                if identity.len() > IDENTITY_BYTES_MAX {
                    return Err(import_problems::identity_too_long(
                        identity.len(),
                        IDENTITY_BYTES_MAX,
                    ));
                }
                match programme
                    .subject_types
                    .get(subject_type)
                    .map(|found| found.identity)
                {
                    Some(Identity::Uscc) => Value::Text(read_uscc(identity)?),
                    _ => Value::Text(half_width_letters(identity).into_owned()),
                }
            }
            FieldType::Period => {
                let period = Period::parse(text, programme.assessment_start)
                    .map_err(|_| problems::not_a_period(text))?;
                Value::Text(period.to_string())
            }
        }))
    }

    fn read_day(&self, cell: &Cell, marks: &EmptyMarks, text: &str) -> Result<Day, Problem> {
        use sheet::dates::DateFault;
        // A column of days may hold date-times: the day counts, the time of day is not a fact of the record.
        let found = match cell.day(&self.patterns, marks) {
            Err(DateFault::HasTime) => cell
                .date_time(&self.patterns, marks)
                .map(|moment| moment.map(sheet::DateTime::day)),
            found => found,
        };
        match found {
            Ok(Some(day)) => Ok(day),
            Ok(None) => Err(problems::not_a_day(text)),
            Err(DateFault::NoSuchDay) => Err(problems::no_such_day(text)),
            Err(DateFault::MonthOnly | DateFault::YearOnly) => Err(problems::only_a_month(text)),
            Err(DateFault::Ambiguous) => Err(problems::ambiguous_day(text)),
            Err(DateFault::SerialNumber(day)) => Err(problems::serial_day(text, day)),
            Err(_) => Err(problems::not_a_day(text)),
        }
    }
}

/// Reads a unified social credit code.
///
/// # Errors
/// What is wrong with it.
pub fn read_uscc(text: &str) -> Result<String, Problem> {
    let code = half_width_letters(text).trim().to_uppercase();
    match uscc_check(&code) {
        Ok(()) => Ok(code),
        Err(fault) => Err(Problem::from(fault)),
    }
}

/// Refuses a long number that a narrow column has spoilt: `9.11305E+17`. (Numeric cells of more digits
/// than a spreadsheet keeps are refused as they are read, in crate `sheet`.)
///
/// # Errors
/// It is spoilt.
fn digits_kept(text: &str) -> Result<(), Problem> {
    if is_scientific(text) {
        return Err(import_problems::digits_lost(text));
    }
    Ok(())
}

/// Whether a text is a number as a narrow column shows it: a digit, decimals, `E+` and an exponent.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix('+') else {
        return false;
    };
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1
        && !exponent.is_empty()
        && is_digits(whole)
        && is_digits(places)
        && is_digits(exponent)
}

fn read_hash(text: &str) -> Result<String, Problem> {
    let hash = text.to_ascii_lowercase();
    if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(hash)
    } else {
        Err(problems::not_a_hash(text))
    }
}

fn read_decimal(cell: &Cell, marks: &EmptyMarks, text: &str) -> Result<String, Problem> {
    match cell.decimal(marks) {
        Ok(Some(decimal)) if decimal.is_percent => {
            let ratio = decimal
                .to_ratio()
                .ok_or_else(|| problems::not_a_number(text))?;
            ratio
                .exact_decimal()
                .ok_or_else(|| problems::not_a_number(text))
        }
        Ok(Some(decimal)) => Ok(decimal.digits),
        Err(_) if is_scientific(text) => Err(import_problems::digits_lost(text)),
        _ => Err(problems::not_a_number(text)),
    }
}

fn read_scaled(cell: &Cell, marks: &EmptyMarks, text: &str, scale: u8) -> Result<Value, Problem> {
    let digits = read_decimal(cell, marks, text)?;
    match Scaled::parse(&digits, scale) {
        Ok(scaled) => Ok(Value::Scaled(scaled)),
        Err(ScaledError::TooManyPlaces(..)) => Err(problems::not_this_decimal(text, scale)),
        Err(ScaledError::TooLarge(..)) => Err(problems::beyond_column(text)),
        Err(ScaledError::Form(_)) => Err(problems::not_a_number(text)),
    }
}

fn read_code(
    programme: &Programme,
    vocabulary: &str,
    text: &str,
    spellings: &Spellings,
) -> Result<String, Problem> {
    match spellings.code(vocabulary, text) {
        Meaning::One(code) => Ok(code.to_owned()),
        Meaning::Several => Err(problems::ambiguous_code(text, vocabulary)),
        Meaning::Unknown(nearest) => {
            let (zh, en) = codes_shown(programme, spellings, vocabulary, nearest.as_deref());
            Err(problems::unknown_code(text, vocabulary, zh, en))
        }
    }
}

/// How many units or codes a message lists where none is near.
const LISTED_MAX: usize = 8;

/// The unit that was probably meant, by identifier and name; where none is near, some of those that are.
fn unit_shown(programme: &Programme, spellings: &Spellings, nearest: Option<&str>) -> String {
    let shown = |unit: &programme::model::Unit| format!("{}（{}）", unit.name.zh, unit.id);
    if let Some(Meaning::One(id)) = nearest.map(|near| spellings.unit(near))
        && let Some(unit) = programme.units.get(id)
    {
        return shown(unit);
    }
    let listed: Vec<String> = programme
        .units
        .values()
        .take(LISTED_MAX)
        .map(shown)
        .collect();
    let rest = if programme.units.len() > LISTED_MAX {
        "、…"
    } else {
        ""
    };
    listed.join("、") + rest
}

/// What to write for a code, in Chinese and in English: the near one, and some of those that are.
fn codes_shown(
    programme: &Programme,
    spellings: &Spellings,
    vocabulary: &str,
    nearest: Option<&str>,
) -> (String, String) {
    let Some(found) = programme.vocabularies.get(vocabulary) else {
        return Default::default();
    };
    let near = nearest.and_then(|near| match spellings.code(vocabulary, near) {
        Meaning::One(id) => found.codes.get(id),
        _ => None,
    });
    let rest = found.codes.len() > LISTED_MAX;
    let in_lang = |lang: Lang| {
        let listed = found.codes.values().take(LISTED_MAX);
        let listed: Vec<String> = listed
            .map(|code| format!("{}({})", code.name.get(lang), code.id))
            .collect();
        let listed = listed.join(if lang == Lang::Zh { "、" } else { ", " });
        let listed = format!("{listed}{}", if rest { "…" } else { "" });
        match (near, lang) {
            (Some(near), Lang::Zh) => format!("可写：{}；可用：{listed}", near.name.zh),
            (None, Lang::Zh) => format!("可用：{listed}"),
            (Some(near), Lang::En) => format!("try: {}; there are: {listed}", near.id),
            (None, Lang::En) => format!("there are: {listed}"),
        }
    };
    (in_lang(Lang::Zh), in_lang(Lang::En))
}

/// The number, unless it is the one that stands for an empty cell in the columns: such a number would
/// be accepted and could then never be read into memory again.
pub(crate) fn storable(number: i64) -> Option<i64> {
    (number != i64::MIN).then_some(number)
}

fn check_bounds(field: &Field, value: &Value) -> Result<(), Problem> {
    let held = match value {
        Value::Int(number) => storable(*number),
        Value::Scaled(scaled) => storable(scaled.units),
        _ => Some(0),
    };
    if held.is_none() {
        return Err(problems::beyond_column(value.to_text()));
    }
    let is_bounded = field.min.is_some() || field.max.is_some();
    let number = match value {
        Value::Int(number) if is_bounded => Some(Ratio::from_int(*number)),
        Value::Scaled(scaled) if is_bounded => Some(scaled.to_ratio()),
        _ => None,
    };
    if let Some(number) = number {
        if let Some(min) = field.min.as_ref().filter(|min| number < **min) {
            return Err(problems::below_least(value.to_text(), shown(min)));
        }
        if let Some(max) = field.max.as_ref().filter(|max| number > **max) {
            return Err(problems::above_greatest(value.to_text(), shown(max)));
        }
    }
    if let (Value::Text(text), Some(limit)) = (value, field.max_length)
        && text.chars().count() > limit as usize
    {
        return Err(problems::text_too_long(text.chars().count(), limit));
    }
    Ok(())
}

/// A ratio as a reader reads it: exact where it ends, else to six places.
pub(crate) fn shown(ratio: &Ratio) -> String {
    ratio
        .exact_decimal()
        .unwrap_or_else(|| ratio.to_decimal(6, base::Rounding::HalfUp))
}
