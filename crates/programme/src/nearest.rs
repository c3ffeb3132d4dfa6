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

/// What to suggest in place of an unknown word: the nearest candidate, or else the candidates
/// themselves (at most [`SUGGESTIONS_MAX`]), or `—` when there are none.
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
        return "—".to_owned();
    }
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
    fn without_a_near_name_the_names_are_listed() {
        assert_eq!(suggest("zzz", []), "—");
        let many: Vec<String> = (0..20).map(|n| format!("unit-{n:02}-long-name")).collect();
        let text = suggest("zzz", many.iter().map(String::as_str));
        assert!(text.ends_with("unit-11-long-name, …"), "{text}");
    }
}
