//! Managed policies that a principal could attach where it may not attach any.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use sv0_iam::{NamedPolicy, Policy, parse_policy};
use sv0_model::decision::{Caveat, Effect};
use sv0_model::path::PathState;

use super::calls::{Asking, statements_on, together};
use super::found::Found;
use super::limits::Limits;
use super::routes::Route;
use super::search::{Made, Search};
use super::{Escalation, Gain};

/// AWS managed policies that are tried, those that open most first. Whoever holds `IAMFullAccess` attaches the others to itself.
const OFFERED: &[&str] = &[
    "arn:aws:iam::aws:policy/IAMFullAccess",
    "arn:aws:iam::aws:policy/PowerUserAccess",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess",
    "arn:aws:iam::aws:policy/SecretsManagerReadWrite",
    "arn:aws:iam::aws:policy/job-function/DatabaseAdministrator",
    "arn:aws:iam::aws:policy/job-function/DataScientist",
];

/// What attaches a managed policy and tests `iam:PolicyARN` (Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and
/// Access Management").
const ATTACHING: &[&str] = &["iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:AttachGroupPolicy"];

/// Gives every other permission.
const CONTROL: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
];

/// A policy that allows one of these may open data, or lead to who reaches some.
const OPENING: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "kinesis:GetRecords",
    "kms:Decrypt",
    "rds-data:ExecuteStatement",
    "s3:GetObject",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
];

/// Most policies of one account that are tried, of either sort.
const MOST_POLICIES: usize = 12;

const POLICY_KEY: &str = "iam:PolicyARN";

/// Texts of the offered policies out of the shipped snapshot.
static SHIPPED: LazyLock<BTreeMap<String, Arc<Policy>>> = LazyLock::new(|| {
    let wanted: BTreeSet<&str> = OFFERED.iter().copied().collect();
    let found = sv0_managed_policies::find(&wanted).map(|found| found.policies);
    let texts = found.unwrap_or_default().into_iter();
    texts
        .map(|(arn, text)| (arn, Arc::new(parse_policy(&text.document).policy)))
        .collect()
});

/// Whether a route attaches a managed policy of the caller's choice.
pub(super) fn attaches(route: &Route) -> bool {
    route.calls.iter().any(|call| ATTACHING.contains(&call.action))
}

/// What a way leads to and within which boundary.
pub(super) struct Aim<'t, 'e> {
    pub(super) route: &'static Route,
    pub(super) gain: Gain<'e>,
    pub(super) through: Option<&'e str>,
    pub(super) boundary: Option<&'t str>,
}

impl<'a, 'e> Search<'a, 'e> {
    /// Adds the way by each policy that may be attached, where AdministratorAccess may not: one that gives control over permissions, else those that open data.
    pub(super) fn attach_others(
        &self,
        aim: &Aim<'_, 'e>,
        make: impl Fn(&Asking<'_, 'e>) -> Option<Vec<Made>>,
        found: &mut Found<'e>,
    ) {
        // Only a condition tells policies apart.
        if !self.tells_policies_apart(aim.route) {
            return;
        }
        let mut others = Vec::new();
        for policy in self.offers.get_or_init(|| self.offers()) {
            let asking = Asking::attaching(self.ground.estate, self.subject, &policy.name);
            let Some(made) = make(&asking) else {
                continue;
            };
            let controls = allows_any(&policy.policy, CONTROL);
            let way = self.attached(aim, policy, made);
            if controls && way.step.state == PathState::Allowed {
                return found.add(way);
            }
            others.push(way);
            // One is enough where there may be very many to raise.
            if !controls && matches!(aim.gain, Gain::Raised(_)) {
                break;
            }
        }
        others.into_iter().for_each(|way| found.add(way));
    }

    fn tells_policies_apart(&self, route: &Route) -> bool {
        let attaching: Vec<&str> = route.calls.iter().map(|call| call.action).collect();
        let attaching: Vec<&str> = attaching
            .into_iter()
            .filter(|action| ATTACHING.contains(action))
            .collect();
        let mut tells = false;
        statements_on(self.ground.estate, self.subject, &attaching, &mut |statement| {
            tells |= statement.tests_key(POLICY_KEY);
        });
        tells
    }

    /// The offered policies and those of the account, those that control permissions first.
    fn offers(&self) -> Vec<NamedPolicy> {
        let library = self.ground.estate.library();
        let of_aws = OFFERED.iter().filter_map(|arn| {
            let shipped = || {
                Some(NamedPolicy {
                    name: (*arn).to_owned(),
                    policy: Arc::clone(SHIPPED.get(*arn)?),
                })
            };
            library.named(arn).or_else(shipped)
        });
        let managed = self.ground.managed_by(self.entity.account.as_deref()).iter();
        let own: Vec<NamedPolicy> = managed.filter_map(|arn| library.named(arn)).collect();
        let (control, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|own| allows_any(&own.policy, CONTROL));
        let opening = others.into_iter().filter(|own| allows_any(&own.policy, OPENING));
        control
            .into_iter()
            .take(MOST_POLICIES)
            .chain(of_aws)
            .chain(opening.take(MOST_POLICIES))
            .collect()
    }

    fn attached(&self, aim: &Aim<'_, 'e>, policy: &NamedPolicy, made: Vec<Made>) -> Escalation<'e> {
        let calls = made
            .iter()
            .map(|(action, resource, _)| (*action, resource.clone()))
            .collect();
        let mut step = together(made.into_iter().map(|(_, _, step)| step));
        let library = self.ground.estate.library();
        if library.policy(&policy.name).is_none() || library.is_from_snapshot(&policy.name) {
            step.caveats.push(Caveat::ManagedPolicyFromSnapshot);
        }
        Escalation {
            route: aim.route,
            others: Vec::new(),
            gain: aim.gain,
            limits: Limits {
                policy: Some(policy.name.clone()),
                boundary: aim.boundary.map(str::to_owned),
            },
            attached: Some(Arc::clone(&policy.policy)),
            through: aim.through,
            calls,
            step,
        }
    }
}

fn allows_any(policy: &Policy, actions: &[&str]) -> bool {
    let mut allows = policy
        .statements()
        .iter()
        .filter(|statement| statement.effect() == Some(Effect::Allow));
    allows.any(|statement| actions.iter().any(|action| statement.may_concern(action)))
}
