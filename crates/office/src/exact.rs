//! Numbers as they are kept in facts: exact, and read back to the same number.

use base::{Figure, FigureState, Ratio};

/// A number without any rounding: a decimal, or a fraction where no decimal is exact.
/// [`Ratio::parse`] reads it back.
pub fn exact(ratio: &Ratio) -> String {
    ratio
        .exact_decimal()
        .unwrap_or_else(|| format!("{}/{}", ratio.numerator(), ratio.denominator()))
}

/// A figure's state, numerator and denominator as they are kept; the last two only where there is a value.
pub fn kept(figure: &Figure) -> (String, Option<String>, Option<String>) {
    let has_value = figure.value().is_some();
    (
        figure.state().as_str().to_owned(),
        has_value.then(|| exact(figure.numerator())),
        has_value.then(|| exact(figure.denominator())),
    )
}

/// The figure that was kept; `None` when these are not the parts of one.
pub fn restored(state: &str, numerator: Option<&str>, denominator: Option<&str>) -> Option<Figure> {
    let state = FigureState::parse(state)?;
    let part = |text: Option<&str>| match text {
        None => Some(Ratio::from_int(0)),
        Some(text) => Ratio::parse(text),
    };
    Figure::restore(state, part(numerator)?, part(denominator)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_to_the_same_figure() {
        let third = Ratio::new(1, 3).unwrap();
        for figure in [
            Figure::value_of(Ratio::from_int(39), Ratio::from_int(40)),
            Figure::value_of(third.clone(), Ratio::from_int(7)),
            Figure::preliminary(third, Ratio::from_int(1)),
            Figure::not_applicable(),
            Figure::not_reported(),
            Figure::not_carried(),
        ] {
            let (state, numerator, denominator) = kept(&figure);
            let back = restored(&state, numerator.as_deref(), denominator.as_deref());
            assert_eq!(back, Some(figure));
        }
        assert_eq!(restored("value", Some("x"), Some("1")), None);
    }
}
