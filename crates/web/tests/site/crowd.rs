//! Sixty-four liaison officers at once, on the last evening: nothing is lost.

use std::collections::BTreeSet;
use std::thread;

use axum::http::StatusCode;
use base::{Day, ScorecardId};
use ledger::EvidenceHash;

use crate::city::City;

/// How many submit at the same time.
const PEOPLE: usize = 64;

#[test]
fn sixty_four_liaison_officers_submit_evidence_at_once_and_nothing_is_lost() {
    let city = City::demonstration();
    // A case each, over as many units as there are.
    let cases: Vec<(u64, String)> = city
        .site
        .office()
        .command(1, None, |office| {
            let (scorecard, year) = (ScorecardId::new("assessment"), office.programme()?.year);
            let day = Day::parse("2018-03-05").ok();
            office.open_assessment(&scorecard, &year, day, &mut |_, _, _| ())?;
            office.open_cases()
        })
        .unwrap()
        .into_iter()
        .filter_map(|case| Some((case.number, case.about.unit?)))
        .take(PEOPLE)
        .collect();
    assert_eq!(cases.len(), PEOPLE);
    for (number, unit) in &cases {
        city.person(&format!("liaison{number}"), "liaison", Some(unit));
    }
    let before = city.position();

    let scan = |number: u64| format!("scan of case {number}").into_bytes();
    thread::scope(|scope| {
        let everyone: Vec<_> = cases
            .iter()
            .map(|(number, _)| {
                let city = &city;
                scope.spawn(move || {
                    let mut browser = city.signed_in(&format!("liaison{number}"));
                    let page = format!("/cases/{number}");
                    browser
                        .submit(&page, &page, &[("action", "file_target")])
                        .leads_to(&page);
                    let fields = [
                        ("action", "score_self"),
                        ("f.self_points", "0"),
                        ("reason", "尚无成果"),
                    ];
                    let file = ("evidence", "scan.pdf", scan(*number));
                    browser
                        .upload(&page, &page, &fields, (file.0, file.1, &file.2))
                        .leads_to(&page);
                    // Its receipt: the piece is on the page at once, with the file behind it.
                    let reply = browser.get(&page);
                    reply.is(StatusCode::OK, "scan.pdf");
                })
            })
            .collect();
        for one in everyone {
            one.join().unwrap();
        }
    });

    // Two entries each and no more; each case has its own piece, whole.
    assert_eq!(city.position(), before + 2 * PEOPLE as u64);
    let office = city.site.office();
    let mut hashes = BTreeSet::new();
    for (number, _) in &cases {
        let pieces = office
            .read(|office| office.pieces_of(*number))
            .unwrap()
            .unwrap();
        let [piece] = pieces.as_slice() else {
            panic!("case {number} has {} pieces", pieces.len());
        };
        assert!(hashes.insert(piece.sha256.clone()));
        let hash = EvidenceHash::parse(&piece.sha256).unwrap();
        let kept = office.read(|office| office.evidence().get(hash)).unwrap();
        assert_eq!(kept.unwrap(), scan(*number));
    }
    let verified = office::verify(&city.data(), &mut |_, _, _| ()).unwrap();
    assert_eq!(verified.evidence, PEOPLE as u64);
    assert_eq!(verified.unnamed, 0);
}
