//! The sentences of an explanation.

use sv0_iam::{Element, Statement, StatementElement, sentence};
use sv0_model::decision::{ConditionExpression, Layer};
use sv0_model::graph::EntityKind;

use super::but_for::{ButFor, Change, Needed};
use super::{Attachment, AttachmentKind, Explained, ShownStatement};

/// Entries of an element that a sentence writes out.
const MOST_ENTRIES: usize = 4;

/// Another request context is enough.
pub(super) fn context_change(condition: ConditionExpression) -> ButFor {
    let words = sentence(&condition);
    ButFor {
        sentence: format!("it would be allowed if {words}"),
        changes: Vec::new(),
        condition: Some(condition),
        condition_sentence: Some(words),
    }
}

/// `it would be allowed but for …`.
pub(super) fn change_words(explained: &Explained<'_, '_>, changes: &[Change], condition: Option<&str>) -> String {
    let obstacles: Vec<String> = changes.iter().map(|change| obstacle(explained, change)).collect();
    let then = condition.map_or_else(String::new, |condition| format!(", and then only if {condition}"));
    format!("it would be allowed but for {}{then}", obstacles.join(", and for "))
}

fn obstacle(explained: &Explained<'_, '_>, change: &Change) -> String {
    let layer = layer_words(explained, change);
    let lacks = if layer.is_plural {
        "do not allow it"
    } else {
        "does not allow it"
    };
    let denies: Vec<String> = change.denies.iter().map(deny_words).collect();
    match change.needed {
        Needed::NoDeny if denies.is_empty() => format!("a Deny in {}", layer.words),
        Needed::NoDeny => denies.join(" and "),
        Needed::Allow | Needed::AllowAndNoDeny if layer.is_missing => layer.words,
        Needed::Allow => format!("{}, which {lacks}", layer.words),
        Needed::AllowAndNoDeny if denies.is_empty() => format!("{}, which {lacks}, and a Deny in it", layer.words),
        Needed::AllowAndNoDeny => format!("{}, which {lacks}, and {}", layer.words, denies.join(" and ")),
    }
}

fn deny_words(statement: &ShownStatement) -> String {
    let reference = &statement.reference;
    let sid = reference.sid.as_ref().map_or_else(String::new, |sid| format!(" {sid}"));
    format!(
        "Deny statement {}{sid} of {}{}",
        reference.index,
        statement.policy_name,
        attachments(statement)
    )
}

/// ` (permissions boundary of app; attached to app)`; nothing where the policy's name says it.
fn attachments(statement: &ShownStatement) -> String {
    let words: Vec<String> = statement
        .attached
        .iter()
        .map(Attachment::words)
        .filter(|words| *words != statement.policy_name)
        .collect();
    if words.is_empty() {
        return String::new();
    }
    format!(" ({})", words.join("; "))
}

impl Attachment {
    /// How the policy comes to apply, in words: `service control policy at Prod`.
    #[must_use]
    pub fn words(&self) -> String {
        let name = &self.name;
        match self.how {
            AttachmentKind::Inline => format!("inline policy of {name}"),
            AttachmentKind::Attached => format!("attached to {name}"),
            AttachmentKind::Group => format!("through group {name}"),
            AttachmentKind::PermissionsBoundary => format!("permissions boundary of {name}"),
            AttachmentKind::TrustPolicy => format!("trust policy of {name}"),
            AttachmentKind::KeyPolicy => format!("key policy of {name}"),
            AttachmentKind::ResourcePolicy => format!("resource policy of {name}"),
            AttachmentKind::ServiceControlPolicy => format!("SCP at {name}"),
            AttachmentKind::ResourceControlPolicy => format!("RCP at {name}"),
        }
    }
}

/// A layer as the subject of "does not allow it".
struct LayerWords {
    words: String,
    is_plural: bool,
    /// There is nothing there that could allow or not.
    is_missing: bool,
}

fn layer_words(explained: &Explained<'_, '_>, change: &Change) -> LayerWords {
    let policies = explained.policies_of(change.layer);
    let subject = explained.request.subject;
    let principal = subject
        .entity
        .map_or_else(|| subject.principal.text(), |entity| entity.name.as_str());
    let place = explained.request.place;
    let resource = place.entity.map_or(place.arn.as_str(), |entity| entity.name.as_str());
    let one = |words: String| LayerWords {
        words,
        is_plural: false,
        is_missing: false,
    };
    let many = |words: String| LayerWords {
        words,
        is_plural: true,
        is_missing: false,
    };
    let missing = |words: String| LayerWords {
        words,
        is_plural: false,
        is_missing: true,
    };
    match change.layer {
        Layer::Identity if policies.is_empty() => missing(format!("{principal} having no identity policy")),
        Layer::Identity => many(format!("the identity policies of {principal}")),
        Layer::Resource => {
            let kind = match place.entity.map(|entity| entity.kind) {
                Some(kind) if kind.is_iam_principal() => "trust policy",
                Some(EntityKind::KmsKey) => "key policy",
                Some(EntityKind::S3Bucket) => "bucket policy",
                _ => "resource policy",
            };
            if policies.is_empty() {
                missing(format!("{resource} having no {kind}"))
            } else {
                one(format!("the {kind} of {resource}"))
            }
        }
        Layer::Boundary => one(format!("the permissions boundary {}", named(explained, policies))),
        Layer::Session => one("the session policy".to_owned()),
        Layer::Scp => many(format!(
            "the service control policies{}",
            at_levels(explained, &change.levels)
        )),
        Layer::Rcp => many("the resource control policies".to_owned()),
        Layer::Endpoint => one("the VPC endpoint policy".to_owned()),
        Layer::Kms => missing(key_words(explained, principal)),
        Layer::BlockPublicAccess => missing(format!("S3 Block Public Access of {resource}")),
    }
}

fn key_words(explained: &Explained<'_, '_>, principal: &str) -> String {
    match explained.estate.gate_of(explained.request) {
        Some((key, action)) => format!(
            "the key {} that encrypts it, on which {principal} needs {action}",
            explained.name(key)
        ),
        None => "the KMS key that encrypts it".to_owned(),
    }
}

fn named(explained: &Explained<'_, '_>, policies: &[String]) -> String {
    let library = explained.estate.library();
    let name = |id: &String| {
        library
            .record(id)
            .map_or_else(|| id.clone(), |record| record.name.clone())
    };
    policies.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn at_levels(explained: &Explained<'_, '_>, levels: &[String]) -> String {
    if levels.is_empty() {
        return String::new();
    }
    let nodes = &explained.estate.graph().organization.nodes;
    let name = |id: &String| {
        let name = nodes.get(id).map_or(id.as_str(), |node| node.name.as_str());
        if name == id {
            id.clone()
        } else {
            format!("{name} ({id})")
        }
    };
    format!(" at {}", levels.iter().map(name).collect::<Vec<_>>().join(", "))
}

/// What an element that does not match says.
pub(super) fn miss_words(action: &str, statement: &Statement, element: StatementElement) -> String {
    match element {
        StatementElement::Condition => match statement.condition_expression() {
            Some(condition) => format!("it allows {action} only if {}", sentence(&condition)),
            None => format!("it allows {action} under a condition that does not hold"),
        },
        StatementElement::Principal => on_others(
            statement.principals(),
            |pattern| pattern.text().to_owned(),
            &format!("it allows {action} to others:"),
            &format!("it allows {action} to all but"),
        ),
        StatementElement::Resource => on_others(
            statement.resources(),
            |pattern| pattern.text().to_owned(),
            &format!("it allows {action} on other resources:"),
            &format!("it allows {action} on all resources but"),
        ),
        StatementElement::Action => on_others(
            statement.actions(),
            |pattern| pattern.text().to_owned(),
            "it allows other actions:",
            "it allows all actions but",
        ),
    }
}

fn on_others<T>(element: &Element<T>, text: impl Fn(&T) -> String, only: &str, except: &str) -> String {
    let items = element.items();
    let mut entries: Vec<String> = items.iter().take(MOST_ENTRIES).map(text).collect();
    if items.len() > MOST_ENTRIES {
        entries.push(format!("{} more", items.len() - MOST_ENTRIES));
    }
    let lead = match element {
        Element::Except(_) => except,
        Element::Only(_) | Element::Missing | Element::Unreadable => only,
    };
    format!("{lead} {}", entries.join(", "))
}
