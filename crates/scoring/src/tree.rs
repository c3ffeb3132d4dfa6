//! The groups of a scorecard as a tree, looked at once before anything is added up.

use std::collections::BTreeMap;

use base::{GroupId, Problem};

use crate::definition::{GROUP_LEVELS_MAX, Scorecard};
use crate::problems;

/// Indices into the scorecard's groups.
#[derive(Debug)]
pub(crate) struct GroupTree {
    /// Where each group stands in the scorecard.
    pub index: BTreeMap<GroupId, usize>,
    /// The group above, by group.
    pub parent: Vec<Option<usize>>,
    /// The top group above (or itself), by group.
    pub top: Vec<usize>,
    /// All groups, children before parents.
    pub bottom_up: Vec<usize>,
}

impl GroupTree {
    /// Reads the tree; a missing parent, a cycle, or a nesting deeper than declared is refused.
    pub fn of(card: &Scorecard) -> Result<GroupTree, Problem> {
        let index: BTreeMap<GroupId, usize> = card
            .groups
            .iter()
            .enumerate()
            .map(|(i, group)| (group.id.clone(), i))
            .collect();
        let mut parent = Vec::with_capacity(card.groups.len());
        for group in &card.groups {
            parent.push(match &group.parent {
                None => None,
                Some(id) => Some(*index.get(id).ok_or_else(|| problems::broken_groups(id))?),
            });
        }
        let mut top = Vec::with_capacity(parent.len());
        let mut by_level: Vec<(usize, usize)> = Vec::with_capacity(parent.len());
        for (i, group) in card.groups.iter().enumerate() {
            let (mut at, mut level) = (i, 1);
            while let Some(Some(above)) = parent.get(at) {
                (at, level) = (*above, level + 1);
                if level > GROUP_LEVELS_MAX {
                    return Err(problems::broken_groups(&group.id));
                }
            }
            top.push(at);
            by_level.push((level, i));
        }
        by_level.sort_by(|a, b| b.cmp(a));
        let bottom_up = by_level.into_iter().map(|(_, i)| i).collect();
        Ok(GroupTree {
            index,
            parent,
            top,
            bottom_up,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{card_of, group};

    #[test]
    fn three_levels_and_no_more() {
        let mut card = card_of(Vec::new());
        let inside = |id: &str, parent: &str| {
            let mut group = group(id);
            group.parent = Some(GroupId::new(parent));
            group
        };
        card.groups = vec![inside("leaf", "mid"), group("top"), inside("mid", "top")];
        let tree = GroupTree::of(&card).unwrap();
        assert_eq!(tree.top, [1, 1, 1]);
        assert_eq!(tree.bottom_up, [0, 2, 1]);
        card.groups.push(inside("too_deep", "leaf"));
        assert!(GroupTree::of(&card).is_err());
        card.groups = vec![inside("a", "b"), inside("b", "a")];
        assert!(GroupTree::of(&card).is_err());
        card.groups = vec![inside("a", "nowhere")];
        assert!(GroupTree::of(&card).is_err());
    }
}
