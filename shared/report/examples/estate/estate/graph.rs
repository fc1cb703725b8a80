//! The entities, policies and tree of the made-up organization.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sv0_model::arn::{Arn, account_of};
use sv0_model::graph::{
    Edge, EdgeKind, Entity, EntityKind, Graph, Organization, OrganizationNode, OrganizationNodeKind, PolicyKind,
    PolicyRecord, Resolution, ResourcePolicy, Sensitivity, urn,
};
use sv0_model::hash::sha256_of_json;

use super::{HOSTILE_DIRECTION, HOSTILE_MARKUP, at, hostile_length};

pub const MANAGEMENT: &str = "100000000001";
pub const HUB: &str = "100000000002";
pub const SHARED: &str = "200000000001";
pub const SHOP_PROD: &str = "300000000001";
pub const DATA_PROD: &str = "300000000002";
pub const SHOP_DEV: &str = "400000000001";

pub const DENY_DATA_SCP: &str =
    "arn:aws:organizations::100000000001:policy/o-acme1example/service_control_policy/p-nodata01";

pub fn function(account: &str, name: &str) -> String {
    format!("arn:aws:lambda:eu-west-1:{account}:function:{name}")
}

pub fn task(account: &str, family: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:{account}:task-definition/{family}:17")
}

pub fn instance(account: &str, id: &str) -> String {
    format!("arn:aws:ec2:eu-west-1:{account}:instance/{id}")
}

pub fn role(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

pub fn policy(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:policy/{name}")
}

pub fn bucket(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

pub fn secret(account: &str, name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:{name}")
}

pub fn key(account: &str, id: &str) -> String {
    format!("arn:aws:kms:eu-west-1:{account}:key/{id}")
}

pub fn acme() -> Graph {
    let mut graph = Graph {
        captured_at: Some(at("2025-11-20T14:03:00Z")),
        partition: "aws".to_owned(),
        organization: organization(),
        ..Graph::default()
    };
    workloads(&mut graph);
    roles(&mut graph);
    resources(&mut graph);
    policies(&mut graph);
    hostile(&mut graph);
    graph
}

pub fn entity(native_id: String, kind: EntityKind, name: &str, account: &str) -> Entity {
    Entity {
        source_system: format!("aws:{account}"),
        kind,
        name: name.to_owned(),
        account: Some(account.to_owned()),
        region: Arn::parse(&native_id)
            .map(|arn| arn.region.to_owned())
            .filter(|region| !region.is_empty()),
        resolution: Resolution::Collected,
        sensitivity: Sensitivity::Unknown,
        sensitivity_rule: String::new(),
        data_domain: None,
        environment: None,
        actor: None,
        tags: BTreeMap::new(),
        resource_policy: ResourcePolicy::NotSupported,
        attributes: BTreeMap::new(),
        captured_at: Some(at("2025-11-20T13:40:00Z")),
        origins: Vec::new(),
        native_id,
    }
}

pub fn insert(graph: &mut Graph, entity: Entity) {
    graph.entities.insert(entity.native_id.clone(), entity);
}

fn workloads(graph: &mut Graph) {
    let functions = [
        (SHOP_PROD, "orders-api"),
        (SHOP_PROD, "thumbnailer"),
        (SHOP_PROD, "audit-writer"),
        (DATA_PROD, "ledger-sync"),
        (SHOP_DEV, "report-builder"),
        (SHOP_DEV, "customer-export"),
    ];
    for (account, name) in functions {
        insert(
            graph,
            entity(function(account, name), EntityKind::LambdaFunction, name, account),
        );
    }
    insert(
        graph,
        entity(
            task(SHOP_PROD, "checkout"),
            EntityKind::EcsTaskDefinition,
            "checkout:17",
            SHOP_PROD,
        ),
    );
    insert(
        graph,
        entity(
            instance(SHARED, "i-0bastion7f31"),
            EntityKind::Ec2Instance,
            "bastion",
            SHARED,
        ),
    );
}

fn roles(graph: &mut Graph) {
    let roles = [
        (SHOP_PROD, "orders-api-execution"),
        (SHOP_PROD, "thumbnailer-execution"),
        (SHOP_PROD, "audit-writer-execution"),
        (SHOP_PROD, "checkout-task"),
        (SHOP_PROD, "metrics-vendor"),
        (DATA_PROD, "ledger-sync-execution"),
        (DATA_PROD, "customer-data-reader"),
        (SHOP_DEV, "report-builder-execution"),
        (SHOP_DEV, "customer-export-execution"),
        (SHARED, "release-pipeline"),
        (SHARED, "bastion"),
    ];
    for (account, name) in roles {
        insert(graph, entity(role(account, name), EntityKind::IamRole, name, account));
    }
    let boundary = urn::permissions_boundary(&policy(SHARED, "operators-boundary"));
    graph.edges.push(Edge {
        from: role(SHARED, "bastion"),
        kind: EdgeKind::SubjectTo,
        to: boundary,
        attributes: BTreeMap::new(),
        origins: Vec::new(),
    });
    let vendor = entity(
        urn::external_principal("999988887777"),
        EntityKind::ExternalPrincipal,
        "999988887777",
        "999988887777",
    );
    insert(
        graph,
        Entity {
            resolution: Resolution::External,
            ..vendor
        },
    );
}

fn resources(graph: &mut Graph) {
    use Sensitivity::{Confidential, Internal, Restricted};
    let buckets = [
        (
            "acme-orders-archive",
            SHOP_PROD,
            Confidential,
            "tag data-class=confidential",
        ),
        ("acme-customer-records", DATA_PROD, Restricted, "tag data-class=pii"),
        (
            "acme-media-uploads",
            SHOP_PROD,
            Internal,
            "organizational unit Production",
        ),
        ("acme-audit-trail", HUB, Restricted, "organizational unit Security"),
    ];
    for (name, account, sensitivity, rule) in buckets {
        let bucket = entity(bucket(name), EntityKind::S3Bucket, name, account);
        insert(
            graph,
            Entity {
                sensitivity,
                sensitivity_rule: rule.to_owned(),
                ..bucket
            },
        );
    }
    for (account, name) in [
        (SHOP_PROD, "shop/orders-db-Ab12Cd"),
        (SHOP_PROD, "shop/payment-provider-Qw34Er"),
    ] {
        let secret = entity(secret(account, name), EntityKind::Secret, name, account);
        insert(
            graph,
            Entity {
                sensitivity: Restricted,
                sensitivity_rule: "secrets are restricted".to_owned(),
                ..secret
            },
        );
    }
    let ledger = entity(key(DATA_PROD, "5a1e"), EntityKind::KmsKey, "alias/ledger", DATA_PROD);
    insert(
        graph,
        Entity {
            sensitivity: Restricted,
            sensitivity_rule: "keys are restricted".to_owned(),
            ..ledger
        },
    );
}

fn policies(graph: &mut Graph) {
    let read_orders = json!({"Sid": "ReadOrders", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::acme-orders-archive", "arn:aws:s3:::acme-orders-archive/*"]});
    let get_secrets = json!({"Sid": "ShopSecrets", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:eu-west-1:300000000001:secret:shop/*"});
    let logs = json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"});
    let read_customers = json!({"Sid": "ReadCustomers", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-customer-records/*"});
    let documents = [
        (
            policy(SHOP_PROD, "shop-runtime"),
            PolicyKind::CustomerManaged,
            "shop-runtime",
            None,
            json!([read_orders, get_secrets, logs]),
        ),
        (
            policy(SHARED, "release"),
            PolicyKind::CustomerManaged,
            "release",
            None,
            json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/customer-data-*"}),
        ),
        (
            policy(SHARED, "operators-boundary"),
            PolicyKind::CustomerManaged,
            "operators-boundary",
            None,
            json!([{"Effect": "Allow", "Action": ["ssm:*", "ec2:Describe*"], "Resource": "*"}]),
        ),
        (
            policy(DATA_PROD, "customer-read"),
            PolicyKind::CustomerManaged,
            "customer-read",
            None,
            json!([read_customers]),
        ),
        (
            urn::inline_policy(&role(SHARED, "bastion"), "archive"),
            PolicyKind::Inline,
            "archive",
            Some(role(SHARED, "bastion")),
            json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]),
        ),
        (
            urn::inline_policy(&role(SHOP_DEV, "report-builder-execution"), "assume-release"),
            PolicyKind::Inline,
            "assume-release",
            Some(role(SHOP_DEV, "report-builder-execution")),
            json!([{"Sid": "Release", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role(SHARED, "release-pipeline")}]),
        ),
        (
            urn::inline_policy(&role(SHOP_DEV, "customer-export-execution"), "export"),
            PolicyKind::Inline,
            "export",
            Some(role(SHOP_DEV, "customer-export-execution")),
            json!([read_customers]),
        ),
        (
            urn::inline_policy(&role(SHOP_PROD, "thumbnailer-execution"), "media"),
            PolicyKind::Inline,
            "media",
            Some(role(SHOP_PROD, "thumbnailer-execution")),
            json!([{"Sid": "Media", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::acme-media-uploads/*", "Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-0a11", "vpce-0b22"]}, "Bool": {"aws:SecureTransport": "true"}}}]),
        ),
        (
            urn::inline_policy(&role(DATA_PROD, "ledger-sync-execution"), "ledger"),
            PolicyKind::Inline,
            "ledger",
            Some(role(DATA_PROD, "ledger-sync-execution")),
            json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-customer-records/ledger/*"}]),
        ),
        (
            urn::inline_policy(&role(SHOP_PROD, "audit-writer-execution"), "audit"),
            PolicyKind::Inline,
            "audit",
            Some(role(SHOP_PROD, "audit-writer-execution")),
            json!([{"Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::acme-audit-trail/*"}]),
        ),
        (
            urn::trust_policy(&role(SHARED, "release-pipeline")),
            PolicyKind::Trust,
            "Trust policy",
            Some(role(SHARED, "release-pipeline")),
            json!([{"Effect": "Allow", "Principal": {"AWS": [role(SHOP_DEV, "report-builder-execution"), "arn:aws:iam::200000000001:root"]}, "Action": "sts:AssumeRole"}]),
        ),
        (
            urn::trust_policy(&role(DATA_PROD, "customer-data-reader")),
            PolicyKind::Trust,
            "Trust policy",
            Some(role(DATA_PROD, "customer-data-reader")),
            json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::200000000001:root"}, "Action": "sts:AssumeRole"}]),
        ),
        (
            urn::trust_policy(&role(SHOP_PROD, "metrics-vendor")),
            PolicyKind::Trust,
            "Trust policy",
            Some(role(SHOP_PROD, "metrics-vendor")),
            json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}),
        ),
        (
            urn::resource_policy(&bucket("acme-audit-trail")),
            PolicyKind::ResourceBased,
            "Bucket policy",
            Some(bucket("acme-audit-trail")),
            json!([{"Sid": "OnlyCloudTrailWrites", "Effect": "Deny", "Principal": "*", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::acme-audit-trail/*", "Condition": {"StringNotEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}}}]),
        ),
        (
            urn::resource_policy(&key(DATA_PROD, "5a1e")),
            PolicyKind::ResourceBased,
            "Key policy",
            Some(key(DATA_PROD, "5a1e")),
            json!([{"Sid": "Administration", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::300000000002:role/key-admin"}, "Action": "kms:*", "Resource": "*"}]),
        ),
        (
            DENY_DATA_SCP.to_owned(),
            PolicyKind::ServiceControl,
            "development-without-customer-data",
            None,
            json!([{"Sid": "NoCustomerData", "Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-customer-*", "arn:aws:s3:::acme-customer-*/*"]}]),
        ),
    ];
    for (native_id, kind, name, owner, statements) in documents {
        insert_policy(graph, native_id, kind, name, owner, statements);
    }
}

pub fn insert_policy(
    graph: &mut Graph,
    native_id: String,
    kind: PolicyKind,
    name: &str,
    owner: Option<String>,
    statements: Value,
) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let record = PolicyRecord {
        native_id: native_id.clone(),
        kind,
        name: name.to_owned(),
        owner,
        sha256: Some(sha256_of_json(&document)),
        document: Some(document),
        version_id: (kind == PolicyKind::CustomerManaged).then(|| "v3".to_owned()),
        captured_at: Some(at("2025-11-20T13:40:00Z")),
        origin: None,
        snapshot: None,
    };
    graph.policies.insert(native_id, record);
}

fn hostile(graph: &mut Graph) {
    for name in [HOSTILE_MARKUP, HOSTILE_DIRECTION, &hostile_length()] {
        let mut workload = entity(function(SHOP_DEV, name), EntityKind::LambdaFunction, name, SHOP_DEV);
        workload.tags.insert(name.to_owned(), name.to_owned());
        insert(graph, workload);
        insert(graph, entity(role(SHOP_DEV, name), EntityKind::IamRole, name, SHOP_DEV));
        let inline = urn::inline_policy(&role(SHOP_DEV, name), name);
        let statement = json!({"Sid": name, "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}")});
        insert_policy(
            graph,
            inline,
            PolicyKind::Inline,
            name,
            Some(role(SHOP_DEV, name)),
            json!([statement]),
        );
    }
}

fn organization() -> Organization {
    use OrganizationNodeKind::{Account, OrganizationalUnit, Root};
    let nodes = [
        ("r-acme", Root, "Root", None),
        ("ou-acme-security", OrganizationalUnit, "Security", Some("r-acme")),
        ("ou-acme-production", OrganizationalUnit, "Production", Some("r-acme")),
        ("ou-acme-development", OrganizationalUnit, "Development", Some("r-acme")),
        (MANAGEMENT, Account, "Management", Some("r-acme")),
        (HUB, Account, "Security Tooling", Some("ou-acme-security")),
        (SHARED, Account, "Shared Services", Some("r-acme")),
        (SHOP_PROD, Account, "Shop Production", Some("ou-acme-production")),
        (DATA_PROD, Account, "Data Production", Some("ou-acme-production")),
        (SHOP_DEV, Account, "Shop Development", Some("ou-acme-development")),
    ];
    let node = |(id, kind, name, parent): (&str, OrganizationNodeKind, &str, Option<&str>)| {
        let node = OrganizationNode {
            id: id.to_owned(),
            kind,
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            service_control_policies: BTreeSet::new(),
            resource_control_policies: BTreeSet::new(),
            state: (kind == Account).then(|| "ACTIVE".to_owned()),
        };
        (id.to_owned(), node)
    };
    Organization {
        id: Some("o-acme1example".to_owned()),
        management_account: Some(MANAGEMENT.to_owned()),
        delegated_administrators: BTreeMap::from([(
            HUB.to_owned(),
            BTreeSet::from(["config.amazonaws.com".to_owned()]),
        )]),
        nodes: nodes.into_iter().map(node).collect(),
        policies_collected: true,
        service_control_policies_enabled: Some(true),
        resource_control_policies_enabled: Some(false),
    }
}

/// The account of anything the fixture names.
pub fn account(native_id: &str) -> Option<&str> {
    account_of(native_id).or(match native_id {
        "arn:aws:s3:::acme-customer-records" => Some(DATA_PROD),
        "arn:aws:s3:::acme-audit-trail" => Some(HUB),
        id if id.starts_with("arn:aws:s3:::acme-") => Some(SHOP_PROD),
        _ => None,
    })
}
