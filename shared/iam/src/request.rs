//! One request as conditions see it: the keys that were given, those the engine fills, and what is taken for the others.
//!
//! Source: IAM User Guide, "AWS global condition context keys" and "Principal key values".

use std::borrow::Cow;

use sv0_model::arn::{Arn, is_account_id};
use sv0_model::time::Timestamp;

use crate::catalogue::{ActionFacts, Service, hashed_service};
use crate::context::{UnknownContext, fold_key};
use crate::gate::AskedAction;
use crate::glob::{Glob, WildcardScope};
use crate::hash::{Hasher, hash};
use crate::principal::{PrincipalKind, SERVICE_LINKED_ROLE_PATH};
use crate::question::{ApplicablePolicies, EvaluateError, Question};
use crate::solve::{KeyDomain, KeySpace, is_known_multivalued};
use crate::variables::VariableValue;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyValue<'a> {
    Known(Values<'a>),
    Absent,
    Unknown,
}

/// The values of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Values<'a> {
    /// As the context lists them.
    Listed(&'a [String]),
    /// The one that the engine gives it.
    One(Cow<'a, str>),
}

impl Values<'_> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let (listed, one) = match self {
            Self::Listed(listed) => (*listed, None),
            Self::One(text) => (&[][..], Some(text.as_ref())),
        };
        listed.iter().map(String::as_str).chain(one)
    }
}

impl<'a> Values<'a> {
    /// The value, where there is exactly one.
    fn only(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Listed([one]) => Some(Cow::Borrowed(one)),
            Self::Listed(_) => None,
            Self::One(text) => Some(text),
        }
    }
}

/// What the engine knows of a key by itself.
#[derive(Debug, Clone)]
enum EngineKey<'a> {
    Known(Cow<'a, str>),
    Absent,
    /// Present in every request, its value unknown.
    Unknown,
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
    /// The same, as statements are asked about it.
    pub(crate) asked: AskedAction,
    /// How many bytes of it are the service prefix.
    service_length: usize,
    /// The catalogue's part on its service.
    service: Option<&'static Service>,
    /// What the catalogue says of the action.
    pub(crate) facts: Option<&'static ActionFacts>,
    /// The ARN of the resource; none where the action is called without one.
    pub(crate) arn: Option<Arn<'a>>,
    /// The account of the resource, where it is known.
    pub(crate) resource_account: Option<&'a str>,
    /// Whether the principal has a permissions boundary.
    pub(crate) has_boundary: bool,
}

/// The service that gives sessions the attributes of a certificate as tags, so that a role's trust policy may ask for them in `aws:PrincipalTag/…`.
///
/// Source: IAM Roles Anywhere User Guide, "Trust model in AWS Identity and Access Management Roles Anywhere", role trusting.
const TAGS_SESSIONS: &str = "rolesanywhere.amazonaws.com";

impl<'a> Request<'a> {
    /// Checks the question and fills the engine's keys.
    pub(crate) fn new(question: &'a Question<'a>, policies: &ApplicablePolicies<'_>) -> Result<Self, EvaluateError> {
        let FoldedAction {
            text: action,
            service_length,
            service_hash,
            name_hash,
        } = FoldedAction::read(question.action).ok_or(EvaluateError::BadAction)?;
        let arn = resource_arn(question.resource)?;
        let resource_account = resource_account(question, arn.as_ref())?;
        let prefix = action.get(..service_length).unwrap_or_default();
        let name = action.get(service_length.saturating_add(1)..).unwrap_or_default();
        let service = hashed_service(prefix, service_hash);
        Ok(Self {
            question,
            facts: service.and_then(|service| service.action(name, name_hash)),
            service,
            service_length,
            asked: AskedAction::of_hashes(service_hash, name_hash),
            action,
            arn,
            resource_account,
            has_boundary: question.principal.has_identity_policies() && !policies.boundaries.is_empty(),
        })
    }

    /// The service prefix of the action, in lower case.
    pub(crate) fn service(&self) -> &str {
        self.action.get(..self.service_length).unwrap_or_default()
    }

    /// Whether resource control policies have any effect on it.
    pub(crate) fn is_under_resource_control_policies(&self) -> bool {
        self.service
            .is_some_and(|service| service.supports_resource_control_policies)
    }

    /// Whether the action is one of `sts:AssumeRole…`, which a role's trust policy decides.
    pub(crate) fn asks_for_session(&self) -> bool {
        self.action.starts_with("sts:assumerole")
    }

    /// Whether the resource is one of this service and type, such as `kms` and `key`.
    pub(crate) fn concerns(&self, service: &str, resource_type: &str) -> bool {
        self.arn
            .as_ref()
            .is_some_and(|arn| arn.service == service && arn.resource_type() == resource_type)
    }

    /// Whether principal and resource are of one account, as far as the principal has one.
    pub(crate) fn account_relation(&self) -> AccountRelation {
        match (self.question.principal.account(), self.resource_account) {
            (Some(own), Some(other)) if own != other => AccountRelation::Cross,
            _ => AccountRelation::Same,
        }
    }

    /// What is known of a condition key, given by its folded name.
    pub(crate) fn key(&self, folded: &str) -> KeyValue<'_> {
        self.hashed_key(folded, hash(folded))
    }

    /// As [`Self::key`], with the hash of the name.
    pub(crate) fn hashed_key(&self, folded: &str, hash: u64) -> KeyValue<'_> {
        let context = self.question.context;
        if let Some(values) = context.get_hashed(folded, hash) {
            return KeyValue::Known(Values::Listed(values));
        }
        if context.is_marked_absent(folded) {
            return KeyValue::Absent;
        }
        match self.engine_key(folded) {
            Some(EngineKey::Known(value)) => KeyValue::Known(Values::One(value)),
            Some(EngineKey::Absent) => KeyValue::Absent,
            Some(EngineKey::Unknown) => KeyValue::Unknown,
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
        let folded = fold_key(key);
        if is_known_multivalued(&folded) {
            return VariableValue::Null;
        }
        match self.key(&folded) {
            KeyValue::Known(values) => values.only().map_or(VariableValue::Null, VariableValue::Known),
            KeyValue::Absent => VariableValue::Null,
            KeyValue::Unknown => VariableValue::Unknown,
        }
    }

    /// The one value of a key, given by its folded name, where it is known.
    pub(crate) fn known_value(&self, folded: &str) -> Option<Cow<'_, str>> {
        match self.key(folded) {
            KeyValue::Known(values) => values.only(),
            _ => None,
        }
    }

    /// What the engine knows of a key whatever the context.
    fn engine_key(&self, folded: &str) -> Option<EngineKey<'_>> {
        let name = folded.strip_prefix("aws:")?;
        let time = |text: fn(Timestamp) -> String| self.question.now.map(|now| EngineKey::Known(text(now).into()));
        match name {
            "resourceaccount" => Some(self.resource_account.map_or(EngineKey::Unknown, known)),
            "currenttime" => time(|now| now.to_string()),
            "epochtime" => time(|now| now.as_second().to_string()),
            _ => self.principal_key(name),
        }
    }

    fn principal_key(&self, name: &str) -> Option<EngineKey<'_>> {
        let principal = self.question.principal;
        match principal.kind() {
            PrincipalKind::Root
            | PrincipalKind::User { .. }
            | PrincipalKind::Role { .. }
            | PrincipalKind::AssumedRole { .. }
            | PrincipalKind::FederatedUser { .. } => self.signed_key(name),
            PrincipalKind::Service => service_key(principal.text(), name),
            PrincipalKind::Anonymous => anonymous_key(name),
            PrincipalKind::CanonicalUser
            | PrincipalKind::OidcProvider
            | PrincipalKind::SamlProvider
            | PrincipalKind::WebIdentity => {
                matches!(name, "username" | "principalservicename" | "principalservicenameslist")
                    .then_some(EngineKey::Absent)
            }
        }
    }

    fn signed_key(&self, name: &str) -> Option<EngineKey<'_>> {
        let principal = self.question.principal;
        let account = principal.account().unwrap_or_default();
        Some(match (name, principal.kind()) {
            ("principalarn", PrincipalKind::AssumedRole { .. }) => EngineKey::Unknown,
            ("principalarn", _) => known(principal.text()),
            ("principalaccount", _) => known(account),
            ("principaltype", kind) => known(principal_type(kind)),
            ("username", PrincipalKind::User { name }) => known(name),
            ("username" | "principalservicename" | "principalservicenameslist", _) => EngineKey::Absent,
            ("principalisawsservice", _) => known("false"),
            ("userid", PrincipalKind::Root) => known(account),
            ("userid", PrincipalKind::FederatedUser { name }) => EngineKey::Known(format!("{account}:{name}").into()),
            ("userid", PrincipalKind::AssumedRole { .. }) if self.question.unknown_context == UnknownContext::Any => {
                EngineKey::Unknown
            }
            _ => return None,
        })
    }

    /// What a key is known to look like whose value the engine does not know; nothing where it may be anything.
    fn patterns(&self, folded: &str) -> Vec<Glob> {
        let principal = self.question.principal;
        let PrincipalKind::AssumedRole { role, session } = principal.kind() else {
            return Vec::new();
        };
        let account = principal.account().unwrap_or_default();
        let texts = match folded {
            "aws:principalarn" => ["", "*/"]
                .map(|path| format!("arn:{}:iam::{account}:role/{path}{role}", principal.partition()))
                .to_vec(),
            "aws:userid" => vec![format!("*:{session}")],
            _ => Vec::new(),
        };
        texts
            .iter()
            .map(|text| Glob::new(text, WildcardScope::Anywhere))
            .collect()
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
        match self.engine_key(folded_key) {
            Some(EngineKey::Unknown) => KeyDomain {
                patterns: self.patterns(folded_key),
                always_present: true,
            },
            _ => KeyDomain::default(),
        }
    }
}

/// An action in lower case, with what it is looked up by.
struct FoldedAction {
    text: String,
    /// How many bytes are its service prefix.
    service_length: usize,
    service_hash: u64,
    name_hash: u64,
}

impl FoldedAction {
    /// Reads `service:Name`; `None` where it is written otherwise.
    fn read(action: &str) -> Option<Self> {
        let is_part = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
        let text = action.to_ascii_lowercase();
        let hashed = |bytes: &[u8]| {
            let mut hasher = Hasher::default();
            let end = bytes.iter().position(|byte| {
                let is_part = is_part(byte);
                if is_part {
                    hasher.add(*byte);
                }
                !is_part
            });
            (end.unwrap_or(bytes.len()), hasher.hash())
        };
        let (service_length, service_hash) = hashed(text.as_bytes());
        let name = text.as_bytes().get(service_length..)?.strip_prefix(b":")?;
        let (name_length, name_hash) = hashed(name);
        (service_length > 0 && name_length > 0 && name_length == name.len()).then_some(Self {
            text,
            service_length,
            service_hash,
            name_hash,
        })
    }
}

/// The ARN of a resource; none of `*`.
fn resource_arn(resource: &str) -> Result<Option<Arn<'_>>, EvaluateError> {
    match Arn::parse(resource) {
        None if resource == "*" => Ok(None),
        None => Err(EvaluateError::BadResource),
        arn => Ok(arn),
    }
}

/// The account the resource belongs to: as given, by its ARN, else the principal's.
fn resource_account<'a>(question: &Question<'a>, arn: Option<&Arn<'a>>) -> Result<Option<&'a str>, EvaluateError> {
    let by_arn = arn.and_then(Arn::account_id);
    match (question.resource_account, by_arn) {
        (Some(given), _) if !is_account_id(given) => Err(EvaluateError::BadResourceAccount),
        (Some(given), Some(named)) if given != named => Err(EvaluateError::AccountMismatch),
        (Some(given), _) => Ok(Some(given)),
        (None, Some(named)) => Ok(Some(named)),
        (None, None) => Ok(question.principal.account()),
    }
}

fn known(value: &str) -> EngineKey<'_> {
    EngineKey::Known(Cow::Borrowed(value))
}

fn principal_type(kind: &PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Root => "Account",
        PrincipalKind::User { .. } => "User",
        PrincipalKind::FederatedUser { .. } => "FederatedUser",
        _ => "AssumedRole",
    }
}

/// A service principal belongs to no account or organization.
fn service_key<'a>(host: &'a str, name: &str) -> Option<EngineKey<'a>> {
    match name {
        "principalisawsservice" => Some(known("true")),
        "principalservicename" => Some(known(host)),
        "principalarn" | "principalaccount" | "username" | "principalorgid" | "principalorgpaths" => {
            Some(EngineKey::Absent)
        }
        _ => None,
    }
}

/// "Anonymous requests do not include this key."
fn anonymous_key(name: &str) -> Option<EngineKey<'static>> {
    match name {
        "principaltype" => Some(known("Anonymous")),
        "userid" => Some(known("anonymous")),
        "principalarn"
        | "principalaccount"
        | "principalorgid"
        | "principalorgpaths"
        | "principalisawsservice"
        | "principalservicename"
        | "principalservicenameslist"
        | "username" => Some(EngineKey::Absent),
        _ => None,
    }
}

/// Whether the ARN of a role says that it is a service-linked one.
pub(crate) fn names_service_linked_role(role_arn: &str) -> bool {
    role_arn.contains(&format!(":role{SERVICE_LINKED_ROLE_PATH}"))
}
