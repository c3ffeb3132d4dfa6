//! Several named texts in one input: a package's files, a workbook's parts.
//!
//! A section begins with a line `@@ name`; what stands before the first has no name. So a corpus file can
//! be read, and a change of one byte is a change of one part.

const MARK: &str = "@@ ";

/// The sections of an input, in order: name and content without the line break at its end.
pub fn split(text: &str) -> Vec<(&str, &str)> {
    let mut sections = Vec::new();
    let mut name = "";
    let mut rest = text;
    loop {
        let next = if rest.starts_with(MARK) && sections.is_empty() && name.is_empty() {
            Some((0, 0))
        } else {
            rest.find("\n@@ ").map(|at| (at, at + 1))
        };
        match next {
            Some((end, start)) => {
                let (content, following) = (&rest[..end], &rest[start + MARK.len()..]);
                if !(name.is_empty() && content.is_empty()) {
                    sections.push((name, content));
                }
                let (title, body) = following.split_once('\n').unwrap_or((following, ""));
                (name, rest) = (title.trim_end(), body);
                if rest.starts_with(MARK) {
                    // An empty section: give the search the line break that it looks for.
                    sections.push((name, ""));
                    let (title, body) = rest[MARK.len()..].split_once('\n').unwrap_or((rest, ""));
                    (name, rest) = (title.trim_end(), body);
                }
            }
            None => {
                sections.push((name, rest));
                return sections;
            }
        }
    }
}

/// The input that has these sections.
pub fn join<'a>(sections: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    sections
        .into_iter()
        .map(|(name, content)| format!("{MARK}{name}\n{content}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_split_again() {
        let sections = [("a.toml", "x = 1\ny = 2"), ("b", "z"), ("c/d", "w")];
        let mut joined = join(sections);
        joined.pop();
        assert_eq!(split(&joined), sections);
        assert_eq!(split("only text"), [("", "only text")]);
        assert_eq!(split("before\n@@ a\nx"), [("", "before"), ("a", "x")]);
    }
}
