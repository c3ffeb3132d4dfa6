//! A program that submits by the API while people look, so that every page is made anew.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use base::Moment;
use serde_json::{Value, json};

use super::people::{self, Visit};
use crate::findings::Failure;

/// Between two submissions.
const PAUSE: Duration = Duration::from_millis(500);

/// What is submitted by number: a path and a body.
pub type Next = Box<dyn FnMut(usize) -> Option<(String, Value)> + Send>;

/// The program.
pub struct Writer {
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<Result<usize, Failure>>,
}

impl Writer {
    /// Begins to submit, with a token of one of the demonstration's people, what `next` gives (a path and a
    /// body, for the submission of that number) until it gives nothing more.
    ///
    /// # Errors
    /// There is no token to be had.
    pub fn begin(dir: &Path, base: &str, login: &str, mut next: Next) -> Result<Writer, Failure> {
        let token = token(dir, login)?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (base, told) = (base.to_owned(), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || {
            let mut written = 0;
            while !told.load(Ordering::Relaxed) {
                let Some((path, body)) = next(written) else {
                    break;
                };
                people::program(&base, &token, "POST", &path, &body.to_string())?;
                written += 1;
                std::thread::sleep(PAUSE);
            }
            Ok(written)
        });
        Ok(Writer { stopped, thread })
    }

    /// Ends it; gives how many submissions were accepted.
    ///
    /// # Errors
    /// One was refused.
    pub fn end(self) -> Result<usize, Failure> {
        self.stopped.store(true, Ordering::Relaxed);
        let done = self.thread.join();
        done.map_err(|_| Failure::new("the program that writes broke off"))?
    }
}

/// Records like the one that people look at, each with a number of its own.
///
/// # Errors
/// The record cannot be read.
pub fn records_like(
    dir: &Path,
    base: &str,
    login: &str,
    (of, key): (&str, &'static str),
    visits: &[Visit],
) -> Result<Next, Failure> {
    let token = token(dir, login)?;
    let number = visits
        .iter()
        .filter_map(|visit| visit.path.rsplit('/').next()?.parse::<u64>().ok())
        .next()
        .ok_or_else(|| Failure::new("nobody looks at a record"))?;
    let path = format!("/api/v1/records/{number}");
    let record = people::program(base, &token, "GET", &path, "")?;
    let mut fields = record["versions"][0]["fields"].clone();
    let path = format!("/api/v1/record-types/{of}/records");
    let mark = office::folder::now().as_micros();
    Ok(Box::new(move |written| {
        fields[key] = json!(format!("BENCH{mark}-{written}"));
        Some((path.clone(), json!({ "fields": fields })))
    }))
}

/// The numbers of open cases in a state, as the API lists them to one of the demonstration's people.
///
/// # Errors
/// The list cannot be read.
pub fn cases_in(dir: &Path, base: &str, login: &str, state: &str) -> Result<Vec<u64>, Failure> {
    let token = token(dir, login)?;
    let path = format!("/api/v1/cases?state={state}&limit=1000");
    let found = people::program(base, &token, "GET", &path, "")?;
    let numbers = found["cases"].as_array().into_iter().flatten();
    Ok(numbers.filter_map(|case| case["case"].as_u64()).collect())
}

/// A token of one of the demonstration's people for a day.
fn token(dir: &Path, login: &str) -> Result<String, Failure> {
    let failed = |told: String| Failure::new(format!("a token: {told}"));
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
