//! What runs a function: event source mappings, subscriptions, notifications of buckets, function URLs.

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::graph::{EdgeKind, EntityKind};

use super::invokes;
use crate::additions::Addition;
use crate::config::ConfigItem;
use crate::description::{Description, Link, Reference};
use crate::facts::Facts;
use crate::json::{as_list, at, is_arn, text_at};
use crate::resource_arn;
use crate::spoke::Answer;

/// One item of `lambda:ListEventSourceMappings`.
pub(crate) fn read_event_source_mapping(answer: &Answer<'_>, facts: &mut Facts) {
    let body = answer.body;
    let Some((mut addition, qualifier)) = function(body, "functionArn") else {
        return;
    };
    let state = text_at(body, "state");
    let via = "event source mapping";
    if let Some(source) = text_at(body, "eventSourceArn").filter(|source| is_arn(source)) {
        let mut link = Link::new(EdgeKind::TriggeredBy, Reference::Arn(source.to_owned())).with("via", via);
        let further = [("state", state.map(str::to_owned)), ("function_qualifier", qualifier)];
        for (name, value) in further {
            link.attributes
                .extend(value.map(|value| (name.to_owned(), Value::from(value))));
        }
        addition.links.push(link);
    }
    let failures = text_at(body, "destinationConfig.onFailure.destination");
    addition
        .links
        .extend(failures.and_then(|arn| invokes(arn, "on failure")));
    let id = text_at(body, "uuid")
        .or_else(|| text_at(body, "eventSourceArn"))
        .unwrap_or_default();
    let what = format!("event source mapping {id}");
    facts.additions.say(&what, &answer.freshness, answer.origin, addition);
}

/// One item of `lambda:ListFunctionUrlConfigs`: the URL of a function, or that of an alias, which is told under the alias's name.
pub(crate) fn read_function_url(answer: &Answer<'_>, facts: &mut Facts) {
    let Some((mut addition, qualifier)) = function(answer.body, "functionArn") else {
        return;
    };
    let of_qualifier = qualifier
        .as_ref()
        .map(|qualifier| format!(":{qualifier}"))
        .unwrap_or_default();
    for (name, field) in [("function_url_auth_type", "authType"), ("function_url", "functionUrl")] {
        addition.set(&format!("{name}{of_qualifier}"), text_at(answer.body, field));
    }
    let what = format!("function URL {}", qualifier.unwrap_or_default());
    facts.additions.say(&what, &answer.freshness, answer.origin, addition);
}

/// One item of `sns:ListSubscriptions`: only subscriptions of functions and of places outside AWS.
pub(crate) fn read_subscription(answer: &Answer<'_>, facts: &mut Facts) {
    let body = answer.body;
    let Some(topic) = text_at(body, "topicArn").filter(|topic| is_arn(topic)) else {
        return;
    };
    let topic_reference = Reference::Arn(topic.to_owned());
    let endpoint = text_at(body, "endpoint").unwrap_or_default();
    let addition = match text_at(body, "protocol") {
        Some("lambda") => function(body, "endpoint").map(|(mut addition, qualifier)| {
            let link = Link::new(EdgeKind::TriggeredBy, topic_reference).with("via", "subscription");
            addition.links.push(match qualifier {
                Some(qualifier) => link.with("function_qualifier", qualifier),
                None => link,
            });
            addition
        }),
        Some("http" | "https") => {
            let mut addition = Addition::new(resource_arn::target(topic).0);
            let link = Link::new(EdgeKind::SendsTo, Reference::Host(endpoint.to_owned()));
            addition.links.push(link.with("via", "subscription"));
            Some(addition)
        }
        Some("sqs" | "firehose") => invokes(endpoint, "subscription").map(|link| {
            let mut addition = Addition::new(resource_arn::target(topic).0);
            addition.links.push(link);
            addition
        }),
        _ => None,
    };
    if let Some(addition) = addition {
        let what = format!("subscription {topic} {endpoint}");
        facts.additions.say(&what, &answer.freshness, answer.origin, addition);
    }
}

/// The function at a path, and the version or alias that the ARN there names.
fn function(body: &Value, path: &str) -> Option<(Addition, Option<String>)> {
    let arn = text_at(body, path).filter(|arn| is_arn(arn))?;
    let (target, qualifier) = resource_arn::target(arn);
    (target.kind == EntityKind::LambdaFunction).then(|| (Addition::new(target), qualifier))
}

/// What a bucket's notifications go to, and the functions that they run. Config keeps them as a map of configurations; the S3 API as lists by kind.
pub(crate) fn add_notifications(item: &ConfigItem<'_>, description: &mut Description) {
    const PLACES: [&str; 3] = [
        "supplementaryConfiguration.BucketNotificationConfiguration.configurations",
        "supplementaryConfiguration.BucketNotificationConfiguration.lambdaFunctionConfigurations",
        "configuration.notificationConfiguration.lambdaConfigurations",
    ];
    let found = PLACES.iter().filter_map(|path| at(&item.body, path));
    let mut notified: BTreeSet<&str> = BTreeSet::new();
    for configuration in found.flat_map(items) {
        let ends = ["functionARN", "lambdaFunctionArn", "function", "queueARN", "topicARN"];
        notified.extend(
            ends.iter()
                .filter_map(|name| text_at(configuration, name))
                .filter(|arn| is_arn(arn)),
        );
        let arn = ["functionARN", "lambdaFunctionArn", "function"];
        let arn = arn.iter().find_map(|name| text_at(configuration, name));
        if let Some(arn) = arn.filter(|arn| is_arn(arn)) {
            let link = Link::inverse(EdgeKind::TriggeredBy, Reference::Arn(arn.to_owned()));
            description.links.push(link.with("via", "notification"));
        }
    }
    let notified: Vec<&str> = notified.into_iter().collect();
    description.set("notifies", Some(notified).filter(|notified| !notified.is_empty()));
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(map) => map.values().collect(),
        other => as_list(other).iter().collect(),
    }
}
