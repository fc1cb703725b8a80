//! Which role has which policies, and what is extracted, for machines.

use serde_json::{Map, Value, json};

use super::categories::{ALL, VERSION};
use super::{Policies, actions_of, category_actions};

/// Which role has which policies.
pub(super) fn roles(policies: &Policies) -> Value {
    let roles: Map<String, Value> = policies
        .roles
        .iter()
        .map(|role| {
            let value = json!({"policies": role.policies, "boundary": role.boundary});
            (role.caller.name().to_owned(), value)
        })
        .collect();
    Value::Object(roles)
}

/// What is extracted, by category.
pub(super) fn extracted() -> Value {
    let categories: Vec<Value> = ALL
        .iter()
        .map(|category| {
            json!({
                "caller": category.caller.name(),
                "name": category.name,
                "since": category.since,
                "extracted": category.what,
                "services": category.services,
                "actions": category_actions(category, &actions_of(category.caller)),
            })
        })
        .collect();
    json!({"format": "sv0-extracted/1", "version": VERSION, "categories": categories})
}
