//! SQLite's write-ahead log cut at any byte, or spoilt from there on: what is left is a whole prefix.

use std::path::PathBuf;

use tempfile::TempDir;

use super::crash::{Disk, Unflushed, write_out};
use super::flush::recorded;
use super::{Dice, short_or_long};

/// Bytes of the header of the log, and of each frame before its page.
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;

#[test]
fn a_log_that_is_cut_or_spoilt_anywhere_leaves_a_whole_prefix() {
    let Some(recorded) = recorded(short_or_long(150, 6_000)) else {
        return;
    };
    let mut dice = Dice::of("wal");
    // The moment at which the log is longest: in the middle of the import.
    let (mut disk, mut longest) = (Disk::default(), Disk::default());
    let (mut bytes_max, wal) = (0, recorded.disk.data().join("ledger.sqlite-wal"));
    for done in &recorded.done {
        disk.take(done, true);
        let is_of_wal = matches!(done, super::crash::Done::Sync(_));
        if is_of_wal {
            let state = disk.after_a_cut(Unflushed::Kept, &mut dice);
            let bytes = state.get(&wal).and_then(Option::as_ref).map_or(0, Vec::len);
            if bytes > bytes_max {
                (bytes_max, longest) = (bytes, disk.clone());
            }
        }
    }
    let state = longest.after_a_cut(Unflushed::Kept, &mut dice);
    let whole: Vec<u8> = state[&wal].clone().unwrap();
    let frames = (whole.len() - WAL_HEADER) / (FRAME_HEADER + PAGE);
    assert!(frames > 10, "{frames} frames");

    let edges = (0..=frames).map(|frame| WAL_HEADER + frame * (FRAME_HEADER + PAGE));
    let mut cuts: Vec<usize> = edges
        .flat_map(|edge| [edge - 1, edge, edge + 1, edge + FRAME_HEADER])
        .chain(0..=WAL_HEADER)
        .filter(|cut| *cut <= whole.len())
        .collect();
    cuts.extend((0..short_or_long(10, 2_000)).map(|_| dice.below(whole.len())));
    let every = short_or_long(cuts.len().div_ceil(50), 1);
    let mut sizes = Vec::new();
    for (number, cut) in cuts
        .into_iter()
        .enumerate()
        .filter(|(number, _)| number % every == 0)
    {
        let mut spoilt: Vec<u8> = whole[..cut].to_vec();
        match number / every % 3 {
            0 => {}
            // A file system that lengthened the file before it wrote into it.
            1 => spoilt.resize(whole.len(), 0),
            // What an earlier use of the same blocks left there.
            _ => spoilt.extend((cut..whole.len()).map(|_| dice.roll() as u8)),
        }
        let mut state = state.clone();
        state.insert(PathBuf::from(&wal), Some(spoilt));
        let place = TempDir::new().unwrap();
        write_out(&state, &recorded.disk.folder(), place.path());
        let data = place.path().join("data");
        if let Err(fault) = recorded.prefix(&data, 0) {
            panic!("cut at {cut} of {}: {fault}", whole.len());
        }
        sizes.push(office::verify(&data, &mut |_, _, _| {}).unwrap().position.0);
    }
    // The cuts were felt: some left less than others.
    assert!(sizes.iter().min() < sizes.iter().max(), "{sizes:?}");
}
