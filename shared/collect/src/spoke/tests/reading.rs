//! What spokes wrote is what a reader of captures takes, and the ledger it makes is the one that was written.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use serde_json::json;
use sv0_model::coverage::CoverageStatus;
use sv0_model::event::LoggedEvent;
use sv0_model::record::RecordKind;
use sv0_sources::{CaptureWriter, EventFold, ReadOptions, read_capture};

use crate::ledger::{PackedRows, write_ledger};
use crate::plan::PlannedAccount;
use crate::spoke::account_steps;
use crate::testkit::{ACCOUNT, Aws, REGION, Still, Worker, account, plan};
use crate::work::Work;
use sv0_sources::WriteError;

/// A capture without logs.
#[derive(Default)]
struct NoEvents;

impl EventFold for NoEvents {
    fn add(&mut self, _: &LoggedEvent<'_>) {}
    fn merge(&mut self, _: Self) {}
}

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:q";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

/// An account that has a queue, a key with a grant, and is denied the rest.
fn aws() -> Aws {
    let mut aws = Aws::new();
    for call in crate::calls::ALL {
        aws = aws.refuse(&call.name(), json!({}), crate::Failure::Denied, "AccessDeniedException");
    }
    aws.answer("sts:GetCallerIdentity", json!({}), json!({"Account": ACCOUNT}))
        .answer(
            "config:DescribeConfigurationRecorders",
            json!({}),
            json!({"ConfigurationRecorders": []}),
        )
        .answer(
            "config:DescribeConfigurationRecorderStatus",
            json!({}),
            json!({"ConfigurationRecordersStatus": []}),
        )
        .pages(
            "sqs:ListQueues",
            json!({}),
            "QueueUrls",
            vec![json!("https://sqs.eu-west-1.amazonaws.com/111122223333/q")],
            1,
        )
        .answer(
            "sqs:GetQueueAttributes",
            json!({}),
            json!({"Attributes": {"QueueArn": QUEUE}}),
        )
        .pages(
            "kms:ListKeys",
            json!({}),
            "Keys",
            vec![json!({"KeyId": "k", "KeyArn": KEY})],
            1,
        )
        .pages(
            "kms:ListGrants",
            json!({}),
            "Grants",
            vec![
                json!({"GrantId": "g1", "KeyId": KEY}),
                json!({"GrantId": "g2", "KeyId": KEY}),
            ],
            1,
        )
        .pages("dynamodb:ListTables", json!({}), "TableNames", vec![], 1)
}

#[test]
fn a_reader_takes_what_was_written() {
    let plan = plan();
    let worker = Worker::new(aws());
    let progress = worker.run_all(&account_steps(&plan, &account()));
    let work = Work {
        api: worker.aws.clone(),
        clock: Arc::new(Still(AtomicI64::new(-1))),
        writer: CaptureWriter::new(worker.store.clone()),
        store: worker.store.clone(),
        base: None,
    };
    work.writer.header(&plan.header).unwrap();
    let mut written = Vec::new();
    let packed = PackedRows::of(&progress.rows);
    assert_eq!(packed.rows(), progress.rows);
    let of_account = |_: &PlannedAccount| Ok::<_, WriteError>(packed.rows());
    write_ledger(&work, &plan, Vec::new(), of_account, &mut |row| {
        written.push(row.clone())
    })
    .unwrap();
    assert_eq!(written, progress.rows);

    let folder = tempfile::tempdir().unwrap();
    for (key, bytes) in worker.files() {
        let path = folder.path().join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let read = read_capture::<NoEvents>(folder.path(), &ReadOptions::default(), &|_| {}).unwrap();
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    for row in &written {
        assert!(read.coverage.contains(row), "{row:?}");
    }
    let status = |source: &str, region: &str| {
        let mut rows = read
            .coverage
            .iter()
            .filter(|row| row.source == source && row.account == ACCOUNT && row.region == region);
        rows.next().map(|row| (row.status, row.items))
    };
    assert_eq!(status("sqs:queues", REGION), Some((CoverageStatus::Ok, 1)));
    assert_eq!(status("kms:grants", REGION), Some((CoverageStatus::Ok, 1)));
    assert_eq!(status("dynamodb:tables", REGION), Some((CoverageStatus::Ok, 0)));
    assert_eq!(status("rds:db-instances", REGION), Some((CoverageStatus::Denied, 0)));
    assert_eq!(status("config:recorders", REGION), Some((CoverageStatus::Ok, 1)));
    assert_eq!(status("sts:identity", "global"), Some((CoverageStatus::Ok, 1)));
    let grants = read
        .records
        .iter()
        .find(|record| record.kind == RecordKind::KeyGrants)
        .unwrap();
    assert_eq!(grants.body["Arn"], KEY);
    assert_eq!(grants.body["Response"]["Grants"].as_array().unwrap().len(), 2);
}
