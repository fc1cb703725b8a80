//! Reads the package's JSON files into facts, in an order that never depends on the package's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// All facts, sorted.
pub struct Facts {
    /// Global condition keys, such as `aws:PrincipalOrgID`.
    pub global_keys: BTreeSet<String>,
    pub services: BTreeMap<String, Service>,
}

/// The facts of one service.
#[derive(Default)]
pub struct Service {
    pub supports_resource_control_policies: bool,
    pub condition_keys: BTreeSet<String>,
    pub resource_types: BTreeMap<String, ResourceType>,
    /// Action names by everything else that is known of them.
    pub actions: BTreeMap<ActionTraits, BTreeSet<String>>,
}

/// What AWS says of a resource type.
pub struct ResourceType {
    pub arn_patterns: Vec<String>,
    pub condition_keys: BTreeSet<String>,
}

/// What AWS says of an action; many actions of a service share it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionTraits {
    pub access_level: &'static str,
    /// Names of resource types and whether the action requires one.
    pub resource_types: BTreeMap<String, bool>,
    pub condition_keys: BTreeSet<String>,
}

impl Facts {
    /// How many actions there are.
    pub fn action_count(&self) -> usize {
        self.services
            .values()
            .flat_map(|service| service.actions.values())
            .map(BTreeSet::len)
            .sum()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAction {
    name: String,
    access_level: String,
    resource_types: Vec<RawActionResource>,
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawActionResource {
    name: String,
    required: bool,
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawResourceType {
    key: String,
    arn: String,
    #[serde(default)]
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct RawConditionKey {
    key: String,
}

/// Reads the unpacked package at `root`.
pub fn read(root: &Path) -> Result<Facts> {
    let data = root.join("data");
    let prefixes: Vec<String> = read_json(&data.join("services.json"))?;
    let with_rcp: BTreeSet<String> = read_json(&data.join("rcpSupportedServices.json"))?;
    for prefix in &with_rcp {
        ensure!(
            prefixes.contains(prefix),
            "rcpSupportedServices.json names unknown service {prefix}"
        );
    }
    let services = prefixes
        .into_iter()
        .map(|prefix| {
            let mut service = read_service(&data, &prefix).with_context(|| format!("service {prefix}"))?;
            service.supports_resource_control_policies = with_rcp.contains(&prefix);
            Ok((prefix, service))
        })
        .collect::<Result<_>>()?;
    let global_keys = global_keys(&root.join("dist/esm/globalConditionKeys.js"))?;
    Ok(Facts { global_keys, services })
}

fn read_service(data: &Path, prefix: &str) -> Result<Service> {
    let file = |kind: &str| data.join(kind).join(format!("{prefix}.json"));
    let raw_actions: BTreeMap<String, RawAction> = read_json(&file("actions"))?;
    let raw_types: BTreeMap<String, RawResourceType> = read_json(&file("resourceTypes"))?;
    let raw_keys: BTreeMap<String, RawConditionKey> = read_json(&file("conditionKeys"))?;

    let mut service = Service {
        condition_keys: raw_keys.into_values().map(|raw| template(&raw.key)).collect(),
        resource_types: raw_types
            .into_values()
            .map(|raw| (raw.key.clone(), resource_type(raw)))
            .collect(),
        ..Service::default()
    };
    for raw in raw_actions.into_values() {
        let (name, traits) = action(raw)?;
        for used in traits.resource_types.keys() {
            ensure!(
                service.resource_types.contains_key(used),
                "action {name} names unknown resource type {used}"
            );
        }
        service.condition_keys.extend(traits.condition_keys.iter().cloned());
        service.actions.entry(traits).or_default().insert(name);
    }
    service.condition_keys.extend(
        service
            .resource_types
            .values()
            .flat_map(|kind| kind.condition_keys.clone()),
    );
    Ok(service)
}

fn resource_type(raw: RawResourceType) -> ResourceType {
    ResourceType {
        // A type with two forms of ARN has both in one text.
        arn_patterns: raw.arn.split(", ").map(str::to_owned).collect(),
        condition_keys: raw.condition_keys.iter().map(|key| template(key)).collect(),
    }
}

fn action(raw: RawAction) -> Result<(String, ActionTraits)> {
    let of_types = raw.resource_types.iter().flat_map(|resource| &resource.condition_keys);
    let traits = ActionTraits {
        access_level: access_level(&raw.access_level).with_context(|| format!("action {}", raw.name))?,
        condition_keys: raw
            .condition_keys
            .iter()
            .chain(of_types)
            .map(|key| template(key))
            .collect(),
        resource_types: raw
            .resource_types
            .iter()
            .map(|resource| (resource.name.clone(), resource.required))
            .collect(),
    };
    Ok((raw.name, traits))
}

fn access_level(text: &str) -> Result<&'static str> {
    Ok(match text {
        "List" => "List",
        "Read" => "Read",
        "Write" => "Write",
        "Tagging" | "Tagging, Write" => "Tagging",
        "Permissions management" | "Permissions management, Write" => "PermissionsManagement",
        other => bail!("access level {other:?} is unknown"),
    })
}

/// Writes the variable part of a condition key, which AWS's pages spell in three ways, as `${…}`.
fn template(key: &str) -> String {
    key.replace("<key>", "${TagKey}").replace("/tag-key", "/${TagKey}")
}

/// The package holds the global keys in code only, one `key: '…'` a line.
fn global_keys(path: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let keys: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("key: '")?.strip_suffix("',"))
        .map(template)
        .collect();
    ensure!(
        keys.contains("aws:PrincipalOrgID") && keys.contains("aws:SourceIp"),
        "{} is not written as expected: no global condition keys found",
        path.display()
    );
    Ok(keys)
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
}
