//! A program that submits records by the API while people look, so that every page is made anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use base::Moment;
use serde_json::{Value, json};

use super::people::{self, Visit};
use super::{LISTED, LOGINS};
use crate::findings::Failure;

/// Between two records.
const PAUSE: Duration = Duration::from_millis(500);

/// The program.
pub struct Writer {
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<Result<usize, Failure>>,
}

impl Writer {
    /// Begins to submit records like the one that people look at, each with a number of its own.
    ///
    /// # Errors
    /// There is no token to be had, or the record cannot be read.
    pub fn begin(dir: &Path, base: &str, visits: &[Visit]) -> Result<Writer, Failure> {
        let token = token(dir)?;
        let number = visits
            .iter()
            .filter_map(|visit| visit.path.rsplit('/').next()?.parse::<u64>().ok())
            .next()
            .ok_or_else(|| Failure::new("nobody looks at a record"))?;
        let path = format!("/api/v1/records/{number}");
        let record = people::program(base, &token, "GET", &path, "")?;
        let fields = record["versions"][0]["fields"].clone();
        let stopped = Arc::new(AtomicBool::new(false));
        let (base, told) = (base.to_owned(), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || write(&base, &token, fields, &told));
        Ok(Writer { stopped, thread })
    }

    /// Ends it; gives how many records were accepted.
    ///
    /// # Errors
    /// One was refused.
    pub fn end(self) -> Result<usize, Failure> {
        self.stopped.store(true, Ordering::Relaxed);
        let done = self.thread.join();
        done.map_err(|_| Failure::new("the program that writes broke off"))?
    }
}

fn write(
    base: &str,
    token: &str,
    mut fields: Value,
    stopped: &AtomicBool,
) -> Result<usize, Failure> {
    let path = format!("/api/v1/record-types/{LISTED}/records");
    let mark = office::folder::now().as_micros();
    let mut written = 0;
    while !stopped.load(Ordering::Relaxed) {
        fields["sample_no"] = json!(format!("BENCH{mark}-{written}"));
        let body = json!({ "fields": fields }).to_string();
        people::program(base, token, "POST", &path, &body)?;
        written += 1;
        std::thread::sleep(PAUSE);
    }
    Ok(written)
}

/// A token of the demonstration's office for a day.
fn token(dir: &Path) -> Result<String, Failure> {
    let failed = |told: String| Failure::new(format!("a token: {told}"));
    let login = LOGINS[0];
    let desk = desk::Desk::open(dir).map_err(|problem| failed(problem.to_string()))?;
    let account = desk
        .account(login)
        .map_err(|problem| failed(problem.to_string()))?
        .ok_or_else(|| failed(format!("no account {login}")))?;
    let now = office::folder::now();
    let day = Moment::from_micros(now.as_micros() + 86_400_000_000)
        .ok_or_else(|| failed("no tomorrow".to_owned()))?;
    desk.make_token("bench", account.actor, &["read", "write"], day, now)
        .map_err(|problem| failed(problem.to_string()))
}
