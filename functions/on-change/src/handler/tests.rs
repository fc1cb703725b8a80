use std::sync::Mutex;

use super::*;

/// Takes every execution but those of one account.
struct Recorded {
    started: Mutex<Vec<(String, String)>>,
    refuses: &'static str,
}

impl Executions for Recorded {
    async fn start(&self, name: &str, input: &str) -> Result<(), String> {
        if name.contains(self.refuses) {
            return Err("throttled".to_owned());
        }
        self.started.lock().unwrap().push((name.to_owned(), input.to_owned()));
        Ok(())
    }
}

const WINDOW: u64 = 600;

fn host() -> Host<Recorded> {
    Host {
        executions: Recorded {
            started: Mutex::default(),
            refuses: "999999999999",
        },
        window: NonZeroU64::new(WINDOW).unwrap(),
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn batch(bodies: &[&str]) -> Value {
    let message = |(index, body)| json!({ "messageId": format!("m{index}"), "body": body, "attributes": {} });
    json!({ "Records": bodies.iter().enumerate().map(message).collect::<Vec<_>>() })
}

async fn answered(host: &Host<Recorded>, event: Value, seconds: u64) -> (Vec<String>, Vec<String>) {
    let answer = handle(host, event, at(seconds)).await.unwrap();
    let names = host
        .executions
        .started
        .lock()
        .unwrap()
        .drain(..)
        .map(|(name, _)| name)
        .collect();
    (
        names,
        answer.failures.into_iter().map(|failure| failure.message).collect(),
    )
}

#[tokio::test]
async fn an_account_is_read_again_once_whatever_changed_in_it() {
    let host = host();
    let one = r#"{"account":"111122223333","id":"a"}"#;
    let other = r#"{"account":"444455556666","id":"b"}"#;
    let event = batch(&[one, other, one]);
    let (names, failures) = answered(&host, event.clone(), 1_200).await;
    assert_eq!(names, ["change-111122223333-1200", "change-444455556666-1200"]);
    assert!(failures.is_empty());
    let (later, _) = answered(&host, event.clone(), 1_799).await;
    assert_eq!(later, names, "the same window, the same executions");
    let (next, _) = answered(&host, event, 1_800).await;
    assert_eq!(next, ["change-111122223333-1800", "change-444455556666-1800"]);
}

#[tokio::test]
async fn the_input_is_the_account_alone() {
    let host = host();
    let event = batch(&[r#"{"account":"111122223333","id":"\"}, canary"}"#]);
    handle(&host, event, at(0)).await.unwrap();
    let started = host.executions.started.lock().unwrap();
    assert_eq!(started[0].1, r#"{"account":"111122223333"}"#);
    assert!(
        started[0].0.len() <= 76,
        "a number follows it, and a name has 80 characters"
    );
}

#[tokio::test]
async fn what_did_not_start_and_what_names_no_account_is_seen_again() {
    let host = host();
    let event = batch(&[
        r#"{"account":"999999999999"}"#,
        r#"{"account":"111122223333"}"#,
        "not json",
        r#"{"account":"1111222233334"}"#,
        r#"{"account":"11112222333x"}"#,
        r#"{"id":"x"}"#,
        r#"{"account":"999999999999"}"#,
    ]);
    let (names, failures) = answered(&host, event, 0).await;
    assert_eq!(names, ["change-111122223333-0"]);
    assert_eq!(failures, ["m0", "m2", "m3", "m4", "m5", "m6"]);
}

#[tokio::test]
async fn what_is_no_batch_is_refused_by_name() {
    let error = handle(&host(), json!({ "account": "111122223333" }), at(0))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("missing field `Records`"), "{error}");
    let empty = handle(&host(), batch(&[]), at(0)).await.unwrap();
    assert_eq!(serde_json::to_value(empty).unwrap(), json!({ "batchItemFailures": [] }));
}

/// The law that makes one execution a window enough: a change that is handled in a window was sent before that window's executions could begin.
#[test]
fn a_change_that_waited_for_a_window_is_older_than_the_window_that_it_is_handled_in() {
    let window = NonZeroU64::new(WINDOW).unwrap();
    for sent in 0..3 * WINDOW {
        for waited in [WINDOW, WINDOW + 1, 2 * WINDOW - 1, 5 * WINDOW] {
            assert!(sent <= window_of(at(sent + waited), window));
        }
    }
}
