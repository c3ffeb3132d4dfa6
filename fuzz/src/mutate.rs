//! Small changes of an input, from a seed: the same seed makes the same changes on every machine.

/// A random number generator (SplitMix64): it need not be good, only fast and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // usize has at most 64 bits, and the remainder is below the bound.
        (self.roll() % (bound.max(1) as u64)) as usize
    }

    /// One of several.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// Changes `input` a few times, with pieces of `other` and of `words`; gives at most `bytes_max` bytes.
pub fn mutate(
    input: &[u8],
    other: &[u8],
    words: &[&str],
    bytes_max: usize,
    dice: &mut Dice,
) -> Vec<u8> {
    let mut bytes = input.to_vec();
    // One change mostly, seldom many: 1, 1, 2, 3, 5, 9 …
    let changes = 1 + (dice.below(16) * dice.below(16)) / 25;
    for _ in 0..changes {
        change(&mut bytes, other, words, dice);
    }
    bytes.truncate(bytes_max);
    bytes
}

/// Bytes that mean something to one language or another.
const TELLING: &[u8] = b"019-\"'.,;|=\n\r\t\0 []{}()%\xff\x80";

fn change(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    match dice.below(12) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = dice.of(TELLING).copied().unwrap_or(0);
            }
        }
        2 | 3 => {
            let word = dice.of(words).copied().unwrap_or("0");
            bytes.splice(at..at, word.bytes());
        }
        4 => {
            // A piece is left out.
            let end = (at + 1 + dice.below(16)).min(bytes.len());
            bytes.drain(at.min(end)..end);
        }
        5 => {
            // A longer piece is left out.
            let end = at + dice.below(bytes.len() + 1 - at);
            bytes.drain(at..end);
        }
        6 => {
            // A piece stands twice, or often.
            let end = (at + 1 + dice.below(64)).min(bytes.len());
            let piece = bytes[at.min(end)..end].to_vec();
            let times = if dice.below(8) == 0 { 200 } else { 1 };
            bytes.splice(at..at, piece.repeat(times));
        }
        7 | 8 => {
            // A piece of another input.
            let from = dice.below(other.len() + 1);
            let to = (from + 1 + dice.below(128)).min(other.len());
            let end = (at + dice.below(32)).min(bytes.len());
            bytes.splice(at..end, other[from.min(to)..to].iter().copied());
        }
        9 => {
            // The beginning of one, the end of another.
            let from = dice.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        10 => number(bytes, at, dice),
        _ => {
            // Two places change theirs.
            if !bytes.is_empty() {
                let (a, b) = (dice.below(bytes.len()), dice.below(bytes.len()));
                bytes.swap(a, b);
            }
        }
    }
}

/// The next number behind a place becomes an awkward one.
fn number(bytes: &mut Vec<u8>, from: usize, dice: &mut Dice) {
    const AWKWARD: &[&str] = &[
        "0",
        "-1",
        "1",
        "00",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551616",
        "0.000000000001",
        "1e308",
        "999999999999999999999999999999",
        "0.1",
        "2147483648",
        "65536",
        "256",
        "100",
    ];
    let digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = bytes.iter().skip(from).position(digit).map(|at| at + from) else {
        return;
    };
    let length = bytes[start..].iter().take_while(|byte| digit(byte)).count();
    let awkward = dice.of(AWKWARD).copied().unwrap_or("0");
    bytes.splice(start..start + length, awkward.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_changes_within_the_limit() {
        let make = |seed| {
            let mut dice = Dice::new(seed);
            let made =
                (0..500).map(|_| mutate(b"a = 1\nb = 22", b"[[x]]", &["and"], 40, &mut dice));
            made.collect::<Vec<_>>()
        };
        let (one, again, other) = (make(7), make(7), make(8));
        assert_eq!(one, again);
        assert_ne!(one, other);
        assert!(one.iter().all(|bytes| bytes.len() <= 40));
    }
}
