//! Made-up subjects: identities that check, names that no two share, attributes.
//!
//! A made-up unified social credit code has the division of the city and a right check character, and an
//! organisation code that begins with XN, which no registry issues: it can be no real firm's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{Day, Problem, SubjectTypeId, uscc_check};
use programme::Row;
use programme::model::{FieldType, Identity, Programme};
use programme::schema::Schema;
use sheet::Cell;

use super::days::Days;
use super::dice::Dice;
use super::fields::{FieldMaker, Made};
use super::problems;
use crate::entry::{Kind, Private, SubjectFacts};
use crate::folder::Command;
use crate::import::intake::BEGINNING;
use crate::import::persons::opaque_of;
use crate::values::{Reader, Spellings};

/// How often a text is made anew until it is unlike the others.
const ATTEMPTS_MAX: usize = 40;
/// Characters of a unified social credit code (GB 32100-2015).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The division when no unit has one: the whole country.
const WHOLE_COUNTRY: &str = "100000";

/// The subjects that a distribution made.
pub(super) struct Pool {
    /// Their type.
    pub subject_type: SubjectTypeId,
    /// They, in the order of making.
    pub members: Vec<Member>,
}

/// A made-up subject.
pub(super) struct Member {
    /// Identity.
    pub id: Arc<str>,
    /// First day, if it has one.
    pub from: Option<Day>,
    /// Units that its attributes name.
    pub units: Vec<String>,
}

/// Makes the subjects of a distribution and the commands that make them known.
///
/// # Errors
/// Every kind of fault once.
pub(super) fn make(
    programme: &Programme,
    spellings: &Spellings,
    row: &Row,
    id: &str,
    seed: u64,
) -> Result<(Pool, Vec<Command>), Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let of = row.text("of").map_or("", |of| of);
    let type_id = SubjectTypeId::new(of.trim_start_matches("subject:"));
    let table_name = Schema::subjects_name(&type_id);
    let (Some(subject_type), Some(table)) = (
        programme.subject_types.get(&type_id),
        programme.schema.table(&table_name),
    ) else {
        return Err(vec![problems::unknown_made(id, of).at(row.span_of("of"))]);
    };
    let makers = FieldMaker::all(programme, id, table)?;
    let count = usize::try_from(row.int("count").unwrap_or(0)).unwrap_or(0);
    let mut rows = dated(programme, row, id, seed, count).map_err(one)?;
    for maker in &makers {
        maker.fill(table, &mut rows, seed).map_err(one)?;
    }
    make_names(&makers, &mut rows, id, seed);
    make_identities(
        programme,
        subject_type.identity,
        &makers,
        &mut rows,
        id,
        seed,
    )
    .map_err(one)?;

    let mut readers: Vec<Reader<'_>> = subject_type.fields.values().map(Reader::new).collect();
    let mut faults = super::Refusals::new(id);
    let mut pool = Pool {
        subject_type: type_id.clone(),
        members: Vec::with_capacity(rows.len()),
    };
    let mut commands = Vec::with_capacity(rows.len());
    for made in &rows {
        let mut attributes = BTreeMap::new();
        let mut private = Private::default();
        let mut units = Vec::new();
        if let Some(name) = made.cells.get("name") {
            let into = if subject_type.personal {
                &mut private.fields
            } else {
                &mut attributes
            };
            into.insert("name".to_owned(), name.as_str().into());
        }
        for reader in &mut readers {
            let field = reader.field();
            let cell = made
                .cells
                .get(field.id.as_str())
                .map(Cell::text)
                .unwrap_or_default();
            match reader.read(&cell, programme, spellings) {
                Ok(Some(value)) => {
                    if field.field_type == FieldType::Unit {
                        units.push(value.to_text());
                    }
                    let into = if field.personal {
                        &mut private.fields
                    } else {
                        &mut attributes
                    };
                    into.insert(field.id.to_string(), value.to_json());
                }
                Ok(None) => {}
                Err(problem) => {
                    faults.note(made.ordinal, field.id.as_str(), &problem, &makers, row)
                }
            }
        }
        let mut identity = made.cells.get("id").cloned().unwrap_or_default();
        if subject_type.personal {
            let mut dice = Dice::new(seed, &[id, "persons", &identity]);
            let mut random = [0; 10];
            random.fill_with(|| dice.below(256) as u8);
            let opaque = opaque_of(&random).to_string();
            private.identity = Some(std::mem::replace(&mut identity, opaque));
        }
        let from = made
            .day
            .map_or_else(|| BEGINNING.to_owned(), |day| day.to_string());
        let facts = SubjectFacts {
            subject_type: type_id.to_string(),
            id: identity.clone(),
            from,
            attributes,
            import: None,
        };
        commands.push(Command::new(Kind::Subject, &facts, &private).map_err(one)?);
        pool.members.push(Member {
            id: identity.into(),
            from: made.day,
            units,
        });
    }
    faults.into_result()?;
    Ok((pool, commands))
}

/// Empty subjects with their first days: those of the distribution, or none.
fn dated(
    programme: &Programme,
    row: &Row,
    id: &str,
    seed: u64,
    count: usize,
) -> Result<Vec<Made>, Problem> {
    let days = match row.day("from") {
        None => vec![None; count],
        Some(_) => {
            let days = Days::of(row, id, programme)?;
            days.draw_sorted(count, &mut Dice::new(seed, &[id, "days"]))
                .into_iter()
                .map(Some)
                .collect()
        }
    };
    let made = |(index, day)| Made {
        ordinal: index + 1,
        day,
        ..Made::default()
    };
    Ok(days.into_iter().enumerate().map(made).collect())
}

/// Two subjects of a distribution never have one name.
fn make_names(makers: &[FieldMaker<'_>], rows: &mut [Made], id: &str, seed: u64) {
    let Some(maker) = makers.iter().find(|maker| &*maker.name == "name") else {
        return;
    };
    let mut dice = Dice::new(seed, &[id, "names"]);
    let mut taken = BTreeSet::new();
    for made in rows {
        let Some(mut name) = made.cells.get("name").cloned() else {
            continue;
        };
        for _ in 0..ATTEMPTS_MAX {
            if !taken.contains(&name) {
                break;
            }
            name = maker.again(made.ordinal, &mut dice).unwrap_or(name);
        }
        if taken.contains(&name) {
            name = format!("{name}（{}）", made.ordinal);
        }
        taken.insert(name.clone());
        made.cells.insert("name".into(), name);
    }
}

fn make_identities(
    programme: &Programme,
    identity: Identity,
    makers: &[FieldMaker<'_>],
    rows: &mut [Made],
    id: &str,
    seed: u64,
) -> Result<(), Problem> {
    let maker = makers.iter().find(|maker| &*maker.name == "id");
    let division = division(programme);
    let mut dice = Dice::new(seed, &[id, "identities"]);
    let mut taken = BTreeSet::new();
    for made in rows {
        let mut found = made.cells.get("id").cloned();
        for attempt in 0..ATTEMPTS_MAX {
            let candidate = match (&found, identity, maker) {
                (Some(given), _, Some(maker)) if attempt > 0 => maker
                    .again(made.ordinal, &mut dice)
                    .unwrap_or_else(|| given.clone()),
                (Some(given), ..) => given.clone(),
                (None, Identity::Uscc, _) => credit_code(&division, &mut dice),
                (None, Identity::Text, _) => format!("{id}-{:05}", made.ordinal),
            };
            if !taken.contains(&candidate) {
                found = Some(candidate);
                break;
            }
        }
        let fresh = found.filter(|found| taken.insert(found.clone()));
        let fresh = fresh.ok_or_else(|| problems::identities_run_out(id, taken.len()))?;
        made.cells.insert("id".into(), fresh);
    }
    Ok(())
}

/// The first six digits of the division of the city: of the first unit that has one.
fn division(programme: &Programme) -> String {
    let of_unit = programme
        .units
        .values()
        .find_map(|unit| unit.division.as_deref());
    let digits: Option<String> = of_unit.map(|division| {
        division
            .chars()
            .filter(char::is_ascii_digit)
            .take(6)
            .collect()
    });
    digits
        .filter(|digits| digits.len() == 6)
        .unwrap_or_else(|| WHOLE_COUNTRY.to_owned())
}

/// A code of a firm (91) of that division that checks by GB 32100-2015 and GB 11714-1997.
fn credit_code(division: &str, dice: &mut Dice) -> String {
    let mut organisation = "XN".to_owned();
    for _ in 0..6 {
        let place = dice.index(ALPHABET.len());
        organisation.push(ALPHABET.get(place).map_or('0', |byte| char::from(*byte)));
    }
    // GB 11714-1997: 11 less the weighted sum modulo 11, with X for ten and 0 for eleven.
    let sum: u32 = organisation
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight)
        .sum();
    organisation.push(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    });
    let stem = format!("91{division}{organisation}");
    // One of the 31 characters checks; the rule itself stands in one place, `base::uscc_check`.
    let whole = ALPHABET
        .iter()
        .map(|last| format!("{stem}{}", char::from(*last)))
        .find(|code| uscc_check(code).is_ok());
    whole.unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_codes_check() {
        let mut dice = Dice::new(1, &["codes"]);
        for _ in 0..200 {
            let code = credit_code("421281", &mut dice);
            assert_eq!(base::organisation_code_check(&code), Ok(()), "{code}");
            assert!(code.starts_with("91421281XN"), "{code}");
        }
    }
}
