//! What a row cannot say of an ECS task definition.

use serde_json::{Value, json};
use sv0_model::arn::Arn;
use sv0_model::graph::EdgeKind;

use super::ConfigItem;
use crate::description::{Description, Link, Reference};
use crate::json::{list_at, text_at};

/// Containers with their images; of environment variables the names alone, of commands the program and how many words follow it.
pub(super) fn refine_task_definition(item: &ConfigItem<'_>, description: &mut Description) {
    let containers = list_at(&item.body, "configuration.ContainerDefinitions");
    description.set(
        "containers",
        Some(containers.iter().map(container).collect::<Vec<Value>>()),
    );
    for definition in containers {
        let Some(image) = text_at(definition, "image") else {
            continue;
        };
        let link = Link::new(EdgeKind::DeployedFrom, Reference::Image(image.to_owned()));
        description
            .links
            .push(link.with("container", text_at(definition, "name").unwrap_or_default()));
    }
    let revision = Arn::parse(&description.entity.native_id).and_then(|arn| arn.resource.rsplit_once(':'));
    let revision = revision.and_then(|(_, revision)| revision.parse::<u64>().ok());
    description.set("revision", revision);
}

fn container(definition: &Value) -> Value {
    let mut environment_keys: Vec<&str> = list_at(definition, "environment")
        .iter()
        .filter_map(|variable| text_at(variable, "name"))
        .collect();
    environment_keys.sort_unstable();
    let secrets: Vec<Value> = list_at(definition, "secrets")
        .iter()
        .filter_map(|secret| {
            let value_from = text_at(secret, "valueFrom")?;
            Some(json!({ "name": text_at(secret, "name"), "value_from": value_from }))
        })
        .collect();
    json!({
        "name": text_at(definition, "name"),
        "image": text_at(definition, "image"),
        "entry_point": words_of(definition, "entryPoint"),
        "command": words_of(definition, "command"),
        "environment_keys": environment_keys,
        "secrets": secrets,
    })
}

/// What stands in place of what the reader took out.
const REDACTED: &str = "[redacted]";

/// The program that a list of words begins with, where the reader left it, and the number of words after it; null where the image decides.
fn words_of(definition: &Value, field: &str) -> Option<Value> {
    let (first, rest) = list_at(definition, field).split_first()?;
    let program = first.as_str().filter(|program| *program != REDACTED);
    Some(json!({ "program": program, "arguments": rest.len() }))
}

/// How a cluster watches over its tasks: Container Insights, and where sessions of ECS Exec are logged.
///
/// Source: Amazon ECS API Reference, "ClusterSetting", "ExecuteCommandConfiguration".
pub(super) fn refine_cluster(item: &ConfigItem<'_>, description: &mut Description) {
    let settings = list_at(&item.body, "configuration.ClusterSettings").iter();
    let insights = settings
        .filter(|setting| text_at(setting, "name") == Some("containerInsights"))
        .find_map(|setting| text_at(setting, "value"));
    description.set("container_insights", insights);
}
