//! The state machines as they are written: what is retried and caught, where each state goes, what the template fills in.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};
use sv0_telemetry::metrics::{NAMESPACE, SCANS_RECORDED};

use super::{resources, template};
use crate::support::repository;

/// Errors of a worker that died or was not let in: whatever it did, the same event goes on from there.
const PASSING: [&str; 3] = ["Lambda.ServiceException", "Sandbox.Timedout", "States.Timeout"];

fn machine(name: &str) -> Value {
    let path = repository().join(format!("infra/statemachines/{name}.asl.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Takes a state: its name, itself, and the states beside it.
type See<'a> = &'a mut dyn FnMut(&str, &Value, &Map<String, Value>);

/// The states of a machine, of its branches and of its map, each with those beside it.
fn each_state(machine: &Value, see: See<'_>) {
    let states = machine["States"].as_object().unwrap();
    for (name, state) in states {
        see(name, state, states);
        for inner in state["Branches"]
            .as_array()
            .into_iter()
            .flatten()
            .chain(state.get("ItemProcessor"))
        {
            each_state(inner, see);
        }
    }
}

#[test]
fn every_state_is_reached_and_every_way_leads_to_one() {
    for name in ["scan", "rescan-account"] {
        let machine = machine(name);
        let mut reached = BTreeSet::from([machine["StartAt"].as_str().unwrap().to_owned()]);
        let mut all = BTreeSet::new();
        each_state(&machine, &mut |name, state, beside| {
            all.insert(name.to_owned());
            let choices = state["Choices"].as_array().into_iter().flatten();
            let catches = state["Catch"].as_array().into_iter().flatten();
            let ways = choices.chain(catches).map(|way| &way["Next"]);
            for next in ways
                .chain([&state["Next"], &state["Default"]])
                .filter_map(Value::as_str)
            {
                assert!(beside.contains_key(next), "{name} leads to {next}, which is not there");
                reached.insert(next.to_owned());
            }
            let starts = state["Branches"]
                .as_array()
                .into_iter()
                .flatten()
                .chain(state.get("ItemProcessor"));
            reached.extend(starts.map(|inner| inner["StartAt"].as_str().unwrap().to_owned()));
        });
        assert_eq!(reached, all, "{name}");
    }
}

#[test]
fn what_calls_aws_is_tried_again_after_waits_at_random_that_are_bounded() {
    let mut tasks = 0;
    for name in ["scan", "rescan-account"] {
        each_state(&machine(name), &mut |name, state, _| {
            if state["Type"] != "Task" {
                return;
            }
            tasks += 1;
            let retries = state["Retry"]
                .as_array()
                .unwrap_or_else(|| panic!("{name} is never tried again"));
            for retry in retries {
                assert_eq!(retry["JitterStrategy"], "FULL", "{name}");
                assert!(retry["MaxDelaySeconds"].as_u64().unwrap() <= 600, "{name}");
                assert!(retry["MaxAttempts"].as_u64().unwrap() <= 10, "{name}");
            }
            let retried = state["Retry"].to_string();
            if state["Resource"].as_str().unwrap().ends_with("lambda:invoke") {
                assert!(PASSING.iter().all(|error| retried.contains(error)), "{name}");
                assert!(
                    state["TimeoutSeconds"].as_u64().unwrap() > 900,
                    "{name}: longer than the function"
                );
            }
            for never in [
                "States.ALL",
                "BadRequest",
                "AwsRefused",
                "NoProgress",
                "RunExists",
                "ScanInProgress",
            ] {
                assert!(!retried.contains(never), "{name} is tried again after {never}");
            }
        });
    }
    assert!(tasks > 15, "{tasks}");
}

#[test]
fn every_failure_of_a_scan_gives_the_lease_back() {
    let machine = machine("scan");
    let states = machine["States"].as_object().unwrap();
    for (name, state) in states
        .iter()
        .filter(|(_, state)| ["Task", "Parallel", "Map"].contains(&state["Type"].as_str().unwrap()))
    {
        let last = state["Catch"].as_array().unwrap().last().unwrap();
        assert_eq!(last["ErrorEquals"][0], "States.ALL", "{name}");
        let next = last["Next"].as_str().unwrap();
        let after_the_lease = ["End", "Release", "EndWithoutBase"].contains(&name.as_str());
        assert!(next == "Release" || after_the_lease, "{name} goes to {next}");
    }
    assert_eq!(states["Release"]["Parameters"]["Payload"]["outcome"], "failed");
    assert_eq!(states["Release"]["Next"], "Failed");
    assert_eq!(states["Failed"]["Type"], "Fail");
    let begin = states["Begin"]["Catch"].as_array().unwrap();
    assert_eq!(
        (begin[0]["ErrorEquals"][0].as_str(), begin[0]["Next"].as_str()),
        (Some("ScanInProgress"), Some("AnotherScanRuns"))
    );
}

/// The event of an execution goes to the function as it is, which reads the run from it: a transformer cannot look into the text of the input.
#[test]
fn what_is_stopped_from_outside_gives_its_lease_back() {
    let template = template();
    let rule = &template["Resources"]["ScanStoppedRule"]["Properties"];
    assert_eq!(
        rule["EventPattern"]["detail"]["status"],
        json!(["ABORTED", "TIMED_OUT"])
    );
    let target = rule["Targets"][0].as_object().unwrap();
    assert_eq!(target["Arn"], "RecordFunction.Arn");
    let changed: Vec<&String> = target.keys().filter(|key| key.starts_with("Input")).collect();
    assert!(changed.is_empty(), "{changed:?}");
    let event = |status: &str| {
        json!({
            "source": rule["EventPattern"]["source"][0], "detail-type": rule["EventPattern"]["detail-type"][0],
            "detail": {"status": status, "name": "second", "input": "{\"run\": \"first\"}"},
        })
    };
    for status in ["ABORTED", "TIMED_OUT"] {
        let request = sv0_record::Request::read(event(status)).unwrap();
        assert_eq!(request.run(), "first");
    }
    // Where the state machine takes the run from.
    let machine = machine("scan");
    assert_eq!(machine["States"]["IsResumed"]["Choices"][0]["Variable"], "$.input.run");
    assert_eq!(machine["States"]["Resumed"]["InputPath"], "$.input.run");
}

/// Executions that are skipped, or that read some accounts, succeed too: the alarm counts what is recorded of a scan of all.
#[test]
fn the_alarm_of_a_missing_scan_hears_of_whole_scans_alone() {
    let machine = machine("scan");
    let record = &machine["States"]["Record"]["Parameters"]["Payload"];
    assert_eq!(
        record["scope.$"], "$.finished.answer.scope",
        "what the plan says, also where a run is resumed"
    );
    let template = template();
    let alarm = &template["Resources"]["NoScanAlarm"]["Properties"];
    assert_eq!(alarm["Namespace"], NAMESPACE);
    assert_eq!(alarm["MetricName"], SCANS_RECORDED.name);
    let dimensions: Vec<(&str, &str)> = alarm["Dimensions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["Name"].as_str().unwrap(), one["Value"].as_str().unwrap()))
        .collect();
    assert_eq!(dimensions, [("Function", "RecordFunction"), ("Scope", "all")]);
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names, SCANS_RECORDED.dimensions,
        "an alarm finds a metric by all of its dimensions"
    );
    let longest = &template["Parameters"]["MaxHoursWithoutScan"]["MaxValue"];
    let seconds = alarm["Period"].as_u64().unwrap() * longest.as_u64().unwrap();
    assert!(seconds <= 604_800, "CloudWatch looks back seven days: {seconds}");
    assert!(
        alarm["Period"].as_u64() >= Some(3600),
        "and one day with shorter periods"
    );
}

#[test]
fn a_source_that_fails_costs_no_other_and_an_account_no_scan() {
    let machine = machine("scan");
    let branches = machine["States"]["Central"]["Branches"].as_array().unwrap();
    let tasks: Vec<&str> = branches
        .iter()
        .map(|branch| {
            let first = &branch["States"][branch["StartAt"].as_str().unwrap()];
            let caught = first["Catch"][0]["Next"].as_str().unwrap();
            assert_eq!(branch["States"][caught]["Type"], "Succeed");
            first["Parameters"]["Payload"]["task"].as_str().unwrap()
        })
        .collect();
    assert_eq!(tasks, ["inventory", "findings", "identity", "trails"]);
    let map = &machine["States"]["Accounts"];
    assert_eq!(map["ToleratedFailurePercentage"], 100.0);
    assert_eq!(map["ItemProcessor"]["ProcessorConfig"]["Mode"], "DISTRIBUTED");
    assert_eq!(map["ItemReader"]["ReaderConfig"]["InputType"], "JSON");
    assert!(map["ItemBatcher"].is_null() && map["ResultWriter"].is_null());
    assert_eq!(
        map.get("ResultPath"),
        Some(&Value::Null),
        "what children answer is not kept"
    );
    let last = &map["ItemProcessor"]["States"]["AccountEnds"];
    assert_eq!(
        (last["Type"].as_str(), &last["InputPath"]),
        (Some("Succeed"), &Value::Null),
        "an answer is empty"
    );
}

#[test]
fn whoever_may_say_continue_is_asked_again() {
    let mut loops = BTreeSet::new();
    each_state(&machine("scan"), &mut |_, state, beside| {
        let choice = &state["Choices"][0];
        if choice["StringEquals"] == "continue" {
            let again = choice["Next"].as_str().unwrap();
            assert_eq!(beside[again]["Type"], "Task");
            let path = beside[again]["ResultPath"].as_str().unwrap();
            assert_eq!(choice["Variable"], format!("{path}.answer.status"));
            loops.insert(again.to_owned());
        }
    });
    let expected = [
        "Account",
        "Evidence",
        "Findings",
        "Finish",
        "Identity",
        "Inventory",
        "Plan",
        "Record",
    ];
    assert_eq!(loops, expected.map(str::to_owned).into());
}

#[test]
fn the_template_fills_in_what_the_machines_leave_open_and_nothing_else() {
    for (name, resource) in resources(&template(), "AWS::Serverless::StateMachine") {
        let file = resource["Properties"]["DefinitionUri"].as_str().unwrap();
        let text = fs::read_to_string(repository().join("infra").join(file)).unwrap();
        let open: BTreeSet<&str> = text
            .split("${")
            .skip(1)
            .map(|rest| rest.split_once('}').unwrap().0)
            .collect();
        let filled = resource["Properties"]["DefinitionSubstitutions"].as_object().unwrap();
        assert_eq!(open, filled.keys().map(String::as_str).collect(), "{name}");
    }
}
