//! People who look at pages, each on a connection of their own, with a pause after each page.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::findings::Failure;

/// The shortest pause between two pages of one person; the longest is three times as long.
const PAUSE: Duration = Duration::from_millis(400);

/// A page to look at.
#[derive(Debug, Clone)]
pub struct Visit {
    pub name: &'static str,
    pub path: String,
}

/// A page that was looked at.
#[derive(Debug, Clone)]
pub struct Asked {
    pub name: &'static str,
    /// From the first byte sent to the last received.
    pub seconds: f64,
    /// Bytes of the body as they were sent.
    pub bytes: usize,
}

/// A connection that is kept open.
struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
}

/// An answer.
struct Answer {
    status: u16,
    cookie: Option<String>,
    body: Vec<u8>,
}

impl Connection {
    fn open(base: &str) -> Result<Connection, Failure> {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).map_err(|error| failed(base, &error))?;
        stream
            .set_nodelay(true)
            .and_then(|()| stream.set_read_timeout(Some(Duration::from_secs(60))))
            .map_err(|error| failed(base, &error))?;
        Ok(Connection {
            host,
            stream: BufReader::new(stream),
        })
    }

    fn ask(&mut self, request: &str) -> Result<Answer, Failure> {
        let host = self.host.clone();
        self.try_to_ask(request)
            .map_err(|error| failed(&host, &error))
    }

    fn try_to_ask(&mut self, request: &str) -> std::io::Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        let (mut length, mut chunked, mut cookie) = (0_usize, false, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            let Some((name, value)) = header.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "transfer-encoding" => chunked = value == "chunked",
                "set-cookie" => cookie = value.split(';').next().map(str::to_owned),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                line.clear();
                self.stream.read_line(&mut line)?;
                let size = usize::from_str_radix(line.trim_end(), 16).unwrap_or(0);
                let start = body.len();
                body.resize(start + size, 0);
                if let Some(part) = body.get_mut(start..) {
                    self.stream.read_exact(part)?;
                }
                line.clear();
                self.stream.read_line(&mut line)?;
                if size == 0 {
                    break;
                }
            }
        } else {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
        }
        Ok(Answer {
            status,
            cookie,
            body,
        })
    }

    fn get(&mut self, path: &str, session: &str, coding: &str) -> Result<Answer, Failure> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {session}\r\nAccept-Encoding: {coding}\r\n\r\n",
            self.host
        );
        self.ask(&request)
    }
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("{what}: {error}"))
}

/// Signs in as one of the demonstration's people; gives the cookie.
///
/// # Errors
/// The site does not let that person in.
pub fn sign_in(base: &str, login: &str) -> Result<String, Failure> {
    let mut connection = Connection::open(base)?;
    let body = format!("login={login}");
    let request = format!(
        "POST /sign-in/as HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        connection.host,
        body.len()
    );
    let answer = connection.ask(&request)?;
    answer
        .cookie
        .ok_or_else(|| Failure::new(format!("{login} is not let in: {}", answer.status)))
}

/// A page's text.
///
/// # Errors
/// It does not answer.
pub fn text(base: &str, session: &str, path: &str) -> Result<String, Failure> {
    let answer = Connection::open(base)?.get(path, session, "identity")?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

/// What the API answers to a program with a token.
///
/// # Errors
/// It does not answer, or not with JSON.
pub fn program(
    base: &str,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Result<serde_json::Value, Failure> {
    let mut connection = Connection::open(base)?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        connection.host,
        body.len()
    );
    let answer = connection.ask(&request)?;
    let told = String::from_utf8_lossy(&answer.body);
    if !(200..300).contains(&answer.status) {
        return Err(Failure::new(format!("{path}: {} {told}", answer.status)));
    }
    serde_json::from_str(&told).map_err(|error| Failure::new(format!("{path}: {error}")))
}

/// Waits until a server answers.
///
/// # Errors
/// It does not within half a minute.
pub fn wait_for(base: &str) -> Result<(), Failure> {
    let since = Instant::now();
    loop {
        let answer = Connection::open(base).and_then(|mut open| open.get("/", "", "identity"));
        match answer {
            Ok(answer) if answer.status == 200 => return Ok(()),
            _ if since.elapsed() > Duration::from_secs(30) => {
                return Err(Failure::new(format!("{base} does not answer")));
            }
            _ => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// Lets people look at pages for a time; the first tenth, while everything is looked at for the first
/// time, does not count.
///
/// # Errors
/// A page does not answer as it should.
pub fn go(
    base: &str,
    logins: &[&str],
    people: usize,
    visits: &[Visit],
    time: Duration,
) -> Result<Vec<Asked>, Failure> {
    let counted_from = Instant::now() + time / 10;
    let until = Instant::now() + time;
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        let walks: Vec<_> = (0..people)
            .map(|number| {
                let login = logins.get(number % logins.len().max(1)).copied();
                scope.spawn(move || walk(base, login, number, visits, counted_from, until))
            })
            .collect();
        for walk in walks {
            let walked = walk
                .join()
                .map_err(|_| Failure::new("somebody broke off"))??;
            all.extend(walked);
        }
        Ok(all)
    })
}

fn walk(
    base: &str,
    login: Option<&str>,
    number: usize,
    visits: &[Visit],
    counted_from: Instant,
    until: Instant,
) -> Result<Vec<Asked>, Failure> {
    let session = match login {
        Some(login) => sign_in(base, login)?,
        None => String::new(),
    };
    let mut connection = Connection::open(base)?;
    let mut asked = Vec::new();
    // Everyone begins elsewhere, so that nobody walks in step.
    let mut step = number;
    std::thread::sleep(PAUSE * u32::try_from(number % 17).unwrap_or(0) / 17);
    while Instant::now() < until {
        let Some(visit) = visits.get(step % visits.len().max(1)) else {
            break;
        };
        let start = Instant::now();
        let answer = connection.get(&visit.path, &session, "gzip")?;
        let seconds = start.elapsed().as_secs_f64();
        if answer.status != 200 {
            return Err(Failure::new(format!("{}: {}", visit.path, answer.status)));
        }
        if start >= counted_from {
            asked.push(Asked {
                name: visit.name,
                seconds,
                bytes: answer.body.len(),
            });
        }
        step += 1;
        let mixed = (step as u64 ^ (number as u64) << 20).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        std::thread::sleep(PAUSE + PAUSE * u32::try_from(mixed).unwrap_or(0) / 128);
    }
    Ok(asked)
}
