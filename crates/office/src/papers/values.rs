//! The values of each kind of paper, as they stand at the office's position.
//!
//! Papers are written in Chinese, whatever the reader's language: that is what offices send.

use std::collections::BTreeMap;

use base::{Day, Figure, IndicatorId, Lang, Position, Problem, Ratio, ScorecardId};
use casework::Value as CaseValue;
use ledger::Nature;
use measure::Query;
use programme::model::{Programme, Scorecard, Scored, TITLE_FIELD};
use report::{Column, Data, Line, ListOf, Value};
use scoring::{Card, ItemState, Role};
use serde_json::Value as Json;

use super::{About, PaperKind, PaperRequest, kinds};
use crate::assessment::{Ask, Assessment, is_carried_by};
use crate::case::Case;
use crate::course::item_of;
use crate::entry::SealFacts;
use crate::folder::Office;
use crate::lost::{is_opened_by_seal, lost_items};
use crate::problems;

/// Signs of an issuer that stand on one line of the red head at its full size.
const ISSUER_ON_A_LINE: usize = 12;
/// Working days within which something is demanded where no day was typed.
const DEMANDED_WITHIN: u32 = 3;
/// What a paper of a demonstration says at its head.
pub(super) const NOTICE: &str = "演示数据，不是正式文件";

/// Fields and lists as they are put together.
pub(super) struct Filling {
    pub(super) words: report::Known,
    pub(super) data: Data,
}

impl Filling {
    /// Puts a value under the English name of a field.
    pub(super) fn put(&mut self, en: &str, value: Value) {
        if let Some(field) = self.words.fields.iter().find(|field| field.name.en == en) {
            let (zh, en) = (field.name.zh.clone(), field.name.en.clone());
            self.data.fields.push(Line { zh, en, value });
        }
    }

    pub(super) fn text(&mut self, en: &str, text: impl Into<String>) {
        self.put(en, Value::Text(text.into()));
    }

    pub(super) fn count(&mut self, en: &str, count: usize) {
        self.put(en, Value::Number(count.to_string()));
    }

    /// Puts lines under the English name of a list; each has a value for each of its columns.
    pub(super) fn lines(&mut self, en: &str, rows: Vec<Vec<Value>>) {
        if let Some((list, columns)) = self.words.lists.iter().find(|(list, _)| list.name.en == en)
        {
            let columns = columns.iter().map(|field| Column {
                zh: field.name.zh.clone(),
                en: field.name.en.clone(),
            });
            self.data.lists.push(ListOf {
                zh: list.name.zh.clone(),
                en: list.name.en.clone(),
                columns: columns.collect(),
                rows,
            });
        }
    }
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn number(number: Option<&Ratio>) -> Value {
    number.map_or_else(Value::empty, |number| {
        Value::Number(programme::shown::points(number))
    })
}

pub(super) fn day(day: Option<Day>) -> Value {
    day.map_or_else(Value::empty, |day| Value::Day(day.to_string()))
}

impl Office {
    /// Everything that a paper is filled with.
    ///
    /// # Errors
    /// What it is about is not there, or cannot be measured.
    pub(super) fn paper_values(
        &self,
        request: &PaperRequest,
        written: &str,
        today: Day,
    ) -> Result<Data, Problem> {
        let programme = self.programme()?;
        let mut filling = Filling {
            words: request.kind.known(&programme),
            data: Data::default(),
        };
        if self.nature() == Nature::Demonstration {
            filling.data.notice = Some(NOTICE.to_owned());
        }
        self.put_common(&mut filling, request, written, &programme, today)?;
        match request.kind {
            PaperKind::Letter => self.put_letter(&mut filling, &request.about, &programme)?,
            PaperKind::Supervision => {
                self.put_supervision(&mut filling, request, &programme, today)?
            }
            PaperKind::OfCase(paper) => {
                self.put_case_paper(&mut filling, &request.about, paper, &programme, today)?
            }
            PaperKind::Circular => self.put_circular(&mut filling, &request.about, &programme)?,
            PaperKind::Rectification => self.put_rectification(&mut filling, &programme, today)?,
            PaperKind::Summary => self.put_summary(&mut filling, &programme, today)?,
            PaperKind::Confirmation => {
                self.put_confirmation(&mut filling, &request.about, &programme, today)?
            }
        }
        Ok(filling.data)
    }

    fn put_common(
        &self,
        filling: &mut Filling,
        request: &PaperRequest,
        written: &str,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let typed = kinds::typed_of(request);
        let typed = |name: &str| typed.get(name).cloned().unwrap_or_default();
        let scorecard = scorecard_of(programme).map(|(_, found)| found);
        let basis = scorecard
            .and_then(|found| found.approval.as_ref())
            .and_then(|id| programme.documents.get(&**id));
        let issuer = match typed("issuer") {
            issuer if issuer.is_empty() => self.issuer(request.kind, programme, today)?,
            issuer => issuer,
        };
        let is_long = issuer.chars().count() > ISSUER_ON_A_LINE;
        filling.text("issuer.long", if is_long { issuer.as_str() } else { "" });
        filling.text("issuer", issuer);
        filling.text("number", written);
        filling.put("date", Value::Day(today.to_string()));
        filling.text("year", period_in_words(&programme.year.to_string()));
        filling.text("city", programme.city.zh.clone());
        filling.text(
            "scheme",
            scorecard
                .map(|found| found.name.zh.clone())
                .unwrap_or_default(),
        );
        filling.text(
            "basis",
            basis.map(|found| found.name.zh.clone()).unwrap_or_default(),
        );
        filling.text("signer", typed("signer"));
        filling.text("copied_to", typed("copied_to"));
        filling.text("note", typed("note"));
        filling.put("position", Value::Number(self.position().to_string()));
        Ok(())
    }

    /// The body that the programme declares for a kind of paper, else the unit of who acts, else the city.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn issuer(
        &self,
        kind: PaperKind,
        programme: &Programme,
        today: Day,
    ) -> Result<String, Problem> {
        let declared = programme.papers.get(kind.as_str());
        if let Some(issuer) = declared.and_then(|declared| declared.issuer.as_ref()) {
            return Ok(issuer.zh.clone());
        }
        let unit = self.actor()?.and_then(|actor| actor.unit);
        Ok(unit.map_or_else(
            || programme.city.zh.clone(),
            |unit| name_of(programme, &unit, today),
        ))
    }

    fn assessed_now(
        &self,
        programme: &Programme,
        today: Day,
    ) -> Result<(ScorecardId, Assessment), Problem> {
        let (id, _) = scorecard_of(programme).ok_or_else(|| problems::unknown_scorecard("", ""))?;
        let ask = Ask {
            scorecard: id.clone(),
            period: programme.year,
            day: today,
            at: self.position(),
        };
        Ok((id.clone(), self.assess(&ask)?))
    }

    fn put_letter(
        &self,
        filling: &mut Filling,
        unit: &str,
        programme: &Programme,
    ) -> Result<(), Problem> {
        let on = programme.year.last();
        let declared = programme
            .units
            .get(unit)
            .ok_or_else(|| problems::paper_about_nothing(unit))?;
        let (id, scorecard) =
            scorecard_of(programme).ok_or_else(|| problems::unknown_scorecard("", ""))?;
        let unit = base::UnitId::new(unit);
        let mut rows = Vec::new();
        let mut all = Ratio::ZERO;
        for item in &scorecard.card.items {
            let Some(ties) = scorecard.items.get(&item.id) else {
                continue;
            };
            if !is_carried_by(programme, ties, &unit, on) {
                continue;
            }
            if item.role == Role::Normal {
                all = &all + &item.points;
            }
            let own = ties
                .targets
                .iter()
                .filter(|target| target.period == programme.year);
            let target = own
                .clone()
                .find(|target| target.unit.as_ref() == Some(&unit));
            let target = target.or_else(|| own.clone().find(|target| target.unit.is_none()));
            let due = ties.due.map(|(month, day)| format!("{month}月{day}日"));
            let lead = ties
                .lead
                .as_ref()
                .map(|lead| name_of(programme, lead.as_str(), on));
            rows.push(vec![
                text(category(scorecard, &item.group)),
                text(item.name.zh.clone()),
                text(ties.criterion.zh.clone()),
                number(target.map(|target| &target.value)),
                number(Some(&item.points)),
                text(due.unwrap_or_default()),
                text(lead.unwrap_or_default()),
                text(ties.evidence.zh.clone()),
            ]);
        }
        // What both sides have signed on the site, where they have.
        let signed = self.letter(id, unit.as_str())?;
        let signature =
            |day: Option<&str>| day.map_or_else(Value::empty, |day| Value::Day(day.to_owned()));
        let (own, group) = match signed.signed() {
            Some(found) => (
                Some(found.unit.day.as_str()),
                found.group.as_ref().map(|group| group.day.as_str()),
            ),
            None => (None, None),
        };
        filling.put("unit.signed", signature(own));
        filling.put("group.signed", signature(group));
        filling.text("text.sha256", signed.sha256.clone());
        filling.text("unit.name", declared.name_on(on).zh.clone());
        filling.count("items.count", rows.len());
        filling.put("items.points", number(Some(&all)));
        filling.lines("items", rows);
        Ok(())
    }

    fn put_supervision(
        &self,
        filling: &mut Filling,
        request: &PaperRequest,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let none = || problems::paper_about_nothing(&request.about);
        let case = self.case(request.about.trim().parse().map_err(|_| none())?)?;
        let unit = case.about.unit.as_deref().unwrap_or_default();
        let task = crate::work::task(programme, &case, Vec::new(), today);
        let late = task
            .working_days_left
            .filter(|days| *days < 0)
            .map(i64::abs);
        let demanded = request
            .typed
            .get("demanded")
            .and_then(|text| Day::parse(text.trim()).ok());
        let demanded = demanded.or_else(|| {
            programme
                .calendar
                .add_working_days(today, DEMANDED_WITHIN)
                .ok()
        });
        filling.text("unit.name", name_of(programme, unit, today));
        filling.text("matter", matter(programme, &case));
        filling.put("case", Value::Number(case.number.to_string()));
        filling.put("opened", Value::Day(case.about.day.clone()));
        filling.text("state", state_name(&case));
        filling.put("due", day(task.due.as_ref().map(|due| due.due_on)));
        filling.put(
            "days_late",
            late.map_or_else(Value::empty, |days| Value::Number(days.to_string())),
        );
        filling.text(
            "lateness",
            late.map(|days| format!("，已逾期{days}个工作日"))
                .unwrap_or_default(),
        );
        filling.put("demanded", day(demanded));
        filling.lines(
            "fields",
            fields_of(&case)
                .into_iter()
                .map(|(name, value)| vec![text(name), text(value)])
                .collect(),
        );
        let steps = case.state.steps.iter().map(|step| {
            let action = case
                .flow
                .action(&step.action)
                .map(|action| action.name.zh.clone());
            let unit = step
                .unit
                .as_ref()
                .map(|unit| name_of(programme, unit.as_str(), step.day));
            vec![
                Value::Day(step.day.to_string()),
                text(action.unwrap_or_else(|| step.action.to_string())),
                text(unit.unwrap_or_default()),
                text(step.reason.clone().unwrap_or_default()),
            ]
        });
        filling.lines("steps", steps.collect());
        Ok(())
    }

    fn put_circular(
        &self,
        filling: &mut Filling,
        about: &str,
        programme: &Programme,
    ) -> Result<(), Problem> {
        let none = || problems::paper_about_nothing(about);
        let position: u64 = about.trim().parse().map_err(|_| none())?;
        let (_, facts) = self
            .mirror()
            .all_seals()
            .iter()
            .find(|(found, _)| *found == Position(position))
            .ok_or_else(none)?;
        let sealed = Sealed::of(programme, facts).ok_or_else(none)?;
        filling.text(
            "title",
            format!("关于{}结果的通报", sealed.scorecard.name.zh),
        );
        filling.text("approval", facts.approval.clone());
        filling.count("units.count", sealed.cards.len());
        filling.put("sealed", Value::Day(facts.day.clone()));
        let vetoes = sealed.named(|card| sealed.vetoes(card));
        filling.text(
            "consequences.ordinal",
            if vetoes.is_empty() { "二" } else { "三" },
        );
        filling.text("correction", facts.reason.clone().unwrap_or_default());
        let grades = sealed.scorecard.card.bands.iter().filter_map(|band| {
            let units = sealed.units(|card| card.grade == band.grade);
            (!units.is_empty()).then(|| {
                vec![
                    text(band.grade.clone()),
                    text(band.name.zh.clone()),
                    Value::Number(units.len().to_string()),
                    text(units.join("、")),
                ]
            })
        });
        let grades = grades.collect();
        filling.lines("grades", grades);
        filling.lines("vetoes", vetoes);
        filling.lines(
            "consequences",
            sealed.named(|card| card.consequences.clone()),
        );
        filling.lines("ranks", sealed.ranks());
        Ok(())
    }

    fn put_rectification(
        &self,
        filling: &mut Filling,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let (id, scorecard) =
            scorecard_of(programme).ok_or_else(|| problems::unknown_scorecard("", ""))?;
        let seals = self.mirror().seals(id, &programme.year);
        let sealed = seals
            .last()
            .and_then(|(_, facts)| Sealed::of(programme, facts));
        let cases = self.consequence_cases(id, &programme.year)?;
        let closed = cases.iter().filter(|case| case.state.is_closed()).count();
        let rows = cases.iter().map(|case| {
            let unit = case.about.unit.as_deref().unwrap_or_default();
            let card = sealed
                .as_ref()
                .and_then(|sealed| sealed.cards.iter().find(|card| card.unit == unit));
            let demand = scorecard
                .opens
                .iter()
                .filter(|(_, flow)| flow.as_str() == case.about.flow);
            let demand =
                demand.filter_map(|(consequence, _)| scorecard.consequences.get(consequence));
            let demand = demand.map(|found| found.text.zh.as_str()).find(|found| {
                card.is_none_or(|card| card.consequences.iter().any(|own| own == found))
            });
            let task = crate::work::task(programme, case, Vec::new(), today);
            vec![
                text(name_of(programme, unit, today)),
                text(card.map(|card| card.grade.clone()).unwrap_or_default()),
                text(card.map(|card| card.lost.join("；")).unwrap_or_default()),
                text(demand.unwrap_or_default()),
                Value::Day(case.about.day.clone()),
                day(task.due.map(|due| due.due_on)),
                text(state_name(case)),
                day(case.state.closed.as_ref().map(|closed| closed.on)),
                text(reported(case).unwrap_or_default()),
                Value::Number(case.number.to_string()),
            ]
        });
        let rows: Vec<Vec<Value>> = rows.collect();
        let mut lost = Vec::new();
        let mut assessed: Vec<(Ask, Assessment)> = Vec::new();
        for case in &cases {
            lost.extend(self.lost_rows(programme, case, &mut assessed, today)?);
        }
        filling.lines("lost_items", lost);
        filling.count("count", rows.len());
        filling.count("closed.count", closed);
        filling.lines("rectifications", rows);
        Ok(())
    }

    /// The lines of a case's lost items; `assessed` keeps what was scored for the cases before.
    fn lost_rows(
        &self,
        programme: &Programme,
        case: &Case,
        assessed: &mut Vec<(Ask, Assessment)>,
        today: Day,
    ) -> Result<Vec<Vec<Value>>, Problem> {
        let Some((_, ask)) = self.sealed_for(case) else {
            return Ok(Vec::new());
        };
        let same = |(known, _): &&(Ask, Assessment)| {
            known.at == ask.at && known.day == ask.day && known.scorecard == ask.scorecard
        };
        if !assessed.iter().any(|known| same(&known)) {
            let found = self.assess(&ask)?;
            assessed.push((ask.clone(), found));
        }
        let unit = case.about.unit.as_deref().unwrap_or_default();
        let Some((_, assessment)) = assessed.iter().find(same) else {
            return Ok(Vec::new());
        };
        let task = crate::work::task(programme, case, Vec::new(), today);
        let due = task.due.map(|due| due.due_on);
        let closed = case.state.closed.as_ref().map(|closed| closed.on);
        let lines = lost_items(programme, assessment, unit).into_iter();
        Ok(lines
            .map(|item| {
                vec![
                    text(name_of(programme, unit, today)),
                    text(matter(programme, case)),
                    text(item.name.zh),
                    number(Some(&item.possible)),
                    number(Some(&item.given)),
                    number(Some(&item.lost)),
                    text(item.reason.zh),
                    Value::Day(case.about.day.clone()),
                    day(due),
                    text(state_name(case)),
                    day(closed),
                    text(reported(case).unwrap_or_default()),
                    Value::Number(case.number.to_string()),
                ]
            })
            .collect())
    }

    fn put_summary(
        &self,
        filling: &mut Filling,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let (_, assessment) = self.assessed_now(programme, today)?;
        let mut cards: Vec<&Card> = assessment.cards.iter().collect();
        let group =
            |card: &Card| group_name(programme, card.ranking_group.as_deref().unwrap_or_default());
        let order = groups_in_order(programme);
        cards.sort_by_key(|card| {
            let group = card.ranking_group.as_deref().unwrap_or_default();
            let place = order
                .iter()
                .position(|known| known == group)
                .unwrap_or(usize::MAX);
            (place, card.rank.unwrap_or(u32::MAX))
        });
        filling.count("units.count", cards.len());
        let rows = cards.iter().map(|card| {
            let vetoes: Vec<&str> = card
                .vetoes
                .iter()
                .map(|veto| veto.name.zh.as_str())
                .collect();
            vec![
                text(group(card)),
                card.rank
                    .map_or_else(Value::empty, |rank| Value::Number(rank.to_string())),
                text(name_of(programme, &card.participant, today)),
                card.total_text
                    .clone()
                    .map_or_else(Value::empty, Value::Number),
                text(card.grade.clone().unwrap_or_default()),
                text(vetoes.join("、")),
            ]
        });
        filling.lines("units", rows.collect());
        let mut lines = Vec::new();
        for (id, indicator) in &programme.indicators {
            let figure = self.city_figure(programme, id, today);
            let shown = programme::shown::figure(&figure, indicator.format, Lang::Zh);
            let part = |part: Option<&Ratio>| {
                part.map(programme::shown::decimal)
                    .map_or_else(Value::empty, Value::Number)
            };
            let own = figure.value().is_some();
            let value = Value::Text(shown);
            if let Some(field) = filling
                .words
                .fields
                .iter()
                .find(|field| field.name.en == format!("figure.{id}"))
            {
                let (zh, en) = (field.name.zh.clone(), field.name.en.clone());
                filling.data.fields.push(Line {
                    zh,
                    en,
                    value: value.clone(),
                });
            }
            lines.push(vec![
                text(indicator.name.zh.clone()),
                text(id.to_string()),
                value,
                part(Some(figure.numerator()).filter(|_| own)),
                part(Some(figure.denominator()).filter(|_| own)),
                text(indicator.unit_of_measure.zh.clone()),
                text(indicator.definition.zh.clone()),
            ]);
        }
        filling.lines("figures", lines);
        Ok(())
    }

    /// The city's figure of the programme's year; not reported where it cannot be measured for the city.
    fn city_figure(&self, programme: &Programme, id: &IndicatorId, today: Day) -> Figure {
        let query = Query::new(id.clone(), programme.year, today, self.position());
        let cells = self.mirror().columns().measure(&query).unwrap_or_default();
        cells
            .into_iter()
            .next()
            .map_or_else(Figure::not_reported, |cell| cell.figure)
    }

    fn put_confirmation(
        &self,
        filling: &mut Filling,
        unit: &str,
        programme: &Programme,
        today: Day,
    ) -> Result<(), Problem> {
        let (id, assessment) = self.assessed_now(programme, today)?;
        let none = || problems::paper_about_nothing(unit);
        let scorecard = programme.scorecards.get(&id).ok_or_else(none)?;
        let card = assessment
            .cards
            .iter()
            .find(|card| card.participant == unit)
            .ok_or_else(none)?;
        let rows = card
            .items
            .iter()
            .filter(|item| item.state != ItemState::NotCarried)
            .map(|item| {
                let declared = scorecard
                    .card
                    .items
                    .iter()
                    .find(|found| found.id == item.item);
                let indicator = scorecard
                    .items
                    .get(&item.item)
                    .and_then(|ties| ties.indicators.first());
                let figure = match (indicator, item.figures.first()) {
                    (Some(indicator), Some(figure)) => programme::shown::figure_of(
                        programme,
                        indicator,
                        figure,
                        assessment.period,
                        Lang::Zh,
                    ),
                    _ => String::new(),
                };
                vec![
                    text(category(scorecard, &item.top_group)),
                    text(
                        declared
                            .map(|found| found.name.zh.clone())
                            .unwrap_or_default(),
                    ),
                    number(Some(&item.max_points)),
                    number(item.points.as_ref()),
                    text(figure),
                    text(item.reason.zh.clone()),
                ]
            });
        let rows = rows.collect();
        let grade = card.grade.clone().unwrap_or_default();
        let grade_name = scorecard.card.bands.iter().find(|band| band.grade == grade);
        let grade_name = grade_name
            .map(|band| band.name.zh.clone())
            .unwrap_or_default();
        let whole = |number: Option<u32>| {
            number.map_or_else(Value::empty, |number| Value::Number(number.to_string()))
        };
        filling.text("unit.name", name_of(programme, unit, today));
        filling.put(
            "total",
            card.total_text
                .clone()
                .map_or_else(Value::empty, Value::Number),
        );
        filling.put("rank", whole(card.rank));
        filling.put("rank.of", whole(card.ranked_of));
        filling.text(
            "rank.words",
            card.rank
                .map(|rank| format!("，组内第{rank}名"))
                .unwrap_or_default(),
        );
        let in_words = if grade.is_empty() {
            String::new()
        } else {
            format!("，等级{grade}（{grade_name}）")
        };
        filling.text("grade.words", in_words);
        filling.text("grade", grade);
        filling.lines("items", rows);
        Ok(())
    }

    /// What papers of a kind can be about now: identifier and name, in order; most at a time.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn paper_subjects(
        &self,
        kind: PaperKind,
        lang: Lang,
        most: usize,
    ) -> Result<Vec<(String, String)>, Problem> {
        let programme = self.programme()?;
        let today = self.today()?;
        Ok(match kind.about() {
            About::Year => Vec::new(),
            About::Unit => {
                let scorecard = scorecard_of(&programme).map(|(_, found)| found);
                let on = programme.year.last();
                let carries = |unit: &base::UnitId| {
                    scorecard.is_some_and(|found| {
                        found
                            .items
                            .values()
                            .any(|ties| is_carried_by(&programme, ties, unit, on))
                    })
                };
                let units = programme.units.iter().filter(|(id, _)| carries(id));
                units
                    .map(|(id, unit)| (id.to_string(), unit.name_on(today).get(lang).to_owned()))
                    .take(most)
                    .collect()
            }
            About::Seal => {
                let seals = self.mirror().all_seals().iter().rev();
                let name = |facts: &SealFacts| {
                    format!("{} · {} · {}", facts.period, facts.approval, facts.day)
                };
                seals
                    .map(|(at, facts)| (at.to_string(), name(facts)))
                    .take(most)
                    .collect()
            }
            About::Case => {
                let mut late: Vec<(Day, u64, String)> = Vec::new();
                for case in self
                    .open_cases()?
                    .iter()
                    .filter(|case| !case.state.is_closed())
                {
                    if let PaperKind::OfCase(paper) = kind
                        && !(case.flow.id == paper.flow
                            && case
                                .state
                                .steps
                                .iter()
                                .any(|step| step.action == paper.action))
                    {
                        continue;
                    }
                    let task = crate::work::task(&programme, case, Vec::new(), today);
                    let due = task.due.as_ref().map(|due| due.due_on);
                    // What a unit is charged with beside the assessment can be followed up at any time.
                    if due.is_some_and(|due| due < today) || case.about.item.is_none() {
                        let unit = case.about.unit.as_deref().unwrap_or_default();
                        let mut name = format!(
                            "{} · {}",
                            name_of(&programme, unit, today),
                            matter(&programme, case)
                        );
                        if let Some(due) = due {
                            name.push_str(&format!(" · {due}"));
                        }
                        late.push((due.unwrap_or(Day::MAX), case.number, name));
                    }
                }
                late.sort();
                late.into_iter()
                    .map(|(_, number, name)| (number.to_string(), name))
                    .take(most)
                    .collect()
            }
        })
    }
}

/// The scorecard over units that a programme declares first.
pub(super) fn scorecard_of(programme: &Programme) -> Option<(&ScorecardId, &Scorecard)> {
    programme
        .scorecards
        .iter()
        .find(|(_, found)| found.of == Scored::Units)
}

pub(super) fn name_of(programme: &Programme, unit: &str, on: Day) -> String {
    programme
        .units
        .get(unit)
        .map_or_else(|| unit.to_owned(), |unit| unit.name_on(on).zh.clone())
}

/// The name of the top group above a group.
fn category(scorecard: &Scorecard, group: &base::GroupId) -> String {
    let groups = &scorecard.card.groups;
    let mut found = groups.iter().find(|known| &known.id == group);
    // Each step leads to another group, or the programme would not have passed its check.
    for _ in 0..groups.len() {
        match found.and_then(|group| group.parent.as_ref()) {
            Some(parent) => found = groups.iter().find(|known| &known.id == parent),
            None => break,
        }
    }
    found.map(|group| group.name.zh.clone()).unwrap_or_default()
}

fn groups_in_order(programme: &Programme) -> Vec<String> {
    let vocabulary = programme.vocabularies.get(programme::schema::RANKING_GROUP);
    let codes = vocabulary.map(|found| found.codes.keys().map(ToString::to_string).collect());
    codes.unwrap_or_default()
}

fn group_name(programme: &Programme, id: &str) -> String {
    let vocabulary = programme.vocabularies.get(programme::schema::RANKING_GROUP);
    let code = vocabulary.and_then(|found| found.codes.get(id));
    code.map_or_else(|| "不分组".to_owned(), |code| code.name.zh.clone())
}

/// 2018 as 2018年; other periods as they are written.
pub(super) fn period_in_words(period: &str) -> String {
    if period.len() == 4 {
        format!("{period}年")
    } else {
        period.to_owned()
    }
}

/// What was written last in a case.
fn reported(case: &Case) -> Option<String> {
    case.state.steps.iter().rev().find_map(|step| {
        step.fields.iter().find_map(|(_, value)| match value {
            CaseValue::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        })
    })
}

/// What a case is about, in a few words.
pub(super) fn matter(programme: &Programme, case: &Case) -> String {
    if is_opened_by_seal(case) {
        let unit = case.about.unit.as_deref().unwrap_or_default();
        let period = period_in_words(case.about.period.as_deref().unwrap_or_default());
        let unit = name_of(programme, unit, case.state.opening.day);
        return format!("{unit}{period}{}", case.flow.name.zh);
    }
    match item_of(programme, &case.about) {
        Some(of) => format!("{}·{}", of.item.name.zh, case.flow.name.zh),
        None => match case.state.fields.get(&base::FieldId::new(TITLE_FIELD)) {
            Some(CaseValue::Text(title)) => format!("{title}·{}", case.flow.name.zh),
            _ => case.flow.name.zh.clone(),
        },
    }
}

fn state_name(case: &Case) -> String {
    let state = case
        .flow
        .states
        .iter()
        .find(|state| state.id == case.state.state);
    state.map_or_else(
        || case.state.state.to_string(),
        |state| state.name.zh.clone(),
    )
}

/// What a case's fields hold, in words.
pub(super) fn fields_of(case: &Case) -> Vec<(String, String)> {
    let fields = case.state.fields.iter().map(|(id, value)| {
        let field = case.flow.field(id);
        let name = field.map_or_else(|| id.to_string(), |field| field.name.zh.clone());
        (name, value_in_words(field, value))
    });
    fields.filter(|(_, value)| !value.is_empty()).collect()
}

/// What a field of a case holds, as a paper says it: the names of choices and not their codes.
pub(super) fn value_in_words(field: Option<&casework::Field>, value: &CaseValue) -> String {
    match (field.map(|field| &field.kind), value) {
        (Some(casework::FieldKind::Choice(choices)), CaseValue::Text(code)) => choices
            .iter()
            .find(|choice| choice.id.as_str() == code)
            .map_or_else(|| code.clone(), |choice| choice.name.zh.clone()),
        (_, CaseValue::Number(number)) => programme::shown::points(number),
        (_, CaseValue::Integer(number)) => number.to_string(),
        (_, CaseValue::Day(day)) => report::chinese::day(&day.to_string()).unwrap_or_default(),
        (_, CaseValue::Bool(true)) => "是".to_owned(),
        (_, CaseValue::Bool(false)) => "否".to_owned(),
        (_, CaseValue::Text(text)) => text.clone(),
    }
}

/// A sealed result, read.
struct Sealed<'p> {
    programme: &'p Programme,
    scorecard: &'p Scorecard,
    on: Day,
    cards: Vec<SealedCard>,
}

struct SealedCard {
    unit: String,
    name: String,
    total: String,
    grade: String,
    rank: Option<u64>,
    group: String,
    vetoes: Vec<String>,
    consequences: Vec<String>,
    /// The items that lost points, with the points.
    lost: Vec<String>,
}

impl<'p> Sealed<'p> {
    fn of(programme: &'p Programme, facts: &SealFacts) -> Option<Sealed<'p>> {
        let scorecard = programme
            .scorecards
            .get(&ScorecardId::new(&facts.scorecard))?;
        let on = Day::parse(&facts.day).ok()?;
        let text = |card: &Json, key: &str| {
            card.get(key)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let list = |card: &Json, key: &str| -> Vec<String> {
            let found = card.get(key).and_then(Json::as_array).into_iter().flatten();
            found
                .filter_map(|one| one.as_str().map(str::to_owned))
                .collect()
        };
        let cards = facts.results.as_array()?.iter().map(|card| {
            let unit = text(card, "unit");
            let items = card
                .get("items")
                .and_then(Json::as_array)
                .into_iter()
                .flatten();
            let mut lost: Vec<(Ratio, String)> = items
                .filter_map(|item| {
                    let of = |key: &str| Ratio::parse(item.get(key)?.as_str()?);
                    let (points, max) = (of("points")?, of("max_points")?);
                    let lost = &max - &points;
                    let id = base::ItemId::new(item.get("item")?.as_str()?);
                    let name = &scorecard.card.items.iter().find(|found| found.id == id)?;
                    (lost > Ratio::ZERO && name.role != Role::Bonus).then(|| {
                        (
                            lost.clone(),
                            format!(
                                "{}（失{}分）",
                                name.name.zh,
                                programme::shown::points(&lost)
                            ),
                        )
                    })
                })
                .collect();
            lost.sort_by(|one, other| other.0.cmp(&one.0));
            SealedCard {
                name: name_of(programme, &unit, on),
                total: text(card, "total"),
                grade: text(card, "grade"),
                rank: card.get("rank").and_then(Json::as_u64),
                group: text(card, "ranking_group"),
                vetoes: list(card, "vetoes"),
                consequences: list(card, "consequences"),
                lost: lost.into_iter().map(|(_, text)| text).collect(),
                unit,
            }
        });
        Some(Sealed {
            programme,
            scorecard,
            on,
            cards: cards.collect(),
        })
    }

    fn units(&self, is: impl Fn(&SealedCard) -> bool) -> Vec<&str> {
        self.cards
            .iter()
            .filter(|card| is(card))
            .map(|card| card.name.as_str())
            .collect()
    }

    fn vetoes(&self, card: &SealedCard) -> Vec<String> {
        let name = |id: &String| {
            let found = self
                .scorecard
                .card
                .vetoes
                .iter()
                .find(|veto| *veto.id == **id);
            found.map_or_else(|| id.clone(), |veto| veto.name.zh.clone())
        };
        card.vetoes.iter().map(name).collect()
    }

    /// Lines of a name and the units that have it, in order of first mention.
    fn named(&self, of: impl Fn(&SealedCard) -> Vec<String>) -> Vec<Vec<Value>> {
        let mut order: Vec<String> = Vec::new();
        let mut units: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for card in &self.cards {
            for name in of(card) {
                if !order.contains(&name) {
                    order.push(name.clone());
                }
                units.entry(name).or_default().push(&card.name);
            }
        }
        let line = |name: String| {
            let units = units
                .get(&name)
                .map(|units| units.join("、"))
                .unwrap_or_default();
            vec![text(name), text(units)]
        };
        order.into_iter().map(line).collect()
    }

    fn ranks(&self) -> Vec<Vec<Value>> {
        let order = groups_in_order(self.programme);
        let mut cards: Vec<&SealedCard> = self.cards.iter().collect();
        cards.sort_by_key(|card| {
            let place = order
                .iter()
                .position(|known| *known == card.group)
                .unwrap_or(usize::MAX);
            (place, card.rank.unwrap_or(u64::MAX))
        });
        let _ = self.on;
        let row = |card: &SealedCard| {
            vec![
                text(group_name(self.programme, &card.group)),
                card.rank
                    .map_or_else(Value::empty, |rank| Value::Number(rank.to_string())),
                text(card.name.clone()),
                Value::Number(card.total.clone()),
                text(card.grade.clone()),
                text(self.vetoes(card).join("、")),
            ]
        };
        cards.into_iter().map(row).collect()
    }
}
