//! Every number leads to its figure, the figure to its records, the record to its entry and proof: a town of
//! two bureaus and five samples, whose figures and points are worked out by hand.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use desk::{Desk, NewAccount};
use ledger::Nature;
use office::actor::NewActor;
use office::record::{OnOther, draft};
use office::{Office, SharedOffice};
use programme::Sources;
use serde_json::{Value, json};
use sheet::Cell;
use tempfile::TempDir;
use tower::ServiceExt as _;

const PACKAGE: &str = r#"
[programme]
id = "town"
name = { zh = "某市质量方案", en = "A town's programme" }
version = "1"
city = { zh = "某市", en = "A town" }
time_zone = "Asia/Shanghai"
year = "2018"
demonstration_today = 2018-12-31
[[role]]
id = "programme_office"
name = { zh = "质强办", en = "Programme office" }
[[role]]
id = "liaison"
name = { zh = "联络员", en = "Liaison officer" }
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
[[scorecard]]
id = "assessment"
name = { zh = "年度考核", en = "Yearly assessment" }
of = "unit"
[[band]]
scorecard = "assessment"
grade = "A"
name = { zh = "优秀", en = "Excellent" }
from = 4
[[band]]
scorecard = "assessment"
grade = "B"
name = { zh = "合格", en = "Good" }
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
"#;

/// The town, seen by whoever is signed in.
struct Town {
    runtime: tokio::runtime::Runtime,
    router: Router,
    token: String,
    program: String,
    position: u64,
    _dir: TempDir,
}

impl Town {
    /// North has 3 samples of which 2 pass, south 2 that both pass; 4 of 5 in all.
    fn new(role: &str) -> Town {
        Town::with(role, &[])
    }

    /// The same with other samples before them.
    fn with(role: &str, samples: &[(&str, &str, &str)]) -> Town {
        let sources =
            Sources::from_files("town", [("programme.toml".to_owned(), PACKAGE.to_owned())]);
        let checked = programme::check(&sources);
        let programme = checked.programme.unwrap_or_else(|| {
            let texts = sources.texts();
            panic!(
                "{}",
                base::render(&checked.problems, &texts, base::Lang::En, false)
            )
        });
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let who = NewActor {
            name: "王某".to_owned(),
            role: role.to_owned(),
            unit: None,
        };
        let mut office =
            Office::init(&data, &sources, programme, Nature::Demonstration, &who).unwrap();
        let own = [
            ("2018-01-10", "north", "pass"),
            ("2018-02-10", "north", "pass"),
            ("2018-02-11", "north", "fail"),
            ("2018-01-12", "south", "pass"),
            ("2018-03-12", "south", "pass"),
        ];
        for (day, unit, result) in samples.iter().copied().chain(own) {
            let values = BTreeMap::from([("day", day), ("unit", unit), ("result", result)]);
            let programme = office.programme().unwrap();
            let drafted = draft(
                &programme,
                &office.spellings().unwrap(),
                &programme.record_types["sample"],
                |id| values.get(id.as_str()).map(|text| Cell::text(*text)),
                Vec::new(),
            )
            .unwrap();
            office.submit(&drafted, OnOther::Refuse, None).unwrap();
        }
        let position = office.position().0;
        drop(office);
        let office = SharedOffice::open(&data, &mut |_, _, _| ()).unwrap();
        let desk = Desk::open(&data).unwrap();
        let (now, actor) = (office::folder::now(), office::actor::FIRST);
        let account = NewAccount {
            login: "wang",
            actor,
            password: None,
            must_change: false,
            is_demonstration: true,
        };
        desk.open_account(&account, now).unwrap();
        let token = desk.begin_session("wang", actor, now).unwrap();
        let end = base::Moment::from_micros(now.as_micros() + 3_600_000_000).unwrap();
        let program = desk.make_token("test", actor, &["read"], end, now).unwrap();
        Town {
            runtime: tokio::runtime::Runtime::new().unwrap(),
            router: web::router(web::Site::new(office, desk, web::Options::default())),
            token,
            program,
            position,
            _dir: dir,
        }
    }

    fn send(&self, request: axum::http::request::Builder, body: Body) -> (StatusCode, String) {
        let cookie = format!("zhicheng_session={}; zhicheng_lang=zh", self.token);
        let request = request.header("cookie", cookie).body(body).unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let status = answer.status();
            let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            (status, String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        let (status, text) = self.send(Request::get(path), Body::empty());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    /// What a program reads.
    #[track_caller]
    fn asks(&self, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.program);
        let request = Request::get(format!("/api/v1{path}")).header("authorization", bearer);
        let (status, text) = self.send(request, Body::empty());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn post(&self, path: &str, from: &str, fields: &str) -> StatusCode {
        let page = self.get(from);
        let start = page.find("name=\"csrf\" value=\"").unwrap() + 19;
        let csrf = &page[start..start + 64];
        let body = format!("csrf={csrf}&{fields}");
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).0
    }

    fn figure(&self, slice: &str) -> String {
        let address = format!(
            "pass_rate?period=2018{slice}&day=2018-12-31&programme=2&at={}",
            self.position
        );
        let coded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
        format!("/figures?a={coded}")
    }
}

#[track_caller]
fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "“{wanted}” is not in {text}");
    }
}

#[test]
fn a_figure_says_what_it_is_and_leads_to_its_records() {
    let town = Town::new("programme_office");
    let page = town.get(&town.figure(""));
    has(
        &page,
        &[
            "80.0%",
            "= 4 / 5",
            "在全部“抽检”记录中，检验结论为“合格”的所占比例；“日期”在2018年内的才计",
            // Where it is used, with the rule in words.
            "/items/passing",
            "4分 × 数字（不超过100%）",
            // January 2 of 2, February 1 of 2, March 1 of 1.
            "抽检合格率2月最低（50.0%），",
            // By unit: 2 of 3 and 2 of 2.
            "66.7%",
            "100.0%",
            "2/3",
            // The records, with what decides.
            "/records/sample/",
            "不合格",
            "select",
        ],
    );
    let north = town.get(&town.figure("&unit=north"));
    // 2/3 of 4 points.
    has(&north, &["66.7%", "= 2 / 3", "得分 2.6667 / 4"]);
    let address = town
        .figure("")
        .replace("/figures?", "/figures/records.csv?");
    let file = town.get(&address);
    assert_eq!(file.lines().count(), 6, "{file}");
    assert_eq!(file.matches("不合格").count(), 1);
    let trend = town.get(&town.figure("").replace("/figures?", "/figures/trend.csv?"));
    has(&trend, &["1月,100.0%", "2月,50.0%", "3月,100.0%"]);
    let drawn = town.get(&town.figure("").replace("/figures?", "/figures/trend.svg?"));
    has(&drawn, &["xmlns=\"http://www.w3.org/2000/svg\"", "<desc"]);
}

#[test]
fn a_wrong_address_is_told() {
    let town = Town::new("programme_office");
    for (path, code) in [
        ("/figures?a=nonsense", "M211"),
        (
            "/figures?a=pass_rate%3Fperiod%3D2018%26day%3D2018-12-31%26programme%3D2%26at%3D99999",
            "W411",
        ),
        ("/items/none", "W202"),
        ("/ledger/99999", "W202"),
        ("/board?at=x", "W412"),
        ("/board?day=x&at=3", "W413"),
        ("/board?period=x", "W414"),
    ] {
        let (status, text) = town.send(Request::get(path), Body::empty());
        assert!(status.is_client_error(), "{path}: {status}");
        has(&text, &[code]);
    }
}

#[test]
fn the_board_is_filtered_ordered_and_given_as_files() {
    let town = Town::new("programme_office");
    let place = |page: &str, name: &str| page.find(name).unwrap_or(usize::MAX);
    // North 2/3 × 4 = 2.67 points, south 4.
    let page = town.get("/board");
    has(
        &page,
        &[
            "2.67",
            "4.00",
            "2.7",
            "data-of=\"/4\"",
            "失分最多：抽检合格 −1.3333",
            "3.34",
        ],
    );
    assert!(
        place(&page, "城南局") < place(&page, "城北局"),
        "ranked first"
    );
    let turned = town.get("/board?sort=total&dir=asc");
    assert!(place(&turned, "城北局") < place(&turned, "城南局"));
    let excellent = town.get("/board?grade=A");
    assert!(excellent.contains("城南局") && !excellent.contains(">城北局<"));
    // Filters stay, until they are cleared.
    assert!(!town.get("/board").contains(">城北局<"));
    assert!(town.get("/board?clear=1").contains(">城北局<"));
    let file = town.get("/board.csv");
    has(
        &file,
        &["部门组,城南局,A,", ",4,1,4,4", ",2.67,2,2.666666666667,4"],
    );
    let (status, workbook) = town.send(Request::get("/board.xlsx"), Body::empty());
    assert!(status.is_success() && workbook.starts_with("PK"));
    // As it stood before the failed sample: north had 2 of 2.
    let before = town.get(&format!("/board?at={}", town.position - 3));
    has(&before, &["4.00", "回到今天"]);
    assert!(!before.contains("2.67"));
}

#[test]
fn an_item_and_a_unit_say_why() {
    let town = Town::new("programme_office");
    let item = town.get("/items/passing");
    has(
        &item,
        &[
            "4分 × 数字",
            "2个单位中1个得满分",
            "66.7%",
            "2.6667",
            "/units/north",
            "/figures?a=",
        ],
    );
    has(&town.get("/items/passing/units.csv"), &["城北局,66.7%"]);
    let unit = town.get("/units/north");
    has(&unit, &["2.67", "/units/north/trend", "/items/passing"]);
    // January 1 of 1 is 4 points, from February on 2 of 3.
    let trend = town.get("/units/north/trend.csv");
    has(&trend, &["1月,4.00", "2月,2.67", "12月,2.67"]);
}

#[test]
fn leaders_see_figures_and_a_wall_only_where_it_is_switched_on() {
    let town = Town::new("programme_office");
    has(
        &town.get("/leaders"),
        &[
            "2个单位平均3.34分",
            "A级1个",
            "80.0%",
            "失分最多：抽检合格",
            "1个单位共失1.3分",
        ],
    );
    has(&town.get("/leaders?wall=1"), &["大屏排名没有打开"]);
    let status = town.post("/leaders/wall", "/leaders", "wall=on");
    assert_eq!(status, StatusCode::SEE_OTHER);
    has(
        &town.get("/leaders?wall=1"),
        &["城南局", "4.00", "退出大屏"],
    );
    // Without the session's proof nothing is switched.
    let request =
        Request::post("/leaders/wall").header("content-type", "application/x-www-form-urlencoded");
    let (status, _) = town.send(request, Body::from("wall=off"));
    assert_eq!(status, StatusCode::FORBIDDEN);
    has(&town.get("/map"), &["还没有经批准的地图", "城北局"]);
}

#[test]
fn only_the_programme_office_sets_up_the_leaders_view() {
    let town = Town::new("liaison");
    assert!(!town.get("/leaders").contains("设置这一页"));
    has(
        &town.get("/leaders?wall=1"),
        &["大屏排名没有打开", "请质强办打开"],
    );
}

#[test]
fn an_entry_has_its_facts_and_its_proof() {
    let town = Town::new("programme_office");
    let list = town.get("/ledger");
    has(&list, &["录入记录", "启用方案", "默克尔树根"]);
    let entry = town.get(&format!("/ledger/{}", town.position));
    has(
        &entry,
        &[
            "录入记录",
            "fields.result",
            "pass",
            "/records/sample/",
            "zhicheng prove --data DIR --entry",
        ],
    );
    assert!(entry.contains("id=\"proof\""), "{entry}");
    let facts = town.get(&format!("/ledger/{}/facts.json", town.position));
    assert!(
        serde_json::from_str::<serde_json::Value>(&facts).unwrap()["fields"]["unit"] == "south"
    );
}

#[test]
fn search_finds_by_signs_pinyin_and_initials() {
    let town = Town::new("programme_office");
    for typed in ["城南", "chengnan", "cnj", "South"] {
        let coded: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        has(&town.get(&format!("/search?q={coded}")), &["/units/south"]);
    }
    has(
        &town.get("/search?q=chouj"),
        &["/items/passing", "pass_rate"],
    );
    has(
        &town.get(&format!("/search?q={}", town.position)),
        &["/records/sample/", "/ledger/"],
    );
    has(&town.get("/search?q=zzzz"), &["没有找到"]);
}

#[test]
fn programs_read_the_plan_and_a_units_items_as_they_are_and_as_they_were() {
    let town = Town::new("programme_office");
    let plan = town.asks("/plan?months=true");
    let task = &plan["tasks"][0];
    assert_eq!(task["item"], "passing");
    assert_eq!(
        (&task["points"], &task["carriers"]),
        (&json!("4"), &json!(["north", "south"]))
    );
    // 4 of 5; south alone has all points.
    assert_eq!(task["figure"]["figure"]["value"], "0.8");
    assert_eq!((&task["reached"], &task["of"]), (&json!(1), &json!(2)));
    assert_eq!(task["state"], "underway");
    // As of the end of January 2 of 2, of February 3 of 4, from March on 4 of 5.
    let months = task["months"].as_array().unwrap();
    let values: Vec<&str> = months
        .iter()
        .map(|month| month["figure"]["value"].as_str().unwrap())
        .collect();
    assert_eq!(values[..4], ["1", "0.75", "0.8", "0.8"]);
    assert_eq!(months.len(), 12);
    assert_eq!(months[1]["day"], "2018-02-28");
    let own = town.asks("/plan?unit=north");
    assert_eq!(own["tasks"][0]["parts"], json!(["carries"]));
    assert_eq!(own["tasks"][0]["figure"]["figure"]["numerator"], "2");
    // Before the failed sample: north had 2 of 2.
    let then = town.position - 3;
    let own = town.asks(&format!("/plan?unit=north&at={then}"));
    assert_eq!(own["position"], then);
    assert_eq!(own["tasks"][0]["state"], "reached");
    let items = town.asks("/units/north/items");
    let item = &items["items"][0];
    // 2/3 of 4 points.
    assert_eq!(item["points"], "2.666666666667");
    assert_eq!(
        (&item["max_points"], &item["case"]),
        (&json!("4"), &Value::Null)
    );
    let items = town.asks(&format!("/units/north/items?at={then}"));
    assert_eq!(items["items"][0]["points"], "4");
    // A figure keeps its address.
    let address = items["items"][0]["address"].as_str().unwrap();
    let coded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    has(
        &town.get(&format!("/figures?a={coded}")),
        &["100.0%", "回到今天"],
    );
}

#[test]
fn pages_of_an_earlier_position_or_day_say_so_and_have_no_forms_but_filters() {
    let town = Town::new("programme_office");
    let then = town.position - 3;
    for (page, now, before) in [
        ("/board?", "2.67", "4.00"),
        ("/units/north?", "2.67", "4.00"),
        ("/items/passing?", "66.7%", "100.0%"),
        ("/units/north/items?", "2.67", "4.00"),
        ("/plan?unit=north&", "66.7%", "100.0%"),
        ("/figures?", "80.0%", "100.0%"),
        ("/leaders?", "80.0%", "100.0%"),
        ("/map?", "2.67", "4.00"),
    ] {
        let path = page.trim_end_matches(['?', '&']);
        let shown = town.get(path);
        assert!(
            shown.contains(now) && !shown.contains("class=\"earlier\""),
            "{path}"
        );
        // By position, and by day: at the end of January north had 1 of 1.
        for when in [format!("at={then}"), "day=2018-01-31".to_owned()] {
            let shown = town.get(&format!("{page}{when}"));
            has(&shown, &[before, "class=\"earlier\"", "回到今天"]);
            assert!(!shown.contains(now), "{page}{when}");
            let main = shown.split("<main").nth(1).unwrap();
            assert!(!main.contains("method=\"post\""), "{page}{when}: {main}");
            // The way back leads to the page as it is.
            let back = main
                .split("href=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap();
            let back = back.replace("&#38;", "&");
            assert!(!back.contains("at=") && !back.contains("day="), "{back}");
            assert!(town.get(&back).contains(now), "{back}");
        }
    }
    let ahead = town.position + 1;
    let (status, _) = town.send(
        Request::get(format!("/units/north?at={ahead}")),
        Body::empty(),
    );
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[test]
fn an_item_stands_beside_the_year_before_where_that_was_recorded() {
    // The year before north passed 1 of 2; south has no record of it.
    let before = [
        ("2017-05-05", "north", "fail"),
        ("2017-06-05", "north", "pass"),
    ];
    let town = Town::with("programme_office", &before);
    let page = town.get("/items/passing");
    // Now 2 of 3 and, for the city, 4 of 5: 16.7 and 30 points more than 50 %.
    has(
        &page,
        &["2017年", "50.0%", "+16.7个百分点", "+30.0个百分点"],
    );
    let row = page.split("/units/south").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(!row.contains("个百分点"), "{row}");
    // Without records of that year nothing is made of it.
    assert!(
        !Town::new("programme_office")
            .get("/items/passing")
            .contains("2017年")
    );
}
