//! The reader's language: `--lang`, else `ZHICHENG_LANG`, else the system's, else Chinese.

use std::sync::OnceLock;

use base::Lang;

static LANG: OnceLock<Lang> = OnceLock::new();

/// The language in which this run speaks. Decided once, before the arguments are read, because the
/// help texts need it too.
pub fn lang() -> Lang {
    // A command that a running site carries out speaks as who gave it does.
    if let Some(lang) = crate::beside::lang() {
        return lang;
    }
    *LANG.get_or_init(|| decide(std::env::args().collect(), |name| std::env::var(name).ok()))
}

/// One of two texts, by the reader's language.
pub fn say(zh: &'static str, en: &'static str) -> &'static str {
    match lang() {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn decide(arguments: Vec<String>, variable: impl Fn(&str) -> Option<String>) -> Lang {
    let mut asked = arguments
        .iter()
        .skip_while(|argument| *argument != "--lang")
        .nth(1)
        .cloned();
    if asked.is_none() {
        asked = arguments
            .iter()
            .find_map(|argument| argument.strip_prefix("--lang=").map(str::to_owned));
    }
    let asked = asked.or_else(|| variable("ZHICHENG_LANG"));
    match asked.as_deref() {
        Some("en") => return Lang::En,
        Some("zh") => return Lang::Zh,
        _ => {}
    }
    let system = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    match system.as_deref() {
        Some(value) if value.starts_with("en") => Lang::En,
        _ => Lang::Zh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str], variables: &[(&str, &str)]) -> Lang {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        decide(arguments, |name| {
            variables
                .iter()
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_system() {
        assert_eq!(
            of(&["zhicheng", "--lang", "en"], &[("ZHICHENG_LANG", "zh")]),
            Lang::En
        );
        assert_eq!(
            of(&["zhicheng", "--lang=zh"], &[("LANG", "en_GB.UTF-8")]),
            Lang::Zh
        );
        assert_eq!(
            of(
                &["zhicheng"],
                &[("ZHICHENG_LANG", "en"), ("LANG", "zh_CN.UTF-8")]
            ),
            Lang::En
        );
        assert_eq!(of(&["zhicheng"], &[("LANG", "en_US.UTF-8")]), Lang::En);
        assert_eq!(of(&["zhicheng"], &[("LANG", "C")]), Lang::Zh);
    }
}
