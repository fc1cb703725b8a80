//! Recipes and their interpreter.

mod iam;
mod reading;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sv0_model::coverage::{CoverageRow, CoverageStatus};
use sv0_sources::{CaptureFile, CaptureWriter, service_files};

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

/// What a file holds.
fn stored(worker: &Worker, file: &CaptureFile) -> Vec<Value> {
    let Some(bytes) = worker.files().get(file.path()).cloned() else {
        return Vec::new();
    };
    let mut values = Vec::new();
    let writer = CaptureWriter::new(worker.store.clone());
    writer
        .each_stored(file, &bytes, &mut |value| values.push(value))
        .unwrap();
    values
}

/// The lines of a file of the spoke's Region.
fn lines(worker: &Worker, service: &str, what: &str) -> Vec<Value> {
    stored(
        worker,
        &CaptureFile::service_items(ACCOUNT, REGION, service, what).unwrap(),
    )
}

#[test]
fn every_file_of_the_format_has_a_recipe() {
    let mut recipes: Vec<_> = recipes::all().map(|recipe| (recipe.service, recipe.what)).collect();
    assert!(recipes.iter().collect::<BTreeSet<_>>().len() == recipes.len());
    recipes.retain(|recipe| *recipe != ("kms", "grants"));
    // Of an account, not of each of its Regions.
    recipes.push(("s3control", "public-access-block"));
    recipes.sort_unstable();
    assert_eq!(recipes, service_files().collect::<Vec<_>>());
}

/// A row that no recipe uses is a permission for nothing.
#[test]
fn every_regional_call_of_a_spoke_is_in_a_recipe() {
    let used: BTreeSet<String> = recipes::all().flat_map(super::recipe::Recipe::calls).collect();
    let rows: BTreeSet<String> = calls::ALL
        .iter()
        .filter(|call| call.callers.contains(&crate::Caller::Spoke))
        .filter(|call| !matches!(call.service, "iam" | "s3control" | "sts" | "config"))
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

fn row_of(aws: Aws, source: &str) -> CoverageRow {
    row(&Worker::new(aws).run_all(&step(source)), source).clone()
}

#[test]
fn what_was_removed_since_it_was_listed_is_left_out() {
    let which = json!({"actionGroupId": "G2"});
    let gone = agents().refuse(
        "bedrock-agent:GetAgentActionGroup",
        which,
        Failure::NotFound,
        "ResourceNotFoundException",
    );
    let row = row_of(gone, GROUPS);
    assert_eq!((row.status, row.items), (CoverageStatus::Ok, 3));
    let which = json!({"agentId": "A1"});
    let gone = agents().refuse(
        "bedrock-agent:ListAgentVersions",
        which,
        Failure::NotFound,
        "ResourceNotFoundException",
    );
    let row = row_of(gone, GROUPS);
    assert_eq!((row.status, row.items), (CoverageStatus::Ok, 1));
}

#[test]
fn what_speaks_of_more_than_an_item_ends_the_list() {
    for (failure, status) in [
        (Failure::Throttled, CoverageStatus::Throttled),
        (Failure::RegionDisabled, CoverageStatus::Disabled),
        (Failure::ServiceDisabled, CoverageStatus::Disabled),
        (Failure::RoleRefused, CoverageStatus::Denied),
        (Failure::Expired, CoverageStatus::Failed),
    ] {
        let row = row_of(
            agents().refuse("bedrock-agent:ListAgents", json!({}), failure, "Code"),
            GROUPS,
        );
        assert_eq!(
            (row.status, row.items, row.error_code.as_deref()),
            (status, 0, Some("Code")),
            "{failure:?}"
        );
        let worker = Worker::new(agents().refuse(
            "bedrock-agent:GetAgentActionGroup",
            json!({"actionGroupId": "G2"}),
            failure,
            "Code",
        ));
        let progress = worker.run_all(&step(GROUPS));
        assert_eq!(
            (row_status(&progress), row_items(&progress)),
            (CoverageStatus::Partial, 1),
            "{failure:?}"
        );
        let asked = worker
            .aws
            .calls
            .lock()
            .unwrap()
            .iter()
            .filter(|call| call.contains("GetAgentActionGroup"))
            .count();
        assert_eq!(asked, 2, "{failure:?}");
    }
}

fn row_status(progress: &Progress) -> CoverageStatus {
    row(progress, GROUPS).status
}

fn row_items(progress: &Progress) -> u64 {
    row(progress, GROUPS).items
}

/// What is refused ten times in a row is refused for all; asking on would only cost calls.
#[test]
fn a_list_of_which_every_item_is_refused_is_given_up() {
    let names: Vec<Value> = (0..50).map(|n| json!(format!("t{n}"))).collect();
    let worker = Worker::new(
        Aws::new()
            .pages("dynamodb:ListTables", json!({}), "TableNames", names, 20)
            .refuse(
                "dynamodb:DescribeTable",
                json!({}),
                Failure::Denied,
                "AccessDeniedException",
            ),
    );
    let progress = worker.run_all(&step("dynamodb:tables"));
    assert_eq!(row(&progress, "dynamodb:tables").status, CoverageStatus::Denied);
    assert_eq!(worker.aws.calls.lock().unwrap().len(), 11);
}

#[test]
fn tokens_that_run_in_a_circle_end_the_list() {
    let page = json!({"TableNames": ["t1"], "LastEvaluatedTableName": "t1"});
    let row = row_of(
        Aws::new().answer("dynamodb:ListTables", json!({}), page).answer(
            "dynamodb:DescribeTable",
            json!({}),
            json!({"Table": {"TableName": "t1"}}),
        ),
        "dynamodb:tables",
    );
    assert_eq!(
        (row.status, row.error_code.as_deref()),
        (CoverageStatus::Partial, Some("InvalidPage"))
    );
}

/// Tokens last minutes with some services, and a worker may come later.
#[test]
fn a_list_whose_token_ran_out_is_read_anew() {
    let names = || (0..7).map(|n| json!(format!("t{n}"))).collect();
    let aws = |size| {
        let mut aws = Aws::new().pages("dynamodb:ListTables", json!({}), "TableNames", names(), size);
        for n in 0..7 {
            let name = format!("t{n}");
            let described = json!({"Table": {"TableName": name}});
            aws = aws.answer("dynamodb:DescribeTable", json!({"TableName": name}), described);
        }
        aws
    };
    let steps = step("dynamodb:tables");
    for code in [
        "InvalidNextTokenException",
        "ExpiredNextTokenException",
        "InvalidMarkerException",
    ] {
        let first = Worker::new(aws(2));
        let paused = first.run(&steps, Progress::default(), 4, -1);
        assert!(!paused.is_finished(&steps) && !first.files().is_empty());
        let token = json!({"ExclusiveStartTableName": "2"});
        let second = Worker {
            store: first.store.clone(),
            aws: std::sync::Arc::new(aws(3).refuse("dynamodb:ListTables", token, Failure::Invalid, code)),
        };
        let progress = second.run(&steps, paused, -1, -1);
        assert_eq!(row(&progress, "dynamodb:tables").status, CoverageStatus::Ok, "{code}");
        let tables = lines(&second, "dynamodb", "tables");
        let found: Vec<&str> = tables.iter().filter_map(|table| table["TableName"].as_str()).collect();
        assert_eq!(found, ["t0", "t1", "t2", "t3", "t4", "t5", "t6"], "{code}");
    }
}

#[test]
fn what_has_no_policy_is_an_answer() {
    let functions = vec![
        json!({"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Environment": {"Variables": {"KEY": "value"}}}),
    ];
    let alias = "arn:aws:lambda:eu-west-1:111122223333:function:f:live";
    let worker = Worker::new(
        Aws::new()
            .pages("lambda:ListFunctions", json!({}), "Functions", functions, 1)
            .pages(
                "lambda:ListAliases",
                json!({}),
                "Aliases",
                vec![json!({"AliasArn": alias})],
                1,
            )
            .refuse(
                "lambda:GetPolicy",
                json!({}),
                Failure::NotFound,
                "ResourceNotFoundException",
            )
            .answer(
                "lambda:GetPolicy",
                json!({"FunctionName": alias}),
                json!({"Policy": "{}", "RevisionId": "1"}),
            ),
    );
    worker.run_all(&step("lambda:function-policies"));
    assert_eq!(
        lines(&worker, "lambda", "function-policies"),
        [
            json!({"Arn": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Response": {}}),
            json!({"Arn": alias, "Response": {"Policy": "{}", "RevisionId": "1"}}),
        ]
    );
}

#[test]
fn names_of_environment_variables_are_asked_for_only_when_wanted_and_values_never_kept() {
    let function = json!({"FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"});
    let aws = || {
        Aws::new()
            .pages(
                "lambda:ListFunctions",
                json!({}),
                "Functions",
                vec![function.clone()],
                1,
            )
            .answer(
                "lambda:GetFunctionConfiguration",
                json!({}),
                json!({"Environment": {"Variables": {"B": "hunter2", "A": "hunter3"}}}),
            )
    };
    let source = "lambda:environment-keys";
    let worker = Worker::new(aws());
    let progress = worker.run_all(&step(source));
    assert_eq!(row(&progress, source).status, CoverageStatus::Excluded);
    assert!(worker.aws.calls.lock().unwrap().is_empty());
    let mut plan = plan();
    plan.options.environment_keys = true;
    let mut steps = account_steps(&plan, &account());
    steps.retain(|step| step.place().source == source);
    let worker = Worker::new(aws());
    worker.run_all(&steps);
    assert_eq!(
        lines(&worker, "lambda", "environment-keys"),
        [json!({"Arn": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Keys": ["A", "B"]}),]
    );
}

/// What AWS Config records is not asked again; what it does not record, or its aggregator does not hold, is.
#[test]
fn what_config_holds_is_not_asked_again() {
    let recorder = |types: Value| json!({"ConfigurationRecorders": [{"name": "default", "recordingGroup": {"allSupported": false, "resourceTypes": types}}]});
    let running =
        json!({"ConfigurationRecordersStatus": [{"name": "default", "recording": true, "lastStatus": "SUCCESS"}]});
    let run = |types: Value, is_aggregated: bool| {
        let mut plan = plan();
        if is_aggregated {
            plan.aggregated.insert(ACCOUNT.to_owned(), [REGION.to_owned()].into());
        }
        let mut steps = account_steps(&plan, &account());
        steps.retain(|step| matches!(step.place().source.as_str(), "sqs:queues" | "config:recorders"));
        let aws = Aws::new()
            .answer("config:DescribeConfigurationRecorders", json!({}), recorder(types))
            .answer("config:DescribeConfigurationRecorderStatus", json!({}), running.clone())
            .pages(
                "sqs:ListQueues",
                json!({}),
                "QueueUrls",
                vec![json!("https://sqs/q")],
                1,
            )
            .answer(
                "sqs:GetQueueAttributes",
                json!({}),
                json!({"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:111122223333:q"}}),
            );
        let progress = Worker::new(aws).run_all(&steps);
        (row(&progress, "sqs:queues").status, row(&progress, "sqs:queues").items)
    };
    assert_eq!(run(json!(["AWS::SQS::Queue"]), true), (CoverageStatus::Excluded, 0));
    assert_eq!(run(json!(["AWS::SQS::Queue"]), false), (CoverageStatus::Ok, 1));
    assert_eq!(run(json!(["AWS::S3::Bucket"]), true), (CoverageStatus::Ok, 1));
}

#[test]
fn lists_about_one_thing_become_one_answer() {
    let knowledge = |id: &str| json!({"knowledgeBaseId": id, "knowledgeBaseState": "ENABLED"});
    let aws = || {
        agents()
            .pages(
                "bedrock-agent:ListAgentKnowledgeBases",
                json!({}),
                "agentKnowledgeBaseSummaries",
                vec![knowledge("K1"), knowledge("K2")],
                1,
            )
            .pages(
                "bedrock-agent:ListAgentKnowledgeBases",
                json!({"agentVersion": "2"}),
                "agentKnowledgeBaseSummaries",
                vec![knowledge("K3")],
                1,
            )
    };
    let source = "bedrock-agent:agent-knowledge-bases";
    let progress = assert_resumable(aws, &step(source), &[]);
    assert_eq!(row(&progress, source).items, 3);
    let worker = Worker::new(aws());
    worker.run_all(&step(source));
    let lines = lines(&worker, "bedrock-agent", "agent-knowledge-bases");
    assert_eq!(lines[0]["Arn"], "arn:aws:bedrock:eu-west-1:111122223333:agent/A1");
    assert_eq!(
        lines[0]["Response"]["agentKnowledgeBaseSummaries"],
        json!([knowledge("K1"), knowledge("K2"), knowledge("K3")])
    );
    assert_eq!(lines[1]["Response"]["agentKnowledgeBaseSummaries"], json!([]));
}

/// The table of `docs/collection.md`.
#[test]
fn the_documented_files_are_these() {
    let document = include_str!("../../../../docs/collection.md");
    let table = document
        .lines()
        .skip_while(|line| *line != "| file | calls | asked |")
        .skip(2);
    let documented: Vec<&str> = table.take_while(|line| line.starts_with('|')).collect();
    let wanted: Vec<String> = super::asked_files()
        .into_iter()
        .map(|asked| {
            let calls: Vec<String> = asked.calls.iter().map(|call| format!("`{call}`")).collect();
            format!("| `{}` | {} | {} |", asked.file, calls.join(", "), asked.when)
        })
        .collect();
    assert_eq!(documented, wanted, "the table must be:\n{}", wanted.join("\n"));
}
