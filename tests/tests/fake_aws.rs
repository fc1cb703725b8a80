//! The fake AWS itself: what it answers is what AWS's models allow, and it is not lenient where AWS is not.

mod server;

use std::net::TcpStream;
use std::process::Command;

use serde_json::json;

use crate::support::repository;

const ACME: &str = "examples/acme/capture";

pub use server::{FakeAws, python};

/// boto3's clients ask it everything that it answers, page by page, and meet every fault.
#[test]
fn every_operation_is_answered_as_the_models_allow() {
    let output = Command::new(server::python())
        .args(["-m", "fake_aws.selftest"])
        .arg(repository().join(ACME))
        .current_dir(repository().join("tests"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{told}");
    assert!(told.contains("\"handlers\""), "{told}");
}

#[test]
fn it_ends_with_the_test_that_started_it() {
    let fake = FakeAws::start(&repository().join(ACME), &json!({}));
    let address = fake.endpoint.strip_prefix("http://").unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(fake);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_program_in_its_environment_takes_it_for_aws() {
    let fake = FakeAws::start(&repository().join(ACME), &json!({}));
    let asked = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";
    let output = Command::new(server::python())
        .args(["-c", asked])
        .envs(fake.environment())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "arn:aws:sts::604915728338:assumed-role/SecurityV0HubCollector/hub"
    );
    let calls = fake.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (&calls[0]["service"], &calls[0]["operation"], &calls[0]["outcome"]),
        (&json!("sts"), &json!("GetCallerIdentity"), &json!("ok"))
    );
}

#[test]
fn the_sdk_for_rust_writes_lists_and_reads_its_objects() {
    let fake = FakeAws::start(&repository().join(ACME), &json!({}));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = fake.s3();
    let keys = ["a folder/ü+1", "b", "c"];
    runtime.block_on(async {
        for key in keys {
            let body = aws_sdk_s3::primitives::ByteStream::from(key.as_bytes().to_vec());
            let request = client.put_object().bucket("securityv0-hub").key(key).body(body);
            request.send().await.unwrap();
        }
        let mut pages = client
            .list_objects_v2()
            .bucket("securityv0-hub")
            .into_paginator()
            .send();
        let mut listed = Vec::new();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += 1;
            listed.extend(page.unwrap().contents.into_iter().flatten().filter_map(|one| one.key));
        }
        assert_eq!((listed, count), (keys.map(str::to_owned).to_vec(), 2));
        for key in keys {
            let object = client
                .get_object()
                .bucket("securityv0-hub")
                .key(key)
                .send()
                .await
                .unwrap();
            assert_eq!(object.body.collect().await.unwrap().into_bytes(), key.as_bytes());
        }
    });
    assert_eq!(fake.problems(), Vec::<serde_json::Value>::new());
}

#[test]
fn it_is_told_of_faults_and_time_and_forgets_them() {
    let fake = FakeAws::start(&repository().join(ACME), &json!({ "page_size": 1 }));
    fake.set(&json!({ "page_size": 3 }));
    fake.clock(&json!({ "advance": 3600 }));
    fake.fault(&json!({ "service": "iam", "operation": "*", "kind": "throttle", "times": null }));
    assert_eq!(fake.faults().len(), 1);
    fake.reset();
    assert_eq!(fake.faults(), Vec::<serde_json::Value>::new());
    assert_eq!(fake.calls(), Vec::<serde_json::Value>::new());
    assert_eq!(fake.problems(), Vec::<serde_json::Value>::new());
}
