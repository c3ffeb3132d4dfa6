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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_worked_out_by_hand() {
        for (code, expected) in [
            // 9·1 + 1·3 + 3·9 + 5·27 + 1·26 + 21·20 (M) + 1·8 + 30·30 (Y) + 4·28 = 1640 = 52·31 + 28;
            // 31 − 28 = 3.
            ("91350100M000100Y43", Ok(())),
            (
                "91350100M000100Y44",
                Err(UsccFault::Check {
                    expected: '3',
                    found: '4',
                }),
            ),
            // All zeros: the sum is 0 and so is the check character, not 31.
            ("000000000000000000", Ok(())),
            // The first character alone: 31 − 9 = 22 is N? Values: M 21, N 22.
            ("90000000000000000N", Ok(())),
            (
                "90000000000000000M",
                Err(UsccFault::Check {
                    expected: 'N',
                    found: 'M',
                }),
            ),
            ("", Err(UsccFault::Length(0))),
            ("91350100M000100Y4", Err(UsccFault::Length(17))),
            ("91350100M000100Y43 ", Err(UsccFault::Length(19))),
            (
                "91350100m000100Y43",
                Err(UsccFault::Character {
                    position: 9,
                    found: 'm',
                }),
            ),
            (
                "91350100I000100Y43",
                Err(UsccFault::Character {
                    position: 9,
                    found: 'I',
                }),
            ),
            (
                "9135010AM000100Y43",
                Err(UsccFault::Character {
                    position: 8,
                    found: 'A',
                }),
            ),
            (
                "A135010AM000100Y43",
                Err(UsccFault::Character {
                    position: 8,
                    found: 'A',
                }),
            ),
            (
                "91350100M000100Y4O",
                Err(UsccFault::Character {
                    position: 18,
                    found: 'O',
                }),
            ),
            (
                "91350100M000100Y4３",
                Err(UsccFault::Character {
                    position: 18,
                    found: '３',
                }),
            ),
            (
                "统一社会信用代码统一社会信用代码统一",
                Err(UsccFault::Character {
                    position: 1,
                    found: '统',
                }),
            ),
        ] {
            assert_eq!(uscc_check(code), expected, "{code}");
        }
    }

    #[test]
    fn the_organisation_code_within() {
        // M000100Y: 22·3 + 1·5 + 34·2 = 139 = 12·11 + 7; 11 − 7 = 4.
        assert_eq!(organisation_code_check("91350100M000100Y43"), Ok(()));
        // 00000000: 11 − 0 = 11 is written 0. 00000005: 5·2 = 10, 11 − 10 = 1.
        assert_eq!(organisation_code_check("000000000000000000"), Ok(()));
        // The whole code checks (9 and 22), its organisation code 000000001 would end in 0:
        // 9·1 + 1·28 = 37 = 31 + 6; 31 − 6 = 25, R (N 22, P 23, Q 24, R 25).
        assert_eq!(uscc_check("90000000000000001R"), Ok(()));
        let fault = UsccFault::Organisation {
            expected: '0',
            found: '1',
        };
        assert_eq!(
            organisation_code_check("90000000000000001R"),
            Err(fault.clone())
        );
        assert!(!Problem::from(fault).is_error());
        assert_eq!(organisation_code_check("9"), Err(UsccFault::Length(1)));
    }

    #[test]
    fn the_weights_are_the_powers_of_three() {
        let mut power = 1;
        for weight in WEIGHTS {
            assert_eq!(weight, power);
            power = power * 3 % 31;
        }
    }

    #[test]
    fn published_examples() {
        let Some(path) = crate::test_data::shared("samples/cn_uscc_examples/uscc_examples.csv")
        else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let mut counts = [0, 0];
        for row in text.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let [code, valid, why, _, organisation] = cells[..] else {
                panic!("{row} has not five cells");
            };
            assert_eq!(uscc_check(code).is_ok(), valid == "1", "{code}: {why}");
            counts[usize::from(valid == "1")] += 1;
            if !organisation.is_empty() {
                assert_eq!(
                    organisation_code_check(code).is_ok(),
                    organisation == "1",
                    "{code}"
                );
            }
        }
        assert_eq!(counts, [105, 200]);
    }
}
