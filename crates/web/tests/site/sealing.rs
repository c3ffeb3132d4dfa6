//! The end of an assessment, in a town of two bureaus whose points are worked out by hand: composing that would
//! cut an appeal short, sealing with what it ends, the sealed result beside the present one, rectification by
//! items, and the circular's own number.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base::{ItemId, Lang, ScorecardId, UnitId};
use office::Office;
use office::actor::NewActor;
use office::case::ActRequest;
use office::record::{OnOther, draft};
use sheet::Cell;

use crate::town::{City, File};

const PACKAGE: &str = r#"
[programme]
id = "town"
name = { zh = "某市质量方案", en = "A town's programme" }
version = "1"
city = { zh = "某市", en = "A town" }
time_zone = "Asia/Shanghai"
year = "2018"
demonstration_today = 2019-01-10
[[calendar]]
year = 2018
source = "test"
[[calendar]]
year = 2019
source = "test"
[[holiday]]
day = 2018-01-01
off = true
[[holiday]]
day = 2019-01-01
off = true
[[role]]
id = "programme_office"
name = { zh = "质强办", en = "Programme office" }
[[role]]
id = "unit_leader"
name = { zh = "负责人", en = "Leader" }
[[vocabulary]]
id = "unit_kind"
name = { zh = "单位类型", en = "Kinds" }
[[code]]
vocabulary = "unit_kind"
id = "bureau"
name = { zh = "局", en = "Bureau" }
[[vocabulary]]
id = "ranking_group"
name = { zh = "排名组", en = "Groups" }
[[code]]
vocabulary = "ranking_group"
id = "bureaus"
name = { zh = "部门组", en = "Bureaus" }
[[vocabulary]]
id = "result"
name = { zh = "结论", en = "Result" }
[[code]]
vocabulary = "result"
id = "pass"
name = { zh = "合格", en = "Pass" }
[[code]]
vocabulary = "result"
id = "fail"
name = { zh = "不合格", en = "Fail" }
[[unit]]
id = "north"
name = { zh = "城北局", en = "North bureau" }
kind = "bureau"
group = "bureaus"
[[unit]]
id = "south"
name = { zh = "城南局", en = "South bureau" }
kind = "bureau"
group = "bureaus"
[[record_type]]
id = "sample"
name = { zh = "抽检", en = "Sampling" }
[[field]]
of = "sample"
id = "result"
name = { zh = "检验结论", en = "Result" }
type = "choice"
vocabulary = "result"
[[indicator]]
id = "pass_rate"
name = { zh = "抽检合格率", en = "Pass rate" }
measure = "share"
of = "sample"
where = "result = 'pass'"
format = "percent.1"
better = "higher"
[[indicator]]
id = "failures"
name = { zh = "不合格批次", en = "Failures" }
measure = "count"
of = "sample"
where = "result = 'fail'"
format = "integer"
[[paper]]
kind = "circular"
issuer = { zh = "某市质量强市工作委员会办公室第一工作组", en = "The committee's office" }
number = "某质委〔{年}〕{号}号"
[[scorecard]]
id = "assessment"
name = { zh = "年度考核", en = "Yearly assessment" }
of = "unit"
ranked = true
flow = "course"
judged_by = ["given"]
[[band]]
scorecard = "assessment"
grade = "A"
name = { zh = "优秀", en = "Excellent" }
from = 9
[[band]]
scorecard = "assessment"
grade = "B"
name = { zh = "不足", en = "Short" }
[[consequence]]
scorecard = "assessment"
id = "rectify"
grade = "B"
kind = "rectification"
text = { zh = "限期整改", en = "Rectify" }
opens = "rectification"
[[group]]
scorecard = "assessment"
id = "products"
name = { zh = "产品质量", en = "Products" }
[[item]]
scorecard = "assessment"
id = "passing"
group = "products"
name = { zh = "抽检合格", en = "Passing" }
points = 4
rule = "rate_times_points"
indicators = ["pass_rate"]
carried_by = ["kind:bureau"]
[[item]]
scorecard = "assessment"
id = "work"
group = "products"
name = { zh = "日常工作", en = "Daily work" }
points = 6
rule = "judged"
carried_by = ["kind:bureau"]
[[flow]]
id = "course"
name = { zh = "考核流程", en = "Course" }
initial = "open"
about = "item"
[[state]]
flow = "course"
id = "open"
name = { zh = "待评", en = "Open" }
[[state]]
flow = "course"
id = "drafted"
name = { zh = "征求意见", en = "Draft out" }
[[state]]
flow = "course"
id = "appealed"
name = { zh = "已申诉", en = "Appealed" }
[[state]]
flow = "course"
id = "composed"
name = { zh = "已综合", en = "Composed" }
[[state]]
flow = "course"
id = "sealed"
name = { zh = "已封存", en = "Sealed" }
kind = "closed"
outcome = "sealed"
[[action]]
flow = "course"
id = "give"
name = { zh = "评分", en = "Give points" }
from = ["open"]
to = "drafted"
roles = ["programme_office"]
scope = "all"
[[input]]
flow = "course"
action = "give"
id = "given"
name = { zh = "得分", en = "Points" }
type = "decimal"
scale = 1
[[input]]
flow = "course"
action = "give"
id = "why"
name = { zh = "意见", en = "Opinion" }
type = "text"
[[action]]
flow = "course"
id = "appeal"
name = { zh = "申诉", en = "Appeal" }
from = ["drafted"]
to = "appealed"
roles = ["unit_leader"]
reason_required = true
[[action]]
flow = "course"
id = "answer"
name = { zh = "答复", en = "Answer" }
from = ["appealed"]
to = "composed"
roles = ["programme_office"]
scope = "all"
reason_required = true
[[action]]
flow = "course"
id = "compose"
name = { zh = "综合评价", en = "Compose" }
from = ["drafted"]
to = "composed"
roles = ["programme_office"]
scope = "all"
[[action]]
flow = "course"
id = "seal"
name = { zh = "审定封存", en = "Seal" }
from = ["composed"]
to = "sealed"
roles = ["programme_office"]
scope = "all"
[[action]]
flow = "course"
id = "seal_as_it_stands"
name = { zh = "按现状封存", en = "Seal as it stands" }
from = ["open", "drafted", "appealed"]
to = "sealed"
roles = ["programme_office"]
scope = "all"
reason_required = true
[[deadline]]
flow = "course"
id = "appealing"
name = { zh = "申诉期限", en = "Appeal" }
starts = "drafted"
ends = "drafted"
working_days = 5
when_missed = "lock"
locks = ["appeal"]
holds = ["compose"]
[[flow]]
id = "rectification"
name = { zh = "整改", en = "Rectification" }
initial = "issued"
[[state]]
flow = "rectification"
id = "issued"
name = { zh = "已下达", en = "Sent" }
[[state]]
flow = "rectification"
id = "done"
name = { zh = "已销号", en = "Struck off" }
kind = "closed"
[[action]]
flow = "rectification"
id = "strike_off"
name = { zh = "销号", en = "Strike off" }
from = ["issued"]
to = "done"
roles = ["programme_office"]
scope = "all"
"#;

fn sample(office: &mut Office, day: &str, unit: &str, result: &str) {
    let values = BTreeMap::from([("day", day), ("unit", unit), ("result", result)]);
    let programme = office.programme().unwrap();
    let drafted = draft(
        &programme,
        &office.spellings().unwrap(),
        &programme.record_types["sample"],
        |id| values.get(id.as_str()).map(|text| Cell::text(*text)),
        Vec::new(),
    );
    office
        .submit(&drafted.unwrap(), OnOther::Refuse, None)
        .unwrap();
}

/// The town with its course open: north has 3 samples of which 2 pass, south 2 that both pass. By hand: passing
/// gives north 4 × 2 ÷ 3 and south 4.
struct Town {
    city: City,
    leader: u64,
}

impl Town {
    fn new() -> Town {
        let mut city = City::new(PACKAGE, "programme_office");
        city.lang = Lang::En;
        let leader = city.office.command(1, None, |office| {
            for (day, unit, result) in [
                ("2018-03-01", "north", "pass"),
                ("2018-03-02", "north", "pass"),
                ("2018-03-03", "north", "fail"),
                ("2018-03-04", "south", "pass"),
                ("2018-03-05", "south", "pass"),
            ] {
                sample(office, day, unit, result);
            }
            let year = office.programme()?.year;
            let id = ScorecardId::new("assessment");
            office.open_assessment(&id, &year, None, &mut |_, _, _| ())?;
            office.register_actor(&NewActor {
                name: "李某".to_owned(),
                role: "unit_leader".to_owned(),
                unit: Some("north".to_owned()),
            })
        });
        Town {
            leader: leader.unwrap(),
            city,
        }
    }

    fn case(&self, item: &str, unit: &str) -> u64 {
        let found = self.city.office.read(|office| {
            let year = office.programme()?.year;
            let (item, unit) = (ItemId::new(item), UnitId::new(unit));
            office.case_of_item(&ScorecardId::new("assessment"), &year, &item, &unit)
        });
        found.unwrap().unwrap().unwrap()
    }

    fn act(&self, by: u64, case: u64, action: &str, points: Option<&str>, reason: Option<&str>) {
        let request = ActRequest {
            action: action.to_owned(),
            fields: points
                .map(|points| [("given".to_owned(), points.to_owned())].into())
                .unwrap_or_default(),
            reason: reason.map(str::to_owned),
            ..ActRequest::default()
        };
        let done = self
            .city
            .office
            .command(by, None, |office| office.act(case, &request));
        if let Err(problems) = done {
            panic!("{problems:?}");
        }
    }

    /// All four items are with the units: work gives north 3 and south 6.
    fn drafted() -> Town {
        let town = Town::new();
        for (item, unit, points) in [
            ("work", "north", Some("3")),
            ("work", "south", Some("6")),
            ("passing", "north", None),
            ("passing", "south", None),
        ] {
            let why = points.filter(|points| *points == "3").map(|_| "台账不全");
            town.act(1, town.case(item, unit), "give", points, why);
        }
        town
    }

    fn state(&self, case: u64) -> String {
        let found = self.city.office.read(|office| office.case(case));
        found.unwrap().unwrap().state.state.to_string()
    }

    /// Seals with that file, or none, and these fields; gives the answer.
    fn seal(&self, fields: &[(&str, &str)], has_minutes: bool) -> crate::town::Answer {
        let minutes = File {
            field: "minutes",
            name: "纪要.txt",
            bytes: "会议纪要".as_bytes(),
        };
        let all = [minutes];
        let files = if has_minutes { &all[..] } else { &[] };
        self.city.upload("/meeting", fields, files)
    }

    /// Sealed as it stands.
    fn sealed() -> (Town, String) {
        let town = Town::drafted();
        let fields = [
            ("approval", "某政发〔2019〕2号"),
            ("confirmed", "1"),
            ("as_it_stands", "1"),
            ("why", "会议决定不再等申诉期"),
        ];
        let answer = town.seal(&fields, true);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        // The page says what was done, and what comes next and by whom.
        let told = town.city.get(&answer.location());
        assert!(told.has("id=\"told\"") && told.has("The result is sealed"));
        let circular = answer.location().split('?').next().unwrap().to_owned();
        (town, circular)
    }
}

#[test]
fn composing_asks_before_it_cuts_an_appeal_short() {
    let town = Town::drafted();
    let (north, south) = (town.case("work", "north"), town.case("work", "south"));
    // Drafted on Thursday 10 January 2019: five working days later is Thursday 17.
    let page = town.city.get("/batch?action=compose").text();
    assert!(page.contains("17 Jan 2019"), "{page}");
    assert!(page.contains("North bureau, South bureau"), "{page}");
    let ticked = |number: u64| {
        let at = page
            .find(&format!("name=\"case\" value=\"{number}\""))
            .unwrap();
        page[at..].split('>').next().unwrap().contains("checked")
    };
    assert!(
        !ticked(north) && !ticked(south),
        "nothing is ticked for the office"
    );
    // Nothing of it waits for the office: its list counts what it can do by right.
    let work = town.city.get("/work").text();
    assert!(!work.contains(&format!("/cases/{north}\"")), "{work}");

    let number = north.to_string();
    let silent = [("action", "compose"), ("case", number.as_str())];
    let refused = town.city.post("/batch", &silent);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.has("F244"), "{}", refused.text());
    assert_eq!(town.state(north), "drafted");
    let said = [silent[0], silent[1], ("reason", "单位书面表示无异议")];
    let done = town.city.post("/batch", &said);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(town.state(north), "composed");
    // The unit reads why in the course of its item.
    assert!(
        town.city
            .get(&format!("/cases/{north}"))
            .has("单位书面表示无异议")
    );
    // On the case's own page the same: the day, and a reason that must be given.
    let page = town.city.get(&format!("/cases/{south}"));
    assert!(
        page.has("still runs, until") && page.has("17 Jan 2019"),
        "{}",
        page.text()
    );
}

#[test]
fn sealing_ends_every_course_says_what_it_cuts_short_and_keeps_the_minutes_when_refused() {
    let town = Town::drafted();
    let north = town.case("work", "north");
    town.act(town.leader, north, "appeal", None, Some("台账在纪检借阅"));
    // An appeal stands on top of its item, with nothing demanded but a reason.
    let page = town.city.get(&format!("/cases/{north}")).text();
    let (objected, item) = (
        page.find("台账在纪检借阅").unwrap(),
        page.find("item-head").unwrap(),
    );
    assert!(objected < item, "{page}");

    let page = town.city.get("/meeting").text();
    assert!(page.contains("1 appeal has not been answered"), "{page}");
    assert!(page.contains("17 Jan 2019"), "{page}");
    // Refused for the missing reason: the file stays, and is said.
    let fields = [
        ("approval", "某政发〔2019〕2号"),
        ("confirmed", "1"),
        ("as_it_stands", "1"),
    ];
    let refused = town.seal(&fields, true);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(text.contains("O820") && text.contains("纪要.txt"), "{text}");
    let at =
        text.find("name=\"kept_file\" value=\"").unwrap() + "name=\"kept_file\" value=\"".len();
    let kept = text[at..].split('"').next().unwrap().to_owned();
    let before = town.city.office.read(Office::position).unwrap();
    let mut again = fields.to_vec();
    again.extend([
        ("kept_file", kept.as_str()),
        ("why", "会议决定不再等申诉期"),
    ]);
    let done = town.seal(&again, false);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    // One seal and four steps, in one append.
    let after = town.city.office.read(Office::position).unwrap();
    assert_eq!(after.0 - before.0, 5);
    for item in ["work", "passing"] {
        for unit in ["north", "south"] {
            assert_eq!(town.state(town.case(item, unit)), "sealed");
        }
    }
    let page = town.city.get(&format!("/cases/{north}"));
    assert!(page.has("会议决定不再等申诉期"), "{}", page.text());
    assert!(
        !town.city.get("/work").has("/cases/"),
        "nothing waits any more"
    );
}

#[test]
fn a_difference_from_the_sealed_total_leads_to_the_entries_that_made_it() {
    let (town, _) = Town::sealed();
    // North: 4 × 2 ÷ 3 + 3. A third pass makes it 4 × 3 ÷ 4 + 3 = 6.
    let page = town.city.get("/units/north/sealed").text();
    assert!(page.contains("None: every item has the points"), "{page}");
    let entered = town.city.office.command(1, None, |office| {
        sample(office, "2018-04-01", "north", "pass");
        Ok::<_, base::Problem>(())
    });
    entered.unwrap();
    let position = town.city.office.read(Office::position).unwrap().0;
    let board = town.city.get("/board?beside=sealed").text();
    assert!(board.contains("/units/north/sealed"), "{board}");
    let page = town.city.get("/units/north/sealed").text();
    assert!(
        page.contains("Items whose points differ <span class=\"count\">1<"),
        "{page}"
    );
    assert!(
        page.contains("Passing") && page.contains("66.7") && page.contains("75.0"),
        "{page}"
    );
    assert!(page.contains(&format!("/ledger/{position}\"")), "{page}");
    assert!(
        page.contains(&format!("/records/sample/{position}\"")),
        "{page}"
    );
    // The record says in which figures it counts, and as what; the other indicator does not count it.
    let shown = town.city.get(&format!("/records/sample/{position}")).text();
    assert!(shown.contains("in numerator and denominator"), "{shown}");
    assert!(!shown.contains("Failures"), "{shown}");
    // A unit without a difference has none listed.
    let page = town.city.get("/units/south/sealed").text();
    assert!(page.contains("None: every item has the points"), "{page}");
}

#[test]
fn a_rectification_names_its_items_and_the_circular_has_a_number_of_its_own() {
    let (town, circular) = Town::sealed();
    // North has 17 ÷ 3 of 10 and is short of 9, south has all 10: one rectification.
    let page = town.city.get(&circular).text();
    assert!(page.contains("numbered when it is issued"), "{page}");
    assert!(page.contains("某政发〔2019〕2号"), "{page}");
    assert!(page.contains("The committee&#39;s office"), "{page}");
    let opened = town.city.post(&format!("{circular}/open"), &[]);
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let case = town.city.office.read(Office::position).unwrap().0;
    let page = town.city.get(&format!("/cases/{case}")).text();
    assert!(page.contains("Rectification 2018: North bureau"), "{page}");
    for told in [
        "Daily work",
        "Passing",
        &format!("/cases/{}\"", town.case("work", "north")),
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
    assert!(page.contains("covers all of these items"), "{page}");
    // The most first: 3 of 6, then 4 ÷ 3 of 4.
    assert!(
        page.find("Daily work").unwrap() < page.find("Passing").unwrap(),
        "{page}"
    );

    let at = circular.rsplit('/').next().unwrap();
    let new = format!("/papers/new?kind=circular&about={at}");
    let form = town.city.get(&new).text();
    assert!(form.contains("某质委〔2019〕1号"), "{form}");
    assert!(
        form.contains("name=\"as_demonstration\" value=\"1\" checked"),
        "{form}"
    );
    let fields = [
        ("kind", "circular"),
        ("about", at),
        ("signer", "张某某"),
        ("as_demonstration", "1"),
    ];
    let issued = town.city.post("/papers/new", &fields);
    assert_eq!(issued.status, StatusCode::SEE_OTHER, "{}", issued.text());
    let paper = town.city.get(&issued.location()).text();
    assert!(
        paper.contains("某质委〔2019〕1号") && paper.contains("张某某"),
        "{paper}"
    );
    assert!(town.city.get(&circular).has("某质委〔2019〕1号"));
    // A second one about the same result is no slip: it is asked for, and told with the number of the first.
    assert!(town.city.get(&new).has("name=\"again\""));
    let slip = town.city.post("/papers/new", &fields);
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(slip.has("W994") && slip.has("某质委〔2019〕1号"));
    let meant: Vec<_> = fields.into_iter().chain([("again", "1")]).collect();
    assert_eq!(
        town.city.post("/papers/new", &meant).status,
        StatusCode::SEE_OTHER
    );
    // The ledger of rectification lists the items.
    let table = town.city.get("/papers/new?kind=rectification").text();
    assert!(
        table.contains("日常工作") && table.contains("抽检合格"),
        "{table}"
    );
}
