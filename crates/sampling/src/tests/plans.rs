//! Tables 1 and 2-A, 2-B, 2-C, cell by cell, and the operating characteristic.

use proptest::prelude::*;

use crate::oc::{Characteristic, Model};
use crate::{AQLS, Aql, LEVELS, Level, NoPlan, Severity, code_letter, plan};

/// A lot and a level of table 1 for each letter A to R.
const LOTS: [(char, u64, &str); 16] = [
    ('A', 2, "II"),
    ('B', 9, "II"),
    ('C', 16, "II"),
    ('D', 26, "II"),
    ('E', 51, "II"),
    ('F', 91, "II"),
    ('G', 151, "II"),
    ('H', 281, "II"),
    ('J', 501, "II"),
    ('K', 1_201, "II"),
    ('L', 3_201, "II"),
    ('M', 10_001, "II"),
    ('N', 35_001, "II"),
    ('P', 150_001, "II"),
    ('Q', 500_001, "II"),
    ('R', 500_001, "III"),
];

/// Table 2-A for AQL 0.65, 1.0, 1.5, 2.5, 4.0, 6.5: the letter of the plan that applies, and Ac.
const NORMAL: [&str; 16] = [
    "F0 E0 D0 C0 B0 A0",
    "F0 E0 D0 C0 B0 A0",
    "F0 E0 D0 C0 B0 D1",
    "F0 E0 D0 C0 E1 D1",
    "F0 E0 D0 F1 E1 E2",
    "F0 E0 G1 F1 F2 F3",
    "F0 H1 G1 G2 G3 G5",
    "J1 H1 H2 H3 H5 H7",
    "J1 J2 J3 J5 J7 J10",
    "K2 K3 K5 K7 K10 K14",
    "L3 L5 L7 L10 L14 L21",
    "M5 M7 M10 M14 M21 L21",
    "N7 N10 N14 N21 M21 L21",
    "P10 P14 P21 N21 M21 L21",
    "Q14 Q21 P21 N21 M21 L21",
    "R21 Q21 P21 N21 M21 L21",
];
/// Table 2-B.
const TIGHTENED: [&str; 16] = [
    "G0 F0 E0 D0 C0 B0",
    "G0 F0 E0 D0 C0 B0",
    "G0 F0 E0 D0 C0 E1",
    "G0 F0 E0 D0 F1 E1",
    "G0 F0 E0 G1 F1 E1",
    "G0 F0 H1 G1 F1 F2",
    "G0 J1 H1 G1 G2 G3",
    "K1 J1 H1 H2 H3 H5",
    "K1 J1 J2 J3 J5 J8",
    "K1 K2 K3 K5 K8 K12",
    "L2 L3 L5 L8 L12 L18",
    "M3 M5 M8 M12 M18 L18",
    "N5 N8 N12 N18 M18 L18",
    "P8 P12 P18 N18 M18 L18",
    "Q12 Q18 P18 N18 M18 L18",
    "R18 Q18 P18 N18 M18 L18",
];
/// Table 2-C.
const REDUCED: [&str; 16] = [
    "F0 E0 D0 C0 B0 A0",
    "F0 E0 D0 C0 B0 A0",
    "F0 E0 D0 C0 B0 E1",
    "F0 E0 D0 C0 F1 E1",
    "F0 E0 D0 G1 F1 E1",
    "F0 E0 H1 G1 F1 F2",
    "F0 J1 H1 G1 G2 G3",
    "K1 J1 H1 H2 H3 H5",
    "K1 J1 J2 J3 J5 J6",
    "K1 K2 K3 K5 K6 K8",
    "L2 L3 L5 L6 L8 L10",
    "M3 M5 M6 M8 M10 L10",
    "N5 N6 N8 N10 M10 L10",
    "P6 P8 P10 N10 M10 L10",
    "Q8 Q10 P10 N10 M10 L10",
    "R10 Q10 P10 N10 M10 L10",
];
const COLUMNS: [&str; 6] = ["0.65", "1.0", "1.5", "2.5", "4.0", "6.5"];

fn told(lot: u64, level: &str, aql: &str, severity: Severity) -> String {
    let (level, aql) = (Level::parse(level).unwrap(), Aql::parse(aql).unwrap());
    let found = plan(lot, level, aql, severity).unwrap();
    format!("{}{}", found.letter, found.accept)
}

#[test]
fn every_cell_of_the_common_columns_with_its_arrows_followed() {
    let tables = [
        (Severity::Normal, NORMAL),
        (Severity::Tightened, TIGHTENED),
        (Severity::Reduced, REDUCED),
    ];
    for (severity, table) in tables {
        for ((letter, lot, level), row) in LOTS.iter().zip(table) {
            let found = COLUMNS.map(|aql| told(*lot, level, aql, severity));
            assert_eq!(found.join(" "), row, "{severity:?} {letter}");
        }
    }
}

#[test]
fn cells_at_the_edges_of_the_tables() {
    use Severity::{Normal, Reduced, Tightened};
    // Lot, level, AQL, severity: the letter that applies and Ac.
    let cells = [
        // Nothing stands above A and below R: the arrow points the other way.
        (2, "10", Normal, "C1"),
        (500_001, "0.015", Normal, "P0"),
        (2, "15", Normal, "B1"),
        (2, "1000", Normal, "A30"),
        (9, "1000", Normal, "B44"),
        (16, "1000", Normal, "B44"),
        (91, "65", Normal, "F21"),
        (91, "100", Normal, "E21"),
        (51, "250", Normal, "E44"),
        (2, "10", Tightened, "A0"),
        (2, "15", Tightened, "C1"),
        (9, "10", Tightened, "D1"),
        (9, "1000", Tightened, "B41"),
        (16, "1000", Tightened, "B41"),
        (500_001, "0.025", Tightened, "S1"),
        (500_001, "0.010", Tightened, "R0"),
        (500_001, "0.010", Reduced, "Q0"),
        (500_001, "0.025", Reduced, "N0"),
        (500_001, "0.040", Reduced, "R1"),
    ];
    for (lot, aql, severity, expected) in cells {
        let level = if lot == 500_001 { "III" } else { "II" };
        let found = told(lot, level, aql, severity);
        assert_eq!(found, expected, "{lot} {aql} {severity:?}");
    }
}

#[test]
fn samples_and_whole_lots() {
    let aql = |text| Aql::parse(text).unwrap();
    let of = |lot, text, severity| plan(lot, Level::USUAL, aql(text), severity).unwrap();
    let found = of(1_500, "2.5", Severity::Normal);
    assert_eq!((found.sample, found.accept, found.reject()), (125, 7, 8));
    assert_eq!(of(1_500, "2.5", Severity::Tightened).accept, 5);
    let found = of(1_500, "2.5", Severity::Reduced);
    assert_eq!((found.sample, found.accept), (50, 5));
    assert!(!found.is_whole_lot);
    // F's arrow at 0.10 leads to 125 items: a lot of 100 has fewer.
    let found = of(100, "0.10", Severity::Normal);
    assert_eq!((found.sample, found.is_whole_lot), (100, true));
    assert_eq!(
        plan(1, Level::USUAL, aql("1.0"), Severity::Normal),
        Err(NoPlan::LotTooSmall)
    );
    assert_eq!(
        plan(500, Level::USUAL, aql("15"), Severity::Reduced),
        Err(NoPlan::NotVerified)
    );
}

#[test]
fn limits_and_levels_are_read_as_they_are_written() {
    assert_eq!(Aql::parse("1").map(Aql::as_str), Some("1.0"));
    assert_eq!(Aql::parse(" 0.10 ").map(Aql::as_str), Some("0.10"));
    assert_eq!(Aql::parse("0.1").map(Aql::as_str), Some("0.10"));
    assert_eq!(Aql::parse("10").map(Aql::as_str), Some("10"));
    assert_eq!(Aql::parse("100").map(Aql::as_str), Some("100"));
    assert_eq!(Aql::parse("2"), None);
    assert_eq!(Level::parse("S-3").map(Level::as_str), Some("S-3"));
    assert_eq!(Level::parse("IV"), None);
    assert!(Aql::parse("10").unwrap().may_be_percent());
    assert!(!Aql::parse("15").unwrap().may_be_percent());
}

/// The transcriptions of `../shared/vectors`, where they are there.
fn vectors() -> Option<std::path::PathBuf> {
    let dir = std::env::var_os("ZHICHENG_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        std::path::PathBuf::from,
    );
    let dir = dir.join("vectors");
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("left out: {} is not there", dir.display());
    None
}

#[test]
fn the_transcribed_tables_agree() {
    let Some(dir) = vectors() else { return };
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
    for line in read("iso2859_table2A.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (first, aql, use_code, accept) = (cells[0], cells[2], cells[4], cells[6]);
        let (_, lot, level) = LOTS
            .iter()
            .find(|(letter, ..)| letter.to_string() == first)
            .unwrap();
        // Where the transcription says of itself that it is unsure, it says nothing.
        if use_code.is_empty() || (first, aql) == ("R", "0.015") {
            continue;
        }
        let found = told(*lot, level, aql, Severity::Normal);
        assert_eq!(found, format!("{use_code}{accept}"), "{line}");
    }
    for line in read("iso2859_table2B_tightened.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[5] != "plan" {
            continue;
        }
        let (_, lot, level) = LOTS
            .iter()
            .find(|(letter, ..)| letter.to_string() == cells[0])
            .unwrap();
        let found = told(*lot, level, cells[2], Severity::Tightened);
        assert_eq!(found, format!("{}{}", cells[0], cells[3]), "{line}");
    }
}

#[test]
fn table_1_at_its_edges() {
    let rows = [
        (2, "A A A A A A B"),
        (8, "A A A A A A B"),
        (150, "B B C D D F G"),
        (151, "B C D E E G H"),
        (500, "B C D E F H J"),
        (10_000, "C D F G J L M"),
        (500_000, "D E G J M P Q"),
        (500_001, "D E H K N Q R"),
    ];
    for (lot, letters) in rows {
        let found: Vec<String> = LEVELS
            .iter()
            .map(|level| {
                let level = Level::parse(level).unwrap();
                code_letter(lot, level).unwrap().to_string()
            })
            .collect();
        assert_eq!(found.join(" "), letters, "{lot}");
    }
}

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} {expected}");
}

#[test]
fn the_characteristic_by_hand() {
    let of = |sample, accept, model| Characteristic {
        sample,
        accept,
        model,
    };
    // (1 − p)² = 0.95 and 1 − p² = 0.10.
    let two = of(2, 0, Model::Binomial);
    near(two.acceptance(0.1), 0.81, 1e-12);
    near(two.accepted_with(0.95), 0.025_320_566, 1e-8);
    near(
        of(2, 1, Model::Binomial).refused_from(0.1),
        0.9_f64.sqrt(),
        1e-9,
    );
    // C(7,2) ÷ C(10,2) = 21 ÷ 45; one of ten marked: C(9,2) ÷ 45 = 36 ÷ 45 = 0.8; five: 10 ÷ 45.
    let lot = of(2, 0, Model::Hypergeometric(10));
    near(lot.acceptance(0.3), 21.0 / 45.0, 1e-12);
    near(lot.accepted_with(0.79), 0.1, 1e-12);
    near(lot.refused_from(0.5), 0.3, 1e-12);
    near(lot.accepted_with(0.95), 0.0, 1e-12);
    // e⁻¹ · (1 + 1).
    near(
        of(10, 1, Model::Poisson).acceptance(0.1),
        2.0 / std::f64::consts::E,
        1e-12,
    );
    // x·e⁻ˣ is greatest at 1, x·(1 + x)·e⁻ˣ at the golden ratio: 0.3679 and 0.8400 over n.
    let golden = (1.0 + 5.0_f64.sqrt()) / 2.0;
    near(
        of(100, 0, Model::Poisson).outgoing_limit(None),
        0.01 / std::f64::consts::E,
        1e-9,
    );
    near(
        of(50, 1, Model::Poisson).outgoing_limit(None),
        golden * (1.0 + golden) * (-golden).exp() / 50.0,
        1e-9,
    );
    // A sample of 50 out of 200 is put right in any case: three quarters of it are left.
    near(
        of(50, 1, Model::Poisson).outgoing_limit(Some(200)),
        0.75 * golden * (1.0 + golden) * (-golden).exp() / 50.0,
        1e-9,
    );
    // The published average outgoing quality limit of H at AQL 1.0 (n = 50, Ac = 1) is 1.7 %.
    near(
        of(50, 1, Model::Binomial).outgoing_limit(None),
        0.017,
        0.000_5,
    );
}

#[test]
fn a_curve_begins_at_one_and_falls() {
    for model in [Model::Binomial, Model::Hypergeometric(280), Model::Poisson] {
        let curve = Characteristic {
            sample: 32,
            accept: 2,
            model,
        }
        .curve(20);
        assert_eq!(curve.len(), 21);
        assert_eq!(curve[0], (0.0, 1.0));
        assert!(curve.windows(2).all(|two| two[1].1 <= two[0].1 + 1e-12));
        assert!(curve[20].1 <= 0.011, "{model:?} {:?}", curve[20]);
    }
}

proptest! {
    /// Stricter inspection never accepts more, a greater lot never gets a smaller sample, and what is drawn is there.
    #[test]
    fn plans_are_in_order(lot in 2_u64..2_000_000, level in 0_usize..7, aql in 0_usize..15) {
        let (level, aql) = (Level::parse(LEVELS[level]).unwrap(), Aql::parse(AQLS[aql]).unwrap());
        let [normal, tightened, reduced] = Severity::ALL.map(|severity| plan(lot, level, aql, severity).unwrap());
        for found in [normal, tightened, reduced] {
            prop_assert!(found.sample <= lot && found.sample >= 1);
            prop_assert_eq!(found.is_whole_lot, found.sample == lot);
        }
        let accepts = |plan: crate::Plan| Characteristic {
            sample: plan.sample,
            accept: plan.accept,
            model: Model::Binomial,
        }.acceptance(aql.percent() / 100.0);
        if !tightened.is_whole_lot {
            prop_assert!(accepts(tightened) <= accepts(normal) + 1e-9);
        }
        prop_assert!(reduced.sample <= normal.sample);
        let greater = plan(lot + 1, level, aql, Severity::Normal).unwrap();
        prop_assert!(code_letter(lot + 1, level) >= code_letter(lot, level));
        prop_assert!(greater.first >= normal.first);
    }

    /// The chance of acceptance falls as quality gets worse, whatever the model.
    #[test]
    fn worse_is_accepted_less(sample in 1_u64..400, accept in 0_u32..12, one in 0.0_f64..0.5, more in 0.0_f64..0.5) {
        for model in [Model::Binomial, Model::Poisson, Model::Hypergeometric(sample * 3)] {
            let plan = Characteristic { sample, accept, model };
            prop_assert!(plan.acceptance(one + more) <= plan.acceptance(one) + 1e-9);
        }
    }
}
