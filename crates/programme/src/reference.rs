//! The reference of the language, as Markdown, made from [`crate::tables`] and so never behind it.
//!
//! `docs/language-reference.md` and its Chinese twin hold what [`reference`] gives; a test compares.

use base::Lang;

use crate::tables::{Kind, TABLES, Table};

/// The reference of all tables and columns in one language.
pub fn reference(lang: Lang) -> String {
    let mut text = String::from(match lang {
        Lang::Zh => HEAD_ZH,
        Lang::En => HEAD_EN,
    });
    for table in TABLES {
        let of = |(zh, en): (&'static str, &'static str)| if lang == Lang::Zh { zh } else { en };
        text.push_str(&format!(
            "\n### `{}`\n\n{}\n\n",
            header(table),
            sentence(of(table.doc), lang)
        ));
        if !table.key.is_empty() {
            let key = table
                .key
                .iter()
                .map(|column| format!("`{column}`"))
                .collect::<Vec<_>>()
                .join(" / ");
            text.push_str(&match lang {
                Lang::Zh => format!("键：{key}\n\n"),
                Lang::En => format!("Key: {key}\n\n"),
            });
        }
        text.push_str(match lang {
            Lang::Zh => "| 列 | 必填 | 写法 | 含义 |\n|---|---|---|---|\n",
            Lang::En => "| Column | Required | Written as | Meaning |\n|---|---|---|---|\n",
        });
        for column in table.columns {
            let required = match (column.required, lang) {
                (false, _) => "",
                (true, Lang::Zh) => "是",
                (true, Lang::En) => "yes",
            };
            text.push_str(&format!(
                "| `{}` | {required} | {} | {} |\n",
                column.name,
                kind_words(&column.kind, lang),
                of(column.doc)
            ));
        }
    }
    text
}

fn header(table: &Table) -> String {
    if table.single {
        format!("[{}]", table.name)
    } else {
        format!("[[{}]]", table.name)
    }
}

/// A doc line as a sentence: capital letter in English, full stop in both.
fn sentence(doc: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{doc}。"),
        Lang::En => {
            let mut chars = doc.chars();
            let first = chars
                .next()
                .map(|c| c.to_uppercase().to_string())
                .unwrap_or_default();
            format!("{first}{}.", chars.as_str())
        }
    }
}

fn kind_words(kind: &Kind, lang: Lang) -> String {
    let (zh, en) = match kind {
        Kind::Id => ("标识".to_owned(), "identifier".to_owned()),
        Kind::Ref(target) => match target.split_once(':') {
            Some((table, vocabulary)) => (
                format!("词表 `{vocabulary}` 的 [`{table}`](#{table})"),
                format!("[`{table}`](#{table}) of vocabulary `{vocabulary}`"),
            ),
            None => (
                format!("[`{target}`](#{target}) 的标识"),
                format!("identifier of a [`{target}`](#{target})"),
            ),
        },
        Kind::Text => ("文本".to_owned(), "text".to_owned()),
        Kind::Bilingual => ("双语".to_owned(), "bilingual".to_owned()),
        Kind::Int => ("整数".to_owned(), "whole number".to_owned()),
        Kind::Decimal => ("数".to_owned(), "decimal".to_owned()),
        Kind::Bool => ("`true`、`false`".to_owned(), "`true`, `false`".to_owned()),
        Kind::Day => ("日期".to_owned(), "day".to_owned()),
        Kind::MonthDay => ("月日".to_owned(), "month-day".to_owned()),
        Kind::Period => ("期间".to_owned(), "period".to_owned()),
        Kind::OneOf(words) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            (quoted.join("、"), quoted.join(", "))
        }
        Kind::Expression => ("条件式".to_owned(), "expression".to_owned()),
        Kind::List(inner) => (
            format!("列表：{}", kind_words(inner, Lang::Zh)),
            format!("list of: {}", kind_words(inner, Lang::En)),
        ),
        Kind::Pairs => ("数对列表".to_owned(), "list of pairs".to_owned()),
    };
    if lang == Lang::Zh { zh } else { en }
}

const HEAD_EN: &str = r#"# Reference of the programme language

This page is made from the language's own table definitions. `zhicheng check` tells any deviation with file and line.

A package is a folder; every `*.toml` file in it or below it holds rows of the tables below, in any order and any split. The header `[programme]` stands in `programme.toml`. The same content can be one workbook: one sheet for each table, one column for each column.

A package that names another in `extends` inherits its rows. A row with the same key takes the place of the inherited row, whole; `[[remove]]` takes one away. The other package lies beside it and is pinned by version and content hash.

## How values are written

| Kind | In text | In a workbook |
|---|---|---|
| identifier | `"food_safety"`: a lower-case letter, then lower-case letters, digits, `_`, `-`; at most 64 | the same |
| text | `"…"`; several lines in `"""…"""` | the cell; line breaks allowed |
| bilingual | `{ zh = "…", en = "…" }`, or one text for both | two columns, `name.zh` and `name.en` |
| whole number | `3` | `3` |
| decimal | `97.5` or `"97.5%"` (which is 0.975); always exact | `97.5` or `97.5%` |
| day | `2018-01-31` | `2018-01-31` |
| month-day | `"07-01"` | `07-01` |
| period | `"2018"`, `"2018H1"`, `"2018Q3"`, `"2018-06"`, `"2016..2018"`, `"..2012"`, `"2015A"`, `"2018-01-05..2018-02-07"` | the same |
| expression | `"result = 'pass'"`, as in [conditions](conditions.md) | the same |
| list | `["a", "b"]` | `a; b` (a `;` of an element as `\;`, an empty list as `[]`) |
| list of pairs | `[[90, 0], [97.5, 4]]` | `90 = 0; 97.5 = 4` |

In a workbook, `#file` and `#order` say in which text file a row stands and where (a new row without them follows the row above it), and `#comment` holds the comments: lines with `#` stand above the row, lines with `[column]` above that column.

## Tables
"#;

const HEAD_ZH: &str = r#"# 方案语言参考

本页由语言自身的表定义生成。写得不对的地方，`zhicheng check` 会指出文件和行。

方案包是一个文件夹；其中（含子文件夹）每个 `*.toml` 文件都可以写下面各表的行，次序和分法不限。头部 `[programme]` 写在 `programme.toml`。同样的内容也可以是一个工作簿：每张表一个工作表，每列一列。

用 `extends` 指名另一个方案包，就继承它的行。键相同的行整行取代所继承的行；`[[remove]]` 删去一行。被扩展的方案包放在同级目录，并钉住版本和内容的哈希。

## 值的写法

| 种类 | 文本中 | 工作簿中 |
|---|---|---|
| 标识 | `"food_safety"`：小写字母开头，只用小写字母、数字、`_`、`-`，至多 64 个字符 | 相同 |
| 文本 | `"…"`；多行用 `"""…"""` | 单元格；可以换行 |
| 双语 | `{ zh = "…", en = "…" }`，或一个文本兼作两种 | 两列：`name.zh` 和 `name.en` |
| 整数 | `3` | `3` |
| 数 | `97.5`，或 `"97.5%"`（即 0.975）；一律精确 | `97.5` 或 `97.5%` |
| 日期 | `2018-01-31` | `2018-01-31` |
| 月日 | `"07-01"` | `07-01` |
| 期间 | `"2018"`、`"2018H1"`、`"2018Q3"`、`"2018-06"`、`"2016..2018"`、`"..2012"`、`"2015A"`、`"2018-01-05..2018-02-07"` | 相同 |
| 条件式 | `"result = 'pass'"`，见[条件的写法](conditions.zh-CN.md) | 相同 |
| 列表 | `["a", "b"]` | `a; b`（元素中的 `;` 写作 `\;`，空列表写作 `[]`） |
| 数对列表 | `[[90, 0], [97.5, 4]]` | `90 = 0; 97.5 = 4` |

工作簿中，`#file` 和 `#order` 说明一行在哪个文本文件、第几行（新加的行不填，即跟在上一行之后）；`#comment` 是注释：以 `#` 开头的行写在该行之上，以 `[列]` 开头的写在该列之上。

## 表
"#;

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the pages anew when `ZHICHENG_WRITE_DOCS` is set.
    #[test]
    fn the_committed_pages_are_these() {
        for (lang, file) in [
            (Lang::En, "language-reference.md"),
            (Lang::Zh, "language-reference.zh-CN.md"),
        ] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../docs")
                .join(file);
            let expected = reference(lang);
            if std::env::var_os("ZHICHENG_WRITE_DOCS").is_some() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &expected).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == expected,
                "{file} is behind: run `ZHICHENG_WRITE_DOCS=1 cargo test -p programme reference`"
            );
        }
    }

    #[test]
    fn no_cell_breaks_the_table() {
        for table in TABLES {
            for column in table.columns {
                assert!(
                    !column.doc.0.contains('|') && !column.doc.1.contains('|'),
                    "{}.{}",
                    table.name,
                    column.name
                );
            }
        }
    }
}
