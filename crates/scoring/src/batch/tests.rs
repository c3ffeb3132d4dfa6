//! The kernel against the one card: random scorecards, figures and states, and numbers at the edge.

use base::{Figure, FigureState, GroupId, ItemId, Ratio, Rounding};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

mod laws;

use crate::fixture::{band, card_of, group, item, ratio, same};
use crate::*;

/// A column that owns its rows.
#[derive(Debug, Clone)]
struct Column {
    numerators: Vec<i64>,
    /// One for all, or each row's own.
    denominators: Vec<i64>,
    states: Vec<FigureState>,
}

impl Column {
    fn view(&self) -> FigureColumn<'_> {
        FigureColumn {
            numerators: &self.numerators,
            denominators: match self.denominators.as_slice() {
                [same] if self.numerators.len() != 1 => Denominators::Same(*same),
                each => Denominators::Each(each),
            },
            states: match self.states.as_slice() {
                [same] if self.numerators.len() != 1 => States::Same(*same),
                each => States::Each(each),
            },
        }
    }

    /// The figure as `measure` would give it, made here without the code under test.
    fn figure(&self, row: usize) -> Figure {
        let of = |column: &[i64]| *column.get(row).or(column.first()).unwrap();
        let (above, below) = (
            Ratio::from_int(self.numerators[row]),
            Ratio::from_int(of(&self.denominators)),
        );
        match *self.states.get(row).or(self.states.first()).unwrap() {
            FigureState::Value => Figure::value_of(above, below),
            FigureState::Preliminary => Figure::preliminary(above, below),
            FigureState::NotApplicable => Figure::not_applicable(),
            FigureState::NotReported => Figure::not_reported(),
            FigureState::NotCarried => Figure::not_carried(),
        }
    }
}

/// What a participant brings, as `score_card` wants it.
fn participant_of(card: &Scorecard, reads: &Reads, columns: &[Column], row: usize) -> Participant {
    let figure = |number: &usize| columns[*number].figure(row);
    let items = card.items.iter().zip(&reads.items).map(|(item, figures)| {
        let input = Input {
            figures: figures.iter().map(figure).collect(),
            ..Input::default()
        };
        (item.id.clone(), input)
    });
    let hit = || VetoHit {
        count: 1,
        reason: same("hit"),
    };
    let value = |number: &usize| figure(number).value();
    let holds = |number: &usize, test: &Test| match (value(number), test) {
        (None, _) => false,
        (Some(value), Test::Above(limit)) => value > *limit,
        (Some(value), Test::Within(least, most)) => {
            least.as_ref().is_none_or(|least| *least <= value)
                && most.as_ref().is_none_or(|most| value <= *most)
        }
    };
    Participant {
        items: items.collect(),
        vetoes: reads
            .vetoes
            .iter()
            .map(|(id, (number, test))| (id.clone(), holds(number, test).then(hit)))
            .collect(),
        gates: reads
            .gates
            .iter()
            .map(|(id, (number, test))| (id.clone(), holds(number, test)))
            .collect(),
        ..Participant::default()
    }
}

/// Every row of the batch is what the one card says; how many rows were scored singly.
fn agrees(
    card: &Scorecard,
    reads: &Reads,
    columns: &[Column],
    threads: usize,
) -> Result<usize, TestCaseError> {
    let kernel = match Kernel::new(card, reads) {
        Ok(kernel) => kernel,
        Err(why) => return Err(TestCaseError::reject(why.to_string())),
    };
    let rows = columns[0].numerators.len();
    let views: Vec<FigureColumn<'_>> = columns.iter().map(Column::view).collect();
    let cards: Result<Vec<Card>, Problem> = (0..rows)
        .map(|row| score_card(card, &participant_of(card, reads, columns, row)))
        .collect();
    let scores = kernel.score(&views, rows, threads);
    let (cards, scores) = match (cards, scores) {
        (Ok(cards), Ok(scores)) => (cards, scores),
        (Err(card), Err(batch)) => {
            prop_assert_eq!(card.code, batch.code);
            return Ok(0);
        }
        (cards, scores) => {
            return Err(TestCaseError::fail(format!(
                "{:?} {:?}",
                cards.err(),
                scores.err()
            )));
        }
    };
    prop_assert_eq!(scores.rows(), rows);
    for (row, card) in cards.iter().enumerate() {
        prop_assert_eq!(
            scores.total(row),
            card.total.clone(),
            "total of row {}",
            row
        );
        prop_assert_eq!(
            scores.grade(row),
            card.grade.as_deref(),
            "grade of row {}",
            row
        );
        for (number, item) in card.items.iter().enumerate() {
            prop_assert_eq!(
                scores.points(row, number),
                item.points.clone(),
                "item {} of row {}",
                number,
                row
            );
        }
        let hits: Vec<&str> = card.vetoes.iter().map(|veto| veto.veto.as_str()).collect();
        prop_assert_eq!(scores.vetoes(row).collect::<Vec<_>>(), hits);
    }
    Ok(scores.scored_singly())
}

fn small() -> impl Strategy<Value = Ratio> {
    (-12_i128..=60, select(vec![1_i128, 1, 1, 2, 3, 4, 10, 100]))
        .prop_map(|(n, d)| Ratio::new(n, d).unwrap())
}

fn positive() -> impl Strategy<Value = Ratio> {
    (1_i128..=60, select(vec![1_i128, 1, 2, 3, 10])).prop_map(|(n, d)| Ratio::new(n, d).unwrap())
}

fn better() -> impl Strategy<Value = Direction> {
    select(vec![Direction::HigherBetter, Direction::LowerBetter])
}

/// Ascending, without repetition.
fn ascending(values: Vec<Ratio>) -> Vec<Ratio> {
    let mut values = values;
    values.sort();
    values.dedup();
    values
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let comparisons = vec![
        Comparison::AtLeast,
        Comparison::AtMost,
        Comparison::MoreThan,
        Comparison::LessThan,
        Comparison::Equals,
    ];
    let values = || prop::collection::vec(small(), 2..6);
    let points = || prop::collection::vec(positive(), 6);
    prop_oneof![
        select(comparisons).prop_map(|comparison| Rule::Binary {
            comparison: Some(comparison)
        }),
        Just(Rule::Binary { comparison: None }),
        better().prop_map(|better| Rule::Proportional { better }),
        (small(), small()).prop_map(|(zero_at, full_at)| Rule::Linear { zero_at, full_at }),
        (values(), points()).prop_map(|(values, points)| Rule::Steps {
            steps: ascending(values)
                .into_iter()
                .zip(points)
                .map(|(from, points)| Step { from, points })
                .collect(),
        }),
        (values(), points()).prop_map(|(values, points)| Rule::Piecewise {
            knots: ascending(values)
                .into_iter()
                .zip(points)
                .map(|(value, points)| Knot { value, points })
                .collect(),
        }),
        (values(), points(), any::<bool>()).prop_map(|(values, points, open)| Rule::Tiered {
            levels: ascending(values)
                .into_iter()
                .zip(points)
                .enumerate()
                .map(|(i, (from, points))| Level {
                    id: format!("l{i}"),
                    points,
                    describes: same("l"),
                    from: (!open || i > 0).then_some(from),
                })
                .collect(),
        }),
        (positive(), positive(), any::<bool>(), better()).prop_map(
            |(deduct, unit, whole, better)| {
                let counting = if whole {
                    Counting::WholeSteps
                } else {
                    Counting::ProRata
                };
                Rule::PerPointShort {
                    deduct,
                    unit,
                    counting,
                    better,
                }
            }
        ),
        positive().prop_map(|deduct| Rule::PerMissing { deduct }),
        (positive(), prop::option::of((1_u32..4, positive()))).prop_map(|(each, escalation)| {
            Rule::PerEvent {
                each,
                escalation: escalation.map(|(from_nth, then_each)| Escalation {
                    from_nth,
                    then_each,
                }),
            }
        }),
        (points(), positive(), prop::option::of(positive())).prop_map(|(by_rank, others, none)| {
            Rule::RankBased {
                by_rank,
                others,
                none,
            }
        }),
        Just(Rule::RateTimesPoints),
        Just(Rule::AsGiven),
        Just(Rule::Judged),
    ]
}

fn missing(with_use: bool) -> impl Strategy<Value = Missing> {
    let mut all = vec![
        Missing::Zero,
        Missing::Base,
        Missing::Full,
        Missing::Exclude,
        Missing::Pending,
    ];
    if with_use {
        all.extend([Missing::Use, Missing::Use, Missing::Use]);
    }
    select(all)
}

fn any_item(number: usize) -> impl Strategy<Value = Item> {
    let roles = vec![
        Role::Normal,
        Role::Normal,
        Role::Normal,
        Role::Bonus,
        Role::Deduction,
    ];
    (
        any_rule(),
        select(roles),
        prop_oneof![4 => positive().boxed(), 1 => Just(Ratio::ZERO).boxed()],
        prop::option::of(small()),
        prop::option::weighted(0.2, (small(), positive())),
        (
            missing(false),
            missing(false),
            missing(true),
            missing(false),
        ),
        any::<Index>(),
        prop::option::of(positive()),
    )
        .prop_map(
            move |(rule, role, points, target, limits, when, into, weight)| {
                let mut made = item(&format!("i{number}"), "1", rule);
                (made.role, made.points, made.target, made.weight) = (role, points, target, weight);
                if let Some((floor, height)) = limits {
                    made.cap = Some(&floor + &height);
                    made.floor = Some(floor);
                }
                made.when_missing = WhenMissing {
                    not_applicable: when.0,
                    not_reported: when.1,
                    preliminary: when.2,
                    not_judged: when.3,
                };
                made.base_points = Some(ratio("2.5"));
                // Which of up to four groups; those that are not there are mapped below.
                made.group = GroupId::new(format!("g{}", into.index(4)));
                made
            },
        )
}

fn any_group() -> impl Strategy<Value = Group> {
    (
        select(vec![
            Combine::Sum,
            Combine::Sum,
            Combine::Rescaled,
            Combine::WeightedMean,
        ]),
        prop::option::of(positive()),
        prop::option::of(positive()),
    )
        .prop_map(|(combine, points, weight)| Group {
            combine,
            points,
            weight,
            ..group("g")
        })
}

#[derive(Debug, Clone)]
struct Scheme {
    card: Scorecard,
    reads: Reads,
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    let items = prop::collection::vec(Just(()), 1..6)
        .prop_flat_map(|places| (0..places.len()).map(any_item).collect::<Vec<_>>());
    let totals = prop_oneof![
        Just(TotalRule::Points),
        Just(TotalRule::PercentOfCarried),
        positive().prop_map(TotalRule::RescaledTo),
        Just(TotalRule::WeightedMean),
    ];
    let limits = prop::collection::vec(prop::option::weighted(0.3, positive()), 5);
    let bands = prop::collection::vec(small(), 0..5);
    let grading = (
        bands,
        better(),
        prop::collection::vec((any::<Index>(), any::<bool>(), small()), 0..3), // vetoes
        prop::collection::vec(
            (
                any::<Index>(),
                prop::option::of(small()),
                prop::option::of(small()),
            ),
            0..3,
        ), // gates
        prop::option::weighted(
            0.3,
            (0_i128..=100).prop_map(|n| Ratio::new(n, 100).unwrap()),
        ), // worst group
    );
    let rounding = (0_u8..=4, select(Rounding::ALL.to_vec()));
    let parts = prop::option::weighted(
        0.25,
        (
            positive(),
            positive(),
            select(vec![Missing::Zero, Missing::Exclude, Missing::Pending]),
        ),
    );
    (
        prop::collection::vec(any_group(), 4),
        items,
        totals,
        limits,
        grading,
        rounding,
        parts,
        0_usize..4,
    )
        .prop_map(
            |(groups, items, total, limits, grading, rounding, parts, shape)| {
                let mut card = card_of(items);
                card.groups = groups;
                // Four tops; two levels; three levels; two tops with one below each.
                let parents = [
                    [None; 4],
                    [None, Some(0), Some(0), Some(0)],
                    [None, Some(0), Some(1), Some(0)],
                    [None, None, Some(0), Some(1)],
                ][shape];
                for (i, (group, parent)) in card.groups.iter_mut().zip(parents).enumerate() {
                    group.id = GroupId::new(format!("g{i}"));
                    group.parent = parent.map(|above| GroupId::new(format!("g{above}")));
                }
                card.total = total;
                let mut limits = limits.into_iter();
                let mut limit = || limits.next().flatten();
                (card.start, card.bonus_cap, card.deduction_cap) = (limit(), limit(), limit());
                card.total_floor = limit();
                card.total_cap =
                    limit().map(|cap| &cap + card.total_floor.as_ref().unwrap_or(&Ratio::ZERO));
                card.rounding = TotalRounding {
                    places: rounding.0,
                    mode: rounding.1,
                };
                let (bounds, direction, vetoes, gates, worst) = grading;
                card.direction = direction;
                let bounds = ascending(bounds);
                card.bands = bounds
                    .iter()
                    .rev()
                    .enumerate()
                    .map(|(i, from)| Band {
                        from: Some(from.clone()),
                        ..band(&format!("B{i}"), None)
                    })
                    .collect();
                if !card.bands.is_empty() {
                    card.bands.push(band("last", None));
                }
                let mut reads = Reads {
                    // Two items may read the same figure; a judged one reads none.
                    items: card
                        .items
                        .iter()
                        .enumerate()
                        .map(|(i, item)| match item.rule.need() {
                            Need::Figures(_) => vec![i],
                            _ => Vec::new(),
                        })
                        .collect(),
                    ..Reads::default()
                };
                let figures = card.items.len();
                for (i, (figure, direct, above)) in vetoes.into_iter().enumerate() {
                    let forces = card
                        .bands
                        .get(i % card.bands.len().max(1))
                        .map_or("failed".into(), |band| band.grade.clone());
                    card.vetoes.push(Veto {
                        id: format!("v{i}"),
                        name: same("v"),
                        basis: same("v"),
                        forces,
                        effect: if direct {
                            VetoEffect::Direct
                        } else {
                            VetoEffect::NoBetterThan
                        },
                        kind: String::new(),
                    });
                    reads
                        .vetoes
                        .insert(format!("v{i}"), (figure.index(figures), Test::Above(above)));
                }
                for (i, (figure, least, most)) in gates.into_iter().enumerate() {
                    if let Some(band) = card.bands.get_mut(i) {
                        let id = format!("gate{}", i % 2);
                        band.gates.push(Gate {
                            id: id.clone(),
                            name: same("g"),
                            kind: GateKind::Declared,
                        });
                        reads
                            .gates
                            .insert(id, (figure.index(figures), Test::Within(least, most)));
                    }
                }
                if let (Some(limit), Some(band)) = (worst, card.bands.first_mut()) {
                    band.gates.push(Gate {
                        id: "worst".into(),
                        name: same("w"),
                        kind: GateKind::WorstGroup { limit },
                    });
                }
                if let Some((of_items, of_given, when_missing)) = parts {
                    let part = |id: &str, weight, source| Part {
                        id: id.into(),
                        name: same(id),
                        weight,
                        source,
                        when_missing,
                    };
                    card.parts = vec![
                        part("items", of_items.clone(), PartSource::Items),
                        part("group", of_items, PartSource::Group(GroupId::new("g0"))),
                        part("given", of_given, PartSource::Given),
                    ];
                }
                Scheme { card, reads }
            },
        )
}

fn states() -> impl Strategy<Value = FigureState> {
    let mut all = vec![FigureState::Value; 8];
    all.extend(FigureState::ALL);
    select(all)
}

fn columns(figures: usize, rows: usize, extreme: bool) -> impl Strategy<Value = Vec<Column>> {
    let edge = vec![
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
        1 << 61,
        -(1 << 61),
        (1 << 61) + 1,
        1 << 40,
        -(1 << 33),
        0,
    ];
    let numerator = move || match extreme {
        false => prop_oneof![3 => 0_i64..12, 1 => -20_i64..400].boxed(),
        true => prop_oneof![2 => 0_i64..12, 1 => select(edge.clone())].boxed(),
    };
    let denominator = move || match extreme {
        false => (0_i64..9).boxed(),
        true => prop_oneof![3 => 0_i64..9, 1 => select(vec![-1, -7, i64::MAX, i64::MIN, 1 << 40])]
            .boxed(),
    };
    let below = move || {
        prop_oneof![
            select(vec![1_i64, 1, 10, 100]).prop_map(|same| vec![same]),
            prop::collection::vec(denominator(), rows),
        ]
    };
    let column = (
        prop::collection::vec(numerator(), rows),
        below(),
        prop_oneof![
            Just(vec![FigureState::Value]),
            prop::collection::vec(states(), rows)
        ],
    )
        .prop_map(|(numerators, denominators, states)| Column {
            numerators,
            denominators,
            states,
        });
    prop::collection::vec(column, figures)
}

fn any_case(extreme: bool) -> impl Strategy<Value = (Scheme, Vec<Column>)> {
    (any_scheme(), 2_usize..24).prop_flat_map(move |(scheme, rows)| {
        let figures = scheme.card.items.len();
        (Just(scheme), columns(figures, rows, extreme))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_what_the_cards_say((scheme, columns) in any_case(false)) {
        agrees(&scheme.card, &scheme.reads, &columns, 1)?;
    }

    #[test]
    fn numbers_at_the_edge_of_64_bits_stay_exact((scheme, columns) in any_case(true)) {
        agrees(&scheme.card, &scheme.reads, &columns, 1)?;
    }
}

/// Rates of several figures with denominators of their own, added up.
fn rates(items: usize) -> (Scorecard, Reads) {
    let rated = |i: usize| item(&format!("i{i}"), "10", Rule::RateTimesPoints);
    let mut card = card_of((0..items).map(rated).collect());
    card.bands = vec![band("A", Some("20")), band("B", None)];
    let reads = Reads {
        items: (0..items).map(|i| vec![i]).collect(),
        ..Reads::default()
    };
    (card, reads)
}

fn of_rows(rows: usize, of: impl Fn(usize) -> (i64, i64)) -> Column {
    let (numerators, denominators) = (0..rows).map(of).unzip();
    Column {
        numerators,
        denominators,
        states: vec![FigureState::Value],
    }
}

#[test]
fn ordinary_numbers_never_leave_the_columns() {
    // Three thousand rows are more than one block, and with two threads more than one part.
    let (card, reads) = rates(3);
    let columns: Vec<Column> = (1..=3)
        .map(|i| {
            of_rows(3_000, move |row| {
                ((row * i) as i64 % 90, 90 + (row % 7) as i64)
            })
        })
        .collect();
    assert_eq!(agrees(&card, &reads, &columns, 2).unwrap(), 0);
    // Denominators whose product needs more than 64 bits are added up in 128.
    let (card, reads) = rates(5);
    let columns: Vec<Column> = (1..=5)
        .map(|i| {
            of_rows(100, move |row| {
                ((row * i) as i64, 1_000_003 + (row % 7) as i64)
            })
        })
        .collect();
    assert_eq!(agrees(&card, &reads, &columns, 1).unwrap(), 0);
    // Beyond that each row is a card; the answer stays the same.
    let (card, reads) = rates(9);
    let columns: Vec<Column> = (1..=9)
        .map(|i| {
            of_rows(5, move |row| {
                ((row * i) as i64, 1_000_000_007 + (row % 7) as i64)
            })
        })
        .collect();
    assert_eq!(agrees(&card, &reads, &columns, 1).unwrap(), 5);
}

#[test]
fn threads_give_the_same_as_one() {
    let (card, reads) = rates(2);
    let columns: Vec<Column> = (1..=2)
        .map(|i| {
            of_rows(40_000, move |row| {
                ((row * i) as i64 % 50, (row % 60) as i64)
            })
        })
        .collect();
    let kernel = Kernel::new(&card, &reads).unwrap();
    let views: Vec<FigureColumn<'_>> = columns.iter().map(Column::view).collect();
    let one = kernel.score(&views, 40_000, 1).unwrap();
    for threads in [2, 3, 64] {
        assert_eq!(
            kernel.score(&views, 40_000, threads).unwrap(),
            one,
            "{threads} threads"
        );
    }
    assert_eq!(kernel.score(&views, 0, 2).unwrap().rows(), 0);
}

#[test]
fn the_first_row_that_cannot_be_scored_is_told() {
    // A rank of one and a half is none.
    let rule = Rule::RankBased {
        by_rank: vec![ratio("6")],
        others: ratio("3"),
        none: None,
    };
    let card = card_of(vec![item("rank", "6", rule)]);
    let reads = Reads {
        items: vec![vec![0]],
        ..Reads::default()
    };
    let kernel = Kernel::new(&card, &reads).unwrap();
    let columns = of_rows(3, |row| ([2, 3, 4][row], 2));
    assert_eq!(
        kernel.score(&[columns.view()], 1, 1).unwrap().points(0, 0),
        Some(ratio("6"))
    );
    let refused = kernel.score(&[columns.view()], 3, 1).unwrap_err();
    let one = participant_of(&card, &reads, &[columns], 1);
    assert_eq!(refused.code, score_card(&card, &one).unwrap_err().code);
}

#[test]
fn what_cannot_be_compiled_says_why() {
    let of = |rule, figures: usize| {
        let card = card_of(vec![item("x", "10", rule)]);
        let reads = Reads {
            items: vec![(0..figures).collect()],
            ..Reads::default()
        };
        Kernel::new(&card, &reads).map(|_| ()).unwrap_err()
    };
    let id = ItemId::new("x");
    assert_eq!(
        of(Rule::Judged, 1),
        NotBatchable::Judged { item: id.clone() }
    );
    let several = NotBatchable::SeveralFigures {
        item: id,
        rule: "product_of_rates",
    };
    assert_eq!(of(Rule::ProductOfRates { rates: 2 }, 2), several);
    let (mut card, reads) = rates(1);
    card.vetoes = vec![Veto {
        id: "v".into(),
        name: same("v"),
        basis: same("v"),
        forces: "B".into(),
        effect: VetoEffect::Direct,
        kind: String::new(),
    }];
    let not_tested = NotBatchable::NotTested { id: "v".into() };
    assert_eq!(
        Kernel::new(&card, &reads).map(|_| ()).unwrap_err(),
        not_tested
    );
}
