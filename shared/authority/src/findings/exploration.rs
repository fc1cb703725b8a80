//! Machines that list what is there in services with which they have nothing to do: `scope_drift` by the logs.
//!
//! Sources: MITRE ATT&CK, T1526 "Cloud Service Discovery" and T1580 "Cloud Infrastructure Discovery"; Service Authorization Reference, access level "List".

use std::collections::{BTreeMap, BTreeSet};

use sv0_iam::Element;
use sv0_model::arn::Arn;
use sv0_model::decision::Effect;
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, PolicyKind, Resolution};
use sv0_model::observation::ObservedUse;

use super::Facts;
use super::draft::{Draft, command, name};
use super::log_events::{Parties, lookups, window};
use crate::access::class_of;
use crate::estate::Subject;

/// Fewer different calls than these are a habit of some library.
const LEAST_CALLS: usize = 3;
/// A policy of AWS's that names more services than these says nothing of what a role is for.
const MOST_SERVICES: usize = 10;
/// Most calls that a finding names.
const MOST_NAMED: usize = 8;

/// Services that know who may do what, what is watched, and where secrets are: whoever lists there looks for a way on.
const TELLING: [&str; 10] = [
    "access-analyzer",
    "cloudtrail",
    "guardduty",
    "iam",
    "kms",
    "organizations",
    "secretsmanager",
    "sso",
    "ssm",
    "sts",
];

/// What agents and runtimes call by themselves.
///
/// Sources: Amazon CloudWatch User Guide, "Create IAM roles and users for use with the CloudWatch agent"; AWS Systems Manager User Guide, "Working with SSM
/// Agent"; AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC".
const BY_THEMSELVES: [&str; 14] = [
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "ssm:DescribeAssociation",
    "ssm:DescribeDocument",
    "ssm:ListAssociations",
];

/// What ties a workload to a service besides its role.
const TIES: [EdgeKind; 8] = [
    EdgeKind::Invokes,
    EdgeKind::ReadsFrom,
    EdgeKind::TriggeredBy,
    EdgeKind::DeployedFrom,
    EdgeKind::UsesLayer,
    EdgeKind::EncryptedWith,
    EdgeKind::GuardedBy,
    EdgeKind::Runs,
];

/// One finding for each role for machines that lists in at least three ways what is none of its business.
pub(crate) fn findings<'e>(facts: &'e Facts<'e, '_>) -> Vec<Draft> {
    let parties = Parties::of(facts);
    let mut listed: BTreeMap<&str, &'e Entity> = BTreeMap::new();
    for used in facts.logs.evidence().uses.iter().filter(|used| is_listing(used)) {
        let role = facts
            .estate
            .subject(&used.principal)
            .ok()
            .and_then(|subject| subject.entity);
        let role = role.filter(|role| role.kind == EntityKind::IamRole && role.resolution == Resolution::Collected);
        listed.extend(role.map(|role| (role.native_id.as_str(), role)));
    }
    if listed.is_empty() {
        return Vec::new();
    }
    let workloads = workloads_by_role(facts);
    listed
        .into_values()
        .filter(|role| parties.is_for_machines(&role.native_id))
        .filter_map(|role| {
            let of_role = workloads.get(role.native_id.as_str()).map_or(&[][..], Vec::as_slice);
            finding(facts, role, of_role)
        })
        .collect()
}

fn workloads_by_role<'e>(facts: &Facts<'e, '_>) -> BTreeMap<&'e str, Vec<&'e str>> {
    let mut workloads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let edges = facts.estate.graph().edges.iter();
    for edge in edges.filter(|edge| edge.kind == EdgeKind::RunsAs) {
        workloads.entry(&edge.to).or_default().push(&edge.from);
    }
    workloads
}

/// Whether a call asks what is there, or who may do what with it. What lists content, such as the objects of a bucket, reads it.
fn is_listing(used: &ObservedUse) -> bool {
    let call = used.action.split_once(':').map_or("", |(_, call)| call);
    let asks_for_policy = call.starts_with("Get") && (call.ends_with("Policy") || call.ends_with("Policies"));
    let lists = ["Describe", "List"].iter().any(|verb| call.starts_with(verb))
        || asks_for_policy
        || matches!(
            call,
            "GetAccountAuthorizationDetails" | "GetAccountSummary" | "GetCredentialReport"
        );
    lists && class_of(&used.action).is_none() && !BY_THEMSELVES.contains(&used.action.as_str())
}

fn finding<'e>(facts: &Facts<'e, '_>, role: &'e Entity, workloads: &[&str]) -> Option<Draft> {
    let subject = facts.estate.subject_of(role)?;
    let own = own_services(facts, role, &subject, workloads)?;
    let foreign: Vec<&ObservedUse> = facts
        .logs
        .uses_by(&role.native_id)
        .filter(|used| is_listing(used) && !own.contains(service_of(&used.action)))
        .collect();
    let actions: BTreeSet<&str> = foreign.iter().map(|used| used.action.as_str()).collect();
    if actions.len() < LEAST_CALLS {
        return None;
    }
    let services: BTreeSet<&str> = actions.iter().map(|action| service_of(action)).collect();
    let failed: u64 = foreign.iter().map(|used| used.errors).fold(0, u64::saturating_add);
    let done: u64 = foreign.iter().map(|used| used.count).fold(0, u64::saturating_add);
    let mut draft = Draft::new(FindingKind::ScopeDrift, &role.native_id);
    "exploration".clone_into(&mut draft.aspect);
    draft.account.clone_from(&role.account);
    draft
        .subjects
        .extend(workloads.iter().map(|workload| (*workload).to_owned()));
    draft.event_ids = foreign.iter().flat_map(|used| used.event_ids.iter().cloned()).collect();
    draft.title = format!("role {} lists what it has nothing to do with", name(role));
    let shown: Vec<&str> = actions.iter().take(MOST_NAMED).copied().collect();
    let more = match actions.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let services: Vec<&str> = services.into_iter().collect();
    draft.description = format!(
        "It called {}{more}: {done} calls went through and {failed} failed. Neither its policies nor what runs as it nor any other call in the logs has to do with {}. {}",
        shown.join(", "),
        services.join(", "),
        window(facts.logs.evidence())
    );
    let (severity, reason) = rating(&services, failed);
    draft.rate(severity, reason);
    let region = foreign.first().map(|used| used.region.as_str());
    draft.verify = lookups(&draft.event_ids, region);
    draft.verify.push(command(&["sv0", "can", &role.native_id]));
    Some(draft)
}

fn rating(services: &[&str], failed: u64) -> (FindingSeverity, String) {
    let telling: Vec<&str> = services
        .iter()
        .copied()
        .filter(|service| TELLING.contains(service))
        .collect();
    if !telling.is_empty() {
        let reason = format!(
            "it asks who may do what, what is watched or where secrets are: {}",
            telling.join(", ")
        );
        (FindingSeverity::Medium, reason)
    } else if failed > 0 {
        (
            FindingSeverity::Medium,
            "some of it failed: what it was given does not let it".to_owned(),
        )
    } else {
        (
            FindingSeverity::Low,
            "it was let to, and nothing that it lists says who may do what".to_owned(),
        )
    }
}

/// The services that a role is there for: where it does something besides listing, what its workloads are tied to, and what somebody names in its policies.
/// `None` where a policy was not collected, or where there is none: then it may be there for anything, or for listing itself.
fn own_services<'e>(
    facts: &Facts<'e, '_>,
    role: &Entity,
    subject: &Subject<'_>,
    workloads: &[&str],
) -> Option<BTreeSet<String>> {
    if !subject.holdings.uncollected.is_empty() {
        return None;
    }
    let mut own: BTreeSet<String> = BTreeSet::new();
    let done = facts
        .logs
        .uses_by(&role.native_id)
        .filter(|used| used.count > 0 && !is_listing(used));
    own.extend(
        done.map(|used| service_of(&used.action))
            .filter(|service| *service != "sts")
            .map(str::to_owned),
    );
    for workload in workloads {
        for tie in TIES {
            let targets = facts.estate.targets(workload, tie).filter_map(Arn::parse);
            own.extend(targets.map(|arn| arn.service.to_owned()));
        }
    }
    for policy in &subject.holdings.identity {
        own.extend(named_services(facts, &policy.name, &policy.policy));
    }
    (!own.is_empty()).then_some(own)
}

/// The services that a policy names. One of AWS's for many services names none in particular.
fn named_services(facts: &Facts<'_, '_>, id: &str, policy: &sv0_iam::Policy) -> BTreeSet<String> {
    let statements = policy.statements().iter();
    let allows = statements.filter(|statement| statement.effect() != Some(Effect::Deny));
    let actions = allows.filter_map(|statement| match statement.actions() {
        Element::Only(actions) => Some(&actions.items),
        Element::Except(_) | Element::Missing | Element::Unreadable => None,
    });
    let services: BTreeSet<String> = actions
        .flatten()
        .map(|action| service_of(action.text()).to_ascii_lowercase())
        .filter(|service| !service.contains(['*', '?']))
        .collect();
    let record = facts.estate.library().record(id);
    let is_of_aws = record.is_some_and(|record| record.kind == PolicyKind::AwsManaged);
    if is_of_aws && services.len() > MOST_SERVICES {
        BTreeSet::new()
    } else {
        services
    }
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}
