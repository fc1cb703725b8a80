//! The text of the AWS managed policies in use, which AWS Config does not hold. They are AWS's own and the same in every account, so that the hub reads them for all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sv0_sources::{CaptureFile, WriteError};

use crate::api::{ApiError, BoxFuture, Failure, Target};
use crate::calls::iam;
use crate::lacking::Lacking;
use crate::listing::parameters;
use crate::plan::Plan;
use crate::step::{Place, Step, StepError, StepRun};
use crate::work::Work;

/// The types that policies are attached to.
const PRINCIPALS: [&str; 4] = [
    "AWS::IAM::Group",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Policy",
];
/// What the ARN of an AWS managed policy has in the place of an account.
const MANAGED: &str = ":iam::aws:policy/";

pub(super) fn steps(plan: &Plan) -> Vec<Box<dyn Step>> {
    vec![Box::new(ManagedPolicies { target: plan.hub() })]
}

struct ManagedPolicies {
    target: Target,
}

/// Where to go on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct At {
    done: Option<String>,
    lacking: Lacking,
}

impl Step for ManagedPolicies {
    fn place(&self) -> Place {
        Place::of_organization("iam:aws-managed-policies")
    }

    fn file(&self) -> Option<CaptureFile> {
        Some(CaptureFile::aws_managed_policies())
    }

    fn after(&self) -> Vec<Place> {
        let place = |resource_type| Place::of_organization(&format!("config:{resource_type}"));
        PRINCIPALS.into_iter().map(place).collect()
    }

    fn collect<'a, 'b: 'a>(&'a self, run: &'a mut StepRun<'b>) -> BoxFuture<'a, Result<(), StepError>> {
        Box::pin(async move {
            let mut at: At = run.cursor().unwrap_or_default();
            for arn in attached(run.work())? {
                if at.done.as_ref().is_some_and(|done| arn <= *done) {
                    continue;
                }
                match self.policy(run, &arn).await {
                    Ok(policy) => {
                        at.lacking.answered();
                        run.write(policy)?;
                    }
                    Err(error) => at.lacking.add(error)?,
                }
                at.done = Some(arn);
                run.checkpoint(&at)?;
            }
            at.lacking.judge(run, "AWS managed policies");
            Ok(())
        })
    }
}

impl ManagedPolicies {
    async fn policy(&self, run: &StepRun<'_>, arn: &str) -> Result<Value, ApiError> {
        let asked = parameters(json!({"PolicyArn": arn}));
        let answer = run.call(&self.target, &iam::GET_POLICY, asked).await?;
        let version = answer.pointer("/Policy/DefaultVersionId").and_then(Value::as_str);
        let version = version.ok_or_else(|| unexpected(iam::GET_POLICY.name()))?;
        let asked = parameters(json!({"PolicyArn": arn, "VersionId": version}));
        let answer = run.call(&self.target, &iam::GET_POLICY_VERSION, asked).await?;
        let document = answer.pointer("/PolicyVersion/Document");
        let document = document.ok_or_else(|| unexpected(iam::GET_POLICY_VERSION.name()))?;
        Ok(json!({"Arn": arn, "VersionId": version, "Document": document}))
    }
}

fn unexpected(call: String) -> ApiError {
    ApiError {
        failure: Failure::Malformed,
        code: "UnexpectedAnswer".to_owned(),
        message: "the answer lacks the policy's version or text".to_owned(),
        call,
    }
}

/// ARNs of the AWS managed policies that the stored items of AWS Config attach, or set as a boundary.
fn attached(work: &Work) -> Result<BTreeSet<String>, WriteError> {
    let mut arns = BTreeSet::new();
    for resource_type in PRINCIPALS {
        let Ok(file) = CaptureFile::config_items(resource_type) else {
            continue;
        };
        if let Some(stored) = work.store.get(file.path()).map_err(WriteError::Sink)? {
            work.writer
                .each_stored(&file, &stored, &mut |item| find(&item, &mut arns))?;
        }
    }
    Ok(arns)
}

/// Looks through an item. The depth of JSON is bounded where it is parsed.
fn find(value: &Value, arns: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let attached = fields.iter().filter(|(field, _)| names_policy(field));
            let attached = attached.filter_map(|(_, value)| value.as_str());
            arns.extend(attached.filter(|arn| arn.contains(MANAGED)).map(str::to_owned));
            fields.values().for_each(|value| find(value, arns));
        }
        Value::Array(values) => values.iter().for_each(|value| find(value, arns)),
        // Config prints some of its fields as texts.
        Value::String(text) if text.starts_with('{') && text.contains(MANAGED) => {
            if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                find(&inner, arns);
            }
        }
        _ => {}
    }
}

fn names_policy(field: &str) -> bool {
    ["policyArn", "permissionsBoundaryArn"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(field))
}
