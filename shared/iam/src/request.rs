//! One request as conditions see it: the keys that were given, those the engine fills, and what is taken for the others.
//!
//! Source: IAM User Guide, "AWS global condition context keys" and "Principal key values".

use std::collections::BTreeMap;

use sv0_model::arn::{Arn, account_of, is_account_id};

use crate::context::{UnknownContext, fold_key};
use crate::glob::{Glob, WildcardScope};
use crate::principal::{PrincipalKind, SERVICE_LINKED_ROLE_PATH};
use crate::question::{ApplicablePolicies, EvaluateError, Question};
use crate::solve::{KeyDomain, KeySpace, is_known_multivalued};
use crate::variables::VariableValue;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyValue<'a> {
    Known(&'a [String]),
    Absent,
    Unknown,
}

/// What the engine knows of a key by itself.
#[derive(Debug, Clone)]
enum EngineKey {
    Known(Vec<String>),
    Absent,
    /// Present in every request, its value only known to match one of these (any, where there are none).
    Unknown(Vec<Glob>),
}

/// Whether principal and resource are of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountRelation {
    Same,
    Cross,
}

/// A checked question with its keys.
pub(crate) struct Request<'a> {
    pub(crate) question: &'a Question<'a>,
    /// The action in lower case.
    pub(crate) action: String,
    /// The account of the resource, where it is known.
    pub(crate) resource_account: Option<String>,
    /// Whether the principal has a permissions boundary.
    pub(crate) has_boundary: bool,
    engine_keys: BTreeMap<&'static str, EngineKey>,
}

/// The service that gives sessions the attributes of a certificate as tags, so that a role's trust policy may ask for them in `aws:PrincipalTag/…`.
///
/// Source: IAM Roles Anywhere User Guide, "Trust model in AWS Identity and Access Management Roles Anywhere", role trusting.
const TAGS_SESSIONS: &str = "rolesanywhere.amazonaws.com";

impl<'a> Request<'a> {
    /// Checks the question and fills the engine's keys.
    pub(crate) fn new(question: &'a Question<'a>, policies: &ApplicablePolicies<'_>) -> Result<Self, EvaluateError> {
        check_action(question.action)?;
        check_resource(question.resource)?;
        let resource_account = resource_account(question)?;
        let engine_keys = engine_keys(question, resource_account.as_deref());
        Ok(Self {
            question,
            action: question.action.to_ascii_lowercase(),
            resource_account,
            has_boundary: question.principal.has_identity_policies() && !policies.boundaries.is_empty(),
            engine_keys,
        })
    }

    /// The service prefix of the action, in lower case.
    pub(crate) fn service(&self) -> &str {
        self.action.split_once(':').map_or("", |(service, _)| service)
    }

    /// Whether the action is one of `sts:AssumeRole…`, which a role's trust policy decides.
    pub(crate) fn asks_for_session(&self) -> bool {
        self.action.starts_with("sts:assumerole")
    }

    /// Whether the resource is one of this service and type, such as `kms` and `key`.
    pub(crate) fn concerns(&self, service: &str, resource_type: &str) -> bool {
        Arn::parse(self.question.resource)
            .is_some_and(|arn| arn.service == service && arn.resource_type() == resource_type)
    }

    /// Whether principal and resource are of one account, as far as the principal has one.
    pub(crate) fn account_relation(&self) -> AccountRelation {
        match (self.question.principal.account(), self.resource_account.as_deref()) {
            (Some(own), Some(other)) if own != other => AccountRelation::Cross,
            _ => AccountRelation::Same,
        }
    }

    /// What is known of a condition key.
    pub(crate) fn key(&self, key: &str) -> KeyValue<'_> {
        let folded = fold_key(key);
        if let Some(values) = self.question.context.get_folded(&folded) {
            return KeyValue::Known(values);
        }
        if self.question.context.is_marked_absent(&folded) {
            return KeyValue::Absent;
        }
        match self.engine_keys.get(folded.as_str()) {
            Some(EngineKey::Known(values)) => KeyValue::Known(values),
            Some(EngineKey::Absent) => KeyValue::Absent,
            Some(EngineKey::Unknown(_)) => KeyValue::Unknown,
            None if self.lacks_principal_tags() && folded.starts_with("aws:principaltag/") => KeyValue::Absent,
            None => match self.question.unknown_context {
                UnknownContext::Absent => KeyValue::Absent,
                UnknownContext::Any => KeyValue::Unknown,
            },
        }
    }

    /// What a policy variable is worth. "You can use any single-valued condition key as a variable. You can't use a multivalued condition key as a variable"
    /// (IAM User Guide, "Variables and tags").
    pub(crate) fn variable(&self, key: &str) -> VariableValue<'_> {
        if is_known_multivalued(&fold_key(key)) {
            return VariableValue::Null;
        }
        match self.key(key) {
            KeyValue::Known([one]) => VariableValue::Known(one),
            KeyValue::Known(_) | KeyValue::Absent => VariableValue::Null,
            KeyValue::Unknown => VariableValue::Unknown,
        }
    }

    /// The one value of a key, where it is known.
    pub(crate) fn known_value(&self, key: &str) -> Option<&str> {
        match self.key(key) {
            KeyValue::Known([one]) => Some(one),
            _ => None,
        }
    }

    fn lacks_principal_tags(&self) -> bool {
        let principal = self.question.principal;
        match principal.kind() {
            PrincipalKind::Service => principal.text() != TAGS_SESSIONS,
            PrincipalKind::Anonymous => true,
            _ => false,
        }
    }
}

impl KeySpace for Request<'_> {
    fn domain(&self, folded_key: &str) -> KeyDomain {
        match self.engine_keys.get(folded_key) {
            Some(EngineKey::Unknown(patterns)) => KeyDomain {
                patterns: patterns.clone(),
                always_present: true,
            },
            _ => KeyDomain::default(),
        }
    }
}

fn check_action(action: &str) -> Result<(), EvaluateError> {
    match action.split_once(':') {
        Some((service, name)) if is_action_part(service) && is_action_part(name) => Ok(()),
        _ => Err(EvaluateError::BadAction),
    }
}

fn is_action_part(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn check_resource(resource: &str) -> Result<(), EvaluateError> {
    if resource == "*" || Arn::parse(resource).is_some() {
        Ok(())
    } else {
        Err(EvaluateError::BadResource)
    }
}

/// The account the resource belongs to: as given, by its ARN, else the principal's.
fn resource_account(question: &Question<'_>) -> Result<Option<String>, EvaluateError> {
    let by_arn = account_of(question.resource);
    let account = match (question.resource_account, by_arn) {
        (Some(given), _) if !is_account_id(given) => return Err(EvaluateError::BadResourceAccount),
        (Some(given), Some(named)) if given != named => return Err(EvaluateError::AccountMismatch),
        (Some(given), _) => Some(given),
        (None, Some(named)) => Some(named),
        (None, None) => question.principal.account(),
    };
    Ok(account.map(str::to_owned))
}

fn engine_keys(question: &Question<'_>, resource_account: Option<&str>) -> BTreeMap<&'static str, EngineKey> {
    let mut keys = principal_keys(question);
    let resource_account = match resource_account {
        Some(account) => known(account),
        None => EngineKey::Unknown(Vec::new()),
    };
    keys.insert("aws:resourceaccount", resource_account);
    if let Some(now) = question.now {
        keys.insert("aws:currenttime", known(&now.to_string()));
        keys.insert("aws:epochtime", known(&now.as_second().to_string()));
    }
    keys
}

/// Some value that matches one of `patterns`.
fn unknown_like(patterns: &[String]) -> EngineKey {
    let glob = |pattern: &String| Glob::new(pattern, WildcardScope::Anywhere);
    EngineKey::Unknown(patterns.iter().map(glob).collect())
}

fn known(value: &str) -> EngineKey {
    EngineKey::Known(vec![value.to_owned()])
}

fn principal_keys(question: &Question<'_>) -> BTreeMap<&'static str, EngineKey> {
    let principal = question.principal;
    let account = principal.account().unwrap_or_default();
    let mut keys = BTreeMap::new();
    let mut signed = |arn: EngineKey, principal_type: &str| {
        keys.insert("aws:principalarn", arn);
        keys.insert("aws:principalaccount", known(account));
        keys.insert("aws:principaltype", known(principal_type));
        keys.insert("aws:username", EngineKey::Absent);
        keys.insert("aws:principalisawsservice", known("false"));
        keys.insert("aws:principalservicename", EngineKey::Absent);
        keys.insert("aws:principalservicenameslist", EngineKey::Absent);
    };
    match principal.kind() {
        PrincipalKind::Root => {
            signed(known(principal.text()), "Account");
            keys.insert("aws:userid", known(account));
        }
        PrincipalKind::User { name } => {
            signed(known(principal.text()), "User");
            keys.insert("aws:username", known(name));
        }
        PrincipalKind::Role { .. } => signed(known(principal.text()), "AssumedRole"),
        PrincipalKind::AssumedRole { role, session } => {
            let arns = ["", "*/"].map(|path| format!("arn:{}:iam::{account}:role/{path}{role}", principal.partition()));
            signed(unknown_like(&arns), "AssumedRole");
            if question.unknown_context == UnknownContext::Any {
                keys.insert("aws:userid", unknown_like(&[format!("*:{session}")]));
            }
        }
        PrincipalKind::FederatedUser { name } => {
            signed(known(principal.text()), "FederatedUser");
            keys.insert("aws:userid", known(&format!("{account}:{name}")));
        }
        PrincipalKind::Service => service_keys(principal.text(), &mut keys),
        PrincipalKind::Anonymous => anonymous_keys(&mut keys),
        PrincipalKind::CanonicalUser
        | PrincipalKind::OidcProvider
        | PrincipalKind::SamlProvider
        | PrincipalKind::WebIdentity => {
            keys.insert("aws:username", EngineKey::Absent);
            keys.insert("aws:principalservicename", EngineKey::Absent);
            keys.insert("aws:principalservicenameslist", EngineKey::Absent);
        }
    }
    keys
}

/// A service principal belongs to no account or organization.
fn service_keys(host: &str, keys: &mut BTreeMap<&'static str, EngineKey>) {
    keys.insert("aws:principalisawsservice", known("true"));
    keys.insert("aws:principalservicename", known(host));
    for key in [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:username",
        "aws:principalorgid",
        "aws:principalorgpaths",
    ] {
        keys.insert(key, EngineKey::Absent);
    }
}

/// "Anonymous requests do not include this key."
fn anonymous_keys(keys: &mut BTreeMap<&'static str, EngineKey>) {
    for key in [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:username",
    ] {
        keys.insert(key, EngineKey::Absent);
    }
    keys.insert("aws:principaltype", known("Anonymous"));
    keys.insert("aws:userid", known("anonymous"));
}

/// Whether the ARN of a role says that it is a service-linked one.
pub(crate) fn names_service_linked_role(role_arn: &str) -> bool {
    role_arn.contains(&format!(":role{SERVICE_LINKED_ROLE_PATH}"))
}
