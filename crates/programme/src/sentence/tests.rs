//! One line for each form of measure, rule and condition: what the package says, what is read.

use std::sync::{Arc, LazyLock};

use base::{GroupId, IndicatorId, ItemId, Lang, Ratio, Text};
use scoring::rule::{Comparison, Counting};
use scoring::{Direction, Item, Role, Rule, ValueFormat};

use super::{When, indicator, rule};
use crate::model::Programme;
use crate::{Sources, check};

const PACKAGE: &str = r#"
[programme]
id = "p"
name = { zh = "例", en = "Example" }
version = "1"
city = { zh = "某市", en = "A city" }
time_zone = "Asia/Shanghai"
year = "2018"
[[vocabulary]]
id = "unit_kind"
name = { zh = "单位类型", en = "Kinds of units" }
[[code]]
vocabulary = "unit_kind"
id = "bureau"
name = { zh = "部门", en = "Bureau" }
[[vocabulary]]
id = "result"
name = { zh = "结果", en = "Results" }
[[code]]
vocabulary = "result"
id = "pass"
name = { zh = "合格", en = "Pass" }
[[code]]
vocabulary = "result"
id = "fail"
name = { zh = "不合格", en = "Fail" }
[[unit]]
id = "amr"
name = { zh = "市场局", en = "Market bureau" }
kind = "bureau"
[[record_type]]
id = "sample"
name = { zh = "抽检", en = "Sampling" }
[[field]]
of = "sample"
id = "day"
name = { zh = "抽样日期", en = "Sampling date" }
type = "date"
[[field]]
of = "sample"
id = "result"
name = { zh = "检验结果", en = "Result" }
type = "choice"
vocabulary = "result"
[[field]]
of = "sample"
id = "reported_on"
name = { zh = "报告日期", en = "Report date" }
type = "date"
[[field]]
of = "sample"
id = "amount"
name = { zh = "数量", en = "Amount" }
type = "number"
[[indicator]]
id = "batches"
name = { zh = "批次", en = "Batches" }
measure = "count"
of = "sample"
[[indicator]]
id = "failed"
name = { zh = "不合格批次", en = "Failed" }
measure = "count"
of = "sample"
where = "result <> 'pass' and (amount > 2.5 or unit.kind = 'bureau')"
attribute_to = "place"
over = "to_date"
[[indicator]]
id = "pass_rate"
name = { zh = "合格率", en = "Pass rate" }
measure = "share"
of = "sample"
where = "result = 'pass'"
among = "result in ('pass', 'fail')"
[[indicator]]
id = "in_time"
name = { zh = "按时率", en = "In time" }
measure = "share"
of = "sample"
where = "reported_on is not null and reported_on <= day + 40"
attribute_to = "city"
[[indicator]]
id = "amount"
name = { zh = "总量", en = "Amount" }
measure = "sum"
of = "sample"
value = "amount"
where = "unit = 'amr'"
[[indicator]]
id = "days"
name = { zh = "平均时长", en = "Mean time" }
measure = "mean"
of = "sample"
value = "reported_on - day"
[[indicator]]
id = "results"
name = { zh = "结果种数", en = "Kinds of results" }
measure = "distinct"
of = "sample"
field = "result"
[[indicator]]
id = "per_batch"
name = { zh = "每批数量", en = "Amount per batch" }
measure = "ratio"
numerator = "amount"
denominator = "batches"
[[indicator]]
id = "missing"
name = { zh = "缺口", en = "Missing" }
measure = "expression"
expression = "6 - (batches + failed) / 2"
[[indicator]]
id = "growth"
name = { zh = "增幅", en = "Growth" }
measure = "growth"
indicator = "batches"
against = "year_earlier"
[[indicator]]
id = "bureaus"
name = { zh = "部门数", en = "Bureaus" }
measure = "count"
of = "unit"
where = "kind = 'bureau'"
"#;

static PROGRAMME: LazyLock<Arc<Programme>> = LazyLock::new(|| {
    let sources = Sources::from_files("p", [("programme.toml".to_owned(), PACKAGE.to_owned())]);
    let checked = check(&sources);
    checked.programme.unwrap_or_else(|| {
        panic!(
            "{}",
            base::render(&checked.problems, &sources.texts(), Lang::En, false)
        )
    })
});

fn said(id: &str, when: Option<&When>) -> Text {
    let found = PROGRAMME.indicators.get(&IndicatorId::new(id)).unwrap();
    indicator(&PROGRAMME, found, when)
}

#[test]
fn indicators_say_what_they_count() {
    const TREE: &str = "（下级并入上级，按记录当日的隶属）";
    const TREE_EN: &str = " (with those above it, as units stood on the record’s day)";
    let table: &[(&str, &str, &str)] = &[
        (
            "batches",
            "“抽检”记录的数量；“抽样日期”在统计期内的才计；记在责任单位名下{tree}。",
            "The number of “Sampling” records; counted where the sampling date lies within the period measured; credited to the responsible unit{tree}.",
        ),
        (
            "failed",
            "检验结果不是“合格”、且（数量大于2.5、或责任单位的类型为“部门”）的“抽检”记录的数量；累计到期末（或统计日）（按“抽样日期”）；记在所在地名下{tree}。",
            "The number of “Sampling” records where result is not “Pass” and (amount is above 2.5 or kind of the responsible unit is “Bureau”); counted up to the period’s end (or the day measured) by the sampling date; credited to the place{tree}.",
        ),
        (
            "pass_rate",
            "在检验结果为“合格”或“不合格”的“抽检”记录中，检验结果为“合格”的所占比例；“抽样日期”在统计期内的才计；记在责任单位名下{tree}。",
            "Among “Sampling” records where result is “Pass” or “Fail”, the share of those where result is “Pass”; counted where the sampling date lies within the period measured; credited to the responsible unit{tree}.",
        ),
        (
            "in_time",
            "在全部“抽检”记录中，已填报告日期、且报告日期不晚于抽样日期后40天的所占比例；“抽样日期”在统计期内的才计；只算全市一个数。",
            "Among all “Sampling” records, the share of those where report date is given and report date is no later than 40 days after sampling date; counted where the sampling date lies within the period measured; one figure for the whole city.",
        ),
        (
            "amount",
            "责任单位为“市场局”的“抽检”记录的数量之和；“抽样日期”在统计期内的才计；记在责任单位名下{tree}。",
            "The sum of amount of “Sampling” records where responsible unit is “Market bureau”; counted where the sampling date lies within the period measured; credited to the responsible unit{tree}.",
        ),
        (
            "days",
            "“抽检”记录的抽样日期到报告日期的天数的平均数（只算填了的）；“抽样日期”在统计期内的才计；记在责任单位名下{tree}。",
            "The mean, where it is given, of the days from sampling date to report date of “Sampling” records; counted where the sampling date lies within the period measured; credited to the responsible unit{tree}.",
        ),
        (
            "results",
            "“抽检”记录中，不同“检验结果”的个数（重复的只算一个）；“抽样日期”在统计期内的才计；记在责任单位名下{tree}。",
            "The number of different values of result among “Sampling” records; counted where the sampling date lies within the period measured; credited to the responsible unit{tree}.",
        ),
        (
            "per_batch",
            "“总量”除以“批次”；各部分按各自的口径统计。",
            "“Amount” divided by “Batches”; each part is counted as it is declared.",
        ),
        (
            "missing",
            "6 − （（“批次” + “不合格批次”） ÷ 2）；各部分按各自的口径统计。",
            "6 − ((“Batches” + “Failed”) ÷ 2); each part is counted as it is declared.",
        ),
        (
            "growth",
            "“批次”比上年同期增长的比例；各部分按各自的口径统计。",
            "The growth of “Batches” against the same period a year earlier; each part is counted as it is declared.",
        ),
        (
            "bureaus",
            "类型为“部门”的单位的数量；按期末（或统计日）当日的情况；记在单位自己名下（下级并入上级，按记录当日的隶属）。",
            "The number of units where kind is “Bureau”; as it is on the period’s end (or the day measured); credited to the unit itself (with those above it, as units stood on the record’s day).",
        ),
    ];
    for (id, zh, en) in table {
        let said = said(id, None);
        assert_eq!(said.zh, zh.replace("{tree}", TREE), "{id}");
        assert_eq!(said.en, en.replace("{tree}", TREE_EN), "{id}");
    }
}

#[test]
fn a_period_is_named_where_it_is_known() {
    let when = When {
        period: Text::new("2018年", "2018"),
        end: Text::new("2018年12月31日", "31 Dec 2018"),
    };
    assert!(
        said("batches", Some(&when))
            .zh
            .contains("“抽样日期”在2018年内的才计")
    );
    assert!(
        said("failed", Some(&when))
            .en
            .contains("counted up to 31 Dec 2018 by the sampling date")
    );
}

#[test]
fn rules_say_what_gives_points() {
    let n = |text: &str| Ratio::parse_decimal(text).unwrap();
    let item = |rule: Rule, role: Role, format: ValueFormat| {
        let name = Text::same("x");
        let mut item = Item::new(ItemId::new("x"), GroupId::new("g"), name, n("3"), rule);
        (item.role, item.format) = (role, format);
        item
    };
    let percent = ValueFormat::Percent(2);
    let table = [
        (
            item(
                Rule::Linear {
                    zero_at: n("0.9"),
                    full_at: n("0.975"),
                },
                Role::Normal,
                percent,
            ),
            "97.5%得3分，90%不得分，其间按比例计",
            "3 points at 97.5%, none at 90%, linear between",
        ),
        (
            item(
                Rule::Proportional {
                    better: Direction::HigherBetter,
                },
                Role::Normal,
                percent,
            ),
            "达到目标得3分，不足按完成比例计（分值 × 数字 ÷ 目标）",
            "3 points at the target, in proportion below (points × figure ÷ target)",
        ),
        (
            item(
                Rule::Binary {
                    comparison: Some(Comparison::AtLeast),
                },
                Role::Normal,
                percent,
            ),
            "不低于目标得3分，否则不得分",
            "3 points where the figure is at least the target, else none",
        ),
        (
            item(
                Rule::PerPointShort {
                    deduct: n("0.5"),
                    unit: n("0.01"),
                    counting: Counting::WholeSteps,
                    better: Direction::HigherBetter,
                },
                Role::Normal,
                percent,
            ),
            "比目标每低1个百分点扣0.5分（不足一档按一档）",
            "−0.5 points for each percentage point short of the target (a part of it counts as a whole)",
        ),
        (
            item(
                Rule::PerEvent {
                    each: n("2"),
                    escalation: None,
                },
                Role::Deduction,
                ValueFormat::Number(0),
            ),
            "每起扣2分，最多3分",
            "−2 points for each event, at most 3",
        ),
        (
            item(Rule::Judged, Role::Normal, percent),
            "评定0至3分",
            "Judged, from 0 to 3 points",
        ),
    ];
    for (item, zh, en) in table {
        let said = rule(&item);
        assert_eq!((said.zh.as_str(), said.en.as_str()), (zh, en));
    }
}
