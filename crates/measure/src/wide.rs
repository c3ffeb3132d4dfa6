//! Loops over whole columns, run with the widest vectors that the processor has.
//!
//! What is shipped runs on any 64-bit processor; most that are in use can compare and add twice as many
//! cells at once as the oldest. Which one this is, is asked once.
//!
//! What a loop needs beside its slices has to be moved into it (`move |cell| …`): a value that is read through a
//! reference might be changed by what the loop writes, as far as the compiler knows, and then nothing is done by
//! vectors at all.

use std::sync::LazyLock;

use pulp::Arch;

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// Writes what `of` makes of each cell.
#[inline]
pub(crate) fn map<A: Copy, T>(out: &mut [T], a: &[A], of: impl Fn(A) -> T) {
    ARCH.dispatch(move || {
        for (slot, a) in out.iter_mut().zip(a) {
            *slot = of(*a);
        }
    });
}

/// Writes what `of` makes of the cells of two columns.
#[inline]
pub(crate) fn map_two<A: Copy, B: Copy, T>(
    out: &mut [T],
    a: &[A],
    b: &[B],
    of: impl Fn(A, B) -> T,
) {
    ARCH.dispatch(move || {
        for ((slot, a), b) in out.iter_mut().zip(a).zip(b) {
            *slot = of(*a, *b);
        }
    });
}

/// Replaces each slot by what `of` makes of it and the cell beside it.
#[inline]
pub(crate) fn change<A: Copy, T: Copy>(out: &mut [T], a: &[A], of: impl Fn(T, A) -> T) {
    ARCH.dispatch(move || {
        for (slot, a) in out.iter_mut().zip(a) {
            *slot = of(*slot, *a);
        }
    });
}

/// Replaces each slot by what `of` makes of it.
#[inline]
pub(crate) fn replace<T: Copy>(out: &mut [T], of: impl Fn(T) -> T) {
    ARCH.dispatch(move || {
        for slot in out {
            *slot = of(*slot);
        }
    });
}

/// Puts everything together, beginning with `none`.
#[inline]
pub(crate) fn fold<A: Copy, T>(cells: &[A], none: T, with: impl Fn(T, A) -> T) -> T {
    ARCH.dispatch(move || cells.iter().fold(none, |all, cell| with(all, *cell)))
}

/// Whether `holds` of the cells of any row of three columns.
#[inline]
pub(crate) fn any_of_three<A: Copy>(
    a: &[A],
    b: &[A],
    c: &[A],
    holds: impl Fn(A, A, A) -> bool,
) -> bool {
    ARCH.dispatch(move || {
        let rows = a.iter().zip(b).zip(c);
        rows.fold(false, |any, ((a, b), c)| any | holds(*a, *b, *c))
    })
}
