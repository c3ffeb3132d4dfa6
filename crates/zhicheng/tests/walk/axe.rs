//! axe-core on a page: what it finds against WCAG 2.2 A and AA, told so that the place can be found.

use std::sync::LazyLock;

use serde_json::Value;

use crate::site::Person;

/// The library's source, from the test environment that `./test` makes; it is not part of this repository.
static AXE: LazyLock<Option<String>> = LazyLock::new(|| {
    let path = std::env::var("ZHICHENG_TEST_AXE").ok()?;
    Some(std::fs::read_to_string(path).unwrap())
});

const RUN: &str = "
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
   .then((found) => done(found.violations.map((v) => v.id + ': ' + v.help + ' — ' +
        v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | '))))
   .catch((error) => done(['axe failed: ' + error]));
";

/// What axe-core finds on the page that is open; `None` where the library is not there.
pub async fn violations(person: &Person) -> Option<Vec<String>> {
    let axe = AXE.as_ref()?;
    // Through the driver, which the page's content security policy does not concern.
    person.asks(axe, vec![]).await;
    let found = person
        .browser()
        .execute_async(RUN, vec![])
        .await
        .unwrap()
        .json()
        .clone();
    let Value::Array(lines) = found else {
        panic!("axe-core gave {found}");
    };
    Some(
        lines
            .iter()
            .map(|line| line.as_str().unwrap_or_default().to_owned())
            .collect(),
    )
}

/// Whether axe-core is there; where it is not, that is noted.
pub fn is_there() -> bool {
    let is = AXE.is_some();
    if !is {
        crate::site::left_out("axe-core on every page: ZHICHENG_TEST_AXE is not set");
    }
    is
}
