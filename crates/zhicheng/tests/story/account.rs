//! Accounts on the command line, alone and beside a running site.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::city::{BINARY, City};

/// The password that a command printed.
fn printed(out: &str) -> String {
    let line = out.lines().find(|line| line.contains("shown this once"));
    let line = line.unwrap_or_else(|| panic!("a password in {out}"));
    line.rsplit(' ').next().unwrap().to_owned()
}

/// Opens an account for a liaison of that name.
fn open(city: &City, login: &str, name: &str) -> crate::city::Run {
    city.run([
        "account", "open", login, "--name", name, "--role", "liaison", "--unit", "east",
    ])
}

#[test]
fn an_account_is_opened_listed_reset_closed_and_opened_again() {
    let city = City::real("town");
    let opened = open(&city, "chen", "陈立").ok();
    let password = printed(&opened.out);
    assert_eq!(password.len(), 19);
    open(&city, "CHEN", "别人").refused("K110");
    open(&city, "c", "别人").refused("K111");
    city.run(["account", "open", "wu", "--name", "吴"])
        .refused("Z220");
    city.run(["account", "open", "wu", "--name", "吴", "--role", "cook"])
        .refused("O280");
    let list = || {
        let rows = city
            .run(["account", "list", "--format", "json"])
            .ok()
            .json();
        assert_eq!(rows.len(), 1);
        rows[0].clone()
    };
    let row = list();
    for (key, value) in [
        ("login", "chen"),
        ("name", "陈立"),
        ("role", "liaison"),
        ("unit", "east"),
        ("state", "open"),
        ("password", "to_change"),
        ("codes", "off"),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    let again = printed(&city.run(["account", "password", "chen"]).ok().out);
    assert_ne!(again, password);
    city.run(["account", "password", "nobody"]).refused("K115");
    city.run(["account", "close", "chen"]).ok();
    assert_eq!(list()["state"], "closed");
    city.run(["account", "reopen", "chen"]).ok();
    assert_eq!(list()["state"], "open");
    // Neither password is in the folder.
    for file in std::fs::read_dir(city.data()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for text in [&password, &again] {
                let found = bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
}

#[test]
fn a_password_is_read_from_standard_input_and_judged() {
    let city = City::real("town");
    let data = city.data();
    let open = |login: &str, text: &str| {
        let mut child = Command::new(&*BINARY)
            .args(["--lang", "en", "account", "open", login, "--name", login])
            .args(["--role", "liaison", "--password-stdin", "--data"])
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let done = child.wait_with_output().unwrap();
        let told = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(told).unwrap())
    };
    let (is_done, told) = open("chen", "门前有两棵树\n");
    assert!(!is_done && told.contains("K112"), "{told}");
    let (is_done, told) = open("chen", "门前有两棵树和一口井\n");
    assert!(is_done && !told.contains("一口井"), "{told}");
}

/// A running site; it ends with the test.
pub struct Serving {
    pub child: Child,
    lines: Vec<String>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve(city: &City) -> Serving {
    let mut child = Command::new(&*BINARY)
        .args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(city.data())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let is_last = line.contains("Ctrl-C");
        lines.push(line);
        if is_last {
            break;
        }
    }
    Serving { child, lines }
}

#[test]
fn beside_a_running_site_accounts_are_opened_too() {
    let city = City::real("town");
    open(&city, "chen", "陈立").ok();
    let site = serve(&city);
    assert!(!site.lines.iter().any(|line| line.contains("/first?token=")));
    open(&city, "chen2", "陈立").ok();
    // A new person is registered by the site, to which the command passes itself.
    if cfg!(unix) {
        open(&city, "wang", "王五").ok();
    } else {
        open(&city, "wang", "王五").refused("Z221");
    }
    city.run(["account", "password", "chen2"]).ok();
    city.run(["account", "close", "chen2"]).ok();
    assert_eq!(
        city.run(["account", "list", "--format", "json"])
            .json()
            .len(),
        if cfg!(unix) { 3 } else { 2 }
    );
}

#[test]
fn a_folder_without_an_account_gets_a_link_that_differs_each_time() {
    let city = City::real("town");
    let link = || {
        let site = serve(&city);
        let found = site
            .lines
            .iter()
            .find(|line| line.contains("/first?token="));
        let link = found
            .unwrap_or_else(|| panic!("{:?}", site.lines))
            .trim()
            .to_owned();
        assert!(link.starts_with("http://127.0.0.1:"), "{link}");
        link.rsplit('=').next().unwrap().to_owned()
    };
    let (one, other) = (link(), link());
    assert_eq!(one.len(), 64);
    assert_ne!(one, other);
}
