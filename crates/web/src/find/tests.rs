//! What a person types, and the name that is meant.

use super::{Names, Typed};

fn finds(typed: &str, name: &str) -> bool {
    Typed::of(typed).is_some_and(|typed| typed.fits(name).is_some())
}

#[test]
fn names_are_found_as_people_type_them() {
    let name = "赤壁市长城重型机械厂";
    for typed in [
        "长城",
        "赤壁市",
        "chibi",
        "changcheng",
        "cbs",
        "cbscczxjxc",
        "zhongxing",
        "zxjx",
        "zhxjx",
        "長城重型機械廠",
        "赤壁scc",
        "CHIBI",
        "chibishi",
        "ccheng",
        "chib",
        " 长城，重型 ",
    ] {
        assert!(finds(typed, name), "{typed}");
    }
    for typed in ["北京", "beijing", "hibi", "changchun", "xyz", "城长"] {
        assert!(!finds(typed, name), "{typed}");
    }
}

#[test]
fn a_sign_with_several_readings_is_found_by_each() {
    for typed in ["zhongqing", "chongqing", "cq", "zq"] {
        assert!(finds(typed, "重庆"), "{typed}");
    }
    assert!(finds("yinhang", "银行") && finds("yinxing", "银行"));
    assert!(finds("lvye", "绿叶"));
}

#[test]
fn the_better_fit_stands_first() {
    let typed = Typed::of("赤壁").unwrap();
    let (whole, from_start, within) = (
        typed.fits("赤壁").unwrap(),
        typed.fits("赤壁镇").unwrap(),
        typed.fits("大赤壁").unwrap(),
    );
    assert!(whole < from_start && from_start < within);
}

#[test]
fn nothing_typed_finds_nothing() {
    assert!(Typed::of(" ，。").is_none());
}

#[test]
fn names_in_a_row_are_told_apart() {
    let mut names = Names {
        types: vec!["enterprise".to_owned()],
        ..Names::default()
    };
    for (id, name) in [("A", "赤壁茶厂"), ("B", "市场局"), ("C", "赤壁砖厂")] {
        names.add(0, id, name);
    }
    let found = |typed: &str| -> Vec<&str> {
        let (hits, _) = names.find(&Typed::of(typed).unwrap());
        hits.iter()
            .filter_map(|(_, number)| Some(names.subject(*number)?.1))
            .collect()
    };
    assert_eq!(found("赤壁"), ["A", "C"]);
    assert_eq!(found("cbzc"), ["C"]);
    // Never from one name into the next.
    assert!(found("厂市").is_empty());
}
