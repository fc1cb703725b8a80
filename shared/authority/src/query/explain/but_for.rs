//! What would have to change for a denied request to pass: the smallest sets of layers, found by asking the engine with these layers opened.

use serde::Serialize;
use sv0_iam::{Context, EvaluateError, Evaluation, NamedPolicy, UnknownContext, sentence};
use sv0_model::decision::{ConditionExpression, Decision, Effect, Layer};
use sv0_model::graph::Entity;

use super::words::{self, change_words};
use super::{Explained, ShownStatement};
use crate::estate::{Instead, Request, Supposition};

/// A change with which the engine would allow the request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ButFor {
    /// The change in words: `it would be allowed but for the permissions boundary app-boundary, which does not allow it`.
    pub sentence: String,
    /// The layers that all have to give way, in evaluation order; empty where another request context is enough.
    pub changes: Vec<Change>,
    /// What the request still has to meet then, or has to be like where no layer has to give way.
    pub condition: Option<ConditionExpression>,
    /// The same in words.
    pub condition_sentence: Option<String>,
}

/// How a layer has to give way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The layer.
    pub layer: Layer,
    /// What it would have to do.
    pub needed: Needed,
    /// The Deny statements that would have to go.
    pub denies: Vec<ShownStatement>,
    /// Ids of the roots, organizational units and accounts whose service control policies do not allow the request, root first.
    pub levels: Vec<String>,
}

/// What a layer would have to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// Allow the request.
    Allow,
    /// Not deny it.
    NoDeny,
    /// Both.
    AllowAndNoDeny,
}

/// Layers beyond which combinations are not tried one by one.
const MOST_LAYERS: usize = 6;

/// Sets of layers that an explanation lists.
const MOST_SETS: usize = 4;

type Found<T> = Result<T, EvaluateError>;

impl Explained<'_, '_> {
    pub(super) fn but_for(&self) -> Found<Vec<ButFor>> {
        let mut found = Vec::new();
        if let Some(condition) = self.other_context()? {
            found.push(words::context_change(condition));
        }
        // A request through an access point is decided at the point and at the bucket behind it; opening the layers of one says nothing of the other.
        let is_behind = |place: &Entity| self.estate.bucket_of(place).is_some();
        if self.request.place.entity.is_some_and(is_behind) {
            return Ok(found);
        }
        for layers in self.smallest_sets()? {
            found.push(self.change_of(&layers)?);
        }
        Ok(found)
    }

    /// What another context of the request would have to be like for the engine to allow it, with what is known of this one kept if that is possible.
    fn other_context(&self) -> Found<Option<ConditionExpression>> {
        let nothing_given = Context::new();
        for context in [self.request.context, &nothing_given] {
            let other = Request {
                context,
                unknown_context: UnknownContext::Any,
                ..*self.request
            };
            let evaluation = self.estate.judge(&other)?;
            if evaluation.decision.is_possible() {
                return Ok(evaluation.condition);
            }
        }
        Ok(None)
    }

    /// The smallest sets of layers with which open the request can pass.
    fn smallest_sets(&self) -> Found<Vec<Vec<Layer>>> {
        let blocking = &self.evaluation.blocked_by;
        if blocking.len() <= MOST_LAYERS {
            for size in 1..=blocking.len() {
                let mut sets = Vec::new();
                for set in subsets(blocking, size) {
                    if self.can_pass(&set)? {
                        sets.push(set);
                    }
                }
                if !sets.is_empty() {
                    sets.truncate(MOST_SETS);
                    return Ok(sets);
                }
            }
        }
        self.reduced_set()
    }

    /// Of all layers that apply, one set of which none can be left out; none where the request cannot pass even so.
    fn reduced_set(&self) -> Found<Vec<Vec<Layer>>> {
        let mut set: Vec<Layer> = self.policies.iter().map(|(layer, _)| *layer).collect();
        if !self.can_pass(&set)? {
            return Ok(Vec::new());
        }
        for layer in set.clone() {
            let without: Vec<Layer> = set.iter().copied().filter(|of| *of != layer).collect();
            if self.can_pass(&without)? {
                set = without;
            }
        }
        Ok(vec![set])
    }

    fn can_pass(&self, open: &[Layer]) -> Found<bool> {
        self.passes(&opened(open))
    }

    pub(super) fn passes(&self, suppose: &Supposition) -> Found<bool> {
        Ok(self.supposing(suppose)?.decision.is_possible())
    }

    fn supposing(&self, suppose: &Supposition) -> Found<Evaluation> {
        self.estate.judge_supposing(self.request, suppose)
    }

    fn change_of(&self, layers: &[Layer]) -> Found<ButFor> {
        let mut suppose = opened(layers);
        let mut changes = Vec::new();
        for &layer in layers {
            let (instead, change) = self.change(layer, &suppose)?;
            changes.push(change);
            suppose.insert(layer, instead);
        }
        let evaluation = self.supposing(&suppose)?;
        let condition = match evaluation.decision {
            Decision::Conditional => evaluation.condition,
            _ => None,
        };
        let condition_sentence = condition.as_ref().map(sentence);
        Ok(ButFor {
            sentence: change_words(self, &changes, condition_sentence.as_deref()),
            changes,
            condition,
            condition_sentence,
        })
    }

    /// The least that a layer would have to do while the others of its set give way.
    fn change(&self, layer: Layer, open: &Supposition) -> Found<(Instead, Change)> {
        let mut suppose = open.clone();
        suppose.remove(&layer);
        let as_it_is = self.supposing(&suppose)?;
        let denies: Vec<_> = as_it_is
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Deny)
            .collect();
        let (instead, needed) = if matches!(layer, Layer::Kms | Layer::BlockPublicAccess) {
            let needed = if denies.is_empty() {
                Needed::Allow
            } else {
                Needed::NoDeny
            };
            (Instead::Open, needed)
        } else if self.would_pass(layer, Instead::NotDenying, &suppose)? {
            (Instead::NotDenying, Needed::NoDeny)
        } else if self.would_pass(layer, Instead::Allowing, &suppose)? {
            (Instead::Allowing, Needed::Allow)
        } else {
            (Instead::Open, Needed::AllowAndNoDeny)
        };
        let change = Change {
            layer,
            needed,
            denies: match needed {
                Needed::Allow => Vec::new(),
                Needed::NoDeny | Needed::AllowAndNoDeny => denies.into_iter().map(|deny| self.show(deny)).collect(),
            },
            levels: if layer == Layer::Scp && needed != Needed::NoDeny {
                self.levels_that_do_not_allow(&suppose)?
            } else {
                Vec::new()
            },
        };
        Ok((instead, change))
    }

    fn would_pass(&self, layer: Layer, instead: Instead, others: &Supposition) -> Found<bool> {
        let mut suppose = others.clone();
        suppose.insert(layer, instead);
        self.passes(&suppose)
    }

    /// The levels whose service control policies stop the request each by itself.
    fn levels_that_do_not_allow(&self, others: &Supposition) -> Found<Vec<String>> {
        let mut levels = Vec::new();
        for node in self.nodes_of_principal() {
            let attached = node.service_control_policies.iter();
            let policies: Vec<NamedPolicy> = attached
                .filter_map(|policy| self.estate.library().named(policy))
                .collect();
            let is_whole = policies.len() == node.service_control_policies.len();
            if is_whole && !self.would_pass(Layer::Scp, Instead::OnlyLevel(policies), others)? {
                levels.push(node.id.clone());
            }
        }
        Ok(levels)
    }
}

/// Every layer of a set open.
pub(super) fn opened(layers: &[Layer]) -> Supposition {
    layers.iter().map(|layer| (*layer, Instead::Open)).collect()
}

/// The subsets of a size, in order.
fn subsets(of: &[Layer], size: usize) -> Vec<Vec<Layer>> {
    match (size, of.split_first()) {
        (0, _) => vec![Vec::new()],
        (_, None) => Vec::new(),
        (_, Some((first, rest))) => {
            let with = subsets(rest, size - 1).into_iter().map(|mut set| {
                set.insert(0, *first);
                set
            });
            with.chain(subsets(rest, size)).collect()
        }
    }
}
