//! Who may give which command: every role over every command, held against the declared table.

use crate::city::{City, copy_folder, test_package};

/// What the office of this story is granted, role by role; roles that are not named may nothing.
const GRANTS: [(&str, &[&str]); 3] = [
    (
        "programme_office",
        &[
            "submit",
            "import",
            "withdraw",
            "alias",
            "open_cases",
            "override",
            "seal",
            "erase",
        ],
    ),
    ("verifier", &["submit"]),
    ("reviewer", &["submit", "import"]),
];

/// A town in which the table above is declared.
fn town() -> City {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("town");
    copy_folder(&test_package("town"), &package);
    let mut text = String::new();
    for (role, commands) in GRANTS {
        let commands: Vec<String> = commands.iter().map(|name| format!("\"{name}\"")).collect();
        text.push_str(&format!(
            "[[grant]]\nrole = \"{role}\"\ncommands = [{}]\n\n",
            commands.join(", ")
        ));
    }
    std::fs::write(package.join("grants.toml"), text).unwrap();
    City::founded(&package, true)
}

#[test]
fn every_role_may_give_exactly_the_commands_that_it_is_granted() {
    let city = town();
    let file = city.file("empty.csv", "编号\n");
    // Commands with arguments that come to nothing, so that only authority decides what is told.
    let commands: [(&str, &[&str]); 9] = [
        ("submit", &["submit", "sample"]),
        ("import", &["import", "sample", &file]),
        ("withdraw", &["withdraw", "99", "--reason", "x"]),
        ("alias", &["alias", "unit", "x", "nowhere"]),
        ("open_cases", &["case", "open", "assessment"]),
        (
            "override",
            &[
                "override",
                "assessment",
                "food",
                "east",
                "999",
                "--reason",
                "x",
            ],
        ),
        (
            "seal",
            &["seal", "assessment", "--minutes", &file, "--approval", "x"],
        ),
        ("erase", &["erase", "--record", "99", "--reason", "x"]),
        // A command that no row grants is open to all.
        ("activate", &["activate", &file]),
    ];
    for role in [
        "programme_office",
        "liaison",
        "unit_leader",
        "reviewer",
        "verifier",
    ] {
        for (command, arguments) in commands {
            let mut all = arguments.to_vec();
            all.extend(["--as", "某人", "--role", role]);
            let run = city.run_all(&all);
            let granted = GRANTS
                .iter()
                .any(|(found, commands)| *found == role && commands.contains(&command));
            let expected = granted || command == "activate";
            assert_eq!(
                !run.err.contains("O281"),
                expected,
                "{role} {command}: {run}"
            );
        }
    }
}

#[test]
fn a_refusal_names_the_roles_that_may() {
    let city = town();
    city.run([
        "withdraw", "1", "--reason", "x", "--as", "某人", "--role", "verifier",
    ])
    .refused("O281")
    .telling("programme_office");
}
