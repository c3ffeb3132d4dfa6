//! A flow as a drawing: where its states and the lines between them stand.
//!
//! States stand one under the other in the order in which the flow declares them, which is the order in which people
//! think of them; each action is a line that leaves its state to the right under its own name, runs along a lane and
//! enters the state that follows with an arrow. So no line crosses a box, every name stands at its own line, and a
//! flow of fifteen states is as readable as one of three. Widths are estimates: a renderer may use any typeface.

use base::{ActionId, Lang, StateId};

use crate::flow::Flow;

/// Room for two days and their number.
const BOX_WIDTH_MIN: u32 = 184;
const BOX_WIDTH_MAX: u32 = 300;
const SLOT: u32 = 22;
const BOX_PADDING: u32 = 12;
const BOX_HEIGHT_MIN: u32 = 46;
const ROW_GAP: u32 = 18;
const MARGIN: u32 = 8;
const LANE: u32 = 13;
const CORNER: u32 = 6;
/// What stands beside a name: the line's ends.
const LABEL_AROUND: u32 = 22;
const WIDE_CHARACTER: u32 = 13;
const NARROW_CHARACTER: u32 = 7;

/// A flow drawn in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// In the units of its coordinates: pixels at natural size.
    pub width: u32,
    /// The same.
    pub height: u32,
    /// The states, in the flow's order.
    pub boxes: Vec<StateBox>,
    /// The actions that lead from one state to another.
    pub lines: Vec<ActionLine>,
    /// The actions that stay in their state.
    pub stays: Vec<Stay>,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateBox {
    /// The state.
    pub state: StateId,
    /// Left, top, width and height.
    pub at: (u32, u32, u32, u32),
}

/// An action from one of its states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    /// The action.
    pub action: ActionId,
    /// Where it begins.
    pub from: StateId,
    /// Where it leads.
    pub to: StateId,
    /// The line as an SVG path; its end is where the arrow is.
    pub path: String,
    /// Where its name begins: on the base line of the text.
    pub label: (u32, u32),
    /// Whether it leads back to a state that stands above.
    pub is_back: bool,
}

/// An action that stays in its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The action.
    pub action: ActionId,
    /// Its state.
    pub state: StateId,
    /// Where its name begins: on the base line of the text.
    pub label: (u32, u32),
}

/// Draws a flow.
///
/// ```
/// let drawing = casework::draw(&casework::example::flow(), base::Lang::En);
/// assert_eq!(drawing.boxes.len(), 4);
/// assert_eq!(drawing.lines.len(), 3); // accept, appeal, answer
/// ```
pub fn draw(flow: &Flow, lang: Lang) -> Drawing {
    let rows = rows(flow);
    let label_width = flow
        .actions
        .iter()
        .map(|action| width_of(action.name.get(lang)))
        .max()
        .unwrap_or(0);
    let names = flow
        .states
        .iter()
        .map(|state| width_of(state.name.get(lang)));
    let box_width = names.max().unwrap_or(0) + 2 * BOX_PADDING + 4;
    let box_width = box_width.clamp(BOX_WIDTH_MIN, BOX_WIDTH_MAX);
    let first_lane = MARGIN + box_width + LABEL_AROUND + label_width + LANE;
    let mut boxes = Vec::with_capacity(rows.len());
    let mut tops = Vec::with_capacity(rows.len());
    let mut top = MARGIN;
    for (state, row) in flow.states.iter().zip(&rows) {
        let slots = row.slots() as u32;
        let height = BOX_HEIGHT_MIN.max(BOX_PADDING + slots * SLOT);
        boxes.push(StateBox {
            state: state.id.clone(),
            at: (MARGIN, top, box_width, height),
        });
        tops.push(top);
        top += height + ROW_GAP;
    }
    // The slot at which lines enter is the first; those that leave follow.
    let slot_y = |row: usize, slot: usize| {
        tops.get(row).copied().unwrap_or(0) + BOX_PADDING / 2 + SLOT / 2 + slot as u32 * SLOT
    };
    let mut ends = Vec::new();
    let mut stays = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut slot = usize::from(row.is_entered);
        for (action, to) in &row.leaves {
            ends.push((at, *to, slot_y(at, slot), slot_y(*to, 0), *action));
            slot += 1;
        }
        for action in &row.stays {
            stays.push(Stay {
                action: action.id.clone(),
                state: row.state.clone(),
                label: (MARGIN + box_width + 10, slot_y(at, slot) + 4),
            });
            slot += 1;
        }
    }
    let lanes = lanes(&ends);
    let lane_count = lanes.iter().max().map_or(0, |most| most + 1) as u32;
    let right = MARGIN + box_width;
    let lines = ends
        .iter()
        .zip(&lanes)
        .filter_map(|((from, to, leaves_y, enters_y, action), lane)| {
            let x = first_lane + *lane as u32 * LANE;
            Some(ActionLine {
                action: action.id.clone(),
                from: flow.states.get(*from)?.id.clone(),
                to: flow.states.get(*to)?.id.clone(),
                path: path(right, x, *leaves_y, *enters_y),
                label: (right + 10, leaves_y.saturating_sub(4)),
                is_back: to < from,
            })
        })
        .collect();
    Drawing {
        width: first_lane + lane_count * LANE + MARGIN,
        height: top.saturating_sub(ROW_GAP) + MARGIN,
        boxes,
        lines,
        stays,
    }
}

/// A state with what leaves it and stays in it.
struct Row<'flow> {
    state: StateId,
    is_entered: bool,
    leaves: Vec<(&'flow crate::flow::Action, usize)>,
    stays: Vec<&'flow crate::flow::Action>,
}

impl Row<'_> {
    fn slots(&self) -> usize {
        usize::from(self.is_entered) + self.leaves.len() + self.stays.len()
    }
}

fn rows(flow: &Flow) -> Vec<Row<'_>> {
    let place = |id: &StateId| flow.states.iter().position(|state| state.id == *id);
    let mut rows: Vec<Row> = flow
        .states
        .iter()
        .map(|state| Row {
            state: state.id.clone(),
            is_entered: false,
            leaves: Vec::new(),
            stays: Vec::new(),
        })
        .collect();
    for action in &flow.actions {
        let Some(to) = place(&action.to) else {
            continue;
        };
        for from in action.from.iter().filter_map(place) {
            if from != to
                && let Some(entered) = rows.get_mut(to)
            {
                entered.is_entered = true;
            }
            match rows.get_mut(from) {
                Some(row) if from == to => row.stays.push(action),
                Some(row) => row.leaves.push((action, to)),
                None => {}
            }
        }
    }
    rows
}

/// A lane for each line, so that no two lines share a stretch of one; short lines run inside.
fn lanes<T>(ends: &[(usize, usize, u32, u32, T)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    let span = |at: usize| {
        ends.get(at).map_or((0, 0), |(_, _, leaves, enters, _)| {
            (*leaves.min(enters), *leaves.max(enters))
        })
    };
    order.sort_by_key(|at| {
        let (top, bottom) = span(*at);
        (bottom - top, top)
    });
    let mut taken: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut lanes = vec![0; ends.len()];
    for at in order {
        let (top, bottom) = span(at);
        let is_free = |lane: &Vec<(u32, u32)>| {
            lane.iter()
                .all(|(other_top, other_bottom)| bottom + 4 < *other_top || *other_bottom + 4 < top)
        };
        let lane = taken.iter().position(is_free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        if let Some(lane) = taken.get_mut(lane) {
            lane.push((top, bottom));
        }
        if let Some(found) = lanes.get_mut(at) {
            *found = lane;
        }
    }
    lanes
}

/// From a box to the lane, along it, and back to a box, with round corners.
fn path(right: u32, lane: u32, leaves_y: u32, enters_y: u32) -> String {
    // The arrow's head takes the last bit.
    let end = right + 7;
    let corner = CORNER.min(leaves_y.abs_diff(enters_y) / 2);
    let (first, second) = if enters_y > leaves_y {
        (leaves_y + corner, enters_y - corner)
    } else {
        (leaves_y - corner, enters_y + corner)
    };
    let bend = lane - corner;
    format!(
        "M{right} {leaves_y}H{bend}Q{lane} {leaves_y} {lane} {first}V{second}Q{lane} {enters_y} {bend} {enters_y}H{end}"
    )
}

/// About how wide a text is.
fn width_of(text: &str) -> u32 {
    text.chars()
        .map(|character| {
            if character.is_ascii() {
                NARROW_CHARACTER
            } else {
                WIDE_CHARACTER
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn no_two_lines_share_a_stretch_of_a_lane_and_no_boxes_touch() {
        let flow = example::flow();
        let drawing = draw(&flow, Lang::Zh);
        for pair in drawing.boxes.windows(2) {
            let ((_, top, _, height), (_, next, _, _)) = (pair[0].at, pair[1].at);
            assert!(top + height < next);
        }
        let ends = [
            (0, 3, 10, 90, ()),
            (1, 2, 30, 60, ()),
            (2, 3, 70, 90, ()),
            (0, 1, 5, 20, ()),
        ];
        let lanes = lanes(&ends);
        for (one, first) in ends.iter().enumerate() {
            for (other, second) in ends.iter().enumerate().skip(one + 1) {
                let overlap = first.2.max(second.2) <= first.3.min(second.3);
                assert!(!overlap || lanes[one] != lanes[other], "{one} {other}");
            }
        }
    }

    #[test]
    fn every_action_of_every_state_is_drawn_once() {
        let flow = example::flow();
        let drawing = draw(&flow, Lang::En);
        let ways: usize = flow.actions.iter().map(|action| action.from.len()).sum();
        assert_eq!(drawing.lines.len() + drawing.stays.len(), ways);
        let right = drawing.boxes[0].at.0 + drawing.boxes[0].at.2;
        for line in &drawing.lines {
            assert!(line.label.0 > right && line.path.starts_with(&format!("M{right} ")));
        }
    }
}
