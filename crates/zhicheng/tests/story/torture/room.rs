//! A disk that becomes full at any byte: a clear message, nothing half done, and it goes on when there is
//! room again.

use super::disk::WatchedDisk;
use super::{Dice, short_or_long};
use crate::city::test_package;
use crate::files::samples;

#[test]
fn a_full_disk_is_told_and_nothing_is_half_done() {
    let Some(disk) = WatchedDisk::new() else {
        return;
    };
    let package = test_package("town");
    let init = [
        "init",
        "--demonstration",
        "--programme",
        package.to_str().unwrap(),
    ];
    let mut dice = Dice::of("room");
    let many = disk.file("samples.csv", samples("东乡", 400, 20));
    let scan = disk.file("scan.pdf", "a scan ".repeat(3_000));
    let import = ["import", "sample", many.as_str()];
    let submit = [
        "submit",
        "paper",
        "number=1",
        "day=2018-05-01",
        "--evidence",
        &scan,
    ];

    for (command, bytes_max) in [
        (&init[..], 200_000),
        (&import[..], 700_000),
        (&submit[..], 60_000),
    ] {
        let mut rooms = vec![0, 1, 4_096];
        rooms.extend((0..short_or_long(5, 200)).map(|_| dice.below(bytes_max) as u64));
        rooms.sort_unstable();
        let mut refused = 0;
        for room in rooms {
            let run = disk.run_with_room(command, room);
            if run.code == 0 {
                // It needs no more than that: done, and done again it changes nothing.
                break;
            }
            refused += 1;
            assert!(
                run.err.contains("[L107]") && run.err.contains("is full"),
                "a full disk is named with {room} bytes left: {run}"
            );
            assert_eq!(run.code, 3, "{run}");
            if command[0] != "init" {
                let verified = disk.run(&["verify", "--format", "json"]).ok().row();
                assert_eq!(verified["result"], "verified", "with {room} bytes left");
            }
        }
        assert!(refused >= 3, "{command:?} was refused {refused} times");
        // There is room again. An `init` that had come to its end is not done twice.
        let run = disk.run(command);
        assert!(
            run.code == 0 || command[0] == "init" && run.err.contains("[L102]"),
            "{run}"
        );
        let verified = disk.run(&["verify", "--format", "json"]).ok().row();
        assert_eq!(verified["open_imports"], 0, "after {}", command[0]);
    }
    let figure = ["measure", "samples", "--format", "json"];
    let samples = disk.run(&figure).ok().row();
    assert_eq!(samples["value"], "420", "{samples:?}");
}
