//! Bedrock does not log what is asked of models where models are in use.
//!
//! Source: Amazon Bedrock User Guide, "Monitor model invocation using CloudWatch Logs and Amazon S3": logging is set for an account and Region, and off
//! until somebody sets it.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution};

use super::Facts;
use super::coverage::account_name;
use super::draft::{Draft, command, name};
use super::known::truth;

/// Actions that ask a model something.
const INVOCATIONS: [&str; 4] = [
    "bedrock:Converse",
    "bedrock:InvokeAgent",
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
];

/// Most workloads that a finding names.
const MOST_NAMED: usize = 20;

/// Accounts and Regions.
type Place<'e> = (&'e str, &'e str);

/// One finding for each account and Region whose logging is known to be off. Settings that were not collected are a gap, not a finding.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let workloads = workloads(facts);
    let invoked = invoked(facts);
    let settings = facts.estate.graph().entities.values();
    settings
        .filter(|entity| is_off(entity))
        .filter_map(|settings| {
            let place = (settings.account.as_deref()?, settings.region.as_deref()?);
            let using = workloads.get(&place).map_or(&[][..], Vec::as_slice);
            Some(finding(facts, settings, place, using, invoked.contains(&place)))
        })
        .collect()
}

fn is_off(entity: &Entity) -> bool {
    let is_bedrock = entity.native_id.starts_with("urn:sv0:service-settings:bedrock:");
    entity.kind == EntityKind::ServiceSettings
        && entity.resolution == Resolution::Collected
        && is_bedrock
        && truth(entity, "invocation_logging") == Some(false)
}

/// What asks models, by account and Region.
fn workloads<'e>(facts: &Facts<'e, '_>) -> BTreeMap<Place<'e>, Vec<&'e Entity>> {
    let mut found: BTreeMap<Place<'e>, Vec<&'e Entity>> = BTreeMap::new();
    let entities = facts.estate.graph().entities.values();
    for entity in entities.filter(|entity| asks_models(entity.kind)) {
        if let (Some(account), Some(region)) = (entity.account.as_deref(), entity.region.as_deref()) {
            found.entry((account, region)).or_default().push(entity);
        }
    }
    found
}

fn asks_models(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::BedrockAgent | EntityKind::BedrockFlow | EntityKind::AgentCoreRuntime | EntityKind::KnowledgeBase
    )
}

/// Where the logs show a model being asked.
fn invoked<'e>(facts: &Facts<'e, '_>) -> BTreeSet<Place<'e>> {
    let principals = facts.estate.graph().entities.values();
    principals
        .filter(|entity| entity.kind.is_iam_principal())
        .flat_map(|principal| facts.logs.uses_by(&principal.native_id))
        .filter(|used| INVOCATIONS.contains(&used.action.as_str()))
        .filter_map(|used| {
            let settings = sv0_model::graph::urn::service_settings("bedrock", &used.account, &used.region);
            let settings = facts.estate.entity(&settings)?;
            Some((settings.account.as_deref()?, settings.region.as_deref()?))
        })
        .collect()
}

fn finding(
    facts: &Facts<'_, '_>,
    settings: &Entity,
    (account, region): Place<'_>,
    using: &[&Entity],
    is_invoked: bool,
) -> Draft {
    let mut draft = Draft::new(FindingKind::InvocationLoggingOff, &settings.native_id);
    draft.account = Some(account.to_owned());
    draft
        .subjects
        .extend(using.iter().take(MOST_NAMED).map(|workload| workload.native_id.clone()));
    draft.title = format!(
        "Bedrock does not log model invocations in {}, {region}",
        account_name(facts, account)
    );
    let users = match using {
        [] => String::new(),
        [one] => format!(" {} asks models there.", name(one)),
        [first, rest @ ..] => format!(" {} and {} more ask models there.", name(first), rest.len()),
    };
    draft.description = format!(
        "What is asked of a model and what it answers leaves no record: CloudTrail says that it was asked, not what.{users}"
    );
    if using.is_empty() && !is_invoked {
        draft.rate(
            FindingSeverity::Informational,
            "nothing that was collected asks a model in this account and Region",
        );
    } else {
        draft.rate(
            FindingSeverity::Medium,
            "models are asked there, and nobody can tell afterwards what",
        );
    }
    draft.verify = vec![command(&[
        "aws",
        "bedrock",
        "get-model-invocation-logging-configuration",
        "--region",
        region,
    ])];
    draft
}
