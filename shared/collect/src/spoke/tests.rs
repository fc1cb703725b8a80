//! Recipes and their interpreter.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::{CaptureFile, service_files};

use super::recipe::{Each, Level};
use super::{account_steps, recipes};
use crate::api::Failure;
use crate::calls;
use crate::step::Step;
use crate::testkit::{ACCOUNT, Aws, REGION, Worker, account, assert_resumable, plan};
use crate::work::Progress;

/// The step of one file.
fn step(source: &str) -> Vec<Box<dyn Step>> {
    let steps = account_steps(&plan(), &account());
    steps.into_iter().filter(|step| step.place().source == source).collect()
}

fn row<'a>(progress: &'a Progress, source: &str) -> &'a CoverageRow {
    progress.rows.iter().find(|row| row.source == source).unwrap()
}

/// The lines of a file.
fn lines(worker: &Worker, service: &str, what: &str) -> Vec<Value> {
    let file = CaptureFile::service_items(ACCOUNT, REGION, service, what).unwrap();
    let Some(bytes) = worker.files().get(file.path()).cloned() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let writer = sv0_sources::CaptureWriter::new(worker.store.clone());
    writer.each_stored(&file, &bytes, &mut |line| lines.push(line)).unwrap();
    lines
}

#[test]
fn every_file_of_the_format_has_a_recipe() {
    let mut recipes: Vec<_> = recipes::all().map(|recipe| (recipe.service, recipe.what)).collect();
    assert!(recipes.iter().collect::<BTreeSet<_>>().len() == recipes.len());
    recipes.retain(|recipe| *recipe != ("kms", "grants"));
    recipes.sort_unstable();
    assert_eq!(recipes, service_files().collect::<Vec<_>>());
}

fn calls_of(levels: &'static [Level]) -> Vec<&'static crate::ApiCall> {
    let inner = levels.iter().flat_map(|level| match &level.each {
        Each::Nothing | Each::Item => Vec::new(),
        Each::Ask(detail) => vec![detail.call],
        Each::Gather(gather) => calls_of(gather.levels),
    });
    levels.iter().map(|level| level.call).chain(inner).collect()
}

/// A row that no recipe uses is a permission for nothing.
#[test]
fn every_regional_call_of_a_spoke_is_in_a_recipe() {
    let used: BTreeSet<String> = recipes::all()
        .flat_map(|recipe| recipe.chains.iter().flat_map(|chain| calls_of(chain)))
        .map(crate::ApiCall::name)
        .collect();
    let rows: BTreeSet<String> = calls::ALL
        .iter()
        .filter(|call| call.callers.contains(&crate::Caller::Spoke))
        .filter(|call| !matches!(call.service, "iam" | "sts" | "config"))
        .map(|call| call.name())
        .collect();
    assert_eq!(used, rows);
}

fn agents() -> Aws {
    let agent = |id: &str| json!({"agentId": id});
    Aws::new()
        .pages(
            "bedrock-agent:ListAgents",
            json!({}),
            "agentSummaries",
            vec![agent("A1"), agent("A2"), agent("A3")],
            2,
        )
        .pages(
            "bedrock-agent:ListAgentVersions",
            json!({}),
            "agentVersionSummaries",
            vec![],
            1,
        )
        .pages(
            "bedrock-agent:ListAgentVersions",
            json!({"agentId": "A1"}),
            "agentVersionSummaries",
            vec![
                json!({"agentVersion": "DRAFT"}),
                json!({"agentVersion": "1"}),
                json!({"agentVersion": "2"}),
            ],
            1,
        )
        .pages(
            "bedrock-agent:ListAgentVersions",
            json!({"agentId": "A3"}),
            "agentVersionSummaries",
            vec![json!({"agentVersion": "DRAFT"})],
            1,
        )
        .pages(
            "bedrock-agent:ListAgentActionGroups",
            json!({}),
            "actionGroupSummaries",
            vec![],
            1,
        )
        .pages(
            "bedrock-agent:ListAgentActionGroups",
            json!({"agentId": "A1", "agentVersion": "1"}),
            "actionGroupSummaries",
            vec![
                json!({"actionGroupId": "G1"}),
                json!({"actionGroupId": "G2"}),
                json!({"actionGroupId": "G3"}),
            ],
            2,
        )
        .pages(
            "bedrock-agent:ListAgentActionGroups",
            json!({"agentId": "A3"}),
            "actionGroupSummaries",
            vec![json!({"actionGroupId": "G4"})],
            2,
        )
        .answer("bedrock-agent:GetAgentActionGroup", json!({}), group("G0"))
        .answer(
            "bedrock-agent:GetAgentActionGroup",
            json!({"actionGroupId": "G1"}),
            group("G1"),
        )
        .answer(
            "bedrock-agent:GetAgentActionGroup",
            json!({"actionGroupId": "G2"}),
            group("G2"),
        )
        .answer(
            "bedrock-agent:GetAgentActionGroup",
            json!({"actionGroupId": "G3"}),
            group("G3"),
        )
        .answer(
            "bedrock-agent:GetAgentActionGroup",
            json!({"actionGroupId": "G4"}),
            group("G4"),
        )
}

fn group(id: &str) -> Value {
    json!({"agentActionGroup": {"actionGroupId": id}})
}

const GROUPS: &str = "bedrock-agent:agent-action-groups";

#[test]
fn lists_inside_lists_are_read_whole_wherever_a_worker_stops() {
    let progress = assert_resumable(agents, &step(GROUPS), &[]);
    assert_eq!(row(&progress, GROUPS).items, 4);
    assert_eq!(row(&progress, GROUPS).status, CoverageStatus::Ok);
}

#[test]
fn an_answer_that_is_refused_costs_no_other() {
    let refused = || {
        let which = json!({"actionGroupId": "G2"});
        agents().refuse(
            "bedrock-agent:GetAgentActionGroup",
            which,
            Failure::Denied,
            "AccessDeniedException",
        )
    };
    let progress = assert_resumable(refused, &step(GROUPS), &[]);
    let row = row(&progress, GROUPS);
    assert_eq!((row.status, row.items), (CoverageStatus::Partial, 3));
    assert_eq!(row.error_code.as_deref(), Some("AccessDeniedException"));
    assert_eq!(row.operation.as_deref(), Some("bedrock-agent:GetAgentActionGroup"));
    assert!(row.reason.starts_with("1 answers"), "{}", row.reason);
}
