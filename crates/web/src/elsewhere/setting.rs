//! What the administrator says of the provider. It is kept with the site's settings; the secret is shown to
//! nobody again.

use base::{Lang, Problem};
use desk::Desk;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::problems;

/// The name of the setting.
const NAME: &str = "sign_in_elsewhere";

/// Where the provider leads back to.
pub(crate) const BACK: &str = "/sign-in/elsewhere/back";
/// Where the provider leads to after it signed somebody out.
pub(crate) const OUT: &str = "/sign-in";

/// What is said of the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// Whether people may sign in there.
    #[serde(default)]
    pub is_on: bool,
    /// The provider's issuer.
    #[serde(default)]
    pub issuer: String,
    /// As whom this site is known there.
    #[serde(default)]
    pub client_id: String,
    /// Its secret; empty where it has none (PKCE alone).
    #[serde(default)]
    pub client_secret: String,
    /// The button's words.
    #[serde(default)]
    pub label_zh: String,
    /// The button's words.
    #[serde(default)]
    pub label_en: String,
    /// The claim that names an account here; empty: accounts are linked one by one.
    #[serde(default)]
    pub claim: String,
    /// This site's address as browsers and the provider know it, without a path.
    #[serde(default)]
    pub site: String,
}

impl Setting {
    /// What was said; nothing where nobody said anything.
    ///
    /// # Errors
    /// The desk refuses.
    pub fn read(desk: &Desk) -> Result<Setting, Problem> {
        let text = desk.setting(NAME)?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    /// What was said, where people may sign in there.
    ///
    /// # Errors
    /// It is off, or the desk refuses.
    pub fn in_use(desk: &Desk) -> Result<Setting, Problem> {
        let found = Setting::read(desk)?;
        if found.is_on {
            Ok(found)
        } else {
            Err(problems::elsewhere_is_off())
        }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// The desk refuses.
    pub fn save(&self, desk: &Desk) -> Result<(), Problem> {
        let text = serde_json::to_string(self).unwrap_or_default();
        desk.set_setting(NAME, Some(&text))
    }

    /// Whether it can be used.
    ///
    /// # Errors
    /// Something is missing, or an address is none.
    pub fn check(&self) -> Result<(), Problem> {
        if !is_good_address(&self.issuer) {
            return Err(problems::bad_setting("服务地址（issuer）", "the issuer"));
        }
        if self.client_id.is_empty() {
            return Err(problems::bad_setting("客户端标识", "the client id"));
        }
        let is_bare = Url::parse(&self.site).is_ok_and(|url| {
            url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        });
        if !is_bare || !is_good_address(&self.site) {
            return Err(problems::bad_setting("本站地址", "this site's address"));
        }
        Ok(())
    }

    /// The button's words.
    pub fn label(&self, lang: Lang) -> String {
        let (own, otherwise) = match lang {
            Lang::Zh => (&self.label_zh, "用统一身份认证登录"),
            Lang::En => (&self.label_en, "Sign in with the single sign-on"),
        };
        if own.is_empty() {
            otherwise.to_owned()
        } else {
            own.clone()
        }
    }

    /// Which scope brings the claim.
    pub fn scope(&self) -> Option<&'static str> {
        match self.claim.as_str() {
            "" | "sub" => None,
            "email" => Some("email"),
            "phone_number" => Some("phone"),
            _ => Some("profile"),
        }
    }

    /// Where the provider leads back to: what is registered there.
    pub fn back_address(&self) -> String {
        format!("{}{BACK}", self.site.trim_end_matches('/'))
    }

    /// Where the provider leads to after it signed somebody out.
    pub fn out_address(&self) -> String {
        format!("{}{OUT}", self.site.trim_end_matches('/'))
    }
}

/// An address over TLS, or of this machine, where trials are made.
fn is_good_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Domain(name))) => name == "localhost",
        ("http", Some(url::Host::Ipv4(ip))) => ip.is_loopback(),
        ("http", Some(url::Host::Ipv6(ip))) => ip.is_loopback(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_and_the_site_are_reached_over_tls_or_on_this_machine() {
        let setting = |issuer: &str, site: &str| Setting {
            issuer: issuer.to_owned(),
            site: site.to_owned(),
            client_id: "zhicheng".to_owned(),
            ..Setting::default()
        };
        for (issuer, site, is_good) in [
            ("https://id.test/realm", "https://quality.test", true),
            ("http://127.0.0.1:3000", "http://localhost:8018/", true),
            ("http://id.test", "https://quality.test", false),
            ("https://id.test", "http://quality.test", false),
            ("https://id.test", "https://quality.test/zc", false),
            ("javascript:alert(1)", "https://quality.test", false),
            ("", "https://quality.test", false),
        ] {
            let done = setting(issuer, site).check();
            assert_eq!(done.is_ok(), is_good, "{issuer} {site}");
        }
        let found = setting("https://id.test", "https://quality.test/");
        let back = found.back_address();
        assert_eq!(back, "https://quality.test/sign-in/elsewhere/back");
    }
}
