//! Everything that this crate can find wrong, with its remedy: codes B101 onwards.
//!
//! The typed errors of the other files ([`DayError`](crate::DayError) and so on) become these
//! problems with `Problem::from`.

crate::catalogue! {
    /// A text is not of the form `2018-03-05`.
    fn not_a_day(text) -> "B101" Error {
        what { zh: "“{text}”不是日期", en: "`{text}` is not a day" }
        remedy { zh: "写成“2018-03-05”的样子", en: "write it like `2018-03-05`" }
    }
    /// A day of the right form that the calendar does not have.
    fn no_such_day(text) -> "B102" Error {
        what { zh: "日历上没有“{text}”这一天", en: "the calendar has no day `{text}`" }
        remedy { zh: "核对年、月、日，写一个实际存在的日期", en: "check year, month and day and write one that exists" }
    }
    /// A text is not a moment as RFC 3339 writes it.
    fn not_a_moment(text) -> "B103" Error {
        what { zh: "“{text}”不是带时区的时刻", en: "`{text}` is not a moment with its offset" }
        remedy { zh: "写成“2018-03-05T01:02:03Z”的样子，秒以下最多六位", en: "write it like `2018-03-05T01:02:03Z`, with at most six digits below the second" }
    }
    /// A time zone that the time zone database does not have.
    fn unknown_time_zone(name) -> "B104" Error {
        what { zh: "没有“{name}”这个时区", en: "there is no time zone `{name}`" }
        remedy { zh: "写时区数据库中的名称，例如“Asia/Shanghai”", en: "use a name of the time zone database, such as `Asia/Shanghai`" }
    }
    /// A text is no period in any of the forms.
    fn not_a_period(text) -> "B105" Error {
        what { zh: "“{text}”不是期间", en: "`{text}` is not a period" }
        remedy {
            zh: "写成 2018、2018H1、2018Q3、2018-06、2016..2018、..2012、2015A 或 2018-01-05..2018-02-07",
            en: "write 2018, 2018H1, 2018Q3, 2018-06, 2016..2018, ..2012, 2015A or 2018-01-05..2018-02-07"
        }
    }
    /// A period that ends before it starts.
    fn backwards_period(text) -> "B106" Error {
        what { zh: "期间“{text}”的结束早于开始", en: "the period `{text}` ends before it starts" }
        remedy { zh: "把两端对调", en: "swap its ends" }
    }
    /// A year whose holidays and make-up days are not known.
    fn unpublished_year(year) -> "B107" Error {
        what { zh: "{year} 年的放假安排尚未公布，无法计算工作日", en: "the holidays of {year} are not published, so working days cannot be counted" }
        remedy { zh: "公布后在方案的日历中补上 {year} 年", en: "add {year} to the programme's calendar once it is published" }
    }
    /// Two notices disagree about one day.
    fn calendar_conflict(day, first, second) -> "B108" Error {
        what { zh: "{day} 在“{first}”和“{second}”中一处放假、一处上班", en: "{day} is off in one of `{first}` and `{second}` and a working day in the other" }
        remedy { zh: "核对两份通知，删去不对的一行", en: "check both notices and delete the wrong row" }
    }
    /// A notice for one year names a day that is further away than the neighbouring years.
    fn day_outside_year(day, year) -> "B109" Error {
        what { zh: "{year} 年的放假安排里有不相邻年份的日期 {day}", en: "the calendar of {year} names {day}, which is not in that year or next to it" }
        remedy { zh: "把这一天移到它自己的年份", en: "move the day to its own year" }
    }
    /// A year is given twice.
    fn year_twice(year) -> "B110" Error {
        what { zh: "{year} 年的放假安排给了两次", en: "the calendar of {year} is given twice" }
        remedy { zh: "只留一份", en: "keep one of them" }
    }
    /// A text is not a decimal number.
    fn not_a_decimal(text) -> "B111" Error {
        what { zh: "“{text}”不是数", en: "`{text}` is not a number" }
        remedy { zh: "只写数字，可带负号和小数点，例如“-12.50”", en: "write digits only, with a minus sign and a decimal point if needed, such as `-12.50`" }
    }
    /// A number has more decimal places than its field keeps.
    fn too_many_places(text, scale) -> "B112" Error {
        what { zh: "“{text}”的小数超过 {scale} 位", en: "`{text}` has more than {scale} decimal places" }
        remedy { zh: "四舍五入到 {scale} 位后再填，或换一个位数更多的字段", en: "round it to {scale} places, or declare the field with more" }
    }
    /// A number is larger than its field can keep.
    fn number_too_large(text, scale) -> "B113" Error {
        what { zh: "“{text}”太大，{scale} 位小数的字段放不下", en: "`{text}` is too large for a field of {scale} decimal places" }
        remedy { zh: "核对单位，或换一个小数位数更少的字段", en: "check the unit of measure, or declare the field with fewer places" }
    }
    /// A unified social credit code does not have 18 characters.
    fn uscc_length(found) -> "B114" Error {
        what { zh: "统一社会信用代码应为 18 位，这里有 {found} 位", en: "a unified social credit code has 18 characters, this one has {found}" }
        remedy { zh: "对照营业执照重新录入", en: "enter it again from the business licence" }
    }
    /// A unified social credit code has a character that it cannot have.
    fn uscc_character(found, position) -> "B115" Error {
        what { zh: "统一社会信用代码第 {position} 位不能是“{found}”", en: "character {position} of a unified social credit code cannot be `{found}`" }
        remedy {
            zh: "第 3 至 8 位只用数字，其余用数字和大写字母，不用 I、O、S、V、Z",
            en: "use digits at 3 to 8, digits and capital letters elsewhere, without I, O, S, V, Z"
        }
    }
    /// The check character of a unified social credit code does not fit.
    fn uscc_check_character(expected, found) -> "B116" Error {
        what { zh: "统一社会信用代码的校验码应为“{expected}”，这里是“{found}”", en: "the check character of this unified social credit code would be `{expected}`, not `{found}`" }
        remedy { zh: "代码中有抄错的一位，对照营业执照重新录入", en: "a character is miscopied: enter the code again from the business licence" }
    }
    /// The organisation code within a unified social credit code does not check.
    fn organisation_code(expected, found) -> "B117" Warning {
        what { zh: "统一社会信用代码内的组织机构代码校验码应为“{expected}”，这里是“{found}”", en: "the organisation code within this unified social credit code would end in `{expected}`, not `{found}`" }
        remedy { zh: "少数早期代码如此；对照营业执照核对一次", en: "a few early codes are like that: check it once against the business licence" }
    }
}

/// A text as far as a message should repeat it: its first 60 characters.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN_MAX: usize = 60;
    match text.char_indices().nth(SHOWN_MAX) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Gives a typed error the texts of its problem.
macro_rules! error_by_problem {
    ($error:ty) => {
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::Problem::from(self.clone()).fmt(f)
            }
        }

        impl std::error::Error for $error {}
    };
}
pub(crate) use error_by_problem;
