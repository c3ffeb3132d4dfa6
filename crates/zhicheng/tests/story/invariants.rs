//! What must be true of every data folder that a story leaves behind, unless the story damaged it.

use office::{Access, Office};

use crate::city::{City, text};
use crate::sql;

/// Larger folders are replayed by `verify` alone.
const REPLAYED_AGAIN_MAX: u64 = 20_000;

/// The ledger, the tree over it, its state and the columns agree (`verify`); nothing is left half done;
/// every figure is the same by SQL over the export; what was exported is what is in memory.
pub fn hold(city: &City) {
    let verified = city.run(["verify", "--format", "json"]);
    assert_eq!(
        verified.code, 0,
        "the folder is whole after the story: {verified}"
    );
    let verified = verified.row();
    for (key, what) in [
        ("unnamed", "evidence that no entry names"),
        ("open_imports", "an import that nobody ends"),
    ] {
        assert_eq!(text(&verified, key), "0", "{what}: {verified:?}");
    }
    let office = Office::open(&city.data(), Access::Read, &mut |_, _, _| {}).unwrap();
    if office.position().0 <= REPLAYED_AGAIN_MAX {
        office.agrees_with_replay().unwrap();
    }
    let export = city.path("after-the-story.sqlite");
    let exported = city.run(["export", "--sqlite", export.to_str().unwrap()]);
    assert_eq!(exported.code, 0, "{exported}");
    sql::figures_agree(&office, &export);
}
