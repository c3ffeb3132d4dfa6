//! The whole corpus, and some thousand changes of it, on every run of the tests. Longer runs:
//! `cargo run -p fuzz -- --seconds 600`.

use fuzz::drive::{Until, corpus, drive, try_one};
use fuzz::{TARGETS, Target};

/// On a thread with the stack that a server's threads have.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work);
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}

fn holds(target: &'static Target, changes: u64) {
    on_a_small_stack(move || {
        let inputs = corpus(target).unwrap();
        assert!(inputs.len() >= 3, "{} has a corpus", target.name);
        for (name, input) in inputs {
            if let Err(what) = try_one(target, &input) {
                panic!("{}/{name}: {what}", target.name);
            }
        }
        if let Err(finding) = drive(target, Until::Inputs(changes), 2026, None) {
            let shown = String::from_utf8_lossy(&finding.input).into_owned();
            panic!("{}: {}\n{shown:?}", target.name, finding.what);
        }
    });
}

macro_rules! hold {
    ($($name:ident $changes:literal)*) => {
        $(
            #[test]
            fn $name() {
                holds(fuzz::target(stringify!($name)).unwrap(), $changes);
            }
        )*

        #[test]
        fn every_target_is_run() {
            let run = [$(stringify!($name)),*];
            assert!(TARGETS.iter().all(|target| run.contains(&target.name)));
            assert_eq!(run.len(), TARGETS.len());
        }
    };
}

hold! {
    package 300
    filter 3000
    delimited 3000
    workbook 300
    proof 3000
    words 10000
    mapping 3000
    note 1000
    snapshot 500
    bundle 500
    template 300
    volume 300
}
