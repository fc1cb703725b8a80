//! Resources and roles that are open to everyone, or to somebody outside.

mod function_url;

pub(super) use function_url::reaches_sensitive_content;

use std::collections::BTreeSet;

use sv0_iam::catalogue::{Fit, resource_type_fits};
use sv0_iam::{Context, Evaluation, UnknownContext};
use sv0_model::decision::{ConditionExpression, Decision, Effect, UNCOLLECTED_POLICY_KEY};
use sv0_model::finding::{FindingKind, FindingSeverity};
use sv0_model::graph::{Entity, EntityKind, Resolution, Sensitivity, urn};
use sv0_model::path::ActionClass;

use super::Facts;
use super::draft::{Draft, command, name};
use crate::access::ASSUME_ROLE;
use crate::access::{Access, ActionTarget, Basis, Candidates, Survey, class_of, rows_of};
use crate::estate::{Place, Request, Subject, conjunction, disjunction, is_public_grant};

/// Somebody of an account that nobody knows: what a policy opens to every AWS principal is open to it.
const STRANGER: &str = "arn:aws:iam::000000000000:root";

/// Whom "everyone" is asked as: a caller without credentials, and one with those of some account.
const EVERYONE: [&str; 2] = ["anonymous", STRANGER];

/// Condition keys that say whose request it is: with fixed values a policy for everyone is one for these callers.
const CALLER_KEYS: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
];

/// Condition keys that say where a request comes from.
const NETWORK_KEYS: &[&str] = &[
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:SourceVpcArn",
];

/// Findings on every resource and role whose policy names somebody outside or everyone.
pub(crate) fn findings(facts: &Facts<'_, '_>) -> Vec<Draft> {
    let entities = facts.estate.graph().entities.values();
    entities
        .filter(|entity| {
            entity.resolution == Resolution::Collected
                && (entity.kind == EntityKind::IamRole
                    || !rows_of(entity).is_empty()
                    || facts.estate.function_of(entity).is_some())
        })
        .flat_map(|entity| {
            let public = public_accesses(facts, entity);
            [
                public_access(facts, entity, &public),
                external_access(facts, entity, &public),
                public_list(facts, entity),
            ]
        })
        .flatten()
        .collect()
}

/// What a principal reaches of one entity.
fn reach<'e>(facts: &Facts<'e, '_>, subject: &Subject<'_>, entity: &Entity) -> Vec<Access<'e>> {
    let Some(entity) = facts.estate.entity(&entity.native_id) else {
        return Vec::new();
    };
    let candidates = Candidates::of_one(facts.estate, entity);
    let context = Context::new();
    let survey = Survey {
        estate: facts.estate,
        candidates: &candidates,
        subject,
        basis: Basis::Granted,
        context: &context,
        unknown_context: UnknownContext::Any,
    };
    let mut accesses = match entity.kind {
        EntityKind::IamRole => survey.reach_of(ASSUME_ROLE, None, ActionTarget::Whole),
        _ => survey.reach(),
    };
    accesses.retain(|access| access.evaluation.decision.is_possible());
    function_url::add(&survey, entity, &mut accesses);
    accesses
}

/// What everyone reaches, with how open it is.
type PublicAccess<'e> = (Open, Access<'e>);

fn public_accesses<'e>(facts: &Facts<'e, '_>, entity: &Entity) -> Vec<PublicAccess<'e>> {
    if !facts.estate.names_everyone(entity) {
        return Vec::new();
    }
    EVERYONE
        .into_iter()
        .filter_map(|name| facts.estate.named_subject(name))
        .flat_map(|subject| reach(facts, &subject, entity))
        .filter_map(|access| Some((openness(&access.evaluation)?, access)))
        .collect()
}

fn public_access(facts: &Facts<'_, '_>, entity: &Entity, public: &[PublicAccess<'_>]) -> Option<Draft> {
    let list = urn::access_control_list(&entity.native_id);
    // What the access control list alone opens is a finding of its own.
    let by_policy = |(_, access): &&PublicAccess<'_>| {
        let allows = access.evaluation.statements.iter();
        let mut allows = allows.filter(|statement| statement.effect == Effect::Allow).peekable();
        allows.peek().is_none() || allows.any(|statement| statement.policy != list)
    };
    let public: Vec<&PublicAccess<'_>> = public.iter().filter(by_policy).collect();
    let rating = |(open, access): &&PublicAccess<'_>| public_rating(facts, *open, access);
    let (severity, reason) = public.iter().map(rating).max_by_key(|(severity, _)| *severity)?;
    let accesses: Vec<&Access<'_>> = public.iter().map(|(_, access)| access).collect();
    let mut draft = Draft::new(FindingKind::PublicAccess, &entity.native_id);
    draft.account.clone_from(&entity.account);
    add_accesses(&mut draft, &accesses);
    draft.rate(severity, reason);
    draft.title = match entity.kind {
        EntityKind::IamRole => format!("every AWS account can assume role {}", name(entity)),
        _ => format!("{} is open to everyone", name(entity)),
    };
    draft.description = format!(
        "The resource-based policy names everyone and lets them do {}.",
        actions_of(&accesses).join(", ")
    );
    if public.iter().any(|(open, _)| open.hangs_on_settings) {
        draft.description.push_str(SETTINGS_NOT_COLLECTED);
    }
    if let Some(note) = function_url::note(entity, &accesses) {
        draft.description.push_str(note);
    }
    draft.verify = vec![who_can(entity, &accesses)];
    draft.verify.extend(show_policy(entity));
    draft.verify.extend(show_block(
        entity,
        public.iter().any(|(open, _)| open.hangs_on_settings),
    ));
    Some(draft)
}

const SETTINGS_NOT_COLLECTED: &str = " Whether S3 Block Public Access or Object Ownership stops it was not collected.";

/// The AWS CLI's command that prints what was not collected.
fn show_block(entity: &Entity, is_unknown: bool) -> Option<String> {
    let account = entity.account.as_deref().filter(|_| is_unknown)?;
    Some(command(&[
        "aws",
        "s3control",
        "get-public-access-block",
        "--account-id",
        account,
    ]))
}

/// How open an access is to everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    openness: Openness,
    /// Whether it hangs on settings that were not collected, such as S3 Block Public Access.
    hangs_on_settings: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Openness {
    Unconditional,
    Conditional,
    FromNamedNetworks,
}

/// Whether an evaluation for everyone lets in more than callers whom its condition names.
pub(crate) fn opens_to_everyone(evaluation: &Evaluation) -> bool {
    openness(evaluation).is_some()
}

/// How open an evaluation for everyone is; none where its condition names the callers.
fn openness(evaluation: &Evaluation) -> Option<Open> {
    let Some(condition) = evaluation
        .condition
        .as_ref()
        .filter(|_| evaluation.decision != Decision::Allow)
    else {
        return Some(Open {
            openness: Openness::Unconditional,
            hangs_on_settings: false,
        });
    };
    let through = without(condition, &names_way);
    let settled = through.as_ref().and_then(|rest| without(rest, &names_setting));
    Some(Open {
        openness: match &settled {
            None => Openness::Unconditional,
            Some(rest) if requires_one_of(rest, CALLER_KEYS) => return None,
            Some(rest) if requires_one_of(rest, NETWORK_KEYS) => Openness::FromNamedNetworks,
            Some(_) => Openness::Conditional,
        },
        hangs_on_settings: through != settled,
    })
}

/// The condition that is left where some tests hold; none where it holds then.
fn without(
    condition: &ConditionExpression,
    holds: &dyn Fn(&str, &str, &[String]) -> bool,
) -> Option<ConditionExpression> {
    match condition {
        ConditionExpression::Test { key, operator, values } => {
            (!holds(key, operator, values)).then(|| condition.clone())
        }
        ConditionExpression::All { all } => conjunction(all.iter().filter_map(|child| without(child, holds))),
        ConditionExpression::Any { any } => {
            let rest: Option<Vec<ConditionExpression>> = any.iter().map(|child| without(child, holds)).collect();
            disjunction(rest?)
        }
    }
}

/// Whether a test names the one access point through which everyone may come: a way that is open to everyone, not a caller.
fn names_way(key: &str, operator: &str, values: &[String]) -> bool {
    key == "s3:DataAccessPointArn" && operator == "StringEquals" && values.len() == 1
}

/// Whether a test stands for a setting that was not collected.
fn names_setting(key: &str, _: &str, values: &[String]) -> bool {
    let is_setting =
        |urn: &String| urn.starts_with(&urn::block_public_access("")) || urn.starts_with(&urn::object_ownership(""));
    key == UNCOLLECTED_POLICY_KEY && values.iter().all(is_setting)
}

/// Whether the condition cannot hold unless one of the keys has a value that is named in full.
fn requires_one_of(condition: &ConditionExpression, keys: &[&str]) -> bool {
    match condition {
        ConditionExpression::All { all } => all.iter().any(|child| requires_one_of(child, keys)),
        ConditionExpression::Any { any } => !any.is_empty() && any.iter().all(|child| requires_one_of(child, keys)),
        ConditionExpression::Test { key, operator, values } => {
            let is_open_ended = operator.contains("Not")
                || operator.ends_with("IfExists")
                || operator == "Null"
                || operator.starts_with("ForAllValues");
            let names_anything = |value: &String| {
                value == "*" || value.starts_with("arn:*") || matches!(value.as_str(), "0.0.0.0/0" | "::/0")
            };
            keys.iter().any(|own| own.eq_ignore_ascii_case(key)) && !is_open_ended && !values.iter().any(names_anything)
        }
    }
}

fn public_rating(facts: &Facts<'_, '_>, open: Open, access: &Access<'_>) -> (FindingSeverity, String) {
    let by_url = || function_url::rating(facts, access).filter(|_| open.openness == Openness::Unconditional);
    let (severity, reason) = by_url().unwrap_or_else(|| rating_of(open.openness, access));
    if open.hangs_on_settings {
        let reason = format!("{reason}, unless a setting that was not collected stops it");
        return (one_lower(severity), reason);
    }
    (severity, reason.to_owned())
}

fn one_lower(severity: FindingSeverity) -> FindingSeverity {
    match severity {
        FindingSeverity::Critical => FindingSeverity::High,
        FindingSeverity::High => FindingSeverity::Medium,
        FindingSeverity::Medium => FindingSeverity::Low,
        FindingSeverity::Low | FindingSeverity::Informational => severity,
    }
}

fn rating_of(openness: Openness, access: &Access<'_>) -> (FindingSeverity, &'static str) {
    let reads = access.class == Some(ActionClass::ReadData);
    match (openness, access.entity.sensitivity) {
        (Openness::FromNamedNetworks, _) => (
            FindingSeverity::Low,
            "open to everyone, but only from networks that the policy names",
        ),
        (Openness::Conditional, _) => (
            FindingSeverity::Medium,
            "open to everyone under a condition that anybody may meet",
        ),
        (Openness::Unconditional, Sensitivity::Public) if reads => (
            FindingSeverity::Informational,
            "open for reading, and marked as meant to be public",
        ),
        (Openness::Unconditional, Sensitivity::Restricted | Sensitivity::Confidential) => (
            FindingSeverity::Critical,
            "open to everyone without condition, and its content is restricted or confidential",
        ),
        (Openness::Unconditional, _) if !reads => (
            FindingSeverity::Critical,
            "open to everyone without condition for more than reading",
        ),
        (Openness::Unconditional, _) => (FindingSeverity::High, "open to everyone without condition for reading"),
    }
}

/// Whom the policy names from outside, with what each reaches beyond what is open to everyone.
fn external_access(facts: &Facts<'_, '_>, entity: &Entity, public: &[PublicAccess<'_>]) -> Option<Draft> {
    let outsiders: BTreeSet<String> = facts
        .estate
        .outsiders_named_by(entity)
        .iter()
        .filter_map(|opening| facts.estate.principal_of(opening))
        .collect();
    let open_to_everyone: BTreeSet<&str> = public
        .iter()
        .filter(|(open, _)| open.openness == Openness::Unconditional && !open.hangs_on_settings)
        .map(|(_, access)| access.action.as_str())
        .collect();
    let mut accesses: Vec<Access<'_>> = Vec::new();
    let mut who: Vec<String> = Vec::new();
    for outsider in outsiders {
        let subject = facts.estate.named_subject(&outsider);
        let mut own = subject
            .map(|subject| reach(facts, &subject, entity))
            .unwrap_or_default();
        own.retain(|access| !open_to_everyone.contains(access.action.as_str()));
        if !own.is_empty() {
            who.push(outsider);
            accesses.extend(own);
        }
    }
    let reached: Vec<&Access<'_>> = accesses.iter().collect();
    let first = who.first()?.clone();
    let mut draft = Draft::new(FindingKind::ExternalAccess, &entity.native_id);
    draft.account.clone_from(&entity.account);
    draft.subjects.extend(who.iter().cloned());
    add_accesses(&mut draft, &reached);
    let (severity, reason) = external_rating(entity, &reached);
    draft.rate(severity, reason);
    draft.title = format!(
        "{} is open to {} outside the organization",
        name(entity),
        if who.len() == 1 { "a principal" } else { "principals" }
    );
    draft.description = format!(
        "The resource-based policy lets {} do {}.",
        who.join(", "),
        actions_of(&reached).join(", ")
    );
    let (action, resource) = example(entity, &reached);
    draft.verify = vec![
        command(&["sv0", "explain", &first, &action, &resource]),
        who_can(entity, &reached),
    ];
    draft.verify.extend(show_policy(entity));
    Some(draft)
}

fn external_rating(entity: &Entity, accesses: &[&Access<'_>]) -> (FindingSeverity, &'static str) {
    let requires = |key: &str| {
        let keys = [key];
        accesses.iter().all(|access| {
            access
                .evaluation
                .condition
                .as_ref()
                .is_some_and(|condition| requires_one_of(condition, &keys))
        })
    };
    if entity.kind == EntityKind::IamRole {
        return if requires("sts:ExternalId") {
            (
                FindingSeverity::Low,
                "an outsider may assume the role, and has to present an ExternalId",
            )
        } else {
            (FindingSeverity::Medium, "an outsider may assume the role")
        };
    }
    let reads_only = accesses
        .iter()
        .all(|access| matches!(access.class, Some(ActionClass::ReadData | ActionClass::UseKey)));
    match (entity.sensitivity, reads_only) {
        (Sensitivity::Restricted | Sensitivity::Confidential, _) => (
            FindingSeverity::High,
            "an outsider reaches restricted or confidential content",
        ),
        (_, false) => (FindingSeverity::High, "an outsider may do more than read"),
        (_, true) => (FindingSeverity::Medium, "an outsider may read"),
    }
}

/// A bucket whose access control list names everyone, where the list still counts or may.
fn public_list(facts: &Facts<'_, '_>, entity: &Entity) -> Option<Draft> {
    let list = urn::access_control_list(&entity.native_id);
    let mut draft = Draft::new(FindingKind::PublicAccess, &entity.native_id);
    let mut actions = BTreeSet::new();
    let mut hangs_on_settings = true;
    for action in listed_actions(facts, &list) {
        for evaluation in EVERYONE
            .into_iter()
            .filter_map(|name| ask_list(facts, entity, name, &action))
        {
            let rests_on_list = evaluation.statements.iter().any(|statement| statement.policy == list);
            let Some(open) = openness(&evaluation).filter(|_| rests_on_list) else {
                continue;
            };
            hangs_on_settings &= open.hangs_on_settings;
            draft.statements.extend(evaluation.statements);
            draft.caveats.extend(evaluation.caveats);
            actions.insert(action.clone());
        }
    }
    if actions.is_empty() {
        return None;
    }
    "acl".clone_into(&mut draft.aspect);
    draft.account.clone_from(&entity.account);
    let lists_alone = actions.iter().all(|action| action.starts_with("s3:List"));
    let (severity, reason) = if lists_alone {
        (
            FindingSeverity::High,
            "the access control list lets everyone list the bucket",
        )
    } else {
        let reason = "the access control list lets everyone do more than list the bucket";
        (FindingSeverity::Critical, reason)
    };
    draft.rate(
        if hangs_on_settings {
            one_lower(severity)
        } else {
            severity
        },
        reason,
    );
    draft.title = format!("the access control list of {} names everyone", name(entity));
    draft.description = format!(
        "The bucket's access control list grants everyone {}{}",
        actions.into_iter().collect::<Vec<String>>().join(", "),
        if hangs_on_settings {
            format!(".{SETTINGS_NOT_COLLECTED}")
        } else {
            ", and neither Object Ownership nor Block Public Access switches it off.".to_owned()
        }
    );
    draft.verify = vec![command(&["aws", "s3api", "get-bucket-acl", "--bucket", &entity.name])];
    draft.verify.extend(show_block(entity, hangs_on_settings));
    Some(draft)
}

/// The actions that an access control list gives to everyone.
fn listed_actions(facts: &Facts<'_, '_>, list: &str) -> BTreeSet<String> {
    let statements = facts.estate.library().policy(list).map(|policy| policy.statements());
    statements
        .unwrap_or_default()
        .iter()
        .filter(|statement| is_public_grant(statement))
        .flat_map(|statement| statement.actions().items())
        .map(|action| action.text().to_owned())
        .collect()
}

/// What everyone may do by one action on a bucket, or on what lies in it.
fn ask_list(facts: &Facts<'_, '_>, bucket: &Entity, who: &str, action: &str) -> Option<Evaluation> {
    let bucket = facts.estate.entity(&bucket.native_id)?;
    let is_on_objects = resource_type_fits(action, &bucket.native_id) == Fit::RuledOut;
    let place = if is_on_objects {
        Place::inside(bucket, format!("{}/*", bucket.native_id))
    } else {
        Place::of(bucket)
    };
    let subject = facts.estate.named_subject(who)?;
    let evaluation = facts.estate.judge(&Request {
        subject: &subject,
        action,
        place: &place,
        context: &Context::new(),
        unknown_context: UnknownContext::Any,
    });
    evaluation.ok().filter(|evaluation| evaluation.decision.is_possible())
}

fn add_accesses(draft: &mut Draft, accesses: &[&Access<'_>]) {
    for access in accesses {
        draft.statements.extend(access.evaluation.statements.iter().cloned());
        draft.caveats.extend(&access.evaluation.caveats);
    }
}

fn actions_of(accesses: &[&Access<'_>]) -> Vec<String> {
    let actions: BTreeSet<&String> = accesses.iter().map(|access| &access.action).collect();
    actions.into_iter().cloned().collect()
}

fn who_can(entity: &Entity, accesses: &[&Access<'_>]) -> String {
    let (action, resource) = example(entity, accesses);
    command(&["sv0", "who-can", &action, &resource])
}

/// An action that is open, and a resource of the kind that it takes.
fn example(entity: &Entity, accesses: &[&Access<'_>]) -> (String, String) {
    let Some(access) = accesses.first() else {
        return (ASSUME_ROLE.to_owned(), entity.native_id.clone());
    };
    let is_inside = class_of(&access.action).is_some_and(|(_, target)| target == ActionTarget::Inside);
    let resource = if is_inside && access.scope == entity.native_id {
        format!("{}/*", access.scope)
    } else {
        access.scope.clone()
    };
    (access.action.clone(), resource)
}

/// The AWS CLI's command that prints the policy.
pub(super) fn show_policy(entity: &Entity) -> Option<String> {
    let id = entity.native_id.as_str();
    Some(match entity.kind {
        EntityKind::IamRole => command(&["aws", "iam", "get-role", "--role-name", &entity.name]),
        EntityKind::S3Bucket => command(&["aws", "s3api", "get-bucket-policy", "--bucket", &entity.name]),
        EntityKind::Secret => command(&["aws", "secretsmanager", "get-resource-policy", "--secret-id", id]),
        EntityKind::KmsKey => command(&[
            "aws",
            "kms",
            "get-key-policy",
            "--key-id",
            id,
            "--policy-name",
            "default",
        ]),
        EntityKind::LambdaFunction => command(&["aws", "lambda", "get-policy", "--function-name", id]),
        EntityKind::EcrRepository => {
            command(&["aws", "ecr", "get-repository-policy", "--repository-name", &entity.name])
        }
        _ => return None,
    })
}
