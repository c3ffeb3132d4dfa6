//! `audit`: a sample of published figures drawn, listed, checked by hand and summed up.

use base::{Lang, Position};
use office::Office;
use office::audit::{FindingRequest, SampleRequest, Strata, Tally};
use office::restated::RestateAsk;

use crate::arguments::{
    AuditAnnounce, AuditCommand, AuditDraw, AuditFinding, AuditList, AuditRead, AuditReport,
    Common, Sample,
};
use crate::commands::{common, names};
use crate::failure::{Failure, Outcome, read, refuse_existing, write};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print};

/// `zhicheng audit announce|draw|list|finding|read|report`
pub fn audit(command: &AuditCommand, common: &Common) -> Outcome {
    match command {
        AuditCommand::Announce(asked) => announce(asked, common),
        AuditCommand::Draw(asked) => draw(asked, common),
        AuditCommand::List(asked) => list(asked),
        AuditCommand::Finding(asked) => finding(asked, common),
        AuditCommand::Read(asked) => read_back(asked, common),
        AuditCommand::Report(asked) => report(asked),
    }
}

fn request(office: &Office, sample: &Sample) -> Result<SampleRequest, Failure> {
    let programme = office.programme()?;
    let among = RestateAsk {
        publication: sample.publication.clone(),
        scorecard: sample
            .scorecard
            .as_ref()
            .map(|text| names::scorecard(office, text, office.position()))
            .transpose()?,
        indicator: sample
            .indicator
            .as_deref()
            .map(|text| names::indicator(&programme, text))
            .transpose()?,
        unit: sample
            .unit
            .as_deref()
            .map(|text| common::unit(office, text))
            .transpose()?,
        since: sample.since.as_deref().map(common::day).transpose()?,
    };
    Ok(SampleRequest {
        among,
        figures: sample.figures,
        records: sample.records,
        strata: sample.strata.as_deref().map(|strata| match strata {
            "indicator" => Strata::Indicator,
            _ => Strata::Unit,
        }),
        by_records: sample.by_records,
        commitment: None,
    })
}

fn announce(arguments: &AuditAnnounce, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let mut request = request(&office, &arguments.sample)?;
    request.commitment.clone_from(&arguments.commitment);
    let position = office.announce_sample(&request)?;
    outln!(
        "{} {position}",
        say("已预告抽样，位置", "draw announced, position")
    );
    Ok(())
}

fn draw(arguments: &AuditDraw, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let position = match arguments.announced {
        Some(announced) => office.draw_announced(announced, &arguments.seed)?,
        None => {
            let request = request(&office, &arguments.sample)?;
            office.draw_sample(&request, &arguments.seed)?
        }
    };
    outln!(
        "{} {position}",
        say("已抽样，位置", "sample drawn, position")
    );
    Ok(())
}

/// The draw that is meant: the last one when none is named.
fn meant(office: &Office, draw: Option<u64>) -> Result<u64, Failure> {
    let mut draws = office.mirror().draws().iter();
    let last = draws.rfind(|(_, facts)| facts.seed.is_some());
    let last = last.map_or(0, |(position, _)| position.0);
    match draw.unwrap_or(last) {
        0 => Err(office::problems::no_such_draw(0).into()),
        draw => Ok(draw),
    }
}

fn list(arguments: &AuditList) -> Outcome {
    let office = common::open(&arguments.data)?;
    let draw = meant(&office, arguments.draw)?;
    let mut is_written = false;
    for (path, is_workbook) in [(&arguments.workbook, true), (&arguments.csv, false)] {
        let Some(path) = path else { continue };
        refuse_existing(path, arguments.force)?;
        let bytes = if is_workbook {
            office.audit_workbook(draw, lang())?
        } else {
            office.audit_csv(draw, lang())?
        };
        write(path, &bytes)?;
        is_written = true;
    }
    if is_written {
        return Ok(());
    }
    let programme = office.programme()?;
    let columns = [
        Column::text("line", "行", "line"),
        Column::text("indicator", "指标", "indicator"),
        Column::text("unit", "单位", "unit"),
        Column::text("period", "期间", "period"),
        Column::text("day", "截至", "as of").for_scripts(),
        Column::number("numerator", "分子", "numerator").for_scripts(),
        Column::number("denominator", "分母", "denominator").for_scripts(),
        Column::number("value", "公布值", "published"),
        Column::text("state", "状态", "state").for_scripts(),
        Column::number("publication", "公布位置", "published at").for_scripts(),
        Column::text("address", "地址", "address").for_scripts(),
        Column::text("table", "数据表", "table"),
        Column::number("record", "记录", "record"),
        Column::number("entry", "存证", "entry"),
        Column::text("part", "计入", "counts in"),
        Column::text("fields", "内容", "content"),
        Column::text("evidence", "佐证", "evidence"),
        Column::text("verdict", "结论", "verdict"),
        Column::text("value_found", "查得的值", "value found"),
        Column::text("note", "备注", "remark"),
        Column::number("finding", "结论位置", "finding").for_scripts(),
    ];
    let mut rows = Vec::new();
    for line in office.audit_lines(draw)? {
        let address = &line.address;
        let unit = address.slice.unit.as_ref().map(ToString::to_string);
        let indicator = programme.indicators.get(&address.indicator);
        let mut row = vec![
            Cell::same(line.line.clone()),
            Cell::shown(
                address.indicator.to_string(),
                indicator.map_or_else(
                    || address.indicator.to_string(),
                    |found| common::text(&found.name).to_owned(),
                ),
            ),
            unit.map_or_else(
                || Cell::none(""),
                |unit| Cell::shown(unit.clone(), common::unit_name(&programme, &unit)),
            ),
            Cell::same(address.period.to_string()),
            Cell::same(address.day.to_string()),
        ];
        row.extend(common::figure_cells(
            &programme,
            &address.indicator,
            &line.published,
            address.period,
        ));
        row.push(Cell::same(line.publication));
        row.push(Cell::same(address.to_string()));
        match &line.record {
            None => row.extend((0..6).map(|_| Cell::none(""))),
            Some(record) => {
                let joined = |pairs: &[(String, String)], between: &str| {
                    let pairs = pairs.iter();
                    let texts = pairs.map(|(one, two)| format!("{one}{between}{two}"));
                    texts.collect::<Vec<_>>().join("; ")
                };
                let part = if record.in_part {
                    ("numerator", say("分子", "numerator"))
                } else {
                    ("denominator", say("分母", "denominator"))
                };
                row.extend([
                    Cell::same(record.table.clone()),
                    Cell::same(record.number),
                    Cell::same(record.entry),
                    Cell::shown(part.0, part.1),
                    Cell::same(joined(&record.fields, "=")),
                    Cell::same(joined(&record.evidence, " ")),
                ]);
            }
        }
        let found = line.found.as_ref();
        let facts = found.map(|found| &found.facts);
        row.push(facts.map(|facts| facts.verdict.clone()).into());
        row.push(facts.and_then(|facts| facts.value_found.clone()).into());
        row.push(facts.and_then(|facts| facts.note.clone()).into());
        row.push(found.map_or_else(|| Cell::none(""), |found| Cell::same(found.position.0)));
        rows.push(row);
    }
    print(arguments.output.format, &columns, &rows)?;
    common::mark(&office, arguments.output.format);
    Ok(())
}

fn finding(arguments: &AuditFinding, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let draw = meant(&office, arguments.draw)?;
    let request = FindingRequest {
        line: arguments.line.clone(),
        verdict: arguments.verdict.clone(),
        value_found: arguments.value_found.clone(),
        note: arguments.note.clone(),
    };
    kept(office.keep_findings(draw, &[request])?);
    Ok(())
}

fn read_back(arguments: &AuditRead, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let draw = meant(&office, arguments.draw)?;
    let name = arguments.file.file_name().unwrap_or_default();
    let bytes = read(&arguments.file)?;
    kept(office.read_findings(draw, &name.to_string_lossy(), &bytes)?);
    Ok(())
}

fn kept(count: usize) {
    outln!("{} {count}", say("新记录的结论：", "new findings kept:"));
}

fn report(arguments: &AuditReport) -> Outcome {
    let office = common::open(&arguments.data)?;
    let draws: Vec<Position> = match arguments.draw {
        Some(draw) => vec![Position(draw)],
        None => {
            let draws = office.mirror().draws().iter();
            draws
                .filter(|(_, facts)| facts.seed.is_some())
                .map(|(position, _)| *position)
                .collect()
        }
    };
    let columns = [
        Column::number("draw", "抽样", "draw"),
        Column::text("announced", "预告", "announced"),
        Column::text("of", "对象", "of"),
        Column::number("drawn", "抽取", "drawn"),
        Column::number("checked", "已核", "checked"),
        Column::number("agrees", "一致", "agree"),
        Column::number("differs", "不一致", "differ"),
        Column::number("not_found", "查无", "not found"),
        Column::number("open", "未核", "open"),
        Column::number("agreement", "一致率", "agreement"),
        Column::text("affected", "存疑的数字", "figures in doubt").for_scripts(),
    ];
    let (mut rows, mut doubts) = (Vec::new(), Vec::new());
    for draw in draws {
        let report = office.audit_report(draw.0)?;
        let mut all = office.mirror().draws().iter();
        let announced = all
            .find(|(position, _)| *position == draw)
            .and_then(|(_, facts)| facts.announced);
        let affected: Vec<String> = report
            .affected
            .iter()
            .map(|affected| affected.address.to_string())
            .collect();
        for affected in &report.affected {
            doubts.push(format!(
                "  {}  {}  ({})",
                affected.line,
                affected.address,
                affected.lines.join(", ")
            ));
        }
        for (of, word, tally) in [
            ("figures", say("数字", "figures"), report.figures),
            ("records", say("记录", "records"), report.records),
        ] {
            rows.push(row(
                draw,
                announced,
                (of, word),
                &tally,
                &affected.join("; "),
            ));
        }
    }
    print(arguments.output.format, &columns, &rows)?;
    if arguments.output.format == Format::Table && !doubts.is_empty() {
        outln!(
            "{}",
            match lang() {
                Lang::Zh =>
                    "下列已公布的数字不一致，或依据的记录不一致：应更正后再次公布（publish --reason），或作出说明。",
                Lang::En =>
                    "These published figures do not agree, or rest on records that do not: correct and publish them again (publish --reason), or explain them.",
            }
        );
        for doubt in doubts {
            outln!("{doubt}");
        }
    }
    common::mark(&office, arguments.output.format);
    Ok(())
}

fn row(
    draw: Position,
    announced: Option<u64>,
    of: (&str, &str),
    tally: &Tally,
    affected: &str,
) -> Vec<Cell> {
    let agreement = tally.agreement().value();
    vec![
        Cell::same(draw.0),
        announced.map_or_else(|| Cell::none(say("未预告", "no")), Cell::same),
        Cell::shown(of.0, of.1),
        Cell::same(tally.drawn),
        Cell::same(tally.checked()),
        Cell::same(tally.agrees),
        Cell::same(tally.differs),
        Cell::same(tally.not_found),
        Cell::same(tally.open()),
        agreement.map_or_else(
            || Cell::none(say("未核", "not checked")),
            |share| {
                let shown = common::shown(&tally.agreement(), programme::model::Format::Percent(1));
                Cell::shown(common::decimal(&share), shown)
            },
        ),
        Cell::same(affected),
    ]
}
