//! A package's text: checked, formatted, taken to a workbook and back.

use std::sync::OnceLock;

use base::SourceText;
use programme::{Layer, Part, Sources};

use super::problems_are_sound;
use crate::{Target, sections};

pub const TARGET: Target = Target {
    name: "package",
    asks: "spans lie in the text; fmt is idempotent and changes no meaning; a workbook gives the text back",
    run,
    words: &[
        "[[record_type]]\n",
        "[[field]]\n",
        "[[indicator]]\n",
        "[[item]]\n",
        "[[unit]]\n",
        "[[code]]\n",
        "[[flow]]\n",
        "[[action]]\n",
        "[[deadline]]\n",
        "[[scorecard]]\n",
        "[[group]]\n",
        "[[target]]\n",
        "[[grade]]\n",
        "[[holiday]]\n",
        "[[document]]\n",
        "[[role]]\n",
        "[[grant]]\n",
        "[[published]]\n",
        "id = \"x\"\n",
        "of = \"sample\"\n",
        "parent = \"x\"\n",
        "where = \"result = 'pass'\"\n",
        "name = \"n\"\n",
        "{ zh = \"质\", en = \"q\" }",
        "\"\"\"",
        "'''",
        "\\u0000",
        "\\U0001F600",
        "\u{feff}",
        "\r\n",
        "2018-02-30",
        "year = \"2018\"\n",
        "# ",
        "= [",
        "]\n",
        "true",
        "extends = \"standard\"\n",
        "remove = true\n",
        "@@ x.toml\n",
    ],
};

/// Larger packages are checked, but not written as workbooks: that is slow and learns nothing new.
const WORKBOOK_BYTES_MAX: usize = 16 << 10;

fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let files: Vec<(String, String)> = sections::split(&text)
        .into_iter()
        .map(|(name, content)| {
            let name = if name.is_empty() {
                programme::HEADER_FILE
            } else {
                name
            };
            (name.to_owned(), content.to_owned())
        })
        .collect();
    let sources = with_standard(&text, files);
    let checked = programme::check(&sources);
    problems_are_sound(&checked.problems, &sources.texts());
    assert_eq!(checked.programme.is_some(), !checked.has_errors());
    if let Some(programme) = &checked.programme {
        let against = programme::check_against(programme, programme);
        assert!(
            !against.iter().any(base::Problem::is_error),
            "against itself: {against:?}"
        );
    }
    let Some(layer) = sources.layers.first() else {
        return;
    };
    let Some(formatted) = formatting_is_idempotent(layer) else {
        return;
    };
    let mut again = sources.clone();
    again.layers[0] = formatted.clone();
    let rechecked = programme::check(&again);
    assert_eq!(
        checked.programme.is_some(),
        rechecked.programme.is_some(),
        "formatting changes no meaning: {:?} {:?}",
        checked.problems,
        rechecked.problems
    );
    if text.len() <= WORKBOOK_BYTES_MAX && !checked.has_errors() {
        back_from_a_workbook(layer, &formatted);
    }
}

/// The package, with the standard one behind it where it asks for that.
fn with_standard(text: &str, files: Vec<(String, String)>) -> Sources {
    let own = Sources::from_files("own", files);
    if !text.contains("standard") {
        return own;
    }
    static STANDARD: OnceLock<Vec<Part>> = OnceLock::new();
    let standard = STANDARD.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../programmes/standard");
        match Sources::read_folder(folder) {
            Ok(sources) => sources.parts(),
            Err(problems) => panic!("programmes/standard: {problems:?}"),
        }
    });
    Sources::from_parts(own.parts().into_iter().chain(standard.iter().cloned()))
}

/// The formatted package; `None` when the text has faults that cannot be formatted.
fn formatting_is_idempotent(layer: &Layer) -> Option<Layer> {
    let formatted = programme::format_layer(layer).ok()?;
    for file in &formatted.files {
        let source = SourceText::new(file.name.clone(), file.text.clone());
        match programme::format_file(&source) {
            Ok(again) => assert_eq!(*file.text, *again, "formatting twice changes nothing"),
            Err(problems) => panic!("what was formatted can be read: {problems:?}"),
        }
    }
    assert_eq!(
        programme::content_hash(layer),
        programme::content_hash(&formatted),
        "the hash is of the formatted text"
    );
    Some(formatted)
}

fn back_from_a_workbook(layer: &Layer, formatted: &Layer) {
    // A cell of a spreadsheet holds less than a text can; that is refused, not cut.
    let Ok(bytes) = programme::to_workbook(layer) else {
        return;
    };
    match programme::from_workbook(&layer.name, &bytes) {
        Ok(back) => assert_eq!(back.files, formatted.files, "a workbook loses nothing"),
        Err(problems) => panic!("what was written can be read: {problems:?}"),
    }
}
