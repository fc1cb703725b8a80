//! What a synthetic organization is held to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use crate::{Organization, SynthError, write};

const SMALL: Organization = Organization {
    accounts: 4,
    roles_per_account: 120,
    policies_per_account: 80,
    users_per_account: 3,
    events_per_account: 30,
    seed: 7,
};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let key = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(key, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn written(organization: &Organization) -> BTreeMap<String, Vec<u8>> {
    let folder = tempdir().unwrap();
    let written = write(organization, folder.path(), &|_| {}).unwrap();
    let files = files(folder.path());
    assert_eq!((written.files, written.accounts), (files.len(), organization.accounts));
    files
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_others() {
    let first = written(&SMALL);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert!(first == alone.install(|| written(&SMALL)));
    assert!(first != written(&Organization { seed: 8, ..SMALL }));
}

#[test]
fn a_larger_organization_leaves_the_accounts_of_a_smaller_one_their_policies() {
    let details = "accounts/100000007919/iam/authorization-details.json.zst";
    let policies = |files: &BTreeMap<String, Vec<u8>>| {
        let text = zstd::decode_all(files[details].as_slice()).unwrap();
        serde_json::from_slice::<Value>(&text).unwrap()["Policies"].clone()
    };
    let larger = written(&Organization { accounts: 9, ..SMALL });
    assert_eq!(policies(&written(&SMALL)), policies(&larger));
}

/// Every statement of every document of the accounts.
fn statements(files: &BTreeMap<String, Vec<u8>>) -> Vec<Value> {
    let mut found = Vec::new();
    for (key, bytes) in files {
        if key.ends_with("authorization-details.json.zst") {
            let details: Value = serde_json::from_slice(&zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
            let policies = details["Policies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|policy| &policy["PolicyVersionList"][0]["Document"]);
            let roles = details["RoleDetailList"].as_array().unwrap().iter();
            let inline = roles.flat_map(|role| {
                role["RolePolicyList"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|policy| &policy["PolicyDocument"])
            });
            for document in policies.chain(inline) {
                let text = percent_encoding::percent_decode_str(document.as_str().unwrap())
                    .decode_utf8()
                    .unwrap()
                    .into_owned();
                let document: Value = serde_json::from_str(&text).unwrap();
                found.extend(document["Statement"].as_array().unwrap().iter().cloned());
            }
        }
    }
    found
}

#[test]
fn statements_deny_and_name_what_they_do_not_mean_as_often_as_real_ones() {
    let all = statements(&written(&SMALL));
    let share = |count: usize| 100.0 * count as f64 / all.len() as f64;
    let denies = share(all.iter().filter(|statement| statement["Effect"] == "Deny").count());
    let not_actions = share(all.iter().filter(|statement| !statement["NotAction"].is_null()).count());
    let conditions = share(all.iter().filter(|statement| !statement["Condition"].is_null()).count());
    assert!(all.len() > 700);
    assert!((5.0..11.0).contains(&denies), "{denies}");
    assert!((2.0..4.5).contains(&not_actions), "{not_actions}");
    assert!((12.0..30.0).contains(&conditions), "{conditions}");
}

#[test]
fn a_folder_that_holds_something_is_refused() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("mine"), "").unwrap();
    assert!(matches!(
        write(&SMALL, folder.path(), &|_| {}),
        Err(SynthError::NotEmpty(_))
    ));
}
