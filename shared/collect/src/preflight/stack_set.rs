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

    fn asked(&self, further: &Value) -> serde_json::Map<String, Value> {
        let mut asked = parameters(json!({"StackSetName": self.name(), "CallAs": self.preflight.call_as()}));
        asked.extend(parameters(further.clone()));
        asked
    }

    fn command(&self, verb: &str, further: &str) -> String {
        self.preflight.stack_set_command(verb, further)
    }

    fn not_described(&self, error: &ApiError) -> Check {
        let hub = self.preflight.hub_account();
        if error.failure == Failure::NotFound {
            return Check::advised(
                SET,
                format!(
                    "there is no StackSet {} in {}: accounts that join the organization get the role by other means, or not at all (--stack-set names another one)",
                    self.name(),
                    self.preflight.region()
                ),
                self.preflight.make_stack_set(),
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
            format!(
                "the StackSet {} does not deploy to accounts that join the organization",
                self.name()
            ),
            self.preflight.update_stack_set(
                "--use-previous-template --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false",
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
            self.command("create-stack-instances", &self.preflight.targets(lacking)),
            self.preflight.hub_account(),
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
            let targets = self.preflight.targets(&accounts);
            self.preflight
                .update_stack_set(&format!("--use-previous-template {targets}"))
        } else {
            // Source: AWS CloudFormation API Reference, "StackInstance", `Status`: only deleting the instance, with its stack retained, gets it out of this state.
            self.command(
                "delete-stack-instances",
                &format!("{} --retain-stacks", self.preflight.targets(&accounts)),
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
