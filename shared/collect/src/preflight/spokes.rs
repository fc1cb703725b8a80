//! The spoke role of every account: whether it can be taken, and whether it can be taken without its external id.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::{Map, Value, json};

use super::central::first_few;
use super::trust::lets_in_without_id;
use super::{Check, ExternalIdProbe, Preflight};
use crate::api::{ApiError, Failure};
use crate::call::{COMPONENT_TAG, Caller, RUN_TAG};
use crate::calls::{iam, sts};
use crate::listing::parameters;
use crate::plan::{PlannedAccount, Treatment};

/// Accounts that are tried at a time.
const CONCURRENCY: usize = 10;

/// What was found of one account's role.
struct Tried<'a> {
    account: &'a PlannedAccount,
    answer: Result<Value, ApiError>,
    refusal: Refusal,
    is_open_without_id: Option<bool>,
    /// Why that is not known.
    unread: Option<ApiError>,
}

/// What a role refuses, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// Nothing, or nobody knows.
    Unknown,
    /// Tags: without them it lets the hub in.
    Tags,
    /// The hub itself, with and without tags.
    Caller,
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
    checks.push(session_tags(preflight, &tried));
    checks.push(external_ids(preflight, &tried));
    checks
}

async fn try_role<'a>(preflight: &Preflight<'_>, account: &'a PlannedAccount) -> Tried<'a> {
    let mut tried = Tried {
        account,
        answer: Ok(Value::Null),
        refusal: Refusal::Unknown,
        is_open_without_id: None,
        unread: None,
    };
    let Some(target) = preflight.plan.account(account, preflight.region()) else {
        return tried;
    };
    tried.answer = preflight.api.call(&target, &sts::GET_CALLER_IDENTITY, Map::new()).await;
    match (&tried.answer, preflight.options.probe) {
        (Err(error), _) if error.failure == Failure::RoleRefused => {
            tried.refusal = refusal(preflight, account, error).await;
        }
        (Err(_), _) => {}
        (Ok(_), ExternalIdProbe::Try) => {
            tried.is_open_without_id = is_given(preflight, account, Sent::Tags).await;
        }
        (Ok(_), ExternalIdProbe::TrustPolicy) => {
            let role = role(preflight, account).rsplit('/').next().unwrap_or_default();
            let asked = parameters(json!({"RoleName": role}));
            let answer = preflight.api.call(&target, &iam::GET_ROLE, asked).await;
            match answer {
                Ok(answer) => tried.is_open_without_id = lets_in_without_id(&answer),
                Err(error) => tried.unread = Some(error),
            }
        }
    }
    tried
}

/// AWS names the action that a trust policy does not allow; where it names none, the role is tried once more without tags.
async fn refusal(preflight: &Preflight<'_>, account: &PlannedAccount, error: &ApiError) -> Refusal {
    if error.message.contains("sts:TagSession") {
        return Refusal::Tags;
    }
    match is_given(preflight, account, Sent::ExternalId).await {
        Some(true) => Refusal::Tags,
        Some(false) => Refusal::Caller,
        None => Refusal::Unknown,
    }
}

/// Path and name of the role in an account.
fn role<'a>(preflight: &Preflight<'a>, account: &PlannedAccount) -> &'a str {
    let options = preflight.options;
    match account.treatment {
        Treatment::ManagementRole if !options.management_role.is_empty() => &options.management_role,
        _ => &options.spoke_role,
    }
}

/// What a request for a role sends, of the two that every other one sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    /// The external id, and no tags.
    ExternalId,
    /// Tags, which trust policies may insist on, and no external id.
    Tags,
}

/// Whether the role is given to a session with so little. What AWS gives is dropped at once.
async fn is_given(preflight: &Preflight<'_>, account: &PlannedAccount, sent: Sent) -> Option<bool> {
    let role = format!(
        "arn:{}:iam::{}:role/{}",
        preflight.plan.header.partition,
        account.id,
        role(preflight, account)
    );
    let mut asked = json!({
        "RoleArn": role,
        "RoleSessionName": format!("SecurityV0-{}-probe", account.id),
        "DurationSeconds": 900,
    });
    let own = match (sent, &preflight.options.external_id) {
        (Sent::Tags, _) => {
            let tag = |key: &str| json!({"Key": key, "Value": Caller::Preflight.name()});
            Some(("Tags", json!([tag(COMPONENT_TAG), tag(RUN_TAG)])))
        }
        (Sent::ExternalId, Some(id)) => Some(("ExternalId", Value::from(id.as_str()))),
        (Sent::ExternalId, None) => None,
    };
    if let (Some((name, value)), Value::Object(fields)) = (own, &mut asked) {
        fields.insert(name.to_owned(), value);
    }
    match preflight
        .api
        .call(&preflight.plan.hub(), &sts::ASSUME_ROLE, parameters(asked))
        .await
    {
        Ok(_) => Some(true),
        Err(error) if matches!(error.failure, Failure::Denied | Failure::RoleRefused) => Some(false),
        Err(_) => None,
    }
}

fn names<'a>(tried: impl Iterator<Item = &'a Tried<'a>>) -> BTreeSet<String> {
    tried
        .map(|one| format!("{} {}", one.account.id, one.account.name).trim().to_owned())
        .collect()
}

fn spoke_roles(preflight: &Preflight<'_>, tried: &[Tried<'_>]) -> Check {
    const ID: &str = "spoke_role";
    let is_spoke = |one: &&Tried<'_>| one.account.treatment == Treatment::SpokeRole;
    let is_refused = |one: &&Tried<'_>| is_spoke(one) && one.answer.is_err() && one.refusal != Refusal::Tags;
    let refused = names(tried.iter().filter(is_refused));
    let all = tried.iter().filter(is_spoke).count();
    if refused.is_empty() {
        return Check::ok(
            ID,
            format!("the role is there and trusts the hub in all of {all} accounts"),
        );
    }
    let first = tried
        .iter()
        .filter(is_refused)
        .find_map(|one| one.answer.as_ref().err());
    let words = first.map(ToString::to_string).unwrap_or_default();
    let is_by_trust = tried
        .iter()
        .filter(is_refused)
        .any(|one| one.refusal == Refusal::Caller);
    let hint = match (is_by_trust, &preflight.options.external_id) {
        (false, _) => "",
        (true, None) => ". No external id was given: --external-id names it",
        (true, Some(_)) => {
            ". AWS says the same where the role is not there, trusts somebody else, or asks for another external id; without session tags it is refused too"
        }
    };
    let fix = match preflight.options.stack_set.as_str() {
        "" => preflight.renew_spoke_role(),
        _ => preflight.stack_set_command("list-stack-instances", ""),
    };
    Check::missing(
        ID,
        format!(
            "the role {} cannot be taken in {} of {all} accounts ({}): {words}{hint}",
            preflight.options.spoke_role,
            refused.len(),
            first_few(&refused)
        ),
        fix,
        preflight.renewed_in(),
    )
}

/// Every session is tagged with its run and component, which a trust policy has to allow beside the role itself.
///
/// Source: IAM User Guide, "Passing session tags in AWS STS", "Permissions required to add session tags".
fn session_tags(preflight: &Preflight<'_>, tried: &[Tried<'_>]) -> Check {
    const ID: &str = "session_tags";
    let refused = names(tried.iter().filter(|one| one.refusal == Refusal::Tags));
    if refused.is_empty() {
        return Check::ok(ID, "no role refuses the tags of a session");
    }
    Check::missing(
        ID,
        format!(
            "the role lets the hub in without session tags and refuses it with them in {} accounts ({}): its trust policy allows sts:AssumeRole and not sts:TagSession. The statement that is \
             missing, beside the one that allows sts:AssumeRole to the same principal: {}",
            refused.len(),
            first_few(&refused),
            json!({"Effect": "Allow", "Principal": {"AWS": "<as there>"}, "Action": "sts:TagSession", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": [COMPONENT_TAG, RUN_TAG]}}}),
        ),
        preflight.renew_spoke_role(),
        preflight.renewed_in(),
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
            preflight.make_management_role(),
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
                "the role can be taken without an external id in {} accounts, other than the role of this version: {}",
                open.len(),
                first_few(&open)
            ),
            preflight.renew_spoke_role(),
            preflight.renewed_in(),
        );
    }
    if unknown > 0 {
        let first = tried.iter().find_map(|one| one.unread.as_ref());
        let words = first.map_or_else(String::new, |error| format!(": {error}"));
        let mut check = Check::advised(
            ID,
            format!("whether the role asks for an external id could not be read in {unknown} accounts{words}"),
            "sv0 preflight --probe-external-id",
            preflight.hub_account(),
        );
        check.status = super::CheckStatus::Unknown;
        return check;
    }
    Check::ok(ID, "every role that could be taken asks for its external id")
}
