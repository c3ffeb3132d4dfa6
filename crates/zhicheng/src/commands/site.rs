//! `serve`, and the end of `demo`: the site, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;

use base::Problem;
use desk::{Desk, NewAccount};
use ledger::Nature;
use office::SharedOffice;
use office::actor::NewActor;
use web::{Options, Site};

use crate::arguments::Serve;
use crate::failure::{Failure, Outcome, why};
use crate::lang::say;
use crate::problems;
use crate::progress::Progress;

/// `zhicheng serve --data DIR [--listen ADDRESS]`
pub fn serve(arguments: &Serve) -> Outcome {
    let site = open(&arguments.data.data, arguments.secure_cookies)?;
    let lines = first_link(&site)?;
    run(site, &arguments.data.data, arguments.listen, &lines)
}

/// Where nobody can sign in: the way to the first account, which works once. `{site}` stands for the site's address.
fn first_link(site: &Site) -> Result<Vec<String>, Problem> {
    let nature = site.office().read(|office| office.nature())?;
    if nature == Nature::Demonstration || site.desk().has_accounts()? {
        return Ok(Vec::new());
    }
    let token = site.desk().make_first_link(office::folder::now())?;
    Ok(vec![
        say(
            "还没有账号。在这台机器上打开下面的链接开通第一个账号（系统管理员），一天内有效，只能用一次：",
            "There is no account yet. Open this link on this machine to make the first (system administrator); it works once, within a day:",
        )
        .to_owned(),
        format!("  {{site}}first?token={token}"),
    ])
}

/// Opens a data folder as a site.
///
/// # Errors
/// Those of opening the office or the desk.
pub fn open(dir: &Path, secure_cookies: bool) -> Result<Site, Failure> {
    let mut progress = Progress::start();
    let office = SharedOffice::open(dir, &mut |done, total, what| {
        progress.tell(done, total, what)
    })?;
    drop(progress);
    Ok(Site::new(
        office,
        Desk::open(dir)?,
        Options { secure_cookies },
    ))
}

/// Answers until the process is told to end. `lines` are told once the site is up.
pub fn run(site: Site, dir: &Path, address: SocketAddr, lines: &[String]) -> Outcome {
    #[cfg(unix)]
    let _socket = match crate::beside::listen(dir, site.office()) {
        Ok(socket) => Some(socket),
        Err(error) => {
            crate::output::tell(&[problems::no_socket(why(&error))], &[]);
            None
        }
    };
    #[cfg(not(unix))]
    let _ = dir;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| problems::cannot_listen(address, why(&error)))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(|error| problems::cannot_listen(address, why(&error)))?;
        let address = listener
            .local_addr()
            .map_err(|error| problems::cannot_listen(address, why(&error)))?;
        outln!(
            "\n{} http://{address}/",
            say("网站已经打开：", "The site is up:")
        );
        for line in lines {
            outln!("{}", line.replace("{site}", &format!("http://{address}/")));
        }
        outln!("{}", say("按 Ctrl-C 结束。", "Ctrl-C ends it."));
        web::serve(site, listener, told_to_end())
            .await
            .map_err(Failure::from)
    })
}

async fn told_to_end() {
    let interrupted = async {
        // Where signals cannot be heard the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut told) => drop(told.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Lets the people of a demonstration in. Gives a line for each: how to sign in as whom.
///
/// # Errors
/// The folder is real, or cannot be written.
pub fn let_people_in(site: &Site) -> Result<Vec<String>, Problem> {
    let (nature, programme) = site
        .office()
        .read(|office| (office.nature(), office.programme()))?;
    if nature != Nature::Demonstration {
        return Ok(Vec::new());
    }
    let programme = programme?;
    let mut lines = Vec::new();
    for person in &programme.generate.people {
        if site.desk().account(&person.login)?.is_none() {
            let new = NewActor {
                name: person.name.to_string(),
                role: person.role.to_string(),
                unit: person.unit.as_ref().map(ToString::to_string),
            };
            let actor = site
                .office()
                .command(office::actor::FIRST, None, |office| {
                    office.register_actor(&new)
                })?;
            site.desk().open_account(
                &NewAccount {
                    login: &person.login,
                    actor,
                    password: None,
                    must_change: false,
                    is_demonstration: true,
                },
                office::folder::now(),
            )?;
        }
        let role = programme.roles.get(&person.role).map_or_else(
            || person.role.to_string(),
            |role| crate::commands::common::text(role).to_owned(),
        );
        let unit = person
            .unit
            .as_ref()
            .map(|unit| crate::commands::common::unit_name(&programme, unit.as_str()))
            .unwrap_or_default();
        lines.push(format!(
            "  {:<12} {}  {role}  {unit}",
            person.login, person.name
        ));
    }
    Ok(lines)
}
