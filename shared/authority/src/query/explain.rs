//! `explain`: an answer with every layer's word, the texts of the statements, and what comes nearest where nothing allows.

use serde::Serialize;
use serde_json::Value;
use sv0_iam::{Element, Evaluation};
use sv0_model::decision::{Decision, Effect, Layer, StatementRef};
use sv0_model::graph::ResourcePolicy;

use super::{Answer, Query, QueryError};
use crate::access::side_of;
use crate::estate::{Estate, Place, Request, Subject};

/// An answer and why it is so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
    /// What each layer says, in evaluation order.
    pub layers: Vec<LayerVerdict>,
    /// The deciding statements with their texts.
    pub deciding: Vec<ShownStatement>,
    /// For a denied request, the statements that would have allowed it.
    pub granting: Vec<ShownStatement>,
    /// For a request that nothing allows, the statements that come nearest.
    pub nearest_misses: Vec<NearestMiss>,
    /// For `sts:AssumeRole`, what the trust policy asks for.
    pub assume: Option<AssumeInformation>,
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

/// A statement with its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownStatement {
    /// Where it stands.
    #[serde(flatten)]
    pub reference: StatementRef,
    /// The name a person knows its policy by.
    pub policy_name: String,
    /// The layer it belongs to.
    pub layer: Layer,
    /// Its JSON.
    pub text: Option<Value>,
}

/// A statement that would have allowed the request if one element were different.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearestMiss {
    /// The statement.
    pub statement: ShownStatement,
    /// Which element does not match.
    pub missing: MissingElement,
}

/// The element by which a statement misses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingElement {
    /// It allows the action on other resources.
    Resource,
    /// It allows other actions on the resource.
    Action,
}

/// What it takes to assume a role.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssumeInformation {
    /// The role.
    pub role: String,
    /// Whether its trust policy was collected.
    pub trust_policy_collected: bool,
    /// Principals its trust policy names, sorted.
    pub trusted: Vec<String>,
    /// Whether a statement that names the caller, its account or everyone requires `sts:ExternalId`.
    pub requires_external_id: bool,
    /// The Allow statements of the trust policy.
    pub statements: Vec<ShownStatement>,
}

/// Most nearest misses that an explanation lists.
const MOST_MISSES: usize = 5;

impl Estate<'_> {
    /// Answers a question and says why, from one evaluation.
    ///
    /// # Errors
    /// When principal or resource are unknown, or the question is malformed.
    pub fn explain(&self, query: &Query<'_>) -> Result<Explanation, QueryError> {
        let place = self.place(query.resource)?;
        let subject = self.foremost_subject(query, &place)?;
        let request = Request {
            subject: &subject,
            action: query.action,
            place: &place,
            context: query.context,
            unknown_context: query.unknown_context,
        };
        let evaluation = self.judge(&request)?;
        let is_denied = !evaluation.decision.is_possible();
        Ok(Explanation {
            layers: self.layers(&request, &evaluation),
            deciding: self.show_all(&evaluation.statements),
            granting: if is_denied {
                self.show_all(&evaluation.granting)
            } else {
                Vec::new()
            },
            nearest_misses: if evaluation.decision == Decision::ImplicitDeny {
                self.nearest_misses(&subject, query.action, &place)
            } else {
                Vec::new()
            },
            assume: self.assume_information(&place, query.action),
            answer: self.decide(query)?,
        })
    }

    fn layers(&self, request: &Request<'_>, evaluation: &Evaluation) -> Vec<LayerVerdict> {
        self.policies_by_layer(request)
            .into_iter()
            .map(|(layer, policies)| {
                let is_named = evaluation.blocked_by.contains(&layer);
                let state = match (is_named, evaluation.decision.is_possible()) {
                    (true, true) => LayerState::Conditional,
                    (true, false) => LayerState::Blocks,
                    (false, _) if policies.is_empty() => LayerState::NotApplicable,
                    (false, _) => LayerState::Passes,
                };
                LayerVerdict {
                    layer,
                    state,
                    reason: self.reason(layer, state, evaluation),
                    policies,
                }
            })
            .collect()
    }

    fn reason(&self, layer: Layer, state: LayerState, evaluation: &Evaluation) -> String {
        let denies = evaluation
            .statements
            .iter()
            .any(|statement| statement.effect == Effect::Deny && side_of(self, statement) == layer);
        let words = match state {
            LayerState::NotApplicable => "no policy of this layer applies",
            LayerState::Passes => "does not stop the request",
            LayerState::Conditional => "its answer hangs on the condition of the answer",
            LayerState::Blocks if denies => "a statement denies the request",
            LayerState::Blocks => "nothing allows the request",
        };
        words.to_owned()
    }

    fn show_all(&self, statements: &[StatementRef]) -> Vec<ShownStatement> {
        statements.iter().map(|statement| self.show(statement)).collect()
    }

    /// A statement with its text and the name of its policy.
    pub(crate) fn show(&self, reference: &StatementRef) -> ShownStatement {
        let record = self.library().record(&reference.policy);
        ShownStatement {
            policy_name: record.map_or_else(|| reference.policy.clone(), |record| record.name.clone()),
            layer: side_of(self, reference),
            text: self.library().statement(reference).cloned(),
            reference: reference.clone(),
        }
    }

    /// Allow statements of the principal that match the action but not the resource, then those that match the resource but not the action.
    fn nearest_misses(&self, subject: &Subject<'_>, action: &str, place: &Place<'_>) -> Vec<NearestMiss> {
        let mut misses = Vec::new();
        for policy in &subject.holdings.identity {
            for statement in policy
                .policy
                .statements()
                .iter()
                .filter(|statement| statement.effect() == Some(Effect::Allow))
            {
                let on_action = matches!(statement.actions(), Element::Only(entries) if entries.items.iter().any(|pattern| pattern.matches(action)));
                let on_resource = matches!(statement.resources(), Element::Only(entries)
                    if entries.items.iter().any(|pattern| pattern.fixed().is_some_and(|glob| glob.matches(&place.arn))));
                let missing = match (on_action, on_resource) {
                    (true, false) => MissingElement::Resource,
                    (false, true) if same_service(statement.actions(), action) => MissingElement::Action,
                    _ => continue,
                };
                let reference = StatementRef {
                    policy: policy.name.clone(),
                    index: statement.index(),
                    sid: statement.sid().map(str::to_owned),
                    effect: Effect::Allow,
                    sha256: Some(statement.sha256().to_owned()),
                };
                misses.push((missing, reference));
            }
        }
        misses.sort();
        misses.truncate(MOST_MISSES);
        misses
            .into_iter()
            .map(|(missing, reference)| NearestMiss {
                statement: self.show(&reference),
                missing,
            })
            .collect()
    }

    fn assume_information(&self, place: &Place<'_>, action: &str) -> Option<AssumeInformation> {
        let role = place.entity.filter(|entity| entity.kind.is_iam_principal())?;
        if !action
            .get(..10)
            .is_some_and(|start| start.eq_ignore_ascii_case("sts:Assume"))
        {
            return None;
        }
        let policy = self.own_policy(role);
        let allows: Vec<_> = policy
            .map(|policy| policy.statements())
            .unwrap_or_default()
            .iter()
            .filter(|statement| statement.effect() == Some(Effect::Allow))
            .collect();
        let ResourcePolicy::Set { policy: policy_id } = &role.resource_policy else {
            return Some(AssumeInformation {
                role: role.native_id.clone(),
                trust_policy_collected: false,
                trusted: Vec::new(),
                requires_external_id: false,
                statements: Vec::new(),
            });
        };
        let references = allows.iter().map(|statement| StatementRef {
            policy: policy_id.clone(),
            index: statement.index(),
            sid: statement.sid().map(str::to_owned),
            effect: Effect::Allow,
            sha256: Some(statement.sha256().to_owned()),
        });
        Some(AssumeInformation {
            role: role.native_id.clone(),
            trust_policy_collected: policy.is_some(),
            trusted: self.named_by(place).into_iter().collect(),
            requires_external_id: !allows.is_empty()
                && allows.iter().all(|statement| statement.requires_key("sts:ExternalId")),
            statements: references.map(|reference| self.show(&reference)).collect(),
        })
    }
}

fn same_service(actions: &Element<sv0_iam::ActionPattern>, action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let of_service = |pattern: &sv0_iam::ActionPattern| {
        pattern
            .text()
            .split(':')
            .next()
            .is_some_and(|other| other.eq_ignore_ascii_case(service))
    };
    matches!(actions, Element::Only(entries) if entries.items.iter().any(of_service))
}
