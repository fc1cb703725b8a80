mod hub;

use serde_json::{Value, json};
use sv0_collect::Failure;
use sv0_sources::CaptureSink as _;

use super::*;
use hub::{Hub, MANAGEMENT, SPOKE};

const RUN: &str = "2026-03-02T04-00";

fn plan() -> Value {
    json!({"stage": "plan", "run": RUN})
}

fn task(name: &str) -> Value {
    json!({"stage": "task", "run": RUN, "task": name})
}

fn finish() -> Value {
    json!({"stage": "finish", "run": RUN})
}

/// Every task, as the lists of the plan name them.
fn listed(hub: &Hub) -> Vec<Value> {
    let lists = ["central", "spokes"].map(|name| hub.work_document(RUN, &format!("{name}.json")));
    lists
        .into_iter()
        .flat_map(|list| list.as_array().unwrap().clone())
        .collect()
}

/// The whole scan, each worker with time for `calls` calls; gives the capture, and how many workers it took.
fn collected(calls: usize) -> (Files, usize) {
    let hub = Hub::default();
    // The first call of a plan is who manages the organization; a worker that has no time after that says so.
    let mut workers = hub.until_done(plan(), calls.max(2));
    for task in listed(&hub) {
        workers += hub.until_done(task, calls);
    }
    hub.send(finish()).unwrap();
    (hub.capture(RUN), workers)
}

type Files = std::collections::BTreeMap<String, Vec<u8>>;

#[test]
fn a_plan_is_answered_with_pointers_to_lists_of_events() {
    let hub = Hub::default();
    let answer = hub.send(plan()).unwrap();
    assert!(answer.to_string().len() <= 8 * 1024);
    assert_eq!(answer["status"], "done");
    assert_eq!(answer["capture"], format!("s3://results/sv0/captures/{RUN}/"));
    assert_eq!(
        answer["spokes"],
        json!({"bucket": "results", "key": format!("sv0/work/{RUN}/spokes.json"), "tasks": 3})
    );
    let names: Vec<Value> = listed(&hub).iter().map(|event| event["task"].clone()).collect();
    assert_eq!(
        names,
        [
            "inventory",
            "findings",
            "identity",
            "trails",
            hub::HUB,
            SPOKE,
            MANAGEMENT
        ]
    );
    assert!(
        listed(&hub)
            .iter()
            .all(|event| Event::read(event.clone(), &serde_json::Map::new()).is_ok())
    );
    assert_eq!(hub.answered("iam:GetAccountAuthorizationDetails"), 0);
}

#[test]
fn workers_that_run_at_the_same_time_are_given_turns() {
    let hub = Hub::default();
    hub.send(plan()).unwrap();
    assert!(hub.take_turns().iter().all(Option::is_none));
    for mut event in listed(&hub) {
        event["accounts_at_a_time"] = json!(2);
        hub.send(event).unwrap();
    }
    let central = (0..4).map(|index| Turns::of(index, 4, 4));
    let accounts = (0..3).map(|index| Turns::of(index, 3, 2));
    assert_eq!(hub.take_turns(), central.chain(accounts).collect::<Vec<_>>());
    hub.send(task(SPOKE)).unwrap();
    hub.send(finish()).unwrap();
    assert_eq!(hub.take_turns(), [None, None], "a worker that is alone");
}

#[test]
fn workers_with_little_time_give_what_one_with_much_gives() {
    let (whole, workers) = collected(usize::MAX);
    assert_eq!(workers, 8, "a plan and seven tasks");
    let details = format!("accounts/{SPOKE}/iam/authorization-details.json.zst");
    assert!(whole.contains_key(&details) && whole.contains_key("coverage.ndjson.zst"));
    for calls in [1, 2, 3, 5] {
        let (parts, more) = collected(calls);
        assert!(more > workers, "{more} workers with {calls} calls each");
        assert!(parts == whole, "workers with {calls} calls each made another capture");
    }
}

#[test]
fn whatever_is_sent_twice_changes_nothing_and_asks_nobody() {
    let hub = Hub::default();
    let mut first = vec![hub.send(plan()).unwrap()];
    let events = [listed(&hub), vec![finish()]].concat();
    first.extend(events.into_iter().map(|event| hub.send(event).unwrap()));
    let (capture, calls) = (hub.capture(RUN), hub.calls());
    hub.an_hour_later();
    let events = [vec![plan()], listed(&hub), vec![finish()]].concat();
    let second: Vec<Value> = events.into_iter().map(|event| hub.send(event).unwrap()).collect();
    assert_eq!(first, second);
    assert!(hub.capture(RUN) == capture);
    assert_eq!(hub.calls(), calls);
}

#[test]
fn a_worker_that_died_before_it_could_say_how_far_it_came_does_no_harm() {
    let (whole, _) = collected(usize::MAX);
    // From the second on, what is remembered is a part of a file, to which the one that died had added.
    for remembered_after in 1..=3 {
        let hub = Hub::default();
        hub.until_done(plan(), usize::MAX);
        let state = format!("tasks/{SPOKE}.json.gz");
        for _ in 0..remembered_after {
            hub.send_with(task(SPOKE), 1).unwrap();
        }
        let remembered = hub.work(RUN).files()[&state].clone();
        hub.send_with(task(SPOKE), 1).unwrap();
        hub.work(RUN).put(&state, &remembered).unwrap();
        for event in listed(&hub) {
            hub.until_done(event, usize::MAX);
        }
        hub.send(finish()).unwrap();
        assert!(hub.capture(RUN) == whole, "{remembered_after}");
    }
}

#[test]
fn what_was_never_reported_is_failed_in_the_ledger() {
    let hub = Hub::default();
    hub.send(plan()).unwrap();
    hub.send_with(task(SPOKE), 1).unwrap();
    for name in ["inventory", "findings", "identity", "trails", MANAGEMENT] {
        hub.send(task(name)).unwrap();
    }
    let answer = hub.send(finish()).unwrap();
    assert_eq!(answer["unfinished_tasks"], 2);
    let rows = hub.ledger(RUN);
    let of = |account: &str| {
        rows.iter()
            .filter(move |row| row["account"] == account)
            .cloned()
            .collect::<Vec<_>>()
    };
    for (account, reason) in [
        (SPOKE, "the scan ended before this was read to its end"),
        (hub::HUB, "the worker that was to read this never reported"),
    ] {
        let lost: Vec<Value> = of(account)
            .into_iter()
            .filter(|row| row["error_code"] == "NotFinished")
            .collect();
        assert_eq!(answer["unfinished"][account], lost.len(), "{answer}");
        assert!(
            lost.iter().any(|row| row["source"] == "iam:authorization-details"),
            "{lost:?}"
        );
        let says = |row: &Value| row["status"] == "failed" && row["reason"] == reason;
        assert!(lost.iter().all(says), "{lost:?}");
    }
    let read = of(MANAGEMENT)
        .into_iter()
        .find(|row| row["source"] == "iam:authorization-details");
    assert_eq!(read.unwrap()["status"], "ok");

    hub.send(task(SPOKE)).unwrap();
    hub.send(task(hub::HUB)).unwrap();
    assert_eq!(
        hub.send(finish()).unwrap()["unfinished_tasks"],
        0,
        "a later finish takes in what came later"
    );
}

#[test]
fn every_failure_has_a_name() {
    let planned = Hub::default();
    planned.send(plan()).unwrap();
    let named = |hub: &Hub, event: Value, calls: usize| hub.send_with(event, calls).unwrap_err().name();
    assert_eq!(named(&planned, json!({"stage": "task", "run": RUN}), 9), "BadRequest");
    for other in ["organization", "444455556666", "../plan"] {
        assert_eq!(named(&planned, task(other), 9), "BadRequest", "{other}");
    }
    let others = json!({"stage": "plan", "run": RUN, "options": {"regions": ["eu-west-1"]}});
    assert_eq!(named(&planned, others, 9), "RunExists");
    assert_eq!(named(&planned, task("trails"), 0), "TimeoutTooShort");
    assert_eq!(named(&Hub::default(), plan(), 0), "TimeoutTooShort");
    for event in [task("trails"), finish()] {
        assert_eq!(named(&Hub::default(), event, 9), "NotPlanned");
    }
    for (failure, name) in [(Failure::Denied, "AwsRefused"), (Failure::Throttled, "AwsUnavailable")] {
        assert_eq!(named(&Hub::failing("sts:GetCallerIdentity", failure), plan(), 9), name);
    }
    assert_eq!(named(&Hub::without_bucket(), plan(), 9), "ResultsUnavailable");
}

#[test]
fn a_task_that_comes_no_further_is_given_up() {
    let hub = Hub::failing("iam:GetAccountAuthorizationDetails", Failure::Deadline);
    hub.send(plan()).unwrap();
    for name in ["inventory", "findings", "identity", "trails"] {
        hub.send(task(name)).unwrap();
    }
    let names: Vec<Option<&str>> = (0..6)
        .map(|_| hub.send(task(SPOKE)).err().map(|error| error.name()))
        .collect();
    assert_eq!(names.first(), Some(&None));
    assert_eq!(names.last(), Some(&Some("NoProgress")));
    assert_eq!(
        hub.send(finish()).unwrap()["unfinished_tasks"],
        3,
        "the hub, the spoke and the management account"
    );
    let rows = hub.ledger(RUN);
    let row = rows
        .iter()
        .find(|row| row["account"] == SPOKE && row["source"] == "iam:authorization-details");
    assert_eq!(row.unwrap()["status"], "failed");
}

#[test]
fn the_management_account_is_asked_for_once_and_then_known() {
    let hub = Hub::default();
    hub.send(plan()).unwrap();
    hub.send(task(MANAGEMENT)).unwrap();
    assert_eq!(
        hub.managements(),
        [None, Some(MANAGEMENT.to_owned())],
        "unknown first, then known"
    );
}

/// A scan of the whole organization, or of one account upon a base; gives the answer of the plan.
fn scan(hub: &Hub, run: &str, options: &Value) -> Value {
    let answer = hub
        .send(json!({"stage": "plan", "run": run, "options": options}))
        .unwrap();
    for list in ["central", "spokes"] {
        for event in hub.work_document(run, &format!("{list}.json")).as_array().unwrap() {
            hub.until_done(event.clone(), usize::MAX);
        }
    }
    hub.until_done(json!({"stage": "finish", "run": run}), usize::MAX);
    answer
}

fn details_of(account: &str) -> String {
    format!("accounts/{account}/iam/authorization-details.json.zst")
}

#[test]
fn a_scan_of_one_account_is_one_of_all_where_the_others_are_those_of_the_base() {
    let hub = Hub::default();
    scan(&hub, "first", &json!({}));
    hub.root().put("current.json", b"{\"run_id\": \"first\"}").unwrap();
    hub.rename_roles();
    let options = json!({"accounts": [SPOKE], "base": "newest"});
    let plan = scan(&hub, "second", &options);
    assert_eq!(plan["spokes"]["tasks"], 1);
    scan(&hub, "third", &json!({}));
    let (first, second, third) = (hub.capture("first"), hub.capture("second"), hub.capture("third"));
    assert_eq!(second.keys().collect::<Vec<_>>(), third.keys().collect::<Vec<_>>());
    assert_ne!(first[&details_of(SPOKE)], second[&details_of(SPOKE)]);
    assert_eq!(second[&details_of(SPOKE)], third[&details_of(SPOKE)]);
    assert_eq!(first[&details_of(MANAGEMENT)], second[&details_of(MANAGEMENT)]);
    assert_ne!(third[&details_of(MANAGEMENT)], second[&details_of(MANAGEMENT)]);
    let without_times = |run: &str| -> Vec<Value> {
        let mut rows = hub.ledger(run);
        for row in &mut rows {
            row["captured_at"] = json!(null);
        }
        rows
    };
    assert_eq!(without_times("second"), without_times("third"));
    let old = hub.ledger("first");
    let kept = hub
        .ledger("second")
        .into_iter()
        .filter(|row| row["account"] == MANAGEMENT);
    assert!(
        kept.filter(|row| row["source"] != "sts:identity")
            .all(|row| old.contains(&row))
    );
}

#[test]
fn the_answer_says_whether_all_accounts_were_to_be_read() {
    for (run, options, scope) in [
        ("first", json!({}), "all"),
        ("second", json!({"regions": ["eu-west-1"]}), "all"),
        ("third", json!({"accounts": [SPOKE]}), "accounts"),
    ] {
        let hub = Hub::default();
        hub.send(json!({"stage": "plan", "run": run, "options": options}))
            .unwrap();
        let finish = json!({"stage": "finish", "run": run});
        assert_eq!(hub.send(finish).unwrap()["scope"], scope, "{options}");
    }
}

#[test]
fn a_scan_of_the_central_sources_alone_asks_no_account() {
    let hub = Hub::default();
    let options = json!({"spokes": "central_only"});
    let planned = hub
        .send(json!({"stage": "plan", "run": RUN, "options": options}))
        .unwrap();
    assert_eq!(planned["spokes"]["tasks"], 0, "{planned}");
    scan(&hub, RUN, &options);
    let rows = hub.ledger(RUN);
    let details = rows.iter().filter(|row| row["source"] == "iam:authorization-details");
    let details: Vec<&Value> = details.collect();
    assert_eq!(details.len(), 3, "the spoke, the hub and the management account");
    for row in details {
        assert_eq!(row["status"], "excluded", "{row}");
        assert_eq!(row["reason"], "the scan asks the central sources alone");
    }
    assert!(
        rows.iter()
            .any(|row| row["source"] == "organizations:accounts" && row["status"] == "ok"),
        "{rows:?}"
    );
}

#[test]
fn the_newest_base_is_looked_up_once() {
    let hub = Hub::default();
    scan(&hub, "first", &json!({}));
    hub.root().put("current.json", b"{\"run_id\": \"first\"}").unwrap();
    hub.rename_roles();
    let plan = json!({"stage": "plan", "run": "second", "options": {"accounts": [SPOKE], "base": "newest"}});
    assert_eq!(hub.send_with(plan.clone(), 3).unwrap()["status"], "continue");
    hub.root().put("current.json", b"{\"run_id\": \"gone\"}").unwrap();
    hub.until_done(plan, usize::MAX);
    assert_eq!(
        hub.work_document("second", "plan.json")["base"]["name"],
        "captures/first"
    );
}

#[test]
fn a_base_that_cannot_be_used_is_refused_by_name() {
    let hub = Hub::default();
    scan(&hub, "first", &json!({}));
    let named = |base: &str| json!({"accounts": [SPOKE], "base": base});
    let refused = |hub: &Hub, options: Value| {
        let event = json!({"stage": "plan", "run": "second", "options": options});
        hub.send(event).unwrap_err().name()
    };
    assert_eq!(refused(&hub, named("newest")), "BaseNotFound");
    assert_eq!(refused(&hub, named("captures/another")), "BaseNotFound");
    assert_eq!(refused(&hub, named("captures/second")), "BaseNotFound", "itself");
    for base in [
        "captures/../work/first",
        "runs/first",
        "s3://another/captures/first",
        "captures/",
        "",
    ] {
        assert_eq!(refused(&hub, named(base)), "BadRequest", "{base}");
    }
    assert_eq!(refused(&hub, json!({"base": "captures/first"})), "BadRequest");
    // Made in the same second.
    assert_eq!(refused(&hub, named("captures/first")), "BaseUnusable");
    hub.an_hour_later();
    hub.send(json!({"stage": "plan", "run": "second", "options": named("captures/first/")}))
        .unwrap();
}

#[test]
fn what_a_run_came_to_is_measured() {
    let hub = Hub::default();
    scan(&hub, "first", &json!({}));
    let one = |metric: &str| {
        let found = hub.measured(metric);
        assert_eq!(found.len(), 1, "{metric} {found:?}");
        found[0].clone()
    };
    assert_eq!(one("Accounts"), ("plan".to_owned(), 3.0));
    assert_eq!(one("AccountsAsked"), ("plan".to_owned(), 3.0));
    assert_eq!(one("UnfinishedTasks"), ("finish".to_owned(), 0.0));
    let rows = hub.measured("CoverageRows");
    assert_eq!(rows.len(), 12);
    let of_ledger = hub.ledger("first").len();
    assert!((rows.iter().map(|(_, count)| count).sum::<f64>() - of_ledger as f64).abs() < 0.5);
    assert_eq!(
        hub.measured("Failures").len(),
        1 + 7 + 1,
        "a plan, seven tasks and the end"
    );
    assert_eq!(
        hub.measured("ColdStarts")
            .iter()
            .filter(|(_, cold)| *cold > 0.5)
            .count(),
        1
    );
    assert_eq!(hub.measured("ApiCalls").len(), 9);
    assert_eq!(hub.measured("AthenaBytesScanned"), []);
    hub.send(json!({"stage": "report"})).unwrap_err();
    assert_eq!(hub.measured("Failures").last(), Some(&("unknown".to_owned(), 1.0)));
}
