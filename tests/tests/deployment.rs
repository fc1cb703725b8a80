//! The deployment gives no permission that its documentation does not explain, and none by a wildcard.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::repository;

/// A role or resource, and an action that a policy there allows.
type Grant = (String, String);

#[test]
fn no_policy_allows_by_a_wildcard() {
    let grants = grants(&template());
    assert!(grants.len() > 20, "{grants:?}");
    let wild: Vec<_> = grants
        .iter()
        .filter(|(_, action)| action.contains(['*', '?']))
        .collect();
    assert!(wild.is_empty(), "{wild:?}");
}

#[test]
fn the_roles_may_do_what_the_documentation_says_and_nothing_else() {
    let allowed: BTreeSet<Grant> = grants(&template());
    assert_eq!(allowed, documented());
}

#[test]
fn no_permission_of_a_role_is_for_every_resource() {
    for (name, resource) in resources(&template(), "AWS::IAM::Role") {
        for statement in statements(resource) {
            let places = list(&statement["Resource"]);
            assert!(
                !places.is_empty() && places.iter().all(|place| place != "*"),
                "{name}: {statement}"
            );
        }
    }
}

#[test]
fn what_holds_results_outlives_the_stack_and_answers_only_over_tls() {
    let template = template();
    for (name, bucket) in resources(&template, "AWS::S3::Bucket") {
        assert_eq!(bucket["DeletionPolicy"], "Retain", "{name}");
        let blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
            .as_object()
            .unwrap();
        assert!(
            blocked.len() == 4 && blocked.values().all(|value| value == true),
            "{name}"
        );
        let policies = resources(&template, "AWS::S3::BucketPolicy");
        let of_bucket = policies
            .iter()
            .filter(|(_, policy)| policy["Properties"]["Bucket"] == name.as_str());
        let denies_plain = of_bucket.flat_map(|(_, policy)| statements(policy)).any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
        });
        assert!(denies_plain, "{name}");
    }
    let keys = resources(&template, "AWS::KMS::Key");
    assert!(!keys.is_empty() && keys.iter().all(|(_, key)| key["DeletionPolicy"] == "Retain"));
}

/// The template as data. Short forms such as `!Ref X` read as their text, `X`.
fn template() -> Value {
    let text = fs::read_to_string(repository().join("infra/template.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn resources<'t>(template: &'t Value, kind: &str) -> Vec<(String, &'t Value)> {
    let all = template["Resources"].as_object().unwrap();
    let found: Vec<_> = all.iter().filter(|(_, resource)| resource["Type"] == kind).collect();
    assert!(!found.is_empty(), "the template has resources of type {kind}");
    found
        .into_iter()
        .map(|(name, resource)| (name.clone(), resource))
        .collect()
}

/// The statements of every policy of a resource but a role's trust policy.
fn statements(resource: &Value) -> Vec<Value> {
    let properties = &resource["Properties"];
    let inline = properties["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|policy| &policy["PolicyDocument"]);
    let documents = inline.chain([&properties["PolicyDocument"], &properties["KeyPolicy"]]);
    documents
        .flat_map(|document| list(&document["Statement"]))
        .flat_map(|statement| branches(&statement))
        .collect()
}

/// A statement, or the statements that a condition of the template chooses from: `[condition, one, other]`.
fn branches(statement: &Value) -> Vec<Value> {
    let options = statement
        .as_array()
        .map_or(std::slice::from_ref(statement), Vec::as_slice);
    options.iter().filter(|option| option.is_object()).cloned().collect()
}

fn grants(template: &Value) -> BTreeSet<Grant> {
    let all = template["Resources"].as_object().unwrap();
    let mut grants = BTreeSet::new();
    for (name, resource) in all {
        for statement in statements(resource)
            .iter()
            .filter(|statement| statement["Effect"] == "Allow")
        {
            assert!(statement["NotAction"].is_null(), "{name}: {statement}");
            grants.extend(
                list(&statement["Action"])
                    .iter()
                    .map(|action| (name.clone(), action.as_str().unwrap().to_owned())),
            );
        }
    }
    grants
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        item => vec![item.clone()],
    }
}

/// Rows of the permission table: ``| `Role` | `action`, `action` | on what | why |``.
fn documented() -> BTreeSet<Grant> {
    let text = fs::read_to_string(repository().join("docs/deployment.md")).unwrap();
    let section = text
        .split("\n## ")
        .find(|section| section.starts_with("Permissions"))
        .unwrap();
    let mut grants = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [who, actions, on, why] = cells.as_slice() else {
            panic!("{row}")
        };
        assert!(!on.is_empty() && !why.is_empty(), "{row}");
        let name = |text: &str| text.trim().trim_matches('`').to_owned();
        grants.extend(actions.split(',').map(|action| (name(who), name(action))));
    }
    grants
}
