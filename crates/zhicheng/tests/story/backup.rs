//! The folder put away beside whoever works, and brought back: to the last figure, or not at all.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::city::{BINARY, City, Row, Run, Store, copy_folder, left_out, run, text};
use crate::files::{SAMPLE_HEADER, sample};
use crate::{on_both, town};

fn backup(city: &City, place: &str) -> Row {
    city.run(["backup", "--to", place, "--format", "json"])
        .ok()
        .row()
}

fn place(city: &City) -> String {
    city.path("backups").to_str().unwrap().to_owned()
}

/// Brings the last backup back into a folder beside the city's.
fn restore(city: &City, place: &str, name: &str) -> (PathBuf, Run) {
    let dir = city.path(name);
    let run = run(&[
        "restore",
        "--from",
        place,
        "--data",
        dir.to_str().unwrap(),
        "--format",
        "json",
    ]);
    (dir, run)
}

fn at(dir: &Path, arguments: &[&str]) -> String {
    let mut all = arguments.to_vec();
    all.extend(["--data", dir.to_str().unwrap(), "--format", "json"]);
    run(&all).ok().out
}

/// What a folder says of itself: size and root.
fn verified(dir: &Path) -> Row {
    run(&["verify", dir.to_str().unwrap(), "--format", "json"])
        .ok()
        .row()
}

/// The objects of a place below a folder.
fn objects(place: &str, below: &str) -> Vec<PathBuf> {
    let mut open = vec![Path::new(place).join(below)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A city with several segments of entries: so many samples of East.
fn large(store: Store, samples: u32) -> (City, String) {
    let city = store.city("town").unwrap();
    let rows: String = (1..=samples)
        .map(|n| sample(&format!("大-{n}"), "2018-05-01", "东乡", n % 7 + 1, "合格"))
        .collect();
    let file = city.file("大.csv", SAMPLE_HEADER.to_owned() + &rows);
    (city, file)
}

on_both! {
    fn a_year_is_brought_back_to_the_last_point_with_its_evidence(store) {
        let city = store.city("town").unwrap();
        town::year(&city);
        let place = place(&city);
        let taken = backup(&city, &place);
        assert_eq!(text(&taken, "evidence"), "1");
        let from = ["--from", place.as_str(), "--format", "json"];
        let (back, restored) = city.brought_back(&from);
        let restored = restored.ok().row();
        assert_eq!(text(&restored, "root"), text(&taken, "root"));
        assert_eq!(text(&restored, "position"), text(&taken, "position"));
        let (dir, data) = (back.data(), city.data());
        // The restored log has one entry more, by which it signs under an origin of its own.
        let position = text(&taken, "position");
        for arguments in [
            &["score", "assessment", "--at", &position][..],
            &["measure", "pass_rate", "--by", "unit", "--at", &position],
            &["measure", "samples", "--records"],
            &["case", "list"],
            &["rate", "credit", "--day", "2018-12-31", "--at", &position],
        ] {
            assert_eq!(at(&dir, arguments), at(&data, arguments), "{arguments:?}");
        }
        let case = town::case_of(&city, "leadership", "east").to_string();
        let shown = at(&dir, &["case", "show", &case]);
        assert_eq!(shown, at(&data, &["case", "show", &case]));
        // A backup is the same whatever the storage: it is brought back into a folder as well.
        let (folder, restored) = restore(&city, &place, "folder");
        assert_eq!(text(&restored.ok().row(), "root"), text(&taken, "root"));
        assert!(folder.join("ledger.sqlite").exists());
        verified(&folder);
        // Nothing is overwritten.
        back.run(["restore", "--from", &place]).refused("O511");
    }

    fn the_next_backup_puts_only_what_came_since(store) {
        let (city, file) = large(store, 5000);
        city.run(["import", "sample", &file]).ok();
        let place = place(&city);
        let first = backup(&city, &place);
        // More than 5,000 entries are a full segment and the beginning of the next: facts of both, and the
        // private parts that there are.
        assert!(first["put"].as_u64().unwrap() >= 2, "{first:?}");
        let again = backup(&city, &place);
        assert_eq!(text(&again, "put"), "0");
        city.run(["withdraw", "20", "--reason", "误录"]).ok();
        let paper = city.file("正文.pdf", "a scan");
        city.run([
            "submit",
            "paper",
            "number=1",
            "day=2018-02-03",
            "--evidence",
            &paper,
        ])
        .ok();
        let third = backup(&city, &place);
        // The open segment with both parts, the list of evidence, the scan; the full segment stays.
        assert_eq!(text(&third, "put"), "4", "{third:?}");
        assert!(third["put_bytes"].as_u64().unwrap() < first["put_bytes"].as_u64().unwrap());
        let listed = run(&["backups", &place, "--check", "--format", "json"])
            .ok()
            .json();
        let sizes: Vec<u64> = listed
            .iter()
            .map(|row| row["position"].as_u64().unwrap())
            .collect();
        assert_eq!(sizes.len(), 3);
        assert_eq!(sizes[0] + 2, sizes[2]);
        assert!(listed.iter().all(|row| text(row, "result") == "whole"));
        // An older one is brought back as it was.
        let older = text(&listed[0], "backup");
        let (back, restored) = city.brought_back(&["--from", &place, "--backup", &older]);
        restored.ok();
        assert_eq!(
            text(&verified(&back.data()), "position"),
            (sizes[0] + 1).to_string()
        );
        // Purging leaves the last one, and nothing that it does not need.
        let purged = city
            .run(["backup", "--to", &place, "--purge", "--format", "json"])
            .ok()
            .row();
        assert!(purged["purged"].as_u64().unwrap() > 0, "{purged:?}");
        assert_eq!(objects(&place, "backups").len(), 1);
        city.brought_back(&["--from", &place]).1.ok();
    }
}

#[test]
fn a_damaged_or_missing_object_is_named_and_nothing_is_left() {
    let city = City::new("town");
    town::year(&city);
    let place = place(&city);
    let id = text(&backup(&city, &place), "backup");
    let mut all = objects(&place, "objects");
    all.extend(objects(&place, "evidence"));
    assert!(all.len() >= 4, "{all:?}");
    for (index, path) in all.iter().enumerate() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let whole = std::fs::read(path).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        std::fs::write(path, &damaged).unwrap();
        let back = format!("damaged-{index}");
        let (dir, refused) = restore(&city, &place, &back);
        refused.refused("O507").telling(name);
        assert!(!dir.exists());
        run(&["backups", &place, "--check"])
            .refused("O507")
            .telling(name);
        std::fs::remove_file(path).unwrap();
        restore(&city, &place, &back)
            .1
            .refused("O506")
            .telling(name);
        // The next backup finds that it is gone and puts it back.
        backup(&city, &place);
        assert_eq!(std::fs::read(path).unwrap(), whole, "{name}");
    }
    let manifest = Path::new(&place).join("backups").join(&id);
    let mut bytes = std::fs::read(&manifest).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&manifest, bytes).unwrap();
    let (dir, refused) = restore(&city, &place, "no-manifest");
    if objects(&place, "backups").len() == 1 {
        refused.refused("O508");
        assert!(!dir.exists());
    }
    run(&[
        "restore",
        "--from",
        &place,
        "--data",
        dir.to_str().unwrap(),
        "--backup",
        &id,
    ])
    .refused("O508");
    let nowhere = city.path("nowhere");
    restore(&city, nowhere.to_str().unwrap(), "x")
        .1
        .refused("O501");
}

#[test]
fn an_older_copy_and_another_history_are_not_backed_up_over_the_log() {
    let city = City::new("town");
    town::records(&city);
    let place = place(&city);
    let older = city.path("older");
    copy_folder(&city.data(), &older);
    city.run(["withdraw", "20", "--reason", "误录"]).ok();
    backup(&city, &place);
    let older = older.to_str().unwrap().to_owned();
    run(&["backup", "--data", &older, "--to", &place]).refused("O504");
    // The copy goes its own way, past the length of the other.
    for record in ["21", "22"] {
        run(&["withdraw", "--data", &older, record, "--reason", "误录"]).ok();
    }
    run(&["backup", "--data", &older, "--to", &place]).refused("O505");
}

/// Kills a backup at several moments: the place never shows half a backup, and the next run goes on.
#[test]
fn a_killed_backup_is_none_and_the_next_one_goes_on() {
    let (city, file) = large(Store::Sqlite, 9000);
    city.run(["import", "sample", &file]).ok();
    for n in 0..60 {
        let paper = city.file("正文.pdf", format!("scan {n} {}", "x".repeat(200_000)));
        let number = format!("number={n}");
        city.run([
            "submit",
            "paper",
            &number,
            "day=2018-02-03",
            "--evidence",
            &paper,
        ])
        .ok();
    }
    let place = place(&city);
    let mut killed = 0;
    for objects_there in [0, 1, 5, 12, 20, 35, 50] {
        let mut child = city.start(["backup", "--to", &place]);
        // By what it has done, not by the clock: a busy machine is slow.
        while child.try_wait().unwrap().is_none() && objects(&place, "").len() < objects_there {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
        }
        if objects(&place, "backups").is_empty() {
            restore(&city, &place, "half").1.refused("O501");
        } else {
            run(&["backups", &place, "--check"]).ok();
        }
    }
    assert!(killed > 0, "some were killed");
    let last = backup(&city, &place);
    assert!(last["kept"].as_u64().unwrap() > 0, "{last:?}");
    let (dir, restored) = restore(&city, &place, "whole");
    let root = text(&verified(&city.data()), "root");
    assert_eq!(text(&restored.ok().row(), "root"), root);
    verified(&dir);
}

/// While an import runs, each backup holds the log as of one moment: none of the import's rows, or all.
#[test]
fn a_backup_beside_an_import_is_a_consistent_beginning() {
    let (city, file) = large(Store::Sqlite, 6000);
    let place = place(&city);
    let mut import = city.start(["import", "sample", &file]);
    let mut roots = Vec::new();
    while import.try_wait().unwrap().is_none() {
        roots.push(backup(&city, &place));
    }
    roots.push(backup(&city, &place));
    let beside = roots
        .iter()
        .filter(|row| row["position"].as_u64().unwrap() > 4)
        .count();
    assert!(beside >= 1);
    let ids: Vec<String> = roots.iter().map(|row| text(row, "backup")).collect();
    // The first, one in the middle and the last: restoring verifies.
    for (n, index) in [0, ids.len() / 2, ids.len() - 1].into_iter().enumerate() {
        let dir = city.path(&format!("beside-{n}"));
        run(&[
            "restore",
            "--from",
            &place,
            "--data",
            dir.to_str().unwrap(),
            "--backup",
            &ids[index],
        ])
        .ok();
        let count = at(&dir, &["measure", "samples"]);
        let is_whole = count.contains("\"value\":\"6000\"") || count.contains("\"value\":\"0\"");
        assert!(is_whole, "{count}");
        if index == ids.len() - 1 {
            assert!(count.contains("\"value\":\"6000\""), "{count}");
        }
    }
}

/// An S3 server that nobody here wrote (moto), for the length of a test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Option<Server> {
        let python = std::env::var("ZHICHENG_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let has_moto = Command::new(&python)
            .args(["-c", "import moto.server"])
            .stderr(Stdio::null())
            .status();
        if !has_moto.is_ok_and(|status| status.success()) {
            left_out("backup to S3: Python has no moto[server]");
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(&python)
            .args([
                "-m",
                "moto.server",
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Server {
            child,
            address: format!("127.0.0.1:{port}"),
        };
        for _ in 0..300 {
            if std::net::TcpStream::connect(&server.address).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the S3 server does not start")
    }

    /// Runs a command that reaches it.
    fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(&*BINARY)
            .args(["--lang", "en"])
            .args(arguments)
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_CA_BUNDLE")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Run {
            command: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn make_bucket(&self, name: &str) {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(
            stream,
            "PUT /{name} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_s3_compatible_store_serves_as_well() {
    let Some(server) = Server::start() else {
        return;
    };
    server.make_bucket("city");
    let city = City::new("town");
    town::year(&city);
    let data = city.data();
    let data = data.to_str().unwrap();
    let put = [
        "backup",
        "--data",
        data,
        "--to",
        "s3://city/town/2018",
        "--format",
        "json",
    ];
    let first = server.run(&put).ok().row();
    assert!(first["put"].as_u64().unwrap() >= 4, "{first:?}");
    assert_eq!(text(&server.run(&put).ok().row(), "put"), "0");
    let listed = server
        .run(&["backups", "s3://city/town/2018", "--check"])
        .ok();
    assert!(listed.out.contains("whole"), "{listed}");
    // More names than one page of a list holds are read to the end; the prefix keeps two apart.
    server.run(&["backups", "s3://city/town"]).refused("O501");
    let back = city.path("back");
    let back_text = back.to_str().unwrap();
    let from = [
        "restore",
        "--from",
        "s3://city/town/2018",
        "--data",
        back_text,
        "--format",
        "json",
    ];
    let root = text(&verified(&city.data()), "root");
    assert_eq!(text(&server.run(&from).ok().row(), "root"), root);
    verified(&back);
    let purge = [
        "backup",
        "--data",
        data,
        "--to",
        "s3://city/town/2018",
        "--purge",
    ];
    server.run(&purge).ok();
    let missing = server.run(&["backups", "s3://nowhere"]);
    assert_eq!(missing.code, 3, "{missing}");
    assert!(missing.err.contains("NoSuchBucket"), "{missing}");
}

/// A log never signs two histories: what was restored goes on under an origin that names the old, unless
/// it is said that nothing was signed since, and nothing that is known speaks against it.
#[test]
fn a_restored_log_signs_under_a_new_origin_that_names_the_old() {
    let city = City::new("town");
    town::records(&city);
    let place = place(&city);
    let old = verified(&city.data());
    let first = text(&backup(&city, &place), "backup");
    city.run(["withdraw", "20", "--reason", "误录"]).ok();
    let signed = city.run(["checkpoint"]).ok().out;
    let kept = city.file("checkpoint.txt", &signed);
    let (dir, restored) = restore(&city, &place, "back");
    let restored = restored.ok().row();
    assert_ne!(text(&restored, "signs_as"), text(&old, "origin"));
    let facts = {
        let position = verified(&dir)["position"].as_u64().unwrap();
        let connection = rusqlite::Connection::open(dir.join("ledger.sqlite")).unwrap();
        let facts: Vec<u8> = connection
            .query_row(
                "SELECT facts FROM entry WHERE position = ?",
                [i64::try_from(position).unwrap()],
                |row| row.get(0),
            )
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&facts).unwrap()
    };
    assert_eq!(facts["former_origin"], text(&old, "origin").as_str());
    assert_eq!(facts["origin"], text(&restored, "signs_as").as_str());
    let data = dir.to_str().unwrap();
    let note = run(&["checkpoint", "--data", data]).ok().out;
    assert!(note.starts_with(&text(&restored, "signs_as")), "{note}");
    // Both can be backed up to the same place from now on, and are told apart.
    run(&["backup", "--data", data, "--to", &place]).ok();
    restore(&city, &place, "which").1.refused("O503");

    // The old origin can be kept where nothing is known to have been signed since …
    let restore_first = |name: &str, rest: &[&str]| {
        let dir = city.path(name);
        let mut all = vec![
            "restore",
            "--from",
            &place,
            "--backup",
            &first,
            "--keep-origin",
            "--data",
            dir.to_str().unwrap(),
            "--format",
            "json",
        ];
        all.extend(rest);
        run(&all)
    };
    let kept_origin = restore_first("kept", &[]).ok().row();
    assert_eq!(text(&kept_origin, "signs_as"), text(&old, "origin"));
    // … which the checkpoint that an outsider kept can say, the folder of keys, and a later backup.
    restore_first("a", &["--against", &kept]).refused("O512");
    let keys = city.data().join("keys");
    restore_first("b", &["--keys", keys.to_str().unwrap()]).refused("O512");
    city.run(["backup", "--to", &place]).ok();
    restore_first("c", &[]).refused("O512");
    let of_another = City::new("town");
    let foreign = city.file("foreign.txt", of_another.run(["checkpoint"]).ok().out);
    restore_first("d", &["--against", &foreign]).refused("O515");
}
