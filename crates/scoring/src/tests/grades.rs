//! Bands in both directions, gates, vetoes and direct classes, consequences.

use base::{GroupId, ItemId, Text};

use crate::fixture::*;
use crate::*;

/// A card whose total is the value given for the item `score`.
fn card() -> Scorecard {
    let mut card = card_of(vec![item("score", "100", Rule::AsGiven)]);
    card.bands = vec![
        band("A", Some("90")),
        band("B", Some("80")),
        band("C", Some("60")),
        band("D", None),
    ];
    card
}

fn scoring(total: &str) -> Participant {
    participant("p", vec![("score", Input::figure(figure(total)))])
}

fn grade_of(card: &Scorecard, participant: &Participant) -> String {
    score_card(card, participant)
        .unwrap()
        .grade
        .unwrap_or("none".into())
}

#[test]
fn bands_are_half_open_lower_bounds() {
    let card = card();
    for (total, grade) in [
        ("100", "A"),
        ("90", "A"),
        ("89.99", "B"),
        ("89.5", "B"),
        ("80", "B"),
        ("79.5", "C"),
        ("60", "C"),
        ("59.5", "D"),
        ("0", "D"),
    ] {
        assert_eq!(grade_of(&card, &scoring(total)), grade, "{total}");
    }
}

#[test]
fn where_lower_is_better_the_best_band_has_no_bound() {
    let mut card = card();
    card.direction = Direction::LowerBetter;
    card.bands = vec![
        band("A", None),
        band("B", Some("20")),
        band("C", Some("50")),
    ];
    for (total, grade) in [
        ("0", "A"),
        ("19.99", "A"),
        ("20", "B"),
        ("49", "B"),
        ("50", "C"),
    ] {
        assert_eq!(grade_of(&card, &scoring(total)), grade, "{total}");
    }
}

fn declared(id: &str) -> Gate {
    Gate {
        id: id.into(),
        name: Text::new("持有 ISO 9001", "ISO 9001 held"),
        kind: GateKind::Declared,
    }
}

#[test]
fn a_failed_gate_falls_to_the_next_band_that_is_passed() {
    let mut card = card();
    card.bands[0].gates = vec![declared("iso"), declared("three_years")];
    card.bands[1].gates = vec![declared("iso")];
    // (iso, three years, total, grade, number of reasons)
    for (iso, years, total, grade, reasons) in [
        (true, true, "95", "A", 0),
        (true, false, "95", "B", 1),
        (false, true, "95", "C", 2),
        (false, false, "95", "C", 3),
        (false, false, "85", "C", 1),
        (false, false, "70", "C", 0),
    ] {
        let mut participant = scoring(total);
        participant.gates = [("iso".into(), iso), ("three_years".into(), years)].into();
        let result = score_card(&card, &participant).unwrap();
        assert_eq!(
            result.grade.as_deref(),
            Some(grade),
            "{iso} {years} {total}"
        );
        assert_eq!(result.gate_reasons.len(), reasons);
        assert_eq!(result.total, Some(ratio(total)));
    }
    // A gate that the total does not reach needs no result; one that it reaches does.
    assert_eq!(grade_of(&card, &scoring("70")), "C");
    assert_eq!(score_card(&card, &scoring("85")).unwrap_err().code, "C204");
}

#[test]
fn a_better_band_is_refused_while_the_worst_group_is_beyond_its_limit() {
    let mut card = card();
    let mut second = item("weak", "10", Rule::AsGiven);
    second.group = GroupId::new("h");
    card.items.push(second);
    card.groups.push(group("h"));
    let worst = |limit: &str| Gate {
        id: "worst".into(),
        name: same("worst group"),
        kind: GateKind::WorstGroup {
            limit: ratio(limit),
        },
    };
    card.bands[0].gates = vec![worst("0.6")];
    let with = |total: &str, weak: &str| {
        let inputs = [("score", total), ("weak", weak)];
        participant(
            "p",
            inputs
                .map(|(id, value)| (id, Input::figure(figure(value))))
                .to_vec(),
        )
    };
    assert_eq!(grade_of(&card, &with("90", "6")), "A");
    assert_eq!(grade_of(&card, &with("95", "5.9")), "B");
    // Lower is better: at most 60 % risk in every group.
    card.direction = Direction::LowerBetter;
    card.bands = vec![band("A", None), band("B", Some("50"))];
    card.bands[0].gates = vec![worst("0.6")];
    assert_eq!(grade_of(&card, &with("20", "6")), "A");
    assert_eq!(grade_of(&card, &with("20", "6.1")), "B");
}

fn veto(id: &str, forces: &str, effect: VetoEffect) -> Veto {
    Veto {
        id: id.into(),
        name: same(id),
        basis: same("art. 9"),
        forces: forces.into(),
        effect,
        kind: "accident".into(),
    }
}

fn hit() -> Option<VetoHit> {
    Some(VetoHit {
        count: 1,
        reason: same("a major accident"),
    })
}

#[test]
fn vetoes_lower_and_direct_classes_set_the_grade_and_the_score_stays() {
    let mut card = card();
    card.vetoes = vec![
        veto("major", "D", VetoEffect::NoBetterThan),
        veto("minor", "C", VetoEffect::NoBetterThan),
        veto("listed", "C", VetoEffect::Direct),
        veto("model", "A", VetoEffect::Direct),
    ];
    // (vetoes hit, total, grade)
    for (hits, total, grade) in [
        (vec![], "95", "A"),
        (vec!["major"], "95", "D"),
        (vec!["minor"], "95", "C"),
        (vec!["minor"], "50", "D"), // no better than C, and it is worse
        (vec!["major", "minor"], "95", "D"),
        (vec!["listed"], "95", "C"),
        (vec!["listed"], "50", "C"), // a direct class may raise
        (vec!["model"], "50", "A"),
        (vec!["model", "listed"], "50", "C"), // the worst direct class
        (vec!["model", "major"], "95", "D"),
    ] {
        let mut participant = scoring(total);
        for veto in ["major", "minor", "listed", "model"] {
            let result = if hits.contains(&veto) { hit() } else { None };
            participant.vetoes.insert(veto.into(), result);
        }
        let result = score_card(&card, &participant).unwrap();
        assert_eq!(result.grade.as_deref(), Some(grade), "{hits:?} {total}");
        assert_eq!(result.total, Some(ratio(total)));
        let kept = if total == "95" { "A" } else { "D" };
        assert_eq!(result.grade_by_score.as_deref(), Some(kept));
        assert_eq!(result.vetoes.len(), hits.len());
    }
    assert_eq!(score_card(&card, &scoring("95")).unwrap_err().code, "C203");
    card.vetoes = vec![veto("major", "E", VetoEffect::NoBetterThan)];
    let mut participant = scoring("95");
    participant.vetoes.insert("major".into(), hit());
    assert_eq!(score_card(&card, &participant).unwrap_err().code, "C102");
}

#[test]
fn a_veto_to_the_worst_grade_holds_before_the_card_is_final() {
    let mut card = card();
    card.items.push(item("later", "10", Rule::Judged));
    card.vetoes = vec![
        veto("major", "D", VetoEffect::NoBetterThan),
        veto("minor", "C", VetoEffect::NoBetterThan),
    ];
    let mut participant = scoring("95");
    participant
        .items
        .insert(ItemId::new("later"), Input::default());
    for (major, minor, grade) in [
        (None, None, "none"),
        (hit(), None, "D"),
        (None, hit(), "none"),
    ] {
        participant.vetoes = [("major".into(), major), ("minor".into(), minor)].into();
        let result = score_card(&card, &participant).unwrap();
        assert_eq!(result.state, CardState::Pending);
        assert_eq!(result.grade.as_deref().unwrap_or("none"), grade);
    }
}

#[test]
fn a_card_without_bands_can_still_be_failed() {
    let mut card = card();
    card.bands.clear();
    card.vetoes = vec![veto("major", "failed", VetoEffect::Direct)];
    let mut participant = scoring("95");
    participant.vetoes.insert("major".into(), None);
    assert_eq!(grade_of(&card, &participant), "none");
    participant.vetoes.insert("major".into(), hit());
    assert_eq!(grade_of(&card, &participant), "failed");
}

#[test]
fn consequences_follow_the_final_grade_and_the_vetoes() {
    let mut card = card();
    card.vetoes = vec![veto("major", "D", VetoEffect::NoBetterThan)];
    let consequence = |on, text: &str| Consequence {
        on,
        text: same(text),
        kind: String::new(),
    };
    card.consequences = vec![
        consequence(ConsequenceOn::Grade("A".into()), "commended"),
        consequence(
            ConsequenceOn::Grade("D".into()),
            "leaders barred from promotion",
        ),
        consequence(ConsequenceOn::Veto("major".into()), "report within a month"),
    ];
    let texts = |result: Option<VetoHit>| -> Vec<String> {
        let mut participant = scoring("95");
        participant.vetoes.insert("major".into(), result);
        let card = score_card(&card, &participant).unwrap();
        card.consequences
            .into_iter()
            .map(|consequence| consequence.text.en)
            .collect()
    };
    assert_eq!(texts(None), ["commended"]);
    assert_eq!(
        texts(hit()),
        ["leaders barred from promotion", "report within a month"]
    );
}
