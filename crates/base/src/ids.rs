//! Ids: one type for each kind of named thing, so that a unit's id is never taken for an item's.
//!
//! An id is a shared text: cloning one costs a counter, comparing one costs a text comparison.
//! What a declared id may look like is [`is_valid_id`]; the programme checks it at the door.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The most characters that a declared id may have.
pub const ID_LENGTH_MAX: usize = 64;

/// Says whether a text may be declared as an id: an ASCII lower-case letter first, then lower-case
/// letters, digits, `_` and `-`; at most [`ID_LENGTH_MAX`] characters.
///
/// ```
/// assert!(base::is_valid_id("food_pass_rate"));
/// assert!(!base::is_valid_id("2018-food"));
/// assert!(!base::is_valid_id("Food"));
/// assert!(!base::is_valid_id(""));
/// ```
#[must_use]
pub fn is_valid_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= ID_LENGTH_MAX
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is; declared ids are checked with [`is_valid_id`].
            #[must_use]
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), &*self.0)
            }
        }

        // `Arc<str>` orders and hashes as its text does, so maps may be asked with a `&str`.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                &*self.0 == *other
            }
        }
    )*};
}

id! {
    /// A programme: a package of text files that says what a city runs in a period.
    ProgrammeId;
    /// A unit: a responsible body.
    UnitId;
    /// A declared kind of unit (bureau, township, park).
    UnitKindId;
    /// A declared group of units that are ranked among themselves.
    RankingGroupId;
    /// A declared kind of subject (enterprise, equipment, site).
    SubjectTypeId;
    /// One subject: what records are about.
    SubjectId;
    /// A declared kind of record.
    RecordTypeId;
    /// One record.
    RecordId;
    /// A field of a record type or a subject type.
    FieldId;
    /// A vocabulary: a declared list of codes.
    VocabularyId;
    /// A code of a vocabulary.
    CodeId;
    /// An indicator: a figure defined over records, subjects, cases, units, targets or items.
    IndicatorId;
    /// A scorecard: items that turn figures and judgements into points.
    ScorecardId;
    /// A group of items in a scorecard.
    GroupId;
    /// An item of a scorecard.
    ItemId;
    /// A grade of a scorecard.
    GradeId;
    /// A veto or direct class of a scorecard.
    VetoId;
    /// A target that a unit carries.
    TargetId;
    /// A flow: a declared state machine with deadlines.
    FlowId;
    /// A state of a flow.
    StateId;
    /// An action of a flow.
    ActionId;
    /// A time limit of a flow.
    DeadlineId;
    /// One case: a run of a flow.
    CaseId;
    /// A declared role of those who act.
    RoleId;
    /// One who acts: a person, an account, the clock.
    ActorId;
    /// A normative document: the legal basis of a rule.
    DocumentId;
    /// A kind of evidence that an item or a record type wants.
    EvidenceId;
    /// A published figure that the programme repeats to be held against the measured one.
    ClaimId;
    /// A declared report.
    ReportId;
}

/// The number of the last ledger entry that a result includes; 0 is the empty ledger.
///
/// ```
/// use base::Position;
/// assert_eq!(Position(6).next(), Some(Position(7)));
/// assert_eq!(Position::EMPTY.to_string(), "0");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// The position of a ledger without entries.
    pub const EMPTY: Position = Position(0);

    /// The position of the entry after this one; `None` after the last possible number.
    #[must_use]
    pub fn next(self) -> Option<Position> {
        self.0.checked_add(1).map(Position)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn an_id_is_a_lower_case_word_of_at_most_64_characters() {
        let long = "a".repeat(64);
        let too_long = "a".repeat(65);
        for (text, valid) in [
            ("a", true),
            ("amr", true),
            ("food-01", true),
            ("s20_titles", true),
            (long.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("1a", false),
            ("_a", false),
            ("-a", false),
            ("Amr", false),
            ("a b", false),
            ("a.b", false),
            ("市监局", false),
            ("a市", false),
        ] {
            assert_eq!(is_valid_id(text), valid, "{text}");
        }
    }

    #[test]
    fn a_map_by_id_is_asked_with_plain_text() {
        let units = BTreeMap::from([(UnitId::new("amr"), 1), (UnitId::new("court"), 2)]);
        assert_eq!(units.get("court"), Some(&2));
        assert_eq!(units.get("police"), None);
        assert_eq!(format!("{:?}", UnitId::new("amr")), "UnitId(\"amr\")");
        assert_eq!(format!("[{:>5}]", UnitId::new("amr")), "[  amr]");
    }

    #[test]
    fn the_last_position_has_no_next() {
        assert_eq!(Position(u64::MAX).next(), None);
        assert_eq!(Position(10).cmp(&Position(9)), std::cmp::Ordering::Greater);
    }
}
