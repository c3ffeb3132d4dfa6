//! `publish`, `published`, `restated`: what was given to the public, and what it is now.

use base::{Lang, Ratio};
use measure::{Address, RowId};
use office::entry::Kind;
use office::publication::PublishRequest;
use office::restated::{CHANGES_MAX, ChangedBy, Held, RestateAsk, Restatement, Source, What};
use programme::model::Programme;

use crate::arguments::{Common, Publish, Published, Restated};
use crate::commands::{common, names};
use crate::failure::Outcome;
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print, tell};

/// `zhicheng publish --data DIR --name TEXT FIGURE …`
pub fn publish(arguments: &Publish, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let programme = office.programme()?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let day = match &arguments.day {
        Some(text) => common::day(text)?,
        None => office.today()?,
    };
    let mut figures = Vec::new();
    for text in &arguments.figures {
        if text.contains('?') {
            figures.push(Address::parse(text, programme.assessment_start)?);
            continue;
        }
        let indicator = names::indicator(&programme, text)?;
        figures.extend(office.addresses_of(&indicator, false, period, day)?);
        if arguments.by_unit {
            figures.extend(office.addresses_of(&indicator, true, period, day)?);
        }
    }
    if let Some(scorecard) = &arguments.scorecard {
        let scorecard = names::scorecard(&office, scorecard, office.position())?;
        figures.extend(office.addresses_of_scorecard(&scorecard, period, day)?);
    }
    let count = figures.len();
    let position = office.publish(&PublishRequest {
        name: arguments.name.clone(),
        figures,
        as_demonstration: arguments.demonstration,
        reason: arguments.reason.clone(),
    })?;
    outln!(
        "{} {position}",
        match lang() {
            Lang::Zh => format!("已公布 {count} 个数字，位置"),
            Lang::En if count == 1 => "1 figure published, position".to_owned(),
            Lang::En => format!("{count} figures published, position"),
        }
    );
    Ok(())
}

/// `zhicheng published --data DIR`
pub fn published(arguments: &Published) -> Outcome {
    let office = common::open(&arguments.data)?;
    if let Some(name) = &arguments.name
        && office.publication(name).is_none()
    {
        return Err(office::problems::no_such_publication(name).into());
    }
    let columns = [
        Column::text("publication", "公布", "publication"),
        Column::number("position", "位置", "position"),
        Column::text("time", "时间", "time"),
        Column::text("actor", "经办", "by"),
        Column::text("published_on", "公布日", "published on").for_scripts(),
        Column::text("reason", "理由", "reason"),
        Column::text("indicator", "指标", "indicator"),
        Column::text("unit", "单位", "unit"),
        Column::text("field", "字段", "field").for_scripts(),
        Column::text("period", "期间", "period"),
        Column::text("day", "截至", "as of"),
        Column::number("numerator", "分子", "numerator"),
        Column::number("denominator", "分母", "denominator"),
        Column::number("value", "值", "value"),
        Column::text("state", "状态", "state"),
        Column::text("address", "地址", "address").for_scripts(),
        Column::text("demonstration", "演示", "demonstration").for_scripts(),
    ];
    let mut rows = Vec::new();
    for (position, facts) in office.mirror().publications() {
        if arguments
            .name
            .as_ref()
            .is_some_and(|name| *name != facts.name)
        {
            continue;
        }
        let entry = office.ledger().entry(*position)?;
        let programme = common::programme_at(&office, *position)?;
        for figure in &facts.figures {
            let address = Address::parse(&figure.address, programme.assessment_start)?;
            let held = office.figure_as_published(*position, figure)?;
            let mut row = vec![
                Cell::same(facts.name.clone()),
                Cell::same(position.0),
                Cell::shown(
                    entry.time.to_string(),
                    common::local_time(&programme, entry.time),
                ),
                Cell::same(office.actor_name(entry.actor)?),
                Cell::same(facts.day.clone()),
                Cell::from(facts.reason.clone()),
                indicator_cell(&programme, address.indicator.as_str()),
                unit_cell(
                    &programme,
                    address.slice.unit.as_ref().map(|unit| unit.as_str()),
                ),
                Cell::from(field_text(&address.slice)),
                Cell::same(address.period.to_string()),
                Cell::same(address.day.to_string()),
            ];
            row.extend(common::figure_cells(
                &programme,
                &address.indicator,
                &held,
                address.period,
            ));
            row.push(Cell::same(figure.address.clone()));
            row.push(Cell::same(facts.demonstration));
            rows.push(row);
        }
    }
    print(arguments.output.format, &columns, &rows)?;
    common::mark(&office, arguments.output.format);
    Ok(())
}

/// `zhicheng restated --data DIR …`
pub fn restated(arguments: &Restated) -> Outcome {
    let office = common::open(&arguments.data)?;
    let programme = office.programme()?;
    let named = |text: &String| names::scorecard(&office, text, office.position());
    let ask = RestateAsk {
        publication: arguments.publication.clone(),
        scorecard: arguments.scorecard.as_ref().map(named).transpose()?,
        indicator: arguments
            .indicator
            .as_deref()
            .map(|text| names::indicator(&programme, text))
            .transpose()?,
        unit: arguments
            .unit
            .as_deref()
            .map(|text| common::unit(&office, text))
            .transpose()?,
        since: arguments.since.as_deref().map(common::day).transpose()?,
    };
    let found = office.restated(&ask)?;
    let format = arguments.output.format;
    if arguments.entries {
        let rows = found.iter().flat_map(|found| {
            let changes = found.changes.iter();
            changes.map(|change| entry_row(&programme, found, change))
        });
        print(format, &entry_columns(), &rows.collect::<Vec<_>>())?;
    } else {
        let is_table = format == Format::Table;
        let shown = found.iter().filter(|found| !is_table || found.is_changed());
        let rows: Vec<_> = shown.map(|found| restated_row(&programme, found)).collect();
        if !is_table || !rows.is_empty() {
            print(format, &restated_columns(), &rows)?;
        }
        if is_table {
            outln!("{}", summary(found.len(), rows.len()));
        }
    }
    for found in found.iter().filter(|found| found.has_more) {
        let what = format!("{} {}", name_of(&programme, found), found.of.period);
        tell(
            &[office::problems::too_many_changes(what, CHANGES_MAX)],
            &[],
        );
    }
    common::mark(&office, format);
    Ok(())
}

fn summary(all: usize, changed: usize) -> String {
    match lang() {
        Lang::Zh => format!(
            "已公布或封存的 {all} 个数值中，{changed} 个现值不同（--entries 列出改变它们的存证；--format json 列出全部）。"
        ),
        Lang::En => format!(
            "Of {all} published or sealed values {changed} differ now (--entries lists the entries that changed them; --format json lists all)."
        ),
    }
}

fn restated_columns() -> Vec<Column> {
    let scripts = |key| Column::text(key, key, key).for_scripts();
    vec![
        Column::text("what", "类别", "what"),
        Column::text("scorecard", "记分卡", "scorecard").for_scripts(),
        Column::text("item", "项目", "item"),
        Column::text("indicator", "指标", "indicator"),
        Column::text("unit", "单位", "unit"),
        scripts("field"),
        Column::text("period", "期间", "period"),
        Column::text("day", "截至", "as of"),
        Column::text("published_in", "首次公布于", "first published in"),
        Column::number("position", "位置", "position"),
        Column::number("first", "首次公布", "first"),
        scripts("first_state"),
        scripts("first_numerator"),
        scripts("first_denominator"),
        Column::number("times", "次数", "times").for_scripts(),
        Column::number("last", "最近公布", "last published"),
        Column::number("last_position", "最近位置", "last position").for_scripts(),
        Column::number("present", "现值", "present"),
        scripts("present_state"),
        scripts("present_numerator"),
        scripts("present_denominator"),
        Column::number("today", "截至今天", "as of today"),
        Column::number("difference", "差", "difference"),
        Column::text("changed", "已变", "changed").for_scripts(),
        Column::text("entries", "改变它的存证", "changed by entries"),
    ]
}

fn restated_row(programme: &Programme, found: &Restatement) -> Vec<Cell> {
    let (first, of) = (found.first(), &found.of);
    let last = found.vintages.last().unwrap_or(first);
    let source = match &first.source {
        Source::Publication(name) => Cell::same(name.clone()),
        Source::Seal(scorecard) => Cell::shown(
            format!("seal:{scorecard}"),
            say("封存的结果", "sealed result"),
        ),
    };
    let shown = |held: &Held| held_cell(programme, found, held);
    let [first_state, first_numerator, first_denominator] = parts(&first.held);
    let [state, numerator, denominator] = parts(&found.present);
    let entries: Vec<String> = found
        .changes
        .iter()
        .map(|change| change.position.0.to_string())
        .collect();
    vec![
        Cell::shown(of.what.as_str(), what_word(of.what)),
        Cell::from(of.scorecard.as_ref().map(ToString::to_string)),
        item_cell(programme, found),
        of.indicator.as_ref().map_or_else(
            || Cell::none(""),
            |indicator| indicator_cell(programme, indicator.as_str()),
        ),
        unit_cell(programme, of.slice.unit.as_ref().map(|unit| unit.as_str())),
        Cell::from(field_text(&of.slice)),
        Cell::same(of.period.to_string()),
        Cell::same(of.day.to_string()),
        source,
        Cell::same(first.position.0),
        shown(&first.held),
        first_state,
        first_numerator,
        first_denominator,
        Cell::same(found.vintages.len()),
        shown(&last.held),
        Cell::same(last.position.0),
        shown(&found.present),
        state,
        numerator,
        denominator,
        found.today.as_ref().map_or_else(|| Cell::none(""), shown),
        Cell::from(difference(&first.held, &found.present)),
        Cell::same(found.is_changed()),
        Cell::same(entries.join("; ")),
    ]
}

fn entry_columns() -> Vec<Column> {
    vec![
        Column::text("what", "类别", "what"),
        Column::text("scorecard", "记分卡", "scorecard").for_scripts(),
        Column::text("item", "项目", "item"),
        Column::text("indicator", "指标", "indicator"),
        Column::text("unit", "单位", "unit"),
        Column::text("period", "期间", "period"),
        Column::text("day", "截至", "as of"),
        Column::number("position", "位置", "position"),
        Column::text("time", "时间", "time"),
        Column::text("actor", "经办", "by"),
        Column::text("kind", "存证", "entry"),
        Column::text("reason", "理由", "reason"),
        Column::number("before", "此前", "before"),
        Column::number("after", "此后", "after"),
        Column::text("rows", "涉及的行", "rows"),
    ]
}

fn entry_row(programme: &Programme, found: &Restatement, change: &ChangedBy) -> Vec<Cell> {
    let of = &found.of;
    vec![
        Cell::shown(of.what.as_str(), what_word(of.what)),
        Cell::from(of.scorecard.as_ref().map(ToString::to_string)),
        item_cell(programme, found),
        of.indicator.as_ref().map_or_else(
            || Cell::none(""),
            |indicator| indicator_cell(programme, indicator.as_str()),
        ),
        unit_cell(programme, of.slice.unit.as_ref().map(|unit| unit.as_str())),
        Cell::same(of.period.to_string()),
        Cell::same(of.day.to_string()),
        Cell::same(change.position.0),
        Cell::shown(
            change.time.to_string(),
            common::local_time(programme, change.time),
        ),
        Cell::same(change.actor.clone()),
        Cell::shown(kind_name(change.kind), kind_word(change.kind)),
        Cell::from(change.reason.clone()),
        held_cell(programme, found, &change.before),
        held_cell(programme, found, &change.after),
        rows_cell(change),
    ]
}

/// The rows that an entry concerns: `+sample 17; -sample 9; ~sample 12`.
fn rows_cell(change: &ChangedBy) -> Cell {
    use office::restated::Effect::{Changed, Entered, Left};
    let mut rows: Vec<String> = change
        .rows
        .iter()
        .map(|row| {
            let sign = match row.effect {
                Entered => '+',
                Left => '-',
                Changed => '~',
            };
            match &row.row {
                RowId::Number(number) => format!("{sign}{} {number}", row.table),
                RowId::Name(name) => format!("{sign}{} {name}", row.table),
            }
        })
        .collect();
    if change.rows_more > 0 {
        rows.push(format!("…{}", change.rows_more));
    }
    Cell::same(rows.join("; "))
}

fn name_of(programme: &Programme, found: &Restatement) -> String {
    let item = item_cell(programme, found).shown;
    match &found.of.indicator {
        Some(indicator) => indicator_cell(programme, indicator.as_str()).shown,
        None => item,
    }
}

fn item_cell(programme: &Programme, found: &Restatement) -> Cell {
    let Some(item) = &found.of.item else {
        return Cell::none("");
    };
    let scorecard = found.of.scorecard.as_ref();
    let declared = scorecard.and_then(|id| programme.scorecards.get(id));
    let name = declared.map_or_else(
        || item.to_string(),
        |declared| super::card::item_name(declared, item),
    );
    Cell::shown(item.to_string(), name)
}

fn indicator_cell(programme: &Programme, id: &str) -> Cell {
    let name = programme.indicators.get(id).map_or_else(
        || id.to_owned(),
        |found| common::text(&found.name).to_owned(),
    );
    Cell::shown(id, name)
}

fn unit_cell(programme: &Programme, unit: Option<&str>) -> Cell {
    unit.map_or_else(
        || Cell::none(""),
        |unit| Cell::shown(unit, common::unit_name(programme, unit)),
    )
}

fn field_text(slice: &measure::Slice) -> Option<String> {
    slice.field.as_ref().map(|(name, value)| match value {
        Some(value) => format!("{name}:{value}"),
        None => name.to_string(),
    })
}

/// A value for scripts exactly, for people as its indicator says.
fn held_cell(programme: &Programme, found: &Restatement, held: &Held) -> Cell {
    match held {
        Held::Figure(figure) => {
            let shown = match &found.of.indicator {
                Some(id) => common::shown_of(programme, id, figure, found.of.period),
                None => String::new(),
            };
            match figure.value() {
                Some(value) => Cell::shown(common::decimal(&value), shown),
                None => Cell::none(&shown),
            }
        }
        Held::Text(text) if text.is_empty() => Cell::none("—"),
        Held::Text(text) => match (found.of.what, Ratio::parse(text)) {
            (What::Points | What::Total, Some(points)) => {
                Cell::shown(common::decimal(&points), common::points(&points))
            }
            _ => Cell::same(text.clone()),
        },
        Held::Gone(problem) => Cell::none(problem.what(lang())),
    }
}

/// State, numerator and denominator for scripts.
fn parts(held: &Held) -> [Cell; 3] {
    let none = || Cell::none("");
    match held {
        Held::Figure(figure) if figure.value().is_some() => [
            Cell::same(figure.state().as_str()),
            Cell::same(exact(figure.numerator())),
            Cell::same(exact(figure.denominator())),
        ],
        Held::Figure(figure) => [Cell::same(figure.state().as_str()), none(), none()],
        Held::Text(_) => [Cell::same("value"), none(), none()],
        Held::Gone(_) => [Cell::same("gone"), none(), none()],
    }
}

fn exact(ratio: &Ratio) -> String {
    ratio
        .exact_decimal()
        .unwrap_or_else(|| format!("{}/{}", ratio.numerator(), ratio.denominator()))
}

/// Present minus first, where both are numbers.
fn difference(first: &Held, present: &Held) -> Option<String> {
    let number = |held: &Held| match held {
        Held::Figure(figure) => figure.value(),
        Held::Text(text) => Ratio::parse(text),
        Held::Gone(_) => None,
    };
    let difference = number(present)? - number(first)?;
    Some(common::decimal(&difference))
}

fn what_word(what: What) -> &'static str {
    match what {
        What::Figure => say("数值", "figure"),
        What::Points => say("得分", "points"),
        What::Total => say("总分", "total"),
        What::Grade => say("等级", "grade"),
        What::Rank => say("名次", "rank"),
    }
}

/// The name of a kind of entry for scripts.
pub fn kind_name(kind: Kind) -> String {
    let mut name = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The word for a kind of entry.
pub fn kind_word(kind: Kind) -> String {
    let word = match kind {
        Kind::Programme => say("启用方案", "programme in force"),
        Kind::Subject => say("对象", "subject"),
        Kind::Record => say("新记录", "new record"),
        Kind::Revise => say("更正", "revision"),
        Kind::Withdraw => say("撤回", "withdrawal"),
        Kind::ImportClose => say("导入", "import"),
        Kind::CaseOpen => say("开办", "case opened"),
        Kind::CaseAct => say("办理", "step of a case"),
        Kind::CaseFiled => say("办件登记", "case filed"),
        Kind::CaseOfRecord => say("记录开办", "case opened by a record"),
        Kind::CasePassed => say("移送或并案", "case passed on or merged"),
        Kind::CaseReported => say("逾期报告", "late case reported"),
        Kind::FieldVisit => say("现场检查", "visit in the field"),
        Kind::FieldVisitConfirmed => say("确认现场检查", "visit confirmed"),
        Kind::Remind => say("催办", "reminder"),
        Kind::Assign => say("交办", "assignment"),
        Kind::Override => say("改定得分", "points set by hand"),
        Kind::Actor => say("登记人员", "actor registered"),
        Kind::ActorClosed => say("停用人员", "actor closed"),
        Kind::ActorReopened => say("重新启用人员", "actor reopened"),
        Kind::ActorMoved => say("人员换岗", "actor moved"),
        Kind::Deputy => say("登记代理", "deputy named"),
        Kind::DeputyEnded => say("代理结束", "deputy ended"),
        Kind::Handover => say("移交", "handover"),
        Kind::HandoverConfirmed => say("移交确认", "handover confirmed"),
        Kind::LetterSigned => say("签订责任书", "letter signed"),
        Kind::LetterCountersigned => say("会签责任书", "letter countersigned"),
        Kind::LetterScan => say("责任书扫描件", "letter's scan"),
        Kind::ChangeConfirmed => say("确认调整", "change confirmed"),
        _ => return kind_name(kind),
    };
    word.to_owned()
}
