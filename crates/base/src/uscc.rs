//! The unified social credit code of China (统一社会信用代码): is a text one, and if not, why not.
//!
//! GB 32100-2015: one character for the registering authority, one for the kind, six digits of the
//! division, nine of the organisation code (GB 11714-1997) and one check character.

use crate::Problem;
use crate::problems::{self, error_by_problem};

/// The characters of the code; a character's value is its place (GB 32100-2015, table 3).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The weights of the first 17 characters: 3^(i−1) mod 31 (GB 32100-2015, table B.1).
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// The weights of the organisation code's first eight characters (GB 11714-1997, 4.2).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Why a text is no unified social credit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsccFault {
    /// It has not 18 characters but so many.
    Length(usize),
    /// A character that cannot stand there.
    Character {
        /// Its place, from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// The last character does not check.
    Check {
        /// What it would be.
        expected: char,
        /// What it is.
        found: char,
    },
    /// A warning only: the code checks, the organisation code within it does not.
    Organisation {
        /// What its check character (the 17th of the whole) would be.
        expected: char,
        /// What it is.
        found: char,
    },
}

impl From<UsccFault> for Problem {
    fn from(fault: UsccFault) -> Problem {
        match fault {
            UsccFault::Length(found) => problems::uscc_length(found),
            UsccFault::Character { position, found } => problems::uscc_character(found, position),
            UsccFault::Check { expected, found } => problems::uscc_check_character(expected, found),
            UsccFault::Organisation { expected, found } => {
                problems::organisation_code(expected, found)
            }
        }
    }
}

error_by_problem!(UsccFault);

/// Checks length, characters and check character. Letters must be capital: who reads data files
/// may change the case before asking.
///
/// ```
/// use base::{UsccFault, uscc_check};
/// assert_eq!(uscc_check("91110000600037341L"), Ok(()));
/// // The 17th character weighs 28: one more there takes L (20) to 20 − 28 + 31 = 23, P.
/// assert_eq!(
///     uscc_check("91110000600037342L"),
///     Err(UsccFault::Check { expected: 'P', found: 'L' }),
/// );
/// ```
///
/// # Errors
/// The first [`UsccFault`]; never [`UsccFault::Organisation`], for which see
/// [`organisation_code_check`].
pub fn uscc_check(text: &str) -> Result<(), UsccFault> {
    let length = text.chars().count();
    if length != 18 {
        return Err(UsccFault::Length(length));
    }
    let mut sum = 0;
    let mut check = (0, '0');
    for (at, found) in text.chars().enumerate() {
        let value = value_of(found)
            .filter(|&value| value < 10 || !(2..8).contains(&at))
            .ok_or(UsccFault::Character {
                position: at + 1,
                found,
            })?;
        match WEIGHTS.get(at) {
            Some(weight) => sum += weight * value,
            None => check = (value, found),
        }
    }
    let expected = (31 - sum % 31) % 31;
    let (value, found) = check;
    if value == expected {
        return Ok(());
    }
    Err(UsccFault::Check {
        expected: character_of(expected),
        found,
    })
}

/// Checks the organisation code within a unified social credit code, characters 9 to 17
/// (GB 11714-1997). Some codes in use fail it, so a fault is worth a warning and no more.
///
/// ```
/// use base::organisation_code_check;
/// assert_eq!(organisation_code_check("91110000600037341L"), Ok(()));
/// ```
///
/// # Errors
/// The first [`UsccFault`] of the whole code, or [`UsccFault::Organisation`].
pub fn organisation_code_check(text: &str) -> Result<(), UsccFault> {
    uscc_check(text)?;
    let mut sum = 0;
    for (weight, character) in ORGANISATION_WEIGHTS.iter().zip(text.chars().skip(8)) {
        // Here letters count as in ISO 7064: A is 10, Z is 35.
        sum += weight * character.to_digit(36).unwrap_or(0);
    }
    let expected = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    match text.chars().nth(16) {
        Some(found) if found != expected => Err(UsccFault::Organisation { expected, found }),
        _ => Ok(()),
    }
}

fn value_of(character: char) -> Option<u32> {
    let place = ALPHABET
        .iter()
        .position(|&known| char::from(known) == character)?;
    u32::try_from(place).ok()
}

fn character_of(value: u32) -> char {
    let place = usize::try_from(value).ok();
    place
        .and_then(|place| ALPHABET.get(place))
        .map_or('0', |&byte| char::from(byte))
}
