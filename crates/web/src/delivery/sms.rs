//! An SMS gateway that speaks HTTP: address, form of the body and the sign of success are said by whoever runs it.

use super::{Field, Settings, post};

pub(super) const FIELDS: &[Field] = &[
    Field {
        id: "address",
        label: ("网关地址", "Address of the gateway"),
        note: (
            "以 http:// 或 https:// 开头",
            "begins with http:// or https://",
        ),
        is_secret: false,
        is_required: true,
        choices: &[],
        default: "",
    },
    Field {
        id: "kind",
        label: ("内容格式", "Form of the body"),
        note: ("", ""),
        is_secret: false,
        is_required: true,
        choices: &["application/json", "application/x-www-form-urlencoded"],
        default: "application/json",
    },
    Field {
        id: "body",
        label: ("内容模板", "Template of the body"),
        note: (
            "{phone} 手机号，{text} 短信内容，{key} 下面的密钥；按格式自动转义",
            "{phone} the number, {text} what it says, {key} the key below; escaped as the form needs",
        ),
        is_secret: false,
        is_required: true,
        choices: &[],
        default: r#"{"phone":"{phone}","content":"{text}","key":"{key}"}"#,
    },
    Field {
        id: "success",
        label: ("成功标志", "Sign of success"),
        note: (
            "应答里有这段文字才算发出；留空则看 HTTP 状态",
            "the answer has this text when it was taken; empty: its HTTP status says so",
        ),
        is_secret: false,
        is_required: false,
        choices: &[],
        default: "",
    },
    Field {
        id: "key",
        label: ("密钥", "Key"),
        note: (
            "同时以 Authorization: Bearer 发送；保存后不再显示",
            "also sent as Authorization: Bearer; it is not shown again",
        ),
        is_secret: true,
        is_required: false,
        choices: &[],
        default: "",
    },
];

pub(super) fn send(settings: &Settings, phone: &str, text: &str) -> Result<(), String> {
    let said = |id: &str| settings.get(id).map_or("", String::as_str);
    let is_json = said("kind") != "application/x-www-form-urlencoded";
    let put = |text: &str| -> String {
        if is_json {
            let quoted = serde_json::Value::from(text).to_string();
            quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or_default()
                .to_owned()
        } else {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        }
    };
    let body = filled(
        said("body"),
        &[
            ("{phone}", put(phone)),
            ("{text}", put(text)),
            ("{key}", put(said("key"))),
        ],
    );
    let bearer = format!("Bearer {}", said("key"));
    let headers: &[(&str, &str)] = if said("key").is_empty() {
        &[]
    } else {
        &[("authorization", &bearer)]
    };
    let answer = post(said("address"), said("kind"), headers, &body)?;
    if answer.contains(said("success")) {
        Ok(())
    } else {
        Err("the answer has not the sign of success".to_owned())
    }
}

/// The template with each mark filled in once: what is filled in is not looked at again.
fn filled(template: &str, marks: &[(&str, String)]) -> String {
    let mut body = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        body.push_str(before);
        match marks.iter().find(|(mark, _)| from.starts_with(mark)) {
            Some((mark, value)) => {
                body.push_str(value);
                rest = from.get(mark.len()..).unwrap_or_default();
            }
            None => {
                body.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    body.push_str(rest);
    body
}
