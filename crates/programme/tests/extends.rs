//! Packages that extend another: what replaces what, what is removed, and what is refused.

use programme::{Layer, Part, Sources, check, content_hash, rows};

const BASE: &str = "[programme]\nid = \"base\"\nname = \"B\"\nversion = \"1.0\"\n";
const ROLES: &str = "[[role]]\nid = \"a\"\nname = \"A\"\n\n[[role]]\nid = \"b\"\nname = \"B\"\n\n[[role]]\nid = \"c\"\nname = \"C\"\n";

fn part(package: &str, path: &str, text: impl Into<String>) -> Part {
    Part {
        package: package.into(),
        path: path.into(),
        text: text.into(),
    }
}

fn base_hash() -> String {
    content_hash(&Layer::new(
        "base",
        [
            ("programme.toml".into(), BASE.into()),
            ("roles.toml".into(), ROLES.into()),
        ],
    ))
}

fn city(pins: &str, roles: &str) -> Sources {
    let header = format!(
        "[programme]\nid = \"city\"\nname = \"C\"\nversion = \"2\"\nextends = \"base\"\n{pins}"
    );
    Sources::from_parts([
        part("city", "programme.toml", header),
        part("city", "roles.toml", roles),
        part("base", "programme.toml", BASE),
        part("base", "roles.toml", ROLES),
    ])
}

fn good_pins() -> String {
    format!(
        "extends_version = \"1.0\"\nextends_sha256 = \"{}\"\n",
        base_hash()
    )
}

fn codes(sources: &Sources) -> Vec<&'static str> {
    rows(sources).1.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_row_with_the_same_key_takes_the_inherited_place_and_new_rows_follow() {
    let sources = city(
        &good_pins(),
        "[[role]]\nid = \"d\"\nname = \"D\"\n[[role]]\nid = \"a\"\nname = \"A2\"\n[[remove]]\ntable = \"role\"\nid = \"b\"\n",
    );
    let (rows, problems) = rows(&sources);
    assert_eq!(problems, []);
    let roles: Vec<(String, String, usize)> = rows
        .iter()
        .filter(|row| row.table.name == "role")
        .map(|row| {
            (
                row.key(),
                row.bilingual("name").unwrap().zh.clone(),
                row.layer,
            )
        })
        .collect();
    let expected = [("a", "A2", 0), ("c", "C", 1), ("d", "D", 0)]
        .map(|(id, name, layer)| (id.to_owned(), name.to_owned(), layer));
    assert_eq!(roles, expected);
    let headers: Vec<_> = rows
        .iter()
        .filter(|row| row.table.single)
        .map(|row| row.text("id").unwrap().to_string())
        .collect();
    assert_eq!(headers, ["city"]);
}

#[test]
fn what_was_kept_reads_back_the_same() {
    let sources = city(&good_pins(), ROLES);
    assert_eq!(Sources::from_parts(sources.parts()), sources);
}

#[test]
fn faults_of_extending_are_refused() {
    let hash = base_hash();
    for (name, pins, roles, expected) in [
        ("no pins", "".to_owned(), "", &["P146"][..]),
        (
            "another version",
            format!("extends_version = \"0.9\"\nextends_sha256 = \"{hash}\"\n"),
            "",
            &["P147"],
        ),
        (
            "another content",
            format!(
                "extends_version = \"1.0\"\nextends_sha256 = \"{}\"\n",
                "0".repeat(64)
            ),
            "",
            &["P148"],
        ),
        (
            "unknown removal",
            good_pins(),
            "[[remove]]\ntable = \"role\"\nid = \"bb\"\n",
            &["P151"],
        ),
        (
            "removal from no table",
            good_pins(),
            "[[remove]]\ntable = \"rolle\"\nid = \"b\"\n",
            &["P120"],
        ),
        (
            "removal of the header",
            good_pins(),
            "[[remove]]\ntable = \"programme\"\nid = \"base\"\n",
            &["P152"],
        ),
    ] {
        assert_eq!(codes(&city(&pins, roles)), expected, "{name}");
    }
}

#[test]
fn the_remedy_names_the_right_hash() {
    let problem = rows(&city("", "")).1.remove(0);
    assert!(
        problem.remedy(base::Lang::En).contains(&base_hash()),
        "{problem}"
    );
}

#[test]
fn a_chain_must_exist_and_end() {
    let extending = |name: &str, other: &str| {
        part(
            name,
            "programme.toml",
            format!(
                "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\nextends = \"{other}\"\nextends_version = \"1\"\nextends_sha256 = \"x\"\n"
            ),
        )
    };
    assert_eq!(codes(&Sources::from_parts([extending("a", "b")])), ["P143"]);
    let cycle = Sources::from_parts([extending("a", "b"), extending("b", "a")]);
    assert!(codes(&cycle).contains(&"P144"), "{:?}", codes(&cycle));
    let chain =
        Sources::from_parts((0..12).map(|n| extending(&format!("p{n}"), &format!("p{}", n + 1))));
    assert!(codes(&chain).contains(&"P145"), "{:?}", codes(&chain));
    let lonely =
        "[programme]\nid = \"p\"\nname = \"P\"\nversion = \"1\"\nextends_version = \"1\"\n";
    assert_eq!(
        codes(&Sources::from_parts([part("p", "programme.toml", lonely)])),
        ["P149"]
    );
}

#[test]
fn folders_are_read_with_what_stands_beside_them() {
    let folder = std::env::temp_dir().join(format!("zhicheng-extends-{}", std::process::id()));
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("base/programme.toml", BASE);
    write("base/sub/roles.toml", ROLES);
    write("base/.hidden/x.toml", "broken");
    write("base/readme.md", "no part of it");
    write(
        "city/programme.toml",
        "[programme]\nid = \"city\"\nname = \"C\"\nversion = \"2\"\nextends = \"base\"\n",
    );
    write(
        "lost/programme.toml",
        "[programme]\nid = \"lost\"\nname = \"C\"\nversion = \"2\"\nextends = \"bass\"\n",
    );
    write("latin/programme.toml", "");
    std::fs::write(folder.join("latin/x.toml"), [b'#', 0xe9]).unwrap();
    let city = Sources::read_folder(folder.join("city")).unwrap();
    assert_eq!(
        city.texts()
            .iter()
            .map(|file| file.name.to_string())
            .collect::<Vec<_>>(),
        [
            "city/programme.toml",
            "base/programme.toml",
            "base/sub/roles.toml"
        ]
    );
    assert_eq!(codes(&city), ["P146"]);
    let lost = rows(&Sources::read_folder(folder.join("lost")).unwrap()).1;
    assert_eq!((lost.len(), lost[0].code), (1, "P143"));
    assert!(
        lost[0].remedy(base::Lang::En).contains("base"),
        "{}",
        lost[0]
    );
    let refused = |name: &str| Sources::read_folder(folder.join(name)).unwrap_err()[0].code;
    assert_eq!(
        (refused("latin"), refused("nowhere"), refused("")),
        ("P103", "P101", "P102")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What an absent package would have declared is not missed one by one.
#[test]
fn of_an_absent_package_only_that_is_told() {
    let header = "[programme]\nid = \"city\"\nname = \"C\"\nversion = \"2\"\nextends = \"base\"\n";
    let units = "[[unit]]\nid = \"u\"\nname = \"U\"\nkind = \"bureau\"\ngroup = \"bureaus\"\n";
    let sources = Sources::from_parts([
        part("city", "programme.toml", header),
        part("city", "units.toml", units),
    ]);
    let checked = check(&sources);
    let codes: Vec<&str> = checked
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert_eq!(codes, ["P143", "P109"]);
    assert!(checked.programme.is_none());
}
