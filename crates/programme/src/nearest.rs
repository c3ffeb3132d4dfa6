//! The nearest name: what a misspelt word was probably meant to be.
//!
//! Every "unknown …" problem of this crate ends with a suggestion made here, so that all of them
//! read alike: the nearest name when one is near enough, otherwise the names that exist.

/// The most names that a suggestion lists.
pub const SUGGESTIONS_MAX: usize = 12;

/// The candidate nearest to a word, if one is near enough to have been meant: at most a third of
/// its characters differ (a swap of neighbours counts once), or one of the two begins the other.
///
/// ```
/// use programme::nearest;
/// assert_eq!(nearest("nmae", ["id", "name", "note"]), Some("name"));
/// assert_eq!(nearest("colour", ["id", "name", "note"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == word {
            continue;
        }
        let longest = length.max(candidate.chars().count());
        let begins = length >= 3
            && candidate.len() >= 3
            && (candidate.starts_with(word) || word.starts_with(candidate));
        let limit = (longest / 3).max(1);
        // A word is compared only with candidates whose length makes the limit reachable.
        if !begins && length.abs_diff(candidate.chars().count()) > limit {
            continue;
        }
        let distance = strsim::osa_distance(word, candidate);
        let distance = if begins {
            distance.min(limit)
        } else {
            distance
        };
        if distance <= limit && distance < longest && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Candidates that a short form stands for: those that hold the word, otherwise (of a word that is not
/// ASCII) those that have its characters in order, as 市监局 in 市市场监督管理局.
fn short_for<'a>(word: &str, candidates: &[&'a str]) -> Vec<&'a str> {
    let least = if word.is_ascii() { 3 } else { 2 };
    let word = word.trim();
    if word.chars().count() < least {
        return Vec::new();
    }
    let filtered = |fits: &dyn Fn(&str) -> bool| -> Vec<&'a str> {
        let all = candidates.iter().copied();
        all.filter(|candidate| *candidate != word && fits(candidate))
            .collect()
    };
    let holding = filtered(&|candidate| candidate.contains(word));
    if !holding.is_empty() || word.is_ascii() {
        return holding;
    }
    filtered(&|candidate| {
        let mut rest = candidate.chars();
        word.chars().all(|wanted| rest.any(|c| c == wanted))
    })
}

/// A thing that can be meant: its identifier, its name and its other spellings.
pub(crate) struct Named<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: base::Text,
    pub(crate) aliases: Vec<std::sync::Arc<str>>,
}

/// What to write in place of a word, in Chinese or English, and whether that is sure: the identifier with
/// its name, found by identifier, name, alias or short form; otherwise what there is; `None` when there
/// is nothing.
pub(crate) fn suggest_named(
    word: &str,
    things: &[Named<'_>],
    lang: base::Lang,
) -> Option<(String, bool)> {
    let shown = |thing: &Named<'_>| {
        let name = thing.name.get(lang);
        match lang {
            _ if name.is_empty() || name == thing.id => thing.id.to_owned(),
            base::Lang::Zh => format!("{}（{name}）", thing.id),
            base::Lang::En => format!("{} ({name})", thing.id),
        }
    };
    let spellings = |thing: &Named<'_>| -> Vec<String> {
        let names = [thing.id, &thing.name.zh, &thing.name.en].map(str::to_owned);
        let aliases = thing.aliases.iter().map(ToString::to_string);
        names
            .into_iter()
            .chain(aliases)
            .filter(|text| !text.is_empty())
            .collect()
    };
    let all: Vec<(String, &Named<'_>)> = things
        .iter()
        .flat_map(|thing| spellings(thing).into_iter().map(move |text| (text, thing)))
        .collect();
    let texts: Vec<&str> = all.iter().map(|(text, _)| text.as_str()).collect();
    let owners = |found: &[&str]| -> Vec<&Named<'_>> {
        let mut owners: Vec<&Named<'_>> = Vec::new();
        for (text, thing) in &all {
            if found.contains(&text.as_str()) && !owners.iter().any(|known| known.id == thing.id) {
                owners.push(thing);
            }
        }
        owners
    };
    let mut meant = owners(&[word]);
    if meant.is_empty() {
        meant = owners(nearest(word, texts.iter().copied()).as_slice());
    }
    if meant.is_empty() {
        meant = owners(&short_for(word, &texts));
    }
    let is_sure = !meant.is_empty();
    if !is_sure {
        meant = things.iter().collect();
    }
    let mut text = meant
        .iter()
        .take(SUGGESTIONS_MAX)
        .map(|thing| shown(thing))
        .collect::<Vec<_>>()
        .join(if lang == base::Lang::Zh { "、" } else { ", " });
    if meant.len() > SUGGESTIONS_MAX {
        text.push_str(if lang == base::Lang::Zh {
            " 等"
        } else {
            ", …"
        });
    }
    (!meant.is_empty()).then_some((text, is_sure))
}

/// What to suggest in place of an unknown word: the nearest candidate, those that it is short for, or
/// else the candidates themselves (at most [`SUGGESTIONS_MAX`]); that there are none, when there are none.
///
/// ```
/// use programme::suggest;
/// assert_eq!(suggest("nmae", ["id", "name"]), "name");
/// assert_eq!(suggest("colour", ["id", "name"]), "id, name");
/// ```
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return near.to_owned();
    }
    if candidates.is_empty() {
        return "（暂无 / none yet）".to_owned();
    }
    let short = short_for(word, &candidates);
    let candidates = if short.is_empty() { candidates } else { short };
    let mut text = candidates
        .iter()
        .take(SUGGESTIONS_MAX)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if candidates.len() > SUGGESTIONS_MAX {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_when_it_is_near_enough() {
        for (word, candidates, expected) in [
            (
                "vald_from",
                &["valid_from", "valid_to"][..],
                Some("valid_from"),
            ),
            ("unti", &["unit", "union"], Some("unit")),
            ("indicator", &["indicators", "item"], Some("indicators")),
            ("x", &["id"], None),
            ("市监居", &["市监局", "教育局"], Some("市监局")),
            ("", &["id"], None),
            (
                "food_pass_rat",
                &["food_pass_rate", "feed_pass_rate"],
                Some("food_pass_rate"),
            ),
        ] {
            assert_eq!(
                nearest(word, candidates.iter().copied()),
                expected,
                "{word}"
            );
        }
    }

    #[test]
    fn a_short_form_is_found() {
        for (word, candidates, expected) in [
            (
                "北湖",
                &["清河镇人民政府", "北湖乡人民政府"][..],
                "北湖乡人民政府",
            ),
            ("重大", &["较大事故", "重大事故"], "重大事故"),
            (
                "市监局",
                &["市教育局", "市市场监督管理局"],
                "市市场监督管理局",
            ),
            ("rate", &["food_pass_rate", "samples"], "food_pass_rate"),
        ] {
            assert_eq!(
                suggest(word, candidates.iter().copied()),
                expected,
                "{word}"
            );
        }
    }

    #[test]
    fn a_name_leads_to_its_identifier() {
        let named = |id, zh: &str, en: &str, alias: &str| Named {
            id,
            name: base::Text::new(zh, en),
            aliases: vec![alias.into()],
        };
        let things = [
            named("county", "清河县人民政府", "Qinghe County", "县政府"),
            named("beihu", "北湖乡人民政府", "Beihu Township", "北湖乡"),
        ];
        for (word, expected) in [
            ("清河县人民政府", "county（清河县人民政府）"),
            ("北湖", "beihu（北湖乡人民政府）"),
            ("县政府", "county（清河县人民政府）"),
            ("conty", "county（清河县人民政府）"),
        ] {
            let found = suggest_named(word, &things, base::Lang::Zh);
            assert_eq!(found, Some((expected.to_owned(), true)), "{word}");
        }
        let all = suggest_named("zzzzzz", &things, base::Lang::En);
        assert_eq!(
            all,
            Some((
                "county (Qinghe County), beihu (Beihu Township)".to_owned(),
                false
            ))
        );
        assert_eq!(suggest_named("zzz", &[], base::Lang::Zh), None);
    }

    #[test]
    fn without_a_near_name_the_names_are_listed() {
        assert_eq!(suggest("zzz", []), "（暂无 / none yet）");
        let many: Vec<String> = (0..20).map(|n| format!("unit-{n:02}-long-name")).collect();
        let text = suggest("zzz", many.iter().map(String::as_str));
        assert!(text.ends_with("unit-11-long-name, …"), "{text}");
    }
}
