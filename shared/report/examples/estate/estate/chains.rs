//! The paths of the made-up organization.

use std::collections::BTreeSet;
use std::sync::Arc;

use sv0_model::decision::{Caveat, ConditionExpression, Effect, Layer, StatementRef};
use sv0_model::graph::{Classified, Sensitivity, urn};
use sv0_model::hash::stable_id;
use sv0_model::observation::Observation;
use sv0_model::path::{ActionClass, Authority, AuthorityPath, EgressCategory, PathHop, PathKind, PathState};

use super::graph::{
    DATA_PROD, DENY_DATA_SCP, SHARED, SHOP_DEV, SHOP_PROD, account, bucket, function, instance, key, policy, role,
    secret, task,
};
use super::{HOSTILE_DIRECTION, HOSTILE_MARKUP, at, hostile_length, routes};

pub fn allow(policy: impl Into<String>, index: usize, sid: Option<&str>) -> StatementRef {
    statement(policy.into(), index, sid, Effect::Allow)
}

fn deny(policy: impl Into<String>, index: usize, sid: Option<&str>) -> StatementRef {
    statement(policy.into(), index, sid, Effect::Deny)
}

fn statement(policy: String, index: usize, sid: Option<&str>, effect: Effect) -> StatementRef {
    let sha256 = Some(sv0_model::hash::sha256_hex(format!("{policy}#{index}").as_bytes()));
    StatementRef {
        policy,
        index,
        sid: sid.map(str::to_owned),
        effect,
        sha256,
    }
}

pub fn observed(count: u64, first: &str, last: &str) -> Observation {
    let event_ids = (0..count.min(3))
        .map(|n| {
            format!(
                "{}-4f6e-4a1b-9c0d-{}",
                &stable_id(&[first, &n.to_string()])[..8],
                &stable_id(&[last])[..12]
            )
        })
        .collect();
    Observation::Observed {
        count,
        first_seen: at(first),
        last_seen: at(last),
        event_ids,
    }
}

pub fn unused() -> Observation {
    Observation::NotObserved {
        window_start: at("2025-08-22T00:00:00Z"),
        window_end: at("2025-11-20T13:55:00Z"),
    }
}

pub fn unobservable() -> Observation {
    Observation::NotObservable {
        reason: "the organization's trail records no data events of AWS::S3::Object for this bucket".to_owned(),
    }
}

/// One chain, with everything a path is made of derived from its hops.
pub struct Chain {
    workload: String,
    roles: Vec<String>,
    resource: String,
    class: ActionClass,
    actions: Vec<String>,
    hops: Vec<PathHop>,
    sensitivity: Sensitivity,
    kinds: Vec<PathKind>,
    environment: Option<Classified>,
    data_domain: Option<Classified>,
    egress: Option<EgressCategory>,
    caveats: Vec<Caveat>,
}

impl Chain {
    pub fn of(workload: String, role: String) -> Self {
        let first = PathHop {
            from: workload.clone(),
            relation: "RUNS_AS".to_owned(),
            to: role.clone(),
            actions: Vec::new(),
            state: PathState::Allowed,
            blocked_by: Vec::new(),
            condition: None,
            statements: Vec::new(),
            granted_by: Vec::new(),
            observation: observed(412, "2025-08-22T02:10:00Z", "2025-11-20T13:31:00Z"),
            note: String::new(),
        };
        Self {
            workload,
            roles: vec![role],
            resource: String::new(),
            class: ActionClass::ReadData,
            actions: Vec::new(),
            hops: vec![first],
            sensitivity: Sensitivity::Unknown,
            kinds: Vec::new(),
            environment: None,
            data_domain: None,
            egress: None,
            caveats: Vec::new(),
        }
    }

    /// A chain that begins with an identity.
    pub fn starting(identity: String) -> Self {
        let mut chain = Self::of(identity, String::new());
        chain.roles.clear();
        chain.hops.clear();
        chain
    }

    /// A step of any relation from where the chain ends. Roles that it leads to count as authorities of the chain.
    pub fn via(mut self, relation: &str, to: &str, actions: &[&str], note: &str, observation: Observation) -> Self {
        self.hop(relation, to, actions, Vec::new(), observation);
        if let Some(hop) = self.hops.last_mut() {
            note.clone_into(&mut hop.note);
        }
        if to.contains(":role/") {
            self.roles.push(to.to_owned());
        }
        self
    }

    /// Ends the chain where it stands.
    pub fn ends(mut self, class: ActionClass) -> Self {
        self.resource = self.end();
        self.class = class;
        self
    }

    pub fn kinds(mut self, kinds: &[PathKind]) -> Self {
        self.kinds = kinds.to_vec();
        self
    }

    pub fn classified(mut self, environment: Classified, data_domain: Classified) -> Self {
        self.environment = Some(environment);
        self.data_domain = Some(data_domain);
        self
    }

    pub fn out(mut self, egress: EgressCategory) -> Self {
        self.egress = Some(egress);
        self
    }

    fn end(&self) -> String {
        self.hops
            .last()
            .map_or_else(|| self.workload.clone(), |hop| hop.to.clone())
    }

    fn hop(
        &mut self,
        relation: &str,
        to: &str,
        actions: &[&str],
        statements: Vec<StatementRef>,
        observation: Observation,
    ) {
        let from = self.end();
        self.hops.push(PathHop {
            from,
            relation: relation.to_owned(),
            to: to.to_owned(),
            actions: actions.iter().map(|&action| action.to_owned()).collect(),
            state: PathState::Allowed,
            blocked_by: Vec::new(),
            condition: None,
            statements: statements.into_iter().map(Arc::new).collect(),
            granted_by: Vec::new(),
            observation,
            note: String::new(),
        });
    }

    pub fn assumes(mut self, role: String, statements: Vec<StatementRef>, observation: Observation) -> Self {
        self.hop("ASSUMES", &role, &["sts:AssumeRole"], statements, observation);
        self.roles.push(role);
        self
    }

    pub fn reaches(
        mut self,
        resource: String,
        class: ActionClass,
        actions: &[&str],
        statements: Vec<StatementRef>,
        observation: Observation,
    ) -> Self {
        self.hop("ACCESSES", &resource, actions, statements, observation);
        self.resource = resource;
        self.class = class;
        self.actions = actions.iter().map(|&action| action.to_owned()).collect();
        self
    }

    pub fn sensitive(mut self, sensitivity: Sensitivity) -> Self {
        self.sensitivity = sensitivity;
        self
    }

    fn caveat(mut self, caveat: Caveat) -> Self {
        self.caveats.push(caveat);
        self
    }

    fn only_if(mut self, layer: Layer, condition: ConditionExpression) -> Self {
        if let Some(hop) = self.hops.last_mut() {
            hop.state = PathState::Conditional;
            hop.blocked_by = vec![layer];
            hop.condition = Some(condition);
        }
        self
    }

    fn blocked(mut self, layer: Layer, by: Vec<StatementRef>) -> Self {
        if let Some(hop) = self.hops.last_mut() {
            hop.state = PathState::Blocked;
            hop.blocked_by = vec![layer];
            hop.granted_by = std::mem::replace(&mut hop.statements, by.into_iter().map(Arc::new).collect());
        }
        self
    }

    pub fn path(self) -> AuthorityPath {
        let state = self
            .hops
            .iter()
            .map(|hop| hop.state)
            .max()
            .unwrap_or(PathState::Allowed);
        let last = self.hops.last().cloned().expect("a chain has hops");
        let on_the_way = std::iter::once(&self.workload)
            .chain(&self.roles)
            .chain([&self.resource]);
        let accounts: BTreeSet<_> = on_the_way.filter_map(|id| account(id)).collect();
        let by_length = if self.roles.len() == 1 {
            PathKind::Direct
        } else {
            PathKind::AssumedChain
        };
        let kinds = if self.kinds.is_empty() {
            vec![by_length]
        } else {
            self.kinds
        };
        routes::told(&AuthorityPath {
            id: String::new(),
            kind: kinds.iter().copied().max().unwrap_or(by_length),
            kinds,
            sensitivity_rule: String::new(),
            data_domain: self.data_domain,
            environment: self.environment,
            egress_category: self.egress,
            scope: if self.resource.starts_with("arn:aws:s3") {
                format!("{}/*", self.resource)
            } else {
                self.resource.clone()
            },
            cross_account: accounts.len() > 1,
            chain_depth: self.roles.len(),
            workload: self.workload,
            roles: self.roles,
            resource: self.resource,
            action_class: self.class,
            actions: self.actions,
            state,
            blocked_by: last.blocked_by,
            condition: last.condition,
            hops: self.hops.into_iter().map(Arc::new).collect(),
            sensitivity: self.sensitivity,
            authority: Authority::Effective,
            caveats: self.caveats,
            observation: last.observation,
        })
    }
}

pub fn acme() -> Vec<AuthorityPath> {
    let mut paths = open();
    paths.extend(conditional());
    paths.extend(blocked());
    paths.extend(hostile());
    paths
}

fn open() -> Vec<AuthorityPath> {
    let shop = || policy(SHOP_PROD, "shop-runtime");
    let orders = || {
        Chain::of(
            function(SHOP_PROD, "orders-api"),
            role(SHOP_PROD, "orders-api-execution"),
        )
    };
    let checkout = || Chain::of(task(SHOP_PROD, "checkout"), role(SHOP_PROD, "checkout-task"));
    let archive = |chain: Chain, seen| {
        chain
            .reaches(
                bucket("acme-orders-archive"),
                ActionClass::ReadData,
                &["s3:GetObject", "s3:ListBucket"],
                vec![allow(shop(), 0, Some("ReadOrders"))],
                seen,
            )
            .sensitive(Sensitivity::Confidential)
    };
    let read_secret = |chain: Chain, name, seen| {
        chain
            .reaches(
                secret(SHOP_PROD, name),
                ActionClass::ReadData,
                &["secretsmanager:GetSecretValue"],
                vec![allow(shop(), 1, Some("ShopSecrets"))],
                seen,
            )
            .sensitive(Sensitivity::Restricted)
    };
    vec![
        archive(orders(), unobservable()).caveat(Caveat::NotObservable).path(),
        read_secret(
            orders(),
            "shop/orders-db-Ab12Cd",
            observed(2_881, "2025-08-22T02:10:11Z", "2025-11-20T13:31:02Z"),
        )
        .path(),
        read_secret(orders(), "shop/payment-provider-Qw34Er", unused()).path(),
        read_secret(
            checkout(),
            "shop/payment-provider-Qw34Er",
            observed(96, "2025-09-01T07:00:00Z", "2025-11-19T21:14:40Z"),
        )
        .path(),
        read_secret(checkout(), "shop/orders-db-Ab12Cd", unused()).path(),
        customer_chain().path(),
    ]
}

fn customer_chain() -> Chain {
    let builder = role(SHOP_DEV, "report-builder-execution");
    let release = role(SHARED, "release-pipeline");
    let reader = role(DATA_PROD, "customer-data-reader");
    Chain::of(function(SHOP_DEV, "report-builder"), builder.clone())
        .assumes(
            release.clone(),
            vec![
                allow(urn::inline_policy(&builder, "assume-release"), 0, Some("Release")),
                allow(urn::trust_policy(&release), 0, None),
            ],
            observed(1, "2025-11-19T09:12:44Z", "2025-11-19T09:12:44Z"),
        )
        .assumes(
            reader.clone(),
            vec![
                allow(policy(SHARED, "release"), 0, None),
                allow(urn::trust_policy(&reader), 0, None),
            ],
            unused(),
        )
        .reaches(
            bucket("acme-customer-records"),
            ActionClass::ReadData,
            &["s3:GetObject"],
            vec![allow(policy(DATA_PROD, "customer-read"), 0, Some("ReadCustomers"))],
            unobservable(),
        )
        .sensitive(Sensitivity::Restricted)
        .caveat(Caveat::RcpsNotCollected)
        .caveat(Caveat::NotObservable)
}

fn conditional() -> Vec<AuthorityPath> {
    let thumbnailer = role(SHOP_PROD, "thumbnailer-execution");
    let test = |key: &str, operator: &str, values: &[&str]| ConditionExpression::Test {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let condition = ConditionExpression::All {
        all: vec![
            test("aws:SecureTransport", "Bool", &["true"]),
            test("aws:SourceVpce", "StringEquals", &["vpce-0a11", "vpce-0b22"]),
        ],
    };
    let media = |class, action: &str| {
        Chain::of(function(SHOP_PROD, "thumbnailer"), thumbnailer.clone())
            .reaches(
                bucket("acme-media-uploads"),
                class,
                &[action],
                vec![allow(urn::inline_policy(&thumbnailer, "media"), 0, Some("Media"))],
                unobservable(),
            )
            .sensitive(Sensitivity::Internal)
            .only_if(Layer::Identity, condition.clone())
            .path()
    };
    vec![
        media(ActionClass::ReadData, "s3:GetObject"),
        media(ActionClass::WriteData, "s3:PutObject"),
    ]
}

fn blocked() -> Vec<AuthorityPath> {
    let export = role(SHOP_DEV, "customer-export-execution");
    let bastion = role(SHARED, "bastion");
    let ledger = role(DATA_PROD, "ledger-sync-execution");
    let audit = role(SHOP_PROD, "audit-writer-execution");
    let by_scp = Chain::of(function(SHOP_DEV, "customer-export"), export.clone())
        .reaches(
            bucket("acme-customer-records"),
            ActionClass::ReadData,
            &["s3:GetObject"],
            vec![allow(urn::inline_policy(&export, "export"), 0, Some("ReadCustomers"))],
            unobservable(),
        )
        .sensitive(Sensitivity::Restricted)
        .blocked(Layer::Scp, vec![deny(DENY_DATA_SCP, 0, Some("NoCustomerData"))]);
    let by_boundary = Chain::of(instance(SHARED, "i-0bastion7f31"), bastion.clone())
        .reaches(
            bucket("acme-orders-archive"),
            ActionClass::ReadData,
            &["s3:GetObject", "s3:ListBucket"],
            vec![allow(urn::inline_policy(&bastion, "archive"), 0, None)],
            unobservable(),
        )
        .sensitive(Sensitivity::Confidential)
        .blocked(Layer::Boundary, vec![]);
    let by_key = Chain::of(function(DATA_PROD, "ledger-sync"), ledger.clone())
        .reaches(
            bucket("acme-customer-records"),
            ActionClass::ReadData,
            &["s3:GetObject"],
            vec![allow(urn::inline_policy(&ledger, "ledger"), 0, None)],
            unobservable(),
        )
        .sensitive(Sensitivity::Restricted)
        .blocked(Layer::Kms, vec![]);
    let by_bucket = Chain::of(function(SHOP_PROD, "audit-writer"), audit.clone())
        .reaches(
            bucket("acme-audit-trail"),
            ActionClass::WriteData,
            &["s3:DeleteObject", "s3:PutObject"],
            vec![allow(urn::inline_policy(&audit, "audit"), 0, None)],
            unobservable(),
        )
        .sensitive(Sensitivity::Restricted)
        .blocked(
            Layer::Resource,
            vec![deny(
                urn::resource_policy(&bucket("acme-audit-trail")),
                0,
                Some("OnlyCloudTrailWrites"),
            )],
        );
    [by_scp, by_boundary, by_key, by_bucket].map(Chain::path).into()
}

fn hostile() -> Vec<AuthorityPath> {
    let long = hostile_length();
    [HOSTILE_MARKUP, HOSTILE_DIRECTION, &long]
        .map(|name| {
            Chain::of(function(SHOP_DEV, name), role(SHOP_DEV, name))
                .reaches(
                    key(DATA_PROD, "5a1e"),
                    ActionClass::UseKey,
                    &["kms:Decrypt"],
                    vec![allow(urn::inline_policy(&role(SHOP_DEV, name), name), 0, Some(name))],
                    unused(),
                )
                .caveat(Caveat::UnresolvedResource)
                .path()
        })
        .into()
}
