//! One account is asked again, and what an earlier capture holds of the others is taken over: the result is that of asking everybody again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::recording::{Recording, SPOKES, fake, fake_where, live, words};
use crate::fake_aws::FakeAws;
use crate::support::scan;

const REGIONS: [&str; 2] = ["--regions", "eu-west-1,eu-central-1"];
const CHANGED: &str = SPOKES[1];

/// A role of the account may do more than before.
fn change_a_role(capture: &Path) {
    let file = capture.join(format!("accounts/{CHANGED}/iam/authorization-details.json"));
    let mut details: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let pages = details.as_array_mut().map_or(1, |pages| pages.len());
    let page = if details.is_array() {
        &mut details[pages - 1]
    } else {
        &mut details
    };
    let role = page["RoleDetailList"].as_array_mut().unwrap().first_mut().unwrap();
    let policy =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    role["RolePolicyList"] = json!([{"PolicyName": "more", "PolicyDocument": policy}]);
    fs::write(&file, details.to_string()).unwrap();
}

type Files = BTreeMap<String, Vec<u8>>;

fn files(recording: &Recording) -> Files {
    let files = walkdir::WalkDir::new(recording.path()).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let named = files.map(|entry| {
        let key = entry.path().strip_prefix(recording.path()).unwrap();
        (key.to_str().unwrap().to_owned(), fs::read(entry.path()).unwrap())
    });
    named.collect()
}

fn without_times(recording: &Recording) -> Vec<Value> {
    let mut rows = recording.coverage();
    for row in &mut rows {
        row["captured_at"] = json!(null);
    }
    rows
}

#[test]
fn a_scan_of_one_account_upon_a_base_is_that_of_all_accounts() {
    let before = Recording::of(&fake(&json!({})), &REGIONS);
    let changed = fake_where(&json!({}), &change_a_role);
    let again = Recording::of(&changed, &REGIONS);
    let calls = changed.calls().len();
    let base = before.path().to_str().unwrap();
    let one = Recording::of(
        &changed,
        &[&REGIONS[..], &["--accounts", CHANGED, "--base", base]].concat(),
    );
    assert_eq!(changed.problems(), Vec::<Value>::new());

    let asked = changed.calls().into_iter().skip(calls);
    let strangers: Vec<Value> = asked
        .filter(|call| {
            SPOKES
                .iter()
                .any(|spoke| *spoke != CHANGED && call["account"] == *spoke)
        })
        .collect();
    assert_eq!(strangers, Vec::<Value>::new(), "only the account is asked");

    let (old, new, rescanned) = (files(&before), files(&again), files(&one));
    assert_eq!(rescanned.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
    let details = format!("accounts/{CHANGED}/iam/authorization-details.json.zst");
    assert!(old[&details] != new[&details] && rescanned[&details] == new[&details]);
    for (key, bytes) in rescanned.iter().filter(|(key, _)| key.starts_with("accounts/")) {
        let is_of_changed = key.starts_with(&format!("accounts/{CHANGED}/"));
        assert!(is_of_changed || *bytes == old[key], "{key} is not that of the base");
    }
    assert_eq!(without_times(&one), without_times(&again));

    for recording in [&again, &one, &before] {
        recording.date_as_the_example();
    }
    let [again, one, before] = [&again, &one, &before].map(|recording| scan(recording.path()));
    for rows in ["findings", "paths"] {
        assert!(one.ask(&[rows]) == again.ask(&[rows]), "{rows} differ");
    }
    let right = ["can", &role(&new[&details])];
    assert_ne!(before.ask(&right), one.ask(&right), "what the role may do has changed");
}

/// The role that was changed.
fn role(details: &[u8]) -> String {
    let text = String::from_utf8(zstd::decode_all(details).unwrap()).unwrap();
    let details: Value = serde_json::from_str(&text).unwrap();
    let page = details.as_array().map_or(&details, |pages| pages.last().unwrap());
    let roles = page["RoleDetailList"].as_array().unwrap();
    let is_changed = |role: &&Value| role["RolePolicyList"][0]["PolicyName"] == "more";
    roles.iter().find(is_changed).unwrap()["Arn"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_is_no_base_is_refused_before_anything_is_written() {
    let fake = fake(&json!({}));
    let empty = tempfile::tempdir().unwrap();
    let newer = tempfile::tempdir().unwrap();
    let header = json!({
        "format": "sv0-capture/1", "partition": "aws", "hub_account": "604915728338", "organization_id": "o-another", "captured_at": "2026-01-01T00:00:00Z", "regions": [],
    });
    fs::write(newer.path().join("capture.json"), header.to_string()).unwrap();
    for (base, further, reason) in [
        (empty.path(), &["--accounts", CHANGED][..], "holds no capture"),
        (
            newer.path(),
            &["--accounts", CHANGED],
            "is of the organization o-another",
        ),
        (newer.path(), &[], "--accounts"),
        (
            newer.path(),
            &["--accounts", CHANGED, "--central-only"],
            "cannot be used with",
        ),
    ] {
        refused(&fake, base, further, reason);
    }
}

fn refused(fake: &FakeAws, base: &Path, further: &[&str], reason: &str) {
    let out = tempfile::tempdir().unwrap();
    let mut arguments = vec![
        "capture",
        "--out",
        out.path().to_str().unwrap(),
        "--base",
        base.to_str().unwrap(),
    ];
    arguments.extend(further);
    let output = live(fake, &arguments).output().unwrap();
    let told = words(&output).replace('\n', " ");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(reason), "{reason}: {told}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "{reason}");
}
