//! One target of `fuzz`, led by coverage. `run` beside this folder builds and starts it.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// The target that `ZHICHENG_FUZZ_TARGET` names.
fn chosen() -> &'static fuzz::Target {
    static CHOSEN: OnceLock<&'static fuzz::Target> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let name = std::env::var("ZHICHENG_FUZZ_TARGET").unwrap_or_default();
        match fuzz::target(&name) {
            Some(target) => target,
            None => panic!("ZHICHENG_FUZZ_TARGET={name} is no target"),
        }
    })
}

fuzz_target!(|input: &[u8]| (chosen().run)(input));
