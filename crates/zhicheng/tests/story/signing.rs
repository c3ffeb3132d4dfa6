//! What a log says to outsiders: checkpoints that they keep, proofs that they check, keys that change, and
//! a log that never signs two histories.

use bundle::checkpoint::Checkpoint;
use bundle::{ConsistencyProof, InclusionProof, KeyUse, SignedCheckpoint, SignerKey, VerifierKey};

use crate::city::{City, copy_folder, text};
use crate::files::samples;

/// A city with more than one full tile of entries.
fn city() -> City {
    let city = City::new("town");
    let file = city.file("抽检.csv", samples("东乡", 270, 10));
    city.run(["import", "sample", &file]).ok();
    city
}

fn checkpoint(city: &City) -> SignedCheckpoint {
    let printed = city.run(["checkpoint"]).ok().out;
    let signed = SignedCheckpoint::parse(printed.as_bytes()).unwrap();
    assert_eq!(signed.to_string(), printed);
    signed
}

/// The verifier keys, the oldest first.
fn keys(city: &City) -> Vec<VerifierKey> {
    let rows = city.run(["key", "show", "--format", "json"]).json();
    rows.iter()
        .map(|row| VerifierKey::parse(&text(row, "key")).unwrap())
        .collect()
}

fn grow(city: &City, number: &str) {
    let scan = city.file("扫描件.pdf", b"a scan");
    let number = format!("number={number}");
    city.run([
        "submit",
        "paper",
        &number,
        "day=2018-05-01",
        "--evidence",
        &scan,
    ])
    .ok();
}

/// The stored leaf of an entry.
fn leaf(city: &City, position: u64) -> Vec<u8> {
    let connection = rusqlite::Connection::open(city.ledger_file()).unwrap();
    let position = i64::try_from(position).unwrap();
    connection
        .query_row(
            "SELECT leaf FROM entry WHERE position = ?",
            [position],
            |row| row.get(0),
        )
        .unwrap()
}

#[test]
fn a_folder_is_founded_with_a_key_that_signs_for_it() {
    let city = city();
    let key = &keys(&city)[0];
    assert_eq!(key.purpose(), KeyUse::Note);
    let founded = city.facts(1);
    assert_eq!(founded["verifier_key"], key.to_string());
    assert_eq!(founded["origin"], key.name());
    assert!(key.name().contains("/demonstration/"), "law 13: {key}");
    let signed = checkpoint(&city);
    assert_eq!(signed.checkpoint().size, city.head());
    assert_eq!(signed.checkpoint().origin, key.name());
    signed.verify(std::slice::from_ref(key)).unwrap();
    let root = city.run(["verify", "--format", "json"]).row();
    assert_eq!(text(&root, "root"), hex::encode(signed.checkpoint().root));
    assert_eq!(text(&root, "key"), key.to_string());
    assert_eq!(checkpoint(&city), signed, "the same state, the same note");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = city.data().join(format!("keys/{:08x}.skey", key.id()));
        let mode = std::fs::metadata(&private).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let secret = std::fs::read_to_string(private).unwrap();
        assert_eq!(
            SignerKey::parse(secret.trim_end()).unwrap().verifier(),
            *key
        );
    }
}

#[test]
fn entries_and_growth_are_proved_to_whoever_keeps_a_checkpoint() {
    let city = city();
    let before = checkpoint(&city);
    let kept = city.file("kept", before.to_string());
    grow(&city, "1");
    let after = checkpoint(&city);
    assert_eq!(after.checkpoint().size, before.checkpoint().size + 1);

    for entry in [1, 5, 256, 257, after.checkpoint().size] {
        let position = entry.to_string();
        let printed = city.run(["prove", "--entry", &position]).ok().out;
        let proof = InclusionProof::parse(&printed).unwrap();
        assert_eq!(proof.index, entry - 1);
        assert_eq!(proof.checkpoint, after);
        proof.verify(&leaf(&city, entry)).unwrap();
        assert!(proof.verify(&leaf(&city, 2)).is_err());
    }
    let printed = city.run(["prove", "--entry", "5", "--in", &kept]).ok().out;
    let proof = InclusionProof::parse(&printed).unwrap();
    assert_eq!(proof.checkpoint, before);
    proof.verify(&leaf(&city, 5)).unwrap();
    let beyond = after.checkpoint().size.to_string();
    city.run(["prove", "--entry", &beyond, "--in", &kept])
        .refused("V210");

    for from in [kept.clone(), before.checkpoint().size.to_string()] {
        let printed = city.run(["prove", "--from", &from]).ok().out;
        let proof = ConsistencyProof::parse(&printed).unwrap();
        assert_eq!(proof.checkpoint, after);
        proof.verify(&before.checkpoint().root).unwrap();
        assert!(proof.verify(&[7; 32]).is_err());
    }
    let row = city
        .run(["verify", "--against", &kept, "--format", "json"])
        .row();
    assert_eq!(text(&row, "against"), "grown");
    let now = city.file("now", after.to_string());
    let row = city
        .run(["verify", "--against", &now, "--format", "json"])
        .row();
    assert_eq!(text(&row, "against"), "equal");
}

#[test]
fn a_kept_checkpoint_finds_a_shorter_and_another_history() {
    let city = city();
    let old = city.path("old");
    copy_folder(&city.data(), &old);
    // The folder goes on; the copy goes on differently, with the same key.
    grow(&city, "1");
    let kept = city.file("kept", checkpoint(&city).to_string());
    let mut copy = City::copy_of(&old);
    copy.run(["verify", "--against", &kept]).refused("V220");
    grow(&copy, "2");
    let forked = copy.run(["verify", "--against", &kept]).refused("V221");
    assert!(forked.err.contains("two histories"), "{forked}");

    // What the copy itself signed it will not contradict: here the newer folder of keys was kept.
    std::fs::copy(
        city.data().join("keys/signed"),
        copy.data().join("keys/signed"),
    )
    .unwrap();
    copy.run(["checkpoint"]).refused("O609");
    copy.run(["verify"]).refused("O609");
    copy.is_damaged_on_purpose();

    let mut shorter = City::copy_of(&old);
    std::fs::copy(
        city.data().join("keys/signed"),
        shorter.data().join("keys/signed"),
    )
    .unwrap();
    shorter.run(["checkpoint"]).refused("O608");
    shorter.is_damaged_on_purpose();

    let other = City::new("town");
    other.run(["verify", "--against", &kept]).refused("V222");
}

#[test]
fn a_restored_copy_goes_on_under_a_new_origin_that_names_the_old() {
    let city = city();
    let old = city.path("old");
    copy_folder(&city.data(), &old);
    grow(&city, "1");
    let newest = checkpoint(&city);
    let kept = city.file("kept", newest.to_string());

    let copy = City::copy_of(&old);
    std::fs::copy(
        city.data().join("keys/signed"),
        copy.data().join("keys/signed"),
    )
    .unwrap();
    copy.run(["checkpoint"]).refused("O608");
    copy.run(["key", "renew-origin", "--reason", "备份恢复"])
        .ok();
    let links = keys(&copy);
    assert_eq!(links.len(), 2);
    assert_ne!(links[0].name(), links[1].name());
    let facts = copy.facts(newest.checkpoint().size);
    assert_eq!(facts["former_origin"], links[0].name());
    assert_eq!(facts["origin"], links[1].name());
    assert_eq!(facts["last_known"], newest.to_string());
    let signed = checkpoint(&copy);
    assert_eq!(signed.checkpoint().origin, links[1].name());
    signed.verify(&links[1..]).unwrap();
    grow(&copy, "2");
    checkpoint(&copy);
    // The key of the old origin signed for this, so whoever holds it can follow.
    let pinned = links[0].to_string();
    copy.run(["verify", "--key", &pinned]).ok();
    copy.run(["verify", "--against", &kept]).refused("V221");
}

#[test]
fn a_rotated_key_is_followed_from_the_old_one_and_signs_alone() {
    let city = city();
    let kept = city.file("kept", checkpoint(&city).to_string());
    let first = keys(&city)[0].clone();
    city.run(["key", "rotate", "--reason", ""]).refused("O232");
    city.run(["key", "rotate", "--reason", "每年更换"]).ok();
    let links = keys(&city);
    assert_eq!(links[0], first);
    assert_eq!(links[1].name(), first.name());
    let rows = city.run(["key", "show", "--format", "json"]).json();
    let column = |key: &str| rows.iter().map(|row| text(row, key)).collect::<Vec<_>>();
    assert_eq!(column("endorsed"), ["true", "true"]);
    assert_eq!(column("private"), ["false", "true"], "the old one is gone");
    let signed = checkpoint(&city);
    assert!(signed.verify(&links[..1]).is_err());
    signed.verify(&links[1..]).unwrap();
    for key in &links {
        city.run(["verify", "--key", &key.to_string(), "--against", &kept])
            .ok();
    }
    let stranger = SignerKey::from_seed(first.name(), [3; 32]).unwrap();
    city.run(["verify", "--key", &stranger.verifier().to_string()])
        .refused("O607");

    // A key that was lost comes without the old one's word, and whoever pinned the old one is told.
    let private = city.data().join(format!("keys/{:08x}.skey", links[1].id()));
    std::fs::remove_file(private).unwrap();
    grow(&city, "1");
    city.run(["checkpoint"]).refused("O602");
    city.run(["key", "rotate", "--reason", "遗失"])
        .refused("O602");
    city.run(["key", "rotate", "--reason", "遗失", "--lost"])
        .ok()
        .telling("without the old one's signature");
    checkpoint(&city);
    city.run(["verify", "--key", &keys(&city)[2].to_string()])
        .ok();
    city.run(["verify", "--key", &links[1].to_string()])
        .refused("O607");
}

#[test]
fn a_witness_cosigns_and_its_word_is_asked_for() {
    let city = city();
    let witness = SignerKey::from_seed("witness.example/w1", [9; 32]).unwrap();
    let key = witness.cosigner().to_string();
    let signed = checkpoint(&city);
    city.run(["verify", "--witness", &key]).refused("O618");

    let mut line = witness.cosigner().id().to_be_bytes().to_vec();
    line.extend(witness.cosign(signed.note().text(), 1_700_000_000));
    let line = format!(
        "\u{2014} witness.example/w1 {}\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, line)
    );
    let cosigned = city.file("cosigned", format!("{signed}{line}"));
    city.run(["checkpoint", "--cosigned", &cosigned, "--witness", &key])
        .ok();
    city.run(["verify", "--witness", &key]).ok();
    let again = checkpoint(&city);
    assert_eq!(again.note().signatures().len(), 2, "it is kept: {again}");
    let log_key = keys(&city)[0].to_string();
    city.run(["checkpoint", "--cosigned", &cosigned, "--witness", &log_key])
        .refused("O616");
    grow(&city, "1");
    let next = checkpoint(&city);
    assert_eq!(next.note().signatures().len(), 1);
    city.run(["checkpoint", "--cosigned", &cosigned, "--witness", &key])
        .refused("O619");
}

#[test]
fn a_folder_from_before_there_were_keys_gets_its_first() {
    // As an older version founded it: without a key in its first entry. The facts are changed behind the
    // ledger's back, which `verify` would name, so the folder is only read and signed for here.
    let mut city = city();
    city.is_damaged_on_purpose();
    let connection = rusqlite::Connection::open(city.ledger_file()).unwrap();
    let mut founded = city.facts(1);
    founded.as_object_mut().unwrap().remove("verifier_key");
    let facts = serde_json::to_vec(&founded).unwrap();
    let salt: Vec<u8> = connection
        .query_row(
            "SELECT facts_salt FROM entry WHERE position = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let salt: [u8; 32] = salt.try_into().unwrap();
    let mut leaf = leaf(&city, 1);
    let committed = bundle::leaf::commitment(bundle::leaf::Part::Facts, &salt, &facts);
    leaf[51..83].copy_from_slice(&committed);
    connection
        .execute(
            "UPDATE entry SET facts = ?, leaf = ? WHERE position = 1",
            rusqlite::params![facts, leaf],
        )
        .unwrap();
    connection
        .execute("DELETE FROM state WHERE space = 20", [])
        .unwrap();
    drop(connection);
    std::fs::remove_dir_all(city.data().join("keys")).unwrap();
    assert!(keys(&city).is_empty());
    city.run(["checkpoint"]).refused("O601");
    city.run(["key", "rotate", "--reason", "第一把"]).ok();
    let links = keys(&city);
    let printed = city.run(["checkpoint"]).ok().out;
    let signed = SignedCheckpoint::parse(printed.as_bytes()).unwrap();
    signed.verify(&links).unwrap();
}

#[test]
fn what_was_changed_in_the_folder_of_keys_is_named() {
    let mut city = city();
    city.is_damaged_on_purpose();
    let signed = checkpoint(&city);
    let path = city.data().join("keys/signed");
    // In the log's own name, by another key.
    let stranger = SignerKey::from_seed(&signed.checkpoint().origin, [3; 32]).unwrap();
    let forged = Checkpoint::new(&signed.checkpoint().origin, 1, [1; 32])
        .sign(&stranger)
        .unwrap();
    for bytes in [
        forged.to_string(),
        signed.to_string().replacen("demonstration", "real", 1),
        String::new(),
    ] {
        std::fs::write(&path, bytes).unwrap();
        city.run(["verify"]).refused("O603").telling("keys/signed");
        city.run(["checkpoint"]).refused("O603");
    }
    // Without the folder's copy the ledger's own still holds the log to what it signed.
    std::fs::remove_file(&path).unwrap();
    city.run(["verify"]).ok();
    assert_eq!(checkpoint(&city), signed);
    let connection = rusqlite::Connection::open(city.ledger_file()).unwrap();
    connection
        .execute(
            "UPDATE meta SET value = ? WHERE key = 'signed'",
            [forged.to_string()],
        )
        .unwrap();
    city.run(["verify"]).refused("O603").telling("ledger");
}

#[test]
fn a_sealed_result_carries_the_signed_checkpoint() {
    let city = City::new("town");
    crate::town::year(&city);
    let minutes = city.file("纪要.pdf", b"minutes");
    let sealed = city.run([
        "seal",
        "assessment",
        "--day",
        "2018-12-31",
        "--minutes",
        &minutes,
        "--approval",
        "1",
        "--demonstration",
    ]);
    sealed.ok();
    let facts = city.facts(city.head());
    let signed = SignedCheckpoint::parse(facts["checkpoint"].as_str().unwrap().as_bytes()).unwrap();
    signed.verify(&keys(&city)).unwrap();
    assert_eq!(facts["at"], signed.checkpoint().size);
    assert_eq!(facts["root"], hex::encode(signed.checkpoint().root));
}
