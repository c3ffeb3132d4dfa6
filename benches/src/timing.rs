//! Running sides in turn, so that a noisy moment of the machine hits all of them alike.

use std::time::Instant;

use crate::findings::Failure;

/// A side: a name and one run, which gives back its seconds.
pub type Side<'a> = (String, Box<dyn FnMut() -> Result<f64, Failure> + 'a>);

/// Runs each side once per round, in turn; the seconds of each side in the order of the sides.
///
/// # Errors
/// The first failure of a side.
pub fn alternate(rounds: usize, sides: &mut [Side<'_>]) -> Result<Vec<Vec<f64>>, Failure> {
    let mut taken = vec![Vec::with_capacity(rounds); sides.len()];
    for round in 0..rounds {
        for ((name, run), seconds) in sides.iter_mut().zip(&mut taken) {
            let once = run()?;
            eprintln!("   round {}: {name} {once:.4} s", round + 1);
            seconds.push(once);
        }
    }
    Ok(taken)
}

/// The seconds that something takes, and what it gives. What it gives is dropped by the caller, outside.
pub fn timed<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let made = std::hint::black_box(run());
    (start.elapsed().as_secs_f64(), made)
}
