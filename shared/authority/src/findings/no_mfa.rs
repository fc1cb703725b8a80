//! People who sign in with a password alone.

use sv0_model::finding::FindingKind;
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use super::Facts;
use super::draft::{Draft, command, name};
use super::known::{last_used, text, truth};
use super::severity::{Exposure, Measure, Reach, Use};
use super::standing::Standings;

/// One finding for each user with a password, and each root user, without a second factor.
pub(crate) fn findings<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>) -> Vec<Draft> {
    let entities = facts.estate.graph().entities.values();
    entities
        .filter_map(|entity| match entity.kind {
            EntityKind::IamUser => of_user(facts, standings, entity),
            EntityKind::Account => of_root(facts, standings, entity),
            _ => None,
        })
        .collect()
}

fn of_user<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>, user: &'e Entity) -> Option<Draft> {
    let is_bare = truth(user, "password_enabled") == Some(true) && truth(user, "mfa_active") == Some(false);
    if !is_bare {
        return None;
    }
    let mut draft = Draft::new(FindingKind::NoMfa, &user.native_id);
    draft.account.clone_from(&user.account);
    draft.title = format!("user {} signs in without a second factor", name(user));
    draft.description = "The user has a password for the console and no MFA device: whoever learns the password is the user. A statement that asks for aws:MultiFactorAuthPresent still holds the session back.".to_owned();
    let (severity, reason) = standings
        .measure(user, Exposure::External, password_use(facts, &user.native_id))
        .severity();
    draft.rate(severity, reason);
    draft.caveats.extend(standings.of(user).caveats.iter().copied());
    draft.verify = vec![
        command(&["aws", "iam", "list-mfa-devices", "--user-name", &user.name]),
        command(&["aws", "iam", "get-login-profile", "--user-name", &user.name]),
        command(&["sv0", "can", &user.native_id]),
    ];
    Some(draft)
}

/// Whether AWS knows of a sign-in with the password.
fn password_use(facts: &Facts<'_, '_>, user: &str) -> Use {
    let credentials = facts.estate.targets(user, EdgeKind::HasCredential);
    let mut credentials = credentials.filter_map(|credential| facts.estate.entity(credential));
    let password = credentials.find(|credential| text(credential, "credential_type") == Some("password"));
    match password.and_then(last_used) {
        Some(used) if used.time().is_some() => Use::Observed,
        Some(_) => Use::NotObserved,
        None => Use::NotObservable,
    }
}

/// A root user whose credentials were removed, as new accounts of an organization have none, cannot sign in.
///
/// Source: IAM User Guide, "Generate credential reports for your AWS account", column `password_enabled`.
fn of_root<'e>(facts: &Facts<'e, '_>, standings: &Standings<'_, 'e, '_>, account: &'e Entity) -> Option<Draft> {
    let root = account.attributes.get("root_user")?;
    let says = |name: &str| root.get(name).and_then(serde_json::Value::as_bool);
    if says("mfa_active") != Some(false) || says("password_enabled") == Some(false) {
        return None;
    }
    let mut draft = Draft::new(FindingKind::NoMfa, &account.native_id);
    draft.account.clone_from(&account.account);
    draft.title = format!("the root user of account {} has no second factor", name(account));
    draft.description = "No policy of the account binds its root user, and a password, or whoever reads the e-mail that resets it, is enough to become it.".to_owned();
    let signed_in = text(account, "password_last_used").is_some();
    let measure = Measure {
        reach: Reach::RootUser,
        sensitivity: Some(standings.most_sensitive_of(account)),
        exposure: Exposure::External,
        observed_use: if signed_in { Use::Observed } else { Use::NotObserved },
    };
    let (severity, reason) = measure.severity();
    draft.rate(severity, reason);
    draft.verify = vec![
        command(&[
            "aws",
            "iam",
            "get-account-summary",
            "--query",
            "SummaryMap.AccountMFAEnabled",
        ]),
        command(&["aws", "iam", "list-virtual-mfa-devices"]),
    ];
    if facts.estate.graph().organization.id.is_some() {
        draft
            .verify
            .push(command(&["aws", "iam", "list-organizations-features"]));
    }
    Some(draft)
}
