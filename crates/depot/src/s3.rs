//! An S3-compatible store as a depot: each request signed with a URL that holds for minutes.
//!
//! `rusty-s3` signs and reads the lists, `ureq` carries. A request that the network or a busy store
//! refused is made again a few times; every request of ours can be repeated without harm.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::Problem;
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use ureq::http::Response;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use url::Url;

use crate::{Depot, S3_SCHEME, check_name, problems};

/// How long a signed request holds.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long a connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// How long a store may think before it answers.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// How often a request is made before its failure is told.
const TRIES: u32 = 4;
/// How long to wait before the second try; each further one twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(250);
/// So much of a store's refusal is read.
const REFUSAL_BYTES_MAX: u64 = 4096;
/// The most bytes of one page of a list: 1,000 names with what is told of each.
const LIST_BYTES_MAX: u64 = 16 << 20;

/// How a store is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// Address of the store; `None` for Amazon's own.
    pub endpoint: Option<String>,
    /// Region.
    pub region: String,
    /// Key and secret, and the token of temporary ones.
    pub credentials: Credentials,
    /// A PEM file of the authorities whose certificates are accepted; `None` for the usual ones.
    pub authorities: Option<String>,
}

impl Access {
    /// As the usual variables say: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`;
    /// `AWS_REGION` or `AWS_DEFAULT_REGION` (default `us-east-1`); `AWS_ENDPOINT_URL_S3` or
    /// `AWS_ENDPOINT_URL` for a store that is not Amazon's; `AWS_CA_BUNDLE`.
    ///
    /// # Errors
    /// The first two are not set.
    pub fn from_environment() -> Result<Access, Problem> {
        let get = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let must = |name: &str| get(name).ok_or_else(|| problems::no_credentials(name));
        let (key, secret) = (must("AWS_ACCESS_KEY_ID")?, must("AWS_SECRET_ACCESS_KEY")?);
        Ok(Access {
            endpoint: get("AWS_ENDPOINT_URL_S3").or_else(|| get("AWS_ENDPOINT_URL")),
            region: get("AWS_REGION")
                .or_else(|| get("AWS_DEFAULT_REGION"))
                .unwrap_or_else(|| "us-east-1".to_owned()),
            credentials: match get("AWS_SESSION_TOKEN") {
                Some(token) => Credentials::new_with_token(key, secret, token),
                None => Credentials::new(key, secret),
            },
            authorities: get("AWS_CA_BUNDLE"),
        })
    }
}

/// A prefix of a bucket that holds objects.
pub struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    /// Empty, or ending in `/`.
    prefix: String,
    agent: Agent,
    place: String,
}

impl S3 {
    /// The depot `s3://BUCKET/PREFIX`. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// The place is written wrongly, the endpoint is no address, the certificates cannot be read.
    pub fn open(place: &str, access: &Access) -> Result<S3, Problem> {
        let bad = || problems::bad_place(place);
        let rest = place.strip_prefix(S3_SCHEME).ok_or_else(bad)?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        check_name(name).map_err(|_| bad())?;
        if !prefix.is_empty() {
            check_name(prefix).map_err(|_| bad())?;
        }
        let amazon = || format!("https://s3.{}.amazonaws.com", access.region);
        let endpoint = access.endpoint.clone().unwrap_or_else(amazon);
        let style = match access.endpoint {
            // A store of one's own seldom has a name for each bucket.
            Some(_) => UrlStyle::Path,
            None => UrlStyle::VirtualHost,
        };
        let url = Url::parse(&endpoint).map_err(|why| problems::bad_endpoint(&endpoint, why))?;
        let bucket = Bucket::new(url, style, name.to_owned(), access.region.clone())
            .map_err(|why| problems::bad_endpoint(&endpoint, why))?;
        let mut tls = TlsConfig::builder();
        if let Some(path) = &access.authorities {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(path)?)));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_WITHIN))
            .timeout_recv_response(Some(ANSWER_WITHIN))
            .tls_config(tls.build())
            .build();
        Ok(S3 {
            bucket,
            credentials: access.credentials.clone(),
            prefix: if prefix.is_empty() {
                String::new()
            } else {
                format!("{prefix}/")
            },
            agent: config.new_agent(),
            place: place.to_owned(),
        })
    }

    fn key(&self, name: &str) -> Result<String, Problem> {
        check_name(name)?;
        Ok(format!("{}{name}", self.prefix))
    }

    /// Makes a request until the store has answered for good: done, not there, or refused.
    fn ask(
        &self,
        request: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, String> {
        let mut wait = WAIT_FIRST;
        for attempt in 1.. {
            let why = match request() {
                Ok(answer) if answer.status().is_success() => return Ok(answer),
                Ok(answer) if answer.status().as_u16() == 404 => return Ok(answer),
                Ok(answer) => {
                    let status = answer.status();
                    let told = refusal(answer);
                    if !status.is_server_error() && status.as_u16() != 429 {
                        return Err(told);
                    }
                    told
                }
                Err(error) => error.to_string(),
            };
            if attempt >= TRIES {
                return Err(why);
            }
            std::thread::sleep(wait);
            wait *= 2;
        }
        // The loop only ends by returning.
        Err(String::new())
    }

    fn written(&self, name: &str, answer: Result<Response<Body>, String>) -> Result<(), Problem> {
        let failed = |why: String| problems::cannot_write(&self.place, name, why);
        let answer = answer.map_err(failed)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(failed(refusal(answer)))
        }
    }
}

impl Depot for S3 {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let key = self.key(name)?;
        let answer = self.ask(|| {
            let action = self.bucket.put_object(Some(&self.credentials), &key);
            self.agent.put(action.sign(SIGNED_FOR).as_str()).send(bytes)
        });
        self.written(name, answer)
    }

    fn put_file(&self, name: &str, file: &Path) -> Result<(), Problem> {
        let key = self.key(name)?;
        let answer = self.ask(|| {
            let content = File::open(file)?;
            let action = self.bucket.put_object(Some(&self.credentials), &key);
            self.agent
                .put(action.sign(SIGNED_FOR).as_str())
                .send(&content)
        });
        self.written(name, answer)
    }

    fn get(&self, name: &str) -> Result<Option<Box<dyn Read + '_>>, Problem> {
        let key = self.key(name)?;
        let answer = self.ask(|| {
            let action = self.bucket.get_object(Some(&self.credentials), &key);
            self.agent.get(action.sign(SIGNED_FOR).as_str()).call()
        });
        let answer = answer.map_err(|why| problems::cannot_read(&self.place, name, why))?;
        if answer.status().as_u16() != 404 {
            return Ok(Some(Box::new(answer.into_body().into_reader())));
        }
        let told = refusal(answer);
        if told.contains("NoSuchBucket") {
            return Err(problems::cannot_read(&self.place, name, told));
        }
        Ok(None)
    }

    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, Problem> {
        let failed = |why: String| problems::cannot_list(&self.place, why);
        let whole = format!("{}{prefix}", self.prefix);
        let (mut found, mut token) = (Vec::new(), None::<String>);
        loop {
            let answer = self.ask(|| {
                let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
                action.with_prefix(whole.as_str());
                if let Some(token) = &token {
                    action.with_continuation_token(token.as_str());
                }
                self.agent.get(action.sign(SIGNED_FOR).as_str()).call()
            });
            let answer = answer.map_err(failed)?;
            if !answer.status().is_success() {
                return Err(failed(refusal(answer)));
            }
            let mut text = String::new();
            answer
                .into_body()
                .into_reader()
                .take(LIST_BYTES_MAX)
                .read_to_string(&mut text)
                .map_err(|error| failed(error.to_string()))?;
            let page =
                ListObjectsV2::parse_response(&text).map_err(|error| failed(error.to_string()))?;
            for object in page.contents {
                if let Some(name) = object.key.strip_prefix(&self.prefix) {
                    found.push((name.to_owned(), object.size.unwrap_or(0)));
                }
            }
            match page.next_continuation_token {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        found.sort();
        Ok(found)
    }

    fn remove(&self, name: &str) -> Result<(), Problem> {
        let key = self.key(name)?;
        let answer = self.ask(|| {
            let action = self.bucket.delete_object(Some(&self.credentials), &key);
            self.agent.delete(action.sign(SIGNED_FOR).as_str()).call()
        });
        let answer = answer.map_err(|why| problems::cannot_write(&self.place, name, why))?;
        // What is not there is removed.
        drop(answer);
        Ok(())
    }

    fn place(&self) -> &str {
        &self.place
    }
}

/// A store's refusal in one line: its status, and the code and message of its answer.
fn refusal(answer: Response<Body>) -> String {
    let status = answer.status();
    let mut text = String::new();
    // What cannot be read of a refusal is not told; the status is.
    let _ = answer
        .into_body()
        .into_reader()
        .take(REFUSAL_BYTES_MAX)
        .read_to_string(&mut text);
    let part = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>"))
            .map(|(inner, _)| inner.to_owned())
    };
    let told: Vec<String> = [part("Code"), part("Message")]
        .into_iter()
        .flatten()
        .collect();
    format!("{status} {}", told.join(": "))
        .trim_end()
        .to_owned()
}

fn certificates(path: &str) -> Result<Vec<ureq::tls::Certificate<'static>>, Problem> {
    let bad = |why: String| problems::bad_certificates(path, why);
    let pem = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| bad(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(bad("no CERTIFICATE".to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(endpoint: Option<&str>) -> Access {
        Access {
            endpoint: endpoint.map(str::to_owned),
            region: "cn-north-1".to_owned(),
            credentials: Credentials::new("key", "secret"),
            authorities: None,
        }
    }

    #[test]
    fn places_are_buckets_with_a_prefix() {
        for (place, prefix) in [
            ("s3://backups", ""),
            ("s3://backups/", ""),
            ("s3://backups/city/2018/", "city/2018/"),
        ] {
            let depot = S3::open(place, &access(Some("http://localhost:9"))).unwrap();
            assert_eq!(depot.prefix, prefix, "{place}");
        }
        for place in ["s3://", "s3:///x", "s3://a/../b", "folder"] {
            let refused = S3::open(place, &access(None)).err().unwrap();
            assert_eq!(refused.code, "D106", "{place}");
        }
        let refused = S3::open("s3://a", &access(Some("nowhere"))).err().unwrap();
        assert_eq!(refused.code, "D108");
    }
}
