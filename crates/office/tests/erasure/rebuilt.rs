//! A state whose rows an earlier version wrote is replayed by the next writer; a reader says so.

use office::{Access, Office};
use rusqlite::Connection;

use crate::town::{Town, quiet};

/// Makes the state as if an earlier version had written it: rows of another form, no version of the fold.
fn written_long_ago(town: Town) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = town.dir();
    let Town { place, office } = town;
    drop(office);
    let file = Connection::open(dir.join("ledger.sqlite")).unwrap();
    let space = i64::from(office::spaces::FOLD.0);
    let gone = file.execute("DELETE FROM state WHERE space = ?1", [space]);
    assert_eq!(gone.unwrap(), 1);
    let keys = [office::spaces::RECORD_KEY, office::spaces::RECORD_CONTENT];
    let other = file.execute(
        "UPDATE state SET value = CAST('{\"type\":\"hint\"}' AS BLOB) WHERE space IN (?1, ?2)",
        keys.map(|space| i64::from(space.0)),
    );
    assert!(other.unwrap() > 0);
    (place, dir)
}

#[test]
fn an_older_state_is_replayed_by_the_next_writer() {
    let mut town = Town::new();
    let number = town.complain("1", "张三丰", &[]);
    let before = town.state();
    let (place, dir) = written_long_ago(town);
    let refused = |access| match Office::open(&dir, access, &mut quiet) {
        Ok(_) => "opened",
        Err(problem) => problem.code,
    };
    assert_eq!(refused(Access::Read), "O113");
    assert_eq!(office::verify(&dir, &mut quiet).unwrap_err().code, "O113");
    let mut told = 0;
    let office = Office::open(&dir, Access::Write, &mut |_, _, _| told += 1).unwrap();
    assert!(told > 0, "it takes its time, and says so");
    let town = Town { place, office };
    assert_eq!(town.state(), before);
    assert_eq!(town.office.history(number).unwrap().len(), 1);
    let town = town.reopened();
    assert_eq!(refused_twice(&town.dir()), "opened");
}

fn refused_twice(dir: &std::path::Path) -> &'static str {
    match Office::open(dir, Access::Read, &mut quiet) {
        Ok(_) => "opened",
        Err(problem) => problem.code,
    }
}

#[test]
fn a_state_of_a_later_version_is_left_alone() {
    let town = Town::new();
    let dir = town.dir();
    let Town { place, office } = town;
    drop(office);
    let space = i64::from(office::spaces::FOLD.0);
    Connection::open(dir.join("ledger.sqlite"))
        .unwrap()
        .execute(
            "UPDATE state SET value = CAST('4711' AS BLOB) WHERE space = ?1",
            [space],
        )
        .unwrap();
    for access in [Access::Read, Access::Write] {
        let problem = Office::open(&dir, access, &mut quiet).err().unwrap();
        assert_eq!(problem.code, "O114");
    }
    // It is rebuilt only when that is asked for.
    office::rebuild_state(&dir, &mut quiet).unwrap();
    assert!(Office::open(&dir, Access::Write, &mut quiet).is_ok());
    drop(place);
}
