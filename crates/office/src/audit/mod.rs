//! placeholder
/// How samples are drawn.
pub const METHOD: &str = "rfc3797-sha256/1";
