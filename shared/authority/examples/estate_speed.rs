//! How long the paths of a large estate take: `cargo run --release -p sv0-authority --example estate_speed -- [ACCOUNTS] [ROLES]`.
//!
//! Every account is a copy of the same landing zone: of its roles one in twenty is an administrator, one in ten may pass any role, the others read what is named
//! like themselves; every second runs a function and every tenth an instance. The first role of each account trusts the first account.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use sv0_authority::{Estate, PathOptions, authority_paths};
use sv0_model::graph::{
    Edge, EdgeKind, Entity, EntityKind, Graph, PolicyKind, PolicyRecord, Resolution, ResourcePolicy, Sensitivity, urn,
};
use sv0_model::hash::sha256_of_json;
use sv0_model::observation::Evidence;

const REGION: &str = "eu-west-1";

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|number| number.parse().ok());
    let accounts: usize = numbers.next().unwrap_or(20);
    let roles: usize = numbers.next().unwrap_or(100);
    let graph = landing_zones(accounts, roles);
    let started = Instant::now();
    let estate = Estate::new(&graph);
    let compiled = started.elapsed();
    let output = authority_paths(&estate, &Evidence::default(), &PathOptions::default());
    let took = started.elapsed() - compiled;
    println!(
        "{accounts} accounts × {roles} roles: {} paths, compiled in {:.2} s, walked in {:.2} s, at most {} MB in memory",
        output.paths.len(),
        compiled.as_secs_f64(),
        took.as_secs_f64(),
        most_memory()
    );
}

/// The greatest resident size of this process, as Linux tells it; 0 elsewhere.
fn most_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or_default() / 1024
}

fn landing_zones(accounts: usize, roles: usize) -> Graph {
    let mut graph = Graph {
        partition: "aws".to_owned(),
        ..Graph::default()
    };
    for account in 0..accounts {
        let id = format!("{:012}", 100_000_000_000_usize + account);
        add(&mut graph, EntityKind::Account, urn::account(&id), &id, None);
        for role in 0..roles {
            landing_role(&mut graph, &id, role);
        }
        for number in 0..roles / 5 {
            let bucket = format!("arn:aws:s3:::zone-{id}-{number}");
            add(&mut graph, EntityKind::S3Bucket, bucket, &id, None);
            let secret = format!("arn:aws:secretsmanager:{REGION}:{id}:secret:zone-{number}-AbCdEf");
            add(&mut graph, EntityKind::Secret, secret, &id, None);
            let table = format!("arn:aws:dynamodb:{REGION}:{id}:table/zone-{number}");
            add(&mut graph, EntityKind::DynamoDbTable, table, &id, None);
        }
    }
    graph
}

fn landing_role(graph: &mut Graph, account: &str, number: usize) {
    let arn = format!("arn:aws:iam::{account}:role/zone-{number}");
    let service = if number % 10 == 1 { "ec2" } else { "lambda" };
    let mut trusted = vec![
        json!({"Effect": "Allow", "Principal": {"Service": format!("{service}.amazonaws.com")}, "Action": "sts:AssumeRole"}),
    ];
    if number == 0 {
        let first = "arn:aws:iam::100000000000:root";
        trusted.push(json!({"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:AssumeRole"}));
    }
    let trust = urn::trust_policy(&arn);
    policy(graph, &trust, PolicyKind::Trust, &arn, json!({"Statement": trusted}));
    add(graph, EntityKind::IamRole, arn.clone(), account, Some(trust));
    let inline = urn::inline_policy(&arn, "zone");
    policy(
        graph,
        &inline,
        PolicyKind::Inline,
        &arn,
        json!({"Statement": grants(account, number)}),
    );
    edge(graph, &arn, EdgeKind::HasPolicy, &inline);
    if number.is_multiple_of(2) {
        let function = format!("arn:aws:lambda:{REGION}:{account}:function:zone-{number}");
        add(graph, EntityKind::LambdaFunction, function.clone(), account, None);
        edge(graph, &function, EdgeKind::RunsAs, &arn);
    }
    if number % 10 == 1 {
        let instance = format!("arn:aws:ec2:{REGION}:{account}:instance/i-{number:08}");
        add(graph, EntityKind::Ec2Instance, instance.clone(), account, None);
        edge(graph, &instance, EdgeKind::RunsAs, &arn);
    }
}

fn grants(account: &str, number: usize) -> Value {
    let allow = |actions: &[&str], resource: &str| json!({"Effect": "Allow", "Action": actions, "Resource": resource});
    match number % 20 {
        0 => json!([allow(&["*"], "*")]),
        5 | 15 => json!([allow(
            &[
                "iam:PassRole",
                "lambda:CreateFunction",
                "lambda:InvokeFunction",
                "ec2:RunInstances"
            ],
            "*"
        )]),
        7 => json!([allow(
            &["sts:AssumeRole"],
            &format!("arn:aws:iam::{account}:role/zone-*")
        )]),
        _ => json!([
            allow(
                &["s3:GetObject", "s3:PutObject"],
                &format!("arn:aws:s3:::zone-{account}-{}/*", number % 20)
            ),
            allow(&["logs:*"], "*"),
        ]),
    }
}

fn add(graph: &mut Graph, kind: EntityKind, id: String, account: &str, trust: Option<String>) {
    let entity = Entity {
        native_id: id.clone(),
        source_system: format!("example:{account}"),
        kind,
        name: id.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
        account: Some(account.to_owned()),
        region: None,
        resolution: Resolution::Collected,
        sensitivity: Sensitivity::Unknown,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
        actor: None,
        tags: BTreeMap::new(),
        resource_policy: trust.map_or(ResourcePolicy::NotSet, |policy| ResourcePolicy::Set { policy }),
        attributes: BTreeMap::new(),
        captured_at: None,
        origins: Vec::new(),
    };
    graph.entities.insert(id, entity);
}

fn policy(graph: &mut Graph, id: &str, kind: PolicyKind, owner: &str, document: Value) {
    let record = PolicyRecord {
        native_id: id.to_owned(),
        kind,
        name: id.to_owned(),
        owner: Some(owner.to_owned()),
        sha256: Some(sha256_of_json(&document)),
        document: Some(document),
        version_id: None,
        captured_at: None,
        origin: None,
        snapshot: None,
    };
    graph.policies.insert(id.to_owned(), record);
}

fn edge(graph: &mut Graph, from: &str, kind: EdgeKind, to: &str) {
    graph.edges.push(Edge {
        from: from.to_owned(),
        kind,
        to: to.to_owned(),
        attributes: BTreeMap::new(),
        origins: Vec::new(),
    });
}
