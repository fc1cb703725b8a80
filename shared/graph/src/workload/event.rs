//! EventBridge rules, schedules and pipes: what they invoke, and under which role.

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::graph::{EdgeKind, EntityKind};

use super::called::Api;
use super::{invokes, under_role};
use crate::additions::Addition;
use crate::config::ConfigItem;
use crate::description::{Description, Link, Reference};
use crate::facts::Facts;
use crate::json::{at, decoded, is_arn, list_at, text_at};
use crate::spoke::Answer;
use crate::target::Target;

/// The targets that stand in Config's item of a rule.
pub(crate) fn refine_rule(item: &ConfigItem<'_>, description: &mut Description) {
    let targets = list_at(&item.body, "configuration.targets");
    description.links.extend(targets.iter().flat_map(target_links));
    let Some(pattern) = at(&item.body, "configuration.eventPattern") else {
        return;
    };
    if text_at(&item.body, "configuration.eventBusName").is_none() {
        description.link(EdgeKind::TriggeredBy, Reference::InFormat(BUS, DEFAULT_BUS.to_owned()));
    }
    description.set("event_pattern", envelope(&decoded(pattern)));
}

const BUS: &str = "arn:{partition}:events:{region}:{account}:event-bus/{id}";

/// The bus of a rule that names none (Amazon EventBridge API Reference, "PutRule").
const DEFAULT_BUS: &str = "default";

/// The fields of a pattern that are kept: those of the envelope, which tell who can put a matching event. What it says of the detail stays out.
const ENVELOPE: [&str; 3] = ["source", "detail-type", "account"];

/// Most matchers of one field that are kept; a longer pattern is not kept at all.
const MOST_MATCHERS: usize = 50;

/// What a pattern asks of the envelope of an event; none where it is no pattern, offers a choice, or is too long.
fn envelope(pattern: &Value) -> Option<Value> {
    let pattern = pattern.as_object().filter(|pattern| !pattern.contains_key("$or"))?;
    let mut kept = serde_json::Map::new();
    for field in ENVELOPE {
        if let Some(matchers) = pattern.get(field) {
            let matchers = matchers.as_array().filter(|matchers| matchers.len() <= MOST_MATCHERS)?;
            kept.insert(field.to_owned(), Value::Array(matchers.clone()));
        }
    }
    Some(Value::Object(kept))
}

/// `events:ListTargetsByRule`.
pub(crate) fn read_targets(answer: &Answer<'_>, facts: &mut Facts) {
    let Some(rule) = answer.subject else {
        return;
    };
    let mut addition = Addition::new(Target::new(rule, EntityKind::EventBridgeRule));
    addition.links = list_at(answer.body, "targets").iter().flat_map(target_links).collect();
    facts
        .additions
        .say("targets", &answer.freshness, answer.origin, addition);
}

/// The one target of a schedule.
pub(crate) fn refine_schedule(item: &ConfigItem<'_>, description: &mut Description) {
    let Some(target) = at(&item.body, "configuration.target") else {
        return;
    };
    description.links.extend(target_links(target));
    if let Some(api) = universal(target) {
        description.set("calls", Some(vec![api.name()]));
    }
}

/// Enrichment and target of a pipe.
pub(crate) fn refine_pipe(item: &ConfigItem<'_>, description: &mut Description) {
    let role = "configuration.roleArn";
    let enrichment = text_at(&item.body, "configuration.enrichment").and_then(|arn| invokes(arn, "enrichment"));
    let task = text_at(
        &item.body,
        "configuration.targetParameters.ecsTaskParameters.taskDefinitionArn",
    );
    let target = text_at(&item.body, "configuration.target");
    let target = match task {
        Some(task) => Some(runs_task(task, "target")),
        None => target.and_then(|arn| invokes(arn, "target")),
    };
    let links = enrichment.into_iter().chain(target);
    description
        .links
        .extend(links.map(|link| under_role(link, &item.body, role)));
}

/// One target of a rule or schedule, and the role under which EventBridge calls it.
fn target_links(target: &Value) -> Vec<Link> {
    let via = text_at(target, "id").unwrap_or("target");
    let task = text_at(target, "ecsParameters.taskDefinitionArn");
    let mut links: Vec<Link> = match (task, universal(target)) {
        (Some(task), _) => vec![runs_task(task, via)],
        (None, Some(api)) => {
            let input = at(target, "input").map(decoded).unwrap_or_default();
            let reached = api.reached(&input).into_iter();
            reached
                .map(|reference| Link::new(EdgeKind::Invokes, reference).with("via", via))
                .collect()
        }
        (None, None) => text_at(target, "arn")
            .and_then(|arn| invokes(arn, via))
            .into_iter()
            .collect(),
    };
    links = links
        .into_iter()
        .map(|link| under_role(link, target, "roleArn"))
        .collect();
    if let Some(role) = text_at(target, "roleArn").filter(|role| is_arn(role)) {
        let runs_as = Link::new(EdgeKind::RunsAs, Reference::Role(role.to_owned()));
        links.push(runs_as.with("via", via));
    }
    links
}

fn runs_task(definition: &str, via: &str) -> Link {
    Link::new(EdgeKind::Invokes, Reference::TaskDefinition(definition.to_owned())).with("via", via)
}

/// `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`.
fn universal(target: &Value) -> Option<Api<'_>> {
    let arn = text_at(target, "arn").and_then(Arn::parse)?;
    let is_universal = arn.service == "scheduler" && arn.resource.starts_with("aws-sdk:");
    is_universal.then(|| Api::parse(arn.resource))?
}
