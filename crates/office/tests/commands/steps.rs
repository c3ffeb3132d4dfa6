//! What can be done, with small ranges, so that commands meet each other often.

use proptest::prelude::*;

/// A sample as it is handed in.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its key is one of few.
    pub number: u8,
    /// Day of 2018, from 0.
    pub day: u16,
    /// Which township.
    pub place: u8,
    /// Which firm; none of them for 3.
    pub firm: u8,
    /// Which result.
    pub result: u8,
    /// Cost in hundredths, or nothing.
    pub cost: Option<u16>,
}

/// A change of the programme's text. Each is made at most once: a programme only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A township comes below the market bureau from a day in the year on.
    Reparent,
    /// It comes back below the government later.
    ParentAgain,
    /// A township ends and the other succeeds it.
    EndUnit,
    /// A code cannot be used from a day on.
    RetireCode,
    /// A code is added.
    AddCode,
    /// A field is added.
    AddField,
    /// An indicator means something else from now on.
    Redefine,
    /// An indicator is added.
    AddIndicator,
}

/// Every change.
pub const CHANGES: [Change; 8] = [
    Change::Reparent,
    Change::ParentAgain,
    Change::EndUnit,
    Change::RetireCode,
    Change::AddCode,
    Change::AddField,
    Change::Redefine,
    Change::AddIndicator,
];

/// One thing that someone does.
#[derive(Debug, Clone)]
pub enum Step {
    /// A record is submitted; one with a known key and another content is refused.
    Submit(Sample),
    /// A record is revised, or is new.
    Revise(Sample),
    /// One of the records that were ever made is withdrawn.
    Withdraw(u8),
    /// A visit, which has no key.
    Visit { day: u16, place: u8, topic: u8 },
    /// A table is imported; with a faulty row in it, it is refused as a whole.
    Import {
        samples: Vec<Sample>,
        revise: bool,
        is_faulty: bool,
    },
    /// A new version of the programme takes force.
    Programme(Change),
    /// The cases of the assessment are opened.
    OpenCases,
    /// A step of one of the cases, as far as its state allows.
    Act(u8, u8),
    /// What is personal about one of the records that were ever made is erased, with its evidence.
    EraseRecord(u8),
    /// A scan is erased, whoever cites it.
    EraseScan(u8),
    /// The file name of one of the imports is erased.
    EraseImport(u8),
    /// The folder is backed up.
    Backup,
    /// What is in memory is written down, so that the next opening starts from there.
    Snapshot,
    /// The folder is closed and opened again.
    Reopen,
}

fn sample() -> impl Strategy<Value = Sample> {
    let cost = prop::option::of(0_u16..2_000);
    (0_u8..6, 0_u16..365, 0_u8..2, 0_u8..4, 0_u8..4, cost).prop_map(
        |(number, day, place, firm, result, cost)| Sample {
            number,
            day,
            place,
            firm,
            result,
            cost,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => sample().prop_map(Step::Submit),
        3 => sample().prop_map(Step::Revise),
        3 => any::<u8>().prop_map(Step::Withdraw),
        2 => (0_u16..365, 0_u8..2, 0_u8..2)
            .prop_map(|(day, place, topic)| Step::Visit { day, place, topic }),
        3 => (prop::collection::vec(sample(), 1..6), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(samples, revise, is_faulty)| Step::Import { samples, revise, is_faulty }),
        3 => prop::sample::select(CHANGES.to_vec()).prop_map(Step::Programme),
        1 => Just(Step::OpenCases),
        3 => (any::<u8>(), 0_u8..6).prop_map(|(case, action)| Step::Act(case, action)),
        2 => any::<u8>().prop_map(Step::EraseRecord),
        1 => (0_u8..6).prop_map(Step::EraseScan),
        1 => any::<u8>().prop_map(Step::EraseImport),
        1 => Just(Step::Backup),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Reopen),
    ]
}

/// A sequence.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..20)
}

impl Step {
    /// A sequence in which each step is taken.
    pub fn one_of_each() -> Vec<Step> {
        let sample = |number, place, result| Sample {
            number,
            day: 100 + u16::from(number),
            place,
            firm: number % 3,
            result,
            cost: Some(1_050),
        };
        let mut steps = vec![
            Step::Submit(sample(0, 0, 0)),
            Step::Submit(sample(1, 1, 1)),
            Step::Revise(sample(0, 1, 1)),
            Step::Visit {
                day: 3,
                place: 0,
                topic: 0,
            },
            Step::Import {
                samples: vec![sample(2, 0, 0), sample(1, 0, 0)],
                revise: true,
                is_faulty: false,
            },
            Step::OpenCases,
            Step::Act(0, 0),
            Step::Act(0, 1),
            Step::Withdraw(0),
            Step::Backup,
            Step::EraseRecord(1),
            Step::EraseImport(0),
        ];
        steps.extend(CHANGES.map(Step::Programme));
        steps.extend([
            Step::Snapshot,
            Step::Reopen,
            Step::Submit(sample(0, 0, 1)),
            Step::Revise(sample(3, 0, 3)),
            Step::EraseScan(0),
            Step::Backup,
        ]);
        steps
    }
}
