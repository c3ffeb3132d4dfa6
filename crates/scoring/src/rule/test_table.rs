//! One line per row: a rule, its input, its points.

pub(crate) use super::points;
use base::{Ratio, Text};

use super::{Rule, RuleFault, RuleInput, explain};
use crate::definition::{Role, ValueFormat};
pub(crate) use crate::fixture::{ratio as r, same};
use crate::participant::Input;

pub(crate) fn input<'a>(
    values: &'a [Ratio],
    points: &'a Ratio,
    target: Option<&'a Ratio>,
    role: Role,
) -> RuleInput<'a> {
    RuleInput {
        values,
        judged: None,
        target,
        points,
        role,
        format: ValueFormat::Percent(2),
    }
}

fn run(
    rule: &Rule,
    role: Role,
    full: &str,
    values: &[&str],
    target: Option<&str>,
) -> Result<(Ratio, Text), RuleFault> {
    let values: Vec<Ratio> = values.iter().map(|value| r(value)).collect();
    let (full, target) = (r(full), target.map(r));
    let input = input(&values, &full, target.as_ref(), role);
    let points = points(rule, &input)?;
    let reason = explain(rule, &input, &points).expect("what gives points can be explained");
    assert!(!reason.zh.is_empty() && !reason.en.is_empty());
    Ok((points, reason))
}

pub(crate) fn check(rule: &Rule, full: &str, values: &[&str], target: Option<&str>, points: &str) {
    check_role(rule, Role::Normal, full, values, target, points);
}

pub(crate) fn check_role(
    rule: &Rule,
    role: Role,
    full: &str,
    values: &[&str],
    target: Option<&str>,
    points: &str,
) {
    let found = run(rule, role, full, values, target).map(|(points, _)| points);
    assert_eq!(
        found,
        Ok(r(points)),
        "{} {role:?} {values:?} {target:?}",
        rule.kind()
    );
}

pub(crate) fn refuse(rule: &Rule, full: &str, values: &[&str], target: Option<&str>) {
    let found = run(rule, Role::Normal, full, values, target);
    assert!(
        found.is_err(),
        "{} {values:?} {target:?} gave {found:?}",
        rule.kind()
    );
}

pub(crate) fn zh(rule: &Rule, full: &str, values: &[&str], target: Option<&str>) -> String {
    zh_role(rule, Role::Normal, full, values, target)
}

pub(crate) fn zh_role(
    rule: &Rule,
    role: Role,
    full: &str,
    values: &[&str],
    target: Option<&str>,
) -> String {
    run(rule, role, full, values, target).expect("points").1.zh
}

fn run_judged(rule: &Rule, full: &str, given: Input) -> Result<Ratio, RuleFault> {
    let full = r(full);
    let input = RuleInput {
        judged: given.judged.as_ref(),
        ..input(&[], &full, None, Role::Normal)
    };
    let points = points(rule, &input)?;
    explain(rule, &input, &points).expect("what gives points can be explained");
    Ok(points)
}

pub(crate) fn check_judged(rule: &Rule, full: &str, given: Input, points: &str) {
    assert_eq!(
        run_judged(rule, full, given.clone()),
        Ok(r(points)),
        "{given:?}"
    );
}

pub(crate) fn refuse_judged(rule: &Rule, full: &str, given: Input) {
    let found = run_judged(rule, full, given.clone());
    assert!(found.is_err(), "{given:?} gave {found:?}");
}
