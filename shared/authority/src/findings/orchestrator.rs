//! State machines whose role may do more than their definition calls, or lets whoever starts them choose what is called.
//!
//! Sources: Step Functions Developer Guide, "How Step Functions generates IAM policies for integrated services" and "Best practices for Step Functions".

mod needs;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::decision::{Decision, Layer, StatementRef};
use sv0_model::finding::FindingKind;
use sv0_model::graph::{EdgeKind, Entity, EntityKind, Resolution};

use super::Facts;
use super::draft::{Draft, command, name};
use super::known::truth;
use super::severity::{Measure, Reach};
use super::standing::{Standings, reach_of};
use crate::access::{Access, side_of};
use needs::{Needs, Verdict};

/// Most things, actions or workloads that a finding names.
const MOST_NAMED: usize = 5;

/// One finding for each state machine whose definition was collected and whose role may do more.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let estate = facts.estate;
    let mut runs: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
    for edge in estate.graph().edges.iter().filter(|edge| edge.kind == EdgeKind::RunsAs) {
        runs.entry(&edge.to).or_default().extend(estate.entity(&edge.from));
    }
    let mut drafts = Vec::new();
    for (role, workloads) in &runs {
        let Some(role) = estate
            .entity(role)
            .filter(|role| role.resolution == Resolution::Collected)
        else {
            continue;
        };
        let machines = workloads.iter().filter(|entity| {
            entity.kind == EntityKind::StateMachine && truth(entity, "definition_collected") == Some(true)
        });
        drafts.extend(machines.filter_map(|machine| finding(facts, standings, machine, role, workloads)));
    }
    drafts
}

/// What a role may do and a definition does not ask for.
#[derive(Default)]
struct Excess<'s, 'e> {
    /// On what no state calls, or in a way that no state calls.
    beyond: Vec<&'s Access<'e>>,
    /// On what a state calls if the input of an execution says so.
    chosen: Vec<&'s Access<'e>>,
}

fn finding<'e>(
    facts: &Facts<'e, '_>,
    standings: &Standings<'_, 'e, '_>,
    machine: &'e Entity,
    role: &'e Entity,
    workloads: &[&'e Entity],
) -> Option<Draft> {
    let standing = standings.of(role);
    // An administrator is a finding of its own, which names the workloads that run as it.
    if standing.reach == Reach::Administrator {
        return None;
    }
    let needs = Needs::of(facts, machine)?;
    let excess = excess(facts, &needs, &standing.accesses);
    let every = excess.beyond.iter().chain(&excess.chosen).copied();
    let reach = every.clone().filter_map(|access| access.class).map(reach_of).max()?;
    let mut draft = Draft::new(FindingKind::OverPrivilegedOrchestrator, &machine.native_id);
    draft.account.clone_from(&machine.account);
    draft.subjects.push(role.native_id.clone());
    draft
        .subjects
        .extend(worst(every.clone()).into_iter().map(|entity| entity.native_id.clone()));
    draft.title = if excess.beyond.is_empty() {
        format!("whoever starts state machine {} chooses what it calls", name(machine))
    } else {
        format!("state machine {} may do more than its definition calls", name(machine))
    };
    let others: Vec<String> = workloads
        .iter()
        .filter(|other| other.native_id != machine.native_id)
        .map(|other| name(other))
        .collect();
    draft.description = description(role, &others, &excess);
    let measure = Measure {
        reach,
        sensitivity: every.clone().map(|access| access.entity.sensitivity).max(),
        exposure: standings.exposure(role),
        observed_use: standings.observed_use(role),
    };
    let (severity, reason) = measure.severity();
    draft.rate(severity, reason);
    draft.caveats.extend(standing.caveats.iter().copied());
    for access in every {
        draft.statements.extend(by_identity(facts, access).cloned());
        draft.caveats.extend(access.evaluation.caveats.iter().copied());
    }
    draft.verify = verify(machine, role, &excess);
    Some(draft)
}

/// Splits what the role's own policies let through. What only a resource's policy grants was not given to the role.
fn excess<'s, 'e>(facts: &Facts<'e, '_>, needs: &Needs<'_>, accesses: &'s [Access<'e>]) -> Excess<'s, 'e> {
    let mut excess = Excess::default();
    for access in accesses {
        if by_identity(facts, access).next().is_none() {
            continue;
        }
        match needs.judge(access) {
            Verdict::Beyond => excess.beyond.push(access),
            Verdict::ChosenAtRunTime if !is_named(facts, access) => excess.chosen.push(access),
            Verdict::ChosenAtRunTime | Verdict::Needed => {}
        }
    }
    excess
}

/// The statements of the role's own policies that grant an access.
fn by_identity<'s>(facts: &Facts<'_, '_>, access: &'s Access<'_>) -> impl Iterator<Item = &'s StatementRef> {
    let granting = access.evaluation.granting.iter();
    granting.filter(move |statement| side_of(facts.estate, statement) == Layer::Identity)
}

/// Whether a statement of the role names the thing itself: somebody decided that an execution may choose it.
fn is_named(facts: &Facts<'_, '_>, access: &Access<'_>) -> bool {
    let begins = |pattern: &Value| {
        pattern
            .as_str()
            .is_some_and(|text| text.starts_with(&access.entity.native_id))
    };
    by_identity(facts, access).any(|statement| {
        let body = facts.estate.library().statement(statement);
        match body.and_then(|body| body.get("Resource")) {
            Some(Value::Array(patterns)) => patterns.iter().any(begins),
            Some(pattern) => begins(pattern),
            None => false,
        }
    })
}

fn description(role: &Entity, others: &[String], excess: &Excess<'_, '_>) -> String {
    let mut words = format!("It runs as role {}.", name(role));
    if !excess.beyond.is_empty() {
        words += &format!(" No state of its definition needs {}.", told(&excess.beyond));
    }
    if !excess.chosen.is_empty() {
        words += &format!(
            " A state takes its target from the input or from what ran before it, and no statement of the role names which: {}.",
            told(&excess.chosen)
        );
    }
    if !others.is_empty() {
        words += &format!(
            " The role is not its own: {} run as it too, and what they need the state machine has as well.",
            counted(others)
        );
    }
    words
}

/// `s3:GetObject on orders and 2 more, some of it under a condition`.
fn told(accesses: &[&Access<'_>]) -> String {
    let actions: BTreeSet<&str> = accesses.iter().map(|access| access.action.as_str()).collect();
    let all: BTreeSet<&str> = accesses.iter().map(|access| access.entity.native_id.as_str()).collect();
    let shown: Vec<String> = worst(accesses.iter().copied()).into_iter().map(name).collect();
    let more = all.len().saturating_sub(shown.len());
    let conditional = accesses
        .iter()
        .any(|access| access.evaluation.decision == Decision::Conditional);
    format!(
        "{} on {}{}{}",
        counted(&actions.into_iter().collect::<Vec<_>>()),
        shown.join(", "),
        if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        },
        if conditional {
            ", some of it under a condition"
        } else {
            ""
        }
    )
}

fn counted<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The most sensitive things, each once.
fn worst<'s, 'e: 's>(accesses: impl Iterator<Item = &'s Access<'e>>) -> Vec<&'e Entity> {
    let mut entities: Vec<&'e Entity> = accesses.map(|access| access.entity).collect();
    entities.sort_by(|a, b| (b.sensitivity, &a.native_id).cmp(&(a.sensitivity, &b.native_id)));
    entities.dedup_by(|a, b| a.native_id == b.native_id);
    entities.truncate(MOST_NAMED);
    entities
}

fn verify(machine: &Entity, role: &Entity, excess: &Excess<'_, '_>) -> Vec<String> {
    let mut commands = vec![
        command(&[
            "aws",
            "stepfunctions",
            "describe-state-machine",
            "--state-machine-arn",
            &machine.native_id,
            "--query",
            "definition",
        ]),
        command(&["sv0", "can", &role.native_id]),
    ];
    if let Some(access) = excess.beyond.first().or(excess.chosen.first()) {
        let words = ["sv0", "explain", &role.native_id, &access.action, &access.scope];
        commands.push(command(&words));
    }
    if !excess.chosen.is_empty() {
        commands.push(command(&[
            "sv0",
            "who-can",
            "states:StartExecution",
            &machine.native_id,
        ]));
    }
    commands
}
