//! `explain`: an answer with every layer's word, the texts of the statements and where they come from, and for a denial what would have to change.
//!
//! Nothing here decides: what would have to change is found by asking the same engine with a layer opened, a statement taken out or an element widened.

mod assume;
mod but_for;
mod miss;
mod origin;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use sv0_iam::{Evaluation, sentence};
use sv0_model::decision::{Caveat, Effect, Layer, StatementRef};
use sv0_model::time::Timestamp;

pub use assume::AssumeInformation;
pub use but_for::{ButFor, Change, Needed};
pub use miss::{MissingElement, NearestMiss};

use super::{Answer, Query, QueryError};
use crate::estate::{Estate, Request, SnapshotText};

/// An answer and why it is so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// The condition of the answer in words, to follow "only if".
    pub condition_sentence: Option<String>,
    /// What each layer says, in evaluation order.
    pub layers: Vec<LayerVerdict>,
    /// The deciding statements with their texts.
    pub deciding: Vec<ShownStatement>,
    /// For a denied request, the statements that would have allowed it.
    pub granting: Vec<ShownStatement>,
    /// For a denied request, the smallest changes with which the engine would allow it, each by itself.
    pub but_for: Vec<ButFor>,
    /// For a request that some layer does not allow, the statements of that layer that come nearest.
    pub nearest_misses: Vec<NearestMiss>,
    /// For `sts:AssumeRole`, what the trust policy asks for.
    pub assume: Option<AssumeInformation>,
    /// With caveat `managed_policy_from_snapshot`, the principal's policies whose text comes from the snapshot, with its day; sorted.
    pub snapshots: Vec<SnapshotText>,
}

/// What one layer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerVerdict {
    /// The layer.
    pub layer: Layer,
    /// What it says.
    pub state: LayerState,
    /// Native ids of the policies that were looked at, sorted.
    pub policies: Vec<String>,
    /// In words, why.
    pub reason: String,
}

/// What a layer says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerState {
    /// No policy of the layer applies.
    NotApplicable,
    /// It does not stop the request.
    Passes,
    /// Its answer hangs on an unknown.
    Conditional,
    /// It stops the request.
    Blocks,
}

/// A statement with its text and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownStatement {
    /// Where it stands.
    #[serde(flatten)]
    pub reference: StatementRef,
    /// The name a person knows its policy by.
    pub policy_name: String,
    /// The layer it belongs to.
    pub layer: Layer,
    /// How its policy comes to apply to the request, sorted.
    pub attached: Vec<Attachment>,
    /// The record it was read from.
    pub source: Option<Source>,
    /// Its JSON.
    pub text: Option<Value>,
}

/// How a policy comes to apply to a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Attachment {
    /// In which way.
    pub how: AttachmentKind,
    /// Native id of what it is attached to; of a root or organizational unit its id, of an account its 12 digits.
    pub to: String,
    /// The name a person knows that by.
    pub name: String,
}

/// In which way a policy applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A policy embedded in the principal.
    Inline,
    /// A managed policy attached to the principal.
    Attached,
    /// A policy of a group the user is in.
    Group,
    /// The principal's permissions boundary.
    PermissionsBoundary,
    /// The trust policy of the role.
    TrustPolicy,
    /// The policy of the KMS key.
    KeyPolicy,
    /// The policy of any other resource.
    ResourcePolicy,
    /// A service control policy of a root, organizational unit or account.
    ServiceControlPolicy,
    /// A resource control policy of a root, organizational unit or account.
    ResourceControlPolicy,
}

/// The record a policy was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The file, relative to the capture.
    pub object: String,
    /// SHA-256 of the record.
    pub sha256: String,
    /// When its text was recorded.
    pub captured_at: Option<Timestamp>,
}

/// A question under explanation, with its answer.
struct Explained<'e, 'r> {
    estate: &'e Estate<'e>,
    request: &'r Request<'r>,
    evaluation: &'r Evaluation,
    /// Native ids of the policies of each layer, in evaluation order.
    policies: Vec<(Layer, Vec<String>)>,
}

impl Estate<'_> {
    /// Answers a question and says why, from one evaluation: of a user of Identity Center, who may act in several roles, that of the foremost.
    ///
    /// # Errors
    /// When principal or resource are unknown, or the question is malformed.
    pub fn explain(&self, query: &Query<'_>) -> Result<Explanation, QueryError> {
        let answer = self.decide(query)?;
        let place = self.place(query.resource)?;
        let subject = self.foremost_subject(query, &place)?;
        let request = query.request(&subject, &place);
        let evaluation = self.judge(&request)?;
        let explained = Explained {
            estate: self,
            request: &request,
            evaluation: &evaluation,
            policies: self.policies_by_layer(&request),
        };
        let is_denied = !answer.decision.is_possible();
        let but_for = if is_denied { explained.but_for()? } else { Vec::new() };
        Ok(Explanation {
            condition_sentence: answer.condition.as_ref().map(sentence),
            layers: explained.layers(),
            deciding: explained.show_all(&evaluation.statements),
            granting: if is_denied {
                explained.show_all(&evaluation.granting)
            } else {
                Vec::new()
            },
            nearest_misses: explained.nearest_misses(&but_for)?,
            but_for,
            assume: explained.assume_information(),
            snapshots: self.snapshots_behind(&answer)?,
            answer,
        })
    }

    /// The texts out of the snapshot that an answer rests on, in whichever way the principal acts.
    fn snapshots_behind(&self, answer: &Answer) -> Result<Vec<SnapshotText>, QueryError> {
        let mut texts = BTreeSet::new();
        if answer.caveats.contains(&Caveat::ManagedPolicyFromSnapshot) {
            let ways = self.actor(&answer.principal)?.ways;
            texts.extend(ways.iter().flat_map(|way| self.snapshot_texts(&way.subject)));
        }
        Ok(texts.into_iter().collect())
    }
}

impl Explained<'_, '_> {
    fn layers(&self) -> Vec<LayerVerdict> {
        let verdict = |(layer, policies): &(Layer, Vec<String>)| {
            let is_named = self.evaluation.blocked_by.contains(layer);
            let state = match (is_named, self.evaluation.decision.is_possible()) {
                (true, true) => LayerState::Conditional,
                (true, false) => LayerState::Blocks,
                (false, _) if policies.is_empty() => LayerState::NotApplicable,
                (false, false) if policies.iter().any(|policy| self.is_uncollected(policy)) => LayerState::Conditional,
                (false, _) => LayerState::Passes,
            };
            LayerVerdict {
                layer: *layer,
                state,
                reason: self.reason(*layer, state).to_owned(),
                policies: policies.clone(),
            }
        };
        self.policies.iter().map(verdict).collect()
    }

    fn reason(&self, layer: Layer, state: LayerState) -> &'static str {
        let denies = self
            .evaluation
            .statements
            .iter()
            .any(|statement| statement.effect == Effect::Deny && self.layer_of(statement) == layer);
        match (state, layer) {
            (LayerState::NotApplicable, _) => "no policy of this layer applies",
            (LayerState::Passes, _) => "does not stop the request",
            (LayerState::Conditional, _) if !self.evaluation.blocked_by.contains(&layer) => {
                "a policy of this layer was not collected: it may allow or deny"
            }
            (LayerState::Conditional, _) => "stops the request unless its condition holds",
            (LayerState::Blocks, Layer::BlockPublicAccess) => "a public policy grants nothing to other accounts",
            (LayerState::Blocks, _) if denies => "a statement denies the request",
            (LayerState::Blocks, Layer::Kms) => "the key does not let the principal use it",
            (LayerState::Blocks, _) => "nothing allows the request",
        }
    }

    /// Whether a policy is known by name alone.
    fn is_uncollected(&self, policy: &str) -> bool {
        let record = self.estate.library().record(policy);
        record.is_some_and(|record| record.document.is_none())
    }

    /// The policies of a layer.
    fn policies_of(&self, layer: Layer) -> &[String] {
        let found = self.policies.iter().find(|(of, _)| *of == layer);
        found.map_or(&[], |(_, policies)| policies)
    }
}
