//! Group robots of WeCom and DingTalk: a text is posted to an address that is itself the secret.
//!
//! WeCom: <https://developer.work.weixin.qq.com/document/path/91770>. DingTalk, with its signature over the moment:
//! <https://open.dingtalk.com/document/robots/customize-robot-security-settings>.

use base::Moment;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Field, post};

pub(super) const WECOM_FIELDS: &[Field] = &[Field {
    id: "address",
    label: ("Webhook 地址", "Webhook address"),
    note: (
        "在企业微信群里添加机器人后得到；谁有它谁就能发消息，保存后不再显示",
        "from the robot that was added to the WeCom group; whoever has it can post, so it is not shown again",
    ),
    is_secret: true,
    is_required: true,
    choices: &[],
    default: "",
}];

pub(super) const DINGTALK_FIELDS: &[Field] = &[
    Field {
        id: "address",
        label: ("Webhook 地址", "Webhook address"),
        note: (
            "在钉钉群里添加自定义机器人后得到，保存后不再显示",
            "from the custom robot that was added to the DingTalk group; it is not shown again",
        ),
        is_secret: true,
        is_required: true,
        choices: &[],
        default: "",
    },
    Field {
        id: "key",
        label: ("加签密钥", "Signing key"),
        note: (
            "安全设置选“加签”时得到的 SEC 开头的密钥；没有选就留空",
            "begins with SEC, where the robot's security says signature; else empty",
        ),
        is_secret: true,
        is_required: false,
        choices: &[],
        default: "",
    },
];

pub(super) fn wecom(address: &str, text: &str) -> Result<(), String> {
    let body = json!({"msgtype": "text", "text": {"content": text}});
    taken(&post(address, "application/json", &[], &body.to_string())?)
}

pub(super) fn dingtalk(address: &str, key: &str, text: &str, now: Moment) -> Result<(), String> {
    let body = json!({"msgtype": "text", "text": {"content": text}});
    let address = if key.is_empty() {
        address.to_owned()
    } else {
        let millis = now.as_micros() / 1000;
        let signature: String =
            url::form_urlencoded::byte_serialize(sign(key, millis).as_bytes()).collect();
        let glue = if address.contains('?') { '&' } else { '?' };
        format!("{address}{glue}timestamp={millis}&sign={signature}")
    };
    taken(&post(&address, "application/json", &[], &body.to_string())?)
}

/// DingTalk's signature: HMAC-SHA256 under the key over the moment, a line feed and the key, in Base64.
pub(super) fn sign(key: &str, millis: i64) -> String {
    // A key of HMAC may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{millis}\n{key}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Both answer 200 with an error number of their own.
fn taken(answer: &str) -> Result<(), String> {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    match answer.get("errcode").and_then(Value::as_i64) {
        Some(0) => Ok(()),
        Some(code) => {
            let why = answer.get("errmsg").and_then(Value::as_str).unwrap_or("");
            let why: String = why.chars().take(200).collect();
            Err(format!("{code} {why}"))
        }
        None => Err("the answer is not a robot's".to_owned()),
    }
}
