//! The organization: where the hub stands in it, and for which services it acts.

use std::collections::BTreeSet;

use serde_json::{Map, json};

use super::{Check, Preflight};
use crate::calls::{organizations, sso_admin};
use crate::listing::{items, parameters, text};

/// The services that the hub acts for, what each is for, and whether a scan can do without.
///
/// Source: AWS Organizations User Guide, "AWS services that you can use with AWS Organizations"; for StackSets the principal of *members* that administer is
/// `member.org.stacksets.cloudformation.amazonaws.com`.
const DELEGATIONS: [(&str, &str, Need); 6] = [
    (
        "config.amazonaws.com",
        "reading the organization's aggregator",
        Need::Needed,
    ),
    (
        "config-multiaccountsetup.amazonaws.com",
        "AWS Config over the organization",
        Need::Advised,
    ),
    (
        "access-analyzer.amazonaws.com",
        "analyzers of the whole organization",
        Need::Advised,
    ),
    (
        "sso.amazonaws.com",
        "permission sets and their assignments",
        Need::Advised,
    ),
    ("cloudtrail.amazonaws.com", "the organization's trail", Need::Advised),
    (
        "member.org.stacksets.cloudformation.amazonaws.com",
        "deploying the spoke role from the hub",
        Need::Advised,
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Needed,
    Advised,
}

pub(super) async fn checks(preflight: &Preflight<'_>) -> Vec<Check> {
    let mut checks = vec![hub(preflight), organization(preflight).await];
    if preflight.plan.header.organization_id.is_some() {
        checks.extend(delegations(preflight).await);
        checks.push(identity_center(preflight).await);
    }
    checks
}

/// SCPs do not bind the management account, and nothing of it should run there.
fn hub(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "hub_account";
    let hub = preflight.hub_account();
    if preflight.plan.management_account.as_deref() == Some(hub) {
        return Check::advised(
            ID,
            format!("{hub} is the organization's management account, which no service control policy limits"),
            "choose a security account as the hub, and make it delegated administrator",
            hub,
        );
    }
    Check::ok(ID, format!("the hub is account {hub}, Region {}", preflight.region()))
}

async fn organization(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "organization";
    let hub = preflight.hub_account();
    let register = format!(
        "aws organizations register-delegated-administrator --account-id {hub} --service-principal config.amazonaws.com"
    );
    let asked = preflight
        .api
        .call(&preflight.plan.hub(), &organizations::DESCRIBE_ORGANIZATION, Map::new())
        .await;
    match asked {
        Err(error) if error.code == "AWSOrganizationsNotInUseException" => Check::advised(
            ID,
            "the account belongs to no organization: the scan is of this account alone",
            "",
            "",
        ),
        Err(error) => Check::unknown(ID, &error, register, preflight.management_account()),
        Ok(_) => match items(
            preflight.api,
            &preflight.plan.hub(),
            &organizations::LIST_ACCOUNTS,
            Map::new(),
            "Accounts",
        )
        .await
        {
            Ok(accounts) => Check::ok(
                ID,
                format!("the hub reads the organization: {} accounts", accounts.len()),
            ),
            Err(error) => Check::missing(
                ID,
                format!("the hub may not list the organization's accounts: {error}"),
                register,
                preflight.management_account(),
            ),
        },
    }
}

async fn delegations(preflight: &Preflight<'_>) -> Vec<Check> {
    let hub = preflight.hub_account();
    let asked = parameters(json!({"AccountId": hub}));
    let call = &organizations::LIST_DELEGATED_SERVICES_FOR_ACCOUNT;
    let listed = items(preflight.api, &preflight.plan.hub(), call, asked, "DelegatedServices").await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            let fix = format!("aws organizations list-delegated-services-for-account --account-id {hub}");
            return vec![Check::unknown(
                "delegated_administrator",
                &error,
                fix,
                preflight.management_account(),
            )];
        }
    };
    let held: BTreeSet<&str> = listed
        .iter()
        .filter_map(|service| text(service, "ServicePrincipal"))
        .collect();
    DELEGATIONS
        .iter()
        .map(|(principal, purpose, need)| delegation(preflight, principal, purpose, *need, held.contains(principal)))
        .collect()
}

fn delegation(preflight: &Preflight<'_>, principal: &str, purpose: &str, need: Need, is_held: bool) -> Check {
    let id = format!("delegated_administrator:{principal}");
    let hub = preflight.hub_account();
    if is_held {
        return Check::ok(&id, format!("the hub is delegated administrator of {principal}"));
    }
    let found = format!("the hub is no delegated administrator of {principal}, which is for {purpose}");
    let fix = format!(
        "aws organizations enable-aws-service-access --service-principal {principal} && aws organizations register-delegated-administrator --account-id {hub} --service-principal {principal}"
    );
    match need {
        Need::Needed => Check::missing(&id, found, fix, preflight.management_account()),
        Need::Advised => Check::advised(&id, found, fix, preflight.management_account()),
    }
}

async fn identity_center(preflight: &Preflight<'_>) -> Check {
    const ID: &str = "identity_center";
    let list = "aws sso-admin list-instances";
    let call = &sso_admin::LIST_INSTANCES;
    match items(preflight.api, &preflight.plan.hub(), call, Map::new(), "Instances").await {
        Err(error) => Check::unknown(ID, &error, list, preflight.hub_account()),
        Ok(instances) if instances.is_empty() => Check::advised(
            ID,
            format!(
                "the hub sees no instance of IAM Identity Center in {}: it may be in another Region, or not delegated to the hub",
                preflight.region()
            ),
            list,
            preflight.management_account(),
        ),
        Ok(instances) => Check::ok(ID, format!("{} instance of IAM Identity Center", instances.len())),
    }
}
