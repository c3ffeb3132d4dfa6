//! Carrying out what is passed.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::Lang;
use clap::Parser;
use office::SharedOffice;

use super::{BUILD, Done, FOLDER, HERE, Here, Passed, SOCKET, passable};
use crate::arguments::Arguments;
use crate::failure::{Failure, code_of};
use crate::problems;

/// Most bytes of a command.
const COMMAND_BYTES_MAX: u64 = 1 << 20;
/// How long somebody may take to say it.
const SAID_WITHIN: Duration = Duration::from_secs(10);

/// The socket of a site; it goes with the site.
pub struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        // What a kill leaves is replaced by the next site.
        let _ = fs::remove_file(&self.0);
    }
}

/// See [`super::listen`].
///
/// # Errors
/// The socket cannot be made.
pub fn listen(data: &Path, office: &SharedOffice) -> io::Result<Socket> {
    let folder = data.join(FOLDER);
    match fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?,
    }
    let path = folder.join(SOCKET);
    // Whoever has the ledger open for writing is the only site of the folder: what lies there is left over.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    let (data, office) = (fs::canonicalize(data)?, office.clone());
    std::thread::Builder::new()
        .name("beside".to_owned())
        .spawn(move || {
            for stream in listener.incoming().flatten() {
                let (data, office) = (data.clone(), office.clone());
                // One at a time each; where no thread can be had the caller sees that nobody answers.
                let _ = std::thread::Builder::new()
                    .name("command".to_owned())
                    .spawn(move || answer(stream, data, office));
            }
        })?;
    Ok(Socket(path))
}

fn answer(mut stream: UnixStream, data: PathBuf, office: SharedOffice) {
    let mut text = Vec::new();
    let heard = stream
        .set_read_timeout(Some(SAID_WITHIN))
        .and_then(|()| (&stream).take(COMMAND_BYTES_MAX).read_to_end(&mut text));
    let Ok(passed) = serde_json::from_slice::<Passed>(&text) else {
        return;
    };
    if heard.is_err() {
        return;
    }
    let done = carry_out(passed, data, office);
    if let Ok(text) = serde_json::to_vec(&done) {
        // Who asked may have gone; what was done is done.
        let _ = stream.write_all(&text);
    }
}

fn carry_out(passed: Passed, data: PathBuf, office: SharedOffice) -> Done {
    HERE.set(Some(Here {
        office,
        lang: Lang::parse(&passed.lang).unwrap_or_default(),
        folder: passed.folder,
        data,
        input: passed.input,
        out: Vec::new(),
        err: Vec::new(),
    }));
    let run = || -> Result<(), Failure> {
        if passed.build != BUILD {
            return Err(problems::site_of_other_build(BUILD, passed.build).into());
        }
        let words = std::iter::once("zhicheng".to_owned()).chain(passed.arguments);
        let asked = Arguments::try_parse_from(words)
            .map_err(|error| problems::site_not_spoken_to(error.kind()))?;
        if passable(&asked.command).is_none() {
            return Err(problems::site_not_spoken_to("command").into());
        }
        crate::carry_out(&asked)
    };
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| code_of(run())));
    let here = HERE.take();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    here.map_or_else(Done::default, |here| Done {
        code: code.unwrap_or(1),
        out: text(here.out),
        err: text(here.err),
    })
}
