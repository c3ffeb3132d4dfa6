//! What a person may write for a thing of the programme: its id, its Chinese or its English name.
//!
//! A word that names nothing is passed on as it is, or refused with what was probably meant, each
//! suggestion with its id and its name. Units also have aliases; those are in `common::unit`.

use base::{IndicatorId, ItemId, Position, ScorecardId, Text};
use office::Office;
use programme::model::{Programme, Scorecard};

use crate::commands::common;
use crate::failure::Failure;
use crate::lang::{lang, say};
use crate::problems;

/// The id of the one thing that has that id or that name.
pub fn find<'a>(
    word: &str,
    known: impl IntoIterator<Item = (&'a str, &'a Text)>,
) -> Option<String> {
    let word = word.trim();
    let mut by_name = Vec::new();
    for (id, name) in known {
        if id == word {
            return Some(id.to_owned());
        }
        if is_called(name, word) {
            by_name.push(id);
        }
    }
    match by_name.as_slice() {
        [id] => Some((*id).to_owned()),
        _ => None,
    }
}

fn is_called(name: &Text, word: &str) -> bool {
    !word.is_empty() && (name.zh == word || name.en.eq_ignore_ascii_case(word))
}

/// As [`find`]; the word itself where it names nothing, so that whoever takes it can refuse it.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = (&'a str, &'a Text)>) -> String {
    find(word, known).unwrap_or_else(|| word.trim().to_owned())
}

/// So many suggestions are made when nothing is near.
const SUGGESTIONS_MAX: usize = 6;

/// What was probably meant, each with id and name: names that contain the word or its characters in their
/// order, else what is spelt alike, else the first that there are.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = (&'a str, &'a Text)>) -> String {
    let known: Vec<(&str, &Text)> = known.into_iter().collect();
    let word = word.trim();
    let shown = |found: &[(&str, &Text)]| {
        let mut texts: Vec<String> = found
            .iter()
            .take(SUGGESTIONS_MAX)
            .map(|(id, name)| labelled(id, name))
            .collect();
        if found.len() > SUGGESTIONS_MAX {
            texts.push("…".to_owned());
        }
        texts.join(say("、", ", "))
    };
    let containing: Vec<(&str, &Text)> = known
        .iter()
        .filter(|(id, name)| contains(id, name, word))
        .copied()
        .collect();
    if !containing.is_empty() {
        return shown(&containing);
    }
    let words = known
        .iter()
        .flat_map(|(id, name)| [*id, name.zh.as_str(), name.en.as_str()])
        .filter(|text| !text.is_empty());
    if let Some(near) = programme::nearest(word, words)
        && let Some(found) = known
            .iter()
            .find(|(id, name)| *id == near || name.zh == near || name.en == near)
    {
        return shown(&[*found]);
    }
    if known.is_empty() {
        say("（一个也没有）", "(there is none)").to_owned()
    } else {
        shown(&known)
    }
}

fn contains(id: &str, name: &Text, word: &str) -> bool {
    let word = word.to_lowercase();
    let within = |text: &str| {
        let text = text.to_lowercase();
        let mut characters = text.chars();
        text.contains(&word)
            || (!word.is_ascii()
                && word
                    .chars()
                    .all(|wanted| characters.any(|found| found == wanted)))
    };
    !word.is_empty() && (within(id) || within(&name.zh) || within(&name.en))
}

/// `抽检合格率（food_pass_rate）`; the id alone where it is the name.
pub fn labelled(id: &str, name: &Text) -> String {
    let name = name.get(lang());
    if name.is_empty() || name == id {
        return id.to_owned();
    }
    match lang() {
        base::Lang::Zh => format!("{id}（{name}）"),
        base::Lang::En => format!("{id} ({name})"),
    }
}

/// The scorecard of that id or name in the programme in force at a position.
pub fn scorecard(office: &Office, word: &str, at: Position) -> Result<ScorecardId, Failure> {
    let programme = common::programme_at(office, at)?;
    let known = || {
        programme
            .scorecards
            .iter()
            .map(|(id, card)| (id.as_str(), &card.name))
    };
    match find(word, known()) {
        Some(id) => Ok(ScorecardId::new(id)),
        None => Err(office::problems::unknown_scorecard(word, suggestion(word, known())).into()),
    }
}

/// The indicator of that id or name.
pub fn indicator(programme: &Programme, word: &str) -> Result<IndicatorId, Failure> {
    let known = || {
        programme
            .indicators
            .values()
            .map(|indicator| (indicator.id.as_str(), &indicator.name))
    };
    match find(word, known()) {
        Some(id) => Ok(IndicatorId::new(id)),
        None => Err(problems::unknown_indicator(word, suggestion(word, known())).into()),
    }
}

/// The item of that id or name.
pub fn item(scorecard: &ScorecardId, declared: &Scorecard, word: &str) -> Result<ItemId, Failure> {
    let known = || {
        declared
            .card
            .items
            .iter()
            .map(|item| (item.id.as_str(), &item.name))
    };
    match find(word, known()) {
        Some(id) => Ok(ItemId::new(id)),
        None => {
            Err(office::problems::unknown_item(word, scorecard, suggestion(word, known())).into())
        }
    }
}

/// The record or subject type of that id or name.
pub fn type_of(programme: &Programme, word: &str) -> Result<String, Failure> {
    let records = || {
        programme
            .record_types
            .values()
            .map(|found| (found.id.as_str(), &found.name))
    };
    let subjects = || {
        programme
            .subject_types
            .values()
            .map(|found| (found.id.as_str(), &found.name))
    };
    let known = || records().chain(subjects());
    find(word, known())
        .ok_or_else(|| office::problems::unknown_type(word, suggestion(word, known())).into())
}

/// The role of that id or name; the word itself where there is none.
pub fn role(programme: &Programme, word: &str) -> String {
    meant(
        word,
        programme.roles.iter().map(|(id, name)| (id.as_str(), name)),
    )
}

/// The unit of that id, name or declared alias; the word itself where there is none, or several.
pub fn unit(programme: &Programme, word: &str) -> String {
    if let Some(id) = find(
        word,
        programme
            .units
            .values()
            .map(|unit| (unit.id.as_str(), &unit.name)),
    ) {
        return id;
    }
    let word = word.trim();
    let mut aliased = programme
        .units
        .values()
        .filter(|unit| unit.aliases.iter().any(|alias| **alias == *word));
    match (aliased.next(), aliased.next()) {
        (Some(unit), None) => unit.id.to_string(),
        _ => word.to_owned(),
    }
}

/// The field of a record type by id, name or declared alias; the word itself where there is none.
pub fn field(record_type: &programme::model::RecordType, word: &str) -> String {
    if let Some(id) = find(
        word,
        record_type
            .fields
            .values()
            .map(|field| (field.id.as_str(), &field.name)),
    ) {
        return id;
    }
    let word = word.trim();
    let mut aliased = record_type
        .fields
        .values()
        .filter(|field| field.aliases.iter().any(|alias| **alias == *word));
    match (aliased.next(), aliased.next()) {
        (Some(field), None) => field.id.to_string(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_by_id_and_by_either_name_but_not_by_a_name_of_two() {
        let names = [
            Text::new("合格率", "Pass rate"),
            Text::new("数量", "Number"),
            Text::new("数量", "Count"),
        ];
        let known = || ["pass", "number", "count"].into_iter().zip(&names);
        for (word, expected) in [
            ("pass", Some("pass")),
            ("合格率", Some("pass")),
            ("pass rate", Some("pass")),
            ("数量", None),
            ("", None),
            ("Count", Some("count")),
        ] {
            assert_eq!(find(word, known()).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn a_short_name_suggests_the_long_one() {
        let names = [
            Text::new("北湖乡人民政府", "Beihu"),
            Text::new("市监局", "Market office"),
        ];
        let known = || ["beihu", "market"].into_iter().zip(&names);
        for (word, expected) in [("北湖", "beihu"), ("北政府", "beihu"), ("市监居", "market")]
        {
            let text = suggestion(word, known());
            assert!(
                text.starts_with(expected) && !text.contains('、'),
                "{word}: {text}"
            );
        }
    }
}
