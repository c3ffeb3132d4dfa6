//! What every request shares: the office, the desk, and the news of what was accepted.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{Day, Moment, PartKind, Period, Position, Problem, Ratio, ScorecardId};
use desk::Desk;
use office::assessment::{Ask, Assessment};
use office::spaces::StandsIn;
use office::work::Worklist;
use office::{Office, SharedOffice};
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;

use crate::asked::Asked;
use crate::find::Names;
use crate::made::Made;
use crate::pages::records::import::Jobs;

/// How the site is run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Cookies only over HTTPS: for a site behind a proxy that ends TLS.
    pub secure_cookies: bool,
}

/// The site. Cloning gives the same one.
#[derive(Clone)]
pub struct Site {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) office: SharedOffice,
    pub(crate) desk: Desk,
    pub(crate) options: Options,
    worklist: RwLock<Worklist>,
    /// What is shown to a session once: a password or token that was made for it.
    told_once: Mutex<Vec<(String, Told)>>,
    /// Whether the ledger is being verified.
    pub(crate) is_verifying: AtomicBool,
    /// How far that is: how many of how many, of what.
    pub(crate) verified: Mutex<(u64, u64, String)>,
    assessments: Made<AssessmentKey, Assessment>,
    /// Files that are checked or taken in the background.
    pub(crate) imports: Jobs,
    /// Earlier years beside which one is shown: the total of each unit, none where that year cannot be scored.
    totals: Made<AssessmentKey, Totals>,
    months: Made<AssessmentKey, Months>,
    pub(crate) boards: crate::pages::board::Boards,
    /// Plans by quota, lots and inspectors, by what they are functions of.
    pub(crate) inspection: crate::pages::inspection::Kept,
    /// By when subjects are due, by rule.
    pub(crate) visits: Made<(Arc<str>, Position, Day), Vec<office::visits::NextVisit>>,
    names: Mutex<Names>,
    /// What the provider of sign-ins said of itself.
    pub(crate) elsewhere: crate::elsewhere::Kept,
    /// Readings of sensors on their way in.
    pub(crate) readings: crate::readings::Intake,
    /// Receivers of webhooks that are being told now.
    pub(crate) hooks: crate::hooks::Busy,
    /// The newest position that the site has heard of; closed when the site ends.
    pub(crate) news: watch::Sender<News>,
}

/// What an assessment is a function of.
type AssessmentKey = (ScorecardId, Period, Day, Position);

/// The totals of every unit as of each month's end, oldest first: the day, then by unit the total and how
/// it is read.
pub(crate) type Months = Vec<(Day, HashMap<String, (f64, String)>)>;

/// The total of each unit as it is read, by unit.
pub(crate) type Totals = Vec<(String, String)>;

/// Assessments that are kept.
const ASSESSMENTS_KEPT_MAX: usize = 8;
/// Totals of earlier years that are kept.
const TOTALS_KEPT_MAX: usize = 4;
/// Courses over the months that are kept.
const MONTHS_KEPT_MAX: usize = 2;
/// Lists of what is due that are kept.
const VISITS_KEPT_MAX: usize = 8;

/// What is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    pub position: Position,
    pub is_closing: bool,
}

/// A secret that was just made.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Whose, or what for.
    pub of: String,
    /// The secret.
    pub secret: String,
}

/// Secrets that wait to be shown; they are only in memory, and old ones go.
const TOLD_MAX: usize = 200;

/// Names this build in addresses of assets and in ETags.
pub(crate) const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("ZHICHENG_BUILD"));

impl Site {
    /// A site over an open office and its desk.
    pub fn new(office: SharedOffice, desk: Desk, options: Options) -> Site {
        let first = News {
            position: Position(0),
            is_closing: false,
        };
        Site {
            shared: Arc::new(Shared {
                office,
                desk,
                options,
                worklist: RwLock::default(),
                told_once: Mutex::default(),
                is_verifying: AtomicBool::new(false),
                verified: Mutex::default(),
                assessments: Made::new(ASSESSMENTS_KEPT_MAX),
                imports: Jobs::default(),
                totals: Made::new(TOTALS_KEPT_MAX),
                months: Made::new(MONTHS_KEPT_MAX),
                boards: crate::pages::board::Boards::default(),
                inspection: crate::pages::inspection::Kept::default(),
                visits: Made::new(VISITS_KEPT_MAX),
                names: Mutex::default(),
                elsewhere: crate::elsewhere::Kept::default(),
                readings: crate::readings::Intake::default(),
                hooks: crate::hooks::Busy::default(),
                news: watch::Sender::new(first),
            }),
        }
    }

    /// The office.
    pub fn office(&self) -> &SharedOffice {
        &self.shared.office
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.shared.desk
    }

    /// The open cases, as of the office's position. Many read them at once; only who finds them behind brings them up.
    pub(crate) fn worklist(
        &self,
        office: &Office,
    ) -> Result<RwLockReadGuard<'_, Worklist>, Problem> {
        let list = &self.shared.worklist;
        let read = list.read();
        if read.is_up(office)? {
            return Ok(read);
        }
        drop(read);
        let mut list = list.write();
        list.bring_up(office)?;
        Ok(RwLockWriteGuard::downgrade(list))
    }

    /// Everyone who stands in for somebody: the numbers, and the days.
    pub(crate) fn deputies(&self, office: &Office) -> Result<Arc<[(u64, StandsIn)]>, Problem> {
        Ok(self.worklist(office)?.deputies())
    }

    /// Keeps a secret for the next page of a session that shows it.
    pub(crate) fn tell_once(&self, asked: &Asked, of: &str, secret: String) {
        let mut all = self.told();
        if all.len() == TOLD_MAX {
            all.remove(0);
        }
        let of = of.to_owned();
        all.push((asked.csrf(), Told { of, secret }));
    }

    /// What was kept for a session; it is not kept any longer.
    pub(crate) fn told_once(&self, asked: &Asked) -> Option<Told> {
        let mut all = self.told();
        let whose = asked.csrf();
        let at = all.iter().position(|(of, _)| *of == whose)?;
        Some(all.remove(at).1)
    }

    fn told(&self) -> MutexGuard<'_, Vec<(String, Told)>> {
        self.shared
            .told_once
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// An assessment; the last few that were asked for are kept, because they are functions of what
    /// they are asked for.
    pub(crate) fn assessment(
        &self,
        office: &Office,
        ask: &Ask,
    ) -> Result<Arc<Assessment>, Problem> {
        self.shared
            .assessments
            .get(key_of(ask), || office.assess(ask))
    }

    /// The total of each unit that has one above nothing; nobody where what is asked for cannot be scored.
    pub(crate) fn totals(&self, office: &Office, ask: &Ask) -> Result<Arc<Totals>, Problem> {
        self.shared.totals.get(key_of(ask), || {
            let cards = office.assess(ask).map(|found| found.cards);
            let above_nothing = cards.unwrap_or_default().into_iter().filter(|card| {
                let total = card.total.as_ref();
                total.is_some_and(|total| *total > Ratio::ZERO)
            });
            let totals =
                above_nothing.filter_map(|card| Some((card.participant, card.total_text?)));
            Ok(totals.collect())
        })
    }

    /// What `ask` gives as of the end of each month of its period up to its day. It costs as much as a
    /// dozen assessments, so the last that was asked for is kept, for all units.
    pub(crate) fn months(&self, office: &Office, ask: &Ask) -> Result<Arc<Months>, Problem> {
        self.shared
            .months
            .get(key_of(ask), || months_of(office, ask))
    }

    /// The names of all subjects that are no persons, as of the office's position.
    pub(crate) fn names(&self, office: &Office) -> Result<MutexGuard<'_, Names>, Problem> {
        let mut names = self
            .shared
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        names.bring_up(office)?;
        Ok(names)
    }

    /// The present moment, for sessions and drafts.
    pub(crate) fn now(&self) -> Moment {
        office::folder::now()
    }

    /// Tells everyone who waits that something was accepted.
    pub(crate) fn tell(&self, position: Position) {
        self.shared.news.send_if_modified(|news| {
            let is_newer = position > news.position;
            if is_newer {
                news.position = position;
            }
            is_newer
        });
    }

    /// Ends what waits for news.
    pub(crate) fn close(&self) {
        self.shared.news.send_modify(|news| news.is_closing = true);
    }

    /// Makes what the first pages need before somebody waits for it. Where it fails, the page that needs it says why.
    pub(crate) fn make_ready(&self) {
        let site = self.clone();
        tokio::spawn(async move {
            let made = site.blocking(|site| {
                site.office().read(|office| {
                    drop(site.worklist(office)?);
                    let programme = office.programme()?;
                    let Some((id, _)) = crate::pages::board::scorecard_of(&programme, None) else {
                        return Ok(());
                    };
                    let ask = Ask {
                        scorecard: id.clone(),
                        period: programme.year,
                        day: office.today()?,
                        at: office.position(),
                    };
                    site.assessment(office, &ask).map(drop)
                })
            });
            drop(made.await);
        });
    }

    /// Does work that blocks (reading the ledger, hashing) away from the threads that answer.
    ///
    /// What waits for it is one and the same for all work: compiled for each kind anew it was a fifth of this crate.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let site = self.clone();
        let (give, taken) = std::sync::mpsc::sync_channel(1);
        // Nobody takes it where the asker went away: nothing is lost by that.
        let work = move || drop(give.send(work(&site)));
        away(Box::new(work)).await?;
        taken.try_recv().map_err(|_| crate::problems::broke_off())
    }
}

/// Work without what comes of it.
type Work = Box<dyn FnOnce() + Send>;

async fn away(work: Work) -> Result<(), Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| crate::problems::broke_off())
}

fn key_of(ask: &Ask) -> AssessmentKey {
    (ask.scorecard.clone(), ask.period, ask.day, ask.at)
}

fn months_of(office: &Office, ask: &Ask) -> Result<Months, Problem> {
    let mut months = Months::new();
    for month in ask.period.parts(PartKind::Month) {
        if month.first().is_none_or(|first| first > ask.day) {
            break;
        }
        let day = month.last().min(ask.day);
        let made = office.assess(&Ask { day, ..ask.clone() })?;
        let totals = made.cards.into_iter().filter_map(|card| {
            let total = card.total?.to_f64();
            Some((card.participant, (total, card.total_text?)))
        });
        months.push((day, totals.collect()));
    }
    Ok(months)
}
