//! Where in PostgreSQL a ledger is: a connection URL with one parameter of our own, the schema.

use crate::problems;
use base::Problem;
use std::fmt;
use tokio_postgres::Config;

/// The schema of a ledger whose URL names none.
const SCHEMA: &str = "zhicheng";

/// The longest name that PostgreSQL keeps whole, in bytes.
const SCHEMA_BYTES_MAX: usize = 63;

/// A URL that was read. Shown, it has no password.
#[derive(Clone)]
pub(crate) struct PostgresUrl {
    config: Config,
    schema: String,
    shown: String,
}

impl PostgresUrl {
    /// Reads `postgresql://[USER@]HOST[:PORT]/DATABASE[?schema=NAME&…]`. A password that it lacks is
    /// taken from the environment variable `PGPASSWORD`.
    pub(crate) fn parse(url: &str) -> Result<PostgresUrl, Problem> {
        let shown = without_password(url);
        let bad = |cause: &dyn fmt::Display| problems::bad_url(&shown, cause);
        if !url.starts_with("postgresql://") && !url.starts_with("postgres://") {
            return Err(bad(&"postgresql://…"));
        }
        let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
        let mut schema = SCHEMA;
        let mut others = Vec::new();
        for parameter in parameters
            .split('&')
            .filter(|parameter| !parameter.is_empty())
        {
            match parameter.split_once('=') {
                Some(("schema", name)) => schema = name,
                _ => others.push(parameter),
            }
        }
        let is_name = |name: &str| {
            let mut bytes = name.bytes();
            bytes
                .next()
                .is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
                && bytes
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
                && name.len() <= SCHEMA_BYTES_MAX
        };
        if !is_name(schema) {
            return Err(bad(&format!("schema={schema}")));
        }
        let mut config: Config = format!("{address}?{}", others.join("&"))
            .parse()
            .map_err(|error| bad(&error))?;
        if config.get_hosts().is_empty() {
            return Err(bad(&"host=…"));
        }
        if config.get_password().is_none()
            && let Some(password) = std::env::var_os("PGPASSWORD")
        {
            config.password(password.as_encoded_bytes());
        }
        config.application_name("zhicheng");
        Ok(PostgresUrl {
            config,
            schema: schema.to_owned(),
            shown,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The schema's name: lower-case letters, digits and underscores.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.shown)
    }
}

/// The URL as it may be shown.
fn without_password(url: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut shown = match address.rsplit_once('@') {
        Some((before, host)) => {
            let scheme_end = before.find("//").map_or(0, |at| at + 2);
            let (scheme, user) = before.split_at(scheme_end);
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}{user}@{host}")
        }
        None => address.to_owned(),
    };
    let parameters: Vec<&str> = parameters
        .split('&')
        .filter(|parameter| !parameter.is_empty() && !parameter.starts_with("password="))
        .collect();
    if !parameters.is_empty() {
        shown.push('?');
        shown.push_str(&parameters.join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let table = [
            (
                "postgresql://li:se@cret@db/zc?schema=chibi",
                "postgresql://li@db/zc?schema=chibi",
            ),
            (
                "postgresql:///zc?host=/run&password=secret",
                "postgresql:///zc?host=/run",
            ),
            ("postgresql://db:5432/zc", "postgresql://db:5432/zc"),
        ];
        for (url, shown) in table {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn the_schema_is_ours_and_the_rest_the_servers() {
        let url =
            PostgresUrl::parse("postgresql:///zc?host=/run/pg&schema=chibi_2018&user=li").unwrap();
        assert_eq!(url.schema(), "chibi_2018");
        assert_eq!(
            (url.config().get_dbname(), url.config().get_user()),
            (Some("zc"), Some("li"))
        );
        assert_eq!(
            PostgresUrl::parse("postgresql://db/zc").unwrap().schema(),
            "zhicheng"
        );
        let refused = [
            "mysql://db/zc",
            "postgresql://db/zc?schema=a;b",
            "postgresql://db/zc?schema=",
            "postgresql://db/zc?schema=Big",
            "postgresql://db/zc?colour=red",
            "postgresql:///zc",
        ];
        for url in refused {
            assert_eq!(PostgresUrl::parse(url).err().unwrap().code, "L114", "{url}");
        }
    }
}
