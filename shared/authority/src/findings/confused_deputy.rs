//! A service principal that is let in without a condition that names the caller, so that outsiders can make it act.

use std::collections::{BTreeMap, BTreeSet};

use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Sensitivity};
use sv0_model::path::{ActionClass, AuthorityPath, PathKind};

use super::Facts;
use super::draft::{Draft, command, name};
use super::way::{checks, example_of, most_telling, resources};
use crate::access::{ActionTarget, rows_of};
use crate::estate::principal_text;
use crate::paths::acts_for_outsiders;

/// One finding for each service and resource that lets it in for anyone.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let mut behind: BTreeMap<(&str, &str), Vec<&AuthorityPath>> = BTreeMap::new();
    for path in facts.paths.iter().filter(|path| is_of_a_deputy(path)) {
        if let Some(hop) = path.hops.first() {
            behind.entry((&path.workload, &hop.to)).or_default().push(path);
        }
    }
    let edges = facts.estate.graph().edges.iter();
    let grants: BTreeSet<(&str, &str)> = edges
        .filter(|edge| edge.kind == EdgeKind::Grants)
        .map(|edge| (edge.to.as_str(), edge.from.as_str()))
        .collect();
    let findings = grants.into_iter().filter_map(|(service, resource)| {
        let paths = behind.get(&(service, resource)).map_or(&[][..], Vec::as_slice);
        finding(
            facts,
            facts.estate.entity(service)?,
            facts.estate.entity(resource)?,
            paths,
        )
    });
    findings.collect()
}

pub(super) fn is_of_a_deputy(path: &AuthorityPath) -> bool {
    path.kinds.contains(&PathKind::ConfusedDeputy)
}

fn finding(facts: &Facts<'_, '_>, service: &Entity, resource: &Entity, paths: &[&AuthorityPath]) -> Option<Draft> {
    let host = principal_text(&service.native_id);
    if service.kind != EntityKind::AwsService {
        return None;
    }
    let mut actions: Vec<(&str, ActionTarget)> = Vec::new();
    let mut statements = BTreeSet::new();
    let rows = rows_of(resource).iter().filter(|row| is_acting(row.class));
    for (action, target) in rows.flat_map(|row| row.actions) {
        if let Some(step) = acts_for_outsiders(facts.estate, host, action, *target, resource) {
            actions.push((action, *target));
            statements.extend(step.statements);
        }
    }
    let (action, target) = actions.first().copied()?;
    let names: Vec<&str> = actions.iter().map(|(action, _)| *action).collect();
    let mut draft = Draft::new(FindingKind::ConfusedDeputy, &resource.native_id);
    host.clone_into(&mut draft.aspect);
    draft.subjects.push(service.native_id.clone());
    draft.account.clone_from(&resource.account);
    draft.statements.extend(statements);
    paths.iter().for_each(|path| draft.add_path(path));
    draft.title = format!("{host} acts on {} for any AWS customer", name(resource));
    let reaches = match most_telling(paths) {
        Some(_) => format!(" What it sets going there reaches {}.", resources(facts, paths)),
        None => String::new(),
    };
    draft.description = format!(
        "The policy lets the service call {} and names neither the account nor the resource it has to act for (aws:SourceAccount, aws:SourceArn, aws:SourceOrgID). An outsider who knows the ARN can have the service make the call.{reaches}",
        names.join(", ")
    );
    let (severity, reason) = rating(resource, paths);
    draft.rate(severity, reason);
    let asked = match target {
        ActionTarget::Inside => example_of(action, &resource.native_id),
        _ => resource.native_id.clone(),
    };
    draft.verify = most_telling(paths).map_or_else(Vec::new, |path| checks(facts, path));
    draft.verify.push(command(&["sv0", "who-can", action, &asked]));
    Some(draft)
}

/// Whether something happens because of the call: reading for the service is no act for an outsider.
fn is_acting(class: ActionClass) -> bool {
    matches!(class, ActionClass::Invoke | ActionClass::WriteData)
}

fn rating(resource: &Entity, paths: &[&AuthorityPath]) -> (FindingSeverity, &'static str) {
    let most = paths.iter().map(|path| path.sensitivity).max();
    match most.map(|most| most.max(resource.sensitivity)) {
        Some(most) if most >= Sensitivity::Confidential => (
            FindingSeverity::High,
            "what is set going reaches confidential or restricted data",
        ),
        Some(_) => (FindingSeverity::Medium, "code runs for the outsider under a role"),
        None => (
            FindingSeverity::Medium,
            "the outsider chooses what the service writes or sets going",
        ),
    }
}
