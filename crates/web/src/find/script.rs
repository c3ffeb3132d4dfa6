//! What signs have to do with each other: traditional with simplified, Chinese with its readings.
//!
//! `traditional.txt` holds pairs of one traditional sign and its simplified one, made from
//! `TSCharacters.txt` of OpenCC (Apache-2.0, BYVoid/OpenCC 5249273a; the first choice where there are
//! several). Readings, all of a sign that has several, come from crate `pinyin`.

use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

const PAIRS: &str = include_str!("traditional.txt");

/// How a sign can be read, as letters.
type Readings = Box<[Box<[u8]>]>;

/// What a name's signs are looked up in, by their number.
pub(super) struct Script {
    simplified: Vec<u16>,
    /// With which of a–z and 0–9 what is typed for a sign can begin.
    begins: Vec<u64>,
    /// Which letter can come second in a reading of it.
    goes_on: Vec<u64>,
    /// The readings of signs that have one, without tones.
    readings: Vec<Option<Readings>>,
}

/// The one table.
pub(super) static SCRIPT: LazyLock<Script> = LazyLock::new(Script::new);

/// The bit of a letter or digit.
pub(super) fn bit(sign: u16) -> u64 {
    match u8::try_from(sign) {
        Ok(letter @ b'a'..=b'z') => 1 << (letter - b'a'),
        Ok(digit @ b'0'..=b'9') => 1 << (26 + digit - b'0'),
        _ => 0,
    }
}

impl Script {
    fn new() -> Script {
        let mut simplified: Vec<u16> = (0..=u16::MAX).collect();
        let mut pairs = PAIRS.chars().filter(|sign| !sign.is_control());
        while let (Some(from), Some(to)) = (pairs.next(), pairs.next()) {
            if let (Ok(from), Ok(to)) =
                (u16::try_from(u32::from(from)), u16::try_from(u32::from(to)))
                && let Some(place) = simplified.get_mut(usize::from(from))
            {
                *place = to;
            }
        }
        let size = simplified.len();
        let mut script = Script {
            simplified,
            begins: vec![0; size],
            goes_on: vec![0; size],
            readings: vec![None; size],
        };
        for sign in 0..=u16::MAX {
            script.learn(sign);
        }
        script
    }

    fn learn(&mut self, sign: u16) {
        let at = usize::from(sign);
        let mut begins = bit(sign);
        let mut goes_on = 0;
        let found = char::from_u32(u32::from(sign)).and_then(|sign| sign.to_pinyin_multi());
        if let Some(found) = found {
            let mut readings: Vec<Box<[u8]>> = Vec::new();
            for reading in found {
                // As it is typed: lü is lv.
                let plain = reading.plain().replace('ü', "v");
                let plain: Box<[u8]> = plain.into_bytes().into();
                begins |= plain.first().map_or(0, |first| bit(u16::from(*first)));
                goes_on |= plain.get(1).map_or(0, |second| bit(u16::from(*second)));
                if !readings.contains(&plain) {
                    readings.push(plain);
                }
            }
            if let Some(place) = self.readings.get_mut(at) {
                *place = Some(readings.into());
            }
        }
        if let (Some(first), Some(second)) = (self.begins.get_mut(at), self.goes_on.get_mut(at)) {
            (*first, *second) = (begins, goes_on);
        }
    }

    /// A text as it is compared: simplified, small letters, half width, one number for each sign; what
    /// is no letter, digit or Chinese sign is left out.
    pub fn normal(&self, text: &str) -> Vec<u16> {
        text.chars()
            .filter_map(|sign| {
                let sign = match sign {
                    // Full-width letters and digits.
                    '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0)?,
                    'ü' => 'v',
                    _ => sign,
                };
                let sign = sign.to_lowercase().next()?;
                if !sign.is_alphanumeric() {
                    return None;
                }
                let number = u16::try_from(u32::from(sign)).ok()?;
                self.simplified.get(usize::from(number)).copied()
            })
            .collect()
    }

    /// Whether a sign can be meant by what begins so: the letter itself, or the first of a reading.
    pub fn begins(&self, sign: u16, first: u16) -> bool {
        sign == first
            || self
                .begins
                .get(usize::from(sign))
                .is_some_and(|letters| letters & bit(first) != 0)
    }

    /// Whether a reading of a sign can have this letter second.
    pub fn goes_on(&self, sign: u16, second: u16) -> bool {
        self.goes_on
            .get(usize::from(sign))
            .is_some_and(|letters| letters & bit(second) != 0)
    }

    fn readings(&self, sign: u16) -> &[Box<[u8]>] {
        self.readings
            .get(usize::from(sign))
            .and_then(Option::as_deref)
            .unwrap_or_default()
    }

    /// Whether what was typed means the signs from here on: each by itself, by a reading in full (the
    /// last perhaps not to its end), or by the first letter of one. `steps` bounds the tries.
    pub fn means(&self, signs: &[u16], typed: &[u16], steps: &mut u32) -> bool {
        let (Some((sign, rest)), Some((first, typed_rest))) =
            (signs.split_first(), typed.split_first())
        else {
            return typed.is_empty();
        };
        *steps = steps.saturating_sub(1);
        if *steps == 0 {
            return false;
        }
        if sign == first {
            return self.means(rest, typed_rest, steps);
        }
        for reading in self.readings(*sign) {
            let same = reading
                .iter()
                .zip(typed)
                .take_while(|(one, two)| u16::from(**one) == **two)
                .count();
            if same == typed.len() {
                return true;
            }
            let is_whole = same == reading.len();
            if is_whole && self.means(rest, typed.get(same..).unwrap_or_default(), steps) {
                return true;
            }
            // The first letter alone; of zh, ch and sh both, too.
            if same >= 1 && self.means(rest, typed_rest, steps) {
                return true;
            }
            let is_double = same >= 2 && matches!(reading.get(..2), Some(b"zh" | b"ch" | b"sh"));
            if is_double && self.means(rest, typed.get(2..).unwrap_or_default(), steps) {
                return true;
            }
        }
        false
    }
}
