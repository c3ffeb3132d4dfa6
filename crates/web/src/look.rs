//! What a page is made from: the office at one position, the programme, the day, and who looks.
//!
//! Every page is made inside [`Site::page`], away from the threads that answer: it reads, renders and
//! ends. What it was made from is its tag; where the browser has that already nothing is rendered.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;

use axum::http::header::ETAG;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Day, Lang, Position, Problem, Text};
use ledger::Nature;
use office::Office;
use office::spaces::ActorRow;
use programme::model::Programme;
use xxhash_rust::xxh3::Xxh3;

use crate::answer::{self, Page, Refused};
use crate::asked::Asked;
use crate::frame::Frame;
use crate::kept;
use crate::posted::Posted;
use crate::problems;
use crate::site::{BUILD, Site};

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Visitor {
    /// The number under which it acts.
    pub actor: u64,
    /// Its own number: another one where it stands in for somebody.
    pub own: u64,
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// How it signed in.
    pub login: String,
    /// Name; empty once erased.
    pub name: String,
    /// Role.
    pub role: String,
    /// Unit.
    pub unit: Option<String>,
}

/// What is open to who must change the password first.
const MAY_BEFORE_CHANGE: &[&str] = &["/me/password", "/sign-out"];

/// What a page is made from.
pub(crate) struct Look<'a> {
    pub site: &'a Site,
    pub asked: &'a Asked,
    pub office: &'a Office,
    pub programme: Arc<Programme>,
    pub today: Day,
    pub at: Position,
    who: Option<Visitor>,
}

impl<'a> Look<'a> {
    fn new(
        site: &'a Site,
        asked: &'a Asked,
        office: &'a Office,
        who: Option<Visitor>,
    ) -> Result<Look<'a>, Problem> {
        Ok(Look {
            site,
            asked,
            office,
            programme: office.programme()?,
            today: office.today()?,
            at: office.position(),
            who,
        })
    }

    /// The reader's language.
    pub fn lang(&self) -> Lang {
        self.asked.lang
    }

    /// Who looks, where somebody is signed in.
    pub fn who(&self) -> Option<&Visitor> {
        self.who.as_ref()
    }

    /// Who looks.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn visitor(&self) -> Result<&Visitor, Refused> {
        let who = self.who.as_ref().ok_or(Refused::SignIn)?;
        if who.must_change && !MAY_BEFORE_CHANGE.contains(&self.asked.uri.path()) {
            return Err(Refused::ChangePassword);
        }
        Ok(who)
    }

    /// Whether who looks has one of these roles.
    pub fn has_role(&self, roles: &[&str]) -> bool {
        self.who
            .as_ref()
            .is_some_and(|who| roles.contains(&who.role.as_str()))
    }

    /// Whether the programme grants a command to who looks.
    pub fn may(&self, command: office::authority::Granted) -> bool {
        self.who
            .as_ref()
            .is_some_and(|who| self.office.may(&who.role, command))
    }

    /// Refuses all roles but these.
    pub fn only_for(&self, roles: &[&str]) -> Result<(), Refused> {
        let who = self.visitor()?;
        if roles.contains(&who.role.as_str()) {
            return Ok(());
        }
        let name = self.role_name(&who.role);
        Err(problems::not_for_role(&name.zh, &name.en).into())
    }

    /// A role's name.
    pub fn role_name(&self, role: &str) -> Text {
        if role == office::advance::CLOCK_ROLE {
            return Text::new("到期自动办理", "by itself, as time passes");
        }
        self.programme
            .roles
            .get(role)
            .cloned()
            .unwrap_or_else(|| Text::same(role))
    }

    /// A text in the reader's language.
    pub fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang())
    }

    /// The name of a unit as of today, or its id.
    pub fn unit_name(&self, id: &str) -> String {
        self.programme.units.get(id).map_or_else(
            || id.to_owned(),
            |unit| unit.name_on(self.today).get(self.lang()).to_owned(),
        )
    }

    /// Whether the folder is a demonstration.
    pub fn is_demonstration(&self) -> bool {
        self.office.nature() == Nature::Demonstration
    }

    /// The frame of a page with that title.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        Frame::new(self, title.into())
    }
}

/// As whom a person goes on who got another role or unit since.
pub(crate) fn in_office(office: &Office, number: u64) -> Result<(u64, Option<ActorRow>), Problem> {
    let mut found = (number, office.actor_of(number)?);
    // Each step leads to a later number.
    while let Some(next) = found.1.as_ref().and_then(|row| row.moved_to) {
        if next <= found.0 {
            break;
        }
        found = (next, office.actor_of(next)?);
    }
    Ok(found)
}

/// The visitor of a session.
fn visitor_of(site: &Site, asked: &Asked, office: &Office) -> Result<Option<Visitor>, Problem> {
    let Some(token) = &asked.token else {
        return Ok(None);
    };
    let Some(session) = site.desk().session(token, site.now())? else {
        return Ok(None);
    };
    let (own, row) = in_office(office, session.own)?;
    let Some(mut row) = row.filter(|row| row.closed.is_none()) else {
        return Ok(None);
    };
    let (mut actor, mut name) = (own, row.name.clone());
    if session.actor != session.own {
        // Whoever stands in for somebody does so only on its days; before and after it is itself.
        let today = office.today()?;
        let meanwhile = office.actor_of(session.actor)?.filter(|found| {
            let stands_in = found.stands_in.as_ref();
            found.closed.is_none()
                && stands_in.is_some_and(|days| days.by == own && days.is_on(today))
        });
        if let Some(found) = meanwhile {
            actor = session.actor;
            name = office.actor_name_in(actor, asked.lang)?;
            row = found;
        }
    }
    Ok(Some(Visitor {
        actor,
        own,
        must_change: session.must_change,
        login: session.login,
        name,
        role: row.role,
        unit: row.unit,
    }))
}

/// An answer to come. Of one kind for every page, as is what makes it: what goes around the making of a page is
/// compiled once and not for each.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

type MakePage = Box<dyn FnOnce(&Look<'_>) -> Result<Page, Refused> + Send>;
type MakeFile = Box<dyn FnOnce(&Look<'_>) -> Result<Response, Refused> + Send>;
type DeskWork = Box<dyn FnOnce(&Look<'_>, &Posted, &Visitor) -> Result<Response, Refused> + Send>;

/// What came of a command.
type Outcome = Box<dyn Any>;
type Doing = dyn Fn(&mut Office, &Posted, &Visitor) -> Result<Outcome, Vec<Problem>> + Send;
type Telling = dyn FnOnce(&Site, &Visitor, &Posted, Outcome) -> Response + Send;
type Again = dyn FnOnce(&Look<'_>, &Posted, &[Problem]) -> Result<Page, Refused> + Send;

/// A command in three parts: what it does, what is answered then, and the form again where it is refused.
struct Command {
    work: Box<Doing>,
    then: Box<Telling>,
    again: Box<Again>,
}

impl Site {
    /// Makes a page for whoever is signed in; others are led to the sign-in and back.
    pub(crate) fn page(
        &self,
        asked: Asked,
        make: impl FnOnce(&Look<'_>) -> Result<Page, Refused> + Send + 'static,
    ) -> Answering {
        let signed_in: MakePage = Box::new(move |look| {
            look.visitor()?;
            make(look)
        });
        Box::pin(answer_page(self.clone(), asked, signed_in))
    }

    /// Makes a page for everyone.
    pub(crate) fn page_open(
        &self,
        asked: Asked,
        make: impl FnOnce(&Look<'_>) -> Result<Page, Refused> + Send + 'static,
    ) -> Answering {
        Box::pin(answer_page(self.clone(), asked, Box::new(make)))
    }

    /// Makes an answer that is no page (a file, a stream) for whoever is signed in.
    pub(crate) fn file(
        &self,
        asked: Asked,
        make: impl FnOnce(&Look<'_>) -> Result<Response, Refused> + Send + 'static,
    ) -> Answering {
        Box::pin(answer_file(self.clone(), asked, Box::new(make)))
    }

    /// Carries out what a form asks for, as whoever is signed in. `work` decides and appends; it may be
    /// called again when others were faster. Where it is refused, `again` shows the form as it was
    /// filled in, with what is wrong.
    pub(crate) fn command<T: 'static>(
        &self,
        asked: Asked,
        posted: Posted,
        work: impl Fn(&mut Office, &Posted, &Visitor) -> Result<T, Vec<Problem>> + Send + 'static,
        then: impl FnOnce(&Site, &Visitor, &Posted, T) -> Response + Send + 'static,
        again: impl FnOnce(&Look<'_>, &Posted, &[Problem]) -> Result<Page, Refused> + Send + 'static,
    ) -> Answering {
        let command = Command {
            work: Box::new(move |office, posted, who| {
                Ok(Box::new(work(office, posted, who)?) as Outcome)
            }),
            then: Box::new(move |site, who, posted, done| match done.downcast() {
                Ok(done) => then(site, who, posted, *done),
                Err(_) => unreachable!("`work` above gave it"),
            }),
            again: Box::new(again),
        };
        Box::pin(answer_command(self.clone(), asked, posted, command))
    }

    /// As [`Site::command`] for what only the desk keeps (drafts, passwords): nothing is appended.
    pub(crate) fn desk_work(
        &self,
        asked: Asked,
        posted: Posted,
        work: impl FnOnce(&Look<'_>, &Posted, &Visitor) -> Result<Response, Refused> + Send + 'static,
    ) -> Answering {
        Box::pin(answer_desk_work(
            self.clone(),
            asked,
            posted,
            Box::new(work),
        ))
    }
}

async fn answer_page(site: Site, asked: Asked, make: MakePage) -> Response {
    let lang = asked.lang;
    site.blocking(move |site| make_page(site, &asked, make))
        .await
        .unwrap_or_else(|problem| answer::bare(lang, &problem))
}

async fn answer_file(site: Site, asked: Asked, make: MakeFile) -> Response {
    let lang = asked.lang;
    site.blocking(move |site| {
        read(site, &asked, |look| {
            look.visitor()
                .and_then(|_| make(look))
                .unwrap_or_else(|refused| refusal(look, refused))
        })
    })
    .await
    .unwrap_or_else(|problem| answer::bare(lang, &problem))
}

async fn answer_command(site: Site, asked: Asked, posted: Posted, command: Command) -> Response {
    let lang = asked.lang;
    let posted = Arc::new(posted);
    let typed = Arc::clone(&posted);
    let done = site.blocking(move |site| {
        let who = match site
            .office()
            .read(|office| visitor_of(site, &asked, office))
        {
            Ok(Ok(Some(who))) if who.must_change => return answer::go_to("/me/password"),
            Ok(Ok(Some(who))) => who,
            Ok(Ok(None)) => return go_to_sign_in(&asked),
            Ok(Err(problem)) | Err(problem) => return answer::bare(asked.lang, &problem),
        };
        if !posted.is_of(&asked) {
            return read(site, &asked, |look| {
                refusal(look, Refused::from(problems::forged()))
            });
        }
        let once = posted.once();
        let done = site.office().command(who.actor, once, |office| {
            (command.work)(office, &posted, &who)
        });
        match done {
            Ok(done) => {
                if let Ok(position) = site.office().read(Office::position) {
                    site.tell(position);
                }
                (command.then)(site, &who, &posted, done)
            }
            Err(found) => read(site, &asked, |look| {
                let status = answer::status_of(&found);
                match (command.again)(look, &posted, &found) {
                    Ok(page) => page.with_status(status).answer(None),
                    Err(refused) => refusal(look, refused),
                }
            }),
        }
    });
    match done.await {
        Ok(response) => kept::keep(response, lang, &typed).await,
        Err(problem) => answer::bare(lang, &problem),
    }
}

async fn answer_desk_work(site: Site, asked: Asked, posted: Posted, work: DeskWork) -> Response {
    let lang = asked.lang;
    let posted = Arc::new(posted);
    let typed = Arc::clone(&posted);
    let done = site.blocking(move |site| {
        read(site, &asked, |look| {
            let done = look.visitor().and_then(|who| {
                if posted.is_of(&asked) {
                    work(look, &posted, who)
                } else {
                    Err(Refused::from(problems::forged()))
                }
            });
            done.unwrap_or_else(|refused| refusal(look, refused))
        })
    });
    match done.await {
        Ok(response) => kept::keep(response, lang, &typed).await,
        Err(problem) => answer::bare(lang, &problem),
    }
}

/// Looks at the office as whoever asks.
fn read(site: &Site, asked: &Asked, work: impl FnOnce(&Look<'_>) -> Response) -> Response {
    let done = site.office().read(|office| {
        let who = visitor_of(site, asked, office)?;
        Ok::<_, Problem>(work(&Look::new(site, asked, office, who)?))
    });
    match done {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) | Err(problem) => answer::bare(asked.lang, &problem),
    }
}

/// Looks again for work that goes on after its answer began, a piece at a time.
pub(crate) fn look_again<T>(
    site: &Site,
    asked: &Asked,
    work: impl FnOnce(&Look<'_>) -> T,
) -> Result<T, Problem> {
    site.office().read(|office| {
        let who = visitor_of(site, asked, office)?;
        Ok(work(&Look::new(site, asked, office, who)?))
    })?
}

fn make_page(
    site: &Site,
    asked: &Asked,
    make: impl FnOnce(&Look<'_>) -> Result<Page, Refused>,
) -> Response {
    read(site, asked, |look| {
        let tag = tag(look);
        if asked.has.as_deref() == Some(tag.as_str())
            && let Ok(value) = HeaderValue::from_str(&tag)
        {
            return (StatusCode::NOT_MODIFIED, [(ETAG, value)]).into_response();
        }
        match make(look) {
            Ok(page) => page.answer(Some(&tag)),
            Err(refused) => refusal(look, refused),
        }
    })
}

/// What a page is made from: the same tag, the same page.
fn tag(look: &Look<'_>) -> String {
    let mut hasher = Xxh3::new();
    BUILD.hash(&mut hasher);
    look.at.hash(&mut hasher);
    look.today.hash(&mut hasher);
    look.asked.lang.hash(&mut hasher);
    look.asked.address_here().hash(&mut hasher);
    look.asked.token.hash(&mut hasher);
    look.who.hash(&mut hasher);
    if let Some(who) = &look.who {
        look.site
            .desk()
            .version_of(who.actor)
            .ok()
            .hash(&mut hasher);
        look.site
            .desk()
            .version_of_settings()
            .ok()
            .hash(&mut hasher);
    }
    format!("\"{:016x}\"", hasher.finish())
}

fn refusal(look: &Look<'_>, refused: Refused) -> Response {
    match refused {
        Refused::SignIn => go_to_sign_in(look.asked),
        Refused::ChangePassword => answer::go_to("/me/password"),
        Refused::Told(status, told) => {
            let title = match status {
                StatusCode::NOT_FOUND => ("没有找到", "Not found"),
                StatusCode::FORBIDDEN => ("不能执行", "Not allowed"),
                _ => ("没有执行", "Not done"),
            };
            let title = match look.lang() {
                Lang::Zh => title.0,
                Lang::En => title.1,
            };
            answer::refuse(look.frame(title), status, told)
        }
    }
}

fn go_to_sign_in(asked: &Asked) -> Response {
    let back: String =
        url::form_urlencoded::byte_serialize(asked.address_here().as_bytes()).collect();
    answer::go_to(&format!("/sign-in?back={back}"))
}
