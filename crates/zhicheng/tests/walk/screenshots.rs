//! The screenshots of `docs/screenshots`, made by `ZHICHENG_WRITE_SCREENSHOTS=1 ./test screenshots`.

use std::path::Path;

use serde_json::json;

use crate::site::{Site, walk};

/// File, who, language, width, page.
const SHOTS: &[(&str, &str, &str, u32, &str)] = &[
    ("board-zh", "office", "zh", 1440, "/board"),
    ("board-en", "office", "en", 1440, "/board"),
    ("work-zh", "liaison", "zh", 1440, "/work"),
    ("card-zh", "office", "zh", 1440, "/units/puqi"),
    ("plan-zh", "office", "zh", 1440, "/plan"),
    ("letter-zh", "office", "zh", 1440, "/plan/letters/puqi"),
    ("leaders-zh", "committee", "zh", 1440, "/leaders"),
    (
        "figure-en",
        "auditor",
        "en",
        1440,
        "/figures?a=food_pass_rate%3Fperiod%3D2018%26day%3D2018-12-31%26programme%3D3%26at%3D23000",
    ),
    ("work-phone-zh", "liaison", "zh", 360, "/work"),
    ("item-phone-en", "liaison", "en", 360, "/cases/303"),
];

/// Makes them anew when it is asked to; always checks that each can be made.
#[test]
fn screenshots() {
    walk(async || {
        let write = std::env::var_os("ZHICHENG_WRITE_SCREENSHOTS").is_some();
        let site = Site::demonstration();
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screenshots");
        for (name, login, lang, width, path) in SHOTS {
            let person = site.enters(login, lang, *width).await;
            person.goes(path).await;
            let title = person.browser().title().await.unwrap();
            assert!(!title.contains("Not found"), "{path}: {title}");
            person
                .browser()
                .cdp()
                .send_raw(
                    "Emulation.setDeviceMetricsOverride",
                    json!({ "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": *width < 600 }),
                )
                .await
                .unwrap();
            let bytes = person.browser().screenshot_as_png().await.unwrap();
            assert!(bytes.len() > 10_000, "{name} is nearly empty");
            if write {
                std::fs::create_dir_all(&dir).unwrap();
                std::fs::write(dir.join(format!("{name}.png")), bytes).unwrap();
            }
            person.leaves().await;
        }
    });
}
