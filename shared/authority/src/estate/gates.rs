//! The KMS key as a gate: what a resource's content is encrypted under must be open to the same principal.

use serde_json::Value;
use sv0_iam::{Context, Evaluation};
use sv0_model::arn::Arn;
use sv0_model::decision::{Caveat, Decision, Layer};
use sv0_model::graph::{EdgeKind, Entity, EntityKind};

use super::Estate;
use super::compose::{conjunction, reserve, uncollected_policy, union};
use super::judge::{Request, denies};
use super::place::Place;

/// Actions on encrypted content, and the action on the key that AWS checks with the caller's own permissions.
///
/// Sources: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys"; Secrets Manager User Guide, "Secret encryption and decryption";
/// Systems Manager User Guide, "AWS KMS encryption for SecureString parameters"; SQS and SNS Developer Guides, "Key management".
const KEY_ACTIONS: &[(&str, &str)] = &[
    ("s3:GetObject", "kms:Decrypt"),
    ("s3:GetObjectVersion", "kms:Decrypt"),
    ("s3:PutObject", "kms:GenerateDataKey"),
    ("secretsmanager:GetSecretValue", "kms:Decrypt"),
    ("secretsmanager:BatchGetSecretValue", "kms:Decrypt"),
    ("secretsmanager:PutSecretValue", "kms:GenerateDataKey"),
    ("secretsmanager:UpdateSecret", "kms:GenerateDataKey"),
    ("ssm:GetParameter", "kms:Decrypt"),
    ("ssm:GetParameters", "kms:Decrypt"),
    ("ssm:GetParametersByPath", "kms:Decrypt"),
    ("ssm:GetParameterHistory", "kms:Decrypt"),
    ("ssm:PutParameter", "kms:Encrypt"),
    ("sqs:ReceiveMessage", "kms:Decrypt"),
    ("sqs:SendMessage", "kms:GenerateDataKey"),
    ("sns:Publish", "kms:GenerateDataKey"),
];

/// The action on the key that an action on content needs.
pub(crate) fn key_action(action: &str) -> Option<&'static str> {
    KEY_ACTIONS
        .iter()
        .find(|(of_content, _)| of_content.eq_ignore_ascii_case(action))
        .map(|(_, of_key)| *of_key)
}

impl<'g> Estate<'g> {
    /// Lets the key that encrypts the resource have its say.
    pub(crate) fn kms_gate(&self, request: &Request<'_>, content: Evaluation) -> Evaluation {
        let Some((key, action)) = self.gate_of(request) else {
            return content;
        };
        match self.judge_key(request, key, action) {
            Some(gate) => combine(content, gate),
            None => content,
        }
    }

    /// The key and the action on it that a request needs; none where the content is under no key of KMS.
    pub(crate) fn gate_of(&self, request: &Request<'_>) -> Option<(&'g str, &'static str)> {
        let entity = request.place.entity?;
        let action = key_action(request.action)?;
        let entity = self.bucket_of(entity).unwrap_or(entity);
        let key = self.targets(&entity.native_id, EdgeKind::EncryptedWith).next()?;
        Some((key, action))
    }

    fn judge_key(&self, request: &Request<'_>, key: &'g str, action: &str) -> Option<Evaluation> {
        let entity = self.entity(key);
        if is_aws_managed(key, entity) {
            return Some(judge_aws_managed_key(request, key));
        }
        let Some(place) = entity.map(Place::of) else {
            return Some(unknown_key(key));
        };
        let context = key_context(request);
        let request = Request {
            action,
            place: &place,
            context: &context,
            ..*request
        };
        let evaluation = self.judge_direct(&request).ok()?;
        let mut evaluation = self.reserve_for_grants(&request, evaluation);
        if evaluation.caveats.contains(&Caveat::ResourcePolicyNotCollected) {
            evaluation.caveats.push(Caveat::KmsNotEvaluated);
        }
        Some(evaluation)
    }
}

impl Estate<'_> {
    /// Says of a denied use of a key that a grant which was not collected may allow it.
    ///
    /// The answer stays a deny: most keys have no grants for most principals, and an answer that hung on them for everybody would say nothing.
    pub(crate) fn reserve_for_grants(&self, request: &Request<'_>, mut evaluation: Evaluation) -> Evaluation {
        let lacks_only_an_allow = evaluation.decision == Decision::ImplicitDeny
            && evaluation.blocked_by.iter().all(|layer| {
                matches!(
                    layer,
                    Layer::Identity | Layer::Resource | Layer::Boundary | Layer::Session
                )
            });
        let may_have_grants = request
            .place
            .entity
            .is_some_and(|entity| entity.kind == EntityKind::KmsKey && !has_all_grants(entity));
        if lacks_only_an_allow && may_have_grants && is_grantable(request.action) {
            reserve(&mut evaluation, Caveat::KeyGrantsNotCollected);
        }
        evaluation
    }
}

/// Whether the grants of a key are all known.
pub(crate) fn has_all_grants(key: &Entity) -> bool {
    key.attributes.get("grants_complete").and_then(Value::as_bool) == Some(true)
        || is_aws_managed(&key.native_id, Some(key))
}

/// Operations that a grant can allow (AWS KMS Developer Guide, "Grant operations").
const GRANT_OPERATIONS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

fn is_grantable(action: &str) -> bool {
    let operation = action.split_once(':').map_or("", |(_, operation)| operation);
    GRANT_OPERATIONS.iter().any(|name| name.eq_ignore_ascii_case(operation))
}

/// A key of which nothing but its name is known: its policy may or may not allow.
fn unknown_key(key: &str) -> Evaluation {
    Evaluation {
        decision: Decision::Conditional,
        blocked_by: vec![Layer::Kms],
        condition: Some(uncollected_policy(key)),
        statements: Vec::new(),
        granting: Vec::new(),
        caveats: vec![Caveat::KmsNotEvaluated],
    }
}

/// The keys that KMS sees when a service calls it for the caller.
fn key_context(request: &Request<'_>) -> Context {
    let mut context = request.context.clone();
    let content = Arn::parse(&request.place.arn);
    let region = request.place.entity.and_then(|entity| entity.region.as_deref());
    if let (Some(content), Some(region)) = (content, region)
        && context.get("kms:ViaService").is_none()
    {
        let domain = if content.partition == "aws-cn" {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        context.insert("kms:ViaService", vec![format!("{}.{region}.{domain}", content.service)]);
    }
    if let Some(account) = request.subject.account()
        && context.get("kms:CallerAccount").is_none()
    {
        context.insert("kms:CallerAccount", vec![account.to_owned()]);
    }
    context
}

/// Whether AWS manages the key: its policy admits every principal of its own account through its service, and nobody else.
pub(crate) fn is_aws_managed(key: &str, entity: Option<&Entity>) -> bool {
    let manager = entity.and_then(|entity| entity.attributes.get("key_manager")?.as_str());
    let has_aws_alias = entity
        .and_then(|entity| entity.attributes.get("aliases")?.as_array())
        .is_some_and(|aliases| {
            aliases
                .iter()
                .any(|alias| alias.as_str().is_some_and(|alias| alias.starts_with("alias/aws/")))
        });
    manager == Some("AWS") || has_aws_alias || key.contains(":alias/aws/")
}

fn judge_aws_managed_key(request: &Request<'_>, key: &str) -> Evaluation {
    let key_account = sv0_model::arn::account_of(key).or(request.place.account());
    let is_open = request.subject.is_service() || key_account.is_none() || request.subject.account() == key_account;
    Evaluation {
        decision: if is_open {
            Decision::Allow
        } else {
            Decision::ImplicitDeny
        },
        blocked_by: if is_open { Vec::new() } else { vec![Layer::Kms] },
        condition: None,
        statements: Vec::new(),
        granting: Vec::new(),
        caveats: Vec::new(),
    }
}

/// Both the content and its key must be open.
fn combine(content: Evaluation, gate: Evaluation) -> Evaluation {
    let mut combined = content;
    combined.caveats = union(combined.caveats, gate.caveats);
    if gate.decision == Decision::Allow {
        if combined.decision.is_possible() {
            combined.statements = union(combined.statements, gate.statements);
        }
        return combined;
    }
    match (denies(combined.decision), denies(gate.decision)) {
        (true, true) => {
            combined.blocked_by = union(combined.blocked_by, vec![Layer::Kms]);
            combined.decision = combined.decision.max(gate.decision);
            combined.statements = union(combined.statements, gate.statements);
        }
        (true, false) => {}
        (false, true) => {
            combined.decision = gate.decision;
            combined.blocked_by = vec![Layer::Kms];
            combined.condition = None;
            combined.statements = gate.statements;
        }
        (false, false) => {
            combined.blocked_by = union(combined.blocked_by, vec![Layer::Kms]);
            combined.decision = Decision::Conditional;
            combined.condition = conjunction([combined.condition, gate.condition].into_iter().flatten());
            combined.statements = union(combined.statements, gate.statements);
        }
    }
    combined
}
