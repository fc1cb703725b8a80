//! What the definition of a state machine needs of its role.
//!
//! Sources: Step Functions Developer Guide, "Integrating optimized services", "Learning to use AWS service SDK integrations" and "Integrating services with
//! Step Functions"; Service Authorization Reference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};
use sv0_model::path::ActionClass;

use super::super::Facts;
use crate::access::{Access, class_of};

/// What a state's edges lead to.
const CALLS: [EdgeKind; 2] = [EdgeKind::Invokes, EdgeKind::ReadsFrom];

/// What is called, as the definition begins to name it; the prefix of the IAM actions; and prefixes of services in which such a call acts with the caller's
/// permissions on what the definition does not name. The first row counts. What no row begins may reach anything: then nothing is judged.
const CALLED: &[(&str, &str, &[&str])] = &[
    ("apigateway:invoke", "execute-api", &[]),
    ("athena:", "athena", &["s3"]),
    ("batch:", "batch", &[]),
    ("bedrock:invokeModel", "bedrock", &["s3"]),
    ("bedrockagentruntime:", "bedrock", &[]),
    ("bedrockruntime:", "bedrock", &["s3"]),
    ("codebuild:", "codebuild", &[]),
    ("codepipeline:", "codepipeline", &[]),
    ("dynamodb:export", "dynamodb", &["s3"]),
    ("dynamodb:import", "dynamodb", &["s3"]),
    ("dynamodb:", "dynamodb", &[]),
    ("ecs:", "ecs", &[]),
    ("eventbridge:", "events", &[]),
    ("events:", "events", &[]),
    ("firehose:", "firehose", &[]),
    ("glue:", "glue", &[]),
    // What it needs of Secrets Manager is the secret of its connection, see `CONNECTION_SECRET`.
    ("http:invoke", "", &[]),
    ("kinesis:", "kinesis", &[]),
    ("lambda:invoke", "lambda", &[]),
    ("lambda:", "lambda", &["s3"]),
    // The source of a copy is a parameter of another form.
    ("s3:copy", "s3", &["s3"]),
    ("s3:uploadPartCopy", "s3", &["s3"]),
    ("s3:", "s3", &[]),
    ("secretsmanager:", "secretsmanager", &[]),
    ("sfn:", "states", &[]),
    ("sns:", "sns", &[]),
    ("sqs:", "sqs", &[]),
    ("ssm:getParameter", "ssm", &[]),
    ("ssm:putParameter", "ssm", &[]),
    ("states:", "states", &[]),
];

/// Calls that reach the one thing a parameter names: if the definition does not, whoever starts the execution or what ran before does. Of other calls
/// the target may stand where nobody reads it.
const ONE_TARGET: &[&str] = &[
    "batch:submitJob",
    "bedrockagentruntime:invokeAgent",
    "codebuild:startBuild",
    "dynamodb:deleteItem",
    "dynamodb:getItem",
    "dynamodb:putItem",
    "dynamodb:query",
    "dynamodb:scan",
    "dynamodb:updateItem",
    "ecs:runTask",
    "glue:startJobRun",
    "lambda:invoke",
    "s3:getObject",
    "s3:putObject",
    "secretsmanager:getSecretValue",
    "sfn:startExecution",
    "sqs:sendMessage",
    "states:startExecution",
];

/// Where EventBridge keeps what a connection signs in with, which a task that calls an HTTP API reads.
///
/// Source: Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows".
const CONNECTION_SECRET: &str = ":secret:events!connection/";

/// APIs whose IAM action has another name.
///
/// Source: Service Authorization Reference.
const RENAMED: &[(&str, &str)] = &[
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
];

/// The classes of actions that a definition calls in a service; `None` where the class of one of its calls is not known: then it may need any.
type Classes = Option<BTreeSet<ActionClass>>;

/// What a definition needs.
pub(super) struct Needs<'e> {
    machine: &'e str,
    /// Native ids of what its states name, task definitions without their revision.
    called: BTreeSet<&'e str>,
    /// By prefix of the actions.
    classes: BTreeMap<&'static str, Classes>,
    /// The same of the calls whose target the definition does not name.
    chosen: BTreeMap<&'static str, Classes>,
    /// Prefixes of services in which calls act with the caller's permissions on what the definition does not name.
    drawn_in: BTreeSet<&'static str>,
}

/// How a definition stands to what its role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It calls it, or may.
    Needed,
    /// An execution calls it if its input says so.
    ChosenAtRunTime,
    /// No state calls it.
    Beyond,
}

impl<'e> Needs<'e> {
    /// `None` where a state calls a service of which it is not known what else it reaches.
    pub(super) fn of(facts: &Facts<'e, '_>, machine: &'e Entity) -> Option<Self> {
        let mut needs = Self {
            machine: &machine.native_id,
            called: BTreeSet::new(),
            classes: BTreeMap::new(),
            chosen: BTreeMap::new(),
            drawn_in: BTreeSet::new(),
        };
        for kind in CALLS {
            let targets = facts.estate.targets(&machine.native_id, kind);
            needs.called.extend(targets.map(whichever_revision));
        }
        for api in texts(machine, "calls") {
            let (prefix, further) = row_of(api)?;
            add(&mut needs.classes, prefix, api);
            needs.drawn_in.extend(further);
        }
        for api in texts(machine, "targets_chosen_at_run_time") {
            let (prefix, _) = row_of(api)?;
            if ONE_TARGET.contains(&api) {
                add(&mut needs.chosen, prefix, api);
            } else {
                needs.drawn_in.insert(prefix);
            }
        }
        Some(needs)
    }

    pub(super) fn judge(&self, access: &Access<'_>) -> Verdict {
        let prefix = access.action.split(':').next().unwrap_or_default();
        let Some(class) = access.class else {
            return Verdict::Needed;
        };
        // A key that somebody decrypts with is needed for what is encrypted under it, and tells nothing without that.
        if class == ActionClass::UseKey || self.drawn_in.contains(prefix) {
            return Verdict::Needed;
        }
        let id = access.entity.native_id.as_str();
        // What runs through an inference profile needs the models behind it.
        let is_model = access.entity.kind == EntityKind::FoundationModel && self.classes.contains_key("bedrock");
        if is_model || id.contains(CONNECTION_SECRET) {
            return Verdict::Needed;
        }
        // A distributed map starts executions of its own state machine.
        let is_called = self.called.contains(whichever_revision(id)) || id == self.machine;
        if is_called && (class == ActionClass::Invoke || takes(&self.classes, prefix, class)) {
            Verdict::Needed
        } else if takes(&self.chosen, prefix, class) {
            Verdict::ChosenAtRunTime
        } else {
            Verdict::Beyond
        }
    }
}

fn takes(classes: &BTreeMap<&'static str, Classes>, prefix: &str, class: ActionClass) -> bool {
    let known = classes.get(prefix);
    known.is_some_and(|classes| classes.as_ref().is_none_or(|classes| classes.contains(&class)))
}

fn add(classes: &mut BTreeMap<&'static str, Classes>, prefix: &'static str, api: &str) {
    let known = classes.entry(prefix).or_insert_with(|| Some(BTreeSet::new()));
    match class_of(&action_of(prefix, api)) {
        Some((class, _)) => {
            if let Some(known) = known {
                known.insert(class);
            }
        }
        None => *known = None,
    }
}

/// `dynamodb:GetItem` of `dynamodb:getItem`.
fn action_of(prefix: &str, api: &str) -> String {
    let call = api.split_once(':').map_or("", |(_, call)| call);
    let mut letters = call.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let action = format!(
        "{prefix}:{}{}",
        first.map(String::from).unwrap_or_default(),
        letters.as_str()
    );
    let renamed = RENAMED.iter().find(|(name, _)| *name == action);
    renamed.map_or(action, |(_, name)| (*name).to_owned())
}

fn row_of(api: &str) -> Option<(&'static str, &'static [&'static str])> {
    let row = CALLED.iter().find(|(begins, ..)| api.starts_with(begins));
    row.map(|(_, prefix, further)| (*prefix, *further))
}

/// A task definition without its revision: a state that names a family runs the newest.
fn whichever_revision(id: &str) -> &str {
    if id.contains(":task-definition/") {
        id.rsplit_once(':').map_or(id, |(family, _)| family)
    } else {
        id
    }
}

fn texts<'e>(machine: &'e Entity, attribute: &str) -> impl Iterator<Item = &'e str> {
    let list = machine.attributes.get(attribute).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}
