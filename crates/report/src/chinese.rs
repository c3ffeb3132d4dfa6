//! Days, numbers and amounts as Chinese papers write them.

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
const CAPITALS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// The year, month and day of an ISO day.
pub fn parts_of_day(iso: &str) -> Option<(u16, u8, u8)> {
    let mut parts = iso.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_day.then_some((year.parse().ok()?, month, day))
}

/// A day with Arabic numerals and no leading zeros, as GB/T 9704 writes dates.
///
/// ```
/// assert_eq!(report::chinese::day("2021-09-30").unwrap(), "2021年9月30日");
/// ```
pub fn day(iso: &str) -> Option<String> {
    let (year, month, day) = parts_of_day(iso)?;
    Some(format!("{year}年{month}月{day}日"))
}

/// A day in Chinese numerals.
///
/// ```
/// assert_eq!(report::chinese::day_in_numerals("2021-09-30").unwrap(), "二〇二一年九月三十日");
/// assert_eq!(report::chinese::day_in_numerals("2020-10-21").unwrap(), "二〇二〇年十月二十一日");
/// ```
pub fn day_in_numerals(iso: &str) -> Option<String> {
    let (year, month, day) = parts_of_day(iso)?;
    let year: String = year
        .to_string()
        .bytes()
        .map(|digit| DIGITS[usize::from(digit - b'0')])
        .collect();
    Some(format!(
        "{year}年{}月{}日",
        whole(month.into()),
        whole(day.into())
    ))
}

/// A whole number up to 99 999 in Chinese numerals.
///
/// ```
/// use report::chinese::whole;
/// assert_eq!(whole(12), "十二");
/// assert_eq!(whole(108), "一百〇八");
/// assert_eq!(whole(20_010), "二万〇一十");
/// ```
pub fn whole(number: u32) -> String {
    if number > 99_999 {
        return number.to_string();
    }
    let text = spell(u64::from(number), &DIGITS, &['十', '百', '千', '万']);
    match text.strip_prefix('一') {
        Some(rest) if (10..20).contains(&number) => rest.to_owned(),
        _ => text,
    }
}

/// Four digits and what is above them.
fn spell(number: u64, digits: &[char; 10], units: &[char; 4]) -> String {
    let [ten, hundred, thousand, myriad] = *units;
    if number == 0 {
        return digits[0].to_string();
    }
    let mut out = String::new();
    let mut has_gap = false;
    for (power, unit) in [
        (10_000, myriad),
        (1_000, thousand),
        (100, hundred),
        (10, ten),
        (1, ' '),
    ] {
        let digit = (number / power) % 10;
        if digit == 0 {
            has_gap = !out.is_empty();
            continue;
        }
        if has_gap {
            out.push(digits[0]);
            has_gap = false;
        }
        out.push(digits[usize::try_from(digit).unwrap_or_default()]);
        if unit != ' ' {
            out.push(unit);
        }
    }
    out
}

/// An amount in yuan in capital numerals, as it stands in contracts and on receipts; at most two places,
/// below one trillion.
///
/// ```
/// use report::chinese::amount;
/// assert_eq!(amount("12000").unwrap(), "壹万贰仟元整");
/// assert_eq!(amount("1680.32").unwrap(), "壹仟陆佰捌拾元叁角贰分");
/// assert_eq!(amount("100500000").unwrap(), "壹亿零伍拾万元整");
/// assert_eq!(amount("0.05").unwrap(), "伍分");
/// assert_eq!(amount("10.5").unwrap(), "壹拾元伍角整");
/// assert_eq!(amount("1000000.01").unwrap(), "壹佰万元零壹分");
/// ```
pub fn amount(text: &str) -> Option<String> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("负", rest),
        None => ("", text),
    };
    let (yuan, places) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if yuan.is_empty()
        || yuan.len() > 12
        || places.len() > 2
        || !is_number(yuan)
        || !is_number(places)
    {
        return None;
    }
    let yuan: u64 = yuan.parse().ok()?;
    let mut cents = places.bytes().map(|digit| usize::from(digit - b'0'));
    let (tenths, hundredths) = (cents.next().unwrap_or(0), cents.next().unwrap_or(0));
    let mut out = String::from(sign);
    let mut left = yuan;
    let mut has_gap = false;
    for (power, unit) in [(100_000_000, "亿"), (10_000, "万"), (1, "元")] {
        let group = left / power;
        left %= power;
        if group > 0 {
            // A zero is said where digits are missing between two groups.
            if has_gap || (out.len() > sign.len() && group < 1_000) {
                out.push('零');
            }
            out.push_str(&spell(group, &CAPITALS, &['拾', '佰', '仟', '万']));
            out.push_str(unit);
            has_gap = false;
        } else if out.len() > sign.len() {
            has_gap = unit != "元";
            if unit == "元" {
                out.push('元');
            }
        }
    }
    match (tenths, hundredths) {
        (0, 0) if yuan == 0 => out.push_str("零元整"),
        (0, 0) => out.push('整'),
        (0, cents) => {
            if yuan > 0 {
                out.push('零');
            }
            out.push(CAPITALS[cents]);
            out.push('分');
        }
        (tenths, 0) => {
            out.push(CAPITALS[tenths]);
            out.push_str("角整");
        }
        (tenths, cents) => {
            out.push(CAPITALS[tenths]);
            out.push('角');
            out.push(CAPITALS[cents]);
            out.push('分');
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_a_cashier_writes_them() {
        let table = [
            ("0", "零元整"),
            ("1", "壹元整"),
            ("10", "壹拾元整"),
            ("105", "壹佰零伍元整"),
            ("1005", "壹仟零伍元整"),
            ("10005", "壹万零伍元整"),
            ("100005", "壹拾万零伍元整"),
            ("120000", "壹拾贰万元整"),
            ("100000000", "壹亿元整"),
            ("100000001", "壹亿零壹元整"),
            ("-3.2", "负叁元贰角整"),
        ];
        for (number, written) in table {
            assert_eq!(amount(number).as_deref(), Some(written), "{number}");
        }
        for number in ["", "1.234", "a", "1e5", "1234567890123", "１"] {
            assert_eq!(amount(number), None, "{number}");
        }
    }

    #[test]
    fn a_day_that_is_none_is_not_written() {
        for text in [
            "",
            "2021",
            "2021-13-01",
            "2021-01-32",
            "21-01-01",
            "2021-01-01-01",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
