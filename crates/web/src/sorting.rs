//! Tables that are sorted by their heads: links that work without scripts and keep whatever else the address says.

use std::cmp::Ordering;

use pinyin::ToPinyin as _;

/// A heading by which a table is sorted.
#[derive(Debug, Clone)]
pub(crate) struct Sort {
    pub address: String,
    pub name: String,
    /// `ascending`, `descending` or nothing.
    pub order: Option<&'static str>,
    pub id: String,
}

/// How a table is sorted, as its address says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sorting<'c> {
    /// Column; empty: the order in which the rows come.
    pub sort: &'c str,
    /// `asc` or `desc`; empty: as the column is usually read.
    pub dir: &'c str,
    /// Columns that are read from the greatest.
    pub greatest_first: &'static [&'static str],
}

impl Sorting<'_> {
    pub fn is_ascending(self) -> bool {
        match self.dir {
            "asc" => true,
            "desc" => false,
            _ => !self.greatest_first.contains(&self.sort),
        }
    }

    /// The direction to which the head of a column leads; empty where it is the usual one.
    fn next(self, id: &str) -> &'static str {
        match (self.sort == id, self.is_ascending()) {
            (false, _) => "",
            (true, true) => "desc",
            (true, false) => "asc",
        }
    }

    /// The head of a column; `with` makes the address of a column and a direction.
    pub fn head(self, id: &str, name: &str, with: impl Fn(&str, &str) -> String) -> Sort {
        let order = if self.is_ascending() {
            "ascending"
        } else {
            "descending"
        };
        Sort {
            address: with(id, self.next(id)),
            name: name.to_owned(),
            order: (self.sort == id && !id.is_empty()).then_some(order),
            id: id.to_owned(),
        }
    }

    /// Puts rows in order. What has no key stands last either way; equal rows stay as they were.
    pub fn by_key<T, K: Ord>(self, rows: &mut [T], key: impl Fn(&T) -> Option<K>) {
        let is_ascending = self.is_ascending();
        rows.sort_by(|one, other| match (key(one), key(other)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) if is_ascending => one.cmp(&other),
            (Some(one), Some(other)) => other.cmp(&one),
        });
    }
}

/// A name as lists order it: Chinese by how it is read, Latin without its case.
pub(crate) fn by_name(name: &str) -> Option<String> {
    let mut read = String::with_capacity(name.len());
    for (sign, pinyin) in name.chars().zip(name.to_pinyin()) {
        match pinyin {
            Some(pinyin) => read.push_str(pinyin.plain()),
            None => read.extend(sign.to_lowercase()),
        }
        read.push(' ');
    }
    (!name.is_empty()).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_turns_the_order_and_what_is_empty_stays_last() {
        let of = |sort, dir| Sorting {
            sort,
            dir,
            greatest_first: &["points"],
        };
        let mut rows = [Some(2), None, Some(9), Some(5)];
        of("points", "").by_key(&mut rows, |row| *row);
        assert_eq!(rows, [Some(9), Some(5), Some(2), None]);
        of("points", "asc").by_key(&mut rows, |row| *row);
        assert_eq!(rows, [Some(2), Some(5), Some(9), None]);
        let with = |sort: &str, dir: &str| format!("{sort}/{dir}");
        let head = of("points", "").head("points", "分值", with);
        assert_eq!(
            (head.address.as_str(), head.order),
            ("points/asc", Some("descending"))
        );
        let head = of("points", "asc").head("points", "分值", with);
        assert_eq!(
            (head.address.as_str(), head.order),
            ("points/desc", Some("ascending"))
        );
        let other = of("points", "").head("due", "时限", with);
        assert_eq!((other.address.as_str(), other.order), ("due/", None));
    }

    #[test]
    fn chinese_names_are_ordered_by_how_they_are_read() {
        let mut names = ["神山镇", "车埠镇", "官塘驿镇", "蒲圻"];
        names.sort_by_key(|name| by_name(name));
        // che, guan, pu, shen.
        assert_eq!(names, ["车埠镇", "官塘驿镇", "蒲圻", "神山镇"]);
    }
}
