//! A flow as a picture, for programme authors and documentation.

use base::{Lang, StateId};

use crate::flow::{Flow, StateKind};

/// The flow as a Mermaid state diagram, with names in one language.
///
/// ```
/// let picture = casework::diagram(&casework::example::flow(), base::Lang::En);
/// assert!(picture.starts_with("stateDiagram-v2"));
/// assert!(picture.contains("s0 --> s1 : appeal"));
/// ```
pub fn diagram(flow: &Flow, lang: Lang) -> String {
    // Ids may hold hyphens, which Mermaid reads as arrows, so states are numbered.
    let number = |id: &StateId| flow.states.iter().position(|state| state.id == *id);
    let label = |text: &str| text.replace([':', ';', '"', '#', '\n', '\r'], " ");
    let mut lines = vec!["stateDiagram-v2".to_string()];
    for (at, state) in flow.states.iter().enumerate() {
        lines.push(format!("    s{at} : {}", label(state.name.get(lang))));
        if state.kind == StateKind::Closed {
            lines.push(format!("    s{at} --> [*]"));
        }
    }
    lines.extend(number(&flow.initial).map(|at| format!("    [*] --> s{at}")));
    for action in &flow.actions {
        let Some(to) = number(&action.to) else {
            continue;
        };
        for from in action.from.iter().filter_map(number) {
            lines.push(format!(
                "    s{from} --> s{to} : {}",
                label(action.name.get(lang))
            ));
        }
    }
    lines.join("\n") + "\n"
}
