//! Every entry of the third-party data: exactly what it needs opens it, anything less does not.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::{Value, json};
use sv0_model::graph::{Graph, urn};

use super::gains;
use crate::escalation::Escalations;
use crate::escalation::routes::{Route, Target, all};
use crate::estate::Estate;
use crate::testkit::graph;

/// Entries without a row, with the reason.
const NOT_MODELLED: &[(&str, &str)] = &[(
    "PassRole+CodeStar",
    "AWS CodeStar creates no projects since 2024-07-31: the service is gone",
)];

/// Permissions that entries list and rows do not ask for, with the reason.
const NOT_ASKED: &[(&str, &str)] = &[
    ("ec2:DescribeInstances", "looks around: the id may be known otherwise"),
    ("ecs:DescribeTasks", "looks around"),
    ("codedeploy:GetDeploymentConfig", "looks around"),
    ("bedrock-agentcore:GetAgentRuntime", "looks around"),
    ("s3:GetObject", "the workflow's definition can come with the request"),
    ("dynamodb:CreateTable", "any event source will do, not only a new table"),
    ("dynamodb:PutItem", "any event source will do"),
];

/// Permissions of one entry that its row does not ask for.
const NOT_ASKED_OF: &[(&str, &str, &str)] = &[(
    "AssumeRole+UpdateAssumeRolePolicy",
    "sts:AssumeRole",
    "whom the rewritten trust policy names needs no permission in the same account",
)];

/// Cases that share an estate.
const CASES_OF_ONE_ESTATE: usize = 40;

struct Entry {
    name: String,
    permissions: Vec<String>,
}

impl Entry {
    fn rows(&self) -> Vec<&'static Route> {
        let name = self.name.as_str();
        all()
            .filter(|route| route.id == name || route.also.contains(&name))
            .collect()
    }

    fn is_asked(&self, permission: &str) -> bool {
        let is_listed = NOT_ASKED.iter().any(|(action, _)| *action == permission);
        let is_listed_here = NOT_ASKED_OF
            .iter()
            .any(|(name, action, _)| (*name, *action) == (&self.name, permission));
        !is_listed && !is_listed_here
    }
}

fn entries() -> Vec<Entry> {
    let paths = read(include_str!(
        "../../../../../tests/fixtures/third-party/pathfinding.cloud/paths.json"
    ));
    let combos = read(include_str!(
        "../../../../../tests/fixtures/third-party/prowler/combos.json"
    ));
    let of_path = |path: &Value| Entry {
        name: text(&path["id"]),
        permissions: list(&path["required"])
            .map(|required| text(&required["permission"]))
            .collect(),
    };
    let of_combo = |combo: &Value| Entry {
        name: text(&combo["name"]),
        permissions: list(&combo["actions"]).map(text).collect(),
    };
    let entries: Vec<Entry> = list(&paths["paths"])
        .map(of_path)
        .chain(list(&combos["combos"]).map(of_combo))
        .collect();
    assert_eq!(entries.len(), 65 + 101, "the data is complete");
    entries
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

/// What there is to gain besides the principals.
#[derive(Clone, Copy, PartialEq)]
enum Targets {
    All,
    /// Roles trust a service that no route is about, nothing runs, and nobody trusts anybody.
    None,
}

/// Principals with the same statements.
struct Case<'d> {
    entry: &'d Entry,
    what: String,
    allowed: Vec<&'d str>,
    denied: Option<&'d str>,
    boundary: String,
    /// What an SCP denies to these principals.
    fenced: Option<&'d str>,
}

impl<'d> Case<'d> {
    fn exact(entry: &'d Entry) -> Self {
        Self {
            entry,
            what: "exactly what it needs".to_owned(),
            allowed: entry.permissions.iter().map(String::as_str).collect(),
            denied: None,
            boundary: "allow * on *".to_owned(),
            fenced: None,
        }
    }

    /// One for each permission that is asked for, with all the others.
    fn without_one(entry: &'d Entry) -> impl Iterator<Item = (&'d str, Vec<&'d str>)> {
        let asked = entry.permissions.iter().filter(|permission| entry.is_asked(permission));
        asked.map(|left_out| {
            let rest = entry.permissions.iter().filter(move |other| *other != left_out);
            (left_out.as_str(), rest.map(String::as_str).collect())
        })
    }

    /// A role, and what else the entry's routes are for: a user, a role that AWS made of a permission set.
    fn principals(&self, index: usize) -> Vec<String> {
        let targets: Vec<Target> = self.entry.rows().iter().map(|route| route.target).collect();
        let is_any = |wanted: &[Target]| targets.iter().any(|target| wanted.contains(target));
        let set = format!("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_{index:016x}");
        let mut names = vec![format!("role/c{index}")];
        if is_any(&[
            Target::OwnUser,
            Target::OwnGroup,
            Target::OtherGroup,
            Target::OwnBoundary,
        ]) {
            names.push(format!("user/c{index}"));
        }
        if is_any(&[Target::OwnPermissionSet]) {
            names.push(format!("role/{set}"));
        }
        let arn = |name| format!("arn:aws:iam::111111111111:{name}");
        names.into_iter().map(arn).collect()
    }

    fn lines(&self, index: usize) -> String {
        let mut lines = String::new();
        for principal in self.principals(index) {
            let (kind, name) = principal
                .rsplit_once("111111111111:")
                .unwrap()
                .1
                .split_once('/')
                .unwrap();
            let group = if kind == "user" { " in staff" } else { "" };
            let own = if kind == "user" { "his" } else { "its" };
            lines.push_str(&format!(
                "{kind} 111111111111/{name}{group} holds-own {own}{index}=allow_tag:*_on_*\nboundary {}\n",
                self.boundary
            ));
            for action in &self.allowed {
                lines.push_str(&format!("allow {action} on *\n"));
            }
            if let Some(action) = self.denied {
                lines.push_str(&format!("deny {action} on *\n"));
            }
        }
        lines
    }

    /// The routes of the entry that are open to any of the principals.
    fn open<'e>(&self, estate: &'e Estate<'e>, escalations: &Escalations<'e>, index: usize) -> BTreeSet<&'static str> {
        let mut open = BTreeSet::new();
        for principal in self.principals(index) {
            for gain in gains(estate, escalations, &principal) {
                open.insert(gain.route.id);
                open.extend(&gain.others);
            }
        }
        let rows = self.entry.rows().into_iter().map(|route| route.id);
        rows.filter(|id| open.contains(id)).collect()
    }
}

/// Calls `judge` with the routes of its entry that are open in each case.
fn open_in(cases: &[Case<'_>], targets: Targets, judge: impl Fn(&Case<'_>, BTreeSet<&'static str>) + Sync) {
    cases.par_chunks(CASES_OF_ONE_ESTATE).for_each(|cases| {
        let graph = fixture(cases, targets);
        let estate = Estate::new(&graph);
        let escalations = Escalations::new(&estate);
        for (index, case) in cases.iter().enumerate() {
            judge(case, case.open(&estate, &escalations, index));
        }
    });
}

fn fixture(cases: &[Case<'_>], targets: Targets) -> Graph {
    let mut fixture = "
        organization o-acme management 999999999999
        account 111111111111 under r-1/ou-prod
        account 999999999999 under r-1
        sso-set Ops
        group 111111111111/staff
        scp fence on ou-prod
        allow tag:* on *
    "
    .to_owned();
    for (index, case) in cases.iter().enumerate() {
        if let Some(action) = case.fenced {
            let principals = json!({"ArnEquals": {"aws:PrincipalArn": case.principals(index)}});
            fixture.push_str(&format!("deny {action} on * if {principals}\n"));
        }
    }
    for (index, case) in cases.iter().enumerate() {
        fixture.push_str(&case.lines(index));
    }
    fixture.push_str(&match targets {
        Targets::All => everything_to_gain(),
        Targets::None => "role 111111111111/lonely\ntrust service unrelated.amazonaws.com\n".to_owned(),
    });
    let mut graph = graph(&fixture);
    let account = graph.entities.get_mut(&urn::account("111111111111")).unwrap();
    account
        .attributes
        .insert("delegated_administrator_for".to_owned(), json!(["sso.amazonaws.com"]));
    graph
}

fn everything_to_gain() -> String {
    let mut fixture = "
        group 111111111111/others
        user 111111111111/bob
        role 111111111111/trusting holds-own theirs=allow_tag:*_on_*
          trust 111111111111
          boundary allow * on *
        role 111111111111/worker
          trust service unrelated.amazonaws.com
        lambda 111111111111/f runs-as worker
        instance 111111111111/i-1 runs-as worker
        task 111111111111/t runs-as worker
        service 111111111111/s runs t
        typed 111111111111/autoscaling:autoScalingGroup:1:autoScalingGroupName/g type AWS::AutoScaling::AutoScalingGroup runs-as worker
        typed 111111111111/cloudformation:stack/s/1 type AWS::CloudFormation::Stack runs-as worker
        typed 111111111111/cloudformation:stackset/s:1 type AWS::CloudFormation::StackSet
        typed 111111111111/codebuild:project/p type AWS::CodeBuild::Project runs-as worker
        typed 111111111111/glue:devEndpoint/d type AWS::Glue::DevEndpoint runs-as worker
        typed 111111111111/glue:job/j type AWS::Glue::Job runs-as worker
        typed 111111111111/sagemaker:notebook-instance/n type AWS::SageMaker::NotebookInstance runs-as worker
        typed 111111111111/apprunner:service/a/1 type AWS::AppRunner::Service runs-as worker
        typed 111111111111/bedrock-agentcore:code-interpreter-custom/c type AWS::BedrockAgentCore::CodeInterpreterCustom runs-as worker
        typed 111111111111/bedrock-agentcore:browser-custom/b type AWS::BedrockAgentCore::BrowserCustom runs-as worker
        typed 111111111111/bedrock-agentcore:runtime/r type AWS::BedrockAgentCore::Runtime runs-as worker
        typed 111111111111/batch:job-definition/j:1 type AWS::Batch::JobDefinition runs-as worker
        typed 111111111111/batch:job-queue/q type AWS::Batch::JobQueue
        typed 111111111111/ecs:cluster/main type AWS::ECS::Cluster
        typed 111111111111/states:stateMachine:m type AWS::StepFunctions::StateMachine runs-as worker
    "
    .to_owned();
    let services: BTreeSet<&str> = all()
        .filter_map(|route| match route.target {
            Target::Passed(services) => Some(services),
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    for service in services {
        let name = service.replace('.', "-");
        let trust = if service == "cognito-identity.amazonaws.com" {
            format!("trust federated {service}")
        } else {
            format!("trust service {service}")
        };
        fixture.push_str(&format!("role 111111111111/for-{name}\n{trust}\n"));
    }
    fixture
}

#[test]
fn every_entry_has_a_row_and_every_row_an_entry() {
    let entries = entries();
    for entry in &entries {
        let reason = NOT_MODELLED.iter().find(|(name, _)| *name == entry.name);
        assert_eq!(entry.rows().is_empty(), reason.is_some(), "{}", entry.name);
    }
    for route in all() {
        let mut of_data = entries.iter().map(|entry| entry.name.as_str());
        let is_of_data = of_data.any(|name| name == route.id || route.also.contains(&name));
        // The row that the source gives for roles that are assumed, for the principal's own role; and those that stand in no source.
        let is_ours = route.id == "prowler:IAM-023-own" || route.id.starts_with("sv0:");
        assert!(is_of_data || is_ours, "{}", route.id);
    }
    let ids: BTreeSet<&str> = all().map(|route| route.id).collect();
    assert_eq!(ids.len(), all().count(), "ids are unique");
}

#[test]
fn rows_ask_for_what_entries_list() {
    for entry in entries() {
        for route in entry.rows() {
            let asked: BTreeSet<&str> = route.calls.iter().map(|call| call.action).collect();
            for permission in &entry.permissions {
                let is_asked = match permission.strip_suffix('*') {
                    Some(beginning) => asked.iter().any(|action| action.starts_with(beginning)),
                    None => asked.contains(permission.as_str()),
                };
                assert_eq!(is_asked, entry.is_asked(permission), "{}: {permission}", entry.name);
            }
            for action in asked {
                let is_listed = entry
                    .permissions
                    .iter()
                    .any(|permission| sv0_iam::action_matches(permission, action));
                assert!(is_listed, "{}: {action} is not in the source", entry.name);
            }
        }
    }
}

#[test]
fn what_an_entry_needs_opens_it() {
    let entries = entries();
    let cases: Vec<Case<'_>> = entries.iter().map(Case::exact).collect();
    open_in(&cases, Targets::All, |case, open| {
        let rows: BTreeSet<&str> = case.entry.rows().into_iter().map(|route| route.id).collect();
        assert_eq!(open, rows, "{} needs {:?}", case.entry.name, case.allowed);
    });
}

#[test]
fn less_than_an_entry_needs_does_not() {
    let entries = entries();
    let mut cases = Vec::new();
    for entry in &entries {
        for (left_out, rest) in Case::without_one(entry) {
            cases.push(Case {
                what: format!("without {left_out}"),
                allowed: rest.clone(),
                ..Case::exact(entry)
            });
            cases.push(Case {
                what: format!("a Deny of {left_out}"),
                denied: Some(left_out),
                ..Case::exact(entry)
            });
            cases.push(Case {
                what: format!("a boundary without {left_out}"),
                boundary: format!("allow {} on *", [&["tag:*"], rest.as_slice()].concat().join(",")),
                ..Case::exact(entry)
            });
            cases.push(Case {
                what: format!("an SCP against {left_out}"),
                fenced: Some(left_out),
                ..Case::exact(entry)
            });
        }
    }
    assert!(cases.len() > 4 * 300, "{}", cases.len());
    open_in(&cases, Targets::All, |case, open| {
        assert_eq!(open, BTreeSet::new(), "{}: {}", case.entry.name, case.what);
    });
}

#[test]
fn where_there_is_nothing_to_take_nothing_is_taken() {
    let entries = entries();
    let of_things = |route: &&Route| matches!(route.target, Target::Passed(_) | Target::RunningIn(_));
    let cases: Vec<Case<'_>> = entries
        .iter()
        .filter(|entry| entry.rows().iter().any(of_things))
        .map(Case::exact)
        .collect();
    assert!(cases.len() > 100, "{}", cases.len());
    open_in(&cases, Targets::None, |case, open| {
        assert_eq!(open, BTreeSet::new(), "{}", case.entry.name);
    });
}
