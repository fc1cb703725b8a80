//! The entries of the two data sets, and what is asked of each.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sv0_iam::catalogue::{ActionResourceType, actions_matching, lookup_action};

/// The account in which all of it takes place.
pub const ACCOUNT: &str = "111122223333";

/// A path or combination: whoever holds all of these permissions can escalate.
#[derive(Clone)]
pub struct Entry {
    pub name: String,
    /// Actions, or patterns of them such as `iam:Put*`.
    pub permissions: Vec<String>,
}

/// One permission of an entry, as an action on a resource.
pub struct Subject {
    pub entry: String,
    /// As the entry writes it.
    pub permission: String,
    /// The action itself.
    pub action: String,
    /// An ARN that the action takes, or `*`.
    pub resource: String,
    /// The entry's other permissions.
    pub others: Vec<String>,
}

impl Subject {
    pub fn service(&self) -> &str {
        self.action.split_once(':').unwrap().0
    }

    pub fn name(&self) -> &str {
        self.action.split_once(':').unwrap().1
    }
}

impl Entry {
    /// Each permission on each of its resources; a pattern stands for every action that it matches.
    pub fn subjects(&self) -> Vec<Subject> {
        let of_permission = |permission: &String| {
            let others: Vec<String> = self
                .permissions
                .iter()
                .filter(|other| *other != permission)
                .cloned()
                .collect();
            actions_of(permission)
                .into_iter()
                .flat_map(move |action| {
                    let others = others.clone();
                    let resources = resources_of(&action);
                    resources.into_iter().map(move |resource| Subject {
                        entry: self.name.clone(),
                        permission: permission.clone(),
                        action: action.clone(),
                        resource,
                        others: others.clone(),
                    })
                })
                .collect::<Vec<_>>()
        };
        self.permissions.iter().flat_map(of_permission).collect()
    }
}

fn actions_of(permission: &str) -> Vec<String> {
    if permission.contains('*') {
        actions_matching(permission)
            .map(sv0_iam::catalogue::ActionFacts::full_name)
            .collect()
    } else {
        vec![permission.to_owned()]
    }
}

/// An ARN of each resource type that the action needs, or, where it needs none of them always, of each that it takes; `*` where it takes none.
fn resources_of(action: &str) -> Vec<String> {
    let types = lookup_action(action)
        .map(|facts| facts.resource_types.to_vec())
        .unwrap_or_default();
    let arns = |types: &[&ActionResourceType]| -> Vec<String> {
        types
            .iter()
            .flat_map(|kind| kind.arn_patterns.iter())
            .map(|pattern| arn(pattern))
            .collect()
    };
    let required: Vec<&ActionResourceType> = types.iter().filter(|kind| kind.is_required).collect();
    let all: Vec<&ActionResourceType> = types.iter().collect();
    match (required.is_empty(), all.is_empty()) {
        (_, true) => vec!["*".to_owned()],
        (true, _) => arns(&all),
        (false, _) => arns(&required),
    }
}

/// Fills the variables of an ARN's form: `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
fn arn(form: &str) -> String {
    let mut text = String::new();
    // The form itself has a wildcard where an ARN leaves Region or account empty.
    let mut rest = &*form.replace('*', "");
    while let Some((before, after)) = rest.split_once("${") {
        let (variable, tail) = after.split_once('}').unwrap();
        text.push_str(before);
        text.push_str(match variable {
            "Partition" => "aws",
            "Region" => "eu-west-1",
            "Account" => ACCOUNT,
            _ => "target",
        });
        rest = tail;
    }
    text + rest
}

/// The paths of pathfinding.cloud, with the permissions that they require.
pub fn pathfinding() -> Vec<Entry> {
    let paths = read("pathfinding.cloud/paths.json");
    list(&paths["paths"])
        .iter()
        .map(|path| Entry {
            name: text(&path["id"]),
            permissions: list(&path["required"])
                .iter()
                .map(|required| text(&required["permission"]))
                .collect(),
        })
        .collect()
}

/// The permissions that make a path of pathfinding.cloud easier.
pub fn pathfinding_additional() -> Vec<String> {
    let paths = read("pathfinding.cloud/paths.json");
    let additional = list(&paths["paths"]).iter().flat_map(|path| list(&path["additional"]));
    additional.map(|permission| text(&permission["permission"])).collect()
}

/// The combinations of Prowler.
pub fn prowler() -> Vec<Entry> {
    let combinations = read("prowler/combos.json");
    list(&combinations["combos"])
        .iter()
        .map(|combination| Entry {
            name: text(&combination["name"]),
            permissions: list(&combination["actions"]).iter().map(text).collect(),
        })
        .collect()
}

fn read(file: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/third-party");
    serde_json::from_slice(&fs::read(folder.join(file)).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
