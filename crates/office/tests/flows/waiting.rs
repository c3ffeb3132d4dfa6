//! What is kept of what waits for whom is what is found anew, whatever happened between.

use office::Office;
use office::work::Worklist;

use crate::city::City;

/// For whom something may wait.
const WHO: &[(&str, Option<&str>)] = &[
    ("clerk", Some("amr")),
    ("clerk", Some("housing")),
    ("chief", Some("amr")),
    ("window", Some("amr")),
    ("group", None),
];

/// A task as it is told: case, actions, its last day, working days left, locked.
type Told = (u64, Vec<String>, Option<String>, Option<i64>, bool);

fn told(list: &Worklist, office: &Office) -> Vec<Vec<Told>> {
    let (programme, today) = (office.programme().unwrap(), office.today().unwrap());
    let all = WHO.iter().map(|(role, unit)| {
        let tasks = list.tasks_for(&programme, role, *unit, today);
        assert_eq!(
            list.count_for(&programme, role, *unit, today),
            tasks.len(),
            "{role}"
        );
        let one = |task: &office::work::Task<'_>| {
            (
                task.case.number,
                task.actions.iter().map(ToString::to_string).collect(),
                task.due.as_ref().map(|due| due.due_on.to_string()),
                task.working_days_left,
                task.is_locked,
            )
        };
        tasks.iter().map(one).collect()
    });
    all.collect()
}

/// Brings the kept list up, and gives what it tells, which a new one tells too.
fn kept_and_anew(kept: &mut Worklist, city: &City) -> Vec<Vec<Told>> {
    kept.bring_up(&city.office).unwrap();
    let mut anew = Worklist::default();
    anew.bring_up(&city.office).unwrap();
    let found = told(kept, &city.office);
    assert_eq!(found, told(&anew, &city.office));
    found
}

#[test]
fn what_is_kept_of_what_waits_is_what_is_found_anew() {
    let mut city = City::new();
    let mut kept = Worklist::default();
    let numbers = |found: &[Told]| -> Vec<u64> { found.iter().map(|told| told.0).collect() };
    let clerk = city.becomes("clerk", "amr");
    let first = city.files("过期食品");
    let second = city.files("电梯困人");
    let found = kept_and_anew(&mut kept, &city);
    assert_eq!(numbers(&found[0]), [first, second]);
    assert_eq!(numbers(&found[1]), [0_u64; 0]);

    // A step: the same case waits for something else; the chief is asked for time.
    city.acts(first, "accept").unwrap();
    let found = kept_and_anew(&mut kept, &city);
    let own = found[0].iter().find(|told| told.0 == first).unwrap();
    assert!(own.1.contains(&"pass_on".to_owned()), "{found:?}");
    city.acts_with(first, "ask_time", &[], |_| ()).unwrap();
    let found = kept_and_anew(&mut kept, &city);
    assert_eq!(numbers(&found[2]), [first]);

    // Passed on, it waits for the other bureau and no longer for this one.
    let third = city.files("又一件");
    city.acts(third, "accept").unwrap();
    kept_and_anew(&mut kept, &city);
    let to = |request: &mut office::case::ActRequest| request.unit_to = Some("housing".to_owned());
    city.acts_with(third, "pass_on", &[], to).unwrap();
    let found = kept_and_anew(&mut kept, &city);
    assert_eq!(numbers(&found[1]), [third]);
    assert!(!numbers(&found[0]).contains(&third));

    // A case below: the one above waits for it, and goes on when it is closed.
    let fourth = city.files("要检验的");
    city.acts(fourth, "accept").unwrap();
    kept_and_anew(&mut kept, &city);
    city.acts(fourth, "test").unwrap();
    let below = city.case(fourth).below[0];
    let can_show = |found: &[Vec<Told>]| {
        let own = found[0].iter().find(|told| told.0 == fourth);
        own.is_some_and(|told| told.1.contains(&"show".to_owned()))
    };
    assert!(!can_show(&kept_and_anew(&mut kept, &city)));
    city.acts(below, "report").unwrap();
    let found = kept_and_anew(&mut kept, &city);
    assert!(can_show(&found));
    assert!(!numbers(&found[0]).contains(&below));

    // Another day, and what was due is late.
    city.it_is("2018-07-16");
    city.office.act_as(clerk).unwrap();
    let found = kept_and_anew(&mut kept, &city);
    assert!(
        found[0]
            .iter()
            .any(|told| told.3.is_some_and(|left| left < 0))
    );
    // Closed, nobody is waited for.
    city.acts(second, "withdraw").unwrap();
    let found = kept_and_anew(&mut kept, &city);
    assert!(found.iter().all(|found| !numbers(found).contains(&second)));
}
