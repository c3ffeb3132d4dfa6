//! A provider of sign-ins in the test's hand: it signs as told, so that it can be wrong in every way. The real
//! one, which nobody here wrote, is in `crates/zhicheng/tests/walk`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as URL_SAFE};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "zhicheng";
pub const SECRET: &str = "a secret of both";

/// What the provider does.
#[derive(Clone)]
pub struct Mind {
    /// The seed of the key that it says it signs with.
    pub key: u8,
    /// The key that it really signs with.
    pub signs_with: u8,
    pub algorithm: &'static str,
    pub nonce: String,
    pub challenge: String,
    /// Claims beside, or in the place of, those that are right.
    pub claims: BTreeMap<String, Value>,
    /// Codes that it has not given out or that were used.
    pub knows_code: bool,
    pub is_down: bool,
    /// What it was asked, newest last.
    pub asked: Vec<String>,
}

pub struct Provider {
    pub issuer: String,
    pub mind: Arc<Mutex<Mind>>,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

impl Provider {
    pub fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let mind = Arc::new(Mutex::new(Mind {
            key: 1,
            signs_with: 1,
            algorithm: "EdDSA",
            nonce: String::new(),
            challenge: String::new(),
            claims: BTreeMap::from([("sub".to_owned(), json!("subject-1"))]),
            knows_code: true,
            is_down: false,
            asked: Vec::new(),
        }));
        let (known, named) = (mind.clone(), issuer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&mut stream.unwrap(), &named, &known);
            }
        });
        Provider { issuer, mind }
    }

    pub fn set(&self, change: impl FnOnce(&mut Mind)) {
        change(&mut self.mind.lock().unwrap());
    }

    pub fn claim(&self, name: &str, value: Value) {
        self.set(|mind| {
            mind.claims.insert(name.to_owned(), value);
        });
    }
}

fn answer(stream: &mut TcpStream, issuer: &str, mind: &Mutex<Mind>) {
    let (path, head, body) = read(stream);
    let mut mind = mind.lock().unwrap();
    mind.asked.push(path.clone());
    let (status, told) = if mind.is_down {
        (503, json!({}))
    } else {
        match path.as_str() {
            "/.well-known/openid-configuration" => (
                200,
                json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "end_session_endpoint": format!("{issuer}/end"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["EdDSA", "HS256"],
                }),
            ),
            "/keys" => {
                let public = key(mind.key).verifying_key();
                (
                    200,
                    json!({ "keys": [{
                        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                        "kid": format!("key-{}", mind.key),
                        "x": URL_SAFE.encode(public.as_bytes()),
                    }]}),
                )
            }
            "/token" => token(issuer, &mut mind, &head, &body),
            _ => (404, json!({})),
        }
    };
    let told = told.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{told}",
        told.len()
    );
}

fn token(issuer: &str, mind: &mut Mind, head: &str, body: &str) -> (u16, Value) {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    // The secret stands in the header as the specification encodes it.
    let coded =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = BASE64_STANDARD.encode(format!("{}:{}", coded(CLIENT), coded(SECRET)));
    assert!(
        head.to_lowercase()
            .contains(&format!("basic {}", basic.to_lowercase())),
        "{head}"
    );
    let proved = URL_SAFE.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if !mind.knows_code || proved != mind.challenge || form["grant_type"] != "authorization_code" {
        return (
            400,
            json!({ "error": "invalid_grant", "error_description": "no such code" }),
        );
    }
    let now = office::folder::now().as_micros() / 1_000_000;
    let mut claims = json!({
        "iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": mind.nonce,
    });
    for (name, value) in &mind.claims {
        claims[name] = value.clone();
    }
    let header = json!({ "alg": mind.algorithm, "kid": format!("key-{}", mind.signs_with) });
    let part = |json: &Value| URL_SAFE.encode(json.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = match mind.algorithm {
        "none" => String::new(),
        _ => URL_SAFE.encode(key(mind.signs_with).sign(signed.as_bytes()).to_bytes()),
    };
    (
        200,
        json!({
            "access_token": "x", "token_type": "Bearer", "expires_in": 300,
            "id_token": format!("{signed}.{signature}"),
        }),
    )
}

/// The path, the head and the body of a request.
pub fn read(stream: &mut TcpStream) -> (String, String, String) {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let some = stream.read(&mut piece).unwrap_or(0);
        bytes.extend_from_slice(&piece[..some]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.parse().unwrap());
            if body.len() >= length {
                let path = head.split(' ').nth(1).unwrap_or("").to_owned();
                return (path, head.to_owned(), body.to_owned());
            }
        }
        if some == 0 {
            return Default::default();
        }
    }
}
