//! Loops over whole columns, run with the widest vectors that the processor has.
//!
//! What is shipped runs on any 64-bit processor; most that are in use can compare and add twice as many
//! cells at once as the oldest. Which one this is, is asked once.

use std::sync::LazyLock;

use pulp::Arch;

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// Does a loop. What it calls must be small enough to become part of it.
#[inline(always)]
pub(crate) fn wide<T>(work: impl FnOnce() -> T) -> T {
    ARCH.dispatch(work)
}
