//! Each channel against a stand-in on this machine: what it is sent, what is told when it refuses or is not there, and
//! that what waited is sent when it is back.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::post;
use base::{Day, Lang, Moment};

use super::*;

/// What a stand-in got: address with query, authorization, body.
type Got = Arc<Mutex<Vec<(String, String, String)>>>;

/// A server that answers everything alike and keeps what it got.
struct StandIn {
    address: SocketAddr,
    got: Got,
    runtime: tokio::runtime::Runtime,
}

impl StandIn {
    fn at(address: &str, status: u16, answer: &'static str) -> StandIn {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let got = Got::default();
        let kept = got.clone();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(address))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let take = move |State(kept): State<Got>, request: Request| async move {
            let uri = request.uri().to_string();
            let bearer = request.headers().get("authorization");
            let bearer = bearer
                .map_or("", |value| value.to_str().unwrap())
                .to_owned();
            let body = axum::body::to_bytes(request.into_body(), 1 << 16)
                .await
                .unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            kept.lock().unwrap().push((uri, bearer, body));
            (axum::http::StatusCode::from_u16(status).unwrap(), answer)
        };
        let router = Router::new().route("/send", post(take)).with_state(kept);
        runtime.spawn(async move { axum::serve(listener, router).await });
        StandIn {
            address,
            got,
            runtime,
        }
    }

    fn new(status: u16, answer: &'static str) -> StandIn {
        StandIn::at("127.0.0.1:0", status, answer)
    }

    fn url(&self) -> String {
        format!("http://{}/send", self.address)
    }

    fn got(&self) -> Vec<(String, String, String)> {
        self.got.lock().unwrap().clone()
    }

    fn goes(self) {
        self.runtime.shutdown_background();
    }
}

fn message() -> Message {
    Message {
        lang: Lang::Zh,
        reminded: 3,
        assigned: 1,
        due: Day::parse("2019-02-02").ok(),
        link: "https://q.example.cn/".to_owned(),
        is_demonstration: true,
        is_trial: false,
    }
}

const TEXT: &str = "【演示】质城：待办提醒 新交办 1 项，催办 3 项，最早期限 2019年2月2日（周六）。请登录办理：https://q.example.cn/work";

fn now() -> Moment {
    Moment::from_micros(1_549_000_000_123_456).unwrap()
}

fn of(pairs: &[(&str, &str)]) -> Settings {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    pairs.iter().map(owned).collect::<BTreeMap<_, _>>()
}

#[test]
fn wecom_gets_a_text_and_its_own_error_numbers_count() {
    let there = StandIn::new(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    let settings = of(&[("address", &there.url())]);
    Channel::WeCom
        .send(&settings, "", &message(), now())
        .unwrap();
    let body: serde_json::Value = serde_json::from_str(&there.got()[0].2).unwrap();
    assert_eq!(body["msgtype"], "text");
    assert_eq!(body["text"]["content"], TEXT);
    for (status, answer, told) in [
        (
            200,
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            "93000 invalid webhook url",
        ),
        (200, "hello", "the answer is not a robot's"),
        (503, r#"{"errcode":0}"#, "HTTP 503"),
    ] {
        let there = StandIn::new(status, answer);
        let settings = of(&[("address", &there.url())]);
        let done = Channel::WeCom.send(&settings, "", &message(), now());
        assert_eq!(done, Err(told.to_owned()));
    }
}

#[test]
fn dingtalk_is_signed_as_its_documentation_says() {
    // By hand: `printf '1549000000123\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64`.
    assert_eq!(
        robots::sign("SECabc", 1_549_000_000_123),
        "eSc8WM3gv5m52HGglIw3POf2Bkl34z3fVPIjhrPSz+w="
    );
    let there = StandIn::new(200, r#"{"errcode":0,"errmsg":"ok"}"#);
    let address = format!("{}?access_token=t", there.url());
    let settings = of(&[("address", &address), ("key", "SECabc")]);
    Channel::DingTalk
        .send(&settings, "", &message(), now())
        .unwrap();
    let (uri, _, body) = there.got().remove(0);
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.split_once('?').unwrap().1.as_bytes())
            .into_owned()
            .collect();
    assert_eq!(query["access_token"], "t");
    assert_eq!(query["timestamp"], "1549000000123");
    assert_eq!(query["sign"], robots::sign("SECabc", 1_549_000_000_123));
    assert!(body.contains("催办 3 项"), "{body}");
}

#[test]
fn an_sms_gateway_gets_its_own_form_escaped() {
    for (kind, template, expected) in [
        (
            "application/json",
            r#"{"to":"{phone}","say":"{text}","k":"{key}"}"#,
            format!(r#"{{"to":"13800000000","say":"{TEXT}","k":"s\"{{text}}"}}"#),
        ),
        (
            "application/x-www-form-urlencoded",
            "to={phone}&k={key}&x={other}",
            "to=13800000000&k=s%22%7Btext%7D&x={other}".to_owned(),
        ),
    ] {
        let there = StandIn::new(200, "<ok>1</ok>");
        let settings = of(&[
            ("address", &there.url()),
            ("kind", kind),
            ("body", template),
            ("success", "<ok>"),
            ("key", "s\"{text}"),
        ]);
        Channel::Sms
            .send(&settings, "13800000000", &message(), now())
            .unwrap();
        let (_, bearer, body) = there.got().remove(0);
        assert_eq!(body, expected);
        assert_eq!(bearer, "Bearer s\"{text}");
        let mut other = settings.clone();
        other.insert("success".to_owned(), "sent".to_owned());
        let done = Channel::Sms.send(&other, "13800000000", &message(), now());
        assert!(done.is_err());
    }
}

/// A mail server for one mail; gives what it was told.
fn mail_server() -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let mut say = stream;
        let mut told = String::new();
        let mut is_data = false;
        say.write_all(b"220 here\r\n").unwrap();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap() == 0 {
                return told;
            }
            told.push_str(&line);
            let answer: &[u8] = match line.trim_end() {
                "." if is_data => {
                    is_data = false;
                    b"250 taken\r\n"
                }
                _ if is_data => continue,
                "DATA" => {
                    is_data = true;
                    b"354 go on\r\n"
                }
                "QUIT" => b"221 bye\r\n",
                _ => b"250 ok\r\n",
            };
            say.write_all(answer).unwrap();
        }
    });
    (port, told)
}

#[test]
fn mail_goes_to_one_with_title_and_text() {
    let (port, told) = mail_server();
    let settings = of(&[
        ("host", "127.0.0.1"),
        ("port", &port.to_string()),
        ("security", "none"),
        ("from", "zhicheng@example.cn"),
    ]);
    let english = Message {
        lang: Lang::En,
        is_demonstration: false,
        ..message()
    };
    Channel::Mail
        .send(&settings, "chen@example.cn", &english, now())
        .unwrap();
    let told = told.join().unwrap();
    assert!(told.contains("MAIL FROM:<zhicheng@example.cn>"), "{told}");
    assert!(told.contains("RCPT TO:<chen@example.cn>"), "{told}");
    assert!(
        told.contains("Subject: Zhicheng: work that waits"),
        "{told}"
    );
    assert!(
        told.contains("1 newly assigned, 3 to be reminded of"),
        "{told}"
    );
    let nobody = of(&[
        ("host", "127.0.0.1"),
        ("port", "1"),
        ("security", "none"),
        ("from", "zhicheng@example.cn"),
    ]);
    assert!(
        Channel::Mail
            .send(&nobody, "a@example.cn", &english, now())
            .is_err()
    );
    assert!(
        Channel::Mail
            .send(&settings, "nobody", &english, now())
            .is_err()
    );
}

#[test]
fn what_waited_is_sent_when_the_other_side_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let site = a_site(dir.path());
    let there = StandIn::new(200, r#"{"errcode":0}"#);
    let (address, url) = (there.address, there.url());
    there.goes();
    let secret = serde_json::to_string(&of(&[("address", &url)])).unwrap();
    let desk = site.desk();
    desk.set_channel("wecom", true, "{}", Some(&secret))
        .unwrap();
    let body = serde_json::to_string(&message()).unwrap();
    let later =
        |minutes: i64| Moment::from_micros(now().as_micros() + minutes * 60_000_000).unwrap();
    for number in ["1", "2"] {
        assert!(desk.queue(number, "wecom", "", &body, now()).unwrap());
    }
    // Nobody is there: the first is tried, the second left alone for this round.
    send_due(&site, now()).unwrap();
    let tries: Vec<u32> = desk
        .messages("wecom", 9)
        .unwrap()
        .iter()
        .map(|one| one.tries)
        .collect();
    assert_eq!(tries, [0, 1]);
    let why = desk.messages("wecom", 9).unwrap()[1]
        .failure
        .clone()
        .unwrap();
    assert!(!why.contains("send"), "the address is secret: {why}");
    // It is back, and a channel that is off sends nothing.
    let back = StandIn::at(&address.to_string(), 200, r#"{"errcode":0}"#);
    desk.set_channel("wecom", false, "{}", None).unwrap();
    send_due(&site, later(2)).unwrap();
    assert!(back.got().is_empty());
    desk.set_channel("wecom", true, "{}", None).unwrap();
    send_due(&site, later(2)).unwrap();
    assert_eq!(back.got().len(), 2);
    send_due(&site, later(60)).unwrap();
    assert_eq!(back.got().len(), 2);
    assert!(
        desk.messages("wecom", 9)
            .unwrap()
            .iter()
            .all(|one| one.sent == Some(later(2)))
    );
}

/// A site over a new folder.
fn a_site(dir: &std::path::Path) -> Site {
    let package =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/chibi-2018");
    let sources = programme::Sources::read_folder(package).unwrap();
    let programme = programme::check(&sources).programme.unwrap();
    let founder = office::actor::NewActor {
        name: "筹建组".to_owned(),
        role: "programme_office".to_owned(),
        unit: Some("quality_office".to_owned()),
    };
    let data = dir.join("data");
    let nature = ledger::Nature::Demonstration;
    drop(Office::init(&data, &sources, programme, nature, &founder).unwrap());
    let office = office::SharedOffice::open(&data, &mut |_, _, _| ()).unwrap();
    Site::new(
        office,
        desk::Desk::open(&data).unwrap(),
        crate::Options::default(),
    )
}

#[test]
fn a_reminder_is_queued_once_for_the_group_and_for_whom_it_concerns() {
    let dir = tempfile::tempdir().unwrap();
    let site = a_site(dir.path());
    let desk = site.desk();
    let person = |login: &'static str, role: &str, unit: &str| {
        let new = office::actor::NewActor {
            name: login.to_owned(),
            role: role.to_owned(),
            unit: Some(unit.to_owned()),
        };
        let actor = site
            .office()
            .command(1, None, |office| office.register_actor(&new))
            .unwrap();
        let account = desk::NewAccount {
            login,
            actor,
            password: None,
            must_change: false,
            is_demonstration: true,
        };
        desk.open_account(&account, now()).unwrap();
        actor
    };
    let liaison = person("liaison", "liaison", "puqi");
    let other = person("other", "liaison", "education");
    for (actor, address) in [(liaison, "liaison@example.cn"), (other, "other@example.cn")] {
        desk.set_contact(actor, "mail", Some(address)).unwrap();
    }
    desk.set_channel("mail", true, "{}", Some("{}")).unwrap();
    desk.set_channel("dingtalk", true, "{}", Some("{}"))
        .unwrap();
    // What was before is not told.
    queue_new(&site).unwrap();
    let wanted = office::assign::Assignment {
        flow: "supervision".to_owned(),
        title: "某企业某人的事".to_owned(),
        content: "请说明".to_owned(),
        due: Day::parse("2019-02-02").ok(),
        unit: "puqi".to_owned(),
        ..office::assign::Assignment::default()
    };
    let number = site
        .office()
        .command(1, None, |office| office.assign(&wanted))
        .unwrap();
    for _ in 0..2 {
        queue_new(&site).unwrap();
    }
    let of = |channel: &str| desk.messages(channel, 9).unwrap();
    assert_eq!(of("dingtalk").len(), 1);
    let mails = of("mail");
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].recipient, "liaison@example.cn");
    let told: Message = serde_json::from_str(&mails[0].body).unwrap();
    assert_eq!((told.assigned, told.reminded), (1, 0));
    // Nothing that says of whom or what.
    assert!(!told.one_text().contains("某"), "{}", told.one_text());
    site.office()
        .command(1, None, |office| office.remind(&[number], None))
        .unwrap();
    queue_new(&site).unwrap();
    let told: Message = serde_json::from_str(&of("mail")[0].body).unwrap();
    assert_eq!((told.assigned, told.reminded), (0, 1));
    assert_eq!(told.due, Day::parse("2019-02-02").ok());
}
