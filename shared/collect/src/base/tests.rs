use std::sync::atomic::AtomicI64;

use serde_json::json;
use sv0_sources::{CaptureSink as _, CaptureWriter};

use super::*;
use crate::api::Failure;
use crate::ledger::finish;
use crate::relay::Relay;
use crate::stage::{Finishing, StageError, finish_stage};
use crate::task::{Task, work_on};
use crate::testkit::{ACCOUNT, Aws, Memory, REGION, Still, account, done, now, plan};
use crate::work::Progress;

const OTHER: &str = "222233334444";
const THIRD: &str = "333344445555";

/// An estate of three accounts; `role` is in each of them.
fn aws(role: &str) -> Aws {
    Aws::new()
        .answer("sts:GetCallerIdentity", json!({}), json!({"Account": OTHER}))
        .answer(
            "iam:GetAccountAuthorizationDetails",
            json!({}),
            json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "IsTruncated": false, "RoleDetailList": [{
                "Arn": format!("arn:aws:iam::{OTHER}:role/{role}"), "RoleName": role, "RoleId": "AROAEXAMPLE", "Path": "/", "CreateDate": "2026-01-01T00:00:00+00:00",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}, "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
            }]}),
        )
        .pages("sqs:ListQueues", json!({}), "QueueUrls", vec![json!("https://sqs/one")], 1)
        .answer(
            "sqs:GetQueueAttributes",
            json!({}),
            json!({"Attributes": {"QueueArn": format!("arn:aws:sqs:{REGION}:{OTHER}:one")}}),
        )
        .refuse("events:ListEventBuses", json!({}), Failure::Denied, "AccessDeniedException")
        .pages("sns:ListSubscriptions", json!({}), "Subscriptions", vec![], 1)
}

/// The three accounts, those named as `asked` read through their roles, the others taken over.
fn plan_of(asked: &[&str]) -> Plan {
    let accounts = [ACCOUNT, OTHER, THIRD].map(|id| PlannedAccount {
        id: id.to_owned(),
        treatment: if asked.contains(&id) {
            Treatment::SpokeRole
        } else {
            Treatment::TakenOver
        },
        ..account()
    });
    let base = (asked.len() < 3).then(|| PlannedBase {
        name: "captures/base".to_owned(),
        captured_at: now(),
    });
    Plan {
        accounts: accounts.to_vec(),
        base,
        ..plan()
    }
}

fn work(aws: Aws, store: &Arc<Memory>, base: Option<&Arc<Memory>>, checks: i64) -> Work {
    Work {
        api: Arc::new(aws),
        clock: Arc::new(Still(AtomicI64::new(checks))),
        writer: CaptureWriter::new(store.clone()),
        store: store.clone(),
        base: base.map(|base| BaseCapture::new("captures/base", base.clone())),
    }
}

/// Every account that is asked, its rows kept as workers keep them.
fn asked(work: &Work, relay: &Relay, plan: &Plan) {
    for task in Task::accounts(plan) {
        let progress = done(work_on(work, plan, &task, Progress::default(), &|_| {})).unwrap();
        relay
            .keep_state(&task, &crate::relay::TaskState { progress, stalled: 0 })
            .unwrap();
    }
}

/// A capture of the whole organization.
fn whole(role: &str) -> Arc<Memory> {
    let store = Arc::new(Memory::default());
    let (work, plan) = (work(aws(role), &store, None, -1), plan_of(&[ACCOUNT, OTHER, THIRD]));
    work.writer.header(&plan.header).unwrap();
    let mut rows = Vec::new();
    for task in Task::accounts(&plan) {
        rows.extend(
            done(work_on(&work, &plan, &task, Progress::default(), &|_| {}))
                .unwrap()
                .rows,
        );
    }
    finish(&work, &plan, rows).unwrap();
    store
}

fn files(store: &Memory) -> BTreeMap<String, Vec<u8>> {
    let mut files = store.0.lock().unwrap().clone();
    files.remove("capture.json");
    files
}

fn rows(store: &Arc<Memory>) -> Vec<CoverageRow> {
    let file = CaptureFile::coverage();
    let stored = store.get(file.path()).unwrap().unwrap();
    let mut rows = Vec::new();
    let writer = CaptureWriter::new(store.clone());
    writer
        .each_stored(&file, &stored, &mut |row| {
            rows.push(serde_json::from_value(row).unwrap())
        })
        .unwrap();
    rows
}

/// Rows of accounts alone: nobody ran the tasks of the centre.
fn of_accounts(rows: Vec<CoverageRow>) -> Vec<CoverageRow> {
    rows.into_iter()
        .filter(|row| row.error_code.as_deref() != Some("NotFinished"))
        .collect()
}

/// A scan of one account upon `base`, whose last worker looks at the clock so often that it is stopped after `checks`; gives the capture, and how often `finish` was sent.
fn scan_of_one(aws: Aws, base: &Arc<Memory>, plan: &Plan, checks: i64) -> (Arc<Memory>, usize) {
    let (store, beside) = (Arc::new(Memory::default()), Arc::new(Memory::default()));
    let relay = Relay::new(beside);
    asked(&work(aws, &store, Some(base), -1), &relay, plan);
    for sent in 1..100 {
        let work = work(Aws::new(), &store, Some(base), checks);
        match finish_stage(&work, &relay, plan) {
            Ok(Finishing::Done(_)) => {
                let once = files(&store);
                assert!(matches!(finish_stage(&work, &relay, plan), Ok(Finishing::Done(_))));
                assert!(files(&store) == once, "sent again, it changed something");
                return (store, sent);
            }
            Ok(Finishing::Continue(left)) => {
                assert!(left > 0 && !files(&store).contains_key(CaptureFile::coverage().path()))
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it is never done");
}

#[test]
fn where_nothing_changed_the_scan_of_one_account_is_the_scan_of_all() {
    let base = whole("reader");
    let plan = plan_of(&[ACCOUNT]);
    let (capture, sent) = scan_of_one(aws("reader"), &base, &plan, -1);
    assert_eq!(sent, 1);
    let (mut found, mut wanted) = (files(&capture), files(&base));
    assert!(wanted.len() > 6, "{:?}", wanted.keys());
    found.remove(CaptureFile::coverage().path());
    wanted.remove(CaptureFile::coverage().path());
    assert!(found == wanted, "{:?} {:?}", found.keys(), wanted.keys());
    assert_eq!(of_accounts(rows(&capture)), rows(&base));
    // Gaps stay the gaps they were, too.
    let denied = rows(&capture)
        .into_iter()
        .filter(|row| row.status == CoverageStatus::Denied);
    assert!(denied.filter(|row| row.account == THIRD).count() > 0);
}

#[test]
fn what_changed_in_the_account_that_is_asked_is_seen_and_nothing_else() {
    let base = whole("reader");
    let (capture, _) = scan_of_one(aws("writer"), &base, &plan_of(&[OTHER]), -1);
    let (found, known, changed) = (files(&capture), files(&base), files(&whole("writer")));
    for (key, bytes) in &known {
        if key == CaptureFile::coverage().path() {
            continue;
        }
        let wanted = if key.starts_with(&format!("accounts/{OTHER}/")) {
            &changed[key]
        } else {
            bytes
        };
        assert!(&found[key] == wanted, "{key}");
    }
    assert_ne!(known, changed);
}

#[test]
fn a_worker_without_time_hands_on_what_is_left() {
    let base = whole("reader");
    let plan = plan_of(&[ACCOUNT]);
    let (expected, _) = scan_of_one(aws("reader"), &base, &plan, -1);
    // One look at the clock lets a worker begin, each further one an account.
    let (capture, sent) = scan_of_one(aws("reader"), &base, &plan, 2);
    assert_eq!(sent, 2);
    assert!(files(&capture) == files(&expected));
    let work = work(Aws::new(), &Arc::default(), Some(&base), 0);
    let none = finish_stage(&work, &Relay::new(Arc::new(Memory::default())), &plan);
    assert!(matches!(none, Err(StageError::NoTime)));
}

#[test]
fn what_the_base_promises_and_does_not_hold_is_failed_and_what_it_does_not_speak_of_is_missing() {
    let base = whole("reader");
    let details = CaptureFile::authorization_details(THIRD).unwrap();
    base.0.lock().unwrap().remove(details.path());
    let mut kept = rows(&base);
    kept.retain(|row| !(row.account == THIRD && row.source == "sns:subscriptions") && row.account != ACCOUNT);
    CaptureWriter::new(base.clone()).coverage(&kept).unwrap();
    let (capture, _) = scan_of_one(aws("reader"), &base, &plan_of(&[OTHER]), -1);
    let row = |account: &str, source: &str| {
        let rows = rows(&capture);
        let row = rows
            .into_iter()
            .find(|row| row.account == account && row.source == source);
        let row = row.unwrap_or_else(|| panic!("no row {account} {source}"));
        (row.status, row.error_code, row.items)
    };
    assert_eq!(
        row(THIRD, "iam:authorization-details"),
        (CoverageStatus::Failed, Some("NotInBase".to_owned()), 0)
    );
    assert_eq!(row(THIRD, "sns:subscriptions"), (CoverageStatus::Missing, None, 0));
    assert_eq!(
        row(ACCOUNT, "iam:authorization-details"),
        (CoverageStatus::Missing, None, 0)
    );
    assert!(
        !files(&capture)
            .keys()
            .any(|key| key.starts_with(&format!("accounts/{ACCOUNT}/")))
    );
    assert_eq!(row(THIRD, "sqs:queue-policies").0, CoverageStatus::Ok);
}

#[test]
fn regions_that_are_no_longer_read_are_left_out() {
    let base = whole("reader");
    let mut plan = plan_of(&[ACCOUNT]);
    plan.header.regions = vec!["eu-central-1".to_owned()];
    let (capture, _) = scan_of_one(aws("reader"), &base, &plan, -1);
    assert!(!files(&capture).keys().any(|key| key.contains(REGION)));
    assert!(files(&capture).contains_key(CaptureFile::authorization_details(OTHER).unwrap().path()));
    let of_old = rows(&capture)
        .into_iter()
        .filter(|row| row.region == REGION && row.account == OTHER);
    assert_eq!(of_old.count(), 0);
    let of_new = rows(&capture)
        .into_iter()
        .filter(|row| row.region == "eu-central-1" && row.account == OTHER);
    assert!(
        of_new
            .map(|row| row.status)
            .all(|status| status == CoverageStatus::Missing)
    );
}

#[test]
fn a_capture_that_cannot_be_the_base_is_refused_by_what_is_wrong() {
    let with_header = |change: &dyn Fn(&mut serde_json::Value)| {
        let base = whole("reader");
        let mut header = json!({
            "format": "sv0-capture/1", "partition": "aws", "hub_account": "999988887777", "organization_id": "o-exampleorgid", "captured_at": "2026-01-31T00:00:00Z",
            "regions": [REGION],
        });
        change(&mut header);
        base.put("capture.json", header.to_string().as_bytes()).unwrap();
        base
    };
    let some = CollectOptions {
        accounts: BTreeSet::from([ACCOUNT.to_owned()]),
        ..CollectOptions::default()
    };
    let check = |base: &Arc<Memory>, options: &CollectOptions| {
        BaseCapture::new("captures/base", base.clone()).check(&plan().header, options)
    };
    let usable = with_header(&|_| {});
    assert_eq!(check(&usable, &some).unwrap().name, "captures/base");
    let unfinished = with_header(&|_| {});
    unfinished.0.lock().unwrap().remove(CaptureFile::coverage().path());
    for (base, reason) in [
        (Arc::default(), "captures/base is no capture"),
        (unfinished, "was never finished"),
        (
            with_header(&|header| header["format"] = json!("sv0-capture/2")),
            "its \"format\" is not",
        ),
        (
            with_header(&|header| *header = json!([])),
            "does not hold one JSON object",
        ),
        (
            with_header(&|header| header["partition"] = json!("aws-cn")),
            "of the partition aws-cn",
        ),
        (
            with_header(&|header| header["organization_id"] = json!("o-another")),
            "of the organization o-another",
        ),
        (
            with_header(&|header| header["organization_id"] = json!(null)),
            "none that is known",
        ),
        (
            with_header(&|header| header["captured_at"] = json!("2026-02-01T00:00:00Z")),
            "not before this scan began",
        ),
        (
            with_header(&|header| header["captured_at"] = json!("2026-03-01T00:00:00Z")),
            "not before this scan began",
        ),
    ] {
        let error = check(&base, &some).unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
    let central_only = CollectOptions {
        spokes: Spokes::CentralOnly,
        ..some.clone()
    };
    for options in [CollectOptions::default(), central_only] {
        assert!(matches!(check(&usable, &options), Err(BaseError::NoAccounts)));
    }
    // Of an account without an organization the hub itself has to be the same.
    let alone = CaptureHeader {
        organization_id: None,
        hub_account: Some(ACCOUNT.to_owned()),
        ..plan().header
    };
    let base = with_header(&|header| header["organization_id"] = json!(null));
    let refused = BaseCapture::new("captures/base", base).check(&alone, &some);
    assert!(matches!(refused, Err(BaseError::OfAnother { what: "account", .. })));
}
