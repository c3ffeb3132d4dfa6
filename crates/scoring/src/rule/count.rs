//! Rules that count: per missing thing, per event with escalation, by rank.

use base::{Ratio, Text};

use super::{Escalation, RuleFault, RuleInput, earns, loses};
use crate::definition::Role;
use crate::words;

/// A number of things: not negative.
fn number_of(input: &RuleInput) -> Result<Ratio, RuleFault> {
    let value = input.value()?;
    match value < &Ratio::ZERO {
        true => Err(RuleFault::NotACount {
            value: words::points(value),
        }),
        false => Ok(value.clone()),
    }
}

/// A whole number of things.
fn whole_number_of(input: &RuleInput) -> Result<Ratio, RuleFault> {
    let value = number_of(input)?;
    match value.round(0, base::Rounding::Down) == value {
        true => Ok(value),
        false => Err(RuleFault::NotACount {
            value: words::points(&value),
        }),
    }
}

/// `deduct` for each missing thing.
pub(super) fn per_missing(deduct: &Ratio, input: &RuleInput) -> Result<Ratio, RuleFault> {
    Ok(loses(input, &(deduct * &number_of(input)?)))
}

pub(super) fn per_missing_words(
    deduct: &Ratio,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let number = words::points(&number_of(input)?);
    let deduct = words::points(deduct);
    let from = start(input);
    let equals = words::equals_points(points);
    Ok(words::text(
        format!("缺 {number} 项，每项扣 {deduct} 分：{from}− {number} × {deduct} {equals} 分"),
        format!("{number} missing, {deduct} off each: {from}− {number} × {deduct} {equals} points"),
    ))
}

/// What a loss is subtracted from, in words.
fn start(input: &RuleInput) -> String {
    match input.role {
        Role::Deduction => String::new(),
        Role::Normal | Role::Bonus => format!("{} ", words::points(input.points)),
    }
}

/// How many events count plainly and how many as a repetition.
fn split_events(
    escalation: Option<&Escalation>,
    input: &RuleInput,
) -> Result<(Ratio, Ratio), RuleFault> {
    let number = whole_number_of(input)?;
    let Some(escalation) = escalation else {
        return Ok((number, Ratio::ZERO));
    };
    let plain_max = Ratio::from_int(i64::from(escalation.from_nth.saturating_sub(1)));
    let plain = number.clone().min(plain_max);
    let repeated = &number - &plain;
    Ok((plain, repeated))
}

/// `each` per event, another amount from the nth on.
pub(super) fn per_event(
    each: &Ratio,
    escalation: Option<&Escalation>,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let (plain, repeated) = split_events(escalation, input)?;
    let mut amount = each * &plain;
    if let Some(escalation) = escalation {
        amount = &amount + &(&escalation.then_each * &repeated);
    }
    Ok(match input.role {
        Role::Bonus => earns(input, &amount),
        Role::Normal | Role::Deduction => loses(input, &amount),
    })
}

pub(super) fn per_event_words(
    each: &Ratio,
    escalation: Option<&Escalation>,
    input: &RuleInput,
    points: &Ratio,
) -> Result<Text, RuleFault> {
    let (plain, repeated) = split_events(escalation, input)?;
    let number = words::points(&(&plain + &repeated));
    let each = words::points(each);
    let (plain, repeated) = (words::points(&plain), words::points(&repeated));
    let mut sum = format!("{plain} × {each}");
    let (mut zh, mut en) = (
        format!("{number} 次，每次 {each} 分"),
        format!("{number} times, {each} each"),
    );
    if let Some(Escalation {
        from_nth,
        then_each,
    }) = escalation
    {
        let then_each = words::points(then_each);
        zh.push_str(&format!("，第 {from_nth} 次起每次 {then_each} 分"));
        en.push_str(&format!(", {then_each} each from number {from_nth} on"));
        sum.push_str(&format!(" + {repeated} × {then_each}"));
    }
    let formula = match (input.role, escalation.is_some()) {
        (Role::Bonus, _) => sum,
        (_, true) => format!("{}− ({sum})", start(input)),
        (_, false) => format!("{}− {sum}", start(input)),
    };
    let equals = words::equals_points(points);
    Ok(words::text(
        format!("{zh}：{formula} {equals} 分"),
        format!("{en}: {formula} {equals} points"),
    ))
}

/// Points by rank; rank 0 means that there is no result.
pub(super) fn rank_based(
    by_rank: &[Ratio],
    others: &Ratio,
    none: Option<&Ratio>,
    input: &RuleInput,
) -> Result<Ratio, RuleFault> {
    let rank = whole_number_of(input)?;
    if rank == Ratio::ZERO {
        let none = none.ok_or(RuleFault::NotACount {
            value: "0".to_string(),
        })?;
        return Ok(earns(input, none));
    }
    let named = (1i64..)
        .zip(by_rank)
        .find(|(place, _)| Ratio::from_int(*place) == rank);
    Ok(earns(input, named.map_or(others, |(_, points)| points)))
}

pub(super) fn rank_based_words(input: &RuleInput, points: &Ratio) -> Result<Text, RuleFault> {
    let rank = whole_number_of(input)?;
    let (zh, en) = (words::points(points), words::english_points(points));
    Ok(match rank == Ratio::ZERO {
        true => without_result_words(points),
        false => words::text(
            format!("第 {} 名：{zh} 分", words::points(&rank)),
            format!("rank {}: {en}", words::points(&rank)),
        ),
    })
}

/// The sentence for a rank that does not exist because there is no result.
pub(super) fn without_result_words(points: &Ratio) -> Text {
    words::text(
        format!("没有成绩：{} 分", words::points(points)),
        format!("no result: {}", words::english_points(points)),
    )
}

#[cfg(test)]
mod tests {
    use super::super::test_table::*;
    use super::*;
    use crate::rule::Rule;

    #[test]
    fn a_tenth_off_for_each_missing_field() {
        // Xuzhou 1.4: 1 point, −0.1 per missing field.
        let rule = Rule::PerMissing { deduct: r("0.1") };
        for (missing, points) in [("0", "1"), ("1", "0.9"), ("3", "0.7"), ("10", "0")] {
            check(&rule, "1", &[missing], None, points);
        }
        check_role(&rule, Role::Deduction, "1", &["3"], None, "-0.3");
        refuse(&rule, "1", &["-1"], None);
        assert_eq!(
            zh(&rule, "1", &["3"], None),
            "缺 3 项，每项扣 0.1 分：1 − 3 × 0.1 = 0.7 分"
        );
    }

    #[test]
    fn five_each_and_twenty_from_the_second() {
        let escalation = Some(Escalation {
            from_nth: 2,
            then_each: r("20"),
        });
        let rule = Rule::PerEvent {
            each: r("5"),
            escalation,
        };
        // (events, normal item of 100, deduction, bonus)
        for (events, normal, deduction, bonus) in [
            ("0", "100", "0", "0"),
            ("1", "95", "-5", "5"),
            ("2", "75", "-25", "25"),
            ("3", "55", "-45", "45"),
        ] {
            check(&rule, "100", &[events], None, normal);
            check_role(&rule, Role::Deduction, "100", &[events], None, deduction);
            check_role(&rule, Role::Bonus, "100", &[events], None, bonus);
        }
        refuse(&rule, "100", &["1.5"], None);
        refuse(&rule, "100", &["-1"], None);
        let plain = Rule::PerEvent {
            each: r("2"),
            escalation: None,
        };
        check(&plain, "10", &["3"], None, "4");
        assert_eq!(
            zh(&rule, "100", &["3"], None),
            "3 次，每次 5 分，第 2 次起每次 20 分：100 − (1 × 5 + 2 × 20) = 55 分"
        );
        assert_eq!(
            zh(&plain, "10", &["3"], None),
            "3 次，每次 2 分：10 − 3 × 2 = 4 分"
        );
    }

    #[test]
    fn first_three_six_five_four_any_result_three() {
        let by_rank = vec![r("6"), r("5"), r("4")];
        let rule = Rule::RankBased {
            by_rank: by_rank.clone(),
            others: r("3"),
            none: Some(r("0")),
        };
        for (rank, points) in [
            ("1", "6"),
            ("2", "5"),
            ("3", "4"),
            ("4", "3"),
            ("17", "3"),
            ("0", "0"),
        ] {
            check(&rule, "6", &[rank], None, points);
        }
        refuse(&rule, "6", &["1.5"], None);
        let rule = Rule::RankBased {
            by_rank,
            others: r("3"),
            none: None,
        };
        refuse(&rule, "6", &["0"], None);
        assert_eq!(zh(&rule, "6", &["2"], None), "第 2 名：5 分");
    }
}
