//! A city as the stories tell it: a data folder in a temporary place, and what people do there.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use tempfile::TempDir;

/// One row of a JSON answer.
pub type Row = Map<String, Value>;

/// The binary under test: the one that was built for the tests, or the one that `ZHICHENG_TEST_BINARY` names
/// (a release build, which the long tortures are quicker with).
pub static BINARY: LazyLock<String> = LazyLock::new(|| {
    let named = std::env::var("ZHICHENG_TEST_BINARY").ok();
    named.unwrap_or_else(|| env!("CARGO_BIN_EXE_zhicheng").to_owned())
});

/// Where a city's ledger is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In its folder.
    Sqlite,
    /// In a schema of its own on the server that `ZHICHENG_TEST_POSTGRES` names.
    Postgres,
}

impl Store {
    /// A demonstration of a package of the tests; `None` where there is no server for tests.
    pub fn city(self, package: &str) -> Option<City> {
        match self {
            Store::Sqlite => Some(City::founded_on(&test_package(package), true, None)),
            Store::Postgres => City::on_postgres(package),
        }
    }
}

/// Makes one story two tests: with the ledger in the folder, and in PostgreSQL where there is a server for
/// tests. The story is given a [`Store`].
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($store:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn story($store: $crate::city::Store) $body

            #[test]
            fn on_sqlite() {
                story($crate::city::Store::Sqlite);
            }

            #[test]
            fn on_postgres() {
                if $crate::city::has_postgres() {
                    story($crate::city::Store::Postgres);
                }
            }
        }
    )*};
}

/// Whether there is a server for tests; where there is none, that is noted.
pub fn has_postgres() -> bool {
    let has = std::env::var_os("ZHICHENG_TEST_POSTGRES").is_some();
    if !has {
        left_out("stories on PostgreSQL: ZHICHENG_TEST_POSTGRES is not set");
    }
    has
}

/// A data folder and the temporary place around it, where files for it can be put.
pub struct City {
    place: TempDir,
    is_whole: bool,
    /// Where its ledger is, when it is not in the folder.
    schema: Option<Schema>,
}

impl City {
    /// A demonstration of a package of the tests.
    pub fn new(package: &str) -> City {
        City::founded(&test_package(package), true)
    }

    /// The same as real data: there is no fixed today, and results can be sealed.
    pub fn real(package: &str) -> City {
        City::founded(&test_package(package), false)
    }

    /// A demonstration whose ledger is in PostgreSQL, where there is a server for tests.
    pub fn on_postgres(package: &str) -> Option<City> {
        has_postgres().then(|| City::founded_on(&test_package(package), true, Schema::new()))
    }

    /// The same on a server of its own, which the story may stop.
    pub fn on_server(package: &str, server: &str) -> City {
        City::founded_on(&test_package(package), true, Some(Schema::on(server)))
    }

    /// A data folder for the package of that path. With `ZHICHENG_TEST_STORE=postgres` its ledger is in
    /// PostgreSQL, so that any story can be seen there; stories about the file itself then fail.
    pub fn founded(package: &Path, is_demonstration: bool) -> City {
        let asked =
            std::env::var_os("ZHICHENG_TEST_STORE").is_some_and(|store| store == "postgres");
        let schema = if asked { Schema::new() } else { None };
        City::founded_on(package, is_demonstration, schema)
    }

    fn founded_on(package: &Path, is_demonstration: bool, schema: Option<Schema>) -> City {
        let city = City {
            place: tempfile::tempdir().unwrap(),
            is_whole: true,
            schema,
        };
        let mut arguments = vec!["init", "--programme", package.to_str().unwrap(), "--data"];
        let data = city.data();
        arguments.push(data.to_str().unwrap());
        let url = city.schema.as_ref().map(Schema::url);
        if let Some(url) = &url {
            arguments.extend(["--store", url]);
        }
        if is_demonstration {
            arguments.push("--demonstration");
        }
        run(&arguments).ok();
        city
    }

    /// A city whose data folder is a copy of another.
    pub fn copy_of(data: &Path) -> City {
        let city = City {
            place: tempfile::tempdir().unwrap(),
            is_whole: true,
            schema: None,
        };
        copy_folder(data, &city.data());
        city
    }

    /// A city that is brought back from a backup by `restore` with these arguments, its ledger kept where this one
    /// keeps its own; and what `restore` said.
    pub fn brought_back(&self, arguments: &[&str]) -> (City, Run) {
        let mut city = City {
            place: tempfile::tempdir().unwrap(),
            is_whole: true,
            schema: self
                .schema
                .as_ref()
                .map(|schema| Schema::on(&schema.server)),
        };
        let mut all = vec!["restore"];
        all.extend(arguments);
        let url = city.schema.as_ref().map(Schema::url);
        if let Some(url) = &url {
            all.extend(["--store", url]);
        }
        let run = city.run_all(&all);
        city.is_whole = run.code == 0;
        (city, run)
    }

    /// The files of the data folder, and the tables of its database, in which a text stands.
    pub fn holding(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        files_holding(&self.data(), text.as_bytes(), &mut found);
        if let Some(schema) = &self.schema {
            for (table, bytes) in [
                (
                    "entry",
                    "leaf || coalesce(facts, '') || coalesce(private, '')",
                ),
                ("state", "key || value"),
                ("meta", "convert_to(value, 'UTF8')"),
            ] {
                let rows = format!(
                    "SELECT count(*) FROM {table} WHERE position(convert_to('{text}', 'UTF8') IN {bytes}) > 0"
                );
                if schema.psql(&rows).trim() != "0" {
                    found.push(table.to_owned());
                }
            }
        }
        found
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// The ledger's file.
    pub fn ledger_file(&self) -> PathBuf {
        self.data().join("ledger.sqlite")
    }

    /// A path beside the data folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file beside the data folder and gives its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command of the data folder, in English.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Run {
        self.run_all(&arguments)
    }

    /// The same with a list.
    pub fn run_all(&self, arguments: &[&str]) -> Run {
        let all = self.with_data(arguments);
        run(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Starts a command of the data folder and does not wait for it.
    pub fn start<const N: usize>(&self, arguments: [&str; N]) -> Child {
        let mut command = Command::new(&*BINARY);
        command
            .args(["--lang", "en"])
            .args(self.with_data(&arguments));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn with_data(&self, arguments: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        if all[0] != "verify" {
            all.push("--data".to_owned());
        }
        all.push(self.data().to_str().unwrap().to_owned());
        all
    }

    /// Acts in a role, for a unit.
    pub fn by<'a>(&'a self, name: &'a str, role: &'a str, unit: Option<&'a str>) -> Acting<'a> {
        Acting {
            city: self,
            name,
            role,
            unit,
        }
    }

    /// The answer to a measurement without division: numerator, denominator and value, or the state in
    /// their place.
    pub fn figure(&self, indicator: &str) -> String {
        let row = self.run(["measure", indicator, "--format", "json"]).row();
        if text(&row, "state") == "value" {
            text(&row, "value")
        } else {
            text(&row, "state")
        }
    }

    /// The number of the ledger's last entry.
    pub fn head(&self) -> u64 {
        let row = self.run(["verify", "--format", "json"]).row();
        row["position"].as_u64().unwrap()
    }

    /// The facts of an entry, as they stand in the ledger.
    pub fn facts(&self, position: u64) -> Value {
        let position = i64::try_from(position).unwrap();
        if let Some(schema) = &self.schema {
            let query = format!(
                "SELECT convert_from(facts, 'UTF8') FROM entry WHERE position = {position}"
            );
            return serde_json::from_str(&schema.psql(&query)).unwrap();
        }
        let connection = rusqlite::Connection::open(self.ledger_file()).unwrap();
        let facts: Vec<u8> = connection
            .query_row(
                "SELECT facts FROM entry WHERE position = ?",
                [position],
                |row| row.get(0),
            )
            .unwrap();
        serde_json::from_slice(&facts).unwrap()
    }

    /// The ledger's size, read beside whoever writes, once the write under way has come to its end: a server
    /// may still do what a process asked of it with its last breath.
    pub fn size(&self) -> i64 {
        if let Some(schema) = &self.schema {
            return schema
                .psql("SELECT size FROM head FOR UPDATE")
                .trim()
                .parse()
                .unwrap();
        }
        self.read_only()
            .query_row("SELECT size FROM head", [], |row| row.get(0))
            .unwrap()
    }

    /// The facts of all entries, one behind the other.
    pub fn all_facts(&self) -> String {
        if let Some(schema) = &self.schema {
            return schema.psql("SELECT convert_from(facts, 'UTF8') FROM entry ORDER BY position");
        }
        let ledger = self.read_only();
        let mut facts = ledger
            .prepare("SELECT facts FROM entry ORDER BY position")
            .unwrap();
        let facts = facts.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        facts
            .map(|facts| String::from_utf8(facts.unwrap()).unwrap() + "\n")
            .collect()
    }

    fn read_only(&self) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(self.ledger_file(), flags).unwrap()
    }

    /// Statements on the database that its ledger is in; `None` when that is a file.
    pub fn psql(&self, statements: &str) -> Option<String> {
        Some(self.schema.as_ref()?.psql(statements))
    }

    /// The row of a unit's whole card.
    pub fn card(&self, unit: &str) -> Row {
        let rows = self
            .run(["score", "assessment", "--unit", unit, "--format", "json"])
            .json();
        rows.into_iter().find(|row| row["item"].is_null()).unwrap()
    }

    /// Damages the folder on purpose: it is not verified at the end of the story.
    pub fn is_damaged_on_purpose(&mut self) {
        self.is_whole = false;
    }
}

impl Drop for City {
    fn drop(&mut self) {
        // What must always be true of a folder is looked at after every story.
        if self.is_whole && !std::thread::panicking() {
            crate::invariants::hold(self);
        }
    }
}

/// A schema of its own on the server that `ZHICHENG_TEST_POSTGRES` names; it goes with its story.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    fn new() -> Option<Schema> {
        let server = std::env::var("ZHICHENG_TEST_POSTGRES").ok()?;
        Some(Schema::on(&server))
    }

    fn on(server: &str) -> Schema {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let moment = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_micros();
        let name = format!("s{}_{number}_{moment}", std::process::id());
        let server = server.to_owned();
        Schema { server, name }
    }

    /// Where a ledger is in it.
    pub fn url(&self) -> String {
        let mark = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{mark}schema={}", self.server, self.name)
    }

    /// What statements give, one value a line.
    pub fn psql(&self, statements: &str) -> String {
        let path = format!(
            "SET search_path TO {}; SET client_min_messages = warning",
            self.name
        );
        let output = Command::new("psql")
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.server,
            ])
            .args(["-c", &path, "-c", statements])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.psql(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        }
    }
}

/// Someone at work.
pub struct Acting<'a> {
    city: &'a City,
    name: &'a str,
    role: &'a str,
    unit: Option<&'a str>,
}

impl Acting<'_> {
    /// Runs a command as that person.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Run {
        self.run_all(&arguments)
    }

    /// Takes an action of a case on a day.
    pub fn acts(&self, case: u64, action: &str, day: &str, rest: &[&str]) -> Run {
        let case = case.to_string();
        let mut all = vec!["case", "act", case.as_str(), action, "--day", day];
        all.extend(rest);
        self.run_all(&all)
    }

    fn run_all(&self, arguments: &[&str]) -> Run {
        let mut all = arguments.to_vec();
        all.extend(["--as", self.name, "--role", self.role]);
        if let Some(unit) = self.unit {
            all.extend(["--for-unit", unit]);
        }
        self.city.run_all(&all)
    }
}

/// What a command gave.
pub struct Run {
    /// The command as typed.
    pub command: String,
    /// Exit code; -1 when it was killed.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it told of problems.
    pub err: String,
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` gave {}\n{}\n{}",
            self.command, self.code, self.out, self.err
        )
    }
}

impl Run {
    /// It was done.
    #[track_caller]
    pub fn ok(self) -> Run {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// It was refused, with a problem of that code, told with a remedy.
    #[track_caller]
    pub fn refused(self, code: &str) -> Run {
        assert_eq!(self.code, 1, "{self}");
        assert!(
            self.err.contains(&format!("[{code}]")),
            "{code} is told: {self}"
        );
        assert!(self.err.contains("= help: "), "a remedy is told: {self}");
        self
    }

    /// The error output speaks of something.
    #[track_caller]
    pub fn telling(self, what: &str) -> Run {
        assert!(self.err.contains(what), "`{what}` is told: {self}");
        self
    }

    /// The rows of a JSON answer: one array of flat objects.
    #[track_caller]
    pub fn json(&self) -> Vec<Row> {
        let Ok(Value::Array(rows)) = serde_json::from_str(&self.out) else {
            panic!("no JSON array: {self}")
        };
        rows.into_iter()
            .map(|row| {
                let Value::Object(row) = row else {
                    panic!("no object: {row}")
                };
                let is_flat = row
                    .values()
                    .all(|value| !value.is_array() && !value.is_object());
                assert!(is_flat, "an object is flat: {row:?}");
                row
            })
            .collect()
    }

    /// The only row.
    #[track_caller]
    pub fn row(&self) -> Row {
        let mut rows = self.json();
        assert_eq!(rows.len(), 1, "{self}");
        rows.remove(0)
    }

    /// The only row of a CSV answer.
    #[track_caller]
    pub fn csv_row(&self) -> Row {
        let lines: Vec<&str> = self.out.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines.len(), 2, "{self}");
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        cells(lines[0])
            .into_iter()
            .zip(cells(lines[1]).into_iter().map(Value::String))
            .collect()
    }

    /// The number at the end of the first line, as `submit` and `withdraw` give it.
    #[track_caller]
    pub fn number(&self) -> u64 {
        assert_eq!(self.code, 0, "{self}");
        let line = self.out.lines().next().unwrap_or_default();
        line.rsplit(' ')
            .next()
            .and_then(|word| word.parse().ok())
            .unwrap_or_else(|| panic!("no number: {self}"))
    }
}

/// Runs the binary, in English.
pub fn run(arguments: &[&str]) -> Run {
    run_in("en", arguments)
}

/// Runs the binary in a language.
pub fn run_in(lang: &str, arguments: &[&str]) -> Run {
    let output = Command::new(&*BINARY)
        .args(["--lang", lang])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Run {
        command: format!("zhicheng {}", arguments.join(" ")),
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A package of the tests.
pub fn test_package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/story/packages")
        .join(name)
}

/// A package of the repository.
pub fn package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../programmes")
        .join(name)
}

/// A cell as text; empty when there is nothing.
pub fn text(row: &Row, key: &str) -> String {
    match row
        .get(key)
        .unwrap_or_else(|| panic!("no `{key}` in {row:?}"))
    {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The keys of a row.
pub fn keys(row: &Row) -> BTreeSet<&str> {
    row.keys().map(String::as_str).collect()
}

/// The files under a folder in which these bytes stand.
fn files_holding(dir: &Path, wanted: &[u8], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_holding(&path, wanted, found);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes.windows(wanted.len()).any(|part| part == wanted);
            found.extend(holds.then(|| path.display().to_string()));
        }
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Says that something is left out on this machine, and why. `./test` gathers these lines.
pub fn left_out(what: &str) {
    println!("SKIPPED: {what}");
    if let Some(path) = std::env::var_os("ZHICHENG_SKIPPED") {
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(path);
        writeln!(file.unwrap(), "SKIPPED: {what}").unwrap();
    }
}
