//! The actions that change who may do what, and what an event tells of the change.
//!
//! Each row is an action of the Service Authorization Reference with access level "Permissions management" that a person would want to know of, or
//! one that does the same by another name (credentials, sharing of images and snapshots, membership of the organization).

use std::collections::BTreeSet;

use serde_json::Value;
use sv0_model::cloudtrail::PERMISSION_CHANGES;
use sv0_model::event::EventPart;
use sv0_model::observation::PermissionChangeKind::{self, ResourceAccess};

use super::event::{Event, text_at};

/// Most details of one change.
const MOST_DETAILS: usize = 16;
/// Longest detail.
const LONGEST_DETAIL: usize = 256;
/// Longest policy text that is looked into; AWS's own limits are lower.
const LONGEST_POLICY: usize = 65_536;

/// What a policy of everything is called among the details.
pub(crate) const ALLOWS_ALL: &str = "allows * on *";

/// What the action changes; `None` for one that leaves open who may do what. `lambda:AddPermission` and the like.
pub(super) fn change_of(event: &Event<'_>, action: &str) -> Option<PermissionChangeKind> {
    let (service, name) = action.split_once(':')?;
    if service == "ec2" && shares_ec2(event, name) {
        return Some(ResourceAccess);
    }
    if is_policy_attribute(event, service, name) {
        return Some(ResourceAccess);
    }
    PERMISSION_CHANGES
        .iter()
        .find(|(of, names, _)| *of == service && names.contains(&name))
        .map(|(_, _, change)| *change)
}

/// `ModifyImageAttribute` and `ModifySnapshotAttribute` change much; whom the image is shared with is one of it.
fn shares_ec2(event: &Event<'_>, name: &str) -> bool {
    let Some(parameters) = event.parameters() else {
        return false;
    };
    let permission = match name {
        "ModifyImageAttribute" => "launchPermission",
        "ModifySnapshotAttribute" => "createVolumePermission",
        _ => return false,
    };
    parameters.get(permission).is_some()
        || text_at(parameters, "/attributeType").is_some_and(|kind| kind.eq_ignore_ascii_case(permission))
}

/// SQS and SNS set their policy as one attribute of several.
fn is_policy_attribute(event: &Event<'_>, service: &str, name: &str) -> bool {
    match (service, name) {
        ("sqs", "SetQueueAttributes") => event.text("/requestParameters/attributes/Policy").is_some(),
        ("sns", "SetTopicAttributes") => event.text("/requestParameters/attributeName") == Some("Policy"),
        _ => false,
    }
}

/// How a request parameter names what an action changes.
const TARGETS: &[(&str, &str)] = &[
    ("userName", "arn:{partition}:iam::{account}:user/{}"),
    ("roleName", "arn:{partition}:iam::{account}:role/{}"),
    ("groupName", "arn:{partition}:iam::{account}:group/{}"),
    ("targetId", "{}"),
    ("permissionSetArn", "{}"),
    ("policyArn", "{}"),
    (
        "instanceProfileName",
        "arn:{partition}:iam::{account}:instance-profile/{}",
    ),
    ("policyName", "arn:{partition}:iam::{account}:policy/{}"),
    ("imageId", "arn:{partition}:ec2:{region}::image/{}"),
    ("snapshotId", "arn:{partition}:ec2:{region}::snapshot/{}"),
    (
        "dBSnapshotIdentifier",
        "arn:{partition}:rds:{region}:{account}:snapshot:{}",
    ),
    (
        "dBClusterSnapshotIdentifier",
        "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{}",
    ),
    ("queueUrl", "{}"),
    ("keyId", "{}"),
    ("policyId", "{}"),
    ("accountId", "{}"),
    ("name", "{}"),
];

/// What the event changes: an ARN where the event names one or enough to write it.
pub(super) fn target_of(event: &Event<'_>, action: &str) -> String {
    let named = event.resources(action).into_iter().find(|resource| resource != "*");
    if let Some(resource) = named {
        return resource;
    }
    let Some(parameters) = event.parameters() else {
        return "*".to_owned();
    };
    let target = TARGETS.iter().find_map(|(parameter, form)| {
        let name = parameters.get(parameter)?.as_str()?;
        let is_usable = !name.is_empty() && name.len() <= 1_024;
        is_usable.then(|| written(event, form, name))
    });
    target.unwrap_or_else(|| "*".to_owned())
}

fn written(event: &Event<'_>, form: &str, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    form.replace("{partition}", event.partition())
        .replace("{region}", event.region)
        .replace("{account}", event.account)
        .replace("{}", name)
}

/// Parameters whose text is the policy or principal that is given.
const GIVEN: &[&str] = &[
    "/policyArn",
    "/permissionsBoundary",
    "/principal",
    "/granteePrincipal",
    "/principalArn",
    "/principalId",
    "/groupName",
    "/authType",
    "/accessPolicyArn",
    "/servicePrincipal",
    "/acl",
];

/// Parameters that hold a policy's text. A bucket's policy comes as an object.
const POLICIES: &[&str] = &[
    "/policyDocument",
    "/assumeRolePolicyDocument",
    "/policy",
    "/bucketPolicy",
    "/policyText",
    "/resourcePolicy",
    "/inlinePolicy",
    "/attributes/Policy",
];

/// What is given and to whom, as far as the event says it.
pub(super) fn details(event: &Event<'_>) -> Vec<String> {
    let Some(parameters) = event.parameters() else {
        return Vec::new();
    };
    let mut details: BTreeSet<String> = BTreeSet::new();
    for pointer in GIVEN {
        details.extend(text_at(parameters, pointer).map(str::to_owned));
    }
    for pointer in POLICIES {
        match parameters.at(pointer) {
            Some(EventPart::Text(text)) if text.len() <= LONGEST_POLICY => {
                if let Ok(policy) = serde_json::from_str::<Value>(text)
                    && let Some(policy) = EventPart::of(&policy)
                {
                    read_policy(&policy, &mut details);
                }
            }
            Some(policy) => read_policy(policy, &mut details),
            None => {}
        }
    }
    for pointer in ["/launchPermission/add/items", "/createVolumePermission/add/items"] {
        for item in parameters.at(pointer).map_or(&[] as &[_], EventPart::elements) {
            details.extend(text_at(item, "/userId").map(|account| format!("account {account}")));
            details.extend(text_at(item, "/group").map(|_| "*".to_owned()));
        }
    }
    for value in parameters.get("valuesToAdd").map_or(&[] as &[_], EventPart::elements) {
        details.extend(value.as_str().map(|value| {
            if value == "all" {
                "*".to_owned()
            } else {
                format!("account {value}")
            }
        }));
    }
    details.retain(|detail| !detail.is_empty() && detail.len() <= LONGEST_DETAIL);
    details.into_iter().take(MOST_DETAILS).collect()
}

/// The principals that a policy lets in, and whether it allows everything.
fn read_policy(policy: &EventPart<'_>, details: &mut BTreeSet<String>) {
    let statements = match policy.get("Statement") {
        Some(EventPart::List(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    for statement in statements
        .iter()
        .take(256)
        .filter(|statement| text_at(statement, "/Effect") == Some("Allow"))
    {
        if has_star(statement.get("Action")) && has_star(statement.get("Resource")) {
            details.insert(ALLOWS_ALL.to_owned());
        }
        match statement.get("Principal") {
            Some(EventPart::Text(all)) => {
                details.insert(all.clone().into_owned());
            }
            Some(EventPart::Fields(kinds)) => kinds.iter().for_each(|(_, names)| details.extend(texts(names))),
            _ => {}
        }
    }
}

fn has_star(value: Option<&EventPart<'_>>) -> bool {
    value.is_some_and(|value| texts(value).any(|text| text == "*" || text == "*:*"))
}

fn texts(value: &EventPart<'_>) -> impl Iterator<Item = String> {
    let one = value.as_str().map(str::to_owned);
    let many: Vec<String> = value
        .elements()
        .iter()
        .filter_map(EventPart::as_str)
        .take(256)
        .map(str::to_owned)
        .collect();
    one.into_iter().chain(many)
}
