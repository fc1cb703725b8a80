//! The StackSet that brings the spoke role into every account: whether it is there, which accounts it has reached, and how it fared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::central::first_few;
use super::{Check, Preflight};
use crate::api::{ApiError, Failure};
use crate::calls::cloudformation;
use crate::listing::{items, parameters, text};
use crate::plan::Treatment;

const SET: &str = "stack_set";
/// The principal of *members* that administer StackSets.
const PRINCIPAL: &str = "member.org.stacksets.cloudformation.amazonaws.com";

pub(super) async fn checks(preflight: &Preflight<'_>) -> Vec<Check> {
    let expected: BTreeMap<&str, &str> = preflight
        .plan
        .accounts
        .iter()
        .filter(|account| account.treatment == Treatment::SpokeRole)
        .map(|account| (account.id.as_str(), account.name.as_str()))
        .collect();
    // StackSets deploy to organizations; alone there is nothing to deploy to.
    if preflight.plan.header.organization_id.is_none() || preflight.options.stack_set.is_empty() || expected.is_empty()
    {
        return Vec::new();
    }
    let set = Set { preflight };
    let asked = set.asked(&json!({}));
    let described = preflight
        .api
        .call(&preflight.plan.hub(), &cloudformation::DESCRIBE_STACK_SET, asked)
        .await;
    match described {
        Err(error) => vec![set.not_described(&error)],
        Ok(answer) => {
            let mut checks = vec![set.described(&answer)];
            checks.extend(set.instances(&expected).await);
            checks.push(set.operation().await);
            checks
        }
    }
}

struct Set<'a> {
    preflight: &'a Preflight<'a>,
}

impl Set<'_> {
    fn name(&self) -> &str {
        &self.preflight.options.stack_set
    }

    /// As whom it is asked: the set lies in the management account, also where a delegated administrator made it.
    ///
    /// Source: AWS CloudFormation API Reference, "DescribeStackSet", `CallAs`.
    fn call_as(&self) -> &'static str {
        let is_management = self.preflight.plan.management_account.as_deref() == Some(self.preflight.hub_account());
        if is_management { "SELF" } else { "DELEGATED_ADMIN" }
    }

    fn asked(&self, further: &Value) -> serde_json::Map<String, Value> {
        let mut asked = parameters(json!({"StackSetName": self.name(), "CallAs": self.call_as()}));
        asked.extend(parameters(further.clone()));
        asked
    }

    /// A command about the set.
    fn command(&self, verb: &str, further: &str) -> String {
        let further = if further.is_empty() {
            String::new()
        } else {
            format!(" {further}")
        };
        format!(
            "aws cloudformation {verb} --stack-set-name {} --call-as {}{further} --region {}",
            self.name(),
            self.call_as(),
            self.preflight.region()
        )
    }

    fn not_described(&self, error: &ApiError) -> Check {
        let hub = self.preflight.hub_account();
        if error.failure == Failure::NotFound {
            let create = self.command(
                "create-stack-set",
                "--template-body file://cfn-stacksets/spoke-role.yaml --permission-model SERVICE_MANAGED --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false --capabilities CAPABILITY_NAMED_IAM",
            );
            return Check::advised(
                SET,
                format!(
                    "there is no StackSet {} in {}: accounts that join the organization get the role by other means, or not at all (--stack-set names another one)",
                    self.name(),
                    self.preflight.region()
                ),
                create,
                hub,
            );
        }
        let register = format!(
            "aws organizations register-delegated-administrator --account-id {hub} --service-principal {PRINCIPAL}"
        );
        Check::unknown(SET, error, register, self.preflight.management_account())
    }

    fn described(&self, answer: &Value) -> Check {
        let enabled = answer.pointer("/StackSet/AutoDeployment/Enabled") == Some(&Value::Bool(true));
        if enabled {
            return Check::ok(
                SET,
                format!(
                    "the StackSet {} deploys to accounts that join the organization",
                    self.name()
                ),
            );
        }
        Check::advised(
            SET,
            format!("the StackSet {} does not deploy to accounts that join the organization", self.name()),
            self.command(
                "update-stack-set",
                "--use-previous-template --capabilities CAPABILITY_NAMED_IAM --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false",
            ),
            self.preflight.hub_account(),
        )
    }

    async fn instances(&self, expected: &BTreeMap<&str, &str>) -> Vec<Check> {
        let hub = self.preflight.hub_account();
        let call = &cloudformation::LIST_STACK_INSTANCES;
        let listed = items(
            self.preflight.api,
            &self.preflight.plan.hub(),
            call,
            self.asked(&json!({})),
            "Summaries",
        )
        .await;
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => {
                let list = self.command("list-stack-instances", "");
                return vec![Check::unknown("stack_set_accounts", &error, list, hub)];
            }
        };
        let reached: BTreeSet<&str> = listed.iter().filter_map(|one| text(one, "Account")).collect();
        let lacking: BTreeSet<&str> = expected.keys().copied().filter(|id| !reached.contains(id)).collect();
        let mut checks = vec![self.reached(expected, &lacking)];
        for status in ["OUTDATED", "INOPERABLE"] {
            let is_so = |one: &&Value| text(one, "Status") == Some(status);
            let found: Vec<&Value> = listed.iter().filter(is_so).collect();
            checks.push(self.in_status(status, &found, expected));
        }
        checks
    }

    fn reached(&self, expected: &BTreeMap<&str, &str>, lacking: &BTreeSet<&str>) -> Check {
        const ID: &str = "stack_set_accounts";
        if lacking.is_empty() {
            return Check::ok(
                ID,
                format!(
                    "the StackSet {} has reached all of {} accounts",
                    self.name(),
                    expected.len()
                ),
            );
        }
        let names = lacking.iter().map(|id| named(id, expected)).collect();
        Check::advised(
            ID,
            format!(
                "the StackSet {} has not reached {} of {} accounts: {}",
                self.name(),
                lacking.len(),
                expected.len(),
                first_few(&names)
            ),
            self.command("create-stack-instances", &self.targets(lacking)),
            self.preflight.hub_account(),
        )
    }

    /// Accounts as deployment targets: service-managed sets take them as what units and accounts have in common. Where they are many, all are meant.
    fn targets(&self, accounts: &BTreeSet<&str>) -> String {
        const MOST: usize = 50;
        let ids: Vec<&str> = accounts.iter().copied().collect();
        let narrowed = match ids.len() {
            ..=MOST => format!(",Accounts={},AccountFilterType=INTERSECTION", ids.join(",")),
            _ => String::new(),
        };
        format!(
            "--deployment-targets \"OrganizationalUnitIds=$(aws organizations list-roots --query 'Roots[0].Id' --output text){narrowed}\" --regions {}",
            self.preflight.region()
        )
    }

    fn in_status(&self, status: &str, found: &[&Value], expected: &BTreeMap<&str, &str>) -> Check {
        let id = format!("stack_set_{}", status.to_ascii_lowercase());
        if found.is_empty() {
            return Check::ok(&id, format!("no stack of the StackSet {} is {status}", self.name()));
        }
        let accounts: BTreeSet<&str> = found.iter().filter_map(|one| text(one, "Account")).collect();
        let names = accounts.iter().map(|id| named(id, expected)).collect();
        let reason = found.iter().find_map(|one| text(one, "StatusReason"));
        let reason = reason.map_or_else(String::new, |reason| format!("; the first says: {}", bounded(reason)));
        let fix = if status == "OUTDATED" {
            // Source: as below: an operation failed, or was stopped before it came to the stack.
            self.command(
                "update-stack-set",
                &format!(
                    "--use-previous-template --capabilities CAPABILITY_NAMED_IAM {}",
                    self.targets(&accounts)
                ),
            )
        } else {
            // Source: AWS CloudFormation API Reference, "StackInstance", `Status`: only deleting the instance, with its stack retained, gets it out of this state.
            self.command(
                "delete-stack-instances",
                &format!("{} --retain-stacks", self.targets(&accounts)),
            )
        };
        Check::advised(
            &id,
            format!(
                "the role is {status} in {} accounts: {}{reason}",
                accounts.len(),
                first_few(&names)
            ),
            fix,
            self.preflight.hub_account(),
        )
    }

    /// The newest operation that has ended.
    async fn operation(&self) -> Check {
        const ID: &str = "stack_set_operation";
        let hub = self.preflight.hub_account();
        let call = &cloudformation::LIST_STACK_SET_OPERATIONS;
        let answer = self
            .preflight
            .api
            .call(&self.preflight.plan.hub(), call, self.asked(&json!({"MaxResults": 20})))
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Check::unknown(ID, &error, self.command("list-stack-set-operations", ""), hub),
        };
        let has_ended = |one: &&Value| !matches!(text(one, "Status"), Some("RUNNING" | "QUEUED" | "STOPPING") | None);
        let operations = answer.get("Summaries").and_then(Value::as_array);
        let newest = operations
            .into_iter()
            .flatten()
            .filter(has_ended)
            .max_by_key(|one| text(one, "CreationTimestamp").map(str::to_owned));
        let Some(newest) = newest else {
            return Check::ok(ID, format!("no operation of the StackSet {} has ended", self.name()));
        };
        let part = |field| text(newest, field).unwrap_or("-");
        let what = format!(
            "the last operation of the StackSet {} ({}, {})",
            self.name(),
            part("Action"),
            part("EndTimestamp")
        );
        if part("Status") == "SUCCEEDED" {
            return Check::ok(ID, format!("{what} succeeded"));
        }
        let failed = newest
            .pointer("/StatusDetails/FailedStackInstancesCount")
            .and_then(Value::as_u64);
        let failed = failed.map_or_else(String::new, |count| format!(" in {count} accounts"));
        Check::advised(
            ID,
            format!(
                "{what} ended {}{failed}: {}",
                part("Status"),
                bounded(text(newest, "StatusReason").unwrap_or("AWS gives no reason"))
            ),
            self.command(
                "list-stack-set-operation-results",
                &format!("--operation-id {}", part("OperationId")),
            ),
            hub,
        )
    }
}

fn named(id: &str, accounts: &BTreeMap<&str, &str>) -> String {
    format!("{id} {}", accounts.get(id).copied().unwrap_or_default())
        .trim()
        .to_owned()
}

/// AWS's words, which are as long as a template's error.
fn bounded(words: &str) -> String {
    const MOST: usize = 300;
    words.chars().take(MOST).collect()
}
