//! The product's own rules over state machines, in Amazon States Language.
//!
//! Source: AWS Step Functions Developer Guide, "Using Amazon States Language to define Step Functions workflows". The grammar itself is cfn-lint's to check.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::load::entries;
use super::rules::Fault;

/// A rule: what it is called, and what in a state machine breaks it.
pub type MachineRule = (&'static str, fn(&Value) -> Vec<Fault>);

/// Every rule.
pub const ALL: &[MachineRule] = &[
    ("json-path-only", json_path_only),
    ("tasks-are-tried-again", retries),
    ("tasks-catch-everything", catches),
    ("states-lead-somewhere", transitions),
    ("loops-end", loops),
    ("only-pointers-travel", pointers),
    ("distributed-maps-tolerate-failures", maps),
    ("workers-know-how-many-they-are", told_how_many),
    ("no-partition", partitions),
];

/// A state, and where it stands.
struct State<'m> {
    /// Its name, after those of the states that it stands in.
    path: String,
    all: &'m Value,
    /// Whether it is done once for each item of a map that tolerates failures.
    is_tolerated: bool,
}

/// The states of one level, which is entered at its start.
struct Level<'m> {
    path: String,
    all: &'m Value,
}

fn levels(machine: &Value) -> Vec<Level<'_>> {
    let mut found = Vec::new();
    walk(machine, "", false, &mut |level, _| found.push(level));
    found
}

fn states(machine: &Value) -> Vec<State<'_>> {
    let mut found = Vec::new();
    walk(machine, "", false, &mut |level, is_tolerated| {
        found.extend(entries(&level.all["States"]).map(|(name, all)| State {
            path: format!("{}{name}", level.path),
            all,
            is_tolerated,
        }));
    });
    found
}

fn walk<'m>(all: &'m Value, path: &str, is_tolerated: bool, visit: &mut impl FnMut(Level<'m>, bool)) {
    let level = Level {
        path: path.to_owned(),
        all,
    };
    visit(level, is_tolerated);
    for (name, state) in entries(&all["States"]) {
        let tolerates = tolerates(state);
        let inner = format!("{path}{name}/");
        for branch in state["Branches"].as_array().into_iter().flatten() {
            walk(branch, &inner, is_tolerated, visit);
        }
        for processor in ["ItemProcessor", "Iterator"] {
            if let Some(processor) = state.get(processor) {
                walk(processor, &inner, is_tolerated || tolerates, visit);
            }
        }
    }
}

fn tolerates(state: &Value) -> bool {
    ["ToleratedFailurePercentage", "ToleratedFailureCount"]
        .iter()
        .any(|limit| state.get(limit).is_some())
}

fn tasks(machine: &Value) -> impl Iterator<Item = State<'_>> {
    states(machine).into_iter().filter(|state| state.all["Type"] == "Task")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The only language that emulators run too.
fn json_path_only(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    let said = |value: &Value| {
        value
            .get("QueryLanguage")
            .is_some_and(|language| language != "JSONPath")
    };
    if said(machine) {
        found.push(Fault::new("", "QueryLanguage"));
    }
    for state in states(machine) {
        let names = ["Arguments", "Output", "Assign"].into_iter();
        let used = names.filter(|name| state.all.get(name).is_some());
        found.extend(used.map(|name| Fault::new(&state.path, name)));
        if said(state.all) {
            found.push(Fault::new(&state.path, "QueryLanguage"));
        }
    }
    found
}

/// By named errors, a bounded number of times, and not all at once.
fn retries(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    for task in tasks(machine) {
        let mut fault = |about: &str| found.push(Fault::new(&task.path, about));
        if task.all["TimeoutSeconds"].is_null() {
            fault("TimeoutSeconds");
        }
        let retries = list(&task.all["Retry"]);
        if retries.is_empty() {
            fault("Retry");
        }
        for retry in retries {
            let errors = list(&retry["ErrorEquals"]);
            let is_typed = |error: &Value| !["States.ALL", "States.TaskFailed"].iter().any(|any| error == any);
            if errors.is_empty() || !errors.iter().all(is_typed) {
                fault("ErrorEquals");
            }
            if retry["JitterStrategy"] != "FULL" {
                fault("JitterStrategy");
            }
            if retry["BackoffRate"].as_f64().is_none_or(|rate| rate <= 1.0) {
                fault("BackoffRate");
            }
            for bound in ["IntervalSeconds", "MaxAttempts", "MaxDelaySeconds"] {
                if retry[bound].as_u64().is_none_or(|number| number == 0) {
                    fault(bound);
                }
            }
        }
        let named: Vec<&Value> = retries.iter().flat_map(|retry| list(&retry["ErrorEquals"])).collect();
        if task.all["Resource"]
            .as_str()
            .is_some_and(|resource| resource.ends_with(":lambda:invoke"))
        {
            // Step Functions Developer Guide, "Handle transient Lambda service exceptions".
            let transient = [
                "Lambda.ClientExecutionTimeoutException",
                "Lambda.ServiceException",
                "Lambda.AWSLambdaException",
                "Lambda.SdkClientException",
                "Lambda.TooManyRequestsException",
            ];
            let absent = transient
                .into_iter()
                .filter(|error| !named.iter().any(|name| *name == error));
            absent.for_each(&mut fault);
        }
    }
    found
}

/// An execution never ends without a word about why, and never in the middle; only what is done for one item of many may simply fail.
fn catches(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    let guarded = states(machine).into_iter().filter(|state| {
        let kind = &state.all["Type"];
        !state.is_tolerated && (kind == "Task" || kind == "Map" || kind == "Parallel")
    });
    for state in guarded {
        let catches = list(&state.all["Catch"]);
        if catches
            .last()
            .is_none_or(|last| last["ErrorEquals"] != json!(["States.ALL"]))
        {
            found.push(Fault::new(&state.path, "States.ALL"));
        }
        // Without it the error takes the place of everything that the execution knows.
        let overwrites = |catch: &Value| catch["ResultPath"].as_str().is_none_or(|path| path == "$");
        if catches.iter().any(overwrites) {
            found.push(Fault::new(&state.path, "Catch.ResultPath"));
        }
    }
    found
}

/// The names of the states that may follow one.
fn next(state: &Value) -> Vec<&str> {
    let choices = list(&state["Choices"]).iter().map(|choice| &choice["Next"]);
    let catches = list(&state["Catch"]).iter().map(|catch| &catch["Next"]);
    let all = [&state["Next"], &state["Default"]]
        .into_iter()
        .chain(choices)
        .chain(catches);
    all.filter_map(Value::as_str).collect()
}

/// What can be reached from a state, in one step or more.
fn reached<'m>(level: &'m Value, from: &[&'m str]) -> BTreeSet<&'m str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = from.to_vec();
    while let Some(name) = open.pop() {
        if seen.insert(name) {
            open.extend(next(&level["States"][name]));
        }
    }
    seen
}

fn transitions(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    for level in levels(machine) {
        let start = level.all["StartAt"].as_str().unwrap_or_default();
        let reached = reached(level.all, &[start]);
        let mut fault = |name: &str, about: &str| found.push(Fault::new(format!("{}{name}", level.path), about));
        for name in reached.iter().filter(|name| level.all["States"].get(**name).is_none()) {
            fault(name, "is nowhere");
        }
        for (name, state) in entries(&level.all["States"]) {
            if !reached.contains(name) {
                fault(name, "is never reached");
            }
            let ends = state["End"] == true || state["Type"] == "Succeed" || state["Type"] == "Fail";
            if !ends && next(state).is_empty() {
                fault(name, "leads nowhere");
            }
            if state["Type"] == "Choice" && state["Default"].is_null() {
                fault(name, "Default");
            }
        }
    }
    found
}

/// A loop has a way out that a worker decides on, and the execution a time at which it ends whatever the worker says.
fn loops(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    if machine["TimeoutSeconds"].as_u64().is_none_or(|seconds| seconds == 0) {
        found.push(Fault::new("", "TimeoutSeconds"));
    }
    for level in levels(machine) {
        let after = |name: &str| reached(level.all, &next(&level.all["States"][name]));
        for (name, _) in entries(&level.all["States"]) {
            let followers = after(name);
            if !followers.contains(name) {
                continue;
            }
            let turning: BTreeSet<&str> = followers
                .into_iter()
                .filter(|other| after(other).contains(name))
                .collect();
            let has_exit = turning.iter().any(|inside| {
                let state = &level.all["States"][inside];
                state["Type"] == "Choice" && next(state).iter().any(|target| !turning.contains(target))
            });
            if !has_exit {
                found.push(Fault::new(format!("{}{name}", level.path), "turns for ever"));
            }
        }
    }
    found
}

/// The state's own data stays small: answers are picked from, put in a place of their own, or dropped.
fn pointers(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    for state in states(machine) {
        let kind = &state.all["Type"];
        let mut fault = |about: &str| found.push(Fault::new(&state.path, about));
        if kind == "Task" || kind == "Map" || kind == "Parallel" {
            match state.all.get("ResultPath") {
                Some(Value::Null) => {}
                Some(Value::String(path)) if path != "$" => {
                    if state.all["ResultSelector"].is_null() {
                        fault("ResultSelector");
                    }
                }
                _ => fault("ResultPath"),
            }
        }
        if kind == "Task" && hands_everything(&state.all["Parameters"]) {
            fault("Parameters");
        }
        if kind == "Task" && state.all.get("Parameters").is_none() {
            fault("Parameters");
        }
    }
    found
}

/// Whether a value is the whole of what the execution knows: `"x.$": "$"`.
fn hands_everything(value: &Value) -> bool {
    entries(value).any(|(name, inner)| (name.ends_with(".$") && inner == "$") || hands_everything(inner))
}

fn maps(machine: &Value) -> Vec<Fault> {
    let mut found = Vec::new();
    for map in states(machine).into_iter().filter(|state| state.all["Type"] == "Map") {
        let mut fault = |about: &str| found.push(Fault::new(&map.path, about));
        if map.all["ItemProcessor"]["ProcessorConfig"]["Mode"] != "DISTRIBUTED" {
            fault("ProcessorConfig.Mode");
        }
        if !tolerates(map.all) {
            fault("ToleratedFailurePercentage");
        }
        if map
            .all
            .get("MaxConcurrency")
            .or(map.all.get("MaxConcurrencyPath"))
            .is_none()
        {
            fault("MaxConcurrency");
        }
        if !map.all["ItemReader"]["Resource"]
            .as_str()
            .is_some_and(|resource| resource.ends_with(":s3:getObject"))
        {
            fault("ItemReader");
        }
        // What emulators leave out, nothing may rest on.
        let unsupported = ["ItemBatcher", "ResultWriter"]
            .into_iter()
            .filter(|name| map.all.get(name).is_some());
        unsupported.for_each(&mut fault);
    }
    found
}

/// Workers of a map draw on the same budgets, and take turns: each has to know of how many, from where the map knows it.
fn told_how_many(machine: &Value) -> Vec<Fault> {
    let all = states(machine);
    let mut found = Vec::new();
    for map in all.iter().filter(|state| state.all["Type"] == "Map") {
        let path = map.all["MaxConcurrencyPath"].as_str().unwrap_or_default();
        let name = format!("{}.$", path.trim_start_matches("$."));
        let set = all.iter().map(|state| &state.all["Parameters"][&name]);
        let set = set.into_iter().find(|value| value.is_string());
        let workers = entries(&map.all["ItemProcessor"]["States"]).filter(|(_, state)| state["Type"] == "Task");
        for (worker, state) in workers {
            if set.is_none_or(|set| state["Parameters"]["Payload"][&name] != *set) {
                found.push(Fault::new(format!("{}/{worker}", map.path), "Payload"));
            }
        }
    }
    found
}

fn partitions(machine: &Value) -> Vec<Fault> {
    let text = machine.to_string();
    let named = ["arn:aws:", "arn:aws-cn:", "arn:aws-us-gov:"].into_iter();
    named
        .filter(|partition| text.contains(partition))
        .map(|partition| Fault::new("", partition))
        .collect()
}
