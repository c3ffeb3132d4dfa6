//! Passing a command on.

use std::io::{BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::{BUILD, Done, FOLDER, Passed, SOCKET};
use crate::failure::{Failure, why};
use crate::lang::lang;
use crate::problems;

/// Most bytes that are read as an answer: an import's table and its first problems are far less.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Most bytes of a standard input that is passed on: a password.
const INPUT_BYTES_MAX: u64 = 4096;

/// See [`super::pass`].
pub fn pass(data: &Path, reads_input: bool) -> Option<Result<u8, Failure>> {
    // No socket, or one that a killed site left behind: nobody is there.
    let stream = UnixStream::connect(data.join(FOLDER).join(SOCKET)).ok()?;
    Some(ask(stream, reads_input))
}

fn ask(mut stream: UnixStream, reads_input: bool) -> Result<u8, Failure> {
    let failed = |error: &std::io::Error| problems::site_not_spoken_to(why(error));
    let mut input = None;
    if reads_input {
        let mut text = String::new();
        std::io::stdin()
            .take(INPUT_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|error| problems::cannot_read("-", why(&error)))?;
        input = Some(text);
    }
    let passed = Passed {
        build: BUILD.to_owned(),
        arguments: std::env::args().skip(1).collect(),
        lang: lang().as_str().to_owned(),
        folder: std::env::current_dir().map_err(|error| failed(&error))?,
        input,
    };
    let text = serde_json::to_vec(&passed).map_err(problems::site_not_spoken_to)?;
    stream
        .write_all(&text)
        .and_then(|()| stream.shutdown(Shutdown::Write))
        .map_err(|error| failed(&error))?;
    let mut answer = Vec::new();
    let read = BufReader::new(stream.take(ANSWER_BYTES_MAX)).read_to_end(&mut answer);
    // Half an answer is none: the site ended.
    let done: Done = match read.map(|_| serde_json::from_slice(&answer)) {
        Ok(Ok(done)) => done,
        _ => return Err(problems::site_ended().into()),
    };
    let _ = std::io::stderr().write_all(done.err.as_bytes());
    match std::io::stdout().write_all(done.out.as_bytes()) {
        Ok(()) => Ok(done.code),
        Err(error) => Err(error.into()),
    }
}
