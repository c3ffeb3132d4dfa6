//! A city's folder with its site, and browsers that keep cookies and fill in forms.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use desk::{Desk, NewAccount};
use ledger::Nature;
use office::actor::NewActor;
use office::{Office, SharedOffice};
use programme::Sources;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use web::{Options, Site};

/// A password that is taken.
pub const PASSWORD: &str = "门前有两棵树 two trees";

/// A folder of Chibi's programme without records, and its site.
pub struct City {
    dir: TempDir,
    pub site: Site,
    router: Router,
    runtime: Runtime,
}

impl City {
    /// A real folder: nobody is in without a password.
    pub fn real() -> City {
        City::of(Nature::Real)
    }

    /// A demonstration.
    pub fn demonstration() -> City {
        City::of(Nature::Demonstration)
    }

    fn of(nature: Nature) -> City {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/chibi-2018");
        let sources = Sources::read_folder(package).unwrap();
        City::from_sources(
            &sources,
            nature,
            ("programme_office", Some("quality_office")),
        )
    }

    /// A demonstration of a package's text, founded by somebody of that role.
    pub fn of_package(text: &str, role: &str) -> City {
        let files = [("programme.toml".to_owned(), text.to_owned())];
        let sources = Sources::from_files("town", files);
        City::from_sources(&sources, Nature::Demonstration, (role, None))
    }

    fn from_sources(sources: &Sources, nature: Nature, founder: (&str, Option<&str>)) -> City {
        let programme = programme::check(sources).programme.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let founder = NewActor {
            name: "筹建组".to_owned(),
            role: founder.0.to_owned(),
            unit: founder.1.map(str::to_owned),
        };
        drop(Office::init(&data, sources, programme, nature, &founder).unwrap());
        let office = SharedOffice::open(&data, &mut |_, _, _| ()).unwrap();
        let site = Site::new(office, Desk::open(&data).unwrap(), Options::default());
        City {
            dir,
            router: web::router(site.clone()),
            site,
            runtime: Runtime::new().unwrap(),
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A person with an account whose password is [`PASSWORD`]; gives the number.
    pub fn person(&self, login: &str, role: &str, unit: Option<&str>) -> u64 {
        let new = NewActor {
            name: format!("{login} 某"),
            role: role.to_owned(),
            unit: unit.map(str::to_owned),
        };
        let office = self.site.office();
        let actor = office
            .command(1, None, |office| office.register_actor(&new))
            .unwrap();
        let new = NewAccount {
            login,
            actor,
            password: Some(PASSWORD),
            must_change: false,
            is_demonstration: false,
        };
        self.site
            .desk()
            .open_account(&new, office::folder::now())
            .unwrap();
        actor
    }

    /// A browser that is signed in with an account of [`City::person`].
    pub fn signed_in(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let reply = browser.sign_in(login, PASSWORD);
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        browser
    }

    /// As [`City::person`], whom only [`City::entered`] lets in: no password is to be made.
    pub fn person_without_password(&self, login: &str, role: &str, unit: Option<&str>) -> u64 {
        let new = NewActor {
            name: format!("{login} 某"),
            role: role.to_owned(),
            unit: unit.map(str::to_owned),
        };
        let office = self.site.office();
        let actor = office
            .command(1, None, |office| office.register_actor(&new))
            .unwrap();
        let new = NewAccount {
            login,
            actor,
            password: None,
            must_change: false,
            is_demonstration: true,
        };
        let now = office::folder::now();
        self.site.desk().open_account(&new, now).unwrap();
        actor
    }

    /// A browser with a session of that account.
    pub fn entered(&self, login: &str) -> Browser<'_> {
        let desk = self.site.desk();
        let actor = desk.account(login).unwrap().unwrap().actor;
        let token = desk
            .begin_session(login, actor, office::folder::now())
            .unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("zhicheng_session".to_owned(), token);
        browser
    }

    /// The case of an item and a unit.
    pub fn case_of(&self, item: &str, unit: &str) -> u64 {
        let found = self.site.office().read(|office| {
            let year = office.programme()?.year;
            let (item, unit) = (base::ItemId::new(item), base::UnitId::new(unit));
            office.case_of_item(&base::ScorecardId::new("assessment"), &year, &item, &unit)
        });
        found.unwrap().unwrap().unwrap()
    }

    /// A token for programs of that account.
    pub fn program(&self, login: &str) -> String {
        let desk = self.site.desk();
        let actor = desk.account(login).unwrap().unwrap().actor;
        let now = office::folder::now();
        let end = base::Moment::from_micros(now.as_micros() + 3_600_000_000).unwrap();
        desk.make_token("test", actor, &["read", "write"], end, now)
            .unwrap()
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            city: self,
            cookies: BTreeMap::from([("zhicheng_lang".to_owned(), "en".to_owned())]),
            headers: Vec::new(),
            from: None,
        }
    }

    /// How many entries there are.
    pub fn position(&self) -> u64 {
        self.site.office().read(Office::position).unwrap().0
    }
}

/// A browser.
pub struct Browser<'c> {
    city: &'c City,
    pub cookies: BTreeMap<String, String>,
    /// Headers that it sends besides.
    pub headers: Vec<(&'static str, String)>,
    /// From where it comes; else from this machine.
    pub from: Option<SocketAddr>,
}

/// An answer.
pub struct Reply {
    pub status: StatusCode,
    pub location: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// The value of the page's first field of that name.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self
            .body
            .find(&start)
            .unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        let rest = &self.body[at + start.len()..];
        rest[..rest.find('"').unwrap()].to_owned()
    }

    #[track_caller]
    pub fn is(&self, status: StatusCode, told: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body.contains(told), "{told} is not in {}", self.body);
    }

    #[track_caller]
    pub fn leads_to(&self, address: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        assert_eq!(self.location, address);
    }

    /// Leads to a page that tells what was done.
    #[track_caller]
    pub fn tells_at(&self, address: &str) {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let told = self
            .location
            .find("told=")
            .and_then(|at| self.location.get(..at - 1));
        assert_eq!(told, Some(address), "{}", self.location);
    }
}

impl Browser<'_> {
    pub fn get(&mut self, address: &str) -> Reply {
        self.send(Method::GET, address, None)
    }

    /// Sends a form exactly as it is.
    pub fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let body = (
            "application/x-www-form-urlencoded".to_owned(),
            body.into_bytes(),
        );
        self.send(Method::POST, address, Some(body))
    }

    /// Opens a page, and sends its form with these fields and one file.
    pub fn upload(
        &mut self,
        page: &str,
        address: &str,
        fields: &[(&str, &str)],
        (field, name, bytes): (&str, &str, &[u8]),
    ) -> Reply {
        let found = self.get(page);
        let (csrf, once) = (found.field("csrf"), found.field("once"));
        let mut all = vec![("csrf", csrf.as_str()), ("once", once.as_str())];
        all.extend(fields);
        self.post_parts(address, &all, &[(field, name, bytes)])
    }

    /// Sends a form with files exactly as it is.
    pub fn post_parts(
        &mut self,
        address: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Reply {
        const EDGE: &str = "----a-line-that-no-file-has";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        for (field, name, bytes) in files {
            body.extend_from_slice(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let body = (format!("multipart/form-data; boundary={EDGE}"), body);
        self.send(Method::POST, address, Some(body))
    }

    /// Opens a page, and sends its form with these fields.
    pub fn submit(&mut self, page: &str, address: &str, fields: &[(&str, &str)]) -> Reply {
        let found = self.get(page);
        let (csrf, once) = (found.field("csrf"), found.field("once"));
        let mut all = vec![("csrf", csrf.as_str()), ("once", once.as_str())];
        all.extend(fields);
        self.post(address, &all)
    }

    /// Asks as a program does: with a token, in JSON.
    pub fn asks(
        &mut self,
        token: &str,
        method: Method,
        address: &str,
        once: &str,
        body: &str,
    ) -> Reply {
        self.headers = vec![("authorization", format!("Bearer {token}"))];
        if !once.is_empty() {
            self.headers.push(("idempotency-key", once.to_owned()));
        }
        let body = (!body.is_empty()).then(|| ("application/json".to_owned(), body.into()));
        self.send(method, address, body)
    }

    pub fn sign_in(&mut self, login: &str, password: &str) -> Reply {
        self.post(
            "/sign-in",
            &[("login", login), ("password", password), ("back", "/me")],
        )
    }

    fn send(&mut self, method: Method, address: &str, body: Option<(String, Vec<u8>)>) -> Reply {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header(HOST, "city.test")
            .header(COOKIE, cookies.join("; "));
        if let Some((kind, _)) = &body {
            request = request.header(CONTENT_TYPE, kind);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request
            .body(Body::from(body.map(|(_, bytes)| bytes).unwrap_or_default()))
            .unwrap();
        if let Some(from) = self.from {
            request.extensions_mut().insert(ConnectInfo(from));
        }
        let router = self.city.router.clone();
        let (head, body) = self.city.runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            (head, to_bytes(body, 16 << 20).await.unwrap())
        });
        for cookie in head.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Reply {
            status: head.status,
            location: head
                .headers
                .get(LOCATION)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}
