//! Webhooks: a receiver is told of every change in order, however often it fails, and of nothing personal.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use desk::webhooks::{Standing, Webhook};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::provider::read;
use crate::records::{FIRM, TOWN};
use crate::town::City;

/// What was received: head and event.
pub type Received = Vec<(String, Value)>;

/// A receiver in the test's hand.
pub struct Receiver {
    pub address: String,
    pub got: Arc<Mutex<Received>>,
    /// Status, and seconds to wait before it.
    answers: Arc<Mutex<(u16, u64)>>,
}

impl Receiver {
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let got = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new((204, 0)));
        let (kept, told) = (got.clone(), answers.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (_, head, body) = read(&mut stream);
                let (status, seconds) = *told.lock().unwrap();
                std::thread::sleep(Duration::from_secs(seconds));
                if status < 300 {
                    let event = serde_json::from_str(&body).unwrap();
                    kept.lock().unwrap().push((head, event));
                }
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                );
                let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
            }
        });
        Receiver {
            address,
            got,
            answers,
        }
    }

    fn answers(&self, status: u16, seconds: u64) {
        *self.answers.lock().unwrap() = (status, seconds);
    }

    pub fn kinds(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        let kind = |(_, event): &(String, Value)| event["type"].as_str().unwrap().to_owned();
        got.iter().map(kind).collect()
    }
}

/// A town that may send to this machine, with a subscription; gives its number and secret.
fn subscribed(receiver: &Receiver, kinds: &[&str]) -> (City, u64, String) {
    let city = City::new(TOWN, "programme_office");
    let page = city.get("/admin/webhooks");
    assert!(page.has("还没有接收方"), "{}", page.text());
    let token = city.program(&["read", "write"]);
    let new = json!({ "name": "大屏", "address": receiver.address, "kinds": kinds }).to_string();
    // This machine is refused until that is permitted.
    let refused = city.asks(&token, "POST", "/api/v1/webhooks", "", new.clone());
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.has("W768"));
    city.post("/admin/webhooks/reach", &[("anywhere", "1")]);
    let made = city.asks(&token, "POST", "/api/v1/webhooks", "once", new.clone());
    assert_eq!(made.status, 201, "{}", made.text());
    let again = city.asks(&token, "POST", "/api/v1/webhooks", "once", new);
    assert_eq!(again.status, 409, "{}", again.text());
    let made: Value = serde_json::from_slice(&made.bytes).unwrap();
    let id = made["webhook"].as_u64().unwrap();
    (city, id, made["secret"].as_str().unwrap().to_owned())
}

fn enter(city: &City, number: &str) -> u64 {
    let answer = city.upload(
        "/records/sample/new",
        &[
            ("f.day", "2018-03-05"),
            ("f.unit", "market"),
            ("f.number", number),
            ("f.result", "pass"),
            ("f.subject", FIRM),
        ],
        &[],
    );
    let location = answer.location();
    let number = location.split('/').nth(3);
    number
        .unwrap_or_else(|| panic!("{}", answer.text()))
        .parse()
        .unwrap()
}

fn hook(city: &City, id: u64) -> Webhook {
    city.site.desk().webhook(id).unwrap().unwrap()
}

/// Tells at once, whatever the last failure makes it wait for.
fn tell(city: &City, id: u64) {
    city.site.desk().turn_webhook(id, true).unwrap();
    web::tell_receivers(&city.site).unwrap();
}

#[test]
fn changes_are_told_in_order_signed_and_without_content() {
    let receiver = Receiver::start();
    let (city, id, secret) = subscribed(&receiver, &[]);
    let first = enter(&city, "N-1");
    let token = city.program(&["write"]);
    let why = json!({ "reason": "录错了" }).to_string();
    let path = format!("/api/v1/records/{first}/withdrawal");
    assert_eq!(city.asks(&token, "POST", &path, "", why).status, 201);
    let file = "day,unit,number,result,subject\n2018-03-06,market,N-2,pass,91420000000000001R\n2018-03-07,market,N-3,fail,91420000000000001R\n";
    let path = "/api/v1/record-types/sample/imports?name=a.csv";
    let taken = city.asks(&token, "POST", path, "", file);
    assert!(taken.has("\"added\":2"), "{}", taken.text());
    web::tell_receivers(&city.site).unwrap();
    assert_eq!(
        receiver.kinds(),
        [
            "zhicheng.record.accepted",
            "zhicheng.record.withdrawn",
            "zhicheng.import.taken",
        ]
    );
    let got = receiver.got.lock().unwrap();
    let (head, event) = &got[0];
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["subject"], format!("records/{first}"));
    assert_eq!(event["id"], first.to_string());
    assert!(
        event["source"]
            .as_str()
            .unwrap()
            .starts_with("urn:zhicheng:")
    );
    assert_eq!(
        event["data"],
        json!({ "position": first, "record": first, "type": "sample", "is_demonstration": true })
    );
    assert_eq!(got[2].1["data"]["added"], 2);
    for (_, event) in got.iter() {
        let text = event.to_string();
        for content in ["N-1", "N-2", FIRM, "录错了", "王某", "pass"] {
            assert!(!text.contains(content), "{content} is in {text}");
        }
    }
    // As a receiver checks it: over id, time and the body as it came.
    let headers: BTreeMap<String, String> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    assert_eq!(
        headers["content-type"],
        "application/cloudevents+json; charset=utf-8"
    );
    assert_eq!(headers["webhook-id"], format!("{id}-{first}"));
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let signed = format!(
        "{}.{}.{event}",
        headers["webhook-id"], headers["webhook-timestamp"]
    );
    mac.update(signed.as_bytes());
    let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(headers["webhook-signature"], format!("v1,{expected}"));
    drop(got);
    // Nothing twice once it was told.
    web::tell_receivers(&city.site).unwrap();
    assert_eq!(receiver.kinds().len(), 3);
    assert_eq!(hook(&city, id).delivered, 3);
}

#[test]
fn a_receiver_that_fails_is_told_later_everything_in_order() {
    let receiver = Receiver::start();
    let (city, id, _) = subscribed(&receiver, &["zhicheng.record.accepted"]);
    let first = enter(&city, "N-1");
    receiver.answers(500, 0);
    web::tell_receivers(&city.site).unwrap();
    let found = hook(&city, id);
    assert_eq!((found.failures, found.last.as_str()), (1, "HTTP 500"));
    assert!(found.cursor < first, "it is not passed over");
    assert!(found.next_try > office::folder::now());
    // It waits its time.
    receiver.answers(204, 0);
    web::tell_receivers(&city.site).unwrap();
    assert_eq!(receiver.kinds().len(), 0);
    // A redirect is no yes, and is not followed.
    receiver.answers(302, 0);
    tell(&city, id);
    assert_eq!(hook(&city, id).last, "HTTP 302");
    let second = enter(&city, "N-2");
    receiver.answers(204, 0);
    tell(&city, id);
    let got = receiver.got.lock().unwrap();
    let told: Vec<_> = got
        .iter()
        .map(|(_, event)| event["data"]["record"].clone())
        .collect();
    assert_eq!(told, [json!(first), json!(second)]);
    drop(got);
    assert_eq!(hook(&city, id).failures, 0);
    // The page and the API say how it stands.
    let page = city.get("/admin/webhooks");
    assert!(page.has("正常") && page.has("大屏"), "{}", page.text());
    let token = city.program(&["read"]);
    let all = city.asks(&token, "GET", "/api/v1/webhooks", "", "");
    assert!(
        all.has("\"state\":\"on\"") && !all.has("whsec_"),
        "{}",
        all.text()
    );
}

#[test]
fn one_that_is_down_for_good_is_given_up_where_it_stood() {
    let receiver = Receiver::start();
    let (city, id, _) = subscribed(&receiver, &[]);
    let desk = city.site.desk();
    let first = enter(&city, "N-1");
    let now = office::folder::now();
    for _ in 0..=desk::webhooks::DELAYS_S.len() {
        desk.missed_webhook(id, "down", now).unwrap();
    }
    assert_eq!(hook(&city, id).standing, Standing::Dead);
    web::tell_receivers(&city.site).unwrap();
    assert!(receiver.kinds().is_empty());
    let page = city.get("/admin/webhooks");
    assert!(
        page.has("已放弃") && page.has("从断处接着发"),
        "{}",
        page.text()
    );
    let id_text = id.to_string();
    city.post(
        "/admin/webhooks/act",
        &[("webhook", &id_text), ("do", "start")],
    );
    web::tell_receivers(&city.site).unwrap();
    assert_eq!(receiver.kinds(), ["zhicheng.record.accepted"]);
    assert!(hook(&city, id).cursor >= first);
    city.post(
        "/admin/webhooks/act",
        &[("webhook", &id_text), ("do", "remove")],
    );
    assert!(desk.webhooks().unwrap().is_empty());
}

#[test]
fn a_slow_receiver_is_left_after_a_while_and_a_restart_loses_nothing() {
    let receiver = Receiver::start();
    let (city, id, _) = subscribed(&receiver, &[]);
    enter(&city, "N-1");
    receiver.answers(500, 12);
    let since = Instant::now();
    web::tell_receivers(&city.site).unwrap();
    assert!(since.elapsed() < Duration::from_secs(12));
    assert_eq!(hook(&city, id).failures, 1);
    // The same desk and ledger in another site: as after a restart.
    receiver.answers(204, 0);
    enter(&city, "N-2");
    city.site.desk().turn_webhook(id, true).unwrap();
    let again = web::Site::new(
        city.office.clone(),
        desk::Desk::open(&city.data()).unwrap(),
        web::Options::default(),
    );
    std::thread::sleep(Duration::from_secs(3));
    web::tell_receivers(&again).unwrap();
    assert_eq!(receiver.kinds().len(), 2);
}

#[test]
fn only_who_runs_the_system_subscribes() {
    const ROLES: &str = r#"
[[role]]
id = "liaison"
name = "Liaison"

[[role]]
id = "system_administrator"
name = "System administrator"

[[grant]]
role = "system_administrator"
commands = ["activate", "key", "people", "audit_finding"]
"#;
    let city = City::new(&format!("{TOWN}{ROLES}"), "liaison");
    let token = city.program(&["read", "write"]);
    let new = json!({ "name": "x", "address": "https://1.1.1.1/" }).to_string();
    let refused = city.asks(&token, "POST", "/api/v1/webhooks", "", new);
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(
        city.asks(&token, "GET", "/api/v1/webhooks", "", "").status,
        403
    );
    assert_eq!(city.get("/admin/webhooks").status, 403);
    let page = city.post(
        "/admin/webhooks",
        &[("name", "x"), ("address", "https://1.1.1.1/")],
    );
    assert_eq!(page.status, 403);
}
