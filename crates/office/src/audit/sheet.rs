//! The list of a draw as a workbook or CSV to be filled in by hand, and read back.

use base::{Lang, Problem};
use sheet::{
    Cell, CellOut, ColumnKind, ColumnOut, DelimitedOptions, DelimitedOut, ReadOptions, SheetOut,
    WorkbookOut, find_column, read_table,
};

use super::{AuditLine, FindingRequest, Verdict};
use crate::folder::Office;
use crate::problems;

/// The headings, in Chinese and English. The first names the line; the last three are filled in.
const HEADINGS: [(&str, &str); 14] = [
    ("行号", "Line"),
    ("指标", "Indicator"),
    ("单位", "Unit"),
    ("期间", "Period"),
    ("公布值", "Published value"),
    ("地址", "Address"),
    ("数据表", "Table"),
    ("记录", "Record"),
    ("存证", "Entry"),
    ("计入", "Counts in"),
    ("内容", "Content"),
    ("佐证", "Evidence"),
    ("结论", "Verdict"),
    ("查得的值", "Value found"),
];
/// The heading of the remark.
const REMARK: (&str, &str) = ("备注", "Remark");

/// Where the verdict stands.
const VERDICT: usize = 12;
/// Where the value found stands.
const VALUE_FOUND: usize = 13;

fn heading(pair: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => pair.0,
        Lang::En => pair.1,
    }
}

impl Office {
    /// The list of a draw as a workbook: what is recorded, and columns for what is found.
    ///
    /// # Errors
    /// There is no such draw, or the ledger cannot be read.
    pub fn audit_workbook(&self, draw: u64, lang: Lang) -> Result<Vec<u8>, Problem> {
        let verdicts = Verdict::ALL.map(|verdict| verdict_text(verdict, lang));
        let columns = HEADINGS.iter().chain([&REMARK]).enumerate();
        let columns = columns.map(|(index, pair)| {
            let column = ColumnOut::of_kind(heading(*pair, lang), ColumnKind::Text);
            if index == VERDICT {
                column.with_choices(verdicts.clone())
            } else {
                column
            }
        });
        let name = match lang {
            Lang::Zh => format!("审计抽样 {draw}"),
            Lang::En => format!("Audit {draw}"),
        };
        let mut sheet = SheetOut::new(name, columns);
        sheet.frozen_columns = 1;
        for line in self.audit_lines(draw)? {
            let cells = self.cells(&line, lang)?.into_iter();
            sheet
                .rows
                .push(cells.map(|text| CellOut::from(Cell::text(text))).collect());
        }
        WorkbookOut::new([sheet]).to_bytes()
    }

    /// The same as CSV.
    ///
    /// # Errors
    /// As [`Office::audit_workbook`].
    pub fn audit_csv(&self, draw: u64, lang: Lang) -> Result<Vec<u8>, Problem> {
        let headings = HEADINGS.iter().chain([&REMARK]);
        let headings: Vec<&str> = headings.map(|pair| heading(*pair, lang)).collect();
        let mut out =
            DelimitedOut::start(Vec::new(), &headings, DelimitedOptions::for_spreadsheets())?;
        for line in self.audit_lines(draw)? {
            out.write_texts(&self.cells(&line, lang)?)?;
        }
        out.finish()
    }

    fn cells(&self, line: &AuditLine, lang: Lang) -> Result<Vec<String>, Problem> {
        let programme = self.programme()?;
        let address = &line.address;
        let indicator = programme.indicators.get(&address.indicator);
        let unit = address.slice.unit.as_ref();
        let value = line.published.value();
        let mut cells = vec![
            line.line.clone(),
            indicator.map_or_else(
                || address.indicator.to_string(),
                |found| found.name.get(lang).to_owned(),
            ),
            unit.map_or_else(String::new, |unit| {
                let found = programme.units.get(unit);
                found.map_or_else(|| unit.to_string(), |found| found.name.get(lang).to_owned())
            }),
            address.period.to_string(),
            value.map_or_else(
                || line.published.state().as_str().to_owned(),
                |value| crate::values::shown(&value),
            ),
            address.to_string(),
        ];
        match &line.record {
            None => cells.extend(std::iter::repeat_n(String::new(), 6)),
            Some(record) => {
                let part = match (record.in_part, lang) {
                    (true, Lang::Zh) => "分子",
                    (false, Lang::Zh) => "分母",
                    (true, Lang::En) => "numerator",
                    (false, Lang::En) => "denominator",
                };
                let fields: Vec<String> = record
                    .fields
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                let evidence: Vec<String> = record
                    .evidence
                    .iter()
                    .map(|(name, hash)| format!("{name} {hash}"))
                    .collect();
                cells.extend([
                    record.table.clone(),
                    record.number.to_string(),
                    record.entry.to_string(),
                    part.to_owned(),
                    fields.join("; "),
                    evidence.join("; "),
                ]);
            }
        }
        let found = line.found.as_ref().map(|found| &found.facts);
        let verdict = found.and_then(|found| Verdict::parse(&found.verdict));
        cells.push(verdict.map_or_else(String::new, |verdict| verdict_text(verdict, lang)));
        cells.push(
            found
                .and_then(|found| found.value_found.clone())
                .unwrap_or_default(),
        );
        cells.push(
            found
                .and_then(|found| found.note.clone())
                .unwrap_or_default(),
        );
        Ok(cells)
    }

    /// Keeps the findings of a filled list, in either language; lines without a verdict are still open. Gives
    /// how many were kept.
    ///
    /// # Errors
    /// The file cannot be read or is no such list; or as [`Office::keep_findings`].
    pub fn read_findings(&mut self, draw: u64, name: &str, bytes: &[u8]) -> Result<usize, Problem> {
        let table = read_table(bytes, &ReadOptions::named(name))?;
        let column = |pair: (&str, &str)| -> Result<usize, Problem> {
            let found = match find_column(&table.header, pair.0)? {
                Some(found) => Some(found),
                None => find_column(&table.header, pair.1)?,
            };
            found.ok_or_else(|| problems::not_a_list(name, pair.0, pair.1))
        };
        let [line, verdict, value, remark] = [
            column(HEADINGS[0])?,
            column(HEADINGS[VERDICT])?,
            column(HEADINGS[VALUE_FOUND])?,
            column(REMARK)?,
        ];
        let mut found = Vec::new();
        for row in &table.rows {
            let text = |column: usize| {
                let cell = row
                    .cell(column)
                    .map(|cell| cell.as_text().trim().to_owned());
                cell.filter(|text| !text.is_empty())
            };
            let (Some(line), Some(verdict)) = (text(line), text(verdict)) else {
                continue;
            };
            found.push(FindingRequest {
                line,
                verdict,
                value_found: text(value),
                note: text(remark),
            });
        }
        self.keep_findings(draw, &found)
    }
}

fn verdict_text(verdict: Verdict, lang: Lang) -> String {
    match lang {
        Lang::Zh => verdict.zh().to_owned(),
        Lang::En => verdict.as_str().to_owned(),
    }
}
