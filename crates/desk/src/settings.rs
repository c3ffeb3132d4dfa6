//! Settings of the whole site: what is shown on walls and maps. A name and a text each; what the text
//! means is known where it is used. They are no facts: nothing is measured by them.

use base::Problem;
use rusqlite::{OptionalExtension, params};

use crate::Desk;

impl Desk {
    /// The setting of that name.
    ///
    /// # Errors
    /// The file refuses.
    pub fn setting(&self, name: &str) -> Result<Option<String>, Problem> {
        self.lock()
            .prepare_cached("select body from setting where name = ?1")
            .and_then(|mut found| found.query_row([name], |row| row.get(0)).optional())
            .map_err(|error| self.refused(error))
    }

    /// Sets a setting; `None` forgets it.
    ///
    /// # Errors
    /// The file refuses.
    pub fn set_setting(&self, name: &str, body: Option<&str>) -> Result<(), Problem> {
        let connection = self.lock();
        match body {
            Some(body) => connection.execute(
                "insert into setting (name, body) values (?1, ?2)
                 on conflict (name) do update set body = ?2",
                params![name, body],
            ),
            None => connection.execute("delete from setting where name = ?1", [name]),
        }
        .map(drop)
        .map_err(|error| self.refused(error))
    }

    /// How often the settings changed: equal numbers, equal settings.
    ///
    /// # Errors
    /// The file refuses.
    pub fn version_of_settings(&self) -> Result<u64, Problem> {
        // No actor has the number 0.
        self.version_of(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_kept_and_its_change_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(dir.path()).unwrap();
        assert_eq!(desk.setting("wall").unwrap(), None);
        let before = desk.version_of_settings().unwrap();
        desk.set_setting("wall", Some("on")).unwrap();
        desk.set_setting("wall", Some("off")).unwrap();
        assert_eq!(desk.setting("wall").unwrap().as_deref(), Some("off"));
        assert_eq!(desk.version_of_settings().unwrap(), before + 2);
        desk.set_setting("wall", None).unwrap();
        assert_eq!(desk.setting("wall").unwrap(), None);
        assert_eq!(desk.version_of_settings().unwrap(), before + 3);
    }
}
