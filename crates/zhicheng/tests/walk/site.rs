//! A demonstration that runs, and its people in browsers.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

/// The binary under test.
static BINARY: LazyLock<String> = LazyLock::new(|| {
    let named = std::env::var("ZHICHENG_TEST_BINARY").ok();
    named.unwrap_or_else(|| env!("CARGO_BIN_EXE_zhicheng").to_owned())
});

/// Notes what cannot be tested on this machine, as the stories do.
pub fn left_out(what: &str) {
    eprintln!("left out: {what}");
    if let Some(path) = std::env::var_os("ZHICHENG_SKIPPED") {
        use std::io::Write;
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        writeln!(file, "{what}").unwrap();
    }
}

/// Whether there is a browser; where there is none, that is noted.
pub fn has_browser() -> bool {
    let found = |name: &str| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()))
    };
    let has = found("chromedriver") && (found("chromium") || found("google-chrome"));
    if !has {
        left_out("walks in the browser: chromium and chromedriver are not installed");
    }
    has
}

/// Tells a walk: runs it to its end, when there is a browser.
pub fn walk(story: impl AsyncFnOnce()) {
    if !has_browser() {
        return;
    }
    let _until_the_end = chromedriver();
    // A browser that a failing walk leaves open is closed by another thread.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(story());
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A demonstration whose site runs.
pub struct Site {
    _place: TempDir,
    /// Its data folder.
    pub data: PathBuf,
    pub base: String,
    server: Running,
}

/// The demonstration of the built-in programme, made once for all walks with the same binary, in whatever
/// process: its folder is named by the binary's time and size.
static DEMONSTRATION: LazyLock<PathBuf> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(place).unwrap();
    let of = fs::metadata(&*BINARY).unwrap();
    let time = of.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    let name = format!("walk-{:x}-{:x}", time.as_nanos(), of.len());
    // One process makes it, the others wait.
    let lock = fs::File::create(place.join("walk.lock")).unwrap();
    lock.lock().unwrap();
    let data = place.join(&name).join("data");
    if data.is_dir() {
        return data;
    }
    for old in fs::read_dir(place).unwrap().flatten() {
        let is_old = old.file_name().to_string_lossy().starts_with("walk-");
        if is_old && old.path().is_dir() {
            let _ = fs::remove_dir_all(old.path());
        }
    }
    let making = place.join("walk-making");
    let done = Command::new(&*BINARY)
        .args(["--lang", "en", "demo", "--no-site", "--data"])
        .arg(making.join("data"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    fs::rename(&making, place.join(&name)).unwrap();
    data
});

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Site {
    /// The demonstration of the built-in programme, a copy for this walk, its site on a free port.
    pub fn demonstration() -> Site {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        copy(&DEMONSTRATION, &data);
        Site::over(place, data)
    }

    /// The server is gone, as seen from a place without a signal.
    pub fn goes_down(&mut self) {
        let _ = self.server.0.kill();
        let _ = self.server.0.wait();
    }

    /// It is there again, at the same address.
    pub fn comes_back(&mut self) {
        let address = self.base.trim_start_matches("http://").to_owned();
        (self.server, self.base) = serve(&self.data, &address);
    }

    fn over(place: TempDir, data: PathBuf) -> Site {
        let (server, base) = serve(&data, "127.0.0.1:0");
        Site {
            _place: place,
            data,
            base,
            server,
        }
    }

    /// Somebody who opens a browser and signs in by the button of that login.
    pub async fn enters(&self, login: &str, lang: &str, width: u32) -> Person {
        let person = self.visitor(lang, width).await;
        person.goes("/sign-in").await;
        person.presses(&format!("button[value='{login}']")).await;
        assert!(
            !person.path().await.starts_with("/sign-in"),
            "{login} is signed in"
        );
        person
    }

    /// Somebody who is not signed in.
    pub async fn visitor(&self, lang: &str, width: u32) -> Person {
        let driver = driver(width).await;
        let person = Person {
            browser: Some(driver),
            base: self.base.clone(),
        };
        person.goes("/sign-in").await;
        person
            .browser()
            .add_cookie({
                let mut cookie = Cookie::new("zhicheng_lang", lang);
                cookie.set_path("/");
                cookie
            })
            .await
            .unwrap();
        person
    }
}

/// Runs the site of a folder; gives the process and the site's address.
fn serve(data: &Path, listen: &str) -> (Running, String) {
    let mut server = Command::new(&*BINARY)
        .args(["--lang", "en", "demo", "--listen", listen, "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let base = lines
        .by_ref()
        .map(Result::unwrap)
        .find_map(|line| {
            let at = line.find("http://")?;
            Some(line[at..].trim_end_matches('/').to_owned())
        })
        .expect("the site tells its address");
    // Whatever else it tells must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (Running(server), base)
}

/// A chromedriver, which ends with the last walk that needs it.
struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    fn new() -> Chromedriver {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("chromedriver")
            .args([&format!("--port={port}"), "--log-level=OFF"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed() < Duration::from_secs(20), "chromedriver");
            std::thread::sleep(Duration::from_millis(50));
        }
        Chromedriver { process, port }
    }
}

impl Drop for Chromedriver {
    /// Asked to, it closes the browsers that a failed walk left open; killed, it would leave them.
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let asked = "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
            let _ = stream.write_all(asked.as_bytes());
        }
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(5) {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The chromedriver of the walks that go on in this process; a static would never be dropped.
static DRIVER: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());

fn chromedriver() -> Arc<Chromedriver> {
    let mut held = DRIVER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = held.upgrade() {
        return running;
    }
    let started = Arc::new(Chromedriver::new());
    *held = Arc::downgrade(&started);
    started
}

async fn driver(width: u32) -> WebDriver {
    let mut wanted = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        &format!("--window-size={width},1000"),
    ] {
        wanted.add_arg(argument).unwrap();
    }
    wanted
        .set_browser_log_level(LoggingPrefsLogLevel::All)
        .unwrap();
    let address = format!("http://127.0.0.1:{}", chromedriver().port);
    // Where several browsers start at once, one may end before it is up.
    let mut browser = WebDriver::new(&address, wanted.clone()).await;
    for _ in 0..2 {
        if browser.is_err() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            browser = WebDriver::new(&address, wanted.clone()).await;
        }
    }
    let browser = browser.unwrap();
    browser
        .set_implicit_wait_timeout(Duration::ZERO)
        .await
        .unwrap();
    browser
        .cdp()
        .send_raw(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600 }),
        )
        .await
        .unwrap();
    browser
}

/// Somebody in a browser. What a person does waits until it can be done, and fails with the page's text.
pub struct Person {
    browser: Option<WebDriver>,
    base: String,
}

impl Person {
    pub fn browser(&self) -> &WebDriver {
        self.browser.as_ref().unwrap()
    }

    /// Opens a page.
    pub async fn goes(&self, path: &str) {
        self.browser()
            .goto(format!("{}{path}", self.base))
            .await
            .unwrap();
    }

    /// The path and query of the page that is open.
    pub async fn path(&self) -> String {
        let url = self.browser().current_url().await.unwrap();
        let mut path = url.path().to_owned();
        if let Some(query) = url.query() {
            path.push('?');
            path.push_str(query);
        }
        path
    }

    /// The text of the main part.
    pub async fn reads(&self) -> String {
        self.find("main").await.text().await.unwrap()
    }

    /// The element, once it is there.
    pub async fn find(&self, css: &str) -> WebElement {
        let since = Instant::now();
        loop {
            if let Ok(found) = self.browser().find(By::Css(css)).await {
                return found;
            }
            if since.elapsed() > Duration::from_secs(10) {
                let text = self.browser().source().await.unwrap_or_default();
                panic!("no `{css}` on {}:\n{text}", self.path().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the element is there now.
    pub async fn sees(&self, css: &str) -> bool {
        self.browser().find(By::Css(css)).await.is_ok()
    }

    /// Clicks, and waits for the next page when the click leads to one.
    pub async fn presses(&self, css: &str) {
        // What a script draws anew while a finger is on its way is looked for again, as a person would.
        for _ in 0..10 {
            let found = self.find(css).await;
            match found.scroll_into_view().await {
                Err(error) if matches!(*error, WebDriverErrorInner::StaleElementReference(_)) => {}
                _ => return self.clicks(found).await,
            }
        }
        panic!("`{css}` is drawn anew all the time");
    }

    async fn clicks(&self, found: WebElement) {
        let before = self.browser().find(By::Css("html")).await.unwrap();
        found.scroll_into_view().await.unwrap();
        found.click().await.unwrap();
        // A new document has another root; a click that opens no page leaves the old one.
        for _ in 0..20 {
            if before.tag_name().await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let since = Instant::now();
        loop {
            let state: Value = match self
                .browser()
                .execute("return document.readyState", vec![])
                .await
            {
                Ok(answer) => answer.json().clone(),
                Err(_) => Value::Null,
            };
            if state == "complete" || since.elapsed() > Duration::from_secs(20) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Fills a field in, over what was there.
    pub async fn fills(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.scroll_into_view().await.unwrap();
        if field.tag_name().await.unwrap() == "select" {
            let choice = field
                .find(By::Css(format!("option[value='{text}']")))
                .await
                .unwrap();
            choice.click().await.unwrap();
            return;
        }
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses a file for a field.
    pub async fn attaches(&self, css: &str, file: &Path) {
        self.find(css)
            .await
            .send_keys(file.to_str().unwrap())
            .await
            .unwrap();
    }

    /// What a script of the test gives.
    pub async fn asks(&self, script: &str, values: Vec<Value>) -> Value {
        self.browser()
            .execute(script, values)
            .await
            .unwrap()
            .json()
            .clone()
    }

    /// What the browser complained about since it was asked last.
    pub async fn complaints(&self) -> Vec<String> {
        self.browser()
            .handle()
            .browser_log()
            .await
            .unwrap()
            .into_iter()
            .map(|line| format!("{}: {}", line.level, line.message))
            .collect()
    }

    /// Closes the browser.
    pub async fn leaves(mut self) {
        if let Some(browser) = self.browser.take() {
            browser.quit().await.unwrap();
        }
    }
}

/// What is wrong with a page's HTML: parse errors, and ids that stand twice.
pub fn html_faults(html: &str) -> Vec<String> {
    use html5ever::tendril::TendrilSink;
    let mut options = html5ever::ParseOpts::default();
    options.tree_builder.exact_errors = true;
    options.tokenizer.exact_errors = true;
    let dom = html5ever::parse_document(markup5ever_rcdom::RcDom::default(), options).one(html);
    dom.errors
        .borrow()
        .iter()
        .take(5)
        .map(|fault| format!("invalid HTML: {fault}"))
        .collect()
}
