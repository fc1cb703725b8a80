//! The spoke role of every account: whether it can be taken, and whether it can be taken without its external id.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::central::first_few;
use super::{Check, ExternalIdProbe, Preflight};
use crate::api::{ApiError, Failure};
use crate::calls::{iam, sts};
use crate::listing::{parameters, text};
use crate::plan::{PlannedAccount, Treatment};

/// Accounts that are tried at a time.
const CONCURRENCY: usize = 10;

/// What was found of one account's role.
struct Tried<'a> {
    account: &'a PlannedAccount,
    answer: Result<Value, ApiError>,
    is_open_without_id: Option<bool>,
}

pub(super) async fn checks(preflight: &Preflight<'_>) -> Vec<Check> {
    let spokes = preflight
        .plan
        .accounts
        .iter()
        .filter(|account| matches!(account.treatment, Treatment::SpokeRole | Treatment::ManagementRole));
    let tried: Vec<Tried<'_>> = stream::iter(spokes.map(|account| try_role(preflight, account)).collect::<Vec<_>>())
        .buffered(CONCURRENCY)
        .collect()
        .await;
    if tried.is_empty() {
        return vec![Check::ok("spoke_role", "there is no account but the hub to be read")];
    }
    let mut checks = vec![spoke_roles(preflight, &tried)];
    checks.extend(tried.iter().filter_map(|one| management(preflight, one)));
    checks.push(external_ids(preflight, &tried));
    checks
}

async fn try_role<'a>(preflight: &Preflight<'_>, account: &'a PlannedAccount) -> Tried<'a> {
    let Some(target) = preflight.plan.account(account, preflight.region()) else {
        return Tried {
            account,
            answer: Ok(Value::Null),
            is_open_without_id: None,
        };
    };
    let answer = preflight.api.call(&target, &sts::GET_CALLER_IDENTITY, Map::new()).await;
    let is_open_without_id = match (&answer, preflight.options.external_id) {
        (Err(_), _) => None,
        (Ok(_), ExternalIdProbe::Try) => probed(preflight, account).await,
        (Ok(_), ExternalIdProbe::TrustPolicy) => {
            let role = preflight.options.spoke_role.rsplit('/').next().unwrap_or_default();
            let asked = parameters(json!({"RoleName": role}));
            let answer = preflight.api.call(&target, &iam::GET_ROLE, asked).await;
            answer.ok().and_then(|answer| trusts_without_id(&answer))
        }
    };
    Tried {
        account,
        answer,
        is_open_without_id,
    }
}

/// Tries the role without its external id. What AWS would give is dropped at once.
async fn probed(preflight: &Preflight<'_>, account: &PlannedAccount) -> Option<bool> {
    let role = format!(
        "arn:{}:iam::{}:role/{}",
        preflight.plan.header.partition, account.id, preflight.options.spoke_role
    );
    let asked = parameters(json!({
        "RoleArn": role,
        "RoleSessionName": format!("SecurityV0-{}-probe", account.id),
        "DurationSeconds": 900,
    }));
    match preflight
        .api
        .call(&preflight.plan.hub(), &sts::ASSUME_ROLE, asked)
        .await
    {
        Ok(_) => Some(true),
        Err(error) if matches!(error.failure, Failure::Denied | Failure::RoleRefused) => Some(false),
        Err(_) => None,
    }
}

/// Whether a statement of the trust policy allows `sts:AssumeRole` without asking for `sts:ExternalId`; `None` where the policy cannot be read.
fn trusts_without_id(answer: &Value) -> Option<bool> {
    let document = text(answer.get("Role")?, "AssumeRolePolicyDocument");
    let document = match document {
        // IAM prints documents URL-encoded.
        Some(text) => serde_json::from_str(&percent_decode_str(text).decode_utf8().ok()?).ok()?,
        None => answer.pointer("/Role/AssumeRolePolicyDocument")?.clone(),
    };
    let statements = match document.get("Statement")? {
        Value::Array(statements) => statements.clone(),
        one => vec![one.clone()],
    };
    let lets_in = |statement: &Value| {
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        let is_by_service = statement.pointer("/Principal/Service").is_some();
        let conditions = statement.get("Condition").map(Value::to_string).unwrap_or_default();
        allows && !is_by_service && !conditions.to_ascii_lowercase().contains("sts:externalid")
    };
    Some(statements.iter().any(lets_in))
}

fn names<'a>(tried: impl Iterator<Item = &'a Tried<'a>>) -> BTreeSet<String> {
    tried
        .map(|one| format!("{} {}", one.account.id, one.account.name).trim().to_owned())
        .collect()
}

fn spoke_roles(preflight: &Preflight<'_>, tried: &[Tried<'_>]) -> Check {
    const ID: &str = "spoke_role";
    let is_spoke = |one: &&Tried<'_>| one.account.treatment == Treatment::SpokeRole;
    let refused = names(tried.iter().filter(is_spoke).filter(|one| one.answer.is_err()));
    let all = tried.iter().filter(is_spoke).count();
    if refused.is_empty() {
        return Check::ok(ID, format!("the role can be taken in all of {all} accounts"));
    }
    let first = tried.iter().find_map(|one| one.answer.as_ref().err());
    let words = first.map(ToString::to_string).unwrap_or_default();
    let set = "aws cloudformation list-stack-instances --stack-set-name SecurityV0-Spoke --call-as DELEGATED_ADMIN";
    Check::missing(
        ID,
        format!(
            "the role {} cannot be taken in {} of {all} accounts ({}): {words}",
            preflight.options.spoke_role,
            refused.len(),
            first_few(&refused)
        ),
        format!("{set} --region {}", preflight.region()),
        preflight.hub_account(),
    )
}

/// Service-managed StackSets never reach the management account, so it has a stack of its own.
///
/// Source: AWS CloudFormation User Guide, "Considerations when using service-managed permissions".
fn management(preflight: &Preflight<'_>, tried: &Tried<'_>) -> Option<Check> {
    const ID: &str = "management_role";
    if tried.account.treatment != Treatment::ManagementRole {
        return None;
    }
    let name = format!("{} {}", tried.account.id, tried.account.name);
    Some(match &tried.answer {
        Ok(_) => Check::ok(ID, format!("the role can be taken in the management account {name}")),
        Err(error) => Check::advised(
            ID,
            format!("the management account {name} is not reached, since StackSets skip it: {error}"),
            format!(
                "aws cloudformation deploy --stack-name SecurityV0-Management --template-file cfn-stacksets/management-role.yaml --capabilities CAPABILITY_NAMED_IAM --region {}",
                preflight.region()
            ),
            &tried.account.id,
        ),
    })
}

fn external_ids(preflight: &Preflight<'_>, tried: &[Tried<'_>]) -> Check {
    const ID: &str = "external_id";
    let open = names(tried.iter().filter(|one| one.is_open_without_id == Some(true)));
    let unknown = tried
        .iter()
        .filter(|one| one.answer.is_ok() && one.is_open_without_id.is_none())
        .count();
    if !open.is_empty() {
        return Check::missing(
            ID,
            format!(
                "the role can be taken without an external id in {} accounts: {}",
                open.len(),
                first_few(&open)
            ),
            "deploy the role of this version again: its trust policy asks for sts:ExternalId",
            preflight.hub_account(),
        );
    }
    if unknown > 0 {
        let mut check = Check::advised(
            ID,
            format!("whether the role asks for an external id could not be read in {unknown} accounts"),
            "sv0 preflight --probe-external-id",
            preflight.hub_account(),
        );
        check.status = super::CheckStatus::Unknown;
        return check;
    }
    Check::ok(ID, "every role that could be taken asks for its external id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_without_the_external_id_is_open() {
        let closed = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/collector"}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "one-of-a-kind-0001"}}});
        let open = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"});
        let service =
            json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
        let cases = [
            (json!([closed]), Some(false)),
            (closed.clone(), Some(false)),
            (json!([closed, service]), Some(false)),
            (json!([closed, open]), Some(true)),
            (open, Some(true)),
        ];
        for (statements, want) in cases {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            let encoded = document.to_string().replace('"', "%22").replace('{', "%7B");
            for document in [document, Value::from(encoded)] {
                assert_eq!(
                    trusts_without_id(&json!({"Role": {"AssumeRolePolicyDocument": document}})),
                    want
                );
            }
        }
        assert_eq!(
            trusts_without_id(&json!({"Role": {"AssumeRolePolicyDocument": "%7Bnot json"}})),
            None
        );
    }
}
