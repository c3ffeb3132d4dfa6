//! Scopes, as the commands themselves keep them.

use office::record::{OnOther, Receipt};

use crate::{Chibi, codes};

#[test]
fn a_liaison_submits_and_withdraws_for_the_own_unit_only() {
    let mut chibi = Chibi::begin();
    chibi.act_as("programme_office", Some("quality_office"));
    let Ok(Receipt::Added(others)) = chibi.report("chibi_town", "2018-10", OnOther::Refuse) else {
        panic!("the office submits for everyone");
    };
    chibi.act_as("liaison", Some("puqi"));
    let refused = chibi
        .report("chibi_town", "2018-11", OnOther::Refuse)
        .unwrap_err();
    assert_eq!(refused.code, "O601");
    assert!(refused.what(base::Lang::En).contains("puqi"), "{refused}");
    let Ok(Receipt::Added(own)) = chibi.report("puqi", "2018-10", OnOther::Refuse) else {
        panic!("the own unit's");
    };
    assert_eq!(chibi.office.withdraw(others, "x").unwrap_err().code, "O601");
    chibi.office.withdraw(own, "误报").unwrap();
}

#[test]
fn a_leader_answers_for_the_units_below_and_no_others() {
    let mut chibi = Chibi::begin();
    chibi.act_as("unit_leader", Some("committee"));
    chibi
        .report("committee", "2018-10", OnOther::Refuse)
        .unwrap();
    chibi
        .report("quality_office", "2018-10", OnOther::Refuse)
        .unwrap();
    let refused = chibi
        .report("puqi", "2018-10", OnOther::Refuse)
        .unwrap_err();
    assert_eq!(refused.code, "O601");
}

#[test]
fn a_file_with_a_row_of_another_unit_is_refused_with_its_place() {
    let mut chibi = Chibi::begin();
    chibi.act_as("liaison", Some("puqi"));
    let report = chibi.import(&["puqi", "chibi_town"]).unwrap();
    assert_eq!(report.rejected_rows, 1);
    let rejected = &report.rejected[0];
    let reason = &rejected.reasons[0];
    assert_eq!((rejected.row.number, reason.column), (3, Some(1)));
    assert_eq!(codes(std::slice::from_ref(&reason.problem)), ["O601"]);
    assert_eq!(report.position, None, "nothing was taken");
    let report = chibi.import(&["puqi"]).unwrap();
    assert_eq!((report.added, report.rejected_rows), (1, 0));
}

#[test]
fn who_has_no_unit_has_no_things_of_a_unit() {
    let mut chibi = Chibi::begin();
    chibi.act_as("liaison", None);
    let refused = chibi
        .report("puqi", "2018-10", OnOther::Refuse)
        .unwrap_err();
    assert_eq!(refused.code, "O601");
}

#[test]
fn points_are_set_by_who_may_for_all() {
    let mut chibi = Chibi::begin();
    chibi.act_as("unit_leader", Some("puqi"));
    let refused = chibi
        .office
        .override_points(
            &"assessment".into(),
            &base::Period::parse("2018", base::AssessmentStart::default()).unwrap(),
            &"none".into(),
            &"puqi".into(),
            None,
            "x",
        )
        .unwrap_err();
    assert_eq!(refused.code, "O281");
}
