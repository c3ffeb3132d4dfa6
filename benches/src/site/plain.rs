//! The plain page of the same framework: one query of 50 rows on an index, one table of HTML, no session,
//! no layout. What a site costs beyond it is what it does beyond it.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;

use axum::Router;
use axum::response::Html;
use axum::routing::get;

use crate::findings::Failure;

/// The server; it ends when this is let go or told to.
pub struct Plain(Option<tokio::runtime::Runtime>);

impl Plain {
    /// Ends it.
    pub fn end(mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A port that is free now.
///
/// # Errors
/// None is.
pub fn free_port() -> Result<u16, Failure> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::new(format!("no port: {error}")))
}

/// Serves the page over a table of a SQLite file; gives its address.
///
/// # Errors
/// There is no port.
pub fn serve(file: &Path, table: &str) -> Result<(String, Plain), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("the plain page: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let file = file.to_owned();
    let query = format!("select * from \"{table}\" order by rowid desc limit 50");
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    runtime.spawn(async move {
        let router = Router::new().route(
            "/",
            get(move || {
                let (file, query) = (file.clone(), query.clone());
                async move {
                    let page = tokio::task::spawn_blocking(move || page(&file, &query)).await;
                    Html(page.unwrap_or_default())
                }
            }),
        );
        let _ = axum::serve(listener, router).await;
    });
    Ok((format!("http://{address}"), Plain(Some(runtime))))
}

/// Fifty rows as a table.
fn page(file: &Path, query: &str) -> String {
    thread_local! {
        static OPEN: std::cell::RefCell<Option<rusqlite::Connection>> = const { std::cell::RefCell::new(None) };
    }
    OPEN.with_borrow_mut(|open| {
        if open.is_none() {
            *open = rusqlite::Connection::open(file).ok();
        }
        let Some(database) = open else {
            return String::new();
        };
        let mut body = String::from("<!DOCTYPE html><title>Plain</title><table>");
        let filled = database.prepare_cached(query).and_then(|mut query| {
            let columns = query.column_count();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                body.push_str("<tr>");
                for column in 0..columns {
                    let value: rusqlite::types::Value = row.get(column)?;
                    let shown = match value {
                        rusqlite::types::Value::Integer(number) => number.to_string(),
                        rusqlite::types::Value::Text(text) => {
                            text.replace('&', "&amp;").replace('<', "&lt;")
                        }
                        _ => String::new(),
                    };
                    let _ = write!(body, "<td>{shown}</td>");
                }
                body.push_str("</tr>");
            }
            Ok(())
        });
        if filled.is_err() {
            return String::new();
        }
        body.push_str("</table>");
        body
    })
}
