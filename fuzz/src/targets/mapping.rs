//! Mapping files: how a foreign file's columns become ours.

use base::SourceText;
use office::import::Mapping;

use super::problems_are_sound;
use crate::Target;

pub const TARGET: Target = Target {
    name: "mapping",
    asks: "spans lie in the text; never a panic",
    run,
    words: &[
        "[mapping]\n",
        "[[column]]\n",
        "[[combine]]\n",
        "[[wide]]\n",
        "from = \"a\"\n",
        "to = \"b\"\n",
        "const = \"x\"\n",
        "= [\"a\", \"b\"]\n",
        "\"\"\"",
        "'",
        "\u{feff}",
        "header_rows = 2\n",
        "skip_rows = -1\n",
    ],
};

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Err(problems) = Mapping::parse(&text, "m.toml") {
        assert!(!problems.is_empty());
        problems_are_sound(&problems, &[SourceText::new("m.toml", &*text)]);
    }
}
