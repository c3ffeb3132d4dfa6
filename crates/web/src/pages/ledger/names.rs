//! What the facts of an entry are called, and the names of what they point to. The facts themselves are codes, for
//! good; whoever reads them is told the names beside.

use base::Text;
use serde_json::Value as Json;

use crate::look::Look;
use crate::words::Words;

/// What parts of a path are called: as stored, in Chinese, in English.
const LABELS: &[(&str, &str, &str)] = &[
    ("action", "动作", "action"),
    ("approval", "批准文号", "approval number"),
    ("at", "截至存证位置", "as of position"),
    ("because", "起因", "because of"),
    ("case", "事项", "case"),
    ("cases", "事项", "cases"),
    ("checkpoint", "检查点", "checkpoint"),
    ("closes", "是否办结", "closes"),
    ("closing_reason", "办结原因", "reason for closing"),
    ("computed_points", "按规则得分", "points by the rule"),
    ("consequences", "结果运用", "consequences"),
    ("content", "内容", "content"),
    ("corrects", "更正的封存", "corrects"),
    ("day", "日期", "day"),
    ("deadline", "期限", "deadline"),
    ("deducted", "扣分", "deducted"),
    ("demonstration", "演示", "demonstration"),
    ("denominator", "分母", "denominator"),
    ("due", "期限日", "due day"),
    ("fields", "内容", "fields"),
    ("figures", "数字", "figures"),
    ("flow", "流程", "flow"),
    ("format", "格式", "format"),
    ("from", "原状态", "from"),
    ("grade", "等级", "grade"),
    ("id", "标识", "identifier"),
    ("indicator", "指标", "indicator"),
    ("item", "项目", "item"),
    ("items", "项目", "items"),
    ("key", "业务编号", "key"),
    ("kind", "种类", "kind"),
    ("max_points", "分值", "points possible"),
    ("minutes", "会议纪要（SHA-256）", "minutes (SHA-256)"),
    ("name", "名称", "name"),
    ("number", "编号", "number"),
    ("numerator", "分子", "numerator"),
    ("outcome", "结果", "outcome"),
    ("parameters", "填写内容", "what was typed"),
    ("pattern", "编号式样", "pattern of numbers"),
    ("period", "期间", "period"),
    ("points", "得分", "points"),
    ("programme", "方案", "programme"),
    ("rank", "名次", "rank"),
    ("ranking_group", "排名分组", "ranking group"),
    ("reason", "理由", "reason"),
    ("record", "记录", "record"),
    ("results", "结果", "results"),
    ("role", "角色", "role"),
    ("root", "树根", "root"),
    ("scorecard", "记分卡", "scorecard"),
    ("sha256", "文件（SHA-256）", "file (SHA-256)"),
    ("size", "大小", "size"),
    ("state", "状态", "state"),
    ("subject", "对象", "subject"),
    ("support", "配合单位", "supporting units"),
    ("target", "目标", "target"),
    ("template", "模板（SHA-256）", "template (SHA-256)"),
    ("text", "文字", "text"),
    ("title", "标题", "title"),
    ("to", "到达状态", "to"),
    ("total", "总分", "total"),
    ("type", "类型", "type"),
    ("unit", "单位", "unit"),
    ("value", "值", "value"),
    ("values", "填入的值（SHA-256）", "values (SHA-256)"),
    ("vetoes", "一票否决", "vetoes"),
    ("year", "年份", "year"),
];

/// Reads the facts of one entry: what they point to depends on its flow, type and scorecard.
pub(super) struct Reader<'l> {
    look: &'l Look<'l>,
    flow: Option<&'l casework::Flow>,
    /// The flow as the entry's case has it, where that is another than the programme's of now.
    own: Option<std::sync::Arc<casework::Flow>>,
    record_type: Option<String>,
}

impl<'l> Reader<'l> {
    /// For an entry with these facts.
    pub fn of(look: &'l Look<'l>, json: &Json) -> Reader<'l> {
        let text = |key: &str| json[key].as_str();
        let flow = text("flow").and_then(|id| look.programme.flows.get(&base::FlowId::new(id)));
        let flow = flow.map(|flow| &**flow);
        let case = json["case"].as_u64();
        let own = case.and_then(|number| look.office.case(number).ok());
        Reader {
            look,
            flow,
            own: own.map(|case| case.flow),
            record_type: text("type").map(str::to_owned),
        }
    }

    fn flow(&self) -> Option<&casework::Flow> {
        self.own.as_deref().or(self.flow)
    }

    /// What a path is called; empty where no part of it has a name.
    pub fn label(&self, path: &str) -> String {
        let words = Words {
            lang: self.look.lang(),
        };
        let mut is_known = false;
        let mut before = "";
        let parts: Vec<String> = path
            .split('.')
            .map(|part| {
                let of_field = (before == "fields").then(|| self.field(part)).flatten();
                let of_word = LABELS.iter().find(|(key, _, _)| *key == part);
                let named = of_field
                    .map(|name| self.look.text(name).to_owned())
                    .or_else(|| of_word.map(|(_, zh, en)| words.say(zh, en).to_owned()));
                is_known |= named.is_some();
                before = part;
                named.unwrap_or_else(|| part.to_owned())
            })
            .collect();
        if is_known {
            parts.join(" · ")
        } else {
            String::new()
        }
    }

    fn field(&self, id: &str) -> Option<&Text> {
        let of_flow = || Some(&self.flow()?.field(&base::FieldId::new(id))?.name);
        let of_type = || {
            let of = self.record_type.as_deref()?;
            let record_type = self.look.programme.record_types.get(of)?;
            Some(&record_type.fields.get(id)?.name)
        };
        of_flow().or_else(of_type)
    }

    /// The name of what a value points to; `None` where it says itself what it is.
    pub fn value(&self, path: &str, value: &str) -> Option<String> {
        let (look, programme) = (self.look, &self.look.programme);
        let mut parts = path
            .rsplit('.')
            .filter(|part| part.parse::<usize>().is_err());
        let (last, before) = (parts.next()?, parts.next().unwrap_or_default());
        let of_name = |name: &Text| look.text(name).to_owned();
        let name = match last {
            "unit" | "support" => programme
                .units
                .contains_key(value)
                .then(|| look.unit_name(value)),
            "role" => Some(of_name(&look.role_name(value))),
            "flow" => {
                let flow = programme.flows.get(&base::FlowId::new(value))?;
                Some(of_name(&flow.name))
            }
            "action" => {
                let action = self.flow()?.action(&base::ActionId::new(value))?;
                Some(of_name(&action.name))
            }
            "from" | "to" | "state" => {
                let state = self.flow()?.state(&base::StateId::new(value))?;
                Some(of_name(&state.name))
            }
            "deadline" => {
                let deadline = self.flow()?.deadline(&base::DeadlineId::new(value))?;
                Some(of_name(&deadline.name))
            }
            "scorecard" => {
                let scorecard = programme.scorecards.get(&base::ScorecardId::new(value))?;
                Some(of_name(&scorecard.name))
            }
            "item" => {
                let mut items = programme
                    .scorecards
                    .values()
                    .flat_map(|scorecard| &scorecard.card.items);
                items
                    .find(|item| item.id.as_str() == value)
                    .map(|item| of_name(&item.name))
            }
            "indicator" => {
                let indicator = programme.indicators.get(&base::IndicatorId::new(value))?;
                Some(of_name(&indicator.name))
            }
            "type" => programme
                .record_types
                .get(value)
                .map(|found| of_name(&found.name))
                .or_else(|| {
                    let found = programme.subject_types.get(value)?;
                    Some(of_name(&found.name))
                }),
            field if before == "fields" => self.of_field(field, value),
            _ => None,
        };
        name.filter(|name| name != value)
    }

    /// The name of a code that a field holds.
    fn of_field(&self, field: &str, value: &str) -> Option<String> {
        let look = self.look;
        if let Some(casework::FieldKind::Choice(choices)) = self
            .flow()
            .and_then(|flow| flow.field(&base::FieldId::new(field)))
            .map(|field| &field.kind)
        {
            let mut choices = choices.iter();
            let choice = choices.find(|choice| choice.id.as_str() == value)?;
            return Some(look.text(&choice.name).to_owned());
        }
        let of = self.record_type.as_deref()?;
        look.programme.record_types.get(of)?.fields.get(field)?;
        let name = programme::sentence::value_name(&look.programme, of, field, value);
        Some(look.text(&name).to_owned())
    }
}
