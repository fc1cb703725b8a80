//! What Access Analyzer and Security Hub say: named beside our own finding where we have it, a finding of its own where only AWS has it.

use std::collections::BTreeMap;

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Resolution, ResourcePolicy, Signal, SignalSource};

use super::Facts;
use super::draft::{Draft, command, name_of};

/// Most ids of AWS's findings that one of ours names.
const MOST_IDS: usize = 5;

/// Controls of Security Hub on who may reach a resource, and on access that nobody uses.
///
/// Source: AWS Security Hub User Guide, "Security Hub controls reference".
const OPEN: &[&str] = &[
    "Lambda.1", "RDS.1", "S3.1", "S3.2", "S3.3", "S3.6", "S3.8", "S3.19", "SNS.4", "SQS.3", "SSM.4", "KMS.5",
];
const UNUSED: &[&str] = &["IAM.8", "IAM.22", "SecretsManager.3"];
const EXCESSIVE: &[&str] = &["IAM.1", "IAM.21", "KMS.1", "KMS.2"];

/// What a signal says of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Open,
    Unused,
    Excessive,
}

/// Signals of one sort on one resource.
type Claims<'g> = BTreeMap<(&'g str, Claim, &'g str), Vec<&'g Signal>>;

/// Names AWS's findings in the drafts that say the same, and returns a draft for each that none says.
pub(super) fn join(facts: &Facts<'_, '_>, drafts: &mut [Draft]) -> Vec<Draft> {
    let mut claims = claims(&facts.estate.graph().signals);
    for draft in drafts.iter_mut() {
        let is_open = matches!(draft.kind, FindingKind::ExternalAccess | FindingKind::PublicAccess);
        let main = draft.subjects.first().cloned().unwrap_or_default();
        let said = |(resource, claim, _): &(&str, Claim, &str)| is_open && *resource == main && *claim == Claim::Open;
        for (_, signals) in claims.iter().filter(|(key, _)| said(key)) {
            draft.description.push_str(&beside(signals));
            draft.records.extend(signals.iter().map(|signal| signal.origin.clone()));
        }
    }
    let confirmed = |resource: &str, drafts: &[Draft]| {
        let mut open = drafts
            .iter()
            .filter(|draft| matches!(draft.kind, FindingKind::ExternalAccess | FindingKind::PublicAccess));
        open.any(|draft| draft.subjects.first().is_some_and(|main| main == resource))
    };
    claims.retain(|(resource, claim, _), _| *claim != Claim::Open || !confirmed(resource, drafts));
    let rest = claims.iter();
    rest.map(|((resource, claim, _), signals)| finding(facts, resource, *claim, signals))
        .collect()
}

/// Active signals that say something of access, by resource, claim and type. A signal on several resources says it of each.
fn claims(signals: &[Signal]) -> Claims<'_> {
    let mut claims = Claims::new();
    for signal in signals.iter().filter(|signal| signal.is_active) {
        let Some(claim) = claim_of(signal) else {
            continue;
        };
        for resource in &signal.resources {
            let key = (resource.as_str(), claim, signal.finding_type.as_str());
            claims.entry(key).or_default().push(signal);
        }
    }
    claims
}

fn claim_of(signal: &Signal) -> Option<Claim> {
    let kind = signal.finding_type.as_str();
    if kind == "ExternalAccess" || OPEN.contains(&kind) {
        Some(Claim::Open)
    } else if kind.starts_with("Unused") || UNUSED.contains(&kind) {
        Some(Claim::Unused)
    } else if EXCESSIVE.contains(&kind) {
        Some(Claim::Excessive)
    } else {
        None
    }
}

fn service(source: SignalSource) -> &'static str {
    match source {
        SignalSource::AccessAnalyzer => "IAM Access Analyzer",
        SignalSource::SecurityHub => "Security Hub",
    }
}

fn ids(signals: &[&Signal]) -> String {
    let shown: Vec<&str> = signals.iter().take(MOST_IDS).map(|signal| signal.id.as_str()).collect();
    let more = signals.len().saturating_sub(MOST_IDS);
    let tail = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{tail}", shown.join(", "))
}

fn beside(signals: &[&Signal]) -> String {
    let source = signals.first().map_or("AWS", |signal| service(signal.source));
    format!(" {source} reports it too: {}.", ids(signals))
}

fn finding(facts: &Facts<'_, '_>, resource: &str, claim: Claim, signals: &[&Signal]) -> Draft {
    let mut draft = Draft::new(FindingKind::ScopeDrift, resource);
    let first = signals.first();
    let source = first.map_or("AWS", |signal| service(signal.source));
    let finding_type = first.map_or("", |signal| signal.finding_type.as_str());
    draft.aspect = finding_type.to_owned();
    draft.account = first.and_then(|signal| signal.account.clone());
    draft.records = signals.iter().map(|signal| signal.origin.clone()).collect();
    let name = name_of(facts.estate, resource);
    let (severity, reason) = rating(claim, finding_type);
    draft.rate(severity, reason);
    draft.title = match claim {
        Claim::Open => format!("{source} calls {name} open to outsiders, which the recorded policies do not confirm"),
        Claim::Unused => format!("{name} has access that {source} says nobody uses"),
        Claim::Excessive => format!("{name} grants more than {source} allows for"),
    };
    draft.description = format!(
        "{source} holds {} open ({finding_type}).{}{}",
        ids(signals),
        actions(signals),
        match claim {
            Claim::Open => not_confirmed(facts, resource),
            Claim::Unused | Claim::Excessive => "",
        }
    );
    draft.verify = signals.iter().filter_map(|signal| show(signal)).take(1).collect();
    draft
}

fn rating(claim: Claim, finding_type: &str) -> (FindingSeverity, &'static str) {
    match (claim, finding_type) {
        (Claim::Open, _) => (
            FindingSeverity::Medium,
            "AWS says that outsiders get in, and the recorded policies do not show it",
        ),
        (Claim::Unused, "UnusedPermission") => (FindingSeverity::Low, "permissions that nobody uses"),
        (Claim::Unused, _) => (
            FindingSeverity::Medium,
            "a whole identity or credential that nobody uses",
        ),
        (Claim::Excessive, _) => (FindingSeverity::Medium, "a policy that AWS's control calls too wide"),
    }
}

fn actions(signals: &[&Signal]) -> String {
    let mut actions: Vec<&str> = signals
        .iter()
        .flat_map(|signal| &signal.actions)
        .map(String::as_str)
        .collect();
    actions.sort_unstable();
    actions.dedup();
    let more = actions.len().saturating_sub(MOST_IDS);
    actions.truncate(MOST_IDS);
    match (actions.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" It names {}.", actions.join(", ")),
        (false, more) => format!(" It names {} and {more} more actions.", actions.join(", ")),
    }
}

/// Why evaluation does not say the same: a difference is a reason to look, never a proof that AWS is wrong.
fn not_confirmed(facts: &Facts<'_, '_>, resource: &str) -> &'static str {
    match facts.estate.entity(resource) {
        None => " The resource is not in this capture, so nothing here confirms or refutes it.",
        Some(entity) if entity.resolution != Resolution::Collected => {
            " The resource was not collected, so nothing here confirms or refutes it."
        }
        Some(entity) if entity.resource_policy == ResourcePolicy::NotCollected => {
            " The resource's policy was not collected, so nothing here confirms or refutes it."
        }
        Some(_) => {
            " Evaluation of the recorded policies lets nobody from outside in: the capture may be older or newer than the finding, or a setting counts that was not recorded."
        }
    }
}

/// The AWS CLI's command that prints the finding, or what it is about.
fn show(signal: &Signal) -> Option<String> {
    let resource = signal.resources.first()?;
    Some(match signal.source {
        SignalSource::AccessAnalyzer => command(&[
            "aws",
            "accessanalyzer",
            "list-findings-v2",
            "--analyzer-arn",
            "ANALYZER_ARN",
            "--filter",
            &format!("{{\"resource\":{{\"eq\":[\"{resource}\"]}}}}"),
        ]),
        SignalSource::SecurityHub => command(&[
            "aws",
            "securityhub",
            "get-findings",
            "--filters",
            &format!("{{\"Id\":[{{\"Value\":\"{}\",\"Comparison\":\"EQUALS\"}}]}}", signal.id),
        ]),
    })
}
