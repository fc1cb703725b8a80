use std::sync::Arc;

use serde_json::json;
use sv0_lake::{FolderStore, publish, run_key, to_ndjson};
use sv0_model::path::{PathKind, PathState};
use sv0_model::route::{Access, CitedPath, PathKinds, Route, RoutePaths};
use sv0_model::time::Timestamp;
use sv0_state::{History, SightingKind, SqliteState, Tally};

use super::*;
use crate::stages::StageContext;
use crate::{Configuration, path_rows};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/reader";
const POLICY: &str = "arn:aws:iam::111122223333:policy/read-orders";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
const BUCKET: &str = "arn:aws:s3:::orders";
const OUTSIDER: &str = "urn:sv0:principal:999988887777";
const DETAILS: &str = "accounts/111122223333/iam/authorization-details.json";

/// A small estate: a function runs as a role that holds a policy, from which a path to a bucket follows.
struct World {
    entities: Vec<Value>,
    edges: Vec<Value>,
    policies: Vec<Value>,
    paths: Vec<RoutePaths>,
    findings: Vec<Value>,
    coverage: Vec<Value>,
    configuration: &'static str,
}

fn entity(id: &str, kind: &str, region: Option<&str>, file: &str) -> Value {
    json!({
        "native_id": id, "source_system": "x", "kind": kind, "name": "n", "account": ACCOUNT, "region": region,
        "resolution": "collected", "sensitivity": "unknown", "tags": {}, "resource_policy": { "state": "not_set" },
        "attributes": {}, "captured_at": null, "origins": [{ "object": file, "sha256": "h" }],
    })
}

fn covered(region: &str, source: &str) -> Value {
    json!({ "account": ACCOUNT, "region": region, "source": source, "status": "ok" })
}

fn routes() -> RoutePaths {
    let hop = |from: &str, relation: &str, to: &str, actions: &[&str], statements: Value| {
        json!({
            "from": from, "relation": relation, "to": to, "actions": actions, "state": "allowed",
            "blocked_by": [], "condition": null, "granted_by": [], "statements": statements,
            "observation": { "status": "not_observable", "reason": "no trail" },
        })
    };
    let granting = json!([{ "policy": POLICY, "index": 0, "sid": null, "effect": "Allow" }]);
    let route = json!({
        "workload": FUNCTION, "roles": [ROLE], "hops": [hop(FUNCTION, "RUNS_AS", ROLE, &[], json!([]))], "marks": [],
        "chain_depth": 1, "accounts": [ACCOUNT], "state": "allowed", "caveats": [],
    });
    let access = json!({
        "resource": BUCKET, "scope": BUCKET, "action_class": "read_data", "is_best": true,
        "hop": hop(ROLE, "ACCESSES", BUCKET, &["s3:GetObject"], granting), "account": ACCOUNT, "caveats": [], "sensitivity": "unknown",
    });
    let accesses: Vec<Access> = vec![serde_json::from_value(access).unwrap()];
    let mut paths = RoutePaths {
        route: Arc::new(serde_json::from_value(route).unwrap()),
        accesses: accesses.into(),
        taken: Vec::new(),
        executions: BTreeMap::new(),
    };
    paths.take(0, PathKinds::new([PathKind::Direct], None));
    paths
}

fn p1() -> String {
    routes().paths().next().unwrap().id()
}

fn finding(id: &str, subjects: &[&str], paths: &[&str]) -> Value {
    json!({
        "id": id, "kind": "external_access", "severity": "high", "severity_reason": "r", "title": "t",
        "description": "d", "account": ACCOUNT, "subjects": subjects, "paths": paths, "statements": [],
        "event_ids": [], "origins": [], "verify": [], "caveats": [],
    })
}

fn world() -> World {
    let mut outsider = entity(OUTSIDER, "identity/external_principal", None, DETAILS);
    outsider["resolution"] = json!("external");
    World {
        entities: vec![
            entity(ROLE, "identity/iam_role", None, DETAILS),
            entity(POLICY, "permission_set/iam_policy", None, DETAILS),
            entity(
                FUNCTION,
                "workload/lambda_function",
                Some("eu-west-1"),
                "config/AWS-Lambda-Function.ndjson",
            ),
            entity(
                BUCKET,
                "resource/s3_bucket",
                Some("eu-west-1"),
                "config/AWS-S3-Bucket.ndjson",
            ),
            outsider,
        ],
        edges: vec![json!({ "from": ROLE, "kind": "HAS_POLICY", "to": POLICY, "attributes": {}, "origins": [] })],
        policies: vec![json!({
            "native_id": POLICY, "kind": "customer_managed", "name": "n", "owner": null, "document": {"Statement": []},
            "sha256": "text", "version_id": "v1", "captured_at": null, "origin": null,
        })],
        paths: vec![routes()],
        findings: vec![
            finding("f1", &[BUCKET], &[&p1()]),
            finding("f2", &[ROLE, OUTSIDER], &[]),
        ],
        coverage: vec![
            covered("global", "iam:authorization-details"),
            covered("eu-west-1", "config:AWS::Lambda::Function"),
            covered("eu-west-1", "config:AWS::S3::Bucket"),
        ],
        configuration: "default",
    }
}

/// The same estate after somebody took the policy from the role: the way to the role is told, and that nothing is reached there.
fn detached() -> World {
    let mut world = world();
    world.edges.clear();
    world.paths = vec![leading(&routes(), |_| {}, Vec::new())];
    world.findings.clear();
    world
}

/// The same estate without the function: nothing leads to the role.
fn without_the_function() -> World {
    let mut world = world();
    world.entities.remove(2);
    world.paths.clear();
    world.findings.clear();
    world
}

/// The same way, altered, to these accesses, all of which are taken.
fn leading(paths: &RoutePaths, alter: impl FnOnce(&mut Route), accesses: Vec<Access>) -> RoutePaths {
    let mut route = (*paths.route).clone();
    alter(&mut route);
    let mut altered = RoutePaths {
        route: Arc::new(route),
        accesses: accesses.into(),
        taken: Vec::new(),
        executions: BTreeMap::new(),
    };
    for place in 0..altered.accesses.len() {
        altered.take(place, PathKinds::new([PathKind::Direct], None));
    }
    altered
}

fn the_route() -> String {
    routes().route.id()
}

fn the_access() -> String {
    routes().accesses[0].id()
}

fn time(day: i8) -> Timestamp {
    format!("2026-03-{day:02}T06:00:00Z").parse().unwrap()
}

fn record(state: &mut SqliteState, day: i8, world: &World) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let run_id = format!("day-{day}");
    let organization = json!({ "captured_at": null, "partition": "aws", "organization": {
        "id": null, "management_account": null, "delegated_administrators": {}, "nodes": {}, "policies_collected": false,
        "service_control_policies_enabled": null, "resource_control_policies_enabled": null } });
    for (key, rows) in [
        (keys::ENTITIES, &world.entities),
        (keys::EDGES, &world.edges),
        (keys::POLICIES, &world.policies),
        (keys::ORGANIZATION, &vec![organization]),
        (keys::SIGNALS, &Vec::new()),
        (keys::SERVICE_ACCESS, &Vec::new()),
        (keys::FINDINGS, &world.findings),
        (keys::COVERAGE, &world.coverage),
    ] {
        store
            .put(&run_key(&run_id, key), &to_ndjson(key, rows).unwrap())
            .unwrap();
    }
    let context = StageContext {
        store: &store,
        run_id: &run_id,
        configuration: &Configuration::default(),
        threads: 1,
    };
    let mut writer = path_rows::RouteWriter::new().unwrap();
    world
        .paths
        .iter()
        .for_each(|routes| writer.add(ACCOUNT, routes).unwrap());
    writer.finish().unwrap().write(&context).unwrap();
    let cited = CitedPath {
        path: p1(),
        route: the_route(),
        access: the_access(),
    };
    context.write_rows(keys::CITED_PATHS, &[cited]).unwrap();
    publish(&store, manifest(&run_id, day, world)).unwrap();
    match run(&store, &run_id, state).unwrap() {
        Outcome::Recorded(tally) => tally,
        other => panic!("every run here has its own id, and nothing ends it: {other:?}"),
    }
}

fn manifest(run_id: &str, day: i8, world: &World) -> RunManifest {
    RunManifest {
        schema: "sv0-run/1".into(),
        run_id: run_id.into(),
        tool_version: "0".into(),
        capture: "capture".into(),
        captured_at: time(day),
        started_at: time(day),
        finished_at: time(day),
        configuration_sha256: world.configuration.into(),
        counts: BTreeMap::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
    }
}

/// The history of a thing after the world of day 1 became that of day 2.
fn after(next: &World, kind: SightingKind, id: &str) -> History {
    became(&world(), next, kind, id)
}

fn became(first: &World, next: &World, kind: SightingKind, id: &str) -> History {
    let mut state = SqliteState::in_memory().unwrap();
    record(&mut state, 1, first);
    record(&mut state, 2, next);
    state.history(kind, &[id]).unwrap()[id]
}

#[track_caller]
fn assert_gone(next: &World, kind: SightingKind, id: &str) {
    let history = after(next, kind, id);
    assert_eq!((history.gone_at, history.stale_since), (Some(time(2)), None), "{id}");
}

#[track_caller]
fn assert_in_doubt(next: &World, kind: SightingKind, id: &str) {
    let history = after(next, kind, id);
    assert_eq!((history.gone_at, history.stale_since), (None, Some(time(2))), "{id}");
}

#[track_caller]
fn assert_there(next: &World, kind: SightingKind, id: &str) {
    let history = after(next, kind, id);
    assert_eq!((history.gone_at, history.stale_since), (None, None), "{id}");
}

/// The path is gone: its route or its access is.
#[track_caller]
fn assert_path_gone(next: &World) {
    let parts = parts(next);
    assert!(parts.iter().any(|part| part.gone_at == Some(time(2))), "{parts:?}");
}

/// The path is in doubt: its route or its access is, and neither is gone.
#[track_caller]
fn assert_path_in_doubt(next: &World) {
    let parts = parts(next);
    assert!(parts.iter().any(|part| part.stale_since == Some(time(2))), "{parts:?}");
    assert!(parts.iter().all(|part| part.gone_at.is_none()), "{parts:?}");
}

fn parts(next: &World) -> [History; 2] {
    [
        after(next, SightingKind::Route, &the_route()),
        after(next, SightingKind::Access, &the_access()),
    ]
}

#[test]
fn when_everything_was_read_what_is_absent_is_gone() {
    let next = detached();
    assert_path_gone(&next);
    assert_gone(&next, SightingKind::Access, &the_access());
    assert_there(&next, SightingKind::Route, &the_route());
    assert_gone(&next, SightingKind::Finding, "f1");
    assert_gone(&next, SightingKind::Finding, "f2");
    assert_gone(&next, SightingKind::Edge, &format!("{ROLE} HAS_POLICY {POLICY}"));
    let mut next = world();
    next.entities.clear();
    next.paths.clear();
    assert_gone(&next, SightingKind::Route, &the_route());
    assert_gone(&next, SightingKind::Access, &the_access());
}

#[test]
fn a_source_that_was_not_read_whole_leaves_doubt_where_it_matters() {
    let mut next = detached();
    next.entities.remove(3);
    next.coverage[2]["status"] = json!("partial");
    assert_path_in_doubt(&next);
    assert_in_doubt(&next, SightingKind::Entity, BUCKET);
    assert_in_doubt(&next, SightingKind::Access, &the_access());
    assert_there(&next, SightingKind::Route, &the_route());
    assert_in_doubt(&next, SightingKind::Finding, "f1");
    assert_gone(&next, SightingKind::Finding, "f2");
    next.entities.clear();
    next.paths.clear();
    assert_in_doubt(&next, SightingKind::Entity, BUCKET);
    assert_in_doubt(&next, SightingKind::Access, &the_access());
    assert_in_doubt(&next, SightingKind::Finding, "f1");
    assert_gone(&next, SightingKind::Entity, ROLE);
    assert_gone(&next, SightingKind::Finding, "f2");
    assert_gone(&next, SightingKind::Route, &the_route());
}

#[test]
fn what_a_role_reaches_is_in_doubt_while_nothing_that_was_read_leads_there() {
    let mut next = without_the_function();
    assert_path_gone(&next);
    assert_gone(&next, SightingKind::Route, &the_route());
    assert_in_doubt(&next, SightingKind::Access, &the_access());
    // The function may be there: nobody knows.
    next.coverage[1]["status"] = json!("partial");
    assert_path_in_doubt(&next);
    assert_in_doubt(&next, SightingKind::Finding, "f1");
    // Another function leads to the role.
    let other = "arn:aws:lambda:eu-west-1:111122223333:function:other";
    let by_other = |accesses| leading(&routes(), |route| other.clone_into(&mut route.workload), accesses);
    next.paths = vec![by_other(routes().accesses.to_vec())];
    assert_there(&next, SightingKind::Access, &the_access());
    assert_path_in_doubt(&next);
    next.paths = vec![by_other(Vec::new())];
    assert_gone(&next, SightingKind::Access, &the_access());
    // What a knowledge base reads under a role, or what is sent from there, is not all that the role reaches.
    let mut access = routes().accesses[0].clone();
    access.resource = "arn:aws:s3:::other".to_owned();
    for is_of_a_base in [true, false] {
        next.paths = vec![by_other(vec![access.clone()])];
        assert_gone(&next, SightingKind::Access, &the_access());
        if is_of_a_base {
            let reading = |route: &mut Route| {
                let mut hop = (*route.hops[0]).clone();
                "READS_FROM".clone_into(&mut hop.relation);
                route.hops.insert(0, Arc::new(hop));
                route.workload = other.to_owned();
            };
            next.paths = vec![leading(&routes(), reading, vec![access.clone()])];
        } else {
            "SENDS_TO".clone_into(&mut Arc::make_mut(&mut access.hop).relation);
            next.paths = vec![by_other(vec![access.clone()])];
        }
        assert_in_doubt(&next, SightingKind::Access, &the_access());
    }
}

#[test]
fn a_route_that_is_told_for_what_it_adds_rests_on_that() {
    let by_a_detour = |accesses| {
        let detour = |route: &mut Route| route.marks = vec!["CHANGES_CODE_OF".to_owned(), FUNCTION.to_owned()];
        leading(&routes(), detour, accesses)
    };
    let with = |paths: Vec<RoutePaths>| World { paths, ..world() };
    let first = with(vec![by_a_detour(routes().accesses.to_vec())]);
    let id = first.paths[0].route.id();
    let mut next = with(vec![]);
    let gone = became(&first, &next, SightingKind::Route, &id);
    assert_eq!(gone.gone_at, Some(time(2)));
    next.coverage[2]["status"] = json!("partial");
    let doubted = became(&first, &next, SightingKind::Route, &id);
    assert_eq!((doubted.gone_at, doubted.stale_since), (None, Some(time(2))));
    // A plain one is told whatever it leads to.
    assert_gone(&next, SightingKind::Route, &the_route());
}

#[test]
fn a_path_is_not_gone_while_the_role_holds_a_policy_that_nobody_read() {
    let mut next = detached();
    let other = "arn:aws:iam::aws:policy/SomethingElse";
    next.edges
        .push(json!({ "from": ROLE, "kind": "HAS_POLICY", "to": other, "attributes": {}, "origins": [] }));
    assert_path_in_doubt(&next);
    // A text of the dated snapshot is not the account's: AWS may have added what it granted before.
    next.policies.push(json!({
        "native_id": other, "kind": "aws_managed", "name": "n", "owner": null, "document": {"Statement": []}, "sha256": "text",
        "version_id": "v1", "captured_at": null, "origin": null, "snapshot": { "date": "2026-01-31", "source": "test 1.0" },
    }));
    assert_path_in_doubt(&next);
    next.policies[1]["snapshot"] = json!(null);
    assert_path_gone(&next);
    let mut next = detached();
    next.entities[3]["resource_policy"] = json!({ "state": "not_collected" });
    assert_path_in_doubt(&next);
    assert_in_doubt(&next, SightingKind::Finding, "f1");
    assert_gone(&next, SightingKind::Finding, "f2");
    // Who may take the role stands in a policy of the role.
    let mut next = detached();
    next.paths.clear();
    next.entities[0]["resource_policy"] = json!({ "state": "not_collected" });
    assert_path_in_doubt(&next);
    assert_in_doubt(&next, SightingKind::Route, &the_route());
}

#[test]
fn a_policy_of_something_else_that_nobody_read_leaves_no_doubt() {
    let mut next = detached();
    next.entities[2]["resource_policy"] = json!({ "state": "not_collected" });
    let other = entity(
        "arn:aws:iam::111122223333:role/other",
        "identity/iam_role",
        None,
        DETAILS,
    );
    next.edges
        .push(json!({ "from": other["native_id"], "kind": "HAS_POLICY", "to": "x", "attributes": {}, "origins": [] }));
    next.entities.push(other);
    assert_path_gone(&next);
}

#[test]
fn a_gap_that_was_closed_is_gone() {
    let mut gap = finding("gap", &["urn:sv0:source:config:AWS::S3::Bucket"], &[]);
    gap["kind"] = json!("coverage_gap");
    let mut state = SqliteState::in_memory().unwrap();
    let mut first = world();
    first.findings.push(gap);
    record(&mut state, 1, &first);
    record(&mut state, 2, &world());
    let history = state.history(SightingKind::Finding, &["gap"]).unwrap()["gap"];
    assert_eq!(history.gone_at, Some(time(2)));
}

#[test]
fn another_configuration_proves_nothing_about_paths_and_findings() {
    let next = World {
        configuration: "shorter chains",
        ..detached()
    };
    assert_path_in_doubt(&next);
    let without = World {
        configuration: "shorter chains",
        ..without_the_function()
    };
    assert_in_doubt(&without, SightingKind::Route, &the_route());
    assert_path_in_doubt(&without);
    assert_in_doubt(&next, SightingKind::Finding, "f2");
    assert_gone(&next, SightingKind::Edge, &format!("{ROLE} HAS_POLICY {POLICY}"));
}

#[test]
fn what_was_only_heard_of_is_never_gone() {
    let mut next = detached();
    next.entities.pop();
    assert_in_doubt(&next, SightingKind::Entity, OUTSIDER);
}

#[test]
fn a_later_look_at_the_same_estate_is_no_change() {
    let mut next = world();
    for entity in &mut next.entities {
        entity["captured_at"] = json!("2026-03-02T05:00:00Z");
        entity["origins"][0]["sha256"] = json!("the item carries its own time");
        entity["attributes"]["last_used"] = json!({ "date": "2026-03-02T05:00:00Z" });
    }
    let seen = json!({ "status": "observed", "count": 1, "first_seen": "2026-03-01T00:00:00Z",
        "last_seen": "2026-03-01T00:00:00Z", "event_ids": ["e"] });
    let mut accesses = next.paths[0].accesses.to_vec();
    Arc::make_mut(&mut accesses[0].hop).observation = serde_json::from_value(seen).unwrap();
    next.paths[0].accesses = accesses.into();
    next.findings[0]["event_ids"] = json!(["e"]);
    next.findings[0]["description"] = json!("it was used once");
    let mut state = SqliteState::in_memory().unwrap();
    record(&mut state, 1, &world());
    let tally = record(&mut state, 2, &next);
    assert_eq!(
        tally,
        Tally {
            unchanged: 10,
            ..Tally::default()
        }
    );
}

#[test]
fn another_tag_text_or_state_is_a_change() {
    let mut next = world();
    next.entities[3]["tags"]["team"] = json!("orders");
    next.policies[0]["sha256"] = json!("another text");
    for (kind, id) in [(SightingKind::Entity, BUCKET), (SightingKind::Entity, POLICY)] {
        assert_eq!(after(&next, kind, id).changed_at, time(2), "{id}");
    }
    assert_eq!(after(&next, SightingKind::Entity, ROLE).changed_at, time(1));
}

#[test]
fn what_changes_at_the_end_of_routes_is_a_change_of_the_access_alone() {
    let mut access = routes().accesses[0].clone();
    Arc::make_mut(&mut access.hop).state = PathState::Conditional;
    let (mut condition, mut trust, mut note) = (world(), world(), world());
    condition.paths = vec![leading(&routes(), |_| {}, vec![access])];
    let route = |change: fn(&mut Route)| leading(&routes(), change, routes().accesses.to_vec());
    trust.paths = vec![route(|route| route.state = PathState::Conditional)];
    note.paths = vec![route(|route| {
        Arc::make_mut(&mut route.hops[0]).note = "otherwise".to_owned()
    })];
    for (next, of_route, of_access) in [(&condition, 1, 2), (&trust, 2, 1), (&note, 2, 1)] {
        let changed = parts(next).map(|part| part.changed_at);
        assert_eq!(changed, [time(of_route), time(of_access)]);
    }
}

#[test]
fn a_route_that_takes_only_some_accesses_changes_with_them() {
    let accesses = || {
        let mut other = routes().accesses[0].clone();
        other.resource = "arn:aws:s3:::other".to_owned();
        vec![routes().accesses[0].clone(), other]
    };
    let taking = |places: &[usize]| {
        let mut paths = leading(&routes(), |_| {}, accesses());
        paths.taken.clear();
        let direct = PathKinds::new([PathKind::Direct], None);
        places.iter().for_each(|place| paths.take(*place, direct));
        World {
            paths: vec![paths],
            ..world()
        }
    };
    for (before, after, changed) in [(&[0][..], &[1][..], 2), (&[0], &[0, 1], 2), (&[1], &[1], 1)] {
        let history = became(&taking(before), &taking(after), SightingKind::Route, &the_route());
        assert_eq!(history.changed_at, time(changed), "{before:?} {after:?}");
    }
    let all = leading(&routes(), |_| {}, accesses());
    let more = World {
        paths: vec![all],
        ..world()
    };
    let history = after(&more, SightingKind::Route, &the_route());
    assert_eq!(
        history.changed_at,
        time(1),
        "a route that takes all is none the other for another access"
    );
}

#[test]
fn what_is_kept_of_a_path_is_its_route_and_its_access() {
    let mut state = SqliteState::in_memory().unwrap();
    record(&mut state, 1, &world());
    let document =
        |kind, id: &str| -> Value { serde_json::from_str(&state.documents(kind, &[id]).unwrap()[id]).unwrap() };
    let path = serde_json::to_value(routes().paths().next().unwrap().path()).unwrap();
    let route = document(SightingKind::Route, &the_route());
    let access = document(SightingKind::Access, &the_access());
    assert_eq!(
        (&route["id"], &access["id"]),
        (&json!(the_route()), &json!(the_access()))
    );
    assert_eq!(
        (&route["authority"], &access["authority"]),
        (&json!(ROLE), &json!(ROLE))
    );
    for field in ["workload", "roles", "chain_depth"] {
        assert_eq!(route[field], path[field], "{field}");
    }
    for field in ["resource", "scope", "action_class", "sensitivity"] {
        assert_eq!(access[field], path[field], "{field}");
    }
    assert_eq!(json!([route["hops"][0], access["hop"]]), path["hops"]);
    assert_eq!(route.get("takes"), None);
}
