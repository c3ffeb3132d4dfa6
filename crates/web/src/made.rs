//! What is made once for all who ask for it at the same time.

use std::sync::{Arc, Mutex, PoisonError};

use base::Problem;

/// The last few values that were made, each a function of its key. Whoever asks for one that is being made waits for
/// it: after each new record many want the same, and making it twice would take twice as long for everybody.
pub(crate) struct Made<K, T> {
    kept: Mutex<Vec<(K, Slot<T>)>>,
    most: usize,
}

/// Empty until it is made, and locked while it is.
type Slot<T> = Arc<Mutex<Option<Arc<T>>>>;

impl<K: PartialEq, T> Made<K, T> {
    /// Keeps at most so many.
    pub fn new(most: usize) -> Made<K, T> {
        Made {
            kept: Mutex::default(),
            most,
        }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// Those of making it; then the next who asks tries again.
    pub fn get(
        &self,
        key: K,
        make: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<Arc<T>, Problem> {
        let slot = self.slot(key);
        let mut value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*value {
            return Ok(made.clone());
        }
        let made = Arc::new(make()?);
        *value = Some(made.clone());
        Ok(made)
    }

    fn slot(&self, key: K) -> Slot<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = kept.iter().find(|(known, _)| *known == key) {
            return slot.clone();
        }
        if kept.len() == self.most {
            kept.remove(0);
        }
        let slot = Slot::default();
        kept.push((key, slot.clone()));
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn many_who_ask_at_once_have_it_made_once() {
        let made = Made::new(2);
        let times = AtomicUsize::new(0);
        let ask = |key: u8| {
            made.get(key, || {
                times.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(std::time::Duration::from_millis(20));
                Ok(u32::from(key) * 10)
            })
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(*ask(1).unwrap(), 10));
            }
        });
        assert_eq!(times.load(Ordering::Relaxed), 1);
        // The oldest is given up for the third.
        for key in [2, 3, 1] {
            assert_eq!(*ask(key).unwrap(), u32::from(key) * 10);
        }
        assert_eq!(times.load(Ordering::Relaxed), 4);
    }

    #[test]
    fn what_fails_is_tried_again() {
        let made: Made<u8, u8> = Made::new(1);
        let failed = made.get(1, || Err(crate::problems::broke_off()));
        assert!(failed.is_err());
        assert_eq!(made.get(1, || Ok(7)).map(|made| *made), Ok(7));
    }
}
