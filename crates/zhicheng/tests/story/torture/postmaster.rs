//! A PostgreSQL server that is killed: every command that was acknowledged is there after it starts again.
//!
//! The server that `./test` starts for all stories flushes nothing (`fsync=off`), which is quick and says
//! nothing of durability. Here is one of its own that flushes, and that is stopped at random moments, by
//! `pg_ctl -m immediate` and by SIGKILL of all its processes. Its default is `synchronous_commit = off`, under
//! which a server acknowledges what it has in memory only; the ledger must not take that default.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::{Dice, short_or_long};
use crate::city::{City, left_out};
use crate::files::{firm, samples};

/// A server of its own.
struct Server {
    place: TempDir,
    programs: PathBuf,
}

impl Server {
    /// `None` where PostgreSQL is not installed.
    fn new() -> Option<Server> {
        let Some(programs) = programs() else {
            left_out("a killed PostgreSQL server: there is no initdb");
            return None;
        };
        let place = tempfile::tempdir().unwrap();
        if is_root() {
            // The server refuses to be root; its package has made a user for it.
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(place.path())
                .status();
            assert!(owned.unwrap().success());
        }
        let server = Server { place, programs };
        let data = server.data();
        server.program(
            "initdb",
            &[
                "-D",
                &data,
                "--username=zhicheng",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C",
            ],
        );
        server.start();
        server.psql("ALTER ROLE zhicheng SET synchronous_commit = off");
        assert_eq!(server.psql("SHOW fsync").trim(), "on");
        assert_eq!(server.psql("SHOW synchronous_commit").trim(), "off");
        Some(server)
    }

    fn data(&self) -> String {
        self.place.path().join("data").to_str().unwrap().to_owned()
    }

    fn url(&self) -> String {
        let place = self.place.path().display();
        format!("postgresql:///postgres?host={place}&user=zhicheng")
    }

    /// Runs one of PostgreSQL's programs as the server's user.
    fn program(&self, name: &str, arguments: &[&str]) {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The server goes on writing to it, so it is a file and no pipe.
        let place = self.place.path().join("programs.log");
        let log = std::fs::File::create(&place).unwrap();
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .status();
        if !status.unwrap().success() {
            let read = |name: &str| {
                let text = std::fs::read_to_string(self.place.path().join(name));
                text.unwrap_or_default()
            };
            let (said, log) = (read("programs.log"), read("server.log"));
            panic!("{name} {arguments:?}\n{said}\n{log}");
        }
    }

    fn start(&self) {
        let place = self.place.path().display();
        // The writer of the log in the background must not flush by itself what nobody waits for.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{place}' -c wal_writer_delay=10000"
        );
        let log = format!("{place}/server.log");
        self.program(
            "pg_ctl",
            &[
                "-D",
                &self.data(),
                "-w",
                "-l",
                &log,
                "-o",
                &options,
                "start",
            ],
        );
    }

    /// Ends every process of the server at once, as a power cut does.
    fn kill(&self) {
        let pid = std::fs::read_to_string(Path::new(&self.data()).join("postmaster.pid")).unwrap();
        let postmaster: u32 = pid.lines().next().unwrap().parse().unwrap();
        let mut all = children_of(postmaster);
        all.insert(0, postmaster);
        let words = all.iter().map(u32::to_string);
        // One that has ended by itself meanwhile is no fault.
        let _ = Command::new("kill").arg("-9").args(words).output();
        for child in &all {
            while is_running(*child) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // All are dead, as after a power cut. One that nobody has asked for yet still has its number, though, and a
        // server that finds that number in a lock would think that it runs.
        let locks = [
            Path::new(&self.data()).join("postmaster.pid"),
            self.place.path().join(".s.PGSQL.5432.lock"),
        ];
        for lock in locks {
            let _ = std::fs::remove_file(lock);
        }
    }

    /// Ends it without a checkpoint, as an operator in a hurry does.
    fn stop_at_once(&self) {
        self.program(
            "pg_ctl",
            &["-D", &self.data(), "-m", "immediate", "-w", "stop"],
        );
    }

    fn psql(&self, statement: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-d",
                &self.url(),
            ])
            .args(["-c", statement])
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

impl Drop for Server {
    fn drop(&mut self) {
        if Path::new(&self.data()).join("postmaster.pid").exists() {
            self.kill();
        }
    }
}

/// Where `initdb` and `pg_ctl` are: the newest of Debian's folders, or one of `PATH`.
fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut found: Vec<PathBuf> = installed
        .filter_map(|folder| Some(folder.ok()?.path().join("bin")))
        .collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all: Vec<PathBuf> = found.into_iter().rev().collect();
    all.extend(std::env::split_paths(&path));
    let has_all = |folder: &PathBuf| {
        let mut programs = ["initdb", "pg_ctl", "psql"].iter();
        programs.all(|program| folder.join(program).exists())
    };
    all.into_iter().find(has_all)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.starts_with(b"0")
}

/// What `ps` says: a process and the one that started it.
fn children_of(parent: u32) -> Vec<u32> {
    let output = Command::new("ps")
        .args(["-e", "-o", "pid=,ppid="])
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let pair = |line: &str| {
        let mut words = line.split_whitespace().map(|word| word.parse::<u32>().ok());
        Some((words.next()??, words.next()??))
    };
    let children = listed
        .lines()
        .filter_map(pair)
        .filter(|(_, of)| *of == parent);
    children.map(|(pid, _)| pid).collect()
}

/// A process that has ended and that nobody has asked for runs no more.
fn is_running(pid: u32) -> bool {
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    !matches!(output.stdout.first(), None | Some(b'Z'))
}

/// Submits samples one after another until the server is gone, and gives the numbers that were acknowledged.
fn submit_until_it_is_gone(city: &City, next: &AtomicU32, is_gone: &AtomicBool) -> Vec<u32> {
    let mut acknowledged = Vec::new();
    while !is_gone.load(Ordering::SeqCst) {
        let number = next.fetch_add(1, Ordering::SeqCst);
        let (name, subject) = (format!("number=n{number}"), format!("subject={}", firm(1)));
        let run = city.run([
            "submit",
            "sample",
            "day=2018-03-05",
            "unit=market",
            "place=east",
            "result=pass",
            &name,
            &subject,
        ]);
        if run.code == 0 {
            acknowledged.push(number);
        }
    }
    acknowledged
}

#[test]
fn what_was_acknowledged_outlasts_a_server_that_is_killed() {
    let Some(server) = Server::new() else {
        return;
    };
    // The control: what a server with its own default says is done is gone when it is killed.
    server.psql("SET synchronous_commit = on; CREATE TABLE control (n int)");
    server.psql("INSERT INTO control VALUES (1)");
    assert_eq!(server.psql("SELECT count(*) FROM control").trim(), "1");
    server.kill();
    server.start();
    assert_eq!(
        server.psql("SELECT count(*) FROM control").trim(),
        "0",
        "a killed server loses what it did not flush, or this test could find nothing"
    );

    let city = City::on_server("town", &server.url());
    let file = city.file("many.csv", samples("东乡", 3_000, 0));
    let mut dice = Dice::of("postmaster");
    let (mut all, mut imports) = (Vec::new(), 0);
    let next = AtomicU32::new(0);
    for round in 0..short_or_long(3, 40) {
        let found = Mutex::new(Vec::new());
        let is_gone = AtomicBool::new(false);
        // Each third round an import is under way, on a second connection of a busy server.
        let mut import = (round % 3 == 2).then(|| city.start(["import", "sample", &file]));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let acknowledged = submit_until_it_is_gone(&city, &next, &is_gone);
                    found.lock().unwrap().extend(acknowledged);
                });
            }
            std::thread::sleep(Duration::from_millis(300 + dice.below(1_500) as u64));
            if round % 2 == 0 {
                server.kill();
            } else {
                server.stop_at_once();
            }
            is_gone.store(true, Ordering::SeqCst);
        });
        if let Some(import) = &mut import {
            import.wait().unwrap();
            imports += 1;
        }
        server.start();
        all.extend(found.into_inner().unwrap());
        let facts = city.all_facts();
        for number in &all {
            assert!(
                facts.contains(&format!("\"n{number}\"")),
                "round {round}: submission {number} was acknowledged and is gone"
            );
        }
        city.run(["verify"]).ok();
        let counted: usize = city.figure("samples").parse().unwrap();
        let left = facts.matches("\"n").count();
        println!(
            "round {round}: {} acknowledged in all, {counted} count, {left} names",
            all.len()
        );
        assert!(counted >= all.len());
    }
    assert!(!all.is_empty(), "some were acknowledged");
    println!("{} acknowledged, {imports} imports under way", all.len());
    // The next writer gives up an import that was begun; then the folder is looked at as after every story.
    city.run(["submit", "visit", "day=2018-05-01", "topic=tea"])
        .ok();
    drop(city);
}
