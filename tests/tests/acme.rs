//! The facts of the example organization come out, every one, and its planted secrets nowhere.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;

use base64::Engine;
use serde_json::{Value, json};
use sv0_model::finding::FindingKind;
use sv0_model::path::PathKind;

use crate::support::{Store, repository, run, scan};

pub fn facts(kind: &str) -> Vec<Value> {
    let file = repository().join("examples/acme/facts.json");
    let facts: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let rows = facts[kind].as_array().unwrap().clone();
    assert!(!rows.is_empty(), "the facts file holds {kind}");
    rows
}

/// One scan serves every test of this module: they only read it.
fn acme() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| scan(&repository().join("examples/acme/capture")))
}

fn rows(command: &str) -> Vec<Value> {
    acme().ask(&[command])[command].as_array().unwrap().clone()
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .map(|items| items.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} facts do not hold\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The rows of one kind that a check finds fault with.
fn faults(kind: &str, check: impl Fn(&Value) -> Option<String>) -> Vec<String> {
    facts(kind)
        .iter()
        .filter_map(|fact| check(fact).map(|fault| format!("{fault}\n    {fact}")))
        .collect()
}

#[test]
fn the_paths_are_there_in_their_state() {
    let paths = rows("paths");
    let leads = |path: &&Value, fact: &Value| {
        ["workload", "resource", "action_class"]
            .iter()
            .all(|key| path[key] == fact[key])
    };
    let found = faults("paths", |fact| {
        let candidates: Vec<&Value> = paths.iter().filter(|path| leads(path, fact)).collect();
        let holds = candidates.iter().any(|path| {
            path["roles"] == fact["roles"]
                && path["state"] == fact["state"]
                && (fact["blocked_by"].is_null() || path["blocked_by"] == fact["blocked_by"])
                && (fact["kind"].is_null() || texts(&path["kinds"]).contains(&fact["kind"].as_str().unwrap()))
        });
        let seen = candidates.iter().map(|path| {
            format!(
                "{} {} {} by {}",
                path["kinds"], path["state"], path["roles"], path["blocked_by"]
            )
        });
        (!holds).then(|| format!("no such path; there are {:?}", seen.collect::<Vec<_>>()))
    });
    assert_none(&found);
    let found = faults("no_path", |fact| {
        let open = paths
            .iter()
            .find(|path| leads(path, fact) && path["state"] != "blocked")?;
        Some(format!("there is one: {open}"))
    });
    assert_none(&found);
}

/// The example is the place where every kind can be looked at.
#[test]
fn every_kind_of_path_and_finding_has_a_fact() {
    let stated = |rows: &str| -> BTreeSet<String> {
        let facts = facts(rows);
        let kinds = facts.iter().filter_map(|fact| fact["kind"].as_str());
        kinds.map(str::to_owned).collect()
    };
    let known = |kinds: Value| -> BTreeSet<String> { texts(&kinds).into_iter().map(str::to_owned).collect() };
    assert_eq!(stated("paths"), known(json!(PathKind::ALL)));
    assert_eq!(stated("findings"), known(json!(FindingKind::ALL)));
}

#[test]
fn the_findings_are_there_and_the_near_misses_are_not() {
    let findings = rows("findings");
    let paths = rows("paths");
    let involved = |finding: &Value| -> Vec<String> {
        let ids = texts(&finding["paths"]);
        let reached = paths.iter().filter(|path| ids.contains(&path["id"].as_str().unwrap()));
        let reached = reached.filter_map(|path| path["resource"].as_str());
        texts(&finding["subjects"])
            .into_iter()
            .chain(reached)
            .map(str::to_owned)
            .collect()
    };
    let involves = |finding: &Value, fact: &Value| {
        let involved = involved(finding);
        texts(&fact["involves"])
            .iter()
            .all(|wanted| involved.iter().any(|id| id == wanted))
    };
    let found = faults("findings", |fact| {
        let holds = findings
            .iter()
            .filter(|finding| finding["kind"] == fact["kind"])
            .any(|finding| {
                let subjects = texts(&finding["subjects"]);
                let named = texts(&fact["subject_any_of"])
                    .iter()
                    .any(|subject| subjects.contains(subject));
                let in_account = fact["account"].is_string() && finding["account"] == fact["account"];
                (named || in_account) && involves(finding, fact)
            });
        (!holds).then(|| "no such finding".to_owned())
    });
    assert_none(&found);
    let found = faults("no_finding", |fact| {
        let near_miss = findings
            .iter()
            .filter(|finding| finding["kind"] == fact["kind"])
            .find(|finding| {
                let main = finding["subjects"][0].as_str().unwrap_or_default();
                let named = texts(&fact["subject_any_of"]).contains(&main);
                let in_account = fact["account"].is_string() && finding["account"] == fact["account"];
                (named || in_account) && involves(finding, fact)
            })?;
        Some(format!("there is one: {near_miss}"))
    });
    assert_none(&found);
}

#[test]
fn every_question_is_answered_as_aws_would() {
    let found = faults("can", |fact| {
        let mut arguments = vec!["can"];
        arguments.extend(
            ["principal", "action", "resource"]
                .iter()
                .map(|key| fact[key].as_str().unwrap()),
        );
        let context: Vec<String> = fact["context"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
            .collect();
        for pair in &context {
            arguments.extend(["--context", pair]);
        }
        let answer = acme().ask(&arguments);
        let holds = answer["decision"] == fact["decision"]
            && (fact["blocked_by"].is_null() || answer["blocked_by"] == fact["blocked_by"]);
        (!holds).then(|| {
            format!(
                "{} by {}, condition {}",
                answer["decision"], answer["blocked_by"], answer["condition"]
            )
        })
    });
    assert_none(&found);
    let found = faults("who_can", |fact| {
        let answer = acme().ask(&[
            "who-can",
            fact["action"].as_str().unwrap(),
            fact["resource"].as_str().unwrap(),
        ]);
        let listed: Vec<&str> = answer["principals"]
            .as_array()?
            .iter()
            .filter_map(|row| row["principal"].as_str())
            .collect();
        let absent: Vec<&str> = texts(&fact["principals_include"])
            .into_iter()
            .filter(|who| !listed.contains(who))
            .collect();
        let wrong: Vec<&str> = texts(&fact["principals_exclude"])
            .into_iter()
            .filter(|who| listed.contains(who))
            .collect();
        (!absent.is_empty() || !wrong.is_empty()).then(|| format!("missing {absent:?}, too many {wrong:?}"))
    });
    assert_none(&found);
}

#[test]
fn what_was_done_is_counted_and_silence_is_named() {
    let objects = acme().objects();
    let (_, uses) = objects
        .iter()
        .find(|(key, _)| key == "evidence/observed-use.ndjson.zst")
        .unwrap();
    let uses: Vec<Value> = String::from_utf8_lossy(uses)
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let paths = rows("paths");
    let hops: Vec<&Value> = paths.iter().flat_map(|path| path["hops"].as_array().unwrap()).collect();
    let found = faults("observed", |fact| {
        let total = |key: &str| {
            uses.iter()
                .filter(|row| is_use_of(row, fact))
                .filter_map(|row| row[key].as_u64())
                .sum::<u64>()
        };
        for key in ["count", "errors"] {
            if fact[key].as_u64().is_some_and(|want| total(key) != want) {
                return Some(format!("{key} is {}", total(key)));
            }
        }
        let said: Vec<&Value> = hops
            .iter()
            .filter(|hop| is_hop_of(hop, fact))
            .map(|hop| &hop["observation"])
            .collect();
        let may_be_without_a_hop = fact["count"].is_u64() || fact["errors"].is_u64();
        let agrees = said.iter().any(|observation| {
            observation["status"] == fact["status"]
                && (fact["count"].is_null() || observation["count"] == fact["count"])
        });
        let holds = agrees || (said.is_empty() && may_be_without_a_hop);
        (!holds).then(|| format!("its hops say {said:?}"))
    });
    assert_none(&found);
}

/// Whether a row of observed use is the one a fact is about. Events may name a secret without the suffix of its ARN.
fn is_use_of(row: &Value, fact: &Value) -> bool {
    let resource = fact["resource"].as_str().unwrap();
    let is_secret = resource.contains(":secret:");
    let by_name = resource.rsplit_once('-').map_or(resource, |(name, _)| name);
    let same_resource = row["resource"] == resource || (is_secret && row["resource"] == by_name);
    same_resource && row["principal"] == fact["principal"] && row["action"] == fact["action"]
}

/// The hop of a path that a fact is about: a service assuming the role a workload runs as, or a role acting on a resource.
fn is_hop_of(hop: &Value, fact: &Value) -> bool {
    let by_service = fact["principal"].as_str().unwrap().ends_with(".amazonaws.com");
    let acts = if by_service {
        hop["relation"] == "RUNS_AS"
    } else {
        hop["from"] == fact["principal"] && texts(&hop["actions"]).contains(&fact["action"].as_str().unwrap())
    };
    acts && hop["to"] == fact["resource"]
}

#[test]
fn the_ledger_says_what_was_seen() {
    let ledger = rows("coverage");
    let found = faults("coverage", |fact| {
        let keys = ["account", "region", "source"];
        let row = ledger.iter().find(|row| keys.iter().all(|key| row[key] == fact[key]));
        match row {
            Some(row) if row["status"] == fact["status"] => None,
            Some(row) => Some(format!("it says {row}")),
            None => Some("there is no such row".to_owned()),
        }
    });
    assert_none(&found);
}

#[test]
fn no_planted_secret_is_anywhere_in_results_report_or_messages() {
    let mut outputs = acme().objects();
    outputs.push((
        "manifest.json".to_owned(),
        fs::read(acme().run_folder().join("manifest.json")).unwrap(),
    ));
    let folder = tempfile::tempdir().unwrap();
    let capture = repository().join("examples/acme/capture");
    let messages = run(
        &[
            "scan",
            "--capture",
            capture.to_str().unwrap(),
            "--store",
            folder.path().to_str().unwrap(),
        ],
        0,
    );
    outputs.push(("standard output".to_owned(), messages.stdout));
    outputs.push(("standard error".to_owned(), messages.stderr));
    let canaries: Vec<String> = facts("canaries")
        .iter()
        .map(|row| row["text"].as_str().unwrap().to_owned())
        .collect();
    for (name, bytes) in &outputs {
        let text = String::from_utf8_lossy(bytes);
        for canary in &canaries {
            assert!(!text.contains(canary.as_str()), "{canary} is in {name}");
        }
    }
}

#[test]
fn the_planted_secrets_are_in_the_capture() {
    let mut capture = String::new();
    for entry in walkdir::WalkDir::new(repository().join("examples/acme/capture"))
        .into_iter()
        .map(Result::unwrap)
    {
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            let plain = if entry.path().extension().is_some_and(|extension| extension == "gz") {
                let mut plain = Vec::new();
                std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut plain).unwrap();
                plain
            } else {
                bytes
            };
            capture.push_str(&String::from_utf8_lossy(&plain));
        }
    }
    for canary in facts("canaries") {
        let text = canary["text"].as_str().unwrap();
        assert!(holds(&capture, text), "{text} is planted");
    }
}

/// Whether a text holds a secret as it is, or in the Base64 that EC2's user data comes in.
pub fn holds(text: &str, secret: &str) -> bool {
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    // A secret inside a longer text is encoded at one of three alignments; the ends depend on what stands beside it and are left off.
    let encoded = (0..3).map(|shift| engine.encode(format!("{}{secret}", "x".repeat(shift))));
    text.contains(secret) || encoded.into_iter().any(|code| text.contains(&code[4..code.len() - 4]))
}
