//! Answers out of parts are those out of the whole graph.

use std::fmt::Debug;
use std::path::Path;

use serde_json::{Value, json};
use sv0_authority::{Estate, Query, QueryError};
use sv0_iam::{Context, UnknownContext};
use sv0_lake::FolderStore;
use sv0_model::graph::{Edge, PolicyKind, ResourcePolicy, urn};
use sv0_synth::Organization;

use super::*;
use crate::stages::{StageContext, StageRows, normalize};
use crate::{Configuration, division};

const ACTIONS: [&str; 8] = [
    "s3:GetObject",
    "s3:ListBucket",
    "sts:AssumeRole",
    "secretsmanager:GetSecretValue",
    "kms:Decrypt",
    "sqs:SendMessage",
    "lambda:InvokeFunction",
    "iam:AttachRolePolicy",
];

/// How many questions were answered out of parts, and how many had to be asked of the whole.
#[derive(Debug, Default)]
struct Count {
    out_of_parts: usize,
    of_the_whole: usize,
    /// Entities that were read for those out of parts.
    entities: usize,
}

struct World<'a> {
    whole: &'a Estate<'a>,
    asked: &'a Estate<'a>,
    snapshot: &'a Snapshot<StageRows<'a>>,
    count: Count,
}

impl World<'_> {
    fn compare<T: PartialEq + Debug>(
        &mut self,
        question: &Question<'_>,
        ask: impl Fn(&Estate<'_>) -> Result<T, QueryError>,
    ) {
        let whole = ask(self.whole);
        assert_eq!(ask(self.asked), whole, "{question:?}");
        let Some(part) = self.snapshot.graph_within(question, 1).unwrap() else {
            self.count.of_the_whole += 1;
            return;
        };
        self.count.entities += part.entities.len();
        match ask(&Estate::new(&part)) {
            Err(QueryError::NotFound { .. }) => self.count.of_the_whole += 1,
            out_of_parts => {
                self.count.out_of_parts += 1;
                assert_eq!(out_of_parts, whole, "{question:?}");
            }
        }
    }

    fn ask_all(&mut self, principals: &[String], resources: &[String]) {
        let context = Context::default();
        for (number, principal) in principals.iter().enumerate() {
            let question = Question {
                principal,
                resource: None,
            };
            let action = ACTIONS[number % ACTIONS.len()];
            for action in [None, Some(action), Some("sts:AssumeRole"), Some("s3:GetObject")] {
                self.compare(&question, |estate| {
                    estate.grants(principal, action, &context, UnknownContext::Any)
                });
            }
            for (index, resource) in resources.iter().enumerate() {
                let question = Question {
                    principal,
                    resource: Some(resource),
                };
                let query = Query {
                    principal,
                    action: action_on(resource, index),
                    resource,
                    context: &context,
                    unknown_context: UnknownContext::Any,
                };
                self.compare(&question, |estate| estate.decide(&query));
                if (index + number) % 5 == 0 {
                    self.compare(&question, |estate| estate.explain(&query));
                }
            }
        }
    }
}

fn action_on(resource: &str, index: usize) -> &'static str {
    let service = resource.split(':').nth(2).unwrap_or_default();
    let service = if service == "iam" { "sts" } else { service };
    let mut fitting = ACTIONS.iter().filter(|action| action.starts_with(service));
    fitting.next().copied().unwrap_or(ACTIONS[index % ACTIONS.len()])
}

/// A generator of numbers that needs no crate.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn some(&mut self, from: &[String], count: usize) -> Vec<String> {
        (0..count).map(|_| from[self.roll(from.len())].clone()).collect()
    }

    fn one(&mut self, from: &[String]) -> String {
        from[self.roll(from.len())].clone()
    }
}

fn ids(graph: &Graph, is: impl Fn(&Entity) -> bool) -> Vec<String> {
    let entities = graph.entities.values().filter(|entity| is(entity));
    entities.map(|entity| entity.native_id.clone()).collect()
}

/// Principals and resources to ask about, sessions and objects among them.
fn asked(graph: &Graph, dice: &mut Dice, count: usize) -> (Vec<String>, Vec<String>) {
    let of_graph = ids(graph, |entity| entity.kind.is_iam_principal());
    let mut principals = dice.some(&of_graph, count);
    for principal in &mut principals {
        let arn = Arn::parse(principal).unwrap();
        if arn.resource_type() == "role" && dice.roll(4) == 0 {
            *principal = format!("arn:aws:sts::{}:assumed-role/{}/session", arn.account, arn.name());
        }
    }
    let of_graph = ids(graph, |entity| {
        entity.kind == EntityKind::IamRole || (entity.native_id.starts_with("arn:") && !entity.kind.is_iam_principal())
    });
    let mut resources = dice.some(&of_graph, count);
    resources.extend(dice.some(&ids(graph, |entity| entity.kind == EntityKind::S3Bucket), count));
    for resource in &mut resources {
        if resource.starts_with("arn:aws:s3:::") && dice.roll(3) > 0 {
            resource.push_str("/reports/1.csv");
        }
    }
    resources.push("*".to_owned());
    resources.push("arn:aws:s3:::nobody-has-this/key".to_owned());
    (principals, resources)
}

fn context<'a>(store: &'a FolderStore, configuration: &'a Configuration) -> StageContext<'a> {
    StageContext {
        store,
        run_id: "one",
        configuration,
        threads: 1,
    }
}

/// The graph of a capture, through the store.
fn normalized(capture: &Path, store: &FolderStore) -> Graph {
    let configuration = Configuration::default();
    let context = context(store, &configuration);
    normalize::run(&context, capture, &|_| {}).unwrap();
    context.snapshot().graph().unwrap()
}

fn made_up(seed: u64, store: &FolderStore, folder: &Path) -> Graph {
    let organization = Organization {
        accounts: 8,
        roles_per_account: 7,
        policies_per_account: 6,
        users_per_account: 2,
        events_per_account: 0,
        seed,
    };
    sv0_synth::write(&organization, folder, &|_| {}).unwrap();
    normalized(folder, store)
}

fn check(graph: &Graph, store: &FolderStore, dice: &mut Dice, count: usize) -> Count {
    let configuration = Configuration::default();
    let context = context(store, &configuration);
    division::write(&context, graph).unwrap();
    let snapshot = context.snapshot();
    assert_eq!(
        &snapshot.graph().unwrap(),
        graph,
        "the whole graph reads back as it was"
    );
    let estate = Estate::new(graph);
    let asked_graph = snapshot.asked_graph().unwrap();
    let of_asked = Estate::new(&asked_graph);
    let (principals, resources) = asked(graph, dice, count);
    let mut world = World {
        whole: &estate,
        asked: &of_asked,
        snapshot: &snapshot,
        count: Count::default(),
    };
    world.ask_all(&principals, &resources);
    for resource in &resources {
        let who = |estate: &Estate<'_>| {
            let answer = estate.who_can_via_roles(
                action_on(resource, 0),
                resource,
                &Context::default(),
                UnknownContext::Any,
            );
            format!("{answer:?}")
        };
        assert_eq!(who(world.asked), who(world.whole), "{resource}");
    }
    world.count
}

/// Ties accounts together in every way that a question could miss.
fn tangle(graph: &mut Graph, dice: &mut Dice) {
    let of = |graph: &Graph, kind: EntityKind| ids(graph, |entity| entity.kind == kind);
    let accounts: Vec<String> = graph.elsewhere_accounts();
    let (roles, users) = (of(graph, EntityKind::IamRole), of(graph, EntityKind::IamUser));
    let (groups, buckets) = (of(graph, EntityKind::IamGroup), of(graph, EntityKind::S3Bucket));
    let (keys, secrets) = (of(graph, EntityKind::KmsKey), of(graph, EntityKind::Secret));
    let policies: Vec<String> = ids_of_policies(graph, PolicyKind::CustomerManaged);
    let open: Vec<String> = ids_of_policies(graph, PolicyKind::Trust)
        .into_iter()
        .chain(ids_of_policies(graph, PolicyKind::ResourceBased))
        .collect();
    for _ in 0..6 {
        let account = dice.one(&accounts);
        let principal = match dice.roll(4) {
            0 => json!("*"),
            1 => json!({"AWS": account}),
            2 => json!({"AWS": dice.one(&roles)}),
            _ => json!({"AWS": [dice.one(&users), "AROAEXAMPLE"]}),
        };
        let document = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:*", "sts:AssumeRole", "kms:*", "sqs:*", "secretsmanager:*"], "Principal": principal, "Resource": "*"}]});
        set_document(graph, &dice.one(&open), document);
        let closed = [dice.one(&buckets), dice.one(&secrets)];
        for id in &closed {
            graph.entities.get_mut(id).unwrap().resource_policy = ResourcePolicy::NotCollected;
        }
        let named = [dice.one(&buckets), dice.one(&secrets), dice.one(&closed)];
        let patterns: Vec<String> = named
            .iter()
            .map(|id| format!("{}*", id.get(..id.len() - dice.roll(3)).unwrap()))
            .collect();
        let document = json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": ["s3:*", "secretsmanager:*"], "Resource": patterns,
            "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": format!("o-other{}", dice.roll(3))}}}});
        set_document(graph, &dice.one(&policies), document);
        link(graph, &dice.one(&roles), EdgeKind::HasPolicy, &dice.one(&policies));
        link(graph, &dice.one(&users), EdgeKind::MemberOf, &dice.one(&groups));
        link(graph, &dice.one(&groups), EdgeKind::HasPolicy, &dice.one(&policies));
        link(graph, &dice.one(&buckets), EdgeKind::EncryptedWith, &dice.one(&keys));
        let boundary = urn::permissions_boundary(&dice.one(&policies));
        link(graph, &dice.one(&roles), EdgeKind::SubjectTo, &boundary);
        add_point(graph, &account, &dice.one(&buckets), dice);
        let moved = dice.one(&secrets);
        graph.entities.get_mut(&moved).unwrap().account = Some(dice.one(&accounts));
    }
    graph
        .edges
        .sort_by(|a, b| (&a.from, a.kind, &a.to).cmp(&(&b.from, b.kind, &b.to)));
}

trait Accounts {
    fn elsewhere_accounts(&self) -> Vec<String>;
}

impl Accounts for Graph {
    fn elsewhere_accounts(&self) -> Vec<String> {
        let accounts: BTreeSet<String> = self
            .entities
            .values()
            .filter_map(|entity| entity.account.clone())
            .collect();
        accounts.into_iter().collect()
    }
}

fn ids_of_policies(graph: &Graph, kind: PolicyKind) -> Vec<String> {
    let policies = graph.policies.values().filter(|policy| policy.kind == kind);
    policies.map(|policy| policy.native_id.clone()).collect()
}

fn set_document(graph: &mut Graph, policy: &str, document: Value) {
    let policy = graph.policies.get_mut(policy).unwrap();
    policy.document = Some(document);
    policy.sha256 = None;
}

fn link(graph: &mut Graph, from: &str, kind: EdgeKind, to: &str) {
    graph.edges.push(Edge {
        from: from.to_owned(),
        kind,
        to: to.to_owned(),
        attributes: BTreeMap::new(),
        origins: Vec::new(),
    });
}

/// An access point in an account to a bucket of whichever account, that lets in whoever is in a third.
fn add_point(graph: &mut Graph, account: &str, bucket: &str, dice: &mut Dice) {
    let id = format!("arn:aws:s3:eu-west-1:{account}:accesspoint/point-{}", dice.roll(1000));
    let policy = urn::resource_policy(&id);
    let let_in = dice.one(&graph.elsewhere_accounts());
    let mut point = graph.entities[bucket].clone();
    point.native_id.clone_from(&id);
    point.kind = EntityKind::GenericResource;
    point.account = Some(account.to_owned());
    point.attributes = BTreeMap::from([
        ("resource_type".to_owned(), json!("AWS::S3::AccessPoint")),
        ("bucket".to_owned(), json!(bucket)),
        ("network_origin".to_owned(), json!("Internet")),
    ]);
    point.resource_policy = ResourcePolicy::Set { policy: policy.clone() };
    graph.entities.insert(id.clone(), point);
    let mut record = graph.policies.values().next().unwrap().clone();
    record.native_id.clone_from(&policy);
    record.kind = PolicyKind::ResourceBased;
    record.owner = Some(id);
    graph.policies.insert(policy.clone(), record);
    let document = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:*", "Principal": {"AWS": let_in}, "Resource": "*"}]});
    set_document(graph, &policy, document);
}

#[test]
fn answers_of_made_up_estates() {
    for seed in 1..=2 {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path().join("store"));
        let mut graph = made_up(seed, &store, &folder.path().join("capture"));
        let mut dice = Dice(seed);
        let count = check(&graph, &store, &mut dice, 5);
        assert!(count.out_of_parts > 8 * count.of_the_whole, "{count:?}");
        assert!(
            count.entities < count.out_of_parts * graph.entities.len() / 2,
            "{count:?}"
        );
        tangle(&mut graph, &mut dice);
        let count = check(&graph, &store, &mut dice, 5);
        assert!(count.out_of_parts > 4 * count.of_the_whole, "{count:?}");
    }
}

#[test]
fn answers_of_the_example() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/acme/capture");
    let graph = normalized(&capture, &store);
    let count = check(&graph, &store, &mut Dice(1), 6);
    assert!(count.out_of_parts > 4 * count.of_the_whole, "{count:?}");
}
