//! Code letters (table 1) and single sampling plans (tables 2-A, 2-B, 2-C), with arrows followed.
//!
//! The three master tables are one idea: along each diagonal – one letter on, one AQL down – stands the same
//! acceptance number. A cell is therefore found by the sum of its letter's and its AQL's index, and a table
//! is the short list of what stands on its diagonals. The tests hold the tables against their cells.

use std::fmt;

/// The preferred acceptance quality limits, in percent nonconforming or nonconformities per 100 items.
pub const AQLS: [&str; 26] = [
    "0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0",
    "1.5", "2.5", "4.0", "6.5", "10", "15", "25", "40", "65", "100", "150", "250", "400", "650",
    "1000",
];
/// The inspection levels as they are written.
pub const LEVELS: [&str; 7] = ["S-1", "S-2", "S-3", "S-4", "I", "II", "III"];

/// There is no I and no O among code letters; S stands in table 2-B only.
const LETTERS: [char; 17] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S',
];
/// The greatest lot of each row of table 1, and its letters by level.
const CODE_LETTERS: [(u64, &[u8; 7]); 15] = [
    (8, b"AAAAAAB"),
    (15, b"AAAAABC"),
    (25, b"AABBBCD"),
    (50, b"ABBCCDE"),
    (90, b"BBCCCEF"),
    (150, b"BBCDDFG"),
    (280, b"BCDEEGH"),
    (500, b"BCDEFHJ"),
    (1_200, b"CCEFGJK"),
    (3_200, b"CDEGHKL"),
    (10_000, b"CDFGJLM"),
    (35_000, b"CDFHKMN"),
    (150_000, b"DEGJLNP"),
    (500_000, b"DEGJMPQ"),
    (u64::MAX, b"DEHKNQR"),
];
const SAMPLES: [u64; 17] = [
    2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1_250, 2_000, 3_150,
];
const SAMPLES_REDUCED: [u64; 16] = [
    2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800,
];
/// The last AQL (6.5) up to which table 2-C was found in two sources that do not depend on each other.
const REDUCED_TO: u8 = 14;
/// The last AQL (10) that may be read as percent nonconforming.
const PERCENT_TO: u8 = 15;

/// An acceptance quality limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aql(u8);

impl Aql {
    /// The limit of that writing; `1`, `1.0` and `1.00` are the same.
    #[must_use]
    pub fn parse(text: &str) -> Option<Aql> {
        let bare = |text: &str| match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text.to_owned(),
        };
        let wanted = bare(text.trim());
        let at = AQLS.iter().position(|known| bare(known) == wanted)?;
        u8::try_from(at).ok().map(Aql)
    }

    /// All, the strictest first.
    pub fn all() -> impl Iterator<Item = Aql> {
        (0..26).map(Aql)
    }

    /// As the standard writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        AQLS.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The number, in percent (or per 100 items).
    #[must_use]
    pub fn percent(self) -> f64 {
        self.as_str().parse().unwrap_or_default()
    }

    /// Whether it may be read as percent nonconforming; above 10 it is nonconformities per 100 items.
    #[must_use]
    pub fn may_be_percent(self) -> bool {
        self.0 <= PERCENT_TO
    }

    fn one_step_tighter(self) -> Option<Aql> {
        self.0.checked_sub(1).map(Aql)
    }
}

/// An inspection level: how much is inspected for a lot of a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// The usual one, II.
    pub const USUAL: Level = Level(5);

    /// The level of that writing: `S-1` to `S-4`, `I`, `II`, `III`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Level> {
        let at = LEVELS.iter().position(|known| *known == text.trim())?;
        u8::try_from(at).ok().map(Level)
    }

    /// As the standard writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        LEVELS.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

/// How strictly lots are inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Table 2-A.
    Normal,
    /// Table 2-B.
    Tightened,
    /// Table 2-C.
    Reduced,
}

impl Severity {
    /// All, as they are usually listed.
    pub const ALL: [Severity; 3] = [Severity::Normal, Severity::Tightened, Severity::Reduced];

    /// A word for addresses: `normal`, `tightened`, `reduced`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Normal => "normal",
            Severity::Tightened => "tightened",
            Severity::Reduced => "reduced",
        }
    }

    /// The severity of such a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Severity> {
        let mut all = Severity::ALL.into_iter();
        all.find(|found| found.as_str() == text)
    }

    /// The name of its table.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            Severity::Normal => "2-A",
            Severity::Tightened => "2-B",
            Severity::Reduced => "2-C",
        }
    }
}

/// A sample size code letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(u8);

impl Letter {
    /// The letter itself.
    #[must_use]
    pub fn as_char(self) -> char {
        LETTERS.get(usize::from(self.0)).copied().unwrap_or('?')
    }

    fn of(sign: u8) -> Option<Letter> {
        let at = LETTERS
            .iter()
            .position(|letter| *letter == char::from(sign))?;
        u8::try_from(at).ok().map(Letter)
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

/// A single sampling plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The code letter of lot size and level.
    pub first: Letter,
    /// The letter of the plan: another one where an arrow led to it.
    pub letter: Letter,
    /// Items to draw; the whole lot where the plan wants as many or more.
    pub sample: u64,
    /// Ac: the most nonconforming items (or nonconformities) with which the lot is accepted.
    pub accept: u32,
    /// Whether every item is inspected.
    pub is_whole_lot: bool,
}

impl Plan {
    /// Re: the least with which it is not accepted.
    #[must_use]
    pub fn reject(self) -> u32 {
        self.accept + 1
    }

    /// Whether a sample with so many nonconforming lets the lot be accepted.
    #[must_use]
    pub fn accepts(self, found: u32) -> bool {
        found <= self.accept
    }

    /// Whether the sample would also be accepted if the AQL were one step tighter (9.3.3.2); only asked of normal plans.
    pub(crate) fn accepts_one_step_tighter(self, aql: Aql, found: u32) -> bool {
        aql.one_step_tighter()
            .and_then(|tighter| cell(Severity::Normal, self.letter, tighter))
            .is_some_and(|accept| found <= accept)
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlan {
    /// Table 1 begins with lots of two.
    LotTooSmall,
    /// The cells of table 2-C for AQLs above 6.5 stand in no second source: they are not given out.
    NotVerified,
}

/// The code letter of a lot (table 1).
///
/// ```
/// use sampling::{Level, code_letter};
/// assert_eq!(code_letter(1_000, Level::USUAL).map(|letter| letter.as_char()), Some('J'));
/// assert_eq!(code_letter(1, Level::USUAL), None);
/// ```
#[must_use]
pub fn code_letter(lot: u64, level: Level) -> Option<Letter> {
    if lot < 2 {
        return None;
    }
    let (_, letters) = CODE_LETTERS.iter().find(|(most, _)| lot <= *most)?;
    letters
        .get(usize::from(level.0))
        .and_then(|sign| Letter::of(*sign))
}

/// The sizes of lots that table 1 tells apart: from, and to (the last goes on).
pub fn lot_sizes() -> impl Iterator<Item = (u64, Option<u64>)> {
    let befores = std::iter::once(1).chain(CODE_LETTERS.iter().map(|(most, _)| *most));
    let mosts = CODE_LETTERS.iter().map(|(most, _)| *most);
    befores
        .zip(mosts)
        .map(|(before, most)| (before + 1, (most < u64::MAX).then_some(most)))
}

/// The plan that applies to a lot.
///
/// ```
/// use sampling::{Aql, Level, Severity, plan};
/// let aql = Aql::parse("1.0").unwrap();
/// let plan = plan(1_000, Level::USUAL, aql, Severity::Normal).unwrap();
/// assert_eq!((plan.letter.as_char(), plan.sample, plan.accept, plan.reject()), ('J', 80, 2, 3));
/// ```
///
/// # Errors
/// There is none: see [`NoPlan`].
pub fn plan(lot: u64, level: Level, aql: Aql, severity: Severity) -> Result<Plan, NoPlan> {
    let first = code_letter(lot, level).ok_or(NoPlan::LotTooSmall)?;
    if severity == Severity::Reduced && aql.0 > REDUCED_TO {
        return Err(NoPlan::NotVerified);
    }
    let (letter, accept) = resolve(severity, first, aql).ok_or(NoPlan::NotVerified)?;
    let samples: &[u64] = match severity {
        Severity::Reduced => &SAMPLES_REDUCED,
        _ => &SAMPLES,
    };
    let wanted = samples
        .get(usize::from(letter.0))
        .copied()
        .ok_or(NoPlan::NotVerified)?;
    Ok(Plan {
        first,
        letter,
        sample: wanted.min(lot),
        accept,
        is_whole_lot: wanted >= lot,
    })
}

/// The acceptance number that stands in a cell; `None`: an arrow, or nothing.
fn cell(severity: Severity, letter: Letter, aql: Aql) -> Option<u32> {
    let diagonal = letter.0 + aql.0;
    // Where 0 stands, where 1 stands, and what follows from there.
    let (zero, one, numbers): (u8, u8, &[u32]) = match severity {
        Severity::Normal => (14, 17, &[1, 2, 3, 5, 7, 10, 14, 21, 30, 44]),
        Severity::Tightened => (15, 18, &[1, 2, 3, 5, 8, 12, 18, 27, 41]),
        Severity::Reduced => (14, 18, &[1, 2, 3, 5, 6, 8, 10]),
    };
    // The letter S was added for the one plan that R's arrow leads to; 25 and 26 stand in rows A to E only.
    let is_there = match letter.0 {
        16 => severity == Severity::Tightened && diagonal == one,
        5.. => diagonal <= 24,
        _ => diagonal <= 26,
    };
    if !is_there {
        return None;
    }
    if diagonal == zero {
        return Some(0);
    }
    let at = diagonal.checked_sub(one)?;
    numbers.get(usize::from(at)).copied()
}

/// Follows the arrows from a cell to the plan that applies.
fn resolve(severity: Severity, first: Letter, aql: Aql) -> Option<(Letter, u32)> {
    if let Some(accept) = cell(severity, first, aql) {
        return Some((first, accept));
    }
    let found = |letter: u8| Some((Letter(letter), cell(severity, Letter(letter), aql)?));
    let down = || (first.0..17).find_map(found);
    let up = || (0..first.0).rev().find_map(found);
    // Past the last number, and beside the 0 of tables 2-A and 2-C, the arrow points up; else down. In the
    // corners, where nothing stands in that direction, it points the other way.
    let diagonal = first.0 + aql.0;
    let points_up = match severity {
        Severity::Normal | Severity::Reduced => diagonal == 15 || diagonal > 18,
        Severity::Tightened => diagonal > 18,
    };
    if points_up {
        up().or_else(down)
    } else {
        down().or_else(up)
    }
}
