//! The tree against numbers that others published: the known tree of Certificate Transparency in
//! the code, and the vectors of transparency-dev/merkle where they lie beside the repository.

use bundle::merkle::{
    Frontier, Hash, ProofFault, consistency_proof, empty_root, inclusion_proof, leaf_hash, root_of,
    verify_consistency, verify_inclusion,
};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The eight leaves of the known tree (google/certificate-transparency, transparency-dev/merkle).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The roots of its first 0 to 8 leaves.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn known_leaf_hashes() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&unhex(leaf))).collect()
}

#[test]
fn the_known_tree_has_its_published_roots() {
    let leaves = known_leaf_hashes();
    let mut growing = Frontier::new();
    assert_eq!(empty_root().to_vec(), unhex(ROOTS[0]));
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(root_of(&leaves[..size]).to_vec(), unhex(root), "{size}");
        assert_eq!(growing.root().to_vec(), unhex(root), "{size}");
        if let Some(leaf) = leaves.get(size) {
            growing.push(*leaf);
        }
    }
}

/// RFC 6962 section 2.1.3: the proofs in its tree of seven leaves, by the names of its nodes.
#[test]
fn the_proofs_of_the_example_in_rfc_6962() {
    let leaves: Vec<Hash> = (0..7u8).map(|leaf| leaf_hash(&[leaf])).collect();
    let node = |from: usize, to: usize| root_of(&leaves[from..to]);
    let (a, b, c) = (leaves[0], leaves[1], leaves[2]);
    let (d, e, f, j) = (leaves[3], leaves[4], leaves[5], leaves[6]);
    let (g, h, i, k, l) = (node(0, 2), node(2, 4), node(4, 6), node(0, 4), node(4, 7));
    let inclusion = [
        (0, vec![b, h, l]),
        (3, vec![c, g, l]),
        (4, vec![f, j, k]),
        (6, vec![i, k]),
    ];
    for (index, proof) in inclusion {
        assert_eq!(inclusion_proof(&leaves, index), Some(proof));
    }
    let consistency = [
        (3, vec![c, d, g, l]),
        (4, vec![l]),
        (6, vec![i, j, k]),
        (7, vec![]),
    ];
    for (old, proof) in consistency {
        assert_eq!(consistency_proof(&leaves, old), Some(proof));
    }
    assert_ne!(a, e);
    assert_eq!(inclusion_proof(&leaves, 7), None);
    assert_eq!(consistency_proof(&leaves, 0), None);
    assert_eq!(consistency_proof(&leaves, 8), None);
}

#[test]
fn every_proof_that_is_made_holds_and_holds_nowhere_else() {
    let leaves: Vec<Hash> = (0..70u8).map(|leaf| leaf_hash(&[leaf])).collect();
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        let root = root_of(tree);
        let count = size as u64;
        for index in 0..size {
            let proof = inclusion_proof(tree, index).unwrap();
            let at = index as u64;
            assert_eq!(
                verify_inclusion(&tree[index], at, count, &proof, &root),
                Ok(())
            );
            let other = verify_inclusion(&leaf_hash(b"other"), at, count, &proof, &root);
            assert_eq!(other, Err(ProofFault::WrongRoot));
        }
        for old in 1..=size {
            let proof = consistency_proof(tree, old).unwrap();
            let old_root = root_of(&tree[..old]);
            let verify =
                |new_root| verify_consistency(old as u64, count, &proof, &old_root, new_root);
            assert_eq!(verify(&root), Ok(()));
            assert_eq!(verify(&leaf_hash(b"other")), Err(ProofFault::WrongRoot));
        }
    }
}

#[test]
fn an_impossible_question_is_refused() {
    let hash = leaf_hash(b"");
    let table = [
        (
            verify_inclusion(&hash, 0, 0, &[], &hash),
            ProofFault::IndexBeyondSize,
        ),
        (
            verify_inclusion(&hash, 3, 3, &[], &hash),
            ProofFault::IndexBeyondSize,
        ),
        (
            verify_inclusion(&hash, 0, 2, &[], &hash),
            ProofFault::WrongLength,
        ),
        (
            verify_inclusion(&hash, 0, 1, &[hash], &hash),
            ProofFault::WrongLength,
        ),
        (
            verify_consistency(0, 1, &[], &hash, &hash),
            ProofFault::EmptyOldTree,
        ),
        (
            verify_consistency(2, 1, &[], &hash, &hash),
            ProofFault::OldLargerThanNew,
        ),
        (
            verify_consistency(1, 1, &[hash], &hash, &hash),
            ProofFault::WrongLength,
        ),
        (
            verify_consistency(3, 4, &[], &hash, &hash),
            ProofFault::WrongLength,
        ),
        (
            verify_consistency(1, u64::MAX, &[hash; 70], &hash, &hash),
            ProofFault::WrongLength,
        ),
    ];
    for (found, expected) in table {
        assert_eq!(found, Err(expected));
    }
}

// What follows reads vectors that are not part of the repository. Where they are absent, the tables
// above stand for them.

fn vectors() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    folder.is_dir().then_some(folder)
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
}

fn unbase64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for symbol in text.bytes().filter(|symbol| *symbol != b'=') {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => panic!("not base64: {text}"),
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}

/// A hash of a case; `None` for an empty text, which no caller of ours can pass. Some cases have a
/// text of another length ("don't care"): a hash of that text stands for it, equal where the texts
/// are equal.
fn hash_in(value: &Value) -> Option<Hash> {
    let bytes = unbase64(value.as_str().unwrap_or_default());
    let hash = Hash::try_from(bytes.as_slice()).unwrap_or_else(|_| leaf_hash(&bytes));
    (!bytes.is_empty()).then_some(hash)
}

fn proof_in(case: &Value) -> Option<Vec<Hash>> {
    let proof = case["proof"].as_array().map_or(&[][..], Vec::as_slice);
    proof.iter().map(hash_in).collect()
}

fn inclusion_holds(case: &Value) -> Option<bool> {
    let (leaf, root) = (hash_in(&case["leafHash"])?, hash_in(&case["root"])?);
    let (index, size) = (case["leafIdx"].as_u64()?, case["treeSize"].as_u64()?);
    Some(verify_inclusion(&leaf, index, size, &proof_in(case)?, &root).is_ok())
}

fn consistency_holds(case: &Value) -> Option<bool> {
    let (old_root, new_root) = (hash_in(&case["root1"])?, hash_in(&case["root2"])?);
    let (old, new) = (case["size1"].as_u64()?, case["size2"].as_u64()?);
    Some(verify_consistency(old, new, &proof_in(case)?, &old_root, &new_root).is_ok())
}

#[test]
fn the_published_cases_hold_or_are_refused_as_they_say() {
    let Some(vectors) = vectors() else { return };
    let (mut cases, mut refused) = (0, 0);
    for kind in ["inclusion", "consistency"] {
        let mut files = Vec::new();
        json_files(&vectors.join("merkle_testdata").join(kind), &mut files);
        for file in files {
            let case: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let holds = match kind {
                "inclusion" => inclusion_holds(&case),
                _ => consistency_holds(&case),
            };
            let must_fail = case["wantErr"].as_bool().unwrap();
            assert_eq!(holds.unwrap_or(false), !must_fail, "{}", file.display());
            cases += 1;
            refused += u32::from(must_fail);
        }
    }
    assert_eq!((cases, refused), (196, 184));
}

#[test]
fn the_published_known_tree_is_the_one_in_this_file() {
    let Some(vectors) = vectors() else { return };
    let file = fs::read(vectors.join("rfc6962_known_tree.json")).unwrap();
    let tree: Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(tree["leaves_hex"], serde_json::json!(LEAVES));
    assert_eq!(tree["roots_hex_by_size"], serde_json::json!(ROOTS));
}
