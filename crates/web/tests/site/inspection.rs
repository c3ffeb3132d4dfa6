//! Lots, plans by quota, inspectors beside colleagues: what the pages say follows from the records.

use axum::http::StatusCode;
use base::Lang;

use crate::records::{FIRM, TOWN};
use crate::town::City;

/// Beside the town's own: lots with decisions, a plan of samples, checks with scores.
const MORE: &str = r#"
[[vocabulary]]
id = "decision"
name = { zh = "决定", en = "Decision" }
[[code]]
vocabulary = "decision"
id = "agreed"
name = { zh = "同意放宽", en = "Agreed" }
[[record_type]]
id = "lot"
name = { zh = "批检验", en = "Lot" }
subject = "firm"
key = ["lot_no"]
[[field]]
of = "lot"
id = "lot_no"
name = { zh = "批号", en = "Lot number" }
type = "text"
required = true
[[field]]
of = "lot"
id = "size"
name = { zh = "批量", en = "Size" }
type = "number"
[[field]]
of = "lot"
id = "found"
name = { zh = "不合格数", en = "Found" }
type = "number"
[[field]]
of = "lot"
id = "drawn"
name = { zh = "检验数", en = "Drawn" }
type = "number"
[[record_type]]
id = "consent"
name = { zh = "放宽决定", en = "Consent" }
subject = "firm"
[[field]]
of = "consent"
id = "decision"
name = { zh = "决定", en = "Decision" }
type = "choice"
vocabulary = "decision"
required = true
[[lot_sampling]]
record_type = "lot"
lot_size = "size"
nonconforming = "found"
sample = "drawn"
aql = "1.0"
decisions = "consent"
decision = "decision"
allow_reduced = "agreed"
[[record_type]]
id = "quota_row"
name = { zh = "计划", en = "Plan" }
[[field]]
of = "quota_row"
id = "industry"
name = { zh = "行业", en = "Industry" }
type = "choice"
vocabulary = "industry"
[[field]]
of = "quota_row"
id = "number"
name = { zh = "计划数", en = "Number" }
type = "number"
[[field]]
of = "quota_row"
id = "until"
name = { zh = "期限", en = "Until" }
type = "date"
[[record_type]]
id = "check"
name = { zh = "检查", en = "Check" }
[[field]]
of = "check"
id = "industry"
name = { zh = "行业", en = "Industry" }
type = "choice"
vocabulary = "industry"
[[field]]
of = "check"
id = "card"
name = { zh = "证号", en = "Card" }
type = "text"
[[field]]
of = "check"
id = "number"
name = { zh = "编号", en = "Number" }
type = "text"
[[field]]
of = "check"
id = "score"
name = { zh = "得分", en = "Score" }
type = "decimal"
scale = 1
[[field]]
of = "check"
id = "verdict"
name = { zh = "结论", en = "Verdict" }
type = "choice"
vocabulary = "result"
[[quota_plan]]
id = "checks"
name = { zh = "检查定额", en = "Checks by quota" }
plan = "quota_row"
planned = "number"
due = "until"
samples = "check"
category = "industry"
result = "verdict"
[[inspectors]]
record_type = "check"
inspector = "card"
result = "verdict"
fails = ["fail"]
passes = ["pass"]
score = "score"
threshold = 80
window = 2
"#;

fn town(role: &str) -> City {
    City::new(&format!("{TOWN}{MORE}"), role)
}

fn enter(city: &City, of: &str, fields: &[(&str, &str)]) -> u64 {
    let answer = city.upload(&format!("/records/{of}/new"), fields, &[]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let location = answer.location();
    location.split('/').nth(3).unwrap().parse().unwrap()
}

fn lot(city: &City, day: u32, found: &str) -> u64 {
    let day = format!("2018-03-{day:02}");
    let fields = [
        ("f.day", day.as_str()),
        ("f.unit", "market"),
        ("f.subject", FIRM),
        ("f.lot_no", day.as_str()),
        ("f.size", "1000"),
        ("f.found", found),
        ("f.drawn", "60"),
    ];
    enter(city, "lot", &fields)
}

#[test]
fn a_plan_is_found_with_its_arrows_and_its_curve() {
    let mut city = town("programme_office");
    let page = city
        .get("/programme/sampling?lot=1000&level=II&aql=1.0&severity=normal")
        .text();
    assert!(
        page.contains("抽取 80 件；不合格数不多于 2 时接收，达到 3 时不接收"),
        "{page}"
    );
    assert!(page.contains("字码 J") && page.contains("<svg"));
    // n = 80, Ac = 2, by the binomial law: 95 % at 1.03 %, 10 % at 6.52 %.
    assert!(page.contains("1.03%") && page.contains("6.52%"), "{page}");
    city.lang = Lang::En;
    let arrow = city
        .get("/programme/sampling?lot=30&level=II&aql=0.65&severity=normal")
        .text();
    assert!(arrow.contains("whose arrow leads to letter F"), "{arrow}");
    let whole = city
        .get("/programme/sampling?lot=15&level=II&aql=0.65")
        .text();
    assert!(whole.contains("Inspect the whole lot, all 15 items") && !whole.contains("id=\"oc\""));
    let none = city
        .get("/programme/sampling?lot=1000&aql=25&severity=reduced")
        .text();
    assert!(none.contains("are not given out"), "{none}");
    let wrong = city.get("/programme/sampling?lot=many%3Cb%3E").text();
    assert!(wrong.contains("W920") && wrong.contains("many&#60;b&#62;"));
}

#[test]
fn two_lots_not_accepted_tighten_the_next_and_a_revision_takes_it_back() {
    let city = town("programme_office");
    assert!(city.get("/records/lot/new").has("抽样方案"));
    let first = lot(&city, 1, "3");
    let page = city.get(&format!("/records/lot/{first}"));
    assert!(
        page.has("不接收") && page.has("J · n 80 · Ac 2 · Re 3"),
        "{}",
        page.text()
    );
    assert!(page.has("只检验了 60 件，方案要求 80"));
    lot(&city, 2, "0");
    let third = lot(&city, 5, "4");
    let list = city.get("/records/lot/lots").text();
    assert!(
        list.contains("加严检验") && list.contains("连续接收 0/5"),
        "{list}"
    );
    let course = city.get(&format!("/records/lot/lots?maker={FIRM}&product="));
    assert!(
        course.has("连续不多于5批中有2批不接收"),
        "{}",
        course.text()
    );
    // The next one is inspected with Ac 1.
    let fourth = lot(&city, 6, "2");
    assert!(
        city.get(&format!("/records/lot/{fourth}"))
            .has("n 80 · Ac 1")
    );
    // Revised, the third was accepted: everything after it is normal again.
    let fields = [
        ("f.day", "2018-03-05"),
        ("f.unit", "market"),
        ("f.subject", FIRM),
        ("f.lot_no", "2018-03-05"),
        ("f.size", "1000"),
        ("f.found", "1"),
        ("reason", "录入有误"),
    ];
    let done = city.upload(&format!("/records/lot/{third}/revise"), &fields, &[]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = city.get(&format!("/records/lot/{fourth}"));
    assert!(
        // Two lots would have passed one AQL tighter too (Ac 1), 3 points each; the fourth, with 2, would not: 0 again
        // (ISO 2859-1:1999, 9.3.3.2).
        page.has("n 80 · Ac 2") && page.has("转移得分 0/30"),
        "{}",
        page.text()
    );
    // The overview, which was looked at before, says so too; and again otherwise when a lot is withdrawn.
    let list = city.get("/records/lot/lots").text();
    assert!(list.contains("转移得分 0/30"), "{list}");
    let reason = [("reason", "重复录入")];
    let done = city.post(&format!("/records/lot/{fourth}/withdraw"), &reason);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let list = city.get("/records/lot/lots").text();
    assert!(list.contains("转移得分 6/30"), "{list}");
    assert_eq!(
        city.get("/records/lot/lots?maker=nobody&product=").status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        city.get("/records/sample/lots").status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn ten_good_lots_and_a_consent_lead_to_reduced_inspection() {
    let city = town("programme_office");
    for day in 1..=10 {
        lot(&city, day, "0");
    }
    let course = format!("/records/lot/lots?maker={FIRM}&product=");
    assert!(city.get(&course).has("转移得分已达30"));
    assert!(city.get("/records/lot/lots").has("转移得分 30/30"));
    let fields = [
        ("f.day", "2018-03-12"),
        ("f.unit", "market"),
        ("f.subject", FIRM),
        ("f.decision", "agreed"),
    ];
    enter(&city, "consent", &fields);
    let page = city.get(&course);
    assert!(
        page.has("转移得分达到30，生产稳定，负责部门同意，转放宽检验"),
        "{}",
        page.text()
    );
    // The consent is a record of another type.
    assert!(city.get("/records/lot/lots").has("● 放宽检验 1"));
    let next = lot(&city, 14, "1");
    assert!(city.get(&format!("/records/lot/{next}")).has("n 32 · Ac 1"));
}

fn check(city: &City, number: usize, card: &str, score: &str, verdict: &str) {
    let number = number.to_string();
    let mut fields = vec![
        ("f.day", "2018-05-02"),
        ("f.unit", "market"),
        ("f.place", "market"),
        ("f.industry", "food"),
        ("f.number", number.as_str()),
        ("f.card", card),
        ("f.score", score),
    ];
    if !verdict.is_empty() {
        fields.push(("f.verdict", verdict));
    }
    enter(city, "check", &fields);
}

#[test]
fn a_quota_says_what_is_still_to_do_and_leads_to_its_records() {
    let city = town("programme_office");
    assert!(city.get("/plan/quotas/checks").has("本年度还没有计划"));
    for (industry, number) in [("food", "3"), ("tea", "2")] {
        let fields = [
            ("f.day", "2018-01-05"),
            ("f.unit", "market"),
            ("f.place", "market"),
            ("f.industry", industry),
            ("f.number", number),
            ("f.until", "2018-06-30"),
        ];
        enter(&city, "quota_row", &fields);
    }
    check(&city, 1, "A", "85", "pass");
    check(&city, 2, "A", "85", "");
    let page = city.get("/plan/quotas/checks").text();
    // Three planned, two drawn, one with a result: two to do, and two of tea, all past the day.
    assert!(page.contains("其中逾期 4"), "{page}");
    assert!(page.contains("<strong>4</strong>"));
    let link = "/records/check?f.industry=food&#38;f.place=market&#38;only=place";
    assert!(page.contains(link), "{page}");
    let all = city.get("/records/check?f.industry=food&f.place=market&only=place");
    assert!(all.has("85.0"));
    let tea = city.get("/plan/quotas/checks?category=tea").text();
    assert!(tea.contains("其中逾期 2"), "{tea}");
    assert!(city.get("/plan/quotas").has("检查定额"));
    assert_eq!(city.get("/plan/quotas/none").status, StatusCode::NOT_FOUND);
}

#[test]
fn inspectors_are_shown_beside_their_colleagues_to_the_office_only() {
    let city = town("programme_office");
    assert!(
        city.get("/records/check/inspectors")
            .has("还没有写明检查人员的检查")
    );
    // Ten of A without a failure, ten of B with five: 2 · 3003 ÷ 184756 = 0.0325.
    for number in 0..10 {
        check(&city, number, "A", "81", "pass");
        let verdict = if number < 5 { "fail" } else { "pass" };
        check(&city, 100 + number, "B", "79", verdict);
    }
    let page = city.get("/records/check/inspectors").text();
    assert!(
        page.contains("0.0325") && page.contains("超出95%界限"),
        "{page}"
    );
    assert!(page.contains("0.0%–50.0%"), "{page}");
    // Ten just above 80, ten just below: at least ten of twenty has the chance 0.5881.
    assert!(page.contains("0.5881"), "{page}");
    assert!(
        page.contains("f.score.min=80.0&#38;f.score.max=81.9"),
        "{page}"
    );
    let other = town("inspector");
    assert_eq!(
        other.get("/records/check/inspectors").status,
        StatusCode::FORBIDDEN
    );
}
