//! Confirmed spellings: 市监局 is 市场监督管理局, said once and remembered.

use std::collections::HashMap;

use base::Problem;

use crate::entry::{AliasFacts, Kind, Private};
use crate::fold::row;
use crate::folder::{Command, Office};
use crate::problems;
use crate::spaces;
use crate::values::Meaning;

impl Office {
    /// Confirms that a spelling means an identifier. `of` is `unit`, `code:VOCABULARY` or `subject:TYPE`.
    ///
    /// # Errors
    /// `of` is none of these, or nothing has the identifier.
    pub fn confirm_alias(&mut self, of: &str, text: &str, id: &str) -> Result<(), Problem> {
        let programme = self.programme()?;
        let spellings = self.spellings()?;
        let meant = match of.split_once(':') {
            None if of == "unit" => spellings.unit(id),
            Some(("code", vocabulary)) => spellings.code(vocabulary, id),
            Some(("subject", subject_type))
                if programme
                    .subject_types
                    .contains_key(&base::SubjectTypeId::new(subject_type)) =>
            {
                Meaning::One(id)
            }
            _ => return Err(problems::alias_of_what(of)),
        };
        let Meaning::One(id) = meant else {
            return Err(problems::alias_means_nothing(id, of));
        };
        let facts = AliasFacts {
            of: of.to_owned(),
            text: text.trim().to_owned(),
            id: id.to_owned(),
        };
        self.append(
            vec![Command::new(Kind::Alias, &facts, &Private::default())?],
            &[],
        )?;
        Ok(())
    }

    /// All confirmed spellings: (of, text) → identifier.
    pub(crate) fn confirmed_aliases(&self) -> Result<HashMap<(String, String), String>, Problem> {
        let mut confirmed = HashMap::new();
        for found in self.state()?.scan(spaces::ALIAS, &[]) {
            let found = found?;
            let text = String::from_utf8_lossy(&found.key);
            if let Some((of, spelling)) = text.split_once('\0') {
                confirmed.insert(
                    (of.to_owned(), spelling.to_owned()),
                    row(spaces::ALIAS, &found.value)?,
                );
            }
        }
        Ok(confirmed)
    }
}
