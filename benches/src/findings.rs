//! What a work finds: rows of the table, and lines of the growth plots.

use std::fmt;
use std::path::Path;

/// All that one run finds.
#[derive(Debug, Default)]
pub struct Findings {
    /// Rows of the table.
    pub rows: Vec<Row>,
    /// Growth plots.
    pub growth: Vec<Growth>,
    /// Works that could not run here, and why.
    pub left_out: Vec<(String, String)>,
}

impl Findings {
    /// Adds what another work found.
    pub fn extend(&mut self, other: Findings) {
        self.rows.extend(other.rows);
        self.growth.extend(other.growth);
        self.left_out.extend(other.left_out);
    }
}

/// One row of the table: our side, the peers', and what was aimed at.
#[derive(Debug)]
pub struct Row {
    /// What was done, with its size.
    pub work: String,
    /// Our side.
    pub ours: Measured,
    /// The peers, each with its name. The best of them is compared with.
    pub peers: Vec<(String, Measured)>,
    /// How the two are compared and what was aimed at.
    pub goal: Goal,
    /// What a reader must know: order of the rows, what is inside the timed span, hashes.
    pub notes: Vec<String>,
}

/// A measured side: every run in the order of running.
#[derive(Debug, Clone)]
pub struct Measured {
    /// What the numbers are.
    pub unit: Unit,
    /// One number per run.
    pub runs: Vec<f64>,
}

impl Measured {
    /// Several runs in seconds.
    pub fn seconds(runs: Vec<f64>) -> Measured {
        Measured {
            unit: Unit::Seconds,
            runs,
        }
    }

    /// The best run: the shortest, the least memory, the most per second.
    pub fn best(&self) -> f64 {
        let better = |a: f64, b: f64| {
            if self.unit.is_more_better() {
                a.max(b)
            } else {
                a.min(b)
            }
        };
        self.runs.iter().copied().reduce(better).unwrap_or(f64::NAN)
    }

    /// The median run, to see how noisy the machine was.
    pub fn median(&self) -> f64 {
        let mut runs = self.runs.clone();
        runs.sort_by(f64::total_cmp);
        runs.get(runs.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes of memory.
    Bytes,
    /// Bytes of memory for each record.
    BytesPerRecord,
    /// So many in a second.
    PerSecond,
}

impl Unit {
    /// Whether more is better.
    pub fn is_more_better(self) -> bool {
        self == Unit::PerSecond
    }

    /// The number as a reader wants it.
    pub fn shown(self, number: f64) -> String {
        match self {
            Unit::Seconds if number < 0.001 => format!("{:.1} µs", number * 1e6),
            Unit::Seconds if number < 1.0 => format!("{:.1} ms", number * 1e3),
            Unit::Seconds => format!("{number:.2} s"),
            Unit::Bytes => format!("{:.0} MB", number / 1e6),
            Unit::BytesPerRecord => format!("{number:.1} B/record"),
            Unit::PerSecond => format!("{number:.0} /s"),
        }
    }
}

/// How our side is compared with the best peer: what must be reached and what is aimed at.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Peer ÷ ours is at least so much ("5 × faster").
    Faster(f64, f64),
    /// Ours ÷ peer is at most so much ("within 4 ×", "equal, half").
    Within(f64, f64),
    /// Ours ÷ peer is at least so much, of rates ("30 %").
    ShareOfRate(f64, f64),
    /// Ours alone is at most so much ("under 200 MB").
    Under(f64, f64),
}

impl Goal {
    /// What is compared with reach and aim; `None` without a peer where one is needed.
    pub fn compared(self, ours: f64, peer: Option<f64>) -> Option<f64> {
        match self {
            Goal::Faster(..) => peer.map(|peer| peer / ours),
            Goal::Within(..) | Goal::ShareOfRate(..) => peer.map(|peer| ours / peer),
            Goal::Under(..) => Some(ours),
        }
    }

    /// Reach and aim.
    pub fn marks(self) -> (f64, f64) {
        match self {
            Goal::Faster(reach, aim)
            | Goal::Within(reach, aim)
            | Goal::ShareOfRate(reach, aim)
            | Goal::Under(reach, aim) => (reach, aim),
        }
    }

    /// Whether a compared number meets a mark.
    pub fn meets(self, compared: f64, mark: f64) -> bool {
        match self {
            Goal::Faster(..) | Goal::ShareOfRate(..) => compared >= mark,
            Goal::Within(..) | Goal::Under(..) => compared <= mark,
        }
    }

    /// A compared number or a mark as a reader wants it.
    pub fn shown(self, compared: f64, unit: Unit) -> String {
        match self {
            Goal::Faster(..) => format!("{compared:.1} × faster"),
            Goal::Within(..) => format!("{compared:.2} ×"),
            Goal::ShareOfRate(..) => format!("{:.0} %", compared * 100.0),
            Goal::Under(..) => unit.shown(compared),
        }
    }
}

/// How a cost grows with the number of records.
#[derive(Debug)]
pub struct Growth {
    /// File name of the plot, without extension.
    pub name: String,
    /// Title.
    pub title: String,
    /// What the vertical axis shows.
    pub unit: Unit,
    /// Lines: a name and points (records, cost).
    pub lines: Vec<(String, Vec<(f64, f64)>)>,
}

/// Why something could not be measured.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// With what happened and what would help.
    pub fn new(text: impl Into<String>) -> Failure {
        Failure(text.into())
    }

    /// A file could not be read or written.
    pub fn file(path: &Path, error: &std::io::Error) -> Failure {
        Failure(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<base::Problem> for Failure {
    fn from(problem: base::Problem) -> Failure {
        Failure(problem.line(base::Lang::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_goal_compares_in_its_own_direction() {
        // (goal, ours, peer, compared, meets reach, meets aim)
        for (goal, ours, peer, compared, reach, aim) in [
            (Goal::Faster(5.0, 10.0), 0.1, 0.7, 7.0, true, false),
            (Goal::Within(4.0, 2.0), 6.0, 2.0, 3.0, true, false),
            (Goal::ShareOfRate(0.3, 0.6), 20.0, 100.0, 0.2, false, false),
            (Goal::Under(200e6, 64e6), 60e6, f64::NAN, 60e6, true, true),
        ] {
            let found = goal.compared(ours, Some(peer)).unwrap();
            assert!((found - compared).abs() < 1e-9 * compared, "{goal:?}");
            let (least, best) = goal.marks();
            assert_eq!(
                (goal.meets(found, least), goal.meets(found, best)),
                (reach, aim)
            );
        }
    }

    #[test]
    fn the_best_run_is_the_shortest_or_the_most_per_second() {
        let runs = vec![3.0, 1.0, 2.0];
        assert_eq!(Measured::seconds(runs.clone()).best(), 1.0);
        assert_eq!(
            Measured {
                unit: Unit::PerSecond,
                runs: runs.clone()
            }
            .best(),
            3.0
        );
        assert_eq!(Measured::seconds(runs).median(), 2.0);
    }
}
