//! What goes through all records of a type is made once for all who ask, until those records change: other records
//! may come meanwhile.

use std::sync::Arc;

use base::{Day, Position, Problem, RecordTypeId};
use office::inspection::inspectors::{Comparison, compare};
use office::inspection::lots::{Summaries, summaries};
use office::inspection::quotas::{Grid, grid};
use programme::model::{Inspectors, LotSampling, Quota};

use crate::look::Look;
use crate::made::Made;

/// How many of each are kept.
const KEPT_MAX: usize = 16;

/// What records of some types say by a programme up to a day: what it is of, the programme's position, that of the
/// latest change of the records, and the day.
type Key = (Arc<str>, Position, Position, Day);

/// What is kept.
pub(crate) struct Kept {
    quotas: Made<Key, Grid>,
    lots: Made<Key, Summaries>,
    inspectors: Made<Key, Comparison>,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept {
            quotas: Made::new(KEPT_MAX),
            lots: Made::new(KEPT_MAX),
            inspectors: Made::new(KEPT_MAX),
        }
    }
}

fn key(look: &Look<'_>, of: &str, types: &[&RecordTypeId]) -> Key {
    let columns = look.office.mirror().columns();
    let changes = types.iter().map(|id| columns.changed(id.as_str()));
    (
        of.into(),
        look.office.mirror().programme_at(),
        changes.max().unwrap_or_default(),
        look.today,
    )
}

/// What is planned by a quota, drawn and done.
pub(super) fn quota(look: &Look<'_>, quota: &Quota) -> Result<Arc<Grid>, Problem> {
    let key = key(look, &quota.id, &[&quota.plan, &quota.samples]);
    let columns = look.office.mirror().columns();
    let year = &look.programme.year;
    let kept = &look.site.shared.inspection.quotas;
    kept.get(key, || Ok(grid(columns, quota, year, look.today, look.at)))
}

/// How the next lot of every maker and product is inspected, what needs attention first.
pub(super) fn lots(look: &Look<'_>, declared: &LotSampling) -> Result<Arc<Summaries>, Problem> {
    let decisions = declared.decisions.as_ref().map(|found| &found.record_type);
    let types: Vec<&RecordTypeId> = std::iter::once(&declared.record_type)
        .chain(decisions)
        .collect();
    let key = key(look, declared.record_type.as_str(), &types);
    let columns = look.office.mirror().columns();
    let kept = &look.site.shared.inspection.lots;
    kept.get(key, || Ok(summaries(columns, declared, look.at)))
}

/// Inspectors beside their colleagues.
pub(super) fn inspectors(
    look: &Look<'_>,
    declared: &Inspectors,
) -> Result<Arc<Comparison>, Problem> {
    let of = &declared.record_type;
    let key = key(look, of.as_str(), &[of]);
    let columns = look.office.mirror().columns();
    let year = &look.programme.year;
    let kept = &look.site.shared.inspection.inspectors;
    kept.get(key, || {
        Ok(compare(columns, declared, year, look.today, look.at))
    })
}
