//! Where tests find published data that is not part of the repository, if it is there.

use std::path::{Path, PathBuf};

/// A file or folder of the shared data: under `ZHICHENG_SHARED`, else beside the workspace. When
/// it is not there, says so and gives `None`: the test then leaves that part out.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ZHICHENG_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "left out: {} is not there; set ZHICHENG_SHARED to the shared data",
        path.display()
    );
    None
}
