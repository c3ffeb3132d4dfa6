//! Progress on everything that takes longer than two seconds.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::lang::say;

/// After this long a bar appears.
const APPEARS_AFTER: Duration = Duration::from_secs(2);

/// A bar that appears only when the work turns out to be long.
pub struct Progress {
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts the clock.
    pub fn start() -> Progress {
        Progress {
            started: Instant::now(),
            bar: None,
        }
    }

    /// Takes how far the work is.
    pub fn tell(&mut self, done: u64, total: u64, what: &str) {
        // A site that carries a command out for somebody has no terminal to show it on.
        if crate::beside::is_here() {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() < APPEARS_AFTER {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(total);
            // The template is a constant of this file; were it wrong, the plain bar serves as well.
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_length(total);
        bar.set_position(done);
        bar.set_message(word(what).to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn word(what: &str) -> &str {
    match what {
        "entries" => say("读取存证", "entries"),
        "records" => say("记录", "records"),
        "cases" => say("办件", "cases"),
        "subjects" => say("对象", "subjects"),
        "rows" => say("检查各行", "checking rows"),
        "verify" => say("核验存证", "verifying"),
        other => other,
    }
}
