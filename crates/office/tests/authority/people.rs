//! People come, go, change, stand in and hand over.

use base::Day;
use office::people::Days;
use office::record::OnOther;
use office::{Access, Office, verify};

use crate::{Chibi, person, quiet};

/// Chibi with its security administrator, who acts; and a liaison and a leader of Puqi.
fn staffed() -> (Chibi, u64, u64, u64) {
    let mut chibi = Chibi::begin();
    // The founder runs the system and may register the first who manages people.
    let security = chibi
        .office
        .engage(&person("林静", "security_administrator", None))
        .unwrap();
    chibi.office.act_as(security).unwrap();
    let liaison = chibi
        .office
        .engage(&person("陈立", "liaison", Some("puqi")))
        .unwrap();
    let leader = chibi
        .office
        .engage(&person("吴建国", "unit_leader", Some("puqi")))
        .unwrap();
    (chibi, security, liaison, leader)
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The log is whole, the state is what it folds to, and the people in it are known.
fn is_sound(chibi: Chibi) {
    let path = chibi.dir.path().join("data");
    drop(chibi.office);
    drop(Office::open(&path, Access::Write, &mut quiet).unwrap());
    verify(&path, &mut quiet).unwrap();
}

#[test]
fn only_who_manages_people_registers_them() {
    let (mut chibi, security, liaison, _) = staffed();
    chibi.office.act_as(1).unwrap();
    let again = chibi
        .office
        .engage(&person("别人", "security_administrator", None));
    assert_eq!(
        again.unwrap_err().code,
        "O281",
        "the first manages people now"
    );
    chibi.office.act_as(liaison).unwrap();
    let refused = chibi
        .office
        .engage(&person("王五", "liaison", Some("puqi")));
    assert_eq!(refused.unwrap_err().code, "O281");
    assert_eq!(
        chibi.office.close_actor(security, "x").unwrap_err().code,
        "O281"
    );
    is_sound(chibi);
}

#[test]
fn nobody_holds_two_of_the_three() {
    let (mut chibi, security, liaison, _) = staffed();
    for role in ["auditor", "system_administrator"] {
        let refused = chibi
            .office
            .engage(&person("林静", role, None))
            .unwrap_err();
        assert_eq!(refused.code, "O605", "{role}");
    }
    let auditor = chibi
        .office
        .engage(&person("郑洁", "auditor", None))
        .unwrap();
    // Not by standing in, and not by coming from elsewhere.
    let days = Days {
        from: day("2019-01-31"),
        to: day("2019-02-10"),
    };
    let refused = chibi.office.appoint_deputy(auditor, security, days, "出差");
    assert_eq!(refused.unwrap_err().code, "O605");
    chibi.office.act_as(auditor).unwrap();
    let refused = chibi
        .office
        .register_actor(&person("郑洁", "security_administrator", None));
    assert_eq!(refused.unwrap_err().code, "O605");
    chibi.office.act_as(security).unwrap();
    // Who gave the one up may take the other.
    let moved = chibi
        .office
        .move_actor(auditor, "system_administrator", None, "轮岗")
        .unwrap();
    assert_ne!(moved, auditor);
    let refused = chibi.office.reopen_actor(auditor, "又回来").unwrap_err();
    assert_eq!(refused.code, "O605");
    assert_eq!(
        chibi.office.close_actor(security, "x").unwrap_err().code,
        "O607"
    );
    assert!(
        chibi.office.close_actor(liaison, " ").is_err(),
        "a reason is needed"
    );
    is_sound(chibi);
}

#[test]
fn who_is_closed_acts_no_more_until_opened_again() {
    let (mut chibi, security, liaison, _) = staffed();
    chibi.office.close_actor(liaison, "调离").unwrap();
    assert_eq!(
        chibi.office.close_actor(liaison, "调离").unwrap_err().code,
        "O608"
    );
    chibi.office.act_as(liaison).unwrap();
    assert_eq!(
        chibi
            .report("puqi", "2018-10", OnOther::Refuse)
            .unwrap_err()
            .code,
        "O603"
    );
    chibi.office.act_as(security).unwrap();
    chibi.office.reopen_actor(liaison, "调回").unwrap();
    chibi.office.act_as(liaison).unwrap();
    chibi.report("puqi", "2018-10", OnOther::Refuse).unwrap();
    is_sound(chibi);
}

#[test]
fn another_role_is_another_number_and_what_was_done_keeps_the_old() {
    let (mut chibi, security, liaison, _) = staffed();
    chibi.office.act_as(liaison).unwrap();
    chibi.report("puqi", "2018-10", OnOther::Refuse).unwrap();
    chibi.office.act_as(security).unwrap();
    let now = chibi
        .office
        .move_actor(liaison, "reviewer", Some("food_drug"), "任命")
        .unwrap();
    let before = chibi.office.actor_of(liaison).unwrap().unwrap();
    assert_eq!(
        (before.role.as_str(), before.moved_to),
        ("liaison", Some(now))
    );
    assert_eq!(before.closed.as_deref(), Some("2019-01-31"));
    let after = chibi.office.actor_of(now).unwrap().unwrap();
    assert_eq!(
        (after.role.as_str(), after.name.as_str()),
        ("reviewer", "陈立")
    );
    is_sound(chibi);
}

#[test]
fn a_deputy_acts_for_another_on_the_days_and_both_are_seen() {
    let (mut chibi, security, liaison, leader) = staffed();
    let days = Days {
        from: day("2019-01-30"),
        to: day("2019-02-15"),
    };
    // One's own leave needs nobody else.
    chibi.office.act_as(leader).unwrap();
    let number = chibi
        .office
        .appoint_deputy(leader, liaison, days, "年休")
        .unwrap();
    assert_eq!(chibi.office.deputy_for(liaison).unwrap().len(), 1);
    chibi.office.act_as(number).unwrap();
    let report = chibi.report("puqi", "2018-10", OnOther::Refuse).unwrap();
    let office::record::Receipt::Added(position) = report else {
        panic!("{report:?}")
    };
    let entry = chibi
        .office
        .ledger()
        .entry(base::Position(position))
        .unwrap();
    let name = chibi
        .office
        .actor_name_in(entry.actor, base::Lang::En)
        .unwrap();
    assert_eq!(name, "陈立 (for 吴建国)");
    // A deputy names no deputy, and cannot outlast the days.
    assert_eq!(
        chibi
            .office
            .appoint_deputy(number, leader, days, "x")
            .unwrap_err()
            .code,
        "O609"
    );
    chibi.office.act_as(leader).unwrap();
    chibi.office.end_deputy(number).unwrap();
    chibi.office.act_as(number).unwrap();
    assert_eq!(
        chibi
            .report("puqi", "2018-11", OnOther::Refuse)
            .unwrap_err()
            .code,
        "O604"
    );
    chibi.office.act_as(security).unwrap();
    for (of, by, from, to) in [
        (leader, leader, "2019-02-01", "2019-02-02"),
        (number, liaison, "2019-02-01", "2019-02-02"),
        (leader, liaison, "2019-02-02", "2019-02-01"),
        (leader, liaison, "2018-02-01", "2018-02-02"),
        (leader, liaison, "2019-02-01", "2029-02-02"),
    ] {
        let days = Days {
            from: day(from),
            to: day(to),
        };
        let refused = chibi.office.appoint_deputy(of, by, days, "x").unwrap_err();
        assert!(["O609", "O610"].contains(&refused.code), "{refused}");
    }
    is_sound(chibi);
}

#[test]
fn a_handover_lists_what_waits_and_needs_two_signatures() {
    let (mut chibi, security, liaison, leader) = staffed();
    let next = chibi
        .office
        .engage(&person("王五", "liaison", Some("puqi")))
        .unwrap();
    chibi.act_as("programme_office", Some("quality_office"));
    let period = base::Period::parse("2018", base::AssessmentStart::default()).unwrap();
    chibi
        .office
        .open_assessment(&"assessment".into(), &period, None, &mut quiet)
        .unwrap();
    chibi.office.act_as(liaison).unwrap();
    let refused = chibi.office.hand_over(liaison, leader, &[], "");
    assert_eq!(refused.unwrap_err().code, "O611", "another role's tasks");
    let drafts = ["/cases/9".to_owned()];
    let number = chibi
        .office
        .hand_over(liaison, next, &drafts, "钥匙在柜里")
        .unwrap();
    let (row, list) = chibi.office.handover(number).unwrap();
    assert_eq!((row.from, row.to, row.confirmed), (liaison, next, None));
    // Every item that Puqi carries waits for its liaison.
    let waiting = chibi.office.open_cases().unwrap();
    let of_puqi = waiting
        .iter()
        .filter(|case| case.about.unit.as_deref() == Some("puqi"));
    assert_eq!(list.cases.len(), of_puqi.count());
    assert!(!list.cases.is_empty() && list.drafts == drafts);
    // Not who gives, and nobody else.
    for other in [liaison, security] {
        chibi.office.act_as(other).unwrap();
        assert_eq!(
            chibi.office.confirm_handover(number).unwrap_err().code,
            "O612"
        );
    }
    chibi.office.act_as(next).unwrap();
    chibi.office.confirm_handover(number).unwrap();
    assert_eq!(
        chibi.office.confirm_handover(number).unwrap_err().code,
        "O612"
    );
    assert!(chibi.office.handover(number).unwrap().0.confirmed.is_some());
    is_sound(chibi);
}
