//! What burns: vetoes, what is late, where most points are lost. Three lines at most.

use base::{ItemId, Lang, Ratio, Rounding};
use office::work::task;

use crate::answer::Refused;
use crate::pages::board::seen::{Seen, lost};

/// Lines that are shown.
const BURNS_MAX: usize = 3;

/// Something that burns.
pub(super) struct Burn {
    pub title: String,
    pub detail: String,
    pub address: String,
    /// Late or vetoed, against what is only low.
    pub is_late: bool,
}

pub(super) fn burns(seen: &Seen<'_>) -> Result<Vec<Burn>, Refused> {
    let mut found: Vec<Burn> = vetoes(seen).into_iter().collect();
    found.extend(late(seen)?);
    found.extend(costliest(seen));
    found.truncate(BURNS_MAX);
    Ok(found)
}

fn vetoes(seen: &Seen<'_>) -> Option<Burn> {
    let vetoed: Vec<_> = seen
        .assessment
        .cards
        .iter()
        .filter(|card| card.is_vetoed())
        .collect();
    let first = vetoed.first()?;
    let names: Vec<String> = vetoed
        .iter()
        .take(3)
        .map(|card| seen.look.unit_name(&card.participant))
        .collect();
    Some(Burn {
        title: match seen.words.lang {
            Lang::Zh => format!("{}个单位被一票否决", vetoed.len()),
            Lang::En if vetoed.len() == 1 => "1 unit is vetoed".to_owned(),
            Lang::En => format!("{} units are vetoed", vetoed.len()),
        },
        detail: format!(
            "{}{}{}",
            names.join(seen.words.say("、", ", ")),
            seen.words.say("：", ": "),
            first
                .vetoes
                .first()
                .map(|veto| seen.look.text(&veto.name))
                .unwrap_or_default()
        ),
        address: "/board?state=vetoed".to_owned(),
        is_late: true,
    })
}

/// Open cases whose deadline has passed.
fn late(seen: &Seen<'_>) -> Result<Option<Burn>, Refused> {
    let list = seen.look.site.worklist(seen.look.office)?;
    let mut count = 0_usize;
    let mut by_unit: Vec<(String, usize)> = Vec::new();
    for case in list.open().filter(|case| !list.is_sealed(case)) {
        let found = task(&seen.programme, case, Vec::new(), seen.look.today);
        if found.due.is_none_or(|due| due.due_on >= seen.look.today) {
            continue;
        }
        count += 1;
        let Some(unit) = case.about.unit.as_deref() else {
            continue;
        };
        match by_unit.iter_mut().find(|(known, _)| known == unit) {
            Some((_, number)) => *number += 1,
            None => by_unit.push((unit.to_owned(), 1)),
        }
    }
    if count == 0 {
        return Ok(None);
    }
    by_unit.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let most: Vec<String> = by_unit
        .iter()
        .take(3)
        .map(|(unit, number)| format!("{} {number}", seen.look.unit_name(unit)))
        .collect();
    Ok(Some(Burn {
        title: match seen.words.lang {
            Lang::Zh => format!("{count}件事项逾期"),
            Lang::En if count == 1 => "1 case is late".to_owned(),
            Lang::En => format!("{count} cases are late"),
        },
        detail: most.join(seen.words.say("，", ", ")),
        address: "/work".to_owned(),
        is_late: true,
    }))
}

/// The item at which all units together lost most of what was possible.
fn costliest(seen: &Seen<'_>) -> Option<Burn> {
    let mut sums: Vec<(&ItemId, Ratio, usize)> = Vec::new();
    for card in &seen.assessment.cards {
        for item in card.items.iter().filter(|item| item.points.is_some()) {
            let lost = lost(item);
            if lost <= Ratio::ZERO {
                continue;
            }
            match sums.iter_mut().find(|(id, ..)| *id == &item.item) {
                Some((_, sum, units)) => {
                    *sum = &*sum + &lost;
                    *units += 1;
                }
                None => sums.push((&item.item, lost, 1)),
            }
        }
    }
    let (id, sum, units) = sums.into_iter().max_by(|a, b| a.1.cmp(&b.1))?;
    let sum = sum.to_decimal(1, Rounding::HalfUp);
    let name = seen.item_name(id);
    Some(Burn {
        title: match seen.words.lang {
            Lang::Zh => format!("失分最多：{name}"),
            Lang::En => format!("Most points lost: {name}"),
        },
        detail: match seen.words.lang {
            Lang::Zh => format!("{units}个单位共失{sum}分"),
            Lang::En => format!("{units} units lost {sum} points"),
        },
        address: format!("/items/{id}"),
        is_late: false,
    })
}
