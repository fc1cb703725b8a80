//! What Config does not hold: every name of the format, and each form in which an item may come.

use serde_json::{Value, json};
use sv0_model::record::RecordKind;

use crate::spoke::{Form, NAMES};
use crate::testkit::{Capture, MEMBER, REGION, codes};

fn path(service: &str, what: &str) -> String {
    format!("accounts/{MEMBER}/{REGION}/{service}/{what}.ndjson")
}

#[derive(serde::Deserialize)]
struct Case {
    file: String,
    /// Contents of a file, each of which gives the bodies.
    contents: Vec<Value>,
    bodies: Vec<Value>,
}

/// Items alone, in a list, in the list answer, in pages, in the wrapper of a Get answer: always the same bodies.
#[test]
fn what_the_cli_prints_around_an_item_is_taken_off() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("spoke_cases.json")).unwrap();
    for Case { file, contents, bodies } in cases {
        let (service, what) = file.split_once('/').unwrap();
        for content in contents {
            let read = Capture::new().file(&path(service, what), content.to_string()).read();
            assert_eq!(codes(&read), Vec::<String>::new(), "{file} {content}");
            let mut found: Vec<&Value> = read.records.iter().map(|record| &record.body).collect();
            found.sort_by_key(|body| body.to_string());
            assert_eq!(found, bodies.iter().collect::<Vec<_>>(), "{file} {content}");
            for record in &read.records {
                let wanted = RecordKind::SpokeItem {
                    service: service.to_owned(),
                    what: what.to_owned(),
                };
                assert_eq!(record.kind, wanted);
                assert_eq!(
                    (record.account.as_deref(), record.region.as_deref()),
                    (Some(MEMBER), Some(REGION))
                );
            }
        }
    }
}

/// An item that has what names it, and nothing else.
fn smallest(form: Form) -> Value {
    match form {
        Form::Item { named_by, .. } => named_by.iter().take(1).map(|field| (*field, "x")).collect(),
        Form::Subject => json!({"Arn": "x", "Response": {}}),
        Form::Keys => json!({"Arn": "x", "Keys": ["LOG_LEVEL"]}),
    }
}

#[test]
fn every_name_is_read_and_refuses_what_is_no_item_of_it() {
    for name in NAMES {
        let file = path(name.service, name.what);
        let item = smallest(name.form);
        let read = Capture::new().lines(&file, std::slice::from_ref(&item)).read();
        assert_eq!(codes(&read), Vec::<String>::new(), "{file}");
        assert_eq!(read.records[0].body, item, "{file}");
        for wrong in [json!(7), json!("x"), json!([[3]])] {
            let read = Capture::new().lines(&file, &[wrong.clone(), item.clone()]).read();
            assert_eq!(codes(&read), [format!("{file}:1 unexpected_item")], "{wrong}");
            assert_eq!(read.records.len(), 1, "{file}: the rest is read");
        }
        // What no field names may be anything that is an object.
        if !matches!(name.form, Form::Item { named_by: [], .. }) {
            let read = Capture::new().lines(&file, &[json!({"Other": "x"}), item]).read();
            assert_eq!(codes(&read), [format!("{file}:1 unexpected_item")]);
        }
    }
}

#[test]
fn a_global_service_lies_below_global() {
    let file = format!("accounts/{MEMBER}/global/rolesanywhere/profiles.json");
    let read = Capture::new()
        .json(&file, &json!({"profiles": [{"profileArn": "x"}]}))
        .read();
    assert_eq!(read.records[0].region.as_deref(), Some("global"));
}

/// A name that the format does not know is named and not read; so is one outside an account and Region.
#[test]
fn unknown_names_are_not_read() {
    let cases = [
        (path("bedrock-agent", "prompts"), "file_not_used"),
        (path("unheard-of", "agents"), "file_not_used"),
        (
            format!("accounts/{MEMBER}/{REGION}/bedrock-agent/agents/more.ndjson"),
            "unknown_file",
        ),
        (
            format!("accounts/1234/{REGION}/bedrock-agent/agents.ndjson"),
            "unknown_file",
        ),
        (
            format!("accounts/{MEMBER}/Europe/bedrock-agent/agents.ndjson"),
            "unknown_file",
        ),
    ];
    for (file, code) in cases {
        let read = Capture::new().lines(&file, &[json!({"agentId": "x"})]).read();
        assert_eq!(codes(&read), [format!("{file} {code}")]);
        assert!(read.records.is_empty());
    }
}
