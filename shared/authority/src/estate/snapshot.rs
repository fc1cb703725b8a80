//! Which answers rest on a text out of the dated snapshot of AWS managed policies, and say so.

use std::collections::BTreeSet;

use serde::Serialize;
use sv0_iam::Evaluation;
use sv0_model::decision::{Caveat, Decision, Effect, Layer, StatementRef};

use super::Estate;
use super::subject::Subject;

/// A policy whose text is not the account's own but that of a dated snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SnapshotText {
    /// Native id of the policy.
    pub policy: String,
    /// The version whose text it is, such as `v3`.
    pub version_id: Option<String>,
    /// The day of the newest change in the snapshot, such as `2026-09-30`.
    pub date: String,
    /// What the snapshot was made from, such as `moto 5.2.5`.
    pub source: String,
}

impl Estate<'_> {
    /// Adds the caveat to an answer that another version of a policy out of the snapshot might change:
    /// - a statement of it decides, or would have granted what something else stops;
    /// - the layer it belongs to stops the request, or leaves it open: AWS may have added actions since;
    /// - the request may be allowed, and the policy denies something: AWS may have added to that since.
    pub(super) fn with_snapshot_caveat(&self, subject: &Subject<'_>, mut evaluation: Evaluation) -> Evaluation {
        let layers = &subject.holdings.from_snapshot;
        if layers.is_empty() {
            return evaluation;
        }
        let said = evaluation.statements.iter().chain(&evaluation.granting);
        let rests = said
            .into_iter()
            .any(|statement| self.is_from_snapshot(&statement.policy))
            || layers.iter().any(|layer| self.hangs_on(*layer, subject, &evaluation))
            || (evaluation.decision.is_possible() && subject.holdings.snapshot_denies);
        if rests {
            evaluation.caveats.push(Caveat::ManagedPolicyFromSnapshot);
            evaluation.caveats.sort_unstable();
            evaluation.caveats.dedup();
        }
        evaluation
    }

    /// Whether a layer with a policy out of the snapshot stops the request, and no Deny of the account's own stands behind that.
    fn hangs_on(&self, layer: Layer, subject: &Subject<'_>, evaluation: &Evaluation) -> bool {
        let policies = match layer {
            Layer::Boundary => &subject.holdings.boundaries,
            _ => &subject.holdings.identity,
        };
        let denies = |statement: &StatementRef| {
            statement.effect == Effect::Deny
                && policies.iter().any(|policy| policy.name == statement.policy)
                && !self.is_from_snapshot(&statement.policy)
        };
        let is_denied = evaluation.decision == Decision::ExplicitDeny && evaluation.statements.iter().any(denies);
        evaluation.blocked_by.contains(&layer) && !is_denied
    }

    fn is_from_snapshot(&self, policy: &str) -> bool {
        self.library().is_from_snapshot(policy)
    }

    /// The policies out of the snapshot that a principal holds.
    pub(crate) fn snapshot_texts(&self, subject: &Subject<'_>) -> BTreeSet<SnapshotText> {
        let held = subject.holdings.identity.iter().chain(&subject.holdings.boundaries);
        held.filter_map(|policy| {
            let record = self.library().record(&policy.name)?;
            let snapshot = record.snapshot.as_ref()?;
            Some(SnapshotText {
                policy: record.native_id.clone(),
                version_id: record.version_id.clone(),
                date: snapshot.date.clone(),
                source: snapshot.source.clone(),
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
