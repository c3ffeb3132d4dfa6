//! `score`, `rate`, `override`, `seal`, `reconcile`: what the figures are worth.

use base::{Lang, Period, Ratio};
use office::Office;
use office::assessment::{Ask, Assessment};
use office::rating::Rating;
use office::reconcile::relation_name;
use office::seal::SealRequest;
use programme::model::{Programme, Scorecard, Scored};
use scoring::{Card, CardState, ItemResult, ItemState, Role};

use crate::arguments::{Common, Override, Rate, Reconcile, Score, Seal};
use crate::commands::card::{item_name, print_card};
use crate::commands::{common, names, sealed};
use crate::failure::{Failure, Outcome, read};
use crate::lang::{lang, say};
use crate::output::{Cell, Column, Format, print, stream};
use crate::problems;

/// `zhicheng score --data DIR SCORECARD --period P …`
pub fn score(arguments: &Score) -> Outcome {
    let office = common::open(&arguments.data)?;
    let (day, at) = common::when(&office, &arguments.when)?;
    let programme = common::programme_at(&office, at)?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let scorecard = names::scorecard(&office, &arguments.scorecard, at)?;
    if arguments.sealed {
        let unit = arguments
            .unit
            .as_deref()
            .map(|unit| common::unit(&office, unit))
            .transpose()?;
        let Some(declared) = programme.scorecards.get(&scorecard) else {
            return Ok(());
        };
        let which = (&scorecard, &period, at);
        return sealed::show(
            &office,
            &programme,
            declared,
            which,
            unit.as_ref().map(base::UnitId::as_str),
            arguments.output.format,
        );
    }
    let mut assessment = office.assess(&Ask {
        scorecard: scorecard.clone(),
        period,
        day,
        at,
    })?;
    if let Some(unit) = &arguments.unit {
        let unit = common::unit(&office, unit)?;
        assessment
            .cards
            .retain(|card| card.participant == unit.as_str());
        if assessment.cards.is_empty() {
            return Err(problems::carries_nothing(unit, &arguments.scorecard).into());
        }
    }
    let Some(declared) = programme.scorecards.get(&scorecard) else {
        return Ok(());
    };
    if arguments.output.format == Format::Table {
        if arguments.unit.is_some() {
            for card in &assessment.cards {
                print_card(
                    &programme,
                    declared,
                    &common::unit_name(&programme, &card.participant),
                    card,
                    period,
                )?;
            }
        } else {
            print_board(&programme, &assessment)?;
        }
        outln!("{}", standing(&office, &assessment));
        sealed::tell(&office, &programme, &assessment);
        return Ok(());
    }
    print(
        arguments.output.format,
        &score_columns(),
        &score_rows(&programme, declared, &assessment),
    )?;
    Ok(())
}

/// Where and when a result is true.
pub fn standing(office: &Office, assessment: &Assessment) -> String {
    let nature = crate::commands::folder::nature_word(office.nature());
    match lang() {
        Lang::Zh => format!(
            "【{nature}】期间 {}，截至 {}，位置 {}。",
            assessment.period, assessment.day, assessment.at.0
        ),
        Lang::En => format!(
            "[{nature}] period {}, as of {}, position {}.",
            assessment.period, assessment.day, assessment.at.0
        ),
    }
}

/// The columns of `score`, for scripts.
pub fn score_columns() -> Vec<Column> {
    vec![
        Column::text("unit", "单位", "unit"),
        Column::text("item", "项目", "item"),
        Column::text("group", "类别", "category"),
        Column::text("figure", "数值", "figure"),
        Column::number("points", "得分", "points"),
        Column::number("max_points", "分值", "of"),
        Column::text("state", "状态", "state"),
        Column::text("reason", "理由", "reason"),
        Column::number("total", "总分", "total"),
        Column::text("grade", "等级", "grade"),
        Column::number("rank", "名次", "rank"),
        Column::text("ranking_group", "排名组", "ranking group"),
        Column::text("vetoes", "否决", "vetoes"),
        Column::text("consequences", "结果运用", "consequences"),
    ]
}

/// One row for each unit and item, and one for each unit with `item` null.
fn score_rows(
    programme: &Programme,
    scorecard: &Scorecard,
    assessment: &Assessment,
) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for card in &assessment.cards {
        let unit = Cell::shown(
            card.participant.clone(),
            common::unit_name(programme, &card.participant),
        );
        for item in carried(card) {
            rows.push(vec![
                unit.clone(),
                Cell::same(item.item.to_string()),
                Cell::same(item.top_group.to_string()),
                Cell::from(figure_text(programme, scorecard, item, assessment.period)),
                item.points.as_ref().map(common::decimal).into(),
                Cell::same(common::decimal(&item.max_points)),
                Cell::same(item.state.as_str()),
                Cell::same(common::text(&item.reason)),
                Cell::none(""),
                Cell::none(""),
                Cell::none(""),
                Cell::none(""),
                Cell::none(""),
                Cell::none(""),
            ]);
        }
        let vetoes: Vec<String> = card.vetoes.iter().map(|veto| veto.veto.clone()).collect();
        let consequences: Vec<String> = card
            .consequences
            .iter()
            .map(|found| common::text(&found.text).to_owned())
            .collect();
        rows.push(vec![
            unit,
            Cell::none(""),
            Cell::none(""),
            Cell::none(""),
            Cell::none(""),
            Cell::same(common::decimal(&card.possible)),
            Cell::same(state_name(card.state)),
            Cell::none(""),
            Cell::from(card.total_text.clone()),
            Cell::from(card.grade.clone()),
            card.rank.map_or_else(|| Cell::none(""), Cell::same),
            Cell::from(card.ranking_group.clone()),
            Cell::same(vetoes.join("; ")),
            Cell::same(consequences.join("; ")),
        ]);
    }
    rows
}

/// The items that the participant carries; the others have no place on its card.
pub fn carried(card: &Card) -> impl Iterator<Item = &ItemResult> {
    card.items
        .iter()
        .filter(|item| item.state != ItemState::NotCarried)
}

fn state_name(state: CardState) -> &'static str {
    match state {
        CardState::Final => "final",
        CardState::Preliminary => "preliminary",
        CardState::Pending => "pending",
    }
}

/// The figures of an item, shown as their indicators say; `None` for a judged item.
pub fn figure_text(
    programme: &Programme,
    scorecard: &Scorecard,
    item: &ItemResult,
    period: Period,
) -> Option<String> {
    let ties = scorecard.items.get(&item.item)?;
    let figures = item.figures.iter().zip(&ties.indicators);
    let shown: Vec<String> = figures
        .map(|(figure, indicator)| common::shown_of(programme, indicator, figure, period))
        .collect();
    (!shown.is_empty()).then(|| shown.join(" × "))
}

/// The scoreboard: units by ranking group, best first.
pub fn print_board(programme: &Programme, assessment: &Assessment) -> Outcome {
    let columns = [
        Column::text("group", "排名组", "group"),
        Column::number("rank", "名次", "rank"),
        Column::text("unit", "单位", "unit"),
        Column::number("total", "总分", "total"),
        Column::text("grade", "等级", "grade"),
        Column::number("items", "项目", "items"),
        Column::text("remark", "说明", "remark"),
    ];
    let mut cards: Vec<&Card> = assessment.cards.iter().collect();
    cards.sort_by(|a, b| {
        let place = |card: &Card| (card.ranking_group.clone(), card.rank.unwrap_or(u32::MAX));
        place(a)
            .cmp(&place(b))
            .then_with(|| b.total.cmp(&a.total))
            .then_with(|| a.participant.cmp(&b.participant))
    });
    let mut last_group = None;
    let mut rows = Vec::new();
    for card in cards {
        let group = card.ranking_group.as_ref();
        let group_cell = if last_group == Some(group) {
            Cell::none("")
        } else {
            Cell::same(
                group
                    .map(|id| group_name(programme, id))
                    .unwrap_or_default(),
            )
        };
        last_group = Some(group);
        rows.push(vec![
            group_cell,
            card.rank.map_or_else(|| Cell::none("—"), Cell::same),
            Cell::same(common::unit_name(programme, &card.participant)),
            Cell::same(card.total_text.clone().unwrap_or_default()),
            Cell::same(card.grade.clone().unwrap_or_default()),
            Cell::same(carried(card).count() as u64),
            Cell::same(remark(card)),
        ]);
    }
    print(Format::Table, &columns, &rows)?;
    Ok(())
}

/// The name of a ranking group; its id where the programme no longer has it.
pub fn group_name(programme: &Programme, id: &str) -> String {
    let groups = programme.vocabularies.get(programme::schema::RANKING_GROUP);
    groups
        .and_then(|groups| groups.codes.get(id))
        .map_or_else(|| id.to_owned(), |code| common::text(&code.name).to_owned())
}

fn remark(card: &Card) -> String {
    let mut remarks: Vec<String> = card
        .vetoes
        .iter()
        .map(|veto| {
            format!(
                "{}{}{}",
                say("一票否决：", "vetoed: "),
                common::text(&veto.name),
                by_score(card)
            )
        })
        .collect();
    if let Some(reason) = &card.quota_reason {
        remarks.push(common::text(reason).to_owned());
    }
    remarks.extend(
        card.gate_reasons
            .iter()
            .map(|gate| common::text(&gate.reason).to_owned()),
    );
    if card.state == CardState::Pending {
        remarks.push(format!(
            "{} {}",
            say("未定，尚有分值", "pending, open points"),
            common::points(&card.open_points)
        ));
    }
    remarks.join(say("；", "; "))
}

fn by_score(card: &Card) -> String {
    card.grade_by_score
        .as_ref()
        .map(|grade| match lang() {
            Lang::Zh => format!("（按得分为 {grade}）"),
            Lang::En => format!(" ({grade} by score)"),
        })
        .unwrap_or_default()
}

/// `zhicheng rate --data DIR SCORECARD --day D …`
pub fn rate(arguments: &Rate) -> Outcome {
    let office = common::open(&arguments.data)?;
    let (day, at) = common::when(&office, &arguments.when)?;
    let scorecard = names::scorecard(&office, &arguments.scorecard, at)?;
    let programme = common::programme_at(&office, at)?;
    let Some(declared) = programme.scorecards.get(&scorecard) else {
        return Ok(());
    };
    let subject = arguments
        .subject
        .as_deref()
        .map(|word| common::subject(&office, &declared.of, word));
    let name = |subject_type: &base::SubjectTypeId, card: &Card| {
        office
            .mirror()
            .subject_name(subject_type.as_str(), &card.participant)
            .unwrap_or_default()
            .to_owned()
    };
    let columns = rate_columns();
    let format = arguments.output.format;
    if let Some(subject) = &subject {
        let card = office.rate_one(&scorecard, subject, day, at)?;
        let Scored::Subjects(of) = &declared.of else {
            return Ok(());
        };
        if format == Format::Table {
            let title = format!("{} {}", card.participant, name(of, &card));
            print_card(&programme, declared, &title, &card, Period::Days(day, day))?;
            outln!("{}", as_of(&office, day, at));
            return Ok(());
        }
        let row = rate_row(declared, &card, name(of, &card), day, at);
        return print(format, &columns, &[row]);
    }
    let rating = office.rate(&scorecard, day, at)?;
    // A card is made when its row is printed, so that a million of them need no memory.
    let rows = rating.by_subject().into_iter().map(|row| {
        let card = rating.card(row)?;
        let name = name(rating.subject_type(), &card);
        Ok(rate_row(declared, &card, name, day, at))
    });
    stream(format, &columns, rows)?;
    if format == Format::Table {
        outln!("{}", grades(&rating));
        outln!("{}", as_of(&office, day, at));
    }
    Ok(())
}

/// The columns of `rate`, for scripts.
fn rate_columns() -> [Column; 8] {
    [
        Column::text("subject", "对象", "subject"),
        Column::text("name", "名称", "name"),
        Column::number("score", "得分", "score"),
        Column::text("grade", "等级", "grade"),
        Column::text("vetoes", "直接定级", "vetoes"),
        Column::text("reasons", "理由", "reasons"),
        Column::text("day", "截至", "day").for_scripts(),
        Column::number("position", "位置", "position").for_scripts(),
    ]
}

fn rate_row(
    declared: &Scorecard,
    card: &Card,
    name: String,
    day: base::Day,
    at: base::Position,
) -> Vec<Cell> {
    let vetoes: Vec<String> = card.vetoes.iter().map(|veto| veto.veto.clone()).collect();
    let veto_names: Vec<&str> = card
        .vetoes
        .iter()
        .map(|veto| common::text(&veto.name))
        .collect();
    vec![
        Cell::same(card.participant.clone()),
        Cell::same(name),
        Cell::from(card.total_text.clone()),
        Cell::from(card.grade.clone()),
        Cell::shown(vetoes.join("; "), veto_names.join(say("；", "; "))),
        reasons_cell(&reasons(declared, card)),
        Cell::same(day.to_string()),
        Cell::same(at.0),
    ]
}

/// Why the score is what it is: what was deducted or missed, the most first, then what was added. A bonus
/// that was not earned is no reason.
fn reasons(declared: &Scorecard, card: &Card) -> Vec<String> {
    let mut lost = Vec::new();
    let mut added = Vec::new();
    for item in carried(card) {
        let Some(points) = &item.points else { continue };
        match item.role {
            Role::Normal => lost.push((&item.max_points - points, item)),
            Role::Deduction => lost.push((-points, item)),
            Role::Bonus => added.push((points.clone(), item)),
        }
    }
    let told = |mut of: Vec<(Ratio, &ItemResult)>, sign: &str| -> Vec<String> {
        of.retain(|(points, _)| points.is_positive());
        of.sort_by(|a, b| b.0.cmp(&a.0));
        of.iter()
            .map(|(points, item)| {
                format!(
                    "{} {sign}{}",
                    item_name(declared, &item.item),
                    common::points(points)
                )
            })
            .collect()
    };
    let mut reasons = told(lost, "−");
    reasons.extend(told(added, "+"));
    reasons
}

/// So many reasons stand in a table; scripts get all.
const REASONS_SHOWN_MAX: usize = 4;

fn reasons_cell(reasons: &[String]) -> Cell {
    let mut shown = reasons
        .iter()
        .take(REASONS_SHOWN_MAX)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(say("；", "; "));
    if reasons.len() > REASONS_SHOWN_MAX {
        shown.push_str(say("；…", "; …"));
    }
    Cell::shown(reasons.join("; "), shown)
}

/// How many are in each grade.
fn grades(rating: &Rating<'_>) -> String {
    let open = || say("未定", "open").to_owned();
    let mut counts: Vec<(String, usize)> = rating
        .grade_counts()
        .into_iter()
        .map(|(grade, count)| (grade.map_or_else(open, str::to_owned), count))
        .collect();
    counts.sort();
    counts
        .iter()
        .map(|(grade, count)| format!("{grade}: {count}"))
        .collect::<Vec<_>>()
        .join("   ")
}

/// As of when a rating is true.
fn as_of(office: &Office, day: base::Day, at: base::Position) -> String {
    let nature = crate::commands::folder::nature_word(office.nature());
    match lang() {
        Lang::Zh => format!("【{nature}】截至 {day}，位置 {}。", at.0),
        Lang::En => format!("[{nature}] as of {day}, position {}.", at.0),
    }
}

/// `zhicheng override --data DIR SCORECARD ITEM UNIT POINTS --reason TEXT`
pub fn override_points(arguments: &Override, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let programme = office.programme()?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let scorecard = names::scorecard(&office, &arguments.scorecard, office.position())?;
    let unit = common::unit(&office, &arguments.unit)?;
    let Some(declared) = programme.scorecards.get(&scorecard) else {
        return Ok(());
    };
    let item = names::item(&scorecard, declared, &arguments.item)?;
    let points = match arguments.points.as_str() {
        "none" => None,
        text => Some(Ratio::parse_decimal(text).ok_or_else(|| problems::not_points(text))?),
    };
    let position = office.override_points(
        &scorecard,
        &period,
        &item,
        &unit,
        points.as_ref(),
        &arguments.reason,
    )?;
    outln!("{} {position}", say("已改定，位置", "points set, position"));
    Ok(())
}

/// `zhicheng seal --data DIR SCORECARD --period P --minutes FILE --approval TEXT`
pub fn seal(arguments: &Seal, common: &Common) -> Outcome {
    let mut office = common::open_to_write(&arguments.data, common)?;
    let programme = office.programme()?;
    let period = common::period(&programme, arguments.period.as_deref())?;
    let day = match &arguments.day {
        Some(text) => common::day(text)?,
        None => office.today()?,
    };
    let scorecard = names::scorecard(&office, &arguments.scorecard, office.position())?;
    let name = arguments
        .minutes
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let request = SealRequest {
        ask: Ask {
            scorecard,
            period,
            day,
            at: office.position(),
        },
        minutes: (name, read(&arguments.minutes)?),
        approval: arguments.approval.clone(),
        as_demonstration: arguments.demonstration,
        reason: arguments.reason.clone(),
    };
    let position = office.seal(&request)?;
    outln!("{} {position}", say("已封存，位置", "sealed, position"));
    Ok(())
}

/// `zhicheng reconcile --data DIR`
pub fn reconcile(arguments: &Reconcile) -> Outcome {
    let office = common::open(&arguments.data)?;
    let found = office.reconcile()?;
    let columns = [
        Column::text("claim", "编号", "claim"),
        Column::text("statement", "表述", "statement"),
        Column::number("claimed", "公布", "claimed"),
        Column::text("relation", "关系", "relation"),
        Column::number("measured", "测得", "measured"),
        Column::text("met", "相符", "met"),
        Column::text("address", "地址", "address"),
    ];
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|reconciled| {
            vec![
                Cell::same(reconciled.claim.clone()),
                Cell::same(common::text(&reconciled.statement)),
                Cell::same(reconciled.claimed.clone()),
                Cell::shown(
                    relation_name(reconciled.relation),
                    relation_word(reconciled.relation),
                ),
                match &reconciled.measured {
                    Some(measured) => {
                        Cell::shown(common::decimal(measured), common::points(measured))
                    }
                    None => Cell::none("—"),
                },
                Cell::shown(
                    reconciled.met,
                    if reconciled.met {
                        say("● 相符", "● met")
                    } else {
                        say("■ 不符", "■ NOT MET")
                    },
                ),
                Cell::same(reconciled.address.clone()),
            ]
        })
        .collect();
    print(arguments.output.format, &columns, &rows)?;
    let unmet = found.iter().filter(|reconciled| !reconciled.met).count();
    if arguments.output.format == Format::Table {
        common::mark(&office, Format::Table);
        outln!(
            "{} / {} {}",
            found.len() - unmet,
            found.len(),
            say("相符", "met")
        );
    }
    if unmet > 0 {
        Err(Failure::Told)
    } else {
        Ok(())
    }
}

fn relation_word(relation: programme::model::Relation) -> &'static str {
    use programme::model::Relation;
    match relation {
        Relation::Exact => say("等于", "exactly"),
        Relation::Rounded1 => say("一位小数相等", "at one decimal"),
        Relation::MoreThan => say("多于", "more than"),
        Relation::AtLeast => say("不少于", "at least"),
        Relation::Nearly => say("近", "nearly"),
        Relation::About => say("约", "about"),
    }
}
