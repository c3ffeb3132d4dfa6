//! Readings of sensors by the API: what is taken and refused, bursts, the case that a limit opens, the day's summary.

use axum::http::StatusCode;
use base::Moment;
use serde_json::{Value, json};

use crate::town::City;

const WORKS: &str = include_str!("works.toml");
const MINUTE: i64 = 60_000_000;

/// A town with two sites that are known.
fn town() -> City {
    let city = City::new(WORKS, "inspector");
    for (id, name) in [("S-1", "一号工地"), ("S-2", "二号工地")] {
        let today = city.office.read(office::Office::today).unwrap().unwrap();
        let fields = [
            ("f.day", today.to_string()),
            ("f.unit", "station".to_owned()),
            ("f.subject", id.to_owned()),
            ("f.subject_name", name.to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = city.upload("/records/arrival/new", &fields, &[]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    city
}

fn now(city: &City) -> Moment {
    city.office.read(office::Office::moment).unwrap().unwrap()
}

fn before(now: Moment, minutes: i64) -> String {
    now.plus_micros(-minutes * MINUTE).unwrap().to_string()
}

fn reading(sensor: &str, subject: &str, at: &str, value: &str) -> Value {
    json!({ "sensor": sensor, "subject": subject, "at": at, "value": value })
}

fn send(city: &City, token: &str, body: &Value) -> (u16, Value, Option<String>) {
    let answer = city.asks(token, "POST", "/api/v1/readings", "", body.to_string());
    let later = answer.headers.get("retry-after");
    let later = later.map(|value| value.to_str().unwrap().to_owned());
    let told = serde_json::from_str(&answer.text()).unwrap_or(Value::Null);
    (answer.status.as_u16(), told, later)
}

#[test]
fn readings_are_taken_in_any_order_once_and_refused_by_rule() {
    let city = town();
    let token = city.program(&["readings"]);
    let now = now(&city);
    let before_all = city.office.read(office::Office::position).unwrap();
    let (late, later) = (before(now, 10), before(now, 5));
    // One, as a number; then many, out of order, one of them twice, one from tomorrow, one that cannot be.
    let one = json!({ "sensor": "pm10", "subject": "S-1", "at": later, "value": 82.5 });
    let (status, told, _) = send(&city, &token, &one);
    assert_eq!((status, &told["accepted"]), (200, &json!(1)), "{told}");
    let many = json!({ "readings": [
        reading("pm10", "S-1", &late, "80"),
        reading("pm10", "S-1", &later, "99"),
        reading("pm10", "S-1", &before(now, -60), "80"),
        reading("pm10", "S-1", &before(now, 4), "5001"),
        reading("pm10", "S-1", &before(now, 3000), "80"),
        reading("pm10", "S-9", &late, "80"),
        reading("pm99", "S-1", &late, "80"),
        reading("pm10", "S-1", "yesterday", "80"),
    ]});
    let (status, told, _) = send(&city, &token, &many);
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        (&told["accepted"], &told["duplicates"]),
        (&json!(1), &json!(1))
    );
    let refused: Vec<(u64, &str)> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["index"].as_u64().unwrap(),
                found["code"].as_str().unwrap(),
            )
        })
        .collect();
    let wanted = [
        (2, "O942"),
        (3, "O944"),
        (4, "O943"),
        (5, "O941"),
        (6, "O940"),
        (7, "O946"),
    ];
    assert_eq!(refused, wanted);
    // A reading that is refused alone is a fault of the request.
    let (status, told, _) = send(
        &city,
        &token,
        &reading("pm10", "S-1", &before(now, -60), "1"),
    );
    assert_eq!((status, &told["code"]), (422, &json!("O942")), "{told}");
    assert!(
        told["detail"].as_str().unwrap().contains("120 seconds"),
        "{told}"
    );
    // The first value of a moment counts; refusals are counted; the ledger took nothing.
    let desk = city.site.desk();
    let sensor = &desk.sensors_of("S-1").unwrap()[0];
    let kept = desk
        .readings(sensor.id, Moment::MIN, Moment::MAX, 10)
        .unwrap();
    let values: Vec<&str> = kept.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["80.0", "82.5"]);
    assert_eq!(sensor.last.as_ref().unwrap().1, "82.5");
    let count = |code| {
        desk.readings_refused(sensor.id, Moment::MIN, Moment::MAX, code)
            .unwrap()
    };
    assert_eq!((count(Some("O944")), count(None)), (1, 5));
    assert_eq!(
        city.office.read(office::Office::position).unwrap(),
        before_all
    );
    // Who may only read sends nothing; nobody without a key does.
    let reader = city.program(&["read", "write"]);
    let (status, told, _) = send(&city, &reader, &many);
    assert_eq!((status, &told["code"]), (403, &json!("W307")), "{told}");
    assert_eq!(send(&city, "none", &many).0, 401);
    assert_eq!(
        send(&city, &token, &json!({ "readings": [] })).1["code"],
        "W933"
    );
    assert_eq!(send(&city, &token, &json!({ "reading": 1 })).0, 400);
}

#[test]
fn a_sensors_own_key_is_shown_once_and_sends_for_it_alone() {
    let city = town();
    let page = city.get("/sensors");
    assert!(page.has("还没有传感器"), "{}", page.text());
    let wrong = city.post(
        "/sensors",
        &[("sensor", "pm10"), ("subject", "S-9"), ("days", "30")],
    );
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("O941") && wrong.has("S-9"), "{}", wrong.text());
    let made = city.post(
        "/sensors",
        &[("sensor", "pm10"), ("subject", "S-1"), ("days", "30")],
    );
    assert_eq!(made.location(), "/sensors#told", "{}", made.text());
    let page = city.get("/sensors").text();
    let (_, rest) = page.split_once("<code>").expect("the key");
    let key = rest.split('<').next().unwrap().to_owned();
    assert!(!city.get("/sensors").has(&key), "shown once");
    let at = before(now(&city), 1);
    let own = json!({ "at": at, "value": "12" });
    assert_eq!(send(&city, &key, &own).0, 200);
    let (status, told, _) = send(&city, &key, &reading("pm10", "S-2", &at, "12"));
    assert_eq!((status, &told["code"]), (403, &json!("W930")), "{told}");
    // It does nothing else.
    let asked = city.asks(&key, "GET", "/api/v1/units", "", "");
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let sensor = city.site.desk().sensors().unwrap()[0].id.to_string();
    assert!(city.get("/sensors").has("一号工地") && city.get("/sensors").has("12.0 微克/立方米"));
    let gone = city.post("/sensors/forget", &[("sensor", &sensor)]);
    assert_eq!(gone.location(), "/sensors");
    assert_eq!(send(&city, &key, &own).0, 401);
}

#[test]
fn too_many_are_told_to_come_later_and_nothing_of_them_is_taken() {
    let city = town();
    let token = city.program(&["readings"]);
    let now = now(&city);
    let batch = |from: i64, count: i64| {
        let readings: Vec<Value> = (from..from + count)
            .map(|minute| reading("slow", "S-1", &before(now, minute), "1"))
            .collect();
        json!({ "readings": readings })
    };
    assert_eq!(send(&city, &token, &batch(0, 4)).1["accepted"], 4);
    let (status, told, later) = send(&city, &token, &batch(4, 4));
    assert_eq!((status, &told["code"]), (429, &json!("W931")), "{told}");
    // Three are short at five a minute: 36 seconds.
    let later: u64 = later.expect("Retry-After").parse().unwrap();
    assert!((30..=36).contains(&later), "{later}");
    // Another sensor is not held up, nor is the rest of the fifth.
    let other = reading("slow", "S-2", &before(now, 1), "1");
    assert_eq!(send(&city, &token, &other).0, 200);
    assert_eq!(send(&city, &token, &batch(4, 1)).1["accepted"], 1);
    let sensor = &city.site.desk().sensors_of("S-1").unwrap()[0];
    let kept = city
        .site
        .desk()
        .readings(sensor.id, Moment::MIN, Moment::MAX, 10)
        .unwrap();
    assert_eq!(kept.len(), 5);
}

#[test]
fn a_burst_from_many_at_once_is_taken_or_told_to_wait_and_the_site_stays_up() {
    const SENDERS: usize = 8;
    const REQUESTS: usize = 25;
    const EACH: usize = 20;
    let city = town();
    let token = city.program(&["readings"]);
    let now = now(&city);
    let position = city.office.read(office::Office::position).unwrap();
    let started = std::time::Instant::now();
    let (taken, waits) = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let (city, token) = (&city, &token);
                scope.spawn(move || {
                    let (mut taken, mut waits) = (0, 0);
                    for request in 0..REQUESTS {
                        let readings: Vec<Value> = (0..EACH)
                            .map(|each| {
                                // Each moment once, newest first: all out of order.
                                let number = (sender * REQUESTS + request) * EACH + each;
                                let at = now.plus_micros(-(number as i64) * 1_000_000).unwrap();
                                reading("pm10", "S-1", &at.to_string(), "100")
                            })
                            .collect();
                        let (status, told, later) =
                            send(city, token, &json!({ "readings": readings }));
                        match status {
                            200 => taken += told["accepted"].as_u64().unwrap(),
                            429 => {
                                assert!(later.is_some());
                                waits += 1;
                            }
                            _ => panic!("{status} {told}"),
                        }
                    }
                    (taken, waits)
                })
            })
            .collect();
        // Meanwhile a person looks.
        for _ in 0..5 {
            assert_eq!(city.get("/records").status, StatusCode::OK);
        }
        senders
            .into_iter()
            .map(|sender| sender.join().unwrap())
            .fold((0, 0), |(taken, waits), (t, w)| (taken + t, waits + w))
    });
    let seconds = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let rate = taken as f64 / seconds;
    println!(
        "readings: {taken} taken in {seconds:.2} s, {rate:.0} a second; {waits} requests told to wait"
    );
    let sent = (SENDERS * REQUESTS * EACH) as u64;
    // The rate of the sensor is 3000 a minute: the rest was told to wait, and each answer is true.
    assert_eq!(taken + waits * EACH as u64, sent);
    assert!(taken >= 3000, "{taken}");
    let sensor = &city.site.desk().sensors_of("S-1").unwrap()[0];
    let kept = city
        .site
        .desk()
        .readings(sensor.id, Moment::MIN, Moment::MAX, 10_000)
        .unwrap();
    assert_eq!(kept.len() as u64, taken);
    assert_eq!(
        city.office.read(office::Office::position).unwrap(),
        position
    );
}

#[test]
fn a_crossed_limit_opens_one_case_until_it_is_closed() {
    let city = town();
    let token = city.program(&["readings"]);
    let now = now(&city);
    let send_one = |minutes: i64, value: &str| {
        let body = reading("pm10", "S-1", &before(now, minutes), value);
        assert_eq!(send(&city, &token, &body).0, 200);
    };
    let cases = || {
        let listing = measure::list::Listing::new(
            "case:over",
            city.office.read(office::Office::position).unwrap(),
            10,
        );
        city.office
            .read(|office| office.mirror().columns().list(&listing).count)
            .unwrap()
    };
    for minute in (36..=40).rev() {
        send_one(minute, "200");
    }
    assert_eq!(cases(), 0, "four minutes are not five");
    send_one(35, "310");
    assert_eq!(cases(), 1);
    let position = city.office.read(office::Office::position).unwrap();
    for minute in (25..=34).rev() {
        send_one(minute, "220");
    }
    assert_eq!(
        (cases(), city.office.read(office::Office::position).unwrap()),
        (1, position)
    );
    // Time did it, and it says what was measured.
    let page = city.get(&format!("/cases/{}", position.0));
    assert!(page.has("系统") && page.has("310"), "{}", page.text());
    let subject = city.get("/subjects/site/S-1");
    assert!(subject.has(&format!("/cases/{}", position.0)) && subject.has("<svg"));
    let case = format!("/cases/{}", position.0);
    let closed = city.upload(&case, &[("action", "settle")], &[]);
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    // What went before the closing opens no other; what lasts on after it does.
    send_one(24, "220");
    assert_eq!(cases(), 1);
    for minute in (18..=23).rev() {
        send_one(minute, "220");
    }
    assert_eq!(cases(), 2);
}

#[test]
fn a_day_that_is_over_becomes_one_record_with_its_digest() {
    let city = town();
    let desk = city.site.desk();
    let (programme, zone) = city
        .office
        .read(|office| (office.programme().unwrap(), office.zone().unwrap()))
        .unwrap();
    let noon = Moment::parse("2026-03-02T04:00:00Z").unwrap();
    let sensor = desk.know_sensor("pm10", "S-1", noon).unwrap().id;
    let taken = |minutes: i64, value: &str| {
        let at = noon.plus_micros(minutes * MINUTE).unwrap();
        (sensor, desk::readings::Came::Taken(at, value.to_owned()))
    };
    let came = [
        taken(2, "100.0"),
        taken(1, "151.0"),
        (sensor, desk::readings::Came::Refused("O944")),
    ];
    assert_eq!(
        desk.take_readings(&came, noon).unwrap(),
        [true, true, false]
    );
    let close = |at: &str| {
        let at = Moment::parse(at).unwrap();
        web::close_periods(
            desk,
            &programme,
            &zone,
            at,
            &mut |sensor, subject, span, summary, refused| {
                city.office.command(office::actor::FIRST, None, |office| {
                    let written = office.write_summary(sensor, subject, span, summary, refused)?;
                    Ok::<_, base::Problem>(written.is_some())
                })
            },
        )
        .unwrap()
    };
    // The unit is not known yet: the day waits, and nothing is lost.
    let stopped = close("2026-03-03T16:00:00Z");
    assert_eq!(
        (stopped.written, stopped.failed.len()),
        (0, 1),
        "{stopped:?}"
    );
    let csv = "编号,名称,监管单位\nS-1,一号工地,质监站\n";
    city.office
        .command(office::actor::FIRST, None, |office| {
            let options = office::import::ImportOptions::default();
            office.import(
                "site",
                "sites.csv",
                csv.as_bytes(),
                &options,
                &mut |_, _, _| (),
            )
        })
        .unwrap();
    let done = close("2026-03-03T16:00:00Z");
    assert_eq!((done.written, done.failed.len()), (1, 0), "{done:?}");
    assert_eq!(close("2026-03-03T16:00:00Z").written, 0, "done once");
    let list = city.get("/records/dust");
    // (100 + 151) / 2
    assert!(list.has("125.50"), "{}", list.text());
    let digest = {
        use sha2::{Digest, Sha256};
        let lines = "2026-03-02T04:01:00.000000Z 151.0\n2026-03-02T04:02:00.000000Z 100.0\n";
        hex::encode(Sha256::digest(lines))
    };
    let written = city.office.read(office::Office::position).unwrap();
    let record = city.get(&format!("/records/dust/{}", written.0));
    assert!(record.has(&digest), "{digest}: {}", record.text());
    // A lost desk writes no second one.
    desk.forget_sensor(sensor).unwrap();
    desk.know_sensor("pm10", "S-1", noon).unwrap();
    let position = city.office.read(office::Office::position).unwrap();
    assert_eq!(close("2026-03-03T16:00:00Z").written, 0);
    assert_eq!(
        city.office.read(office::Office::position).unwrap(),
        position
    );
}
