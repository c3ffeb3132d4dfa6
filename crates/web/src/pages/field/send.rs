//! Taking a visit: from a form without scripts, or from what a phone kept and sends when it can. Both are the same
//! command; a program is told in JSON what became of it, so that the phone can say so and keep what is refused.

use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base::{Lang, Moment, Problem};
use office::Office;
use office::authority::Granted;
use office::entry::Evidence;
use office::field_visit::{Signed, TakenVisit, Visit};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{account_of, form};
use crate::answer::{self, Refused, go_to};
use crate::asked::Asked;
use crate::look::{Visitor, look_again};
use crate::pages::records::entry::{drafted, kept_pieces, problems_of, store, typed_in};
use crate::posted::{Posted, Upload, check_evidence};
use crate::site::Site;
use crate::words::Words;
use crate::{problems, remedies};

/// Fields that are not what was seen and written: sent again they are others.
const BESIDE: &[&str] = &["csrf", "once", "visit", "sent", "account"];
/// Most photographs of a visit.
const PHOTOGRAPHS_MAX: usize = 20;
/// Most bytes of a signature.
const SIGNATURE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// First bytes of a PNG and of a JPEG.
const PICTURES: &[&[u8]] = &[b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"];
/// The ledger's code for what others changed in the meantime, however often it was tried.
const CONFLICT: &str = "L205";

pub(super) async fn take(
    State(site): State<Site>,
    asked: Asked,
    headers: HeaderMap,
    posted: Posted,
) -> Response {
    let is_phone = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.starts_with("application/json"));
    if is_phone {
        return from_phone(&site, asked, posted).await;
    }
    site.command(
        asked,
        posted,
        |office, posted, _| taken(office, posted),
        |_, _, _, visit| go_to(&format!("/field/visits/{}", visit.key)),
        form::again,
    )
    .await
}

/// Takes what a form or a phone brought.
fn taken(office: &mut Office, posted: &Posted) -> Result<TakenVisit, Vec<Problem>> {
    let one = |problem: Problem| vec![problem];
    let visit = visit(office, posted).map_err(one)?;
    // What was taken before is answered before anything of it is judged again: the rules may be others by now.
    if let Some(taken) = office.visit_taken(&visit).map_err(one)? {
        return Ok(taken);
    }
    let photographs = posted
        .files
        .iter()
        .filter(|file| file.field == "evidence")
        .count();
    if photographs > PHOTOGRAPHS_MAX {
        return Err(vec![problems::too_many_photographs(PHOTOGRAPHS_MAX)]);
    }
    if let Ok(case) = posted.get("case").parse::<u64>() {
        let mut request = crate::pages::case::request(office, case, posted)?;
        for piece in kept_pieces(office, posted) {
            let is_known = |known: &Evidence| known.sha256 == piece.sha256;
            if !request.evidence.iter().any(is_known) {
                request.evidence.push(piece);
            }
        }
        return office.visit_case(&visit, case, &request);
    }
    office.authorise(Granted::Submit).map_err(one)?;
    let id = posted.get("type");
    let programme = office.programme().map_err(one)?;
    let record_type = programme
        .record_types
        .get(id)
        .ok_or_else(|| one(problems::no_such_thing("记录类型", "record type", id)))?;
    let mut typed = typed_in(posted, record_type);
    let evidence = store(office, posted, record_type, &mut typed).map_err(one)?;
    let draft = drafted(office, record_type, &typed, evidence).map_err(problems_of)?;
    office.visit_record(&visit, &draft).map_err(one)
}

/// What it says of itself beside the record or the step.
fn visit(office: &Office, posted: &Posted) -> Result<Visit, Problem> {
    let moment = |name: &str| Moment::parse(posted.get(name).trim()).ok();
    let second = posted.get("second").trim();
    Ok(Visit {
        key: Visit::key_of(posted.get("visit"))?,
        filled: moment("filled"),
        sent: moment("sent"),
        second: match second {
            "" => None,
            // A number that is none is nobody's, which the office says.
            text => Some(text.parse().unwrap_or(u64::MAX)),
        },
        signed: signed(office, posted)?,
        content: content(posted),
    })
}

fn signed(office: &Office, posted: &Posted) -> Result<Signed, Problem> {
    match posted.get("unsigned") {
        "refused" => return Ok(Signed::Refused),
        "absent" => return Ok(Signed::Absent),
        _ => {}
    }
    let name = posted.get("signer").trim().to_owned();
    let uploaded = posted.files.iter().find(|file| file.field == "signature");
    let piece = match uploaded {
        Some(file) => Some(signature(office, file)?),
        None => kept_signature(office, posted),
    };
    match piece {
        Some(piece) => Ok(Signed::By(piece, name)),
        // A name alone is no signature: nothing of it is dropped in silence.
        None if !name.is_empty() => Err(problems::no_signature()),
        None => Ok(Signed::NotAsked),
    }
}

fn signature(office: &Office, file: &Upload) -> Result<Evidence, Problem> {
    check_evidence(file)?;
    let is_picture = PICTURES.iter().any(|sign| file.bytes.starts_with(sign));
    if !is_picture || file.bytes.len() > SIGNATURE_BYTES_MAX {
        return Err(problems::signature_is_no_picture(
            SIGNATURE_BYTES_MAX / 1024 / 1024,
        ));
    }
    office.store_evidence(&file.name, &file.bytes)
}

/// The signature that came with an earlier try of the form.
fn kept_signature(office: &Office, posted: &Posted) -> Option<Evidence> {
    let sha256 = posted.get("kept_signature");
    let hash = ledger::EvidenceHash::parse(sha256)?;
    let size = office.evidence().get(hash).ok()?.len() as u64;
    Some(Evidence {
        sha256: sha256.to_owned(),
        name: "signature.png".to_owned(),
        size,
    })
}

/// Stores the signature of a form that is refused, so that nobody has to sign again; its hash.
pub(super) fn keep_signature(office: &Office, posted: &Posted) -> String {
    let uploaded = posted.files.iter().find(|file| file.field == "signature");
    let piece = match uploaded {
        Some(file) => signature(office, file).ok(),
        None => kept_signature(office, posted),
    };
    piece.map(|piece| piece.sha256).unwrap_or_default()
}

/// SHA-256 of what was seen and written. Fields come in the form's order, which is the same each time it is sent.
fn content(posted: &Posted) -> String {
    let mut hasher = Sha256::new();
    let mut take = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    for (name, text) in posted.with_prefix("") {
        if !BESIDE.contains(&name) {
            take(name.as_bytes());
            take(text.as_bytes());
        }
    }
    for file in &posted.files {
        take(file.field.as_bytes());
        take(&Sha256::digest(&file.bytes));
    }
    hex::encode(hasher.finalize())
}

/// What a phone is told.
async fn from_phone(site: &Site, asked: Asked, posted: Posted) -> Response {
    let lang = asked.lang;
    let done = site
        .blocking(move |site| match phone(site, &asked, &posted) {
            Ok(told) => (StatusCode::OK, told),
            Err(refused) => refused,
        })
        .await;
    let (status, told) = match done {
        Ok(done) => done,
        Err(problem) => later(lang, &[problem]),
    };
    (status, Json(told)).into_response()
}

fn phone(site: &Site, asked: &Asked, posted: &Posted) -> Result<Value, (StatusCode, Value)> {
    let lang = asked.lang;
    let who = look_again(site, asked, |look| look.visitor().cloned());
    let who: Visitor = match who {
        Ok(Ok(who)) => who,
        Ok(Err(Refused::ChangePassword | Refused::SignIn)) => {
            let told = json!({ "state": "sign_in" });
            return Err((StatusCode::UNAUTHORIZED, told));
        }
        Ok(Err(Refused::Told(status, found))) => return Err((status, refused(lang, &found, &[]))),
        Err(problem) => return Err(later(lang, &[problem])),
    };
    if !posted.is_of(asked) {
        // Signed in anew since the form was opened: the phone asks for the proof of this session and goes on.
        let told = json!({ "state": "session" });
        return Err((StatusCode::FORBIDDEN, told));
    }
    if posted.get("account") != account_of(&who) {
        let told = json!({ "state": "account" });
        return Err((StatusCode::FORBIDDEN, told));
    }
    let done = site
        .office()
        .command(who.actor, None, |office| taken(office, posted));
    match done {
        Ok(visit) => {
            if let Ok(position) = site.office().read(Office::position) {
                site.tell(position);
            }
            Ok(accepted(site, asked, &visit))
        }
        Err(found) if found.iter().any(|problem| problem.code == CONFLICT) => {
            Err(later(lang, &found))
        }
        Err(found) => {
            let faults = faults(site, posted).unwrap_or_default();
            Err((answer::status_of(&found), refused(lang, &found, &faults)))
        }
    }
}

fn accepted(site: &Site, asked: &Asked, visit: &TakenVisit) -> Value {
    let words = Words { lang: asked.lang };
    let moment = Moment::from_micros(visit.row.time).unwrap_or(Moment::MIN);
    let told = look_again(site, asked, |look| words.moment(&look.programme, moment));
    json!({
        "state": "taken",
        "visit": visit.key,
        "address": match visit.row.case {
            Some(case) => format!("/cases/{case}"),
            None => format!("/records/{}", visit.row.of),
        },
        "receipt": format!("/field/visits/{}", visit.key),
        "number": visit.row.case.unwrap_or(visit.row.of),
        "position": visit.row.of,
        "accepted": told.unwrap_or_default(),
        "clock_ahead_s": visit.clock_ahead_s(),
        "is_clock_off": visit.is_clock_off(),
    })
}

/// Each problem with the field that it is in, where it is in one.
fn refused(lang: Lang, found: &[Problem], faults: &[(String, Problem)]) -> Value {
    let told: Vec<Value> = found
        .iter()
        .map(|problem| {
            let field = faults.iter().find(|(_, fault)| fault == problem);
            json!({
                "code": problem.code,
                "what": problem.what(lang),
                "remedy": remedies::here(problem, lang),
                "field": field.map(|(field, _)| field),
            })
        })
        .collect();
    json!({ "state": "refused", "problems": told })
}

/// It is not the visit's fault: the phone keeps it and tries again.
fn later(lang: Lang, found: &[Problem]) -> (StatusCode, Value) {
    let mut told = refused(lang, found, &[]);
    if let Some(told) = told.as_object_mut() {
        told.insert("state".to_owned(), json!("later"));
    }
    (StatusCode::SERVICE_UNAVAILABLE, told)
}

/// The faults of a record's fields.
fn faults(site: &Site, posted: &Posted) -> Option<Vec<(String, Problem)>> {
    let read = site.office().read(|office| {
        let programme = office.programme().ok()?;
        let record_type = programme.record_types.get(posted.get("type"))?;
        let mut typed = typed_in(posted, record_type);
        let evidence = store(office, posted, record_type, &mut typed).ok()?;
        let faults = drafted(office, record_type, &typed, evidence).err()?;
        let of_field =
            |fault: office::record::Fault| Some((fault.field?.to_string(), fault.problem));
        Some(faults.into_iter().filter_map(of_field).collect())
    });
    read.ok().flatten()
}
