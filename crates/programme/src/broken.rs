//! What can still be read of a file that is no sound TOML.
//!
//! The text is cut into rows at their headers; of each row the broken entries are left out, one
//! after the other. Sound files never come here. See [`crate::parse`].

use std::ops::Range;

use toml_edit::Document;

use crate::cell;
use crate::parse::Reader;
use crate::problems_text as problem;
use crate::tables::{Column, Kind};

/// Broken entries that are left out of one block before the rest of it is given up.
const BROKEN_ENTRIES_MAX: usize = 20;

impl Reader<'_> {
    /// Reads all blocks of a broken file.
    pub(crate) fn blocks(&mut self) {
        for block in blocks(&self.source.text) {
            self.block(block);
        }
    }

    /// Notes what is wrong with a file whose rows are sound each for itself.
    pub(crate) fn whole_file(&mut self, error: &toml_edit::TomlError) {
        let (zh, en) = toml_words(error.message());
        self.report(problem::toml(zh, en), error.span().unwrap_or(0..0));
    }

    /// Reads one block of a broken file, leaving out broken entries.
    fn block(&mut self, block: Range<usize>) {
        let mut text = self
            .source
            .text
            .get(block.clone())
            .unwrap_or_default()
            .to_owned();
        let mut broken: Vec<String> = Vec::new();
        for _ in 0..=BROKEN_ENTRIES_MAX {
            let error = match Document::parse(text.as_str()) {
                Ok(document) => {
                    self.document(&document, block.start, &broken);
                    return;
                }
                Err(error) => error,
            };
            let at = error.span().unwrap_or(0..0);
            let entry = entry_around(&text, at.start);
            let left_out = text.get(entry.clone()).unwrap_or_default().to_owned();
            let key = left_out
                .split('=')
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('"')
                .to_owned();
            let within =
                at.start.max(entry.start)..at.end.min(text.len()).max(at.start.max(entry.start));
            self.broken_entry(
                &error,
                &left_out,
                &key,
                block.start + within.start..block.start + within.end,
                block.start + entry.start,
            );
            broken.push(key);
            let blank: String = left_out
                .chars()
                .flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8()))
                .collect();
            // Without its header a block says nothing; without a broken entry, all the rest.
            if left_out.trim().is_empty() || left_out.trim_start().starts_with('[') {
                return;
            }
            text.replace_range(entry, &blank);
        }
    }

    fn broken_entry(
        &mut self,
        error: &toml_edit::TomlError,
        entry: &str,
        key: &str,
        at: Range<usize>,
        entry_start: usize,
    ) {
        if error.message().contains("duplicate key") {
            return self.report(problem::key_twice(key), at);
        }
        if let Some((at, found, right)) = full_width(entry) {
            let start = entry_start + at;
            return self.report(
                problem::full_width(found, right),
                start..start + found.len_utf8(),
            );
        }
        // TOML itself refuses a day that the calendar lacks; say so in those words.
        let value = entry.split_once('=').map_or("", |(_, value)| value.trim());
        let day = value
            .split([' ', '#', '\n', ','])
            .next()
            .unwrap_or_default();
        if let (true, Err(fault)) = (
            looks_like_a_day(day),
            cell::scalar(&ANY_DAY, &Kind::Day, day),
        ) {
            let start = entry_start + entry.find(day).unwrap_or(0);
            return self.report(fault, start..start + day.len());
        }
        let (zh, en) = toml_words(error.message());
        self.report(problem::toml(zh, en), at);
    }
}

/// Cuts a text before each line that is a table's header and not inside a multi-line string.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_header_line(line) && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts
        .iter()
        .skip(1)
        .copied()
        .chain([text.len()])
        .collect::<Vec<_>>();
    starts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

fn is_header_line(line: &str) -> bool {
    let line = line.trim();
    let Some(name) = line.strip_prefix('[') else {
        return false;
    };
    let name = name.strip_prefix('[').unwrap_or(name);
    let Some((name, rest)) = name.split_once(']') else {
        return false;
    };
    let rest = rest.strip_prefix(']').unwrap_or(rest).trim();
    let name = name.trim();
    // `[90]` alone on a line is an element of a list, not a header.
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && (rest.is_empty() || rest.starts_with('#'))
}

/// The bytes of the entry (`key = value`, perhaps over several lines) around a byte of a block.
fn entry_around(text: &str, at: usize) -> Range<usize> {
    let mut starts: Vec<usize> = Vec::new();
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let is_entry = line.split_once('=').is_some_and(|(key, _)| {
            let key = key.trim().trim_matches('"');
            !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        });
        let is_first =
            starts.is_empty() && !line.trim().is_empty() && !line.trim_start().starts_with('#');
        if is_entry || is_header_line(line) || is_first {
            starts.push(position);
        }
        position += line.len();
    }
    let start = starts
        .iter()
        .rev()
        .find(|start| **start <= at)
        .or(starts.first())
        .copied()
        .unwrap_or(0);
    let end = starts
        .iter()
        .find(|other| **other > start)
        .copied()
        .unwrap_or(text.len());
    start..end
}

/// The first full-width sign outside of quotes and comments, and what TOML wants in its place.
fn full_width(entry: &str) -> Option<(usize, char, &'static str)> {
    const SIGNS: &[(char, &str)] = &[
        ('，', ","),
        ('、', ","),
        ('＝', "="),
        ('“', "\""),
        ('”', "\""),
        ('＂', "\""),
        ('‘', "\""),
        ('’', "\""),
        ('［', "["),
        ('］', "]"),
        ('【', "["),
        ('】', "]"),
        ('｛', "{"),
        ('｝', "}"),
        ('．', "."),
        ('－', "-"),
        ('％', "%"),
        ('＃', "#"),
        ('　', "空格 / space"),
    ];
    let mut quote = None;
    let mut is_comment = false;
    for (at, c) in entry.char_indices() {
        match (quote, c) {
            (_, '\n') => (quote, is_comment) = (None, false),
            _ if is_comment => {}
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') => is_comment = true,
            (None, '０'..='９') => {
                let digit = u32::from(c) - u32::from('０');
                let digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
                let right = usize::try_from(digit).ok().and_then(|at| digits.get(at));
                return right.map(|right| (at, c, *right));
            }
            (None, _) => {
                if let Some((_, right)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
                    return Some((at, c, right));
                }
            }
        }
    }
    None
}

static ANY_DAY: Column = Column {
    name: "",
    kind: Kind::Day,
    required: false,
    doc: ("", ""),
};

/// Whether a bare value was meant as a day: `2018-02-31`, `2018/1/1`.
fn looks_like_a_day(text: &str) -> bool {
    let is_year = text
        .get(..4)
        .is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let is_rest = text.get(4..).is_some_and(|rest| {
        rest.starts_with(['-', '/'])
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/'))
    });
    is_year && is_rest && (8..=10).contains(&text.len())
}

/// The parser's words in Chinese beside the English; unknown ones stay English in both.
fn toml_words(message: &str) -> (String, String) {
    const WORDS: &[(&str, &str)] = &[
        ("invalid basic string", "文本写得不对，多半缺少结尾的引号"),
        ("invalid literal string", "文本写得不对，多半缺少结尾的引号"),
        (
            "invalid multi-line",
            "多行文本写得不对，多半缺少结尾的三个引号",
        ),
        ("closing quote", "缺少结尾的引号"),
        ("opening quote", "缺少开头的引号"),
        ("invalid date", "日期写得不对；期间要加引号"),
        ("invalid time", "时间写得不对"),
        ("string values must be quoted", "文本要加引号"),
        ("missing comma", "缺少逗号"),
        ("extra comma", "多了一个逗号"),
        ("unclosed array table", "表名缺少结尾的 ]]"),
        ("unclosed table", "表名缺少结尾的 ]"),
        ("missing table open", "表名缺少开头的 ["),
        ("unclosed array", "列表缺少结尾的 ]"),
        ("unclosed inline table", "花括号缺少结尾的 }"),
        ("inline table", "花括号里写得不对"),
        ("array", "列表写得不对"),
        ("missing value", "等号后面没有值"),
        ("key with no value", "只有列名，没有“= 值”"),
        ("missing assignment", "缺少等号"),
        ("extra assignment", "多了一个等号"),
        ("extra `=`", "多了一个等号"),
        ("invalid key-value pair", "不是“列 = 值”"),
        ("unquoted key", "列名只能用英文字母、数字、_ 和 -"),
        ("keys cannot be", "列名不能写成多行"),
        ("unexpected content", "这里多了内容"),
        (
            "unexpected key or value",
            "这里多了内容，多半缺少换行或引号",
        ),
        ("escape", "反斜杠后面的转义字符不对"),
        ("unicode value", "反斜杠后面的转义字符不对"),
        ("carriage return", "回车之后缺少换行"),
        ("comment", "注释里有控制字符"),
        ("leading zero", "数字前面多了 0"),
        ("sign", "正负号写得不对"),
        ("radix", "数字写得不对"),
        ("`_` may only", "数字里的 _ 只能放在数字之间"),
        ("overflow", "数字太大"),
        ("recurs", "嵌套过深"),
        ("invalid value", "值写得不对，文本要加引号"),
        ("duplicate key", "重复声明"),
    ];
    let lower = message.to_lowercase();
    let zh = WORDS
        .iter()
        .find(|(english, _)| lower.contains(english))
        .map_or("写法不对", |(_, zh)| zh);
    // The parser's own words help whoever knows TOML; they follow where ours are general.
    let zh = if zh == "写法不对" {
        format!("{zh}（{message}）")
    } else {
        zh.to_owned()
    };
    (zh, message.to_owned())
}
