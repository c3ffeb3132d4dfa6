//! A programme version that is proposed: read from what was uploaded, compared with the one in force, and
//! tried on the same records before anyone puts it in force.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use base::{Period, Position, Problem, Ratio, ScorecardId};
use measure::{Change, Columns};
use programme::difference::{Difference, differences};
use programme::model::{Programme, Scored};
use programme::new_year::{NewYear, new_year};
use programme::{Checked, FILES_MAX, Layer, PACKAGE_BYTES_MAX, Sources};

use crate::assessment::{Ask, assess_by};
use crate::entry::ProgrammeFacts;
use crate::fold::read;
use crate::folder::Office;
use crate::problems;

/// A proposed version.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its text, with that of what it extends.
    pub sources: Sources,
    /// What `check` finds, and the programme where it finds no error.
    pub checked: Checked,
    /// What it says otherwise than the version in force.
    pub differences: Vec<Difference>,
}

/// A programme of a later year as if it were one of this year, with its targets: so that a new year's scheme can be
/// tried on the records that there are.
fn as_of_year(proposed: &Arc<Programme>, year: Period) -> Arc<Programme> {
    if proposed.year == year {
        return proposed.clone();
    }
    let mut trial = (**proposed).clone();
    let later = std::mem::replace(&mut trial.year, year);
    let cards = trial.scorecards.values_mut();
    for ties in cards.flat_map(|card| card.items.values_mut()) {
        ties.targets.retain(|target| target.period != year);
        for target in &mut ties.targets {
            if target.period == later {
                target.period = year;
                // The months of another year are not those of this one.
                target.from = None;
            }
        }
    }
    Arc::new(trial)
}

/// A package's own files in one archive; what it extends is in force already.
fn archive(sources: &Sources) -> Result<Vec<u8>, Problem> {
    let unwritable = |error: &dyn std::fmt::Display| problems::package_not_written(error);
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for layer in sources.layers.iter().take(1) {
        for file in &layer.files {
            out.start_file(layer.path_of(file), options)
                .map_err(|error| unwritable(&error))?;
            out.write_all(file.text.as_bytes())
                .map_err(|error| unwritable(&error))?;
        }
    }
    let done = out.finish().map_err(|error| unwritable(&error))?;
    Ok(done.into_inner())
}

/// A unit whose result would be another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Unit.
    pub unit: String,
    /// Total, grade and rank by the version in force; `None` where it carried nothing.
    pub before: Option<Standing>,
    /// By the proposed one.
    pub after: Option<Standing>,
}

/// A result in short.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Total.
    pub total: Option<Ratio>,
    /// Grade.
    pub grade: Option<String>,
    /// Rank within its group.
    pub rank: Option<u32>,
}

impl Office {
    /// The package in force with what it extends, as text.
    ///
    /// # Errors
    /// None is in force, or the ledger cannot be read.
    pub fn sources_in_force(&self) -> Result<Sources, Problem> {
        let at = self.mirror().programme_at();
        if at == Position(0) {
            return Err(problems::no_programme());
        }
        let facts: ProgrammeFacts = read(&self.ledger().entry(at)?)?;
        Ok(Sources::from_parts(facts.files.into_iter().map(
            |(package, path, text)| programme::Part {
                package,
                path,
                text,
            },
        )))
    }

    /// Reads a package from an uploaded workbook (`.xlsx`) or archive (`.zip` of its folder). What it
    /// extends is taken from the archive, or from the version in force.
    ///
    /// # Errors
    /// It is neither, is beyond the limits of a package, or its cells cannot be read. What the text says
    /// wrongly is no error here but stands in [`Proposal::checked`].
    pub fn propose(&self, name: &str, bytes: &[u8]) -> Result<Proposal, Vec<Problem>> {
        let in_force = self.sources_in_force().map_err(|problem| vec![problem])?;
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let own_name = in_force
            .layers
            .first()
            .map_or_else(|| stem.to_owned(), |layer| layer.name.to_string());
        let own = if name.to_lowercase().ends_with(".xlsx") {
            vec![programme::from_workbook(&own_name, bytes)?]
        } else {
            from_archive(&own_name, bytes).map_err(|problem| vec![problem])?
        };
        let mut layers = own;
        for layer in &in_force.layers {
            if !layers.iter().any(|found| found.name == layer.name) {
                layers.push(layer.clone());
            }
        }
        let sources = Sources::of_layers(layers);
        let checked = programme::check(&sources);
        let differences = differences(&sources, &in_force);
        Ok(Proposal {
            sources,
            checked,
            differences,
        })
    }

    /// The package of a new year from the one in force, as an archive that can be proposed: its name and bytes.
    ///
    /// # Errors
    /// Everything that was asked for and cannot be.
    pub fn propose_new_year(&self, ask: &NewYear) -> Result<(String, Vec<u8>), Vec<Problem>> {
        let one = |problem: Problem| vec![problem];
        let programme = self.programme().map_err(one)?;
        let sources = self.sources_in_force().map_err(one)?;
        let made = new_year(&sources, &programme, ask)?;
        let name = format!("{}-{}.zip", programme.id, ask.year);
        Ok((name, archive(&made).map_err(one)?))
    }

    /// Whose result would be another one, had a version been in force: both scored over the same records,
    /// as of now. Units whose total, grade and rank stay are left out.
    ///
    /// # Errors
    /// The version cannot be put over these columns, or a figure cannot be measured.
    pub fn effect_of(
        &self,
        proposed: &Arc<Programme>,
        scorecard: &ScorecardId,
    ) -> Result<Vec<Moved>, Problem> {
        let at = self.position();
        let trial_at = Position(at.0 + 1);
        let in_force = self.programme()?;
        let proposed = &as_of_year(proposed, in_force.year);
        let mut columns: Columns = self.mirror().columns().clone();
        columns.apply(Change::Programme {
            at: trial_at,
            programme: proposed.clone(),
        })?;
        let ask = |at| {
            Ok::<_, Problem>(Ask {
                scorecard: scorecard.clone(),
                period: in_force.year,
                day: self.today()?,
                at,
            })
        };
        let standings = |programme: &Arc<Programme>, columns: &Columns, at| {
            let is_scored = programme
                .scorecards
                .get(scorecard)
                .is_some_and(|found| found.of == Scored::Units);
            if !is_scored {
                return Ok(Vec::new());
            }
            let cards = assess_by(self.mirror(), columns, programme, &ask(at)?)?.cards;
            Ok::<_, Problem>(
                cards
                    .into_iter()
                    .map(|card| {
                        let standing = Standing {
                            total: card.total,
                            grade: card.grade,
                            rank: card.rank,
                        };
                        (card.participant, standing)
                    })
                    .collect(),
            )
        };
        let before: Vec<(String, Standing)> = standings(&in_force, self.mirror().columns(), at)?;
        let after: Vec<(String, Standing)> = standings(proposed, &columns, trial_at)?;
        let of = |all: &[(String, Standing)], unit: &str| {
            all.iter()
                .find(|(found, _)| found == unit)
                .map(|(_, standing)| standing.clone())
        };
        let new_units = after
            .iter()
            .filter(|(unit, _)| of(&before, unit).is_none())
            .map(|(unit, _)| unit);
        Ok(before
            .iter()
            .map(|(unit, _)| unit)
            .chain(new_units)
            .map(|unit| Moved {
                unit: unit.clone(),
                before: of(&before, unit),
                after: of(&after, unit),
            })
            .filter(|moved| moved.before != moved.after)
            .collect())
    }
}

/// The packages in a zip archive: each folder with a header file, or the archive itself.
fn from_archive(own_name: &str, bytes: &[u8]) -> Result<Vec<Layer>, Problem> {
    let unreadable = |why: String| problems::no_package(why);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes))
        .map_err(|error| unreadable(error.to_string()))?;
    if archive.len() > FILES_MAX {
        return Err(unreadable(format!("> {FILES_MAX}")));
    }
    let mut files: Vec<(String, String)> = Vec::new();
    let mut left = PACKAGE_BYTES_MAX;
    for number in 0..archive.len() {
        let mut file = archive
            .by_index(number)
            .map_err(|error| unreadable(error.to_string()))?;
        // A name that leads out of the archive is none.
        let Some(path) = file.enclosed_name() else {
            continue;
        };
        let path = path.to_string_lossy().replace('\\', "/");
        if !path.ends_with(".toml") {
            continue;
        }
        let mut text = String::new();
        file.by_ref()
            .take(left + 1)
            .read_to_string(&mut text)
            .map_err(|error| unreadable(format!("{path}: {error}")))?;
        let read = text.len() as u64;
        if read > left {
            return Err(unreadable(format!("> {PACKAGE_BYTES_MAX}")));
        }
        left -= read;
        files.push((path, text));
    }
    let header = programme::HEADER_FILE;
    let mut roots: Vec<String> = files
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(header).map(str::to_owned))
        .filter(|root| root.is_empty() || root.ends_with('/'))
        .collect();
    // The city's own first: the one whose folder has the name of what is in force, else the first.
    roots.sort_by_key(|root| root.trim_end_matches('/').rsplit('/').next() != Some(own_name));
    if roots.is_empty() {
        return Err(unreadable(header.to_owned()));
    }
    Ok(roots
        .iter()
        .enumerate()
        .map(|(number, root)| {
            let name = match root.trim_end_matches('/').rsplit('/').next() {
                _ if number == 0 => own_name,
                Some(name) if !name.is_empty() => name,
                _ => own_name,
            };
            let of_root = files.iter().filter_map(|(path, text)| {
                let rest = path.strip_prefix(root.as_str())?;
                let is_of_other = roots
                    .iter()
                    .any(|other| other.len() > root.len() && path.starts_with(other.as_str()));
                (!is_of_other).then(|| (rest.to_owned(), text.clone()))
            });
            Layer::new(name, of_root)
        })
        .collect())
}
