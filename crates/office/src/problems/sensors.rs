//! What is refused of sensors' readings, and of what they are summed up to (O94x).

base::catalogue! {
    /// A sensor that the programme does not declare.
    fn unknown_sensor(sensor, nearest) -> "O940" Error {
        what { zh: "方案没有声明传感器“{sensor}”", en: "the programme declares no sensor `{sensor}`" }
        remedy { zh: "可用：{nearest}", en: "use: {nearest}" }
    }
    /// A subject that nobody made known.
    fn sensor_of_nobody(subject_type, subject) -> "O941" Error {
        what { zh: "没有编号为“{subject}”的{subject_type}", en: "there is no {subject_type} `{subject}`" }
        remedy { zh: "先登记，再上报它的读数", en: "register it first, then send its readings" }
    }
    /// A reading from the future.
    fn reading_ahead(at, now, seconds) -> "O942" Error {
        what { zh: "读数时间 {at} 在现在 {now} 之后", en: "the reading's time {at} lies after now, {now}" }
        remedy { zh: "校准传感器的时钟；最多可快 {seconds} 秒", en: "set the sensor's clock; it may be fast by {seconds} seconds" }
    }
    /// A reading that comes when its period may be summed up already.
    fn reading_too_late(at, minutes) -> "O943" Error {
        what { zh: "{at} 的读数来得太晚", en: "the reading of {at} comes too late" }
        remedy { zh: "读数须在 {minutes} 分钟内上报", en: "readings are sent within {minutes} minutes" }
    }
    /// A value that cannot be.
    fn reading_implausible(value, least, most) -> "O944" Error {
        what { zh: "读数 {value} 不可信，没有收，已计数", en: "the value {value} is not plausible; it is refused and counted" }
        remedy { zh: "检查传感器；可信范围为 {least} 至 {most}", en: "check the sensor; plausible is {least} to {most}" }
    }
    /// A value that is no number.
    fn reading_no_number(value) -> "O945" Error {
        what { zh: "“{value}”不是数值", en: "`{value}` is no number" }
        remedy { zh: "写十进制数，如 82.5", en: "write a decimal number, such as 82.5" }
    }
    /// A summary that would be nobody's.
    fn summary_without_unit(subject) -> "O947" Error {
        what { zh: "“{subject}”没有写明由哪个单位监管，汇总暂不入账", en: "no unit is said to supervise `{subject}`; the summary waits" }
        remedy { zh: "在该对象的登记上补上监管单位，随后自动入账，读数不丢", en: "say on the subject who supervises it; the summary follows by itself and no reading is lost" }
    }
    /// A moment that is none.
    fn reading_no_moment(at) -> "O946" Error {
        what { zh: "“{at}”不是时刻", en: "`{at}` is no moment" }
        remedy { zh: "写带时区的时刻，如 2026-01-31T08:00:00+08:00", en: "write a moment with its offset, such as 2026-01-31T08:00:00+08:00" }
    }
}
