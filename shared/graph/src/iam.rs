//! IAM users, roles, groups and managed policies, from `GetAccountAuthorizationDetails` and from Config.
//!
//! Both name their fields alike but for the case, so both are read by the same code.

mod managed_policy;
mod principal;
mod snapshot;

pub(crate) use managed_policy::read_aws_managed_policy;
pub(crate) use principal::uncollected_managed_policy;
pub(crate) use snapshot::take_from_snapshot;

use serde_json::Value;
use sv0_model::arn::Arn;
use sv0_model::hash::sha256_of_json;
use sv0_model::record::{Origin, Record};

use crate::facts::Facts;
use crate::freshness::{Freshness, Source};
use crate::json::{first_arn, is_arn, list_at, tags, text_at};

/// One user, role, group or managed policy as one record describes it.
pub(crate) struct Detail<'a> {
    /// Its fields.
    pub(crate) body: &'a Value,
    /// Its tags, which Config keeps apart.
    pub(crate) tags: std::collections::BTreeMap<String, String>,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its rank.
    pub(crate) freshness: Freshness,
    /// Its record, with the hash of the item itself: a page's hash would change with what else is on the page.
    pub(crate) origin: Origin,
    /// Whether a list that is missing is an empty one, as in `GetAccountAuthorizationDetails`.
    pub(crate) missing_lists: MissingLists,
}

/// What it means when none of a principal's policy lists is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingLists {
    /// There are no policies.
    Empty,
    /// The query did not ask for them.
    NotCollected,
}

impl Detail<'_> {
    /// The account, from the ARN.
    pub(crate) fn account(&self) -> Option<&str> {
        Arn::parse(&self.arn).and_then(|arn| arn.account_id())
    }
}

/// The four kinds of things in IAM that a detail may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DetailKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
    /// A managed policy.
    Policy,
}

impl DetailKind {
    /// List in `GetAccountAuthorizationDetails`, name field and ARN resource type.
    fn places(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::User => ("UserDetailList", "userName", "user"),
            Self::Role => ("RoleDetailList", "roleName", "role"),
            Self::Group => ("GroupDetailList", "groupName", "group"),
            Self::Policy => ("Policies", "policyName", "policy"),
        }
    }
}

/// Reads one page of `GetAccountAuthorizationDetails`.
pub(crate) fn read_authorization_details(record: &Record, facts: &mut Facts) {
    if !record.body.is_object() {
        let help = "record it again with aws iam get-account-authorization-details --output json";
        facts.diagnostics.error(
            &record.origin,
            "",
            "unexpected_shape",
            "the page is not a JSON object",
            help,
        );
        return;
    }
    for kind in [
        DetailKind::User,
        DetailKind::Role,
        DetailKind::Group,
        DetailKind::Policy,
    ] {
        let (list, ..) = kind.places();
        for (index, body) in list_at(&record.body, list).iter().enumerate() {
            match authorization_detail(record, kind, body, &facts.partition) {
                Some(detail) => describe(kind, &detail, facts),
                None => {
                    let at = format!("/{list}/{index}");
                    let help = "record the page again; this item was left out";
                    let is_named = ["Arn", "UserName", "RoleName", "GroupName", "PolicyName"]
                        .iter()
                        .any(|name| text_at(body, name).is_some());
                    let message = if is_named {
                        "the ARN or name of the item is longer than any that AWS gives, or no ARN"
                    } else {
                        "the item has neither an ARN nor a name"
                    };
                    facts
                        .diagnostics
                        .error(&record.origin, &at, "iam_item_without_name", message, help);
                }
            }
        }
    }
}

fn authorization_detail<'a>(
    record: &'a Record,
    kind: DetailKind,
    body: &'a Value,
    partition: &str,
) -> Option<Detail<'a>> {
    let arn = first_arn(body, &["arn"]).map(str::to_owned);
    let arn = arn.or_else(|| {
        let (_, name, resource) = kind.places();
        let (account, name) = (record.account.as_deref()?, text_at(body, name)?);
        let path = text_at(body, "path").unwrap_or("/");
        Some(format!("arn:{partition}:iam::{account}:{resource}{path}{name}")).filter(|arn| is_arn(arn))
    })?;
    let sha256 = sha256_of_json(body);
    Some(Detail {
        body,
        tags: tags(crate::json::at(body, "tags").unwrap_or(&Value::Null)),
        arn,
        freshness: Freshness::of(record, Source::AuthorizationDetails).with_item_hash(sha256.clone()),
        origin: Origin {
            sha256,
            ..record.origin.clone()
        },
        missing_lists: MissingLists::Empty,
    })
}

/// Puts one detail into the facts.
pub(crate) fn describe(kind: DetailKind, detail: &Detail<'_>, facts: &mut Facts) {
    facts.scanned(detail.account());
    match kind {
        DetailKind::User => principal::describe(&principal::USER, detail, facts),
        DetailKind::Role => principal::describe(&principal::ROLE, detail, facts),
        DetailKind::Group => principal::describe(&principal::GROUP, detail, facts),
        DetailKind::Policy => managed_policy::describe(detail, facts),
    }
}
