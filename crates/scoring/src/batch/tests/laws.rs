//! What must hold of any scheme, by the card and by the kernel: points never leave their bounds, and a rule that
//! says which way is better never gives fewer points for more of it.

use super::*;

/// What a rule says of more of its value: `Some(true)` never fewer points, `Some(false)` never more. Read off the
/// definition of each rule, for an item that is not a deduction where the role matters.
fn is_rising(rule: &Rule, role: Role, target: Option<&Ratio>) -> Option<bool> {
    let sorted = |points: &[&Ratio]| points.windows(2).all(|two| two[0] <= two[1]);
    let falling = |points: &[&Ratio]| points.windows(2).all(|two| two[0] >= two[1]);
    let has_good_target = target.is_some_and(|target| *target > Ratio::ZERO);
    match (rule, role) {
        (Rule::PerEvent { .. }, Role::Bonus) => Some(true),
        (Rule::PerEvent { .. } | Rule::PerMissing { .. }, Role::Normal | Role::Deduction) => {
            Some(false)
        }
        (_, Role::Bonus | Role::Deduction) => None,
        (Rule::Binary { comparison }, _) => match comparison.as_ref()? {
            Comparison::AtLeast | Comparison::MoreThan => Some(true),
            Comparison::AtMost | Comparison::LessThan => Some(false),
            Comparison::Equals => None,
        },
        (Rule::Proportional { better } | Rule::PerPointShort { better, .. }, _) => {
            has_good_target.then_some(*better == Direction::HigherBetter)
        }
        (Rule::Linear { zero_at, full_at }, _) => (zero_at != full_at).then_some(zero_at < full_at),
        (Rule::Steps { steps }, _) => {
            // A value below the first step gives no points.
            let points: Vec<&Ratio> = steps.iter().map(|step| &step.points).collect();
            sorted(&points).then_some(true)
        }
        (Rule::Piecewise { knots }, _) => {
            let points: Vec<&Ratio> = knots.iter().map(|knot| &knot.points).collect();
            if sorted(&points) {
                Some(true)
            } else {
                falling(&points).then_some(false)
            }
        }
        (Rule::RateTimesPoints | Rule::AsGiven, _) => Some(true),
        _ => None,
    }
}

/// The bounds of an item's points, worked out here: what is declared, else nothing and the item's points (of a
/// deduction: its points taken away, and nothing). Points of 0 limit no bonus and no deduction.
fn bounds(item: &Item) -> (Option<Ratio>, Option<Ratio>) {
    let (zero, points) = (Ratio::ZERO, item.points.clone());
    let is_open = item.points == Ratio::ZERO;
    let (low, high) = match item.role {
        Role::Normal => (Some(zero), Some(points)),
        Role::Bonus => (Some(zero), (!is_open).then_some(points)),
        Role::Deduction => ((!is_open).then(|| &Ratio::ZERO - &points), Some(zero)),
    };
    (item.floor.clone().or(low), item.cap.clone().or(high))
}

fn within(value: &Ratio, (low, high): (Option<&Ratio>, Option<&Ratio>)) -> bool {
    low.is_none_or(|low| low <= value) && high.is_none_or(|high| value <= high)
}

/// Points of one item over all rows, by the card and by the kernel.
type Both = (Vec<Option<Ratio>>, Vec<Option<Ratio>>);

fn points_of(item: &Item, column: &Column) -> Result<Option<Both>, TestCaseError> {
    let mut alone = item.clone();
    alone.group = GroupId::new("g");
    let card = card_of(vec![alone]);
    let reads = Reads {
        items: vec![vec![0]],
        ..Reads::default()
    };
    let columns = std::slice::from_ref(column);
    let rows = column.numerators.len();
    let cards: Result<Vec<Card>, Problem> = (0..rows)
        .map(|row| score_card(&card, &participant_of(&card, &reads, columns, row)))
        .collect();
    // A scheme that cannot be is refused by both; that is held elsewhere.
    let (Ok(cards), Ok(kernel)) = (cards, Kernel::new(&card, &reads)) else {
        return Ok(None);
    };
    let scores = match kernel.score(&[column.view()], rows, 1) {
        Ok(scores) => scores,
        Err(problem) => return Err(TestCaseError::fail(problem.to_string())),
    };
    Ok(Some((
        cards
            .iter()
            .map(|card| card.items[0].points.clone())
            .collect(),
        (0..rows).map(|row| scores.points(row, 0)).collect(),
    )))
}

fn rising_values() -> impl Strategy<Value = Column> {
    (
        prop::collection::vec(-60_i64..600, 2..30),
        select(vec![1_i64, 2, 3, 10, 100]),
    )
        .prop_map(|(mut numerators, below)| {
            numerators.sort_unstable();
            Column {
                numerators,
                denominators: vec![below],
                states: vec![FigureState::Value],
            }
        })
}

/// Counts, as rules over events want them.
fn rising_counts() -> impl Strategy<Value = Column> {
    prop::collection::vec(0_i64..40, 2..30).prop_map(|mut numerators| {
        numerators.sort_unstable();
        Column {
            numerators,
            denominators: vec![1],
            states: vec![FigureState::Value],
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn more_of_what_is_better_never_gives_fewer_points(
        item in any_item(0),
        values in rising_values(),
        counts in rising_counts(),
    ) {
        let Some(rising) = is_rising(&item.rule, item.role, item.target.as_ref()) else {
            return Ok(());
        };
        let of_counts = matches!(item.rule, Rule::PerEvent { .. } | Rule::PerMissing { .. });
        let column = if of_counts { counts } else { values };
        let Some((cards, kernel)) = points_of(&item, &column)? else {
            return Ok(());
        };
        for points in [cards, kernel] {
            for two in points.windows(2) {
                let [Some(less), Some(more)] = two else { continue };
                let holds = if rising { less <= more } else { less >= more };
                prop_assert!(holds, "{:?}: {} then {}", item.rule, less, more);
            }
        }
    }

    #[test]
    fn points_and_totals_stay_within_their_bounds((scheme, columns) in any_case(false)) {
        let (card, reads) = (&scheme.card, &scheme.reads);
        let rows = columns[0].numerators.len();
        let Ok(kernel) = Kernel::new(card, reads) else {
            return Err(TestCaseError::reject("no kernel"));
        };
        let views: Vec<FigureColumn<'_>> = columns.iter().map(Column::view).collect();
        let scores = kernel.score(&views, rows, 1);
        for row in 0..rows {
            let Ok(one) = score_card(card, &participant_of(card, reads, &columns, row)) else {
                return Err(TestCaseError::reject("no card"));
            };
            let limits = (card.total_floor.as_ref(), card.total_cap.as_ref());
            if let Some(total) = &one.total_exact {
                prop_assert!(within(total, limits), "total {} of row {}", total, row);
            }
            for (number, (item, result)) in card.items.iter().zip(&one.items).enumerate() {
                let (low, high) = bounds(item);
                let by_kernel = scores.as_ref().ok().and_then(|scores| scores.points(row, number));
                for points in [&result.points, &by_kernel].into_iter().flatten() {
                    prop_assert!(
                        within(points, (low.as_ref(), high.as_ref())),
                        "{} of {:?} with {:?}", points, item, result.state
                    );
                }
            }
            // Shares of what was carried are shares, where nothing is given on top.
            let is_plain = card.items.iter().all(|item| {
                item.role == Role::Normal && item.cap.is_none() && item.floor.is_none()
            });
            let is_share = card.total == TotalRule::PercentOfCarried && card.parts.is_empty();
            if is_plain && is_share && card.start.is_none() && card.total_floor.is_none()
                && let Some(total) = &one.total_exact
            {
                let whole = ratio("100");
                prop_assert!(within(total, (Some(&Ratio::ZERO), Some(&whole))), "{}", total);
            }
        }
    }
}

/// The directions are not all left open: each kind of rule that has one is among those that are tried.
#[test]
fn the_way_of_each_rule_is_known() {
    let none: Option<&Ratio> = None;
    assert_eq!(
        is_rising(&Rule::RateTimesPoints, Role::Normal, none),
        Some(true)
    );
    let each = Rule::PerEvent {
        each: ratio("2"),
        escalation: None,
    };
    assert_eq!(is_rising(&each, Role::Normal, none), Some(false));
    assert_eq!(is_rising(&each, Role::Bonus, none), Some(true));
    // By hand: 0, 1, 2, 3 events at 2 points each leave 5, 3, 1, 0 of 5.
    let events = Column {
        numerators: vec![0, 1, 2, 3],
        denominators: vec![1],
        states: vec![FigureState::Value],
    };
    let (cards, kernel) = points_of(&item("x", "5", each), &events).unwrap().unwrap();
    let wanted: Vec<Option<Ratio>> = ["5", "3", "1", "0"].map(|n| Some(ratio(n))).to_vec();
    assert_eq!((cards, kernel), (wanted.clone(), wanted));
}
