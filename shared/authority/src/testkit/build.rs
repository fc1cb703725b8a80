//! Makes the graph of a fixture.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::arn::account_of;
use sv0_model::graph::{
    Edge, EdgeKind, Entity, EntityKind, Graph, OrganizationNode, OrganizationNodeKind, PolicyKind, PolicyRecord,
    PolicySnapshot, Resolution, ResourcePolicy, Sensitivity, urn,
};
use sv0_model::hash::sha256_of_json;
use sv0_model::record::Origin;

use super::statement::{document, identity_statement, resource_statement, trust_statement};
use super::workforce::Workforce;

pub(super) const REGION: &str = "eu-west-1";

/// The graph under construction, and the block that the next lines belong to.
#[derive(Default)]
pub(crate) struct Builder {
    pub(super) graph: Graph,
    pub(super) workforce: Workforce,
    block: Option<String>,
    statements: BTreeMap<(String, Part), Vec<Value>>,
    edges: BTreeSet<(String, EdgeKind, String)>,
    /// Edges with attributes.
    links: Vec<Edge>,
}

/// Which policy of a block a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Own,
    Boundary,
    Resource,
    /// A bucket's access control list, a key's grants.
    Beside,
    Organization(PolicyKind),
}

/// Nothing beside its policy opens or closes a resource of a fixture unless its first line says so: Block Public Access is off, access control lists are
/// switched off, a key has no grants.
fn settings_of(entity: &mut Entity) {
    match entity.kind {
        EntityKind::S3Bucket => {
            set(entity, "block_public_access", Value::Null);
            set(entity, "account_block_public_access", block_public_access(false));
            set(entity, "object_ownership", json!("BucketOwnerEnforced"));
            set(entity, "acl_grants", json!([]));
        }
        EntityKind::KmsKey => set(entity, "grants_complete", json!(true)),
        EntityKind::GenericResource if entity.native_id.contains(":accesspoint/") => {
            set(entity, "resource_type", json!("AWS::S3::AccessPoint"));
            set(entity, "network_origin", json!("Internet"));
            set(entity, "block_public_access", block_public_access(false));
            set(entity, "account_block_public_access", block_public_access(false));
        }
        EntityKind::GenericResource if entity.native_id.contains(":snapshot:") => {
            set(entity, "resource_type", json!("AWS::RDS::DBSnapshot"));
        }
        EntityKind::GenericResource if entity.native_id.contains(":cluster-snapshot:") => {
            set(entity, "resource_type", json!("AWS::RDS::DBClusterSnapshot"));
        }
        EntityKind::GenericWorkload if entity.native_id.contains(":glue:") => {
            set(entity, "resource_type", json!("AWS::Glue::Job"));
        }
        _ => {}
    }
}

fn set(entity: &mut Entity, name: &str, value: Value) {
    entity.attributes.insert(name.to_owned(), value);
}

fn block_public_access(is_on: bool) -> Value {
    json!({"block_public_acls": is_on, "ignore_public_acls": is_on, "block_public_policy": is_on, "restrict_public_buckets": is_on})
}

impl Builder {
    pub(crate) fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "allow" | "deny" => self.statement(Part::Own, identity_statement(line)),
            "boundary" => self.statement(Part::Boundary, identity_statement(rest)),
            "list" => self.statement(Part::Beside, resource_statement(rest)),
            "key-grant" => self.statement(Part::Beside, resource_statement(rest)),
            "trust" => self.statement(Part::Resource, trust_statement(rest)),
            "grant" => self.statement(Part::Resource, resource_statement(rest)),
            _ => self.start(word, rest),
        }
    }

    /// Starts a block.
    fn start(&mut self, kind: &str, rest: &str) {
        let words: Vec<&str> = rest.split_whitespace().collect();
        if self.workforce_line(kind, &words) || self.orchestra_line(kind, &words) || self.fact_line(kind, &words) {
            return;
        }
        match (kind, words.as_slice()) {
            ("organization", [id, "management", account]) => {
                let organization = &mut self.graph.organization;
                organization.id = Some((*id).to_owned());
                organization.management_account = Some((*account).to_owned());
                organization.policies_collected = true;
                organization.service_control_policies_enabled = Some(true);
                organization.resource_control_policies_enabled = Some(true);
            }
            ("policies-not-collected", []) => self.graph.organization.policies_collected = false,
            ("account", [id, "under", path]) => self.account(id, path),
            ("account", [id, words @ ..]) => {
                self.entity(EntityKind::Account, &urn::account(id), id, Some(id), words);
            }
            ("scp", [name, "on", targets]) => self.organization_policy(PolicyKind::ServiceControl, name, targets),
            ("rcp", [name, "on", targets]) => self.organization_policy(PolicyKind::ResourceControl, name, targets),
            (_, [place, words @ ..]) => self.resource(kind, place, words),
            _ => panic!("unknown line of a fixture: {kind} {rest}"),
        }
    }

    fn account(&mut self, id: &str, path: &str) {
        let mut parent = None;
        for node in path.split('/') {
            let kind = match parent {
                None => OrganizationNodeKind::Root,
                Some(_) => OrganizationNodeKind::OrganizationalUnit,
            };
            self.node(node, kind, parent);
            parent = Some(node.to_owned());
        }
        self.node(id, OrganizationNodeKind::Account, parent);
        self.entity(EntityKind::Account, &urn::account(id), id, Some(id), &[]);
    }

    fn node(&mut self, id: &str, kind: OrganizationNodeKind, parent: Option<String>) {
        let full_access = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess";
        let node = OrganizationNode {
            id: id.to_owned(),
            kind,
            name: id.to_owned(),
            parent,
            service_control_policies: BTreeSet::from([full_access.to_owned()]),
            resource_control_policies: BTreeSet::new(),
            state: None,
        };
        self.graph.organization.nodes.entry(id.to_owned()).or_insert(node);
        let allow = document(&[identity_statement("allow * on *")]);
        self.policy(full_access, PolicyKind::ServiceControl, None, Some(allow));
    }

    fn organization_policy(&mut self, kind: PolicyKind, name: &str, targets: &str) {
        let id = format!("arn:aws:organizations::999999999999:policy/o-acme/{name}");
        for target in targets.split(',') {
            let node = self
                .graph
                .organization
                .nodes
                .get_mut(target)
                .expect("an account line before the policy");
            match kind {
                PolicyKind::ServiceControl => node.service_control_policies.insert(id.clone()),
                _ => node.resource_control_policies.insert(id.clone()),
            };
        }
        self.statements
            .insert((id.clone(), Part::Organization(kind)), Vec::new());
        self.block = Some(id);
    }

    fn resource(&mut self, kind: &str, place: &str, words: &[&str]) {
        let (account, name) = place
            .split_once('/')
            .unwrap_or_else(|| panic!("expected ACCOUNT/NAME: {place}"));
        let (kind, arn) = match kind {
            "role" => (EntityKind::IamRole, format!("arn:aws:iam::{account}:role/{name}")),
            "service-linked-role" => (
                EntityKind::ServiceLinkedRole,
                format!("arn:aws:iam::{account}:role/aws-service-role/{name}"),
            ),
            "user" => (EntityKind::IamUser, format!("arn:aws:iam::{account}:user/{name}")),
            "group" => (EntityKind::IamGroup, format!("arn:aws:iam::{account}:group/{name}")),
            "bucket" => (EntityKind::S3Bucket, format!("arn:aws:s3:::{name}")),
            "secret" => (
                EntityKind::Secret,
                format!("arn:aws:secretsmanager:{REGION}:{account}:secret:{name}-AbCdEf"),
            ),
            "key" => (EntityKind::KmsKey, format!("arn:aws:kms:{REGION}:{account}:key/{name}")),
            "repository" => (
                EntityKind::EcrRepository,
                format!("arn:aws:ecr:{REGION}:{account}:repository/{name}"),
            ),
            "accesspoint" => (
                EntityKind::GenericResource,
                format!("arn:aws:s3:{REGION}:{account}:accesspoint/{name}"),
            ),
            "table" => (
                EntityKind::DynamoDbTable,
                format!("arn:aws:dynamodb:{REGION}:{account}:table/{name}"),
            ),
            "parameter" => (
                EntityKind::SsmParameter,
                format!("arn:aws:ssm:{REGION}:{account}:parameter/{name}"),
            ),
            "queue" => (EntityKind::SqsQueue, format!("arn:aws:sqs:{REGION}:{account}:{name}")),
            "topic" => (EntityKind::SnsTopic, format!("arn:aws:sns:{REGION}:{account}:{name}")),
            "bus" => (
                EntityKind::EventBus,
                format!("arn:aws:events:{REGION}:{account}:event-bus/{name}"),
            ),
            "stream" => (
                EntityKind::KinesisStream,
                format!("arn:aws:kinesis:{REGION}:{account}:stream/{name}"),
            ),
            "database" => (
                EntityKind::RdsDatabase,
                format!("arn:aws:rds:{REGION}:{account}:db:{name}"),
            ),
            "database-cluster" => (
                EntityKind::RdsDatabase,
                format!("arn:aws:rds:{REGION}:{account}:cluster:{name}"),
            ),
            "snapshot" => (
                EntityKind::GenericResource,
                format!("arn:aws:rds:{REGION}:{account}:snapshot:{name}"),
            ),
            "cluster-snapshot" => (
                EntityKind::GenericResource,
                format!("arn:aws:rds:{REGION}:{account}:cluster-snapshot:{name}"),
            ),
            "flow" => (
                EntityKind::BedrockFlow,
                format!("arn:aws:bedrock:{REGION}:{account}:flow/{name}"),
            ),
            "model" => (
                EntityKind::FoundationModel,
                format!("arn:aws:bedrock:{REGION}:{account}:inference-profile/{name}"),
            ),
            "guardrail" => (
                EntityKind::Guardrail,
                format!("arn:aws:bedrock:{REGION}:{account}:guardrail/{name}"),
            ),
            "runtime" => (
                EntityKind::AgentCoreRuntime,
                format!("arn:aws:bedrock-agentcore:{REGION}:{account}:runtime/{name}"),
            ),
            "gateway" => (
                EntityKind::AgentCoreGateway,
                format!("arn:aws:bedrock-agentcore:{REGION}:{account}:gateway/{name}"),
            ),
            "glue-job" => (
                EntityKind::GenericWorkload,
                format!("arn:aws:glue:{REGION}:{account}:job/{name}"),
            ),
            "file-system" => (
                EntityKind::EfsFileSystem,
                format!("arn:aws:elasticfilesystem:{REGION}:{account}:file-system/{name}"),
            ),
            "domain" => (
                EntityKind::OpenSearchDomain,
                format!("arn:aws:es:{REGION}:{account}:domain/{name}"),
            ),
            "warehouse" => (
                EntityKind::RedshiftCluster,
                format!("arn:aws:redshift:{REGION}:{account}:cluster:{name}"),
            ),
            "agent" => (
                EntityKind::BedrockAgent,
                format!("arn:aws:bedrock:{REGION}:{account}:agent/{name}"),
            ),
            "knowledge-base" => (
                EntityKind::KnowledgeBase,
                format!("arn:aws:bedrock:{REGION}:{account}:knowledge-base/{name}"),
            ),
            "state-machine" => (
                EntityKind::StateMachine,
                format!("arn:aws:states:{REGION}:{account}:stateMachine:{name}"),
            ),
            "project" => (
                EntityKind::CodeBuildProject,
                format!("arn:aws:codebuild:{REGION}:{account}:project/{name}"),
            ),
            "layer" => (
                EntityKind::LambdaLayer,
                format!("arn:aws:lambda:{REGION}:{account}:layer:{name}"),
            ),
            "cluster" => (
                EntityKind::EksCluster,
                format!("arn:aws:eks:{REGION}:{account}:cluster/{name}"),
            ),
            "lambda" => (
                EntityKind::LambdaFunction,
                format!("arn:aws:lambda:{REGION}:{account}:function:{name}"),
            ),
            "instance" => (
                EntityKind::Ec2Instance,
                format!("arn:aws:ec2:{REGION}:{account}:instance/{name}"),
            ),
            "task" => (
                EntityKind::EcsTaskDefinition,
                format!("arn:aws:ecs:{REGION}:{account}:task-definition/{name}:1"),
            ),
            "service" => (
                EntityKind::EcsService,
                format!("arn:aws:ecs:{REGION}:{account}:service/main/{name}"),
            ),
            "typed" => (EntityKind::GenericResource, regional_arn(account, name)),
            other => panic!("unknown block of a fixture: {other}"),
        };
        self.entity(
            kind,
            &arn,
            name.rsplit('/').next().unwrap_or(name),
            Some(account),
            words,
        );
    }

    pub(super) fn entity(&mut self, kind: EntityKind, id: &str, name: &str, account: Option<&str>, words: &[&str]) {
        let regional = !matches!(kind, EntityKind::Account) && !kind.is_iam_principal();
        let mut entity = Entity {
            native_id: id.to_owned(),
            source_system: format!("test:{}", account.unwrap_or_default()),
            kind,
            name: name.to_owned(),
            account: account.map(str::to_owned),
            region: regional.then(|| REGION.to_owned()),
            resolution: Resolution::Collected,
            sensitivity: Sensitivity::Unknown,
            sensitivity_rule: String::new(),
            data_domain: None,
            environment: None,
            actor: None,
            tags: BTreeMap::new(),
            resource_policy: ResourcePolicy::NotSet,
            attributes: BTreeMap::new(),
            captured_at: None,
            origins: vec![Origin {
                object: "fixture".to_owned(),
                sha256: id.to_owned(),
            }],
        };
        settings_of(&mut entity);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            self.word(&mut entity, word, &mut words);
        }
        self.graph.entities.insert(id.to_owned(), entity);
        self.block = Some(id.to_owned());
    }

    /// One word, with its operand, of a block's first line.
    fn word(&mut self, entity: &mut Entity, word: &str, operands: &mut std::slice::Iter<'_, &str>) {
        if self.orchestra_word(entity, word, operands) {
            return;
        }
        let mut operand = || operands.next().unwrap_or_else(|| panic!("{word} needs an operand"));
        let id = entity.native_id.clone();
        let account = entity.account.clone().unwrap_or_default();
        let role = |name: &str| full_arn(name, &format!("arn:aws:iam::{account}:role/"));
        match word {
            "restricted" => entity.sensitivity = Sensitivity::Restricted,
            "internal" => entity.sensitivity = Sensitivity::Internal,
            "with" => {
                let (name, value) = attribute(operand());
                entity.attributes.insert(name, value);
            }
            "referenced" => entity.resolution = Resolution::Referenced,
            "external" => entity.resolution = Resolution::External,
            "policy-not-collected" => entity.resource_policy = ResourcePolicy::NotCollected,
            "tag" => {
                let (key, value) = operand().split_once('=').expect("KEY=VALUE");
                entity.tags.insert(key.to_owned(), value.to_owned());
            }
            "resource-id" => set(entity, "resource_id", json!(operand())),
            "runs-as" => self.edge(&id, EdgeKind::RunsAs, &role(operand())),
            "pulls-via" => self.edge(&id, EdgeKind::PullsVia, &role(operand())),
            "injects" => {
                let secret = json!({"name": "SECRET", "value_from": operand()});
                entity
                    .attributes
                    .insert("containers".to_owned(), json!([{"name": "main", "secrets": [secret]}]));
            }
            "runs" => {
                let task = format!("arn:aws:ecs:{REGION}:{account}:task-definition/{}:1", operand());
                self.edge(&id, EdgeKind::Runs, &task);
            }
            "key" => {
                let key = full_arn(operand(), &format!("arn:aws:kms:{REGION}:{account}:key/"));
                self.edge(&id, EdgeKind::EncryptedWith, &key);
            }
            "in" => {
                let group = format!("arn:aws:iam::{account}:group/{}", operand());
                self.edge(&id, EdgeKind::MemberOf, &group);
            }
            "type" => {
                let resource_type = operand();
                entity.kind = kind_of_type(resource_type);
                set(entity, "resource_type", json!(resource_type));
            }
            "holds" => self.hold(&id, operand()),
            "holds-own" => {
                let (name, text) = identity_policy(operand());
                let policy = format!("arn:aws:iam::{account}:policy/{name}");
                self.policy(&policy, PolicyKind::CustomerManaged, None, Some(text));
                self.edge(&id, EdgeKind::HasPolicy, &policy);
            }
            "blocks-public-access" => set(entity, "block_public_access", block_public_access(true)),
            "account-blocks-public-access" => set(entity, "account_block_public_access", block_public_access(true)),
            "ignores-public-acls" => set(entity, "block_public_access", json!({"ignore_public_acls": true})),
            "block-not-collected" => drop(entity.attributes.remove("block_public_access")),
            "account-block-not-collected" => drop(entity.attributes.remove("account_block_public_access")),
            "ownership-not-collected" => drop(entity.attributes.remove("object_ownership")),
            "list-not-collected" => drop(entity.attributes.remove("acl_grants")),
            "ownership" => set(entity, "object_ownership", json!(operand())),
            "grants-not-collected" => drop(entity.attributes.remove("grants_complete")),
            "of" => set(entity, "bucket", json!(format!("arn:aws:s3:::{}", operand()))),
            "vpc" => {
                set(entity, "network_origin", json!("VPC"));
                set(entity, "vpc_id", json!(operand()));
            }
            "holds-snapshot" => self.hold_snapshot(&id, operand()),
            "bounded-by-snapshot" => self.bound_by_snapshot(&id, operand()),
            other => panic!("unknown word of a fixture: {other}"),
        }
    }

    /// Attaches a managed policy whose text is known only for AWS's AdministratorAccess.
    fn hold(&mut self, principal: &str, policy: &str) {
        let admin = policy.ends_with("/AdministratorAccess");
        let text = admin.then(|| document(&[identity_statement("allow * on *")]));
        let kind = if account_of(policy).is_some() {
            PolicyKind::CustomerManaged
        } else {
            PolicyKind::AwsManaged
        };
        self.policy(policy, kind, None, text);
        self.edge(principal, EdgeKind::HasPolicy, policy);
    }

    /// Attaches an AWS managed policy whose text comes from the snapshot, `NAME=STATEMENT[;STATEMENT]` with `_` for a blank.
    fn hold_snapshot(&mut self, principal: &str, policy: &str) {
        let arn = self.snapshot_policy(policy);
        self.edge(principal, EdgeKind::HasPolicy, &arn);
    }

    /// The same as a permissions boundary.
    fn bound_by_snapshot(&mut self, principal: &str, policy: &str) {
        let arn = self.snapshot_policy(policy);
        let ceiling = urn::permissions_boundary(&arn);
        self.entity(EntityKind::PermissionsBoundary, &ceiling, policy, None, &[]);
        self.edge(principal, EdgeKind::SubjectTo, &ceiling);
    }

    fn snapshot_policy(&mut self, policy: &str) -> String {
        let (name, text) = identity_policy(policy);
        let arn = format!("arn:aws:iam::aws:policy/{name}");
        self.policy(&arn, PolicyKind::AwsManaged, None, Some(text));
        let record = self.graph.policies.get_mut(&arn).expect("just inserted");
        record.version_id = Some("v7".to_owned());
        record.snapshot = Some(PolicySnapshot {
            date: "2025-06-01".to_owned(),
            source: "test 1.0".to_owned(),
        });
        arn
    }

    pub(super) fn edge(&mut self, from: &str, kind: EdgeKind, to: &str) {
        self.edges.insert((from.to_owned(), kind, to.to_owned()));
    }

    pub(super) fn link(&mut self, edge: Edge) {
        self.links.push(edge);
    }

    fn statement(&mut self, part: Part, statement: Value) {
        let block = self.block.clone().expect("a block above the statement");
        let organization = self
            .statements
            .keys()
            .find(|(id, part)| *id == block && matches!(part, Part::Organization(_)));
        let part = organization.map_or(part, |(_, part)| *part);
        self.statements.entry((block, part)).or_default().push(statement);
    }

    fn policy(&mut self, id: &str, kind: PolicyKind, owner: Option<&str>, text: Option<Value>) {
        let record = PolicyRecord {
            native_id: id.to_owned(),
            kind,
            name: id.rsplit(['/', ':']).next().unwrap_or_default().to_owned(),
            owner: owner.map(str::to_owned),
            sha256: text.as_ref().map(sha256_of_json),
            document: text,
            version_id: None,
            captured_at: None,
            origin: None,
            snapshot: None,
        };
        self.graph.policies.insert(id.to_owned(), record);
    }

    pub(crate) fn finish(mut self) -> Graph {
        self.graph.captured_at = "2025-06-30T00:00:00Z".parse().ok();
        self.graph.partition = "aws".to_owned();
        for ((block, part), statements) in std::mem::take(&mut self.statements) {
            self.attach(&block, part, &document(&statements));
        }
        let edges = std::mem::take(&mut self.edges);
        self.graph.edges = edges.into_iter().map(|(from, kind, to)| edge(from, kind, to)).collect();
        self.graph.edges.append(&mut self.links);
        self.workforce.finish(&mut self.graph);
        self.graph
    }

    fn attach(&mut self, block: &str, part: Part, text: &Value) {
        match part {
            Part::Own => {
                let id = urn::inline_policy(block, "inline");
                self.policy(&id, PolicyKind::Inline, Some(block), Some(text.clone()));
                self.edge(block, EdgeKind::HasPolicy, &id);
            }
            Part::Boundary => self.boundary(block, text),
            Part::Resource => self.resource_policy(block, text),
            Part::Beside => self.beside(block, text),
            Part::Organization(kind) => self.policy(block, kind, None, Some(text.clone())),
        }
    }

    fn boundary(&mut self, block: &str, text: &Value) {
        let name = block.rsplit('/').next().unwrap_or_default();
        let policy = format!(
            "arn:aws:iam::{}:policy/{name}-boundary",
            account_of(block).unwrap_or_default()
        );
        let ceiling = urn::permissions_boundary(&policy);
        self.policy(&policy, PolicyKind::CustomerManaged, None, Some(text.clone()));
        self.entity(EntityKind::PermissionsBoundary, &ceiling, name, None, &[]);
        let entity = self.graph.entities.get_mut(&ceiling).expect("just inserted");
        entity.attributes.insert("policy".to_owned(), json!(policy));
        self.edge(block, EdgeKind::SubjectTo, &ceiling);
    }

    fn beside(&mut self, block: &str, text: &Value) {
        let entity = self.graph.entities.get_mut(block).expect("a block above the list");
        let id = match entity.kind {
            EntityKind::S3Bucket => urn::access_control_list(block),
            _ => urn::key_grants(block),
        };
        self.policy(&id, PolicyKind::ResourceBased, Some(block), Some(text.clone()));
    }

    fn resource_policy(&mut self, block: &str, text: &Value) {
        let entity = self.graph.entities.get_mut(block).expect("a block above the grant");
        let (id, kind) = if entity.kind.is_iam_principal() {
            (urn::trust_policy(block), PolicyKind::Trust)
        } else {
            (urn::resource_policy(block), PolicyKind::ResourceBased)
        };
        entity.resource_policy = ResourcePolicy::Set { policy: id.clone() };
        self.policy(&id, kind, Some(block), Some(text.clone()));
    }
}

/// `NAME=VALUE`, the value in JSON or, where it is none, a text.
fn attribute(text: &str) -> (String, Value) {
    let (name, value) = text.split_once('=').expect("NAME=VALUE");
    let parsed = serde_json::from_str(value);
    (name.to_owned(), parsed.unwrap_or_else(|_| json!(value)))
}

/// The name and the text of `NAME=STATEMENT[;STATEMENT]`, with `_` for a blank.
fn identity_policy(policy: &str) -> (&str, Value) {
    let (name, statements) = policy.split_once('=').expect("NAME=STATEMENT");
    let statements = statements.replace('_', " ");
    let statements: Vec<Value> = statements.split(';').map(identity_statement).collect();
    (name, document(&statements))
}

/// The ARN of `SERVICE:RESOURCE`.
fn regional_arn(account: &str, name: &str) -> String {
    let (service, resource) = name.split_once(':').expect("SERVICE:RESOURCE");
    format!("arn:aws:{service}:{REGION}:{account}:{resource}")
}

/// The kind of entity that AWS's name of a type becomes.
fn kind_of_type(resource_type: &str) -> EntityKind {
    match resource_type {
        "AWS::AutoScaling::AutoScalingGroup" => EntityKind::AutoScalingGroup,
        "AWS::CodeBuild::Project" => EntityKind::CodeBuildProject,
        "AWS::StepFunctions::StateMachine" => EntityKind::StateMachine,
        "AWS::BedrockAgentCore::Runtime" => EntityKind::AgentCoreRuntime,
        _ => EntityKind::GenericWorkload,
    }
}

fn edge(from: String, kind: EdgeKind, to: String) -> Edge {
    Edge {
        from,
        kind,
        to,
        attributes: BTreeMap::new(),
        origins: Vec::new(),
    }
}

fn full_arn(name: &str, prefix: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        format!("{prefix}{name}")
    }
}
