//! A day in the field: the inspector opens the list in the office, loses the network, fills in a visit with a photograph and
//! a signature, closes the tab, and has one record on the server when the network is back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::site::{Person, Site, walk};

const FORM: &str = "/field/record/site_visit";

/// Pages and visits that are left on the phone; forgetting pages may take a moment.
const LEFT: &str = "const done = arguments[0];
    (async () => {
      const kept = async () => (await caches.keys()).filter((name) => name.startsWith('field-pages ')).length;
      for (let waits = 0; waits < 100 && (await kept()) > 0; waits += 1) await new Promise((on) => setTimeout(on, 100));
      const base = await new Promise((opened) => { const asked = indexedDB.open('zhicheng-field'); asked.onsuccess = () => opened(asked.result); });
      const count = await new Promise((counted) => { const asked = base.transaction('visits').objectStore('visits').count(); asked.onsuccess = () => counted(asked.result); });
      done([await kept(), count]);
    })();";

/// Waits until a script of the test says so.
async fn until(person: &Person, what: &str, script: &str) {
    let since = Instant::now();
    loop {
        if person.asks(script, Vec::new()).await == Value::Bool(true) {
            return;
        }
        if since.elapsed() > Duration::from_secs(60) {
            panic!(
                "{what}:\n{}\n{:?}",
                person.reads().await,
                person.complaints().await
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A picture of 3200 by 2400, as a phone's camera gives it, put into the field for photographs.
const TAKES_A_PHOTOGRAPH: &str = "
    const done = arguments[arguments.length - 1];
    const canvas = document.createElement('canvas');
    canvas.width = 3200; canvas.height = 2400;
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#887755'; pen.fillRect(0, 0, 3200, 2400);
    pen.fillStyle = '#224466'; pen.fillRect(400, 400, 900, 1200);
    canvas.toBlob((blob) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File([blob], 'IMG_0001.jpg', { type: 'image/jpeg' }));
      const field = document.getElementById('camera');
      field.files = chosen.files;
      field.dispatchEvent(new Event('change', { bubbles: true }));
      done(blob.size);
    }, 'image/jpeg', 0.95);";

/// Writes on the canvas as a finger does.
async fn signs(person: &Person) {
    let ink = person.find(".ink-ground").await;
    ink.scroll_into_view().await.unwrap();
    let at = ink.rect().await.unwrap();
    let top = person
        .asks("return window.scrollY", Vec::new())
        .await
        .as_f64()
        .unwrap();
    for (step, kind) in [
        (0.2, "mousePressed"),
        (0.4, "mouseMoved"),
        (0.6, "mouseMoved"),
        (0.8, "mouseReleased"),
    ] {
        person
            .browser()
            .cdp()
            .send_raw(
                "Input.dispatchMouseEvent",
                json!({
                    "type": kind,
                    "x": at.x + at.width * step,
                    "y": at.y - top + at.height * (0.3 + step / 2.0),
                    "button": "left",
                    "buttons": 1,
                    "clickCount": 1,
                }),
            )
            .await
            .unwrap();
    }
}

/// How many visits of that number the server has, by the inspector's own page.
async fn records_on_the_server(person: &Person, number: &str) -> usize {
    person.goes("/records/site_visit").await;
    person.reads().await.matches(number).count()
}

#[test]
fn a_visit_that_was_filled_in_without_a_network_is_one_record_when_it_is_back() {
    walk(async || {
        let mut site = Site::demonstration();
        let inspector = site.enters("inspector", "zh", 360).await;
        inspector.goes("/field").await;
        // The list and the forms are on the phone now.
        let ready = "const kept = document.querySelector('[data-field]')?.dataset.kept?.split('/');
            return Boolean(kept) && kept[0] === kept[1];";
        until(&inspector, "the pages are kept", ready).await;
        site.goes_down();
        inspector.goes("/field").await;
        until(
            &inspector,
            "it says that there is no network",
            "return document.querySelector('[data-field-net]')?.textContent.includes('没有网络') === true;",
        )
        .await;
        inspector.goes(FORM).await;
        inspector.fills("#f-subject", "PRJ-FIELD-1").await;
        inspector.fills("#f-subject_name", "滨江安置房").await;
        inspector.fills("#f-visit_no", "XC-0417").await;
        inspector.fills("#f-kind", "spot").await;
        inspector.fills("#f-attended", "yes").await;
        inspector.fills("#f-result", "pass").await;
        let camera = inspector
            .browser()
            .execute_async(TAKES_A_PHOTOGRAPH, Vec::new())
            .await
            .unwrap();
        assert!(camera.json().as_f64().unwrap() > 0.0);
        until(
            &inspector,
            "the photograph is listed",
            "return document.querySelectorAll('.photographs img').length === 1;",
        )
        .await;
        signs(&inspector).await;
        inspector.fills("#signer", "刘某").await;
        until(
            &inspector,
            "it is kept as it is filled in",
            "return location.hash.includes('visit=') && document.querySelector('[data-ink-told]').textContent === '已签名'
                && document.querySelector('[data-field-told]').textContent === '已存在手机里';",
        )
        .await;
        tokio::time::sleep(Duration::from_millis(800)).await;
        // The tab is closed in the middle of it, and opened again.
        let here = inspector.path().await;
        inspector.browser().goto("about:blank").await.unwrap();
        inspector.goes("/field").await;
        until(
            &inspector,
            "what was begun is listed",
            "return document.querySelectorAll('[data-field-visits] [data-state=draft]').length === 1;",
        )
        .await;
        inspector.presses("[data-field-visits] a.button").await;
        assert_eq!(inspector.path().await, here);
        until(
            &inspector,
            "everything is there again",
            "return document.getElementById('f-visit_no').value === 'XC-0417'
                && document.querySelectorAll('.photographs img').length === 1
                && document.querySelector('[data-ink-told]').textContent === '已签名';",
        )
        .await;
        inspector.presses("form[data-field-form] button.main").await;
        let waits = "return document.querySelectorAll('[data-field-visits] [data-state=waiting]').length === 1;";
        until(&inspector, "it waits to be sent", waits).await;
        // The network is back: it goes by itself, with nobody touching the phone.
        site.comes_back();
        let sent = "return document.querySelectorAll('[data-field-visits] [data-state=sent]').length === 1;";
        until(&inspector, "it was sent by itself", sent).await;
        assert_eq!(records_on_the_server(&inspector, "XC-0417").await, 1);
        // With both pieces: the photograph made smaller, and the signature.
        inspector.goes("/field").await;
        until(&inspector, "the receipt is listed", sent).await;
        inspector.presses("[data-state=sent] a").await;
        let receipt = inspector.reads().await;
        assert!(
            receipt.contains("刘某") && receipt.contains("马强（演示）"),
            "{receipt}"
        );
        let script = "const done = arguments[0];
            const picture = document.querySelector('img.signature');
            picture.loading = 'eager';
            picture.decode().then(() => done(picture.naturalWidth > 200));";
        let signature = inspector.browser().execute_async(script, Vec::new()).await;
        assert_eq!(signature.unwrap().json(), &Value::Bool(true));
        // Nothing is sent twice, and nothing of the visit stays on the phone when she signs out.
        inspector.goes("/field").await;
        until(
            &inspector,
            "signing out forgets",
            "return document.querySelector('form[action=\"/sign-out\"]').dataset.forgets !== undefined;",
        )
        .await;
        inspector
            .asks(
                "document.querySelector('form[action=\"/sign-out\"] button').click()",
                Vec::new(),
            )
            .await;
        until(
            &inspector,
            "she is signed out",
            "return !document.body.dataset.account;",
        )
        .await;
        let left = inspector.browser().execute_async(LEFT, Vec::new()).await;
        assert_eq!(left.unwrap().json(), &json!([0, 0]));
        inspector.leaves().await;
    });
}

#[test]
fn a_refused_visit_and_one_of_an_ended_session_wait_on_the_phone() {
    walk(async || {
        let site = Site::demonstration();
        let inspector = site.enters("inspector", "en", 360).await;
        inspector.goes(FORM).await;
        inspector.fills("#f-subject", "PRJ-FIELD-2").await;
        inspector.fills("#f-visit_no", "XC-0500").await;
        inspector.fills("#f-kind", "spot").await;
        inspector.fills("#f-attended", "yes").await;
        inspector.fills("#f-result", "pass").await;
        // Corrected where nothing was found: the programme's own rule refuses it, on the server.
        inspector
            .asks(
                "document.getElementById('f-corrected_on').value = '2018-01-02'",
                Vec::new(),
            )
            .await;
        inspector.presses("form[data-field-form] button.main").await;
        let refused = "return document.querySelectorAll('[data-field-visits] [data-state=refused] .fault').length > 0;";
        until(&inspector, "it is refused and says why", refused).await;
        inspector.presses("[data-state=refused] a.button").await;
        until(
            &inspector,
            "what is wrong stands above, and what was typed in the form",
            "return document.getElementById('f-visit_no').value === 'XC-0500'
                && document.querySelector('[data-field-problems] li') !== null;",
        )
        .await;
        inspector
            .asks(
                "document.getElementById('f-corrected_on').value = ''",
                Vec::new(),
            )
            .await;
        // Meanwhile the session ends.
        let cookie = inspector
            .browser()
            .get_named_cookie("zhicheng_session")
            .await
            .unwrap();
        inspector
            .browser()
            .delete_cookie("zhicheng_session")
            .await
            .unwrap();
        inspector.presses("form[data-field-form] button.main").await;
        until(
            &inspector,
            "it asks to sign in again",
            "return document.querySelector('main')?.textContent.includes('Sign in') === true || location.pathname === '/sign-in';",
        )
        .await;
        inspector.browser().add_cookie(cookie).await.unwrap();
        inspector.goes("/field").await;
        let sent = "return document.querySelectorAll('[data-field-visits] [data-state=sent]').length === 1;";
        until(&inspector, "signed in again it goes on by itself", sent).await;
        assert_eq!(records_on_the_server(&inspector, "XC-0500").await, 1);
        // Signed out before the page's scripts could ask: list and forms go, visits stay for their account.
        let submit = "HTMLFormElement.prototype.submit.call(document.querySelector('form[action=\"/sign-out\"]'))";
        inspector.asks(submit, Vec::new()).await;
        let is_out = "return document.body?.dataset.signedOut !== undefined && !localStorage.getItem('field.account');";
        until(&inspector, "the page that follows forgets", is_out).await;
        let left = inspector.browser().execute_async(LEFT, Vec::new()).await;
        assert_eq!(left.unwrap().json(), &json!([0, 1]));
        inspector.leaves().await;
    });
}
