//! Mail by SMTP.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message as Mail, SmtpTransport, Transport as _};

use super::{Field, Message, Settings};

pub(super) const FIELDS: &[Field] = &[
    Field {
        id: "host",
        label: ("邮件服务器", "Mail server"),
        note: ("", ""),
        is_secret: false,
        is_required: true,
        choices: &[],
        default: "",
    },
    Field {
        id: "port",
        label: ("端口", "Port"),
        note: ("", ""),
        is_secret: false,
        is_required: true,
        choices: &[],
        default: "465",
    },
    Field {
        id: "security",
        label: ("加密", "Encryption"),
        note: (
            "none 只用于本机或内网的中继",
            "none is for a relay on this machine or network only",
        ),
        is_secret: false,
        is_required: true,
        choices: &["tls", "starttls", "none"],
        default: "tls",
    },
    Field {
        id: "from",
        label: ("发件地址", "From"),
        note: ("", ""),
        is_secret: false,
        is_required: true,
        choices: &[],
        default: "",
    },
    Field {
        id: "user",
        label: ("用户名", "User"),
        note: ("不用登录就留空", "empty where the server asks for none"),
        is_secret: false,
        is_required: false,
        choices: &[],
        default: "",
    },
    Field {
        id: "password",
        label: ("密码或授权码", "Password"),
        note: ("保存后不再显示", "it is not shown again"),
        is_secret: true,
        is_required: false,
        choices: &[],
        default: "",
    },
];

pub(super) fn send(settings: &Settings, to: &str, message: &Message) -> Result<(), String> {
    let said = |id: &str| settings.get(id).map_or("", String::as_str);
    let address = |text: &str| {
        text.parse()
            .map_err(|_| "an address is no mail address".to_owned())
    };
    let mail = Mail::builder()
        .from(address(said("from"))?)
        .to(address(to)?)
        .subject(message.title())
        .header(ContentType::TEXT_PLAIN)
        .body(message.text())
        .map_err(|error| error.to_string())?;
    let host = said("host");
    let port = said("port")
        .parse()
        .map_err(|_| "the port is no number".to_owned())?;
    let tls = || TlsParameters::new(host.to_owned()).map_err(|error| error.to_string());
    let mut transport = SmtpTransport::builder_dangerous(host)
        .port(port)
        .tls(match said("security") {
            "none" => Tls::None,
            "starttls" => Tls::Required(tls()?),
            _ => Tls::Wrapper(tls()?),
        })
        .timeout(Some(Duration::from_secs(15)));
    if !said("user").is_empty() {
        transport = transport.credentials(Credentials::new(
            said("user").to_owned(),
            said("password").to_owned(),
        ));
    }
    transport
        .build()
        .send(&mail)
        .map(drop)
        .map_err(|error| error.to_string())
}
