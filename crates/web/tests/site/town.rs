//! A small city whose whole site is driven in this process: requests in, answers out, no socket.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base::Lang;
use desk::{Desk, NewAccount};
use ledger::Nature;
use office::actor::NewActor;
use office::{Office, SharedOffice};
use programme::Sources;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A site over a demonstration folder.
pub struct City {
    runtime: tokio::runtime::Runtime,
    router: Router,
    pub office: SharedOffice,
    pub site: web::Site,
    token: String,
    /// The language of the pages.
    pub lang: Lang,
    dir: TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Where it leads.
    pub fn location(&self) -> String {
        let found = self.headers.get("location");
        found.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    pub fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

/// A file of a form.
pub struct File<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub bytes: &'a [u8],
}

impl City {
    /// The city of a package's text; somebody of that role is signed in.
    pub fn new(package: &str, role: &str) -> City {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let files = [("programme.toml".to_owned(), package.to_owned())];
        let sources = Sources::from_files("town", files);
        let checked = programme::check(&sources);
        let programme = checked.programme.expect("a sound package");
        let who = NewActor {
            name: "王某".to_owned(),
            role: role.to_owned(),
            unit: None,
        };
        drop(Office::init(&data, &sources, programme, Nature::Demonstration, &who).unwrap());
        let office = SharedOffice::open(&data, &mut |_, _, _| ()).unwrap();
        let desk = Desk::open(&data).unwrap();
        let now = office::folder::now();
        let actor = office::actor::FIRST;
        let account = NewAccount {
            login: "wang",
            actor,
            password: None,
            must_change: false,
            is_demonstration: true,
        };
        desk.open_account(&account, now).unwrap();
        let token = desk.begin_session("wang", actor, now).unwrap();
        let site = web::Site::new(office.clone(), desk, web::Options::default());
        City {
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap(),
            router: web::router(site.clone()),
            site,
            office,
            token,
            lang: Lang::Zh,
            dir,
        }
    }

    /// Its data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    fn send(&self, request: axum::http::request::Builder, body: Body) -> Answer {
        let cookie = format!(
            "zhicheng_session={}; zhicheng_lang={}",
            self.token,
            match self.lang {
                Lang::Zh => "zh",
                Lang::En => "en",
            }
        );
        let request = request.header("cookie", cookie).body(body).unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            Answer {
                status: parts.status,
                headers: parts.headers,
                bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
            }
        })
    }

    /// A token for programs of whoever is signed in.
    pub fn program(&self, scopes: &[&str]) -> String {
        let now = office::folder::now();
        let end = base::Moment::from_micros(now.as_micros() + 3_600_000_000).unwrap();
        let desk = self.site.desk();
        desk.make_token("test", office::actor::FIRST, scopes, end, now)
            .unwrap()
    }

    /// What a program asks with that token.
    pub fn asks(
        &self,
        token: &str,
        method: &str,
        path: &str,
        once: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("accept-language", "en");
        if !once.is_empty() {
            request = request.header("idempotency-key", once);
        }
        let request = request.body(body.into()).unwrap();
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            Answer {
                status: parts.status,
                headers: parts.headers,
                bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
            }
        })
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty())
    }

    /// What a form of this session proves itself with.
    pub fn csrf(&self) -> String {
        let page = self.get("/records").text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Posts fields as a form without files does.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &csrf);
        for (name, value) in fields {
            body.append_pair(name, value);
        }
        let request =
            Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Body::from(body.finish()))
    }

    /// Posts fields and files.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], files: &[File<'_>]) -> Answer {
        let csrf = self.csrf();
        self.upload_as(path, &csrf, fields, files)
    }

    /// The same with that proof.
    pub fn upload_as(
        &self,
        path: &str,
        csrf: &str,
        fields: &[(&str, &str)],
        files: &[File<'_>],
    ) -> Answer {
        const EDGE: &str = "----a-line-that-no-file-has";
        let mut body = Vec::new();
        let all = [("csrf", csrf)].into_iter().chain(fields.iter().copied());
        for (name, value) in all {
            body.extend_from_slice(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        for file in files {
            body.extend_from_slice(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                    file.field, file.name
                )
                .as_bytes(),
            );
            body.extend_from_slice(file.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send(
            Request::post(path).header("content-type", kind),
            Body::from(body),
        )
    }

    /// The page at an address once nothing goes on there any more.
    pub fn settled(&self, path: &str) -> Answer {
        for _ in 0..600 {
            let answer = self.get(path);
            if !answer.has("data-progress") {
                return answer;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{path} goes on and on")
    }
}
