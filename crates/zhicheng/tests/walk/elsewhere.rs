//! Signing in with a certified provider that nobody here wrote, in a real browser: set up on the page, linked by
//! the person, signed in and out, refused with a way on.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::site::{Person, Site, left_out, walk};

const SECRET: &str = "a secret of both, long enough for anybody";

/// The provider; it ends with the test.
struct Provider {
    child: Child,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    /// The library is installed by `./test`.
    fn start(site: &Site) -> Option<Provider> {
        let Some(library) = std::env::var_os("ZHICHENG_TEST_OIDC") else {
            left_out("sign-in with a certified provider: Node or oidc-provider is not installed");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walk/provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(library)
            .arg(&site.base)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = lines
            .next()
            .expect("the provider tells its address")
            .unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Some(Provider { child, issuer })
    }
}

/// Signs in on the provider's own page, and agrees to what is asked for where it asks.
async fn signs_in_there(person: &Person, name: &str) {
    person.fills("input[name='login']", name).await;
    person.fills("input[name='password']", "any").await;
    person.presses("button.login-submit").await;
    if person
        .sees("form[action$='/confirm'] button, button.login-submit")
        .await
    {
        person.presses("button.login-submit").await;
    }
}

#[test]
fn a_person_links_the_account_and_comes_in_by_the_certified_provider() {
    walk(async || {
        let site = Site::demonstration();
        let Some(mut provider) = Provider::start(&site) else {
            return;
        };
        let system = site.enters("system", "en", 1280).await;
        system.goes("/admin/sign-in").await;
        system.fills("#issuer", &provider.issuer).await;
        system.fills("#client-id", "zhicheng").await;
        system.fills("#client-secret", SECRET).await;
        system.fills("#site", &site.base).await;
        system.fills("#label-en", "City card").await;
        system.presses("#is-on").await;
        system.presses("form.card button.main").await;
        assert!(system.sees("#tried").await, "{}", system.reads().await);
        system.leaves().await;

        // Nobody's identity: refused, with the ways on.
        let stranger = site.visitor("en", 1280).await;
        stranger.goes("/sign-in").await;
        stranger.presses("#elsewhere").await;
        signs_in_there(&stranger, "stranger").await;
        let told = stranger.reads().await;
        assert!(
            told.contains("linked to no account") && told.contains("stranger"),
            "{told}"
        );
        assert!(stranger.sees("#password").await && stranger.sees("#elsewhere").await);
        stranger.leaves().await;

        // Whoever is signed in links the account.
        let liaison = site.enters("liaison", "en", 1280).await;
        liaison.goes("/me").await;
        liaison.presses("#link-elsewhere").await;
        signs_in_there(&liaison, "zhou").await;
        assert!(
            liaison.path().await.starts_with("/me"),
            "{}",
            liaison.path().await
        );
        assert!(liaison.reads().await.contains("zhou"));
        liaison.leaves().await;

        // And comes in that way in another browser, on a telephone.
        let person = site.visitor("zh", 360).await;
        person.goes("/sign-in?back=/me").await;
        person.presses("#elsewhere").await;
        signs_in_there(&person, "zhou").await;
        assert_eq!(person.path().await, "/me");
        assert!(person.reads().await.contains("zhou"));
        // Out here, and there too.
        person.presses("details.menu summary").await;
        person.presses("form[action='/sign-out'] button").await;
        assert_eq!(person.path().await, "/sign-in/out");
        person.presses("#provider-out").await;
        person.presses("button[name='logout']").await;
        assert!(
            person.path().await.starts_with("/sign-in"),
            "{}",
            person.path().await
        );
        person.leaves().await;

        // Whoever changes his mind there is told so.
        let person = site.visitor("en", 1280).await;
        person.goes("/sign-in").await;
        person.presses("#elsewhere").await;
        person.presses("a[href$='/abort']").await;
        let told = person.reads().await;
        assert!(told.contains("access_denied"), "{told}");
        // Down: the password is still there.
        provider.child.kill().unwrap();
        provider.child.wait().unwrap();
        person.presses("#elsewhere").await;
        person.leaves().await;
        let system = site.enters("system", "en", 1280).await;
        system.goes("/admin/sign-in?try=1").await;
        assert!(system.reads().await.contains("cannot be reached"));
        system.leaves().await;
    });
}
